"""A place is called what it is: showings are no wastes, tied ranks are those of the run, amounts that are supposed say so."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.schema import SITE_KINDS
from maps import words
from maps.reasons import phrase_reason
from maps.report.report import write_report
from maps.rows import rank_labels, shared_ranks, tied_ranks, with_shared_ranks
from maps.screening.brief import Brief
from maps.screening.page import write_screening
from maps.screening.screening import place_of_community, screen
from maps.sheets.sheet import SheetWriter
from maps.site_map.payload import map_payload
from pipeline.commands.explain import _amount

pytestmark = pytest.mark.usefixtures("drawn_once")

LATER = tuple(range(2, 9))
"""Rows of the sites that nothing tells apart."""


@pytest.fixture(scope="module")
def mixed(made_up: ModuleType) -> Any:
    """Return a publication with every kind of site, of which none was sampled, and with seven sites tied."""
    made = made_up.with_targets(made_up.publication(40))
    kinds = np.array(SITE_KINDS)[np.arange(len(made.sites)) % len(SITE_KINDS)]
    ranking = made.ranking.assign(
        site_kind=kinds[: len(made.ranking)], evidence="inferred", grade_rule="hosts", tonnage_t=np.nan,
        order_grade_ppm=1000.0, treo_ppm=np.nan, payable_t=3.0,
        contained_treo_t=np.nan, contained_treo_low_t=np.nan, contained_treo_high_t=np.nan,
    )  # fmt: skip
    ranking.loc[list(LATER), ["payable_t", "score", "tied_with"]] = [7.0, 0.5, 6]
    sites = made.sites.assign(site_kind=kinds, waste_n=0, waste_type="unknown", disposal="unknown")
    return replace(made, ranking=ranking, sites=sites)


def sheet_of(made: Any, kind: str, lang: str) -> str:
    """Return the text of one language of the sheet of the first site of a kind."""
    site = made.ranking.loc[made.ranking["site_kind"] == kind, "site_id"].iloc[0]
    page = SheetWriter(made, [site], lang).page(site)
    parts = page.split(f'<div class="{lang}" lang="{lang}">')
    return " ".join(parts[1:])


@pytest.mark.parametrize(
    ("lang", "barred"),
    [
        ("en", ("this waste", "Payable", "Contained", "Commodities mined",
                "amount of waste", "Kind of waste", "composite of 30")),
        ("fr", ("ces résidus", "titrant au moins", "contenus (TREO)", "Substances exploitées", "quantité de résidus")),
    ],
)  # fmt: skip
def test_nothing_is_told_of_the_waste_of_a_showing(mixed: Any, lang: str, barred: tuple[str, ...]) -> None:
    showing = sheet_of(mixed, "showing", lang).split('<div class="notice">')[0]
    said = words.word("not_sampled_showing", lang)
    assert (words.unbroken(said) if lang == "fr" else said) in showing
    for text in barred:
        assert text not in showing, text
    assert words.phrase("payable", "en", grade=1000) in sheet_of(mixed, "worked", "en")


def test_a_sheet_says_of_what_kind_its_site_is_and_that_an_amount_is_supposed(mixed: Any) -> None:
    for kind in SITE_KINDS:
        assert words.not_sampled(kind, "en") in sheet_of(mixed, kind, "en")
    worked = sheet_of(mixed, "worked", "en")
    assert "if the site holds what such sites usually do" in worked
    known = mixed.ranking.assign(tonnage_t=1000.0, tonnage_low_t=10.0, tonnage_high_t=9000.0)
    assert "usually do" not in sheet_of(replace(mixed, ranking=known), "worked", "en")


def test_reasons_tell_no_amount_where_nothing_was_dug() -> None:
    for feature, value in (("part_amount", 0.1), ("tonnage_log10", np.nan)):
        assert "waste" not in phrase_reason(feature, -0.3, value, "en", kind="showing")
        assert "waste" in phrase_reason(feature, -0.3, value, "en")


def test_lists_call_sites_sites_and_count_their_kinds(mixed: Any, tmp_path: Path) -> None:
    keys = (
        "list_about_inferred",
        "list_about_inferred_companion",
        "list_about_measured",
        "brief_rank_only",
        "report_best_note",
    )
    said = " ".join(words.word(key, lang) for lang in words.LANGUAGES for key in keys)
    for barred in ("all wastes", "these wastes", "dépôts", "tous les résidus"):
        assert barred not in said
    place = place_of_community(mixed, "Community 1")
    table = screen(mixed, place, within_km=2000)
    counts = words.count_kinds(table["site_kind"])
    assert sum(counts.values()) == len(table)
    assert counts.pop("quarry") == 0  # a kind of the pages, for worked places that are flagged so
    assert min(counts.values()) > 0
    summary = " ".join(Brief(mixed, place, table, 2000).summary("en"))
    for kind, n in counts.items():
        assert words.phrase(f"tally_{kind}", "en", n=n) in summary
    write_screening(mixed, place, table, tmp_path, within_km=2000, lang="en")
    rows = list(csv.DictReader((tmp_path / "sites.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert {row["What is there"] for row in rows} == {words.word(f"kind_{kind}", "en") for kind in SITE_KINDS}
    assert {
        row["Chance of enough for a visit (0-1)"] for row in rows if row["What is there"].startswith("showing")
    } == {""}


def test_a_part_of_a_list_tells_the_ties_of_the_whole(mixed: Any) -> None:
    tied = mixed.ranking["site_id"].iloc[list(LATER)]
    assert set(tied_ranks(mixed.ranking)) == set(tied)
    part = with_shared_ranks(mixed.ranking)[mixed.ranking["site_id"].isin([tied.iloc[0], tied.iloc[4]])]
    assert shared_ranks(part).to_numpy().tolist() == [[3, 9], [3, 9]]
    assert rank_labels(part).tolist() == ["3–9", "3–9"]
    payload = map_payload(replace(mixed, ranking=part.reset_index(drop=True)), ranked=len(mixed.ranking))
    assert payload["sites"]["ties"] == [[3, 9]]


def test_the_report_tells_ties_as_ties_and_supposed_amounts_as_such(mixed: Any, tmp_path: Path) -> None:
    write_report(mixed, tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    plan = report.split('id="en-report_sampling"')[1].split('id="en-report_best"')[0]
    assert plan.count("tied for ranks 3–9") == len(LATER)
    assert not [rank for rank in range(3, 10) if f"rank {rank} could" in plan]
    assert plan.count("if it holds what such sites usually do") == 10
    assert "oxides in waste whose grade reaches 1,000 ppm" in plan


def test_no_french_word_of_stocks_names_payable_oxides() -> None:
    said = [both["fr"] for both in words.all_words()["words"].values()]
    assert not [text for text in said if "exploitables" in text]


def test_explaining_a_showing_tells_no_amount(mixed: Any) -> None:
    said = {kind: _amount(mixed.ranking[mixed.ranking["site_kind"] == kind].iloc[0], "en") for kind in SITE_KINDS}
    assert said["showing"] == words.word("not_sampled_showing", "en")
    assert said["worked"] == "Amount of waste: not known"


def test_sites_are_told_as_tied_where_the_file_counts_them_so_though_vanishing_chances_differ() -> None:
    ranking = pd.DataFrame(
        {"site_id": list("abcde"), "rank": [1, 2, 3, 4, 5], "payable_t": [9.0, 0.0, 0.0, 0.0, 0.0],
         "score": [0.9, 3e-7, 2e-7, 1e-9, 1e-9], "tied_with": [0, 1, 1, 1, 1]}
    )  # fmt: skip
    assert rank_labels(ranking).tolist() == ["1", "2–3", "2–3", "4–5", "4–5"]
    assert tied_ranks(ranking) == {"b": (2, 3), "c": (2, 3), "d": (4, 5), "e": (4, 5)}
