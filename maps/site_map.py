"""Pages: site_map."""

from __future__ import annotations

from pathlib import Path

from maps.publication import Publication


def write_map(publication: Publication, path: Path) -> None:
    """Write the page."""
    path.write_text("<!DOCTYPE html><meta charset=utf-8><title>minewaste</title>", encoding="utf-8")
