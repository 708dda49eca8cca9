"""Choose which wastes to sample next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.schema import (
    Features,
    GeoDataFrame,
    Ranking,
    SamplingPlan,
    SiteAccess,
    Sites,
    SiteTerritories,
    conform,
    empty,
)
from layers.site_layers import speak_first_with
from pipeline.evidence.assay_spread import USUAL_ASSAYS
from pipeline.kernels.greedy_visits import learn_greedily
from pipeline.kernels.linear_field import joint_covariance
from pipeline.kernels.paying_visits import pay_most_per_cost
from pipeline.kernels.spatial_blocks import grid_blocks
from pipeline.learning.trained_model import TrainedModel

MOST_WEIGHED = 1500
"""Open sites among which what an assay tells of the others is reckoned: those of the widest belief."""

VISIT_VARIANCE = USUAL_ASSAYS.variance(3)
"""Error variance of what a visit brings home, squared log10 of ppm: three samples of the waste."""

ANOTHER_WASTE = 2.0
"""Times the known tonnes of the assayed wastes beside it above which a waste is another one. Judgement: outlines of one waste in
two registers seldom differ by more."""


class PlanSamplingParams(BaseModel):
    """What visits are for, how many, and what reaching a site costs."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: Literal["find", "learn"] = Field(
        default="find",
        description="find: expected payable tonnes per cost of all visits; learn: expected fall of the error of grades at sites "
        "not visited, per cost",
    )
    n_sites: int = Field(default=20, ge=1, description="most sites in the plan")
    least_payable_t: float = Field(
        default=1.0,
        ge=0,
        description="expected payable tonnes below which a waste is no visit of a plan to find, which then ends before n_sites",
    )
    one_visit_km: float = Field(
        default=0.3,
        ge=0,
        description="wastes within this of each other are one visit, named by the one that is expected to hold most; "
        "so are those that may be one place under two ids; none where one of them was assayed, but for a waste known to hold "
        "more than twice the tonnes of those that were",
    )
    keep_share: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="share of the most payable tonnes so many visits can be expected to find that a plan to find keeps when it "
        "saves cost; 1: no cost is saved, 0: most per cost whatever is given up",
    )
    block_km: float = Field(default=50.0, gt=0, description="edge of the blocks named in the plan")
    km_that_double_cost: float = Field(
        default=30.0, gt=0, description="kilometres from a road that double the cost of a visit"
    )
    unknown_road_km: float = Field(default=30.0, ge=0, description="distance assumed where no road layer tells it")


