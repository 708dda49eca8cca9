"""The table of targets, what hosts let believe of a grade, and published wastes as its judges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.stats import lognorm

from layers.elements import oxide_factor
from pipeline.evidence.assay_spread import USUAL_ASSAYS, mean_above
from pipeline.evidence.host_beliefs import believe
from pipeline.evidence.host_shares import CHANCE_BY_CLUES
from pipeline.evidence.targets import checked_targets, known_targets, target_table
from pipeline.evidence.worked_sites import site_kinds
from pipeline.kernels.rank_draws import Aim, WasteBelief, amounts, chance_of_quantiles, choose_aim
from tests.pipeline.stages.site_tables import sites_at


def belief(symbol: str, samples: dict[str, Any] | None = None, **told: Any) -> Any:
    """Return the belief about one target at sites with the given words."""
    n = max(len(values) for values in told.values())
    words = {"waste_type": ["tailings"] * n} | told
    sites = sites_at([shapely.Point(0, at % 80) for at in range(n)], **words)
    assays = pd.DataFrame({"site_id": sites["site_id"], "waste_n": 1} | (samples or {}))
    return believe(known_targets()[symbol], symbol, sites, site_kinds(sites), assays)


CANADA_2024 = (
    "aluminum, antimony, bismuth, cesium, chromium, cobalt, copper, fluorspar, gallium, germanium, graphite, helium, "
    "high-purity iron, indium, lithium, magnesium, manganese, molybdenum, nickel, niobium, phosphorus, platinum group elements, "
    "potash, rare earths, scandium, silicon metal, tantalum, tellurium, tin, titanium, tungsten, uranium, vanadium, zinc"
)
"""Canada's critical minerals, list of 10 June 2024."""


def test_every_name_of_the_canadian_list_is_a_target_or_refused_with_a_reason() -> None:
    names = set(CANADA_2024.split(", "))
    assert len(names) == 34
    targets = {facts.name["en"] for facts in known_targets().values()} | {"rare earths"}
    assert targets | set(target_table().refused) == names
    assert not targets & set(target_table().refused)


def test_targets_of_a_run_file_are_symbols_each_once() -> None:
    assert checked_targets(("REE", "cobalt", "Co", "Gallium")) == ("REE", "Co", "Ga")
    assert len(checked_targets(("all",))) == 30
    with pytest.raises(ValueError, match="cannot be one") as all_told:
        checked_targets((*CANADA_2024.split(", "), "unobtainium", "kryptonite"))
    for name in (*target_table().refused, "unobtainium", "kryptonite"):
        assert f"'{name}'" in str(all_told.value)
    assert str(all_told.value).count("Known are") == 1
    with pytest.raises(ValueError, match="helium is a gas"):
        checked_targets(("helium",))
    with pytest.raises(ValueError, match="one of the rare earths: write REE"):
        checked_targets(("Nd",))
    with pytest.raises(ValueError, match="'unobtainium' is not known"):
        checked_targets(("unobtainium",))


def test_a_mineral_of_which_the_target_is_a_main_part_names_it() -> None:
    minerals = pd.Series(["scheelite; quartz", "pyrite", None, None], dtype="str")
    words = {"commodities": ["gold", "gold", "gold", "gold; tungsten"], "deposit_type": [None] * 4}
    named = belief("W", minerals=minerals, **words).chance
    bare = belief("W", **words).chance
    assert named[0] > named[1] == named[2] == bare[2]
    assert named[3] == bare[3] >= named[0]


def test_clues_of_a_host_add_up() -> None:
    """Kind of waste and companion: 0.4; with the deposit: 0.7; the target named adds 0.15; a word of nothing: common rock."""
    found = belief(
        "W",
        deposit_type=[None, None, "Tungsten skarn", "Tungsten skarn"],
        commodities=["gold", "gold; tin", "molybdenum", "tungsten"],
    )
    assert found.host.tolist() == [None, "tin_mine", "skarn", "skarn"]
    hosts = {host.code: host for host in known_targets()["W"].hosts}
    common = 1 - lognorm.cdf(800, np.log(4), scale=5)
    for row, (code, chance) in enumerate([("skarn", 0.0), ("tin_mine", 0.4), ("skarn", 0.4), ("skarn", 0.85)]):
        above = 1 - lognorm.cdf(800, np.log(hosts[code].gsd), scale=hosts[code].median_ppm)
        assert found.chance[row] == pytest.approx(chance * above + (1 - chance) * common, abs=1e-6)
    assert found.speaks.tolist() == [False, True, True, True]


