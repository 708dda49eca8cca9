"""The pages of a screening: a printable summary, the list for a spreadsheet, and sheets of the sites in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from maps.publication import Publication


def write_screening(
    publication: Publication, place: Any, table: pd.DataFrame, folder: Path, *, within_km: float, lang: str
) -> None:
    """Write the pages."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<!DOCTYPE html><meta charset=utf-8><title>minewaste</title>", encoding="utf-8")
