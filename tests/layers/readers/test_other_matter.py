"""Rows of other matter, results of weak leaches, repeats by their ids, and totals of rare earths in their own unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.elements import treo_per_tree
from layers.errors import SourceError
from layers.readers.geochemistry import read_geochemistry
from layers.readers.suspicious import suspicious_values


def read(folder: Path, columns: dict[str, list[Any]], medium: str = "till", **more: Any) -> Reading:
    count = len(next(iter(columns.values())))
    columns = {
        "sample": [f"S{row:02d}" for row in range(1, count + 1)],
        "lat": [f"{49.1 + row / 20:.4f}" for row in range(count)],
        "lon": [f"{-118.2 - row / 20:.4f}" for row in range(count)],
    } | columns
    lines = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapped = {"sample_id": "sample", "latitude": "lat", "longitude": "lon"} | more.pop("mapped", {})
    return read_geochemistry(
        Source(id="s", role="geochemistry", path="a.csv", crs="EPSG:4326", columns=mapped, defaults={"medium": medium},
               licence="CC0-1.0", **more),
        folder,
    )  # fmt: skip


def rows_told(reading: Reading, code: str) -> list[tuple[int, ...]]:
    return [note.rows for note in reading.notes if note.code == code]


@pytest.mark.parametrize(
    ("heading", "usual", "other", "medium"),
    [
        ("Sample type", "tailings", "REE concentrate", "waste"),
        ("Sample type", "tailings grab", "mill feed", "waste"),
        ("Product", "Tailings", "Concentrate", "waste"),
        ("Stream", "Tails", "Feed", "waste"),
        ("Produit", "rejets", "concentré", "waste"),
        ("X1", "relaves", "ore", "waste"),
        ("Type echantillon", "rejets", "minerai", "waste"),
        ("Fraction", "-63um", "HMC", "till"),
        ("Fraction", "bulk", "heavy mineral concentrate", "till"),
        ("Matrix", "till", "water", "till"),
        ("Medium", "sediment", "agua", "stream_sediment"),
    ],
)
def test_rows_of_other_matter_are_named(tmp_path: Path, heading: str, usual: str, other: str, medium: str) -> None:
    reading = read(tmp_path, {heading: [usual, other, usual, other], "La_ppm": [30, 300, 31, 310]}, medium)
    assert rows_told(reading, "other_matter") == [(3, 5)]


def test_columns_of_other_things_hold_no_matter_by_chance(tmp_path: Path) -> None:
    for cells in (["Head", "Foot", "Head"], ["Ore Creek", "Tailings", "Ore Creek"], ["Ore", "Ore", "Ore"]):
        assert not rows_told(read(tmp_path, {"Where": cells, "La_ppm": [30, 31, 32]}, "waste"), "other_matter")


def test_ordinary_kinds_of_samples_and_mapped_columns_are_not_told(tmp_path: Path) -> None:
    kinds = ["grab", "core", "tailings", "till", "ore zone drilling"]
    assert not rows_told(read(tmp_path, {"Sample type": kinds, "La_ppm": range(30, 35)}), "other_matter")
    media = {"Medium": ["till", "water"], "La_ppm": [30, 3]}
    assert not rows_told(read(tmp_path, media, mapped={"medium": "Medium"}), "other_matter")


@pytest.mark.parametrize("word", ["MMI", "Enzyme Leach", "Water leach", "Na-PP", "Calculated", "estimated", "TCLP"])
def test_rows_of_a_weak_leach_are_named(tmp_path: Path, word: str) -> None:
    reading = read(tmp_path, {"Method": ["Aqua regia ICP-MS", word, "Fusion ICP-MS"], "La_ppm": [30, 3, 31]})
    assert rows_told(reading, "part_only") == [(3,)]


@pytest.mark.parametrize("heading", ["La_MMI_ppb", "La_EL_ppb", "La_MMI_ppm"])
def test_columns_of_a_weak_leach_are_named_or_no_results(tmp_path: Path, heading: str) -> None:
    reading = read(tmp_path, {heading: [300, 310], "Ce_ppm": [60, 61]})
    told = {column for note in reading.notes if note.code == "part_only" for column in note.columns}
    assert heading in told | {fate.column for fate in reading.fates if fate.fate == "asked"}


@pytest.mark.parametrize(
    "own", ["S03-R", "S03 Dup", "Prep dup S03", "S03 (repeat)", "S03_D", "dup-S03", "Field duplicate S03"]
)
def test_a_repeat_of_another_row_is_no_sample(tmp_path: Path, own: str) -> None:
    names = [f"S{row:02d}" for row in range(1, 9)]
    results = {"sample": [*names, own], "La_ppm": [*range(30, 38), 34]}
    assert read(tmp_path, results).rejected["reason_code"].tolist() == ["control_duplicate"]


def test_letters_that_name_series_are_samples(tmp_path: Path) -> None:
    names = ["A-R", "B-R", "C-D", "S01-R", "TD-4"]
    assert len(read(tmp_path, {"sample": names, "La_ppm": range(30, 35)}).layer) == 5


@pytest.mark.parametrize(
    ("heading", "cell", "ppm"),
    [("TREE_ppm", "500", 500.0), ("TREE_%", "0.05", 500.0), ("TREO_ppm", "500", 500.0 / treo_per_tree()[1]),
     ("TREO (wt%)", "0.05", 500.0 / treo_per_tree()[1]), ("REO, g/t", "500", 500.0 / treo_per_tree()[1])],
)  # fmt: skip
def test_a_total_is_read_in_its_unit_and_form(tmp_path: Path, heading: str, cell: str, ppm: float) -> None:
    cells = {f'"{heading}"' if "," in heading else heading: [cell] * 3}
    reading = read(tmp_path, cells, "waste", mapped={"tree_ppm": heading})
    assert np.allclose(reading.layer["tree_ppm"], ppm)


@pytest.mark.parametrize(
    "heading", ["TREE+Y", "TREO minus Ce ppm", "LREE_ppm", "HREO ppm", "Total light rare earths ppm", "Sum REE"]
)
def test_a_total_without_a_unit_or_of_a_part_stops(tmp_path: Path, heading: str) -> None:
    with pytest.raises(SourceError, match=r"unit|some of the rare earths"):
        read(tmp_path, {heading: [500, 600]}, "waste", mapped={"tree_ppm": heading})


def test_a_stated_unit_is_taken_for_a_total(tmp_path: Path) -> None:
    more = {"mapped": {"tree_ppm": "Sum REE"}, "options": {"units": {"Sum REE": "pct"}}}
    assert np.allclose(read(tmp_path, {"Sum REE": [0.05, 0.06]}, "waste", **more).layer["tree_ppm"], [500, 600])


@pytest.mark.parametrize("factor", [1e-4, 1e3, 1e-3])
def test_a_row_in_another_unit_is_named(tmp_path: Path, factor: float) -> None:
    spread = [1.0, 1.3, 0.8, 1.1, 0.7, 1.6, 0.9, 1.2, 1.05, 0.95]
    rows = [one * factor if row == 4 else one for row, one in enumerate(spread)]
    reading = read(
        tmp_path, {f"{name}_ppm": [ppm * one for one in rows] for name, ppm in (("La", 30), ("Ce", 60), ("Nd", 26))}
    )
    notes = suspicious_values("s", reading.layer)
    assert [note.rows for note in notes if note.code == "row_of_another_unit"] == [(6,)]


def _lanthanides(rows: list[float]) -> dict[str, list[float]]:
    return {f"{name}_ppm": [ppm * one for one in rows] for name, ppm in (("La", 30), ("Ce", 60), ("Nd", 26), ("Y", 20))}


@pytest.mark.parametrize("count", [4, 6, 8])
def test_a_part_of_a_table_in_another_unit_is_named(tmp_path: Path, count: int) -> None:
    spread = [1.0, 1.3, 0.8, 1.1, 0.7, 1.6, 0.9, 1.2, 1.05, 0.95, 1.4, 0.85, 1.15, 0.75, 1.5, 1.25]
    rows = [one * 1e-4 if row >= 16 - count else one for row, one in enumerate(spread)]
    notes = suspicious_values("s", read(tmp_path, _lanthanides(rows)).layer)
    assert [note.rows for note in notes if note.code == "row_of_another_unit"] == [tuple(range(18 - count, 18))]


def test_results_of_water_are_not_compared_with_those_of_rock(tmp_path: Path) -> None:
    layer = read(tmp_path, _lanthanides([1.0, 1.3, 0.8, 1.1, 0.7, 1.6, 0.9, 1.2, 1.05, 0.95, 0.001, 0.0012])).layer
    layer["medium"] = ["rock"] * 10 + ["water"] * 2
    assert not [note for note in suspicious_values("s", layer) if note.code == "row_of_another_unit"]


def test_a_rich_row_and_a_spread_suite_are_not_told(tmp_path: Path) -> None:
    rows = [1.0, 1.3, 0.8, 1.1, 60.0, 1.6, 0.9, 1.2, 1.05, 0.95]
    reading = read(
        tmp_path, {f"{name}_ppm": [ppm * one for one in rows] for name, ppm in (("La", 30), ("Ce", 60), ("Nd", 26))}
    )
    assert not [note for note in suspicious_values("s", reading.layer) if note.code == "row_of_another_unit"]


@pytest.mark.parametrize(
    ("results", "code"),
    [([2.5] * 5 + [30, 31], "lowest_value_repeated"), ([10000] * 3 + [9000, 31], "highest_value_round")],
)
def test_half_a_limit_and_a_cap_are_told_in_a_few_rows(tmp_path: Path, results: list[float], code: str) -> None:
    reading = read(tmp_path, {"La_ppm": results, "Ce_ppm": range(60, 60 + len(results))})
    assert [note.columns for note in reading.notes if note.code == code] == [("La_ppm",)]


def test_one_value_far_above_its_element_is_a_slip_and_a_sample_far_above_in_several_is_rich(tmp_path: Path) -> None:
    spread = [1 + (7 * row % 30) / 30 for row in range(30)]
    rich = [60.0 if row == 4 else one for row, one in enumerate(spread)]
    slipped = _lanthanides(spread) | {"Nd_ppm": [26 * one for one in rich]}
    for columns, codes in ((slipped, ["decimal_shift"]), (_lanthanides(rich), [])):
        notes = suspicious_values("s", read(tmp_path, columns).layer)
        assert [note.code for note in notes if note.code == "decimal_shift"] == codes


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"TREO ppm": [400, 410], "Y ppm": [30, 31]}, ("TREO ppm",)),
        ({"LREE ppm": [400, 410], "Y ppm": [30, 31]}, None),
        ({"TREO ppm": [400, 410], **{f"{name}_ppm": [30, 31] for name in ("La", "Ce", "Nd", "Sm", "Y")}}, None),
    ],
)
def test_a_total_that_is_not_mapped_beside_hardly_any_rare_earth_is_told(
    tmp_path: Path, columns: dict[str, list[float]], named: tuple[str, ...] | None
) -> None:
    told = [note.columns for note in read(tmp_path, columns).notes if note.code == "total_not_mapped"]
    assert told == ([] if named is None else [named])


def test_rows_where_element_and_oxide_differ_are_named(tmp_path: Path) -> None:
    reading = read(tmp_path, {"La ppm": [10, 20, 300], "La2O3 ppm": [11.73, 23.46, 35.18]})
    [note] = [note for note in reading.notes if note.code == "element_and_oxide_differ"]
    assert note.rows == (4,)
    assert "row 4" in note.message
