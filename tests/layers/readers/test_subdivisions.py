"""Codes and names of states whose extent is not known: any of their meanings may be right, and what cannot be checked is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.jurisdictions import jurisdictions, meanings, subdivisions
from layers.readers.inventory import read_inventory

PLACES = {
    "BR": (-44.2, -20.1), "MX": (-110.2, 29.9), "IN": (78.2, 13.0), "IT": (11.1, 42.9), "DE": (12.6, 50.6), "ZA": (20.0, -29.2),
    "CL": (-70.3, -27.4), "PE": (-75.4, -12.0), "AR": (-68.5, -31.5), "CO": (-75.6, 6.2), "ES": (-6.0, 37.7), "PH": (120.7, 16.5),
}  # fmt: skip


def read(folder: Path, words: list[str], place: tuple[float, float], names: str = "Site", **facts: Any) -> Reading[Any]:
    lines = ["id,name,province,lat,lon"]
    lines += [f"A{n},{names} {n},{word},{place[1] + n / 100},{place[0] + n / 90}" for n, word in enumerate(words)]
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "id", "name": "name", "jurisdiction": "province", "latitude": "lat", "longitude": "lon"}
    source = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns, "crs": "EPSG:4326", **facts}
    return read_inventory(Source.model_validate(source), folder)


def told(reading: Reading[Any]) -> set[str]:
    codes = {"place_contradicted", "jurisdiction_unknown", "hemisphere_unstated", "in_no_country"}
    return {note.code for note in reading.notes} & codes


def test_every_country_of_the_table_has_an_extent() -> None:
    countries = subdivisions()
    assert set(countries) <= set(jurisdictions())
    texts = [text for kinds in countries.values() for kind in kinds for text in kind]
    assert len(texts) > 1900
    assert all(text == text.strip(" ;,") != "" for text in texts)


@pytest.mark.parametrize("country", list(PLACES))
def test_a_table_in_codes_of_its_own_states_is_clean(tmp_path: Path, country: str) -> None:
    codes = subdivisions()[country][0]
    for start in range(0, len(codes), 6):
        assert not told(read(tmp_path, codes[start : start + 6], PLACES[country])), codes[start : start + 6]


def test_a_code_of_which_no_meaning_fits_still_stops(tmp_path: Path) -> None:
    assert set(meanings("PA")) > {"US-PA", "PA", "BR"}
    with pytest.raises(SourceError, match="6 of 6 rows do not lie where the column province says"):
        read(tmp_path, ["PA"] * 6, (77.0, 41.0))


def test_a_known_name_far_off_is_told(tmp_path: Path) -> None:
    assert told(read(tmp_path, ["Valparaíso"] * 6, (-71.0, 57.3))) == {"place_contradicted"}
    assert not told(read(tmp_path, ["Valparaíso"] * 6, (-71.4, -33.0)))


def test_words_nobody_knows_are_said_to_be_unchecked(tmp_path: Path) -> None:
    assert told(read(tmp_path, ["Example District"] * 6, (-4.1, 40.3))) == {"jurisdiction_unknown"}
    assert not told(read(tmp_path, ["12"] * 6, (-4.1, 40.3)))  # a number of a list


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ((110.0, 28.2), "尾矿库"),
        ((139.9, 37.9), "鉱山"),
        ((77.0, 23.0), "खान"),
        ((107.0, 48.0), "Уурхай"),
        ((101.5, 18.2), "เหมือง"),
    ],
)
def test_letters_of_a_country_say_where_its_rows_lie(tmp_path: Path, place: tuple[float, float], names: str) -> None:
    assert not told(read(tmp_path, [""] * 8, place, names))
    assert told(read(tmp_path, [""] * 8, (72.0, 45.0), "尾矿库")) == {
        "hemisphere_unstated"
    }  # no place of these letters


def test_a_system_made_for_one_side_says_it(tmp_path: Path) -> None:
    assert told(read(tmp_path, [""] * 8, (110.0, 28.2))) == {"hemisphere_unstated"}
    assert not told(read(tmp_path, [""] * 8, (110.0, 28.2), crs="EPSG:4490"))


def test_codes_of_a_land_whose_codes_are_not_known_are_told_and_stop_nothing(tmp_path: Path) -> None:
    assert meanings("BA")  # a county of Hungary, and a code of other lands
    assert "HU" not in meanings("BA")
    found = read(tmp_path, ["BA", "PE", "SO", "VE", "ZA", "FE"], (18.2, 46.1))
    assert told(found) == {"jurisdiction_unknown"}
    assert "Codes of the parts of Hungary are not known" in next(note.message for note in found.notes)


def test_codes_with_a_lost_sign_stop_although_the_land_they_fall_in_has_unknown_codes(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="With a minus before the longitudes they would"):
        read(tmp_path, ["QC"] * 6, (72.5, 49.5))


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("Punjab", (72.0, 32.5)), ("La Paz", (-87.7, 14.2)), ("Montana", (23.2, 43.4)), ("Bolívar", (-74.8, 8.8)),
        ("Van", (43.3, 38.5)),        ("Río Negro", (-57.5, -32.8)), ("Amazonas", (-66.0, 4.0)),
        ("PD", (132.0, -1.0)), ("JW", (24.7, -24.6)),
        ("Luxembourg", (5.5, 49.9)), ("LAG", (121.4, 14.2)), ("KDA", (39.0, 45.0)),
    ],
)  # fmt: skip
def test_names_and_codes_that_other_lands_have_as_well_are_clean(
    tmp_path: Path, word: str, place: tuple[float, float]
) -> None:
    assert not told(read(tmp_path, [word] * 6, place)) & {"place_contradicted", "jurisdiction_unknown"}


@pytest.mark.parametrize("country", ["AR", "SE", "ES", "BO"])
def test_codes_of_one_letter_are_told_unless_a_column_names_the_country(tmp_path: Path, country: str) -> None:
    place = PLACES.get(country, (15.2, 60.1) if country == "SE" else (-66.0, -18.0))
    assert "jurisdiction_unknown" in told(read(tmp_path, ["C", "H", "S"] * 2, place))
    lines = ["id,name,province,Country,lat,lon"]
    lines += [f"A{n},Site {n},{'CHS'[n % 3]},{country},{place[1] + n / 100},{place[0] + n / 90}" for n in range(6)]
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "id", "name": "name", "jurisdiction": "province", "latitude": "lat", "longitude": "lon"}
    source = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns, "crs": "EPSG:4326"}
    assert not told(read_inventory(Source.model_validate(source), tmp_path))
