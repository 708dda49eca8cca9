"""Cut a region into blocks and districts that keep neighbours on one side of a split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MIN_PAIRS = 30
"""Fewest pairs for a lag of the variogram to count (Journel & Huijbregts 1978 recommend 30 to 50)."""

MOST_CLUSTERED = 3000
"""Sites beyond which districts are squares: clustering takes memory with the square of the sites."""


@dataclass(frozen=True)
class Variogram:
    """How unlike values get with distance.

    Parameters
    ----------
    lag_km, semivariance, pairs : tuple of float
        One entry per distance class.
    range_km : float
        Distance at which the fitted exponential reaches 95 % of its sill; NaN where it cannot be told.
    nugget, sill : float
        Of the fit, in squared units of the values.
    """

    lag_km: tuple[float, ...]
    semivariance: tuple[float, ...]
    pairs: tuple[float, ...]
    range_km: float
    nugget: float
    sill: float


def fit_variogram(x_m: np.ndarray, y_m: np.ndarray, values: np.ndarray, classes: int = 15) -> Variogram:
    r"""Fit :math:`\gamma(h) = n + s\,(1 - e^{-3h/a})` to the empirical variogram.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        Position in the projected working CRS, metres.
    values : ndarray of float, shape (n,)
        Labels or residuals; rows of NaN are left out.
    classes : int
        Distance classes up to half the extent.

    Returns
    -------
    Variogram
        The fit is a grid search over the range ``a`` with nugget and sill by weighted non-negative least squares.

    References
    ----------
    Cressie (1993), *Statistics for Spatial Data*, section 2.4.
    """
    known = np.isfinite(values)
    x, y, v = x_m[known] / 1000.0, y_m[known] / 1000.0, values[known]
    # Fewer than eight values give at most 28 pairs, less than one distance class needs.
    if len(v) < 8 or np.ptp(v) == 0:
        return Variogram((), (), (), np.nan, np.nan, np.nan)
    # Two million pairs suffice for a range; all of a large survey's would not fit in memory.
    if len(v) > 2000:
        keep = np.sort(np.random.default_rng(7).choice(len(v), 2000, replace=False))
        x, y, v = x[keep], y[keep], v[keep]
    first, second = np.triu_indices(len(v), k=1)
    distance = np.hypot(x[first] - x[second], y[first] - y[second])
    half_square = 0.5 * (v[first] - v[second]) ** 2
    edges = np.linspace(0.0, distance.max() / 2.0, classes + 1)
    bins = np.digitize(distance, edges) - 1
    inside = (bins >= 0) & (bins < classes)
    pairs = np.bincount(bins[inside], minlength=classes).astype(float)
    enough = pairs >= MIN_PAIRS
    if enough.sum() < 4:
        return Variogram((), (), (), np.nan, np.nan, np.nan)
    lag = np.bincount(bins[inside], distance[inside], classes)[enough] / pairs[enough]
    gamma = np.bincount(bins[inside], half_square[inside], classes)[enough] / pairs[enough]
    range_km, nugget, sill = exponential_fit(lag, gamma, pairs[enough])
    return Variogram(tuple(lag), tuple(gamma), tuple(pairs[enough]), range_km, nugget, sill)


def exponential_fit(lag: np.ndarray, gamma: np.ndarray, pairs: np.ndarray) -> tuple[float, float, float]:
    """Return range, nugget and sill; the range is 0 when the values are pure nugget."""
    from scipy.optimize import nnls

    weight = np.sqrt(pairs)
    best = (np.inf, 0.0, float(np.average(gamma, weights=pairs)), 0.0)
    # Nugget and sill are linear given the range: a search over one number has no local minima to fall into.
    for candidate in np.geomspace(max(lag[0] / 2.0, 1e-6), lag[-1] * 2.0, 40):
        design = np.column_stack([np.ones_like(lag), 1.0 - np.exp(-3.0 * lag / candidate)])
        (nugget, sill), residual = nnls(design * weight[:, None], gamma * weight)
        if residual < best[0] - 1e-12:
            best = (float(residual), float(candidate), float(nugget), float(sill))
    _, range_km, nugget, sill = best
    # A structured part below a twentieth of the sill is noise of the fit: the values are pure nugget.
    return (range_km if sill > 0.05 * (nugget + sill) else 0.0), nugget, nugget + sill


def choose_block_km(x_m: np.ndarray, y_m: np.ndarray, range_km: float, min_blocks: int = 8) -> float:
    """Return the block edge: the correlation length, but so that the sites fill at least ``min_blocks`` blocks.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        Positions, metres.
    range_km : float
        Correlation length; NaN where unknown, then an eighth of the extent.
    min_blocks : int
        Fewest blocks that may hold sites.

    Returns
    -------
    float
        Edge length, km.
    """
    extent_km = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1.0) / 1000.0
    # Without a range an eighth of the extent gives some 64 squares, enough for folds that hold several camps.
    wanted = range_km if np.isfinite(range_km) and range_km > 0 else extent_km / 8.0
    size = float(np.clip(wanted, extent_km / 40.0, extent_km / 2.0))
    while len(set(grid_blocks(x_m, y_m, size))) < min_blocks and size > extent_km / 40.0:
        size *= 0.9
    return size


def grid_blocks(x_m: np.ndarray, y_m: np.ndarray, block_km: float) -> np.ndarray:
    """Return the name of the square block each site lies in, e.g. ``E12N-3``; the grid starts at the CRS origin."""
    east = np.floor(x_m / (block_km * 1000.0)).astype(int)
    north = np.floor(y_m / (block_km * 1000.0)).astype(int)
    return np.array([f"E{e}N{n}" for e, n in zip(east, north, strict=True)])


CAMP_SHARE = 0.1
"""Sites nearer to each other than this share of a block's edge belong to one camp."""


