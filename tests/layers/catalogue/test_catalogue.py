"""Catalogue entries hold, merge with the run file, and recognise files."""

from __future__ import annotations

import fnmatch
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from layers.catalogue.source import CatalogueEntry, Source, load_catalogue, recognise, resolve
from layers.errors import ConfigError, SourceError
from layers.guess.recognise import Find, recognised
from layers.readers.record_fields import LAYER_COLUMNS, InventoryOptions
from layers.schema import DISPOSALS, MEDIA, WASTE_TYPES

ENTRIES = load_catalogue()
FILES = sorted((Path(__file__).parents[3] / "layers" / "catalogue").glob("*.yml"))


def test_every_file_is_an_entry_named_after_its_id() -> None:
    assert [path.stem for path in FILES] == sorted(ENTRIES)
    assert len(ENTRIES) >= 70


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_entries_without_a_known_layout_say_so_and_invent_no_column(name: str) -> None:
    entry = ENTRIES[name]
    if entry.role in ("inventory", "geochemistry", "territories") and not entry.facts.get("columns"):
        assert re.search(r"not seen|Restricted", entry.about or ""), name
        assert entry.certainty == "unverified"
        assert not entry.recognise
    if entry.facts.get("columns") and entry.known.get("columns", entry.certainty) == "unverified":
        assert "not seen" in (entry.about or ""), name


@pytest.mark.parametrize("name", sorted(one.id for one in ENTRIES.values() if one.role == "inventory"))
def test_each_inventory_has_at_most_one_dictionary_of_codes(name: str) -> None:
    entry = ENTRIES[name]
    source = resolve(Source(id="x", role="inventory", path="f", catalogue=name))
    if entry.commodity_codes_of:
        lent = ENTRIES[entry.commodity_codes_of]
        assert not lent.commodity_codes_of
        assert {**lent.facts["commodity_codes"], **entry.facts.get("commodity_codes", {})} == source.commodity_codes
    else:
        assert source.commodity_codes == entry.facts.get("commodity_codes", {})


SOURCES = {
    "waste and mines": (
        "cmti noami amis_ontario omi minfile_bc bcahm bc_waste_compilation quebec_abandoned_mines sigeom_deposits nsmtd "
        "saskatchewan_smdi yukon_minfile mods_nl manitoba_mineral_inventory new_brunswick_occurrences alberta_minerals "
        "nwt_showings nunavut_showings fcsi npri global_tailings_portal usgs_mine_waste usmin mrds australia_mine_waste "
        "minedex sernageomin_register sernageomin_2018 wapha ireland_historic_mines minmod_sites"
    ),
    "chemistry": (
        "cdogs cdogs_negative ngr_stream bc_rgs bc_rgs_2017 ontario_sediment sigeom_geochemistry usgs_geochemistry_2025 "
        "ngdb_sediment nure_sediment ngs_us sernageomin_geochemistry"
    ),
    "Nations": (
        "indigenous_communities aboriginal_lands historic_treaties modern_treaties indigenous_agreements inuit_regions "
        "bc_soi_areas bc_consultative_areas bc_treaty_agreements manitoba_tle atris_claims native_land us_census_aiannh"
    ),
    "context": (
        "national_road_network canvec canvec_power canvec_watercourses canvec_lakes national_railway_network "
        "statcan_provinces cpcad"
    ),
}
"""The public sources a run is likely to meet, by what they are about."""


@pytest.mark.parametrize("kind", SOURCES)
def test_the_sources_of_the_field_have_entries(kind: str) -> None:
    assert set(SOURCES[kind].split()) <= set(ENTRIES)


