from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from layers.catalogue.source import Source
from layers.crs import geodesic_km
from layers.readers.territories import read_territories
from layers.schema import SiteTerritories, Territories, empty
from layers.working_crs import working_crs
from pipeline.stages.per_site.overlay_territories import OverlayTerritoriesParams, overlay_territories
from tests.pipeline.stages.site_tables import areas_of, in_any_slices, points, sites_at

CRS = pyproj.CRS.from_epsg(3979)


def overlaid(sites, areas, near_km=25.0, crs=CRS):
    return in_any_slices(
        overlay_territories, sites.to_crs(crs), areas.to_crs(crs), OverlayTerritoriesParams(near_km=near_km)
    )


def told(table) -> dict[str, list[tuple[str, str]]]:
    return {
        site: list(zip(rows["territory"], rows["relation"], strict=True))
        for site, rows in table.groupby("site_id", sort=False)
    }


def test_all_areas_of_a_site_are_listed_alphabetically_whatever_their_size() -> None:
    small, large, middle = (
        shapely.box(-119, 56, -118, 57),
        shapely.box(-125, 50, -110, 60),
        shapely.box(-120, 55, -117, 58),
    )
    areas = areas_of([small, large, middle], names=["Zeta", "Área Á", "area b"])
    table = overlaid(sites_at(points([(-118.5, 56.5), (-124, 51), (-90, 50)])), areas)
    assert told(table) == {
        "S1": [("Área Á", "inside"), ("area b", "inside"), ("Zeta", "inside")],
        "S2": [("Área Á", "inside")],
    }
    assert (table["distance_km"] == 0).all()
    assert table["share"].isna().all()
    assert set(table["steward"]) == {"Steward"}


def test_an_overlap_is_not_an_order(shared_faults) -> None:
    source = Source(id="areas", role="territories", path="F46_overlapping_territories.geojson")
    areas = read_territories(source, shared_faults).layer
    sites = pd.read_csv(shared_faults / "F46_sites.csv")
    table = overlaid(sites_at(points(sites[["longitude", "latitude"]]), ids=list(sites["site_id"])), areas)
    assert {site: [name for name, _ in rows] for site, rows in told(table).items()} == {
        "O1": ["A", "B", "C"],
        "O2": ["A"],
    }


def test_territories_across_the_antimeridian(shared_faults) -> None:
    source = Source(id="areas", role="territories", path="F14_antimeridian_territories.geojson")
    areas = read_territories(source, shared_faults).layer
    sites = pd.read_csv(shared_faults / "F14_sites.csv")
    placed = sites_at(points(sites[["longitude", "latitude"]]), ids=list(sites["site_id"]))
    expected = sites.dropna(subset="expected_territories").set_index("site_id")["expected_territories"]
    for crs in (CRS, pyproj.CRS.from_epsg(3832)):
        table = overlaid(placed, areas, near_km=0, crs=crs)
        assert table.set_index("site_id")["territory"].to_dict() == expected.to_dict()


def test_both_halves_of_a_mended_bow_tie_hold_sites(shared_faults) -> None:
    areas = read_territories(
        Source(id="areas", role="territories", path="F38_bowtie_territory.geojson"), shared_faults
    ).layer
    sites = pd.read_csv(shared_faults / "F38_sites.csv")
    table = overlaid(sites_at(points(sites[["longitude", "latitude"]]), ids=list(sites["site_id"])), areas, near_km=0)
    wanted = set(sites.loc[sites["in_bowtie_after_repair"] == "yes", "site_id"])
    assert set(table.loc[table["territory"] == "bowtie", "site_id"]) == wanted


