"""A run on samples alone, where a region has chemistry and no inventory: what it can show, and nothing of wastes."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from layers.catalogue.source import resolve
from layers.precision import at_precision
from layers.schema import SamplePredictions
from maps.report.sample_report import SamplePublication, sample_verdict, write_sample_report
from pipeline.config import RunConfig
from pipeline.folder.geopackage import write_geopackage
from pipeline.folder.run_folder import held
from pipeline.folder.store import RunStore
from pipeline.input_layers import Inputs
from pipeline.inputs import require_unchanged
from pipeline.memory_needs import plan_reading
from pipeline.progress import Progress
from pipeline.provenance import account_table, announce, date_of_run, note_table, run_id, source_table, write_manifest
from pipeline.purge import clear
from pipeline.request_keys import RequestsTold
from pipeline.requests_first import requests_first
from pipeline.source_reading import words_of_shared_files
from pipeline.stages.judge_samples import judge_samples
from pipeline.stages.predict_samples import predict_samples
from pipeline.summary import RunSummary
from pipeline.unheeded_requests import unheeded_of
from pipeline.withhold import read_and_withhold

SAMPLE_STEPS = 3
"""Steps of a run on samples, for the length of the bar."""


def run_samples(
    config: RunConfig, data_dir: Path, out: Path, progress: Progress, run_date: datetime.date | None = None
) -> RunSummary:
    """Run a file with ``units: samples`` and write its folder.

    Each sample is a unit. There is no site, so nothing is placed beside areas or communities, nothing is ranked and no
    amount is given. Areas a steward asked to leave out are left out as in any run.

    Parameters
    ----------
    config : RunConfig
        Checked run file with ``units: samples``.
    data_dir : Path
        Folder where relative source paths start.
    out : Path
        The run folder. Results of a run on sites in it are removed first.
    progress : Progress
        Told of every step.
    run_date : date, optional
        Printed on the page; default today's in UTC.

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
        _forget_sites(out)
        folder.reload()
        requests_first(folder, config, data_dir, progress)
        progress.mention(plan_reading(config.sources, data_dir, config.dask).words)
        progress.mention(words_of_shared_files([resolve(source) for source in config.sources]))
        with progress.step("reading the sources"):
            inputs = read_and_withhold(config, data_dir, store)
        samples = inputs["geochemistry"]
        with progress.step("predict samples"):
            predictions = store.table(
                "predict_samples",
                [samples, config.predict_samples],
                SamplePredictions,
                lambda: predict_samples(samples, config.predict_samples),
            )
        require_unchanged(inputs, data_dir, store)
        with progress.step("writing the run folder"), store.timed("publish"):
            validation = judge_samples(predictions, config.predict_samples.block_km, config.judge_samples)
            shown = at_precision(predictions, config.publish.coordinate_precision_km)
            _publish(config, inputs, shown, validation, store, date_of_run(run_date))
    return RunSummary(
        folder=out,
        units="samples",
        n_units=len(predictions),
        n_rejected=len(inputs.rejected),
        verdict=sample_verdict(validation, "en"),
        reused=len(store.reused),
        seconds=sum(store.timings_s.values()),
        n_unheeded=unheeded_of(inputs.notes),
        requests=RequestsTold.of(inputs),
        contact=config.publish.contact,
    )


def _forget_sites(out: Path) -> None:
    """Clear the folder of an earlier run on sites, so that no ranking lies beside a report on samples."""
    if (out / "ranking.csv").is_file():
        clear(out, set())


def _publish(
    config: RunConfig,
    inputs: Inputs,
    predictions: pd.DataFrame,
    validation: dict[str, Any],
    store: RunStore,
    run_date: datetime.date,
) -> None:
    """Write tables, figures of the test, the report and the manifest."""
    accounting = account_table(config, inputs)
    announce(config, inputs, store, run_date)
    store.write_csv("samples.csv", _rounded(predictions))
    store.write_csv("accounting.csv", accounting)
    store.write_csv("rejected.csv", inputs.rejected)
    if len(predictions):
        points = gpd.points_from_xy(predictions["longitude"], predictions["latitude"], crs="EPSG:4326")
        with store.file("samples.gpkg") as temporary:
            write_geopackage(temporary, {"samples": gpd.GeoDataFrame(predictions, geometry=points)})
    store.write_json("model/validation.json", validation)
    publication = SamplePublication(
        title=config.title,
        run_id=run_id(config, inputs, store),
        run_date=run_date.isoformat(),
        contact=config.publish.contact,
        predictions=predictions,
        validation=validation,
        backdrop=inputs.drawn["backdrop"],
        sources=source_table(inputs),
        accounting=accounting,
        notes=note_table(list(inputs.notes)),
        rejected=inputs.rejected,
    )
    with store.file("report.html") as temporary:
        write_sample_report(publication, temporary)
    write_manifest(config, inputs, store, run_date, {})


def _rounded(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the table without digits nobody can defend."""
    digits = {str(name): 1 for name in predictions.columns if str(name).endswith("_ppm")}
    return predictions.round(digits | {"latitude": 6, "longitude": 6})
