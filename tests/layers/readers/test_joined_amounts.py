"""Volumes by feature, in a table of their own, find their place by a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.inventory import read_inventory

PLACES = "Ftr_ID,Name,Lat,Lon\nA-1,North pond,40.0,-110.0\nA-2,South pond,40.1,-110.0\nB-1,Dump,41.0,-111.0\n"
VOLUMES = (
    "Ftr_ID,Calc_Vol,Material\nA-1,1000,Tailings - pond\nA-1,500,Tailings - pond\nA-2,-310000,Tailings - mill\n"
    "Z-9,7,Mine dump\n"
)


def read(folder: Path, volumes: str = VOLUMES, **amounts: Any) -> Any:
    (folder / "places.csv").write_text(PLACES)
    (folder / "volumes.csv").write_text(volumes)
    source = Source(
        id="waste", role="inventory", path="places.csv", crs="EPSG:4326",
        columns={"official_id": "Ftr_ID", "name": "Name", "latitude": "Lat", "longitude": "Lon", "volume_m3": "Calc_Vol",
                 "waste_type": "Material"},
        options={"amounts": {"path": "volumes.csv", "key": "Ftr_ID", "add": ["Calc_Vol"]} | amounts},
    )  # fmt: skip
    return read_inventory(source, folder)


def test_volumes_of_a_feature_are_added_and_a_negative_one_is_missing(tmp_path: Path) -> None:
    reading = read(tmp_path)
    assert reading.layer["volume_m3"].tolist()[0] == 1500.0
    assert reading.layer["volume_m3"].isna().tolist() == [False, True, True]
    assert reading.layer["waste_type"].tolist() == ["tailings", "tailings", "unknown"]
    notes = {note.code: note for note in reading.notes}
    assert "2 of 3 places" in notes["amounts_joined"].message
    assert "1 numbers that are no positive amount" in notes["amounts_joined"].message
    assert "Z-9" in notes["amounts_without_place"].message


@pytest.mark.parametrize(("add", "volume"), [([], 1000), (["Calc_Vol"], 2000)])
def test_equal_rows_of_one_key_are_told(tmp_path: Path, add: list[str], volume: float) -> None:
    volumes = "Ftr_ID,Calc_Vol,Material\nA-1,1000,Tailings\nA-1,1000,Tailings\nA-2,1000,Tailings\nB-1,1000,Tailings\n"
    reading = read(tmp_path, volumes, add=add)
    assert reading.layer["volume_m3"].tolist() == [volume, 1000, 1000]
    (note,) = [note for note in reading.notes if note.code == "amounts_alike"]
    assert (note.count, note.columns) == (1, ("Ftr_ID",))
    assert "row 3" in note.message
    assert ("was added up" in note.message) == bool(add)


def test_a_key_that_is_not_there_stops_with_the_columns_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"no column 'Site_ID' \(options.amounts\). It has: Ftr_ID, Calc_Vol, Material"
    ):
        read(tmp_path, table_key="Site_ID")


@pytest.mark.realdata
def test_the_table_of_a_national_inventory_gives_volumes_by_feature(shared_realdata: Path, tmp_path: Path) -> None:
    """Three features of the table at invented places: 28,908,555 m3 stand there for the first."""
    path = shared_realdata / "inventory/usgs_national_mine_waste_inventory/Waste_Resources.csv"
    ids = pd.read_csv(path)["Ftr_ID"].dropna().unique()[:3]
    places = "Ftr_ID,Name,Lat,Lon\n" + "".join(f"{one},Place {at},40.{at},-110.0\n" for at, one in enumerate(ids))
    (tmp_path / "places.csv").write_text(places)
    source = Source(
        id="waste", role="inventory", path="places.csv", crs="EPSG:4326",
        columns={"official_id": "Ftr_ID", "name": "Name", "latitude": "Lat", "longitude": "Lon", "volume_m3": "Calc_Vol"},
        options={"amounts": {"path": str(path), "key": "Ftr_ID", "add": ["Calc_Vol"]}, "units": {"volume_m3": "m3"}},
    )  # fmt: skip
    assert read_inventory(source, tmp_path).layer["volume_m3"].tolist() == [28908555.0, 43146568.0, 9245409.0]
