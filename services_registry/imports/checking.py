"""From rows of text to services that can be saved, or to faults named by cell.

Nothing is written here. ``check_file`` reads a whole file the same way before the preview and
again before the loading, since the registry may have changed between the two.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from municipalities import cells
from municipalities.cells import BadCell, key
from municipalities.models import Municipality
from municipalities.sheet_rows import SheetRow
from municipalities.spreadsheets import Rows, data_rows
from services_registry.imports.known import Known, known_to
from services_registry.imports.matching import BY_CODE
from services_registry.models import EVERYBODY, Fee, Provider, Service

MOST_PROBLEMS = 5000
COMPANIES = ("еоод", "оод", "ад", "еад", "ет", "дззд")
NONPROFITS = ("сдружение", "фондация", "читалище", "юлнц", "нпо")


@dataclass(frozen=True)
class NewProvider:
    """A provider that the file names and the registry has not; ``like`` is one with a near name."""

    name: str
    kind: str
    row: int
    like: str = ""

    @property
    def kind_in_words(self) -> str:
        return str(Provider.Kind(self.kind).label)


@dataclass
class Record:
    """A service as a row describes it: values of its own fields, its links, its parts."""

    row: int
    provider: str  # the key of its name
    fields: dict[str, Any]
    links: dict[str, list[int]]
    site: dict[str, Any] | None = None
    fee: dict[str, Any] | None = None
    capacity: dict[str, Any] | None = None
    papers: list[int] = field(default_factory=list)


@dataclass
class Checked:
    """What a check found; ``providers`` are {key of a name: (id, name)} of the known ones."""

    records: list[Record] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    new_providers: dict[str, NewProvider] = field(default_factory=dict)
    providers: dict[str, tuple[int, str]] = field(default_factory=dict)


def check_file(
    municipality: Municipality, rows: Rows, chosen: dict[str, int], most: int = MOST_PROBLEMS
) -> Checked:
    """Check every row; ``chosen`` is {code of a field: number of its column}.

    A problem is {"row", "column", "value", "message"} with numbers from 1 as the spreadsheet
    counts; the check stops after ``most`` of them.
    """
    known = known_to(municipality)
    checked = Checked(providers=known.providers)
    seen: dict[tuple[str, str], int] = {}
    for number, values in data_rows(rows):
        reader = _Row(known, chosen, number, values, checked.new_providers)
        record = reader.record()
        name, provider = key(reader.text("name")), key(reader.text("provider"))
        if name and provider:
            if (name, provider) in seen:
                first = seen[name, provider]
                reader.fault("name", f"Същата услуга на същия доставчик е вече на ред {first}.")
            seen.setdefault((name, provider), number)
        checked.problems += reader.faults
        checked.records.append(record)
        if len(checked.problems) >= most:
            del checked.problems[most:]
            break
    return checked


class _Row(SheetRow):
    """One row on its way to a Record; collects what is wrong in it."""

    required = frozenset(code for code, field in BY_CODE.items() if field.required)
    last_resort = ("name",)

    def __init__(
        self,
        known: Known,
        chosen: dict[str, int],
        number: int,
        values: list[str],
        new_providers: dict[str, NewProvider],
    ) -> None:
        super().__init__(number, values, chosen)
        self.known, self.new_providers = known, new_providers

    def choice(self, code: str, empty: Any = "") -> Any:
        names = self.known.names[code]
        return self.take(code, lambda t: cells.one_of(t, names.values, names.allowed), empty)

    def choices(self, code: str) -> list[Any]:
        names = self.known.names[code]
        return self.take(code, lambda t: cells.several(t, names.values, names.allowed), [])

    def words(self, code: str, longest: int | None = None, *, one_line: bool = True) -> str:
        rule = cells.line if one_line else cells.words
        return self.take(code, lambda t: rule(t, longest))

    def past_day(self, code: str) -> dt.date | None:
        found = self.take(code, cells.day, None)
        if found and found > timezone.localdate():
            self.fault(code, "Денят е в бъдещето.")
            return None
        return found

    # Parts of the record

    def record(self) -> Record:
        """Return what the row says; only to be saved where ``faults`` stayed empty."""
        fields = {**self._texts(), **self._choices(), **self._upkeep()}
        made = Record(
            row=self.number,
            provider=self._provider(fields["name"]),
            fields=fields,
            links={code: self.choices(code) for code in ("kinds", "target_groups")}
            | {"life_situations": self.choices("life_situations")},
            site=self._site(),
            fee=self._fee(),
            capacity=self._capacity(),
            papers=self.choices("papers"),
        )
        self._refuse_unfinished(fields)
        return made

    def _texts(self) -> dict[str, Any]:
        many_lines = ("description", "for_whom", "not_for", "eligibility", "own_words", "easy_read")
        return {
            "name": self.words("name", 160),
            "summary": self.words("summary", 400),
            "summary_en": self.words("summary_en", 400),
            **{code: self.words(code, 20_000, one_line=False) for code in many_lines},
            "legal_act": self.words("legal_act", 200),
            "paused_reason": self.words("paused_reason", 250),
            "steps": self.take("steps", cells.steps, []),
        }

    def _choices(self) -> dict[str, Any]:
        lists = ("settings", "functions", "terms", "intensities", "languages")
        return {
            "scope": self.choice("scope"),
            "financing": self.choice("financing"),
            "referred_by": self.choice("referred_by", str(Service.ReferredBy.UNCLEAR)),
            "status": self.choice("status", str(Service.Status.DRAFT)),
            **{code: self.choices(code) for code in lists},
        }

    def _upkeep(self) -> dict[str, Any]:
        months = self.take("review_every", cells.number, 6)
        if not 1 <= months <= 36:
            self.fault("review_every", "Срокът за преглед е от 1 до 36 месеца.")
        checked_on = self.past_day("checked_on")
        return {
            "legal_act_on": self.past_day("legal_act_on"),
            "opened_on": self.take("opened_on", cells.day, None),
            "in_national_map": self.take("in_national_map", cells.yes_or_no, None),
            "review_every": months,
            "checked_on": checked_on,
            "checked_by": str(Service.CheckedBy.OFFICE) if checked_on else "",
        }

    def _refuse_unfinished(self, fields: dict[str, Any]) -> None:
        """A draft may lack much; what citizens see may not."""
        status = fields["status"]
        if status == Service.Status.PAUSED and not fields["paused_reason"]:
            self.fault("paused_reason", "Кажете на гражданите защо услугата е спряна.", "status")
        if status in Service.PUBLIC_STATUSES:
            for code in ("summary", "financing", "settings"):
                if not fields[code] and not self.text(code):
                    title = BY_CODE[code].title
                    self.fault(
                        code,
                        f"„{title}“ е задължително за услуга, която гражданите виждат. "
                        "Попълнете го или я оставете чернова.",
                        "status",
                    )

    def _provider(self, service: str) -> str:
        name = self.words("provider", 160)
        code = key(name)
        kind = self.choice("provider_kind")
        if not code:
            return ""
        if code in self.known.providers:
            pk = self.known.providers[code][0]
            if (key(service), pk) in self.known.services:
                self.fault("name", "Този доставчик вече има услуга с това име в регистъра.")
            return code
        kind = kind or _kind_by_name(name)
        if not kind:
            self.fault(
                "provider",
                "Няма такъв доставчик в регистъра. Поправете името или попълнете колона "
                f"„Вид на доставчика“, за да бъде създаден: {_provider_kinds()}.",
            )
            return code
        first = self.new_providers.setdefault(
            code, NewProvider(name, kind, self.number, self._like(code))
        )
        if first.kind != kind:
            self.fault(
                "provider_kind",
                f"На ред {first.row} същият доставчик е „{first.kind_in_words}“.",
                "provider",
            )
        return code

    def _like(self, code: str) -> str:
        near = difflib.get_close_matches(code, self.known.providers, n=1, cutoff=0.8)
        return self.known.providers[near[0]][1] if near else ""

    def _site(self) -> dict[str, Any] | None:
        contacts = {
            "address": self.words("address", 200),
            "phone": self.take("phone", cells.phone),
            "email": self.take("email", cells.email),
        }
        secret = self.take("address_is_secret", cells.yes_or_no, False)
        if secret and self.text("address"):
            self.fault("address", "Адресът е таен: не се пише никъде. Изтрийте го от файла.")
        place = self.take("settlement", self._settlement, None)
        if place is None:
            if any(contacts.values()) and not self.text("settlement"):
                self.fault(
                    "settlement",
                    "Има адрес, телефон или е-поща, но не е казано населеното място.",
                    "address",
                    "phone",
                    "email",
                )
            return None
        return {"settlement_id": place.pk, "address_is_secret": secret, **contacts}

    def _settlement(self, text: str):
        name = key(text)
        code = text.strip().zfill(5) if text.strip().isdigit() else ""  # Excel drops first zeros
        found = self.known.settlements.get(code or name, [])
        if not found:
            names = {key(place): place for place in self.known.settlement_names}
            near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
            meant = f" Може би {cells.listed(names[one] for one in near)}?" if near else ""
            raise BadCell(f"Няма такова населено място в общината.{meant}")
        if len(found) > 1:
            codes = ", ".join(f"{place} – {place.ekatte}" for place in found)
            raise BadCell(f"Местата с това име са няколко. Напишете ЕКАТТЕ: {codes}.")
        return found[0]

    def _fee(self) -> dict[str, Any] | None:
        kind = self.choice("fee_kind")
        amount = self.take("fee_amount", cells.money, None)
        per, act = self.choice("fee_per"), self.words("fee_act", 200)
        if amount is not None and not kind and not self.text("fee_kind"):
            kind = str(Fee.Kind.FIXED)
        if kind == Fee.Kind.FIXED and amount is None and not self.text("fee_amount"):
            self.fault("fee_amount", "За „определена сума“ напишете размера в евро.", "fee_kind")
        if kind == Fee.Kind.FREE and amount:
            self.fault("fee_amount", "Таксата е „безплатно“, а има сума.")
        if not kind:
            if (per or act) and not self.text("fee_kind") and not self.text("fee_amount"):
                self.fault("fee_kind", "Попълнете и каква е таксата.", "fee_per", "fee_act")
            return None
        return {
            "user_group": EVERYBODY,
            "kind": kind,
            "amount": amount,
            "per": per,
            "legal_act": act,
        }

    def _capacity(self) -> dict[str, Any] | None:
        places = self.take("places", cells.number, None)
        free = self.take("free", cells.number, None)
        waiting = self.take("waiting", cells.number, None)
        as_of = self.past_day("capacity_on")
        if places is None and (free is not None or waiting is not None) and not self.text("places"):
            self.fault("places", "Попълнете капацитета: без него местата не се записват.", "free")
        if places is not None and free is None and not self.text("free"):
            self.fault(
                "free", "Попълнете свободните места: капацитет без тях не се пази.", "places"
            )
        if places is None or free is None:
            return None
        if free > places:
            self.fault("free", f"Свободните места са повече от капацитета ({places}).")
        day = as_of or timezone.localdate()
        return {"places": places, "free": free, "waiting": waiting or 0, "as_of": day}


def _kind_by_name(name: str) -> str:
    """Return the kind that a provider's own name says it is of, or ""."""
    parts = key(name).split()
    if parts and parts[0] == "община":
        return str(Provider.Kind.MUNICIPALITY)
    if any(part in NONPROFITS for part in parts):
        return str(Provider.Kind.NONPROFIT)
    if parts and parts[-1] in COMPANIES:
        return str(Provider.Kind.COMPANY)
    return ""


def _provider_kinds() -> str:
    return cells.listed(str(label) for label in Provider.Kind.labels)
