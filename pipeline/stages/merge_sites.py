"""Records and links -> sites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.errors import StageError
from layers.schema import GeoDataFrame, Links, Records, Sites, conform
from pipeline.evidence.doubled_places import with_doubles
from pipeline.kernels.record_groups import group_records, site_names

_QUANTITIES = (
    "mass_t", "volume_m3", "milled_t", "area_m2", "height_m", "mined_t", "authorised_t",
    "authorised_m3", "milled_t_per_day",
)  # fmt: skip
_UNSAID = {"waste_type": "unknown", "disposal": "unknown"}
_NOT_SITES = {"record_id", "source", "source_row", "official_id", "cross_ids", "parent_id", "geometry"}
_SAID_TWICE = {"main_commodities", "owner"}
"""Columns that repeat a part of another, or say nothing of the waste: a record is none the fuller for them."""
_CONFLICTS = ("location_conflict", "amount_conflict", "amount_editions")
_COARSE_KM = 1.0


class MergeSitesParams(BaseModel):
    """How records become sites."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    precedence: tuple[str, ...] = Field(
        default=(), description="source ids, most trusted first; sources not named come after, the fuller record first"
    )
    editions: tuple[tuple[str, ...], ...] = Field(
        default=(),
        description="source ids that are editions of one register, the newest first, such as [[register, register_2018]]: of "
        "an amount that several of them give at a site the newest stands, for wastes grow and shrink",
    )
    max_diameter_km: float = Field(
        default=5.0, gt=0, description="links that would string records wider than this together are not followed"
    )


def merge_sites(
    records: GeoDataFrame[Records], links: DataFrame[Links], params: MergeSitesParams
) -> GeoDataFrame[Sites]:
    """Merge the records that are linked as one site.

    Links are followed from the most to the least confident. A link is not followed when it would bring together two records that
    a person, their numbers or a location conflict keep apart, or would stretch a site beyond ``max_diameter_km`` (a person's
    links and parents are exempt from the latter), so that chains of near look-alikes do not grow together.

    A site takes every value from its first record that has one, in order of ``precedence``, then parents before parts, then
    the fuller record. Commodities and names are united, years span. Amounts come from one record; where only parts of a
    facility give them, different amounts are added and repeated ones (a parent's area copied to each dam) count once. What an
    older edition gives is left out where a newer one of ``editions`` gives that amount.
    The place is that of the first polygon, else of the first record whose stated precision is 1 km or better.

    Parameters
    ----------
    records : GeoDataFrame[Records]
        Any CRS; kept.
    links : DataFrame[Links]
        As `link_records` returns them.
    params : MergeSitesParams

    Returns
    -------
    GeoDataFrame[Sites]
        Sorted by ``site_id``. Further columns: ``n_records``, ``link_confidence`` (of the weakest link used; NaN for one record),
        ``location_conflict`` and ``amount_conflict`` (JSON objects, NA where there is none: kilometres to every record that
        claims to be this site elsewhere, and the least and greatest value of every quantity the records differ on twofold or
        more), ``amount_editions`` (the same shape, where older ``editions`` lie twofold and more from the newest: the older
        amount and the newest one), ``same_place`` and ``mistyped_place`` (`with_doubles`),
        then any further column of the records. ``site_id`` is ``<source>-<official id>`` of the first record, else
        ``s-`` and ten digits of a hash of the record ids: ASCII, lower case, safe as a file name. Records of a group without any
        location are in no site.

    Raises
    ------
    StageError
        If ``precedence`` or ``editions`` name a source that has no record here.
    """
    named = [("precedence", params.precedence), *(("editions", sources) for sources in params.editions)]
    strange = [(key, name) for key, names in named for name in sorted(set(names) - set(records["source"]))]
    if strange and len(records):
        raise StageError(
            f"merge_sites.{strange[0][0]}: '{strange[0][1]}' is no inventory with records in this run. There are: "
            f"{', '.join(sorted(records['source'].unique()))}. Correct the name, or leave it out."
        )
    if records.empty:
        return _finish(gpd.GeoDataFrame(_no_rows(), geometry="geometry", crs=records.crs))
    group, spread, confidence = group_records(records, links, params.max_diameter_km)
    ordered = _ordered(records.assign(group=group, spread_km=spread), params)
    placed = (
        ~(ordered.geometry.isna() | ordered.geometry.is_empty)
        & ordered["latitude"].notna()
        & ordered["longitude"].notna()
    )
    has_place = placed.groupby(ordered["group"]).transform("any")
    ordered, placed = ordered[has_place], placed[has_place]
    if ordered.empty:
        return _finish(gpd.GeoDataFrame(_no_rows(), geometry="geometry", crs=records.crs))
    by_group = ordered.groupby("group", sort=True)
    sources_table = pd.DataFrame(ordered.drop(columns="geometry"))
    for column, unsaid in _UNSAID.items():
        sources_table[column] = sources_table[column].where(sources_table[column] != unsaid)
    table = (
        sources_table.drop(columns=[column for column in sources_table if column in _NOT_SITES])
        .groupby("group", sort=True)
        .first()
    )
    for column, unsaid in _UNSAID.items():
        table[column] = table[column].fillna(unsaid)
    table["record_ids"] = _united(ordered["record_id"], ordered["group"])
    table["sources"] = _united(ordered["source"], ordered["group"])
    table["official_ids"] = _united(ordered["official_id"], ordered["group"])
    for column in ("commodities", "remarks", "url", *({"minerals", "owner"} & set(ordered))):
        table[column] = _united(ordered[column], ordered["group"])
    table["aliases"] = _aliases(ordered, table["name"])
    table["first_year"], table["last_year"] = by_group["first_year"].min(), by_group["last_year"].max()
    table["n_records"] = by_group.size()
    table["link_confidence"] = table.index.map(confidence)
    _amounts(table, sources_table, params.editions)
    placed_rows = _places(ordered[placed])
    for column in ("latitude", "longitude", "coordinate_precision_km"):
        table[column] = placed_rows[column]
    table["coordinate_spread_km"] = by_group["spread_km"].first()
    table["location_conflict"] = _location_conflicts(ordered, links)
    table["site_id"] = site_names(ordered)
    table = table.drop(columns="spread_km")
    return _finish(gpd.GeoDataFrame(table, geometry=placed_rows.geometry, crs=records.crs))


