"""Traps of laboratory tables: each fault as others met it, and in two further spellings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.cells.assay_columns import assay_columns
from layers.elements import REE, UPPER_CRUST_PPM
from layers.errors import SourceError
from layers.readers.geochemistry import read_geochemistry
from layers.readers.rare_earth_suites import suite_outliers

BY_NAME = {"sample_id": "sample_id", "site_key": "sample_id"}


def read(path: Path, columns: dict[str, Any] | None = None, **facts: Any) -> Reading[Any]:
    """Read a file as waste assays found by name, so that it needs no coordinates."""
    spec = {"id": "lab", "role": "geochemistry", "path": path.name, "defaults": {"medium": "waste"}}
    return read_geochemistry(resolve({**spec, "columns": columns or BY_NAME, **facts}), path.parent)


def written(folder: Path, text: str) -> Path:
    path = folder / "assays.csv"
    path.write_text(text, encoding="utf-8")
    return path


def column(reading: Reading[Any], name: str) -> list[Any]:
    return [None if pd.isna(value) else value for value in reading.layer[name]]


def codes(reading: Reading[Any]) -> list[str]:
    return [note.code for note in reading.notes]


LONG = {**BY_NAME, "analyte": "analyte", "value": "value_ppm"}
LONG_SPELLINGS = [
    "sample_id,analyte,value_ppm\nR1,Na,18500\nR1,La,31\nR2,Na,21000\nR2,La,12\n",
    "sample_id;analyte;value_ppm\nR1;LA_ppm;31\nR1;NA_ppm;18500\nR2;LA_ppm;12\nR2;NA_ppm;21000\n",
]


@pytest.mark.parametrize("text", LONG_SPELLINGS)
def test_sodium_in_a_long_table(tmp_path: Path, text: str) -> None:
    found = read(written(tmp_path, text), LONG)
    assert (column(found, "Na_ppm"), column(found, "La_ppm")) == ([18500, 21000], [31, 12])


def test_sodium_in_a_long_table_as_met(shared_faults: Path) -> None:
    found = read(shared_faults / "F22_sodium_NA_long_table.csv", LONG)
    assert column(found, "Na_ppm") == [18500, 21000]
    assert column(found, "Ce_ppm") == [62, 27]
    assert (found.rows_read, len(found.layer), found.rows_merged, len(found.rejected)) == (6, 2, 4, 0)


def test_a_result_given_twice_in_a_long_table_stops(tmp_path: Path) -> None:
    path = written(tmp_path, "sample_id,analyte,value_ppm\nR1,La,31\nR1,La,33\n")
    with pytest.raises(SourceError, match=r"1 results are given more than once, e\.g\. La_ppm of sample R1"):
        read(path, LONG)


def test_rows_of_units_limits_and_methods_as_met(shared_faults: Path) -> None:
    found = read(shared_faults / "F27_unit_and_limit_rows.csv")
    assert (column(found, "La_ppm"), column(found, "Ce_ppm")) == ([12.1, 450], [33, 910])
    assert (found.rows_read, found.layer["method"].tolist()) == (2, ["fusion", "fusion"])


@pytest.mark.parametrize(
    "text",
    [
        "sample_id,La,Ce,La2O3\nUnits,ppb,ppm,wt%\nX1,12100,33.0,0.02\nX2,450000,910,0.06\n",
        "sample_id,La,Ce\nMethod,INAA,INAA\nUnit,mg/kg,mg/kg\nDetection limit,0.5,2\nX1,12.1,ND\nX2,450,910\n",
    ],
)
def test_rows_of_units_limits_and_methods_in_other_spellings(tmp_path: Path, text: str) -> None:
    found = read(written(tmp_path, text))
    assert column(found, "La_ppm") == [pytest.approx(12.1), pytest.approx(450)]
    assert found.rows_read == 2
    if "INAA" in text:
        assert (column(found, "Ce_limit_ppm"), column(found, "Ce_censored")) == ([2, None], [-1, 0])
        assert set(found.layer["method"]) == {"inaa"}


def test_words_for_censored_results_as_met(shared_faults: Path) -> None:
    found = read(shared_faults / "F29_censored_tokens.csv")
    assert column(found, "site_key") == [*(f"T{number}" for number in range(1, 12)), "T14"]
    assert column(found, "La_censored") == [-1, -1, 1, -1, -1, -1, 0, 0, 0, 0, 0, 0]
    assert column(found, "La_limit_ppm") == [0.5, 0.5, 10000, *[None] * 9]
    assert column(found, "La_ppm") == [*[None] * 10, 12.5, 0]
    assert found.rejected["reason_code"].tolist() == ["unreadable_result"] * 2
    assert found.rejected["reason"].tolist()[1] == "row 14: La_ppm is '0.5U', which is no result"


@pytest.mark.parametrize(
    ("cell", "flag", "limit"),
    [
        ("≤0.5", -1, 0.5),
        ("<\u00a00.5", -1, 0.5),
        ("<1e-1", -1, 0.1),
        (">= 500", 1, 500),
        ("N.D.", -1, None),
        ("<LOD", -1, None),
    ],
)
def test_words_for_censored_results_in_other_spellings(
    tmp_path: Path, cell: str, flag: int, limit: float | None
) -> None:
    found = read(written(tmp_path, f"sample_id,La_ppm\nT1,{cell}\nT2,7\n"))
    assert (column(found, "La_censored"), column(found, "La_limit_ppm")) == ([flag, 0], [limit, None])
    assert column(found, "La_ppm") == [None, 7]


def test_negative_numbers_as_met(shared_faults: Path) -> None:
    path = shared_faults / "F30_negative_is_below_limit.csv"
    with pytest.raises(SourceError, match=r"6 results in 3 columns are negative"):
        read(path)
    found = read(path, options={"negative": "below_limit"})
    assert column(found, "Ag_limit_ppm") == [2, 2, None, 2]
    assert column(found, "Zn_limit_ppm") == [10, 137, None, None]
    assert column(found, "La_ppm") == [31, None, None, None]
    assert (column(found, "La_censored"), column(found, "La_limit_ppm")[2]) == ([0, 0, -1, 0], 0.5)


@pytest.mark.parametrize("missing", ["-9999", "-999", "-9999.0", "-1e30", "-99999"])
def test_missing_codes_are_no_limits(tmp_path: Path, missing: str) -> None:
    found = read(written(tmp_path, f"sample_id,La_ppm\nT1,{missing}\nT2,-7\n"), options={"negative": "below_limit"})
    assert (column(found, "La_censored"), column(found, "La_limit_ppm")) == ([0, -1], [None, 7])


def test_units_and_oxides_as_met(shared_faults: Path) -> None:
    found = read(shared_faults / "F33_units_and_oxides_in_headers.csv")
    expected = {"Ce": 162.818, "Pr": 20.6925, "Nd": 75, "Tb": 0.7652, "Y": 23.623, "La": 85.3}
    assert {name: column(found, f"{name}_ppm")[0] for name in expected} == pytest.approx(expected, rel=1e-4)
    assert sum(name.endswith("_censored") for name in found.layer.columns) == len(expected)
    assert "element_and_oxide_differ" not in codes(found)


@pytest.mark.parametrize(
    "heading", ["La2O3_%", "LA2O3 (PCT)", "la2o3_wt%", "La2O3 [wt.%]", "La2O3(percent)", "teneur La2O3 (%)"]
)
def test_an_oxide_in_per_cent_in_other_spellings(tmp_path: Path, heading: str) -> None:
    found = read(written(tmp_path, f"sample_id,{heading}\nO1,0.01\n"))
    assert column(found, "La_ppm") == [pytest.approx(85.268, rel=1e-4)]


def test_decimal_commas_beyond_doubt_are_read_and_said(tmp_path: Path) -> None:
    found = read(written(tmp_path, "sample_id;La_ppm;Ce_ppm\na;12,5;<0,05\nb;7;1,25\n"))
    assert (column(found, "La_ppm"), column(found, "Ce_limit_ppm")) == ([12.5, 7], [0.05, None])
    assert "decimal_comma" in codes(found)


@pytest.mark.parametrize("cells", ["1,234;2,500", "12,5;3.5"])
def test_a_comma_that_may_part_thousands_stops(tmp_path: Path, cells: str) -> None:
    first, second = cells.split(";")
    path = written(tmp_path, f"sample_id;La_ppm\na;{first}\nb;{second}\n")
    with pytest.raises(SourceError, match=r"cannot be told\. State decimal_mark"):
        read(path)


def test_a_bare_y_beside_an_x_is_a_coordinate(tmp_path: Path) -> None:
    path = written(tmp_path, "sample_id,X,Y,La\na,500000,5600000,30\n")
    found = read(path, options={"default_unit": "ppm"})
    assert "Y_ppm" not in found.layer
    said = read(path, options={"default_unit": "ppm", "units": {"Y": "ppb"}})
    assert column(said, "Y_ppm") == [5600]


def test_substituted_limits_become_limits_again(tmp_path: Path) -> None:
    path = written(tmp_path, "sample_id,Tb_ppm\na,0.25\nb,0.8\nc,0.25\n")
    half = read(path, options={"substituted_below": {"Tb_ppm": 0.25}})
    assert (column(half, "Tb_ppm"), column(half, "Tb_limit_ppm")) == ([None, 0.8, None], [0.5, None, 0.5])
    whole = read(path, options={"substituted_below": {"Tb_ppm": 0.25}, "substituted_as": "limit"})
    assert column(whole, "Tb_limit_ppm") == [0.25, None, 0.25]


@pytest.mark.parametrize(("zero", "value", "flag"), [("keep", 0, 0), ("missing", None, 0), ("below_limit", None, -1)])
def test_what_zero_means_is_stated(tmp_path: Path, zero: str, value: float | None, flag: int) -> None:
    found = read(written(tmp_path, "sample_id,La_ppm\na,0\nb,5\n"), options={"zero": zero})
    assert (column(found, "La_ppm"), column(found, "La_censored")) == ([value, 5], [flag, 0])
    assert ("zero_results" in codes(found)) == (zero == "keep")


def test_a_method_that_saw_nothing_goes_behind_one_that_did(tmp_path: Path) -> None:
    text = "sample_id,Ag_INAA_ppm,Ag_AR_ppm\na,<5,0.1\nb,<5,0.2\nc,9,8\n"
    assert column(read(written(tmp_path, text)), "Ag_ppm") == [0.1, 0.2, 8]


def test_oxides_may_have_a_method_of_their_own(tmp_path: Path) -> None:
    text = "sample_id,Al,Al2O3\na,10000,15\n"
    options = {"default_unit": "ppm", "oxide_unit": "pct", "default_method": "aqua_regia", "oxide_method": "xrf"}
    found = read(written(tmp_path, text), options=options)
    assert column(found, "Al_ppm") == [pytest.approx(79389, rel=1e-3)]
    assert "element_and_oxide_differ" not in codes(found)


@pytest.mark.parametrize("heading", ["SiO22", "Al2O34", "MgO8", "K2O11", "P2O52", "FeOt6"])
def test_numbered_second_columns_of_a_workbook_are_no_oxides(heading: str) -> None:
    assert assay_columns([heading], oxide_unit="pct").results == []


def crust(rows: int = 3) -> dict[str, np.ndarray]:
    return {element: np.full(rows, UPPER_CRUST_PPM[element]) for element in REE}


@pytest.mark.parametrize("element", ["Pr", "Nd", "Sm", "Dy", "Tm", "Yb"])
@pytest.mark.parametrize("times", [1000.0, 1e-3])
def test_a_rare_earth_in_another_unit_is_found_and_its_neighbours_are_not_blamed(element: str, times: float) -> None:
    suite = crust()
    suite[element][1] *= times
    assert {name: one.rows.tolist() for name, one in suite_outliers(suite).items()} == {element: [1]}


def test_natural_suites_are_left_alone() -> None:
    steep = {element: value * np.exp(-0.35 * position) for position, (element, value) in enumerate(crust(1).items())}
    steep["Eu"] *= 0.01
    steep["Ce"] *= 20
    assert suite_outliers(steep) == {}
    assert suite_outliers({"La": np.array([1.0]), "Nd": np.array([1e6])}) == {}


def test_an_implausible_rare_earth_is_missing_and_said(tmp_path: Path) -> None:
    text = "sample_id,La_ppm,Ce_ppm,Pr_ppm,Nd_ppm,Sm_ppm\na,30,60,7,27,5\nb,30,60,7,27000,5\n"
    found = read(written(tmp_path, text))
    assert column(found, "Nd_ppm") == [27, None]
    assert column(found, "Pr_ppm") == [7, 7]
    [note] = [note for note in found.notes if note.code == "implausible_rare_earth"]
    assert (note.count, note.message[:3], "up to 27000 ppm; row 3)" in note.message) == (1, "Nd:", True)
    assert (note.columns, note.rows) == (("Nd_ppm",), (3,))


def test_a_table_of_deposits_is_refused_by_name(shared_realdata: Path) -> None:
    folder = shared_realdata / "geochemistry" / "gswa_western_australia"
    with pytest.raises(SourceError, match=r"no column is a laboratory result.*columns of 'minedex'.*role inventory"):
        read(folder / "area1_sediment_au_site.csv", {"sample_id": "SITE_CODE", "site_key": "SITE_CODE"})


def test_neodymium_of_rock_chips_written_in_another_unit(shared_realdata: Path) -> None:
    source = resolve({"id": "wa", "role": "geochemistry", "catalogue": "gswa_wamex", "path": "area4_rockchip.csv.gz"})
    found = read_geochemistry(source, shared_realdata / "geochemistry" / "gswa_western_australia")
    notes = {note.message[:2]: note.count for note in found.notes if note.code == "implausible_rare_earth"}
    assert notes == {"Nd": 93, "Pr": 16}
    assert found.layer["Nd_ppm"].max() < 100


def test_kola_totals_are_not_mixed_with_leaches(shared_realdata: Path) -> None:
    folder = shared_realdata / "geochemistry" / "kola_ecogeochemistry"
    deep = read_geochemistry(
        resolve({"id": "c", "role": "geochemistry", "catalogue": "kola", "path": "kola_chorizon.csv.gz"}), folder
    ).layer
    assert deep["La_ppm"].median() == 24  # by neutron activation; 12.8 by aqua regia
    assert int((deep["Tb_censored"] == -1).sum()) == 438
    assert deep["Na_ppm"].median() > 20_000
    assert "N_ppm" not in deep


def test_real_coordinates_of_washington_are_as_precise_as_stated(shared_realdata: Path) -> None:
    source = resolve(
        {"id": "n", "role": "geochemistry", "catalogue": "ngdb_sediment", "path": "ngdb_wa_sediment.csv.gz"}
    )
    layer = read_geochemistry(source, shared_realdata / "geochemistry" / "usgs_ngdb_washington_sediment").layer
    assert int((layer["coordinate_precision_km"] > 10).sum()) == 616


PLACED = {"columns": {"sample_id": "id", "latitude": "lat", "longitude": "lon"}, "crs": "EPSG:4326"}


@pytest.mark.parametrize(("medium", "told"), [("waste", True), ("stream_sediment", False)])
def test_results_of_the_fine_part_of_a_waste_are_told(tmp_path: Path, medium: str, told: bool) -> None:
    text = "id,lat,lon,La <63 µm ppm,Ce (<2 mm) ppm\na,50.1,-80.2,31,62\nb,50.2,-80.3,45,90\n"
    found = read(written(tmp_path, text), defaults={"medium": medium}, **PLACED)
    notes = [note for note in found.notes if note.code == "sieved_fraction"]
    assert found.layer["La_ppm"].tolist() == [31, 45]
    assert [(note.columns, note.count) for note in notes] == ([(("La <63 µm ppm",), 2)] if told else [])
