"""Where the results of a run come from: its identity, its manifest, its sources and accounts, for both kinds of run."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from layers.accounting import Note
from layers.errors import ConfigError
from pipeline.config import RunConfig
from pipeline.folder.fingerprints import code_fingerprint, versions
from pipeline.folder.manifest import FORMAT, file_digests, own_digest
from pipeline.folder.run_folder import LIST
from pipeline.folder.store import RunStore
from pipeline.folder.writing import plain
from pipeline.input_layers import Account, Inputs

SOURCE_FACTS = (
    "title", "role", "publisher", "licence", "attribution", "steward", "date", "use_conditions", "address",
)  # fmt: skip
"""What pages print of a source."""

MACHINE = ("dask", "data_dir")
"""Sections of a run file that say where and how a run is computed; no result depends on them."""


def date_of_run(given: datetime.date | None) -> datetime.date:
    """Return the date that pages print: the one given, else that of ``SOURCE_DATE_EPOCH``, else today's, in UTC.

    The variable holds seconds since 1970, as tools that build the same bytes again set it.

    Raises
    ------
    ConfigError
        If the variable holds something else.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if given or not epoch:
        return given or datetime.datetime.now(tz=datetime.UTC).date()
    try:
        return datetime.datetime.fromtimestamp(int(epoch), tz=datetime.UTC).date()
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError(
            f"SOURCE_DATE_EPOCH: '{epoch[:40]}' is no number of seconds since 1970. Unset it, or give --date."
        ) from error


def run_id(config: RunConfig, inputs: Inputs, store: RunStore) -> str:
    """Return twelve hex digits that stand for the run file, the rows that were used, the code and the libraries.

    How files spell these rows does not count, nor do rows that were withheld before anything was computed.
    """
    steps = {name: digest for name, digest in store.fingerprints.items() if not name.startswith("read_")}
    content = json.dumps([steps, settings(config, inputs)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def settings(config: RunConfig, inputs: Inputs) -> dict[str, Any]:
    """Return the run file as used: every key but those of the machine, and of the sources those that may be named."""
    chosen = config.model_dump(mode="json", exclude={"sources", *MACHINE})
    return {**chosen, "sources": [source.model_dump(mode="json", exclude_defaults=True) for source in inputs.sources]}


def source_table(inputs: Inputs) -> pd.DataFrame:
    """Return one row per source that may be named, with what pages print of it."""
    rows = [
        {"source_id": source.id, **{name: getattr(source, name) for name in SOURCE_FACTS}} for source in inputs.sources
    ]
    return pd.DataFrame(rows, columns=["source_id", *SOURCE_FACTS])


def account_table(config: RunConfig, inputs: Inputs) -> pd.DataFrame:
    """Return the account of every source that may be published, one row each; the others' is closed inside the run.

    Where ``publish.withheld_step`` asks for it, the rows withheld are the next multiple of that step, and the rows read are so
    many that the account still closes: neither tells how many rows a steward asked to leave out.
    """
    public = [vars(told_account(account, config)) for account in inputs.accounts if account.role != "local_only"]
    return pd.DataFrame(public, columns=[field.name for field in fields(Account)])


def told_withheld(count: int, config: RunConfig) -> int:
    """Return the number of withheld rows or sites as it is published."""
    step = config.publish.withheld_step
    return -(-count // step) * step


def told_account(account: Account, config: RunConfig) -> Account:
    """Return the account of a source as it is published."""
    withheld_told = told_withheld(account.rows_withheld, config)
    return replace(
        account, rows_withheld=withheld_told, rows_read=account.rows_read - account.rows_withheld + withheld_told
    )


def note_table(notes: list[Note]) -> pd.DataFrame:
    """Return notes as a table: ``source, code, message, count``."""
    return pd.DataFrame([vars(note) for note in notes], columns=["source", "code", "message", "count"])


def announce(config: RunConfig, inputs: Inputs, store: RunStore, run_date: datetime.date) -> None:
    """Write a manifest that says the run is not finished, before the first published file is replaced."""
    store.write_json("manifest.json", {**_facts(config, inputs, store, run_date), "finished": False})


def write_manifest(
    config: RunConfig, inputs: Inputs, store: RunStore, run_date: datetime.date, more: Mapping[str, Any]
) -> None:
    """Write what went in, what came out and how long it took, and remove what earlier runs left in the folder.

    Parameters
    ----------
    config, inputs, store
        Of the run, when all other files are written.
    run_date : date
        Printed on the pages.
    more : mapping
        Further facts of this kind of run.
    """
    store.run_folder.claim("manifest.json")
    store.run_folder.remove_unused()
    names = sorted(store.run_folder.written - {"manifest.json"} | {LIST})
    manifest = plain(
        {
            **_facts(config, inputs, store, run_date),
            **more,
            "finished": True,
            "files": file_digests(store.folder, names),
            "steps": dict(sorted(store.contents.items())),
            "timings_s": {name: round(seconds, 3) for name, seconds in sorted(store.timings_s.items())},
            "reused": sorted(store.reused),
        }
    )
    store.write_json("manifest.json", {**manifest, "sha256": own_digest(manifest)})


def _facts(config: RunConfig, inputs: Inputs, store: RunStore, run_date: datetime.date) -> dict[str, Any]:
    """Say what went in; sources that are kept local leave no trace here but their number."""
    rows_read = {account.source: told_account(account, config).rows_read for account in inputs.accounts}
    files = [
        {
            "id": source.id,
            "file": Path(source.path).name,
            "sha256": inputs.sha256[source.id],
            "side_cars": inputs.side_cars.get(source.id, {}),
            "rows_read": rows_read.get(source.id),
        }
        for source in inputs.sources
    ]
    return {
        "format": FORMAT,
        "run_id": run_id(config, inputs, store),
        "run_date": run_date.isoformat(),
        "config": settings(config, inputs),
        "inputs": files,
        "local_only_sources": bool(inputs.local_only),
        "working_crs": inputs.crs.to_wkt(),
        "code_sha256": code_fingerprint(),
        "versions": versions(),
        "seed": config.seed,
        "fingerprints": dict(sorted(store.fingerprints.items())),
    }
