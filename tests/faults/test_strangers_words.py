"""A manifest, the tables of a run folder and the parts of a file are the words of whoever gave them; each kind is tried alone."""

from __future__ import annotations

import errno
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner

from layers.errors import ConfigError, SourceError
from layers.files.boundary import named_failure
from layers.files.located import locate
from layers.files.signatures import require_own_parts
from layers.guess.recognise import LEADS_OUT, NO_FILE, finds
from pipeline.commands.cli import main
from pipeline.commands.configured import configured
from pipeline.commands.init import init_region
from pipeline.commands.verify import in_words, verify_run
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.manifest import own_digest
from pipeline.folder.published import LONGEST_CELL, TABLES, load_publication
from pipeline.folder.writing import json_text
from pipeline.memory_watch import OF_A_RUN, OF_OTHERS
from pipeline.purge import purge
from tests.faults.small_region import SmallRun


@pytest.fixture
def copy(small_run: SmallRun, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_run.folder, tmp_path / "run"))


def changed_manifest(run: Path, change: dict[str, Any]) -> Path:
    """Write a manifest whose first source has other words, or with other facts, and a digest that fits."""
    path = run / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest.pop("sha256")
    if "path" in change:
        manifest["config"]["sources"][0]["path"] = change["path"]
    else:
        manifest |= change
    path.write_text(json_text(manifest | {"sha256": own_digest(manifest)}), encoding="utf-8")
    return path


@pytest.mark.parametrize("stated", ["../secret.csv", "/etc/hostname", "a/../../secret.csv", "..\\secret.csv"])
def test_a_manifest_opens_nothing_outside_the_data_folder(copy: Path, small_run: SmallRun, stated: str) -> None:
    (copy.parent / "secret.csv").write_text("id\n1\n", encoding="utf-8")
    manifest = changed_manifest(copy, {"path": stated})
    with pytest.raises(ConfigError, match="leads out of the data folder"):
        configured(manifest, small_run.data)
    verified, all_seen = verify_run(copy, small_run.data), verify_run(small_run.folder, small_run.data)
    first = json.loads(manifest.read_text(encoding="utf-8"))["config"]["sources"][0]["id"]
    assert (verified.inputs, verified.unseen) == ((), (first,))
    assert verified.inputs_checked == all_seen.inputs_checked - 1
    assert f"Not looked at, for their paths lead out of the data folder: {first}." in in_words(verified, copy)


def test_a_run_file_is_ones_own_word(small_run: SmallRun, tmp_path: Path) -> None:
    raw = small_run.raw | {"sources": [{**small_run.raw["sources"][0], "path": "../elsewhere.csv"}]}
    (tmp_path / "run.yml").write_text(json.dumps(raw), encoding="utf-8")
    config, _ = configured(tmp_path / "run.yml", None)
    assert config.sources[0].path == "../elsewhere.csv"


def test_a_run_that_followed_requests_is_not_repeated_without_them_by_chance(copy: Path, small_run: SmallRun) -> None:
    assert json.loads((copy / "manifest.json").read_text(encoding="utf-8"))["local_only_sources"]
    arguments = ["run", str(copy / "manifest.json"), "--data", str(small_run.data), "--out", str(copy.parent / "again")]
    answer = CliRunner().invoke(main, [*arguments, "--quiet"])
    assert answer.exit_code == 1
    assert "followed private sources" in answer.output
    assert not (copy.parent / "again").exists()
    configured(copy / "manifest.json", small_run.data, without_private=True)
    changed_manifest(copy, {"local_only_sources": False})
    configured(copy / "manifest.json", small_run.data, without_private=False)


@pytest.mark.parametrize(
    "part", ["rail.cpg", "rail.dbf", "rail.qix", "rail.shp.xml", "grid.tif.aux.xml", "grid.tif.ovr", "grid.tfw"]
)
def test_a_pipe_as_a_part_of_a_file_is_never_opened(tmp_path: Path, part: str) -> None:
    whole = tmp_path / ("rail.shp" if part.startswith("rail") else "grid.tif")
    whole.write_bytes(b"\x00")
    os.mkfifo(tmp_path / part)
    with pytest.raises(SourceError, match=f"'{part}' is a pipe"):
        require_own_parts("a source", whole)


