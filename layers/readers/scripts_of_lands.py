"""What the letters of a table say of where its rows lie: one written in Chinese of places in China lost no sign."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from layers import jurisdictions as known
from layers.readers.columns import as_text, mapped_columns
from layers.readers.placed_rows import PlacedRows

_LANDS: Mapping[str, tuple[str, ...]] = {
    "CJK": ("CN", "JP", "TW", "KR"), "HIRAGANA": ("JP",), "KATAKANA": ("JP",), "HANGUL": ("KR", "KP"),
    "CYRILLIC": ("RU", "UA", "BY", "KZ", "KG", "TJ", "UZ", "MN", "BG", "RS", "MK", "BA", "ME"),
    "GREEK": ("GR", "CY"), "GEORGIAN": ("GE",), "ARMENIAN": ("AM",), "HEBREW": ("IL",),
    "ARABIC": ("DZ", "EG", "IR", "IQ", "JO", "LY", "MA", "OM", "PK", "SA", "SD", "SY", "TN", "YE", "AF", "AE"),
    "DEVANAGARI": ("IN", "NP"), "BENGALI": ("IN", "BD"), "TAMIL": ("IN", "LK"), "TELUGU": ("IN",), "KANNADA": ("IN",),
    "GUJARATI": ("IN",), "MALAYALAM": ("IN",), "ORIYA": ("IN",), "THAI": ("TH",), "LAO": ("LA",), "KHMER": ("KH",),
    "MYANMAR": ("MM",), "ETHIOPIC": ("ET", "ER"), "MONGOLIAN": ("MN", "CN"),
}  # fmt: skip
"""Countries whose own tables are written in letters of a kind."""
_LOOKED_AT = 200
_MOSTLY = 0.6
_WORDS_OF = ("name", "jurisdiction", "operator", "commodities")


def letters_agree(table: PlacedRows) -> bool:
    """Say whether headings or names are in letters of a country in which most rows lie."""
    placed = table.placed[:_LOOKED_AT]
    columns = [column for name in _WORDS_OF for column in mapped_columns(table.source, table.cells, name)]
    words = [str(name) for name in table.cells.columns]
    words += [str(cell) for column in columns for cell in as_text(table.cells[column]).iloc[placed].dropna()]
    extents = known.jurisdictions()
    lon, lat = table.degrees(placed)
    for script in _scripts("".join(words)):
        lands = [code for code in _LANDS.get(script, ()) if code in extents]
        if lands and (known.km_outside(lands, lon, lat) == 0).mean() >= _MOSTLY:
            return True
    return False


def _scripts(text: str) -> set[str]:
    """Return the kinds of letters in a text as Unicode names them: ``LATIN``, ``CYRILLIC``, ``CJK``."""
    letters = {letter for letter in set(text) if letter.isalpha() and not letter.isascii()}
    return {unicodedata.name(letter, "?").split()[0] for letter in letters}
