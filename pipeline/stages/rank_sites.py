"""Put the sites in order, with an interval on everything."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import ndtr

from layers.schema import Companion, Features, Ranking, conform
from layers.site_layers import SiteLayers
from pipeline.evidence.assay_spread import MOST_OPEN_DEX
from pipeline.evidence.ree_shares import Counted, counted_share
from pipeline.evidence.site_amounts import site_amounts
from pipeline.evidence.size_clues import size_clues
from pipeline.evidence.target_evidence import measured_values
from pipeline.kernels.ordering import places
from pipeline.kernels.rank_draws import Z90, OrderBy, WasteBelief, amounts, choose_aim, draw_ranks, with_share
from pipeline.learning.trained_model import TrainedModel, dissimilarity

SiteKind = Literal["waste", "worked", "unclear", "gone", "showing"]

LEAST_OWN_SD = 0.1
"""Of what no further sample of a waste takes away, log10 of ppm."""

CHANCE_DIGITS = 9
"""Of a chance that tells two sites apart: one in ten billions is not more than one in a trillion."""


class RankSitesParams(BaseModel):
    """What the order answers, and how intervals are drawn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_by: OrderBy = Field(
        default="payable",
        description="payable: expected contained tonnes where the grade pays; chance: chance that the grade pays; grade: the "
        "expected grade",
    )
    counted: Counted = Field(
        default="all",
        description="which rare earths the payable tonnes count: all, magnet (Nd, Pr, Dy, Tb) or heavy; of wastes without a "
        "complete suite the share of average crust",
    )
    grade_ppm: float | None = Field(
        default=None, gt=0, lt=1_000_000, description="least grade that pays, ppm; null: label_sites.threshold_ppm"
    )
    visits: int = Field(
        default=20,
        ge=1,
        description="sites that can be visited; sets the amount worth a visit, for which no more count than are "
        "expected to reach the grade",
    )
    contained_t: float | None = Field(
        default=None,
        gt=0,
        description="contained tonnes worth a visit; null: what the site at half of the visits holds, from the draws",
    )
    kinds: tuple[SiteKind, ...] = Field(
        default=("waste", "worked", "unclear"),
        min_length=1,
        description="kinds of site that are put in order; the others stand behind: waste (recorded or sampled), worked (a mine "
        "or mill ran), unclear (nobody says whether anything was dug), gone (a record says that the waste was taken away), "
        "showing (nothing was dug as far as is known)",
    )
    rich_share_unassayed: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="share of the wastes not assayed that reach the grade, where an audit of random ones or a publication tells "
        "it: their chances are moved to it; null: what was assayed is taken to follow what the model sees",
    )
    n_draws: int = Field(default=500, ge=50, le=60_000, description="joint draws of existence, grade and tonnage")
    infer_concentration: bool = Field(
        default=True, description="give unassayed sites the range of their grade, where enough was measured to learn it"
    )
    random_state: int = Field(default=7, ge=0, description="seed")


