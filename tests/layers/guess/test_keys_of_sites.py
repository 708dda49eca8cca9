"""Ids of samples under the corner of a certificate, and keys of sites of a table whose role is asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.guess.columns import Guess
from layers.guess.file import guess_file
from layers.guess.links import relate
from layers.guess.recognise import finds

NAMES = ["Musti", "Raasio", "Jaakko", "Silta", "Kumpu", "Harju"]


def guesses(folder: Path, lab: str, sites: str) -> dict[str, Guess]:
    (folder / "lab.csv").write_text(lab, encoding="utf-8")
    (folder / "relaves.csv").write_text(sites, encoding="utf-8")
    pairs = [guess_file(find, folder) for find in finds(folder)]
    relate([(guess, sight) for guess, sight in pairs if sight is not None])
    return {guess.id: guess for guess, _ in pairs}


def table(head: str, ids: list[str]) -> str:
    return (
        head
        + "\n"
        + "".join(f"{own},{31 + row}.2,{58 + row}.7,{25 + row}.1,{19 + row}.4\n" for row, own in enumerate(ids))
    )


def inventory(head: str, ids: list[str], waste: str) -> str:
    rows = (
        f"{own},{name},{48.5 + 0.03 * row:.4f},{-81.3 + 0.04 * row:.4f},{waste}"
        for row, (own, name) in enumerate(zip(ids, NAMES, strict=True))
    )
    return head + "\n" + "\n".join(rows) + "\n"


CLEAR = "ID,Name,Lat,Lon,Waste,Commodity"
UNCLEAR = "Site_ID,Mine name,Lat,Lon,Owner"
IDS = ["R01", "R02", "R03", "R04", "R05", "R06"]


@pytest.mark.parametrize("corner", ["Element", "Analyte Symbol", "Analyte", "Parameter", "Elemento"])
def test_ids_stand_below_the_corner_of_a_certificate(tmp_path: Path, corner: str) -> None:
    samples = [*(f"WS{number:03d}" for number in range(5)), "*Rep WS003", "*Std OREAS 465", "*Blk BLANK"]
    lab = guesses(
        tmp_path, table(f"{corner},La_ppm,Ce_ppm,Nd_ppm,Y_ppm", samples), inventory(CLEAR, IDS, "Tailings,Gold")
    )["lab"]
    assert lab.value("columns.sample_id") == corner


def test_a_column_of_elements_is_no_id(tmp_path: Path) -> None:
    rows = "".join(f"WS{number % 4:03d},{('La', 'Ce')[number // 4]},{20 + number}.5\n" for number in range(8))
    lab = guesses(tmp_path, "Sample,Element,Value_ppm\n" + rows, inventory(CLEAR, IDS, "Tailings,Gold"))["lab"]
    assert lab.value("columns.sample_id") == "Sample"


@pytest.mark.parametrize(("heading", "keys"), [("Site_ID", IDS), ("Kaivos", NAMES)])
def test_the_key_is_known_while_the_role_of_the_other_table_is_asked(
    tmp_path: Path, heading: str, keys: list[str]
) -> None:
    lab = table(f"Sample,{heading},La_ppm,Ce_ppm,Nd_ppm,Y_ppm", [f"N{row},{key}" for row, key in enumerate(keys)])
    found = guesses(tmp_path, lab, inventory(UNCLEAR, IDS, "somebody"))
    assert "role" in found["relaves"].questions
    assert found["lab"].value("columns.site_key") == heading


@pytest.mark.parametrize(
    ("keys", "linked"), [(["A1", "A2", "A3", "A4", "A5", "A6"], True), (["A1", "A2", "A3", "A4", "A5", "B6"], False)]
)
def test_short_ids_are_keys_where_no_row_has_a_place_and_all_are_known(
    tmp_path: Path, keys: list[str], linked: bool
) -> None:
    lab = table("Sample,Heap,La_ppm,Ce_ppm,Nd_ppm,Y_ppm", [f"N{row},{key}" for row, key in enumerate(keys)])
    ids = ["A1", "A2", "A3", "A4", "A5", "A6"]
    assert (
        guesses(tmp_path, lab, inventory(CLEAR, ids, "Tailings,Gold"))["lab"].value("columns.site_key") == "Heap"
    ) is linked
