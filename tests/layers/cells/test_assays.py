"""Headings and cells of laboratory tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.cells.assay_columns import AssayColumn, assay_columns
from layers.cells.assays import parse_cells, suspicions
from layers.cells.result_marks import apply_qualifiers


def lone(heading: str, **facts: Any) -> AssayColumn | None:
    """Return what a heading says alone, None where it is no result."""
    results = assay_columns([heading], **facts).results
    return results[0] if results else None


@pytest.mark.parametrize(
    ("heading", "element", "form", "to_ppm", "method"),
    [
        ("La_ppm", "La", "La", 1.0, "unknown"),
        ("La_INA_ppm", "La", "La", 1.0, "inaa"),
        ("LA_PPM", "La", "La", 1.0, "unknown"),
        ("La (ppm)", "La", "La", 1.0, "unknown"),
        ("Y(g/t)", "Y", "Y", 1.0, "unknown"),
        ("Au_ppb", "Au", "Au", 1e-3, "unknown"),
        ("Fe%", "Fe", "Fe", 1e4, "unknown"),
        ("Ce_4A_ppm", "Ce", "Ce", 1.0, "four_acid"),
        ("K_ppm_511P", "K", "K", 1.0, "aqua_regia"),
        ("La2O3 (%)", "La", "La2O3", 1e4 * 0.85268, "unknown"),
        ("CeO2_pct", "Ce", "CeO2", 1e4 * 0.81409, "unknown"),
        ("Pr6O11 (wt.%)", "Pr", "Pr6O11", 1e4 * 0.82770, "unknown"),
        ("Tb4O7_ppb", "Tb", "Tb4O7", 1e-3 * 0.85022, "unknown"),
        ("LA2O3_PCT", "La", "La2O3", 1e4 * 0.85268, "unknown"),
        ("Fe2O3T_pct", "Fe", "Fe2O3", 1e4 * 0.69943, "unknown"),
        ("SiO2 wt%", "Si", "SiO2", 1e4 * 0.46744, "unknown"),
        ("teneur_La_ppm", "La", "La", 1.0, "unknown"),
    ],
)
def test_headings(heading: str, element: str, form: str, to_ppm: float, method: str) -> None:
    column = lone(heading)
    assert column is not None
    assert (column.element, column.form, column.method) == (element, form, method)
    assert column.to_ppm == pytest.approx(to_ppm, rel=2e-5)


@pytest.mark.parametrize(
    "heading", ["TREO_%", "TREE_mean_ppm", "LOI_pct", "PH", "Ac_228", "C_crb", "SAMPLEID", "H2Oneg_pct", "X", "co"]
)
def test_what_is_no_assay(heading: str) -> None:
    assert lone(heading) is None


def test_a_unit_is_never_guessed() -> None:
    assert lone("La").to_ppm is None
    assert lone("La", default_unit="ppb").to_ppm == 1e-3
    assert lone("Fe2O3", default_unit="ppm", oxide_unit="pct").to_ppm == pytest.approx(1e4 * 0.69943, rel=1e-4)
    assert lone("Fe", default_unit="ppm", units={"Fe": "pct"}).to_ppm == 1e4


def test_words_for_censored_and_missing_results() -> None:
    texts = [
        "<0.5",
        "< 0.5",
        ">10000",
        "ND",
        "BDL",
        "tr",
        "--",
        "L.N.R.",
        "I.S.",
        "n.a.",
        "12.5",
        "12.5*",
        "0.5U",
        "0",
        None,
    ]
    cells = parse_cells(pd.Series(texts, dtype="str"))
    assert cells.censored.tolist() == [-1, -1, 1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    np.testing.assert_array_equal(cells.limit[:6], [0.5, 0.5, 10000, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(cells.value[10:], [12.5, np.nan, np.nan, 0, np.nan])
    assert np.isnan(cells.value[:10]).all()
    assert cells.unreadable.tolist() == [11, 12]


@pytest.mark.parametrize("text", ["≤0.5", "<=0.5", "<\u00a00.5", "<0,5"])
def test_more_spellings_of_below(text: str) -> None:
    cells = parse_cells(pd.Series([text], dtype="str"), decimal_mark="," if "," in text else ".")
    assert (cells.censored[0], cells.limit[0]) == (-1, 0.5)


def test_a_negative_number_means_what_the_publisher_says() -> None:
    column = pd.Series(["-2", "-137", "31", "-9999", "-0.5", "-1.0E+30"], dtype="str")
    cells = parse_cells(column, negative="below_limit")
    np.testing.assert_array_equal(cells.limit, [2, 137, np.nan, np.nan, 0.5, np.nan])
    assert cells.censored.tolist() == [-1, -1, 0, 0, -1, 0]
    undeclared = parse_cells(column)
    assert undeclared.negatives == 3
    assert undeclared.unreadable.tolist() == [0, 1, 4]
    missing = parse_cells(column, negative="missing")
    assert np.isfinite(missing.value).sum() == 1
    assert not missing.censored.any()


def test_typed_columns_and_text_columns_agree() -> None:
    numbers = pd.Series([1.5, -2.0, np.nan, -9999.0, np.inf])
    typed = parse_cells(numbers, negative="below_limit")
    text = parse_cells(pd.Series(["1.5", "-2", None, "-9999", None], dtype="str"), negative="below_limit")
    np.testing.assert_array_equal(typed.value, text.value)
    np.testing.assert_array_equal(typed.limit, text.limit)


def test_marks_beside_the_value() -> None:
    cells = parse_cells(pd.Series([0.5, 0.0, 500.0, 0.0, 7.0, 8.0, 3.0]))
    marked = apply_qualifiers(cells, pd.Series(["<", "<", ">", "B", "B", "R", "!"]), declared_limit=1.0)
    np.testing.assert_array_equal(marked.value, [np.nan, np.nan, np.nan, np.nan, 7.0, np.nan, 3.0])
    np.testing.assert_array_equal(marked.limit, [0.5, 1.0, 500.0, np.nan, np.nan, np.nan, np.nan])
    assert marked.censored.tolist() == [-1, -1, 1, 0, 0, 0, 0]


def test_plateaus_are_suspected() -> None:
    values = pd.Series([0.25] * 10 + list(np.linspace(1, 9, 30)) + [10000.0] * 3)
    codes = {one.code: one.count for one in suspicions("Tb", parse_cells(values))}
    assert codes == {"lowest_value_repeated": 10, "highest_value_round": 3}
    honest = pd.Series(["<0.5"] * 10 + [str(one) for one in np.linspace(1, 9, 30)], dtype="str")
    assert not suspicions("Tb", parse_cells(honest))


@pytest.mark.parametrize(
    ("heading", "element", "form"),
    [
        ("CO_ppm", "Co", "Co"),
        ("HO_ppm", "Ho", "Ho"),
        ("CAO", "Ca", "CaO"),
        ("MNO_pct", "Mn", "MnO"),
        ("FeOt (%)", "Fe", "FeO"),
        ("Fe2O3T_pct", "Fe", "Fe2O3"),
        ("LA2O3", "La", "La2O3"),
    ],
)
def test_capitals_are_elements_before_they_are_oxides(heading: str, element: str, form: str) -> None:
    column = lone(heading, default_unit="ppm")
    assert column is not None
    assert (column.element, column.form) == (element, form)


@pytest.mark.parametrize("heading", ["NO3_IC", "PO4_IC", "SO4 (mg/kg)", "H2O_pct", "no_ppm"])
def test_ions_and_water_are_no_results_of_the_solid(heading: str) -> None:
    assert lone(heading, default_unit="ppm") is None


def test_a_symbol_that_is_a_word_needs_a_suite_beside_it() -> None:
    assert lone("CO", default_unit="ppm") is None
    suite = assay_columns(["CO", "LA", "CE", "IN"], default_unit="ppm")
    assert [one.element for one in suite.results] == ["Co", "La", "Ce", "In"]


@pytest.mark.parametrize(("marked", "suspected"), [(["<2"] * 3, True), (["<0.25"] * 3, False), (["<0.1"] * 3, False)])
def test_a_plateau_below_the_marked_limits_is_suspected(marked: list[str], suspected: bool) -> None:
    values = pd.Series(["0.25"] * 3 + marked + [f"{value:.2f}" for value in np.linspace(3, 9, 30)], dtype="str")
    codes = {one.code for one in suspicions("Tb", parse_cells(values))}
    assert ("lowest_value_repeated" in codes) == suspected
