"""What a run keeps for the next: stage tables and files, each with a mark of all it depends on.

A result lies under ``stages/`` beside its mark: the fingerprint of everything it depends on (code, libraries, parameters, the
fingerprints of its inputs down to the rows of the layers and the bytes of the files) and the sha256 of the files it marks. A
second run takes up what still matches; a file that was damaged, or written when the run was killed before the mark, does not.
"""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import pandas as pd
from pandera.pandas import DataFrameModel

from layers.csv_text import write_csv
from layers.files.json_text import parse_json
from layers.schema import conform
from layers.site_layers import SiteLayers
from pipeline.folder.fingerprints import file_fingerprint, step_fingerprint, value_fingerprint
from pipeline.folder.memory import give_back_memory
from pipeline.folder.run_folder import RunFolder
from pipeline.folder.writing import atomic, json_text, read_bounded, read_parquet, write_parquet, write_text

TableT = TypeVar("TableT", bound=pd.DataFrame)


class RunStore:
    """What one run computes and keeps.

    Parameters
    ----------
    folder : Path or RunFolder
        Files of an earlier run in it are replaced one by one, each at once.
    """

    def __init__(self, folder: Path | RunFolder) -> None:
        self.run_folder = folder if isinstance(folder, RunFolder) else RunFolder(folder)
        self.folder = self.run_folder.path
        self.stages = self.folder / "stages"
        self.timings_s: dict[str, float] = {}
        self.fingerprints: dict[str, str] = {}
        self.contents: dict[str, str] = {}
        self._known: dict[int, tuple[weakref.ref[Any], str]] = {}
        self.reused: list[str] = []

    def fingerprint(self, name: str, arguments: Sequence[Any]) -> str:
        """Return and remember the fingerprint of a step: code, libraries, and everything that is handed to it."""
        self.fingerprints[name] = step_fingerprint(name, [self._stands_for(argument) for argument in arguments])
        return self.fingerprints[name]

    def table(
        self, name: str, arguments: Sequence[Any], model: type[DataFrameModel], compute: Callable[[], TableT]
    ) -> TableT:
        """Return a stage's table, from ``stages/`` when nothing that is handed to the stage has changed, else computed and kept.

        Parameters
        ----------
        name : str
            Stage name; names the files.
        arguments : sequence
            All that the stage takes: layers, rasters, models, parameters.
        model : pandera model
            Schema of the table, applied again when it is read back.
        compute : callable
            Called only when there is nothing to reuse.
        """
        path = self.stages / f"{name}.parquet"
        started = time.perf_counter()
        if self.is_current(name, arguments, [path]):
            table = cast("TableT", conform(read_parquet(path), model))
            self.reused.append(name)
        else:
            table = compute()
            write_parquet(table, path)
            self.keep(name, [path])
            give_back_memory()
        self.remember(table, self.contents[name])
        self.timings_s[name] = time.perf_counter() - started
        return table

    def remember(self, value: Any, fingerprint: str) -> None:
        """Remember what stands for a value as long as it lives: a kept table stands for the bytes of its file."""
        self._known[id(value)] = (weakref.ref(value), fingerprint)

    def _stands_for(self, value: Any) -> Any:
        known, fingerprint = self._known.get(id(value), (None, None))
        if known is not None and known() is value:
            return fingerprint
        if isinstance(value, SiteLayers):
            return [self._stands_for(table) for table in value.tables()]
        fresh = value_fingerprint(value)
        if isinstance(value, pd.DataFrame):
            self.remember(value, fresh)
        return fresh

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Measure a step that keeps no table."""
        started = time.perf_counter()
        yield
        self.timings_s[name] = time.perf_counter() - started

    def is_current(self, name: str, arguments: Sequence[Any], files: Sequence[Path]) -> bool:
        """Say whether files are those a step made of exactly these arguments, so that it need not run again."""
        return self.is_marked(name, self.fingerprint(name, arguments), files)

    def is_marked(self, name: str, fingerprint: str, files: Sequence[Path]) -> bool:
        """Say whether files bear the mark of a fingerprint, down to their bytes."""
        mark = self.stages / f"{name}.mark"
        self.run_folder.claim(*map(self._name, [mark, *files]))
        with suppress(OSError, ValueError, AttributeError, KeyError, TypeError):
            kept = parse_json(read_bounded(mark).decode())
            if kept.get("fingerprint") == fingerprint and set(kept["files"]) == set(map(self._name, files)):
                digests = {self._name(path): file_fingerprint(path) for path in files if path.is_file()}
                if digests == kept["files"]:
                    self.contents[name] = _joined(digests)
                    return True
        return False

    def keep(self, name: str, files: Sequence[Path]) -> None:
        """Remember that the files of a step, as they are now, belong to its fingerprint."""
        digests = {self._name(path): file_fingerprint(path) for path in files}
        self.contents[name] = _joined(digests)
        mark = {"fingerprint": self.fingerprints[name], "files": digests}
        write_text(self.stages / f"{name}.mark", json.dumps(mark))

    @contextmanager
    def file(self, name: str) -> Iterator[Path]:
        """Give a temporary path for a file of the run folder, which takes its place once it is whole."""
        self.run_folder.claim(name)
        with atomic(self.folder / name) as temporary:
            yield temporary

    def write_csv(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as `layers.csv_text.write_csv` does, replacing the former file at once."""
        with self.file(name) as temporary:
            write_csv(table, temporary)

    def write_text(self, name: str, content: str) -> None:
        """Write a UTF-8 text, replacing the former file at once."""
        self.run_folder.claim(name)
        write_text(self.folder / name, content)

    def write_parquet(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as Parquet or GeoParquet, replacing the former file at once."""
        self.run_folder.claim(name)
        write_parquet(table, self.folder / name)

    def write_json(self, name: str, content: Any) -> None:
        """Write strict JSON (no NaN), replacing the former file at once."""
        self.write_text(name, json_text(content))

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _joined(digests: Mapping[str, str]) -> str:
    return " ".join(digests[name] for name in sorted(digests))
