"""Slices of sites, threads, processes and clusters: the same table everywhere, and one clear message where a worker dies."""

from __future__ import annotations

import os
import pickle
import re
import signal
import threading
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from click.testing import CliRunner
from pydantic import BaseModel
from threadpoolctl import threadpool_limits

from layers import schema
from layers.catalogue.source import Source
from layers.errors import SourceError, StageError
from layers.files.tables import read_table
from layers.rasters.reader import describe_raster
from pipeline.commands.cli import main
from pipeline.executor import Executor, Shared
from pipeline.folder.store import RunStore
from pipeline.folder.writing import read_parquet, write_parquet
from pipeline.stages.per_site.overlay_territories import OverlayTerritoriesParams, overlay_territories
from pipeline.stages.per_site.sample_rasters import SampleRastersParams, sample_rasters
from tests.pipeline.stages.conftest import planted_frames
from tests.pipeline.stages.site_tables import areas_of, points, sites_at
from tests.pipeline.stages.test_train_model import QUICK, learn

CANADA = pyproj.CRS.from_epsg(3979)
ROOT = Path(__file__).parents[2]


class Threads(BaseModel):
    threads: int = 8


def asked_threads(sites: Any, params: Threads) -> pd.DataFrame:
    return pd.DataFrame({"site_id": sites["site_id"].to_numpy(), "threads": params.threads})


def odd_values(sites: Any, params: None) -> pd.DataFrame:
    """Return what Dask's own tables would turn into text: lists, truth values with gaps, None, whole numbers."""
    number = [int(one[1:]) for one in sites["site_id"]]
    return pd.DataFrame(
        {
            "site_id": sites["site_id"].to_numpy(),
            "list": [["B", "C"][: one % 3] for one in number],
            "truth": pd.Series([[True, None, False][one % 3] for one in number], dtype=object),
            "set": [frozenset({one}) for one in number],
            "whole": np.array(number, dtype=np.int32),
            "text": pd.array([None if one % 2 else "x" for one in number], dtype="str"),
        }
    )


def killed(sites: Any, params: None) -> pd.DataFrame:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def out_of_memory(sites: Any, params: None) -> pd.DataFrame:
    raise MemoryError


def some_sites(count: int = 40) -> Any:
    return sites_at(points(np.random.default_rng(1).uniform([-120, 50], [-110, 56], (count, 2)))).to_crs(CANADA)


def some_grid(folder: Path) -> Any:
    with rasterio.open(
        folder / "g.tif", "w", driver="GTiff", width=100, height=60, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(0.1, 0, -120, 0, -0.1, 56),
    ) as dataset:  # fmt: skip
        dataset.write(np.arange(6000, dtype="float32").reshape(1, 60, 100))
    return describe_raster(Source(id="g", role="raster", path="g.tif"), folder)


# --- open files in tasks


def test_a_raster_goes_to_another_process_as_its_path(tmp_path: Path) -> None:
    raster = some_grid(tmp_path)
    assert pickle.loads(pickle.dumps(raster)) == raster
    assert raster.path == str(tmp_path / "g.tif")
    with rasterio.open(raster.path) as dataset, pytest.raises(TypeError):
        pickle.dumps(dataset)


@pytest.mark.parametrize("mode", ["serial", "threads"], ids=lambda one: f"F66 {one}")
def test_every_way_of_computing_reads_the_same_cells(tmp_path: Path, mode: Any) -> None:
    sites, raster = some_sites(), some_grid(tmp_path)
    expected = sample_rasters(sites, (raster,), SampleRastersParams())
    with Executor(mode, workers=2, partitions=3) as executor:
        table = executor.map_sites(sample_rasters, sites, [Shared((raster,))], SampleRastersParams())
    pd.testing.assert_frame_equal(table, expected, check_exact=True)


# --- types


@pytest.mark.parametrize(
    ("mode", "partitions"),
    [("serial", 1), ("threads", 2), ("threads", 8)],
    ids=lambda one: f"F67 {one}",
)
def test_lists_and_truth_values_keep_value_and_type(mode: Any, partitions: int) -> None:
    sites = some_sites(12)
    with Executor(mode, workers=2, partitions=partitions) as executor:
        table = executor.map_sites(odd_values, sites, [], None)
    expected = odd_values(sites, None)
    pd.testing.assert_frame_equal(table, expected)
    for name in expected.columns:
        assert [type(one) for one in table[name]] == [type(one) for one in expected[name]], name
    assert False in table["truth"].tolist()
    assert "False" not in table["truth"].tolist()


def test_lists_and_truth_values_of_the_shared_builder_keep_their_types() -> None:
    frame = gpd.GeoDataFrame(
        {"site_id": list("dbca"),
         "territories": [["A"], ["B", "C"], [], ["D"]], "active": np.array([True, None, False, True], dtype=object)},
        geometry=points([(i, i) for i in range(4)]), crs=3979,
    )  # fmt: skip
    with Executor("threads", workers=2, partitions=2) as executor:
        table = executor.map_sites(lambda sites, params: pd.DataFrame(sites.drop(columns="geometry")), frame, [], None)
    assert table["territories"].tolist() == [["A"], ["B", "C"], [], ["D"]]
    assert table["active"].tolist() == [True, None, False, True]
    assert table["site_id"].tolist() == list("dbca")


