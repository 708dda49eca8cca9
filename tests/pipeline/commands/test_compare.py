"""What is said of two runs at the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pipeline.commands.compare as comparing
from maps.publication import Publication
from pipeline.commands.compare import Comparison, compare_runs, in_words, write_moves
from tests.maps.made_up import publication

SHARE = "share of such wastes thought to reach the grade, coarse:"
"""What a number is called in a run without a model."""

MANIFEST: dict[str, Any] = {
    "finished": True,
    "config": {"sources": []},
    "inputs": [],
    "fingerprints": {},
    "versions": {},
    "files": {},
}
"""Of two runs alike in all that a manifest tells."""

MODEL, TABLES = Path("by_model"), Path("by_tables")


def test_no_chance_of_a_site_that_moved_is_told_as_certain(monkeypatch: pytest.MonkeyPatch) -> None:
    one = _of_one_site(score=0.999)
    other = _of_one_site(score=0.001)
    lines = _said(monkeypatch, {Path("may"): one, Path("june"): other})
    assert "chance of the grade > 0.99 -> chance of the grade < 0.01" in lines


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (MODEL, MODEL, ("chance of the grade 0.30 -> chance of the grade 0.60",)),
        (
            TABLES,
            TABLES,
            (f"{SHARE} 0.30 -> {SHARE} 0.60",),
        ),
        (MODEL, TABLES, (f"chance of the grade 0.30 -> {SHARE} 0.60",)),
        (TABLES, MODEL, (f"{SHARE} 0.30 -> chance of the grade 0.60",)),
    ],
)
def test_a_number_is_a_chance_only_in_the_run_whose_list_a_model_orders(
    first: Path, second: Path, told: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = {Path("a"): _of_one_site(score=0.3, by=first), Path("b"): _of_one_site(score=0.6, by=second)}
    lines = _said(monkeypatch, runs)
    for words in told:
        assert words in lines
    assert lines.count("chance") == [first, second].count(MODEL)


def test_a_waste_that_was_sampled_in_one_run_has_its_grade_there(monkeypatch: pytest.MonkeyPatch) -> None:
    sampled = _of_one_site(score=0.9, treo=(1200.0, 800.0, 1900.0))
    lines = _said(monkeypatch, {Path("a"): _of_one_site(score=0.3, by=TABLES), Path("b"): sampled})
    assert f"{SHARE} 0.30 -> 1,200 ppm measured (800-1,900)" in lines


def test_what_is_the_same_in_both_runs_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = _said(monkeypatch, {Path("a"): _of_one_site(score=0.3, rank=8), Path("b"): _of_one_site(score=0.3)})
    assert "8 -> 400" in lines
    assert lines.count("chance of the grade 0.30") == 1


def test_a_table_of_moves_of_an_earlier_version_is_replaced(tmp_path: Path) -> None:
    rows = {name: ["a"] for name in comparing.COLUMNS}
    (tmp_path / "moves.csv").write_text(",".join(comparing.COLUMNS[:-3]) + "\nearlier\n")
    write_moves(Comparison((), pd.DataFrame(rows), ()), tmp_path / "moves.csv")
    assert list(pd.read_csv(tmp_path / "moves.csv").columns) == comparing.COLUMNS


def test_another_name_is_told_also_where_the_rank_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = _of_one_site(score=0.3)
    renamed = replace(
        usual, sites=usual.sites.assign(name=usual.sites["name"].where(usual.sites["site_id"] != "S00001", "B"))
    )
    former = usual.sites.set_index("site_id").loc["S00001", "name"]
    lines = _said(monkeypatch, {Path("a"): usual, Path("b"): renamed})
    assert f"  {former} -> B  (S00001)" in lines


@pytest.mark.parametrize(
    ("of_sites", "of_ranking", "told"),
    [
        (
            {},
            {"grade_rule": "hosts", "evidence": "none", "treo_inferred_ppm": 9.0},
            "rule of the grade (model -> hosts)",
        ),
        ({}, {"treo_low_ppm": 9.0, "score_low": 0.01}, "how its grade is judged (no fact of the site)"),
        ({"waste_type": "slag"}, {}, "kind of waste"),
        ({"name": "Other Pit"}, {}, "name"),
        ({"waste_area_m2": 9.0}, {}, ""),
        ({"waste_n": 77}, {"grade_rule": "assay"}, "assays of the waste, rule of the grade (model -> assay)"),
        ({}, {"order_counted": "magnet", "score": 0.9}, "what is looked for"),
        ({}, {"rank_low": 3, "payable_t": 9.0}, ""),
    ],
)
def test_what_differs_of_a_site_is_named_for_what_it_is(
    of_sites: dict[str, Any], of_ranking: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Grades and evidence that a model or the tables give are no assays, and a kind of waste is none either."""
    usual = _of_one_site(score=0.3)
    usual = replace(usual, ranking=usual.ranking.assign(grade_rule="model", order_counted="all"))
    ranking, sites = usual.ranking.copy(), usual.sites.assign(waste_area_m2=5.0)
    usual = replace(usual, sites=sites.copy())
    for table, changes in ((ranking, of_ranking), (sites, of_sites)):
        for name, value in changes.items():
            own = table[name].astype("object") if name in table else pd.Series(np.nan, table.index)
            table[name] = own.mask(table["site_id"] == "S00001", value)
    monkeypatch.setattr(comparing, "read_manifest", lambda _: MANIFEST)
    runs = {Path("a"): usual, Path("b"): replace(usual, ranking=ranking, sites=sites)}
    monkeypatch.setattr(comparing, "load_publication", lambda folder: runs[folder])
    changed = compare_runs(*runs).sites.set_index("site_id")["changed"]
    assert changed["S00001"] == told
    assert set(changed.drop("S00001")) == {""}


