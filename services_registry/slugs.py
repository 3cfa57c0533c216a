"""The address of a service in the portal, made from its name."""

from __future__ import annotations

from django.utils.text import slugify

from services_registry.models import Service

# Закон за транслитерацията: letter by letter, „ия“ at the end of a word is „ia“.
_LETTERS = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъьюя",
        (
            "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y yu ya".split()  # noqa: SIM905
        ),
        strict=True,
    )
)
LONGEST = 80  # leaves room for the number of a namesake
_NAMELESS = "usluga"


def transliterated(text: str) -> str:
    """Return Bulgarian text in Latin letters, by the law on transliteration, in lower case."""
    words = [f"{word[:-2]}ia" if word.endswith("ия") else word for word in text.casefold().split()]
    return "".join(_LETTERS.get(letter, letter) for letter in " ".join(words))


def free_slug(name: str) -> str:
    """Return an address made from ``name`` that no service of the scope's municipality has."""
    base = slugify(transliterated(name))[:LONGEST].strip("-") or _NAMELESS
    taken = set(Service.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    if base not in taken:
        return base
    number = 2
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"
