"""A run that follows a steward's request equals, byte for byte but for counts, a run on files that never held the rows."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest
import yaml

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.files.left_out import blanked, numbers_left
from layers.invented import write_region
from layers.readers.inventory import read_inventory
from pipeline.commands.check import check_sources
from pipeline.config import load_config, parse_config
from pipeline.input_layers import Account, Inputs
from pipeline.inputs import assembled, read_sources
from pipeline.progress import Progress
from pipeline.provenance import account_table, told_withheld
from pipeline.run import run
from pipeline.withhold import read_and_withhold

STEP = 10
FAR = {"SITE_NO": "A-990001", "SITE_NAME": "Invented Far Pond", "LONGITUDE": "-79.4321", "LATITUDE": "62.9876"}


def regions(folder: Path, sites: int) -> tuple[Path, Path]:
    """Write a region with a far site, given twice, that a steward asks to leave out, and the same region without it."""
    with_it, without = (write_region(folder / name, sites=sites, seed=5) for name in ("with", "without"))
    table = folder / "with" / "inventory" / "inventory_a.csv"
    inventory = pd.read_csv(table, dtype=str)
    far = inventory.iloc[[0, 0]].assign(**FAR)
    pd.concat([inventory, far]).to_csv(table, index=False)
    assays = folder / "with" / "geochemistry" / "waste_assays.csv"
    results = pd.read_csv(assays, dtype=str)
    keyed = results.iloc[[0, 1]].assign(
        LAB_NO=["W-990001", "W-990002"], SITE_NO="A-990001", LONGITUDE=None, LATITUDE=None
    )
    pd.concat([results, keyed]).to_csv(assays, index=False)
    # A second laboratory holds both samples as well without the site's number, one of them with a place some km off.
    other = results.iloc[[2]].assign(LAB_NO="Z-1", LONGITUDE=None, LATITUDE=None)
    twin = keyed.assign(SITE_NO=None, LONGITUDE=[None, "-79.53"], LATITUDE=[None, "62.99"])
    for run_file, rows in ((with_it, pd.concat([other, twin])), (without, other)):
        rows.to_csv(run_file.parent / "geochemistry" / "second.csv", index=False)
        config = yaml.safe_load(run_file.read_text(encoding="utf-8"))
        lab = next(one for one in config["sources"] if one["id"] == "waste_assays")
        config["sources"].append({**lab, "id": "second", "path": "geochemistry/second.csv"})
        if run_file == with_it:
            (folder / "with" / "asked.csv").write_text("key\nA-990001\n", encoding="utf-8")
            config["sources"].append({"id": "asked", "role": "exclusions", "path": "asked.csv"})
        config["publish"] = {"withheld_step": STEP}
        run_file.write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return with_it, without


def test_the_working_crs_tells_nothing_of_a_withheld_site(tmp_path: Path) -> None:
    with_it, without = regions(tmp_path, 30)
    left = read_and_withhold(load_config(with_it), with_it.parent, None)
    never = read_and_withhold(load_config(without), without.parent, None)
    config = load_config(with_it)
    naive = assembled(config, read_sources(config, with_it.parent, None))
    assert left.crs == never.crs
    assert naive.crs != never.crs
    for role in ("inventory", "geochemistry", "lines", "backdrop"):
        pd.testing.assert_frame_equal(pd.DataFrame(left.layers[role]), pd.DataFrame(never.layers[role]))
    pd.testing.assert_frame_equal(left.rejected, never.rejected)
    assert left.notes == never.notes
    accounts = {one.source: one for one in left.accounts}
    for one in never.accounts:
        if one.source in ("inventory_a", "waste_assays"):
            assert accounts[one.source].rows_withheld == one.rows_withheld + 2
            assert accounts[one.source].rows_kept == one.rows_kept
    assert accounts["second"].rows_withheld == 2
    assert not any("W-99000" in one for one in left["geochemistry"]["sample_id"])


def test_all_tables_and_pages_but_counts_are_the_same(tmp_path: Path) -> None:
    folders = []
    for path in regions(tmp_path, 30):
        config = load_config(path)
        folders.append(tmp_path / f"out_{path.parent.name}")
        run(config, path.parent, folders[-1], Progress(quiet=True), date(2026, 1, 31))
    left, never = folders
    names = sorted(one.relative_to(never).as_posix() for one in never.rglob("*") if one.is_file())
    assert names == sorted(one.relative_to(left).as_posix() for one in left.rglob("*") if one.is_file())
    counts = {
        "accounting.csv",
        "manifest.json",
        "stages/published/accounting.parquet",
        "stages/published/publication.json",
    }
    different = {one for one in names if (left / one).read_bytes() != (never / one).read_bytes()} - counts
    assert all(one.endswith(".html") for one in different)
    for one in different:
        assert without_counts(left / one) == without_counts(never / one)
    said = [json.loads((one / "manifest.json").read_text(encoding="utf-8")) for one in folders]
    assert said[0]["run_id"] == said[1]["run_id"]
    account = pd.read_csv(left / "accounting.csv").set_index("source")
    told = json.loads((left / "stages" / "published" / "publication.json").read_text(encoding="utf-8"))["scalars"]
    assert (account["rows_withheld"] % STEP == 0).all()
    assert account.loc["inventory_a", "rows_withheld"] == told["withheld"] == STEP
    sums = account[["rows_kept", "rows_merged", "rows_withheld", "rows_rejected"]].sum(axis=1)
    assert (sums == account["rows_read"]).all()
    read = {one["id"]: one["rows_read"] for one in said[0]["inputs"]}
    assert read["inventory_a"] == account.loc["inventory_a", "rows_read"]


def test_counts_of_what_was_withheld_are_rounded_up_and_none_stays_none() -> None:
    raw = {"name": "a", "title": "a", "sources": [{"id": "mines", "role": "inventory", "path": "a.csv"}]}
    exact, coarse = (parse_config(raw | {"publish": {"withheld_step": step}}, "a.yml") for step in (1, 10))
    assert [told_withheld(count, exact) for count in (0, 1, 7)] == [0, 1, 7]
    assert [told_withheld(count, coarse) for count in (0, 1, 10, 11)] == [0, 10, 10, 20]
    accounts = (Account("mines", "inventory", 30, 20, 3, 5, 2), Account("local_only_1", "local_only", 9, 9, 0, 0, 0))
    table = account_table(coarse, cast("Inputs", SimpleNamespace(accounts=accounts)))
    assert table.to_numpy().tolist() == [["mines", "inventory", 35, 20, 3, 10, 2]]


def test_check_tells_what_it_tells_of_files_that_never_held_the_rows(tmp_path: Path) -> None:
    told = []
    for path in regions(tmp_path, 30):
        text = check_sources(load_config(path), path.parent, out=path.parent, show_private=False)
        counts = re.findall(r"inventory_a \(inventory\): (\d+) rows read.* (\d+) withheld", text)
        assert [int(withheld) % STEP for _, withheld in counts] == [0]
        page = (path.parent / "check.html").read_text(encoding="utf-8")
        assert f"Rows read {counts[0][0]}:" in page
        told.append([part for part in text.split("\n\n") if not part.startswith(("asked", "Page: "))])
    counted = [re.sub(r"\d+ rows read|\d+ withheld", "n", "\n\n".join(one)) for one in told]
    assert counted[0] == counted[1]


def without_counts(page: Path) -> str:
    """Return a page without the number of withheld features and the table of the account."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"\d+ (?:features? w|éléments? )", "n ", text)
    text = re.sub(r'"withheld": ?\d+', "", text)
    return re.sub(r'<td class="number">\d+</td>', "", text)


