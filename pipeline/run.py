"""The order of the stages. Read it from top to bottom: that is what a run does."""

from __future__ import annotations

import datetime
import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from layers import schema
from layers.accounting import rejected_rows
from layers.catalogue.source import resolve
from layers.errors import SourceError
from layers.rasters.reader import require_overlap
from layers.readers.splits import read_splits
from layers.samples.censoring import censoring_table
from layers.samples.columns import with_owners
from layers.samples.standardise import LEAST_SAMPLES
from layers.schema import GeoDataFrame
from layers.site_layers import SiteLayers
from maps.rows import kinds_shown, rank_labels
from maps.verdict import verdict
from maps.words import count_kinds
from pipeline.config import RunConfig
from pipeline.evidence.late_words import COLUMN, without_words
from pipeline.evidence.shores import with_shores
from pipeline.executor import Executor, fitting_workers
from pipeline.extent import require_sites
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.manifest import LEARNED, SPLITS
from pipeline.folder.model_store import load_model, save_model
from pipeline.folder.run_folder import held
from pipeline.folder.store import RunStore
from pipeline.input_layers import Account, Inputs
from pipeline.inputs import require_unchanged
from pipeline.learning.trained_model import TrainedModel
from pipeline.memory_needs import plan_reading, plan_steps
from pipeline.other_regions import OtherRegions, expected_elsewhere, notes_of_laws, read_laws
from pipeline.progress import Progress
from pipeline.provenance import date_of_run
from pipeline.publish import publish
from pipeline.request_keys import RequestsTold
from pipeline.requests_first import requests_first
from pipeline.results import Results
from pipeline.source_reading import words_of_shared_files
from pipeline.stages.build_features import build_features
from pipeline.stages.calibrate_tonnage import calibrate_tonnage
from pipeline.stages.describe_camps import describe_camps
from pipeline.stages.explain_sites import explain_sites
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
from pipeline.stages.plan_sampling import plan_sampling
from pipeline.stages.rank_sites import rank_sites
from pipeline.stages.rank_targets import rank_targets
from pipeline.stages.score_companion import score_companion
from pipeline.stages.score_surface import score_surface
from pipeline.stages.train_model import train_model
from pipeline.steps import Steps
from pipeline.summary import RunSummary, score_name_of
from pipeline.surface_file import Scored, write_surface
from pipeline.unheeded_requests import unheeded_of
from pipeline.withhold import read_and_withhold


def run(
    config: RunConfig, data_dir: Path, out: Path, progress: Progress, run_date: datetime.date | None = None
) -> RunSummary:
    """Run the whole chain of one run file and write its folder.

    Parameters
    ----------
    config : RunConfig
        Checked run file.
    data_dir : Path
        Folder where relative source paths start.
    out : Path
        The run folder; results of an earlier run that still hold are reused.
    progress : Progress
        Told of every step.
    run_date : date, optional
        Printed on the pages; default today's in UTC.

    Returns
    -------
    RunSummary

    Raises
    ------
    MinewasteError
        Whatever stops the run, with the place and the remedy.
    """
    with held(out) as folder:
        store = RunStore(folder)
        requests_first(folder, config, data_dir, progress)
        progress.mention(plan_reading(config.sources, data_dir, config.dask).words)
        progress.mention(words_of_shared_files([resolve(source) for source in config.sources]))
        with _executor(config) as executor:
            with progress.step("reading the sources"):
                inputs = read_and_withhold(config, data_dir, store, executor)
                splits = _splits(config, data_dir, store)
                laws = read_laws(config, data_dir, store)
                inputs = replace(inputs, notes=(*inputs.notes, *notes_of_laws(config, laws)))
            progress.mention(plan_steps(inputs, config.dask).words)
            results = _compute(config, inputs, splits, laws, store, executor, progress)
        beside = {SPLITS: config.train_model.splits, LEARNED: config.train_model.learned}
        require_unchanged(inputs, data_dir, store, beside)
        with progress.step("writing the run folder"), store.timed("publish"):
            publish(config, results, store, date_of_run(run_date))
    return RunSummary(
        folder=out,
        units="sites",
        n_units=len(results.ranking),
        n_rejected=len(results.inputs.rejected),
        verdict=verdict(results.model.validation, "en"),
        reused=len(store.reused),
        seconds=sum(store.timings_s.values()),
        top=results.ranking.assign(rank_label=rank_labels(results.ranking)).head(5),
        kinds=count_kinds(kinds_shown(results.ranking, results.known.flags)),
        score_name=score_name_of(results.model.validation),
        n_unheeded=unheeded_of(inputs.notes),
        requests=RequestsTold.of(inputs),
        contact=config.publish.contact,
    )


