"""Waste assays per site: medians of elements, and totals of rare earths with the range that is left open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.assay_headers import METHOD_ORDER
from layers.elements import OXIDE_OF, REE, UPPER_CRUST_PPM, fill_inside, oxide_factor, treo_per_tree_range

_FACTORS = np.array([oxide_factor(OXIDE_OF[element]) for element in REE])
_CRUST = np.array([UPPER_CRUST_PPM[element] for element in REE])
_CRUST_TREO_PER_TREE = float((_CRUST * _FACTORS).sum() / _CRUST.sum())
_MOST_REPEATS = 1000


@dataclass(frozen=True)
class _Bounds:
    """An amount per sample: as counted, at least and at most, ppm."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def waste_chemistry(
    site: np.ndarray,
    waste: pd.DataFrame,
    n_sites: int,
    *,
    below_limit_factor: float,
    estimate_error_fraction: float,
    min_suite_fraction: float,
) -> pd.DataFrame:
    """Sum up the waste samples of each site.

    Where samples of a site were analysed by several methods, the most complete one is taken per element and for the total;
    methods are never averaged. A sample that stands for several analyses counts as many times in a median.

    Parameters
    ----------
    site : ndarray of int
        Row of the site of each sample.
    waste : DataFrame
        The samples, with the columns of `layers.schema.Samples`.
    n_sites : int
        Number of rows returned.
    below_limit_factor : float
        A result below a limit counts as this share of it; for the range it is 0 at least and the limit at most.
    estimate_error_fraction : float
        Interpolated rare earths may be off by this share, for the range.
    min_suite_fraction : float
        Share of the rare earths of average upper crust that must be measured or interpolated for a total to be given.

    Returns
    -------
    DataFrame
        ``waste_n`` analyses; ``waste_method`` of the total (of the other elements where there is none) and
        ``waste_methods``; ``waste_elements`` with a result; ``waste_<El>_ppm`` medians and ``waste_<El>_censored`` (-1 or +1
        where the median is that of a substituted limit); ``waste_tree_ppm``, ``waste_treo_ppm`` medians,
        ``waste_treo_low_ppm``, ``waste_treo_high_ppm`` (least and most of any sample, with limits, interpolation and missing
        elements; the upper end is missing where a result is above its method's upper limit) and
        ``waste_estimated_fraction`` of the total.
    """
    elements = [str(name).removesuffix("_censored") for name in waste.columns if str(name).endswith("_censored")]
    analyses = waste["n_analyses"].to_numpy(dtype=np.int64)
    rank = waste["method"].map({method: place for place, method in enumerate(METHOD_ORDER)}).to_numpy(dtype="float64")
    n = np.bincount(site, analyses, minlength=n_sites).astype(np.int64)
    amounts = {element: _amounts(waste, element, below_limit_factor) for element in elements}
    columns: dict[str, np.ndarray | pd.api.extensions.ExtensionArray] = {}
    for element in elements:
        value = amounts[element].value
        flag = waste[f"{element}_censored"].to_numpy(dtype="float64", na_value=0.0)
        used = _best_method(site, rank, np.isfinite(value))
        columns[f"waste_{element}_ppm"] = _median(site, value, analyses, used, n_sites)
        sign = _median(site, flag, analyses, used, n_sites)
        columns[f"waste_{element}_censored"] = np.nan_to_num(np.trunc(sign)).astype(np.int8)
    totals, method = _totals(site, waste, amounts, analyses, rank, n_sites, estimate_error_fraction, min_suite_fraction)
    names = {"waste_n": n, "waste_method": method, "waste_methods": _joined_methods(site, waste, n_sites)}
    said = pd.DataFrame(
        {element: np.isfinite(columns[f"waste_{element}_ppm"]) for element in elements}, index=range(n_sites)
    )
    listed = [None if not row.any() else "; ".join(np.array(elements)[row]) for row in said.to_numpy(dtype=bool)]
    names["waste_elements"] = pd.array(listed, dtype="str")
    return pd.DataFrame({**names, **totals, **columns}, index=range(n_sites))


def _amounts(waste: pd.DataFrame, element: str, factor: float) -> _Bounds:
    """Return what each sample says about an element; nothing where it is below a limit nobody states."""
    value = waste[f"{element}_ppm"].to_numpy(dtype="float64")
    limit = waste[f"{element}_limit_ppm"].to_numpy(dtype="float64")
    flag = waste[f"{element}_censored"].to_numpy(dtype="float64", na_value=0.0)
    below, above = flag < 0, flag > 0
    counted = np.where(below, limit * factor, np.where(above, limit, value))
    low = np.where(below, np.where(np.isfinite(limit), 0.0, np.nan), np.where(above, limit, value))
    high = np.where(below, limit, np.where(above, np.nan, value))
    return _Bounds(counted, low, high)


