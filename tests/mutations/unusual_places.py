"""Mutations by what tables state in unusual places: meridians, units of eastings, datums of a .prj, scripts, records, readmes."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.packages import _zip
from tests.mutations.sheet import Sheet
from tests.mutations.vectors import pack

_MERIDIANS = {
    "Longitude (Paris)": 2.33723, "long_paris": 2.33723, "Lon W/E Ferro": -17.66667, "longitud Madrid": -3.68794,
    "Lon Roma M. Mario": 12.45233, "lon_E_of_Oslo": 10.72292, "Lon Lisboa": -9.13191, "lon (Pulkovo)": 30.32775,
}  # fmt: skip
for _heading, _east in _MERIDIANS.items():

    @mutation("meridian", f"longitudes counted from elsewhere, '{_heading}'", "longitude")
    def from_elsewhere(sheet: Sheet, draw: Draw, heading: str = _heading, east: float = _east) -> None:
        sheet.change("longitude", lambda cell: f"{float(cell) - east:.5f}")
        sheet.rename("longitude", heading)


for _word in ("Paris", "NTF (Paris)", "MGI (Ferro)", "Roma"):

    @mutation("meridian", f"a column of meridians says '{_word}'", "longitude")
    def said_beside(sheet: Sheet, draw: Draw, word: str = _word) -> None:
        sheet.change("longitude", lambda cell: f"{float(cell) - 2.33723:.5f}")
        sheet.insert("meridian", "meridian", [word] * len(sheet.rows))


for _heading in ("lat_gon|lon_gon", "Lat (grades)|Lon (grades)"):

    @mutation("meridian", f"grads, '{_heading}'", "latitude", "longitude")
    def grads(sheet: Sheet, draw: Draw, heading: str = _heading) -> None:
        for key, name in zip(("latitude", "longitude"), heading.split("|"), strict=True):
            sheet.change(key, lambda cell: f"{float(cell) / 0.9:.5f}")
            sheet.rename(key, name)


_FEET: dict[str, tuple[str, float]] = {
    "x_ft": ("y_ft", 3.28084), "Easting (ftUS)": ("Northing (ftUS)", 3937 / 1200), "E (pieds)": ("N (pieds)", 3.28084),
    "X_km": ("Y_km", 0.001), "x": ("y", 3.28084),
}  # fmt: skip
for _east_name, (_north_name, _factor) in _FEET.items():

    @mutation("feet and metres", f"eastings as '{_east_name}' in another unit", "easting", "northing")
    def in_feet(
        sheet: Sheet, draw: Draw, names: tuple[str, str] = (_east_name, _north_name), factor: float = _factor
    ) -> None:
        for key, name in zip(("easting", "northing"), names, strict=True):
            sheet.change(key, lambda cell: f"{float(cell) * factor:.3f}")
            sheet.rename(key, name)


@mutation("feet and metres", "eastings in feet in two rows", "easting", "northing")
def two_in_feet(sheet: Sheet, draw: Draw) -> None:
    rows = some(sheet, draw, 2)
    for key in ("easting", "northing"):
        sheet.change(key, lambda cell: f"{float(cell) * 3.28084:.0f}", rows)


_GEOGCS = (
    'GEOGCS["{name}",DATUM["{datum}",SPHEROID["{ellipsoid}"]{shift}],PRIMEM["{meridian}",{east}],UNIT["{unit}",{size}]]'
)
_NAD27 = {
    "name": "GCS_North_American_1927",
    "datum": "D_North_American_1927",
    "ellipsoid": 'Clarke_1866",6378206.4,294.9786982',
}
_NAD83 = {
    "name": "GCS_North_American_1983",
    "datum": "D_North_American_1983",
    "ellipsoid": 'GRS_1980",6378137.0,298.257222101',
}
_USUAL = {"shift": "", "meridian": "Greenwich", "east": "0.0", "unit": "Degree", "size": "0.0174532925199433"}
_PRJS = {
    "NAD83 with the shift of NAD27": {**_NAD83, "shift": ",TOWGS84[-10,158,187,0,0,0,0]"},
    "NAD27 without a shift": {**_NAD27, "shift": ",TOWGS84[0,0,0,0,0,0,0]"},
    "NAD83 on the ellipsoid of NAD27": {**_NAD83, "ellipsoid": _NAD27["ellipsoid"]},
    "a datum nobody knows": {**_NAD27, "name": "GCS_Mine", "datum": "D_Mine_1950"},
}
for _name, _words in _PRJS.items():

    @mutation("datum", f"shapefile whose .prj says {_name}", "inventory", "latitude", "longitude")
    def contradicted(sheet: Sheet, draw: Draw, words: dict[str, str] = _words) -> None:
        text = _GEOGCS.replace('"{ellipsoid}"', '"{ellipsoid}').format(**{**_USUAL, **words}).encode()
        for facts in sheet.truth.values():
            facts["longitude"] = 1e9  # nobody knows: any value read must be told
        pack(sheet, "shp", None, [], lambda files: {n: text if n.endswith(".prj") else d for n, d in files.items()})


_SCRIPTS = {
    "euc_jp": "別子鉱山の堆積場", "gbk": "白云鄂博矿区尾矿库", "big5": "金瓜石礦場尾礦", "euc_kr": "상동광산 광미장",
    "koi8-r": "Хвостохранилище Рудник", "cp1251": "Отвал Рудник Новый", "iso8859_7": "Λαύριο Σωρός", "cp1256": "منجم القديم",
}  # fmt: skip
for _encoding, _word in _SCRIPTS.items():

    @mutation("encoding", f"names of another script in {_encoding}", "name")
    def script(sheet: Sheet, draw: Draw, encoding: str = _encoding, word: str = _word) -> None:
        if not "".join(sheet.column("name")).isascii():
            sheet.change("name", lambda cell: cell.encode("ascii", "ignore").decode())
        given = {own: f"{word}{number}" for number, own in enumerate(sheet.ids())}
        for row, own in zip(sheet.rows, sheet.ids(), strict=True):
            row[sheet.place("name")] = given[own]
            sheet.truth[own]["name"] = given[own]
        sheet.touched.add("name")
        sheet.encoding = encoding


_NO_RESULTS = (
    "La <0.1 ppm", "La 0.1 ppm", "La (<0.5 ppm)", "La ppm >100", "1000 mg/kg La", "Ø La ppm", "La head grade ppm", "La (ppm) x10",
    "La ppm [mean]", "La 0,1 ppm", "La flag ppm", "La ppm 2SE", "La ppm in leachate", "La crustal ppm", "La ppm P50",
)  # fmt: skip
for _heading in _NO_RESULTS:

    @mutation("header", f"a column that is no plain result, '{_heading}'", "La")
    def no_result(sheet: Sheet, draw: Draw, heading: str = _heading) -> None:
        sheet.rename("La", heading)
        sheet.change("La", lambda cell: cell.lstrip("<"))
        for facts in sheet.truth.values():
            facts["La"] = None
        sheet.touched.discard("La")  # a note alone is not enough: it must not be read


_RECORDS: dict[str, Callable[[list[dict[str, str]]], object]] = {
    "a list": lambda rows: rows, "a list under a key": lambda rows: {"data": rows},
    "columns": lambda rows: {key: [row[key] for row in rows] for key in rows[0]},
    "records by id": lambda rows: {str(number): row for number, row in enumerate(rows)},
}  # fmt: skip
for _name, _shape in _RECORDS.items():
    for _ending in ("json", "geojson", "csv"):

        @mutation("records", f"JSON, {_name}, called .{_ending}")
        def records(
            sheet: Sheet, draw: Draw, shape: Callable[[list[dict[str, str]]], object] = _shape, ending: str = _ending
        ) -> None:
            def files(one: Sheet, data: bytes) -> dict[str, bytes]:
                rows = [dict(zip(one.headings, row, strict=True)) for row in one.rows]
                return {f"{one.name}.{ending}": json.dumps(shape(rows)).encode()}

            sheet.pack = files


@mutation("records", "a JSON object in every line")
def lines_of_json(sheet: Sheet, draw: Draw) -> None:
    def files(one: Sheet, data: bytes) -> dict[str, bytes]:
        lines = [json.dumps(dict(zip(one.headings, row, strict=True))) for row in one.rows]
        return {f"{one.name}.jsonl": "\n".join(lines).encode()}

    sheet.pack = files


_READMES = {
    "README.txt": b"Ask before use.\nNobody checked it.\n", "LISEZMOI.txt": b"a,b\n1,2\n", "licence.txt": b"Open licence\n",
    "metadata.xml": b"<metadata/>", "readme.csv": b"field,meaning\nsite_id,id\n", "__MACOSX/._table.csv": b"\x00\x05\x16\x07",
    ".DS_Store": b"\x00\x00\x00\x01Bud1",
}  # fmt: skip
for _name, _data in _READMES.items():

    @mutation("archive", f"zipped beside {_name}")
    def beside(sheet: Sheet, draw: Draw, name: str = _name, text: bytes = _data) -> None:
        sheet.pack = lambda one, data: {f"{one.name}.zip": _zip({name: text, f"{one.name}.csv": data})}


@mutation("limits and errors", "limits above the results they belong to", "La", "Ce")
def limits_exchanged(sheet: Sheet, draw: Draw) -> None:
    cells = sheet.column("La")
    sheet.insert("La_limit", "La_DL_ppm", cells)
    sheet.change("La", lambda _: "0.1")
    for facts in sheet.truth.values():
        facts["La"] = ("?", np.nan)  # limit and result are exchanged: whatever is read must be told
