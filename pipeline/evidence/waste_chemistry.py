"""Waste assays per site: medians of elements, and totals of rare earths with the range that is left open."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from layers import elements as ree
from layers.cells.assay_columns import METHOD_ORDER
from layers.elements import MAGNET, OXIDE_OF, REE, SuiteTotals, oxide_factor, suite_totals, treo_per_tree
from layers.samples.censoring import CensoringParams, counted_below, replace_multiplicatively
from layers.samples.columns import elements_of, method_ranks
from pipeline.evidence.assay_spread import LEAST_SHARE_OF_LIMIT, MOST_FOUND_DEX, MOST_OPEN_DEX
from pipeline.evidence.rare_earth_patterns import host_priors, missing_part, most_below

MATERIAL = 0.5
"""Of what was found of the rare earths: from limits that add up to more than so much on, patterns say what lies below them."""

_MOST_REPEATS = 1000


@dataclass(frozen=True)
class _Bounds:
    """An amount per sample: as counted, at least and at most, and as measured, ppm."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    measured: np.ndarray


def waste_chemistry(
    site: np.ndarray,
    waste: pd.DataFrame,
    n_sites: int,
    *,
    host_words: pd.Series,
    censoring: CensoringParams,
    estimate_error_fraction: float,
    min_suite_fraction: float,
    convention: str = "eu",
) -> pd.DataFrame:
    """Sum up the waste samples of each site.

    Where samples of a site were analysed by several methods, the most complete one is taken per element and for the total;
    methods are never averaged. A sample that stands for several analyses counts as many times in a median or mean.

    Parameters
    ----------
    site : ndarray of int
        Row of the site of each sample.
    waste : DataFrame
        The samples, with the columns of `layers.schema.Samples`.
    n_sites : int
        Number of rows returned.
    host_words : Series of str
        Deposit type and commodities of each site: which patterns its rare earths may follow.
    censoring : CensoringParams
        What a result below a limit counts as; for the range it is 0 at least and the limit at most.
    estimate_error_fraction : float
        Interpolated rare earths may be off by this share, for the range.
    min_suite_fraction : float
        Share of the rare earths of average upper crust from which the samples of a waste speak for it alone. Where none of them
        has so much measured or interpolated, those with less do: what was found is the least, the rest is read from patterns.
    convention : str
        Which rare earths are light: one of `layers.elements.CONVENTIONS`.

    Returns
    -------
    DataFrame
        ``waste_n`` analyses; ``waste_method`` of the total (of the other elements where there is none) and
        ``waste_methods``; ``waste_sources`` that published them; ``waste_elements`` with a result; ``waste_<El>_ppm`` medians
        and ``waste_<El>_censored`` (-1 or +1
        where the median is that of a substituted limit); ``waste_tree_ppm``, ``waste_treo_ppm`` means, for what a waste holds
        is its mean times its tonnes,
        ``waste_treo_low_ppm``, ``waste_treo_high_ppm`` (least and most of any sample, with limits, interpolation and missing
        elements; the upper end is missing where a result is above its method's upper limit), ``waste_treo_n`` analyses it rests
        on, ``waste_treo_squares`` (sum of squared deviations of its samples, log10), ``waste_treo_open_dex`` (how far limits and
        missing elements leave a single sample open, log10 of high over low, `MOST_OPEN_DEX` where nothing was detected in any)
        and ``waste_estimated_fraction`` of the total (interpolated, or read from patterns of
        the host); medians of what the suites say: ``waste_magnet_share`` of TREE,
        ``waste_lree_hree`` (by ``waste_ree_convention``) and ``waste_outlook`` (Seredin & Dai), where all fifteen are measured
        or interpolated; ``waste_mass_t`` (different amounts told of wastes of the site added up), ``waste_paste_ph`` and
        ``waste_np_ap`` medians, where a table tells them; and ``waste_eu_anomaly``, ``waste_ce_anomaly``,
        ``waste_la_yb_n`` on chondrite, of measured elements.
    """
    elements = elements_of(waste)
    analyses = waste["n_analyses"].to_numpy(dtype=np.int64)
    n = np.bincount(site, analyses, minlength=n_sites).astype(np.int64)
    amounts = _shrunk({element: _amounts(waste, element, censoring) for element in elements}, waste, censoring)
    columns: dict[str, np.ndarray | pd.api.extensions.ExtensionArray] = {}
    for element in elements:
        value = amounts[element].value
        flag = waste[f"{element}_censored"].to_numpy(dtype="float64", na_value=0.0)
        used = _best_method(site, method_ranks(waste, element), np.isfinite(value))
        columns[f"waste_{element}_ppm"] = _median(site, value, analyses, used, n_sites)
        sign = _median(site, flag, analyses, used, n_sites)
        columns[f"waste_{element}_censored"] = np.nan_to_num(np.trunc(sign)).astype(np.int8)
    value, low, high, measured = (_suite(amounts, end, len(waste)) for end in ("value", "low", "high", "measured"))
    partial = suite_totals(value, low_ppm=low, high_ppm=high, estimate_error_fraction=estimate_error_fraction)
    priors = host_priors(host_words)[site]
    sums = _completed(partial, value, priors)
    seen = np.where(low == 0.0, np.nan, value)  # without what lies below a limit
    if censoring.method == "substitution":
        of_seen = suite_totals(seen, estimate_error_fraction=estimate_error_fraction)
        sums = _at_most(sums, _completed(of_seen, seen, priors), min_suite_fraction)
    limits = np.where((low == 0.0) & np.isfinite(high), high, np.nan)
    detected = np.asarray(np.isfinite(seen).any(axis=1))
    if censoring.method == "substitution":
        sums = _as_limits_allow(sums, seen, limits, priors)
    if not detected.all():
        most = _completed(partial, np.where(detected[:, None], value, high), priors).treo_high_ppm
        suite = ~detected & (partial.crust_fraction >= min_suite_fraction)
        most[suite] = np.fmin(most[suite], most_below(limits[suite], priors[suite]))
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(detected, 1.0, np.fmin(1.0, LEAST_SHARE_OF_LIMIT * most / sums.treo_ppm))
        sums = replace(
            sums,
            tree_ppm=sums.tree_ppm * share,
            treo_ppm=sums.treo_ppm * share,
            treo_low_ppm=np.where(detected, sums.treo_low_ppm, 0.0 * sums.treo_low_ppm),
            treo_high_ppm=np.where(detected, sums.treo_high_ppm, most),
        )
        sums = _no_more_than_found(sums, detected, site)
    rank = waste["method"].map({method: index for index, method in enumerate(METHOD_ORDER)}).to_numpy(dtype="float64")
    totals, method = _totals(site, _given(waste, sums, min_suite_fraction), analyses, rank, n_sites)
    for name, pattern in _patterns(sums.filled_ppm, measured, convention).items():
        used = _best_method(site, rank, np.isfinite(pattern))
        totals[f"waste_{name}"] = _median(site, pattern, analyses, used, n_sites)
    known = np.isfinite(np.asarray(totals["waste_lree_hree"]))
    columns["waste_ree_convention"] = pd.array([convention if element else None for element in known], dtype="str")
    totals |= _properties(site, waste, analyses, n_sites)
    names = {"waste_n": n, "waste_method": method, "waste_methods": _joined_methods(site, waste, n_sites)}
    if "source" in waste:
        names["waste_sources"] = _joined_sources(site, waste, n_sites)
    chemistry = pd.DataFrame(
        {element: np.isfinite(columns[f"waste_{element}_ppm"]) for element in elements}, index=range(n_sites)
    )
    listed = [None if not row.any() else "; ".join(np.array(elements)[row]) for row in chemistry.to_numpy(dtype=bool)]
    names["waste_elements"] = pd.array(listed, dtype="str")
    return pd.DataFrame({**names, **totals, **columns}, index=range(n_sites))


