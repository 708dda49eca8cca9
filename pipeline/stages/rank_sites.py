"""Put the sites in order, with an interval on everything."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.schema import (
    Companion,
    Features,
    GeoDataFrame,
    Labels,
    Ranking,
    SiteAccess,
    SiteFlags,
    Sites,
    SiteSamples,
    SiteTerritories,
    SiteTonnage,
    conform,
)
from pipeline.evidence.score_evidence import join_evidence, logistic
from pipeline.learning.trained_model import TrainedModel, dissimilarity

DRAWS_AT_ONCE = 1_000_000
"""So many draws are in the making at once; what is drawn does not depend on it."""

Z90 = 1.644854
"""Half width of a 90 % interval in standard deviations."""


class RankSitesParams(BaseModel):
    """How intervals are drawn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n_draws: int = Field(default=500, ge=50, description="joint draws of score, concentration and tonnage")
    bags_per_draw: int = Field(default=5, ge=1, description="bags averaged in one draw of a score")
    infer_concentration: bool = Field(
        default=True,
        description="give unassayed sites the range of measured wastes of a like score, where enough were measured",
    )
    random_state: int = Field(default=7, ge=0, description="seed")


def rank_sites(
    sites: GeoDataFrame[Sites],
    features: DataFrame[Features],
    model: TrainedModel,
    companion: DataFrame[Companion],
    labels: DataFrame[Labels],
    site_samples: DataFrame[SiteSamples],
    site_tonnage: DataFrame[SiteTonnage],
    flags: DataFrame[SiteFlags],
    site_territories: DataFrame[SiteTerritories],
    site_access: DataFrame[SiteAccess],
    params: RankSitesParams,
) -> DataFrame[Ranking]:
    """Rank all sites by the chance that their waste reaches the threshold, measured evidence first.

    The score joins the model's view with assays of the waste, or proxies of the same waste (`join_evidence`). Where
    testing showed no skill, or nothing could be learned or tested, the score is the companion score and the order is:
    wastes measured to reach the threshold, wastes whose other elements say so, then all others. Intervals are 5 and 95 %
    quantiles of joint draws: bags that did not see the site's block (or the companion's band), errors of assays, ranges of
    tonnage. The interval of a rank also holds every rank that sites of the same score share. Flags, areas and access
    stand beside the score and never enter it. Sites known to hold no waste come last.

    Parameters
    ----------
    sites, features, companion, labels, site_samples, site_tonnage, flags, site_territories, site_access
        Layers of one region.
    model : TrainedModel
        Trained on these features.
    params : RankSitesParams
        Draws and seed.

    Returns
    -------
    DataFrame[Ranking]
        Best first, ties in the order of ``site_id``; ``reasons`` is missing. Extra columns: ``top10_chance`` (0-1),
        ``applicability`` (inside, outside, unknown) and ``dissimilarity``, ``treo_rule`` (assay, proxies, like_sites,
        none), ``companion_low``, ``companion_high``, ``label``, ``label_rule`` and ``ranked_last_reason``.
    """
    table = _beside(sites, features, companion, labels, site_samples, site_tonnage, site_access)
    rng = np.random.default_rng([params.random_state, 41])
    waste = model.waste_evidence(table["site_id"])
    if model.rests_on_companion:
        score, draws = _companion_draws(table, rng, params)
        order_by, raised = _measured_first(score, draws.shape, waste, np.log10(model.threshold_ppm), rng)
        model_log_odds = np.full(len(table), np.nan)
    else:
        order_by, score, draws, model_log_odds = _model_draws(table, model, waste, rng, params)
        raised = np.broadcast_to(np.int8(0), draws.shape)
    no_waste = (table["waste_type"] == "none").to_numpy()
    order = np.lexsort((table["site_id"].to_numpy(), -np.round(order_by, 9), no_waste))
    rank = np.empty(len(table), dtype=int)
    rank[order] = np.arange(1, len(table) + 1)
    table["rank"] = rank
    table["score"] = score = np.where(no_waste, 0.0, score)
    draws[no_waste] = 0.0
    low, high = _ends(draws)
    table["score_low"], table["score_high"] = np.minimum(low, score), np.maximum(high, score)
    shared = _shared_ranks(rank, np.round(order_by, 9), no_waste)
    _add_rank_intervals(table, draws, raised, no_waste, shared, np.random.default_rng([params.random_state, 43]))
    _add_amounts(table, model, waste, model_log_odds, rng, params)
    _add_applicability(table, model)
    table["evidence"] = _evidence(table, waste)
    table["flags"] = _joined(table, flags, "flag")
    held = site_territories[site_territories["relation"].isin(["inside", "overlaps"])]
    table["territories"] = _joined(table, held, "territory")
    table["reasons"] = pd.Series(pd.NA, index=table.index, dtype="object")
    table["ranked_last_reason"] = pd.Series(pd.NA, index=table.index, dtype="object").mask(
        no_waste, "the inventory says there is no waste at this site"
    )
    extra = ["top10_chance", "applicability", "dissimilarity", "treo_rule", "companion_low", "companion_high", "label"]
    columns = [*Ranking.to_schema().columns, *extra, "label_rule", "ranked_last_reason"]
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
    samples = ["waste_treo_ppm", "waste_treo_low_ppm", "waste_treo_high_ppm", "waste_n", "near_n"]
    tonnage = ["tonnage_t", "tonnage_low_t", "tonnage_high_t", "tonnage_rule"]
    scores = ["companion_score", "companion_low", "companion_high", "companion_rank"]
    for part in (
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


def _companion_draws(
    table: pd.DataFrame, rng: np.random.Generator, params: RankSitesParams
) -> tuple[np.ndarray, np.ndarray]:
    """Return score and draws where no model is used: triangular between the ends of the companion's band."""
    score = table["companion_score"].to_numpy(float)
    low, high = table["companion_low"].to_numpy(float), table["companion_high"].to_numpy(float)
    width = np.maximum(high - low, 1e-9)
    share = np.clip((score - low) / width, 0.0, 1.0)[:, None]
    draws = np.empty((len(table), params.n_draws))
    for some in _blocks(draws.shape):
        u = rng.random(draws[some].shape)
        rising = low[some, None] + np.sqrt(u * share[some]) * width[some, None]
        falling = high[some, None] - np.sqrt((1 - u) * (1 - share[some])) * width[some, None]
        draws[some] = np.where(u < share[some], rising, falling)
    return score, draws


def _measured_first(
    score: np.ndarray, shape: tuple[int, int], waste: dict[str, np.ndarray], threshold: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return order, and by how much each draw of it is raised, with wastes shown to reach the threshold before the others.

    Those shown by assay come before those shown by proxies. Below them everything goes by the companion score, which already
    counts a poor assay against a waste. In the draws an assay near the threshold falls on either side of it.
    """
    first = np.select([waste["rule"] == "assay", waste["rule"] == "proxies"], [2, 1], 0).astype(np.int8)
    known = np.isfinite(waste["log10"]) & np.isfinite(waste["sd"])
    centre, sd = (np.where(known, waste[name], 0.0) for name in ("log10", "sd"))
    reached = known & (centre >= threshold)
    raised = np.zeros(shape, dtype=np.int8)
    for some in _blocks(shape):
        drawn = centre[some, None] + sd[some, None] * rng.standard_normal(raised[some].shape)
        raised[some] = first[some, None] * (known[some, None] & (drawn >= threshold))
    return score + first * reached, raised


def _model_draws(
    table: pd.DataFrame,
    model: TrainedModel,
    waste: dict[str, np.ndarray],
    rng: np.random.Generator,
    params: RankSitesParams,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return order (log-odds), score, draws of the score, and the model's own log-odds."""
    bags, mask = model.bag_log_odds(table)
    own = (bags * mask).sum(axis=1) / mask.sum(axis=1)
    threshold, spread = np.log10(model.threshold_ppm), model.prior_sd_log10
    joined = join_evidence(own, waste["log10"], waste["sd"], threshold, spread)
    draws = np.empty((len(table), params.n_draws))
    for some in _blocks((len(table), params.n_draws * params.bags_per_draw)):
        picks = rng.random((*draws[some].shape, params.bags_per_draw))
        for row, picked in zip(range(some.start, some.stop), picks, strict=True):
            usable = bags[row, mask[row]]
            draws[row] = usable[(picked * len(usable)).astype(int)].mean(axis=1)
    for some in _blocks(draws.shape):
        sd = np.broadcast_to(waste["sd"][some, None], draws[some].shape)
        measured = waste["log10"][some, None] + sd * rng.standard_normal(draws[some].shape)
        draws[some] = logistic(join_evidence(draws[some], measured, sd, threshold, spread))
    return joined, logistic(joined), draws, own


def _blocks(shape: tuple[int, int]) -> Iterator[slice]:
    """Yield rows of a table of draws, some at a time: a hundred thousand sites times some hundred draws are large."""
    step = max(1, DRAWS_AT_ONCE // max(1, shape[1]))
    for start in range(0, shape[0], step):
        yield slice(start, min(start + step, shape[0]))


def _ends(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the 5 and 95 % quantiles of each row."""
    ends = np.empty((2, len(draws)))
    for some in _blocks((draws.shape[0], draws.shape[1])):
        ends[:, some] = np.quantile(draws[some], (0.05, 0.95), axis=1)
    return ends[0], ends[1]


def _shared_ranks(rank: np.ndarray, order_by: np.ndarray, no_waste: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and the last rank among the sites that nothing but their ids tells apart."""
    tied = pd.Series(rank).groupby([np.where(no_waste, 0.0, order_by), no_waste])
    return tied.transform("min").to_numpy(), tied.transform("max").to_numpy()


def _add_rank_intervals(
    table: pd.DataFrame,
    draws: np.ndarray,
    raised: np.ndarray,
    no_waste: np.ndarray,
    shared: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
) -> None:
    """Add the interval of the rank and the chance to be among the best ten.

    Equal draws are put in a new random order in every draw, and the interval holds all ranks that sites of the same score
    share: the order of ids says nothing about wastes.
    """
    ranks = np.empty(draws.shape, dtype=np.int32)
    for column in range(draws.shape[1]):
        level = np.where(no_waste, -1.0, draws[:, column] + raised[:, column])
        ranks[_best_first(level, rng), column] = np.arange(1, len(level) + 1)
    low, high = _ends(ranks)
    table["rank_low"] = np.minimum(np.floor(low).astype(int), shared[0])
    table["rank_high"] = np.maximum(np.ceil(high).astype(int), shared[1])
    table["top10_chance"] = (ranks <= 10).mean(axis=1)


def _best_first(level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the rows from the highest level to the lowest, those of equal level in random order."""
    order = np.argsort(-level)
    same = level[order[1:]] == level[order[:-1]]
    tied = np.concatenate([same, [False]]) | np.concatenate([[False], same])
    if same.any():
        among = np.sort(order[tied])
        order[tied] = among[np.lexsort((rng.random(len(among)), -level[among]))]
    return order


def _add_amounts(
    table: pd.DataFrame,
    model: TrainedModel,
    waste: dict[str, np.ndarray],
    log_odds: np.ndarray,
    rng: np.random.Generator,
    params: RankSitesParams,
) -> None:
    """Add concentration and contained oxide with their ranges; missing where nothing supports them."""
    measured = table["waste_treo_ppm"].notna().to_numpy()
    value, low, high = (table[f"waste_treo{end}_ppm"].to_numpy(float) for end in ("", "_low", "_high"))
    rule = np.where(measured, "assay", "none").astype(object)
    if model.target == "REE":
        band = 10.0 ** (Z90 * waste["sd"])
        assayed = measured & (waste["rule"] == "assay")
        low = np.where(assayed, np.fmin(low, value / band), low)
        high = np.where(assayed, np.fmax(high, value * band), high)
        proxies = ~measured & (waste["rule"] == "proxies")
        centre = 10.0 ** waste["log10"]
        value, low, high = (
            np.where(proxies, new, old) for new, old in ((centre, value), (centre / band, low), (centre * band, high))
        )
        rule[proxies] = "proxies"
        if params.infer_concentration and model.grade_line is not None and not model.rests_on_companion:
            slope, intercept, below, above = model.grade_line
            like = ~measured & ~proxies
            middle = intercept + slope * log_odds
            value = np.where(like, 10.0**middle, value)
            low = np.where(like, 10.0 ** (middle + below), low)
            high = np.where(like, 10.0 ** (middle + above), high)
            rule[like] = "like_sites"
    table["treo_ppm"] = value
    table["treo_low_ppm"], table["treo_high_ppm"] = np.fmin(low, value), np.fmax(high, value)
    table["treo_rule"] = rule
    _add_contained(table, rng, params)


def _add_contained(table: pd.DataFrame, rng: np.random.Generator, params: RankSitesParams) -> None:
    """Add contained oxide in tonnes; grade and tonnage are drawn log-normally between the ends of their ranges."""
    drawn = np.full((len(table), params.n_draws), 1e-6)
    for name, unit in (("treo", "ppm"), ("tonnage", "t")):
        middle, low, high = (table[f"{name}{end}_{unit}"].to_numpy(float) for end in ("", "_low", "_high"))
        with np.errstate(divide="ignore", invalid="ignore"):
            below, above = np.log(middle / low) / Z90, np.log(high / middle) / Z90
        below, above = (np.where(np.isfinite(one), one, 0.0)[:, None] for one in (below, above))
        for some in _blocks(drawn.shape):
            z = rng.standard_normal(drawn[some].shape)
            drawn[some] *= middle[some, None] * np.exp(z * np.where(z < 0, below[some], above[some]))
    contained = table["treo_ppm"].to_numpy(float) * table["tonnage_t"].to_numpy(float) / 1e6
    low, high = _ends(drawn)
    table["contained_treo_t"] = contained
    table["contained_treo_low_t"] = np.fmin(low, contained)
    table["contained_treo_high_t"] = np.fmax(high, contained)


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
