"""The region of a run, and the rows that lie in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.accounting import Note, Reading
from layers.crs import SHORT_DEGREE_KM
from layers.errors import LayerError, StageError
from layers.readers.lone_places import USUAL_MISTAKES
from pipeline.config import RegionConfig

MARGIN_KM = {"geochemistry": 100.0, "territories": 300.0, "communities": 500.0, "lines": 300.0, "backdrop": 300.0}
"""How far beyond the sites a layer is kept; what lies farther is withheld and counted."""

_MOST, _FEW_OUTSIDE = 0.8, 0.34
_ZONES = (
    ("one UTM zone farther east", lambda longitude, latitude: (longitude + 6.0, latitude)),
    ("one UTM zone farther west", lambda longitude, latitude: (longitude - 6.0, latitude)),
)


def extent_of(region: RegionConfig, layers: list[gpd.GeoDataFrame], units: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the region: as configured, else that of the records or samples it is about."""
    if region.bbox is not None:
        return region.bbox
    located = pd.concat([layer[["latitude", "longitude"]] for layer in layers]).dropna()
    if located.empty:
        what = "inventory record" if units == "inventory" else "sample"
        raise LayerError(
            f"read: no {what} has usable coordinates, so there is no region to work in. "
            f"See rejected rows with `minewaste check`, and the columns mapping of the {units}."
        )
    west, east = float(located["longitude"].min()), float(located["longitude"].max())
    south, north = float(located["latitude"].min()), float(located["latitude"].max())
    return west, south, east, north


def within(
    reading: Reading[Any], role: str, extent: tuple[float, float, float, float], region: RegionConfig, units: str
) -> Reading[Any]:
    """Withhold rows outside the region: what the run is about outside a configured box, other layers beyond their margin."""
    layer = reading.layer
    if "geometry" not in layer.columns or role == "exclusions" or (role == units and region.bbox is None):
        return reading
    margin_km = 0.0 if role == units else MARGIN_KM.get(role, 0.0)
    west, south, east, north = extent
    south, north = south - margin_km / SHORT_DEGREE_KM, north + margin_km / SHORT_DEGREE_KM
    stretch = margin_km / (SHORT_DEGREE_KM * max(0.05, np.cos(np.radians(min(89.0, max(abs(south), abs(north)))))))
    box = shapely.box(west - stretch, south, east + stretch, north)
    geometry = layer.geometry
    inside = (geometry.isna() | geometry.is_empty | geometry.intersects(box)).to_numpy()
    if inside.all():
        return reading
    doubts = _slipped(reading, ~inside, box) if inside.any() else [_nothing_left(reading, box, margin_km)]
    notes = (*reading.notes, *doubts)
    withheld = reading.rows_withheld + int((~inside).sum())
    return replace(reading, layer=layer[inside].reset_index(drop=True), rows_withheld=withheld, notes=notes)


def _slipped(reading: Reading[Any], outside: np.ndarray, box: shapely.Polygon) -> list[Note]:
    """Tell the few rows outside the region that a usual mistake, such as a minus that was lost, would bring into it."""
    if outside.mean() > _FEW_OUTSIDE:
        return []
    places = reading.layer.geometry[outside].representative_point()
    longitude, latitude = places.x.to_numpy(), places.y.to_numpy()
    for words, undone in USUAL_MISTAKES:
        hits = np.asarray(shapely.intersects_xy(box, *undone(longitude, latitude)), dtype=bool)
        if hits.any():
            layer = reading.layer[outside][hits]
            rows = layer.get("source_row", pd.Series(dtype=int)).astype(int)
            open_to_all = "publish" not in layer.columns or layer["publish"].eq("allowed").all()
            names = ("community", "name", "sample_id") if open_to_all else ()
            label = next((name for name in names if name in layer.columns), None)
            shown = rows if len(rows) else pd.Series(dtype=str) if label is None else layer[label]
            at = f" ({'row ' if len(rows) else ''}{', '.join(map(str, shown[:6]))})" if len(shown) else ""
            text = (
                f"{int(hits.sum())} rows lie outside the region{at}; {words} they would lie in it. A run leaves them out: check "
                "their coordinates."
            )
            return [Note(reading.source, "outside_by_mistake", text, int(hits.sum()), (), tuple(rows))]
    return []


def _nothing_left(reading: Reading[Any], box: shapely.Polygon, margin_km: float) -> Note:
    """Tell a layer of which nothing lies in the region, and the usual mistake that would bring most of it there."""
    places = reading.layer.geometry.representative_point()
    longitude, latitude = places.x.to_numpy(), places.y.to_numpy()
    hint = ""
    for words, undone in (*USUAL_MISTAKES, *_ZONES):
        if shapely.intersects_xy(box, *undone(longitude, latitude)).mean() >= _MOST:
            hint = f" {words[0].upper()}{words[1:]} they would lie in it."
            break
    text = (
        f"None of {len(places)} rows lies in the region or within {margin_km:g} km of it: a run uses nothing of this layer."
        f"{hint} Check its coordinate system and the signs of its coordinates."
    )
    rows = tuple(reading.layer["source_row"].astype(int)) if "source_row" in reading.layer.columns else ()
    return Note(reading.source, "nothing_in_region", text, len(places), (), rows)


def require_sites(sites: pd.DataFrame, records: pd.DataFrame) -> None:
    """Stop where no record became a site."""
    if sites.empty:
        raise StageError(
            f"merge_sites: none of {len(records)} inventory records became a site. Check the inventory's columns and CRS with "
            "`minewaste check`, region.bbox, and the exclusions."
        )