# --- sites that lie in nothing, and order


@pytest.mark.parametrize("partitions", [1, 2, 8], ids=lambda one: f"F69 {one} slices")
def test_every_site_comes_out_in_the_order_it_went_in(partitions: int) -> None:
    sites = sites_at(
        points([(1, 1), (9, 9), (2, 2), (1, 2), (8, 9), (2, 1), (5, 5), (4, 4)]), CANADA, ids=list("bacfdehg")
    )
    with Executor("threads", workers=2, partitions=partitions) as executor:
        assert executor.map_sites(asked_threads, sites, [], Threads())["site_id"].tolist() == list("bacfdehg")
        area = areas_of([shapely.box(0, 0, 3, 3)], CANADA)
        table = executor.map_sites(overlay_territories, sites, [Shared(area, 1)], OverlayTerritoriesParams(near_km=0))
    assert table["site_id"].tolist() == list("bcfe")


# --- partitions and reprojection


@pytest.mark.parametrize("reach_km", [None, 0.0, 50.0], ids=lambda one: f"F70 reach {one}")
def test_reprojected_layers_and_their_neighbouring_parts_give_the_same_rows(reach_km: float | None) -> None:
    rng = np.random.default_rng(3)
    sites = sites_at(points(rng.uniform([-120, 50], [-110, 56], (60, 2))))
    area = areas_of([shapely.box(x, y, x + 1, y + 1) for x, y in rng.uniform([-121, 49], [-110, 56], (30, 2))])
    params = OverlayTerritoriesParams(near_km=0)
    expected = overlay_territories(sites.to_crs(CANADA), area.to_crs(CANADA), params)
    with Executor("threads", workers=2, partitions=8) as executor:
        table = executor.map_sites(
            overlay_territories, sites.to_crs(CANADA), [Shared(area.to_crs(CANADA), reach_km)], params
        )
    pd.testing.assert_frame_equal(table, expected)
    assert len(table) > 20


def test_no_part_of_the_product_relies_on_partitions_that_reprojection_loses() -> None:
    for package in ("layers", "pipeline", "maps"):
        for path in (ROOT / package).rglob("*.py"):
            assert not re.search(
                r"^\s*(?:import|from) (?:dask_geopandas|dask\.dataframe)", path.read_text(), re.MULTILINE
            ), path.name


# --- workers killed


def test_processes_keep_types_and_a_killed_one_is_one_sentence_with_stage_and_setting() -> None:
    sites = some_sites(12)
    with Executor("processes", workers=2, partitions=2) as executor:
        table = executor.map_sites(odd_values, sites, [], None)
        with pytest.raises(StageError) as stop:
            executor.map_sites(killed, sites, [], None)
        assert executor._processes is None  # the next stage gets others
    expected = odd_values(sites, None)
    pd.testing.assert_frame_equal(table, expected)
    assert {name: [type(one) for one in table[name]] for name in expected} == {
        name: [type(one) for one in expected[name]] for name in expected
    }
    assert str(stop.value) == (
        "killed: a worker was stopped while computing one of 2 slices of sites, usually because the machine ran out of memory. "
        "Lower dask.workers (now 2), or raise dask.partitions (now 2) so that slices become smaller."
    )


def test_no_memory_in_a_thread_is_the_same_sentence() -> None:
    with (
        Executor("threads", workers=2, partitions=3) as executor,
        pytest.raises(StageError, match="out_of_memory: a worker was stopped"),
    ):
        executor.map_sites(out_of_memory, some_sites(6), [], None)


def test_a_worker_of_a_cluster_killed_again_and_again_names_its_memory_limit() -> None:
    from distributed import KilledWorker

    class Client:
        def compute(self, tasks: Any) -> Any:
            return tasks

        def gather(self, futures: Any) -> Any:
            raise KilledWorker("task", None, 4)

        def close(self) -> None: ...

    executor = Executor("serial", partitions=2)
    executor.mode, executor._client = "cluster", Client()
    with pytest.raises(
        StageError,
        match=r"odd_values: a worker was stopped several times.*--memory-limit of `dask worker`.*dask\.partitions",
    ):
        executor.map_sites(odd_values, some_sites(4), [], None)


def test_a_step_that_dies_leaves_nothing_that_looks_complete(tmp_path: Path) -> None:
    store = RunStore(tmp_path)

    def compute() -> pd.DataFrame:
        with Executor("threads", workers=2, partitions=2) as executor:
            return executor.map_sites(out_of_memory, some_sites(4), [], None)

    with pytest.raises(StageError):
        store.table("estimate_tonnage", [], schema.SiteTonnage, compute)
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["written.txt"]


