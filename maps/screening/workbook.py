"""Lists for a spreadsheet program that can travel alone: what they are stands in them, and no cell can be taken for a formula."""

from __future__ import annotations

import datetime
import math
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pandas as pd

from layers import csv_text
from layers.validation import Validation
from maps import dictionary, words
from maps.publication import SOURCE_FACTS, Publication
from maps.rows import records
from maps.screening.read_me import about_list
from maps.screening.screening import FROM_RANKING, whole_list
from maps.screening.sheet_rows import STARTS, write_rows
from maps.sovereignty import publishable
from maps.verdict import rests_on_companion, score_key

DECIMALS = {
    "distance_km": 1, "community_km": 1, "road_km": 1,
    "latitude": 5, "longitude": 5, "first_year": 0, "last_year": 0, "waste_n": 0,
}  # fmt: skip
"""Digits behind the mark, as the pages print them; tonnes and ppm have two significant digits."""

SCORES = ("score", "score_low", "score_high")
CHANCES = (*SCORES, "chance_payable")
"""Chances: thousandths of what the run found, as in the lists that the map gives; shown as the pages print them."""

NO_FORMATS: Mapping[str, str] = MappingProxyType({})

READ_ME = "read_me.txt"

WRAPPED_BELOW = 9
"""Texts of tables with fewer columns are wrapped in their cells."""

ONE_DAY = (2000, 1, 1, 0, 0, 0)
"""Date of every part of a workbook."""


def write_list(publication: Publication, table: pd.DataFrame, folder: Path, *, title: str, lang: str) -> None:
    """Write ``sites.xlsx`` (four sheets), ``sites.csv`` and ``read_me.txt`` in one language.

    Parameters
    ----------
    publication : Publication
        Its sources, notices and dates go into the read-me.
    table : DataFrame
        From `maps.screening.screening.screen`, in the language.
    folder : Path
        Where the files go.
    title : str
        What the list is.
    lang : {"en", "fr"}
        Language of headings, words and dictionary.
    """
    sheets = _sheets(publication, table, title, lang)
    date = words.date(publication.run_date, lang)
    notice = words.phrase("book_notice", lang, run_id=publication.run_id, date=date)
    headed = sheets[words.word("book_sites", lang)]
    write_csv(headed.assign(**{words.word("heading_notice", lang): notice}), folder / "sites.csv")
    read_me = about_list(publication, table, title, lang)
    (folder / READ_ME).write_text("\n".join(read_me) + "\n", encoding="utf-8-sig", newline="\r\n")
    write_xlsx(sheets, folder / "sites.xlsx", chance_formats(lang, publication.validation))


def write_ranking_workbook(publication: Publication, path: Path, lang: str) -> None:
    """Write every site of a run, with its place in the sampling plan, as a workbook that can travel alone.

    Parameters
    ----------
    publication : Publication
        What the run published.
    path : Path
        File to write.
    lang : {"en", "fr"}
        Language of headings, words and dictionary.
    """
    p = publishable(publication)
    write_xlsx(_sheets(p, whole_list(p, lang), p.title, lang), path, chance_formats(lang, publication.validation))


def _sheets(publication: Publication, table: pd.DataFrame, title: str, lang: str) -> dict[str, pd.DataFrame]:
    """Return the sheets of a workbook about a list, by name."""
    worded = in_words(table, lang)
    read_me = words.word("book_read_me", lang)
    return {
        read_me: pd.DataFrame({read_me: about_list(publication, table, title, lang)}),
        words.word("book_sites", lang): worded.rename(
            columns={name: heading(str(name), lang, publication.validation) for name in worded}
        ),
        words.word("book_columns", lang): columns_in_words(list(worded.columns), lang, publication.validation),
        words.word("book_sources", lang): sources_in_words(publication, lang),
    }


def heading(column: str, lang: str, validation: Validation | None) -> str:
    """Return the heading of a column; one that is not listed keeps its name.

    Where no model orders the list, a score is no chance and is not called one.
    """
    key = score_key(validation, f"heading_{column}") if column in SCORES else f"heading_{column}"
    return words.word(key, lang) if words.known(key) else column


