"""How far assays of a waste lie from its mean: the one home of the usual spread of samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.special import log_ndtr, ndtri

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

LN10 = float(np.log(10.0))

MOST_BELIEVED_SD_LOG10 = 0.6
"""Spread of single samples up to which a waste is taken for log-normal; its mean is then 2.6 times the middle of its samples."""


def variance_of_mean(sample_variance: float, n: Count) -> Count:
    r"""Return the variance of the logarithm of the mean of ``n`` samples, squared log10 of ppm.

    By the moments of log-normal samples, :math:`\ln(1 + (e^{\ln(10)^2 s^2} - 1) / n) / \ln(10)^2` (Fenton 1960, *IRE Trans.
    Commun. Syst.* 8): :math:`s^2` for one sample, and more than an *n*-th of it for several.

    Parameters
    ----------
    sample_variance : float
        :math:`s^2` of single samples; no more than that of `MOST_BELIEVED_SD_LOG10` counts.
    n : float or ndarray of float
        Samples.
    """
    spread = LN10**2 * min(sample_variance, MOST_BELIEVED_SD_LOG10**2)
    variance: Count = np.log1p(np.expm1(spread) / n) / LN10**2
    return variance


def mean_above(variance: Count) -> Count:
    r"""Return how far the mean of a waste lies above what is measured of it on average, log10.

    Metal is the mean times the tonnes, and of samples that scatter by factors most lie below it: :math:`\ln(10) v / 2` with the
    variance *v* of the logarithm of what is measured, be it one sample, the middle of many, or the mean of some.
    """
    return LN10 / 2.0 * variance


MOST_OPEN_DEX = 2.0
"""Decades that are left open where nothing was detected: from a hundredth of the limits up to them."""

MOST_FOUND_DEX = 1.99
"""Most that is left open where anything was found, so that such a waste is never taken for one in which nothing was."""

UNDECIDED_DEX = 1.0
"""Decades left open by limits or missing elements from which a value with a threshold inside its range decides nothing."""


def reaches(value: np.ndarray, low: np.ndarray, open_dex: np.ndarray, threshold_ppm: np.ndarray | float) -> np.ndarray:
    """Return which wastes reach a grade by what was measured of them; a sum of limits is no metal found.

    Parameters
    ----------
    value, low, open_dex : ndarray of float, shape (n,)
        ppm, and log10 of high over low (see `where_undetected`); NaN where nothing was measured.
    threshold_ppm : float or ndarray of float
        Where limits leave a value open over decades, its lower end has to reach it.
    """
    sure: np.ndarray = (value >= threshold_ppm) & ((low >= threshold_ppm) | ~(open_dex >= UNDECIDED_DEX))
    return sure


LEAST_SHARE_OF_LIMIT = 0.5
"""Of a limit that stands for a result below it, where the limit itself is no longer known."""


WIDTH90 = 3.29
"""Width of a 90 % interval in standard deviations."""

RAREST_OWN = 0.1
"""Least chance that a belief leaves beyond the assay of the waste itself. Judgement: twice what its 90 % range leaves."""


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


def as_limit(middle_log10: np.ndarray, variance: np.ndarray, undetected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return values with the limit in place of the middle that `where_undetected` gives, and the error of a measurement there.

    Parameters
    ----------
    middle_log10, variance : ndarray of float, shape (n,)
        With the variance of what limits leave open (`MOST_OPEN_DEX`) in it where nothing was detected.
    undetected : ndarray of bool, shape (n,)
    """
    return (
        np.where(undetected, middle_log10 + MOST_OPEN_DEX / 2.0, middle_log10),
        np.where(undetected, np.maximum(variance - (MOST_OPEN_DEX / WIDTH90) ** 2, 1e-4), variance),
    )


