"""Which half of the earth degrees lie in: what a heading says of it, and tables in which nothing says it at all."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pyproj

from layers import jurisdictions as known
from layers.accounting import Note
from layers.area_of_use import area_of_use_note
from layers.catalogue.source import Source
from layers.cells.utm import datum_code
from layers.crs import parse_crs
from layers.datums import counts_degrees_from_greenwich
from layers.readers.columns import mapped_columns, text_column
from layers.readers.lone_places import USUAL_MISTAKES
from layers.readers.placed_rows import PlacedRows

_SOUTH = (
    r"(?:^|[^A-Za-z])(?:[Ss]outh|SOUTH|[Ss]ud|SUD|[Ss]ur|SUR|[Ss]ul|SUL|S)(?:$|[^A-Za-z])|(?<=[a-z])(?:South|Sud|Sur)$"
)
_WEST = r"(?:^|[^A-Za-z])(?:[Ww]est|WEST|[Oo]uest|OUEST|[Oo]este|OESTE|[Ww])(?:$|[^A-Za-z])|(?<=[a-z])(?:W|West|Ouest|Oeste)$"
_SIDES = {"latitude": re.compile(_SOUTH), "longitude": re.compile(_WEST)}
"""Words of a heading that say south or west."""
_BOTH = re.compile(r"(?i)\bE\s*[/|-]\s*W\b|\bW\s*[/|-]\s*E\b|\bN\s*[/|-]\s*S\b|\bS\s*[/|-]\s*N\b|[-+]\s*[WS]\b")
"""A heading that names both sides, or says how its signs are meant."""
_SIGNED = re.compile(r"[-+−–—A-Za-z]")
_DIGITS = re.compile(r"\d[\d\s.,]*$")
_MOST = 0.8
_FEW = 0.1
_STRADDLED_DEGREES = 15.0
"""Signs in fewer rows than this share, all of them farther than this from the line, are slips: they do not vouch for the rest."""
_LOOKED_AT = 200
_EMPTY_LANDS = frozenset(["GL", "IS"])
_ANTARCTIC = -60.0
"""Where nobody mined: a place that lands there once a sign is changed is no doubt."""


def said_by_heading(source: Source, cells: pd.DataFrame, axis: str, texts: np.ndarray) -> bool:
    """Say whether the heading of an axis says south or west while none of its cells has a sign or a letter.

    Parameters
    ----------
    source : Source
        Its ``columns`` map the axis.
    cells : DataFrame
        Raw cells.
    axis : {"latitude", "longitude"}
        Which.
    texts : ndarray of str
        Cells of the axis.
    """
    mapped = _heads(source, cells, axis)
    if not mapped or not all(_SIDES[axis].search(name) and not _BOTH.search(name) for name in mapped):
        return False
    filled = [str(text) for text in texts if text]
    return bool(filled) and not any(_SIGNED.search(text.replace("e", "").replace("E", "")) for text in filled)


def _heads(source: Source, cells: pd.DataFrame, axis: str) -> list[str]:
    """Return the columns of an axis, or of its degrees where the parts of the angle stand apart."""
    return [*(mapped_columns(source, cells, axis) or mapped_columns(source, cells, f"{axis}_degrees"))]


def heading_note(source: Source, axis: str, cells: pd.DataFrame, count: int) -> Note:
    """Say that the numbers of an axis were taken as south or west because their heading says so."""
    columns = tuple(_heads(source, cells, axis))
    side = "south" if axis == "latitude" else "west"
    text = f"The heading {', '.join(columns)} says {side} and its numbers have no sign: they were taken as {side}."
    return Note(source.id, "heading_hemisphere", text, count, columns)


def without_sign(texts: np.ndarray) -> np.ndarray:
    """Say which angles are numbers without a sign or a letter."""
    return np.array([bool(_DIGITS.match(str(text))) for text in texts], dtype=bool)


def angles_with_sides(angles: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Return angles that are written without a letter with the hemisphere of their rows behind them.

    A sign stays before them: where sign and letter contradict each other, the row is told when the angle is read.
    """
    lettered = angles.copy()
    for row in np.flatnonzero(sides != ""):
        if _DIGITS.match(str(angles[row]).lstrip("-+−– ")):
            lettered[row] = f"{angles[row]} {sides[row]}"
    return lettered


