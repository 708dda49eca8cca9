"""The workload: an invented country of one to a hundred thousand waste sites, from fixed seeds, made once per size.

S and M differ in sites and samples; areas, lines, communities and rasters are those of one country, so growth from S to M is
growth with the number of sites. L is a continent: 2,000 areas instead of 500, eight rasters of 20,480 x 20,480 cells instead
of four of 10,240 x 10,240. Shapes are random stars and walks: no place, Nation or road is meant.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import rasterio
import shapely

from layers.samples.standardise import standardise_samples

CRS = "EPSG:3979"
WEST, SOUTH, EAST, NORTH = -1_500_000.0, -300_000.0, 1_500_000.0, 1_700_000.0
ELEMENTS = ("La", "Ce", "Nd", "Y", "Th", "U", "P", "Nb", "Zr", "Ti", "Fe", "Mn", "Ba", "Sr", "Cu", "Zn")
MISSING = 0.08
VERSION = 4
COUNTRY_VERSION = 3
"""Raise them when the points or the country change, so that folders of an older one are made anew."""


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    name: str
    sites: int
    samples: int
    areas: int = 500
    vertices: tuple[int, int] = (2_000, 20_000)
    lines: int = 20_000
    line_vertices: int = 50
    communities: int = 5_000
    cells: int = 10_240
    rasters: int = 4
    grid_cells: int = 2_048
    context: str = "country"


SIZES = {
    "T": Size("T", 200, 2_000, 20, (200, 800), 200, 20, 100, 1_024, 2, 256, context="tiny"),
    "S": Size("S", 1_000, 100_000),
    "M": Size("M", 10_000, 1_000_000),
    "L": Size("L", 100_000, 1_500_000, areas=2_000, cells=20_480, rasters=8, context="continent"),
}


@dataclass(frozen=True)
class Workload:
    """Where the files of one size lie."""

    size: Size
    folder: Path
    context: Path

    def table(self, name: str) -> gpd.GeoDataFrame:
        """Read a GeoParquet layer of the size, or of the country."""
        own = self.folder / f"{name}.parquet"
        return gpd.read_parquet(own if own.exists() else self.context / f"{name}.parquet")

    @property
    def chain_rasters(self) -> list[Path]:
        """The rasters of a whole run: four of 2,048 x 2,048 cells, at L the eight large ones."""
        if self.size.name == "L":
            return [self.raster(number) for number in range(self.size.rasters)]
        return [self.context / f"grid_{number}.tif" for number in range(4)]

    def raster(self, number: int) -> Path:
        """Return the file of one large raster (100 m cells around the middle of the country)."""
        return self.context / f"raster_{number}.tif"


def prepare(size: str, root: Path) -> Workload:
    """Return the workload of a size, making what is not there yet."""
    one = SIZES[size]
    work = Workload(one, root / size, root / one.context)
    _once(
        work.context,
        {"version": COUNTRY_VERSION, **asdict(one), "name": "", "sites": 0, "samples": 0},
        _write_context,
        one,
    )
    _once(work.folder, {"version": VERSION, **asdict(one)}, _write_points, one)
    return work


def _once(folder: Path, wanted: dict[str, object], write: object, size: Size) -> None:
    """Make a folder when its stamp does not say that this is what is in it."""
    stamp, text = folder / "workload.json", json.dumps(wanted, sort_keys=True)
    if stamp.exists() and stamp.read_text() == text:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"making the workload in {folder} …", flush=True)
    write(size, folder)  # type: ignore[operator]
    stamp.write_text(text)


def _places(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return places in metres: 60 % around 80 camps, the rest anywhere."""
    anywhere = np.column_stack([rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count)])
    camps = np.column_stack([rng.uniform(WEST, EAST, 80), rng.uniform(SOUTH, NORTH, 80)])
    clustered = camps[rng.integers(0, 80, count)] + rng.normal(0, 25_000, (count, 2))
    xy = np.where(rng.random(count)[:, None] < 0.6, clustered, anywhere)
    return np.clip(xy, (WEST, SOUTH), (EAST, NORTH))


