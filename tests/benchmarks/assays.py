"""A laboratory table of forty elements from text to values, limits and flags."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.catalogue.source import Source
from layers.elements import UPPER_CRUST_PPM
from layers.readers.geochemistry import read_geochemistry
from layers.samples.standardise import standardise_samples
from tests.benchmarks.step import Step
from tests.benchmarks.workload import Workload

TOLD = tuple(UPPER_CRUST_PPM)[:40]
BELOW = 0.5
"""Limit of each element as a share of average crust; about one result in ten lies below it."""
_BLOCK = 50_000


def _laboratory_file(work: Workload, variant: str) -> Any:
    """Return a table as a laboratory hands it out, made once: as many rows as the size has samples."""
    path = work.folder / "assays.csv"
    if not path.exists():
        rng = np.random.default_rng(5)
        part = path.with_suffix(".part")
        with part.open("w") as file:
            file.write(",".join(["sample", "lat", "lon", *(f"{element}_ppm" for element in TOLD)]) + "\n")
            for start in range(0, work.size.samples, _BLOCK):
                _rows(rng, start, min(_BLOCK, work.size.samples - start)).to_csv(file, header=False, index=False)
        part.rename(path)
    columns = {"sample_id": "sample", "latitude": "lat", "longitude": "lon"}
    facts = {"crs": "EPSG:4326", "columns": columns, "defaults": {"medium": "till"}}
    return SimpleNamespace(path=path, source=Source(id="lab", role="geochemistry", path=path.name, **facts))


def _rows(rng: np.random.Generator, start: int, count: int) -> pd.DataFrame:
    level = rng.normal(0, 0.4, count)
    table: dict[str, Any] = {
        "sample": [f"S{number}" for number in range(start, start + count)],
        "lat": rng.uniform(46, 60, count).round(5),
        "lon": rng.uniform(-130, -60, count).round(5),
    }
    for element in TOLD:
        crust = UPPER_CRUST_PPM[element]
        value = crust * np.exp(level + rng.normal(0, 0.3, count))
        below = value < BELOW * crust
        table[element] = np.where(below, f"<{BELOW * crust:.3g}", np.char.mod("%.4g", value))
    return pd.DataFrame(table)


def _ours(state: Any) -> gpd.GeoDataFrame:
    return standardise_samples(read_geochemistry(state.source, state.path.parent).layer)


def _naive(state: Any) -> pd.DataFrame:
    """Half the limit cell by cell, as in many notebooks; no flag, no limit, no check."""
    table = pd.read_csv(state.path, dtype="str")
    for element in TOLD:
        table[element] = table[f"{element}_ppm"].apply(
            lambda cell: float(cell[1:]) / 2 if isinstance(cell, str) and cell.startswith("<") else float(cell)
        )
        logs = np.log10(table[element])
        table[f"{element}_z"] = (logs - logs.median()) / (1.4826 * (logs - logs.median()).abs().median())
    return table


def _answer(outcome: pd.DataFrame, state: Any) -> dict[str, float]:
    values = outcome["La_ppm" if "La_censored" in outcome else "La"]
    if "La_censored" in outcome:
        values = values.where(outcome["La_censored"] == 0, outcome["La_limit_ppm"] / 2)
    return {"rows": len(outcome), "La": float(values.mean()), "z": float(outcome["La_z"].abs().mean())}


READ_ASSAYS = Step(
    load=_laboratory_file,
    variants={"ours": _ours, "naive": _naive, "limit": lambda state: state.path.read_bytes()},
    answer=lambda outcome, state: {} if isinstance(outcome, bytes) else _answer(outcome, state),
    tolerance={"rows": 0.0, "La": 1e-9, "z": 0.01},
    largest={"naive": "M"},
)
