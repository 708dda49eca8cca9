"""A region so small that a run takes a second or two: every kind of input, and enough assayed wastes to train on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import shapely
from affine import Affine

from pipeline.config import RunConfig, parse_config
from pipeline.progress import Progress
from pipeline.run import run
from pipeline.sample_run import run_samples

SITES = 30
WEST, SOUTH, SPAN = -90.0, 50.0, 1.2
PRIVATE = "Invented Zqovarn Ground"
PRIVATE_CORNERS = [
    (-89.8123457, 50.1345679),
    (-89.3234561, 50.2456783),
    (-89.4345673, 50.7567891),
    (-89.7456789, 50.6678913),
]
"""The area of a source that is never published: its name and corners may be found nowhere."""


class SmallRun(NamedTuple):
    """A finished run: its data with ``run.yml``, its folder, and the run file."""

    data: Path
    folder: Path
    raw: dict[str, Any]


def write_small_region(folder: Path) -> dict[str, Any]:
    """Write the files of the region and return its run file."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(4)
    x, y = rng.uniform(0, SPAN, SITES), rng.uniform(0, SPAN, SITES)
    rich = x + rng.normal(0, 0.15, SITES) > SPAN * 0.55
    _inventory(folder, rng, x, y, rich)
    _chemistry(folder, rng, x, y, rich)
    _areas(folder)
    _rasters(folder, rng)
    return _run_file()


def small_config(raw: dict[str, Any]) -> RunConfig:
    """Return the checked run file."""
    return parse_config(raw, "run.yml")


def run_small(raw: dict[str, Any], data: Path, out: Path) -> Any:
    """Run it and return the summary."""
    config = small_config(raw)
    return (run_samples if config.units == "samples" else run)(config, data, out, Progress(quiet=True))


def files_of(out: Path) -> dict[str, bytes]:
    """Return every file of a run folder; of the manifest, where there is one, all but the times and what was reused."""
    contents = {}
    for path in sorted(out.rglob("*")):
        if path.is_file():
            contents[path.relative_to(out).as_posix()] = path.read_bytes()
    if "manifest.json" in contents:
        manifest = json.loads(contents["manifest.json"])
        for name in ("timings_s", "reused", "sha256"):
            del manifest[name]
        contents["manifest.json"] = json.dumps(manifest, sort_keys=True).encode()
    return contents


def differing(first: Path, second: Path) -> list[str]:
    """Return the names of files that are not equal in two run folders."""
    one, other = files_of(first), files_of(second)
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _inventory(folder: Path, rng: np.random.Generator, x: np.ndarray, y: np.ndarray, rich: np.ndarray) -> None:
    table = pd.DataFrame(
        {
            "official_id": [f"K-{100 + number}" for number in range(SITES)],
            "name": [f"Invented {word} {number}" for number, word in enumerate(["Kettle", "Lantern", "Anvil"] * 10)],
            "latitude": (SOUTH + y).round(5),
            "longitude": (WEST + x).round(5),
            "commodities": np.where(rich, "rare earth elements", "gold"),
            "waste_type": rng.choice(["tailings", "waste_rock"], SITES),
            "mass_t": (10 ** rng.uniform(4, 7, SITES)).round(),
            "height_m": rng.uniform(2, 20, SITES).round(1),
            "area_m2": (10 ** rng.uniform(3, 5, SITES)).round(),
            "first_year": rng.integers(1890, 1980, SITES),
        }
    )
    table.loc[::3, "mass_t"] = np.nan
    table.loc[::6, "area_m2"] = np.nan
    table.to_csv(folder / "mines.csv", index=False)
    again = table.iloc[:6].assign(
        official_id=[f"Z{number}" for number in range(6)], latitude=lambda one: one["latitude"] + 0.004
    )
    again.to_csv(folder / "other_mines.csv", index=False)
    pd.DataFrame(
        {"record_a": ["mines:K-100"], "record_b": ["other_mines:Z0"], "same_site": ["yes"], "reason": ["known"]}
    ).to_csv(folder / "links.csv", index=False)


def _chemistry(folder: Path, rng: np.random.Generator, x: np.ndarray, y: np.ndarray, rich: np.ndarray) -> None:
    sampled = np.arange(0, SITES, 1)[:24]
    level = np.where(rich[sampled], 2.9, 1.9) + rng.normal(0, 0.2, len(sampled))
    waste = pd.DataFrame(
        {"sample_id": [f"W{one}" for one in sampled], "site_key": [f"K-{100 + one}" for one in sampled]}
    )
    regional = pd.DataFrame({"sample_id": [f"T{one}" for one in range(60)]})
    sx, sy = rng.uniform(0, SPAN, 60), rng.uniform(0, SPAN, 60)
    regional["latitude"], regional["longitude"] = (SOUTH + sy).round(5), (WEST + sx).round(5)
    shares = {
        "La": 0.25,
        "Ce": 0.5,
        "Nd": 0.2,
        "Sm": 0.04,
        "Y": 0.1,
        "Yb": 0.01,
        "Th": 0.1,
        "U": 0.03,
        "P": 9.0,
        "Zr": 2.0,
    }
    for element, share in shares.items():
        waste[f"{element}_ppm"] = (10**level * share * 10 ** rng.normal(0, 0.05, len(sampled))).round(3)
        regional[f"{element}_ppm"] = (10 ** (1.6 + sx / SPAN + rng.normal(0, 0.1, 60)) * share).round(3)
    regional["U_ppm"] = [f"<{value}" if at % 5 == 0 else value for at, value in enumerate(regional["U_ppm"])]
    waste.to_csv(folder / "wastes.csv", index=False)
    regional.to_csv(folder / "till.csv", index=False)


