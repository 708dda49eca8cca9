"""Which sites a key of an assay may mean: ids first, then names as written, then their distinctive words."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

import pandas as pd

from layers.cells.site_names import name_key, own_part
from layers.text import as_key, fold


def sites_named(keys: Iterable[str], sites: pd.DataFrame) -> dict[str, tuple[list[int], str]]:
    """Return for each key the positions of the sites it may mean, and how they were found: ``id``, ``name`` or ``words``."""
    ids = _index(sites, ("site_id", "official_ids", "record_ids"), _id_forms)
    names = _index(sites, ("name", "aliases"), lambda text: [_plain(text)])
    words = _index(sites, ("name", "aliases"), _word_forms)
    rows_by_key: dict[str, tuple[list[int], str]] = {}
    for key in keys:
        rows_by_key[key] = ([], "")
        for index, forms, how in (
            (ids, _id_forms(key)[:1], "id"),
            (names, [_plain(key)], "name"),
            (words, _word_forms(key), "words"),
        ):
            rows = sorted({row for form in forms for row in index.get(form, ())})
            if rows:
                rows_by_key[key] = (rows, how)
                break
    return rows_by_key


def ids_of(sites: pd.DataFrame) -> list[set[str]]:
    """Return for each site what a request may call it, folded: its id, those of its records, its official ids."""
    columns = sites["site_id"], sites["record_ids"], sites["official_ids"]
    return [{part for cell in cells for part in _parts(cell)} for cells in zip(*columns, strict=True)]


def _parts(joined: object) -> list[str]:
    return [as_key(part) for part in joined.split("; ")] if isinstance(joined, str) else []


def _index(sites: pd.DataFrame, columns: tuple[str, ...], forms: object) -> dict[str, set[int]]:
    """Return the rows of the sites by every form of what stands in some columns (lists are joined with ``; ``)."""
    assert callable(forms)  # noqa: S101 - narrows the type
    index: dict[str, set[int]] = {}
    for column in columns:
        for row, cell in enumerate(sites[column]):
            if not pd.isna(cell):
                for part in str(cell).split("; "):
                    for form in forms(part):
                        index.setdefault(form, set()).add(row)
    index.pop("", None)
    return index


def _id_forms(text: str) -> list[str]:
    """Return an id without blanks, case and a trailing ``.0``, and the same without the source that a record id starts with."""
    plain = re.sub(r"\.0$", "", re.sub(r"[\s+]", "", text).casefold())
    return [plain, plain.split(":", 1)[1]] if re.match(r"[a-z0-9_]+:.", plain) else [plain]


def _plain(text: str) -> str:
    """Return a name without case, accents and punctuation."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['’]", "", fold(own_part(html.unescape(text))))))


def _word_forms(text: str) -> list[str]:
    """Return the distinctive words of a name with its numbers and markers; none where it says nothing distinctive."""
    key = name_key(text)
    return [f"{key.joined}|{','.join(sorted(key.numbers))}|{','.join(sorted(key.markers))}"] if key.core else []
