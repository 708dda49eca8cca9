from __future__ import annotations

import json
import re
import unicodedata

import numpy as np
import pytest
import shapely

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.geometry import NAMED_REPAIRS, polygon_area_km2, repair_areas
from layers.readers.territories import read_communities, read_territories

BOX = {"type": "Polygon", "coordinates": [[[-120, 55], [-118, 55], [-118, 57], [-120, 57], [-120, 55]]]}


def refusal(text):
    return pytest.raises(SourceError, match=re.escape(text))


def collection(path, features):
    body = [{"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": body}, ensure_ascii=False), encoding="utf-8")
    return path


def areas(path, **facts):
    return read_territories(Source(id="areas", role="territories", path=path.name, **facts), path.parent)


def polygon(*points):
    return {"type": "Polygon", "coordinates": [[list(point) for point in (*points, points[0])]]}


def codes(reading):
    return [note.code for note in reading.notes]


@pytest.mark.parametrize(
    "name",
    [
        "ʔaq̓am",
        "xʷməθkʷəy̓əm",
        "Wetʼsuwetʼen",
        "Wet'suwet'en",
        "Anishinaabe ᐊᓂᔑᓈᐯ",
        "ᓄᓇᕗᑦ",
        "Kahnawà:ke",
        "COLE  BAY NO  3",
        " x ",
        "NA",
        "None",
    ],
)
def test_names_stay_byte_for_byte(tmp_path, name) -> None:
    name = unicodedata.normalize("NFC", name)
    reading = areas(collection(tmp_path / "a.geojson", [({"NAME": name}, BOX)]), columns={"territory": "NAME"})
    assert reading.layer["territory"].iloc[0] == name
    decomposed = areas(collection(tmp_path / "b.geojson", [({"NAME": unicodedata.normalize("NFD", name)}, BOX)]))
    assert decomposed.layer["territory"].iloc[0] == name


def test_what_the_source_says_holds_for_every_area(tmp_path) -> None:
    path = collection(
        tmp_path / "a.geojson", [({"NAME": "Area A", "FR": "Aire A", "AUTRE": "Area A", "KIND": "Treaty", "N": 7}, BOX)]
    )
    columns = {"territory": "NAME", "territory_other_names": ["FR", "AUTRE"], "territory_id": "N", "layer": "KIND"}
    row = areas(path, columns=columns, steward="Council", publish="generalised").layer.iloc[0]
    expected = {
        "territory_id": "areas:7",
        "territory": "Area A",
        "territory_other_names": "Aire A",
        "layer": "Treaty",
        "source": "areas",
        "steward": "Council",
        "publish": "generalised",
    }
    assert row.drop("geometry").to_dict() == expected
    bare = areas(path, title="Invented areas").layer.iloc[0]
    assert (bare["publish"], bare["layer"], bare["territory_id"]) == ("never", "Invented areas", "areas:row1")


def test_ids_are_unique_and_stable(tmp_path) -> None:
    features = [({"id": key, "name": f"Area {n}"}, BOX) for n, key in enumerate(["a", "b", "a", None])]
    reading = areas(collection(tmp_path / "a.geojson", features))
    assert list(reading.layer["territory_id"]) == ["areas:a@row1", "areas:b", "areas:a@row3", "areas:row4"]


def test_a_name_is_never_invented(tmp_path) -> None:
    features = [
        ({"id": "q1", "Name": None}, BOX),
        ({"id": None, "Name": " "}, BOX),
        ({"id": "q3", "Name": "Area C"}, BOX),
    ]
    reading = areas(collection(tmp_path / "a.geojson", features))
    assert list(reading.layer["territory"]) == ["q1", "Area C"]
    assert reading.rejected[["source_row", "reason_code"]].to_numpy().tolist() == [[2, "no_name"]]
    assert codes(reading) == ["no_name"]
    assert (reading.rows_read, len(reading.layer)) == (3, 2)


@pytest.mark.parametrize(
    ("crossing", "square_degrees"),
    [
        ([(-120, 55), (-118, 57), (-118, 55), (-120, 57)], 2.0),  # two halves of one bow-tie
        ([(-120, 55), (-118, 55), (-118, 57), (-119, 57), (-119, 58), (-119, 57), (-120, 57)], 4.0),  # a spike
        (
            [(-120, 55), (-118, 55), (-118, 57), (-120, 57), (-120, 55), (-118, 55), (-118, 57), (-120, 57)],
            4.0,
        ),  # twice
        (
            [(-120, 55), (-116, 55), (-116, 57), (-118, 57), (-118, 55), (-120, 55), (-120, 57), (-119, 57)],
            6.0,
        ),  # touches itself
    ],
)
def test_crossing_rings_keep_all_they_enclose(tmp_path, crossing, square_degrees) -> None:
    reading = areas(collection(tmp_path / "a.geojson", [({"name": "Area A"}, polygon(*crossing))]))
    shape = reading.layer.geometry.iloc[0]
    assert shape.is_valid
    assert shape.geom_type in ("Polygon", "MultiPolygon")
    assert shape.area == pytest.approx(square_degrees, rel=0.26)
    assert codes(reading) == ["repaired_geometry"]
    assert reading.notes[0].message.startswith("'Area A' was invalid (")
    assert f"{polygon_area_km2(shape):,.1f} km² after" in reading.notes[0].message


