"""What lists put first, call main or tell of a second type of deposit: each says as much as it should, for every target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.evidence.like_amounts import like_amounts
from pipeline.evidence.mined_first import GANGUE, main_products, mined_first
from pipeline.evidence.target_evidence import affinity_range
from pipeline.evidence.targets import known_targets
from pipeline.stages.describe_camps import DescribeCampsParams, describe_camps
from tests.pipeline.stages.test_describe_camps import camp
from tests.pipeline.stages.test_host_clues import FILLING
from tests.pipeline.stages.test_targets import belief


def found(symbol: str, **told: Any) -> Any:
    """Return the chances of sites with the given words, of which no kind of waste is known."""
    n = len(next(iter(told.values())))
    told = {"waste_type": ["unknown"] * n, "status": ["past_producer"] * n} | told
    words = {"commodities": [*told.pop("commodities"), *FILLING]}
    return belief(
        symbol,
        **words,
        **{name: [*values, *["unknown" if name == "waste_type" else None] * 3] for name, values in told.items()},
    ).chance[:n]


def test_gangue_that_a_list_begins_with_stands_behind_what_was_mined() -> None:
    lists = ["silica; feldspar; lanthanum; cerium", "pyrite; clay", "feldspar", "gold; silica; silver", None]
    ordered = ["lanthanum; cerium; silica; feldspar", "pyrite; clay", "feldspar", "gold; silver; silica"]
    found = mined_first(pd.DataFrame({"commodities": pd.array(lists, dtype="str")}))
    assert found.tolist()[:4] == ordered
    assert found.isna().tolist() == [False] * 4 + [True]


def test_main_commodities_of_the_records_come_first_even_where_they_are_quartz() -> None:
    table = pd.DataFrame(
        {
            "commodities": pd.array(
                ["silica; copper; gold", "silica; copper", "zinc; copper; gold; silver"], dtype="str"
            ),
            "main_commodities": pd.array(["silica", None, "copper; gold"], dtype="str"),
        }
    )
    assert mined_first(table).tolist() == ["silica; copper; gold", "copper; silica", "copper; gold; zinc; silver"]
    assert main_products(table, ordered=True).tolist() == ["silica", "copper; silica", "copper; gold"]
    assert main_products(table, ordered=False).tolist() == ["silica", "silica; copper", "copper; gold"]


@pytest.mark.parametrize("gangue", ["silica", "pyrite; clay", "silica; feldspar", "calcite"])
def test_rare_earths_behind_words_of_the_gangue_are_taken_at_their_word(gangue: str) -> None:
    """Lists write the rock first; the same places without it have the full word."""
    words = ["lanthanum; praseodymium; cerium", f"{gangue}; lanthanum; praseodymium; cerium", "gold; silver; cerium"]
    sites = pd.DataFrame(
        {"commodities": pd.array(words, dtype="str"), "deposit_type": pd.array([None] * 3, dtype="str")}
    )
    bare, beside, among = affinity_range(sites, "REE")[0]
    assert beside == bare == 1.0
    assert among < 0.5


@pytest.mark.parametrize("symbol", list(known_targets()))
def test_a_target_among_the_main_commodities_speaks_more_than_one_among_the_others(symbol: str) -> None:
    target = known_targets()[symbol].commodity
    both = found(
        symbol,
        commodities=[f"{target}; gemstones", f"gemstones; {target}"],
        main_commodities=[target, "gemstones"],
        status=["past_producer"] * 2,
    )
    assert both[0] > both[1] > 0.0


def test_a_main_commodity_behind_the_first_speaks_less_and_one_of_a_pit_of_gems_or_stone_least() -> None:
    """An amethyst pit with copper left no copper tailings, a gold mine with copper did."""
    first, behind, other, pit, stone = found(
        "Cu",
        commodities=["copper; nickel", "nickel; copper", "gold; copper", "amethyst; copper", "granite; copper"],
        main_commodities=["copper; nickel", "nickel; copper", "gold", "amethyst", "granite"],
        status=["past_producer"] * 5,
    )
    assert first > behind > other > pit == stone > 0.0
    quarry, unsaid = found("Mg", commodities=["serpentinite"] * 2, main_commodities=["serpentinite", None])
    assert quarry == unsaid, "a quarry of what is looked for keeps what it left"


def test_a_trace_behind_the_main_commodities_is_no_main_product_but_a_byproduct_that_is_named_stays_one() -> None:
    """Zinc as the last word of a gold mine is none of a zinc mine; indium of a zinc mine is never a main commodity."""
    lists = ["zinc; copper; gold", "gold; copper; lead; zinc", "gold; copper; lead; zinc"]
    zinc, trace, unsaid = found("Zn", commodities=lists, main_commodities=["zinc; copper", "gold", None])
    assert zinc > unsaid > trace > 0.0
    cells = ["zinc; copper; tin; indium"] * 2
    named, listed = found("In", commodities=cells, main_commodities=["zinc; copper", None])
    assert named == listed


def test_gangue_words_are_no_companion_that_a_host_would_lose() -> None:
    """Of all minerals of the gangue only pyrite is a companion of a host, and it still counts where it stands last."""
    companions = {word for facts in known_targets().values() for host in facts.hosts for word in host.companions}
    assert companions & GANGUE == {"pyrite"}
    with_pyrite, without = found("Co", commodities=["pyrite; copper", "gypsum; copper"])
    assert with_pyrite > without


@pytest.mark.parametrize(
    ("symbol", "mined", "first", "second"),
    [("W", "tungsten; molybdenum", "Intrusion-related Au pyrrhotite veins", "W skarn"),
     ("Sb", "copper; silver; lead", "Polymetallic veins", "Fe skarn"),
     ("Zn", "silver; gold", "Cu skarn", "Mississippi Valley-type Pb-Zn"),
     ("Co", "silver; gold", "Au-quartz veins", "Five-element veins")],
)  # fmt: skip
def test_a_site_with_two_types_of_deposit_is_of_either(symbol: str, mined: str, first: str, second: str) -> None:
    types, further = [first, first, second, second], [None, second, first, None]
    one, both, turned, other = found(symbol, commodities=[mined] * 4, deposit_type=types, second_deposit_type=further)
    assert both == turned == pytest.approx((one + other) / 2)
    assert one != other


def test_of_two_types_each_says_what_it_says_of_rare_earths() -> None:
    words = {
        "commodities": pd.array(["gold"] * 3, dtype="str"),
        "deposit_type": pd.array(["Au-quartz veins", "Carbonatite", "Au-quartz veins"], dtype="str"),
        "second_deposit_type": pd.array([None, None, "Carbonatite"], dtype="str"),
    }
    value, low, high = affinity_range(pd.DataFrame(words), "REE")
    assert value[2] == pytest.approx((value[0] + value[1]) / 2)
    assert (low[2], high[2]) == (min(low[:2]), max(high[:2]))


def test_a_second_type_and_main_words_of_a_mine_are_not_those_of_its_camp() -> None:
    """A mine that names uranium alone takes part in what its neighbour says, whatever it calls main itself."""
    plain = describe_camps(camp(), DescribeCampsParams())
    told = describe_camps(camp(main_commodities=["uranium", "uranium", "uranium", "gold"]), DescribeCampsParams())
    assert told["camp_commodities"].tolist()[1] == plain["camp_commodities"].tolist()[1] == "uranium; thorium; yttrium"


def test_mines_are_alike_by_what_they_mined_and_not_by_the_gangue_their_lists_begin_with() -> None:
    found = describe_camps(
        camp(commodities=["silica; uranium; thorium; yttrium", "uranium", "uranium", "silica"]), DescribeCampsParams()
    )
    assert found["camp_name"].tolist()[1:3] == ["Told", "Told"]
    logs = np.r_[np.full(40, 5.0), np.full(40, 3.0), np.nan, np.nan] + np.r_[np.tile([0.1, -0.1], 40), 0, 0]
    table = pd.DataFrame(
        {
            "commodities": ["gold"] * 40 + ["copper"] * 40 + ["silica; gold", "silica; copper"],
            "longitude": np.linspace(0, 80, 82),
            "latitude": 0.0,
        }
    )
    like = like_amounts(table, logs, np.zeros(82))
    assert like is not None
    assert like.expected[80] > like.expected[81] + 1.0
