"""All steps by name."""

from __future__ import annotations

from tests.benchmarks import pages, rasters, spatial, surface
from tests.benchmarks.step import Step

STEPS: dict[str, Step] = {
    "territories": spatial.TERRITORIES,
    "area_distance": spatial.AREA_DISTANCE,
    "nearest_line": spatial.NEAREST_LINE,
    "nearest_community": spatial.NEAREST_COMMUNITY,
    "neighbourhood": spatial.NEIGHBOURHOOD,
    "log_ratios": spatial.LOG_RATIOS,
    "executor": spatial.EXECUTOR,
    "zonal": rasters.ZONAL,
    "zonal_exact": rasters.ZONAL_EXACT,
    "point_sampling": rasters.POINT_SAMPLING,
    "surface": surface.SURFACE,
    "reading": pages.READING,
    "site_map": pages.SITE_MAP,
    "chain": pages.CHAIN,
    "rasters_all": rasters.RASTERS_ALL,
}
