"""GeoPackages whose cells are all stored, or made in measure: views and computed columns are run through before GDAL does."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from layers.errors import SourceError
from layers.files.unsafe_files import require_no_grids

STEPS = 50_000_000
STEPS_A_CELL = 500
"""Steps of the database engine that all cells of a view may take, and more for each cell of a computed column."""
LONGEST_CELL = 100_000_000
MADE_BYTES = 256_000_000
"""Bytes of one cell, and of all cells that a view or the computed columns of a table make where the file has fewer."""

_OF_GDAL = re.compile(r"(?:no such|unknown) function: ST_", re.IGNORECASE)
"""What the bare engine says of a function for geometry, which it lacks and GDAL has."""
_MAKERS = re.compile(
    r"\b(?:recursive|zeroblob|randomblob|printf|format|replace|group_concat|string_agg|hex|quote)\b", re.IGNORECASE
)
"""Words with which a cell can be made longer than what it is made of."""
_OF_A_MODULE = re.compile(r"\s*create\s+virtual\b", re.IGNORECASE)
_VIRTUAL = 2
"""What the engine says of a column that is computed whenever it is read; 3 where the values are stored."""
_WAY_OUT = "Save the layer you need as a table in a new GeoPackage."


def require_plain_database(where: str, path: Path) -> None:
    """Stop at a GeoPackage with a view or a computed column that does not end, makes cells out of nothing, or cannot be computed.

    Raises
    ------
    SourceError
        Naming the view or the column; or if a CRS of the file names other files.
    """
    mode = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "mode=ro&immutable=1"
    base = sqlite3.connect(f"{path.resolve().as_uri()}?{mode}", uri=True)
    most = max(MADE_BYTES, path.stat().st_size)
    try:
        base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
        for definition in base.execute("SELECT * FROM gpkg_spatial_ref_sys"):
            require_no_grids(where, " ".join(str(cell) for cell in definition).encode("utf-8", "replace"))
        for kind, name, text in base.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
            if kind == "view":
                _require_ending(where, base, str(name), str(text), most)
            elif kind == "table" and not _OF_A_MODULE.match(str(text)):
                _require_computable(where, base, str(name), str(text), most)
    except sqlite3.Error:
        return  # damaged: GDAL says of what kind
    finally:
        base.close()


def _require_ending(where: str, base: sqlite3.Connection, view: str, text: str, most: int) -> None:
    try:
        columns = [str(row[1]) for row in base.execute(f"PRAGMA table_info({_named(view)})")]
        _run_through(base, view, columns, STEPS, most)
    except (sqlite3.Error, OverflowError) as failure:
        if _left_to_gdal(failure, text):
            return
        raise SourceError(
            f"{where}: the view '{view[:60]}' cannot be read in reasonable time and memory ({str(failure)[:80]}). {_WAY_OUT}"
        ) from None


def _require_computable(where: str, base: sqlite3.Connection, table: str, text: str, most: int) -> None:
    """Run through the columns of a table that are computed whenever it is read; stored ones are cells like others."""
    columns = [str(row[1]) for row in base.execute(f"PRAGMA table_xinfo({_named(table)})") if row[6] == _VIRTUAL]
    if not columns:
        return
    for column in columns:
        try:
            rows = int(base.execute(f"SELECT count(*) FROM {_named(table)}").fetchone()[0])  # noqa: S608 - it is quoted
            _run_through(base, table, [column], STEPS + STEPS_A_CELL * rows, most)
        except (sqlite3.Error, OverflowError) as failure:
            if _left_to_gdal(failure, text):
                continue
            raise SourceError(
                f"{where}: the column '{column[:60]}' of '{table[:60]}' is no stored one: the file computes it from others, and "
                f"that cannot be done ({str(failure)[:80]}). Save the layer anew in the program it comes from, with values in "
                "place of the formula, or without the column."
            ) from None


def _left_to_gdal(failure: Exception, text: str) -> bool:
    """Say whether only a function for geometry is missing, and nothing of the text makes cells out of nothing."""
    return bool(_OF_GDAL.match(str(failure))) and not _MAKERS.search(text)


def _run_through(base: sqlite3.Connection, name: str, columns: list[str], steps: int, most: int) -> None:
    """Make all cells of some columns, as reading them would, and stop where that takes too many steps or bytes.

    Raises
    ------
    sqlite3.Error
        What the engine says: ``interrupted`` after too many steps.
    OverflowError
        With the bytes.
    """
    left = steps

    def stop() -> bool:
        nonlocal left
        left -= 1_000_000
        return left < 0

    base.set_progress_handler(stop, 1_000_000)
    lengths = ", ".join(f"length({_named(column)})" for column in columns) or "1"
    made = 0
    try:
        for row in base.execute(f"SELECT {lengths} FROM {_named(name)}"):  # noqa: S608 - names are quoted
            made += sum(length for length in row if length)
            if made > most:
                raise OverflowError(f"its cells take more than {most / 1e6:,.0f} MB")
    finally:
        base.set_progress_handler(None, 0)


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
