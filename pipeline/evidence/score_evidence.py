"""Join what was measured in a waste with what the model expects of it, as one chance of reaching the threshold."""

from __future__ import annotations

import numpy as np

LARGEST_LOG_ODDS = 30.0
"""Beyond this a score is 0 or 1 to the last digit; it keeps the order of sites finite."""


def join_evidence(
    log_odds: np.ndarray, measured_log10: np.ndarray, measured_sd: np.ndarray, threshold_log10: float, prior_sd: float
) -> np.ndarray:
    r"""Return the log-odds that the waste reaches the threshold, given model and measurement.

    The model's chance :math:`p` is read as a normal belief about the decimal logarithm of the concentration, of
    standard deviation :math:`s_0`, with mean :math:`m_0 = t + s_0 \Phi^{-1}(p)`. A measurement :math:`m \pm s`
    updates it by the usual precision weights; the result is :math:`\Phi((\mu - t)/\sigma)`. A single assay (:math:`s`
    about 0.1, :math:`s_0` about 0.5) outweighs the model 25 to 1, a prediction from proxies about 4 to 1: measured
    evidence comes first.

    Parameters
    ----------
    log_odds : ndarray of float
        Calibrated log-odds of the model; any shape.
    measured_log10, measured_sd : ndarray of float
        Decimal logarithm of the ppm measured, or predicted from proxies of the same waste, and its standard
        deviation; NaN where there is none. Must broadcast against ``log_odds``.
    threshold_log10 : float
        Decimal logarithm of the threshold in ppm.
    prior_sd : float
        :math:`s_0`, in log10 units.

    Returns
    -------
    ndarray of float
        The model's log-odds where nothing was measured.
    """
    from scipy.special import log_ndtr, ndtri_exp

    weak, centre, sd = np.broadcast_arrays(
        np.clip(log_odds, -LARGEST_LOG_ODDS, LARGEST_LOG_ODDS), measured_log10, measured_sd
    )
    joined = weak.copy()
    measured = np.isfinite(centre) & np.isfinite(sd)
    weak, centre, sd = weak[measured], centre[measured], sd[measured]
    prior_z = np.where(weak > 0, -ndtri_exp(-np.logaddexp(0.0, weak)), ndtri_exp(-np.logaddexp(0.0, -weak)))
    precision = 1.0 / sd**2 + 1.0 / prior_sd**2
    z = ((centre - threshold_log10) / sd**2 + prior_z / prior_sd) / np.sqrt(precision)
    joined[measured] = np.clip(log_ndtr(z) - log_ndtr(-z), -LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)
    return joined


def logistic(log_odds: np.ndarray) -> np.ndarray:
    """Return 1 / (1 + exp(-x)) without overflow."""
    from scipy.special import expit

    return expit(log_odds)
