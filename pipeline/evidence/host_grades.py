"""What grade commodities and deposit type let expect, where no assay teaches it."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from pipeline.evidence.assay_spread import USUAL_ASSAYS
from pipeline.evidence.rare_earth_grades import waste_grades
from pipeline.evidence.target_evidence import OTHER_UTILITY

LOWEST_LOG10, SPAN_LOG10 = 2.0, 1.2
"""A utility of 0 stands for the rare earths of common rock (100 ppm of oxides), one of 1 for 1,600 ppm in the waste of its kind:
a host mineral is there, but most of it may have been sold, or never milled."""

LEAST_SD_LOG10, SD_SPAN_LOG10 = 0.25, 0.35
"""Spread of the wastes of one kind of deposit about its middle, at a utility of 0 and how much more at 1: wastes of gold veins
are all near common rock, those of carbonatites anything from it to the ore."""

UNKNOWN_UTILITY, UNKNOWN_SD_LOG10 = 0.15, 0.4
"""Of a mine of which neither commodity nor deposit type is known, where none of the region is described."""

USUAL_THRESHOLD_LOG10 = 2.7
"""Of 500 ppm; for other targets the scale is moved by what their threshold is to this one."""


def host_grades(
    utility: np.ndarray, target: str, threshold_ppm: float, hosts: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return middle and spread of the expected grade, log10 of ppm.

    The tables rank hosts and were never fitted to wastes; read as grades they are coarse, which the spread says. Where a waste is
    like one of which a grade is published (``hosts``), that counts. One of which nothing is known may be of any kind, as often as
    the kinds of the region are, the usual guess counting as `PRIOR_WASTES` described ones: the belief has the mean of their
    mixture and its chance to reach the threshold.

    Parameters
    ----------
    utility : ndarray of float, shape (n,)
        Of the host of every site of the region, 0-1, NaN where unknown.
    target : str
    threshold_ppm : float
    hosts : ndarray of object, shape (n,), optional
        Codes of `rare_earth_grades.WASTE_GRADES`, None where there is none; for rare earths alone.
    """
    known = np.isfinite(utility)
    utilities = np.where(known, np.maximum(utility, OTHER_UTILITY), UNKNOWN_UTILITY)
    shift = 0.0 if target == "REE" else float(np.log10(threshold_ppm)) - USUAL_THRESHOLD_LOG10
    middle = LOWEST_LOG10 + SPAN_LOG10 * utilities + shift
    spread = np.where(known, LEAST_SD_LOG10 + SD_SPAN_LOG10 * utilities, UNKNOWN_SD_LOG10)
    if hosts is not None and target == "REE":
        of_waste, of_spread = waste_grades(hosts)
        middle, spread = np.where(np.isnan(of_waste), middle, of_waste), np.where(np.isnan(of_waste), spread, of_spread)
    if known.any() and not known.all():
        log_g = float(np.log10(threshold_ppm))
        total, guess = PRIOR_WASTES + known.sum(), np.flatnonzero(~known)[0]
        mean = (PRIOR_WASTES * middle[guess] + middle[known].sum()) / total
        above = ndtr((middle - log_g) / spread)
        chance = float((PRIOR_WASTES * above[guess] + above[known].sum()) / total)
        reaching = (mean - log_g) / ndtri(chance) if 0.0 < chance < 1.0 else np.nan
        middle = np.where(known, middle, mean)
        spread = np.where(known, spread, reaching if np.isfinite(reaching) and reaching > 0 else UNKNOWN_SD_LOG10)
    return middle, spread


PRIOR_WASTES = 4.0
"""Measured wastes the tables count for when wastes of their kind were measured."""


def taught_by_wastes(
    expected: np.ndarray, spread: np.ndarray, measured_log10: np.ndarray, measured_sd: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, dict[float, int]]:
    r"""Move the expected grade of each kind of host by the wastes of it that were assayed.

    Sites of one expectation are of one kind. With *k* assays *y* and the tables counting as :math:`n_0` wastes the middle is
    :math:`(n_0 m + \sum y)/(n_0 + k)` and the variance :math:`(n_0 s^2 + \sum (y - m')^2)/(n_0 + k)`: the posterior
    of a normal with conjugate priors (Gelman et al. 2013, *Bayesian Data Analysis*, 3.3). A waste that its analyses tell no
    better than one grab sample of a whole suite would counts as one; one that they leave more open counts as less, by the
    variances: a few elements, or limits, do not argue as loud as a total.

    Parameters
    ----------
    expected, spread : ndarray of float, shape (n,)
        As `host_grades` returns them, log10 of ppm.
    measured_log10 : ndarray of float, shape (n,)
        Assays of the waste itself, NaN where there is none.
    measured_sd : ndarray of float, shape (n,)
        Spread of their errors.

    Returns
    -------
    expected, spread : ndarray of float, shape (n,)
    shared : ndarray of float, shape (n,)
        Part of the spread that is the middle's own error, which more assays of such wastes could take away:
        :math:`s / \sqrt{n_0 + k}`.
    counts : dict of float to int
        What the tables expected, in ppm -> wastes that moved it.
    """
    kinds = np.round(expected, 6)
    counts_as = np.minimum(1.0, USUAL_ASSAYS.variance(1) / measured_sd**2)
    middle, sd, wastes, counts = expected.copy(), spread.copy(), np.full(len(kinds), PRIOR_WASTES), {}
    for kind in np.unique(kinds[np.isfinite(measured_log10)]):
        rows = kinds == kind
        measured = rows & np.isfinite(measured_log10)
        y, weight = measured_log10[measured], counts_as[measured]
        total = PRIOR_WASTES + weight.sum()
        centre = (PRIOR_WASTES * kind + (weight * y).sum()) / total
        squares = PRIOR_WASTES * spread[rows] ** 2 + (weight * (y - centre) ** 2).sum()
        middle[rows], sd[rows], wastes[rows] = centre, np.sqrt(squares / total), total
        counts[round(10.0 ** float(kind), 1)] = len(y)
    return middle, sd, sd / np.sqrt(wastes), counts
