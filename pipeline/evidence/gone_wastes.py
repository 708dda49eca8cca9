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


def say_gone(sites: pd.DataFrame) -> np.ndarray:
    """Return which sites are said to have lost all of their waste, or to hold no tailings though tailings are recorded.

    ``No tailings`` says nothing of waste rock, nor of an amount of a waste of unknown kind.

    Parameters
    ----------
    sites : DataFrame
        `Sites`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    kinds = sites["waste_type"]
    unless = kinds.isin(("tailings", "unknown")).to_numpy(bool) & ~(
        kinds.eq("unknown").to_numpy(bool) & _amounts(sites)
    )
    return (_deny_tailings(sites) & unless) | _are_gone(sites)


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
    return _deny_tailings(sites) | _are_gone(sites)


def _deny_tailings(sites: pd.DataFrame) -> np.ndarray:
    denied = np.zeros(len(sites), dtype=bool)
    for column in ("remarks", "status"):
        denied |= _words(sites, column).str.contains(_NO_TAILINGS, case=False, regex=True).to_numpy(bool)
    return denied


def _are_gone(sites: pd.DataFrame) -> np.ndarray:
    gone = np.zeros(len(sites), dtype=bool)
    for column in ("remarks", "status", "name"):
        gone |= _say(_words(sites, column), says_waste_is_gone)
    held = sites["waste_type"].ne("unknown").to_numpy() | _amounts(sites)
    return gone | (held & _say(_words(sites, "status"), is_only_gone))


def _amounts(sites: pd.DataFrame) -> np.ndarray:
    return (sites[["mass_t", "volume_m3"]] > 0).any(axis=1).to_numpy(bool)


def _words(sites: pd.DataFrame, column: str) -> pd.Series:
    cells = sites[column] if column in sites else pd.Series(None, index=sites.index, dtype=object)
    return cells.astype(object).where(cells.notna(), "").astype(str)


def _say(texts: pd.Series, what: Callable[[str], bool]) -> np.ndarray:
    return texts.isin([text for text in texts.unique() if what(text)]).to_numpy(bool)