def test_the_command_ends_with_code_one_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object, **__: object) -> None:
        raise StageError("measure_access: a worker was stopped. Lower dask.workers.")

    monkeypatch.setattr("pipeline.run.run", dies)
    (tmp_path / "run.yml").write_text("name: r\ntitle: R\nsources: [{id: s, role: inventory, path: t.csv}]\n")
    result = CliRunner().invoke(main, ["run", str(tmp_path / "run.yml"), "--out", str(tmp_path / "out"), "--quiet"])
    assert (result.exit_code, result.stderr) == (
        1,
        "minewaste: measure_access: a worker was stopped. Lower dask.workers.\n",
    )
    assert not (tmp_path / "out").exists()


def test_large_areas_of_the_shared_builder_give_the_full_result(built: Any) -> None:
    folder = built("F71_worker_memory.py")
    sites = gpd.read_parquet(folder / "F71_sites.parquet").iloc[:400]
    shapes = gpd.read_parquet(folder / "F71_territories.parquet")
    placed = sites_at(list(sites.geometry), sites.crs, ids=list(sites["site_id"]))
    area = areas_of(list(shapes.geometry), shapes.crs)
    with Executor("threads", workers=2, partitions=2) as executor:
        table = executor.map_sites(overlay_territories, placed, [Shared(area)], OverlayTerritoriesParams(near_km=0))
    x, y = sites.geometry.x.to_numpy(), sites.geometry.y.to_numpy()
    for number in (0, 9):
        inside = ((x - number * 1000) / 400_000) ** 2 + (y / 300_000) ** 2 < 1
        assert (table["territory"] == f"Area {number + 1}").sum() == inside.sum()


# --- parallel inside parallel


@pytest.mark.parametrize(
    ("mode", "workers", "partitions", "threads"),
    [
        ("threads", 2, 2, 1),
        ("threads", 4, 2, 2),
        ("threads", 4, 1, 4),
        ("serial", 2, 8, 2),
        ("threads", 1, 3, 1),
    ],
    ids=lambda one: f"F72 {one}",
)
def test_slices_times_threads_never_exceed_the_workers(mode: Any, workers: int, partitions: int, threads: int) -> None:
    with Executor(mode, workers=workers, partitions=partitions) as executor:
        assert set(executor.map_sites(asked_threads, some_sites(8), [], Threads())["threads"]) == {threads}


def test_training_uses_no_more_threads_than_asked_and_learns_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, int]] = []

    def limited(*, limits: dict[str, int]) -> Any:
        asked.append(limits)
        return threadpool_limits(limits=limits)

    monkeypatch.setattr("threadpoolctl.threadpool_limits", limited)
    frames = planted_frames(60, assayed=0.7)
    quick = QUICK.model_copy(update={"candidates": ("logistic",), "n_bags": 10, "n_permutations": 2, "n_folds": 3})
    before = threading.active_count()
    two, *_ = learn(frames, quick.model_copy(update={"workers": 2}))
    one, *_ = learn(frames, quick)
    assert asked == [{"blas": 1, "openmp": 2}, {"blas": 1, "openmp": 1}]  # sums of BLAS differ with its threads
    assert threading.active_count() == before
    assert one.validation == two.validation


def test_no_estimator_asks_for_all_cores() -> None:
    for path in [*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "layers").rglob("*.py")]:
        assert not re.search(r"n_jobs\s*=\s*(?!1\b)", path.read_text()), path.name


# --- geometry between stages


@pytest.mark.parametrize("crs", [3979, 4326, "ESRI:102001"], ids=lambda one: f"F74 {one}")
def test_geometry_and_crs_survive_the_store(tmp_path: Path, crs: Any) -> None:
    shapes = [shapely.Point(1, 2), shapely.box(0, 0, 1, 1), None, shapely.Polygon()]
    table = gpd.GeoDataFrame({"v": [1, 2, 3, 4]}, geometry=shapes, crs=crs)
    write_parquet(table, tmp_path / "t.parquet")
    back = read_parquet(tmp_path / "t.parquet")
    assert isinstance(back, gpd.GeoDataFrame)
    assert back.crs == table.crs
    assert back.geometry.geom_type.fillna("").tolist() == ["Point", "Polygon", "", "Polygon"]


@pytest.mark.parametrize("name", ["geometry", "wkb", "SHAPE"], ids=lambda one: f"F74 {one}")
def test_bytes_without_a_description_are_refused(tmp_path: Path, name: str) -> None:
    bare = pd.DataFrame({"site_id": ["a"], name: shapely.to_wkb(np.array([shapely.Point(0, 0)]))})
    bare.to_parquet(tmp_path / "t.parquet")
    source = Source(id="s", role="inventory", path="t.parquet")
    with pytest.raises(
        SourceError, match=rf"t\.parquet\): the column {name} holds bytes and the file has no GeoParquet"
    ):
        read_table(source, tmp_path)


def test_a_geoparquet_file_without_crs_is_refused_unless_stated(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"site_id": ["a"]}, geometry=[shapely.Point(-120, 55)]).to_parquet(tmp_path / "t.parquet")
    with pytest.raises(SourceError, match="states no coordinate system"):
        read_table(Source(id="s", role="inventory", path="t.parquet"), tmp_path)
    stated = read_table(Source(id="s", role="inventory", path="t.parquet", crs="EPSG:4326"), tmp_path)
    assert stated.geometry.x.tolist() == [-120]
