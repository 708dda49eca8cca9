"""What lies near a community, a Nation's area or an outline: the list, and the other way round for a site."""

from __future__ import annotations

import difflib

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import StageError
from layers.text import did_you_mean
from maps import words
from maps.nearby import (
    Place,
    communities_near,
    distance_to_place_km,
    in_language,
    relation,
    search_key,
)
from maps.publication import Publication
from maps.rows import rows
from maps.screening.roads import RoadNetwork


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
        f"  {row.territory} ({words.layer(row.layer, lang)}){colon}{relation(row.relation, row.distance_km, lang)}"
        for row in rows(relations.sort_values(["territory", "layer"], key=lambda column: column.map(search_key)))
    ] or [f"  {words.word('around_none', lang)}"]
    near = communities_near(publication, site["longitude"], site["latitude"], within_km)
    lines += ["", words.phrase("around_communities", lang, km=within_km)]
    lines += [
        f"  {row.community}{colon}{words.number(row.distance_km, lang, 1)} km ({words.word(f'kind_{row.kind}', lang)})"
        for row in rows(near)
    ] or [f"  {words.word('around_none', lang)}"]
    return "\n".join([*lines, "", words.word("notice_nations", lang), words.word("notice_absence", lang)])


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
    wanted = search_key(name)
    for column in columns:
        exact = table[table[column] == name]
        folded = table[
            table[column].fillna("").map(lambda text: wanted in [search_key(part) for part in str(text).split("; ")])
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
    by_folded = {search_key(str(name)): str(name) for name in names.dropna().unique()}
    close = difflib.get_close_matches(wanted, list(by_folded), n=5, cutoff=0.5)
    close += [one for one in by_folded if wanted and wanted in one and one not in close][: 5 - len(close)]
    offered = ", ".join(f"'{by_folded[one]}'" for one in close)
    return f" Did you mean {offered}?" if offered else f" It knows for example '{sorted(by_folded.values())[0]}'."


def _site(publication: Publication, site_id: str) -> pd.Series:
    chosen = publication.sites[publication.sites["site_id"] == site_id]
    if len(chosen):
        return chosen.iloc[0]
    ids = list(publication.sites["site_id"])
    hint = did_you_mean(site_id, ids, least_likeness=0.4)
    raise StageError(f"screen: this run has no site '{site_id}' among {len(ids)}.{hint} Ids are in ranking.csv.")


def _named(site: pd.Series) -> str:
    return f"{site['name']} ({site['site_id']})" if pd.notna(site["name"]) else str(site["site_id"])
