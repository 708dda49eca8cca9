"""Reads a changed table in two ways and judges the answer against what is known: same, told, refused, or a fault."""

from __future__ import annotations

import contextlib
import io
import tempfile
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.errors import ConfigError, MinewasteError
from layers.readers.suspicious import suspicious_values
from pipeline.commands.init import init_region
from pipeline.commands.questions import open_questions
from pipeline.source_reading import READERS
from tests.mutations.sheet import Sheet

WAYS = ("hand", "init")
FAULTS = ("silent", "traceback", "unnamed")
"""``silent``: a value differs or a row is gone and nothing says so; ``unnamed``: refused without naming the file."""

_DEGREES = 0.003
_SHARE = 0.006


@dataclass(frozen=True)
class Outcome:
    """What became of one changed table read in one way."""

    word: str
    detail: str = ""

    @property
    def is_fault(self) -> bool:
        """Say whether the promise was broken."""
        return self.word in FAULTS


def judge(sheet: Sheet, way: str, files: dict[str, bytes] | None = None) -> Outcome:
    """Write a table, read it and compare it with its truth; its files may be given where they are made already."""
    with tempfile.TemporaryDirectory(prefix="minewaste-mutation-") as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = Path(place)
        files = sheet.files() if files is None else files
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        first = next(iter(files))
        try:
            source = _by_hand(sheet, first) if way == "hand" else _by_init(folder, first)
            if isinstance(source, Outcome):
                return source
            reading = READERS[source.role][1](resolve(source), folder)
        except MinewasteError as failure:
            stem = Path(first).name.split(".")[0]
            named = Path(first).name in str(failure) or (isinstance(failure, ConfigError) and stem in str(failure))
            return Outcome("refused" if named else "unnamed", str(failure)[:300])
        except Exception as failure:  # noqa: BLE001 - whatever escapes is what the bench looks for
            return Outcome("traceback", f"{type(failure).__name__}: {str(failure)[:200]}")
    if source.role != sheet.role:
        return Outcome("silent", f"taken for {source.role}")
    return compare(sheet, reading, source)


def _by_hand(sheet: Sheet, path: str) -> Source:
    try:
        return Source.model_validate(sheet.source(path))
    except ValueError as failure:
        raise ConfigError(f"{path}: {failure}") from None


def _by_init(folder: Path, path: str) -> Source | Outcome:
    with contextlib.redirect_stdout(io.StringIO()):
        done = init_region(folder)
    raw = yaml.safe_load(done.path.read_text(encoding="utf-8"))
    asked = [f"{where}: {question}" for where, question in open_questions(raw)]
    if asked:
        return Outcome("asked", asked[0][:200])
    mine = [one for one in raw["sources"] if Path(one["path"]).name == Path(path).name] or raw["sources"]
    return Source.model_validate(mine[0])


def compare(sheet: Sheet, reading: Reading[Any], source: Source) -> Outcome:
    """Compare every value with the truth; return the worst that was found."""
    told = _Told(sheet, reading)
    rows = _by_id(sheet, reading)
    differences = list(_differences(sheet, rows))
    silent = [text for own, key, text, missing in differences if not told.of(own, key, missing=missing)]
    for own in sorted(set(rows) - set(sheet.truth)):
        nameless = own in ("nan", str(rows[own][0].get("source_row"))) and "" in sheet.column("id")
        if not nameless and not told.of(own, "id", missing=False):
            silent.append(f"{own} is read but is no row of the thing")
    if silent:
        return Outcome("silent", f"{len(silent)} silent: {'; '.join(silent[:3])}")
    return Outcome("told" if differences else "same", differences[0][2] if differences else "")


