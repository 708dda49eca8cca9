"""The run file of the benchmark's country."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.workload import Workload

if TYPE_CHECKING:
    from pipeline.config import RunConfig

CODES = {"niobium": "niobium", "rare earths": "rare earth elements", "copper": "copper", "gold": "gold",
         "uranium": "uranium", "zinc": "zinc"}  # fmt: skip
INVENTORY = {
    "id": "inventory", "role": "inventory", "path": "inventory.csv", "crs": "EPSG:4326", "commodity_codes": CODES,
    "columns": {
        "official_id": "SITE_NO", "name": "SITE_NAME", "latitude": "LATITUDE", "longitude": "LONGITUDE",
        "jurisdiction": "PROVINCE", "commodities": "COMMODITIES", "deposit_type": "DEPOSIT", "waste_type": "FEATURE",
        "status": "STATUS", "disposal": "DISPOSAL", "mass_t": "TAILINGS_T", "area_m2": "AREA_M2", "height_m": "HEIGHT_M",
        "first_year": "YEAR_OPEN", "last_year": "YEAR_CLOSE", "remarks": "REMARKS",
    },
}  # fmt: skip


def run_file(work: Workload) -> RunConfig:
    """Return the run file; paths are absolute, so the data folder does not matter."""
    from pipeline.config import parse_config

    own, country = work.folder.resolve(), work.context.resolve()
    sources: list[dict[str, Any]] = [
        {**INVENTORY, "path": str(own / "inventory.csv")},
        {
            "id": "samples", "role": "geochemistry", "path": str(own / "samples.csv"), "crs": "EPSG:4326",
            "columns": {"sample_id": "SAMPLE", "latitude": "LAT", "longitude": "LON"}, "defaults": {"medium": "till"},
        },
        {
            "id": "waste", "role": "geochemistry", "path": str(own / "waste.csv"),
            "columns": {"sample_id": "LAB", "site_key": "SITE_NO"}, "defaults": {"medium": "waste"},
        },
        {
            "id": "areas", "role": "territories", "path": str(country / "areas.gpkg"), "layer": "areas", "publish": "allowed",
            "columns": {"territory": "territory"}, "steward": "Invented Council",
        },
        {
            "id": "communities", "role": "communities", "path": str(country / "communities.gpkg"), "layer": "communities",
            "publish": "allowed", "columns": {"community": "community"}, "defaults": {"kind": "place"},
            "options": {"kind": "place"},
        },
        {
            "id": "roads", "role": "lines", "path": str(country / "lines.gpkg"), "layer": "lines", "defaults": {"kind": "road"},
        },
    ]  # fmt: skip
    sources[4].pop("defaults")
    sources += [
        {"id": f"grid_{number}", "role": "raster", "path": str(path.resolve())}
        for number, path in enumerate(work.chain_rasters)
    ]
    return parse_config({"name": "bench", "title": "Invented country", "sources": sources}, "bench")


def inventory_path(work: Workload) -> Path:
    """Return the inventory as CSV."""
    return work.folder / "inventory.csv"
