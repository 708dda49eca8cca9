"""What `minewaste explain` says of a site, and of a name it does not know."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from layers.errors import StageError
from maps import words
from maps.sheets.sheet import sources_by_licence
from pipeline.commands import explain

NOWHERE = Path("run")


def explained(made: Any, site: str, lang: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(explain, "load_publication", lambda _: made)
    return explain.explain_site(NOWHERE, site, lang)


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("Tin Bell", ["Tin Bell Mine", "OLD TIN BELL"]),
        ("bell tin", ["Tin Bell Mine", "OLD TIN BELL"]),
        ("TIN BELL mine", ["Tin Bell Mine"]),
        ("Lead Bell", []),
    ],
)
def test_a_name_offers_the_sites_that_bear_it_with_their_ids_best_ranked_first(
    made_up: Any, asked: str, offered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_up.publication(20)
    names = [f"Pit {row}" for row in range(len(made.ranking))]
    names[3], names[11] = "Tin Bell Mine", "OLD TIN BELL"
    made = replace(made, ranking=made.ranking.assign(name=names))
    with pytest.raises(StageError) as refused:
        explained(made, asked, "en", monkeypatch)
    ids = dict(zip(names, made.ranking["site_id"], strict=True))
    expected = ", ".join(f"{name} ({ids[name]})" for name in offered)
    assert (f"best ranked first: {expected}." in str(refused.value)) is bool(offered)


def test_numbers_follow_the_language_and_no_heading_stands_alone(made_up: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_up.publication(12)
    site = made.ranking["site_id"].iloc[0]
    made = replace(made, site_territories=made.site_territories.iloc[:0], flags=made.flags.iloc[:0])
    english, french = (explained(made, site, lang, monkeypatch) for lang in words.LANGUAGES)
    reasons = made.reasons[made.reasons["site_id"] == site]["contribution"]
    largest = reasons.loc[reasons.abs().idxmax()]
    assert f"  {largest:+.2f}  " in english
    assert f"  {largest:+.2f}  ".replace(".", ",") in french
    for text, lang in ((english, "en"), (french, "fr")):
        lines = text.split("\n")
        under = lines[lines.index(words.word("explain_areas", lang)) + 1]
        assert words.word("areas_none", lang) in under
        alone = [line for line, after in itertools.pairwise(lines) if line.endswith(":") and not after.strip()]
        assert alone == []


def test_licences_in_plain_words_are_translated_and_equal_titles_told_once(made_up: Any) -> None:
    made = made_up.publication(12)
    given = {"title": ["Lakes", "Lakes", "Areas"], "licence": ["public domain", "public domain", "by permission"]}
    sources = made.sources.iloc[[0, 0, 0]].reset_index(drop=True).assign(**given, date=None)
    made = replace(made, sources=sources.assign(source_id=["a", "b", "c"]))
    assert sources_by_licence(made, "en") == "public domain: Lakes; by permission: Areas"
    assert sources_by_licence(made, "fr") == "domaine public\u00a0: Lakes\u202f; avec permission\u00a0: Areas"
    assert words.licence("CC-BY-4.0", "fr") == "CC-BY-4.0"


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize(("samples", "notice"), [(3, "notice_not_resource_sampled"), (0, "notice_not_resource")])
def test_the_notice_speaks_of_sampling_as_the_site_was_sampled(
    made_up: Any, lang: str, samples: int, notice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_up.publication(12)
    made = replace(made, sites=made.sites.assign(waste_n=samples))
    text = explained(made, made.ranking["site_id"].iloc[0], lang, monkeypatch)
    both = {words.word(key, lang) for key in ("notice_not_resource_sampled", "notice_not_resource")}
    assert words.word(notice, lang) in text
    assert sum(one in text for one in both) == 1


@pytest.mark.parametrize(("fraction", "told"), [(0.0, "sampled"), (0.6, "from the few of them analysed")])
def test_a_grade_read_from_a_few_elements_is_called_so_as_on_the_sheet(
    made_up: Any, fraction: float, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = made_up.publication(12)
    site = made.ranking.loc[made.ranking["treo_ppm"].notna(), "site_id"].iloc[0]
    made = replace(made, sites=made.sites.assign(waste_estimated_fraction=fraction))
    assert f"Rare-earth oxides, {told}" in explained(made, site, "en", monkeypatch)
