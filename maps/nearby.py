"""What lies near what: distances to a place, areas and communities around sites, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.crs import KM_PER_DEGREE, geodesic_km
from layers.text import fold
from maps import words
from maps.publication import Publication, about
from maps.rows import rows

COARSE_STEP_KM = 5.0
"""Distances to an outline kept coarse are told in steps of this: its corners lie on a grid of about ten kilometres."""


@dataclass(frozen=True)
class Place:
    """Where somebody looks from.

    Parameters
    ----------
    key : str
        Names the folder of the answer; holds nothing of an outline somebody brought.
    name : str
        As the layer spells it.
    kind : {"community", "nation", "area"}
        Where it comes from.
    geometry : shapely.Geometry
        EPSG:4326.
    point_kind : str
        ``office_point`` or ``place`` for a community, else empty.
    coarse : bool
        Whether the outline is published on a grid only: distances to it are told in steps.
    hidden : bool
        Whether an outline somebody brought is left off every map.
    """

    key: str
    name: str
    kind: str
    geometry: shapely.Geometry
    point_kind: str = ""
    coarse: bool = False
    hidden: bool = False


WATER_KM = 10.0
"""Farther mapped water says that small waters are missing from the layer, not that there is none."""

WATER_DRAWN_KM = LINE_DRAWN_KM = 0.1
"""Nearer water is told without a number: neither outlines of lakes nor points of sites say on which side of a shore they lie."""


def search_key(text: str) -> str:
    """Return text for comparing in a search: no accents, no case, one kind of apostrophe, single blanks. Never shown."""
    for mark in "ʼ’‘`ʹ":
        text = text.replace(mark, "'")
    return " ".join(fold(text).split())


class Communities:
    """The communities of a publication, taken from their table once for all the places that are asked about."""

    def __init__(self, publication: Publication) -> None:
        table = publication.communities
        self._longitude, self._latitude = (table[axis].to_numpy(float) for axis in ("longitude", "latitude"))
        self._name, self._kind = (table[name].to_numpy(object) for name in ("community", "kind"))

    def near(self, longitude: float, latitude: float, within_km: float) -> pd.DataFrame:
        """Return ``community, kind, distance_km`` (geodesic) of communities around a point, nearest first."""
        band = np.flatnonzero(np.abs(self._latitude - latitude) <= within_km / KM_PER_DEGREE * 1.05)
        distance = geodesic_km(longitude, latitude, self._longitude[band], self._latitude[band])
        chosen, inside = band[distance <= within_km], distance[distance <= within_km]
        order = np.lexsort((self._name[chosen], inside))
        at = chosen[order]
        return pd.DataFrame({"community": self._name[at], "kind": self._kind[at], "distance_km": inside[order]})


def distance_to_place_km(
    geometry: shapely.Geometry, longitude: np.ndarray, latitude: np.ndarray, within_km: float
) -> np.ndarray:
    """Return geodesic kilometres from a place to points; 0 inside, infinite where surely beyond ``within_km``.

    The nearest point of an outline is searched in a plane whose degrees of longitude are shortened at the place's latitude, then
    the distance to it is measured on the ellipsoid.
    """
    west, south, east, north = geometry.bounds
    margin = within_km / KM_PER_DEGREE * 1.05 + 0.01
    widest = max(np.cos(np.radians(min(89.0, max(abs(south - margin), abs(north + margin))))), 0.02)
    nearby = (
        (latitude >= south - margin)
        & (latitude <= north + margin)
        & (longitude >= west - margin / widest)
        & (longitude <= east + margin / widest)
    )
    distances_km = np.full(len(longitude), np.inf)
    at = np.flatnonzero(nearby)
    if not len(at):
        return distances_km
    inside = shapely.intersects(geometry, shapely.points(longitude[at], latitude[at]))
    squeeze = np.cos(np.radians(latitude[at].mean()))
    flat = shapely.transform(geometry, lambda corner: corner * [squeeze, 1.0])
    moved = shapely.points(longitude[at] * squeeze, latitude[at])
    shapely.prepare(flat)
    nearest = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(flat, moved), 0))
    km = geodesic_km(nearest[:, 0] / squeeze, nearest[:, 1], longitude[at], latitude[at])
    distances_km[at] = np.where(inside, 0.0, km)
    return distances_km


def in_language(publication: Publication, table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return a list of sites with its columns ``areas`` and ``flags`` said in a language."""
    shown = about(publication, list(table["site_id"]))
    return table.assign(
        areas=table["site_id"].map(areas_per_site(shown, lang)).astype("str"),
        flags=table["site_id"].map(flags_per_site(shown, lang)).astype("str"),
    )


def relation(kind: str, distance_km: float, lang: str, *, coarse: bool) -> str:
    """Say how a site lies to an area, with the straight-line distance where it is outside; about so far of a coarse outline."""
    if kind == "near":
        return words.phrase("relation_near_km", lang, far=kilometres(distance_km, coarse, lang))
    return words.word(f"relation_{kind}", lang)


def kept_coarse(territories: pd.DataFrame) -> set[str]:
    """Return the ids of areas whose outline is published on a grid only."""
    return set(territories.loc[territories["publish"] == "generalised", "territory_id"])


def distances_as_told(site_territories: pd.DataFrame, territories: pd.DataFrame) -> pd.DataFrame:
    """Return the relations of sites to areas with distances to coarse outlines in the steps that pages tell them in, km."""
    coarse = site_territories["territory_id"].isin(kept_coarse(territories)) & (site_territories["relation"] == "near")
    return site_territories.assign(
        distance_km=site_territories["distance_km"].mask(coarse, in_steps_km(site_territories["distance_km"]))
    )


