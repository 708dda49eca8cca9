"""Notes on packed minutes and seconds where there is nothing to look at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.readers.coordinates import read_points
from layers.readers.packed_angles import packed_notes


@pytest.mark.parametrize("latitude", [[""] * 9, ["45.0712", *[""] * 8], [f"45.07{second}" for second in range(10, 19)]])
def test_columns_without_coordinates_are_told_nothing_of(latitude: list[str]) -> None:
    source = Source(id="s", role="geochemistry", path="f.csv", columns={"latitude": "lat", "longitude": "lon"})
    axes = {"latitude": pd.Series(latitude, dtype="str"), "longitude": pd.Series([""] * 9, dtype="str")}
    assert packed_notes(source, axes, np.arange(9)) == []


@pytest.mark.parametrize("form", ["D.MMSS", "DD.MMSS", "ddd.mmss"])
def test_a_heading_that_says_how_angles_are_packed_is_followed(form: str) -> None:
    names = {"latitude": f"Lat ({form})", "longitude": f"Long ({form})"}
    cells = pd.DataFrame(
        {names["latitude"]: ["48.2347", "48.5", "48.7101"], names["longitude"]: ["-117.2623", "-117.05", "-117.0000"]}
    )
    source = Source(id="s", role="inventory", path="f.csv", crs="EPSG:4326", columns=names)
    points = read_points(source, "f", cells, np.array([2, 3, 4]))
    assert points.latitude[:2] == pytest.approx([48 + 23 / 60 + 47 / 3600, 48 + 50 / 60])
    assert points.longitude[:2] == pytest.approx([-117 - 26 / 60 - 23 / 3600, -117 - 5 / 60])
    assert np.isnan(points.latitude[2])
    assert "71" in points.problems[2][1]