@pytest.mark.parametrize("symbol", sorted(known_targets()))
def test_a_grade_has_the_chances_and_the_ends_of_what_it_is_mixed_of(symbol: str) -> None:
    """Named alone, named beside others, with each type of deposit and with none: of all the belief is between rock and host."""
    facts = known_targets()[symbol]
    types = ["Skarn", "Porphyry", "massive sulphide", "Pb-Zn veins", "Carbonatite", "pegmatite", "serpentinite", None]
    named = [f"{facts.commodity}; gold", f"gold; {facts.commodity}", "gold", "lead; zinc"]
    found = belief(symbol, commodities=named * 8, deposit_type=[one for one in types for _ in named])
    log_g = np.log10(facts.threshold_ppm)
    assert chance_of_quantiles(found.grade_quantiles, log_g) == pytest.approx(found.chance, abs=0.015)
    assert (np.diff(found.grade_quantiles, axis=1) >= 0).all()
    richest = max(kind.median_ppm * kind.gsd**1.645 for kind in (facts.background, *facts.hosts))
    ppm = 10 ** WasteBelief(*np.zeros((6, 32)), found.grade_quantiles).grade(np.full(32, 1.645))
    assert ppm.max() <= min(richest, facts.most_ppm) * 1.02
    assert (10**found.grade_quantiles).max() <= facts.most_ppm * 1.0001


def test_no_waste_holds_more_of_a_metal_than_its_tonnes_of_pure_mineral() -> None:
    named = belief("Zn", commodities=["zinc", "silver; zinc"])
    waste = WasteBelief(
        np.ones(2), named.grade_log10, named.grade_sd, np.full(2, 5.0), np.zeros(2), np.zeros(2), named.grade_quantiles
    )
    aim = Aim(np.log10(5000.0), 1e12, 1.0)
    held = amounts(waste, aim)
    assert (held["contained_high_t"] <= 1e5 * known_targets()["Zn"].most_ppm / 1e6).all()
    assert (held["payable_t"] <= held["contained_high_t"]).all()


def test_a_sure_waste_stands_before_one_of_which_a_word_speaks_that_is_no_larger() -> None:
    """A wide belief must not lead by what it may hold once in a thousand times."""
    words = {"commodities": ["zinc", "gold; zinc"], "deposit_type": ["Mississippi Valley type", None]}
    found = belief("Zn", **words)
    waste = WasteBelief(
        np.ones(2),
        found.grade_log10,
        found.grade_sd,
        np.full(2, 5.0),
        np.full(2, 0.3),
        np.full(2, 0.3),
        found.grade_quantiles,
    )
    payable = amounts(waste, choose_aim(waste, np.log10(5000.0), 1, None, 1))["payable_t"]
    assert found.chance[0] > found.chance[1]
    assert payable[0] > payable[1]


def test_silver_with_cobalt_is_a_five_element_vein_and_no_copperbelt() -> None:
    """The host of a metal that is named follows what was sold beside it; alone it is the poorest, and slag only slag."""
    silver = ["silver; cobalt", "silver; cobalt; nickel", "nickel; copper; cobalt", "cobalt; iron; gold; zinc"]
    assert belief("Co", commodities=silver).host.tolist() == [
        "five_element", "five_element", "nickel_copper", "massive_sulphide",
    ]  # fmt: skip
    assert belief("Ge", commodities=["germanium; gold; iron"]).host.tolist() != ["kipushi_slag"]


