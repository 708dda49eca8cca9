"""What was made of the assays is told from clues by which wastes were chosen for them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.kernels.silent_elsewhere import is_silent_elsewhere

N, ASSAYED = 120, 50


def region(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return true grades (log10), their assays at the first 50 wastes, and noise."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(2.8, 0.5, N)
    assays = np.where(np.arange(N) < ASSAYED, truth + rng.normal(0, 0.1, N), np.nan)
    return truth, assays, rng.normal(size=N)


@pytest.mark.parametrize("seed", range(5))
def test_a_copy_of_the_assays_and_a_word_written_after_them_are_silent_elsewhere(seed: int) -> None:
    _, assays, noise = region(seed)
    known = np.isfinite(assays)
    assert is_silent_elsewhere(np.where(known, assays, 2.8), assays)
    assert is_silent_elsewhere(np.where(known, assays, 2.8 + 0.1 * noise), assays)  # a map whose background is a mean
    assert is_silent_elsewhere(np.where(known & (assays > 2.8), 1.0, 0.0), assays)
    assert not is_silent_elsewhere(np.where(known, assays, np.nan), assays)  # that is told by where it is known


@pytest.mark.parametrize("seed", range(5))
def test_clues_of_honest_regions_are_not(seed: int) -> None:
    truth, assays, noise = region(seed)
    ordered = np.sort(truth)[::-1]
    best_first = np.where(np.arange(N) < ASSAYED, ordered + 0.05 * noise, np.nan)
    assert not is_silent_elsewhere(truth + 0.1 * noise, assays)  # as good as the grade, at all wastes
    assert not is_silent_elsewhere(noise, assays)
    assert not is_silent_elsewhere(10.0**ordered, best_first)  # the richest by the clue were assayed
    assert not is_silent_elsewhere((truth > 2.8).astype(float), assays)
    rich, spared = (truth > 3.0).astype(float), np.arange(N) % 8 == 0
    chosen = np.where(((rich > 0) & ~spared) | (np.arange(N) < 20), truth, np.nan)
    assert not is_silent_elsewhere(rich, chosen)  # most wastes of a word were assayed for it, some were not
    few = np.where(np.arange(N) < 15, assays, np.nan)
    assert not is_silent_elsewhere(np.where(np.isfinite(few), few, 2.8), few)  # fifteen assays are too few to say so


def test_a_word_of_wastes_that_were_all_assayed_but_are_no_richer_than_others_is_kept() -> None:
    """A third of the assayed wastes bear it, none of the others; by the exact test 2e-8, but it orders half of the pairs."""
    _, assays, _ = region(9)
    worded = np.where(np.arange(N) < ASSAYED // 3, 1.0, 0.0)
    assert not is_silent_elsewhere(worded, assays)
