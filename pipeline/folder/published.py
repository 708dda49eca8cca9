"""Keep what a run published inside its folder, so that `screen` and `explain` need the folder and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from pandas.api.types import is_numeric_dtype, is_string_dtype

from layers import schema
from layers.errors import LayerError, SourceError
from layers.files.boundary import named_failure
from layers.files.json_text import parse_json
from layers.files.parquet_bounds import require_bearable_parquet
from layers.files.signatures import require_side_cars, require_signature
from layers.schema import conform
from layers.validation import Validation
from maps.publication import Publication
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.run_folder import read_list, require_own_folder, require_requests_read
from pipeline.folder.store import RunStore
from pipeline.folder.strange_rows import strange_rows, too_many_rows
from pipeline.folder.writing import plain, read_bounded, read_parquet

TABLES = tuple(field.name for field in fields(Publication) if "DataFrame" in str(field.type))
"""Tables of a `Publication`; they were checked when they were made."""

SITE_ID = re.compile(r"[^\W_][\w.-]{0,199}")
"""What an id of a site may be: letters, digits, dots, dashes; never the name of another folder."""


LONGEST_CELL = 200_000
"""Letters of a text of a run folder that pages are drawn from; each is drawn many times."""

ALTERED = "The folder was altered or damaged: run the run file again, or ask whoever gave you the folder for it anew."

KINDS: dict[str, type | tuple[type, ...]] = {
    "title": str,
    "run_id": str,
    "run_date": str,
    "contact": (str, type(None)),
    "target": str,
    "validation": (dict, type(None)),
    "diagnostics": dict,
    "surface": (str, type(None)),
    "withheld": int,
}
"""What is no table of a `Publication`, and of which kind it is in JSON."""

MODELS: dict[str, Any] = {
    field.name: getattr(schema, model[1])
    for field in fields(Publication)
    if (model := re.fullmatch(r"(?:Geo)?DataFrame\[(\w+)\]", str(field.type)))
}
"""Tables of a `Publication` that have a schema."""


def save_publication(publication: Publication, store: RunStore) -> None:
    """Write a publication under ``stages/published``; only what may be published is in it.

    ``publication.json`` comes last and holds the sha256 of every table, so that tables of two runs are never taken for one.
    """
    for name in TABLES:
        store.write_parquet(f"stages/published/{name}.parquet", getattr(publication, name))
    scalars = {
        field.name: getattr(publication, field.name) for field in fields(publication) if field.name not in TABLES
    }
    validation = publication.validation
    scalars["validation"] = None if validation is None else validation.model_dump(mode="json")
    scalars["surface"] = None if publication.surface is None else publication.surface.name
    folder = store.stages / "published"
    digests = {name: file_fingerprint(folder / f"{name}.parquet") for name in TABLES}
    content = {"scalars": plain(scalars), "sha256": digests}
    store.write_text("stages/published/publication.json", json.dumps(content, ensure_ascii=False, allow_nan=False))


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
        If the folder is not a finished run; or as `require_requests_read`.
    """
    read_list(run_folder)
    require_own_folder(run_folder)
    require_requests_read(run_folder)
    folder = run_folder / "stages" / "published"
    if (run_folder / "samples.csv").is_file():
        raise SourceError(
            f"{run_folder}: is a run on samples (units: samples); there is no site in it to look at. See its report.html."
        )
    if not (folder / "publication.json").is_file():
        raise SourceError(
            f"{run_folder}: is not the folder of a finished run (no stages/published in it). "
            "If a run stopped half way there, run it again: what was finished is kept. Else give the folder that "
            "`minewaste run` or `minewaste demo` wrote."
        )
    scalars = _checked_scalars(folder)
    if scalars["surface"] is not None:
        scalars["surface"] = _own_surface(run_folder)
    with named_failure(str(folder), ALTERED):
        strange = too_many_rows(folder)
        if strange:
            raise SourceError(f"{folder}: {strange}. {ALTERED}")
        if scalars["validation"] is not None:
            scalars["validation"] = Validation.model_validate(scalars["validation"])
        tables = {name: _checked_table(folder, name) for name in TABLES}
        _require_names(folder, tables)
        for name, table in tables.items():
            if strange := strange_rows(name, table, len(tables["sites"])):
                raise SourceError(f"{folder / name}.parquet: {strange}. {ALTERED}")
        return Publication(**tables, **scalars)