def rewritten(run: Path, name: str, table: pd.DataFrame) -> None:
    """Write a published table anew, with the digest that fits it."""
    folder = run / "stages" / "published"
    table.to_parquet(folder / f"{name}.parquet")
    path = folder / "publication.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["sha256"][name] = file_fingerprint(folder / f"{name}.parquet")
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("name", ["ranking", "sites", "reasons", "companion", "access", "sampling_plan"])
@pytest.mark.parametrize("change", ["numbers as ids", "no rows", "ids twice"])
def test_tables_whose_digest_fits_are_still_those_of_a_run(copy: Path, name: str, change: str) -> None:
    assert name in TABLES
    read = gpd.read_parquet if name == "sites" else pd.read_parquet
    table = read(copy / "stages" / "published" / f"{name}.parquet")
    if change == "numbers as ids":
        table["site_id"] = range(len(table))
    elif change == "ids twice":
        table["site_id"] = "no-such-site"
    else:
        table = table.iloc[:0]
    rewritten(copy, name, table)
    if change == "no rows" and name in ("reasons", "sampling_plan"):
        load_publication(copy)  # a site may have none
        return
    with pytest.raises(SourceError, match="altered") as refusal:
        load_publication(copy)
    assert "in the source" not in str(refusal.value)


@pytest.mark.parametrize("inner", ["stages", "stages/published"])
def test_a_folder_that_lies_elsewhere_is_not_read_through(copy: Path, tmp_path: Path, inner: str) -> None:
    (copy / inner).rename(tmp_path / "elsewhere")
    (copy / inner).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="by a link"):
        load_publication(copy)


@pytest.mark.parametrize("after", [1, 5, 20])
def test_a_purge_that_was_stopped_leaves_no_folder_to_screen(
    copy: Path, small_run: SmallRun, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    removed, unlink = [], Path.unlink

    def stopped(path: Path, *, missing_ok: bool = False) -> None:
        removed.append(path)
        if len(removed) == after + 1:
            raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    source = small_run.raw["sources"][0]["id"]
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", stopped)
        with pytest.raises(KeyboardInterrupt):
            purge(copy, source)
    with pytest.raises(SourceError, match="not the folder of a finished run"):
        load_publication(copy)
    purge(copy, source)


def test_a_command_that_has_no_parts_is_given_no_advice_for_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pipeline.commands.verify.verify_run", short)
    monkeypatch.setattr("pipeline.commands.whole_run.whole_run", short)
    assert OF_OTHERS in CliRunner().invoke(main, ["verify", "."]).output
    assert OF_A_RUN in CliRunner().invoke(main, ["run", "run.yml"]).output


def test_a_command_started_in_a_folder_that_is_gone_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    answer = CliRunner().invoke(main, ["verify", "."])
    assert answer.exit_code == 1
    assert "is no longer there" in answer.output


def test_a_text_longer_than_pages_bear_is_refused_before_it_is_drawn(copy: Path) -> None:
    sites = gpd.read_parquet(copy / "stages" / "published" / "sites.parquet")
    sites["name"] = sites["name"].where(sites.index > 0, "x" * (LONGEST_CELL + 1))
    sites.to_parquet(copy / "stages" / "published" / "sites.parquet")
    rewritten(copy, "sites", sites)
    with pytest.raises(SourceError, match="holds a text of 200,001 letters"):
        load_publication(copy)


@pytest.mark.parametrize("fact", ["title", "contact"])
def test_a_fact_longer_than_pages_bear_is_refused(copy: Path, fact: str) -> None:
    path = copy / "stages" / "published" / "publication.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["scalars"][fact] = "x" * (LONGEST_CELL + 1)
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SourceError, match=f"{fact} is not what a run writes"):
        load_publication(copy)


