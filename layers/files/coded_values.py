"""Codes of a GeoPackage or file geodatabase that stand for words, decoded by the lists the file itself carries."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pyogrio

from layers.accounting import Note
from layers.library_warnings import quiet

CodeLists = Mapping[str, Mapping[str, str]]
_MANY = 4


def decode_values(source: str, path: Path, layer: str, cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Put the words a file gives for its codes in their place.

    Parameters
    ----------
    source : str
        Id of the source, for the note.
    path : Path
        GeoPackage or file geodatabase; other formats carry no lists.
    layer : str
        Layer the cells come from.
    cells : DataFrame
        Attributes; not edited.

    Returns
    -------
    cells : DataFrame
        Decoded; codes the list does not know stay.
    notes : tuple of Note
        Which columns were decoded, and codes without a word.
    """
    suffix = path.suffix.lower()
    lists = (
        _of_geopackage(path, layer) if suffix == ".gpkg" else _of_geodatabase(path, layer) if suffix == ".gdb" else {}
    )
    lists = {column: words for column, words in lists.items() if column in cells.columns and words}
    notes, decoded = [], cells
    named = []
    for column, words in lists.items():
        codes = cells[column].map(_code)
        known = codes.isin(list(words))
        if not known.any():
            continue
        decoded = decoded.assign(**{column: codes.map(words).where(known, codes).astype("str")})
        named.append(column)
        strange = codes[~known].dropna()
        if len(strange):
            shown = ", ".join(map(str, strange.unique()[:_MANY]))
            text = f"The column {column} holds codes the file's own list does not explain ({shown}); they stay as they are."
            notes.append(Note(source, "code_unexplained", text, len(strange)))
    if named:
        text = f"Codes were replaced by the words the file gives for them, in {', '.join(named)}."
        notes.insert(0, Note(source, "codes_decoded", text, len(named)))
    return decoded, tuple(notes)


def _code(value: object) -> str | None:
    """Return a stored code as the lists write it: 1, not 1.0."""
    if value is None or value != value:
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _of_geopackage(path: Path, layer: str) -> CodeLists:
    """Return the enumerations of the schema extension (GeoPackage 1.3, annex F.9)."""
    query = (
        "SELECT c.column_name, v.value, v.description FROM gpkg_data_columns c "
        "JOIN gpkg_data_column_constraints v ON v.constraint_name = c.constraint_name "
        "WHERE v.constraint_type = 'enum' AND lower(c.table_name) = lower(?)"
    )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            rows = base.execute(query, (layer,)).fetchall()
    except sqlite3.Error:  # the extension's tables are not there
        return {}
    lists: dict[str, dict[str, str]] = {}
    for column, value, description in rows:
        if value is not None and description:
            lists.setdefault(str(column), {})[str(value)] = str(description)
    return lists


def _of_geodatabase(path: Path, layer: str) -> CodeLists:
    """Return the coded value domains of a file geodatabase, from the XML of its table of items."""
    try:
        with quiet():
            items = pyogrio.read_dataframe(path, layer="GDB_Items", read_geometry=False, LIST_ALL_TABLES="YES")
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError, ValueError):
        return {}
    domains: dict[str, dict[str, str]] = {}
    fields: dict[str, str] = {}
    for name, definition in zip(items["Name"], items["Definition"], strict=True):
        if not isinstance(definition, str):
            continue
        try:
            root = ElementTree.fromstring(definition)  # noqa: S314 - expat of this Python refuses entities that grow
        except ElementTree.ParseError:
            continue
        if root.tag.endswith("CodedValueDomain2"):
            codes = [
                (coded_value.findtext("Code"), coded_value.findtext("Name")) for coded_value in root.iter("CodedValue")
            ]
            domains[str(root.findtext("DomainName"))] = {code: word for code, word in codes if code and word}
        elif str(name).casefold() == layer.casefold():
            domain_of_field = [
                (field_info.findtext("Name"), field_info.findtext("DomainName"))
                for field_info in root.iter("GPFieldInfoEx")
            ]
            fields |= {field: domain for field, domain in domain_of_field if field and domain}
    return {field: domains[domain] for field, domain in fields.items() if domain in domains}
