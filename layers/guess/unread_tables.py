"""Why a table is left out that seems to hold places or results: which column looks like them, and how to make it readable."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from layers.cells.heading_grammar import parse_headings
from layers.cells.headings import Heading
from layers.readers.columns import as_text

_ROWS = 200
_MOSTLY = 0.6
_MOST_DEGREES = 180
_SHOWN = 8
_ELEMENT = (
    r"(?:A[glsu]|B[aei]?|C[adeorsu]?|D[y]|E[ru]|F[e]?|G[ade]|H[fgo]|I[n]|K|L[aiu]|M[gno]|N[abdi]|P[br]?|R[b]|S[bceimnr]?|T[abhilm]|U|V|W|Y[b]?|"
    r"Z[nr])(?:\d?O\d{0,2})?|Lant\w+|Cer[iy]\w*|N[eé]od\w+|Ytt\w+|It\w*rio"
)
_PAIR = (
    r"\W*[-+]?\d{1,2}[.,]\d+\W*[NSns]?\s*[,;/ ]\s*\W*[-+]?\d{1,3}[.,]\d+\W*[EWOewo]?\W*|"
    r"\W*[-+]\d{2,3}[.,]\d+\s*[,;/ ]\s*\d{1,2}[.,]\d+\W*"
)
_GRID = r"(?i)\d{1,2}\s?[C-X]\s?[A-Z]{2}\s?\d{1,5}\s?\d{1,5}|\d{1,2}\s?[C-X]\s+\d{6}\D+\d{6,7}\D*|\d{6}\s?m?E?\W+\d{7}\s?m?N?.*"
_SQUARES = r"(?i)[HJNOST][A-HJ-Z]\s?(?:\d{2}\s?\d{2}|\d{3}\s?\d{3}|\d{4}\s?\d{4}|\d{5}\s?\d{5})"
"""References of the British grid: two letters of a square of 100 km, and metres within it, shortened."""
_KILOMETRES = r"(?i)(?:^|[\W_\d])km(?:$|[\W_\d])"
_POINTS = r"[-+]?\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?"


def why_left_out(cells: pd.DataFrame) -> str:
    """Say what keeps a table without places and results from being used.

    Parameters
    ----------
    cells : DataFrame
        Raw cells.

    Returns
    -------
    str
        For the list of files left out; names the column that comes nearest, if one does.
    """
    names = [str(name) for name in cells.columns]
    texts = {name: as_text(cells[name].head(_ROWS)).dropna().astype("str").str.strip() for name in names}
    headings = dict(zip(names, parse_headings(names), strict=True))
    for name, text in texts.items():
        if (place := _grid_reference(name, text, headings[name].kind)) is not None:
            return place
    worded = [
        name
        for name, text in texts.items()
        if headings[name].kind in ("result", "latitude", "longitude", "easting", "northing")
        and len(text)
        and pd.to_numeric(text.str.lstrip("<> "), errors="coerce").isna().mean() > 1 - _MOSTLY
    ]
    if worded:
        cell = texts[worded[0]].iloc[0]
        if _share(texts[worded[0]], _POINTS) > _MOSTLY:
            return f"'{worded[0]}' parts thousands with points ({cell}); state decimal_mark: ',' for this source, mapped by hand"
        what = f"'{worded[0]}' and {len(worded) - 1} more columns read" if len(worded) > 1 else f"'{worded[0]}' reads"
        return f"{what} like results or coordinates, but the cells hold more than numbers ({cell}); put units into the heading"
    axes = [name for name in names if headings[name].kind in ("latitude", "longitude") and len(texts[name])]
    if axes:
        return _no_degrees(axes, texts, {headings[name].kind for name in axes})
    far = [name for name in names if headings[name].kind in ("easting", "northing") and re.search(_KILOMETRES, name)]
    if far:
        return f"{' and '.join(map(repr, far))} are kilometres; write eastings and northings in metres"
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    nothing = f"it has neither coordinates nor laboratory results among its columns ({shown})"
    return _elements_in_rows(names, texts, headings) or nothing


def _grid_reference(name: str, text: pd.Series, kind: str) -> str | None:
    """Say that the cells of a column hold whole places; None where they do not."""
    if _share(text, _GRID) > _MOSTLY:
        return (
            f"'{name}' holds whole grid references ({text.iloc[0]}); give easting, northing and zone a column each, or map "
            "references of squares (18T UM 456 234) as grid_reference by hand"
        )
    if _share(text, _SQUARES) > _MOSTLY:
        return (
            f"'{name}' holds references of the British grid, or ids that look like them ({text.iloc[0]}); if they are places, "
            "map the column as grid_reference by hand"
        )
    if kind != "result" and _share(text, _PAIR) > _MOSTLY and not _share(text, r"[\d.]+") > _MOSTLY:
        return f"'{name}' holds two coordinates in one cell ({text.iloc[0]}); give each a column"
    return None


def _no_degrees(axes: list[str], texts: Mapping[str, pd.Series], kinds: set[str]) -> str:
    """Say why columns headed as latitude or longitude are none."""
    shown = f"{' and '.join(map(repr, axes))} hold no degrees"
    numbers = pd.to_numeric(texts[axes[0]], errors="coerce").abs()
    if numbers.le(_MOST_DEGREES).mean() > _MOSTLY and len(kinds) == 1:
        other = next(axis for axis in ("latitude", "longitude") if axis not in kinds)
        return (
            f"{', '.join(map(repr, axes))} is a {kinds.pop()} and no column is known as the {other}: map both by hand"
        )
    if numbers.le(_MOST_DEGREES).mean() > _MOSTLY:
        return f"{shown} of their own axis ({texts[axes[0]].iloc[0]}): were the two exchanged? Map them by hand"
    return f"{shown} ({texts[axes[0]].iloc[0]}); metres go under easting and northing"


def _elements_in_rows(names: list[str], texts: Mapping[str, pd.Series], headings: Mapping[str, Heading]) -> str | None:
    """Say that each row is a result or an element; None where symbols are commodities, as no numbers of results stand beside."""
    numbered = any(headings[name].kind == "result" and not headings[name].element for name in texts)
    for name, text in texts.items():
        if headings[name].kind == "commodity" or _share(text, _ELEMENT) <= _MOSTLY:
            continue
        if text.nunique() == len(text) and name == names[0]:
            return f"'{name}' names elements, so samples seem to stand in columns; turn it so that each row is a sample"
        if numbered:
            how = "write it as geochemistry with columns.analyte and columns.value"
            return f"'{name}' names elements, one result per row; {how}"
    return None


def _share(text: pd.Series, pattern: str) -> float:
    return float(text.str.fullmatch(pattern).mean()) if len(text) else 0.0