class _Told:
    """What a reading says of its columns and rows."""

    def __init__(self, sheet: Sheet, reading: Reading[Any]) -> None:
        self.sheet = sheet
        notes = [*reading.notes, *suspicious_values(reading.source, reading.layer)]
        self.columns = {_plain(one) for note in notes for one in note.columns}
        self.rows = {row for note in notes for row in note.rows}
        self.left = {
            _plain(one.column)
            for one in reading.fates
            if one.fate == "asked" or (one.fate == "ignored" and one.meaning not in ("named_ignored", "empty"))
        }
        self.rejected = "\n".join(f"{one.raw} {one.reason}" for one in reading.rejected.itertuples())
        layer = reading.layer
        names = _ids(sheet, layer)
        self.row_of = dict(zip(names, layer["source_row"], strict=True)) if "source_row" in layer.columns else {}

    def of(self, own: str, key: str, *, missing: bool) -> bool:
        """Say whether a difference in one field of one row was told."""
        sheet = self.sheet
        if own in self.rejected or self.row_of.get(own) in self.rows:
            return True
        keys = {key, *(one for one in sheet.touched if one in sheet.keys)}
        if key in ("latitude", "longitude"):
            keys |= {"latitude", "longitude", "easting", "northing", "utm_zone", "datum"}
        headings = {_plain(sheet.headings[sheet.place(one)]) for one in keys if one in sheet.keys}
        return bool(headings & self.columns) or (missing and bool(headings & self.left))


def _plain(heading: str) -> str:
    return " ".join(heading.split()).casefold()


def _ids(sheet: Sheet, layer: pd.DataFrame) -> list[str]:
    if sheet.role == "inventory":
        return [str(one) for one in layer["official_id"]]
    return [
        str(one).partition(":")[2].removesuffix(f"#{row}")
        for one, row in zip(layer["sample_id"], layer["source_row"], strict=True)
    ]


def _by_id(sheet: Sheet, reading: Reading[Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for own, row in zip(_ids(sheet, reading.layer), reading.layer.to_dict("records"), strict=True):
        found.setdefault(own, []).append(row)
    return found


def _differences(sheet: Sheet, rows: dict[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str, str, bool]]:
    """Yield id, field, a sentence, and whether the value is missing."""
    for own, facts in sheet.truth.items():
        if own not in rows:
            yield own, "id", f"{own} is gone", True
            continue
        if len(rows[own]) > 1:
            yield own, "id", f"{own} stands {len(rows[own])} times", False
        row = rows[own][0]
        for key, right in facts.items():
            got = _value(sheet.role, key, row)
            if not _same(key, right, got):
                yield own, key, f"{own}.{key} is {got!r}, not {right!r}", got is None


def _value(role: str, key: str, row: dict[str, Any]) -> Any:
    if role == "geochemistry" and key not in ("latitude", "longitude", "site_key"):
        flag = row.get(f"{key}_censored", 0)
        if flag:
            return ("<" if flag < 0 else ">", _number(row.get(f"{key}_limit_ppm")))
        return _number(row.get(f"{key}_ppm"))
    value = row.get(key)
    if value is None or (isinstance(value, float) and np.isnan(value)) or value is pd.NA:
        return None
    return float(value) if isinstance(value, int | float | np.number) else str(value)


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _same(key: str, right: Any, got: Any) -> bool:
    if right is None or got is None:
        return right is None and got is None
    if isinstance(right, tuple):
        if not isinstance(got, tuple) or got[0] != right[0] or right[1] is None or got[1] is None:
            return isinstance(got, tuple) and got == right
        return bool(np.isclose(got[1], right[1], rtol=_SHARE))
    if isinstance(right, frozenset):
        return {part.strip().casefold() for part in str(got).split(";")} == {one.casefold() for one in right}
    if isinstance(right, str):
        return unicodedata.normalize("NFC", str(got)).strip() == unicodedata.normalize("NFC", right).strip()
    if not isinstance(got, float):
        return False
    if key in ("latitude", "longitude"):
        return abs(got - right) <= _DEGREES
    return bool(np.isclose(got, right, rtol=_SHARE, atol=1e-9))
