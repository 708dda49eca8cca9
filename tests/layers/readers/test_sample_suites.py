"""Methods of single elements, and an order of columns that changes nothing."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from pydantic import ValidationError

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.cells.assay_columns import method_named
from layers.readers.assay_options import GeochemistryOptions
from layers.readers.geochemistry import read_geochemistry
from layers.samples.columns import elements_of, in_element_order, method_ranks
from layers.samples.standardise import standardise_samples
from layers.schema import Samples, conform

HEAD = "id,lat,lon"
COLUMNS = {"sample_id": "id", "latitude": "lat", "longitude": "lon"}


def read(folder: Path, text: str, **facts: Any) -> Reading[Any]:
    (folder / "lab.csv").write_text(text, encoding="utf-8")
    spec = {"id": "lab", "role": "geochemistry", "path": "lab.csv", "crs": "EPSG:4326", "defaults": {"medium": "till"}}
    return read_geochemistry(resolve({**spec, "columns": COLUMNS, **facts}), folder)


def methods(reading: Reading[Any], element: str) -> list[str | None]:
    own = reading.layer.get(f"{element}_method", reading.layer["method"])
    return [None if pd.isna(one) else str(one) for one in own]


def by_code(reading: Reading[Any]) -> dict[str, str]:
    return {note.code: note.message for note in reading.notes}


def test_elements_of_one_sample_keep_the_methods_of_their_headings(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD},La_FUS_ppm,Cu_AR_ppm,Th_INA_ppm\na,50,-80,30,12,9\nb,51,-80,,7,<2\n")
    assert found.layer["method"].tolist() == ["fusion", "inaa"]
    assert "La_method" not in found.layer
    assert methods(found, "Cu") == ["aqua_regia", "aqua_regia"]
    assert methods(found, "Th") == ["inaa", "inaa"]
    assert by_code(found)["methods_per_element"] == (
        "Elements of one sample come from several methods (beside the one of its rare earths aqua regia: Cu; inaa: Th). Each "
        "element is compared with others by its own method only; a total of rare earths adds up what each was measured by."
    )


def test_a_row_of_methods_under_the_heading_is_a_method_per_element(tmp_path: Path) -> None:
    text = (
        f"{HEAD},La,Cu,Y\n,,,ppm,ppm,ppm\nMETHOD,,,ME-MS81,Aqua regia ICP-MS,4A\na,50,-80,30,12,20\nb,51,-80,40,7,21\n"
    )
    found = read(tmp_path, text)
    assert methods(found, "La") == ["fusion"] * 2
    assert (methods(found, "Cu"), methods(found, "Y")) == (["aqua_regia"] * 2, ["four_acid"] * 2)


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("Lithium borate fusion, ICP-MS", "fusion"),
        ("ME-MS81", "fusion"),
        ("LiBO2 / ICP-MS", "fusion"),
        ("ICP-MS after aqua regia", "aqua_regia"),
        ("4-acid ICP-OES", "four_acid"),
        ("INAA", "inaa"),
        ("pXRF", "xrf"),
        ("ICP", "unknown"),
        ("visual estimate", None),
        ("", None),
        ("house leach", "aqua_regia"),
    ],
)
def test_names_of_methods(text: str, method: str | None) -> None:
    assert method_named(text, {"leach": "aqua_regia"}) == method


def test_the_run_file_tells_methods_that_no_heading_does(tmp_path: Path) -> None:
    text = f"{HEAD},La_ppm,Ce_ICP_ppm,Cu_ppm,Zn_AR_ppm\na,50,-80,30,60,12,70\n"
    told = {"default_method": "four_acid", "column_methods": {"Ce": "fusion", "Cu_ppm": "xrf", "Zn": "xrf"}}
    found = read(tmp_path, text, options=told)
    assert found.layer["method"].tolist() == ["fusion"]
    assert [methods(found, one) for one in ("La", "Ce", "Cu", "Zn")] == [
        ["four_acid"], ["fusion"], ["xrf"], ["aqua_regia"],
    ]  # fmt: skip
    with pytest.raises(ValidationError, match="column_methods"):
        GeochemistryOptions(column_methods={"La": "magic"})


def test_one_method_needs_no_column_of_its_own(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD},La_FUS_ppm,Cu_FUS_ppm\na,50,-80,30,12\n")
    assert not [name for name in found.layer if name.endswith("_method")]
    assert "methods_per_element" not in by_code(found)


def test_a_method_per_row_where_the_better_one_is_missing(tmp_path: Path) -> None:
    found = read(tmp_path, f"{HEAD},La_FUS_ppm,La_AR_ppm,Ce_FUS_ppm\na,50,-80,30,12,60\nb,51,-80,,7,61\n")
    assert found.layer["La_ppm"].tolist() == [30, 7]
    assert methods(found, "La") == ["fusion", "aqua_regia"]
    assert found.layer["method"].tolist() == ["fusion", "fusion"]


def test_ranks_of_methods_survive_parquet_and_other_sources(tmp_path: Path) -> None:
    first = read(tmp_path, f"{HEAD},La_FUS_ppm,Cu_AR_ppm\na,50,-80,30,12\n").layer
    other = read(tmp_path, f"{HEAD},La_INA_ppm,Cu_INA_ppm\nb,50,-80,30,12\n").layer.assign(sample_id="lab:b")
    buffer = io.BytesIO()
    first.to_parquet(buffer)
    import geopandas as gpd

    stacked = conform(pd.concat([gpd.read_parquet(buffer), other], ignore_index=True), Samples)
    assert method_ranks(stacked, "Cu").tolist() == [4, 1]
    assert method_ranks(stacked, "La").tolist() == [0, 1]


ELEMENTS = ("La", "Ce", "Y", "Th", "Cu", "Nb", "Sm", "Gd", "Zr")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_order_of_columns_changes_nothing(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"{element}_FUS_ppm" for element in ELEMENTS] + ["La_AR_ppm", "La_ICP_ppm", "Cu_INA_ppm"]
    cells = {name: np.round(rng.lognormal(3, 1, 60), 2).astype(str) for name in names}
    for name in names:
        cells[name][rng.random(60) < 0.2] = "<5"
        cells[name][rng.random(60) < 0.1] = ""
    table = pd.DataFrame({"id": range(60), "lat": 50 + rng.random(60), "lon": -80 - rng.random(60), **cells})
    turned = table[[*table.columns[:3], *rng.permutation(names)]]
    found = [read(tmp_path, one.to_csv(index=False)).layer for one in (table, turned)]
    assert_frame_equal(*found)
    assert_frame_equal(*(standardise_samples(one) for one in found))
    assert elements_of(found[0]) == ["Cu", "Y", "Zr", "Nb", "La", "Ce", "Sm", "Gd", "Th"]


def test_an_order_of_sources_changes_no_order_of_elements(tmp_path: Path) -> None:
    one = read(tmp_path, f"{HEAD},Th_ppm,La_ppm\na,50,-80,30,12\n").layer
    two = read(tmp_path, f"{HEAD},Ce_ppm,La_ppm,Sc_ppm\nb,50,-80,30,12,1\n").layer
    stacks = [pd.concat(pair, ignore_index=True) for pair in ([one, two], [two, one])]
    orders = [list(in_element_order(stack).columns) for stack in stacks]
    assert orders[0] == orders[1]
    assert elements_of(stacks[1]) == ["Sc", "La", "Ce", "Th"]
