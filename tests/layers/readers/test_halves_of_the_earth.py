"""Which half of the earth rows lie in: columns of hemispheres, zones without a side, angles in parts, second coordinates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyproj
import pytest

from layers.accounting import Note, Reading
from layers.catalogue.source import Source
from layers.readers.inventory import read_inventory

GRID = {"official_id": "id", "easting": "E", "northing": "N", "utm_zone": "zone"}
PARTS = {
    "official_id": "id",
    **{f"{axis}_{part}": f"{axis[:3]}_{part[0]}" for axis in ("latitude", "longitude")
       for part in ("degrees", "minutes", "seconds")},
}  # fmt: skip
SANTIAGO = [(f"A{n}", 346000 + 1000 * n, 6298000 - 900 * n, 19) for n in range(6)]
TRAIL = [(f"A{n}", 49, 7 + n, 24, 118, 14 + n, 4) for n in range(6)]


def read(folder: Path, headings: str, rows: list[tuple[Any, ...]], **facts: Any) -> Reading[Any]:
    lines = [headings, *(",".join(map(str, row)) for row in rows)]
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_inventory(Source.model_validate({"id": "s", "role": "inventory", "path": "t.csv", **facts}), folder)


def notes_of(reading: Reading[Any], *codes: str) -> list[Note]:
    return [note for note in reading.notes if note.code in codes]


def test_a_southern_table_in_utm_agrees_with_itself(tmp_path: Path) -> None:
    by_default = read(tmp_path, "id,E,N,zone", SANTIAGO, columns=GRID, defaults={"utm_hemisphere": "S"})
    columns = GRID | {"utm_hemisphere": "side"}
    by_column = read(tmp_path, "id,E,N,zone,side", [(*row, "Sur") for row in SANTIAGO], columns=columns)
    for reading in (by_default, by_column):
        assert reading.layer["latitude"].between(-34, -33).all()
        assert {note.code for note in reading.notes} == {"datum_assumed"}


@pytest.mark.parametrize("zone", ["19", "19S", "19H"])
def test_southern_grids_beside_degrees_agree_with_them(tmp_path: Path, zone: str) -> None:
    rows = [(f"A{n}", -70.0 - n / 100, -33.0, *at, zone) for n, at in enumerate([(406582, 6348155), (405648, 6348145)])]
    degrees = {"official_id": "id", "latitude": "lat", "longitude": "lon"}
    for columns in (degrees, degrees | {"easting": "Este", "northing": "Norte", "utm_zone": "Huso"}):
        reading = read(tmp_path, "id,lon,lat,Este,Norte,Huso", rows, columns=columns, crs="EPSG:4326")
        assert not notes_of(reading, "coordinates_disagree")


def test_degrees_of_a_stated_hemisphere_agree_with_themselves(tmp_path: Path) -> None:
    rows = [(f"A{n}", 49.1 + n / 100, 118.2) for n in range(4)]
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon"}
    reading = read(
        tmp_path, "id,lat,lon", rows, columns=columns, crs="EPSG:4326", defaults={"longitude_hemisphere": "W"}
    )
    assert (reading.layer["longitude"] < -118).all()
    assert not reading.notes


def test_a_second_place_in_the_other_half_is_still_told(tmp_path: Path) -> None:
    rows = [(f"A{n}", -70.0, -33.0, 406582, 6348155, "19N") for n in range(3)]
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon"}
    reading = read(tmp_path, "id,lon,lat,UTM_E,UTM_N,zone", rows, columns=columns, crs="EPSG:4326")
    assert notes_of(reading, "coordinates_disagree")[0].count == 3


@pytest.mark.parametrize("facts", [{}, {"crs": "EPSG:4326"}, {"defaults": {"datum": "WGS84"}}])
def test_zones_that_name_no_side_are_told_where_both_have_land(tmp_path: Path, facts: dict[str, Any]) -> None:
    reading = read(tmp_path, "id,E,N,zone", SANTIAGO, columns=GRID, **facts)
    (note,) = notes_of(reading, "hemisphere_unstated")
    assert note.count == 6
    assert "Quebec" in note.message
    assert "Chile" in note.message


@pytest.mark.parametrize(
    ("zone", "easting", "facts"),
    [
        ("11", 410000, {}),  # south of the equator its places are in the sea
        ("19", 346000, {"crs": "EPSG:4269"}),
        ("19", 346000, {"defaults": {"datum": "NAD83"}}),
        ("19", 346000, {"defaults": {"utm_hemisphere": "N"}}),
        ("19V", 346000, {}),
        ("19N", 346000, {}),
    ],
)
def test_zones_whose_side_is_clear_are_not_told(tmp_path: Path, zone: str, easting: int, facts: dict[str, Any]) -> None:
    rows = [(f"A{n}", easting + 1000 * n, 6298000, zone) for n in range(6)]
    assert not notes_of(read(tmp_path, "id,E,N,zone", rows, columns=GRID, **facts), "hemisphere_unstated")


def test_names_beside_zones_tell_their_side(tmp_path: Path) -> None:
    rows = [(*row, "Quebec") for row in SANTIAGO]
    assert not notes_of(read(tmp_path, "id,E,N,zone,province", rows, columns=GRID), "hemisphere_unstated")


def test_a_row_without_hemisphere_is_read_as_all_others_and_told(tmp_path: Path) -> None:
    rows = [(*row, "" if n == 4 else "S") for n, row in enumerate(SANTIAGO)]
    reading = read(tmp_path, "id,E,N,zone,H", rows, columns=GRID | {"utm_hemisphere": "H"})
    (note,) = notes_of(reading, "hemisphere_empty")
    assert (note.rows, note.columns) == ((6,), ("H",))
    assert (reading.layer["latitude"] < -33).all()
    mixed = [(*row, ["S", "N", "S", "N", "", "S"][n]) for n, row in enumerate(SANTIAGO)]
    reading = read(tmp_path, "id,E,N,zone,H", mixed, columns=GRID | {"utm_hemisphere": "H"})
    (note,) = notes_of(reading, "hemisphere_empty")
    assert note.rows == (6,)
    assert "north" in note.message


def test_an_angle_without_hemisphere_is_read_as_all_others_and_told(tmp_path: Path) -> None:
    columns = PARTS | {"longitude_hemisphere": "side"}
    headings = ",".join([*PARTS.values(), "side"])
    rows = [(*row, "" if n == 2 else "W") for n, row in enumerate(TRAIL)]
    reading = read(tmp_path, headings, rows, columns=columns, crs="EPSG:4326")
    (note,) = notes_of(reading, "hemisphere_empty")
    assert (note.rows, note.columns) == ((4,), ("side",))
    assert (reading.layer["longitude"] < -118).all()


def test_angles_in_parts_without_a_sign_are_told_as_whole_ones_are(tmp_path: Path) -> None:
    reading = read(tmp_path, ",".join(PARTS.values()), TRAIL, columns=PARTS, crs="EPSG:4326")
    (note,) = notes_of(reading, "hemisphere_unstated")
    assert note.count == 6
    assert "British Columbia" in note.message
    empty = [(*row, "") for row in TRAIL]
    columns = PARTS | {"longitude_hemisphere": "side"}
    reading = read(tmp_path, ",".join([*PARTS.values(), "side"]), empty, columns=columns, crs="EPSG:4326")
    assert notes_of(reading, "hemisphere_unstated")
    signed = [(*row[:4], -row[4], *row[5:]) for row in TRAIL]
    assert not read(tmp_path, ",".join(PARTS.values()), signed, columns=PARTS, crs="EPSG:4326").notes


def test_a_sign_and_a_letter_that_contradict_each_other_turn_the_row_away(tmp_path: Path) -> None:
    columns = PARTS | {"longitude_hemisphere": "side"}
    rows = [(*row[:4], -row[4], *row[5:], "E" if n == 3 else "W") for n, row in enumerate(TRAIL)]
    reading = read(tmp_path, ",".join([*PARTS.values(), "side"]), rows, columns=columns, crs="EPSG:4326")
    (turned_away,) = reading.rejected.to_dict("records")
    assert (turned_away["source_row"], turned_away["reason_code"]) == (5, "bad_coordinate")
    assert "negative and E at once" in turned_away["reason"]
    assert (reading.layer["longitude"] < -118).all()


@pytest.mark.parametrize(("zone", "rows"), [("19K", (4,)), ("19G", (4,)), ("19J", ()), ("19H", ()), ("19N", ())])
def test_a_band_far_from_the_northing_is_told(tmp_path: Path, zone: str, rows: tuple[int, ...]) -> None:
    table = [(*row[:3], zone if n == 2 else "19H") for n, row in enumerate(SANTIAGO)]
    notes = notes_of(read(tmp_path, "id,E,N,zone", table, columns=GRID), "band_contradicted")
    assert [note.rows for note in notes] == ([rows] if rows else [])


def grid_of(code: int, places: list[tuple[float, float]]) -> list[tuple[int, int]]:
    to_grid = pyproj.Transformer.from_crs(4326, code, always_xy=True)
    return [tuple(round(axis) for axis in to_grid.transform(*place)) for place in places]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("code", "moved", "told"),
    [
        (26917, {}, []), (26917, {2: "lat", 4: "lat"}, [(4, 6)]), (26917, {3: "lon"}, [(5,)]), (26717, {}, []),
        (32190, {}, []), (32190, {3: "lat"}, []), (3347, {}, []), (26918, {}, []),
    ],
)  # fmt: skip
def test_metres_beside_degrees_are_compared_without_a_zone(
    tmp_path: Path, code: int, moved: dict[int, str], told: list[tuple[int, ...]]
) -> None:
    places = [(-81.3 + n / 9, 48.3 + n / 11) for n in range(8)]
    rows = []
    for n, ((lon, lat), metres) in enumerate(zip(places, grid_of(code, places), strict=True)):
        wrong = moved.get(n)
        rows.append((f"A{n}", lon + 0.4 * (wrong == "lon"), lat + 0.3 * (wrong == "lat"), *metres))
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon"}
    reading = read(tmp_path, "id,lon,lat,UTM_E,UTM_N", rows, columns=columns, crs="EPSG:4326")
    assert [note.rows for note in reading.notes if note.code == "coordinates_disagree"] == told


def test_columns_of_letters_that_nobody_mapped_are_named(tmp_path: Path) -> None:
    rows = [(f"A{n}", f"27.{n}2345", "S", f"70.{n}2345", "W") for n in range(1, 5)]
    columns = {"official_id": "id", "latitude": "Lat", "longitude": "Lon"}
    facts = {"columns": columns, "crs": "EPSG:4326"}
    (note,) = notes_of(read(tmp_path, "id,Lat,NS,Lon,EW", rows, **facts), "hemisphere_unstated")
    assert note.columns == ("Lat", "Lon", "NS", "EW")
    assert "latitude_hemisphere: NS, longitude_hemisphere: EW" in note.message
    sides = {"latitude_hemisphere": "NS", "longitude_hemisphere": "EW"}
    mapped = read(tmp_path, "id,Lat,NS,Lon,EW", rows, columns=columns | sides, crs="EPSG:4326")
    assert mapped.layer["latitude"].max() < 0
    assert not notes_of(mapped, "hemisphere_unstated")
