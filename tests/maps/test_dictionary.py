"""The data dictionary: no column of any table a run writes is without a meaning."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import yaml

from maps.dictionary import TABLES, entry_of, meaning, missing, tables

WRITTEN = (
    "ranking.csv",
    "site_territories.csv",
    "accounting.csv",
    "rejected.csv",
    "stages/links.csv",
    "model/held_out.csv",
)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_column_of_a_table_of_a_run_has_a_meaning(demo_run: Path, name: str) -> None:
    if not (demo_run / name).is_file():
        pytest.skip(f"{name} is not written by this run")
    columns = pd.read_csv(demo_run / name, nrows=1).columns
    assert [column for column in columns if entry_of(column) is None] == []


def test_every_column_for_gis_has_a_meaning(demo_run: Path) -> None:
    columns = set(gpd.read_parquet(demo_run / "sites.parquet").columns)
    for layer in [name for name, _ in pyogrio.list_layers(demo_run / "ranking.gpkg") if name != "layer_styles"]:
        columns |= set(pyogrio.read_info(demo_run / "ranking.gpkg", layer=layer)["fields"])
    assert [column for column in sorted(columns) if entry_of(column) is None] == []


def test_the_sites_for_gis_have_forty_columns_at_most_with_the_digits_of_the_pages(demo_run: Path) -> None:
    sites = pyogrio.read_dataframe(demo_run / "ranking.gpkg", layer="sites", read_geometry=False)
    assert len(sites.columns) <= 40
    amounts = sites["payable_t"].dropna()
    assert len(amounts) > 0
    assert [value for value in amounts if value != float(f"{value:.2g}")] == []
    assert (sites["community_km"].dropna().round(1) == sites["community_km"].dropna()).all()


@pytest.mark.parametrize("name", TABLES)
def test_every_column_a_schema_asks_for_has_a_meaning(name: str) -> None:
    for column in tables()[name][1]:
        for lang in ("en", "fr"):
            assert meaning(column, lang)
            assert missing(column, lang)


def test_both_languages_are_there_and_differ() -> None:
    entries = yaml.safe_load((Path(__file__).parents[2] / "maps" / "dictionary.yml").read_text(encoding="utf-8"))
    for entry in [*entries["columns"].values(), *entries["families"].values()]:
        assert set(entry) == {"en", "fr", "missing_en", "missing_fr"}
        assert entry["en"] != entry["fr"]


def test_the_longer_family_is_meant_where_two_fit() -> None:
    assert "standard deviation" in meaning("raster_thorium_sd", "en")
    assert meaning("raster_thorium", "en").startswith("mean of the raster")
    assert "percentile" in meaning("near_La_p90_ppm", "en")


def test_an_unknown_column_is_an_error_and_not_an_empty_cell() -> None:
    with pytest.raises(KeyError, match="no_such_column"):
        meaning("no_such_column", "en")
