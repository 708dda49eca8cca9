"""Ranking, reasons and plan: measured first, intervals that hold, sums that close."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit

from layers import schema
from pipeline.evidence.score_evidence import join_evidence
from pipeline.stages.build_features import BuildFeaturesParams, build_features
from pipeline.stages.explain_sites import ExplainSitesParams, explain_sites
from pipeline.stages.label_sites import LabelSitesParams, label_sites
from pipeline.stages.plan_sampling import PlanSamplingParams, plan_sampling
from pipeline.stages.rank_sites import RankSitesParams, rank_sites
from pipeline.stages.score_companion import ScoreCompanionParams, score_companion
from pipeline.stages.train_model import TrainModelParams, train_model

QUICK = TrainModelParams(candidates=("grade_ridge",), n_bags=60, n_bags_validation=10, n_permutations=0, n_folds=5)


class Chain:
    """Everything from labels to the ranking of one planted region."""

    def __init__(self, frames) -> None:
        self.frames = frames
        layers = (frames.site_samples, frames.site_rasters, frames.site_access, frames.site_tonnage)
        self.labels = label_sites(frames.sites, frames.site_samples, LabelSitesParams(label_from="auto"))
        self.features = build_features(frames.sites, *layers, self.labels, BuildFeaturesParams())
        self.companion = score_companion(
            frames.sites, frames.site_samples, frames.site_access, frames.site_tonnage, ScoreCompanionParams()
        )
        self.model = train_model(self.features, self.labels, self.companion, frames.site_tonnage, frames.sites, QUICK)
        self.ranking = self.rank()

    def rank(self, order=None):
        f = self.frames
        turn = (lambda t: t) if order is None else (lambda t: t.iloc[order].reset_index(drop=True))
        return rank_sites(
            turn(f.sites), turn(self.features), self.model, turn(self.companion), turn(self.labels), turn(f.site_samples),
            turn(f.site_tonnage), f.flags, f.site_territories, turn(f.site_access), RankSitesParams(),
        )  # fmt: skip


@pytest.fixture(scope="module")
def chain(planted) -> Chain:
    frames = planted(240, assayed=0.5, signal=1.5)
    kinds = np.where(np.arange(240) % 40 == 0, "none", frames.sites["waste_type"])
    samples = frames.site_samples.copy()
    only_thorium = np.flatnonzero(samples["waste_n"] > 0)[::4]
    columns = [
        "waste_tree_ppm",
        "waste_treo_ppm",
        "waste_treo_low_ppm",
        "waste_treo_high_ppm",
        "waste_La_ppm",
        "waste_Ce_ppm",
    ]
    samples.loc[only_thorium, columns] = np.nan
    return Chain(replace(frames, sites=frames.sites.assign(waste_type=kinds), site_samples=samples))


def test_most_planted_rich_wastes_stand_in_the_top_fifth(chain) -> None:
    ranking = chain.ranking
    rich = set(chain.frames.sites["site_id"][chain.frames.rich & (chain.frames.sites["waste_type"] != "none")])
    top = set(ranking["site_id"][: int(np.ceil(0.25 * len(ranking)))])
    assert len(rich & top) / len(rich) >= 0.85


def test_every_interval_holds_its_value(chain) -> None:
    r = chain.ranking
    assert list(r["rank"]) == list(range(1, len(r) + 1))
    for low, mid, high in (
        ("score_low", "score", "score_high"),
        ("rank_low", "rank", "rank_high"),
        ("treo_low_ppm", "treo_ppm", "treo_high_ppm"),
        ("contained_treo_low_t", "contained_treo_t", "contained_treo_high_t"),
    ):
        known = r[mid].notna()
        assert (r.loc[known, low] <= r.loc[known, mid]).all()
        assert (r.loc[known, mid] <= r.loc[known, high]).all()
    assert r["top10_chance"].sum() == pytest.approx(10, abs=0.5)


def test_ninety_percent_ranges_of_concentration_cover_the_truth(chain) -> None:
    truth = dict(zip(chain.frames.sites["site_id"], chain.frames.treo_ppm, strict=True))
    r = chain.ranking
    value = r["site_id"].map(truth)
    inside = (value >= r["treo_low_ppm"]) & (value <= r["treo_high_ppm"])
    inferred = r["treo_rule"].isin(["like_sites", "proxies"])
    assert 0.8 <= inside[inferred].mean() <= 1.0
    assert set(r["treo_rule"]) == {"assay", "proxies", "like_sites"}


def test_contained_oxide_is_tonnes_times_concentration(chain) -> None:
    first = chain.ranking.iloc[0]
    assert first["contained_treo_t"] == pytest.approx(first["treo_ppm"] * first["tonnage_t"] / 1e6)


def test_a_measured_rich_waste_is_beyond_doubt_and_a_measured_poor_one_too(chain) -> None:
    measured = chain.ranking[chain.ranking["evidence"] == "measured"]
    far_above = measured[measured["treo_ppm"] > 1500]
    far_below = measured[(measured["treo_ppm"] < 170) & (measured["ranked_last_reason"].isna())]
    assert (far_above["score"] > 0.99).all()
    assert (far_below["score"] < 0.01).all()
    assert len(far_above) > 3


def test_sites_without_waste_come_last_with_the_reason(chain) -> None:
    tail = chain.ranking.tail(6)
    assert tail["ranked_last_reason"].notna().all()
    assert chain.ranking.head(-6)["ranked_last_reason"].isna().all()
    assert (tail["score"] == 0).all()


def test_areas_are_all_listed_alphabetically_and_flags_stand_beside(chain) -> None:
    first = chain.ranking.set_index("site_id").loc["S0000"]
    assert first["territories"] == "Area A; Area B"
    assert first["flags"] == "acid"
    assert chain.ranking["reasons"].isna().all()


def test_the_ranking_does_not_depend_on_the_order_of_rows(chain) -> None:
    order = np.random.default_rng(4).permutation(len(chain.features))
    again = chain.rank(order)
    assert again.to_csv(index=False) == chain.ranking.to_csv(index=False)


def test_reasons_add_up_to_the_score(chain) -> None:
    reasons = explain_sites(chain.features, chain.model, ExplainSitesParams())
    total = reasons.groupby("site_id")["contribution"].sum()
    bags = chain.model.pipeline[-1]
    blocks = np.array([chain.model.site_blocks[one] for one in chain.features["site_id"]])
    base, _ = bags.contributions(chain.model.prepare(chain.features), bags.unseen(blocks))
    start = dict(zip(chain.features["site_id"], chain.model.intercept + chain.model.slope * base, strict=True))
    kept = chain.ranking[chain.ranking["ranked_last_reason"].isna() & chain.ranking["score"].between(1e-6, 1 - 1e-6)]
    found = kept["site_id"].map(start) + kept["site_id"].map(total)
    assert found.to_numpy() == pytest.approx(logit(kept["score"].to_numpy()), abs=1e-6)
    few = explain_sites(chain.features, chain.model, ExplainSitesParams(max_reasons=3))
    assert few.groupby("site_id")["contribution"].sum().to_numpy() == pytest.approx(total.to_numpy())
    assert set(few["position"]) <= {1, 2, 3, 4}


def test_thorium_of_the_same_waste_speaks_before_the_region(chain) -> None:
    reasons = explain_sites(chain.features, chain.model, ExplainSitesParams())
    assert "waste_proxy_ppm" in set(reasons["feature"])
    assert chain.model.validation.proxies.r2_spatial > 0.8


def test_a_measurement_outweighs_the_model_and_none_leaves_it_alone() -> None:
    joined = join_evidence(
        np.array([-3.0, -3.0, 3.0]), np.array([np.nan, 3.3, 2.0]), np.array([np.nan, 0.1, 0.1]), np.log10(500), 0.5
    )
    assert joined[0] == -3.0
    assert joined[1] > 5
    assert joined[2] < -5


@pytest.fixture(scope="module")
def unskilled(planted) -> Chain:
    """A region whose labels were shuffled between its measured sites: there is nothing to learn."""
    frames = planted(240, assayed=0.5)
    samples = frames.site_samples.copy()
    known = np.flatnonzero(samples["waste_treo_ppm"].notna())
    mixed = np.random.default_rng(5).permutation(known)
    columns = [name for name in samples.columns if name.startswith("waste_")]
    samples.loc[known, columns] = samples.loc[mixed, columns].to_numpy()
    return Chain(replace(frames, site_samples=samples))


def test_without_skill_measured_wastes_come_first_and_then_the_companion_score(unskilled) -> None:
    model, ranking = unskilled.model, unskilled.ranking
    spatial = model.validation.spatial
    assert spatial.auc_low < 0.5 < spatial.auc_high
    assert model.kind == "supervised"
    assert model.rests_on_companion
    assert model.validation.verdict.outcome == "no_skill"
    np.testing.assert_allclose(ranking["score"], ranking["companion_score"])
    first = (ranking["evidence"] == "measured") & (ranking["treo_ppm"] >= 500)
    count = int(first.sum())
    assert count > 5
    assert first[:count].all()
    assert ranking["score"][:count].is_monotonic_decreasing
    assert ranking["score"][count:].is_monotonic_decreasing
    assert (ranking["score_low"] <= ranking["score"]).all()
    assert (ranking["rank_low"] <= ranking["rank"]).all()
    assert (ranking["rank"] <= ranking["rank_high"]).all()
    assert "like_sites" not in set(ranking["treo_rule"])
    assert set(ranking["applicability"]) == {"unknown"}


def test_sites_of_the_same_score_share_the_range_of_their_ranks(unskilled) -> None:
    """Twelve sites that nothing but their ids tells apart: each may hold any of their twelve ranks."""
    f, companion = unskilled.frames, unskilled.companion.copy()
    blank = f.site_samples["waste_treo_ppm"].isna() & (f.sites["waste_type"] != "none")
    equal = np.flatnonzero(blank)[:12]
    companion.loc[equal, ["companion_score", "companion_low", "companion_high"]] = (0.9, 0.9, 0.9)
    unmeasured = unskilled.model.sites.assign(waste_log10=np.nan, waste_sd_log10=np.nan, waste_rule="none")
    ranking = rank_sites(
        f.sites, unskilled.features, replace(unskilled.model, sites=unmeasured), companion,
        unskilled.labels, f.site_samples, f.site_tonnage, f.flags,
        f.site_territories, f.site_access, RankSitesParams(),
    )  # fmt: skip
    tied = ranking[ranking["site_id"].isin(f.sites["site_id"].iloc[equal]) & (ranking["score"] == 0.9)]
    assert len(tied) == 12
    assert tied["rank"].max() - tied["rank"].min() == 11
    assert (tied["rank_low"] <= tied["rank"].min()).all()
    assert (tied["rank_high"] >= tied["rank"].max()).all()
    chance = tied["top10_chance"].to_numpy()
    assert chance.min() > 0.5
    assert chance.max() - chance.min() < 0.15  # one order for all draws would give 1 to the first ids and 0 to the last


def test_sites_without_waste_share_the_last_ranks(chain) -> None:
    last = chain.ranking[chain.ranking["ranked_last_reason"].notna()]
    assert len(last) > 1
    assert (last["rank_low"] == last["rank"].min()).all()
    assert (last["rank_high"] == len(chain.ranking)).all()


def test_reasons_are_the_parts_of_the_score_that_orders(unskilled) -> None:
    reasons = explain_sites(unskilled.features, unskilled.model, ExplainSitesParams())
    assert set(reasons["feature"]) <= {"part_metal", "part_amount", "part_access", "part_liability"}


def test_the_plan_samples_the_unmeasured_spread_out_and_says_whom_to_ask(chain) -> None:
    frames = chain.frames
    plan = plan_sampling(
        chain.ranking, frames.sites, frames.site_access, frames.site_territories, PlanSamplingParams(n_sites=15)
    )
    assert list(plan["order"]) == list(range(1, 16))
    evidence = chain.ranking.set_index("site_id")["evidence"]
    assert (evidence[plan["site_id"]] != "measured").all()
    assert plan["block"].value_counts().max() <= 4
    assert plan["reason"].str.startswith("not assayed; rank ").all()
    everything = plan_sampling(
        chain.ranking, frames.sites, frames.site_access, frames.site_territories, PlanSamplingParams(n_sites=999)
    ).set_index("site_id")
    if "S0000" in everything.index:
        assert everything.loc["S0000", "speak_first_with"] == "Area A; Area B (Office B)"
    outside = everything.drop(index=["S0000"], errors="ignore")
    assert outside["speak_first_with"].isna().all()
    near = replace(frames, site_access=frames.site_access.assign(road_km=0.0)).site_access
    assert len(plan_sampling(chain.ranking, frames.sites, near, frames.site_territories, PlanSamplingParams())) == 20


def test_nothing_left_to_sample_gives_an_empty_plan(chain) -> None:
    ranking = chain.ranking.assign(evidence="measured")
    frames = chain.frames
    plan = plan_sampling(ranking, frames.sites, frames.site_access, frames.site_territories, PlanSamplingParams())
    assert len(plan) == 0
    assert list(plan.columns) == list(schema.SamplingPlan.to_schema().columns)