def rank_sites(
    known: SiteLayers,
    features: DataFrame[Features],
    companion: DataFrame[Companion],
    model: TrainedModel,
    params: RankSitesParams,
) -> DataFrame[Ranking]:
    r"""Rank all sites by the metal that could pay, from one joint belief about every waste.

    The belief has three parts: whether there is a waste (the inventory's words), its grade (`with_grades`: assays with the spread
    of samples within a waste, other elements of the waste, the model with the scatter of wastes about it and what neighbours'
    assays tell, or the host tables) and its tonnage (the range of its rule). Score, amounts, order and intervals all follow from
    it.

    Ordering by the expectation :math:`E[\min(C, cap) 1(G \ge g)]` of payable tonnes finds the most of them among the first *k*
    for every *k*, for expectations add. The cap, a plausible largest amount of the region, keeps a wide range of tonnes from
    standing for metal. Intervals are 5 and 95 % quantiles; those of the rank come from draws of the whole region, equal wastes in
    random order in each. Flags, areas and access stand beside the order and never enter it. Sites known to hold no waste come
    last, before them those of other ``kinds``: showings, where nothing was dug, and wastes that were taken away.

    Parameters
    ----------
    known : SiteLayers
        What is known of the sites.
    features, companion
        Layers of the same sites.
    model : TrainedModel
        Trained on these features.
    params : RankSitesParams
        What is looked for, draws and seed.

    Returns
    -------
    DataFrame[Ranking]
        Best first, ties in the order of ``site_id`` and counted in ``tied_with``; ``reasons`` is missing. ``score`` is the chance
        that the grade of the waste is at least ``order_grade_ppm``, its interval what a better model or more samples could still
        make of it. ``treo_ppm`` and its range are given where the waste was assayed, ``treo_inferred_ppm`` and its range where
        the grade was learned without an assay of this waste. ``payable_t`` is the expected payable tonnes, which may lie above
        the 95 % end ``payable_high_t`` where they rest on a small chance of much; ``chance_payable`` the chance to hold
        ``order_contained_t`` at that grade, all of the rare earths that are ``counted``. Extra columns:
        ``top10_chance`` (0-1), ``dissimilarity``, ``companion_low``, ``companion_high``, ``label_rule``, ``ranked_last_reason``,
        ``expected_grade_ppm`` (what the list goes by where ``order_by`` is ``grade``; missing elsewhere),
        and, the same in every row, ``order_by``, ``order_counted`` (of which rare earths the payable tonnes are),
        ``order_grade_ppm``, ``tested_grade_ppm`` (of the labels that the model was judged by), ``order_contained_t``,
        ``order_cap_t``, ``order_visits`` (asked for; missing where ``contained_t`` was given) and ``order_rich_share`` (missing
        where none was given).
    """
    table = _beside(known.sites, features, companion, known.labels, known.samples, known.tonnage, known.access)
    waste = model.waste_evidence(table["site_id"])
    grades = model.grades(table["site_id"])
    no_waste = (table["waste_type"] == "none").to_numpy()
    last = no_waste | ~table["site_kind"].isin(params.kinds).to_numpy()
    belief = WasteBelief(
        grade_log10=grades["grade_log10"].to_numpy(float),
        grade_sd=grades["grade_sd"].to_numpy(float),
        **site_amounts(table),
    )
    grade_log10 = float(np.log10(params.grade_ppm or model.threshold_ppm))
    if params.rich_share_unassayed is not None:
        unassayed = grades["grade_rule"].ne("assay").to_numpy() & ~no_waste
        belief = with_share(belief, unassayed, grade_log10, params.rich_share_unassayed)
        grades = grades.assign(grade_log10=belief.grade_log10)
    counted = replace(belief, tonnage_log10=belief.tonnage_log10 + np.log10(counted_share(table, params.counted)))
    aim = choose_aim(counted, grade_log10, params.visits, params.contained_t, params.random_state)
    _add_scores(table, belief, grades, grade_log10, no_waste)
    drawn_amounts, contained = amounts(counted, aim), amounts(belief, aim)
    for name in ("payable_t", "payable_low_t", "payable_high_t", "chance_payable"):
        table[name] = drawn_amounts[name]
    order_by = {
        "payable": drawn_amounts["payable_t"],
        "chance": np.round(table["score"].to_numpy(float), CHANCE_DIGITS),
        "grade": belief.grade_log10,
    }
    _add_ranks(table, [order_by[key] for key in (params.order_by, "payable", "chance")], no_waste, last)
    drawn = draw_ranks(counted, aim, params.order_by, last, params.n_draws, 10, params.random_state)
    table["rank_low"] = np.minimum(drawn.low, table["rank"] - table["tied_before"])
    table["rank_high"] = np.maximum(drawn.high, table["rank"] + table["tied_with"] - table["tied_before"])
    table["top10_chance"] = drawn.top
    _add_grades(table, model, grades, params)
    _add_contained(table, contained)
    _add_applicability(table, model)
    table["evidence"] = _evidence(table, waste)
    table["flags"] = _joined(table, known.flags, "flag")
    held = known.territories[known.territories["relation"].isin(["inside", "overlaps"])]
    table["territories"] = _joined(table, held, "territory")
    table["reasons"] = pd.Series(pd.NA, index=table.index, dtype="object")
    table["ranked_last_reason"] = (
        pd.Series(pd.NA, index=table.index, dtype="object")
        .mask(last & ~no_waste, table["site_kind"])
        .mask(no_waste, "no_waste_expected")
    )
    table["order_visits"] = float("nan") if params.contained_t is not None else float(params.visits)
    by_grade = (params.order_by == "grade") & ~no_waste
    table["expected_grade_ppm"] = np.where(by_grade, 10.0**belief.grade_log10, np.nan)
    table["order_by"], table["order_counted"] = params.order_by, params.counted
    table["order_grade_ppm"], table["tested_grade_ppm"] = 10.0**grade_log10, model.threshold_ppm
    table["order_contained_t"], table["order_cap_t"] = aim.contained_t, aim.cap_t
    table["order_rich_share"] = np.nan if params.rich_share_unassayed is None else params.rich_share_unassayed
    extra = ["top10_chance", "dissimilarity", "companion_low", "companion_high", "label_rule", "ranked_last_reason"]
    extra += ["order_by", "order_counted", "order_grade_ppm", "tested_grade_ppm", "order_contained_t", "order_cap_t"]
    extra += ["order_visits", "order_rich_share", "expected_grade_ppm"]
    columns = [*Ranking.to_schema().columns, *extra]
    return conform(pd.DataFrame(table.sort_values("rank")[columns]), Ranking)


