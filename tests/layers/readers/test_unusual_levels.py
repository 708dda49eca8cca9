"""Usual results that no rock holds are told, whatever the number of rows; ores and their tailings are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from layers.elements import MAIN_ELEMENTS_CRUST_PPM, REE, UPPER_CRUST_PPM
from layers.readers.unusual_levels import level_notes
from tests.layers.readers.test_whole_sample import read

CRUST_PPM = UPPER_CRUST_PPM | MAIN_ELEMENTS_CRUST_PPM
PERALKALINE = {
    "La": 1750, "Ce": 3370, "Pr": 359, "Nd": 1060, "Sm": 249, "Eu": 11.3, "Gd": 281, "Tb": 68.7, "Dy": 469, "Ho": 95, "Er": 351,
    "Tm": 43, "Yb": 292, "Lu": 38, "Y": 2500, "Th": 305, "U": 48, "Zr": 12_000, "Nb": 2200,
}  # fmt: skip
CARBONATITE = {
    "La": 20_000,
    "Ce": 30_000,
    "Pr": 2800,
    "Nd": 8200,
    "Sm": 500,
    "Eu": 90,
    "Gd": 180,
    "Dy": 40,
    "Yb": 4,
    "Y": 150,
}
URANIUM = {"La": 30, "Ce": 60, "Nd": 25, "U": 3000, "Th": 20, "Fe": 20_000}
DUNITE = {"La": 0.2, "Ce": 0.5, "Nd": 0.3, "Fe": 60_000, "K": 40, "Ti": 50, "P": 30, "Rb": 0.1, "Mg": 280_000}
THORITE = {"La": 400, "Ce": 700, "Nd": 300, "Th": 4000, "U": 60}


def told(levels: dict[str, float], rows: int = 5, medium: str = "waste") -> list[tuple[str, ...]]:
    columns = {f"{element}_ppm": level * np.linspace(0.5, 1.6, rows) for element, level in levels.items()}
    used = {f"{element} (lab)": f"{element}_ppm" for element in levels}
    return [note.columns for note in level_notes("lab", columns, [medium] * rows, used) if note.code == "unusual_level"]


@pytest.mark.parametrize("rows", [3, 12, 60])
@pytest.mark.parametrize("medium", ["till", "soil", "waste", "rock"])
@pytest.mark.parametrize("times", [1e3, 1e-4])
def test_a_whole_table_in_the_wrong_unit_is_told(times: float, medium: str, rows: int) -> None:
    [names] = told({element: UPPER_CRUST_PPM[element] * times for element in REE}, rows, medium)
    assert set(names) == {f"{element} (lab)" for element in REE}


def test_a_weak_digestion_is_told_in_a_table_of_many_rows() -> None:
    assert len(told({element: UPPER_CRUST_PPM[element] / 50 for element in REE}, 30, "soil")) == 1


@pytest.mark.parametrize(
    ("element", "times"), [("Th", 1e3), ("U", 1e-4), ("Fe", 1e-4), ("P", 1e-4), ("Ti", 1e-4), ("K", 1e-4), ("Sc", 1e3)]
)
@pytest.mark.parametrize("rows", [3, 30])
def test_one_column_in_another_unit_is_told_and_no_other(element: str, times: float, rows: int) -> None:
    levels = {name: CRUST_PPM[name] for name in ("La", "Ce", "Nd", "Y", "Th", "U", "Fe", "P", "Ti", "K", "Sc")}
    assert told(levels | {element: levels[element] * times}, rows) == [(f"{element} (lab)",)]


@pytest.mark.parametrize("rows", [3, 20, 60])
@pytest.mark.parametrize("levels", [CRUST_PPM, PERALKALINE, CARBONATITE, URANIUM, DUNITE, THORITE])
def test_what_is_looked_for_and_what_is_plain_are_not_told(levels: dict[str, float], rows: int) -> None:
    assert not told(levels, rows)


def test_results_below_limits_and_other_media_are_not_taken_together() -> None:
    columns = {"U_ppm": np.array([2e-4, np.nan, np.nan, np.nan]), "U_censored": np.array([0, -1, -1, -1])}
    assert not level_notes("lab", columns, ["till"] * 4, {"U": "U_ppm"})
    both = {f"{element}_ppm": UPPER_CRUST_PPM[element] * np.array([1.0] * 5 + [100.0] * 5) for element in REE}
    assert not level_notes("lab", both, ["till"] * 5 + ["waste"] * 5, {})
    assert len(level_notes("lab", both, ["till"] * 10, {})) == 1


@pytest.mark.parametrize(
    ("heading", "times", "is_told"),
    [("TREO_ppm", 1.18, False), ("TREE_ppm", 1.0, False), ("TREO_ppm", 1e-3, True), ("TREE_pct", 1e-4, False),
     ("TREE_pct", 1.0, True), ("LREE_ppm", 0.5, False), ("TREE_ppm", 3.0, True)],
)  # fmt: skip
def test_a_total_that_its_parts_contradict_is_told(tmp_path: Path, heading: str, times: float, is_told: bool) -> None:
    results = {f"{element}_ppm": [UPPER_CRUST_PPM[element] * one for one in (1.0, 1.4, 0.7)] for element in REE}
    sums = [sum(cells[row] for cells in results.values()) * times for row in range(3)]
    notes = read(tmp_path, results | {heading: sums}).notes
    told_columns = [note.columns for note in notes if note.code == "total_against_parts"]
    assert told_columns == ([(heading,)] if is_told else [])


XENOTIME_ORE = {"La": 20, "Ce": 40, "Er": 150, "Tm": 22, "Yb": 140, "Lu": 19}
"""A hundred times as much of the heavy ones as of the light ones, against the crust: xenotime."""


@pytest.mark.parametrize(
    ("levels", "medium", "columns"),
    [
        ({"Au": 16.0}, "till", ("Au (lab)",)),
        ({"Cu": 28_000.0, "Zn": 90.0}, "soil", ("Cu (lab)",)),
        ({"La": 0.4, "Ce": 0.5, "Tm": 30.0, "Lu": 60.0}, "rock", ("La (lab)", "Ce (lab)", "Tm (lab)", "Lu (lab)")),
    ],
)
def test_metals_and_patterns_of_no_ground_are_told(
    levels: dict[str, float], medium: str, columns: tuple[str, ...]
) -> None:
    assert told(levels, 12, medium) == [columns]


@pytest.mark.parametrize(
    ("levels", "medium"),
    [
        ({"Au": 16.0, "Ag": 300.0}, "waste"),
        ({"Au": 0.002, "Pt": 0.0000001}, "till"),
        ({"Cu": 2500.0, "Pb": 5000.0, "As": 1500.0, "Hg": 20.0}, "soil"),
        (XENOTIME_ORE, "rock"),
        ({"La": 0.002, "Ce": 0.01, "Tm": 0.02, "Lu": 0.04}, "rock"),
    ],
)
def test_rich_ground_is_not_told(levels: dict[str, float], medium: str) -> None:
    assert told(levels, 12, medium) == []
