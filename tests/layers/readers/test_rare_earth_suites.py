"""Columns and rows of rare earths that contradict each other: what is off is named, and its neighbours are not blamed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from layers.accounting import Note
from layers.elements import REE, UPPER_CRUST_PPM
from layers.readers.suspicious import suspicious_values
from tests.layers.readers.test_whole_sample import read

CRUST = {element: UPPER_CRUST_PPM[element] for element in REE}
SHORT = ("La", "Ce", "Pr", "Nd", "Sm", "Y")


def suites(
    rows: int, elements: tuple[str, ...] = REE, steps: float = 0.0, level: float = 1.0
) -> dict[str, list[float]]:
    """Return suites of a few levels and slopes, a little noise on each result."""
    draw = np.random.default_rng(rows)
    rich = draw.lognormal(0, 0.5, rows) * level
    return {
        f"{element}_ppm": [
            float(f"{CRUST[element] * one * np.exp(steps * REE.index(element)) * draw.lognormal(0, 0.1):.4g}")
            for one in rich
        ]
        for element in elements
    }


def told(notes: tuple[Note, ...], code: str = "implausible_rare_earth") -> dict[str, int]:
    return {note.columns[0]: note.count for note in notes if note.code == code}


@pytest.mark.parametrize("rows", [3, 12, 60])
@pytest.mark.parametrize("elements", [REE, SHORT])
@pytest.mark.parametrize(
    ("element", "times"), [("Y", 1e3), ("La", 1e-4), ("La", 1e3), ("Nd", 1e3), ("Pr", 1e-3), ("Sm", 1e4)]
)
def test_a_column_in_another_unit_is_named_and_no_other(
    tmp_path: Path, rows: int, elements: tuple[str, ...], element: str, times: float
) -> None:
    results = suites(rows, elements)
    results[f"{element}_ppm"] = [value * times for value in results[f"{element}_ppm"]]
    found = read(tmp_path, results)
    assert told(found.notes) == {f"{element}_ppm": rows}
    assert found.layer[f"{element}_ppm"].isna().all()
    kept = [name for name in results if name != f"{element}_ppm"]
    assert found.layer[kept].notna().all().all()


def test_lanthanum_ten_times_too_high_and_ytterbium_under_yttrium_are_named(tmp_path: Path) -> None:
    results = suites(12)
    high = results | {"La_ppm": [value * 10 for value in results["La_ppm"]]}
    assert told(read(tmp_path, high).notes) == {"La_ppm": 12}
    assert told(read(tmp_path, results | {"Y_ppm": results["Yb_ppm"]}).notes) == {"Y_ppm": 12}


def test_a_part_of_a_column_in_another_unit_is_told_by_row(tmp_path: Path) -> None:
    results = suites(12)
    results["Nd_ppm"][:7] = [value * 1e3 for value in results["Nd_ppm"][:7]]
    found = read(tmp_path, results)
    assert told(found.notes) == {"Nd_ppm": 7}
    assert found.layer["Nd_ppm"].notna().sum() == 5


@pytest.mark.parametrize(("odd", "even"), [("La", "Ce"), ("Eu", "Gd"), ("Pr", "Nd"), ("Ho", "Er")])
def test_exchanged_columns_are_told_and_none_is_taken_away(tmp_path: Path, odd: str, even: str) -> None:
    results = suites(12)
    odd_name, even_name = f"{odd}_ppm", f"{even}_ppm"
    results[odd_name], results[even_name] = results[even_name], results[odd_name]
    found = read(tmp_path, results)
    assert [note.count for note in found.notes if note.code == "rare_earths_exchanged"] == [12]
    assert not told(found.notes)
    assert found.layer[[odd_name, even_name]].notna().all().all()


def test_cells_of_a_row_one_column_to_the_side_are_told_by_row(tmp_path: Path) -> None:
    results = suites(10, SHORT)
    names = list(results)
    for left, right in reversed(list(pairwise(names))):
        results[right][4] = results[left][4]
    results["La_ppm"][4] = float("nan")
    found = read(tmp_path, {name: ["" if np.isnan(one) else one for one in cells] for name, cells in results.items()})
    [note] = [note for note in found.notes if note.code == "rare_earths_exchanged"]
    assert note.rows == (6,)
    assert found.layer[names].iloc[4].isna().all()
    assert found.layer[names].drop(index=4).notna().all().all()


@pytest.mark.parametrize("rows", [3, 12, 60])
@pytest.mark.parametrize("steps", [-0.35, -0.1, 0.1, 0.25])
def test_steep_and_flat_suites_are_left_alone(tmp_path: Path, rows: int, steps: float) -> None:
    found = read(tmp_path, suites(rows, steps=steps, level=10))
    assert not [note for note in found.notes if note.code in ("implausible_rare_earth", "rare_earths_exchanged")]


def test_a_trace_code_is_no_measured_result_and_its_neighbours_stand(tmp_path: Path) -> None:
    results = suites(10, SHORT)
    results["La_ppm"][3] = 1e-30
    found = read(tmp_path, results)
    assert np.isnan(found.layer["La_ppm"].iloc[3])
    assert found.layer[["Pr_ppm", "Nd_ppm"]].notna().all().all()


@pytest.mark.parametrize("element", ["La", "Ce", "Nd", "Y"])
@pytest.mark.parametrize("times", [10, 0.1])
def test_a_decimal_point_that_moved_within_a_suite_is_told_by_row(tmp_path: Path, element: str, times: float) -> None:
    results = suites(10, SHORT)
    assert not [note for note in suspicious_values("s", read(tmp_path, results).layer) if note.code == "decimal_shift"]
    results[f"{element}_ppm"][4] *= times
    found = read(tmp_path, results)
    told_rows = [note.rows for note in suspicious_values("s", found.layer) if note.code == "decimal_shift"]
    assert [*told_rows, *(note.rows for note in found.notes if note.code == "implausible_rare_earth")] == [(6,)]


def test_codes_among_negative_limits_are_missing_and_told(tmp_path: Path) -> None:
    results = suites(10, SHORT)
    cells: dict[str, list[float]] = results | {"La_ppm": [-1111, -5555, -5, *results["La_ppm"][3:]]}
    found = read(tmp_path, cells, options={"negative": "below_limit"})
    [note] = [note for note in found.notes if note.code == "code_among_limits"]
    assert (note.columns, note.rows) == (("La_ppm",), (2, 3))
    assert found.layer["La_censored"].tolist()[:3] == [0, 0, -1]
    assert found.layer["La_limit_ppm"].iloc[2] == 5
    limits = results | {"La_ppm": [-2000, -100, -5, *results["La_ppm"][3:]]}
    assert not read(tmp_path, limits, options={"negative": "below_limit"}).notes


def test_clays_that_lost_their_cerium_are_in_the_order_of_nature(tmp_path: Path) -> None:
    lost = suites(12)
    lost["Ce_ppm"] = [cerium * 0.04 for cerium in lost["Ce_ppm"]]
    assert not read(tmp_path, lost).notes
