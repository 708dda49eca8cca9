"""Reading an inventory, and writing the map."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd

from layers.catalogue.source import Source, resolve
from layers.readers.inventory import read_inventory
from maps.site_map.site_map import write_map
from tests.benchmarks.markers import write_full_popups, write_six_fields
from tests.benchmarks.naive_chain import read_rows
from tests.benchmarks.run_file import INVENTORY, inventory_path
from tests.benchmarks.step import Step
from tests.benchmarks.workload import Workload

# --- reading ---------------------------------------------------------------------------------------------------------


def _file(work: Workload, variant: str) -> Any:
    path = inventory_path(work).resolve()
    source = resolve(Source.model_validate({**INVENTORY, "path": path.name}))
    return SimpleNamespace(path=path, source=source)


def _read_ours(state: Any) -> gpd.GeoDataFrame:
    return read_inventory(state.source, state.path.parent).layer


def _read_answer(outcome: Any, state: Any) -> dict[str, float]:
    if not isinstance(outcome, gpd.GeoDataFrame):
        return {}
    mass = outcome["mass_t"] if "mass_t" in outcome else outcome["TAILINGS_T"]
    return {"rows": len(outcome), "x": outcome.geometry.x.sum(), "mass": mass.sum()}


READING = Step(
    load=_file,
    variants={
        "ours": _read_ours,
        "naive": lambda state: read_rows(state.path),
        "limit": lambda state: state.path.read_bytes(),
    },
    answer=_read_answer,
    tolerance={"rows": 0.0, "x": 1e-9, "mass": 1e-9},
    once=frozenset(),
)

# --- the map ---------------------------------------------------------------------------------------------------------


def _publication(work: Workload, variant: str) -> Any:
    from tests.maps.made_up import publication

    folder = Path(tempfile.mkdtemp(prefix="bench-map-"))
    return SimpleNamespace(publication=publication(work.size.sites, names=["Old Mine 0"]), path=folder / "map.html")


def _map_ours(state: Any) -> Path:
    write_map(state.publication, state.path)
    return state.path


def _map_markers(state: Any) -> Path:
    write_full_popups(state.publication, state.path)
    return state.path


def _map_six_fields(state: Any) -> Path:
    write_six_fields(state.publication, state.path)
    return state.path


def _map_answer(path: Path, state: Any) -> dict[str, float]:
    """Return the size of the page, told beside the seconds; the two pages hold different things."""
    size = path.stat().st_size / 2**20
    path.unlink()
    path.parent.rmdir()
    return {"page_mib": round(size, 2)}


SITE_MAP = Step(
    load=_publication,
    variants={"ours": _map_ours, "naive": _map_markers, "six_fields": _map_six_fields},
    answer=_map_answer,
    tolerance={},
    largest={"naive": "M", "six_fields": "M"},
)
