"""Words that no language has (``Ha³da``, ``Ch‰teau``, ``dÕƒtŽ``): letters of one byte read in the wrong encoding."""

from __future__ import annotations

import re

_SIGNS = "³¹²£¥¯¿¡‰™‚„ˆ‡†¤¢©®¶±§¨¸¬¦×÷“”«»¼½¾˜›‹≥≤Ґ¬°ºª"
"""Signs that stand beside words, never between two letters of one."""
_LETTER = r"[^\W\d_]"
_ODD = re.compile(
    rf"(?<=[^\W\d_{_SIGNS}])[{_SIGNS}]+(?={_LETTER})|(?<=[a-zß-ÿ])(?:[ŠŽŸŒƒ](?={_LETTER})|[À-ÖØ-ÞŠŽŸŒƒ](?!{_LETTER})|Õ(?=ƒ))|[\x80-\x9f]"
)
"""A sign inside a word, or a capital with an accent that ends a word of small letters; humps (``NomÉtat``) are none."""
_TURKISH, _WITH_TURKISH, _NOT_TURKISH = re.compile("[þðýÞÐÝ]"), re.compile("[üçÜÇ]"), re.compile("[æáéíúÆÁÉÍÚ]")
_CZECH = ("ø", "ì")
_HUNGARIAN = re.compile("õ(?![eEs])|Õ(?!E)")
_ROMANIAN = re.compile("ã(?=[bcdfgjlmnprtvxzþ])|(?<=[a-zßà-ÿ])[ºþ](?=[a-zßà-ÿ])|[Þª](?=[a-zßà-ÿ])")
_SLAVIC = re.compile(f"è(?![bcdfglmnprstv]+r?(?:e|\\b)|s?\\b)|È(?={_LETTER})|[æðøìòïùÐØ](?={_LETTER})|æ\\b")
_POLISH = re.compile(r"(?<=[^\W\d_]{2})[³¹¿](?=[^\W\d_]{2})")
_OF_CENTRAL_EUROPE = (
    (_HUNGARIAN, re.compile("[áéíóúÁÉÍÓÚ]"), re.compile("[ãçêâàäîëïñåøœÃÇÊÂÀÄ]"), 1),
    (_ROMANIAN, re.compile("[ãº]"), re.compile("[çêõáéñðæÇÊÕÁÉ]"), 2),
    (_SLAVIC, re.compile("[šžŠŽ]"), re.compile("[àêçœåñãõëîûÀÊÇÅ]"), 1),
    (_POLISH, _POLISH, re.compile("[àêçœåãõëîû]"), 1),
)
"""Letters of Windows-1250 as Windows-1252 reads them where Western words do not have them; what stands in its texts, and what
does not; and how many are enough."""
_WORDS = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_MOST_WORDS = 20_000
_LEAST_ODD, _FEWEST = 0.2, 2
_ENCODINGS = ("cp1250", "iso8859_2", "mac_roman", "cp850", "cp1254")


def other_encoding(data: bytes) -> tuple[str, str] | None:
    """Say of a text in one byte a letter whether Windows-1252 makes words of it that no language has.

    Parameters
    ----------
    data : bytes
        Not UTF-8.

    Returns
    -------
    tuple of str, or None
        The encoding that makes the fewest such words, and one of them as Windows-1252 reads it; None where few words are odd.
    """
    words = [match[0] for _, match in zip(range(_MOST_WORDS), _WORDS.finditer(data), strict=False)]
    read = _as(words, "cp1252") or ""
    letters = sum(not letter.isascii() for letter in read)
    odd = _odd(read)
    if _TURKISH.search(read) and _WITH_TURKISH.search(read) and not _NOT_TURKISH.search(read):
        odd += len(_TURKISH.findall(read))
        shown = next(word for word in read.split() if _TURKISH.search(word))
        return ("cp1254", shown) if odd >= _LEAST_ODD * letters else None
    if all(letter in read for letter in _CZECH):
        return "cp1250", next(word for word in read.split() if "ø" in word)
    for own, beside, never, fewest in _OF_CENTRAL_EUROPE:
        hits = list(own.finditer(read)) if beside.search(read) and not never.search(read) else []
        if len(hits) >= fewest and odd < max(_FEWEST, _LEAST_ODD * letters):
            return "cp1250", next(word for word in read.split() if own.search(word))
    if odd < max(_FEWEST, _LEAST_ODD * letters):
        return None
    left = {name: _odd(text) for name in _ENCODINGS if (text := _as(words, name)) is not None}
    shown = next(word for word in read.split() if _odd(word))
    return min(left, key=lambda name: left[name]), shown


def _as(words: list[bytes], encoding: str) -> str | None:
    try:
        return b" ".join(words).decode(encoding)
    except UnicodeDecodeError:
        return None


def _odd(text: str) -> int:
    """Return how many letters of a text cannot stand where they do."""
    return sum(len(match[0]) for match in _ODD.finditer(text))
