"""What sampling plans bring, by planted truth: every plan visits the same regions with the same noise of assays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from pipeline.kernels.linear_field import LinearField, predict_field
from pipeline.stages.plan_sampling import VISIT_VARIANCE, PlanSamplingParams, plan_sampling
from tests.benchmarks.known_region import KnownRegion

VISITS = 20


def find_figures(region: KnownRegion, table: pd.DataFrame, model: Any, visits: int = VISITS) -> dict[str, float]:
    """Return the share of planted tonnes the plan to find meets, beside score x tonnes and the list.

    Per visit; per visit of the mean cost; and at equal cost: what the visits of each bring until they have cost what so many by
    score x tonnes do, the last of them in part, beside what visits that know the truth would bring. A plan that costs less goes
    on with what brings most for its own cost.
    """
    plan = _plan(region, table, model, "find", visits)
    every = _plan(region, table, model, "find", len(table), least_payable_t=0.0, one_visit_km=0.0)
    costs = every.set_index("site_id")["cost"]
    open_rows = table["evidence"].ne("measured") & table["site_id"].isin(costs.index)
    told = table[open_rows].set_index("site_id")
    orders = {
        "plan": [*plan["site_id"], *every["site_id"][~every["site_id"].isin(plan["site_id"])]],
        "score x tonnes": list(
            (told["score"] * told["tonnage_t"].fillna(0.0)).sort_values(ascending=False, kind="stable").index
        ),
        "list": list(told.index),
    }
    orders |= _made_again(region, told, model, costs, visits)
    figures = {}
    limit = costs.loc[orders["score x tonnes"][:visits]].sum()
    for kind in ("payable", "contained"):
        true = told[f"true_{kind}_t"]
        best = list((true / costs.loc[told.index]).sort_values(ascending=False, kind="stable").index)
        for name, order in (orders | {"best possible": best}).items():
            figures[f"find, share of {kind} at equal cost, {name}"] = _within(order, costs, true, limit) / true.sum()
    for name, order in orders.items():
        chosen = order[:visits]
        for kind in ("payable", "contained"):
            share = told.loc[chosen, f"true_{kind}_t"].sum() / told[f"true_{kind}_t"].sum()
            figures[f"find, share of {kind}, {name}"] = share
            figures[f"find, share of {kind} per mean visit's cost, {name}"] = (
                share * costs.mean() / costs.loc[chosen].mean()
            )
    return figures


def _within(order: list[str], costs: pd.Series, true: pd.Series, limit: float) -> float:
    """Return what the visits of an order bring until they have cost so much, the last of them in part."""
    spent = costs.loc[order].cumsum().to_numpy()
    parts = np.clip((limit - np.append(0.0, spent[:-1])) / costs.loc[order].to_numpy(), 0.0, 1.0)
    return float((parts * true.loc[order].to_numpy()).sum())


def _made_again(
    region: KnownRegion, told: pd.DataFrame, model: Any, costs: pd.Series, visits: int, batch: int = 5
) -> dict[str, list[str]]:
    """Return the order of visits of a plan to find that is made again after every few visits, with their assays.

    What the assays of others tell of a waste moves its expected payable tonnes as it moves the expectation of a grade that pays.
    """
    if model.grade_field is None:
        return {}
    rng = np.random.default_rng([region.seed, 73])
    truth = np.log10(region.truth.set_index("site_id")["treo_ppm"])
    assay = truth + np.sqrt(VISIT_VARIANCE) * pd.Series(rng.standard_normal(len(truth)), index=truth.index)
    place = _placed(region)
    asked = place.set_index("site_id").loc[told.index].reset_index()
    least = float(np.log10(told["order_grade_ppm"].iloc[0]))
    order: list[str] = []
    before = None
    for _ in range(0, len(told), batch):
        rows = place[place["site_id"].isin(order)]
        field = _with_more(model.grade_field, model, rows, assay.loc[rows["site_id"]].to_numpy())
        mean, variance, _ = predict_field(
            field, model.prepare(asked), asked["x_km"].to_numpy(), asked["y_km"].to_numpy()
        )
        paying = _paying(mean, np.sqrt(variance), least)
        before = paying if before is None else before
        gain = told["payable_t"] * paying / before / costs.loc[told.index]
        order += list(gain.drop(order).sort_values(ascending=False, kind="stable").index[:batch])
        if len(order) >= 2 * visits:
            break
    rest = (told["payable_t"] / costs.loc[told.index]).drop(order).sort_values(ascending=False, kind="stable")
    return {"plan made again": [*order, *rest.index]}


def _paying(mean: np.ndarray, sd: np.ndarray, least: float) -> np.ndarray:
    """Return the expectation of a grade that counts only where it pays, ppm (of a lognormal)."""
    width = np.log(10.0) * sd
    whole = 10.0**mean * np.exp(width**2 / 2.0)
    paying: np.ndarray = whole * ndtr((mean - least) / sd + width)
    return np.maximum(paying, 1e-12)


def learn_figures(region: KnownRegion, table: pd.DataFrame, model: Any, visits: int = VISITS) -> dict[str, float]:
    """Return by how much the error of the grades of a fixed third of the open sites falls after the visits of each plan.

    No plan may visit that third: what is left unvisited would differ by plan. Assays are drawn once per site.
    """
    if model.grade_field is None:
        return {}
    rng = np.random.default_rng([region.seed, 71])
    open_sites = table[table["evidence"].ne("measured") & table["ranked_last_reason"].isna()]
    ids = np.sort(open_sites["site_id"].to_numpy(str))
    judged = set(rng.choice(ids, len(ids) // 3, replace=False))
    truth = np.log10(region.truth.set_index("site_id")["treo_ppm"])
    assay = truth + np.sqrt(VISIT_VARIANCE) * pd.Series(rng.standard_normal(len(truth)), index=truth.index)
    may = table[~table["site_id"].isin(judged)]
    wide = open_sites[~open_sites["site_id"].isin(judged)]
    plan = _plan(region, may, model, "learn", visits)
    grades = model.grades(wide["site_id"])["grade_sd"].to_numpy(float)
    picks = {
        "learn": list(plan["site_id"]),
        "widest": list(wide["site_id"].to_numpy(str)[np.argsort(-grades, kind="stable")[:visits]]),
    }
    picks |= {
        f"random {k}": list(rng.choice(np.sort(wide["site_id"].to_numpy(str)), visits, replace=False)) for k in range(4)
    }
    before = _error(region, model, [], assay, judged, truth)
    falls = {name: 1.0 - _error(region, model, chosen, assay, judged, truth) / before for name, chosen in picks.items()}
    return {
        "learn, error falls by": falls["learn"],
        "learn, widest falls by": falls["widest"],
        "learn, random falls by": float(np.mean([falls[f"random {k}"] for k in range(4)])),
        "learn, foretold": float(plan["foretold_fall"].iloc[-1]),
        "learn, error before": before,
    }


def _plan(
    region: KnownRegion, ranking: pd.DataFrame, model: Any, purpose: Any, visits: int, **changes: float
) -> pd.DataFrame:
    layers = region.layers
    params = PlanSamplingParams(purpose=purpose, n_sites=visits, **changes)  # type: ignore[arg-type]
    return pd.DataFrame(
        plan_sampling(
            ranking,  # type: ignore[arg-type]
            layers["sites"],
            layers["features"],
            model,
            layers["site_access"],
            layers["site_territories"],
            params,
        )
    )


def _error(
    region: KnownRegion, model: Any, visited: list[str], assay: pd.Series, judged: set[str], truth: pd.Series
) -> float:
    """Return the root-mean-square error of the grades of the judged sites, with assays of the visited ones added to the field."""
    field, place = model.grade_field, _placed(region)
    rows = place[place["site_id"].isin(visited)]
    more = _with_more(field, model, rows, assay.loc[rows["site_id"]].to_numpy())
    asked = place[place["site_id"].isin(judged)]
    mean, _, _ = predict_field(more, model.prepare(asked), asked["x_km"].to_numpy(), asked["y_km"].to_numpy())
    return float(np.sqrt(np.mean((mean - truth.loc[asked["site_id"]].to_numpy()) ** 2)))


def _placed(region: KnownRegion) -> pd.DataFrame:
    """Return the features of all sites with ``x_km`` and ``y_km``."""
    sites = region.layers["sites"]
    point = sites.geometry.representative_point()
    return pd.DataFrame(
        {"site_id": sites["site_id"].to_numpy(), "x_km": point.x.to_numpy() / 1000, "y_km": point.y.to_numpy() / 1000}
    ).merge(pd.DataFrame(region.layers["features"]), on="site_id")


def _with_more(field: LinearField, model: Any, rows: pd.DataFrame, value: np.ndarray) -> LinearField:
    """Return the regression fitted again, variances and all, with more measured sites."""
    from pipeline.kernels.linear_field import fit_field

    if rows.empty:
        return field
    table = np.vstack([field.design[:, :-1], model.prepare(rows)])
    return fit_field(
        table,
        np.append(field.value, value),
        np.append(field.own_variance, np.full(len(rows), VISIT_VARIANCE)),
        np.append(field.x_km, rows["x_km"]),
        np.append(field.y_km, rows["y_km"]),
    )
