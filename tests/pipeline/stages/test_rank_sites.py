"""Ranking, reasons and plan: one belief, intervals that hold, sums that close."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from scipy.special import logit, ndtr

from layers import schema
from layers.site_layers import SiteLayers
from pipeline.evidence.ree_shares import counted_share
from pipeline.kernels.greedy_visits import learn_greedily
from pipeline.stages.build_features import BuildFeaturesParams, build_features
from pipeline.stages.explain_sites import ExplainSitesParams, explain_sites
from pipeline.stages.label_sites import LabelSitesParams, label_sites
from pipeline.stages.plan_sampling import PlanSamplingParams, plan_sampling
from pipeline.stages.rank_sites import RankSitesParams, rank_sites
from pipeline.stages.score_companion import ScoreCompanionParams, score_companion
from pipeline.stages.train_model import TrainModelParams, train_model

QUICK = TrainModelParams(candidates=("grade_field",), n_bags=60, n_bags_validation=10, n_permutations=0, n_folds=5)


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

    def rank(self, order=None, **changes):
        f = self.frames
        turn = (lambda t: t) if order is None else (lambda t: t.iloc[order].reset_index(drop=True))
        known = SiteLayers(
            turn(f.sites), turn(f.site_samples), turn(f.site_rasters), f.site_territories, turn(f.site_access),
            turn(f.site_tonnage), f.flags, turn(self.labels),
        )  # fmt: skip
        return rank_sites(known, turn(self.features), turn(self.companion), self.model, RankSitesParams(**changes))

    def plan(self, ranking=None, site_access=None, **changes):
        f = self.frames
        return plan_sampling(
            self.ranking if ranking is None else ranking, f.sites, self.features, self.model,
            f.site_access if site_access is None else site_access, f.site_territories, PlanSamplingParams(**changes),
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
    ranking = chain.rank(order_by="grade")
    rich = set(chain.frames.sites["site_id"][chain.frames.rich & (chain.frames.sites["waste_type"] != "none")])
    top = set(ranking["site_id"][: int(np.ceil(0.25 * len(ranking)))])
    assert len(rich & top) / len(rich) >= 0.85


def test_a_list_by_grade_gives_the_grade_it_goes_by(chain) -> None:
    ranking = chain.rank(order_by="grade")
    waste = ranking["ranked_last_reason"].ne("no_waste_expected")
    grade = ranking.loc[waste, "expected_grade_ppm"]
    assert grade.notna().all()
    assert grade.is_monotonic_decreasing
    assert ranking.loc[~waste, "expected_grade_ppm"].isna().all()
    assert chain.ranking["expected_grade_ppm"].isna().all()


def test_visits_asked_for_stand_beside_the_amount_that_follows_from_them(chain) -> None:
    assert set(chain.rank(visits=900)["order_visits"]) == {900.0}
    assert chain.rank(contained_t=5.0)["order_visits"].isna().all()


def test_every_interval_holds_its_value(chain) -> None:
    r = chain.ranking
    assert list(r["rank"]) == list(range(1, len(r) + 1))
    for low, mid, high in (
        ("score_low", "score", "score_high"),
        ("rank_low", "rank", "rank_high"),
        ("treo_low_ppm", "treo_ppm", "treo_high_ppm"),
        ("treo_inferred_low_ppm", "treo_inferred_ppm", "treo_inferred_high_ppm"),
        ("contained_treo_low_t", "contained_treo_t", "contained_treo_high_t"),
    ):
        known = r[mid].notna()
        assert (r.loc[known, low] <= r.loc[known, mid]).all()
        assert (r.loc[known, mid] <= r.loc[known, high]).all()
    assert r["top10_chance"].sum() == pytest.approx(10, abs=0.5)


def test_ends_of_payable_tonnes_are_those_of_the_draws(chain) -> None:
    """A waste that pays with a chance under one in twenty has no payable tonnes at its 95 % end, though it has an expectation."""
    r = chain.ranking
    assert (r["payable_low_t"] <= r["payable_high_t"]).all()
    unlikely = r[(r["score"] < 0.04) & (r["payable_t"] > 0)]
    assert len(unlikely) > 10
    assert (unlikely["payable_high_t"] == 0).all()


def test_ninety_percent_ranges_of_concentration_cover_the_truth(chain) -> None:
    truth = dict(zip(chain.frames.sites["site_id"], chain.frames.treo_ppm, strict=True))
    r = chain.ranking
    value = r["site_id"].map(truth)
    inside = (value >= r["treo_inferred_low_ppm"]) & (value <= r["treo_inferred_high_ppm"])
    inferred = r["treo_inferred_ppm"].notna()
    assert 0.8 <= inside[inferred].mean() <= 1.0
    assert set(r["grade_rule"]) == {"assay", "proxies", "model"}


def test_what_was_assayed_and_what_was_inferred_never_share_a_column(chain) -> None:
    r = chain.ranking
    assert (r["treo_ppm"].notna() == (r["grade_rule"] == "assay")).all()
    assert (r["treo_inferred_ppm"].notna() == (r["grade_rule"] != "assay")).all()
    assert (r["evidence"].eq("measured") == r["treo_ppm"].notna()).all()


def test_contained_oxide_is_tonnes_times_concentration(chain) -> None:
    assayed = chain.ranking[chain.ranking["treo_ppm"].notna()].iloc[0]
    assert assayed["contained_treo_t"] == pytest.approx(assayed["treo_ppm"] * assayed["tonnage_t"] / 1e6)
    other = chain.ranking[chain.ranking["treo_inferred_ppm"].notna()].iloc[0]
    assert other["contained_treo_t"] == pytest.approx(other["treo_inferred_ppm"] * other["tonnage_t"] / 1e6)


def test_the_default_order_is_that_of_the_payable_tonnes_and_the_others_are_what_they_say(chain) -> None:
    kept = chain.ranking[chain.ranking["ranked_last_reason"].isna()]
    assert kept["payable_t"].is_monotonic_decreasing
    by_chance = chain.rank(order_by="chance")
    assert by_chance[by_chance["ranked_last_reason"].isna()]["score"].round(9).is_monotonic_decreasing
    same = ["score", "payable_t", "chance_payable", "treo_ppm"]
    again = by_chance.set_index("site_id").loc[chain.ranking["site_id"], same].reset_index(drop=True)
    assert again.equals(chain.ranking[same].reset_index(drop=True))  # the order is a choice, the belief is not
    stricter = chain.rank(grade_ppm=2000.0)
    scores = stricter.set_index("site_id")["score"].loc[chain.ranking["site_id"]].to_numpy()
    assert (scores <= chain.ranking["score"].to_numpy()).all()


def test_one_grab_sample_well_above_the_threshold_is_rich_though_not_beyond_doubt(chain) -> None:
    measured = chain.ranking[chain.ranking["evidence"] == "measured"]
    far_above = measured[measured["treo_ppm"] > 2500]
    far_below = measured[(measured["treo_ppm"] < 100) & (measured["ranked_last_reason"].isna())]
    assert len(far_above) > 3
    assert (far_above["score"] > 0.95).all()
    assert (far_below["score"] < 0.05).all()
    assert (measured["treo_high_ppm"] / measured["treo_low_ppm"]).min() > 1.3


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
    """What remains is the log-odds of a waste of the mean of the sampled sites, held as surely as this one."""
    reasons = explain_sites(chain.features, chain.model, ExplainSitesParams())
    total = reasons.groupby("site_id")["contribution"].sum()
    field, grades = chain.model.grade_field, chain.model.grades(chain.ranking["site_id"])
    middle = field.design.mean(axis=0) @ field.coef - np.log10(chain.model.threshold_ppm)
    base = logit(ndtr(middle / grades["grade_sd"].to_numpy()))
    r = chain.ranking
    kept = (r["ranked_last_reason"].isna() & r["score"].between(1e-6, 1 - 1e-6)).to_numpy()
    found = base + r["site_id"].map(total).to_numpy()
    assert found[kept] == pytest.approx(logit(r["score"].to_numpy()[kept]), abs=1e-6)
    few = explain_sites(chain.features, chain.model, ExplainSitesParams(max_reasons=3))
    assert few.groupby("site_id")["contribution"].sum().to_numpy() == pytest.approx(total.to_numpy())
    assert set(few["position"]) <= {1, 2, 3, 4}


def test_thorium_of_the_same_waste_speaks_before_the_region(chain) -> None:
    reasons = explain_sites(chain.features, chain.model, ExplainSitesParams())
    assert "waste_proxy_ppm" in set(reasons["feature"])
    assert chain.model.validation.proxies.r2_spatial > 0.8


@pytest.fixture(scope="module")
def sampled(planted) -> tuple[Chain, np.ndarray]:
    """A region of which every waste was sampled once: what a sample is off by, its thorium shares with its rare earths."""
    frames, rng = planted(160, seed=4, assayed=1.0), np.random.default_rng(4)
    true = frames.treo_ppm * 10 ** rng.normal(0, 0.35, 160)
    samples, sampled_share = frames.site_samples.copy(), true * 10 ** rng.normal(0, 0.25, 160) / frames.treo_ppm
    columns = [name for name in samples if name.startswith("waste_") and name.endswith("_ppm")]
    samples[columns] = samples[columns].mul(sampled_share, axis=0)
    samples["waste_Th_ppm"] = samples["waste_treo_ppm"] ** 0.7 * 10 ** rng.normal(0, 0.2, 160)
    return Chain(replace(frames, site_samples=samples, treo_ppm=true)), true


def test_other_elements_of_the_same_sample_make_no_measured_grade_surer(sampled) -> None:
    chain, true = sampled
    assert not chain.model.rests_on_companion
    assert chain.model.sampled_field is not None
    r = chain.ranking.set_index("site_id").loc[chain.frames.sites["site_id"]]
    held = (true >= r["treo_low_ppm"]) & (true <= r["treo_high_ppm"])
    assert held.mean() > 0.85  # 0.68 where thorium of the same sample counts as a second witness


def test_reasons_of_sampled_wastes_add_up_without_the_other_elements_of_their_samples(sampled) -> None:
    chain, _ = sampled
    reasons = explain_sites(chain.features, chain.model, ExplainSitesParams())
    assert "waste_Th_ppm" not in set(reasons["feature"])
    total = reasons.groupby("site_id")["contribution"].sum()
    field, grades = chain.model.sampled_field, chain.model.grades(chain.ranking["site_id"])
    middle = field.design.mean(axis=0) @ field.coef - np.log10(chain.model.threshold_ppm)
    found = logit(ndtr(middle / grades["grade_sd"].to_numpy())) + chain.ranking["site_id"].map(total).to_numpy()
    kept = chain.ranking["score"].between(1e-6, 1 - 1e-6).to_numpy()
    assert found[kept] == pytest.approx(logit(chain.ranking["score"].to_numpy()[kept]), abs=1e-6)


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


def test_without_skill_hosts_assays_and_amounts_make_the_order(unskilled) -> None:
    model, ranking = unskilled.model, unskilled.ranking
    spatial = model.validation.spatial
    assert spatial.auc_low < 0.5 < spatial.auc_high
    assert model.kind == "supervised"
    assert model.rests_on_companion
    assert model.validation.verdict.outcome == "no_skill"
    assert model.grade_field is None
    assert set(ranking["grade_rule"]) == {"assay", "hosts"}
    assert ranking["treo_inferred_ppm"].isna().all()  # what a kind of deposit lets expect is no grade
    assayed = ranking[ranking["grade_rule"] == "assay"]
    by_hosts = ranking[(ranking["grade_rule"] == "hosts") & ranking["score"].between(0.01, 0.99)]
    assert len(by_hosts) > 50
    assert (by_hosts["score_low"] < by_hosts["score"]).all()  # tables of hosts are known least of all
    assert (by_hosts["score_high"] > by_hosts["score"]).all()
    rich, poor = assayed[assayed["treo_ppm"] >= 1500], assayed[assayed["treo_ppm"] < 150]
    assert rich["score"].min() > 0.75 > 0.25 > poor["score"].max()
    assert ranking["payable_t"].is_monotonic_decreasing
    assert (ranking["score_low"] <= ranking["score"]).all()
    assert (ranking["rank_low"] <= ranking["rank"]).all()
    assert (ranking["rank"] <= ranking["rank_high"]).all()
    assert set(ranking["applicability"]) == {"unknown"}


def test_sites_that_nothing_tells_apart_share_the_range_of_their_ranks(unskilled) -> None:
    """Twelve sites of one belief: each may hold any of their twelve ranks, and says with how many it is tied."""
    f = unskilled.frames
    blank = f.site_samples["waste_treo_ppm"].isna() & (f.sites["waste_type"] != "none")
    equal = np.flatnonzero(blank)[:12]
    ids = f.sites["site_id"].iloc[equal]
    sites = unskilled.model.sites.copy()
    rows = sites["site_id"].isin(ids)
    sites.loc[rows, ["grade_log10", "grade_sd", "grade_shared_sd"]] = (3.6, 0.2, 0.0)
    sites.loc[~rows, ["grade_log10", "grade_sd", "grade_shared_sd"]] = (1.5, 0.2, 0.0)
    tonnage = f.site_tonnage.copy()
    tonnage.loc[equal, ["tonnage_t", "tonnage_low_t", "tonnage_high_t"]] = (1e6, 5e5, 2e6)
    known = SiteLayers(
        f.sites, f.site_samples, f.site_rasters, f.site_territories, f.site_access, tonnage, f.flags, unskilled.labels
    )
    model = replace(unskilled.model, sites=sites)
    ranking = rank_sites(known, unskilled.features, unskilled.companion, model, RankSitesParams())
    tied = ranking[ranking["site_id"].isin(ids)]
    assert (tied["tied_with"] == 11).all()
    assert set(tied["rank"]) == set(range(1, 13))
    assert (tied["rank_low"] == 1).all()
    assert (tied["rank_high"] >= 12).all()
    chance = tied["top10_chance"].to_numpy()
    assert chance.min() > 0.7
    assert chance.max() - chance.min() < 0.15  # one order for all draws would give 1 to the first ids and 0 to the last


def test_sites_without_waste_share_the_last_ranks(chain) -> None:
    last = chain.ranking[chain.ranking["ranked_last_reason"].notna()]
    assert len(last) > 1
    assert (last["rank_low"] == last["rank"].min()).all()
    assert (last["rank_high"] == len(chain.ranking)).all()


def test_reasons_are_the_parts_of_the_score_that_orders(unskilled) -> None:
    reasons = explain_sites(unskilled.features, unskilled.model, ExplainSitesParams())
    assayed = unskilled.ranking.loc[unskilled.ranking["evidence"] == "measured"].set_index("site_id")
    by_assay = reasons["site_id"].isin(assayed.index)
    of_kind = set(reasons.loc[reasons["feature"].str.startswith("kind_assays_"), "feature"])
    parts = {"part_metal", "part_metal_camp", "part_amount", "part_amount_known", *of_kind}
    of_proxies = reasons["site_id"].isin(unskilled.ranking.loc[unskilled.ranking["grade_rule"] == "proxies", "site_id"])
    assert set(reasons.loc[~by_assay & ~of_proxies, "feature"]) <= parts
    by_other_elements = reasons[of_proxies].groupby("site_id")["feature"].agg(set)
    assert all("waste_proxy_ppm" in told and not told & {"part_metal", "part_metal_camp"} for told in by_other_elements)
    assert set(reasons.loc[by_assay, "feature"]) <= {"waste_measured_ppm", "part_amount", "part_amount_known"}
    known_t = set(unskilled.ranking.loc[unskilled.ranking["tonnage_t"].notna(), "site_id"])
    amounts = reasons[reasons["feature"].str.startswith("part_amount")]
    assert known_t
    assert ((amounts["feature"] == "part_amount_known") == amounts["site_id"].isin(known_t)).all()
    found = reasons[reasons["feature"] == "waste_measured_ppm"].set_index("site_id")
    assert set(found.index) == set(assayed.index)
    usual = unskilled.ranking["score"].mean()
    assert ((found["contribution"] > 0) == (assayed["score"].reindex(found.index) > usual)).all()


def test_a_plan_to_find_ends_where_the_other_wastes_hold_next_to_nothing(chain) -> None:
    open_rows = (chain.ranking["evidence"] != "measured") & chain.ranking["ranked_last_reason"].isna()
    order = np.argsort(-chain.ranking["payable_t"].to_numpy())
    at = [row for row in order if open_rows.iloc[row]]
    ranking = chain.ranking.copy()
    ranking.loc[ranking.index[at[7:]], "payable_t"] = 0.4
    plan = chain.plan(ranking, n_sites=20, one_visit_km=0.0)
    assert set(plan["site_id"]) == set(ranking["site_id"].iloc[at[:7]])
    assert (plan["visits_asked"] == 20).all()
    assert (plan["left_poor"] == len(at) - 7).all()
    assert len(chain.plan(ranking, n_sites=20, one_visit_km=0.0, least_payable_t=0.0)) == 20
    assert len(chain.plan(ranking, n_sites=20, purpose="learn", one_visit_km=0.0)) == 20
    ranking["payable_t"] = 0.4
    assert chain.plan(ranking).empty


def test_wastes_at_one_place_are_one_visit(chain) -> None:
    """Every second waste stands some metres from the one before it, under another id."""
    sites = chain.frames.sites.copy()
    moved = sites.geometry.to_numpy().copy()
    moved[1::2] = [shapely.affinity.translate(shape, 40.0, 30.0) for shape in moved[0::2]]
    sites = sites.set_geometry(moved, crs=sites.crs)
    twin = dict(zip(sites["site_id"], np.arange(len(sites)) // 2, strict=True))
    doubled = copy(chain)
    doubled.frames = replace(chain.frames, sites=sites)
    known = chain.ranking["evidence"] == "measured"
    sampled = set(chain.ranking.loc[known, "site_id"].map(twin))
    for purpose in ("find", "learn"):
        plan = doubled.plan(n_sites=999, purpose=purpose, least_payable_t=0.0)
        assert plan["site_id"].map(twin).is_unique
        whole = doubled.plan(n_sites=999, purpose=purpose, least_payable_t=0.0, one_visit_km=0.0)
        assert not whole["site_id"].map(twin).is_unique
        assert (plan["left_near"] + plan["left_assayed"] == len(whole) - len(plan)).all()
        apart = whole.assign(twin=whole["site_id"].map(twin))
        beside = apart[apart["twin"].isin(sampled)].merge(chain.ranking[["site_id", "tonnage_t"]], on="site_id")
        more = beside["tonnage_t"] > 2.0 * beside["twin"].map(
            chain.ranking[known].assign(twin=chain.ranking["site_id"].map(twin)).groupby("twin")["tonnage_t"].max()
        )
        assert 0 < more.sum() < len(beside)
        assert (plan["left_assayed"] == len(beside) - more.sum()).all()
        assert set(plan["site_id"]) & set(beside["site_id"]) == set(beside["site_id"][more])
        most = (
            apart[~apart["site_id"].isin(beside["site_id"][~more])]
            .merge(chain.ranking[["site_id", "payable_t"]], on="site_id")
            .groupby("twin")["payable_t"]
            .max()
        )
        held = chain.ranking.set_index("site_id")["payable_t"][plan["site_id"]]
        assert sorted(held) == pytest.approx(sorted(most))
    doubled.frames = replace(chain.frames, sites=sites.set_geometry([moved[0]] * len(sites), crs=sites.crs))
    assert doubled.plan().empty  # all at the place of wastes that were assayed, and none surely another one
    unknown = doubled.plan(chain.ranking.assign(evidence="none"))
    (only,) = unknown["site_id"]
    waste = chain.ranking[chain.ranking["ranked_last_reason"].isna()].set_index("site_id")["payable_t"]
    assert waste[only] == waste.max()


def test_the_plan_to_find_goes_by_payable_tonnes_per_cost_and_says_whom_to_ask(chain) -> None:
    plan = chain.plan(n_sites=15)
    assert list(plan["order"]) == list(range(1, 16))
    by_id = chain.ranking.set_index("site_id")
    assert (by_id["evidence"][plan["site_id"]] != "measured").all()
    assert (plan["gain"] / plan["cost"]).is_monotonic_decreasing
    assert plan["gain"].to_numpy() == pytest.approx(by_id["payable_t"][plan["site_id"]].to_numpy())
    everything = chain.plan(n_sites=999).set_index("site_id")
    if "S0000" in everything.index:
        assert everything.loc["S0000", "speak_first_with"] == "Area A; Area B (Office B)"
    outside = everything.drop(index=["S0000"], errors="ignore")
    assert outside["speak_first_with"].isna().all()
    at_roads = chain.frames.site_access.assign(road_km=0.0)
    free = chain.plan(site_access=at_roads)
    open_sites = by_id[(by_id["evidence"] != "measured") & by_id["ranked_last_reason"].isna()]
    assert list(free["site_id"]) == list(open_sites.index[:20])  # nothing to pay: the order of the list


def test_the_plan_to_find_saves_cost_without_giving_up_more_than_it_may(chain) -> None:
    """A share kept of 1 is the greatest amount; the less is kept, the more is brought per cost, down to the most there is."""
    plans = {share: chain.plan(n_sites=12, keep_share=share) for share in (1.0, 0.97, 0.9, 0.0)}
    amount = {share: plan["gain"].sum() for share, plan in plans.items()}
    per_cost = [plan["gain"].sum() / plan["cost"].sum() for plan in plans.values()]
    for share in plans:
        assert len(plans[share]) == 12
        assert amount[share] >= share * amount[1.0] * (1 - 1e-9)
    assert per_cost == sorted(per_cost)
    assert per_cost[1] > per_cost[0]
    open_sites = chain.ranking[chain.ranking["evidence"].ne("measured") & chain.ranking["ranked_last_reason"].isna()]
    assert amount[1.0] == pytest.approx(open_sites["payable_t"].nlargest(12).sum())


def test_the_plan_to_learn_says_what_it_foretells(chain) -> None:
    plan = chain.plan(purpose="learn", n_sites=10)
    assert (plan["purpose"] == "learn").all()
    assert plan["foretold_fall"].is_monotonic_increasing
    assert 0.0 <= plan["foretold_fall"].iloc[-1] < 1.0
    assert set(plan["site_id"]) != set(chain.plan(n_sites=10)["site_id"])


def test_learning_takes_most_from_what_hangs_together() -> None:
    """Two of variance 1 and covariance 0.8, a visit of error variance 0.25: the other falls by 0.512; a third shares nothing."""
    covariance = np.array([[1.0, 0.8, 0.0], [0.8, 1.0, 0.0], [0.0, 0.0, 5.0]])
    chosen, gains, fall = learn_greedily(covariance, np.ones(3), 0.25, 1)
    assert chosen[0] in (0, 1)
    assert gains[0] == pytest.approx(0.512)
    other = 1.0 - 0.512
    assert fall[0] == pytest.approx(1.0 - np.sqrt((other + 5.0) / 6.0))
    dear = learn_greedily(covariance, np.array([1.0, 3.0, 1.0]), 0.25, 1)[0]
    assert list(dear) == [0]


def test_nothing_left_to_sample_gives_an_empty_plan(chain) -> None:
    plan = chain.plan(ranking=chain.ranking.assign(evidence="measured"))
    assert len(plan) == 0
    assert list(plan.columns) == list(schema.SamplingPlan.to_schema().columns)


def test_wastes_that_can_hold_nothing_of_a_grade_are_tied_and_not_parted_by_vanishing_chances(chain: Chain) -> None:
    hopeless = chain.rank(grade_ppm=900_000.0)
    assert hopeless["score"].nunique() > 20
    assert (hopeless["payable_t"] == 0).all()
    ranked = hopeless[hopeless["ranked_last_reason"].isna()]
    assert (ranked["tied_with"] == len(ranked) - 1).all()


def test_counting_the_rare_earths_of_magnets_or_the_heavy_ones_counts_a_share_of_all() -> None:
    """Of crust: Pr, Nd, Tb and Dy are 38.7 of 168.4 ppm; a waste of 0.4 counts 0.4, one of LREE/HREE 1 counts a half."""
    table = pd.DataFrame({"waste_magnet_share": [0.4, np.nan], "waste_lree_hree": [1.0, np.nan]})
    assert counted_share(table, "all").tolist() == [1.0, 1.0]
    assert counted_share(table, "magnet").tolist() == pytest.approx([0.4, 0.2298], abs=0.002)
    assert counted_share(table, "heavy")[0] == 0.5
    assert counted_share(table[[]], "magnet").tolist() == pytest.approx([0.2298] * 2, abs=0.002)


def test_what_is_counted_moves_payable_tonnes_and_not_what_is_contained(chain: Chain) -> None:
    known = chain.ranking.dropna(subset="contained_treo_t")
    magnets = chain.rank(counted="magnet").set_index("site_id").loc[known["site_id"]]
    assert np.all(magnets["payable_t"].to_numpy() <= known["payable_t"].to_numpy())
    assert magnets["payable_t"].sum() < 0.5 * known["payable_t"].sum()
    assert magnets["contained_treo_t"].to_numpy() == pytest.approx(known["contained_treo_t"].to_numpy())


def test_a_waste_in_which_nothing_was_detected_starts_at_nothing(planted) -> None:
    frames = planted(120, assayed=0.5, signal=1.5)
    samples = frames.site_samples.copy()
    undetected = np.flatnonzero(samples["waste_treo_ppm"].notna())[:3]
    samples["waste_treo_open_dex"] = np.where(samples["waste_treo_ppm"].notna(), 0.0, np.nan)
    samples.loc[undetected, "waste_treo_open_dex"] = 2.0
    samples.loc[undetected, "waste_treo_low_ppm"] = 0.0
    samples.loc[undetected, "waste_treo_high_ppm"] = 200.0
    censored = Chain(replace(frames, site_samples=samples))
    ranking = censored.ranking.set_index("site_id")
    none = ranking.reindex(samples["site_id"].iloc[undetected])
    assert (none["contained_treo_low_t"] == 0).all()  # as the grades it follows from
    assert none["treo_ppm"].nunique() == len(undetected)  # one limit, but no one value: all else tells them apart
    assert (none["treo_ppm"] < 230.0).all()
    assert (none["treo_ppm"] < none["treo_high_ppm"]).all()
    reasons = explain_sites(censored.features, censored.model, ExplainSitesParams()).query("site_id in @none.index")
    assert "waste_measured_ppm" not in set(reasons["feature"])
    assert reasons.loc[reasons["feature"] == "waste_undetected_ppm", "value"].to_numpy() == pytest.approx(200.0)
    low = ranking["treo_low_ppm"].reindex(samples["site_id"]).to_numpy()
    assert (low[undetected] == 0).all()
    assert (np.delete(low, undetected)[np.isfinite(np.delete(low, undetected))] > 0).all()


@pytest.mark.parametrize("region", ["chain", "unskilled"])
def test_a_waste_that_was_taken_away_stands_last_and_is_hardly_expected(region: str, request) -> None:
    chain = copy(request.getfixturevalue(region))
    before = chain.ranking.set_index("site_id")
    gone = [*before.index[:2], *before.index[(before["evidence"] != "measured").to_numpy()][:2]]
    kinds = chain.frames.site_tonnage["site_kind"].mask(chain.frames.site_tonnage["site_id"].isin(gone), "gone")
    chain.frames = replace(chain.frames, site_tonnage=chain.frames.site_tonnage.assign(site_kind=kinds))
    ranking = chain.rank().set_index("site_id")
    assert set(ranking.index[ranking["ranked_last_reason"] == "gone"]) == set(gone)
    assert ranking.loc[gone, "rank"].min() > ranking.loc[ranking["ranked_last_reason"].isna(), "rank"].max()
    assert (ranking.loc[gone, "payable_low_t"] == 0).all()
    assert (ranking.loc[gone, "payable_t"] < 0.08 * before.loc[gone, "payable_t"]).all()
    assert (ranking.loc[gone, "chance_payable"] <= 0.05).all()
    assert not set(chain.plan(ranking.reset_index())["site_id"]) & set(gone)
    assert chain.rank(kinds=("waste", "gone"))["ranked_last_reason"].ne("gone").all()
