"""Words of an inventory that deny or doubt what they name: left out of what evidence is read from, and told by row."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.hedges import denies, doubts, is_not_there_yet, is_only_gone, is_status_understood, was_never_worked
from layers.cells.waste_words import says_waste_is_gone
from layers.readers.columns import mapped_columns

_BETWEEN_MINERALS = re.compile(r"[,;|/+\n]")
_SHOWN = 6


def minerals_that_hold(named: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the minerals of each row in lower case, joined with ``"; "``, first mention first, each once.

    Beside them those that are left out, since they are denied or doubted (``no monazite``, ``pyrochlore?``).
    """
    kept: dict[str, str | None] = {}
    left_out: dict[str, str | None] = {}
    for cell in named.dropna().unique():
        parts = dict.fromkeys(part for name in _BETWEEN_MINERALS.split(cell) if (part := name.strip().lower()))
        out = [part for part in parts if denies(part) or doubts(part)]
        kept[cell] = "; ".join(part for part in parts if part not in out) or None
        left_out[cell] = "; ".join(out) or None
    holding, taken_back = (named.map(words, na_action="ignore").astype("str") for words in (kept, left_out))
    return holding, taken_back


def deposits_that_hold(types: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return types of deposits without those that are denied or doubted (``not carbonatite``), and these."""
    out = types.isin([words for words in types.dropna().unique() if denies(str(words)) or doubts(str(words))])
    return types.where(~out, None).astype("str"), types.where(out, None).astype("str")


def taken_back_notes(
    source: Source, cells: pd.DataFrame, left_out: Mapping[str, pd.Series], rows: np.ndarray
) -> list[Note]:
    """Tell what cells deny or doubt, by row; it is no part of the layer.

    Parameters
    ----------
    source : Source
        Its id and columns stand in the note.
    cells : DataFrame
        Raw cells.
    left_out : mapping of str to Series of str
        Layer column -> what was left out of it in each row, NA where nothing was.
    rows : ndarray of int
        Row numbers in the file.
    """
    hits = np.zeros(len(rows), dtype=bool)
    parts: list[str] = []
    columns: list[str] = []
    for name, texts in left_out.items():
        counts = texts.value_counts()
        if not len(counts):
            continue
        hits |= texts.notna().to_numpy(dtype=bool)
        columns += mapped_columns(source, cells, name)
        shown = ", ".join(f"'{words}' ({count})" for words, count in counts.head(_SHOWN).items())
        parts.append(f"{name}: {shown}" + (f" and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else ""))
    if not parts:
        return []
    text = (
        f"Words that deny or doubt what they name were left out: {'; '.join(parts)}. If one is meant as said, add it under "
        "'commodity_codes:' or 'values: {deposit_type: …}', or state the mineral without the doubt."
    )
    return [Note(source.id, "taken_back", text, int(hits.sum()), tuple(dict.fromkeys(columns)), tuple(rows[hits]))]


def status_notes(source: Source, cells: pd.DataFrame, fields: Mapping[str, pd.Series], rows: np.ndarray) -> list[Note]:
    """Tell rows that hold a waste while their status or remarks say that none was laid down, or that it is gone."""
    held = fields["mass_t"].gt(0) | fields["volume_m3"].gt(0) | ~fields["waste_type"].isin(["unknown", "none"])
    hits = np.zeros(len(rows), dtype=bool)
    columns: list[str] = []
    example = ""
    for name in ("status", "remarks", "name"):
        texts = fields[name]
        contrary = [
            text
            for text in texts[held].dropna().unique()
            if says_waste_is_gone(str(text))
            or (name == "status" and (is_not_there_yet(str(text)) or is_only_gone(str(text))))
            or (name != "name" and was_never_worked(str(text)))
        ]
        if contrary:
            hits |= (texts.isin(contrary) & held).to_numpy(dtype=bool)
            columns += mapped_columns(source, cells, name)
            example = example or str(contrary[0])[:80]
    if not hits.any():
        return []
    text = (
        f"A kind or an amount of waste is recorded in rows that say that none was laid down or it is gone (e.g. '{example}')."
        " What is recorded was read; leave such rows out with 'where:' if it is not there."
    )
    return [Note(source.id, "waste_taken_back", text, int(hits.sum()), tuple(columns), tuple(rows[hits]))]


def status_words_unknown(
    source: Source, cells: pd.DataFrame, fields: Mapping[str, pd.Series], rows: np.ndarray
) -> list[Note]:
    """Tell words of a status that are in no vocabulary where their rows hold a waste: they may say that it is planned or gone.

    What ``values`` translates is taken as meant. At most one note, ``status_not_understood``.
    """
    status = fields["status"]
    meant = set(source.values.get("status", {}).values())
    amounts = np.logical_or.reduce(
        [fields[name].gt(0).to_numpy(dtype=bool) for name in ("mass_t", "volume_m3", "area_m2")]
    )
    held = amounts | ~fields["waste_type"].isin(["unknown", "none"]).to_numpy(dtype=bool)
    unknown = [
        text
        for text in status[held].dropna().unique()
        if text not in meant and _WORD.search(str(text)) and not is_status_understood(str(text))
    ]
    if not unknown:
        return []
    hits = held & status.isin(unknown).to_numpy(dtype=bool)
    shown = ", ".join(f"'{str(text)[:40]}'" for text in unknown[:_SHOWN])
    text = (
        f"{len(unknown)} words of status are in no vocabulary ({shown}{', …' if len(unknown) > _SHOWN else ''}); what their rows "
        "hold was read as lying there. If one says that a waste is planned or gone, translate it under 'values: {status: …}'."
    )
    columns = tuple(mapped_columns(source, cells, "status"))
    return [Note(source.id, "status_not_understood", text, int(hits.sum()), columns, tuple(rows[hits]))]


_WORD = re.compile(r"[^\W\d_]")
