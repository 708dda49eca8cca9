"""Eastings and northings in another unit than their system says are told by row, with the reading that fits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely

from layers.accounting import Note, Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.lengths_of_axes import US_FOOT_M
from layers.rasters.reader import describe_raster
from layers.readers.inventory import read_inventory

AREAS = {
    "EPSG:2263": (-73.9, 40.7, -72.5, 41.0), "EPSG:32118": (-73.9, 40.7, -72.5, 41.0), "EPSG:2256": (-114, 45, -105, 48.5),
    "EPSG:32100": (-114, 45, -105, 48.5), "EPSG:26917": (-82, 46, -79, 48), "EPSG:2992": (-123, 43, -118, 45.5),
    "EPSG:2991": (-123, 43, -118, 45.5), "EPSG:32021": (-99, 46, -97, 47), "EPSG:2876": (-107, 39.8, -105, 40.6),
}  # fmt: skip
"""State Plane and other systems in feet and in metres, and a box (west, south, east, north) in the area of each."""


def read(
    folder: Path, crs: str, metres_each: float | None, *, vector: bool, state: str = "", mixed: int = 12
) -> Reading[Any]:
    """Read twelve places whose numbers are in a unit of so many metres (None: that of the system), or the last of them."""
    west, south, east, north = AREAS[crs]
    draw = np.random.default_rng(0)
    lon, lat = draw.uniform(west, east, 12), draw.uniform(south, north, 12)
    system = pyproj.CRS(crs)
    x, y = pyproj.Transformer.from_crs(4326, system, always_xy=True).transform(lon, lat)
    factor = system.axis_info[0].unit_conversion_factor / metres_each if metres_each else 1.0
    x[12 - mixed :] *= factor
    y[12 - mixed :] *= factor
    table = pd.DataFrame({"id": [f"A{n}" for n in range(12)], "name": [f"Hill {n}" for n in range(12)]})
    columns = {"official_id": "id", "name": "name"}
    if state:
        table["state"] = state
        columns["jurisdiction"] = "state"
    spec: dict[str, Any] = {"id": "s", "role": "inventory", "columns": columns}
    if vector:
        gpd.GeoDataFrame(table, geometry=shapely.points(x, y), crs=crs).to_file(folder / "t.gpkg")
        spec["path"] = "t.gpkg"
    else:
        table.assign(x=x, y=y).to_csv(folder / "t.csv", index=False)
        spec |= {"path": "t.csv", "crs": crs}
        columns |= {"easting": "x", "northing": "y"}
    return read_inventory(Source.model_validate(spec), folder)


def told(notes: tuple[Note, ...]) -> list[Note]:
    return [note for note in notes if note.code == "feet_or_metres"]


@pytest.mark.parametrize("vector", [False, True])
@pytest.mark.parametrize(
    ("crs", "unit_m", "reading"),
    [
        ("EPSG:2263", 1.0, "read as metres they lie inside it. State 'crs: EPSG:32118'"),
        ("EPSG:32100", US_FOOT_M, "read as feet they lie inside it. State 'crs: EPSG:2256'"),
        ("EPSG:26917", US_FOOT_M, "read as feet they lie inside it. Bring them to metre"),
        ("EPSG:2991", 0.3048, "read as feet they lie inside it."),
        ("EPSG:32021", 1.0, "read as metres they lie inside it."),
        ("EPSG:2876", 1.0, "read as metres they lie inside it."),
        ("EPSG:2256", 1.0, "in metres as well"),
        ("EPSG:2992", 1.0, "in metres as well"),
    ],
)
def test_the_other_unit_is_told_by_row(tmp_path: Path, crs: str, unit_m: float, reading: str, vector: bool) -> None:
    [note] = told(read(tmp_path, crs, unit_m, vector=vector).notes)
    assert reading in note.message
    assert note.count >= 11
    assert set(note.rows) <= set(range(1, 14))


@pytest.mark.parametrize("vector", [False, True])
@pytest.mark.parametrize("crs", list(AREAS))
def test_the_unit_of_the_system_is_no_doubt(tmp_path: Path, crs: str, vector: bool) -> None:
    assert told(read(tmp_path, crs, None, vector=vector).notes) == []


def test_a_few_rows_in_feet_are_told(tmp_path: Path) -> None:
    [note] = told(read(tmp_path, "EPSG:32100", US_FOOT_M, vector=False, mixed=2).notes)
    assert set(note.rows) <= {12, 13}


@pytest.mark.parametrize("vector", [False, True])
def test_a_state_that_is_named_stops_the_source_with_the_unit(tmp_path: Path, vector: bool) -> None:
    with pytest.raises(SourceError, match="With eastings and northings in feet they would"):
        read(tmp_path, "EPSG:32100", US_FOOT_M, vector=vector, state="MT")


def test_feet_that_lie_in_the_sea_stop_the_source_with_the_unit(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="With eastings and northings in feet they would lie in Connecticut"):
        read(tmp_path, "EPSG:32118", US_FOOT_M, vector=False)


@pytest.mark.parametrize(
    ("crs", "headings", "unit_m", "says"),
    [
        ("EPSG:32100", ("x_ft", "y_ft"), US_FOOT_M, "say feet, and EPSG:32100 is in metre"),
        ("EPSG:32100", ("Easting (ftUS)", "Northing (ftUS)"), US_FOOT_M, "State crs: EPSG:2256"),
        ("EPSG:2256", ("Easting_m", "Northing_m"), 1.0, "say metres, and EPSG:2256 is in foot"),
        ("EPSG:26917", ("X [km]", "Y [km]"), 1.0, "say kilometres, and EPSG:26917 is in metre"),
        ("EPSG:2256", ("x_ft", "y_ft"), None, ""),
        ("EPSG:32100", ("Easting (m)", "Northing (m)"), None, ""),
        ("EPSG:26917", ("UTM_E_m", "UTM_N_m"), None, ""),
    ],
)
def test_headings_name_the_unit(
    tmp_path: Path, crs: str, headings: tuple[str, str], unit_m: float | None, says: str
) -> None:
    corner = (-116.0, 44.3, -115.5, 44.6) if crs == "EPSG:2256" else AREAS[crs]  # where feet and metres both fit
    draw = np.random.default_rng(0)
    lon, lat = draw.uniform(corner[0], corner[2], 12), draw.uniform(corner[1], corner[3], 12)
    system = pyproj.CRS(crs)
    x, y = pyproj.Transformer.from_crs(4326, system, always_xy=True).transform(lon, lat)
    factor = system.axis_info[0].unit_conversion_factor / unit_m if unit_m else 1.0
    table = pd.DataFrame({"id": [f"A{n}" for n in range(12)], headings[0]: x * factor, headings[1]: y * factor})
    table.to_csv(tmp_path / "t.csv", index=False)
    columns = {"official_id": "id", "easting": headings[0], "northing": headings[1]}
    spec = {"id": "s", "role": "inventory", "path": "t.csv", "crs": crs, "columns": columns}
    notes = told(read_inventory(Source.model_validate(spec), tmp_path).notes)
    assert [says in note.message for note in notes] == ([True] if says else [])
    assert all(note.rows == tuple(range(2, 14)) for note in notes)


@pytest.mark.parametrize(("factor", "expected"), [(1.0, 0), (1 / US_FOOT_M, 1)])
def test_a_grid_in_feet_is_told(tmp_path: Path, factor: float, expected: int) -> None:
    place = rasterio.Affine(500 * factor, 0, 500_000 * factor, 0, -500 * factor, 400_000 * factor)
    values = np.add.outer(np.arange(40.0), np.arange(40.0)).astype("float32")
    with rasterio.open(
        tmp_path / "g.tif",
        "w",
        driver="GTiff",
        crs="EPSG:32100",
        transform=place,
        count=1,
        height=40,
        width=40,
        dtype="float32",
    ) as dataset:
        dataset.write(values, 1)
    notes = describe_raster(Source(id="g", role="raster", path="g.tif"), tmp_path).notes
    assert len(told(notes)) == expected