def _checked_table(folder: Path, name: str) -> Any:
    """Read a table of a publication and hold it against its schema: its digest lies beside it, and so is no proof of anything."""
    path = folder / f"{name}.parquet"
    require_bearable_parquet(str(path), path)
    table = read_parquet(path)
    longest = max(
        (int(table[column].astype("string").str.len().fillna(0).max()) for column in _texts(table)), default=0
    )
    if longest > LONGEST_CELL:
        raise SourceError(
            f"{path}: holds a text of {longest:,} letters; {LONGEST_CELL:,} are read at most. If the run is yours, shorten it "
            f"in the source it comes from and run again. {ALTERED}"
        )
    if name in MODELS:
        try:
            checked = conform(table, MODELS[name])
        except LayerError as error:
            raise SourceError(f"{path}: {str(error).splitlines()[0]} {ALTERED}") from None
        of_other_kind = [
            column for column in checked.columns if is_numeric_dtype(checked[column]) != is_numeric_dtype(table[column])
        ]
        if of_other_kind:
            raise SourceError(
                f"{path}: {', '.join(of_other_kind[:3])} holds values of another kind than a run writes. {ALTERED}"
            )
    if name == "flags":
        strange = [value for value in table["values"] if not isinstance(parse_json(value), dict)]
        if strange:
            raise SourceError(f"{path}: {len(strange)} findings hold no values. {ALTERED}")
    return table


def _texts(table: Any) -> list[str]:
    return [column for column in table.columns if len(table) and is_string_dtype(table[column].dtype)]


def _own_surface(run_folder: Path) -> Path:
    """Return the path of the surface, which is a GeoTIFF of the folder that leads nowhere else."""
    import rasterio

    path = run_folder / "surface.tif"
    if path.is_symlink():
        raise SourceError(f"{path}: is a link, which no run makes. {ALTERED}")
    if path.is_file():
        require_signature(str(path), path)
        require_side_cars(str(path), path)
        with named_failure(str(path), ALTERED), rasterio.open(path, driver="GTiff") as dataset:
            if dataset.tags(ns="OVERVIEWS"):
                raise SourceError(f"{path}: leads to other files. {ALTERED}")
    return path


def _require_names(folder: Path, tables: dict[str, Any]) -> None:
    """Stop at ids of sites that no run gives, for sheets are files named after them, and at sites that one table lacks."""
    known = set(tables["sites"]["site_id"])
    for name, table in tables.items():
        if "site_id" in table.columns:
            strange = [
                site_id
                for site_id in table["site_id"].unique()
                if not (isinstance(site_id, str) and SITE_ID.fullmatch(site_id))
            ]
            if strange:
                raise SourceError(
                    f"{folder / name}.parquet: {len(strange)} of its sites have ids that minewaste does not give, the first is "
                    f"'{str(strange[0])[:60]}'. {ALTERED}"
                )
            unknown = set(table["site_id"]) - known
            if unknown:
                raise SourceError(
                    f"{folder / name}.parquet: {len(unknown)} of its sites are not among the {len(known)} of sites.parquet. "
                    f"{ALTERED}"
                )


def _longest_text(value: Any) -> int:
    """Return the letters of the longest text in a value of JSON: blocks of many sites are many texts, and none is long."""
    if isinstance(value, dict):
        return max((max(len(key), _longest_text(inner)) for key, inner in value.items()), default=0)
    if isinstance(value, list):
        return max(map(_longest_text, value), default=0)
    return len(value) if isinstance(value, str) else 0


def _checked_scalars(folder: Path) -> dict[str, Any]:
    """Return what is no table, once all tables are known to be those it was written with."""
    path = folder / "publication.json"
    expected = {field.name for field in fields(Publication)} - set(TABLES)
    try:
        content = parse_json(read_bounded(path).decode())
        scalars, digests = content["scalars"], content["sha256"]
        whole = set(scalars) == expected and set(digests) == set(TABLES)
        odd = [
            name
            for name, kind in KINDS.items()
            if whole and not (isinstance(scalars[name], kind) and _longest_text(scalars[name]) <= LONGEST_CELL)
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{path}: cannot be read ({error}). Run the run file again: it mends the folder.") from None
    if not whole:
        raise SourceError(f"{path}: was written by another version of minewaste. Run the run file again.")
    if odd:
        raise SourceError(f"{path}: {', '.join(odd)} is not what a run writes. {ALTERED}")
    differing = [
        name
        for name in TABLES
        if not (folder / f"{name}.parquet").is_file() or file_fingerprint(folder / f"{name}.parquet") != digests[name]
    ]
    if differing:
        raise SourceError(
            f"{folder}: {len(differing)} of {len(TABLES)} tables ({', '.join(differing[:3])}) are missing, damaged or of "
            "another run, as after an interruption. Run the run file again: it mends the folder."
        )
    return dict(scalars)
