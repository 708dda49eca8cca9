"""A run that takes up what an earlier one kept equals, byte by byte, a run that starts afresh, whatever changed in between.

``make faults`` changes every key of the run file, every kind of input, and 300 sampled pairs, three of them at a time; without
it a few are tried, and for every key it is checked that the step it belongs to is no longer current. Where a change can touch
pages only through what steps give, the steps' files are compared and no page is drawn. In full form a step that is handed,
byte for byte, what it was handed before is not computed a second time (`computed_once`): no fingerprint of the run folder has a
part in that.
"""

from __future__ import annotations

import copy
import hashlib
import os
import pickle
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin

import geopandas as gpd
import pandas as pd
import pytest
import rasterio
from pandera.config import ValidationDepth, config_context
from pydantic import BaseModel

import pipeline.inputs
import pipeline.run
from layers.catalogue.source import Source
from layers.errors import MinewasteError
from pipeline.config import RunConfig
from pipeline.folder.fingerprints import value_fingerprint
from pipeline.folder.store import RunStore
from tests.faults.small_region import SmallRun, differing, run_small, small_config

FULL = os.environ.get("MINEWASTE_FAULTS") == "full"
PAIRS = 300 if FULL else 3
SHORT = ("region.bbox", "assign_samples.radius_km", "sources.till.defaults")

OTHER: dict[str, Any] = {
    "region.crs": "EPSG:32615",
    "region.bbox": [-90.0, 50.0, -89.2, 51.2],
    "name": "other",
    "title": "Another title",
    "seed": 11,
    "merge_sites.precedence": ["other_mines", "mines"],
    "merge_sites.editions": [["other_mines", "mines"]],
    "assign_samples.ppm_elements": ["La", "Ce"],
    "label_sites.target": "Th",
    "targets": ["REE", "Co"],
    "rank_sites.kinds": ["waste"],
    "rank_sites.rich_share_unassayed": 0.2,
    "label_sites.positive_commodities": ["gold"],
    "estimate_tonnage.milled_high_ratio": 0.99,
    "label_sites.positive_deposit_types": ["carbonatite"],
    "train_model.candidates": ["logistic"],
    "train_model.trust_features": ["gravity_mgal"],
    "train_model.block_km": 20.0,
    "predict_samples.proxies": ["P", "Zr"],
    "publish.contact": "someone",
    "score_companion.liability_reading": "risk",
    "score_companion.pairwise": {
        "metal_over_amount": 3, "metal_over_access": 3, "metal_over_liability": 5, "amount_over_access": 1,
        "amount_over_liability": 2, "access_over_liability": 2,
    },
}  # fmt: skip
"""Other valid values for keys where none can be told from the type."""

LEFT_ALONE = {
    "data_dir": "is settled by the command before a run begins",
    "dask.scheduler": "needs a cluster",
    "units": "makes another kind of run",
    "score_companion.target": "follows label_sites.target and may not differ from it",
    "sources": "is changed source by source",
}


def keys(model: type[BaseModel] = RunConfig, start: str = "") -> Iterator[str]:
    """Walk the model of the run file."""
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from keys(kind, f"{start}{name}.")
        else:
            yield f"{start}{name}"


def value_at(config: BaseModel, key: str) -> Any:
    for part in key.split("."):
        config = getattr(config, part)
    return config


def field_of(key: str) -> Any:
    model: Any = RunConfig
    *sections, last = key.split(".")
    for part in sections:
        model = model.model_fields[part].annotation
    return model.model_fields[last]


def others(key: str, value: Any) -> list[Any]:
    """Return other values to try for a key, the first that the model takes is used."""
    if key in OTHER:
        return [OTHER[key]]
    kind = field_of(key).annotation
    choices = [
        one for part in (kind, *get_args(kind)) if str(get_origin(part)) == "typing.Literal" for one in get_args(part)
    ]
    if choices:
        return [one for one in choices if one != value]
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value - 1, value * 2]
    if isinstance(value, float):
        return [value * 1.1 + 0.01, value * 0.9, value * 0.5]
    if value is None:
        return [1, 2.5, "x"]
    return []


