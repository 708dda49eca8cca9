"""Predict rare earths of samples from other elements of the same samples, held out by place and at random."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field, field_validator

from layers.cells.assay_columns import METHOD_ORDER
from layers.elements import REE
from layers.samples.columns import elements_of, method_ranks
from layers.schema import GeoDataFrame, SamplePredictions, Samples, conform, empty
from pipeline.evidence.proxy_grades import ProxyParams, held_out, r_squared
from pipeline.evidence.target_evidence import RARE_EARTHS
from pipeline.kernels.spatial_blocks import grid_blocks, group_folds, random_folds

KIND = "blend"
"""The one regression that is tried: choosing the best of several in the same folds would flatter it."""


class PredictSamplesParams(BaseModel):
    """How well same-sample elements stand for rare earths; used by runs on samples alone (units: samples)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    proxies: tuple[str, ...] = Field(
        default=("P", "Ti", "Fe", "Zr", "Nb", "Hf", "Th"),
        min_length=1,
        description="elements of the minerals that carry rare earths; no rare earth, Y or Sc may be one of them",
    )
    min_share: float = Field(
        default=0.8, gt=0, le=1, description="share of the samples of a suite in which an element must be known"
    )
    min_samples: int = Field(default=50, ge=20, description="samples of a suite below which nothing is learned")
    below_limit_factor: float = Field(
        default=0.5, gt=0, le=1, description="a result below a limit counts as this share of it"
    )
    block_km: float = Field(default=100.0, gt=0, description="edge of the blocks that are held out whole")
    n_folds: int = Field(default=5, ge=2, description="spatial and random folds")
    n_trees: int = Field(default=200, ge=10, description="extra trees in the blend")
    random_state: int = Field(default=7, ge=0, description="seed")

    @field_validator("proxies")
    @classmethod
    def _no_rare_earth(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        rare = [name for name in names if name in RARE_EARTHS]
        if rare:
            raise ValueError(
                f"{', '.join(rare)} belongs to what is predicted; a rare earth cannot stand for rare earths"
            )
        return names


def predict_samples(samples: GeoDataFrame[Samples], params: PredictSamplesParams) -> DataFrame[SamplePredictions]:
    """Predict the sum of rare earths of every sample from other elements of it, by models that have not seen it.

    Samples are taken by source, medium and method, which are never mixed. The sum is over the rare earths that were
    analysed by the method of the suite in enough of its samples. Scandium and the rare earths are never predictors,
    and neither is the place, which serves as a baseline; so does the best single element.

    Parameters
    ----------
    samples : GeoDataFrame[Samples]
        In a projected CRS, metres.
    params : PredictSamplesParams
        See there.

    Returns
    -------
    DataFrame[SamplePredictions]
        One row per sample of every suite with enough of them, in the order of ``samples``. ``low_ppm`` and ``high_ppm``
        are the 90 % range that the errors of the *other* spatial folds give; ``below_limit_share`` is the part of the
        sum that stands in for results below a limit. Suites that cannot be tested are left out.
    """
    suites = samples.groupby(["source", "medium", "method"], sort=True).indices
    suites_judged = [_suite(samples.iloc[rows], params) for rows in suites.values()]
    tables = [table for table in suites_judged if table is not None]
    if not tables:
        return empty(SamplePredictions)
    table = pd.concat(tables)
    order = pd.Series(np.arange(len(samples)), index=samples["sample_id"])
    return conform(table.iloc[np.argsort(order[table["sample_id"]].to_numpy())], SamplePredictions)


def _suite(samples: pd.DataFrame, params: PredictSamplesParams) -> pd.DataFrame | None:
    """Return the predictions of one suite, or nothing where it has too few samples, blocks or elements."""
    rare, proxies = _target_elements(samples, params), _known_elements(samples, params.proxies, params)
    if not rare or not proxies:
        return None
    total = np.sum([_ppm(samples, element, params) for element in rare], axis=0)
    below = np.sum(
        [np.where(_is_below(samples, element), _ppm(samples, element, params), 0.0) for element in rare], axis=0
    )
    table = np.log10(np.column_stack([_ppm(samples, proxy, params) for proxy in proxies]))
    placed = ~(samples.geometry.isna() | samples.geometry.is_empty).to_numpy()
    usable = np.isfinite(total) & (total > 0) & np.isfinite(table).any(axis=1) & placed
    if usable.sum() < params.min_samples:
        return None
    value, table, kept = np.log10(total[usable]), table[usable], samples[usable]
    x_m, y_m = kept.geometry.x.to_numpy(), kept.geometry.y.to_numpy()
    blocks = grid_blocks(x_m, y_m, params.block_km)
    if len(set(blocks)) < params.n_folds:
        return None
    spatial = group_folds(blocks, value > np.median(value), params.n_folds)
    chance = random_folds(len(value), params.n_folds, params.random_state)
    settings = ProxyParams(n_trees=params.n_trees, n_folds=params.n_folds, random_state=params.random_state)
    predicted = held_out(KIND, table, value, spatial, settings)
    single = {
        name: held_out(KIND, table[:, [at]], value, spatial, settings)
        for at, name in enumerate(proxies)
        if np.isfinite(table[:, at]).all()
    }
    best = max(single, key=lambda name: r_squared(value, single[name]), default="")
    points = np.column_stack([x_m, y_m])
    half = _half_widths(np.abs(value - predicted), spatial)
    return pd.DataFrame(
        {
            **{name: kept[name].to_numpy() for name in ("sample_id", "source", "medium", "method")},
            **{name: kept[name].to_numpy(float) for name in ("latitude", "longitude")},
            "elements": "; ".join(rare),
            "proxies": "; ".join(proxies),
            "ree_ppm": 10.0**value,
            "below_limit_share": below[usable] / total[usable],
            "held_out_ppm": 10.0**predicted,
            "low_ppm": 10.0 ** (predicted - half),
            "high_ppm": 10.0 ** (predicted + half),
            "random_ppm": 10.0 ** held_out(KIND, table, value, chance, settings),
            "by_place_ppm": 10.0 ** held_out(KIND, points, value, spatial, settings),
            "by_place_random_ppm": 10.0 ** held_out(KIND, points, value, chance, settings),
            "best_element": best,
            "by_element_ppm": 10.0 ** single[best] if best else np.nan,
            "block": blocks,
            "fold": spatial,
        },
        index=kept.index,
    )


def _target_elements(samples: pd.DataFrame, params: PredictSamplesParams) -> list[str]:
    """Return the rare earths most samples have by the method of their suite, so that no total mixes methods."""
    own = samples["method"].map({method: index for index, method in enumerate(METHOD_ORDER)}).to_numpy()
    known = _known_elements(samples, REE, params)
    return [element for element in known if (method_ranks(samples, element) == own).mean() >= params.min_share]


def _known_elements(samples: pd.DataFrame, wanted: tuple[str, ...], params: PredictSamplesParams) -> list[str]:
    there = set(elements_of(samples))
    return [
        element
        for element in wanted
        if element in there and np.isfinite(_ppm(samples, element, params)).mean() >= params.min_share
    ]


def _ppm(samples: pd.DataFrame, element: str, params: PredictSamplesParams) -> np.ndarray:
    """Return concentrations; below a limit its share, above one the limit, missing where nobody states it."""
    value, limit = (samples[f"{element}_{part}"].to_numpy(float) for part in ("ppm", "limit_ppm"))
    flag = samples[f"{element}_censored"].to_numpy(dtype=float, na_value=0.0)
    counted = np.where(_is_below(samples, element), limit * params.below_limit_factor, np.where(flag > 0, limit, value))
    return np.where(counted > 0, counted, np.nan)


def _is_below(samples: pd.DataFrame, element: str) -> np.ndarray:
    return samples[f"{element}_censored"].to_numpy(dtype=float, na_value=0.0) < 0


def _half_widths(error: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return, per sample, the 90 % quantile of the errors in all folds but its own."""
    half = np.empty(len(error))
    for fold in np.unique(folds):
        half[folds == fold] = np.quantile(error[folds != fold], 0.9)
    return half