def _beside(
    sites: pd.DataFrame,
    features: pd.DataFrame,
    companion: pd.DataFrame,
    labels: pd.DataFrame,
    site_samples: pd.DataFrame,
    site_tonnage: pd.DataFrame,
    site_access: pd.DataFrame,
) -> pd.DataFrame:
    """Join one row per site, in the order of ``site_id`` so that draws do not depend on the order of rows."""
    table = pd.DataFrame(
        sites[["site_id", "name", "latitude", "longitude", "waste_type", "commodities", "deposit_type"]]
    )
    if "same_place" in sites:
        table["same_place"] = sites["same_place"]
    samples = ["waste_treo_ppm", "waste_treo_low_ppm", "waste_treo_high_ppm", "waste_n", "near_n"]
    more = ("waste_magnet_share", "waste_lree_hree", "waste_treo_open_dex")
    samples += [name for name in more if name in site_samples]
    tonnage = ["tonnage_t", "tonnage_low_t", "tonnage_high_t", "tonnage_rule", "site_kind"]
    scores = ["companion_score", "companion_low", "companion_high", "companion_rank", "amount_rule"]
    for part in (
        size_clues(sites),
        pd.DataFrame(features),
        pd.DataFrame(companion)[["site_id", *scores]],
        pd.DataFrame(labels)[["site_id", "label", "label_rule", "evidence"]].rename(
            columns={"evidence": "label_evidence"}
        ),
        pd.DataFrame(site_samples)[["site_id", *samples]],
        pd.DataFrame(site_tonnage)[["site_id", *tonnage]],
        pd.DataFrame(site_access)[["site_id", "nearest_community", "community_km"]],
    ):
        table = table.merge(part, on="site_id", how="left", validate="one_to_one", suffixes=("", "_again"))
    return table.sort_values("site_id", kind="stable").reset_index(drop=True)


def _add_scores(
    table: pd.DataFrame, belief: WasteBelief, grades: pd.DataFrame, grade_log10: float, no_waste: np.ndarray
) -> None:
    """Add the chance that the grade pays, and what it could still become.

    The interval moves the centre of the belief by what other assays could tell of it; what is this waste's own stays a chance.
    """
    score = belief.chance(grade_log10)
    shared = grades["grade_shared_sd"].to_numpy(float)
    rest = np.sqrt(np.maximum(belief.grade_sd**2 - shared**2, LEAST_OWN_SD**2))
    ends = [ndtr((belief.grade_log10 + side * Z90 * shared - grade_log10) / rest) for side in (-1.0, 1.0)]
    for name, value in (
        ("score", score),
        ("score_low", np.minimum(ends[0], score)),
        ("score_high", np.maximum(ends[1], score)),
    ):
        table[name] = np.where(no_waste, 0.0, value)


