"""Which part of the rare earths of a waste is counted: all, those of magnets, or the heavy ones."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from layers.elements import MAGNET, REE, UPPER_CRUST_PPM, heavy

Counted = Literal["all", "magnet", "heavy"]


def counted_share(table: pd.DataFrame, counted: Counted) -> np.ndarray:
    """Return the share of the counted elements in the rare earths of each waste, 0-1.

    Parameters
    ----------
    table : DataFrame
        ``waste_magnet_share`` and ``waste_lree_hree`` where suites of wastes were complete; either may be absent.
    counted : {"all", "magnet", "heavy"}

    Returns
    -------
    ndarray of float, shape (n,)
        Of average upper crust (Rudnick & Gao 2003) where the waste's own is not known.
    """
    if counted == "all":
        return np.ones(len(table))
    elements = MAGNET if counted == "magnet" else heavy()
    usual = sum(UPPER_CRUST_PPM[element] for element in elements) / sum(UPPER_CRUST_PPM[element] for element in REE)
    name = "waste_magnet_share" if counted == "magnet" else "waste_lree_hree"
    own = table[name].to_numpy(float) if name in table else np.full(len(table), np.nan)
    share = own if counted == "magnet" else 1.0 / (1.0 + own)
    return np.where(np.isfinite(share) & (share > 0), share, usual)
