"""Degrees, minutes, seconds and hemispheres in columns of their own, whatever side stands inside their headings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.cells.angle_headings import part_of_angle
from layers.errors import SourceError
from layers.files.tables import RawTable
from layers.guess.columns import Guess
from layers.guess.places import settle_position
from layers.guess.recognise import Look
from layers.guess.roles import INVENTORY_COLUMNS
from layers.readers.coordinates import Points, read_points


def placed(table: dict[str, list[str]]) -> tuple[dict[str, object], Points | None]:
    """Return what `init` maps of a table, and its points read so."""
    cells = pd.DataFrame(table, dtype="str")
    rows = np.arange(2, len(cells) + 2)
    sight = Look(RawTable(None, cells, rows))  # type: ignore[arg-type]
    facts = sight.columns(INVENTORY_COLUMNS, ".")
    settle_position(Guess("t", "t.csv"), facts, sight)
    columns = {name: fact.value for name, fact in facts.items()}
    if not any(name.startswith("latitude") for name in columns):
        return columns, None
    source = Source.model_validate(
        {"id": "t", "role": "inventory", "path": "t.csv", "crs": "EPSG:4326", "columns": columns}
    )
    return columns, read_points(source, "t", cells, rows)


LATITUDE = {"LAT_DEG": ["46", "46"], "LAT_MIN": ["30", "36"], "LAT_SEC": ["0", "18"]}
WEST = [["81", "81"], ["0", "12"], ["36", "0"]]


@pytest.mark.parametrize(
    "heading", ["LONG_W_{}", "LONG_{}_W", "W LONG {}", "{} LONG W", "Lon W ({})", "LONGITUDE W {}"]
)
def test_a_side_inside_the_headings_is_read(heading: str) -> None:
    parts = [heading.format(part) for part in ("DEG", "MIN", "SEC")]
    columns, points = placed({"NAME": ["A", "B"], **LATITUDE, **dict(zip(parts, WEST, strict=True))})
    assert points is not None
    assert [columns[f"longitude_{part}"] for part in ("degrees", "minutes", "seconds")] == parts
    assert not {"latitude", "longitude"} & set(columns)
    assert points.latitude == pytest.approx([46.5, 46.605])
    assert points.longitude == pytest.approx([-81.01, -81.2])


def test_one_axis_may_stand_whole() -> None:
    columns, points = placed({"NAME": ["A", "B"], **LATITUDE, "Longitude": ["-81.01", "-81.2"]})
    assert points is not None
    assert columns["longitude"] == "Longitude"
    assert points.latitude == pytest.approx([46.5, 46.605])


def test_whole_degrees_beside_their_minutes_are_no_coordinate() -> None:
    columns, _ = placed({"NAME": ["A", "B"], **LATITUDE, "LONG_DEG": ["81", "81"]})
    assert columns["latitude_degrees"] == "LAT_DEG"
    assert "latitude" not in columns
    cells = pd.DataFrame({**LATITUDE, "LON": ["-81.01", "-81.2"]}, dtype="str")
    facts = {"id": "t", "role": "inventory", "path": "t.csv", "columns": {"latitude": "LAT_DEG", "longitude": "LON"}}
    with pytest.raises(SourceError, match="'LAT_DEG' holds whole degrees and 'LAT_MIN' their minutes"):
        read_points(Source.model_validate(facts), "t", cells, np.array([2, 3]))
    points = read_points(Source.model_validate({**facts, "ignore": ["LAT_MIN"]}), "t", cells, np.array([2, 3]))
    assert points.latitude == pytest.approx([46, 46])


def test_decimals_of_degrees_beside_a_least_latitude_are_whole() -> None:
    columns, _ = placed({"LAT_DEG": ["46.51", "46.62"], "LAT_MIN": ["46.5", "46.6"], "LONG_DEG": ["-81.01", "-81.2"]})
    assert (columns["latitude"], columns["longitude"]) == ("LAT_DEG", "LONG_DEG")


@pytest.mark.parametrize(("north", "west"), [("NS", "EW"), ("N/S", "E/W"), ("LAT_DIR", "LONG_DIR"), ("n_s", "w_e")])
def test_hemispheres_beside_whole_angles_are_read(north: str, west: str) -> None:
    columns, points = placed({"LAT": ["46.5", "46.6"], north: ["N", "N"], "LON": ["81.01", "81.2"], west: ["W", "W"]})
    assert points is not None
    assert (columns["latitude_hemisphere"], columns["longitude_hemisphere"]) == (north, west)
    assert points.longitude == pytest.approx([-81.01, -81.2])


@pytest.mark.parametrize("heading", ["NS", "EW", "We", "LAT_DIR"])
def test_other_words_under_such_headings_are_no_hemispheres(heading: str) -> None:
    columns, _ = placed({"LAT": ["46.5", "46.6"], "LON": ["-81.01", "-81.2"], heading: ["strike", "dip"]})
    assert heading not in [value for name, value in columns.items() if name.endswith("hemisphere")]


@pytest.mark.parametrize("name", ["LAT", "Long tons", "Minutes", "Lat error", "West", "N", "Degrees", "Longwall"])
def test_other_headings_are_no_parts(name: str) -> None:
    assert part_of_angle(name) is None
