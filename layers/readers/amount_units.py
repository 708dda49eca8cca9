"""The unit of a column of masses, volumes, areas or heights, as its heading tells it; never a silent guess."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from layers.accounting import Note
from layers.cells.amounts_beside import doubtful_amount, unfamiliar
from layers.cells.heading_amounts import trailing_unit, unit_doubt
from layers.cells.heading_grammar import parse_heading
from layers.cells.quantities import unit_factor
from layers.cells.unread_units import megatonnes, unread_unit
from layers.errors import ConfigError, SourceError
from layers.readers.units_above import unit_above

CHOICES = {
    "t": "t, kt, Mt, short_ton or long_ton", "m3": "m3, Mm3, cubic yard or acre-foot", "m2": "m2, ha, km2 or acre",
    "m": "m or ft",
}  # fmt: skip
"""Base unit -> what to answer when a unit is asked for."""

_MULTIPLE = re.compile(
    r"(?:\bx|×|\*)\s*10+|\b10\s*[\^*]+\s*\d|(?<![\d.])0{3,}s?\b|\b(?:thousands?|millions?|milliers?|miles|millones)\b"
    r"|\b(?:long|short)\b.*\bton|\btons?\b.*\b(?:long|short)\b",
    re.IGNORECASE,
)
"""Words that scale an amount, or say which ton is meant."""


def heading_unit(heading: str, base: str) -> str | None:
    """Return the unit a heading tells, if it measures what the column is for.

    Parameters
    ----------
    heading : str
        As in the file.
    base : str
        Base unit of the layer's column: ``t``, ``m3``, ``m2`` or ``m``.

    Returns
    -------
    str or None
        None where the heading tells none, or that of another quantity.
    """
    if base == "t" and megatonnes(heading):
        return "Mt"
    heading_amount = parse_heading(heading)
    unit = (
        heading_amount.unit
        if heading_amount.kind in ("mass", "volume", "area", "height")
        else trailing_unit(heading, base)
    )
    if unit is None:
        return None
    return unit if unit_factor(unit)[0] == base else None


def doubtful_unit(heading: str, base: str) -> str | None:
    """Return the words by which the heading of an amount may mean several units, or one that is not known; None without any.

    Parameters are those of `heading_unit`.
    """
    return unit_doubt(heading) or _unread_multiple(heading, base) or unread_unit(heading, base)


def units_of_amounts(
    where: str,
    mapped: Mapping[str, Sequence[str]],
    bases: Mapping[str, str],
    stated: Mapping[str, str],
    cells: pd.DataFrame | None = None,
    row_of_units: Mapping[str, str] | None = None,
    words_above: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, str]:
    """Return the unit of bare numbers of every amount of an inventory.

    Parameters
    ----------
    where : str
        Source and file, for messages.
    mapped : mapping of str to sequence of str
        Layer column, such as ``mass_t`` -> file columns.
    bases : mapping of str to str
        Layer column -> base unit, taken where nothing says another.
    stated : mapping of str to str
        Layer column -> unit the run file or the catalogue states; it outweighs the heading.
    cells : DataFrame, optional
        All columns of the file: one may hold the unit of each row.
    row_of_units : mapping of str to str, optional
        File column -> what a row under the headings says of its unit.
    words_above : mapping of str to sequence of str, optional
        File column -> what stands above its heading.

    Raises
    ------
    SourceError
        If a stated unit measures something else, a heading holds a unit that can be read two ways (``MT``, ``tons``,
        ``1000 m3``), columns mapped together are in several units, or a column or row of units, or a line above the
        heading, contradicts the unit taken. All at once.
    """
    units, doubts = dict(bases) | dict(stated), []
    for name, base in bases.items():
        if name in stated:
            doubts += _of_another_measure(name, base, stated[name])
            doubts += _by_row(mapped.get(name, []), units[name], cells)
            continue
        for heading in mapped.get(name, []):
            doubt = doubtful_unit(heading, base)
            if doubt is not None:
                doubts.append(f"{name}: the heading '{heading}' may mean several units ({doubt}); say {CHOICES[base]}")
        below = {heading: (row_of_units or {}).get(heading) for heading in mapped.get(name, [])}
        doubts += [
            f"{name}: the heading '{heading}' stands over '{unit}' in the row of units; say {CHOICES[base]}"
            for heading, unit in below.items()
            if unit is not None and not _agrees(heading, unit, base)
        ]
        doubts += [
            f"{name}: above the heading '{heading}' stands '{words}', and {heading_unit(heading, base) or unit or base} would be "
            f"taken for its numbers; say {CHOICES[base]}"
            for heading, unit in below.items()
            if (words := _said_above(heading, unit, base, words_above)) is not None
        ]
        units_told = {heading_unit(heading, base) or unit or base for heading, unit in below.items()}
        if len(units_told) > 1:
            doubts.append(
                f"{name}: the columns {', '.join(mapped[name])} are in {' and '.join(sorted(units_told))}; map one of them"
            )
        elif units_told:
            units[name] = units_told.pop()
        doubts += _by_row(mapped.get(name, []), units[name], cells)
    if doubts:
        raise SourceError(f"{where}: units are not sure. State them under options.units.\n  " + "\n  ".join(doubts))
    return units


def _of_another_measure(name: str, base: str, unit: str) -> list[str]:
    """Return the doubt about a stated unit that does not measure what its amount is: hectares of a mass."""
    measured, _ = unit_factor(unit)
    return [] if measured == base else [f"options.units.{name}: '{unit}' is no unit of it; say {CHOICES[base]}"]


def units_unstated(
    source: str,
    mapped: Mapping[str, Sequence[str]],
    bases: Mapping[str, str],
    stated: Mapping[str, str],
    cells: pd.DataFrame,
    row_of_units: Mapping[str, str] | None = None,
) -> list[Note]:
    """Tell the amounts whose unit nothing says, so that the base unit was taken (``unit_unstated``).

    A heading that speaks of tonnes, or of an area that a geographic system measured, says it; so do cells with units of their own
    and a column of units beside them. Other parameters are those of `units_of_amounts`.
    """
    notes = []
    for name, base in bases.items():
        for heading in mapped.get(name, []) if name not in stated else []:
            if doubtful_amount(heading) is not None:
                continue  # told as an amount of something else
            if heading_unit(heading, base) is not None or heading in (row_of_units or {}) or _BY_CUSTOM.search(heading):
                continue
            texts = cells[heading].dropna().astype("str") if heading in cells.columns else pd.Series(dtype="str")
            if not len(texts) or texts.str.contains(_WITH_UNIT).mean() > _MOST or _unit_beside(heading, base, cells):
                continue
            text = (
                f"Nothing says in which unit {heading} is; its numbers were taken as {base}. "
                f"State options.units.{name}: {CHOICES[base]}."
            )
            notes.append(Note(source, "unit_unstated", text, 1, (heading,)))
    return notes


def amounts_of_other_things(source: str, mapped: Mapping[str, Sequence[str]], lying: Sequence[str]) -> list[Note]:
    """Tell headings that name an amount beside the waste, or a wet or planned one, though they are mapped to its own.

    ``lying`` are the layer columns of what lies there; amounts that were milled, mined or authorised are no such.
    """
    notes = []
    for name in lying:
        for heading in mapped.get(name, []):
            word = doubtful_amount(heading) or unfamiliar(heading, sure=True)
            if word is not None:
                text = (
                    f"The heading '{heading}' says '{word}', and its numbers were taken as {name} of the waste that lies there. "
                    "Make sure that it is meant, or map another column."
                )
                notes.append(Note(source, "amount_of_another", text, 1, (heading,)))
    return notes


_BY_CUSTOM = re.compile(r"(?i)ton(?:n|el|s?\b|s?_)|\btm\b|shape[_ .]*area|st_area")
_WITH_UNIT = r"\d\s*\(?[A-Za-z]"
_MOST = 0.9


def _unit_beside(heading: str, base: str, cells: pd.DataFrame) -> bool:
    """Say whether a column beside an amount holds its unit, row by row."""
    for column in map(str, cells.columns):
        match = _UNIT_WORDS.fullmatch(_words(column))
        if match is not None and match["of"] in (None, _words(heading)):
            texts = [str(cell).strip() for cell in cells[column].dropna().unique()]
            if texts and all(_measures_alike(text, base) for text in texts):
                return True
    return False


def stated_against_headings(
    mapped: Mapping[str, Sequence[str]], bases: Mapping[str, str], stated: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Return layer column, file column and its own unit where the unit that is stated is another than the heading tells."""
    contradicted = []
    for name, unit in stated.items():
        for heading in mapped.get(name, []) if name in bases else []:
            own = heading_unit(heading, bases[name])
            if own is not None and unit_doubt(heading) is None and unit_factor(own) != unit_factor(unit):
                contradicted.append((name, heading, own))
    return contradicted


