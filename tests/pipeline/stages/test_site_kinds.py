"""Wastes, worked mines, showings, and places of which nobody says."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from pipeline.evidence.worked_sites import site_kinds
from tests.pipeline.stages.site_tables import sites_at


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"waste_type": "tailings"}, "waste"),
        ({"mass_t": 500.0}, "waste"),
        ({"disposal": "lake"}, "waste"),
        ({"waste_type": "waste_rock", "status": "prospect"}, "waste"),
        ({"milled_t": 1000.0}, "worked"),
        ({"status": "past_producer"}, "worked"),
        ({"name": "Old Mill"}, "worked"),
        ({"name": "White Mill Creek Placer"}, "unclear"),
        ({"name": "White Pit and Mill", "commodities": "aggregate"}, "unclear"),
        ({"name": "White Pit and Mill", "commodities": "aggregate; gold"}, "worked"),
        ({"name": "White Mill", "commodities": "limestone", "status": "producer"}, "worked"),
        ({"name": "White", "aliases": "White Mine; White Mill"}, "worked"),
        ({"name": "Smith Prospect", "status": "past_producer"}, "worked"),
        ({"name": "Kings Mountain Lithium Mine and Plonk Tin Prospect"}, "unclear"),
        ({"name": "Hill Mine Occurrence"}, "showing"),
        ({"hazard_class": "A"}, "worked"),
        ({"remarks": "Two shafts and an adit"}, "worked"),
        ({"status": "prospect"}, "showing"),
        ({"status": "showing", "name": "Bell mill"}, "showing"),
        ({"name": "HENDRICKSON, F. PROSPECT", "status": "abandoned", "hazard_class": "C"}, "showing"),
        ({"status": "showing", "remarks": "an adit of 3 m"}, "showing"),
        ({"waste_type": "tailings", "mass_t": 500.0, "remarks": "tailings relocated to another facility"}, "gone"),
        ({"waste_type": "tailings", "remarks": "Waste was completely used as road fill"}, "gone"),
        ({"waste_type": "tailings", "remarks": "Tailings not removed"}, "waste"),
        ({"waste_type": "tailings", "remarks": "Shafts; no tailings"}, "gone"),
        ({"waste_type": "waste_rock", "remarks": "Shafts; no tailings"}, "waste"),
        ({"mass_t": 500.0, "status": "Removed"}, "gone"),
        ({"status": "Anomaly"}, "showing"),
        ({"status": "abandoned", "hazard_class": "C"}, "unclear"),
        ({"name": "Rae Lake", "commodities": "cerium"}, "unclear"),
        ({}, "unclear"),
    ],
)
def test_a_site_is_what_its_records_say(told: dict, kind: str) -> None:
    site = sites_at(
        [shapely.Point(0, 0)], **({"waste_type": "unknown"} | {key: [value] for key, value in told.items()})
    )
    assert site_kinds(site).tolist() == [kind]


def test_a_waste_that_was_sampled_is_a_waste_whatever_its_status() -> None:
    site = sites_at([shapely.Point(0, 0)], waste_type="unknown", status=["showing"])
    assert site_kinds(site, pd.DataFrame({"site_id": ["S1"], "waste_n": [6]})).tolist() == ["waste"]
    assert site_kinds(site, pd.DataFrame({"site_id": ["S1"], "waste_n": [0]})).tolist() == ["showing"]
