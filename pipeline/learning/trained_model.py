"""What training hands on: the fitted pipeline with all that is needed to rank with it, explain it, draw it and doubt it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from layers.validation import Validation
from pipeline.evidence.assay_spread import as_limit
from pipeline.kernels.linear_field import LinearField
from pipeline.learning.labels import evidence_group

Kind = Literal["supervised", "pu_bagging", "companion_only"]

PARTS = ("metal", "amount", "access", "liability")
"""Parts of the companion score."""

USUAL_SPREAD_LOG10 = 0.5
"""Spread of wastes the model holds alike, in log10 of ppm, where too few were measured to tell."""


@dataclass(frozen=True)
class Applicability:
    """Where the model may speak: the training rows in prepared, weighted feature space.

    Parameters
    ----------
    rows : ndarray of float, shape (n_train, p)
        Prepared features of the training sites times their weights.
    weights : ndarray of float, shape (p,)
        Mean absolute contribution of each feature, scaled to a mean of 1.
    mean_distance : float
        Mean distance between training rows: the unit of dissimilarity.
    threshold : float
        Dissimilarity beyond which a site lies outside what was learned.

    References
    ----------
    Meyer & Pebesma (2021), Predicting into unknown space?, *Methods in Ecology and Evolution* 12.
    """

    rows: np.ndarray
    weights: np.ndarray
    mean_distance: float
    threshold: float


@dataclass(frozen=True)
class TrainedModel:
    """The result of `train_model`.

    Parameters
    ----------
    kind : {"supervised", "pu_bagging", "companion_only"}
        Measured classes; positives against unlabelled; or nothing learned, ranking by the companion score.
    target : str
        What was ranked for.
    threshold_ppm : float
        Concentration that makes a waste positive.
    feature_names : tuple of str
        Columns the pipeline takes, in order; empty for ``companion_only``.
    dropped_features : mapping of str to str
        Columns of the features not used, and why.
    pipeline : sklearn.pipeline.Pipeline or None
        Preparation and bags, fitted.
    site_blocks : mapping of str to str
        Spatial block per site, deciding which bags may score it.
    slope, intercept : float
        Calibration: log-odds of the score = intercept + slope x mean log-odds of the bags.
    validation : Validation
        The content of ``model/validation.json``.
    diagnostics : mapping
        Arrays (lists of numbers or texts) behind the report's figures.
    sites : DataFrame
        Per site: ``site_id, label, block, district, log_odds`` (calibrated, by models that did not see the site where it was
        judged), ``fold``, columns ``held_out_...`` and ``near_...`` and
        ``question`` (see `held_out_table`), ``other_method`` where another one speaks for the site, the evidence
        from the waste itself (``waste_log10, waste_sd_log10, waste_rule``: assay, proxies or none) and the companion's parts.
    applicability : Applicability or None
        Where the model may speak.
    grade_line : tuple of float or None
        ``slope, intercept, low, high``: log10 of the measured ppm against the calibrated log-odds, with the 5 and 95
        % quantiles of held-out residuals; None where too few were measured.
    surface : tuple of (Pipeline, tuple of str) or None
        The model of rasters alone and its feature names.
    grade_field : LinearField or None
        The regression of the grade with its field in space, where enough was measured and the model orders the list.
    sampled_field : LinearField or None
        The same for wastes that were sampled, blind to the other elements of their samples; None where it is the same.
    """

    kind: Kind
    target: str
    threshold_ppm: float
    feature_names: tuple[str, ...]
    dropped_features: Mapping[str, str]
    pipeline: Any
    site_blocks: Mapping[str, str]
    slope: float
    intercept: float
    validation: Validation
    diagnostics: Mapping[str, Any]
    sites: pd.DataFrame
    applicability: Applicability | None = None
    grade_line: tuple[float, float, float, float] | None = None
    surface: tuple[Any, tuple[str, ...]] | None = None
    surface_applicability: Applicability | None = None
    surface_calibration: tuple[float, float] = field(default=(1.0, 0.0))
    grade_field: LinearField | None = None
    sampled_field: LinearField | None = None

    @property
    def rests_on_companion(self) -> bool:
        """Whether the order is that of the companion score: the verdict rules the model out.

        A model that testing could not tell from chance, could not test, or found to leak, must not shuffle the sites.
        """
        return not self.validation.verdict.model_used

    def of_surface(self) -> TrainedModel:
        """Return what the surface needs and no more: nothing of any site."""
        bare = replace(self, pipeline=None, site_blocks={}, diagnostics={}, sites=self.sites.iloc[:0])
        return replace(bare, applicability=None, grade_line=None, grade_field=None, sampled_field=None)

    def waste_evidence(self, site_ids: pd.Series) -> dict[str, np.ndarray]:
        """Return ``log10``, ``sd`` and ``rule`` of what the waste itself told, in the order of the ids.

        ``undetected`` is true where that is no more than limits, and ``log10`` then where they end, summed up.
        """
        evidence = self.sites.set_index("site_id").reindex(site_ids)
        undetected = evidence["waste_undetected"].to_numpy(float) > 0
        middle, sd = evidence["waste_log10"].to_numpy(float), evidence["waste_sd_log10"].to_numpy(float)
        _, variance = as_limit(middle, sd**2, undetected)
        return {
            "log10": np.where(undetected, evidence["waste_limit_log10"].to_numpy(float), middle),
            "sd": np.sqrt(variance),
            "undetected": undetected,
            "rule": evidence["waste_rule"].fillna("none").to_numpy(str),
        }

    def grades(self, site_ids: pd.Series) -> pd.DataFrame:
        """Return ``grade_log10``, ``grade_sd``, ``grade_shared_sd`` and ``grade_rule`` in the order of the ids."""
        columns = ["grade_log10", "grade_sd", "grade_shared_sd", "grade_rule"]
        return self.sites.set_index("site_id").reindex(site_ids)[columns].reset_index(drop=True)

    def bag_log_odds(self, features: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return calibrated log-odds of every bag and which bags may score each site, both of shape (n, n_bags)."""
        prepared = self.prepare(features)
        bags = self.pipeline[-1]
        blocks = np.array([self.site_blocks.get(feature, "") for feature in features["site_id"]])
        return self.intercept + self.slope * bags.bag_scores(prepared), bags.unseen(blocks)

    def log_odds(self, features: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Return the calibrated log-odds of each site by bags that did not see its block, and their spread over bags."""
        bags, mask = self.bag_log_odds(features)
        count = mask.sum(axis=1)
        mean = (bags * mask).sum(axis=1) / count
        spread = np.sqrt((mask * (bags - mean[:, None]) ** 2).sum(axis=1) / count)
        return mean, spread

    def prepare(self, features: pd.DataFrame) -> np.ndarray:
        """Return the features as the bags, and the trend of the grade, take them."""
        return self.pipeline[:-1].transform(features[list(self.feature_names)])

    def prepare_blind(self, features: pd.DataFrame) -> np.ndarray | None:
        """Return the same without what samples of the waste hold beside the target; None where none of it is taken.

        Elements of one grab sample err together, so that they are no second witness of a waste whose own sample is counted.
        """
        sampled = [name for name in self.prepared_names() if evidence_group(name) == "waste"]
        return self.prepare(features.assign(**dict.fromkeys(sampled, np.nan))) if sampled else None

    def prepared_names(self) -> tuple[str, ...]:
        """Return the names of the prepared columns, in order."""
        return tuple(self.pipeline[0].kept_)


def held_out_table(model: TrainedModel) -> pd.DataFrame:
    """Return the chance of every tested site by models that did not see it.

    Returns
    -------
    DataFrame
        ``site_id, question`` (``new_camp``, ``near_assays`` or ``given``), ``fold`` (from 0; of the folds given their names),
        ``label`` (1, 0 or missing), ``score`` (0 to 1, calibrated on the other folds; missing where these hold one class),
        ``method``, ``list_place`` (in the list of all sites by the held-out chance, from which the shares found are counted),
        and of positives how many negatives they were ``compared`` with by a model that saw neither and how many of them they
        ``won`` against: the AUC is the sum of the one over that of the other.
        A site may stand once for each question.
    """
    columns = ["site_id", "question", "fold", "label", "score", "method", "list_place", "compared", "won"]
    questions = [question.code for question in model.validation.questions]
    sites, names = model.sites, model.validation.division.names
    parts = []
    for question in questions:
        near = question == "near_assays"
        fold, of_question = ("near_fold", "near_") if near else ("fold", "held_out_")
        positive = sites["label"] == 1
        held_out = pd.DataFrame(
            {
                "site_id": sites["site_id"],
                "question": question,
                "fold": sites[fold],
                "label": sites["label"].astype("Int64"),
                "score": sites[f"{of_question}score"].round(6),
                "method": sites[f"{of_question}method"],
                "list_place": sites[f"{of_question}place"],
                "compared": sites[f"{of_question}compared"].where(positive).astype("Int64"),
                "won": sites[f"{of_question}won"].where(positive),
            }
        )
        tested = (held_out["fold"] >= 0) & (held_out["score"].notna() | (held_out["compared"].fillna(0) > 0))
        held_out = held_out[tested]
        if names:
            named = [names[fold] if question == "given" else str(fold) for fold in held_out["fold"]]
            held_out = held_out.assign(fold=named)
        parts.append(held_out)
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def dissimilarity(prepared: np.ndarray, applicability: Applicability, own: np.ndarray | None = None) -> np.ndarray:
    """Return how far each row lies from the training rows, in units of their mean distance.

    Parameters
    ----------
    prepared : ndarray of float, shape (n, p)
        Prepared features.
    applicability : Applicability
        Of the model.
    own : ndarray of bool, shape (n, n_train), optional
        Training rows not to be compared with (a site with itself or its block).

    Returns
    -------
    ndarray of float, shape (n,)
    """
    from scipy.spatial import cKDTree

    weighted = prepared * applicability.weights
    if own is None:
        return cKDTree(applicability.rows).query(weighted)[0] / applicability.mean_distance
    distance = np.sqrt(((weighted[:, None, :] - applicability.rows[None]) ** 2).sum(axis=2))
    distance[own] = np.inf
    return distance.min(axis=1) / applicability.mean_distance
