"""Columns of whole degrees whose minutes stand beside them: half of a coordinate, up to 110 km from the place."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.catalogue.source import Source
from layers.cells.angle_headings import part_of_angle
from layers.errors import SourceError
from layers.readers.columns import as_numbers, as_text, mapped_columns


def parts_of(axis: str, cells: pd.DataFrame) -> tuple[str, str] | None:
    """Return the columns of whole degrees and of their minutes of an axis.

    Parameters
    ----------
    axis : {"latitude", "longitude"}
        Which.
    cells : DataFrame
        Raw cells.

    Returns
    -------
    tuple of str, or None
        None where no headings name them, the degrees are no whole numbers or the minutes reach 60: ``LAT_MIN`` is the least
        latitude as well.
    """
    names = {part_of_angle(name): name for name in reversed([str(column) for column in cells.columns])}
    degrees, minutes = names.get(f"{axis}_degrees"), names.get(f"{axis}_minutes")
    if degrees is None or minutes is None:
        return None
    whole, sixtieths = _numbers(cells[degrees]), _numbers(cells[minutes])
    if (
        not len(whole)
        or not len(sixtieths)
        or (whole % 1 != 0).any()
        or (sixtieths < 0).any()
        or (sixtieths >= 60).any()
    ):
        return None
    return degrees, minutes


def is_part(name: str, cells: pd.DataFrame) -> bool:
    """Say whether a column holds a part of an angle whose degrees and minutes stand in columns of their own."""
    part = part_of_angle(name)
    return part is not None and parts_of(part.partition("_")[0], cells) is not None


def refuse_whole_degrees(source: Source, where: str, cells: pd.DataFrame) -> None:
    """Stop where an axis is mapped to a column of whole degrees alone and their minutes stand beside it.

    Raises
    ------
    SourceError
        Naming both columns and the mapping that reads them.
    """
    for axis in ("latitude", "longitude"):
        parts = parts_of(axis, cells)
        if parts is None or parts[1] in source.ignore or parts[0] not in mapped_columns(source, cells, axis):
            continue
        degrees, minutes = parts
        raise SourceError(
            f"{where}: '{degrees}' holds whole degrees and '{minutes}' their minutes, so {axis}: {degrees} is half of a "
            f"coordinate. Map {axis}_degrees: {degrees} and {axis}_minutes: {minutes} (and {axis}_seconds) in its place; "
            f"if '{degrees}' is the whole, state 'ignore: [{minutes}]'."
        )


def _numbers(column: pd.Series) -> np.ndarray:
    """Return the filled cells of a column as numbers; none where one of them is no number."""
    text = as_text(column).dropna()
    values = as_numbers(text.str.replace(",", ".", regex=False))
    return values if np.isfinite(values).all() else np.empty(0)