def _splits(config: RunConfig, data_dir: Path, store: RunStore) -> pd.DataFrame | None:
    """Read the list of folds where there is one, and remember its bytes for the manifest."""
    if config.train_model.splits is None:
        return None
    splits = read_splits(config.train_model.splits, data_dir)
    store.fingerprints[SPLITS] = file_fingerprint(data_dir / config.train_model.splits)
    return splits


def _executor(config: RunConfig) -> Executor:
    workers = config.dask.workers or fitting_workers()
    return Executor(config.dask.mode, workers, config.dask.scheduler, config.dask.partitions)


def _compute(
    config: RunConfig,
    inputs: Inputs,
    splits: pd.DataFrame | None,
    laws: OtherRegions,
    store: RunStore,
    executor: Executor,
    progress: Progress,
) -> Results:
    """Go through the stages in order."""
    steps = Steps(store, executor, progress)
    whole, per_site = steps.whole, steps.per_site

    # Which records are one site.
    records, samples = inputs["inventory"], inputs["geochemistry"]
    inputs.release("geochemistry")
    links = whole(link_records, schema.Links, records, inputs["links"], config.link_records)
    sites = whole(merge_sites, schema.Sites, records, links, config.merge_sites)
    require_sites(sites, records)
    sites = whole(describe_camps, schema.Sites, sites, config.describe_camps)

    # What is known of each site.
    waste = samples[samples["medium"].eq("waste")]
    assays = whole(locate_assays, schema.Samples, waste, sites, config.locate_assays)
    samples = with_owners(samples, assays)
    radius_km, near_km = config.assign_samples.radius_km, config.overlay_territories.near_km
    site_samples = per_site(assign_samples, schema.SiteSamples, [radius_km], sites, samples, config.assign_samples)
    censored = censoring_table(samples, config.assign_samples.censoring, LEAST_SAMPLES)
    del samples
    site_rasters = per_site(sample_rasters, schema.SiteRasters, [None], sites, inputs.rasters, config.sample_rasters)
    require_overlap(site_rasters, inputs.rasters)
    site_territories = per_site(
        overlay_territories, schema.SiteTerritories, [near_km], sites, inputs["territories"], config.overlay_territories
    )
    inputs.release("territories")
    site_access = per_site(
        measure_access,
        schema.SiteAccess,
        [None, None],
        sites,
        with_shores(inputs["lines"], inputs["backdrop"]),
        inputs["communities"],
        config.measure_access,
    )
    by_rule = per_site(estimate_tonnage, schema.SiteTonnage, [None], sites, site_samples, config.estimate_tonnage)
    site_tonnage = whole(calibrate_tonnage, schema.SiteTonnage, by_rule, config.calibrate_tonnage)
    flags = per_site(
        flag_constraints,
        schema.SiteFlags,
        [None, None],
        sites,
        site_samples,
        inputs["backdrop"],
        config.flag_constraints,
    )

    # What is learned from it.
    labels = whole(label_sites, schema.Labels, sites, site_samples, config.label_sites)
    known = SiteLayers(sites, site_samples, site_rasters, site_territories, site_access, site_tonnage, flags, labels)
    heard = _heard(sites, labels, config)
    features = whole(
        build_features,
        schema.Features,
        heard,
        site_samples,
        site_rasters,
        site_access,
        site_tonnage,
        labels,
        config.build_features,
    )
    companion = whole(
        score_companion, schema.Companion, heard, site_samples, site_access, site_tonnage, config.score_companion
    )
    believed = replace(known, sites=heard)
    learned = expected_elsewhere(config, laws, believed, companion)
    with progress.step("train model"):
        model = _train(config, store, features, labels, companion, site_tonnage, sites, splits, learned)

    # What comes of it.
    ranking = whole(rank_sites, schema.Ranking, believed, features, companion, model, config.rank_sites)
    targets = None
    if len(config.targets) > 1:
        targets = whole(
            rank_targets, schema.Targets, believed, companion, ranking, learned, config.targets, config.rank_targets
        )
    reasons = whole(explain_sites, schema.Reasons, features, model, config.explain_sites)
    with progress.step("score surface"):
        surface = _surface(config, store, model, inputs, executor)
    plan = whole(
        plan_sampling,
        schema.SamplingPlan,
        ranking,
        sites,
        features,
        model,
        site_access,
        site_territories,
        config.plan_sampling,
    )
    return Results(
        inputs=_settle(inputs, records, sites),
        records=records,
        links=links,
        assays=assays,
        censored=censored,
        known=known,
        features=features,
        companion=companion,
        model=model,
        ranking=ranking,
        targets=targets,
        reasons=reasons,
        plan=plan,
        surface=surface,
        withheld=inputs.withheld,
    )


