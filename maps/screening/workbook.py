"""Lists for a spreadsheet program: CSV and XLSX in which no cell can be taken for a formula."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: object) -> object:
    """Return a cell that a spreadsheet program shows as text and never calculates.

    Text that starts like a formula gets an apostrophe in front, as OWASP advises for CSV injection. Numbers stay numbers.
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(_STARTS):
        return "'" + value
    return value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write UTF-8 CSV with a byte-order mark, so that Excel shows every name as it is written."""
    table.map(harmless).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def write_xlsx(table: pd.DataFrame, path: Path, sheet: str) -> None:
    """Write a workbook of one sheet; text cells are typed as text, so a leading ``=`` is a character.

    Parameters
    ----------
    table : DataFrame
        Columns as headings; missing cells stay empty.
    path : Path
        File to write.
    sheet : str
        Name of the sheet.
    """
    import datetime

    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    page = book.active
    page.title = sheet[:31]
    fixed = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - Excel knows no time zones; a fixed date keeps runs equal
    book.properties.created = book.properties.modified = fixed
    for at, name in enumerate(table.columns, start=1):
        page.cell(1, at, str(name)).font = Font(bold=True)
        widest = max([len(str(name)), *(len(str(one)) for one in table[name].head(200))])
        page.column_dimensions[get_column_letter(at)].width = min(widest + 2, 60)
    for down, row in enumerate(table.itertuples(index=False), start=2):
        for at, value in enumerate(row, start=1):
            if pd.isna(value):
                continue
            cell = page.cell(down, at)
            if isinstance(value, str):
                cell.value = _printable(value)
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(_STARTS)
            else:
                cell.value = value.item() if hasattr(value, "item") else value
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    book.save(path)


def _printable(text: str) -> str:
    """Drop the control characters that XML cannot hold."""
    return "".join(one for one in text if one >= " " or one in "\t\n\r")
