"""Tonnes and existence of wastes of which nobody tells an amount."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from layers.catalogue.source import Source, resolve
from layers.readers.inventory import read_inventory
from pipeline.evidence.like_amounts import like_amounts
from pipeline.evidence.site_amounts import TONNES_LOG10, site_amounts
from pipeline.evidence.size_clues import size_clues, years_worked
from tests.benchmarks.tonnage_of_mines import coverage

UNSAID = {"name": None, "commodities": None, "hazard_class": None, "first_year": np.nan, "last_year": np.nan}


def table(**columns: list[object]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    tonnes = {f"tonnage{end}_t": np.full(n, np.nan) for end in ("", "_low", "_high")}
    return pd.DataFrame({"waste_type": "unknown", "tonnage_rule": "none", "amount_rule": "worked"} | tonnes | columns)


def clues_of(**columns: Any) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    sites = pd.DataFrame(
        {"site_id": [f"S{row}" for row in range(n)]} | {name: [value] * n for name, value in UNSAID.items()}
    )
    return size_clues(sites.assign(**columns))


def test_a_mine_that_worked_ten_times_as_long_left_ten_times_as_much() -> None:
    clues = clues_of(first_year=[1930.0, 1911.0, np.nan], last_year=[1931.0, 1930.0, np.nan])
    assert clues["size_log10"].tolist() == pytest.approx([-1.0 + 0.4 / 50, 0.0, 0.0])
    amounts = site_amounts(table(size_log10=[-1.0, 0.0], amount_rule=["worked", "unclear"]))
    assert amounts["tonnage_log10"].tolist() == [TONNES_LOG10["worked"][0] - 1.0, TONNES_LOG10["unclear"][0]]


def test_years_say_nothing_of_prospects() -> None:
    amounts = site_amounts(table(size_log10=[1.0], amount_rule=["prospect"]))
    assert amounts["tonnage_log10"].tolist() == [TONNES_LOG10["prospect"][0]]


def test_mines_that_closed_later_are_larger_though_their_first_year_is_not_known() -> None:
    clues = clues_of(last_year=[1880.0, 1930.0, 1980.0, 2150.0])
    assert clues["size_log10"].tolist() == pytest.approx([-0.4, 0.0, 0.4, 0.64])


def test_a_class_of_hazards_stands_for_the_years_where_enough_of_it_are_known() -> None:
    """Thirty mines of class B worked 10 years each; of class D only 29 are known, of O nobody classified any."""
    classes = ["B"] * 31 + ["D *"] * 30 + ["O"] * 31
    last = [1930.0] * 30 + [np.nan] + [1930.0] * 29 + [np.nan] + [1930.0] * 30 + [np.nan]
    clues = clues_of(hazard_class=classes, last_year=last, first_year=[year - 9.0 for year in last])
    assert clues["size_log10"][30] == pytest.approx(np.log10(10 / 20))
    assert clues["size_log10"][60] == clues["size_log10"][91] == 0.0


def test_a_place_that_is_called_a_mine_was_likelier_dug_and_more_commodities_say_so_too() -> None:
    clues = clues_of(
        name=["Ridge Placer", "Ridge Mine", "Ridge Mine", "Minerva"],
        commodities=["gold", "gold", "gold; tungsten", None],
    )
    odds = clues["dug_log_odds"]
    assert odds[1] - odds[0] == pytest.approx(2.0)
    assert odds[2] - odds[1] == pytest.approx(0.3)
    assert odds[3] == pytest.approx(-2.0 * 0.08)


def test_rare_earths_that_a_file_lists_one_by_one_are_one_commodity() -> None:
    clues = clues_of(
        commodities=["gold; lanthanum; cerium; yttrium; neodymium", "gold; rare earths", "gold; lead", "gold"]
    )
    odds = clues["dug_log_odds"]
    assert odds[0] == odds[1] == odds[2] == pytest.approx(odds[3] + 0.3)


def test_names_move_the_chance_only_where_no_record_says_whether_anything_was_dug() -> None:
    amounts = site_amounts(
        table(dug_log_odds=[1.0, 0.0, 1.0, 1.0], amount_rule=["unclear", "unclear", "worked", "prospect"])
    )
    assert logit(amounts["exists"][0]) - logit(amounts["exists"][1]) == pytest.approx(1.0)
    assert amounts["exists"].tolist()[1:] == [pytest.approx(0.6), 0.95, 0.3]


def test_places_nobody_mined_are_told_apart_by_how_far_they_were_explored_and_by_trenches() -> None:
    status = ["developed_prospect", "Prospect", "showing", "Indication", "Undeveloped occurrence", "showing"]
    clues = clues_of(status=status, remarks=[None] * 5 + ["Open cut; trench"])
    assert clues["shown_log_odds"].tolist() == pytest.approx([2.0, 1.1, 0.0, -2.2, 0.0, 2.1])
    amounts = site_amounts(table(amount_rule=["prospect"] * 6, shown_log_odds=clues["shown_log_odds"].tolist()))
    assert logit(amounts["exists"]) - logit(0.3) == pytest.approx(clues["shown_log_odds"].to_numpy())


def test_a_place_where_ore_was_treated_has_a_waste_more_surely_than_a_mine() -> None:
    clues = clues_of(
        name=["Ridge Mill", "Ridge Mine", "Mill Creek Mine", "Ridge"], aliases=[None, None, None, "Old concentrator"]
    )
    assert clues["treated_log_odds"].tolist() == pytest.approx([1.6, 0.0, 0.0, 1.6])
    amounts = site_amounts(table(amount_rule=["worked"] * 4, treated_log_odds=clues["treated_log_odds"].tolist()))
    assert amounts["exists"].tolist() == pytest.approx([0.99, 0.95, 0.95, 0.99], abs=0.003)


def test_iron_ore_that_was_shipped_as_dug_left_less_than_one_that_was_ground() -> None:
    minerals = ["Specularite, magnetite; Quartz", "Hematite; Chert", "Iron oxides", None, "Hematite"]
    clues = clues_of(minerals=minerals, commodities=["iron; manganese", "iron", "iron", "iron", "gold; iron"])
    assert clues["size_log10"].tolist() == pytest.approx([0.0, -0.5, -0.5, 0.0, 0.0])


@pytest.mark.realdata
def test_trenches_of_labrador_go_with_how_far_a_place_was_explored(shared_realdata: Path) -> None:
    source = Source(id="mods", role="inventory", path="mods_labrador/mods-labrador.geojson.gz", catalogue="mods_nl")
    layer = read_inventory(resolve(source), shared_realdata / "inventory").layer
    dug = layer["remarks"].fillna("").str.contains("trench|adit")
    share = dug.groupby(layer["status"]).mean()
    odds = logit(share[["developed_prospect", "prospect", "indication"]]) - logit(share["showing"])
    assert odds.tolist() == pytest.approx([2.0, 1.1, -2.2], abs=0.05)


def test_a_recorded_waste_is_there_for_sure_and_that_of_a_worked_mine_likely() -> None:
    amounts = site_amounts(table(site_kind=["waste", "worked"], waste_type=["tailings", "unknown"]))
    assert amounts["exists"].tolist() == [1.0, 0.95]


def test_ore_that_was_mined_is_no_sure_sign_of_a_waste_unless_one_is_recorded() -> None:
    known = {"tonnage_t": [1e3] * 3, "tonnage_low_t": [1e2] * 3, "tonnage_high_t": [3e4] * 3}
    rules = {"tonnage_rule": ["mined", "mined", "milled"], "site_kind": ["worked", "waste", "worked"]}
    assert site_amounts(table(**known, **rules))["exists"].tolist() == [0.95, 1.0, 1.0]


def test_years_are_counted_at_both_ends_and_capped_and_never_backward() -> None:
    sites = pd.DataFrame({"first_year": [1950, 1950, 1950, np.nan, 1700], "last_year": [1950, 1969, 1940, 1990, 2000]})
    assert years_worked(sites).tolist()[:2] == [1.0, 20.0]
    assert np.isnan(years_worked(sites)[2:4]).all()
    assert years_worked(sites)[4] == 100.0


def region(n: int, commodity_dex: float, camp_dex: float) -> tuple[pd.DataFrame, np.ndarray]:
    """Return mines of gold and coal in camps of ten, and their log10 tonnes with an effect of both."""
    rng = np.random.default_rng(4)
    camp, coal = np.arange(n) // 10, rng.random(n) < 0.5
    places = {"longitude": 0.5 * camp + rng.normal(0, 0.005, n), "latitude": 45.0 + rng.normal(0, 0.005, n)}
    table = pd.DataFrame({"commodities": np.where(coal, "coal", "gold; silver")} | places)
    camps = camp_dex * rng.standard_normal(n // 10)[camp]
    return table, 4.0 + commodity_dex * (coal - 0.5) + camps + rng.normal(0, 0.5, n)


def test_tonnages_of_a_commodity_and_of_a_camp_stand_for_mines_without_one() -> None:
    table, logs = region(200, commodity_dex=2.0, camp_dex=0.7)
    hidden = np.arange(200) % 4 == 0
    like = like_amounts(table, np.where(hidden, np.nan, logs), np.zeros(200))
    assert like is not None
    assert like.gain > 0.5
    assert like.spread == pytest.approx(0.6, abs=0.12)
    assert np.mean((like.expected - logs)[hidden] ** 2) < 0.35 * np.var(logs[hidden])


def test_neighbours_that_tell_nothing_are_not_used_and_few_tonnages_say_nothing() -> None:
    table, logs = region(200, commodity_dex=0.0, camp_dex=0.0)
    like = like_amounts(table, logs, np.zeros(200))
    assert like is not None
    assert like.gain == 0.0
    assert np.ptp(like.expected) == 0.0
    assert like_amounts(table, np.where(np.arange(200) < 29, logs, np.nan), np.zeros(200)) is None


def test_the_own_tonnage_of_a_mine_says_nothing_of_what_others_let_expect() -> None:
    table, logs = region(100, commodity_dex=1.0, camp_dex=0.5)
    moved = logs.copy()
    moved[7] += 0.9 if moved[7] > np.median(logs) else -0.9
    none = np.zeros(100)
    before, after = like_amounts(table, logs, none), like_amounts(table, moved, none)
    assert before is not None
    assert after is not None
    assert before.expected[7] == pytest.approx(after.expected[7], abs=0.02)


@pytest.mark.parametrize("planted", [0.0, 1.0])
def test_a_clue_of_size_counts_as_much_as_the_tonnages_of_the_region_follow_it(planted: float) -> None:
    table, logs = region(400, commodity_dex=0.0, camp_dex=0.0)
    clue = np.random.default_rng(5).normal(0.0, 0.4, 400)
    hidden = np.arange(400) % 4 == 0
    logs = logs + planted * clue
    like = like_amounts(table, np.where(hidden, np.nan, logs), clue)
    assert like is not None
    assert like.slope == pytest.approx(planted, abs=0.15)
    assert like.spread == pytest.approx(0.5, abs=0.05)
    error = (like.expected + like.slope * clue - logs)[hidden]
    assert np.std(error) == pytest.approx(0.5, abs=0.07)
    few = np.arange(400) < 30
    few_known = like_amounts(table, np.where(few, logs, np.nan), clue)
    assert few_known is not None
    assert abs(few_known.slope - 1.0) < 0.6


def test_a_clue_that_is_the_same_everywhere_stays_as_it_is_elsewhere() -> None:
    table, logs = region(100, commodity_dex=0.0, camp_dex=0.0)
    like = like_amounts(table, logs, np.full(100, 0.4))
    assert like is not None
    assert like.slope == 1.0


def test_a_place_where_perhaps_nothing_was_dug_is_believed_smaller_than_mines_of_the_region() -> None:
    known, logs = region(60, commodity_dex=0.0, camp_dex=0.0)
    tonnes = np.append(10**logs, [np.nan] * 3)
    more = pd.DataFrame({"commodities": "tin", "longitude": 170.0, "latitude": -45.0}, index=range(3))
    sites = pd.concat([known, more], ignore_index=True).assign(
        waste_type="unknown",
        tonnage_rule="reported_mass",
        amount_rule=["tonnage"] * 60 + ["worked", "unclear", "prospect"],
    )
    amounts = site_amounts(sites.assign(tonnage_t=tonnes, tonnage_low_t=tonnes / 2, tonnage_high_t=tonnes * 2))
    worked, unclear, prospect = amounts["tonnage_log10"][60:]
    assert worked == pytest.approx(np.median(logs))
    usual = {name: median for name, (median, _) in TONNES_LOG10.items()}
    assert worked - unclear == pytest.approx(usual["worked"] - usual["unclear"])
    assert worked - prospect == pytest.approx(usual["worked"] - usual["prospect"])
    assert (
        site_amounts(sites.iloc[40:].assign(tonnage_t=np.nan, tonnage_low_t=np.nan, tonnage_high_t=np.nan))[
            "tonnage_log10"
        ][-3]
        == TONNES_LOG10["worked"][0]
    )


@pytest.mark.realdata
def test_ranges_of_mines_without_an_amount_hold_on_registers_and_each_clue_takes_error_away(
    shared_realdata: Path,
) -> None:
    table = coverage(shared_realdata)
    assert table.groupby("register")["n"].first().to_dict() == {
        "British Columbia, ore milled": 340, "British Columbia, ore mined": 1330, "Nova Scotia, tailings": 196,
    }  # fmt: skip
    assert table["inside"].between(0.87, 1.0).all()
    for _, own in table.groupby("register"):
        error = own.set_index("by")["error"]
        assert error["the others' median"] > error["and years"] > error["and commodity and camp"]


def test_an_unknown_amount_is_hardly_more_than_the_known_one_of_what_may_be_the_same_place() -> None:
    """5,000 t and a factor of 430 upward would let 2 Mt be expected beside a twin of 257,000 t."""
    beside = '[{"m": 60.0, "name": "A", "site": "a"}]'
    twins: dict[str, list[object]] = {"site_id": ["a", "b", "c"], "tonnage_t": [257_000.0, np.nan, np.nan]}
    ends: dict[str, list[object]] = {f"tonnage_{end}_t": twins["tonnage_t"] for end in ("low", "high")}
    amounts = site_amounts(table(**twins, **ends, same_place=[None, beside, None]))
    assert amounts["tonnage_log10"].tolist() == pytest.approx([np.log10(257_000), 3.7, 3.7])
    assert 3.7 + 1.645 * amounts["tonnage_above"][1] == pytest.approx(np.log10(257_000), abs=0.001)
    assert amounts["tonnage_above"][2] == pytest.approx(1.6)
