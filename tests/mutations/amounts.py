"""Mutations of amounts: planned wastes, zeros, two units or quantities in one column, units behind numbers of two marks."""

from __future__ import annotations

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet


def _nothing_there(sheet: Sheet, rows: list[int]) -> None:
    for row in rows:
        sheet.truth[sheet.ids()[row]] |= {"mass_t": None, "area_m2": None, "waste_type": "none"}


for _word in (
    "proposed",
    "Authorised",
    "EN CONSTRUCCION",
    "Planned facility",
    "projeté",
    "En proyecto",
    "Under byggnad",
    "规划",
):

    @mutation("planned", f"status '{_word}' of three wastes", "mass_t", "area_m2", "waste_type", "inventory")
    def planned_status(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        rows = some(sheet, draw, 3)
        cells = [word if row in rows else "closed" for row in range(len(sheet.rows))]
        sheet.insert("status", "status", cells)
        sheet.mapping["status"] = "status"
        sheet.rows_touched |= {sheet.ids()[row] for row in rows}
        _nothing_there(sheet, rows)


@mutation("planned", "names of wastes that are proposed", "name", "mass_t", "area_m2", "waste_type", "inventory")
def planned_names(sheet: Sheet, draw: Draw) -> None:
    rows = some(sheet, draw, 2)
    sheet.change("name", lambda cell: f"Proposed {cell} tailings pond", rows)
    for row in rows:
        sheet.truth[sheet.ids()[row]]["name"] = sheet.column("name")[row]
    _nothing_there(sheet, rows)


for _key in ("mass_t", "area_m2"):

    @mutation("missing amounts", f"three cells of {_key} are 0", _key, "inventory")
    def amounts_of_zero(sheet: Sheet, draw: Draw, key: str = _key) -> None:
        rows = some(sheet, draw, 3)
        sheet.change(key, lambda _: "0", rows)
        for row in rows:
            sheet.truth[sheet.ids()[row]][key] = None


@mutation("missing amounts", "three cells of mass_t say 0 t", "mass_t", "inventory")
def amounts_of_zero_tonnes(sheet: Sheet, draw: Draw) -> None:
    rows = some(sheet, draw, 3)
    sheet.change("mass_t", lambda _: "0.0 t", rows)
    for row in rows:
        sheet.truth[sheet.ids()[row]]["mass_t"] = None


for _heading, _words in {
    "parameter": ("Tonnage", "Volume"), "UNITS": ("t", "%"), "uom": ("t", "m3"), "Measure": ("mass", "grade"),
}.items():  # fmt: skip

    @mutation("two quantities", f"amounts told apart by a column {_heading}", "mass_t", "inventory")
    def of_two_quantities(sheet: Sheet, draw: Draw, heading: str = _heading, words: tuple[str, str] = _words) -> None:
        rows = some(sheet, draw, 6)
        sheet.rename("mass_t", "amount")
        sheet.insert("said", heading, [words[row in rows] for row in range(len(sheet.rows))])
        sheet.rows_touched |= {sheet.ids()[row] for row in rows}
        for row in rows:
            sheet.truth[sheet.ids()[row]]["mass_t"] = None


@mutation("two quantities", "four masses in Mt among tonnes", "mass_t", "inventory")
def four_in_megatonnes(sheet: Sheet, draw: Draw) -> None:
    sheet.change("mass_t", lambda cell: f"{float(cell) / 1e6:.6f}", some(sheet, draw, 4))


@mutation("decimal", "thousands parted by points beside 2,5 Mt", "mass_t", "inventory")
def points_beside_units(sheet: Sheet, draw: Draw) -> None:
    first, second, third = some(sheet, draw, 3)
    sheet.change("mass_t", lambda cell: f"{float(cell) / 1e6:.2f} Mt".replace(".", ","), [first])
    sheet.truth[sheet.ids()[first]]["mass_t"] = float(sheet.column("mass_t")[first].split()[0].replace(",", ".")) * 1e6
    sheet.change("mass_t", lambda _: "12.000 t", [second, third])
    for row in (second, third):
        sheet.truth[sheet.ids()[row]]["mass_t"] = 12_000.0


for _times in (1e-5, 1e6):

    @mutation("missing amounts", f"area {_times:g} times too large in one row", "mass_t", "area_m2", "inventory")
    def area_of_no_waste(sheet: Sheet, draw: Draw, times: float = _times) -> None:
        sheet.change("area_m2", lambda cell: f"{float(cell) * times:.6g}", some(sheet, draw))


for _word in ("Removed", "Retirado", "Évacué", "Reprocessed", "Washed away in 1963", "Pre-feasibility"):

    @mutation("planned", f"status '{_word}' of three wastes that are recorded", "mass_t", "waste_type", "inventory")
    def gone_status(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        rows = some(sheet, draw, 3)
        sheet.insert("status", "status", [word if row in rows else "closed" for row in range(len(sheet.rows))])
        sheet.mapping["status"] = "status"
        for row in rows:
            sheet.truth[sheet.ids()[row]]["mass_t"] = 1e15  # what is read must be told
        sheet.touched.add("mass_t")


for _name, _kind in {
    "tailings": "tailings",
    "slag": "slag",
    "mill dump": "tailings",
    "roast yard": "residue",
    "slag creek": "unknown",
}.items():

    @mutation("named wastes", f"three names end in '{_name}'", "name", "waste_type", "inventory")
    def named_wastes(sheet: Sheet, draw: Draw, words: str = _name, kind: str = _kind) -> None:
        rows = some(sheet, draw, 3)
        sheet.change("name", lambda cell: f"{cell} {words}", rows)
        sheet.change("waste_type", lambda _: "", rows)
        for row in rows:
            sheet.truth[sheet.ids()[row]] |= {"name": sheet.column("name")[row], "waste_type": kind}


@mutation("planned", "three wastes without an amount at showings", "mass_t", "area_m2", "waste_type", "inventory")
def wastes_at_showings(sheet: Sheet, draw: Draw) -> None:
    rows = some(sheet, draw, 3)
    for key in ("mass_t", "area_m2"):
        sheet.change(key, lambda _: "", rows)
    sheet.insert("status", "status", ["Showing" if row in rows else "closed" for row in range(len(sheet.rows))])
    sheet.mapping["status"] = "status"
    for row in rows:
        sheet.truth[sheet.ids()[row]] |= {"mass_t": None, "area_m2": None, "waste_type": "unknown"}
