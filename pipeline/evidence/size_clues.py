"""What years of work, the class of hazards, the name and the commodities of a mine say of its waste where no amount is known."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from pipeline.evidence.rare_earth_hosts import RARE_EARTH_NAMES
from pipeline.evidence.worked_sites import names_a_plant

YEARS_SLOPE, USUAL_YEARS, MOST_YEARS = 1.0, 20.0, 100.0
"""Tonnes of a mine go with the years from its first to its last; at the usual number they are as without them.

Least squares of log10 t on log10 years: 0.94 on 337 mines of British Columbia (tonnes milled), 0.98 on 251 wastes of Nova Scotia,
by which the squared error falls by 14 and 19 % on mines left out; half of these mines worked for 20 years and more."""

LATER_DEX, USUAL_LAST_YEAR, LATER_SPAN = 0.4 / 50.0, 1930.0, (1850.0, 2010.0)
"""Mines that closed later were larger: decimal logarithm of tonnes per year of closing, beside years of work.

Fifty years more are 0.43 (standard error 0.20) on 338 mines of British Columbia (milled), 0.68 (0.09) on 1,317 (mined) and 0.41
(0.11) on 193 wastes of Nova Scotia."""

LEAN_IRON = (r"magnetite|specular", r"\b(?:quartz|chert|jasper|silicates?)\b")
"""Minerals of an iron ore that was ground and parted before it was sold: one of each."""

SHIPPED_AS_DUG_DEX = -0.5
"""What is added to the tonnes of a waste where the minerals of an iron mine are known and are not those of `LEAN_IRON`.

Its ore was shipped as it was dug, and rock alone was left. Judgement; in Labrador it tells Schefferville from Wabush and Labrador
City, where the ore was ground and its tailings lie in lakes."""

_RARE_EARTHS = r"\b(?:rare earths|" + "|".join(RARE_EARTH_NAMES) + r")\b"

CLASSED = r"^[A-D]\b"
"""Classes of hazard of the national list of abandoned mines, from the most concern to the least."""

LEAST_OF_CLASS = 30
"""Mines of a class of which the years are known, from which their mean stands for the others of it.

In Ontario mines of class A worked 27 years (geometric mean of 35), of B 15 (118), of C 7 (394), of D 2 (193): classes and closing
year take a third of the squared error on blocks left out (740 mines)."""

WORKS_NAME = r"\b(?:mines?|colliery|collieries|quarry|quarries|pits?|adits?|shafts?|dredg\w*)\b"
"""Names of places that somebody worked or dug, where the status does not say so.

A placer is a kind of deposit: 33 of 96 were worked."""

WORKS_ODDS, WORKS_SHARE = 2.0, 0.08
"""What such a name adds to the log odds that a place was worked, and the share of places that have one.

Logistic regression on 2,894 records of metals in north-east Washington whose status tells mines from prospects: 1.99 (standard
error 0.22); 65 of 100 with such a name were worked and 20 of 100 without. In Labrador all 12 with one were, 1 % of the others."""

COMMODITY_ODDS, USUAL_COMMODITIES, MOST_COMMODITIES = 0.3, 2.4, 5
"""What each commodity named adds to the same log odds, and how many are usual; rare earths listed one by one are one.

The same regression: 0.30 (0.06); both together have an AUC of 0.67 on blocks left out. In British Columbia 46, 53 and 77 of 100
metal sites with one, two and three were producers; in Labrador (44 mines) the number says nothing. It says nothing of tonnes:
0.0 per commodity on 1,092 metal mines of British Columbia."""


TREATED_ODDS = 1.6
"""What a mill, plant or tailings in one of its names adds to the log odds that a worked place has a waste: 0.99 for 0.95.

Where ore was treated its tailings were left; a mine alone may have sent all of it elsewhere. Judgement."""

SHOWING_ODDS = {r"(?<!un)develop|advanced": 2.0, r"prospect": 1.1, r"indicat|anomal|reported": -2.2}
"""What the status of a place that nobody mined adds to the log odds that something was dug, against a showing or occurrence.

Shares with a trench or an adit in Labrador: 39 % of 71 developed prospects, 20 % of 225 prospects, 8 % of 1,064 showings and
1 % of 1,772 indications."""

WORKINGS_NOTED, WORKINGS_ODDS = r"\b(?:trench(?:es|ed|ing)?|tranch[ée]es?|adits?|shafts?|galer[ií]as?)\b", 2.1
"""Workings noted of a place, and what they add to the same log odds.

