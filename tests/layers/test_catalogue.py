"""Catalogue entries hold, merge with the run file, and recognise files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from layers.catalogue import CatalogueEntry, Source, load_catalogue, recognise, resolve
from layers.errors import ConfigError, SourceError
from layers.record_fields import LAYER_COLUMNS, InventoryOptions
from layers.schema import DISPOSALS, MEDIA, WASTE_TYPES

ENTRIES = load_catalogue()
FILES = sorted((Path(__file__).parents[2] / "layers" / "catalogue").glob("*.yml"))


def test_every_file_is_an_entry_named_after_its_id() -> None:
    assert [path.stem for path in FILES] == sorted(ENTRIES)
    assert len(ENTRIES) >= 30


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
            "historic",
            "inactive",
            "past_producer",
            "plant",
        ),
        *("producer", "prospect", "remediated", "showing", "under_construction", "unknown"),
    }


@pytest.mark.parametrize("name", sorted(one.id for one in ENTRIES.values() if one.role == "geochemistry"))
def test_geochemistry_facts_fit_their_reader(name: str) -> None:
    from layers import geochemistry

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
    with pytest.raises(SourceError, match="x: the catalogue has no entry 'noamy'; did you mean noami"):
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
    monkeypatch.setattr("layers.catalogue.files", lambda package: tmp_path)
    with pytest.raises(ConfigError, match=r"layers/catalogue/bad\.yml: the entry's id is 'other'"):
        load_catalogue.__wrapped__()