def _degrees(xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return pyproj.Transformer.from_crs(CRS, 4326, always_xy=True).transform(xy[:, 0], xy[:, 1])


def _write_context(size: Size, folder: Path) -> None:
    """Write areas, lines, communities and rasters."""
    areas, lines, communities = _areas(size), _lines(size), _communities(size)
    for name, layer in (("areas", areas), ("lines", lines), ("communities", communities)):
        layer.to_parquet(folder / f"{name}.parquet")
        layer.to_crs(4326).to_file(folder / f"{name}.gpkg", layer=name, driver="GPKG")
    half = size.cells * 50.0
    for number in range(size.rasters):
        _raster(folder / f"raster_{number}.tif", size.cells, (-half, 700_000 + half, 100.0), 1 + number, 1)
    cell = (EAST - WEST + 40_000) / size.grid_cells
    for number in range(4):
        _raster(folder / f"grid_{number}.tif", size.grid_cells, (WEST - 20_000, NORTH + 500_000, cell), 50 + number, 1)


def _areas(size: Size) -> gpd.GeoDataFrame:
    """Return overlapping areas with crooked boundaries of thousands of vertices."""
    rng = np.random.default_rng(11)
    shapes = []
    for _ in range(size.areas):
        count = int(rng.integers(*size.vertices))
        angle = np.sort(rng.uniform(0, 2 * np.pi, count))
        waves = np.arange(2, 14)
        swing = rng.normal(0, 0.35 / waves, len(waves))
        wobble = np.sin(angle[:, None] * waves + rng.uniform(0, 2 * np.pi, len(waves))) @ swing
        reach = rng.uniform(60_000, 200_000) * np.clip(1 + wobble, 0.3, 2) * (1 + rng.normal(0, 0.002, count))
        centre = rng.uniform((WEST, SOUTH), (EAST, NORTH))
        ring = centre + reach[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
        shapes.append(shapely.Polygon(ring))
    names = [f"Area {number:04d}" for number in range(1, size.areas + 1)]
    table = {
        "territory_id": [f"areas:{number}" for number in range(size.areas)], "territory": names, "territory_other_names": None,
        "layer": "areas", "source": "areas", "steward": "Invented Council", "publish": "allowed",
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def _lines(size: Size) -> gpd.GeoDataFrame:
    """Return walks of about 40 km: roads, rails, power lines."""
    rng = np.random.default_rng(12)
    heading = rng.uniform(0, 2 * np.pi, (size.lines, 1)) + np.cumsum(
        rng.normal(0, 0.25, (size.lines, size.line_vertices)), axis=1
    )
    steps = 800.0 * np.stack([np.cos(heading), np.sin(heading)], axis=2)
    starts = rng.uniform((WEST, SOUTH), (EAST, NORTH), (size.lines, 2))
    shapes = shapely.linestrings(starts[:, None] + np.cumsum(steps, axis=1))
    ids = [f"lines:{number}" for number in range(size.lines)]
    return gpd.GeoDataFrame({"line_id": ids, "name": None, "kind": "road", "source": "lines"}, geometry=shapes, crs=CRS)


def _communities(size: Size) -> gpd.GeoDataFrame:
    xy = _places(np.random.default_rng(13), size.communities)
    longitude, latitude = _degrees(xy)
    table = {
        "community_id": [f"communities:{number}" for number in range(len(xy))],
        "community": [f"Community {number}" for number in range(len(xy))],
        "kind": "place", "source": "communities", "publish": "allowed", "latitude": latitude, "longitude": longitude,
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=CRS)


def _raster(path: Path, cells: int, corner: tuple[float, float, float], seed: int, spread: float) -> None:
    """Write a float32 raster in deflated tiles of 512: broad waves, noise, rounded as instruments round."""
    rng = np.random.default_rng(seed)
    west, north, cell = corner
    profile = {
        "driver": "GTiff", "width": cells, "height": cells, "count": 1, "dtype": "float32", "crs": CRS, "nodata": -9999.0,
        "transform": rasterio.Affine(cell, 0, west, 0, -cell, north), "tiled": True, "blockxsize": min(512, cells),
        "blockysize": min(512, cells), "compress": "deflate", "predictor": 3,
        "zlevel": 6 if cells <= 10_240 else 1, "num_threads": "2",
    }  # fmt: skip
    waves = rng.uniform(2, 9, 4)
    along = np.linspace(0, 2 * np.pi, cells, dtype=np.float32)
    east = np.sin(along * waves[0]) + np.cos(along * waves[1])
    with rasterio.open(path, "w", **profile) as dataset:
        for row in range(0, cells, 512):
            height = min(512, cells - row)
            south = np.sin(along[row : row + height] * waves[2]) + np.cos(along[row : row + height] * waves[3])
            noise = rng.standard_normal((height, cells), dtype=np.float32)
            values = np.round(128 * (5 + south[:, None] + east + spread * noise)) / 128
            dataset.write(values.astype(np.float32), 1, window=((row, row + height), (0, cells)))


def _write_points(size: Size, folder: Path) -> None:
    """Write sites, samples, and the same as a publisher would hand them out."""
    sites = make_sites(size)
    sites.to_parquet(folder / "sites.parquet")
    samples = make_samples(size)
    standardise_samples(samples).to_parquet(folder / "samples.parquet")
    _write_inventory(sites, folder / "inventory.csv")
    _write_assays(sites, folder / "waste.csv")
    table = pd.DataFrame({"SAMPLE": samples["sample_id"], "LAT": samples["latitude"], "LON": samples["longitude"]})
    for element in ELEMENTS:
        table[f"{element}_ppm"] = samples[f"{element}_ppm"].round(2)
    table.round({"LAT": 5, "LON": 5}).to_csv(folder / "samples.csv", index=False)


def make_sites(size: Size) -> gpd.GeoDataFrame:
    """Return the sites as the stage that merges records hands them on."""
    rng = np.random.default_rng(21)
    count = size.sites
    xy = _places(rng, count)
    longitude, latitude = _degrees(xy)
    number = [f"{one:06d}" for one in range(count)]
    rich = rng.random(count) < 0.12
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))[rng.integers(0, 26, (count, 10))]
    table = {
        "site_id": [f"W-{one}" for one in number], "name": ["".join(one).title() for one in letters], "aliases": None,
        "record_ids": [f"inventory:{one}" for one in number], "sources": "inventory", "official_ids": number,
        "jurisdiction": "Invented Province", "latitude": latitude, "longitude": longitude,
        "coordinate_precision_km": 0.01, "coordinate_spread_km": 0.0,
        "commodities": np.where(rich, "niobium; rare earth elements", rng.choice(["copper", "gold", "uranium", "zinc"], count)),
        "deposit_type": np.where(rich, "carbonatite", rng.choice(["vein", "skarn", "granite"], count)),
        "waste_type": rng.choice(["tailings", "waste_rock", "slag"], count), "status": "abandoned", "hazard_class": None,
        "disposal": "unknown", "mass_t": np.round(rng.lognormal(13, 1.5, count)), "volume_m3": np.nan, "milled_t": np.nan,
        "area_m2": np.round(np.pi * rng.uniform(400, 2_000, count) ** 2), "height_m": np.round(rng.uniform(2, 40, count), 1),
        "first_year": rng.integers(1900, 1970, count).astype(float), "last_year": rng.integers(1970, 2000, count).astype(float),
        "remarks": None, "url": None,
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=CRS)


def make_samples(size: Size) -> gpd.GeoDataFrame:
    """Return regional samples of one medium and method, 16 elements, some missing."""
    rng = np.random.default_rng(22)
    count = size.samples
    xy = _places(rng, count)
    longitude, latitude = _degrees(xy)
    table: dict[str, object] = {
        "sample_id": [f"S{number:07d}" for number in range(count)], "source": "samples", "source_row": np.arange(2, count + 2),
        "medium": "till", "method": "four_acid", "site_key": None, "n_analyses": 1, "latitude": latitude, "longitude": longitude,
        "coordinate_precision_km": 0.01, "tree_ppm": np.nan,
    }  # fmt: skip
    for element in ELEMENTS:
        value = rng.lognormal(3.0, 0.8, count)
        value[rng.random(count) < MISSING] = np.nan
        table |= {f"{element}_ppm": value, f"{element}_limit_ppm": np.nan, f"{element}_censored": np.int8(0)}
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=CRS)


