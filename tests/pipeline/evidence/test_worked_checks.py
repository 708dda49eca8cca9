"""Figures worked by hand on published wastes: what the product reckons from the same numbers, and what its tables expect.

Two usual sums have no test here, for no stage does them. The grade of tailings from that of ore, c (1 - recovery) / (1 - pull),
is never reckoned: no inventory tells how much of a byproduct a mill took, and a guess would stand for a measurement. Nor are
shares of a mineral from one element (2.4 % P as fluorapatite): apatite, monazite and other phosphates share it.

A published law of Chilean dams, log10 m3 = -0.592 + 1.307 log10 m2 (877,000 m3 on 10 ha), is not the shipped one, which was
fitted on registers of two countries in tonnes; under the published coefficients the product gives the published figure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
import yaml

import configs
from layers.catalogue.source import load_catalogue, resolve
from layers.cells.commodities import normalise_commodities
from layers.elements import oxide_factor
from layers.readers.endowments import T_PER_KG_PPM
from layers.schema import Backdrop, empty
from layers.site_layers import SiteLayers
from pipeline.evidence.doubtful_amounts import USUAL_T_M3, doubtful_amounts
from pipeline.evidence.host_grades import host_grades
from pipeline.evidence.rare_earth_grades import waste_hosts
from pipeline.evidence.target_evidence import type_affinity
from pipeline.evidence.targets import host_sources, known_targets, target_table
from pipeline.kernels.mixture import mixture_quantiles
from pipeline.kernels.rank_draws import Aim, WasteBelief, amounts
from pipeline.learning.learned_laws import learned_grades
from pipeline.stages.merge_sites import MergeSitesParams, merge_sites
from pipeline.stages.per_site.estimate_tonnage import EstimateTonnageParams, estimate_tonnage
from pipeline.stages.per_site.flag_constraints import FlagConstraintsParams, flag_constraints
from pipeline.stages.rank_targets import RankTargetsParams, rank_targets
from tests.pipeline.stages.record_tables import links_of, records_of
from tests.pipeline.stages.site_tables import sites_at

PARAMS = RankTargetsParams(n_draws=50)


def ranked(
    targets: tuple[str, ...], masses: list[float], words: list[str | None] | None = None, **ppm: list[float]
) -> pd.DataFrame:
    """Rank wastes of known mass for several targets, by site and target."""
    n = len(masses)
    sites = sites_at([shapely.Point(0, at) for at in range(n)], mass_t=masses, commodities=words or [None] * n)
    ids = sites["site_id"]
    samples: Any = pd.DataFrame({"site_id": ids, "waste_n": 1} | ppm)
    tonnage: Any = estimate_tonnage(sites, samples[["site_id"]], EstimateTonnageParams())
    companion: Any = pd.DataFrame({"site_id": ids, "amount_rule": "tonnage"})
    ranking: Any = pd.DataFrame({"site_id": ids, "ranked_last_reason": None})
    nothing: Any = None
    known = SiteLayers(sites, samples, nothing, nothing, nothing, tonnage, nothing, nothing)
    learned = learned_grades(None, sites, (), "here", frozenset())
    table = pd.DataFrame(rank_targets(known, companion, ranking, learned, targets, PARAMS))
    return table.set_index(["target", "site_id"])


def test_tonnes_times_grade_of_cobalt_and_copper() -> None:
    """Kolwezi 112.8 Mt with 0.32 % Co and 1.49 % Cu; Kilembe 5.2 Mt with 0.12 % Co holds half of Kasese's 0.99 Mt with 1.38 %."""
    table = ranked(
        ("Co", "Cu"), [112.8e6, 5.2e6, 0.99e6], waste_Co_ppm=[3200, 1200, 13_800], waste_Cu_ppm=[14_900, 1800, np.nan]
    )
    contained = table["contained_t"]
    assert contained["Co", "S1"] == pytest.approx(360_960)
    assert contained["Cu", "S1"] == pytest.approx(1_680_720)
    assert (contained["Co", "S2"], contained["Co", "S3"]) == (pytest.approx(6240), pytest.approx(13_662))
    assert (table["evidence"][["Co"]] == "measured").all()


def test_a_huge_heap_of_something_else_stands_behind_a_small_mine_of_the_metal_and_before_a_smaller_heap() -> None:
    masses, words = [1e6, 1e8, 5e6, 1e4], ["gypsum", "coal", None, "tungsten; tin; gold"]
    order = ranked(("W",), masses, words).loc["W"].sort_values("rank")
    assert order.index.tolist() == ["S4", "S2", "S3", "S1"]


