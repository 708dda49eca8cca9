"""A model file without object addresses and times, so that equal models are equal files."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import PurePosixPath
from typing import Any

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time a zip can tell."""


def steady(content: bytes) -> bytes:
    """Return a skops file in which addresses of objects are numbered and times are fixed.

    skops names every object, and the file of every array, after its address in memory. They are numbered here in the order in
    which the file tells them, so that what was one object stays one.

    Parameters
    ----------
    content : bytes
        From `skops.io.dumps`.

    Returns
    -------
    bytes
        A file that skops loads as the same objects.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        schema = json.loads(packed.read("schema.json"))
        numbers: dict[int, int] = {}
        names: dict[str, str] = {}
        numbered = _numbered(schema, numbers, names)
        files = {names[name]: packed.read(name) for name in packed.namelist() if name in names}
    files["schema.json"] = json.dumps(numbered, indent=2).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, files[name])
    return target.getvalue()


def _numbered(node: Any, numbers: dict[int, int], names: dict[str, str]) -> Any:
    """Return a part of the schema with numbers for addresses; ``numbers`` and ``names`` remember those already given."""
    if isinstance(node, list):
        return [_numbered(item, numbers, names) for item in node]
    if not isinstance(node, dict):
        return node
    renamed: dict[str, Any] = {}
    for key, value in node.items():
        if key == "__id__":
            renamed[key] = numbers.setdefault(value, len(numbers) + 1)
        elif key == "file" and "__loader__" in node and isinstance(value, str):
            renamed[key] = names.setdefault(value, f"{len(names) + 1}{PurePosixPath(value).suffix}")
        else:
            renamed[key] = _numbered(value, numbers, names)
    return renamed
