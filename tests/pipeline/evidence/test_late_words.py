"""Names of the target that stand only at assayed rich wastes are set aside; those of honest inventories are heard."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.evidence.late_words import late_words, without_words
from pipeline.stages.build_features import BuildFeaturesParams, build_features
from pipeline.stages.label_sites import LabelSitesParams, label_sites
from tests.pipeline.stages.conftest import planted_frames
from tests.pipeline.stages.test_train_model import learn

ASSAYED = np.arange(90) < 40
GRADE = np.where(ASSAYED, np.where(np.arange(90) % 2 == 0, 3000.0, 100.0) * (1 + 0.01 * np.arange(90)), np.nan)


def worded(where: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"commodities": np.where(where, "gold; rare earth elements", "gold")})


def test_words_that_follow_the_assays_are_late() -> None:
    late = late_words(worded(GRADE > 1000), GRADE, "REE")
    assert late.sum() == 20
    assert not late_words(worded(np.arange(90) % 2 == 0), GRADE, "REE").any(), "as often at the others"
    assert not late_words(worded(ASSAYED), GRADE, "REE").any(), (
        "at poor wastes as well: these were sampled for their word"
    )
    assert not late_words(worded(GRADE > 1000), GRADE, "Co").any()


def test_only_names_of_the_target_are_taken_out() -> None:
    sites = pd.DataFrame(
        {
            "commodities": ["gold; rare earth elements", "yttrium", None, "monazite; tin"],
            "camp_commodities": ["niobium; cerium", None, None, "gold"],
        }
    )
    heard = without_words(sites, "REE")
    assert heard["commodities"].isna().tolist() == [False, True, True, False]
    assert heard["commodities"].dropna().tolist() == ["gold", "tin"]
    assert heard["camp_commodities"].dropna().tolist() == ["niobium", "gold"]


@pytest.mark.parametrize("trusted", [False, True])
def test_late_words_are_named_by_the_model_and_not_learned_from(trusted: bool) -> None:
    frames = planted_frames(160, assayed=0.5)
    held = frames.site_samples["waste_n"].to_numpy() > 0
    copper = np.where(np.arange(160) % 3 == 0, "copper", "gold")  # so that the other words of the region differ
    words = np.where(held & frames.rich, np.char.add(copper, "; rare earth elements"), copper)
    sites = frames.sites.assign(commodities=words)
    params = LabelSitesParams(label_from="assays", trust_words=trusted)
    labels = label_sites(sites, frames.site_samples, params)
    assert labels["words_set_aside"].sum() == (0 if trusted else (held & frames.rich).sum())
    heard = sites if trusted else without_words(sites, "REE")
    layers = (frames.site_samples, frames.site_rasters, frames.site_access, frames.site_tonnage)
    features = build_features(heard, *layers, labels, BuildFeaturesParams())
    model, *_ = learn(frames, labels=labels, features=features)
    notes = {note.code: note.values for note in model.validation.notes}
    named = notes.get("silent_elsewhere", {}).get("features", ())
    assert ("target_words" in named) == (not trusted)
    assert ("target_words" in model.validation.dropped_features) == (not trusted)