def _finish(table: gpd.GeoDataFrame) -> GeoDataFrame[Sites]:
    table = table.astype(dict.fromkeys(_CONFLICTS, "str"))
    return conform(with_doubles(table.sort_values("site_id", kind="stable")), Sites)


def _no_rows() -> dict[str, list]:
    columns = [*Sites.to_schema().columns, "n_records", "link_confidence", *_CONFLICTS]
    return {column: [] for column in columns}


def _ordered(records: gpd.GeoDataFrame, params: MergeSitesParams) -> gpd.GeoDataFrame:
    """Put the records of each group in the order in which they are believed."""
    rank = {source: index for index, source in enumerate(params.precedence)}
    fullness = records.drop(columns=["geometry", *(_SAID_TWICE & set(records))]).notna().sum(axis=1)
    keys = pd.DataFrame(
        {
            "group": records["group"],
            "rank": records["source"].map(rank).fillna(len(rank)),
            "is_part": records["parent_id"].notna(),
            "missing": -fullness,
            "record_id": records["record_id"],
        }
    )
    return records.loc[keys.sort_values(list(keys.columns), kind="stable").index]


def _united(cells: pd.Series, group: pd.Series) -> pd.Series:
    """Join per group the parts of all its cells, each once, first mention first; missing where nothing is said."""
    parts: dict[int, dict[str, None]] = {}
    for key, cell, is_missing in zip(group, cells, cells.isna(), strict=True):
        own = parts.setdefault(key, {})
        if not is_missing:
            own.update(dict.fromkeys(str(cell).split("; ")))
    keys = sorted(parts)
    return pd.Series(["; ".join(filter(None, parts[key])) or None for key in keys], index=keys, dtype=object)


def _aliases(ordered: pd.DataFrame, names: pd.Series) -> pd.Series:
    """Collect the other names of each site."""
    both = ordered["name"].str.cat(ordered["aliases"], sep="; ", na_rep="").str.strip("; ")
    united = _united(both.where(both.str.len() > 0), ordered["group"])
    return pd.Series(
        [
            None
            if pd.isna(cell)
            else "; ".join(part for part in dict.fromkeys(str(cell).split("; ")) if part != name) or None
            for cell, name in zip(united, names, strict=True)
        ],
        index=names.index,
        dtype=object,
    )


