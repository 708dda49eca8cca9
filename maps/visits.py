"""A sampling plan in words: how many visits are worth it, why it ends, and what lies at the same place as a visit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from maps import words
from maps.nearby import distance_to_place_km
from maps.publication import Publication, purpose_of_visits
from maps.rows import assayed

MOST = 0.9
"""Share of what the visits of a plan are expected to bring together that its first are told to bring."""

NAMED = 3
"""Sites named at the place of a visit, the nearest first."""


def plan_end(publication: Publication, lang: str) -> str:
    """Return how many visits of a plan are asked for and worth it, and why it ends; empty where the plan does not say.

    Parameters
    ----------
    publication : Publication
        Its ``sampling_plan`` may lack what older plans do not hold.
    lang : {"en", "fr"}
        Language.
    """
    plan = publication.sampling_plan
    if plan.empty or "visits_asked" not in plan:
        return ""
    first = plan.iloc[0]
    visits = len(plan)
    asked, poor, near = (int(first[name]) for name in ("visits_asked", "left_poor", "left_near"))
    key = "plan_ends_full" if visits >= asked else "plan_ends_poor" if poor else "plan_ends_all"
    least = words.number(float(first["least_payable_t"]), lang)
    sentences = [
        words.phrase(key, lang, n=asked if key == "plan_ends_full" else poor, visits=visits, asked=asked, least=least)
    ]
    if purpose_of_visits(publication) == "find" and plan["gain"].sum() > 0:
        brought = plan.sort_values("order")["gain"].cumsum() / plan["gain"].sum()
        most = int((brought < MOST - 1e-9).sum()) + 1
        sentences += [words.phrase("plan_brings_most", lang, n=most, visits=visits)] if most < visits else []
    metres = 1000.0 * float(first["one_visit_km"])
    beside = int(first["left_assayed"]) if "left_assayed" in plan else 0
    for key, count in (("plan_left_near", near), ("plan_left_assayed", beside)):
        sentences += [words.phrase(key, lang, n=count, m=metres)] if count else []
    return " ".join(sentences)


def at_the_same_place(publication: Publication, lang: str) -> dict[str, str]:
    """Return per visit which other ranked sites lie at its place, and whether one of them was assayed."""
    plan, ranking = publication.sampling_plan, publication.ranking
    if plan.empty or "one_visit_km" not in plan:
        return {}
    reach_km = float(plan["one_visit_km"].iloc[0])
    known = set(ranking.loc[assayed(ranking), "site_id"])
    longitude, latitude = (ranking[name].to_numpy(float) for name in ("longitude", "latitude"))
    place = {site_id: at for at, site_id in reversed(list(enumerate(ranking["site_id"])))}
    worded = {}
    for site_id in plan["site_id"]:
        if site_id not in place:
            continue
        own = place[site_id]
        far = distance_to_place_km(shapely.Point(longitude[own], latitude[own]), longitude, latitude, reach_km)
        near = np.flatnonzero(far <= reach_km)
        others = ranking.iloc[near[near != own]].assign(km=far[near[near != own]]).sort_values(["km", "site_id"])
        parts = []
        for key, chosen in (
            ("plan_beside_assayed", others[others["site_id"].isin(known)]),
            ("plan_beside", others[~others["site_id"].isin(known)]),
        ):
            if len(chosen):
                parts.append(words.phrase(key, lang, names=_named(chosen, lang)))
        if parts:
            worded[str(site_id)] = words.word("between_clauses", lang).join(parts)
    return worded


def _named(others: pd.DataFrame, lang: str) -> str:
    names = [
        f"{name if isinstance(name, str) else site} ({words.number(1000.0 * km, lang, 0)}\u00a0m)"
        for site, name, km in zip(others["site_id"], others["name"], others["km"], strict=True)
    ]
    more = f" + {len(names) - NAMED}" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