def sides_completed(
    source: Source, cells: pd.DataFrame, name: str, sides: np.ndarray, needing: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, list[Note]]:
    """Give rows that leave a column of hemispheres empty the side of all other rows, and tell them.

    Where the others are fewer or name both sides, the rows stay without one (north, or east) and are told as well.

    Parameters
    ----------
    source : Source
        Its ``columns`` map the column.
    cells : DataFrame
        Raw cells.
    name : str
        Layer column of the hemispheres.
    sides : ndarray of str
        Its cells, ``""`` where empty.
    needing : ndarray of bool
        Rows that say their half of the earth nowhere else.
    rows : ndarray of int
        Row numbers in the file.

    Returns
    -------
    ndarray of str, list of Note
        The sides, and at most one note, ``hemisphere_empty``.
    """
    filled = np.array([bool(str(side).strip()) for side in sides], dtype=bool)
    empty = np.flatnonzero(needing & ~filled)
    columns = mapped_columns(source, cells, name)
    if not len(empty) or not columns or not filled.any():
        return sides, []
    named = sorted({str(side).strip()[:1].upper() for side in sides[filled]})
    shared = len(named) == 1 and int((needing & filled).sum()) >= len(empty)
    completed = sides.copy()
    if shared:
        completed[empty] = sides[filled][0]
    taken = f"{sides[filled][0]}, as in all other rows" if shared else "north or east, as without a sign"
    listed = ", ".join(map(str, rows[empty[:6]]))
    text = (
        f"The column {', '.join(columns)} is empty in rows that say nowhere else in which half of the earth they lie "
        f"(row {listed}): they were taken as {taken}. Fill the column."
    )
    return completed, [
        Note(source.id, "hemisphere_empty", text, len(empty), tuple(columns), tuple(rows[empty].tolist()))
    ]


def zeros_without_sign(
    source: Source, cells: pd.DataFrame, axis: str, angles: np.ndarray, rows: np.ndarray
) -> list[Note]:
    """Notice degrees of 0 in a column of their own whose minus a spreadsheet cannot keep: all other degrees are negative.

    At most one note, ``hemisphere_unstated``, with the rows.
    """
    if mapped_columns(source, cells, f"{axis}_hemisphere") or f"{axis}_hemisphere" in source.defaults:
        return []
    firsts = [str(angle).split(" ")[0] for angle in angles]
    zero = np.array([bool(re.fullmatch(r"\+?0+(?:\.0*)?", first)) for first in firsts], dtype=bool)
    others = [first for first, is_zero in zip(firsts, zero, strict=True) if first and not is_zero]
    if not zero.any() or not others or not all(first[0] in "-−–" for first in others):
        return []
    columns = tuple(mapped_columns(source, cells, f"{axis}_degrees"))
    listed = ", ".join(map(str, rows[zero][:6]))
    side = "north" if axis == "latitude" else "east"
    text = (
        f"Degrees of {', '.join(columns) or axis} are 0 in rows (row {listed}) while all others are negative, and 0 keeps no "
        f"sign: they were taken as {side}. Write -0 as text, or map a column of hemispheres."
    )
    return [Note(source.id, "hemisphere_unstated", text, int(zero.sum()), columns, tuple(rows[zero].tolist()))]


def zones_without_side(zones: np.ndarray) -> np.ndarray:
    """Say which UTM zones name neither a band nor a side of the equator."""
    return np.array([str(zone)[-1:].isdecimal() for zone in zones], dtype=bool)