@pytest.mark.parametrize(
    ("columns", "winner"),
    [
        (
            "MINFILNO NAME1 STATUS LATITUDE LONGITUDE UTM_ZONE Mine_Statu Tailings Disposal_Method Mined Milled Mine_type",
            "bcahm",
        ),
        ("MINFILNO NAME1 STATUS_D LATITUDE LONGITUDE UTM_ZONE LAT_DEG LAT_MIN LAT_HEMI", "minfile_bc"),
        ("MINFILE_NUMBER MINFILE_NAME DEPOSIT_STATUS DEPOSIT_TYPE MAIN_COMMODITY PRODUCER_IND LATITUDE_DD LONGITUDE_DD",
         "yukon_minfile"),
        ("ID XCOO YCOO ELEV COUN ASP TOPC LITO La_INAA Ce_INAA", "kola"),
        ("ID XCOO YCOO ELEV COUN ASP TOPC LITO Ac_228 Cs_137 Ce La", "kola_topsoil"),
        ("dep_id site_name dev_stat url state", "mrds"),
        ("Ftr_Type Ftr_Name Ftr_Azimut Topo_Name Topo_Date Topo_Scale State County", "usmin"),
        ("OBJECTID ROADSEGID ROADCLASS PAVSTATUS NBRLANES RTENAME1EN", "national_road_network"),
        ("Name Slug description color", "native_land"),
        ("id type name_en name_fr prov_terrs fcst_zones", "aboriginal_lands"),
    ],
    ids=lambda one: one if " " not in one else "",
)  # fmt: skip
def test_which_entry_wins_where_columns_are_alike(columns: str, winner: str) -> None:
    found = recognise(columns.split())
    assert found is not None
    assert found.entry.id == winner


@pytest.mark.parametrize(
    ("name", "entry"),
    [("pkg_0134a.xls", "cdogs_negative"), ("pkg_0134c.xlsx", "cdogs"), ("pkg_0134b.xlsx", None),
     ("power_line_1.shp", "canvec_power"),
     ("road_segment_1.shp", "canvec"), ("waterbody_2.shp", "canvec_lakes"), ("watercourse_1.shp", "canvec_watercourses")],
)  # fmt: skip
def test_file_names_that_give_a_source_away(name: str, entry: str | None) -> None:
    found = recognised(Find(name, "table"), ["a", "b"])
    assert (found[0].entry.id if found else None) == entry


def test_no_file_name_fits_two_entries() -> None:
    patterns = [(pattern.casefold(), one.id) for one in ENTRIES.values() for pattern in one.file_names]
    examples = {pattern.replace("[0-9]", "7").replace("*", "x"): name for pattern, name in patterns}
    for example, name in examples.items():
        assert {other for pattern, other in patterns if fnmatch.fnmatch(example, pattern)} == {name}


@pytest.mark.parametrize("name", sorted(ENTRIES))
def test_entries_say_how_well_they_know(name: str) -> None:
    entry = ENTRIES[name]
    assert "all" in entry.known
    assert entry.publisher
    if entry.certainty == "unverified":
        assert not entry.recognise or "not seen" in (entry.about or "")
    source = resolve(Source(id="x", role=entry.role, path="f", catalogue=name))
    assert source.title == entry.title
    assert source.licence == entry.licence


@pytest.mark.parametrize("name", sorted(one.id for one in ENTRIES.values() if one.role == "inventory"))
def test_inventory_facts_fit_their_reader(name: str) -> None:
    source = resolve(Source(id="x", role="inventory", path="f", catalogue=name))
    assert set(source.columns) <= set(LAYER_COLUMNS)
    InventoryOptions.model_validate(source.options)
    assert set(source.values.get("waste_type", {}).values()) <= set(WASTE_TYPES)
    assert set(source.values.get("disposal", {}).values()) <= set(DISPOSALS)
    assert set(source.values.get("status", {}).values()) <= {
        *(
            "abandoned",
            "active",
            "care_and_maintenance",
            "closed",
            "deposit",
            "developed_prospect",
            "historic",
            "inactive",
            "indication",
            "past_producer",
            "plant",
        ),
        *("producer", "prospect", "remediated", "showing", "surface_workings", "under_construction"),
        *("underground_workings", "unknown"),
    }


@pytest.mark.parametrize("name", sorted(one.id for one in ENTRIES.values() if one.role == "geochemistry"))
def test_geochemistry_facts_fit_their_reader(name: str) -> None:
    from layers.readers import geochemistry

    source = resolve(Source(id="x", role="geochemistry", path="f", catalogue=name))
    assert set(source.columns) <= set(geochemistry.LAYER_COLUMNS)
    geochemistry.GeochemistryOptions.model_validate(source.options)
    assert {source.defaults.get("medium"), *source.values.get("medium", {}).values()} - {None} <= set(MEDIA)


@pytest.mark.parametrize(
    "name", sorted(one.id for one in ENTRIES.values() if one.role in ("territories", "communities"))
)
def test_layers_about_people_state_steward_and_permission(name: str) -> None:
    entry = ENTRIES[name]
    assert entry.publish is not None
    if entry.publish != "never":
        assert entry.licence
        assert entry.attribution
    if entry.role == "territories":
        assert entry.steward


