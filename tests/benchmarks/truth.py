"""Hold the ranking against the planted truth of invented regions: `python -m tests.benchmarks.truth --seeds 1-12 --sites 300`.

Every figure is printed with its mean over seeds and a 90 % interval of the mean (Student's t over seeds, for the sites of one
seed share a model). The verdict on a coverage is *inside* where that interval lies within 0.85 to 0.95, *outside* where it lies
wholly off it, else *not told* (Schuirmann 1987).
"""

from __future__ import annotations

import argparse
import pickle
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from layers.site_layers import SiteLayers
from pipeline.learning.validation import area_under_curve
from pipeline.stages.rank_sites import RankSitesParams, rank_sites
from pipeline.stages.train_model import train_model
from tests.benchmarks.known_region import KnownRegion, known_region
from tests.benchmarks.plans import find_figures, learn_figures

WITHIN = (0.85, 0.95)
VISITS = 20
LEAST_FORETOLD = 0.05
"""Foretold fall of the error from which a plan to learn is held against random visits."""


def rank_region(region: KnownRegion, **changes: Any) -> tuple[pd.DataFrame, Any]:
    """Train and rank one region; ``changes`` are settings of `rank_sites`."""
    layers, config = region.layers, region.config
    model = train_model(
        layers["features"],
        layers["labels"],
        layers["companion"],
        layers["site_tonnage"],
        layers["sites"],
        config.train_model,
    )
    return rank_again(region, model, **changes), model


def rank_again(region: KnownRegion, model: Any, **changes: Any) -> pd.DataFrame:
    """Rank one region by a model that is there already."""
    layers = region.layers
    names = ("samples", "rasters", "territories", "access", "tonnage")
    tables = {name: layers[f"site_{name}"] for name in names} | {
        name: layers[name] for name in ("sites", "flags", "labels")
    }
    params = RankSitesParams(**(region.config.rank_sites.model_dump() | changes))
    return pd.DataFrame(rank_sites(SiteLayers(**tables), layers["features"], layers["companion"], model, params))


