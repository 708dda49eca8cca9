"""What lies near a community, a Nation's area or an outline: the list, and the other way round for a site."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.crs import geodesic_km
from layers.errors import StageError
from maps import words
from maps.publication import Publication, about
from maps.roads import RoadNetwork
from maps.rows import rows
from maps.screening_page import write_screening

__all__ = [
    "Place",
    "around_site",
    "fold",
    "place_of_area",
    "place_of_community",
    "place_of_nation",
    "screen",
    "write_screening",
]

EARTH_KM_PER_DEGREE = 111.2
"""Kilometres per degree of latitude; only used for a generous first cut."""


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
    """

    key: str
    name: str
    kind: str
    geometry: shapely.Geometry
    point_kind: str = ""


def fold(text: str) -> str:
    """Return text for comparing in a search: no accents, no case, one kind of apostrophe. Never shown."""
    plain = "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))
    for mark in "ʼ’‘`ʹ":
        plain = plain.replace(mark, "'")
    return " ".join(plain.casefold().split())


def place_of_community(publication: Publication, name: str) -> Place:
    """Return a community by its name or id.

    Raises
    ------
    StageError
        If the run has no such community, or several of that name; close names or the ids are listed.
    """
    table = publication.communities
    chosen = _by_name(table, name, "community", ("community_id", "community"))
    row = chosen.iloc[0]
    point = shapely.Point(row["longitude"], row["latitude"])
    return Place(str(row["community_id"]), str(row["community"]), "community", point, str(row["kind"]))


def place_of_nation(publication: Publication, name: str) -> Place:
    """Return all areas of one name (a Nation may hold several) as one place.

    Raises
    ------
    StageError
        If no public layer of the run has an area of that name; close names are listed.
    """
    chosen = _by_name(publication.territories, name, "nation", ("territory_id", "territory", "territory_other_names"))
    geometry = shapely.union_all(chosen.geometry.to_numpy())
    return Place(str(chosen.iloc[0]["territory_id"]), str(chosen.iloc[0]["territory"]), "nation", geometry)


def place_of_area(outline: gpd.GeoDataFrame) -> Place:
    """Return an outline somebody brought as a place. It has no name, so that none is written anywhere.

    Parameters
    ----------
    outline : GeoDataFrame
        EPSG:4326; all features together are the place.
    """
    return Place("outline", "", "area", shapely.union_all(shapely.make_valid(outline.geometry.to_numpy())))


def screen(publication: Publication, place: Place, *, within_km: float, lang: str = "en") -> pd.DataFrame:
    """List the sites within a straight-line distance of a place.

    Parameters
    ----------
    publication : Publication
        What the run published.
    place : Place
        From one of the ``place_of_*`` functions.
    within_km : float
        Geodesic kilometres from the place to the site; 0 inside an area.
    lang : {"en", "fr"}
        Language of cautions and relations.

    Returns
    -------
    DataFrame
        Best rank first, sites without a score last: ``rank, rank_low, rank_high`` (missing without a score), ``site_id, name,
        distance_km, road_km`` (NaN where no mapped road leads), ``areas`` (every relation, alphabetical), ``evidence, score,
        score_low, score_high, tonnage_low_t, tonnage_high_t, tonnage_rule, contained_treo_low_t, contained_treo_high_t, flags,
        commodities, nearest_community, community_km, latitude, longitude``.

    Raises
    ------
    StageError
        If ``within_km`` is negative or not finite.
    """
    if not (np.isfinite(within_km) and within_km >= 0):
        raise StageError(f"screen: within_km is {within_km}. Give kilometres, 0 or more.")
    sites = publication.sites
    distance = distance_to_place_km(
        place.geometry, sites["longitude"].to_numpy(), sites["latitude"].to_numpy(), within_km
    )
    near = distance <= within_km
    chosen = pd.DataFrame({"site_id": sites["site_id"].to_numpy()[near], "distance_km": np.round(distance[near], 2)})
    from_ranking = [
        "site_id", "rank", "rank_low", "rank_high", "score", "score_low", "score_high", "evidence",
        "tonnage_low_t", "tonnage_high_t", "tonnage_rule",
        "contained_treo_low_t", "contained_treo_high_t", "nearest_community", "community_km",
    ]  # fmt: skip
    from_sites = ["site_id", "name", "commodities", "latitude", "longitude"]
    chosen = chosen.merge(pd.DataFrame(sites[from_sites]), on="site_id", how="left", validate="one_to_one")
    chosen = chosen.merge(publication.ranking[from_ranking], on="site_id", how="left", validate="one_to_one")
    for column in ("rank", "rank_low", "rank_high"):
        chosen[column] = chosen[column].astype("Int64")
    chosen["road_km"] = _road_km(publication, place, chosen)
    chosen = in_language(publication, chosen, lang)
    ordered = ["rank", "rank_low", "rank_high",
               "site_id", "name", "distance_km", "road_km", "areas", "evidence", "score", "score_low", "score_high",
               "tonnage_low_t", "tonnage_high_t", "tonnage_rule", "contained_treo_low_t", "contained_treo_high_t", "flags",
               "commodities", "nearest_community", "community_km", "latitude", "longitude"]  # fmt: skip
    return chosen[ordered].sort_values(["rank", "site_id"], na_position="last", kind="stable").reset_index(drop=True)