def _add_ranks(table: pd.DataFrame, orders: list[np.ndarray], no_waste: np.ndarray, last: np.ndarray) -> None:
    """Add the rank, how many other sites nothing but their ids tells apart, and how many of those stand before."""
    keys = [np.where(no_waste, 0.0, key) for key in orders]
    ranks = places(keys, last, table["site_id"].to_numpy())
    table["rank"], table["tied_with"], table["tied_before"] = ranks.rank, ranks.tied_with, ranks.tied_before


def _add_grades(table: pd.DataFrame, model: TrainedModel, grades: pd.DataFrame, params: RankSitesParams) -> None:
    """Add the assayed concentration with the range of the waste's mean, and, in columns of their own, inferred ones."""
    rule = grades["grade_rule"].to_numpy(str)
    middle, sd = grades["grade_log10"].to_numpy(float), grades["grade_sd"].to_numpy(float)
    ends = 10.0 ** (middle - Z90 * sd), 10.0 ** (middle + Z90 * sd)
    value, low, high, open_dex = measured_values(table, "REE")
    assayed = np.isfinite(value) & (rule == "assay") & (model.target == "REE")
    low, high = np.where(assayed, ends[0], low), np.where(assayed, ends[1], high)
    undetected = assayed & (open_dex >= MOST_OPEN_DEX)  # pages say "below"
    value, low = np.where(undetected, 10.0**middle, value), np.where(undetected, 0.0, low)
    table["treo_ppm"] = value
    table["treo_low_ppm"], table["treo_high_ppm"] = np.fmin(low, value), np.fmax(high, value)
    inferred = ["proxies", "model"] if params.infer_concentration else ["proxies"]
    shown = np.isin(rule, inferred) & np.isnan(value) & (model.target == "REE")
    for end, ppm in (("", 10.0**middle), ("_low", ends[0]), ("_high", ends[1])):
        table[f"treo_inferred{end}_ppm"] = np.where(shown, ppm, np.nan)
    table["grade_rule"] = rule


def _add_contained(table: pd.DataFrame, drawn: dict[str, np.ndarray]) -> None:
    """Add contained oxide in tonnes where both a grade and a tonnage are given."""
    grade = np.where(table["treo_ppm"].notna(), table["treo_ppm"], table["treo_inferred_ppm"])
    contained = grade * table["tonnage_t"].to_numpy(float) / 1e6
    known = np.isfinite(contained)
    table["contained_treo_t"] = contained
    least = np.where(table["treo_low_ppm"] == 0, 0.0, np.fmin(drawn["contained_low_t"], contained))
    table["contained_treo_low_t"] = np.where(known, least, np.nan)
    table["contained_treo_high_t"] = np.where(known, np.fmax(drawn["contained_high_t"], contained), np.nan)


def _add_applicability(table: pd.DataFrame, model: TrainedModel) -> None:
    """Add whether the site resembles what the model was trained on; unknown where most features are missing."""
    if model.applicability is None or model.rests_on_companion:
        table["applicability"], table["dissimilarity"] = "unknown", np.nan
        return
    distance = dissimilarity(model.prepare(table), model.applicability)
    missing = table[list(model.prepared_names())].isna().mean(axis=1).to_numpy()
    inside = np.where(distance <= model.applicability.threshold, "inside", "outside")
    table["applicability"] = np.where(missing > 0.5, "unknown", inside)
    table["dissimilarity"] = distance


def _evidence(table: pd.DataFrame, waste: dict[str, np.ndarray]) -> np.ndarray:
    """Return measured where the waste was assayed for the target, inferred where anything else speaks, else none."""
    known = table[["commodities", "deposit_type"]].notna().any(axis=1) | (table["label_evidence"] == "inferred")
    inferred = known | (waste["rule"] == "proxies") | (table["applicability"] != "unknown")
    return np.where(waste["rule"] == "assay", "measured", np.where(inferred, "inferred", "none"))


def _joined(table: pd.DataFrame, long: pd.DataFrame, column: str) -> pd.Series:
    """Return the distinct texts of a long table per site, alphabetical, joined with ``"; "``; missing where none."""
    texts = pd.DataFrame(long[["site_id", column]]).drop_duplicates().sort_values(["site_id", column], kind="stable")
    joined = texts.groupby("site_id")[column].agg("; ".join) if len(texts) else pd.Series(dtype="object")
    return table["site_id"].map(joined).astype("object")
