"""Remarks below a table: rows at its end that hold a sentence instead of data."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NOTE_WORDS = re.compile(
    r"^\W*(?:notes?|nota|notas|remarks?|remarques?|sources?|fuente|total|totaux|footnote|disclaimer|copyright|©|\*|end of|fin de|"
    r"data from|donn[ée]es|prepared|compiled|legend|l[ée]gende)\b",
    re.IGNORECASE,
)


def note_rows(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return positions of rows at the end that hold a remark in one cell instead of data."""
    note_positions: list[int] = []
    for position in range(len(rows) - 1, -1, -1):
        filled = [cell.strip() for cell in rows[position] if cell.strip()]
        if not filled:
            continue
        wordy = bool(_NOTE_WORDS.match(filled[0])) or (len(filled) == 1 and len(filled[0].split()) >= 3)
        if width < 3 or len(filled) > max(1, width // 4) or not wordy:
            break
        note_positions.append(position)
    return sorted(note_positions)
