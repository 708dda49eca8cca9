"""Encodings a text file may be in that is neither UTF-8 nor Windows-1252, by the script its bytes would spell in them."""

from __future__ import annotations

import re

_KANA, _HANGUL, _HAN = r"\u3040-\u30ff\uff66-\uff9f", r"\uac00-\ud7a3", r"\u4e00-\u9fff"
_MARKS = r"\u3000-\u303f\uff00-\uffef"
_COMMON_JAPANESE, _COMMON_CHINESE = rb"[\xb0-\xcf][\xa1-\xfe]", rb"[\xa4-\xc6][\x40-\xfe]"
_SCRIPTS = (
    ("cp932", _KANA, ("euc_jp", _COMMON_JAPANESE), _KANA + _HAN + _MARKS),
    ("euc_jp", _KANA, None, _KANA + _HAN + _MARKS),
    ("euc_kr", _HANGUL, None, _HANGUL + _MARKS),
    ("gb18030", None, ("gb2312", rb"[\xb0-\xd7][\xa1-\xfe]"), _HAN + _MARKS),
    ("big5", None, ("big5", _COMMON_CHINESE), _HAN + _MARKS),
)
"""Encoding, letters of its language alone, the standard whose first level holds its common Han, and all that may stand in it."""
_LOOKED_AT, _LEAST_OWN, _LEAST_COMMON, _LEAST_FITTING = 100_000, 0.2, 0.7, 0.97
_CELLS = re.compile(rb"[,;\t\r\n]")
_FOREIGN, _LETTERS = re.compile(rb"[\x80-\xff]"), re.compile(rb"[A-Za-z]")
_LEAST_FOREIGN = 0.6
"""Bytes above 127 per plain letter of the same cells; accents of a Western text are fewer, and spell Han with what follows."""
_USUAL = ("cp850", "latin-1")


def likely_encodings(data: bytes) -> tuple[str, ...]:
    """Return up to two encodings to offer for a text file: those whose script its bytes spell, else the usual ones."""
    cells = [cell for cell in _CELLS.split(data[:_LOOKED_AT])[:-1] if _FOREIGN.search(cell)] or [data[:_LOOKED_AT]]
    text = b"\n".join(cells)
    if len(_FOREIGN.findall(text)) < _LEAST_FOREIGN * len(_LETTERS.findall(text)):
        return _USUAL
    fitting = [name for name, own, common, all_of in _SCRIPTS if _spells(text, name, own, common, all_of)]
    return tuple(fitting[:2]) or _USUAL


def _spells(data: bytes, encoding: str, own: str | None, common: tuple[str, bytes] | None, all_of: str) -> bool:
    try:
        foreign = re.sub(r"[\x00-\x7f]+", "", data.decode(encoding))
    except UnicodeDecodeError:
        return False
    if not foreign or len(re.findall(f"[{all_of}]", foreign)) < _LEAST_FITTING * len(foreign):
        return False
    if own is not None and len(re.findall(f"[{own}]", foreign)) >= _LEAST_OWN * len(foreign):
        return True
    han = re.findall(f"[{_HAN}]", foreign)
    usual = (
        sum(re.fullmatch(common[1], letter.encode(common[0], "ignore")) is not None for letter in han) if common else 0
    )
    return len(han) > 0 and usual >= _LEAST_COMMON * len(han)