def _heard(
    sites: GeoDataFrame[schema.Sites], labels: DataFrame[schema.Labels], config: RunConfig
) -> GeoDataFrame[schema.Sites]:
    """Return the sites as what follows from their words may know them: without names of the target that were set aside."""
    if not labels[COLUMN].any():
        return sites
    return schema.conform(without_words(sites, config.label_sites.target), schema.Sites)


def _train(
    config: RunConfig,
    store: RunStore,
    features: DataFrame[schema.Features],
    labels: DataFrame[schema.Labels],
    companion: DataFrame[schema.Companion],
    site_tonnage: DataFrame[schema.SiteTonnage],
    sites: GeoDataFrame[schema.Sites],
    splits: pd.DataFrame | None,
    learned: pd.DataFrame,
) -> TrainedModel:
    """Train, or load the model of an earlier run of exactly these features."""
    folder = store.folder / "model"
    arguments: list[Any] = [features, labels, companion, site_tonnage, sites, config.train_model]
    arguments += [] if splits is None else [splits]
    own = learned[learned["target"] == config.label_sites.target]
    expected = None if own.empty else own
    arguments += [] if expected is None else [expected]
    files = [folder / "model.skops", folder / "model.json"]
    if store.is_current("train_model", arguments, files):
        with suppress(SourceError):  # a model that bears the right mark and is none: train again
            model = load_model(folder)
            store.reused.append("train_model")
            store.remember(model, store.contents["train_model"])
            return model
    with store.timed("train_model"):
        model = train_model(
            features, labels, companion, site_tonnage, sites, config.train_model, splits=splits, learned=expected
        )
        save_model(model, folder)
        store.keep("train_model", files)
        store.remember(model, store.contents["train_model"])
    return model


def _surface(
    config: RunConfig, store: RunStore, model: TrainedModel, inputs: Inputs, executor: Executor
) -> Path | None:
    """Write the model over the raster grid, window by window, when there are rasters and a model that can use them."""
    path = store.folder / "surface.tif"
    if store.is_current("score_surface", [model, inputs.rasters, config.score_surface], [path]):
        store.reused.append("score_surface")
        return path
    threads = min(config.score_surface.threads, config.dask.workers or fitting_workers())
    params = config.score_surface.model_copy(update={"threads": threads})
    with store.timed("score_surface"):
        surface = score_surface(model, inputs.rasters, params) if inputs.rasters else None
        if surface is None:
            store.run_folder.remove("surface.tif", "stages/score_surface.mark")
            return None
        with store.file("surface.tif") as temporary:
            write_surface(surface, Scored(model, inputs.rasters, params), temporary, executor)
        store.keep("score_surface", [path])
    return path


def _settle(inputs: Inputs, records: GeoDataFrame[schema.Records], sites: GeoDataFrame[schema.Sites]) -> Inputs:
    """Close the account of every inventory once it is known which records became which sites.

    The first record of a site is kept, its other records are merged into it; a record without a location is rejected, and listed
    as such. Records of withheld sites are counted and gone already.
    """
    groups = [ids.split("; ") for ids in sites["record_ids"]]
    leads = {ids[0] for ids in groups}
    placed = {record for ids in groups for record in ids}
    fate = [
        "rejected" if record not in placed else "kept" if record in leads else "merged"
        for record in records["record_id"]
    ]
    counts = pd.crosstab(records["source"], pd.Series(fate, index=records.index)).reindex(
        columns=["kept", "merged", "rejected"], fill_value=0
    )
    accounts = tuple(
        _settled(account, counts) if account.role == "inventory" else account for account in inputs.accounts
    )
    lost = records[[reason == "rejected" for reason in fate]]
    unplaced = rejected_rows(
        [
            {
                "source": row.source,
                "source_row": row.source_row,
                "reason_code": "no_location",
                "reason": "the record has no usable location and no link to a record that has one, so it cannot become a site",
                "raw": json.dumps(
                    {"record_id": row.record_id, "name": row.name if isinstance(row.name, str) else None},
                    ensure_ascii=False,
                ),
            }
            for row in lost[["source", "source_row", "record_id", "name"]].itertuples(name="Row", index=False)
        ]
    )
    rejected = pd.concat([inputs.rejected, unplaced], ignore_index=True) if len(unplaced) else inputs.rejected
    return replace(inputs, accounts=accounts, rejected=rejected)


def _settled(account: Account, counts: pd.DataFrame) -> Account:
    if account.source not in counts.index:
        return account
    fates: dict[Any, int] = counts.to_dict(orient="index")[account.source]
    kept, merged, rejected = fates.values()
    return replace(
        account,
        rows_kept=kept,
        rows_merged=account.rows_merged + merged,
        rows_rejected=account.rows_rejected + rejected,
    )
