"""Waste assays find their site by id, name or place, and never by a guess."""

from __future__ import annotations

import pandas as pd
import pytest
import shapely

from layers.errors import StageError
from pipeline.stages.locate_assays import LocateAssaysParams, locate_assays
from tests.pipeline.stages.sample_tables import samples_at
from tests.pipeline.stages.site_tables import points, sites_at

PLACES = [(-80.0, 50.0), (-80.1, 50.0), (-81.0, 51.0), (-82.0, 52.0)]


def sites(**columns):
    given = {
        "name": ["North Star Mine", "Windfall", "Windfall", "Lac Doré No. 2"],
        "aliases": pd.array([None, "Old Windfall", None, "Dore Two; Étoile"], dtype="str"),
        "official_ids": pd.array(["092F  084", "12", "A7", None], dtype="str"),
        "record_ids": ["inv:092F  084", "inv:12", "inv:A7", "inv:row 9"],
    }
    return sites_at(points(PLACES), **(given | columns))


def located(keys, lonlat=None, params=LocateAssaysParams(), **columns):  # noqa: B008 - frozen
    table = samples_at(lonlat or [None] * len(keys), medium="waste", site_key=pd.array(keys, dtype="str"), **columns)
    return locate_assays(table, sites(), params)


@pytest.mark.parametrize(
    ("key", "site", "rule"),
    [
        ("092F++084", "S1", "id"),
        ("092f084", "S1", "id"),
        ("12.0", "S2", "id"),
        (" a7 ", "S3", "id"),
        ("inv:A7", "S3", "id"),
        ("S4", "S4", "id"),
        ("NORTH STAR MINE", "S1", "name"),
        ("lac dore no. 2", "S4", "name"),
        ("etoile", "S4", "name"),
        ("The North-Star Tailings", "S1", "words"),
        ("Lac Dore #2", "S4", "words"),
    ],
)
def test_a_key_names_one_site(key: str, site: str, rule: str) -> None:
    row = located([key]).iloc[0]
    assert (row["site_id"], row["site_key_status"], row["site_rule"]) == (site, "matched", rule)


@pytest.mark.parametrize("name", ["Quiet-Hope Claim Names:Silver", "QUIET HOPE MINE", "Quiet-Hope claims names: A; B"])
def test_hyphens_and_names_of_claims_behind_a_name_hide_no_site(name: str) -> None:
    table = samples_at([None], medium="waste", site_key=pd.array(["Quiet Hope"], dtype="str"))
    row = locate_assays(table, sites(name=["North Star Mine", name, "Windfall", "Moss"]), LocateAssaysParams()).iloc[0]
    assert row["site_id"] == "S2"


def test_a_name_of_two_sites_is_reported_not_guessed() -> None:
    row = located(["Windfall"]).iloc[0]
    assert pd.isna(row["site_id"])
    assert row["site_key_status"] == "ambiguous"


def test_records_of_one_name_at_one_place_are_one_mine_and_the_worked_one_takes_the_samples() -> None:
    """Three records 0.7 km apart at most; with a fourth of the name 70 km off the key stays ambiguous."""
    near = [(-80.0, 50.0), (-80.01, 50.0), (-80.0, 50.005)]
    table = samples_at([None], medium="waste", site_key=pd.array(["Germania"], dtype="str"))
    said = {"name": "Germania", "waste_type": "unknown"}
    three = sites_at(points(near), **said, status=["showing", "past_producer", "showing"])
    row = locate_assays(table, three, LocateAssaysParams()).iloc[0]
    assert (row["site_id"], row["site_key_status"]) == ("S2", "matched")
    four = sites_at(points([*near, (-81.0, 50.0)]), **said)
    assert locate_assays(table, four, LocateAssaysParams())["site_key_status"].tolist() == ["ambiguous"]


def test_the_place_of_the_sample_tells_two_sites_apart() -> None:
    row = located(["Windfall"], [(-81.01, 51.0)]).iloc[0]
    assert (row["site_id"], row["site_key_status"]) == ("S3", "matched")


def test_a_key_that_the_place_contradicts_is_ambiguous() -> None:
    row = located(["North Star Mine"], [(-90.0, 50.0)]).iloc[0]
    assert pd.isna(row["site_id"])
    assert row["site_key_status"] == "ambiguous"


def test_another_number_is_another_site() -> None:
    params = LocateAssaysParams(require_match=False)
    assert located(["Lac Dore No. 3"], params=params)["site_key_status"].tolist() == ["unmatched"]


