"""What a run may take is told before it begins: by files, by what they held, and against what is left."""

from __future__ import annotations

import gzip
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.catalogue.source import Source
from layers.errors import StageError
from layers.rasters.raster import Raster
from pipeline import memory_needs
from pipeline.config import DaskConfig
from pipeline.memory_needs import (
    HELD,
    MIB,
    NEEDS,
    OTHERS,
    PER_BYTE,
    READING_MIB,
    SHAPES,
    TEXT,
    Amounts,
    Need,
    bytes_at_once,
    memory_of,
    plan_reading,
)  # fmt: skip

DOCS = Path(__file__).parents[2] / "docs" / "howto" / "cluster.md"
ROW = "S1,gold,50.1,-90.2\n"


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the machine have so much memory left."""
    return lambda size: monkeypatch.setattr(memory_needs, "available_bytes", lambda: size)


def sources(folder: Path, *rows: int) -> list[Source]:
    for number, count in enumerate(rows):
        (folder / f"t{number}.csv").write_text(ROW * count)
    return [Source(id=f"t{number}", role="inventory", path=f"t{number}.csv") for number in range(len(rows))]


def test_a_packed_file_counts_as_what_it_unpacks_to(tmp_path: Path) -> None:
    content = (ROW * 1000).encode()
    (tmp_path / "plain.csv").write_bytes(content)
    (tmp_path / "one.csv.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(tmp_path / "two.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a/one.csv", content)
    whole = memory_of(tmp_path / "plain.csv")
    assert whole == TEXT * len(content)
    assert memory_of(tmp_path / "one.csv.gz") == memory_of(tmp_path / "two.zip") == whole


def test_parts_of_one_source_count_and_what_is_not_there_or_damaged_does_not(tmp_path: Path) -> None:
    for name in ("roads.shp", "roads.dbf", "roads.prj"):
        (tmp_path / name).write_bytes(b"x" * 1000)
    (tmp_path / "roads.gdb").mkdir()
    for name in ("a.gdbtable", "b.gdbtable"):
        (tmp_path / "roads.gdb" / name).write_bytes(b"x" * 1000)
    assert memory_of(tmp_path / "roads.shp") == memory_of(tmp_path / "roads.gdb") == SHAPES * 2000
    (tmp_path / "damaged.zip").write_bytes(b"PK")
    (tmp_path / "cut.csv.gz").write_bytes(b"x")
    assert [memory_of(tmp_path / name) for name in ("lost.csv", "damaged.zip", "cut.csv.gz")] == [0, 0, 0]


@pytest.mark.parametrize("step", [*NEEDS.values(), OTHERS])
def test_no_bound_falls_when_there_is_more(step: Need) -> None:
    few = Amounts(10, 10, 10, 10)
    for name in Amounts._fields:
        assert step.total_bytes(few._replace(**{name: 10_000_000})) >= step.total_bytes(few)


def test_sources_are_read_one_after_the_other_where_memory_is_tight(tmp_path: Path, left: Any) -> None:
    given, dask = sources(tmp_path, 300_000, 200_000), DaskConfig(workers=2)
    large, small = (memory_of(tmp_path / f"t{number}.csv") for number in (0, 1))
    both, one = READING_MIB * MIB + large + small, READING_MIB * MIB + large + HELD * small
    left(both + 1)
    assert plan_reading(given, tmp_path, dask)[1:] == (None, 2)
    assert plan_reading(given, tmp_path, DaskConfig(mode="serial"))[1:] == (None, 1)
    for size in (both - 2, one * 0.5):
        left(size)
        needed, words, at_once = plan_reading(given, tmp_path, dask)
        assert (needed, at_once) == (pytest.approx(one, abs=2), 1)
        assert words is not None
        assert (
            f"{one / 1e9:.2f} GB of memory, {large / 1e9:.2f} GB of it for t0, and {size / 1e9:.2f} GB are left"
            in words
        )
    left(one * 0.3)
    with pytest.raises(
        StageError, match=r"reading the sources may take .* GB are left\. Close other programs.*dask\.memory_gb"
    ):
        plan_reading(given, tmp_path, dask)


def test_the_word_of_the_run_file_counts_in_both_ways_and_no_word_of_the_machine_stops_nothing(
    tmp_path: Path, left: Any
) -> None:
    given = sources(tmp_path, 1000)
    left(1000)
    assert plan_reading(given, tmp_path, DaskConfig(memory_gb=4.0)).words is None
    left(10**12)
    with pytest.raises(StageError, match=r"and 0\.01 GB are left"):
        plan_reading(given, tmp_path, DaskConfig(memory_gb=0.01))
    left(None)
    assert plan_reading(given, tmp_path, DaskConfig()).words is None


def test_rasters_count_as_what_is_held_of_them_at_once() -> None:
    def raster(side: int, block: tuple[int, int]) -> Raster:
        return Raster("a", "a.tif", 1, "EPSG:4326", (1.0, 0, 0, 0, -1.0, 0), side, side, "float32", block=block)

    small = raster(1000, (100, 1000))
    assert bytes_at_once([]) == 0
    assert bytes_at_once([small, small]) == 2 * 4_000_000 + 40 * 100 * 1000
    assert bytes_at_once([raster(100_000, (512, 512))]) == 512 * MIB + 40 * 512 * 100_000


def in_words(need: Need) -> str:
    parts = [f"{need.fixed_mib:g} MiB"]
    parts += [f"{need.site_kib:g} KiB a record"] if need.site_kib else []
    parts += [f"{need.sample_kib:g} KiB a sample"] if need.sample_kib else []
    parts += [f"{need.corner_bytes:g} bytes a corner"] if need.corner_bytes else []
    parts += ["the rasters"] if need.raster_share == 1 else []
    return ", ".join(parts)


def test_the_documentation_states_the_laws_that_hold() -> None:
    text = DOCS.read_text(encoding="utf-8")
    stated = dict(re.findall(r"^\| `?([a-z ]+)`? \| (.*) \|$", text, flags=re.MULTILINE))
    for name, need in {**NEEDS, "every other step": OTHERS}.items():
        assert stated[name] == in_words(need)
    reading = [float(number) for number in re.findall(r"\b[\d.]+\b", stated["reading the sources"])]
    assert reading == [READING_MIB, *dict.fromkeys(PER_BYTE.values()), SHAPES, 100 * HELD]


def test_a_step_that_the_bounds_name_is_a_step_of_a_run() -> None:
    run = (Path(memory_needs.__file__).parent / "run.py").read_text(encoding="utf-8")
    for name in NEEDS:
        assert f'"{name}"' in run or re.search(rf"\b{name.replace(' ', '_')},\s*schema\.", run), name


def test_peaks_over_the_bound_are_named() -> None:
    from tests.benchmarks.memory import table

    rows = [("link records", 100.0, 130.0), ("train model", 100.0, 131.0), ("merge sites", 100.0, 151.0)]
    words, over = table(rows, {"train model": 30.0}, 50.0)
    assert over == ["train model", "merge sites"]
    assert "| link records | 100 | 30 | 50 |" in words
    assert np.size(words.splitlines()) == 5
