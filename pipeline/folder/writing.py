"""Write files whole or not at all, and read tables back: what every writer of the run folder uses."""

from __future__ import annotations

import errno
import io
import json
import os
import select
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.errors import SourceError
from layers.geometry import blocks_of_corners

WRITERS = ("pyarrow", "pyogrio", "rasterio")
"""Libraries whose errors while they write tell of the disk and not of the table."""

PIPE_WAIT_S = 3
"""How long a pipe may be empty before nobody is thought to write into it."""

MOST_READ_BYTES = 256 << 20
"""Of a text that is read whole; a line of a manifest has some hundred, so that is one of a million files."""

REMEDIES = {
    errno.ENOSPC: "The disk is full: make room",
    errno.EDQUOT: "The quota of this user is used up: make room",
    errno.EMFILE: "More files are open at once than this user may open: raise that limit (ulimit -n)",
    errno.ENFILE: "More files are open at once than this machine allows: close other programs",
    errno.EFBIG: "The file would grow beyond the limit set for this user: raise it (ulimit -f)",
    errno.EROFS: "The disk can only be read: take another folder",
    errno.EACCES: "You may not write there: see its permissions, or take another folder",
    errno.EPERM: "You may not write there: see its permissions, or take another folder",
    errno.ENOTDIR: "A file stands where a folder is needed: take another folder",
    errno.ENAMETOOLONG: "The name is too long: give a shorter one",
    errno.EEXIST: "A file stands where a folder is needed: take another folder",
}
"""What helps when a file cannot be written."""


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Give a temporary path in the same folder, and move it to ``path`` only when everything is written.

    Raises
    ------
    SourceError
        If the file cannot be written (disk full, read-only, no permission); what was there before stays as it was.
    """
    folder = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".writing-", dir=path.parent))
        temporary = folder / path.name
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    except Exception as error:
        if type(error).__module__.split(".")[0] in WRITERS:
            raise unwritable(path, error) from error
        raise
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def unwritable(path: Path, error: Exception) -> SourceError:
    """Return the message for a file that cannot be written."""
    return SourceError(
        f"{path}: cannot be written ({error}). {remedy_of(error)}, then run it again: what was finished is kept."
    )


def remedy_of(error: Exception) -> str:
    """Return what helps where something cannot be read or written, without a full stop."""
    return REMEDIES.get(_errno(error), "See that the disk has room and that you may read and write there")


def unheld(path: Path, error: OSError) -> SourceError:
    """Return the message for a run folder that cannot be held, because the lock in it cannot be written."""
    cause = REMEDIES.get(_errno(error), "See that you may write there").split(":")[0]
    return SourceError(f"{path}: cannot be written ({error}). {cause}. Nothing was changed in the folder.")


def _errno(error: Exception) -> int:
    return getattr(error, "errno", None) or 0


def _at_once(path: Path) -> int:
    """Open a file without waiting for whoever may write into it; a pipe that nobody writes to is refused."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISFIFO(os.fstat(handle).st_mode) and not select.select([handle], [], [], PIPE_WAIT_S)[0]:
        os.close(handle)
        raise ValueError("it is a pipe into which nobody writes")
    os.set_blocking(handle, True)
    return handle


def read_bounded(path: Path, most: int = MOST_READ_BYTES) -> bytes:
    """Return the bytes of a file whose length nobody has looked at: a folder or a file given away may hold anything.

    Raises
    ------
    OSError
        If it cannot be read.
    ValueError
        If it has more bytes than such a file can have.
    """
    with os.fdopen(_at_once(path), "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        content = b"" if size > most else stream.read(most + 1)
    if max(size, len(content)) > most:
        raise ValueError(f"{path.name} has {max(size, len(content)):,} bytes; at most {most:,} are read")
    return content


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


def json_text(content: Any) -> str:
    """Return the text of a JSON file of a run folder."""
    return json.dumps(plain(content), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any) -> Any:
    """Turn numpy and pandas values into what strict JSON can hold: missing and infinite numbers become null."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | np.ndarray | pd.Series):
        return [plain(item) for item in (sorted(value) if isinstance(value, set) else value)]
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
