"""Tonnes with a range and the rule that gave them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.special import ndtr

import configs
from layers.catalogue.source import Source, resolve
from layers.invented.geology import Region
from layers.invented.inventories import inventory_a
from layers.invented.truth import planted
from layers.readers.inventory import read_inventory
from layers.schema import Links, empty
from pipeline.config import load_config
from pipeline.stages.merge_sites import MergeSitesParams, merge_sites
from pipeline.stages.per_site.estimate_tonnage import RULES, EstimateTonnageParams, estimate_tonnage
from tests.benchmarks.tonnage_registers import LEAST_ROWS, coverage, fit_law, read_registers
from tests.pipeline.stages.site_tables import sites_at

PARAMS = EstimateTonnageParams()


def estimate(sites: Any, params: EstimateTonnageParams = PARAMS, **told: float) -> Any:
    """Estimate sites, of whose waste samples may tell something."""
    samples: Any = pd.DataFrame({"site_id": sites["site_id"].to_numpy()}).assign(**told)
    return estimate_tonnage(sites, samples, params)


def tonnage(**columns: Any) -> Any:
    """Estimate one site with the given columns."""
    site = sites_at([shapely.Point(0, 0)], crs="EPSG:3978", **{name: [value] for name, value in columns.items()})
    return estimate(site).iloc[0]


def test_a_footprint_of_ten_hectares_gives_96_828_t_without_a_dam_and_eight_times_as_much_behind_one() -> None:
    row = tonnage(area_m2=100_000.0, disposal="unconfined")
    assert row["tonnage_rule"] == "area_law"
    assert row["tonnage_t"] == pytest.approx(96_828, abs=1)
    assert row["tonnage_high_t"] / row["tonnage_t"] == pytest.approx(10 ** (1.645 * 0.70))
    assert tonnage(area_m2=1e5, disposal="impoundment")["tonnage_t"] == pytest.approx(10 ** (-1.058 + 1.389 * 5))


@pytest.mark.parametrize(
    ("first", "least", "most"),
    [
        ("coal", 0.15, 0.40),
        ("magnetite", 0.40, 0.70),
        ("phosphate", 0.60, 0.75),
        ("potash", 0.60, 0.75),
        ("fluorite", 0.40, 0.75),
        ("chromium", 0.25, 0.50),
    ],
)
def test_of_ores_that_are_sold_in_great_part_a_share_is_left(first: str, least: float, most: float) -> None:
    row = tonnage(milled_t=1e6, commodities=f"{first}; gold", waste_type="tailings")
    assert row["tonnage_rule"] == "milled"
    assert least * 1e6 <= row["tonnage_t"] <= most * 1e6
    assert least * 0.8e6 <= row["tonnage_low_t"] <= least * 1e6
    assert most * 1e6 <= row["tonnage_high_t"] <= most * 1.25e6
    metal = tonnage(milled_t=1e6, commodities=f"gold; {first}", waste_type="tailings")
    assert metal["tonnage_t"] == pytest.approx(0.95e6)


@pytest.mark.parametrize("sold", ["gypsum", "limestone", "aggregate", "coal"])
def test_rock_that_was_sold_is_no_waste_tonne_for_tonne(sold: str) -> None:
    row = tonnage(mined_t=1e6, commodities=sold)
    assert row["tonnage_rule"] == "mined"
    assert row["tonnage_t"] < 0.3e6
    assert row["tonnage_low_t"] < 0.1e6 < row["tonnage_t"]
    assert tonnage(mined_t=1e6, commodities="gold")["tonnage_t"] == pytest.approx(1e6)


def test_what_nobody_says_is_held_by_a_dam_may_be_so_the_range_covers_both() -> None:
    """Halves of a mixture: at 0.4 the middle is where 0.6 F1 + 0.4 F2 is 0.5, between the two laws."""
    unsaid, spread, dam = (tonnage(area_m2=1e5, disposal=how) for how in ("unknown", "unconfined", "impoundment"))
    assert spread["tonnage_t"] < unsaid["tonnage_t"] < dam["tonnage_t"]
    log = np.log10(unsaid["tonnage_t"])
    chance = 0.6 * ndtr((log - 4.986) / 0.70) + 0.4 * ndtr((log - 5.887) / 0.69)
    assert chance == pytest.approx(0.5, abs=1e-4)
    assert unsaid["tonnage_high_t"] > spread["tonnage_high_t"]
    assert unsaid["tonnage_low_t"] < dam["tonnage_low_t"]


def test_metal_in_a_waste_over_its_grade_gives_its_tonnes() -> None:
    """20,977 kg at 81.4733 ppm are 257,471 t, as a survey states for one of its wastes."""
    site = sites_at([shapely.Point(0, 0)], crs="EPSG:3978", area_m2=[1e5])
    row = estimate(site, waste_mass_t=1000.0 * 20977.05 / 81.4733).iloc[0]
    assert row["tonnage_rule"] == "endowment_grade"
    assert row["tonnage_t"] == pytest.approx(257_471, abs=1)


def test_a_mill_of_a_thousand_tonnes_a_day_leaves_eight_million_in_twenty_five_years() -> None:
    """1,000 t/d for 350 days and 25 years are 8.75 Mt milled; 0.95 of it is 8.31 Mt of tailings."""
    site = sites_at([shapely.Point(0, 0)], crs="EPSG:3978", first_year=[1951.0], last_year=[1975.0])
    params = EstimateTonnageParams(operating_days=350.0, use_ratio=1.0)
    row = estimate(site.assign(milled_t_per_day=1000.0), params).iloc[0]
    assert row["tonnage_rule"] == "milled_rate"
    assert row["tonnage_t"] == pytest.approx(8.3125e6)
    assert estimate(site.assign(milled_t_per_day=1000.0, last_year=np.nan)).iloc[0]["tonnage_rule"] == "unknown"


def test_a_permit_is_an_upper_bound_seldom_reached() -> None:
    row = tonnage(area_m2=1e6, authorised_t=1e6)
    assert row["tonnage_rule"] == "authorised_mass"
    assert row[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]].tolist() == pytest.approx([3e4, 6.7e5, 1.44e6])


def test_ore_that_was_mined_bounds_the_waste_loosely_and_never_stands_for_what_was_milled() -> None:
    row = tonnage(mined_t=1000.0)
    assert row["tonnage_rule"] == "mined"
    assert row[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]].tolist() == pytest.approx([100.0, 1000.0, 30_000.0])
    assert tonnage(mined_t=1000.0, milled_t=50.0)["tonnage_rule"] == "milled"
    assert tonnage(mined_t=1000.0, waste_type="none")["tonnage_rule"] == "unknown"


EVERYTHING = {
    "mass_t": 1e6, "waste_mass_t": 1e6, "volume_m3": 1e6, "milled_t": 2e6, "milled_t_per_day": 100.0, "first_year": 1950.0,
    "last_year": 1960.0, "area_m2": 1e5, "height_m": 10.0, "authorised_t": 1e6, "mined_t": 1e5,
}  # fmt: skip


def test_rules_come_in_order() -> None:
    left = dict(EVERYTHING)
    rules = []
    steps = (
        "mass_t",
        "waste_mass_t",
        "volume_m3",
        "milled_t",
        "milled_t_per_day",
        "height_m",
        "authorised_t",
        "area_m2",
        "mined_t",
        None,
    )
    for name in steps:
        sampled = {key: value for key, value in left.items() if key == "waste_mass_t"}
        told = {key: [value] for key, value in left.items() if key not in sampled}
        rules.append(estimate(sites_at([shapely.Point(0, 0)], crs="EPSG:3978", **told), **sampled)["tonnage_rule"][0])
        left.pop(name, None)
    assert [*rules[:6], "at_most", *rules[6:]] == list(RULES)  # a most stands behind what is surer, for itself below


def test_each_rule_gives_its_numbers() -> None:
    assert tonnage(mass_t=1000.0)[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]].tolist() == [800.0, 1000.0, 1250.0]
    assert ends(volume_m3=1000.0) == pytest.approx(
        [552.8, 1400, 3534.0], abs=0.1
    )  # exp sqrt(ln(1.4/1.2)^2 + ln(2.5)^2)
    assert ends(milled_t=1000.0) == pytest.approx([487, 950, 1148], abs=1)
    assert ends(area_m2=1000.0, height_m=10.0) == pytest.approx([4133, 6160, 9037], abs=1)


def ends(**columns: Any) -> list[float]:
    """Return low, mid and high of one site."""
    low, mid, high = tonnage(**columns)[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]]
    return [float(low), float(mid), float(high)]


def test_errors_of_factors_are_added_in_quadrature_and_so_never_narrower_than_one_nor_wider_than_all() -> None:
    low, mid, _ = ends(area_m2=1000.0, height_m=10.0)
    factors = (0.44 / 0.33, 1.4 / 1.2, 1.2, 1.15)
    assert mid / low == pytest.approx(np.exp(np.sqrt(np.sum(np.log(factors) ** 2))))
    assert max(factors) < mid / low < np.prod(factors)


def test_records_of_ore_milled_err_too_so_that_they_are_no_upper_bound() -> None:
    """Short tons copied as tonnes: 1000 short tons are 907 t, so a record of 1000 'tonnes' may be one of 1102 short tons."""
    low, _, high = ends(milled_t=1000.0)
    assert high > 1000.0 * 1.102
    assert low < 1000.0 * 0.5


def test_nothing_known_gives_nothing_not_zero() -> None:
    for row in (tonnage(), tonnage(mass_t=0.0, area_m2=0.0)):
        assert row["tonnage_rule"] == "unknown"
        assert row[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]].isna().all()


def test_how_the_waste_is_held_enters_the_law() -> None:
    spill, unsaid, pond, pile = (
        tonnage(area_m2=1e5, disposal=disposal)["tonnage_t"]
        for disposal in ("unconfined", "unknown", "impoundment", "dry_stack")
    )
    assert spill < unsaid < pond < pile
    assert tonnage(area_m2=1e5, waste_type="waste_rock")["tonnage_t"] == pile


@pytest.mark.parametrize(
    ("area_m2", "disposal", "tonnes"),
    [
        (9_200_000, "impoundment", 102e6),  # Elliot Lake, eight facilities together
        (180_000, "impoundment", 227_000 * 1.4),  # Lorado
        (5_000_000, "unconfined", 6e6),  # Kam-Kotia
        (1_645_000, "impoundment", 18_822_600),  # East Kemptville
        (20_000, "dry_stack", 250_000),  # Snow Lake residue pile
    ],
)
def test_five_canadian_sites_lie_within_their_range(area_m2: float, disposal: str, tonnes: float) -> None:
    row = tonnage(area_m2=float(area_m2), disposal=disposal)
    assert row["tonnage_low_t"] < tonnes < row["tonnage_high_t"]


def test_the_material_enters_the_density() -> None:
    density = {
        name: tonnage(volume_m3=1.0, **columns)["tonnage_t"]
        for name, columns in {
            "plain": {},
            "sulphide": {"commodities": "copper; pyrite"},
            "massive": {"deposit_type": "Volcanogenic massive sulphide"},
            "dry": {"disposal": "dry_stack"},
            "rock": {"waste_type": "waste_rock"},
            "zinc": {"commodities": "zinc; silver"},
        }.items()
    }
    assert density == pytest.approx(
        {"plain": 1.4, "sulphide": 1.9, "massive": 1.9, "dry": 1.75, "rock": 1.9, "zinc": 1.6}
    )


def test_amounts_given_as_bounds_are_open_to_one_side() -> None:
    row = tonnage(mass_t=1e7, mass_t_bound="lower")
    assert row[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]].tolist() == [1e7, 1e7, 3e7]
    assert tonnage(mass_t=1e7, mass_t_bound=np.nan)["tonnage_high_t"] == 1.25e7


def test_a_most_is_no_estimate_but_a_limit_far_above_what_may_lie_there() -> None:
    row = tonnage(mass_t=9000.0, mass_t_bound="upper")
    assert row["tonnage_rule"] == "at_most"
    assert row["tonnage_t"] == pytest.approx(2700)
    assert row["tonnage_low_t"] == pytest.approx(2700 / 10 ** np.hypot(1.0, np.log10(1.25)))
    assert row["tonnage_high_t"] == 9000  # not one tonne more
    assert tonnage(mass_t=9e9, mass_t_bound="upper", milled_t=1e6)["tonnage_rule"] == "milled"
    assert tonnage(mass_t=9000.0, mass_t_bound="upper", area_m2=1e6)["tonnage_t"] == pytest.approx(2700)
    volume, ore, area = ({f"{name}": 1e6, f"{name}_bound": "upper"} for name in ("volume_m3", "milled_t", "area_m2"))
    assert tonnage(**volume)["tonnage_t"] == pytest.approx(0.3 * 1.4e6)
    assert tonnage(**ore)["tonnage_t"] == pytest.approx(0.3 * 0.95e6)
    assert tonnage(**area)["tonnage_rule"] == "at_most"
    assert tonnage(**area, mass_t=500.0)["tonnage_t"] == 500


def test_the_range_holds_both_amounts_of_records_that_contradict_each_other() -> None:
    """Even chances of 1 and 10 Mt, each within a quarter: the ends lie a little beyond, the middle is their geometric mean."""
    row = tonnage(mass_t=1e7, amount_conflict='{"mass_t": [1000000.0, 10000000.0]}')
    assert row["tonnage_rule"] == "contradicted"
    assert row["tonnage_t"] == pytest.approx(10**6.5, rel=1e-3)
    # A tenth of one amount's own belief lies beyond it: 1.25 at 1.645 standard deviations is 1.19 at 1.2816.
    assert row["tonnage_low_t"] == pytest.approx(1e6 / 1.25 ** (1.2816 / 1.645), rel=1e-3)
    assert row["tonnage_high_t"] == pytest.approx(1e7 * 1.25 ** (1.2816 / 1.645), rel=1e-3)


@pytest.mark.parametrize("columns", [
    {"volume_m3": 1e6, "amount_conflict": '{"volume_m3": [500000.0, 1000000.0]}'},  # within the factor 2.5 of a volume
    {"mass_t": 1e6, "amount_conflict": '{"height_m": [2.0, 9.0]}'},  # no amount that the rule uses
    {"mass_t": 1e6, "amount_conflict": None},
])  # fmt: skip
def test_records_that_do_not_contradict_the_range_change_nothing(columns: dict[str, Any]) -> None:
    alone = tonnage(**{name: value for name, value in columns.items() if name != "amount_conflict"})
    row = tonnage(**columns)
    ends = ["tonnage_rule", "tonnage_low_t", "tonnage_t", "tonnage_high_t"]
    assert row[ends].tolist() == alone[ends].tolist()


def test_a_quarry_is_given_no_waste_from_its_size() -> None:
    assert tonnage(area_m2=1e5, milled_t=5.0, waste_type="none")["tonnage_rule"] == "unknown"
    assert tonnage(mass_t=5.0, waste_type="none")["tonnage_rule"] == "reported_mass"


def test_what_a_quarry_dug_was_sold_and_says_nothing_of_a_waste() -> None:
    quarry = {"name": "River Denys Quarry", "commodities": "gypsum", "mined_t": 2e7, "waste_type": "unknown"}
    assert tonnage(**quarry)["tonnage_rule"] == "unknown"
    assert tonnage(**quarry | {"name": "River Denys Mine"})["tonnage_rule"] == "mined"
    assert tonnage(**quarry | {"commodities": "gypsum; barite"})["tonnage_rule"] == "mined"
    assert tonnage(**quarry | {"name": "15-Mile Stream Pit", "commodities": "gold"})["tonnage_rule"] == "mined"


def test_waste_rock_is_not_what_was_milled() -> None:
    assert tonnage(milled_t=1e6, waste_type="waste_rock")["tonnage_rule"] == "unknown"


def test_an_outline_in_metres_serves_as_footprint_and_one_in_degrees_does_not() -> None:
    square = shapely.box(0, 0, 100, 1000)
    assert estimate(sites_at([square], crs="EPSG:3978", disposal=["unconfined"]))[
        "tonnage_t"
    ].tolist() == pytest.approx([96_828], abs=1)
    degrees = sites_at([shapely.box(-100, 60, -99.9, 60.1)])
    assert estimate(degrees)["tonnage_rule"].tolist() == ["unknown"]


def test_any_slice_gives_the_same_rows() -> None:
    rng = np.random.default_rng(4)
    sites = sites_at(
        shapely.points(rng.uniform(0, 1e5, (30, 2))), crs="EPSG:3978",
        area_m2=np.where(rng.random(30) < 0.7, 10 ** rng.normal(4, 1, 30), np.nan),
        mass_t=np.where(rng.random(30) < 0.2, 1e5, np.nan),
    )  # fmt: skip
    whole = estimate(sites)
    parts = pd.concat([estimate(sites.iloc[start : start + 7]) for start in range(0, 30, 7)], ignore_index=True)
    pd.testing.assert_frame_equal(whole, parts)
    assert whole["site_id"].tolist() == sites["site_id"].tolist()
    ordered = whole[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]].dropna()
    assert (
        (ordered["tonnage_low_t"] <= ordered["tonnage_t"]) & (ordered["tonnage_t"] <= ordered["tonnage_high_t"])
    ).all()


@pytest.mark.realdata
def test_nine_in_ten_nova_scotia_tailings_lie_in_the_range_of_their_footprint(shared_realdata: Any) -> None:
    source = resolve(Source(id="nsmtd", role="inventory", path="nsmtd_nova_scotia/NSMTD.csv", catalogue="nsmtd"))
    records = read_inventory(source, shared_realdata / "inventory").layer
    sites = merge_sites(records, empty(Links), MergeSitesParams())
    known = sites[sites["mass_t"].notna()]
    assert len(known) == 196
    row = estimate(known.assign(mass_t=np.nan, disposal="unknown", waste_type="tailings"))
    inside = (row["tonnage_low_t"].to_numpy() <= known["mass_t"]) & (
        known["mass_t"] <= row["tonnage_high_t"].to_numpy()
    )
    assert set(row["tonnage_rule"]) == {"area_law"}
    assert inside.mean() == pytest.approx(0.9, abs=0.06)
    error = np.log10(known["mass_t"].to_numpy() / row["tonnage_t"].to_numpy())
    assert error.mean() == pytest.approx(-0.30, abs=0.03), "the mixture lies higher: some may be behind dams"
    assert error.std() == pytest.approx(0.70, abs=0.02)


def test_nine_in_ten_planted_tonnages_lie_in_the_range_of_every_rule(tmp_path: Path) -> None:
    found = pd.concat([against_truth(Region(sites=800, seed=seed), tmp_path) for seed in (1, 2, 3, 4)])
    inside = (found["tonnage_low_t"] <= found["tonnes_t"]) & (found["tonnes_t"] <= found["tonnage_high_t"])
    by_rule = inside.groupby(found["tonnage_rule"]).agg(["size", "mean"])
    assert set(by_rule.index) == {"reported_mass", "milled", "area_height", "area_law"}
    assert (by_rule["size"] >= 80).all()
    assert by_rule["mean"].between(0.85, 0.96).all(), by_rule


def against_truth(region: Region, folder: Path) -> pd.DataFrame:
    """Return the estimates from inventory A of an invented region beside the planted tonnes."""
    path = folder / f"{region.seed}.csv"
    inventory_a(region).drop_duplicates("SITE_NO").to_csv(path, index=False)
    config = load_config(Path(configs.__file__).parent / "demo.yml")
    source = next(one for one in config.sources if one.path.endswith("inventory_a.csv"))
    records = read_inventory(resolve(source.model_copy(update={"path": path.name})), folder).layer
    sites = merge_sites(records, empty(Links), MergeSitesParams())
    table = estimate(sites).assign(official_id=sites["official_ids"].to_numpy())
    known = table[table["tonnage_rule"] != "unknown"]
    return known.merge(
        planted(region).dropna(subset="site_no_a"), left_on="official_id", right_on="site_no_a", validate="one_to_one"
    )


@pytest.mark.realdata
def test_constants_are_those_the_registers_give_and_ranges_hold_on_registers_left_out(shared_realdata: Any) -> None:
    table = read_registers(shared_realdata).dropna(subset=["mass_t", "area_m2"])
    for held, intercept, slope, sd in (
        ("open", PARAMS.area_law_intercept_dex, PARAMS.area_law_slope, PARAMS.area_law_sd_dex),
        ("dam", PARAMS.dam_law_intercept_dex, PARAMS.dam_law_slope, PARAMS.dam_law_sd_dex),
    ):
        assert fit_law(table[table["held"] == held]) == pytest.approx((intercept, slope, sd), abs=0.006)
    found = coverage(shared_realdata, PARAMS)
    large = found[found["n"] >= LEAST_ROWS]
    assert 0.85 <= large["inside"].mean() <= 0.95
    assert 0.85 <= large.loc[large["left_out"] != "nothing", "inside"].mean() <= 0.95
    assert large["inside"].min() >= 0.70, "the worst register is published in docs/tonnage.md"


@pytest.mark.realdata
def test_nine_in_ten_dams_of_chile_lie_in_the_range_of_their_footprint_and_volume(shared_realdata: Any) -> None:
    path = "sernageomin_relaves_chile/CATASTRO_RELAVES_CHILE_OCT2025.xlsx"
    source = resolve(Source(id="chile", role="inventory", path=path, catalogue="sernageomin_register"))
    sites = merge_sites(read_inventory(source, shared_realdata / "inventory").layer, empty(Links), MergeSitesParams())
    dams = sites[sites["mass_t"].notna() & (sites["disposal"] == "impoundment")]
    for others, rule, least in ((["volume_m3"], "area_law", 0.88), (["area_m2"], "volume_density", 0.82)):
        known = dams if rule == "area_law" else dams[dams["volume_m3"].notna()]
        row = estimate(known.assign(mass_t=np.nan, **dict.fromkeys([*others, "authorised_t"], np.nan)))
        mass = known["mass_t"].to_numpy()
        assert set(row["tonnage_rule"]) == {rule}
        assert len(row) >= 120
        assert least < ((row["tonnage_low_t"] <= mass) & (mass <= row["tonnage_high_t"])).mean() < 0.95


@pytest.mark.parametrize(
    "ratios",
    [
        {"thickness_low_ratio": 0.7}, {"thickness_high_ratio": 0.2}, {"milled_low_ratio": 0.99}, {"milled_ratio": 0.3},
        {"authorised_low_ratio": 0.9},
    ],
)  # fmt: skip
def test_a_range_whose_ends_are_exchanged_is_refused(ratios: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="do not ascend: write the least first"):
        EstimateTonnageParams(**ratios)


def test_tonnes_and_a_volume_that_no_one_waste_has_are_believed_as_the_footprint_lets_expect() -> None:
    """76 t on 50,667 m3 is 0.0015 t/m3; 21,767 m2 let expect 93,000 t behind a dam, so the volume (1.4 t/m3) is meant."""
    slip = {"mass_t": 76.0, "volume_m3": 50_667.0, "disposal": "impoundment"}
    row = tonnage(area_m2=21_767.0, **slip)
    assert row["tonnage_rule"] == "mass_or_volume"
    assert row["tonnage_t"] == pytest.approx(50_667 * 1.4, rel=0.01)
    doubtful = tonnage(**slip)
    assert doubtful["tonnage_low_t"] < 76
    assert doubtful["tonnage_high_t"] > 70_000
    assert tonnage(mass_t=76_000.0, volume_m3=50_667.0)["tonnage_rule"] == "reported_mass"
    bounded = tonnage(**slip, mass_t_bound="lower")  # "more than 76 t" contradicts nothing
    assert bounded["tonnage_rule"] == "reported_mass"


def test_a_permit_whose_volume_contradicts_its_tonnes_gives_no_amount() -> None:
    permit = {"authorised_t": 1.24e9, "area_m2": 841_056.0, "disposal": "impoundment"}
    assert tonnage(**permit, authorised_m3=8.3e8)["tonnage_rule"] == "authorised_mass"
    assert tonnage(**permit, authorised_m3=100.0)["tonnage_rule"] == "area_law"
