"""Arsenic, mercury and acid that remarks tell of a waste, or that wastes of its kind likely hold: nothing here was measured."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from layers.cells.commodities import mentions
from layers.cells.hedges import doubts, sentences_that_hold
from layers.findings import Finding
from pipeline.evidence.worked_sites import HAZARDOUS, names_a_plant

AMALGAMATION_UNTIL = 1950
"""Mills caught gold with mercury until about this year (Parsons et al. 2012, Geological Survey of Canada, Open File 7150, of the
stamp mills of Nova Scotia; Alpers et al. 2005, U.S. Geological Survey, Fact Sheet 2005-3014, of placers)."""

_FIVE_ELEMENT = r"five[- ]element|cobalt[- ]type|\b(?:ag|ni)-co-as\b|\bni-co-ag\b"
_ANTIMONY = r"stibnite|\bsb\b.{0,10}veins?"
_ARSENIC_ORES, _GOLD_SKARN = r"\(as-sb\)", r"\b(?:au|gold) skarn"
_GRAVELS = r"(?<!paleo)(?<!palaeo)placer|\bdredg|alluvial|gravels"
_MINERALS = re.compile(
    r"\b(?:arsenop[yí]rit[ae]?|arsénopyrite|mispickel|enargit[ea]|tennantit[ea]|realgar|orpiment|cobaltite|skutterudite|safflorite|"
    r"l(?:ö|oe)llingite|nic(?:c|k)olite|nickeline|proustite|cinnabar|cinabrio|cinabre|livingstonite)\b",
    re.IGNORECASE,
)
_POISON_WORDS = re.compile(
    r"\b(?:arsen(?:ic|ical|ide|iferous)s?|ars[eé]nico|ars[eé]nicales?|arsénieux|mercury|mercure|mercurio|quicksilver)\b",
    re.IGNORECASE,
)
_ACID_WORDS = re.compile(
    r"\b(?:ARD|AMD|DMA)\b|(?i:(?<!non-)(?<!non )(?<!not )\b(?:acid(?:ic)? (?:rock |mine )?drainage|"
    r"acid[- ](?:generating|producing|forming)|acid mine water|drainage (?:minier |rocheux )?acide|drenaje [áa]cido))"
)
_TAILINGS = r"\b(?:tailings|relaves?|r[ée]sidus)\b"
_LONGEST_QUOTE = 60
_LEAST_CAMP = 0.5
"""Chance that a like mine nearby speaks for a site, from which its type of deposit counts."""


def acid_in_remarks(remarks: pd.Series) -> dict[int, tuple[str, bool]]:
    """Return row -> the words of a remark that speak of acid drainage, and whether they say so without a doubt.

    What a sentence denies (``no ARD``, ``non-acid generating``) says nothing.

    Parameters
    ----------
    remarks : Series of str
        Remarks of each site, empty where there are none; index 0, 1, 2 …
    """
    acid = {}
    for row, text in remarks.items():
        held = _held(str(text), _ACID_WORDS)
        if held is not None:
            acid[int(str(row))] = held[0], not doubts(held[1]) and "potential" not in held[1].casefold()
    return acid


def likely_poisons(sites: pd.DataFrame, kinds: np.ndarray, assayed: np.ndarray) -> Iterator[tuple[int, Finding]]:
    """Yield the row and the reason of each site whose remarks or kind speak of arsenic or mercury.

    Remarks and minerals that name them count anywhere. By its kind a place counts only where something was dug: veins of silver,
    cobalt and arsenic, ores of antimony, deposits with arsenic in their type. Gold counts only where it was milled (tailings, a
    plant in the name, tonnes milled), for mercury of amalgamation until about `AMALGAMATION_UNTIL` and the arsenopyrite of gold
    ores, which holds at any date and where an inventory sees a great hazard (`HAZARDOUS`); of tailings without years it is said
    that nobody knows. Years of tailings are often those of their treatment, and later
    ones take nothing back.

    Parameters
    ----------
    sites : DataFrame
        `Sites`, with what `describe_camps` adds where it is there.
    kinds : ndarray of str, shape (n,)
        `site_kinds`.
    assayed : ndarray of bool, shape (n,)
        Wastes whose arsenic was measured: what ores of their kind hold says nothing more.
    """
    remarks, minerals, deposit = (_text(sites, name) for name in ("remarks", "minerals", "deposit_type"))
    for at, text in enumerate(remarks):
        held = _held(text, _POISON_WORDS) or _held(f"{minerals.iloc[at]}; {text}", _MINERALS)
        if held is not None:
            yield at, Finding(code="poison_remark", values={"quoted": held[0]})
    dug, first = np.isin(kinds, ("waste", "worked")), _text(sites, "commodities").str.split("; ").str[0].to_numpy(str)
    named, antimony_sold = deposit + "; " + remarks, mentions(sites["commodities"], ("antimony",)).to_numpy(bool)
    ores = {
        "likely_five_element": _says(named, _FIVE_ELEMENT) | _silver_and_cobalt(sites, first),
        "likely_antimony": antimony_sold | _says(named, _ANTIMONY),
        "likely_arsenic_ore": _says(named, _ARSENIC_ORES) | (_says(named, _GOLD_SKARN) & (first == "gold")),
    }
    ore = np.select([dug & ~assayed & rows for rows in ores.values()], list(ores), "")
    for row, code in [*enumerate(ore), *enumerate(_gold_mills(sites, dug & (first == "gold")))]:
        if code:
            yield row, Finding(code=str(code))


def _gold_mills(sites: pd.DataFrame, gold: np.ndarray) -> np.ndarray:
    """Return the code of what gold that was milled or washed at each site likely left, empty where nothing says that it was."""
    waste, named = sites["waste_type"].to_numpy(str), _text(sites, "name") + "; " + _text(sites, "deposit_type")
    left = np.isin(waste, ("tailings", "mixed", "residue"))
    milled = np.nan_to_num(sites["milled_t"].to_numpy(float)) > 0
    treated = gold & (left | ((waste == "unknown") & (milled | names_a_plant(sites))))
    years = sites[["first_year", "last_year"]].to_numpy(float)
    old = treated & (years <= AMALGAMATION_UNTIL).any(axis=1)
    undated = treated & left & (_says(named, _TAILINGS) | np.isnan(years).all(axis=1))
    gravels = _says(named, _GRAVELS)
    arsenic = (treated | (gold & _says(_text(sites, "hazard_class"), HAZARDOUS))) & ~gravels
    codes = ("likely_placer_mercury", "likely_gold_mill", "likely_gold_mill_undated", "likely_gold_arsenic")
    return np.select([(old | undated) & gravels, old, undated, arsenic], codes, "")


def _silver_and_cobalt(sites: pd.DataFrame, first: np.ndarray) -> np.ndarray:
    """Say which sites sold silver and cobalt without a type that tells another kind, themselves or by a like mine nearby."""
    untyped = _text(sites, "deposit_type").str.fullmatch(r"|veins?|unknown|hydrothermal", case=False).to_numpy(bool)
    both = _both(sites["commodities"])
    if "camp_chance" in sites:
        camp = _both(sites["camp_common"]) | _says(_text(sites, "camp_deposit_type"), _FIVE_ELEMENT)
        both = both | (camp & (np.nan_to_num(sites["camp_chance"].to_numpy(float)) >= _LEAST_CAMP))
    other = mentions(sites["commodities"], ("platinum group elements", "platinum", "palladium")).to_numpy(bool)
    return untyped & both & ~other & np.isin(first, ("silver", "cobalt"))


def _both(commodities: pd.Series) -> np.ndarray:
    return np.all([mentions(commodities, (metal,)).to_numpy(bool) for metal in ("silver", "cobalt")], axis=0)


def _held(text: str, words: re.Pattern[str]) -> tuple[str, str] | None:
    """Return what a text says with the first of the words that it does not deny, short enough to quote, and its whole clause."""
    if not words.search(text):
        return None
    held = sentences_that_hold(text, words)
    hit = words.search(held)
    if hit is None:
        return None
    clause = next(part for part in re.split(r"[.;,()\n]", held) if hit.group() in part).strip()
    return (clause if len(clause) <= _LONGEST_QUOTE else hit.group()), clause


def _text(sites: pd.DataFrame, column: str) -> pd.Series:
    cells = sites[column] if column in sites else pd.Series(None, index=sites.index, dtype=object)
    return cells.astype(object).where(cells.notna(), "").astype(str).reset_index(drop=True)


def _says(texts: pd.Series, pattern: str) -> np.ndarray:
    return texts.str.contains(pattern, case=False, regex=True).to_numpy(bool)
