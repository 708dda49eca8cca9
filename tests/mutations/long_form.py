"""Mutations of results written one to a row: totals among them, units, marks and limits by row, keys that are merged."""

from __future__ import annotations

from collections.abc import Callable

from tests.mutations.mutation import Draw, mutation
from tests.mutations.sheet import Sheet

_KEYS = ("La", "Ce", "Nd", "Y", "Cu")


def lengthen(sheet: Sheet, unit: str | None = "unit", *, names: dict[str, str] | None = None) -> None:
    """Write every result in a row of its own, the unit beside it."""
    if sheet.pack is not None or sheet.under or sheet.before or sheet.after:
        raise ValueError("another mutation changed the shape")
    kept = [key for key in sheet.keys if key not in (*_KEYS, "Al")]
    results = [key for key in _KEYS if key in sheet.keys]
    if len(kept) + len(results) + ("Al" in sheet.keys) != len(sheet.keys) or set(results) & sheet.touched:
        raise ValueError("another mutation changed the results")
    rows = []
    for row in sheet.rows:
        for key in results:
            word = (names or {}).get(key, key)
            rows.append([*(row[sheet.place(one)] for one in kept), word, row[sheet.place(key)], "ppm"])
    heads = [sheet.headings[sheet.place(one)] for one in kept]
    sheet.keys = [*kept, "analyte", "value", "unit"]
    sheet.headings = [*heads, "analyte", "result", unit or "unit"]
    sheet.rows = rows
    sheet.mapping |= {"analyte": "analyte", "value": "value"}
    if unit is None:
        for row in sheet.rows:
            row.pop()
        sheet.keys.pop()
        sheet.headings.pop()
        sheet.headings[-1] = "result_ppm"
    for facts in sheet.truth.values():
        facts.pop("Al", None)


_UNITS = {
    "in a column": "unit",
    "in the heading": None,
    "in a column called UOM": "UOM",
    "in a column called Units": "Units",
}
for _name, _unit in _UNITS.items():

    @mutation("long form", f"one result per row, unit {_name}", "La", "Ce", "Nd")
    def long_form(sheet: Sheet, draw: Draw, unit: str | None = _unit) -> None:
        lengthen(sheet, unit)


_SUMS = ("TREO", "TREE", "Total REE", "Sum REE", "LREE", "HREE", "TREO + Y2O3", "Sum", "ΣREE", "REE total", "LOI",
         "Total REO", "CREO", "La+Ce", "Th/U", "Rare earths", "TOT/REE")  # fmt: skip
for _sum in _SUMS:

    @mutation("long form", f"rows of {_sum} among the results", "La", "Ce", "Nd")
    def sums(sheet: Sheet, draw: Draw, word: str = _sum) -> None:
        lengthen(sheet)
        ids = list(dict.fromkeys(sheet.ids()))
        at = {own: sheet.rows[sheet.ids().index(own)] for own in ids}
        for own in ids:
            row = list(at[own])
            row[sheet.place("analyte")], row[sheet.place("value")] = word, "321.5"
            sheet.rows.append(row)
            sheet.truth[own]["sum"] = 321.5  # no column of the layer holds it: its being left out is to be told
        sheet.touched.add("analyte")


_NAMES: dict[str, Callable[[str], str]] = {
    "with blanks": lambda key: f" {key} ", "in capitals": str.upper, "in small letters": str.lower,
    "in words": lambda key: {"La": "Lanthanum", "Ce": "Cerium", "Nd": "Neodymium", "Y": "Yttrium", "Cu": "Copper"}[key],
    "with units": lambda key: f"{key}_ppm", "with a method": lambda key: f"{key}_ICPMS",
}  # fmt: skip
for _name, _make in _NAMES.items():

    @mutation("long form", f"analytes written {_name}", "La", "Ce", "Nd")
    def named(sheet: Sheet, draw: Draw, make: Callable[[str], str] = _make) -> None:
        lengthen(sheet, names={key: make(key) for key in _KEYS})
        sheet.touched.add("analyte")


@mutation("long form", "cerium as an oxide in per cent", "La", "Ce", "Nd")
def oxide_rows(sheet: Sheet, draw: Draw) -> None:
    lengthen(sheet)
    for row in sheet.rows:
        if row[sheet.place("analyte")] == "Ce" and row[sheet.place("value")].replace(".", "").isdigit():
            value = float(row[sheet.place("value")]) * 1.2284 / 1e4
            row[sheet.place("analyte")], row[sheet.place("value")], row[sheet.place("unit")] = (
                "CeO2",
                f"{value:.8f}",
                "%",
            )


@mutation("long form", "an analyte nobody knows", "La", "Ce", "Nd")
def strange(sheet: Sheet, draw: Draw) -> None:
    lengthen(sheet, names={"Nd": "Zx"})
    sheet.touched.add("analyte")


@mutation("long form", "no unit in three rows", "La", "Ce", "Nd")
def no_unit(sheet: Sheet, draw: Draw) -> None:
    lengthen(sheet)
    sheet.touched.add("unit")
    for row in sheet.rows[:3]:
        row[sheet.place("unit")] = ""


@mutation("long form", "other unit in the rows of some samples", "La", "Ce", "Nd")
def other_units(sheet: Sheet, draw: Draw) -> None:
    lengthen(sheet)
    for row in sheet.rows[len(sheet.rows) // 2 :]:
        cell = row[sheet.place("value")]
        if cell.replace(".", "").isdigit():
            row[sheet.place("value")], row[sheet.place("unit")] = f"{float(cell) * 1000:.10g}", "ppb"


@mutation("long form", "ids and places in the first row of each sample only", "La", "Ce", "Nd")
def merged_ids(sheet: Sheet, draw: Draw) -> None:
    lengthen(sheet)
    last = ""
    shared = [key for key in ("id", "latitude", "longitude", "site_key") if key in sheet.keys]
    for row in sheet.rows:
        own = row[sheet.place("id")]
        if own == last:
            for key in shared:
                row[sheet.place(key)] = ""
        last = own
    sheet.touched.add("id")


@mutation("long form", "one result twice with another value", "La", "Ce", "Nd")
def twice(sheet: Sheet, draw: Draw) -> None:
    lengthen(sheet)
    row = list(sheet.rows[0])
    row[sheet.place("value")] = "77.7"
    sheet.rows.insert(1, row)


_TWO_MARKS = {
    "U and nothing": ("U", ""), "nothing and UJ": ("", "UJ"), "J and R": ("J", "R"), "U and R": ("U", "R"), "J and J": ("J", "J"),
}  # fmt: skip
for _name, _marks in _TWO_MARKS.items():
    for _heads in (("Lab Qualifier", "Validation Qualifier"), ("Lab_Qual", "Reviewer_Qualifier")):

        @mutation("long form", f"two columns of marks ({_heads[1]}), {_name}", "La", "Ce", "Nd")
        def two_marks(
            sheet: Sheet, draw: Draw, marks: tuple[str, str] = _marks, heads: tuple[str, str] = _heads
        ) -> None:
            lengthen(sheet)
            [row, *_] = [at for at, cells in enumerate(sheet.rows) if cells[sheet.place("analyte")] == "Nd"]
            own = sheet.ids()[row]
            if "R" in marks:
                sheet.truth[own]["Nd"] = None
            elif {"U", "UJ"} & set(marks):
                sheet.truth[own]["Nd"] = ("<", sheet.truth[own]["Nd"])
            for head, mark in zip(heads, marks, strict=True):
                sheet.insert(head, head, [mark if at == row else "" for at in range(len(sheet.rows))])
