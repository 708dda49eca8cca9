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
