"""The size of print at which each of the two parts of a brief fits its page, on A4 and on Letter paper."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from maps import words

LARGEST_PT, SMALLEST_PT = 9.2, 6.2
STEPS = 7
"""Halvings of the range of sizes."""

PAGE_MM = 263.0
"""Between the margins of Letter paper, the shorter one."""

FIRST_PAGE_MM = 254.0
"""The same less what the estimate of a page of tables may fall short by."""

WIDE_MM = 187.0
"""Between the margins of A4 paper, the narrower one."""

BESIDE_MAP_MM, MAP_MM, HEADER_MM = 83.0, 65.0, 17.0
"""The column beside the map; the map; the header above both. None of them grows with the print."""

KEY_WIDTH_MM, SIGN_MM = 100.0, 14.0
"""Width of the key beneath the map, and of the sign and the space around each of its words."""

COLUMN_MM, ITEM_MM = 90.0, 85.0
"""One of two columns, and an item of a list in it."""

LINES_TO_WRITE_MM = 22.0
LETTER, DIGIT = 0.5, 0.57
"""Widths of a letter and of a digit in sizes of print, in a wide font such as Noto Sans."""

MM_PER_PT = 25.4 / 72
LEADING, HEADING, GAP = 1.2, 1.9, 0.32
"""Height of a line in sizes of print; of a heading and of the gap around a row or a paragraph in lines."""

SMALL = 0.93
"""Notes, notices and what stands beneath a name, in sizes of print."""

COLUMNS: dict[bool, dict[str, float]] = {
    True: {
        "number": 3,
        "name": 19,
        "distance": 10,
        "rank": 9.5,
        "judged": 17,
        "amount": 13,
        "contained": 10.5,
        "cautions": 18,
    },
    False: {"number": 3, "name": 27, "distance": 10, "rank": 12, "judged": 20, "cautions": 28},
}
"""Shares of the width in % that columns of a short table have in print, with and without amounts."""

HEADS = {"rank": "rank", "judged": "brief_judged_head", "amount": "amount", "contained": "brief_contained_head"}


def print_sizes(content: dict[str, Any], questions: Sequence[str], steps: Sequence[str]) -> tuple[float, float]:
    """Return the sizes in points for the first and the second page.

    Parameters
    ----------
    content : dict
        What the template of a brief prints in one language.
    questions, steps : sequence of str
        Keys of the words of the questions and of the next steps.
    """
    if not content["tables"]:
        return LARGEST_PT, LARGEST_PT
    first = _fitting(lambda pt: _first_mm(content, pt), FIRST_PAGE_MM)
    return first, _fitting(lambda pt: _second_mm(content, questions, steps, pt), PAGE_MM)


def _fitting(height_mm: Callable[[float], float], page_mm: float) -> float:
    """Return the largest size at which a page holds its content."""
    if height_mm(LARGEST_PT) <= page_mm:
        return LARGEST_PT
    low, high = SMALLEST_PT, LARGEST_PT
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if height_mm(middle) <= page_mm else (low, middle)
    return round(low - 0.005, 2)


def _lines(text: str, width_mm: float, pt: float) -> int:
    """Return how many lines a text takes; marks of new lines count."""
    digits = sum(letter.isdigit() for letter in text)
    wide = DIGIT if 3 * digits >= len(text) else LETTER
    letters = max(3, int(width_mm / (pt * MM_PER_PT * wide)))
    return sum(len(textwrap.wrap(line, letters)) or 1 for line in text.split("\n"))


def _mm(lines: float, pt: float) -> float:
    return lines * pt * MM_PER_PT * LEADING


def _paragraphs(texts: Iterable[str], width_mm: float, pt: float) -> float:
    return sum(_lines(text, width_mm, pt) + GAP / 2 for text in texts)


def _first_mm(content: dict[str, Any], pt: float) -> float:
    sure = f"{content['plain_verdict']} {content['sure']}"
    column = 2 * HEADING + _paragraphs(content["summary"], BESIDE_MAP_MM, pt * 1.1) * 1.1
    column += _paragraphs([sure, *content["amounts"]], BESIDE_MAP_MM, pt)
    key = _mm(_key_lines([text for _, text in content["key"]], pt) * SMALL * 1.15, pt)
    key += (
        _mm(_lines(content["outline_note"], KEY_WIDTH_MM, pt * SMALL) * SMALL, pt) if content["outline_note"] else 0.0
    )
    top = max(MAP_MM + key, _mm(column, pt))
    note = f"{content['rank_note']} {content['distance_note']} {content['road_note']}"
    columns = {name: share / 100 * WIDE_MM - 2.6 for name, share in COLUMNS[content["amounts_known"]].items()}
    heads = {name: words.word(key, content["lang"]) for name, key in HEADS.items() if name in columns}
    tables = GAP + max(_lines(head, columns[name], pt * 1.05) for name, head in heads.items())
    tables += sum(HEADING + sum(_row_lines(row, columns, pt) + GAP for row in rows) for _, rows in content["tables"])
    return HEADER_MM + top + _mm(tables + SMALL * _lines(note, WIDE_MM, pt * SMALL) + GAP, pt)


def _key_lines(texts: Sequence[str], pt: float) -> int:
    """Return how many lines the key of the map takes; none of its items is parted."""
    lines, left_mm = 1, KEY_WIDTH_MM
    for text in texts:
        wide = SIGN_MM + len(text) * pt * SMALL * MM_PER_PT * LETTER
        lines, left_mm = (lines, left_mm - wide) if wide <= left_mm else (lines + 1, KEY_WIDTH_MM - wide)
    return lines


def _row_lines(row: dict[str, Any], columns: dict[str, float], pt: float) -> float:
    lines = {name: _lines(str(row[name]), wide, pt) for name, wide in columns.items()}
    about = _lines(row["about"], columns["name"], pt * SMALL) if row["about"] else 0
    lines["rank"] += _lines(f"({row['band']})", columns["rank"], pt * SMALL) if row["band"] else 0
    return max(lines.pop("name") + about, *lines.values())


def _second_mm(content: dict[str, Any], questions: Sequence[str], steps: Sequence[str], pt: float) -> float:
    lang = content["lang"]
    asked, next_steps = ([words.word(key, lang) for key in keys] for keys in (questions, steps))

    def listed(texts: Iterable[str]) -> float:
        return sum(_lines(text, ITEM_MM, pt) + 0.02 for text in texts) + GAP

    liability = HEADING + listed(content["cautions"] or [words.word("cautions_none", lang)])
    liability += _paragraphs(content["liability"], COLUMN_MM, pt)
    permits = HEADING + listed(content["permits"]) + _lines(content["speak_head"], COLUMN_MM, pt * 1.06) + GAP
    permits += listed(content["speak_first"])
    others = [content["other_targets"]] if content["other_targets"] else []
    lists = (asked, next_steps, *others, content["unknown"])
    sections = [_mm(lines, pt) for lines in (liability, permits, *(HEADING + listed(texts) for texts in lists))]
    sections.append(_mm(2 * HEADING, pt) + LINES_TO_WRITE_MM)
    columns_mm = min(max(sum(sections[:at]), sum(sections[at:])) for at in range(1, len(sections)))
    notices = _paragraphs(content["notices"], WIDE_MM - 6, pt * SMALL) + 3 * GAP
    closing = _lines(content["sources"] + " " * 40, WIDE_MM, pt * SMALL)
    return columns_mm + _mm(SMALL * (notices + closing), pt) + 4
