"""Addresses of pages in Latin letters, as the Transliteration Act writes Bulgarian."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count, islice

from django.db import IntegrityError, models, transaction
from django.utils.text import slugify

MOST_TRIES = 100

LETTERS = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуфхъь", "abvgdeziyklmnoprstufhay", strict=True)),
        **{"ж": "zh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ю": "yu", "я": "ya"},
    }
)


def address_of(name: str, longest: int = 80) -> str:
    """Return ``name`` as a piece of an address: „Проект „Дружба““ is „proekt-druzhba“.

    Cut at a whole word within ``longest`` characters; "" when no letter or digit is left.
    """
    words = slugify(name.lower().translate(LETTERS)).split("-")
    address = words[0][:longest]
    for word in words[1:]:
        if len(address) + 1 + len(word) > longest:
            break
        address = f"{address}-{word}"
    return address


def save_with_address(instance: models.Model, save: Callable, *args, **kwargs) -> None:
    """Call ``save``; an instance without a ``slug`` gets the first free one made from its name.

    What has a title instead of a name gets it from that. Row security hides the addresses that
    other municipalities have taken, so only the unique constraint can say which are free.
    ``instance`` has a name, ``slug`` and ``municipality``.
    """
    if instance.slug:
        save(*args, **kwargs)
        return
    for slug in islice(_candidates(instance), MOST_TRIES):
        instance.slug = slug
        try:
            with transaction.atomic():
                save(*args, **kwargs)
            return
        except IntegrityError as error:
            instance.slug = ""
            if "slug" not in str(error):
                raise
    raise ValueError(f"No free address for {_name_of(instance)!r}.")


def _candidates(instance: models.Model) -> Iterator[str]:
    base = address_of(_name_of(instance)) or instance._meta.model_name
    yield base
    base = f"{base}-{instance.municipality.slug}"
    yield base
    for number in count(2):
        yield f"{base}-{number}"


def _name_of(instance: models.Model) -> str:
    return getattr(instance, "name", "") or getattr(instance, "title", "")
