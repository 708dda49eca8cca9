"""An unknown UTM zone is answered with where the points would fall in each; the truth is always among them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import RawTable
from layers.guess.columns import Guess
from layers.guess.recognise import Look
from layers.guess.zones import suggest_crs
from layers.readers.inventory import read_inventory


def asked(
    zone: int, lon: float, lat: float, extent: tuple[float, float, float, float] | None, **columns: list[str]
) -> str:
    """Return what is added to the question for eight points around a place, written in a zone nobody states."""
    spread = np.linspace(-0.2, 0.2, 8)
    code = (32600 if lat > 0 else 32700) + zone
    x, y = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(lon + spread, lat + spread)
    cells = pd.DataFrame({"X": x, "Y": y, **columns})
    guess = Guess("t", "t.csv")
    guess.say("columns.easting", "X", "heading", 0.9)
    guess.say("columns.northing", "Y", "heading", 0.9)
    if "COMMODITY" in columns:
        guess.say("columns.commodities", "COMMODITY", "heading", 0.9)
    guess.ask("crs", "which?")
    suggest_crs(guess, Look(RawTable(None, cells, np.arange(1, 9))), extent)  # type: ignore[arg-type]
    return str(guess.questions["crs"])


@pytest.mark.parametrize("zone", range(15, 22))
def test_the_truth_is_named_though_the_other_files_lie_elsewhere(zone: int) -> None:
    lon, lat = zone * 6 - 183.0, 52.0
    others = (lon + 7, 51.0, lon + 12, 56.0)  # no point lies among them
    assert f"EPSG:{26900 + zone} ({zone}N) near 52.0 N, {-lon:.1f} W" in asked(zone, lon, lat, others)


def test_map_sheets_and_names_say_which_zone() -> None:
    text = asked(19, -67.0, 54.5, (-60.0, 52.0, -56.0, 55.0), sheet=["23J"] * 8, province=["Quebec"] * 8)
    assert "EPSG:26919 (19N) near 54.5 N, 67.0 W" in text
    nineteenth = next(part for part in text.split(";") if "19N" in part)
    assert "8 of 8 map sheets in sheet agree" in nineteenth
    assert "8 of 8 names in province agree" in nineteenth
    assert all("sheets in sheet agree" not in part for part in text.split(";") if "19N" not in part)


def test_symbols_of_commodities_are_no_places() -> None:
    assert "names in" not in asked(32, 11.5, 48.0, (11.0, 47.0, 12.0, 49.0), COMMODITY=["Ni", "Cu"] * 4)


def test_without_other_files_only_what_the_file_says_counts() -> None:
    assert asked(17, -81.0, 48.0, None) == "which?"
    assert "EPSG:26917 (17N) near 48.0 N, 81.0 W" in asked(17, -81.0, 48.0, None, nts=["42A"] * 8)


def test_the_southern_hemisphere_follows_the_other_files() -> None:
    text = asked(19, -70.0, -27.0, (-71.0, -30.0, -69.0, -20.0))
    assert "EPSG:32719 (19S) near 27.0 S, 70.0 W" in text
    assert "N) near" not in text


OHIO = (-82.9, 40.0)


def test_the_one_zone_whose_points_lie_in_the_state_named_is_proposed() -> None:
    """Ohio is 85 to 80 west: points of zone 17 moved by one zone lie in Indiana or New York."""
    told = asked(17, *OHIO, None, State=["OH"] * 8)
    assert "Of all UTM zones only EPSG:26917 (17N) puts all points where State says: state it if" in told
    two = asked(17, *OHIO, None, State=["OH"] * 7 + ["IL"])
    assert "Of all UTM zones only" not in two
    assert "Of all UTM zones only" not in asked(
        10, -123.0, 52.0, None, Country=["Canada"] * 8
    )  # as wide as several zones


def test_a_reader_that_wants_a_zone_proposes_it(tmp_path: Path) -> None:
    x, y = pyproj.Transformer.from_crs(4326, 26917, always_xy=True).transform(
        OHIO[0] + np.arange(6) / 50, [OHIO[1]] * 6
    )
    pd.DataFrame({"Name": list("ABCDEF"), "E": x, "N": y, "State": "Ohio"}).to_csv(tmp_path / "t.csv", index=False)
    columns = {"name": "Name", "easting": "E", "northing": "N"}
    source = Source.model_validate({"id": "t", "role": "inventory", "path": "t.csv", "columns": columns})
    with pytest.raises(SourceError, match=r"ever taken for granted\. Of all UTM zones only EPSG:26917 \(17N\) puts"):
        read_inventory(source, tmp_path)
