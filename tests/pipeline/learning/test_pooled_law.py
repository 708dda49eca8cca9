"""Laws pooled over regions: known answers, and planted regions that share a law or do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.errors import SourceError
from pipeline.commands.learn import WHY
from pipeline.folder.learned_file import load_learned, save_learned
from pipeline.learning.learned_laws import LearnedLaws, PooledRegion, TargetLaw
from pipeline.learning.pooled_law import LawTrial, PooledLaw, PooledWastes, fit_law, judge_law, laws_without
from pipeline.learning.pooled_wastes import words_of

WORDS = tuple(f"commodity {letter}" for letter in "abcdefgh")


def region(name: str, n: int, effects: dict[str, float], seed: int, level: float = 0.0) -> PooledWastes:
    """Return wastes whose grade is what tables expect, times the planted effects of their words."""
    rng = np.random.default_rng([seed, 91])
    words = tuple(frozenset(rng.choice(WORDS, size=rng.integers(1, 4), replace=False).tolist()) for _ in range(n))
    expected = 2.0 + rng.choice([0.0, 0.2], size=n)
    effect = np.array([sum(effects[word] for word in own) for own in words])
    grade = expected + level + effect + rng.normal(0, 0.3, n)
    return PooledWastes(np.full(n, name), expected, np.full(n, 0.4), words, grade, np.full(n, 0.1**2))


def together(*parts: PooledWastes) -> PooledWastes:
    names = ("region", "expected_log10", "expected_sd", "grade_log10", "grade_variance")
    arrays: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return PooledWastes(words=tuple(words for part in parts for words in part.words), **arrays)


def planted(seed: int) -> dict[str, float]:
    rng = np.random.default_rng([seed, 17])
    return dict(zip(WORDS, rng.permutation(np.linspace(-0.9, 0.9, len(WORDS))).tolist(), strict=True))


def judged(wastes: PooledWastes) -> LawTrial:
    return judge_law(wastes, laws_without(wastes))


def test_regions_that_share_a_law_teach_it_and_their_effects_are_found() -> None:
    effects = planted(1)
    wastes = together(region("north", 40, effects, 1, 0.2), region("south", 40, effects, 2, -0.2))
    trial = judged(wastes)
    assert trial.used
    assert [part.region for part in trial.regions] == ["north", "south"]
    assert all(part.gain > 0 for part in trial.regions)
    assert trial.concordance > trial.table_concordance + 0.1
    law = fit_law(wastes)
    found = dict(zip(law.words, law.coef[2:], strict=True))
    assert np.corrcoef([found[word] for word in WORDS], [effects[word] for word in WORDS])[0, 1] > 0.95


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_unrelated_regions_are_refused(seed: int) -> None:
    wastes = together(region("north", 40, planted(seed), seed), region("south", 40, planted(seed + 50), seed + 50))
    assert judged(wastes).reason in ("chance", "dealt", "one_region", "tables")


def test_laws_of_unrelated_regions_are_seldom_used() -> None:
    """The best of three regions of a law each: by chance half of the pairs of laws agree in their order of words."""
    used = 0
    for seed in range(100, 120):
        parts = [region(f"r{at}", 25, planted(seed + 500 * at), seed + 500 * at) for at in range(2)]
        used += judged(together(*parts)).used
    assert used <= 3


def test_two_words_cannot_show_a_law() -> None:
    """Where gold is rich in one region and zinc poor, one of two unrelated regions says the same by chance."""
    effects = dict.fromkeys(WORDS, 0.0) | {"commodity a": 0.8}
    parts = [region(name, 40, effects, seed) for name, seed in (("north", 1), ("south", 2))]
    two = [replace(part, words=tuple(frozenset({"commodity a" if "commodity a" in own else "commodity b"}) for own in part.words))
           for part in parts]  # fmt: skip
    trial = judged(together(*two))
    assert trial.concordance > 0.7
    assert trial.reason == "dealt", "0.7 of the pairs in order is better than chance"


def test_every_reason_has_words_and_only_chance_speaks_of_the_whole_order_as_chance() -> None:
    effects = planted(6)
    pattern = {name: region(name, 40, effects, seed) for name, seed in (("north", 6), ("south", 7))}
    odd = region("west", 8, {word: -effect for word, effect in effects.items()}, 8)
    trial = judged(together(*pattern.values(), odd))
    assert trial.concordance > 0.6
    assert min(part.concordance for part in trial.regions) < 0.5
    assert trial.reason == "one_region"
    assert set(WHY) == {"skill", "regions", "chance", "dealt", "one_region", "tables"}


def test_a_law_that_holds_the_other_way_round_elsewhere_is_refused() -> None:
    effects = planted(6)
    turned = {word: -effect for word, effect in effects.items()}
    trial = judged(together(region("north", 40, effects, 6), region("south", 40, turned, 7)))
    assert trial.reason == "chance"
    assert trial.concordance < 0.5


def test_one_region_or_few_wastes_cannot_be_tested() -> None:
    assert judged(region("north", 40, planted(1), 1)).reason == "regions"
    few = together(region("north", 40, planted(1), 1), region("south", 5, planted(1), 2))
    assert judged(few).reason == "regions"


def test_without_words_the_law_is_one_shift_shrunk_by_hand() -> None:
    """Prior 0.5, region 0.3, scatter 0.4, error 0.3: two wastes of one region, one unit above what was expected."""
    law = PooledLaw((), 2.0, np.zeros(2), np.diag([0.25, 0.25]), 0.3, 0.4)
    nothing = frozenset[str]()
    wastes = PooledWastes(
        np.array(["a"] * 3),
        np.full(3, 2.0),
        np.full(3, 0.4),
        (nothing,) * 3,
        np.array([3.0, 3.0, np.nan]),
        np.full(3, 0.09),
    )
    mean, sd = law.predict(wastes)
    shared, own = 0.25 + 0.09, 0.16 + 0.09
    assert mean[2] == pytest.approx(2.0 + 2 * shared / (2 * shared + own))
    assert sd[2] ** 2 == pytest.approx(shared + 0.16 - 2 * shared**2 / (2 * shared + own))
    assert mean[:2] == pytest.approx(2.0), "an assay is counted at its own waste elsewhere"
    assert sd[0] ** 2 == pytest.approx(shared + 0.16)


def test_where_nothing_was_measured_of_a_kind_the_tables_stay() -> None:
    law = fit_law(together(region("north", 30, planted(1), 1), region("south", 30, planted(1), 2)))
    stranger = PooledWastes(
        np.array(["c"]), np.array([law.centre_log10]), np.array([0.4]), (frozenset({"commodity z"}),), np.array([np.nan]),
        np.array([np.nan]),
    )  # fmt: skip
    mean, _ = law.predict(stranger)
    assert mean[0] == pytest.approx(law.centre_log10 + law.coef[0])


def test_words_of_a_site_are_its_commodities_deposit_and_kind() -> None:
    table = pd.DataFrame(
        {
            "commodities": ["Tin; tungsten", None],
            "deposit_type": ["Greisen", None],
            "waste_type": ["tailings", "unknown"],
        }
    )
    assert words_of(table) == (
        frozenset({"commodity tin", "commodity tungsten", "deposit greisen", "waste tailings"}),
        frozenset(),
    )


def laws(reason: str = "skill") -> LearnedLaws:
    law = PooledLaw(("commodity tin",), 2.0, np.array([0.1, 0.2, 0.3]), np.eye(3), 0.2, 0.3)
    other = PooledLaw(("commodity tin",), 2.0, np.array([0.4, 0.5, 0.6]), np.eye(3), 0.2, 0.3)
    regions = tuple(
        PooledRegion(name=name, inputs=(f"sha-{name}",), measured={"REE": 9}) for name in ("north", "south", "east")
    )
    return LearnedLaws(regions, {"REE": TargetLaw(law, {"north": other}, LawTrial((), 0.7, 0.5, 0.01, reason))})


def test_a_run_never_learns_from_itself() -> None:
    known = laws()
    assert known.law_for("REE", "west", frozenset({"sha-west"})) is known.laws["REE"].law
    for name, inputs in (("north", frozenset({"x"})), ("renamed", frozenset({"sha-north"}))):
        assert known.law_for("REE", name, inputs) is known.laws["REE"].without["north"]
    assert known.law_for("REE", "north", frozenset({"sha-south"})) is None
    assert known.law_for("Co", "west", frozenset()) is None
    assert laws("chance").law_for("REE", "west", frozenset()) is None


def test_the_file_comes_back_as_it_was_and_equal_laws_are_equal_files(tmp_path: Path) -> None:
    for name in ("a.skops", "b.skops"):
        save_learned(laws(), tmp_path / name)
    assert (tmp_path / "a.skops").read_bytes() == (tmp_path / "b.skops").read_bytes()
    back = load_learned(tmp_path / "a.skops")
    assert back.regions == laws().regions
    assert back.laws["REE"].trial == laws().laws["REE"].trial
    assert np.array_equal(back.laws["REE"].without["north"].coef, [0.4, 0.5, 0.6])


def test_files_that_are_no_such_model_are_one_message(tmp_path: Path) -> None:
    import skops.io

    from pipeline.learning.linear_score import LinearScore

    path = tmp_path / "m.skops"
    contents = {
        "no model file": b"PK\x03\x04 no archive",
        "format 7": skops.io.dumps({"format": 7}),
        "KeyError": skops.io.dumps({"format": 1, "regions": []}),
        "types `minewaste learn` does not write": skops.io.dumps({"format": 1, "regions": [LinearScore()]}),
    }
    for message, content in contents.items():
        path.write_bytes(content)
        with pytest.raises(SourceError, match=message):
            load_learned(path)
    with pytest.raises(SourceError, match="cannot be read"):
        load_learned(tmp_path / "absent.skops")