In Labrador 47 % of 43 mines have a trench on record and 5.6 % of 3,132 other places (ratio 8.4). Holes that were drilled tell
nothing: 9 and 6 %."""


def years_worked(sites: pd.DataFrame) -> np.ndarray:
    """Return the years from the first to the last of work, both counted, at most `MOST_YEARS`; NaN where one is not known."""
    years = sites["last_year"].to_numpy(float) - sites["first_year"].to_numpy(float) + 1.0
    return np.where(years >= 1.0, np.minimum(years, MOST_YEARS), np.nan)


def size_clues(sites: pd.DataFrame) -> pd.DataFrame:
    """Return what is to be added to the belief about a waste of which no amount is known.

    Parameters
    ----------
    sites : DataFrame
        `Sites` of one region.

    Returns
    -------
    DataFrame
        ``site_id``; ``size_log10``, to the decimal logarithm of the tonnes of a mine: from its years of work, else those usual
        of its class of hazards in the region, from its last year and the minerals of iron ores; ``dug_log_odds``, to the log
        odds that anything was dug, where no record says so; ``shown_log_odds``, the same of places that were shown or explored
        and never mined; ``treated_log_odds``, to those of a waste where a mine or mill worked. All are 0 where nothing is known.
    """
    noted = _texts(sites, "remarks").str.contains(WORKINGS_NOTED, case=False, regex=True).to_numpy(bool)
    return pd.DataFrame(
        {
            "site_id": sites["site_id"].to_numpy(),
            "size_log10": YEARS_SLOPE * (_log_years(sites) - np.log10(USUAL_YEARS)) + _later(sites) + _as_dug(sites),
            "dug_log_odds": _dug(sites) + WORKINGS_ODDS * noted,
            "shown_log_odds": _shown(sites) + WORKINGS_ODDS * noted,
            "treated_log_odds": TREATED_ODDS * names_a_plant(sites),
        }
    )


def _log_years(sites: pd.DataFrame) -> np.ndarray:
    """Return log10 of the years of work: those known, else the mean of the site's class of hazards, else the usual number."""
    known = np.log10(years_worked(sites))
    classes = sites["hazard_class"].astype("string").str.extract(f"({CLASSED})", expand=False)
    by_class = pd.Series(known).groupby(classes.to_numpy(dtype=object)).agg(["mean", "count"])
    usual = by_class["mean"].where(by_class["count"] >= LEAST_OF_CLASS)
    of_class = classes.map(usual).to_numpy(dtype=float, na_value=np.nan)
    believed: np.ndarray = np.where(
        np.isfinite(known), known, np.where(np.isfinite(of_class), of_class, np.log10(USUAL_YEARS))
    )
    return believed


def _later(sites: pd.DataFrame) -> np.ndarray:
    last = np.clip(sites["last_year"].to_numpy(float), *LATER_SPAN)
    return np.nan_to_num(LATER_DEX * (last - USUAL_LAST_YEAR))


def _as_dug(sites: pd.DataFrame) -> np.ndarray:
    minerals = _texts(sites, "minerals")
    lean = np.all([minerals.str.contains(words, case=False, regex=True).to_numpy(bool) for words in LEAN_IRON], axis=0)
    iron = _texts(sites, "commodities").str.match(r"iron(?:;|$)").to_numpy(bool)
    return np.where(iron & (minerals != "").to_numpy(bool) & ~lean, SHIPPED_AS_DUG_DEX, 0.0)


def _dug(sites: pd.DataFrame) -> np.ndarray:
    called = sites["name"].astype("string").fillna("").str.contains(WORKS_NAME, case=False, regex=True).to_numpy(float)
    cells = sites["commodities"].astype("string")
    rare_earths = cells.str.count(_RARE_EARTHS, flags=re.IGNORECASE)
    number = cells.str.count(";") + 1 - (rare_earths - 1).clip(lower=0)
    count = number.clip(upper=MOST_COMMODITIES).to_numpy(dtype=float, na_value=USUAL_COMMODITIES)
    odds: np.ndarray = WORKS_ODDS * (called - WORKS_SHARE) + COMMODITY_ODDS * (count - USUAL_COMMODITIES)
    return odds


def _shown(sites: pd.DataFrame) -> np.ndarray:
    status = _texts(sites, "status").str.replace("_", " ")
    classes = [status.str.contains(words, case=False, regex=True).to_numpy(bool) for words in SHOWING_ODDS]
    return np.select(classes, list(SHOWING_ODDS.values()), 0.0)


def _texts(sites: pd.DataFrame, column: str) -> pd.Series:
    texts = sites[column] if column in sites else pd.Series(None, index=sites.index)
    return texts.astype("string").fillna("")
