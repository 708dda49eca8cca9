"""Intervals that reach below the end of their hole count for nothing, and are named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.readers.geochemistry import read_geochemistry

INTERVALS = "hole_id,from_m,to_m,La_ppm\nH1,0,5,30\nH1,5,10.4,40\nH2,0,5,30\nH2,5,100,33\nH3,0,11,29\n"


def holes(folder: Path, depths: str, text: str = INTERVALS) -> Reading[Any]:
    (folder / "lab.csv").write_text(text, encoding="utf-8")
    (folder / "collars.csv").write_text(f"hole_id,site_id,{depths}\n", encoding="utf-8")
    facts = {"columns": {"sample_id": "hole_id", "site_key": "site_id"}, "defaults": {"medium": "waste"}}
    options = {"collars": {"path": "collars.csv", "key": "hole_id"}}
    return read_geochemistry(
        resolve({"id": "lab", "role": "geochemistry", "path": "lab.csv", **facts, "options": options}), folder
    )


@pytest.mark.parametrize(
    "depths",
    [
        "DEPTH_M\nH1,A,10\nH2,B,10\nH3,C,11",
        "Total depth\nH1,A,10\nH2,B,10\nH3,C,11",
        "EOH (ft)\nH1,A,33\nH2,B,33\nH3,C,36",
    ],
)
def test_an_interval_below_its_hole_is_named_and_not_weighted(tmp_path: Path, depths: str) -> None:
    reading = holes(tmp_path, depths)
    assert list(reading.rejected["source_row"]) == [5]
    assert list(reading.rejected["reason_code"]) == ["interval_below_hole"]
    assert reading.layer["La_ppm"].round(2).tolist() == [35.19, 30.0, 29.0]  # H1: 30 × 5 m and 40 × 5.4 m


def test_depths_that_most_intervals_contradict_are_not_those_of_the_holes(tmp_path: Path) -> None:
    reading = holes(tmp_path, "DEPTH_M\nH1,A,3\nH2,B,3\nH3,C,3")
    assert not len(reading.rejected)
    assert [note.rows for note in reading.notes if note.code == "hole_depths_contradicted"] == [(2, 3, 4, 5, 6)]


@pytest.mark.parametrize("depths", ["DEPTH_M\nH1,A,10\nH2,B,100\nH3,C,11", "ELEV\nH1,A,3\nH2,B,3\nH3,C,3"])
def test_holes_as_deep_as_their_intervals_are_quiet(tmp_path: Path, depths: str) -> None:
    reading = holes(tmp_path, depths)
    assert not len(reading.rejected)
    assert "hole_depths_contradicted" not in [note.code for note in reading.notes]
