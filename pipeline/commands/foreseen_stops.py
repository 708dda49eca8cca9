"""What would stop a run between reading and learning, found by the stages of a run themselves."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from layers.catalogue.source import resolve
from layers.errors import MinewasteError
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster, require_overlap
from pipeline.config import RunConfig
from pipeline.extent import require_sites
from pipeline.input_layers import Inputs
from pipeline.stages.describe_camps import describe_camps
from pipeline.stages.link_records import link_records
from pipeline.stages.locate_assays import locate_assays
from pipeline.stages.merge_sites import merge_sites


def stop_foreseen(config: RunConfig, inputs: Inputs, data_dir: Path) -> str | None:
    """Return the message with which a run would stop after all sources were read; None where it would not.

    Parameters
    ----------
    config : RunConfig
        The run file.
    inputs : Inputs
        What a run would begin with.
    data_dir : Path
        Folder where relative paths start.
    """
    if config.units != "sites":
        return None
    records, samples = inputs["inventory"], inputs["geochemistry"]
    try:
        links = link_records(records, inputs["links"], config.link_records)
        sites = merge_sites(records, links, config.merge_sites)
        require_sites(sites, records)
        sites = describe_camps(sites, config.describe_camps)
        locate_assays(samples[samples["medium"].eq("waste")], sites, config.locate_assays)
        sources = [source for source in map(resolve, config.sources) if source.role == "raster"]
        rasters = tuple(part for source in sources for part in describe_raster(source, data_dir).parts())
        if any(
            _is_apart(raster, sites) for raster in rasters
        ):  # few read a raster that holds a site here: it takes long
            from pipeline.stages.per_site.sample_rasters import sample_rasters

            require_overlap(sample_rasters(sites, rasters, config.sample_rasters), rasters)
    except MinewasteError as error:
        return str(error)
    return None


def _is_apart(raster: Raster, sites: gpd.GeoDataFrame) -> bool:
    """Say whether the place of no site lies within the bounds of a raster."""
    west, south, east, north = raster.bounds
    places = sites.geometry.representative_point().to_crs(raster.crs)
    return not bool((places.x.between(west, east) & places.y.between(south, north)).any())
