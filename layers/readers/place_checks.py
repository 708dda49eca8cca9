"""Every place is checked against something that does not come from its own digits: names, map sheets, land and neighbours."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from layers import jurisdictions as known
from layers.accounting import Note
from layers.area_of_use import area_of_use_note
from layers.catalogue.source import Source
from layers.crs import KM_PER_DEGREE, parse_crs
from layers.errors import SourceError
from layers.map_sheets import sheet_box
from layers.readers.columns import as_text, mapped_columns
from layers.readers.filled_down import filled_down
from layers.readers.hemispheres import unsigned_throughout, zones_without_half
from layers.readers.lone_places import among_the_others, copied_axes, far_from_all, in_the_sea, mistakes_of
from layers.readers.placed_rows import PlacedRows, coordinate_columns
from layers.readers.scripts_of_lands import letters_agree
from layers.readers.second_places import second_places
from layers.readers.stated_systems import stated_systems
from layers.readers.zone_checks import zone_notes

_NAMED_PLACE = r"^(?:prov|state|territory|country|jurisdiction|pays|pais|estado|nation|etat|juris)"
_SHEET = r"nts|snrc|map_?sheet|mapsheet|feuillet|^sheet|imw|250k|50k"
_CODE = re.compile(r"[A-Za-z]{2,3}")
_WIDE = {"CA", "US", "AU", "RU", "CN", "BR"}
_MOSTLY = 0.6
_MOST = 0.8
_FAR_KM = 25.0
_HOPELESS_KM = 150.0
_FAR_SHEET_KM = 40.0
_FEWEST = 3
_LOOKED_AT = 200
_SHOWN = 3


@dataclass(frozen=True)
class _Doubt:
    """Rows whose place contradicts what a column or the file's name says."""

    code: str
    column: str
    wrong: np.ndarray
    compared: int
    away_km: float
    example: str
    hint: str
    firm: bool = True
    """Whether the words can mean nothing else; names of states that other countries may have as well are not."""


def check_places(
    source: Source,
    where: str,
    cells: pd.DataFrame,
    rows: np.ndarray,
    longitude: np.ndarray,
    latitude: np.ndarray,
    precision_km: np.ndarray,
    system: str | None = None,
) -> list[Note]:
    """Compare the positions of a table with what else it says of them.

    Parameters
    ----------
    source : Source
        Columns it ignores are not looked at.
    where : str
        What to call the file in messages.
    cells : DataFrame
        Raw cells, one row per position.
    rows : ndarray of int
        1-based row numbers in the file.
    longitude, latitude, precision_km : ndarray of float
        Degrees and km; NaN where a row has no position.
    system : str, optional
        Coordinate system the file itself states, where its positions are its geometry.

    Returns
    -------
    list of Note
        ``place_contradicted`` (province, state or country), ``sheet_contradicted``, ``system_contradicted``,
        ``jurisdiction_unknown``, ``in_no_country``, ``far_from_all``, with the rows.

    Raises
    ------
    SourceError
        If most rows lie far from where their own columns say, so that one mistake must stand behind all of them.
    """
    table = PlacedRows(source, where, cells, rows, longitude, latitude, system)
    if not len(table.placed):
        return []
    margin = _FAR_KM + np.nan_to_num(precision_km)
    doubts = [*_by_name(table, margin), *_by_sheet(table, margin)]
    for doubt in doubts:
        hopeless = doubt.firm and doubt.away_km > _HOPELESS_KM
        if hopeless and len(doubt.wrong) >= max(_FEWEST, _MOST * doubt.compared):
            raise SourceError(
                f"{where}: {len(doubt.wrong)} of {doubt.compared} rows do not lie where the column {doubt.column} says "
                f"({doubt.example}).{doubt.hint} Correct the coordinate system or the columns in the run file; if the column "
                f"means something else, state 'ignore: [{doubt.column}]'."
            )
    notes = [_doubt_note(table, doubt) for doubt in doubts]
    notes += _by_path(table, margin) if not doubts else []
    unchecked = _unchecked(table)
    named = bool(doubts or notes) or _some_confirmed(table) or letters_agree(table)
    confirmed = partial(_confirmed, table)
    mirrored = among_the_others(table, confirmed)
    zones = zone_notes(table, confirmed)
    dragged = filled_down(table)
    already = {row for note in (*notes, *mirrored, *zones, *dragged) for row in note.rows}
    return [
        *notes,
        *unchecked,
        *second_places(table),
        *_by_datum(table),
        *stated_systems(table),
        *in_the_sea(table),
        *copied_axes(table),
        *mirrored,
        *unsigned_throughout(table, named),
        *zones_without_half(table, named),
        *zones,
        *dragged,
        *far_from_all(table, confirmed, already),
    ]


def _doubt_note(table: PlacedRows, doubt: _Doubt) -> Note:
    text = (
        f"Rows do not lie where the column {doubt.column} says ({doubt.example}).{doubt.hint} Check their coordinates."
    )
    return table.note(doubt.code, text, doubt.wrong, (doubt.column,))


