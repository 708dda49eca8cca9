"""Columns that name a datum or a system, areas of use, degrees of 0 and stretched areas: what contradicts is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.cells.utm import DATUMS, datum_of_headings
from layers.errors import SourceError
from layers.readers.inventory import read_inventory
from layers.readers.outline_areas import settle_areas

GRID = ("E", "N", [(476_000 + 3_100 * n, 5_373_000 + 2_210 * n) for n in range(6)])
DEGREES = ("Lon", "Lat", [(-81.3 + n / 20, 48.5 + n / 30) for n in range(6)])


def read(folder: Path, pairs: Any, crs: str | None, column: str, words: list[str], **facts: Any) -> Reading[Any]:
    x, y, places = pairs
    lines = [f"id,name,{x},{y},{column}"]
    lines += [f"A{n},Hill {n},{east},{north},{words[n % len(words)]}" for n, (east, north) in enumerate(places)]
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    axes = {"easting": x, "northing": y} if x == "E" else {"longitude": x, "latitude": y}
    columns = {"official_id": "id", "name": "name", **axes}
    source = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns, "crs": crs, **facts}
    return read_inventory(Source.model_validate(source), folder)


def rows(reading: Reading[Any], code: str) -> list[tuple[int, ...]]:
    return [note.rows for note in reading.notes if note.code == code]


@pytest.mark.parametrize(
    ("pairs", "crs", "column", "words", "told"),
    [
        (GRID, "EPSG:26917", "DATUM", ["NAD83", "NAD27"], (3, 5, 7)),
        (GRID, "EPSG:26917", "EPSG", ["26918"], (2, 3, 4, 5, 6, 7)),
        (GRID, "EPSG:26917", "epsg_code", ["EPSG:26917", "EPSG:26717"], (3, 5, 7)),
        (GRID, "EPSG:32719", "Datum", ["PSAD56"], (2, 3, 4, 5, 6, 7)),
        (DEGREES, "EPSG:4326", "GEODETIC_DATUM", ["NAD27"], (2, 3, 4, 5, 6, 7)),
        (DEGREES, "EPSG:4326", "coord_sys", ["NAD 1927"], (2, 3, 4, 5, 6, 7)),
        (DEGREES, None, "datum", ["NAD27"], (2, 3, 4, 5, 6, 7)),
    ],
)
def test_another_system_than_the_run_file_states_is_told_by_row(
    tmp_path: Path, pairs: Any, crs: str | None, column: str, words: list[str], told: tuple[int, ...]
) -> None:
    assert rows(read(tmp_path, pairs, crs, column, words), "system_contradicted") == [told]
    assert rows(read(tmp_path, pairs, crs, column, words, ignore=[column]), "system_contradicted") == []


@pytest.mark.parametrize(
    ("pairs", "crs", "column", "words"),
    [
        (GRID, "EPSG:26917", "DATUM", ["NAD83"]),
        (GRID, "EPSG:26917", "DATUM", ["WGS84"]),
        (GRID, "EPSG:26917", "EPSG", ["26917", "32617", "4269"]),
        (GRID, "EPSG:26917", "vertical_datum", ["NAD27"]),
        (DEGREES, "EPSG:4326", "EPSG", ["26917"]),
        (DEGREES, "EPSG:4326", "datum", ["mean sea level", "2019", "unknown"]),
        (DEGREES, "EPSG:4267", "DATUM", ["NAD27"]),
    ],
)
def test_the_same_system_by_another_name_is_no_doubt(
    tmp_path: Path, pairs: Any, crs: str | None, column: str, words: list[str]
) -> None:
    assert rows(read(tmp_path, pairs, crs, column, words), "system_contradicted") == []


def test_places_outside_the_area_of_their_system_are_no_fault_of_a_grid_of_shifts(tmp_path: Path) -> None:
    irish = ("E", "N", [(215_000 + 900 * n, 230_000 + 800 * n) for n in range(6)])
    with pytest.raises(SourceError, match="outside the area EPSG:2157 is made for") as failure:
        read(tmp_path, irish, "EPSG:2157", "note", ["x"])
    assert "Install" not in str(failure.value)


@pytest.mark.parametrize(("zero", "told"), [("0", [(3, 5)]), ("-0", []), ("0.0", [(3, 5)])])
def test_degrees_of_0_among_negative_ones_are_told(tmp_path: Path, zero: str, told: list[tuple[int, ...]]) -> None:
    degrees = ["-1", zero, "-2", zero, "-1"]
    lines = ["id,lat,deg,min", *(f"A{n},{51 + n / 10},{degree},{10 + n}" for n, degree in enumerate(degrees))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "id", "latitude": "lat", "longitude_degrees": "deg", "longitude_minutes": "min"}
    source = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns, "crs": "EPSG:4326"}
    reading = read_inventory(Source.model_validate(source), tmp_path)
    assert rows(reading, "hemisphere_unstated") == told
    assert (reading.layer["longitude"].iloc[1] > 0) == bool(told)


@pytest.mark.parametrize(("latitude", "told"), [(48.5, 6), (30.0, 6), (64.0, 6), (5.0, 0)])
def test_areas_as_web_mercator_draws_them_are_told(latitude: float, told: int) -> None:
    shapes = np.array([900.0, 4_000.0, 25_000.0, 16_000.0, 8_100.0, 1_200.0])
    to_metres = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    (west, south), (east, north) = to_metres.transform(-81.0, latitude), to_metres.transform(-80.999, latitude + 0.001)
    corners = [-81, -80.999, -80.999, -81], [latitude] * 2 + [latitude + 0.001] * 2
    true = abs(pyproj.Geod(ellps="WGS84").polygon_area_perimeter(*corners)[0])
    stretch = (east - west) * (north - south) / true
    stated, numbers = pd.Series(shapes * stretch), np.arange(2, 8)
    place = np.full(6, latitude)
    areas, notes = settle_areas("w", "s", stated, shapes, numbers, ["Shape_Area"], {"area_m2": "m2"}, place)
    assert sum(note.count for note in notes) == told
    assert areas.tolist() == stated.tolist()
    _, notes = settle_areas("w", "s", pd.Series(shapes * 1.02), shapes, numbers, ["Shape_Area"], {}, place)
    assert notes == []


@pytest.mark.parametrize("word", sorted(DATUMS))
def test_a_datum_is_the_system_that_its_name_says(word: str) -> None:
    """The register's own name holds the letters and the year of the word, the oldest editions of a name aside."""
    name = re.sub(r"[^a-z0-9]", "", pyproj.CRS(DATUMS[word]).name.casefold())
    plain = {"gps": "wgs84", "csrs": "nad83csrs", "roma40": "montemario", "rdnew": "amersfoort", "euref89": "etrs89",
             "eureffin": "etrs89", "kgd2002": "kgd2002"}.get(word, word)  # fmt: skip
    for long, short in (("datum", ""), ("geodetic", ""), ("worldsystem", "wgs"), ("northamerican", "nad"), ("european", "ed"),
                        ("provisionalsouthamerican", "psad"), ("southamerican", "sad"), ("japanese", "jgd")):  # fmt: skip
        plain = plain.replace(long, short)
    years = re.sub(r"(?<=[a-z])19(\d\d)$", r"\1", plain)
    chinese = {"cgcs2000": "chinageodeticcoordinatesystem2000"}.get(plain)
    spelt = {plain, years, re.sub(r"(\d\d)$", r"19\1", years), re.sub(r"(\d\d)$", r"20\1", years), chinese}
    assert any(other is not None and name.startswith(other) for other in spelt), (word, name)


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        (("Lat_ED50", "Lon_ED50"), "EPSG:4230"), (("OSGB36 lat", "OSGB36 lon"), "EPSG:4277"),
        (("N_JGD2011", "E_JGD2011"), "EPSG:6668"),
        (("Lat (JGD2000)", "Lon (JGD2000)"), "EPSG:4612"), (("lat_tokyo", "lon_tokyo"), "EPSG:4301"), (("Nord50", "Est50"), ""),
        (("UTM_E_ED50", "UTM_N_WGS84"), ""),
    ],
)  # fmt: skip
def test_datums_in_headings(headings: tuple[str, str], code: str) -> None:
    assert datum_of_headings(headings) == code


@pytest.mark.parametrize(("system", "told"), [("EPSG:6691", False), ("EPSG:6668", False), ("EPSG:4326", True)])
def test_the_system_of_a_file_with_geometry_says_its_half_of_the_earth(tmp_path: Path, system: str, told: bool) -> None:
    points = shapely.points(140.1 + np.arange(8) / 50, 36.2 + np.arange(8) / 70)
    layer = gpd.GeoDataFrame({"id": [f"A{n}" for n in range(8)]}, geometry=points, crs="EPSG:4326").to_crs(system)
    layer.to_file(tmp_path / "s.gpkg", layer="s")
    spec = {"id": "s", "role": "inventory", "path": "s.gpkg", "columns": {"official_id": "id"}}
    notes = read_inventory(Source.model_validate(spec), tmp_path).notes
    assert ("hemisphere_unstated" in {note.code for note in notes}) == told
