"""From a folder to a run file: reasons beside guesses, questions that stop a run, and a run after they are answered."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from layers.errors import ConfigError, SourceError
from layers.invented import write_region
from pipeline.commands.cli import main
from pipeline.commands.init import init_region
from pipeline.commands.questions import open_questions, refuse_open_questions
from pipeline.config import load_config, read_yaml


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The invented region without its run file and its answers."""
    folder = tmp_path_factory.mktemp("region") / "island"
    write_region(folder, sites=200)
    (folder / "region.yml").unlink()
    shutil.rmtree(folder / "truth")
    init_region(folder)
    return folder


def answered(text: str, **answers: str) -> str:
    """Replace questions: ``source__key="answer"``."""
    for place, answer in answers.items():
        source, key = place.rsplit("__", 1)
        block = re.search(rf"  - id: {source}\n(?:    .*\n)*", text)
        assert block is not None, source
        changed = re.sub(rf"^( +){key}: '?ASK.*$", rf"\g<1>{key}: {answer}", block.group(), flags=re.MULTILINE)
        assert changed != block.group(), place
        text = text.replace(block.group(), changed)
    return text


def test_the_invented_region_is_described_with_few_questions(region: Path) -> None:
    asked = dict(open_questions(read_yaml(region / "region.yml")))
    roles = {one["id"]: one["role"] for one in read_yaml(region / "region.yml")["sources"]}
    assert {key for key in asked if "commodity_codes" not in key} == {
        "sources[till].crs",
        *(f"sources[areas_{one}].steward" for one in ("allowed", "generalised", "never")),
    }
    assert "EPSG:26916" in asked["sources[till].crs"]
    assert roles["inventory_a"] == roles["inventory_b_residus_miniers"] == "inventory"
    assert roles["rocks"] == roles["waste_assays"] == "geochemistry"
    assert roles["requests"] == "exclusions"
    assert roles["lakes"] == roles["province"] == "backdrop"
    assert roles["thorium"] == "raster"


def test_every_guess_says_what_it_rests_on(region: Path) -> None:
    text = (region / "region.yml").read_text()
    assert re.search(r"role: inventory +# sure \(\d+%\): located rows with", text)
    assert re.search(r"inventory_a: \{column: NO_AUTRE\} +# sure \(90%\): \d+ ids in column NO_AUTRE are ids", text)
    assert (
        "# - inventory/inventory_b.gpkg (batiments): the name says 'batiments', and no role of a run uses that" in text
    )
    assert re.search(r"# \d+ of \d+ rows were kept when read so", text)
    assert "publish: never" in text


def test_a_run_file_with_questions_is_refused_and_all_questions_are_named(region: Path) -> None:
    with pytest.raises(ConfigError, match=r"questions are open\. Replace each value that starts with ASK") as caught:
        refuse_open_questions(region / "region.yml")
    assert "sources[till].crs: in which coordinate system are EASTING and NORTHING?" in str(caught.value)
    for command in ("check", "run"):
        result = CliRunner().invoke(main, [command, str(region / "region.yml")])
        assert result.exit_code == 1
        assert "questions are open" in result.output


