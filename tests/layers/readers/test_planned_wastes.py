"""Wastes that are planned, authorised or being built are told by row and are none; plans for wastes that lie there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.readers.inventory import read_inventory
from pipeline.evidence.worked_sites import site_kinds

_COLUMNS = ("id", "name", "latitude", "longitude", "waste_type", "tonnes", "area_m2", "status")


def read(
    folder: Path,
    rows: list[dict[str, str]],
    options: dict[str, list[str]] | None = None,
    **values: dict[str, str],
) -> Reading:
    plain = {"name": "Old Hill", "waste_type": "tailings", "tonnes": "2500000", "area_m2": "90000", "status": "closed"}
    full = [
        {**plain, **row, "id": f"A{at}", "latitude": f"{49 + at / 50}", "longitude": f"{-118 - at / 50}"}
        for at, row in enumerate(rows)
    ]
    lines = [",".join(row[key] for key in _COLUMNS) for row in full]
    (folder / "wastes.csv").write_text("\n".join([",".join(_COLUMNS), *lines]) + "\n", encoding="utf-8")
    names = {name: name for name in _COLUMNS[1:] if name != "tonnes"} | {"official_id": "id", "mass_t": "tonnes"}
    source = Source(id="s", role="inventory", path="wastes.csv", crs="EPSG:4326", columns=names, values=values)
    return read_inventory(source.model_copy(update={"options": options or {}}), folder)


def rows_told(reading: Reading) -> list[tuple[int, ...]]:
    return [note.rows for note in reading.notes if note.code == "waste_planned"]


@pytest.mark.parametrize(
    "status",
    ["proposed", "Planned", "AUTHORISED", "under_construction", "EN CONSTRUCCION", "Planned tailings storage facility", "projeté",
     "Approved (not yet built)", "geplant", "en projet", "En proyecto", "Em projeto", "Em construção", "Im Bau", "Under byggnad",
     "Suunniteltu", "Rakenteilla", "Планируется", "Проектируемое", "规划", "拟建", "Nunca construido", "Nicht gebaut",
     "計画中", "規劃中", "建設予定", "계획 중", "planowane", "w budowie", "planlanan", "plánovaná stavba", "σχεδιαζόμενο",
     "prevista", "direncanakan", "đang quy hoạch", "calon lokasi", "aangevraagd", "under planering", "tervezett",
     "planlagt", "gepland"],
)  # fmt: skip
def test_a_waste_to_come_is_told_and_is_none(tmp_path: Path, status: str) -> None:
    reading = read(tmp_path, [{}, {"status": status}])
    assert rows_told(reading) == [(3,)]
    assert reading.layer["waste_type"].tolist() == ["tailings", "none"]
    assert reading.layer["mass_t"].isna().tolist() == [False, True]
    assert reading.layer["area_m2"].isna().tolist() == [False, True]
    kinds = site_kinds(reading.layer.assign(site_id=["a", "b"]))
    assert kinds.tolist() == ["waste", "unclear"]


@pytest.mark.parametrize(
    "row",
    [
        {"name": "Proposed North TSF"},
        {"waste_type": "Planned tailings pond"},
        {"waste_type": "tailings pond (never built)"},
    ],
)
def test_a_name_or_kind_of_a_plan_is_told_and_is_none(tmp_path: Path, row: dict[str, str]) -> None:
    reading = read(tmp_path, [{}, row])
    assert rows_told(reading) == [(3,)]
    assert reading.layer["mass_t"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "status",
    ["active", "Reclamation planned", "proposed expansion", "closed, planned reprocessing", "Approved closure plan", "permitted",
     "Restauration à venir", "abandoned"],
)  # fmt: skip
def test_what_is_planned_for_a_waste_that_lies_there_changes_nothing(tmp_path: Path, status: str) -> None:
    reading = read(tmp_path, [{}, {"status": status.replace(",", ";")}])
    assert rows_told(reading) == []
    assert reading.layer["mass_t"].tolist() == [2.5e6, 2.5e6]


def test_a_word_that_is_translated_is_what_the_run_file_says(tmp_path: Path) -> None:
    reading = read(tmp_path, [{}, {"status": "Authorised"}], status={"Authorised": "active"})
    assert rows_told(reading) == []
    assert reading.layer["mass_t"].tolist() == [2.5e6, 2.5e6]


def test_an_amount_of_0_that_means_none_is_no_waste_and_an_unknown_one_is_blank(tmp_path: Path) -> None:
    rows = [{}, {"tonnes": "0", "status": "active"}, {"tonnes": ""}]
    reading = read(tmp_path, rows, options={"zero_is_known": ["mass_t"]})
    assert [note.rows for note in reading.notes if note.code == "waste_of_nothing"] == [(3,)]
    assert reading.layer["waste_type"].tolist() == ["tailings", "none", "tailings"]
    assert reading.layer["mass_t"].fillna(-1).tolist() == [2.5e6, 0, -1]
    assert reading.layer["area_m2"].isna().tolist() == [False, True, False]
    unknown = read(tmp_path, rows)
    assert unknown.layer["waste_type"].tolist() == ["tailings"] * 3
