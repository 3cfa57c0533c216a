"""The five announced projects, with what their announcements say and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from municipalities.demo import demo_municipalities
from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from projects.demo_running import make_running
from projects.models import (
    Activity,
    FundingSource,
    Indicator,
    Partner,
    Procedure,
    Programme,
    Project,
)
from projects.money import Currency

DATA = Path(__file__).parent / "demo_data" / "projects.json"


def load(*, report: Callable[[str], None]) -> None:
    """Make the projects of the demo municipalities; those already there are left as they are."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    programmes = {row.pop("key"): _programme(row) for row in data["programmes"]}
    procedures = {
        row["code"]: Procedure.objects.get_or_create(
            code=row["code"],
            defaults={"name": row["name"], "programme": programmes[row["programme"]]},
        )[0]
        for row in data["procedures"]
    }
    municipalities = demo_municipalities()
    for slug, facts in data["projects"].items():
        with municipality_scope(municipalities[slug]):
            if not Project.objects.filter(slug=facts["slug"]).exists():
                _make_project(municipalities[slug], facts, programmes, procedures)
                make_running(municipalities[slug])
    report(f"Проекти: {len(data['projects'])} и по един примерен")


def _programme(row: dict) -> Programme:
    return Programme.objects.get_or_create(
        name=row["name"],
        period=row["period"],
        defaults={"code": row.get("code", ""), "eu_fund": row.get("eu_fund", "")},
    )[0]


def _make_project(municipality: Municipality, facts: dict, programmes: dict, procedures: dict):
    parts = {
        name: facts.pop(name, []) for name in ("funding", "partners", "activities", "indicators")
    }
    project = Project.objects.create(
        municipality=municipality,
        currency=Currency.BGN,
        is_public=True,
        programme=programmes[facts.pop("programme")],
        procedure=procedures.get(facts.pop("procedure", None)),
        **facts,
    )
    of_project = {"municipality": municipality, "project": project}
    for row in parts["funding"]:
        FundingSource.objects.create(**of_project, **row)
    for row in parts["partners"]:
        Partner.objects.create(**of_project, **row)
    for position, row in enumerate(parts["indicators"], start=1):
        Indicator.objects.create(**of_project, position=position, **row)
    by_number: dict[str, Activity] = {}
    for position, row in enumerate(parts["activities"], start=1):
        parent = by_number.get(row.pop("parent", None))
        activity = Activity.objects.create(**of_project, position=position, parent=parent, **row)
        by_number[activity.number] = activity
