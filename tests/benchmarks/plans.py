"""What sampling plans bring, by planted truth: every plan visits the same regions with the same noise of assays."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.kernels.linear_field import LinearField, predict_field
from pipeline.stages.plan_sampling import VISIT_VARIANCE, PlanSamplingParams, plan_sampling
from tests.benchmarks.known_region import KnownRegion

VISITS = 20


def find_figures(region: KnownRegion, table: pd.DataFrame, model: Any, visits: int = VISITS) -> dict[str, float]:
    """Return the share of planted tonnes the plan to find meets, beside score x tonnes and the list, per visit and per cost."""
    plan = _plan(region, table, model, "find", len(table))
    costs = plan.set_index("site_id")["cost"]
    open_rows = table["evidence"].ne("measured") & table["site_id"].isin(costs.index)
    told = table[open_rows].set_index("site_id")
    orders = {
        "plan": list(plan["site_id"]),
        "score x tonnes": list(
            (told["score"] * told["tonnage_t"].fillna(0.0)).sort_values(ascending=False, kind="stable").index
        ),
        "list": list(told.index),
    }
    figures = {}
    for name, order in orders.items():
        chosen = order[:visits]
        for kind in ("payable", "contained"):
            share = told.loc[chosen, f"true_{kind}_t"].sum() / told[f"true_{kind}_t"].sum()
            figures[f"find, share of {kind}, {name}"] = share
            figures[f"find, share of {kind} per mean visit's cost, {name}"] = (
                share * costs.mean() / costs.loc[chosen].mean()
            )
    return figures


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


def _plan(region: KnownRegion, ranking: pd.DataFrame, model: Any, purpose: Any, visits: int) -> pd.DataFrame:
    layers = region.layers
    params = PlanSamplingParams(purpose=purpose, n_sites=visits)
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
    sites, field = region.layers["sites"], model.grade_field
    point = sites.geometry.representative_point()
    place = pd.DataFrame(
        {"site_id": sites["site_id"].to_numpy(), "x_km": point.x.to_numpy() / 1000, "y_km": point.y.to_numpy() / 1000}
    ).merge(pd.DataFrame(region.layers["features"]), on="site_id")
    rows = place[place["site_id"].isin(visited)]
    more = _with_more(field, model, rows, assay.loc[rows["site_id"]].to_numpy())
    asked = place[place["site_id"].isin(judged)]
    mean, _, _ = predict_field(more, model.prepare(asked), asked["x_km"].to_numpy(), asked["y_km"].to_numpy())
    return float(np.sqrt(np.mean((mean - truth.loc[asked["site_id"]].to_numpy()) ** 2)))


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
