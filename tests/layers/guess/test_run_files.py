"""The run files that ship: every source is read by its reader without an edit by hand, and its rows come to known sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.invented import write_region
from layers.rasters.reader import describe_raster
from layers.readers.context import read_backdrop, read_lines
from layers.readers.exclusions import read_exclusions
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from layers.readers.territories import read_communities, read_territories

READERS: dict[str, Callable[..., Any]] = {
    "inventory": read_inventory,
    "geochemistry": read_geochemistry,
    "territories": read_territories,
    "communities": read_communities,
    "lines": read_lines,
    "backdrop": read_backdrop,
    "exclusions": read_exclusions,
    "raster": describe_raster,
}


class TextLoader(yaml.SafeLoader):
    """ON stays a text."""


TextLoader.yaml_implicit_resolvers = {
    letter: [one for one in found if one[0] != "tag:yaml.org,2002:bool"]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def readings(name: str, root: Path) -> Iterator[tuple[str, Any]]:
    raw = yaml.load((resources.files("layers.configs") / name).read_text(encoding="utf-8"), Loader=TextLoader)
    for spec in raw["sources"]:
        source = resolve(spec)
        yield source.id, READERS[source.role](source, root)


def reasons(reading: Reading) -> dict[str, int]:
    return reading.rejected["reason_code"].value_counts().to_dict()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = write_region(tmp_path_factory.mktemp("region")).parent
    return dict(readings("demo.yml", folder))


def test_demo_inventories(demo: dict[str, Any]) -> None:
    a, b = demo["inventory_a"], demo["inventory_b"]
    assert (a.rows_read, a.rows_merged, reasons(a)) == (272, 2, {"no_coordinates": 2, "swapped": 2})
    assert reasons(b) == {"no_coordinates": 2}
    assert set(a.layer["waste_type"]) == set(b.layer["waste_type"]) == {"tailings", "waste_rock", "slag", "heap_leach"}
    words = set("; ".join([*a.layer["commodities"].dropna(), *b.layer["commodities"].dropna()]).split("; "))
    assert {"rare earths", "uranium", "niobium", "gold"} <= words
    assert "UR" not in words
    assert a.layer["mass_t"].gt(0).mean() == pytest.approx(0.37, abs=0.12)  # 0 and UNK are unknown
    assert b.layer["cross_ids"].str.startswith("inventory_a=A-").sum() > 5
    assert b.layer["area_m2"].median() > 10_000  # hectares were read as such


def test_demo_chemistry(demo: dict[str, Any]) -> None:
    counts = {name: len(demo[name].layer) for name in ("stream_sediments", "till", "rocks")}
    assert counts == {"stream_sediments": 1200, "till": 450, "rocks": 210}
    assert set(demo["stream_sediments"].layer["method"]) == {"aqua_regia"}
    assert set(demo["till"].layer["method"]) == {"fusion"}
    assert demo["till"].layer["Nb_censored"].eq(-1).any()
    assert demo["till"].layer["La_ppm"].min() > 0
    assert 100 < demo["till"].layer["P_ppm"].median() < 3000  # from P2O5 in per cent
    waste = demo["waste_assays"].layer
    assert set(waste["medium"]) == {"waste"}
    assert waste["site_key"].notna().sum() + waste["latitude"].notna().sum() == len(waste)
    assert waste["Dy_ppm"].notna().sum() < waste["La_ppm"].notna().sum() < waste["Th_ppm"].notna().sum()


def test_demo_surroundings(demo: dict[str, Any]) -> None:
    for name in ("areas_allowed", "areas_generalised", "areas_never", "communities", "roads", "rail", "power"):
        assert len(demo[name].layer) == demo[name].rows_read > 0
    assert {name: set(demo[f"areas_{name}"].layer["publish"]) for name in ("allowed", "generalised", "never")} == {
        "allowed": {"allowed"},
        "generalised": {"generalised"},
        "never": {"never"},
    }
    assert set(demo["communities"].layer["kind"]) == {"office_point"}
    assert {demo[name].name for name in ("thorium", "magnetics", "terrain", "gravity")} == {
        "thorium",
        "magnetics",
        "terrain",
        "gravity",
    }


@pytest.mark.realdata
def test_north_east_washington(shared_realdata: Path) -> None:
    found = dict(readings("ne_washington.yml", shared_realdata))
    assert len(found["mrds"].layer) == found["mrds"].rows_read == 4265
    assert found["ngdb_sediment"].rows_read == 8451
    assert found["ngdb_sediment"].layer["medium"].value_counts().to_dict() == {
        "stream_sediment": 5911,
        "other": 2282,
        "lake_sediment": 258,
    }
    assert len(found["wgs_waste"].layer) == 10
    assert set(found["native_land"].layer["publish"]) == {"never"}


@pytest.mark.realdata
def test_ontario(shared_realdata: Path) -> None:
    found = dict(readings("ontario.yml", shared_realdata))
    assert len(found["noami"].layer) == 4555
    assert found["noami"].rows_withheld == 4216
    assert len(found["omi"].layer) == 2415
    assert len(found["reserves"].layer) == 208
    assert len(found["first_nations"].layer) == 138
