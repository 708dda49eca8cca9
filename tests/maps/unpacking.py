"""Columns of a map's sites read back, as its page reads them."""

from __future__ import annotations

import itertools
from typing import Any

from maps.site_map.packing import DIGITS


def unpack(columns: dict[str, Any]) -> None:
    """Turn packed columns into what they hold, as the page does."""
    for name, column in columns.items():
        columns[name] = (
            column_of(column)
            if isinstance(column, str)
            else lists_of(column)
            if isinstance(column, list)
            else texts_of(column)
        )
        assert len(columns[name]) == len(columns["id"]), name
    rank = 0
    for place, step in enumerate(columns["rank"]):
        if step is not None:
            columns["rank"][place] = rank = rank + step
    for name in {"rank_low", "rank_high"} & set(columns):
        columns[name] = [
            None if one is None else one + at for one, at in zip(columns[name], columns["rank"], strict=True)
        ]


def column_of(text: str) -> list[Any]:
    if text == "":
        return []
    if text.startswith("="):
        return [None if one == "-" else int(one, 36) for one in text[1:]]
    if text.startswith(("~", "#")):
        told, places = text[1:].split(";")
        head = commas(told)
        width = head[0] if text.startswith("#") else 1 if len(head) < len(DIGITS) else 2
        values = ["".join(one) for one in zip(*[iter(places)] * width, strict=True)]
        numbers = [
            sum(DIGITS.index(one) * len(DIGITS) ** at for at, one in enumerate(reversed(value))) for value in values
        ]
        return [None if at == 0 else head[at - 1] if text[0] == "~" else head[1] + at - 1 for at in numbers]
    return commas(text)


def commas(text: str) -> list[Any]:
    return [
        None if one == "" else int(float(one)) if float(one).is_integer() else float(one) for one in text.split(",")
    ]


def lists_of(column: list[str]) -> list[list[Any]]:
    things = iter(list(zip(*map(column_of, column[1:]), strict=True)))
    return [[number for _ in range(count) for number in next(things)] for count in column_of(column[0])]


def texts_of(column: dict[str, Any]) -> list[str | None]:
    rest = iter(column["rest"][1:].split(column["rest"][0]))
    places = iter(column_of(column["places"]))
    return [
        None
        if count == 0
        else "".join(next(rest) if at is None else column["words"][at] for at in itertools.islice(places, count - 1))
        for count in column_of(column["counts"])
    ]