@pytest.mark.parametrize(("length", "many", "bearable"), [(20, 40_000, True), (LONGEST_CELL + 1, 1, False)])
def test_facts_of_many_sites_are_read_whose_texts_are_short(copy: Path, length: int, many: int, bearable: bool) -> None:
    """A run of ten thousand sites tells the block of each: many short texts are no long one."""
    path = copy / "stages" / "published" / "publication.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["scalars"]["diagnostics"]["blocks"] = {"of": [["x" * length] for _ in range(many)]}
    path.write_text(json.dumps(content), encoding="utf-8")
    if bearable:
        assert len(load_publication(copy).diagnostics["blocks"]["of"]) == many
    else:
        with pytest.raises(SourceError, match="diagnostics is not what a run writes"):
            load_publication(copy)


def test_a_folder_of_files_is_looked_through_and_nothing_outside_it(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "files", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    (elsewhere / "negotiations.csv").write_text("name\nA\n", encoding="utf-8")
    (folder / "sites.csv").write_text("name,lat,lon\nA,50.1,-90.2\n", encoding="utf-8")
    (folder / "theirs").symlink_to(elsewhere)
    (folder / "root").symlink_to("/")
    (folder / "own").symlink_to(folder)
    os.mkfifo(folder / "pipe.csv")
    assert {find.path: find.why for find in finds(folder)} == {
        "pipe.csv": NO_FILE,
        "root": LEADS_OUT,
        "sites.csv": None,
        "theirs": LEADS_OUT,
    }


def test_names_of_files_move_no_cursor_in_a_run_file(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text(
        "tailings_id,tailings_name,lat,lon\n1,A,50.1,-90.2\n2,B,50.2,-90.3\n", encoding="utf-8"
    )
    (tmp_path / "a\x1b[2J.csv").write_bytes((tmp_path / "sites.csv").read_bytes())
    (tmp_path / "b\x1b[2J.xyz").write_text("x", encoding="utf-8")
    path = init_region(tmp_path).path
    assert b"\x1b" not in path.read_bytes()
    assert "b\\x1b[2J.xyz" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "stated", ["https://example.org/a.geojson", "http:/example.org/a.geojson", "s3://bucket/a.gpkg"]
)
def test_an_address_is_called_one_however_many_slashes_a_path_left_it(tmp_path: Path, stated: str) -> None:
    with pytest.raises(SourceError, match="is a web address"):
        locate("outline", stated, tmp_path)


def test_tables_of_a_damaged_archive_share_one_line(tmp_path: Path) -> None:
    row = "tailings_id,tailings_name,lat,lon\n1,A,50.1,-90.2\n2,B,50.2,-90.3\n"
    (tmp_path / "sites.csv").write_text(row, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(30):
            archive.writestr(f"{number:03d}.csv", row)
    whole = (tmp_path / "many.zip").read_bytes()
    (tmp_path / "many.zip").write_bytes(whole.replace(b"PK\x03\x04", b"PK\x07\x07"))
    words = init_region(tmp_path).path.read_text(encoding="utf-8")
    assert words.count("many.zip") == 1
    assert "many.zip (30 tables of it): the zip file cannot be opened" in " ".join(words.split("\n# "))


@pytest.mark.parametrize("raised", [IndexError("list index out of range"), KeyError("rId1"), TypeError("'NoneType'")])
def test_a_file_that_leads_a_library_astray_is_told_in_words_of_files(raised: Exception) -> None:
    with (
        pytest.raises(SourceError, match=r"book.xlsx: the file cannot be read \(its parts do not fit together\)"),
        named_failure("book.xlsx"),
    ):
        raise raised


def test_a_folder_that_cannot_be_held_is_said_to_be_as_it_was(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def read_only(path: Path, mode: str = "r", *_: Any, **__: Any) -> Any:
        if path.name == "lock" and mode != "rb":
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return opened(path, mode)

    monkeypatch.setattr(Path, "open", read_only)
    with pytest.raises(SourceError, match=r"The disk can only be read\. Nothing was changed in the folder") as refused:
        purge(copy, "inventory_a")
    assert "run it again" not in str(refused.value)
