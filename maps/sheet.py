"""Pages: sheets."""

from __future__ import annotations

from pathlib import Path

from maps.publication import Publication


def write_sheets(publication: Publication, folder: Path, max_sheets: int = 200) -> None:
    """Write the pages."""
    folder.mkdir(parents=True, exist_ok=True)
