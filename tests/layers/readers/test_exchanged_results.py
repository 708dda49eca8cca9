"""Two rare earths exchanged in some rows only are named, both of them; suites that lost their cerium are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.elements import REE
from tests.layers.readers.test_rare_earth_suites import suites
from tests.layers.readers.test_whole_sample import read

CODE = "rare_earths_exchanged"


@pytest.mark.parametrize(("first", "second"), [("La", "Ce"), ("Pr", "Nd"), ("Dy", "Ho"), ("Ho", "Er"), ("Yb", "Lu")])
def test_two_results_exchanged_in_some_rows_are_named_and_neither_is_kept(
    tmp_path: Path, first: str, second: str
) -> None:
    results = suites(24)
    for row in (2, 3, 9):
        one, other = (results[f"{element}_ppm"] for element in (first, second))
        one[row], other[row] = other[row], one[row]
    reading = read(tmp_path, results)
    [note] = [note for note in reading.notes if note.code == CODE]
    assert (note.columns, note.rows) == ((f"{first}_ppm", f"{second}_ppm"), (4, 5, 11))
    lost = reading.layer[[f"{element}_ppm" for element in REE]].isna()
    assert lost.sum().sum() == 6
    assert lost.loc[[2, 3, 9], [f"{first}_ppm", f"{second}_ppm"]].all().all()


def test_where_nothing_else_tells_they_are_named_and_kept(tmp_path: Path) -> None:
    results = suites(24, ("La", "Ce", "Y"))
    results["Y_ppm"] = [value * (0.4 if row % 2 else 2.5) for row, value in enumerate(results["Y_ppm"])]
    one, other = results["La_ppm"], results["Ce_ppm"]
    one[5], other[5] = other[5], one[5]
    reading = read(tmp_path, results)
    assert [note.rows for note in reading.notes if note.code == CODE] == [(7,)]
    assert reading.layer[["La_ppm", "Ce_ppm"]].notna().all().all()


@pytest.mark.parametrize("rows", [6, 24])
def test_suites_that_lost_their_cerium_are_not_exchanged(tmp_path: Path, rows: int) -> None:
    results = suites(rows)
    results["Ce_ppm"][2] /= 4.0
    assert not [note for note in read(tmp_path, results).notes if note.code == CODE]