def test_faulty_geometries_of_the_collection(shared_faults) -> None:
    bowtie = areas(shared_faults / "F38_bowtie_territory.geojson")
    assert shapely.area(bowtie.layer.geometry.to_numpy()).round(9).tolist() == [2, 4]
    assert "'bowtie' was invalid (self-intersection) and was repaired; area 0.0 km² before, 13,893.5 km² after." in (
        bowtie.notes[0].message
    )
    spiked = areas(shared_faults / "F39_spiked_territory.geojson").layer
    assert set(spiked.geom_type) <= {"Polygon", "MultiPolygon"}
    deep = areas(shared_faults / "F42_z_coordinates.geojson")
    assert not deep.layer.geometry.has_z.any()
    assert np.ptp(shapely.area(deep.layer.geometry.to_numpy())) == 0
    assert codes(deep) == ["z_dropped"]
    nothing = areas(shared_faults / "F41_null_and_empty.geojson")
    assert (nothing.rows_read, len(nothing.rejected)) == (5, 5)
    assert nothing.rejected["reason_code"].value_counts().to_dict() == {"no_geometry": 3, "not_an_area": 2}


@pytest.mark.parametrize("size", ["1", "200"])
def test_a_very_detailed_area_is_read_or_refused(tmp_path, monkeypatch, size) -> None:
    angle = np.linspace(0, 2 * np.pi, 60_000, endpoint=False)
    ring = np.column_stack([-100 + 5 * np.cos(angle), 70 + 2 * np.sin(angle)]).round(9)
    path = collection(
        tmp_path / "a.geojson", [({"name": "small"}, BOX), ({"name": "detailed"}, polygon(*ring.tolist()))]
    )
    monkeypatch.setenv("OGR_GEOJSON_MAX_OBJ_SIZE", size)
    if size == "1":
        with refusal("a.geojson"):
            areas(path)
    else:
        layer = areas(path).layer
        assert list(layer["territory"]) == ["small", "detailed"]
        assert layer.geometry.count_coordinates().tolist() == [4 * 8 + 1, 60_001]


@pytest.mark.parametrize(
    ("ring", "inside", "outside"),
    [
        ([(178, 51), (-178, 51), (-178, 53), (178, 53)], [(-179, 52), (179, 52)], (0, 52)),
        ([(178, 54), (182, 54), (182, 56), (178, 56)], [(-179, 55), (179, 55)], (177, 55)),
        ([(-182, 54), (-178, 54), (-178, 56), (-182, 56)], [(-179, 55), (179, 55)], (177, 55)),
        ([(181, 54), (183, 54), (183, 56), (181, 56)], [(-178, 55)], (179, 55)),
        ([(-189.8, 60), (-170, 60), (-170, 65), (-189.8, 65)], [(171, 62), (-171, 62)], (169, 62)),
    ],
)
def test_areas_are_cut_at_the_antimeridian(tmp_path, ring, inside, outside) -> None:
    reading = areas(collection(tmp_path / "a.geojson", [({"name": "Area A"}, polygon(*ring))]))
    shape = reading.layer.geometry.iloc[0]
    assert shape.is_valid
    west, _, east, _ = shape.bounds
    assert (west >= -180, east <= 180) == (True, True)
    assert all(shape.contains(shapely.Point(point)) for point in inside)
    assert not shape.contains(shapely.Point(outside))
    span = max(x % 360 for x, _ in ring) - min(x % 360 for x, _ in ring)
    assert shape.area == pytest.approx(span * (max(y for _, y in ring) - min(y for _, y in ring)))
    assert codes(reading) == ["antimeridian"]


def test_a_hole_goes_with_its_shell_across_the_antimeridian(tmp_path) -> None:
    ring = polygon((178, 51), (-178, 51), (-178, 53), (178, 53))
    hole = [[-179.5, 51.5], [-179.0, 51.5], [-179.0, 52.5], [-179.5, 52.5], [-179.5, 51.5]]
    ring["coordinates"].append(hole)
    shape = areas(collection(tmp_path / "a.geojson", [({"name": "Area A"}, ring)])).layer.geometry.iloc[0]
    assert not shape.contains(shapely.Point(-179.2, 52))
    assert shape.area == pytest.approx(8 - 0.5)


