"""Wastes of rare earths whose grade is published: which sites are like them, and what is expected of those like none."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.special import ndtr

from pipeline.evidence.host_grades import host_grades
from pipeline.evidence.rare_earth_grades import WASTE_GRADES, published_wastes, waste_grades, waste_hosts
from pipeline.evidence.target_evidence import type_affinity
from tests.pipeline.stages.site_tables import sites_at


def hosts_of(deposit_type: list[str | None], commodities: list[str | None]) -> tuple[np.ndarray, np.ndarray]:
    """Return the utility of each site and the published waste it is like."""
    sites = sites_at(
        [shapely.Point(0, at) for at in range(len(commodities))], deposit_type=deposit_type, commodities=commodities
    )
    utility = type_affinity(sites, "REE")
    return utility, waste_hosts(sites, utility)


@pytest.mark.parametrize(
    ("deposit", "commodities", "code"),
    [
        ("Carbonatite", "iron; rare earths; niobium", "rare_earth_iron_carbonatite"),
        ("Carbonatite", "niobium", "carbonatite"),
        ("Skarn uranium-REE", "uranium; rare earths", "uranium_skarn_with_rare_earths"),
        ("Cu skarn", "copper", None),
        ("Paleoplacer U", "uranium; yttrium", "quartz_pebble_uranium"),
        ("Paleoplacer U-Au-PGE-Sn-Ti-diam-mag-gar-zir", "gold", None),
        ("Iron oxide-apatite", "iron", "iron_oxide_apatite"),
        ("Phosphorite", "phosphate", "sedimentary_phosphate"),
        ("Bauxite", "aluminum", "red_mud"),
        ("Bituminous coal", "coal", "coal_refuse"),
        (None, "coal", "coal_refuse"),
        (None, "coal; uranium", None),
        ("Orogenic gold", "gold", None),
        (None, "iron", None),
        (None, None, None),
    ],
)
def test_a_site_is_like_the_waste_its_words_describe(
    deposit: str | None, commodities: str | None, code: str | None
) -> None:
    assert hosts_of([deposit], [commodities])[1].tolist() == [code]


def test_hosts_may_be_richer_than_the_scale_of_utilities_and_every_one_has_a_source() -> None:
    medians = {grade.code: grade.median_ppm for grade in WASTE_GRADES}
    assert len(medians) == len(WASTE_GRADES)
    assert max(medians.values()) > 1600
    for grade in WASTE_GRADES:
        assert grade.source
        assert (grade.n == 0) == grade.source.startswith("judgement"), grade.code
    middle, spread = waste_grades(np.array(["carbonatite", None], dtype=object))
    assert 10 ** middle[0] == pytest.approx(medians["carbonatite"])
    assert np.isnan([middle[1], spread[1]]).all()


def test_a_colliery_is_less_likely_to_reach_500_ppm_than_a_mine_that_names_rare_earths() -> None:
    utility, hosts = hosts_of([None, None], ["coal", "molybdenum; rare earths; cerium"])
    middle, spread = host_grades(utility, "REE", 500.0, hosts)
    coal, named = ndtr((middle - np.log10(500.0)) / spread)
    assert coal < 0.5 * named


def test_a_mine_of_which_nothing_is_known_is_as_likely_as_the_mines_of_its_region() -> None:
    """Copper mines all round: hardly likelier than one of them; carbonatites: nearly as likely as they."""
    for cells, types, least, most in (("copper", None, 0.0, 0.03), ("niobium", "Carbonatite", 0.8, 1.0)):
        utility, hosts = hosts_of([types] * 40 + [None], [cells] * 40 + [None])
        middle, spread = host_grades(utility, "REE", 500.0, hosts)
        chance = ndtr((middle - np.log10(500.0)) / spread)
        assert least <= chance[-1] <= most
        assert abs(chance[-1] - chance[0]) < 0.12


def test_the_card_has_a_row_for_every_published_waste_that_some_site_is_like() -> None:
    table = pd.DataFrame({"companion_host": ["carbonatite", None, "carbonatite"]})
    rows = published_wastes(table, np.array([3.0, 2.0, np.nan]))
    assert [(row[0], row[1], row[4]) for row in rows] == [
        ("carbonatite", 0, 1), ("other_hosts", 0, 1), ("background", 10, 0),
    ]  # fmt: skip
    assert all(row[2] for row in rows)
