"""What a GeoJSON file says of its coordinate system."""

from __future__ import annotations

import json
import re
from pathlib import Path

_MEMBER = re.compile(r'"crs"\s*:\s*(?=\{)')


def crs_member(path: Path) -> str | None:
    """Return the name, address or code in the ``crs`` member of a GeoJSON file; None where there is none or of other formats.

    The member is of the format of 2008 (a name, a link, or a code of EPSG); GDAL takes one it does not know for degrees.
    """
    if path.suffix.lower() not in (".json", ".geojson"):
        return None
    with path.open("rb") as file:
        text = file.read(20_000).decode("utf-8", "replace")
    match = _MEMBER.search(text)
    try:
        member = json.JSONDecoder().raw_decode(text, match.end())[0] if match else {}
    except (ValueError, RecursionError):
        return None
    stated = member.get("properties")
    stated = stated if isinstance(stated, dict) else {}
    name = stated.get("name") or stated.get("href")
    return str(name) if name else f"EPSG:{stated['code']}" if "code" in stated else None
