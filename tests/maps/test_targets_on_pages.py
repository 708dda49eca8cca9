"""Targets beside rare earths on map, report and sheets."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from maps import words
from maps.report.model_card import model_card
from maps.report.report import write_report
from maps.report.target_tables import target_tables
from maps.rows import worth_counts
from maps.sheets.sheet import SheetWriter
from maps.sheets.site_chemistry import waste_elements
from maps.sheets.site_targets import target_lines
from maps.site_map.target_columns import target_columns
from maps.sovereignty import without_sites
from pipeline.evidence.targets import target_table

pytestmark = pytest.mark.usefixtures("drawn_once")


@pytest.fixture(scope="module")
def made(made_up: ModuleType) -> Any:
    return made_up.with_targets(made_up.publication(60))


def unpacked(text: str) -> list[int]:
    return [int(one, 36) for one in text[1:]]


def test_the_map_holds_the_first_sites_and_the_class_of_all(made: Any) -> None:
    shown = made.ranking["site_id"]
    columns = target_columns(made, shown, len(shown))
    assert columns is not None
    assert columns["symbols"] == ["Co", "Sb"]
    cobalt = made.targets[made.targets["target"] == "Co"].set_index("site_id")
    first = [shown[row[0]] for row in columns["top"]["Co"]]
    assert first == cobalt.index[~cobalt["ranked_last"]][:100].tolist()
    assert columns["top"]["Co"][0][1:5] == [1, 1, 1, 60]
    classes = unpacked(columns["tiers"]["Co"])
    assert [classes[at] for at in range(60) if cobalt.loc[shown[at], "rank"] <= 10] == [0] * 10
    assert {classes[at] for at in range(60) if cobalt.loc[shown[at], "ranked_last"]} == {3}


def test_the_combined_view_names_every_target_counted_and_tells_what_it_leaves_out(made: Any) -> None:
    shown = made.ranking["site_id"]
    columns = target_columns(made, shown, len(shown))
    sets = [columns["worth_sets"][at] for at in unpacked(columns["worth_set"])]
    assert [len(one) for one in sets] == worth_counts(made.targets).reindex(shown).tolist()
    worth = made.targets[made.targets["worth_sampling"]]
    site = worth["site_id"].iloc[0]
    assert set(sets[shown.tolist().index(site)]) == set(worth.loc[worth["site_id"] == site, "target"])
    chance = made.diagnostics["worth_chance"]
    last = made.targets.assign(ranked_last=made.targets["site_id"] == site)
    last["worth_sampling"] &= ~last["ranked_last"]
    last.loc[last["ranked_last"], "score"] = chance
    assert target_columns(replace(made, targets=last), shown, len(shown))["worth_last_n"] == 1


def test_a_site_worth_a_sample_for_nothing_is_told_so_in_words(made: Any) -> None:
    none = replace(made, targets=made.targets.assign(worth_sampling=False))
    site = made.ranking["site_id"].iloc[0]
    assert target_lines(none, [site], "fr")[site][0] == "À échantillonner pour aucune des substances."


def test_the_combined_view_counts_targets_and_never_adds_up_values(made: Any) -> None:
    columns = target_columns(made, made.ranking["site_id"], 60)
    assert columns is not None
    counts = worth_counts(made.targets)
    by_hand = [
        sum(made.targets.loc[made.targets["site_id"] == site, "worth_sampling"]) for site in made.ranking["site_id"]
    ]
    assert unpacked(columns["worth"]) == by_hand == counts.loc[made.ranking["site_id"]].tolist()
    assert max(by_hand) == 3
    assert [3 if n == 0 else 2 if n == 1 else 1 for n in by_hand] == unpacked(columns["worth_tiers"])


def test_pages_of_one_target_say_nothing_of_others(made_up: ModuleType, tmp_path: Path) -> None:
    plain = made_up.publication(20)
    assert target_columns(plain, plain.ranking["site_id"], 20) is None
    write_report(plain, tmp_path / "report.html")
    assert "en-target_others" not in (tmp_path / "report.html").read_text()


def test_the_report_names_the_first_of_each_target_in_both_languages(made: Any, tmp_path: Path) -> None:
    write_report(made, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "antimony (Sb)" in page
    assert "antimoine (Sb)" in page
    assert "adds up no values" in page


def test_the_card_tells_what_each_kind_of_host_rests_on_and_what_was_measured_here(made: Any) -> None:
    hosts = {
        "target_hosts": [
            ["Co", "massive_sulphide", 1, "statement on Kilembe", 0],
            ["Co", "background", 10, "survey", 8],
        ],
        "hosts_taught": [[115.0, 6]],
        "hosts_published": [["carbonatite", 0, "judgement", 3500.0, 2]],
    }
    told = replace(made, diagnostics=dict(made.diagnostics) | hosts)
    lines = model_card(told).splitlines()
    assert "| cobalt | massive sulphide | 1 | statement on Kilembe | 0 |" in lines
    assert "| cobalt | common rock | 10 | survey | 8 |" in lines
    assert f"| {words.word('target_main', 'en')} | carbonatite | 0 | judgement | 2 |" in lines
    assert "| cobalt | roche commune | 10 | survey | 8 |" in lines
    assert [line for line in lines if "115 ppm" in line and line.endswith("| 6 |")]
    assert "each kind of host" not in model_card(made)


def test_where_no_site_is_worth_a_sample_the_report_says_so_and_names_the_likeliest(made: Any) -> None:
    poor = made.targets.assign(worth_sampling=made.targets["worth_sampling"] & (made.targets["target"] != "Sb"))
    tables = target_tables(replace(made, targets=poor), "en")
    assert tables is not None
    cobalt, antimony = tables["first"]
    assert "None reaches" not in cobalt[-1]
    assert antimony[-1].startswith("None reaches that chance. The likeliest is ")
    assert antimony[2] == "0"


def test_a_run_for_all_targets_says_what_cannot_be_one_and_others_do_not(made: Any) -> None:
    refused = {name: dict(why) for name, why in target_table().refused.items()}
    told = replace(made, diagnostics=dict(made.diagnostics) | {"targets_refused": refused})
    for lang in ("en", "fr"):
        tables, plain = target_tables(told, lang), target_tables(made, lang)
        assert tables is not None
        assert plain is not None
        assert all(why[lang] in tables["refused"] for why in refused.values())
        assert plain["refused"] == ""


def test_where_nothing_points_to_a_target_the_report_says_so_and_names_no_site(made: Any) -> None:
    bare = made.targets.assign(
        worth_sampling=made.targets["worth_sampling"] & (made.targets["target"] != "Sb"),
        host=made.targets["host"].where(made.targets["target"] != "Sb"),
        evidence=made.targets["evidence"].where(made.targets["target"] != "Sb", "inferred"),
    )
    tables = target_tables(replace(made, targets=bare), "en")
    assert tables is not None
    assert tables["first"][1][-1].startswith("No site here has a clue of it")


def test_a_target_that_showings_alone_name_is_not_called_without_a_clue(made: Any) -> None:
    """Seen in the order of the list: wastes and mines without one, then showings with one."""
    own = made.targets["target"] == "Sb"
    last = own & made.targets["ranked_last"].astype(bool)
    assert last.sum() > 1
    told = {
        "worth_sampling": made.targets["worth_sampling"] & ~own,
        "evidence": made.targets["evidence"].mask(own, "inferred"),
    }
    first = made.targets.index[last][:1]
    for some, n in ((made.targets.index[last], last.sum()), (first, 1)):
        named = made.targets["host"].mask(own, None).mask(made.targets.index.isin(some), "stibnite")
        tables = target_tables(replace(made, targets=made.targets.assign(**told, host=named)), "en")
        assert tables is not None
        line = tables["first"][1][-1]
        assert line.startswith("No waste and no mine here has a clue of it; ")
        assert (f"; {n} that stand last" if n > 1 else "; one that stands last") in line


def test_a_sheet_tells_for_how_many_targets_its_site_is_worth_a_sample(made: Any) -> None:
    best = made.targets[made.targets["target"] == "Co"].iloc[0]
    page = SheetWriter(made, [best["site_id"]]).page(best["site_id"])
    count = worth_counts(made.targets)[best["site_id"]]
    assert words.phrase("worth_of", "en", n=int(count)) + "." in page
    assert re.search(r"cobalt: rank 1; chance 0.\d\d of 300 ppm; assayed 20–500 ppm", page.replace("\u00a0", " "))


def test_a_site_that_is_withheld_leaves_the_targets_too(made: Any) -> None:
    gone = made.targets["site_id"].iloc[0]
    assert gone not in set(without_sites(made, [gone]).targets["site_id"])


def test_every_element_of_a_waste_stands_on_its_sheet_with_times_crust() -> None:
    site = {"waste_Co_ppm": 173.0, "waste_Ce_ppm": 63.0, "waste_Hg_ppm": 2.0, "waste_Sb_ppm": np.nan, "near_Th_z": 1.0}
    assert waste_elements(site, "en") == "Ce 63 (1.0×); Co 173 (10×); Hg 2"
    assert waste_elements({"waste_Sb_ppm": np.nan}, "en") == ""


def test_targets_are_sorted_by_rank_within_each(made: Any) -> None:
    ranks = pd.DataFrame(made.targets).groupby("target")["rank"].apply(list)
    assert all(ranks[target] == list(range(1, 61)) for target in ("REE", "Co", "Sb"))
