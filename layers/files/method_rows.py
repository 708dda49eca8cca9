"""The row of methods that laboratories set over the names of a certificate of analysis, with nothing over the ids."""

from __future__ import annotations

from collections.abc import Sequence

from layers.cells.heading_grammar import parse_heading
from layers.cells.heading_tokens import tokens

_FEWEST = 3


def is_method_row(upper: Sequence[str], lower: Sequence[str], *, over_units: bool) -> bool:
    """Say whether a row holds methods and the row below it the names of the columns.

    Parameters
    ----------
    upper, lower : sequence of str
        Two rows of a grid, of which the lower one holds no numbers.
    over_units : bool
        Whether units stand below the lower one.

    Returns
    -------
    bool
        The upper row is filled but for its first cell, the lower one is full, and units stand below or the upper row names
        a method more than once (``,ME-MS81,ME-MS81`` over ``SAMPLE,La,Ce``). An index without a name has neither.
    """
    above, names = ([cell.strip() for cell in row] for row in (upper, lower))
    if not above or above[0] or len(names) < _FEWEST or len(above) < len(names):
        return False
    methods = above[1 : len(names)]
    if not all(methods) or not all(names):
        return False
    return over_units or (len(set(methods)) < len(methods) and len(set(names)) > len(set(above)))


def methods_above(groups: Sequence[str], columns: Sequence[str]) -> dict[str, str]:
    """Return the methods that stand over columns of results, of those whose own heading says none.

    Parameters
    ----------
    groups : sequence of str
        Cell above each column, those of merged cells repeated.
    columns : sequence of str
        Headings.

    Returns
    -------
    dict of str to str
        Column -> method as written. A cell of which a word is no method, such as ``Trace elements (ICP)``, says none.
    """
    methods = {group for group in set(groups) if group and all("methods" in word.readings for word in tokens(group))}
    return {
        column: group
        for column, group in zip(columns, groups, strict=True)
        if group in methods and (heading := parse_heading(column)).element is not None and heading.method is None
    }
