"""From a source's words about columns to columns: mapping, missing words, defaults and vocabularies."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel, ValidationError

from layers.catalogue.source import Source, load_catalogue
from layers.errors import ConfigError, SourceError
from layers.text import did_you_mean

OptionsT = TypeVar("OptionsT", bound=BaseModel)

_BLANKS = " \t\r\n\u00a0\u202f\ufeff"


def match_column(columns: Iterable[str], name: str) -> str | None:
    """Return the column of a name: the one spelt exactly so, else the first that differs by case or outer blanks only."""
    folded: str | None = None
    wanted = name.strip().casefold()
    for column in columns:
        if column == name:
            return column
        if folded is None and column.strip().casefold() == wanted:
            folded = column
    return folded


TRANSLATED: Mapping[str, tuple[str, ...]] = {
    "inventory": ("deposit_type", "disposal", "hazard_class", "jurisdiction", "status", "url", "waste_type"),
    "geochemistry": ("coordinate_precision_km", "medium", "site_key"),
}
"""Layer columns whose cells ``values`` translates, by role; of the features of every other role it is ``kind``."""


def check_mapping(source: Source, where: str, columns: Sequence[str], needed: Sequence[str] = ()) -> None:
    """Stop when the run file names columns the file does not have, all of them at once.

    A layer column mapped to several file columns needs only one of them; this lets one catalogue entry serve several editions.

    Raises
    ------
    SourceError
        Naming every wrong column, the nearest names there are, and the layer columns that are needed but not mapped; or if
        ``ignore`` names a column that is not there, or one that is mapped to an amount.
    """
    _check_values(source, where)
    present = {str(column).strip().casefold(): str(column) for column in columns}
    known = _catalogued(source, where, present)
    _check_ignored(source, where, columns, present)
    wrong = []
    for layer_column, mapped in source.columns.items():
        names = [mapped] if isinstance(mapped, str) else mapped
        if names and not any(name.strip().casefold() in present for name in names):
            hint = did_you_mean(names[0], present.values(), most=2, least_likeness=0.6)
            hint = f" ({hint.strip()})" if hint else ""
            if known.get(layer_column) != mapped:
                wrong.append(f"{layer_column}: {' or '.join(names)}{hint}")
    absent = [name for name in needed if name not in source.columns and name not in source.defaults]
    if wrong or absent:
        parts = [f"  there is no column for {name}" for name in wrong] + [f"  {name} is not mapped" for name in absent]
        raise SourceError(
            f"{where}: the column mapping does not fit the file.\n"
            + "\n".join(parts)
            + f"\nThe columns are: {', '.join(map(str, columns))}."
        )


def _check_values(source: Source, where: str) -> None:
    """Stop when ``values`` would translate a layer column that it never translates: it would be without effect."""
    translated = TRANSLATED.get(source.role, ("kind",))
    unheard = sorted(set(source.values) - set(translated))
    if unheard:
        codes = " Names of commodities are translated by commodity_codes." if "commodities" in unheard else ""
        raise SourceError(
            f"{where}: values.{unheard[0]} has no effect: of role {source.role} values translates {', '.join(translated)}.{codes}"
            " Correct the name, or leave it out."
        )


def _check_ignored(source: Source, where: str, columns: Sequence[str], present: Mapping[str, str]) -> None:
    """Stop where ``ignore`` leaves out nothing, or an amount that the run file maps as well: one of the two is a slip.

    Columns that differ in case alone are two: of these one may be mapped and the other left out.
    """
    if not source.ignore:
        return
    entry = load_catalogue().get(source.catalogue) if source.catalogue else None
    by_catalogue = entry.facts.get("ignore", []) if entry else []
    mapped = {
        name.strip().casefold(): (name.strip(), layer_column)
        for layer_column, names in source.columns.items()
        for name in ([names] if isinstance(names, str) else names)
        if layer_column.endswith(_AMOUNTS)
    }
    written, wrong = {str(column).strip() for column in columns}, []
    for name in source.ignore:
        folded = name.strip().casefold()
        if folded not in present and name not in by_catalogue:
            wrong.append(
                f"ignore names '{name}', which is no column of the file.{did_you_mean(name, present.values())}"
            )
        elif folded in mapped and not (
            name.strip() != mapped[folded][0] and {name.strip(), mapped[folded][0]} <= written
        ):
            column = mapped[folded][1]
            wrong.append(
                f"ignore names '{name}', which is mapped to {column}: leave it out of one of the two "
                f"('{column}: []' maps nothing)."
            )
    if wrong:
        raise SourceError(f"{where}: {' '.join(wrong)}")


_AMOUNTS = ("_t", "_m3", "_m2", "_m", "_ppm")
"""Ends of layer columns that hold amounts and results; names of places may be mapped and yet left out of comparisons."""


def _catalogued(source: Source, where: str, present: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the column mapping of the catalogue entry; stop when the file is clearly another one."""
    entry = load_catalogue().get(source.catalogue) if source.catalogue else None
    if entry is None:
        return {}
    telling = [column for column in entry.recognise if column.casefold() in present]
    mapped = [name for names in source.columns.values() for name in ([names] if isinstance(names, str) else names)]
    if not telling and entry.recognise and not any(name.strip().casefold() in present for name in mapped):
        raise SourceError(
            f"{where}: this does not look like '{entry.id}' ({entry.title}): none of its columns is there. "
            f"The columns are: {', '.join(present.values())}. Correct 'path' or 'catalogue'."
        )
    return entry.facts.get("columns", {})


