"""Quantities and years as people write them -> numbers in base units, with what is not known kept apart.

A cell becomes a *value*, is *missing*, or is *rejected* with a reason. Nothing is guessed: a unit nobody knows, a comma that
may be a decimal mark or a thousands separator, or two amounts in one cell are reasons to reject.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import astuple, dataclass, fields

import numpy as np
import pandas as pd

from layers.cells.digit_groups import DecimalMark, mark_of_thousands, number_of
from layers.cells.missing_words import MISSING_WORDS, NOT_STATED
from layers.errors import ConfigError
from layers.text import RAISED_DIGITS, fold

SHORT_TON_T = 0.90718474
"""Tonnes in a short ton of 2 000 lb (NIST Handbook 44, appendix C)."""
LONG_TON_T = 1.0160469088
"""Tonnes in a long ton of 2 240 lb (NIST Handbook 44, appendix C)."""

_SPELLINGS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("t", "tonne", "tonnes", "metric ton", "metric tons", "metric tonnes", "tonelada", "toneladas",
                     "tonne metrique", "tonnes metriques", "toneladas metricas", "ton metricas"), ("t", 1.0)),
    **dict.fromkeys(("kt", "ktonne", "ktonnes", "kilotonne", "kilotonnes"), ("t", 1e3)),
    **dict.fromkeys(("Mt", "Mtonne", "Mtonnes", "megatonne", "megatonnes"), ("t", 1e6)),
    **dict.fromkeys(("kg", "kilogram", "kilograms", "kilogrammes"), ("t", 1e-3)),
    **dict.fromkeys(("short ton", "short tons", "short_ton", "tonne courte", "tonnes courtes", "tc", "st"), ("t", SHORT_TON_T)),
    **dict.fromkeys(("long ton", "long tons", "long_ton"), ("t", LONG_TON_T)),
    **dict.fromkeys(("m3", "cubic metres", "cubic meters", "cubic metre", "cubic meter", "cu m", "metres cubes",
                     "metros cubicos"), ("m3", 1.0)),
    **dict.fromkeys(("g", "gram", "grams"), ("t", 1e-6)),
    "mg": ("t", 1e-9),
    "Mg": ("t", 1.0),  # megagrams
    **dict.fromkeys(("lb", "lbs", "pound", "pounds"), ("t", 0.00045359237)),
    "oz": ("t", 0.0000311034768),  # troy ounces: what metals are weighed in
    **dict.fromkeys(("Mm3", "hm3", "million m3"), ("m3", 1e6)),
    "thousand m3": ("m3", 1e3),
    "lakh t": ("t", 1e5),
    "crore t": ("t", 1e7),
    "lakh m3": ("m3", 1e5),
    "crore m3": ("m3", 1e7),
    "lakh m2": ("m2", 1e5),
    "lakh ha": ("m2", 1e9),
    "L": ("m3", 1e-3),
    **dict.fromkeys(("sq mi", "square miles"), ("m2", 2589988.110336)),
    "mm": ("m", 0.001),
    "in": ("m", 0.0254),
    "km3": ("m3", 1e9),
    **dict.fromkeys(("yd3", "cubic yards", "cubic yard", "cu yd"), ("m3", 0.764554857984)),
    **dict.fromkeys(("ft3", "cubic feet", "cubic foot", "cu ft"), ("m3", 0.028316846592)),
    **dict.fromkeys(("acre-feet", "acre-foot"), ("m3", 1233.48183754752)),
    **dict.fromkeys(("m2", "sq m", "square metres", "square meters", "metres carres", "metros cuadrados"), ("m2", 1.0)),
    **dict.fromkeys(("ha", "hectare", "hectares", "hectarea", "hectareas"), ("m2", 1e4)),
    **dict.fromkeys(("km2", "sq km", "square kilometres", "square kilometers", "kilometres carres"), ("m2", 1e6)),
    **dict.fromkeys(("ac", "acre", "acres"), ("m2", 4046.8564224)),
    **dict.fromkeys(("ft2", "sq ft", "square feet"), ("m2", 0.09290304)),
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters", "metro", "metros"), ("m", 1.0)),
    "cm": ("m", 0.01),
    "km": ("m", 1e3),
    **dict.fromkeys(("ft", "foot", "feet", "pied", "pieds", "pies", "'"), ("m", 0.3048)),
}  # fmt: skip
_AMBIGUOUS = {
    **dict.fromkeys(("ton", "tons"), "short tons (0.907 t), long tons (1.016 t) or tonnes"),
    **dict.fromkeys(("MT", "mt"), "metric tons or megatonnes"),
    "M": "metres or millions",
    "mm3": "cubic millimetres or millions of cubic metres",
}
_SCALES = {
    **dict.fromkeys(("thousand", "mille", "mil"), 1e3),
    **dict.fromkeys(("million", "millions", "millon", "millones", "mio"), 1e6),
    **dict.fromkeys(("billion", "billions", "milliard", "milliards"), 1e9),
    **dict.fromkeys(("lakh", "lakhs"), 1e5),  # India and its neighbours; lac is a lake in French
    **dict.fromkeys(("crore", "crores"), 1e7),
}
NO_QUANTITY = MISSING_WORDS | NOT_STATED | {"nil", "not found", "*"}
"""Texts, folded, that mean: the quantity is not known."""
_PLACES = (
    ("lake", r"\b(?:in[- ]?lake|lakes?|lac|lago)\b"),
    ("ocean", r"\b(?:oceans?|sea|marine|inlet|mer|mar)\b"),
    ("river", r"\b(?:rivers?|creek|riviere|rio)\b"),
    ("in_pit", r"\b(?:in[- ]?pit|open pit|fosse)\b"),
    ("backfill", r"\b(?:backfill(?:ed)?|underground|remblai)\b"),
)
_LOWER = re.compile(
    r"^(?:>=?|≥|more than|over|at least|min(?:imum)?\.?(?: of)?|plus de|au moins|mas de|al menos)\s*", re.I
)
_UPPER = re.compile(
    r"^(?:<=?|=<|≤|⩽|(?:less|not? more) than|not (?:over|exceeding|above)|under|below|up to|at most|"
    r"max(?:imum|imal)?\.?(?: of)?|moins de|au plus|(?:pas|non) plus de|jusqu'[àa]|inf[ée]rieure? [àa]|"
    r"menos de|no m[áa]s de|hasta|como m[áa]ximo|m[áa]ximo(?: de)?|inferior a|at[ée]|no m[áa]ximo|"
    r"weniger als|h[öo]chstens|bis(?: zu)?|unter)\s*",
    re.I,
)
_ABOUT = re.compile(r"^(?:~|≈|±|approx(?:\.|imately)?|about|ca?\.|circa|est(?:\.|imated)?|environ|env\.|unos)\s*", re.I)
_PLUS = re.compile(r"\s*\+")
_DIGIT = re.compile(r"\d")
_POWER_OF_UNIT = re.compile(r"(?<=[A-Za-z])[²³]")
RAISED_BEHIND = re.compile(rf"\d[\s.,]*[{RAISED_DIGITS}]")
"""A raised or lowered digit behind a number: no part of it."""
_NUMBER = re.compile(r"\d(?:[\d.,]|[ '](?=\d{3}(?!\d)))*(?:[eE][+-]?\d+)?")
_RANGE_WORDS = {"-", "to", "a", "and", "et", "y"}
_CODES = [10.0**digits - 1 for digits in range(3, 16)]
_NINES = re.compile(r"9{3,}(?:[.,]0+)?|9{1,3}(?:[ ,.']9{3})+(?:[.,]0+)?")
"""Nothing but nines and no unit: what databases write where a number is not known."""
ZERO_UNKNOWN = "0 is read as not known"
"""Why a cell that holds 0 is missing."""
_IN_BRACKETS = re.compile(r"\([\d .,']+\)")
MOST = {"t": 3e10, "m3": 3e10, "m2": 1e10, "m": 3000.0}
"""What no mine waste reaches, by base unit: the largest hold some 1e10 t on 1e8 m2, a few hundred metres high."""


@dataclass(frozen=True)
class Quantity:
    """One cell, understood.

    Parameters
    ----------
    state : {"value", "missing", "rejected"}
        What the cell turned out to be.
    value, low, high : float
        In the base unit (t, m3, m2, m). For a lower bound ``high`` is NaN, for an upper bound ``low`` is 0; a range has its
        middle as value.
    bound : {"", "lower", "upper", "range"}
        Whether the value is a bound.
    disposal : str or None
        Where the waste went, when the cell says that instead of a number ("NA-In Lake").
    remark : str or None
        Words in brackets after the number, kept as written.
    reason : str or None
        Why the cell was rejected, or read as missing although it is not empty.
    """

    state: str = "missing"
    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    bound: str = ""
    disposal: str | None = None
    remark: str | None = None
    reason: str | None = None


def parse_quantity(text: str, unit: str, decimal_mark: DecimalMark = None, zero_is_missing: bool = True) -> Quantity:
    """Read one cell that holds a mass, volume, area or length.

    Parameters
    ----------
    text : str
        The cell as written, e.g. ``"1 186 500 m3"``, ``">10 000 000 tonnes"``.
    unit : str
        Unit of a bare number in this column, e.g. ``"ha"``. A unit written in the cell goes first.
    decimal_mark : {".", ","} or None
        As declared for the file. None: a dot is a decimal mark, a comma only where it cannot separate thousands.
    zero_is_missing : bool
        Read 0 as *not known*, as the inventories use it.

    Returns
    -------
    Quantity
        In the base unit of ``unit``'s dimension.

    Raises
    ------
    ConfigError
        If ``unit`` is not a known unit.
    """
    kind, factor = unit_factor(unit)
    cell = _tidy(text)
    if fold(cell).strip() in NO_QUANTITY:
        return Quantity()
    match = _NUMBER.search(cell)
    if match is None:
        return _without_number(cell)
    if RAISED_BEHIND.search(cell):
        reason = f"'{text}' has raised or lowered digits behind its number: a power, or the mark of a footnote?"
        return Quantity("rejected", reason=reason)
    body, remark = _split_remark(cell)
    numbers = list(_NUMBER.finditer(body))
    if not numbers:
        return Quantity("rejected", reason=f"'{text}' has its number in brackets only")
    if _NINES.fullmatch(cell):
        reason = f"'{text}' is nothing but nines, as codes for not known are; write a unit behind it if it is an amount"
        return Quantity("rejected", reason=reason)
    if _IN_BRACKETS.fullmatch(cell):
        return Quantity("rejected", reason=f"'{text}' stands in brackets: negative as in accounts, or an estimate?")
    bound, body = _bound(body)
    if body.startswith("-"):
        return Quantity("rejected", reason=f"'{text}' is negative")
    read = _amounts(body, decimal_mark)
    if isinstance(read, str):
        return Quantity("rejected", reason=f"'{text}': {read}", remark=remark)
    values, written = read
    scaled = _scaled(written, kind, factor, unit)
    if isinstance(scaled, str):
        return Quantity("rejected", reason=f"'{text}': {scaled}", remark=remark)
    if max(values) * scaled > MOST[kind]:
        return Quantity(
            "rejected",
            reason=f"'{text}' is more than any mine ever had; another unit, or a code for not known?",
            remark=remark,
        )
    return _understood([value * scaled for value in values], bound, remark, zero_is_missing)


def parse_quantities(
    cells: pd.Series, unit: str, decimal_mark: DecimalMark = None, zero_is_missing: bool = True
) -> pd.DataFrame:
    """Read a column of masses, volumes, areas or lengths; see `parse_quantity`.

    Plain numbers are converted at once, every other spelling is read once however often it occurs.

    Parameters
    ----------
    cells : Series
        Text or numbers; missing stays missing.
    unit, decimal_mark, zero_is_missing
        As in `parse_quantity`.

    Returns
    -------
    DataFrame
        Index of ``cells``; columns ``state, value, low, high, bound, disposal, remark, reason``, values in the base unit.
    """
    kind, factor = unit_factor(unit)
    decimal_mark = decimal_mark or mark_of_thousands(cells)
    plain = _plain_numbers(cells, decimal_mark)
    with np.errstate(over="ignore"):  # a number of hundreds of digits is read with the others, and refused
        values = plain.to_numpy() * factor
    nines = np.isin(plain.to_numpy(), _CODES)
    is_value = ~nines & np.isfinite(values) & (values > 0 if zero_is_missing else values >= 0) & (values <= MOST[kind])
    numbers = np.where(is_value, values, np.nan)
    table = pd.DataFrame(
        {
            "state": np.where(is_value, "value", "missing"),
            "value": numbers,
            "low": numbers,
            "high": numbers,
            "bound": "",
        },
        index=cells.index,
    )
    for name in ("disposal", "remark", "reason"):
        table[name] = pd.Series(None, index=cells.index, dtype=object)
    other = (cells.notna() & ~is_value).to_numpy()
    if other.any():
        text = cells[other].astype(str)
        known = {cell: astuple(parse_quantity(cell, unit, decimal_mark, zero_is_missing)) for cell in text.unique()}
        read = pd.DataFrame(
            [known[cell] for cell in text], columns=[field.name for field in fields(Quantity)], dtype=object
        )
        for name in table.columns:
            column = table[name].to_numpy(dtype=object, copy=True)
            column[other] = read[name].to_numpy()
            table[name] = column
    return table.astype({"state": object, "bound": object, "value": float, "low": float, "high": float})


def unit_factor(unit: str) -> tuple[str, float]:
    """Return the base unit (t, m3, m2, m) and the factor to it of a unit as written.

    Raises
    ------
    ConfigError
        If the unit is unknown or ambiguous.
    """
    unit_found = _unit(unit)
    if isinstance(unit_found, str):
        raise ConfigError(f"unit '{unit}': {unit_found}. Use e.g. t, kt, Mt, short_ton, m3, Mm3, m2, ha, km2, m, ft.")
    return unit_found


def _tidy(text: str) -> str:
    """Bring blanks, apostrophes, dashes and the superscripts of units to one spelling; those behind a digit stay."""
    cell = unicodedata.normalize("NFC", str(text)).strip()
    cell = re.sub(r"[\u00a0\u2007\u2009\u200a\u202f\s]+", " ", cell)
    cell = _POWER_OF_UNIT.sub(lambda match: "2" if match[0] == "²" else "3", cell)
    return cell.translate({0x2019: "'", 0x02BC: "'", 0x2212: "-", 0x2013: "-", 0x2014: "-"})


def _without_number(cell: str) -> Quantity:
    folded = fold(cell)
    places = [name for name, pattern in _PLACES if re.search(pattern, folded)]
    if len(places) == 1:
        return Quantity(disposal=places[0], reason=f"'{cell}' says where the waste went, not how much")
    head = re.split(r"[-–:;, (]", folded, maxsplit=1)[0]
    if head in NO_QUANTITY - {""}:
        return Quantity(remark=cell, reason=f"'{cell}' is read as not known")
    return Quantity("rejected", reason=f"'{cell}' holds no number")


def _split_remark(cell: str) -> tuple[str, str | None]:
    """Cut a bracketed remark off the end: from the first bracket behind a digit to one that closes the cell."""
    whole = cell.rstrip()
    digit = _DIGIT.search(whole)
    opened = min((at for mark in "([" if digit and (at := whole.find(mark, digit.end())) >= 0), default=-1)
    if opened >= 0 and whole.endswith((")", "]")) and opened < len(whole) - 1:
        remark = whole[opened + 1 : -1]
        if not re.fullmatch(r"[a-z]+[23]?", remark, re.I):
            return whole[:opened].strip(), remark
    return re.sub(r"[()\[\]]", " ", cell).strip(), None


def _bound(body: str) -> tuple[str, str]:
    for name, pattern in (("lower", _LOWER), ("upper", _UPPER), ("", _ABOUT)):
        if pattern.match(body):
            rest = pattern.sub("", body).strip()
            return name, _ABOUT.sub("", rest) if name else rest
    last = len(body) - next((at for at, letter in enumerate(reversed(body)) if letter.isdecimal()), len(body))
    plus = _PLUS.match(body, last) if last else None
    return ("lower", f"{body[:last]}{body[plus.end() :]}".strip()) if plus else ("", body)


def _amounts(body: str, decimal_mark: DecimalMark) -> tuple[list[float], str] | str:
    """Return the one or two numbers of a cell and the unit words behind them, or why they cannot be told."""
    # the 2 and 3 of m2, km3 … are part of the unit
    guarded = re.sub(r"(?<=[A-Za-z])\^?([23])(?![\d])", lambda m: "²" if m.group(1) == "2" else "³", body)
    matches = list(_NUMBER.finditer(guarded))
    values: list[float] = []
    for match in matches:
        value = number_of(match.group().rstrip(".,"), decimal_mark)
        if isinstance(value, str):
            return value
        values.append(value)
    words = [part.strip() for part in _NUMBER.split(guarded)]
    lead, between, tail = words[0], words[1:-1], words[-1].rstrip(".;,")
    if lead:
        return f"'{lead}' before the number is not understood"
    if len(values) == 1:
        return values, tail
    if len(values) == 2:
        joint = between[0].strip(" .")
        same_unit = joint.rstrip("-").strip() == tail and joint.endswith("-")
        if (fold(joint) in _RANGE_WORDS or same_unit) and values[0] <= values[1]:
            return values, tail
    shown = ", ".join(f"{value:,.10g}" for value in values[:3])
    return f"{len(values)} numbers ({shown}) in one cell, and which one counts is not said"


def _unit(written: str) -> tuple[str, float] | str:
    """Return base unit and factor of unit words, or why they are not understood."""
    cell = re.sub(r"\s+", " ", _tidy(written).replace("²", "2").replace("³", "3").replace("^", "")).strip(" .")
    if cell in _AMBIGUOUS:
        return f"'{written}' may be {_AMBIGUOUS[cell]}"
    for spelling in (cell, fold(cell)):
        if spelling in _SPELLINGS:
            return _SPELLINGS[spelling]
    if fold(cell) in _AMBIGUOUS:
        return f"'{written}' may be {_AMBIGUOUS[fold(cell)]}"
    return f"'{written}' is not a known unit"


def _scaled(written: str, kind: str, factor: float, declared: str) -> float | str:
    """Return the factor for the unit words of a cell, or why they do not fit the column."""
    words = re.sub(r"^(?:de|of)\s+", "", written.strip())
    scale = 1.0
    head = re.match(r"^([^\W\d_]+)\.?\b\s*(?:de |of |d')?\s*(.*)$", words)
    if head and fold(head.group(1)) in _SCALES:
        scale, words = _SCALES[fold(head.group(1))], head.group(2)
    if not words:
        return factor * scale
    if fold(words) in ("ton", "tons") and factor in (SHORT_TON_T, LONG_TON_T):
        return factor * scale
    unit_found = _unit(words)
    if isinstance(unit_found, str):
        return unit_found
    if unit_found[0] != kind:
        return f"'{words}' does not measure what this column holds ({declared})"
    return unit_found[1] * scale


def _understood(values: list[float], bound: str, remark: str | None, zero_is_missing: bool) -> Quantity:
    value = sum(values) / len(values)
    if value == 0 and zero_is_missing:
        return Quantity(remark=remark, reason=ZERO_UNKNOWN)
    if len(values) == 2:
        return Quantity("value", value, values[0], values[1], "range", remark=remark)
    low = 0.0 if bound == "upper" else value
    high = float("nan") if bound == "lower" else value
    return Quantity("value", value, low, high, bound, remark=remark)


def _plain_numbers(cells: pd.Series, decimal_mark: DecimalMark) -> pd.Series:
    """Convert what is already a number, or digits with at most one dot; the rest is NaN."""
    if pd.api.types.is_numeric_dtype(cells):
        return pd.to_numeric(cells, errors="coerce").astype(float)
    text = cells.astype("string").str.strip()
    if decimal_mark in (",", "unsure"):
        text = text.where(~text.str.contains(".", regex=False, na=False))
    plain = text.where(text.str.fullmatch(r"\d+(?:\.\d+)?", na=False).astype(bool))
    return pd.to_numeric(plain, errors="coerce").astype("Float64").astype(float)
