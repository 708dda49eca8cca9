"""Areas of a territory layer in every format they come in, changed as such files differ."""

from __future__ import annotations

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from layers.catalogue.source import Source, resolve
from layers.errors import MinewasteError
from layers.readers.territories import read_territories
from tests.mutations.outcome import Outcome

NAMES = ("Tl'azt'en ʔAkʼwa", "Rivière Noire", "Blue Ridge", "ᐊᒥᔅᑲ", "Old Hill")
"""Invented; none is a Nation's."""
FORMATS = {
    "GeoPackage": ("gpkg", "GPKG"), "shapefile": ("shp", "ESRI Shapefile"), "GeoJSON": ("geojson", "GeoJSON"),
    "KML": ("kml", "KML"), "KMZ": ("kmz", "KML"), "zipped shapefile": ("zip", "ESRI Shapefile"),
    "FlatGeobuf": ("fgb", "FlatGeobuf"), "GML": ("gml", "GML"), "zipped GeoJSON": ("zip", "GeoJSON"),
}  # fmt: skip
Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]
_MEANT = ("one with a hole", "one of two parts")
"""Changes of what was drawn; after all others the areas must come out as the clean ones."""
_AREA_SHARE, _DEGREES = 0.01, 0.01


def clean() -> gpd.GeoDataFrame:
    """Return five areas in degrees."""
    corners = [(-83.0 + 0.6 * number, 47.5 + 0.2 * number) for number in range(len(NAMES))]
    shapes = [
        shapely.Polygon([(x, y), (x + 0.4, y), (x + 0.4, y + 0.3), (x + 0.1, y + 0.35), (x, y + 0.3)])
        for x, y in corners
    ]
    return gpd.GeoDataFrame({"Name": list(NAMES)}, geometry=shapes, crs="EPSG:4326")


def _third(make: Callable[[shapely.Polygon], object]) -> Change:
    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = frame.geometry.to_numpy().copy()
        shapes[2] = make(shapes[2])
        return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))

    return change


def _twisted(shape: shapely.Polygon) -> shapely.Polygon:
    a, b, c, d, e, _ = shape.exterior.coords
    return shapely.Polygon([a, b, d, c, e])


def _named(names: list[str | None]) -> Change:
    return lambda frame: frame.assign(Name=names)


CHANGES: dict[str, Change] = {
    "as they stand": lambda frame: frame,
    "with heights": lambda frame: frame.set_geometry(shapely.force_3d(frame.geometry, 40.0)),
    "one a ring that crosses itself": _third(_twisted),
    "one with a hole": _third(lambda shape: shapely.Polygon(shape.exterior, [shape.centroid.buffer(0.05).exterior])),
    "one of two parts": _third(
        lambda shape: shapely.MultiPolygon([shape, shapely.affinity.translate(shape, 0.0, 1.0)])
    ),
    "one a line": _third(lambda shape: shape.exterior),
    "one a point": _third(lambda shape: shape.centroid),
    "one without a shape": _third(lambda shape: None),
    "one with an empty shape": _third(lambda shape: shapely.Polygon()),
    "one drawn twice over itself": _third(
        lambda shape: shapely.MultiPolygon([shape, shapely.affinity.scale(shape, 0.5, 0.5)])
    ),
    "axes exchanged": lambda frame: frame.set_geometry(
        frame.geometry.map(lambda shape: shapely.transform(shape, lambda xy: xy[:, ::-1]))
    ),
    "unsigned longitudes in one": _third(lambda shape: shapely.transform(shape, lambda xy: xy * [-1, 1])),
    "in metres": lambda frame: frame.to_crs(3978),
    "in UTM": lambda frame: frame.to_crs(26917),
    "without a system": lambda frame: frame.set_crs(None, allow_override=True),
    "metres called degrees": lambda frame: frame.to_crs(26917).set_crs(4326, allow_override=True),
    "one without a name": _named([*NAMES[:4], None]),
    "one area twice": lambda frame: gpd.GeoDataFrame(
        {"Name": [*NAMES, NAMES[1]]}, geometry=[*frame.geometry, frame.geometry.iloc[1]], crs=frame.crs
    ),
    "under another heading": lambda frame: frame.rename(columns={"Name": "Territory"}),
}  # fmt: skip


