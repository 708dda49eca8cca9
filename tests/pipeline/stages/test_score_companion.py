"""The companion score: known sums, open bands, and the mines it must tell apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from layers import schema
from pipeline.stages.score_companion import ScoreCompanionParams, score_companion


def table_of(planted, commodities, deposits, **samples):
    frames = planted(60)
    n = len(commodities)
    sites = frames.sites.iloc[:n].assign(commodities=commodities, deposit_type=deposits)
    sites = sites.assign(status=pd.NA, waste_type="unknown", mass_t=np.nan, milled_t=np.nan, area_m2=np.nan)
    sites["status"] = sites["status"].astype("object")
    chemistry = frames.site_samples.iloc[:n].drop(columns=["near_Th_z", "near_La_z", "near_Cu_z", "near_Zn_z"])
    chemistry[["waste_treo_ppm", "waste_treo_low_ppm", "waste_treo_high_ppm"]] = np.nan
    chemistry = chemistry.assign(waste_n=0).assign(**samples)
    access = frames.site_access.iloc[:n].assign(road_km=np.nan, rail_km=np.nan, power_km=np.nan)
    tonnage = frames.site_tonnage.iloc[:n].assign(tonnage_t=np.nan, tonnage_low_t=np.nan, tonnage_high_t=np.nan)
    return schema.conform(sites, schema.Sites), chemistry, access, tonnage


def test_uranium_thorium_and_phosphate_stand_above_massive_sulphide(planted) -> None:
    commodities = ["uranium; thorium; rare earth elements; yttrium", "uranium; thorium; yttrium",
                   "phosphate; rare earth elements", "copper; zinc", "limestone", pd.NA]  # fmt: skip
    deposits = ["quartz-pebble conglomerate", pd.NA, "carbonatite", "volcanogenic massive sulphide", pd.NA, pd.NA]
    scores = score_companion(*table_of(planted, commodities, deposits), ScoreCompanionParams())
    assert set(scores["companion_rank"][:3]) == {1, 2, 3}
    assert scores["part_metal"].iloc[3] == pytest.approx(0.05)
    assert scores["companion_score"].iloc[3] < scores["companion_score"].iloc[5]


def test_missing_parts_open_the_band_and_are_never_zero(planted) -> None:
    scores = score_companion(*table_of(planted, ["thorium; gold", pd.NA], [pd.NA, pd.NA]), ScoreCompanionParams())
    first = scores.iloc[0]
    assert np.isnan(first["part_amount"])
    assert first["companion_score"] == pytest.approx(0.55 * 0.8 + 0.2 * 0.3 + 0.15 * 0.5 + 0.1 * 0.5)
    assert first["companion_low"] == pytest.approx(0.55 * 0.5 + 0.1 * 0.5)
    assert first["companion_high"] == pytest.approx(0.55 * 1.0 + 0.2 + 0.15 + 0.1 * 0.5)
    unknown = scores.iloc[1]
    assert unknown["companion_high"] - unknown["companion_low"] == pytest.approx(0.9)


def test_a_measured_concentration_replaces_the_type_but_not_in_the_blind_score(planted) -> None:
    measured = {f"waste_treo{end}_ppm": [10_000.0, np.nan] for end in ("", "_low", "_high")}
    scores = score_companion(*table_of(planted, ["gold", "gold"], [pd.NA] * 2, **measured), ScoreCompanionParams())
    assert scores["part_metal"].tolist() == pytest.approx([1.0, 0.05])
    assert scores["companion_blind_score"].iloc[0] == pytest.approx(scores["companion_blind_score"].iloc[1])


def test_weights_are_laid_open_and_normalised(planted) -> None:
    params = ScoreCompanionParams(weight_metal=2, weight_amount=0, weight_access=0, weight_liability=0)
    scores = score_companion(*table_of(planted, ["thorium; gold"], [pd.NA]), params)
    assert scores["companion_score"].iloc[0] == pytest.approx(0.8)
    with pytest.raises(ValidationError, match="at least one weight"):
        ScoreCompanionParams(weight_metal=0, weight_amount=0, weight_access=0, weight_liability=0)


def test_ties_are_broken_by_site_id(planted) -> None:
    scores = score_companion(*table_of(planted, ["gold"] * 4, [pd.NA] * 4), ScoreCompanionParams())
    assert scores["companion_rank"].tolist() == [1, 2, 3, 4]


def test_a_worked_mine_precedes_an_unclear_place_and_that_a_prospect(planted) -> None:
    sites, chemistry, access, tonnage = table_of(planted, ["thorium; gold"] * 6, [pd.NA] * 6)
    sites = sites.assign(
        status=["prospect", "abandoned", "past_producer", "showing", pd.NA, pd.NA],
        milled_t=[np.nan] * 3 + [5000.0] + [np.nan] * 2,
        hazard_class=pd.NA,
        name=["Mill Creek", "Place B", "Place C", "Place D", "Old Mill", "Place F"],
    )
    scores = score_companion(schema.conform(sites, schema.Sites), chemistry, access, tonnage, ScoreCompanionParams())
    assert scores["amount_rule"].tolist() == ["prospect", "unclear", "worked", "worked", "worked", "unclear"]
    assert scores["part_amount"].tolist() == pytest.approx([0.1, np.nan, 0.5, 0.5, 0.5, np.nan], nan_ok=True)
    assert scores["companion_rank"].tolist() == [6, 4, 1, 2, 3, 5]
    assert scores["companion_high"].iloc[0] < scores["companion_high"].iloc[1] == scores["companion_high"].iloc[2]


def test_a_known_tonnage_outweighs_any_status(planted) -> None:
    sites, chemistry, access, tonnage = table_of(planted, ["thorium"] * 2, [pd.NA] * 2)
    sites = sites.assign(status=["prospect", "past_producer"])
    tonnage = tonnage.assign(tonnage_t=1e6, tonnage_low_t=1e6, tonnage_high_t=1e6)
    scores = score_companion(schema.conform(sites, schema.Sites), chemistry, access, tonnage, ScoreCompanionParams())
    assert scores["amount_rule"].tolist() == ["tonnage", "tonnage"]
    assert scores["part_amount"].tolist() == pytest.approx([0.5, 0.5])