def test_a_belt_round_the_globe_is_not_torn(tmp_path) -> None:
    belt = polygon((-180, -90), (0, -90), (180, -90), (180, -80), (0, -80), (-180, -80))
    shape = areas(collection(tmp_path / "a.geojson", [({"name": "Area A"}, belt)])).layer.geometry.iloc[0]
    assert shape.area == pytest.approx(3600)


def test_mixed_types_keep_the_area(tmp_path) -> None:
    mixed = {"type": "GeometryCollection", "geometries": [BOX, {"type": "Point", "coordinates": [0, 0]}]}
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    features = [({"name": "Area A"}, mixed), ({"name": "Area B"}, line), ({"name": "Area C"}, BOX)]
    reading = areas(collection(tmp_path / "a.geojson", features))
    assert list(reading.layer["territory"]) == ["Area A", "Area C"]
    assert codes(reading) == ["mixed_geometry"]
    assert reading.rejected["reason"].iloc[0] == "row 2: the feature is a LineString, where an area is expected"
    flat = polygon((-120, 55), (-119, 55), (-118, 55))
    none = areas(collection(tmp_path / "b.geojson", [({"name": "Area A"}, flat), ({"name": "Area B"}, BOX)]))
    assert list(none.rejected["reason_code"]) == ["no_area"]


def test_many_repairs_are_told_as_a_count() -> None:
    bowtie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    repaired = repair_areas("s", ["Area"] * (NAMED_REPAIRS + 7), np.array([bowtie] * (NAMED_REPAIRS + 7)))
    (note,) = repaired.notes
    assert note.count == NAMED_REPAIRS + 7
    assert note.rows == tuple(range(1, NAMED_REPAIRS + 8))
    assert note.message.endswith("So were 7 further features.")


def test_where_withholds_and_is_counted(tmp_path) -> None:
    features = [
        ({"name": f"Area {n}", "type": kind}, BOX) for n, kind in enumerate(["Indian Reserve", "Land Claim", "Other"])
    ]
    path = collection(tmp_path / "a.geojson", features)
    reading = areas(path, where={"type": ["Land Claim", "Other"]})
    assert (reading.rows_read, reading.rows_withheld, len(reading.layer)) == (3, 1, 2)
    with refusal("there is no column 'kind'. The columns are: name, type."):
        areas(path, where={"kind": ["x"]})
    assert areas(path, where={"TYPE": [" land claim"]}).rows_withheld == 2  # as in a table
    with refusal("where.type keeps no row: none is Reserve. Values there are: Indian Reserve, Land Claim, Other."):
        areas(path, where={"type": ["Reserve"]})
    with refusal("areas: unknown options colour. Sources of role 'territories' know: none."):
        areas(path, options={"colour": "red"})


def test_communities_from_a_table(tmp_path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "name,lat,lng,what\nCommunity 1,55.5,-120.25,office\nCommunity 2,,,office\n,56,-121,town\nCommunity 4,56,-121,x\n"
    )
    values = {"kind": {"office": "office_point", "town": "place"}}
    source = Source(id="c", role="communities", path="c.csv", crs="EPSG:4326", columns={"kind": "what"}, values=values)
    reading = read_communities(source, tmp_path)
    row = reading.layer.iloc[0]
    assert (row["community"], row["kind"], row["latitude"], row["longitude"]) == (
        "Community 1",
        "office_point",
        55.5,
        -120.25,
    )
    assert row["publish"] == "never"
    assert (row.geometry.x, row.geometry.y) == (-120.25, 55.5)
    assert reading.rejected[["source_row", "reason_code"]].to_numpy().tolist() == [
        [3, "no_location"],
        [4, "no_name"],
        [5, "unknown_kind"],
    ]
    with refusal("c: nothing says what the 4 rows are. State `options: {kind: …}` with one of office_point"):
        read_communities(Source(id="c", role="communities", path="c.csv", crs="EPSG:4326"), tmp_path)
    with refusal("c: options.kind is 'office'. It must be one of: office_point, place."):
        read_communities(Source(id="c", role="communities", path="c.csv", options={"kind": "office"}), tmp_path)


