"""Wastes that names tell, and wastes at places that were only found."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.cells.waste_names import ore_of_residue, waste_in_name
from layers.readers.inventory import read_inventory
from pipeline.evidence.worked_sites import site_kinds


def read(folder: Path, rows: list[dict[str, str]]) -> Reading:
    """Read rows of an inventory; columns are those of the layer."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    lines = [",".join(["id", "latitude", "longitude", *columns])]
    for at, row in enumerate(rows):
        cells = [f"A{at}", f"{49.1 + at / 50:.5f}", f"{-118.2 - at / 50:.5f}", *(row.get(name, "") for name in columns)]
        lines.append(",".join(cells))
    (folder / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    names = {"official_id": "id"} | {name: name for name in ("latitude", "longitude", *columns)}
    units = {name: "t" for name in ("mass_t", "milled_t", "mined_t") if name in columns}
    source = Source(
        id="s",
        role="inventory",
        path="a.csv",
        crs="EPSG:4326",
        columns=names,
        licence="CC0-1.0",
        options={"units": units},
    )
    return read_inventory(source, folder)


def told(reading: Reading, code: str) -> list[tuple[int, ...]]:
    return [note.rows for note in reading.notes if note.code == code]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("LOWER KERR TAILINGS", "tailings"), ("Quartz Tailings Impoundment", "tailings"), ("Tailings Pond No. 2", "tailings"),
        ("Dredge Tailings.", "tailings"), ("Old Mill Dump", "tailings"), ("Mine shaft and tailings area", "tailings"),
        ("Parc à résidus Nord", "tailings"), ("Tranque de relaves 2", "tailings"), ("Cliff Slag", "slag"), ("Slag Heap", "slag"),
        ("Iron Town Smelter Dump", "slag"), ("North Creek Jarosite", "residue"), ("South Roast Yard", "residue"),
        ("Senator Dump", "waste_rock"), ("Upper Tailings; Creek Dump", "mixed"),
    ],
)  # fmt: skip
def test_a_name_of_a_waste_tells_its_kind(name: str, kind: str) -> None:
    assert waste_in_name(name) == kind


@pytest.mark.parametrize(
    "name",
    ["TAILINGS TEPHRA", "Slag Creek", "Slag Creek Placers", "Tailings Lake Mine", "Ruisseau des Résidus", "Slagle Mine",
     "Town Dump Gravel", "Township Dump", "Saw Mill Dump", "Creek Township Dump Quarry", "Tailings Company East Mine",
     "Jarosite", "Red Mud", "Possible tailings", "Tailings removed", "Tailings Pit", "Dump Creek", "Halden"],
)  # fmt: skip
def test_what_is_only_called_after_a_waste_is_none(name: str) -> None:
    assert waste_in_name(name) is None


def test_a_record_named_after_a_waste_is_a_waste_and_told(tmp_path: Path) -> None:
    rows = [
        {"name": name, "status": "abandoned"} for name in ("Kerr Tailings", "Tailings Tephra", "Cliff Slag", "Kerr")
    ]
    reading = read(tmp_path, rows)
    assert reading.layer["waste_type"].tolist() == ["tailings", "unknown", "slag", "unknown"]
    assert told(reading, "waste_type_from_names") == [(2, 4)]
    assert site_kinds(reading.layer)[[0, 2]].tolist() == ["waste", "waste"]


@pytest.mark.parametrize(
    ("name", "ore"),
    [
        ("North Creek Jarosite Pond", ("zinc", None)), ("Red Mud Stack No. 2", ("aluminum", "bauxite")),
        ("Bauxite Residue Storage", ("aluminum", "bauxite")), ("East Phosphogypsum Stack", ("phosphate", None)),
        ("Fly Ash Pond", ("coal", None)), ("South Roast Yard", None), ("Jarosite", None), ("Ash Creek", None),
        ("Red Mud Creek", None), ("Phosphogypsum removed", None), ("Kerr Tailings", None),
    ],
)  # fmt: skip
def test_a_name_of_a_residue_tells_what_was_treated(name: str, ore: tuple[str, str | None] | None) -> None:
    assert ore_of_residue(name) == ore


