"""Any file becomes raw rows with nothing lost, shifted, cut off or guessed in silence."""

from __future__ import annotations

import csv
import gzip
import json
import tempfile
import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.accounting import raw_json
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.fixed_width import under_a_rule
from layers.files.tables import RawTable, read_table

POINTS = [shapely.Point(-120, 55), shapely.Point(-119, 55), shapely.Point(-118, 55)]


def read(path: Path, **facts: object) -> RawTable:
    return read_table(Source.model_validate({"id": "s", "role": "inventory", "path": path.name, **facts}), path.parent)


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def codes(table: RawTable) -> list[str]:
    return [note.code for note in table.notes]


def sites(folder: Path, name: str = "sites.shp", crs: str | None = "EPSG:4326", **options: object) -> Path:
    frame = gpd.GeoDataFrame({"site_id": ["S1", "S2", "S3"]}, geometry=POINTS, crs=crs)
    frame.to_file(folder / name, **options)
    return folder / name


# --- text files


def test_text_stays_as_written_and_only_empty_cells_are_missing(tmp_path: Path) -> None:
    table = read(written(tmp_path, "id,sheet,name,x\n00123,31E05,NA,\n00045,082E01,None, \n00300,1e5,N/A,1.50\n"))
    assert table.cells["id"].tolist() == ["00123", "00045", "00300"]
    assert table.cells["sheet"].tolist() == ["31E05", "082E01", "1e5"]
    assert table.cells["name"].tolist() == ["NA", "None", "N/A"]
    assert table.cells["x"].isna().tolist() == [True, False, False]
    assert table.cells["x"].tolist()[1:] == [" ", "1.50"]
    assert table.rows.tolist() == [2, 3, 4]
    assert table.rows_read == 3


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    rows = [["id", "nom", "lat", "note"], ["001", "Mine A", "55.1", "x"], ["002", "Mine B", "54.8", "y"]]
    table = read(written(tmp_path, "\n".join(delimiter.join(row) for row in rows)))
    assert table.cells.columns.tolist() == rows[0]
    assert table.cells.to_numpy().tolist() == rows[1:]


def test_semicolons_win_over_decimal_commas(tmp_path: Path) -> None:
    table = read(written(tmp_path, "no;nom;lat;lon;t\n001;A;55,10;-120,20;1 234,5\n002;B;54,80;-119,50;900,0\n"))
    assert table.cells.loc[0].tolist() == ["001", "A", "55,10", "-120,20", "1 234,5"]


@pytest.mark.parametrize(
    "text",
    ["id,tonnes\n1,1 234,5\n2,900,0\n", "id,tonnes\n1,5\n2,900,0\n3\n", "id,tonnes,\n1,1 234,5\n2,900,0\n"],
)
def test_a_comma_that_shifts_columns_stops(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"row \d has \d fields?, header has 2|column has no name"):
        read(written(tmp_path, text))


def test_the_message_of_ragged_rows(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read(written(tmp_path, "id,tonnes\n1,1 234,5\n2,900,0\n"))
    assert str(caught.value) == (
        "s (t.csv): 2 of 2 rows do not fit the heading: row 2 has 3 fields, header has 2; row 3 has 3 fields, header has 2. "
        "A decimal comma or a comma inside an unquoted cell shifts the columns. "
        "Export the file with ';' as delimiter or with quoted cells, or state 'delimiter:'."
    )


def test_a_few_ragged_rows_are_rejected_and_the_others_kept(tmp_path: Path) -> None:
    lines = ["id ,name,t,", *(f"{n},Mine {n},{n * 10}," for n in range(1, 100)), "100,RICE (L.1,L.2),5,"]
    table = read(written(tmp_path, "\n".join(lines)))
    assert len(table.cells) == 99
    assert table.cells.columns.tolist() == ["id ", "name", "t"]
    assert [(one["source_row"], one["reason_code"], one["reason"]) for one in table.rejects] == [
        (101, "ragged_row", "row 101 has 4 fields, header has 3")
    ]
    assert "ragged_row" in codes(table)


def test_a_file_cut_off_in_a_row_stops(tmp_path: Path) -> None:
    text = "id,name,t\n" + "".join(f"{n},Mine {n},{n * 10}\n" for n in range(1, 100)) + "100,Mi"
    with pytest.raises(SourceError, match=r"ends in the middle of row 101. It was cut off"):
        read(written(tmp_path, text))


_CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)


