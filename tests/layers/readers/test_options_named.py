"""Keys of a run file that say nothing, or in another unit, are refused with the right spelling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from pipeline.config import RunConfig

TABLE = "Sample,Site,La_ppm,Ce_ppm\nS1,A,30,62\nS2,B,45,92\nS3,C,300,620\n"
BASE = {"id": "g", "role": "geochemistry", "path": "g.csv", "columns": {"sample_id": "Sample", "site_key": "Site"}}


def read(folder: Path, **options: Any) -> Reading[Any]:
    (folder / "g.csv").write_text(TABLE, encoding="utf-8")
    return read_geochemistry(
        Source.model_validate({**BASE, "defaults": {"medium": "waste"}, "options": options}), folder
    )


@pytest.mark.parametrize("key", ["La", "la_ppm", "La_pm"])
@pytest.mark.parametrize("option", [{"substituted_below": 30}, {"results": "La"}])
def test_an_option_of_no_heading_is_refused_with_its_spelling(tmp_path: Path, option: dict[str, Any], key: str) -> None:
    ((name, value),) = option.items()
    with pytest.raises(SourceError, match=rf"options\.{name} names '{key}', which is no heading.*Did you mean La_ppm"):
        read(tmp_path, **{name: {key: value}})


@pytest.mark.parametrize("option", [{"units": "pct"}, {"column_methods": "xrf"}])
def test_a_unit_or_method_of_neither_heading_nor_symbol_is_refused(tmp_path: Path, option: dict[str, Any]) -> None:
    ((name, value),) = option.items()
    for key in ("Lanthanum_ppm", "La_ppn"):
        with pytest.raises(
            SourceError, match=rf"options\.{name} names '{key}', which is no heading of the file and no symbol"
        ):
            read(tmp_path, **{name: {key: value}})
    assert len(read(tmp_path, **{name: {"Ce": value}}).layer) == 3  # a symbol speaks of a column, where there is one


def test_a_unit_of_no_amount_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,lat,lon,tonnes\nA1,48.5,-81.3,120\nA2,48.6,-81.2,40\n", encoding="utf-8")
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon", "mass_t": "tonnes"}
    source = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns, "crs": "EPSG:4326"}
    with pytest.raises(SourceError, match=r"options\.units names 'mass', which is no amount\. Did you mean mass_t"):
        read_inventory(Source.model_validate({**source, "options": {"units": {"mass": "kt"}}}), tmp_path)


def test_an_option_of_a_heading_is_taken(tmp_path: Path) -> None:
    layer = read(tmp_path, substituted_below={"La_ppm": 30}).layer
    assert layer["La_censored"].tolist() == [-1, 0, 0]


@pytest.mark.parametrize(
    ("word", "mark"), [("comma", ","), ("Semicolon", ";"), ("tab", "\t"), ("\\t", "\t"), ("pipe", "|")]
)
def test_a_delimiter_may_be_named(tmp_path: Path, word: str, mark: str) -> None:
    (tmp_path / "t.csv").write_text("id,lat,lon\nA1,48.5,-81.3\nA2,48.6,-81.2\n".replace(",", mark), encoding="utf-8")
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon"}
    source = {
        "id": "s",
        "role": "inventory",
        "path": "t.csv",
        "columns": columns,
        "crs": "EPSG:4326",
        "delimiter": word,
    }
    assert read_inventory(Source.model_validate(source), tmp_path).layer["latitude"].tolist() == [48.5, 48.6]


@pytest.mark.parametrize("word", ["commas", ";;", ""])
def test_what_is_no_delimiter_is_refused_by_its_key(word: str) -> None:
    with pytest.raises(ValidationError, match=r"delimiter\n.*is no delimiter: write one character"):
        Source.model_validate({**BASE, "delimiter": word})


@pytest.mark.parametrize(
    ("section", "metres", "kilometres"),
    [
        ("assign_samples", {"radius_km": 25_000}, 25), ("link_records", {"link_km": 2_500}, 2.5),
        ("publish", {"coordinate_precision_km": 1_000}, 1), ("train_model", {"block_km": 50_000}, 50),
        ("overlay_territories", {"near_km": 25_000}, 25), ("measure_access", {"beyond_km": 100_000}, 100),
    ],
)  # fmt: skip
def test_metres_in_a_key_of_kilometres_are_refused(section: str, metres: dict[str, float], kilometres: float) -> None:
    whole = {"name": "r", "title": "R", "sources": [{"id": "s", "role": "inventory", "path": "t.csv"}]}
    ((key, value),) = metres.items()
    with pytest.raises(ValidationError, match=rf"{section}\.{key}: {value} is in kilometres.*write {kilometres:g}"):
        RunConfig.model_validate({**whole, section: metres})
    assert getattr(getattr(RunConfig.model_validate({**whole, section: {key: kilometres}}), section), key) == kilometres


INVENTORY = {"id": "s", "role": "inventory", "path": "t.csv", "crs": "EPSG:4326"}


def read_sites(folder: Path, **facts: Any) -> Reading[Any]:
    (folder / "t.csv").write_text(
        "id,lat,lon,Tonnes,Remark\nA1,48.5,-81.3,120,x\nA2,48.6,-81.2,40,y\n", encoding="utf-8"
    )
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon", **facts.pop("columns", {})}
    return read_inventory(Source.model_validate({**INVENTORY, "columns": columns, **facts}), folder)


@pytest.mark.parametrize(("typed", "meant"), [("Tonnnes", "Tonnes"), ("Remarks", "Remark"), ("remrak", "Remark")])
def test_a_column_ignored_under_a_wrong_name_is_refused_with_its_spelling(
    tmp_path: Path, typed: str, meant: str
) -> None:
    with pytest.raises(
        SourceError, match=rf"ignore names '{typed}', which is no column of the file. Did you mean {meant}\?"
    ):
        read_sites(tmp_path, ignore=[typed])
    with pytest.raises(
        SourceError, match=r"options\.ignore names 'Ca_ppm', which is no heading.*Did you mean La_ppm or Ce_ppm"
    ):
        read(tmp_path, ignore=["Ca_ppm"])


def test_a_column_that_is_there_is_ignored_however_its_case_is_written(tmp_path: Path) -> None:
    fates = {fate.column: fate.fate for fate in read_sites(tmp_path, ignore=["tonnes", "Remark"]).fates}
    assert (fates["Tonnes"], fates["Remark"]) == ("ignored", "ignored")
    assert "La_ppm" not in read(tmp_path, ignore=["La_ppm"]).layer


def test_an_amount_cannot_be_mapped_and_ignored(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="ignore names 'Tonnes', which is mapped to mass_t"):
        read_sites(tmp_path, columns={"mass_t": "Tonnes"}, ignore=["Tonnes"])


@pytest.mark.parametrize(("suffix", "meant"), [("_QQ", "_Q"), ("_q", "_Q"), ("_flag", "")])
def test_an_ending_of_marks_that_no_heading_has_is_refused(tmp_path: Path, suffix: str, meant: str) -> None:
    (tmp_path / "g.csv").write_text("Sample,Site,La_ppm,La_Q\nS1,A,30,<\nS2,B,45,\n", encoding="utf-8")
    source = {**BASE, "defaults": {"medium": "waste"}}
    with pytest.raises(SourceError, match=rf"options\.qualifier_suffix is '{suffix}', and no heading.*{meant}"):
        read_geochemistry(Source.model_validate({**source, "options": {"qualifier_suffix": suffix}}), tmp_path)
    found = read_geochemistry(Source.model_validate({**source, "options": {"qualifier_suffix": "_Q"}}), tmp_path)
    assert found.layer["La_censored"].tolist() == [-1, 0]
