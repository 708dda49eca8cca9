"""Names of the target in inventories that follow the assays and stand at hardly any other waste: there they tell nothing."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from pipeline.evidence.rare_earth_hosts import COMMODITIES
from pipeline.evidence.target_evidence import SYMBOL_NAMES
from pipeline.kernels.silent_elsewhere import is_silent_elsewhere

LISTS = ("commodities", "main_commodities", "minerals", "camp_commodities", "camp_common")
"""Columns of sites that list names, joined with ``"; "``."""

OWN_LISTS = LISTS[:3]
"""Of them those of the site itself."""

COLUMN = "words_set_aside"
"""Of labels: sites whose names of the target are set aside."""


def late_words(sites: pd.DataFrame, measured_ppm: np.ndarray, target: str) -> np.ndarray:
    """Say which sites name the target, if these names follow the assays and stand at hardly any unassayed waste; else none.

    Parameters
    ----------
    sites : DataFrame
        `Sites`.
    measured_ppm : ndarray of float, shape (n,)
        What the waste was assayed for, NaN where it was not.
    target : str
        ``REE``, an element symbol or a commodity name.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    pattern = _names(target)
    named = np.zeros(len(sites), dtype=bool)
    for column in (name for name in OWN_LISTS if name in sites):
        named |= sites[column].astype("string").fillna("").str.contains(pattern, regex=True).to_numpy(bool)
    return named if is_silent_elsewhere(named.astype(float), measured_ppm) else np.zeros(len(sites), dtype=bool)


def without_words(sites: pd.DataFrame, target: str) -> pd.DataFrame:
    """Return sites whose lists no longer name the target, those of like mines nearby among them."""
    pattern = _names(target)

    def rest(cell: object) -> object:
        if not isinstance(cell, str):
            return cell
        return "; ".join(name for name in cell.split("; ") if not pattern.search(name)) or None

    return sites.assign(**{name: sites[name].map(rest).astype(sites[name].dtype) for name in LISTS if name in sites})


def _names(target: str) -> re.Pattern[str]:
    """Return what matches a name of the target, or of a mineral that is sold for it."""
    if target == "REE":
        own = [host.pattern for host in COMMODITIES if host.name in ("rare_earths_alone", "rare_earth_mineral")]
        return re.compile("|".join(own), re.IGNORECASE)
    return re.compile(rf"\b{re.escape(SYMBOL_NAMES.get(target, target))}\b", re.IGNORECASE)
