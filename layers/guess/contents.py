"""Guess what a column means from what stands in it, where no heading says so.

Such guesses are unsure by themselves: they fill what headings leave open, and never outweigh a heading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from layers.catalogue.source import load_catalogue
from layers.cells.commodities import canonical_name
from layers.cells.grid_references import square_of
from layers.cells.missing_words import MISSING_WORDS, NOT_STATED
from layers.guess.axis_headings import speaks_of_another
from layers.guess.generated_ids import headed_by_software, is_generated
from layers.guess.words import (
    DEPOSIT_WORDS,
    KIND_WORDS,
    MINE_STATUS_WORDS,
    PLACES_OF_LAW,
    STATUS_WORDS,
    plain,
)
from layers.readers.columns import as_text

UNSURE = 0.65
"""Confidence of a column known by its contents alone."""

_ROWS = 600
_SPLIT = re.compile(r"\s*[,;/|+&]\s*|\s+(?:and|et|y|e)\s+|-(?=[A-Za-z])")
_SYMBOLS = frozenset(["AU", "AG", "CU", "PB", "ZN", "FE", "NI", "U", "UR"])
_ID = re.compile(r"^(?=.*\d)[\w ./()'+:-]{1,40}$")
_SURE_SQUARE = r"(?i)[A-Z]{2}\s+\d+\s+\d+|[A-Z]{2}\s*\d{8,10}|\d{1,2}\s*[C-X]\s*[A-Z]{2}\s*(?:\d{4,10}|\d+\s+\d+)"
_ID_WORDS = re.compile(
    r"(?:^|_)(?:id|no|num|numero|number|code|codigo|cle|key|ref|oid|fid|clave)(?:_|$)|id$|^id|^no_|code$"
)
_COMPASS = frozenset(["n", "s", "e", "w", "ne", "nw", "se", "sw", "nc", "sc", "c"])
Finder = Callable[["Contents"], list[str]]


class Contents:
    """The cells of a table, looked at once: of long columns some hundred, evenly spread.

    Columns of ids that software made are no words and no numbers of anything: only `ids` holds them.

    Parameters
    ----------
    cells : DataFrame
        Raw cells.
    skip : collection of str
        Columns whose meaning is known.
    decimal_mark : str
        Of numbers written as text.
    """

    def __init__(self, cells: pd.DataFrame, skip: Sequence[str] = (), decimal_mark: str = ".") -> None:
        self.first = str(cells.columns[0]) if len(cells.columns) else ""
        self.text: dict[str, pd.Series] = {}
        self.ids: dict[str, pd.Series] = {}
        self.number: dict[str, np.ndarray] = {}
        self.share: dict[str, float] = {}
        for name in map(str, cells.columns):
            column = cells[name]
            if name in skip or not column.notna().any():
                continue
            known = column.dropna()
            filled = known.iloc[:: max(1, len(known) // _ROWS)]
            text = as_text(filled).dropna()
            text = text[~text.str.strip().str.casefold().isin(MISSING_WORDS | NOT_STATED)]
            if text.empty:
                continue
            self.share[name] = len(known) / len(column)
            self.ids[name] = text
            if is_generated(name, column):
                continue
            self.text[name] = text
            if pd.api.types.is_numeric_dtype(column):
                values = pd.Series(filled.to_numpy(dtype=float), index=filled.index)
            else:
                values = pd.to_numeric(text.str.replace(",", ".") if decimal_mark == "," else text, errors="coerce")
            values = values[np.isfinite(values)]
            self.number[name] = values.to_numpy(dtype=float)

    def worded(self, name: str) -> bool:
        """Say whether most filled cells are no numbers."""
        return len(self.number[name]) < 0.5 * len(self.text[name])

    def counted(self, name: str) -> pd.Series:
        """Return how often each text stands in a column."""
        return self.text[name].str.strip().value_counts()

    def saying(self, name: str, pattern: str) -> float:
        """Return the share of filled cells whose plain words hold a pattern."""
        counts = self.counted(name)
        hits = [bool(re.search(pattern, plain(str(text)).replace("_", " "))) for text in counts.index]
        return float(counts[hits].sum() / counts.sum())


def by_contents(
    cells: pd.DataFrame, wanted: Sequence[str], skip: Sequence[str], decimal_mark: str = "."
) -> dict[str, list[str]]:
    """Return which columns hold which layer columns, as far as their cells give it away.

    Parameters
    ----------
    cells : DataFrame
        Raw cells.
    wanted : sequence of str
        Layer columns whose heading was not found, the more important first.
    skip : sequence of str
        Columns of the file that are given away already.
    decimal_mark : str
        Of numbers written as text.

    Returns
    -------
    dict of str to list of str
        Layer column -> columns of the file: several for commodities, one for all others.
    """
    if not set(wanted) & {*_FINDERS, "latitude", "easting"}:
        return {}
    contents = Contents(cells, skip, decimal_mark)
    columns_by_role: dict[str, list[str]] = {}
    pairs: dict[str, str] = {}
    if {"latitude", "longitude"} <= set(wanted):
        pairs |= _degrees(contents)
    if {"easting", "northing"} <= set(wanted) and not pairs:
        pairs |= _metres(contents)
    if {"first_year", "last_year"} <= set(wanted):
        pairs |= _years(contents)
    for layer_column in wanted:
        if layer_column in pairs:
            columns_by_role[layer_column] = [pairs[layer_column]]
            continue
        taken = {*pairs.values(), *(name for names in columns_by_role.values() for name in names)}
        finder = _FINDERS.get(layer_column)
        candidates = [] if finder is None else [name for name in finder(contents) if name not in taken]
        if candidates:
            columns_by_role[layer_column] = candidates if layer_column == "commodities" else candidates[:1]
    return columns_by_role


def mining_status(cells: pd.DataFrame, column: str) -> bool:
    """Say whether a column of states speaks of mines and prospects (past producer, showing)."""
    contents = Contents(cells[[column]])
    return column in contents.text and contents.saying(column, MINE_STATUS_WORDS) > 0.5


def _degrees(contents: Contents) -> dict[str, str]:
    """Return latitude and longitude where numbers beyond 90 tell which is which; two that could be either are not guessed."""
    fine = [name for name in contents.number if _decimals(contents, name) and not speaks_of_another(name)]
    wide = [name for name in fine if _within(contents.number[name], 90, 180)]
    low = [name for name in fine if _within(contents.number[name], 20, 90)]
    return {"latitude": low[0], "longitude": wide[0]} if len(wide) == 1 and len(low) == 1 else {}


def _decimals(contents: Contents, name: str) -> bool:
    values = contents.number[name]
    return len(values) > 0.8 * len(contents.text[name]) and bool(np.mean(values * 1000 % 1 != 0) > 0.5)


def _within(values: np.ndarray, low: float, high: float) -> bool:
    """Say whether nearly all values lie between two limits, on one side of 0, and differ by little against their size."""
    size = np.abs(values)
    one_side = float(np.mean(np.sign(values) == np.sign(np.median(values)))) > 0.98
    return one_side and float(np.mean((size > low) & (size <= high))) > 0.98


def _metres(contents: Contents) -> dict[str, str]:
    named = contents.number.items()
    whole = {
        name: values
        for name, values in named
        if len(values) > 0.8 * len(contents.text[name]) and len(values) > 4 and not speaks_of_another(name)
    }
    east = [
        name
        for name, values in whole.items()
        if _within(values, 1e5, 9e5) and len(np.unique(values)) > 0.3 * len(values)
    ]
    north = [name for name, values in whole.items() if _within(values, 1e6, 1e7) and np.ptp(values) < 2.5e6
             and len(np.unique(values)) > 0.3 * len(values)]  # fmt: skip
    return {"easting": east[0], "northing": north[0]} if len(east) == len(north) == 1 else {}


def _years(contents: Contents) -> dict[str, str]:
    """Return the only two columns of years of which one is never after the other; years of records, all recent, are none."""
    years = {}
    for name, text in contents.text.items():
        first_years = text.str.extract(r"^\D{0,3}(1[6-9]\d\d|20[0-3]\d)(?:\.0|'?s)?\D{0,3}$")[0].astype(float)
        if float(first_years.notna().mean()) > 0.7 and first_years.median() < 2000 and first_years.nunique() > 3:
            years[name] = first_years
    pairs = []
    for first, early in years.items():
        for last, late in years.items():
            both = pd.concat([early, late], axis=1).dropna() if first != last else early.iloc[:0].to_frame()
            if (
                len(both) >= 10
                and float((both.iloc[:, 0] <= both.iloc[:, 1]).mean()) > 0.95
                and both.iloc[:, 0].lt(both.iloc[:, 1]).any()
            ):
                pairs.append((first, last))
    return {"first_year": pairs[0][0], "last_year": pairs[0][1]} if len(pairs) == 1 else {}


def _commodities(contents: Contents) -> list[str]:
    """Return all columns of commodities, in the order of the file."""
    codes = {
        str(code).upper() for entry in load_catalogue().values() for code in entry.facts.get("commodity_codes", {})
    }
    worded = [name for name in contents.text if contents.worded(name)]
    return [name for name in worded if _commodity_share(contents.counted(name), codes) > 0.8]


def _commodity_share(counts: pd.Series, codes: Collection[str] = ()) -> float:
    """Return the share of cells whose parts are all names of commodities (or codes, those of gold or copper among them)."""
    hits, symbols = 0, False
    for text, count in counts.head(300).items():
        parts = [part for part in _SPLIT.split(" ".join(str(text).split())) if part]
        if len(parts) > 12 or not parts or max(map(len, parts)) > 40:
            continue
        if all(canonical_name(part) is not None or part.upper() in codes for part in parts):
            hits += int(count)
            symbols |= any(len(part) > 3 or part.upper() in _SYMBOLS for part in parts)
    return hits / max(1, int(counts.head(300).sum())) if symbols else 0.0


def _saying(pattern: str, share: float, most: int) -> Finder:
    def find(contents: Contents) -> list[str]:
        shares = {
            name: contents.saying(name, pattern)
            for name in contents.text
            if contents.worded(name)
            and contents.text[name].nunique() <= min(most, max(6, 0.5 * len(contents.text[name])))
            and contents.text[name].str.len().median() < 90
        }
        return sorted(
            (name for name, this_share in shares.items() if this_share >= share),
            key=lambda name: -round(shares[name], 1),
        )

    return find


def share_of_squares(text: pd.Series) -> float:
    """Return the share of cells that are references of a square of the British, the Irish or the military grid."""
    return float(np.mean([square_of(str(cell)) is not None for cell in text])) if len(text) else 0.0


def _squares(contents: Contents) -> list[str]:
    """Return columns of references in parts or of many digits; letters before few digits, as ``SK0101``, are any id."""
    return [
        name
        for name, text in contents.text.items()
        if text.str.fullmatch(_SURE_SQUARE).all() and share_of_squares(text) == 1 and text.nunique() > len(text) / 2
    ]


def _jurisdictions(contents: Contents) -> list[str]:
    codes = []
    for name in contents.text:
        words = contents.text[name].str.strip().str.casefold()
        if (
            contents.worded(name)
            and float(words.isin(PLACES_OF_LAW).mean()) > 0.95
            and words.isin(_COMPASS).mean() < 0.5
        ):
            codes.append(name)
    return codes


def _ids(contents: Contents) -> list[str]:
    """Return columns of unique words with digits, or of unique whole numbers, the best heading first.

    Numbers are ids where their heading says so or where they stand first, and never under the heading of an amount.
    """
    candidates = []
    for index, (name, text) in enumerate(contents.ids.items()):
        if speaks_of_another(name):
            continue
        unique = text.nunique() > 0.95 * len(text) and contents.share[name] > 0.95 and len(text) > 4
        if not unique or not float(text.str.fullmatch(_ID).mean()) > 0.95:
            continue
        heading = plain(name)
        numbers = pd.to_numeric(text, errors="coerce").dropna()
        named_id = bool(_ID_WORDS.search(heading))
        if len(numbers) > 0.5 * len(text) and (
            bool((numbers % 1 != 0).any()) or not (named_id or name == contents.first)
        ):
            continue
        if float(text.str.contains(r"^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}$|https?:").mean()) > 0.5:
            continue
        candidates.append((headed_by_software(name), len(numbers) > 0.5 * len(text), not named_id, index, name))
    return [candidate[-1] for candidate in sorted(candidates)]


def _names(contents: Contents) -> list[str]:
    """Return columns of different, short, worded texts; the one with most different texts first."""
    different: dict[str, int] = {}
    for name, text in contents.text.items():
        letters = text.str.count(r"[^\W\d_]")
        short = 3 <= float(text.str.len().median()) <= 60
        worded = float((letters >= 0.5 * text.str.len()).mean()) > 0.8
        if (
            _ID_WORDS.search(plain(name))
            or not (contents.worded(name) and short and worded)
            or text.nunique() < 0.3 * len(text)
        ):
            continue
        if float(text.str.contains(r"https?:|@").mean()) > 0.1 or _commodity_share(contents.counted(name)) > 0.5:
            continue
        different[name] = text.nunique()
    most = max(different.values(), default=0)
    good = [name for name, count in different.items() if count > 0.8 * most]
    return good + [name for name in different if name not in good]


_FINDERS: Mapping[str, Finder] = {
    "commodities": _commodities,
    "waste_type": _saying(KIND_WORDS, 0.5, 40),
    "disposal": _saying(
        r"^impoundment|dry ?stack|unconfined|^in pit$|backfill|^lake$|^river$|^ocean$|subaqueous", 0.5, 20
    ),
    "status": _saying(STATUS_WORDS, 0.8, 40),
    "grid_reference": _squares,
    "datum": _saying(
        r"^(?:nad ?(?:19)?(?:27|83)|wgs ?(?:19)?84|sirgas(?: ?2000)?|psad ?(?:19)?56|sad ?(?:19)?69|etrs ?89|ed ?50"
        r"|gda ?(?:94|2020))$",
        0.9,
        5,
    ),
    "deposit_type": _saying(DEPOSIT_WORDS, 0.5, 300),
    "jurisdiction": _jurisdictions,
    "official_id": _ids,
    "sample_id": _ids,
    "name": _names,
    "territory": _names,
    "community": _names,
}
