"""Mutations of vector files in six formats: their systems, geometry, tables, layers and parts."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from tests.mutations.mutation import Draw, mutation, some
from tests.mutations.sheet import Sheet

Change = Callable[[gpd.GeoDataFrame, list[int]], gpd.GeoDataFrame]
Finish = Callable[[dict[str, bytes]], dict[str, bytes]]

FORMATS = {"GeoPackage": "gpkg", "shapefile": "shp", "GeoJSON file": "geojson", "FlatGeobuf": "fgb", "MapInfo": "tab"}
_SHORT = {"commodities": "commod", "last_year": "last_year", "waste_type": "waste_type"}
POSITION = ("latitude", "longitude")
_UNPLACED = frozenset(["no geometry", "empty geometry", "at zero", "not a number", "at infinity"])


def _frame(sheet: Sheet) -> gpd.GeoDataFrame:
    """Return the rows as points in degrees, numbers typed as a GIS would have them."""
    if len(set(sheet.headings)) < len(sheet.headings):
        raise ValueError("a layer has each heading once")
    columns = {
        heading: pd.Series(sheet.column(key)) if key == "id" else _numbers([cell or None for cell in sheet.column(key)])
        for key, heading in zip(sheet.keys, sheet.headings, strict=True)
        if key not in POSITION
    }
    spots = [[float(cell) for cell in sheet.column(key)] for key in ("longitude", "latitude")]
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*spots), crs="EPSG:4326")


def _numbers(cells: list[str | None]) -> pd.Series:
    try:
        return pd.to_numeric(pd.Series(cells))
    except (ValueError, TypeError):
        return pd.Series(cells)


def written(frame: gpd.GeoDataFrame, name: str, ending: str, **options: Any) -> dict[str, bytes]:
    """Return the files of a layer by name, the one to open first."""
    driver = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "geojson": "GeoJSON", "fgb": "FlatGeobuf", "tab": "MapInfo File"}
    with tempfile.TemporaryDirectory(prefix="minewaste-vector-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library that writes what is asked for, with a warning
        main = Path(folder) / f"{name}.{ending}"
        frame.to_file(main, driver=driver[ending], engine="pyogrio", **options)
        files = {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}
    return {main.name: files.pop(main.name), **files}


def pack(
    sheet: Sheet, ending: str, change: Change | None, rows: list[int], finish: Finish | None, **options: Any
) -> None:
    """Let a sheet be written as a vector file, its points changed and then its files."""
    for key, heading in _SHORT.items():
        if key in sheet.keys and sheet.headings[sheet.place(key)] == key:
            sheet.headings[sheet.place(key)] = heading
    sheet.mapping = {layer: key for layer, key in sheet.mapping.items() if key not in POSITION}

    def files(one: Sheet, data: bytes) -> dict[str, bytes]:
        frame = _frame(one)
        frame = frame if change is None else change(frame, rows)
        found = written(frame, one.name, ending, **options)
        return found if finish is None else finish(found)

    sheet.pack = files


def _shaped(make: Callable[[float, float], Any]) -> Change:
    def change(frame: gpd.GeoDataFrame, rows: list[int]) -> gpd.GeoDataFrame:
        shapes = frame.geometry.to_numpy().copy()
        for row in rows:
            shapes[row] = make(shapes[row].x, shapes[row].y)
        return frame.set_geometry(gpd.GeoSeries(shapes, crs=frame.crs))

    return change


def _ring(x: float, y: float, step: float = 0.001) -> list[tuple[float, float]]:
    return [(x - step, y - step), (x + step, y - step), (x + step, y + step), (x - step, y + step)]


def _twisted(x: float, y: float) -> Any:
    a, b, c, d = _ring(x, y)
    return shapely.Polygon([a, b, d, c])


SHAPES: dict[str, Callable[[float, float], Any]] = {
    "no geometry": lambda x, y: None,
    "empty geometry": lambda x, y: shapely.Point(),
    "at zero": lambda x, y: shapely.Point(0, 0),
    "not a number": lambda x, y: shapely.Point(np.nan, np.nan),
    "at infinity": lambda x, y: shapely.Point(np.inf, np.inf),
    "exchanged axes": lambda x, y: shapely.Point(y, x),
    "without a sign": lambda x, y: shapely.Point(-x, y),
    "south for north": lambda x, y: shapely.Point(x, -y),
    "with heights": lambda x, y: shapely.Point(x, y, 312.0),
    "as one point of many": lambda x, y: shapely.MultiPoint([(x, y)]),
    "as two points far apart": lambda x, y: shapely.MultiPoint([(x, y), (x + 3.0, y + 1.0)]),
    "ten degrees off": lambda x, y: shapely.Point(x, y + 20.0),
    "counted beyond 180": lambda x, y: shapely.Point(x + 360, y),
}  # fmt: skip
_EVERYWHERE = ("with heights", "as one point of many", "exchanged axes", "without a sign", "counted beyond 180")
for _format, _ending in FORMATS.items():
    for _name, _make in SHAPES.items():
        for _few in (True, False) if _name in _EVERYWHERE else (True,):
            if _ending == "shp" and _name == "as one point of many" and _few:
                continue  # a shapefile holds one type

            @mutation(
                "vector geometry",
                f"{_format}, {'two points' if _few else 'all points'} {_name}",
                "inventory",
                *POSITION,
            )
            def shaped(
                sheet: Sheet,
                draw: Draw,
                ending: str = _ending,
                name: str = _name,
                make: Callable[[float, float], Any] = _make,
                few: bool = _few,
            ) -> None:
                rows = some(sheet, draw, 2) if few else list(range(len(sheet.rows)))
                if ending == "shp" and name == "as two points far apart":
                    rows = list(range(len(sheet.rows)))
                if name in _UNPLACED:
                    for row in rows:
                        sheet.truth[sheet.ids()[row]] |= {"latitude": None, "longitude": None}
                pack(sheet, ending, _shaped(make), rows, None)


AREAS: dict[str, Callable[[float, float], Any]] = {
    "squares": lambda x, y: shapely.Polygon(_ring(x, y)),
    "squares with a hole": lambda x, y: shapely.Polygon(_ring(x, y), [_ring(x, y, 0.0004)]),
    "two squares": lambda x, y: shapely.MultiPolygon([shapely.Polygon(_ring(x, y)), shapely.Polygon(_ring(x + 0.0025, y))]),
    "rings that cross themselves": _twisted,
    "rings drawn twice": lambda x, y: shapely.Polygon([*_ring(x, y), *_ring(x, y)]),
    "a square over its half": lambda x, y: shapely.MultiPolygon(
        [shapely.Polygon(_ring(x, y)), shapely.Polygon(_ring(x, y, 0.0005))]
    ),
    "rings without an area": lambda x, y: shapely.Polygon([(x, y), (x + 0.001, y + 0.001), (x, y)]),
    "closed lines": lambda x, y: shapely.LineString([*_ring(x, y), _ring(x, y)[0]]),
}  # fmt: skip
_GEOD = pyproj.Geod(ellps="WGS84")


def _area_m2(shape: Any) -> float | None:
    """Return what a shape covers, as a person would say: rings drawn twice and overlaps count once."""
    if not isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        return None
    whole = shape if shape.is_valid else shapely.make_valid(shape, method="structure", keep_collapsed=False)
    return abs(_GEOD.geometry_area_perimeter(shapely.normalize(whole))[0]) or None


for _format, _ending in FORMATS.items():
    for _name, _make in AREAS.items():

        @mutation("vector areas", f"{_format}, outlines as {_name}", "inventory", "area_m2", *POSITION)
        def outlined(
            sheet: Sheet, draw: Draw, ending: str = _ending, make: Callable[[float, float], Any] = _make
        ) -> None:
            place = {own: (facts["longitude"], facts["latitude"]) for own, facts in sheet.truth.items()}
            sheet.remove("area_m2")
            for own, spot in place.items():
                area = _area_m2(make(*spot))
                sheet.truth[own] |= {} if area is None else {"area_m2": area}
            pack(sheet, ending, _shaped(make), list(range(len(sheet.rows))), None)


def _square(x: float, y: float, area_m2: float) -> Any:
    """Return a square of a size around a place."""
    once = _area_m2(shapely.Polygon(_ring(x, y))) or 1.0
    return shapely.Polygon(_ring(x, y, 0.001 * (area_m2 / once) ** 0.5))


STATED: dict[str, tuple[float, bool]] = {
    "of its own size": (1.0, False), "a third larger": (1.33, False), "in ha": (1e-4, False), "in acres": (1 / 4046.8564, False),
    "of degrees": (1.2e-10, False), "a hundredfold in one row": (100.0, True), "a tenth in one row": (0.1, True),
}  # fmt: skip
"""How the number that is stated differs from the outline in the same rows, and whether one row alone does."""
for _format, _ending in FORMATS.items():
    for _name, (_times, _one) in STATED.items():

        @mutation("vector areas", f"{_format}, area beside its outline {_name}", "inventory", "area_m2", *POSITION)
        def stated_beside(
            sheet: Sheet, draw: Draw, ending: str = _ending, times: float = _times, one: bool = _one
        ) -> None:
            facts = sheet.truth.values()
            shapes = [_square(own["longitude"], own["latitude"], own["area_m2"]) for own in facts]
            sheet.change("area_m2", lambda cell: f"{float(cell) * times:.8g}", some(sheet, draw) if one else None)
            if times == 1.33:
                for own in facts:
                    own["area_m2"] *= times
            pack(sheet, ending, lambda frame, _: frame.set_geometry(shapes, crs=frame.crs), [], None)


def _moved(code: Any) -> Change:
    return lambda frame, rows: frame.to_crs(code)


def _called(code: Any, *, moved: Any = None) -> Change:
    """Call the coordinates of one system by another's name."""
    return lambda frame, rows: (frame if moved is None else frame.to_crs(moved)).set_crs(code, allow_override=True)


