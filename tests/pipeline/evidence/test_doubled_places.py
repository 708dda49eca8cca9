"""Sites that may be one place under two ids, and places a whole degree from one of their name."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.evidence.doubled_places import MOST_ALIKE, place_findings, tell_sampled, with_doubles

Place = tuple[str, str | None, float, float]


def told(*places: Place) -> pd.DataFrame:
    columns = ["name", "commodities", "latitude", "longitude"]
    table = pd.DataFrame(list(places), columns=columns)
    return with_doubles(table.assign(site_id=[f"s-{at}" for at in range(len(table))]))


def codes(sites: pd.DataFrame) -> set[tuple[int, str, str]]:
    return {(row, finding.code, str(finding.values["site"])) for row, _, finding in place_findings(sites)}


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (("Quiet Mine", "tungsten"), ("Quiet", "fluorite"), "same_spot"),  # one spot, one name
        (("Quiet Mine", "tungsten; gold"), ("Loud Mine", "gold"), "same_spot"),  # one spot, one metal
        (("Quiet Mine", "tungsten"), ("Loud Mine", "gold"), None),
        (("Quiet No. 1", "tungsten"), ("Quiet No. 2", "tungsten"), None),  # told apart by number
        (("Embalse 1", "copper"), ("Embalse 2", "copper"), None),
    ],
)
def test_two_ids_at_one_spot(first: tuple[str, str], second: tuple[str, str], code: str | None) -> None:
    found = codes(told((*first, 48.1, -118.2), (*second, 48.1, -118.2)))
    assert found == (set() if code is None else {(0, code, "s-1"), (1, code, "s-0")})


@pytest.mark.parametrize(
    ("name", "commodities", "metres", "doubled"),
    [
        ("Quiet", "tungsten", 100, True),
        ("Quiet", "tungsten", 450, True),
        ("Quiet", "tungsten", 550, False),
        ("Quiet", None, 450, True),  # nothing speaks against it
        ("Quiet Project", "tungsten", 450, True),
        ("Quiet No. 2", "tungsten", 100, False),
        ("Quiet", "gold", 100, False),
        ("Loud", "tungsten", 100, False),
        ("Quiet West", "tungsten", 100, False),
        ("Tailings", "tungsten", 100, False),
    ],
)
def test_one_name_and_metal_close_by(name: str, commodities: str | None, metres: float, doubled: bool) -> None:
    found = codes(told(("Quiet Mine", "tungsten", 48.1, -118.2), (name, commodities, 48.1 + metres / 111_200, -118.2)))
    assert found == ({(0, "same_name_near", "s-1"), (1, "same_name_near", "s-0")} if doubled else set())


@pytest.mark.parametrize(
    ("sources", "second", "doubled"),
    [
        (("a", "b"), ("Quiet Operations", "phosphate; clay"), True),
        (("a", "a"), ("Quiet Operations", "phosphate; clay"), False),  # one register tells its own records apart
        (("a", "b"), ("Quiet Operations", None), False),
        (("a", "b"), ("Quiet No. 2 shaft", "phosphate"), False),
        (("a", "b"), ("Quiet Lake Operations", "phosphate"), False),
    ],
)
def test_one_mine_in_two_registers(sources: tuple[str, str], second: tuple[str, str | None], doubled: bool) -> None:
    """The project and its operations lie 1.9 km apart: each register measures from its own part of the works."""
    table = pd.DataFrame([("QUIET PROJECT", "phosphate", 49.1, -82.2), (*second, 49.1 + 1.9 / 111.2, -82.2)])
    table.columns = pd.Index(["name", "commodities", "latitude", "longitude"])
    found = codes(with_doubles(table.assign(site_id=["s-0", "s-1"], sources=sources)))
    assert found == ({(0, "same_name_near", "s-1"), (1, "same_name_near", "s-0")} if doubled else set())


def test_areas_of_tailings_of_one_mine_are_two_wastes() -> None:
    """Each knows its own area; a record that knows none may be either."""
    table = pd.DataFrame(
        {"name": "Quiet", "commodities": "gold", "latitude": [48.1, 48.102], "longitude": -118.2, "site_id": ["a", "b"]}
    )
    assert not codes(with_doubles(table.assign(area_m2=[1000.0, 2500.0])))
    assert codes(with_doubles(table.assign(area_m2=[1000.0, np.nan])))


@pytest.mark.parametrize("axis", ["latitude", "longitude"])
@pytest.mark.parametrize(
    ("step", "doubted"), [(1.0, True), (10.0, True), (1.006, True), (1.05, False), (2.0, False), (0.5, False)]
)
def test_a_digit_of_the_degrees(axis: str, step: float, doubted: bool) -> None:
    moved = (48.1 + step, -118.2) if axis == "latitude" else (48.1, -118.2 + step)
    found = codes(told(("Quiet Mine", "uranium", 48.1, -118.2), ("Quiet Mill (Facility)", "uranium", *moved)))
    assert found == ({(0, f"mistyped_{axis}", "s-1"), (1, f"mistyped_{axis}", "s-0")} if doubted else set())


def test_another_metal_another_name_or_a_usual_one_raises_no_doubt_of_the_degrees() -> None:
    assert not codes(told(("Quiet Mine", "uranium", 48.1, -118.2), ("Quiet Mill", "gold", 49.1, -118.2)))
    assert not codes(told(("Quiet Mine", "uranium", 48.1, -118.2), ("Loud Mine", "uranium", 49.1, -118.2)))
    usual = [("Quiet Mine", "uranium", 48.1 + at, -118.2) for at in range(MOST_ALIKE + 1)]
    assert not codes(told(*usual))
    assert codes(told(*usual[:MOST_ALIKE]))


def test_a_placeholder_of_many_is_no_double() -> None:
    assert not codes(told(*[("Quiet Mine", "gold", 48.0, -118.0)] * (MOST_ALIKE + 1)))


def test_no_more_than_three_are_named_nearest_first() -> None:
    sites = told(*[("Quiet Mine", "gold", 48.0 + at / 1e4, -118.0) for at in range(5)])
    named = json.loads(sites["same_place"].iloc[0])
    assert [one["site"] for one in named] == ["s-1", "s-2", "s-3"]


def test_a_double_that_was_sampled_is_told_so() -> None:
    sites = told(("Quiet Mine", "gold", 48.0, -118.0), ("Quiet", "gold", 48.0, -118.0))
    rows: list[Any] = [
        (sites["site_id"].iloc[row], flag, *finding.as_cells(), "x") for row, flag, finding in place_findings(sites)
    ]
    flags = pd.DataFrame(rows, columns=["site_id", "flag", "finding", "values", "source"])
    samples = pd.DataFrame({"site_id": ["s-0", "s-1"], "waste_n": [np.nan, 6]})
    assert tell_sampled(flags, samples)["finding"].tolist() == ["same_spot_sampled", "same_spot"]
    assert tell_sampled(flags.iloc[:0], samples).empty


@pytest.mark.parametrize("column", ["mass_t", "volume_m3", "area_m2"])
@pytest.mark.parametrize(
    ("first", "second", "commodities", "metres", "doubled"),
    [
        (46_045_061.0, 46_045_061.0, "tungsten", 250, True),
        (123.5, 123.5, "tungsten; gold", 40, True),
        (46_045_061.0, 46_045_060.0, "tungsten", 40, False),
        (46_000_000.0, 46_000_000.0, "tungsten", 40, False),  # a round number that two may share
        (46_045_061.0, 46_045_061.0, "gold", 40, False),
        (46_045_061.0, 46_045_061.0, "tungsten", 350, False),
        (np.nan, np.nan, "tungsten", 40, False),
    ],
)
def test_one_amount_to_the_digit_close_by_under_another_name(
    column: str, first: float, second: float, commodities: str, metres: float, doubled: bool
) -> None:
    table = pd.DataFrame(
        {
            "site_id": ["s-0", "s-1"],
            "name": ["Works Quiet", "Mill Loud II"],
            "commodities": ["tungsten", commodities],
            "latitude": [48.1, 48.1 + metres / 111_200],
            "longitude": [-118.2, -118.2],
            column: [first, second],
        }
    )
    found = codes(with_doubles(table))
    assert found == ({(0, "same_amount_near", "s-1"), (1, "same_amount_near", "s-0")} if doubled else set())


def test_claims_of_one_works_beside_the_one_that_has_the_tonnes_say_so() -> None:
    """Two claims of a mine, its tonnes on record at one; a third has tonnes of its own, and a fourth lies 20 km away."""
    places = [("Jessie", 1e6, 52.3), ("Adonis", np.nan, 52.32), ("Rose", 2e6, 52.31), ("Ida", np.nan, 52.5)]
    table = pd.DataFrame(places, columns=["name", "milled_t", "latitude"])
    table = table.assign(aliases="Jedway", commodities="iron", longitude=-131.3, site_id=["a", "b", "c", "d"])
    found = codes(with_doubles(table))
    assert found == {(0, "same_works_near", "b"), (1, "same_works_near", "a"), (1, "same_works_near", "c"),
                     (2, "same_works_near", "b")}  # fmt: skip
    own = with_doubles(table.assign(area_m2=5e4))  # dams of one plant, each with a footprint
    assert codes(own) == set()