def test_measured_wastes_that_move_a_kind_are_counted_beside_its_source() -> None:
    table = ranked(("Co",), [1e6, 1e6, 1e6], waste_Co_ppm=[12.0, 9.0, np.nan]).reset_index()
    assert host_sources(table) == [["Co", "background", 10, target_table().sources["wgs"], 2]]


def test_platinum_metals_in_grams_per_tonne() -> None:
    """1.7 Mt at 2.8 g/t are 4,760 kg or 153,037 troy ounces: the sum of what was analysed, or nothing where one is missing."""
    facts = known_targets()["PGE"]
    elements = facts.elements or ()
    share = {f"waste_{element}_ppm": [2.8 / len(elements)] for element in elements}
    contained = ranked(("PGE",), [1.7e6], **share).loc[("PGE", "S1"), "contained_t"]
    assert contained * 1000 == pytest.approx(4760)
    assert contained * 1e6 / 31.1035 == pytest.approx(153_037, abs=2)


def test_a_range_of_many_samples_gives_the_spread_of_its_kind() -> None:
    """Cantung 0.06-1.06 % W: (1.06 / 0.06)^(1 / 3.92) = 2.080, and the median under a mean of 0.32 % is 0.2447 %."""
    gsd = (1.06 / 0.06) ** (1 / 3.92)
    skarn = next(host for host in known_targets()["W"].hosts if host.code == "skarn")
    assert gsd == pytest.approx(2.080, abs=1e-3)
    assert skarn.gsd == pytest.approx(gsd, abs=0.03)
    assert skarn.median_ppm == pytest.approx(3200 * np.exp(-0.5 * np.log(gsd) ** 2), rel=0.01)
    assert skarn.median_ppm == pytest.approx(1e4 * np.sqrt(0.06 * 1.06), rel=0.04)  # the middle of the range: 0.2522 %


def test_phosphorus_and_the_oxide_of_the_trade() -> None:
    """Grängesberg: 3.46 Mt with 2.4 % P hold 83,040 t P, which are 190,270 t P2O5."""
    contained = ranked(("P",), [3.46e6], waste_P_ppm=[24_000.0]).loc[("P", "S1"), "contained_t"]
    assert contained == pytest.approx(83_040)
    assert contained * known_targets()["P"].factor == pytest.approx(190_270, abs=5)
    assert known_targets()["P"].factor == pytest.approx(oxide_factor("P2O5"), abs=1e-4)


def test_two_amounts_of_buchans_are_both_kept_and_flagged() -> None:
    """600,000 t of barite at 30 % are 2.0 Mt of tailings; another line says 4,067,225 t."""
    barite_kg, share_ppm = 600_000 * 1000.0, 300_000.0
    implied = T_PER_KG_PPM * barite_kg / share_ppm
    assert implied == pytest.approx(2.0e6)
    records = records_of(
        {"source": "a", "name": "Buchans", "mass_t": implied}, {"source": "b", "name": "Buchans", "mass_t": 4_067_225.0}
    )
    sites = merge_sites(records, links_of(("a:1", "b:2", True, "by_hand", 1.0)), MergeSitesParams(precedence=("a",)))
    assert sites["mass_t"].tolist() == [implied]
    samples: Any = pd.DataFrame({"site_id": sites["site_id"], "waste_n": 0})
    flags = pd.DataFrame(flag_constraints(sites, samples, empty(Backdrop), FlagConstraintsParams())).set_index("flag")
    assert "amount_conflict" in flags.index
    assert json.loads(str(sites["amount_conflict"][0])) == {"mass_t": [implied, 4_067_225.0]}


def test_a_lognormal_grade_of_median_100_and_gsd_2() -> None:
    """Its mean is 127.15, one in ten lies below 41.13 and one in ten above 243.11."""
    sd = np.log10(2.0)
    low, middle, high = (
        10
        ** mixture_quantiles(np.array([[2.0, 2.0]]), np.array([sd, sd]), np.array([0.5, 0.5]), (0.1, 0.5, 0.9)).ravel()
    )
    assert (low, middle, high) == (pytest.approx(41.13, abs=0.01), pytest.approx(100), pytest.approx(243.11, abs=0.02))
    one_waste = WasteBelief(
        np.ones(1), np.array([2.0]), np.array([sd]), np.array([6.0]), np.array([1e-6]), np.array([1e-6])
    )
    assert one_waste.chance(float(np.log10(243.11)))[0] == pytest.approx(0.1, abs=1e-4)
    expected_t = amounts(one_waste, Aim(-6.0, 1e12, 50.0))["payable_t"][0]  # of a million tonnes, so that t are ppm
    assert expected_t == pytest.approx(127.15, rel=0.05)  # the ranking reckons on a grid of points: 131.9


