"""The ground under the sites: outlines clipped to the region, and the names that make a country one recognises."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maps import assets
from maps.publication import Publication
from maps.site_map.columns import numbers, scaled, texts

Box = tuple[float, float, float, float]

OUTLINE_VERTICES = 40_000
"""Corners of all areas, of all lines and of all background polygons (each) in the page."""

AREAS = ("land", "province", "protected", "lake")
LINES = ("water", "structure", "power", "rail", "road")
NAMED = ("province", "lake", "water", "protected")
"""Kinds whose names are written on the map."""

MARGIN, LEAST_MARGIN_DEGREES = 0.15, 0.6
"""How far the ground reaches beyond the sites: share of their extent, and degrees of latitude at least."""

MOST_NAMES = 900
MOST_TOWNS, TOWN_CELL_DEGREES = 1_500, 0.5
"""Towns in the page; the largest of every square of this edge come first, so that cities do not crowd out villages."""

AT_SEA_SHARE = 0.03
"""Larger share of known places outside all land means that the layers do not cover the land, not that places lie at sea."""

LEAST_PLACES = 20
SAME_TOWN_DEGREES = 0.35
NEAR_DEGREES = 0.7
"""Towns this near a site are named before others."""


def ground_box(publication: Publication) -> Box:
    """Return west, south, east, north of the ground that a page keeps; the whole globe's middle where there is no site."""
    longitude = publication.sites["longitude"].to_numpy(float)
    latitude = publication.sites["latitude"].to_numpy(float)
    if not len(latitude):
        return (-180.0, -85.0, 180.0, 85.0)
    west, east, south, north = longitude.min(), longitude.max(), latitude.min(), latitude.max()
    tall = max(MARGIN * (north - south), LEAST_MARGIN_DEGREES)
    shrink = max(np.cos(np.radians((south + north) / 2)), 0.1)
    wide = max(MARGIN * (east - west), LEAST_MARGIN_DEGREES / shrink)
    box = (max(-180.0, west - wide), max(-85.0, south - tall), min(180.0, east + wide), min(85.0, north + tall))
    return box[0], box[1], box[2], box[3]


def base_map(publication: Publication) -> dict[str, Any]:
    """Return the ground of the map, clipped to `ground_box`.

    Parameters
    ----------
    publication : Publication
        Its ``backdrop`` and ``lines``.

    Returns
    -------
    dict
        ``box``; ``sea`` (1 where what no land covers is water); ``backdrop`` and ``lines``, each a list of ``kind, paths``;
        ``towns`` and ``names`` as columns, the most telling first; ``paths`` of names: how many paths of the rivers are of that
        name, the paths of the first named river first.
    """
    box = ground_box(publication)
    areas = _clipped(publication.backdrop[(publication.backdrop["kind"] != "town").to_numpy()], box)
    lines = _clipped(publication.lines, box)
    towns = _towns(publication, box)
    names = _widest(pd.concat([_named_areas(areas), _named_lines(lines)], ignore_index=True))
    lines, paths_of_names = _by_name(_drawn(lines), names)
    return {
        "box": [round(edge, 3) for edge in box],
        "sea": int(_void_is_sea(publication, areas, towns)),
        "backdrop": _paths(_drawn(areas), AREAS),
        "lines": _paths(lines, LINES),
        "towns": {
            "name": texts(towns["name"]),
            "x": scaled(towns["x"], 1e4),
            "y": scaled(towns["y"], 1e4),
            "people": numbers(towns["people"], 2),
            "near": int(towns["near"].sum()),
        },
        "names": {**_names(names), "paths": paths_of_names},
    }


def _clipped(table: gpd.GeoDataFrame, box: Box) -> pd.DataFrame:
    """Return ``kind, name, geometry`` of what lies in the box, cut at its edges."""
    cut = shapely.clip_by_rect(table.geometry.to_numpy(), *box)
    clipped = pd.DataFrame({"kind": table["kind"].to_numpy(), "name": table["name"].to_numpy()})
    return clipped.assign(geometry=cut)[~shapely.is_empty(cut)].reset_index(drop=True)