def _areas(folder: Path) -> None:
    def box(west: float, south: float, size: float) -> shapely.Polygon:
        return shapely.box(WEST + west, SOUTH + south, WEST + west + size, SOUTH + south + size)

    areas = gpd.GeoDataFrame(
        {"territory_id": ["a", "b"], "name": ["Area A", "Area B"], "kind": ["treaty", "treaty"]},
        geometry=[box(0.1, 0.1, 0.5), box(0.4, 0.3, 0.6)],
        crs=4326,
    )
    areas.to_file(folder / "areas.geojson", driver="GeoJSON")
    private = gpd.GeoDataFrame({"name": [PRIVATE]}, geometry=[shapely.Polygon(PRIVATE_CORNERS)], crs=4326)
    private.to_file(folder / "private.geojson", driver="GeoJSON", COORDINATE_PRECISION=7)
    pd.DataFrame(
        {"name": ["Community 1"], "latitude": [SOUTH + 0.5], "longitude": [WEST + 0.5], "kind": ["place"]}
    ).to_csv(folder / "communities.csv", index=False)
    road = gpd.GeoDataFrame(
        {"name": ["road"]}, geometry=[shapely.LineString([(WEST, SOUTH + 0.6), (WEST + SPAN, SOUTH + 0.7)])], crs=4326
    )
    road.to_file(folder / "roads.shp")
    lakes = gpd.GeoDataFrame({"name": ["Lake"]}, geometry=[box(0.7, 0.7, 0.1)], crs=4326)
    lakes.to_file(folder / "lakes.gpkg", driver="GPKG")
    pd.DataFrame({"key": ["K-129"]}).to_csv(folder / "requests.csv", index=False)


def _rasters(folder: Path, rng: np.random.Generator) -> None:
    cells = 24
    size = (SPAN + 0.2) / cells
    place = Affine(size, 0, WEST - 0.1, 0, -size, SOUTH + SPAN + 0.1)
    for name in ("thorium", "magnetics"):
        values = (np.linspace(0, 5, cells)[None, :] + rng.normal(0, 0.3, (cells, cells))).astype("float32")
        with rasterio.open(
            folder / f"{name}.tif", "w", driver="GTiff", width=cells, height=cells, count=1, dtype="float32",
            crs="EPSG:4326", transform=place, nodata=-9999,
        ) as target:  # fmt: skip
            target.write(values, 1)


def _run_file() -> dict[str, Any]:
    def named(*columns: str) -> dict[str, str]:
        return {name: name for name in columns}

    place = named("latitude", "longitude")
    area, community = {"territory": "name"}, place | {"community": "name"}
    record = place | named(
        "official_id", "name", "commodities", "waste_type", "mass_t", "height_m", "area_m2", "first_year"
    )

    def source(name: str, role: str, path: str, **more: Any) -> dict[str, Any]:
        return {"id": name, "role": role, "path": path, "title": f"Invented {name}", **more}

    return {
        "name": "small",
        "title": "A small region",
        "sources": [
            source("mines", "inventory", "mines.csv", crs="EPSG:4326", columns=record),
            source("other_mines", "inventory", "other_mines.csv", crs="EPSG:4326", columns=record),
            source(
                "till", "geochemistry", "till.csv", crs="EPSG:4326", columns=place | named("sample_id"),
                defaults={"medium": "till"},
            ),
            source(
                "wastes", "geochemistry", "wastes.csv", columns=named("sample_id", "site_key"),
                defaults={"medium": "waste"},
            ),
            source("areas", "territories", "areas.geojson", publish="allowed", columns=area, steward="Invented Council"),
            source("private", "territories", "private.geojson", publish="never", columns=area, steward="Invented Council"),
            source(
                "communities", "communities", "communities.csv", crs="EPSG:4326", publish="allowed", columns=community,
                defaults={"kind": "place"},
            ),
            source("roads", "lines", "roads.shp", defaults={"kind": "road"}),
            source("lakes", "backdrop", "lakes.gpkg", defaults={"kind": "lake"}),
            source("links", "links", "links.csv"),
            source("thorium", "raster", "thorium.tif"),
            source("magnetics", "raster", "magnetics.tif"),
        ],
        "label_sites": {"threshold_ppm": 300.0},
        "train_model": {
            "n_bags": 10, "n_bags_validation": 5, "n_folds": 3, "n_permutations": 1, "min_positives": 4,
            "min_negatives": 4, "proxies": {"n_trees": 10},
        },
        "rank_sites": {"n_draws": 50},
        "publish": {"max_sheets": 1},
    }  # fmt: skip
