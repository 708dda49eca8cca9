"""Degrees, minutes and seconds packed behind a decimal point: 49.0724 for 49°07'24"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.readers.placed_rows import coordinate_columns

_RARE = 5e-4
"""How seldom decimals of degrees may look so by chance."""
_BELOW_SIXTY = 0.6
_FEWEST_SECONDS = 5
"""Fewer different pairs are those of a grid or of rounded numbers."""
_FIRST_LOOK = 200
"""Rows that nearly always show decimals to be decimals, looked at before all."""
_DECIMALS = r"^\D*(\d{1,3})\.(\d\d)(\d\d)?(\d*)\D*$"

_STATED = re.compile(r"(?i)(?<![a-z])d{1,3}[.,]mm[.,]?ss(?![a-z])")
"""A heading that says how its numbers are packed."""


def unpacked(headings: Sequence[str], texts: pd.Series) -> pd.Series:
    """Return ``49.0724`` as degrees, minutes and seconds where the heading of an axis says ``D.MMSS``; others as they are."""
    if not headings or not all(_STATED.search(heading) for heading in headings):
        return texts
    parts = texts.str.extract(r"^(\D*\d{1,3})[.,](\d{1,2})(\d{0,2})(\d*)(\D*)$").fillna("")
    packed = parts[1].str.ljust(2, "0") + " " + parts[2].str.ljust(2, "0") + "." + parts[3] + "0" + parts[4]
    return texts.where(parts[1] == "", parts[0] + " " + packed)


def _is_decimal(texts: pd.Series) -> bool:
    """Say whether a cell has a pair of digits that reaches 60, or is no decimal at all: one is enough for a whole column."""
    parts = texts.str.extract(_DECIMALS)
    pairs = parts[[1, 2]].apply(pd.to_numeric, errors="coerce")
    return bool((texts.ne("") & parts[0].isna()).any() or (pairs >= 60).any(axis=None))


def packed_notes(source: Source, axes: Mapping[str, pd.Series], rows: np.ndarray) -> list[Note]:
    """Say when digits behind the point of both axes never reach 60 where decimals would, in pairs.

    The second pair tells in any region; the first only below the highest whole degree, since a region ends somewhere. Pairs of
    zeros, and pairs that stand again, tell nothing.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    axes : mapping of str to Series of str
        ``latitude`` and ``longitude`` as they stand in the file, ``""`` where nothing does.
    rows : ndarray of int
        Row numbers in the file.
    """
    if any(_is_decimal(texts.iloc[:_FIRST_LOOK]) for texts in axes.values()):
        return []
    telling = 0
    pointed = np.zeros(len(rows), dtype=bool)
    for texts in axes.values():
        parts = texts.str.extract(_DECIMALS)
        given = parts[0].notna()
        if (texts.ne("") & ~given).any():
            return []
        if not given.any():
            continue
        pointed |= given.to_numpy()
        whole, minutes, seconds = (pd.to_numeric(parts[part], errors="coerce") for part in range(3))
        if (minutes >= 60).any() or (seconds >= 60).any():
            return []
        written = parts.loc[given].assign(whole=whole, inner=whole < whole.max())
        telling += int(written.loc[written["inner"], [0, 1]].drop_duplicates()[1].ne("00").sum())
        finest = written.loc[seconds[given].fillna(0) > 0, [0, 1, 2]].drop_duplicates()
        telling += len(finest) if finest[2].nunique() >= _FEWEST_SECONDS else 0
    if not telling or _BELOW_SIXTY**telling > _RARE:
        return []
    text = (
        f"No pair of digits behind the points of latitude and longitude reaches 60 ({telling} of them would be free to): they "
        "may be minutes and seconds (49.0724 for 49°07'24\"). They were read as decimals, up to 40 km off if they are. "
        "Write them as decimals, or as 49°07'24\"."
    )
    return [
        Note(
            source.id, "minutes_as_decimals", text, int(pointed.sum()), coordinate_columns(source), tuple(rows[pointed])
        )
    ]
