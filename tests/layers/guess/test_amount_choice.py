"""Which of several columns is the amount of the waste: the one that says so, or a question; never another amount in silence."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.cells.amounts_beside import beside_the_waste, of_another_body, unfamiliar
from layers.guess.amount_choice import measures_waste
from layers.guess.columns import Guess
from layers.guess.file import guess_file
from layers.guess.recognise import finds

SITES = {
    "Site ID": ["T-1", "T-2", "T-3", "T-4"], "Name": ["Anvil", "Birch", "Cobble", "Delta"], "Latitude": [48.5, 48.41, 48.32, 48],
    "Longitude": [-117.51, -118.16, -118.13, -118.5], "Commodity": ["Gold", "Copper", "Gold", "Zinc"],
}  # fmt: skip
FIRST, SECOND = [151000, 213000, 440000, 90000], [9000, 9100, 700, 8000]


def guessed(folder: Path, columns: dict[str, list[int]]) -> Guess:
    pd.DataFrame({**SITES, **columns}).to_csv(folder / "tailings_inventory.csv", index=False)
    [find] = list(finds(folder))
    return guess_file(find, folder)[0]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    ("layer_column", "meant", "other"),
    [
        ("volume_m3", "Tailings volume (m3)", "Dam volume (m3)"), ("volume_m3", "Volumen relave (m3)", "Volumen muro (m3)"),
        ("volume_m3", "Volume of tailings (m3)", "Embankment volume (m3)"), ("area_m2", "TSF area (ha)", "Mine area (ha)"),
        ("area_m2", "Tailings area (ha)", "Catchment area (ha)"), ("area_m2", "Area (ha)", "Disturbed area (ha)"),
        ("area_m2", "Superficie résidus (ha)", "Superficie de la mine (ha)"), ("mass_t", "Tailings (t)", "Waste rock (t)"),
        ("mass_t", "Tonnage (t)", "Max tonnage (t)"), ("mass_t", "Tonnage (t)", "Lowest tonnage, low (t)"),
        ("mass_t", "Tailings (t)", "Overburden (t)"), ("volume_m3", "Volume (m3)", "Pit volume (m3)"),
        ("mined_t", "Ore mined (t)", "Tailings (t)"), ("milled_t", "Ore milled (t)", "Ore mined (t)"),
    ],
)  # fmt: skip
def test_the_amount_of_the_waste_is_chosen(
    tmp_path: Path, layer_column: str, meant: str, other: str, turned: bool
) -> None:
    columns = {meant: FIRST, other: SECOND}
    guess = guessed(tmp_path, dict(reversed(columns.items())) if turned else columns)
    assert guess.value(f"columns.{layer_column}") == meant
    assert f"columns.{layer_column}" not in guess.questions


@pytest.mark.parametrize(
    ("layer_column", "one", "other"),
    [
        ("mass_t", "Min tonnage (t)", "Max tonnage (t)"), ("mass_t", "Tonnage low (t)", "Tonnage high (t)"),
        ("mass_t", "Waste rock (t)", "Tonnage (t)"), ("volume_m3", "Volume P10 (m3)", "Volume P90 (m3)"),
        ("area_m2", "Area minimum (ha)", "Area maximum (ha)"),
        ("mass_t", "Tailings 1998 (t)", "Tailings 2015 (t)"), ("volume_m3", "Dam volume (m3)", "Pit volume (m3)"),
        ("area_m2", "Mine area (ha)", "Disturbed area (ha)"), ("milled_t", "Ore milled 1950-60 (t)", "Ore milled 1961-70 (t)"),
    ],
)  # fmt: skip
def test_amounts_that_nothing_tells_apart_are_asked_about(
    tmp_path: Path, layer_column: str, one: str, other: str
) -> None:
    question = guessed(tmp_path, {one: FIRST, other: SECOND}).questions[f"columns.{layer_column}"]
    assert one in question
    assert other in question


def test_one_amount_in_two_units_is_no_question(tmp_path: Path) -> None:
    guess = guessed(tmp_path, {"Area (ha)": [10, 20, 30, 45], "Area (acres)": [24.71, 49.42, 74.13, 111.2]})  # type: ignore[list-item]
    assert guess.value("columns.area_m2") == "Area (ha)"
    assert not guess.questions


@pytest.mark.parametrize(
    ("name", "layer_column"),
    [("Dam volume (m3)", "volume_m3"), ("Mine area (ha)", "area_m2"), ("Min tonnage (t)", "mass_t")],
)
def test_a_lone_amount_of_something_else_is_asked_about(tmp_path: Path, name: str, layer_column: str) -> None:
    assert name in guessed(tmp_path, {name: FIRST}).questions[f"columns.{layer_column}"]


@pytest.mark.parametrize("volume", ["Waste rock (yd3)", "Slag volume (m3)", "Volumen estériles (m3)"])
def test_amounts_of_two_wastes_make_no_record(tmp_path: Path, volume: str) -> None:
    guess = guessed(tmp_path, {volume: SECOND, "Tailings (Mt)": FIRST})
    assert guess.value("columns.mass_t") == "Tailings (Mt)"
    assert volume in guess.questions["columns.volume_m3"]


@pytest.mark.parametrize(
    ("heading", "told"),
    [
        ("Dam volume (m3)", True), ("Tailings dam volume (m3)", False), ("Dam height (m)", False), ("MineArea_ha", True),
        ("Mine waste area (ha)", False), ("Pit volume", True), ("TSF footprint (ha)", False), ("Volume da barragem (m3)", False),
        ("Superficie de la mine", True), ("Mine", False), ("Area (ha)", False),
    ],
)  # fmt: skip
def test_areas_and_volumes_of_walls_pits_and_mines(heading: str, told: bool) -> None:
    assert (of_another_body(heading) is not None) is told


@pytest.mark.parametrize(
    ("heading", "shown"),
    [("Volumen (MMm3)", "'MMm3'"), ("Volume (m3 x 10^6)", "'m3 x 10^6'"), ("Area (10^3 m2)", "'10^3 m2'")],
)
def test_a_question_of_a_unit_shows_what_a_person_reads(tmp_path: Path, heading: str, shown: str) -> None:
    questions = guessed(tmp_path, {heading: FIRST}).questions
    assert any(shown in question for key, question in questions.items() if key.startswith("options.units."))


@pytest.mark.parametrize(("heading", "of_waste"), [("WtKg", False), ("Mass (kg)", False), ("Mass (kt)", True)])
def test_what_a_laboratory_received_is_no_amount_of_waste(heading: str, of_waste: bool) -> None:
    assert measures_waste(heading, "mass_t") == of_waste


@pytest.mark.parametrize(
    ("heading", "layer_column"),
    [
        ("FOREST_AREA_HA", "area_m2"), ("RECLAIMED_AREA_HA", "area_m2"), ("LAKE_AREA_HA", "area_m2"),
        ("Waldfläche (ha)", "area_m2"), ("Grubenfläche (ha)", "area_m2"),
        ("SURVEYED_AREA_KM2", "area_m2"), ("HEADFRAME_HEIGHT_M", "height_m"), ("CHIMNEY_HEIGHT_M", "height_m"),
        ("HEIGHT_ABOVE_RIVER_M", "height_m"), ("ORE_VOLUME_M3", "volume_m3"), ("Volumen excavado (m3)", "volume_m3"),
    ],
)  # fmt: skip
def test_an_amount_that_names_something_else_is_never_taken_unasked(
    tmp_path: Path, heading: str, layer_column: str
) -> None:
    guess = guessed(tmp_path, {heading: FIRST})
    assert guess.value(f"columns.{layer_column}") is None
    assert unfamiliar(heading, sure=True) is not None


def test_a_height_above_the_sea_is_no_height_of_a_waste(tmp_path: Path) -> None:
    assert guessed(tmp_path, {"HEIGHT_ASL_M": FIRST}).value("columns.height_m") is None
    assert beside_the_waste("HEIGHT_ASL_M") == "ASL"


@pytest.mark.parametrize(
    "heading",
    ["Shape_Area", "AREA (ha)", "Hauteur de la digue (m)", "Altura atual (m)", "Surface du parc à résidus (ha)",
     "Dump height (m)",
     "Tonnes (10³)", "Volume (m3 x 10^6)", "Toneladas de relave", "Fläche der Halde (ha)", "Estimated tonnage of waste rock (t)",
     "Objętość [tys. m3]", "Масса, тыс. т", "TAILINGS_ACRES", "Tailings pond area (ha)", "TONELAJE_ACTUAL"],
)  # fmt: skip
def test_words_said_of_wastes_are_familiar(heading: str) -> None:
    assert unfamiliar(heading) is None
