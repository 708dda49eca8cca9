"""Decide which sites the model may take for examples, and say by which rule."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layers.schema import GeoDataFrame, Labels, Sites, SiteSamples, conform
from pipeline.evidence.assay_spread import reaches
from pipeline.evidence.late_words import COLUMN, late_words, without_words
from pipeline.evidence.target_evidence import (
    REE_LABEL_FLOOR,
    best_match,
    described,
    lonely_words,
    measured_values,
    target_commodities,
    target_deposits,
)

_LEAST_TREO_PPM = 10.0
"""Rocks of the crust hold some 150 ppm, and hardly any less than this."""


class LabelSitesParams(BaseModel):
    """What is looked for and what counts as an example of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    target: str = Field(
        default="REE",
        min_length=1,
        description="REE, an element symbol (Co) or a commodity name (cobalt): what is ranked for",
    )
    label_from: Literal["auto", "assays", "rules", "both"] = Field(
        default="auto",
        description="assays: waste at or above the threshold; rules: commodity or deposit type; both; auto: assays "
        "where there are min_measured_positives of them, else both",
    )
    threshold_ppm: float = Field(
        default=500.0,
        gt=0,
        lt=1_000_000,
        description="sampled concentration from which a waste is positive; TREO for REE, else the element",
    )
    min_measured_positives: int = Field(
        default=10, ge=2, description="measured positives from which auto relies on assays alone"
    )
    positive_commodities: tuple[str, ...] | None = Field(
        default=None, description="commodity names that make a rule label; null: those known for the target"
    )
    positive_deposit_types: tuple[str, ...] | None = Field(
        default=None, description="words in the deposit type that make a rule label; null: those known for the target"
    )

    trust_words: bool = Field(
        default=False,
        description="names of the target in inventories are older than the assays: used although they follow these and stand at "
        "hardly any other waste",
    )

    @model_validator(mode="after")
    def _in_ppm(self) -> LabelSitesParams:
        """Refuse a threshold for rare earths that every rock exceeds: it was meant in per cent."""
        if self.target == "REE" and self.threshold_ppm < _LEAST_TREO_PPM:
            raise ValueError(
                f"threshold_ppm is {self.threshold_ppm:g}, which every rock exceeds. If per cent is meant, write threshold_ppm: "
                f"{self.threshold_ppm * 1e4:g}"
            )
        return self


