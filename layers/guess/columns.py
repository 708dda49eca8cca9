"""Guess what the columns of one table mean, from their names and from what stands in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from layers.cells.amounts_beside import beside_the_waste
from layers.cells.angles import parse_angle
from layers.cells.heading_grammar import parse_heading
from layers.cells.missing_words import MISSING_WORDS, NOT_STATED
from layers.cells.utm import ZONE
from layers.guess.amount_choice import AMOUNTS, ORE, best_first, measures_waste, rivals
from layers.guess.axis_headings import AXES, is_of_an_axis, speaks_of_another
from layers.guess.axis_pairs import axis_pairs
from layers.guess.contents import UNSURE, Contents, by_contents, share_of_squares
from layers.guess.generated_ids import may_mean
from layers.guess.numbers import SAMPLE_ROWS, numbers, share_of_numbers
from layers.guess.place_choice import nearest_first, other_places
from layers.guess.words import HOLDING, KIND_WORDS, WHOLE, plain
from layers.readers.columns import as_text
from layers.readers.whole_degrees import is_part
from layers.text import fold

WHOLE_NAME, PART_OF_NAME = 0.9, 0.7
"""Confidence of a heading that is known as a whole, and of one that only holds a known word or is one cut short."""

SEVERAL = ("commodities", "minerals", "remarks", "aliases", "territory_other_names")
"""Layer columns that may be spread over several columns of a file."""

_MOSTLY_WORDS, _MOSTLY_SQUARES = 0.5, 0.8
_MOST_ANALYSES = 10_000
_SPAN = r"\b1[89]\d\d\s*(?:-|–|to|à|a)\s*(?:1[89]|20)?\d\d(?![-/.\d])"


@dataclass(frozen=True)
class Fact:
    """One thing a source's description says, with what it rests on.

    Parameters
    ----------
    value : object
        As it goes into the run file.
    reason : str
        What in the file's names or contents says so.
    confidence : float
        0-1. The words printed beside it: sure from 0.9, likely from 0.7.
    rivals : tuple of str
        Columns that may be meant as well as the one chosen.
    """

    value: Any
    reason: str
    confidence: float
    rivals: tuple[str, ...] = ()


@dataclass
class Guess:
    """What is thought of one file, layer or sheet.

    Parameters
    ----------
    id, path : str
        Of the source to be.
    facts : dict of str to Fact
        Dotted key of the run file (``role``, ``columns.name``) -> what is thought, in the order written.
    questions : dict of str to str
        Dotted key -> question that nothing in the file answers.
    left_out : str or None
        Why nothing of it is used.
    remarks : list of str
        Further sentences for the reader of the run file.
    """

    id: str
    path: str
    facts: dict[str, Fact] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    left_out: str | None = None
    remarks: list[str] = field(default_factory=list)

    def say(self, key: str, value: Any, reason: str, confidence: float) -> None:
        """Record a fact."""
        self.facts[key] = Fact(value, reason, confidence)

    def ask(self, key: str, question: str) -> None:
        """Record a question; it outweighs a fact under the same key."""
        self.facts.pop(key, None)
        self.questions[key] = question

    def value(self, key: str) -> Any:
        """Return a fact's value, None where there is none."""
        return self.facts[key].value if key in self.facts else None


