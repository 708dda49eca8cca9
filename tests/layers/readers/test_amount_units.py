"""Units of amounts that no heading tells: lines above the headings, and amounts of which nothing says the unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.inventory import read_inventory
from layers.readers.units_above import unit_above

PLACED = {"official_id": "id", "latitude": "lat", "longitude": "lon"}


def read(path: Path, amount: dict[str, str], **facts: Any) -> Reading[Any]:
    source = {
        "id": "s",
        "role": "inventory",
        "path": path.name,
        "columns": PLACED | amount,
        "crs": "EPSG:4326",
        **facts,
    }
    return read_inventory(Source.model_validate(source), path.parent)


def of_units(reading: Reading[Any]) -> list[Any]:
    """Return the notes but those of heights that no waste has: the numbers here are any."""
    return [note for note in reading.notes if note.code != "amount_impossible"]


def table(folder: Path, above: str, heading: str, unit: str = "") -> Path:
    path = folder / "t.csv"
    rows = "".join(f"A{n},49.{n}23,-118.{n}34,{n + 1}00{unit}\n" for n in range(1, 8))
    path.write_text(f"{above}id,lat,lon,{heading}\n{rows}", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("words", "base"),
    [
        ("thousands of tonnes", "t"), ("# units: kt", "t"), ("(Mt)", "t"), ("in kt", "t"), ("Table 3. Tailings (Mt)", "t"),
        ("Tonnages en milliers de tonnes", "t"), ("unidades: miles de toneladas", "t"), ("'000 t", "t"), ("x1000", "t"),
        ("tons", "t"), ("All amounts in thousands", "t"), ("# units: kt, ha", "m2"), ("T = kt; A = ha", "m2"), ("acres", "m2"),
        ("Mm3", "m3"), ("10³ m³", "m3"), ("Volumes in millions of cubic metres", "m3"), ("Heights in feet", "m"),
    ],
)  # fmt: skip
def test_other_units_and_multiples_in_a_line_are_seen(words: str, base: str) -> None:
    assert unit_above(words, base, base)


@pytest.mark.parametrize(
    "words",
    ["Register of wastes", "Wastes over 1 Mt", "units: t", "Source: DFO, 2012", "Mining in British Columbia",
     "Updated in March 2010", "UTM coordinates in m",
     "Units: metric", "Location", "1000 sites", "Table 2: tailings, 2020", "Version 1.2", "M. Martin"],
)  # fmt: skip
def test_titles_that_name_no_other_unit_say_nothing(words: str) -> None:
    assert [unit_above(words, base, base) for base in ("t", "m3", "m2", "m")] == [None] * 4


@pytest.mark.parametrize("above", ["# units: kt\n", "Register\n,,,thousands of tonnes\n", "Amounts in kt,,,\n\n"])
def test_a_unit_above_the_heading_stops_until_it_is_stated(tmp_path: Path, above: str) -> None:
    path = table(tmp_path, above, "T")
    with pytest.raises(
        SourceError, match=r"units are not sure(.|\n)*mass_t: above the heading 'T' stands .*options|kt|thousands"
    ):
        read(path, {"mass_t": "T"})
    stated = read(path, {"mass_t": "T"}, options={"units": {"mass_t": "kt"}})
    assert stated.layer["mass_t"].min() == 200_000


def test_a_unit_above_that_the_heading_tells_as_well_is_no_doubt(tmp_path: Path) -> None:
    reading = read(table(tmp_path, "Amounts in kt\n", "T (kt)"), {"mass_t": "T (kt)"})
    assert reading.layer["mass_t"].min() == 200_000
    assert {note.code for note in reading.notes} == {"heading_found"}


def test_a_unit_above_the_heading_of_a_workbook_stops(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in [["Register of wastes"], [], [None, None, None, "millions"], ["id", "lat", "lon", "Tonnes"]]:
        sheet.append(row)
    for number in range(5):
        sheet.append([f"A{number}", 49.1 + number / 10, -118.2, 2.5 + number])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(SourceError, match="above the heading 'Tonnes' stands 'millions'"):
        read(tmp_path / "t.xlsx", {"mass_t": "Tonnes"})


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("mass_t", "Tailings"),
        ("area_m2", "Area"),
        ("volume_m3", "Volume"),
        ("height_m", "Height"),
        ("milled_t", "Milled"),
    ],
)
def test_amounts_of_which_nothing_says_the_unit_are_told(tmp_path: Path, column: str, heading: str) -> None:
    (note,) = of_units(read(table(tmp_path, "", heading), {column: heading}))
    assert (note.code, note.columns) == ("unit_unstated", (heading,))
    assert f"options.units.{column}" in note.message
    unit = {"mass_t": "t", "milled_t": "t", "area_m2": "ha", "volume_m3": "m3", "height_m": "m"}[column]
    assert not of_units(read(table(tmp_path, "", heading), {column: heading}, options={"units": {column: unit}}))
    assert not of_units(read(table(tmp_path, "", heading, f" {unit}"), {column: heading}))


@pytest.mark.parametrize("heading", ["TONNAGE", "Tonnes", "mass_t", "ton_ctl", "Tonelaje"])
def test_headings_that_speak_of_tonnes_are_not_told(tmp_path: Path, heading: str) -> None:
    assert not read(table(tmp_path, "", heading), {"mass_t": heading}).notes


@pytest.mark.parametrize(
    ("cells", "read_as"),
    [
        (["3.000", "1.200,50", "2.500.000", "500"], [3000, 1200.5, 2_500_000, 500]),
        (["3.000", "1.200,50", "12,5", "500"], [3000, 1200.5, 12.5, 500]),
        (["3,000", "1,200.50", "12.5", "500"], [3000, 1200.5, 12.5, 500]),
        (["3.000", "1.200,50", "1,200,000", "500"], [None, 1200.5, 1_200_000, 500]),
        (["3.000", "12,5", "7,25", "500"], [None, 12.5, 7.25, 500]),
        (["3.000 t", "12,5", "7,25", "500"], [None, 12.5, 7.25, 500]),
        (["3.000", "12.5", "7,25", "500"], [3, 12.5, 7.25, 500]),
    ],
)
def test_other_cells_of_a_column_say_whether_a_point_parts_thousands(
    tmp_path: Path, cells: list[str], read_as: list[float | None]
) -> None:
    rows = "".join(f"A{n};49.{n}23;-118.{n}34;{cell}\n" for n, cell in enumerate(cells, 1))
    (tmp_path / "t.csv").write_text(f"id;lat;lon;Tailings (t)\n{rows}", encoding="utf-8")
    reading = read(tmp_path / "t.csv", {"mass_t": "Tailings (t)"})
    assert [None if np.isnan(mass) else mass for mass in reading.layer["mass_t"]] == read_as
    unread = [note for note in reading.notes if note.code == "unread_quantity"]
    assert len(unread) == (None in read_as)
    assert all("the point in '3.000' may be" in note.message for note in unread)


def test_points_among_whole_numbers_below_a_thousand_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    for cells, told in ((["500", "750", "3.000", "1.250"], True), (["5000", "750", "3.000", "1.250"], False)):
        rows = "".join(f"A{n},49.{n}23,-118.{n}34,{cell}\n" for n, cell in enumerate(cells, 1))
        path.write_text(f"id,lat,lon,Tailings (t)\n{rows}", encoding="utf-8")
        notes = read(path, {"mass_t": "Tailings (t)"}).notes
        assert [note.code for note in notes] == (["points_may_part_thousands"] if told else [])
        assert not told or "'3.000'" in notes[0].message


@pytest.mark.parametrize(
    ("column", "heading", "word"),
    [
        ("height_m", "Elevation (m)", "Elevation"),
        ("mass_t", "Tailings proposed (t)", "proposed"),
        ("mass_t", "Concentrate shipped (t)", "Concentrate"),
        ("mass_t", "Tailings (wet tonnes)", "wet"),
        ("volume_m3", "Remaining_capacity_m3", "Remaining"),
        ("area_m2", "Catchment (m2)", "Catchment"),
        ("mass_t", "Production Cu (t)", "Cu"),
        ("mass_t", "Zinc produced (t)", "Zn"),
        ("mass_t", "Ore reserves (t)", "reserves"),
        ("mass_t", "Reservas (t)", "Reservas"),
    ],
)
def test_headings_of_amounts_beside_the_waste_are_told(tmp_path: Path, column: str, heading: str, word: str) -> None:
    (note,) = of_units(read(table(tmp_path, "", heading), {column: heading}))
    assert (note.code, note.columns) == ("amount_of_another", (heading,))
    assert f"'{word}'" in note.message


@pytest.mark.parametrize(
    "heading", ["Tailings (t)", "Waste_mass_t", "Dry tonnes", "Concentrator tailings (t)", "Cu tailings (t)"]
)
def test_headings_of_the_waste_are_not_told(tmp_path: Path, heading: str) -> None:
    assert not read(table(tmp_path, "", heading), {"mass_t": heading}).notes


@pytest.mark.parametrize(
    "heading",
    [
        "1000 Tonnen",
        "100 t",
        "Lac tonnes",
        "Tonnes lakhs",
        "Tonnage dozen (t)",
        "Tonnage tusind (t)",
        "TON_MILES",
        "Tons",
        "TONS",
        "xyz. tonnes",
        "Tonnage xyz (t)",
        "zig t",
        "10 tonnes",
    ],
)
def test_a_number_or_an_unknown_word_before_the_unit_and_tons_of_no_country_stop(tmp_path: Path, heading: str) -> None:
    with pytest.raises(SourceError, match="may mean several units"):
        read(table(tmp_path, "", heading), {"mass_t": heading})
    stated = read(table(tmp_path, "", heading), {"mass_t": heading}, options={"units": {"mass_t": "kt"}})
    assert stated.layer["mass_t"].max() == 8e5


@pytest.mark.parametrize(
    ("heading", "times"),
    [
        ("Lakh tonnes", 1e5),
        ("Tonnage lakh (t)", 1e5),
        ("Qty (lakh MT)", 1e5),
        ("Crore t", 1e7),
        ("тыс. тонн", 1e3),
        ("млн тонн", 1e6),
        ("millj. tonnia", 1e6),
        ("Old tonnes", 1),
        ("Tailings_tonnes_2019", 1),
    ],
)
def test_words_for_thousands_and_millions_are_read_and_plain_words_ask_nothing(
    tmp_path: Path, heading: str, times: float
) -> None:
    assert read(table(tmp_path, "", heading), {"mass_t": heading}).layer["mass_t"].max() == 800 * times


@pytest.mark.parametrize(
    ("heading", "times"),
    [("Area lakh m2", 1e5), ("Extent (lakh sq m)", 1e5), ("TSF footprint m2", 1), ("Pond area m2", 1)],
)
def test_areas_in_lakhs_are_read(tmp_path: Path, heading: str, times: float) -> None:
    assert read(table(tmp_path, "", heading), {"area_m2": heading}).layer["area_m2"].max() == 800 * times


@pytest.mark.parametrize(
    "heading", ["Area wan m2", "foo ha", "zorks m2", "Fläche Tsd. m2", "Area tusen m2", "Lake lac m2"]
)
def test_what_may_be_a_multiple_before_the_unit_of_an_area_stops(tmp_path: Path, heading: str) -> None:
    with pytest.raises(SourceError, match="may mean several units"):
        read(table(tmp_path, "", heading), {"area_m2": heading})


@pytest.mark.parametrize(
    ("words", "times"), [(" lakh tonnes", 1e5), (" Lakhs", 1e5), (" crore t", 1e7), (" Crore", 1e7)]
)
def test_lakh_and_crore_in_cells_are_read(tmp_path: Path, words: str, times: float) -> None:
    assert read(table(tmp_path, "", "Tonnes", words), {"mass_t": "Tonnes"}).layer["mass_t"].max() == 800 * times


@pytest.mark.parametrize("heading", ["面積_m2", "敷地 m2", "堆積場 ha"])
def test_words_of_east_asia_before_a_unit_are_no_multiples(tmp_path: Path, heading: str) -> None:
    assert len(read(table(tmp_path, "", heading), {"area_m2": heading}).layer) == 7


@pytest.mark.parametrize("heading", ["面積 千m2", "面積_万m2", "万 m2"])
def test_numerals_of_east_asia_before_a_unit_are_read_or_stop(tmp_path: Path, heading: str) -> None:
    with pytest.raises(SourceError, match="may mean several units"):
        read(table(tmp_path, "", heading), {"area_m2": heading})
