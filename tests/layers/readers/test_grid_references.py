"""Places written as squares: two letters of the British grid, one of the Irish, zone, band and letters of the military one."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from layers.catalogue.source import Source, resolve
from layers.cells.grid_references import square_of
from layers.errors import ConfigError, SourceError
from layers.readers.inventory import read_inventory
from pipeline.commands.init import init_region


@pytest.mark.parametrize(
    ("text", "system", "easting", "northing", "size"),
    [
        ("TG 51409 13177", "EPSG:27700", 651409.5, 313177.5, 1), ("NY123456", "EPSG:27700", 312350, 545650, 100),
        ("su 12 34", "EPSG:27700", 412500, 134500, 1000), ("O 15904 34671", "EPSG:29903", 315904.5, 234671.5, 1),
        ("H 1 2", "EPSG:29903", 215000, 325000, 10_000), ("18SUJ2337106519", "EPSG:32618", 323371.5, 4306519.5, 1),
        ("56H LH 343 509", "EPSG:32756", 334350, 6250950, 100), ("31NAA 66 00", "EPSG:32631", 166500, 500, 1000),
    ],
)  # fmt: skip
def test_a_reference_is_the_middle_of_its_square(
    text: str, system: str, easting: float, northing: float, size: float
) -> None:
    square = square_of(text)
    assert square is not None
    assert (square.system, square.easting, square.northing, square.size_m) == (system, easting, northing, size)


@pytest.mark.parametrize(
    "text",
    ["NY", "NY 12 345", "NY1234567", "XX 12 34", "NA", "HA 12 34", "I 12 34", "E 12 34", "61SUJ23370651", "18SAJ23370651",
     "18SUZ23370651", "18IUJ12", "18SUJ123", "NY 12.5 34.5", "1234 5678", ""],
)  # fmt: skip
def test_what_is_no_square_is_none(text: str) -> None:
    assert square_of(text) is None


SITES = ["NY 123 456", "NY 130 460", "NY 141 452", "NY 15 44", "NY 12345 45678", "NY 133 449"]


def inventory(folder: Path, references: list[str], **facts: object) -> Source:
    rows = [f"B{at},Old Tailings {at},tailings,lead,{text}" for at, text in enumerate(references)]
    (folder / "tips.csv").write_text("\n".join(["Ref,Name,Waste type,Commodity,NGR", *rows]) + "\n", encoding="utf-8")
    columns = {"official_id": "Ref", "name": "Name", "commodities": "Commodity", "grid_reference": "NGR"}
    source = {"id": "tips", "role": "inventory", "path": "tips.csv", "columns": columns, **facts}
    return resolve(Source.model_validate(source))


def test_references_place_their_rows_as_precisely_as_they_are_wide(tmp_path: Path) -> None:
    reading = read_inventory(inventory(tmp_path, SITES), tmp_path)
    first = reading.layer.iloc[0]
    assert (first["latitude"], first["longitude"]) == pytest.approx((54.798, -3.3649), abs=2e-3)
    assert list(reading.layer["coordinate_precision_km"].round(3)) == pytest.approx(
        [0.1, 0.1, 0.1, 1, 0.02, 0.1], abs=0.03
    )
    assert any(note.code == "low_precision" and note.rows == (5,) for note in reading.notes)


def test_a_cell_that_names_no_square_costs_its_row_only(tmp_path: Path) -> None:
    reading = read_inventory(inventory(tmp_path, [*SITES, "NY 12 345"]), tmp_path)
    assert list(reading.rejected["reason_code"]) == ["bad_coordinate"]
    assert "'NY 12 345' names no square" in reading.rejected["reason"].iloc[0]


@pytest.mark.parametrize(
    ("references", "facts", "words"),
    [
        (["NY 12 345", "XX 1 2", "NY 12 34"], {}, "2 of 3 grid references name no square"),
        (SITES, {"crs": "EPSG:32630"}, "the letters of the grid references say EPSG:27700"),
        (["18SUJ23370651"] * 2, {"crs": "EPSG:4267"}, "the letters of the grid references say EPSG:32618"),
    ],
)
def test_references_nobody_can_be_sure_of_stop(
    tmp_path: Path, references: list[str], facts: dict[str, object], words: str
) -> None:
    with pytest.raises(SourceError, match=words):
        read_inventory(inventory(tmp_path, references, **facts), tmp_path)


def test_init_maps_references(tmp_path: Path) -> None:
    inventory(tmp_path, SITES)
    [source] = yaml.safe_load(init_region(tmp_path).path.read_text(encoding="utf-8"))["sources"]
    assert (source["role"], source["columns"]["grid_reference"]) == ("inventory", "NGR")
    assert "crs" not in source


def test_ids_that_look_like_references_are_no_places(tmp_path: Path) -> None:
    """``SK0101`` is a square of 1 km in Derbyshire, and the id of anything."""
    rows = [f"SK01{at:02d},Old Tailings {at},tailings,lead" for at in range(20, 40)]
    (tmp_path / "tips.csv").write_text("\n".join(["Code,Name,Waste type,Commodity", *rows]) + "\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="or ids that look like them"):
        init_region(tmp_path)
