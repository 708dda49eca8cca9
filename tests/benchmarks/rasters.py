"""Sites against rasters, and the model over a grid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import rasterio
from rasterio.windows import Window

from layers.catalogue.source import Source
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster
from pipeline.stages.per_site.sample_rasters import SampleRastersParams, sample_rasters
from tests.benchmarks.step import Step
from tests.benchmarks.workload import EAST, NORTH, SOUTH, WEST, Workload

ZONES = SampleRastersParams(footprint="area")
EXACT = SampleRastersParams(footprint="area", method="exact")
CELLS = SampleRastersParams(footprint="point")


def _describe(path: Path, name: str) -> Raster:
    return describe_raster(Source(id=name, role="raster", path=path.name), path.parent)


def _on_rasters(work: Workload, count: int) -> SimpleNamespace:
    """Load sites moved onto the large rasters (1,024 km wide), with outlines of 0.4 to 2 km radius."""
    sites = work.table("sites")
    rasters = [_describe(work.raster(number), f"r{number}") for number in range(count)]
    west, south, east, north = rasters[0].bounds
    x = west + 3_000 + (sites.geometry.x - WEST) / (EAST - WEST) * (east - west - 6_000)
    y = south + 3_000 + (sites.geometry.y - SOUTH) / (NORTH - SOUTH) * (north - south - 6_000)
    points = gpd.GeoSeries(gpd.points_from_xy(x, y), crs=sites.crs)
    outlines = points.buffer(np.sqrt(sites["area_m2"].to_numpy() / np.pi), quad_segs=8)
    return SimpleNamespace(
        outlined=sites.set_geometry(outlines),
        points=sites.set_geometry(points),
        rasters=rasters,
        paths=[r.path for r in rasters],
    )


def _one(work: Workload, variant: str) -> Any:
    return _on_rasters(work, 1)


def _all(work: Workload, variant: str) -> Any:
    return _on_rasters(work, work.size.rasters)


def _zones(state: Any) -> np.ndarray:
    return sample_rasters(state.outlined, state.rasters, ZONES)["raster_r0"].to_numpy()


def _zones_rasterstats(state: Any) -> np.ndarray:
    from rasterstats import zonal_stats

    found = zonal_stats(state.outlined, state.paths[0], stats=["count", "mean", "min", "max", "std"])
    return np.array([np.nan if one["mean"] is None else one["mean"] for one in found], dtype=float)


def _decode(state: Any) -> None:
    """Decode every tile of every raster once with two threads, and do nothing with it."""

    def strips(path: str, first: int) -> None:
        with rasterio.open(path) as dataset:
            step = dataset.block_shapes[0][0]
            for row in range(first * step, dataset.height, 2 * step):
                dataset.read(1, window=Window(0, row, dataset.width, min(step, dataset.height - row)))

    for path in state.paths:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(strips, [path, path], [0, 1]))


def _values_answer(values: Any, state: Any) -> dict[str, float]:
    return {} if values is None else {"known": np.isfinite(values).sum(), "mean": np.nanmean(values)}


ZONAL = Step(
    load=_one,
    variants={"ours": _zones, "naive": _zones_rasterstats, "limit": _decode},
    answer=_values_answer,
    tolerance={"known": 0.0, "mean": 1e-6},
    largest={"naive": "M"},
)


def _zones_exact(state: Any) -> np.ndarray:
    return sample_rasters(state.outlined, state.rasters, EXACT)["raster_r0"].to_numpy()


def _zones_exactextract(state: Any) -> np.ndarray:
    from exactextract import exact_extract

    table = exact_extract(state.paths[0], state.outlined[["geometry"]], ["mean", "stdev", "count"], output="pandas")
    return table["mean"].to_numpy()


ZONAL_EXACT = Step(
    load=_one,
    variants={"ours": _zones_exact, "naive": _zones_rasterstats, "limit": _decode, "exactextract": _zones_exactextract},
    answer=_values_answer,
    tolerance={"known": 0.0, "mean": 1e-3},
    largest={"naive": "M", "exactextract": "M"},
)


def _cells(state: Any) -> np.ndarray:
    return sample_rasters(state.points, state.rasters, CELLS)["raster_r0"].to_numpy()


def _cells_in_order(state: Any) -> np.ndarray:
    """``rasterio.sample`` in the order of the table, as EIS Toolkit and most notebooks do."""
    with rasterio.open(state.paths[0]) as dataset:
        places = zip(state.points.geometry.x, state.points.geometry.y, strict=True)
        return np.array([value[0] for value in dataset.sample(places)], dtype=float)


POINT_SAMPLING = Step(
    load=_one,
    variants={"ours": _cells, "naive": _cells_in_order, "limit": _decode},
    answer=_values_answer,
    tolerance={"known": 0.0, "mean": 1e-6},
)


def _zones_all(state: Any) -> np.ndarray:
    table = sample_rasters(state.outlined, state.rasters, ZONES)
    return table[[f"raster_{raster.name}" for raster in state.rasters]].to_numpy()


RASTERS_ALL = Step(
    load=_all,
    variants={"ours": _zones_all, "limit": _decode},
    answer=_values_answer,
    tolerance={"known": 0.0, "mean": 1e-6},
)

__all__ = ["POINT_SAMPLING", "RASTERS_ALL", "ZONAL", "ZONAL_EXACT"]
