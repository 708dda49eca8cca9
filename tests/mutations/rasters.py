"""Mutations of rasters: missing codes, masks, scales, classes, bands, pictures, places and broken files."""

from __future__ import annotations

import gzip
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from pyproj import CRS

from layers.catalogue.source import Source
from layers.errors import MinewasteError
from layers.rasters.reader import describe_raster, open_raster, read_window
from tests.mutations.outcome import Outcome

_SIZE = 24
_PLACE = rasterio.Affine(100, 0, 500_000, 0, -100, 5_300_000)
_HOLES = (slice(3, 6), slice(4, 9))


def _values() -> np.ndarray:
    """Return a smooth surface between 12 and about 250, shape (24, 24)."""
    rows, columns = np.mgrid[0:_SIZE, 0:_SIZE]
    return (12 + 5 * rows + 4.5 * columns + 3 * np.sin(rows)).round(0)


@dataclass
class Grid:
    """A raster file to be written, and what its cells mean."""

    stored: np.ndarray
    truth: np.ndarray
    transform: Any = _PLACE
    crs: str | None = "EPSG:32617"
    profile: dict[str, Any] = field(default_factory=dict)
    finish: Callable[[Any], None] | None = None
    pack: Callable[[bytes], bytes] | None = None
    suffix: str = ".tif"
    beside: dict[str, bytes] = field(default_factory=dict)
    to_tell: tuple[str, ...] = ()

    def write(self, folder: Path) -> Path:
        """Write the file and return its path."""
        bands = self.stored if self.stored.ndim == 3 else self.stored[None]
        path = folder / f"grid{self.suffix.removesuffix('.gz')}"
        size = {"height": bands.shape[1], "width": bands.shape[2], "count": bands.shape[0], "dtype": bands.dtype}
        with rasterio.open(
            path, "w", driver="GTiff", crs=self.crs, transform=self.transform, **size, **self.profile
        ) as dataset:
            if self.finish is not None:
                self.finish(dataset)
            dataset.write(bands)
        for name, data in self.beside.items():
            (folder / name).write_bytes(data)
        if self.pack is not None:
            packed = self.pack(path.read_bytes())
            path.unlink()
            path = folder / f"grid{self.suffix}"
            path.write_bytes(packed)
        return path


def _plain(dtype: str = "float32", **profile: Any) -> Grid:
    return Grid(_values().astype(dtype), _values(), profile=profile)


def _holes(code: float, dtype: str = "float32", declared: float | None = None) -> Grid:
    """Return a grid with cells of a code that means missing, declared or not."""
    grid = _plain(dtype, **({} if declared is None else {"nodata": declared}))
    grid.stored[_HOLES] = code
    grid.truth[_HOLES] = np.nan
    return grid


def _piece(value: float, *, stripe: bool = False) -> Grid:
    """Return a grid a piece of which was never measured and holds a value that others may have, without a missing code."""
    grid = _plain()
    grid.stored += np.random.default_rng(7).normal(-120, 0.4, grid.stored.shape).astype("float32")
    grid.truth = grid.stored.astype(float)
    piece = np.s_[:, 9:12] if stripe else np.s_[4:12, 6:16]
    grid.stored[piece], grid.truth[piece] = value, np.nan
    return grid


def _scaled(scale: float, offset: float) -> Grid:
    grid = _plain("int16")
    grid.truth = grid.stored * scale + offset

    def finish(dataset: Any) -> None:
        dataset.scales, dataset.offsets = (scale,), (offset,)

    grid.finish = finish
    return grid


def _scaled_in_words(name: str = "", unit: str = "", tag: str = "") -> Grid:
    """Return a grid of hundredths in whole numbers, of which only words of the file speak."""
    grid = _plain("int16")
    grid.truth = grid.stored / 100

    def finish(dataset: Any) -> None:
        dataset.descriptions, dataset.units = (name,), (unit,)
        dataset.update_tags(TIFFTAG_IMAGEDESCRIPTION=tag or "grid")

    grid.finish = finish
    return grid


