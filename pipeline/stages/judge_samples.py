"""Sum up how well rare earths of samples were predicted from other elements of the same samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from pipeline.evidence.proxy_grades import r_squared


class JudgeSamplesParams(BaseModel):
    """How the interval of the skill is drawn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n_draws: int = Field(default=500, ge=50, description="draws of whole blocks, with replacement")
    random_state: int = Field(default=7, ge=0, description="seed")


def judge_samples(predictions: pd.DataFrame, block_km: float, params: JudgeSamplesParams) -> dict[str, Any]:
    """Return the validation of a run on samples: per suite, R2 in spatial blocks and in random folds, and baselines.

    Parameters
    ----------
    predictions : DataFrame[SamplePredictions]
        From `predict_samples`.
    block_km : float
        Edge of the blocks, for the record.
    params : JudgeSamplesParams
        See there.

    Returns
    -------
    dict
        ``proxies`` holds one mapping per suite, the largest first; R2 is of decimal logarithms. ``status`` is
        ``validated`` where there is a suite.
    """
    groups = predictions.groupby(["source", "medium", "method"], sort=True)
    suites = [_suite(names, table, block_km, params) for names, table in groups]
    suites.sort(key=lambda entry: -entry["n"])
    return {
        "units": "samples",
        "target": "REE",
        "kind": "same_sample_proxies",
        "status": "validated" if suites else "not validated",
        "block_km": block_km,
        "n_samples": len(predictions),
        "proxies": suites,
    }


def _suite(names: Any, table: pd.DataFrame, block_km: float, params: JudgeSamplesParams) -> dict[str, Any]:
    source, medium, method = names
    value = np.log10(table["ree_ppm"].to_numpy(float))

    def skill(column: str) -> float | None:
        predicted = table[column].to_numpy(float)
        return r_squared(value, np.log10(predicted)) if np.isfinite(predicted).all() else None

    low, high = _interval(value, np.log10(table["held_out_ppm"].to_numpy(float)), table["block"].to_numpy(), params)
    inside = table["ree_ppm"].between(table["low_ppm"], table["high_ppm"])
    return {
        "source": source,
        "medium": medium,
        "method": method,
        "n": len(table),
        "elements": table["elements"].iloc[0].split("; "),
        "proxies": table["proxies"].iloc[0].split("; "),
        "blocks": int(table["block"].nunique()),
        "block_km": block_km,
        "r2_spatial": skill("held_out_ppm"),
        "r2_spatial_low": low,
        "r2_spatial_high": high,
        "r2_random": skill("random_ppm"),
        "factor_90": float(np.median(table["high_ppm"] / table["held_out_ppm"])),
        "coverage_90": float(inside.mean()),
        "below_limit_share": float(table["below_limit_share"].mean()),
        "baselines": {
            "place": {"r2_spatial": skill("by_place_ppm"), "r2_random": skill("by_place_random_ppm")},
            "best_element": {"element": table["best_element"].iloc[0] or None, "r2_spatial": skill("by_element_ppm")},
        },
    }


def _interval(
    value: np.ndarray, predicted: np.ndarray, blocks: np.ndarray, params: JudgeSamplesParams
) -> tuple[float, float]:
    """Return the 5 and 95 % quantiles of R2 when whole blocks are drawn anew, as neighbours err alike."""
    rng = np.random.default_rng([params.random_state, 61])
    names, codes = np.unique(blocks, return_inverse=True)
    rows = [np.flatnonzero(codes == index) for index in range(len(names))]
    drawn = []
    for _ in range(params.n_draws):
        chosen = np.concatenate([rows[integer] for integer in rng.integers(0, len(rows), len(rows))])
        drawn.append(r_squared(value[chosen], predicted[chosen]))
    low, high = np.quantile(drawn, (0.05, 0.95))
    return float(low), float(high)
