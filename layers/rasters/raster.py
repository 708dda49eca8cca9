"""One band of a raster file, described: where it lies and what means missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyproj

from layers import crs as crs_rules
from layers.accounting import Note


def grid_bounds(transform: Sequence[float], width: int, height: int) -> tuple[float, float, float, float]:
    """Return west, south, east and north of a grid, turned or not, from its six coefficients; NaN where one is no number."""
    a, b, c, d, e, f = transform
    corners = [(0, 0), (width, 0), (0, height), (width, height)]
    x = [a * column + b * row + c for column, row in corners]
    y = [d * column + e * row + f for column, row in corners]
    return min(x), min(y), max(x), max(y)


@dataclass(frozen=True)
class Raster:
    """One band of a raster file, described; picklable, no open handle.

    Parameters
    ----------
    name : str
        Name of the columns made from it.
    path : str
        The file as published (may be gzipped).
    band : int
        1-based.
    crs : str
        WKT or authority code.
    transform : tuple of float
        Affine coefficients a, b, c, d, e, f: x = a·column + b·row + c, y = d·column + e·row + f, of cell corners.
    width, height : int
        Cells.
    dtype : str
        As stored.
    nodata : tuple of float
        Codes that mean missing, as stored: declared by the file and by the run file. NaN is always missing.
    masked : bool
        A mask or an alpha band tells which cells have no value.
    scale, offset : float
        A value is ``stored · scale + offset``.
    classes : tuple of (float, str)
        Codes and names where the numbers stored are codes of classes; empty for amounts.
    code : float or None
        The class whose share this is: cells are 1 where they hold it and 0 where they hold another.
    block : tuple of int
        Rows and columns of a stored block.
    notes : tuple of Note
        What was guessed or is suspicious.
    """

    name: str
    path: str
    band: int
    crs: str
    transform: tuple[float, float, float, float, float, float]
    width: int
    height: int
    dtype: str
    nodata: tuple[float, ...] = ()
    masked: bool = False
    scale: float = 1.0
    offset: float = 0.0
    classes: tuple[tuple[float, str], ...] = ()
    code: float | None = None
    block: tuple[int, int] = (256, 256)
    notes: tuple[Note, ...] = ()

    def parts(self) -> tuple[Raster, ...]:
        """Return what is sampled of it: itself, or one raster of shares per class, since a mean of codes means nothing."""
        if not self.classes or self.code is not None:
            return (self,)
        shares = [replace(self, name=f"{self.name}_{word}", code=code, notes=()) for code, word in self.classes]
        return (replace(shares[0], notes=self.notes), *shares[1:])

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in the raster's own CRS."""
        return grid_bounds(self.transform, self.width, self.height)

    @property
    def is_geographic(self) -> bool:
        """Whether coordinates are degrees."""
        return bool(pyproj.CRS.from_user_input(self.crs).is_geographic)

    def turn(self, x: np.ndarray) -> np.ndarray:
        """Return the degrees to add to longitudes so that they meet a geographic raster (360 for -120 and a raster 0..360)."""
        x = np.asarray(x, dtype=float)
        if not self.is_geographic:
            return np.zeros_like(x)
        west, _, east, _ = self.bounds
        return np.where((x < west) | (x > east), np.floor((west - x) / 360.0 + 1.0) * 360.0, 0.0)

    def cells(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return fractional columns and rows of places in the raster's CRS; (0.5, 0.5) is the middle of the first cell."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        a, b, c, d, e, f = self.transform
        determinant = a * e - b * d
        return (e * (x - c) - b * (y - f)) / determinant, (a * (y - f) - d * (x - c)) / determinant

    def extent_text(self) -> str:
        """Say where the raster lies, for messages."""
        west, south, east, north = self.bounds
        name = crs_rules.authority(pyproj.CRS.from_user_input(self.crs))
        return f"x {west:.9g}..{east:.9g}, y {south:.9g}..{north:.9g} ({name})"
