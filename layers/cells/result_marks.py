"""Marks beside results, in a column of their own: which mean below or above a limit, which that there is no result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.cells.assays import BELOW_WORDS, Cells

UNUSABLE = frozenset({"R", "UR", "REJ", "REJECTED", "JR", "RR", "X-REJ"})
"""Marks of results that validation rejected."""
ESTIMATES = frozenset(
    {
        "J",
        "J+",
        "J-",
        "JD",
        "D",
        "E",
        "EST",
        "=",
        "NJ",
        "H",
        "P",
        "-",
        ".",
        "OK",
        "V",
        "A",
        "PASS",
        "0",
        "NAN",
        "NONE",
        "NA",
        "C",
    }
)
"""Marks that leave a result as it is: estimated, diluted, held too long, confirmed."""
_YES = frozenset(["Y", "YES", "T", "TRUE", "1", "1.0", "OUI", "SI", "SÍ", "SIM", "JA"])
_NO = frozenset(["N", "NO", "F", "FALSE", "0", "0.0", "NON", "NÃO", "NAO", "NEIN", "NEJ", "NEI"])
_NOT_FOUND = re.compile(
    r"(?i)(?:^|[^a-z])(?:b\.?d\.?l|bld|lt|nd|below\w*|cens\w*|(?:non?|not|un)[\s_-]?det\w*)(?:$|[^a-z])|<|bdl|nondet|censor"
)
_FOUND = re.compile(r"(?i)(?:^|[^a-z])(?:det|hit)(?:ect\w*)?(?:$|[^a-z])|detect")


def as_marks(column: pd.Series, heading: str) -> pd.Series:
    """Return a column of marks in which yes and no stand as the marks that its heading makes of them.

    Parameters
    ----------
    column : Series
        Marks as they stand.
    heading : str
        Of that column: ``U_BDL`` asks whether a result is below its limit, ``detected`` whether it is not.

    Returns
    -------
    Series
        ``<`` and ``=`` for yes and no. Where the heading does not tell what is answered they become marks that no list holds,
        never ``N`` for "not detected".
    """
    text = column.astype("str").str.strip().str.upper().where(column.notna(), "")
    words = set(text.unique()) - {""}
    if not words or not words <= _YES | _NO:
        return column
    if _NOT_FOUND.search(heading):
        yes, no = "<", "="
    elif _FOUND.search(heading):
        yes, no = "=", "<"
    elif words & _YES:
        return text.where(text == "", text + "?")
    else:
        return column
    return text.map(lambda word: word if not word else yes if word in _YES else no)


def apply_qualifiers(
    cells: Cells, qualifier: pd.Series, declared_limit: float = np.nan, *, validated: bool = False
) -> Cells:
    """Let a column of marks beside the values say which of them are censored.

    Parameters
    ----------
    cells : Cells
        The values; under a mark the number is the limit.
    qualifier : Series
        ``<``, ``L`` or ``N``: below; ``>`` or ``G``: above; ``R``: rejected at validation, no result; ``B`` over no number: not
        analysed (USGS), over one: also in the blank. Other marks do not change a value; see `unknown_marks`.
    declared_limit : float
        Limit where the number under a ``<`` is 0 or missing.
    validated : bool
        Whether the marks are of a validation; see `of_a_validation`.

    Returns
    -------
    Cells
    """
    signs = mark_signs(qualifier, validated=validated)
    below, above = signs == "<", signs == ">"
    none = (signs == "x") | ((signs == "b") & ~(cells.value > 0))
    value, limit, censored = cells.value.copy(), cells.limit.copy(), cells.censored.copy()
    given = np.where(np.isfinite(value) & (value > 0), value, declared_limit)
    marked = below | above
    limit[marked] = np.where(np.isfinite(limit[marked]), limit[marked], given[marked])
    censored[below], censored[above] = -1, 1
    value[marked | none] = np.nan
    return Cells(value, limit, censored, cells.unreadable, cells.negatives)


_PLAIN_MARKS = frozenset(["<", "U", "UJ", "UR", "ND"])


def of_a_validation(marks: Iterable[pd.Series]) -> bool:
    """Say whether columns of marks hold those of a validation of data (US EPA 540-R-20-006), where L and N are no limits.

    There ``L`` is a result that may be too low and ``N`` an element found by presumption; in tables of the US Geological
    Survey both mean that nothing was found.
    """
    words = (str(word).strip().upper() for column in marks for word in column.dropna().unique())
    return not _VALIDATION.isdisjoint(words)


_VALIDATION = frozenset(["U", "UJ", "UR", "J", "J+", "J-", "NJ"])
_OF_ONE_SURVEY = frozenset(["L", "N"])


def mark_signs(marks: pd.Series, *, validated: bool = False) -> npt.NDArray[np.object_]:
    """Return per mark beside a result ``<``, ``>``, ``x`` where it says that there is no result, or nothing.

    Parameters
    ----------
    marks : Series
        As `apply_qualifiers` reads them; words that mean below a limit in a cell do so beside one.
    validated : bool
        Whether the marks are of a validation; see `of_a_validation`.
    """
    mark = marks.astype("str").str.strip().str.upper().where(marks.notna(), "")
    signs = np.full(len(mark), "", dtype=object)
    plain = {"<", "≤", "L", "N", "U", "UJ", "<L"} - (_OF_ONE_SURVEY if validated else set())
    below = mark.isin(plain) | mark.str.casefold().isin(BELOW_WORDS)
    signs[below.to_numpy(dtype=bool)] = "<"
    signs[mark.isin({">", "≥", "G"}).to_numpy(dtype=bool)] = ">"
    signs[(mark == "B").to_numpy(dtype=bool)] = "b"
    signs[mark.isin(UNUSABLE).to_numpy(dtype=bool)] = "x"
    return signs


def holds_marks(column: pd.Series, *, sure: bool) -> bool:
    """Say whether a column holds marks of results and nothing else; unless ``sure``, one of them such as no other word is."""
    words = [] if pd.api.types.is_numeric_dtype(column) else column.dropna().unique().tolist()
    marks = {mark for word in words if (mark := str(word).strip().upper())}
    if not marks or not (sure or marks & _PLAIN_MARKS):
        return False
    known = pd.Series(sorted(marks - ESTIMATES), dtype="str")  # of whichever set
    return bool((mark_signs(known) != "").all())


def unknown_marks(
    marks: pd.Series, results: pd.Series, *, validated: bool = False
) -> Iterator[tuple[str, str, list[int]]]:
    """Yield marks a person should know of: a note code, the mark, and the positions where it stands beside a result.

    Parameters
    ----------
    marks, results : Series
        Of the same rows.
    validated : bool
        Whether the marks are of a validation; see `of_a_validation`.

    Yields
    ------
    tuple
        ``result_unusable`` for results rejected at validation, ``mark_unknown`` for marks that no list holds.
    """
    mark = marks.astype("str").str.strip().str.upper().where(marks.notna() & results.notna(), "")
    signs = mark_signs(mark, validated=validated)
    for text, at in mark.reset_index(drop=True).groupby(mark.to_numpy(dtype=object)).indices.items():
        places, sign = [int(position) for position in at], signs[at[0]]
        if not text:
            continue
        if sign == "x":
            yield "result_unusable", str(text), places
        elif sign in ("", "b") and text not in ESTIMATES:
            yield "mark_unknown", str(text), places
