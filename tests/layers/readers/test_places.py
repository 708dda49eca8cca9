"""Places are checked against what does not come from their own digits: names, map sheets, land, other grids, neighbours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from layers.accounting import Note, Reading
from layers.catalogue.source import Source
from layers.cells.utm import metre_precision
from layers.errors import SourceError
from layers.jurisdictions import jurisdictions, km_outside, may_lie_in, meanings, named_in, nowhere
from layers.map_sheets import sheet_box
from layers.readers.inventory import read_inventory

COLUMNS = {"official_id": "id", "latitude": "lat", "longitude": "lon"}
TOWNS = {
    "Toronto": ("Ontario", -79.38, 43.65), "Sudbury": ("ON", -81.0, 46.49), "Val-d'Or": ("Québec", -77.78, 48.1),
    "Trail": ("B.C.", -117.7, 49.1), "Butte": ("MT", -112.53, 46.0), "Perth": ("WA", 115.86, -31.95),
    "Spokane": ("WA", -117.43, 47.66), "Copiapó": ("Chile", -70.33, -27.37), "Kiruna": ("Sweden", 20.23, 67.86),
    "Johannesburg": ("ZA", 28.05, -26.2), "Nome": ("Alaska", -165.4, 64.5), "Labrador City": ("NL", -66.91, 52.94),
}  # fmt: skip


def written(folder: Path, rows: list[tuple[Any, ...]], headings: str = "id,prov,lat,lon", name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text(headings + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path: Path, **facts: Any) -> Reading[Any]:
    source = {"id": "s", "role": "inventory", "path": path.name, "columns": COLUMNS, "crs": "EPSG:4326", **facts}
    return read_inventory(Source.model_validate(source), path.parent)


def doubts(reading: Reading[Any]) -> list[Note]:
    codes = ("place_contradicted", "sheet_contradicted", "in_no_country", "far_from_all", "coordinates_disagree")
    return [note for note in reading.notes if note.code in codes]


ISLANDS = {
    "Nauru": (166.93, -0.53), "Banaba, Kiribati": (169.54, -0.86), "Makatea, French Polynesia": (-148.25, -15.83),
    "Angaur, Palau": (134.13, 6.91), "Christmas Island": (105.66, -10.49), "Malta": (14.4, 35.9), "Navassa Island": (-75.0, 18.4),
    "Henderson Island": (-128.32, -24.37), "Funafuti, Tuvalu": (179.2, -8.52), "Longyearbyen, Svalbard": (15.6, 78.2),
    "Jersey": (-2.1, 49.2), "Stanley, Falkland Islands": (-57.86, -51.69), "Macau": (113.55, 22.2), "Aruba": (-69.98, 12.52),
}  # fmt: skip
OVERSEAS = {
    "France": [(-52.6, 4.0), (166.4, -22.2), (-149.6, -17.5), (55.5, -21.1), (-109.21, 10.3), (2.35, 48.86)],
    "Denmark": [(-46.0, 61.0), (-6.8, 62.0), (12.5, 55.7)], "United Kingdom": [(-59.0, -51.8), (-64.8, 32.3), (-2.36, 49.43)],
    "USA": [(-66.1, 18.4), (144.8, 13.5), (-75.01, 18.4)], "Netherlands": [(-68.88, 12.13), (-69.98, 12.52)],
    "Norway": [(15.6, 78.2)], "Australia": [(105.66, -10.49)], "Portugal": [(-25.6, 37.8), (-16.9, 32.7)],
    "Ecuador": [(-90.3, -0.7)], "New Zealand": [(-159.8, -21.2)], "China": [(114.1, 22.4)], "Taiwan, R.O.C.": [(121.5, 25.0)],
}  # fmt: skip


@pytest.mark.parametrize("island", list(ISLANDS))
def test_small_islands_are_land_and_lie_where_they_lie(island: str) -> None:
    lon, lat = ISLANDS[island]
    assert not nowhere(np.array([lon]), np.array([lat]), margin_degrees=0.0).any()
    codes = meanings(island.split(", ")[-1])
    assert codes
    assert km_outside(codes, np.array([lon]), np.array([lat])).tolist() == [0.0]


@pytest.mark.parametrize(
    ("country", "lon", "lat"), [(name, *place) for name, places in OVERSEAS.items() for place in places]
)
def test_what_a_country_holds_overseas_lies_in_it(country: str, lon: float, lat: float) -> None:
    assert km_outside(meanings(country), np.array([lon]), np.array([lat])).tolist() == [0.0]


def test_a_country_does_not_lie_in_what_it_holds_overseas() -> None:
    assert km_outside(meanings("French Guiana"), np.array([2.35]), np.array([48.86]))[0] > 5_000


def test_a_file_named_after_a_small_island_may_be_of_a_mine_of_that_name() -> None:
    assert named_in("data/jersey_mine.csv") == []
    assert [codes for _, codes in named_in("data/greenland.csv")] == [("GL",)]


def test_no_place_is_a_rest_of_several() -> None:
    named = {code: known.name for code, known in jurisdictions().items()}
    assert all("islands and" not in name.casefold() or code in ("GS", "BQ") for code, name in named.items())


@pytest.mark.parametrize("town", list(TOWNS))
def test_towns_lie_where_they_lie(town: str) -> None:
    name, lon, lat = TOWNS[town]
    codes = meanings(name)
    assert codes
    assert km_outside(codes, np.array([lon]), np.array([lat])).tolist() == [0.0]
    assert set(may_lie_in(lon, lat)) & set(codes) or any(jurisdictions()[one].part_of for one in may_lie_in(lon, lat))
    assert not nowhere(np.array([lon]), np.array([lat])).any()


def test_extents_are_of_the_globe_and_parts_lie_in_their_wholes() -> None:
    known = jurisdictions()
    for one in known.values():
        west, south, east, north = one.boxes.T
        assert ((west < east) & (south < north) & (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)).all()
        if one.part_of:
            middle = (one.boxes[:, :2] + one.boxes[:, 2:]) / 2
            assert km_outside([one.part_of], middle[:, 0], middle[:, 1]).max() == 0.0


def test_unknown_names_say_nothing() -> None:
    assert meanings("Example Township") == ()
    assert meanings("Ontario, Canada") == ("CA-ON",)
    assert set(meanings("WA")) == {"US-WA", "AU-WA"}


def test_the_open_sea_is_no_country() -> None:
    lost = nowhere(np.array([-137.6, -30.0, 0.0, np.nan]), np.array([45.6, 0.0, 0.0, 50.0]))
    assert lost.tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    ("code", "box"),
    [
        ("31G05", (-76.0, 45.25, -75.5, 45.5)), ("031G/05", (-76.0, 45.25, -75.5, 45.5)), ("31 g 5", (-76.0, 45.25, -75.5, 45.5)),
        ("31E", (-80.0, 45.0, -78.0, 46.0)), ("23J", (-68.0, 54.0, -66.0, 55.0)), ("92B06", (-123.5, 48.25, -123.0, 48.5)),
        ("105M", (-136.0, 63.0, -134.0, 64.0)), ("SF 55-11", (144.0, -24.0, 150.0, -20.0)),
        ("NTS 41J10", (-83.0, 46.5, -82.5, 46.75)),
        ("2019", None), ("A001", None), ("999X", None), ("31G17", None),
    ],
)  # fmt: skip
def test_map_sheets_lie_where_their_towns_do(code: str, box: Any) -> None:
    assert sheet_box(code) == box  # Ottawa 31G05, Schefferville 23J, Victoria 92B06, Mayo 105M, Elliot Lake 41J


def test_a_row_far_from_its_province_is_told_by_row(tmp_path: Path) -> None:
    rows = [(f"A{n}", "ON", 46 + n / 10, -81) for n in range(8)]
    rows[5] = ("A5", "ON", 46.5, -71)
    (note,) = doubts(read(written(tmp_path, rows)))
    assert (note.code, note.count, note.columns, note.rows) == ("place_contradicted", 1, ("prov",), (7,))
    assert "row 7: 'ON', but it lies 253 km from there, in Maine or Quebec" in note.message


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda lon, lat: (-lon, lat), "With a minus before the longitudes they would."),
        (lambda lon, lat: (lat, lon), "With latitude and longitude exchanged they would."),
        (lambda lon, lat: (lon, -lat), "With a minus before the latitudes they would."),
    ],
)
def test_one_mistake_of_all_rows_is_a_stop_that_names_it(tmp_path: Path, change: Any, hint: str) -> None:
    rows = [(f"A{n}", "Ontario", *change(-81 + n / 10, 48 + n / 10)[::-1]) for n in range(8)]
    with pytest.raises(SourceError) as failure:
        read(written(tmp_path, rows))
    assert "8 of 8 rows do not lie where the column prov says" in str(failure.value)
    assert hint in str(failure.value)
    if "longitudes" in hint:  # the others lie in the open sea or in Antarctica as well
        assert doubts(read(written(tmp_path, rows), ignore=["prov"])) == []


def test_columns_of_other_words_are_no_places(tmp_path: Path) -> None:
    rows = [(f"A{n}", word, 46 + n / 10, -81) for n, word in enumerate(["good", "poor", "CO", "unknown"] * 3)]
    assert doubts(read(written(tmp_path, rows, "id,state,lat,lon"))) == []


def test_a_sheet_that_contradicts_its_point_is_told(tmp_path: Path) -> None:
    rows = [(f"A{n}", "41I10", 46.6, -80.6) for n in range(6)]
    rows[2] = ("A2", "31M10", 46.6, -80.6)
    (note,) = doubts(read(written(tmp_path, rows, "id,NTS_SHEET,lat,lon"), options={"duplicate_ids": "keep"}))
    assert (note.code, note.rows, note.columns) == ("sheet_contradicted", (4,), ("NTS_SHEET",))


def test_a_lost_digit_stands_apart(tmp_path: Path) -> None:
    rows = [(f"A{n}", "x", 48.3 + n / 100, -81.5) for n in range(20)]
    rows[11] = ("A11", "x", 4.84, -81.5)
    (note,) = [one for one in doubts(read(written(tmp_path, rows))) if one.code == "far_from_all"]
    assert note.rows == (13,)


@pytest.mark.parametrize("mapped", [True, False])
def test_degrees_and_grid_of_one_row_must_agree(tmp_path: Path, mapped: bool) -> None:
    to_grid = pyproj.Transformer.from_crs(4269, 26917, always_xy=True)
    rows = [(f"A{n}", -81 + n / 10, 48.0, *np.round(to_grid.transform(-81 + n / 10, 48.0)), 17) for n in range(6)]
    rows[3] = (*rows[3][:5], 18)  # the zone is off by one: 6 degrees, some 448 km
    path = written(tmp_path, rows, "id,lon,lat,UTM Easting,UTM_Northing,Zone")
    columns = COLUMNS | {"easting": "UTM Easting", "northing": "UTM_Northing", "utm_zone": "Zone"}
    reading = read(path, columns=columns if mapped else COLUMNS, crs="EPSG:4269")
    (note,) = doubts(reading)
    assert (note.code, note.rows, note.columns) == (
        "coordinates_disagree",
        (5,),
        ("UTM Easting", "UTM_Northing", "Zone"),
    )
    assert "up to 448 km apart (e.g. row 5)" in note.message
    assert reading.layer["longitude"].tolist() == pytest.approx([-81, -80.9, -80.8, -80.7, -80.6, -80.5])


UTM = {"official_id": "id", "easting": "X", "northing": "Y", "utm_zone": "zone"}


def grid(folder: Path, zone: str = "8", name: str = "t.csv") -> Path:
    rows = [(f"Q{n}", 296_998.8 + 2_300 * n, 5_051_126.7 + 2_200 * n, zone) for n in range(8)]  # MTM 8: 73.6 W, 45.6 N
    return written(folder, rows, "id,X,Y,zone", name)


def test_zones_of_another_grid_are_never_read_as_utm(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"8 of 8 rows lie in the open sea .*\(MTM zones of Quebec"):
        read(grid(tmp_path), columns=UTM, crs="EPSG:4269")
    for path in (grid(tmp_path, name="parcs_mtm.csv"), grid(tmp_path, zone="MTM 8")):
        with pytest.raises(SourceError, match="State 'crs: EPSG:32188'"):
            read(path, columns=UTM, crs="EPSG:4269")
        layer = read(path, columns=UTM, crs="EPSG:32188").layer
        assert float(layer["longitude"].iloc[0]) == pytest.approx(-73.6, abs=1e-3)
        assert float(layer["latitude"].iloc[0]) == pytest.approx(45.6, abs=1e-3)


@pytest.mark.parametrize(
    ("east", "north", "km"),
    [("4.62E+05", "5.05E+06", 10.0), ("4.6215E+05", "5.0512E+06", 0.1), ("462153", "5051212", 0.001)],
)
def test_digits_lost_to_a_spreadsheet_cost_precision(east: str, north: str, km: float) -> None:
    assert metre_precision(east, north) == pytest.approx(km)


@pytest.mark.parametrize(
    ("code", "told"), [("EPSG:32617", False), ("EPSG:32618", False), ("EPSG:3005", True), ("EPSG:32633", True)]
)
def test_places_far_outside_the_area_of_their_crs_are_told(tmp_path: Path, code: str, told: bool) -> None:
    lon = 15.0 if code == "EPSG:32633" else -81.0  # zone 17 is read as 17, as 18, as Albers of British Columbia
    x, y = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(
        lon + np.arange(6) / 10 + (30 if lon > 0 else 0), 48.0 + np.zeros(6)
    )
    rows = [(f"A{n}", east, north) for n, (east, north) in enumerate(zip(x, y, strict=True))]
    path = written(tmp_path, rows, "id,X,Y")
    reading = read(path, columns={"official_id": "id", "easting": "X", "northing": "Y"}, crs=code)
    assert ("outside_crs_area" in [note.code for note in reading.notes]) is told


def test_degrees_without_a_sign_contradict_a_north_american_datum(tmp_path: Path) -> None:
    rows = [(f"A{n}", "x", 48 + n / 10, 81 + n / 10) for n in range(6)]
    told = [note for note in read(written(tmp_path, rows), crs="EPSG:4269").notes if note.code == "outside_crs_area"]
    assert [(note.count, note.columns) for note in told] == [(6, ("lat", "lon"))]
    assert "outside_crs_area" not in [
        note.code for note in read(written(tmp_path, rows)).notes
    ]  # WGS 84 holds everywhere


def lone(rows: list[tuple[Any, ...]], folder: Path) -> list[Note]:
    return [one for one in read(written(folder, rows, "id,lat,lon")).notes if one.code == "far_from_all"]


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        (lambda lat, lon: (lat, -lon), "with a minus before the longitudes"),
        (lambda lat, lon: (-lat, lon), "with a minus before the latitudes"),
        (lambda lat, lon: (-lat, -lon), "with both signs changed"),
    ],
)
def test_one_row_of_four_with_a_lost_sign_is_told_by_row_and_column(tmp_path: Path, change: Any, hint: str) -> None:
    spots = [(51.2, -101.3), (51.4, -101.0), (51.3, -101.6), (51.1, -100.9)]
    spots[2] = change(*spots[2])
    (note,) = lone([(f"A{n}", *spot) for n, spot in enumerate(spots)], tmp_path)
    assert note.rows == (4,)
    assert note.columns == ("lat", "lon")
    assert hint in note.message


def test_rows_of_both_hemispheres_that_mirror_nobody_are_not_told(tmp_path: Path) -> None:
    spots = [(52.0, 0.4), (52.1, 0.6), (51.9, 0.2), (52.0, -0.3), (52.2, -0.8), (38.0, -7.0)]
    assert not lone([(f"A{n}", *spot) for n, spot in enumerate(spots[:5])], tmp_path)
    assert all("minus" not in one.message for one in lone([(f"A{n}", *spot) for n, spot in enumerate(spots)], tmp_path))


def test_one_row_of_six_in_another_zone_is_told(tmp_path: Path) -> None:
    rows = [(f"A{n}", 48.1 + n / 30, -80.1 - n / 40) for n in range(6)]
    rows[3] = ("A3", 48.2, -74.1)
    (note,) = lone(rows, tmp_path)
    assert note.rows == (5,)


def test_coordinates_exchanged_throughout_that_fall_on_antarctica_stop_and_say_so(tmp_path: Path) -> None:
    rows = [(f"A{n}", -81.0 - n / 10, 46.0 + n / 10) for n in range(4)]
    with pytest.raises(SourceError, match=r"t\.csv.*Antarctica.*exchanged they would lie in Ontario"):
        read(written(tmp_path, rows, "id,lat,lon"))


@pytest.mark.parametrize(("name", "count"), [("ontario_mines.csv", 4), ("mines.csv", 0), ("cote_divoire.csv", 0)])
def test_a_name_in_the_path_contradicts_lost_signs(tmp_path: Path, name: str, count: int) -> None:
    rows = [(f"A{n}", 48.1 + n / 30, 80.1 + n / 40) for n in range(4)]
    notes = doubts(read(written(tmp_path, rows, "id,lat,lon", name)))
    assert sum(one.count for one in notes) == count
    assert all("minus before the longitudes" in one.message for one in notes)


def test_a_file_named_after_a_place_it_does_not_lie_in_is_not_told(tmp_path: Path) -> None:
    rows = [(f"A{n}", 46.2 + n / 30, -70.1 + n / 40) for n in range(4)]
    assert not doubts(read(written(tmp_path, rows, "id,lat,lon", "ontario_ministry_export.csv")))


@pytest.mark.parametrize(
    ("name", "lon", "lat", "inside"),
    [
        ("Ontario", -74.6, 45.1, True), ("Ontario", -82.9, 42.2, True), ("Ontario", -83.4, 45.9, True),
        ("Ontario", -89.3, 48.4, True), ("Ontario", -79.5, 47.3, True), ("Ontario", -94.5, 49.8, True),
        ("Ontario", -82.6, 56.0, True), ("Ontario", -85.6, 47.7, True), ("Ontario", -74.4, 48.2, False),
        ("British Columbia", -114.9, 49.5, True), ("British Columbia", -132.1, 53.3, True),
        ("British Columbia", -130.0, 56.0, True), ("British Columbia", -136.5, 59.7, True),
        ("British Columbia", -115.0, 56.0, False), ("NL", -66.9, 52.9, True), ("NL", -64.5, 60.2, True),
        ("NL", -52.7, 47.6, True), ("NL", -59.2, 47.6, True), ("NL", -55.6, 51.6, True), ("NL", -66.0, 47.0, False),
        ("England", -2.6, 54.5, True), ("Wales", -4.3, 4.6, False),
    ],
)  # fmt: skip
def test_provinces_of_several_boxes_hold_their_corners(name: str, lon: float, lat: float, inside: bool) -> None:
    assert (km_outside(meanings(name), np.array([lon]), np.array([lat]))[0] == 0) is np.bool_(inside)


def test_degrees_as_powers_of_ten_are_as_precise_as_their_digits(tmp_path: Path) -> None:
    rows = [
        ("A0", "4.81E+01", "-1.2E+02"),
        ("A1", "48.2131", "-120.2211"),
        ("A2", "48.3", "-120.4211"),
        ("A3", "48.4131", "-120.5211"),
    ]
    reading = read(written(tmp_path, rows, "id,lat,lon"))
    assert reading.layer["coordinate_precision_km"].round(4).tolist() == pytest.approx(
        [1112.0, 0.0111, 0.0111, 0.0111], abs=0.1
    )
    (note,) = [one for one in reading.notes if one.code == "low_precision"]
    assert (note.rows, note.columns) == ((2,), ("lat", "lon"))


@pytest.mark.parametrize(
    "bad", ["PIONT(-80.3 48.2)", "CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))", "POINT(-80.3"]
)
def test_one_bad_cell_of_three_costs_that_row_only(tmp_path: Path, bad: str) -> None:
    rows = [("A0", '"SRID=4326;POINT(-80.2 48.1)"'), ("A1", f'"{bad}"'), ("A2", '"SRID=4326;POINT(-80.4 48.3)"')]
    reading = read(written(tmp_path, rows, "id,shape"), columns={"official_id": "id"})
    assert reading.layer["official_id"].tolist() == ["A0", "A2"]
    assert reading.rejected["source_row"].tolist() == [3]
    (note,) = [one for one in reading.notes if one.code == "geometry_unread"]
    assert (note.columns, note.rows) == (("shape",), (3,))


def test_features_at_zero_are_placeholders_and_rejected_by_row(tmp_path: Path) -> None:
    rows = [("A0", "POINT(-80.2 48.1)"), ("A1", "POINT(0 0)"), ("A2", "POINT(-80.4 48.3)")]
    reading = read(written(tmp_path, rows, "id,shape"), columns={"official_id": "id"})
    assert reading.rejected[["source_row", "reason_code"]].values.tolist() == [[3, "placeholder"]]
    assert reading.layer["official_id"].tolist() == ["A0", "A2"]


def test_rows_farther_off_than_all_others_lie_apart_are_told_where_sites_are_sparse(tmp_path: Path) -> None:
    spread = np.random.default_rng(2).uniform([-34, 114], [-16, 128], (40, 2))
    rows = [(f"A{n}", *spot) for n, spot in enumerate(spread.round(4).tolist())]
    assert not lone(rows, tmp_path)
    rows[7], rows[21] = ("A7", 12.1, 121.1), ("A21", 12.6, 119.2)
    (note,) = lone(rows, tmp_path)
    assert note.rows == (9, 23)


def test_a_row_in_the_sea_north_of_the_islands_of_its_state_is_told(tmp_path: Path) -> None:
    rows = [(f"A{n}", "Alaska", 64.5, -165.4 + n / 10) for n in range(8)] + [("A8", "Alaska", 51.85, -176.65)]
    assert doubts(read(written(tmp_path, rows))) == []
    rows[8] = ("A8", "Alaska", 71.85, -176.65)
    assert [note.rows for note in doubts(read(written(tmp_path, rows))) if note.code == "place_contradicted"] == [(10,)]


@pytest.mark.parametrize("zone", ["017", "17.0", "17", "17N", "Zone 017"])
def test_a_zone_with_zeros_before_it_is_that_zone(tmp_path: Path, zone: str) -> None:
    rows = [(f"Q{n}", 480_000 + 2_300 * n, 5_370_000 + 2_200 * n, zone) for n in range(8)]
    reading = read(written(tmp_path, rows, "id,X,Y,zone"), columns=UTM, crs="EPSG:4269")
    assert len(reading.layer) == 8
    assert not [note for note in reading.notes if note.code == "outside_zone"]
