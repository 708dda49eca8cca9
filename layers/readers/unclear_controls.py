"""Rows of which nothing says for sure that they are samples of their own: codes of repeats, ids that number another id."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.cell_search import cells_like
from layers.cells.heading_grammar import parse_headings
from layers.readers.columns import as_text

_OF_REPEATS = re.compile(
    r"(?i)rep(?:l|eat|\b|_|stat)|dup|(?<![a-z])q[ac](?![a-z])|qaqc|control|ctrl|standard|blank|split"
)
_CODE = r"[A-Za-z]{0,2}-?\d{1,3}|[A-Za-z]{1,3}|[A-Z]{4,6}|\d{1,3}\.0"
_MOST_CODES, _FEW, _HALF = 12, 0.2, 0.5
_CODED = re.compile(
    r"(?i)(?P<stem>.*[^\W_])[\s_\-./(]+(?:msd?|lcsd?|bsd?|[mftelr]b|[flp][dr]|f?dup|chk|crm|srm|spk|split|twin|rinsate)\W*\d?\W*"
)
_LIKE_CODED = r"(?i)[\s_\-./(](?:[mlbftelrp][sdbr]|lcs|msd|bsd|f?dup|chk|[cs]rm|spk|split|twin|rins)"
_NUMBERED = re.compile(
    r"(?i)(?P<stem>.*[^\W_])(?:[_\-./](?P<number>[2-9])|\s?\((?P<bracketed>[2-9])\)|[\s_\-.]*(?<=[\d\s_\-.])(?:bis|ter))"
)


def unclear_controls(
    source_id: str,
    cells: pd.DataFrame,
    rows: npt.NDArray[np.int64],
    sample_id: pd.Series | None,
    spoken_for: Collection[str],
) -> list[Note]:
    """Tell columns that say by codes nobody knows which rows are repeats or controls, and ids that number an id of another row.

    Parameters
    ----------
    source_id : str
        Id of the source.
    cells : DataFrame
        Raw cells of the rows that count as samples.
    rows : ndarray of int
        Their numbers in the file.
    sample_id : Series or None
        Their ids.
    spoken_for : collection of str
        Columns the run file maps, filters by or ignores.

    Returns
    -------
    list of Note
        ``control_codes_unknown``, ``repeats_by_number`` and ``ids_like_controls``, with the rows.
    """
    return [
        *_codes(source_id, cells, rows, spoken_for),
        *_numbered(source_id, rows, sample_id),
        *_coded_ids(source_id, rows, sample_id),
    ]


def _codes(source_id: str, cells: pd.DataFrame, rows: npt.NDArray[np.int64], spoken_for: Collection[str]) -> list[Note]:
    notes = []
    for heading in parse_headings([str(name) for name in cells.columns]):
        name = heading.text
        if heading.kind != "sample_type" or name in spoken_for or not _OF_REPEATS.search(name):
            continue
        words = as_text(cells[name])
        counts = words.value_counts()
        if not 1 < len(counts) <= _MOST_CODES or not all(re.fullmatch(_CODE, str(code)) for code in counts.index):
            continue
        others = words.notna() & (words != counts.index[0])
        shown = ", ".join(f"'{code}' ({count})" for code, count in counts.head(6).items())
        text = (
            f"{name} tells repeats or controls apart in codes nobody explains: {shown}. All rows count as samples of their own; "
            f"leave out those that are none with 'where: {{{name}: […]}}', or list {name} under 'ignore:'."
        )
        hits = others.to_numpy(dtype=bool)
        notes.append(
            Note(source_id, "control_codes_unknown", text, int(hits.sum()), (name,), tuple(rows[hits].tolist()))
        )
    return notes


def _numbered(source_id: str, rows: npt.NDArray[np.int64], sample_id: pd.Series | None) -> list[Note]:
    if sample_id is None:
        return []
    texts = sample_id.fillna("").astype("str").str.strip()
    hits = {}
    ends = texts.str.contains(r"(?i)[_\-./][2-9]$|\([2-9]\)$|[\d\s_\-.](?:bis|ter)$", regex=True).to_numpy(dtype=bool)
    known = set(texts.to_numpy(dtype=object)) if ends.any() else set()
    for position in np.flatnonzero(ends):
        match = _NUMBERED.fullmatch(texts.iloc[position])
        first_of_all = "" if match is None else re.sub(r"[2-9](\)?)$", r"1\1", texts.iloc[position])
        if match and match["stem"] in known and (first_of_all == texts.iloc[position] or first_of_all not in known):
            hits[int(position)] = match["stem"]
    if not hits or len(hits) > _FEW * len(texts):
        return []
    first, stem = next(iter(hits.items()))
    at = np.array(list(hits))
    text = (
        f"Ids are those of another row with a number or 'bis' behind (row {rows[first]}: '{texts.iloc[first]}' beside '{stem}'): "
        "a second analysis of one sample? They count as samples of their own."
    )
    return [Note(source_id, "repeats_by_number", text, len(hits), (str(sample_id.name),), tuple(rows[at].tolist()))]


def _coded_ids(source_id: str, rows: npt.NDArray[np.int64], sample_id: pd.Series | None) -> list[Note]:
    """Tell ids built like the others with a code for blanks, spikes or duplicates behind: ``A3-EB``, ``A4 MS``."""
    if sample_id is None:
        return []
    texts = sample_id.fillna("").astype("str").str.strip()
    likely = np.flatnonzero(cells_like(texts, _LIKE_CODED))
    stems = {int(at): match["stem"] for at in likely if (match := _CODED.fullmatch(texts.iloc[at]))}
    if not stems or len(stems) > _HALF * len(texts):
        return []
    shapes = {_shape(text) for at, text in enumerate(texts) if text and at not in stems}
    hits = [at for at, stem in stems.items() if _shape(stem) in shapes and re.search(r"\d", stem)]
    if not hits:
        return []
    shown = ", ".join(f"'{texts.iloc[at]}'" for at in hits[:4])
    text = (
        f"Ids are built like the others with a code behind that laboratories and surveys give to blanks, spikes and duplicates "
        f"({shown}; first in row {rows[hits[0]]}). They count as samples of their own; take them out with 'where:' if they are "
        "controls."
    )
    return [
        Note(
            source_id,
            "ids_like_controls",
            text,
            len(hits),
            (str(sample_id.name),),
            tuple(rows[np.array(hits)].tolist()),
        )
    ]


def _shape(text: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"[A-Za-z]", "a", text))
