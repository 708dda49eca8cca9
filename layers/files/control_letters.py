"""Signs in cells that no reader sees and programs obey: they part lines, ring bells or end texts, and no name has them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.cell_search import cells_matching
from layers.formulas import OTHER_BREAKS

_SIGN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\u2028\u2029]|(?<![\xc2-\xf4])\\x85")
"""Those from 0x80 on stay, since they are halves of letters in a text that was encoded twice; 0x85 for itself ends a line."""
_LOOK = "[\\x00-\\x08\\x0b-\\x1f\\x7f\x85\u2028\u2029]"
_HOLDS_ONE = re.compile(f"(?s:.*?)(?:{_SIGN.pattern})")
_BREAK = re.compile(f"\\r\\n|[{OTHER_BREAKS.replace(chr(0x85), '')}]|(?<![\xc2-\xf4])\\x85")


def without_control_letters(
    source: str, cells: pd.DataFrame, rows: np.ndarray
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Return cells in which a line ends one way and nothing else is unseen, and what was changed.

    Every kind of line break within a cell becomes a line feed, any other control character a blank; tabs stay.

    Parameters
    ----------
    source : str
        Id of the source.
    cells : DataFrame
        As read.
    rows : ndarray of int
        1-based row number of each row of ``cells``.
    """
    changed: dict[str, pd.Series] = {}
    strange = np.zeros(len(cells), dtype=bool)
    count = 0
    for at, name in enumerate(cells.columns):
        column = cells.iloc[:, at]
        hits = cells_matching(column, _HOLDS_ONE, _LOOK, ())
        if not hits.any():
            continue
        before = [str(cell) for cell in column.array[hits]]
        plain = column.copy()
        plain[hits] = [_SIGN.sub(" ", _BREAK.sub("\n", cell)).strip() or None for cell in before]
        changed[str(name)] = plain
        hits[hits] = [_SIGN.search(cell.replace("\r\n", "\n")) is not None for cell in before]
        strange |= hits
        count += int(hits.sum())
    if not changed:
        return cells, ()
    cells = cells.assign(**changed)
    if not count:  # the usual two signs of a new line, in a cell of several lines
        return cells, ()
    text = (
        "Cells hold control characters, which no program shows and some obey; they were read as blanks, and those that part "
        "lines as new lines. Look how the file was made."
    )
    return cells, (Note(source, "control_letters", text, count, tuple(changed), tuple(rows[strange].tolist())),)
