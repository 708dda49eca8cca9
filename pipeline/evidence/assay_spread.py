"""How far assays of a waste lie from its mean: the one home of the usual spread of samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Count = TypeVar("Count", float, np.ndarray)


@dataclass(frozen=True)
class AssaySpread:
    """Standard deviations in log10 of ppm; the defaults are usual ones, and assays repeated in a region move the first.

    Parameters
    ----------
    sample_sd_log10 : float
        Of single samples of one waste; falls with the root of their number.
    bias_sd_log10 : float
        What more samples do not take away: sampling at the surface, one laboratory.
    """

    sample_sd_log10: float = 0.28
    bias_sd_log10: float = 0.10

    def variance(self, n: Count) -> Count:
        """Return the error variance of the mean of ``n`` samples, squared log10 of ppm."""
        return self.sample_sd_log10**2 / n + self.bias_sd_log10**2


USUAL_ASSAYS = AssaySpread()

MOST_OPEN_DEX = 2.0
"""Decades that are left open where nothing was detected: from a hundredth of the limits up to them."""

UNDECIDED_DEX = 1.0
"""Decades left open by limits or missing elements from which a value with a threshold inside its range decides nothing."""

LEAST_SHARE_OF_LIMIT = 0.5
"""Of a limit that stands for a result below it, where the limit itself is no longer known."""


def where_undetected(value: np.ndarray, high: np.ndarray, open_dex: np.ndarray) -> np.ndarray:
    """Return values, and of samples in which nothing was detected the middle of what their limits leave open.

    Parameters
    ----------
    value, high : ndarray of float, shape (n,)
        As counted, with shares of limits, and with whole limits.
    open_dex : ndarray of float, shape (n,)
        How far limits and missing elements leave each open, log10 of high over low, `MOST_OPEN_DEX` where nothing was detected.
    """
    undetected = (open_dex >= MOST_OPEN_DEX) & np.isfinite(high)
    return np.where(undetected, high * 10.0 ** (-MOST_OPEN_DEX / 2.0), value)
