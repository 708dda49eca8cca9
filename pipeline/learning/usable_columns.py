"""Which columns may be learned from: none whose presence, or whose values at assayed wastes alone, give the answer away."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.kernels.silent_elsewhere import is_silent_elsewhere

SILENT = "silent"
"""Why a column is not used that follows the assays and is one and the same at the wastes to be predicted."""

WORDS = "target_words"
"""Stands among columns for the names of the target in inventories."""


def usable_columns(
    features: pd.DataFrame,
    y: np.ndarray,
    judged: np.ndarray,
    measured_ppm: np.ndarray,
    unequal_coverage: float,
    trusted: tuple[str, ...],
) -> tuple[list[str], dict[str, str]]:
    """Return the columns to learn from, and for the others why not.

    Parameters
    ----------
    features : DataFrame
        Numeric columns only.
    y : ndarray of int, shape (n,)
        1 positive, 0 measured negative, -1 unlabelled.
    judged : ndarray of bool, shape (n,)
        Rows of either class.
    measured_ppm : ndarray of float, shape (n,)
        NaN where the waste was not assayed.
    unequal_coverage : float
        Most by which the share of values may differ.
    trusted : tuple of str
        Columns that are older than the assays, as the user says.

    Returns
    -------
    used : list of str
    dropped : dict of str to str
        Column to reason: ``empty``, ``tells`` or ``silent``.
    """
    used, dropped = [], {}
    positive = y == 1
    for name in features.columns:
        values = features[name].to_numpy(float, na_value=np.nan)
        known = np.isfinite(values)
        if not known[judged].any():
            dropped[name] = "empty"
            continue
        within = abs(known[positive].mean() - known[judged & ~positive].mean()) if positive.any() else 0.0
        beyond = abs(known[judged].mean() - known[~judged].mean()) if (~judged).any() else 0.0
        if max(within, beyond) > unequal_coverage:
            dropped[name] = "tells"
        elif name not in trusted and is_silent_elsewhere(values, measured_ppm):
            dropped[name] = SILENT
        else:
            used.append(name)
    return used, dropped