def guess_columns(
    cells: pd.DataFrame, wanted: Sequence[str], decimal_mark: str = ".", laboratory: Sequence[str] = ()
) -> dict[str, Fact]:
    """Guess which columns of a file hold which columns of a layer.

    Parameters
    ----------
    cells : DataFrame
        Raw cells.
    wanted : sequence of str
        Layer columns, the more important first: a column of the file is given away once.
    decimal_mark : str
        Of numbers written as text.
    laboratory : sequence of str
        Columns of results, which are no coordinates or ids whatever stands in them.

    Returns
    -------
    dict of str to Fact
        Layer column -> column name, or list of names where several columns serve. What the contents contradict is not there.
    """
    names = {str(name): plain(str(name)) for name in cells.columns if cells[name].notna().any()}
    pairs = axis_pairs(names)
    facts: dict[str, Fact] = {}
    taken: set[str] = set()
    for layer_column in wanted:
        candidates = _candidates(
            layer_column,
            {name: heading for name, heading in names.items() if name not in taken},
            pairs,
        )
        fitting = [
            (name, confidence)
            for name, confidence in candidates
            if _fits(layer_column, cells[name], decimal_mark) and may_mean(layer_column, name, cells[name])
        ]
        if not fitting:
            continue
        if layer_column == "name":
            fitting = _most_different(cells, fitting)
        beside: tuple[str, ...] = ()
        if layer_column in (*AMOUNTS, *ORE):
            fitting = best_first(layer_column, fitting)
            beside = rivals(layer_column, fitting, cells, decimal_mark)
            fitting = [fitting[0], *(candidate for candidate in fitting if candidate[0] in beside)]
        if layer_column in AXES:
            fitting = [candidate for candidate in fitting if not is_part(candidate[0], cells)]
            if not fitting:
                continue
            pair = facts.get({"longitude": "latitude", "northing": "easting"}.get(layer_column, ""))
            fitting = nearest_first(fitting, None if pair is None else str(pair.value))
            beside = other_places(fitting, cells, decimal_mark)
        best = fitting[0][1]
        if layer_column in SEVERAL:
            chosen = [name for name, _ in sorted(fitting, key=lambda candidate: list(names).index(candidate[0]))]
            value: str | list[str] = chosen[0] if len(chosen) == 1 else chosen
        else:
            chosen = [fitting[0][0]]
            value = chosen[0]
        taken |= set(chosen)
        reason = "heading and contents" if layer_column in _CHECKED else "heading"
        facts[layer_column] = Fact(value, f"{reason}{_others(layer_column, chosen, fitting)}", best, beside)
    _one_axis_is_none(facts, pairs)
    _spans(cells, wanted, facts, taken)
    placed = [name for name in names if is_of_an_axis(name)] if set(AXES) & set(facts) else []
    rest = [wanted_field for wanted_field in wanted if wanted_field not in facts]
    for layer_column, named in by_contents(cells, rest, [*taken, *laboratory, *placed], decimal_mark).items():
        value = named if layer_column in SEVERAL and len(named) > 1 else named[0]
        facts[layer_column] = Fact(value, "what stands in it; its heading says nothing", UNSURE)
    return facts


def _one_axis_is_none(facts: dict[str, Fact], pairs: Mapping[str, str]) -> None:
    """Drop an X without a Y, and a Y without an X: ``Y`` beside other coordinates is yttrium."""
    for axes in (("longitude", "latitude"), ("easting", "northing")):
        lettered = [axis for axis in axes if axis in facts and _lettered(str(facts[axis].value), pairs)]
        if len(lettered) == 1 and (plain(str(facts[lettered[0]].value)) in "xy" or not set(axes) <= set(facts)):
            del facts[lettered[0]]


def _lettered(name: str, pairs: Mapping[str, str]) -> bool:
    return name in pairs or plain(name) in ("x", "y")


