"""Tonnes with a range and the rule that gave them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

import configs
from layers.catalogue.source import Source, resolve
from layers.invented.geology import Region
from layers.invented.inventories import inventory_a
from layers.invented.truth import planted
from layers.readers.inventory import read_inventory
from layers.schema import Links, empty
from pipeline.config import load_config
from pipeline.stages.estimate_tonnage import RULES, EstimateTonnageParams, estimate_tonnage
from pipeline.stages.merge_sites import MergeSitesParams, merge_sites
from tests.pipeline.stages.site_tables import sites_at

PARAMS = EstimateTonnageParams()


def tonnage(**columns: Any) -> Any:
    """Estimate one site with the given columns."""
    site = sites_at([shapely.Point(0, 0)], crs="EPSG:3978", **{name: [value] for name, value in columns.items()})
    return estimate_tonnage(site, PARAMS).iloc[0]


EVERYTHING = {"mass_t": 1e6, "volume_m3": 1e6, "milled_t": 2e6, "area_m2": 1e5, "height_m": 10.0}


def test_a_footprint_of_ten_hectares_gives_96_828_t_within_a_factor_of_five_and_more() -> None:
    row = tonnage(area_m2=100_000.0)
    assert row["tonnage_rule"] == "area_law"
    assert row["tonnage_t"] == pytest.approx(96_828, abs=1)
    assert row["tonnage_low_t"] < 96_828 / 5
    assert row["tonnage_high_t"] > 96_828 * 5
    assert row["tonnage_high_t"] / row["tonnage_t"] == pytest.approx(10 ** (1.645 * 0.70))


def test_rules_come_in_order() -> None:
    left = dict(EVERYTHING)
    rules = []
    for name in ("mass_t", "volume_m3", "milled_t", "height_m", "area_m2", None):
        rules.append(tonnage(**left)["tonnage_rule"])
        left.pop(name, None)
    assert tuple(rules) == RULES


def test_each_rule_gives_its_numbers() -> None:
    assert tonnage(mass_t=1000.0)[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]].tolist() == [800.0, 1000.0, 1250.0]
    assert ends(volume_m3=1000.0) == pytest.approx(
        [907.3, 1400, 2145.5], abs=0.1
    )  # exp sqrt(ln(1.4/1.2)^2 + ln(1.5)^2)
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
    row = tonnage(mass_t=9.0, mass_t_bound="upper")
    assert row[["tonnage_low_t", "tonnage_t", "tonnage_high_t"]].tolist() == [3.0, 9.0, 9.0]


def test_a_quarry_is_given_no_waste_from_its_size() -> None:
    assert tonnage(area_m2=1e5, milled_t=5.0, waste_type="none")["tonnage_rule"] == "unknown"
    assert tonnage(mass_t=5.0, waste_type="none")["tonnage_rule"] == "reported_mass"


def test_waste_rock_is_not_what_was_milled() -> None:
    assert tonnage(milled_t=1e6, waste_type="waste_rock")["tonnage_rule"] == "unknown"


def test_an_outline_in_metres_serves_as_footprint_and_one_in_degrees_does_not() -> None:
    square = shapely.box(0, 0, 100, 1000)
    assert estimate_tonnage(sites_at([square], crs="EPSG:3978"), PARAMS)["tonnage_t"].tolist() == pytest.approx(
        [96_828], abs=1
    )
    degrees = sites_at([shapely.box(-100, 60, -99.9, 60.1)])
    assert estimate_tonnage(degrees, PARAMS)["tonnage_rule"].tolist() == ["unknown"]


def test_any_slice_gives_the_same_rows() -> None:
    rng = np.random.default_rng(4)
    sites = sites_at(
        shapely.points(rng.uniform(0, 1e5, (30, 2))), crs="EPSG:3978",
        area_m2=np.where(rng.random(30) < 0.7, 10 ** rng.normal(4, 1, 30), np.nan),
        mass_t=np.where(rng.random(30) < 0.2, 1e5, np.nan),
    )  # fmt: skip
    whole = estimate_tonnage(sites, PARAMS)
    parts = pd.concat(
        [estimate_tonnage(sites.iloc[start : start + 7], PARAMS) for start in range(0, 30, 7)], ignore_index=True
    )
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
    row = estimate_tonnage(known.assign(mass_t=np.nan, disposal="unknown", waste_type="tailings"), PARAMS)
    inside = (row["tonnage_low_t"].to_numpy() <= known["mass_t"]) & (
        known["mass_t"] <= row["tonnage_high_t"].to_numpy()
    )
    assert set(row["tonnage_rule"]) == {"area_law"}
    assert inside.mean() == pytest.approx(0.9, abs=0.06)
    error = np.log10(known["mass_t"].to_numpy() / row["tonnage_t"].to_numpy())
    assert error.mean() == pytest.approx(0.0, abs=0.02)
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
    table = estimate_tonnage(sites, PARAMS).assign(official_id=sites["official_ids"].to_numpy())
    known = table[table["tonnage_rule"] != "unknown"]
    return known.merge(
        planted(region).dropna(subset="site_no_a"), left_on="official_id", right_on="site_no_a", validate="one_to_one"
    )


@pytest.mark.realdata
def test_nine_in_ten_dams_of_chile_lie_in_the_range_of_their_footprint_and_volume(shared_realdata: Any) -> None:
    path = "sernageomin_relaves_chile/CATASTRO_RELAVES_CHILE_OCT2025.xlsx"
    source = resolve(Source(id="chile", role="inventory", path=path, catalogue="sernageomin_register"))
    sites = merge_sites(read_inventory(source, shared_realdata / "inventory").layer, empty(Links), MergeSitesParams())
    dams = sites[sites["mass_t"].notna() & (sites["disposal"] == "impoundment")]
    for others, rule, least in ((["volume_m3"], "area_law", 0.88), (["area_m2"], "volume_density", 0.82)):
        known = dams if rule == "area_law" else dams[dams["volume_m3"].notna()]
        row = estimate_tonnage(known.assign(mass_t=np.nan, **dict.fromkeys(others, np.nan)), PARAMS)
        mass = known["mass_t"].to_numpy()
        assert set(row["tonnage_rule"]) == {rule}
        assert len(row) >= 120
        assert least < ((row["tonnage_low_t"] <= mass) & (mass <= row["tonnage_high_t"])).mean() < 0.95
