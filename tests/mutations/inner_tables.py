"""Mutations below the heading: second headings, units, means and published values, footers, other tables, groups of columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.packages import book_of
from tests.mutations.sheet import Sheet

RESULTS = ("La", "Ce", "Nd", "Y")


def _in_per_cent(sheet: Sheet, first: int) -> list[int]:
    """Write the results from a row on as per cent; return their columns."""
    columns = [sheet.place(key) for key in RESULTS if key in sheet.keys]
    for row in sheet.rows[first:]:
        for at in columns:
            row[at] = f"{float(row[at]) / 1e4:.8g}" if row[at].replace(".", "").isdigit() else row[at]
    return columns


_BESIDE: dict[str, Callable[[int], str]] = {
    "a label": lambda at: "Units" if at == 0 else "",
    "a number in another column": lambda at: "7" if at == 0 else "",
    "words in another column": lambda at: "second batch" if at == 0 else "",
}
for _name, _beside in _BESIDE.items():

    @mutation("inner tables", f"units in the middle beside {_name}, per cent behind them", "La", "Ce")
    def units_beside(sheet: Sheet, draw: Draw, beside: Callable[[int], str] = _beside) -> None:
        half = len(sheet.rows) // 2
        columns = _in_per_cent(sheet, half)
        sheet.rows.insert(half, ["%" if at in columns else beside(at) for at in range(len(sheet.keys))])


@mutation("inner tables", "units in the middle below a row of units, per cent behind them", "La", "Ce", "Al")
def units_below_units(sheet: Sheet, draw: Draw) -> None:
    half = len(sheet.rows) // 2
    for key in (*RESULTS, "Cu", "Al"):
        sheet.rename(key, "Al2O3" if key == "Al" else key)
    units = {**dict.fromkeys((*RESULTS, "Cu"), "ppm"), "Al": "%"}
    sheet.under = [[units.get(key, "") for key in sheet.keys]]
    columns = _in_per_cent(sheet, half)
    sheet.rows.insert(half, ["%" if at in columns else units.get(key, "") for at, key in enumerate(sheet.keys)])


@mutation("inner tables", "unit of one result in the middle, per cent behind it", "La")
def one_unit(sheet: Sheet, draw: Draw) -> None:
    half, at = len(sheet.rows) // 2, sheet.place("La")
    for row in sheet.rows[half:]:
        row[at] = f"{float(row[at]) / 1e4:.8g}" if row[at].replace(".", "").isdigit() else row[at]
    sheet.rows.insert(half, ["%" if place == at else "" for place in range(len(sheet.keys))])


_EXCHANGED = (("mass_t", "area_m2"), ("latitude", "longitude"), ("easting", "northing"), ("name", "commodities"))
for _pair in _EXCHANGED:

    @mutation("inner tables", f"second heading, {_pair[0]} and {_pair[1]} exchanged below it", *_pair)
    def exchanged(sheet: Sheet, draw: Draw, pair: tuple[str, str] = _pair) -> None:
        first, second, half = *(sheet.place(key) for key in pair), len(sheet.rows) // 2
        for row in sheet.rows[half:]:
            row[first], row[second] = row[second], row[first]
        heading = list(sheet.headings)
        heading[first], heading[second] = heading[second], heading[first]
        sheet.rows.insert(half, heading)


@mutation("inner tables", "second heading in other words, two results exchanged below it", "La", "Ce")
def other_words(sheet: Sheet, draw: Draw) -> None:
    la, ce, half = sheet.place("La"), sheet.place("Ce"), len(sheet.rows) // 2
    for row in sheet.rows[half:]:
        row[la], row[ce] = row[ce], row[la]
    heading = ["No.", *("" for _ in sheet.headings[1:])]
    heading[la], heading[ce] = "Cerium (ppm)", "Lanthanum (ppm)"
    sheet.rows.insert(half, heading)


@mutation("inner tables", "second heading in two rows", "La", "Ce")
def two_rows(sheet: Sheet, draw: Draw) -> None:
    half = len(sheet.rows) // 2
    la, ce = sheet.place("La"), sheet.place("Ce")
    for row in sheet.rows[half:]:
        row[la], row[ce] = row[ce], row[la]
    names = [
        key if key in RESULTS else head.split("_")[0] for key, head in zip(sheet.keys, sheet.headings, strict=True)
    ]
    names[la], names[ce] = "Ce", "La"
    sheet.rows[half:half] = [names, ["ppm" if key in RESULTS else "" for key in sheet.keys]]


_PUBLISHED = (
    "PAAS (Taylor & McLennan 1985)", "World shale average", "Chondrite C1", "Crustal abundance", "Post-Archean Australian Shale",
    "Mean + 2SD", "Geometric mean", "95th percentile", "Background", "Threshold", "Detection limit (ppm)", "Certified value",
    "Average (n = 12)", "Max", "Min", "Normalizing values", "UCC (Rudnick and Gao 2003)", "NIST 2711a", "GSS-1",
    "BCR-2", "Moyenne des témoins", "Promedio Global", "% RSD", "Recommended value",
)  # fmt: skip
for _word in _PUBLISHED:

    @mutation("published values", f"row of '{_word}' among the samples", "geochemistry")
    def published(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        row = [
            f"{float(cell) * 90:g}" if key in RESULTS and cell.replace(".", "").isdigit() else cell
            for key, cell in zip(sheet.keys, sheet.rows[3], strict=True)
        ]
        row[sheet.place("id")] = word
        sheet.ghosts.add(word)
        sheet.rows.insert(5, row)


for _word in (
    "Total",
    "TOTAL MINES: 24",
    "Grand total",
    "Sub-total district 1",
    "Average",
    "Sum of above",
    "Totaux",
    "Total:",
):

    @mutation("published values", f"total called '{_word}' under the names", "name", "mass_t")
    def total(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        row = ["" for _ in sheet.keys]
        row[sheet.place("name")] = word
        row[sheet.place("mass_t")] = f"{sum(float(cell) for cell in sheet.column('mass_t') if cell.isdigit()):g}"
        for key in ("latitude", "longitude", "easting", "northing", "utm_zone", "datum"):
            if key in sheet.keys:
                row[sheet.place(key)] = sheet.column(key)[2]
        sheet.rows.append(row)


_FOOTERS = {
    "Note: all values are as reported": 1, "Note: masses are dry, areas are rounded, years are the last known": 1,
    "* below detection": 1, "Source: archives of the survey": 1, "n.d. = not determined": 1, "Printed 2024-01-01": 1,
    "(1) estimated from air photographs": 1, "-- End of report --": 1, "Total records: 24": 1, "24 rows selected.": 1,
    "Notes:|1. Values are estimates|2. Places are approximate|3. Ask before use": 4, "(24 rows)": 1, "EOF": 1,
    "Query executed in 0.2 s": 1, "Page 1 of 1": 1, "1 Values in italics are estimates": 1, "Légende : A = actif": 1,
    "Fuente: archivo del servicio, 2019": 1, "Disclaimer: no warranty, express or implied, is given": 1,
}  # fmt: skip
for _text in _FOOTERS:
    for _form in ("text", "workbook"):

        @mutation("footers", f"{_form} with '{_text[:40]}' below", "id")
        def footer(sheet: Sheet, draw: Draw, text: str = _text, form: str = _form) -> None:
            lines = text.split("|")
            if form == "text":
                sheet.after = ["", *lines]
                return

            def change(book: Any, page: Any) -> None:
                for number, line in enumerate(lines):
                    page.cell(len(sheet.rows) + 4 + number, 1).value = line

            sheet.pack = lambda one, data: book_of(one, change)


def _other_table(sheet: Sheet, width: int) -> list[list[str]]:
    names = ["Owner", "Since", "Zone", "Grade", "Tonnes", "Ce_ppm", "Depth", "Remark", "Class", "Code", "Sheet", "Year"]
    rows = [[f"{10 * row + at}" if at else f"Z{row}" for at in range(width)] for row in range(6)]
    sheet.ghosts |= {row[0] for row in rows}
    return [names[:width], *rows]


for _width in ("narrow", "equal"):
    for _gap in ("behind a gap", "without a gap"):
        for _form in ("text", "workbook"):

            @mutation("second table", f"{_form}, {_width} table {_gap}", "id")
            def second_table(sheet: Sheet, draw: Draw, width: str = _width, gap: str = _gap, form: str = _form) -> None:
                rows = _other_table(sheet, 3 if width == "narrow" else min(12, len(sheet.keys)))
                blank = [[""] * len(sheet.keys)] if "behind" in gap else []
                if form == "text":
                    mark = "," * (len(sheet.keys) - len(rows[0])) if width == "narrow" else ""
                    sheet.after = [*([""] if blank else []), *(",".join(row) + mark for row in rows)]
                    return
                sheet.pack = lambda one, data: book_of(
                    one, lambda book, page: [page.append([_typed(cell) for cell in row]) for row in (*blank, *rows)]
                )


@mutation("second table", "same columns in another order below a title", "La", "Ce")
def other_order(sheet: Sheet, draw: Draw) -> None:
    half = len(sheet.rows) // 2
    below = sheet.rows[half:]
    sheet.rows = sheet.rows[:half]
    turned = [sheet.headings[0], *reversed(sheet.headings[1:])]
    sheet.after = ["", "Table 2", ",".join(turned), *(",".join([row[0], *reversed(row[1:])]) for row in below)]


@mutation("second table", "same columns, another unit in the second heading", "La", "Ce")
def other_unit(sheet: Sheet, draw: Draw) -> None:
    half = len(sheet.rows) // 2
    _in_per_cent(sheet, half)
    heading = [
        head.replace("_ppm", "_pct") if key in RESULTS else head
        for key, head in zip(sheet.keys, sheet.headings, strict=True)
    ]
    sheet.rows.insert(half, heading)


@mutation("second table", "same columns, masses in another unit in the second heading", "mass_t")
def other_mass_unit(sheet: Sheet, draw: Draw) -> None:
    half, at = len(sheet.rows) // 2, sheet.place("mass_t")
    for row in sheet.rows[half:]:
        row[at] = f"{float(row[at]) / 1000:.10g}" if row[at].replace(".", "").isdigit() else row[at]
    heading = list(sheet.headings)
    heading[at] = "kilotonnes"
    sheet.rows.insert(half, heading)


def _typed(cell: str) -> object:
    try:
        return float(cell) if "." in cell else int(cell)
    except ValueError:
        return cell or None


_METHODS = {"a method each": "ME-MS81", "a word each": "ICP-MS", "a code of a package": "FUS-MS", "a label": "Method"}
for _name, _word in _METHODS.items():
    for _side in ("above", "below"):

        @mutation("captions", f"row of methods ({_name}) {_side} the row of units", "La", "Ce", "Al")
        def methods(sheet: Sheet, draw: Draw, word: str = _word, side: str = _side) -> None:
            results = {key: "ppm" for key in (*RESULTS, "Cu") if key in sheet.keys} | {"Al": "%"}
            for key in results:
                sheet.rename(key, "Al2O3" if key == "Al" else key)
            method = "ICP-MS" if word == "Method" else word
            names = [method if key in results else "" for key in sheet.keys]
            if word == "Method":
                names[0] = word
            units = [results.get(key, "") for key in sheet.keys]
            sheet.under = [names, units] if side == "above" else [units, names]


@mutation("captions", "methods and limits without labels above the units", "La", "Ce", "Al")
def three_captions(sheet: Sheet, draw: Draw) -> None:
    limits = {"La": "2", "Ce": "0.1", "Nd": "0.1", "Y": "0.1", "Cu": "1", "Al": "0.01"}
    units = {**dict.fromkeys((*RESULTS, "Cu"), "ppm"), "Al": "%"}
    for key in limits:
        sheet.rename(key, "Al2O3" if key == "Al" else key)
    sheet.under = [
        ["ME-MS81" if key in limits else "" for key in sheet.keys],
        [limits.get(key, "") for key in sheet.keys],
        [units.get(key, "") for key in sheet.keys],
    ]


_GROUPS = {"with the same contents": 1.0, "with other contents": 1.7}
for _name, _factor in _GROUPS.items():
    for _how in ("equal headings", "a row of groups", "numbered headings"):

        @mutation("column groups", f"all results twice {_name} under {_how}", "La", "Ce")
        def groups(sheet: Sheet, draw: Draw, factor: float = _factor, how: str = _how) -> None:
            keys = [key for key in (*RESULTS, "Cu") if key in sheet.keys]
            for key in keys:
                head = sheet.headings[sheet.place(key)] + (".1" if how.startswith("numbered") else "")
                cells = [
                    f"{float(cell) * factor:.1f}" if cell.replace(".", "").isdigit() else cell
                    for cell in sheet.column(key)
                ]
                sheet.insert(f"{key} again", head, cells)
            if how == "a row of groups":
                first, second = sheet.place(keys[0]), sheet.place(f"{keys[0]} again")
                above = ["" for _ in sheet.keys]
                above[first], above[second] = "Original", "Duplicate"
                sheet.before = [",".join(above)]


@mutation("column groups", "masses and areas of a second dam", "mass_t", "area_m2")
def second_dam(sheet: Sheet, draw: Draw) -> None:
    for key in ("mass_t", "area_m2"):
        cells = [f"{float(cell) * 3:g}" if cell.isdigit() else cell for cell in sheet.column(key)]
        sheet.insert(f"{key} again", sheet.headings[sheet.place(key)], cells)
    above = ["" for _ in sheet.keys]
    above[sheet.place("mass_t")], above[sheet.place("mass_t again")] = "Dam 1", "Dam 2"
    sheet.before = [",".join(above)]


_MERGED = ("id", "name", "commodities", "utm_zone", "datum", "waste_type")
for _key in _MERGED:
    for _form in ("text", "workbook"):

        @mutation("merged keys", f"{_form}, one {_key} over three rows", _key)
        def merged(sheet: Sheet, draw: Draw, key: str = _key, form: str = _form) -> None:
            [first] = some(sheet, draw)
            first = min(first, len(sheet.rows) - 3)
            at, ids = sheet.place(key), sheet.ids()
            for row in (first + 1, first + 2):
                if key == "id":
                    sheet.truth.pop(ids[row], None)
                elif key in sheet.truth[ids[first]]:
                    of_text = "unknown" if key == "waste_type" else None  # nobody can know that it is merged
                    sheet.truth[ids[row]][key] = sheet.truth[ids[first]][key] if form == "workbook" else of_text
                elif sheet.rows[row][at] != sheet.rows[first][at]:
                    raise ValueError("what is merged is the same in all its rows")
                sheet.rows[row][at] = ""
            sheet.touched.add(key)
            if form == "workbook":

                def change(book: Any, page: Any) -> None:
                    page.merge_cells(start_row=first + 2, end_row=first + 4, start_column=at + 1, end_column=at + 1)

                sheet.pack = lambda one, data: book_of(one, change)


_GROUP_UNITS = {
    "in brackets": "Major elements (wt.%)",
    "behind a comma": "Major elements, %",
    "behind in": "Oxides in %",
    "alone": "%",
}
for _name, _heading in _GROUP_UNITS.items():
    for _form in ("text", "workbook"):

        @mutation("captions", f"{_form}, units in the headings of groups {_name}", "La", "Ce", "Al")
        def group_units(sheet: Sheet, draw: Draw, heading: str = _heading, form: str = _form) -> None:
            for key in (*RESULTS, "Cu", "Al"):
                if key in sheet.keys:
                    sheet.rename(key, "Al2O3" if key == "Al" else key)
            above = ["" for _ in sheet.keys]
            above[sheet.place("La")] = heading.replace("Major", "Trace").replace("wt.%", "ppm").replace("%", "ppm")
            above[sheet.place("Al")] = heading
            if form == "text":
                sheet.before = [",".join(f'"{cell}"' if "," in cell else cell for cell in above)]
                return

            def change(book: Any, page: Any) -> None:
                page.insert_rows(1)
                for at, cell in enumerate(above):
                    page.cell(1, at + 1).value = cell or None

            sheet.pack = lambda one, data: book_of(one, change)


for _sum in (1.0, 0.98):

    @mutation("impossible", f"results are shares of their sum, {_sum:.0%}", "La", "Ce", "Nd", "Y")
    def shares(sheet: Sheet, draw: Draw, whole: float = _sum) -> None:
        """Write rare earths as per cent of their sum, as tables of a distribution do; nobody can tell how much there is."""
        at = {key: sheet.place(key) for key in RESULTS}
        for row in sheet.rows:
            values = {key: float(row[place].lstrip("<")) for key, place in at.items()}
            for key, place in at.items():
                row[place] = f"{100 * whole * values[key] / sum(values.values()):.2f}"
        for key in RESULTS:
            sheet.rename(key, f"{key}2O3_pct" if key != "Ce" else "CeO2_pct")
            for facts in sheet.truth.values():
                facts[key] = -1.0


@mutation("impossible", "results of one sample are shares of their sum", "La", "Ce", "Nd", "Y")
def shares_of_one(sheet: Sheet, draw: Draw) -> None:
    [row] = some(sheet, draw)
    at = {key: sheet.place(key) for key in RESULTS}
    total = sum(float(sheet.rows[row][place].lstrip("<")) for place in at.values())
    for key, place in at.items():
        sheet.rows[row][place] = f"{1e6 * float(sheet.rows[row][place].lstrip('<')) / total:.0f}"
        sheet.truth[sheet.ids()[row]][key] = None
