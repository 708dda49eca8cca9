"""Every per-site stage gives the serial table on any slices of the sites, in threads, in processes and on a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from layers.invented import write_region
from pipeline.config import RunConfig, load_config
from pipeline.executor import Executor, Shared
from pipeline.input_layers import Inputs
from pipeline.inputs import assembled, read_sources
from pipeline.stages.link_records import link_records
from pipeline.stages.locate_assays import locate_assays
from pipeline.stages.merge_sites import merge_sites
from pipeline.stages.per_site.assign_samples import assign_samples
from pipeline.stages.per_site.estimate_tonnage import estimate_tonnage
from pipeline.stages.per_site.flag_constraints import flag_constraints
from pipeline.stages.per_site.measure_access import measure_access
from pipeline.stages.per_site.overlay_territories import overlay_territories
from pipeline.stages.per_site.sample_rasters import sample_rasters

STAGES = {
    "assign_samples": assign_samples,
    "sample_rasters": sample_rasters,
    "overlay_territories": overlay_territories,
    "measure_access": measure_access,
    "estimate_tonnage": estimate_tonnage,
    "flag_constraints": flag_constraints,
}


class Region:
    """The invented region, read and merged once for all tests of this file."""

    def __init__(self, config: RunConfig, inputs: Inputs) -> None:
        self.config = config
        records = inputs["inventory"]
        links = link_records(records, inputs["links"], config.link_records)
        self.sites: gpd.GeoDataFrame = merge_sites(records, links, config.merge_sites)
        samples = locate_assays(inputs["geochemistry"], self.sites, config.locate_assays)
        self.shared: dict[str, list[Shared]] = {
            "assign_samples": [Shared(samples, config.assign_samples.radius_km)],
            "sample_rasters": [Shared(inputs.rasters)],
            "overlay_territories": [Shared(inputs["territories"])],
            "measure_access": [Shared(inputs["lines"]), Shared(inputs["communities"])],
        }
        self.serial: dict[str, pd.DataFrame] = {}
        for name in self.shared:
            self.serial[name] = self.run(name, Executor("serial", partitions=1))
        self.shared["estimate_tonnage"] = [Shared(self.serial["assign_samples"])]
        self.serial["estimate_tonnage"] = self.run("estimate_tonnage", Executor("serial", partitions=1))
        self.shared["flag_constraints"] = [Shared(self.serial["assign_samples"]), Shared(inputs["backdrop"])]
        self.serial["flag_constraints"] = self.run("flag_constraints", Executor("serial", partitions=1))

    def run(self, name: str, executor: Executor) -> Any:
        return executor.map_sites(STAGES[name], self.sites, self.shared[name], getattr(self.config, name))


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("region")
    config = load_config(write_region(folder, sites=120, seed=3))
    return Region(config, assembled(config, read_sources(config, folder, None)))


def same(table: pd.DataFrame, expected: pd.DataFrame) -> None:
    """Equal values within 1e-9 relative, equal types, columns and order."""
    pd.testing.assert_frame_equal(table, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("partitions", [1, 2, 8])
@pytest.mark.parametrize("mode", ["serial", "threads"])
@pytest.mark.parametrize("name", STAGES)
def test_slices_give_the_serial_table(region: Region, name: str, mode: Any, partitions: int) -> None:
    with Executor(mode, workers=2, partitions=partitions) as executor:
        same(region.run(name, executor), region.serial[name])


@pytest.fixture(scope="module")
def two_processes() -> Iterator[Executor]:
    """Two processes that take all stages, as in a run."""
    with Executor("processes", workers=2, partitions=2) as executor:
        yield executor


@pytest.mark.parametrize("name", STAGES)
def test_two_processes_give_the_serial_table(region: Region, name: str, two_processes: Executor) -> None:
    same(region.run(name, two_processes), region.serial[name])


@pytest.mark.cluster
@pytest.mark.parametrize("name", STAGES)
def test_a_cluster_of_two_workers_gives_the_serial_table(region: Region, name: str, dask_cluster: str) -> None:
    with Executor(scheduler=dask_cluster, partitions=8) as executor:
        same(region.run(name, executor), region.serial[name])


def test_every_site_has_its_row(region: Region) -> None:
    for name in ("assign_samples", "sample_rasters", "measure_access", "estimate_tonnage"):
        assert list(region.serial[name]["site_id"]) == list(region.sites["site_id"])
