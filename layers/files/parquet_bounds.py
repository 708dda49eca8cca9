"""Refuse Parquet files that unfold to more than they look like: one long text may stand for all cells of a column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layers.errors import SourceError
from layers.files.unsafe_files import PARTS_BYTES, require_no_grids

TABLE_CELLS = 200_000_000
"""Cells (rows by columns) of a Parquet file that are read; a hundred million equal cells can lie in some kilobytes."""

_UNFOLDING = ("DELTA_BYTE_ARRAY",)
_DICTIONARIES = ("PLAIN_DICTIONARY", "RLE_DICTIONARY")
_INDICES_AT_ONCE, _TEXTS_AT_ONCE = 65_536, 64
_REMEDY = "Keep the rows of the region and the columns that are needed."


def require_bearable_parquet(where: str, path: Path) -> None:
    """Stop at a Parquet file of more cells, or of more bytes of texts, than are read.

    Raises
    ------
    SourceError
        With the number of rows and columns, or the column and its bytes; or if its CRS names other files.
    """
    import pyarrow.parquet as pq

    footer: Any = pq.read_metadata(path)
    groups = [footer.row_group(group) for group in range(footer.num_row_groups)]
    values = sum(group.column(leaf).num_values for group in groups for leaf in range(footer.num_columns))
    if max(footer.num_rows * footer.num_columns, values) > TABLE_CELLS:
        raise SourceError(
            f"{where}: holds {footer.num_rows:,} rows of {footer.num_columns:,} columns; {TABLE_CELLS:,} cells are read at most. "
            f"{_REMEDY}"
        )
    require_no_grids(where, b" ".join((footer.metadata or {}).values()))
    left = PARTS_BYTES
    for leaf in range(footer.num_columns):
        chunks = [group.column(leaf) for group in groups]
        left -= _bytes_of(path, footer.schema.column(leaf), chunks, left)
        if left < 0:
            raise SourceError(
                f"{where}: the texts of the column '{footer.schema.column(leaf).path[:60]}' unfold to more than is read "
                f"({PARTS_BYTES / 1e9:,.1f} GB), from a file of {path.stat().st_size / 1e6:,.1f} MB. {_REMEDY}"
            )


def _bytes_of(path: Path, column: Any, chunks: list[Any], most: int) -> int:
    """Return the bytes that the texts of a column unfold to, or a bound where that is below ``most``; counting stops above it."""
    if column.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return int(column.length) * sum(chunk.num_values for chunk in chunks)
    if column.physical_type != "BYTE_ARRAY":
        return 0
    encodings = {encoding for chunk in chunks for encoding in chunk.encodings}
    stored = sum(chunk.total_uncompressed_size for chunk in chunks)
    if not encodings.intersection((*_DICTIONARIES, *_UNFOLDING)):
        return stored
    bound = sum(chunk.num_values * chunk.total_uncompressed_size for chunk in chunks)  # each cell the longest text
    return stored if bound <= most else _counted(path, column.path, most, folded=not encodings.intersection(_UNFOLDING))


def _counted(path: Path, column: str, most: int, *, folded: bool) -> int:
    """Count the bytes of a column's cells: by its dictionary where it has one, which is never unfolded, else a few at a time."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path, read_dictionary=[column] if folded else [])
    total = 0
    for batch in file.iter_batches(_INDICES_AT_ONCE if folded else _TEXTS_AT_ONCE, columns=[column]):
        total += sum(_unfolded(array) for array in batch.columns)
        if total > most:
            break
    return total


def _unfolded(array: Any) -> int:
    """Return the bytes of texts in an array, through lists, structures and dictionaries."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        return int(pc.sum(pc.binary_length(array.dictionary).take(array.indices)).as_py() or 0)
    if pa.types.is_struct(kind):
        return sum(_unfolded(part) for part in array.flatten())
    if pa.types.is_map(kind):
        return _unfolded(array.keys) + _unfolded(array.items)
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return _unfolded(array.flatten())
    return int(array.nbytes)
