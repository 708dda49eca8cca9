"""Columns of sites as short texts: a page of ten thousand sites is half as large."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import Any

Number = float | int | None

_TEXTS = ("id", "name", "aliases", "url")
_FROM_RANK = ("rank_low", "rank_high")
_LISTS = {"flags": 1, "findings": 2, "reasons": 2, "relations": 3}
"""Columns of lists, and how many numbers tell one thing in them."""

_ROUND = re.compile(r"(?<![^,])(-?\d*[1-9])(0{3,})(?![^,])")
"""Whole numbers that end in three zeros or more; those with a point never do."""

_LETTER: dict[Number, str] = {None: "-", **dict(enumerate("0123456789abcdefghijklmnopqrstuvwxyz"))}
DIGITS = "".join(chr(code) for code in range(35, 127) if chr(code) not in "&'<>\\,;")
"""Digits of places: all that stand for themselves in JSON and HTML."""

_WIDEST = 4
_PART = re.compile(r"\d+|[^\d ]+ ?| ")
_OFTEN = 3
"""A part of texts that stands in so many places is told by its number."""

_SEPARATORS = (*"|~^", *map(chr, range(0x2500, 0x2600)))


def packed_columns(columns: dict[str, list[Any]]) -> dict[str, Any]:
    """Return columns as texts that ``unpack`` in ``map_data.js`` reads.

    Numbers are told as `packed_by_value` does, texts as `packed_texts`, lists as `packed_lists`. ``rank`` is told as the step
    from the site before, ``rank_low`` and ``rank_high`` as the steps from ``rank``.

    Parameters
    ----------
    columns : dict of str to list
        As `maps.site_map.site_columns.site_columns` gives them.
    """
    ranks = columns["rank"]
    before = [0, *ranks]
    packed_table: dict[str, Any] = {}
    for name, values in columns.items():
        if name in _TEXTS:
            packed_table[name] = packed_texts(values)
        elif name in _LISTS:
            packed_table[name] = packed_lists(values, _LISTS[name])
        elif name == "rank":
            packed_table[name] = packed_by_value(
                [None if rank is None else rank - last for rank, last in zip(ranks, before, strict=False)]
            )
        elif name in _FROM_RANK:
            packed_table[name] = packed_by_value(
                [None if value is None else value - rank for value, rank in zip(values, ranks, strict=True)]
            )
        else:
            packed_table[name] = packed_by_value(values)
    return packed_table


def packed_texts(texts: list[str | None]) -> dict[str, Any]:
    """Return texts by their parts (figures, words): often repeated ones by number, the others as they are, in their order.

    Returns
    -------
    dict
        ``words``: the parts with a number; ``counts``: parts of each text and one more, missing ones 0; ``places``: the number
        of each part, missing for one that stands in ``rest``, whose first letter parts it.
    """
    parts = [None if text is None else _PART.findall(text) for text in texts]
    every = list(chain.from_iterable(part for part in parts if part))
    words = [word for word, count in Counter(every).most_common(len(DIGITS) ** 2 - 1) if count >= _OFTEN]
    number = {word: place for place, word in enumerate(words)}
    others = [part for part in every if part not in number]
    letters = set("".join(others))
    between = next(letter for letter in _SEPARATORS if letter not in letters)
    return {
        "words": words,
        "counts": packed_by_value([0 if part is None else len(part) + 1 for part in parts]),
        "places": packed_by_value([number.get(part) for part in every]),
        "rest": between + between.join(others),
    }


def packed_lists(lists: list[list[Number]], size: int) -> list[str]:
    """Return lists whose every ``size`` numbers tell one thing: how many things, then the first number of all, the second ..."""
    flat = list(chain.from_iterable(lists))
    counts = packed_by_value([len(things) // size for things in lists])
    return [counts, *(packed_by_value(flat[at::size]) for at in range(size))]


def packed(numbers: Sequence[Number]) -> str:
    """Return a column as ``=`` and a letter per number (``-``: missing) where all are whole and below 36, else as `separated`."""
    if numbers and _LETTER.keys() >= set(numbers):
        return "=" + "".join([_LETTER[number] for number in numbers])
    return separated(numbers)


def packed_by_value(numbers: Sequence[Number]) -> str:
    """Return a column as the shortest of three texts.

    As `packed`; as ``~``, its distinct values, a semicolon and the place of each among them; where all are whole as ``#``, the
    width of a place, the least, a semicolon and how far each is above the least. Places count from 1 in `DIGITS`, 0 is missing;
    those of values are two digits wide where there are as many values as digits or more.
    """
    plain, distinct = packed(numbers), [number for number in dict.fromkeys(numbers) if number is not None]
    if plain.startswith("=") or not distinct:
        return plain
    ways = [plain]
    if len(distinct) < len(DIGITS) ** 2:
        at: dict[Number, int] = {None: 0, **{number: place for place, number in enumerate(distinct, 1)}}
        ways.append(f"~{separated(distinct)};" + _places([at[number] for number in numbers], _width(len(distinct))))
    least, most = min(distinct), max(distinct)
    if all(isinstance(number, int) for number in distinct) and _width(int(most - least) + 1) <= _WIDEST:
        steps = [0 if number is None else int(number - least) + 1 for number in numbers]
        width = _width(max(steps))
        ways.append(f"#{width},{least};" + _places(steps, width))
    return min(ways, key=len)


def _width(largest: int) -> int:
    width = 1
    while largest >= len(DIGITS) ** width:
        width += 1
    return width


def _places(places: list[int], width: int) -> str:
    powers = [len(DIGITS) ** power for power in reversed(range(width))]
    return "".join([DIGITS[place // power % len(DIGITS)] for place in places for power in powers])


def separated(numbers: Sequence[Number]) -> str:
    """Return numbers separated by commas, missing ones as nothing, round ones with an exponent (``62e5``)."""
    text = str(list(numbers))[1:-1].replace(", ", ",").replace("None", "")
    return _ROUND.sub(_short, text) if "000" in text else text


def _short(match: re.Match[str]) -> str:
    return f"{match[1]}e{len(match[2])}"