def mapped_columns(source: Source, cells: pd.DataFrame, name: str) -> list[str]:
    """Return the file's columns mapped to a layer column, in the order stated, only those present (see `match_column`)."""
    mapped = source.columns.get(name, [])
    present = [str(column) for column in cells.columns]
    names = [mapped] if isinstance(mapped, str) else mapped
    return [column for name in names if (column := match_column(present, name)) is not None]


def as_text(column: pd.Series) -> pd.Series:
    """Return a column as stripped text, NA where empty; whole numbers of typed columns read as ``123``, not ``123.0``."""
    if pd.api.types.is_float_dtype(column):
        whole = column.dropna()
        if (whole % 1 == 0).all() and (whole.abs() < 1e15).all():
            column = column.astype("Int64")
        else:
            values = column.to_numpy(dtype=float, na_value=np.nan).tolist()
            texts = [
                None if math.isnan(cell) else str(int(cell)) if cell.is_integer() else repr(cell) for cell in values
            ]
            column = pd.Series(texts, index=column.index, name=column.name, dtype="str")
    text = column.astype("str")
    cells = pc.utf8_trim(pa.array(text.array), characters=_BLANKS)
    empty = pc.equal(cells, "")
    if pc.any(empty).as_py():
        cells = pc.if_else(empty, None, cells)
    return pd.Series(pd.array(cells, dtype="str"), index=text.index, name=text.name)