SYSTEMS: dict[str, Change] = {
    "in UTM": _moved(26917), "in Canada Lambert": _moved(3978), "in web metres": _moved(3857), "in NAD27": _moved(4267),
    "in NAD83": _moved(4269), "in the system of another register": _moved("ESRI:102001"), "in feet": _moved(2285),
    "metres called degrees": _called(4326, moved=26917), "degrees called metres": _called(26917),
    "metres called feet": _called(2285, moved=26917), "of no system": _called(None),
    "in UTM without a system": _called(None, moved=26917),
}  # fmt: skip
for _format, _ending in FORMATS.items():
    for _name, _change in SYSTEMS.items():
        if _ending == "geojson" and _name.endswith("system"):
            continue  # the format has degrees where nothing is said

        @mutation("vector systems", f"{_format} {_name}", "inventory", *POSITION)
        def in_system(sheet: Sheet, draw: Draw, ending: str = _ending, change: Change = _change) -> None:
            pack(sheet, ending, change, [], None)


def _cell(column: str, value: Any) -> Change:
    def change(frame: gpd.GeoDataFrame, rows: list[int]) -> gpd.GeoDataFrame:
        frame[column] = frame[column].astype(object)
        frame.loc[rows, column] = value
        return frame

    return change


def _retyped(column: str, make: Callable[[pd.Series], pd.Series]) -> Change:
    return lambda frame, rows: frame.assign(**{column: make(frame[column])})


