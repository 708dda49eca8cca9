"""What a result below a limit counts as: a choice of the run file, applied where a number is needed, and told.

Samples keep value, limit and flag; nothing here changes them. A missing result is never one below a limit.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from layers.accounting import Note
from layers.cells.assay_columns import METHOD_ORDER
from layers.errors import StageError
from layers.samples.columns import elements_of, method_ranks
from layers.samples.order_statistics import fit_line

FloatArray = npt.NDArray[np.float64]

WHOLE_PPM = 1e6
"""What all parts of a sample add up to."""
_SHOWN = 30


class CensoringParams(BaseModel):
    """What a result below a limit counts as, and from which share of such results on an element is judged by ranks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["substitution", "ros", "multiplicative"] = Field(
        default="substitution",
        description="substitution: a share of the limit; ros: regression on order statistics; multiplicative: for log-ratios",
    )
    substitution_fraction: float = Field(
        default=0.5, gt=0, le=1, description="share of the limit; also where ros has too little to fit"
    )
    multiplicative_fraction: float = Field(
        default=0.65, gt=0, le=1, description="share of the limit; the measured parts of the sample shrink to make room"
    )
    ros_min_detected: int = Field(
        default=10, ge=3, description="measured results of an element and method below which ros is not fitted"
    )
    ros_max_censored_share: float = Field(
        default=0.8, gt=0, lt=1, description="share below a limit above which ros is not fitted"
    )
    rank_above_censored_share: float = Field(
        default=0.5, ge=0, le=0.5, description="regional results: share below a limit above which ranks are scored"
    )
    max_censored_share: float = Field(
        default=0.95, gt=0, le=1, description="regional results: share below a limit above which nothing is scored"
    )

    def fraction(self) -> float:
        """Return the share of a limit that needs no statistics of other samples."""
        return self.multiplicative_fraction if self.method == "multiplicative" else self.substitution_fraction

    def fits(self, measured: int, below: int) -> bool:
        """Say whether regression on order statistics is asked for and has enough to stand on."""
        enough = measured >= self.ros_min_detected and below <= self.ros_max_censored_share * (measured + below)
        return self.method == "ros" and below > 0 and enough


def below_in_group(
    value: FloatArray, limit: FloatArray, flag: npt.NDArray[np.int8], params: CensoringParams
) -> FloatArray:
    """Return what the results below a limit of one element, medium and method count as.

    Parameters
    ----------
    value, limit : ndarray of shape (n,)
        As in `layers.schema.Samples`.
    flag : ndarray of int8 of shape (n,)
        -1 below a limit, +1 above one, 0 else.
    params : CensoringParams
        The choice. Regression on order statistics gives all results below one limit the geometric mean of what it imputes
        there. A result above a limit enters it as the limit.

    Returns
    -------
    ndarray of shape (n,)
        NaN where a result is not below a limit, or below one nobody states.
    """
    below = (flag < 0) & (limit > 0)
    counted = np.full(len(value), np.nan)
    detected = np.where(flag > 0, limit, value)[flag >= 0]
    detected = detected[detected > 0]
    if params.fits(len(detected), int(below.sum())) and detected.min() < detected.max():
        line = fit_line(detected, limit[below])
        position = np.searchsorted(line.positions.limits, limit[below])
        counted[below] = np.minimum(line.of_limit()[position], limit[below])
    else:
        counted[below] = limit[below] * params.fraction()
    return counted


def with_fitted_waste(samples: pd.DataFrame, params: CensoringParams) -> dict[str, FloatArray]:
    """Return ``X_below_ppm`` per element with waste results below a limit, where regression on order statistics is chosen.

    It takes all waste of a method at once, so it cannot be left to a stage that sees some of the sites.
    """
    waste = np.flatnonzero(samples["medium"].eq("waste").to_numpy(dtype=bool))
    if params.method != "ros" or not len(waste):
        return {}
    fits = {}
    for element in elements_of(samples):
        value, limit, flag = (_part(samples, element, part)[waste] for part in ("ppm", "limit_ppm", "censored"))
        if not (flag < 0).any():
            continue
        column = np.full(len(samples), np.nan)
        ranks = method_ranks(samples, element)[waste]
        for rank in np.unique(ranks):
            rows = np.flatnonzero(ranks == rank)
            column[waste[rows]] = below_in_group(value[rows], limit[rows], flag[rows].astype(np.int8), params)
        fits[f"{element}_below_ppm"] = column
    return fits


