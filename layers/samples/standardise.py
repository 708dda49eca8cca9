"""Standard scores of regional samples within their medium and method, so that these are never mixed."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.cells.assay_columns import METHOD_ORDER
from layers.samples.censoring import CensoringParams, below_in_group, score_rule, with_fitted_waste
from layers.samples.columns import elements_of, in_element_order, method_ranks
from layers.samples.order_statistics import normal_scores
from layers.schema import GeoDataFrame, Samples

LEAST_SAMPLES = 20
"""A group with fewer detected values gives no score: its spread would be noise."""
MAD_TO_SD = 1.4826
LARGEST_Z = 6.0
"""Scores are held within ±6; a lab slip of three decimals must not carry a whole neighbourhood."""

FloatArray = npt.NDArray[np.float64]


def standardise_samples(
    samples: GeoDataFrame[Samples], censoring: CensoringParams | None = None
) -> GeoDataFrame[Samples]:
    """Add a robust standard score ``X_z`` per element to all samples but those of waste.

    Within every group of medium and method, log10 of the value is centred on the group's median and divided by its spread
    (1.4826 times the median absolute deviation). Results below a limit:

    * up to a quarter of the group: they enter as what they count as (`censoring`), which moves neither figure much;
    * up to a half: the median is still a measurement, but the lower half of the spread is not, so the spread is that of the
      upper half (1.4826 times the median deviation of what lies above the median);
    * above that: the score is the normal quantile of the rank, with the plotting positions of Helsel & Cohn (1988), and for a
      result below a limit the mean of the standard normal distribution below it;
    * above ``max_censored_share``, or with fewer than `LEAST_SAMPLES` measured: no score.

    A result below a limit never scores above the group's centre: a high limit is no sign of enrichment. One above a limit counts
    as the limit.

    Parameters
    ----------
    samples : GeoDataFrame[Samples]
        All samples of a run: the score depends on the whole group. Scores of an earlier call are made anew.
    censoring : CensoringParams, optional
        What a result below a limit counts as; default: half the limit.

    Returns
    -------
    GeoDataFrame[Samples]
        Elements in order of atomic number, then one ``X_z`` per element that was analysed in other media than waste, NaN for
        waste, missing values and groups without a score; and ``X_below_ppm`` for waste where regression on order statistics is
        chosen.
    """
    params = censoring or CensoringParams()
    made = [column for column in samples.columns if str(column).endswith(("_z", "_below_ppm"))]
    samples = in_element_order(samples.drop(columns=made) if made else samples)
    media, _ = pd.factorize(samples["medium"].where(samples["medium"] != "waste"), sort=True)
    common = _groups(media, pd.Categorical(samples["method"], categories=METHOD_ORDER).codes.astype(np.int64))
    columns: dict[str, FloatArray] = {}
    regional = media >= 0
    for element in elements_of(samples):
        if not _analysed(samples, element, regional):
            continue
        own = f"{element}_method" in samples
        groups = _groups(media, method_ranks(samples, element).astype(np.int64)) if own else common
        columns[f"{element}_z"] = _scores(samples, element, groups, params)
    columns |= with_fitted_waste(samples, params)
    scored = pd.concat([samples, pd.DataFrame(columns, index=samples.index, copy=False)], axis=1)
    return cast("GeoDataFrame[Samples]", scored)


def _groups(media: npt.NDArray[np.int64], methods: npt.NDArray[np.int64]) -> list[npt.NDArray[np.int64]]:
    """Return the rows of each medium and method; waste, whose medium is -1 here, is in none."""
    code = np.where(media < 0, -1, media * len(METHOD_ORDER) + methods)
    return [np.flatnonzero(code == group) for group in np.unique(code[code >= 0])]


def _analysed(samples: pd.DataFrame, element: str, rows: npt.NDArray[np.bool_]) -> bool:
    """Say whether any of some rows has a result of an element, be it a limit."""
    parts = (samples[f"{element}_{part}"].to_numpy(dtype="float64") for part in ("ppm", "limit_ppm"))
    return any(bool(np.isfinite(part[rows]).any()) for part in parts)


def _scores(
    samples: pd.DataFrame, element: str, groups: list[npt.NDArray[np.int64]], params: CensoringParams
) -> FloatArray:
    value = samples[f"{element}_ppm"].to_numpy(dtype="float64")
    limit = samples[f"{element}_limit_ppm"].to_numpy(dtype="float64")
    flag = np.nan_to_num(samples[f"{element}_censored"].to_numpy(dtype="float64")).astype(np.int8)
    score = np.full(len(value), np.nan)
    for rows in groups:
        score[rows] = _score_group(value[rows], limit[rows], flag[rows], params)
    return score


def _score_group(
    value: FloatArray, limit: FloatArray, flag: npt.NDArray[np.int8], params: CensoringParams
) -> FloatArray:
    """Score one element of one medium and method."""
    amount = np.where(flag > 0, limit, np.where(flag == 0, value, np.nan))
    detected, below = amount > 0, (flag < 0) & (limit > 0)
    counts = int((detected & (flag == 0)).sum()), int(detected.sum()), int(below.sum())
    rule = score_rule(*counts, params, LEAST_SAMPLES)
    score = np.full(len(value), np.nan)
    if rule == "none" or (rule == "rank" and not _varied(amount[detected])):
        return score
    if rule == "rank":
        score[detected], score[below] = normal_scores(amount[detected], limit[below])
    else:
        amount[below] = below_in_group(value, limit, flag, params)[below]
        there = detected | below
        logs = np.log10(amount[there])
        middle = np.median(logs)
        apart = logs - middle
        spread = MAD_TO_SD * np.median(np.abs(apart) if rule == "median" else apart[apart >= 0])
        if spread > 0:
            score[there] = apart / spread
    score[below] = np.minimum(score[below], 0.0)
    return np.clip(score, -LARGEST_Z, LARGEST_Z)


def _varied(amount: FloatArray) -> bool:
    return bool(amount.min() < amount.max())
