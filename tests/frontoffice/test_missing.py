"""What was asked for and is not there: said at the desk and outside it, read in the journal."""

from __future__ import annotations

import io
import re
import uuid

import pytest
from openpyxl import load_workbook

from frontoffice.models import Consultation
from services_registry.models import ServiceKind
from tests import factories
from tests.support.people import rows_of

pytestmark = pytest.mark.django_db
JOURNAL = "/rabotno-myasto/konsultatsii/"
NEW = f"{JOURNAL}nova/"


@pytest.fixture
def shelter() -> ServiceKind:
    return factories.ServiceKindFactory(name="Осигуряване на подслон")


@pytest.fixture
def topic():
    return factories.ConsultationTopicFactory()


def typed(topic, **changed) -> dict:
    return {
        "channel": "phone",
        "topics": [topic.pk],
        "subject": "self",
        "outcome": "unmet",
        "held_at": "20.11.2026 10:00",
        "duration_minutes": "5",
        "form_key": str(uuid.uuid4()),
        **changed,
    }


def test_the_missing_kind_is_kept_only_with_the_outcome_that_says_so(
    specialist, sliven, topic, shelter
):
    assert specialist.post(NEW, typed(topic, missing_kind=shelter.pk)).status_code == 302
    (saved,) = rows_of(sliven, Consultation)
    assert (saved.outcome, saved.missing_kind_id) == ("unmet", shelter.pk)
    page = specialist.get(f"{JOURNAL}{saved.pk}/").content.decode()
    assert "Осигуряване на подслон" in page
    repeated = specialist.get(f"{NEW}?povtori=1").context["form"]
    assert repeated["missing_kind"].value() == shelter.pk
    correction = f"{JOURNAL}{saved.pk}/promyana/"
    data = typed(topic, outcome="elsewhere", missing_kind=shelter.pk, version=1)
    assert specialist.post(correction, data).status_code == 302
    (saved,) = rows_of(sliven, Consultation)
    assert (saved.outcome, saved.missing_kind_id) == ("elsewhere", None)
    versions = specialist.get(f"{JOURNAL}{saved.pk}/versii/").content.decode()
    assert versions.count("Каква услуга липсва") == 2, "in the correction and in the first record"


@pytest.mark.parametrize("wrong", ["0", "няма", "9" * 40, "\x00"])
def test_a_kind_that_is_not_there_is_told_of(specialist, topic, shelter, wrong):
    response = specialist.post(NEW, typed(topic, missing_kind=wrong))
    assert response.status_code == 422
    assert response.context["form"].errors["missing_kind"]
    assert (
        specialist.post(NEW, typed(topic, outcome="informed", missing_kind=wrong)).status_code
        == 302
    )


def test_without_a_kind_the_outcome_alone_is_enough(specialist, sliven, topic):
    specialist.post(NEW, typed(topic))
    (saved,) = rows_of(sliven, Consultation)
    assert (saved.outcome, saved.missing_kind_id) == ("unmet", None)


def test_a_line_of_a_day_outside_says_what_is_missing(specialist, sliven, topic, shelter):
    place = factories.SettlementFactory(municipality=sliven)
    line = {"topic": topic.pk, "subject": "self", "missing_kind": shelter.pk}
    lines = [{**line, "outcome": "unmet"}, {**line, "outcome": "informed"}]
    data = {
        "day": "20.11.2026",
        "settlement": place.pk,
        "form_key": str(uuid.uuid4()),
        "red-TOTAL_FORMS": 2,
        "red-INITIAL_FORMS": 2,
    } | {f"red-{n}-{name}": value for n, one in enumerate(lines) for name, value in one.items()}
    assert specialist.post(f"{JOURNAL}priemna/", data).status_code == 302
    saved = {row.outcome: row.missing_kind_id for row in rows_of(sliven, Consultation)}
    assert saved == {"unmet": shelter.pk, "informed": None}


def test_the_journal_is_narrowed_to_a_kind_and_exports_it(head, sliven, shelter):
    for kind in (shelter, None):
        factories.ConsultationFactory(
            municipality=sliven, specialist=head.user, outcome="unmet", missing_kind=kind
        )
    page = head.get(f"{JOURNAL}?lipsva={shelter.code}")
    assert [row.missing_kind_id for row in page.context["page_obj"]] == [shelter.pk]
    export = re.search(r'action="([^"]*iznos[^"]*)"', page.content.decode())[1]
    response = head.post(export, {"lipsva": shelter.code})
    rows = list(load_workbook(io.BytesIO(response.content)).active.values)
    heading = next(row for row in rows if "Каква услуга липсва" in row)
    assert rows[-1][heading.index("Каква услуга липсва")] == "Осигуряване на подслон"
