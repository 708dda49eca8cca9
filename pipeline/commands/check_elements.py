"""What `minewaste check` says of each element of a laboratory table: from which columns it comes, and how much was measured."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from layers.catalogue.source import Source
from layers.elements import oxide_factor
from layers.files.tables import read_table
from layers.readers.assay_options import GeochemistryOptions
from layers.readers.assay_sheet import laboratory_columns
from maps.report.check_page import TOTAL, ElementCheck


def origins(source: Source, data_dir: Path) -> dict[str, str]:
    """Say from which headings an element comes, with their unit and method."""
    if "analyte" in source.columns:
        return {}
    table = read_table(source, data_dir)
    options = GeochemistryOptions.model_validate(source.options)
    origins: dict[str, list[str]] = {}
    for column in laboratory_columns(source, source.id, options, table.cells, table.captions):
        factor = (
            column.to_ppm * (oxide_factor(column.form) if column.form != column.element else 1)
            if column.to_ppm
            else None
        )
        unit = {1.0: "ppm", 1e-3: "ppb", 1e4: "%"}.get(round(factor, 9)) if factor else None
        method = column.method.replace("_", " ")
        origin_words = [*([unit] if unit else []), *([method] if method != "unknown" else [])]
        shown = f"{column.name} ({', '.join(origin_words)})" if origin_words else column.name
        origins.setdefault(column.element, []).append(shown)
    return {element: "; ".join(names) for element, names in origins.items()}


def total(source: Source, layer: pd.DataFrame) -> list[ElementCheck]:
    """Say of how many samples a column of the file states the total of rare earths."""
    total = layer["tree_ppm"].dropna() if "tree_ppm" in layer.columns else pd.Series(dtype=float)
    if total.empty:
        return []
    origin = str(source.columns.get("tree_ppm", ""))
    return [ElementCheck(TOTAL, len(total), 0, 0, "", float(total.median()), float(total.max()), origin)]


def elements(layer: pd.DataFrame, origins: Mapping[str, str]) -> list[ElementCheck]:
    """Say per element how many values there are, how many beyond a limit, and which limits."""
    checks = []
    for column in layer.columns:
        if not str(column).endswith("_censored"):
            continue
        element = str(column).removesuffix("_censored")
        flag, limit = layer[column], layer[f"{element}_limit_ppm"]
        value = layer[f"{element}_ppm"].where(flag == 0).dropna()
        below, above = int((flag < 0).sum()), int((flag > 0).sum())
        if len(value) + below + above:
            limits = sorted(limit[flag < 0].dropna().unique())
            shown = ", ".join(f"{limit:g}" for limit in limits[:4]) + (f" … {limits[-1]:g}" if len(limits) > 4 else "")
            median, highest = (float(value.median()), float(value.max())) if len(value) else (np.nan, np.nan)
            checks.append(
                ElementCheck(element, len(value), below, above, shown, median, highest, origins.get(element, ""))
            )
    return checks
