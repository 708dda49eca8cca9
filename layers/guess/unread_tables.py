"""Why a table is left out that seems to hold places or results: which column looks like them, and how to make it readable."""

from __future__ import annotations

import pandas as pd

from layers.cells.heading_grammar import parse_headings
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
_GRID = r"(?i)\d{1,2}\s?[C-X]\s?[A-Z]{2}\s?\d{4,10}|\d{1,2}\s?[C-X]\s+\d{6}\D+\d{6,7}\D*|\d{6}\s?m?E?\W+\d{7}\s?m?N?.*"
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
        if _share(text, _GRID) > _MOSTLY:
            return (
                f"'{name}' holds whole grid references ({text.iloc[0]}); give easting, northing and zone a column each"
            )
        if headings[name].kind != "result" and _share(text, _PAIR) > _MOSTLY and not _share(text, r"[\d.]+") > _MOSTLY:
            return f"'{name}' holds two coordinates in one cell ({text.iloc[0]}); give each a column"
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
        shown = f"{' and '.join(map(repr, axes))} hold no degrees"
        numbers = pd.to_numeric(texts[axes[0]], errors="coerce").abs()
        kinds = {headings[name].kind for name in axes}
        if numbers.le(_MOST_DEGREES).mean() > _MOSTLY and len(kinds) == 1:
            other = next(axis for axis in ("latitude", "longitude") if axis not in kinds)
            return f"{', '.join(map(repr, axes))} is a {kinds.pop()} and no column is known as the {other}: map both by hand"
        if numbers.le(_MOST_DEGREES).mean() > _MOSTLY:
            return f"{shown} of their own axis ({texts[axes[0]].iloc[0]}): were the two exchanged? Map them by hand"
        return f"{shown} ({texts[axes[0]].iloc[0]}); metres go under easting and northing"
    for name, text in texts.items():
        if _share(text, _ELEMENT) > _MOSTLY:
            if text.nunique() == len(text):
                return f"'{name}' names elements, so samples seem to stand in columns; turn it so that each row is a sample"
            return f"'{name}' names elements, one result per row; write it as geochemistry with columns.analyte and columns.value"
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return f"it has neither coordinates nor laboratory results among its columns ({shown})"


def _share(text: pd.Series, pattern: str) -> float:
    return float(text.str.fullmatch(pattern).mean()) if len(text) else 0.0