def _masked() -> Grid:
    grid = _plain()
    grid.truth[_HOLES] = np.nan
    mask = np.where(np.isnan(grid.truth), 0, 255).astype("uint8")
    grid.finish = lambda dataset: dataset.write_mask(mask)
    return grid


def _alpha() -> Grid:
    grid = _plain("uint8")
    grid.truth[_HOLES] = np.nan
    alpha = np.where(np.isnan(grid.truth), 0, 255).astype("uint8")
    grid.stored = np.stack([grid.stored, alpha])
    grid.profile = {"photometric": "MINISBLACK", "alpha": "YES"}
    return grid


def _classes() -> Grid:
    """Return codes of classes with a colour table: they are no amounts, so no value of theirs may be one."""
    grid = _plain("uint8")
    grid.stored = (np.indices((_SIZE, _SIZE)).sum(axis=0) % 4 + 1).astype("uint8")
    grid.truth = np.full((_SIZE, _SIZE), np.nan)
    colours = {code: (40 * code, 20, 90, 255) for code in range(1, 5)}
    grid.finish = lambda dataset: dataset.write_colormap(1, colours)
    return grid


def _picture(count: int) -> Grid:
    grid = _plain("uint8")
    grid.stored = np.stack([grid.stored, grid.stored // 2, 255 - grid.stored, grid.stored][:count])
    grid.truth = np.full((_SIZE, _SIZE), np.nan)
    grid.profile = {"photometric": "RGB"}
    return grid


def _bands() -> Grid:
    grid = _plain()
    grid.stored = np.stack([grid.stored, grid.stored * 7])
    grid.truth = np.full((_SIZE, _SIZE), np.nan)
    return grid


def _placed(transform: Any, crs: str | None = "EPSG:32617") -> Grid:
    grid = _plain()
    grid.transform, grid.crs = transform, crs
    return grid


def _packed(pack: Callable[[bytes], bytes], suffix: str = ".tif") -> Grid:
    grid = _plain()
    grid.pack, grid.suffix = pack, suffix
    return grid


def _text_grid(mark: str = ".", missing: str = "-9999", projection: bool = True) -> Grid:
    """Return an ASCII grid with a hole; its text is what the bytes are changed to."""
    grid = _holes(-9999)
    grid.crs = "EPSG:32617" if projection else None
    lines = [
        f"ncols {_SIZE}",
        f"nrows {_SIZE}",
        "xllcorner 500000",
        f"yllcorner {5_300_000 - 100 * _SIZE}",
        "cellsize 100",
    ]
    lines += [f"NODATA_value {missing}"] if missing else []
    lines += [" ".join(f"{cell:.1f}".replace(".", mark) for cell in row) for row in grid.stored]
    text = ("\n".join(lines) + "\n").encode()
    grid.pack, grid.suffix = lambda _: text, ".asc"
    if projection:
        grid.beside["grid.prj"] = CRS.from_epsg(32617).to_wkt("WKT1_ESRI").encode()
    return grid


def _codes(count: int, dtype: str = "uint8") -> Grid:
    """Return codes of classes that only their small number tells from amounts, in patches."""
    grid = _plain(dtype)
    rows, columns = np.mgrid[0:_SIZE, 0:_SIZE]
    grid.stored = ((rows // 6 * 7 + columns // 6 * 3) % count + 1).astype(dtype)
    grid.truth = np.full((_SIZE, _SIZE), np.nan)
    return grid


def _small_numbers() -> Grid:
    grid = _plain("float32")
    grid.stored, grid.truth = (grid.stored // 2).astype("int8"), grid.truth // 2
    grid.stored[_HOLES], grid.truth[_HOLES] = -128, np.nan
    grid.profile = {"nodata": -128}
    return grid


def _registered_at_points() -> Grid:
    grid = _plain()
    grid.finish = lambda dataset: dataset.update_tags(AREA_OR_POINT="Point")
    return grid


def _missing_in_side_car() -> Grid:
    grid = _holes(-9999)
    grid.beside["grid.tif.aux.xml"] = (
        b"<PAMDataset><PAMRasterBand band='1'><NoDataValue>-9999</NoDataValue></PAMRasterBand></PAMDataset>"
    )
    return grid


def _infinite() -> Grid:
    return _holes(np.inf)


def _two_codes(first: float, second: float) -> Grid:
    """Return a grid with cells of two codes that mean missing and are not declared."""
    grid = _holes(first)
    grid.stored[10:12] = second
    grid.truth[10:12] = np.nan
    grid.to_tell = f"{first:g}", f"{second:g}"
    return grid


def _one_value(value: float, dtype: str = "float32", *, holes: bool = False) -> Grid:
    """Return a grid that says the same everywhere: its values were lost, and nobody can know them."""
    grid = _plain(dtype, **({"nodata": -9999} if holes else {}))
    grid.stored[:] = value
    if holes:
        grid.stored[_HOLES] = -9999
    return grid


def _beside(name: str, data: bytes) -> Grid:
    """Return a grid with a file beside it that says something of it, too."""
    grid = _plain()
    grid.beside[f"grid.{name}"] = data
    return grid


def _world(step: float, west: float) -> bytes:
    return f"{step}\n0\n0\n-{step}\n{west + step / 2}\n{5_300_000 - step / 2}\n".encode()


def _overrun(dtype: str, shift: float, *, cut: bool = False, said: bool = False) -> Grid:
    """Return a grid whose values, shifted, do not fit into its type: they wrapped, or were cut off at its end."""
    grid = _plain(dtype)
    grid.truth = _values() + shift
    over = np.minimum(grid.truth, np.iinfo(dtype).max) if cut else grid.truth
    grid.stored = over.astype("int64").astype(dtype)
    if said:
        low, high = grid.truth.min(), grid.truth.max()
        grid.finish = lambda dataset: dataset.update_tags(1, STATISTICS_MINIMUM=f"{low}", STATISTICS_MAXIMUM=f"{high}")
    return grid


_LOWEST = float(np.finfo("float32").min)
RASTERS: dict[str, Callable[[], Grid]] = {
    "float32": _plain,
    "float64": lambda: _plain("float64"),
    "int16": lambda: _plain("int16"),
    "uint16": lambda: _plain("uint16"),
    "int32": lambda: _plain("int32"),
    "uint32": lambda: _plain("uint32"),
    "uint8": lambda: _plain("uint8"),
    "complex": lambda: _plain("complex64"),
    "tiles": lambda: _plain(tiled=True, blockxsize=16, blockysize=16),
    "deflated with a predictor": lambda: _plain(compress="deflate", predictor=3),
    "declared -9999": lambda: _holes(-9999, declared=-9999),
    "declared -9999, stored -9999.02": lambda: _holes(-9999.02, declared=-9999),
    "declared -32768": lambda: _holes(-32768, "int16", -32768),
    "declared 255": lambda: _holes(255, "uint8", 255),
    "declared 0": lambda: _holes(0, "uint8", 0),
    "declared NaN": lambda: _holes(np.nan, declared=float("nan")),
    "declared lowest, stored -3.4e38": lambda: _holes(-3.4e38, declared=_LOWEST),
    "declared 1e38, stored lowest": lambda: _holes(_LOWEST, declared=1e38),
    "declared -9999, stored NaN too": lambda: _holes(np.nan, declared=-9999),
    "declared 65535 of 32 bits": lambda: _holes(65535, "uint32", 65535),
    "undeclared -9999": lambda: _holes(-9999), "undeclared -999.25": lambda: _holes(-999.25),
    "undeclared -999": lambda: _holes(-999),
    "undeclared -99": lambda: _holes(-99),
    "undeclared -32768": lambda: _holes(-32768, "int16"),
    "undeclared 65535": lambda: _holes(65535, "uint16"),
    "undeclared NaN": lambda: _holes(np.nan),
    "undeclared lowest": lambda: _holes(_LOWEST),
    "undeclared 1e31": lambda: _holes(1e31),
    "a block of zeros": lambda: _piece(0.0),
    "a stripe of zeros": lambda: _piece(0.0, stripe=True),
    "a block of the least value": lambda: _piece(-112.0),
    "infinite cells": _infinite,
    "declared -9999, stored -32768": lambda: _holes(-32768, "int16", -9999),
    "scale of a tenth": lambda: _scaled(0.1, 0.0),
    "offset": lambda: _scaled(1.0, -273.15),
    "scale and offset": lambda: _scaled(0.02, 100.0),
    "negative scale": lambda: _scaled(-1.0, 0.0),
    "scale in the name of the band": lambda: _scaled_in_words(name="eTh_ppm_x100"),
    "scale in the unit of the band": lambda: _scaled_in_words(unit="0.01 ppm"),
    "scale in the description of the file": lambda: _scaled_in_words(tag="eTh ppm x 100"),
    "mask": _masked,
    "alpha band": _alpha,
    "classes with colours": _classes,
    "picture of three bands": lambda: _picture(3),
    "picture of four bands": lambda: _picture(4),
    "two bands, none chosen": _bands,
    "ascii grid": _text_grid,
    "ascii grid without a system": lambda: _text_grid(projection=False),
    "ascii grid with decimal commas": lambda: _text_grid(","),
    "ascii grid with -9999 undeclared": lambda: _text_grid(missing=""),
    "ascii grid that declares another code": lambda: _text_grid(missing="-32768"),
    "five codes without colours": lambda: _codes(5),
    "twelve codes without colours": lambda: _codes(12, "int16"),
    "registered at points": _registered_at_points,
    "missing code in a side car": _missing_in_side_car,
    "int8": _small_numbers,
    "undeclared block of 0": lambda: _holes(0),
    "undeclared 1e20": lambda: _holes(1e20),
    "undeclared -1": lambda: _holes(-1),
    "undeclared 99999": lambda: _holes(99999),
    "declared -9999, stored -9999 and -999": lambda: _holes(-999, declared=-9999),
    "undeclared 255": lambda: _holes(255, "uint8"),
    "one value everywhere": lambda: _one_value(17.25),
    "one whole number everywhere": lambda: _one_value(3, "int16"),
    "zero everywhere": lambda: _one_value(0),
    "one value with holes": lambda: _one_value(17.25, holes=True),
    "zero in bytes everywhere": lambda: _one_value(0, "uint8"),
    "undeclared -1e32 and -99999": lambda: _two_codes(-1e32, -99999),
    "undeclared 1e31 and 9999": lambda: _two_codes(1e31, 9999),
    "undeclared -99999 and -9999": lambda: _two_codes(-99999, -9999),
    "rotated": lambda: _placed(_PLACE * rasterio.Affine.rotation(20)),
    "south up": lambda: _placed(rasterio.Affine(100, 0, 500_000, 0, 100, 5_200_000)),
    "mirrored": lambda: _placed(rasterio.Affine(-100, 0, 500_000, 0, -100, 5_300_000)),
    "oblong cells": lambda: _placed(rasterio.Affine(100, 0, 500_000, 0, -37, 5_300_000)),
    "degrees of 0 to 360": lambda: _placed(rasterio.Affine(0.01, 0, 277, 0, -0.01, 48), "EPSG:4326"),
    "no coordinate system": lambda: _placed(_PLACE, None),
    "no transform": lambda: _placed(rasterio.Affine.identity()),
    "degrees called metres": lambda: _placed(rasterio.Affine(0.01, 0, -83, 0, -0.01, 48)),
    "metres called degrees": lambda: _placed(_PLACE, "EPSG:4326"),
    "world file of its own place": lambda: _beside("tfw", _world(100, 500_000)),
    "world file, elsewhere": lambda: _beside("tfw", _world(100, 560_000)),
    "world file of other cells, elsewhere": lambda: _beside("TFW", _world(30, 500_000)),
    "side car, elsewhere": lambda: _beside(
        "tif.aux.xml", b"<PAMDataset><GeoTransform>560000, 100, 0, 5300000, 0, -100</GeoTransform></PAMDataset>"
    ),
    "projection file of its own system": lambda: _beside("prj", CRS.from_epsg(32617).to_wkt("WKT1_ESRI").encode()),
    "projection file of NAD83": lambda: _beside("prj", CRS.from_epsg(26917).to_wkt("WKT1_ESRI").encode()),
    "projection file of another zone, elsewhere": lambda: _beside(
        "prj", CRS.from_epsg(32616).to_wkt("WKT1_ESRI").encode()
    ),
    "below 0 without a sign": lambda: _overrun("uint16", -60),
    "above 32767": lambda: _overrun("int16", 32_650),
    "above 255": lambda: _overrun("uint8", 100),
    "cut off at 32767": lambda: _overrun("int16", 32_650, cut=True),
    "cut off at 255": lambda: _overrun("uint8", 100, cut=True),
    "all above 32767, its range declared": lambda: _overrun("int16", 40_000, said=True),
    "near 32767": lambda: _overrun("int16", 32_500),
    "its range declared": lambda: _overrun("int16", 100, said=True),
    "gzipped": lambda: _packed(gzip.compress, ".tif.gz"),
    "gzipped under a plain name": lambda: _packed(gzip.compress),
    "gzip cut short": lambda: _packed(lambda data: gzip.compress(data)[:200], ".tif.gz"),
    "cut short": lambda: _packed(lambda data: data[: len(data) // 2]),
    "cut behind the head": lambda: _packed(lambda data: data[:120]),
    "empty file": lambda: _packed(lambda data: b""),
    "text called a raster": lambda: _packed(lambda data: b"x,y,value\n1,2,3\n"),
    "page of an error": lambda: _packed(lambda data: b"<html><body>404</body></html>"),
    "one byte changed": lambda: _packed(lambda data: data[:4] + bytes([data[4] ^ 255]) + data[5:]),
}  # fmt: skip
"""Changed rasters by name."""
_MISPLACED = frozenset(
    [
        "ascii grid without a system",
        "no coordinate system",
        "no transform",
        "degrees called metres",
        "metres called degrees",
        *(name for name in RASTERS if name.startswith(("one value", "one whole", "zero")) or "elsewhere" in name),
    ]
)
"""Nobody can know where these lie, or what they held: they must be told or refused."""


def raster_cases() -> dict[str, Callable[[], Outcome]]:
    """Return the cases by name; each reads a changed raster as a run does and compares every cell."""
    return {name: (lambda name=name: _outcome(name)) for name in RASTERS}  # type: ignore[misc]


def _outcome(name: str) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="minewaste-mutation-") as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        grid = RASTERS[name]()
        path = grid.write(Path(place))
        try:
            raster = describe_raster(Source(id="table", role="raster", path=path.name), path.parent)
            if raster.classes:
                return Outcome("same" if "classes" in name or "codes" in name else "silent", "taken for classes")
            with open_raster(raster) as dataset:
                cells = read_window(raster, dataset, 0, 0, raster.height, raster.width)
        except MinewasteError as failure:
            return Outcome("refused" if path.name in str(failure) else "unnamed", str(failure)[:300])
        except Exception as failure:  # noqa: BLE001 - whatever escapes is what the bench looks for
            return Outcome("traceback", f"{type(failure).__name__}: {str(failure)[:200]}")
    same = cells.shape == grid.truth.shape and bool(np.allclose(cells, grid.truth, rtol=1e-6, equal_nan=True))
    same = same and bool(np.allclose(raster.transform, tuple(grid.transform)[:6])) and name not in _MISPLACED
    if same:
        return Outcome("same")
    told = "; ".join(f"{note.code}: {note.message}" for note in raster.notes)
    if not all(code in told for code in grid.to_tell):
        return Outcome("silent", f"of {' and '.join(grid.to_tell)} not all are told")
    return Outcome("told", told) if told else Outcome("silent", f"cells of '{name}' are not what they mean")