def _most_different(cells: pd.DataFrame, fitting: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Put the heading first under which most rows have a name of their own: a deposit before the mine it belongs to."""
    best = [name for name, confidence in fitting if confidence == fitting[0][1]]
    different = {name: int(as_text(cells[name]).nunique()) for name in best}
    first = max(best, key=lambda name: different[name])
    if different[first] < 1.2 * different[best[0]]:
        return fitting
    return sorted(fitting, key=lambda candidate: candidate[0] != first)


def _spans(cells: pd.DataFrame, wanted: Sequence[str], facts: dict[str, Fact], taken: set[str]) -> None:
    """Find a column of spans of years, which says both the first and the last."""
    if not {"first_year", "last_year"} <= set(wanted) or "first_year" in facts or "last_year" in facts:
        return
    for name in map(str, cells.columns):
        if name in taken or pd.api.types.is_numeric_dtype(cells[name]):
            continue
        text = as_text(cells[name].head(SAMPLE_ROWS)).dropna()
        if len(text) and float(text.str.contains(_SPAN).mean()) > 0.4:
            for year_field in ("first_year", "last_year"):
                facts[year_field] = Fact(name, "spans of years", PART_OF_NAME)
            taken.add(name)
            return


def _others(layer_column: str, chosen: Sequence[str], fitting: Sequence[tuple[str, float]]) -> str:
    if layer_column in SEVERAL:
        return ""
    others = [name for name, confidence in fitting if name not in chosen and confidence == fitting[0][1]]
    return f"; {', '.join(others[:3])} would fit as well" if others else ""


def _candidates(layer_column: str, names: Mapping[str, str], pairs: Mapping[str, str]) -> list[tuple[str, float]]:
    """Return columns whose heading fits, best first; X and Y only where both are there (``pairs``)."""
    whole = WHOLE.get(layer_column, ())
    ranked = [(whole.index(heading), name) for name, heading in names.items() if heading in whole]
    result = [(name, WHOLE_NAME) for _, name in sorted(ranked)]
    pattern = HOLDING.get(layer_column)
    if pattern:
        listed = {name for name, _ in result}
        result += [
            (name, PART_OF_NAME)
            for name, heading in names.items()
            if name not in listed and re.search(pattern, heading)
        ]
    listed = {name for name, _ in result}
    result += [
        (name, PART_OF_NAME) for name, heading in names.items() if name not in listed and _cut(name, heading, whole)
    ]
    if layer_column in AMOUNTS:
        listed = {name for name, _ in result}
        result += [(name, PART_OF_NAME) for name in names if name not in listed and measures_waste(name, layer_column)]
        result = [fit for fit in result if names[fit[0]] in whole or beside_the_waste(fit[0]) is None]
    if layer_column == "official_id":  # a name may be as unique as an id
        result = [
            candidate
            for candidate in result
            if names[candidate[0]] not in WHOLE["name"] or names[candidate[0]] in whole
        ]
    if layer_column in AXES:
        names = {name: heading for name, heading in names.items() if not speaks_of_another(name, layer_column)}
        result = [candidate for candidate in result if candidate[0] in names]
    if not result and layer_column in _BY_GRAMMAR:
        result = [(name, PART_OF_NAME) for name in names if _reads(name, layer_column)]
    axis = _AXES.get(layer_column)
    if axis:
        listed = {name for name, _ in result}
        lettered = [name for name in names if pairs.get(name) == axis and name not in listed]
        result += [(name, WHOLE_NAME if len(names[name]) == 1 else PART_OF_NAME) for name in lettered]
    return result


_BY_GRAMMAR = {
    "latitude": "latitude", "longitude": "longitude", "easting": "easting", "northing": "northing", "utm_zone": "zone",
    "datum": "datum", "official_id": "site_id", "name": "name", "commodities": "commodity", "status": "status",
    "sample_id": "sample_id", "medium": "medium", "first_year": "date", "last_year": "date",
}  # fmt: skip
"""Layer column -> kind of heading in any language the grammar of headings knows, asked where no listed heading fits."""
_BEGUN = re.compile(r"open|start|begin|beginn|commission|debut|ouvert|inici|apert|oppn|apnet|alku|avattu|начал|开")
_ENDED = re.compile(
    r"clos|end|fin|fecham|cierre|cese|termin|ferm|stilllegung|nedlagd|nedlagt|lakkaut|sulje|suljettu|конец|закр|闭"
)
_NOT_THE_SITE = re.compile(
    r"(?i)project|proyecto|projet|projekt|lake|station|company|owner|empresa|alias|other|former|district"
)


def _reads(name: str, layer_column: str) -> bool:
    """Say whether the grammar of headings reads a heading as what a layer column holds, with no word left over."""
    heading = parse_heading(name)
    if heading.kind != _BY_GRAMMAR[layer_column] or heading.unknown:
        return False
    if layer_column in ("first_year", "last_year"):
        return bool((_BEGUN if layer_column == "first_year" else _ENDED).search(fold(name)))
    return layer_column not in ("name", "official_id") or not _NOT_THE_SITE.search(name)


_AXES = {"longitude": "x", "latitude": "y", "easting": "x", "northing": "y"}
"""Side of a pair of letters each axis is."""


def _cut(name: str, short: str, whole: Sequence[str]) -> bool:
    """Say whether a heading is a known one as shapefiles cut it: at ten letters, or without its vowels."""
    if len(name) == 10 and any(len(known) > len(short) and known.startswith(short) for known in whole):
        return True
    bones = _bones(short)
    if len(name) > 10 or len(bones) < 5 or "_" not in bones or bones == short.replace("_", ""):
        return False
    return any(_bones(known).startswith(bones) and known[0] == short[0] for known in whole if len(known) > len(short))


def _bones(heading: str) -> str:
    """Return a heading without vowels and doubled letters."""
    return re.sub(r"(.)\1", r"\1", re.sub(r"[aeiou]", "", heading))


def _angles(column: pd.Series, limit: float) -> bool:
    """Say whether most filled cells are angles within ±limit degrees, in any spelling."""
    if pd.api.types.is_numeric_dtype(column):
        values = column.dropna().to_numpy(dtype=float)
    else:
        angles = [
            parse_angle(str(text), "latitude" if limit == 90 else "longitude", west_is_o=True)
            for text in as_text(column.head(200)).dropna()
        ]
        values = np.array([np.nan if angle.problem else angle.degrees for angle in angles], dtype=float)
    if not len(values) or np.isfinite(values).mean() < 0.5:
        return False
    usual = values[np.isfinite(values) & (np.abs(values) < 9000)]
    return bool(len(usual)) and float(np.mean(np.abs(usual) <= limit)) > 0.9


def _metres(column: pd.Series, decimal_mark: str) -> bool:
    values = numbers(column, decimal_mark)
    return bool(len(values)) and float(np.median(np.abs(values))) > 1000


def _counts(column: pd.Series, decimal_mark: str) -> bool:
    """Say whether numbers may be those of analyses behind a mean: whole, from 1 to some thousand."""
    values = numbers(column, decimal_mark)
    return bool(len(values)) and bool(((values % 1 == 0) & (values >= 0) & (values <= _MOST_ANALYSES)).all())


def _known(column: pd.Series) -> pd.Series:
    """Return the cells of a column that are no words for what is not known, as text."""
    text = as_text(column).dropna()
    return text[~text.str.strip().str.casefold().isin(MISSING_WORDS | NOT_STATED)]


def _wordy(column: pd.Series) -> bool:
    return share_of_numbers(column) < 0.5


def _year(column: pd.Series) -> bool:
    text = _known(column.dropna().head(SAMPLE_ROWS))
    return bool(len(text)) and float(text.str.contains(r"\b(?:1[5-9]|20)\d\d").mean()) > 0.5


_WORDY = frozenset(["name", "territory", "community", "commodities", "deposit_type", "waste_type", "disposal", "status",
                    "minerals", "remarks", "jurisdiction"])  # fmt: skip
_NAMES_WASTE = re.compile(r"waste|resid|tailing|relave|dechet|sterile")
_PATTERNS = {
    "utm_zone": ZONE,
    "datum": re.compile(
        r"(?i)nad|wgs|sad|psad|sirgas|etrs|ed50|gda|agd|nzgd|hartebeest|jgd|tokyo|osgb|rgf|ntf|posgar|arc ?19|cgcs"
    ),
}
_CHECKED = frozenset([*_WORDY, *_PATTERNS, "latitude", "longitude", "easting", "northing", "grid_reference", "medium",
                      "first_year", "last_year", "tree_ppm", "official_id", "sample_id"])  # fmt: skip


def _fits(layer_column: str, column: pd.Series, decimal_mark: str) -> bool:
    """Say whether what stands in a column can be what its heading says."""
    if layer_column in ("latitude", "longitude"):
        return _angles(column, 90 if layer_column == "latitude" else 360)
    if layer_column in ("easting", "northing"):
        return _metres(column, decimal_mark)
    if layer_column == "grid_reference":
        return share_of_squares(as_text(column.head(SAMPLE_ROWS)).dropna()) > _MOSTLY_SQUARES
    if layer_column == "n_analyses":
        return _counts(column, decimal_mark)
    if layer_column in _PATTERNS:
        text = as_text(column.head(200)).dropna()
        return sum(_PATTERNS[layer_column].search(cell) is not None for cell in text) > 0.5 * len(text)
    if layer_column in ("first_year", "last_year"):
        return _year(column)
    if layer_column == "tree_ppm":
        return parse_heading(str(column.name)).symbol is None and share_of_numbers(column, decimal_mark) > 0.5
    if layer_column in ("official_id", "sample_id"):
        called_like_a_name = layer_column == "official_id" and plain(str(column.name)) in WHOLE["name"]
        return bool(column.nunique() >= 0.5 * column.notna().sum()) and not (called_like_a_name and _of_words(column))
    if layer_column == "waste_type" and not _NAMES_WASTE.search(plain(str(column.name))):
        return _wordy(column) and _speaks(column, KIND_WORDS) > 0.02  # a type of site or feature may be any
    if layer_column == "deposit_type":
        text = _known(column.head(SAMPLE_ROWS))
        return bool(len(text)) and float(text.str.contains(r"[^\W\d_]{3}").mean()) > 0.5  # words, not codes such as L02
    return layer_column not in (*_WORDY, "medium") or _wordy(column)


def _of_words(column: pd.Series) -> bool:
    """Say whether most cells are words without a digit (``Anvil Tailings``), as names are and ids are not."""
    text = _known(column.head(SAMPLE_ROWS))
    return bool(len(text)) and float(text.str.fullmatch(r"\D*[^\W\d_]{3}\D*").mean()) > _MOSTLY_WORDS


def _speaks(column: pd.Series, pattern: str) -> float:
    contents = Contents(column.to_frame())
    return contents.saying(str(column.name), pattern) if str(column.name) in contents.text else 0.0
