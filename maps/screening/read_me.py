"""What a list or a file of layers that travels alone says of itself: what it is, how sure, from where, in which language."""

from __future__ import annotations

import pandas as pd

from maps import words
from maps.list_order import order_told
from maps.publication import Publication
from maps.report.target_tables import names_of_targets, targets_of_list
from maps.verdict import plain_verdict

NOTICES = (
    "notice_not_resource_list", "notice_tenure", "notice_nations", "notice_absence", "notice_boundaries", "notice_water",
)  # fmt: skip


def about_list(publication: Publication, table: pd.DataFrame, title: str, lang: str) -> list[str]:
    """Return the lines of the read-me of a list for a spreadsheet program.

    Parameters
    ----------
    publication : Publication
        What the run published.
    table : DataFrame
        The list: ``site_id``.
    title : str
        What the list is.
    lang : {"en", "fr"}
        Language of the list.
    """
    lines = _begun(publication, title, lang, language=True)
    others = _other_targets(publication, table, lang)
    closing = [words.word("book_rounded", lang), words.word("book_safe", lang)]
    return [*lines, *others, "", *_notices(publication, lang), "", *closing]


def about_layers(publication: Publication, lang: str) -> list[str]:
    """Return what is kept in a file of layers, in both languages, that of its headings first.

    Parameters
    ----------
    publication : Publication
        What the run published.
    lang : {"en", "fr"}
        Language of the headings of the file.
    """
    lines = []
    for each in (lang, *(other for other in words.LANGUAGES if other != lang)):
        lines += _begun(publication, publication.title, each, language=each == lang)
        lines += ["", *_notices(publication, each), "", words.word("book_exact", each)]
    return lines


def _begun(publication: Publication, title: str, lang: str, *, language: bool) -> list[str]:
    """Return what is listed, when and by what it was made, what it was ranked for and how sure the order is."""
    run = words.phrase("run_line", lang, run_id=publication.run_id, date=words.date(publication.run_date, lang))
    return [
        title,
        f"{publication.title}. {run}. {words.word('made_with', lang)}.",
        *([words.word("book_language", lang)] if language else []),
        words.phrase("book_target", lang, target=words.word("target_ree", lang)),
        words.phrase("book_sure", lang, verdict=plain_verdict(publication.validation, lang)),
        *order_told(publication.ranking, lang),
    ]


def _notices(publication: Publication, lang: str) -> list[str]:
    contact = publication.contact or words.word("contact_unstated", lang)
    n = publication.withheld
    withheld = [words.phrase("withheld_features" if n > 1 else "withheld_feature", lang, n=n)] if n else []
    named = words.phrase("notice_contact", lang, contact=contact)
    return [*(words.word(key, lang) for key in NOTICES), named, *withheld]


def _other_targets(publication: Publication, table: pd.DataFrame, lang: str) -> list[str]:
    """Return one line for each of the other targets a run looked for, and where their orders stand."""
    lines = targets_of_list(publication, list(table["site_id"]), lang)
    if not lines:
        return []
    names = ", ".join(names_of_targets(publication, lang).values())
    n, target = len(lines) + 1, words.word("target_ree", lang)
    return ["", words.phrase("book_targets", lang, n=n, target=target, names=names), *lines]
