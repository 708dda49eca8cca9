"""Several columns of one element, limits, marks and units beside them, and units of amounts told by headings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.cells.quantities import unit_factor
from layers.errors import SourceError
from layers.readers.amount_units import heading_unit, units_of_amounts
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory


def lab(folder: Path, text: str, **facts: Any) -> Reading[Any]:
    (folder / "lab.csv").write_text(text, encoding="utf-8")
    base = {"id": "lab", "role": "geochemistry", "path": "lab.csv", "defaults": {"medium": "waste"}}
    columns = {"sample_id": "sample_id", "site_key": "site_id"}
    return read_geochemistry(resolve({**base, "columns": columns, **facts}), folder)


def values(found: Reading[Any], name: str) -> list[float | None]:
    return [None if np.isnan(one) else round(float(one), 6) for one in found.layer[name].astype(float)]


def test_limit_and_error_columns_are_no_results_and_are_named(tmp_path: Path) -> None:
    text = "sample_id,site_id,La_ppm,La_MDL_ppm,La_err_ppm\nP1,A,410,20,4\nP2,A,520,20,5\nP3,A,<20,20,3\n"
    found = lab(tmp_path, text)
    assert values(found, "La_ppm") == [410, 520, None]
    assert values(found, "La_limit_ppm") == [None, None, 20]
    told = next(one for one in found.notes if one.code == "columns_beside_results")
    assert "La_err_ppm (error)" in told.message


def test_a_limit_column_fills_the_limits_the_cells_do_not_tell(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_pct,La_MDL_ppm\na,A,0.05,20\nb,A,ND,30\n")
    assert values(found, "La_ppm") == [500, None]
    assert values(found, "La_limit_ppm") == [None, 30]


@pytest.mark.parametrize("follow_up", ["La_OG_pct", "La_ME-MS81h_pct", "A_La_overlimit_pct"])
def test_an_over_range_result_takes_its_follow_up_whatever_it_is_called(tmp_path: Path, follow_up: str) -> None:
    follow_up = follow_up.removeprefix("A_")
    found = lab(tmp_path, f"sample_id,site_id,La_ppm,{follow_up}\na,A,>10000,2.1\nb,A,2500,\n")
    assert values(found, "La_ppm") == [21000, 2500]
    assert found.layer["La_censored"].tolist() == [0, 0]


@pytest.mark.parametrize(("follow_up", "told"), [("2.1", False), ("0.99", False), ("0.9", True), ("0.09", True)])
def test_a_follow_up_below_what_the_first_result_exceeds_is_told(tmp_path: Path, follow_up: str, told: bool) -> None:
    found = lab(tmp_path, f"sample_id,site_id,La_ppm,La_OG_pct\na,A,>10000,{follow_up}\nb,A,2500,\n")
    rows = [note.rows for note in found.notes if note.code == "result_against_limit"]
    assert rows == ([(2,)] if told else [])


@pytest.mark.parametrize("others", [("U", "J"), ("UJ", "R"), ("J+", "D")])
def test_l_and_n_among_marks_of_a_validation_are_no_limits_and_told(tmp_path: Path, others: tuple[str, str]) -> None:
    rows = [
        f"s{n},A,{20 + n},{mark},50,{other}"
        for n, (mark, other) in enumerate([("L", ""), ("N", others[0]), ("", others[1])])
    ]
    found = lab(tmp_path, "\n".join(["sample_id,site_id,La_ppm,La_Q,Ce_ppm,Ce_Q", *rows]))
    assert values(found, "La_ppm") == [20, 21, 22]
    [note] = [note for note in found.notes if note.code == "mark_unknown"]
    assert note.rows == (2, 3)


def test_l_and_n_alone_mean_that_nothing_was_found(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_ppm,La_Q\na,A,20,L\nb,A,21,N\nc,A,22,\n")
    assert values(found, "La_ppm") == [None, None, 22]


def test_a_measured_value_beats_a_censored_one_but_not_a_limit_it_contradicts(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_FUS_ppm,La_AR_ppm\na,A,<5,3\nb,A,>1000,700\nc,A,40,20\nd,A,50,30\n")
    assert values(found, "La_ppm") == [3, None, 40, 50]
    assert found.layer["La_censored"].tolist() == [0, 1, 0, 0]
    assert values(found, "La_limit_ppm") == [None, 1000, None, None]


def test_names_and_order_of_columns_change_nothing(tmp_path: Path) -> None:
    rows = ["a,A,>10000,2.1,25", "b,A,2500,,20"]
    first = lab(tmp_path, "\n".join(["sample_id,site_id,La_ppm,La_OG_pct,La_MDL_ppm", *rows]) + "\n")
    turned = ["{0},{1},{4},{3},{2}".format(*row.split(",")) for row in rows]
    second = lab(tmp_path, "\n".join(["sample_id,site_id,La_MDL_ppm,La_OG_pct,La_ppm", *turned]) + "\n")
    assert values(first, "La_ppm") == values(second, "La_ppm") == [21000, 2500]


def test_two_columns_of_one_meaning_that_differ_are_a_stop(tmp_path: Path) -> None:
    text = "sample_id,site_id,La_ppm,ppm La\na,A,10,11\nb,A,20,20\n"
    with pytest.raises(SourceError, match=r"hold different results: La_ppm and ppm La \(1 rows\)"):
        lab(tmp_path, text)
    found = lab(tmp_path, text, options={"ignore": ["ppm La"]})
    assert values(found, "La_ppm") == [10, 20]


def test_units_by_row_and_rows_whose_unit_is_no_share(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La,La_unit\na,A,50,ppm\nb,A,0.2,%\nc,A,7,mg/L\n")
    assert values(found, "La_ppm") == [50, 2000]
    assert found.rejected["reason_code"].tolist() == ["unknown_unit"]


def test_headings_not_understood_are_told_and_can_be_stated(tmp_path: Path) -> None:
    text = "sample_id,site_id,La_ppm,Ce_zorg_ppm\na,A,50,80\n"
    found = lab(tmp_path, text)
    assert "Ce_ppm" not in found.layer
    assert [one.code for one in found.notes if "zorg" in one.message] == ["heading_not_understood"]
    assert values(lab(tmp_path, text, options={"results": {"Ce_zorg_ppm": "Ce"}}), "Ce_ppm") == [80]


def test_means_leachates_and_forms_are_not_read_as_contents(tmp_path: Path) -> None:
    text = "sample_id,site_id,La_ppm,Ce_mean_ppm,Nd_leachate_ppm,S_sulphide_pct,Y_ug_L\na,A,50,1,2,3,4\n"
    found = lab(tmp_path, text)
    assert [name for name in found.layer.columns if str(name).endswith("_ppm") and "limit" not in str(name)] == [
        "tree_ppm",
        "La_ppm",
    ]


SITES = "site_id,name,latitude,longitude,{}\nA,Example tailings,48.3,-81.5,10\n"


def inventory(folder: Path, heading: str, column: str, **options: Any) -> Reading[Any]:
    (folder / "sites.csv").write_text(SITES.format(heading), encoding="utf-8")
    columns = {
        "official_id": "site_id",
        "name": "name",
        "latitude": "latitude",
        "longitude": "longitude",
        column: heading,
    }
    source = {"id": "s", "role": "inventory", "path": "sites.csv", "crs": "EPSG:4326", "columns": columns}
    return read_inventory(resolve({**source, "options": options}), folder)


@pytest.mark.parametrize(
    ("heading", "column", "expected"),
    [
        ("Tonnage (Mt)", "mass_t", 1e7), ("Tailings (kt)", "mass_t", 1e4), ("Mass (short tons)", "mass_t", 9.0718474),
        ("Volume (million m3)", "volume_m3", 1e7), ("Area (acres)", "area_m2", 40468.564), ("Height (ft)", "height_m", 3.048),
        ("Tonnage", "mass_t", 10.0), ("SUPERF_HA", "area_m2", 1e5),
    ],
)  # fmt: skip
def test_the_unit_of_a_heading_counts_without_being_stated(
    tmp_path: Path, heading: str, column: str, expected: float
) -> None:
    assert float(inventory(tmp_path, heading, column).layer[column].iloc[0]) == pytest.approx(expected)


def test_a_unit_that_can_be_read_two_ways_is_a_stop_until_it_is_stated(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"mass_t: the heading 'Tailings \(MT\)' may mean several units"):
        inventory(tmp_path, "Tailings (MT)", "mass_t")
    with pytest.raises(
        SourceError, match="area_m2: the heading 'XYZQ_HA' may mean several units"
    ):  # a multiple, or a word
        inventory(tmp_path, "XYZQ_HA", "area_m2")
    stated = inventory(tmp_path, "Tailings (MT)", "mass_t", units={"mass_t": "t"})
    assert float(stated.layer["mass_t"].iloc[0]) == 10


def test_units_of_headings_are_known_to_the_reader_of_cells() -> None:
    for heading, base in [
        ("Mass (lb)", "t"),
        ("Volume (acre-feet)", "m3"),
        ("Area (sq mi)", "m2"),
        ("Height (in)", "m"),
    ]:
        unit = heading_unit(heading, base)
        if unit is not None:
            assert unit_factor(unit)[0] == base
    with pytest.raises(SourceError, match="are in acre and ha"):
        units_of_amounts("s", {"area_m2": ["Area (ha)", "Area (acres)"]}, {"area_m2": "m2"}, {})


@pytest.mark.parametrize(("result", "told"), [("6", True), ("0.9", False), ("<1", False)])
def test_a_result_far_above_the_limit_of_another_method_is_told_with_column_and_row(
    tmp_path: Path, result: str, told: bool
) -> None:
    text = f"sample_id,Mo_INAA_ppm,Mo_AR_ppm\n1,3,2.9\n2,{result},<0.2\n"
    (tmp_path / "lab.csv").write_text(text, encoding="utf-8")
    columns = {"sample_id": "sample_id", "site_key": "sample_id"}
    spec = {"id": "lab", "role": "geochemistry", "path": "lab.csv", "defaults": {"medium": "waste"}, "columns": columns}
    notes = [one for one in read_geochemistry(resolve(spec), tmp_path).notes if one.code == "result_against_limit"]
    assert [(one.columns, one.rows, one.count) for one in notes] == [(("Mo_INAA_ppm", "Mo_AR_ppm"), (3,), 1)] * told


@pytest.mark.parametrize(
    "heading", ["Tonnes (x1000)", "tonnes x 1000", "Tonnes (000s)", "tons (long)", "tonnes (thousands)"]
)
def test_a_multiple_that_is_not_read_is_asked_about(heading: str) -> None:
    with pytest.raises(SourceError, match="may mean several units"):
        units_of_amounts("s", {"mass_t": [heading]}, {"mass_t": "t"}, {})


@pytest.mark.parametrize(
    ("heading", "unit"), [("million tonnes", "Mt"), ("Mass (long tons)", "long ton"), ("tonnes", "t")]
)
def test_a_multiple_that_is_read_is_no_doubt(heading: str, unit: str) -> None:
    found = units_of_amounts("s", {"mass_t": [heading]}, {"mass_t": "t"}, {})
    assert unit_factor(found["mass_t"]) == unit_factor(unit)


def test_units_by_row_stop_unless_all_are_the_one_taken() -> None:
    cells = pd.DataFrame({"mass": ["1", "2"], "Mass_Unit": ["kt", "t"]})
    with pytest.raises(SourceError, match="'Mass_Unit' holds the unit of 'mass' by row \\(kt, t\\)"):
        units_of_amounts("s", {"mass_t": ["mass"]}, {"mass_t": "t"}, {}, cells)
    same = cells.assign(Mass_Unit="kt")
    assert units_of_amounts("s", {"mass_t": ["mass"]}, {"mass_t": "t"}, {"mass_t": "kt"}, same) == {"mass_t": "kt"}
    with pytest.raises(SourceError, match="and t would be taken"):
        units_of_amounts("s", {"mass_t": ["mass"]}, {"mass_t": "t"}, {}, same)


def test_the_limit_of_a_marked_result_is_kept_beside_an_empty_repeat(tmp_path: Path) -> None:
    rows = ["P1,A,410,,", "P2,A,3.2,<,", "P3,A,>10000,,21000", *(f"P{n},A,{n}.5,," for n in range(4, 12))]
    found = lab(tmp_path, "sample_id,site_id,La_ppm,La Q,La_ppm_OL\n" + "".join(row + "\n" for row in rows))
    assert values(found, "La_ppm")[:3] == [410, None, 21000]
    assert values(found, "La_limit_ppm")[:3] == [None, 3.2, None]


@pytest.mark.parametrize(
    ("name", "base", "unit"),
    [("mass_t", "t", "ha"), ("mass_t", "t", "m3"), ("area_m2", "m2", "Mt"), ("height_m", "m", "acre")],
)
def test_a_unit_that_measures_something_else_is_refused(name: str, base: str, unit: str) -> None:
    with pytest.raises(SourceError, match=rf"options\.units\.{name}: '{unit}' is no unit of it"):
        units_of_amounts("s", {name: ["Tailings"]}, {name: base}, {name: unit})


def test_one_comma_among_points_stops_and_never_turns_the_mark_of_all(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Ce_ppm '60,5'"):
        lab(tmp_path, "sample_id;site_id;La_ppm;Ce_ppm\na;A;41.2;60,5\nb;A;42;61\n")


def test_results_below_the_limit_beside_them_are_told(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_ppm,La_DL\na,A,0.1,0.5\nb,A,42,0.5\nc,A,0.495,0.5\nd,A,0.2,0.5\n")
    [note] = [note for note in found.notes if note.code == "below_own_limit"]
    assert (note.rows, note.columns) == ((2, 5), ("La_ppm", "La_DL"))
    assert values(found, "La_ppm") == [0.1, 42, 0.495, 0.2]


def test_marks_go_to_the_column_of_their_method(tmp_path: Path) -> None:
    head = "sample_id,site_id,CE_PPM_ICP40,CE_PPM_ES_Q,CE_ICP40_Q"
    found = lab(tmp_path, f"{head}\na,A,30,,\nb,A,4,,<\nc,A,40,L,\n")
    assert values(found, "Ce_ppm") == [30, None, 40]


def test_marks_that_belong_to_no_column_beyond_doubt_are_told(tmp_path: Path) -> None:
    head = "sample_id,site_id,La_FUS_ppm,La_AR_ppm,La_Q,La_flag"
    found = lab(tmp_path, f"{head}\na,A,30,20,,\nb,A,4,3,<,\nc,A,40,30,,<\n")
    told = [note.rows for note in found.notes if note.code == "marks_unread"]
    assert told == [(3,), (4,)]


def test_results_below_the_limit_of_a_row_under_the_heading_are_told(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_ppm,Cu_ppm\nDL,,0.5,2\n1,A,10,5\n2,A,0.25,1\n3,A,20,7\n")
    [note] = [note for note in found.notes if note.code == "below_own_limit"]
    assert (note.columns, note.rows) == (("Cu_ppm", "La_ppm"), (4,))


@pytest.mark.parametrize("cell", ["＜5", "&lt;5", "‹5", "LT5", "less than 5", "< 5"])
def test_other_spellings_of_below_a_limit_are_read(tmp_path: Path, cell: str) -> None:
    found = lab(tmp_path, f"sample_id,site_id,La_ppm\na,A,{cell}\nb,A,42\n")
    assert found.layer["La_limit_ppm"].tolist()[0] == 5
    assert found.layer["La_censored"].tolist() == [-1, 0]


def test_a_star_is_no_result_and_costs_no_row(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_ppm,Ce_ppm\na,A,*,80\nb,A,42,*\n")
    assert (values(found, "La_ppm"), values(found, "Ce_ppm")) == ([None, 42], [80, None])


@pytest.mark.parametrize(
    ("heading", "cell", "ppm"), [("La_pct", "0.2%", 2000), ("La_ppm", "42 ppm", 42), ("La_ppm", "42 mg/kg", 42)]
)
def test_the_unit_of_the_heading_may_stand_in_the_cells(tmp_path: Path, heading: str, cell: str, ppm: float) -> None:
    found = lab(tmp_path, f"sample_id,site_id,{heading}\na,A,{cell}\nb,A,<{cell}\n")
    assert values(found, "La_ppm")[0] == ppm
    assert found.layer["La_limit_ppm"].tolist()[1] == ppm


def test_another_unit_than_that_of_the_heading_is_no_result(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_ppm\na,A,0.2%\nb,A,42\n")
    assert found.rejected["source_row"].tolist() == [2]


@pytest.mark.parametrize(
    ("cells", "ppm"),
    [
        (["1,234", "1,5", "20,000"], None),
        (["1,234", "12,500", "900"], None),
        (["1,234", "12,5", "20,75"], [1.234, 12.5, 20.75]),
        (["0,234", "1,234", "12"], [0.234, 1.234, 12]),
    ],
)
def test_commas_that_may_part_thousands_stop_the_source(
    tmp_path: Path, cells: list[str], ppm: list[float] | None
) -> None:
    text = "".join(f'{own},A,"{cell}","7,5"\n' for own, cell in zip("abc", cells, strict=True))
    if ppm is None:
        with pytest.raises(SourceError, match=f"La_ppm '{cells[0]}'"):
            lab(tmp_path, f"sample_id,site_id,La_ppm,Ce_ppm\n{text}")
    else:
        found = lab(tmp_path, f"sample_id,site_id,La_ppm,Ce_ppm\n{text}")
        assert values(found, "La_ppm") == ppm
        assert any("e.g. " in note.message for note in found.notes if note.code == "decimal_comma")
