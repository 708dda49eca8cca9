"""A made-up publication of any size: invented names only, planted edge cases first."""
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers import schema
from layers.schema import conform, empty
from layers.validation import Figures, Null, RuleFigures, Validation
from maps.publication import TARGET_COLUMNS, Publication
from pipeline.learning.skill import decide

HOSTILE = [
    "back`tick",
    "C:\\data\\2019\\x",
    "${1+1}",
    'A "quoted" & Sons',
    "two\nlines",
    "<img src=x onerror=\"document.title='HIT'\">",
    "</script><script>document.title='HIT'</script>",
    "<b>bold</b> & <i>co</i>",
    "javascript:document.title='HIT'",
    "{{ 7*7 }} {% raw %}",
    "=1+1",
]
SPELLINGS = [
    "ʔaq̓am",
    "xʷməθkʷəy̓əm",
    "Tŝideldel",
    "Nłeʔkepmx",
    "Wet'suwet'en",
    "Wetʼsuwetʼen",
    "Mi'kmaq",
    "Ōtautahi",
    "Anishinaabe ᐊᓂᔑᓈᐯ",
    "ᓄᓇᕗᑦ",
    "Kahnawà:ke",
    "Eeyou Istchee",
]
"""Spellings that must survive every output byte for byte; they stand for site names here, as text and nothing else."""

TREATY = "historic_treaty"


