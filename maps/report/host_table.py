"""What is expected of every kind of host: from how many published wastes, whose, and what was measured here."""

from __future__ import annotations

from maps import words
from maps.publication import MAIN_TARGET, Publication


def host_rows(publication: Publication, lang: str) -> list[list[str]]:
    """Return per target and kind of host: target, kind, published wastes, their source, measured wastes that moved it.

    Parameters
    ----------
    publication : Publication
        ``diagnostics`` may hold ``target_hosts`` (kinds that count at some site, and common rock) and ``hosts_taught`` (for rare
        earths what the tables expected, ppm, and how many measured wastes moved it) and ``hosts_published`` (code, published
        wastes, source, ppm, measured wastes, for rare earths).
    lang : str
    """
    names = publication.diagnostics.get("target_names", {})
    taught = publication.diagnostics.get("hosts_taught", ()) if publication.target == MAIN_TARGET else ()
    main, tables = words.word("target_main", lang), words.word("host_tables", lang)
    rows = [
        [main, words.phrase("host_expected", lang, ppm=float(ppm)), "", tables, words.number(int(n), lang)]
        for ppm, n in taught
    ]
    published = publication.diagnostics.get("hosts_published", ()) if publication.target == MAIN_TARGET else ()
    for code, n, source, _, moved_by in published:
        rows.append(
            [main, _kind(code, lang), words.number(int(n), lang), str(source), words.number(int(moved_by), lang)]
        )
    for row in publication.diagnostics.get("target_hosts", ()):
        target, host, published, source, measured = row
        kind = _kind(host, lang)
        named = names[target][lang] if target in names else str(target)
        rows.append([named, kind, words.number(int(published), lang), str(source), words.number(int(measured), lang)])
    return rows


def _kind(code: object, lang: str) -> str:
    return words.word("host_common", lang) if code == "background" else str(code).replace("_", " ")


def host_lines(publication: Publication, lang: str) -> list[str]:
    """Return the section as lines of Markdown; none where nothing rests on kinds of host."""
    rows = host_rows(publication, lang)
    if not rows:
        return []
    heads = [
        words.word(key, lang) for key in ("host_target", "host_kind", "host_published", "host_source", "host_measured")
    ]
    lines = ["", f"## {words.word('host_heading', lang)}", "", words.word("host_about", lang), ""]
    lines += ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return lines + ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