def test_what_orders_the_list_is_named_where_it_is_another_method(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = {Path("a"): _of_one_site(score=0.3), Path("b"): _of_one_site(score=0.3, by=TABLES)}
    monkeypatch.setattr(comparing, "read_manifest", lambda _: MANIFEST)
    monkeypatch.setattr(comparing, "load_publication", lambda folder: runs[folder])
    (cause,) = compare_runs(*runs).causes
    assert cause.startswith("what orders the list: the model '")
    assert cause.endswith(" in A, assays and tables of hosts, no model in B")
    assert compare_runs(Path("a"), Path("a")).causes == ()


def _of_one_site(
    *,
    score: float,
    by: Path = MODEL,
    treo: tuple[float, float, float] = (np.nan, np.nan, np.nan),
    rank: int | None = None,
) -> Publication:
    """Return a publication in which the first site has this score, at a rank of its own, in a list of this kind."""
    made = publication(6, unscored=0)
    ranking = pd.DataFrame(made.ranking).assign(rank=np.arange(1, 7))
    at = ranking["site_id"] == "S00001"
    names = ["score", "treo_ppm", "treo_low_ppm", "treo_high_ppm"]
    ranking.loc[at, names] = [score, *treo]
    ranking.loc[at, "rank"] = rank or 100 + round(1000 * score)
    validation = made.validation
    assert validation is not None
    used = validation.verdict.model_copy(update={"model_used": by == MODEL})
    changes: dict[str, Any] = {"ranking": ranking, "validation": validation.model_copy(update={"verdict": used})}
    return replace(made, **changes)


def _said(monkeypatch: pytest.MonkeyPatch, runs: dict[Path, Publication]) -> str:
    """Return what is said of the first site of two runs, with everything else alike."""
    monkeypatch.setattr(comparing, "read_manifest", lambda _: MANIFEST)
    monkeypatch.setattr(comparing, "load_publication", lambda folder: runs[folder])
    first, second = runs
    lines = in_words(compare_runs(first, second), first, second).splitlines()
    return "\n".join(line for line in lines if "(S00001)" in line)
