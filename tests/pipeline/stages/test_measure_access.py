from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from layers.crs import geodesic_km
from layers.schema import Backdrop, Communities, Lines, conform, empty
from layers.working_crs import working_crs
from pipeline.evidence.shores import with_shores
from pipeline.kernels.nearest_lines import Ground, cut_lines, lines_in_question, nearest_km, shortest_km
from pipeline.stages.per_site.measure_access import MeasureAccessParams, measure_access
from tests.pipeline.stages.site_tables import communities_at, in_any_slices, lines_of, points, sites_at

CANADA = pyproj.CRS.from_epsg(3979)
NO_LINES, NO_COMMUNITIES = empty(Lines), empty(Communities)
PARAMS = MeasureAccessParams(beyond_km=1e6)


def measured(sites, lines, communities=NO_COMMUNITIES, crs=CANADA):
    return in_any_slices(measure_access, sites.to_crs(crs), lines.to_crs(crs), communities.to_crs(crs), PARAMS)


def true_km(point, lines, crs) -> float:
    """Distance by brute force: geodesics to a point every hundred metres of the lines as they run in the CRS."""
    planar = shapely.distance(lines, point)
    dense = shapely.get_coordinates(shapely.segmentize(lines[planar <= planar.min() * 1.5], 100.0))
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    lon, lat = to_degrees.transform(*dense[np.hypot(*(dense - [point.x, point.y]).T) <= planar.min() * 1.5].T)
    return float(geodesic_km(*to_degrees.transform(point.x, point.y), lon, lat).min())


@pytest.mark.parametrize("crs", [CANADA, working_crs((-101.5, 67.9, -97, 69.1)), pyproj.CRS.from_epsg(32614)])
def test_nearest_is_nearest_on_the_ground_not_in_degrees(crs) -> None:
    # At 68 N a degree of longitude is 42 km: 1.2 degrees east is nearer than 1 degree north.
    site = sites_at(points([(-100, 68)]))
    east = shapely.LineString([(-98.8, 67.8), (-98.8, 68.2)])
    north = shapely.LineString([(-100.5, 69), (-99.5, 69)])
    table = measured(site, lines_of([north, east], "water"), crs=crs)
    assert table["water_km"].iloc[0] == pytest.approx(50.2, abs=0.06)
    only_north = measured(site, lines_of([north], "water"), crs=crs)
    assert only_north["water_km"].iloc[0] == pytest.approx(111.6, abs=0.2)


def test_fault_nearest_at_68_north(shared_faults) -> None:
    rivers = gpd.read_file(shared_faults / "F16_nearest_at_68N_rivers.geojson")
    sites = gpd.read_file(shared_faults / "F16_nearest_at_68N_sites.geojson")
    short = [shapely.LineString([(point.x, point.y), (point.x, point.y + 1e-5)]) for point in rivers.geometry]
    table = measured(sites_at(list(sites.geometry)), lines_of(short, "water"))
    assert table["water_km"].iloc[0] == pytest.approx(50.2, abs=0.1)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("epsg", [3979, 3857, 3347])
def test_distance_is_right_to_a_thousandth_in_a_stretched_projection(seed: int, epsg: int) -> None:
    rng = np.random.default_rng(seed)
    crs = pyproj.CRS.from_epsg(epsg)
    place = np.column_stack([rng.uniform(-140, -60, 12), rng.uniform(45, 72, 12)])
    steps = rng.normal(0, 0.4, (60, 9, 2)) * [2.0, 1.0]
    start = np.column_stack([rng.uniform(-140, -60, 60), rng.uniform(45, 72, 60)])
    walks = [shapely.LineString(walk) for walk in start[:, None] + np.cumsum(steps, axis=1)]
    sites, lines = sites_at(points(place)).to_crs(crs), lines_of(walks).to_crs(crs)
    table = in_any_slices(measure_access, sites, lines, NO_COMMUNITIES, PARAMS)
    expected = [true_km(point, lines.geometry.to_numpy(), crs) for point in sites.geometry]
    np.testing.assert_allclose(table["road_km"], expected, rtol=1e-3)


def test_kinds_stay_apart_and_what_is_not_given_is_missing() -> None:
    sites = sites_at(points([(-100, 60), (-101, 60)]))
    near, far = shapely.LineString([(-100, 60.1), (-101, 60.1)]), shapely.LineString([(-100, 61), (-101, 61)])
    table = measured(sites, lines_of([near, far], ["road", "rail"]))
    assert (table["road_km"] < 12).all()
    assert (table["rail_km"] > 110).all()
    assert table[["power_km", "water_km", "structure_km", "community_km"]].isna().all(axis=None)
    assert table["nearest_community"].isna().all()
    assert list(table["site_id"]) == ["S1", "S2"]


