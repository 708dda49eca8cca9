"""Requests of stewards and verdicts on links: followed as they stand, or stopped; never half."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.context import read_backdrop
from layers.readers.exclusions import read_exclusions, read_known_links


def test_keys_and_empty_requests_are_told_apart(tmp_path) -> None:
    (tmp_path / "requests.csv").write_text("site,reason,date\nS-1,asked,2026-01-01\n,asked,2026-01-02\n")
    source = Source(id="requests", role="exclusions", path="requests.csv", columns={"key": "site"})
    reading = read_exclusions(source, tmp_path)
    assert list(reading.layer["key"]) == ["S-1"]
    assert reading.rejected["reason_code"].tolist() == ["exclusion_names_nothing"]
    assert reading.rejected["source_row"].tolist() == [3]


def test_areas_come_back_in_degrees(tmp_path) -> None:
    area = gpd.GeoDataFrame({"why": ["asked"]}, geometry=[shapely.box(-95, 50, -94, 51)], crs="EPSG:4326").to_crs(3979)
    area.to_file(tmp_path / "areas.gpkg")
    reading = read_exclusions(Source(id="areas", role="exclusions", path="areas.gpkg"), tmp_path)
    assert reading.layer.crs == "EPSG:4326"
    assert (
        shapely.box(-95, 50, -94, 51).hausdorff_distance(reading.layer.geometry.iloc[0]) < 5e-5
    )  # NAD83(CSRS) and WGS 84 differ by about a metre


def test_a_list_nobody_can_follow_is_a_stop(tmp_path) -> None:
    (tmp_path / "requests.csv").write_text("name,reason\nx,asked\ny,asked\n")
    with pytest.raises(SourceError, match=r"has no column 'key' and no areas; its columns are name, reason"):
        read_exclusions(Source(id="requests", role="exclusions", path="requests.csv"), tmp_path)


def empty_list(name: str, folder: Path) -> Path:
    path = folder / name
    none = gpd.GeoDataFrame({"key": []}, geometry=gpd.GeoSeries([], crs=4326), crs=4326)
    match path.suffix:
        case ".csv" | ".txt":
            path.write_text(
                {"a.csv": "key", "b.csv": "Requests of 2026\n\nkey;reason;date\n\n;;\n"}.get(name, "key\treason\n")
            )
        case ".json":
            path.write_text("[]")
        case ".geojson":
            path.write_text('{"type": "FeatureCollection", "features": []}')
        case ".xlsx":
            pd.DataFrame({"key": [], "reason": []}).to_excel(path, index=False)
        case ".parquet":
            none.to_parquet(path)
        case _:
            none.to_file(path, geometry_type="Polygon")
    return path


@pytest.mark.parametrize(
    "name", ["a.csv", "b.csv", "c.txt", "d.json", "e.geojson", "f.xlsx", "g.parquet", "h.gpkg", "i.shp"]
)
def test_a_list_with_its_columns_and_no_row_holds_no_request(name: str, tmp_path: Path) -> None:
    path = empty_list(name, tmp_path)
    reading = read_exclusions(Source(id="requests", role="exclusions", path=path.name), tmp_path)
    assert (reading.rows_read, len(reading.layer), len(reading.rejected)) == (0, 0, 0)
    with pytest.raises(SourceError, match=r"no (?:data row|features)"):  # of other roles it is a fault
        read_backdrop(Source(id="lakes", role="backdrop", path=path.name, options={"kind": "lake"}), tmp_path)


def test_a_list_without_links_holds_none_and_one_without_its_columns_is_a_stop(tmp_path: Path) -> None:
    (tmp_path / "links.csv").write_text("record_a,record_b,same_site\n")
    assert read_known_links(Source(id="links", role="links", path="links.csv"), tmp_path).rows_read == 0
    source = Source(id="requests", role="exclusions", path="links.csv")
    with pytest.raises(SourceError, match="has no column 'key' and no areas; its columns are record_a"):
        read_exclusions(source, tmp_path)
    (tmp_path / "links.csv").write_bytes(b"")
    with pytest.raises(SourceError, match="0 bytes"):
        read_exclusions(source, tmp_path)


def test_links_need_a_verdict(tmp_path) -> None:
    (tmp_path / "links.csv").write_text(
        "record_a,record_b,same_site,reason\na:1,b:1,True,seen on the ground\na:2,b:2,no,\na:3,b:3,perhaps,\n"
    )
    reading = read_known_links(Source(id="links", role="links", path="links.csv"), tmp_path)
    assert reading.layer["same_site"].tolist() == [True, False]
    assert reading.layer["rule"].unique().tolist() == ["known"]
    assert reading.layer["finding"].tolist() == ["quoted", "by_hand"]
    assert reading.layer["values"].tolist() == ['{"quoted": "seen on the ground"}', "{}"]
    assert "'perhaps', neither true nor false" in reading.rejected["reason"].iloc[0]


def test_links_without_their_columns_are_a_stop(tmp_path) -> None:
    (tmp_path / "links.csv").write_text("record_a,record_b\na:1,b:1\n")
    with pytest.raises(SourceError, match="lacks the columns same_site"):
        read_known_links(Source(id="links", role="links", path="links.csv"), tmp_path)
