"""Chemistry per site: waste by hand, neighbours by hand, and the same rows for any slice of the sites."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from layers.elements import OXIDE_OF, REE, UPPER_CRUST_PPM, oxide_factor
from layers.samples.censoring import CensoringParams
from layers.samples.standardise import standardise_samples
from layers.schema import Samples, empty
from pipeline.evidence.rare_earth_patterns import pattern_library
from pipeline.stages.per_site.assign_samples import AssignSamplesParams, assign_samples
from tests.pipeline.stages.sample_tables import samples_at
from tests.pipeline.stages.site_tables import points, sites_at

PARAMS = AssignSamplesParams()
TEASDALE_PPM = {
    "La": 422, "Ce": 745, "Pr": 73.8, "Nd": 247, "Sm": 41.1, "Eu": 1.7, "Gd": 26.2, "Tb": 3.2, "Dy": 14.3, "Ho": 2.3, "Er": 5.8,
    "Tm": 0.8, "Yb": 4.6, "Lu": 0.7, "Y": 59.4,
}  # fmt: skip


def two_sites():
    return sites_at(points([(-80.0, 50.0), (-80.0, 51.0)]))


def waste(owners, ppm=None, **columns):
    """Return waste samples that belong to sites by name."""
    table = samples_at([None] * len(owners), ppm, medium="waste", **columns)
    return table.assign(site_id=pd.array(owners, dtype="str"))


def suite(factor: float = 1.0, without: tuple[str, ...] = ()) -> dict[str, list[float]]:
    return {element: [ppm * factor] for element, ppm in TEASDALE_PPM.items() if element not in without}


def site_1(samples, params: AssignSamplesParams = PARAMS) -> pd.Series:
    table = assign_samples(two_sites(), samples, params)
    assert table["site_id"].tolist() == ["S1", "S2"]
    return table.iloc[0]


def test_no_samples_at_all() -> None:
    table = assign_samples(two_sites(), empty(Samples), PARAMS)
    assert table["waste_n"].tolist() == table["near_n"].tolist() == [0, 0]
    for name in ("waste_tree_ppm", "waste_treo_ppm", "waste_treo_low_ppm", "waste_method", "waste_elements", "near_km"):
        assert table[name].isna().all()


def test_no_sites() -> None:
    assert len(assign_samples(two_sites().iloc[:0], samples_at([(-80.0, 50.0)]), PARAMS)) == 0


def test_a_full_suite_of_a_known_tailings() -> None:
    row = site_1(waste(["S1"], suite()))
    assert row["waste_tree_ppm"] == pytest.approx(1647.9)
    assert row["waste_treo_ppm"] == pytest.approx(1979, abs=1)
    assert row["waste_treo_low_ppm"] == pytest.approx(row["waste_treo_ppm"])
    assert row["waste_treo_high_ppm"] == pytest.approx(row["waste_treo_ppm"])
    assert row["waste_estimated_fraction"] == 0
    assert (row["waste_n"], row["waste_method"], row["waste_La_ppm"]) == (1, "fusion", 422)
    assert row["waste_elements"].split("; ") == ["Y", *(one for one in TEASDALE_PPM if one != "Y")]


def test_the_mean_and_the_spread_of_samples() -> None:
    """Metal is the mean of a waste times its tonnes: of one, two and ten times a grade the mean is 13/3 of it, the median 2."""
    three = {element: [ppm, ppm * 2, ppm * 10] for element, ppm in TEASDALE_PPM.items()}
    row = site_1(waste(["S1"] * 3, three))
    assert row["waste_n"] == 3
    assert row["waste_tree_ppm"] == pytest.approx(13 / 3 * 1647.9)
    assert row["waste_treo_low_ppm"] == pytest.approx(row["waste_treo_ppm"] * 3 / 13)
    assert row["waste_treo_high_ppm"] == pytest.approx(row["waste_treo_ppm"] * 30 / 13)
    weighed = site_1(waste(["S1"] * 3, three, n_analyses=[8, 1, 1]))
    assert weighed["waste_tree_ppm"] == pytest.approx(2 * 1647.9)


def test_a_summary_of_many_analyses_weighs_as_many() -> None:
    row = site_1(waste(["S1"] * 3, {"Th": [10, 20, 30]}, n_analyses=[1, 1, 5]))
    assert (row["waste_n"], row["waste_Th_ppm"]) == (7, 30)


def test_methods_are_not_averaged() -> None:
    row = site_1(waste(["S1"] * 2, {"La": [40, 100], "Cu": [7, None]}, method=["aqua_regia", "fusion"]))
    assert (row["waste_La_ppm"], row["waste_Cu_ppm"]) == (100, 7)
    assert (row["waste_method"], row["waste_methods"]) == ("fusion", "fusion; aqua_regia")


def test_every_source_of_the_analyses_of_a_waste_is_named() -> None:
    row = site_1(waste(["S1"] * 3, {"Th": [10, 20, 30]}, source=["survey_b", "survey_a", "survey_b"]))
    assert row["waste_sources"] == "survey_a; survey_b"


def test_methods_of_single_elements_are_not_averaged_either() -> None:
    two = waste(["S1"] * 2, {"La": [40, 100], "Cu": [7, 9]}, method=["fusion", "fusion"])
    row = site_1(two.assign(Cu_method=["aqua_regia", "four_acid"]))
    assert (row["waste_La_ppm"], row["waste_Cu_ppm"]) == (70, 9)


def test_what_the_suite_of_average_crust_says() -> None:
    row = site_1(waste(["S1"], {element: [UPPER_CRUST_PPM[element]] for element in REE}))
    assert row["waste_eu_anomaly"] == pytest.approx(0.7030, abs=5e-5)
    assert row["waste_ce_anomaly"] == pytest.approx(1.0273, abs=5e-5)
    assert row["waste_la_yb_n"] == pytest.approx(10.744, abs=5e-4)
    assert row["waste_outlook"] == pytest.approx(0.8419, abs=5e-5)
    assert row["waste_magnet_share"] == pytest.approx(0.2289, abs=5e-5)


@pytest.mark.parametrize(("convention", "heavy_ppm"), [("eu", 36.3), ("canada", 35.3), ("usgs", 31.3)])
def test_light_and_heavy_follow_the_convention_of_the_run_file(convention: str, heavy_ppm: float) -> None:
    samples = waste(["S1"], {element: [UPPER_CRUST_PPM[element]] for element in REE})
    row = site_1(samples, AssignSamplesParams.model_validate({"ree_convention": convention}))
    assert row["waste_ree_convention"] == convention
    assert row["waste_lree_hree"] == pytest.approx((169.10 - heavy_ppm) / heavy_ppm, abs=0.01)


def test_a_part_of_a_suite_has_no_shares_and_a_limit_no_anomaly() -> None:
    row = site_1(waste(["S1"], suite(without=("Y",))))
    assert np.isnan(row["waste_magnet_share"])
    assert np.isnan(row["waste_lree_hree"])
    assert row["waste_eu_anomaly"] == pytest.approx(1.7 / 0.0563 / np.sqrt(41.1 / 0.148 * 26.2 / 0.199))
    row = site_1(waste(["S1"], suite() | {"Eu": ["<4"]}))
    assert np.isnan(row["waste_eu_anomaly"])
    assert row["waste_magnet_share"] == pytest.approx((73.8 + 247 + 3.2 + 14.3) / (1647.9 + 0.3))


def test_the_run_file_says_what_a_limit_counts_as() -> None:
    cells = suite() | {"Eu": ["<4"]}
    share = AssignSamplesParams(censoring=CensoringParams(substitution_fraction=0.7))
    assert site_1(waste(["S1"], cells), share)["waste_Eu_ppm"] == pytest.approx(2.8)
    parts = AssignSamplesParams(censoring=CensoringParams(method="multiplicative"))
    row = site_1(waste(["S1"], cells), parts)
    assert row["waste_Eu_ppm"] == pytest.approx(2.6)
    assert row["waste_La_ppm"] == pytest.approx(422 * (1 - 2.6e-6), rel=1e-12)
    assert row["waste_La_ppm"] / row["waste_Ce_ppm"] == pytest.approx(422 / 745, rel=1e-12)


def test_regression_on_order_statistics_takes_all_waste_and_any_slice_of_the_sites() -> None:
    chosen = AssignSamplesParams(censoring=CensoringParams(method="ros", ros_min_detected=5))
    owners = ["S1"] * 6 + ["S2"] * 6
    samples = standardise_samples(waste(owners, {"La": ["<10", 12, 20, 30, 45, 80] * 2}), chosen.censoring)
    whole = assign_samples(two_sites(), samples, chosen)
    parts = [assign_samples(two_sites().iloc[[i]], samples[samples["site_id"] == f"S{i + 1}"], chosen) for i in (0, 1)]
    assert_frame_equal(pd.concat(parts, ignore_index=True), whole)
    alone = assign_samples(two_sites(), samples[samples["La_ppm"].isna()], chosen)
    assert 2 < alone["waste_La_ppm"].iloc[0] < 10
    assert alone["waste_La_ppm"].iloc[0] != 5
    assert alone["waste_La_censored"].tolist() == [-1, -1]


def test_below_a_limit_is_half_of_it_with_the_whole_range() -> None:
    cells = suite() | {"Eu": ["<4"]}
    row = site_1(waste(["S1"], cells))
    assert (row["waste_Eu_ppm"], row["waste_Eu_censored"]) == (2.0, -1)
    assert row["waste_tree_ppm"] == pytest.approx(1647.9 - 1.7 + 2)
    spread = row["waste_treo_high_ppm"] - row["waste_treo_low_ppm"]
    assert spread == pytest.approx(4 * oxide_factor("Eu2O3"))


def test_limits_add_no_more_than_the_pattern_of_what_was_detected() -> None:
    """A poor waste of which only the lightest were seen, under a limit far above the others: its total is not that of limits."""
    light = {name: ppm for name, ppm in suite(0.05).items() if name in ("La", "Ce", "Nd")}
    coarse = light | {name: ["<20"] for name in suite() if name not in light}
    row = site_1(waste(["S1"], coarse))
    fine = site_1(waste(["S1"], suite(0.05)))
    assert row["waste_treo_ppm"] == pytest.approx(fine["waste_treo_ppm"], rel=0.35)
    assert row["waste_treo_ppm"] < sum(ppm[0] for ppm in light.values()) + 12 * 10
    assert row["waste_treo_low_ppm"] < fine["waste_treo_ppm"] < row["waste_treo_high_ppm"]
    rich = {name: [ppm[0] * 100] for name, ppm in light.items()} | {
        name: ["<20"] for name in suite() if name not in light
    }
    assert site_1(waste(["S1"], rich))["waste_treo_ppm"] > 100 * sum(ppm[0] for ppm in light.values())


@pytest.mark.parametrize("elements", [15, 8])
def test_where_nothing_was_detected_the_total_is_open_down_to_nothing(elements: int) -> None:
    """Up to what patterns leave below all limits: cerium is 46 % of monazite, and no mineral has 400 ppm of each element."""
    names = [*suite()][:elements]
    row = site_1(waste(["S1"], {name: ["<400"] for name in names}))
    assert row["waste_treo_low_ppm"] == 0.0
    assert 400 * 1.2284 / 0.46 < row["waste_treo_high_ppm"] < 400 * elements
    assert row["waste_treo_open_dex"] == 2.0


def test_a_waste_of_which_any_sample_was_detected_is_no_waste_in_which_nothing_was() -> None:
    """Two of five samples hold 30 ppm of every element; the limits of the other three would make ten times as much."""
    row = site_1(waste(["S1"] * 5, {name: ["<600"] * 3 + [30.0, 30.0] for name in suite()}))
    assert 0.0 < row["waste_treo_open_dex"] < 2.0
    found = site_1(waste(["S1"], {name: [30.0] for name in suite()}))["waste_treo_ppm"]
    assert row["waste_treo_ppm"] == pytest.approx(found)
    assert (
        row["waste_treo_high_ppm"] > 5 * found
    )  # 600 ppm of cerium in carbonatites; fifteen limits make 20 times as much


@pytest.mark.parametrize(("cerium", "most"), [("<40", 260.0), (48.0, 300.0)])
def test_limits_of_fifteen_elements_leave_no_more_than_their_patterns(cerium: float | str, most: float) -> None:
    """Fifteen limits of 40 ppm add up to 700 ppm of oxides; below 40 of cerium a light pattern has 107, at 48 it has 128."""
    row = site_1(waste(["S1"], {name: ["<40"] for name in suite()} | {"Ce": [cerium]}))
    assert 107 < row["waste_treo_high_ppm"] < most
    assert row["waste_treo_ppm"] < 200
    if cerium != "<40":
        assert row["waste_treo_ppm"] > 100
        assert row["waste_treo_low_ppm"] == pytest.approx(48 * 1.2284, rel=1e-3)


def test_above_a_limit_leaves_the_upper_end_open() -> None:
    row = site_1(waste(["S1"], suite() | {"Ce": [">1000"]}))
    assert (row["waste_Ce_ppm"], row["waste_Ce_censored"]) == (1000, 1)
    assert row["waste_treo_low_ppm"] == pytest.approx(row["waste_treo_ppm"])
    assert np.isnan(row["waste_treo_high_ppm"])


def test_below_a_limit_nobody_states_is_no_number() -> None:
    row = site_1(waste(["S1"], {"Th": ["<"], "U": [5]}))
    assert np.isnan(row["waste_Th_ppm"])
    assert row["waste_elements"] == "U"


def test_a_partial_suite_is_filled_by_the_pattern_of_its_host_and_says_so() -> None:
    inaa = ("La", "Ce", "Nd", "Sm", "Eu", "Tb", "Yb", "Lu")
    cells = {element: [UPPER_CRUST_PPM[element]] for element in inaa}
    row = site_1(waste(["S1"], cells))
    assert row["waste_tree_ppm"] == pytest.approx(sum(UPPER_CRUST_PPM[element] for element in REE), rel=0.05)
    assert row["waste_estimated_fraction"] == pytest.approx(1 - 129.67 / row["waste_tree_ppm"], abs=0.001)
    true = sum(UPPER_CRUST_PPM[element] * oxide_factor(OXIDE_OF[element]) for element in REE)
    assert row["waste_treo_ppm"] == pytest.approx(true, rel=0.05)
    assert row["waste_treo_low_ppm"] < true < row["waste_treo_high_ppm"]


@pytest.mark.parametrize("names", [("La", "Ce"), ("La",), ("Ce",), ("Y",), ("Nd",), ("Y", "Yb", "Dy"), ("Gd", "Yb")])
def test_a_few_elements_are_the_least_a_waste_holds_and_leave_its_total_open(names: tuple[str, ...]) -> None:
    """A waste of which anything was analysed is as rich as that at least: it is never one of which nothing is known."""
    whole = site_1(waste(["S1"], suite()))
    row = site_1(waste(["S1"], {name: [TEASDALE_PPM[name]] for name in names}))
    found = sum(TEASDALE_PPM[name] * oxide_factor(OXIDE_OF[name]) for name in names)
    assert found <= row["waste_treo_low_ppm"] <= row["waste_treo_ppm"] <= row["waste_treo_high_ppm"]
    assert row["waste_treo_low_ppm"] <= whole["waste_treo_ppm"] <= row["waste_treo_high_ppm"]
    assert 2.0 > row["waste_treo_open_dex"] > 0.4 > site_1(waste(["S1"], suite()))["waste_treo_open_dex"]
    assert row["waste_estimated_fraction"] > 0.3
    assert row["waste_treo_n"] == 1


def test_ranges_of_a_few_elements_hold_what_complete_suites_of_mixed_minerals_hold() -> None:
    """Any mixture of minerals, each element off its pattern: nine totals in ten lie in the range that two elements leave."""
    rng = np.random.default_rng(5)
    patterns, names = pattern_library()
    pure = patterns[[len(minerals) == 1 for minerals in names]]
    shares = rng.dirichlet(np.full(len(pure), 0.3), 300)
    suites = 1000.0 * (shares @ pure) * 10.0 ** rng.normal(0.0, 0.12, (300, len(REE)))
    total = suites @ np.array([oxide_factor(OXIDE_OF[element]) for element in REE])
    sites = sites_at(points([(-80.0, 50.0)] * 300))
    for analysed in (("La", "Ce"), ("La",), ("Y",), ("La", "Y")):
        samples = waste(sites["site_id"], {name: suites[:, REE.index(name)].tolist() for name in analysed})
        row = assign_samples(sites, samples, PARAMS)
        middle, spread = np.log10(row["waste_treo_ppm"]), row["waste_treo_open_dex"] / 3.29
        assert (np.abs(np.log10(total) - middle) <= 1.645 * spread).mean() >= 0.88, analysed
        assert abs(np.median(np.log10(total) - middle)) < 0.2, analysed


def test_samples_of_a_few_elements_stand_back_where_others_of_the_waste_have_more() -> None:
    whole = suite()
    poor = {name: [*whole[name], 1.0 if name in ("La", "Ce") else None, None] for name in whole}
    mixed = site_1(waste(["S1", "S1", "S1"], poor, tree_ppm=[np.nan, np.nan, 1647.9]))
    assert mixed["waste_treo_low_ppm"] > 1500
    assert mixed["waste_treo_n"] == 2
    better = {name: [ppm[0], None] for name, ppm in whole.items()} | {"Y": [whole["Y"][0], 9.0]}
    kept = site_1(waste(["S1", "S1"], better, method=["aqua_regia", "fusion"]))
    assert kept["waste_treo_ppm"] == pytest.approx(site_1(waste(["S1"], whole))["waste_treo_ppm"])
    assert kept["waste_method"] == "aqua_regia"


@pytest.mark.parametrize("names", [("La",), ("La", "Ce"), ("Y",)])
def test_a_few_elements_below_their_limits_are_open_from_nothing_to_what_whole_limits_let_expect(
    names: tuple[str, ...],
) -> None:
    below = site_1(waste(["S1"], {name: ["<50"] for name in names}))
    at_the_limit = site_1(waste(["S1"], {name: [50.0] for name in names}))
    assert below["waste_treo_low_ppm"] == 0.0
    assert below["waste_treo_high_ppm"] == pytest.approx(at_the_limit["waste_treo_high_ppm"])
    assert below["waste_treo_open_dex"] == 2.0


def test_a_total_given_as_one_number() -> None:
    row = site_1(waste(["S1"], tree_ppm=[1000.0], n_analyses=6))
    assert (row["waste_n"], row["waste_tree_ppm"]) == (6, 1000)
    assert row["waste_treo_ppm"] == pytest.approx(203.51 / 169.10 * 1000, rel=1e-3)
    assert row["waste_treo_low_ppm"] == pytest.approx(1137.2, abs=0.1)
    assert row["waste_treo_high_ppm"] == pytest.approx(1269.9, abs=0.1)


def test_waste_of_a_site_is_nobodys_neighbourhood() -> None:
    table = samples_at([(-80.0, 50.001), (-80.0, 50.1)], {"La": [5000, 30]}, medium=["waste", "till"])
    table = table.assign(site_id=pd.array(["S1", None], dtype="str"), La_z=[9.0, 1.0])
    row = site_1(table)
    assert (row["near_n"], row["near_La_z"], row["near_La_max_ppm"], row["waste_La_ppm"]) == (1, 1.0, 30, 5000)


def test_waste_by_distance_where_nothing_has_located_it() -> None:
    row = site_1(samples_at([(-80.0, 50.005), (-80.0, 50.02)], {"Th": [7, 100]}, medium="waste"))
    assert (row["waste_n"], row["waste_Th_ppm"]) == (1, 7)


def test_neighbours_weigh_by_inverse_square_distance() -> None:
    table = samples_at([(-80.0, 50.05), (-80.0, 49.9), (-80.0, 55.0)], {"La": [20, 80, 900]}).assign(
        La_z=[1.0, 4.0, 6.0]
    )
    row = site_1(table)
    assert row["near_n"] == 2
    assert row["near_La_z"] == pytest.approx((4 * 1 + 4) / 5, rel=1e-3)
    assert row["near_km"] == pytest.approx(5.562, abs=0.001)
    assert row["near_La_max_ppm"] == 80
    assert row["near_La_p90_ppm"] == pytest.approx(74)


def test_vague_places_and_waters_do_not_count() -> None:
    table = samples_at([(-80.0, 50.05)] * 3, {"La": [1, 2, 3]}, medium=["till", "water", "soil"])
    table["coordinate_precision_km"] = [40.0, 0.1, np.nan]
    assert site_1(table)["near_La_max_ppm"] == 3


@pytest.fixture(scope="module")
def region():
    rng = np.random.default_rng(3)
    n = 900
    ppm = {
        element: [
            f"<{UPPER_CRUST_PPM[element] / 3:.3f}" if low else value for value, low in zip(values, lows, strict=True)
        ]
        for element in ("La", "Ce", "Nd", "Y", "Th")
        for values, lows in [(UPPER_CRUST_PPM[element] * 10 ** rng.normal(0, 0.3, n), rng.random(n) < 0.1)]
    }
    lonlat = np.column_stack([rng.uniform(-81, -79, n), rng.uniform(50, 51.2, n)])
    medium = rng.choice(["till", "stream_sediment", "waste"], n, p=[0.5, 0.45, 0.05])
    samples = standardise_samples(samples_at(lonlat.round(5).tolist(), ppm, medium=medium))
    places = np.column_stack([rng.uniform(-81, -79, 40), rng.uniform(50, 51.2, 40)])
    places[:20] = lonlat[medium == "waste"][:20] + 0.002
    return sites_at(points(places)), samples


def test_any_slice_of_the_sites_gives_the_same_rows(region) -> None:
    sites, samples = region
    whole = assign_samples(sites, samples, PARAMS)
    assert (whole["near_n"] > 10).all()
    assert (whole["waste_n"] > 0).sum() >= 15
    for pieces in (2, 7):
        parts = [
            assign_samples(sites.iloc[rows], samples, PARAMS) for rows in np.array_split(np.arange(len(sites)), pieces)
        ]
        assert_frame_equal(pd.concat(parts, ignore_index=True), whole, check_exact=True)


def test_the_neighbouring_part_of_the_samples_is_enough(region) -> None:
    sites, samples = region
    whole = assign_samples(sites, samples, PARAMS)
    one = sites.iloc[[5]]
    apart = np.abs(samples[["longitude", "latitude"]].to_numpy() - one[["longitude", "latitude"]].to_numpy())
    part = samples[(apart < 0.5).all(axis=1)]
    assert_frame_equal(assign_samples(one, part, PARAMS), whole.iloc[[5]].reset_index(drop=True), check_exact=True)


def test_the_order_of_samples_does_not_matter(region) -> None:
    sites, samples = region
    turned = assign_samples(sites, samples.iloc[::-1].reset_index(drop=True), PARAMS)
    assert_frame_equal(turned, assign_samples(sites, samples, PARAMS), rtol=1e-12)


def test_the_working_crs_does_not_matter(region) -> None:
    sites, samples = region
    assert_frame_equal(
        assign_samples(sites.to_crs(3979), samples.to_crs(3979), PARAMS), assign_samples(sites, samples, PARAMS)
    )


def test_inputs_are_not_edited(region) -> None:
    sites, samples = region
    before = sites.copy(), samples.copy()
    assign_samples(sites, samples, PARAMS)
    assert_frame_equal(sites, before[0])
    assert_frame_equal(samples, before[1])