def test_on_the_line_is_zero_and_no_site_gives_no_row() -> None:
    line = shapely.LineString([(-100, 60), (-100, 61)])
    table = measured(sites_at(points([(-100, 60.0)])), lines_of([line]))
    assert table["road_km"].iloc[0] == pytest.approx(0, abs=1e-6)
    none = measure_access(sites_at([]).to_crs(CANADA), lines_of([line]).to_crs(CANADA), NO_COMMUNITIES, PARAMS)
    assert len(none) == 0


def test_an_outlined_site_is_measured_from_its_reference_point() -> None:
    pond = shapely.box(-100.01, 59.99, -99.99, 60.01)
    line = shapely.LineString([(-101, 60.5), (-99, 60.5)])
    table = measured(sites_at([pond, shapely.Point(-100, 60)]), lines_of([line]))
    assert table["road_km"].iloc[0] == pytest.approx(table["road_km"].iloc[1], rel=1e-3)


def test_community_is_nearest_by_geodesic_also_across_the_antimeridian() -> None:
    communities = communities_at([(179.5, 65), (-170, 65), (-178, 66.5)], ["Community 1", "Community 2", "Community 3"])
    table = measured(sites_at(points([(-179.9, 65)])), NO_LINES.set_crs(4326), communities, pyproj.CRS.from_epsg(3832))
    assert table["nearest_community"].iloc[0] == "Community 1"
    assert table["nearest_community_kind"].iloc[0] == "office_point"
    assert table["community_km"].iloc[0] == pytest.approx(geodesic_km(-179.9, 65, 179.5, 65), rel=1e-9)


def test_equally_near_communities_are_told_by_name() -> None:
    communities = communities_at([(-99, 60), (-101, 60), (-101, 60)], ["Community b", "Community C", "Community Á"])
    site = sites_at(points([(-100, 60)]))
    table = measured(site, NO_LINES.set_crs(4326), communities)
    assert table["nearest_community"].iloc[0] == "Community Á"


def test_the_ellipsoid_decides_where_the_sphere_would_choose_another() -> None:
    # A degree of latitude at 45 N is 111.13 km; on a sphere it is 111.19 km, and the choice is the other one.
    north = (-100.0, 46.0)
    east_degrees = 1.0 / np.cos(np.radians(45)) * 0.9985
    communities = communities_at([north, (-100 + east_degrees, 45.0)], ["Community N", "Community E"])
    km = geodesic_km(-100, 45, *np.array([north, (-100 + east_degrees, 45.0)]).T)
    table = measured(sites_at(points([(-100, 45)])), NO_LINES.set_crs(4326), communities)
    assert table["community_km"].iloc[0] == pytest.approx(km.min(), rel=1e-12)


def test_many_communities_in_one_place_do_not_hide_the_nearest() -> None:
    crowd = [(-100.0, 60.001 + 1e-7 * number) for number in range(40)]
    communities = communities_at([*crowd, (-100.0, 60.0009)], [f"Community {number:02}" for number in range(41)])
    table = measured(sites_at(points([(-100, 60)])), NO_LINES.set_crs(4326), communities)
    assert table["nearest_community"].iloc[0] == "Community 40"


def test_inputs_are_not_edited_and_order_follows_the_sites() -> None:
    rng = np.random.default_rng(5)
    sites = sites_at(points(rng.uniform([-110, 55], [-100, 60], (50, 2)))).to_crs(CANADA)
    lines = lines_of([shapely.LineString(rng.uniform([-110, 55], [-100, 60], (3, 2))) for _ in range(9)]).to_crs(CANADA)
    before = sites.copy(), lines.copy()
    table = measure_access(sites, lines, NO_COMMUNITIES, PARAMS)
    shuffled = sites.sample(frac=1, random_state=1)
    again = measure_access(shuffled, lines, NO_COMMUNITIES, MeasureAccessParams(threads=1, beyond_km=1e6))
    pd.testing.assert_frame_equal(
        again.set_index("site_id").loc[table["site_id"]].reset_index(), table, check_exact=True
    )
    pd.testing.assert_frame_equal(sites, before[0])
    pd.testing.assert_frame_equal(lines, before[1])


