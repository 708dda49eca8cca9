"""The whole chain on the invented region: what `make demo` does, and what must hold of its folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from layers.catalogue.source import resolve
from layers.schema import Ranking, conform
from pipeline.commands.cli import main
from pipeline.config import load_config
from pipeline.source_reading import is_private


@pytest.fixture
def demo(demo_run: Path) -> Path:
    return demo_run


def read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"site_id": str})


def region_of(run: Path) -> Path:
    return run.with_name(f"{run.name}_region")


def test_the_folder_is_the_contract(demo: Path) -> None:
    files = {path.name for path in demo.iterdir()}
    assert files == {
        "ranking.csv", "ranking.xlsx", "sites.parquet", "ranking.gpkg", "site_territories.csv", "map.html", "report.html",
        "sheets", "surface.tif", "model", "accounting.csv", "rejected.csv", "manifest.json", "stages",
    }  # fmt: skip
    assert {path.name for path in (demo / "model").iterdir()} >= {"model.skops", "card.md", "validation.json"}


def test_a_site_costs_few_bytes_of_the_map(demo: Path) -> None:
    page = (demo / "map.html").read_text(encoding="utf-8")
    text = page.split('<script type="application/json" id="data">')[1].split("</script>")[0]
    columns = json.loads(text)["sites"]["columns"]
    count = len(pd.read_parquet(demo / "stages" / "published" / "sites.parquet"))
    assert len(json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()) / count < 180


def test_the_ranking_has_the_columns_of_the_contract_in_order(demo: Path) -> None:
    ranking = read_csv(demo / "ranking.csv")
    assert list(ranking.columns) == list(Ranking.to_schema().columns)
    conform(ranking, Ranking)
    assert list(ranking["rank"]) == list(range(1, len(ranking) + 1))
    assert (ranking["score_low"] <= ranking["score"]).all()
    assert (ranking["score"] <= ranking["score_high"]).all()
    assert (ranking["rank_low"] <= ranking["rank"]).all()
    assert (ranking["rank"] <= ranking["rank_high"]).all()


def test_every_row_read_is_accounted_for(demo: Path) -> None:
    accounting = read_csv(demo / "accounting.csv")
    parts = accounting[["rows_kept", "rows_merged", "rows_withheld", "rows_rejected"]].sum(axis=1)
    assert (parts == accounting["rows_read"]).all()
    rejected = read_csv(demo / "rejected.csv")
    assert len(rejected) == accounting.loc[accounting["role"] != "local_only", "rows_rejected"].sum()
    assert len(rejected) > 0
    assert rejected["reason"].notna().all()
    sites = gpd.read_parquet(demo / "sites.parquet")
    assert accounting.loc[accounting["role"] == "inventory", "rows_kept"].sum() == len(sites)


def test_planted_rich_wastes_stand_in_the_top_fifth(demo: Path) -> None:
    assert planted_capture(demo) >= 0.9


def test_ninety_percent_ranges_hold_the_planted_concentrations_as_often_as_they_say(demo: Path) -> None:
    truth = pd.read_csv(region_of(demo) / "truth" / "planted.csv")
    ranking = read_csv(demo / "ranking.csv")
    inferred = ranking[ranking["evidence"] != "measured"]
    places = truth[["longitude", "latitude"]].to_numpy()
    nearest = [
        int(np.hypot((places[:, 0] - lon) * np.cos(np.radians(lat)), places[:, 1] - lat).argmin())
        for lon, lat in inferred[["longitude", "latitude"]].to_numpy()
    ]
    value = truth["treo_ppm"].to_numpy()[nearest]
    inside = (value >= inferred["treo_inferred_low_ppm"]) & (value <= inferred["treo_inferred_high_ppm"])
    assert len(inferred) > 150
    measured = int(
        (ranking["evidence"] == "measured").sum()
    )  # the ranges come from their scatter, which is a sample too
    assert abs(inside.mean() - 0.9) <= 2 * np.sqrt(0.9 * 0.1 * (1 / len(inferred) + 1 / measured))


def test_the_verdict_of_the_demo_is_true_to_the_interval_of_its_lead(demo: Path) -> None:
    validation = json.loads((demo / "model" / "validation.json").read_text())
    assert {"tonnage", "near_known", "commodity", "companion", "logistic"} <= set(validation["baselines"])
    simpler = [one for one in validation["baselines"].values() if one is not None and one["simpler"]]
    assert validation["null"]["auc_low"] < 0.5 < validation["null"]["auc_high"]
    lead = validation["verdict"]["lead"]
    assert lead["auc"] == min(one["lead"] for one in simpler)
    beaten, leads = round(lead["high"], 2) < 0, round(lead["low"], 2) > 0
    assert validation["verdict"]["outcome"] == ("worse" if beaten else "better" if leads else "as_good")
    assert validation["verdict"]["model_used"] is not beaten
    asked = {question["code"]: question["sites"] for question in validation["questions"]}
    assert validation["verdict"]["question"] == max(asked, key=lambda code: asked[code])


def planted_capture(run: Path) -> float:
    """Return the share of planted rich wastes among the fifth of the greatest chances, matched by the nearest true place.

    The order of the list is that of payable tonnes, which a rich but small waste need not lead.
    """
    truth = pd.read_csv(region_of(run) / "truth" / "planted.csv")
    ranking = read_csv(run / "ranking.csv")
    rich = truth[truth["rich"].astype(str).str.lower().isin(["true", "1"])]
    top = ranking.nlargest(int(np.ceil(0.2 * len(ranking))), "score")
    everywhere = ranking[["longitude", "latitude"]].to_numpy()
    nearest = [
        int(np.hypot((everywhere[:, 0] - lon) * np.cos(np.radians(lat)), everywhere[:, 1] - lat).argmin())
        for lon, lat in rich[["longitude", "latitude"]].to_numpy()
    ]
    return float(np.isin(ranking["site_id"].to_numpy()[nearest], top["site_id"]).mean())


def test_the_first_twenty_hold_most_of_what_twenty_wastes_can(demo: Path) -> None:
    """Of the planted oxides of wastes that reach the grade; by the chance of the grade alone it would be a fifth to a third."""
    truth = pd.read_csv(region_of(demo) / "truth" / "planted.csv")
    ranking = read_csv(demo / "ranking.csv")
    places = truth[["longitude", "latitude"]].to_numpy()
    nearest = [
        int(np.hypot((places[:, 0] - lon) * np.cos(np.radians(lat)), places[:, 1] - lat).argmin())
        for lon, lat in ranking[["longitude", "latitude"]].to_numpy()
    ]
    found = truth.iloc[nearest].reset_index(drop=True)
    payable = (found["treo_ppm"] * found["tonnes_t"]).where(found["treo_ppm"] >= 1000, 0.0).to_numpy()
    assert payable[:20].sum() >= 0.7 * np.sort(payable)[::-1][:20].sum()
    assert ranking["payable_t"].is_monotonic_decreasing


def test_the_manifest_names_every_public_input_and_no_private_one(demo: Path) -> None:
    manifest = json.loads((demo / "manifest.json").read_text())
    config = load_config(region_of(demo) / "region.yml")
    private = {source.id for source in config.sources if is_private(resolve(source))}
    assert private
    named = {one["id"] for one in manifest["inputs"]}
    assert named == {source.id for source in config.sources} - private
    assert all(len(one["sha256"]) == 64 for one in manifest["inputs"])
    assert manifest["local_only_sources"] is True


def test_results_below_limits_are_told_per_medium_method_and_element(demo: Path) -> None:
    told = json.loads((demo / "manifest.json").read_text())["censored_results"]
    assert {"medium", "method", "element", "measured", "below", "counts_as", "score"} <= set(told[0])
    assert sum(one["below"] for one in told) > 0
    assert {one["counts_as"] for one in told} <= {"0.5 of the limit", "its rank", "nothing"}
    card = (demo / "model" / "card.md").read_text()
    assert "- **Results below a limit:** a share of the limit stands in their place" in card
    assert "a result below a limit counts as 0.5 of the limit" in (demo / "report.html").read_text()


def test_a_second_run_reuses_everything_and_changes_nothing(demo: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(demo, tmp_path / "run"))
    before = {name: (demo / name).read_bytes() for name in ("ranking.csv", "accounting.csv", "site_territories.csv")}
    arguments = ["run", str(region_of(demo) / "region.yml"), "--out", str(copy), "--json"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary["stages_reused"] >= 15
    assert {name: (copy / name).read_bytes() for name in before} == before


def test_explain_says_what_moved_a_site(demo: Path) -> None:
    first = read_csv(demo / "ranking.csv").iloc[0]
    result = CliRunner().invoke(main, ["explain", str(demo), first["site_id"]], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert first["name"] in result.output
    assert first["reasons"].split("; ")[0] in result.output


def test_explain_offers_close_ids(demo: Path) -> None:
    result = CliRunner().invoke(main, ["explain", str(demo), "nothing-like-it"])
    assert result.exit_code == 1
    assert "this run has no site 'nothing-like-it'" in result.output


def test_screen_works_from_the_run_folder_alone(demo: Path, tmp_path: Path) -> None:
    arguments = [
        "screen",
        str(demo),
        "--community",
        "Community 1",
        "--within-km",
        "80",
        "--out",
        str(tmp_path / "near"),
    ]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert any(path.suffix == ".html" for path in (tmp_path / "near").iterdir())
