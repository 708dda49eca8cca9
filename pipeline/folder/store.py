"""The run folder: resume by fingerprint, atomic writes, accounting and manifest.

A stage's result is kept under ``stages/`` beside the fingerprint of everything it depends on: the code, its parameters, and
the fingerprints of its inputs down to the bytes of the source files. A second run reuses what still matches.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any, TypeVar, cast

import geopandas as gpd
import numpy as np
import pandas as pd
from pandera.pandas import DataFrameModel
from pydantic import BaseModel

from layers.errors import SourceError
from layers.geometry import blocks_of_corners
from layers.schema import conform
from pipeline.folder.memory import give_back_memory

TableT = TypeVar("TableT", bound=pd.DataFrame)

LIBRARIES = (
    "geopandas",
    "pandas",
    "numpy",
    "shapely",
    "pyproj",
    "pyogrio",
    "rasterio",
    "scikit-learn",
    "dask",
    "folium",
)


class RunStore:
    """One run's folder.

    Parameters
    ----------
    folder : Path
        Created when missing. Files of an earlier run of the same config are replaced one by one, each atomically.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stages = folder / "stages"
        self.stages.mkdir(parents=True, exist_ok=True)
        self.timings_s: dict[str, float] = {}
        self.fingerprints: dict[str, str] = {}
        self.reused: list[str] = []

    def fingerprint(self, name: str, inputs: Sequence[str], params: BaseModel | Mapping[str, Any] | None = None) -> str:
        """Return and remember the fingerprint of a step: code, parameters and the fingerprints of its inputs."""
        settings = params.model_dump(mode="json") if isinstance(params, BaseModel) else dict(params or {})
        content = json.dumps([code_fingerprint(), name, list(inputs), settings], sort_keys=True, default=str)
        self.fingerprints[name] = hashlib.sha256(content.encode()).hexdigest()
        return self.fingerprints[name]

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
            Names of the steps whose results go in; their fingerprints must be known.
        params : pydantic model or None
            The stage's parameters.
        model : pandera model
            Schema of the table, applied again when it is read back.
        compute : callable
            Called only when there is nothing to reuse.
        """
        fingerprint = self.fingerprint(name, [self.fingerprints[one] for one in inputs], params)
        path, mark = self.stages / f"{name}.parquet", self.stages / f"{name}.fingerprint"
        started = time.perf_counter()
        if path.is_file() and mark.is_file() and mark.read_text() == fingerprint:
            table = cast("TableT", conform(read_parquet(path), model))
            self.reused.append(name)
        else:
            table = compute()
            write_parquet(table, path)
            write_text(mark, fingerprint)
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
        """Say whether the files of a step are those of exactly these inputs, so that it need not run again."""
        fingerprint = self.fingerprint(name, [self.fingerprints[one] for one in inputs], params)
        mark = self.stages / f"{name}.fingerprint"
        return mark.is_file() and mark.read_text() == fingerprint and all(path.exists() for path in files)

    def keep(self, name: str) -> None:
        """Remember that the files of a step now belong to its fingerprint."""
        write_text(self.stages / f"{name}.fingerprint", self.fingerprints[name])

    def write_csv(self, name: str, table: pd.DataFrame) -> None:
        """Write a table as UTF-8 CSV, replacing the former file at once."""
        with atomic(self.folder / name) as temporary:
            table.to_csv(temporary, index=False, lineterminator="\n")

    def write_json(self, name: str, content: Any) -> None:
        """Write strict JSON (no NaN), replacing the former file at once."""
        write_text(self.folder / name, json.dumps(plain(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def code_fingerprint() -> str:
    """Return a fingerprint of the project's own code and of the libraries that decide results."""
    global _CODE
    if _CODE is None:
        digest = hashlib.sha256()
        root = Path(__file__).parent.parent
        for package in ("layers", "pipeline"):
            for path in sorted((root / package).rglob("*")):
                if path.suffix in {".py", ".yml"}:
                    digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
        digest.update(json.dumps(library_versions()).encode())
        _CODE = digest.hexdigest()
    return _CODE


_CODE: str | None = None


def library_versions() -> dict[str, str]:
    """Return the versions of the libraries that decide results."""
    return {name: metadata.version(name) for name in LIBRARIES}


def file_fingerprint(path: Path) -> str:
    """Return the sha256 of a file, or of a folder's files with their names.

    Raises
    ------
    SourceError
        If there is no such file.
    """
    if path.is_dir():
        content = [(one.name, file_fingerprint(one)) for one in sorted(path.iterdir()) if one.is_file()]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()
    try:
        state = path.stat()
        return _sha256(path, state.st_size, state.st_mtime_ns)
    except FileNotFoundError:
        raise SourceError(f"{path}: there is no such file. Check `path:` of the source, or --data.") from None


def texts_fingerprint(column: pd.Series) -> str:
    """Return the sha256 of the texts of a column, in order."""
    return hashlib.sha256(pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes()).hexdigest()


@lru_cache(maxsize=256)
def _sha256(path: Path, _size: int, _mtime_ns: int) -> str:
    """Return the sha256 of a file, read once for a size and time of change."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder, and move it to ``path`` only when everything is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=path.parent))
    try:
        temporary = folder / path.name
        yield temporary
        temporary.replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_text(path: Path, content: str) -> None:
    """Write a UTF-8 text, replacing the former file at once."""
    with atomic(path) as temporary:
        temporary.write_text(content, encoding="utf-8")


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet, or GeoParquet when it has a geometry, replacing the former file at once."""
    with atomic(path) as temporary:
        if isinstance(table, gpd.GeoDataFrame):
            _write_geoparquet(table, temporary)
        else:
            table.to_parquet(temporary, index=False)


def _write_geoparquet(table: gpd.GeoDataFrame, path: Path) -> None:
    """Write some rows after the other, since outlines in the making take five times their memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    options: dict[str, Any] = {"index": False, "write_covering_bbox": False, "schema_version": "1.1.0"}
    blocks = blocks_of_corners(table.geometry.to_numpy())
    if len(blocks) == 1:
        table.to_parquet(path, **options)
        return
    head = io.BytesIO()
    table.iloc[:0].to_parquet(head, **options)
    schema = pq.read_schema(head)
    with pq.ParquetWriter(path, schema) as writer:
        for some in blocks:
            part = pa.table(table.iloc[some].to_arrow(index=False, geometry_encoding="WKB"))
            writer.write_table(part.cast(schema))


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a table written by `write_parquet`, with its geometry and CRS when it has one."""
    import pyarrow.parquet as pq

    if b"geo" in (pq.read_schema(path).metadata or {}):
        return gpd.read_parquet(path)
    return pd.read_parquet(path)


def plain(value: Any) -> Any:
    """Turn numpy and pandas values into what strict JSON can hold: missing and infinite numbers become null."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | np.ndarray | pd.Series):
        return [plain(one) for one in (sorted(value) if isinstance(value, set) else value)]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    if pd.isna(value):
        return None
    return str(value)