def _said_above(
    heading: str, unit: str | None, base: str, words_above: Mapping[str, Sequence[str]] | None
) -> str | None:
    """Return the first words above a heading that name another unit than the one taken for its numbers."""
    taken = heading_unit(heading, base) or unit or base
    lines = (words_above or {}).get(heading, ())
    return next((line.strip() for line in lines if unit_above(line, base, taken) is not None), None)


def _agrees(heading: str, unit: str, base: str) -> bool:
    """Say whether a unit under a heading measures what the column is for, and is that of the heading where it says one."""
    try:
        below = unit_factor(unit)
    except ConfigError:
        return False
    own = heading_unit(heading, base)
    return below[0] == base and (own is None or unit_factor(own) == below)


def _unread_multiple(heading: str, base: str) -> str | None:
    """Return words that scale an amount or tell its ton, where the unit read from the heading does not hold them."""
    match = _MULTIPLE.search(heading)
    if match is None or (heading_unit(heading, base) is not None and not parse_heading(heading).unknown):
        return None
    return match.group()


_UNIT_WORDS = re.compile(
    r"(?:(?P<of>.+) )?(?:(?:measurement )?units?(?: of(?: me\w*)?)?|uom|unités?(?: de mesure)?|"
    r"unidad(?:es)?(?: de medida)?|einheit(?:en)?)(?: ?\d)?"
)


