"""Metal contained in a sampled waste: with its mean grade it tells the tonnes, and the tonnes tell the other grades."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.elements import ATOMIC_MASS
from layers.errors import SourceError
from layers.readers.assay_options import Endowments
from layers.readers.columns import mapped_columns, match_column

T_PER_KG_PPM = 1000.0
"""Tonnes that hold one kilogram at one part per million: 1 kg / 1e-6 = 1e6 kg."""

MASS = "waste_mass_t"


def with_endowments(
    source: Source, where: str, cells: pd.DataFrame, endowments: Endowments
) -> tuple[pd.DataFrame, dict[str, str], list[Note]]:
    r"""Add the tonnes of each sampled waste and the mean grades that follow from them.

    :math:`T = m_b / \bar c_b` with the contained metal and the mean grade of one element (or sum) *b* that has both, and
    :math:`\bar c_x = m_x / T` for every other element.

    Parameters
    ----------
    source : Source
        For notes.
    where : str
        Names the file in messages.
    cells : DataFrame
        Raw cells.
    endowments : Endowments
        The columns. An endowment of 0 was not reckoned, and is missing.

    Returns
    -------
    cells : DataFrame
        With a column ``<element>_ppm`` for every element, and ``waste_mass_t``.
    used : dict of str to str
        Column of the file -> what came of it.
    notes : list of Note

    Raises
    ------
    SourceError
        If a column is not in the file, an element is unknown, or the file has grades of an element under the same heading.
    """
    names = [str(name) for name in cells.columns]
    wanted = {"mass_from": endowments.mass_from, "mean_ppm": endowments.mean_ppm, **endowments.elements}
    columns = {what: match_column(names, heading) for what, heading in wanted.items()}
    lost = sorted(wanted[what] for what, column in columns.items() if column is None)
    strange = sorted(set(endowments.elements) - set(ATOMIC_MASS))
    taken = sorted(f"{element}_ppm" for element in endowments.elements if f"{element}_ppm" in names)
    if lost or strange or taken:
        problems = [f"there is no column '{name}'" for name in lost] + [
            f"'{element}' is no element" for element in strange
        ]
        problems += [f"the file has a column '{column}' already" for column in taken]
        raise SourceError(f"{where}: options.endowments: {'; '.join(problems)}. It has: {', '.join(names)}.")
    contained, grade = _amount(cells, columns["mass_from"]), _amount(cells, columns["mean_ppm"])
    mass = T_PER_KG_PPM * contained / grade
    endowment_ppm = {
        f"{element}_ppm": T_PER_KG_PPM * _amount(cells, columns[element]) / mass for element in endowments.elements
    }
    texts = {name: _as_cells(values) for name, values in (endowment_ppm | {MASS: mass}).items()}
    used = {str(columns["mass_from"]): MASS} | {
        str(columns[element]): f"{element}_ppm" for element in endowments.elements
    }
    known = int(np.isfinite(mass).sum())
    text = (
        f"The tonnes of {known} of {len(cells)} sampled wastes follow from the metal they hold and its mean grade, and the mean "
        f"grades of {', '.join(endowments.elements) or 'no element'} from these tonnes; 0 was read as not reckoned."
    )
    notes = [Note(source.id, "tonnes_from_endowment", text, known, tuple(used))]
    return pd.concat([cells, pd.DataFrame(texts, index=cells.index)], axis=1), used, notes


def _amount(cells: pd.DataFrame, column: str | None) -> np.ndarray:
    values = np.array(pd.to_numeric(cells[column], errors="coerce"), dtype="float64")
    return np.where(values > 0, values, np.nan)


def _as_cells(values: np.ndarray) -> pd.Series:
    """Return numbers as a file would hold them."""
    return pd.Series([f"{value:.8g}" if np.isfinite(value) else None for value in values], dtype="str")


PROPERTIES = (MASS, "paste_ph", "np_ap")
"""What a table may say of a waste beside its elements: its tonnes, pH in paste, and neutralising over acid potential."""


def waste_properties(source: Source, cells: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the properties a source maps, or that follow from endowments: numbers by layer column, NaN where there is none."""
    properties: dict[str, np.ndarray] = {}
    for name in PROPERTIES:
        columns = mapped_columns(source, cells, name) or [column for column in cells.columns if column == name]
        if columns:
            properties[name] = np.array(pd.to_numeric(cells[columns[0]], errors="coerce"), dtype="float64")
    return properties
