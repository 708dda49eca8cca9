"""Records merged into sites: which value is taken from where, what is not merged, and names that stay the same."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from layers import schema
from layers.errors import StageError
from pipeline.stages.link_records import LinkRecordsParams, link_records
from pipeline.stages.merge_sites import MergeSitesParams, merge_sites
from tests.pipeline.stages.record_tables import links_of, records_of

PARAMS = MergeSitesParams()
NONE = schema.empty(schema.Links)


def merged(rows: list[dict[str, Any]], links: Any, **params: Any) -> Any:
    return merge_sites(records_of(*rows), links, MergeSitesParams(**params))


TWO = [
    {"source": "a", "name": "Moss Mine", "official_id": "7", "commodities": "gold", "area_m2": 5000.0, "first_year": 1935.0},
    {
        "source": "b", "name": "Moss", "official_id": "X/9", "commodities": "silver; gold", "mass_t": 900.0, "km_east": 1.0,
        "first_year": 1930.0, "last_year": 1950.0, "waste_type": "tailings", "disposal": "lake", "remarks": "in the lake",
    },
]  # fmt: skip
SAME = links_of(("a:1", "b:2", True, "official_id", 0.99))


def test_a_site_takes_each_value_from_the_first_record_that_has_one() -> None:
    sites = merged(TWO, SAME, precedence=("a", "b"))
    site = sites.iloc[0]
    assert len(sites) == 1
    assert (site["site_id"], site["name"], site["aliases"]) == ("a-7", "Moss Mine", "Moss")
    assert (site["record_ids"], site["sources"], site["official_ids"]) == ("a:1; b:2", "a; b", "7; X/9")
    assert site["commodities"] == "gold; silver"
    assert (site["waste_type"], site["disposal"], site["remarks"]) == ("tailings", "lake", "in the lake")
    assert (site["area_m2"], site["mass_t"], site["first_year"], site["last_year"]) == (5000, 900, 1930, 1950)
    assert site["coordinate_spread_km"] == pytest.approx(1.0, abs=0.01)
    assert (site["n_records"], site["link_confidence"]) == (2, 0.99)


def test_minerals_are_united_where_a_source_lists_them() -> None:
    listed = [TWO[0] | {"minerals": "monazite; quartz"}, TWO[1] | {"minerals": "quartz; pyrite"}]
    assert merged(listed, SAME, precedence=("a", "b"))["minerals"].tolist() == ["monazite; quartz; pyrite"]
    assert merged([TWO[0], listed[1]], SAME)["minerals"].tolist() == ["quartz; pyrite"]
    assert "minerals" not in merged(TWO, SAME)


def test_precedence_decides_and_without_it_the_fuller_record() -> None:
    assert merged(TWO, SAME, precedence=("b",)).iloc[0]["site_id"] == "b-x-9"
    assert merged(TWO, SAME).iloc[0]["record_ids"] == "b:2; a:1"
    alike = [
        TWO[0],
        TWO[1] | {"mass_t": None, "last_year": None, "waste_type": "unknown", "disposal": "unknown", "remarks": None},
    ]
    for second in (alike[1] | {"area_m2": 1.0}, alike[1] | {"area_m2": 1.0, "main_commodities": "silver"}):
        assert merged([TWO[0], second], SAME).iloc[0]["record_ids"] == "a:1; b:2", (
            "what is said twice makes none fuller"
        )


def test_unlinked_records_are_sites_of_their_own() -> None:
    sites = merged(TWO, NONE)
    assert sites["site_id"].tolist() == ["a-7", "b-x-9"]
    assert sites["coordinate_spread_km"].tolist() == [0.0, 0.0]
    assert sites["link_confidence"].isna().all()


def test_amounts_that_disagree_are_said() -> None:
    rows = [TWO[0] | {"mass_t": 2000.0}, TWO[1]]
    site = merged(rows, SAME, precedence=("a",)).iloc[0]
    assert (site["mass_t"], site["amount_conflict"]) == (2000.0, '{"mass_t": [900.0, 2000.0]}')
    assert pd.isna(merged(TWO, SAME).iloc[0]["amount_conflict"])


def test_twelve_dams_that_repeat_the_area_of_their_facility_do_not_multiply_it() -> None:
    facility = {"name": "Moss TSF", "official_id": "P", "area_m2": 1_920_000.0}
    dams = [
        {"name": f"Dam {at}", "official_id": f"D{at}", "parent_id": "P", "area_m2": 1_920_000.0, "km_east": 0.1 * at}
        for at in range(1, 13)
    ]
    records = records_of(facility, *dams)
    links = link_records(records, NONE, LinkRecordsParams())
    sites = merge_sites(records, links, PARAMS)
    assert len(sites) == 1
    assert sites["area_m2"].tolist() == [1_920_000.0]
    assert sites["name"].tolist() == ["Moss TSF"]
    without = merge_sites(records_of(facility | {"area_m2": np.nan}, *dams), links, PARAMS)
    assert without["area_m2"].tolist() == [1_920_000.0]


def test_parts_with_different_amounts_are_added_when_the_whole_has_none() -> None:
    rows = [{"name": "Moss", "official_id": "P"}] + [
        {"name": f"Cell {at}", "parent_id": "P", "area_m2": area, "height_m": area / 100}
        for at, area in enumerate((100.0, 200.0))
    ]
    records = records_of(*rows)
    sites = merge_sites(records, link_records(records, NONE, LinkRecordsParams()), PARAMS)
    assert (sites["area_m2"].tolist(), sites["height_m"].tolist()) == ([300.0], [2.0])


def test_a_bound_stays_with_the_amount_it_belongs_to() -> None:
    rows = [TWO[0] | {"mass_t_bound": "lower"}, TWO[1] | {"mass_t_bound": None}]
    assert pd.isna(merged(rows, SAME, precedence=("a",)).iloc[0]["mass_t_bound"])


def test_a_chain_of_look_alikes_does_not_grow_together() -> None:
    rows = [{"name": "Moss", "km_east": 2.0 * at} for at in range(5)]
    chain = links_of(*[(f"a:{at}", f"a:{at + 1}", True, "name_distance", 0.8) for at in range(1, 5)])
    sites = merged(rows, chain, max_diameter_km=4.5)
    assert sites["n_records"].sum() == 5
    assert sites["coordinate_spread_km"].max() <= 4.5
    assert len(sites) == 2


def test_records_kept_apart_are_not_brought_together_by_a_third() -> None:
    rows = [{"name": "Moss No. 1"}, {"name": "Moss No. 2"}, {"source": "b", "name": "Moss"}]
    links = links_of(
        ("a:1", "a:2", False, "names_differ", 0.95),
        ("a:1", "b:3", True, "name_distance", 0.7),
        ("a:2", "b:3", True, "name_distance", 0.8),
    )
    assert sorted(merged(rows, links)["record_ids"]) == ["a:1", "a:2; b:3"]


def test_a_location_conflict_is_told_at_both_sites() -> None:
    rows = [{"name": "Moss", "official_id": "1"}, {"source": "b", "name": "Moss", "official_id": "2", "km_east": 18.0}]
    sites = merged(rows, links_of(("a:1", "b:2", False, "location_conflict", 0.5)).assign(distance_km=18.0))
    assert sites["location_conflict"].tolist() == ['{"b:2": 18.0}', '{"a:1": 18.0}']


def test_names_of_sites_are_safe_unique_and_do_not_depend_on_the_order() -> None:
    rows = [
        {"name": "x", "official_id": "Àé 1/2"},
        {"name": "y", "official_id": "ae 1-2"},
        {"name": "z"},
        {"name": "w", "official_id": "AE"},
    ]
    records = records_of(*rows)
    sites = merge_sites(records, NONE, PARAMS)
    assert sites["site_id"].map(lambda name: bool(re.fullmatch(r"[a-z0-9-]+", name))).all()
    assert sites["site_id"].str.casefold().is_unique
    assert "a-ae" in set(sites["site_id"])
    assert sites["site_id"].is_monotonic_increasing
    again = merge_sites(records.sample(frac=1, random_state=1), NONE, PARAMS)
    pd.testing.assert_frame_equal(
        pd.DataFrame(sites.drop(columns="geometry")), pd.DataFrame(again.drop(columns="geometry"))
    )


def test_a_polygon_is_kept_as_the_place_and_coarse_coordinates_yield_to_fine_ones() -> None:
    square = shapely.box(-100.0, 60.0, -99.99, 60.005)
    rows = [TWO[0], TWO[1] | {"geometry": square}]
    rows[0]["geometry"] = shapely.Point(-100, 60)
    site = merged([dict(row) for row in rows], SAME, precedence=("a",)).iloc[0]
    assert site["geometry"].equals(square)
    rows = [TWO[0] | {"coordinate_precision_km": 10.0}, TWO[1]]
    for row in rows:
        row.pop("geometry", None)
    site = merged(rows, SAME, precedence=("a",)).iloc[0]
    assert pd.isna(site["coordinate_precision_km"])
    TWO[0].pop("geometry", None)


def test_a_record_without_a_place_joins_a_site_by_its_link_or_is_in_none() -> None:
    nowhere = {"latitude": np.nan, "longitude": np.nan, "geometry": None}
    here = {"name": "Moss", "official_id": "1", "geometry": shapely.Point(-100, 60)}
    lost = {"source": "b", "name": "Moss", "mass_t": 5.0} | nowhere
    linked = merged([here, lost], links_of(("a:1", "b:2", True, "official_id", 0.99)))
    assert (linked["record_ids"].tolist(), linked["mass_t"].tolist()) == (["a:1; b:2"], [5.0])
    assert merged([here, lost], NONE)["record_ids"].tolist() == ["a:1"]
    assert merged([lost], NONE).empty


def test_the_working_crs_is_kept_and_inputs_are_not_edited() -> None:
    records = records_of(*TWO, crs="EPSG:3978")
    before = records.copy()
    sites = merge_sites(records, SAME, PARAMS)
    assert sites.crs == records.crs
    pd.testing.assert_frame_equal(
        pd.DataFrame(records.drop(columns="geometry")), pd.DataFrame(before.drop(columns="geometry"))
    )


def test_a_misspelt_precedence_stops() -> None:
    with pytest.raises(
        StageError,
        match=r"merge_sites.precedence: 'inventory' is no inventory with records in this run. There are: a, b",
    ):
        merged(TWO, SAME, precedence=("inventory",))


def test_no_records_no_sites() -> None:
    assert merge_sites(schema.empty(schema.Records), NONE, PARAMS).empty


def test_the_newest_edition_of_a_register_gives_the_amount_and_an_older_one_only_where_it_has_none() -> None:
    """A dam that was filled from 110 to 165 Mt grew, and one of 2.5 times as much is told; neither is a contradiction."""
    old = {"source": "b", "name": "Moss", "mass_t": 110.0, "volume_m3": 70.0, "remarks": "fuller"}
    links = links_of(("a:1", "b:2", True, "official_id", 0.99))
    rows = [{"source": "a", "name": "Moss", "mass_t": 275.0}, old]
    site = merged(rows, links, editions=[("a", "b")]).iloc[0]
    assert (site["mass_t"], site["volume_m3"]) == (275.0, 70.0)
    assert pd.isna(site["amount_conflict"])
    assert site["amount_editions"] == '{"mass_t": [110.0, 275.0]}'
    grown = merged([{"source": "a", "name": "Moss", "mass_t": 165.0}, old], links, editions=[("a", "b")]).iloc[0]
    assert (grown["mass_t"], pd.isna(grown["amount_editions"])) == (165.0, True)
    assert merged(rows, links).iloc[0]["amount_conflict"] == '{"mass_t": [110.0, 275.0]}'
    with pytest.raises(StageError, match=r"merge_sites\.editions: 'z' is no inventory"):
        merged(rows, links, editions=[("a", "z")])
