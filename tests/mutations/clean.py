"""Clean tables with a known answer: invented, and slices of real public files read when the bench runs."""

from __future__ import annotations

import copy
import csv
import gzip
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from tests.mutations.sheet import Sheet

_NAMES = ["Rivière Grise", "Old Hill", "O'Neil Shaft", "Lac Long", "North Pit", "Blue Ridge", "Cedar Flat", "St. Éloi"]
_METALS = ["gold", "copper; zinc", "nickel", "iron", "gold; silver", "lead; zinc"]


def sites(seed: int = 1, count: int = 24) -> Sheet:
    """Return an inventory in degrees."""
    draw = np.random.default_rng(seed)
    keys = ["id", "name", "latitude", "longitude", "commodities", "mass_t", "area_m2", "last_year", "waste_type"]
    headings = [
        "site_id",
        "name",
        "latitude",
        "longitude",
        "commodities",
        "tonnes",
        "area_m2",
        "last_year",
        "waste_type",
    ]
    rows, truth = [], {}
    for number in range(count):
        own = f"A{number + 1:03d}"
        lat, lon = 47.5 + 1.7 * draw.random(), -83.2 + 3.1 * draw.random()
        mass, area = int(draw.integers(3, 900)) * 1234 + 1000, int(draw.integers(4, 90)) * 2531
        year, name = int(draw.integers(1905, 1988)), f"{_NAMES[number % len(_NAMES)]} {number + 1}"
        metal = _METALS[number % len(_METALS)]
        cells = [own, name, f"{lat:.5f}", f"{lon:.5f}", metal, str(mass), str(area), str(year), "tailings"]
        rows.append(cells)
        truth[own] = {
            "name": name, "latitude": round(lat, 5), "longitude": round(lon, 5), "commodities": frozenset(metal.split("; ")),
            "mass_t": float(mass), "area_m2": float(area), "last_year": float(year), "waste_type": "tailings",
        }  # fmt: skip
    mapping = {"official_id": "id", **{key: key for key in keys[1:]}}
    return Sheet("inventory", keys, headings, rows, mapping, truth)


def sites_utm(seed: int = 2, count: int = 24) -> Sheet:
    """Return an inventory in UTM, zone and datum by row."""
    sheet = sites(seed, count)
    to_utm = {zone: pyproj.Transformer.from_crs(4326, 32600 + zone, always_xy=True) for zone in (16, 17)}
    east, north, zones = [], [], []
    for facts in sheet.truth.values():
        zone = 16 if facts["longitude"] < -84 else 17
        x, y = to_utm[zone].transform(facts["longitude"], facts["latitude"])
        east.append(f"{x:.0f}"), north.append(f"{y:.0f}"), zones.append(str(zone))
    place = {own: (facts["latitude"], facts["longitude"]) for own, facts in sheet.truth.items()}
    for key in ("latitude", "longitude"):
        sheet.remove(key)
    cells = {"easting": east, "northing": north, "utm_zone": zones, "datum": ["WGS84"] * count}
    for key, column in cells.items():
        sheet.insert(key, key, column)
        sheet.mapping[key] = key
    sheet.touched.clear()
    for own, (lat, lon) in place.items():
        sheet.truth[own] |= {"latitude": lat, "longitude": lon}
    return sheet


def laboratory(seed: int = 3, count: int = 30, medium: str = "till") -> Sheet:
    """Return a table of results, one row per sample; some lanthanum lies below a limit of 2 ppm."""
    draw = np.random.default_rng(seed)
    level = {"La": 30, "Ce": 62, "Nd": 26, "Y": 21, "Cu": 45, "Al": 70_000}
    keys = ["id", "latitude", "longitude", *level]
    headings = ["sample_id", "latitude", "longitude", "La_ppm", "Ce_ppm", "Nd_ppm", "Y_ppm", "Cu_ppm", "Al2O3_pct"]
    rows, truth = [], {}
    for number in range(count):
        own = f"T{number + 1:03d}"
        lat, lon, rich = 47.5 + 1.7 * draw.random(), -83.2 + 3.1 * draw.random(), draw.lognormal(0, 0.4)
        cells, facts = [own, f"{lat:.5f}", f"{lon:.5f}"], {"latitude": round(lat, 5), "longitude": round(lon, 5)}
        for element, usual in level.items():
            value = usual * rich * draw.lognormal(0, 0.1)
            if element == "Al":
                text, value = f"{value / 10_000 * 1.8895:.2f}", 0.0
                value = float(text) * 10_000 / 1.8895
            else:
                text = f"{value:.1f}"
                value = float(text)
            cells.append(text)
            facts[element] = value
        if number in (4, 11, 17):
            cells[3], facts["La"] = "<2", ("<", 2.0)
        rows.append(cells)
        truth[own] = facts
    mapping = {"sample_id": "id", "latitude": "latitude", "longitude": "longitude"}
    more = {"defaults": {"medium": medium}}
    name = "tailings_assays" if medium == "waste" else f"{medium}_samples"
    return Sheet("geochemistry", keys, headings, rows, mapping, truth, more, name=name)