def test_a_point_on_the_boundary_is_inside_and_in_a_hole_is_near() -> None:
    ring = shapely.Polygon(shapely.box(0, 0, 10_000, 10_000).exterior, [shapely.box(4000, 4000, 6000, 6000).exterior])
    areas = areas_of([ring], CRS)
    sites = sites_at(points([(0, 5000), (5000, 5000), (2000, 5000)]), CRS)
    table = overlaid(sites, areas)
    assert told(table) == {"S1": [("Area 1", "inside")], "S2": [("Area 1", "near")], "S3": [("Area 1", "inside")]}
    near = table.loc[table["site_id"] == "S2", "distance_km"].iloc[0]
    x, y = pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform([5000, 4000, 5000], [5000, 5000, 4000])
    assert near == pytest.approx(geodesic_km(x[0], y[0], x[1:], y[1:]).min(), rel=1e-4)


def test_share_of_an_outlined_site() -> None:
    pond = shapely.box(0, 0, 1000, 1000)
    areas = areas_of(
        [shapely.box(-5000, -5000, 250, 5000), shapely.box(-1, -1, 2000, 2000), shapely.box(1100, 0, 1200, 1)], CRS
    )
    table = overlaid(sites_at([pond], CRS), areas)
    assert told(table) == {"S1": [("Area 1", "overlaps"), ("Area 2", "inside"), ("Area 3", "near")]}
    np.testing.assert_allclose(table["share"], [0.25, 1.0, 0.0], atol=1e-12)
    assert table["share"].sum() > 1  # shares of overlapping areas may exceed the whole
    assert table["distance_km"].iloc[:2].eq(0).all()
    assert table["distance_km"].iloc[2] == pytest.approx(0.1, rel=0.05)


@pytest.mark.parametrize("near_km", [5, 60])
@pytest.mark.parametrize("crs", [CRS, working_crs((-121, 54, -99, 66)), pyproj.CRS.from_epsg(3857)])
def test_near_distances_are_geodesic_and_complete(near_km: float, crs: pyproj.CRS) -> None:
    rng = np.random.default_rng(4)
    centres = rng.uniform([-120, 55], [-100, 65], (25, 2))
    stars = []
    for centre in centres:
        angle = np.sort(rng.uniform(0, 2 * np.pi, 90))
        radius = rng.uniform(0.2, 1.0, 90)[:, None]
        stars.append(shapely.Polygon(centre + radius * np.column_stack([np.cos(angle) * 1.8, np.sin(angle)])))
    sites = sites_at(points(rng.uniform([-121, 54], [-99, 66], (40, 2)))).to_crs(crs)
    areas = areas_of(stars).to_crs(crs)
    table = overlaid(sites, areas, near_km, crs)
    to_degrees = pyproj.Transformer.from_crs(crs, 4326, always_xy=True)
    expected = {}
    for site, point in zip(sites["site_id"], sites.geometry, strict=True):
        for name, area in zip(areas["territory"], areas.geometry, strict=True):
            planar = area.distance(point)
            if planar > near_km * 1000 * 3 or area.intersects(point):
                if area.intersects(point):
                    expected[site, name] = 0.0
                continue
            around = shapely.intersection(area.boundary, point.buffer(planar * 1.3 + 1))
            dense = shapely.get_coordinates(shapely.segmentize(around, planar / 100))
            lon, lat = to_degrees.transform(*dense.T)
            km = float(geodesic_km(*to_degrees.transform(point.x, point.y), lon, lat).min())
            if km <= near_km:
                expected[site, name] = km
    found = {(row.site_id, row.territory): row.distance_km for row in table.itertuples()}
    assert len(expected) > 10
    assert set(found) == set(expected)
    np.testing.assert_allclose([found[key] for key in expected], list(expected.values()), rtol=1e-3, atol=1e-3)


def test_no_site_no_area_no_geometry() -> None:
    area = areas_of([shapely.box(-120, 55, -118, 57)])
    nothing = overlaid(sites_at(points([(-119, 56)])), empty(Territories))
    assert len(nothing) == 0
    assert list(nothing.columns) == list(SiteTerritories.to_schema().columns)
    assert len(overlay_territories(sites_at([]).to_crs(CRS), area.to_crs(CRS), OverlayTerritoriesParams())) == 0
    placeless = sites_at([shapely.Point(-119, 56), shapely.Point()])
    assert list(overlaid(placeless, area)["site_id"]) == ["S1"]


