"""Tables without delimiters, and positions written as geometry text."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import shapely

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import RawTable, read_table
from layers.guess.recognise import Find, look

SHAPES = [shapely.Point(-81.5, 48.25), shapely.Point(-81.25, 48.5), shapely.Point(-81.0, 48.75)]


def read(path: Path, **facts: object) -> RawTable:
    return read_table(Source.model_validate({"id": "s", "role": "inventory", "path": path.name, **facts}), path.parent)


def exported(folder: Path, cells: list[str]) -> Path:
    path = folder / "sites.csv"
    path.write_text("id,geom\n" + "".join(f'A{n},"{cell}"\n' for n, cell in enumerate(cells)))
    return path


FORMS = {
    "wkt": lambda one: one.wkt,
    "ewkt": lambda one: f"SRID=4326;{one.wkt}",
    "wkb": lambda one: shapely.to_wkb(one, hex=True),
    "ewkb": lambda one: shapely.to_wkb(shapely.set_srid(one, 4326), hex=True, include_srid=True),
    "bytea": lambda one: "\\x" + shapely.to_wkb(shapely.set_srid(one, 4326), hex=True, include_srid=True).lower(),
}


@pytest.mark.parametrize("form", list(FORMS))
def test_geometry_text_is_read_where_its_system_is_known(tmp_path: Path, form: str) -> None:
    path = exported(tmp_path, [FORMS[form](one) for one in SHAPES])
    names_system = form in ("ewkt", "ewkb", "bytea")
    table = read(path) if names_system else read(path, crs="EPSG:4326")
    assert table.geometry is not None
    assert table.geometry.to_numpy().tolist() == SHAPES
    assert [note.code for note in table.notes] == ["geometry_read"]
    if not names_system:
        bare = read(path)
        assert bare.geometry is None
        assert [note.code for note in bare.notes] == ["geometry_text"]
        sight = look(Find("sites.csv", "table"), tmp_path)
        assert not isinstance(sight, str)
        assert (sight.crs_unknown, sight.shapes) == (True, "point")


def test_metres_in_geometry_text_arrive_in_degrees(tmp_path: Path) -> None:
    path = exported(tmp_path, ["SRID=26917;POINT (500000 5300000)"] * 3)
    table = read(path)
    assert table.geometry is not None
    assert shapely.get_x(table.geometry.to_numpy()) == pytest.approx([-81.0] * 3)


@pytest.mark.parametrize("form", ["ewkt", "ewkb"])
@pytest.mark.parametrize("crs", [None, "EPSG:26917"])
def test_rows_that_state_different_systems_are_each_read_in_their_own(
    tmp_path: Path, form: str, crs: str | None
) -> None:
    places = [(26917, 500_000), (26917, 500_000), (26918, 500_000)]  # the middle of zones 17 and 18
    shapes = [(code, shapely.Point(x, 5_300_000)) for code, x in places]
    cells = [
        f"SRID={code};{one.wkt}"
        if form == "ewkt"
        else shapely.to_wkb(shapely.set_srid(one, code), hex=True, include_srid=True)
        for code, one in shapes
    ]
    path = exported(tmp_path, cells)
    table = read(path) if crs is None else read(path, crs=crs)
    assert table.geometry is not None
    assert shapely.get_x(table.geometry.to_numpy()) == pytest.approx([-81.0, -81.0, -75.0])
    (note,) = table.notes
    assert "EPSG:26917 in rows 2, 3; EPSG:26918 in row 4" in note.message
    sight = look(Find("sites.csv", "table"), tmp_path)
    assert not isinstance(sight, str)
    assert (sight.crs_unknown, sight.shapes) == (False, "point")


def test_a_row_without_a_system_beside_others_that_state_theirs_is_named(tmp_path: Path) -> None:
    path = exported(tmp_path, ["SRID=26917;POINT (500000 5300000)", "POINT (-80 48)"])
    with pytest.raises(SourceError, match=r"row 3.*State theirs"):
        read(path)
    table = read(path, crs="EPSG:4326")
    assert table.geometry is not None
    assert shapely.get_x(table.geometry.to_numpy()) == pytest.approx([-81.0, -80.0])


def test_a_cell_that_cannot_be_read_costs_its_own_place_only(tmp_path: Path) -> None:
    cells = [f"SRID=4326;{one.wkt}" for one in SHAPES * 5]
    cells[7] = "SRID=4326;POINT (1 x)"
    table = read(exported(tmp_path, cells))
    assert table.geometry is not None
    assert table.geometry.isna().sum() == 1
    note = next(one for one in table.notes if one.code == "geometry_unread")
    assert "rows 9" in note.message


def test_mapped_coordinates_go_before_geometry_text(tmp_path: Path) -> None:
    path = exported(tmp_path, [one.wkt for one in SHAPES])
    assert read(path, columns={"latitude": "id", "longitude": "id"}).geometry is None


FIXED = (
    "SAMPLE   LAT      LONG       LA  CE\n"
    "R001     48.3000  -81.5000   30  60\n"
    "\n"
    "R002     48.3100  -81.4900       62\n"
    "R003     48.3200             31    \n"
)


def test_columns_of_fixed_width_keep_their_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text(FIXED)
    table = read(path)
    assert table.cells.columns.tolist() == ["SAMPLE", "LAT", "LONG", "LA", "CE"]
    assert table.cells.fillna("").to_numpy().tolist() == [
        ["R001", "48.3000", "-81.5000", "30", "60"],
        ["R002", "48.3100", "-81.4900", "", "62"],
        ["R003", "48.3200", "", "31", ""],
    ]
    assert table.rows.tolist() == [2, 4, 5]
    assert [note.code for note in table.notes] == ["fixed_width"]


def test_blanks_part_cells_where_every_row_has_as_many(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text("id x y\nA1 1.25 100\nA10 22.5 7\n")
    assert read(path).cells.to_numpy().tolist() == [["A1", "1.25", "100"], ["A10", "22.5", "7"]]


def test_columns_that_cannot_be_told_apart_are_a_named_stop(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text("ID  NAME OF MINE  TONNES\nA1  North   1200\nA2      35\nA3 Old South mine 77\n")
    with pytest.raises(SourceError, match="laid out in columns of fixed width or parted by blanks"):
        read(path)


def test_one_column_of_words_is_still_one_column(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("key\nA 1\nB 2\nC 3\n")
    assert read(path).cells["key"].tolist() == ["A 1", "B 2", "C 3"]


def test_formulas_that_were_never_calculated_are_named_with_their_column(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Inventory of the example district"])
    sheet.append(["id", "tonnes", "tons"])
    for number in range(4):
        sheet.append([f"A{number}", 1000 * number, f"=B{number + 3}*2"])
    book.save(tmp_path / "a.xlsx")
    table = read(tmp_path / "a.xlsx")
    note = next(one for one in table.notes if one.code == "formula_without_result")
    assert (note.count, note.columns, note.rows) == (4, ("tons",), (3, 4, 5, 6))
    assert note.message.startswith("4 cells of tons hold formulas without a stored result and read as empty.")
