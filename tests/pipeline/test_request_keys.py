"""Ids as people write them in requests: followed where one alone fits, left and told where none or several do."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest

from layers.schema import Exclusions, conform
from layers.text import as_key
from pipeline.request_keys import KnownIds, ids_of_sites, rows_in_words, spelt_as_known, spelt_otherwise

OFFICIAL = ["A-9101", "A-0012", "MDI52F00123", "1-12", "11-2", "B 7", "B-07", "31E/05-2", "12", "É-4", "C-1 (north)"]
KNOWN = KnownIds(OFFICIAL, [f"inv:{own}" for own in OFFICIAL], ["inv-a-9101"])

MEANT = {
    "a9101": "A-9101", "A 9101": "A-9101", "A-09101": "A-9101", "A\u20119101": "A-9101", "A\u20149101": "A-9101",
    "A_9101": "A-9101", "=A-9101": "A-9101", "'A-9101": "A-9101", "\u2019A-9101": "A-9101", '"A-9101"': "A-9101",
    "A-9101.0": "A-9101", "A-9101 (x)": "A-9101", "A-9101 [closed]": "A-9101", "A.9101": "A-9101", "A-9101.": "A-9101",
    "\u00a0A\u00a0-\u00a09101 ": "A-9101", "\uff21-9101": "A-9101", "A-12": "A-0012", "mdi 52f 00123": "MDI52F00123",
    "INV: a 9101": "inv:A-9101", "inv/A_0012": "inv:A-0012", "1/12": "1-12", "11 2": "11-2", "012": "12", "12.0": "12",
    "e4": "É-4", "C-1": None, "c1 north": "C-1 (north)", "31e/5-2": "31E/05-2",
    "B7": None, "112": None, "1.12.0": "1-12", "A-910": None, "A-91011": None, "9101": None, "": None, "---": None, "()": None,
}  # fmt: skip
"""What is written, and the one id it means; ``B 7`` and ``B-07`` differ in marks alone, so ``B7`` may be either."""


@pytest.mark.parametrize("written", MEANT)
def test_an_id_is_found_where_one_alone_fits(written: str) -> None:
    spelling = KNOWN.spelling_of(written)
    assert (spelling and as_key(spelling)) == (MEANT[written] and as_key(str(MEANT[written])))


@pytest.mark.parametrize("own", [*OFFICIAL, "a-9101", "inv:A-9101", "INV-A-9101"])
def test_an_id_that_is_there_means_itself(own: str) -> None:
    assert KNOWN.spelling_of(own) == own


def test_several_ids_in_a_cell_are_several_requests_and_what_fits_nothing_stays_behind() -> None:
    assert KNOWN.spellings_of("A-9101;A-0012") == ("A-9101", "A-0012")
    assert KNOWN.spellings_of("a9101, Z-1 | A 12") == ("A-9101", "A-0012", "Z-1")
    assert KNOWN.spellings_of("Z-1; Z-2") == ("Z-1; Z-2",)
    assert KnownIds(["A, 1"]).spellings_of("A, 1") == ("A, 1",)


def test_requests_keep_their_row_and_the_rows_changed_are_known() -> None:
    keys = ["A-9101", None, "a 9101", "a-0012;Z-1", "B7"]
    table = pd.DataFrame(
        {"exclusion_id": [f"asked:{row}" for row in range(2, 7)], "key": keys, "reason": "r", "date": "d"}
    )
    asked = conform(gpd.GeoDataFrame(table, geometry=gpd.GeoSeries([None] * 5, crs=4326)), Exclusions)
    spelt = conform(spelt_as_known(asked, KNOWN), Exclusions)
    assert spelt["exclusion_id"].tolist() == ["asked:2", "asked:3", "asked:4", "asked:5", "asked:5#2", "asked:6"]
    assert spelt["key"].dropna().tolist() == ["A-9101", "A-9101", "a-0012", "Z-1", "B7"]
    assert spelt_otherwise(asked, spelt) == ("asked:4", "asked:5")


def test_rows_are_told_by_list_and_no_more_than_a_person_reads() -> None:
    assert rows_in_words(["asked:7", "asked:3#2", "asked:3", "later:2"]) == "rows 3, 7 of 'asked'; row 2 of 'later'"
    assert rows_in_words([f"asked:{row}" for row in range(40)]).endswith(" and 20 more of 'asked'")


def test_ids_of_sites_are_official_ids_records_and_their_own() -> None:
    sites = pd.DataFrame({"site_id": ["inv-a-1"], "record_ids": ["inv:A-1; other:9"], "official_ids": ["A-1; 9"]})
    known = ids_of_sites(sites)
    spellings = {"a1": "A-1", "other 9": "other:9", "09": "9", "inv a 1": "inv:A-1", "8": None}
    assert {text: known.spelling_of(text) for text in spellings} == spellings
