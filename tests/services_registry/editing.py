"""What tests of editing share: addresses of a service's pages and their forms as they stand."""

from __future__ import annotations

import re

from municipalities.tenancy import municipality_scope
from services_registry.models import Service


def page(service, tail: str = "") -> str:
    return f"/registar/uslugi/{service.pk}/{tail}"


def form_of(client, url: str) -> dict:
    """Return the fields of the page's own form as they stand, as a browser would send them."""
    from tests.support.forms import forms_of

    response = client.get(url)
    assert response.status_code == 200
    text = response.text
    unchecked = {
        match.group(1)
        for tag in re.findall(r"<input[^>]+>", text)
        if ("checkbox" in tag or "radio" in tag) and (match := re.search(r'name="([^"]+)"', tag))
    }
    checked: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]+>", text):
        name = re.search(r'name="([^"]+)"', tag)
        if name and name[1] in unchecked and "checked" in tag:
            value = re.search(r'value="([^"]*)"', tag)
            checked.setdefault(name[1], []).append(value[1] if value else "on")
    form = next(f for f in forms_of(url, text) if "seen" in f.names or f.action.endswith("novo/"))
    data = {name: value for name, value in form.fields if name not in unchecked}
    for name in re.findall(r'<textarea[^>]+name="([^"]+)"', text):
        field = response.context["form"][name]
        data[name] = field.value() or ""
    return {**data, **checked}


def fresh(service) -> Service:
    with municipality_scope(service.municipality):
        return Service.objects.get(pk=service.pk)
