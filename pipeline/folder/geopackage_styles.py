"""What a GeoPackage needs so that QGIS opens it drawn, with headings in words, and so that its notices travel with it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from html import escape
from pathlib import Path

import pandas as pd

from layers.validation import Validation
from maps.dictionary import meaning
from maps.screening.workbook import heading
from maps.words import known, word

_STYLES = (
    "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), "
    "f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, "
    "styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"
)
_METADATA = (
    "CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset', "
    "md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')"
)
_REFERENCES = (
    "CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value "
    "INTEGER, timestamp DATETIME NOT NULL, md_file_id INTEGER NOT NULL, md_parent_id INTEGER, CONSTRAINT crmr_mfi_fk FOREIGN KEY "
    "(md_file_id) REFERENCES gpkg_metadata(id), CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))"
)
CLASSES = {
    "top_10": ("tier_top_10", "#440154", 3.4),
    "top_tenth": ("tier_top_tenth", "#31688e", 2.8),
    "top_half": ("tier_top_half", "#35b779", 2.2),
    "rest": ("tier_rest", "#c8d6c8", 1.8),
}
"""Classes of rank, in the order of `maps.site_map.tiers.TIERS`: key of their words, colour and size in millimetres."""

SAMPLED = "_sampled"
"""Ends the class of a waste whose grade was sampled; its mark has a ring."""

_CLASS = f"\"rank_class\" || CASE WHEN \"evidence\" = 'measured' THEN '{SAMPLED}' ELSE '' END"
_OUTLINES = {"territories": "#4d4466", "surface_footprint": "#777777"}
_POINTS = {
    "sampling_plan": ("#b3470b", "star", 4.0),
    "communities": ("#ffffff", "square", 2.6),
    "held_out": ("#999999", "circle", 1.4),
}
_LABELS = {
    "sites": ('CASE WHEN "rank_class" = \'top_10\' THEN "name" END', 8, "#1b2530", 10),
    "communities": ('"community"', 8, "#1b2530", 7),
    "territories": ('"territory"', 8, "#4d4466", 4),
    "sampling_plan": ('"order"', 8, "#b3470b", 9),
}
"""What is written beside the things of a layer: an expression of QGIS, size in points, colour, how much it matters (0 to 10)."""

_TITLES = {
    "sites": "name",
    "communities": "community",
    "territories": "territory",
    "sampling_plan": "name",
    "held_out": "site_id",
}
"""Column that QGIS names the things of a layer by."""

_PLAIN = "https://www.iana.org/assignments/media-types/text/plain"
_QGIS = "http://mrcc.com/qgis.dtd"
_EXTENSIONS = {
    "gpkg_metadata": "http://www.geopackage.org/spec120/#extension_metadata",
    "gpkg_metadata_reference": "http://www.geopackage.org/spec120/#extension_metadata",
    "gpkg_data_columns": "http://www.geopackage.org/spec120/#extension_schema",
}
_DATA_COLUMNS = (
    "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, "
    "description TEXT, mime_type TEXT, constraint_name TEXT, CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
    "CONSTRAINT gdc_tn UNIQUE (table_name, name))"
)


def add_styles(
    path: Path,
    layers: Mapping[str, pd.DataFrame],
    notices: Sequence[str],
    written: str,
    validation: Validation | None,
    lang: str = "en",
) -> None:
    """Add styles, headings, the dictionary of columns and notices to a GeoPackage.

    Parameters
    ----------
    path : Path
        Of the file, which holds its layers already.
    layers : mapping of str to DataFrame
        What was written, by name.
    notices : sequence of str
        Kept in the file's metadata as plain text and in the metadata of every layer as QGIS shows it; the first is the title.
    written : str
        Time that the file says it was written at.
    validation : Validation or None
        Says whether a score may be called a chance.
    lang : {"en", "fr"}
        Of headings, meanings and classes.
    """
    with closing(sqlite3.connect(path)) as base, base:
        for table in (_STYLES, _METADATA, _REFERENCES, _DATA_COLUMNS):
            base.execute(table)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES ('layer_styles', 'attributes', "
            "'layer_styles', ?)",
            (written,),
        )
        for table, definition in _EXTENSIONS.items():
            base.execute(
                "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, 'read-write')",
                (table, _extension(table), definition),
            )
        _add_metadata(base, 1, _PLAIN, "text/plain", "\n".join(notices), None, written)
        for number, (name, layer) in enumerate(layers.items(), start=2):
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
                "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
                "VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)",
                (name, "minewaste", qml(name, layer, validation, lang), word("made_with", lang), written),
            )
            information = _qgis_metadata(name, notices, lang)
            _add_metadata(base, number, _QGIS, "text/xml", information, name, written)
            about = word(f"gis_{name}", lang)
            base.execute("UPDATE gpkg_contents SET description = ? WHERE table_name = ?", (about, name))
            base.executemany(
                "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description) VALUES (?, ?, ?, ?, ?)",
                [(name, field, field, alias, meant) for field, alias, meant in _told_columns(layer, validation, lang)],
            )


def _extension(table: str) -> str:
    return "gpkg_schema" if table == "gpkg_data_columns" else "gpkg_metadata"


def _add_metadata(
    base: sqlite3.Connection, number: int, standard: str, mime: str, text: str, layer: str | None, written: str
) -> None:
    """Add a note of the file, or of a layer."""
    scope = "geopackage" if layer is None else "table"
    base.execute("INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, ?, ?)", (number, standard, mime, text))
    base.execute(
        "INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, ?, NULL)", (scope, layer, written, number)
    )


def _qgis_metadata(layer: str, notices: Sequence[str], lang: str) -> str:
    """Return what QGIS shows of a layer under its information."""
    title = f"{notices[0]}: {word(f'gis_{layer}', lang)}" if notices else word(f"gis_{layer}", lang)
    parts = {"identifier": layer, "title": title, "abstract": "\n".join(notices), "type": "dataset"}
    elements = "".join(f"<{key}>{escape(text)}</{key}>" for key, text in parts.items())
    return f'<!DOCTYPE qgis PUBLIC "{_QGIS}" "SYSTEM"><qgis version="3.22">{elements}</qgis>'


def _told_columns(layer: pd.DataFrame, validation: Validation | None, lang: str) -> list[tuple[str, str, str]]:
    """Return the columns of a layer, their headings and their meanings."""
    headed = []
    for column in layer.columns.drop("geometry", errors="ignore"):
        # in the files of a run a distance to a road is straight; in a list for a place it follows the road
        head = "road_km_to_nearest" if column == "road_km" else str(column)
        meant = meaning(str(column), lang)
        headed.append(
            (str(column), heading(head, lang, validation) if known(f"heading_{head}") else _begun(meant), meant)
        )
    return headed


def _begun(meant: str) -> str:
    """Return the beginning of a meaning, up to the first mark, as a heading."""
    return re.split(r"[;:,(]", meant, maxsplit=1)[0].strip().capitalize()


def qml(layer: str, table: pd.DataFrame, validation: Validation | None, lang: str) -> str:
    """Return the style of a layer as QGIS keeps it, with names beside what is drawn and the headings of its columns."""
    aliases = "".join(
        f'<alias index="{at}" field="{escape(field)}" name="{escape(alias)}"/>'
        for at, (field, alias, _) in enumerate(_told_columns(table, validation, lang), start=1)
    )
    title = f'"{_TITLES[layer]}"' if _TITLES.get(layer) in table else ""
    labelled = layer in _LABELS and (layer != "sites" or "rank_class" in table)
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM"><qgis version="3.22" '
        f'styleCategories="Symbology|Labeling|Fields|MapTips" labelsEnabled="{int(labelled)}">'
        f"{_renderer(layer, table, lang)}{_labels(*_LABELS[layer]) if labelled else ''}<aliases>{aliases}</aliases>"
        f"<previewExpression>{escape(title)}</previewExpression></qgis>"
    )


def _labels(expression: str, size: int, colour: str, priority: int) -> str:
    """Return names with a white halo that give way to each other, the most telling layer last."""
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName="{escape(expression, quote=True)}" isExpression="1" fontSize="{size}" fontSizeUnit="Point" '
        f'textColor="{_rgba(colour)}" textOpacity="1"><text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="0.9"/></text-style>'
        f'<placement placement="6" dist="2" distUnits="MM" priority="{priority}" '
        'predefinedPositionOrder="R,L,TR,BR,TL,BL,TSR,BSR"/>'
        '<rendering obstacle="0" displayAll="0" drawLabels="1"/></settings></labeling>'
    )


def _renderer(layer: str, table: pd.DataFrame, lang: str) -> str:
    if layer == "sites" and {"rank_class", "evidence"} <= set(table.columns):
        return _of_classes(table, lang)
    symbol = _symbol("0", "marker", _marker(*_POINTS[layer])) if layer in _POINTS else _outline(layer)
    return (
        f'<renderer-v2 type="singleSymbol" forceraster="0" symbollevels="0"><symbols>{symbol}</symbols></renderer-v2>'
    )


def _of_classes(table: pd.DataFrame, lang: str) -> str:
    """Return the colours of the classes of rank that there are; wastes whose grade was sampled have a ring."""
    held = set(zip(table["rank_class"], table["evidence"] == "measured", strict=True))
    drawn = [(code, sampled) for code in CLASSES for sampled in (False, True) if (code, sampled) in held]
    categories, symbols = [], []
    for at, (code, sampled) in enumerate(drawn):
        key, colour, size = CLASSES[code]
        label = word(key, lang) + (f", {word('mark_sampled', lang)}" if sampled else "")
        value = code + SAMPLED * sampled
        categories.append(f'<category symbol="{at}" value="{value}" label="{escape(label)}" render="true"/>')
        ring = _marker("#ffffff", "circle", size + 1.6, "17,17,17,255", 0.4) if sampled else ""
        symbols.append(_symbol(str(at), "marker", ring + _marker(colour, "circle", size)))
    return (
        f'<renderer-v2 type="categorizedSymbol" attr="{escape(_CLASS, quote=True)}" forceraster="0" symbollevels="0" '
        f'enableorderby="1"><categories>{"".join(categories)}</categories><symbols>{"".join(symbols)}</symbols>'
        '<orderby><orderByClause asc="0" nullsFirst="0">"rank"</orderByClause></orderby></renderer-v2>'
    )


def _marker(colour: str, mark: str, size: float, edge: str = "30,40,50,255", edge_mm: float = 0.2) -> str:
    options = {"name": mark, "color": _rgba(colour), "outline_color": edge, "outline_width": f"{edge_mm:g}",
               "size": f"{size:g}", "size_unit": "MM"}  # fmt: skip
    return _drawing("SimpleMarker", options)


def _outline(layer: str) -> str:
    options = {"style": "no", "outline_color": _rgba(_OUTLINES.get(layer, "#555555")), "outline_style": "dash dot",
               "outline_width": "0.4"}  # fmt: skip
    return _symbol("0", "fill", _drawing("SimpleFill", options))


def _drawing(kind: str, options: Mapping[str, str]) -> str:
    listed = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items())
    props = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in options.items())
    return f'<layer class="{kind}" enabled="1" locked="0" pass="0"><Option type="Map">{listed}</Option>{props}</layer>'


def _symbol(name: str, kind: str, drawings: str) -> str:
    return f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0">{drawings}</symbol>'


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