def test_nickel_with_platinum_and_massive_sulphides_are_no_five_element_vein_for_silver_and_cobalt() -> None:
    words = {
        "commodities": [
            "nickel; copper; cobalt; silver",
            "nickel; copper; cobalt; palladium; silver",
            "copper; silver; cobalt",
        ],
        "deposit_type": [None, None, "VMS Base Metal"],
    }
    assert belief("Co", **words).host.tolist() == ["nickel_copper", "nickel_copper", "cobalt_pyrite"]


def test_skarns_of_other_metals_are_no_host_of_tungsten() -> None:
    types = ["W skarn", "Skarn tungsten ± molybdenum", "Skarn", "Fe skarn", "Cu skarn", "Skarn copper", "Pb-Zn skarn"]
    assert belief("W", deposit_type=types, commodities=["gold"] * 7).host.tolist() == ["skarn"] * 2 + [None] * 5
    named = belief("W", deposit_type=["Skarn"] * 2, commodities=["magnetite", "molybdenum; tungsten"])
    assert named.host.tolist() == [None, "skarn_with_tungsten"]


def test_veins_of_tungsten_are_veins_and_those_of_tin_only_where_tungsten_is_named() -> None:
    types = ["W veins", "Tungsten veins", "Porphyry W", "Sn veins and greisens", "Tin veins", "Greisen", "W skarn"]
    named = belief("W", deposit_type=types, commodities=["tungsten; copper"] * 7).host.tolist()
    assert named == ["vein"] * 3 + ["greisen_with_tungsten", "skarn", "greisen_with_tungsten", "skarn"]
    silent = belief("W", deposit_type=types, commodities=["copper; silver; gold"] * 7)
    assert silent.host.tolist() == ["vein"] * 3 + ["tin_mine"] * 2 + [None, "skarn"]
    assert max(silent.chance[3:6]) < 0.1 < min(silent.chance[:3])


def test_skarns_of_other_metals_are_no_host_of_zinc() -> None:
    types = ["Pb-Zn skarn", "Skarn", "Zinc skarn", "Fe skarn", "Cu skarn", "W skarn", "Skarn copper", "Au skarn"]
    found = belief("Zn", deposit_type=types, commodities=["silver"] * 8)
    assert found.host.tolist() == ["lead_silver"] * 3 + [None] * 5


def test_a_metal_that_was_mined_counts_more_than_one_named_among_many_and_that_more_than_a_like_vein() -> None:
    antimony = belief(
        "Sb",
        commodities=["antimony", "gold; silver; lead; antimony", "gold; silver; lead"],
        deposit_type=[None, None, "Epithermal"],
        status=["past producer"] * 3,
    )
    assert antimony.chance[0] > antimony.chance[1] > antimony.chance[2]


def test_a_main_product_counts_more_than_a_byproduct_unless_lists_follow_the_alphabet() -> None:
    first, later = belief("Cu", commodities=["copper; zinc; gold", "zinc; copper; gold"]).chance
    assert first > later
    first, later = belief("Cu", commodities=["copper; gold; zinc", "antimony; copper; zinc"]).chance
    assert first == later


def test_silence_of_an_inventory_about_a_byproduct_is_no_evidence_against_it() -> None:
    """Sphalerite of a Mississippi Valley deposit carries germanium and gallium whether or not anybody wrote it down."""
    for symbol in ("Ge", "Ga"):
        found = belief(
            symbol, deposit_type=["Mississippi Valley-type", "orogenic gold"], commodities=["zinc; lead", "gold"]
        )
        assert found.host.tolist() == ["sphalerite", None]
        assert found.grade_log10[0] > found.grade_log10[1]


@pytest.mark.parametrize("kind", ["slag", "residue"])
def test_what_a_smelter_left_keeps_what_the_concentrate_carried_out_of_the_tailings(kind: str) -> None:
    for symbol, commodity in (("Ge", "zinc"), ("In", "zinc"), ("Ga", "zinc")):
        told = {"commodities": [commodity], "deposit_type": ["Mississippi Valley-type; massive sulphide"]}
        tailings, left = (float(belief(symbol, waste_type=[waste], **told).chance[0]) for waste in ("tailings", kind))
        assert left > tailings


