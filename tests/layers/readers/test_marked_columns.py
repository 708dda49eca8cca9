"""Columns of marks: a trench, an adit is there or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.inventory import read_inventory

PLACES = (
    "id,name,lat,lon,note,TRENCH,Adit\nA,North,40,-110,by road,-1,0\nB,South,40.1,-110,,yes,x\nC,East,40.2,-110,,0,\n"
)


def read(folder: Path, text: str, marked: dict[str, str]) -> Any:
    (folder / "places.csv").write_text(text)
    source = Source(
        id="places", role="inventory", path="places.csv", crs="EPSG:4326",
        columns={"official_id": "id", "name": "name", "latitude": "lat", "longitude": "lon", "remarks": "note"},
        options={"marked": marked},
    )  # fmt: skip
    return read_inventory(source, folder)


def test_marks_become_words_of_the_remarks(tmp_path: Path) -> None:
    reading = read(tmp_path, PLACES, {"trench": "trench", "ADIT": "adit", "SHAFT": "shaft"})
    remarks = reading.layer["remarks"]
    assert remarks.tolist()[:2] == ["by road; trench", "trench; adit"]
    assert pd.isna(remarks[2])
    fates = {fate.column: (fate.fate, fate.meaning) for fate in reading.fates}
    assert fates["TRENCH"] == fates["Adit"] == ("kept", "remarks")


def test_a_cell_that_is_no_mark_stops_with_its_row(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"places.csv: column 'TRENCH', data row 2: 'two' is no mark"):
        read(tmp_path, PLACES.replace("yes", "two"), {"TRENCH": "trench"})
