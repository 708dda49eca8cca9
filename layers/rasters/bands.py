"""Which band of a raster is meant, and whether its numbers are amounts or the codes of classes."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
from rasterio.enums import ColorInterp, MaskFlags

from layers.catalogue.source import Source
from layers.errors import SourceError

KINDS = ("amounts", "classes")
FEWEST_CELLS = 400
"""Below so many cells looked at, few distinct whole numbers are no sign of classes."""

MOST_CLASSES = 40
"""More distinct codes than this are no classes a site can be described by."""

MOST_BANDS = 4_096
"""Bands of a file that are gone through."""

_FEW = 20
_COLOURS = {ColorInterp.red, ColorInterp.green, ColorInterp.blue}
_MASKS = {ColorInterp.alpha}
_NAME_COLUMNS = r"(?i)^(?:class_?)?names?$|label|descr|unit|lith|category|legend|rock"


def chosen_band(source: Source, where: str, dataset: Any) -> int:
    """Return the band that is meant, 1-based.

    Raises
    ------
    SourceError
        If the file is a picture, or holds several bands of data and none is named, or has no such band.
    """
    stated = source.options.get("band")
    if dataset.count == 0:
        inner = ", ".join(dataset.subdatasets[:6])
        raise SourceError(
            f"{where}: the file holds {len(dataset.subdatasets)} grids and none of its own ({inner or 'none'}). "
            "Export the one that is meant as GeoTIFF."
        )
    if dataset.count > MOST_BANDS:
        raise SourceError(
            f"{where}: the file holds {dataset.count:,} bands; files of {MOST_BANDS:,} are read at most. Save the "
            "band that is meant as a GeoTIFF of its own."
        )
    if stated is not None:
        band = int(stated) if str(stated).strip().isdigit() else _named(dataset, str(stated))
        if not 1 <= band <= dataset.count:
            raise SourceError(
                f"{where}: there is no band {stated}; the file has {dataset.count}. Correct 'options: {{band: …}}'."
            )
        return band
    data = [number for number, shown in enumerate(dataset.colorinterp, 1) if shown not in _MASKS]
    if len(data) > 2 and _is_picture(dataset):
        raise SourceError(
            f"{where}: this is a picture (its bands are red, green and blue), not a grid of values. Use the grid it was drawn "
            "from; if a band does hold values, name it with 'options: {band: …}'."
        )
    if len(data) > 1:
        shown = ", ".join(_band_text(dataset, number) for number in data[:12])
        raise SourceError(
            f"{where}: the file holds {len(data)} bands: {shown}. Name the one meant with 'options: {{band: …}}'."
        )
    return data[0] if data else 1


def _is_picture(dataset: Any) -> bool:
    return set(dataset.colorinterp) >= _COLOURS and all(str(kind) in ("uint8", "uint16") for kind in dataset.dtypes[:3])


def _named(dataset: Any, name: str) -> int:
    """Return the band of a description, 0 where there is none."""
    names = [(text or "").strip().casefold() for text in dataset.descriptions]
    return names.index(name.strip().casefold()) + 1 if name.strip().casefold() in names else 0


def _band_text(dataset: Any, number: int) -> str:
    text = dataset.descriptions[number - 1]
    return f"{number} ({text})" if text else str(number)


def has_mask(dataset: Any, band: int) -> bool:
    """Say whether a mask or an alpha band beside the values tells which cells have none."""
    return bool({MaskFlags.per_dataset, MaskFlags.alpha} & set(dataset.mask_flag_enums[band - 1]))


def classes_of(
    source: Source, where: str, path: Path, dataset: Any, band: int, values: np.ndarray
) -> tuple[tuple[tuple[float, str], ...], str | None]:
    """Return the classes a band holds, with what shows that it does; none where its numbers are amounts.

    Parameters
    ----------
    source : Source
        ``options.kind`` settles it where it is stated: ``amounts`` or ``classes``.
    where : str
        What to call the file in messages.
    path : Path
        The file; tables of classes may lie beside it.
    dataset
        Open rasterio dataset.
    band : int
        1-based.
    values : ndarray
        Cells of some blocks, missing ones left out.

    Returns
    -------
    classes : tuple of (code, name)
        In the order of codes; the name is the code where no table gives one.
    why : str or None
        ``stated``, ``table``, ``colours`` or ``few``; None for amounts.

    Raises
    ------
    SourceError
        If ``options.kind`` is no such word, or the band is a scanned picture or holds more codes than classes could be.
    """
    stated = source.options.get("kind")
    if stated is not None and stated not in KINDS:
        raise SourceError(f"{where}: options.kind is '{stated}'. It must be amounts or classes.")
    if stated == "amounts":
        return (), None
    codes = np.unique(values.astype(float)) if len(values) else np.empty(0)
    names = _table_beside(path, band)
    coloured = dataset.colorinterp[band - 1] == ColorInterp.palette or _has_colours(dataset, band)
    whole = bool(len(codes)) and bool((codes == np.round(codes)).all())
    few = whole and 2 < len(codes) <= _FEW and len(values) >= FEWEST_CELLS
    why = (
        "stated"
        if stated
        else "table"
        if names and whole
        else "colours"
        if coloured and whole
        else "few"
        if few
        else None
    )
    if why is None or len(codes) < 2:
        return (), None
    if len(codes) > MOST_CLASSES:
        if why == "colours":
            raise SourceError(
                f"{where}: the band has a table of colours and {len(codes)} codes: a scanned map or picture, not a grid of "
                "values. Use the grid it was drawn from, or state 'options: {kind: amounts}' if the numbers are amounts."
            )
        if why == "stated":
            raise SourceError(
                f"{where}: {len(codes)} codes are too many for classes (at most {MOST_CLASSES}). Join them in a GIS, "
                "or state 'options: {kind: amounts}'."
            )
        return (), None
    return tuple(zip(codes.tolist(), _distinct([_word(code, names) for code in codes]), strict=True)), why


def _word(code: float, names: dict[float, str]) -> str:
    text = names.get(float(code), "") or f"{code:g}"
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")[:40] or f"{code:g}".replace("-", "minus_")


def _distinct(words: list[str]) -> list[str]:
    return [
        word if words.count(word) == 1 else f"{word}_{words[: index + 1].count(word)}"
        for index, word in enumerate(words)
    ]


def _has_colours(dataset: Any, band: int) -> bool:
    with suppress(ValueError):
        return bool(dataset.colormap(band))
    return False


def _table_beside(path: Path, band: int) -> dict[float, str]:
    """Return the names of codes from a table of classes beside the raster (``.aux.xml`` or ``.vat.dbf``)."""
    described = path.with_name(path.name + ".aux.xml")
    if described.is_file():
        with suppress(ElementTree.ParseError, OSError, ValueError):
            root = ElementTree.parse(described).getroot()  # noqa: S314 - expat of this Python refuses entities that grow
            for element in root.iter("PAMRasterBand"):
                if element.get("band", "1") == str(band):
                    return _rows(element) or _categories(element)
    listed = path.with_name(path.name + ".vat.dbf")
    return _attribute_table(listed) if listed.is_file() else {}


def _rows(element: ElementTree.Element) -> dict[float, str]:
    """Return the raster attribute table of a band: its column of values and that of names."""
    table = element.find("GDALRasterAttributeTable")
    if table is None or table.get("tableType", "thematic") != "thematic":
        return {}
    fields = [(field.findtext("Name") or "", field.findtext("Usage") or "0") for field in table.iter("FieldDefn")]
    value = next((at for at, (name, usage) in enumerate(fields) if usage == "5" or name.casefold() == "value"), None)
    word = next((at for at, (name, usage) in enumerate(fields) if usage == "2" or re.search(_NAME_COLUMNS, name)), None)
    if value is None:
        return {}
    cells = [[cell.text or "" for cell in row.iter("F")] for row in table.iter("Row")]
    return {float(row[value]): row[word] if word is not None else "" for row in cells if len(row) == len(fields)}


def _categories(element: ElementTree.Element) -> dict[float, str]:
    names = [category.text or "" for category in element.iter("Category")]
    return {float(code): name for code, name in enumerate(names) if name}


def _attribute_table(path: Path) -> dict[float, str]:
    """Return the value attribute table some GIS keep beside a raster of classes."""
    import pyogrio

    from layers.library_warnings import quiet

    with suppress(
        pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError, ValueError, UnicodeDecodeError
    ):
        with quiet():
            table = pyogrio.read_dataframe(path, read_geometry=False)
        value = next((name for name in table.columns if str(name).casefold() == "value"), None)
        word = next((name for name in table.columns if re.search(_NAME_COLUMNS, str(name))), None)
        if value is not None:
            words = table[word].astype(str) if word is not None else [""] * len(table)
            return {float(code): str(name) for code, name in zip(table[value], words, strict=True)}
    return {}
