"""What a mine's commodities and deposit type say about a target metal in its waste.

Published associations of rare earths with deposit types, as ordinal utilities between 0 (little reason to expect the
metal in the waste) and 1 (the waste type is known to carry it). They are expert judgement, not measurement: only the
companion score and the rule labels read them, never the learned model.

Host minerals and pathfinders by deposit type are the common ground of the review literature. In iron oxide-apatite
waste of the Adirondacks the U.S. Geological Survey found 10-22 000 ppm of rare earths.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

RARE_EARTH_NAMES = (
    "lanthanum", "cerium", "praseodymium", "neodymium", "samarium", "europium", "gadolinium", "terbium", "dysprosium",
    "holmium", "erbium", "thulium", "ytterbium", "lutetium", "yttrium",
)  # fmt: skip

SYMBOL_NAMES = {
    "Li": "lithium", "Be": "beryllium", "Co": "cobalt", "Ni": "nickel", "Cu": "copper", "Zn": "zinc", "Ga": "gallium",
    "Ge": "germanium", "In": "indium", "Sn": "tin", "Sb": "antimony", "Te": "tellurium", "Bi": "bismuth",
    "W": "tungsten", "Mo": "molybdenum", "Nb": "niobium",
    "Ta": "tantalum", "Cs": "cesium", "V": "vanadium", "Ti": "titanium",
    "Cr": "chromium", "Mn": "manganese", "Mg": "magnesium", "P": "phosphorus", "U": "uranium", "Sc": "scandium",
    "Zr": "zirconium", "Ba": "barium", "Al": "aluminum", "Se": "selenium", "As": "arsenic", "Hf": "hafnium",
    "Rb": "rubidium", "Th": "thorium", "Y": "yttrium", "Ag": "silver", "Pb": "lead", "Re": "rhenium", "B": "boron",
}  # fmt: skip

RARE_EARTHS = frozenset(["La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc"])
"""What a rare-earth label is made of, with Sc, which follows them in assays."""

REE_COMMODITIES: tuple[tuple[str, float], ...] = (
    (r"rare[ -]?earth|\bREEs?\b|\bTREO\b|terres rares|" + "|".join(RARE_EARTH_NAMES), 1.0),
    (r"monazite|xenotime|bastn[aä]site|eudialyte|allanite", 1.0),
    (r"thorium", 0.8),
    (r"niobium|columbium|pyrochlore", 0.75),
    (r"apatite|phosphate|phosphorus", 0.7),
    (r"zirconium|zircon|hafnium", 0.6),
    (r"uranium", 0.55),
    (r"scandium", 0.5),
    (r"tantalum|beryllium", 0.35),
    (r"bauxite|aluminum|alumina", 0.35),
    (r"titanium|ilmenite|rutile|heavy mineral", 0.35),
    (r"\bcoal\b", 0.3),
    (r"\btin\b|tungsten|fluorspar|fluorite", 0.25),
    (r"\biron\b|magnetite|hematite", 0.2),
)
"""Commodity patterns and utilities for rare earths; the highest that matches counts."""

REE_DEPOSITS: tuple[tuple[str, str, float], ...] = (
    ("carbonatite", r"carbonatite", 0.95),
    ("peralkaline", r"peralkaline|nepheline syenite|alkalin\w* (?:complex|intrusi|igneous)|agpaitic", 0.9),
    ("monazite", r"monazite|xenotime", 0.95),
    ("quartz_pebble", r"quartz[ -]pebble|paleoplacer|palaeoplacer|conglomerate[ -]hosted (?:u|au)", 0.85),
    ("iron_oxide_apatite", r"(?:iron oxide|magnetite)[ -]apatite|\bIOA\b|kiruna", 0.85),
    ("phosphate", r"phosphorite|phosphate|apatite", 0.75),
    ("ion_adsorption", r"ion[ -]adsorption", 0.9),
    ("iocg", r"\bIOCG\b|iron oxide[ -]copper", 0.55),
    (
        "uranium_pegmatite",
        r"alaskite|(?:uranium|rare[ -]element|NYF).*pegmatite|pegmatite.*(?:uranium|thorium|REE)",
        0.6,
    ),
    ("uranium", r"unconformity|uranium", 0.45),
    ("heavy_mineral", r"heavy mineral|beach placer", 0.5),
    ("pegmatite", r"pegmatite", 0.3),
    ("bauxite_laterite", r"bauxite|laterite", 0.35),
    ("skarn_greisen", r"skarn|greisen", 0.2),
    (
        "base_or_precious",
        r"\bVMS\b|massive sul(?:f|ph)ide|SEDEX|orogenic|lode gold|quartz vein|five[ -]element|porphyry",
        0.05,
    ),
)
"""Deposit groups for rare earths: name, pattern, utility; the highest that matches counts."""

REE_PATHFINDERS = ("Th", "P", "Nb", "La", "Ce", "Y")
"""Elements whose regional samples go with rare-earth deposits of most types."""

REE_LABEL_FLOOR = 0.75
"""A commodity or deposit type from this utility upward makes a rule label."""

OTHER_UTILITY = 0.05
"""Utility of a mine whose commodities or deposit type are known and point to no source of the target."""


def target_commodities(target: str, given: Sequence[str] | None) -> tuple[tuple[str, float], ...]:
    """Return (pattern, utility) of the commodities that stand for a target.

    Parameters
    ----------
    target : str
        ``REE``, an element symbol, or a commodity name.
    given : sequence of str or None
        Commodity names that replace the built-in ones; each counts fully.

    Returns
    -------
    tuple of (str, float)
    """
    if given is not None:
        return tuple((rf"\b{re.escape(name)}\b", 1.0) for name in given)
    if target == "REE":
        return REE_COMMODITIES
    name = SYMBOL_NAMES.get(target, target)
    return ((rf"\b{re.escape(name)}\b", 1.0),)


def target_deposits(target: str, given: Sequence[str] | None) -> tuple[tuple[str, float], ...]:
    """Return (pattern, utility) of the deposit types that stand for a target; see `target_commodities`."""
    if given is not None:
        return tuple((re.escape(name), 1.0) for name in given)
    return tuple((pattern, utility) for _, pattern, utility in REE_DEPOSITS) if target == "REE" else ()


def best_match(texts: pd.Series, patterns: Sequence[tuple[str, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Find per text the matching pattern of the highest utility.

    Parameters
    ----------
    texts : Series of str
        May be missing.
    patterns : sequence of (str, float)
        Regular expressions, case ignored, and their utilities.

    Returns
    -------
    utility : ndarray of float, shape (n,)
        NaN where the text is missing, `OTHER_UTILITY` where nothing matches.
    matched : ndarray of object, shape (n,)
        The matched words in lower case, or None.
    """
    compiled = sorted(((re.compile(p, re.IGNORECASE), u) for p, u in patterns), key=lambda one: -one[1])
    found: dict[str, tuple[float, str | None]] = {}
    utility = np.full(len(texts), np.nan)
    matched = np.full(len(texts), None, dtype=object)
    for row, words in enumerate(texts):
        if not isinstance(words, str) or not words.strip():
            continue
        if words not in found:
            hits = ((u, hit.group(0).lower()) for pattern, u in compiled if (hit := pattern.search(words)))
            found[words] = next(hits, (OTHER_UTILITY, None))
        utility[row], matched[row] = found[words]
    return utility, matched


