"""What commodities and deposit types say of rare earths: words, contradictions, ranges and their sources."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.evidence.rare_earth_hosts import COMMODITIES, DEPOSITS, GOLD_GRAVELS, MINERALS, REFERENCES, Host
from pipeline.evidence.target_evidence import (
    OTHER_HIGH,
    OTHER_UTILITY,
    REE_LABEL_FLOOR,
    affinity_range,
    best_match,
    target_commodities,
)


def affinity(
    commodities: str | None, deposit: str | None = None, minerals: str | None = None
) -> tuple[float, float, float]:
    words = {"commodities": [commodities], "deposit_type": [deposit], "minerals": [minerals]}
    sites = pd.DataFrame(words, dtype="object")
    value, low, high = affinity_range(sites, "REE")
    return float(value[0]), float(low[0]), float(high[0])


@pytest.mark.parametrize("host", [*COMMODITIES, *DEPOSITS, *MINERALS, GOLD_GRAVELS], ids=lambda host: host.name)
def test_every_expert_weight_lies_in_its_range_and_names_its_source(host: Host) -> None:
    assert 0 <= host.low <= host.utility <= host.high <= 1
    assert host.high - host.low >= 0.2
    if host.name != "rare_earths_alone":
        author, year = host.source.split(" ")[0], host.source.split(":")[0].split("(")[0].split(";")[0].split(",")[0]
        assert author in REFERENCES
        assert any(one in REFERENCES for one in year.split() if one.isdigit())


@pytest.mark.parametrize(
    "words",
    [
        "uranium; thorium; rare earths",
        "phosphate; clay; copper; nickel; rare earths; vermiculite",
        "uranium; cerium; neodymium; yttrium",
        "cerium",
        "rare earths; gold",
        "niobium; terres rares",
    ],
)
def test_rare_earths_listed_first_or_beside_a_host_mineral_are_taken_at_their_word(words: str) -> None:
    assert affinity(words)[0] == 1.0


def test_a_rare_earth_among_metals_of_other_minerals_says_little_and_leaves_much_open() -> None:
    value, low, high = affinity("copper; nickel; palladium; cobalt; rare earths; gold")
    assert value < affinity("uranium")[0]
    assert (low, high) == (0.05, 1.0)


def test_lead_beside_zinc_contradicts_a_weak_word_as_a_deposit_of_base_metals_does() -> None:
    assert affinity("silver; cadmium; lead; uranium; zinc")[0] == pytest.approx((0.5 + 0.05) / 2)
    assert affinity("silver; lead; tungsten; zinc")[0] == pytest.approx((0.25 + 0.05) / 2)
    assert affinity("silver; lead; uranium") == affinity("uranium")
    assert affinity("lead; thorium; uranium; zinc")[0] == 0.8
    assert affinity("lead; uranium; zinc", "Unconformity uranium")[0] == affinity("uranium")[0]


def test_a_rare_earth_beside_tantalum_or_fluorite_alone_is_taken_half_way() -> None:
    for other in ("tantalum", "beryllium", "fluorite"):
        value, low, high = affinity(f"gold; {other}; cerium")
        assert affinity("gold; silver; cerium")[0] < value < affinity("gold; niobium; cerium")[0]
        assert (low, high) == (0.1, 1.0)
    assert affinity("gold; tantalum; uranium; cerium")[0] == 1.0


def test_a_deposit_without_a_host_mineral_contradicts_a_lone_word() -> None:
    alone, _, _ = affinity("gold; copper; rare earths; cesium")
    value, low, high = affinity("gold; copper; rare earths; cesium", "Mesothermal")
    assert value == pytest.approx((alone + 0.05) / 2)
    assert low == 0.0
    assert high == 1.0
    assert affinity("rare earths; gold", "Hydrothermal Vein Gold; Ree")[0] == pytest.approx((1.0 + 0.05) / 2)
    assert affinity("copper; nickel; rare earths", "Mafic-Ultramafic Intrusion, Magmatic")[0] == pytest.approx(value)


def test_a_deposit_with_a_host_mineral_speaks_whatever_was_sold() -> None:
    assert affinity("gold", "Paleoplacer") == (0.85, 0.4, 1.0)
    assert affinity("uranium", "carbonatite")[0] == 0.95
    assert affinity("uranium; thorium", "pegmatite")[0] == 0.8


@pytest.mark.parametrize(
    ("name", "commodities", "deposit"),
    [
        ("Some Creek placer mine", "gold; monazite; rare earths; thorium", None),
        ("Some Hollow placeer", "gold; monazite; rare earths; thorium", None),
        ("Some Gulch placcers", "gold; monazite; rare earths; thorium", None),
        ("Some Bar Placer", "gold; rare earths; thorium", None),
        ("Some Creek (lower)", "gold; rare earths; thorium", None),
        ("Some Creek", "gold; platinum; niobium; cerium", "Stream Placer Gold"),
    ],
)
def test_black_sand_of_gravels_washed_for_gold_is_no_host(name: str, commodities: str, deposit: str | None) -> None:
    words = {"name": [name], "commodities": [commodities], "deposit_type": [deposit], "minerals": [None]}
    assert affinity_range(pd.DataFrame(words, dtype="object"), "REE")[0] == pytest.approx(GOLD_GRAVELS.utility)
    words["name"], words["deposit_type"] = ["Some Mine"], [None]
    assert affinity_range(pd.DataFrame(words, dtype="object"), "REE")[0] == 1.0


@pytest.mark.parametrize(
    ("commodities", "deposit"),
    [
        ("monazite; gold; zirconium", "placer"), ("cerium; gold; thorium", "placer"), ("thorium; monazite", "Placer Thorium"),
        ("gold; uranium; thorium; rare earths", "Paleoplacer"), ("gold; titanium; zirconium", "beach placer, heavy mineral"),
    ],
)  # fmt: skip
def test_placers_of_the_minerals_themselves_beaches_and_conglomerates_are_no_gravels_of_gold(
    commodities: str, deposit: str
) -> None:
    assert affinity(commodities, deposit)[0] > 0.5


def test_known_and_without_a_source_is_little_and_unknown_is_unknown() -> None:
    assert affinity("gold; silver") == (OTHER_UTILITY, 0.0, OTHER_HIGH)
    assert affinity("gold", "Residual") == (OTHER_UTILITY, 0.0, OTHER_HIGH)
    assert np.isnan(affinity(None)).all()


def test_uranium_in_veins_and_in_conglomerates_is_told_by_the_range() -> None:
    value, low, high = affinity("uranium")
    assert low <= 0.1 < value < 0.85 < high


def test_the_word_that_matched_is_told_and_not_what_stood_before_it() -> None:
    texts = pd.Series(["feldspar; uranium; Rare Earths; niobium", "gold; rare earths", "gold", None], dtype="object")
    utility, word = best_match(texts, target_commodities("REE", None))
    assert word.tolist() == ["rare earths", "rare earths", None, None]
    np.testing.assert_allclose(utility, [1.0, 0.4, OTHER_UTILITY, np.nan])


def test_other_targets_are_found_by_their_own_name() -> None:
    sites = pd.DataFrame({"commodities": ["copper; cobalt", "gold", None], "deposit_type": [None] * 3}, dtype="object")
    value, low, high = affinity_range(sites, "Co")
    np.testing.assert_allclose(value, [1.0, OTHER_UTILITY, np.nan])
    np.testing.assert_allclose(low, [0.75, 0.0, np.nan])
    np.testing.assert_allclose(high, [1.0, 0.3, np.nan])


def test_a_label_that_covers_gold_gravels_and_uranium_reefs_is_no_uranium_reef() -> None:
    """British Columbia files the gravels of gold creeks under one profile with quartz-pebble uranium."""
    label = "Paleoplacer U-Au-PGE-Sn-Ti-diam-mag-gar-zir"
    assert affinity("gold", label)[0] == 0.15
    assert affinity("uranium", label)[0] == 0.5
    assert affinity("uranium", "Paleoplacer")[0] == 0.85


@pytest.mark.parametrize(
    "minerals", ["magnetite; monazite", "quartz; bastnäsite-(ce)", "xenotime", "fergusonite; zircon"]
)
def test_a_rare_earth_mineral_of_ore_or_gangue_speaks_where_nothing_of_them_was_sold(minerals: str) -> None:
    assert affinity("iron", None, minerals) == (0.9, 0.4, 1.0)
    assert affinity(None, None, minerals) == (0.9, 0.4, 1.0)
    assert affinity("rare earths; gold; zircon", None, minerals)[0] == 1.0


def test_accessories_of_common_rocks_say_little_and_nothing_in_a_deposit_without_a_host_mineral() -> None:
    assert affinity("iron", None, "magnetite; apatite")[0] == 0.3
    assert affinity("copper", "Calc-alkaline porphyry copper", "chalcopyrite; apatite; zircon") == affinity(
        "copper", "Calc-alkaline porphyry copper"
    )
    assert affinity("gold", "Orogenic gold", "gold; monazite")[0] == pytest.approx((0.9 + 0.05) / 2)


@pytest.mark.parametrize("minerals", ["anorthite; quartz", "sericite; calcite", "pyrite"])
def test_a_mineral_whose_name_only_holds_that_of_another_is_none(minerals: str) -> None:
    assert affinity("gold", None, minerals) == affinity("gold")
    assert affinity(None, None, minerals) == (OTHER_UTILITY, 0.0, OTHER_HIGH)


@pytest.mark.parametrize(
    ("name", "less"),
    [
        ("Some Pegmatite", 0.0), ("Unnamed", 0.0), ("Creekside Mine", 0.0), ("Charcoal Hill", 0.0), ("Some Placer", 0.04),
        ("Some Creek", 0.04), ("Lake Sediments", 0.04), ("Unnamed (beaches)", 0.04), ("Some Metalliferous Coal", 0.06),
    ],
)  # fmt: skip
def test_words_of_a_name_order_what_commodities_leave_equal_and_say_less_than_any_of_them(
    name: str, less: float
) -> None:
    words = {"name": [name], "commodities": ["cerium; thorium"], "deposit_type": [None], "minerals": [None]}
    value, low, high = affinity_range(pd.DataFrame(words, dtype="object"), "REE")
    plain = affinity("cerium; thorium")
    assert (value[0], low[0], high[0]) == (pytest.approx(plain[0] - less), plain[1], plain[2])
    assert value[0] >= REE_LABEL_FLOOR
    typed = pd.DataFrame(words | {"deposit_type": ["carbonatite"]}, dtype="object")
    assert affinity_range(typed, "REE")[0][0] == affinity("cerium; thorium", "carbonatite")[0]
    poor = pd.DataFrame(words | {"commodities": ["gold"]}, dtype="object")
    assert affinity_range(poor, "REE")[0][0] == OTHER_UTILITY