def counted_below(waste: pd.DataFrame, element: str, params: CensoringParams) -> FloatArray:
    """Return what each result of an element below a limit counts as; NaN for the others.

    Parameters
    ----------
    waste : DataFrame
        Samples, with ``X_below_ppm`` where regression on order statistics is chosen (see `layers.samples.standardise`).
    element : str
        Symbol.
    params : CensoringParams
        The choice.

    Raises
    ------
    StageError
        If regression on order statistics is chosen and the samples do not carry its result.
    """
    limit, flag = _part(waste, element, "limit_ppm"), _part(waste, element, "censored")
    below = (flag < 0) & (limit > 0)
    if params.method != "ros" or not below.any():
        return np.where(below, limit * params.fraction(), np.nan)
    if f"{element}_below_ppm" not in waste:
        raise StageError(
            f"censoring: {int(below.sum())} results of {element} are below a limit and none was fitted. Regression on order "
            "statistics needs all samples at once: pass them through layers.samples.standardise.standardise_samples first."
        )
    return waste[f"{element}_below_ppm"].to_numpy(dtype="float64")


def replace_multiplicatively(
    parts: FloatArray, limits: FloatArray, *, fraction: float = 0.65, whole: float = WHOLE_PPM
) -> FloatArray:
    """Replace parts below a limit and shrink the measured ones, so that all still add up to the same whole.

    Ratios between measured parts stay as they are, which log-ratios rest on; adding a constant to all would change them.

    Parameters
    ----------
    parts : ndarray of shape (n, k)
        Amounts in one unit; NaN where there is no number.
    limits : ndarray of shape (n, k)
        Limit of each part below one, else NaN.
    fraction : float
        Share of the limit put in its place; 0.65 distorts the covariances least.
    whole : float
        What all parts of a sample add up to, those not analysed included.

    Returns
    -------
    ndarray of shape (n, k)

    References
    ----------
    Martín-Fernández, Barceló-Vidal & Pawlowsky-Glahn (2003), Dealing with zeros and missing values in compositional data sets
    using nonparametric imputation, Mathematical Geology 35(3), 253-278.
    """
    put = limits * fraction
    shrink = 1.0 - np.nansum(put, axis=1, keepdims=True) / whole
    return np.where(np.isfinite(put), put, parts * shrink)


