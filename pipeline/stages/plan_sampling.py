"""Choose which wastes to sample next."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.schema import GeoDataFrame, Ranking, SamplingPlan, SiteAccess, Sites, SiteTerritories, conform, empty
from pipeline.kernels.spatial_blocks import grid_blocks


class PlanSamplingParams(BaseModel):
    """How many sites, and what reaching them costs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    n_sites: int = Field(default=20, ge=1, description="sites in the plan")
    block_km: float = Field(default=50.0, gt=0, description="edge of the blocks the plan is spread over")
    block_discount: float = Field(
        default=0.5, gt=0, le=1, description="factor on the gain of a site for each one already chosen in its block"
    )
    km_that_double_cost: float = Field(
        default=30.0, gt=0, description="kilometres from a road that double the cost of a visit"
    )
    unknown_road_km: float = Field(default=30.0, ge=0, description="distance assumed where no road layer tells it")


def plan_sampling(
    ranking: DataFrame[Ranking],
    sites: GeoDataFrame[Sites],
    site_access: DataFrame[SiteAccess],
    site_territories: DataFrame[SiteTerritories],
    params: PlanSamplingParams,
) -> DataFrame[SamplingPlan]:
    r"""Return the unassayed wastes whose assay would tell most about the top of the list, for the cost of reaching them.

    The gain of an assay is the width of the score's interval times how open it is whether the site belongs to the best ten,
    :math:`(s_{95} - s_{5})\,(s + 4 q (1 - q)) / 2` with :math:`q` the chance of being among them: a site that is surely
    poor, or already measured, teaches little. It is divided by the cost of a visit and chosen greedily, with a discount for
    blocks already visited.

    Parameters
    ----------
    ranking : DataFrame[Ranking]
        With ``top10_chance`` where available.
    sites : GeoDataFrame[Sites]
        In the projected working CRS, metres.
    site_access, site_territories
        Roads and areas. Only layers that may be published must be passed for ``speak_first_with`` to be printed.
    params : PlanSamplingParams
        See there.

    Returns
    -------
    DataFrame[SamplingPlan]
        In order of choice; ``gain`` before cost and discount. ``speak_first_with`` names every area the site lies in, and
        its steward where the layer names one, alphabetically.
    """
    open_sites = pd.DataFrame(ranking)[(ranking["evidence"] != "measured").to_numpy()]
    if "ranked_last_reason" in open_sites:
        open_sites = open_sites[open_sites["ranked_last_reason"].isna()]
    if open_sites.empty:
        return empty(SamplingPlan)
    point = sites.geometry.representative_point()
    block = grid_blocks(point.x.to_numpy(), point.y.to_numpy(), params.block_km)
    place = pd.DataFrame({"site_id": sites["site_id"].to_numpy(), "block": block})
    access = pd.DataFrame(site_access)[["site_id", "road_km"]]
    table = open_sites.merge(place, on="site_id", how="left", validate="one_to_one")
    table = table.merge(access, on="site_id", how="left", validate="one_to_one").sort_values("site_id")
    chance = table["top10_chance"].to_numpy(float) if "top10_chance" in table else np.full(len(table), 0.5)
    width = (table["score_high"] - table["score_low"]).to_numpy(float)
    gain = width * (table["score"].to_numpy(float) + 4.0 * chance * (1.0 - chance)) / 2.0
    road = table["road_km"].to_numpy(float)
    cost = 1.0 + np.where(np.isnan(road), params.unknown_road_km, road) / params.km_that_double_cost
    chosen = _greedy(gain / cost, table["block"].to_numpy(str), params)
    plan = table.iloc[chosen].assign(gain=gain[chosen], order=np.arange(1, len(chosen) + 1))
    plan["reason"] = [_reason(row) for row in plan.to_dict("records")]
    plan["speak_first_with"] = plan["site_id"].map(_speak_first(site_territories)).astype("object")
    return conform(plan[list(SamplingPlan.to_schema().columns)], SamplingPlan)


def _greedy(value: np.ndarray, blocks: np.ndarray, params: PlanSamplingParams) -> list[int]:
    """Return row numbers in order of choice; ties go to the first row."""
    left = value.copy()
    chosen: list[int] = []
    while len(chosen) < min(params.n_sites, len(value)):
        best = int(np.argmax(left))
        chosen.append(best)
        left[blocks == blocks[best]] *= params.block_discount
        left[best] = -1.0
    return chosen


def _reason(row: Mapping[Hashable, Any]) -> str:
    """Say why a site is in the plan."""
    road = row["road_km"]
    far = (
        f"{road:.0f} km from a road" if isinstance(road, float) and not np.isnan(road) else "distance to roads unknown"
    )
    return (
        f"not assayed; rank {row['rank']} could be anything from {row['rank_low']} to {row['rank_high']} "
        f"(score {row['score']:.2f}, {row['score_low']:.2f} to {row['score_high']:.2f}); {far}"
    )


def _speak_first(site_territories: pd.DataFrame) -> dict[str, str]:
    """Return per site the areas it lies in, each with its steward where named."""
    held = pd.DataFrame(site_territories)
    held = held[held["relation"].isin(["inside", "overlaps"])]
    names: dict[str, set[str]] = {}
    for site_id, territory, steward in zip(held["site_id"], held["territory"], held["steward"], strict=True):
        text = territory if pd.isna(steward) else f"{territory} ({steward})"
        names.setdefault(site_id, set()).add(text)
    return {site_id: "; ".join(sorted(found)) for site_id, found in names.items()}
