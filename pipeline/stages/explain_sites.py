"""Say which features moved each site's score, exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.schema import Features, Reasons, conform
from pipeline.stages.score_evidence import join_evidence
from pipeline.stages.trained_model import PARTS, TrainedModel


class ExplainSitesParams(BaseModel):
    """How much is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_reasons: int = Field(
        default=60, ge=1, description="features named per site; the weaker rest is summed up as other_features"
    )


def explain_sites(features: DataFrame[Features], model: TrainedModel, params: ExplainSitesParams) -> DataFrame[Reasons]:
    """Split every site's log-odds into contributions of its features.

    Linear models split by coefficient times distance from the mean of their bag, trees by the steps of the site's
    path; both are exact, and so is their mean over the bags that score the site. What an assay, or proxies of the
    same waste, added to the model's view is one more contribution, named ``waste_measured_ppm`` or
    ``waste_proxy_ppm``. Contributions of a site add up to its log-odds less the base, which is the same for sites
    scored by the same bags.

    Parameters
    ----------
    features : DataFrame[Features]
        The table the model was trained on, or new sites with the same columns.
    model : TrainedModel
        Of any kind; without a learned model the parts of the companion score are the reasons.
    params : ExplainSitesParams
        See there.

    Returns
    -------
    DataFrame[Reasons]
        Long, sites in the order of ``features``, strongest contribution first.
    """
    ids = features["site_id"].to_numpy()
    if model.kind == "companion_only":
        names, values, parts = _companion_parts(ids, model)
    else:
        names, values, parts = _model_parts(features, model)
    strength = np.abs(parts)
    order = np.argsort(-strength, axis=1, kind="stable")
    rows = [_site_rows(ids[row], order[row], names, values[row], parts[row], params) for row in range(len(ids))]
    table = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(Reasons.to_schema().columns))
    return conform(table, Reasons)


def _site_rows(
    site_id: str, order: np.ndarray, names: list[str], values: np.ndarray, parts: np.ndarray, params: ExplainSitesParams
) -> pd.DataFrame:
    """Return one site's reasons; contributions of nothing are left out, weak ones summed up."""
    told = [index for index in order if parts[index] != 0.0]
    shown, rest = told[: params.max_reasons], told[params.max_reasons :]
    feature = [names[index] for index in shown] + (["other_features"] if rest else [])
    return pd.DataFrame(
        {
            "site_id": site_id,
            "position": np.arange(1, len(feature) + 1),
            "feature": feature,
            "value": [values[index] for index in shown] + ([np.nan] if rest else []),
            "contribution": [parts[index] for index in shown] + ([float(parts[rest].sum())] if rest else []),
        }
    )


def _model_parts(features: pd.DataFrame, model: TrainedModel) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return names, raw values and contributions: one column per feature, and one for the evidence from the waste."""
    prepared = model.prepare(features)
    bags = model.pipeline[-1]
    blocks = np.array([model.site_blocks.get(one, "") for one in features["site_id"]])
    base, parts = bags.contributions(prepared, bags.unseen(blocks))
    parts = model.slope * parts
    log_odds = model.intercept + model.slope * base + parts.sum(axis=1)
    waste = model.waste_evidence(features["site_id"])
    joined = join_evidence(log_odds, waste["log10"], waste["sd"], np.log10(model.threshold_ppm), model.prior_sd_log10)
    measured = np.isfinite(waste["log10"])
    by_assay = waste["rule"] == "assay"
    shift = np.where(measured, joined - log_odds, 0.0)
    names = [*model.prepared_names(), "waste_measured_ppm", "waste_proxy_ppm"]
    values = np.column_stack([features[names[:-2]].to_numpy(float), 10 ** waste["log10"], 10 ** waste["log10"]])
    return names, values, np.column_stack([parts, np.where(by_assay, shift, 0.0), np.where(by_assay, 0.0, shift)])


def _companion_parts(ids: np.ndarray, model: TrainedModel) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the companion's parts as contributions against the mean site, taken from score to log-odds by the secant."""
    sites = model.sites.set_index("site_id").reindex(ids)
    utility = sites[[f"part_{one}" for one in PARTS]].to_numpy(float)
    weight = sites[[f"weight_{one}" for one in PARTS]].to_numpy(float)
    middle = np.array([np.nanmean(column) if np.isfinite(column).any() else 0.5 for column in utility.T])
    parts = np.nan_to_num(weight * (utility - middle))
    end = np.clip(sites["companion_score"].to_numpy(float), 1e-6, 1 - 1e-6)
    start = np.clip(end - parts.sum(axis=1), 1e-6, 1 - 1e-6)
    gap = end - start
    flat = np.abs(gap) < 1e-9
    steep = np.where(flat, 1.0 / (end * (1 - end)), (_logit(end) - _logit(start)) / np.where(flat, 1.0, gap))
    return [f"part_{one}" for one in PARTS], utility, parts * steep[:, None]


def _logit(share: np.ndarray) -> np.ndarray:
    return np.log(share) - np.log1p(-share)
