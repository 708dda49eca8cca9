"""Columns of results that are copied, filled, sorted alone, normalised, logarithms, shares, or at odds with their twins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.accounting import Reading
from layers.cells.heading_grammar import parse_headings
from layers.elements import CHONDRITE_PPM, UPPER_CRUST_PPM
from layers.errors import SourceError
from layers.readers.summary_rows import summary_places
from tests.layers.readers.test_whole_sample import read

ELEMENTS = ("La", "Ce", "Pr", "Nd", "Sm", "Y")
CODES = {"made_results", "rare_earths_flat", "results_differ", "total_against_parts", "same_results"}


def rocks(seed: int, n: int = 10) -> dict[str, list[Any]]:
    """Return results of rocks, some richer than others, each element off by some per cent."""
    rng = np.random.default_rng(seed)
    level = 10 ** rng.normal(0.2, 0.25, n)
    table = {
        element: UPPER_CRUST_PPM[element] * level * 10 ** rng.normal(0, 0.04, n) for element in (*ELEMENTS, "Th", "U")
    }
    return {f"{element}_ppm": [float(f"{ppm:.4g}") for ppm in values] for element, values in table.items()}


def told(reading: Reading[Any]) -> list[tuple[str, tuple[str, ...]]]:
    return [(note.code, note.columns) for note in reading.notes if note.code in CODES]


@pytest.mark.parametrize("seed", range(6))
def test_clean_tables_are_told_nothing_of(tmp_path: Path, seed: int) -> None:
    assert not told(read(tmp_path, rocks(seed)))
    by_one = rocks(seed)
    order = np.argsort(by_one["Nd_ppm"])
    assert not told(
        read(tmp_path, {name: [cells[at] for at in order] for name, cells in by_one.items()})
    )  # sorted as a whole


@pytest.mark.parametrize("seed", range(3))
def test_columns_copied_filled_down_or_sorted_alone_are_told(tmp_path: Path, seed: int) -> None:
    clean = rocks(seed)
    (copied,) = told(read(tmp_path, clean | {"La_ppm": clean["Ce_ppm"]}))
    assert copied == ("made_results", ("La_ppm", "Ce_ppm"))
    for made in ([19.06] * 10, [19.06 + at for at in range(10)], [60 - 2.5 * at for at in range(10)]):
        found = told(read(tmp_path, clean | {"Y_ppm": made}))
        assert ("made_results", ("Y_ppm",)) in found
    for backwards in (False, True):
        (alone,) = told(read(tmp_path, clean | {"Nd_ppm": sorted(clean["Nd_ppm"], reverse=backwards)}))
        assert alone == ("made_results", ("Nd_ppm",))


def test_normalised_values_and_logarithms_are_told(tmp_path: Path) -> None:
    clean = rocks(1)
    light = {f"{element}_ppm": clean[f"{element}_ppm"] for element in ELEMENTS}
    for standard in (CHONDRITE_PPM, UPPER_CRUST_PPM):
        normal = {name: [ppm / standard[name.split("_")[0]] for ppm in cells] for name, cells in light.items()}
        assert "rare_earths_flat" in {code for code, _ in told(read(tmp_path, normal))}
    for logarithm in (np.log10, np.log):
        logs = {name: [float(logarithm(ppm)) for ppm in cells] for name, cells in light.items()}
        assert "rare_earths_flat" in {code for code, _ in told(read(tmp_path, logs))}
    poor = {name: [ppm / 20 for ppm in cells] for name, cells in light.items()}  # quartz sand
    assert not told(read(tmp_path, poor))


@pytest.mark.parametrize("whole", [100.0, 1.0, 1e6])
def test_shares_of_the_sum_of_rare_earths_stop(tmp_path: Path, whole: float) -> None:
    light = {f"{element}_ppm": rocks(2)[f"{element}_ppm"] for element in ELEMENTS}
    sums = [sum(row) for row in zip(*light.values(), strict=True)]
    parts = {
        name: [float(f"{whole * ppm / one:.4g}") for ppm, one in zip(cells, sums, strict=True)]
        for name, cells in light.items()
    }
    with pytest.raises(SourceError, match="add up to"):
        read(tmp_path, parts)


@pytest.mark.parametrize("heading", ["La_ppm rep", "La_ppm_dup", "La ppm check", "La_ICPMS_ppm"])
def test_columns_of_one_element_at_odds_are_told(tmp_path: Path, heading: str) -> None:
    clean = rocks(3)
    near = [ppm * (1.1 if at % 2 else 0.93) for at, ppm in enumerate(clean["La_ppm"])]
    assert not told(read(tmp_path, clean | {heading: near}))
    for factor in (0.5, 3, 10):
        (found,) = told(read(tmp_path, clean | {heading: [factor * ppm for ppm in clean["La_ppm"]]}))
        assert found == ("results_differ", ("La_ppm", heading))
    one_row = [10 * ppm if at == 4 else ppm for at, ppm in enumerate(near)]
    notes = [note for note in read(tmp_path, clean | {heading: one_row}).notes if note.code == "results_differ"]
    assert [note.rows for note in notes] == [(6,)]


def test_a_second_column_as_a_program_saves_it_is_a_twin(tmp_path: Path) -> None:
    clean = rocks(4)
    with pytest.raises(SourceError, match=r"'La_ppm' and 'La_ppm.1'"):
        read(tmp_path, clean | {"La_ppm.1": [10 * ppm for ppm in clean["La_ppm"]]})
    assert not told(read(tmp_path, clean | {"La_ppm.1": clean["La_ppm"]}))


def test_totals_are_totals_and_as_large_as_most_of_their_parts_foretell(tmp_path: Path) -> None:
    clean = {name: cells for name, cells in rocks(5).items() if name[:2] not in ("Th", "U_")}
    sums = [sum(row) for row in zip(*clean.values(), strict=True)]
    columns = {"sample_id": "id", "latitude": "lat", "longitude": "lon", "tree_ppm": "TREE (ppm)"}
    right = {"TREE (ppm)": [1.15 * one for one in sums]}
    assert not told(read(tmp_path, clean | right, columns=columns))
    assert told(read(tmp_path, clean | {"TREE (ppm)": [9 * one for one in sums]}, columns=columns)) == [
        ("total_against_parts", ("TREE (ppm)",))
    ]
    for heading in ("La (ppm)", "TREO cut-off (ppm)", "TREE detection limit (ppm)"):
        with pytest.raises(SourceError, match="no total of all rare earths"):
            read(tmp_path, {heading: sums}, columns=columns | {"tree_ppm": heading})


def test_one_result_a_sample_may_be_that_of_another(tmp_path: Path) -> None:
    columns = {"sample_id": "id", "latitude": "lat", "longitude": "lon", "tree_ppm": "TREE (ppm)"}
    assert not told(read(tmp_path, {"TREE (ppm)": [1000, 1000, 850, 900]}, columns=columns))


def test_marks_of_neodymium_are_not_those_of_what_was_not_detected() -> None:
    for ending in (" flag", "_qualifier", "_qual"):
        of_element = parse_headings(["La ppm", f"La{ending}", "Nd ppm", f"Nd{ending}"])
        assert [heading.element for heading in of_element] == ["La", "La", "Nd", "Nd"]
        assert parse_headings(["la_ppm", f"la{ending}", "nd_ppm", f"nd{ending}"])[-1].element == "Nd"
    assert parse_headings(["La ppm", "Nd ppm", "ND flag"])[-1].element is None


def test_forms_of_spread_and_mean_are_no_samples() -> None:
    words = [
        "A1",
        "A2",
        "±1s",
        "± 2SD",
        "CV%",
        "CV (%)",
        "% CV",
        "x̄",
        "CV-12",
        "CV Mine",
        *(f"A{at}" for at in range(3, 12)),
    ]
    assert summary_places(pd.Series(words)) == [2, 3, 4, 5, 6, 7]