def in_words(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return a list as people read it: columns with a heading, codes as words, numbers as the pages round them."""
    shown = table[[name for name in table.columns if words.known(f"heading_{name}")]].copy()
    codes = {"evidence": "evidence_{}_short", "grade_rule": "grade_short_{}", "tonnage_rule": "tonnage_rule_{}",
             "waste_type": "waste_type_{}", "site_kind": "kind_{}", "applicability": "applicability_{}"}  # fmt: skip
    if "applicability" in shown and not shown["applicability"].isin(("inside", "outside")).any():
        shown = shown.drop(columns="applicability")  # no model orders the list
    _leave_out(shown)
    for column, key in codes.items():
        if column in shown:
            shown[column] = _each(shown[column], lambda code, key=key: words.word(key.format(code), lang))
    for column, say in (
        ("commodities", words.commodities),
        ("status", words.status),
        ("jurisdiction", words.jurisdiction),
        ("deposit_type", words.deposit_type),
    ):
        if column in shown:
            shown[column] = _each(shown[column], lambda text, say=say: say(text, lang))
    return rounded_as_pages(shown)


def rounded_as_pages(table: Any) -> Any:
    """Return a table with chances, kilometres, tonnes and ppm rounded as the pages print them."""
    shown = table.copy()
    for column in shown.select_dtypes("number").columns:
        name = str(column)
        if name in CHANCES:
            shown[column] = shown[column].astype(float).round(3)
        elif name in DECIMALS:
            shown[column] = shown[column].astype(float).round(DECIMALS[name])
        elif name.endswith(("_t", "_ppm")):
            shown[column] = shown[column].map(_two_digits)
    return shown


def _leave_out(shown: pd.DataFrame) -> None:
    """Empty what says nothing.

    That is the chance of a grade that was measured, a grade where nothing was detected, amounts where nothing was dug, and bands
    of no width, for a judgement from words has no ends.
    """
    if "evidence" in shown:
        for column in {*SCORES, "applicability"} & {*shown}:
            shown[column] = shown[column].mask(shown["evidence"] == "measured")
    if {"treo_ppm", "treo_low_ppm"} <= set(shown):  # nothing was detected: no number stands for the limits
        shown["treo_ppm"] = shown["treo_ppm"].mask(shown["treo_low_ppm"] == 0)
    if "site_kind" in shown:
        for column in ("chance_payable", "payable_t"):
            if column in shown:
                shown[column] = shown[column].mask(shown["site_kind"] == "showing")
    if {"score_low", "score_high"} <= set(shown):
        flat = shown["score_low"] == shown["score_high"]
        for column in ("score_low", "score_high"):
            shown[column] = shown[column].mask(flat)


def _each(column: pd.Series, say: Any) -> pd.Series:
    """Return a column of texts with each distinct one put into words; missing stays missing."""
    return column.map({text: say(text) for text in column.dropna().unique()})


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}") if math.isfinite(value) else math.nan


def columns_in_words(columns: Sequence[str], lang: str, validation: Validation | None) -> pd.DataFrame:
    """Return the dictionary of a list: heading, name in the files of the run, meaning, and what an empty cell says."""
    rows = [(heading(name, lang, validation), name, *_of_dictionary(name, lang, validation)) for name in columns]
    heads = [words.word(f"book_{key}", lang) for key in ("heading", "field", "meaning", "missing")]
    return pd.DataFrame(rows, columns=heads)


def _of_dictionary(column: str, lang: str, validation: Validation | None) -> tuple[str, str]:
    coarse = column == "score" and rests_on_companion(validation)
    meaning = words.word("meaning_score_companion", lang) if coarse else dictionary.meaning(column, lang)
    if column == "road_km":  # in a list the way by road, in the files of a run the straight line to the nearest road
        meaning = words.word("screen_road_note", lang)
    own = f"book_{column}_missing"  # the list leaves cells empty that the files of the run fill (`_leave_out`)
    of_ranking = "book_not_ranked" if column in FROM_RANKING[1:] and dictionary.missing(column, "en") == "never" else ""
    key = own if words.known(own) else of_ranking
    return meaning, words.word(key, lang) if key else dictionary.missing(column, lang)


def sources_in_words(publication: Publication, lang: str) -> pd.DataFrame:
    """Return what is known of every source, one row each."""
    own = {"title": "source", "role": "report_role", "address": "sheet_record"}
    heads = [own.get(fact, fact) for fact in SOURCE_FACTS]
    rows = []
    for source in records(publication.sources):
        row = [source.get(fact) for fact in SOURCE_FACTS]
        row[0] = row[0] or source["source_id"]
        row[1] = words.word(f"role_{row[1]}", lang)
        row[3] = row[3] or words.word("licence_unstated", lang)
        row[6] = words.date(row[6], lang)
        rows.append(row)
    return pd.DataFrame(rows, columns=[words.word(head, lang) for head in heads])


def harmless(value: object) -> object:
    """Return a cell that a spreadsheet program shows as text and never calculates.

    Text that starts like a formula gets an apostrophe in front, as OWASP advises for CSV injection. Numbers stay numbers.
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(STARTS):
        return "'" + value
    return value


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write UTF-8 CSV with a byte-order mark, so that Excel shows every name as it is written."""
    csv_text.write_csv(table.map(harmless), path, encoding="utf-8-sig", end="\r\n")


def chance_formats(lang: str, validation: Validation | None) -> dict[str, str]:
    """Return the number format of every column of chances, by heading: no draw proves certainty, as `maps.words.chance` says."""
    more, less = (words.chance(end, lang) for end in (1.0, 0.0))
    return {heading(name, lang, validation): f'[>=0.995]"{more}";[<0.005]"{less}";0.00' for name in CHANCES}


def write_xlsx(sheets: dict[str, pd.DataFrame], path: Path, formats: Mapping[str, str] = NO_FORMATS) -> None:
    """Write a workbook; text cells are typed as text, so a leading ``=`` is a character.

    Parameters
    ----------
    sheets : dict of str to DataFrame
        By name, in order; columns as headings; missing cells stay empty.
    path : Path
        File to write.
    formats : mapping of str to str
        Number formats of columns, by heading.
    """
    from openpyxl import Workbook
    from openpyxl.writer.excel import ExcelWriter

    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = datetime.datetime(*ONE_DAY)  # noqa: DTZ001 - Excel knows no time zones
    with ExitStack() as open_files:
        bodies = {}
        for at, (name, table) in enumerate(sheets.items(), start=1):
            body = open_files.enter_context(tempfile.TemporaryFile())
            _fill(book.create_sheet(name[:31]), table, formats, body)
            bodies[f"xl/worksheets/sheet{at}.xml"] = body
        with _Undated(path, "w", ZIP_DEFLATED) as archive:
            archive.bodies = bodies
            ExcelWriter(book, archive).write_data()


class _Undated(ZipFile):
    """An archive whose parts all have one date, so that equal runs write equal bytes; sheets get their rows from ``bodies``."""

    bodies: Mapping[str, BinaryIO] = MappingProxyType({})

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        """Write a part from memory."""
        with self.open(self._part(zinfo_or_arcname), "w") as part:
            part.write(data.encode() if isinstance(data, str) else data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Write a part from a file."""
        with Path(filename).open("rb") as file, self.open(self._part(arcname), "w") as part:
            if arcname not in self.bodies:
                shutil.copyfileobj(file, part)
                return
            before, end, after = file.read().partition(b"</sheetData>")
            part.write(before)
            self.bodies[arcname].seek(0)
            shutil.copyfileobj(self.bodies[arcname], part)
            part.write(end + after)

    @staticmethod
    def _part(name: str) -> ZipInfo:
        part = ZipInfo(name, ONE_DAY)
        part.compress_type = ZIP_DEFLATED
        return part


def _fill(page: Any, table: pd.DataFrame, formats: Mapping[str, str], body: BinaryIO) -> None:
    """Write the headings of a table, and its rows into a file of their own, so that a long one needs no memory."""
    from openpyxl.utils import get_column_letter

    for at, name in enumerate(table.columns, start=1):
        widest = max([len(str(name)) // 2, 8, *(len(str(cell)) for cell in table[name].head(200) if not pd.isna(cell))])
        width = min(widest + 2, 100 if len(table.columns) == 1 else 60)
        page.column_dimensions[get_column_letter(at)].width = width
    page.freeze_panes = "A2"
    styles = _styles(page, wrapped=len(table.columns) < WRAPPED_BELOW, formats=formats)
    page.append([_heading(page, str(name), styles["heading"]) for name in table.columns])
    write_rows(table, cache(lambda kind: int(styles[kind].style_id)), formats, body)
    if len(table.columns) > 1:
        page.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{len(table) + 1}"


def _styles(page: Any, *, wrapped: bool, formats: Mapping[str, str]) -> dict[str, Any]:
    """Return a cell that looks as each kind does: headings, texts, ``thousands``, and one for each of ``formats``."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font

    patterns = {kind: WriteOnlyCell(page) for kind in ("heading", "text", "formula_like", "thousands", *formats)}
    patterns["heading"].font = Font(bold=True)
    patterns["heading"].alignment = Alignment(wrap_text=True, vertical="top")
    for kind in ("text", "formula_like"):
        patterns[kind].alignment = Alignment(wrap_text=wrapped, vertical="top")
    patterns["formula_like"].quotePrefix = True
    for kind, number_format in {"thousands": "#,##0", **formats}.items():
        patterns[kind].number_format = number_format
    return patterns


def _heading(page: Any, text: str, like: Any) -> Any:
    from openpyxl.cell import WriteOnlyCell

    made = WriteOnlyCell(page, text)
    made._style = like._style
    made.data_type = "s"
    return made