def plan_sampling(
    ranking: DataFrame[Ranking],
    sites: GeoDataFrame[Sites],
    features: DataFrame[Features],
    model: TrainedModel,
    site_access: DataFrame[SiteAccess],
    site_territories: DataFrame[SiteTerritories],
    params: PlanSamplingParams,
) -> DataFrame[SamplingPlan]:
    r"""Return the unassayed wastes to visit next, for what a visit brings and what it costs.

    **find** takes, of all sets of so many visits that are expected to find at least ``keep_share`` of the most payable tonnes so
    many can, the one that brings most per cost (`pay_most_per_cost`). By payable tonnes alone the last of them would be far from
    any road for little more; by the tonnes of each over its own cost a poor waste at a road would stand before a rich one
    far from it. What a visit will show is unknown, but on average over its outcomes the expectation of every other site stays
    what it is, so that no plan made beforehand does better by foreseeing them; after real assays the run is to be made again.
    Nothing is added for doubt itself. A waste of which less than ``least_payable_t`` is expected is no visit.

    A waste within ``one_visit_km`` of an assayed one is no visit for either purpose: it may be that waste under another id, and
    if it is not, it is of the same camp, so that a visit confirms little. One of more than `ANOTHER_WASTE` times its known tonnes
    is certainly another, and worth it.

    **learn** visits where an assay takes most error from the grades of the sites *not* visited: with the covariance
    :math:`\Sigma` of all open sites a visit of error variance *v* takes :math:`\sum_{j \ne i} \Sigma_{ij}^2 /
    (\Sigma_{ii} + v)` from their variances. A normal belief's variances do not depend on what is found, so the plan is made one
    visit after the other with hypothetical assays. Where no grade was learned, sites share nothing and the widest go first.

    Parameters
    ----------
    ranking : DataFrame[Ranking]
        With the payable tonnes.
    sites : GeoDataFrame[Sites]
        In the projected working CRS, metres.
    features : DataFrame[Features]
        The model's columns.
    model : TrainedModel
        Whose belief about grades is to be bettered.
    site_access, site_territories
        Roads and areas. Only layers that may be published must be passed for ``speak_first_with`` to be printed.
    params : PlanSamplingParams
        See there.

    Returns
    -------
    DataFrame[SamplingPlan]
        In order of choice, to find those first that bring most for their own cost; ``gain`` is that of the purpose before cost:
        payable tonnes, or squared log10 of ppm summed over the other sites at that point of the plan. Extra columns:
        ``purpose``, ``cost`` (1 at a road) and ``foretold_fall``, by how much the root-mean-square error of the grades of sites
        not visited should fall up to and with this visit (0-1, learn only). The same in every row: ``visits_asked``,
        ``left_poor``, how many other open wastes were left out because next to nothing is expected of them, ``left_near``, how
        many because they lie at the place of another one, ``left_assayed``, how many because that one was assayed, and the
        settings ``one_visit_km`` and ``least_payable_t``.
        ``speak_first_with`` names every area the site lies in, and its steward where the layer names one, alphabetically.

    References
    ----------
    Cohn, Ghahramani & Jordan (1996), *J. Artif. Intell. Res.* 4. Krause, Singh & Guestrin (2008), *J. Mach. Learn. Res.* 9.
    """
    open_sites = pd.DataFrame(ranking)[(ranking["evidence"] != "measured").to_numpy()]
    if "ranked_last_reason" in open_sites:
        open_sites = open_sites[open_sites["ranked_last_reason"].isna()]
    if open_sites.empty:
        return empty(SamplingPlan)
    point = sites.geometry.representative_point()
    x_m, y_m = point.x.to_numpy(), point.y.to_numpy()
    visits = pd.DataFrame(
        {
            "site_id": sites["site_id"].to_numpy(),
            "block": grid_blocks(x_m, y_m, params.block_km),
            "x_m": x_m,
            "y_m": y_m,
        }
    )
    access = pd.DataFrame(site_access)[["site_id", "road_km"]]
    beside = _beside_assayed(ranking, visits, params.one_visit_km)
    table = open_sites.merge(visits, on="site_id", how="left", validate="one_to_one")
    beside &= set(table["site_id"])
    table = table[~table["site_id"].isin(beside)]
    table = table.merge(access, on="site_id", how="left", validate="one_to_one").sort_values(
        "site_id", ignore_index=True
    )
    table, left_near = _one_of_each_place(table, params.one_visit_km, _doubles(sites))
    worth = (table["payable_t"] >= params.least_payable_t).to_numpy() | (params.purpose == "learn")
    left_poor = int((~worth).sum())
    table = table[worth].reset_index(drop=True)
    if table.empty:
        return empty(SamplingPlan)
    road = table["road_km"].to_numpy(float)
    cost = 1.0 + np.where(np.isnan(road), params.unknown_road_km, road) / params.km_that_double_cost
    if params.purpose == "find":
        gain = table["payable_t"].to_numpy(float)
        chosen = pay_most_per_cost(gain, cost, params.n_sites, params.keep_share)
        gains, fall = gain[chosen], np.full(len(chosen), np.nan)
    else:
        chosen, gains, fall = _learning(table, cost, features, model, params.n_sites)
    plan = table.iloc[chosen].assign(
        gain=gains,
        order=np.arange(1, len(chosen) + 1),
        purpose=params.purpose,
        cost=cost[chosen],
        foretold_fall=fall,
        visits_asked=params.n_sites,
        left_poor=left_poor,
        left_near=left_near,
        left_assayed=len(beside),
        one_visit_km=params.one_visit_km,
        least_payable_t=params.least_payable_t,
    )
    plan["speak_first_with"] = plan["site_id"].map(speak_first_with(site_territories)).astype("object")
    extra = [
        "purpose",
        "cost",
        "foretold_fall",
        "visits_asked",
        "left_poor",
        "left_near",
        "left_assayed",
        "one_visit_km",
        "least_payable_t",
    ]
    return conform(plan[[*SamplingPlan.to_schema().columns, *extra]], SamplingPlan)


