"""Words of a record add up: none takes away from a stronger one, and words of something else stand for common rock."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from pipeline.evidence.targets import HostKind, TargetFacts, known_targets
from tests.pipeline.stages.test_targets import belief

ROCK = ("coal", "gypsum", "aggregate", "limestone", "anorthosite")
"""What was sold where nothing else is; talc, nickel and others are companions of some target."""

BASES = ("gold", "copper; gold; silver", "zinc; lead", "silver", "iron", *ROCK)
FILLING = ["zinc; copper; gold", "silver; lead; gold", "tin; copper; lead"]
"""Lists that follow no alphabet, so that the first commodity of a list is its main product."""


def plain_types(host: HostKind) -> list[str]:
    """Return the alternatives of a pattern that are plain words."""
    return [word for word in host.deposit.replace(r"\b", "").split("|") if re.fullmatch(r"[a-zA-Z ]+", word)]


def chances(symbol: str, cells: list[str | None], types: list[str | None], kind: str = "tailings", **told: Any) -> Any:
    words = {"commodities": [*cells, *FILLING], "deposit_type": [*types, None, None, None]}
    found = belief(symbol, waste_type=[kind] * (len(cells) + 3), **words, **told)
    return found.chance[: len(cells)]


def is_signed(facts: TargetFacts, cell: str) -> bool:
    """Say whether a list stands for a type of deposit where none is known: a type on record takes its place."""
    return any(host.signature and set(host.signature) <= set(cell.split("; ")) for host in facts.hosts)


@pytest.mark.parametrize("symbol", list(known_targets()))
def test_a_further_clue_never_lowers_the_chance(symbol: str) -> None:
    facts = known_targets()[symbol]
    companions = {word for host in facts.hosts if host.needs != "named" for word in host.companions}
    types = [kind for host in facts.hosts for kind in plain_types(host)]
    cells: list[str | None] = []
    held: list[str | None] = []
    why: list[str] = []
    for base in (*BASES, facts.commodity, f"gold; {facts.commodity}", f"{facts.commodity}; silver; zinc"):
        for kind in (None, *types):
            for word in sorted({facts.commodity, *companions} - set(base.split("; "))):
                cells += [base, f"{base}; {word}"]
                held += [kind, kind]
                why.append(f"{word} beside {base} ({kind})")
        if not is_signed(facts, base):
            for kind in types:
                cells += [base, base]
                held += [None, kind]
                why.append(f"{kind} known of {base}")
    found = chances(symbol, cells, held).reshape(-1, 2)
    fallen = [
        f"{reason}: {low:.4f} after {high:.4f}"
        for reason, (high, low) in zip(why, found, strict=True)
        if low < high - 1e-12
    ]
    assert fallen == []


@pytest.mark.parametrize("symbol", list(known_targets()))
def test_a_site_with_a_clue_is_never_behind_one_without(symbol: str) -> None:
    """A talc quarry, a colliery and gravel are no likelier wastes of a target than a mine that sold its companion."""
    facts = known_targets()[symbol]
    clues: list[tuple[str, str | None]] = [(facts.commodity, None)]
    for host in facts.hosts:
        clues += [("gold", kind) for kind in plain_types(host)]
        clues += [(word, None) for word in host.companions if host.needs is None]
    for kind in ("tailings", "slag", "unknown"):
        with_clue = chances(symbol, [cell for cell, _ in clues], [word for _, word in clues], kind)
        without = chances(symbol, [*ROCK], [None] * len(ROCK), kind)
        carriers = {word for host in facts.hosts for word in host.companions} | {facts.commodity}
        rock = without[[word not in carriers for word in ROCK]]
        assert with_clue.min() >= rock.max() - 1e-12


def test_a_mine_of_something_else_has_the_grade_of_common_rock_and_one_of_which_nothing_is_known_that_of_its_region() -> (
    None
):
    tin = ["tin"] * 3
    found = belief("In", commodities=[*tin, "gypsum", None], deposit_type=[None] * 5)
    rock = belief("In", commodities=["gypsum"], deposit_type=[None]).chance[0]
    assert found.chance[3] == rock < 1e-5
    assert found.chance[4] == pytest.approx(np.mean(found.chance[:4]))
    assert found.host[4] is None
    assert found.speaks.tolist() == [True] * 3 + [False] * 2


def test_the_more_is_known_of_a_massive_sulphide_that_names_indium_the_more_stays_expected() -> None:
    cells = ["zinc; copper; silver; indium; tin"] * 2 + ["zinc; copper; silver"]
    chance = chances("In", [*cells], [None, "VMS Base Metal", "VMS Base Metal"])
    assert chance[1] >= chance[0] > chance[2] > 0.0


def test_zinc_is_likelier_to_hold_gallium_germanium_and_indium_than_any_quarry_and_its_slag_more_so() -> None:
    for symbol in ("Ga", "Ge", "In"):
        zinc, gravel, lime, talc = chances(symbol, ["lead; zinc", "aggregate", "limestone", "talc; marble"], [None] * 4)
        assert zinc > max(gravel, lime, talc)
        assert chances(symbol, ["zinc"], [None], "slag")[0] > 2 * zinc


def test_tungsten_of_gold_mines_has_a_prior_of_its_own() -> None:
    """A few hundred ppm where gold was mined, far more where tungsten was the main product."""
    cells = ["gold; tungsten; silver", "tungsten; gold", "gold; silver", "tungsten"]
    found = belief("W", commodities=[*cells, *FILLING], deposit_type=["Mesothermal", *[None] * 6])
    assert found.host[0] == "gold_mine"
    assert found.host[1] in ("skarn", "vein")
    gold, main, silent, alone = found.chance[:4]
    assert silent < gold < 0.15 < 0.4 < alone <= main + 0.05


def test_traces_in_an_ore_count_less_than_what_a_mine_was_dug_for() -> None:
    steps = chances("Ga", ["gold; copper; silver; lead; zinc", "gold; zinc; silver"], [None, None])
    assert all(low < high for low, high in pairwise(steps))
    named = chances("In", ["zinc; copper; silver; indium; tin", "zinc; tin; indium; copper; silver"], [None, None])
    assert named[0] == named[1], "where the target is named, its companion is there in earnest"


def test_types_that_end_like_another_are_not_that_type_and_quarries_of_a_rock_are_no_mine_of_its_ores() -> None:
    types = ["Magmatic deposit (anorogenic anorthosite)", "Stone deposit in mafic intrusive igneous rocks"]
    assert belief("Sb", commodities=["nickel"], deposit_type=types[:1]).host.tolist() == [None]
    for symbol in ("Co", "Sc", "Ti"):
        assert belief(symbol, commodities=["anorthosite"], deposit_type=types[1:]).host.tolist() == [None]


@pytest.mark.parametrize("symbol", list(known_targets()))
def test_a_site_that_names_a_target_is_never_expected_lower_than_one_that_does_not(symbol: str) -> None:
    """A main product without a type is no poorer than a companion, a first one no poorer than a type, for every host."""
    facts = known_targets()[symbol]
    first, main = f"{facts.commodity}; gold; silver", f"silver; {facts.commodity}; gold"
    for host in facts.hosts:
        for kind in set(host.wastes) - {"slag"} | {"unknown"}:
            told = {"kind": kind, "status": ["producer"] * 6}
            companions = sorted(set(host.companions) - {facts.commodity, *facts.also})
            silent = [f"{companion}; silver; gold" for companion in companions]
            named_first, named_main, *beside = chances(
                symbol,
                [first, main, *silent],
                [None] * (2 + len(silent)),
                kind,
                status=["producer"] * (5 + len(silent)),
            )
            assert named_first >= named_main, (host.code, kind)
            for cell, chance in zip(silent, beside, strict=True):
                as_typed = bool(host.signature) and set(host.signature) <= set(cell.split("; "))
                assert (named_first if as_typed else named_main) >= chance - 1e-12, (host.code, kind, cell)
            for word in plain_types(host):
                typed, both, named_first = chances(
                    symbol, ["gold; silver", f"gold; silver; {facts.commodity}", first], [word, word, None], **told
                )
                assert both >= typed - 1e-12
                assert named_first >= typed - 1e-12, (host.code, kind, word)


@pytest.mark.parametrize("symbol", list(known_targets()))
def test_rock_that_was_quarried_stands_for_common_rock_unless_it_names_the_target_or_a_rare_pegmatite(
    symbol: str,
) -> None:
    facts = known_targets()[symbol]
    if symbol in ("P", "Mg", "Al", "fluorspar", "graphite"):
        return  # rock itself is their ore
    rocks = [
        "silica",
        "feldspar",
        "gypsum",
        "limestone",
        "aggregate",
        "granite",
        "aluminum; calcium; limestone; magnesium",
    ]
    quarried = belief(
        symbol, waste_type=["unknown"] * 10, commodities=[*rocks, *FILLING], deposit_type=[None] * 10
    ).chance[:7]
    rock = belief(symbol, commodities=["gypsum"], deposit_type=[None]).chance[0]
    assert (quarried <= rock + 1e-12).all()
    if symbol in ("Li", "Cs", "Ta"):
        plain, rare = belief(
            symbol, commodities=["feldspar"] * 2, deposit_type=["Muscovite pegmatite", "LCT pegmatite"]
        ).chance
        assert plain < 0.05 < 0.2 < rare
        assert facts.hosts[0].code in ("pegmatite", "rare_metal")


def test_a_late_word_counts_the_same_whatever_stands_before_it() -> None:
    """Cobalt behind lead and zinc of a mine with silver is a trace, as behind gold and copper."""
    late = ["lead; zinc; copper; silver; tungsten; cobalt", "gold; molybdenum; copper; bismuth; tungsten; cobalt"]
    trace = chances("Co", late, [None] * 2)
    assert trace[0] == trace[1] < 0.2
    assert chances("Nb", ["silver; antimony; gold; niobium"], [None])[0] < 0.3


def test_names_stand_before_what_is_only_alike() -> None:
    nickel, chromite, asbestos = chances(
        "Ni", ["silver; nickel; gold", "chromium", "gold; asbestos; silver"], [None] * 3
    )
    assert nickel > max(chromite, asbestos)
    cobalt, copper = chances(
        "Co", ["copper; nickel; cobalt", "copper; gold; silver"], [None, "Noranda massive sulphide"]
    )
    assert cobalt > copper
    named, lode = chances("Te", ["gold; copper; silver; lead; tellurium", "gold; silver"], [None, "Epithermal, vein"])
    assert named > lode
    assert belief("Sb", commodities=["antimony"], deposit_type=[None]).chance[0] > 0.5
    apex = belief("Ge", commodities=["germanium; gallium; copper", *FILLING], deposit_type=[None] * 4)
    assert apex.chance[0] > 0.5
    assert apex.host[0] == "kipushi"
    assert chances("Sb", ["palladium; platinum; gold", "silver; lead; gold"], ["Vein (Polymetallic)"] * 2)[0] < 0.01


def test_apatite_iron_ores_hold_vanadium_in_their_magnetite_and_cobalt_veins_nickel_and_antimony() -> None:
    apatite, iron, formation = chances("V", ["iron"] * 3, ["Kiruna type", None, "Superior-type iron formation"])
    assert apatite > iron > formation
    for symbol in ("Ni", "Sb"):
        assert belief(symbol, commodities=["silver; cobalt"], deposit_type=[None]).host[0] == "five_element"
