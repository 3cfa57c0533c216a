"""The whole record of a service in the admin: every field is there, is kept, and is one's own."""

import datetime as dt
import re

import pytest

from municipalities.models import OfficeException, Role
from municipalities.tenancy import municipality_scope
from services_registry.models import Confirmation, Fee, Service, SiteException
from tests import factories
from tests.support.forms import forms_of

pytestmark = pytest.mark.django_db
LIST = "/admin/services_registry/service/"
UNTICKED = ("address_is_secret", "verified", "-DELETE")
LINKS = ("kinds", "target_groups", "life_situations")
SITES = "/admin/services_registry/servicesite/"


@pytest.fixture
def service(sliven):
    return factories.ServiceFactory(
        municipality=sliven, kinds=[factories.ServiceKindFactory()], name="Топъл обяд"
    )


def page_of(client, url: str) -> str:
    return client.get(url).content.decode()


def faults(response) -> list[str]:
    """Return what the page answered with says is wrong, for the message of a failed test."""
    return re.findall(r"errorlist.*?</ul>", response.content.decode(), re.DOTALL)


def as_shown(client, url: str) -> dict[str, list[str]]:
    """Return the fields of the page's own form that a browser sends untouched, ticks left out."""
    form = max(forms_of(url, page_of(client, url)), key=lambda one: len(one.fields))
    buttons = ("_save", "_addanother", "_continue", "_saveasnew")
    sent: dict[str, list[str]] = {}
    for name, value in form.fields:
        if name not in buttons and "__prefix__" not in name:
            sent.setdefault(name, []).append(value)
    for name in list(sent):
        if name in LINKS:
            sent[name] = [value for value in sent[name] if value]
        elif name.endswith(UNTICKED):
            del sent[name]
    return sent


def test_every_field_of_the_record_is_on_the_page(administrator, service):
    page = page_of(administrator, f"{LIST}{service.pk}/change/")
    own = {"id", "municipality", "created_at", "updated_at", "search_vector", "public_id"}
    names = {field.name for field in Service._meta.get_fields() if not field.auto_created}
    missing = [name for name in sorted(names - own) if f'name="{name}"' not in page]
    assert missing == []


def test_new_facts_are_kept(administrator, service, sliven):
    member = factories.MembershipFactory(municipality=sliven, role=Role.SPECIALIST)
    url = f"{LIST}{service.pk}/change/"
    sent = as_shown(administrator, url) | {
        "functions": ["supporting", "preventive"],
        "terms": ["long"],
        "intensities": ["hourly", "half_day"],
        "languages": ["bg", "tr"],
        "settings": ["home"],
        "eligibility": ["Живеете в общината."],
        "easy_read": ["Носим ви обяд."],
        "easy_read_tested_by": ["група от дневния център"],
        "easy_read_tested_on": ["12.10.2026"],
        "summary_en": ["A warm lunch at home."],
        "owner": [str(member.user_id)],
        "review_every": ["3"],
        "legal_act": ["Решение на общинския съвет"],
        "legal_act_on": ["01.02.2020"],
        "opened_on": ["01.03.2020"],
        "in_national_map": ["true"],
        "closes_on": ["31.12.2027"],
        "closing_note": ["Обадете се във фронт-офиса."],
    }
    response = administrator.post(url, sent)
    assert response.status_code == 302, faults(response)
    with municipality_scope(sliven):
        kept = Service.objects.get(pk=service.pk)
    assert (sorted(kept.functions), kept.terms) == (["preventive", "supporting"], ["long"])
    assert (kept.languages, kept.intensities) == (["bg", "tr"], ["hourly", "half_day"])
    assert (kept.owner_id, kept.review_every) == (member.user_id, 3)
    assert kept.easy_read_tested_on == dt.date(2026, 10, 12)
    assert (kept.opened_on, kept.closes_on) == (dt.date(2020, 3, 1), dt.date(2027, 12, 31))
    assert kept.in_national_map is True


def test_easy_read_is_tested_with_somebody(administrator, service):
    url = f"{LIST}{service.pk}/change/"
    sent = as_shown(administrator, url) | {"easy_read_tested_on": ["12.10.2026"]}
    response = administrator.post(url, sent)
    assert response.status_code == 200
    assert "Посочете с кого е проверен лесният текст." in response.content.decode()


@pytest.mark.parametrize("day", ["31.12.9999", "01.01.2100"])
def test_nothing_is_checked_in_the_future(administrator, service, day):
    url = f"{LIST}{service.pk}/change/"
    sent = as_shown(administrator, url) | {"checked_on": [day], "checked_by": ["office"]}
    response = administrator.post(url, sent)
    assert "Денят на проверката е в бъдещето." in response.content.decode()


def test_owner_is_one_who_works_here_now(administrator, service, sliven, elena):
    here = factories.MembershipFactory(municipality=sliven, role=Role.SPECIALIST)
    left = factories.MembershipFactory(
        municipality=sliven,
        role=Role.SPECIALIST,
        ended_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )
    elsewhere = factories.MembershipFactory(municipality=elena, role=Role.HEAD)
    url = f"{LIST}{service.pk}/change/"
    offered = page_of(administrator, url).partition('name="owner"')[2].partition("</select>")[0]
    assert f'value="{here.user_id}"' in offered
    for other in (left, elsewhere):
        assert f'value="{other.user_id}"' not in offered
        sent = as_shown(administrator, url) | {"owner": [str(other.user_id)]}
        assert administrator.post(url, sent).status_code == 200
    with municipality_scope(sliven):
        assert Service.objects.get(pk=service.pk).owner_id is None


