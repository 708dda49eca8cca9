"""Where assays of the region moved a kind of host, its reasons say what was measured, and point where the chance does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr

from maps.reasons import phrase_reason
from pipeline.stages.explain_sites import ExplainSitesParams, explain_sites
from tests.pipeline.stages.test_place_alone import PLACE, bare
from tests.pipeline.stages.test_train_model import learn


@pytest.fixture(scope="module")
def told(planted):
    """Return the reasons of a region where gold mines were found rich and ores of niobium poor, against what tables say."""
    frames = planted(80, assayed=0.22)
    gold = np.arange(80) % 2 == 0
    commodities = np.where(gold, "gold", "niobium; rare earth elements")
    frames = replace(frames, sites=frames.sites.assign(commodities=commodities))
    frames = bare(frames, np.where(gold, 3000.0, 40.0))
    model, features, *_ = learn(frames, PLACE, label_from="assays")
    assert model.rests_on_companion
    assayed = frames.site_samples["waste_n"].to_numpy() > 0
    return model, explain_sites(features, model, ExplainSitesParams()), gold, assayed


def test_what_was_measured_stands_in_place_of_what_tables_say_of_such_ores(told) -> None:
    model, reasons, gold, assayed = told
    grades = model.grades(model.sites["site_id"])
    chance = ndtr((grades["grade_log10"] - np.log10(model.threshold_ppm)) / grades["grade_sd"]).to_numpy()
    ids = model.sites["site_id"].to_numpy()
    for of_kind, rich in ((gold, True), (~gold, False)):
        n = int((assayed & of_kind).sum())
        assert n >= 4
        own = reasons[reasons["site_id"].isin(ids[of_kind & ~assayed])]
        assert not own["feature"].str.startswith("part_metal").any()
        by_kind = own[own["feature"] == f"kind_assays_{n}"]
        assert len(by_kind) == (of_kind & ~assayed).sum()
        assert (by_kind["value"] == (n if rich else 0)).all()
        assert ((by_kind["contribution"] > 0) == rich).all()
        assert ((chance[of_kind & ~assayed] > chance.mean()) == rich).all()


def test_an_assay_just_below_the_grade_did_not_reach_it(planted) -> None:
    """The mean of a waste of which one sample holds 450 ppm is expected above 500; what was measured did not reach 500."""
    frames = planted(80, assayed=0.22)
    frames = bare(frames, np.where(np.arange(80) % 2 == 0, 450.0, 510.0))
    model, features, *_ = learn(frames, PLACE, label_from="assays")
    assert model.rests_on_companion
    reasons = explain_sites(features, model, ExplainSitesParams())
    counts = reasons.loc[reasons["feature"].str.startswith("kind_assays"), "value"]
    assert len(counts)
    at_least = (frames.site_samples["waste_treo_ppm"] >= model.threshold_ppm).sum()
    assert model.threshold_ppm == 500
    assert (counts == at_least).all()


def test_few_assays_of_a_kind_leave_the_tables_their_say(planted) -> None:
    frames = bare(planted(80, assayed=0.03))
    model, features, *_ = learn(frames, PLACE, label_from="auto")
    reasons = explain_sites(features, model, ExplainSitesParams())
    assert not reasons["feature"].str.startswith("kind_assays").any()


@pytest.mark.parametrize(
    ("move", "lang", "sentence"),
    [
        (
            1.0,
            "en",
            "of 10 assayed wastes of its kind of host here, 8 reached the grade looked for, which counts for it more",
        ),
        (
            -1.0,
            "fr",
            "sur 10 résidus analysés ici d'un type de gîte semblable, 8 à la teneur recherchée ou au-dessus, ce qui",
        ),
    ],
)
def test_the_sentence_counts(move: float, lang: str, sentence: str) -> None:
    assert phrase_reason("kind_assays_10", move, 8.0, lang).startswith(sentence)
