"""Resume by fingerprint, atomic writes, strict JSON."""

from __future__ import annotations

import datetime
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel

from layers import schema
from layers.errors import SourceError
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.store import RunStore
from pipeline.folder.writing import atomic, plain, read_parquet, write_parquet


class Params(BaseModel):
    radius_km: float = 5.0


def tonnage(value: float) -> pd.DataFrame:
    row = {
        "site_id": ["a"],
        "tonnage_t": [value],
        "tonnage_low_t": [1.0],
        "tonnage_high_t": [9.0],
        "tonnage_rule": ["x"],
        "site_kind": ["waste"],
    }
    return schema.conform(pd.DataFrame(row), schema.SiteTonnage)


def test_a_table_is_computed_once_and_again_when_something_it_depends_on_changes(tmp_path) -> None:
    calls = []

    def once(settings: Params, source: str) -> float:
        store = RunStore(tmp_path)
        compute = lambda: calls.append(1) or tonnage(float(len(calls)))  # noqa: E731
        return float(store.table("estimate", [source, settings], schema.SiteTonnage, compute)["tonnage_t"].iloc[0])

    assert [once(Params(), "v1"), once(Params(), "v1")] == [1.0, 1.0]
    assert once(Params(radius_km=6), "v1") == 2.0
    assert once(Params(radius_km=6), "v2") == 3.0
    assert len(calls) == 3


def test_a_failed_write_leaves_the_former_file(tmp_path) -> None:
    path = tmp_path / "ranking.csv"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), atomic(path) as temporary:
        temporary.write_text(f"half {1 / 0}")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["ranking.csv"]


def test_geometry_and_crs_survive_the_store(tmp_path) -> None:
    table = gpd.GeoDataFrame({"a": [1]}, geometry=gpd.points_from_xy([1.0], [2.0]), crs="EPSG:3979")
    write_parquet(table, tmp_path / "t.parquet")
    assert read_parquet(tmp_path / "t.parquet").crs == table.crs


def test_json_is_strict_and_dates_are_iso(tmp_path) -> None:
    content = {
        "nan": np.nan,
        "inf": np.inf,
        "n": np.int64(3),
        "set": {2, 1},
        "day": datetime.date(2020, 1, 2),
        "na": pd.NA,
        "b": np.bool_(1),
    }
    RunStore(tmp_path).write_json("x.json", content)
    expected = {"nan": None, "inf": None, "n": 3, "set": [1, 2], "day": "2020-01-02", "na": None, "b": True}
    assert json.loads((tmp_path / "x.json").read_text()) == expected == plain(content)


def test_a_missing_file_names_itself_and_the_remedy(tmp_path) -> None:
    with pytest.raises(
        SourceError, match=r"nothing\.csv: there is no such file\. Check `path:` of the source, or --data\."
    ):
        file_fingerprint(tmp_path / "nothing.csv")
