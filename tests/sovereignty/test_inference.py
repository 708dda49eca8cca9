"""What somebody who holds the published tables can regain of an outline, measured; docs/howto/publish_safely.md states it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.catalogue.source import Source
from maps.sovereignty import GENERALISED_DEGREES
from pipeline.source_reading import read_source
from pipeline.stages.per_site.overlay_territories import OverlayTerritoriesParams, overlay_territories
from tests.pipeline.stages.site_tables import areas_of, points, sites_at

CRS = "EPSG:3979"
FRAME_KM = 100
CORNERS_KM = [(30, 25), (75, 18), (88, 55), (60, 50), (66, 82), (28, 70), (40, 48)]
"""An outline in a square of 100 by 100 km, of which it takes a quarter."""


def in_degrees(km: np.ndarray) -> np.ndarray:
    """Return longitudes and latitudes of places in kilometres of the frame, which lies around the origin of the CRS."""
    metres = gpd.GeoSeries.from_xy(*(km.T * 1000), crs=CRS).to_crs(4326)
    return np.column_stack([metres.x, metres.y])


def regained_share(n_sites: int, near_km: float) -> float:
    """Return how much of an outline a reader of `site_territories.csv` regains (area of the common part over that of both).

    The reader knows the sites, which of them lie inside, and how far the others lie from the outline where that is told. No
    part of the area lies nearer to a site than that, or than ``near_km`` to a site that tells nothing; what is left belongs
    to the area. With no distances every place is taken for what the nearest site is.
    """
    sites_km = np.random.default_rng(n_sites).uniform(0, FRAME_KM, (n_sites, 2))
    sites = sites_at(points(in_degrees(sites_km))).to_crs(CRS)
    areas = areas_of([shapely.Polygon(in_degrees(np.array(CORNERS_KM, dtype=float)))]).to_crs(CRS)
    table = overlay_territories(sites, areas, OverlayTerritoriesParams(near_km=near_km)).set_index("site_id")
    known = table["distance_km"].reindex(sites["site_id"]).to_numpy()

    side = np.arange(0.5, FRAME_KM)
    places = np.array([(x, y) for x in side for y in side])
    truth = shapely.contains_xy(shapely.Polygon(CORNERS_KM), *places.T)
    apart_km = np.hypot(*(places[:, None] - sites_km[None]).transpose(2, 0, 1))
    if near_km == 0:
        guess = known[apart_km.argmin(axis=1)] == 0
    else:
        guess = ~(apart_km < np.nan_to_num(known, nan=near_km)[None]).any(axis=1)
    return float((guess & truth).sum() / (guess | truth).sum())


def stated() -> dict[int, tuple[float, float]]:
    """Return the shares that the documentation states, by number of sites: with distances, and with near_km: 0."""
    text = (Path(__file__).parents[2] / "docs" / "howto" / "publish_safely.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| (0\.\d+) \| (0\.\d+) \|$", text, re.MULTILINE)
    return {int(sites): (float(near), float(inside)) for sites, near, inside in rows}


def test_the_documentation_states_what_a_reader_regains_of_a_published_outline() -> None:
    shares = stated()
    assert list(shares) == [10, 30, 100, 300]
    for n_sites, (with_distances, inside_alone) in shares.items():
        assert regained_share(n_sites, near_km=25) == pytest.approx(with_distances, abs=0.02)
        assert regained_share(n_sites, near_km=0) == pytest.approx(inside_alone, abs=0.02)


@pytest.mark.parametrize("role", ["territories", "communities"])
def test_exact_shapes_with_one_coarse_copy_give_the_same_bytes(role: str, tmp_path: Path) -> None:
    """All that follows is computed from what is read here, so nothing tells one exact shape from another."""
    exact = np.array([(-90.31, 50.12), (-89.62, 50.08), (-89.58, 50.61), (-90.28, 50.57)])
    chance = np.random.default_rng(0)
    read = []
    for number in range(3):
        moved = exact + chance.uniform(-0.2, 0.2, exact.shape) * GENERALISED_DEGREES * (number > 0)
        kind = {"type": "Polygon", "coordinates": [[*moved.tolist(), moved[0].tolist()]]}
        if role == "communities":
            kind = {"type": "Point", "coordinates": moved[0].tolist()}
        feature = {"type": "Feature", "properties": {"name": "A"}, "geometry": kind}
        (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
        source = Source.model_validate(
            {
                "id": "a", "role": role, "path": "a.geojson", "publish": "generalised", "steward": "Invented Council",
                "columns": {"territory" if role == "territories" else "community": "name"},
            } | ({"defaults": {"kind": "place"}} if role == "communities" else {})
        )  # fmt: skip
        read.append(read_source(source, tmp_path).layer)
    corners = shapely.get_coordinates(read[0].geometry.iloc[0])
    assert np.allclose(corners, corners.round(1), atol=1e-9)
    for other in read[1:]:
        assert other.to_wkb().equals(read[0].to_wkb())