def test_an_assay_of_the_waste_outweighs_its_host() -> None:
    found = belief(
        "Co", {"waste_Co_ppm": [25.0, np.nan]}, deposit_type=["VMS", "VMS"], commodities=["copper", "copper"]
    )
    mean = 25 * 10 ** mean_above(USUAL_ASSAYS.sample_sd_log10**2)  # of a waste of which one sample holds 25
    assert 10 ** found.grade_log10[0] == pytest.approx(mean, rel=0.25)
    assert found.chance[0] < 0.01 < found.chance[1]


def test_an_element_below_its_limit_is_open_down_to_a_hundredth_of_it() -> None:
    """A share of a limit of 2,000 ppm is no 1,000 ppm of cobalt, and not as sure as they would be."""
    words = {"deposit_type": ["VMS"] * 2, "commodities": ["copper"] * 2}
    found = belief("Co", {"waste_Co_ppm": [1000.0, 1000.0], "waste_Co_censored": [0, -1]}, **words)
    assert found.measured_ppm.tolist() == [1000.0, 200.0]
    assert found.grade_sd[1] > 1.5 * found.grade_sd[0]
    assert found.grade_log10[1] < found.grade_log10[0] - 0.4
    assert found.undetected.tolist() == [False, True]


def test_measured_wastes_of_a_region_move_the_kind_they_belong_to() -> None:
    """Ten wastes of massive sulphides at 1,500 ppm: the median of the kind, judged from one at 400, moves to between them."""
    told = {"deposit_type": ["VMS"] * 11, "commodities": ["copper"] * 11}
    before = belief("Co", **told)
    after = belief("Co", {"waste_Co_ppm": [1500.0] * 10 + [np.nan]}, **told)
    assert after.chance[10] > before.chance[10]
    assert after.grade_log10[10] > before.grade_log10[10]
    assert after.learned["massive_sulphide"] == 10
    assert before.learned == {}


def test_what_measured_wastes_teach_of_a_kind_holds_where_a_neighbour_speaks_for_it() -> None:
    """Else a lead mine beside one of lead and zinc stands before every mine of zinc of a region whose wastes were poor."""
    both = ["lead; zinc"] * 3
    like = {"camp_chance": [0.0, 0.0, 0.95], "camp_rare_chance": [0.0] * 3, "camp_deposit_type": [None] * 3}
    told = {"commodities": [*both[:2], "lead"], "camp_common": both, "camp_commodities": both}
    before = belief("Ga", **told, **like)
    after = belief("Ga", {"waste_Ga_ppm": [8.0, np.nan, np.nan]}, **told, **like)
    assert after.chance[2] < before.chance[2]
    for found in (before, after):
        assert found.chance[2] <= found.chance[1]


def test_chances_follow_the_number_of_clues_and_are_never_certain() -> None:
    assert list(CHANCE_BY_CLUES) == sorted(CHANCE_BY_CLUES)
    found = belief("Li", deposit_type=["LCT pegmatite"], commodities=["lithium; tantalum"])
    assert 0 < found.chance_low[0] < found.chance[0] < found.chance_high[0] < 1


