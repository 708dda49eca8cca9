"""Cells that deny, doubt, plan or take away what they name say so in the layer, or a note names their rows."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.cells.commodities import canonical_name
from layers.cells.waste_words import disposal_in_words, says_waste_is_gone, waste_type_in_words
from layers.readers.inventory import read_inventory


def read(folder: Path, column: str, cells: list[str], **more: str) -> Reading:
    head = ",".join(["id", "name", "latitude", "longitude", column, *more])
    rows = [
        ",".join([f"A{row}", f"Site {row}", f"{49.1 + row / 50:.5f}", f"{-118.2 - row / 50:.5f}", cell, *more.values()])
        for row, cell in enumerate(cells)
    ]
    (folder / "a.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    names = {"official_id": "id"} | {name: name for name in ("name", "latitude", "longitude", column, *more)}
    source = Source(id="s", role="inventory", path="a.csv", crs="EPSG:4326", columns=names, licence="CC0-1.0")
    return read_inventory(source, folder)


@pytest.mark.parametrize(
    "cell",
    ["no tailings", "No hay relaves", "Sem rejeitos", "Não há rejeitos", "keine Halde", "Slag: none", "tailings absent",
     "sans haldes", "il n'y a pas de scories", "no waste rock or slag"],
)  # fmt: skip
def test_a_denied_waste_is_none(cell: str) -> None:
    assert waste_type_in_words(cell) == "none"


@pytest.mark.parametrize(
    "cell",
    ["tailings removed 1998", "Tailings pond (never built)", "tailings?", "Slag (possible)", "Relave retirado",
     "Halde abgetragen",
     "proposed tailings pond", "haldes probables", "tailings not present", "possibly no tailings", "rejeitos removidos"],
)  # fmt: skip
def test_a_waste_that_is_doubted_planned_or_gone_is_no_kind(cell: str) -> None:
    assert waste_type_in_words(cell) is None


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("Tailings No. 2", "tailings"), ("No 2 tailings pond", "tailings"), ("tailings, not fenced", "tailings"),
     ("tailings without cover", "tailings"), ("non-acid generating waste rock", "waste_rock"), ("no tailings; slag", "slag"),
     ("haldes non confinées", "waste_rock")],
)  # fmt: skip
def test_words_that_deny_something_else_leave_a_waste(cell: str, kind: str) -> None:
    assert waste_type_in_words(cell) == kind


def test_a_denied_place_of_waste_is_no_place() -> None:
    assert [disposal_in_words(cell) for cell in ("no impoundment", "impoundment (never built)", "tailings pond")] == [
        None,
        None,
        "impoundment",
    ]


def test_rows_of_doubtful_waste_are_named(tmp_path: Path) -> None:
    reading = read(tmp_path, "waste_type", ["tailings", "tailings?", "slag (removed)", "no tailings"])
    assert reading.layer["waste_type"].tolist() == ["tailings", "unknown", "unknown", "none"]
    (note,) = [note for note in reading.notes if note.code == "untranslated"]
    assert note.rows == (3, 4)


@pytest.mark.parametrize(
    "cell",
    ["no REE", "REE absent", "REE (trace)", "ETR (traces)", "rare earth elements?", "Terres rares: non", "not rare earths",
     "pas de terres rares", "Sin tierras raras", "possible rare earths", "REE (?)", "REE 0 ppm", "REE <1 ppm",
     "lacks REE", "REE (n.d.)", "monazite (removed)", "REE: none detected", "REE-free ore", "non-REE"],
)  # fmt: skip
def test_a_commodity_taken_back_is_no_evidence_and_its_row_is_named(tmp_path: Path, cell: str) -> None:
    reading = read(tmp_path, "commodities", ["gold", f"{cell}; zinc"])
    assert reading.layer["commodities"].tolist() == ["gold", "zinc"]
    (note,) = [note for note in reading.notes if note.code == "taken_back"]
    assert (note.rows, note.columns) == ((3,), ("commodities",))


def test_brackets_that_deny_another_commodity_are_left_out() -> None:
    assert [canonical_name(cell) for cell in ("silver (no zinc)", "clay (kaolin)", "copper (trace gold)")] == [
        "silver",
        "clay",
        "copper",
    ]


_NO_DEPOSITS = [
    "not a carbonatite", "Carbonatite (disproved)", "carbonatite?", "monazite placer - none found", "possible carbonatite",
    "REE-poor skarn", "no alkaline rocks",
]  # fmt: skip


def test_a_denied_mineral_and_a_denied_deposit_are_left_out_and_told(tmp_path: Path) -> None:
    minerals = read(tmp_path, "minerals", ["quartz; no monazite", "monazite absent; pyrite", "zircon(?); pyrite"])
    assert minerals.layer["minerals"].tolist() == ["quartz", "pyrite", "pyrite"]
    assert [note.rows for note in minerals.notes if note.code == "taken_back"] == [(2, 3, 4)]
    deposits = read(tmp_path, "deposit_type", [*_NO_DEPOSITS, "vein not associated with faults"])
    assert deposits.layer["deposit_type"].isna().tolist() == [True] * len(_NO_DEPOSITS) + [False]
    assert [len(note.rows) for note in deposits.notes if note.code == "taken_back"] == [len(_NO_DEPOSITS)]


@pytest.mark.parametrize("status", ["Never operated", "cancelled", "Not a mine", "Tailings removed 1998"])
def test_a_waste_at_a_place_that_was_never_worked_is_told(tmp_path: Path, status: str) -> None:
    reading = read(tmp_path, "status", ["Closed", status, "Active"], mass_t="1000")
    assert reading.layer["mass_t"].tolist() == [1000.0] * 3
    assert [note.rows for note in reading.notes if note.code == "waste_taken_back"] == [(3,)]


def test_waste_is_gone_where_a_sentence_says_so_of_the_whole() -> None:
    gone = ["All tailings were removed in 1998", "Mill burnt. Tailings hauled away."]
    there = [
        "Tailings partly removed",
        "Buildings removed; tailings pond",
        "20 % of the tailings were removed",
        "tailings",
    ]
    assert [says_waste_is_gone(text) for text in [*gone, *there]] == [True] * 2 + [False] * 4


def packed(draw: int) -> str:
    return f"{(draw * 37) % 60:02d}{(draw * 23 + 7) % 60:02d}"


def test_minutes_and_seconds_behind_a_point_are_told_in_any_region(tmp_path: Path) -> None:
    rows = "\n".join(f"A{row},Site {row},49.{packed(row)},-118.{packed(row + 50)}" for row in range(9))
    (tmp_path / "a.csv").write_text(f"id,name,latitude,longitude\n{rows}\n", encoding="utf-8")
    names = {"official_id": "id", "name": "name", "latitude": "latitude", "longitude": "longitude"}
    source = Source(id="s", role="inventory", path="a.csv", crs="EPSG:4326", columns=names, licence="CC0-1.0")
    (note,) = [note for note in read_inventory(source, tmp_path).notes if note.code == "minutes_as_decimals"]
    assert note.rows == tuple(range(2, 11))


def test_decimals_of_degrees_are_not_told(tmp_path: Path) -> None:
    cells = ["gold"] * 24
    assert not [note for note in read(tmp_path, "commodities", cells).notes if note.code == "minutes_as_decimals"]


@pytest.mark.parametrize(
    "status",
    ["Removed", "Relocated", "Reprocessed", "Retirado", "Évacué", "Abgetragen", "Borttagen", "Remined", "Washed away in 1963",
     "Backfilled underground", "Poistettu", "Удалено", "已清除", "Tailings removed 1998", "Conceptual", "Pre-feasibility",
     "Отменено", "取消", "Cancelled", "Not yet started", "撤去済", "撤去済み", "已搬遷", "제거됨", "zlikwidowana (usunięta)",
     "kaldırıldı", "odtěženo", "verwijderd", "fjernet", "elszállítva", "απομακρύνθηκε", "dipindahkan"],
)  # fmt: skip
def test_a_status_of_a_waste_that_is_gone_or_was_an_idea_is_told_by_row(tmp_path: Path, status: str) -> None:
    reading = read(tmp_path, "status", ["closed", status], waste_type="tailings")
    assert [note.rows for note in reading.notes if note.code == "waste_taken_back"] == [(3,)]
    assert reading.layer["waste_type"].tolist() == ["tailings", "tailings"]


_STATES = (
    "State of Inactivity", "Closed Out", "P. Prod (Exh'd)", "Dev Prosp", "P. Prod (Dorm)", "Advanced project", "Refinery", "Shut",
    "Historic", "Undeveloped", "Worked deposit", "INACTIVO", "EN CONSTRUCCION", "Temporary Suspension", "Care and Maintenance",
    "Past Producing Mine Without Reserves or Resources", "Ouvert", "Fermée", "En exploitation", "Saneado", "Rekultiviert",
    "復旧済", "Zrekultywowana", "stillgelegt", "Nedlagd", "Suljettu", "Закрыто", "已闭库", "chiusa", "dismessa", "terk edilmiş",
    "ditutup",
    "Rehabilitation planned", "Unknown", "No mining since 1950", "1972",
)  # fmt: skip


@pytest.mark.parametrize("status", _STATES)
def test_a_status_of_what_lies_there_is_understood(tmp_path: Path, status: str) -> None:
    reading = read(tmp_path, "status", ["closed", status], waste_type="tailings")
    assert not [note for note in reading.notes if note.code == "status_not_understood"]


def test_a_status_in_no_vocabulary_is_told_once_with_its_rows_and_not_once_it_is_translated(tmp_path: Path) -> None:
    words = ["closed", "kavandatud", "kavandatud", "plánað"]
    reading = read(tmp_path, "status", words, waste_type="tailings")
    [note] = [note for note in reading.notes if note.code == "status_not_understood"]
    assert (note.rows, note.columns) == ((3, 4, 5), ("status",))
    assert "'kavandatud', 'plánað'" in note.message
    reading = read(tmp_path, "status", words, waste_type="none")
    assert not [note for note in reading.notes if note.code == "status_not_understood"]


@pytest.mark.parametrize(
    "status", ["Reclaimed", "Buildings removed", "Partially removed", "Rehabilitated", "Removed from register"]
)
def test_a_status_of_something_else_tells_nothing(tmp_path: Path, status: str) -> None:
    reading = read(tmp_path, "status", ["closed", status], waste_type="tailings")
    assert not [note for note in reading.notes if note.code in ("waste_taken_back", "waste_planned")]


def test_a_waste_said_to_be_gone_with_an_amount_of_0_is_none_and_told(tmp_path: Path) -> None:
    reading = read(
        tmp_path, "status", ["Reprocessed", "closed", "Not removed"], waste_type="tailings", mass_t="0", area_m2="9000"
    )
    assert reading.layer["waste_type"].tolist() == ["none", "tailings", "tailings"]
    assert reading.layer["mass_t"].iloc[0] == 0.0
    assert reading.layer["area_m2"].isna().tolist() == [True, False, False]
    assert {note.code: note.rows for note in reading.notes if note.code in ("waste_gone", "zero_amount")} == {
        "waste_gone": (2,),
        "zero_amount": (3, 4),
    }
