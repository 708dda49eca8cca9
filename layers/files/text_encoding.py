"""In which encoding the bytes of a text table are read: CSV, fixed widths, and the words of a vector file."""

from __future__ import annotations

import codecs
import re

from layers.accounting import Note
from layers.errors import SourceError
from layers.files.likely_encodings import likely_encodings, require_western


def _as_once_read(first: int, last: int, left_out: str = "") -> str:
    """Return, for a class of a regular expression, what bytes from ``first`` to ``last`` become in Windows-1252 or Latin-1."""
    read = {
        bytes([byte]).decode(encoding, "ignore")
        for byte in range(first, last + 1)
        for encoding in ("cp1252", "latin-1")
    }
    return re.escape("".join(sorted(read - set(left_out))))


_ACCENTED = re.compile(r"[^\W\d_]{0,30}[^\W\d_\x00-\x7f][^\W\d_]{0,30}")
_LOOKED_AT, _SHOWN_WORDS = 200_000, 3
_PUNCTUATION = (
    "\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u2039\u203a\u00ab\u00bb\u00b7\u00b0\u00ba\u00aa\u00a0"
)
"""What stands behind a true capital letter as well."""

MISREAD = re.compile(
    f"Ã[{_as_once_read(0x80, 0xBF)}]|Â[{_as_once_read(0xA0, 0xBF)}]|â€[{_as_once_read(0x80, 0xBF)}]"
    f"|[ÄÅ][{_as_once_read(0x80, 0xBF, _PUNCTUATION)}]|(?:[ÎÏÐÑ][{_as_once_read(0x80, 0xBF)}]){{2}}"
)
"""What is left of letters, quotes and signs where UTF-8 was once read as Windows-1252 or Latin-1: Western and Central European
letters, and two Greek or Cyrillic ones in a row."""


def decode(source: str, where: str, data: bytes, encoding: str | None) -> tuple[str, tuple[Note, ...]]:
    """Decode a text file, and say when its encoding was guessed or its text was decoded wrongly before it was saved.

    Such text (``RiviÃ¨re``) is reported, never repaired: which of its letters are real is not for us to say. Parameters and
    errors are those of `text_and_encoding`; ``source`` is the id for the notes.
    """
    text, used = text_and_encoding(where, data, encoding)
    notes = double_encoded(source, text)
    if used == "cp1252" and not encoding:
        guessed = f"The text is not UTF-8; it was read as Windows-1252 (encoding: cp1252){_accented(text)}."
        notes = (Note(source, "encoding_guessed", guessed), *notes)
    return text, notes


def _accented(text: str) -> str:
    """Quote some words with letters that are no ASCII, for a reader who knows how they are spelt."""
    words = dict.fromkeys(match[0] for match in _ACCENTED.finditer(text[:_LOOKED_AT]))
    return f"; it reads {', '.join(list(words)[:_SHOWN_WORDS])}" if words else ""


def text_and_encoding(where: str, data: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the text of a file without its byte-order mark, and the encoding it was read in.

    The byte-order mark decides; then UTF-8 if the whole file is valid; then Windows-1252.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    data : bytes
        The whole file.
    encoding : str or None
        Stated by the run file.

    Raises
    ------
    SourceError
        If the bytes are not text in the encoding stated, or in any of those tried.
    """
    candidates = (encoding,) if encoding else _candidates(data)
    for used in candidates:
        try:
            text = data.decode(used).removeprefix("\ufeff")
        except LookupError:
            raise SourceError(
                f"{where}: the encoding '{encoding}' is unknown. Try utf-8, cp1252, latin-1 or utf-16."
            ) from None
        except UnicodeDecodeError as failure:
            if used != candidates[-1]:
                continue
            offered = " or ".join(f"'encoding: {name}'" for name in likely_encodings(data))
            line = (
                failure.object[: failure.start].count(b"\n") + 1
            )  # the object: its offsets leave a byte-order mark out
            raise SourceError(
                f"{where}: line {line} holds the byte 0x{failure.object[failure.start]:02X}, which is not {used} text. "
                f"State the file's encoding in the run file, e.g. {offered}."
            ) from None
        break
    if used == "cp1252" and not encoding:
        require_western(where, data)
    if "\x00" in text[:10_000]:
        raise SourceError(
            f"{where}: this is not a text table (it holds null bytes). If it is UTF-16, state 'encoding: utf-16'."
        )
    return text, used


def is_plain(data: bytes, encoding: str | None) -> bool:
    """Say whether a text file is ASCII throughout, so that it reads the same in any encoding it may be in."""
    return encoding in (None, "utf-8") and data.isascii() and b"\x00" not in data[:10_000]


def double_encoded(source: str, text: str) -> tuple[Note, ...]:
    """Return a note if text carries the marks of UTF-8 once read as Windows-1252."""
    if text.isascii():
        return ()
    marks = [mark.start() for mark in MISREAD.finditer(text)]
    if not marks:
        return ()
    count, position = len(marks), marks[0]
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