def _write_inventory(sites: gpd.GeoDataFrame, path: Path) -> None:
    """Write an inventory of 18 columns as CSV."""
    columns = {
        "SITE_NO": "official_ids", "SITE_NAME": "name", "LATITUDE": "latitude", "LONGITUDE": "longitude",
        "PROVINCE": "jurisdiction", "COMMODITIES": "commodities", "DEPOSIT": "deposit_type", "FEATURE": "waste_type",
        "STATUS": "status", "DISPOSAL": "disposal", "TAILINGS_T": "mass_t", "AREA_M2": "area_m2", "HEIGHT_M": "height_m",
        "YEAR_OPEN": "first_year", "YEAR_CLOSE": "last_year",
    }  # fmt: skip
    table = pd.DataFrame({name: sites[column] for name, column in columns.items()})
    table["COMMODITIES"] = table["COMMODITIES"].str.replace("; ", ",").str.replace("rare earth elements", "rare earths")
    for column in ("TAILINGS_T", "AREA_M2", "YEAR_OPEN", "YEAR_CLOSE"):
        table[column] = table[column].astype(int)
    more = {"DISTRICT": "D1", "OWNER": "unknown", "REMARKS": "as reported"}
    table.assign(**more).round({"LATITUDE": 5, "LONGITUDE": 5}).to_csv(path, index=False)


def _write_assays(sites: gpd.GeoDataFrame, path: Path) -> None:
    """Write assays of the waste of 400 sites at most; carbonatites hold more."""
    rng = np.random.default_rng(23)
    rows = np.sort(rng.choice(len(sites), min(400, len(sites) // 2), replace=False))
    rich = (sites["deposit_type"].to_numpy()[rows] == "carbonatite").astype(float)
    level = np.exp(rng.normal(0, 0.6, len(rows)) + 2.2 * rich)
    ratios = {"La": 40, "Ce": 80, "Pr": 9, "Nd": 35, "Sm": 7, "Eu": 1.5, "Gd": 6, "Tb": 1, "Dy": 6, "Ho": 1, "Er": 3, "Tm": 0.5,
              "Yb": 3, "Lu": 0.4, "Y": 30, "Th": 15, "P": 900, "Zr": 200}  # fmt: skip
    table = pd.DataFrame({"LAB": [f"L{number}" for number in rows], "SITE_NO": sites["official_ids"].to_numpy()[rows]})
    for element, ratio in ratios.items():
        table[f"{element}_ppm"] = np.round(ratio * level * np.exp(rng.normal(0, 0.2, len(rows))), 2)
    table.to_csv(path, index=False)
