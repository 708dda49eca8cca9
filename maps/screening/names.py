"""Names of communities and areas as people write them: any Unicode spelling, any apostrophe, with or without "First Nation"."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable

from maps.nearby import search_key

_APOSTROPHES = re.compile("['\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u2018\u2019\u201b\u2032\u00b4`\ua78b\ua78c\uff07]")
_GENERIC = re.compile(
    r"\b(?:(?:first|premieres?) nations?(?: de| des| du)?|(?:indian|first nation) reserves?|reserves? indiennes?|"
    r"indian bands?|bande indienne|reserve|band|no|n|ir|ri|fn)\b"
)
"""Words that say what kind of thing a name names; what is left must not be empty."""

ALIKE = 0.65
"""Names this alike, letter by letter, are offered without a word in common."""

OFFERED = 5
"""Names offered at most where one is not known."""


def letters_key(text: str) -> str:
    """Return a name's words alone: accents, case, apostrophes, hyphens and points do not count. Never shown."""
    return " ".join(re.findall(r"\w+", _APOSTROPHES.sub("", search_key(text))))


def bare_key(text: str) -> str:
    """Return `letters_key` without words such as "First Nation" and "Indian Reserve"."""
    key = letters_key(text)
    return " ".join(_GENERIC.sub(" ", key).split()) or key


def close_names(wanted: str, names: Iterable[str]) -> list[str]:
    """Return the names somebody may have meant by the words they share and by their letters."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(bare_key(name), name)
    asked = set(bare_key(wanted).split())
    held = Counter(word for key in by_key for word in set(key.split()))

    def likeness(key: str) -> tuple[float, float]:
        """Return how much a name has in common: rare words count more, the start of a word half, then the letters."""
        words = set(key.split())
        common = sum(1.0 / held[word] for word in asked & words)
        begun = sum(
            0.5 / held[word] for word in words - asked for part in asked if len(part) > 2 and word.startswith(part)
        )
        return common + begun, difflib.SequenceMatcher(None, bare_key(wanted), key).ratio()

    alike = {key: likeness(key) for key in by_key}
    order = sorted(by_key, key=lambda key: (-alike[key][0] - alike[key][1], key))
    return [by_key[key] for key in order if alike[key][0] > 0 or alike[key][1] >= ALIKE][:OFFERED]