def publication(
    n: int = 40, *, seed: int = 3, unscored: int = 2, names: list[str] | None = None, **changes: Any
) -> Publication:
    """Return a publication of ``n`` ranked and some unscored sites around 52 N, 90 W."""
    rng = np.random.default_rng(seed)
    total = n + unscored
    ids = [f"S{number:05d}" for number in range(1, total + 1)]
    lon, lat = np.round(-90 + rng.uniform(-4, 4, total), 5), np.round(52 + rng.uniform(-2.5, 2.5, total), 5)
    given = names if names is not None else [*HOSTILE, *SPELLINGS]
    labels = [given[at] if at < min(len(given), n) else f"Old Mine {at}" for at in range(total)]
    tonnage = np.where(rng.random(total) < 0.25, np.nan, np.round(10 ** rng.uniform(4, 7.6, total), -2))
    evidence = np.array(schema.EVIDENCE)[rng.choice(3, total, p=[0.2, 0.6, 0.2])]
    score = np.sort(np.round(rng.beta(1.4, 3, n), 4))[::-1]
    sites = gpd.GeoDataFrame(
        {
            "site_id": ids,
            "name": pd.Series(labels, dtype="str"),
            "aliases": pd.Series([f"Former Name {at}" if at % 5 == 0 else None for at in range(total)], dtype="str"),
            "record_ids": ids,
            "sources": "inventory_a",
            "official_ids": [f"A-{at:04d}" for at in range(total)],
            "jurisdiction": "Ontario",
            "latitude": lat,
            "longitude": lon,
            "coordinate_precision_km": 0.1,
            "coordinate_spread_km": np.nan,
            "commodities": rng.choice(["uranium; thorium", "gold", "copper; zinc", "nickel"], total),
            "deposit_type": rng.choice(["carbonatite", "vein", "porphyry"], total),
            "waste_type": rng.choice(["tailings", "waste_rock", "unknown"], total),
            "status": "abandoned",
            "hazard_class": None,
            "disposal": rng.choice(["impoundment", "lake", "unknown"], total),
            "mass_t": tonnage,
            "volume_m3": np.nan,
            "milled_t": np.nan,
            "area_m2": np.where(rng.random(total) < 0.5, np.nan, 250_000.0),
            "height_m": np.nan,
            "first_year": np.where(rng.random(total) < 0.5, np.nan, 1912.0),
            "last_year": np.where(rng.random(total) < 0.5, np.nan, 1957.0),
            "remarks": None,
            "url": ["javascript:alert(1)" if at == 0 else "https://example.org/record" for at in range(total)],
            "near_n": rng.integers(0, 30, total),
            "near_km": np.round(rng.uniform(0.2, 30, total), 2),
            "near_Th_z": np.round(rng.normal(0, 1.4, total), 2),
            "near_La_z": np.round(rng.normal(0, 1.4, total), 2),
            "waste_n": np.where(evidence == "measured", 4, 0),
            "waste_method": pd.Series(np.where(evidence == "measured", "inaa", None), dtype="str"),
            "waste_La_ppm": np.where(evidence == "measured", np.round(rng.lognormal(4, 1, total), 1), np.nan),
            "waste_Ce_ppm": np.where(evidence == "measured", np.round(rng.lognormal(4.6, 1, total), 1), np.nan),
            "waste_Nd_ppm": np.where(evidence == "measured", np.round(rng.lognormal(3.8, 1, total), 1), np.nan),
            "waste_treo_ppm": np.where(evidence == "measured", 800.0, np.nan),
            "site_kind": np.where(np.arange(total) % 5 == 4, "showing", "waste"),
            "inspected": "2019-05-04",
        },
        geometry=gpd.points_from_xy(lon, lat),
        crs="EPSG:4326",
    )
    treo = np.where(evidence[:n] == "none", np.nan, np.round(rng.lognormal(5.5, 1, n), 1))
    contained = treo * tonnage[:n] / 1e6
    communities = _communities()
    ranking = pd.DataFrame(
        {
            "rank": np.arange(1, n + 1),
            "site_id": ids[:n],
            "name": pd.Series(labels[:n], dtype="str"),
            "score": score,
            "score_low": np.clip(score - 0.12, 0, 1),
            "score_high": np.clip(score + 0.15, 0, 1),
            "rank_low": np.clip(np.arange(1, n + 1) - 5, 1, n),
            "rank_high": np.clip(np.arange(1, n + 1) + 8, 1, n),
            "evidence": evidence[:n],
            "treo_ppm": np.where(evidence[:n] == "measured", treo, np.nan),
            "treo_low_ppm": np.where(evidence[:n] == "measured", treo * 0.6, np.nan),
            "treo_high_ppm": np.where(evidence[:n] == "measured", treo * 1.7, np.nan),
            "tonnage_t": tonnage[:n],
            "tonnage_low_t": tonnage[:n] / 5,
            "tonnage_high_t": tonnage[:n] * 5,
            "tonnage_rule": np.where(np.isfinite(tonnage[:n]), "reported_mass", "unknown"),
            "contained_treo_t": contained,
            "contained_treo_low_t": contained / 6,
            "contained_treo_high_t": contained * 7,
            "companion_score": np.round(rng.uniform(0.1, 0.8, n), 3),
            "companion_rank": rng.permutation(n) + 1,
            "flags": pd.Series([None] * n, dtype="str"),
            "territories": "Area A; Area B",
            "nearest_community": rng.choice(communities["community"].to_numpy(), n),
            "community_km": np.round(rng.uniform(2, 180, n), 1),
            "latitude": lat[:n],
            "longitude": lon[:n],
            "reasons": pd.Series([None] * n, dtype="str"),
            "grade_rule": np.where(evidence[:n] == "measured", "assay", "model"),
            "treo_inferred_ppm": np.where(evidence[:n] == "inferred", treo, np.nan),
            "treo_inferred_low_ppm": np.where(evidence[:n] == "inferred", treo * 0.6, np.nan),
            "treo_inferred_high_ppm": np.where(evidence[:n] == "inferred", treo * 1.7, np.nan),
            "label": np.where(evidence[:n] == "measured", 1.0, np.nan),
            "applicability": "inside",
            "tied_with": 0,
            "payable_t": np.nan_to_num(contained * score),
            "payable_low_t": 0.0,
            "payable_high_t": np.nan_to_num(contained * 7),
            "chance_payable": score / 2,
            "order_cap_t": 5e6,
            "order_contained_t": 1200.0,
            "site_kind": np.where(np.arange(n) % 5 == 4, "showing", "waste"),
        }
    )
    territories = _territories()
    relation = _relations(sites, territories)
    access = pd.DataFrame(
        {
            "site_id": ids,
            "road_km": np.round(rng.exponential(8, total), 1),
            "rail_km": np.where(rng.random(total) < 0.3, np.nan, 12.0),
            "power_km": np.nan,
            "water_km": np.round(rng.exponential(3, total), 1),
            "structure_km": np.round(rng.exponential(6, total), 1),
            "nearest_community": [*ranking["nearest_community"], *["Community 1"] * unscored],
            "nearest_community_kind": "office_point",
            "community_km": [*ranking["community_km"], *[10.0] * unscored],
        }
    )
    reasons = pd.DataFrame(
        [
            {"site_id": one, "position": at + 1, "feature": feature, "value": value, "contribution": move}
            for one, z in zip(ids[:n], sites["near_Th_z"], strict=False)
            for at, (feature, value, move) in enumerate(
                [
                    ("near_Th_z", z, 0.8),
                    ("dep_carbonatite", 1.0, 0.5),
                    ("structure_km", 3.4, -0.2),
                    ("tonnage_log10", np.nan, -0.1),
                ]
            )
        ]
    )
    companion = ranking[["site_id", "companion_score", "companion_rank"]].assign(
        companion_low=lambda one: one["companion_score"] * 0.7,
        companion_high=lambda one: np.minimum(1, one["companion_score"] * 1.3),
        part_metal=0.6,
        part_amount=0.4,
        part_access=np.nan,
        part_liability=0.5,
    )
    flags = pd.DataFrame(
        [
            {
                "site_id": one,
                "flag": ["lake_disposal", "radioactivity_possible"][at % 2],
                "finding": ["disposal_lake", "asbestos"][at % 2],
                "values": "{}",
                "source": "inventory_a",
            }
            for at, one in enumerate(ids)
            if at % 3 == 0
        ]
    )
    plan = pd.DataFrame(
        {
            "order": np.arange(1, min(n, 10) + 1),
            "site_id": ids[: min(n, 10)],
            "gain": np.linspace(1, 0.3, min(n, 10)),
            "block": "district 1",
            "speak_first_with": "Area A; Area B",
        }
    )
    made = Publication(
        title="Made-up region",
        run_id="0123456789ab",
        run_date="2026-11-25",
        contact="contact@example.org",
        target="REE",
        ranking=conform(ranking, schema.Ranking),
        sites=conform(sites, schema.Sites),
        reasons=conform(reasons, schema.Reasons),
        companion=conform(companion, schema.Companion),
        access=conform(access, schema.SiteAccess),
        flags=conform(flags, schema.SiteFlags),
        site_territories=conform(relation, schema.SiteTerritories),
        sampling_plan=conform(plan, schema.SamplingPlan),
        territories=territories,
        communities=communities,
        lines=_lines(),
        backdrop=_backdrop(),
        sources=_sources(),
        accounting=pd.DataFrame(
            {
                "source": ["inventory_a", "regional_samples"],
                "role": ["inventory", "geochemistry"],
                "rows_read": [total + 7, 1200],
                "rows_kept": [total, 1190],
                "rows_merged": [3, 8],
                "rows_withheld": [1, 0],
                "rows_rejected": [3, 2],
            }
        ),
        notes=pd.DataFrame(
            {
                "source": ["inventory_a"],
                "code": ["datum_shift"],
                "message": ["12 points were moved from NAD27 to NAD83."],
                "count": [12],
            }
        ),
        validation=_validation(n),
        rejected=conform(
            pd.DataFrame(
                {
                    "source": ["inventory_a"] * 3 + ["regional_samples"] * 2,
                    "source_row": [4, 9, 11, 3, 8],
                    "reason_code": ["no_coordinates"] * 3 + ["bad_number"] * 2,
                    "reason": ["latitude is missing <b>x</b>"] * 3 + ["La is 'abc'"] * 2,
                    "raw": ["{}"] * 5,
                }
            ),
            schema.Rejected,
        ),
        diagnostics=_diagnostics(),
        withheld=2,
    )
    return replace(made, **changes)