@pytest.mark.parametrize("epsg", [3979, 3857])
@pytest.mark.parametrize("spread", [0.4, 0.002])
def test_any_slices_and_the_search_of_every_line_agree_to_the_last_bit(epsg: int, spread: float) -> None:
    rng = np.random.default_rng(9)
    crs = pyproj.CRS.from_epsg(epsg)
    place = np.vstack([rng.uniform([-130, 45], [-65, 72], (150, 2)), np.tile([-100.0, 60.0], (2, 1))])
    start = np.vstack([rng.uniform([-130, 45], [-65, 72], (80, 2)), np.tile([-99.0, 61.0], (40, 1))])
    walks = [
        shapely.LineString(walk) for walk in start[:, None] + np.cumsum(rng.normal(0, spread, (120, 30, 2)), axis=1)
    ]
    sites, lines = sites_at(points(place)).to_crs(crs), lines_of(walks).to_crs(crs)
    table = in_any_slices(measure_access, sites, lines, NO_COMMUNITIES, PARAMS)
    ground = Ground(crs, shapely.get_coordinates(sites.geometry.to_numpy()))
    pieces = cut_lines(lines.geometry.to_numpy(), 8)
    every = np.arange(len(pieces))
    one_by_one = [
        shortest_km(ground, pieces, np.zeros(len(pieces), dtype=int), every, np.full(len(pieces), row), 1)[0]
        for row in range(len(sites))
    ]
    np.testing.assert_array_equal(table["road_km"], one_by_one)


def test_a_few_sites_leave_most_lines_uncut_and_distances_as_they_were() -> None:
    rng = np.random.default_rng(3)
    starts = rng.uniform(0, 5e5, (3000, 1, 2))
    lines = shapely.linestrings(starts + np.cumsum(rng.normal(0, 500, (3000, 20, 2)), axis=1))
    ground = Ground(pyproj.CRS("EPSG:3979"), rng.uniform(0, 5e5, (12, 2)))
    chosen = lines_in_question(ground, lines)
    assert 12 <= len(chosen) < 300
    assert (nearest_km(ground, cut_lines(chosen, 8), 1) == nearest_km(ground, cut_lines(lines, 8), 1)).all()
    one_long = np.append(lines, shapely.linestrings(rng.uniform(0, 5e5, (100_000, 2))))
    assert len(lines_in_question(ground, one_long)) == len(one_long)


def test_far_outside_a_layer_a_distance_is_missing_not_long() -> None:
    crs = pyproj.CRS.from_epsg(32617)
    road = lines_of([shapely.LineString([(500_000, 5_000_000), (600_000, 5_100_000)])], crs=crs)
    at = [(550_000, 5_060_000), (500_000, 5_190_000), (500_000, 5_210_000), (200_000, 5_000_000)]
    table = measure_access(sites_at(points(at), crs), road, empty(Communities), MeasureAccessParams())
    assert np.isfinite(table["road_km"]).tolist() == [True, True, False, False]
    near = measure_access(sites_at(points(at), crs), road, empty(Communities), MeasureAccessParams(beyond_km=400))
    assert np.isfinite(near["road_km"]).all()
    assert table["road_km"].iloc[0] == near["road_km"].iloc[0]


def test_a_lake_is_water_too() -> None:
    lake = gpd.GeoDataFrame(
        {"backdrop_id": ["a:1", "a:2"], "name": ["Lake", None], "kind": ["lake", "province"], "source": "a"},
        geometry=[shapely.box(-100.5, 60, -100.1, 60.2), shapely.box(-101, 59, -99, 61)],
        crs=4326,
    )
    river = lines_of([shapely.LineString([(-98, 59), (-98, 61)])], kind="water")
    both = with_shores(river, conform(lake, Backdrop))
    assert both["kind"].tolist() == ["water", "water"]
    near = measured(sites_at(points([(-100.05, 60.1)])), both)["water_km"].iloc[0]
    assert near == pytest.approx(geodesic_km(-100.05, 60.1, -100.1, 60.1), abs=0.01)
    assert with_shores(NO_LINES, conform(lake, Backdrop))["line_id"].tolist() == ["shore:a:0"]


def test_within_a_lake_water_is_no_distance_away_and_on_its_island_it_is() -> None:
    island = shapely.box(-100.35, 60.08, -100.25, 60.12)
    waters = [
        shapely.box(-100.5, 60, -100.1, 60.2).difference(island),
        shapely.MultiPolygon([shapely.box(-99, 60, -98.9, 60.1)]),
    ]
    lakes = gpd.GeoDataFrame(
        {"backdrop_id": ["a:1", "a:2"], "name": None, "kind": "lake", "source": "a"}, geometry=waters, crs=4326
    )
    at = [(-100.45, 60.1), (-98.95, 60.05), (-100.3, 60.1), (-100.0, 60.1), (-100.1, 60.1)]
    water = with_shores(NO_LINES, conform(lakes, Backdrop))
    km = measured(sites_at(points(at)), water)["water_km"].to_numpy()
    assert km[[0, 1]].tolist() == [0.0, 0.0]
    assert km[2] == pytest.approx(geodesic_km(-100.3, 60.1, -100.3, 60.12), abs=0.01)
    assert km[3] == pytest.approx(geodesic_km(-100.0, 60.1, -100.1, 60.1), abs=0.01)
    assert km[4] == pytest.approx(0.0, abs=1e-6)
