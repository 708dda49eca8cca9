"""Encodings a text file may be in that is neither UTF-8 nor Windows-1252, by the script its bytes would spell in them."""

from __future__ import annotations

import re

from layers.errors import SourceError
from layers.files.odd_words import other_encoding

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
_RUN = re.compile(rb"[\x80-\xff]{3,}")
_WESTERN = {byte for byte in range(128, 256) if bytes([byte]).decode("cp1252", "ignore").isalpha()} - {0xAA, 0xB5, 0xBA}
_NO_LETTERS = bytes(set(range(256)) - _WESTERN)
"""All but the letters that Windows-1252 has beyond ASCII."""
_LEAST_BESIDE, _LEAST_LETTERS = 0.5, 6
_ONE_BYTE = (("cp1251", r"\u0400-\u045f"), ("cp1253", r"\u0370-\u03ff"), ("cp1255", r"\u05d0-\u05ea"))
_LEAST_OF_SCRIPT = 0.9


def likely_encodings(data: bytes) -> tuple[str, ...]:
    """Return up to two encodings to offer for a text file: those whose script its bytes spell, else the usual ones."""
    cells = [cell for cell in _CELLS.split(data[:_LOOKED_AT])[:-1] if _FOREIGN.search(cell)] or [data[:_LOOKED_AT]]
    text = b"\n".join(cells)
    if len(_FOREIGN.findall(text)) < _LEAST_FOREIGN * len(_LETTERS.findall(text)):
        return _USUAL
    fitting = [name for name, own, common, all_of in _SCRIPTS if _spells(text, name, own, common, all_of)]
    return tuple(fitting[:2]) or _USUAL


def require_western(where: str, data: bytes) -> None:
    """Stop at a text of which nobody says the encoding and whose words Windows-1252 would read as none of any language.

    Accented letters of Western words stand among others; bytes of other scripts stand beside each other. Letters of other Latin
    alphabets, and of other makers' encodings, become signs inside words.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    data : bytes
        Which Windows-1252 can read.

    Raises
    ------
    SourceError
        Naming the encodings whose script the bytes spell.
    """
    letters = len(data.translate(None, _NO_LETTERS))
    runs = _RUN.findall(data)
    beside = len(b"".join(runs).translate(None, _NO_LETTERS))
    if letters < _LEAST_LETTERS or beside < _LEAST_BESIDE * letters:
        other = other_encoding(data)
        if other is None:
            return
        raise SourceError(
            f"{where}: the text is not UTF-8, and read as Windows-1252 it has words of no language ('{other[1][:20]}'). State "
            f"the file's encoding in the run file, e.g. 'encoding: {other[0]}'; if it is Windows-1252, 'encoding: cp1252'."
        )
    offered = " or ".join(f"'encoding: {name}'" for name in _offered(data))
    raise SourceError(
        f"{where}: the text is not UTF-8, and read as Windows-1252 its words would be strings of accents "
        f"('{max(runs, key=len).decode('cp1252', 'replace')[:20]}'). State the file's encoding in the run file, e.g. {offered}; "
        "if it is Windows-1252, 'encoding: cp1252'."
    )


def _offered(data: bytes) -> tuple[str, ...]:
    foreign = b"".join(_FOREIGN.findall(data[:_LOOKED_AT]))
    for name, script in _ONE_BYTE:
        text = foreign.decode(name, "replace")
        if len(re.findall(f"[{script}]", text)) >= _LEAST_OF_SCRIPT * len(text):
            return (name,)
    likely = likely_encodings(data)
    return likely if likely != _USUAL else ("gb18030", "big5", "euc_jp")


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