def test_a_published_law_of_dams_gives_its_published_volume() -> None:
    """10^(-0.592 + 1.307 * 5) = 877,000 m3 on 100,000 m2: the shipped law is another, in tonnes."""
    site = sites_at([shapely.Point(0, 0)], crs="EPSG:3978", area_m2=[1e5], disposal=["impoundment"])
    samples: Any = pd.DataFrame({"site_id": site["site_id"]})
    published = EstimateTonnageParams(dam_law_intercept_dex=-0.592, dam_law_slope=1.307)
    assert estimate_tonnage(site, samples, published)["tonnage_t"].iloc[0] == pytest.approx(877_000, rel=0.001)
    shipped = estimate_tonnage(site, samples, EstimateTonnageParams()).iloc[0]
    assert shipped["tonnage_low_t"] < 877_000 * 1.5 < shipped["tonnage_high_t"]


def test_gallium_of_tsumebs_slag() -> None:
    """135-156 ppm in 2 Mt: 270 to 312 t."""
    table = ranked(("Ga",), [2e6, 2e6], waste_Ga_ppm=[135.0, 156.0])
    assert table["contained_t"].sort_values().tolist() == pytest.approx([270, 312])


def test_the_middle_of_tsumebs_slag() -> None:
    """128-441 ppm Ge: 237.6 ppm; 2 Mt of it hold 256 to 882 t."""
    slag = next(host for host in known_targets()["Ge"].hosts if host.code == "kipushi_slag")
    assert slag.median_ppm == pytest.approx(np.sqrt(128 * 441), rel=0.02)
    table = ranked(("Ge",), [2e6, 2e6], waste_Ge_ppm=[128.0, 441.0])
    assert table["contained_t"].sort_values().tolist() == pytest.approx([256, 882])


def test_uranium_and_thorium_of_florida_gypsum_stay_below_the_limit_of_activity() -> None:
    """13.23 / 81 + 0.63 / 246 = 0.166 Bq/g; six times as much is above 1."""
    sites = sites_at([shapely.Point(0, 0), shapely.Point(0, 1)], crs="EPSG:3978")
    samples: Any = pd.DataFrame(
        {"site_id": sites["site_id"], "waste_n": 1, "waste_U_ppm": [13.23, 80.0], "waste_Th_ppm": [0.63, 4.0]}
    )
    flags = pd.DataFrame(flag_constraints(sites, samples, empty(Backdrop), FlagConstraintsParams()))
    measured = flags[flags["flag"] == "radioactivity_measured"]
    assert measured["site_id"].tolist() == ["S2"]
    low_limit = FlagConstraintsParams(activity_limit_bq_g=0.1)
    told = pd.DataFrame(flag_constraints(sites, samples, empty(Backdrop), low_limit))
    values = told.loc[told["flag"].eq("radioactivity_measured") & told["site_id"].eq("S1"), "values"]
    assert json.loads(values.iloc[0])["activity_bq_g"] == pytest.approx(0.166, abs=5e-4)


def test_mary_kathleens_seven_million_tonnes_lie_within_the_law_of_dams() -> None:
    """110.6 ha: 6.33 t/m2, 4.2 m at 1.5 t/m3."""
    site = sites_at([shapely.Point(0, 0)], crs="EPSG:3978", area_m2=[1.106e6], disposal=["impoundment"])
    samples: Any = pd.DataFrame({"site_id": site["site_id"]})
    row = estimate_tonnage(site, samples, EstimateTonnageParams()).iloc[0]
    assert row["tonnage_low_t"] < 7e6 < row["tonnage_high_t"]
    thin = [finding for _, finding in doubtful_amounts(site.assign(mass_t=[7e6]), 100.0, 1e10, 1.0, 10.0)]
    thickness_m = float(str(thin[0].values["m"]))
    assert thickness_m * USUAL_T_M3 == pytest.approx(6.33, abs=0.005)  # t/m2
    assert thickness_m * USUAL_T_M3 / 1.5 == pytest.approx(4.22, abs=0.005)
    assert not list(doubtful_amounts(site.assign(mass_t=[7e6]), 100.0, 1e10, 1.0, 0.3))  # as wastes lie


