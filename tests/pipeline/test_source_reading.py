"""A worker reads a source as this process does, or not at all: the same rows, notes and refusals, and nothing that is private."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest

import pipeline.inputs
from layers.errors import SourceError
from pipeline.executor import Executor
from pipeline.folder.store import RunStore
from pipeline.inputs import Readings, read_sources
from tests.faults.small_region import small_config, write_small_region

PUBLIC = ["mines", "other_mines", "till", "wastes", "areas", "communities", "roads", "lakes", "links"]


class Worker:
    """Stands for a cluster; what `seen` does happens before a worker looks at its files."""

    cluster_workers = 3

    def __init__(self, seen: Any = None) -> None:
        self.seen = seen
        self.asked: list[str] = []

    def on_workers(self, work: Any, shared: Any, parts: Sequence[Any], name: str, remedy: str) -> list[Any]:
        """Do the work here."""
        self.asked.append(name)
        return [work(shared, self.seen(part) if self.seen else part) for part in parts]


@pytest.fixture
def region(tmp_path: Path) -> tuple[dict[str, Any], Path]:
    raw = write_small_region(tmp_path / "data")
    rows = pd.read_csv(tmp_path / "data" / "till.csv")
    rows["latitude"] = rows["latitude"].astype(object)
    rows.loc[3, "latitude"] = "north of the lake"  # a row to be rejected and told
    rows.to_csv(tmp_path / "data" / "till.csv", index=False)
    return raw, tmp_path / "data"


def read(raw: dict[str, Any], data: Path, out: Path, executor: Any = None) -> tuple[Readings, RunStore]:
    store = RunStore(out)
    return read_sources(small_config(raw), data, store, cast("Executor | None", executor)), store


def require_same(one: Readings, other: Readings) -> None:
    for name in one.by_id:
        first, second = one.by_id[name], other.by_id[name]
        pd.testing.assert_frame_equal(pd.DataFrame(first.layer), pd.DataFrame(second.layer))
        pd.testing.assert_frame_equal(first.rejected, second.rejected)
        for count in ("rows_read", "rows_withheld", "rows_merged"):
            assert getattr(first, count) == getattr(second, count)
        told = [
            [(note.code, note.message, list(note.columns), list(note.rows)) for note in of.notes]
            for of in (first, second)
        ]
        assert told[0] == told[1]
        assert [vars(fate) for fate in first.fates] == [vars(fate) for fate in second.fates]


def kept(out: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in (out / "stages").glob("read_*")
        if path.suffix in (".parquet", ".json", ".mark")
    }


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Ids of the sources that this process read itself."""
    names: list[str] = []
    reader = pipeline.inputs.read_source

    def noted(source: Any, data_dir: Path) -> Any:
        names.append(source.id)
        return reader(source, data_dir)

    monkeypatch.setattr(pipeline.inputs, "read_source", noted)
    return names


def test_workers_read_and_keep_what_this_process_would(
    region: tuple[dict[str, Any], Path], tmp_path: Path, read_here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, data = region
    alone, _ = read(raw, data, tmp_path / "alone")
    assert sorted(read_here) == sorted([*PUBLIC, "private"])
    assert len(alone.by_id["till"].rejected) == 1
    read_here.clear()
    monkeypatch.chdir(tmp_path)
    worker = Worker()
    spread, store = read(raw, Path("data"), tmp_path / "spread", worker)
    assert read_here == ["private"]
    assert sorted(worker.asked) == sorted(f"read_{name}" for name in PUBLIC)
    require_same(alone, spread)
    assert kept(tmp_path / "spread") == kept(tmp_path / "alone")
    assert store.reused == []
    assert [path for path in (tmp_path / "spread" / "stages").iterdir() if path.name.startswith(".")] == []
    again, store = read(raw, data, tmp_path / "spread", Worker())
    assert len(store.reused) == len(PUBLIC)
    require_same(alone, again)


@pytest.mark.cluster
def test_a_real_cluster_reads_the_same(
    region: tuple[dict[str, Any], Path], tmp_path: Path, dask_cluster: str, read_here: list[str]
) -> None:
    raw, data = region
    alone, _ = read(raw, data, tmp_path / "alone")
    read_here.clear()
    with Executor(scheduler=dask_cluster) as executor:
        spread, _ = read(raw, data, tmp_path / "spread", executor)
        assert read_here == ["private"]
        require_same(alone, spread)
        assert kept(tmp_path / "spread") == kept(tmp_path / "alone")
        (data / "lakes.gpkg").write_bytes(b"no GeoPackage")
        with pytest.raises(SourceError) as here:
            read(raw, data, tmp_path / "alone")
        with pytest.raises(SourceError) as there:
            read(raw, data, tmp_path / "spread", executor)
    assert str(there.value) == str(here.value)


def test_the_first_refusal_in_the_order_of_the_run_file_is_told(
    region: tuple[dict[str, Any], Path], tmp_path: Path
) -> None:
    raw, data = region
    for name in ("lakes.gpkg", "till.csv", "areas.geojson"):
        (data / name).write_bytes(b"\x00nothing to be read")
    told = []
    for executor in (None, Worker()):
        with pytest.raises(SourceError) as refusal:
            read(raw, data, tmp_path / "run", executor)
        told.append(str(refusal.value))
    assert told[0] == told[1]
    assert told[0].startswith("till (till.csv)")


def other_bytes(part: Any) -> Any:
    """A worker whose disk holds another edition of the file under the same path."""
    source, data, digests, files = part
    return source, data, [[name, digest[::-1]] for name, digest in digests], files


def no_source(part: Any) -> Any:
    source, _, digests, files = part
    return source, Path("/not/seen/from/here"), digests, files


def no_run_folder(part: Any) -> Any:
    source, data, digests, _ = part
    return source, data, digests, [Path("/not/seen/from/here/a"), Path("/not/seen/from/here/b")]


@pytest.mark.parametrize("seen", [other_bytes, no_source, no_run_folder])
def test_a_worker_with_other_files_reads_nothing(
    region: tuple[dict[str, Any], Path], tmp_path: Path, read_here: list[str], seen: Any
) -> None:
    raw, data = region
    alone, _ = read(raw, data, tmp_path / "alone")
    read_here.clear()
    spread, _ = read(raw, data, tmp_path / "spread", Worker(seen))
    assert sorted(read_here) == sorted([*PUBLIC, "private"])
    require_same(alone, spread)
    assert kept(tmp_path / "spread") == kept(tmp_path / "alone")


def test_what_may_not_be_kept_is_not_sent(region: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    """Private sources, those published in generalised form, and with a steward's request all it may shorten."""
    raw, data = copy.deepcopy(region[0]), region[1]
    source = next(one for one in raw["sources"] if one["id"] == "communities")
    source["publish"] = "generalised"
    raw["sources"].append({"id": "requests", "role": "exclusions", "path": "requests.csv", "columns": {"key": "key"}})
    worker = Worker()
    spread, _ = read(raw, data, tmp_path / "spread", worker)
    assert sorted(worker.asked) == ["read_areas", "read_lakes", "read_roads"]
    require_same(read(raw, data, tmp_path / "alone")[0], spread)