def _best_method(site: np.ndarray, rank: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Say which samples have a result by the best method of their site."""
    own = pd.Series(np.where(there, rank, np.inf))
    return there & (own == own.groupby(site).transform("min")).to_numpy(dtype=bool)


def _median(site: np.ndarray, value: np.ndarray, analyses: np.ndarray, used: np.ndarray, n_sites: int) -> np.ndarray:
    rows = np.repeat(np.flatnonzero(used), np.minimum(analyses[used], _MOST_REPEATS))
    return _per_site(pd.Series(value[rows]).groupby(site[rows]).median(), n_sites)


def _per_site(found: pd.Series, n_sites: int) -> np.ndarray:
    result = np.full(n_sites, np.nan)
    result[found.index.to_numpy(dtype=np.int64)] = found.to_numpy(dtype="float64")
    return result


def _totals(
    site: np.ndarray,
    waste: pd.DataFrame,
    amounts: dict[str, _Bounds],
    analyses: np.ndarray,
    rank: np.ndarray,
    n_sites: int,
    error: float,
    least_share: float,
) -> tuple[dict[str, np.ndarray], pd.api.extensions.ExtensionArray]:
    """Return the totals of each site and the method they come from."""
    sums = _sums(waste, amounts, error, least_share)
    used = _best_method(site, rank, np.isfinite(sums["tree"]))
    columns = {
        "waste_tree_ppm": _median(site, sums["tree"], analyses, used, n_sites),
        "waste_treo_ppm": _median(site, sums["treo"], analyses, used, n_sites),
        "waste_treo_low_ppm": _per_site(pd.Series(sums["low"][used]).groupby(site[used]).min(), n_sites),
        "waste_treo_high_ppm": _per_site(pd.Series(sums["high"][used]).groupby(site[used]).max(skipna=False), n_sites),
        "waste_estimated_fraction": _median(site, sums["estimated"], analyses, used, n_sites),
    }
    best = _per_site(pd.Series(rank).groupby(site).min(), n_sites)
    of_total = _per_site(pd.Series(rank[used]).groupby(site[used]).min(), n_sites)
    chosen = np.where(np.isfinite(of_total), of_total, best)
    names = [None if np.isnan(one) else METHOD_ORDER[int(one)] for one in chosen]
    return columns, pd.array(names, dtype="str")


def _sums(waste: pd.DataFrame, amounts: dict[str, _Bounds], error: float, least_share: float) -> dict[str, np.ndarray]:
    """Return per sample tree, treo, its range (low, high) and the estimated share of tree; NaN where too little is there."""
    nothing = np.full(len(waste), np.nan)
    absent = _Bounds(nothing, nothing, nothing)
    suite = [amounts.get(element, absent) for element in REE]
    value, low, high = (np.column_stack([getattr(one, end) for one in suite]) for end in ("value", "low", "high"))
    filled, estimated = fill_inside(value)
    there = np.isfinite(filled)
    covered = (there * _CRUST).sum(axis=1) / _CRUST.sum()
    enough = covered >= least_share
    low = np.where(estimated, filled * (1 - error), low)
    high = np.where(estimated, filled * (1 + error), high)
    at_most = (np.where(there, high, 0.0) * _FACTORS).sum(axis=1) * (1 + 2 * (1 / np.maximum(covered, least_share) - 1))
    sums = {
        "tree": np.nansum(filled, axis=1),
        "treo": np.nansum(filled * _FACTORS, axis=1),
        "low": np.nansum(low * _FACTORS, axis=1),
        "high": at_most,
    }
    sums["estimated"] = np.divide(
        (filled * estimated).sum(axis=1, where=there), sums["tree"], out=np.zeros(len(waste)), where=sums["tree"] > 0
    )
    given = waste["tree_ppm"].to_numpy(dtype="float64")
    least, most = treo_per_tree_range()
    factors = {"tree": 1.0, "treo": _CRUST_TREO_PER_TREE, "low": least, "high": most, "estimated": np.nan}
    return {name: np.where(enough, sums[name], given * factors[name]) for name in sums}


def _joined_methods(site: np.ndarray, waste: pd.DataFrame, n_sites: int) -> pd.api.extensions.ExtensionArray:
    """Return all methods of each site, the most complete first."""
    said: list[str | None] = [None] * n_sites
    for one, methods in waste["method"].astype(str).groupby(site):
        said[int(str(one))] = "; ".join(sorted(set(methods), key=METHOD_ORDER.index))
    return pd.array(said, dtype="str")
