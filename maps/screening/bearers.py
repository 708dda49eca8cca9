"""Who answers for the sites of a list, as far as the files say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from maps import words
from maps.publication import Publication, of_sites

SHOWN = 4
"""Owners of one heading that are named, those of most sites first."""


def bearers(publication: Publication, site_ids: Collection[str], lang: str) -> list[str]:
    """Return what the files say of owners, operators and land tenure, by heading and with the number of sites, as they word it.

    Parameters
    ----------
    publication : Publication
        ``owner`` of its sites reads ``heading: cell; heading: cell``; a run whose files have no such column lacks it.
    site_ids : collection of str
        Sites of the list.
    lang : {"en", "fr"}
        Language of the words around the quotations.
    """
    here = of_sites(publication.sites, site_ids)
    cells = list(here["owner"].dropna()) if "owner" in here else []
    counts: dict[str, Counter[str]] = {}
    for cell in cells:
        for part in dict.fromkeys(str(cell).split("; ")):
            heading, colon, value = part.partition(": ")
            title = heading if colon else words.word("owner", lang)
            counts.setdefault(title, Counter())[value if colon else part] += 1
    sentences = []
    for heading, values in counts.items():
        shown = [f"{value} {words.number(n, lang)}" for value, n in values.most_common(SHOWN)]
        more = len(values) - SHOWN
        shown += [words.phrase("and_more", lang, n=more)] if more > 0 else []
        sentences.append(words.phrase("brief_bearers", lang, heading=heading, values=", ".join(shown)))
    return [*(sentences or [words.word("brief_bearers_none", lang)]), words.word("brief_bearers_ask", lang)]
