"""Mutations of whole columns that only what rocks hold contradicts: another unit under the same heading, columns exchanged."""

from __future__ import annotations

from tests.mutations.mutation import Draw, mutation
from tests.mutations.sheet import Sheet


def _times(sheet: Sheet, key: str, factor: float) -> None:
    def scaled(cell: str) -> str:
        mark, number = (cell[0], cell[1:]) if cell[:1] in "<>" else ("", cell)
        return f"{mark}{float(number) * factor:.6g}" if number else cell

    sheet.change(key, scaled)


for _key, _factor in (
    ("La", 1e3), ("La", 1e-4), ("Nd", 1e3), ("Nd", 1e4), ("Y", 1e3), ("Y", 1e-4), ("Al", 1e-4),
):  # fmt: skip

    @mutation(
        "level", f"{_key} times {_factor:g} in all rows, its heading as before", _key, "La", "Ce", "Nd", "Y", "Al"
    )
    def column_in_another_unit(sheet: Sheet, draw: Draw, key: str = _key, factor: float = _factor) -> None:
        _times(sheet, key, factor)


for _factor in (1e3, 1e-4):

    @mutation("level", f"all rare earths times {_factor:g}, their headings as before", "La", "Ce", "Nd", "Y")
    def table_in_another_unit(sheet: Sheet, draw: Draw, factor: float = _factor) -> None:
        for key in ("La", "Ce", "Nd", "Y"):
            _times(sheet, key, factor)


@mutation("level", "lanthanum and cerium exchanged", "La", "Ce", "Nd", "Al")
def exchanged(sheet: Sheet, draw: Draw) -> None:
    lanthanum, cerium = sheet.column("La"), sheet.column("Ce")
    for key, cells in (("La", cerium), ("Ce", lanthanum)):
        place = sheet.place(key)
        for row, cell in zip(sheet.rows, cells, strict=True):
            row[place] = cell
        sheet.touched.add(key)


def _results(sheet: Sheet, key: str) -> list[float]:
    return [float(cell) if cell[:1] not in ("<", ">", "") else 0.0 for cell in sheet.column(key)]


@mutation("level", "cerium pasted over lanthanum", "La", "Ce", "Nd")
def pasted_twice(sheet: Sheet, draw: Draw) -> None:
    cells = iter(sheet.column("Ce"))
    sheet.change("La", lambda _: next(cells))
    sheet.touched.add("Ce")


@mutation("level", "one result of yttrium filled down", "La", "Ce", "Nd", "Y")
def filled_down(sheet: Sheet, draw: Draw) -> None:
    sheet.change("Y", lambda _: "19.06")


@mutation("level", "a series of yttrium filled down", "La", "Ce", "Nd", "Y")
def series_filled_down(sheet: Sheet, draw: Draw) -> None:
    steps = iter(range(len(sheet.rows)))
    sheet.change("Y", lambda _: f"{19.06 + next(steps):.2f}")


@mutation("level", "a repeat of lanthanum three times as high", "La", "Ce", "Nd")
def unlike_repeat(sheet: Sheet, draw: Draw) -> None:
    cells = [f"{3 * ppm:.6g}" if ppm else "" for ppm in _results(sheet, "La")]
    sheet.insert("La repeat", f"{sheet.headings[sheet.place('La')]} rep", cells)
    sheet.touched.add("La")
