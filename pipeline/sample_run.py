"""A run on samples alone, where a region has chemistry and no inventory: what it can show, and nothing of wastes."""

from __future__ import annotations

import datetime
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from layers.crs import grid_points
from layers.schema import SamplePredictions
from maps.report.sample_report import SamplePublication, write_sample_report
from pipeline.config import RunConfig
from pipeline.folder.store import RunStore, atomic, library_versions, texts_fingerprint
from pipeline.input_layers import Inputs
from pipeline.inputs import read_inputs
from pipeline.progress import Progress
from pipeline.publish import run_id
from pipeline.purge import purge, sources_held
from pipeline.stages.judge_samples import judge_samples
from pipeline.stages.predict_samples import predict_samples
from pipeline.withhold import withhold

SAMPLE_STEPS = 3
"""Steps of a run on samples, for the length of the bar."""


@dataclass(frozen=True)
class SampleSummary:
    """What a person or a script is told at the end of a run on samples."""

    folder: Path
    n_samples: int
    n_rejected: int
    verdict: str
    reused: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Return the summary as what JSON can hold."""
        return {
            "folder": str(self.folder),
            "report": str(self.folder / "report.html"),
            "units": "samples",
            "samples": self.n_samples,
            "rejected_rows": self.n_rejected,
            "verdict": self.verdict,
            "seconds": round(self.seconds, 2),
            "stages_reused": self.reused,
        }

    def in_words(self) -> str:
        """Return the summary as lines for a screen."""
        told = (
            f"{self.n_samples} samples judged, {self.n_rejected} rows rejected (see rejected.csv), {self.seconds:.1f} s"
        )
        return "\n".join(["", told, self.verdict, "", f"Report: {self.folder / 'report.html'}"])


def run_samples(
    config: RunConfig, data_dir: Path, out: Path, progress: Progress, run_date: datetime.date | None = None
) -> SampleSummary:
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
        Printed on the page; default today.

    Returns
    -------
    SampleSummary

    Raises
    ------
    MinewasteError
        Whatever stops the run, with the place and the remedy.
    """
    store = RunStore(out)
    _forget_sites(out)
    with progress.step("reading the sources"):
        inputs = withhold(read_inputs(config, data_dir, store), config)
    samples = inputs["geochemistry"]
    read = [f"read_{source.id}" for source in inputs.sources]
    store.fingerprint("kept", read, {"samples": texts_fingerprint(samples["sample_id"])})
    with progress.step("predict samples"):
        predictions = store.table(
            "predict_samples",
            ["kept"],
            config.predict_samples,
            SamplePredictions,
            lambda: predict_samples(samples, config.predict_samples),
        )
    with progress.step("writing the run folder"), store.timed("publish"):
        validation = judge_samples(predictions, config.predict_samples.block_km, config.judge_samples)
        today = run_date or datetime.datetime.now(tz=datetime.UTC).astimezone().date()
        _publish(config, inputs, _at_precision(predictions, config), validation, store, today)
    return SampleSummary(
        folder=out,
        n_samples=len(predictions),
        n_rejected=len(inputs.rejected),
        verdict=str(validation["verdict"]),
        reused=len(store.reused),
        seconds=sum(store.timings_s.values()),
    )


def _forget_sites(out: Path) -> None:
    """Clear the folder of an earlier run on sites, so that no ranking lies beside a report on samples."""
    if (out / "ranking.csv").is_file():
        held = sorted(sources_held(out))
        if held:
            purge(out, held[0])


def _publish(
    config: RunConfig,
    inputs: Inputs,
    predictions: pd.DataFrame,
    validation: dict[str, Any],
    store: RunStore,
    run_date: datetime.date,
) -> None:
    """Write tables, figures of the test, the report and the manifest."""
    accounting = pd.DataFrame([vars(account) for account in inputs.accounts])
    store.write_csv("samples.csv", _rounded(predictions))
    store.write_csv("accounting.csv", accounting)
    store.write_csv("rejected.csv", inputs.rejected)
    if len(predictions):
        points = gpd.points_from_xy(predictions["longitude"], predictions["latitude"], crs="EPSG:4326")
        with atomic(store.folder / "samples.gpkg") as temporary:
            gpd.GeoDataFrame(predictions, geometry=points).to_file(temporary, layer="samples", driver="GPKG")
    (store.folder / "model").mkdir(exist_ok=True)
    store.write_json("model/validation.json", validation)
    publication = SamplePublication(
        title=config.title,
        run_id=run_id(store),
        run_date=run_date.isoformat(),
        contact=config.publish.contact,
        predictions=predictions,
        validation=validation,
        backdrop=inputs.drawn["backdrop"],
        sources=pd.DataFrame([_told(source) for source in inputs.sources]),
        accounting=accounting,
        notes=pd.DataFrame([vars(note) for note in inputs.notes], columns=["source", "code", "message", "count"]),
        rejected=inputs.rejected,
    )
    with atomic(store.folder / "report.html") as temporary:
        write_sample_report(publication, temporary)
    store.write_json("manifest.json", _manifest(config, inputs, store, run_date))


def _at_precision(predictions: pd.DataFrame, config: RunConfig) -> pd.DataFrame:
    """Move samples onto a coarse grid when the run file asks for it."""
    if config.publish.coordinate_precision_km == 0 or predictions.empty:
        return predictions
    longitude, latitude = grid_points(
        predictions["longitude"], predictions["latitude"], config.publish.coordinate_precision_km
    )
    return predictions.assign(longitude=longitude, latitude=latitude)


def _rounded(predictions: pd.DataFrame) -> pd.DataFrame:
    """Return the table without digits nobody can defend."""
    digits = {str(name): 1 for name in predictions.columns if str(name).endswith("_ppm")}
    return predictions.round(digits | {"latitude": 6, "longitude": 6})


def _told(source: Any) -> dict[str, Any]:
    names = ("title", "role", "publisher", "licence", "attribution", "steward", "date", "use_conditions", "address")
    return {"source_id": source.id, **{name: getattr(source, name) for name in names}}


def _manifest(config: RunConfig, inputs: Inputs, store: RunStore, run_date: datetime.date) -> dict[str, Any]:
    """Say what went in and how long it took; sources that are kept local leave no trace here."""
    used = ("name", "title", "seed", "units", "region", "predict_samples", "judge_samples", "publish")
    settings = config.model_dump(mode="json", include=set(used))
    public = [source.model_dump(mode="json", exclude_defaults=True) for source in inputs.sources]
    rows = {account.source: account.rows_read for account in inputs.accounts}
    files = [
        {
            "id": one.id,
            "file": Path(one.path).name,
            "sha256": inputs.sha256[one.id],
            "rows_read": rows.get(one.id),
        }
        for one in inputs.sources
    ]
    return {
        "run_id": run_id(store),
        "run_date": run_date.isoformat(),
        "config": {**settings, "sources": public},
        "inputs": files,
        "local_only_sources": len(inputs.local_only),
        "python": platform.python_version(),
        "versions": library_versions(),
        "seed": config.seed,
        "timings_s": {name: round(seconds, 3) for name, seconds in store.timings_s.items()},
        "fingerprints": store.fingerprints,
        "reused": sorted(store.reused),
    }