def test_restricted_layers_are_never_published() -> None:
    for name in ("native_land", "bc_consultative_areas"):
        assert resolve(Source(id="x", role="territories", path="f", catalogue=name)).publish == "never"


def test_codes_are_each_publishers_own() -> None:
    noami = resolve(Source(id="x", role="inventory", path="f", catalogue="noami"))
    assert noami.commodity_codes["CL"] == "coal"
    assert noami.commodity_codes["RE"] == "rhenium"
    assert noami.commodity_codes["ZC"] == "zinc; copper"
    assert "ZC" not in resolve(Source(id="x", role="inventory", path="f", catalogue="minfile_bc")).commodity_codes
    assert noami.options["cross_ids"]["amis"]["where"] == {"Jurisdiction": ["ON"]}


def test_the_run_file_wins_key_by_key() -> None:
    source = resolve(
        {
            "id": "mine", "role": "inventory", "path": "f", "catalogue": "bcahm", "licence": "mine", "missing": ["-"],
            "columns": {"name": "Mine_Name"}, "values": {"disposal": {"sea": "ocean"}}, "options": {"duplicate_ids": "error"},
        }
    )  # fmt: skip
    assert source.id == "mine"
    assert source.licence == "mine"
    assert source.missing == ["-"]
    assert source.columns["name"] == "Mine_Name"
    assert source.columns["official_id"] == "MINFILNO"
    assert source.values["disposal"] == {"dry stack": "dry_stack", "sea": "ocean"}
    assert source.values["waste_type"]["yes"] == "tailings"
    assert source.options["duplicate_ids"] == "error"
    assert source.options["id_scheme"] == "minfile"
    assert source.publisher == ENTRIES["bcahm"].publisher


def test_sources_outside_the_catalogue_stay_as_they_are() -> None:
    source = Source(id="x", role="lines", path="f")
    assert resolve(source) is source


def test_wrong_names_and_roles_are_refused() -> None:
    with pytest.raises(SourceError, match=r"x: the catalogue has no entry 'noamy'\. Did you mean noami"):
        resolve(Source(id="x", role="inventory", path="f", catalogue="noamy"))
    with pytest.raises(SourceError, match="'noami' is a source of role 'inventory', not 'lines'"):
        resolve(Source(id="x", role="lines", path="f", catalogue="noami"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"facts": {"colums": {}}},
        {"facts": {"columns": {"name": 3}}},
        {"facts": {"publisher": "x"}},
        {"known": {"all": "surely"}},
        {"known": {"nothing": "verified"}},
        {"extra": 1},
    ],
)
def test_wrong_entries_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CatalogueEntry.model_validate(
            {"id": "x", "role": "inventory", "title": "X", "known": {"all": "verified"}, **wrong}
        )


# --- recognition


@pytest.mark.parametrize("name", sorted(one.id for one in ENTRIES.values() if one.recognise))
def test_entries_recognise_their_own_columns(name: str) -> None:
    columns = ENTRIES[name].recognise
    for spelling in (columns, [one.upper() for one in columns], [*reversed(columns), "something", "else"]):
        found = recognise(spelling)
        assert found is not None
        assert found.entry.id == name
        assert found.confidence == 1


def test_strangers_are_not_recognised() -> None:
    assert recognise(["id", "name", "latitude", "longitude"]) is None
    assert recognise([]) is None


def test_half_known_files_need_most_of_their_columns() -> None:
    columns = ENTRIES["noami"].recognise
    found = recognise(columns[:8])
    assert found is not None
    assert found.confidence == 0.8
    assert recognise(columns[:5]) is None


def test_load_catalogue_cannot_be_edited() -> None:
    with pytest.raises(TypeError):
        ENTRIES["x"] = ENTRIES["noami"]  # type: ignore[index]


def test_config_error_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "catalogue").mkdir()
    (tmp_path / "catalogue" / "bad.yml").write_text("id: other\nrole: lines\ntitle: T\nknown: {all: verified}\n")
    monkeypatch.setattr("layers.catalogue.source.files", lambda package: tmp_path)
    with pytest.raises(ConfigError, match=r"layers/catalogue/bad\.yml: the entry's id is 'other'"):
        load_catalogue.__wrapped__()
