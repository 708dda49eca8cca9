"""Layers of different CRS refuse each other."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from layers.errors import StageError
from layers.one_crs import require_one_crs


def points(crs: str | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy([1.0], [2.0]), crs=crs)


def test_layers_of_one_crs_and_plain_tables_pass() -> None:
    require_one_crs("stage", points("EPSG:3978"), pd.DataFrame(), None, points("EPSG:3978"))


@pytest.mark.parametrize("other", ["EPSG:3979", "EPSG:4326", None])
def test_another_crs_is_refused_with_both_names(other: str | None) -> None:
    with pytest.raises(StageError, match=f"EPSG:3978; {other or 'none stated'}"):
        require_one_crs("overlay_territories", points("EPSG:3978"), points(other))
