"""The wastes of one region in the terms a pooled law takes: what the tables expect, words, and what was measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from layers.crs import EARTH_RADIUS_KM, unit_vectors
from pipeline.evidence.assay_spread import (
    MOST_OPEN_DEX,
    USUAL_ASSAYS,
    WIDTH90,
    all_below,
    mean_above,
    variance_of_mean,
)
from pipeline.evidence.host_beliefs import believe, measured_ppm
from pipeline.evidence.host_grades import host_grades
from pipeline.evidence.target_evidence import measured_values
from pipeline.evidence.targets import REE, known_targets
from pipeline.learning.pooled_law import PooledWastes

SAME_KM, SAME_GRADE = 1.0, 1e-4
"""Distance up to which, and share up to which a grade may differ, that two regions are taken to hold one waste."""

REE_THRESHOLD_PPM = 500.0
"""For which the host tables of rare earths were made; their expectation does not depend on it."""


def pooled_wastes(table: pd.DataFrame, target: str, region: str) -> PooledWastes:
    """Return all sites of a region as wastes of a pooled law.

    Parameters
    ----------
    table : DataFrame
        Sites with ``commodities, deposit_type, waste_type, site_kind, companion_commodity``, what `describe_camps` adds, and the
        ``waste_*`` columns of `SiteSamples`.
    target : str
        ``REE`` or the symbol of another target.
    region : str
        Name of the region.
    """
    expected, spread = _expected(table, target)
    ppm, open_dex = _measured(table, target)
    grade = np.log10(np.where(ppm > 0, ppm, np.nan))
    samples = _samples(table, target)
    variance = USUAL_ASSAYS.variance(np.maximum(samples, 1.0)) + (open_dex / WIDTH90) ** 2
    spreads = USUAL_ASSAYS.sample_sd_log10**2, USUAL_ASSAYS.bias_sd_log10**2
    undetected = open_dex >= MOST_OPEN_DEX
    measured_on = (
        np.maximum(samples, 1.0) if target == REE else 1.0
    )  # of other elements it is the middle of the samples
    raised = grade + mean_above(variance_of_mean(spreads[0], measured_on))
    grade = np.where(undetected, grade, raised)
    if target == REE:
        lowered, of_limits = all_below(grade, samples, *spreads)
        grade, variance = np.where(undetected, lowered, grade), np.where(undetected, of_limits, variance)
    return PooledWastes(
        region=np.full(len(table), region),
        expected_log10=expected,
        expected_sd=spread,
        words=words_of(table),
        grade_log10=grade,
        grade_variance=np.where(np.isfinite(grade), variance, np.nan),
    )


def counted_once(tables: Sequence[pd.DataFrame], target: str) -> list[np.ndarray]:
    """Return which sites of each region are measured wastes that no region before it holds.

    The same waste may stand in two regions under different ids and in tables of its own: it is where both grades are equal and
    the places lie within `SAME_KM`. Counted twice, it would weigh twice, and a test on the one region would see the answer in the
    other.

    Parameters
    ----------
    tables : sequence of DataFrame
        Sites of each region with ``longitude``, ``latitude`` and the ``waste_*`` columns.
    target : str

    Returns
    -------
    list of ndarray of bool
    """
    kept: list[np.ndarray] = []
    before = np.empty((0, 4))
    for table in tables:
        ppm = measured_grades(table, target)
        measured = np.flatnonzero(ppm > 0)
        own = np.empty((0, 4))
        if len(measured):
            at = unit_vectors(*(table[axis].to_numpy(float)[measured] for axis in ("longitude", "latitude")))
            own = np.column_stack([at, np.log(ppm[measured])])
        same_place = cKDTree(own[:, :3]).query_ball_tree(cKDTree(before[:, :3]), SAME_KM / EARTH_RADIUS_KM)
        new = [
            not np.isclose(before[near, 3], row[3], atol=SAME_GRADE).any()
            for near, row in zip(same_place, own, strict=True)
        ]
        mask = np.zeros(len(table), dtype=bool)
        mask[measured] = new
        kept.append(mask)
        before = np.vstack([before, own])
    return kept


def measured_grades(table: pd.DataFrame, target: str) -> np.ndarray:
    """Return ppm of a target in each waste, of oxides for ``REE``; NaN where it was not measured.

    Where nothing was detected it is the middle of what the limits leave open, as in the ranking.
    """
    return _measured(table, target)[0]


def words_of(table: pd.DataFrame) -> tuple[frozenset[str], ...]:
    """Return the words of each site: every commodity, the type of deposit and the kind of waste."""
    columns = {
        "commodity": table["commodities"].astype("string").fillna("").str.casefold().str.split(";"),
        "deposit": table["deposit_type"].astype("string").fillna("").str.casefold().map(lambda text: [text]),
        "waste": table["waste_type"].astype("string").fillna("").map(lambda text: [] if text == "unknown" else [text]),
    }
    kinds_of_words = [
        frozenset(
            f"{kind} {word.strip()}" for kind, words in zip(columns, row, strict=True) for word in words if word.strip()
        )
        for row in zip(*columns.values(), strict=True)
    ]
    return tuple(kinds_of_words)


def _expected(table: pd.DataFrame, target: str) -> tuple[np.ndarray, np.ndarray]:
    """Return what the host tables expect without any assay, log10 of ppm, and its spread."""
    if target == REE:
        hosts = table["companion_host"].to_numpy(object) if "companion_host" in table else None
        return host_grades(table["companion_commodity"].to_numpy(float), REE, REE_THRESHOLD_PPM, hosts)
    unmeasured = table[["site_id"]].assign(waste_n=0)
    belief = believe(known_targets()[target], target, table, table["site_kind"].to_numpy(str), unmeasured)
    return belief.grade_log10, belief.grade_sd


def _measured(table: pd.DataFrame, target: str) -> tuple[np.ndarray, np.ndarray]:
    """Return ppm, as the ranking takes it, and the decades that limits and missing elements leave open."""
    if target != REE:
        return measured_ppm(known_targets()[target], target, table)
    value, low, high, open_dex = measured_values(table, REE)
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where(np.isfinite(open_dex), open_dex, np.log10(high / low))
    return value, np.where(np.isnan(width), 0.0, np.clip(width, 0.0, MOST_OPEN_DEX))


def _samples(table: pd.DataFrame, target: str) -> np.ndarray:
    every = table["waste_n"].fillna(0).to_numpy(float) if "waste_n" in table else np.ones(len(table))
    if target == REE and "waste_treo_n" in table:
        own = table["waste_treo_n"].fillna(0).to_numpy(float)
        return np.where(own > 0, own, every)
    return every