TABLES: dict[str, tuple[Change, str, Any]] = {
    "masses as text": (_retyped("tonnes", lambda cells: cells.astype(str)), "mass_t", "same"),
    "masses as text with commas": (_retyped("tonnes", lambda cells: cells.map("{:,}".format)), "mass_t", "same"),
    "masses as fractions": (_retyped("tonnes", lambda cells: cells + 0.25), "mass_t", "same"),
    "two masses of -9999": (_cell("tonnes", -9999), "mass_t", None),
    "two masses of zero": (_cell("tonnes", 0), "mass_t", None),
    "two masses missing": (_cell("tonnes", None), "mass_t", None),
    "years as dates": (
        _retyped("last_year", lambda cells: pd.to_datetime(cells.astype(str) + "-06-30")), "last_year", "same",
    ),
    "years as fractions": (_retyped("last_year", lambda cells: cells.astype(float)), "last_year", "same"),
    "two years of zero": (_cell("last_year", 0), "last_year", None),
    "two years of 9999": (_cell("last_year", 9999), "last_year", None),
    "two names missing": (_cell("name", None), "name", None),
}  # fmt: skip
for _format, _ending in FORMATS.items():
    for _name, (_change, _key, _right) in TABLES.items():

        @mutation("vector tables", f"{_format}, {_name}", "inventory", "mass_t", "last_year", *POSITION)
        def tabled(
            sheet: Sheet,
            draw: Draw,
            ending: str = _ending,
            change: Change = _change,
            key: str = _key,
            right: Any = _right,
        ) -> None:
            rows = some(sheet, draw, 2)
            sheet.touched.add(key)
            if right is None:
                for row in rows:
                    sheet.truth[sheet.ids()[row]][key] = None
            pack(sheet, ending, change, rows, None)


def _rows_twice(frame: gpd.GeoDataFrame, rows: list[int]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(pd.concat([frame, frame.iloc[rows]], ignore_index=True), crs=frame.crs)


for _format, _ending in FORMATS.items():

    @mutation("vector tables", f"{_format}, two features twice", "inventory", *POSITION)
    def twice(sheet: Sheet, draw: Draw, ending: str = _ending) -> None:
        pack(sheet, ending, _rows_twice, some(sheet, draw, 2), None)

    @mutation("vector tables", f"{_format}, a copy with other masses", "inventory", "mass_t", *POSITION)
    def twice_otherwise(sheet: Sheet, draw: Draw, ending: str = _ending) -> None:
        [row] = some(sheet, draw)

        def change(frame: gpd.GeoDataFrame, rows: list[int]) -> gpd.GeoDataFrame:
            again = frame.iloc[rows].assign(tonnes=frame["tonnes"].iloc[rows] * 2)
            return gpd.GeoDataFrame(pd.concat([frame, again], ignore_index=True), crs=frame.crs)

        sheet.rows_touched.add(sheet.ids()[row])
        sheet.touched |= {"mass_t", "id"}
        pack(sheet, ending, change, [row], None)