def beside_truth(ranking: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Return the ranking, best first, with ``true_ppm``, ``true_t``, ``true_contained_t``, ``true_payable_t`` and ``rich``."""
    told = truth.set_index("site_id").loc[ranking["site_id"]].reset_index(drop=True)
    least = float(ranking["order_grade_ppm"].iloc[0])
    contained = told["treo_ppm"] * told["tonnes_t"] / 1e6
    return ranking.reset_index(drop=True).assign(
        true_ppm=told["treo_ppm"],
        true_t=told["tonnes_t"],
        true_contained_t=contained,
        true_payable_t=contained.where(told["treo_ppm"] >= least, 0.0),
        rich=told["treo_ppm"] >= least,
    )


def figures_of(table: pd.DataFrame, by_grade: pd.DataFrame, first: int, seed: int) -> dict[str, float]:
    """Return all figures of one region.

    Parameters
    ----------
    table, by_grade : DataFrame
        The default ranking and the one by grade, from `beside_truth`.
    first : int
        Places whose contained oxide is counted.
    seed : int
        Breaks the ties of the truth.
    """
    n = len(table)
    unassayed = (table["evidence"] != "measured").to_numpy()
    held = _rank_held(table, np.random.default_rng([seed, 61]))
    top = table["rank"].to_numpy() <= n / 5
    rich, score = table["rich"].to_numpy(bool), table["score"].to_numpy(float)
    open_rich, open_score = rich[unassayed], score[unassayed]
    order = np.argsort(-by_grade["order_value"].to_numpy(float)[_places(table, by_grade)][unassayed], kind="stable")
    fifth = order[: int(np.ceil(unassayed.sum() / 5))]
    figures = {
        "rank 90 % holds, all": held.mean(),
        "rank 90 % holds, unassayed": held[unassayed].mean(),
        "rank 90 % holds, top fifth": held[top].mean(),
        "rank interval, mean width / n": float((table["rank_high"] - table["rank_low"]).mean() / n),
        "AUC, unassayed": area_under_curve(open_rich, open_score),
        "capture in a fifth, unassayed": open_rich[fifth].sum() / max(1, open_rich.sum()),
        "rich in top fifth by grade": by_grade["rich"][: int(np.ceil(n / 5))].sum() / max(1, rich.sum()),
        "sum of chances, unassayed": open_score.sum(),
        "rich, unassayed": float(open_rich.sum()),
        "Brier, unassayed": float(np.mean((open_score - open_rich) ** 2)),
    }
    grade = table["treo_ppm"].fillna(table["treo_inferred_ppm"]).to_numpy(float)
    product = np.nan_to_num(grade * table["tonnage_t"].to_numpy(float))
    for name in ("contained", "payable"):
        true = table[f"true_{name}_t"].to_numpy(float)
        total = true.sum()
        figures |= {
            f"{name} in first {first}": true[:first].sum() / total,
            f"{name} in first {first}, grade x tonnes": true[np.argsort(-product, kind="stable")[:first]].sum() / total,
            f"{name} in first {first}, best possible": np.sort(true)[::-1][:first].sum() / total,
        }
    figures["stated / true payable, first " + str(first)] = (
        table["payable_t"][:first].sum() / table["true_payable_t"][:first].sum()
    )
    for kind in ("treo", "treo_inferred"):
        low, high = table[f"{kind}_low_ppm"], table[f"{kind}_high_ppm"]
        known = low.notna() & high.notna()
        figures[f"90 % range of grade holds, {kind}"] = (
            table["true_ppm"][known].between(low[known], high[known]).mean() if known.any() else float("nan")
        )
    return figures


def contained_figures(table: pd.DataFrame) -> dict[str, float]:
    """Return how many true contained tonnes lie in their 90 % ranges, and how many assays are the end of their own."""
    known = table[table["contained_treo_t"].notna()]
    held = known["true_contained_t"].between(known["contained_treo_low_t"], known["contained_treo_high_t"])
    by_footprint = known["tonnage_rule"] == "area_law"
    figures = {
        "90 % range of contained holds": held.mean(),
        "90 % range of contained holds, unassayed": held[known["evidence"] != "measured"].mean(),
        "90 % range of contained holds, footprint alone": held[by_footprint].mean(),
    }
    for name, rows in (("footprint alone", table["tonnage_rule"] == "area_law"), ("all", table["tonnage_t"].notna())):
        own = table[rows]
        figures[f"90 % range of tonnes holds, {name}"] = (
            own["true_t"].between(own["tonnage_low_t"], own["tonnage_high_t"]).mean()
        )
    assayed = table["treo_ppm"].notna()
    ends = [np.isclose(table["treo_ppm"], table[f"treo_{end}_ppm"], rtol=1e-6) for end in ("low", "high")]
    figures["assays at an end of their range"] = float((assayed & (ends[0] | ends[1])).sum())
    return figures


def _places(table: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """Return where each site of one ranking stands in another."""
    where = pd.Series(np.arange(len(other)), index=other["site_id"])
    return where.loc[table["site_id"]].to_numpy()


def _rank_held(table: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Say whether the interval of each rank holds the rank by true payable tonnes, ties at random."""
    true = table["true_payable_t"].to_numpy(float)
    order = np.lexsort((rng.random(len(true)), -true))
    rank = np.empty(len(true), dtype=int)
    rank[order] = np.arange(1, len(true) + 1)
    return ((rank >= table["rank_low"]) & (rank <= table["rank_high"])).to_numpy()


def reliability(tables: Sequence[pd.DataFrame], bins: int = 8) -> pd.DataFrame:
    """Return mean score and share of rich ones among unassayed sites, in bins of equal count over all seeds."""
    every = pd.concat([one[one["evidence"] != "measured"] for one in tables])
    group = pd.qcut(every["score"].rank(method="first"), bins, labels=False)
    return every.groupby(group).agg(score=("score", "mean"), rich=("rich", "mean"), sites=("score", "size"))


def summary(figures: pd.DataFrame) -> pd.DataFrame:
    """Return mean, 90 % interval of the mean, least and greatest of every figure over seeds."""
    count = len(figures)
    half = figures.std(ddof=1) / np.sqrt(count) * (student.ppf(0.95, count - 1) if count > 1 else np.nan)
    mean = figures.mean()
    table = pd.DataFrame(
        {"mean": mean, "low": mean - half, "high": mean + half, "least": figures.min(), "most": figures.max()}
    )
    held = table.index.str.contains("holds")
    inside = (table["low"] >= WITHIN[0]) & (table["high"] <= WITHIN[1])
    off = (table["high"] < WITHIN[0]) | (table["low"] > WITHIN[1])
    table["verdict"] = np.where(held, np.where(inside, "inside", np.where(off, "outside", "not told")), "")
    return table


def seeds_of(text: str) -> list[int]:
    """Return seeds from ``1-6,11``."""
    parts = [one.split("-") for one in text.split(",")]
    return [seed for one in parts for seed in range(int(one[0]), int(one[-1]) + 1)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Rank the regions of some seeds and print how true every word of the ranking is."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seeds", default="1-6", help="for example 1-6,11")
    parser.add_argument("--sites", type=int, default=300)
    parser.add_argument("--assayed-by", default="types", choices=["types", "halo", "richness"])
    parser.add_argument("--cache", type=Path, default=Path("build/known_regions"))
    parser.add_argument(
        "--audited", action="store_true", help="give the ranking the true share of rich wastes unassayed"
    )
    parser.add_argument("--plans", action="store_true", help="also try the sampling plans")
    parser.add_argument(
        "--results",
        type=Path,
        help="folder of figures by seed: seeds found there are not ranked again, so that parts add up",
    )
    chosen = parser.parse_args(arguments)
    chosen.cache.mkdir(parents=True, exist_ok=True)
    first = 20 if chosen.sites <= 1000 else 100
    rows, tables = [], []
    for seed in seeds_of(chosen.seeds):
        kept = None if chosen.results is None else chosen.results / f"{chosen.assayed_by}_{chosen.sites}_{seed}.pickle"
        if kept is not None and kept.is_file():
            figures_of_seed, table = pickle.loads(kept.read_bytes())
        else:
            figures_of_seed, table = _one_seed(seed, first, chosen)
            if kept is not None:
                kept.parent.mkdir(parents=True, exist_ok=True)
                kept.write_bytes(pickle.dumps((figures_of_seed, table)))
        rows.append(figures_of_seed | contained_figures(table))
        tables.append(table)
    figures = pd.DataFrame(rows)
    shown = summary(figures)
    ratio = figures["sum of chances, unassayed"].sum() / figures["rich, unassayed"].sum()
    with pd.option_context("display.width", 160, "display.max_rows", 100, "display.float_format", "{:.3f}".format):
        print(shown.to_string())
        print(f"\nmean chance / observed share among unassayed, pooled: {ratio:.3f}")
        print(reliability(tables).to_string())
        for figure in (one for one in figures if one.startswith("find") and ", plan" in one):
            against = figures[figure[: figure.index(", plan")] + ", score x tonnes"]
            lead = figures[figure] - against
            error = lead.std(ddof=1) / np.sqrt(len(lead)) if len(lead) > 1 else float("nan")
            print(
                f"{figure}: {figures[figure].mean() / against.mean():.3f} x score x tonnes ({lead.mean():+.3f}, se {error:.3f})"
            )
        for kind in ("contained", "payable"):
            lead = figures[f"{kind} in first {first}"] - figures[f"{kind} in first {first}, grade x tonnes"]
            error = lead.std(ddof=1) / np.sqrt(len(lead)) if len(lead) > 1 else float("nan")
            print(
                f"\n{kind} in the first {first}, lead over grade x tonnes: {lead.mean():+.3f} (paired standard error {error:.3f})"
            )
        if "learn, foretold" in figures:
            worth = figures[figures["learn, foretold"] >= LEAST_FORETOLD]
            falls = worth[[f"learn, {plan}falls by" for plan in ("error ", "random ")]].mean()
            print(f"\nlearn, {len(worth)} regions of {LEAST_FORETOLD:.0%} foretold and more: {falls.to_dict()}")


def _one_seed(seed: int, first: int, chosen: argparse.Namespace) -> tuple[dict[str, float], pd.DataFrame]:
    """Make, rank and judge the region of one seed."""
    region = known_region(seed, chosen.sites, chosen.cache, chosen.assayed_by)
    start = time.process_time()
    ranking, model = rank_region(region)
    if chosen.audited:
        rich = region.truth.set_index("site_id").loc[ranking["site_id"], "rich"].to_numpy()
        share = float(rich[ranking["grade_rule"].ne("assay").to_numpy()].mean())
        ranking = rank_again(region, model, rich_share_unassayed=share)
    grade = rank_again(region, model, order_by="grade")
    table, by_grade = (beside_truth(one, region.truth) for one in (ranking, grade))
    by_grade["order_value"] = -by_grade["rank"].astype(float)
    figures = figures_of(table, by_grade, first, seed)
    if chosen.plans:
        figures |= find_figures(region, table, model) | learn_figures(region, table, model)
    taken = time.process_time() - start
    verdict = model.validation.verdict.outcome
    print(f"seed {seed}: {taken:.1f} s of processor, {verdict}, AUC {figures['AUC, unassayed']:.3f}", flush=True)
    return figures, table


if __name__ == "__main__":
    main()
