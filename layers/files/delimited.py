"""Text tables of any dialect: encoding, delimiter, quotes and ragged rows, as a grid of text cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from layers.accounting import Note
from layers.errors import SourceError

csv.field_size_limit(10_000_000)
"""Set once for the whole process, so that what is read does not depend on what was read before."""

DELIMITERS = (",", ";", "\t", "|")
MOJIBAKE = (
    "Ã©",
    "Ã¨",
    "Ã‰",
    "Ã´",
    "Ã§",
    "Ã ",
    "Ãª",
    "Ã®",
    "Ã¯",
    "Ã±",
    "Ã³",
    "Ã¡",
    "Ã\xad",
    "Ãº",
    "Ã¼",
    "Ã¶",
    "Ã¤",
    "â€™",
    "â€œ",
    "â€“",
    "Â°",
    "Â ",
)


@dataclass(frozen=True)
class Grid:
    """Rows of text cells with their 1-based row numbers in the file.

    Parameters
    ----------
    rows : list of list of str
        ``""`` where a cell is empty.
    numbers : list of int
        1-based row numbers.
    notes : tuple of Note
        What was noticed on the way.
    is_text : bool
        Cells of text files can be shifted by a stray delimiter; those of a workbook cannot.
    open_end : bool
        The text does not end with a line break.
    dated : tuple of (int, int)
        Row number and column position of cells a workbook keeps as dates.
    unset : tuple of (int, int)
        Row number and column of workbook cells that hold a formula without a stored result.
    """

    rows: list[list[str]]
    numbers: list[int]
    notes: tuple[Note, ...] = ()
    is_text: bool = False
    open_end: bool = False
    unset: tuple[tuple[int, int], ...] = ()
    dated: tuple[tuple[int, int], ...] = ()


def decode(source: str, where: str, data: bytes, encoding: str | None) -> tuple[str, tuple[Note, ...]]:
    """Decode a text file.

    The byte-order mark decides; then UTF-8 if the whole file is valid; then Windows-1252, with a note. Text that was decoded
    wrongly before it was saved (``RiviÃ¨re``) is reported, never repaired: which of its letters are real is not for us to say.

    Parameters
    ----------
    source, where : str
        Source id, and what to call the file in messages.
    data : bytes
        The whole file.
    encoding : str or None
        Stated by the run file.

    Raises
    ------
    SourceError
        If the bytes are not text in the encoding stated, or in any of those tried.
    """
    notes: list[Note] = []
    text = ""
    for candidate in (encoding,) if encoding else _candidates(data):
        try:
            text = data.decode(candidate)
        except LookupError:
            raise SourceError(
                f"{where}: the encoding '{encoding}' is unknown. Try utf-8, cp1252, latin-1 or utf-16."
            ) from None
        except UnicodeDecodeError as failure:
            if encoding or candidate == "cp1252":
                line = data[: failure.start].count(b"\n") + 1
                raise SourceError(
                    f"{where}: line {line} holds the byte 0x{data[failure.start]:02X}, which is not {candidate} text. "
                    "State the file's encoding in the run file, e.g. 'encoding: cp850' or 'encoding: latin-1'."
                ) from None
            continue
        if candidate == "cp1252" and not encoding:
            notes.append(
                Note(
                    source, "encoding_guessed", "The text is not UTF-8; it was read as Windows-1252 (encoding: cp1252)."
                )
            )
        break
    text = text.removeprefix("\ufeff")
    if "\x00" in text[:10_000]:
        raise SourceError(
            f"{where}: this is not a text table (it holds null bytes). If it is UTF-16, state 'encoding: utf-16'."
        )
    return text, (*notes, *double_encoded(source, text))


def text_and_encoding(where: str, data: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file and the encoding it was found to be in; see `decode`."""
    text, notes = decode("", where, data, encoding)
    for candidate in (encoding,) if encoding else _candidates(data):
        try:
            data.decode(candidate)
        except UnicodeDecodeError:
            continue
        return text, candidate
    return text, "utf-8" if not notes else "cp1252"