def test_communities_from_features(tmp_path) -> None:
    point = {"type": "Point", "coordinates": [-120, 55]}
    beyond = {"type": "Point", "coordinates": [190, 55]}
    null_island = {"type": "Point", "coordinates": [0, 0]}
    features = [({"name": f"Community {n}"}, shape) for n, shape in enumerate([point, beyond, null_island, BOX, None])]
    collection(tmp_path / "c.geojson", features)
    source = Source(id="c", role="communities", path="c.geojson", options={"kind": "place"}, publish="allowed")
    reading = read_communities(source, tmp_path)
    assert reading.layer["longitude"].tolist() == [-120, -170, -119]
    assert reading.layer["latitude"].tolist() == [55, 55, 56]
    assert list(reading.rejected["reason_code"]) == ["placeholder", "no_geometry"]
    assert codes(reading) == ["point_taken"]


def test_real_territories(shared_realdata) -> None:
    folder = shared_realdata / "indigenous" / "native_land_2022"
    columns = {"territory": "Name", "territory_other_names": "FrenchName", "territory_id": "id"}
    source = Source(id="world", role="territories", path="indigenousTerritories.json.gz", columns=columns)
    world = read_territories(source, folder)
    assert (world.rows_read, len(world.layer), len(world.rejected)) == (1924, 1924, 0)
    counted = {code: sum(note.code == code for note in world.notes) for code in codes(world)}
    assert counted == {"repaired_geometry": 1, "antimeridian": 1, "no_name": 1}
    assert world.layer.geometry.is_valid.all()
    assert world.layer.total_bounds[[0, 2]].tolist() == [-180, 180]
    assert set(world.layer["publish"]) == {"never"}
    assert world.layer["territory_id"].is_unique
    assert (world.layer["territory"] == "ᒋᑦ ᐊᔅᒋᓄᐤ St'aschinuw (Naskapi)").sum() == 1
    extract = areas(folder / "indigenousTerritoriesCa_epsg4269.json.gz")
    assert (extract.rows_read, len(extract.layer), extract.layer.crs.to_epsg()) == (184, 184, 4326)
    assert len(areas(folder / "native-land-treaties.json.gz").layer) == 829


def test_real_reserves_and_communities(shared_realdata) -> None:
    folder = shared_realdata / "indigenous" / "aboriginal_lands_of_canada"
    columns = {"territory": "name_en", "territory_other_names": "name_fr", "layer": "type"}
    lands = areas(folder / "indigenous_lands.geojson.gz", columns=columns, publish="allowed").layer
    assert lands["layer"].value_counts().to_dict() == {"Indian Reserve": 3306, "Land Claim": 54, "Indian Land": 1}
    assert lands.loc[0, ["territory", "territory_other_names"]].tolist() == ["COLE BAY 3", "COLE BAY NO  3"]
    columns = {"community": "name", "latitude": "lat", "longitude": "lng"}
    source = Source(id="c", role="communities", path="indigenous_communities.csv", crs="EPSG:4326", columns=columns)
    points = read_communities(source.model_copy(update={"options": {"kind": "office_point"}}), folder)
    assert len(points.layer) == 685
    assert (
        points.layer["community"].iloc[0] == "?Akisq'nuk First Nation"
    )  # the letter was lost upstream; it stays as it is
    labrador = shared_realdata / "indigenous" / "labrador_nunatsiavut_and_claims"
    assert len(areas(labrador / "atris-claims-labrador.geojson").layer) == 4
    names = {"territory": "REGION", "territory_other_names": "REGION_INUKTITUT"}
    assert (
        areas(labrador / "inuit-nunatsiavut.geojson", columns=names).layer["territory_other_names"].iloc[0] == "ᓄᓇᑦᓯᐊᕗᑦ"
    )


@pytest.mark.parametrize(
    ("name", "remark", "told"),
    [
        ("Old village (abandoned)", "", 1), ("Bodie (historical)", "", 1), ("Village abandonné", "", 1),
        ("Band office", "Relocated 1965", 1),
        ("Mill Town", "Ghost town", 1), ("Historical Society", "", 0), ("Fort Former", "", 0), ("Band office", "open 9 to 5", 0),
    ],
)  # fmt: skip
def test_communities_that_may_be_left_are_told_by_row(tmp_path, name: str, remark: str, told: int) -> None:
    (tmp_path / "c.csv").write_text(f"community,Lat,Lon,Note\nFirst,49.2,-118.3,\n{name},49.5,-118.6,{remark}\n")
    columns = {"community": "community", "latitude": "Lat", "longitude": "Lon"}
    source = Source(
        id="c", role="communities", path="c.csv", crs="EPSG:4326", columns=columns, options={"kind": "place"}
    )
    notes = [note for note in read_communities(source, tmp_path).notes if note.code == "communities_perhaps_left"]
    assert [note.rows for note in notes] == [(3,)] * told
    assert all(name not in note.message for note in notes)  # the file may be private
