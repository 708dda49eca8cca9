"""Distances to the nearest training site, to check that a test asks the model to reach as far as its use does."""

from __future__ import annotations

import numpy as np

from pipeline.kernels.spatial_blocks import grid_blocks, group_folds

SIZES = 12
"""Sizes of squares tried between single sites and whole blocks."""


def nearest_km(x_km: np.ndarray, y_km: np.ndarray, wanted: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Return the distance of each wanted row to the nearest other training row, km.

    Parameters
    ----------
    x_km, y_km : ndarray of float, shape (n,)
        Positions.
    wanted, training : ndarray of bool, shape (n,)
        Rows; a row that is both is not its own neighbour.

    Returns
    -------
    ndarray of float, shape (wanted.sum(),)
        NaN where there is no other training row.
    """
    from scipy.spatial import cKDTree

    asked, rows = np.flatnonzero(wanted), np.flatnonzero(training)
    if len(rows) == 0 or len(asked) == 0:  # a fold may hold out nothing
        return np.full(len(asked), np.nan)
    points = np.column_stack([x_km, y_km])
    distance, neighbour = cKDTree(points[rows]).query(points[asked], k=min(2, len(rows)))
    distance, neighbour = distance.reshape(len(asked), -1), neighbour.reshape(len(asked), -1)
    itself = (rows[np.minimum(neighbour, len(rows) - 1)] == asked[:, None]) & np.isfinite(distance)
    nearest = np.where(itself, np.inf, distance).min(axis=1)
    return np.where(np.isfinite(nearest), nearest, np.nan)


def fold_nearest_km(x_km: np.ndarray, y_km: np.ndarray, trains: np.ndarray, tests: np.ndarray) -> np.ndarray:
    """Return, over all folds, the distance of each held-out row to the nearest row its model was trained on, km."""
    parts = [nearest_km(x_km, y_km, test, train) for train, test in zip(trains, tests, strict=True)]
    return np.concatenate(parts) if parts else np.empty(0)


def misfit_km(in_test: np.ndarray, in_use: np.ndarray) -> tuple[float, float]:
    r"""Return the Wasserstein distance between two samples of distances, and by how much the first is longer on average.

    Parameters
    ----------
    in_test, in_use : ndarray of float
        Distances to the nearest training site, km; what is not finite is left out.

    Returns
    -------
    misfit, farther : float
        :math:`\int |G_{use} - G_{test}|`, and the difference of the means; NaN where either is empty.

    References
    ----------
    Linnenbrink et al. (2024), kNNDM CV, *Geoscientific Model Development* 17.
    """
    from scipy.stats import wasserstein_distance

    test, use = in_test[np.isfinite(in_test)], in_use[np.isfinite(in_use)]
    if len(test) == 0 or len(use) == 0:
        return float("nan"), float("nan")
    return float(wasserstein_distance(test, use)), float(test.mean() - use.mean())


def matched_folds(
    x_km: np.ndarray, y_km: np.ndarray, known: np.ndarray, positive: np.ndarray, n_folds: int
) -> np.ndarray:
    """Return folds of the known sites whose reaches resemble those from unknown sites to known ones.

    Squares of growing size are dealt into folds; the size is kept that gives the smallest misfit.

    Parameters
    ----------
    x_km, y_km : ndarray of float, shape (n,)
        Positions.
    known, positive : ndarray of bool, shape (n,)
        Sites a model may train on, and the positives among all.
    n_folds : int
        Folds wanted.

    Returns
    -------
    ndarray of int, shape (n,)
        Fold per site, -1 where it is not known.
    """
    use = nearest_km(x_km, y_km, ~known, known)
    rows = np.flatnonzero(known)
    x, y = x_km[rows], y_km[rows]
    extent = max(float(np.ptp(x)), float(np.ptp(y)), 1e-3)
    best, kept = np.inf, np.zeros(len(rows), dtype=int)
    for size in np.geomspace(extent / 500.0, extent / 3.0, SIZES):
        folds = group_folds(grid_blocks(x * 1000.0, y * 1000.0, float(size)), positive[rows], n_folds)
        tests = folds == np.unique(folds)[:, None]
        misfit, _ = misfit_km(fold_nearest_km(x, y, ~tests, tests), use)
        if not misfit >= best - 1e-12:
            best, kept = (misfit, folds) if np.isfinite(misfit) else (best, folds)
    fold = np.full(len(x_km), -1)
    fold[rows] = kept
    return fold
