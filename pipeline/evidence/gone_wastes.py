"""Sites whose records say that no waste lies there: none was laid down, or it was taken away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from layers.cells.hedges import TAKEN_AWAY, is_only_gone
from layers.cells.waste_words import says_waste_is_gone

_NO_TAILINGS = (
    r"(?:\bno (?:known )?tailings|\bsans résidus|\bpas de résidus|\bsin relaves)\b"
    rf"(?!(?:\s+(?:were|was|have|has|had|been|ever))*\s+(?:{TAKEN_AWAY})\b)"
)
"""``No tailings were removed`` says that they lie there."""


def say_no_waste(sites: pd.DataFrame) -> np.ndarray:
    """Return which sites are said to hold no waste by their remarks, their status or their name.

    A status that says nothing but that it is gone (``Removed``) counts where a waste or an amount of one is recorded.

    Parameters
    ----------
    sites : DataFrame
        `Sites`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    status, remarks, name = (_words(sites, column) for column in ("status", "remarks", "name"))
    none = np.zeros(len(sites), dtype=bool)
    for texts in (remarks, status):
        none |= texts.str.contains(_NO_TAILINGS, case=False, regex=True).to_numpy(bool)
    for texts in (remarks, status, name):
        none |= _say(texts, says_waste_is_gone)
    held = sites["waste_type"].ne("unknown").to_numpy() | (sites[["mass_t", "volume_m3"]] > 0).any(axis=1).to_numpy()
    return none | (held & _say(status, is_only_gone))


def _words(sites: pd.DataFrame, column: str) -> pd.Series:
    cells = sites[column] if column in sites else pd.Series(None, index=sites.index, dtype=object)
    return cells.astype(object).where(cells.notna(), "").astype(str)


def _say(texts: pd.Series, what: Callable[[str], bool]) -> np.ndarray:
    return texts.isin([text for text in texts.unique() if what(text)]).to_numpy(bool)