def with_targets(made: Publication, symbols: tuple[str, ...] = ("Co", "Sb")) -> Publication:
    """Return the publication with further targets; the order of each turns that of the former one round."""
    ranking = pd.DataFrame(made.ranking)
    n, last = len(ranking), ranking["site_kind"].eq("showing").to_numpy()
    parts = []
    for step, symbol in enumerate(("REE", *symbols)):
        score = np.linspace(0.9, 0.01, n)
        ids = ranking["site_id"].to_numpy()[:: -1 if step % 2 else 1]
        behind = last[:: -1 if step % 2 else 1]
        order = np.argsort(behind, kind="stable")
        part = pd.DataFrame(
            {
                "site_id": ids[order],
                "target": symbol,
                "rank": np.arange(1, n + 1),
                "rank_low": 1,
                "rank_high": n,
                "score": score[order],
                "score_low": score[order] / 2,
                "score_high": np.minimum(1.0, score[order] * 1.1),
                "evidence": np.where(np.arange(n) == 0, "measured", "inferred"),
                "grade_ppm": 100.0,
                "grade_low_ppm": 20.0,
                "grade_high_ppm": 500.0,
                "grade_rule": "hosts",
                "contained_t": np.nan,
                "contained_low_t": np.nan,
                "contained_high_t": np.nan,
                "host": None,
                "payable_t": score[order] * 10,
                "tied_with": 0,
                "threshold_ppm": 300.0,
                "worth_sampling": (score[order] >= 0.3) & ~behind[order],
                "ranked_last": behind[order],
            }
        )
        parts.append(part[list(TARGET_COLUMNS)])
    names = {"Co": {"en": "cobalt", "fr": "cobalt"}, "Sb": {"en": "antimony", "fr": "antimoine"}}
    diagnostics = dict(made.diagnostics) | {"target_names": names, "worth_chance": 0.3}
    return replace(made, targets=pd.concat(parts, ignore_index=True), diagnostics=diagnostics)


