"""JSON of files that anybody may have written or damaged."""

from __future__ import annotations

import json
import re
from typing import Any

from layers.errors import SourceError

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


_FEATURE = re.compile(rb'"type"\s*:\s*"Feature"')
_SHAPED = re.compile(
    rb'"features"\s*:|"type"\s*:\s*"(?:Feature|Topology|(?:Multi)?(?:Point|LineString|Polygon)|GeometryCollection)'
)


def require_shapes(where: str, raw: bytes) -> None:
    """Stop at JSON that holds records, or anything else than features: GDAL would find none in it.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    raw : bytes
        Its text in UTF-8.

    Raises
    ------
    SourceError
        With the way out.
    """
    start = raw.lstrip()[:1]
    empty = re.fullmatch(rb"\s*\[\s*\]\s*", raw[:200]) is not None
    if empty or (_FEATURE.search(raw) if start == b"[" else start != b"{" or _SHAPED.search(raw)):
        return
    raise SourceError(
        f"{where}: this JSON holds records and no features, which is not read. Write it as CSV, one line a record (in Python: "
        "pandas.read_json(…).to_csv(…)), or as GeoJSON."
    )
