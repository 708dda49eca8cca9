"""Heights, areas, volumes and tonnes that no waste can have are told by row and read as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.readers.inventory import read_inventory

USUAL = {"mass_t": "151000", "volume_m3": "100000", "area_m2": "20000", "height_m": "12"}


def notes(folder: Path, changed: dict[str, str], left: tuple[str, ...] = ()) -> list[Note]:
    keys = [key for key in USUAL if key not in left]
    lines = [",".join(["id", "lat", "lon", *keys])]
    for number in range(6):
        cells = USUAL | (changed if number == 3 else {})
        lines.append(",".join([f"A{number}", f"{48.1 + number / 9:.5f}", "-117.51234", *(cells[key] for key in keys)]))
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon", **{key: key for key in keys}}
    read = read_inventory(Source(id="s", role="inventory", path="t.csv", columns=columns, crs="EPSG:4326"), folder)
    return [note for note in read.notes if note.code in ("amount_impossible", "amounts_contradict")]


def test_usual_amounts_are_not_told(tmp_path: Path) -> None:
    assert not notes(tmp_path, {})
    assert not notes(tmp_path, {"mass_t": "", "height_m": ""})
    assert not notes(tmp_path, {"mass_t": "300000", "volume_m3": "90000"})  # slag


@pytest.mark.parametrize(
    ("key", "cell"), [("height_m", "2500"), ("height_m", "0.001"), ("area_m2", "1e10"), ("area_m2", "0.1")]
)
def test_sizes_out_of_all_measure_are_told_by_row(tmp_path: Path, key: str, cell: str) -> None:
    others = tuple(other for other in USUAL if other != key)
    [note] = notes(tmp_path, {key: cell}, others)
    assert (note.code, note.rows, note.columns) == ("amount_impossible", (5,), (key,))


@pytest.mark.parametrize(
    ("changed", "left", "named"),
    [
        ({"volume_m3": "10066666"}, ("area_m2", "height_m"), ("mass_t", "volume_m3")),
        ({"volume_m3": "100"}, ("area_m2", "height_m"), ("mass_t", "volume_m3")),
        ({"area_m2": "1"}, ("volume_m3", "height_m"), ("mass_t", "area_m2")),
        ({"area_m2": "5e8"}, ("volume_m3", "height_m"), ("mass_t", "area_m2")),
        ({"area_m2": "2"}, ("mass_t", "height_m"), ("volume_m3", "area_m2")),
        ({"volume_m3": "1000000"}, ("mass_t",), ("volume_m3", "area_m2", "height_m")),
    ],
)
def test_amounts_that_contradict_each_other_are_told_by_row(
    tmp_path: Path, changed: dict[str, str], left: tuple[str, ...], named: tuple[str, ...]
) -> None:
    found = [note for note in notes(tmp_path, changed, left) if note.code == "amounts_contradict"]
    assert [(note.rows, note.columns) for note in found] == [((5,), named)]
