"""Say which features moved each site's score, exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import expit

from layers.schema import Features, Reasons, conform
from pipeline.evidence.host_grades import PRIOR_WASTES
from pipeline.kernels.linear_field import LinearField
from pipeline.learning.grade_model import LOGIT_PER_PROBIT, chance_log_odds
from pipeline.learning.trained_model import TrainedModel

BELIEVED = ("metal", "amount")
"""Parts of the companion score that also make the order where no model does; access and liability never enter it."""

TOLD_BY = (("metal", "camp"), ("amount", "tonnage"))
"""Rules of parts under which they are told as something else: by a neighbour (``part_metal_camp``), as an amount that is known
(``part_amount_known``)."""

OF_WASTE = ("waste_measured_ppm", "waste_undetected_ppm", "waste_proxy_ppm")
"""What was told of the waste itself: its assay, the limits of one in which nothing was detected, its other elements."""


class ExplainSitesParams(BaseModel):
    """How much is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_reasons: int = Field(
        default=60, ge=1, description="features named per site; the weaker rest is summed up as other_features"
    )


def explain_sites(features: DataFrame[Features], model: TrainedModel, params: ExplainSitesParams) -> DataFrame[Reasons]:
    """Split every site's log-odds into contributions of its features.

    Where the grade was learned, its expectation is a sum of the trend's columns, of what neighbours' assays add
    (``neighbour_assays_ppm``) and of what an assay of the waste, its limits, or its other elements, add (`OF_WASTE`). Elsewhere
    linear models split by coefficient times distance from the mean of their bag, trees by the
    steps of the site's path; both are exact, and so is their mean over the bags that score the site. Contributions of a site add
    up to the log-odds of its score less those of a mean site held as surely, or of the base of its bags.

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
    if model.rests_on_companion:
        names, values, parts = _companion_parts(ids, model)
    elif model.grade_field is not None:
        names, values, parts = _field_parts(features, model.grade_field, model)
    else:
        names, values, parts = _model_parts(features, model)
    return conform(_reason_rows(ids, names, values, parts, params.max_reasons), Reasons)


def _reason_rows(ids: np.ndarray, names: list[str], values: np.ndarray, parts: np.ndarray, most: int) -> pd.DataFrame:
    """Return the reasons as rows, strongest first; contributions of nothing are left out, weak ones summed up."""
    order = np.argsort(-np.abs(parts), axis=1, kind="stable")
    strong = np.take_along_axis(parts, order, axis=1)
    shown = (strong[:, :most] != 0.0).astype(bool)
    site, column = np.nonzero(shown)
    feature = order[site, column]
    table = pd.DataFrame(
        {
            "site_id": ids[site],
            "position": column + 1,
            "feature": np.array(names, dtype=object)[feature],
            "value": values[site, feature],
            "contribution": parts[site, feature],
            "row": site,
        }
    )
    rest = strong[:, most:].sum(axis=1)
    weak = np.flatnonzero((strong[:, most:] != 0.0).any(axis=1))
    if len(weak):
        others = pd.DataFrame(
            {
                "site_id": ids[weak],
                "position": most + 1,
                "feature": "other_features",
                "value": np.nan,
                "contribution": rest[weak],
                "row": weak,
            }
        )
        table = pd.concat([table, others], ignore_index=True)
    return table.sort_values(["row", "position"], kind="stable").drop(columns="row")


def _model_parts(features: pd.DataFrame, model: TrainedModel) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return names, raw values and contributions: one column per feature, and one for the evidence from the waste."""
    prepared = model.prepare(features)
    bags = model.pipeline[-1]
    blocks = np.array([model.site_blocks.get(feature, "") for feature in features["site_id"]])
    base, parts = bags.contributions(prepared, bags.unseen(blocks))
    parts = model.slope * parts
    log_odds = model.intercept + model.slope * base + parts.sum(axis=1)
    score = _score_log_odds(model, features["site_id"])
    waste = model.waste_evidence(features["site_id"])
    shift = np.where(np.isfinite(waste["log10"]), score - log_odds, 0.0)
    names = [*model.prepared_names(), *OF_WASTE]
    known = np.repeat(10 ** waste["log10"][:, None], len(OF_WASTE), axis=1)
    values = np.column_stack([features[list(model.prepared_names())].to_numpy(float), known])
    return names, values, np.column_stack([parts, _of_waste(waste, shift)])


def _of_waste(waste: dict[str, np.ndarray], moved: np.ndarray) -> np.ndarray:
    """Return what the waste itself moved, in the column of `OF_WASTE` that says what was told of it."""
    by_assay, by_proxy = waste["rule"] == "assay", waste["rule"] == "proxies"
    kinds = (by_assay & ~waste["undetected"], by_assay & waste["undetected"], by_proxy)
    return np.column_stack([np.where(kind, moved, 0.0) for kind in kinds])


