"""Records linked: by number, by hand, by parent, by name and place together; never by name alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from layers import schema
from layers.catalogue.source import Source, resolve
from layers.cells.site_names import name_key
from layers.crs import geodesic_km
from layers.errors import StageError
from layers.invented import write_region
from layers.readers.inventory import read_inventory
from maps.words import finding
from pipeline.kernels.record_groups import group_records
from pipeline.kernels.record_pairs import plain_id
from pipeline.stages.link_records import LinkRecordsParams, link_records
from tests.pipeline.stages.record_tables import links_of, records_of

NOBODY = schema.empty(schema.Links)
PARAMS = LinkRecordsParams()


def verdict(*rows: dict[str, Any], known: Any = NOBODY) -> tuple[bool, str] | None:
    """Return the verdict on the only pair of two records."""
    links = link_records(records_of(*rows), known, PARAMS)
    assert len(links) <= 1
    return None if links.empty else (bool(links["same_site"].iloc[0]), str(links["rule"].iloc[0]))


A = {"source": "a", "name": "Moss Mine", "commodities": "gold; silver"}
B = {"source": "b", "name": "MOSS TAILINGS", "commodities": "gold"}


def test_same_name_near_place_same_commodity_is_one_site() -> None:
    links = link_records(records_of(A, B | {"km_east": 1.0}), NOBODY, PARAMS)
    row = links.iloc[0]
    assert (row["same_site"], row["rule"]) == (True, "name_distance_commodity")
    assert row["distance_km"] == pytest.approx(1.0, abs=0.01)
    assert (
        finding(row["finding"], json.loads(row["values"]), "en")
        == "names 100 % alike, 1.00 km apart, the same commodity"
    )
    assert 0.8 < row["confidence"] < 1


def test_a_name_alone_never_links() -> None:
    assert verdict(A, B | {"km_east": 100.0}) is None
    assert verdict(A, B | {"km_east": 3.0}) == (False, "not_enough")
    assert verdict(A, B | {"km_east": 1.0, "commodities": "coal"}) == (False, "not_enough")


def test_different_commodities_link_only_on_nearly_one_spot() -> None:
    assert verdict(A, B | {"km_east": 0.3, "commodities": "coal"}) == (True, "name_distance")


def test_unknown_commodities_do_not_forbid() -> None:
    assert verdict(A, B | {"km_east": 1.0, "commodities": None}) == (True, "name_distance")


def test_a_place_alone_never_links() -> None:
    assert verdict(A, B | {"name": "Fern", "km_east": 0.05}) is None


def test_a_nameless_record_on_the_same_spot_with_the_same_commodity_links() -> None:
    assert verdict(A, B | {"name": None, "km_east": 0.05}) == (True, "location_commodity")
    assert verdict(A, B | {"name": None, "km_east": 0.05, "commodities": "coal"}) == (False, "not_enough")


@pytest.mark.parametrize(
    "name", ["DESCONOCIDO", "Tranque de relave", "unknown", "Unnamed", None, "sin nombre", "3 tranques"]
)
def test_records_of_two_registers_without_a_telling_name_are_one_by_place_and_kind(name: str | None) -> None:
    one = {"source": "a", "official_id": "A1", "name": name, "commodities": "copper", "waste_type": "tailings"}
    other = one | {"source": "b", "official_id": "77", "commodities": "copper; gold"}
    assert verdict(one, other | {"km_east": 0.05}) == (True, "location_commodity")
    assert verdict(one, other | {"km_east": 0.2}) == (True, "location_commodity")
    assert verdict(one, other | {"km_east": 0.4}) == (False, "not_enough")
    assert verdict(one, other | {"km_east": 0.7}) is None
    assert verdict(one, other | {"km_east": 0.05, "waste_type": "slag"}) is None
    assert verdict(one, other | {"km_east": 0.05, "commodities": "coal"}) == (False, "not_enough")


def test_nameless_neighbours_are_paired_one_to_one_the_nearest_first() -> None:
    one = {"source": "a", "name": "DESCONOCIDO", "commodities": "copper"}
    rows = [one, one | {"km_east": 0.12}]
    rows += [row | {"source": "b", "km_east": row.get("km_east", 0.0) + 0.03} for row in rows]
    links = link_records(records_of(*rows), NOBODY, PARAMS)
    same = links[links["same_site"] & links["record_a"].str.startswith("a") & links["record_b"].str.startswith("b")]
    assert set(zip(same["record_a"], same["record_b"], strict=True)) == {("a:1", "b:3"), ("a:2", "b:4")}


def test_different_ids_of_one_register_are_never_one_not_even_through_a_third_record() -> None:
    one = {"source": "a", "official_id": "0390-4N", "name": "El Cateador", "commodities": "copper"}
    two = one | {"official_id": "0391-4N", "km_east": 0.1}
    third = {"source": "b", "official_id": "12", "name": "El Cateador", "commodities": "copper", "km_east": 0.05}
    records = records_of(one, two, third)
    links = link_records(records, NOBODY, PARAMS)
    pair = links[(links["record_a"] == records["record_id"][0]) & (links["record_b"] == records["record_id"][1])].iloc[
        0
    ]
    assert (pair["same_site"], pair["rule"]) == (False, "ids_differ")
    group, _, _ = group_records(records, links, 5.0)
    assert group[0] != group[1]
    both = links.assign(same_site=True, rule="name_distance", confidence=0.9)
    group, _, _ = group_records(records, both, 5.0)
    assert group[0] != group[1]
    group, _, _ = group_records(records, both.assign(rule="known"), 5.0)
    assert set(group) == {0}


def test_numbered_neighbours_stay_apart() -> None:
    assert verdict(A | {"name": "Moss No. 1"}, B | {"name": "Moss No. 2", "km_east": 0.2}) == (False, "names_differ")


def test_two_inventories_that_place_a_mine_18_km_apart_raise_a_conflict() -> None:
    rows = (
        A | {"name": "Faro", "latitude": 62.3572, "longitude": -133.3731, "commodities": "lead; zinc"},
        B | {"name": "FARO MINE", "latitude": 62.2126, "longitude": -133.2200, "commodities": "zinc"},
    )
    links = link_records(records_of(*rows), NOBODY, PARAMS)
    row = links.iloc[0]
    assert (row["same_site"], row["rule"]) == (False, "location_conflict")
    assert row["distance_km"] == pytest.approx(17.97, abs=0.01)
    assert finding(row["finding"], json.loads(row["values"]), "en") == "same name and commodity, but 18.0 km apart"


def test_the_same_number_links_whatever_the_names_but_not_across_a_conflict() -> None:
    first, second = A | {"cross_ids": "amis=73"}, B | {"name": "Fern", "cross_ids": "mdi=9; amis=73"}
    assert verdict(first, second | {"km_east": 4.0}) == (True, "official_id")
    assert verdict(first, second | {"km_east": 6.0}) == (False, "location_conflict")
    assert verdict(first, second | {"km_east": 6.0, "coordinate_precision_km": 8.0}) == (True, "official_id")


def test_the_same_number_of_another_scheme_is_another_number() -> None:
    assert verdict(A | {"cross_ids": "amis=73"}, B | {"name": "Fern", "cross_ids": "mods=73"}) is None
    assert verdict(A | {"official_id": "73"}, B | {"name": "Fern", "official_id": "73"}) is None


@pytest.mark.parametrize("written", ["092F  084", "092F++084", "092f084"])
def test_minfile_numbers_are_equal_after_blanks_are_removed(written: str) -> None:
    assert plain_id(written) == "092F084"
    assert verdict(A | {"official_id": "092F  084"}, B | {"name": "Fern", "official_id": written}) == (
        True,
        "official_id",
    )


def test_records_numbered_apart_by_one_scheme_need_more_to_be_one() -> None:
    near = B | {"km_east": 1.5}
    assert verdict(A, near) == (True, "name_distance_commodity")
    apart = verdict(A | {"cross_ids": "minfile=082ENE001"}, near | {"cross_ids": "minfile=082ENE002"})
    assert apart is None or not apart[0]


def test_a_person_overrules_the_evidence_both_ways() -> None:
    far = B | {"name": "Fern", "km_east": 40.0}
    assert verdict(A, far, known=links_of(("a:1", "b:2", True, "known", 1.0))) == (True, "known")
    near = B | {"km_east": 0.1}
    assert verdict(A, near, known=links_of(("b:2", "a:1", False, "known", 1.0))) == (False, "known")


def test_known_links_that_name_nothing_here_stop() -> None:
    with pytest.raises(StageError, match=r"none of 1 known links names two records of this run, e.g. 'x:1' and 'x:2'"):
        link_records(records_of(A), links_of(("x:1", "x:2", True, "known", 1.0)), PARAMS)


def test_parts_are_linked_to_their_parent() -> None:
    parent = {"name": "Moss", "official_id": "BC000003"}
    part = {"name": "North Dam", "official_id": "BC000004", "parent_id": "BC000003", "km_east": 2.0}
    assert verdict(parent, part) == (True, "parent_child")
    assert verdict(parent, part | {"km_east": 20.0}) == (False, "location_conflict")


def test_within_one_source_four_records_of_a_claim_group_are_one_and_others_are_not() -> None:
    rows = [{"name": "Big Iron", "commodities": "gold; iron", "km_east": east} for east in (0.0, 0.3, 0.6, 0.9)]
    links = link_records(records_of(*rows), NOBODY, PARAMS)
    assert links["same_site"].all()
    assert len(links) == 6
    assert verdict(rows[0], rows[0] | {"km_east": 1.5}) is None
    assert verdict(rows[0], rows[0] | {"name": "Big Iron Hill", "km_east": 0.3}) == (False, "not_enough")


def test_within_one_source_different_amounts_are_two_bodies_of_waste() -> None:
    first = {"name": "Moss", "commodities": "gold", "mass_t": 1000.0}
    assert verdict(first, first | {"km_east": 0.2, "mass_t": 5000.0}) == (False, "not_enough")
    assert verdict(first, first | {"km_east": 0.2, "mass_t": 1001.0}) == (True, "name_distance_commodity")


def test_of_two_candidates_in_another_source_the_better_one_is_taken() -> None:
    rows = (A, B | {"name": "Moss", "km_east": 0.1}, B | {"name": "Moss Creek", "km_east": 0.9})
    links = link_records(records_of(*rows), NOBODY, PARAMS).set_index(["record_a", "record_b"])
    assert links.loc[("a:1", "b:2"), "same_site"]
    assert not links.loc[("a:1", "b:3"), "same_site"]
    assert links.loc[("a:1", "b:3"), "finding"] == "better_rival"


def test_of_two_names_alike_the_one_in_the_same_words_is_taken_though_it_lies_farther() -> None:
    at = {"commodities": "copper", "source": "b"}
    rows = [at | {"name": "Miranda", "km_east": 0.07}, at | {"name": "EMBALSE MIRÁNDA", "km_east": 0.08}]
    own = [
        {"name": "Embalse Miranda", "commodities": "copper"},
        {"name": "Miranda", "commodities": "copper", "km_east": 0.2},
    ]
    links = link_records(records_of(*own, *rows), NOBODY, PARAMS)
    same = links[links["same_site"] & links["record_a"].str.startswith("a") & links["record_b"].str.startswith("b")]
    assert sorted(zip(same["record_a"], same["record_b"], strict=True)) == [("a:1", "b:4"), ("a:2", "b:3")]


def test_a_generic_name_counts_together_with_its_facility() -> None:
    one = {"name": "Tailings 1", "aliases": "Moss Works", "commodities": "gold"}
    two = one | {"name": "Tailings 2", "km_east": 0.2}
    links = link_records(records_of(one, two, *[row | {"source": "b"} for row in (one, two)]), NOBODY, PARAMS)
    assert sorted(links.loc[links["same_site"], "record_a"] + links.loc[links["same_site"], "record_b"]) == [
        "a:1b:3",
        "a:2b:4",
    ]
    assert verdict(one, one | {"source": "b", "aliases": "Fern Works", "km_east": 0.8}) is None


def test_equal_names_beyond_reach_are_two_places_and_no_conflict() -> None:
    assert verdict(A, B | {"km_east": 24.0}) == (False, "location_conflict")
    assert verdict(A, B | {"km_east": 26.0}) is None


def test_owners_named_by_many_records_are_no_evidence() -> None:
    rows = [
        {"source": "b", "name": name, "aliases": "Moss Consolidated", "commodities": "gold", "km_east": 0.2 * at}
        for at, name in enumerate(("Fern", "Lichen", "Alga"))
    ]
    links = link_records(
        records_of({"source": "a", "name": "Moss Consolidated", "commodities": "gold"}, *rows), NOBODY, PARAMS
    )
    assert not links["same_site"].any()


def test_the_order_of_records_changes_no_verdict() -> None:
    rng = np.random.default_rng(5)
    rows = [
        {
            "source": "ab"[at % 2],
            "record_id": f"r{at:02}",
            "name": f"{('Moss', 'Fern', 'Alga')[at % 3]} {('', 'No. 1', 'No. 2')[at % 5 % 3]}",
            "commodities": ("gold", "copper", None)[at % 4 % 3],
            "km_east": float(rng.uniform(0, 6)),
            "km_north": float(rng.uniform(0, 6)),
        }
        for at in range(40)
    ]
    records = records_of(*rows)
    shuffled = records.sample(frac=1, random_state=2)

    def told(table: Any) -> set[tuple[Any, ...]]:
        links = link_records(table, NOBODY, PARAMS)
        pairs = [tuple(sorted(pair)) for pair in zip(links["record_a"], links["record_b"], strict=True)]
        return set(zip(pairs, links["same_site"], links["rule"], strict=True))

    assert told(records) == told(shuffled)
    assert told(records.to_crs(3978)) == told(records)


def test_no_records_no_links() -> None:
    assert link_records(schema.empty(schema.Records), NOBODY, PARAMS).empty


def test_the_invented_region_is_put_together_as_it_was_planted(tmp_path: Path) -> None:
    run_file = write_region(tmp_path, sites=150, seed=11)
    sources = [Source(**one) for one in yaml.safe_load(run_file.read_text())["sources"] if one["role"] == "inventory"]
    records = pd.concat([read_inventory(resolve(one), tmp_path).layer for one in sources], ignore_index=True)
    records = records[records["latitude"].notna()].reset_index(drop=True)
    number = records["name"].str.extract(r"(\d+)\D*$")[0]
    planted = {
        tuple(sorted(own))
        for _, own in records.groupby(number)["record_id"]
        if len(own) == 2 and own.str.startswith("inventory_a").sum() == 1
    }
    links = link_records(records, NOBODY, PARAMS)
    found = {tuple(sorted(pair)) for pair in links.loc[links["same_site"], ["record_a", "record_b"]].to_numpy()}
    assert len(planted) > 30
    assert found <= planted
    assert len(found) >= 0.98 * len(planted)


# Pairs of the NOAMI table (Ontario) and the Ontario Mineral Inventory judged by eye from names, other names, commodities and
# distance; drawn at random from what the stage accepted and from near pairs it did not. Ids are the publishers'.
SAME = """
A3204 MDI41N15NE00016, A3390 MDI42L06NE00002, A3396 MDI42E11NE00006, A3900 MDI31M05SE00032, A3995 MDI41P10NE00031,
A4025 MDI31M03NW00018, A4067 MDI31M05NE00144, A4117 MDI41P10NE00023, A4241 MDI52K13NW00011, A4300 MDI31F04SE00005,
A4338 MDI31C05NE00007, A4437 MDI31C12SE00124, A4439 MDI31C11SW00032, A4445 MDI31C06NW00018, A4458 MDI31C11SE00008,
A4466 MDI31C10NE00008, A4468 MDI31C10SE00002, A4496 MDI31C09SW00007, A4543 MDI31C16SW00008, A4550 MDI31C09SW00008,
A4578 MDI31C08SW00025, A4615 MDI31C16SW00050, A4723 MDI52O08NE00008, A4743 MDI52G15NW00007, A4774 MDI52K01SE00005,
A4904 MDI40P13SE00002, A4930 MDI30M04SW00009, A5305 MDI41I06NW00005, A5314 MDI41I10SW00007, A5324 MDI41I11NW00008,
A5336 MDI41I11SE00007, A5869 MDI31D16NW00207, A6219 MDI41J05SW00013, A6264 MDI41N02SW00004, A6538 MDI32D04SW00057,
A6572 MDI32D12SE00186, A6587 MDI32D04SW00073, A6839 MDI52B13SE00003, A6970 MDI42A10SW00046, A5346 MDI41J01NE00023,
A3088 MDI32D04SE00011, A4405 MDI31C11NE00010, A6660 MDI42A09SE00015, A5328 MDI41I11NW00015, A6834 MDI52B13SE00008
"""
DIFFERENT = """
A2703 MDI42A11SE00012, A2777 MDI000000001661, A2999 MDI41N02SE00035, A3090 MDI32D04SW00068, A3241 MDI42C08SW00016,
A3794 MDI31M05NE00073, A3808 MDI31M05NE00069, A3894 MDI31M05SE00016, A3918 MDI31M05SE00016, A4348 MDI31C12SE00068,
A4904 MDI40P12NE00005, A5323 MDI41I11NW00011, A5559 MDI000000003212, A5566 MDI41I06NE00010, A6094 MDI31G05SE00013,
A6171 MDI41K09NE00090, A6387 MDI41N02SE00034, A6781 MDI52A05SE00009, A6871 MDI52A04NW00003, A6972 MDI41I06NE00004,
A7139 MDI31M05NE00005, A4580 MDI31C08SW00031, A4581 MDI31C08SW00030, A3727 MDI31C10SE00100, A5310 MDI41I10SW00004
"""


@pytest.fixture(scope="module")
def ontario(shared_realdata: Any) -> tuple[Any, Any]:
    """Records of two Ontario inventories and their links."""
    root = shared_realdata / "inventory"
    noami = Source(
        id="noami",
        role="inventory",
        path="noami_oam_canada/OAM_2024_EN.xlsx",
        catalogue="noami",
        where={"Jurisdiction": ["ON"]},
    )
    omi = Source(id="omi", role="inventory", path="omi_ontario/OMI_filtered.xlsx", catalogue="omi")
    records = pd.concat([read_inventory(resolve(one), root).layer for one in (noami, omi)], ignore_index=True)
    return records, link_records(records, NOBODY, PARAMS)


@pytest.mark.realdata
def test_hand_checked_pairs_of_two_ontario_inventories(ontario: tuple[Any, Any]) -> None:
    _, links = ontario
    linked = set(map(tuple, links.loc[links["same_site"], ["record_a", "record_b"]].to_numpy()))

    def pairs(text: str) -> list[tuple[str, str]]:
        return [(f"noami:{one}", f"omi:{other}") for one, other in (pair.split() for pair in text.split(","))]

    found = [pair in linked for pair in pairs(SAME)]
    wrong = [pair for pair in pairs(DIFFERENT) if pair in linked]
    assert len(found) + len(pairs(DIFFERENT)) == 70
    assert wrong == []
    assert np.mean(found) >= 0.9


@pytest.mark.realdata
def test_equal_names_in_ontario_are_often_different_places(ontario: tuple[Any, Any]) -> None:
    records, links = ontario
    own = records.assign(key=records["name"].map(name_key))[["source", "key", "latitude", "longitude"]]
    own = own[own["key"].map(lambda key: bool(key.core))]
    pairs = own[own["source"] == "noami"].merge(own[own["source"] == "omi"], on="key", validate="many_to_many")
    km = geodesic_km(pairs["longitude_x"], pairs["latitude_x"], pairs["longitude_y"], pairs["latitude_y"])
    assert 600 <= len(pairs) <= 750
    assert 0.5 <= (km <= 10).mean() <= 0.6
    assert np.percentile(km, 90) > 500
    assert np.percentile(km[km <= 10], 95) < 2.5
    assert links.loc[links["same_site"], "distance_km"].max() <= PARAMS.link_km


@pytest.fixture(scope="module")
def noami_of_bc(shared_realdata: Any) -> Any:
    """Records of the national inventory in British Columbia."""
    noami = Source(
        id="noami",
        role="inventory",
        path="noami_oam_canada/OAM_2024_EN.xlsx",
        catalogue="noami",
        where={"Jurisdiction": ["BC"]},
    )
    return read_inventory(resolve(noami), shared_realdata / "inventory").layer


@pytest.mark.realdata
def test_numbers_join_two_british_columbia_inventories(shared_realdata: Any, noami_of_bc: Any) -> None:
    bcahm = Source(
        id="bcahm", role="inventory", path="bcahm_british_columbia/BCAHM_2024-05-14-filtered.xlsx", catalogue="bcahm"
    )
    read = read_inventory(resolve(bcahm), shared_realdata / "inventory").layer
    records = pd.concat([noami_of_bc, read], ignore_index=True)
    links = link_records(records, NOBODY, PARAMS)
    joined = set(links.loc[links["rule"] == "official_id", "record_a"])
    of_noami = records.loc[records["source"] == "noami", "record_id"]
    assert of_noami.isin(joined).mean() > 0.998


@pytest.mark.realdata
def test_names_and_places_alone_find_the_numbers_among_sixteen_thousand_occurrences(
    shared_realdata: Any, noami_of_bc: Any
) -> None:
    """Names agree here by descent; what is tested is the crowd of neighbours, with places moved by about half a kilometre."""
    minfile = Source(
        id="minfile",
        role="inventory",
        path="minfile_british_columbia/minfile_occurrences.csv.gz",
        catalogue="minfile_bc",
    )
    read = read_inventory(resolve(minfile), shared_realdata / "inventory").layer
    records = pd.concat([noami_of_bc, read], ignore_index=True)
    numbers = records["cross_ids"].fillna("").str.extract(r"minfile=([^;]+)")[0]
    by_number = records.assign(number=numbers)[["source", "number", "record_id"]].dropna()
    truth = by_number[by_number["source"] == "noami"].merge(
        by_number[by_number["source"] == "minfile"], on="number", validate="many_to_one"
    )
    moved = records.assign(official_id=None, cross_ids=None)
    rng, is_noami = np.random.default_rng(1), (records["source"] == "noami").to_numpy()
    moved.loc[is_noami, "latitude"] += rng.normal(0, 0.5 / 111, is_noami.sum())
    moved.loc[is_noami, "longitude"] += rng.normal(0, 0.5 / 70, is_noami.sum())
    links = link_records(moved, NOBODY, PARAMS)
    links = links[
        links["same_site"] & links["record_a"].str.startswith("noami") & links["record_b"].str.startswith("minfile")
    ]
    found = set(zip(links["record_a"], links["record_b"], strict=True))
    right = set(zip(truth["record_id_x"], truth["record_id_y"], strict=True))
    assert len(right) > 2500
    assert len(found & right) / len(found) > 0.99
    assert len(found & right) / len(right) > 0.98


def test_a_record_with_an_alias_and_no_name_is_no_stumbling_block() -> None:
    pair = (A | {"name": None, "aliases": "tailings 2"}, B | {"km_east": 0.5, "aliases": "tailings 2"})
    assert verdict(*pair) is None or verdict(*pair)[0] is False
