"""Small files that unfold to much: told by what they hold before they are read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files import parquet_bounds
from layers.files.boundary import named_failure
from layers.files.parquet_bounds import require_bearable_parquet
from layers.files.tables import read_table
from layers.files.unsafe_files import PART_ELEMENTS

TEXT, ROWS = "x" * 10_000, 300
"""Three megabytes of texts, in a file of some kilobytes."""

TABLES = {
    "texts": (pa.table({"name": [TEXT] * ROWS}), {"use_dictionary": True}),
    "lists": (pa.table({"name": [[TEXT] * ROWS]}), {"use_dictionary": True}),
    "structures": (pa.table({"of": [{"name": TEXT}] * ROWS}), {"use_dictionary": True}),
    "beginnings": (pa.table({"name": [TEXT] * ROWS}), {"column_encoding": {"name": "DELTA_BYTE_ARRAY"}, "use_dictionary": False}),
    "bytes": (pa.table({"name": pa.array([TEXT.encode()] * ROWS, pa.binary(len(TEXT)))}), {"use_dictionary": True}),
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLES)
def test_parquet_is_measured_by_what_it_unfolds_to(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table, options = TABLES[kind]
    path = tmp_path / "f.parquet"
    pq.write_table(table, path, store_schema=False, **options)
    assert path.stat().st_size < 20_000
    monkeypatch.setattr(parquet_bounds, "PARTS_BYTES", 2_900_000)
    with pytest.raises(SourceError, match=r"^f: the texts of the column '(of\.)?name.*' unfold to more than is read"):
        require_bearable_parquet("f", path)
    monkeypatch.setattr(parquet_bounds, "PARTS_BYTES", 3_100_000)
    require_bearable_parquet("f", path)


def test_a_list_of_many_equal_numbers_is_counted_by_its_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(pa.table({"name": [[7] * 1_000]}), tmp_path / "f.parquet")
    monkeypatch.setattr(parquet_bounds, "TABLE_CELLS", 999)
    with pytest.raises(SourceError, match=r"999 cells are read at most"):
        require_bearable_parquet("f", tmp_path / "f.parquet")


@pytest.mark.parametrize(
    ("part", "before", "piece"),
    [
        ("xl/styles.xml", "</cellXfs>", "<xf/>"),
        ("xl/workbook.xml", "</sheets>", "<sheet/>"),
        ("docProps/core.xml", "</cp:coreProperties>", "<a/>"),
        ("xl/worksheets/sheet1.xml", "</sheetData>", "<c/>"),
    ],
)
def test_a_workbook_of_elements_without_end_is_refused(tmp_path: Path, part: str, before: str, piece: str) -> None:
    pd.DataFrame({"id": ["a"], "name": ["Mine"]}).to_excel(tmp_path / "plain.xlsx", index=False)
    source = Source(id="s", role="inventory", path="f.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "plain.xlsx") as plain,
        zipfile.ZipFile(tmp_path / "f.xlsx", "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name in plain.namelist():
            text = plain.read(name).decode()
            if name == part:
                assert before in text
                text = text.replace(before, piece * (PART_ELEMENTS + 1) + before)
            packed.writestr(name, text)
    with pytest.raises(SourceError, match=rf"the part {part} of the workbook has more than 500,000 elements"):
        read_table(source, tmp_path)
    (tmp_path / "plain.xlsx").replace(tmp_path / "f.xlsx")
    assert read_table(source, tmp_path).cells["name"].tolist() == ["Mine"]


@pytest.mark.parametrize(
    "failure",
    [
        pa.ArrowMemoryError("realloc of size 512000000 failed"),
        OSError(12, "Cannot allocate memory"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("can't start new thread"),
    ],
)
def test_a_lack_of_memory_is_no_damage_of_a_file(failure: Exception) -> None:
    for raised in (failure, told_as_damage(failure)):
        with pytest.raises(SourceError, match=r"^f: the file does not fit into the memory"), named_failure("f"):
            raise raised
    with pytest.raises(SourceError, match="not a readable"), named_failure("f"):
        raise told_as_damage(ValueError("Parquet magic bytes not found"))


def told_as_damage(failure: Exception) -> SourceError:
    """Return what a reader makes of a failure of a library."""
    error = SourceError(f"f: this is not a readable file ({failure}). Write it again.")
    error.__context__ = failure
    return error
