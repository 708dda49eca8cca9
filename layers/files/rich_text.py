"""Texts of a workbook whose parts are dressed apart: a raised 2 behind ``31.2`` is no digit of it, a struck part is doubtful."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from layers.text import RAISED_DIGITS

_RAISED = str.maketrans("0123456789-+", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_INLINE = re.compile(rb'<(?:\w+:)?c\b[^>]*\br="([A-Z]{1,3})(\d+)"[^>]*>\s*(<(?:\w+:)?is\b.*?</(?:\w+:)?is>)', re.DOTALL)
_BEHIND_A_DIGIT = re.compile(rf"[0-9{RAISED_DIGITS}][\s.,]*$")


@dataclass(frozen=True)
class Part:
    """A part of a text that is dressed in one way.

    ``aligned`` is ``superscript``, ``subscript`` or empty.
    """

    text: str
    aligned: str = ""
    is_struck: bool = False


def parts_of(value: Any) -> list[Part]:
    """Return the parts of a cell's value; none where it is no text of several."""
    if not isinstance(value, list):
        return []
    return [
        Part(part)
        if isinstance(part, str)
        else Part(part.text or "", part.font.vertAlign or "" if part.font else "", bool(part.font and part.font.strike))
        for part in value
    ]


def inline_parts(sheet_xml: bytes) -> dict[tuple[int, int], list[Part]]:
    """Return the parts of texts that stand in a sheet itself, by row (1-based) and column (0-based); plain ones are left out."""
    from openpyxl.cell.rich_text import CellRichText
    from openpyxl.utils import column_index_from_string
    from openpyxl.xml.functions import fromstring

    if b"vertAlign" not in sheet_xml and b"strike" not in sheet_xml:
        return {}
    parts_by_cell = {}
    for letters, row, text in _INLINE.findall(sheet_xml):
        if b"vertAlign" in text or b"strike" in text:
            space = re.search(rb'\bxmlns(?::\w+)?="[^"]*main"', sheet_xml)
            opened = text.replace(b">", b" " + (space[0] if space else b"") + b">", 1)
            parts = parts_of(CellRichText.from_tree(fromstring(opened)))
            parts_by_cell[int(row), column_index_from_string(letters.decode()) - 1] = parts
    return parts_by_cell


def written(parts: Sequence[Part]) -> str:
    """Return the text of parts; digits raised or lowered behind a digit stay so: a power, or the mark of a footnote."""
    return "".join(_written(parts))


def is_struck_in_part(parts: Sequence[Part]) -> bool:
    """Say whether a part that says something is struck out."""
    return any(part.is_struck and part.text.strip() for part in parts)


def _written(parts: Sequence[Part]) -> Iterator[str]:
    before = ""
    for part in parts:
        text = part.text
        if part.aligned in ("superscript", "subscript") and _BEHIND_A_DIGIT.search(before):
            text = text.translate(_RAISED if part.aligned == "superscript" else _LOWERED)
        before += text
        yield text
