"""What was analysed in the waste of a site and around it, as rows for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from layers.elements import REE, UPPER_CRUST_PPM, light
from maps import words

WASTE_ROWS = 6
REGION_ROWS = 3
BESIDE_REE = ("U", "Th", "Nb", "Ta", "Zr", "Sc", "Li", "Co", "Ni", "Cu", "Zn")
"""Elements shown next after the rare earths: those that come with them or are critical or hazardous themselves."""


_WASTE = re.compile(r"waste_([A-Z][a-z]?)_ppm")
_NEAR = re.compile(r"near_([A-Z][a-z]?)_z")


@lru_cache(maxsize=8)
def _columns(names: tuple[str, ...]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    waste = [(name, match[1]) for name in names if (match := _WASTE.fullmatch(name))]
    near = [(name, match[1]) for name in names if (match := _NEAR.fullmatch(name))]
    return waste, near


def metals(site: Mapping[Any, Any], lang: str, titles: Mapping[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Return element, kind of evidence and value: rare earths sampled in the waste first, then the region's strongest signals.

    Parameters
    ----------
    site : mapping
        A row of the sites by column, with the columns ``waste_<El>_ppm``, ``waste_n``, ``waste_method``,
        ``near_<El>_z`` and the patterns of `pipeline.evidence.waste_chemistry`.
    lang : {"en", "fr"}
        Language.
    titles : mapping of str to str, optional
        Titles of sources by their ids; the source of the analyses is named by its title.
    """
    waste, near = _columns(tuple(site))
    sampled = _sampled(site, lang, titles or {})
    rows = [(element, float(site[name])) for name, element in waste if pd.notna(site[name])]
    rows.sort(key=lambda entry: (entry[0] not in REE, entry[0] not in BESIDE_REE, -entry[1]))
    metal_rows = [
        (_element(element, lang), sampled, f"{words.number(value, lang)}\u00a0ppm")
        for element, value in rows[:WASTE_ROWS]
    ]
    pattern = _pattern(site, lang)
    if pattern:
        metal_rows.append((words.word("sheet_pattern", lang), sampled, pattern))
    acid_base = _acid_base(site, lang)
    if acid_base:
        metal_rows.append((words.word("sheet_acid_base", lang), sampled, acid_base))
    signals = [(element, float(site[name])) for name, element in near if pd.notna(site[name])]
    signals.sort(key=lambda entry: -abs(entry[1]))
    kind = words.word("sheet_from_region", lang)
    metal_rows += [
        (_element(element, lang), kind, words.phrase("sheet_above_norm", lang, value=value))
        for element, value in signals[:REGION_ROWS]
    ]
    return metal_rows


def waste_elements(site: Mapping[Any, Any], lang: str) -> str:
    """Return every element analysed in the waste with ppm and, where known, times the average upper crust."""
    waste, _ = _columns(tuple(site))
    known = [(element, float(site[name])) for name, element in waste if pd.notna(site[name])]
    known.sort(key=lambda entry: (entry[0] not in REE, entry[0] not in BESIDE_REE, entry[0]))
    return words.in_list(
        (f"{element} {words.number(ppm, lang)}{_times_crust(element, ppm, lang)}" for element, ppm in known), lang
    )


def _times_crust(element: str, ppm: float, lang: str) -> str:
    crust = UPPER_CRUST_PPM.get(element)
    return "" if crust is None else f" ({words.rounded(ppm / crust, lang)}×)"


def _pattern(site: Mapping[Any, Any], lang: str) -> str:
    """Return what the suite of rare earths says beside its total, where enough of it was measured."""
    lines_of_pattern = []
    for name in ("magnet_share", "lree_hree", "eu_anomaly", "ce_anomaly"):
        value = site.get(f"waste_{name}")
        if value is None or pd.isna(value):
            continue
        shown = words.rounded(100 * float(value) if name == "magnet_share" else float(value), lang)
        group = light(str(site.get("waste_ree_convention"))) if name == "lree_hree" else ("", "")
        lines_of_pattern.append(
            words.phrase(f"pattern_{name}", lang, value=shown, light=f"{group[0]}\u2013{group[-1]}")
        )
    return words.in_list(lines_of_pattern, lang)


def _acid_base(site: Mapping[Any, Any], lang: str) -> str:
    """Return paste pH and NP/AP of the waste, where they were measured."""
    measured = {"acid_ph": site.get("waste_paste_ph"), "acid_np_ap": site.get("waste_np_ap")}
    shown = [
        words.phrase(key, lang, value=words.rounded(float(value), lang))
        for key, value in measured.items()
        if value is not None and pd.notna(value)
    ]
    return words.in_list(shown, lang)


def _element(symbol: str, lang: str) -> str:
    return f"{words.element(symbol, lang)} ({symbol})"


def _sampled(site: Mapping[Any, Any], lang: str, titles: Mapping[str, str]) -> str:
    parts = [words.word("sheet_from_waste", lang)]
    if pd.notna(site.get("waste_n")):
        parts.append(f"n = {int(site['waste_n'])}")
    if isinstance(site.get("waste_method"), str):
        parts.append(words.word(f"method_{site['waste_method']}", lang))
    sources = site.get("waste_sources")
    parts += [titles[source] for source in sources.split("; ") if source in titles] if isinstance(sources, str) else []
    return ", ".join(parts)
