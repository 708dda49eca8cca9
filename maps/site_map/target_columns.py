"""What the map needs to switch from rare earths to another target: classes of all sites, the first of each order, and counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from maps.publication import MAIN_TARGET, Publication
from maps.rows import shared_ranks, worth_counts
from maps.site_map.columns import numbers, thousandths
from maps.site_map.packing import packed
from maps.site_map.tiers import tiers

FIRST_SITES = 100
"""Sites of a target's order that the page lists; of all others it shows the class."""

NAMED_LAST = 3
"""Class of sites that stand last whatever is looked for, and of those a part of a page knows nothing of."""

COUNT_CLASSES = (4, 2, 1)
"""Least numbers of targets of the first classes of the combined view; the last class is none."""


def target_columns(publication: Publication, shown: pd.Series, ranked: int) -> dict[str, Any] | None:
    """Return the targets of a page, None where rare earths are the only one.

    Parameters
    ----------
    publication : Publication
    shown : Series of str
        Sites drawn one by one, in their order.
    ranked : int
        Sites among which ranks are given.

    Returns
    -------
    dict or None
        ``symbols`` and ``names``; by symbol ``thresholds`` (ppm), ``tiers`` (packed, one class per site) and ``top``: rows of
        site, first and last rank, rank_low, rank_high, score, score_low, score_high (thousandths), grade_low, grade_high (ppm),
        payable tonnes, measured (0 or 1); ``worth_n`` (all sites worth a sample).
        ``worth``: for how many targets, rare earths among them, each site is worth a sample;
        ``worth_tiers`` their classes; ``worth_sets``, distinct lists of their symbols, and ``worth_set``, which of these is a
        site's; ``worth_last_n``, sites that reach the chance for a target and are left out, for they stand last.
    """
    table = publication.targets
    symbols = [name for name in dict.fromkeys(table["target"]) if name != MAIN_TARGET]
    if not symbols:
        return None
    at = pd.Series(np.arange(len(shown)), index=pd.Index(shown))
    counts = worth_counts(table).reindex(shown).fillna(0).astype(int)
    classes = np.select([counts >= least for least in COUNT_CLASSES], range(len(COUNT_CLASSES)), NAMED_LAST)
    by_symbol: dict[str, dict[str, Any]] = {"thresholds": {}, "tiers": {}, "top": {}, "worth_n": {}}
    for symbol in symbols:
        rows = table[table["target"] == symbol].sort_values("rank", kind="stable")
        drawn = pd.Series(tiers(rows, ranked), rows["site_id"]).mask(rows["ranked_last"].to_numpy(), NAMED_LAST)
        by_symbol["tiers"][symbol] = packed(drawn.reindex(shown).fillna(NAMED_LAST).astype(int).tolist())
        by_symbol["thresholds"][symbol] = float(rows["threshold_ppm"].iloc[0])
        by_symbol["top"][symbol] = _first(rows, at)
        by_symbol["worth_n"][symbol] = int(rows["worth_sampling"].sum())
    return {
        "symbols": symbols,
        "names": {symbol: dict(publication.diagnostics["target_names"][symbol]) for symbol in symbols},
        **by_symbol,
        "worth_chance": float(publication.diagnostics["worth_chance"]),
        "worth": packed(counts.tolist()),
        "worth_tiers": packed(classes.tolist()),
        **_which(table, shown),
        "worth_last_n": _left_last(table, float(publication.diagnostics["worth_chance"])),
    }


def _which(table: pd.DataFrame, shown: pd.Series) -> dict[str, Any]:
    """Return the targets each site is worth a sample for: distinct lists of symbols, and which of them is a site's."""
    held = table[table["worth_sampling"].astype(bool)]
    symbols = held.groupby("site_id", sort=False)["target"].agg(tuple).reindex(shown)
    lists = [own if isinstance(own, tuple) else () for own in symbols]
    numbered = {own: at for at, own in enumerate(dict.fromkeys(lists))}
    return {"worth_sets": [list(own) for own in numbered], "worth_set": packed([numbered[own] for own in lists])}


def _left_last(table: pd.DataFrame, chance: float) -> int:
    """Return how many sites reach the chance for some target and for none count as worth a sample: those that stand last."""
    reached = set(table.loc[(table["score"] >= chance) & table["ranked_last"].astype(bool), "site_id"])
    return len(reached - set(table.loc[table["worth_sampling"].astype(bool), "site_id"]))


def _first(rows: pd.DataFrame, at: pd.Series) -> list[list[Any]]:
    """Return the first sites of one order, as `target_columns` describes them."""
    ends = shared_ranks(rows)
    held = rows["site_id"].isin(at.index).to_numpy() & ~rows["ranked_last"].to_numpy()
    top, ends = rows[held].head(FIRST_SITES), ends[held].head(FIRST_SITES)
    columns = [
        at[top["site_id"]].tolist(),
        ends["first"].tolist(),
        ends["last"].tolist(),
        *(top[name].astype(int).tolist() for name in ("rank_low", "rank_high")),
        *(thousandths(top[name]) for name in ("score", "score_low", "score_high")),
        *(numbers(top[name], 2) for name in ("grade_low_ppm", "grade_high_ppm", "payable_t")),
        top["evidence"].eq("measured").astype(int).tolist(),
    ]
    return [list(row) for row in zip(*columns, strict=True)]
