"""Areas stated beside outlines: one answer where they agree, told by row where one differs, asked where a column does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pyproj
import pytest
import shapely

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.inventory import read_inventory

_OUTLINES = [shapely.box(-81 + at / 10, 48, -81 + at / 10 + 0.001 * (at + 1), 48.001) for at in range(6)]
_DRAWN = [abs(pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) for shape in _OUTLINES]


def read(folder: Path, factors: list[float | None], **options: Any) -> Reading[Any]:
    stated = [None if factor is None else area * factor for area, factor in zip(_DRAWN, factors, strict=True)]
    frame = gpd.GeoDataFrame({"id": [f"A{at}" for at in range(6)], "area_m2": stated}, geometry=_OUTLINES, crs=4326)
    frame.to_file(folder / "wastes.gpkg", driver="GPKG")
    columns = {"official_id": "id", "area_m2": "area_m2"}
    source = Source(id="s", role="inventory", path="wastes.gpkg", columns=columns, options=options)
    return read_inventory(source, folder)


def rows_told(reading: Reading[Any]) -> list[tuple[int, ...]]:
    return [note.rows for note in reading.notes if note.code == "area_against_outline"]


def test_areas_that_are_those_of_their_outlines_are_read_without_a_word(tmp_path: Path) -> None:
    reading = read(tmp_path, [1.0, 0.6, 1.8, None, 1.1, 0.9])
    assert rows_told(reading) == []
    assert reading.layer["area_m2"].iloc[3] == pytest.approx(_DRAWN[3])


def test_one_area_of_another_size_is_told_by_its_row(tmp_path: Path) -> None:
    reading = read(tmp_path, [1.0, 1.0, 1.0, 40.0, 1.0, None])
    assert rows_told(reading) == [(4,)]
    [note] = [note for note in reading.notes if note.code == "area_against_outline"]
    assert note.columns == ("area_m2",)
    assert "stated" in note.message
    assert "drawn" in note.message


@pytest.mark.parametrize(("factor", "unit"), [(1e-4, "ha"), (1e-6, "km2"), (1 / 4046.86, "acre"), (10.764, "ft2")])
def test_a_column_in_another_unit_than_its_outlines_is_asked_for(tmp_path: Path, factor: float, unit: str) -> None:
    asked = rf"wastes\.gpkg.*areas of area_m2 are about.*as if they were in {unit}.*options\.units\.area_m2"
    with pytest.raises(SourceError, match=asked):
        read(tmp_path, [factor] * 6)


def test_a_stated_unit_settles_the_column(tmp_path: Path) -> None:
    reading = read(tmp_path, [1e-4] * 6, units={"area_m2": "ha"})
    assert rows_told(reading) == []
    assert reading.layer["area_m2"].tolist() == pytest.approx(_DRAWN)


def test_a_stated_unit_that_no_outline_bears_out_is_told(tmp_path: Path) -> None:
    reading = read(tmp_path, [1e-4] * 6, units={"area_m2": "m2"})
    assert rows_told(reading) == [(1, 2, 3, 4, 5, 6)]


def test_areas_that_differ_each_in_its_own_way_are_told_by_row(tmp_path: Path) -> None:
    assert rows_told(read(tmp_path, [1.0, 20.0, 0.01, 900.0, 0.2, 5.0])) == [(2, 3, 4, 5, 6)]
