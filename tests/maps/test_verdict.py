"""Which words a test of the model gets: too few to tell is not told from chance, and a surface is of a model of its own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from layers.findings import Finding
from layers.validation import Null, SurfaceTest, Validation
from maps.report.report import write_report
from maps.report.validation_notes import validation_notes
from maps.verdict import plain_verdict, rests_on_companion, verdict
from pipeline.learning.skill import decide

pytestmark = pytest.mark.usefixtures("drawn_once")

NO_INTERVAL = {"auc": 0.93, "auc_low": None, "auc_high": None}
HOLDS_CHANCE = {"auc": 0.66, "auc_low": 0.44, "auc_high": 0.86}


def judged(made: Any, ends: dict[str, float | None], null: Null) -> Validation:
    found: Validation = made.validation.model_copy(update={"spatial": made.validation.spatial.model_copy(update=ends)})
    found = found.model_copy(update={"null": null})
    told = decide("validated", found.spatial, null, found.baselines, (), "assay")
    return found.model_copy(update={"verdict": told})


@pytest.mark.parametrize(
    ("ends", "p_value", "outcome"),
    [
        (NO_INTERVAL, 0.01, "too_few"),
        (NO_INTERVAL, 0.07, "too_few"),
        (NO_INTERVAL | {"auc": None}, None, "too_few"),
        (HOLDS_CHANCE | {"auc_low": 0.6}, None, "too_few"),
        (HOLDS_CHANCE, 0.15, "no_skill"),
        (HOLDS_CHANCE | {"auc_low": 0.6}, 0.15, "no_skill"),
    ],
)
def test_too_few_to_tell_is_not_called_tested_and_no_better_than_chance(
    ends: dict[str, float | None], p_value: float | None, outcome: str, made_up: ModuleType
) -> None:
    found = judged(made_up.publication(5), ends, Null(auc=0.5, p_value=p_value, n=99))
    assert found.verdict.outcome == outcome
    assert rests_on_companion(found)
    few = {"en": ("Too few to tell", "Too few known sites"), "fr": ("Trop peu de sites", "Trop peu de sites connus")}
    none = {"en": ("No skill shown", "not shown to do better"), "fr": ("Aucune capacité", "pas montré meilleur")}
    for lang in ("en", "fr"):
        said = verdict(found, lang), plain_verdict(found, lang)
        for expert, plain, holds in ((*few[lang], outcome == "too_few"), (*none[lang], outcome == "no_skill")):
            assert (expert in said[0], plain in said[1]) == (holds, holds)


@pytest.mark.parametrize(("assayed", "nothing_left"), [(60, True), (59, False)])
def test_where_every_waste_was_assayed_nothing_is_left_to_predict(
    assayed: int, nothing_left: bool, made_up: ModuleType
) -> None:
    made = judged(made_up.publication(5), NO_INTERVAL, Null(auc=0.5, p_value=0.07, n=99))
    made = made.model_copy(update={"n_sites": 60, "n_assayed": assayed})
    headline = {"en": ("Nothing is left to predict: the waste of each of the 60 sites", "nothing is left to predict"),
                "fr": ("Il ne reste rien à prédire", "il ne reste rien à prédire")}  # fmt: skip
    for lang, (expert, plain) in headline.items():
        assert verdict(made, lang).startswith(expert) is nothing_left
        assert (plain in plain_verdict(made, lang)) is nothing_left
    assert ("Too few known sites" in plain_verdict(made, "en")) is not nothing_left
    used = made.model_copy(update={"verdict": made.verdict.model_copy(update={"model_used": True})})
    assert "left to predict" not in plain_verdict(used, "en")


def with_surface(made: Any, null: Null, **changes: Any) -> Any:
    found = judged(made, {"auc_low": 0.6, "auc_high": 0.9}, null)
    tested = SurfaceTest(**({"auc": 0.9, "published": True, "features": ("raster_thorium",)} | changes))
    return replace(made, validation=found.model_copy(update={"surface": tested}))


def test_a_surface_beside_a_list_that_no_model_orders_is_told_to_be_of_another_model(
    made_up: ModuleType, tmp_path: Path
) -> None:
    ordered = with_surface(made_up.publication(5), Null(auc=0.5, p_value=0.01, n=99))
    other = with_surface(made_up.publication(5), Null(auc=0.5, p_value=0.4, n=99))
    for p, unused in ((ordered, False), (other, True)):
        assert rests_on_companion(p.validation) == unused
        for lang, words in (("en", "no order rests on this one"), ("fr", "aucun ordre ne repose")):
            assert (words in " ".join(validation_notes(p, lang))) == unused
        grid = tmp_path / "surface.tif"
        grid.touch()
        write_report(replace(p, surface=grid), tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert ("no order here rests on it" in page) == unused


def test_a_surface_of_a_grid_under_alarm_is_told_with_the_alarm(made_up: ModuleType) -> None:
    p = with_surface(made_up.publication(5), Null(auc=0.5, p_value=0.01, n=99))
    alarm = Finding(code="column_tells_label", values={"feature": "raster_thorium", "auc": 1.0})
    alarmed = p.validation.model_copy(update={"alarms": (alarm,)})
    told = " ".join(validation_notes(replace(p, validation=alarmed), "en"))
    assert "a grid of which there is an alarm" in told
    assert "it may state the label" in told
    other = alarm.model_copy(update={"values": {"feature": "near_Th_z", "auc": 1.0}})
    untouched = p.validation.model_copy(update={"alarms": (other,)})
    assert "grid of which" not in " ".join(validation_notes(replace(p, validation=untouched), "en"))


@pytest.mark.parametrize(
    ("code", "words"), [("no_interval", "too few for an interval"), ("interval_holds_chance", "not told from chance")]
)
def test_a_surface_that_is_not_published_says_whether_it_was_tested(code: str, words: str, made_up: ModuleType) -> None:
    changes = {"published": False, "reasons": (Finding(code=code),)}
    p = with_surface(made_up.publication(5), Null(auc=0.5, p_value=0.01, n=99), **changes)
    assert words in " ".join(validation_notes(p, "en"))
