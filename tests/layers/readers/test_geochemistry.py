"""Laboratory tables of any layout as samples: invented files by hand, and real public files by their counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.errors import ConfigError, SourceError
from layers.readers.geochemistry import read_geochemistry
from layers.samples.standardise import standardise_samples

PLACED = {"sample_id": "id", "latitude": "lat", "longitude": "lon"}


def read(folder: Path, text: str, columns: dict[str, Any] | None = None, **facts: Any) -> Reading[Any]:
    """Read a text as a geochemistry file; samples are till unless said otherwise."""
    (folder / "assays.csv").write_text(text, encoding="utf-8")
    spec = {
        "id": "lab",
        "role": "geochemistry",
        "path": "assays.csv",
        "crs": "EPSG:4326",
        "defaults": {"medium": "till"},
    }
    return read_geochemistry(resolve({**spec, "columns": columns or PLACED, **facts}), folder)


def column(reading: Reading[Any], name: str) -> list[Any]:
    return [None if pd.isna(value) else value for value in reading.layer[name]]


def test_value_limit_and_flag_stay_apart(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "id,lat,lon,La_ppm\na,50.1,-80.2,<0.5\nb,50.2,-80.3,>10000\n"
        "c,50.3,-80.4,ND\nd,50.4,-80.5,n.a.\ne,50.5,-80.6,12.5\n"
        "f,50.6,-80.7,0\n",
    )
    assert column(found, "La_ppm") == [None, None, None, None, 12.5, 0.0]
    assert column(found, "La_limit_ppm") == [0.5, 10000.0, None, None, None, None]
    assert column(found, "La_censored") == [-1, 1, -1, 0, 0, 0]
    assert found.layer["La_censored"].dtype == "int8"
    assert found.layer["sample_id"].tolist()[0] == "lab:a"


@pytest.mark.parametrize("cell", ["12.5*", "0.5U", "about 3"])
def test_a_cell_nobody_explains_is_rejected(tmp_path: Path, cell: str) -> None:
    found = read(tmp_path, f"id,lat,lon,La_ppm\na,50.1,-80.2,{cell}\nb,50.2,-80.3,4\n")
    assert found.rejected["reason"].tolist() == [f"row 2: La_ppm is '{cell}', which is no result"]
    assert (found.rows_read, len(found.layer)) == (2, 1)


@pytest.mark.parametrize(
    ("heading", "cell", "element", "ppm"),
    [
        ("La2O3 (%)", "0.0100", "La", 85.268),
        ("CeO2_pct", "0.0200", "Ce", 162.818),
        ("Pr6O11 (wt.%)", "0.0025", "Pr", 20.6925),
        ("Nd ppm", "75", "Nd", 75.0),
        ("Tb4O7_ppb", "900", "Tb", 0.7652),
        ("Y2O3 ppm", "30", "Y", 23.623),
        ("Y(g/t)", "30", "Y", 30.0),
        ("teneur_La (ppm)", "7", "La", 7.0),
        ("Dy2O3_ug/g", "10", "Dy", 8.7132),
        ("P2O5(%)", "0.15", "P", 654.6),
    ],
)
def test_units_and_oxides(tmp_path: Path, heading: str, cell: str, element: str, ppm: float) -> None:
    found = read(tmp_path, f"id,lat,lon,{heading}\na,50.1,-80.2,{cell}\n")
    assert found.layer[f"{element}_ppm"].tolist() == [pytest.approx(ppm, rel=1e-4)]


def test_an_element_and_its_oxide_count_once_and_totals_not_at_all(tmp_path: Path) -> None:
    found = read(tmp_path, "id,lat,lon,La2O3_pct,La_ppm,TREO_pct,TREE_ppm\na,50.1,-80.2,0.01,85.3,0.05,400\n")
    assert column(found, "La_ppm") == [85.3]
    assert [name for name in found.layer.columns if name.endswith("_censored")] == ["La_censored"]
    assert not [note for note in found.notes if note.code == "element_and_oxide_differ"]


def test_an_element_and_an_oxide_that_disagree_are_noted(tmp_path: Path) -> None:
    found = read(tmp_path, "id,lat,lon,La2O3_pct,La_ppm\na,50.1,-80.2,0.02,85.3\n")
    assert [note.count for note in found.notes if note.code == "element_and_oxide_differ"] == [1]


def test_a_unit_is_never_guessed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no unit is stated for La, Ce"):
        read(tmp_path, "id,lat,lon,La,Ce\na,50.1,-80.2,30,60\n")
    found = read(
        tmp_path, "id,lat,lon,La,Ce\na,50.1,-80.2,30,60\n", options={"default_unit": "ppm", "units": {"Ce": "ppb"}}
    )
    assert (column(found, "La_ppm"), column(found, "Ce_ppm")) == ([30], [0.06])


def test_rows_of_units_limits_and_methods(tmp_path: Path) -> None:
    text = (
        "id,lat,lon,La,Ce,La2O3\n,,,ppm,ppm,%\nLOD,,,0.5,0.5,0.01\n"
        "METHOD,,,ME-MS81,ME-MS81,XRF\nX1,50.1,-80.1,12.1,33.0,0.02\nX2,50.2,-80.3,450,910,0.06\n"
    )
    found = read(tmp_path, text)
    assert (found.rows_read, column(found, "La_ppm"), column(found, "Ce_ppm")) == (2, [12.1, 450], [33, 910])
    assert found.layer["method"].tolist() == ["fusion", "fusion"]


NEGATIVE = (
    "id,lat,lon,Ag_ppm,Zn_ppm,La_ppm\na,50.1,-80.2,-2,-10,31\nb,50.2,-80.3,-2,-137,-9999\n"
    "c,50.3,-80.4,4,88,-0.5\nd,50.4,-80.5,-2,55,-1.0E+30\n"
)


def test_negative_numbers_ask(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as failure:
        read(tmp_path, NEGATIVE)
    assert "6 results in 3 columns are negative (Ag_ppm 3, Zn_ppm 2, La_ppm 1)" in str(failure.value)


def test_negative_numbers_are_limits_of_their_row_when_said_so(tmp_path: Path) -> None:
    found = read(tmp_path, NEGATIVE, options={"negative": "below_limit"})
    assert column(found, "Zn_limit_ppm") == [10, 137, None, None]
    assert column(found, "La_ppm") == [31, None, None, None]
    assert column(found, "La_censored") == [0, 0, -1, 0]


def test_negative_numbers_are_missing_when_said_so(tmp_path: Path) -> None:
    found = read(tmp_path, NEGATIVE, options={"negative": "missing"})
    assert column(found, "Ag_ppm") == [None, None, 4, None]
    assert column(found, "Ag_censored") == [0, 0, 0, 0]


def test_sodium_is_not_missing(tmp_path: Path) -> None:
    text = (
        "id,lat,lon,analyte,value_ppm\na,50.1,-80.2,LA,31\na,50.1,-80.2,NA,18500\n"
        "b,50.3,-80.4,LA,12\nb,50.3,-80.4,NA,21000\n"
    )
    found = read(tmp_path, text, columns={**PLACED, "analyte": "analyte", "value": "value_ppm"})
    assert (column(found, "Na_ppm"), column(found, "La_ppm")) == ([18500, 21000], [31, 12])
    assert (found.rows_read, len(found.layer), found.rows_merged) == (4, 2, 2)


def test_decimal_commas(tmp_path: Path) -> None:
    found = read(tmp_path, "id;lat;lon;La_ppm\na;50,1;-80,2;12,5\nb;50,2;-80,3;<0,5\n", decimal_mark=",")
    assert (column(found, "La_ppm"), column(found, "La_limit_ppm")) == ([12.5, None], [None, 0.5])


def test_the_most_complete_method_is_taken_and_none_is_averaged(tmp_path: Path) -> None:
    text = "id,lat,lon,La_AR_ppm,La_FUS_ppm\na,50.1,-80.2,20,40\nb,50.3,-80.4,21,\n"
    found = read(tmp_path, text)
    assert column(found, "La_ppm") == [40, 21]
    assert found.layer["method"].tolist() == ["fusion", "aqua_regia"]


def test_marks_in_a_column_of_their_own(tmp_path: Path) -> None:
    text = "id,lat,lon,La_ppm,La_Q\na,50.1,-80.2,5,<\nb,50.2,-80.3,9,\nc,50.3,-80.4,100,>\n"
    found = read(tmp_path, text, options={"qualifier_suffix": "_Q"})
    assert column(found, "La_ppm") == [None, 9, None]
    assert column(found, "La_censored") == [-1, 0, 1]
    assert column(found, "La_limit_ppm") == [5, None, 100]


def test_identical_rows_merge_and_others_keep_their_row_number(tmp_path: Path) -> None:
    text = "id,lat,lon,La_ppm\na,50.1,-80.2,5\na,50.1,-80.2,5\na,50.1,-80.2,7\n"
    found = read(tmp_path, text)
    assert (found.rows_read, found.rows_merged, len(found.layer)) == (3, 1, 2)
    assert found.layer["sample_id"].tolist() == ["lab:a#2", "lab:a#4"]


def test_waste_is_found_by_name_others_need_a_place(tmp_path: Path) -> None:
    text = "id,site,La_ppm,n\na,NA Lake,5,3\nb,,7,1\n"
    columns = {"sample_id": "id", "site_key": "site", "n_analyses": "n"}
    found = read(tmp_path, text, columns=columns, defaults={"medium": "waste"})
    assert (found.layer["site_key"].tolist(), found.layer["n_analyses"].tolist()) == (["NA Lake"], [3])
    assert found.rejected["reason_code"].tolist() == ["no_coordinates"]


def test_a_total_given_as_one_number(tmp_path: Path) -> None:
    columns = {"sample_id": "id", "site_key": "id", "tree_ppm": "TREE_mean_ppm"}
    found = read(tmp_path, "id,TREE_mean_ppm,Th_ppm\na,230.5,4\n", columns=columns, defaults={"medium": "waste"})
    assert column(found, "tree_ppm") == [230.5]


def test_unknown_options_and_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"lab\.options: defaultunit"):
        read(tmp_path, "id,lat,lon,La_ppm\na,50.1,-80.2,5\n", options={"defaultunit": "ppm"})
    with pytest.raises(ConfigError, match=r"lab\.columns: geochemistry has no site"):
        read(tmp_path, "id,lat,lon,La_ppm\na,50.1,-80.2,5\n", columns={**PLACED, "site": "id"})


def test_scores_stay_within_medium_and_method(tmp_path: Path) -> None:
    rows = [f"{i},50.{i:03d},-80.{i:03d},{10 ** (1 + i / 40):.6f},{'till' if i < 41 else 'soil'}" for i in range(82)]
    found = read(tmp_path, "id,lat,lon,La_ppm,kind\n" + "\n".join(rows) + "\n", columns={**PLACED, "medium": "kind"})
    scores = standardise_samples(found.layer)["La_z"].to_numpy()
    assert scores[20] == pytest.approx(0, abs=1e-6)
    assert scores[30] == pytest.approx((10 / 40) / (1.4826 * 10 / 40), rel=1e-4)
    np.testing.assert_allclose(scores[:41], scores[41:], atol=1e-4)


REAL = [
    ("usgs_ngdb_washington_sediment/ngdb_wa_sediment.csv.gz", {"catalogue": "ngdb_sediment"}, 8451, 8451),
    ("wgs_mine_waste_ne_washington/wgs_ofr2026-02_site_summary.csv", {"catalogue": "wgs_mine_waste"}, 10, 10),
    ("kola_ecogeochemistry/kola_chorizon.csv.gz", {"catalogue": "kola"}, 605, 605),
    ("kola_ecogeochemistry/kola_topsoil.csv.gz", {"catalogue": "kola_topsoil"}, 607, 607),
    ("gswa_western_australia/area1_sediment.csv.gz", {"catalogue": "gswa_wamex"}, 1392, 1392),
    ("gswa_western_australia/area4_rockchip.csv.gz", {"catalogue": "gswa_wamex"}, 223, 223),
    ("finland_till_clb/IOCG_CLB_Till_Geochem_reg_511p.gpkg", {"catalogue": "gtk_till"}, 1112, 1112),
    ("gemas_europe/gemas.csv.gz", {"catalogue": "gemas"}, 2108, 2108),
    ("bc_rgs_eskay/area_ssd.shp", {"catalogue": "bc_rgs", "crs": "EPSG:26910"}, 4205, 4205),
    (
        "sernageomin_relaves_geochem_fragment/transcribed_rows.csv",
        {"catalogue": "sernageomin_geochemistry"},
        15,
        15,
    ),
    (
        "labrador_trough_rocks/Collations_Labrador_basalts_and_chills.xlsx",
        {
            "sheet": "All_basalts",
            "crs": "EPSG:26919",
            "columns": {"sample_id": "Sample", "easting": "UTME", "northing": "UTMN"},
            "defaults": {"medium": "rock"},
            "options": {"default_unit": "ppm", "oxide_unit": "pct", "units": {"Au": "ppb", "Pd": "ppb", "Pt": "ppb"}},
        },
        311,
        137,
    ),
]


@pytest.mark.parametrize(
    ("path", "facts", "rows", "kept"), REAL, ids=[one[0].split("/")[1].split(".")[0] for one in REAL]
)
def test_real_files(shared_realdata: Path, path: str, facts: dict[str, Any], rows: int, kept: int) -> None:
    source = resolve({"id": "real", "role": "geochemistry", "path": path, **facts})
    found = read_geochemistry(source, shared_realdata / "geochemistry")
    assert (found.rows_read, len(found.layer)) == (rows, kept)
    amounts = found.layer[[name for name in found.layer.columns if name.endswith("_ppm")]]
    assert float(amounts.min().min()) >= 0
    assert float(amounts.max().max()) <= 1e6


def test_real_sediments_of_washington_are_mostly_censored(shared_realdata: Path) -> None:
    path, facts, *_ = REAL[0]
    source = resolve({"id": "ngdb", "role": "geochemistry", "path": path, **facts})
    layer = read_geochemistry(source, shared_realdata / "geochemistry").layer
    assert int((layer["La_censored"] == -1).sum()) == 4160
    assert int((layer["Th_censored"] == -1).sum()) == 3263
    assert int(layer["La_ppm"].notna().sum() + (layer["La_censored"] == -1).sum()) == 7688
    assert layer["Fe_ppm"].median() > 10_000


def test_a_shapefile_without_a_coordinate_system_stops(shared_realdata: Path) -> None:
    source = resolve({"id": "bc", "role": "geochemistry", "path": "bc_rgs_eskay/area_ssd.shp", "catalogue": "bc_rgs"})
    with pytest.raises(SourceError, match=r"has no area_ssd\.prj"):
        read_geochemistry(source, shared_realdata / "geochemistry")