def test_codes_that_mean_another_metal_elsewhere() -> None:
    """Minfile's RE is rhenium, RS rare earths, YR yttrium, SC scandium; SI is silica and no silicon metal."""
    codes = load_catalogue()["minfile_bc"].facts["commodity_codes"]
    cells = normalise_commodities(pd.Series(["RE", "RS", "YR", "SC", "SI"]), codes)
    assert cells.tolist() == ["rhenium", "rare earths", "yttrium", "scandium", "silica"]
    national = yaml.safe_load((Path(configs.__file__).parent / "national_us.yml").read_text("utf-8"))
    oregon = next(source for source in national["sources"] if source["id"] == "oregon")
    assert normalise_commodities(pd.Series(["SC"]), resolve(oregon).commodity_codes).tolist() == ["stone"]


REE_WASTES = [
    ("Elliot Lake, as its ore", "Paleoplacer U", "uranium; yttrium", 1610),
    ("Phalaborwa phosphogypsum", "Carbonatite", "phosphate", 3600),
    ("Florida phosphogypsum", "Phosphorite", "phosphate", 230.6),
    ("Parnassos-Ghiona and Seydişehir red mud", "Bauxite", "aluminum", 1000),
    ("Adirondack composites, median", "Iron oxide-apatite", "iron", 500),
    ("Washington wastes, most", "Quartz vein", "gold", 231),
    ("Washington wastes, least", "Quartz vein", "gold", 28),
    ("Mary Kathleen", "Skarn uranium-REE", "uranium; rare earths", 30_000),
    ("Bayan Obo", "Carbonatite", "iron; rare earths; niobium", 52_000),
]
"""Waste, deposit type, commodities, published ppm. Teasdale zone 2013; J. SAIMM; Deady et al. 2016; Taylor et al. 2019;
Washington Geological Survey OFR 2026-02 (as oxides); statements on Mary Kathleen and Bayan Obo."""

REE_BEYOND = {
    "Washington wastes, least": "one waste of ten, and a range of nine in ten",
}


@pytest.mark.parametrize(("waste", "deposit", "commodities", "ppm"), REE_WASTES)
def test_published_rare_earths_of_a_waste_lie_in_the_range_of_its_host(
    waste: str, deposit: str, commodities: str, ppm: float
) -> None:
    site = sites_at([shapely.Point(0, 0)], deposit_type=[deposit], commodities=[commodities], mass_t=[1e6])
    utility = type_affinity(site, "REE")
    middle, spread = host_grades(utility, "REE", 500.0, waste_hosts(site, utility))
    low, high = 10 ** (middle[0] - 1.645 * spread[0]), 10 ** (middle[0] + 1.645 * spread[0])
    assert (low <= ppm <= high) == (waste not in REE_BEYOND), f"{low:.0f} to {high:.0f}"


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"mass_t": [76.0], "volume_m3": [50_667.0]}, "density"),  # 0.0015 t/m3
        ({"mass_t": [78_547.0], "volume_m3": [4_500.0]}, "density"),  # 17 t/m3
        ({"mass_t": [2_000.0], "volume_m3": [1_000.0]}, None),
        ({"authorised_t": [1.24e9], "authorised_m3": [100.0]}, "density_allowed"),
        ({"mined_t": [2e8], "first_year": [1942.0], "last_year": [1942.0]}, "in_few_years"),
        ({"mined_t": [2e8], "first_year": [1894.0], "last_year": [1942.0]}, None),  # four million a year
        ({"mass_t": [1e6], "authorised_t": [1.24e9], "authorised_m3": [100.0]}, None),  # the permit is not used
    ],
)
def test_amounts_that_do_not_fit_together_are_told_with_both_figures(
    columns: dict[str, list[float]], code: str | None
) -> None:
    nothing = {"area_m2": [np.nan], "mass_t": [np.nan], "volume_m3": [np.nan]}
    odd = [finding for _, finding in doubtful_amounts(pd.DataFrame(nothing | columns), 100.0, 1e10, 1.0, 0.01)]
    assert [finding.code for finding in odd] == [code] * (code is not None)
    for finding in odd:
        assert sorted(finding.values) in (["m3", "mass_t", "t_m3"], ["mass_t", "years"])


def test_an_element_that_was_not_found_has_no_share_of_its_limit_for_a_grade() -> None:
    """Below 5 ppm of tungsten: what tables say of coal wastes stands, and ranges of grade and tonnes start at 0."""
    row = ranked(("W",), [1e6], ["coal"], waste_W_ppm=[2.5], waste_W_censored=[-1]).loc[("W", "S1")]
    assert row["grade_low_ppm"] == row["contained_low_t"] == 0.0
    assert row["grade_ppm"] != pytest.approx(0.5)
    assert 0.0 < row["grade_ppm"] < row["grade_high_ppm"] < 15.0
    assert row["contained_t"] == pytest.approx(row["grade_ppm"])
