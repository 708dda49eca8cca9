"""Coordinates of every spelling become WGS 84 points, or a stated reason why not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.catalogue.source import Source
from layers.cells.angles import parse_angle
from layers.crs import geodesic_km
from layers.errors import SourceError
from layers.files.tables import read_table
from layers.readers.coordinates import read_points
from layers.readers.points import Points

DEGREES = {"latitude": "lat", "longitude": "lon"}
UTM = {"easting": "east", "northing": "north", "utm_zone": "zone", "datum": "datum"}


def points(cells: dict[str, list[str | None]], columns: dict[str, str] | None = None, **facts: object) -> Points:
    table = pd.DataFrame({name: pd.array(values, dtype="str") for name, values in cells.items()})
    chosen = columns or {name: column for name, column in {**DEGREES, **UTM}.items() if column in cells}
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.csv", "columns": chosen, **facts})
    return read_points(source, "s (t.csv)", table, np.arange(2, len(table) + 2))


def degrees(lat: list[str], lon: list[str], **facts: object) -> Points:
    return points({"lat": list(lat), "lon": list(lon)}, **facts)  # type: ignore[arg-type]


def codes(read: Points) -> dict[int, str]:
    return {place: code for place, (code, _) in sorted(read.problems.items())}


def note_codes(read: Points) -> list[str]:
    return [note.code for note in read.notes]


# --- angles

LATITUDES = [
    "54.125",
    "+54.125",
    "54°07'30\"N",
    "54° 07′ 30″ N",
    "54º07’30’’N",
    "54 07 30",
    "N54 07.5",
    "54d07m30s",
    "54:07:30N",
    # further spellings
    "54,125",
    "54.125° N",
    "N 54°07'30\"",
    "54-07-30 N",
    "54°07'30\" Nord",
    "54°07'30,0\"N",
    "54 deg 07 min 30 sec N",
    "54° 7.5' N",
    "540730N",
    "54d 07m 30s N",
    "54\u00a007\u00a030 n",
]


@pytest.mark.parametrize("text", LATITUDES)
def test_latitudes_in_many_spellings(text: str) -> None:
    angle = parse_angle(text, "latitude")
    assert angle.problem == ""
    assert angle.degrees == pytest.approx(54.125, abs=1e-9)


@pytest.mark.parametrize(
    "text",
    ["-123.25", "123°15'00\"W", "123° 15′ 00″ W", "-123 15 00", "W123 15.0", "-123d15m00s", "123:15:00W", "−123,25", "1231500W",
     "123°15' West", "-123°15'00\" W", "123d15m00sW"],
)  # fmt: skip
def test_longitudes_in_many_spellings(text: str) -> None:
    assert parse_angle(text, "longitude").degrees == pytest.approx(-123.25, abs=1e-9)


@pytest.mark.parametrize("text", ["123º15’00’’O", "O 123 15 00", "123,25 O"])
def test_o_is_west_in_french_only(text: str) -> None:
    assert parse_angle(text, "longitude", west_is_o=True).degrees == pytest.approx(-123.25)
    assert "O is west in French, Spanish and Portuguese, and east in German" in parse_angle(text, "longitude").problem


@pytest.mark.parametrize(
    ("text", "axis", "problem"),
    [
        ("54°67'30\"N", "latitude", "has 67 minutes"),
        ("54°07'75\"N", "latitude", "has 75 seconds"),
        ("54 60 00", "latitude", "has 60 minutes"),
        ("54.5°07'30\"N", "latitude", "a fraction of degrees and minutes besides"),
        ("54°07.5'30\"N", "latitude", "a fraction of minutes and seconds besides"),
        ("123 15 00 W", "latitude", "latitude and longitude may be swapped"),
        ("-54 07 30 N", "latitude", "is negative and N at once"),
        ("N54 07 30 S", "latitude", "names a hemisphere twice"),
        ("near the lake", "latitude", "is not an angle"),
        ("54°07'30\" X", "latitude", "is not an angle"),
    ],
)
def test_what_is_no_angle(text: str, axis: str, problem: str) -> None:
    angle = parse_angle(text, axis)
    assert problem in angle.problem
    assert np.isnan(angle.degrees)


def test_the_sign_is_kept_when_degrees_are_zero() -> None:
    assert parse_angle("-0 30 00", "longitude").degrees == -0.5
    assert parse_angle("0°30'00\"W", "longitude").degrees == -0.5


def test_precision_is_that_of_the_last_digit() -> None:
    assert parse_angle("54 07", "latitude").precision_km == pytest.approx(1.853, abs=0.001)
    assert parse_angle("54 07 30", "latitude").precision_km == pytest.approx(0.0309, abs=0.0001)
    assert parse_angle("54 07.50", "latitude").precision_km == pytest.approx(0.0185, abs=0.0001)


@given(st.integers(0, 89), st.integers(0, 59), st.integers(0, 59), st.sampled_from("NS"))
def test_written_angles_are_read_back(deg: int, minutes: int, seconds: int, letter: str) -> None:
    value = (deg + minutes / 60 + seconds / 3600) * (1 if letter == "N" else -1)
    for text in (
        f"{deg}°{minutes:02d}'{seconds:02d}\"{letter}",
        f"{letter}{deg} {minutes} {seconds}",
        f"{deg}d{minutes}m{seconds}s{letter}",
    ):
        assert parse_angle(text, "latitude").degrees == pytest.approx(value, abs=1e-9)


# --- degrees


def test_decimal_degrees_with_point_or_comma() -> None:
    for read in (degrees(["55.10"], ["-120.20"], crs="EPSG:4326"), degrees(["55,10"], ["-120,20"], crs="EPSG:4326")):
        assert (read.latitude[0], read.longitude[0]) == (55.1, -120.2)
        assert read.precision_km[0] == pytest.approx(1.11195)
        assert read.notes == []


@pytest.mark.parametrize(
    ("lat", "lon", "code"),
    [
        ("0", "0", "placeholder"),
        ("0.0", "0.000", "placeholder"),
        ("-9999", "-9999", "placeholder"),
        ("-999", "-999", "placeholder"),
        ("99.99", "-99.99", "placeholder"),
        ("54.2", "2000", "out_of_range"),
        ("54.2", "-1200", "out_of_range"),
        ("inf", "-120", "not_finite"),
        ("54.2", "", "half_coordinate"),
        ("-119.5", "54.8", "swapped"),
        ("54°67'30\"N", "-120", "bad_coordinate"),
    ],
)
def test_rows_that_are_no_place(lat: str, lon: str, code: str) -> None:
    read = degrees(["55.1234", lat, "54.1234"], ["-120.1234", lon or None, "-121.1234"], crs="EPSG:4326")  # type: ignore[list-item]
    assert codes(read) == {1: code}
    assert read.problems[1][1].startswith("row 3: ")
    assert np.isnan(read.latitude[1])
    assert np.isfinite(read.latitude[[0, 2]]).all()


def test_blank_coordinates_are_absent_not_wrong() -> None:
    read = points({"lat": ["55.1", None, " "], "lon": ["-120.1", None, " "]})
    assert read.absent.tolist() == [False, True, True]
    assert read.problems == {}


def test_legal_but_swapped_rows_are_found_by_their_neighbours() -> None:
    read = degrees(["55.10", "-119.50", "-75.70", "46.50"], ["-120.20", "54.80", "45.40", "-81.00"])
    assert codes(read) == {1: "swapped", 2: "swapped"}
    east = degrees(["67.1", "67.4", "24.2", "67.3"], ["24.1", "24.0", "67.2", "24.4"])
    assert codes(east) == {2: "swapped"}


def test_a_swapped_file_stops() -> None:
    with pytest.raises(
        SourceError, match=r"look swapped in 3 of 3 rows.*Exchange them in the run file under 'columns:'"
    ):
        degrees(["-120.1", "-119.2", "-118.3"], ["55.1", "54.2", "53.3"])


@pytest.mark.parametrize(("behind", "suspected"), [("50", False), ("40", False), ("43", True)])
def test_minutes_and_seconds_behind_the_point_are_suspected_of_four_decimals_alone(
    behind: str, suspected: bool
) -> None:
    read = degrees([f"49.{m}{behind}" for m in range(34, 46)], [f"-80.{m}{behind}0" for m in range(34, 46)])
    assert ("degrees_minutes" in note_codes(read)) is suspected


def test_longitudes_beyond_180_are_counted_back() -> None:
    read = degrees(["55.0000", "55.0000"], ["240.0000", "-120.0000"], crs="EPSG:4326")
    assert read.longitude.tolist() == [-120, -120]
    assert note_codes(read) == ["longitude_wrapped"]


@pytest.mark.parametrize("rows", [12, 10])
def test_degrees_dot_minutes_are_suspected_never_converted(rows: int) -> None:
    minutes = [3, 12, 38, 7, 45, 2, 51, 30, 19, 44, 8, 33][:rows]
    read = degrees([f"49.{m:02d}" for m in minutes], [f"-117.{59 - m:02d}" for m in minutes])
    assert "degrees_minutes" in note_codes(read)
    assert read.latitude[2] == 49.38
    other = degrees([f"49.{m:02d}" for m in minutes[:-1]] + ["49.77"], ["-117.10"] * rows)
    assert "degrees_minutes" not in note_codes(other)


@pytest.mark.parametrize("corner", [("54.0", "-122.0"), ("54.00000", "-122.00000"), ("54.25", "-122.5")])
def test_rounded_positions_shared_by_three_rows_are_low_precision(corner: tuple[str, str]) -> None:
    lat, lon = corner
    read = degrees([lat] * 3 + ["54.3217"], [lon] * 3 + ["-122.4831"])
    assert (read.precision_km[:3] >= 10).all()
    assert read.precision_km[3] < 0.2
    assert [note.count for note in read.notes if note.code == "low_precision"] == [3]


def test_an_unstated_datum_is_assumed_aloud() -> None:
    read = degrees(["55.123456"], ["-120.123456"])
    assert note_codes(read) == ["datum_assumed"]
    assert read.precision_km[0] == 0.1


PARTS = {
    f"{axis}_{part}": f"{axis[:3]}_{part}"
    for axis in ("latitude", "longitude")
    for part in ("degrees", "minutes", "seconds", "hemisphere")
}


def test_degrees_minutes_and_seconds_in_columns_of_their_own() -> None:
    cells: dict[str, list[str | None]] = {
        "lat_degrees": ["54", "54", "0", None], "lat_minutes": ["07", "7.5", "0", None], "lat_seconds": ["30", None, "0", None],
        "lat_hemisphere": ["N", None, "N", None],
        "lon_degrees": ["123", "-123", "0", None], "lon_minutes": ["15", "15", "0", None],
        "lon_seconds": ["00", None, "0", None], "lon_hemisphere": ["W", None, "W", None],
    }  # fmt: skip
    read = points(cells, PARTS, crs="EPSG:4326")
    assert read.latitude[:2].tolist() == pytest.approx([54.125, 54.125])
    assert read.longitude[:2].tolist() == pytest.approx([-123.25, -123.25])
    assert read.absent.tolist() == [False, False, True, True]
    assert read.problems == {}


def test_a_hemisphere_beside_gives_positive_numbers_their_sign() -> None:
    cells: dict[str, list[str | None]] = {"lat": ["54.125"], "lon": ["123.25"], "h": ["W"]}
    columns = {"latitude": "lat", "longitude": "lon", "longitude_hemisphere": "h"}
    assert points(cells, columns, crs="EPSG:4326").longitude[0] == -123.25
    by_default = points(
        {"lat": ["54.125", "54.125"], "lon": ["123.25", "-123.25"]}, defaults={"longitude_hemisphere": "W"}
    )
    assert by_default.longitude.tolist() == [-123.25, -123.25]


# --- datums


@pytest.mark.parametrize("spelling", ["NAD27", "nad 27", "NAD-27", "North American Datum 1927", "NAD 1927"])
def test_nad27_is_shifted_and_recorded(spelling: str) -> None:
    read = points({"lat": ["55.00000", "55.00000"], "lon": ["-120.00000", "-120.00000"], "datum": [spelling, "NAD83"]})
    assert read.longitude[0] == pytest.approx(-120.00119, abs=1e-5)
    assert read.latitude[0] == pytest.approx(54.99999, abs=1e-5)
    assert (read.longitude[1], read.latitude[1]) == (-120, 55)
    moved = geodesic_km(read.longitude[0], read.latitude[0], -120, 55)
    assert moved == pytest.approx(0.076, abs=0.002)
    (note,) = read.notes
    assert note.code == "datum_shift"
    assert "ca_nrc_ntv2_0.tif" in note.message
    assert read.precision_km[0] >= 0.005


@pytest.mark.parametrize("text", ["NAD27 / UTM zone 10N", "nad27 UTM", "NAD_1927"])
def test_datum_columns_may_name_the_projection(text: str) -> None:
    assert utm(["10"], [text]).latitude[0] == pytest.approx(54.14999, abs=1e-5)


def test_a_ballpark_shift_is_never_silent() -> None:
    read = points({"lat": ["60.0", "60.0"], "lon": ["-170.0", "-170.0"], "datum": ["NAD27", "WGS84"]})
    assert codes(read) == {0: "ballpark_datum"}
    assert "accuracy unknown" in read.problems[0][1]
    assert read.longitude[1] == -170


def test_an_unknown_datum_rejects_the_row() -> None:
    read = points({"lat": ["55.1", "55.1"], "lon": ["-120.1", "-120.1"], "datum": ["Clarke 1866", "GPS"]})
    assert codes(read) == {0: "unknown_datum"}


def test_south_american_datums() -> None:
    read = points(
        {
            "east": ["350000", "350000"],
            "north": ["6300000", "6300000"],
            "zone": ["19S", "19 S"],
            "datum": ["PSAD56", "WGS84"],
        }
    )
    moved = geodesic_km(read.longitude[0], read.latitude[0], read.longitude[1], read.latitude[1])
    assert 0.3 < moved < 0.6
    assert read.problems == {}
    assert -34 < read.latitude[1] < -33


# --- UTM


def utm(zones: list[str | None], datums: list[str], east: str = "500000", north: str = "6000000") -> Points:
    return points({"east": [east] * len(zones), "north": [north] * len(zones), "zone": zones, "datum": list(datums)})


def test_every_row_in_its_own_zone_and_datum() -> None:
    read = utm(
        ["9", "10", "11", "10", None, "10U", "42"], ["NAD83", "NAD83", "NAD83", "NAD27", "NAD83", "NAD83", "NAD83"]
    )
    np.testing.assert_allclose(read.longitude[:4], [-129, -123, -117, -123.00127], atol=1e-5)
    np.testing.assert_allclose(read.latitude[:4], [54.14810, 54.14810, 54.14810, 54.14999], atol=1e-5)
    assert read.longitude[5] == pytest.approx(-123)
    assert codes(read) == {4: "no_zone", 6: "bad_zone"}


@pytest.mark.parametrize("zone", ["9", "09", "9N", "9U", "09 N", "Zone 9", "UTM 9N", "utm09", "9 North"])
def test_zone_spellings(zone: str) -> None:
    assert utm([zone], ["NAD83"]).longitude[0] == pytest.approx(-129)


@pytest.mark.parametrize("zone", ["0", "61", "north", "10-11", "U10"])
def test_what_is_no_zone(zone: str) -> None:
    assert codes(utm(["10", zone], ["WGS84", "WGS84"])) == {1: "bad_zone"}


def test_the_letter_s_is_not_guessed_where_it_could_be_a_band() -> None:
    assert codes(utm(["12S"], ["WGS84"], north="4000000")) == {0: "bad_zone"}
    assert utm(["12 South"], ["WGS84"], north="4000000").latitude[0] < -50
    assert utm(["19S"], ["WGS84"], north="7000000").latitude[0] == pytest.approx(-27.1, abs=0.1)


def test_the_hemisphere_may_stand_apart() -> None:
    cells: dict[str, list[str | None]] = {
        "east": ["350000"] * 3,
        "north": ["4000000"] * 3,
        "zone": ["19", "19S", "19H"],
        "h": ["S", "Sur", "S"],
    }
    columns = {"easting": "east", "northing": "north", "utm_zone": "zone", "utm_hemisphere": "h"}
    assert (points(cells, columns, defaults={"datum": "WGS84"}).latitude < -50).all()
    by_default = points({"east": ["350000"], "north": ["6300000"], "zone": ["19"]}, defaults={"utm_hemisphere": "S"})
    assert by_default.latitude[0] == pytest.approx(-33.43, abs=0.01)


@pytest.mark.parametrize(
    ("east", "north", "code"),
    [("6000000", "500000", "swapped"), ("50", "60", "out_of_range"), ("0", "0", "bad_coordinate")],
)
def test_metres_that_are_no_place(east: str, north: str, code: str) -> None:
    good = {"east": ["500000"] * 2, "north": ["6000000"] * 2, "zone": ["10"] * 3, "datum": ["NAD83"] * 3}
    read = points({**good, "east": [*good["east"], east], "north": [*good["north"], north]})  # type: ignore[dict-item]
    assert codes(read) == {2: code}


@pytest.mark.parametrize("east", ["500000", "500 000", "500,000", "500000.0", "500000 m"])
def test_metres_in_several_spellings(east: str) -> None:
    assert utm(["10"], ["NAD83"], east).longitude[0] == pytest.approx(-123)


def test_rows_without_degrees_are_filled_from_utm() -> None:
    read = points(
        {"lat": ["55.1234", None], "lon": ["-120.1234", None], "east": [None, "500000"], "north": [None, "6000000"],
         "zone": [None, "10"], "datum": ["NAD83", "NAD83"]}
    )  # fmt: skip
    assert read.latitude.tolist() == pytest.approx([55.1234, 54.14810], abs=1e-5)
    assert not read.absent.any()
    assert read.problems == {}


def test_a_projected_crs_serves_all_rows() -> None:
    read = points({"x": ["500000"], "y": ["6000000"]}, {"easting": "x", "northing": "y"}, crs="EPSG:26910")
    assert read.longitude[0] == pytest.approx(-123)
    with pytest.raises(SourceError, match="no zone is ever taken for granted"):
        points({"x": ["500000"], "y": ["6000000"]}, {"easting": "x", "northing": "y"})


def test_degrees_declared_as_metres_stop() -> None:
    with pytest.raises(SourceError) as caught:
        points(
            {"x": ["-120.20", "-119.50"], "y": ["55.10", "54.80"]}, {"easting": "x", "northing": "y"}, crs="EPSG:26910"
        )
    assert str(caught.value) == (
        "s (t.csv): x -120.2..-119.5, y 54.8..55.1 cannot be EPSG:26910 metres; did you mean EPSG:4326 or EPSG:4269? "
        "State the right one with 'crs:'."
    )
    with pytest.raises(SourceError, match="cannot be EPSG:26910 metres"):
        points({"x": ["-120.20"], "y": ["55.10"]}, {"longitude": "x", "latitude": "y"}, crs="EPSG:26910")


def test_metres_declared_as_degrees_stop() -> None:
    with pytest.raises(SourceError, match=r"2 of 2 rows lie outside the range of coordinates.*Are these metres"):
        degrees(["6000000", "6000100"], ["500000", "500100"], crs="EPSG:4326")


def test_no_coordinate_columns_lists_those_there_are() -> None:
    with pytest.raises(SourceError, match=r"no coordinate columns are known.*The columns are: a\. Map them"):
        points({"a": ["1"]}, {"name": "a"})


def test_row_order_does_not_matter() -> None:
    lat, lon = ["55.10", "-119.50", "-75.70", "46.50", "0"], ["-120.20", "54.80", "45.40", "-81.00", "0"]
    ahead, back = degrees(lat, lon), degrees(lat[::-1], lon[::-1])
    np.testing.assert_array_equal(ahead.latitude, back.latitude[::-1])
    assert codes(ahead) == {4 - place: code for place, code in codes(back).items()}


# --- real files


def fault(faults: Path, name: str, columns: dict[str, str], **facts: object) -> Points:
    source = Source.model_validate({"id": "s", "role": "inventory", "path": name, "columns": columns, **facts})
    table = read_table(source, faults)
    return read_points(source, name, table.cells, table.rows)


@pytest.mark.realdata
def test_nad27_utm_of_minfile_agrees_with_its_degrees(shared_realdata: Path) -> None:
    name = "inventory/minfile_british_columbia/minfile_occurrences.csv.gz"
    decimal = fault(shared_realdata, name, {"latitude": "LATITUDE", "longitude": "LONGITUDE"}, crs="EPSG:4269")
    columns = {"easting": "UTM_EAST", "northing": "UTM_NORT", "utm_zone": "UTM_ZONE"}
    nad27 = fault(shared_realdata, name, columns, defaults={"datum": "NAD27"})
    apart = geodesic_km(decimal.longitude, decimal.latitude, nad27.longitude, nad27.latitude)
    assert np.nanmedian(apart) < 0.03
    parts = ("degrees", "DEG"), ("minutes", "MIN"), ("seconds", "SEC"), ("hemisphere", "HEMI")
    columns = {
        f"{axis}_{part}": f"{short}_{end}"
        for axis, short in (("latitude", "LAT"), ("longitude", "LONG"))
        for part, end in parts
    }
    written = fault(shared_realdata, name, columns, crs="EPSG:4269")
    assert written.absent.sum() == 27
    apart = geodesic_km(decimal.longitude, decimal.latitude, written.longitude, written.latitude)
    assert np.nanmedian(apart) < 0.12  # whole seconds, part of them in NAD27
    columns = {"easting": "N83_EAST", "northing": "N83_NORT", "utm_zone": "N83_ZONE"}
    nad83 = fault(shared_realdata, name, columns, defaults={"datum": "NAD83"})
    assert np.nanmedian(geodesic_km(decimal.longitude, decimal.latitude, nad83.longitude, nad83.latitude)) < 0.001


# --- the hemisphere of a heading, and of a datum


def test_numbers_without_a_sign_lie_where_their_heading_says() -> None:
    read = points({"Latitud S": ["30.5", "31.25"], "Longitud W": ["70.125", "71"]},
                  {"latitude": "Latitud S", "longitude": "Longitud W"})  # fmt: skip
    assert (read.latitude.tolist(), read.longitude.tolist()) == ([-30.5, -31.25], [-70.125, -71.0])
    assert note_codes(read).count("heading_hemisphere") == 2


@pytest.mark.parametrize(
    ("heading", "value"),
    [("Longitude E", "70.5"), ("Longitude (E/W)", "70.5"), ("Longitude O", "70.5"), ("Long W", "-70.5")],
)
def test_other_headings_and_numbers_with_a_sign_stay(heading: str, value: str) -> None:
    read = points({"lat": ["30.5"], heading: [value]}, {"latitude": "lat", "longitude": heading})
    assert read.longitude.tolist() == [float(value)]
    assert "heading_hemisphere" not in note_codes(read)


def test_zones_of_australian_datums_need_no_letter() -> None:
    # zone 51 south: 350 000 E, 6 600 000 N lies near 30.7 S, 121.4 E
    read = points({"east": ["350000"], "north": ["6600000"], "zone": ["51"], "datum": ["GDA94"]})
    assert read.latitude[0] == pytest.approx(-30.72, abs=0.05)
    assert read.longitude[0] == pytest.approx(121.43, abs=0.05)


def test_kilometres_of_a_grid_are_told_from_metres_with_the_way_out() -> None:
    cells: dict[str, list[str | None]] = {
        "east": ["461.214", "456.063"], "north": ["5339.494", "5338.069"], "zone": ["11U", "11U"], "datum": ["NAD83"] * 2,
    }  # fmt: skip
    with pytest.raises(SourceError, match=r"are they in km.*multiply kilometres by 1000"):
        points(cells)
