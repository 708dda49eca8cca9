"""Columns that say of rows that they are no samples that count: types, the sample a row repeats, a state of void or rejected."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from layers.cells.heading_grammar import parse_headings
from layers.readers.columns import as_text
from layers.readers.control_words import CODES, KINDS, OWN_CODES, OWN_SAMPLES, WORDS, plain

_MOST_WORDS = 20
_HEAD = 200
_PARENT = re.compile(
    r"(?i)(?:.*[\W_])?(?:(?:dup\w*|repl?\w*|check|split|copy|re-?assay|twin|doublon|duplicad[oa]|r[ée]plique)[\W_]*"
    r"(?:of|from|de|du|von|av|parent|orig\w*|sample|id|no|number|ref)*|parent[\W_]*\w*|orig(?:inal)?[\W_]*(?:sample\w*|id|no|number)"
    r"|(?:primary|mother)[\W_]*sample\w*)[\W_]*(?:sample\w*|id|no|number)?"
)
_NONE = frozenset(["", "-", "--", "0", "no", "n", "none", "na", "n/a", "nil", "false"])
_NAMED = 0.8
"""Least share of the cells of a column of parents that are ids of the table."""
_IS_ID = re.compile(r".*[^\W\d_].*\d.*|.*\d.*[^\W\d_].*|\d{4,}")
_STATE = re.compile(
    r"(?i).*(?:status|\bstat[eu]\b|estado|statut|valid|qual|flag|accept|disposition|comment|remark|q[ac](?![a-z])|type|class).*"
)
_OF_OTHERS = re.compile(
    r"(?i).*(?:mine|site|permit|claim|tenure|licen[cs]|project|hole|drill|dam|facility|owner|land).*"
)
"""What has a state of its own, that is not the sample's."""
_VOID = (
    r"(?:sample |result |analysis )?(?:void(?:ed)?|reject(?:ed)?|cancel+ed|invalid(?:ated)?|discarded|excluded|withdrawn|"
    r"superseded|obsolete|deleted|destroyed|contaminated|mislabel+ed|fail(?:ed)?)|do not use|not (?:valid|usable|reliable)|"
    r"not to be used|unreliable|annulee?s?|rejetee?s?|invalide|exclue?s?|anulad[oa]s?|rechazad[oa]s?|invalid[oa]|descartad[oa]s?|"
    r"rejeitad[oa]s?|cancelad[oa]s?|verworfen|ungultig|storniert|makulerad|forkastet|hylatty|avvist"
)
_FINE = (
    r"ok|okay|valid(?:ated|e|o|a)?|accept(?:ed|able)?|approved|final|good|pass(?:ed)?|used?|active|reported|released|"
    r"completed?|done|yes|y|no|n|received|checked|bon|bonne|accepte|valido|aceptado|gultig"
)
_YES, _NO = r"y|yes|true|1|x|oui|si|sim|ja", r"n|no|false|0|non|nao|nein"
_IS_VOID = re.compile(
    r"(?i)(?:is[\W_]*)?(?:void(?:ed)?|reject(?:ed)?|invalid|excluded?|cancel+ed|discarded|do[\W_]*not[\W_]*use)"
)
_IS_FINE = re.compile(
    r"(?i)(?:is[\W_]*)?(?:valid|accepted|approved|use[\W_]?(?:sample|result|it)?|usable|qc[\W_]*pass(?:ed)?)"
)


def rows_by_columns(
    cells: pd.DataFrame, sample_id: pd.Series | None, taken: Sequence[str] = (), spoken_for: Collection[str] = ()
) -> dict[str, dict[int, tuple[str, str]]]:
    """Return, by the column that says it, the rows that are controls, repeats of another row, or put aside.

    Parameters
    ----------
    cells : DataFrame
        Raw cells.
    sample_id : Series or None
        Ids of the samples.
    taken : sequence of str
        Columns whose words the run file translates, which are therefore meant.
    spoken_for : collection of str
        Columns the run file maps or ignores: they name no parents and no rejected rows.

    Returns
    -------
    dict of str to dict
        Column -> position -> reason code and reason.
    """
    by_column: dict[str, dict[int, tuple[str, str]]] = {}
    for heading in parse_headings([str(name) for name in cells.columns]):
        name = heading.text
        if name in taken:
            continue
        column = cells[name]
        rows = _of_type(name, column, heading.kind == "sample_type")
        if name not in spoken_for:
            rows = _repeats(name, column, sample_id) | _put_aside(name, column) | rows
        if rows:
            by_column[name] = rows
    return by_column


