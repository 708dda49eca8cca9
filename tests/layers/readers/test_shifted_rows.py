"""Rows of which a comma parted a number in two are turned away: what stands behind it is one column too far."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from layers.catalogue.source import resolve
from layers.readers.geochemistry import read_geochemistry
from layers.readers.inventory import read_inventory
from layers.readers.shifted_rows import shifted_rows

LAB = ["id", "site", "depth_m", "La_ppm", "Ce_ppm", "Nd_ppm", "remark"]


def table(remarks: list[str]) -> list[list[str]]:
    return [
        [f"T{row}", "A", "1.5", f"{40.5 + row}", f"{80.25 + row}", f"{33.5 + row}", remark]
        for row, remark in enumerate(remarks)
    ]


def parted(row: list[str], at: int, head: str, tail: str) -> list[str]:
    return [*row[:at], head, tail, *row[at + 1 : -1]]


@pytest.mark.parametrize("remarks", [[""] * 12, ["dry", "", "wet, fine"] * 4])
@pytest.mark.parametrize(("at", "head", "tail"), [(2, "1", "5"), (3, "43", "7"), (4, "84", "5")])
def test_a_row_that_a_decimal_comma_shifted_is_turned_away_by_name(
    tmp_path: Path, remarks: list[str], at: int, head: str, tail: str
) -> None:
    rows = table(remarks)
    rows[6] = parted(rows[6], at, head, tail)
    pd.DataFrame(rows, columns=LAB).to_csv(tmp_path / "t.csv", index=False)
    source = {
        "id": "lab", "role": "geochemistry", "path": "t.csv", "defaults": {"medium": "waste"},
        "columns": {"sample_id": "id", "site_key": "site"},
    }  # fmt: skip
    reading = read_geochemistry(resolve(source), tmp_path)
    assert reading.rejected[["source_row", "reason_code"]].values.tolist() == [[8, "shifted_row"]]
    assert f"'{head},{tail}'" in reading.rejected["reason"].iloc[0]
    assert np.isfinite(reading.layer["La_ppm"]).all()


def test_tonnes_whose_thousands_a_comma_parts(tmp_path: Path) -> None:
    rows = [[f"A{n}", f"{48.1 + n / 9:.4f}", "-117.5123", f"{1100 + 90 * n}", "5", ""] for n in range(8)]
    rows[3] = parted(rows[3], 3, "1", "350")
    pd.DataFrame(rows, columns=["id", "lat", "lon", "mass_t", "bench", "remark"]).to_csv(
        tmp_path / "t.csv", index=False
    )
    columns = {"official_id": "id", "latitude": "lat", "longitude": "lon", "mass_t": "mass_t"}
    reading = read_inventory(
        resolve({"id": "s", "role": "inventory", "path": "t.csv", "columns": columns, "crs": "EPSG:4326"}), tmp_path
    )
    assert reading.rejected["reason_code"].tolist() == ["shifted_row"]


def test_numbers_in_a_last_column_that_is_mostly_empty_shift_nothing() -> None:
    rows = table([""] * 12)
    rows[6][-1] = "15.8"  # a repeat that stands at the end
    assert shifted_rows(pd.DataFrame(rows, columns=LAB)) == {}
    rows[6][2:4] = ["1", "44"]  # whole numbers, and 1.44 m is not among the depths
    assert shifted_rows(pd.DataFrame(rows, columns=LAB)) == {}
    rows[6][-1], rows[6][2:4] = "36.6", ["1", "44"]
    assert shifted_rows(pd.DataFrame(rows, columns=LAB)) == {}
    counts = [[f"T{n}", str(n % 4), str(n % 5), str(n)] for n in range(12)]
    assert shifted_rows(pd.DataFrame(counts, columns=["id", "a", "b", "c"])) == {}