def in_language(publication: Publication, table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return a list of sites with its columns ``areas`` and ``flags`` said in a language."""
    shown = about(publication, list(table["site_id"]))
    return table.assign(
        areas=table["site_id"].map(areas_per_site(shown, lang)).astype("str"),
        flags=table["site_id"].map(flags_per_site(shown, lang)).astype("str"),
    )


def around_site(publication: Publication, site_id: str, within_km: float, lang: str) -> str:
    """Say every area and community around one site, as text for a terminal.

    Raises
    ------
    StageError
        If the run has no such site; close ids are listed.
    """
    site = _site(publication, site_id)
    relations = publication.site_territories[publication.site_territories["site_id"] == site["site_id"]]
    colon = words.word("colon", lang)
    title = words.word("around_title", lang).format(site=_named(site))
    lines = [title, "", words.word("around_areas", lang)]
    lines += [
        f"  {one.territory} ({words.layer(one.layer, lang)}){colon}{relation(one.relation, one.distance_km, lang)}"
        for one in rows(relations.sort_values(["territory", "layer"], key=lambda column: column.map(fold)))
    ] or [f"  {words.word('around_none', lang)}"]
    near = communities_near(publication, site["longitude"], site["latitude"], within_km)
    lines += ["", words.phrase("around_communities", lang, km=within_km)]
    lines += [
        f"  {one.community}{colon}{words.number(one.distance_km, lang, 1)} km ({words.word(f'kind_{one.kind}', lang)})"
        for one in rows(near)
    ] or [f"  {words.word('around_none', lang)}"]
    return "\n".join([*lines, "", words.word("notice_nations", lang), words.word("notice_absence", lang)])


def communities_near(publication: Publication, longitude: float, latitude: float, within_km: float) -> pd.DataFrame:
    """Return ``community, kind, distance_km`` (geodesic) of communities around a point, nearest first."""
    table = publication.communities
    band = np.abs(table["latitude"].to_numpy() - latitude) <= within_km / EARTH_KM_PER_DEGREE * 1.05
    rows_near = np.flatnonzero(band)
    there = (table[axis].to_numpy()[rows_near] for axis in ("longitude", "latitude"))
    distance = geodesic_km(longitude, latitude, *there)
    chosen = rows_near[distance <= within_km]
    near = pd.DataFrame({name: table[name].iloc[chosen].array for name in ("community", "kind")})
    near["distance_km"] = distance[distance <= within_km]
    return near.sort_values(["distance_km", "community"]).reset_index(drop=True)


def distance_to_place_km(
    geometry: shapely.Geometry, longitude: np.ndarray, latitude: np.ndarray, within_km: float
) -> np.ndarray:
    """Return geodesic kilometres from a place to points; 0 inside, infinite where surely beyond ``within_km``.

    The nearest point of an outline is searched in a plane whose degrees of longitude are shortened at the place's latitude, then
    the distance to it is measured on the ellipsoid.
    """
    points = shapely.points(longitude, latitude)
    west, south, east, north = geometry.bounds
    margin = within_km / EARTH_KM_PER_DEGREE * 1.05 + 0.01
    widest = max(np.cos(np.radians(min(89.0, max(abs(south - margin), abs(north + margin))))), 0.02)
    nearby = (
        (latitude >= south - margin)
        & (latitude <= north + margin)
        & (longitude >= west - margin / widest)
        & (longitude <= east + margin / widest)
    )
    found = np.full(len(points), np.inf)
    at = np.flatnonzero(nearby)
    if not len(at):
        return found
    inside = shapely.intersects(geometry, points[at])
    squeeze = np.cos(np.radians(latitude[at].mean()))
    flat = shapely.transform(geometry, lambda corner: corner * [squeeze, 1.0])
    moved = shapely.points(longitude[at] * squeeze, latitude[at])
    shapely.prepare(flat)
    nearest = shapely.get_coordinates(shapely.get_point(shapely.shortest_line(flat, moved), 0))
    km = geodesic_km(nearest[:, 0] / squeeze, nearest[:, 1], longitude[at], latitude[at])
    found[at] = np.where(inside, 0.0, km)
    return found


def relation(kind: str, distance_km: float, lang: str) -> str:
    """Say how a site lies to an area, with the straight-line distance where it is outside."""
    if kind == "near":
        return words.phrase("relation_near_km", lang, km=words.number(distance_km, lang, 1))
    return words.word(f"relation_{kind}", lang)


def areas_per_site(publication: Publication, lang: str) -> dict[str, str]:
    """Return per site every area it has a relation to, alphabetical, joined by ``; ``."""
    table = publication.site_territories
    colon = words.word("colon", lang)
    found: dict[str, list[tuple[str, str]]] = {}
    for one in rows(table):
        said = f"{one.territory} ({words.layer(one.layer, lang)}){colon}{relation(one.relation, one.distance_km, lang)}"
        found.setdefault(one.site_id, []).append((fold(one.territory), said))
    return {site: "; ".join(said for _, said in sorted(several)) for site, several in found.items()}


def areas_in_short(publication: Publication, lang: str) -> dict[str, str]:
    """Return per site its areas by relation, names alone and alphabetical, one relation per line; for narrow columns."""
    relations = _by_relation(publication, lang, lambda one: (one.site_id,))
    return {key[0]: "\n".join(said) for key, said in relations.items()}


def areas_by_layer(publication: Publication, lang: str) -> dict[str, list[str]]:
    """Return per site one line for each kind of area: its title, then the areas by relation, alphabetical."""
    colon = words.word("colon", lang)
    found: dict[str, list[str]] = {}
    relations = _by_relation(publication, lang, lambda one: (one.site_id, words.layer(one.layer, lang)))
    for (site, title), said in sorted(relations.items()):
        found.setdefault(site, []).append(f"{title}{colon}{'; '.join(said)}")
    return found


def titles_of_areas(publication: Publication, site_ids: Iterable[str], lang: str) -> list[str]:
    """Return which kind of area the areas of some sites are: ``title: names``, all alphabetical."""
    table = publication.site_territories
    shown = table[table["site_id"].isin(list(site_ids))].drop_duplicates(["territory", "layer"])
    names: dict[str, list[str]] = {}
    for one in rows(shown):
        names.setdefault(words.layer(one.layer, lang), []).append(str(one.territory))
    colon = words.word("colon", lang)
    return [f"{title}{colon}{', '.join(sorted(several, key=fold))}" for title, several in sorted(names.items())]


def _by_relation(
    publication: Publication, lang: str, key: Callable[[Any], tuple[str, ...]]
) -> dict[tuple[str, ...], list[str]]:
    """Return, per key of a row, the areas inside, partly inside and near, each as ``relation: names``."""
    table = publication.site_territories
    order = {kind: at for at, kind in enumerate(("inside", "overlaps", "near"))}
    said: dict[tuple[str, ...], dict[int, set[tuple[str, str]]]] = {}
    for one in rows(table):
        name = str(one.territory)
        shown = f"{name} ({words.number(one.distance_km, lang, 1)}\u00a0km)" if one.relation == "near" else name
        said.setdefault(key(one), {}).setdefault(order[one.relation], set()).add((fold(name), shown))
    colon = words.word("colon", lang)
    kinds = [words.word(f"relation_{kind}", lang) for kind in order]
    return {
        which: [f"{kinds[at]}{colon}{', '.join(name for _, name in sorted(names[at]))}" for at in sorted(names)]
        for which, names in said.items()
    }


def flags_per_site(publication: Publication, lang: str) -> dict[str, str]:
    """Return per site its cautions in words, joined by ``; ``."""
    found: dict[str, list[str]] = {}
    for one in rows(publication.flags):
        found.setdefault(one.site_id, []).append(words.flag(one.flag, lang))
    return {site: "; ".join(dict.fromkeys(several)) for site, several in found.items()}


def _road_km(publication: Publication, place: Place, chosen: pd.DataFrame) -> np.ndarray:
    """Return road kilometres from a community; an area has no single point to start from."""
    if place.kind != "community" or not len(chosen):
        return np.full(len(chosen), np.nan)
    network = RoadNetwork(publication.lines)
    km = network.km_from(
        place.geometry.x, place.geometry.y, chosen["longitude"].to_numpy(), chosen["latitude"].to_numpy()
    )
    return np.round(km, 1)


def _by_name(table: pd.DataFrame, name: str, option: str, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return the rows an id or a name means: byte for byte first, then folded."""
    title = columns[1]
    if table.empty:
        raise StageError(
            f"screen: this run published no layer that names a {option}, so '{name}' cannot be found. "
            "Use --area with an outline, or add such a layer to the run file with `publish: allowed`."
        )
    wanted = fold(name)
    for column in columns:
        exact = table[table[column] == name]
        folded = table[
            table[column].fillna("").map(lambda text: wanted in [fold(part) for part in str(text).split("; ")])
        ]
        chosen = exact if len(exact) else folded
        if len(chosen) > 1 and option == "community" and column == title:
            ids = ", ".join(
                f"{row.community_id} ({row.kind}, {row.latitude:.2f}, {row.longitude:.2f})" for row in rows(chosen)
            )
            raise StageError(f"screen: {len(chosen)} communities are called '{name}': {ids}. Give the id of one.")
        if len(chosen):
            return chosen
    raise StageError(
        f"screen: this run knows no {option} '{name}' among {table[title].nunique()}.{_close(wanted, table[title])} "
        "Names are compared without accents and case."
    )


def _close(wanted: str, names: pd.Series) -> str:
    by_folded = {fold(str(one)): str(one) for one in names.dropna().unique()}
    close = difflib.get_close_matches(wanted, list(by_folded), n=5, cutoff=0.5)
    close += [one for one in by_folded if wanted and wanted in one and one not in close][: 5 - len(close)]
    offered = ", ".join(f"'{by_folded[one]}'" for one in close)
    return f" Did you mean {offered}?" if offered else f" It knows for example '{sorted(by_folded.values())[0]}'."


def _site(publication: Publication, site_id: str) -> pd.Series:
    chosen = publication.sites[publication.sites["site_id"] == site_id]
    if len(chosen):
        return chosen.iloc[0]
    ids = list(publication.sites["site_id"])
    close = difflib.get_close_matches(site_id, ids, n=3, cutoff=0.4)
    hint = f" Did you mean {', '.join(close)}?" if close else ""
    raise StageError(f"screen: this run has no site '{site_id}' among {len(ids)}.{hint} Ids are in ranking.csv.")


def _named(site: pd.Series) -> str:
    return f"{site['name']} ({site['site_id']})" if pd.notna(site["name"]) else str(site["site_id"])