def _columns(table: PlacedRows, pattern: str, also: str | None = None) -> list[str]:
    """Return the columns whose heading fits a pattern or that are mapped as ``also``, without those the run file ignores."""
    ignored = {column.casefold() for column in table.source.ignore}
    named = table.source.columns.get(also, []) if also else []
    mapped = {named} if isinstance(named, str) else set(named)
    return [
        str(name)
        for name in table.cells.columns
        if str(name).casefold() not in ignored
        and (str(name) in mapped or re.search(pattern, known.fold(str(name)).replace(" ", "_")))
    ]


def _by_name(table: PlacedRows, margin: np.ndarray) -> list[_Doubt]:
    """Compare points with the provinces, states or countries named beside them."""
    doubts = []
    for column in _columns(table, _NAMED_PLACE, "jurisdiction"):
        texts = as_text(table.cells[column])
        named = _understood(texts)
        if not named:
            continue
        away = np.full(len(texts), np.nan)
        for text, jurisdiction in named.items():
            chosen = np.flatnonzero((texts == text).to_numpy(dtype=bool))
            away[chosen] = known.km_outside(jurisdiction, *table.degrees(chosen))
        wrong = np.flatnonzero(away > margin)
        if not len(wrong):
            continue
        first = int(wrong[0])
        lies = known.names_of(known.may_lie_in(table.longitude[first], table.latitude[first])[:2]) or "no country"
        example = f"'{texts.iloc[first]}', but it lies {away[first]:,.0f} km from there, in {lies}"
        hint = _hint(wrong, table, partial(_km_from_named, [named.get(text, ()) for text in texts]))
        doubt = _doubt("place_contradicted", column, table, wrong, away, example, hint)
        firm = any(known.is_of_known_extent(str(text)) for text in texts.iloc[wrong].unique())
        land = None if hint else _of_unknown_codes(table, wrong, texts)
        if land is not None:
            hint = f" Codes of the parts of {land} are not known, and these may be theirs."
            doubt, firm = replace(doubt, code="jurisdiction_unknown", hint=hint), False
        doubts.append(replace(doubt, firm=firm))
    return doubts


