"""Amounts of two quantities or two sizes in one column are told or asked for; amounts of 0 are missing, and counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.inventory import read_inventory


def read(
    folder: Path,
    amounts: list[str],
    beside: tuple[str, list[str]] | None = None,
    heading: str = "amount_t",
    **more: Any,
) -> Reading[Any]:
    name, words = beside or ("note", ["-"] * len(amounts))
    lines = [f"id;latitude;longitude;{heading};{name}"]
    lines += [
        f"A{at};{49 + at / 50:.4f};{-118 - at / 50:.4f};{amount};{word}"
        for at, (amount, word) in enumerate(zip(amounts, words, strict=True))
    ]
    (folder / "wastes.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "id", "latitude": "latitude", "longitude": "longitude", "mass_t": heading}
    columns |= more.pop("columns", {})
    source = Source(id="s", role="inventory", path="wastes.csv", crs="EPSG:4326", columns=columns, options=more)
    return read_inventory(source, folder)


def told(reading: Reading[Any], code: str) -> list[tuple[int, ...]]:
    return [note.rows for note in reading.notes if note.code == code]


def test_amounts_of_0_are_missing_and_counted_by_row(tmp_path: Path) -> None:
    reading = read(tmp_path, ["1200", "0", "35000", "0.0", "900", "0 t"])
    assert told(reading, "zero_amount") == [(3, 5, 7)]
    assert reading.layer["mass_t"].isna().tolist() == [False, True, False, True, False, True]


def test_amounts_of_0_that_mean_none_are_0(tmp_path: Path) -> None:
    reading = read(tmp_path, ["1200", "0", "35000"], zero_is_known=["mass_t"])
    assert told(reading, "zero_amount") == []
    assert reading.layer["mass_t"].tolist() == [1200, 0, 35000]


def test_one_column_is_not_mapped_to_two_quantities(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"wastes\.csv.*\n.*'amount_t' is mapped to mass_t and area_m2"):
        read(tmp_path, ["1200", "500"], columns={"area_m2": "amount_t"}, units={"area_m2": "m2", "mass_t": "t"})


@pytest.mark.parametrize(
    ("name", "words"),
    [("parameter", ["Tonnage", "Grade"]), ("measure", ["mass (t)", "area (m2)"]), ("UNITS", ["t", "%"]), ("uom", ["t", "m3"]),
     ("what", ["volume", "surface"]), ("Grandeur", ["Tonnes", "Teneur"])],
)  # fmt: skip
def test_a_column_that_says_another_quantity_by_row_is_asked_about(tmp_path: Path, name: str, words: list[str]) -> None:
    with pytest.raises(SourceError, match=rf"wastes\.csv.*\n.*'amount' holds .*, as '{name}' says by row"):
        read(tmp_path, ["1200", "5.1", "800", "2.2"], (name, words * 2), heading="amount", units={"mass_t": "t"})


@pytest.mark.parametrize(
    "words", [["tailings area", "waste dump", "mill"] * 2, ["%", "g/t"] * 3, ["North", "Volume 2"] * 3]
)
def test_words_that_are_no_quantities_ask_nothing(tmp_path: Path, words: list[str]) -> None:
    read(tmp_path, ["1200", "900", "800", "1000", "720", "3300"], ("kind", words))


def test_amounts_of_two_sizes_with_none_between_are_told_by_row(tmp_path: Path) -> None:
    reading = read(tmp_path, ["2.5", "1300000", "800000", "4.1", "2500000", "950000", "3300000"])
    assert told(reading, "amounts_of_two_sizes") == [(2, 5)]


def test_tonnes_typed_among_thousands_of_tonnes_are_told_by_row(tmp_path: Path) -> None:
    """100, 137, 174 ... 507: the third, seventh and ninth typed in full."""
    kilotonnes = [100 + 37 * step for step in range(12)]
    typed = [f"{amount * 1000 if step in (2, 6, 8) else amount}" for step, amount in enumerate(kilotonnes)]
    assert told(read(tmp_path, typed), "amounts_of_two_sizes") == [(4, 8, 10)]
    assert told(read(tmp_path, [str(amount) for amount in kilotonnes]), "amounts_of_two_sizes") == []
    larger = [str(amount * (40 if step in (2, 6, 8) else 1)) for step, amount in enumerate(kilotonnes)]
    assert told(read(tmp_path, larger), "amounts_of_two_sizes") == []


def test_amounts_that_spread_as_those_of_wastes_do_are_not(tmp_path: Path) -> None:
    amounts = 10 ** np.random.default_rng(3).normal(4, 1.6, 60)
    assert told(read(tmp_path, [f"{amount:.4g}" for amount in amounts]), "amounts_of_two_sizes") == []


def test_a_point_before_three_digits_is_unsure_where_units_stand_behind_decimal_commas(tmp_path: Path) -> None:
    reading = read(tmp_path, ["12.000 t", "2,5 Mt", "350 t"])
    assert reading.layer["mass_t"].isna().tolist() == [True, False, False]
    assert told(reading, "unread_quantity") == [(2,)]


@pytest.mark.parametrize(
    ("amounts", "rows"),
    [
        ({"mass_t": 1.6e5, "volume_m3": 1e5, "area_m2": 4e4}, []),
        ({"mass_t": 1.6e5, "volume_m3": 1e7, "area_m2": 4e5}, ["mass_t volume_m3"]),
        ({"mass_t": 1.6e5, "area_m2": 1.0}, ["mass_t area_m2"]),
        ({"volume_m3": 1e3, "area_m2": 4e6}, ["volume_m3 area_m2"]),
        ({"mass_t": 2e9, "area_m2": 9e6}, []),
    ],
)
def test_amounts_that_cannot_be_of_one_waste_are_told(
    tmp_path: Path, amounts: dict[str, float], rows: list[str]
) -> None:
    lines = ["id,latitude,longitude," + ",".join(amounts)]
    lines += [f"A{at},{49 + at / 50},{-118 - at / 50}," + ",".join(str(one) for one in amounts.values()) for at in (0,)]
    (tmp_path / "w.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "id", **{name: name for name in ("latitude", "longitude", *amounts)}}
    reading = read_inventory(Source(id="s", role="inventory", path="w.csv", crs="EPSG:4326", columns=columns), tmp_path)
    assert [" ".join(note.columns) for note in reading.notes if note.code == "amounts_contradict"] == rows
