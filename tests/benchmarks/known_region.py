"""An invented region whose every answer is known, taken up to the features once and kept, so that rankings can be tried on it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layers.invented import write_region
from layers.samples.columns import with_owners
from pipeline.config import RunConfig, load_config
from pipeline.executor import Executor, Shared
from pipeline.folder.store import RunStore
from pipeline.inputs import assembled, read_sources
from pipeline.stages.build_features import build_features
from pipeline.stages.calibrate_tonnage import calibrate_tonnage
from pipeline.stages.label_sites import label_sites
from pipeline.stages.link_records import link_records
from pipeline.stages.locate_assays import locate_assays
from pipeline.stages.merge_sites import merge_sites
from pipeline.stages.per_site.assign_samples import assign_samples
from pipeline.stages.per_site.estimate_tonnage import estimate_tonnage
from pipeline.stages.per_site.flag_constraints import flag_constraints
from pipeline.stages.per_site.measure_access import measure_access
from pipeline.stages.per_site.overlay_territories import overlay_territories
from pipeline.stages.per_site.sample_rasters import sample_rasters
from pipeline.stages.score_companion import score_companion
from pipeline.withhold import withhold

SCATTER_DEX = 0.25
"""Of single samples of one waste: what a grab sample of a real pond is worth, about."""


@dataclass(frozen=True)
class KnownRegion:
    """Layers of one invented region up to the features, with the truth of every site.

    Parameters
    ----------
    seed : int
        Of the region.
    config : RunConfig
        Its run file.
    layers : dict of str to DataFrame
        By the name of the stage or table that made it.
    truth : DataFrame
        ``site_id, treo_ppm, tonnes_t, rich, camp, deposit_type``, in the order of the sites.
    """

    seed: int
    config: RunConfig
    layers: dict[str, Any]
    truth: pd.DataFrame


def known_region(seed: int, n_sites: int, cache: Path, assayed_by: str = "types") -> KnownRegion:
    """Return a region from the cache, or make it. Empty the cache when the generator or a stage before training changes."""
    kept = cache / f"region_{n_sites}_{seed}_{assayed_by}.pickle"
    if not kept.is_file():
        made = _make(seed, n_sites, cache / f"files_{n_sites}_{seed}_{assayed_by}", assayed_by)
        kept.write_bytes(pickle.dumps(made))
        return made
    found: KnownRegion = pickle.loads(kept.read_bytes())
    return replace(found, config=load_config(cache / f"files_{n_sites}_{seed}_{assayed_by}" / "region.yml"))


def _make(seed: int, n_sites: int, folder: Path, assayed_by: str) -> KnownRegion:
    folder.mkdir(parents=True, exist_ok=True)
    config = load_config(
        write_region(folder, sites=n_sites, seed=seed, assayed_by=assayed_by, assay_scatter_dex=SCATTER_DEX)
    )
    inputs = withhold(assembled(config, read_sources(config, folder, RunStore(folder / "run"))), config)
    records, samples = inputs["inventory"], inputs.layers["geochemistry"]
    links = link_records(records, inputs["links"], config.link_records)
    sites = merge_sites(records, links, config.merge_sites)
    assays = locate_assays(samples[samples["medium"].eq("waste")], sites, config.locate_assays)
    samples = with_owners(samples, assays)
    with Executor("threads", 2, None, None) as executor:

        def per_site(stage: Any, params: Any, *shared: Shared) -> Any:
            return executor.map_sites(stage, sites, list(shared), params)

        found: dict[str, Any] = {
            "sites": sites,
            "site_samples": per_site(
                assign_samples, config.assign_samples, Shared(samples, config.assign_samples.radius_km)
            ),
            "site_rasters": per_site(sample_rasters, config.sample_rasters, Shared(inputs.rasters)),
            "site_territories": per_site(
                overlay_territories,
                config.overlay_territories,
                Shared(inputs.layers["territories"], config.overlay_territories.near_km),
            ),
            "site_access": per_site(
                measure_access, config.measure_access, Shared(inputs["lines"]), Shared(inputs["communities"])
            ),
        }
        found["site_tonnage"] = per_site(estimate_tonnage, config.estimate_tonnage, Shared(found["site_samples"]))
        found["site_tonnage"] = calibrate_tonnage(found["site_tonnage"], config.calibrate_tonnage)
        found["flags"] = per_site(
            flag_constraints, config.flag_constraints, Shared(found["site_samples"]), Shared(inputs["backdrop"])
        )
    found["labels"] = label_sites(sites, found["site_samples"], config.label_sites)
    evidence = [found[name] for name in ("site_samples", "site_rasters", "site_access", "site_tonnage")]
    found["features"] = build_features(sites, *evidence, found["labels"], config.build_features)
    found["companion"] = score_companion(sites, evidence[0], evidence[2], evidence[3], config.score_companion)
    return KnownRegion(seed, config, found, _truth_of(sites, pd.read_csv(folder / "truth" / "planted.csv")))


def _truth_of(sites: Any, planted: pd.DataFrame) -> pd.DataFrame:
    """Return the truth of every site: that of the nearest true place."""
    from scipy.spatial import cKDTree

    squeeze = np.cos(np.radians(planted["latitude"].mean()))
    tree = cKDTree(np.column_stack([planted["longitude"] * squeeze, planted["latitude"]]))
    _, nearest = tree.query(np.column_stack([sites["longitude"] * squeeze, sites["latitude"]]))
    columns = ["treo_ppm", "tonnes_t", "rich", "camp", "deposit_type"]
    rows = planted.iloc[nearest][columns].reset_index(drop=True)
    return rows.assign(site_id=sites["site_id"].to_numpy(), rich=rows["rich"].astype(str).str.lower().eq("true"))
