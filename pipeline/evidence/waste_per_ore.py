"""How much of a tonne that was mined or milled stays as waste, by what the mine sold first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from layers.cells.commodities import group_of


class OreShare(NamedTuple):
    """Tonnes of waste per tonne milled, 5, 50 and 95 %, of what stands first among the commodities."""

    commodities: tuple[str, ...]
    low: float
    middle: float
    high: float


ORE_SHARES = (
    OreShare(("coal",), 0.15, 0.25, 0.40),
    OreShare(("iron", "magnetite"), 0.40, 0.53, 0.70),
    OreShare(("phosphate", "apatite"), 0.60, 0.67, 0.75),
    OreShare(("potash",), 0.60, 0.67, 0.75),
    OreShare(("fluorite", "barite"), 0.40, 0.55, 0.75),
    OreShare(("chromium",), 0.25, 0.35, 0.50),
)
"""Ores of which much is sold: refuse of coal washing, tailings of magnetite, sand and clay of phosphate, salt of potash. Usual
figures of mills, judgement. Of metal ores nearly all is left, whatever the metal: `milled_ratio` of the stage."""

PRODUCT_SHARE = OreShare(("gypsum", "salt"), 0.02, 0.15, 0.60)
"""Of rock that is sold as it is dug, beside all of the family of stone: fines and what was turned away. Judgement."""

FROM_MINED = 5.0
"""Tonnes mined of what is sold leave as waste up to so many times the most that milling does, and as small a part of the least:
rock above the seam, or hardly any. Judgement."""


def waste_per_tonne(sites: pd.DataFrame) -> np.ndarray:
    """Return tonnes of waste per tonne milled, 5, 50 and 95 %, shape (3, n); NaN for ores of which nearly all is left.

    Parameters
    ----------
    sites : DataFrame
        ``commodities``, of which the first decides.
    """
    first = sites["commodities"].astype("string").fillna("").str.split("; ").str[0]
    ends: dict[str, tuple[float, float, float]] = {
        word: (share.low, share.middle, share.high)
        for share in (*ORE_SHARES, PRODUCT_SHARE)
        for word in share.commodities
    }
    nothing = (np.nan, np.nan, np.nan)
    product = PRODUCT_SHARE[1:]
    table = {
        word: ends.get(word, product if group_of(word) == "stone" else nothing) for word in first.unique().tolist()
    }
    return np.array([table[word] for word in first], dtype=float).reshape(-1, 3).T
