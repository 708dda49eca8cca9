"""Certificates of analysis as laboratories hand them out: lines about the order, methods over names over units, controls."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from layers.catalogue.source import Source, resolve
from layers.files.heading_rows import find_heading
from layers.readers.geochemistry import read_geochemistry
from pipeline.commands.init import init_region

ORDER = [
    "QQ24001234 - Finalized",
    "CLIENT : INV - Invented",
    "# of SAMPLES : 6",
    "DATE RECEIVED : 2024-05-02",
    "PO NUMBER : 17",
]
SAMPLES = [f"T{n:03d},1.{n}0,{30 + n}.2,{60 + n}.1,{12 + n}.61" for n in range(6)]
CONTROLS = ["OREAS 45d,0.06,16.9,37.2,15.4", "BLANK,0.90,<0.1,0.2,0.02", "T003 DUP,,33.4,63.3,15.59"]


def certificate(folder: Path, methods: str = ",WEI-21,ME-MS81,ME-MS81,ME-ICP06") -> Path:
    lines = [f"{line},,,," for line in ORDER]
    names = [methods, "SAMPLE,Recvd Wt.,La,Ce,Al2O3", "DESCRIPTION,kg,ppm,ppm,%", *SAMPLES, *CONTROLS]
    (folder / "QQ24001234.csv").write_text("\n".join([*lines, *names]) + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "methods", [",WEI-21,ME-MS81,ME-MS81,ME-ICP06", ",WEI-21,ME-MS81,ME-MS82,ME-ICP06"], ids=["one twice", "all once"]
)
def test_methods_over_the_names_are_no_heading(tmp_path: Path, methods: str) -> None:
    columns = {"sample_id": "SAMPLE", "site_key": "SAMPLE"}
    facts = {"columns": columns, "defaults": {"medium": "waste"}}
    source = {"id": "lab", "role": "geochemistry", "path": "QQ24001234.csv", **facts}
    reading = read_geochemistry(resolve(Source.model_validate(source)), certificate(tmp_path, methods))
    assert list(reading.layer["La_ppm"]) == [30.2, 31.2, 32.2, 33.2, 34.2, 35.2]
    assert reading.layer["Al_ppm"].iloc[0] == pytest.approx(126_100 / 1.8895, rel=1e-3)
    assert sorted(reading.rejected["reason_code"]) == ["control_blank", "control_duplicate", "control_standard"]


def test_init_knows_the_certificate_and_asks_what_was_sampled(tmp_path: Path) -> None:
    [source] = yaml.safe_load(init_region(certificate(tmp_path)).path.read_text(encoding="utf-8"))["sources"]
    assert (source["role"], source["columns"]["sample_id"]) == ("geochemistry", "SAMPLE")
    assert source["defaults"]["medium"].startswith("ASK")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (["", "name", "status", "kind"], ["1", "Hill", "closed", "tailings"]),
        (["", "name", "status", "kind"], ["a", "Hill", "closed", "tailings"]),
        (["site", "La", "La", "Ce"], ["a", "b", "c", "d"]),
    ],
)
def test_an_index_without_a_name_is_no_row_of_methods(first: list[str], second: list[str]) -> None:
    grid = [first, second, *[[str(n), "x", "y", "3"] for n in range(4)]]
    assert find_heading("a", grid, None, {}).header_row == 0
