"""Headings that name another datum or zone than the run file states are told for every row."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.catalogue.source import Source
from layers.readers.inventory import read_inventory


def told(folder: Path, heads: tuple[str, str], crs: str | None) -> list[tuple[str, ...]]:
    metres = crs is not None and crs.startswith(("EPSG:269", "EPSG:267"))
    places = [
        (500_000 + 3_110 * n, 5_310_000 + 2_170 * n) if metres else (-80.5 + n / 9, 47.2 + n / 7) for n in range(8)
    ]
    (folder / "t.csv").write_text(
        "\n".join([f"id,{heads[0]},{heads[1]}", *(f"A{n},{x},{y}" for n, (x, y) in enumerate(places))])
    )
    axes = ("easting", "northing") if metres else ("longitude", "latitude")
    columns = {"official_id": "id", **dict(zip(axes, heads, strict=True))}
    spec = {"id": "s", "role": "inventory", "path": "t.csv", "columns": columns} | ({"crs": crs} if crs else {})
    notes = [
        one for one in read_inventory(Source.model_validate(spec), folder).notes if one.code == "system_contradicted"
    ]
    assert all(len(one.rows) == len(places) for one in notes)
    return [one.columns for one in notes]


@pytest.mark.parametrize(
    ("heads", "crs", "named"),
    [
        (("lon_nad27", "lat_nad27"), "EPSG:4269", ("lat_nad27", "lon_nad27")),
        (("lon_nad83", "lat_nad27"), None, ("lat_nad27",)),
        (("UTM_E_NAD27", "UTM_N_NAD27"), "EPSG:26917", ("UTM_E_NAD27", "UTM_N_NAD27")),
        (("E_UTM16", "N_UTM16"), "EPSG:26917", ("E_UTM16", "N_UTM16")),
        (("X zone 18", "Y zone 18"), "EPSG:26917", ("X zone 18", "Y zone 18")),
    ],
)
def test_another_datum_or_zone_in_a_heading_is_told(
    tmp_path: Path, heads: tuple[str, str], crs: str | None, named: tuple[str, ...]
) -> None:
    assert told(tmp_path, heads, crs) == [named]


@pytest.mark.parametrize(
    ("heads", "crs"),
    [
        (("lon_nad83", "lat_nad83"), "EPSG:4269"), (("lon_wgs84", "lat_wgs84"), "EPSG:4326"), (("lon_nad27", "lat_nad27"), None),
        (("UTM17_E", "UTM17_N"), "EPSG:26917"), (("UTME83", "UTMN83"), "EPSG:26917"), (("E", "N"), "EPSG:26917"),
        (("lon_nad83", "lat_nad83"), "EPSG:4326"), (("UTM_27_E", "UTM_27_N"), "EPSG:26717"),
    ],
)  # fmt: skip
def test_headings_that_agree_are_no_doubt(tmp_path: Path, heads: tuple[str, str], crs: str | None) -> None:
    assert told(tmp_path, heads, crs) == []