def _field_parts(
    features: pd.DataFrame, field: LinearField, model: TrainedModel
) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return names, raw values and contributions where the grade itself was learned.

    The expected grade is a sum: the trend's columns against their mean over the sampled sites, what neighbours' assays add, and
    what the waste's own assay or other elements add. It is taken to log-odds of the score by the secant between the mean site,
    held as surely, and this one.
    """
    columns, middle = _trend_parts(field, model.prepare(features))
    blind = model.prepare_blind(features)
    if model.sampled_field is not None and blind is not None:
        sampled = np.isfinite(model.waste_evidence(features["site_id"])["log10"])
        of_sampled, middle_of_sampled = _trend_parts(model.sampled_field, blind)
        columns = np.where(sampled[:, None], of_sampled, columns)
        middle = np.where(sampled, middle_of_sampled, middle)
    alone = model.sites.set_index("site_id")["grade_alone_log10"].reindex(features["site_id"]).to_numpy(float)
    grades = model.grades(features["site_id"])
    mean, sd = grades["grade_log10"].to_numpy(float), grades["grade_sd"].to_numpy(float)
    waste = model.waste_evidence(features["site_id"])
    elsewhere = _spoken_for(model, features["site_id"])
    columns = np.where(elsewhere[:, None], 0.0, columns)
    rest = alone - middle - columns.sum(axis=1)
    neighbours, by_other = np.where(elsewhere, 0.0, rest), np.where(elsewhere, rest, 0.0)
    parts = np.column_stack([columns, neighbours, by_other, _of_waste(waste, mean - alone)])
    threshold = float(np.log10(model.threshold_ppm))
    end, start = (chance_log_odds(part - threshold, sd) for part in (mean, middle))
    gap = mean - middle
    flat = np.abs(gap) < 1e-9
    steep = np.where(flat, LOGIT_PER_PROBIT / sd, (end - start) / np.where(flat, 1.0, gap))
    known = np.repeat(10 ** waste["log10"][:, None], len(OF_WASTE), axis=1)
    own_names = list(model.prepared_names())
    names = [*own_names, "neighbour_assays_ppm", "other_method_ppm", *OF_WASTE]
    values = np.column_stack([features[own_names].to_numpy(float), 10**alone, 10**alone, known])
    return names, values, parts * steep[:, None]


def _trend_parts(field: LinearField, trend: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what each column of the trend adds to the expected grade of each site, and that of the mean sampled site."""
    usual = field.design.mean(axis=0)
    return (trend - usual[:-1]) * field.coef[:-1], np.full(len(trend), float(usual @ field.coef))


def _spoken_for(model: TrainedModel, site_ids: pd.Series) -> np.ndarray:
    """Return for which sites another method than the model's was found to fit their distance to an assay."""
    if "other_method" not in model.sites:
        return np.zeros(len(site_ids), dtype=bool)
    named = model.sites.set_index("site_id")["other_method"].reindex(site_ids).fillna("")
    return (named != "").to_numpy()


def _score_log_odds(model: TrainedModel, site_ids: pd.Series) -> np.ndarray:
    grades = model.grades(site_ids)
    mean, sd = grades["grade_log10"].to_numpy(float), grades["grade_sd"].to_numpy(float)
    return chance_log_odds(mean - np.log10(model.threshold_ppm), sd)


def _companion_parts(ids: np.ndarray, model: TrainedModel) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Return the companion's parts as contributions against the mean site, taken from score to log-odds by the secant.

    Of a waste that was assayed, or of which other elements tell the grade, that stands in place of what its words suggest: the
    log-odds of its chance to reach the grade looked for, against those of the mean chance. So do the assays of its kind of host
    where they are as many as the tables count for, or more (``kind_assays_<n>``, whose value is how many of the *n* reach the
    grade): what tables say of such ores may be the opposite of what was measured here.
    """
    sites = model.sites.set_index("site_id").reindex(ids)
    utility = sites[[f"part_{name}" for name in BELIEVED]].to_numpy(float)
    weight = sites[[f"weight_{name}" for name in BELIEVED]].to_numpy(float)
    middle = np.array([np.nanmean(column) if np.isfinite(column).any() else 0.5 for column in utility.T])
    parts = np.nan_to_num(weight * (utility - middle))
    end = np.clip(sites["companion_score"].to_numpy(float), 1e-6, 1 - 1e-6)
    start = np.clip(end - parts.sum(axis=1), 1e-6, 1 - 1e-6)
    gap = end - start
    flat = np.abs(gap) < 1e-9
    steep = np.where(flat, 1.0 / (end * (1 - end)), (_logit(end) - _logit(start)) / np.where(flat, 1.0, gap))
    parts = parts * steep[:, None]
    waste = model.waste_evidence(pd.Series(ids))
    told_by_waste = waste["rule"] != "none"
    log_odds = _score_log_odds(model, pd.Series(ids))
    usual = _logit(np.clip(np.nanmean(expit(log_odds)), 1e-6, 1 - 1e-6))
    against_usual = np.nan_to_num(log_odds - usual)
    by_waste = np.where(told_by_waste, against_usual, 0.0)
    assayed, rich = (_counts(sites, name) for name in ("kind_assayed", "kind_rich"))
    told_by_kind = ~told_by_waste & (assayed >= PRIOR_WASTES)
    sizes = np.unique(assayed[told_by_kind])
    by_kind = np.where(told_by_kind[:, None] & (assayed[:, None] == sizes), against_usual[:, None], 0.0)
    parts[told_by_waste | told_by_kind, BELIEVED.index("metal")] = 0.0
    known = 10.0 ** waste["log10"]
    by_rule = [sites[f"{name}_rule"].eq(rule).to_numpy(bool)[:, None] for name, rule in TOLD_BY]
    metal, amount = (np.where(np.hstack([~by, by]), parts[:, [at]], 0.0) for at, by in enumerate(by_rule))
    names = [
        f"part_{name}{end}" for name, ends in (("metal", ("", "_camp")), ("amount", ("", "_known"))) for end in ends
    ]
    names += [*OF_WASTE, *(f"kind_assays_{n}" for n in sizes)]
    values = np.column_stack(
        [np.repeat(utility, 2, axis=1), *[known] * len(OF_WASTE), *[rich.astype(float)] * len(sizes)]
    )
    return names, values, np.column_stack([metal, amount, _of_waste(waste, by_waste), by_kind])


def _counts(sites: pd.DataFrame, name: str) -> np.ndarray:
    return sites[name].fillna(0).to_numpy(int) if name in sites else np.zeros(len(sites), dtype=int)


def _logit(share: np.ndarray) -> np.ndarray:
    return np.log(share) - np.log1p(-share)
