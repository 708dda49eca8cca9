"""Roles that cells settle where headings say little: a column of wastes alone, two results with their unit."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

import minewaste

PLACES = [(49.12345, -80.12345), (49.22345, -80.32345), (49.32345, -80.52345), (49.42345, -80.62345)]


def role(folder: Path, heading: str, cells: list[str]) -> str:
    rows = [
        f"A{row},Alder {row},{lat},{lon},{cell}"
        for row, ((lat, lon), cell) in enumerate(zip(PLACES, cells, strict=True))
    ]
    (folder / "a.csv").write_text(
        "\n".join([f"SITE_ID,SITE_NAME,LATITUDE,LONGITUDE,{heading}", *rows]), encoding="utf-8"
    )
    minewaste.init(folder)
    text = (folder / "region.yml").read_text(encoding="utf-8")
    return str((yaml.safe_load(text)["sources"] or [{"role": ""}])[0]["role"])


@pytest.mark.parametrize("words", [["Tailings"] * 4, ["Tailings", "Waste rock dump", "Slag", "Tailings"]])
def test_named_rows_that_are_all_wastes_are_an_inventory(tmp_path: Path, words: list[str]) -> None:
    assert role(tmp_path, "FEATURE", words) == "inventory"


def test_rows_of_which_some_are_no_wastes_are_asked_about(tmp_path: Path) -> None:
    assert role(tmp_path, "FEATURE", ["Tailings", "Shaft", "Adit", "Tailings"]).startswith("ASK")


def test_two_results_of_samples_are_chemistry(tmp_path: Path) -> None:
    rows = [f"S{row},{lat},{lon},2.{row},1{row},3{row}" for row, (lat, lon) in enumerate(PLACES)]
    (tmp_path / "a.csv").write_text("\n".join(["SampleID,Lat,Lon,Weight_kg,Cu_ppm,La_ppm", *rows]), encoding="utf-8")
    minewaste.init(tmp_path)
    run_file = yaml.safe_load((tmp_path / "region.yml").read_text(encoding="utf-8"))
    assert (run_file["units"], run_file["sources"][0]["role"]) == ("samples", "geochemistry")
