"""Rows whose cells stand one column too far: a decimal comma, or one that parts thousands, parted a cell in two."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd

from layers.readers.columns import as_text

_FEWEST, _FEW, _MOSTLY = 5, 0.1, 0.6
_NUMBER = r"[-+]?\d+(?:[.,]\d*)?"
_HEAD, _TAIL = re.compile(r"[-+]?\d{1,7}"), re.compile(r"\d{1,6}")


def shifted_rows(cells: pd.DataFrame) -> dict[int, tuple[str, str]]:
    """Find rows of which a comma parted a number in two, so that every cell behind it stands under the next heading.

    Three things say so together: the last column holds a number where in no other row it does (it is empty there, or holds
    words); that number lies among those of the column before it; and two whole numbers beside each other, of which the first is
    unlike its column (which holds decimals, or none so small), make one that lies among its numbers, the comma between them.

    Parameters
    ----------
    cells : DataFrame
        Raw cells, all columns in the order of the file.

    Returns
    -------
    dict of int to tuple of str
        Position -> reason code and reason.
    """
    if len(cells) < _FEWEST or len(cells.columns) < 3:
        return {}
    last = as_text(cells[cells.columns[-1]])
    odd = last.str.fullmatch(_NUMBER).fillna(value=False).to_numpy(dtype=bool)
    if not odd.any() or odd.sum() > max(1.0, _FEW * len(cells)):
        return {}
    usual = {
        name: pd.to_numeric(as_text(cells.loc[~odd, name]), errors="coerce").dropna() for name in cells.columns[:-1]
    }
    shifted: dict[int, tuple[str, str]] = {}
    for row in map(int, np.flatnonzero(odd)):
        texts = ["" if pd.isna(cell) else str(cell).strip() for cell in cells.iloc[row]]
        if not _among(float(texts[-1].replace(",", ".")), usual[cells.columns[-2]]):
            continue
        for at, (head, tail) in enumerate(pairwise(texts)):
            if _parted(head, tail, usual.get(cells.columns[at])):
                reason = (
                    f"{cells.columns[-1]} is '{texts[-1]}', which is a number in no other row, and {cells.columns[at]} and "
                    f"{cells.columns[at + 1]} are '{head}' and '{tail}': a comma parted '{head},{tail}' in two, and what stands "
                    "behind it is one column too far"
                )
                shifted[row] = ("shifted_row", reason)
                break
    return shifted


def _parted(head: str, tail: str, numbers: pd.Series | None) -> bool:
    """Say whether two cells are the parts of a number of the first one's column."""
    if numbers is None or not (_HEAD.fullmatch(head) and _TAIL.fullmatch(tail)):
        return False
    decimals = float((numbers % 1 != 0).mean()) >= _MOSTLY
    if decimals and _among(float(f"{head}.{tail}"), numbers):
        return True
    return len(tail) == 3 and not _among(float(head), numbers) and _among(float(f"{head}{tail}"), numbers)


def _among(number: float, numbers: pd.Series) -> bool:
    return len(numbers) > 0 and float(numbers.min()) <= number <= float(numbers.max())
