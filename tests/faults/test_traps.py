"""Files and run folders that lay traps: endless views, sheets without end, pipes, grids elsewhere, links out of a run folder."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import rasterio
import shapely
from openpyxl import Workbook

from layers.catalogue.source import Source
from layers.errors import MinewasteError, SourceError
from layers.files import plain_database
from layers.files import unsafe_files as traps
from layers.files.tables import read_table
from layers.guess.recognise import LEADS_OUT, finds
from layers.rasters.reader import describe_raster
from pipeline.commands.compare import compare_runs
from pipeline.commands.explain import explain_site
from pipeline.commands.verify import verify_run
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.published import load_publication
from pipeline.folder.run_folder import RunFolder
from pipeline.folder.screening_folder import LIST as SCREENING_LIST
from pipeline.folder.screening_folder import MARK as SCREENING_MARK
from pipeline.purge import purge
from tests.faults.small_region import SmallRun


def read(path: Path, **more: Any) -> pd.DataFrame:
    return read_table(Source(id="s", role="inventory", path=path.name, **more), path.parent).cells


def package(path: Path, *statements: str) -> Path:
    points = gpd.GeoDataFrame({"name": ["A"]}, geometry=[shapely.Point(-120, 55)], crs=4326)
    points.to_file(path, driver="GPKG", layer="places")
    base = sqlite3.connect(path)
    for one in statements:
        base.execute(one)
    base.commit()
    base.close()
    return path


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x AS fid FROM c", "interrupted"),
        ("SELECT 1 AS fid, hex(zeroblob(90000000)) AS name", "too big"),
        ("SELECT 1 AS fid, load_extension('/tmp/any.so') AS name", "load_extension|not authorized|unsafe"),
    ],
)
def test_a_view_without_end_or_measure_is_refused(body: str, said: str, tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg", f"CREATE VIEW v AS {body}")
    with pytest.raises(SourceError, match=rf"the view 'v' cannot be read in reasonable time and memory \(.*(?:{said})"):
        read(path, layer="places")


def test_a_view_of_many_long_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_database, "MADE_BYTES", 100_000)
    path = package(tmp_path / "a.gpkg", "CREATE VIEW v AS SELECT fid, hex(zeroblob(60000)) AS name FROM places")
    with pytest.raises(
        SourceError, match=r"the view 'v' cannot be read in reasonable time and memory \(its cells take"
    ):
        read(path, layer="places")


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("my_own(fid)", "(?:no such|unknown) function: my_own"),
        ("json_extract(name, '$.a')", "malformed JSON"),
        ("hex(zeroblob(90000000))", "too big"),
        ("hex(zeroblob(40000000)) || ST_X(geom)", "(?:no such|unknown) function: ST_X"),
    ],
)
def test_a_column_that_cannot_be_computed_is_told_as_that(formula: str, why: str, tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg")
    base = sqlite3.connect(path)
    for name in ("my_own", "ST_X"):
        base.create_function(name, 1, lambda value: 1.0, deterministic=True)
    base.execute(f"ALTER TABLE places ADD COLUMN more TEXT GENERATED ALWAYS AS ({formula}) VIRTUAL")
    base.commit()
    base.close()
    said = f"the column 'more' of 'places' is no stored one: the file computes it .*{why}.*Save the layer anew"
    with pytest.raises(SourceError, match=said):
        read(path)


@pytest.mark.parametrize(("formula", "value"), [("fid * 2", 2), ("name || '!'", "A!"), ("ST_X(geom)", -120.0)])
def test_a_column_that_can_be_computed_is_read(formula: str, value: object, tmp_path: Path) -> None:
    path = package(tmp_path / "a.gpkg")
    base = sqlite3.connect(path)
    base.create_function("ST_X", 1, lambda shape: 1.0, deterministic=True)
    base.execute(f"ALTER TABLE places ADD COLUMN more AS ({formula})")
    base.commit()
    base.close()
    assert read(path)["more"].tolist() in ([value], [str(value)])


def test_a_plain_view_and_a_trigger_are_no_trap(tmp_path: Path) -> None:
    path = package(
        tmp_path / "a.gpkg",
        "CREATE VIEW v AS SELECT fid, name FROM places",
        "CREATE TRIGGER t AFTER INSERT ON places BEGIN DELETE FROM places; END",
    )
    assert read(path, layer="places")["name"].tolist() == ["A"]


def test_a_crs_that_names_a_file_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "grid.gsb"
    os.mkfifo(pipe)  # opening it would wait for ever
    points = gpd.GeoDataFrame({"name": ["A"]}, geometry=[shapely.Point(-120, 55)], crs=4326)
    points.to_file(tmp_path / "a.shp")
    bare = 'GEOGCS["x",DATUM["D",SPHEROID["Clarke",6378206.4,294.97]],PRIMEM["Greenwich",0],UNIT["degree",0.01745329'
    text = f'{bare}],EXTENSION["PROJ4","+proj=longlat +ellps=clrk66 +nadgrids={pipe} +no_defs"]]'
    (tmp_path / "a.prj").write_text(text)
    stored = f"UPDATE gpkg_spatial_ref_sys SET definition = '{text}', organization = 'NONE' WHERE srs_id = 4326"
    package(tmp_path / "a.gpkg", stored)
    for name in ("a.shp", "a.gpkg"):
        with pytest.raises(SourceError, match=r"its coordinate system names a file \('grids="):
            read(tmp_path / name)


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "mines.csv")
    with pytest.raises(SourceError, match=r"^s: 'mines.csv' is a pipe or a device, not a file\."):
        read(tmp_path / "mines.csv")


def workbook(path: Path) -> Path:
    book = Workbook()
    book.active.append(["site_id", "name"])
    book.active.append(["S1", "Heap"])
    book.save(path)
    return path


def test_a_cell_far_off_the_table_is_refused(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["site_id", "name"])
    book.active.cell(2, 16384, "x")
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(SourceError, match=r"row 2 has 16,384 cells; sheets of 1,048,576 rows and 5,000 columns"):
        read(tmp_path / "far.xlsx")


def test_a_row_far_below_the_table_is_refused_before_it_is_reached(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["site_id", "name"])
    book.active.cell(900_000, 1, "x")
    book.save(tmp_path / "far.xlsx")
    with pytest.raises(
        SourceError, match=r"the sheet has 2 rows, and the last of them is row 900,000\. Delete what stands far"
    ):
        read(tmp_path / "far.xlsx")


def test_a_raster_in_pieces_that_fill_the_memory_is_refused(tmp_path: Path) -> None:
    size = {"width": 400_000, "height": 400_000, "count": 1, "dtype": "float32", "crs": "EPSG:3978"}
    pieces = {"tiled": True, "blockxsize": 16_384, "blockysize": 16_384, "SPARSE_OK": True}
    with rasterio.open(
        tmp_path / "a.tif", "w", driver="GTiff", transform=rasterio.Affine(9, 0, 0, 0, -9, 0), **size, **pieces
    ):
        pass
    with pytest.raises(
        SourceError, match=r"in pieces of 16,384 × 16,384 cells \(1,074 MB each\); pieces of 268 MB are read at"
    ):
        describe_raster(Source(id="s", role="raster", path="a.tif"), tmp_path)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "a.xlsx")
    assert read(path)["name"].tolist() == ["Heap"]
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/more.xml", b" " * 3_000_000)
    monkeypatch.setattr(traps, "TEXTS_BYTES", 1_000_000)
    with pytest.raises(SourceError, match=r"the workbook unpacks to 3 MB, 3 MB of it beside its sheets"):
        read(path)


def test_a_parquet_file_of_too_many_cells_is_refused(tmp_path: Path) -> None:
    count = 70_000_000
    table = pa.table({name: pa.array(np.zeros(count, "int8")) for name in "abc"})
    pq.write_table(table, tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 1_000_000
    with pytest.raises(SourceError, match=r"holds 70,000,000 rows of 3 columns; 200,000,000 cells are read at most"):
        read(tmp_path / "a.parquet")


def test_a_part_that_is_a_link_to_another_folder_is_not_read(tmp_path: Path) -> None:
    for name in ("data", "theirs"):
        (tmp_path / name).mkdir()
        point = gpd.GeoDataFrame({"name": [f"of {name}"]}, geometry=[shapely.Point(-120, 55)], crs=4326)
        point.to_file(tmp_path / name / "mines.shp")
    linked = tmp_path / "data" / "mines.dbf"
    linked.unlink()
    linked.symlink_to(tmp_path / "theirs" / "mines.dbf")
    with pytest.raises(SourceError, match=r"'mines\.dbf' beside it is a link to another folder"):
        read(tmp_path / "data" / "mines.shp")
    (tmp_path / "own").mkdir()
    for part in (tmp_path / "theirs").iterdir():  # a whole file linked into the folder of a project
        (tmp_path / "own" / part.name).symlink_to(part)
    own = tmp_path / "own" / "mines.shp"
    stated = Source(id="s", role="inventory", path=str(own))
    assert read_table(stated, own.parent).cells["name"].tolist() == ["of theirs"]
    names = [find.path for find in finds(tmp_path / "data") if find.kind != "unused"]
    (tmp_path / "data" / "again").symlink_to(tmp_path / "data")
    (tmp_path / "data" / "itself.csv").symlink_to(tmp_path / "data" / "itself.csv")
    names.insert(0, "itself.csv")  # told of when it is opened
    (tmp_path / "data" / "out.csv").symlink_to(tmp_path / "theirs" / "mines.dbf")
    assert [find.path for find in finds(tmp_path / "data") if find.kind != "unused"] == names
    assert [find.path for find in finds(tmp_path / "data") if find.why == LEADS_OUT] == ["mines.dbf", "out.csv"]


@pytest.mark.parametrize(
    "member",
    [
        {"type": "link", "properties": {"href": "http://127.0.0.1:1/crs", "type": "proj4"}},
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::999999"}},
    ],
)
def test_a_crs_member_that_nobody_knows_is_not_taken_for_degrees(member: dict[str, Any], tmp_path: Path) -> None:
    point = {"type": "Feature", "properties": {"name": "A"}, "geometry": {"type": "Point", "coordinates": [-120, 55]}}
    content = {"type": "FeatureCollection", "crs": member, "features": [point]}
    (tmp_path / "a.geojson").write_text(json.dumps(content))
    with pytest.raises(SourceError, match="is no coordinate system that is known here"):
        read(tmp_path / "a.geojson")
    assert read(tmp_path / "a.geojson", crs="EPSG:4326")["name"].tolist() == ["A"]


@pytest.fixture
def run_folder(small_run: SmallRun, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_run.folder, tmp_path / "r[ab]"))


def test_purge_follows_no_link_out_of_the_folder(run_folder: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("kept")
    shutil.rmtree(run_folder / "sheets")
    (run_folder / "sheets").symlink_to(theirs)
    with (run_folder / "stages" / "written.txt").open("a") as listed:
        listed.write("sheets/thesis.txt\n")
    with pytest.raises(SourceError, match=r"sheets leads elsewhere by a link"):
        purge(run_folder, "mines")
    assert (theirs / "thesis.txt").read_text() == "kept"


def test_a_lock_that_is_a_link_empties_no_file(run_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("kept")
    (run_folder / "stages" / "lock").symlink_to(tmp_path / "thesis.txt")
    with pytest.raises(SourceError, match=r"stages/lock leads elsewhere"):
        purge(run_folder, "mines")
    assert (tmp_path / "thesis.txt").read_text() == "kept"


def test_purge_takes_the_screenings_of_its_own_run_alone(run_folder: Path) -> None:
    for name in ("r[ab]_screen_x", "ra_screen_x"):
        beside = run_folder.with_name(name)
        beside.mkdir()
        (beside / "index.html").write_text("x")
        (beside / SCREENING_LIST).write_text(f"{SCREENING_MARK}\nindex.html\n")
    purge(run_folder, "mines")
    assert not run_folder.with_name("r[ab]_screen_x").exists()
    assert run_folder.with_name("ra_screen_x").exists()


def forged(run_folder: Path, change: Any, **tables: pd.DataFrame) -> None:
    """Alter a publication as somebody would who knows how digests are made."""
    folder = run_folder / "stages" / "published"
    content = json.loads((folder / "publication.json").read_text())
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet")
        content["sha256"][name] = file_fingerprint(folder / f"{name}.parquet")
    change(content["scalars"])
    (folder / "publication.json").write_text(json.dumps(content))


def nothing(_: dict[str, Any]) -> None:
    """Change no scalar."""


def test_a_forged_scalar_is_one_message(run_folder: Path) -> None:
    kept = (run_folder / "stages" / "published" / "publication.json").read_text()
    wrong: list[tuple[str, Any]] = [("validation", {"a": 1}), ("withheld", "many"), ("title", None)]
    wrong += [(name, ["a"]) for name in ("title", "contact", "validation", "diagnostics", "surface", "withheld")]
    for name, value in wrong:
        (run_folder / "stages" / "published" / "publication.json").write_text(kept)
        forged(run_folder, lambda scalars, name=name, value=value: scalars.update({name: value}))
        with pytest.raises(SourceError, match="altered or damaged"):
            load_publication(run_folder)


def test_forged_tables_are_one_message(run_folder: Path) -> None:
    published = run_folder / "stages" / "published"
    ranking, flags = (pd.read_parquet(published / f"{name}.parquet") for name in ("ranking", "flags"))
    for tables in (
        {"ranking": ranking.drop(columns="score")},
        {"ranking": ranking.assign(score="high")},
        {"flags": flags.assign(values="[1")},
        {"sites": ranking},
    ):
        copy = Path(shutil.copytree(run_folder, run_folder.with_name("copy"), dirs_exist_ok=True))
        forged(copy, nothing, **tables)
        with pytest.raises(MinewasteError):
            explain_site(copy, str(ranking["site_id"].iloc[0]), "en")
        shutil.rmtree(copy)


def test_ids_that_are_paths_are_refused(run_folder: Path) -> None:
    published = run_folder / "stages" / "published"
    reasons = pd.read_parquet(published / "reasons.parquet")
    forged(run_folder, nothing, reasons=reasons.assign(site_id="../../x"))
    with pytest.raises(SourceError, match=r"ids that minewaste does not give, the first is '\.\./\.\./x'"):
        load_publication(run_folder)


def test_a_surface_that_leads_elsewhere_is_refused(run_folder: Path, tmp_path: Path) -> None:
    forged(run_folder, lambda scalars: scalars.update({"surface": "../private.tif"}))
    (run_folder / "surface.tif").unlink(missing_ok=True)
    grid = {"driver": "GTiff", "width": 8, "height": 8, "count": 1, "dtype": "float32", "crs": "EPSG:32610"}
    with rasterio.open(tmp_path / "private.tif", "w", transform=rasterio.Affine(9, 0, 0, 0, -9, 0), **grid) as target:
        target.write(np.zeros((8, 8), "float32"), 1)
    (run_folder / "surface.tif").symlink_to(tmp_path / "private.tif")
    with pytest.raises(SourceError, match="is a link"):
        load_publication(run_folder)
    (run_folder / "surface.tif").unlink()
    shutil.copy(tmp_path / "private.tif", run_folder / "surface.tif")
    with rasterio.open(run_folder / "surface.tif", "r+") as target:
        target.update_tags(ns="OVERVIEWS", OVERVIEW_FILE=str(tmp_path / "private.tif"))
    with pytest.raises(SourceError, match="leads to other files"):
        load_publication(run_folder)


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"../../etc/passwd": "0"}},
        {"files": {"/etc/passwd": "0"}},
        {"files": ["a"]},
        {"files": {"a": 1}},
        {"inputs": [{"id": "mines"}]},
        {"inputs": [{"id": "other", "sha256": "0", "side_cars": {}}]},
        {"inputs": ["mines"]},
        {"config": {"sources": [{"id": "mines"}]}},
        {"config": {}},
        {"steps": []},
    ],
)
def test_a_forged_manifest_is_one_message(run_folder: Path, change: dict[str, Any]) -> None:
    path = run_folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(SourceError, match="no longer what was written"):
        verify_run(run_folder, run_folder.parent)
    with pytest.raises(SourceError, match="no longer what was written"):
        compare_runs(run_folder, run_folder)


def test_verify_opens_no_pipe(run_folder: Path, tmp_path: Path) -> None:
    path = run_folder / "manifest.json"
    manifest = json.loads(path.read_text())
    os.mkfifo(tmp_path / "pipe.csv")
    first = manifest["inputs"][0]["id"]
    for source in manifest["config"]["sources"]:
        source["path"] = "pipe.csv" if source["id"] == first else source["path"]
    path.write_text(json.dumps(manifest))
    assert f"{first}: pipe.csv is not there, or no file" in verify_run(run_folder, tmp_path).inputs


@pytest.mark.parametrize(
    "name", ["stages/written.txt", "manifest.json", "stages/lock", "stages/published/publication.json"]
)
def test_a_pipe_in_a_run_folder_is_one_message(run_folder: Path, name: str) -> None:
    (run_folder / name).unlink(missing_ok=True)
    os.mkfifo(run_folder / name)
    for look in (
        lambda: verify_run(run_folder),
        lambda: explain_site(run_folder, "mines-k-100", "en"),
        lambda: purge(run_folder, "mines"),
        lambda: RunFolder(run_folder),
    ):
        with pytest.raises(SourceError, match=rf"{name} is a pipe or a device, which no run writes"):
            look()


def test_a_list_that_names_folders_removes_none(run_folder: Path) -> None:
    (run_folder / "sheets" / "mine.txt").write_text("mine")
    with (run_folder / "stages" / "written.txt").open("a") as listed:
        listed.write("sheets\nstages\n.\n./\nstages/..\nsheets/.\n")
    assert not {"sheets", "stages", "."} & RunFolder(run_folder).written
    purge(run_folder, "mines")
    assert (run_folder / "sheets" / "mine.txt").read_text() == "mine"
    assert not (run_folder / "ranking.csv").exists()


@pytest.mark.parametrize("name", ["../../x", "a/b", "<b>x</b>", "x\x1b[31m", "", "x" * 61])
def test_no_name_of_a_raster_can_be_a_path_or_markup(name: str, tmp_path: Path) -> None:
    source = Source(id="s", role="raster", path="a.tif", options={"name": name})
    with pytest.raises(SourceError, match="columns are named after it"):
        describe_raster(source, tmp_path)


def test_the_network_of_the_projection_library_is_off_whatever_the_environment_says() -> None:
    code = "import layers.crs, pyproj.network; print(pyproj.network.is_network_enabled())"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PROJ_NETWORK": "ON"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "False\n"