def greatest_of(n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of the greatest of ``n`` standard normals, ``n`` of shape (m,), 1 and more."""
    z = np.linspace(-8.0, 8.0, 1601)
    counts, which = np.unique(np.maximum(np.asarray(n, dtype=float), 1.0), return_inverse=True)
    density = np.exp(np.log(counts)[:, None] + (counts[:, None] - 1.0) * log_ndtr(z) - 0.5 * z**2)
    density /= density.sum(axis=1, keepdims=True)
    mean = density @ z
    return mean[which.ravel()], (density @ z**2 - mean**2)[which.ravel()]


def all_below(
    middle_log10: np.ndarray, n: np.ndarray, within_variance: float, bias_variance: float
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return what samples that all lie below their limits say, as one measurement below a limit.

    :math:`\prod_j \Phi((L - b - \theta)/\sigma_w)` is the chance that the greatest of *n* samples lies below *L*: a limit
    lowered by how far that one is expected above the mean of the waste, with its variance as the error. Many samples below a
    limit say more than that their mean is below it.

    Parameters
    ----------
    middle_log10 : ndarray of float, shape (m,)
        What `where_undetected` gives, decimal logarithm of ppm.
    n : ndarray of float, shape (m,)
        Samples that lie below.
    within_variance, bias_variance : float
        Of single samples about the mean of their waste, and of what more of them do not take away, squared log10.

    Returns
    -------
    middle_log10, variance : ndarray of float, shape (m,)
        For `as_limit`: with the variance of what limits leave open.
    """
    above, spread = greatest_of(n)
    variance = (MOST_OPEN_DEX / WIDTH90) ** 2 + within_variance * spread + bias_variance
    return middle_log10 - np.sqrt(within_variance) * above, variance


def near_own_limit(
    limit: np.ndarray, error_sd: np.ndarray, below: np.ndarray, middle: np.ndarray, sd: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is believed of each waste, its 95 % end no farther above the limits of its samples than they can bear.

    Where all else lets expect far more than the limits, so that the belief would not end before samples below them had a chance
    under `RAREST_OWN`, its middle is lowered: then wastes scatter more than is believed (see `near_own_assay`).

    Parameters
    ----------
    limit, error_sd : ndarray of float, shape (n,)
        From `as_limit`.
    below : ndarray of bool, shape (n,)
        Where nothing was detected; the others stay as they are.
    middle, sd : ndarray of float, shape (n,)
        What is believed with the limits.
    """
    most = limit + float(ndtri(1.0 - RAREST_OWN)) * error_sd
    return np.where(below, np.minimum(middle, most - WIDTH90 / 2.0 * sd), middle), sd


def near_own_assay(
    measured: np.ndarray, error_sd: np.ndarray, middle: np.ndarray, sd: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return what is believed of each waste, drawn away from its own assay no farther than the assay can bear.

    What all others let expect, of spread :math:`s_0`, and an assay *y* of error variance *v* give a normal of variance
    :math:`B v` whose middle lies :math:`(1 - B) d` from *y*, with :math:`B = s_0^2/(s_0^2 + v)` and *d* the distance of the two.
    Where *d* is large, that range ends before *y*: then wastes scatter more than :math:`s_0`, as those of a vein nobody knew of
    do, and *B* is raised until `RAREST_OWN` lies beyond *y*.

    Parameters
    ----------
    measured, error_sd : ndarray of float, shape (n,)
        Decimal logarithm of ppm and the spread of its error; NaN where nothing was measured.
    middle, sd : ndarray of float, shape (n,)
        What is believed with the assay.

    Returns
    -------
    middle, sd : ndarray of float, shape (n,)
        As they are where nothing was measured.

    References
    ----------
    Efron & Morris (1972), Limiting the risk of Bayes and empirical Bayes estimators, *J. Am. Stat. Assoc.* 67 (estimates moved
    from what was measured by no more than so many standard errors).
    """
    variance = error_sd**2
    with np.errstate(divide="ignore", invalid="ignore"):
        share = sd**2 / variance
        apart = (measured - middle) / (1.0 - share)
        far = (apart / (float(ndtri(1.0 - RAREST_OWN)) * error_sd)) ** 2
        least = (2.0 * far + 1.0 - np.sqrt(4.0 * far + 1.0)) / (2.0 * far)  # where (1 - B)^2 far = B
        strained = np.isfinite(least) & (share < least) & (least < 1.0)
    return (
        np.where(strained, measured - (1.0 - least) * apart, middle),
        np.where(strained, np.sqrt(least * variance), sd),
    )
