"""Ids that software made tell rows apart and mean nothing, whatever words stand in them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.guess.columns import guess_columns
from layers.guess.file import guess_file
from layers.guess.generated_ids import is_generated
from layers.guess.recognise import finds
from layers.guess.roles import INVENTORY_COLUMNS

NUMBERED = [f"slag_heaps_survey_2019.{n}" for n in range(6)]


def test_a_feature_id_named_after_its_layer_is_no_type_of_waste(tmp_path: Path) -> None:
    rows = zip(NUMBERED, ["Tailings", "Waste rock"] * 3, strict=True)
    place = "<s:geom><gml:Point srsName='EPSG:4326'><gml:coordinates>-81,46.{}</gml:coordinates></gml:Point></s:geom>"
    facts = "<s:NAME>Mine {}</s:NAME><s:KIND>{}</s:KIND><s:COMMODITY>Ni</s:COMMODITY>"
    member = f"<gml:featureMember><s:slag fid='{{}}'>{place}{facts}</s:slag></gml:featureMember>"
    body = "".join(member.format(fid, n, "ABCDEF"[n], kind) for n, (fid, kind) in enumerate(rows))
    head = "<s:FeatureCollection xmlns:s='http://s' xmlns:gml='http://www.opengis.net/gml'>"
    (tmp_path / "survey.gml").write_text(f"{head}{body}</s:FeatureCollection>", encoding="utf-8")
    [find] = finds(tmp_path)
    guess, _ = guess_file(find, tmp_path)
    assert guess.value("columns.waste_type") == "KIND"
    assert "fid" not in [fact.value for key, fact in guess.facts.items() if key not in ("columns.official_id",)]


@pytest.mark.parametrize(
    "heading", ["gml_id", "fid", "FID_1", "ogc_fid", "GlobalID", "OBJECTID", "ident", "feature", "notes"]
)
def test_of_generated_ids_only_an_id_is_made(heading: str) -> None:
    cells = pd.DataFrame(
        {heading: NUMBERED, "LAT": [46.0 + n / 7 for n in range(6)], "LON": [-81.0 - n / 7 for n in range(6)]}
    )
    facts = guess_columns(cells, INVENTORY_COLUMNS)
    assert {key for key, fact in facts.items() if fact.value == heading} <= {"official_id"}


@pytest.mark.parametrize(
    ("cells", "made"),
    [
        (["{8C1F9A3E-0B1D-4E2F-9A3B-0123456789AB}", "{9C1F9A3E-0B1D-4E2F-9A3B-0123456789AB}"], True),
        (["tailings.fid-1a2b_7c01", "tailings.fid-1a2b_7c02"], True),
        (["slag heap", "slag heap"], False), (["tailings", "waste rock"], False), (["Slag, 1952", "Slag, 1960"], False),
    ],
)  # fmt: skip
def test_generated_ids_are_known_by_their_cells(cells: list[str], made: bool) -> None:
    assert is_generated("KIND", pd.Series(cells, dtype="str")) is made


def test_numbered_names_are_names() -> None:
    cells = pd.DataFrame({"name": ["TSF-1", "TSF-2", "TSF-3"], "lat": [46.1, 46.2, 46.3], "lon": [-81.1, -81.2, -81.3]})
    assert guess_columns(cells, INVENTORY_COLUMNS)["name"].value == "name"
