"""Score sites openly by a weighted sum, beside the learned model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layers.schema import Companion, GeoDataFrame, SiteAccess, Sites, SiteSamples, SiteTonnage, conform
from pipeline.evidence.pairwise_weights import PairwiseComparisons
from pipeline.evidence.rare_earth_grades import waste_hosts
from pipeline.evidence.target_evidence import (
    affinity_range,
    measured_values,
    moved_by_camp,
    pathfinder_z,
    type_affinity,
)
from pipeline.evidence.worked_sites import WERE_WORKED, site_kinds
from pipeline.learning.trained_model import PARTS


class ScoreCompanionParams(BaseModel):
    """Weights and scales of the companion score: judgement, laid open for editing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: str = Field(default="REE", min_length=1, description="what is ranked for; follows label_sites.target")
    weight_metal: float = Field(default=0.55, ge=0, description="weight of the evidence for the metal in the waste")
    weight_amount: float = Field(default=0.20, ge=0, description="weight of the tonnage")
    weight_access: float = Field(default=0.15, ge=0, description="weight of road, rail and power nearby")
    weight_liability: float = Field(default=0.10, ge=0, description="weight of hazard; see liability_reading")
    pairwise: PairwiseComparisons | None = Field(
        default=None,
        description="how many times more each part weighs than each other (Saaty 1980), in place of the four weights: "
        "metal_over_amount, metal_over_access, metal_over_liability, amount_over_access, amount_over_liability, "
        "access_over_liability, each from 1/9 to 9",
    )
    liability_reading: str = Field(
        default="neutral",
        pattern="^(neutral|reason_to_act|risk)$",
        description="whether a hazardous site counts for (reason_to_act) or against (risk) it, or not at all (neutral)",
    )
    low_ppm: float = Field(default=100.0, gt=0, description="measured concentration of utility 0")
    high_ppm: float = Field(default=10_000.0, gt=0, description="measured concentration of utility 1")
    low_t: float = Field(default=1e4, gt=0, description="tonnage of utility 0")
    high_t: float = Field(default=1e8, gt=0, description="tonnage of utility 1")
    amount_if_worked: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="utility of an unknown tonnage where a waste or a past mill or mine is recorded",
    )
    amount_if_unclear: float = Field(
        default=0.3,
        ge=0,
        le=1,
        description="central utility of an unknown tonnage where nothing says if there was a mine",
    )
    amount_if_prospect: float = Field(
        default=0.1, ge=0, le=1, description="utility where only an occurrence or prospect is recorded: little was dug"
    )
    prospect_most_t: float = Field(
        default=1e6, gt=0, description="most a mere occurrence or prospect is thought to hold; upper end of its band"
    )
    far_km: float = Field(default=100.0, gt=0, description="distance of utility 0")
    unknown_metal: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="central utility where nothing is known of the mine; few wastes hold the metal",
    )

    @model_validator(mode="after")
    def _scales(self) -> ScoreCompanionParams:
        if self.low_ppm >= self.high_ppm or self.low_t >= self.high_t:
            raise ValueError("low_ppm must be below high_ppm and low_t below high_t")
        if self.weight_metal + self.weight_amount + self.weight_access + self.weight_liability <= 0:
            raise ValueError("at least one weight must be above 0")
        given = sorted(name for name in self.model_fields_set if name.startswith("weight_"))
        if self.pairwise is not None and given:
            raise ValueError(f"pairwise comparisons take the place of {', '.join(given)}: give one or the other")
        return self

    def weights(self) -> tuple[np.ndarray, float]:
        """Return the weights of metal, amount, access and liability, which sum to 1, and the consistency ratio.

        The ratio is NaN where weights are given directly: there are no comparisons that could contradict each other.
        """
        if self.pairwise is not None:
            weights_found = self.pairwise.weigh()
            return weights_found.weights, weights_found.consistency_ratio
        direct = np.array([self.weight_metal, self.weight_amount, self.weight_access, self.weight_liability])
        return direct / direct.sum(), float("nan")


