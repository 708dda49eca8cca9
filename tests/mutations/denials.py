"""Mutations of words: cells that deny, doubt, plan or take away what they name, and angles packed behind a point."""

from __future__ import annotations

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet

_TAKEN_BACK = {
    "no tailings": "none", "keine Halde": "none", "No hay relaves": "none", "tailings removed 1998": None, "tailings?": None,
    "Slag (possible)": None, "haldes prévues": None, "tailings pond (never built)": None,
}  # fmt: skip
for _word, _kind in _TAKEN_BACK.items():

    @mutation("denials", f"waste type '{_word}'", "waste_type")
    def denied_waste(sheet: Sheet, draw: Draw, word: str = _word, kind: str | None = _kind) -> None:
        rows = some(sheet, draw, 3)
        sheet.change("waste_type", lambda _: word, rows)
        for row in rows:
            sheet.truth[sheet.ids()[row]]["waste_type"] = kind


for _word in ("no REE", "REE (trace)", "rare earth elements?", "Terres rares: non", "Sin tierras raras", "REE absent"):

    @mutation("denials", f"commodity '{_word}'", "commodities")
    def denied_commodity(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        rows = some(sheet, draw, 2)
        sheet.change("commodities", lambda cell: f"{cell}; {word}", rows)


_NOT_THERE = {
    "planned": (
        "計画中",
        "planowane",
        "planlanan",
        "plánovaná stavba",
        "prevista",
        "đang quy hoạch",
        "aangevraagd",
        "kavandatud",
    ),
    "gone": ("撤去済", "zlikwidowana", "kaldırıldı", "odtěženo", "verwijderd", "fjernet", "äraveetud"),
}
for _kind, _words in _NOT_THERE.items():
    for _word in _words:

        @mutation("denials", f"status '{_word}' of a waste that is {_kind}", "mass_t", "area_m2", "waste_type")
        def not_there(sheet: Sheet, draw: Draw, word: str = _word, kind: str = _kind) -> None:
            rows = some(sheet, draw, 3)
            for row in rows:
                sheet.truth[sheet.ids()[row]] |= {"mass_t": None, "area_m2": None, "waste_type": "none"}
            sheet.insert("status", "Status", [word if row in rows else "closed" for row in range(len(sheet.rows))])
            sheet.mapping["status"] = "status"


@mutation("angle", "minutes and seconds packed behind the point of both axes", "latitude", "longitude")
def packed_angles(sheet: Sheet, draw: Draw) -> None:
    for key in ("latitude", "longitude"):

        def packed(cell: str) -> str:
            seconds = round(abs(float(cell)) * 3600)
            sign = "-" if cell.startswith("-") else ""
            return f"{sign}{seconds // 3600}.{seconds // 60 % 60:02d}{seconds % 60:02d}"

        sheet.change(key, packed)