def type_affinity(sites: pd.DataFrame, target: str) -> np.ndarray:
    """Return what commodities and deposit type alone suggest, 0-1, whichever says more; NaN where neither is known."""
    commodity, _ = best_match(sites["commodities"], target_commodities(target, None))
    deposit, _ = best_match(sites["deposit_type"], target_deposits(target, None))
    return np.fmax(commodity, deposit)


def pathfinder_z(site_samples: pd.DataFrame, target: str) -> np.ndarray:
    """Return the mean robust z-score, around each site, of the elements that go with the target; NaN where none is known."""
    elements = REE_PATHFINDERS if target == "REE" else (target_symbol(target),)
    names = [name for name in (f"near_{one}_z" for one in elements) if name in site_samples]
    z = site_samples[names].to_numpy(float) if names else np.full((len(site_samples), 1), np.nan)
    count = np.isfinite(z).sum(axis=1)
    return np.divide(np.nansum(z, axis=1), count, out=np.full(len(z), np.nan), where=count > 0)


def target_symbol(target: str) -> str:
    """Return the element symbol of a target (a symbol or a commodity name), or the name itself."""
    return next((symbol for symbol, name in SYMBOL_NAMES.items() if name == target.lower()), target)


def defining_elements(target: str) -> frozenset[str]:
    """Return the element symbols whose concentration in the waste defines a target's labels."""
    return RARE_EARTHS if target == "REE" else frozenset({target_symbol(target)})


def measured_values(site_samples: pd.DataFrame, target: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return value, low and high (ppm) of the target in the waste of each row, NaN where it was not measured."""
    if target == "REE":
        value, low, high = (
            site_samples[f"waste_treo{end}_ppm"].to_numpy(float, na_value=np.nan) for end in ("", "_low", "_high")
        )
        return value, np.where(np.isnan(low), value, low), np.where(np.isnan(high), value, high)
    column = f"waste_{target_symbol(target)}_ppm"
    value = site_samples[column].to_numpy(float) if column in site_samples else np.full(len(site_samples), np.nan)
    return value, value, value
