"""Every column has a fate; twins of a column that is read stop the source unless the run file spells which one is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.accounting import NAMED_ROWS, Note
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory

COLUMNS = {"official_id": "id", "latitude": "lat", "longitude": "lon", "mass_t": "Tonnes", "remarks": "note"}


def inventory(tmp_path: Path, text: str, **more: object) -> Source:
    (tmp_path / "sites.csv").write_text(text, encoding="utf-8")
    return Source.model_validate({"id": "sites", "role": "inventory", "path": "sites.csv", "columns": COLUMNS, **more})


def test_every_column_has_a_fate_in_file_order(tmp_path: Path) -> None:
    text = "id,lat,lon,Tonnes,note,Owner,Shelf,blank,OBJECTID\n"
    text += "A1,48.5,-80.5,1000,old,somebody,C4,,1\nA2,48.6,-80.6,2000,,nobody,C5,,2\n"
    fates = read_inventory(inventory(tmp_path, text, ignore=["objectid"]), tmp_path).fates
    assert [(one.column, one.fate, one.meaning) for one in fates] == [
        ("id", "used", "official_id"),
        ("lat", "used", "latitude"),
        ("lon", "used", "longitude"),
        ("Tonnes", "used", "mass_t"),
        ("note", "kept", "remarks"),
        ("Owner", "kept", "owner"),
        ("Shelf", "asked", "not_understood"),
        ("blank", "ignored", "empty"),
        ("OBJECTID", "ignored", "named_ignored"),
    ]


def test_the_spelling_of_the_run_file_decides_between_twins(tmp_path: Path) -> None:
    text = "id,lat,lon,TONNES,Tonnes,note\nA1,48.5,-80.5,7,1000,\nA2,48.6,-80.6,8,2000,\n"
    assert read_inventory(inventory(tmp_path, text), tmp_path).layer["mass_t"].tolist() == [1000.0, 2000.0]


def test_twins_that_differ_stop_where_no_spelling_decides(tmp_path: Path) -> None:
    text = "id,lat,lon,TONNES,tonnes,note\nA1,48.5,-80.5,1000,1000,\nA2,48.6,-80.6,8,2000,\n"
    with pytest.raises(
        SourceError, match=r"sites.csv.*'TONNES' and 'tonnes' \(columns 4, 5\).*data row 2: '8' and '2000'"
    ):
        read_inventory(inventory(tmp_path, text), tmp_path)


def test_twins_are_no_doubt_where_they_agree_or_one_is_ignored(tmp_path: Path) -> None:
    alike = "id,lat,lon,TONNES,tonnes,note\nA1,48.5,-80.5,1000,1000,\nA2,48.6,-80.6,8,8,\n"
    assert read_inventory(inventory(tmp_path, alike), tmp_path).layer["mass_t"].tolist() == [1000.0, 8.0]
    unlike = "id,lat,lon,TONNES,tonnes,note\nA1,48.5,-80.5,1000,1,\nA2,48.6,-80.6,8,2,\n"
    source = inventory(tmp_path, unlike, ignore=["tonnes"], columns={**COLUMNS, "mass_t": "TONNES"})
    assert read_inventory(source, tmp_path).layer["mass_t"].tolist() == [1000.0, 8.0]


def test_a_heading_that_stands_twice_stops_where_the_columns_differ(tmp_path: Path) -> None:
    text = "id,lat,lon,Tonnes,Tonnes,note\nA1,48.5,-80.5,1000,5,\nA2,48.6,-80.6,2000,6,\n"
    with pytest.raises(SourceError, match=r"'Tonnes' and 'Tonnes' \(columns 4, 5\)"):
        read_inventory(inventory(tmp_path, text), tmp_path)
    chosen = inventory(tmp_path, text, columns={**COLUMNS, "mass_t": "Tonnes.1"})
    assert read_inventory(chosen, tmp_path).layer["mass_t"].tolist() == [5.0, 6.0]


def test_results_that_stand_twice_with_different_numbers_stop(tmp_path: Path) -> None:
    (tmp_path / "lab.csv").write_text("id,lat,lon,La_ppm,La_ppm\nS1,48.5,-80.5,20,30\nS2,48.6,-80.6,21,31\n")
    source = Source(
        id="lab", role="geochemistry", path="lab.csv", defaults={"medium": "till"},
        columns={"sample_id": "id", "latitude": "lat", "longitude": "lon"},
    )  # fmt: skip
    with pytest.raises(SourceError, match=r"'La_ppm' and 'La_ppm'"):
        read_geochemistry(source, tmp_path)


def test_a_note_names_columns_and_the_first_rows(tmp_path: Path) -> None:
    note = Note("sites", "code", "Text.", 80, columns=("a",), rows=tuple(range(2, 82)))
    assert note.columns == ("a",)
    assert note.rows == tuple(range(2, 2 + NAMED_ROWS))
    assert Note(**{**vars(note), "rows": list(note.rows)}) == note
