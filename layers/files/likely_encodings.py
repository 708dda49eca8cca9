"""Encodings a text file may be in that is neither UTF-8 nor Windows-1252, by the script its bytes would spell in them."""

from __future__ import annotations

import re

_KANA, _HANGUL, _HAN = r"\u3040-\u30ff\uff66-\uff9f", r"\uac00-\ud7a3", r"\u4e00-\u9fff"
_MARKS = r"\u3000-\u303f\uff00-\uffef"
_SCRIPTS = (
    ("cp932", _KANA, _KANA + _HAN + _MARKS),
    ("euc_jp", _KANA, _KANA + _HAN + _MARKS),
    ("euc_kr", _HANGUL, _HANGUL + _MARKS),
    ("gb18030", _HAN, _HAN + _MARKS),
    ("big5", _HAN, _HAN + _MARKS),
)
"""Encoding, the letters without which no text is of its language, and all that may stand in such a text."""
_LOOKED_AT, _LEAST_OWN, _LEAST_FITTING = 100_000, 0.2, 0.97
_FOREIGN, _LETTERS = re.compile(rb"[\x80-\xff]"), re.compile(rb"[A-Za-z]")
_LEAST_FOREIGN = 0.4
"""Bytes above 127 per plain letter; accents of a Western text are fewer, and with the letter behind them spell Han as well."""
_USUAL = ("cp850", "latin-1")


def likely_encodings(data: bytes) -> tuple[str, ...]:
    """Return up to two encodings to offer for a text file: those whose script its bytes spell, else the usual ones."""
    lines = data[:_LOOKED_AT].rsplit(b"\n", 1)[0] if len(data) > _LOOKED_AT else data
    fitting = [name for name, own, all_of in _SCRIPTS if _spells(lines, name, own, all_of)]
    return tuple(fitting[:2]) or _USUAL


def _spells(data: bytes, encoding: str, own: str, all_of: str) -> bool:
    try:
        foreign = re.sub(r"[\x00-\x7f]+", "", data.decode(encoding))
    except UnicodeDecodeError:
        return False
    many = len(foreign)
    if own != _KANA and len(_FOREIGN.findall(data)) < _LEAST_FOREIGN * len(_LETTERS.findall(data)):
        return False
    return (
        many > 0
        and len(re.findall(f"[{own}]", foreign)) >= _LEAST_OWN * many
        and len(re.findall(f"[{all_of}]", foreign)) >= _LEAST_FITTING * many
    )