def _of_unknown_codes(table: PlacedRows, wrong: np.ndarray, texts: pd.Series) -> str | None:
    """Return the country in which rows with short codes lie, if its codes are not known: they may be right."""
    if not all(_CODE.fullmatch(str(text)) for text in texts.iloc[wrong].unique()):
        return None
    some = wrong[:: max(1, len(wrong) // _LOOKED_AT)]
    lands = [known.land_of_unknown_codes(table.longitude[at], table.latitude[at]) for at in some]
    named = [land for land in lands if land is not None]
    return max(named, key=named.count) if len(named) >= _MOST * len(lands) else None


def _understood(texts: pd.Series) -> dict[str, tuple[str, ...]]:
    """Return the words of a column that name known places with their codes; none where they are hardly more than half of them."""
    codes = {str(text): known.meanings(str(text)) for text in texts.dropna().unique()}
    named = {text: jurisdiction for text, jurisdiction in codes.items() if jurisdiction}
    return named if len(named) >= _MOSTLY * len(codes) else {}


def _unchecked(table: PlacedRows) -> list[Note]:
    """Say that places could not be compared with the column mapped as jurisdiction, where no other column names known ones."""
    columns = _columns(table, _NAMED_PLACE, "jurisdiction")
    if any(_understood(as_text(table.cells[column])) for column in columns):
        return []
    unknown: list[str] = []
    for column in mapped_columns(table.source, table.cells, "jurisdiction"):
        words = as_text(table.cells[column]).dropna().unique()
        unknown += [str(word) for word in words if re.search(r"[^\W\d_]", str(word)) and not known.meanings(str(word))]
    if not unknown:
        return []
    shown = ", ".join(f"'{word[:40]}'" for word in unknown[:_SHOWN])
    text = (
        f"No extent is known of {shown}{' and others' if len(unknown) > _SHOWN else ''}: places could not be checked "
        "against their jurisdiction. Make sure that they lie there."
    )
    named_columns = tuple(mapped_columns(table.source, table.cells, "jurisdiction"))
    return [table.note("jurisdiction_unknown", text, table.placed, named_columns)]


def _doubt(
    code: str, column: str, table: PlacedRows, wrong: np.ndarray, away: np.ndarray, example: str, hint: str
) -> _Doubt:
    example = f"row {table.rows[wrong[0]]}: {example}"
    return _Doubt(code, column, wrong, int(np.isfinite(away).sum()), float(np.median(away[wrong])), example, hint)


def _by_path(table: PlacedRows, margin: np.ndarray) -> list[Note]:
    """Compare the points with a province, state or country that the file's name or its folders name in full.

    A name is no statement about rows, so nothing stops: it is told when nearly all rows lie far from there.
    """
    for name, codes in known.named_in(table.source.path):
        away = known.km_outside(codes, table.longitude, table.latitude)
        wrong = np.flatnonzero(away > margin)
        enough = max(_FEWEST, _MOST * int(np.isfinite(table.longitude).sum()))
        if len(wrong) < enough or np.nanmedian(away[wrong]) < _HOPELESS_KM:
            continue
        hint = _hint(wrong, table, partial(_km_from_named, [codes] * len(table.rows)))
        if not hint:  # a file of another place than its name says is common; one whose signs would mend it is not
            continue
        text = (
            f"The path of the file names {name}, but {table.listed(wrong)} lie {np.nanmedian(away[wrong]):,.0f} km from "
            f"there.{hint} Check their coordinates."
        )
        return [table.note("place_contradicted", text, wrong)]
    return []


def _by_sheet(table: PlacedRows, margin: np.ndarray) -> list[_Doubt]:
    """Compare points with the map sheets named beside them."""
    doubts = []
    for column in _columns(table, _SHEET):
        texts = as_text(table.cells[column])
        boxes = {text: sheet_box(str(text)) for text in texts.dropna().unique()}
        if not boxes or sum(box is not None for box in boxes.values()) < _MOSTLY * len(boxes):
            continue
        bounds = np.array([boxes.get(text) or (np.nan,) * 4 for text in texts], dtype=float).reshape(-1, 4)
        away = _km_from(bounds, table.longitude, table.latitude)
        wrong = np.flatnonzero(away > margin + _FAR_SHEET_KM - _FAR_KM)
        if not len(wrong):
            continue
        example = f"sheet {texts.iloc[wrong[0]]}, but it lies {away[wrong[0]]:,.0f} km from there"
        hint = _hint(wrong, table, partial(_km_from_sheet, bounds))
        doubts.append(_doubt("sheet_contradicted", column, table, wrong, away, example, hint))
    return doubts


def _km_from_named(codes: Sequence[tuple[str, ...]], at: int, longitude: np.ndarray, latitude: np.ndarray) -> float:
    return float(known.km_outside(codes[at], longitude, latitude)[0])


def _km_from_sheet(boxes: np.ndarray, at: int, longitude: np.ndarray, latitude: np.ndarray) -> float:
    return float(_km_from(boxes[[at]], longitude, latitude)[0])


def _km_from(boxes: np.ndarray, longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """Return the distance of each point from its own box, km."""
    west, south, east, north = boxes.T
    beside = np.maximum(np.maximum(west - longitude, longitude - east), 0.0) * np.cos(
        np.radians(np.clip(latitude, -89, 89))
    )
    away: np.ndarray = np.hypot(beside, np.maximum(np.maximum(south - latitude, latitude - north), 0.0)) * KM_PER_DEGREE
    return away


def _hint(wrong: np.ndarray, table: PlacedRows, distance: Callable[[int, np.ndarray, np.ndarray], float]) -> str:
    """Say which usual mistake would put most of the rows where they are said to be."""
    some = wrong[:: max(1, len(wrong) // 200)]
    best, share = "", _MOST
    for text, change in mistakes_of(table):
        fitting = 0
        for at in some:
            lon, lat = change(*table.degrees(np.array([at])))
            fitting += bool(np.abs(lat[0]) <= 90 and distance(int(at), lon, lat) <= _FAR_KM)
        if fitting >= share * len(some) and fitting > 0:
            best, share = text, fitting / len(some) + 1e-9
    return f" {best[0].upper()}{best[1:]} they would." if best else ""


def _by_datum(table: PlacedRows) -> list[Note]:
    """Notice degrees far outside the area a stated datum is made for: NAD83 has no place east of Greenwich."""
    source = table.source
    crs = parse_crs(source.id, source.crs) if source.crs else None
    if crs is None or not crs.is_geographic:
        return []
    return area_of_use_note(source.id, crs, table.longitude, table.latitude, coordinate_columns(source))


def _some_confirmed(table: PlacedRows) -> bool:
    """Say whether rows lie where a column beside them, or the path of the file, names a place."""
    placed = table.placed[:_LOOKED_AT]
    lon, lat = table.degrees(placed)
    if any(
        (known.km_outside(codes, lon, lat) == 0).mean() >= _MOSTLY for _, codes in known.named_in(table.source.path)
    ):
        return True
    for column in _columns(table, _NAMED_PLACE, "jurisdiction"):
        texts = as_text(table.cells[column]).iloc[placed]
        meant = {text: codes for text in texts.dropna().unique() if (codes := known.meanings(str(text)))}
        for text, codes in meant.items():
            chosen = (texts == text).to_numpy(dtype=bool)
            if (known.km_outside(codes, lon[chosen], lat[chosen]) == 0).any():
                return True
    return False


def _confirmed(table: PlacedRows, at: int, elsewhere: tuple[float, float] | None) -> bool:
    """Say whether a row lies in the province, state or small country it names, and a place elsewhere does not."""
    for column in _columns(table, _NAMED_PLACE, "jurisdiction"):
        codes = known.meanings(str(table.cells[column].iloc[at]))
        narrow = set(codes) - _WIDE
        if not narrow or known.km_outside(narrow, *table.degrees(np.array([at])))[0] > 0:
            continue
        if elsewhere is None or known.km_outside(codes, *(np.array([degrees]) for degrees in elsewhere))[0] > 0:
            return True
    return False
