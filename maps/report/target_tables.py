"""The targets beside rare earths in the report: the first sites of each, and the sites worth a sample for most of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from maps import words
from maps.publication import MAIN_TARGET, Publication, of_sites
from maps.rows import assayed, rows, worth_counts

FIRST, MOST = 3, 10
"""Sites named of each target, and sites of the combined table."""


def target_tables(p: Publication, lang: str) -> dict[str, Any] | None:
    """Return the two tables of the section, None where rare earths are the only target.

    Returns
    -------
    dict or None
        ``about``: what is counted; ``refused``: what a run for all targets leaves out, empty elsewhere;
        ``first``: rows of target, threshold, sites worth a sample, wastes assayed, first sites;
        ``most``: rows of site, number of targets, which.
    """
    table = p.targets
    others = table[table["target"] != MAIN_TARGET]
    if others.empty:
        return None
    names = _names(p, lang)
    chance = words.number(float(p.diagnostics["worth_chance"]), lang, 2)
    n = words.number(int(table["target"].nunique()), lang)
    site_names = p.ranking.set_index("site_id")["name"]
    return {
        "about": words.phrase("target_combined_about", lang, chance=chance, n=n),
        "refused": _refused(p, lang),
        "first": [_first(symbol, own, names, site_names, lang) for symbol, own in others.groupby("target", sort=False)],
        "most": _most(table, names, site_names, lang),
    }


def targets_of_list(p: Publication, site_ids: Collection[str], lang: str) -> list[str]:
    """Return one line for each target beside rare earths about some sites: how many are worth a sample, and the first of them.

    Parameters
    ----------
    p : Publication
        What the run published; without other targets, or without sites, there is no line.
    site_ids : collection of str
        Sites of a list.
    lang : {"en", "fr"}
        Language.
    """
    table = of_sites(p.targets, site_ids)
    site_names = p.ranking.set_index("site_id")["name"]
    lines = []
    for symbol, name in names_of_targets(p, lang).items():
        own = table[table["target"] == symbol]
        if len(own):
            _, ppm, n, _, sites = _first(symbol, own, {symbol: name}, site_names, lang)
            lines.append(words.phrase("target_of_list", lang, name=name, ppm=ppm, n=n, sites=sites.rstrip(".") + "."))
    return lines


def names_of_targets(p: Publication, lang: str) -> dict[str, str]:
    """Return the names of the targets beside rare earths by symbol, in the order of the run."""
    names = p.diagnostics.get("target_names", {})
    return {str(symbol): str(names[symbol][lang]) for symbol in dict.fromkeys(p.targets["target"]) if symbol in names}


def _names(p: Publication, lang: str) -> dict[str, str]:
    own: dict[str, str] = {symbol: both[lang] for symbol, both in p.diagnostics["target_names"].items()}
    return own | {MAIN_TARGET: words.word("target_main", lang)}


def _refused(p: Publication, lang: str) -> str:
    """Return what cannot be a target, and why, where a run was made for all."""
    refused: dict[str, dict[str, str]] = p.diagnostics.get("targets_refused", {})
    why = words.in_list((own[lang] for own in refused.values()), lang)
    return words.phrase("target_refused", lang, why=why) if refused else ""


def _first(symbol: Any, own: pd.DataFrame, names: dict[str, str], site_names: pd.Series, lang: str) -> list[str]:
    """Return the row of one target; of sites nothing tells apart the number is told."""
    best = own[own["worth_sampling"].astype(bool)].head(FIRST)
    sites = [] if len(best) else [_likeliest(own, site_names, lang)]
    for row in rows(best):
        tied = f", {words.phrase('target_tied', lang, n=int(row.tied_with))}" if row.tied_with else ""
        sites.append(f"{_name(site_names, row.site_id)} ({words.chance(row.score, lang)}{tied})")
    counts = [int(own["worth_sampling"].sum()), int(assayed(own).sum())]
    numbers = [
        words.number(float(own["threshold_ppm"].iloc[0]), lang),
        *(words.number(count, lang) for count in counts),
    ]
    return [f"{names[symbol]} ({symbol})", *numbers, words.in_list(sites, lang)]


def _likeliest(own: pd.DataFrame, site_names: pd.Series, lang: str) -> str:
    """Say that no site is worth a sample, and which comes nearest, or that nothing points to the target, or showings alone do.

    The order by amount would name the largest waste.
    """
    clue, last = own["host"].notna() | (own["evidence"] == "measured"), own["ranked_last"].astype(bool)
    ordered = own.assign(clue=clue).sort_values(["score", "rank"], ascending=[False, True])
    ranked, behind = ordered[~last.loc[ordered.index]], ordered[(last & clue).loc[ordered.index]]
    if ranked.empty:
        return words.word("target_none_worth", lang)
    if not ranked["clue"].any():
        if behind.empty:
            return words.word("target_no_clue", lang)
        numbers = {"n": len(behind), "site": _name(site_names, str(behind["site_id"].iloc[0]))}
        return words.phrase("target_clue_of_last", lang, **numbers)
    site, score = str(ranked["site_id"].iloc[0]), float(ranked["score"].iloc[0])
    named = {"site": _name(site_names, site), "chance": words.chance(score, lang)}
    return f"{words.word('target_none_worth', lang)} {words.phrase('target_likeliest', lang, **named)}"


def _most(table: pd.DataFrame, names: dict[str, str], site_names: pd.Series, lang: str) -> list[list[str]]:
    """Return the sites worth a sample for most targets, the better ranked for rare earths first where the count is the same."""
    counts = worth_counts(table)
    main = table[table["target"] == MAIN_TARGET].set_index("site_id")["rank"]
    order = pd.DataFrame({"count": counts, "rank": main.reindex(counts.index)})
    best = order[order["count"] > 0].sort_values(["count", "rank"], ascending=[False, True]).head(MOST)
    held = table[table["worth_sampling"].astype(bool) & table["site_id"].isin(best.index)]
    which = held.groupby("site_id")["target"].agg(lambda symbols: ", ".join(names[symbol] for symbol in symbols))
    return [
        [_name(site_names, site), words.number(int(count), lang), symbols]
        for site, count, symbols in zip(best.index, best["count"], which.reindex(best.index), strict=True)
    ]


def _name(site_names: pd.Series, site_id: Any) -> str:
    name = site_names.get(site_id)
    return name if isinstance(name, str) else str(site_id)