def zones_with_sides(zones: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Return UTM zones that name no band with the hemisphere of their rows behind them."""
    words = {"N": "North", "S": "South"}
    side_words = [words.get(str(side).strip()[:1].upper()) for side in sides]
    return np.array(
        [
            f"{str(zone).rstrip('NSns ')} {word}" if word and str(zone)[-1:] in "0123456789NSns" else zone
            for zone, word in zip(zones, side_words, strict=True)
        ],
        dtype=object,
    )


def unsigned_throughout(table: PlacedRows, confirmed: bool) -> list[Note]:
    """Notice a table without a sign or a letter in its coordinates, whose places would be on land with a sign as well.

    A few rows with a sign, far from the line, say nothing of the others.
    Then nothing says in which half of the earth they lie: all of them may be right, and all of them may be wrong. At most one
    note, ``hemisphere_unstated``; none if ``confirmed``: a name beside the rows, or in the path of the file, says where they lie.
    """
    placed = table.placed
    if confirmed or not len(placed) or _signed(table.longitude[placed]) or _signed(table.latitude[placed]):
        return []
    system = table.source.crs or table.system
    stated = parse_crs(table.source.id, system) if system else None
    elsewhere = stated is not None and (stated.is_projected or not counts_degrees_from_greenwich(stated))
    if elsewhere or _stated(table.source, table.cells):
        return []
    longitude, latitude = table.degrees(placed[:: max(1, len(placed) // _LOOKED_AT)])
    lands = []
    for mistake, undone in USUAL_MISTAKES:
        if "exchanged" in mistake:
            continue
        lon, lat = undone(longitude, latitude)
        if stated is not None and area_of_use_note(table.source.id, stated, lon, lat):
            continue  # the coordinate system is not made for places there
        dry = ~known.nowhere(lon, lat, margin_degrees=0.0)
        middle = known.may_lie_in(float(np.median(lon)), float(np.median(lat)))
        there = [code for code in middle if code not in _EMPTY_LANDS]
        if dry.mean() >= _MOST and there and np.median(lat) > _ANTARCTIC:
            lands.append(f"{mistake} in {known.names_of(there[:2])}")
    if not lands:
        return []
    now = known.names_of(known.may_lie_in(float(np.median(longitude)), float(np.median(latitude)))[:2])
    sides = _columns_of_sides(table)
    if sides:
        named = ", ".join(f"{axis}_hemisphere: {column}" for axis, column in sides.items())
        text = (
            f"Hardly a coordinate has a sign or a letter, and columns that hold the letters of the half of the earth are not "
            f"mapped: as the rows were read they lie in {now or 'no country'}, {'; '.join(lands)}. State columns: {{{named}}}."
        )
        note = table.note("hemisphere_unstated", text, placed)
        return [replace(note, columns=(*note.columns, *sides.values()))]
    text = (
        "Hardly a coordinate has a sign or a letter and nothing else says where the rows lie: "
        f"as they stand in {now or 'no country'}, "
        f"{'; '.join(lands)}. Make sure that no minus was lost."
    )
    return [table.note("hemisphere_unstated", text, placed)]


_LETTERS = {"latitude": frozenset(["n", "s", "north", "south", "nord", "sud", "norte", "sur", "sul"]),
            "longitude": frozenset(["e", "w", "o", "east", "west", "est", "ouest", "este", "oeste", "ost"])}  # fmt: skip


def _columns_of_sides(table: PlacedRows) -> dict[str, str]:
    """Return, per axis, a column that nobody maps and that holds nothing but letters or words of that axis' halves."""
    mapped = {
        name
        for layer_column in table.source.columns
        for name in mapped_columns(table.source, table.cells, layer_column)
    }
    sides: dict[str, str] = {}
    for name in (str(column) for column in table.cells.columns if str(column) not in mapped):
        words = {str(word).strip(" .").casefold() for word in table.cells[name].dropna().unique()[:_LOOKED_AT]} - {""}
        for axis, letters in _LETTERS.items():
            if words and words <= letters:
                sides.setdefault(axis, name)
    return sides


def zones_without_half(table: PlacedRows, confirmed: bool) -> list[Note]:
    """Notice UTM zones that name no side of the equator, whose places would be on land on the other side as well.

    They are read as north. At most one note, ``hemisphere_unstated``; none if ``confirmed``, or where a datum tells the side.
    """
    source, placed = table.source, table.placed
    stated = parse_crs(source.id, source.crs) if source.crs else None
    if not len(placed) or "easting" not in source.columns or {"latitude", "latitude_degrees"} & set(source.columns):
        return []
    if confirmed or "utm_hemisphere" in {*source.columns, *source.defaults} or (stated and stated.is_projected):
        return []
    if not zones_without_side(_texts(table, "utm_zone")[placed]).all():
        return []
    datums = {datum_code(str(text)) for text in set(_texts(table, "datum")[placed])} - {""}
    systems = [pyproj.CRS(code) for code in datums] or ([stated] if stated else [])
    areas = [system.area_of_use for system in systems]
    if areas and all(area is not None and (area.south >= 0 or area.north <= 0) for area in areas):
        return []
    longitude, latitude = table.degrees(placed[:: max(1, len(placed) // _LOOKED_AT)])
    middle = np.round((longitude + 183.0) / 6.0) * 6.0 - 183.0
    south = latitude - 90.0  # 10,000 km of northing are a quarter of the earth
    offset = np.cos(np.radians(latitude)) / np.maximum(np.cos(np.radians(south)), 0.1)
    turned = middle + (longitude - middle) * offset
    codes = known.may_lie_in(float(np.median(turned)), float(np.median(south)))
    there = [code for code in codes if code not in _EMPTY_LANDS]
    dry = ~known.nowhere(turned, south, margin_degrees=0.0)
    if not (latitude >= 0).all() or dry.mean() < _MOST or not there or np.median(south) <= _ANTARCTIC:
        return []
    now = known.names_of(known.may_lie_in(float(np.median(longitude)), float(np.median(latitude)))[:2])
    text = (
        "The UTM zones name no side of the equator and nothing else says where the rows lie: taken as north, in "
        f"{now or 'no country'}; as south they would lie in {known.names_of(there[:2])}. State defaults.utm_hemisphere, N or S."
    )
    return [table.note("hemisphere_unstated", text, placed)]


def _texts(table: PlacedRows, name: str) -> np.ndarray:
    """Return a layer column of a table as text, its default where no column is mapped."""
    column = text_column(table.source, table.cells, name)
    default = str(table.source.defaults.get(name, ""))
    texts = pd.Series(default, index=table.cells.index, dtype="str") if column is None else column.fillna("")
    return texts.to_numpy(dtype=object)


def _stated(source: Source, cells: pd.DataFrame) -> bool:
    """Say whether the degrees of a source tell their half of the earth, or are no degrees."""
    if "easting" in source.columns and not {"latitude", "latitude_degrees"} & set(source.columns):
        return True
    for axis in ("latitude", "longitude"):
        side = text_column(source, cells, f"{axis}_hemisphere")
        if f"{axis}_hemisphere" in source.defaults or (side is not None and side.notna().any()):
            return True
        column = text_column(source, cells, axis if axis in source.columns else f"{axis}_degrees")
        if column is not None and column.dropna().astype("str").head(_LOOKED_AT).str.contains(_SIGNED).mean() > _FEW:
            return True
    return False


def _signed(degrees: np.ndarray) -> bool:
    """Say whether an axis has signs that are meant: in many rows, or in a few close to the line where a table may cross it."""
    negative = degrees < 0
    return bool(negative.any()) and (negative.mean() > _FEW or -degrees[negative].max() < _STRADDLED_DEGREES)