def _amounts(table: pd.DataFrame, records: pd.DataFrame, editions: tuple[tuple[str, ...], ...]) -> None:
    """Take amounts from one whole record, else add up the parts; say where records of a site disagree twofold or more."""
    whole = records["parent_id"].isna()
    conflicts: dict[Any, dict[str, list[float]]] = {}
    outdated: dict[Any, dict[str, list[float]]] = {}
    for column in (name for name in _QUANTITIES if name in records):
        stated_by = records[["group", "source", column]].dropna()
        older = _is_older(stated_by, editions)
        values = stated_by.loc[~older, ["group", column]]
        from_whole = values[whole.loc[values.index]].groupby("group")[column]
        parts = values[~whole.loc[values.index]].drop_duplicates().groupby("group")[column]
        added = parts.max() if column == "height_m" else parts.sum()
        table[column] = from_whole.first().reindex(table.index).fillna(added.reindex(table.index))
        if f"{column}_bound" in records:
            stated = records.loc[values.index].assign(is_part=~whole).sort_values(["group", "is_part"], kind="stable")
            bounds = stated.drop_duplicates("group").set_index("group")[f"{column}_bound"]
            table[f"{column}_bound"] = bounds.reindex(table.index)
        low, high = from_whole.min().reindex(table.index), from_whole.max().reindex(table.index)
        for group in table.index[(high >= 2 * low) & (high > low)]:
            conflicts.setdefault(group, {})[column] = [float(low[group]), float(high[group])]
        for group, amount in stated_by.loc[older, ["group", column]].itertuples(index=False):
            newest = float(table.loc[group, column])
            if max(amount, newest) >= 2 * min(amount, newest):
                outdated.setdefault(group, {})[column] = [float(amount), newest]
    table["amount_conflict"] = _as_json(conflicts, table.index)
    table["amount_editions"] = _as_json(outdated, table.index)


def _is_older(values: pd.DataFrame, editions: tuple[tuple[str, ...], ...]) -> np.ndarray:
    """Say which rows come from an edition whose register speaks of the same group in a newer one; shape (n,)."""
    older = np.zeros(len(values), dtype=bool)
    for sources in editions:
        age = values["source"].map({source: at for at, source in enumerate(sources)})
        older |= (age > age.groupby(values["group"]).transform("min")).to_numpy(dtype=bool)
    return older


def _places(placed: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return per group the record whose place the site takes."""
    is_polygon = placed.geometry.geom_type.isin(("Polygon", "MultiPolygon"))
    keys = pd.DataFrame(
        {
            "group": placed["group"].to_numpy(),
            "is_point": ~is_polygon.to_numpy(),
            "is_coarse": (placed["coordinate_precision_km"].fillna(0) > _COARSE_KM).to_numpy(),
            "at": np.arange(len(placed)),
        }
    )
    first = keys.sort_values(["group", "is_point", "is_coarse", "at"]).drop_duplicates("group")["at"]
    return placed.iloc[first.to_numpy()].set_index("group")


def _location_conflicts(ordered: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """Return per group how far the records lie that claim to be the same site elsewhere."""
    group = dict(zip(ordered["record_id"], ordered["group"], strict=True))
    apart_km: dict[Any, dict[str, float]] = {}
    apart = links[links["rule"] == "location_conflict"]
    for record_a, record_b, km in zip(apart["record_a"], apart["record_b"], apart["distance_km"].round(3), strict=True):
        for own, other in ((record_a, record_b), (record_b, record_a)):
            if own in group and group.get(other) != group[own]:
                apart_km.setdefault(group[own], {})[other] = km
    return _as_json(apart_km, pd.Index(sorted(set(group.values()))))


def _as_json(objects: Mapping[Any, object], index: pd.Index) -> pd.Series:
    """Return one JSON object per row of ``index``, missing where there is nothing."""
    texts = [json.dumps(objects[key], sort_keys=True) if key in objects else None for key in index]
    return pd.Series(texts, index=index, dtype=object)
