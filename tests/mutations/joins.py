"""Two files joined by an id that is typed in two ways: composed and decomposed letters, blanks, text of a spreadsheet."""

from __future__ import annotations

import tempfile
import unicodedata
from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np

from layers.catalogue.source import Source, resolve
from layers.errors import MinewasteError
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from pipeline.kernels.site_keys import sites_named
from tests.mutations.outcome import Outcome

IDS = ("Rivière-1", "Éloi 2", "Ñandú-3", "A004")
SPELLINGS: dict[str, Callable[[str], str]] = {
    "as they stand": lambda own: own,
    "decomposed letters": lambda own: unicodedata.normalize("NFD", own),
    "blanks around": lambda own: f" {own}\u00a0",
    "text of a spreadsheet": lambda own: f'"=""{own}"""',
}
"""How the second file writes the ids of the first."""


def _collars(folder: Path, ids: list[str]) -> list[float]:
    rows = "".join(f"{own},S{number},0,1,{40 + number}\n" for number, own in enumerate(IDS))
    (folder / "intervals.csv").write_text("hole,sample,from,to,La_ppm\n" + rows, encoding="utf-8")
    places = "".join(f"{own},{47 + number / 10},{-80 - number / 10}\n" for number, own in enumerate(ids))
    (folder / "collars.csv").write_text("hole,latitude,longitude\n" + places, encoding="utf-8")
    facts = {
        "id": "table", "role": "geochemistry", "path": "intervals.csv", "defaults": {"medium": "rock"}, "crs": "EPSG:4326",
        "columns": {"sample_id": "sample", "latitude": "latitude", "longitude": "longitude"},
        "options": {"collars": {"path": "collars.csv", "key": "hole"}},
    }  # fmt: skip
    layer = read_geochemistry(resolve(Source.model_validate(facts)), folder).layer
    return [round((float(latitude) - 47) * 10) for latitude in layer["latitude"]]


def _amounts(folder: Path, ids: list[str]) -> list[float]:
    rows = "".join(f"{own},{47 + number / 10},{-80 - number / 10}\n" for number, own in enumerate(IDS))
    (folder / "sites.csv").write_text("id,latitude,longitude\n" + rows, encoding="utf-8")
    masses = "".join(f"{own},{1000 * (number + 1)}\n" for number, own in enumerate(ids))
    (folder / "amounts.csv").write_text("id,tonnes\n" + masses, encoding="utf-8")
    facts = {
        "id": "table", "role": "inventory", "path": "sites.csv", "crs": "EPSG:4326",
        "columns": {"official_id": "id", "latitude": "latitude", "longitude": "longitude", "mass_t": "tonnes"},
        "options": {"amounts": {"path": "amounts.csv", "key": "id", "add": ["tonnes"]}},
    }  # fmt: skip
    layer = read_inventory(resolve(Source.model_validate(facts)), folder).layer
    return [float(mass) / 1000 - 1 for mass in layer["mass_t"]]


def _assays(folder: Path, ids: list[str]) -> list[float]:
    rows = "".join(f"{own},{own},{47 + number / 10},{-80 - number / 10}\n" for number, own in enumerate(IDS))
    (folder / "sites.csv").write_text("id,name,latitude,longitude\n" + rows, encoding="utf-8")
    assays = "".join(f"S{number},{own},{40 + number}\n" for number, own in enumerate(ids))
    (folder / "assays.csv").write_text("sample,site,La_ppm\n" + assays, encoding="utf-8")
    places = {"official_id": "id", "name": "name", "latitude": "latitude", "longitude": "longitude"}
    facts = {"id": "sites", "role": "inventory", "path": "sites.csv", "crs": "EPSG:4326", "columns": places}
    sites = read_inventory(resolve(Source.model_validate(facts)), folder).layer
    own = {"site_id": "record_id", "record_ids": "record_id", "official_ids": "official_id"}
    sites = sites.assign(aliases=None, **{column: sites[of] for column, of in own.items()})
    facts = {
        "id": "table", "role": "geochemistry", "path": "assays.csv", "defaults": {"medium": "waste"},
        "columns": {"sample_id": "sample", "site_key": "site"},
    }  # fmt: skip
    keys = read_geochemistry(resolve(Source.model_validate(facts)), folder).layer["site_key"].astype(str)
    found = sites_named(keys.unique(), sites)
    return [float(found[key][0][0]) if len(found[key][0]) == 1 else np.nan for key in keys]


JOINS: dict[str, Callable[[Path, list[str]], list[float]]] = {
    "intervals and collars": _collars, "places and amounts": _amounts, "assays and sites": _assays,
}  # fmt: skip


def join_cases() -> dict[str, Callable[[], Outcome]]:
    """Return all cases by name; right is that every row finds its own partner."""
    return {
        f"{name}, {spelling}": lambda join=join, make=make: _outcome(join, make)  # type: ignore[misc]
        for (name, join), (spelling, make) in product(JOINS.items(), SPELLINGS.items())
    }


def _outcome(join: Callable[[Path, list[str]], list[float]], make: Callable[[str], str]) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="minewaste-mutation-") as place:
        try:
            found = join(Path(place), [make(own) for own in IDS])
        except MinewasteError as failure:
            return Outcome("refused" if ".csv" in str(failure) else "unnamed", str(failure)[:300])
        except Exception as failure:  # noqa: BLE001 - whatever escapes is what the bench looks for
            return Outcome("traceback", f"{type(failure).__name__}: {str(failure)[:200]}")
    same = len(found) == len(IDS) and bool(np.allclose(found, range(len(IDS)), atol=1e-6))
    return Outcome("same") if same else Outcome("silent", f"{found} are joined")