def _properties(site: np.ndarray, waste: pd.DataFrame, analyses: np.ndarray, n_sites: int) -> dict[str, np.ndarray]:
    """Return what tables say of each waste beside its elements; an amount copied to every sample of it counts once."""
    columns = {}
    for name in ("paste_ph", "np_ap"):
        if name in waste:
            value = waste[name].to_numpy(dtype="float64")
            columns[f"waste_{name}"] = _median(site, value, analyses, np.isfinite(value), n_sites)
    if "waste_mass_t" in waste:
        properties = pd.DataFrame({"site": site, "mass": waste["waste_mass_t"].to_numpy(dtype="float64")})
        amounts = properties[properties["mass"] > 0].drop_duplicates().groupby("site")["mass"].sum()
        columns["waste_mass_t"] = _per_site(amounts, n_sites)
    return columns


def _amounts(waste: pd.DataFrame, element: str, censoring: CensoringParams) -> _Bounds:
    """Return what each sample says about an element; nothing where it is below a limit nobody states."""
    value = waste[f"{element}_ppm"].to_numpy(dtype="float64")
    limit = waste[f"{element}_limit_ppm"].to_numpy(dtype="float64")
    flag = waste[f"{element}_censored"].to_numpy(dtype="float64", na_value=0.0)
    below, above = flag < 0, flag > 0
    counted = np.where(below, counted_below(waste, element, censoring), np.where(above, limit, value))
    low = np.where(below, np.where(np.isfinite(limit), 0.0, np.nan), np.where(above, limit, value))
    high = np.where(below, limit, np.where(above, np.nan, value))
    return _Bounds(counted, low, high, np.where(flag == 0, value, np.nan))