def test_people_who_may_own_cost_one_query(administrator, queries, service, sliven):
    def make(count: int) -> None:
        for _ in range(count):
            factories.MembershipFactory(municipality=sliven, role=Role.SPECIALIST)

    url = f"{LIST}{service.pk}/change/"
    queries.assert_same(administrator, url, make, name="admin: owners of a service", at_most=22)


def test_fee_has_its_days(administrator, service):
    factories.FeeFactory(municipality=service.municipality, service=service)
    url = f"{LIST}{service.pk}/change/"
    sent = as_shown(administrator, url) | {
        "fees-0-valid_from": ["01.01.2027"],
        "fees-0-valid_to": ["31.12.2027"],
    }
    response = administrator.post(url, sent)
    assert response.status_code == 302, faults(response)
    with municipality_scope(service.municipality):
        fee = Fee.objects.get()
    assert (fee.valid_from, fee.valid_to) == (dt.date(2027, 1, 1), dt.date(2027, 12, 31))


def test_exceptional_days_of_a_place(administrator, sliven):
    site = factories.ServiceSiteFactory(municipality=sliven)
    url = f"{SITES}{site.pk}/change/"
    row = {
        "exceptions-TOTAL_FORMS": ["1"],
        "exceptions-0-first_day": ["24.12.2026"],
        "exceptions-0-last_day": ["27.12.2026"],
        "exceptions-0-reason": ["Коледа"],
    }
    response = administrator.post(url, as_shown(administrator, url) | row)
    assert response.status_code == 302, faults(response)
    with municipality_scope(sliven):
        kept = SiteException.objects.get()
    assert str(kept) == "24.12.2026 – 27.12.2026: затворено"
    assert "Коледа" in page_of(administrator, url)
    backwards = row | {"exceptions-0-last_day": ["20.12.2026"]}
    with municipality_scope(sliven):
        SiteException.objects.all().delete()
    response = administrator.post(url, as_shown(administrator, url) | backwards)
    assert "Крайната дата е преди началната." in response.content.decode()


def changes_in(client, service) -> dict[str, tuple[str, str]]:
    """Return {label: (before, after)} of the last act in the history of the service."""
    act = client.get(f"/registar/uslugi/{service.pk}/istoriya/").context["acts"][0]
    return {found.label: (found.before, found.after) for found in act.differences}


def test_the_history_tells_what_links_and_rows_were_in_the_admin(administrator, service):
    url = f"{LIST}{service.pk}/change/"
    with municipality_scope(service.municipality):
        kind = str(service.kinds.get())
    other = factories.ServiceKindFactory(number=9, name="Друга грижа")
    sent = as_shown(administrator, url) | {"kinds": [str(other.pk)]}
    fee = {
        "fees-TOTAL_FORMS": ["1"],
        "fees-0-user_group": ["пенсионери"],
        "fees-0-kind": ["free"],
        "fees-0-currency": ["EUR"],
    }
    response = administrator.post(url, sent | fee)
    assert response.status_code == 302, faults(response)
    found = changes_in(administrator, service)
    assert found["Видове по чл. 15"] == (kind, "Друга грижа")
    assert found["Такси"][0] == ""
    assert "Пенсионери" in found["Такси"][1]


def test_the_history_tells_how_a_place_was_changed_in_the_admin(administrator, service):
    site = factories.ServiceSiteFactory(
        municipality=service.municipality, service=service, phone="044 000 111"
    )
    url = f"{SITES}{site.pk}/change/"
    hours = {
        "hours-TOTAL_FORMS": ["1"],
        "hours-0-weekday": ["1"],
        "hours-0-opens": ["08:00"],
        "hours-0-closes": ["12:00"],
        "phone": ["044 000 222"],
    }
    response = administrator.post(url, as_shown(administrator, url) | hours)
    assert response.status_code == 302, faults(response)
    ((label, (before, after)),) = changes_in(administrator, service).items()
    assert label == "Места и работно време"
    assert "044 000 111" in before
    assert "044 000 222" in after
    assert "Работно време" in after
    assert "Работно време" not in before


def test_marking_as_still_true_is_kept_as_confirmations(administrator, service, sliven):
    before = service.updated_at
    chosen = {"action": "still_true", "_selected_action": [service.pk]}
    administrator.post(LIST, chosen)
    with municipality_scope(sliven):
        [confirmation] = Confirmation.objects.all()
        kept = Service.objects.get(pk=service.pk)
    assert (confirmation.service_id, confirmation.by) == (service.pk, administrator.user)
    assert kept.checked_by == Service.CheckedBy.OFFICE
    assert kept.updated_at > before


def test_exceptional_days_of_an_office(administrator, office, sliven):
    url = f"/admin/municipalities/office/{office.pk}/change/"
    row = {
        "exceptions-TOTAL_FORMS": ["1"],
        "exceptions-0-first_day": ["24.12.2026"],
        "exceptions-0-last_day": ["24.12.2026"],
        "exceptions-0-reason": ["Бъдни вечер"],
    }
    response = administrator.post(url, as_shown(administrator, url) | row)
    assert response.status_code == 302, faults(response)
    with municipality_scope(sliven):
        kept = OfficeException.objects.get(office=office)
    assert (str(kept), kept.municipality) == ("24.12.2026: затворено", sliven)
