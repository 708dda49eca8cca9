"""What a mine was dug for, by the lists of its records: main commodities, else what stands first and is no gangue."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

MAIN_PRODUCTS = 3
"""So many first commodities were mined for, where no record tells the main ones; those behind them, where lists have an order of
their own, tell of traces in the ore. Judgement."""


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
        return cells.map({cell: _in_order("", cell) for cell in cells.dropna().unique()})
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
    cells = mined_first(sites) if ordered else sites["commodities"]
    if ordered:
        cells = cells.map({cell: "; ".join(cell.split("; ")[:MAIN_PRODUCTS]) for cell in cells.dropna().unique()})
    return sites["main_commodities"].fillna(cells) if "main_commodities" in sites else cells


def dug_for(words: tuple[str, ...], sites: pd.DataFrame, ordered: bool) -> np.ndarray:
    """Say which sites were dug for one of some commodities: a main one, or the first where no record tells the main ones."""
    pattern = "|".join(map(re.escape, words))
    first = mined_first(sites).astype("string").fillna("").str.match(rf"(?:{pattern})(?:;|$)").to_numpy(bool) & ordered
    if "main_commodities" not in sites:
        return first
    main = sites["main_commodities"].astype("string").fillna("")
    held = main.str.contains(rf"(?:^|; )(?:{pattern})(?:;|$)", regex=True).to_numpy(bool)
    return np.where((main == "").to_numpy(bool), first, held)


def _in_order(main: str, cell: str) -> str:
    first, all_words = [word for word in main.split("; ") if word], cell.split("; ")
    others = [word for word in all_words if word not in first]
    gangue = [word for word in others if word in GANGUE]
    return "; ".join(dict.fromkeys([*first, *(word for word in others if word not in GANGUE), *gangue]))
