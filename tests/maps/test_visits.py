"""What a sampling plan says of itself: how many visits are worth it, why it ends, and what lies at the place of a visit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from maps.publication import Publication
from maps.report.report import write_report
from maps.site_map.payload import map_payload
from maps.visits import at_the_same_place, plan_end

pytestmark = pytest.mark.usefixtures("drawn_once")


def planned(made_up: ModuleType, **changes: Any) -> Publication:
    made: Publication = made_up.publication(40)
    facts = {"purpose": "find", "visits_asked": 20, "left_poor": 0, "left_near": 0, "one_visit_km": 0.3}
    plan = made.sampling_plan.assign(**facts | {"least_payable_t": 1.0} | changes)
    return replace(made, sampling_plan=plan)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"left_poor": 7}, "of the other 7 wastes that nobody assayed next to nothing is expected (less than 1 t"),
        ({}, "no other place is left whose waste nobody assayed"),
        ({"visits_asked": 1}, "asked for and planned"),
        ({"left_near": 3}, "Wastes within 300 m of one that is expected to hold more are no visits of their own"),
        ({"left_assayed": 2}, "Wastes within 300 m of an assayed one are no visits"),
    ],
)
def test_a_plan_says_why_it_ends_in_the_report_and_on_the_map(
    changes: dict[str, Any], told: str, made_up: ModuleType, tmp_path: Path
) -> None:
    p = planned(made_up, **changes)
    if changes.get("visits_asked") == 1:
        p = replace(p, sampling_plan=p.sampling_plan.head(1))
    write_report(p, tmp_path / "report.html")
    pages = (tmp_path / "report.html").read_text(encoding="utf-8"), map_payload(p)["words"]["en"]["list_about_plan"]
    for page in (*pages, plan_end(p, "en")):
        assert told in page.replace("\u00a0", " ")
    assert plan_end(p, "fr")
    assert plan_end(made_up.publication(40), "en") == ""  # a plan made before says nothing


def test_a_plan_says_how_many_of_its_visits_bring_most(made_up: ModuleType) -> None:
    p = planned(made_up)
    n = len(p.sampling_plan)
    assert n > 2
    gains = [100.0, 80.0, *[0.5] * (n - 2)]
    plan = p.sampling_plan.sort_values("order").assign(gain=gains)
    assert f"The first 2 are expected to bring nine tenths of what all {n} bring." in plan_end(
        replace(p, sampling_plan=plan), "en"
    )
    assert "nine tenths" not in plan_end(replace(p, sampling_plan=plan.assign(purpose="learn")), "en")


@pytest.mark.parametrize(("evidence", "told"), [("inferred", "on the same visit"), ("measured", "already assayed at")])
def test_a_visit_names_what_lies_at_its_place(evidence: str, told: str, made_up: ModuleType, tmp_path: Path) -> None:
    p = planned(made_up)
    site = p.sampling_plan["site_id"].iloc[0]
    own = p.ranking.set_index("site_id").loc[site]
    other = next(name for name in p.ranking["site_id"] if name not in set(p.sampling_plan["site_id"]))
    ranking = p.ranking.copy()
    row = ranking["site_id"] == other
    ranking.loc[row, ["latitude", "longitude"]] = own["latitude"] + 0.001, own["longitude"]
    ranking.loc[row, ["name", "evidence"]] = "Tin Bell Works", evidence
    close = replace(p, ranking=ranking)
    beside = at_the_same_place(close, "en")
    assert (
        beside[site]
        == f"{beside[site].split(' Tin')[0]} Tin Bell Works (111\u00a0m): perhaps the same waste under another name"
    )
    assert beside[site].startswith(told)
    write_report(close, tmp_path / "report.html")
    assert "Tin Bell Works (111" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert at_the_same_place(p, "en").get(site) is None
