"""Clean tables with a known answer: invented, and slices of real public files read when the bench runs."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from pathlib import Path

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


def nova_scotia(realdata: Path, count: int = 20) -> Sheet:
    """Return a slice of a real inventory, in the headings its publisher uses."""
    return _slice(
        _rows(next((realdata / "inventory").glob("ns*/*.csv*"))), "inventory", count,
        {"id": "OBJECTID", "name": "TAILING_ID", "latitude": "LATITUDE", "longitude": "LONGITUDE"},
    )  # fmt: skip


def _rows(path: Path) -> list[list[str]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return list(csv.reader(io.StringIO(text)))


def _slice(rows: list[list[str]], role: str, count: int, columns: dict[str, str]) -> Sheet:
    """Return some columns of the first complete rows as they stand; their answer is what the cells say."""
    at = {key: rows[0].index(heading) for key, heading in columns.items()}
    seen: set[str] = set()
    body: list[list[str]] = []
    for row in rows[1:]:
        cells = [row[place].strip() for place in at.values()]
        if all(cells) and cells[0] not in seen and len(body) < count:
            seen.add(cells[0])
            body.append(cells)
    truth = {}
    for cells in body:
        facts = dict(zip(at, cells, strict=True))
        own = facts.pop("id")
        truth[own] = {key: text if key == "name" else float(text) for key, text in facts.items()}
    first = "official_id" if role == "inventory" else "sample_id"
    return Sheet(
        role, list(at), list(columns.values()), body, {first: "id"} | {key: key for key in list(at)[1:]}, truth
    )


CLEAN: dict[str, Callable[[int], Sheet]] = {
    "sites": sites,
    "sites_utm": sites_utm,
    "laboratory": laboratory,
    "waste_assays": waste_assays,
}
"""Invented tables by name; the number seeds what they hold."""
