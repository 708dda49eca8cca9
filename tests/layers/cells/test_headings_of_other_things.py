"""Headings that look like those of results and state something else, and results under names that are no symbols."""

from __future__ import annotations

import pytest

from layers.cells.assay_columns import assay_columns
from layers.cells.heading_grammar import parse_heading, parse_headings


@pytest.mark.parametrize(
    "heading",
    ["Ore grade Cu %", "Cu ore grade (%)", "High grade Au g/t", "Au+ g/t", "Au(-) g/t", "Ag (+) ppm", "Fe_o g/kg", "Al_o (%)",
     "Cu_ppm_y", "Cu_ppm_cv", "Zn cal ppm", "P_Value", "K value", "Head grade Cu %",
     "Ley de cabeza Cu (%)", "Teneur du minerai Cu (%)", "Erzgehalt Cu (%)", "Iron oxide %", "Zinc oxide %"],
)  # fmt: skip
def test_what_is_not_of_the_sample_for_sure_is_asked_about(heading: str) -> None:
    parsed = parse_heading(heading)
    assert parsed.kind == "other"
    assert parsed.unknown


@pytest.mark.parametrize(
    "heading", ["Cu cutoff grade (%)", "Teor do concentrado Cu (%)", "Concentrate grade La2O3 (%)"]
)
def test_limits_of_mining_and_concentrates_are_no_results(heading: str) -> None:
    assert parse_heading(heading).kind == "other"


def test_the_grade_of_an_ore_is_not_taken_beside_that_of_tailings() -> None:
    columns = assay_columns(["Ore grade Cu %", "Tailings grade Cu %"])
    assert [column.name for column in columns.results] == ["Tailings grade Cu %"]
    assert [heading.text for heading in columns.asked] == ["Ore grade Cu %"]


def test_a_laboratory_s_package_for_rich_samples_is_a_result() -> None:
    parsed = parse_heading("Cu ore grade Cu-OG62 %")
    assert (parsed.kind, parsed.role) == ("result", "over_range")


@pytest.mark.parametrize("heading", ["S-2 pct", "S²⁻ %", "S^2- %", "S2- %", "Cr6+ mg/kg", "Fe³⁺ %"])
def test_states_of_an_element_are_told_as_one_form_of_it(heading: str) -> None:
    parsed = parse_heading(heading)
    assert (parsed.kind, parsed.role) == ("result", "form")
    assert not assay_columns([heading]).results


@pytest.mark.parametrize(
    "names",
    [["Cu_ppm_x", "Cu_ppm_y"], ["Cu_ppm_l", "Cu_ppm_r"], ["Zn_a", "Zn_b", "La_a", "La_b"], ["Cu ppm.A", "Cu ppm.T"]],
)
def test_twins_that_differ_by_a_letter_are_asked_about(names: list[str]) -> None:
    assert all(heading.unknown and heading.kind == "other" for heading in parse_headings(names))


@pytest.mark.parametrize(
    ("heading", "element", "unit"),
    [("Lanthanum oxide (%)", "La2O3", "pct"), ("Óxido de ítrio (ppm)", "Y2O3", "ppm"), ("Oxyde d'yttrium ppm", "Y2O3", "ppm"),
     ("Neodymoxid %", "Nd2O3", "pct"), ("Silica %", "SiO2", "pct"), ("7440-50-8 mg/kg", "Cu", "mg/kg"),
     ("Copper (CAS 7440-50-8) mg/kg", "Cu", "mg/kg"), ("As mg/kg dry wt", "As", "mg/kg"), ("CaO (% em massa)", "CaO", "pct"),
     ("Měď mg/kg", "Cu", "mg/kg"), ("Bakır ppm", "Cu", "ppm"), ("Réz mg/kg", "Cu", "mg/kg"), ("Tembaga ppm", "Cu", "ppm"),
     ("铜 (ppm)", "Cu", "ppm"), ("鉛 (mg/kg)", "Pb", "mg/kg"), ("금 (g/t)", "Au", "g/t"), ("S общ, %", "S", "pct"),
     ("Сера общая, %", "S", "pct"), ("Or (g/t)", "Au", "g/t"), ("Sc_ppm_ICP-OES_Li-borate", "Sc", "ppm"),
     ("Hg_cv_ppb", "Hg", "ppb")],
)  # fmt: skip
def test_results_by_other_names_and_in_other_languages(heading: str, element: str, unit: str) -> None:
    parsed = parse_heading(heading)
    assert (parsed.kind, parsed.element, parsed.unit, parsed.unknown) == ("result", element, unit, ())


def test_a_conjunction_and_a_median_are_no_metals() -> None:
    assert parse_heading("Cu ppm or %").unknown
    assert parse_heading("Med Cu ppm").kind == "statistic"
