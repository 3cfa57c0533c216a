"""What materials tell other rooms: the municipality's page, services, projects."""

from __future__ import annotations

from campaigns.materials.models import Material, MaterialQuerySet
from campaigns.materials.showing import NEWEST, material_cards
from municipalities.models import Municipality
from municipalities.sections import register_section
from projects.models import Project
from projects.public_parts import register_public_part
from services_registry.models import Service
from services_registry.service_parts import register_service_part

NEWEST_SHOWN = 6
MOST_SHOWN = 12


def _cards(materials: MaterialQuerySet, most: int) -> dict:
    """Return the newest of ``materials``, and whether there are more."""
    found = material_cards(materials.order_by(*NEWEST)[: most + 1])
    return {"materials": found[:most], "has_more": len(found) > most}


def _if_any(cards: dict) -> dict:
    """Return {} where there is nothing to show: the page then leaves the part out."""
    return cards if cards["materials"] else {}


def of_municipality(municipality: Municipality) -> dict:
    """Return the newest materials of a municipality."""
    return _cards(Material.public.filter(municipality=municipality), NEWEST_SHOWN)


def of_service(service: Service) -> dict:
    """Return the materials about a service."""
    return _if_any(_cards(Material.public.filter(services=service), MOST_SHOWN))


def of_project(project: Project) -> dict:
    """Return the materials that a project paid for."""
    return _if_any(_cards(Material.public.filter(project=project), MOST_SHOWN))


def join() -> None:
    """Register what other rooms show of this one."""
    register_section(order=35, template="campaigns/materials/section.html", load=of_municipality)
    register_service_part("campaigns/materials/service_part.html", of_service)
    register_public_part(20, "campaigns/materials/project_part.html", of_project)
