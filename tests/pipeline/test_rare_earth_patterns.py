"""Partial suites: what was not analysed is read from the pattern of the host, with a range that holds the complete total."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.elements import OXIDE_OF, REE, UPPER_CRUST_PPM, fill_inside, oxide_factor
from pipeline.evidence.rare_earth_patterns import OXIDE_PERCENT, host_priors, missing_part, pattern_library

FACTORS = np.array([oxide_factor(OXIDE_OF[element]) for element in REE])
SUITES = {
    "La Ce Y": ("La", "Ce", "Y"),
    "La Ce Nd": ("La", "Ce", "Nd"),
    "light": ("La", "Ce", "Pr", "Nd", "Sm"),
    "eight of neutron activation": ("La", "Ce", "Nd", "Sm", "Eu", "Tb", "Yb", "Lu"),
}
SLOPES = {"carbonatite": -1.1, "peralkaline granite": 0.75, "magnetite-apatite": -0.15, "gold vein": 0.0}


def crust(slope: float, n: int) -> np.ndarray:
    """Return suites that lie below or above average crust the more, the heavier the element, with scatter, n rows."""
    position = {element: at / 13 for at, element in enumerate(one for one in REE if one != "Y")} | {"Y": 0.7}
    pattern = np.array([UPPER_CRUST_PPM[element] * 10 ** (slope * position[element]) for element in REE])
    return 10.0 * pattern * 10 ** np.random.default_rng(4).normal(0, 0.08, (n, len(REE)))


def completed(suites: np.ndarray, elements: tuple[str, ...], words: str | None) -> tuple[np.ndarray, ...]:
    """Return the sum of what was analysed or interpolated, and middle and upper end of the total, oxides in ppm."""
    analysed = np.where(np.isin(REE, elements), suites, np.nan)
    filled, _ = fill_inside(analysed)
    middle, high = missing_part(filled, analysed, host_priors(pd.Series([words] * len(suites))), FACTORS)
    part = np.nansum(filled * FACTORS, axis=1)
    return part, part + middle, part + high


@pytest.mark.parametrize("words", SLOPES)
@pytest.mark.parametrize("suite", SUITES)
def test_deleted_elements_lie_within_the_range(words: str, suite: str) -> None:
    suites = crust(SLOPES[words], 60)
    part, middle, high = completed(suites, SUITES[suite], words)
    total = (suites * FACTORS).sum(axis=1)
    assert np.mean(total <= high * 1.05) >= 0.85
    assert np.median(np.abs(np.log10(middle / total))) <= max(0.1, 0.5 * np.median(np.log10(total / part)))


def test_a_peralkaline_suite_of_three_light_elements_is_no_longer_two_fifths_too_low() -> None:
    suites = crust(0.75, 40)
    part, middle, _ = completed(suites, SUITES["La Ce Nd"], "peralkaline granite; niobium")
    total = (suites * FACTORS).sum(axis=1)
    assert np.median(part / total) == pytest.approx(0.55, abs=0.03)
    assert np.median(middle / total) == pytest.approx(1.0, abs=0.15)


def test_what_is_complete_stays_what_it_is_and_nothing_analysed_stays_unknown() -> None:
    suites = crust(0.0, 2)
    suites[1] = np.nan
    middle, high = missing_part(suites, suites, host_priors(pd.Series([None, None])), FACTORS)
    assert (middle[0], high[0]) == (0.0, 0.0)
    assert np.isnan([middle[1], high[1]]).all()


def test_patterns_are_shares_of_oxides_and_words_favour_their_minerals() -> None:
    library, names = pattern_library()
    assert (library * FACTORS).sum(axis=1) == pytest.approx(1.0)
    assert all(sum(percent) == pytest.approx(100.0, abs=4.0) for percent in OXIDE_PERCENT.values())
    prior = host_priors(pd.Series(["carbonatite; niobium", None]))
    xenotime, monazite = (names.index(frozenset([name])) for name in ("xenotime", "monazite"))
    assert prior[0, monazite] == pytest.approx(4 * prior[0, xenotime])
    assert prior[1, monazite] == pytest.approx(prior[1, xenotime])