def as_numbers(text: pd.Series) -> npt.NDArray[np.float64]:
    """Return texts as numbers, NaN where one is empty or no number.

    Where all are plain numbers Arrow reads them, to the same last digit and a dozen times as fast as pandas.
    """
    try:
        numbers = pc.cast(pa.array(text.where(text != "", None)), pa.float64())
        return np.array(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
    except pa.ArrowInvalid:
        return np.array(pd.to_numeric(text, errors="coerce"), dtype=np.float64)


def text_column(source: Source, cells: pd.DataFrame, name: str, keep_missing_words: bool = False) -> pd.Series | None:
    """Return a layer column as text: the first non-empty of its mapped file columns.

    Parameters
    ----------
    source : Source
        ``columns`` gives the file columns, ``missing`` the words that mean not known.
    cells : DataFrame
        Raw cells.
    name : str
        Layer column.
    keep_missing_words : bool
        True for names and ids, where ``None`` or ``N/A`` may be what a place is called.

    Returns
    -------
    Series of str or None
        None if no mapped column is present.
    """
    names = mapped_columns(source, cells, name)
    if not names:
        return None
    words = set() if keep_missing_words else {word.strip().casefold() for word in source.missing}
    result: pd.Series | None = None
    for column in names:
        text = as_text(cells[column])
        text = without_words(text, words)
        result = text if result is None else result.fillna(text)
    return result


def without_words(text: pd.Series, words: Collection[str]) -> pd.Series:
    """Return texts, NA where one is among some words in lower case; every distinct text is looked at once."""
    words_present = [word for word in text.dropna().unique() if str(word).casefold() in words] if words else []
    return text.where(~text.isin(words_present), None) if words_present else text


def text_or_default(source: Source, cells: pd.DataFrame, name: str, keep_missing_words: bool = False) -> pd.Series:
    """Return a layer column as text, the source's default where a cell is empty, NA where there is none."""
    column = text_column(source, cells, name, keep_missing_words)
    if column is None:
        column = pd.Series(np.nan, index=cells.index, dtype="str")
    default = source.defaults.get(name)
    return column if default is None else column.fillna(str(default))


def translate(source: Source, column: pd.Series, name: str) -> pd.Series:
    """Translate cell values of a layer column by the source's vocabulary, whatever their case; others stay as they are."""
    words = {key.strip().casefold(): value for key, value in source.values.get(name, {}).items()}
    if not words:
        return column
    return column.map(lambda text: text if pd.isna(text) else words.get(str(text).casefold(), text)).astype("str")


def rows_wanted(source: Source, where: str, cells: pd.DataFrame) -> tuple[np.ndarray, int]:
    """Return positions of the rows ``where`` keeps, and how many it leaves out.

    ``where`` names a column of the file, else a layer column that is mapped; neither the case of names nor that of values
    matters, nor blanks around them. This holds for tables and for vector layers alike.

    Raises
    ------
    SourceError
        If there is no such column, or no row is kept.
    """
    keep = np.ones(len(cells), dtype=bool)
    for name, values in source.where.items():
        present = {str(column).strip().casefold() for column in cells.columns}
        mapped = (
            None if name.strip().casefold() in present else text_column(source, cells, name, keep_missing_words=True)
        )
        column = as_text(cells[file_column(where, cells, name)]) if mapped is None else mapped
        wanted = {str(value).strip().casefold() for value in values}
        matched = column.fillna("").str.casefold().isin(wanted).to_numpy()
        if not matched.any():
            seen = ", ".join(map(str, column.dropna().value_counts().index[:8]))
            raise SourceError(
                f"{where}: where.{name} keeps no row: none is {' or '.join(values)}. Values there are: {seen}."
            )
        keep &= matched
    return np.flatnonzero(keep), int((~keep).sum())


def file_column(where: str, cells: pd.DataFrame, name: str) -> str:
    """Return a file column by name (see `match_column`); stop when there is none."""
    column = match_column(map(str, cells.columns), name)
    if column is None:
        raise SourceError(
            f"{where}: there is no column '{name}'. The columns are: {', '.join(map(str, cells.columns))}."
        )
    return column


def checked_options(source: Source, model: type[OptionsT], known: Sequence[str], kind: str) -> OptionsT:
    """Return a source's options as its reader's model.

    Parameters
    ----------
    source : Source
        With ``columns`` and ``options`` as the run file and the catalogue give them.
    model : type of BaseModel
        What ``options`` may hold.
    known : sequence of str
        What ``columns`` may map.
    kind : str
        What the source is, for the message: ``an inventory``.

    Raises
    ------
    ConfigError
        If ``columns``, ``defaults`` or ``options`` hold unknown keys, or an option a wrong value.
    """
    for part, keys in (("columns", source.columns), ("defaults", source.defaults)):
        strange = sorted(set(keys) - set(known))
        if strange:
            hint = did_you_mean(strange[0], known, most=1, least_likeness=0.6)
            raise ConfigError(
                f"{source.id}.{part}: {kind} has no {', '.join(strange)}.{hint} It has: {', '.join(known)}."
            )
    try:
        return model.model_validate(source.options)
    except ValidationError as failure:
        problems = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in failure.errors())
        raise ConfigError(f"{source.id}.options: {problems}. Known are: {', '.join(model.model_fields)}.") from None
