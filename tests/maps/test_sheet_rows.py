"""Rows of a workbook as XML."""

from __future__ import annotations

import io

import pandas as pd

from maps.screening.sheet_rows import write_rows


def test_cells_are_written_as_openpyxl_writes_them() -> None:
    """Texts are texts whatever they begin with, blanks at their ends stay, missing cells and rows are empty."""
    table = pd.DataFrame(
        {
            "text": ["a & <b>", " =1", "=1\x01", "", None],
            "number": [0.1 + 0.2, 12_345.0, float("inf"), -2.0, None],
            "share": [0.5, 1.0, None, 20_000.0, None],
        }
    )
    file, asked = io.BytesIO(), []

    def style_of(kind: str) -> int:
        asked.append(kind)
        return len(kind)

    write_rows(table, style_of, {"share": "0.00"}, file)
    assert file.getvalue().decode() == (
        '<row r="2"><c r="A2" s="4" t="inlineStr"><is><t>a &amp; &lt;b&gt;</t></is></c><c r="B2" t="n"><v>0.3</v></c>'
        '<c r="C2" s="5" t="n"><v>0.5</v></c></row>'
        '<row r="3"><c r="A3" s="4" t="inlineStr"><is><t xml:space="preserve"> =1</t></is></c>'
        '<c r="B3" s="9" t="n"><v>12345</v></c><c r="C3" s="5" t="n"><v>1</v></c></row>'
        '<row r="4"><c r="A4" s="12" t="inlineStr"><is><t>=1</t></is></c><c r="B4" s="9" t="n"><v /></c></row>'
        '<row r="5"><c r="A5" s="4" t="inlineStr" /><c r="B5" t="n"><v>-2</v></c><c r="C5" s="5" t="n"><v>20000</v></c></row>'
        '<row r="6"></row>'
    )
    assert asked[:3] == ["text", "share", "text"]
