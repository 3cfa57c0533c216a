"""Forms whose drafts are kept, as a page of them sends what is typed."""

from __future__ import annotations

from frontoffice.drafts import keeping
from frontoffice.models import Draft
from municipalities.tenancy import municipality_scope
from tests.support.forms import forms_of

NEW = "/rabotno-myasto/hora/novo/"
SAVE = "/rabotno-myasto/chernovi/zapis/"
LIST = "/rabotno-myasto/chernovi/"
TYPED = "Мария, още неза"


def page_of(client, url: str = NEW) -> dict[str, str]:
    """Return the fields of the form that the page draws around a draft, as they stand."""
    response = client.get(url)
    assert response.status_code == 200
    return fields_in(response, url)


def fields_in(response, url: str = NEW) -> dict[str, str]:
    forms = forms_of(url, response.content.decode())
    (form,) = [form for form in forms if "draft_tab" in form.names]
    left_out = ("csrfmiddlewaretoken", "keep_draft", "confirm")
    return {name: value for name, value in form.fields if name not in left_out}


def save(client, fields: dict, sequence: object = 1, **more):
    """Send the form as static/js/drafts.js does."""
    return client.post(
        SAVE,
        {**fields, "draft_sequence": sequence, **more},
        headers={"Accept": "application/json", "X-Background": "1"},
    )


def draft_rows(municipality, **facts) -> list[Draft]:
    with municipality_scope(municipality):
        return list(Draft.objects.filter(**facts).order_by("pk"))


def typed_in(draft: Draft) -> dict[str, list[str]]:
    return dict(keeping.read(draft).fields)


def resumed(fields: dict[str, str], url: str = NEW) -> str:
    return f"{url}?chernova={fields['draft_tab']}"


def saved(client, fields: dict, **more):
    response = client.post(
        NEW, {**fields, "identifier_kind": "none", "given_name": "Мария", "confirm": "1", **more}
    )
    assert response.status_code == 302
    return response
