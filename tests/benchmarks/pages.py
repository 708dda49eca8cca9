"""Reading an inventory, writing the map, and the whole chain."""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd

from layers.catalogue import Source, resolve
from layers.inventory import read_inventory
from maps.site_map import write_map
from pipeline.progress import Progress
from pipeline.run import run
from pipeline.store import read_parquet
from tests.benchmarks.naive_chain import read_rows, run_naive
from tests.benchmarks.run_file import INVENTORY, inventory_path, run_file
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
    import folium

    drawn = folium.Map(location=[52, -90], zoom_start=5)
    for _, row in state.publication.ranking.iterrows():
        text = (
            f"<b>{row['name']}</b><br>rank {row['rank']}<br>score {row['score']:.2f}<br>{row['tonnage_t']} t<br>"
            f"{row['nearest_community']}<br>{row['territories']}"
        )
        folium.Marker([row["latitude"], row["longitude"]], popup=folium.Popup(text)).add_to(drawn)
    drawn.save(str(state.path))
    return state.path


def _map_answer(path: Path, state: Any) -> dict[str, float]:
    """Return the size of the page, told beside the seconds; the two pages hold different things."""
    size = path.stat().st_size / 2**20
    path.unlink()
    path.parent.rmdir()
    return {"page_mib": round(size, 2)}


SITE_MAP = Step(
    load=_publication,
    variants={"ours": _map_ours, "naive": _map_markers},
    answer=_map_answer,
    tolerance={},
    largest={"naive": "M"},
)

# --- the whole chain -------------------------------------------------------------------------------------------------


def _chain_load(work: Workload, variant: str) -> Any:
    return SimpleNamespace(work=work, config=run_file(work), folder=tempfile.TemporaryDirectory(prefix="bench-chain-"))


def _chain_ours(state: Any) -> Path:
    out = Path(state.folder.name) / "run"
    run(state.config, Path(), out, Progress(quiet=True))
    return out


def _chain_naive(state: Any) -> dict[str, float]:
    return run_naive(state.work, Path(state.folder.name))


def _chain_answer(outcome: Any, state: Any) -> dict[str, float]:
    if isinstance(outcome, Path):
        sites = read_parquet(outcome / "sites.parquet")
        areas = pd.read_csv(outcome / "site_territories.csv")
        told = {
            "sites": len(sites), "pairs": (areas["relation"] == "inside").sum(), "road_km": sites["road_km"].mean(),
            "near_n": sites["near_n"].sum(), "raster": sites["raster_grid_0"].mean(),
        }  # fmt: skip
    else:
        told = outcome
    state.folder.cleanup()
    return told


CHAIN = Step(
    load=_chain_load,
    variants={"ours": _chain_ours, "naive": _chain_naive},
    answer=_chain_answer,
    # The script measures on the plane of one projection for a country: up to 4 % off in length, 8 % in area.
    tolerance={"sites": 0.0, "pairs": 0.001, "road_km": 0.04, "near_n": 0.08, "raster": 0.001},
    largest={"naive": "M"},
)
