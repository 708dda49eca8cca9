"""Whether an Imagine file (.img) keeps cells or overviews in files elsewhere, told from its tree before a library opens it."""

from __future__ import annotations

import mmap
import re
import struct
from pathlib import Path

from layers.errors import SourceError

_ENTRY = re.compile(rb"(ExternalRasterDMS|RRDNamesList|DependentFile)\x00")
"""Entries that name other files; where their data lie and how many bytes they are stands before the name."""
_NAME = re.compile(rb"[\x20-\x7e\x80-\xff]{3,}")


def require_own_cells(where: str, path: Path) -> None:
    """Stop at an Imagine file whose cells or overviews lie in a file of another name or folder.

    Raises
    ------
    SourceError
        With the name of the other file.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for match in _ENTRY.finditer(content):
            if match.start() < 8:
                continue
            data, size = struct.unpack_from("<II", content, match.start() - 8)
            for name in _NAME.findall(content[data : data + size]):
                named = name.decode("utf-8", "replace")
                elsewhere = "/" in named or "\\" in named
                other = match[1] == b"ExternalRasterDMS" and Path(named).stem.casefold() != path.stem.casefold()
                if elsewhere or (other and (path.parent / named).exists()):
                    raise SourceError(
                        f"{where}: it keeps cells in another file, '{named[:60]}', which is not followed. Write it again as a "
                        "GeoTIFF."
                    )
