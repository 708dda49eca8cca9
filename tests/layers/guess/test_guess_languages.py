"""Tables in languages the lists of headings do not hold, and places that stand in other columns or another file."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.cells.heading_amounts import unit_doubt
from layers.guess.columns import Guess
from layers.guess.file import guess_file
from layers.guess.links import relate
from layers.guess.recognise import finds


def guesses(folder: Path, **files: str) -> dict[str, Guess]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    pairs = [guess_file(find, folder) for find in finds(folder)]
    relate([(guess, sight) for guess, sight in pairs if sight is not None])
    return {guess.id: guess for guess, _ in pairs}


def test_german_heaps(tmp_path: Path) -> None:
    rows = [f"H{n};Halde {n};4.5{n:02d}.675,9;5.59{n % 10}.194,0;{n},5;Zinn, Wolfram;19{50 + n}" for n in range(1, 13)]
    head = "Halden-Nr.;Haldenname;Rechtswert;Hochwert;Fläche [ha];Hauptmetall;Betriebsende"
    found = guesses(tmp_path, halden="\n".join([head, *rows]))["halden"]
    assert found.value("role") == "inventory"
    wanted = {"official_id": "Halden-Nr.", "name": "Haldenname", "easting": "Rechtswert", "northing": "Hochwert",
              "area_m2": "Fläche [ha]", "commodities": "Hauptmetall", "last_year": "Betriebsende"}  # fmt: skip
    assert {key: found.value(f"columns.{key}") for key in wanted} == wanted
    assert (found.value("options.units.area_m2"), found.value("decimal_mark")) == ("ha", ",")
    assert set(found.questions) == {"crs"}


def test_a_finnish_table_of_one_result_per_row(tmp_path: Path) -> None:
    rows = [
        f"N{n};{64 + n / 10};{26 + n / 10};{one};{n + 2.5};mg/kg" for n in range(6) for one in ("La", "Ce", "Nd", "Y")
    ]
    head = "Näytetunnus;Leveysaste;Pituusaste;Alkuaine;Pitoisuus;Yksikkö"
    found = guesses(tmp_path, naytteet="\n".join([head, *rows]))["naytteet"]
    wanted = {"sample_id": "Näytetunnus", "analyte": "Alkuaine", "value": "Pitoisuus", "latitude": "Leveysaste"}
    assert {key: found.value(f"columns.{key}") for key in wanted} == wanted
    assert found.value("missing") is None  # Nd is neodymium here
    assert set(found.questions) == {"defaults.medium"}  # every row has its unit


def test_intervals_get_the_table_of_their_collars(tmp_path: Path) -> None:
    collars = ["HOLEID,MGA94_E,MGA94_N"] + [f"T{n},{350000 + n},{6600000 + n}" for n in range(6)]
    rows = [f"T{n},{top},{top + 1},{n + top + 0.5},{n + 2.5}" for n in range(6) for top in (0, 1)]
    assays = ["HOLEID,FROM_M,TO_M,Ce_ppm,La_ppm", *rows]
    found = guesses(tmp_path, collar="\n".join(collars), assay="\n".join(assays))
    assert found["assay"].value("options.collars") == {"path": "collar.csv", "key": "HOLEID"}
    assert found["assay"].value("columns.easting") == "MGA94_E"
    assert "crs" in found["assay"].questions
    assert "assay.csv" in str(found["collar"].left_out)


def test_degrees_and_minutes_in_columns_of_their_own(tmp_path: Path) -> None:
    rows = [f"A{n},Pit {n},49,{30 + n},117,{10 + n},tailings" for n in range(8)]
    head = "Site No,Mine,Lat Deg,Lat Min,Long Deg W,Long Min,Waste type"
    found = guesses(tmp_path, shafts="\n".join([head, *rows]))["shafts"]
    assert found.value("columns.latitude") is None
    assert found.value("columns.latitude_degrees") == "Lat Deg"
    assert found.value("columns.longitude_minutes") == "Long Min"


@pytest.mark.parametrize(
    ("heading", "doubt"),
    [
        ("Volume [xyz. m3]", "xyz"),
        ("Objętość [tys. m3]", None),
        ("Waste volume (m3)", None),
        ("Haldenvolumen [m³]", None),
    ],
)
def test_a_word_nobody_knows_before_a_unit_may_be_a_multiple(heading: str, doubt: str | None) -> None:
    assert unit_doubt(heading) == doubt


def test_a_workbook_called_survey_may_hold_sites(tmp_path: Path) -> None:
    rows = [f"S{n},Pond {n},{50 + n / 10},{-80 - n / 10},{n + 1},copper" for n in range(8)]
    found = guesses(
        tmp_path, survey="\n".join(["Site ID,Site name,Latitude,Longitude,Tailings (kt),Commodities", *rows])
    )
    assert found["survey"].value("role") == "inventory"


def test_names_of_places_are_mapped_while_their_role_is_asked(tmp_path: Path) -> None:
    points = "".join(f'<wpt lat="46.{n}" lon="-81.{n}"><name>Pond {word}</name></wpt>' for n, word in enumerate("ABCD"))
    text = f'<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">{points}</gpx>'
    (tmp_path / "tailings_waypoints.gpx").write_text(text, encoding="utf-8")
    [find] = finds(tmp_path)
    asked = guess_file(find, tmp_path)[0]
    assert "role" in asked.questions
    assert asked.value("columns.name") == "name"
