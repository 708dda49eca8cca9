"""Which of several coordinates are those of the waste, which datum headings state, and what links a table without a place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.cells.utm import datum_of_headings
from layers.guess.columns import Guess
from layers.guess.file import guess_file
from layers.guess.links import relate
from layers.guess.recognise import finds
from layers.guess.unread_tables import why_left_out
from layers.readers.coordinates import read_points
from layers.readers.inventory import read_inventory

SITES = {
    "Mine": ["Anvil", "Birch", "Cobble", "Delta", "Elder"], "Commodity": ["Gold", "Copper", "Gold", "Zinc", "Lead"],
    "Tailings (t)": [151000, 213000, 440000, 90000, 12000],
}  # fmt: skip
LATITUDE, LONGITUDE = np.array([48.5, 48.41, 48.32, 48.2, 48.9]), np.array([-117.51, -118.16, -118.13, -118.5, -117.9])


def guessed(folder: Path, columns: dict[str, object]) -> Guess:
    pd.DataFrame({**SITES, **columns}).to_csv(folder / "tailings_inventory.csv", index=False)
    [find] = list(finds(folder))
    return guess_file(find, folder)[0]


@pytest.mark.parametrize(
    ("other", "ours"),
    [
        ("Office", "Mine"),
        ("Town", "Site"),
        ("Company", "TSF"),
        ("NW", "Centre"),
        ("Mill", "Site"),
        ("Plant", ""),
        ("Max", "Mine"),
        ("Lab", ""),
    ],
)
def test_the_place_of_the_waste_comes_before_another_one(tmp_path: Path, other: str, ours: str) -> None:
    names = f"{ours} latitude".strip(), f"{ours} longitude".strip()
    columns = {
        f"{other} latitude": LATITUDE + 0.9,
        f"{other} longitude": LONGITUDE - 2,
        names[0]: LATITUDE,
        names[1]: LONGITUDE,
    }
    guess = guessed(tmp_path, columns)
    assert (guess.value("columns.latitude"), guess.value("columns.longitude")) == names
    assert not guess.questions


@pytest.mark.parametrize(
    ("one", "two"),
    [("NW_{}", "SE_{}"), ("{} 2", "{} 3"), ("Start_{}", "End_{}"), ("Old {}", "New {}"), ("min_{}", "max_{}")],
)
def test_corners_and_places_far_apart_are_asked_about(tmp_path: Path, one: str, two: str) -> None:
    columns = {
        one.format("Lat"): LATITUDE + 0.1, one.format("Lon"): LONGITUDE - 0.1, two.format("Lat"): LATITUDE - 0.1,
        two.format("Lon"): LONGITUDE + 0.1,
    }  # fmt: skip
    guess = guessed(tmp_path, columns)
    for axis, word in (("latitude", "Lat"), ("longitude", "Lon")):
        assert one.format(word) in guess.questions[f"columns.{axis}"]
        assert two.format(word) in guess.questions[f"columns.{axis}"]


def test_one_place_in_two_datums_is_no_question(tmp_path: Path) -> None:
    columns = {
        "LAT_NAD27": LATITUDE,
        "LON_NAD27": LONGITUDE,
        "LAT_NAD83": LATITUDE + 1e-4,
        "LON_NAD83": LONGITUDE - 1e-3,
    }
    guess = guessed(tmp_path, columns)
    assert not guess.questions
    pair = guess.value("columns.latitude"), guess.value("columns.longitude"), guess.value("crs")
    assert pair in (("LAT_NAD27", "LON_NAD27", "EPSG:4267"), ("LAT_NAD83", "LON_NAD83", "EPSG:4269"))


def test_parts_of_an_angle_beside_it_are_no_other_place(tmp_path: Path) -> None:
    parts = {
        "LAT_DEG": LATITUDE // 1,
        "LAT_SEC": LATITUDE % 1 * 60,
        "LON_DEG": LONGITUDE // 1,
        "LON_SEC": -LONGITUDE % 1 * 60,
    }
    guess = guessed(tmp_path, {"LATITUDE": LATITUDE, "LONGITUDE": LONGITUDE, **parts})
    assert (guess.value("columns.latitude"), guess.value("columns.longitude")) == ("LATITUDE", "LONGITUDE")
    assert not guess.questions


def test_a_zone_in_the_heading_is_told_and_a_coordinate_is_no_id(tmp_path: Path) -> None:
    east = np.array([450000, 450100, 450200, 450300, 450400])
    columns = {
        f"{axis} z{zone}": east + start + zone
        for zone in (11, 10)
        for axis, start in (("Easting", 0), ("Northing", 4_900_000))
    }
    guess = guessed(tmp_path, columns)
    assert "zone 11" in guess.questions["crs"]
    assert "26911" in guess.questions["crs"]
    assert "columns.official_id" not in guess.facts


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        (("UTM_E_NAD27", "UTM_N_NAD27"), "EPSG:4267"), (("UTME27", "UTMN27"), "EPSG:4267"),
        (("N83_EAST", "N83_NORT"), "EPSG:4269"),
        (("Lat (WGS 84)", "Long (WGS 84)"), "EPSG:4326"),
        (("latitude83", "longitude83"), "EPSG:4269"), (("LAT", "LON"), ""),
        (("Este PSAD56", "Norte PSAD56"), "EPSG:4248"), (("Este SIRGAS2000", "Norte SIRGAS2000"), "EPSG:4674"),
        (("X_NAD83_CSRS", "Y_NAD83_CSRS"), "EPSG:4617"), (("LAT_NAD27", "LON_NAD83"), ""), (("X 1827", "Y 1827"), ""),
    ],
)  # fmt: skip
def test_headings_state_a_datum(headings: tuple[str, str], code: str) -> None:
    assert datum_of_headings(headings) == code


def test_a_datum_in_headings_of_metres_is_followed(tmp_path: Path) -> None:
    cells = pd.DataFrame(
        {"UTM_E_NAD27": ["450000", "450100"], "UTM_N_NAD27": ["5350000", "5350090"], "Zone": ["11", "11"]}
    )
    bare = cells.rename(columns={"UTM_E_NAD27": "E", "UTM_N_NAD27": "N"})
    points = []
    for table, crs in ((cells, None), (bare, "EPSG:4267"), (bare, None)):
        east, north, zone = map(str, table.columns)
        source = Source(
            id="a",
            role="inventory",
            path="a.csv",
            crs=crs,
            columns={"easting": east, "northing": north, "utm_zone": zone},
        )
        points.append(read_points(source, "a", table, np.array([2, 3])))
    assert points[0].latitude == pytest.approx(points[1].latitude, abs=1e-9)
    assert abs(points[0].latitude[0] - points[2].latitude[0]) > 1e-3
    assert "datum_assumed" not in {note.code for note in points[0].notes}


@pytest.mark.parametrize("row", [",,(ppm),(ppm),(ppm),(%)", "F9,S009,(ppm),(ppm),(ppm),(%)", ",,[ppm],[ppm],[ppm],[%]"])
def test_a_table_without_a_place_is_linked_by_its_key_and_its_units_are_seen(tmp_path: Path, row: str) -> None:
    ids = [f"S00{number}" for number in range(1, 6)]
    pd.DataFrame({"SITE_ID": ids, "Latitude": LATITUDE, "Longitude": LONGITUDE, **SITES}).to_csv(
        tmp_path / "sites.csv", index=False
    )
    rows = [f"F{number},{key},50.{number},183.1,37.1,0.002" for number, key in enumerate(ids)]
    (tmp_path / "lab.csv").write_text("\n".join(["Sample,Site ID,La,Ce,Nd,Y", row, *rows]) + "\n", encoding="utf-8")
    pairs = [guess_file(find, tmp_path) for find in finds(tmp_path)]
    relate([(guess, sight) for guess, sight in pairs if sight is not None])
    lab = next(guess for guess, _ in pairs if guess.id == "lab")
    assert lab.value("columns.site_key") == "Site ID"
    assert set(lab.questions) == {"defaults.medium"}


@pytest.mark.parametrize(
    ("zone", "northing", "asked"),
    [("11S", 4_290_000, True), ("11 s", 4_290_000, True), ("11T", 5_290_000, False), ("19S", 6_976_000, False)],
)
def test_band_s_is_asked_about_and_the_answer_is_read(tmp_path: Path, zone: str, northing: int, asked: bool) -> None:
    columns = {"EASTING": np.arange(483691, 483696), "NORTHING": np.arange(northing, northing + 5), "ZONE": [zone] * 5}
    question = guessed(tmp_path, columns).questions.get("defaults.utm_hemisphere", "")
    assert ("band S" in question) is asked
    if asked:
        mapped = {"easting": "EASTING", "northing": "NORTHING", "utm_zone": "ZONE"}
        source = Source(id="a", role="inventory", path="a.csv", columns=mapped, defaults={"utm_hemisphere": "N"})
        points = read_points(source, "a", pd.DataFrame(columns).astype("str"), np.arange(2, 7))
        assert points.latitude == pytest.approx(38.76, abs=0.1)


def test_a_lone_axis_is_not_called_exchanged() -> None:
    cells = pd.DataFrame({"Longitude": ["10.56", "10.47"], "Weite": ["48.4", "48.1"]})
    assert "no column is known as the latitude" in why_left_out(cells)


def test_the_place_of_a_mill_is_asked_about_and_told(tmp_path: Path) -> None:
    guess = guessed(tmp_path, {"mill_lat": LATITUDE, "mill_lon": LONGITUDE})
    assert "It says 'mill'" in guess.questions["columns.latitude"]
    columns = {"name": "Mine", "latitude": "mill_lat", "longitude": "mill_lon"}
    spec = {"id": "s", "role": "inventory", "path": "tailings_inventory.csv", "columns": columns, "crs": "EPSG:4326"}
    reading = read_inventory(Source.model_validate(spec), tmp_path)
    [note] = [note for note in reading.notes if note.code == "place_of_another"]
    assert (note.count, note.columns) == (5, ("mill_lat", "mill_lon"))
