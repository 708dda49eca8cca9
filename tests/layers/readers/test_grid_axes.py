"""Eastings and northings of a projected system are held against its area and the letters it gives its own axes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyproj
import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.inventory import read_inventory

PLACES = {
    "EPSG:3006": [(15.6, 60.6), (17.2, 62.1), (20.1, 67.8)],
    "EPSG:2451": [(139.44, 36.62), (140.2, 36.1), (139.7, 35.9)],
    "EPSG:2053": [(29.3, -26.3), (28.4, -25.9), (29.6, -28.1)],
    "EPSG:2180": [(19.0, 50.3), (16.2, 51.5), (21.0, 52.2)],
    "EPSG:26917": [(-81.2, 46.5), (-79.7, 47.4), (-80.3, 48.1)],
}
"""Systems with north first or second, or south, and places in their area (longitude, latitude)."""


def read(folder: Path, crs: str, headings: tuple[str, str], exchanged: bool) -> Reading:
    """Read places whose columns hold easting and northing, or the other way round."""
    to_metres = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    metres = [to_metres.transform(*place) for place in PLACES[crs]]
    pairs = [(north, east) if exchanged else (east, north) for east, north in metres]
    table = pd.DataFrame(pairs, columns=list(headings)).round(1).assign(id=["1", "2", "3"], name=["A", "B", "C"])
    table.to_csv(folder / "t.csv", index=False)
    columns = {"official_id": "id", "name": "name", "easting": headings[0], "northing": headings[1]}
    given = {"id": "s", "role": "inventory", "path": "t.csv", "crs": crs, "columns": columns}
    return read_inventory(Source.model_validate(given), folder)


@pytest.mark.parametrize("crs", ["EPSG:3006", "EPSG:2053", "EPSG:26917"])
@pytest.mark.parametrize("headings", [("X", "Y"), ("East", "North")])
def test_axes_that_fit_only_exchanged_stop_the_source(tmp_path: Path, crs: str, headings: tuple[str, str]) -> None:
    with pytest.raises(SourceError) as stopped:
        read(tmp_path, crs, headings, exchanged=True)
    assert f"Map easting: '{headings[1]}' and northing: '{headings[0]}'" in str(stopped.value)


@pytest.mark.parametrize("crs", list(PLACES))
def test_axes_that_fit_as_mapped_are_read(tmp_path: Path, crs: str) -> None:
    reading = read(tmp_path, crs, ("East", "North"), exchanged=False)
    places = [(round(lon, 4), round(lat, 4)) for lon, lat in PLACES[crs]]
    found = zip(reading.layer["longitude"].round(4), reading.layer["latitude"].round(4), strict=True)
    assert list(found) == places
    assert "axes_may_be_exchanged" not in {note.code for note in reading.notes}


@pytest.mark.parametrize(
    "headings", [("X", "Y"), ("x_coord", "y_coord"), ("Koordinate X", "Koordinate Y"), ("X_1992", "Y_1992")]
)
@pytest.mark.parametrize(("crs", "exchanged"), [("EPSG:2451", True), ("EPSG:2451", False), ("EPSG:2180", True)])
def test_letters_that_the_system_gives_the_other_axis_are_told_where_both_readings_fit(
    tmp_path: Path, crs: str, exchanged: bool, headings: tuple[str, str]
) -> None:
    notes = {note.code: note for note in read(tmp_path, crs, headings, exchanged).notes}
    told = notes["axes_may_be_exchanged"]
    assert (told.count, set(told.columns)) == (3, set(headings))
    assert f"{crs} itself calls its northing X" in told.message


def test_letters_that_fit_the_system_are_no_doubt(tmp_path: Path) -> None:
    reading = read(tmp_path, "EPSG:2451", ("Y", "X"), exchanged=False)
    assert "axes_may_be_exchanged" not in {note.code for note in reading.notes}


@pytest.mark.parametrize(
    ("east", "north", "told"), [(45_120, 20_120, 3), (45_120, 70_120, 3), (89_000, 9_000, 0), (180_000, 60_000, 0)]
)
def test_british_references_without_their_square_are_told(tmp_path: Path, east: int, north: int, told: int) -> None:
    lines = ["id,E,N", *(f"A{n},{east + 300 * n},{north + 250 * n}" for n in range(3))]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "id", "easting": "E", "northing": "N"}
    source = Source(id="s", role="inventory", path="t.csv", crs="EPSG:27700", columns=columns)
    notes = read_inventory(source, tmp_path).notes
    assert sum(note.count for note in notes if note.code == "in_no_country") == told