def _measures_alike(text: str, unit: str) -> bool:
    """Say whether a cell is a unit of what another one measures."""
    try:
        return unit_factor(text)[0] == unit_factor(unit)[0]
    except ConfigError:
        return False


def _by_row(headings: Sequence[str], unit: str, cells: pd.DataFrame | None) -> list[str]:
    """Say which columns beside amounts, such as ``mass_unit``, hold other units than the one taken."""
    doubts: list[str] = []
    if cells is None:
        return doubts
    for heading in headings:
        for column in map(str, cells.columns):
            match = _UNIT_WORDS.fullmatch(_words(column))
            if match is None or match["of"] not in (None, _words(heading)):
                continue
            units = [text for cell in cells[column].dropna().unique() if (text := str(cell).strip())]
            if match["of"] is None and not all(_measures_alike(unit_text, unit) for unit_text in units):
                continue  # the units of something else
            if not all(_is_unit(unit_text, unit) for unit_text in units):
                doubts.append(
                    f"the column '{column}' holds the unit of '{heading}' by row ({', '.join(units[:4])}), and {unit} would be "
                    f"taken for all of them; make a source of each unit with 'where: {{{column}: [{units[0]}]}}'"
                )
    return doubts


def _words(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text).casefold().split())


def _is_unit(word: str, unit: str) -> bool:
    try:
        return unit_factor(word) == unit_factor(unit)
    except ConfigError:
        return False
