"""Whether there is a waste at a site: read from amounts, kinds of waste, status, hazard class and words of the records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.cells.commodities import group_of
from pipeline.evidence.gone_wastes import say_gone

WORKED = r"produc|operat|\bactive|care and maint|\bplant\b|\bmill\b|rehabilit|restaur"
"""Status of a mine that was worked. Abandoned, closed and inactive alone do not say so: inventories of hazards call a trench
that never produced by the same words."""
NEVER = r"\b(?:never|not|no|non|jamais|nunca|proposed|planned|cancell?ed)\b"
"""What takes a status back: ``never produced``, ``non-producing``, ``proposed mill``."""
PROSPECT = r"occurrence|prospect|showing|indicat|explor|undeveloped|discretion|\bindice|anomal"
"""Status of a place where little was dug."""
PLANT = (
    r"\bmill\b(?!\s+(?:creek|brook|run|pond|river|gulch|canyon|hollow|road|hill|mountain|bar|branch|fork|valley|lake|point|bay))"
    r"|tailings|concentrator|smelter|r[ée]sidus|usine|relave"
)
"""Names of places where ore was treated."""
PROSPECT_NAME = r"\b(?:prospect|showing|occurrence|claims?|indice)\b"
"""Names of places that were staked or found; not where a mine is named beside (``X Mine and Y Prospect``)."""
NAMES_A_MINE = r"\bmines?\b(?![ (]+(?:prospect|showing|occurrence|claims?)s?\b)"
QUARRY_NAME = r"\b(?:quarr(?:y|ies)|pits?|carri[èe]res?|canteras?|sand (?:and|&) gravel)\b"
"""Names of places where rock was dug and sold as it is."""
QUARRIED = frozenset(("gypsum", "silica", "calcite", "perlite", "pumice"))
"""What such a place sells beside stone, sand and clay; elsewhere these come from mines with a mill."""
ROCK_SOLD = QUARRIED | {"zeolite", "diatomite", "cement"}
"""What stands for rock that was sold as it was dug, or ground, whatever the name of the place."""
DRILL_HOLE = r"\b(?:drill|bore)?[ -]?holes?\b(?: no\.?)? ?#?\d|\b(?:ddh|borehole|sondage)\b"
"""Names of holes that were drilled: what came of them is no waste of a mine, whatever their status says."""
WORKINGS = (
    r"\b(?:shafts?|adits?|stopes?|open (?:pit|cut)|underground|surface workings|glory hole|puits|galerie|socav[óo]n)\b"
)
"""Workings named in remarks or as the state of a place."""
HAZARDOUS = r"^[AB]\b"
"""Classes of the national list of abandoned mines with large openings, dams or wastes; C and D are small ones."""

WASTE_TYPES = ("tailings", "heap_leach", "slag", "waste_rock", "residue", "mixed")
WERE_WORKED = ("waste", "worked", "gone")
"""Kinds of site at which something was dug or treated, whether or not its waste still lies there."""
PLACED = ("impoundment", "unconfined", "dry_stack", "in_pit", "lake", "river", "ocean")


def site_kinds(sites: pd.DataFrame, site_samples: pd.DataFrame | None = None) -> np.ndarray:
    """Return what stands at each site: ``waste``, ``worked``, ``showing``, ``gone`` or ``unclear``.

    A **waste** is recorded (kind, tonnes, volume or area of a waste, where it was put) or was sampled. A **worked** mine has
    tonnes mined or milled, the status of a producer, a mill in one of its names, workings in its remarks or its status, or
    hazards of the first two classes: waste is likely and none is recorded. A hole that was drilled is none, unless ore was
    milled. A **showing** is called an occurrence or prospect by its status, or by its name where that names no mine, and shows no
    sign of work. Else it is **unclear**. A waste, mine or place of which a record says that the waste was taken away is **gone**,
    whatever amounts it has.

    Parameters
    ----------
    sites : DataFrame
        `Sites`.
    site_samples : DataFrame, optional
        `SiteSamples`: ``waste_n`` and, where there is one, ``waste_mass_t``.

    Returns
    -------
    ndarray of str, shape (n,)
        Of `layers.schema.SITE_KINDS`.
    """
    sizes = np.nan_to_num(sites[["mass_t", "volume_m3", "area_m2"]].to_numpy(float))
    waste = (sizes > 0).any(axis=1) | sites["waste_type"].isin(WASTE_TYPES).to_numpy(bool)
    waste |= sites["disposal"].isin(PLACED).to_numpy(bool)
    if site_samples is not None and "waste_n" in site_samples:
        sampled = sites[["site_id"]].merge(site_samples[["site_id", "waste_n"]], on="site_id", how="left")
        waste |= sampled["waste_n"].fillna(0).to_numpy() > 0
    status, name = _words(sites, "status").str.replace("_", " "), _words(sites, "name")
    amounts = sites[[name for name in ("milled_t", "mined_t") if name in sites]].to_numpy(float)
    milled = (np.nan_to_num(amounts) > 0).any(axis=1)
    mere = _says(status, PROSPECT)
    worked = milled | (_says(status, WORKED) & ~_says(status, NEVER)) | (names_a_plant(sites) & ~mere)
    worked &= milled | ~_says(name, DRILL_HOLE)
    staked = mere | (_says(name, PROSPECT_NAME) & ~_says(name, NAMES_A_MINE) & ~worked)
    dug = _says(_words(sites, "remarks"), WORKINGS) | (_says(status, WORKINGS) & ~_says(status, NEVER))
    worked |= (dug | _says(_words(sites, "hazard_class"), HAZARDOUS)) & ~staked
    kinds = ("gone", "waste", "worked", "showing")
    return np.select([say_gone(sites), waste, worked, staked], kinds, "unclear").astype(object)


def names_a_plant(sites: pd.DataFrame) -> np.ndarray:
    """Say which sites have a name of a place where ore was treated, among all their names; plants of stone alone are none."""
    names = _words(sites, "name") + "; " + _words(sites, "aliases") if "aliases" in sites else _words(sites, "name")
    return _says(names, PLANT) & ~only_stone(sites)


def only_stone(sites: pd.DataFrame) -> np.ndarray:
    """Say which sites are known to have sold rock as it was dug (stone, sand, gravel), and nothing else."""
    cells = _words(sites, "commodities")
    stone = {cell: all(group_of(word) == "stone" for word in cell.split("; ")) for cell in cells.unique()}
    return cells.map(stone).to_numpy(bool)


def only_rock(sites: pd.DataFrame) -> np.ndarray:
    """Say which sites are known to have sold stone, gems, gypsum, silica or the like, and nothing else."""
    cells = _words(sites, "commodities")
    sold = {
        cell: all(word in ROCK_SOLD or group_of(word) in ("stone", "gems") for word in cell.split("; "))
        for cell in cells.unique()
    }
    return cells.map(sold).to_numpy(bool)


def named_quarries(sites: pd.DataFrame) -> np.ndarray:
    """Say which sites are called a quarry or pit and are known to have sold stone, gypsum or the like, and nothing else."""
    cells = _words(sites, "commodities")
    sold = {
        cell: all(word in QUARRIED or group_of(word) == "stone" for word in cell.split("; ")) for cell in cells.unique()
    }
    return cells.map(sold).to_numpy(bool) & _says(_words(sites, "name"), QUARRY_NAME)


def _words(sites: pd.DataFrame, column: str) -> pd.Series:
    return sites[column].astype("string").fillna("")


def _says(texts: pd.Series, pattern: str) -> np.ndarray:
    return texts.str.contains(pattern, case=False, regex=True).to_numpy(bool)
