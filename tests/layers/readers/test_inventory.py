"""Inventories become records: nothing lost, nothing invented, everything counted."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.cells.commodities import order_tells
from layers.cells.waste_words import disposal_in_words, waste_type_in_words
from layers.errors import ConfigError, SourceError
from layers.readers.inventory import read_inventory
from layers.schema import Records, conform

COLUMNS = {"official_id": "id", "name": "name", "latitude": "lat", "longitude": "lon"}
HEAD = "id,name,lat,lon"


def inventory(folder: Path, text: str, **facts: Any) -> Reading[Any]:
    (folder / "t.csv").write_text(text, encoding="utf-8")
    columns = {**COLUMNS, **facts.pop("columns", {})}
    given = {"id": "s", "role": "inventory", "path": "t.csv", "crs": "EPSG:4326", "columns": columns, **facts}
    return read_inventory(Source.model_validate(given), folder)


def codes(reading: Reading[Any]) -> list[str]:
    return [note.code for note in reading.notes]


def test_a_plain_inventory(tmp_path: Path) -> None:
    reading = inventory(
        tmp_path,
        f"{HEAD},t\n001,Old Mine,55.1234,-120.2345,6000000\n002,None,54.8001,-119.5002,0\n",
        columns={"mass_t": "t"},
    )
    layer = reading.layer
    assert layer["record_id"].tolist() == ["s:001", "s:002"]
    assert layer["name"].tolist() == ["Old Mine", "None"]
    assert layer["source_row"].tolist() == [2, 3]
    assert layer["mass_t"].tolist()[0] == 6000000
    assert np.isnan(layer["mass_t"][1])
    assert layer["waste_type"].tolist() == ["unknown", "unknown"]
    assert layer.crs.to_epsg() == 4326
    assert layer.geometry.iloc[0] == shapely.Point(-120.2345, 55.1234)
    assert (reading.rows_read, len(reading.rejected), reading.rows_withheld, reading.rows_merged) == (2, 0, 0, 0)
    conform(layer, Records)


def test_who_answers_for_a_site_is_kept_as_the_file_words_it(tmp_path: Path) -> None:
    """Headings of owners, operators, custodians and tenure are known by themselves; their keys, addresses and dates are not."""
    head = f"{HEAD},Landowner,OperatorOwnersEN,Titulaire du permis,owner_id,Operator phone,town"
    reading = inventory(
        tmp_path,
        f"{head}\n1,A,55.1234,-120.1234,Private,Old Mining Co.,Untel; fils,A7,555,Here\n2,B,55.2234,-120.2234,UNK,,,,,There\n",
        missing=["UNK"],
    )
    owners = "Landowner: Private; OperatorOwnersEN: Old Mining Co.; Titulaire du permis: Untel, fils"
    assert reading.layer["owner"].fillna("").tolist() == [owners, ""]
    fates = {fate.column: fate.fate for fate in reading.fates}
    assert [fates[name] for name in ("Landowner", "Titulaire du permis", "owner_id", "Operator phone")] == [
        "kept",
        "kept",
        "asked",
        "asked",
    ]
    ignored = inventory(tmp_path, f"{HEAD},owner\n1,A,55.1234,-120.1234,Private\n", ignore=["owner"]).layer
    assert "owner" not in ignored


def test_minerals_of_ore_and_gangue_are_one_list(tmp_path: Path) -> None:
    text = f'{HEAD},ore,gangue\n1,A,55.1234,-120.1234,"Monazite, Pyrite",quartz; pyrite\n2,B,55.2234,-120.2234, ,None\n'
    listed = inventory(tmp_path, text, columns={"minerals": ["ore", "gangue"]}, missing=[" ", "None"]).layer["minerals"]
    assert listed[0] == "monazite; pyrite; quartz"
    assert pd.isna(listed[1])
    assert "minerals" not in inventory(tmp_path, text).layer


def test_main_commodities_and_a_second_type_of_deposit_stand_beside_the_others(tmp_path: Path) -> None:
    text = (
        f"{HEAD},first,others,type,type2\n1,A,55.1234,-120.1234,Copper,Gold,vein,not a skarn\n"
        '2,B,55.2234,-120.2234, ,Gold,VEIN,vein\n3,C,55.3234,-120.3234,"Nickel, Copper",,vein,W skarn\n'
        "4,D,55.4234,-120.4234,Gold,,Tailings,vein\n5,E,55.5234,-120.5234,Gold,,tailings,\n"
    )
    columns = {"commodities": ["first", "others"], "main_commodities": "first"}
    types = {"deposit_type": "type", "second_deposit_type": "type2"}
    reading = inventory(
        tmp_path,
        text,
        columns=columns | types,
        missing=[" "],
        values={"deposit_type": {"vein": "Vein", "w skarn": "Tungsten skarn", "tailings": ""}},
    )
    told = reading.layer
    assert told["commodities"].tolist() == ["copper; gold", "gold", "nickel; copper", "gold", "gold"]
    assert told["main_commodities"].fillna("").tolist() == ["copper", "", "nickel; copper", "gold", "gold"]
    assert told["deposit_type"].fillna("").tolist() == ["Vein"] * 4 + [""]
    assert told["second_deposit_type"].fillna("").tolist() == ["", "", "Tungsten skarn", "", ""]
    assert "taken_back" in codes(reading)
    assert not {"main_commodities", "second_deposit_type"} & set(inventory(tmp_path, text).layer)


def test_words_to_translate_of_a_column_that_is_not_translated_stop(tmp_path: Path) -> None:
    text = f"{HEAD},c\n1,A,55.1234,-120.1234,Gold\n"
    with pytest.raises(SourceError, match=r"values\.commodities has no effect.*commodity_codes"):
        inventory(tmp_path, text, columns={"commodities": "c"}, values={"commodities": {"Gold": "silver"}})
    with pytest.raises(
        SourceError, match=r"values\.statuss has no effect: of role inventory values translates .*status"
    ):
        inventory(tmp_path, text, columns={"status": "c"}, values={"statuss": {"Gold": "producer"}})
    kept = inventory(tmp_path, text, columns={"status": "c"}, values={"status": {"Gold": "producer"}}).layer
    assert kept["status"].tolist() == ["producer"]


def test_every_row_is_accounted_for(tmp_path: Path) -> None:
    text = f"{HEAD},prov\n1,A,55.1234,-120.1234,BC\n2,B,0,0,BC\n3,C,,,BC\n4,D,54.1234,2000,BC\n"
    text += "5,E,50.1234,-80.1234,ON\n1,A,55.1234,-120.1234,BC\nNote: approximate positions only\n"
    reading = inventory(tmp_path, text, where={"prov": ["bc"]})
    assert reading.rows_read == 7
    assert reading.layer["official_id"].tolist() == ["1"]
    assert reading.rows_withheld == 1
    assert reading.rows_merged == 1
    assert reading.rejected["reason_code"].tolist() == ["placeholder", "no_coordinates", "out_of_range", "note_row"]
    assert reading.rejected["source_row"].tolist() == [3, 4, 5, 8]
    assert json.loads(reading.rejected["raw"][0]) == {"id": "2", "name": "B", "lat": "0", "lon": "0", "prov": "BC"}
    assert all(reason.startswith("row ") for reason in reading.rejected["reason"])


def test_rows_without_coordinates_can_be_kept(tmp_path: Path) -> None:
    reading = inventory(tmp_path, f"{HEAD}\n1,A,55.1,-120.1\n2,B,,\n", options={"keep_unlocated": True})
    assert reading.layer["latitude"].isna().tolist() == [False, True]
    assert reading.layer.geometry.isna().tolist() == [False, True]


@pytest.mark.parametrize("second", ["1,B,54.8,-119.5", "1,A,55.1,-120.9", "1,a,55.1,-120.1"])
def test_rows_that_differ_under_one_id_stop(tmp_path: Path, second: str) -> None:
    text = f"{HEAD}\n1,A,55.1,-120.1\n{second}\n2,C,54.1,-119.1\n"
    with pytest.raises(
        SourceError, match=r"1 official ids stand in 2 rows that differ \(e\.g\. 1; rows 2, 3\).*duplicate_ids: keep"
    ):
        inventory(tmp_path, text)
    reading = inventory(tmp_path, text, options={"duplicate_ids": "keep"})
    assert reading.layer["record_id"].tolist() == ["s:1#2", "s:1#3", "s:2"]
    assert "shared_official_id" in codes(reading)


def test_rows_without_an_id_are_named_by_their_row(tmp_path: Path) -> None:
    reading = inventory(tmp_path, f"{HEAD}\n,A,55.1,-120.1\n,A,55.1,-120.1\n")
    assert reading.layer["record_id"].tolist() == ["s:row 2"]
    assert reading.rows_merged == 1


def test_ids_keep_zeros_blanks_and_letters(tmp_path: Path) -> None:
    reading = inventory(
        tmp_path, f"{HEAD}\n00123,A,55.1,-120.1\n31E05,B,55.2,-120.2\n092F  084,C,55.3,-120.3\nNA,D,55.4,-120.4\n"
    )
    assert reading.layer["official_id"].tolist() == ["00123", "31E05", "092F  084", "NA"]


def test_names_are_decoded_from_html_only(tmp_path: Path) -> None:
    reading = inventory(
        tmp_path,
        f"{HEAD}\n1,O&#39;SULLIVAN,55.1,-120.1\n2,N/A,55.2,-120.2\n3,A &amp; B `x` ${{y}} &copy,55.3,-120.3\n",
        missing=["N/A"],
    )
    assert reading.layer["name"].tolist() == ["O'SULLIVAN", "N/A", "A & B `x` ${y} &copy"]
    assert [note.count for note in reading.notes if note.code == "html_entities"] == [2]


def test_missing_words_hold_for_other_columns(tmp_path: Path) -> None:
    reading = inventory(
        tmp_path,
        f"{HEAD},st\n1,A,55.1,-120.1,UNK\n2,B,55.2,-120.2, unk \n3,C,Null,Null,Open\n",
        columns={"status": "st"},
        missing=["UNK", "Null"],
    )
    assert reading.layer["status"].isna().tolist() == [True, True]
    assert reading.rejected["reason_code"].tolist() == ["no_coordinates"]


def test_vocabularies_are_translated_whatever_their_case(tmp_path: Path) -> None:
    text = f"{HEAD},st,w,d\n1,A,55.1,-120.1,ABANDONED,Yes,Dry Stack\n2,B,55.2,-120.2,Odd,NO,lagoon\n"
    reading = inventory(
        tmp_path,
        text,
        columns={"status": "st", "waste_type": "w", "disposal": "d"},
        values={"status": {"abandoned": "abandoned"}, "waste_type": {"yes": "tailings", "no": "none"}},
    )
    assert reading.layer["status"].tolist() == ["abandoned", "Odd"]
    assert reading.layer["waste_type"].tolist() == ["tailings", "none"]
    assert reading.layer["disposal"].tolist() == ["dry_stack", "unknown"]
    (note,) = [one for one in reading.notes if one.code == "untranslated"]
    assert "lagoon" in note.message


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Trenches; no tailings", "none"),
        ("No visible tailings", "none"),
        ("sans résidus miniers", "none"),
        ("no tailings; waste rock pile", "waste_rock"),
        ("Openings secured - unconfined tailings", "tailings"),
        ("relaves y escorias", "mixed"),
        ("Slag", "slag"),
        ("heap leach pads", "heap_leach"),
        ("halde de stériles", "waste_rock"),
        ("Unsecured openings", None),
        ("detailings of the roof", None),
    ],
)
def test_kinds_of_waste_in_words(text: str, kind: str | None) -> None:
    assert waste_type_in_words(text) == kind


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("unconfined tailings", "unconfined"),
        ("most tailings are in the lake", "lake"),
        ("All tailings went into the river", "river"),
        ("tailings likely went into the ocean", "ocean"),
        ("filtered tailings", "dry_stack"),
        ("tailings pond", "impoundment"),
        ("no tailings in the lake", None),
        ("mine beside a lake", None),
    ],
)
def test_places_of_waste_in_words(text: str, place: str | None) -> None:
    assert disposal_in_words(text) == place


def test_remarks_fill_what_columns_leave_open(tmp_path: Path) -> None:
    text = (
        f"{HEAD},w,r\n1,A,55.1,-120.1,tailings,no tailings\n2,B,55.2,-120.2,,Trenches; no tailings\n3,C,55.3,-120.3,,\n"
    )
    reading = inventory(tmp_path, text, columns={"waste_type": "w", "remarks": "r"})
    assert reading.layer["waste_type"].tolist() == ["tailings", "none", "unknown"]
    assert "waste_type_from_remarks" in codes(reading)


def test_quantities_carry_units_and_bounds(tmp_path: Path) -> None:
    text = f"{HEAD};t;v;a\n".replace(",", ";") + (
        "1;A;55.1;-120.1;>10 000 000 tonnes;1 186 500 m3;2.5\n2;B;55.2;-120.2;64 387 t;NA-In Lake;0.25 km2\n"
        "3;C;55.3;-120.3;about a lot;;0\n"
    )
    reading = inventory(
        tmp_path, text, columns={"mass_t": "t", "volume_m3": "v", "area_m2": "a"}, options={"units": {"area_m2": "ha"}}
    )
    layer = reading.layer
    assert layer["mass_t"].tolist()[:2] == [10_000_000, 64_387]
    assert layer["mass_t_bound"].tolist()[0] == "lower"
    assert layer["volume_m3"][0] == 1_186_500
    assert layer["disposal"].tolist() == ["unknown", "lake", "unknown"]
    assert layer["area_m2"].tolist()[:2] == [25_000, 250_000]
    assert layer[["mass_t", "volume_m3", "area_m2"]].loc[2].isna().all()
    assert "unread_quantity" in codes(reading)


@pytest.mark.parametrize("value", ["inf", "-inf", "Infinity"])
def test_infinite_amounts_are_rejected(tmp_path: Path, value: str) -> None:
    reading = inventory(tmp_path, f"{HEAD},t\n1,A,55.1,-120.1,{value}\n2,B,55.2,-120.2,5\n", columns={"mass_t": "t"})
    assert reading.rejected["reason_code"].tolist() == ["not_finite"]
    assert reading.layer["official_id"].tolist() == ["2"]


def test_years_and_spans_of_years(tmp_path: Path) -> None:
    text = f'{HEAD},years\n1,A,55.1,-120.1,"1867-97, 1918-29"\n2,B,55.2,-120.2,1960\'s\n3,C,55.3,-120.3,long ago\n'
    reading = inventory(tmp_path, text, columns={"first_year": "years", "last_year": "years"})
    assert reading.layer["first_year"].tolist()[:2] == [1867, 1960]
    assert reading.layer["last_year"].tolist()[0] == 1929
    assert np.isnan(reading.layer["first_year"][2])
    assert {"uncertain_year", "unread_year"} <= set(codes(reading))


def test_a_span_that_is_open_has_one_end_where_one_column_holds_both(tmp_path: Path) -> None:
    text = f"{HEAD},years\n1,A,55.1,-120.1,1979–\n2,B,55.2,-120.2,until 1982\n3,C,55.3,-120.3,1950-61\n"
    reading = inventory(tmp_path, text, columns={"first_year": "years", "last_year": "years"})
    assert reading.layer["first_year"].isna().tolist() == [False, True, False]
    assert reading.layer["last_year"].isna().tolist() == [True, False, False]
    closed = inventory(tmp_path, text.replace("until 1982", "since 1982"), columns={"last_year": "years"})
    assert closed.layer["last_year"].tolist() == [1979, 1982, 1961]


def test_a_month_of_closure_is_not_read_as_a_span(tmp_path: Path) -> None:
    text = f"{HEAD},closed\n1,A,55.1,-120.1,1990-06\n2,B,55.2,-120.2,1982\n"
    reading = inventory(tmp_path, text, columns={"last_year": "closed"})
    assert reading.layer["last_year"].isna().tolist() == [True, False]
    [note] = [note for note in reading.notes if note.code == "unread_year"]
    assert (note.rows, note.columns) == ((2,), ("closed",))


def test_commodities_use_the_sources_own_codes(tmp_path: Path) -> None:
    text = f"{HEAD},c1,c2\n1,A,55.1,-120.1,CL,\n2,B,55.2,-120.2,RE,UR\n3,C,55.3,-120.3,QQ,\n"
    reading = inventory(
        tmp_path,
        text,
        columns={"commodities": ["c1", "c2"]},
        commodity_codes={"CL": "coal", "RE": "rare earths", "UR": "uranium"},
    )
    assert reading.layer["commodities"].tolist() == ["coal", "rare earths; uranium", "QQ"]
    assert "unknown_commodity" in codes(reading)


def test_cross_ids_read_scheme_and_id(tmp_path: Path) -> None:
    text = f"{HEAD},prov,other\n1,A,55.1,-120.1,ON,73\n2,B,55.2,-120.2,BC,092F  084\n3,C,55.3,-120.3,BC,lost\n"
    text += "4,D,55.4,-120.4,QC,9\n"
    rules = {
        "amis": {"column": "other", "where": {"prov": ["ON"]}},
        "minfile": {"column": "other", "where": {"prov": ["BC"]}, "pattern": r"\d{3}[A-P][NSEW]{0,2}\d{3}"},
    }
    reading = inventory(tmp_path, text, options={"cross_ids": rules, "id_scheme": "own"})
    assert reading.layer["cross_ids"].tolist() == ["own=1; amis=73", "own=2; minfile=092F084", "own=3", "own=4"]


def test_aliases_are_split_outside_brackets(tmp_path: Path) -> None:
    text = f'{HEAD},all\n1,A,55.1,-120.1,"Rice (L.1,L.2), Old Rice"\n'
    reading = inventory(tmp_path, text, columns={"aliases": "all"}, options={"alias_separator": ","})
    assert reading.layer["aliases"].tolist() == ["Rice (L.1,L.2); Old Rice"]


def test_wrong_mappings_are_named_together(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        inventory(tmp_path, f"{HEAD}\n1,A,55.1,-120.1\n", columns={"status": "stat", "remarks": "nme"})
    text = str(caught.value)
    assert "there is no column for status: stat" in text
    assert "there is no column for remarks: nme (Did you mean name?)" in text
    assert text.endswith("The columns are: id, name, lat, lon.")
    with pytest.raises(ConfigError, match=r"s\.columns: an inventory has no tonnes\."):
        inventory(tmp_path, f"{HEAD}\n1,A,55.1,-120.1\n", columns={"tonnes": "id"})
    with pytest.raises(ConfigError, match=r"s\.options: id_schema: Extra inputs are not permitted"):
        inventory(tmp_path, f"{HEAD}\n1,A,55.1,-120.1\n", options={"id_schema": "x"})
    with pytest.raises(SourceError, match=r"where.name keeps no row: none is Z. Values there are: A"):
        inventory(tmp_path, f"{HEAD}\n1,A,55.1,-120.1\n", where={"name": ["Z"]})
    with pytest.raises(SourceError, match="there is no column 'prov'"):
        inventory(tmp_path, f"{HEAD}\n1,A,55.1,-120.1\n", where={"prov": ["Z"]})


def test_a_file_of_another_source_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    with pytest.raises(
        SourceError, match=r"this does not look like 'noami' .*none of its columns is there\. The columns are: a, b"
    ):
        read_inventory(resolve({"id": "s", "role": "inventory", "path": "t.csv", "catalogue": "noami"}), tmp_path)
    (tmp_path / "t.csv").write_text("OID,Name,Lat_DD,Long_DD\n1,A,55.1,-120.1\n")
    wrong = {"id": "s", "role": "inventory", "path": "t.csv", "catalogue": "noami", "columns": {"status": "Statos"}}
    with pytest.raises(SourceError, match="there is no column for status: Statos"):
        read_inventory(resolve(wrong), tmp_path)


def test_points_lines_and_areas_in_one_inventory(tmp_path: Path) -> None:
    u_shape = shapely.Polygon(
        [
            (-120, 55),
            (-119.9, 55),
            (-119.9, 55.1),
            (-119.91, 55.1),
            (-119.91, 55.01),
            (-119.99, 55.01),
            (-119.99, 55.1),
            (-120, 55.1),
        ]
    )
    shapes = [shapely.Point(-118, 55), u_shape, shapely.LineString([(-117, 55), (-117, 56)]), None]
    gpd.GeoDataFrame({"id": ["P1", "P2", "L1", "N1"]}, geometry=shapes, crs="EPSG:4326").to_file(tmp_path / "m.gpkg")
    source = Source(id="s", role="inventory", path="m.gpkg", columns={"official_id": "id"})
    reading = read_inventory(source, tmp_path)
    layer = reading.layer
    assert layer["official_id"].tolist() == ["P1", "P2", "L1"]
    assert shapely.Point(layer["longitude"][1], layer["latitude"][1]).within(u_shape)
    assert layer["area_m2"].notna().tolist() == [False, True, False]
    assert layer["area_m2"][1] == pytest.approx(
        abs(u_shape.area) * 111_320 * 111_320 * np.cos(np.radians(55.05)), rel=0.02
    )
    assert reading.rejected["reason_code"].tolist() == ["no_coordinates"]


def test_longitudes_beyond_180_are_turned_back(tmp_path: Path) -> None:
    shapes = [shapely.Point(182, 52), shapely.box(-181.5, 52, -181, 53)]
    (tmp_path / "m.geojson").write_text(
        gpd.GeoDataFrame({"id": ["A", "B"]}, geometry=shapes, crs="EPSG:4326").to_json()
    )
    layer = read_inventory(
        Source(id="s", role="inventory", path="m.geojson", columns={"official_id": "id"}), tmp_path
    ).layer
    assert layer["longitude"].tolist() == [-178, pytest.approx(178.75, abs=0.3)]
    assert layer.geometry.iloc[0] == shapely.Point(-178, 52)


def test_the_same_file_gives_the_same_records(tmp_path: Path) -> None:
    text = f"{HEAD},c\n" + "".join(f"{n},M{n},{50 + n / 97:.4f},{-120 + n / 89:.4f},gold\n" for n in range(200))
    first, second = (inventory(tmp_path, text, columns={"commodities": "c"}) for _ in range(2))
    pd.testing.assert_frame_equal(pd.DataFrame(first.layer), pd.DataFrame(second.layer))


# --- the folders of faults and of real files


def test_fault_files(shared_faults: Path) -> None:
    facts = {"latitude": "latitude", "longitude": "longitude", "official_id": "site_id", "name": "name"}
    held = read_inventory(
        Source(id="s", role="inventory", path="F17_placeholder_coordinates.csv", columns=facts), shared_faults
    )
    assert held.rejected["reason_code"].tolist() == ["placeholder", "placeholder", "no_coordinates", "out_of_range"]
    assert len(held.layer) == 4
    repeated = Source(
        id="s", role="inventory", path="F25_sites.csv", columns={k: v for k, v in facts.items() if k != "name"}
    )
    merged = read_inventory(repeated, shared_faults)
    assert (len(merged.layer), merged.rows_merged) == (2, 1)
    assert "identical_rows" in codes(merged)
    names = read_inventory(
        Source(id="s", role="inventory", path="F83_names_that_break_maps.csv", columns=facts), shared_faults
    )
    raw = pd.read_csv(shared_faults / "F83_names_that_break_maps.csv")
    assert [name.strip() for name in raw["name"]] == [name.strip() for name in names.layer["name"]]


REAL = [
    ("noami", "noami_oam_canada/OAM_2024_EN.xlsx", 8771, 8771, 0),
    ("bcahm", "bcahm_british_columbia/BCAHM_2024-05-14-filtered.xlsx", 2549, 2548, 1),
    ("omi", "omi_ontario/OMI_filtered.xlsx", 2415, 2415, 0),
    ("nsmtd", "nsmtd_nova_scotia/NSMTD.csv", 219, 219, 0),
    ("mods_nl", "mods_labrador/mods-labrador.geojson.gz", 3175, 3175, 0),
    ("mrds", "mrds_ne_washington/mrds_ne_wa_all.geojson.gz", 4265, 4265, 0),
    ("sernageomin_register", "sernageomin_relaves_chile/CATASTRO_RELAVES_CHILE_OCT2025.xlsx", 836, 836, 0),
    ("sernageomin_2018", "sernageomin_relaves_chile/relaves_2018.shp", 742, 742, 0),
    ("minfile_bc", "minfile_british_columbia/minfile_metals_2018_MineralOccurrenceData.csv.gz", 1357, 1350, 7),
    ("minfile_bc", "minfile_british_columbia/minfile_occurrences.csv.gz", 16259, 16259, 0),
    ("nrcan_critical_minerals", "mods_labrador/critical-minerals-nl.geojson", 13, 13, 0),
]


@cache
def real(realdata: Path, entry: str, path: str, jurisdiction: str | None = None) -> Reading[Any]:
    """Read a real inventory once; no test changes the reading."""
    facts = {"id": entry, "role": "inventory", "catalogue": entry, "path": f"inventory/{path}"}
    where = {} if jurisdiction is None else {"where": {"Jurisdiction": [jurisdiction]}}
    return read_inventory(resolve(facts | where), realdata)


@pytest.mark.realdata
@pytest.mark.parametrize(("entry", "path", "rows", "kept", "rejected"), REAL)
def test_real_inventories(shared_realdata: Path, entry: str, path: str, rows: int, kept: int, rejected: int) -> None:
    reading = real(shared_realdata, entry, path)
    assert (reading.rows_read, len(reading.layer), len(reading.rejected)) == (rows, kept, rejected)
    assert reading.layer["record_id"].is_unique
    assert set(reading.layer["status"].dropna()).isdisjoint({"NULL", "Null"})


@pytest.mark.realdata
def test_what_real_inventories_say(shared_realdata: Path) -> None:
    noami = real(shared_realdata, "noami", REAL[0][1], "ON")
    assert (len(noami.layer), noami.rows_withheld) == (4555, 8771 - 4555)
    assert noami.layer["cross_ids"].str.fullmatch(r"amis=\d+").all()
    everywhere = real(shared_realdata, "noami", REAL[0][1]).layer
    bc = everywhere[everywhere["jurisdiction"] == "BC"]
    bcahm = real(shared_realdata, "bcahm", REAL[1][1]).layer
    assert len(bc) > 2500
    assert bc["cross_ids"].dropna().isin(bcahm["cross_ids"]).mean() > 0.99
    assert (bcahm["milled_t"] > 0).sum() == 340
    assert bcahm["disposal"].value_counts()[["lake", "ocean", "dry_stack"]].tolist() == [4, 3, 3]
    assert not bcahm["commodities"].str.contains("chlorine", na=False).any()
    nsmtd = real(shared_realdata, "nsmtd", REAL[3][1]).layer
    assert nsmtd["mass_t"].notna().sum() == 219 - 23
    assert nsmtd["mass_t"].max() == 18_822_600
    assert nsmtd["area_m2"].max() == pytest.approx(1_645_000, rel=0.001)
    omi = real(shared_realdata, "omi", REAL[2][1]).layer
    lake = omi[omi["name"] == "Sward Lake Amethyst"]
    assert omi["main_commodities"].str.contains("copper").sum() < omi["commodities"].str.contains("copper").sum()
    assert lake["commodities"].str.contains("copper").all()
    assert not lake["main_commodities"].str.contains("copper").any()
    assert not bcahm["deposit_type"].str.casefold().eq("tailings").any()
    second = bcahm.set_index("name")["second_deposit_type"]
    assert second["EMERALD TUNGSTEN"] == "W skarn"
    codes_left = bcahm["commodities"].str.extractall(r"(?:^|; )([A-Z][A-Z0-9]{1,2})(?=;|$)")[0]
    assert len(codes_left) < 30
    assert bcahm.set_index("name").loc["MARYSVILLE", "commodities"] == "magnesium"
    rare = omi["commodities"].str.contains("rare earths|yttrium|cerium")
    assert rare.sum() == 10
    chile = real(shared_realdata, "sernageomin_register", REAL[6][1]).layer
    assert chile["mass_t"][0] == 1_080_627_493
    assert (chile["waste_type"] == "tailings").all()


def test_children_repeat_what_is_their_parents(tmp_path: Path) -> None:
    # The layout of the national tailings inventory, with its spellings of amounts, in invented rows.
    head = (
        "CMTI_ID,Site_Name,Site_Type,Parent_ID,Province_Territory,Datum,Latitude,Longitude,Commodity1,Commodity2,"
        "Tailings_Volume,Tailings_Mass,Tailings_Area,Current_Max_Height,Tailings_Storage_Method,Hazard_Class,Mine_Status"
    )
    rows = [
        "BC000003,Area A,Mine,,BC,NAD83,55.1234,-120.2345,Ni, Cu,,>10 000 000 tonnes,0.25 km2,,,High,Inactive",
        (
            "BC000004,Area A Pond 1,Impoundment,BC000003,BC,NAD83,55.1300,-120.2300,,,"
            "1 186 500 m3,64 387 t,1920000,12 m,Impoundment,,Unknown"
        ),
        "BC000005,Area A Lake,TSF,BC000003,BC,NAD27,55.1310,-120.2310,,,NA-In Lake,,,,Drystack,,Active",
    ]
    (tmp_path / "t.csv").write_text("\n".join([head, *rows]), encoding="utf-8")
    reading = read_inventory(
        resolve({"id": "cmti", "role": "inventory", "path": "t.csv", "catalogue": "cmti"}), tmp_path
    )
    layer = reading.layer
    assert layer["parent_id"].fillna("").tolist() == ["", "BC000003", "BC000003"]
    assert layer["mass_t"].tolist()[:2] == [10_000_000, 64_387]
    assert layer["mass_t_bound"].fillna("").tolist() == ["lower", "", ""]
    assert layer["area_m2"].tolist()[:2] == [250_000, 1_920_000]
    assert layer["volume_m3"][1] == 1_186_500
    assert layer["height_m"][1] == 12
    assert layer["disposal"].tolist() == ["unknown", "impoundment", "dry_stack"]
    assert layer["waste_type"].tolist() == ["unknown", "tailings", "tailings"]
    assert layer["commodities"].tolist()[0] == "nickel; copper"
    assert layer["status"].fillna("").tolist() == ["inactive", "", "active"]
    assert "datum_shift" in codes(reading)


@pytest.mark.realdata
def test_the_list_of_codes_of_mrds_says_what_the_words_beside_it_say_and_in_an_order_of_its_own(
    shared_realdata: Path,
) -> None:
    source = {
        "id": "mrds",
        "role": "inventory",
        "catalogue": "mrds",
        "path": "inventory/mrds_ne_washington/mrds_ne_wa_all.geojson.gz",
    }
    codes = read_inventory(resolve(source), shared_realdata).layer["commodities"]
    worded = read_inventory(resolve(source | {"columns": {"commodities": "commodity"}}), shared_realdata).layer[
        "commodities"
    ]
    pairs = list(zip(codes.fillna("").str.split("; "), worded.fillna("").str.split("; "), strict=True))
    assert len(pairs) == 4265
    assert all(set(first) == set(second) for first, second in pairs)
    assert sum(first != second for first, second in pairs) > 1000
    assert order_tells(codes)
    assert not order_tells(worded)
