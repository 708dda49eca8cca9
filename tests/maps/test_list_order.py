"""A list that does not go by the usual says so, and shows what it goes by, wherever its ranks stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import openpyxl
import pytest

from maps import words
from maps.list_order import order_notes
from maps.publication import Publication
from maps.report.plan_rows import plan_rows
from maps.report.report import write_report
from maps.screening.brief import judged
from maps.screening.workbook import write_ranking_workbook
from maps.sheets.sheet import write_sheets
from maps.site_map.payload import map_payload
from pipeline.commands import explain
from pipeline.publish import columns_of_list
from pipeline.summary import grade_or_score

pytestmark = pytest.mark.usefixtures("drawn_once")

USUAL = {
    "order_by": "payable",
    "order_counted": "all",
    "order_grade_ppm": 1000.0,
    "tested_grade_ppm": 1000.0,
    "order_contained_t": 10.0,
    "order_cap_t": 1e4,
    "expected_grade_ppm": np.nan,
}


def listed(made_up: ModuleType, **changes: Any) -> Publication:
    made: Publication = made_up.publication(12)
    return replace(made, ranking=made.ranking.assign(**USUAL | changes))


def by_grade(made_up: ModuleType) -> Publication:
    n = len(made_up.publication(12).ranking)
    return listed(made_up, order_by="grade", expected_grade_ppm=1234.0 * 2.0 ** -np.arange(n))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("&nbsp;", " ")


def pages(p: Publication, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return what each kind of page says of the first site and of the list, in plain text."""
    site = p.ranking.iloc[0]
    write_report(p, folder / "report.html")
    write_sheets(p, folder / "sheets", site_ids=[site["site_id"]])
    write_ranking_workbook(p, folder / "ranking.xlsx", "en")
    monkeypatch.setattr(explain, "load_publication", lambda _: p)
    book = openpyxl.load_workbook(folder / "ranking.xlsx")
    about = "\n".join(
        str(cell.value) for sheet in (book.worksheets[0], book.worksheets[1]) for cell in next(sheet.columns)
    )
    heads = [cell.value for cell in book.worksheets[1][1]]
    row = dict(zip(heads, [cell.value for cell in book.worksheets[1][2]], strict=True))
    payload = map_payload(p)
    told = {str(name): value for name, value in site.items()} | {"waste_n": 1, "rank_first": 1, "rank_last": 1}
    return {
        "report": plain((folder / "report.html").read_text(encoding="utf-8")),
        "sheet": plain((folder / "sheets" / f"{site['site_id']}.html").read_text(encoding="utf-8")),
        "workbook": plain(about) + "\n" + "\n".join(f"{head}: {value}" for head, value in row.items()),
        "explain": plain(explain.explain_site(folder, site["site_id"], "en")),
        "brief": plain(judged(told, "en")),
        "screen": grade_or_score(site.to_dict(), "chance of the grade"),
        "map": f"{payload['meta']['order_told']['en']} {payload['sites']['columns'].get('expected', [''])[0]}",
    }


def test_a_list_by_grade_shows_the_grade_it_goes_by_on_every_page_and_others_show_none(
    made_up: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = pages(listed(made_up), tmp_path, monkeypatch)
    other = pages(by_grade(made_up), tmp_path, monkeypatch)
    for page, text in other.items():
        assert "1200" in text.replace(",", ""), page
        assert "expected grade" in text.lower(), page
        assert "expected grade" not in usual[page].lower(), page
    for page in ("report", "workbook", "map"):
        assert "The list goes by the expected grade" in other[page]
    assert columns_of_list(by_grade(made_up).ranking)[-1] == "expected_grade_ppm"
    assert "expected_grade_ppm" not in columns_of_list(listed(made_up).ranking)


@pytest.mark.parametrize(
    ("counted", "told"), [("magnet", "Nd, Pr, Dy and Tb alone"), ("heavy", "the heavy ones alone")]
)
def test_what_payable_oxides_count_is_told_on_the_map_and_in_the_workbook(
    made_up: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counted: str, told: str
) -> None:
    usual = pages(listed(made_up), tmp_path, monkeypatch)
    p = listed(made_up, order_counted=counted)
    other = pages(p, tmp_path, monkeypatch)
    for page in ("report", "workbook", "map"):
        assert told in other[page], page
        assert told not in usual[page], page
    for lang in words.LANGUAGES:
        short = words.word(f"payable_counted_{counted}", lang)
        for key in ("payable", "heading_payable_t"):
            assert map_payload(p)["words"][lang][key].endswith(short)
            assert short not in map_payload(listed(made_up))["words"][lang][key]


@pytest.mark.parametrize("counted", ["all", "magnet", "heavy"])
@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("tonnes", [5e4, 0.0])
def test_every_visit_of_the_plan_says_which_rare_earths_its_tonnes_are_of(
    made_up: ModuleType, counted: str, lang: str, tonnes: float
) -> None:
    p = listed(made_up, order_counted=counted, payable_t=tonnes, payable_low_t=0.0, payable_high_t=2 * tonnes)
    visits = plan_rows(p, lang, ())
    assert visits
    for visit in visits:
        for kind in ("magnet", "heavy"):
            assert (words.word(f"payable_counted_{kind}", lang) in visit["cells"][0]) is (kind == counted)


def test_a_list_by_chance_says_so_on_the_map(made_up: ModuleType) -> None:
    told = map_payload(listed(made_up, order_by="chance"))["meta"]["order_told"]
    assert "goes by the chance" in told["en"]
    assert "suit la chance" in told["fr"]
    usual = map_payload(listed(made_up))["meta"]["order_told"]
    assert usual == {lang: words.word("list_goes_by_payable", lang) for lang in words.LANGUAGES}


@pytest.mark.parametrize(("asked", "told"), [(500.0, True), (12.0, False), (np.nan, False)])
def test_visits_beyond_the_sites_there_are_are_told(asked: float, told: bool, made_up: ModuleType) -> None:
    ranking = listed(made_up, order_visits=asked, ranked_last_reason=np.nan).ranking
    assert any("500 visits, more than the 12 sites" in note for note in order_notes(ranking, "en")) is told
    assert any("500 visites, plus que les 12 sites" in note for note in order_notes(ranking, "fr")) is told


@pytest.mark.parametrize(("enough", "told"), [(10.0, False), (1e9, True)])
def test_an_amount_that_no_waste_can_hold_is_told(enough: float, told: bool, made_up: ModuleType) -> None:
    ranking = listed(made_up, order_contained_t=enough).ranking
    assert any("1,000,000,000 t of oxides" in note for note in order_notes(ranking, "en")) is told
    assert any("assez pour une visite" in note.casefold() for note in order_notes(ranking, "fr")) is told
