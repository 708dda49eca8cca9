"""Bars of a sheet, areas of ground and ways of access: drawn and told only where something is known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from maps import words
from maps.sheets.companion_bars import PARTS, companion_bars
from maps.sheets.sheet import SheetWriter

COMPANION = {f"part_{part}": 1.0 for part in PARTS}


@pytest.mark.parametrize("tonnage", [np.nan, 4e5])
@pytest.mark.parametrize("hazard", [None, "A"])
@pytest.mark.parametrize("evidence", ["measured", "inferred", "none"])
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_a_part_of_which_nothing_is_known_has_no_bar(
    tonnage: float, hazard: str | None, evidence: str, lang: str
) -> None:
    ranked = {"tonnage_t": tonnage, "evidence": evidence}
    bars = dict(zip(PARTS, companion_bars(COMPANION, {"hazard_class": hazard}, ranked, lang), strict=True))
    unknown = (None, words.word("not_known", lang))
    assert (bars["amount"][1:] == unknown) is bool(np.isnan(tonnage))
    assert (bars["liability"][1:] == unknown) is (hazard is None)
    assert bars["access"][1] == 100
    full = words.number(1.0, lang, 2)
    assert bars["metal"][2] == (full if evidence == "measured" else words.phrase("bar_not_analysed", lang, value=full))
    gone = companion_bars({**COMPANION, "part_access": np.nan}, {"hazard_class": hazard}, ranked, lang)
    assert gone[PARTS.index("access")][1:] == unknown


@pytest.mark.parametrize(
    ("m2", "en", "fr"),
    [
        (46_758_600.0, "46.8 km²", "46,8 km²"), (1_000_000.0, "1.00 km²", "1,00 km²"), (999_000.0, "99.9 ha", "99,9 ha"),
        (26_700.0, "2.67 ha", "2,67 ha"), (9_870.0, "9,870 m²", "9\u202f870 m²"), (412.3, "412 m²", "412 m²"),
    ],
)  # fmt: skip
def test_areas_of_ground_have_a_unit_one_speaks_in(m2: float, en: str, fr: str) -> None:
    assert words.ground(m2, "en").replace("\u00a0", " ") == en
    assert words.ground(m2, "fr").replace("\u00a0", " ") == fr


def test_a_sheet_is_silent_on_lines_of_which_the_run_has_no_layer(made_up: Any) -> None:
    made = made_up.publication(12)
    site = made.sites["site_id"].iloc[0]
    access = made.access.assign(road_km=4.0, rail_km=np.nan, power_km=np.nan, water_km=np.nan)
    page = SheetWriter(replace(made, access=access), [site]).page(site)
    assert words.word("road_km", "en") in page
    for key in ("rail_km", "power_km", "water_km"):
        assert f"<dt>{words.word(key, 'en')}" not in page
    nothing = SheetWriter(replace(made, access=access.assign(road_km=np.nan)), [site]).page(site)
    assert words.word("access_unmapped", "en") in nothing
    assert words.word("access_unmapped", "fr") in nothing