def score_companion(
    sites: GeoDataFrame[Sites],
    site_samples: DataFrame[SiteSamples],
    site_access: DataFrame[SiteAccess],
    site_tonnage: DataFrame[SiteTonnage],
    params: ScoreCompanionParams,
) -> DataFrame[Companion]:
    r"""Score every site by :math:`S = \sum w_i u_i / \sum w_i` over four visible parts.

    Each part is a utility between 0 and 1: **metal** (a measured concentration on a logarithmic scale, else what the
    commodities and the deposit type suggest, half-way lifted or lowered by regional samples), **amount** (tonnage on
    a logarithmic scale; where it is unknown, whether a waste is likely to exist: see `site_kinds`), **access** (mean
    of road, rail and power, linear in the distance) and **liability** (hazard class). A missing part counts with its
    central value and opens the band to everything it could be: nothing missing is read as 0.

    Parameters
    ----------
    sites, site_samples, site_access, site_tonnage
        Layers of one region, one row per site (any row order).
    params : ScoreCompanionParams
        Weights (normalised to 1) and scales.

    Returns
    -------
    DataFrame[Companion]
        In the order of the sites; ``companion_rank`` 1 is best, ties in the order of ``site_id``. The extra column
        ``companion_blind_score`` is the score without assays of the waste and ``companion_commodity`` what
        commodities and deposit type alone suggest: the baselines a model is held against; ``companion_host`` is the published
        waste of rare earths it is like (`waste_hosts`), missing where there is none; ``amount_rule`` says where the
        amount comes from (tonnage, worked, prospect, unclear), ``metal_rule`` whether the nearest like mine raised what the
        site's own words suggest (camp) or not (own); ``weight_<part>`` are the weights used and
        ``consistency_ratio`` is that of the comparisons they come from, NaN for weights given directly.

    Notes
    -----
    Additive multi-criteria scoring as in Malczewski (1999), *GIS and Multicriteria Decision Analysis*. Weights are given
    directly, four numbers anyone can change, or come from pairwise comparisons (`pairwise_weights`; Saaty 1980), which
    are refused where they contradict each other. How far the order hangs on each of them is shown by halving and raising
    it (`weight_tornado`).
    """
    ids = pd.DataFrame({"site_id": sites["site_id"].to_numpy()})
    chemistry, access, tonnage = (
        ids.merge(pd.DataFrame(table), on="site_id", how="left", validate="one_to_one")
        for table in (site_samples, site_access, site_tonnage)
    )
    blind = _metal_from_type(sites, chemistry, params)
    metal = _measured_over(blind, chemistry, params)
    amount, amount_rule = _amount(tonnage, site_kinds(sites, site_samples), params)
    others = [amount, _access(access, params), _liability(sites, params)]
    utility = type_affinity(sites, params.target)
    weights, ratio = params.weights()
    score, low, high = (_total([metal, *others], weights, which) for which in ("mid", "low", "high"))
    order = np.lexsort((ids["site_id"].to_numpy(), -np.round(score, 12)))
    rank = np.empty(len(ids), dtype=int)
    rank[order] = np.arange(1, len(ids) + 1)
    table = pd.DataFrame(
        {
            "site_id": ids["site_id"],
            "companion_score": score,
            "companion_low": low,
            "companion_high": high,
            "companion_rank": rank,
            **{f"part_{name}": part["shown"] for name, part in zip(PARTS, [metal, *others], strict=True)},
            "companion_blind_score": _total([blind, *others], weights, "mid"),
            "companion_commodity": utility,
            "companion_host": waste_hosts(sites, utility) if params.target == "REE" else None,
            "amount_rule": amount_rule,
            "metal_rule": np.where(moved_by_camp(sites, params.target), "camp", "own").astype(object),
            **{f"weight_{name}": weight for name, weight in zip(PARTS, weights, strict=True)},
            "consistency_ratio": ratio,
        }
    )
    return conform(table, Companion)


def _part(value: np.ndarray, low: np.ndarray, high: np.ndarray, missing: float) -> dict[str, np.ndarray]:
    """Return a part: what is shown (missing stays NaN), its central value, and its lower and upper end."""
    unknown = np.isnan(value)
    return {
        "shown": value,
        "mid": np.where(unknown, missing, value),
        "low": np.where(unknown, 0.0, np.fmin(low, value)),
        "high": np.where(unknown, 1.0, np.fmax(high, value)),
    }


def _total(parts: list[dict[str, np.ndarray]], weights: np.ndarray, which: str) -> np.ndarray:
    stacked = np.column_stack([part[which] for part in parts])
    return np.clip((stacked * weights).sum(axis=1), 0.0, 1.0)


