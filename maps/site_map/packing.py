"""Columns of sites as short texts: a page of ten thousand sites is a fifth smaller, and its data can still be read by eye."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

Number = float | int | None

_AS_THEY_ARE = ("id", "name", "aliases", "url", "x", "y")
_FROM_RANK = ("rank_low", "rank_high")
_LISTS = ("flags", "findings", "reasons", "relations")
_ROUND = re.compile(r"(?<![^,])(-?\d*[1-9])(0{3,})(?![^,])")
"""Whole numbers that end in three zeros or more; those with a point never do."""

_LETTER: dict[Number, str] = {None: "-", **dict(enumerate("0123456789abcdefghijklmnopqrstuvwxyz"))}


def packed_columns(columns: dict[str, list[Any]]) -> dict[str, Any]:
    """Return columns of numbers as texts that ``unpack`` in ``map_data.js`` reads.

    Numbers are separated by commas, and what is missing is nothing between two commas; sites of a column of lists are separated
    by semicolons. Where all are whole and below 36, ``=`` comes first, then a digit or letter per site (``-``: missing); where
    few values differ, ``~``, those values, a semicolon, and their place among them as such a letter.
    ``rank`` is told as the step from the site before, ``rank_low`` and ``rank_high`` as the steps from ``rank``.

    Parameters
    ----------
    columns : dict of str to list
        As `maps.site_map.site_columns.site_columns` gives them.
    """
    ranks = columns["rank"]
    before = [0, *ranks]
    packed_table: dict[str, Any] = {}
    for name, values in columns.items():
        if name in _AS_THEY_ARE:
            packed_table[name] = values
        elif name in _LISTS:
            packed_table[name] = ";".join(map(separated, values))
        elif name == "rank":
            packed_table[name] = packed(
                [None if rank is None else rank - last for rank, last in zip(ranks, before, strict=False)]
            )
        elif name in _FROM_RANK:
            packed_table[name] = packed(
                [None if value is None else value - rank for value, rank in zip(values, ranks, strict=True)]
            )
        else:
            packed_table[name] = packed_by_value(values)
    return packed_table


def packed(numbers: Sequence[Number]) -> str:
    """Return a column as ``=`` and one letter per number where that can be, else as `separated`."""
    if numbers and _LETTER.keys() >= set(numbers):
        return "=" + "".join([_LETTER[number] for number in numbers])
    return separated(numbers)


def packed_by_value(numbers: Sequence[Number]) -> str:
    """Return a column as its few distinct values and one letter per number where that is shorter, else as `packed`."""
    plain, distinct = packed(numbers), [number for number in dict.fromkeys(numbers) if number is not None]
    if plain.startswith("=") or not distinct or len(distinct) >= len(_LETTER):
        return plain
    place: dict[Number, Number] = {None: None, **{number: at for at, number in enumerate(distinct)}}
    by_value = f"~{separated(distinct)};" + "".join([_LETTER[place[number]] for number in numbers])
    return min(by_value, plain, key=len)


def separated(numbers: Sequence[Number]) -> str:
    """Return numbers separated by commas, missing ones as nothing, round ones with an exponent (``62e5``)."""
    text = str(list(numbers))[1:-1].replace(", ", ",").replace("None", "")
    return _ROUND.sub(_short, text) if "000" in text else text


def _short(match: re.Match[str]) -> str:
    return f"{match[1]}e{len(match[2])}"
