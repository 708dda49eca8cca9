"""Mutations of laboratory tables: marks of validation beside results, points that part thousands, methods by row."""

from __future__ import annotations

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet

_UNUSABLE = ("R", "UR", "Rejected", "REJ")
_UNKNOWN = ("Z", "?", "~", "*", "Q3", "not sure")
_ESTIMATES = ("J", "J+", "J-", "E", "D")
_BELOW = ("U", "<", "UJ", "ND")
for _marks, _kind in (
    (_UNUSABLE, "gone"),
    (_UNKNOWN, "doubt"),
    (_ESTIMATES, "kept"),
    (_BELOW, "below"),
    (("B",), "doubt"),
):
    for _mark in _marks:
        for _heading in ("La_qualifier", "La Q"):

            @mutation("marks", f"mark '{_mark}' under {_heading}", "La")
            def marked(sheet: Sheet, draw: Draw, mark: str = _mark, kind: str = _kind, heading: str = _heading) -> None:
                [row] = some(sheet, draw)
                own = sheet.ids()[row]
                if not isinstance(sheet.truth[own]["La"], float):
                    raise ValueError("another mutation changed this result")
                if kind == "below":
                    sheet.truth[own]["La"] = ("<", sheet.truth[own]["La"])
                elif kind != "kept":
                    sheet.truth[own]["La"] = None  # unusable; of a mark nobody knows the reader must speak
                cells = [mark if number == row else "" for number in range(len(sheet.rows))]
                sheet.insert("La_marks", heading, cells, sheet.place("La") + 1)
                sheet.rows_touched.add(own)


def _dotted(cell: str) -> str:
    """Write a number above a thousand with a point between thousands and a comma before decimals."""
    if cell.startswith("<") or not cell:
        return cell.replace(".", ",")
    whole, _, rest = cell.partition(".")
    grouped = f"{int(whole):,}".replace(",", ".")
    return grouped + ("," + rest if rest else "")


@mutation("marks", "points part thousands and commas decimals in the results", "La", "Ce")
def dotted(sheet: Sheet, draw: Draw) -> None:
    sheet.delimiter = ";"
    for key in ("La", "Ce"):
        sheet.change(key, lambda cell: cell if cell.startswith("<") else f"{float(cell) * 100:.1f}")
        sheet.change(key, _dotted)
        for facts in sheet.truth.values():
            if isinstance(facts.get(key), float):
                facts[key] = round(facts[key] * 100, 1)
    for key in set(sheet.keys) - {"La", "Ce", "id", "site_key"}:
        sheet.change(key, lambda cell: cell.replace(".", ","))


@mutation("marks", "points part thousands of whole results beside decimal commas", "La", "Ce", "latitude", "longitude")
def whole_thousands(sheet: Sheet, draw: Draw) -> None:
    sheet.delimiter = ";"
    for key in set(sheet.keys) - {"id", "site_key", "latitude", "longitude"}:
        for facts in sheet.truth.values():
            if isinstance(facts.get(key), float):
                facts[key] = float(round(facts[key] * 100))
        sheet.change(key, lambda cell: cell if cell.startswith("<") else _dotted(str(round(float(cell) * 100))))
    for key in ("latitude", "longitude"):
        sheet.change(key, lambda cell: cell.replace(".", ","))
