"""What stands beside the chance of a site on every page: that it was sampled for something else, is like no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from maps import words
from maps.publication import Publication
from maps.report.report import write_report
from maps.rows import marks
from maps.screening.brief import Brief, judged
from maps.screening.screening import place_of_community, screen
from maps.screening.workbook import in_words
from maps.sheets.sheet import SheetWriter
from maps.sheets.site_chemistry import metals
from maps.site_map.payload import map_payload
from pipeline.commands import explain

NAMES = {"mark_sampled_other", "mark_unlike"}


@pytest.mark.parametrize(
    ("evidence", "waste_n", "applicability", "told"),
    [
        ("inferred", 2, "outside", NAMES),
        ("inferred", 2, "inside", {"mark_sampled_other"}),
        ("none", 0, "outside", {"mark_unlike"}),
        ("inferred", None, "unknown", set()),
        ("measured", 3, "outside", set()),
        (None, 3, None, set()),
    ],
)
def test_only_what_was_not_assayed_has_marks(evidence: Any, waste_n: Any, applicability: Any, told: set[str]) -> None:
    assert set(marks(evidence, waste_n, applicability)) == told


def odd(made_up: ModuleType) -> tuple[Publication, str]:
    """Return a publication whose best site not assayed was sampled for other things and is like no other, and its id."""
    p: Publication = made_up.publication(60)
    site = str(p.ranking.loc[p.ranking["evidence"].eq("inferred"), "site_id"].iloc[0])
    ranking = p.ranking.assign(applicability=p.ranking["applicability"].mask(p.ranking["site_id"].eq(site), "outside"))
    return replace(p, ranking=ranking, sites=p.sites.assign(waste_n=p.sites["site_id"].eq(site) * 2.0)), site


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_lists_briefs_and_the_command_line_say_what_the_sheet_says(
    lang: str, made_up: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    p, site = odd(made_up)
    told = {words.word(key, lang) for key in NAMES}
    table = screen(p, place_of_community(p, "Community 1"), within_km=20_000, lang=lang)
    row = table[table["site_id"] == site].to_dict("records")[0]
    assert set(judged(row, lang).split("\n")[1:]) == told
    brief = Brief(p, place_of_community(p, "Community 1"), table, 20_000)
    (line,) = {line for line in brief.as_text(lang) if f"({site})" in line}
    assert all(words.marks(text, lang).replace("\u00a0", " ") in line for text in told)
    assert "\n" not in line
    monkeypatch.setattr(explain, "load_publication", lambda folder: p)
    text = explain.explain_site(Path(), site, lang)
    assert all(one.casefold() in text.casefold() for one in told)


def test_both_tables_of_the_report_mark_such_a_site_and_give_its_chance_and_first_reason(
    made_up: ModuleType, tmp_path: Path, drawn_once: Any
) -> None:
    p, site = odd(made_up)
    p = replace(
        p,
        sampling_plan=p.sampling_plan.assign(
            site_id=[site, *p.sampling_plan["site_id"].drop_duplicates()][: len(p.sampling_plan)]
        ).drop_duplicates("site_id"),
    )
    write_report(p, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    plan, best = (page.split(f'class="table-box {kind}"', 1)[1].split("</table>", 1)[0] for kind in ("plan", "best"))
    best = page.split('class="table-box best"', 2)[2].split("</table>", 1)[0]
    for table in (plan, best):
        (row,) = [one for one in table.split("<tr>") if site in one]
        assert all(words.word(key, "en") in row for key in NAMES)
    assert "thorium in regional samples nearby" in plan
    assert "chance" in plan


def test_a_measured_grade_has_one_form_on_every_page(made_up: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert words.measured_grade(2312.0, 940.0, 5480.0, "en") == "2,300\u00a0ppm (940–5,500)"
    assert words.measured_grade(12.0, 0.0, 80.0, "en") == words.grade(0.0, 80.0, "en")
    p: Publication = made_up.publication(60)
    row = p.ranking[p.ranking["evidence"].eq("measured")].iloc[0]
    told = words.measured_grade(row["treo_ppm"], row["treo_low_ppm"], row["treo_high_ppm"], "en")
    sheet = SheetWriter(p, [row["site_id"]]).page(row["site_id"])
    monkeypatch.setattr(explain, "load_publication", lambda folder: p)
    assert told in sheet
    assert told in explain.explain_site(Path(), row["site_id"], "en")
    table = screen(p, place_of_community(p, "Community 1"), within_km=20_000, lang="en")
    assert told in judged(table[table["site_id"] == row["site_id"]].to_dict("records")[0], "en").replace("\n", " ")


def test_the_source_of_the_analyses_stands_beside_the_grade_on_sheet_and_card(made_up: ModuleType) -> None:
    p: Publication = made_up.publication(60)
    site = str(p.ranking.loc[p.ranking["evidence"].eq("measured"), "site_id"].iloc[0])
    source, title = p.sources["source_id"].iloc[0], p.sources["title"].iloc[0]
    own = p.sites["site_id"].eq(site)
    sites = p.sites.assign(
        waste_sources=own.map({True: f"{source}; gone", False: None}), waste_La_ppm=31.0, waste_n=2.0
    )
    p = replace(p, sites=sites)
    [sampled] = {row[1] for row in metals(sites[own].to_dict("records")[0], "en", {source: title}) if title in row[1]}
    assert sampled.endswith(f", {title}")
    assert sampled in SheetWriter(p, [site]).page(site)
    kept = map_payload(p)["sites"]
    at = kept["columns"]["waste_sources"][kept["columns"]["id"].index(site)]
    assert kept["texts"][at] == f"{source}; gone"
    untitled = replace(p, sources=p.sources.assign(title=None))
    assert f", {source}" in SheetWriter(untitled, [site]).page(site)


def test_the_workbook_says_which_sites_are_like_no_other(made_up: ModuleType) -> None:
    p, site = odd(made_up)
    table = screen(p, place_of_community(p, "Community 1"), within_km=20_000, lang="en")
    shown = in_words(table, "en").assign(site=table["site_id"]).set_index("site")["applicability"]
    assert shown[site] == words.word("applicability_outside", "en")
    assert shown[table["evidence"].eq("measured").to_numpy()].isna().all()
    assert "applicability" not in in_words(table.assign(applicability="unknown"), "en")