def _territories() -> Any:
    rows = [
        ("Area A", TREATY, shapely.box(-94, 49.5, -89, 53)),
        ("Area B", TREATY, shapely.box(-90, 50.5, -86, 54.5)),
        ("Area C", "modern_treaty", shapely.Point(-91, 53).buffer(0.9)),
        ("ᐊᓂᔑᓈᐯ", "reserve", shapely.Point(-88.5, 51).buffer(0.08)),
    ]
    table = gpd.GeoDataFrame(
        {
            "territory_id": [f"T{at}" for at in range(len(rows))],
            "territory": [one[0] for one in rows],
            "territory_other_names": pd.Series([None, "Área B", None, None], dtype="str"),
            "layer": [one[1] for one in rows],
            "source": "areas_public",
            "steward": "Steward 1",
            "publish": ["allowed", "allowed", "generalised", "allowed"],
        },
        geometry=[one[2] for one in rows],
        crs="EPSG:4326",
    )
    return conform(table, schema.Territories)


def _relations(sites: Any, territories: Any) -> pd.DataFrame:
    rows = []
    for site in sites.itertuples():
        for area in territories.itertuples():
            inside = area.geometry.intersects(site.geometry)
            gap = area.geometry.distance(site.geometry) * 80
            if inside or gap < 60:
                rows.append(
                    {
                        "site_id": site.site_id,
                        "territory_id": area.territory_id,
                        "territory": area.territory,
                        "layer": area.layer,
                        "relation": "inside" if inside else "near",
                        "share": 1.0 if inside else np.nan,
                        "distance_km": round(gap, 1),
                        "steward": area.steward,
                    }
                )
        if len(sites) > 5000 and len(rows) > 9000:
            break
    return pd.DataFrame(rows)


def _communities() -> Any:
    x, y = np.array([-90.2, -88.1, -92.4, -91.0]), np.array([51.3, 53.2, 50.2, 53.6])
    table = gpd.GeoDataFrame(
        {
            "community_id": ["C1", "C2", "C3", "C4"],
            "community": ["Community 1", "Community 2", "Kahnawà:ke", "Community 4"],
            "kind": ["office_point", "office_point", "office_point", "place"],
            "source": "communities_public",
            "publish": "allowed",
            "latitude": y,
            "longitude": x,
        },
        geometry=gpd.points_from_xy(x, y),
        crs="EPSG:4326",
    )
    return conform(table, schema.Communities)


def _lines() -> Any:
    x = np.linspace(-94, -86, 60)
    rows = [
        ("road", shapely.LineString(np.column_stack([x, 51.3 + 0.3 * np.sin(x)]))),
        ("road", shapely.LineString([(x[30], 51.3 + 0.3 * np.sin(x[30])), (-89.8, 53.0), (-88.1, 53.2)])),
        ("rail", shapely.LineString([(-94, 50.1), (-86, 50.6)])),
        ("water", shapely.LineString(np.column_stack([x, 52.6 + 0.4 * np.cos(2 * x)]))),
    ]
    table = gpd.GeoDataFrame(
        {
            "line_id": [f"L{at}" for at in range(len(rows))],
            "name": pd.Series([None, None, None, "River One"], dtype="str"),
            "kind": [one[0] for one in rows],
            "source": "lines_public",
        },
        geometry=[one[1] for one in rows],
        crs="EPSG:4326",
    )
    return conform(table, schema.Lines)