def in_steps_km(km: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return distances from outside a coarse outline in steps of `COARSE_STEP_KM`, one step at least."""
    return np.maximum(1.0, np.floor(np.asarray(km, dtype=float) / COARSE_STEP_KM + 0.5)) * COARSE_STEP_KM


def areas_per_site(publication: Publication, lang: str) -> dict[str, str]:
    """Return per site every area it has a relation to, alphabetical, joined by ``; ``."""
    table = publication.site_territories
    colon = words.word("colon", lang)
    areas: dict[str, list[tuple[str, str]]] = {}
    coarse = kept_coarse(publication.territories)
    for row in rows(table):
        how = relation(row.relation, row.distance_km, lang, coarse=row.territory_id in coarse)
        sentence = f"{row.territory} ({words.layer(row.layer, lang)}){colon}{how}"
        areas.setdefault(row.site_id, []).append((search_key(row.territory), sentence))
    return {site: "; ".join(sentence for _, sentence in sorted(several)) for site, several in areas.items()}


def areas_in_short(publication: Publication, lang: str) -> dict[str, str]:
    """Return per site its areas by relation, names alone and alphabetical, one relation per line; for narrow columns."""
    relations = _by_relation(publication, lang, lambda relation_row: (relation_row.site_id,))
    return {key[0]: "\n".join(sentence) for key, sentence in relations.items()}


def areas_by_layer(publication: Publication, lang: str) -> dict[str, list[str]]:
    """Return per site one line for each kind of area: its title, then the areas by relation, alphabetical."""
    colon = words.word("colon", lang)
    titles: dict[str, list[str]] = {}
    relations = _by_relation(
        publication, lang, lambda relation_row: (relation_row.site_id, words.layer(relation_row.layer, lang))
    )
    for (site, title), sentence in sorted(relations.items()):
        titles.setdefault(site, []).append(f"{title}{colon}{'; '.join(sentence)}")
    return titles


def titles_of_areas(publication: Publication, site_ids: Iterable[str], lang: str) -> list[str]:
    """Return which kind of area the areas of some sites are: ``title: names``, all alphabetical."""
    table = publication.site_territories
    shown = table[table["site_id"].isin(list(site_ids))].drop_duplicates(["territory", "layer"])
    names: dict[str, list[str]] = {}
    for row in rows(shown):
        names.setdefault(words.layer(row.layer, lang), []).append(str(row.territory))
    colon = words.word("colon", lang)
    return [f"{title}{colon}{', '.join(sorted(several, key=search_key))}" for title, several in sorted(names.items())]


def _by_relation(
    publication: Publication, lang: str, key: Callable[[Any], tuple[str, ...]]
) -> dict[tuple[str, ...], list[str]]:
    """Return, per key of a row, the areas inside, partly inside and near, each as ``relation: names``."""
    table = publication.site_territories
    order = {kind: at for at, kind in enumerate(("inside", "overlaps", "near"))}
    by_relation: dict[tuple[str, ...], dict[int, set[tuple[str, str]]]] = {}
    coarse = kept_coarse(publication.territories)
    for row in rows(table):
        name = str(row.territory)
        far = kilometres(row.distance_km, row.territory_id in coarse, lang)
        shown = f"{name} ({far})" if row.relation == "near" else name
        by_relation.setdefault(key(row), {}).setdefault(order[row.relation], set()).add((search_key(name), shown))
    colon = words.word("colon", lang)
    kinds = [words.word(f"relation_{kind}", lang) for kind in order]
    return {
        which: [f"{kinds[at]}{colon}{', '.join(name for _, name in sorted(names[at]))}" for at in sorted(names)]
        for which, names in by_relation.items()
    }


def kilometres(km: float, coarse: bool, lang: str) -> str:
    """Write the distance to an outline; to one that is kept coarse in steps of `COARSE_STEP_KM`, as about so far."""
    if not coarse:
        return f"{words.number(km, lang, 1)}\u00a0km"
    return words.phrase("about_km", lang, km=words.number(float(in_steps_km(km)), lang, 0))


def short_km(km: float, lang: str, decimals: int | None = 1) -> str:
    """Return kilometres without the unit, by default to a tenth; fewer than one tenth as less than that."""
    nearest = words.number(LINE_DRAWN_KM, lang, 1)
    return words.phrase("under_km", lang, km=nearest) if km < LINE_DRAWN_KM else words.number(km, lang, decimals)


def line_in_words(km: float, lang: str) -> str:
    """Return the distance to the nearest line of a kind; NaN is not known."""
    return words.phrase("near_lines", lang, km=short_km(km, lang)) if np.isfinite(km) else words.word("not_known", lang)


def water_in_words(km: float, lang: str) -> str:
    """Return the distance to mapped water, as far as a map tells it."""
    if km > WATER_KM:
        return words.word("water_beyond", lang)
    return words.word("water_here", lang) if km < WATER_DRAWN_KM else line_in_words(km, lang)


def flags_per_site(publication: Publication, lang: str) -> dict[str, str]:
    """Return per site its cautions in words, joined by ``; ``."""
    flags: dict[str, list[str]] = {}
    for row in rows(publication.flags):
        flags.setdefault(row.site_id, []).append(words.flag(row.flag, lang))
    return {site: "; ".join(dict.fromkeys(several)) for site, several in flags.items()}
