"""Put the sites in order for every further target, each with its grade, amount and interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.schema import Companion, Ranking, Targets, conform
from layers.site_layers import SiteLayers
from pipeline.evidence.host_beliefs import HostBelief, believe
from pipeline.evidence.site_amounts import site_amounts
from pipeline.evidence.size_clues import size_clues
from pipeline.evidence.target_evidence import described
from pipeline.evidence.targets import REE, known_targets
from pipeline.evidence.worked_sites import named_quarries, only_rock
from pipeline.kernels.ordering import places
from pipeline.kernels.rank_draws import Z90, WasteBelief, amounts, choose_aim, draw_ranks


class RankTargetsParams(BaseModel):
    """What is looked for beside rare earths; how, ``rank_sites`` says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    visits: int = Field(default=20, ge=1, description="sites that can be visited for one target")
    n_draws: int = Field(default=500, ge=50, le=60_000, description="joint draws of existence, grade and tonnage")
    worth_chance: float = Field(
        default=0.3,
        gt=0,
        lt=1,
        description="chance of the grade from which a waste counts as worth a sample of the target",
    )
    random_state: int = Field(default=7, ge=0, description="seed")


def rank_targets(
    known: SiteLayers,
    companion: DataFrame[Companion],
    ranking: DataFrame[Ranking],
    learned: pd.DataFrame,
    targets: tuple[str, ...],
    params: RankTargetsParams,
) -> DataFrame[Targets]:
    """Rank all sites once per target.

    Rare earths keep the order, grades and intervals of ``ranking``. For every other target the belief about the grade comes from
    the kind of host (`believe`), updated by whatever wastes of the region were assayed for it; existence and tonnes are those of
    `site_amounts`. Sites for which a word or an assay speaks come first, in the order of expected tonnes of the element where its
    threshold is reached: the small chance of common rock times a huge heap would lead else. Behind them are those of which
    nothing speaks for the target, by what they may hold of it, quarries
    of rock after mines. Sites that hold no waste, and kinds of site that ``ranking``
    puts last, stand last here too.

    Parameters
    ----------
    known : SiteLayers
    companion : DataFrame[Companion]
        For ``amount_rule``.
    ranking : DataFrame[Ranking]
        Of the same sites.
    learned : DataFrame
        What laws of other regions expect (`learned_grades`); it takes the place of the hosts for the targets it names.
    targets : tuple of str
        Symbols, as the run file is checked to hold them (`pipeline.evidence.targets.checked_targets`).
    params : RankTargetsParams

    Returns
    -------
    DataFrame[Targets]
        Targets in the order asked for, best site first. Grades are ppm of the element, of oxides for ``REE``; ``grade_rule`` is
        ``assay`` where the waste was measured and ``hosts`` where only its kind speaks. Contained tonnes are given where an
        amount is. Extra columns: ``host``, ``host_wastes`` (measured wastes
        that moved what is expected of it), ``payable_t``, ``tied_with``, ``threshold_ppm`` and ``worth_sampling``.
    """
    order = pd.DataFrame(ranking).set_index("site_id")
    tables = [pd.DataFrame(table) for table in (known.tonnage, companion)]
    sites = (
        pd.DataFrame(known.sites.drop(columns="geometry")).sort_values("site_id", kind="stable").reset_index(drop=True)
    )
    ids = sites[["site_id"]]
    samples = ids.merge(pd.DataFrame(known.samples), on="site_id", how="left", validate="one_to_one")
    wastes = ids.merge(tables[0], on="site_id", how="left", validate="one_to_one").merge(
        tables[1][["site_id", "amount_rule"]], on="site_id", how="left", validate="one_to_one"
    )
    place = ("waste_type", "commodities", "longitude", "latitude", *(name for name in ("same_place",) if name in sites))
    wastes = wastes.assign(**{name: sites[name] for name in place})
    wastes = wastes.merge(size_clues(sites), on="site_id", validate="one_to_one")
    holds = site_amounts(wastes)
    last = order["ranked_last_reason"].reindex(sites["site_id"]).notna().to_numpy()
    parts = []
    for target in targets:
        if target == REE:
            parts.append(_of_ranking(ranking, params))
            continue
        facts = known_targets()[target]
        belief = believe(
            facts, target, sites, wastes["site_kind"].to_numpy(str), samples, _learned_of(learned, target, ids)
        )
        part = _ranked(sites, wastes, holds, belief, facts.threshold_ppm, last, params)
        parts.append(part.assign(target=target, threshold_ppm=facts.threshold_ppm))
    columns = [
        *Targets.to_schema().columns,
        "host",
        "host_wastes",
        "payable_t",
        "tied_with",
        "threshold_ppm",
        "worth_sampling",
    ]
    return conform(pd.concat(parts, ignore_index=True)[columns], Targets)


