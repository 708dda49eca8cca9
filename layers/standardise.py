"""Standard scores of regional samples within their medium and method, so that these are never mixed."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandera.typing.geopandas import GeoDataFrame

from layers.schema import Samples

LEAST_SAMPLES = 20
"""A group with fewer detected values gives no score: its spread would be noise."""
MAD_TO_SD = 1.4826
LARGEST_Z = 6.0
"""Scores are held within ±6; a lab slip of three decimals must not carry a whole neighbourhood."""


def standardise_samples(samples: GeoDataFrame[Samples]) -> GeoDataFrame[Samples]:
    """Add a robust standard score ``X_z`` per element to all samples but those of waste.

    Within every group of medium and method, log10 of the value is centred on the group's median and divided by its spread
    (1.4826 times the median absolute deviation). A value below a limit enters as half the limit, one above as the limit; a group
    that is censored by half or more gives no score, since its median would be a limit and not a measurement.

    Parameters
    ----------
    samples : GeoDataFrame[Samples]
        All samples of a run: the score depends on the whole group.

    Returns
    -------
    GeoDataFrame[Samples]
        With one ``X_z`` per element, NaN for waste, missing values and groups too small or too censored.
    """
    elements = [
        str(column).removesuffix("_censored") for column in samples.columns if str(column).endswith("_censored")
    ]
    group = (samples["medium"] + "/" + samples["method"]).where(samples["medium"] != "waste")
    places = {name: np.asarray(rows) for name, rows in samples.groupby(group, sort=True).indices.items()}
    scores = {f"{element}_z": _scores(samples, element, places) for element in elements}
    scored = pd.concat([samples, pd.DataFrame(scores, index=samples.index, copy=False)], axis=1)
    return cast("GeoDataFrame[Samples]", scored)


def _scores(samples: pd.DataFrame, element: str, places: dict[str, npt.NDArray[np.int64]]) -> npt.NDArray[np.float64]:
    value = samples[f"{element}_ppm"].to_numpy(dtype="float64")
    limit = samples[f"{element}_limit_ppm"].to_numpy(dtype="float64")
    flag = np.nan_to_num(samples[f"{element}_censored"].to_numpy(dtype="float64"))
    amount = np.where(flag < 0, limit / 2, np.where(flag > 0, limit, value))
    logs = np.log10(amount, out=np.full(len(amount), np.nan), where=amount > 0)
    score = np.full(len(logs), np.nan)
    for rows in places.values():
        mine = logs[rows]
        there = np.isfinite(mine)
        detected = int((there & (flag[rows] == 0)).sum())
        if detected < LEAST_SAMPLES or detected <= 0.5 * there.sum():
            continue
        middle = np.median(mine[there])
        spread = MAD_TO_SD * np.median(np.abs(mine[there] - middle))
        if spread > 0:
            score[rows] = np.clip((mine - middle) / spread, -LARGEST_Z, LARGEST_Z)
    return score
