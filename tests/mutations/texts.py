"""Mutations of text tables: encoding, headings, twins, delimiters, rows that are no rows, ids, names, words."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet

for _encoding in ("cp1252", "latin-1", "utf-16", "utf-16-le", "utf-8-sig", "cp850", "mac_roman", "utf-32"):

    @mutation("encoding", f"written in {_encoding}", "name")
    def encoded(sheet: Sheet, draw: Draw, encoding: str = _encoding) -> None:
        sheet.encoding = encoding
        sheet.touched.add("name")


@mutation("encoding", "UTF-8 once read as Windows-1252", "name")
def twice_encoded(sheet: Sheet, draw: Draw) -> None:
    sheet.change("name", lambda cell: cell.encode().decode("cp1252", errors="replace"))


@mutation("encoding", "one byte that is no UTF-8", "name")
def one_byte(sheet: Sheet, draw: Draw) -> None:
    sheet.touched.add("name")
    sheet.pack = lambda one, data: {one.name + one.suffix: data.replace("Rivière".encode(), b"Rivi\xe8re", 1)}


@mutation("encoding", "question marks for letters in one name", "name")
def question_marks(sheet: Sheet, draw: Draw) -> None:
    sheet.change("name", lambda cell: cell.replace("è", "\ufffd"), [0])


@mutation("encoding", "null bytes in one cell", "name")
def null_bytes(sheet: Sheet, draw: Draw) -> None:
    sheet.touched.add("name")
    sheet.pack = lambda one, data: {one.name + one.suffix: data.replace(b"Old Hill", b"Old\x00Hill", 1)}


@mutation("encoding", "line breaks of old machines")
def carriage_returns(sheet: Sheet, draw: Draw) -> None:
    sheet.newline = "\r"


@mutation("encoding", "line breaks of Windows")
def windows_breaks(sheet: Sheet, draw: Draw) -> None:
    sheet.newline = "\r\n"


_HEADINGS: dict[str, Callable[[str], str]] = {
    "in capitals": str.upper,
    "with blanks around": lambda text: f"  {text} ",
    "with hard blanks around": lambda text: f"\u00a0{text}\u00a0",
    "with a line break": lambda text: f"{text}\n",
    "in quotes of their own": lambda text: f"'{text}'",
    "with a byte-order mark in the first": lambda text: text,
}
for _name, _make in _HEADINGS.items():

    @mutation("header", f"headings {_name}")
    def headings(sheet: Sheet, draw: Draw, make: Callable[[str], str] = _make, name: str = _name) -> None:
        sheet.headings = [make(one) for one in sheet.headings]
        if "mark" in name:
            sheet.headings[0] = "\ufeff" + sheet.headings[0]


@mutation("header", "title above the heading")
def title(sheet: Sheet, draw: Draw) -> None:
    sheet.before = ["Register of waste sites", ""]


@mutation("header", "comment lines above the heading")
def comment(sheet: Sheet, draw: Draw) -> None:
    sheet.before = ["# exported by hand", "# nothing is checked"]


@mutation("header", "empty lines above the heading")
def empty_lines(sheet: Sheet, draw: Draw) -> None:
    sheet.before = ["", "", ""]


@mutation("header", "no heading")
def no_heading(sheet: Sheet, draw: Draw) -> None:
    sheet.pack = lambda one, data: {one.name + one.suffix: data.split(b"\n", 1)[1]}


@mutation("header", "row of numbers under the heading")
def numbered(sheet: Sheet, draw: Draw) -> None:
    sheet.under = [[f"({number + 1})" for number in range(len(sheet.keys))]]
    sheet.ghosts.add("(1)")


@mutation("header", "heading repeated in the middle")
def repeated_heading(sheet: Sheet, draw: Draw) -> None:
    sheet.rows.insert(len(sheet.rows) // 2, list(sheet.headings))


@mutation("header", "another heading in the middle, two results exchanged", "La", "Ce")
def exchanged_heading(sheet: Sheet, draw: Draw) -> None:
    la, ce, half = sheet.place("La"), sheet.place("Ce"), len(sheet.rows) // 2
    for row in sheet.rows[half:]:
        row[la], row[ce] = row[ce], row[la]
    heading = list(sheet.headings)
    heading[la], heading[ce] = heading[ce], heading[la]
    sheet.rows.insert(half, heading)


@mutation("header", "units in the middle, per cent behind them", "La", "Ce")
def other_units(sheet: Sheet, draw: Draw) -> None:
    half = len(sheet.rows) // 2
    results = {sheet.place(key) for key in ("La", "Ce", "Nd", "Y") if sheet.has(key)}
    for row in sheet.rows[half:]:
        for at in results:
            row[at] = f"{float(row[at]) / 1e4:.8g}" if row[at].replace(".", "").isdigit() else row[at]
    sheet.rows.insert(half, ["%" if at in results else "" for at in range(len(sheet.keys))])


@mutation("header", "unnamed index first")
def index_first(sheet: Sheet, draw: Draw) -> None:
    sheet.insert("index", "", [str(number) for number in range(len(sheet.rows))], 0)


@mutation("header", "separator line of another program")
def sep_line(sheet: Sheet, draw: Draw) -> None:
    sheet.before = ["sep=,"]


@mutation("header", "empty columns at the end")
def empty_columns(sheet: Sheet, draw: Draw) -> None:
    for number in range(3):
        sheet.insert(f"empty{number}", "", [""] * len(sheet.rows))


def _twin(key: str, sheet: Sheet, heading: str, at: int, make: Callable[[str], str]) -> None:
    sheet.insert("twin", heading, [make(cell) for cell in sheet.column(key)], at)


def _double(cell: str) -> str:
    try:
        return f"{float(cell.lstrip('<')) * 2:g}"
    except ValueError:
        return cell + " bis"


for _key, _role in (("mass_t", "inventory"), ("latitude", "inventory"), ("La", "geochemistry"), ("name", "inventory")):
    for _where in ("before", "behind"):
        for _how in ("capitals", "equal", "blank"):

            @mutation("twin columns", f"{_key} twice, {_how}, the other {_where}", _key, _role)
            def twin(sheet: Sheet, draw: Draw, key: str = _key, where: str = _where, how: str = _how) -> None:
                heading = sheet.headings[sheet.place(key)]
                other = {"capitals": heading.upper(), "equal": heading, "blank": heading + " "}[how]
                _twin(key, sheet, other, sheet.place(key) + (where == "behind"), _double)
                sheet.touched.add(key)

    @mutation("twin columns", f"{_key} twice with the same contents", _key, _role)
    def equal_twin(sheet: Sheet, draw: Draw, key: str = _key) -> None:
        _twin(key, sheet, sheet.headings[sheet.place(key)], len(sheet.keys), lambda cell: cell)


for _name, _mark in (("semicolons", ";"), ("tabs", "\t"), ("bars", "|"), ("blanks", " ")):

    @mutation("delimiter", f"{_name} between cells")
    def delimited(sheet: Sheet, draw: Draw, mark: str = _mark) -> None:
        sheet.delimiter = mark


@mutation("delimiter", "tabs, called .csv, quotes everywhere")
def quoted_tabs(sheet: Sheet, draw: Draw) -> None:
    sheet.delimiter, sheet.quoting = "\t", csv.QUOTE_ALL


@mutation("delimiter", "fixed width")
def fixed_width(sheet: Sheet, draw: Draw) -> None:
    def files(one: Sheet, data: bytes) -> dict[str, bytes]:
        rows = [one.headings, *one.rows]
        widths = [max(len(row[place]) for row in rows) + 2 for place in range(len(one.keys))]
        lines = ["".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return {one.name + ".txt": "".join(line + "\n" for line in lines).encode(one.encoding)}

    sheet.pack = files


@mutation("delimiter", "unquoted comma in one cell", "name")
def unquoted(sheet: Sheet, draw: Draw) -> None:
    sheet.rows_touched.add(sheet.ids()[1])
    sheet.pack = lambda one, data: {one.name + one.suffix: data.replace(b"Old Hill 2", b"Old, Hill 2", 1)}


@mutation("delimiter", "quote that is never closed", "name")
def open_quote(sheet: Sheet, draw: Draw) -> None:
    sheet.pack = lambda one, data: {one.name + one.suffix: data.replace(b"Old Hill 2", b'"Old Hill 2', 1)}


for _name, _closed in (("last", False), ("last", True), ("first", True)):

    @mutation("delimiter", f"quote opened in the {_name} cell of a row{', closed two rows below' if _closed else ''}")
    def swallowed_rows(sheet: Sheet, draw: Draw, name: str = _name, closed: bool = _closed) -> None:
        place = -1 if name == "last" else 0
        opened, shut, mark = 2, 4, "~~"
        if any("," in cell for cell in sheet.rows[opened]):
            raise ValueError("a cell of the row is quoted already")
        sheet.rows[opened][place] = mark + sheet.rows[opened][place]
        if closed:
            sheet.rows[shut][place] += mark
        sheet.pack = lambda one, data: {one.name + one.suffix: data.replace(mark.encode(), b'"')}


@mutation("delimiter", "file cut off in the last row")
def cut_off(sheet: Sheet, draw: Draw) -> None:
    sheet.rows_touched.add(sheet.ids()[-1])
    sheet.pack = lambda one, data: {one.name + one.suffix: data[:-22]}


def _ghost(sheet: Sheet, own: str, make: Callable[[str, str], str], at: int | None = None) -> list[str]:
    row = [make(key, cell) for key, cell in zip(sheet.keys, sheet.rows[3], strict=True)]
    row[sheet.place("id")] = own
    sheet.ghosts.add(own)
    sheet.rows.insert(len(sheet.rows) if at is None else at, row)
    return row


def _rich(key: str, cell: str) -> str:
    return f"{float(cell) * 90:g}" if key in ("La", "Ce", "Nd", "Y") else cell


_CONTROLS = ("STSD-1", "CDN-ME-1", "CANMET REE-1", "Recovery %", "Leerprobe", "Muestra control", "BIR-1a Meas",
             "W-2b Cert", "ROCK-VAN", "BRP-1", "IF-G", "UB-N", "ITAK-705", "Hintergrundwert", "Limit value")  # fmt: skip
for _own in ("OREAS 45", "BLANK", "CRM-2", "STD_1", "Duplicate of T003", "QC-4", "Blank 2", *_CONTROLS):

    @mutation("control rows", f"sample called '{_own}'", "geochemistry")
    def control(sheet: Sheet, draw: Draw, own: str = _own) -> None:
        _ghost(sheet, own, _rich, 5)


for _word in ("CRM", "blank", "standard", "field duplicate", "Certified reference material", "repeat", "blanco"):

    @mutation("control rows", f"type of sample '{_word}'", "geochemistry")
    def control_type(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        _ghost(sheet, "X900", _rich, 5)
        cells = ["regular"] * len(sheet.rows)
        cells[5] = word
        sheet.insert("sample_type", "sample_type", cells)


for _own in (
    "Average",
    "Mean",
    "Total",
    "Std Dev",
    "Moyenne",
    "Maximum",
    "n",
    "Insgesamt",
    "合計",
    "Итого",
    "Streuung",
):

    @mutation("control rows", f"row '{_own}' at the end")
    def summary(sheet: Sheet, draw: Draw, own: str = _own) -> None:
        _ghost(sheet, own, _rich)


for _own in ("Mean (n=4)", "Average of all", "Std. Dev.", "Upper crust", "UCC", "Detection limit", "CCME guideline"):

    @mutation("control rows", f"row '{_own}' in the middle", "geochemistry")
    def comparison(sheet: Sheet, draw: Draw, own: str = _own) -> None:
        _ghost(sheet, own, _rich, 5)


for _own in ("Subtotal", "Zwischensumme", "小計", "Totaal", "Łącznie"):

    @mutation("control rows", f"'{_own}' in the middle", "mass_t")
    def subtotal(sheet: Sheet, draw: Draw, own: str = _own) -> None:
        _ghost(sheet, own, lambda key, cell: cell if key in ("mass_t", "latitude", "longitude") else "", 8)


for _block in (("Mean (n=5)", "±1s", "n"), ("Mittel", "Streuung"), ("平均", "标准差", "n"), ("Geomean", "Q1", "s")):

    @mutation("control rows", f"statistics of a group: {', '.join(_block)}", "geochemistry")
    def statistics(sheet: Sheet, draw: Draw, block: tuple[str, ...] = _block) -> None:
        for at, own in enumerate(block):
            _ghost(sheet, own, _rich, 5 + at)


@mutation("control rows", "rows of another sheet behind", "mass_t")
def another_table(sheet: Sheet, draw: Draw) -> None:
    sheet.after = ["", "Owner,Since", "somebody,1990"]


@mutation("repeated blocks", "whole table twice")
def twice(sheet: Sheet, draw: Draw) -> None:
    sheet.rows += [list(row) for row in sheet.rows]


@mutation("repeated blocks", "whole table twice with its heading")
def twice_headed(sheet: Sheet, draw: Draw) -> None:
    sheet.rows += [list(sheet.headings), *(list(row) for row in sheet.rows)]


@mutation("repeated blocks", "one row twice")
def one_twice(sheet: Sheet, draw: Draw) -> None:
    [row] = some(sheet, draw)
    sheet.rows.insert(row, list(sheet.rows[row]))


@mutation("repeated blocks", "one id twice with other contents")
def id_twice(sheet: Sheet, draw: Draw) -> None:
    row = [f"{float(cell) * 2:g}" if key in ("La", "mass_t") else cell
           for key, cell in zip(sheet.keys, sheet.rows[3], strict=True)]  # fmt: skip
    sheet.rows.append(row)
    sheet.rows_touched.add(sheet.ids()[3])


@mutation("repeated blocks", "rows again under ids in small letters")
def small_ids(sheet: Sheet, draw: Draw) -> None:
    for row in sheet.rows[:3]:
        _again = list(row)
        _again[sheet.place("id")] = row[sheet.place("id")].lower()
        sheet.ghosts.add(_again[sheet.place("id")])
        sheet.rows.append(_again)


_IDS: dict[str, Callable[[int], str]] = {
    "with leading zeros": lambda number: f"{number:05d}",
    "that read as exponents": lambda number: f"{number}E05",
    "of map sheets": lambda number: f"082E{number:02d}",
    "with hyphens": lambda number: f"A-{number}",
    "with slashes": lambda number: f"A/{number}",
    "with hash marks": lambda number: f"A#{number}",
    "with accents": lambda number: f"É{number}",
    "that read as dates": lambda number: f"{number}-Mar",
    "that read as truth": lambda number: f"TRUE{number}" if number > 1 else "TRUE",
    "of twenty digits": lambda number: f"{10**19 + number}",
    "that read as missing": lambda number: "NA" if number == 1 else f"NA{number}",
}
for _name, _own_id in _IDS.items():

    @mutation("ids", f"ids {_name}")
    def ids_written(sheet: Sheet, draw: Draw, make: Callable[[int], str] = _own_id) -> None:
        given = {old: make(number + 1) for number, old in enumerate(sheet.ids()) if old not in sheet.ghosts}
        sheet.change("id", lambda old: given.get(old, old))
        sheet.truth = {given[old]: facts for old, facts in sheet.truth.items()}


@mutation("ids", "blanks around ids")
def id_blanks(sheet: Sheet, draw: Draw) -> None:
    sheet.change("id", lambda cell: f" {cell}\u00a0")


@mutation("ids", "no id in one row")
def no_id(sheet: Sheet, draw: Draw) -> None:
    [row] = some(sheet, draw)
    sheet.truth.pop(sheet.ids()[row])
    sheet.change("id", lambda _: "", [row])


_TEXTS: dict[str, Callable[[str], str]] = {
    "in decomposed letters": lambda cell: unicodedata.normalize("NFD", cell),
    "with tabs around": lambda cell: f"\t{cell}\t",
    "with markup entities": lambda cell: cell.replace("è", "&egrave;").replace("'", "&#39;"),
}
for _name, _make in _TEXTS.items():

    @mutation("names", f"names {_name}", "name")
    def name_written(sheet: Sheet, draw: Draw, make: Callable[[str], str] = _make) -> None:
        sheet.change("name", make)


_AWKWARD = [
    "None",
    "NA",
    "null",
    "nan",
    "1-2-3",
    "=1+1",
    "Ridge\nNorth",
    "A; B",
    'The "Big" One',
    "<b>Bold</b>",
    "Total Ridge",
    "No. 7",
    "x" * 300,
]
for _word in _AWKWARD:

    @mutation("names", f"site called '{_word[:12]!r}'", "name")
    def awkward(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        [row] = some(sheet, draw)
        sheet.change("name", lambda _: word, [row])
        sheet.truth[sheet.ids()[row]]["name"] = word


_METALS = {
    "in Spanish": ("oro", {"gold"}), "in French": ("cuivre", {"copper"}), "as symbols": ("Au", {"gold"}),
    "as a Spanish compound": ("ORO-ZINC", {"gold", "zinc"}), "as a Spanish plural": ("Fosfatos", {"phosphate"}),
    "with a slash": ("Cu/Zn", {"copper", "zinc"}), "with and": ("gold and silver", {"gold", "silver"}),
    "nobody knows": ("Zweifelstein", {"Zweifelstein"}), "in capitals": ("COPPER", {"copper"}),
    "as a compound of three": ("COBRE - ORO - PLATA", {"copper", "gold", "silver"}),
    "as symbols apart by blanks": ("Au Ag U", {"gold", "silver", "uranium"}),
}  # fmt: skip
for _name, (_word, _metals) in _METALS.items():

    @mutation("words", f"commodity {_name}", "commodities")
    def metal(sheet: Sheet, draw: Draw, word: str = _word, metals: set[str] = _metals) -> None:
        rows = some(sheet, draw, 3)
        sheet.change("commodities", lambda _: word, rows)
        for row in rows:
            sheet.truth[sheet.ids()[row]]["commodities"] = frozenset(metals)


for _word, _kind in (("Tailings Pond", "tailings"), ("waste rock pile", "waste_rock"), ("haldes", "waste_rock"),
                     ("relave", "tailings"), ("Zweifelhaufen", None), ("slag", "slag")):  # fmt: skip

    @mutation("words", f"waste type '{_word}'", "waste_type")
    def waste(sheet: Sheet, draw: Draw, word: str = _word, kind: str | None = _kind) -> None:
        rows = some(sheet, draw, 3)
        sheet.change("waste_type", lambda _: word, rows)
        for row in rows:
            sheet.truth[sheet.ids()[row]]["waste_type"] = kind
