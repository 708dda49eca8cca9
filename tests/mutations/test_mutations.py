"""The short bench: one mutation in sixteen, clean tables, rasters and run files; `make mutations` runs all of them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.mutations import bench
from tests.mutations.clean import CLEAN, INVENTED
from tests.mutations.mutation import CATALOGUE
from tests.mutations.outcome import Outcome, compare, judge
from tests.mutations.territories import territory_cases

STEP = 16
"""The short bench takes every sixteenth mutation, and stays under a minute."""


@pytest.mark.parametrize(("name", "way"), [(name, way) for name in INVENTED for way in bench.ways_of(name)])
def test_a_clean_table_gives_its_known_answer_without_a_note(name: str, way: str) -> None:
    assert judge(CLEAN[name](1), way) == Outcome("same")


def test_the_catalogue_is_large_and_of_many_kinds() -> None:
    kinds = Counter(one.kind for one in CATALOGUE)
    assert len(CATALOGUE) >= 120
    assert len(kinds) >= 12
    assert min(kinds.values()) >= 4


def test_nothing_is_silently_wrong_and_nothing_escapes() -> None:
    trials = list(bench.singles(seed=5, clean=("sites", "sites_utm", "laboratory"), ways=("hand",)))[::STEP]
    results = [bench.tried(one) for one in trials]
    faults = [one for one in results if one.outcome.is_fault]
    assert not faults, bench.table(results) + "\n" + "\n".join(f"{one.trial} {one.outcome}" for one in faults)


def test_run_files_are_read_as_they_stand_or_refused() -> None:
    faults = [one for one in bench.run_files() if one.outcome.is_fault]
    assert not faults, faults


def test_cells_of_rasters_are_what_they_mean_or_told_or_refused() -> None:
    results = bench.rasters()
    assert not [one for one in results if one.outcome.is_fault]
    assert Counter(one.outcome.word for one in results)["same"] > 0.4 * len(results)


def test_files_are_joined_however_their_ids_are_typed() -> None:
    results = bench.joins()
    assert not [one for one in results if one.outcome.word != "same"]


def test_areas_of_territories_lie_where_they_are_drawn_or_are_told_or_refused() -> None:
    cases = list(territory_cases().items())
    results = {name: case() for name, case in [*cases[:20], *cases[20::7]]}
    assert not {name: one for name, one in results.items() if one.is_fault}
    assert Counter(one.word for one in results.values())["same"] > len(results) / 3


def test_the_judge_sees_a_silent_difference_and_a_told_one(tmp_path: Path) -> None:
    from layers.accounting import Note
    from layers.catalogue.source import Source
    from layers.readers.inventory import read_inventory

    sheet = CLEAN["sites"](1)
    (tmp_path / "table.csv").write_bytes(sheet.files()["table.csv"])
    source = Source.model_validate(sheet.source("table.csv"))
    reading = read_inventory(source, tmp_path)
    assert compare(sheet, reading, source).word == "same"
    sheet.truth["A004"]["mass_t"] = 1.0
    assert compare(sheet, reading, source).word == "silent"
    for note, word in (
        (Note("table", "code", "Text.", columns=("tonnes",)), "told"),
        (Note("table", "code", "Text.", rows=(5,)), "told"),
        (Note("table", "code", "Text.", columns=("area_m2",), rows=(6,)), "silent"),
    ):
        changed = type(reading)(**{**vars(reading), "notes": (note,)})
        assert compare(sheet, changed, source).word == word
