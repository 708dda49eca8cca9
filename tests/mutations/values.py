"""Mutations of numbers: units, decimal marks, missing codes, limits, side columns, follow-ups, years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet


def _scaled(cell: str, factor: float) -> str:
    mark, number = (cell[0], cell[1:]) if cell[:1] in "<>" else ("", cell)
    return f"{mark}{float(number) * factor:.10g}" if number else cell


_LA_UNITS = {
    "La_ppb": 1e3, "La_pct": 1e-4, "La (g/t)": 1.0, "La_mg_kg": 1.0, "La [wt%]": 1e-4, "La_ppt": 1e6, "La2O3_pct": 1.1728e-4,
    "La2O3 ppm": 1.1728, "LA (PPM)": 1.0, "ppm_La": 1.0, "Lanthanum (ppm)": 1.0, "La_oz_t": 1 / 34.2857, "La": 1.0,
    "La_mol_kg": 1 / 138_905.47, "La_ug_L": 1e3, "La %": 1e-4,
    "La*10 ppm": 10.0, "La ppm /100": 0.01, "La*1000 ppm": 1e3, "镧(ppm)": 1.0,
    "La_opt": 1 / 34.2857, "La (oz/short ton)": 1 / 34.2857, "La oz/long ton": 1 / 30.6122, "La (troy oz/ton)": 1 / 34.2857,
    "La (oz/tonne)": 1 / 31.1035, "La (<2 mm) ppm": 1.0,
}  # fmt: skip
for _heading, _factor in _LA_UNITS.items():

    @mutation("unit", f"lanthanum as {_heading}", "La")
    def la_unit(sheet: Sheet, draw: Draw, heading: str = _heading, factor: float = _factor) -> None:
        sheet.change("La", lambda cell: _scaled(cell, factor))
        sheet.rename("La", heading)


_MASSES = {
    "Tonnage (Mt)": 1e-6, "tonnage_kt": 1e-3, "Mass (short tons)": 1 / 0.90718474, "tons (long)": 1 / 1.0160469,
    "mass_kg": 1e3, "Tonnes (x1000)": 1e-3, "million tonnes": 1e-6, "Mass, '000 t": 1e-3, "mass_lb": 2204.6226, "tonnes": 1.0,
    "Tonnes (Mt)": 1e-6, "Tonnes, Mt": 1e-6, "TONNES_MT": 1e-6, "M tonnes": 1e-6, "Tonnage (kdmt)": 1e-3, "TONNES_X1000": 1e-3,
    "Tonelaje (Mton)": 1e-6, "Tonnes k": 1e-3, "Tonnage (t, in Mt)": 1e-6, "Tonnes (lakh)": 1e-5, "Dry tonnes (kt)": 1e-3,
    "1000 Tonnen": 1e-3, "100 t": 0.01, "тыс. тонн": 1e-3, "millj. tonnia": 1e-6, "Lakh tonnes": 1e-5, "Crore t": 1e-7,
    "TON_MILES": 1e-3, "Tons": 1 / 0.90718474, "Tonnage lakh (t)": 1e-5, "Tonnage crore (t)": 1e-7, "Tonnage dozen (t)": 1 / 12,
    "Tonnage xyz (t)": 1e-3,
    "Tonnage tusind (t)": 1e-3, "Tonnes lakhs": 1e-5, "Tonnage, lac t": 1e-5,
}  # fmt: skip
for _heading, _factor in _MASSES.items():

    @mutation("unit", f"mass as {_heading}", "mass_t")
    def mass_unit(sheet: Sheet, draw: Draw, heading: str = _heading, factor: float = _factor) -> None:
        sheet.change("mass_t", lambda cell: _scaled(cell, factor))
        sheet.rename("mass_t", heading)


_AREAS = {
    "Area (acres)": 1 / 4046.8564,
    "area_ha": 1e-4,
    "area_km2": 1e-6,
    "Area (sq ft)": 10.763910,
    "AREA_SQM": 1.0,
    "Area (are)": 0.01,
    "Area (dunam)": 0.001,
    "Area (a)": 0.01,
    "AREA_SQMI": 1 / 2_589_988.1,
    "Area, arpents": 1 / 3418.9,
    "Area lakh m2": 1e-5,
    "Area wan m2": 1e-4,
    "zorks m2": 1e-3,
    "Fläche Tsd. m2": 1e-3,
}
for _heading, _factor in _AREAS.items():

    @mutation("unit", f"area as {_heading}", "area_m2")
    def area_unit(sheet: Sheet, draw: Draw, heading: str = _heading, factor: float = _factor) -> None:
        sheet.change("area_m2", lambda cell: _scaled(cell, factor))
        sheet.rename("area_m2", heading)


for _line in ("# units: kt", "Amounts in thousands of tonnes", "Tonnages en milliers de tonnes", "Wastes [kt]"):

    @mutation("unit", f"line above the heading: {_line}", "mass_t", "inventory")
    def unit_in_a_line(sheet: Sheet, draw: Draw, line: str = _line) -> None:
        sheet.change("mass_t", lambda cell: _scaled(cell, 1e-3))
        sheet.before.insert(0, line)


for _key, _bare, _factor in (("mass_t", "Tailings", 1e-6), ("area_m2", "Area", 1e-4)):

    @mutation("unit", f"{_bare} in a larger unit that nothing names", _key, "inventory")
    def unit_unstated(sheet: Sheet, draw: Draw, key: str = _key, bare: str = _bare, factor: float = _factor) -> None:
        sheet.change(key, lambda cell: _scaled(cell, factor))
        sheet.rename(key, bare)


@mutation("unit", "unit in one cell of the mass", "mass_t")
def unit_in_cell(sheet: Sheet, draw: Draw) -> None:
    sheet.change("mass_t", lambda cell: f"{float(cell) / 1e6:.6f} Mt", some(sheet, draw))


@mutation("unit", "row of units under the heading", "La")
def unit_row(sheet: Sheet, draw: Draw) -> None:
    plain = {"La": "ppb", "Ce": "ppm", "Nd": "ppm", "Y": "ppm", "Cu": "ppm", "Al": "%"}
    for key in plain:
        sheet.rename(key, "Al2O3" if key == "Al" else key)
    sheet.under = [[plain.get(key, "") for key in sheet.keys]]
    sheet.change("La", lambda cell: _scaled(cell, 1e3))


_LABELS = (
    ("METHOD", "DETECTION", "UNITS"),
    ("Método", "Límite de detección", "Unidad"),
    ("Metod", "Detektionsgräns", "Enhet"),
)
for _labels in _LABELS:

    @mutation("unit", f"rows {', '.join(_labels)} under the heading", "La", "Ce")
    def laboratory_rows(sheet: Sheet, draw: Draw, labels: tuple[str, ...] = _labels) -> None:
        plain = {"La": "PPB", "Ce": "PPM", "Nd": "PPM", "Y": "PPM", "Cu": "PPM", "Al": "%"}
        for key in plain:
            sheet.rename(key, "Al2O3" if key == "Al" else key)
        for label, cell in zip(labels, ("ME-MS81", "0.1", ""), strict=True):
            cells = [(cell or plain[key]) if key in plain else "" for key in sheet.keys]
            sheet.under.append([label, *cells[1:]])
        sheet.change("La", lambda cell: _scaled(cell, 1e3))


@mutation("unit", "row of units that contradicts the headings", "La")
def unit_row_contradicts(sheet: Sheet, draw: Draw) -> None:
    plain = {"La": "ppb", "Ce": "ppm", "Nd": "ppm", "Y": "ppm", "Cu": "ppm", "Al": "%"}
    sheet.under = [[plain.get(key, "") for key in sheet.keys]]
    for facts in sheet.truth.values():
        facts["La"] = -1.0  # nobody can know: any value must be told
    sheet.touched.add("La")


@mutation("unit", "lanthanum of what passed a sieve beside that of the whole", "La")
def sieved_beside_whole(sheet: Sheet, draw: Draw) -> None:
    cells = [_scaled(cell, 1.7) for cell in sheet.column("La")]
    sheet.insert("La_fine", "La <63 µm (ppm)", cells, sheet.place("La") + 1)


@mutation("unit", "column of units beside the results", "La", "Cu")
def unit_column(sheet: Sheet, draw: Draw) -> None:
    sheet.rename("La", "La")
    sheet.insert("La_unit", "La_unit", ["ppb"] * len(sheet.rows), sheet.place("La") + 1)
    sheet.change("La", lambda cell: _scaled(cell, 1e3))


@mutation("unit", "unit by row", "mass_t")
def unit_by_row(sheet: Sheet, draw: Draw) -> None:
    sheet.rename("mass_t", "mass")
    sheet.insert("mass_unit", "mass_unit", ["t" if row % 2 else "kt" for row in range(len(sheet.rows))])
    sheet.change("mass_t", lambda cell: _scaled(cell, 1e-3), range(0, len(sheet.rows), 2))


@mutation("unit", "one result a thousand times too high", "La")
def one_thousandfold(sheet: Sheet, draw: Draw) -> None:
    sheet.change("La", lambda cell: _scaled(cell, 1e3), some(sheet, draw))


def _numbers(sheet: Sheet) -> list[str]:
    return [key for key in sheet.keys if key in ("La", "Ce", "Nd", "Y", "Cu", "Al", "mass_t", "area_m2")]


@mutation("decimal", "decimal commas, semicolons between cells")
def commas(sheet: Sheet, draw: Draw) -> None:
    sheet.delimiter = ";"
    for key in [*_numbers(sheet), *(key for key in ("latitude", "longitude") if key in sheet.keys)]:
        sheet.change(key, lambda cell: cell.replace(".", ","))


@mutation("decimal", "points part thousands in some masses, one has a decimal comma besides", "mass_t", "inventory")
def grouped_by_points(sheet: Sheet, draw: Draw) -> None:
    sheet.delimiter = ";"
    sheet.change("mass_t", lambda cell: f"{float(cell):,.0f}".replace(",", "."))
    sheet.change("mass_t", lambda cell: f"{cell},0", some(sheet, draw))


@mutation("decimal", "unquoted decimal comma in one row before an empty last column", "La", "Ce")
def comma_shifts(sheet: Sheet, draw: Draw) -> None:
    sheet.insert("remark", "remark", [""] * len(sheet.rows))
    [row] = some(sheet, draw)
    at = sheet.place("La")
    head, _, tail = sheet.rows[row][at].partition(".")
    sheet.rows[row][at : at + 1] = [head, tail]
    del sheet.rows[row][-1]
    sheet.rows_touched.add(sheet.ids()[row])


@mutation("decimal", "decimal comma in one result", "Ce")
def one_comma(sheet: Sheet, draw: Draw) -> None:
    sheet.change("Ce", lambda cell: cell.replace(".", ","), some(sheet, draw))


@mutation("decimal", "three decimals everywhere, one decimal comma", "La", "Ce")
def comma_among_threes(sheet: Sheet, draw: Draw) -> None:
    sheet.delimiter = ";"
    for key in _numbers(sheet):
        sheet.change(key, lambda cell: f"{float(cell):.3f}" if cell.replace(".", "").isdigit() else cell)
    [row] = some(sheet, draw)
    sheet.change("Ce", lambda _: "0,5", [row])
    sheet.truth[sheet.ids()[row]]["Ce"] = 0.5


@mutation("decimal", "decimal commas in one column", "Ce")
def one_column_of_commas(sheet: Sheet, draw: Draw) -> None:
    sheet.change("Ce", lambda cell: cell.replace(".", ","))


_THOUSANDS = {
    "commas": ",", "blanks": " ", "apostrophes": "'", "hard blanks": "\u00a0", "narrow blanks": "\u202f", "points": ".",
    "typographic apostrophes": "\u2019",
}  # fmt: skip
for _name, _mark in _THOUSANDS.items():

    @mutation("decimal", f"thousands parted by {_name}", "mass_t")
    def thousands(sheet: Sheet, draw: Draw, mark: str = _mark) -> None:
        sheet.change("mass_t", lambda cell: f"{int(cell):,}".replace(",", mark))


@mutation("decimal", "full-width digits in one row", "mass_t")
def full_width(sheet: Sheet, draw: Draw) -> None:
    sheet.change("mass_t", lambda cell: "".join(chr(ord(one) + 0xFEE0) for one in cell), some(sheet, draw))


@mutation("decimal", "exponents", "mass_t")
def exponents(sheet: Sheet, draw: Draw) -> None:
    sheet.change("mass_t", lambda cell: f"{float(cell):.9E}")


@mutation("decimal", "letter O for a zero in one row", "mass_t")
def letter_o(sheet: Sheet, draw: Draw) -> None:
    sheet.change("mass_t", lambda cell: cell.replace("0", "O") if "0" in cell else f"{cell[:-1]}l", some(sheet, draw))


@mutation("decimal", "results without a leading zero", "La")
def no_leading_zero(sheet: Sheet, draw: Draw) -> None:
    [row] = some(sheet, draw)
    sheet.change("La", lambda _: ".5", [row])
    sheet.truth[sheet.ids()[row]]["La"] = 0.5


_MISSING_RESULTS = (
    *(
        "-9999",
        "-999",
        "NA",
        "n/a",
        "#N/A",
        "#VALUE!",
        "-",
        "ND",
        ".",
        "1e30",
        "*",
        "IS",
        "NaN",
        "9999.0",
        "trace",
        "999999",
    ),
)
for _word in _MISSING_RESULTS:

    @mutation("nodata", f"result '{_word}' in three rows", "Ce")
    def no_result(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        rows = some(sheet, draw, 3)
        sheet.change("Ce", lambda _: word, rows)
        for row in rows:
            sheet.truth[sheet.ids()[row]]["Ce"] = ("<", None) if word in ("ND", "trace") else None


_MISSING_AMOUNTS = ["-9999", "-1", "0", "UNK", "n/a", "#REF!", "unknown", "999999999", "-", "?", "inf", "none"]
for _word in _MISSING_AMOUNTS:

    @mutation("nodata", f"mass '{_word}' in two rows", "mass_t")
    def no_mass(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        rows = some(sheet, draw, 2)
        sheet.change("mass_t", lambda _: word, rows)
        for row in rows:
            sheet.truth[sheet.ids()[row]]["mass_t"] = None


for _word in ("999999999", "999,999,999", "999 999", "99999"):

    @mutation("nodata", f"mass '{_word}' in one row", "mass_t")
    def lone_code(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        [row] = some(sheet, draw)
        sheet.change("mass_t", lambda _: word, [row])
        sheet.truth[sheet.ids()[row]]["mass_t"] = None


for _word in ("0", "-9999", "999", "", "n/a", "1e20"):

    @mutation("nodata", f"coordinates '{_word}' in one row", "latitude", "longitude")
    def no_place(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        [row] = some(sheet, draw)
        sheet.change("latitude", lambda _: word, [row])
        sheet.change("longitude", lambda _: word, [row])
        sheet.truth[sheet.ids()[row]] |= {"latitude": None, "longitude": None}


_SIDE_COLUMNS = {
    "La_MDL_ppm": "2", "La_err_ppm": "1.5", "La LOD (ppm)": "2", "La_1SD_ppm": "1.1", "La_crust_avg_ppm": "31",
    "La_leachate_ppm": "0.4", "La_LLD": "2", "La_uncertainty_ppm": "1.9", "La_mean_ppm": "30", "La_recovery_pct": "98",
    "La_upper_limit_ppm": "10000", "La_guideline_ppm": "50", "La_N": "3", "La_Ce_ratio": "0.5", "La_water_ug_L": "0.2",
}  # fmt: skip
for _heading, _value in _SIDE_COLUMNS.items():
    for _side in ("before", "after"):

        @mutation("limits and errors", f"{_heading} {_side} the result", "La")
        def side(sheet: Sheet, draw: Draw, heading: str = _heading, value: str = _value, side: str = _side) -> None:
            sheet.insert("side", heading, [value] * len(sheet.rows), sheet.place("La") + (side == "after"))


@mutation("limits and errors", "limits in a row under the heading", "La")
def limit_row(sheet: Sheet, draw: Draw) -> None:
    limits = {"La": "2", "Ce": "1", "Nd": "1", "Y": "1", "Cu": "1", "Al": "0.01"}
    sheet.under = [["LOD", *(limits.get(key, "") for key in sheet.keys[1:])]]


@mutation("limits and errors", "marks in a column of their own", "La")
def qualifiers(sheet: Sheet, draw: Draw) -> None:
    marks = ["<" if cell.startswith("<") else "" for cell in sheet.column("La")]
    sheet.change("La", lambda cell: cell.lstrip("<"))
    sheet.insert("La_qualifier", "La_qualifier", marks, sheet.place("La") + 1)


_BELOW = {
    "< 2": "a blank behind the mark",
    "-2": "a minus",
    "2<": "the mark behind",
    "≤2": "a mark of equality",
    "<2.0 ppm": "the unit",
    "<0.2%": "another unit",
    "BDL": "a word",
    "<LOD": "a word with a mark",
    "1": "half the limit",
}
for _cell, _name in _BELOW.items():

    @mutation("limits and errors", f"below the limit written with {_name}", "La")
    def below(sheet: Sheet, draw: Draw, cell: str = _cell) -> None:
        rows = [row for row, old in enumerate(sheet.column("La")) if old.startswith("<")]
        below_limit = {sheet.ids()[row] for row in rows}
        sheet.change("La", lambda _: cell, rows)
        limit = {"<0.2%": 2000.0, "BDL": None, "<LOD": None}.get(cell, 2.0)
        for own in below_limit:
            sheet.truth[own]["La"] = ("<", limit)


_FOLLOW_UPS = {
    "La_OG_pct": 1e-4,
    "La_ppm_OL": 1.0,
    "La_over_range_pct": 1e-4,
    "La_ppm_reassay": 1.0,
    "aLa_ppm_OverLimit": 1.0,
}
for _heading, _factor in _FOLLOW_UPS.items():

    @mutation("follow-ups", f"{_heading} repeats what lies above the range", "La")
    def follow_up(sheet: Sheet, draw: Draw, heading: str = _heading, factor: float = _factor) -> None:
        rows = some(sheet, draw, 2)
        cells = ["" for _ in sheet.rows]
        for row in rows:
            cells[row] = f"{21_000 * factor:g}"
            sheet.truth[sheet.ids()[row]]["La"] = 21_000.0
        sheet.change("La", lambda _: ">10000", rows)
        sheet.insert("again", heading, cells)


@mutation("follow-ups", "laboratory names of method and follow-up", "La")
def als_names(sheet: Sheet, draw: Draw) -> None:
    follow_up(sheet, draw, "La_ME-MS81h_ppm", 1.0)
    sheet.rename("La", "La_ME-MS81_ppm")


@mutation("follow-ups", "follow-up beside a measured value", "La")
def follow_up_of_all(sheet: Sheet, draw: Draw) -> None:
    sheet.insert("again", "La_check_ppm", [f"{float(cell.lstrip('<')) * 1.3:.1f}" for cell in sheet.column("La")])


_YEARS: dict[str, Callable[[str], str]] = {
    "as a date": lambda cell: f"{cell}-05-01",
    "as a date of the American kind": lambda cell: f"5/1/{cell}",
    "as a date and time": lambda cell: f"{cell}-01-01 00:00:00",
    "as a decimal number": lambda cell: f"{cell}.0",
    "as a span": lambda cell: f"{int(cell) - 8}-{cell}",
    "as a short span": lambda cell: f"{int(cell) - 2}-{cell[-2:]}",
    "with two digits": lambda cell: cell[-2:],
    "with an apostrophe": lambda cell: f"'{cell[-2:]}",
    "with circa": lambda cell: f"c. {cell}",
    "with a month": lambda cell: f"May {cell}",
    "as the day number of a workbook": lambda cell: str(int((int(cell) - 1900) * 365.2425) + 1),
    "as a month and a short year": lambda cell: f"May-{cell[-2:]}",
}
for _name, _make in _YEARS.items():

    @mutation("dates", f"last year {_name}", "last_year")
    def year_written(sheet: Sheet, draw: Draw, make: Callable[[str], str] = _make) -> None:
        sheet.change("last_year", make)


for _word in ("0", "9999", "1900-1850", "2965", "19", "unknown", "active", "-1"):

    @mutation("dates", f"last year '{_word}' in one row", "last_year")
    def no_year(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        [row] = some(sheet, draw)
        sheet.change("last_year", lambda _: word, [row])
        sheet.truth[sheet.ids()[row]]["last_year"] = None


_IMPOSSIBLE: dict[str, tuple[str, str, Any]] = {
    "a year of five digits": ("last_year", "20111", None),
    "a year before all mining": ("last_year", "1066", None),
    "a mass of a planet": ("mass_t", "5e14", None),
    "a negative mass": ("mass_t", "-5400", None),
    "an area of a country": ("area_m2", "300000000000", None),
    "an oxide above the whole": ("Al", "131.5", None),
    "a trace above the whole": ("Ce", "2400000", None),
    "a longitude beyond the date line": ("longitude", "-200.5", "same"),
    "a latitude beyond the pole": ("latitude", "94.25", "same"),
}  # fmt: skip
for _name, (_key, _cell, _right) in _IMPOSSIBLE.items():

    @mutation("impossible", _name, _key)
    def impossible(sheet: Sheet, draw: Draw, key: str = _key, cell: str = _cell, right: Any = _right) -> None:
        rows = some(sheet, draw)
        sheet.change(key, lambda _: cell, rows)
        if right is None:
            sheet.truth[sheet.ids()[rows[0]]][key] = None


@mutation("impossible", "a year to come", "last_year")
def year_to_come(sheet: Sheet, draw: Draw) -> None:
    [row] = some(sheet, draw)
    sheet.change("last_year", lambda _: "2098", [row])
    sheet.truth[sheet.ids()[row]]["last_year"] = None  # kept, and to be told


@mutation("impossible", "a first year after the last", "last_year")
def years_reversed(sheet: Sheet, draw: Draw) -> None:
    [row] = some(sheet, draw)
    years = [str(int(cell) - 3) if cell.isdigit() else "" for cell in sheet.column("last_year")]
    years[row] = "1999"
    sheet.insert("first_year", "first_year", years)
    sheet.mapping["first_year"] = "first_year"
    sheet.truth[sheet.ids()[row]]["first_year"] = None  # kept, and to be told