@given(st.lists(st.tuples(_CELLS, st.floats(-1e6, 1e6)), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_is_written_is_read_back(rows: list[tuple[str, float]], delimiter: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow(["id", "text", "value"])
            writer.writerows([f"S{n}", text, value] for n, (text, value) in enumerate(rows))
        table = read(path)
    assert table.cells["id"].tolist() == [f"S{n}" for n in range(len(rows))]
    assert table.cells["text"].fillna("").tolist() == [text for text, _ in rows]
    assert table.cells["value"].astype(float).tolist() == [value for _, value in rows]


def test_quotes_hold_delimiters_and_line_breaks(tmp_path: Path) -> None:
    table = read(written(tmp_path, 'id,name\n1,"a, ""b""\nc"\n2,d\n'))
    assert table.cells["name"].tolist() == ['a, "b"\nc', "d"]


_ROWS = "id,name,lat,lon,note\n" + "".join(f"A{n},Hill {n},49.{n},-118.{n},dry {n}\n" for n in range(1, 8))
_NAMES = "id,name,kind\n" + "".join(f"A{n},Hill {n},heap\n" for n in range(1, 8))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        (_ROWS.replace("Hill 2", '"Hill 2'), 3),
        (_ROWS.replace("dry 3", '"dry 3'), 4),
        (_ROWS.replace("Hill 2", '"Hill 2').replace("Hill 4", '"Hill 4"'), 3),
        (_ROWS.replace("dry 2", '"dry 2').replace("dry 5", 'dry 5"'), 3),
        (_ROWS.replace("Hill 2", '"Hill 2').replace("Hill 5", 'Hill 5"'), 3),
        (_NAMES.replace("Hill 2", '"Hill 2').replace("Hill 4", '"Hill 4"'), 3),
        (_NAMES.replace("Hill 2", '"Hill 2').replace("Hill 4", 'Hill 4"'), 3),
        (_NAMES.replace("Hill 2", '"Hill 2').replace("Hill 3", '"Hill, upper"').replace("Hill 5", '"Hill 5"'), 3),
        (_ROWS.replace("dry 7", '"dry 7'), 8),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_quote_that_is_not_closed_stops_and_names_its_row(
    tmp_path: Path, text: str, row: int, delimiter: str
) -> None:
    inner_comma = '"Hill, upper"', f'"Hill{delimiter} upper"'
    with pytest.raises(SourceError, match=rf"row {row}\b.*not closed"):
        read(written(tmp_path, text.replace(*inner_comma).replace(",", delimiter)))


def test_a_quote_that_is_not_closed_stops_in_a_large_file(tmp_path: Path) -> None:
    lines = ["id,name,lat,note", *(f"A{n},Hill {n},{49 + n / 1e7:.7f},{'dry ' * 9}" for n in range(70_000))]
    lines[50_000] += '"'
    lines[49_998] = lines[49_998].replace("dry", '"dry', 1)
    with pytest.raises(SourceError, match=r"row 49999 .*not closed"):
        read(written(tmp_path, "\n".join(lines)))


@pytest.mark.parametrize(
    "cell",
    [
        "first line\nsecond, third",
        "a, b\nc",
        "1 t, 2 t, 3 t\n4 t, 5 t, 6 t, 7 t, 8 t",
        "of A1\nA2, north, of the\nroad",
        "x\n\ny",
    ],
)
def test_cells_with_line_breaks_and_commas_stay_cells(tmp_path: Path, cell: str) -> None:
    text = _ROWS.replace("dry 2", f'"{cell}"').replace("Hill 3", f'"{cell}"')
    table = read(written(tmp_path, text))
    assert table.cells["note"][1] == cell
    assert table.cells["name"][2] == cell
    assert len(table.cells) == 7


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_encodings_are_found(tmp_path: Path, encoding: str) -> None:
    table = read(written(tmp_path, "no_site;nom\n001;Rivière-aux-Écorces\n002;l’été\n".encode(encoding)))
    assert table.cells["nom"].tolist() == ["Rivière-aux-Écorces", "l’été"]
    assert ("encoding_guessed" in codes(table)) == (encoding == "cp1252")


def test_a_wrong_stated_encoding_names_line_and_key(tmp_path: Path) -> None:
    path = written(tmp_path, "id;nom\n1;a\n2;Rivi\xe8re\n".encode("cp1252"))
    with pytest.raises(SourceError, match=r"line 3 holds the byte 0xE8, which is not utf-8 text.*encoding: cp850"):
        read(path, encoding="utf-8")
    with pytest.raises(SourceError, match="the encoding 'klingon' is unknown"):
        read(path, encoding="klingon")


@pytest.mark.parametrize(("mark", "encoding"), [(b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16")])
def test_a_byte_order_mark_before_other_bytes_is_refused(tmp_path: Path, mark: bytes, encoding: str) -> None:
    broken = mark + b"no_site;nom\n001;caf\xe9\n00"
    byte = "line 2 holds the byte 0xE9" if encoding == "utf-8-sig" else "holds the byte 0x.."
    with pytest.raises(SourceError, match=rf"{byte}, which is not {encoding} text"):
        read(written(tmp_path, broken + b"\x00\xd8" * (encoding == "utf-16")))


@pytest.mark.parametrize(
    "name", ["RiviÃ¨re-aux-Ã‰corces", "Lac dâ€™Ã©tÃ©", "CÃ´te", "StrÃ¥ssa", "RÃ¸ros", "PÅ™Ã­bram", "KrÃ\x89ze", "ÐœÐ¸Ñ€"]
)
def test_double_encoded_text_is_reported_and_kept(tmp_path: Path, name: str) -> None:
    table = read(written(tmp_path, f"no_site;nom\n001;{name}\n"))
    assert table.cells["nom"].tolist() == [name]
    (note,) = [one for one in table.notes if one.code == "double_encoded_text"]
    assert name in note.message


@pytest.mark.parametrize(
    "name", ["SÃO JOÃO", "MINA “LOS ÂNGELES”", "Å", "Ängelsberg", "ÑANDÚ", "CÔTE D’OR", "N° 3 – ÎLE"]
)
def test_true_capital_letters_are_no_damage(tmp_path: Path, name: str) -> None:
    table = read(written(tmp_path, f"no_site;nom\n001;{name}\n"))
    assert "double_encoded_text" not in [note.code for note in table.notes]


@pytest.mark.parametrize("ending", ["", "Note: approximate,,\n", ",,\n", "7,8\n", '8,"a, b",c\n', "\n"])
def test_large_files_give_what_small_ones_give(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Title\n\nid,name,x\n" + "".join(f"{n:03d},NA,{n / 7:.3f}\n" for n in range(90)) + "090,,-9\n" + ending
    path = written(tmp_path, text)
    careful = read(path)
    monkeypatch.setattr("layers.files.tables._LARGE", 10)
    fast = read(path)
    pd.testing.assert_frame_equal(fast.cells, careful.cells)
    np.testing.assert_array_equal(fast.rows, careful.rows)
    assert fast.rejects == careful.rejects
    assert fast.notes == careful.notes


# --- headings


@pytest.mark.parametrize("comment", ["# exported, from, a, portal", "// a, b, c, d", "%% 1, 2, 3, 4"])
def test_comment_lines_are_no_heading(tmp_path: Path, comment: str) -> None:
    table = read(written(tmp_path, f"{comment}\nid,name,lat,lon\n1,a,2,3\n"))
    assert table.cells.columns.tolist() == ["id", "name", "lat", "lon"]


def test_title_rows_blank_rows_and_notes_at_the_end(tmp_path: Path) -> None:
    text = "Inventory, issue 3\n\nid,name,lat,lon\n007,Old Mine,55.1,-120.2\n,,,\n008,New Mine,54.8,-119.5\nNote: approximate\n"
    table = read(written(tmp_path, text))
    assert table.cells["id"].tolist() == ["007", "008"]
    assert table.rows.tolist() == [4, 6]
    assert [(one["source_row"], one["reason_code"]) for one in table.rejects] == [(7, "note_row")]
    assert "heading_found" in codes(table)
    assert table.rows_read == 3


@pytest.mark.parametrize("units", [",ppm,ppm,%", "units,ppm,ppb,wt%", "-,g/t,mg/kg,pct"])
def test_unit_limit_and_method_rows_describe_columns(tmp_path: Path, units: str) -> None:
    text = f"sample_id,La,Ce,La2O3\n{units}\nLOD,0.5,0.5,0.01\nMETHOD,ME-MS81,ME-MS81,XRF\nX1,12.1,33.0,0.02\nX2,450,910,0.06\n"
    table = read(written(tmp_path, text.replace("-,g/t", ",g/t")))
    assert table.cells["sample_id"].tolist() == ["X1", "X2"]
    assert table.captions["unit"]["La"] == units.split(",")[1]
    assert table.captions["limit"]["La2O3"] == "0.01"
    assert table.captions["method"]["Ce"] == "ME-MS81"
    assert table.rows.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("method", "limit", "unit"),
    [
        ("METHOD", "DETECTION", "UNITS"), ("Method Code", "Lower Limit", "Units"), ("Méthode", "Limite de détection", "Unités"),
        ("Método", "Límite de detección", "Unidad"), ("Methode", "Nachweisgrenze", "Einheit"),
        ("Metod", "Rapporteringsgräns", "Enhet"), ("Scheme Code", "Det. Lim.", "Unit Symbol"),
    ],
)  # fmt: skip
def test_rows_under_the_heading_are_known_by_their_first_word(
    tmp_path: Path, method: str, limit: str, unit: str
) -> None:
    text = f"ANALYTE,La,Ce,Y\n{method},GE_IMS91A50,GE_IMS91A50,X\n{limit},0.1,0.1,0.5\nUpper Limit,10000,10000,10000\n"
    table = read(written(tmp_path, f"{text}{unit},PPM,PPM,PPB\nWS1,31,58,19\nWS2,45,87,29\n"))
    assert table.cells["ANALYTE"].tolist() == ["WS1", "WS2"]
    assert table.captions["unit"]["Y"] == "PPB"
    assert table.captions["limit"]["Y"] == "0.5"


@pytest.mark.parametrize("row", ["Method Creek,31,58,19", "Unit 7,31,58,19", "Lower Mine,31,58,19", "DETECTION,a,b,c"])
def test_data_that_begins_with_such_a_word_stays_data(tmp_path: Path, row: str) -> None:
    assert len(read(written(tmp_path, f"id,La,Ce,Y\n{row}\nB,1,2,3\n")).cells) == 2


def test_stated_rows_go_first(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y\nSample,La\nno,parts\nA,1\n")
    table = read(path, header_row=2, said_rows={"unit": 3})
    assert table.cells.to_dict("list") == {"Sample": ["A"], "La": ["1"]}
    assert table.captions["unit"]["La"] == "parts"
    with pytest.raises(SourceError, match="header_row is 9 but that row is empty or behind the end"):
        read(path, header_row=9)


def test_no_heading_shows_the_first_rows(tmp_path: Path) -> None:
    with pytest.raises(
        SourceError, match=r"no row of column names.*header_row: 4'\.\nThe first rows are:\n  1: 1 \| 2 \| 3"
    ):
        read(written(tmp_path, "1,2,3\n4,5,6\n"))


@pytest.mark.parametrize("row", ["A,m,t", "S1,ppm,high", "t,m,ha"])
def test_data_that_looks_like_units_stays_data(tmp_path: Path, row: str) -> None:
    assert len(read(written(tmp_path, f"id,a,b\n{row}\nB,1,2\n")).cells) == 2


def test_repeated_names_are_told_apart(tmp_path: Path) -> None:
    table = read(written(tmp_path, "id,La,La\nA,1,2\n"))
    assert table.cells.columns.tolist() == ["id", "La", "La.1"]
    assert "repeated_column" in codes(table)


# --- workbooks


def workbook(path: Path, rows: list[list[object]], merges: tuple[str, ...] = (), **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Data"
    for sheet, content in (("Data", rows), *sheets.items()):
        target = book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
        for row in content:
            target.append(row)
    for area in merges:
        book["Data"].merge_cells(area)
    book.save(path)
    return path


def test_workbook_with_title_merged_heading_and_note(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Inventory of tailings"],
        [],
        ["Site", None, "Location (NAD83)", None, "Geochemistry", None],
        ["ID", "Name", "Latitude", "Longitude", "La (ppm)", "Ce (ppm)"],
        ["007", "Old Mine", 55.10, -120.20, 31, "<0.5"],
        ["031E05-1", "Lac Élevé", 54.80, -119.50, 12.0, 27],
        ["Note: coordinates are approximate"],
    ]
    table = read(workbook(tmp_path / "b.xlsx", rows, ("A1:F1", "A3:B3", "C3:D3", "E3:F3")))
    assert table.cells.columns.tolist() == ["ID", "Name", "Latitude", "Longitude", "La (ppm)", "Ce (ppm)"]
    assert table.cells.loc[1].tolist() == ["031E05-1", "Lac Élevé", "54.8", "-119.5", "12", "27"]
    assert table.rows.tolist() == [5, 6]
    assert [one["source_row"] for one in table.rejects] == [7]


def test_group_names_tell_repeated_columns_apart(tmp_path: Path) -> None:
    rows: list[list[object]] = [["", "Till", None, "Rock", None], ["id", "La", "Ce", "La", "Ce"], ["A", 1, 2, 3, 4]]
    table = read(workbook(tmp_path / "b.xlsx", rows))
    assert table.cells.columns.tolist() == ["id", "Till La", "Till Ce", "Rock La", "Rock Ce"]


@pytest.mark.parametrize("stated", [None, 2])
def test_names_merged_over_two_rows(tmp_path: Path, stated: int | None) -> None:
    rows: list[list[object]] = [
        ["ID", "Name", "Location", None],
        [None, None, "Lat", "Lon"],
        ["7", "Old Mine", 55.1, -120.2],
    ]
    table = read(workbook(tmp_path / "b.xlsx", rows, ("A1:A2", "B1:B2", "C1:D1")), header_row=stated)
    assert table.cells.to_dict("list") == {"ID": ["7"], "Name": ["Old Mine"], "Lat": ["55.1"], "Lon": ["-120.2"]}


def test_an_unnamed_index_column_is_no_second_heading(tmp_path: Path) -> None:
    table = read(written(tmp_path, ',name,x\na,"first",\nb,second,2\n'))
    assert table.cells["name"].tolist() == ["first", "second"]
    assert table.cells.columns.tolist() == ["column_1", "name", "x"]


def test_workbook_cells_read_as_a_person_sees_them(tmp_path: Path) -> None:
    path = tmp_path / "b.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["id", "number", "when", "flag", "bad"])
    book.active.append([123, 0.1, pd.Timestamp("2024-05-01").to_pydatetime(), True, "#N/A"])
    book.active["A2"].number_format = "00000"
    book.active["E2"].data_type = "e"
    book.save(path)
    table = read(path)
    assert table.cells.loc[0].tolist()[:4] == ["00123", "0.1", "2024-05-01", "TRUE"]
    assert table.cells["bad"].isna().all()
    assert "excel_error_cells" in codes(table)


def test_several_sheets_must_be_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "b.xlsx", [["a", "b"], ["1", "2"]], More=[["c", "d"], ["3", "4"]], Empty=[])
    with pytest.raises(SourceError, match=r"2 sheets hold rows: Data, More\. Name one in the run file with 'sheet:'"):
        read(path)
    assert read(path, sheet="More").cells.columns.tolist() == ["c", "d"]
    with pytest.raises(SourceError, match=r"there is no sheet 'No'. The sheets are: Data, More, Empty"):
        read(path, sheet="No")


def test_broken_and_old_workbooks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="not a readable Excel workbook"):
        read(written(tmp_path, "no zip", "b.xlsx"))
    with pytest.raises(SourceError, match=r"old \.xls format.*save it as \.xlsx"):
        read(written(tmp_path, "x", "b.xls"))


# --- where the file is


def test_missing_files_offer_what_is_alike(tmp_path: Path) -> None:
    written(tmp_path, "a,b\n1,2\n", "inventory_2024.csv")
    with pytest.raises(
        SourceError, match=r"the file 'inventry_2024.csv' is not in .*Did you mean inventory_2024.csv\?"
    ):
        read(tmp_path / "inventry_2024.csv")
    with pytest.raises(SourceError, match=r"the folder .* does not exist"):
        read_table(Source(id="s", role="inventory", path="none/x.csv"), tmp_path)
    with pytest.raises(SourceError, match=r"is a web address. Fetch the file first"):
        read_table(Source(id="s", role="inventory", path="https://example.org/x.csv"), tmp_path)
    with pytest.raises(SourceError, match=r"is a folder \(holding inventory_2024.csv\)"):
        read_table(Source(id="s", role="inventory", path="."), tmp_path)


@pytest.mark.parametrize(
    ("text", "message"), [("", "0 bytes"), ("\n \n", "file is empty"), ("id,name\n", "no data row")]
)
def test_empty_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(written(tmp_path, text))


def test_unknown_formats_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"files ending in '\.docx' are not read\. Supported are: \.csv"):
        read(written(tmp_path, "x", "a.docx"))


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "t.csv", "this is a web page"),
        (b"\n<html>", "t.geojson", "this is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "t.csv", "Git LFS pointer"),
        (b"PK\x03\x04" + b"\0" * 100, "t.csv", r"workbook or a zip, not text.*\.xlsx or \.zip"),
    ],
)
def test_files_that_are_something_else(tmp_path: Path, content: bytes, name: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(written(tmp_path, content, name))


def test_backslashes_in_paths_are_folders(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    written(tmp_path / "in", "a,b\n1,2\n")
    assert len(read_table(Source(id="s", role="inventory", path="in\\t.csv"), tmp_path).cells) == 1


# --- packed files


def test_gzip_and_nested_zip(tmp_path: Path) -> None:
    packed = tmp_path / "t.csv.gz"
    packed.write_bytes(gzip.compress(b"id,name\n1,a\n"))
    assert read(packed).cells["id"].tolist() == ["1"]
    packed.write_bytes(gzip.compress(b"id,name\n1,a\n" * 500)[:-20])
    with pytest.raises(SourceError, match="damaged or cut off"):
        read(packed)
    inner = tmp_path / "inner.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("data/2024/t.csv", "id,name\n1,a\n")
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "folder/inner.zip")
        archive.writestr("readme.md", "x")
    before = sorted(one.name for one in tmp_path.iterdir())
    assert read(outer).cells["name"].tolist() == ["a"]
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def test_zip_with_two_shapefiles_lists_them(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    sites(made)
    sites(made, "annotation.shp")
    path = tmp_path / "two.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(made.iterdir()):
            archive.write(part, part.name)
    with pytest.raises(SourceError, match=r"the zip holds 2 tables: annotation\.shp, sites\.shp\. Name one.*'layer:'"):
        read(path)
    assert len(read(path, layer="sites").cells) == 3
    with pytest.raises(SourceError, match="cannot be opened"):
        read(written(tmp_path, "no zip", "bad.zip"))


def test_zip_without_a_table(tmp_path: Path) -> None:
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt.md", "x")
    with pytest.raises(SourceError, match=r"holds no table that can be read \(it holds readme.txt.md\)"):
        read(path)


# --- vector files


@pytest.mark.parametrize("name", ["s.gpkg", "s.shp", "s.geojson", "s.fgb", "s.parquet"])
def test_vector_formats_give_the_same_rows(tmp_path: Path, name: str) -> None:
    frame = gpd.GeoDataFrame({"site_id": ["001", "NA", None], "t": [1, 2, 3]}, geometry=POINTS, crs="EPSG:4326")
    if name.endswith("parquet"):
        frame.to_parquet(tmp_path / name)
    else:
        frame.to_file(tmp_path / name, **({"SPATIAL_INDEX": "NO"} if name.endswith("fgb") else {}))
    table = read(tmp_path / name)
    assert table.cells["site_id"].tolist()[:2] == ["001", "NA"]
    assert table.cells["site_id"].isna().tolist() == [False, False, True]
    assert table.cells["t"].tolist() == [1, 2, 3]
    assert table.geometry is not None
    assert table.geometry.crs.to_epsg() == 4326
    assert table.geometry.x.tolist() == [-120, -119, -118]
    assert table.rows.tolist() == [1, 2, 3]


def test_projected_layers_arrive_in_degrees(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(500000, 6000000)], crs="EPSG:26910")
    frame.to_file(tmp_path / "s.gpkg")
    table = read(tmp_path / "s.gpkg")
    assert table.geometry is not None
    np.testing.assert_allclose([table.geometry.x[0], table.geometry.y[0]], [-123.0, 54.1481], atol=1e-5)


def test_several_layers_must_be_named(tmp_path: Path) -> None:
    path = sites(tmp_path, "two.gpkg", layer="annotation")
    sites(tmp_path, "two.gpkg", layer="sites")
    with pytest.raises(
        SourceError, match=r"the file holds 2 layers: annotation, sites\. Name one in the run file with 'layer:'"
    ):
        read(path)
    assert len(read(path, layer="sites").cells) == 3
    with pytest.raises(SourceError, match=r"there is no layer 'site'. The layers are: annotation, sites"):
        read(path, layer="site")


def test_a_layer_without_crs_is_refused(tmp_path: Path) -> None:
    for name in ("s.gpkg", "s.parquet"):
        frame = gpd.GeoDataFrame({"a": ["1", "2", "3"]}, geometry=POINTS)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame.to_parquet(tmp_path / name) if name.endswith("parquet") else frame.to_file(tmp_path / name)
        with pytest.raises(SourceError, match="the file states no coordinate system"):
            read(tmp_path / name)
        assert read(tmp_path / name, crs="EPSG:4269").geometry is not None


def test_a_wrong_encoding_of_attributes_is_named(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"n": ["Ñuñoa"]}, geometry=POINTS[:1], crs="EPSG:4326")
    frame.to_file(tmp_path / "s.shp", encoding="cp1252")
    (tmp_path / "s.cpg").unlink(missing_ok=True)
    with pytest.raises(SourceError, match="cannot be read"):
        read(tmp_path / "s.shp", encoding="utf-8")
    assert read(tmp_path / "s.shp", encoding="cp1252").cells["n"].tolist() == ["Ñuñoa"]


def test_file_geodatabases_in_a_zip(tmp_path: Path) -> None:
    path = sites(tmp_path, "s.gdb", driver="OpenFileGDB", layer="sites")
    assert len(read(path).cells) == 3
    packed = tmp_path / "s.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for part in sorted(path.iterdir()):
            archive.write(part, f"deep/s.gdb/{part.name}")
    assert read(packed).cells["site_id"].tolist() == ["S1", "S2", "S3"]


def collection(*geometries: dict[str, object], **more: object) -> dict[str, object]:
    features = [
        {"type": "Feature", "properties": {"name": f"T{n}"}, "geometry": one} for n, one in enumerate(geometries, 1)
    ]
    return {"type": "FeatureCollection", **more, "features": features}


def geojson(folder: Path, content: object, name: str = "t.geojson") -> Path:
    return written(folder, json.dumps(content), name)


def test_lists_of_features_are_read(tmp_path: Path) -> None:
    features = collection({"type": "Point", "coordinates": [-120, 55]})["features"]
    assert read(geojson(tmp_path, features, "t.json")).cells["name"].tolist() == ["T1"]


def test_heights_are_dropped_with_a_note(tmp_path: Path) -> None:
    flat = [[[-120, 55], [-119, 55], [-119, 56], [-120, 55]]]
    deep = [[[-118, 55, 712.4], [-117, 55, 0], [-117, 56, -9999], [-118, 55, 712.4]]]
    table = read(geojson(tmp_path, collection(*({"type": "Polygon", "coordinates": one} for one in (flat, deep)))))
    assert table.geometry is not None
    assert not table.geometry.has_z.any()
    assert table.geometry.crs.to_epsg() == 4326
    assert [(note.code, note.count) for note in table.notes] == [("z_dropped", 1)]


def test_missing_and_empty_geometries_stay_in_their_rows(tmp_path: Path) -> None:
    path = geojson(
        tmp_path, collection({"type": "Point", "coordinates": [-120, 55]}, None, {"type": "Polygon", "coordinates": []})
    )  # type: ignore[arg-type]
    table = read(path)
    assert table.geometry is not None
    assert len(table.cells) == 3
    assert [one is not None and not one.is_empty for one in table.geometry] == [True, False, False]


def test_damaged_json_is_refused(tmp_path: Path) -> None:
    text = json.dumps(collection({"type": "Point", "coordinates": [-120, 55]}))
    with pytest.raises(SourceError, match=r"cannot be opened|cannot be read|damaged"):
        read(written(tmp_path, text[: len(text) // 2], "t.geojson"))


def test_raw_json_is_strict_and_keeps_letters() -> None:
    row = {"name": "Nłeʔkepmx", "t": np.float64(np.nan), "i": np.int64(3), "x": float("inf"), "n": pd.NA}
    assert raw_json(row) == '{"name": "Nłeʔkepmx", "t": null, "i": 3, "x": "inf", "n": null}'
    json.loads(raw_json(row), parse_constant=pytest.fail)


# --- real files


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("path", "rows", "rejected"),
    [
        ("inventory/noami_oam_canada/OAM_2024_EN.xlsx", 8771, 0),
        ("inventory/minfile_british_columbia/minfile_metals_2018_MineralOccurrenceData.csv.gz", 1357, 7),
        ("inventory/minfile_british_columbia/minfile_metals_2018_ProductionData.csv.gz", 402, 2),
        ("inventory/sernageomin_relaves_chile/CATASTRO_RELAVES_CHILE_OCT2025.xlsx", 836, 0),
        ("inventory/sernageomin_relaves_chile/relaves_2018.shp", 742, 0),
        ("geochemistry/usgs_ngdb_washington_sediment/ngdb_wa_sediment.csv.gz", 8451, 0),
        ("indigenous/native_land_2022/native-land-treaties.json.gz", 829, 0),
        ("indigenous/aboriginal_lands_of_canada/indigenous_lands.geojson.gz", 3361, 0),
        ("context/natural_earth_50m/ne_50m_admin_1_states_provinces.shp", 294, 0),
    ],
)
def test_real_files_have_their_rows(shared_realdata: Path, path: str, rows: int, rejected: int) -> None:
    table = read(shared_realdata / path)
    assert (table.rows_read, len(table.rejects)) == (rows, rejected)


def test_typed_attributes_become_text_a_person_can_read(tmp_path: Path) -> None:
    properties = {
        "when": "2019-05-04",
        "at": "2019-05-04T10:30:00",
        "shafts": 3,
        "open": True,
        "list": ["La", "Ce"],
        "note": "",
    }
    other = {"when": None, "at": None, "shafts": None, "open": False, "list": None, "note": "x"}
    content = collection({"type": "Point", "coordinates": [-120, 55]}, {"type": "Point", "coordinates": [-119, 55]})
    for feature, values in zip(content["features"], (properties, other), strict=True):  # type: ignore[call-overload]
        feature["properties"] = values
    cells = read(geojson(tmp_path, content)).cells
    assert cells.loc[0, ["when", "open"]].tolist() == ["2019-05-04", "true"]
    assert cells["at"][0] == "2019-05-04T10:30:00"
    assert "La" in cells["list"][0]
    assert "Ce" in cells["list"][0]
    assert cells.loc[1, ["when", "at", "list"]].isna().all()
    assert cells["note"].isna().tolist() == [True, False]
    assert float(cells["shafts"][0]) == 3


@pytest.mark.parametrize("name", ["t.gpkg", "t.parquet", "t.fgb"])
def test_unreadable_vector_files_say_so(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        SourceError, match=r"s \(t\.\w+\): (?:this is no \.\w+ file|this is not a readable Parquet file)"
    ):
        read(written(tmp_path, "nothing of the kind", name))


def test_layers_without_rows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="holds no features"):
        read(geojson(tmp_path, collection()))


@pytest.mark.parametrize(
    ("cells", "read", "told"),
    [
        (('"=""001"""', '"=""002"""'), ["001", "002"], True), (("'001", "'002"), ["001", "002"], True),
        (("'001", "002"), ["'001", "002"], False), (('"""a"""', '"""b"""'), ["a", "b"], True),
        (("O'Neil", "Old"), ["O'Neil", "Old"], False),
    ],
)  # fmt: skip
def test_marks_that_keep_a_cell_a_text_are_taken_off(
    tmp_path: Path, cells: tuple[str, str], read: list[str], told: bool
) -> None:
    (tmp_path / "t.csv").write_text(f"id,x\n{cells[0]},1\n{cells[1]},2\n")
    raw = read_table(Source(id="t", role="inventory", path="t.csv"), tmp_path)
    assert raw.cells["id"].tolist() == read
    assert [note.columns for note in raw.notes if note.code == "text_marks"] == ([("id",)] if told else [])


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["99"] * 6 + ["5"], True),
        (["999"] * 4 + ["5"] * 4, False),
        (["99.99"] * 7, True),
        (["98"] * 7, False),
        (["99"] * 3, False),
    ],
)
def test_a_column_that_is_mostly_nines_is_told(tmp_path: Path, cells: list[str], told: bool) -> None:
    (tmp_path / "t.csv").write_text("id,x\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells)))
    raw = read_table(Source(id="t", role="inventory", path="t.csv"), tmp_path)
    assert any(note.code == "code_of_nines" for note in raw.notes) == told


_RULED = (
    "SITE NO   NAME              LAT      COMMODITY\n"
    "--------- ----------------- -------- ----------------\n"
    "A01       Old Hill           48.3892 Lead\n"
    "A02       North Pit; upper   48.4574 Copper, Zinc\n"
    "A03       Lac Long           48.6080 Gold\n"
)


def test_text_under_a_line_of_dashes_is_cut_there_whatever_its_cells_hold(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text(_RULED, encoding="utf-8")
    table = read(tmp_path / "list.txt")
    assert list(table.cells.columns) == ["SITE NO", "NAME", "LAT", "COMMODITY"]
    assert table.cells["COMMODITY"].tolist() == ["Lead", "Copper, Zinc", "Gold"]
    assert table.cells["NAME"].tolist() == ["Old Hill", "North Pit; upper", "Lac Long"]
    assert list(table.rows) == [3, 4, 5]


def test_dashes_that_cells_reach_over_part_nothing() -> None:
    assert under_a_rule(_RULED.splitlines()) is not None
    assert under_a_rule(_RULED.replace("Old Hill          ", "Old Hill and moreX").splitlines()) is None
