"""Notes on packed minutes and seconds where there is nothing to look at."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.readers.packed_angles import packed_notes


@pytest.mark.parametrize("latitude", [[""] * 9, ["45.0712", *[""] * 8], [f"45.07{second}" for second in range(10, 19)]])
def test_columns_without_coordinates_are_told_nothing_of(latitude: list[str]) -> None:
    source = Source(id="s", role="geochemistry", path="f.csv", columns={"latitude": "lat", "longitude": "lon"})
    axes = {"latitude": pd.Series(latitude, dtype="str"), "longitude": pd.Series([""] * 9, dtype="str")}
    assert packed_notes(source, axes, np.arange(9)) == []
