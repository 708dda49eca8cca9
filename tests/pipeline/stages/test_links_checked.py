"""Links between overlapping public lists, against 200 pairs of which both records were read by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers.catalogue.source import resolve
from layers.readers.inventory import read_inventory
from layers.schema import Links, Records, conform, empty
from pipeline.stages.link_records import LinkRecordsParams, link_records

CHECKED = Path(__file__).with_name("links_checked.csv")
"""Drawn at random (at most thirty pairs of two lists) from the 8,122 links between seven inventories of states and the thematic
lists of the US Geological Survey that overlap them; names and ids are those of the public lists. ``unclear`` counts as wrong."""


def checked() -> pd.DataFrame:
    return pd.read_csv(CHECKED, dtype=str, keep_default_na=False)


def test_two_hundred_pairs_were_judged_and_the_links_hold_for_nineteen_in_twenty() -> None:
    table = checked()
    assert len(table) == 200
    assert set(table["verdict"]) == {"same", "unclear", "wrong"}
    assert (table["why"] != "").eq(table["verdict"] != "same").all()
    assert (table["verdict"] == "same").mean() == pytest.approx(0.98)


@pytest.mark.realdata
def test_the_pairs_are_still_linked_and_no_more_of_them_wrongly(shared_realdata: Path, tmp_path: Path) -> None:
    table = checked()
    path = shared_realdata / "inventory" / "minmod_national_inventories" / "minmod_sites.csv.gz"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    wanted = {(row[f"source_{end}"], row[f"id_{end}"]) for end in "ab" for row in table.to_dict("records")}
    rows = rows[[pair in wanted for pair in zip(rows["source"], rows["record_id"], strict=True)]]
    parts = []
    for name, own in rows.groupby("source"):
        own.to_csv(tmp_path / f"{name}.csv", index=False)
        source = {"id": name, "role": "inventory", "catalogue": "minmod_sites", "path": f"{name}.csv"}
        parts.append(read_inventory(resolve(source), tmp_path).layer)
    records: Any = conform(pd.concat(parts, ignore_index=True), Records)
    links = link_records(records, empty(Links), LinkRecordsParams())
    linked = links[links["same_site"]]
    keys = records.set_index("record_id")[["source", "official_id"]]
    pairs = {
        frozenset({tuple(keys.loc[a]), tuple(keys.loc[b])})
        for a, b in zip(linked["record_a"], linked["record_b"], strict=True)
    }
    held = [
        frozenset({(row["source_a"], row["id_a"]), (row["source_b"], row["id_b"])}) in pairs
        for row in table.to_dict("records")
    ]
    assert sum(held) >= 190
    assert (table.loc[held, "verdict"] == "same").mean() >= 0.95
