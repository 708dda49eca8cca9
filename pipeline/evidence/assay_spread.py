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
