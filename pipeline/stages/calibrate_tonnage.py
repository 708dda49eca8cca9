"""Let the sure tonnages of a region move its coarse estimates, so that what is printed and what orders the list is one belief."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.schema import SiteTonnage, conform
from pipeline.kernels.local_line import LocalLine, fit_local_line
from pipeline.kernels.rank_draws import Z90

SURE_RULES = ("reported_mass", "endowment_grade", "volume_density", "milled")
COARSE_RULES = ("milled_rate", "area_height", "authorised_mass", "area_law", "mined")


class CalibrateTonnageParams(BaseModel):
    """From how many tonnages of its own a region speaks, and how far the law of footprints may be off in one region."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least_pairs: int = Field(
        default=8,
        ge=3,
        description="sites with a footprint and surer tonnes from which they move the law of footprints",
    )
    level_sd_dex: float = Field(
        default=0.6, gt=0, description="how far that law may lie off in a region as a whole: what parts two registers"
    )
    slope_sd: float = Field(
        default=0.25, gt=0, description="how far the power of its tonnes may be off in a region, as a share"
    )
    groups_sd_dex: float = Field(
        default=0.8,
        gt=0,
        description="how far sites known by a footprint alone may differ as a whole from those with surer tonnes, where too "
        "few have both: by how much the level of the law is moved to them",
    )
    usual_pairs: float = Field(
        default=10.0,
        gt=0,
        description="pairs that the usual spread about the law counts for beside those of the region",
    )
    least_of_a_rule: int = Field(
        default=30,
        ge=8,
        description="sure tonnages, and estimates of another coarse rule, from which these are drawn in where they scatter more",
    )


def calibrate_tonnage(site_tonnage: DataFrame[SiteTonnage], params: CalibrateTonnageParams) -> DataFrame[SiteTonnage]:
    r"""Move coarse estimates by what the sure tonnages of the region say of them.

    **Footprints.** Sites of which both a footprint and surer tonnes are known show how the law of footprints does in this region:
    the tonnes of the others are :math:`y = x + u + v (x - \bar x) + e`, with *x* the law's and normal beliefs
    :math:`u \sim N(0, \tau^2)`, :math:`v \sim N(0, s_v^2)` about level and slope (`fit_local_line`). A law fitted elsewhere is
    off as a whole by what parts two registers, and areas that are measured with an error, or of bodies of many shapes, scatter
    more than tonnes do, so that the largest of them err upward (Smith & Winkler 2006).

    Without such pairs the median of the footprints' tonnes lies off that of the surer ones by *d*, because the law is off as a
    whole or because other sites were measured, with spreads :math:`\tau` and :math:`\sigma_g`: they are moved by
    :math:`-d \tau^2/(\tau^2 + \sigma_g^2 + v)`, with *v* the error of the two medians.

    **Other coarse rules,** and footprints without such pairs: an estimate that is the truth with an error has the variance of the
    truth and of the error, and the truth is to be expected at the share :math:`b = var(sure) / var(estimates)` of its distance
    from their median, with a variance of *b* times that of the error: the rule's own, or :math:`var(estimates) - var(sure)`
    where that is more. An estimate that is a regression scatters less than the truth; then *b* is 1 and nothing changes.

    Parameters
    ----------
    site_tonnage : DataFrame[SiteTonnage]
        With ``footprint_t``, what the law of footprints gives wherever a footprint is known.
    params : CalibrateTonnageParams

    Returns
    -------
    DataFrame[SiteTonnage]
        In the same order, with ``rule_tonnage_t``, the tonnes by the rule alone, behind. Surer tonnages stay as they are.

    References
    ----------
    Gelman & Hill (2007), *Data Analysis Using Regression and Multilevel Models*, chapter 12. Smith & Winkler (2006), The
    optimizer's curse, *Management Science* 52.
    """
    table = pd.DataFrame(site_tonnage).copy()
    tonnes = table["tonnage_t"].to_numpy(float)
    rule = table["tonnage_rule"].to_numpy(str)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.log10(np.where(tonnes > 0, tonnes, np.nan))
        sides = tuple(
            np.abs(np.log10(table[f"tonnage_{end}_t"].to_numpy(float)) - middle) / Z90 for end in ("low", "high")
        )
        footprint = np.log10(table["footprint_t"].to_numpy(float))
    sure = np.isin(rule, SURE_RULES) & np.isfinite(middle)
    moved = {name: values.copy() for name, values in zip(("middle", "below", "above"), (middle, *sides), strict=True)}
    for name in COARSE_RULES:
        rows = (rule == name) & np.isfinite(middle) & np.isfinite(sides[0]) & np.isfinite(sides[1])
        line = _line_of(footprint, middle, sides, sure, rows, params) if name == "area_law" else None
        if line is not None:
            moved["middle"][rows], spread = line.predict(footprint[rows])
            moved["below"][rows] = moved["above"][rows] = spread
            continue
        if name == "area_law" and sure.sum() >= params.least_pairs and rows.any():
            moved["middle"][rows] += _level(middle[rows], middle[sure], params)
        if min(sure.sum(), rows.sum()) >= params.least_of_a_rule:
            _draw_in(moved, middle[sure], rows)
    coarse = np.isin(rule, COARSE_RULES) & np.isfinite(middle)
    ends = {
        "tonnage_t": moved["middle"],
        "tonnage_low_t": moved["middle"] - Z90 * moved["below"],
        "tonnage_high_t": moved["middle"] + Z90 * moved["above"],
    }
    table["rule_tonnage_t"] = tonnes
    for column, log10 in ends.items():
        table[column] = np.where(coarse & np.isfinite(log10), 10.0**log10, table[column])
    return conform(table, SiteTonnage)


def _line_of(
    footprint: np.ndarray,
    middle: np.ndarray,
    sides: tuple[np.ndarray, ...],
    sure: np.ndarray,
    rows: np.ndarray,
    params: CalibrateTonnageParams,
) -> LocalLine | None:
    """Return how surer tonnes of the region go with the law of footprints; None where too few pairs are known."""
    pairs = sure & np.isfinite(footprint)
    if pairs.sum() < params.least_pairs or not rows.any():
        return None
    usual = float(np.mean([side[rows] ** 2 for side in sides]))
    return fit_local_line(
        footprint[pairs], middle[pairs], usual, params.usual_pairs, params.level_sd_dex, params.slope_sd
    )


def _level(estimates: np.ndarray, sure: np.ndarray, params: CalibrateTonnageParams) -> float:
    """Return by how much the law of footprints is moved toward the surer tonnes of other sites, log10."""
    apart = float(np.median(estimates) - np.median(sure))
    error = np.pi / 2.0 * (np.var(estimates) / len(estimates) + np.var(sure) / len(sure))
    of_law = params.level_sd_dex**2
    return -apart * float(of_law / (of_law + params.groups_sd_dex**2 + error))


def _draw_in(moved: dict[str, np.ndarray], sure: np.ndarray, rows: np.ndarray) -> None:
    """Draw the estimates of some rows toward their median by as much as they scatter more than sure tonnages do."""
    logs = moved["middle"][rows]
    estimates, truth = float(np.var(logs)), float(np.var(sure))
    share = min(1.0, truth / max(estimates, 1e-9))
    median = float(np.median(logs))
    moved["middle"][rows] = median + share * (logs - median)
    usual = float(np.mean([moved[side][rows] ** 2 for side in ("below", "above")]))
    wider = max(1.0, (estimates - truth) / max(usual, 1e-9)) if share < 1.0 else 1.0
    for side in ("below", "above"):
        moved[side][rows] *= np.sqrt(share * wider)
