"""Results that a rock cannot hold together: oxides above the whole, rare earths in an order nature does not know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.readers.geochemistry import read_geochemistry


def read(folder: Path, results: dict[str, list[Any]], **facts: Any) -> Reading[Any]:
    count = len(next(iter(results.values())))
    lines = [",".join(["id", "lat", "lon", *results])]
    lines += [
        ",".join([f"S{at}", f"49.{at}1", f"-118.{at}2", *(str(cells[at]) for cells in results.values())])
        for at in range(count)
    ]
    (folder / "t.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    source = {
        "id": "s", "role": "geochemistry", "path": "t.csv", "crs": "EPSG:4326", "defaults": {"medium": "till"},
        "columns": {"sample_id": "id", "latitude": "lat", "longitude": "lon"}, **facts,
    }  # fmt: skip
    return read_geochemistry(Source.model_validate(source), folder)


OXIDES = {
    "SiO2_pct": [55, 50, 61, 48],
    "Fe2O3_pct": [12, 14, 9, 16],
    "Al2O3_pct": [14, 15, 13, 16],
    "La_ppm": [30, 31, 33, 29],
}


def test_oxides_that_add_up_to_more_than_the_sample_stop_or_are_missing_in_their_row(tmp_path: Path) -> None:
    assert not read(tmp_path, OXIDES).notes
    (note,) = read(tmp_path, OXIDES | {"Fe2O3_pct": [12, 64, 9, 16]}).notes
    assert (note.code, note.rows) == ("more_than_the_sample", (3,))
    with pytest.raises(SourceError, match=r"oxides of the main elements of 3 rows add up to more than 125 %"):
        read(tmp_path, OXIDES | {"Fe2O3_pct": [72, 64, 59, 16]})


def test_sulphides_and_metal_stated_as_oxides_are_a_whole(tmp_path: Path) -> None:
    assert not read(tmp_path, {"Fe2O3_pct": [103.4 - 2, 97.0], "SiO2_pct": [3, 12], "La_ppm": [3, 4]}).notes


@pytest.mark.parametrize(("odd", "even"), [("Pr", "Nd"), ("Ho", "Er"), ("Pr", "Ce"), ("Sm", "Nd")])
def test_exchanged_rare_earths_are_told(tmp_path: Path, odd: str, even: str) -> None:
    usual = {
        "La": 30.0,
        "Ce": 62,
        "Pr": 7,
        "Nd": 26,
        "Sm": 5,
        "Tb": 0.7,
        "Dy": 4,
        "Ho": 0.8,
        "Er": 2.3,
        "Yb": 2.5,
        "Lu": 0.4,
    }
    rows = {
        f"{element}_ppm": [round(level * share, 3) for share in (1.0, 1.1, 0.8, 1.3)]
        for element, level in usual.items()
    }
    codes = {note.code for note in read(tmp_path, rows).notes}
    assert "rare_earths_exchanged" not in codes
    exchanged = rows | {f"{odd}_ppm": rows[f"{even}_ppm"], f"{even}_ppm": rows[f"{odd}_ppm"]}
    notes = read(tmp_path, exchanged).notes
    told = [
        note
        for note in notes
        if note.code == "rare_earths_exchanged" and note.message.startswith(f"{odd} is more than {even}")
    ]
    assert [note.rows for note in told] == [(2, 3, 4, 5)]


def test_one_row_and_results_below_limits_are_no_order(tmp_path: Path) -> None:
    rows = {"Pr_ppm": [7, 8, 30, "<1"], "Nd_ppm": [26, 28, 9, "<0.5"], "La_ppm": [30, 31, 33, 29]}
    assert not [note for note in read(tmp_path, rows).notes if note.code == "rare_earths_exchanged"]
    assert np.isfinite(read(tmp_path, rows).layer["La_ppm"]).all()


def test_heavy_minerals_and_lost_cerium_are_in_the_order_of_nature(tmp_path: Path) -> None:
    xenotime = {"La": 40, "Ce": 180, "Pr": 35, "Nd": 250, "Sm": 320, "Gd": 1500, "Dy": 5000, "Yb": 3600}
    without_cerium = {"La": 90, "Ce": 20, "Pr": 18, "Nd": 80, "Sm": 16, "Gd": 18, "Dy": 14, "Yb": 7}
    for usual in (xenotime, without_cerium):
        rows = {f"{element}_ppm": [level, level * 1.1, level * 0.8] for element, level in usual.items()}
        assert not [note for note in read(tmp_path, rows).notes if note.code == "rare_earths_exchanged"]
