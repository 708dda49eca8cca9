"""Requests of stewards and verdicts on links: followed as they stand, or stopped; never half."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from layers.catalogue.source import Source
from layers.errors import SourceError
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
