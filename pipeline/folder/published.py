"""Keep what a run published inside its folder, so that `screen` and `explain` need the folder and nothing else."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from layers.errors import SourceError
from layers.validation import Validation
from maps.publication import Publication
from pipeline.folder.store import plain, read_parquet, write_parquet, write_text

TABLES = (
    "ranking", "sites", "reasons", "companion", "access", "flags", "site_territories", "sampling_plan", "territories",
    "communities", "lines", "backdrop", "sources", "accounting", "notes", "rejected",
)  # fmt: skip
"""Tables of a `Publication`; they were checked when they were made."""


def save_publication(publication: Publication, stages: Path) -> None:
    """Write a publication under ``stages/published``; only what may be published is in it."""
    folder = stages / "published"
    for name in TABLES:
        write_parquet(getattr(publication, name), folder / f"{name}.parquet")
    scalars = {one.name: getattr(publication, one.name) for one in fields(publication) if one.name not in TABLES}
    found = publication.validation
    scalars["validation"] = None if found is None else found.model_dump(mode="json")
    scalars["surface"] = None if publication.surface is None else publication.surface.name
    write_text(folder / "publication.json", json.dumps(plain(scalars), ensure_ascii=False, allow_nan=False))


def load_publication(run_folder: Path) -> Publication:
    """Read back what a run published.

    Parameters
    ----------
    run_folder : Path
        Written by `pipeline.run.run`.

    Returns
    -------
    Publication
        Equal to the one the run's pages were drawn from.

    Raises
    ------
    SourceError
        If the folder is not a finished run.
    """
    folder = run_folder / "stages" / "published"
    if (run_folder / "samples.csv").is_file():
        raise SourceError(
            f"{run_folder}: is a run on samples (units: samples); there is no site in it to look at. See its report.html."
        )
    if not (folder / "publication.json").is_file():
        raise SourceError(
            f"{run_folder}: is not the folder of a finished run (no stages/published in it). "
            "Give the folder that `minewaste run` or `minewaste demo` wrote."
        )
    scalars = json.loads((folder / "publication.json").read_text(encoding="utf-8"))
    if scalars["surface"] is not None:
        scalars["surface"] = run_folder / scalars["surface"]
    if scalars["validation"] is not None:
        scalars["validation"] = Validation.model_validate(scalars["validation"])
    tables: dict[str, Any] = {name: read_parquet(folder / f"{name}.parquet") for name in TABLES}
    return Publication(**tables, **scalars)
