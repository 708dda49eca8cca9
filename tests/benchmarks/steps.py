"""All steps by name; the module of a step is imported when the step is run, so a step needs only what it measures."""

from __future__ import annotations

import importlib

from tests.benchmarks.step import Step

STEPS = {
    "territories": "spatial.TERRITORIES",
    "area_distance": "spatial.AREA_DISTANCE",
    "nearest_line": "spatial.NEAREST_LINE",
    "nearest_community": "spatial.NEAREST_COMMUNITY",
    "neighbourhood": "spatial.NEIGHBOURHOOD",
    "read_assays": "assays.READ_ASSAYS",
    "executor": "spatial.EXECUTOR",
    "zonal": "rasters.ZONAL",
    "zonal_exact": "rasters.ZONAL_EXACT",
    "point_sampling": "rasters.POINT_SAMPLING",
    "rasters_all": "rasters.RASTERS_ALL",
    "surface": "surface.SURFACE",
    "reading": "pages.READING",
    "site_map": "pages.SITE_MAP",
    "chain": "chain.CHAIN",
}


def step_named(name: str) -> Step:
    """Return a step."""
    module, attribute = STEPS[name].split(".")
    step: Step = getattr(importlib.import_module(f"tests.benchmarks.{module}"), attribute)
    return step
