"""Where no column is left, neighbours' assays alone are learned from, tested, and used only where the test bears it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layers.site_layers import SiteLayers
from maps import verdict
from maps.report import methods
from pipeline.learning.trained_model import held_out_table
from pipeline.learning.validation import area_under_curve
from pipeline.stages.explain_sites import ExplainSitesParams, explain_sites
from pipeline.stages.rank_sites import RankSitesParams, rank_sites
from pipeline.stages.train_model import TrainModelParams
from tests.pipeline.stages.test_train_model import learn

PLACE = TrainModelParams(n_permutations=99)


def bare(frames, treo_ppm=None):
    """Return the region with assays of wastes and nothing else: camps of one commodity without chemistry or rasters."""
    samples = frames.site_samples
    none = [name for name in samples if name.startswith(("near_", "waste_La", "waste_Ce", "waste_Th"))]
    samples = samples.drop(columns=none).assign(near_n=0)
    if treo_ppm is not None:
        held = samples["waste_n"].to_numpy() > 0
        ends = {"": 1.0, "_low": 0.95, "_high": 1.05}
        samples = samples.assign(
            **{f"waste_treo{end}_ppm": np.where(held, treo_ppm * by, np.nan) for end, by in ends.items()}
        )
    return replace(
        frames,
        site_samples=samples,
        site_rasters=frames.site_rasters[["site_id"]],
        site_access=frames.site_access.assign(structure_km=np.nan),
    )


def test_neighbours_alone_order_the_wastes_near_them(planted) -> None:
    frames = bare(planted(140, assayed=0.5))
    model, features, labels, companion = learn(frames, PLACE)
    verdict_found = model.validation.verdict
    assert verdict_found.model_used
    assert verdict_found.question == "near_assays"
    assert model.validation.model == "grade_field"
    assert model.feature_names == ()
    known = SiteLayers(
        sites=frames.sites, samples=frames.site_samples, rasters=frames.site_rasters, tonnage=frames.site_tonnage,
        access=frames.site_access, flags=frames.flags, territories=frames.site_territories, labels=labels,
    )  # fmt: skip
    ranking = rank_sites(known, features, companion, model, RankSitesParams())
    ranking = ranking.set_index("site_id").reindex(frames.sites["site_id"])
    unassayed = frames.site_samples["waste_n"].to_numpy() == 0
    assert area_under_curve(frames.rich[unassayed], ranking["score"].to_numpy(float)[unassayed]) > 0.8
    reasons = explain_sites(features, model, ExplainSitesParams())
    assert set(reasons["feature"]) == {"neighbour_assays_ppm", "waste_measured_ppm"}
    assert set(ranking["applicability"]) == {"unknown"}
    assert set(held_out_table(model)["question"]) == {"new_camp", "near_assays"}
    assert "near to assays" in verdict.verdict(model.validation, "en")


def with_idle_rasters(frames):
    """Return the region with six smooth rasters that know nothing of its wastes: plane waves of 60 km and more."""
    rng = np.random.default_rng(8)
    places = np.column_stack([frames.sites.geometry.x, frames.sites.geometry.y]) / 60e3
    waves = {f"raster_idle_{at}": np.cos(places @ rng.normal(size=2) + rng.uniform(0, 6)) for at in range(6)}
    return replace(frames, site_rasters=frames.site_rasters.assign(**waves))


def test_layers_that_tell_nothing_do_not_hide_what_the_place_tells(planted) -> None:
    model, features, *_ = learn(with_idle_rasters(bare(planted(140, assayed=0.5))), PLACE)
    found = model.validation
    assert found.verdict.model_used
    assert model.feature_names == ()
    assert found.null.statistic == "place"
    assert found.null.p_value <= 0.01
    assert {f"raster_idle_{at}" for at in range(6)} <= set(features.columns)
    assert {model.dropped_features[f"raster_idle_{at}"] for at in range(6)} == {"untold"}
    assert found.notes[0].code == "features_untold"
    assert "assays of neighbours alone" in methods.warnings(found, "en")[0]
    assert "seules analyses des voisins" in methods.warnings(found, "fr")[0]


def test_where_neither_layers_nor_the_place_tell_anything_both_are_said_to_have_been_tried(planted) -> None:
    frames = planted(140, assayed=0.5)
    frames = with_idle_rasters(bare(frames, np.random.default_rng(5).permutation(frames.treo_ppm)))
    model, *_ = learn(frames, PLACE)
    assert model.validation.verdict.outcome == "no_skill"
    assert model.rests_on_companion
    assert model.validation.notes[0].code == "place_tried_too"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_where_the_place_tells_nothing_it_is_said_to_have_been_tried(lang: str, planted) -> None:
    frames = planted(140, assayed=0.5)
    frames = bare(frames, np.random.default_rng(5).permutation(frames.treo_ppm))
    model, *_ = learn(frames, PLACE)
    assert model.rests_on_companion
    assert model.kind == "companion_only"
    (reason,) = model.validation.verdict.reasons
    assert reason.code == "place_alone"
    assert reason.values["low"] < 0.6
    sentence = verdict.verdict(model.validation, lang)
    assert ("place alone was tried" if lang == "en" else "le lieu seul a été essayé") in sentence


def test_too_few_assays_leave_the_place_untried(planted) -> None:
    model, *_ = learn(bare(planted(80, assayed=0.2)), PLACE)
    (reason,) = model.validation.verdict.reasons
    assert reason.code == "no_features"
