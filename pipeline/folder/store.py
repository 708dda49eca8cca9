"""What a run keeps for the next: stage tables and files, each with a mark of all it depends on.

A result lies under ``stages/`` beside its mark: the fingerprint of everything it depends on (code, libraries, parameters, the
fingerprints of its inputs down to the rows of the layers and the bytes of the files) and the sha256 of the files it marks. A
second run takes up what still matches; a file that was damaged, or written when the run was killed before the mark, does not.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import pandas as pd
from pandera.pandas import DataFrameModel
from pydantic import BaseModel

from layers.schema import conform
from pipeline.folder.fingerprints import file_fingerprint, step_fingerprint, table_fingerprint
from pipeline.folder.memory import give_back_memory
from pipeline.folder.run_folder import RunFolder
from pipeline.folder.writing import atomic, plain, read_parquet, write_parquet, write_text

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
        self.reused: list[str] = []

    def fingerprint(self, name: str, inputs: Sequence[Any], params: BaseModel | Mapping[str, Any] | None = None) -> str:
        """Return and remember the fingerprint of a step: code, libraries, parameters and the fingerprints of its inputs."""
        settings = params.model_dump(mode="json") if isinstance(params, BaseModel) else dict(params or {})
        self.fingerprints[name] = step_fingerprint(name, list(inputs), settings)
        return self.fingerprints[name]

    def layer(self, name: str, table: pd.DataFrame) -> None:
        """Remember a layer that stages take, by its rows and its CRS."""
        self.fingerprints[name] = table_fingerprint(table)

    def table(
        self,
        name: str,
        inputs: Sequence[str],
        params: BaseModel | None,
        model: type[DataFrameModel],
        compute: Callable[[], TableT],
    ) -> TableT:
        """Return a stage's table, from ``stages/`` when nothing it depends on has changed, else computed and kept.

        Parameters
        ----------
        name : str
            Stage name; names the files.
        inputs : sequence of str
            Names of the layers and steps whose results go in; their fingerprints must be known.
        params : pydantic model or None
            The stage's parameters.
        model : pandera model
            Schema of the table, applied again when it is read back.
        compute : callable
            Called only when there is nothing to reuse.
        """
        path = self.stages / f"{name}.parquet"
        started = time.perf_counter()
        if self.is_current(name, inputs, params, [path]):
            table = cast("TableT", conform(read_parquet(path), model))
            self.reused.append(name)
        else:
            table = compute()
            write_parquet(table, path)
            self.keep(name, [path])
            give_back_memory()
        self.timings_s[name] = time.perf_counter() - started
        return table

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Measure a step that keeps no table."""
        started = time.perf_counter()
        yield
        self.timings_s[name] = time.perf_counter() - started

    def is_current(self, name: str, inputs: Sequence[str], params: BaseModel | None, files: Sequence[Path]) -> bool:
        """Say whether files are those a step made of exactly these inputs, so that it need not run again."""
        fingerprint = self.fingerprint(name, [self.fingerprints[one] for one in inputs], params)
        return self.is_marked(name, fingerprint, files)

    def is_marked(self, name: str, fingerprint: str, files: Sequence[Path]) -> bool:
        """Say whether files bear the mark of a fingerprint, down to their bytes."""
        mark = self.stages / f"{name}.mark"
        self.run_folder.claim(*map(self._name, [mark, *files]))
        with suppress(OSError, ValueError, AttributeError):
            kept = json.loads(mark.read_text(encoding="utf-8"))
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
        """Write a table as UTF-8 CSV, replacing the former file at once."""
        with self.file(name) as temporary:
            table.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")

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
        self.write_text(name, json.dumps(plain(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n")

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _joined(digests: Mapping[str, str]) -> str:
    return " ".join(digests[name] for name in sorted(digests))
