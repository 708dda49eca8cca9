"""Acid drainage that wastes of a kind may give, by the words of their records: nothing here was measured."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.cells.commodities import order_tells
from layers.findings import Finding
from pipeline.evidence.mined_first import first_words

_SULPHIDE = r"massive sul|\bvms\b|\bsedex\b|sulphide|sulfide|pyrit|pyrrhotit|quartz[ -]pebble"
_IN_NAME = r"\b(?:sul(?:ph|f)ides?|pyrrhotite|pyrites?|jarosite)\b"
_MINERALS = ("pyrite", "pyrrhotite", "marcasite")
_BASE_METALS = ("copper", "zinc", "lead", "nickel")
_LITTLE_ACID = (
    r"laterit|placer|oxide[- ]copper|exotic|native copper|redbed|basalt|mississippi|\bMVT\b|carbonate[- ]hosted|irish"
)
"""Deposits of base metals whose ores hold little pyrite, or lie in carbonates that take up its acid."""


def likely_acid(sites: pd.DataFrame, kinds: np.ndarray) -> dict[int, Finding]:
    """Return row -> why the waste of a site may form acid, the plainest reason only.

    The type of deposit and pyrite among the commodities count anywhere; minerals, names and what was mined only where something
    was dug. Sulphides of copper, zinc, lead and nickel come with pyrite or pyrrhotite, and so do coal and ores of uranium (Price
    2009, MEND report 1.20.1; INAP, GARD Guide, chapter 2); what was smelted lost its sulphur.

    Parameters
    ----------
    sites : DataFrame
        `Sites`, of any index.
    kinds : ndarray of str, shape (n,)
        `site_kinds`.
    """
    names, types, minerals = (_text(sites, column) for column in ("name", "deposit_type", "minerals"))
    ordered = order_tells(sites["commodities"])
    early = [str(cell).split("; ") if isinstance(cell, str) else [] for cell in first_words(sites, ordered)]
    every = [cell.split("; ") for cell in _text(sites, "commodities")]
    dug = np.isin(kinds, ("waste", "worked")) & (sites["waste_type"] != "slag").to_numpy()
    typed, in_name = _says(types, _SULPHIDE), _says(names, _IN_NAME)
    little, pegmatite = _says(types, _LITTLE_ACID), _says(types, "pegmatite")
    reasons: dict[int, Finding] = {}
    for row, words in enumerate(early):
        own = [word for word in every[row] if word in ("pyrite", "sulphur")]
        held = [name for name in minerals[row].split("; ") if name in _MINERALS]
        metals = [word for word in words if word in _BASE_METALS]
        if typed[row]:
            reasons[row] = Finding(code="acid_deposit", values={})
        elif own:
            reasons[row] = Finding(code="acid_commodity", values={"commodities": (min(own),)})
        elif dug[row] and held:
            reasons[row] = Finding(code="acid_minerals", values={"quoted": ", ".join(held)})
        elif dug[row] and in_name[row]:
            reasons[row] = Finding(code="acid_name", values={})
        elif dug[row] and metals and not little[row]:
            reasons[row] = Finding(code="acid_base_metals", values={"commodities": tuple(metals)})
        elif dug[row] and "coal" in words:
            reasons[row] = Finding(code="acid_coal", values={})
        elif dug[row] and words[:1] == ["uranium"] and not pegmatite[row]:
            reasons[row] = Finding(code="acid_uranium", values={})
    return reasons


def _text(sites: pd.DataFrame, column: str) -> pd.Series:
    cells = sites[column] if column in sites else pd.Series(None, index=sites.index, dtype=object)
    return cells.astype(object).where(cells.notna(), "").astype(str).reset_index(drop=True)


def _says(texts: pd.Series, pattern: str) -> np.ndarray:
    return texts.str.contains(pattern, case=False, regex=True).to_numpy(bool)
