"""The same samples in two sources count once, and every row stays accounted for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.readers.geochemistry import read_geochemistry
from layers.samples.repeated import merge_repeated

NINE = ["La", "Ce", "Nd", "Sm", "Gd", "Dy", "Yb", "Cu", "Zn"]


def table(folder: Path, name: str, text: str, *, located: bool = False) -> Reading[Any]:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    columns = {"sample_id": "id", "site_key": "site"}
    columns |= {"latitude": "lat", "longitude": "lon"} if located else {}
    spec = {"id": name, "role": "geochemistry", "path": f"{name}.csv", "defaults": {"medium": "waste"}}
    return read_geochemistry(resolve({**spec, "columns": columns}), folder)


def both(first: Reading[Any], second: Reading[Any]) -> tuple[list[str], list[str]]:
    found = merge_repeated({"a": first, "b": second})
    for name, before in (("a", first), ("b", second)):
        assert found[name].rows_merged - before.rows_merged == len(before.layer) - len(found[name].layer)
    return found["a"].layer["sample_id"].tolist(), found["b"].layer["sample_id"].tolist()


FIRST = "id,site,La_ppm,Ce_ppm,Nd_ppm\nX1,A,10,20,9\nX2,A,11,22,<5\nX3,B,12,24,7\n"


def test_rows_of_one_id_and_equal_results_count_once(tmp_path: Path) -> None:
    first = table(tmp_path, "a", FIRST)
    second = table(tmp_path, "b", "id,site,La_ppm,Ce_ppm\nx1,A,10,20\nX2,A,11,22\nX9,A,12,24\n")
    assert both(first, second) == (["a:X1", "a:X2", "a:X3"], ["b:X9"])
    [note] = [one for one in merge_repeated({"a": first, "b": second})["b"].notes if one.code.startswith("samples_")]
    assert (note.code, note.count, note.rows) == ("samples_of_another_source", 2, (2, 3))


def test_the_row_that_says_more_stays_whatever_the_order_of_the_sources(tmp_path: Path) -> None:
    short = table(tmp_path, "a", "id,site,La_ppm,Ce_ppm\nX1,A,10,20\n")
    long = table(tmp_path, "b", FIRST)
    assert both(short, long) == ([], ["b:X1", "b:X2", "b:X3"])


@pytest.mark.parametrize("row", ["X1,A,10,21", "X1,B,10,20", "Y1,A,10,20", "X1,A,10,"])
def test_rows_that_differ_in_a_result_a_site_or_the_id_stay(tmp_path: Path, row: str) -> None:
    first = table(tmp_path, "a", "id,site,La_ppm,Ce_ppm\nX1,A,10,20\n")
    second = table(tmp_path, "b", f"id,site,La_ppm,Ce_ppm\n{row}\n")
    assert len(both(first, second)[1]) == 1


def test_rows_that_each_say_something_of_their_own_stay_and_are_told(tmp_path: Path) -> None:
    first = table(tmp_path, "a", "id,site,La_ppm,Ce_ppm,Cu_ppm\nX1,A,10,20,5\n")
    second = table(tmp_path, "b", "id,site,La_ppm,Ce_ppm,Zn_ppm\nX1,A,10,20,7\n")
    assert both(first, second) == (["a:X1"], ["b:X1"])
    codes = [one.code for one in merge_repeated({"a": first, "b": second})["b"].notes]
    assert "samples_in_part_of_another" in codes


@pytest.mark.parametrize(("count", "left"), [(9, 0), (7, 1)])
def test_one_place_and_many_equal_results_are_one_sample_under_other_ids(tmp_path: Path, count: int, left: int) -> None:
    head = ",".join(f"{one}_ppm" for one in NINE[:count])
    values = ",".join(str(10 + place) for place in range(count))
    first = table(tmp_path, "a", f"id,site,lat,lon,{head}\nP,A,50.12,-120.5,{values}\n", located=True)
    second = table(tmp_path, "b", f"id,site,lat,lon,{head}\nQ,A,50.12,-120.5,{values}\n", located=True)
    assert len(both(first, second)[1]) == left


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("12:7:A", "12:7:a", True), ("12:7", "7", False), ("ÖSTER:1", "Öster:1 ", True), ("STRASSE 1", "Straße 1", True)],
)
def test_ids_are_compared_as_the_files_have_them_colons_and_letters_of_any_case(
    tmp_path: Path, one: str, other: str, alike: bool
) -> None:
    head = "id,site,La_ppm,Ce_ppm\n"
    first, second = (table(tmp_path, name, f"{head}{key},A,10,20\n") for name, key in (("a", one), ("b", other)))
    assert len(both(first, second)[1]) == (not alike)


OXIDES = {"La": 1.1728, "Ce": 1.2284, "Nd": 1.1664}


@pytest.mark.parametrize("digits", [6, 5])
def test_one_batch_as_elements_and_as_oxides_counts_once(tmp_path: Path, digits: int) -> None:
    results = [("X1", 57.2, 119.9, 35.2), ("X2", 65.5, 127.5, 80.1), ("X3", 92.8, 99.5, 40.6)]
    first = table(
        tmp_path,
        "a",
        "id,site,La_ppm,Ce_ppm,Nd_ppm\n" + "".join(f"{own},A,{la},{ce},{nd}\n" for own, la, ce, nd in results),
    )
    as_oxides = [
        (own, *(f"{one * factor / 1e4:.{digits}f}" for one, factor in zip(ppm, OXIDES.values(), strict=True)))
        for own, *ppm in results
    ]
    rows = "".join(",".join([own, "A", *ppm]) + "\n" for own, *ppm in as_oxides)
    second = table(tmp_path, "b", "id,site,La2O3_pct,CeO2_pct,Nd2O3_pct\n" + rows)
    assert both(first, second) == (["a:X1", "a:X2", "a:X3"], [])


def test_one_sample_analysed_again_is_told(tmp_path: Path) -> None:
    first = table(tmp_path, "a", FIRST)
    second = table(tmp_path, "b", "id,site,La_ppm,Ce_ppm\nX1,A,10.4,20.9\nX2,A,30,22\nX3,C,12.2,24.3\n")
    assert both(first, second)[1] == ["b:X1", "b:X2", "b:X3"]
    [note] = [one for one in merge_repeated({"a": first, "b": second})["b"].notes if one.code.startswith("samples_")]
    assert (note.code, note.rows) == ("samples_in_part_of_another", (2,))