def _shrunk(amounts: dict[str, _Bounds], waste: pd.DataFrame, censoring: CensoringParams) -> dict[str, _Bounds]:
    """Make room among the measured parts of each sample for those put in the place of limits, where the run file asks so."""
    if censoring.method != "multiplicative" or not amounts:
        return amounts
    names = list(amounts)
    limits = np.column_stack(
        [waste[f"{name}_limit_ppm"].where(waste[f"{name}_censored"] < 0).to_numpy(dtype="float64") for name in names]
    )
    values = np.column_stack([amounts[name].value for name in names])
    room = replace_multiplicatively(values, limits, fraction=censoring.multiplicative_fraction)
    return {name: replace(amounts[name], value=room[:, index]) for index, name in enumerate(names)}


def _suite(amounts: dict[str, _Bounds], end: str, n: int) -> np.ndarray:
    """Return the rare earths of each sample in the order of `REE`, NaN where one was not analysed."""
    nothing = np.full(n, np.nan)
    return np.column_stack([getattr(amounts[element], end) if element in amounts else nothing for element in REE])


def _best_method(site: np.ndarray, rank: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Say which samples have a result by the best method of their site."""
    own = pd.Series(np.where(there, rank, np.inf))
    return there & (own == own.groupby(site).transform("min")).to_numpy(dtype=bool)


def _median(site: np.ndarray, value: np.ndarray, analyses: np.ndarray, used: np.ndarray, n_sites: int) -> np.ndarray:
    rows = np.repeat(np.flatnonzero(used), np.minimum(analyses[used], _MOST_REPEATS))
    return _per_site(pd.Series(value[rows]).groupby(site[rows]).median(), n_sites)


def _mean(site: np.ndarray, value: np.ndarray, analyses: np.ndarray, used: np.ndarray, n_sites: int) -> np.ndarray:
    weight = np.where(used, analyses, 0).astype(float)
    with np.errstate(invalid="ignore"):
        result: np.ndarray = np.bincount(site, weight * np.where(used, value, 0.0), n_sites) / np.bincount(
            site, weight, n_sites
        )
    return result


def _per_site(per_group: pd.Series, n_sites: int) -> np.ndarray:
    result = np.full(n_sites, np.nan)
    result[per_group.index.to_numpy(dtype=np.int64)] = per_group.to_numpy(dtype="float64")
    return result


def _totals(
    site: np.ndarray, sums: dict[str, np.ndarray], analyses: np.ndarray, rank: np.ndarray, n_sites: int
) -> tuple[dict[str, np.ndarray], pd.api.extensions.ExtensionArray]:
    """Return the totals of each site and the method they come from; parts of a suite speak where no sample has more."""
    known, whole = np.isfinite(sums["tree"]), sums["whole"] > 0
    has_whole = np.bincount(site[known & whole], minlength=n_sites) > 0
    used = _best_method(site, rank, known & (whole | ~has_whole[site]))
    columns = {
        "waste_tree_ppm": _mean(site, sums["tree"], analyses, used, n_sites),
        "waste_treo_ppm": _mean(site, sums["treo"], analyses, used, n_sites),
        "waste_treo_low_ppm": _per_site(pd.Series(sums["low"][used]).groupby(site[used]).min(), n_sites),
        "waste_treo_high_ppm": _per_site(pd.Series(sums["high"][used]).groupby(site[used]).max(skipna=False), n_sites),
        "waste_estimated_fraction": _median(site, sums["estimated"], analyses, used, n_sites),
        **_scatter(site, sums, analyses, used, n_sites),
    }
    best = _per_site(pd.Series(rank).groupby(site).min(), n_sites)
    of_total = _per_site(pd.Series(rank[used]).groupby(site[used]).min(), n_sites)
    chosen = np.where(np.isfinite(of_total), of_total, best)
    names = [None if np.isnan(element) else METHOD_ORDER[int(element)] for element in chosen]
    return columns, pd.array(names, dtype="str")


def _scatter(
    site: np.ndarray, sums: dict[str, np.ndarray], analyses: np.ndarray, used: np.ndarray, n_sites: int
) -> dict[str, np.ndarray]:
    """Return on how many analyses a total rests, how far its samples lie apart, and how open each of them is by itself."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log10 = np.log10(sums["treo"])
        open_dex = np.log10(sums["high"] / sums["low"])
        open_dex = np.where(sums["low"] > 0, np.minimum(open_dex, MOST_FOUND_DEX), np.minimum(open_dex, MOST_OPEN_DEX))
    rows = np.flatnonzero(used & np.isfinite(log10))
    deviation = pd.Series(log10[rows]) - pd.Series(log10[rows]).groupby(site[rows]).transform("mean")
    squares = (deviation**2).groupby(site[rows]).sum()
    undetected = pd.Series(sums["low"][used] == 0).groupby(site[used]).all()
    detected = _per_site(undetected, n_sites) != 1.0
    open_of_waste = _median(site, np.where(np.isnan(open_dex), 0.0, open_dex), analyses, used, n_sites)
    return {
        "waste_treo_n": _per_site(pd.Series(analyses[rows]).groupby(site[rows]).sum(), n_sites),
        "waste_treo_squares": _per_site(squares, n_sites),
        "waste_treo_open_dex": np.where(detected, np.minimum(open_of_waste, MOST_FOUND_DEX), open_of_waste),
    }


def _given(waste: pd.DataFrame, sums: SuiteTotals, least_share: float) -> dict[str, np.ndarray]:
    """Return per sample the totals of its suite, or of the one number given for all where little of a suite is there.

    ``whole`` is 0 where only parts of a suite are known: a sample that has more of it says more of the waste.
    """
    enough = sums.crust_fraction >= least_share
    total = waste["tree_ppm"].to_numpy(dtype="float64")
    by_suite = enough | np.isnan(total)
    least, usual, most = treo_per_tree()
    return {
        "tree": np.where(by_suite, sums.tree_ppm, total),
        "treo": np.where(by_suite, sums.treo_ppm, total * usual),
        "low": np.where(by_suite, sums.treo_low_ppm, total * least),
        "high": np.where(by_suite, sums.treo_high_ppm, total * most),
        "estimated": np.where(by_suite, sums.estimated_fraction, np.nan),
        "whole": np.where(by_suite & ~enough, 0.0, 1.0),
    }


def _completed(sums: SuiteTotals, value: np.ndarray, prior: np.ndarray) -> SuiteTotals:
    """Return the totals with what was not analysed, read from patterns of the host: a part is not the whole."""
    element, _ = missing_part(sums.filled_ppm, value, prior, np.ones(len(REE)))
    factors = np.array([oxide_factor(OXIDE_OF[symbol]) for symbol in REE])
    oxide, most = missing_part(sums.filled_ppm, value, prior, factors)
    with np.errstate(divide="ignore", invalid="ignore"):
        as_crust = 1.0 + 2.0 * (1.0 / sums.crust_fraction - 1.0)  # what the sum of a part leaves open without a pattern
        tree = sums.tree_ppm + element
        estimated = (sums.estimated_fraction * sums.tree_ppm + element) / tree
    return replace(
        sums,
        tree_ppm=tree,
        treo_ppm=sums.treo_ppm + oxide,
        treo_high_ppm=sums.treo_high_ppm / as_crust + most,
        estimated_fraction=np.where(tree > 0, estimated, sums.estimated_fraction),
    )


def _at_most(sums: SuiteTotals, detected: SuiteTotals, least_share: float) -> SuiteTotals:
    """Return the totals, or those of what was detected and its host's pattern where limits sum up to more than that.

    A share of a limit says little of an element that lies far below it, and twelve such shares make a poor waste a rich one.
    """
    less = (detected.crust_fraction >= least_share) & (detected.treo_ppm < sums.treo_ppm)
    return replace(
        sums,
        tree_ppm=np.where(less, detected.tree_ppm, sums.tree_ppm),
        treo_ppm=np.where(less, detected.treo_ppm, sums.treo_ppm),
        estimated_fraction=np.where(less, detected.estimated_fraction, sums.estimated_fraction),
    )


def _as_limits_allow(sums: SuiteTotals, seen: np.ndarray, limits: np.ndarray, prior: np.ndarray) -> SuiteTotals:
    """Return the totals, no greater than what was detected and patterns of the host that stay below all limits.

    Fifteen limits add up to far more than any pattern has that stays below each of them. Where they could add little to what was
    found, the totals stay as they are.
    """
    factors = np.array([oxide_factor(OXIDE_OF[symbol]) for symbol in REE])
    seen_treo, room = np.nansum(seen * factors, axis=1), np.nansum(limits * factors, axis=1)
    rows = np.flatnonzero(room > MATERIAL * seen_treo) if len(seen) else np.array([], dtype=int)
    rows = rows[np.isfinite(seen[rows]).any(axis=1)]
    if not len(rows):
        return sums
    known, below = seen[rows], limits[rows]
    element, _ = missing_part(known, known, prior[rows], np.ones(len(REE)), below)
    oxide, most = missing_part(known, known, prior[rows], factors, below)
    tree, treo, high = (column.copy() for column in (sums.tree_ppm, sums.treo_ppm, sums.treo_high_ppm))
    less = seen_treo[rows] + oxide < treo[rows]
    tree[rows] = np.where(less, np.nansum(known, axis=1) + element, tree[rows])
    treo[rows] = np.where(less, seen_treo[rows] + oxide, treo[rows])
    high[rows] = np.where(
        np.isnan(high[rows]), np.nan, np.maximum(np.fmin(high[rows], seen_treo[rows] + most), treo[rows])
    )
    estimated = sums.estimated_fraction.copy()
    estimated[rows] = np.where(less, element / tree[rows], estimated[rows])
    return replace(sums, tree_ppm=tree, treo_ppm=treo, treo_high_ppm=high, estimated_fraction=estimated)


def _no_more_than_found(sums: SuiteTotals, detected: np.ndarray, site: np.ndarray) -> SuiteTotals:
    """Return the totals, those of samples in which nothing was detected no greater than the least found in the same waste."""
    least = pd.Series(np.where(detected, sums.treo_ppm, np.nan)).groupby(site).transform("min").to_numpy(float)
    share = np.where(~detected & (sums.treo_ppm > least), least / sums.treo_ppm, 1.0)
    return replace(sums, tree_ppm=sums.tree_ppm * share, treo_ppm=sums.treo_ppm * share)


def _patterns(filled: np.ndarray, measured: np.ndarray, convention: str) -> dict[str, np.ndarray]:
    """Return what the suite of each sample says beside its total."""
    with np.errstate(divide="ignore", invalid="ignore"):
        patterns = {
            "magnet_share": ree.share(filled, MAGNET),
            "lree_hree": ree.light_per_heavy(filled, convention),
            "outlook": ree.outlook_coefficient(filled),
            "eu_anomaly": ree.eu_anomaly(measured),
            "ce_anomaly": ree.ce_anomaly(measured),
            "la_yb_n": ree.slope(measured),
        }
    return {name: np.where(np.isfinite(values), values, np.nan) for name, values in patterns.items()}


def _joined_methods(site: np.ndarray, waste: pd.DataFrame, n_sites: int) -> pd.api.extensions.ExtensionArray:
    """Return all methods of each site, the most complete first."""
    joined: list[str | None] = [None] * n_sites
    for site_index, methods in waste["method"].astype(str).groupby(site):
        joined[int(str(site_index))] = "; ".join(sorted(set(methods), key=METHOD_ORDER.index))
    return pd.array(joined, dtype="str")


def _joined_sources(site: np.ndarray, waste: pd.DataFrame, n_sites: int) -> pd.api.extensions.ExtensionArray:
    """Return the ids of all sources of each site's analyses, alphabetical."""
    joined: list[str | None] = [None] * n_sites
    for site_index, sources in waste["source"].astype(str).groupby(site):
        joined[int(str(site_index))] = "; ".join(sorted(set(sources)))
    return pd.array(joined, dtype="str")