def whole_camp_blocks(x_m: np.ndarray, y_m: np.ndarray, block_km: float) -> np.ndarray:
    """Return the name of each site's block, where a border of the grid cuts no camp in two.

    Sites within a tenth of the edge of one another are a camp; one that is no wider than a block lies whole in the block of its
    middle (Roberts et al. 2017, *Ecography* 40).

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        Positions, metres.
    block_km : float
        Edge length, km.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    n = len(x_m)
    if n == 0:
        return grid_blocks(x_m, y_m, block_km)
    pairs = cKDTree(np.column_stack([x_m, y_m])).query_pairs(block_km * 1000.0 * CAMP_SHARE, output_type="ndarray")
    links = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    count, camp = connected_components(links, directed=False)
    size = np.bincount(camp, minlength=count)
    middle = [np.bincount(camp, value, count) / size for value in (x_m, y_m)]
    reach = np.zeros(count)
    for value in (x_m, y_m):
        low, high = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(low, camp, value)
        np.maximum.at(high, camp, value)
        reach = np.maximum(reach, high - low)
    whole = (reach <= block_km * 1000.0)[camp]
    return grid_blocks(np.where(whole, middle[0][camp], x_m), np.where(whole, middle[1][camp], y_m), block_km)


def camp_districts(x_m: np.ndarray, y_m: np.ndarray, reach_km: float, max_districts: int) -> np.ndarray:
    """Return a district number per site: mining camps found by complete-linkage clustering.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        Positions, metres.
    reach_km : float
        Largest distance inside a district.
    max_districts : int
        Where more were found, the reach grows until this many are left.

    Returns
    -------
    ndarray of int, shape (n,)
        Numbers from 1, by the position of the first site.
    """
    from scipy.cluster.hierarchy import fcluster, linkage

    if len(x_m) < 2:
        return np.ones(len(x_m), dtype=int)
    if len(x_m) > MOST_CLUSTERED:
        return _coarse_districts(x_m, y_m, reach_km, max_districts)
    tree = linkage(np.column_stack([x_m, y_m]) / 1000.0, method="complete")
    district = fcluster(tree, t=reach_km, criterion="distance")
    if district.max() > max_districts:
        district = fcluster(tree, t=max_districts, criterion="maxclust")
    _, first = np.unique(district, return_index=True)
    order = {district[index]: number for number, index in enumerate(np.sort(first), start=1)}
    return np.array([order[name] for name in district])


def _coarse_districts(x_m: np.ndarray, y_m: np.ndarray, reach_km: float, max_districts: int) -> np.ndarray:
    """Return squares for districts where the sites are too many to cluster: their pairs would not fit in memory."""
    size = reach_km
    while len(names := np.unique(grid_blocks(x_m, y_m, size))) > max_districts:
        size *= 1.2
    return np.searchsorted(names, grid_blocks(x_m, y_m, size)) + 1


def group_folds(blocks: np.ndarray, positive: np.ndarray, n_folds: int) -> np.ndarray:
    """Put whole blocks into folds of like size, spreading the positives.

    Parameters
    ----------
    blocks : ndarray of str, shape (n,)
        Block per site.
    positive : ndarray of bool, shape (n,)
        Which sites are positive.
    n_folds : int
        Folds wanted; fewer where there are fewer blocks.

    Returns
    -------
    ndarray of int, shape (n,)
        Fold per site, from 0. Blocks of most positives are dealt first, each to the fold with fewest positives, then
        sites.
    """
    names, code = np.unique(blocks, return_inverse=True)
    sizes = np.bincount(code)
    positives = np.bincount(code, weights=positive.astype(float))
    count = min(n_folds, len(names))
    load = np.zeros((count, 2))
    fold_of = np.zeros(len(names), dtype=int)
    for block in np.lexsort((names, -sizes, -positives)):
        # Blocks with positives go where positives are fewest, the others where sites are fewest.
        keys = (load[:, 1], load[:, 0]) if positives[block] else (load[:, 0], load[:, 1])
        fold = int(np.lexsort((np.arange(count), keys[1], keys[0]))[0])
        fold_of[block] = fold
        load[fold] += (sizes[block], positives[block])
    return fold_of[code]


def random_folds(n: int, n_folds: int, seed: int) -> np.ndarray:
    """Return a random fold per site, for comparison only."""
    return np.random.default_rng([seed, 17]).permutation(np.arange(n) % n_folds)
