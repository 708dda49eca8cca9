"""Columns and endings of ids that say that a row is a control, a repeat, or put aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.readers.geochemistry import read_geochemistry


def lab(folder: Path, heading: str, cells: list[str], **facts: Any) -> Reading[Any]:
    """Read a table of samples A1, A2 … with results 10, 20 … and a further column."""
    lines = [f"{10 * n},A{n},{cell}" for n, cell in enumerate(cells, start=1)]
    (folder / "lab.csv").write_text("\n".join([f"La_ppm,ID,{heading}", *lines]) + "\n", encoding="utf-8")
    base = {"id": "lab", "role": "geochemistry", "path": "lab.csv", "crs": "EPSG:4326", "defaults": {"medium": "waste"}}
    columns = {"sample_id": "ID", "site_key": "ID"}
    return read_geochemistry(resolve({**base, "columns": columns, **facts}), folder)


def kept(reading: Reading[Any]) -> list[float]:
    return sorted(reading.layer["La_ppm"].tolist())


@pytest.mark.parametrize(
    ("heading", "cells", "expected"),
    [
        ("SampleType", ["ORIG", "FDUP", "CHK", "ORIG"], [10, 40]),
        ("QC_Code", ["N", "FD", "LR", "EB", "TB", "MS", "MSD", "SPLIT", "N", "TWIN"], [10, 90]),
        ("Dup_of", ["", "A1", "", "A3"], [10, 30]),
        ("Parent_ID", ["A1", "A1", "A3", "A3"], [10, 30]),
        ("Duplicate", ["A2", "A1", "", ""], [10, 30, 40]),
        ("Sample_Status", ["OK", "VOID", "Rejected", "OK"], [10, 40]),
        ("Estado", ["ok", "anulado", "rechazada", "ok"], [10, 40]),
        ("Rejected", ["N", "Y", "N", "N"], [10, 30, 40]),
        ("Valid", ["1", "0", "1", "1"], [10, 30, 40]),
    ],
)
def test_a_column_that_tells_controls_is_used(
    tmp_path: Path, heading: str, cells: list[str], expected: list[float]
) -> None:
    reading = lab(tmp_path, heading, cells)
    assert kept(reading) == expected
    assert {fate.column: (fate.fate, fate.meaning) for fate in reading.fates}[heading] == ("used", "control_rows")
    assert len(kept(lab(tmp_path, heading, cells, options={"control_rows": "keep"}))) == len(cells)


@pytest.mark.parametrize(
    ("heading", "cells"),
    [
        ("Mine_Status", ["closed", "cancelled", "open", "open"]),
        ("Rep", ["1", "2", "1", "2"]),
        ("Status", ["reported", "reported", "reported", "reported"]),
        ("Parent_rock", ["granite", "A1", "gneiss", "gneiss"]),
        ("Sample_Status", ["void", "void", "void", "void"]),
    ],
)
def test_other_columns_put_no_row_aside(tmp_path: Path, heading: str, cells: list[str]) -> None:
    assert kept(lab(tmp_path, heading, cells)) == [10, 20, 30, 40]


def test_a_column_that_is_ignored_puts_no_row_aside(tmp_path: Path) -> None:
    assert len(kept(lab(tmp_path, "Sample_Status", ["OK", "VOID", "OK", "OK"], ignore=["Sample_Status"]))) == 4


def test_ids_that_end_in_codes_of_controls_are_told(tmp_path: Path) -> None:
    ids = ["B1", "B2", "B3-EB", "B4 MS", "B5", "B6 (dup)"]
    reading = lab(tmp_path, "Field_ID", ids, columns={"sample_id": "Field_ID", "site_key": "ID"})
    assert kept(reading) == [10, 20, 30, 40, 50]
    assert [note.rows for note in reading.notes if note.code == "ids_like_controls"] == [(4, 5)]
    plain = lab(tmp_path, "Field_ID", ["B1", "B2-W", "B3 N", "B4"], columns={"sample_id": "Field_ID", "site_key": "ID"})
    assert not [note for note in plain.notes if note.code == "ids_like_controls"]
