"""Outlines, layers and vector files: nothing lost, torn, doubled, cut off or taken from the wrong place."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import rasterio
import shapely

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import ConfigError, SourceError
from layers.files.tables import RawTable, read_table
from layers.rasters.reader import describe_raster
from layers.readers.inventory import read_inventory
from layers.readers.territories import read_territories
from pipeline.config import parse_config
from pipeline.folder.geopackage import WRITTEN, write_geopackage
from pipeline.folder.geopackage_styles import add_styles
from pipeline.folder.writing import read_parquet, write_parquet
from pipeline.stages.per_site.overlay_territories import OverlayTerritoriesParams, overlay_territories
from pipeline.stages.per_site.sample_rasters import SampleRastersParams, sample_rasters
from tests.maps.made_up import publication
from tests.pipeline.stages.site_tables import areas_of, points, sites_at

CANADA = pyproj.CRS.from_epsg(3979)
POINTS = [shapely.Point(-120, 55), shapely.Point(-119, 55), shapely.Point(-118, 55)]


def raw(path: Path, **facts: Any) -> RawTable:
    return read_table(Source.model_validate({"id": "s", "role": "inventory", "path": path.name, **facts}), path.parent)


def inventory(path: Path, columns: dict[str, str] | None = None, **facts: Any) -> Reading[Any]:
    spec = {
        "id": "s",
        "role": "inventory",
        "path": path.name,
        "columns": columns or {"official_id": "site_id"},
        **facts,
    }
    return read_inventory(Source.model_validate(spec), path.parent)


def areas(path: Path, **facts: Any) -> Reading[Any]:
    return read_territories(Source(id="areas", role="territories", path=path.name, **facts), path.parent)


def collection(folder: Path, features: dict[str, Any], key: str = "name") -> Path:
    body = [{"type": "Feature", "properties": {key: name}, "geometry": shape} for name, shape in features.items()]
    path = folder / "t.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": body}), encoding="utf-8")
    return path


def polygon(*ring: tuple[float, ...]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(one) for one in (*ring, ring[0])]]}


def overlaid(sites: Any, territories: Any, near_km: float = 0) -> pd.DataFrame:
    return overlay_territories(
        sites.to_crs(CANADA), territories.to_crs(CANADA), OverlayTerritoriesParams(near_km=near_km)
    )


def notes(reading: Any) -> list[str]:
    return [note.code for note in reading.notes]


BOX = polygon((-120, 55), (-118, 55), (-118, 57), (-120, 57))


# --- outlines that cross themselves


def test_both_halves_of_the_shared_bow_tie_count(shared_faults: Path) -> None:
    reading = areas(shared_faults / "F38_bowtie_territory.geojson")
    assert shapely.area(reading.layer.geometry.to_numpy()).round(6).tolist() == [2, 4]
    assert reading.notes[0].message.startswith(
        "'bowtie' was invalid (self-intersection) and was repaired; area 0.0 km² before"
    )
    sites = pd.read_csv(shared_faults / "F38_sites.csv")
    table = overlaid(sites_at(points(sites[["longitude", "latitude"]]), ids=list(sites["site_id"])), reading.layer)
    assert table["site_id"].tolist() == ["B1", "B2"]


@pytest.mark.parametrize(
    ("ring", "inside", "outside"),
    [
        ([(-120, 55), (-118, 57), (-118, 55), (-120, 57)], [(-119.8, 56), (-118.2, 56)], (-119, 55.2)),
        ([(-120, 55), (-120, 57), (-118, 55), (-118, 57)], [(-119.8, 56), (-118.2, 56)], (-119, 56.9)),
        (
            [(-120, 55), (-119, 57), (-118, 55), (-120, 56.2), (-118, 56.2)],
            [(-119, 56.9), (-119.7, 55.2), (-118.3, 55.2)],
            (-119, 55.1),
        ),
    ],
    ids=["F38 bow-tie", "F38 bow-tie upright", "F38 star"],
)
def test_every_enclosed_part_of_a_crossing_outline_is_inside(
    tmp_path: Path, ring: Any, inside: Any, outside: Any
) -> None:
    reading = areas(collection(tmp_path, {"Area A": polygon(*ring)}))
    table = overlaid(sites_at(points([*inside, outside])), reading.layer)
    assert table["site_id"].tolist() == [f"S{number}" for number in range(1, len(inside) + 1)]
    assert notes(reading) == ["repaired_geometry"]
    assert "km² before" in reading.notes[0].message


def test_a_hole_that_touches_its_shell_stays_a_hole(tmp_path: Path) -> None:
    shape = {
        "type": "Polygon",
        "coordinates": [BOX["coordinates"][0], [[-120, 56], [-119, 55.5], [-119, 56.5], [-120, 56]]],
    }
    reading = areas(collection(tmp_path, {"Area A": shape}))
    assert overlaid(sites_at(points([(-119.3, 56), (-118.5, 56)])), reading.layer)["site_id"].tolist() == ["S2"]


# --- what a repair leaves


def test_the_shared_spike_leaves_the_area_alone(shared_faults: Path, tmp_path: Path) -> None:
    reading = areas(shared_faults / "F39_spiked_territory.geojson")
    assert set(reading.layer.geom_type) == {"Polygon"}
    assert notes(reading) == ["repaired_geometry"]
    reading.layer.to_file(tmp_path / "t.gpkg")
    assert len(gpd.read_file(tmp_path / "t.gpkg")) == 1


@pytest.mark.parametrize(
    "shape",
    [
        polygon((-120, 55), (-118, 55), (-118, 57), (-119, 57), (-119, 59), (-119, 57), (-120, 57)),
        {
            "type": "GeometryCollection",
            "geometries": [BOX, {"type": "LineString", "coordinates": [[-118, 57], [-117, 58]]}],
        },
        {
            "type": "MultiPolygon",
            "coordinates": [BOX["coordinates"], [[[-110, 55], [-109, 55], [-110, 55], [-110, 55]]]],
        },
    ],
    ids=["F39 spike", "F39 collection", "F39 flat part"],
)
def test_only_areas_are_kept_of_an_area(tmp_path: Path, shape: Any) -> None:
    reading = areas(collection(tmp_path, {"Area A": shape}))
    assert set(reading.layer.geom_type) <= {"Polygon", "MultiPolygon"}
    assert shapely.area(reading.layer.geometry.to_numpy()).tolist() == pytest.approx([4])
    assert len(reading.notes) >= 1


# --- no geometry


def test_all_rows_of_the_shared_file_are_accounted_for(shared_faults: Path) -> None:
    reading = inventory(shared_faults / "F41_null_and_empty.geojson")
    assert (reading.rows_read, reading.layer["official_id"].tolist()) == (5, ["N1", "N5"])
    assert reading.rejected["reason_code"].tolist() == ["no_coordinates"] * 3
    assert [json.loads(one)["site_id"] for one in reading.rejected["raw"]] == ["N2", "N3", "N4"]
    kept = inventory(shared_faults / "F41_null_and_empty.geojson", options={"keep_unlocated": True}).layer
    assert kept["official_id"].tolist() == ["N1", "N2", "N3", "N4", "N5"]
    assert kept["longitude"].isna().tolist() == [False, True, True, True, False]


@pytest.mark.parametrize(
    "nothing",
    [None, {"type": "Polygon", "coordinates": []}, {"type": "MultiPolygon", "coordinates": []}],
    ids=["F41 null", "F41 empty polygon", "F41 empty parts"],
)
def test_a_feature_without_a_place_is_listed_and_never_at_zero(tmp_path: Path, nothing: Any) -> None:
    path = collection(tmp_path, {"A": nothing, "B": {"type": "Point", "coordinates": [-120, 55]}}, "site_id")
    reading = inventory(path)
    assert (reading.layer["official_id"].tolist(), reading.rejected["source_row"].tolist()) == (["B"], [1])
    area = areas(collection(tmp_path, {"A": nothing, "B": BOX}))
    assert (area.layer["territory"].tolist(), area.rejected["reason_code"].tolist()) == (["B"], ["no_geometry"])


def test_a_layer_of_nothing_but_missing_geometries_is_no_crash(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"site_id": ["A"]}, geometry=[None], crs=4326).to_file(tmp_path / "t.gpkg")
    assert inventory(tmp_path / "t.gpkg").rejected["reason_code"].tolist() == ["no_coordinates"]


# --- heights


def test_heights_of_the_shared_file_are_dropped_with_a_note(shared_faults: Path) -> None:
    reading = areas(shared_faults / "F42_z_coordinates.geojson")
    assert (notes(reading), reading.layer.crs.to_epsg(), reading.layer.geometry.has_z.any()) == (
        ["z_dropped"],
        4326,
        False,
    )
    assert np.ptp(shapely.area(reading.layer.geometry.to_numpy())) == 0
    table = overlaid(sites_at(points([(-119.5, 55.5), (-117.5, 55.5)])), reading.layer)
    assert table["territory"].tolist() == ["flat", "with Z"]


@pytest.mark.parametrize("kind", ["gpkg", "shp", "parquet"], ids=lambda one: f"F42 {one}")
def test_heights_in_other_formats_change_nothing(tmp_path: Path, kind: str) -> None:
    flat = shapely.box(-118, 55, -117, 56)
    deep = shapely.force_3d(flat, -9999.0)
    for name, shape in (("flat", flat), ("deep", deep)):
        frame = gpd.GeoDataFrame({"name": ["A"]}, geometry=[shape], crs=4326)
        path = tmp_path / f"{name}.{kind}"
        frame.to_parquet(path) if kind == "parquet" else frame.to_file(path)
    one, other = areas(tmp_path / f"flat.{kind}"), areas(tmp_path / f"deep.{kind}")
    assert one.layer.geometry.iloc[0].equals(other.layer.geometry.iloc[0])
    assert (notes(one), notes(other)) == ([], ["z_dropped"])


# --- several types of geometry


def test_all_four_sites_of_the_shared_file_are_kept(shared_faults: Path, tmp_path: Path) -> None:
    layer = inventory(shared_faults / "F44_mixed_geometry_types.geojson").layer
    assert layer["official_id"].tolist() == ["P1", "P2", "P3", "P4"]
    assert layer.geometry.iloc[1].contains(shapely.Point(layer["longitude"].iloc[1], layer["latitude"].iloc[1]))
    with rasterio.open(
        tmp_path / "g.tif", "w", driver="GTiff", width=80, height=40, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.Affine(0.1, 0, -121, 0, -0.1, 58),
    ) as grid:  # fmt: skip
        grid.write(np.full((1, 40, 80), 7, "float32"))
    raster = describe_raster(Source(id="g", role="raster", path="g.tif"), tmp_path)
    table = sample_rasters(sites_at(list(layer.geometry)), (raster,), SampleRastersParams())
    assert table["raster_g"].tolist() == [7] * 4
    assert table["raster_g_how"].tolist() == ["point", "zone", "zone", "point"]


@pytest.mark.parametrize("kind", ["gpkg", "parquet", "geojson"], ids=lambda one: f"F44 {one}")
def test_points_lines_and_areas_survive_reading_and_the_store(tmp_path: Path, kind: str) -> None:
    pond = shapely.Polygon([(-119, 55), (-118, 55), (-118, 56), (-118.2, 56), (-118.2, 55.2), (-119, 55.2)])
    shapes = [shapely.Point(-120, 55), pond, shapely.MultiPolygon([pond]), shapely.LineString([(-117, 55), (-117, 56)])]
    frame = gpd.GeoDataFrame({"site_id": ["P1", "P2", "P3", "P4"]}, geometry=shapes, crs=4326)
    path = tmp_path / f"t.{kind}"
    frame.to_parquet(path) if kind == "parquet" else frame.to_file(path)
    layer = inventory(path).layer
    assert layer["official_id"].tolist() == ["P1", "P2", "P3", "P4"]
    assert pond.contains(shapely.Point(layer["longitude"].iloc[1], layer["latitude"].iloc[1]))
    write_parquet(layer, tmp_path / "kept.parquet")
    back = read_parquet(tmp_path / "kept.parquet")
    assert back.geom_type.tolist() == layer.geom_type.tolist()
    assert back.crs == layer.crs


# --- names that geopandas keeps for itself

RESERVED = {"index_right": [7], "index_left": [8], "index": [9], "fid": [3], "level_0": [1]}


def test_reserved_names_of_the_shared_file_do_no_harm(shared_faults: Path) -> None:
    path = shared_faults / "F45_index_right_column.csv"
    assert raw(path).cells["index_right"].tolist() == ["7", "7"]
    columns = {"official_id": "site_id", "latitude": "latitude", "longitude": "longitude", "remarks": "geometry"}
    layer = inventory(path, columns).layer
    assert (layer["official_id"].tolist(), layer["remarks"].tolist()) == (["S1", "S2"], ["text", "text"])


@pytest.mark.parametrize(
    "names", [["index_right", "index_left"], ["index", "fid"], ["level_0", "index"]], ids=lambda one: f"F45 {one}"
)
def test_columns_of_reserved_names_survive_two_overlays(names: list[str]) -> None:
    sites = sites_at(points([(-119, 56)]), **{name: RESERVED[name] for name in names})
    area = areas_of([shapely.box(-120, 55, -118, 57)])
    assert overlaid(sites, area).equals(overlaid(sites, area))
    assert sites[names].iloc[0].tolist() == [RESERVED[name][0] for name in names]


# --- areas over areas


def test_all_areas_of_the_shared_files_are_listed_once_per_site(shared_faults: Path) -> None:
    layer = areas(shared_faults / "F46_overlapping_territories.geojson").layer
    sites = pd.read_csv(shared_faults / "F46_sites.csv")
    table = overlaid(sites_at(points(sites[["longitude", "latitude"]]), ids=list(sites["site_id"])), layer)
    found = table.groupby("site_id")["territory"].agg(";".join)
    assert found.to_dict() == sites.dropna().set_index("site_id")["expected_territories"].to_dict()


@pytest.mark.parametrize(
    "shapes",
    [
        [shapely.box(-120, 55, -118, 57)] * 3,
        [
            shapely.box(-120, 55, -118, 57),
            shapely.box(-119.5, 55.5, -118.5, 56.5),
            shapely.box(-119.2, 55.8, -118.8, 56.2),
        ],
        [
            shapely.MultiPolygon([shapely.box(-120, 55, -118, 57), shapely.box(-110, 55, -109, 56)]),
            *[shapely.box(-119.5, 55, -118, 57)] * 2,
        ],
    ],
    ids=["F46 the same outline", "F46 one in another", "F46 many parts"],
)
def test_every_overlapping_area_is_listed_once(shapes: list[Any]) -> None:
    table = overlaid(sites_at(points([(-119, 56), (-100, 40)])), areas_of(shapes, names=["Area C", "Area A", "Area B"]))
    assert table["territory"].tolist() == ["Area A", "Area B", "Area C"]
    assert table["site_id"].tolist() == ["S1"] * 3


# --- the wrong layer


def test_layers_and_zips_of_the_shared_builder(built: Any) -> None:
    folder = built("F48_wrong_layer_and_nested_zip.py")
    with pytest.raises(SourceError, match=r"annotation, sites.*'layer:'"):
        raw(folder / "F48_two_layers.gpkg")
    assert len(raw(folder / "F48_two_layers.gpkg", layer="sites").cells) == 3
    with pytest.raises(SourceError, match=r"annotation\.shp, sites\.shp"):
        raw(folder / "F48_two_shapefiles.zip")
    assert len(raw(folder / "F48_nested.zip").cells) == 3


@pytest.mark.parametrize(
    "inner", ["a/b/c/", "données 2024/", "x.y/z z/"], ids=["F48 deep", "F48 accents and blanks", "F48 odd path"]
)
def test_a_table_deep_in_a_zip_is_found(tmp_path: Path, inner: str) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr(f"{inner}sites.csv", "site_id,latitude,longitude\nS1,55.1,-120.1\n")
        archive.writestr("readme.md", "nothing")
    assert raw(tmp_path / "t.zip").cells["site_id"].tolist() == ["S1"]


# --- parts of a shapefile


def test_missing_parts_of_the_shared_builder_are_named(built: Any) -> None:
    folder = built("F49_missing_sidecars.py")
    for name, part in (("F49_no_shx", ".shx"), ("F49_no_dbf", ".dbf")):
        with pytest.raises(SourceError, match=f"{name}{part} is missing"):
            raw(folder / f"{name}.shp")
    assert not (folder / "F49_no_shx.shx").exists()


@pytest.mark.parametrize(
    "gone", [(".shx",), (".dbf",), (".shx", ".dbf")], ids=["F49 index", "F49 attributes", "F49 both"]
)
@pytest.mark.parametrize("stem", ["sites", "Sites Été"])
def test_every_missing_part_is_named_at_once(tmp_path: Path, gone: tuple[str, ...], stem: str) -> None:
    path = tmp_path / f"{stem}.shp"
    gpd.GeoDataFrame({"site_id": ["a", "b", "c"]}, geometry=POINTS, crs=4326).to_file(path)
    for part in gone:
        path.with_suffix(part).unlink()
    with pytest.raises(SourceError) as stop:
        raw(path)
    assert all(f"{stem}{part}" in str(stop.value) for part in gone)


# --- names and texts that formats cut

LONG = ["concentration_la_ppm", "concentration_ce_ppm", "concentration_nd_ppm"]


def test_names_and_texts_of_the_shared_file_arrive_whole(shared_faults: Path, tmp_path: Path) -> None:
    cells = raw(shared_faults / "F50_long_column_names.csv").cells
    assert set(LONG) <= set(cells.columns)
    made = publication(3, unscored=0)
    sites = made.sites.assign(
        **{name: float(cells[name].iloc[0]) for name in LONG}, remarks=cells["description"].iloc[0]
    )
    write_geopackage(tmp_path / "ranking.gpkg", {"sites": sites})
    back = gpd.read_file(tmp_path / "ranking.gpkg", layer="sites")
    assert back[LONG].iloc[0].tolist() == [31, 62, 25]
    assert back["remarks"].iloc[0] == cells["description"].iloc[0]
    assert len(back["remarks"].iloc[0]) > 254


def test_what_is_written_is_geopackage_and_geoparquet_with_full_names(tmp_path: Path) -> None:
    made = publication(3, unscored=0)
    text = "x" * 300 + "é"
    sites = made.sites.assign(remarks=text, concentration_lanthanum_in_waste_ppm=1.5)
    write_geopackage(tmp_path / "ranking.gpkg", {"sites": sites})
    write_parquet(sites, tmp_path / "sites.parquet")
    assert pyogrio.read_info(tmp_path / "ranking.gpkg", layer="sites")["driver"] == "GPKG"
    for back in (gpd.read_file(tmp_path / "ranking.gpkg", layer="sites"), read_parquet(tmp_path / "sites.parquet")):
        assert back["concentration_lanthanum_in_waste_ppm"].tolist() == [1.5] * 3
        assert back["remarks"].tolist() == [text] * 3


@pytest.mark.parametrize("asked", [{"format": "shp"}, {"driver": "ESRI Shapefile"}], ids=["F50 format", "F50 driver"])
def test_asking_for_a_shapefile_is_refused(asked: dict[str, str]) -> None:
    source = {"id": "s", "role": "inventory", "path": "t.csv"}
    with pytest.raises(ConfigError, match=rf"publish\.{next(iter(asked))}: unknown key"):
        parse_config({"name": "r", "title": "R", "sources": [source], "publish": asked}, "run.yml")


# --- very detailed outlines


def test_the_detailed_area_of_the_shared_builder_is_read_or_refused(
    built: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = built("F53_huge_feature.py") / "F53_detailed_territory.geojson"
    assert areas(path).layer["territory"].tolist() == ["small", "detailed", "last"]
    monkeypatch.setenv("OGR_GEOJSON_MAX_OBJ_SIZE", "1")
    with pytest.raises(SourceError, match=r"F53_detailed_territory\.geojson.*OGR_GEOJSON_MAX_OBJ_SIZE"):
        areas(path)


@pytest.mark.parametrize("place", ["first", "last", "in many parts"], ids=lambda one: f"F53 {one}")
def test_a_detailed_area_is_never_lost_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    angle = np.linspace(0, 2 * np.pi, 30_000, endpoint=False)
    ring = np.column_stack([-100 + 5 * np.cos(angle), 70 + 2 * np.sin(angle)]).round(9).tolist()
    detailed: Any = polygon(*map(tuple, ring))
    if place == "in many parts":
        cells = [
            shapely.box(-110 + i / 50, 60 + j / 50, -109.99 + i / 50, 60.01 + j / 50)
            for i in range(60)
            for j in range(60)
        ]
        detailed = json.loads(shapely.to_geojson(shapely.MultiPolygon(cells)))
    features = {"detailed": detailed, "small": BOX} if place == "first" else {"small": BOX, "detailed": detailed}
    path = collection(tmp_path, features)
    assert sorted(areas(path).layer["territory"]) == ["detailed", "small"]
    monkeypatch.setenv("OGR_GEOJSON_MAX_OBJ_SIZE", "0.2")
    with pytest.raises(SourceError, match=r"t\.geojson"):
        areas(path)


def test_a_geopackage_carries_styles_headings_and_notices(tmp_path: Path) -> None:
    import sqlite3
    from xml.etree import ElementTree

    path = tmp_path / "ranking.gpkg"
    sites = gpd.GeoDataFrame(
        {
            "rank": [1, 2, 3],
            "rank_class": ["top_10", "top_10", "rest"],
            "evidence": ["measured", "inferred", "inferred"],
            "score": 0.5,
            "name": ['A "quoted" & <b>', "B", "C"],
        },
        geometry=[shapely.Point(at, 50) for at in range(3)],
        crs=4326,
    )
    layers = {"sites": sites, "sampling_plan": sites[["rank", "name", "geometry"]]}
    write_geopackage(path, layers)
    add_styles(path, layers, ["Title & all", "Not a mineral resource"], WRITTEN, None, "fr")
    with sqlite3.connect(path) as base:
        styles = dict(base.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
        plain = base.execute("SELECT metadata FROM gpkg_metadata WHERE mime_type = 'text/plain'").fetchall()
        assert plain == [("Title & all\nNot a mineral resource",)]
        told = base.execute(
            "SELECT metadata FROM gpkg_metadata m JOIN gpkg_metadata_reference r ON r.md_file_id = m.id "
            "WHERE r.table_name = 'sites' AND reference_scope = 'table' AND md_standard_uri = 'http://mrcc.com/qgis.dtd'"
        ).fetchall()
        assert len(told) == 1
        assert ElementTree.fromstring(told[0][0].split(">", 1)[1]).findtext("abstract") == plain[0][0]
        columns = base.execute(
            "SELECT column_name, title, description FROM gpkg_data_columns WHERE table_name = 'sites' ORDER BY rowid"
        ).fetchall()
        assert [(name, title) for name, title, _ in columns[:2]] == [("rank", "Rang"), ("rank_class", "Classe de rang")]
        assert all(meant for _, _, meant in columns)
        known = {row[0] for row in base.execute("SELECT extension_name FROM gpkg_extensions")}
        assert {"gpkg_metadata", "gpkg_schema"} <= known
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    drawn = ElementTree.fromstring(styles["sites"].split(">", 1)[1])
    assert drawn.findtext("previewExpression") == '"name"'
    categories = {category.get("value"): category.get("label") for category in drawn.iter("category")}
    assert categories == {
        "top_10": "Rangs 1 à 10",
        "top_10_sampled": "Rangs 1 à 10, teneur mesurée",
        "rest": "Seconde moitié de la liste",
    }
    marks = {symbol.get("name"): len(list(symbol.iter("layer"))) for symbol in drawn.iter("symbol")}
    assert sorted(marks.values()) == [1, 1, 2]  # a sampled waste keeps its colour and has a ring
    assert [alias.get("name") for alias in drawn.iter("alias")][:3] == ["Rang", "Classe de rang", "Preuve"]
    assert [label.get("fieldName") for label in drawn.iter("text-style")] == [
        'CASE WHEN "rank_class" = \'top_10\' THEN "name" END'
    ]
    assert gpd.read_file(path, layer="sites")["evidence"].tolist() == ["measured", "inferred", "inferred"]
