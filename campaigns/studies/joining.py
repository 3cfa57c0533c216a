"""What studies tell other rooms."""

from __future__ import annotations

from municipalities.models import Municipality
from projects.models import Project

STUDIES_OF_A_MUNICIPALITY = 5
STUDIES_OF_A_PROJECT = 20


def join() -> None:
    """Register what other rooms show of this one."""
    from municipalities.sections import register_section
    from projects.public_parts import register_public_part

    register_section(order=45, template="campaigns/studies/section.html", load=of_the_municipality)
    register_public_part(
        order=40, template="campaigns/studies/project_part.html", load=of_the_project
    )


def of_the_municipality(municipality: Municipality) -> dict:
    """Return the newest published studies, those that ask something first, in one query."""
    from campaigns.studies.views import listed

    shown = listed().filter(municipality=municipality)
    return {"studies": list(shown[:STUDIES_OF_A_MUNICIPALITY])}


def of_the_project(project: Project) -> dict:
    """Return the published studies of a public project, {} where there are none; one query."""
    from campaigns.studies.views import listed

    studies = list(listed().filter(project=project)[:STUDIES_OF_A_PROJECT])
    return {"studies": studies} if studies else {}