def _drawn(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(geometry=assets.simplified(table["geometry"].to_numpy(dtype=object), OUTLINE_VERTICES))


def _paths(drawn: pd.DataFrame, kinds: tuple[str, ...]) -> list[dict[str, Any]]:
    present = [kind for kind in kinds if (drawn["kind"] == kind).any()]
    return [{"kind": kind, "paths": assets.encode_paths(drawn["geometry"][drawn["kind"] == kind])} for kind in present]


def _by_name(drawn: pd.DataFrame, names: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """Return the lines with those of the named rivers first, in the order of the names, and how many paths each name has."""
    rivers = {
        name: at for at, (kind, name) in enumerate(zip(names["kind"], names["name"], strict=True)) if kind in LINES
    }
    place = drawn["name"].map(rivers).where(drawn["kind"].isin(NAMED)).astype(float)
    ordered = drawn.assign(place=place).sort_values("place", kind="stable", na_position="last")
    paths = [0] * len(names)
    for at, of_name in ordered.groupby("place")["geometry"]:
        paths[int(float(str(at)))] = len(assets.encode_paths(of_name))
    return ordered, paths


def _towns(publication: Publication, box: Box) -> pd.DataFrame:
    """Return ``name, x, y, people, near`` of towns in the box: those near sites first, then the most peopled; none twice."""
    backdrop = publication.backdrop
    given = backdrop[((backdrop["kind"] == "town") & backdrop["name"].notna()).to_numpy()]
    people = given["people"] if "people" in given else pd.Series(np.nan, index=given.index)
    x, y = shapely.get_x(given.geometry.to_numpy()), shapely.get_y(given.geometry.to_numpy())
    towns = pd.DataFrame({"name": given["name"].to_numpy(), "x": x, "y": y, "people": people.to_numpy(float)})
    towns = towns[towns["x"].between(box[0], box[2]) & towns["y"].between(box[1], box[3])]
    towns = towns.sort_values(["people", "name"], ascending=[False, True], na_position="last", kind="stable")
    towns = towns[~_again(towns)].reset_index(drop=True)
    cell = [np.floor(towns[axis] / TOWN_CELL_DEGREES) for axis in ("x", "y")]
    fair = towns.groupby(cell).cumcount().sort_values(kind="stable").index[:MOST_TOWNS]
    towns = towns.loc[np.sort(fair)]
    towns["near"] = False
    points = shapely.points(publication.sites[["longitude", "latitude"]].to_numpy(float))
    pairs = shapely.STRtree(points).query(shapely.points(towns[["x", "y"]].to_numpy(float)), "dwithin", NEAR_DEGREES)
    towns.loc[towns.index[np.unique(pairs[0])], "near"] = True
    return pd.concat([towns[towns["near"]], towns[~towns["near"]]], ignore_index=True)


def _again(towns: pd.DataFrame) -> np.ndarray:
    """Say of each town whether one of its name stands before it within `SAME_TOWN_DEGREES`: two gazetteers place it apart."""
    again = np.zeros(len(towns), dtype=bool)
    for at in towns.reset_index(drop=True).groupby("name", sort=False).indices.values():
        if len(at) > 1:
            places = towns[["x", "y"]].to_numpy(float)[at]
            apart = np.abs(places[:, None] - places[None]).max(axis=2)
            again[at] = (np.tril(apart < SAME_TOWN_DEGREES, -1)).any(axis=1)
    return again


def _void_is_sea(publication: Publication, areas: pd.DataFrame, towns: pd.DataFrame) -> bool:
    """Say whether what no land covers is water: where land is given, or provinces that hold nearly all known places."""
    if (areas["kind"] == "land").any():
        return True
    land = areas.loc[areas["kind"] == "province", "geometry"].to_numpy(dtype=object)
    known = [towns[["x", "y"]].to_numpy(float)]
    known += [
        table[["longitude", "latitude"]].to_numpy(float) for table in (publication.sites, publication.communities)
    ]
    places = shapely.points(np.concatenate(known))
    if not len(land) or len(places) < LEAST_PLACES:
        return False
    box = shapely.box(*ground_box(publication))
    places = places[shapely.intersects(box, places)]
    ashore = np.unique(shapely.STRtree(places).query(land, predicate="intersects")[1])
    return len(places) - len(ashore) <= AT_SEA_SHARE * len(places)


def _named_areas(areas: pd.DataFrame) -> pd.DataFrame:
    """Return ``kind, name, x, y, size``: of each name its largest part; size is its width in degrees of longitude."""
    named = areas[areas["kind"].isin(NAMED) & areas["name"].notna()]
    parts, owner = shapely.get_parts(named["geometry"].to_numpy(dtype=object), return_index=True)
    table = named.iloc[owner][["kind", "name"]].assign(part=parts, extent=shapely.area(parts))
    largest = table.sort_values("extent", ascending=False, kind="stable").drop_duplicates(["kind", "name"])
    shapes = largest["part"].to_numpy(dtype=object)
    inside, bounds = shapely.point_on_surface(shapes), shapely.bounds(shapes).reshape(-1, 4)
    return largest[["kind", "name"]].assign(
        x=shapely.get_x(inside), y=shapely.get_y(inside), size=bounds[:, 2] - bounds[:, 0]
    )


def _named_lines(lines: pd.DataFrame) -> pd.DataFrame:
    """Return ``kind, name, x, y, size``: the middle of the longest run of each name, and its length in degrees."""
    named = lines[lines["kind"].isin(NAMED) & lines["name"].notna()]
    names: list[tuple[str, str, float, float, float]] = []
    for (kind, name), of_name in named.groupby(["kind", "name"], sort=True)["geometry"]:
        merged = shapely.get_parts(shapely.line_merge(shapely.union_all(of_name.to_numpy(dtype=object))))
        longest = merged[int(np.argmax(shapely.length(merged)))]
        middle = shapely.line_interpolate_point(longest, 0.5, normalized=True)
        names.append(
            (str(kind), str(name), shapely.get_x(middle), shapely.get_y(middle), float(shapely.length(longest)))
        )
    return pd.DataFrame(names, columns=["kind", "name", "x", "y", "size"])


def _widest(table: pd.DataFrame) -> pd.DataFrame:
    return table.sort_values(["size", "name"], ascending=[False, True], kind="stable").head(MOST_NAMES)


def _names(widest: pd.DataFrame) -> dict[str, list[Any]]:
    """Return names as columns; ``kind`` counts through `NAMED`."""
    return {
        "kinds": list(NAMED),
        "kind": [NAMED.index(kind) for kind in widest["kind"]],
        "name": texts(widest["name"]),
        "x": scaled(widest["x"], 1e4),
        "y": scaled(widest["y"], 1e4),
        "size": numbers(widest["size"], 2),
    }