def _backdrop() -> Any:
    table = gpd.GeoDataFrame(
        {
            "backdrop_id": ["B0", "B1", "B2", "B3"],
            "name": ["Land", "Lake One", "Lake Two", "Town One"],
            "kind": ["land", "lake", "lake", "town"],
            "source": "ground_public",
            "people": [np.nan, np.nan, np.nan, 4200.0],
        },
        geometry=[
            shapely.box(-96, 48.5, -84, 56),
            shapely.Point(-87.2, 51.9).buffer(0.45),
            shapely.Point(-92.6, 52.2).buffer(0.3),
            shapely.Point(-89.6, 51.6),
        ],
        crs="EPSG:4326",
    )
    return conform(table, schema.Backdrop)


def _sources() -> pd.DataFrame:
    common = {
        "publisher": "Publisher 1",
        "licence": "Open licence 1.0",
        "attribution": None,
        "steward": None,
        "date": "2025-06-01",
    }
    rows = [
        {
            "source_id": "inventory_a",
            "title": "Inventory of old mines",
            "role": "inventory",
            "address": "https://example.org/inventory",
        },
        {
            "source_id": "regional_samples",
            "title": "Regional sediment",
            "role": "geochemistry",
            "address": "javascript:alert(1)",
        },
        {"source_id": "areas_public", "title": "Areas of treaties", "role": "territories", "address": None},
        {"source_id": "communities_public", "title": "Communities", "role": "communities", "address": None},
    ]
    return pd.DataFrame([{**common, "use_conditions": None, **one} for one in rows])


def _validation(n: int) -> Validation:
    figures = {
        "auc": 0.81, "auc_low": 0.7, "auc_high": 0.9, "auc_by": "within_folds", "brier": 0.14,
        "capture": {"5": 0.3, "10": 0.5, "20": 0.7}, "capture_low": {"5": 0.12, "10": 0.3, "20": 0.5}, "capture_high": {"5": 0.5, "10": 0.7, "20": 0.85},
    }  # fmt: skip
    lead = {"lead": 0.09, "lead_low": 0.02, "lead_high": 0.17}
    spatial, null = Figures(**figures), Null(auc=0.5, auc_low=0.38, auc_high=0.62, p_value=0.02, n=99)
    baselines = {
        "tonnage": RuleFigures(**{**figures, "auc": 0.55, "lead": 0.26, "lead_low": 0.1, "lead_high": 0.4}),
        "companion": RuleFigures(**{**figures, "auc": 0.72, **lead}), "commodity": None, "logistic": None,
    }  # fmt: skip
    return Validation(
        target="REE", n_sites=n, n_positive=12, blocks=9, spatial=spatial, random=Figures(**{**figures, "auc": 0.93}),
        null=null, baselines=baselines, verdict=decide("validated", spatial, null, baselines, (), "assay"),
        kind="pu_bagging", status="validated", block_km=60.0, dropped_features={"near_n": "constant"}, model="logistic",
    )  # fmt: skip


def _diagnostics() -> dict[str, Any]:
    share = np.linspace(0, 1, 51)
    found = share**0.4
    return {
        "prediction_rate": {"share_of_sites": share.tolist(), "share_of_positives": found.tolist(), "low": (found * 0.8).tolist(), "high": np.minimum(1, found * 1.15).tolist()},
        "reliability": {"score": [0.1, 0.3, 0.5, 0.7, 0.9], "share": [0.05, 0.2, 0.55, 0.6, 0.8], "low": [0, 0.1, 0.3, 0.4, 0.5], "high": [0.2, 0.4, 0.7, 0.8, 1.0], "n": [9, 9, 8, 8, 8]},
        "variogram": {"lag_km": [5, 15, 30, 50, 80], "semivariance": [0.05, 0.1, 0.17, 0.2, 0.2], "pairs": [40, 80, 160, 200, 300], "range_km": 42.0, "nugget": 0.03, "sill": 0.2},
        "importance": {"near_Th_z": 0.6, "near_La_z": 0.4, "structure_km": 0.2, "dep_carbonatite": 0.1},
    }  # fmt: skip


def nothing(**changes: Any) -> Publication:
    """Return a publication without context layers, reasons, flags, plan or validation."""
    made = publication(5, unscored=0)
    return replace(
        made,
        territories=empty(schema.Territories),
        site_territories=empty(schema.SiteTerritories),
        communities=empty(schema.Communities),
        lines=empty(schema.Lines),
        backdrop=empty(schema.Backdrop),
        reasons=empty(schema.Reasons),
        flags=empty(schema.SiteFlags),
        sampling_plan=empty(schema.SamplingPlan),
        rejected=empty(schema.Rejected),
        notes=made.notes.iloc[:0],
        validation=None,
        diagnostics={},
        contact=None,
        withheld=0,
        **changes,
    )
