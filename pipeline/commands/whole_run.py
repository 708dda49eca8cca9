"""Run the chain that a run file asks for: on sites, or on samples."""

from __future__ import annotations

import datetime
from pathlib import Path

from pipeline.commands.configured import configured
from pipeline.progress import Progress
from pipeline.summary import RunSummary


def whole_run(
    path: Path,
    data: Path | None,
    out: Path | None,
    progress: Progress,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    day: datetime.datetime | None = None,
    without_private: bool = False,
) -> RunSummary:
    """Run everything from reading to pages, or go on where the run folder stopped.

    Parameters
    ----------
    path : Path
        The run file, or the manifest of a run to repeat.
    data : Path or None
        Where relative source paths start.
    out : Path or None
        Run folder; None takes ``runs/<name>``.
    progress : Progress
        Tells the steps.
    workers, scheduler : int and str, optional
        In the place of those of the run file.
    day : datetime, optional
        Date that pages print.
    without_private : bool
        Whether a manifest is repeated without the private sources its run followed.

    Returns
    -------
    RunSummary

    Raises
    ------
    ConfigError, SourceError
        As `configured` and the chain do.
    """
    config, data_dir = configured(path, data, workers, scheduler, without_private=without_private)
    folder = out or Path("runs") / config.name
    run_date = day.date() if day else None
    if config.units == "samples":
        from pipeline.sample_run import SAMPLE_STEPS, run_samples

        progress.steps = SAMPLE_STEPS
        return run_samples(config, data_dir, folder, progress, run_date)
    from pipeline.run import run

    return run(config, data_dir, folder, progress, run_date)