def _log_utility(value: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return 0 at ``low``, 1 at ``high``, linear in the logarithm and clipped; NaN stays."""
    with np.errstate(divide="ignore"):
        return np.clip((np.log10(value) - np.log10(low)) / (np.log10(high) - np.log10(low)), 0.0, 1.0)


def _metal_from_type(
    sites: pd.DataFrame, chemistry: pd.DataFrame, params: ScoreCompanionParams
) -> dict[str, np.ndarray]:
    """Return the metal part without assays of the waste.

    Commodities and deposit type speak with the range their sources leave open (`affinity_range`). Robust z-scores of
    regional samples (Th, P, Nb, La, Ce, Y for rare earths) move the utility by at most 0.15 either way: the real files
    show no stable relation of regional sediment to waste. The range holds no such effect and twice as much.
    """
    utility, low, high = affinity_range(sites, params.target)
    mean = pathfinder_z(chemistry, params.target)
    shift = np.where(np.isnan(mean), 0.0, 0.15 * np.tanh(mean / 2.0))
    known = ~np.isnan(utility)
    base = np.where(known, utility, params.unknown_metal)
    low, high = np.where(known, low, 0.0), np.where(known, high, 1.0)
    moved = np.where(known | ~np.isnan(mean), np.clip(base + shift, 0.0, 1.0), np.nan)
    low = np.clip(low + np.minimum(2.0 * shift, 0.0), 0.0, 1.0)
    high = np.clip(high + np.maximum(2.0 * shift, 0.0), 0.0, 1.0)
    return _part(moved, low, high, params.unknown_metal)


def _measured_over(
    blind: dict[str, np.ndarray], chemistry: pd.DataFrame, params: ScoreCompanionParams
) -> dict[str, np.ndarray]:
    """Return the metal part where a measured concentration, if there is one, replaces what the type suggests."""
    value, low, high, _ = measured_values(chemistry, params.target)
    high = np.where(np.isnan(high), value, high)
    measured = ~np.isnan(value)
    given = {
        "shown": _log_utility(value, params.low_ppm, params.high_ppm),
        "mid": _log_utility(value, params.low_ppm, params.high_ppm),
        "low": _log_utility(low, params.low_ppm, params.high_ppm),
        "high": _log_utility(high, params.low_ppm, params.high_ppm),
    }
    return {key: np.where(measured, given[key], blind[key]) for key in blind}


def _amount(
    tonnage: pd.DataFrame, kinds: np.ndarray, params: ScoreCompanionParams
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the amount part and where it comes from; an unknown tonnage leaves the band open, a prospect's is small."""
    value, low, high = (
        _log_utility(tonnage[name].to_numpy(float), params.low_t, params.high_t)
        for name in ("tonnage_t", "tonnage_low_t", "tonnage_high_t")
    )
    unknown = np.isnan(value)
    most = float(_log_utility(np.array([params.prospect_most_t]), params.low_t, params.high_t)[0])
    cases = [unknown & np.isin(kinds, WERE_WORKED), unknown & (kinds == "showing"), unknown]
    guess = np.select(cases, [params.amount_if_worked, params.amount_if_prospect, np.nan], np.nan)
    return {
        "shown": np.where(unknown, guess, value),
        "mid": np.where(unknown, np.where(np.isnan(guess), params.amount_if_unclear, guess), value),
        "low": np.where(unknown, 0.0, np.fmin(low, value)),
        "high": np.select([cases[1], unknown], [max(most, params.amount_if_prospect), 1.0], np.fmax(high, value)),
    }, np.select(cases, ["worked", "prospect", "unclear"], "tonnage").astype(object)


def _access(access: pd.DataFrame, params: ScoreCompanionParams) -> dict[str, np.ndarray]:
    """Return the mean utility of road, rail and power where known; the band opens for those that are not."""
    utility = 1.0 - np.clip(access[["road_km", "rail_km", "power_km"]].to_numpy(float) / params.far_km, 0.0, 1.0)
    known = np.isfinite(utility)
    count = known.sum(axis=1)
    mean = np.divide(np.nansum(utility, axis=1), count, out=np.full(len(utility), np.nan), where=count > 0)
    low = np.where(known, utility, 0.0).mean(axis=1)
    high = np.where(known, utility, 1.0).mean(axis=1)
    return _part(mean, low, high, 0.5)


def _liability(sites: pd.DataFrame, params: ScoreCompanionParams) -> dict[str, np.ndarray]:
    """Return the hazard class A-D (or 1-4) as a utility, read the way the parameters say; neutral: 0.5 for all."""
    if params.liability_reading == "neutral":
        flat = np.full(len(sites), 0.5)
        return _part(flat, flat, flat, 0.5)
    grades = {"A": 1.0, "B": 0.7, "C": 0.4, "D": 0.1, "1": 1.0, "2": 0.7, "3": 0.4, "4": 0.1}
    first = sites["hazard_class"].astype("string").str.strip().str.upper().str[:1]
    hazard = first.map(grades).to_numpy(float, na_value=np.nan)
    value = hazard if params.liability_reading == "reason_to_act" else 1.0 - hazard
    return _part(value, value, value, 0.5)