def censoring_table(samples: pd.DataFrame, params: CensoringParams, least_samples: int) -> pd.DataFrame:
    """Say per medium, method and element how many results are below a limit, and what was done about it.

    Parameters
    ----------
    samples : DataFrame
        All samples of a run.
    params : CensoringParams
        The choice.
    least_samples : int
        Fewer measured results give no regional score.

    Returns
    -------
    DataFrame
        ``medium, method, element, measured, below, above, limit_untold, censored_share, limit_low_ppm, limit_high_ppm,
        counts_as`` (what one below a limit counts as) and ``score`` (``median``, ``upper_half``, ``rank`` or ``none``;
        ``waste`` has none), only with elements of which a result is below or above a limit.
    """
    media, names = pd.factorize(samples["medium"], sort=True)
    rows: list[dict[str, object]] = []
    for element in elements_of(samples):
        flag = _part(samples, element, "censored")
        if not flag.any():
            continue
        value, limit = _part(samples, element, "ppm"), _part(samples, element, "limit_ppm")
        group = media * len(METHOD_ORDER) + method_ranks(samples, element)
        for code in np.unique(group[flag != 0]):
            here = group == code
            below = here & (flag < 0)
            limits = limit[below][limit[below] > 0]
            measured = int((here & (flag == 0) & (value > 0)).sum())
            above = int((here & (flag > 0)).sum())
            medium = str(names[code // len(METHOD_ORDER)])
            counts = (measured, measured + above, len(limits))
            score = "waste" if medium == "waste" else score_rule(*counts, params, least_samples)
            rows.append(
                {
                    "medium": medium,
                    "method": METHOD_ORDER[code % len(METHOD_ORDER)],
                    "element": element,
                    "measured": measured,
                    "below": int(below.sum()),
                    "above": above,
                    "limit_untold": int(below.sum()) - len(limits),
                    "censored_share": round(len(limits) / max(1, measured + above + len(limits)), 4),
                    "limit_low_ppm": float(limits.min()) if len(limits) else np.nan,
                    "limit_high_ppm": float(limits.max()) if len(limits) else np.nan,
                    "counts_as": _counts_as(score, params, measured + above, len(limits)),
                    "score": score,
                }
            )
    columns = (
        "medium", "method", "element", "measured", "below", "above", "limit_untold", "censored_share", "limit_low_ppm",
        "limit_high_ppm", "counts_as", "score",
    )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(columns))
    return table.sort_values(["medium", "method"], kind="stable", ignore_index=True)


def score_rule(measured: int, detected: int, below: int, params: CensoringParams, least_samples: int) -> str:
    """Return how a regional group is scored: ``median``, ``upper_half``, ``rank`` or ``none``.

    Parameters
    ----------
    measured, detected, below : int
        Results without a limit, these and those above a limit, and those below a stated one.
    params : CensoringParams
        The shares.
    least_samples : int
        Fewer measured results give no score.
    """
    share = below / max(1, detected + below)
    if measured < least_samples or share > params.max_censored_share:
        return "none"
    if share >= 0.5 or share > params.rank_above_censored_share:
        return "rank"
    return "upper_half" if share > 0.25 else "median"


def _counts_as(score: str, params: CensoringParams, detected: int, below: int) -> str:
    if not below or score == "none":
        return "nothing"
    if score == "rank":
        return "its rank"
    if params.fits(detected, below):
        return "regression on order statistics gives"
    word = "multiplicative, " if params.method == "multiplicative" else ""
    return f"{word}{params.fraction():g} of the limit"


_SCORES = {
    "median": "scored by median and spread",
    "upper_half": "scored by median and the spread of the upper half, since more than a quarter is below a limit",
    "rank": "scored by ranks, since too much is below a limit for a median",
    "none": "not scored, since too little was measured",
    "waste": "used in the totals of the sites",
}


def censoring_notes(source_id: str, table: pd.DataFrame, params: CensoringParams) -> list[Note]:
    """Say in sentences what `censoring_table` says in rows: one note per medium, method and treatment.

    Parameters
    ----------
    source_id : str
        Whom the notes are filed under.
    table : DataFrame
        From `censoring_table`.
    params : CensoringParams
        The choice; its method is in the code of the notes, ``below_limits_<method>``.

    Returns
    -------
    list of Note
        ``count`` is the number of results below or above a limit.
    """
    notes = []
    for (medium, method, counts_as, score), rows in table.groupby(
        ["medium", "method", "counts_as", "score"], sort=False
    ):
        shown = [
            f"{element} {_percent(share)}"
            for element, share in zip(rows["element"], rows["censored_share"], strict=True)
        ]
        more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
        at_most = score == "waste" and params.method == "substitution"
        unless = (
            ", unless the pattern of what was detected lets expect less; where nothing at all was detected, anything below"
            if at_most
            else ""
        )
        message = (
            f"{str(medium).replace('_', ' ').capitalize()}, {str(method).replace('_', ' ')}: a result below a limit counts as "
            f"{counts_as}; {_SCORES[str(score)]}{unless}. Share below a limit: {', '.join(shown[:_SHOWN])}{more}."
        )
        notes.append(
            Note(source_id, f"below_limits_{params.method}", message, int(rows["below"].sum() + rows["above"].sum()))
        )
    return notes


def _percent(share: float) -> str:
    return "< 1 %" if 0 < share < 0.005 else f"{100 * share:.0f} %"


def _part(samples: pd.DataFrame, element: str, part: str) -> FloatArray:
    return samples[f"{element}_{part}"].to_numpy(dtype="float64", na_value=0.0 if part == "censored" else np.nan)