def waste_assays(seed: int = 4) -> Sheet:
    """Return assays of waste, placed by the id of their site."""
    sheet = laboratory(seed, 16, "waste")
    for key in ("latitude", "longitude"):
        sheet.remove(key)
    sheet.insert("site_key", "site_id", [f"A{number % 5 + 1:03d}" for number in range(16)], 1)
    sheet.mapping["site_key"] = "site_key"
    sheet.touched.clear()
    return sheet


@lru_cache(maxsize=4)
def _rows(path: Path) -> list[list[str]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return list(csv.reader(io.StringIO(text)))


@dataclass(frozen=True)
class Slice:
    """Which rows and columns of a real public file are taken: key -> heading; columns the mapping leaves out stand beside."""

    file: str
    role: str
    columns: dict[str, str]
    beside: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    place: tuple[str, str] = ("latitude", "longitude")


REAL: dict[str, Slice] = {
    "real_nova_scotia": Slice(
        "inventory/nsmtd_nova_scotia/NSMTD.csv", "inventory",
        {"id": "OBJECTID", "name": "Name", "latitude": "Latitude", "longitude": "Longitude", "mass_t": "Tonnes"},
    ),
    "real_alaska": Slice(
        "inventory/minmod_national_inventories/minmod_sites.csv.gz", "inventory",
        {one: one for one in ("name", "country", "state", "latitude", "longitude")} | {"id": "record_id"},
        ("country", "state"),
    ),
    "real_western_australia": Slice(
        "geochemistry/gswa_western_australia/area12_geochem_cu_site.csv", "inventory",
        {"longitude": "X", "latitude": "Y", "id": "SITE_CODE", "name": "SITE_TITLE"},
    ),
    "real_quebec": Slice(
        "geochemistry/gswa_western_australia/area16_geochem_cu_site.csv", "inventory",
        {"id": "NUMR_GITE", "name": "NOM_GITE", "utm_zone": "FUS_UTM", "easting": "ESTN", "northing": "NORD"},
        (), {"crs": "EPSG:4269"}, ("Y", "X"),
    ),
    "real_rock_chips": Slice(
        "geochemistry/gswa_western_australia/area4_rockchip.csv.gz", "geochemistry",
        {"id": "SAMPLEID", "longitude": "X", "latitude": "Y", "La": "La_ppm", "Ce": "Ce_ppm", "Nd": "Nd_ppm", "Y": "Y_ppm",
         "Cu": "Cu_ppm"}, (), {"defaults": {"medium": "rock"}},
    ),
}  # fmt: skip
"""Slices by name; they are cut when the bench runs and stand nowhere in the project."""


def real(name: str, seed: int = 1, count: int = 20) -> Sheet:
    """Return a slice of a real file as it stands; its answer is what the cells say.

    Raises
    ------
    FileNotFoundError
        If the folder of real files is not there (see `real_names`).
    """
    piece = REAL[name]
    rows = _rows(_realdata() / piece.file)
    at = {key: rows[0].index(heading) for key, heading in piece.columns.items()}
    place = [rows[0].index(piece.columns.get(axis, axis)) for axis in piece.place]
    results = {"La", "Ce", "Nd", "Y", "Cu"} & set(at)
    body: dict[str, list[str]] = {}
    truth: dict[str, dict[str, Any]] = {}
    for row in rows[1 + seed :]:
        cells = dict(zip(at, [row[column].strip() for column in at.values()], strict=True))
        whole = all(cells.values()) and all(float(cells[key]) > 0 for key in (*results, *({"mass_t"} & set(cells))))
        if not whole or cells["id"] in body or cells.get("name", "x") in {one[1] for one in body.values()}:
            continue
        own = cells["id"]
        body[own] = list(cells.values())
        truth[own] = {key: float(cells[key]) for key in (*results, "mass_t") if key in cells}
        truth[own] |= {"name": cells["name"]} if "name" in cells else {}
        truth[own] |= dict(zip(("latitude", "longitude"), (float(row[column]) for column in place), strict=True))
        if len(body) == count:
            break
    mapping = {key: key for key in at if key not in ("id", *piece.beside, *results)}
    mapping["official_id" if piece.role == "inventory" else "sample_id"] = "id"
    headings = list(piece.columns.values())
    return Sheet(
        piece.role, list(at), headings, list(body.values()), mapping, truth, copy.deepcopy(piece.more), name=name
    )


def _realdata() -> Path:
    """Return the folder of real files that ``MINEWASTE_SHARED`` names; one that does not exist where it names none."""
    return Path(os.environ.get("MINEWASTE_SHARED", "/nowhere")).resolve() / "realdata"


def real_names() -> list[str]:
    """Return the slices whose files are there."""
    return [name for name, piece in REAL.items() if (_realdata() / piece.file).is_file()]


CLEAN: dict[str, Callable[[int], Sheet]] = {
    "sites": sites,
    "sites_utm": sites_utm,
    "laboratory": laboratory,
    "waste_assays": waste_assays,
    **{name: partial(real, name) for name in REAL},
}
"""Clean tables by name; the number seeds what they hold, or says how many rows of a real file are passed over."""
INVENTED = ("sites", "sites_utm", "laboratory", "waste_assays")
