"""Rows that are no samples of the thing, intervals counted by length, and collars in a table of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.errors import SourceError
from layers.readers.control_rows import control_rows
from layers.readers.drill_intervals import composite, interval_columns, unclear_intervals
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory


def lab(folder: Path, text: str, **facts: Any) -> Reading[Any]:
    (folder / "lab.csv").write_text(text, encoding="utf-8")
    base = {"id": "lab", "role": "geochemistry", "path": "lab.csv", "defaults": {"medium": "waste"}}
    columns = {"sample_id": "sample_id", "site_key": "site_id"}
    return read_geochemistry(resolve({**base, "columns": columns, **facts}), folder)


def values(found: Reading[Any], name: str) -> list[float | None]:
    return [None if np.isnan(one) else round(float(one), 4) for one in found.layer[name].astype(float)]


QC = (
    "sample_id,site_id,sample_type,La_ppm\n1,A,SAMPLE,40\n2,A,,60\n3,A,Field Duplicate,62\n4,A,CRM,3000\n5,A,BLANK,0.1\n"
    "6,B,Reference Material,3010\n"
)


def test_controls_are_turned_away_with_their_kind_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    found = lab(tmp_path, QC)
    assert values(found, "La_ppm") == [40, 60]
    assert found.rejected["reason_code"].tolist() == [
        "control_duplicate",
        "control_standard",
        "control_blank",
        "control_standard",
    ]
    assert found.rows_read == len(found.layer) + len(found.rejected) + found.rows_merged
    assert [one.count for one in found.notes if one.code == "control_rows"] == [4]
    assert len(lab(tmp_path, QC, options={"control_rows": "keep"}).layer) == 6


@pytest.mark.parametrize(
    "word",
    ["standard", "Blanc", "duplicado", "MATÉRIAU DE RÉFÉRENCE", "Doublon", "lab blank", "Promedio", "Referensmaterial"],
)
def test_words_of_several_languages(tmp_path: Path, word: str) -> None:
    found = lab(tmp_path, f"sample_id,site_id,tipo de muestra,La_ppm\n1,A,roca,40\n2,A,{word},60\n")
    assert values(found, "La_ppm") == [40]


@pytest.mark.parametrize(
    ("identity", "control"),
    [
        ("OREAS 45d", True), ("BLANK-3", True), ("STD_1", True), ("S-1003 DUP", True), ("CRM12", True), ("Standard Lake 4", True),
        ("S-1003", False), ("Blankenship-2", False), ("DUPONT-1", False), ("Crmarsh", False), ("A001-R", False),
    ],
)  # fmt: skip
def test_ids_that_name_a_control(identity: str, control: bool) -> None:
    cells = pd.DataFrame({"sample_id": [identity, "X-1"]})
    assert bool(control_rows(cells, cells["sample_id"])) is control


def test_a_column_in_which_every_row_would_be_a_control_means_something_else() -> None:
    cells = pd.DataFrame({"sample_type": ["standard", "standard"], "La": ["1", "2"]})
    assert control_rows(cells, None) == {}


def test_headings_repeated_between_the_rows(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_ppm\n1,A,40\nsample_id,site_id,La_ppm\n2,A,60\n")
    assert values(found, "La_ppm") == [40, 60]
    assert found.rejected["reason_code"].tolist() == ["repeated_heading"]


DRILL = "hole_id,site_id,from_m,to_m,La_ppm\nH1,A,0,2,100\nH1,A,2,10,50\nH2,B,0,1,300\nH2,B,1,9,20\nH3,C,0,5,70\n"


def test_intervals_count_by_their_length(tmp_path: Path) -> None:
    found = lab(tmp_path, DRILL, columns={"sample_id": "hole_id", "site_key": "site_id"})
    assert values(found, "La_ppm") == [60, 51.1111, 70]
    assert found.layer["n_analyses"].tolist() == [2, 2, 1]
    assert (found.rows_read, found.rows_merged) == (5, 2)


def test_the_order_and_the_cutting_of_intervals_change_nothing(tmp_path: Path) -> None:
    columns = {"sample_id": "hole_id", "site_key": "site_id"}
    head, *rows = DRILL.splitlines()
    turned = lab(tmp_path, "\n".join([head, *reversed(rows)]) + "\n", columns=columns)
    assert sorted(values(turned, "La_ppm")) == [51.1111, 60, 70]
    cut = [row for row in rows if row != "H1,A,2,10,50"] + ["H1,A,2,6,50", "H1,A,6,10,50"]
    assert values(lab(tmp_path, "\n".join([head, *cut]) + "\n", columns=columns), "La_ppm") == [60, 51.1111, 70]


def test_an_interval_without_a_length_is_turned_away(tmp_path: Path) -> None:
    text = DRILL + "H3,C,9,5,700\n"
    found = lab(tmp_path, text, columns={"sample_id": "hole_id", "site_key": "site_id"})
    assert found.rejected["reason_code"].tolist() == ["bad_interval"]


def test_censored_intervals_are_never_zero_nor_their_limit() -> None:
    results: dict[str, np.ndarray] = {
        "La_ppm": np.array([np.nan, 100.0, np.nan, np.nan, 5.0, np.nan]),
        "La_limit_ppm": np.array([10.0, np.nan, 10.0, 1000.0, np.nan, 1.0]),
        "La_censored": np.array([-1, 0, -1, 1, 0, -1], dtype=np.int8),
    }
    groups, length = np.array([0, 0, 1, 2, 2, 3]), np.array([1.0, 9.0, 3.0, 1.0, 1.0, 1.0])
    found = composite(groups, length, results, ["La"])
    np.testing.assert_allclose(found["La_ppm"], [90.5, np.nan, np.nan, np.nan])
    np.testing.assert_allclose(found["La_limit_ppm"], [np.nan, 10, 502.5, 1])
    assert found["La_censored"].tolist() == [0, -1, 1, -1]


@given(st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.1, 1e5)), min_size=1, max_size=8))
def test_a_composite_lies_between_its_intervals(parts: list[tuple[float, float]]) -> None:
    length, value = (np.array(one) for one in zip(*parts, strict=True))
    n = len(parts)
    results: dict[str, np.ndarray] = {
        "La_ppm": value, "La_limit_ppm": np.full(n, np.nan), "La_censored": np.zeros(n, dtype=np.int8),
    }  # fmt: skip
    mean = float(composite(np.zeros(n, dtype=np.int64), length, results, ["La"])["La_ppm"][0])
    assert value.min() * (1 - 1e-9) <= mean <= value.max() * (1 + 1e-9)


def test_what_counts_as_a_table_of_intervals() -> None:
    assert interval_columns(["Hole", "From", "To", "La"]) is not None
    assert interval_columns(["sondage", "de_prof", "a", "La"]) is None
    assert interval_columns(["sample", "from", "to"]) is None


def test_collars_are_joined_by_their_key(tmp_path: Path) -> None:
    (tmp_path / "collars.csv").write_text("hole_id,site_id,east\nH1,A,1\nH2,B,2\nH9,C,3\n", encoding="utf-8")
    text = "hole_id,from_m,to_m,La_ppm\nH1,0,2,100\nH1,2,10,50\nH2,0,1,7\nH4,0,1,9\n"
    columns = {"sample_id": "hole_id", "site_key": "site_id"}
    found = lab(tmp_path, text, columns=columns, options={"collars": {"path": "collars.csv", "key": "hole_id"}})
    assert found.layer["site_key"].tolist() == ["A", "B"]
    assert values(found, "La_ppm") == [60, 7]
    assert found.rejected["reason_code"].tolist() == ["no_coordinates"]
    assert [one.count for one in found.notes if one.code == "hole_without_collar"] == [1]


def test_a_hole_with_two_collars_stops_and_intervals_without_a_place_say_how(tmp_path: Path) -> None:
    (tmp_path / "collars.csv").write_text("hole_id,site_id\nH1,A\nH1,B\n", encoding="utf-8")
    text = "hole_id,from_m,to_m,La_ppm\nH1,0,2,100\n"
    columns = {"sample_id": "hole_id", "site_key": "site_id"}
    with pytest.raises(SourceError, match=r"1 holes have several collars, e\.g\. H1"):
        lab(tmp_path, text, columns=columns, options={"collars": {"path": "collars.csv", "key": "hole_id"}})
    with pytest.raises(SourceError, match=r"state options\.collars"):
        lab(tmp_path, text, columns={"sample_id": "hole_id"})


def test_a_mean_of_limits_and_values_never_lies_below_what_was_measured(tmp_path: Path) -> None:
    """1 m below 10 and 1 m of 20: the mean is 10 to 15. Half of 'below 15' would be less than it can be."""
    text = (
        "hole_id,site_id,from_m,to_m,La_ppm,Ce_ppm\nH1,A,0,1,<10,<2\nH1,A,1,2,20,<6\nH2,B,0,9,<10,1\nH2,B,9,10,20,2\n"
    )
    found = lab(tmp_path, text, columns={"sample_id": "hole_id", "site_key": "site_id"})
    assert values(found, "La_ppm") == [12.5, None]
    assert values(found, "La_limit_ppm") == [None, 11]
    assert values(found, "Ce_limit_ppm") == [4, None]
    [note] = [one for one in found.notes if one.code == "intervals_composited"]
    assert "at most a third off: La (1)." in note.message


def test_intervals_of_elements_by_several_methods_are_brought_together_where_each_has_one(tmp_path: Path) -> None:
    text = (
        "hole_id,site_id,from_m,to_m,La_INAA_ppm,Cu_AR_ppm,Zn_AR_ppm,Zn_FUS_ppm\n"
        "H1,A,0,1,10,100,5,\nH1,A,1,4,50,200,9,\nH2,B,0,1,10,100,5,\nH2,B,1,2,20,200,,9\n"
    )
    found = lab(tmp_path, text, columns={"sample_id": "hole_id", "site_key": "site_id"})
    assert values(found, "La_ppm") == [40, 10, 20]
    assert values(found, "Cu_ppm") == [175, 100, 200]
    assert found.layer["Cu_method"].astype("str").tolist() == ["aqua_regia"] * 3
    assert (found.rows_read, found.rows_merged) == (4, 1)
    assert [one.count for one in found.notes if one.code == "intervals_of_several_methods"] == [2]


def test_overlapping_intervals_are_told(tmp_path: Path) -> None:
    text = "hole_id,site_id,from_m,to_m,La_ppm\nH1,A,0,2,10\nH1,A,1,3,50\nH2,A,0,1,9\nH2,A,1,2,9\n"
    found = lab(tmp_path, text, columns={"sample_id": "hole_id", "site_key": "site_id"})
    assert [(one.count, one.rows) for one in found.notes if one.code == "intervals_overlap"] == [(1, (3,))]


@pytest.mark.parametrize(
    "tail", ["Average,5\nn,2\nP90,9", "Moyenne,5\nÉcart-type,2", "Mittelwert,5\nStandardabweichung,3"]
)
def test_statistics_under_the_table_are_no_samples(tmp_path: Path, tail: str) -> None:
    rows = "\n".join(line.replace(",", ",A,") for line in tail.splitlines())
    found = lab(tmp_path, f"sample_id,site_id,La_ppm\nn,A,1\nP90,A,2\n{rows}\n")
    assert values(found, "La_ppm") == [1, 2]


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        (["hole_id", "from_m", "to_m", "La_ppm", "total_depth_m"], ("hole_id", "from_m", "to_m")),
        (["hole_id", "depth_m", "from", "to", "La_ppm"], ("hole_id", "from", "to")),
        (["sample", "depth_from", "depth_to"], None),
    ],
)
def test_the_pair_of_depths_side_by_side_is_the_interval(
    names: list[str], columns: tuple[str, str, str] | None
) -> None:
    read = interval_columns(names)
    assert (None if read is None else (read.hole, read.start, read.end)) == columns
    assert not unclear_intervals("drill", names, 3)


@pytest.mark.parametrize("names", [["hole_id", "collar_id", "from", "to"], ["BHID", "FROM", "TO", "from_2", "to_2"]])
def test_depths_nobody_can_pair_are_told(names: list[str]) -> None:
    assert interval_columns(names) is None
    [note] = unclear_intervals("drill", names, 3)
    assert (note.code, note.count, set(note.columns)) == ("intervals_unclear", 3, set(names))


@pytest.mark.parametrize(
    ("own", "control"),
    [
        ("World shale average", True), ("PAAS (Taylor & McLennan 1985)", True), ("Certified value", True), ("Background", True),
        ("NIST 2711a", True), ("BCR-2", True), ("TILL-1", True), ("Detection limit (ppm)", True), ("Till Creek", False),
        ("Shale Ridge", False), ("Background Creek", False), ("Threshold Lake", False),
    ],
)  # fmt: skip
def test_published_values_and_reference_materials_by_name_are_no_samples(own: str, control: bool) -> None:
    ids = pd.Series([*(f"T{number:03d}" for number in range(12)), own, "T100"])
    assert list(control_rows(pd.DataFrame({"id": ids}), ids)) == ([12] if control else [])


@pytest.mark.parametrize("prefix", ["TILL-", "BCR-", "GSS", "QC-"])
def test_ids_that_all_begin_like_a_reference_material_are_samples(prefix: str) -> None:
    ids = pd.Series([f"{prefix}{number:03d}" for number in range(20)])
    assert control_rows(pd.DataFrame({"id": ids}), ids) == {}


_OWN = [f"A{at},S{at % 5},{30 + at}" for at in range(20)]


def ids_kept(folder: Path, further: list[str], heading: str = "sample_id,site_id,La_ppm") -> list[str]:
    found = lab(folder, "\n".join([heading, *_OWN, *further]) + "\n")
    return [str(own).removeprefix("lab:") for own in found.layer["sample_id"]][20:]


@pytest.mark.parametrize(
    "own",
    ["Estándar", "Patrón 3", "Témoin", "Referencia", "Mat. réf.", "prep wash", "Silice", "Control 2", "REE-1", "OKA-2", "GRE-04",
     "AMIS0185", "SY-4", "BCR-2", "DH-1a", "G-2", "W-2a", "MP-2", "QC-1"],
)  # fmt: skip
def test_reference_material_and_words_for_it_in_place_of_an_id_are_no_samples(tmp_path: Path, own: str) -> None:
    assert ids_kept(tmp_path, [f"{own},S1,2500"]) == []


def test_many_controls_at_the_end_of_a_batch_are_still_few_beside_the_samples(tmp_path: Path) -> None:
    names = ["REE-1", "OKA-2", "GRE-04", "AMIS0185", "SY-4", "BCR-2", "DH-1a", "MP-2", "STSD-3", "Estándar", "Patrón 3"]
    assert ids_kept(tmp_path, [f"{name},S1,{2500 + at}" for at, name in enumerate(names)]) == []


@pytest.mark.parametrize("own", ["A3R", "A3-FD", "A3 réplica", "A3D", "A3 LD"])
def test_further_spellings_of_a_repeat_are_no_samples(tmp_path: Path, own: str) -> None:
    assert ids_kept(tmp_path, [f"{own},S1,33"]) == []


@pytest.mark.parametrize("own", ["A99R", "B3-FD", "W12", "G-2 pit"])
def test_ids_that_only_look_like_them_are_samples(tmp_path: Path, own: str) -> None:
    assert ids_kept(tmp_path, [f"{own},S1,33"]) == [own]


def test_samples_called_by_the_letters_of_a_reference_are_samples(tmp_path: Path) -> None:
    found = lab(tmp_path, "sample_id,site_id,La_ppm\n" + "".join(f"REE-{at},S1,{at + 20}\n" for at in range(9)))
    assert len(found.layer) == 9


def test_codes_of_deliverables_tell_controls_where_a_code_of_samples_stands(tmp_path: Path) -> None:
    rows = [f"{one},{code}" for one, code in zip(_OWN, ["N"] * 20, strict=True)]
    rows += ["D1,S1,30,FD", "D2,S1,31,MB", "D3,S1,130,MS", "D4,S1,131,MSD", "D5,S1,90,LCS", "D6,S1,0.1,EB"]
    found = lab(tmp_path, "sample_id,site_id,La_ppm,Sample Type\n" + "\n".join(rows) + "\n")
    assert len(found.layer) == 20
    assert found.rejected["reason_code"].value_counts().to_dict() == {
        "control_standard": 3, "control_blank": 2, "control_duplicate": 1
    }  # fmt: skip


def test_letters_in_a_column_of_types_that_are_no_such_codes_are_samples(tmp_path: Path) -> None:
    rows = [f"{one},{'MS' if at % 2 else 'FD'}" for at, one in enumerate(_OWN)]
    assert len(lab(tmp_path, "sample_id,site_id,La_ppm,Sample Type\n" + "\n".join(rows) + "\n").layer) == 20


def test_percentiles_and_means_of_things_below_the_samples_are_no_samples(tmp_path: Path) -> None:
    above = ["Promedio,,54", "Máx,,122", "Desv. est.,,23", "n,,24", "P90,S1,110"]
    tail = [*above, "Crustal abundance,,31", "Moyenne,S2,54", "UCC,S3,31", "Tailings mean,S4,54"]
    assert ids_kept(tmp_path, tail) == []


@pytest.mark.parametrize(
    ("heading", "codes", "told"),
    [
        ("REP_STAT", ["0"] * 8 + ["10", "20"], (10, 11)),
        ("Dup flag", ["A"] * 8 + ["B", "B"], (10, 11)),
        ("QC code", ["1"] * 9 + ["7"], (11,)),
        ("REP_STAT", ["0"] * 10, ()),
        ("Sample type", ["1"] * 8 + ["2", "2"], ()),
        ("Dup flag", [""] * 9 + ["duplicate"], ()),  # turned away as one
    ],
)
def test_codes_of_repeats_nobody_explains_are_told(
    tmp_path: Path, heading: str, codes: list[str], told: tuple[int, ...]
) -> None:
    rows = "\n".join(f"T{number:02d},A,{code},{40 + number}" for number, code in enumerate(codes))
    text = f"sample_id,site_id,{heading},La_ppm\n{rows}\n"
    rows_told = [note.rows for note in lab(tmp_path, text).notes if note.code == "control_codes_unknown"]
    assert rows_told == ([told] if told else [])
    spoken = lab(tmp_path, text, ignore=[heading])
    assert not [note for note in spoken.notes if note.code == "control_codes_unknown"]


def test_ids_with_a_number_behind_another_id_are_told(tmp_path: Path) -> None:
    ids = [*(f"T{number:02d}" for number in range(12)), "T03_2", "T05-3"]
    text = "sample_id,site_id,La_ppm\n" + "".join(f"{own},A,{40 + row}\n" for row, own in enumerate(ids))
    assert [note.rows for note in lab(tmp_path, text).notes if note.code == "repeats_by_number"] == [(14, 15)]
    series = text + "T03_1,A,7\nT05-1,A,8\n"  # parts numbered from one
    assert not [note for note in lab(tmp_path, series).notes if note.code == "repeats_by_number"]


@pytest.mark.parametrize("letter", ["W", "G"])
def test_a_series_of_one_letter_is_no_reference_rock(letter: str) -> None:
    ids = pd.Series([*(f"TSF-{number:02d}" for number in range(12)), *(f"{letter}{number}" for number in range(1, 9))])
    assert control_rows(pd.DataFrame({"id": ids}), ids) == {}
    rock = pd.Series([*(f"TSF-{number:02d}" for number in range(12)), f"{letter}-2"])
    assert list(control_rows(pd.DataFrame({"id": rock}), rock)) == [12]


def test_reference_materials_do_not_hide_each_other() -> None:
    ids = pd.Series([*(f"A{number}" for number in range(12)), "SRM 2780", "CGL 111", "NIST 2711"])
    assert list(control_rows(pd.DataFrame({"id": ids}), ids)) == [12, 13, 14]


def test_repeats_called_so_by_a_word_are_told_however_many_there_are() -> None:
    ids = pd.Series(["A1", "A2", "A3", "A1 rep", "A2 (dup)", "Rpt A3", "A3 réplica"])
    assert list(control_rows(pd.DataFrame({"id": ids}), ids)) == [3, 4, 5, 6]
    halves = pd.Series(["A1", "A2", "A3", "A1R", "A2R", "A3R"])  # right halves of cores as well as repeats
    assert control_rows(pd.DataFrame({"id": halves}), halves) == {}


SITES = "id,name,lat,lon,mass\n" + "".join(
    f"A{n:02d},Hill {n},48.{n + 10}3,-81.{n + 20}7,{n + 5}00\n" for n in range(12)
)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Average Joe", True), ("Average Hill", True), ("Promedio Norte", True), ("Average", False), ("Average of all", False),
        ("Average (n=12)", False), ("Average grade", False), ("Average: 12", False), ("Moyenne des sites", False),
        ("Averages 1-12", False), ("Average tailings", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("own", ["A99", ""])
def test_a_name_that_begins_like_an_average_counts_and_is_told_without_an_id(
    tmp_path: Path, name: str, kept: bool, own: str
) -> None:
    (tmp_path / "s.csv").write_text(f"{SITES}{own},{name},48.9,-81.9,90\n", encoding="utf-8")
    columns = {"official_id": "id", "name": "name", "latitude": "lat", "longitude": "lon", "mass_t": "mass"}
    spec = {"id": "s", "role": "inventory", "path": "s.csv", "crs": "EPSG:4326", "columns": columns}
    found = read_inventory(Source.model_validate({**spec, "options": {"units": {"mass_t": "t"}}}), tmp_path)
    assert (name in set(found.layer["name"])) == kept
    told = [note.rows for note in found.notes if note.code == "called_like_a_summary"]
    assert told == ([(14,)] if kept and not own else [])
    assert list(found.rejected["reason_code"]) == ([] if kept else ["summary_row"])
