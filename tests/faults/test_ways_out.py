"""Ways out of a stranger's file: HDF5 that leads to other files, rasters of other formats, schedulers, nested brackets."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from layers.catalogue.source import Source
from layers.errors import ConfigError, SourceError
from layers.files.hdf5_links import require_no_links_out
from layers.files.json_text import parse_json
from layers.files.located import locate
from layers.gdal import FETCHING_DRIVERS, confine
from layers.rasters.reader import describe_raster
from pipeline.commands.check import check_sources
from pipeline.commands.compare import compare_runs
from pipeline.commands.configured import configured
from pipeline.commands.verify import verify_run
from pipeline.config import parse_config
from pipeline.folder.learned_file import MOST_BYTES, load_learned
from pipeline.folder.model_store import FORMAT, load_model
from pipeline.folder.run_folder import LOCK, RunFolder, held
from pipeline.progress import Progress
from pipeline.run import run
from tests.faults.hdf5_leading_out import LEADING_OUT
from tests.faults.small_region import SmallRun


def written(folder: Path, kind: str) -> Path:
    path = folder / "grid.nc"
    path.write_bytes(LEADING_OUT[kind])
    return path


@pytest.mark.parametrize("kind", LEADING_OUT)
def test_hdf5_that_leads_to_other_files_is_not_opened(tmp_path: Path, kind: str) -> None:
    written(tmp_path, kind)
    with pytest.raises(
        SourceError, match=r"grid \(grid\.nc\): the file (has a link|keeps cells|shows an array).*other file"
    ):
        describe_raster(Source(id="grid", role="raster", path="grid.nc", crs="EPSG:4326"), tmp_path)


def test_a_mosaic_of_hdf5_that_leads_to_other_files_is_not_opened(tmp_path: Path) -> None:
    written(tmp_path, "raw")
    (tmp_path / "grid.vrt").write_text(
        '<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="Float32" band="1"><SimpleSource>'
        '<SourceFilename relativeToVRT="1">grid.nc</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
    )
    with pytest.raises(SourceError, match=r"grid\.nc: the file keeps cells in another file"):
        describe_raster(Source(id="grid", role="raster", path="grid.vrt", crs="EPSG:4326"), tmp_path)


def test_hdf5_whose_contents_cannot_be_looked_through_is_refused(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path, "link").read_bytes())
    content[9] = 4  # bytes of an address
    (tmp_path / "grid.nc").write_bytes(content)
    with pytest.raises(SourceError, match="is HDF5 of a form that is not looked through"):
        require_no_links_out("grid", tmp_path / "grid.nc")
    content[9] = 8
    heap = b"FRHP\x00\x07\x00\x10\x00"  # 16 bytes of filters
    (tmp_path / "grid.nc").write_bytes(bytes(content).replace(b"\x40", b"\x00") + heap)
    with pytest.raises(SourceError, match="keeps its list of contents packed"):
        require_no_links_out("grid", tmp_path / "grid.nc")


def test_hdf5_that_holds_all_it_shows_passes(tmp_path: Path) -> None:
    words = b"HEAP FRHP GCOL \x01\x08\x40 \x04\x03 \x01\x00\x00\x00\x01\x00\x01\x00"
    noise = np.random.default_rng(3).bytes(3_000_000) + words * 1000
    start = LEADING_OUT["link"][:48]  # the head alone
    (tmp_path / "grid.nc").write_bytes(start + noise)
    require_no_links_out("grid", tmp_path / "grid.nc")
    (tmp_path / "classic.nc").write_bytes(b"CDF\x01" + LEADING_OUT["raw"])
    require_no_links_out("grid", tmp_path / "classic.nc")


def test_a_raster_of_a_format_that_is_not_read_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GDAL would open what the header names, wherever it lies."""
    (tmp_path / "grid.ers").write_text('DatasetHeader Begin\n DataFile="/elsewhere/grid.tif"\nDatasetHeader End\n')
    monkeypatch.setattr(rasterio, "open", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(
        SourceError, match=r"grid \(grid\.ers\): rasters ending in '\.ers' are not read\. Formats read: \.tif"
    ):
        describe_raster(Source(id="grid", role="raster", path="grid.ers"), tmp_path)


def test_a_run_file_does_not_choose_the_machine_that_gets_the_data(tmp_path: Path) -> None:
    run_file = tmp_path / "region.yml"
    run_file.write_text(
        "name: other\ntitle: Other\nsources: [{id: a, role: inventory, path: a.csv}]\ndask: {scheduler: 'tcp://198.51.100.7:8786'}\n"
    )
    with pytest.raises(
        ConfigError, match=r"region\.yml: dask\.scheduler names 'tcp://198\.51\.100\.7:8786'.*with --scheduler"
    ):
        configured(run_file, None)
    checked, _ = configured(run_file, None, scheduler="tcp://127.0.0.1:8786")
    assert checked.dask.scheduler == "tcp://127.0.0.1:8786"


def test_nested_brackets_are_a_damaged_file_and_no_fault(tmp_path: Path) -> None:
    nested = "[" * 200_000
    with pytest.raises(ValueError, match="nested too deep"):
        parse_json(nested)
    (tmp_path / "model.json").write_text(nested)
    (tmp_path / "model.skops").write_text("x")
    with pytest.raises(SourceError, match=r"model\.json: cannot be read \(brackets are nested too deep\)"):
        load_model(tmp_path)


def test_half_of_a_letter_is_a_damaged_file_and_no_fault(small_run: SmallRun, tmp_path: Path) -> None:
    assert (
        parse_json('"\\ud83d\\ude00 and \\\\ud800"') == "\N{GRINNING FACE} and \\ud800"
    )  # a whole letter, and a text about one
    with pytest.raises(ValueError, match=r"half of a letter \(\\ud800\)"):
        parse_json('{"title": "Sm\\ud800all"}')
    run = Path(shutil.copytree(small_run.folder, tmp_path / "run"))
    text = (run / "manifest.json").read_text()
    (run / "manifest.json").write_text(text.replace("A small region", "A \\ud800 region"))
    for asked in (lambda: verify_run(run), lambda: compare_runs(run, small_run.folder)):
        with pytest.raises(SourceError, match=r"manifest\.json: cannot be read \(a text in it holds half of a letter"):
            asked()


def archive(path: Path, schema: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("schema.json", schema)
    return path


def test_a_model_file_of_nested_brackets_or_too_much_is_none(tmp_path: Path) -> None:
    nested = archive(tmp_path / "nested.skops", b"[" * 200_000)
    with pytest.raises(
        SourceError, match=r"nested\.skops\): this is no model file of `minewaste learn` \(RecursionError\)"
    ):
        load_learned(nested)
    large = archive(tmp_path / "large.skops", b" " * (MOST_BYTES + 1))
    with pytest.raises(
        SourceError, match=rf"large\.skops\): unpacks to {MOST_BYTES + 1} bytes, at most {MOST_BYTES} are read"
    ):
        load_learned(large)
    facts: dict[str, object] = {"format": FORMAT, "sha256": hashlib.sha256(nested.read_bytes()).hexdigest()}
    (tmp_path / "model.skops").write_bytes(nested.read_bytes())
    (tmp_path / "model.json").write_text(json.dumps(facts))
    with pytest.raises(SourceError, match=r"model\.json: feature_names, versions is missing"):
        load_model(tmp_path)
    (tmp_path / "model.json").write_text(json.dumps(facts | {"versions": {}, "feature_names": []}))
    with pytest.raises(
        SourceError, match=r"model\.skops: this is not a model file of this product \(maximum recursion"
    ):
        load_model(tmp_path, any_version=True)


@pytest.mark.parametrize("content", [bytes(range(128, 256)), b"[" * 200_000, b"{}", b'{"pid": [1], "host": "here"}'])
def test_a_lock_that_says_nothing_is_taken_over(tmp_path: Path, content: bytes) -> None:
    RunFolder(tmp_path / "run")
    (tmp_path / "run" / LOCK).write_bytes(content.replace(b"here", platform.node().encode()))
    with held(tmp_path / "run"):
        pass
    assert not (tmp_path / "run" / LOCK).exists()


def test_a_lock_that_is_a_folder_is_named(tmp_path: Path) -> None:
    RunFolder(tmp_path / "run")
    (tmp_path / "run" / LOCK).mkdir()
    with (
        pytest.raises(SourceError, match=r"run: stages/lock is a folder, where a run keeps a file\. Remove it"),
        held(tmp_path / "run"),
    ):
        pass


def test_a_link_out_of_the_data_folder_is_not_followed(tmp_path: Path) -> None:
    """A folder of somebody else may lead to any file of whoever runs it, which the pages would then show."""
    for name in ("data", "own", "data/within"):
        (tmp_path / name).mkdir()
    private = tmp_path / "own" / "private.csv"
    private.write_text("id,name\n1,mine\n")
    data = tmp_path / "data"
    (data / "mines.csv").symlink_to(private)
    (data / "further").symlink_to(tmp_path / "own")
    for path in ("mines.csv", "further/private.csv"):
        with pytest.raises(
            SourceError, match=rf"^mines: '{path}' is a link that leads out of the data folder"
        ) as stopped:
            locate("mines", path, data)
        assert "name" not in str(stopped.value)
    (data / "within" / "real.csv").write_text("id,name\n1,mine\n")
    (data / "again.csv").symlink_to(data / "within" / "real.csv")
    (tmp_path / "linked").symlink_to(data)
    for path, root in (
        ("again.csv", data),
        ("again.csv", tmp_path / "linked"),
        (str(private), data),
        ("../own/private.csv", data),
    ):
        assert locate("mines", path, root).is_file()


@pytest.mark.parametrize("key", ["splits", "learned"])
@pytest.mark.parametrize("stated", ["beside.csv", "inner/beside.csv", "pipe.csv", "nothing.csv"])
def test_a_file_beside_the_sources_is_looked_for_like_a_source(tmp_path: Path, key: str, stated: str) -> None:
    """A list of folds and a model of other regions: links out of the data folder, pipes and lost files are told as such."""
    data, own = tmp_path / "data", tmp_path / "own"
    for folder in (data, own):
        folder.mkdir()
    (own / "beside.csv").write_text("site_id,fold\ns3cret,a\nother,b\n")
    (data / "beside.csv").symlink_to(own / "beside.csv")
    (data / "inner").symlink_to(own)
    os.mkfifo(data / "pipe.csv")
    (data / "mines.csv").write_text("id,name,lat,lon\n1,mine,50,-90\n")
    columns = {"official_id": "id", "name": "name", "latitude": "lat", "longitude": "lon"}
    source = {"id": "mines", "role": "inventory", "path": "mines.csv", "crs": "EPSG:4326", "columns": columns}
    raw = {"name": "a", "title": "A", "sources": [source], "train_model": {key: stated}}
    config = parse_config(raw, "run.yml")
    kind = {"pipe.csv": "is a pipe or a device", "nothing.csv": "is not in"}.get(stated, "is a link that leads out")
    message = rf"train_model\.{key}: (the file )?'{stated}' {kind}"
    for stopped_by in (
        lambda: check_sources(config, data, tmp_path),
        lambda: run(config, data, tmp_path / "run", Progress(quiet=True)),
    ):
        with pytest.raises(SourceError, match=message) as stopped:
            stopped_by()
        assert "s3cret" not in str(stopped.value)
    assert f"train_model.{key}" in (tmp_path / "check.html").read_text(encoding="utf-8")


def test_an_imagine_file_whose_cells_lie_elsewhere_is_not_opened(tmp_path: Path) -> None:
    grid, cells = tmp_path / "data" / "aaaaaaaaaaaa.img", tmp_path / "data" / "aaaaaaaaaaaa.ige"
    grid.parent.mkdir()
    profile = {
        "driver": "HFA",
        "width": 80,
        "height": 80,
        "count": 1,
        "dtype": "float32",
        "crs": "EPSG:32616",
        "USE_SPILL": "YES",
    }
    with rasterio.open(grid, "w", transform=Affine(100, 0, 500_000, 0, -100, 6_000_000), **profile) as dataset:
        dataset.write(np.arange(6400, dtype="float32").reshape(1, 80, 80))
    stated = Source(id="grid", role="raster", path=grid.name)
    assert describe_raster(stated, grid.parent).width == 80
    (tmp_path / "out").mkdir()
    for other in ("../out/bb.ige", "bbbbbbbbbbbb.ige"):
        named = other.ljust(len(cells.name), "x")
        (grid.parent / named).write_bytes(cells.read_bytes())
        original = grid.read_bytes()
        grid.write_bytes(original.replace(cells.name.encode(), named.encode()))
        with pytest.raises(
            SourceError, match=r"grid \(a*\.img\): it keeps cells in another file, '.*', which is not followed"
        ):
            describe_raster(stated, grid.parent)
        grid.write_bytes(original)


def test_a_file_geodatabase_with_a_part_elsewhere_or_a_pipe_is_not_opened(tmp_path: Path) -> None:
    base = tmp_path / "data" / "roads.gdb"
    base.mkdir(parents=True)
    (base / "a00000001.gdbtable").write_bytes(b"x")
    elsewhere = tmp_path / "a00000002.gdbtable"
    elsewhere.write_bytes(b"x")
    (base / elsewhere.name).symlink_to(elsewhere)
    with pytest.raises(SourceError, match=r"roads \(roads\.gdb\): 'a00000002\.gdbtable' in it is a link out of it"):
        locate("roads", "roads.gdb", base.parent)
    (base / elsewhere.name).unlink()
    os.mkfifo(base / "a00000003.gdbtable")
    with pytest.raises(SourceError, match=r"'a00000003\.gdbtable' is a pipe or a device"):
        locate("roads", "roads.gdb", base.parent)


def test_a_user_without_a_home_sees_no_traceback_of_a_cache(tmp_path: Path) -> None:
    lines = "from pipeline.folder.leftovers import temporary_folder\nwith temporary_folder():\n import matplotlib\n"
    code = f"{lines} matplotlib.get_cachedir()\n"
    without = {
        "HOME": "/proc/none",
        "TMPDIR": str(tmp_path),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    ended = subprocess.run([sys.executable, "-c", code], env=without, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_drivers_that_another_program_skips_are_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GDAL_SKIP", "GPKG,GTiff")
    confine()
    assert set(os.environ["GDAL_SKIP"].split(",")) == set(FETCHING_DRIVERS)


@pytest.mark.parametrize("first", ["", "import pandas\n"])
def test_switches_of_table_libraries_for_another_program_change_no_kind_of_column(first: str) -> None:
    code = f"{first}import layers, os\nimport pandas\nprint(pandas.Series(['a']).dtype, os.environ.get('PYOGRIO_USE_ARROW'))\n"
    switched = {
        **os.environ,
        "PANDAS_FUTURE_INFER_STRING": "0",
        "PYOGRIO_USE_ARROW": "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env=switched, capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["str", "None"]