CSV = 'id,lat,lon,n\na,1,2,"x, y"\nb,3,4,z\n\nc,5,6,w'


def test_blanked_rows_keep_the_numbers_of_the_others() -> None:
    assert blanked(CSV, ",", {3, 5}) == 'id,lat,lon,n\na,1,2,"x, y"\n,,,\n\n,,,'
    assert blanked('id,n\na,"x\ry"\nb,z\n', ",", {3}) == 'id,n\na,"x\ry"\n,\n'
    assert blanked("id,n\r\na,1\r\nb,2\r\n", ",", {2}) == "id,n\r\n,\r\nb,2\r\n"
    assert numbers_left(3, {2, 4}).tolist() == [1, 3, 5]
    assert numbers_left(2, set()).tolist() == [1, 2]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "geojson", "cp1252"])
def test_a_reader_counts_what_is_left_alone(kind: str, tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"no": ["1", "2", "3", "4"], "name": ["One", "Zwéi", "Drei", "Vier"], "lat": [55.1234, 55.2234, 95.0, 55.4234]}
    ).assign(lon=-120.2345)
    name = "t.csv" if kind == "cp1252" else f"t.{kind}"
    if kind == "xlsx":
        table.to_excel(tmp_path / name, index=False)
    elif kind == "geojson":
        features = [
            {
                "type": "Feature",
                "properties": {"no": row["no"], "name": row["name"]},
                "geometry": {"type": "Point", "coordinates": [row["lon"], min(row["lat"], 60)]},
            }
            for row in table.to_dict("records")
        ]
        (tmp_path / name).write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    else:
        table.to_csv(tmp_path / name, index=False, encoding="cp1252" if kind == "cp1252" else "utf-8")
    columns = {"official_id": "no", "name": "name", "latitude": "lat", "longitude": "lon"}
    spec: dict[str, Any] = {"id": "s", "role": "inventory", "path": name, "crs": "EPSG:4326", "columns": columns}
    if kind == "geojson":
        columns.pop("latitude"), columns.pop("longitude")
    source = Source.model_validate(spec)
    first: Reading[Any] = read_inventory(source, tmp_path)
    row = int(first.layer["source_row"][first.layer["official_id"] == "2"].iloc[0])
    left = read_inventory(source.without_rows([row]), tmp_path)
    expected = first.layer[first.layer["official_id"] != "2"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(left.layer), pd.DataFrame(expected))
    pd.testing.assert_frame_equal(left.rejected, first.rejected)
    assert left.rows_read == first.rows_read - 1
    assert [note.code for note in left.notes if note.code == "encoding_guessed"] == []
    assert source.without_rows([row]).model_dump() == source.model_dump()