def _learned_of(learned: pd.DataFrame, target: str, ids: pd.DataFrame) -> tuple[np.ndarray, np.ndarray] | None:
    own = learned[learned["target"] == target]
    if own.empty:
        return None
    beside = ids.merge(own, on="site_id", how="left", validate="one_to_one")
    return beside["learned_log10"].to_numpy(float), beside["learned_sd"].to_numpy(float)


def _ranked(
    sites: pd.DataFrame,
    wastes: pd.DataFrame,
    holds: dict[str, np.ndarray],
    belief: HostBelief,
    threshold_ppm: float,
    last: np.ndarray,
    params: RankTargetsParams,
) -> pd.DataFrame:
    waste = WasteBelief(
        grade_log10=belief.grade_log10, grade_sd=belief.grade_sd, grade_quantiles=belief.grade_quantiles, **holds
    )
    aim = choose_aim(waste, float(np.log10(threshold_ppm)), params.visits, None, params.random_state)
    capped = amounts(waste, aim)
    no_waste = (sites["waste_type"] == "none").to_numpy()
    score, low, high = (
        np.where(no_waste, 0.0, chance) for chance in (belief.chance, belief.chance_low, belief.chance_high)
    )
    speaks = belief.speaks & ~no_waste
    reasoned = [np.where(speaks, key, 0.0) for key in (capped["payable_t"], score)]
    rock = only_rock(sites) | named_quarries(sites)  # what is dug and sold as it is leaves no tailings to look into
    keys = [speaks, *reasoned, ~rock, np.where(no_waste, 0.0, capped["held_t"])]
    placed = places([key.astype(float) for key in keys], last, sites["site_id"].to_numpy())
    drawn = draw_ranks(waste, aim, "payable", last, params.n_draws, 10, params.random_state)
    measured = np.isfinite(belief.measured_ppm)
    low_ppm, median_ppm, high_ppm = (10.0 ** waste.grade(np.array([[side * Z90]]))[:, 0] for side in (-1.0, 0.0, 1.0))
    middle = np.where(measured & ~belief.undetected, belief.measured_ppm, median_ppm)
    low_ppm = np.where(belief.undetected, 0.0, low_ppm)
    tonnes = wastes["tonnage_t"].to_numpy(float)
    contained = middle * tonnes / 1e6
    given = np.isfinite(contained)
    table = pd.DataFrame(
        {
            "site_id": sites["site_id"],
            "rank": placed.rank,
            "rank_low": np.minimum(drawn.low, placed.rank - placed.tied_before),
            "rank_high": np.maximum(drawn.high, placed.rank + placed.tied_with - placed.tied_before),
            "score": score,
            "score_low": np.minimum(low, score),
            "score_high": np.maximum(high, score),
            "evidence": np.select([measured, described(sites)], ["measured", "inferred"], "none"),
            "grade_ppm": middle,
            "grade_low_ppm": np.minimum(low_ppm, middle),
            "grade_high_ppm": np.maximum(high_ppm, middle),
            "grade_rule": np.where(measured, "assay", "hosts"),
            "contained_t": contained,
            "contained_low_t": np.where(given, _least(capped["contained_low_t"], contained, low_ppm), np.nan),
            "contained_high_t": np.where(given, np.fmax(capped["contained_high_t"], contained), np.nan),
            "host": belief.host,
            "host_wastes": [belief.learned.get(host or "background", 0) for host in belief.host],
            "payable_t": capped["payable_t"],
            "tied_with": placed.tied_with,
            "worth_sampling": (score >= params.worth_chance) & ~last,
        }
    )
    return table.sort_values("rank", kind="stable")


def _least(drawn_t: np.ndarray, contained_t: np.ndarray, low_ppm: np.ndarray) -> np.ndarray:
    """Return the low end of contained tonnes: of nothing where the grade may be nothing."""
    return np.where(low_ppm > 0, np.fmin(drawn_t, contained_t), 0.0)


def _of_ranking(ranking: DataFrame[Ranking], params: RankTargetsParams) -> pd.DataFrame:
    """Return the rows of rare earths as the ranking has them; a grade of words or hosts is not shown there, nor here."""
    table = pd.DataFrame(ranking).rename(
        columns={f"contained_treo{end}_t": f"contained{end}_t" for end in ("", "_low", "_high")}
    )
    for end in ("", "_low", "_high"):
        table[f"grade{end}_ppm"] = table[f"treo{end}_ppm"].fillna(table[f"treo_inferred{end}_ppm"])
    return table.assign(
        target=REE,
        host=pd.Series(None, index=table.index, dtype=object),
        host_wastes=0,
        threshold_ppm=table["order_grade_ppm"],
        worth_sampling=(table["score"] >= params.worth_chance) & table["ranked_last_reason"].isna(),
    )
