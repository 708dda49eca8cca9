"""What lies near a community, a Nation's area or an outline: the list, and the other way round for a site."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.errors import StageError
from layers.site_layers import speak_first_with
from layers.text import did_you_mean
from maps import words
from maps.nearby import (
    Communities,
    Place,
    distance_to_place_km,
    in_language,
    in_steps_km,
    kept_coarse,
    relation,
    search_key,
)
from maps.publication import Publication
from maps.rows import kinds_shown, rows, tied_ranks
from maps.screening.names import bare_key, close_names, letters_key
from maps.screening.roads import RoadNetwork

COLUMNS = (
    "rank", "rank_first", "rank_last", "rank_low", "rank_high", "site_id", "name", "site_kind", "distance_km", "road_km", "areas",
    "evidence", "score", "score_low", "score_high", "applicability", "treo_ppm", "treo_low_ppm",
    "treo_high_ppm", "treo_inferred_low_ppm",
    "treo_inferred_high_ppm", "grade_rule", "waste_n", "tonnage_low_t", "tonnage_high_t", "tonnage_rule",
    "contained_treo_low_t", "contained_treo_high_t", "expected_grade_ppm", "payable_t", "chance_payable", "flags", "commodities",
    "deposit_type",
    "waste_type",
    "status", "jurisdiction", "first_year", "last_year", "nearest_community", "community_km", "latitude", "longitude", "url",
)  # fmt: skip
"""Columns of a list, in this order."""

FROM_SITES = (
    "site_id", "name", "commodities", "deposit_type", "waste_type", "status", "jurisdiction", "first_year", "last_year",
    "waste_n", "latitude", "longitude", "url",
)  # fmt: skip
FROM_RANKING = (
    "site_id", "rank", "rank_low", "rank_high", "score", "score_low", "score_high", "evidence", "applicability", "treo_ppm",
    "treo_low_ppm",
    "treo_high_ppm", "treo_inferred_low_ppm", "treo_inferred_high_ppm", "grade_rule", "tonnage_low_t", "tonnage_high_t",
    "tonnage_rule", "contained_treo_low_t", "contained_treo_high_t", "expected_grade_ppm", "payable_t", "chance_payable",
    "nearest_community",
    "community_km",
)  # fmt: skip


def place_of_community(publication: Publication, name: str) -> Place:
    """Return a community by its name or id.

    Raises
    ------
    StageError
        If the run has no such community, or several of that name; close names or the ids are listed.
    """
    table = publication.communities
    other = ("nation", publication.territories["territory"])
    hints = _called(publication, name)
    chosen = _by_name(table, name, "community", ("community_id", "community"), other, hints)
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
    columns = ("territory_id", "territory", "territory_other_names")
    other = ("community", publication.communities["community"])
    chosen = _by_name(publication.territories, name, "nation", columns, other, _called(publication, name))
    geometry = shapely.union_all(chosen.geometry.to_numpy())
    coarse = bool((chosen["publish"] == "generalised").any())
    return Place(
        str(chosen.iloc[0]["territory_id"]), str(chosen.iloc[0]["territory"]), "nation", geometry, coarse=coarse
    )


def place_of_area(outline: gpd.GeoDataFrame, *, hidden: bool = False) -> Place:
    """Return an outline somebody brought as a place. It has no name, so that none is written anywhere.

    Parameters
    ----------
    outline : GeoDataFrame
        EPSG:4326; all features together are the place.
    hidden : bool
        Whether the maps leave it out.
    """
    shape = shapely.union_all(shapely.make_valid(outline.geometry.to_numpy()))
    return Place("outline", "", "area", shape, hidden=hidden)


def screen(publication: Publication, origin: Place, *, within_km: float, lang: str = "en") -> pd.DataFrame:
    """List the sites within a straight-line distance of a place.

    Parameters
    ----------
    publication : Publication
        What the run published.
    origin : Place
        From one of the ``place_of_*`` functions.
    within_km : float
        Geodesic kilometres from the place to the site; 0 inside an area.
    lang : {"en", "fr"}
        Language of cautions and relations.

    Returns
    -------
    DataFrame
        Best rank first, sites without a score last: `COLUMNS`, then what else the pages show. ``rank`` and its ends are missing
        without a score; ``rank_first`` and ``rank_last`` are the ranks it shares with sites that nothing tells apart;
        ``road_km`` is NaN where no mapped road leads; ``areas`` holds every relation, alphabetical.

    Raises
    ------
    StageError
        If ``within_km`` is negative or not finite.
    """
    if not (np.isfinite(within_km) and within_km >= 0):
        raise StageError(f"screen: within_km is {within_km}. Give kilometres, 0 or more.")
    sites = publication.sites
    distance = distance_to_place_km(
        origin.geometry, sites["longitude"].to_numpy(), sites["latitude"].to_numpy(), within_km
    )
    near = distance <= within_km
    chosen = pd.DataFrame({"site_id": sites["site_id"].to_numpy()[near], "distance_km": distance[near]})
    if origin.coarse:
        chosen["distance_km"] = chosen["distance_km"].where(
            chosen["distance_km"] == 0, in_steps_km(chosen["distance_km"])
        )
    chosen = _described(publication, chosen)
    chosen["road_km"] = _road_km(publication, origin, chosen)
    chosen = in_language(publication, chosen, lang)
    return _in_order(chosen)


def whole_list(publication: Publication, lang: str) -> pd.DataFrame:
    """List every site of a run.

    Parameters
    ----------
    publication : Publication
        What the run published.
    lang : {"en", "fr"}
        Language of cautions and relations.

    Returns
    -------
    DataFrame
        As `screen` returns it, without ``distance_km`` and ``road_km``, which depend on a place; ``order`` says which sites
        the sampling plan holds, ``speak_first_with`` which areas any site lies in, and their stewards.
    """
    listed = pd.DataFrame({"site_id": publication.sites["site_id"].to_numpy()})
    plan = pd.DataFrame(publication.sampling_plan)[["site_id", "order"]]
    described = _described(publication, listed).merge(plan, on="site_id", how="left", validate="one_to_one")
    described["order"] = described["order"].astype("Float64").astype("Int64")
    described["speak_first_with"] = (
        described["site_id"].map(speak_first_with(publication.site_territories)).astype("object")
    )
    return _in_order(in_language(publication, described, lang))


def _described(publication: Publication, chosen: pd.DataFrame) -> pd.DataFrame:
    """Return sites with what is known of them and their ranks, shared ones with both ends."""
    chosen = chosen.merge(
        pd.DataFrame(publication.sites[list(FROM_SITES)]), on="site_id", how="left", validate="one_to_one"
    )
    kinds = pd.DataFrame(publication.sites)[["site_id", "site_kind"]]
    kinds["site_kind"] = kinds_shown(kinds, publication.flags)
    chosen = chosen.merge(kinds, on="site_id", how="left", validate="one_to_one")
    given = publication.ranking[[name for name in FROM_RANKING if name in publication.ranking]]
    if "expected_grade_ppm" in given and given["expected_grade_ppm"].isna().all():
        given = given.drop(columns="expected_grade_ppm")  # the list does not go by it
    chosen = chosen.merge(given, on="site_id", how="left", validate="one_to_one")
    shared = tied_ranks(publication.ranking)
    ends = [shared.get(site, (rank, rank)) for site, rank in zip(chosen["site_id"], chosen["rank"], strict=True)]
    chosen["rank_first"], chosen["rank_last"] = ([end[at] for end in ends] for at in (0, 1))
    for column in ("rank", "rank_first", "rank_last", "rank_low", "rank_high"):
        chosen[column] = chosen[column].astype("Float64").astype("Int64")
    return chosen


def _in_order(chosen: pd.DataFrame) -> pd.DataFrame:
    """Return a list with the columns of every list first, best rank first, sites without a score last."""
    ordered = [*(name for name in COLUMNS if name in chosen), *(name for name in chosen if name not in COLUMNS)]
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
    coarse = kept_coarse(publication.territories)
    lines += [
        f"  {row.territory} ({words.layer(row.layer, lang)}){colon}"
        f"{relation(row.relation, row.distance_km, lang, coarse=row.territory_id in coarse)}"
        for row in rows(relations.sort_values(["territory", "layer"], key=lambda column: column.map(search_key)))
    ] or [f"  {words.word('around_none', lang)}"]
    near = Communities(publication).near(site["longitude"], site["latitude"], within_km)
    lines += ["", words.phrase("around_communities", lang, km=within_km)]
    lines += [
        f"  {row.community}{colon}{words.number(row.distance_km, lang, 1)} km ({words.word(f'kind_{row.kind}', lang)})"
        for row in rows(near)
    ] or [f"  {words.word('around_none', lang)}"]
    return "\n".join([*lines, "", words.word("notice_nations", lang), words.word("notice_absence", lang)])


def _road_km(publication: Publication, origin: Place, chosen: pd.DataFrame) -> np.ndarray:
    """Return road kilometres from a community's point, or from wherever a road leaves an area; none from a coarse outline.

    Nobody knows to a few kilometres where a road leaves an outline that is kept on a coarse grid.
    """
    if not len(chosen) or origin.coarse or not (publication.lines["kind"] == "road").any():
        return np.full(len(chosen), np.nan)
    network = RoadNetwork(publication.lines)
    ends = chosen["longitude"].to_numpy(), chosen["latitude"].to_numpy()
    if origin.kind != "community":
        return np.round(network.km_from_area(origin.geometry, *ends), 1)
    return np.round(network.km_from(origin.geometry.x, origin.geometry.y, *ends), 1)


def _by_name(
    table: pd.DataFrame, name: str, option: str, columns: tuple[str, ...], other: tuple[str, pd.Series], hints: str
) -> pd.DataFrame:
    """Return the rows an id or a name means: byte for byte first, then letter for letter, then without "First Nation".

    A name that only holds all the words asked for is taken where no other holds them.
    """
    title = columns[1]
    if table.empty:
        raise StageError(
            f"screen: this run published no layer that names a {option}, so '{name}' cannot be found. "
            "Use --area with an outline, or add such a layer to the run file with `publish: allowed`."
        )
    for column in columns:
        chosen = _meant(table, column, name)
        if len(chosen) > 1 and option == "community" and column == title:
            ids = ", ".join(
                f"{row.community_id} ({row.kind}, {row.latitude:.2f}, {row.longitude:.2f})" for row in rows(chosen)
            )
            raise StageError(f"screen: {len(chosen)} communities are called '{name}': {ids}. Give the id of one.")
        if len(chosen):
            return chosen
    asked = set(bare_key(name).split())
    holding = table[table[title].map(lambda text: bool(asked) and asked <= set(bare_key(str(text)).split()))]
    if holding[title].nunique() == 1 and (option == "nation" or len(holding) == 1):
        return holding
    raise StageError(
        f"screen: this run knows no {option} '{name}' among {table[title].nunique()}.{_close(name, table[title])} "
        f"{hints}{_elsewhere(name, *other)}Names are compared without accents, case, apostrophes and words such as First Nation."
    )


def _meant(table: pd.DataFrame, column: str, name: str) -> pd.DataFrame:
    """Return the rows whose cell, or one of several joined with ``; ``, is a name: by the strictest reading that fits any."""
    cells = table[column].fillna("").astype(str)
    exact = table[cells == name]
    if len(exact):
        return exact
    for key in (search_key, letters_key, bare_key):
        wanted = key(name)
        fits = cells.map(lambda text, key=key, wanted=wanted: wanted in [key(part) for part in text.split("; ")])
        if wanted and fits.any():
            return table[fits]
    return table.iloc[:0]


def _close(name: str, names: pd.Series) -> str:
    known = sorted(str(text) for text in names.dropna().unique())
    offered = ", ".join(f"'{text}'" for text in close_names(name, known))
    none = " None of its names is like it; map.html of the run lists them all under Filters."
    return f" Did you mean {offered}?" if offered else none


def _called(publication: Publication, name: str) -> str:
    """Say that a town of the map or a site of the run is called so, and how to look from there."""
    key, backdrop, sites = bare_key(name), publication.backdrop, publication.sites
    towns = backdrop[
        (backdrop["kind"] == "town") & backdrop["name"].map(lambda text: bare_key(str(text)) == key).astype(bool)
    ]
    hints = []
    if len(towns):
        x, y = shapely.get_coordinates(shapely.point_on_surface(towns.geometry.iloc[0]))[0]
        hints.append(
            f"'{towns['name'].iloc[0]}' is a town of this run's map ({y:.2f}, {x:.2f}), and towns are no communities of its "
            "layers: draw an outline around it and use --area. "
        )
    named = sites[sites["name"].map(lambda text: isinstance(text, str) and bare_key(text) == key)]
    if len(named):
        hints.append(f"'{named['name'].iloc[0]}' is a site: use --site {named['site_id'].iloc[0]}. ")
    return "".join(hints)


def _elsewhere(name: str, option: str, names: pd.Series) -> str:
    """Say that the name is known under the other option."""
    key = bare_key(name)
    there = sorted({str(text) for text in names.dropna() if bare_key(str(text)) == key})
    return f"There is a {option} '{there[0]}': use --{option}. " if there else ""


def _site(publication: Publication, site_id: str) -> pd.Series:
    chosen = publication.sites[publication.sites["site_id"] == site_id]
    if len(chosen):
        return chosen.iloc[0]
    ids = list(publication.sites["site_id"])
    hint = did_you_mean(site_id, ids, least_likeness=0.4)
    raise StageError(f"screen: this run has no site '{site_id}' among {len(ids)}.{hint} Ids are in ranking.csv.")


def _named(site: pd.Series) -> str:
    return f"{site['name']} ({site['site_id']})" if pd.notna(site["name"]) else str(site["site_id"])
