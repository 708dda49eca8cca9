"""What is asked or left alone because a file says two things: decimal marks, amounts only allowed or planned, months."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.cells.amounts_beside import beside_the_waste
from layers.cells.heading_grammar import parse_headings
from layers.guess.columns import Guess, guess_columns
from layers.guess.file import guess_file
from layers.guess.numbers import mark_in_doubt
from layers.guess.recognise import finds
from layers.guess.unread_tables import why_left_out

LAB = "sample_id;site_id;La_ppm;Ce_ppm\n"


def assays(folder: Path, rows: str) -> Guess:
    (folder / "tailings_assays.csv").write_text(LAB + rows, encoding="utf-8")
    [find] = list(finds(folder))
    return guess_file(find, folder)[0]


def test_a_lone_comma_among_points_is_asked_about(tmp_path: Path) -> None:
    guessed = assays(tmp_path, "S1;A;1.234;12.345\nS2;A;2.250;11.125\nS3;B;0,5;10.500\n")
    assert "decimal_mark" in guessed.questions
    assert "1.234" in guessed.questions["decimal_mark"]


def test_commas_alone_are_decimal_marks(tmp_path: Path) -> None:
    assert assays(tmp_path, "S1;A;1,234;12,5\nS2;A;2,25;11\nS3;B;0,5;10\n").value("decimal_mark") == ","


@pytest.mark.parametrize(
    ("texts", "doubt"),
    [
        (["1.234", "2.345", "0,5"], True), (["<.5", "1.2", "0,5"], True), (["1.250.000,00", "2.345", "0,5"], False),
        (["1.234.567", "2.345", "0,5"], False), (["1,2", "2,3", "4.500"], False), (["1,2", "3,4"], False), (["1.2"], False),
    ],
)  # fmt: skip
def test_points_speak_against_fewer_commas(texts: list[str], doubt: bool) -> None:
    assert (mark_in_doubt(pd.DataFrame({"a": texts})) is not None) is doubt


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Tonelaje autorizado (t)", True), ("Authorised tonnage (t)", True), ("Planned tonnage (t)", True),
        ("Volume prévu (m3)", True), ("Projected volume (m3)", True), ("Tonelaje actual (kt)", False),
        ("Tailings in place (kt)", False), ("Plane area (m2)", False), ("Explanatory tonnage (t)", False),
    ],
)  # fmt: skip
def test_amounts_allowed_or_planned_do_not_lie_there(name: str, other: bool) -> None:
    assert (beside_the_waste(name) is not None) is other


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (["Yr", "Mo", "Da", "La_ppm", "Ce_ppm", "Nd_ppm"], "date"), (["Year", "Mo", "Day", "Mo_ppm", "La_ppm", "Ce_ppm"], "date"),
        (["Year", "Mo", "La", "Ce", "Nd"], "result"), (["Yr", "Mo_ppm", "Da", "La_ppm"], "result"),
    ],
)  # fmt: skip
def test_mo_between_a_year_and_a_day_is_a_month(names: list[str], kind: str) -> None:
    assert parse_headings(names)[1].kind == kind


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"Lat/Long": ["48.51, -81.20", "48.62 N, 81.31 W", "(48.7; -81.4)"]}, "'Lat/Long' holds two coordinates in one cell"),
        ({"UTM": ["18T 345678 5123456", "18TUM4567823456", "345678E 5123456N"]}, "'UTM' holds whole grid references"),
        ({"La_ppm": ["0.12%", "0.25%", "40"], "Ce_ppm": ["1%", "2%", "3%"]}, "'La_ppm' and 1 more columns read like results"),
        ({"latitude": [6190000.0, 6190900.0], "longitude": [-90500.0, -90508.0]}, "'latitude' and 'longitude' hold no degrees"),
        ({"Element": ["La", "Ce", "P2O5"], "S1": [1.0, 2, 3]}, "samples seem to stand in columns"),
        ({"Parameter": ["La", "Ce", "La", "Ce"], "Result": [1.0, 2, 3, 4]}, "one result per row"),
        ({"NAME": ["A", "B"], "COMMODITY": ["Ni", "Cu"], "KT": [1.0, 2]}, "neither coordinates nor laboratory results"),
        ({"N": ["Ada", "Ari", "Ata"], "Maden": ["Ni", "Cu", "Cu"], "ha": [1, 2, 3]}, "neither coordinates nor laboratory"),
        ({"MGRS": ["17TNM0000049000", "17T NM 01000 50000"], "COMMODITY": ["Ni", "Ni"]}, "'MGRS' holds whole grid references"),
        ({"Grid Ref": ["SX 426 735", "SX 4190 7390", "SX445690"]}, "'Grid Ref' holds references of the British grid"),
        ({"UTM_E_km": [500.0, 501.25], "UTM_N_km": [5149.0, 5150.1]}, "'UTM_E_km' and 'UTM_N_km' are kilometres"),
        ({"a": ["x", "y"], "range": ["1 - 2", "3 - 4"]}, "neither coordinates nor laboratory results among its columns (a, "),
    ],
)  # fmt: skip
def test_a_table_left_out_says_which_column_keeps_it_from_use(columns: dict[str, list[object]], words: str) -> None:
    assert words in why_left_out(pd.DataFrame(columns))


@pytest.mark.parametrize("heading", ["SITE", "Site", "Mine"])
def test_a_column_of_names_called_like_an_id_is_the_name(heading: str) -> None:
    names = [f"{word} Tailings" for word in ("Anvil", "Birch", "Cobble", "Dorset", "Elkhorn")]
    cells = pd.DataFrame({"REF": [f"B{at}" for at in range(5)], heading: names})
    guessed = guess_columns(cells, ("official_id", "name"))
    assert {key: fact.value for key, fact in guessed.items()} == {"name": heading, "official_id": "REF"}


def test_a_column_of_ids_called_site_stays_the_id() -> None:
    cells = pd.DataFrame({"SITE": [f"NS-{at}" for at in range(5)], "SITE_NAME": list("abcde")})
    assert guess_columns(cells, ("official_id", "name"))["official_id"].value == "SITE"


@pytest.mark.parametrize(("layer", "asked"), [("TAILINGS", True), ("TRACK", False)])
def test_lines_of_several_kinds_are_asked_about(tmp_path: Path, layer: str, asked: bool) -> None:
    shapes = [shapely.LineString([(-81 + at / 9, 48), (-80.9 + at / 9, 48.1)]) for at in range(6)]
    drawn = gpd.GeoDataFrame({"Layer": ["ROAD"] * 3 + [layer] * 3}, geometry=shapes, crs=4326)
    drawn.to_file(tmp_path / "plan.gpkg", driver="GPKG")
    [find] = list(finds(tmp_path))
    guessed = guess_file(find, tmp_path)[0]
    assert ("role" in guessed.questions) is asked
    if asked:
        assert "TAILINGS (3)" in guessed.questions["role"]
    else:
        assert guessed.value("options.kind") == "road"


def test_points_that_part_thousands_of_coordinates_name_the_decimal_mark() -> None:
    cells = pd.DataFrame({"UTM NORTE": ["6.976.387", "7.012.192"], "UTM ESTE": ["371.258", "341.948"]})
    assert "state decimal_mark: ','" in why_left_out(cells)