def test_the_answers_are_all_it_takes_to_check(region: Path, tmp_path: Path) -> None:
    text = (region / "region.yml").read_text()
    answers = {"till__crs": "EPSG:26916"} | {
        f"areas_{one}__steward": "Area council" for one in ("allowed", "generalised", "never")
    }
    codes = [key for key in dict(open_questions(read_yaml(region / "region.yml"))) if "commodity_codes" in key]
    answers |= {f"inventory_a__{one.rsplit('.', 1)[1]}": "rare earth elements" for one in codes}
    path = region / "answered.yml"
    path.write_text(answered(text, **answers))
    assert load_config(path).name == "island"
    result = CliRunner().invoke(main, ["check", str(path), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "waste_assays: of" in result.output
    assert (tmp_path / "check.html").is_file()


def test_init_says_what_to_do_and_does_not_write_over_a_run_file(tmp_path: Path) -> None:
    made = [{"Site_ID": f"S{n}", "Mine name": f"Mine {n}", "Lat": 48 + n / 100, "Lon": -81.0, "Commodity": "gold",
             "Tailings_t": 1000 * n + 1000} for n in range(30)]  # fmt: skip
    pd.DataFrame(made).to_csv(tmp_path / "mines.csv", index=False)
    result = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "Wrote" in result.output
    assert "minewaste check" in result.output
    again = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert again.exit_code == 1
    assert "there is such a file already" in again.output
    refuse_open_questions(tmp_path / "region.yml")
    other = tmp_path / "elsewhere" / "mine.yml"
    assert CliRunner().invoke(main, ["init", str(tmp_path), "-o", str(other)]).exit_code == 0
    assert CliRunner().invoke(main, ["check", str(other)]).exit_code == 0


def test_a_folder_without_anything_to_use_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="needs at least an inventory of sites"):
        init_region(tmp_path)
    with pytest.raises(SourceError, match="there is no such folder"):
        init_region(tmp_path / "nowhere")


def test_nothing_of_a_private_layer_reaches_the_run_file(tmp_path: Path) -> None:
    import geopandas as gpd
    import shapely

    bowtie = shapely.Polygon([(-90, 50), (-89, 51), (-89, 50), (-90, 51)])
    gpd.GeoDataFrame({"NAME": ["Area Quartzite"]}, geometry=[bowtie], crs=4326).to_file(
        tmp_path / "territories.geojson"
    )
    init_region(tmp_path)
    assert "Quartzite" not in (tmp_path / "region.yml").read_text()


def test_inventories_of_different_areas_ask_for_the_region(tmp_path: Path) -> None:
    for name, span in (("mines_of_the_country", 30.0), ("mines_of_the_north", 1.0)):
        made = [{"Site_ID": f"{name}-{n}", "Mine name": f"Mine {n}", "Lat": 48 + n * span / 60, "Lon": -81.0 - n * span / 30,
                 "Commodity": "gold", "Waste type": "tailings"} for n in range(30)]  # fmt: skip
        pd.DataFrame(made).to_csv(tmp_path / f"{name}.csv", index=False)
    init_region(tmp_path)
    asked = dict(open_questions(read_yaml(tmp_path / "region.yml")))
    assert asked["region.bbox"].startswith("the inventories cover different areas: mines_of_the_country")


@pytest.mark.realdata
def test_real_folders_are_recognised(shared_realdata: Path, tmp_path: Path) -> None:
    for part in ("inventory/omi_ontario", "indigenous/labrador_nunatsiavut_and_claims", "context/washington_geology"):
        shutil.copytree(shared_realdata / part, tmp_path / "data" / Path(part).name)
    init_region(tmp_path / "data")
    sources = read_yaml(tmp_path / "data" / "region.yml")["sources"]
    known = {one["id"]: one.get("catalogue") for one in sources}
    assert known == {
        "omi_filtered": "omi", "atris_claims_labrador": "atris_claims", "inuit_nunatsiavut": "inuit_regions",
        "wa_structure": "wa_structures",
    }  # fmt: skip
    assert all(one["publish"] == "never" for one in sources if one["role"] == "territories")


def test_a_folder_without_a_usable_file_names_every_file_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"none of 1 files can be used[\s\S]*empty\.csv: .*empty"):
        init_region(tmp_path)


def test_twins_are_asked_about_chemistry_alone_is_for_samples_and_run_folders_are_passed_over(tmp_path: Path) -> None:
    rows = "".join(
        f"T{row},48.{row:02d},-80.{row:02d},{row + 20}.5,{row + 40}.1,{row + 10}.2\n" for row in range(10, 40)
    )
    (tmp_path / "till.csv").write_text("sample_id,latitude,longitude,La_ppm,Ce_ppm,Nd_ppm\n" + rows)
    (tmp_path / "runs" / "old" / "stages").mkdir(parents=True)
    (tmp_path / "runs" / "old" / "manifest.json").write_text("{}")
    (tmp_path / "runs" / "old" / "ranking.csv").write_text("rank,site_id,latitude,longitude\n1,a,48,-80\n")
    raw = read_yaml(init_region(tmp_path).path)
    assert (raw["units"], [one["path"] for one in raw["sources"]]) == ("samples", ["till.csv"])
    twins = "site_id,name,latitude,longitude,tonnes,TONNES\n"
    twins += "".join(f"A{row},Pit {row},48.{row},-80.{row},{row * 100},{row * 300}\n" for row in range(10, 40))
    (tmp_path / "sites.csv").write_text(twins)
    asked = dict(open_questions(read_yaml(init_region(tmp_path, tmp_path / "b.yml").path)))
    assert "TONNES" in asked["sources[sites].columns.mass_t"]
    written = {one["id"]: one for one in read_yaml(tmp_path / "b.yml")["sources"]}["sites"]
    assert written["role"].startswith("ASK")  # a block that asks for its role carries the columns that were guessed
    assert written["columns"]["official_id"] == "site_id"
