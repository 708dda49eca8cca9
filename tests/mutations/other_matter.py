"""Mutations of what a row of results is of: another matter, a weak leach, a repeat of another row."""

from __future__ import annotations

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet

_COLUMNS = {
    ("Sample type", "grab", "REE concentrate"), ("Fraction", "-63um", "HMC"),
    ("Matrix", "solid", "water"), ("Product", "Tailings", "Concentrate"), ("Stream", "Tails", "Feed"),
    ("Method", "Aqua regia", "MMI"), ("Digestion", "Fusion", "Enzyme leach"),
}  # fmt: skip
for _heading, _usual, _other in sorted(_COLUMNS):

    @mutation("other matter", f"{_heading} is {_other} in two rows", "geochemistry", "La")
    def of_other_matter(
        sheet: Sheet, draw: Draw, heading: str = _heading, usual: str = _usual, other: str = _other
    ) -> None:
        rows = some(sheet, draw, 2)
        sheet.insert("other", heading, [other if row in rows else usual for row in range(len(sheet.rows))])
        sheet.change("La", lambda cell: cell if cell.startswith("<") else f"{float(cell) * 10:g}", rows)
        for row in rows:
            sheet.truth[sheet.ids()[row]]["La"] = -1.0  # no grade of the medium: any value must be told


for _mark in (
    "{}-R",
    "Prep dup {}",
    "{} (repeat)",
    "*Rep {}",
    "{} Orig",
    "{}-Wdh",
    "{} bis",
    "{} (2)",
    "{}重复",
    "{} повт.",
):

    @mutation("control rows", f"a repeat called {_mark.format('…')}", "geochemistry", "La")
    def repeated(sheet: Sheet, draw: Draw, mark: str = _mark) -> None:
        [row] = some(sheet, draw)
        again = list(sheet.rows[row])
        again[sheet.place("id")] = mark.format(sheet.ids()[row])
        again[sheet.place("La")] = "77.7"
        sheet.rows.append(again)
        sheet.ghosts.add(again[sheet.place("id")])