PUBLISHED = [
    ("Kolwezi", "Co", "copperbelt", 3200.0),
    ("Nkana slag", "Co", "copper_slag", 7600.0),
    ("Lubumbashi slag", "Co", "copper_slag", 21000.0),
    ("Kilembe", "Co", "cobalt_pyrite", 1200.0),
    ("Tsumeb slag, least", "Ge", "kipushi_slag", 128.0),
    ("Tsumeb slag, most", "Ge", "kipushi_slag", 441.0),
    ("Tsumeb slag", "Ga", "kipushi_slag", 145.0),
    ("Grängesberg", "P", "apatite_iron", 24000.0),
    ("Cantung", "W", "skarn", 3200.0),
    ("Tungsten Queen", "W", "vein", 1729.0),
    ("Renison", "Sn", "tin_mine", 4450.0),
    ("Saxony", "Sn", "tin_mine", 2000.0),
    ("Penouta", "Ta", "rare_metal", 100.0),
    ("Copper Flat", "Te", "porphyry", 0.41),
    ("Copper Flat", "Bi", "porphyry", 1.72),
    ("Copper Flat", "Cu", "copper_plant", 543.0),
    ("Copper Flat", "Ga", "background", 19.2),
    ("Delamar, a maximum", "Te", "epithermal_gold", 290.0),
    ("Hernic", "PGE", "chromitite", 2.8),
    ("Kolwezi", "Cu", "copper_plant", 14_900.0),
    ("Kilembe", "Cu", "massive_sulphide", 1800.0),
    ("Nkana slag", "Cu", "copper_plant", 10_600.0),
    ("Cantung", "Cu", "copper_plant", 2300.0),
    ("Renison", "Cu", "copper_plant", 2300.0),
    ("East Kemptville stockpile", "Sn", "tin_mine", 1120.0),
    ("Forest Rose", "Zn", "lead_silver", 6300.0),
    ("Cartagena-La Unión", "Zn", "lead_silver", 47_000.0),
    ("Macraes, reckoned", "Sb", "gold_antimony", 300.0),
    ("Copper Flat", "Co", "background", 9.3),
    ("Dilokong after chromite", "PGE", "chromitite", 6.5),
    ("Hernic reference", "PGE", "chromitite", 0.164),
    ("Chromite reference material", "Cr", "chromite", 103_000.0),
    ("Kasese, a stockpile", "Co", "massive_sulphide", 13_800.0),
    ("Savage River, in pyrite", "Co", "massive_sulphide", 30_000.0),
    ("Washington wastes, most", "V", "background", 411.0),
    ("Washington wastes, most", "Co", "background", 39.0),
    ("Washington wastes, most", "Ge", "background", 5.9),
    ("Washington wastes, most", "Ga", "background", 19.0),
]
"""Waste, target, kind of host, published ppm of the element. Sources stand in ``targets.yml``."""

BEYOND = {
    ("Delamar, a maximum", "Te"): "the greatest of many samples, not a grade of the waste",
    ("Hernic reference", "PGE"): "two published wastes differ seventeenfold; the table lies between them by judgement",
    ("Kasese, a stockpile", "Co"): "a concentrate that was put aside, and no waste of a mill",
    ("Savage River, in pyrite", "Co"): "the grade of a mineral, not of the waste that holds it",
    (
        "Washington wastes, most",
        "V",
    ): "the richest of ten, more than twice the next: no host of vanadium was recorded there",
}


@pytest.mark.parametrize(("waste", "target", "host", "ppm"), PUBLISHED)
def test_a_published_grade_lies_in_the_range_of_its_host(waste: str, target: str, host: str, ppm: float) -> None:
    facts = known_targets()[target]
    kind = facts.background if host == "background" else next(one for one in facts.hosts if one.code == host)
    low, high = kind.median_ppm * kind.gsd ** np.array([-1.645, 1.645])
    assert (low <= ppm <= high) == ((waste, target) not in BEYOND), BEYOND.get(
        (waste, target), f"{low:.3g} to {high:.3g}"
    )


def test_forms_of_the_trade_follow_from_the_element() -> None:
    """0.218 % WO3 are 0.1729 % W, 3,196 t in 1.849 Mt; 2.4 % P of 3.46 Mt are 190,270 t P2O5."""
    facts = known_targets()
    tungsten_pct = 0.218 / facts["W"].factor
    assert tungsten_pct == pytest.approx(0.1729, abs=1e-4)
    assert tungsten_pct / 100 * 1_849_000 == pytest.approx(3196, abs=1)
    assert facts["P"].factor * 0.024 * 3.46e6 == pytest.approx(190_270, abs=20)
    for one in facts.values():
        if one.form is not None and one.form != "CaF2":
            assert one.factor == pytest.approx(oxide_factor(one.form), rel=2e-4), one.form