def double_encoded(source: str, text: str) -> tuple[Note, ...]:
    """Return a note if text carries the marks of UTF-8 once read as Windows-1252."""
    if text.isascii():
        return ()
    count = sum(text.count(mark) for mark in MOJIBAKE)
    if not count:
        return ()
    position = min(cut_at for mark in MOJIBAKE if (cut_at := text.find(mark)) >= 0)
    start = max(text.rfind(cut, 0, position) for cut in "\n,;\t") + 1
    end = min((cut_at for cut in "\n,;\t" if (cut_at := text.find(cut, position)) >= 0), default=len(text))
    sample = text[start : min(end, start + 60)].strip()
    return (
        Note(
            source,
            "double_encoded_text",
            f"Some text was decoded wrongly before it was saved (e.g. '{sample}'); it is kept as it is. "
            "Ask for the file in UTF-8.",
            count,
        ),
    )


def _candidates(data: bytes) -> tuple[str, ...]:
    if data.startswith(codecs.BOM_UTF8):
        return ("utf-8-sig",)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    head = data[:2000]
    if len(head) > 20 and head[1::2].count(0) > 0.4 * len(head) / 2:
        return ("utf-16-le",)
    if len(head) > 20 and head[0::2].count(0) > 0.4 * len(head) / 2:
        return ("utf-16-be",)
    return ("utf-8", "cp1252")


def sniff_delimiter(where: str, text: str) -> str:
    """Return the delimiter under which the first lines fall into equally many fields (the most fields, at a tie)."""
    head = "\n".join(text[:200_000].splitlines()[:100])
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(head), delimiter=delimiter) if row]
        except csv.Error as failure:
            raise SourceError(f"{where}: the text cannot be split into cells ({failure}). Check its quotes.") from None
        wide = Counter(width for width in widths if width > 1)
        if wide:
            width, count = wide.most_common(1)[0]
            best, best_score = max(
                (best, best_score), (delimiter, (count / len(widths), width)), key=lambda pair: pair[1]
            )
    return best


def split_rows(where: str, text: str, delimiter: str) -> list[list[str]]:
    """Split text into rows of cells; nothing is interpreted, blank lines are empty rows.

    Raises
    ------
    SourceError
        If the text cannot be split (a cell of more than ten million letters: a quote that is never closed).
    """
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as failure:
        raise SourceError(f"{where}: the text cannot be split into cells ({failure}). Check its quotes.") from None


def is_plain(data: bytes, encoding: str | None) -> bool:
    """Say whether a text file is ASCII throughout, so that it reads the same in any encoding it may be in."""
    return encoding in (None, "utf-8") and data.isascii() and b"\x00" not in data[:10_000]


def read_body(data: bytes, delimiter: str, first_row: int, columns: Sequence[str]) -> pd.DataFrame | None:
    """Read the data rows of a large, perfectly rectangular text file fast.

    Parameters
    ----------
    data : bytes
        The whole file in UTF-8, without a byte-order mark.
    delimiter : str
        Of the cells.
    first_row : int
        Position of the first data row; the rows above it must not hold line breaks.
    columns : sequence of str
        Names of all columns.

    Returns
    -------
    DataFrame or None
        Text cells, NA where empty; None if any row has another number of fields, so that the careful way has to be taken.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    named = [str(index) for index in range(len(columns))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(skip_rows=first_row, column_names=named, use_threads=False),
            arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False),
            arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(named, pa.large_string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    frame: pd.DataFrame = table.to_pandas(types_mapper={pa.large_string(): pd.StringDtype(na_value=float("nan"))}.get)
    frame.columns = pd.Index(list(columns))
    return frame


def ragged(rows: Sequence[Sequence[str]], numbers: Sequence[int], width: int) -> list[tuple[int, str]]:
    """Return (position, reason) of rows with another number of fields than the heading; empty extra fields do not count."""
    ragged_rows = []
    for position, (row, number) in enumerate(zip(rows, numbers, strict=True)):
        fields = len(row)
        while fields > width and not row[fields - 1].strip():
            fields -= 1
        if fields != width and any(cell.strip() for cell in row):
            ragged_rows.append((position, f"row {number} has {fields} fields, header has {width}"))
    return ragged_rows