def test_a_user_column_called_index_right_is_no_obstacle() -> None:
    sites = sites_at(points([(-119, 56)]), index_right=[7], index=[1], fid=[3])
    area = areas_of([shapely.box(-120, 55, -118, 57)])
    first, second = overlaid(sites, area), overlaid(sites, area)
    pd.testing.assert_frame_equal(first, second)
    assert list(sites["index_right"]) == [7]


def test_inputs_are_not_edited_and_threads_do_not_matter() -> None:
    rng = np.random.default_rng(2)
    sites = sites_at(points(rng.uniform([-120, 55], [-100, 65], (60, 2)))).to_crs(CRS)
    areas = areas_of([shapely.Point(*xy).buffer(1.5) for xy in rng.uniform([-120, 55], [-100, 65], (20, 2))]).to_crs(
        CRS
    )
    before = sites.copy(), areas.copy()
    two = overlay_territories(sites, areas, OverlayTerritoriesParams(threads=2))
    one = overlay_territories(sites, areas, OverlayTerritoriesParams(threads=1))
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    pd.testing.assert_frame_equal(sites, before[0])
    pd.testing.assert_frame_equal(areas, before[1])
    assert not shapely.is_prepared(areas.geometry.to_numpy()).any()
    joined = gpd.sjoin(sites[["site_id", "geometry"]], areas[["territory", "geometry"]], predicate="intersects")
    held = two[two["relation"] == "inside"]
    assert set(zip(joined["site_id"], joined["territory"], strict=True)) == set(
        zip(held["site_id"], held["territory"], strict=True)
    )


def test_real_areas_of_labrador(shared_realdata) -> None:
    folder = shared_realdata / "indigenous" / "labrador_nunatsiavut_and_claims"
    claims = read_territories(
        Source(id="claims", role="territories", path="atris-claims-labrador.geojson"), folder
    ).layer
    table = overlaid(sites_at(points([(-60.33, 53.3), (-66.91, 52.95)]), ids=["goose_bay", "labrador_city"]), claims)
    assert len(table[table["site_id"] == "goose_bay"]) >= 2
    assert list(table["territory"]) == [
        name for _, rows in table.groupby("site_id", sort=False) for name in sorted(rows["territory"], key=str.casefold)
    ]


@pytest.mark.parametrize("crs", [CRS, pyproj.CRS.from_epsg(3347), working_crs((-120, 48, -98, 60))])
def test_a_boundary_along_a_parallel_stays_on_it(tmp_path, crs) -> None:
    gpd.GeoDataFrame({"name": ["Area A"]}, geometry=[shapely.box(-120, 49, -98, 60)], crs=4326).to_file(
        tmp_path / "a.gpkg"
    )
    areas = read_territories(Source(id="areas", role="territories", path="a.gpkg"), tmp_path).layer
    table = overlaid(sites_at(points([(-109, 49.01), (-109, 48.99)])), areas, crs=crs)
    assert told(table) == {"S1": [("Area A", "inside")], "S2": [("Area A", "near")]}
    assert table["distance_km"].iloc[1] == pytest.approx(1.112, abs=0.01)


def test_outlines_that_cross_themselves_have_shares() -> None:
    bowtie = shapely.Polygon([(0, 0), (1000, 1000), (1000, 0), (0, 1000)])
    areas = areas_of([shapely.box(-10, -10, 500, 2000), shapely.Polygon([(0, 0), (900, 900), (900, 0), (0, 900)])], CRS)
    table = overlaid(sites_at([bowtie], CRS), areas, near_km=0)
    assert table["relation"].tolist() == ["overlaps", "overlaps"]
    assert table["share"].iloc[0] == pytest.approx(0.5)
