"""Mutations of the parts a vector file consists of: tables, indexes, systems and letters of shapefiles, tables of databases."""

from __future__ import annotations

import io
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.mutations.mutation import Draw, mutation
from tests.mutations.sheet import Sheet
from tests.mutations.vectors import POSITION, Finish, pack


def _without(*endings: str) -> Finish:
    return lambda files: {name: data for name, data in files.items() if not name.endswith(endings)}


def _replaced(ending: str, make: Callable[[bytes], bytes]) -> Finish:
    return lambda files: {name: make(data) if name.endswith(ending) else data for name, data in files.items()}


def _zipped(files: dict[str, bytes], under: str = "") -> dict[str, bytes]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(under + name, data)
    return {Path(next(iter(files))).stem + ".zip": stream.getvalue()}


def _capitals(files: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{name.rsplit('.', 1)[0]}.{name.rsplit('.', 1)[1].upper()}": data for name, data in files.items()}


def _deleted_row(data: bytes) -> bytes:
    """Mark the third record of a dBASE table as deleted; the shape stays."""
    head, length = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    at = head + 2 * length
    return data[:at] + b"*" + data[at + 1 :]


def _fewer_rows(data: bytes) -> bytes:
    count = int.from_bytes(data[4:8], "little")
    return data[:4] + (count - 3).to_bytes(4, "little") + data[8:]


def _stars(data: bytes) -> bytes:
    """Fill the masses of the third record with stars, as dBASE does where a number is too long for its field."""
    head, length = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    fields, at = [], 32
    while data[at] != 0x0D:
        fields.append((data[at : at + 11].rstrip(b"\0").decode(), data[at + 16]))
        at += 32
    start = head + 2 * length + 1
    for name, width in fields:
        if name == "tonnes":
            return data[:start] + b"*" * width + data[start + width :]
        start += width
    raise ValueError("the table has no masses")


PARTS: dict[str, tuple[Finish, str | None]] = {
    "without .dbf": (_without(".dbf"), None), "without .shx": (_without(".shx"), None), "without .prj": (_without(".prj"), None),
    "without .cpg": (_without(".cpg"), None), "cut short": (_replaced(".shp", lambda data: data[:-60]), None),
    "with a table cut short": (_replaced(".dbf", lambda data: data[:-200]), None),
    "with an index cut short": (_replaced(".shx", lambda data: data[:-16]), None),
    "with fewer rows than shapes": (_replaced(".dbf", _fewer_rows), None),
    "with a row deleted": (_replaced(".dbf", _deleted_row), "A003"),
    "with stars for a mass": (_replaced(".dbf", _stars), "mass_t"),
    "in capitals": (_capitals, None), "zipped": (_zipped, None),
    "zipped in a folder": (lambda files: _zipped(files, "data/"), None),
    "with a lying .cpg": (_replaced(".cpg", lambda data: b"ISO-8859-1"), "name"),
    "with an unreadable .prj": (_replaced(".prj", lambda data: b"LOCAL_CS[mine grid]"), None),
    "with an empty .prj": (_replaced(".prj", lambda data: b""), None),
}  # fmt: skip
for _name, (_finish, _key) in PARTS.items():

    @mutation("vector parts", f"shapefile {_name}", "inventory", "mass_t", *POSITION)
    def parts(sheet: Sheet, draw: Draw, finish: Finish = _finish, key: str | None = _key) -> None:
        if key == "mass_t":
            sheet.truth[sheet.ids()[2]]["mass_t"] = None
        elif key == "A003":
            sheet.truth.pop(sheet.ids()[2])
            sheet.ghosts.add(sheet.ids()[2])
        if key in sheet.keys:
            sheet.touched.add(str(key))
        pack(sheet, "shp", None, [], finish)


_WGS84 = (
    'GEOGCS["GCS_Own",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["{}",{}],UNIT["{}",{}]]'
)
_OTHER_DEGREES = {
    "from Paris": (("Paris", 2.33722917, "Degree", 0.0174532925199433), 1.0, 2.33722917),
    "from Ferro": (("Ferro", -17.6666666666667, "Degree", 0.0174532925199433), 1.0, -17.6666666666667),
    "in grads": (("Greenwich", 0.0, "Grad", 0.0157079632679490), 0.9, 0.0),
}
for _name, (_words, _unit, _meridian) in _OTHER_DEGREES.items():

    @mutation("vector parts", f"shapefile of degrees {_name}", "inventory", *POSITION)
    def other_degrees(
        sheet: Sheet, draw: Draw, words: tuple[object, ...] = _words, unit: float = _unit, meridian: float = _meridian
    ) -> None:
        for facts in sheet.truth.values():
            facts["longitude"], facts["latitude"] = facts["longitude"] * unit + meridian, facts["latitude"] * unit
        pack(sheet, "shp", None, [], _replaced(".prj", lambda data: _WGS84.format(*words).encode()))


@mutation("vector parts", "shapefile in Windows letters without .cpg", "inventory", *POSITION)
def windows_letters(sheet: Sheet, draw: Draw) -> None:
    sheet.touched.add("name")
    pack(sheet, "shp", None, [], _without(".cpg"), encoding="cp1252")


def _database(change: Callable[[sqlite3.Connection], None]) -> Finish:
    def finish(files: dict[str, bytes]) -> dict[str, bytes]:
        with tempfile.TemporaryDirectory(prefix="minewaste-vector-") as folder:
            path = Path(folder) / "a.gpkg"
            path.write_bytes(next(iter(files.values())))
            base = sqlite3.connect(path)
            base.create_function("ST_IsEmpty", 1, lambda blob: 0)
            for name in ("ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                base.create_function(name, 1, lambda blob: 0.0)
            change(base)
            base.commit()
            base.close()
            return {next(iter(files)): path.read_bytes()}

    return finish


def _table(base: sqlite3.Connection) -> str:
    return str(base.execute("select table_name from gpkg_contents").fetchone()[0])


def _second_layer(base: sqlite3.Connection) -> None:
    base.execute("create table notes (fid integer primary key, text text)")
    base.execute("insert into notes (text) values ('ask before use')")
    base.execute(
        "insert into gpkg_contents (table_name, data_type, identifier) values ('notes', 'attributes', 'notes')"
    )


DATABASES: dict[str, Callable[[sqlite3.Connection], None]] = {
    "with a second layer of notes": _second_layer,
    "with a lying system": lambda base: [
        base.execute(f"update {one} set srs_id = 0") for one in ("gpkg_contents", "gpkg_geometry_columns")
    ] and None,
    "with a column of marks": lambda base: base.execute(f'alter table "{_table(base)}" add column remark text') and None,
    "with a wrong extent": lambda base: base.execute(
        "update gpkg_contents set min_x = 0, max_x = 1, min_y = 0, max_y = 1"
    ) and None,
    "without a row for its geometry": lambda base: base.execute("delete from gpkg_geometry_columns") and None,
    "with a row for a table that is gone": lambda base: base.execute(
        "insert into gpkg_contents (table_name, data_type, identifier, srs_id) values ('gone', 'features', 'gone', 4326)"
    ) and None,
}  # fmt: skip
for _name, _base in DATABASES.items():

    @mutation("vector parts", f"GeoPackage {_name}", "inventory", *POSITION)
    def database(sheet: Sheet, draw: Draw, change: Callable[[sqlite3.Connection], None] = _base) -> None:
        pack(sheet, "gpkg", None, [], _database(change))


@mutation("vector parts", "GeoPackage cut short", "inventory", *POSITION)
def cut_database(sheet: Sheet, draw: Draw) -> None:
    pack(sheet, "gpkg", None, [], _replaced(".gpkg", lambda data: data[: len(data) // 2]))


@mutation("vector parts", "GeoPackage zipped", "inventory", *POSITION)
def zipped_database(sheet: Sheet, draw: Draw) -> None:
    pack(sheet, "gpkg", None, [], _zipped)