def _of_type(name: str, column: pd.Series, is_type: bool) -> dict[int, tuple[str, str]]:
    if not is_type and not _tells_controls(column):
        return {}
    words = as_text(column)
    plain_words = words.fillna("").map(plain)
    coded = is_type and _in_codes(plain_words)
    rows: dict[int, tuple[str, str]] = {}
    for code, pattern in KINDS.items():
        pattern = f"{pattern}|{CODES[code]}" if coded and code in CODES else pattern
        for position in _places(plain_words.str.fullmatch(pattern)):
            reason = f"{name} is '{words.iloc[position]}': the row is {WORDS[code]}, no sample of its own"
            rows.setdefault(position, (code, reason))
    return rows


def _repeats(name: str, column: pd.Series, sample_id: pd.Series | None) -> dict[int, tuple[str, str]]:
    """Return the rows whose cell, under a heading for the sample they repeat, is the id of another row."""
    if sample_id is None or not _PARENT.fullmatch(name):
        return {}
    ids = sample_id.fillna("").astype("str").str.strip().str.casefold()
    of = as_text(column).fillna("").astype("str").str.strip().str.casefold()
    of = of.where(~of.isin(_NONE) & (of != ids.to_numpy()), "")
    given = of[of != ""]
    if given.empty or given.isin(set(ids)).mean() < _NAMED or not given.map(_IS_ID.fullmatch).astype(bool).all():
        return {}
    first = {text: place for place, text in reversed(list(enumerate(ids)))}
    rows = {}
    for place in _places(of.isin(set(ids)) & (of != "")):
        parent = first[of.iloc[place]]
        if of.iloc[parent] == ids.iloc[place] and place < parent:  # each names the other: the first one stays
            continue
        reason = (
            f"{name} is '{column.iloc[place]}', the id of another row: the row is {WORDS['control_duplicate']} of it"
        )
        rows[place] = ("control_duplicate", reason)
    return rows


def _put_aside(name: str, column: pd.Series) -> dict[int, tuple[str, str]]:
    """Return the rows that a column of states, or one of yes and no, calls void, rejected or cancelled."""
    if not pd.api.types.is_string_dtype(column) or column.iloc[:_HEAD].nunique() > _MOST_WORDS:
        return {}
    distinct = [word for word in column.dropna().unique() if str(word).strip()]
    if not 0 < len(distinct) <= _MOST_WORDS:
        return {}
    words = {word: plain(str(word)) for word in distinct}
    wanted = f"(?:{_VOID})"
    if _IS_VOID.fullmatch(name) or _IS_FINE.fullmatch(name):
        yes_or_no = all(re.fullmatch(f"{_YES}|{_NO}", word) for word in words.values())
        wanted = (_YES if _IS_VOID.fullmatch(name) else _NO) if yes_or_no else wanted
    elif _OF_OTHERS.fullmatch(name) or not (
        _STATE.fullmatch(name) or all(re.fullmatch(f"{_VOID}|{_FINE}|{OWN_SAMPLES}", word) for word in words.values())
    ):
        return {}
    void = {word for word, text in words.items() if re.fullmatch(wanted, text)}
    return {
        place: ("control_void", f"{name} is '{column.iloc[place]}': the row is {WORDS['control_void']}")
        for place in (_places(column.isin(void)) if void else [])
    }


def _in_codes(words: pd.Series) -> bool:
    """Say whether a column of types holds codes: nothing else but those of controls, those of ordinary samples, and words."""
    distinct = [word for word in words.unique() if word]
    known = "|".join([*KINDS.values(), *CODES.values(), OWN_SAMPLES, OWN_CODES])
    return any(re.fullmatch(OWN_CODES, word) for word in distinct) and all(
        re.fullmatch(known, word) for word in distinct
    )


def _tells_controls(column: pd.Series) -> bool:
    """Say whether a column, whatever it is called, holds words of controls and of ordinary samples and nothing else."""
    if not pd.api.types.is_string_dtype(column):
        return False
    if column.iloc[:_HEAD].nunique() > _MOST_WORDS:
        return False
    distinct = column.dropna().unique()
    if not 1 < len(distinct) <= _MOST_WORDS:
        return False
    words = [plain(str(word)) for word in distinct if str(word).strip()]
    controls = [word for word in words if any(re.fullmatch(pattern, word) for pattern in KINDS.values())]
    ordinary = [word for word in words if re.fullmatch(OWN_SAMPLES, word)]
    return bool(controls) and bool(ordinary) and len(controls) + len(ordinary) == len(words)


def _places(marks: pd.Series) -> list[int]:
    return [int(position) for position in np.flatnonzero(marks.fillna(value=False).to_numpy(dtype=bool))]
