"""Columns of coordinates as WGS 84 points: decimal degrees, degrees-minutes-seconds, UTM with zone and datum row by row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyproj
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import UTMConversion

from layers import crs as crs_rules
from layers.accounting import Note
from layers.area_of_use import why_no_shift
from layers.catalogue.source import Source
from layers.cell_search import cells_like
from layers.cells.angles import all_decimals, parse_angle
from layers.cells.utm import (
    BAND_S_METRES,
    DATUMS,
    SOUTHERN,
    UTM_ZONES,
    ZONE,
    as_metres,
    datum_key,
    datum_of_headings,
    metre_precision,
    scientific_digit,
    usual_zone,
)
from layers.crs import KM_PER_DEGREE
from layers.datum_doubts import system_doubts
from layers.errors import SourceError
from layers.readers.columns import as_numbers, mapped_columns, text_column
from layers.readers.grid_axes import axes_notes
from layers.readers.grid_squares import read_squares
from layers.readers.hemispheres import (
    angles_with_sides,
    heading_note,
    said_by_heading,
    sides_completed,
    without_sign,
    zeros_without_sign,
    zones_with_sides,
    zones_without_side,
)
from layers.readers.likely_zones import zone_wanted
from layers.readers.other_grids import refuse_other_grids
from layers.readers.packed_angles import packed_notes, unpacked
from layers.readers.placed_rows import coordinate_columns
from layers.readers.points import Points, bounds, fill, flag_powers, flag_rounded, flag_swapped
from layers.readers.prime_meridians import refuse_other_meridians
from layers.readers.whole_degrees import refuse_whole_degrees

_SENTINELS = (-9999.0, 9999.0, -999.0, 999.0, -99999.0, 99999.0, -9.0e9, -99.99, 99.99, -1.0e30)
_WRAPPED = "Longitudes beyond 180 were counted back to -180..180."
_ASSUMED_PRECISION_KM = 0.1


def read_points(source: Source, where: str, cells: pd.DataFrame, rows: np.ndarray) -> Points:
    """Read coordinates from whatever columns a source maps.

    ``latitude`` and ``longitude`` come first, then ``easting``, ``northing``, ``utm_zone``, then ``grid_reference``.
    ``datum`` is honoured row by row; without it ``crs`` of the source holds, and without that WGS 84 is assumed, with a note.

    Parameters
    ----------
    source : Source
        Its ``columns``, ``crs``, ``defaults``, ``missing``, ``decimal_mark`` and ``language`` are used.
    where : str
        What to call the file in messages.
    cells : DataFrame
        Raw cells.
    rows : ndarray of int
        Row numbers in the file, for messages.

    Returns
    -------
    Points
        One entry per row of ``cells``.

    Raises
    ------
    SourceError
        If no coordinate columns are mapped, if the declared CRS contradicts the numbers, if most rows look swapped, or
        if degrees are mapped without the minutes beside them.
    """
    crs_rules.check_proj()
    reader = _Reader(source, where, cells, rows)
    if not (reader.has_degrees or reader.has("easting", "northing") or reader.has("grid_reference")):
        raise SourceError(
            f"{where}: no coordinate columns are known (latitude and longitude, or easting, northing and utm_zone). "
            f"The columns are: {', '.join(map(str, cells.columns))}. Map them in the run file under 'columns:'."
        )
    points = reader.geographic() if reader.has_degrees else reader.nothing()
    if reader.has("easting", "northing"):
        fill(points, reader.projected(np.flatnonzero(points.absent)))
    if reader.has("grid_reference"):
        fill(points, read_squares(source, where, reader.texts("grid_reference"), rows, np.flatnonzero(points.absent)))
    points.notes += reader.notes
    flag_swapped(points, where, rows, grid=not reader.has_degrees)
    flag_rounded(points, source.id)
    flag_powers(points, source, cells, rows)
    return points


class _Reader:
    """The coordinate columns of one table, as arrays."""

    def __init__(self, source: Source, where: str, cells: pd.DataFrame, rows: np.ndarray) -> None:
        self.source, self.where, self.cells, self.rows = source, where, cells, rows
        self.size = len(cells)
        self.notes: list[Note] = []
        self.declared = crs_rules.parse_crs(where, source.crs) if source.crs else None

    def has(self, *names: str) -> bool:
        return all(mapped_columns(self.source, self.cells, name) for name in names)

    @property
    def has_degrees(self) -> bool:
        """Whether both axes stand in columns, whole or in parts."""
        return all(
            self.has(axis) or self.has(f"{axis}_degrees", f"{axis}_minutes") for axis in ("latitude", "longitude")
        )

    def _axis(self, axis: str) -> pd.Series:
        """Return an axis as text; columns of degrees, minutes, seconds and hemisphere are put together.

        Parts that are all 0 are a placeholder. A hemisphere column, or a default, gives positive numbers their sign.
        """
        column = unpacked(mapped_columns(self.source, self.cells, axis), self._column(axis))
        column = self._parts_of(axis, column)
        if said_by_heading(self.source, self.cells, axis, column.to_numpy(dtype=object)):
            filled = column != ""
            self.notes.append(heading_note(self.source, axis, self.cells, int(filled.sum())))
            column = column.where(~filled, "-" + column)
        return column

    def _parts_of(self, axis: str, column: pd.Series) -> pd.Series:
        """Return an axis with its degrees, minutes, seconds and hemisphere put in where they stand in columns of their own."""
        parts = [f"{axis}_{part}" for part in ("degrees", "minutes", "seconds", "hemisphere")]
        if not any(self.has(part) or part in self.source.defaults for part in parts):
            return column
        whole = column.to_numpy(dtype=object, copy=True)
        degrees, minutes, seconds = (self.texts(part) for part in parts[:3])
        for row in np.flatnonzero((whole == "") & (degrees != "")):
            angle = [str(part[row]) for part in (degrees, minutes, seconds) if part[row] != ""]
            whole[row] = " ".join(angle) if any(part.strip("0. ") for part in angle) else ""
        self.notes += zeros_without_sign(self.source, self.cells, axis, whole, self.rows)
        sides = self._sides(parts[3], without_sign(whole))
        return pd.Series(angles_with_sides(whole, sides), dtype="str")

    def _column(self, name: str) -> pd.Series:
        """Return a layer column as text, the source's default or ``""`` where there is none."""
        default = self.source.defaults.get(name)
        column = text_column(self.source, self.cells, name)
        if column is None:
            return pd.Series("" if default is None else str(default), index=range(self.size), dtype="str")
        return column.fillna("")

    def texts(self, name: str) -> np.ndarray:
        return self._column(name).to_numpy(dtype=object)

    def nothing(self) -> Points:
        empty = np.full(self.size, np.nan)
        return Points(empty.copy(), empty.copy(), empty.copy(), {}, np.ones(self.size, dtype=bool), [])

    def reject(self, points: Points, row: int, code: str, reason: str) -> None:
        points.problems.setdefault(row, (code, f"row {self.rows[row]}: {reason}"))
        points.longitude[row] = points.latitude[row] = np.nan

    def geographic(self) -> Points:
        """Read latitude and longitude columns; a projected CRS declared for them is contradicted by degrees."""
        points = self.nothing()
        refuse_other_meridians(self.source, self.where, self.cells, self.declared)
        refuse_whole_degrees(self.source, self.where, self.cells)
        texts = {axis: self._axis(axis) for axis in ("latitude", "longitude")}
        points.absent = np.array((texts["latitude"] == "") & (texts["longitude"] == ""), dtype=bool)
        self.notes += packed_notes(self.source, texts, self.rows)
        values = {axis: self._angles(points, axis, texts[axis]) for axis in texts}
        latitude, longitude = values["latitude"][0], values["longitude"][0]
        if self.declared is not None and self.declared.is_projected:
            crs_rules.check_range(self.where, self.declared, bounds(longitude, latitude))
            raise SourceError(
                f"{self.where}: latitude and longitude are mapped but crs is {self.source.crs}. Map easting and northing instead."
            )
        points.latitude, points.longitude = latitude.copy(), longitude.copy()
        finest, coarsest = (choose(values["latitude"][1], values["longitude"][1]) for choose in (np.fmin, np.fmax))
        powers = (
            (texts["latitude"] + texts["longitude"]).str.contains(r"\d[eE][-+]?\d", regex=True).to_numpy(dtype=bool)
        )
        points.precision_km = np.where(powers, coarsest, finest)  # zeros were only dropped, a power lost digits
        for row in np.flatnonzero(~points.absent & ~_plausible(latitude, longitude, points.problems)):
            self._check_degrees(points, int(row), float(latitude[row]), float(longitude[row]))
        wrapped = np.abs(points.longitude) > 180
        if wrapped.any():
            points.longitude[wrapped] -= np.copysign(360, points.longitude[wrapped])
            columns_and_rows = coordinate_columns(self.source), tuple(self.rows[wrapped])
            points.notes.append(
                Note(self.source.id, "longitude_wrapped", _WRAPPED, int(wrapped.sum()), *columns_and_rows)
            )
        self._shift(points, np.flatnonzero(np.isfinite(points.latitude)))
        return points

    def _angles(self, points: Points, axis: str, texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        plain = texts.str.replace("−", "-", regex=False)
        if plain.str.contains(",", regex=False).any():
            plain = plain.where(~plain.str.fullmatch(r"[-+]?\d{1,3},\d+"), plain.str.replace(",", ".", regex=False))
        values = as_numbers(plain)
        precision = np.full(self.size, KM_PER_DEGREE)
        number = ~np.isnan(values)
        behind = all_decimals(plain[number])
        precision[number] *= np.array([10.0**-count for count in range(behind.max(initial=0) + 1)])[behind]
        powers = np.flatnonzero(number & (lettered := cells_like(plain, None, ("E", "e"))))
        precision[powers] = [KM_PER_DEGREE * (scientific_digit(str(plain.iloc[row])) or 1.0) for row in powers]
        if self.source.language == "de":
            texts = texts.str.replace(r"(?i)(?<=[\d\s°'\"″′])O$|^O(?=[\s\d])", "E", regex=True)
        both = bool(texts[lettered].str.contains(r"(?i)\d\W*E(?:ast|ste?)?\s*$|^\s*E\W*\d", regex=True).any())
        west_is_o = self.source.language in ("fr", "es", "pt") or (both and self.source.language != "de")
        for row in np.flatnonzero(~number & (texts != "").to_numpy()):
            angle = parse_angle(str(texts.iloc[row]), axis, west_is_o)
            values[row], precision[row] = angle.degrees, angle.precision_km
            if angle.problem:
                points.problems.setdefault(int(row), ("bad_coordinate", f"row {self.rows[row]}: {angle.problem}"))
        return values, precision

    def _check_degrees(self, points: Points, row: int, latitude: float, longitude: float) -> None:
        shown = f"latitude {latitude:g}, longitude {longitude:g}"
        if row in points.problems:
            points.latitude[row] = points.longitude[row] = np.nan
        elif np.isnan(latitude) or np.isnan(longitude):
            self.reject(points, row, "half_coordinate", "one of latitude and longitude is missing")
        elif not (np.isfinite(latitude) and np.isfinite(longitude)):
            self.reject(points, row, "not_finite", f"{shown} is not finite")
        elif (latitude == 0 and longitude == 0) or latitude in _SENTINELS or longitude in _SENTINELS:
            self.reject(points, row, "placeholder", f"{shown} is a placeholder, not a place")
        elif abs(latitude) > 90 >= abs(longitude) and abs(latitude) <= 180:
            self.reject(points, row, "swapped", f"{shown}: the two look swapped")
        elif abs(latitude) > 90 or abs(longitude) > 360:
            self.reject(points, row, "out_of_range", f"{shown} is outside -90..90 / -180..180")

    def _shift(self, points: Points, places: np.ndarray) -> None:
        """Bring degrees of other datums to WGS 84, row by row."""
        systems = self._datums(points, places)
        for code in sorted(set(systems[places]) - {""}):
            chosen = places[systems[places] == code]
            self._transform(
                points, chosen, pyproj.CRS(code), points.longitude[chosen].copy(), points.latitude[chosen].copy()
            )

    def _datums(self, points: Points, places: np.ndarray) -> np.ndarray:
        """Return the geographic CRS of each row, ``""`` where there is none; rows with an unknown datum are rejected."""
        texts = self.texts("datum")
        keys = {text: datum_key(str(text)) for text in set(texts[places])}
        fallback = self._fallback()
        codes = {text: DATUMS.get(key, "") if key else fallback or "EPSG:4326" for text, key in keys.items()}
        systems = np.full(self.size, "", dtype=object)
        systems[places] = [codes[text] for text in texts[places]]
        for row in places[systems[places] == ""]:
            self.reject(points, int(row), "unknown_datum", f"the datum '{texts[row]}' is not known")
        assumed = 0 if fallback else sum(not keys[text] for text in texts[places])
        if assumed:
            text = (
                "No datum is stated; the coordinates were taken as WGS 84. "
                "State 'crs:' (e.g. EPSG:4269 for NAD83, EPSG:4267 for NAD27)."
            )
            points.notes.append(Note(self.source.id, "datum_assumed", text, assumed))
            points.precision_km[places] = np.fmax(points.precision_km[places], _ASSUMED_PRECISION_KM)
        return systems

    def _fallback(self) -> str | None:
        if self.declared is None:
            axes = ("latitude", "longitude", "easting", "northing")
            headings = [name for axis in axes for name in mapped_columns(self.source, self.cells, axis)]
            return datum_of_headings(headings) or None
        geodetic = self.declared.geodetic_crs
        return crs_rules.authority(geodetic.to_2d()) if geodetic is not None else None

    def _transform(self, points: Points, places: np.ndarray, system: pyproj.CRS, x: np.ndarray, y: np.ndarray) -> None:
        if not len(places):
            return
        longitude, latitude, accuracy, operations = crs_rules.points_to_wgs84(system.to_wkt(), x, y)
        points.longitude[places], points.latitude[places] = longitude, latitude
        points.precision_km[places] = np.fmax(points.precision_km[places], np.nan_to_num(accuracy) / 1000)
        outside = np.isnan(longitude)
        for row in places[outside]:
            self.reject(points, int(row), "out_of_range", f"the coordinates lie outside {crs_rules.authority(system)}")
        for row in places[~outside & np.isnan(accuracy)]:
            self.reject(points, int(row), *why_no_shift(system, points.longitude[row], points.latitude[row]))
        for name, metres in sorted(operations.items()):
            if metres > 0:
                points.notes.append(crs_rules.datum_note(self.source.id, system, metres, name, len(places)))

    def projected(self, places: np.ndarray) -> Points:
        """Read easting, northing and zone of the rows at ``places``."""
        points = self.nothing()
        east, north, zone = self.texts("easting"), self.texts("northing"), self.texts("utm_zone")
        points.absent = (east == "") & (north == "")
        x, y = (as_metres(axis, self.source.decimal_mark) for axis in (east, north))
        places = np.array([row for row in places if not points.absent[row]], dtype=int)
        points.precision_km[places] = [metre_precision(str(east[row]), str(north[row])) for row in places]
        other_grid = self.declared is not None and self.declared.is_projected and self.declared.utm_zone is None
        if other_grid or (not self.has("utm_zone") and "utm_zone" not in self.source.defaults):
            self._declared_projection(points, places, x, y)
            return points
        groups: dict[tuple[str, int, bool], list[int]] = {}
        refuse_other_grids(self.source, self.where, list(map(str, self.cells.columns)), zone[places])
        systems = self._datums(points, places)
        usual, zone = usual_zone(zone[places]), self._zones(zone, places)
        for index in places:
            if systems[index]:
                key = self._zone(points, int(index), str(zone[index]), systems[index], x[index], y[index], usual)
                if key is not None:
                    groups.setdefault(key, []).append(int(index))
        for (code, number, north_side), members in sorted(groups.items()):
            chosen = np.array(members, dtype=int)
            system = ProjectedCRS(UTMConversion(str(number), "N" if north_side else "S"), geodetic_crs=pyproj.CRS(code))
            self._transform(points, chosen, system, x[chosen], y[chosen])
        return points

    def _zones(self, zones: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Put the hemisphere, from its own column or a default, to zones that do not name a band."""
        given = zones_without_side(zones) & np.isin(np.arange(self.size), places)
        return zones_with_sides(zones, self._sides("utm_hemisphere", given))

    def _sides(self, name: str, needing: np.ndarray) -> np.ndarray:
        """Return a column of hemispheres; rows that leave it empty and say their half nowhere else are told."""
        sides, notes = sides_completed(self.source, self.cells, name, self.texts(name), needing, self.rows)
        self.notes += notes
        return sides

    def _declared_projection(self, points: Points, places: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
        if self.declared is None or not self.declared.is_projected:
            raise zone_wanted(self.source, self.where, self.cells.iloc[places], x[places], y[places])
        crs_rules.check_range(self.where, self.declared, bounds(x[places], y[places]))
        usable = self._finite_metres(points, places, x, y)
        axes = tuple(str(self._column(name).name) for name in ("easting", "northing"))
        points.notes += axes_notes(self.source.id, self.where, self.declared, axes, x[usable], y[usable])
        self._transform(points, usable, self.declared, x[usable], y[usable])
        looked_at = points.longitude, points.latitude, coordinate_columns(self.source), self.rows
        points.notes += system_doubts(self.source.id, self.declared, *looked_at)

    def _finite_metres(self, points: Points, places: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        good = []
        for row in places:
            if np.isfinite(x[row]) and np.isfinite(y[row]) and (x[row] or y[row]) and x[row] not in _SENTINELS:
                good.append(int(row))
            else:
                self.reject(
                    points, int(row), "bad_coordinate", f"easting {x[row]:g}, northing {y[row]:g} are no coordinates"
                )
        return np.array(good, dtype=int)

    def _zone(
        self, points: Points, row: int, text: str, system: str, x: float, y: float, usual: float
    ) -> tuple[str, int, bool] | None:
        """Return datum, zone number and whether north; or reject the row with the reason."""
        shown = f"easting {x:g}, northing {y:g}"
        match = ZONE.match(" ".join(text.split()))
        word = (match["letter"] or "").upper() if match else ""
        letter = word[:1]
        number = int(match["zone"]) if match else 0
        ambiguous = word == "S" and BAND_S_METRES[0] < y < BAND_S_METRES[1]
        if not np.isfinite(x) or not np.isfinite(y) or x in _SENTINELS or (x == 0 and y == 0):
            self.reject(points, row, "bad_coordinate", f"{shown} are no coordinates")
        elif not text:
            self.reject(
                points,
                row,
                "no_zone",
                "easting and northing are given but the UTM zone is empty; no zone is taken for granted",
            )
        elif not match or letter in ("A", "B", "I", "O", "Y", "Z"):
            self.reject(points, row, "bad_zone", f"'{text}' is no UTM zone")
        elif number not in UTM_ZONES.get(system, range(1, 61)) or abs(number - usual) > 6:
            self.reject(
                points, row, "bad_zone", f"UTM zone {number} lies far from the other rows or outside the datum's area"
            )
        elif not 100_000 <= x <= 900_000 or not 0 <= y <= 10_000_000:
            swapped = 100_000 <= y <= 900_000 and x > 900_000
            code = "swapped" if swapped else "out_of_range"
            self.reject(points, row, code, f"{shown}: " + ("the two look swapped" if swapped else "outside a UTM zone"))
        elif ambiguous:
            why = f"zone '{text}' may be band S (north) or the southern hemisphere; state defaults.utm_hemisphere"
            self.reject(points, row, "bad_zone", why)
        else:
            north = system not in SOUTHERN if not letter else letter != "S" and letter >= "N"
            return system, number, north
        return None


def _plausible(latitude: np.ndarray, longitude: np.ndarray, problems: Mapping[int, object]) -> np.ndarray:
    """Return which rows need no second look."""
    plausible = (np.abs(latitude) <= 90) & (np.abs(longitude) <= 360) & ((latitude != 0) | (longitude != 0))
    plausible &= ~np.isin(latitude, _SENTINELS) & ~np.isin(longitude, _SENTINELS)
    plausible[list(problems)] = False
    return plausible
