"""The search for traces, and an invented region with things in it that must leave none."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
import yaml

from layers.invented import write_region

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def traces() -> ModuleType:
    """Module that searches bytes."""
    spec = importlib.util.spec_from_file_location("traces_of_names_and_places", Path(__file__).with_name("traces.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def ring(longitude: float, latitude: float) -> list[tuple[float, float]]:
    """Return corners that no grid and no other layer has, around a place."""
    steps = [(0.31, 0.02), (0.21, 0.17), (0.03, 0.23), (-0.19, 0.19), (-0.33, -0.04), (-0.14, -0.21), (0.17, -0.16)]
    return [
        (round(longitude + dx + 0.0012347 * (i + 1), 7), round(latitude + dy + 0.0007853 * (i + 2), 7))
        for i, (dx, dy) in enumerate(steps)
    ]


def outline(name: str, corners: list[tuple[float, float]], **cells: Any) -> gpd.GeoDataFrame:
    row = {"NAME": [name], **{key: [value] for key, value in cells.items()}}
    return gpd.GeoDataFrame(row, geometry=[shapely.Polygon(corners)], crs="EPSG:4326")


@dataclass
class Region:
    """An invented region on disk, what was planted in it, and everything its commands wrote and said."""

    folder: Path
    run_file: Path
    run: Path
    temporary: Path
    names: dict[str, list[str]] = field(default_factory=dict)
    points: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    said: dict[str, bytes] = field(default_factory=dict)

    @property
    def written(self) -> list[Path]:
        """Every folder something may have been written to."""
        return [self.run.parent, self.temporary]

    def command(self, name: str, *arguments: str, code: int = 0) -> bytes:
        """Run the command in a process of its own, in a temporary folder of its own, and keep what it says."""
        environment = os.environ | {
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(ROOT),
            "DASK_TEMPORARY_DIRECTORY": str(self.temporary),
        }
        command = [sys.executable, "-m", "pipeline", name, *arguments]
        done = subprocess.run(command, cwd=self.run.parent, env=environment, capture_output=True, check=False)
        assert done.returncode == code, done.stderr.decode()
        self.said[name] = self.said.get(name, b"") + done.stdout + done.stderr
        return done.stdout + done.stderr


def _plant(region: Region) -> None:
    folder, extra = region.folder, []
    base = yaml.safe_load(region.run_file.read_text(encoding="utf-8"))
    areas = folder / "areas"

    # An area that is never published, packed, with a row that is rejected and words all over its source.
    name, corners = "Zqovärn Kept Gröund", ring(-90.1, 60.9)
    both = pd.concat([outline(name, corners, NOTE="vxjqwk"), outline(None, ring(-90.9, 60.2), NOTE="vxjqwk ẑtřaw")])
    gpd.GeoDataFrame(both, crs="EPSG:4326").to_file(areas / "zqovarn.geojson", driver="GeoJSON", COORDINATE_PRECISION=7)
    with zipfile.ZipFile(areas / "vault.zip", "w") as vault:
        vault.write(areas / "zqovarn.geojson", "zqovarn.geojson")
    extra.append({"id": "never_area", "role": "territories", "path": "areas/vault.zip", "publish": "never",
                  "title": "Titled zqovarn", "steward": "Steward zqovarn", "columns": {"territory": "NAME"},
                  "use_conditions": "vxjqwk"})  # fmt: skip
    region.names["never"] = [name, "zqovarn", "vxjqwk", "never_area"]
    region.points["never"] = corners + ring(-90.9, 60.2)

    # An area whose source says nothing of publishing.
    name, corners = "Ƶwelkip Ùnsaid", ring(-84.2, 60.6)
    outline(name, corners).to_file(areas / "unsaid.gpkg", driver="GPKG", engine="pyogrio")
    extra.append(
        {"id": "unsaid_area", "role": "territories", "path": "areas/unsaid.gpkg", "columns": {"territory": "NAME"}}
    )
    region.names["undeclared"] = [name, "welkip", "unsaid_area"]
    region.points["undeclared"] = corners

    # A community that is never published.
    (areas / "hidden.csv").write_text(
        "C,Y,X\nHöuskraq Place,60.1234567,-85.7654321\nHouskraq Nowhere,99.9,-85.1\n", encoding="utf-8"
    )
    extra.append({"id": "never_place", "role": "communities", "path": "areas/hidden.csv", "publish": "never", "crs": "EPSG:4326",
                  "columns": {"community": "C", "latitude": "Y", "longitude": "X"}, "defaults": {"kind": "place"}})  # fmt: skip
    region.names["community"] = ["Höuskraq", "never_place"]
    region.points["community"] = [(-85.7654321, 60.1234567)]

    # An area and a place of which only a coarse copy may be seen; a row of the latter is rejected.
    corners = ring(-89.6, 59.4)
    outline("Area Gxilm", corners).to_file(areas / "coarse.geojson", driver="GeoJSON", COORDINATE_PRECISION=7)
    (areas / "coarse.csv").write_text(
        "C,K,Y,X\nCommunity Gxilm,place,58.6413579,-88.9135791\n,place,58.7424681,-88.1246813\n", encoding="utf-8"
    )
    extra.append({"id": "coarse_area", "role": "territories", "path": "areas/coarse.geojson", "publish": "generalised",
                  "steward": "Invented Assembly", "columns": {"territory": "NAME"}})  # fmt: skip
    extra.append({"id": "coarse_place", "role": "communities", "path": "areas/coarse.csv", "publish": "generalised",
                  "crs": "EPSG:4326", "columns": {"community": "C", "latitude": "Y", "longitude": "X", "kind": "K"}})  # fmt: skip
    region.points["generalised"] = [*corners, (-88.9135791, 58.6413579), (-88.1246813, 58.7424681)]

    _plant_withheld(region, base, extra)
    base["sources"] += extra
    region.run_file.write_text(yaml.safe_dump(base, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _plant_withheld(region: Region, base: dict[str, Any], extra: list[dict[str, Any]]) -> None:
    """Plant two sites that a steward asks to leave out: one by its number, one by an area; each known in several files."""
    folder = region.folder
    inventory = pd.read_csv(folder / "inventory" / "inventory_a.csv", dtype=str)
    keyed, covered = (-86.6123457, 59.3345679), (-86.1987653, 58.9456781)
    rows = inventory.iloc[[0, 0, 0]].copy().reset_index(drop=True)
    rows["SITE_NO"] = ["A-771177", "A-772277", "A-773377"]
    rows["SITE_NAME"] = ["Invented Krövnax Heap", "Invented Plüdwick Pond", "Invented Krövnax Heap"]
    rows["LONGITUDE"] = [str(keyed[0]), str(covered[0]), None]
    rows["LATITUDE"] = [str(keyed[1]), str(covered[1]), None]
    rows["REMARKS"] = ["qwyzzle remark", "qwyzzle remark", None]
    pd.concat([inventory, rows]).to_csv(folder / "inventory" / "inventory_a.csv", index=False)
    other = pd.DataFrame({"NO": ["C-1", "C-2"], "N": ["Invented Krovnax Heap", "Invented Pludwick Pond"],
                          "X": [keyed[0] + 0.0001, covered[0]], "Y": [keyed[1], covered[1] + 0.0001]})  # fmt: skip
    other.to_csv(folder / "inventory" / "inventory_c.csv", index=False)
    extra.append({"id": "inventory_c", "role": "inventory", "path": "inventory/inventory_c.csv", "crs": "EPSG:4326",
                  "columns": {"official_id": "NO", "name": "N", "latitude": "Y", "longitude": "X"},
                  "defaults": {"waste_type": "tailings"}})  # fmt: skip
    assays = pd.read_csv(folder / "geochemistry" / "waste_assays.csv", dtype=str)
    more = assays.iloc[[0, 1, 2]].copy()
    more["LAB_NO"] = ["W-qwyzz1", "W-qwyzz2", "W-qwyzz3"]
    more["SITE_NO"] = ["A-771177", None, "Invented Krövnax Heap"]
    more["LONGITUDE"], more["LATITUDE"] = [None, str(covered[0] + 0.0002), None], [None, str(covered[1]), None]
    pd.concat([assays, more]).to_csv(folder / "geochemistry" / "waste_assays.csv", index=False)

    corners = [
        (covered[0] + 0.0123457 * dx, covered[1] + 0.0067893 * dy)
        for dx, dy in [(1, 1), (-1, 1.1), (-1.2, -1), (1.1, -0.9)]
    ]
    outline("Reason jwolqen", corners, WHY="jwolqen reason").to_file(
        folder / "areas" / "asked.geojson", driver="GeoJSON", COORDINATE_PRECISION=7
    )
    (folder / "areas" / "asked.csv").write_text("SITE,WHY\na-771177,jwolqen reason\n", encoding="utf-8")
    extra.append(
        {"id": "asked_areas", "role": "exclusions", "path": "areas/asked.geojson", "columns": {"reason": "WHY"}}
    )
    extra.append(
        {
            "id": "asked_sites",
            "role": "exclusions",
            "path": "areas/asked.csv",
            "columns": {"key": "SITE", "reason": "WHY"},
        }
    )
    region.names["requests"] = ["jwolqen", "asked_areas", "asked_sites"]
    region.points["requests"] = corners
    region.names["withheld"] = [
        "A-771177",
        "A-772277",
        "A-773377",
        "Krövnax",
        "Plüdwick",
        "qwyzz",
        "inventory-c-c-1",
        "inventory-c-c-2",
    ]
    region.points["withheld"] = [keyed, covered]


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """Everything planted, and no command run on it."""
    home = tmp_path_factory.mktemp("sovereignty")
    folder, temporary, out = home / "region", home / "temporary", home / "out"
    temporary.mkdir()
    out.mkdir()
    made = Region(folder, write_region(folder, sites=80, seed=3), out / "run", temporary)
    _plant(made)
    return made


@pytest.fixture(scope="session")
def region(planted: Region) -> Region:
    """Everything planted, run, checked, screened and explained."""
    made, home = planted, planted.folder.parent
    made.command("run", str(made.run_file), "--out", str(made.run))
    made.command("check", str(made.run_file))
    site = pd.read_csv(made.run / "ranking.csv")["site_id"][0]
    brought = home / "brought.geojson"
    corners = ring(-86.4, 59.2)
    outline("Tsqubbel Outline", corners).to_file(brought, driver="GeoJSON", COORDINATE_PRECISION=7)
    made.names["brought"], made.points["brought"] = ["Tsqubbel"], corners
    for place in (
        ["--community", "Community 1"],
        ["--nation", "Area Gxilm"],
        ["--area", str(brought)],
        ["--site", site],
    ):
        made.command("screen", str(made.run), *place)
    made.command("explain", str(made.run), site)
    return made


@pytest.fixture(scope="session")
def working_crs(region: Region) -> str:
    """The projected CRS of the run, as its own files say it."""
    stages = region.run / "stages" / "merge_sites.parquet"
    crs = gpd.read_parquet(stages).crs
    assert crs.is_projected
    return json.dumps(crs.to_json_dict())
