"""Columns that name a datum or a coordinate system and are not mapped, compared with the one the run file states."""

from __future__ import annotations

import re

import numpy as np
import pyproj
import pyproj.exceptions

from layers import crs as crs_rules
from layers.accounting import Note
from layers.cells.utm import datum_code, datum_of_headings
from layers.datums import nearly_wgs84
from layers.jurisdictions import fold
from layers.readers.columns import as_text
from layers.readers.placed_rows import PlacedRows, coordinate_columns
from layers.readers.prime_meridians import counts_from, meridian_of

_NAMES_A_DATUM = re.compile(
    r"(?:(?:geodetic|horiz(?:ontal)?|geo|map|coord(?:inate)?s?|utm|xy|ll)_?)*datum|dat_?um_?(?:geo|h)?"
)
_NAMES_A_SYSTEM = re.compile(
    r"(?:epsg|srid|wkid)(?:_?code)?|(?:crs|srs)(?:_?(?:code|name|epsg))?|(?:coord(?:inate)?s?|spatial)_?(?:ref(?:erence)?_?)?sys(?:tem)?|"
    r"sistema_(?:de_)?(?:coordenadas|referencia)|systeme_(?:de_)?coordonnees|projection|proyeccion"
)
_NAMES_A_MERIDIAN = re.compile(
    r"(?:prime_|origin_)?meridian|(?:null|haupt)meridian|meridien(?:_(?:d_)?origine)?|meridiano(?:_(?:de_)?(?:origen|origine|origem))?"
)
_ZONE_IN_HEADING = re.compile(r"(?i)(?:utm|zone|fuseau|huso)[ _-]*(?:zone|z)?[ _-]*(?!27(?!\d))(\d{1,2})(?!\d)")
"""27 behind ``UTM`` is the year of a datum."""
_ZONES = 60
_CODE = re.compile(r"(?i)^\s*(?:EPSG\s*[:\s]?\s*)?(\d{4,5})(?:\.0)?\s*$")
_MODERN = (
    "NZGD2000", "Hartebeesthoek94", "China Geodetic Coordinate System 2000", "SWEREF99", "IRENET95", "Korea 2000", "KGD2002",
    "TWD97", "ISN93", "ISN2004", "REGVEN", "GDM2000", "DGN95", "GSK-2011",
)  # fmt: skip
_MOSTLY = 0.6
_SHOWN = 3


def stated_systems(table: PlacedRows) -> list[Note]:
    """Tell rows whose columns name another datum or coordinate system than their coordinates were read in.

    Heights have datums too: a column counts whose words are mostly datums of positions, meridians or codes of the EPSG.

    Parameters
    ----------
    table : PlacedRows
        Nothing is looked at where its source maps ``datum``, or its places are those of the file itself.

    Returns
    -------
    list of Note
        ``system_contradicted``, with the rows; one per column.
    """
    source = table.source
    columns = coordinate_columns(source)
    if source.columns.get("datum") or not (source.crs or columns):
        return []
    declared = crs_rules.parse_crs(source.id, source.crs or datum_of_headings(columns) or "EPSG:4326")
    ignored = {column.casefold() for column in source.ignore}
    notes = _by_headings(table, declared)
    for name in map(str, table.cells.columns):
        folded = fold(name).replace(" ", "_")
        named_so = (_NAMES_A_DATUM, _NAMES_A_SYSTEM, _NAMES_A_MERIDIAN)
        if name.casefold() in ignored or not any(pattern.fullmatch(folded) for pattern in named_so):
            continue
        texts = as_text(table.cells[name])
        systems = {text: _system(str(text)) for text in texts.dropna().unique()}
        meridians = {text: meridian_of(str(text)) for text in systems}
        known = [text for text, system in systems.items() if system is not None or meridians[text]]
        if not known or len(known) < _MOSTLY * len(systems):
            continue
        others = [
            text
            for text in known
            if (meridians[text] and not counts_from(declared, meridians[text]))
            or ((system := systems[text]) is not None and not _agree(declared, system))
        ]
        wrong = table.placed[texts.iloc[table.placed].isin(others).to_numpy(dtype=bool)]
        if not len(wrong):
            continue
        shown = ", ".join(f"'{text}'" for text in others[:_SHOWN])
        text = (
            f"{name} says {shown} in rows read as {crs_rules.authority(declared)} ({table.listed(wrong)}). "
            f"Map it as datum, or state the right crs:; if the run file is right, state 'ignore: [{name}]'."
        )
        notes.append(table.note("system_contradicted", text, np.asarray(wrong), (name,)))
    return notes


def _by_headings(table: PlacedRows, declared: pyproj.CRS) -> list[Note]:
    """Tell all rows where the headings of their coordinates name another datum or UTM zone than they were read in."""
    columns = coordinate_columns(table.source)
    other = []
    for name in columns:
        code, zone = datum_of_headings([name]), _ZONE_IN_HEADING.search(name)
        numbered = declared.utm_zone is not None and zone is not None and 1 <= int(zone[1]) <= _ZONES
        if (code and not _agree(declared, pyproj.CRS(code))) or (
            numbered and zone is not None and int(zone[1]) != int(str(declared.utm_zone)[:-1])
        ):
            other.append(name)
    if not other or not len(table.placed):
        return []
    text = (
        f"The headings {', '.join(other)} name another datum or zone than {crs_rules.authority(declared)}, in which the "
        "coordinates were read. State the right crs:, or name the columns after the system they are in."
    )
    return [table.note("system_contradicted", text, table.placed, tuple(other))]


def _system(text: str) -> pyproj.CRS | None:
    """Return the coordinate system or datum a cell names; None where it is none that is known."""
    coded = _CODE.match(text)
    code = f"EPSG:{coded[1]}" if coded else datum_code(text)
    try:
        return pyproj.CRS(code) if code else None
    except pyproj.exceptions.CRSError:
        return None


def _agree(declared: pyproj.CRS, named: pyproj.CRS) -> bool:
    """Say whether a named system may be the declared one: the datum alone, where only one of them is a projection."""
    if declared.is_projected and named.is_projected:
        return crs_rules.same_crs(declared, named) or _same_grid(declared, named)
    return _same_datum(declared, named)


def _same_grid(declared: pyproj.CRS, named: pyproj.CRS) -> bool:
    """Say whether two grids differ by a datum that is that of WGS 84 but for a metre or two: UTM 17N of NAD83 and of WGS 84."""
    zones = declared.utm_zone, named.utm_zone
    return zones[0] is not None and zones[0] == zones[1] and _same_datum(declared, named)


def _same_datum(declared: pyproj.CRS, named: pyproj.CRS) -> bool:
    first, second = declared.geodetic_crs, named.geodetic_crs
    if first is None or second is None:
        return True
    return first.datum == second.datum or (_modern(declared) and _modern(named))


def _modern(system: pyproj.CRS) -> bool:
    """Say whether a datum lies within a metre or two of WGS 84."""
    geodetic = system.geodetic_crs
    return nearly_wgs84(system) or (geodetic is not None and geodetic.name.startswith(_MODERN))
