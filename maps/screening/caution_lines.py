"""The cautions of a list, one line each: how many sites, some names, and what was found where the name alone says nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from maps import words

NAMES = 3
"""Names given as examples of a caution."""

CLERICAL = (
    "same_place", "place_doubtful", "location_conflict", "jurisdiction_conflict", "low_coordinate_precision", "amount_conflict",
    "amount_older",
    "amount_doubtful", "grade_doubtful",
)  # fmt: skip
"""Cautions about the files; hazards come before them."""

COUNTED = {"hazard_class": "grade", "recovery_host": ""}
"""Cautions whose findings are told with the number of sites of each, by a slot or, where it is empty, by the finding itself."""


def caution_lines(flags: pd.DataFrame, table: pd.DataFrame, numbered: Mapping[str, int], lang: str) -> list[str]:
    """Return every caution with the number of its sites, what was found, and some names, hazards first.

    Of sites that have no number in the short tables only a few of the worst class of hazards are named.

    Parameters
    ----------
    flags : DataFrame
        ``site_id, flag, finding, values`` of the sites of the list.
    table : DataFrame
        The list: ``site_id, name``, best rank first.
    numbered : mapping of str to int
        Sites of the short tables and their numbers there.
    lang : {"en", "fr"}
        Language.
    """
    names = table.set_index("site_id")["name"]
    order = {site: at for at, site in enumerate(table["site_id"])}
    pairs = flags.drop_duplicates(["site_id", "flag"])
    counts = pairs["flag"].value_counts()
    lines = []
    for code in sorted(counts.index, key=lambda code: (code in CLERICAL, -counts[code], code)):
        own = sorted(flags[flags["flag"] == code].to_dict("records"), key=lambda row: order[row["site_id"]])
        sites = list(dict.fromkeys(row["site_id"] for row in own))
        listed = sorted((site for site in sites if site in numbered), key=lambda site: numbered[site])[:NAMES]
        shown = [_named(site, names, own, code, numbered[site], lang) for site in listed]
        rest = len(sites) - len(shown)
        shown += [words.phrase("brief_caution_annex", lang, n=rest)] if rest and shown else []
        shown = shown or [words.word("brief_caution_annex_only", lang)]
        kinds = _kinds(own, names, code, lang)
        caution = words.flag(code, lang) + (f" ({kinds})" if kinds else "")
        lines.append(words.phrase("brief_caution", lang, caution=caution, n=len(sites), sites=", ".join(shown)))
    return lines


def _kinds(own: Sequence[dict[Any, Any]], names: pd.Series, code: str, lang: str) -> str:
    """Return what was found at how many sites, for cautions that are told apart so; a few of the worst class by name."""
    if code not in COUNTED:
        return ""
    slot = COUNTED[code]
    sites: dict[str, list[str]] = {}
    for row in own:
        kind = (
            words.hazard_grade(str(json.loads(row["values"])[slot]), lang)
            if slot
            else words.word(f"brief_{row['finding']}", lang)
        )
        sites.setdefault(kind, []).append(_name(row["site_id"], names))
    counted = [f"{kind}{words.word('colon', lang)}{len(of_kind)}" for kind, of_kind in sorted(sites.items())]
    worst = list(dict.fromkeys(sites[min(sites)]))
    if slot and len(worst) <= NAMES:
        counted[0] += f", {', '.join(worst)}"
    return words.in_list(counted, lang)


def _name(site: str, names: pd.Series) -> str:
    name = names.get(site)
    return name if isinstance(name, str) else site


def _named(site: str, names: pd.Series, own: Sequence[dict[Any, Any]], code: str, number: int, lang: str) -> str:
    """Return the name of a site and its number in the tables, with how far apart its sources lie where they do."""
    text = _name(site, names)
    values = [json.loads(row["values"]) for row in own if row["site_id"] == site]
    far = [float(value["km"]) for value in values if "km" in value] if code in CLERICAL else []
    apart = f", {words.number(max(far), lang, 0 if max(far) >= 10 else 1)} km" if far else ""
    return f"{text} (#{number}{apart})"