def with_key(raw: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(raw)
    place = changed
    *sections, last = key.split(".")
    for part in sections:
        place = place.setdefault(part, {})
    place[last] = value
    return changed


def changed_key(raw: dict[str, Any], key: str) -> dict[str, Any]:
    """Return the run file with another valid value for one key."""
    now = value_at(small_config(raw), key)
    for value in others(key, now):
        changed = with_key(raw, key, value)
        try:
            if value_at(small_config(changed), key) != now:
                return changed
        except MinewasteError:
            continue
    raise AssertionError(f"{key}: no other valid value than {now!r} is known; add one to OTHER")


ALL_KEYS = [key for key in keys() if key not in LEFT_ALONE]
SAMPLE_KEYS = [
    key
    for key in ALL_KEYS
    if key.split(".")[0] in ("region", "predict_samples", "judge_samples", "publish", "assign_samples", "seed")
]
STAGE_KEYS = [key for key in ALL_KEYS if key.split(".")[0] not in ("region", "publish", "dask") and "." in key]


def _csv(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    return lambda data: change(pd.read_csv(data / name)).to_csv(data / name, index=False)


def _source(name: str, **more: Any) -> Callable[[dict[str, Any]], None]:
    return lambda raw: next(one for one in raw["sources"] if one["id"] == name).update(more)


def _move_areas(data: Path) -> None:
    areas = gpd.read_file(data / "areas.geojson")
    areas.assign(geometry=areas.translate(0.05, 0.02)).to_file(data / "areas.geojson", driver="GeoJSON")


def _declare_nodata(data: Path) -> None:
    with rasterio.open(data / "thorium.tif") as dataset:
        value = float(dataset.read(1)[5, 5])
    (data / "thorium.tif.aux.xml").write_text(
        f'<PAMDataset><PAMRasterBand band="1"><NoDataValue>{value!r}</NoDataValue></PAMRasterBand></PAMDataset>'
    )


def _shift_raster(data: Path) -> None:
    with rasterio.open(data / "magnetics.tif", "r+") as dataset:
        dataset.write(dataset.read(1)[:, ::-1].copy(), 1)


def _stretch_roads(data: Path) -> None:
    (data / "roads.prj").write_text((data / "roads.prj").read_text().replace("GCS_WGS_1984", "WGS_84_of_old"))


FILES: dict[str, Callable[[Path], None]] = {
    "inventory": _csv("mines.csv", lambda table: table.assign(mass_t=table["mass_t"] * 2)),
    "second inventory": _csv("other_mines.csv", lambda table: table.iloc[:-1]),
    "geochemistry": _csv("till.csv", lambda table: table.assign(Th_ppm=table["Th_ppm"] * 1.5)),
    "waste assays": _csv("wastes.csv", lambda table: table.iloc[1:]),
    "links": _csv("links.csv", lambda table: table.assign(same_site="no")),
    "communities": _csv("communities.csv", lambda table: table.assign(latitude=table["latitude"] + 0.1)),
    "territories": _move_areas,
    "raster": _shift_raster,
    "side-car of a raster": _declare_nodata,
    "side-car of a shapefile": _stretch_roads,
}


def _fewer(*roles: str) -> Callable[[dict[str, Any]], None]:
    return lambda raw: raw.update(sources=[one for one in raw["sources"] if one["role"] not in roles])


FIELDS: dict[str, tuple[str, Any]] = {
    "id": ("communities", "towns"), "role": ("roads", "backdrop"), "path": ("other_mines", "mines.csv"),
    "catalogue": ("mines", "noami"), "title": ("till", "Another title"), "layer": ("lakes", "lakes"), "sheet": ("mines", "A"),
    "header_row": ("mines", 1), "said_rows": ("till", {"unit": 2}), "encoding": ("mines", "cp1252"), "delimiter": ("mines", ","),
    "decimal_mark": ("mines", "."), "language": ("mines", "fr"), "crs": ("mines", "EPSG:4269"),
    "columns": ("other_mines", {"official_id": "official_id", "latitude": "latitude", "longitude": "longitude"}),
    "values": ("mines", {"waste_type": {"tailings": "slag"}}), "defaults": ("till", {"medium": "soil"}),
    "where": ("mines", {"waste_type": ["tailings"]}), "ignore": ("till", ["Zr_ppm"]), "missing": ("mines", ["gold"]),
    "commodity_codes": ("mines", {"gold": "lithium"}), "options": ("mines", {"duplicate_ids": "error"}),
    "publisher": ("till", "Invented Survey"), "address": ("till", "https://example.org/till"), "licence": ("till", "CC0"),
    "attribution": ("till", "Invented Survey"), "date": ("till", "1999"), "steward": ("areas", "Another Council"),
    "permission_date": ("areas", "2020-01-01"), "publish": ("areas", "generalised"), "use_conditions": ("areas", "Ask first"),
}  # fmt: skip
"""For every field of a source another value, of a source it fits."""

SOURCES: dict[str, Callable[[dict[str, Any]], None]] = {
    **{f"sources.{name}.{field}": _source(name, **{field: value}) for field, (name, value) in FIELDS.items()},
    "no rasters": _fewer("raster"),
    "sources turned round": lambda raw: raw["sources"].reverse(),
    "sources.areas.never": _source("areas", publish="never"),
    "a source less": lambda raw: raw["sources"].pop(),
    "a request of a steward": lambda raw: raw["sources"].append(
        {"id": "requests", "role": "exclusions", "path": "requests.csv", "columns": {"key": "key"}}
    ),
}


@pytest.fixture
def base(small_run: SmallRun) -> SmallRun:
    return small_run


@pytest.fixture(scope="module", autouse=True)
def computed_once() -> Iterator[None]:
    """In full form, remember what a stage gave for the same arguments, pickled, and a reader for the same bytes."""
    if not FULL:
        yield
        return
    known: dict[bytes, Any] = {}

    def once(name: str, arguments: Any, compute: Callable[[], Any]) -> Any:
        key = hashlib.sha256(pickle.dumps((name, arguments))).digest()
        if key not in known:
            known[key] = compute()
        return copy.deepcopy(known[key]) if isinstance(known[key], pd.DataFrame) else known[key]

    whole, train, read = RunStore.table, pipeline.run.train_model, pipeline.inputs.read_source

    def read_once(source: Source, data: Path) -> Any:
        contents = [(path.name, path.read_bytes()) for path in sorted(data.iterdir())]
        key = hashlib.sha256(pickle.dumps((source, source.__pydantic_private__, contents))).digest()
        if key not in known:
            known[key] = read(source, data)
        return replace(known[key], layer=known[key].layer.copy(), rejected=known[key].rejected.copy())

    def table(store: RunStore, name: str, arguments: Any, model: Any, compute: Callable[[], Any]) -> Any:
        if name != "sample_rasters":
            return whole(store, name, arguments, model, lambda: once(name, list(arguments), compute))
        return whole(store, name, arguments, model, compute)

    # Values of tables are checked by every other run.
    shallow = config_context(validation_depth=ValidationDepth.SCHEMA_ONLY)
    with shallow, pytest.MonkeyPatch.context() as patched:
        patched.setattr(RunStore, "table", table)
        patched.setattr(pipeline.inputs, "read_source", read_once)
        patched.setattr(
            pipeline.run,
            "train_model",
            lambda *layers, **more: once("train_model", [layers, more], lambda: train(*layers, **more)),
        )
        yield


@contextmanager
def no_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let runs end before they write pages and tables for people, which every run makes afresh from what its steps gave."""
    with monkeypatch.context() as patched:
        patched.setattr(
            pipeline.run, "publish", lambda _config, _results, store, _date: store.run_folder.remove_unused()
        )
        yield


def require_equal(base: SmallRun, home: Path, changes: list[str]) -> None:
    """Take up the finished run with changes, and compare with a run that starts afresh."""
    data, finished, raw = base
    shutil.copytree(data, home / "data")
    shutil.copytree(finished, home / "resumed")
    for name in changes:
        if name in FILES:
            FILES[name](home / "data")
        elif name in SOURCES:
            raw = copy.deepcopy(raw)
            SOURCES[name](raw)
        else:
            raw = changed_key(raw, name)
    ends = []
    for folder in ("resumed", "fresh"):
        try:
            run_small(raw, home / "data", home / folder)
            ends.append("")
        except MinewasteError as error:  # a change may well stop the run; then it must stop both
            ends.append(str(error).replace(folder, ""))
    assert ends[0] == ends[1]
    if not ends[0]:
        assert differing(home / "resumed", home / "fresh") == []
    shutil.rmtree(home)


SINGLE = (
    [*ALL_KEYS, *FILES, *SOURCES] if FULL else [*SHORT, "no rasters", "side-car of a raster", "a request of a steward"]
)


SHOWN = (
    "no rasters",
    "a request of a steward",
    "sources.till.title",
    *(set(ALL_KEYS) - set(STAGE_KEYS) - {"region.bbox"}),
)
"""Changes that pages may show without any step between."""


@pytest.mark.parametrize("change", SINGLE)
def test_one_change_leaves_nothing_stale(
    base: SmallRun, change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nullcontext() if change in SHOWN else no_pages(monkeypatch):
        require_equal(base, tmp_path / "try", [change])


def threes() -> list[tuple[str, ...]]:
    """Sample changes three at a time: each try is of three pairs."""
    chance, every = random.Random(20), [*ALL_KEYS, *FILES, *SOURCES]
    return [tuple(chance.sample(every, 3)) for _ in range(PAIRS // 3)]


@pytest.mark.parametrize("changes", threes(), ids="+".join)
def test_several_changes_leave_nothing_stale(
    base: SmallRun, changes: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        raw = base.raw
        for name in changes:
            raw = changed_key(raw, name) if name in ALL_KEYS else raw
    except (AssertionError, MinewasteError):
        pytest.skip("the values do not go together")
    with no_pages(monkeypatch):
        require_equal(base, tmp_path / "try", list(changes))


@pytest.mark.parametrize("key", STAGE_KEYS)
def test_every_key_of_a_stage_is_part_of_what_its_result_depends_on(key: str) -> None:
    raw = {"name": "x", "title": "x", "sources": [{"id": "mines", "role": "inventory", "path": "x.csv"}]}
    section = key.split(".")[0]
    before = value_fingerprint(getattr(small_config(raw), section))
    assert value_fingerprint(getattr(small_config(changed_key(raw, key)), section)) != before


def test_every_field_of_a_source_has_another_value_here() -> None:
    assert set(FIELDS) == set(Source.model_fields)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_source_is_part_of_what_is_read_of_it(base: SmallRun, field: str) -> None:
    name, value = FIELDS[field]
    source = Source.model_validate(next(one for one in base.raw["sources"] if one["id"] == name))
    other = Source.model_validate(source.model_dump() | {field: value})
    assert other != source
    assert value_fingerprint(other) != value_fingerprint(source)


@pytest.mark.parametrize("key", SAMPLE_KEYS if FULL else ["predict_samples.proxies"])
def test_one_change_leaves_nothing_stale_in_a_run_on_samples(base: SmallRun, key: str, tmp_path: Path) -> None:
    data, _, raw = base
    kept = [one for one in raw["sources"] if one["id"] in ("till", "lakes")]
    raw = {"name": "chemistry", "title": "Chemistry alone", "units": "samples", "sources": kept}
    run_small(raw, data, tmp_path / "resumed")
    for folder in ("resumed", "fresh"):
        run_small(changed_key(raw, key), data, tmp_path / folder)
    assert differing(tmp_path / "resumed", tmp_path / "fresh") == []


def test_keys_left_alone_are_keys() -> None:
    assert set(LEFT_ALONE) <= set(keys())


def test_a_finished_run_taken_up_unchanged_is_the_same_and_computes_nothing(base: SmallRun, tmp_path: Path) -> None:
    data, finished, raw = base
    shutil.copytree(finished, tmp_path / "again")
    summary = run_small(raw, data, tmp_path / "again")
    steps = {path.name for path in (finished / "stages").glob("*.mark")}
    assert summary.reused == len(steps)
    assert differing(finished, tmp_path / "again") == []
