"""Pages from templates: every value is escaped, words and numbers are at hand in both languages."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from maps import assets, words

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("maps", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "word": words.word,
        "phrase": words.phrase,
        "number": words.number,
        "licence": words.licence,
        "rounded": words.rounded,
        "date": words.date,
        "span": words.span,
        "languages": words.LANGUAGES,
    }
    return environment


@lru_cache(maxsize=8)
def _template(name: str) -> Template:
    return _environment().get_template(name)


def render(page: str, /, **values: Any) -> str:
    """Return a page from a template, named by its path below ``maps``; what is not `markupsafe.Markup` is escaped.

    Apostrophes stay as they are, so that names stand in the file byte for byte: every attribute of the
    templates is in double quotes.
    """
    from markupsafe import Markup

    style = Markup(assets.template("templates/page.css") + assets.template("templates/print.css"))  # noqa: S704 - our own files
    written = _template(page).render(css=style, **{"first": "en", "coarse": False, **values})
    return without_control_letters(written.replace("&#39;", "'"))


def without_control_letters(page: str) -> str:
    """Return a page with the sign of replacement for letters no page may hold; names of files and sites may hold them."""
    return _CONTROL.sub("\ufffd", page)
