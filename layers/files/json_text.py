"""JSON of files that anybody may have written or damaged."""

from __future__ import annotations

import json
import re
from typing import Any

_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
"""An escape that is half of a letter, or one of the two halves of a whole one."""


def parse_json(text: str | bytes) -> Any:
    """Return what a JSON text says.

    Raises
    ------
    ValueError
        If it is none; also where brackets are nested deeper than Python follows, which `json.loads` lets out as another error,
        and where a text holds half of a letter, which nothing can write again.
    """
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError("brackets are nested too deep") from None
    if _HALF.search(text if isinstance(text, str) else text.decode("utf-8", "replace")):
        try:
            json.dumps(content, ensure_ascii=False).encode()
        except UnicodeEncodeError as failure:
            half = failure.object[failure.start]
            raise ValueError(f"a text in it holds half of a letter (\\u{ord(half):04x})") from None
    return content
