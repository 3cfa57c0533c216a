"""One row of a spreadsheet on its way to values, and what is wrong in it by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from municipalities import cells
from municipalities.cells import BadCell

SHOWN_VALUE = 200  # characters of a wrong value that are kept


class SheetRow:
    """A row of ``values``; ``places`` are {code of a field: number of its column, from 1}.

    ``faults`` are {"row", "column", "value", "message"}, numbered as the spreadsheet counts.
    """

    required: frozenset[str] = frozenset()  # codes of the fields that may not be empty
    last_resort: tuple[str, ...] = ()  # where a fault is shown whose own column is not in the file

    def __init__(self, number: int, values: list[str], places: Mapping[str, int]) -> None:
        self.number, self.values, self.places = number, values, places
        self.faults: list[dict[str, Any]] = []

    def text(self, code: str) -> str:
        """Return the cell of a field, "" where there is no such column or nothing in it."""
        place = self.places.get(code, 0) - 1
        return self.values[place] if 0 <= place < len(self.values) else ""

    def fault(self, code: str, message: str, *others: str) -> None:
        """Note what is wrong at the cell of ``code``, or of the first of ``others`` in the file."""
        at = next((c for c in (code, *others, *self.last_resort) if c in self.places), code)
        self.faults.append(
            {
                "row": self.number,
                "column": self.places.get(at, 0),
                "value": self.text(at)[:SHOWN_VALUE],
                "message": message,
            }
        )

    def take(self, code: str, rule: Callable[[str], Any], empty: Any = "") -> Any:
        """Return the cell of ``code`` by its rule; ``empty`` where nothing or something wrong."""
        text = self.text(code)
        if not text:
            if code in self.required:
                self.fault(code, "Клетката е празна, а е задължителна.")
            return empty
        try:
            cells.refuse_damage(text)
            return rule(text)
        except BadCell as bad:
            self.fault(code, str(bad))
            return empty
