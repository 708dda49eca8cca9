"""What a GeoPackage needs so that QGIS opens it drawn, with headings in words, and so that its notices travel with it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from html import escape
from pathlib import Path

from layers.validation import Validation
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
TIERS = (
    ("sampled", "#111111", "square", 2.8),
    ("top_10", "#440154", "circle", 3.4),
    ("top_tenth", "#31688e", "circle", 2.8),
    ("top_half", "#35b779", "circle", 2.2),
    ("rest", "#c8d6c8", "circle", 1.8),
)
"""Classes of the sites: code, colour, mark and size in millimetres."""

_TIER = (
    "CASE WHEN \"evidence\" = 'measured' THEN 'sampled' WHEN \"rank\" <= 10 THEN 'top_10' "
    "WHEN \"rank\" <= 0.1 * {n} THEN 'top_tenth' WHEN \"rank\" <= 0.5 * {n} THEN 'top_half' ELSE 'rest' END"
)
_TIER_WORDS = {"sampled": "mark_sampled", "top_10": "tier_top_10", "top_tenth": "tier_top_tenth",
               "top_half": "tier_top_half", "rest": "tier_rest"}  # fmt: skip
_OUTLINES = {"territories": "#4d4466", "surface_footprint": "#777777"}
_POINTS = {
    "sampling_plan": ("#b3470b", "star", 4.0),
    "communities": ("#ffffff", "square", 2.6),
    "held_out": ("#999999", "circle", 1.4),
}
_PLAIN = "https://www.iana.org/assignments/media-types/text/plain"


def add_styles(
    path: Path,
    columns: Mapping[str, Sequence[str]],
    n_ranked: int,
    notices: Sequence[str],
    written: str,
    validation: Validation | None,
) -> None:
    """Add styles and notices to a GeoPackage.

    Parameters
    ----------
    path : Path
        Of the file, which holds its layers already.
    columns : mapping of str to sequence of str
        Columns of each layer, for headings in words.
    n_ranked : int
        Number of ranked sites, for the classes.
    notices : sequence of str
        Kept in the file's metadata as plain text.
    written : str
        Time that the file says it was written at.
    validation : Validation or None
        Says whether a score may be called a chance.
    """
    with closing(sqlite3.connect(path)) as base, base:
        base.execute(_STYLES)
        for name, fields in columns.items():
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
                "styleQML, styleSLD, useAsDefault, description, owner, update_time) "
                "VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', ?)",
                (name, "minewaste", qml(name, fields, n_ranked, validation), word("made_with", "en"), written),
            )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES ('layer_styles', 'attributes', "
            "'layer_styles', ?)",
            (written,),
        )
        base.execute(_METADATA)
        base.execute(_REFERENCES)
        note = ("dataset", _PLAIN, "text/plain", "\n".join(notices))
        base.execute("INSERT INTO gpkg_metadata VALUES (1, ?, ?, ?, ?)", note)
        base.execute(
            "INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)", (written,)
        )


def qml(layer: str, fields: Sequence[str], n_ranked: int, validation: Validation | None) -> str:
    """Return the style of a layer as QGIS keeps it, with the headings of its columns."""
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM"><qgis version="3.22" styleCategories="Symbology|Fields">'
        f"{_renderer(layer, n_ranked)}<aliases>{_aliases(fields, validation)}</aliases></qgis>"
    )


def _aliases(fields: Sequence[str], validation: Validation | None) -> str:
    # in the files of a run a distance to a road is straight; in a list for a place it follows the road
    heads = {field: "road_km_to_nearest" if field == "road_km" else field for field in fields}
    names = [
        (field, heading(head, "en", validation) if known(f"heading_{head}") else "") for field, head in heads.items()
    ]
    return "".join(
        f'<alias index="{at}" field="{escape(field)}" name="{escape(name)}"/>'
        for at, (field, name) in enumerate(names, start=1)
    )


def _renderer(layer: str, n_ranked: int) -> str:
    if layer == "sites":
        categories = "".join(
            f'<category symbol="{at}" value="{code}" label="{escape(word(_TIER_WORDS[code], "en"))}" render="true"/>'
            for at, (code, *_) in enumerate(TIERS)
        )
        symbols = "".join(_marker(str(at), colour, mark, size) for at, (_, colour, mark, size) in enumerate(TIERS))
        expression = escape(_TIER.format(n=n_ranked), quote=True)
        return (
            f'<renderer-v2 type="categorizedSymbol" attr="{expression}" forceraster="0" symbollevels="0" enableorderby="1">'
            f"<categories>{categories}</categories><symbols>{symbols}</symbols>"
            '<orderby><orderByClause asc="0" nullsFirst="0">"rank"</orderByClause></orderby></renderer-v2>'
        )
    symbol = _marker("0", *_POINTS[layer]) if layer in _POINTS else _outline("0", _OUTLINES.get(layer, "#555555"))
    return (
        f'<renderer-v2 type="singleSymbol" forceraster="0" symbollevels="0"><symbols>{symbol}</symbols></renderer-v2>'
    )


def _marker(name: str, colour: str, mark: str, size: float) -> str:
    options = {"name": mark, "color": _rgba(colour), "outline_color": "30,40,50,255", "outline_width": "0.2", "size": f"{size:g}",
               "size_unit": "MM"}  # fmt: skip
    return _symbol(name, "marker", "SimpleMarker", options)


def _outline(name: str, colour: str) -> str:
    options = {"style": "no", "outline_color": _rgba(colour), "outline_style": "dash dot", "outline_width": "0.4"}
    return _symbol(name, "fill", "SimpleFill", options)


def _symbol(name: str, kind: str, drawing: str, options: Mapping[str, str]) -> str:
    listed = "".join(f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items())
    props = "".join(f'<prop k="{key}" v="{value}"/>' for key, value in options.items())
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="{drawing}" enabled="1" '
        f'locked="0" pass="0"><Option type="Map">{listed}</Option>{props}</layer></symbol>'
    )


def _rgba(colour: str) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
