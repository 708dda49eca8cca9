"""Tables of a run folder that were altered together with their digests: told as that, whatever the kind of the change."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from layers.errors import SourceError
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.published import TABLES, load_publication
from pipeline.folder.writing import read_parquet, write_parquet
from tests.faults.small_region import SmallRun

Change = Callable[[pd.DataFrame], pd.DataFrame]


def altered(run: Path, name: str, change: Change) -> Path:
    """Alter a table of a run folder, and its digest with it."""
    folder = run / "stages" / "published"
    write_parquet(change(read_parquet(folder / f"{name}.parquet")), folder / f"{name}.parquet")
    publication = folder / "publication.json"
    content = json.loads(publication.read_text("utf-8"))
    content["sha256"][name] = file_fingerprint(folder / f"{name}.parquet")
    publication.write_text(json.dumps(content), "utf-8")
    return run


def set_to(column: str, value: object) -> Change:
    return lambda table: table.assign(**{column: value})


def times(number: int) -> Change:
    return lambda table: pd.concat([table] * number, ignore_index=True)


def none(table: pd.DataFrame) -> pd.DataFrame:
    return table.iloc[:0]


KINDS: dict[str, tuple[str, Change, str]] = {
    "a pair twice": ("site_territories", times(2), "stand there twice"),
    "rows many times over": ("site_territories", times(20_000), "rows for 30 sites"),
    "reasons twice": ("reasons", times(2), "stand there twice"),
    "cautions twice": ("flags", times(2), "stand there twice"),
    "no ranking": ("ranking", none, "holds 0 rows for 30 sites"),
    "no distances": ("access", none, "holds 0 rows for 30 sites"),
    "no companion": ("companion", none, "holds 0 rows for 30 sites"),
    "an infinite distance": ("access", set_to("community_km", float("inf")), "community_km holds inf"),
    "a distance round the Earth": ("access", set_to("road_km", 1e6), r"road_km holds 1e\+06"),
    "a rank behind the last": ("ranking", set_to("rank_low", 10**9), r"rank_low holds 1e\+09"),
    "a year without measure": ("sites", set_to("first_year", 1e8), r"first_year holds 1e\+08"),
    "an area without measure": ("sites", set_to("area_m2", 1e300), r"area_m2 holds 1e\+300"),
    "a finding nobody knows": ("flags", set_to("finding", "<img src=x>"), "cautions are not those of minewaste"),
    "a caution nobody knows": ("flags", set_to("flag", "<img src=x>"), "cautions are not those of minewaste"),
    "a finding without its values": ("flags", set_to("values", "{}"), "cautions are not those of minewaste"),
    "a cell too long": ("territories", set_to("territory", "Z" * 300_000), "holds a text of 300,000 letters"),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_altered_table_is_told_as_one(kind: str, small_run: SmallRun, tmp_path: Path) -> None:
    name, change, why = KINDS[kind]
    run = altered(shutil.copytree(small_run.folder, tmp_path / "run"), name, change)
    with pytest.raises(SourceError, match=rf"{name}\.parquet.*{why}.*altered or damaged.*or ask whoever gave you"):
        load_publication(run)


def test_a_table_that_was_written_anew_is_read(small_run: SmallRun, tmp_path: Path) -> None:
    run = shutil.copytree(small_run.folder, tmp_path / "run")
    for name in TABLES:
        altered(run, name, lambda table: table)
    assert len(load_publication(run).sites) == 30
