"""One transformer for each pair of systems, for all threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyproj
import pytest

from layers.transformer import transformer

PAIRS = [(4326, "EPSG:3979"), ("EPSG:26717", 4326), ("EPSG:3979", "EPSG:26916")]


def test_a_pair_of_systems_has_one_transformer_and_another_pair_another() -> None:
    assert transformer(pyproj.CRS(26917), 4326) is transformer(pyproj.CRS.from_epsg(26917), 4326)
    assert transformer(26917, 4326) is not transformer(26918, 4326)
    assert transformer(26917, 4326) is not transformer(4326, 26917)


@pytest.mark.parametrize(("of", "to"), PAIRS)
def test_shared_by_threads_it_tells_what_a_new_one_tells(of: int | str, to: int | str) -> None:
    rng = np.random.default_rng(1)
    fresh = pyproj.Transformer.from_crs(4326, of, always_xy=True)
    points = [fresh.transform(rng.uniform(-95, -80, 500), rng.uniform(45, 60, 500)) for _ in range(8)]
    right = [pyproj.Transformer.from_crs(of, to, always_xy=True).transform(*one) for one in points]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda one: transformer(of, to).transform(*one), points))
    for one, other in zip(found, right, strict=True):
        np.testing.assert_array_equal(one, other)