def _files(frame: gpd.GeoDataFrame, ending: str, driver: str) -> tuple[str, dict[str, bytes]]:
    """Return the file to open and all files by name."""
    inner = {"ESRI Shapefile": "shp", "GeoJSON": "geojson", "KML": "kml"}.get(driver, ending)
    with tempfile.TemporaryDirectory(prefix="minewaste-areas-") as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library that writes what is asked for, with a warning
        frame.to_file(Path(place) / f"areas.{inner}", driver=driver, engine="pyogrio")
        files = {path.name: path.read_bytes() for path in sorted(Path(place).iterdir())}
    if ending not in ("zip", "kmz"):
        return f"areas.{ending}", files
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr("doc.kml" if ending == "kmz" else name, data)
    return f"areas.{ending}", {f"areas.{ending}": stream.getvalue()}


def _unclosed() -> dict[str, bytes]:
    features = [
        {"type": "Feature", "properties": {"Name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in zip(
            NAMES, ([list(xy) for xy in one.exterior.coords[:-1]] for one in clean().geometry), strict=True
        )
    ]
    return {"areas.geojson": json.dumps({"type": "FeatureCollection", "features": features}).encode()}


def territory_cases() -> dict[str, Callable[[], Outcome]]:
    """Return all cases by name."""
    cases: dict[str, Callable[[], Outcome]] = {
        f"{kind}, {name}": lambda change=change, how=how, meant=name in _MEANT: _made(change, *how, meant=meant)  # type: ignore[misc]
        for (kind, how), (name, change) in product(FORMATS.items(), CHANGES.items())
    }
    cases["GeoJSON, rings that are not closed"] = lambda: _judged("areas.geojson", _unclosed(), clean(), "Name")
    return cases


def _made(change: Change, ending: str, driver: str, *, meant: bool) -> Outcome:
    frame = change(clean())
    try:
        first, files = _files(frame, ending, driver)
    except Exception:  # noqa: BLE001 - a format that cannot hold what was asked for
        return Outcome("not possible")
    return _judged(first, files, frame if meant else clean(), "Territory" if "Territory" in frame else "Name")


def _judged(first: str, files: dict[str, bytes], drawn: gpd.GeoDataFrame, heading: str) -> Outcome:
    """Read the areas and compare them with what was drawn; a difference must be told by a note, a rejected row or an error."""
    with tempfile.TemporaryDirectory(prefix="minewaste-areas-") as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, data in files.items():
            (Path(place) / name).write_bytes(data)
        source = {
            "id": "areas",
            "role": "territories",
            "path": first,
            "columns": {"territory": heading},
            "publish": "allowed",
        }
        try:
            reading = read_territories(resolve(Source.model_validate(source)), Path(place))
        except MinewasteError as failure:
            return Outcome("refused" if first in str(failure) else "unnamed", str(failure)[:300])
        except Exception as failure:  # noqa: BLE001 - whatever escapes is what the bench looks for
            return Outcome("traceback", f"{type(failure).__name__}: {str(failure)[:200]}")
    layer = reading.layer
    wrong = _differences(layer, drawn)
    if not wrong:
        return Outcome("same")
    told = bool(reading.notes) or len(reading.rejected) > 0
    return Outcome("told" if told else "silent", "; ".join(wrong)[:300])


def _differences(layer: gpd.GeoDataFrame, frame: gpd.GeoDataFrame) -> list[str]:
    """Say what differs from the areas drawn: names, places, sizes."""
    drawn = frame.set_index("Name").geometry
    wrong = [f"{name} is gone" for name in NAMES if name not in set(layer["territory"])]
    for name, shape in zip(layer["territory"], layer.geometry, strict=True):
        if name not in drawn.index:
            wrong.append(f"{name} was not drawn")
            continue
        right = drawn[name]
        offset = np.hypot(shape.centroid.x - right.centroid.x, shape.centroid.y - right.centroid.y)
        if offset > _DEGREES or abs(shape.area / right.area - 1) > _AREA_SHARE:
            wrong.append(f"{name} lies {offset:.2f} degrees off with {shape.area / right.area:.2f} of its area")
    if layer["territory"].duplicated().any():
        wrong.append("a name stands twice")
    return wrong