def label_sites(
    sites: GeoDataFrame[Sites], site_samples: DataFrame[SiteSamples], params: LabelSitesParams
) -> DataFrame[Labels]:
    """Label the sites for a target: 1 positive, 0 measured negative, missing where nothing is known.

    An assay of the waste outweighs any rule. A waste is positive where its value reaches the threshold and not by limits
    alone, negative where even the upper end of its range stays below it, and unlabelled in between. A rule (commodity,
    deposit type) only ever makes positives, and a sole word at a place where nothing was worked makes none: that a mine
    lists no rare earths is no evidence that its waste holds none.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        ``commodities`` as normalised English names joined with ``"; "``.
    site_samples : DataFrame[SiteSamples]
        One row per site; ``waste_treo_ppm`` (ppm of oxides) or ``waste_<element>_ppm`` holds the measured value.
    params : LabelSitesParams
        Target, threshold (ppm) and rules.

    Returns
    -------
    DataFrame[Labels]
        In the order of the sites. ``label_rule`` starts with ``assay``, ``commodity``, ``deposit`` or is ``none``;
        ``evidence`` is ``measured`` where the waste was assayed for the target, ``inferred`` where samples lie near
        or the mine's type is known. Extra columns: ``target``, ``threshold_ppm``, ``measured_ppm``,
        ``measured_low_ppm``, ``measured_high_ppm``, ``measured_n`` samples, ``measured_below_n``, how many of them surely lie
        below limits where nothing was detected (1 where that was not counted), ``measured_squares`` (sum of their squared
        deviations) and ``measured_open_dex`` (how open one sample is by limits and missing elements), both in log10 of ppm;
        ``words_set_aside``: the site names the target, and such names follow the assays and stand at hardly any other waste
        (`late_words`), so that nothing is made of them.
    """
    joined = pd.DataFrame({"site_id": sites["site_id"].to_numpy()}).merge(
        pd.DataFrame(site_samples), on="site_id", how="left", validate="one_to_one"
    )
    value, low, high, open_dex = measured_values(joined, params.target)
    late = np.zeros(len(sites), dtype=bool) if params.trust_words else late_words(sites, value, params.target)
    heard = without_words(sites, params.target) if late.any() else sites
    label, rule = _assay_labels(value, low, high, open_dex, params.threshold_ppm)
    enough = int((label == 1).sum()) >= params.min_measured_positives
    source = params.label_from if params.label_from != "auto" else ("assays" if enough else "both")
    commodity, commodity_word = best_match(
        heard["commodities"], target_commodities(params.target, params.positive_commodities)
    )
    deposit, deposit_word = best_match(
        heard["deposit_type"], target_deposits(params.target, params.positive_deposit_types)
    )
    commodity_counts = ~lonely_words(heard)
    if source == "rules":
        label, rule = np.full(len(sites), np.nan), np.full(len(sites), "none", dtype=object)
    if source != "assays":
        for kind, utility, word in (("commodity", commodity, commodity_word), ("deposit", deposit, deposit_word)):
            hits = (rule == "none") & (np.nan_to_num(utility) >= REE_LABEL_FLOOR)
            hits &= commodity_counts | (kind == "deposit")
            label[hits] = 1.0
            rule[hits] = [f"{kind}: {label}" for label in word[hits]]
    near = joined["near_n"].fillna(0).to_numpy() > 0
    inferred = near | described(heard)
    evidence = np.where(~np.isnan(value), "measured", np.where(inferred, "inferred", "none"))
    table = pd.DataFrame(
        {
            "site_id": joined["site_id"],
            "label": label,
            "label_rule": rule,
            "evidence": evidence,
            "target": params.target,
            "threshold_ppm": params.threshold_ppm,
            "measured_ppm": value,
            "measured_low_ppm": low,
            "measured_high_ppm": high,
            "measured_n": _samples(joined, params.target),
            "measured_below_n": _samples(joined, params.target) if params.target == "REE" else 1,
            "measured_squares": _squares(joined, params.target),
            "measured_open_dex": open_dex,
            COLUMN: late,
        }
    )
    return conform(table, Labels)


def _samples(joined: pd.DataFrame, target: str) -> np.ndarray:
    """Return how many samples the measured value rests on."""
    every = joined["waste_n"].fillna(0)
    own = joined["waste_treo_n"] if target == "REE" and "waste_treo_n" in joined else every
    return own.where(own > 0, every).fillna(0).to_numpy(int)


def _squares(joined: pd.DataFrame, target: str) -> np.ndarray:
    """Return what the samples of each waste say of their own scatter, where it was reckoned for the target."""
    known = target == "REE" and "waste_treo_squares" in joined
    return joined["waste_treo_squares"].to_numpy(float) if known else np.full(len(joined), np.nan)


def _assay_labels(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, open_dex: np.ndarray, threshold_ppm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return label and rule from assays alone; a comparison with NaN is false, so the unmeasured stay unlabelled.

    A sum of limits is no metal found: where they leave a value open over decades, it is positive only if its lower end is.
    """
    label = np.full(len(value), np.nan)
    rule = np.full(len(value), "none", dtype=object)
    positive = reaches(value, low, open_dex, threshold_ppm)
    negative = high < threshold_ppm
    between = ~np.isnan(value) & ~positive & ~negative
    label[positive], rule[positive] = 1.0, "assay: at or above the threshold"
    label[negative], rule[negative] = 0.0, "assay: below the threshold"
    rule[between] = "assay: range straddles the threshold"
    return label, rule
