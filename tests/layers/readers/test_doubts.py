"""Doubts a reader tells of although every cell reads well: lost signs, wrong zones, units told twice, limits as results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from layers.accounting import Note, Reading
from layers.catalogue.source import Source
from layers.cells.heading_grammar import parse_heading
from layers.cells.years import parse_year
from layers.errors import SourceError
from layers.readers.control_rows import control_rows
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from layers.readers.summary_rows import summary_places

ONTARIO = [(47.6, -83.1), (47.9, -82.4), (48.3, -81.2), (48.8, -80.9), (48.1, -80.4), (49.0, -82.0)]
IDS = [f"T{number:03d}" for number in range(12)]


def sites(folder: Path, heading: str, rows: list[str], name: str = "t.csv", **facts: Any) -> Reading[Any]:
    (folder / name).write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
    lon = next((one for one in heading.split(",") if one.lower().startswith("lon")), "lon")
    columns = {"official_id": "id", "latitude": "lat", "longitude": lon}
    return read_inventory(
        Source.model_validate({"id": "s", "role": "inventory", "path": name, "columns": columns, **facts}), folder
    )


def assays(folder: Path, text: str, **options: Any) -> Reading[Any]:
    (folder / "lab.csv").write_text(text, encoding="utf-8")
    source = {
        "id": "lab", "role": "geochemistry", "path": "lab.csv", "columns": {"sample_id": "id", "site_key": "site"},
        "defaults": {"medium": "waste"}, "options": options,
    }  # fmt: skip
    return read_geochemistry(Source.model_validate(source), folder)


def told(reading: Reading[Any], code: str) -> list[Note]:
    return [note for note in reading.notes if note.code == code]


def test_a_table_without_any_sign_is_told_where_a_sign_would_put_it_on_other_land(tmp_path: Path) -> None:
    rows = [f"A{n},{lat},{-lon}" for n, (lat, lon) in enumerate(ONTARIO)]
    [note] = told(sites(tmp_path, "id,lat,lon", rows), "hemisphere_unstated")
    assert note.columns == ("lat", "lon")
    assert "Ontario" in note.message


@pytest.mark.parametrize("axis", [0, 1])
def test_one_sign_far_from_the_line_does_not_vouch_for_the_other_rows(tmp_path: Path, axis: int) -> None:
    placed = [[lat + n / 100, -lon + n / 100] for n, (lat, lon) in enumerate(ONTARIO * 4)]
    placed[2][axis] *= -1
    rows = [f"A{n},{lat:.4f},{lon:.4f}" for n, (lat, lon) in enumerate(placed)]
    assert len(told(sites(tmp_path, "id,lat,lon", rows), "hemisphere_unstated")) == 1


def test_a_table_that_crosses_the_line_has_its_signs_meant(tmp_path: Path) -> None:
    rows = [f"A{n},{51.5 + n / 50:.3f},{-0.4 + n / 3:.3f}" for n in range(24)]
    assert not told(sites(tmp_path, "id,lat,lon", rows), "hemisphere_unstated")


@pytest.mark.parametrize(
    ("heading", "rows", "name"),
    [
        ("id,lat,lon", [f"A{n},{lat},{lon}" for n, (lat, lon) in enumerate(ONTARIO)], "t.csv"),
        ("id,lat,lon", [f"A{n},{66 + n / 10},{21 + n / 5}" for n in range(6)], "t.csv"),
        ("id,lat,lon,country", [f"A{n},{lat},{-lon},Kazakhstan" for n, (lat, lon) in enumerate(ONTARIO)], "t.csv"),
        ("id,lat,lon", [f"A{n},{lat},{-lon}" for n, (lat, lon) in enumerate(ONTARIO)], "kazakhstan_mines.csv"),
        ("id,lat,lon", [f"A{n},{lat} N,{-lon} E" for n, (lat, lon) in enumerate(ONTARIO)], "t.csv"),
    ],
    ids=["signed", "mirrored in the sea", "country beside", "country in the name", "letters"],
)
def test_signs_that_anything_confirms_are_no_doubt(tmp_path: Path, heading: str, rows: list[str], name: str) -> None:
    assert not told(sites(tmp_path, heading, rows, name), "hemisphere_unstated")


@pytest.mark.parametrize("heading", ["longitude_W", "Longitude (West)", "lonWest"])
def test_a_heading_that_says_west_gives_unsigned_numbers_their_sign(tmp_path: Path, heading: str) -> None:
    rows = [f"A{n},{lat},{-lon}" for n, (lat, lon) in enumerate(ONTARIO)]
    reading = sites(tmp_path, f"id,lat,{heading}", rows)
    assert reading.layer["longitude"].round(3).tolist() == [lon for _, lon in ONTARIO]
    assert told(reading, "heading_hemisphere")[0].columns == (heading,)


def test_a_heading_that_says_west_changes_no_signed_number(tmp_path: Path) -> None:
    rows = [f"A{n},{lat},{lon}" for n, (lat, lon) in enumerate(ONTARIO)]
    reading = sites(tmp_path, "id,lat,longitude_W", rows)
    assert reading.layer["longitude"].round(3).tolist() == [lon for _, lon in ONTARIO]
    assert not told(reading, "heading_hemisphere")


def zoned(folder: Path, zones: list[int], easting: float = 480_000.0) -> Reading[Any]:
    lines = [f"A{n},{easting + 9_000 * n},{5_300_000 + 7_000 * n},{zone}" for n, zone in enumerate(zones)]
    (folder / "t.csv").write_text("\n".join(["id,e,n,zone", *lines]) + "\n", encoding="utf-8")
    columns = {"official_id": "id", "easting": "e", "northing": "n", "utm_zone": "zone"}
    return read_inventory(Source(id="s", role="inventory", path="t.csv", columns=columns), folder)


@pytest.mark.parametrize("state", ["WA", "Washington"])
def test_a_state_that_holds_both_places_does_not_settle_a_zone(tmp_path: Path, state: str) -> None:
    rows = [f"A{n},{413_000 + 3_000 * n},{5_340_000 + 4_000 * n},{10 if n == 4 else 11},{state}" for n in range(12)]
    (tmp_path / "t.csv").write_text("\n".join(["id,e,n,zone,STATE", *rows]) + "\n", encoding="utf-8")
    columns = {"official_id": "id", "easting": "e", "northing": "n", "utm_zone": "zone", "jurisdiction": "STATE"}
    reading = read_inventory(Source(id="s", role="inventory", path="t.csv", columns=columns), tmp_path)
    assert [note.rows for note in told(reading, "zone_of_a_neighbour")] == [(6,)]


def test_a_row_in_the_zone_next_door_is_told_by_row(tmp_path: Path) -> None:
    zones = [17] * 9
    assert not told(zoned(tmp_path, zones), "zone_of_a_neighbour")
    zones[4] = 18
    [note] = told(zoned(tmp_path, zones), "zone_of_a_neighbour")
    assert (note.rows, note.columns) == ((6,), ("e", "n", "zone"))
    assert "zone 17" in note.message


def test_rows_far_outside_their_zone_are_told(tmp_path: Path) -> None:
    assert told(zoned(tmp_path, [17] * 6, 180_000.0), "outside_zone")[0].rows == (2, 3, 4, 5, 6)
    assert not told(zoned(tmp_path, [17] * 6, 300_000.0), "outside_zone")


@pytest.mark.parametrize("follow_up", ["aLa_ppm_OverLimit", "La_over_range_pct", "La whatever"])
def test_a_column_that_is_not_read_but_filled_where_a_result_is_out_of_range_is_told(
    tmp_path: Path, follow_up: str
) -> None:
    text = f"id,site,La_ppm,{follow_up}\na,A,40,\nb,A,>10000,2.1\nc,B,50,\nd,B,60,\n"
    [note] = told(assays(tmp_path, text), "follow_up_unread")
    assert (note.columns, note.rows) == ((follow_up,), (3,))
    assert not told(assays(tmp_path, text, ignore=[follow_up]), "follow_up_unread")


def test_a_repeat_that_counts_where_the_first_result_is_below_its_limit_is_told(tmp_path: Path) -> None:
    reading = assays(tmp_path, "id,site,La_ppm,La_check_ppm\na,A,40,41\nb,A,<2,2.6\n")
    [note] = told(reading, "repeat_taken")
    assert note.rows == (3,)
    assert not told(assays(tmp_path, "id,site,La_ppm,La_check_ppm\na,A,40,41\nb,A,3,2.6\n"), "repeat_taken")


@pytest.mark.parametrize(("lows", "suspected"), [(["1", "1", "1"], True), (["9", "9"], False), (["1", "1.2"], False)])
def test_a_lowest_value_apart_from_all_others_may_be_half_a_limit(
    tmp_path: Path, lows: list[str], suspected: bool
) -> None:
    rows = [f"s{n},A,{value}" for n, value in enumerate([*lows, *range(20, 40)])]
    assert bool(told(assays(tmp_path, "id,site,La_ppm\n" + "\n".join(rows)), "lowest_value_repeated")) is suspected


def test_a_row_of_units_that_contradicts_the_headings_is_a_stop_until_one_is_stated(tmp_path: Path) -> None:
    text = "id,site,La_ppm,Ce_ppm,Nd_ppm\n,,ppb,ppm,mg/kg\na,A,40,50,60\n"
    with pytest.raises(SourceError, match=r"lab\.csv.*1 headings.*'La_ppm' over 'ppb'"):
        assays(tmp_path, text)
    assert assays(tmp_path, text, units={"La_ppm": "ppm"}).layer["La_ppm"].tolist() == [40]


def test_a_row_of_units_gives_amounts_of_an_inventory_their_unit(tmp_path: Path) -> None:
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon", "mass_t": "mass", "area_m2": "area"}
    rows = [",degrees n,degrees w,kt,ha", *(f"A{n},{lat},{lon},12,3" for n, (lat, lon) in enumerate(ONTARIO))]
    reading = sites(tmp_path, "id,lat,lon,mass,area", rows, columns=columns)
    assert reading.layer["mass_t"].tolist() == [12_000.0] * 6
    assert reading.layer["area_m2"].tolist() == [30_000.0] * 6
    with pytest.raises(SourceError, match="the heading 'mass_t' stands over 'kt'"):
        sites(tmp_path, "id,lat,lon,mass_t,area", rows, columns={**columns, "mass_t": "mass_t"})


@pytest.mark.parametrize(
    ("own", "control"),
    [("QC-4", True), ("Duplicate of T003", True), ("dup of T001", True), ("Control 3", True), ("Checkers-4", False)],
)
def test_controls_are_known_by_their_id_alone(own: str, control: bool) -> None:
    ids = pd.Series([*IDS, own])
    assert list(control_rows(pd.DataFrame({"id": ids}), ids)) == ([12] if control else [])


def test_ids_of_quebec_among_those_of_ontario_are_no_controls() -> None:
    ids = pd.Series([*(f"ON-{number}" for number in range(12)), "QC-4"])
    assert control_rows(pd.DataFrame({"id": ids}), ids) == {}


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ([*IDS, "n"], [12]), ([*IDS[:5], "Mean", *IDS[5:]], []), ([*IDS, "Mean", "n"], [12, 13]),
        (["Old Hill", "Total", "Lac", "Nord", "Bay", "Rock", "Pit", "Gold"], []), (["a", "b", "c", "d", "e", "n"], []),
    ],
)  # fmt: skip
def test_rows_that_sum_up_others_are_known_by_a_bare_word(words: list[str], places: list[int]) -> None:
    assert summary_places(pd.Series(words)) == places


def test_a_row_called_like_a_mean_among_the_others_counts_and_is_told(tmp_path: Path) -> None:
    rows = [f"{own},A,{30 + number}" for number, own in enumerate([*IDS[:3], "Mean", *IDS[3:]])]
    reading = assays(tmp_path, "id,site,La_ppm\n" + "\n".join(rows))
    assert len(reading.layer) == 13
    assert told(reading, "called_like_a_summary")[0].rows == (5,)


@pytest.mark.parametrize(
    ("layout", "mass_t", "words"), [('0.0" Mt"', 1_500_000.0, False), ("0.0\\ \\k\\t", 1_500.0, False), ("0.0", 1.5, False),
                                    ('0.0" loads"', 1.5, True)],
)  # fmt: skip
def test_the_unit_a_workbook_shows_by_its_format_counts_and_other_words_are_told(
    tmp_path: Path, layout: str, mass_t: float, words: bool
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "lat", "lon", "mass"])
    for number, (lat, lon) in enumerate(ONTARIO, 2):
        book.active.append([f"A{number}", lat, lon, 1.5])
        book.active.cell(number, 4).number_format = layout
    book.save(tmp_path / "t.xlsx")
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon", "mass_t": "mass"}
    reading = read_inventory(Source(id="s", role="inventory", path="t.xlsx", columns=columns), tmp_path)
    assert reading.layer["mass_t"].tolist() == [mass_t] * 6
    assert [note.rows for note in told(reading, "words_by_format")] == ([(2, 3, 4, 5, 6, 7)] if words else [])


@pytest.mark.parametrize(
    ("layout", "heading", "codes"),
    [('0.0"%"', "La ppm", {"percent_by_format"}), ("0.0\\%", "La ppm", {"percent_by_format"}),
     ("0.0%", "La ppm", {"percent_by_format"}),
     ("0.0%", "La pct", set()), ('0.0"*"', "La ppm", {"words_by_format"}), ('0.0"<"', "La ppm", {"words_by_format"}),
     ('"<"0.0', "La ppm", set()), ("0.0_);(0.0)", "La ppm", set())],
)  # fmt: skip
def test_signs_that_a_workbook_shows_by_its_format_are_told(
    tmp_path: Path, layout: str, heading: str, codes: set[str]
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "site", heading])
    for number in range(2, 6):
        book.active.append([f"A{number}", "A", 0.01 * number])
        book.active.cell(number, 3).number_format = layout
    book.save(tmp_path / "t.xlsx")
    facts = {"columns": {"sample_id": "id", "site_key": "site"}, "defaults": {"medium": "waste"}}
    source = Source(id="s", role="geochemistry", path="t.xlsx", **facts)
    notes = {note.code: note.rows for note in read_geochemistry(source, tmp_path).notes}
    assert {code for code in notes if code.endswith("_by_format")} == codes
    assert all(notes[code] == (2, 3, 4, 5) for code in codes)


@pytest.mark.parametrize("heading", ["La (ppm) x10", "La_x10", "La ppm ×100"])
def test_a_multiple_in_the_heading_of_a_result_is_asked_about(heading: str) -> None:
    assert parse_heading(heading).unknown
    assert not parse_heading("La_ppm_X100").unknown  # a code of a laboratory


def test_one_number_in_both_cells_of_a_place_is_told_by_row(tmp_path: Path) -> None:
    rows = [f"A{n},{lat + 0.00123},{lon}" for n, (lat, lon) in enumerate(ONTARIO)]
    assert not told(sites(tmp_path, "id,lat,lon", rows), "same_number_twice")
    rows[2:4] = ["A2,48.30123,48.30123", "A3,48.80123,-48.80123"]
    [note] = told(sites(tmp_path, "id,lat,lon", rows), "same_number_twice")
    assert (note.rows, note.columns) == ((4, 5), ("lat", "lon"))


def test_words_in_every_column_of_results_may_say_what_they_hold(tmp_path: Path) -> None:
    text = "id,site,La,Ce\nx,A,La2O3 ppm,CeO2 ppm\na,A,40,50\nb,A,41,51\n"
    [note] = told(assays(tmp_path, text, default_unit="ppm"), "row_of_words")
    assert (note.columns, note.rows) == (("La", "Ce"), (2,))


@pytest.mark.parametrize(
    ("cell", "year"), [("1950-05", None), ("1950-52", 1952.0), ("1901-05", 1905.0), ("1950-05-01", 1950.0)]
)
def test_a_month_is_no_span_of_years(cell: str, year: float | None) -> None:
    _, last, _, reason = parse_year(cell)
    assert (None if reason else last) == year


@pytest.mark.parametrize("code", ["999999999", '"999,999,999"', "999 999 999"])
def test_a_repeated_number_of_nines_is_doubted_however_it_is_written(tmp_path: Path, code: str) -> None:
    rows = [f"A{n},{lat},{lon},{code if n in (1, 4) else 1000 * n + 500}" for n, (lat, lon) in enumerate(ONTARIO * 3)]
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon", "mass_t": "mass"}
    [note] = told(sites(tmp_path, "id,lat,lon,mass", rows, columns=columns), "code_of_nines")
    assert note.rows == (3, 6)
