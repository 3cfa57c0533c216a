"""An application filled in through the client, page after page."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse

from municipalities.models import Municipality
from municipalities.tenancy import municipality_scope
from referrals.online import drafts
from referrals.online.models import OnlineDraft
from tests.factories import OfficeFactory, SettlementFactory
from tests.factories_applications import ApplicationKindFactory, PrivacyNoticeFactory

PERSON = {
    "given_name": "Пенка",
    "middle_name": "",
    "family_name": "Измислена",
    "birth_date_0": "14",
    "birth_date_1": "3",
    "birth_date_2": "1950",
}
CONTACT = {"phones": "0888 123 456", "email": "", "reply_by": "phone"}


def ready(municipality: Municipality, **kind: Any) -> Any:
    """Make ``municipality`` take a wish online, with an office and a notice; return the kind."""
    OfficeFactory(municipality=municipality, phone="044 000 100")
    PrivacyNoticeFactory(municipality=municipality)
    return ApplicationKindFactory(municipality=municipality, **kind)


def begin(client: Client, kind: Any, **more: Any) -> str:
    """Press „Започнете“; return the token of the draft's link."""
    answer = client.post(
        "/zayavlenie/zapochni/",
        {"obshtina": kind.municipality.slug, "vid": kind.code, **more},
    )
    assert answer.status_code == 302, answer.content.decode()
    return re.fullmatch(r"/zayavlenie/([\w-]{43})/zapazeno/", answer["Location"])[1]


def url(token: str, step: str = "") -> str:
    """Return the address of a step, or of the draft itself."""
    return reverse("apply_step", args=[token, step]) if step else f"/zayavlenie/{token}/"


def answers(municipality: Municipality, **changes: Any) -> dict[str, dict[str, Any]]:
    """Return a right answer to every step that is always there, in order."""
    place = SettlementFactory(municipality=municipality)
    given = {
        "za-kogo": {"on_behalf": "self"},
        "litse": PERSON,
        "nuzhda": {"need": "Трудно ми е сама вкъщи."},
        "usluga": {"service": "suvet"},
        "adres": {"settlement": str(place.pk), "address": "ул. „Роза“ 1"},
        "vrazka": CONTACT,
        "dokumenti": {},
        "lichni-danni": {},
    }
    return {**given, **changes}


def fill(client: Client, token: str, given: dict[str, dict], *, to: str = "") -> str:
    """Answer step after step where the pages lead, up to ``to``; return where one stands."""
    where = client.get(url(token))["Location"]
    for _n in range(30):
        step = where.rstrip("/").rpartition("/")[2]
        if step == to or step == "proverka":
            return where
        sent = given[step]
        if step == "lichni-danni":
            sent = {"version": value_of(client.get(where), "version")}
        answer = client.post(where, sent)
        assert answer.status_code == 302, f"{step}: {answer.content.decode()}"
        assert answer["Location"] != where, step
        where = answer["Location"]
    raise AssertionError("the steps have no end")


def value_of(response, name: str) -> str:
    """Return the value of a hidden field."""
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def send(client: Client, token: str):
    """Press „Изпратете“ on the check page."""
    where = reverse("apply_check", args=[token])
    return client.post(where, {"shown": value_of(client.get(where), "shown")})


def draft_of(token: str) -> OnlineDraft:
    """Return the draft of a link."""
    found = drafts.find(token)
    assert found is not None
    return found


def kept(token: str) -> dict[str, Any]:
    """Return what is kept of a draft."""
    draft = draft_of(token)
    with municipality_scope(draft.municipality):
        return drafts.read(draft)
