"""Wastes of rare earths of which a grade is published or judged: their host, median, spread, number and source.

Of every other host the utility of `rare_earth_hosts` says how rich its wastes may be (`host_grades`): coarse, and never above
1,600 ppm. The wastes listed here are richer, or better known. Grades are ppm of oxides; published sums of elements are taken
times 1.18, the factor of average crust.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from pipeline.evidence.rare_earth_hosts import RARE_EARTH_NAMES

_RARE_EARTHS = r"(?:\brare earths\b|" + "|".join(RARE_EARTH_NAMES) + ")"


class WasteGrade(NamedTuple):
    """Log-normal grades of the wastes of one host, and the number of wastes or districts that taught them (0: judgement).

    ``pattern`` is met by ``deposit type | commodities``; it counts where the host tables give at least the utility ``least`` and
    at most ``most``, so that nothing that contradicts the host is overruled.
    """

    code: str
    pattern: str
    least: float
    most: float
    median_ppm: float
    gsd: float
    n: int
    source: str


WASTE_GRADES: tuple[WasteGrade, ...] = (
    WasteGrade(
        "rare_earth_iron_carbonatite",
        rf"carbonatite[^|]*\|(?=.*\biron\b)(?=.*{_RARE_EARTHS})",
        0.9,
        1.0,
        60_000.0,
        2.0,
        1,
        "statements on Bayan Obo, 5.2 % of 180 Mt and 8.85 % of 150 Mt",
    ),
    WasteGrade(
        "uranium_skarn_with_rare_earths",
        rf"skarn[^|]*\|(?=.*uranium)(?=.*{_RARE_EARTHS})",
        0.9,
        1.0,
        20_000.0,
        2.0,
        1,
        "statements on Mary Kathleen, about 3 %, no assay, lowered",
    ),
    WasteGrade("carbonatite", r"carbonatite[^|]*\|", 0.9, 1.0, 3500.0, 3.0, 0, "judgement, no published waste"),
    WasteGrade(
        "quartz_pebble_uranium",
        r"(?:quartz[ -]pebble|pala?eoplacer(?! U-Au-PGE)|conglomerate[ -]hosted u)[^|]*\|",
        0.8,
        1.0,
        1550.0,
        2.0,
        1,
        "ore of the Teasdale zone, Elliot Lake, 1 570 to 1 650 ppm of elements, less what leaching took",
    ),
    WasteGrade(
        "iron_oxide_apatite",
        r"(?:(?:iron oxide|magnetite)[ -]apatite|\bIOA\b|kiruna)[^|]*\|",
        0.8,
        1.0,
        590.0,
        7.0,
        1,
        "Taylor et al. 2019: one district of the Adirondacks, 29 composites, 10 to 22 000 ppm of elements",
    ),
    WasteGrade(
        "sedimentary_phosphate",
        r"phosphorite[^|]*\|",
        0.7,
        0.95,
        270.0,
        2.0,
        1,
        "phosphogypsum of Florida, 231 ppm of elements; Yang et al. 2019: normally below 1 000",
    ),
    WasteGrade(
        "red_mud",
        r"bauxite[^|]*\|",
        0.3,
        0.4,
        1000.0,
        1.6,
        2,
        "Deady et al. 2016: Parnassos-Ghiona and Seydişehir, means of about 1 000",
    ),
    WasteGrade(
        "monazite_sands", r"(?:monazite|xenotime)[^|]*\|", 0.9, 1.0, 3500.0, 4.0, 0, "judgement, no published waste"
    ),
    WasteGrade(
        "coal_refuse",
        r"\| coal\b|coal[^|]*\| *$",
        0.29,
        0.31,
        295.0,
        1.5,
        0,
        "judgement; the US programme cuts off at 300 ppm",
    ),
)
"""The first that is met counts."""

BACKGROUND = WasteGrade(
    "background",
    "",
    0.0,
    0.1,
    115.0,
    1.85,
    10,
    "Washington Geological Survey, Open-File Report 2026-02, ten small wastes",
)
"""Common rock, for the record: what `host_grades` gives a mine without any source of rare earths."""

BY_UTILITY = "hosts of the tables of commodities and deposits, 100 to 1 600 ppm by their utility: judgement"


def waste_hosts(sites: pd.DataFrame, utility: np.ndarray) -> np.ndarray:
    """Return the code of the waste of `WASTE_GRADES` that each site is like, None where it is like none.

    Parameters
    ----------
    sites : DataFrame
        ``deposit_type``, ``commodities``.
    utility : ndarray of float, shape (n,)
        By the host tables, 0-1, NaN where nothing is known.
    """
    texts = [sites[name].astype("string").fillna("") for name in ("deposit_type", "commodities")]
    words = (texts[0] + " | " + texts[1]).to_numpy(dtype=object)
    compiled = [(re.compile(grade.pattern, re.IGNORECASE), grade) for grade in WASTE_GRADES]
    hits = {text: [grade for pattern, grade in compiled if pattern.search(text)] for text in set(words)}
    codes = [
        next((grade.code for grade in hits[text] if grade.least <= value <= grade.most), None)
        for text, value in zip(words, np.nan_to_num(utility, nan=-1.0), strict=True)
    ]
    return np.array(codes, dtype=object)


def waste_grades(hosts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return middle and spread of the grade of each host, log10 of ppm of oxides; NaN where there is none."""
    table = {grade.code: (np.log10(grade.median_ppm), np.log10(grade.gsd)) for grade in WASTE_GRADES}
    ends = np.array([table.get(host, (np.nan, np.nan)) for host in hosts], dtype=float).reshape(-1, 2)
    return ends[:, 0], ends[:, 1]


def published_wastes(table: pd.DataFrame, assays: np.ndarray) -> list[list[Any]]:
    """Return what the grades of rare earths rest on, for the wastes that some site is like, and common rock.

    Parameters
    ----------
    table : DataFrame
        ``companion_host``, where there is one.
    assays : ndarray of float, shape (n,)
        Of the waste itself, NaN where there is none.

    Returns
    -------
    list of list
        Code, published wastes, their source in words, median in ppm of oxides, and measured wastes of the region.
    """
    hosts = pd.Series(table["companion_host"].to_numpy(object) if "companion_host" in table else None, table.index)
    measured = np.isfinite(assays)
    kinds = [grade for grade in WASTE_GRADES if (hosts == grade.code).any()]
    rows: list[list[Any]] = [
        [kind.code, kind.n, kind.source, kind.median_ppm, int((measured & (hosts == kind.code)).sum())]
        for kind in kinds
    ]
    others = int((measured & hosts.isna().to_numpy()).sum())
    rows.append(["other_hosts", 0, BY_UTILITY, None, others])
    return [*rows, [BACKGROUND.code, BACKGROUND.n, BACKGROUND.source, BACKGROUND.median_ppm, 0]]
