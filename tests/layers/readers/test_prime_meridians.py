"""Longitudes counted from another meridian than Greenwich, and grads, stop or are told by row."""

from __future__ import annotations

from pathlib import Path

import pyproj
import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.inventory import read_inventory


def read(
    folder: Path, heads: tuple[str, str], crs: str | None, beside: str = "", called: str = "note"
) -> Reading[object]:
    rows = [f"A{n},{48.1 + n * 0.11:.5f},{0.5 + n * 0.07:.5f},{beside}" for n in range(8)]
    (folder / "t.csv").write_text("\n".join([f"id,{heads[0]},{heads[1]},{called}", *rows]), encoding="utf-8")
    columns = {"official_id": "id", "latitude": heads[0], "longitude": heads[1]}
    spec = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns}
    return read_inventory(Source.model_validate(spec | ({"crs": crs} if crs else {})), folder)


@pytest.mark.parametrize("crs", [None, "EPSG:4326"])
@pytest.mark.parametrize(
    "longitude",
    ["Longitude (Paris)", "long_paris", "LongParis", "lon ATF", "Longitude W of Ferro", "Longitud Madrid", "Lon Monte Mario",
     "lon_E_of_Oslo", "Lon Lisboa", "lon (Bern)", "Lon from Pulkovo", "Länge (Ferro)"],
)  # fmt: skip
def test_a_heading_that_counts_from_elsewhere_stops(tmp_path: Path, longitude: str, crs: str | None) -> None:
    with pytest.raises(SourceError, match="meridian") as stopped:
        read(tmp_path, ("lat", longitude), crs)
    assert longitude in str(stopped.value)
    assert "t.csv" in str(stopped.value)


@pytest.mark.parametrize("heads", [("lat_gon", "lon_gon"), ("Lat (grades)", "Lon (grades)")])
def test_grads_are_no_degrees(tmp_path: Path, heads: tuple[str, str]) -> None:
    with pytest.raises(SourceError, match="400 make a circle"):
        read(tmp_path, heads, "EPSG:4326")


def test_a_system_that_counts_from_there_is_taken_at_its_word(tmp_path: Path) -> None:
    rows = ["id,lat_grad,lon_paris", *(f"A{n},{53.1 + n * 0.11:.5f},{0.5 + n * 0.07:.5f}" for n in range(8))]
    (tmp_path / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    columns = {"official_id": "id", "latitude": "lat_grad", "longitude": "lon_paris"}
    spec = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns, "crs": "EPSG:4807"}
    layer = read_inventory(Source.model_validate(spec), tmp_path).layer
    right = pyproj.Transformer.from_crs(4807, 4326, always_xy=True).transform(0.5, 53.1)
    assert (layer["longitude"].iloc[0], layer["latitude"].iloc[0]) == pytest.approx(right, abs=1e-6)
    assert right[0] == pytest.approx(2.33723 + 0.45, abs=2e-3)


@pytest.mark.parametrize(
    ("called", "beside", "told"),
    [
        ("meridian", "Paris", True), ("méridien d'origine", "Paris", True), ("datum", "NTF (Paris)", True),
        ("crs", "MGI (Ferro)", True), ("meridian", "Greenwich", False), ("datum", "WGS84", False), ("town", "Paris", False),
    ],
)  # fmt: skip
def test_a_column_that_names_a_meridian_is_told_by_row(tmp_path: Path, called: str, beside: str, told: bool) -> None:
    reading = read(tmp_path, ("lat", "lon"), "EPSG:4326", beside, called)
    rows = [row for note in reading.notes if note.code == "system_contradicted" for row in note.rows]
    assert rows == (list(range(2, 10)) if told else [])


@pytest.mark.parametrize(
    "heads", [("Latitude (Greenwich)", "Longitude (Greenwich)"), ("Breite (Grad)", "Länge (Grad)")]
)
def test_degrees_from_greenwich_are_read(tmp_path: Path, heads: tuple[str, str]) -> None:
    assert len(read(tmp_path, heads, "EPSG:4326").layer) == 8


def below(folder: Path, line: str, crs: str | None = None) -> Reading[object]:
    rows = [f"A{n},{48.1 + n * 0.11:.5f},{0.5 + n * 0.07:.5f}" for n in range(8)]
    (folder / "t.csv").write_text("\n".join([f"{line},,", "id,lat,lon", *rows]), encoding="utf-8")
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon"}
    spec = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns}
    return read_inventory(Source.model_validate(spec | ({"crs": crs} if crs else {})), folder)


@pytest.mark.parametrize(
    "line",
    ["Longitudes east of Paris", "Méridien de Paris", "Degrees from the Ferro meridian", "Longitudes comptées à partir de Paris",
     "# longitude W of Madrid"],
)  # fmt: skip
def test_a_line_above_the_heading_that_names_a_meridian_stops(tmp_path: Path, line: str) -> None:
    with pytest.raises(SourceError, match="above the heading names") as stopped:
        below(tmp_path, line)
    assert line in str(stopped.value)
    if "Paris" in line:
        assert len(below(tmp_path, line, "EPSG:4807").layer) == 8


@pytest.mark.parametrize(
    "line",
    ["Mines of the Paris basin", "Latitude and longitude of mines near Madrid", "Longitudes east of Greenwich (not Paris)",
     "Rome, 3 May 2020: latitudes and longitudes"],
)  # fmt: skip
def test_a_town_above_the_heading_is_no_meridian(tmp_path: Path, line: str) -> None:
    assert len(below(tmp_path, line).layer) == 8