def test_what_was_treated_is_read_from_names_of_residues_alone_and_told(tmp_path: Path) -> None:
    rows = [
        {"name": "North Creek Jarosite", "commodities": "", "deposit_type": ""},
        {"name": "Red Mud Stack", "commodities": "", "deposit_type": ""},
        {"name": "Cliff Jarosite", "commodities": "lead", "deposit_type": ""},
        {"name": "Cliff Red Mud Pond", "commodities": "", "deposit_type": "laterite"},
        {"name": "Cliff", "commodities": "", "deposit_type": ""},
    ]
    layer = (reading := read(tmp_path, rows)).layer
    assert layer["commodities"].fillna("").tolist() == ["zinc", "aluminum", "lead", "aluminum", ""]
    assert layer["deposit_type"].fillna("").tolist() == ["", "bauxite", "", "laterite", ""]
    assert told(reading, "ore_from_names") == [(2, 3, 5)]


def test_columns_come_before_names_and_slag_is_no_tailings(tmp_path: Path) -> None:
    rows = [
        {"name": "Kerr Tailings", "waste_type": "waste rock"},
        {"name": "Cliff Slag", "waste_type": "tailings"},
        {"name": "Cliff", "waste_type": "tailings", "commodities": "slag; zinc"},
        {"name": "Kerr Tailings", "waste_type": "no tailings"},
    ]
    reading = read(tmp_path, rows)
    assert reading.layer["waste_type"].tolist() == ["waste_rock", "slag", "slag", "none"]
    assert told(reading, "waste_type_from_names") == [(3, 4)]


@pytest.mark.parametrize("status", ["Showing", "Prospect", "Developed Prospect", "occurrence", "Indice"])
def test_tailings_of_a_place_that_was_only_found_are_taken_back_and_told(tmp_path: Path, status: str) -> None:
    rows = [{"name": name, "status": status, "waste_type": "tailings"} for name in ("Schist Creek", "Tailings Tephra")]
    reading = read(tmp_path, [*rows, {"name": "Kerr", "status": "Past Producer", "waste_type": "tailings"}])
    assert reading.layer["waste_type"].tolist() == ["unknown", "unknown", "tailings"]
    assert told(reading, "waste_at_showing") == [(2, 3)]
    assert site_kinds(reading.layer).tolist() == ["showing", "showing", "waste"]


@pytest.mark.parametrize(
    "more",
    [{"milled_t": "2142"}, {"mined_t": "639"}, {"mass_t": "10"}, {"disposal": "impoundment"}, {"name": "Kerr Tailings"},
     {"deposit_type": "Tailings"}, {"remarks": "tailings seen in 1998"}, {"waste_type": "waste rock"}],
)  # fmt: skip
def test_what_else_speaks_for_the_waste_keeps_it(tmp_path: Path, more: dict[str, str]) -> None:
    reading = read(tmp_path, [{"name": "Kerr", "status": "Prospect", "waste_type": "tailings"} | more])
    assert reading.layer["waste_type"].tolist() != ["unknown"]
    assert told(reading, "waste_at_showing") == []


def test_openings_of_a_list_without_status_were_dug(tmp_path: Path) -> None:
    kinds = {"A Colliery": "Underground", "B Quarry": "Surface", "C": "Unknown", "D Prospect": "Underground", "E": ""}
    lines = ["OID,Lat_DD,Long_DD,Jurisdiction,Name,Status,Commodity_Code,Mine_Type"]
    lines += [
        f"{at},{45.1 + at / 50},{-62.2 - at / 50},NS,{name},,AU,{kind}" for at, (name, kind) in enumerate(kinds.items())
    ]
    lines.append("9,45.9,-62.9,YT,F,Deposit,AU,Underground")
    (tmp_path / "a.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = read_inventory(resolve({"id": "s", "role": "inventory", "catalogue": "noami", "path": "a.csv"}), tmp_path)
    assert site_kinds(reading.layer).tolist() == ["worked", "worked", "unclear", "showing", "unclear", "unclear"]