def _beside_assayed(ranking: pd.DataFrame, visits: pd.DataFrame, reach_km: float) -> set[str]:
    """Return the ids of wastes that nobody assayed at the place of one that was, unless they are surely another one."""
    from scipy.spatial import cKDTree

    placed = pd.DataFrame(ranking)[["site_id", "evidence", "tonnage_t"]].merge(visits, on="site_id")
    assayed = (placed["evidence"] == "measured").to_numpy(bool)
    if reach_km <= 0 or not assayed.any() or assayed.all():
        return set()
    at, tonnes = placed[["x_m", "y_m"]].to_numpy(float), placed["tonnage_t"].to_numpy(float)
    spots, spot = np.unique(at[assayed], axis=0, return_inverse=True)
    most = np.zeros(len(spots))  # of the assayed wastes at each spot; infinite where one is not known
    np.maximum.at(most, spot.ravel(), np.where(np.isnan(tonnes[assayed]), np.inf, tonnes[assayed]))
    tree = cKDTree(spots)
    near = np.flatnonzero(~assayed)
    near = near[tree.query(at[near])[0] <= 1000.0 * reach_km]
    own = np.nan_to_num(tonnes[near], nan=0.0)
    around = [most[rows].max() for rows in tree.query_ball_point(at[near], 1000.0 * reach_km)]
    same = own <= ANOTHER_WASTE * np.array(around, dtype=float)
    return set(placed["site_id"].to_numpy()[near[same]])


def _doubles(sites: pd.DataFrame) -> dict[str, list[str]]:
    """Return per site the ids of those that may be the same place recorded twice."""
    cells = sites.set_index("site_id")["same_place"].dropna() if "same_place" in sites else pd.Series(dtype=object)
    return {str(site): [double["site"] for double in json.loads(cell)] for site, cell in cells.items()}


def _one_of_each_place(
    table: pd.DataFrame, reach_km: float, doubles: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, int]:
    """Return the open wastes without those at the place of one that is expected to hold more, and how many these are.

    At its place lies what is near, and what may be the same place under another id.
    """
    from scipy.spatial import cKDTree

    left = np.zeros(len(table), dtype=bool)
    at_row = {site: row for row, site in enumerate(table["site_id"]) if site in doubles}
    stays: set[str] = set()
    for site in table.sort_values("payable_t", ascending=False, kind="stable")["site_id"] if reach_km > 0 else ():
        if site in at_row and not left[at_row[site]]:
            stays.add(site)
            left[[at_row[other] for other in doubles[site] if other in at_row and other not in stays]] = True
    if reach_km > 0 and len(table) > 1:
        at, reach_m = table[["x_m", "y_m"]].to_numpy(float), 1000.0 * reach_km
        tree = cKDTree(at)
        beside = np.flatnonzero(tree.query(at, k=2)[0][:, 1] <= reach_m)
        for row in beside[np.argsort(-table["payable_t"].to_numpy(float)[beside], kind="stable")]:
            if not left[row]:  # asked only of those that stay: thousands at one spot are counted once
                left[tree.query_ball_point(at[row], reach_m)] = True
                left[row] = False
    return table[~left].reset_index(drop=True), int(left.sum())


def _learning(
    table: pd.DataFrame, cost: np.ndarray, features: pd.DataFrame, model: TrainedModel, visits: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return rows in order of choice, the gain of each visit, and the foretold fall of the error up to it."""
    variance = model.grades(table["site_id"])["grade_sd"].to_numpy(float) ** 2
    weighed = np.sort(np.argsort(-variance, kind="stable")[:MOST_WEIGHED])
    if model.grade_field is None:
        covariance = np.diag(variance[weighed])
    else:
        own = table.iloc[weighed][["site_id", "x_m", "y_m"]].merge(pd.DataFrame(features), on="site_id", how="left")
        trend = model.prepare(own)
        x_km, y_km = own["x_m"].to_numpy() / 1000.0, own["y_m"].to_numpy() / 1000.0
        covariance = joint_covariance(model.grade_field, trend, x_km, y_km)
    chosen, gains, fall = learn_greedily(covariance, cost[weighed], VISIT_VARIANCE, visits)
    return weighed[chosen], gains, fall
