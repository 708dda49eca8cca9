"""Tables with one result per row: each result takes the unit, the mark and the limit of its own row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.errors import SourceError
from layers.readers.geochemistry import read_geochemistry

WIDE = {"sample_id": "sample", "site_key": "sample"}
LONG = {**WIDE, "analyte": "analyte", "value": "value"}


def read(folder: Path, text: str, columns: dict[str, str], **facts: Any) -> Reading[Any]:
    (folder / "lab.csv").write_text(text, encoding="utf-8")
    spec = {"id": "lab", "role": "geochemistry", "path": "lab.csv", "defaults": {"medium": "waste"}, "columns": columns}
    return read_geochemistry(resolve({**spec, **facts}), folder)


def results(found: Reading[Any], element: str) -> list[float | str | None]:
    """Return results as a person writes them: 40.0, '<2', None."""
    told: list[float | str | None] = []
    for _, row in found.layer.iterrows():
        value, limit, flag = (row[f"{element}_{part}"] for part in ("ppm", "limit_ppm", "censored"))
        told.append(
            f"{'<' if flag < 0 else '>'}{limit:g}" if flag else None if np.isnan(value) else round(float(value), 6)
        )
    return told


def test_the_unit_of_each_row_counts(tmp_path: Path) -> None:
    text = "sample,analyte,value,unit\n1,La,10,ppm\n1,Ce,2,%\n2,La,5,ppm\n2,Ce,9000,ppb\n"
    found = read(tmp_path, text, LONG)
    assert (results(found, "La"), results(found, "Ce")) == ([10, 5], [20000, 9])
    assert (found.rows_read, found.rows_merged) == (4, 2)
    assert [one.fate for one in found.fates if one.column == "unit"] == ["used"]


def test_a_row_without_a_unit_stops(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no unit is stated for Ce"):
        read(tmp_path, "sample,analyte,value,unit\n1,La,10,ppm\n1,Ce,2,\n", LONG)


def test_a_heading_and_a_column_that_tell_different_units_stop(tmp_path: Path) -> None:
    columns = {**LONG, "value": "value_ppm"}
    with pytest.raises(SourceError, match=r"says ppm, the column 'unit' says %"):
        read(tmp_path, "sample,analyte,value_ppm,unit\n1,La,10,ppm\n1,Ce,2,%\n", columns)


@pytest.mark.parametrize("heading", ["flag", "qualifier", "<", "Remark"])
@pytest.mark.parametrize("mark", ["<", "U", "ND", "BDL"])
def test_a_mark_makes_a_limit_of_a_number(tmp_path: Path, heading: str, mark: str) -> None:
    text = f"sample,analyte,value,unit,{heading}\n1,La,10,ppm,\n1,Ce,2,ppm,{mark}\n2,La,5,ppm,>\n2,Ce,9,ppm,J\n"
    found = read(tmp_path, text, LONG)
    assert (results(found, "La"), results(found, "Ce")) == ([10, ">5"], ["<2", 9])


def test_the_limit_of_the_row_is_taken_where_the_result_tells_none(tmp_path: Path) -> None:
    text = "sample,analyte,value,unit,detection limit\n1,La,ND,ppm,3\n1,Ce,7,ppm,4\n2,La,<2,ppm,3\n2,Ce,8,ppm,4\n"
    found = read(tmp_path, text, LONG)
    assert (results(found, "La"), results(found, "Ce")) == (["<3", "<2"], [7, 8])


@pytest.mark.parametrize("heading", ["sample,<,La ppm,<,Ce ppm", "sample,flag,La ppm,flag,Ce ppm"])
def test_repeated_columns_of_marks_belong_to_the_result_they_stand_before(tmp_path: Path, heading: str) -> None:
    found = read(tmp_path, f"{heading}\n1,<,2,,10\n2,,50,<,1\n", WIDE)
    assert (results(found, "La"), results(found, "Ce")) == (["<2", 50], [10, "<1"])


def test_marks_behind_the_results(tmp_path: Path) -> None:
    found = read(tmp_path, "sample,La ppm,<,Ce ppm,<\n1,2,<,10,\n2,50,,1,<\n", WIDE)
    assert (results(found, "La"), results(found, "Ce")) == (["<2", 50], [10, "<1"])


def test_marks_of_nobody_knows_which_result_stop(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be told of which results: flag"):
        read(tmp_path, "sample,flag,La ppm,Ce ppm\n1,<,2,10\n2,,50,1\n", WIDE)


def test_an_element_stated_as_its_oxide(tmp_path: Path) -> None:
    found = read(tmp_path, "sample,La as La2O3 ppm,Phosphorus as P2O5 %\n1,117.277,2.29137\n", WIDE)
    assert results(found, "La") == [pytest.approx(100, rel=1e-4)]
    assert results(found, "P") == [pytest.approx(10000, rel=1e-4)]
