"""What a mine was dug for, by the lists of its records: main commodities, else what stands first and is no gangue."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from layers.cells.commodities import group_of

MAIN_PRODUCTS = 3
"""So many first commodities were mined for, where no record tells the main ones; those behind them, where lists have an order of
their own, tell of traces in the ore. Judgement."""


BEHIND = 0.5
"""How far a site was dug for a main commodity that does not stand first among the main ones. Judgement."""

GANGUE = frozenset(
    (
        *(
            "silica",
            "feldspar",
            "pyrite",
            "clay",
            "calcite",
            "chlorite",
            "sericite",
            "biotite",
            "limonite",
            "marcasite",
        ),
        *(
            "ankerite",
            "carbonate",
            "tourmaline",
            "epidote",
            "hornblende",
            "amphibole",
            "pyroxene",
            "goethite",
            "jasper",
        ),
    )
)
"""Minerals of common rocks and of the gangue of most ores, by the names that lists have for them (quartz is ``silica``, kaolin
``clay``). Somebody sold each; beside other commodities a list that begins with one says what the rock is."""


def mined_first(sites: pd.DataFrame) -> pd.Series:
    """Return the commodities of each site, each once: main ones, then the others, minerals of the gangue last.

    Where the records tell main commodities (``main_commodities``), these come first as they stand, for a quarry of quartz or
    feldspar is one. Where nothing but gangue is listed, the list stays.

    Parameters
    ----------
    sites : DataFrame
        ``commodities`` and, where records tell them, ``main_commodities``: names joined with ``"; "``, missing where unknown.

    Returns
    -------
    Series
        Of the same form and index.
    """
    cells = sites["commodities"]
    if "main_commodities" not in sites or sites["main_commodities"].isna().all():
        ordered_of = {cell: _in_order("", cell) for cell in cells.dropna().unique()}
        return cells.map(ordered_of) if ordered_of else cells  # nothing would become a column of numbers
    pairs = list(zip(sites["main_commodities"].fillna(""), cells, strict=True))
    ordered = {(main, cell): _in_order(main, cell) for main, cell in pairs if isinstance(cell, str)}
    return pd.Series([ordered.get(pair) for pair in pairs], index=cells.index, dtype=cells.dtype)


def main_products(sites: pd.DataFrame, ordered: bool) -> pd.Series:
    """Return what each site was dug for: its main commodities, else the first `MAIN_PRODUCTS`; all where lists have no order.

    Parameters
    ----------
    sites : DataFrame
        As for `mined_first`.
    ordered : bool
        Whether lists have an order of their own (`layers.cells.commodities.order_tells`).
    """
    cells = first_words(sites, ordered)
    return sites["main_commodities"].fillna(cells) if "main_commodities" in sites else cells


def first_words(sites: pd.DataFrame, ordered: bool) -> pd.Series:
    """Return the first `MAIN_PRODUCTS` commodities of each site, main ones before others; all where lists have no order.

    Parameters
    ----------
    sites : DataFrame
        As for `mined_first`.
    ordered : bool
        Whether lists have an order of their own.
    """
    cells = mined_first(sites)
    if not ordered:
        return sites["commodities"]
    return cells.map({cell: "; ".join(cell.split("; ")[:MAIN_PRODUCTS]) for cell in cells.dropna().unique()})


def dug_for(words: tuple[str, ...], sites: pd.DataFrame, ordered: bool) -> np.ndarray:
    """Return how far each site was dug for one of some commodities (0-1).

    1 for the first one, where lists have an order of their own or records tell the main ones; `BEHIND` for a main one that does
    not stand first; 0 for all others.
    """
    pattern = "|".join(map(re.escape, words))
    first = mined_first(sites).astype("string").fillna("").str.match(rf"(?:{pattern})(?:;|$)").to_numpy(bool)
    if "main_commodities" not in sites:
        return np.where(first & ordered, 1.0, 0.0)
    main = sites["main_commodities"].astype("string").fillna("")
    held = main.str.contains(rf"(?:^|; )(?:{pattern})(?:;|$)", regex=True).to_numpy(bool)
    unsaid = (main == "").to_numpy(bool)
    return np.select([first & (held | (unsaid & ordered)), held], [1.0, BEHIND], 0.0)


def rock_was_main(sites: pd.DataFrame) -> np.ndarray:
    """Say of which sites records call stone, gravel or gems the main commodities, and nothing else: nothing was milled there."""
    if "main_commodities" not in sites:
        return np.zeros(len(sites), dtype=bool)
    main = sites["main_commodities"].astype("string").fillna("")
    rock = {
        cell: cell != "" and all(group_of(word) in ("stone", "gems") for word in cell.split("; "))
        for cell in main.unique()
    }
    return main.map(rock).to_numpy(bool)


def _in_order(main: str, cell: str) -> str:
    first, all_words = [word for word in main.split("; ") if word], cell.split("; ")
    others = [word for word in all_words if word not in first]
    gangue = [word for word in others if word in GANGUE]
    return "; ".join(dict.fromkeys([*first, *(word for word in others if word not in GANGUE), *gangue]))