def test_by_place_within_the_radius() -> None:
    table = located([None, None], [(-80.005, 50.0), (-80.05, 50.0)])
    assert table["site_id"].tolist()[0] == "S1"
    assert pd.isna(table["site_id"].iloc[1])
    assert table["site_key_status"].isna().all()
    assert table["site_rule"].iloc[0] == "distance"


def test_inside_an_outline_the_distance_is_zero() -> None:
    outline = shapely.box(-80.1, 50.0, -80.0, 50.05)
    table = samples_at([(-80.001, 50.049)], medium="waste")
    assert locate_assays(table, sites_at([outline]), LocateAssaysParams())["site_id"].tolist() == ["S1"]


def test_in_a_working_crs() -> None:
    table = samples_at([(-80.005, 50.0)], medium="waste").to_crs(3979)
    assert locate_assays(table, sites().to_crs(3979), LocateAssaysParams())["site_id"].tolist() == ["S1"]


def test_other_media_have_no_site() -> None:
    table = samples_at([(-80.0, 50.0)], medium="till", site_key=pd.array(["12"], dtype="str"))
    assert locate_assays(table, sites(), LocateAssaysParams())["site_id"].isna().all()


def test_no_key_of_a_source_fits() -> None:
    with pytest.raises(StageError) as failure:
        located(["X-1", "X-2"])
    assert str(failure.value) == (
        "locate_assays: none of 2 site keys of test ('X-1', 'X-2') is an id, name or alias of any of 4 sites. "
        "Check the column mapped to site_key and region.bbox, or set locate_assays.require_match: false."
    )


def test_no_samples_and_no_sites() -> None:
    assert len(locate_assays(samples_at([]), sites(), LocateAssaysParams())) == 0
    table = samples_at([(-80.0, 50.0)], medium="waste")
    assert locate_assays(table, sites().iloc[:0], LocateAssaysParams())["site_id"].isna().all()


def test_the_order_of_rows_does_not_matter() -> None:
    table = samples_at(
        [None, (-80.003, 50.0), (-81.01, 51.0)],
        medium="waste",
        site_key=pd.array(["12", None, "Windfall"], dtype="str"),
    )
    straight = locate_assays(table, sites(), LocateAssaysParams())
    turned = locate_assays(table.iloc[::-1], sites().iloc[::-1], LocateAssaysParams())
    assert straight["site_id"].tolist() == turned["site_id"].tolist()[::-1] == ["S2", "S1", "S3"]


def group(**columns):
    """Three records of one name within 0.8 km, and one 40 km off."""
    places = [(-80.0, 50.0), (-80.005, 50.005), (-80.01, 50.0), (-80.5, 50.0)]
    given = {
        "name": ["Iron Hat", "Iron Hat", "IRON HAT MINE", "Copper Hat"],
        "commodities": pd.array(["iron; gold", "gold", None, "copper"], dtype="str"),
        "official_ids": pd.array(["1", "2", "3", "4"], dtype="str"),
    }
    return sites_at(points(places), **(given | columns))


def of_group(sites, lonlat=None, **params):
    table = samples_at([lonlat], medium="waste", site_key=pd.array(["Iron Hat"], dtype="str"))
    row = locate_assays(table, sites, LocateAssaysParams(**params)).iloc[0]
    return row["site_key_status"], row["site_id"], row["site_rule"]


def test_records_of_one_name_and_place_are_one_to_a_key() -> None:
    assert of_group(group()) == ("matched", "S1", "group")
    assert of_group(group().iloc[::-1]) == ("matched", "S1", "group")


def test_the_place_of_a_sample_chooses_among_the_records_of_a_group() -> None:
    assert of_group(group(), (-80.006, 50.005)) == ("matched", "S2", "group")


@pytest.mark.parametrize(
    "columns",
    [
        {"name": ["Iron Hat", "Iron Hat", "Iron Hat", "Iron Hat"]},
        {"waste_type": ["tailings", "waste_rock", "unknown", "unknown"]},
        {"area_m2": [1000.0, 5000.0, float("nan"), float("nan")]},
        {"commodities": pd.array(["iron; gold", "lead", None, "copper"], dtype="str")},
        {"jurisdiction": pd.array(["ON", "QC", None, None], dtype="str")},
    ],
)
def test_what_tells_records_of_one_name_apart_keeps_the_key_ambiguous(columns) -> None:
    status, site, _ = of_group(group(**columns))
    assert status == "ambiguous"
    assert pd.isna(site)


def test_groups_can_be_turned_off() -> None:
    assert of_group(group(), one_place_km=0)[0] == "ambiguous"
