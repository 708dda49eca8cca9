"""Flags: each has its case, its counter-case, a sentence and a source."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers import schema
from layers.findings import finding_of
from maps.words import finding
from pipeline.stages.per_site.flag_constraints import FLAGS, FlagConstraintsParams, flag_constraints
from tests.pipeline.stages.site_tables import sites_at

PARAMS = FlagConstraintsParams()
NO_AREAS = schema.empty(schema.Backdrop, "EPSG:3978")


def samples_for(sites: Any, **columns: Any) -> Any:
    table = pd.DataFrame({"site_id": sites["site_id"], "waste_n": 0, "near_n": 0} | columns)
    for name in schema.SiteSamples.to_schema().columns:
        if name not in table:
            table[name] = (
                np.nan
                if name not in ("waste_method", "waste_elements")
                else pd.Series([None] * len(table), dtype="str")
            )
    return schema.conform(table, schema.SiteSamples)


def flags(chemistry: dict[str, Any] | None = None, areas: Any = NO_AREAS, **columns: Any) -> dict[str, str]:
    """Flag one site; return flag -> sentence."""
    site = sites_at([shapely.Point(0, 0)], crs="EPSG:3978", **{name: [value] for name, value in columns.items()})
    found = flag_constraints(site, samples_for(site, **(chemistry or {})), areas, PARAMS)
    assert set(found["flag"]) <= set(FLAGS)
    assert found["source"].str.len().gt(0).all()
    findings = (finding_of(*cells) for cells in zip(found["finding"], found["values"], strict=True))
    return dict(zip(found["flag"], (finding(one.code, one.values, "en") for one in findings), strict=True))


@pytest.mark.parametrize(
    ("columns", "flag"),
    [
        ({"disposal": "lake"}, "lake_disposal"),
        ({"disposal": "ocean"}, "ocean_disposal"),
        ({"disposal": "river"}, "river_disposal"),
        ({"disposal": "backfill"}, "backfilled_underground"),
        ({"remarks": "tailings revegetated in 1988"}, "covered_or_reclaimed"),
        ({"status": "Closed Out"}, "covered_or_reclaimed"),
        ({"status": "Site restauré"}, "covered_or_reclaimed"),
        ({"remarks": "Trenches; no tailings"}, "no_waste_expected"),
        ({"remarks": "All tailings removed in 2005, none left"}, "no_waste_expected"),
        ({"status": "Removed"}, "no_waste_expected"),
        ({"status": "Reprocessed"}, "no_waste_expected"),
        ({"status": "Cleaned up", "remarks": "no waste remains"}, "no_waste_expected"),
        ({"name": "Smith tailings (hauled away)"}, "no_waste_expected"),
        ({"waste_type": "none"}, "no_waste_expected"),
        ({"commodities": "limestone; granite", "waste_type": "unknown"}, "quarry"),
        ({"name": "River Denys Quarry", "commodities": "gypsum", "waste_type": "unknown"}, "quarry"),
        ({"commodities": "uranium", "acid_generating": "No"}, "uranium_mill_tailings"),
        ({"commodities": "copper; rare earths", "acid_generating": "No"}, "radioactivity_possible"),
        ({"commodities": "copper"}, "acid_possible"),
        ({"name": "Walton (Sulphides)", "commodities": "barite"}, "acid_possible"),
        ({"minerals": "quartz; pyrrhotite", "commodities": "gypsum"}, "acid_possible"),
        ({"commodities": "asbestos"}, "asbestos"),
        ({"status": "active"}, "in_operation"),
        ({"status": "Producer"}, "in_operation"),
        ({"status": "under_construction"}, "in_operation"),
        ({"same_place": '[{"m": 0.0, "name": "B", "site": "s-2"}]'}, "same_place"),
        ({"mistyped_place": '[{"axis": "latitude", "degrees": 1.0, "name": "B", "site": "s-2"}]'}, "place_doubtful"),
        ({"commodities": "mercury"}, "arsenic_or_mercury"),
        ({"acid_generating": "Yes"}, "acid_generating"),
        ({"deposit_type": "Volcanogenic massive sulphide"}, "acid_possible"),
        ({"commodities": "pyrite"}, "acid_possible"),
        ({"hazard_class": "A"}, "hazard_class"),
        ({"hazard_class": "Very High"}, "hazard_class"),
        ({"jurisdiction": "ON"}, "permit_ontario_recovery"),
        ({"coordinate_spread_km": 3.0}, "location_conflict"),
        ({"jurisdiction": "Québec"}, "jurisdiction_conflict"),
        ({"location_conflict": '{"b:2": 18.0}'}, "location_conflict"),
        ({"coordinate_precision_km": 5.0}, "low_coordinate_precision"),
        ({"amount_conflict": '{"mass_t": [900.0, 2000.0]}'}, "amount_conflict"),
        ({"amount_editions": '{"mass_t": [900.0, 2000.0]}'}, "amount_older"),
        ({"area_m2": 146.8e6, "mass_t": np.nan}, "amount_doubtful"),
        ({"mass_t": 4e10}, "amount_doubtful"),
        ({"area_m2": 46.8e6, "mass_t": 2e7}, "amount_doubtful"),
        ({"area_m2": 2e6, "mass_t": np.nan, "volume_m3": 2e5}, "amount_doubtful"),
        ({"area_m2": 1e4, "mass_t": 5e6}, "amount_doubtful"),
    ],
)
def test_each_flag_has_its_case(columns: dict[str, Any], flag: str) -> None:
    assert list(flags(**columns)) == [flag]


def test_coal_may_form_acid() -> None:
    assert "pyrite" in flags(commodities="coal")["acid_possible"]


def test_no_mill_left_tailings_where_nothing_was_dug() -> None:
    showing = {"commodities": "uranium; thorium", "status": "prospect", "waste_type": "unknown", "mass_t": np.nan}
    assert list(flags(**showing)) == ["radioactivity_possible"]
    assert "uranium_mill_tailings" in flags(**{**showing, "status": "past producer"})


def test_rock_that_was_never_milled_is_no_tailings_of_uranium() -> None:
    told = flags(commodities="uranium", waste_type="waste_rock", acid_generating="No")
    assert list(told) == ["radioactivity_possible"]
    assert "rock that was never milled" in told["radioactivity_possible"]
    assert list(flags(commodities="uranium", waste_type="tailings")) == ["uranium_mill_tailings", "acid_possible"]


@pytest.mark.parametrize(
    ("columns", "milled"),
    [
        ({"status": "past producer"}, True), ({"waste_type": "tailings"}, True), ({"name": "Old Mill"}, True),
        ({"status": "abandoned"}, False), ({"status": "prospect"}, False), ({"name": "Round Lake showing"}, False),
        ({"status": "past producer", "commodities": "feldspar; uranium"}, False),
        ({"status": "past producer", "commodities": "zinc; lead; silver; cadmium; uranium; iron"}, False),
        ({"status": "past producer", "commodities": "beryllium; uranium; niobium"}, False),
        ({"status": "past producer", "name": "Tin Bay Hole 3"}, False),
    ],
)  # fmt: skip
def test_uranium_on_record_is_a_mill_only_where_ore_was_likely_milled(columns: dict[str, Any], milled: bool) -> None:
    nothing = {
        "commodities": "uranium",
        "status": None,
        "waste_type": "unknown",
        "mass_t": np.nan,
        "name": "Round Lake",
    }
    told = flags(**{**nothing, **columns})
    assert ("uranium_mill_tailings" in told) is milled
    assert ("Uranium is on record here, and nothing says" in told.get("radioactivity_possible", "")) is not milled


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {
            "disposal": "impoundment",
            "commodities": "copper; gold",
            "hazard_class": "C",
            "jurisdiction": "MB",
            "acid_generating": "No",
        },
        {"commodities": "copper", "waste_type": "unknown", "status": "showing", "mass_t": np.nan},
        {"commodities": "zinc; lead", "deposit_type": "Mississippi Valley-type Pb-Zn"},
        {"commodities": "copper", "waste_type": "slag"},
        {"remarks": "discovered in 1905; not reclaimed; unreclaimed"},
        {"remarks": "No tailings were removed; equipment removed from the tailings", "status": "Not removed"},
        {"commodities": "limestone; gold", "waste_type": "unknown"},
        {"commodities": "limestone", "waste_type": "tailings"},
        {"acid_generating": "No", "deposit_type": "massive sulphide"},
        {"hazard_class": "O"},
        {"coordinate_spread_km": 1.0, "coordinate_precision_km": 0.1},
        {"area_m2": 70e6, "mass_t": 2.2e9},
        {"area_m2": 3e4, "mass_t": 4e3},
        {"area_m2": 46.8e6, "mass_t": 2e7, "mass_t_bound": ">"},
        {"area_m2": 2e6, "mass_t": 0.0},
    ],
)
def test_without_cause_there_is_no_flag(columns: dict[str, Any]) -> None:
    assert flags(**columns) == {}


def test_activity_is_summed_over_uranium_and_thorium() -> None:
    assert flags({"waste_U_ppm": 40.5, "waste_Th_ppm": 122.0}) == {}
    told = flags({"waste_U_ppm": 40.5, "waste_Th_ppm": 125.0}, commodities="rare earths")
    assert told == {
        "radioactivity_measured": "Samples of the waste hold 40 ppm U and 125 ppm Th: about 1.0 Bq/g of parent activity."
    }
    assert "radioactivity_measured" in flags({"waste_U_ppm": 82.0})


def test_little_uranium_in_the_samples_does_not_clear_a_uranium_mill() -> None:
    assert "uranium_mill_tailings" in flags({"waste_U_ppm": 5.0, "waste_Th_ppm": 5.0}, commodities="uranium")


def test_acid_accounting_beats_words_and_sulphur() -> None:
    assert list(flags(np_kg_t=5.0, ap_kg_t=10.0)) == ["acid_generating"]
    assert list(flags(np_kg_t=15.0, ap_kg_t=10.0, acid_generating="no")) == ["acid_possible"]
    assert flags(np_kg_t=50.0, ap_kg_t=10.0, deposit_type="massive sulphide") == {}
    told = flags({"waste_S_ppm": 20_000.0})
    assert told["acid_possible"].startswith(
        "Samples of the waste hold 2.0 % sulphur (acid potential up to 62 kg CaCO3/t)"
    )


def test_a_class_of_the_compilers_is_called_so() -> None:
    assert flags(hazard_class="B*")["hazard_class"] == (
        "The inventory gives hazard class B, in Canada's national inventory a possible risk to health and safety, little to the "
        "environment (graded by the compilers, not by the jurisdiction)."
    )


def test_protected_areas_are_found_and_other_backdrop_is_not() -> None:
    areas = gpd.GeoDataFrame(
        {
            "backdrop_id": ["1", "2", "3"], "name": ["Park 1", "Lake 1", "Park 2"],
            "kind": ["protected", "lake", "protected"], "source": "parks",
        },
        geometry=[shapely.box(-10, -10, 10, 10), shapely.box(-10, -10, 10, 10), shapely.box(50, 50, 60, 60)], crs="EPSG:3978",
    )  # fmt: skip
    assert flags(areas=areas) == {"protected_area": "Inside or touching the protected area Park 1."}


def test_rows_come_in_the_order_of_sites_and_flags_for_any_slice() -> None:
    sites = sites_at(
        [shapely.Point(at, 0) for at in range(6)], crs="EPSG:3978", ids=list("fedcba"),
        jurisdiction=["ON", None, "ON", "BC", "ON", "QC"], disposal=["lake", "lake", "unknown", "river", "ocean", "unknown"],
        commodities=["uranium", "gold", "asbestos", None, "uranium; rare earths", "pyrite"],
    )  # fmt: skip
    samples = samples_for(sites, waste_U_ppm=[100.0, np.nan, np.nan, 5.0, np.nan, 1.0])
    whole = flag_constraints(sites, samples, NO_AREAS, PARAMS)
    assert whole["site_id"].drop_duplicates().tolist() == list("fedcba")
    assert whole.loc[whole["site_id"] == "f", "flag"].tolist() == [
        "lake_disposal", "uranium_mill_tailings", "radioactivity_measured", "acid_possible", "permit_ontario_recovery",
    ]  # fmt: skip
    parts = [flag_constraints(sites.iloc[at : at + 2], samples, NO_AREAS, PARAMS) for at in (0, 2, 4)]
    pd.testing.assert_frame_equal(whole, pd.concat(parts, ignore_index=True))


def test_columns_without_a_single_value_may_come_back_from_a_file_as_numbers() -> None:
    assert flags(location_conflict=np.nan, amount_conflict=np.nan, acid_generating=np.nan) == {}


def test_no_sites_no_flags() -> None:
    sites = sites_at([], crs="EPSG:3978")
    assert flag_constraints(sites, schema.empty(schema.SiteSamples), NO_AREAS, PARAMS).empty


def test_a_place_outside_its_province_is_a_caution_by_outline_or_by_extent() -> None:
    assert "jurisdiction_conflict" not in flags(
        jurisdiction="Ontario"
    )  # 95 W, 49 N: the north-western corner of its extent
    assert "jurisdiction_conflict" not in flags(jurisdiction="Example District")
    told = flags(jurisdiction="QC")["jurisdiction_conflict"]
    assert told.startswith("The record names QC, but its point lies 1,1"), told
    drawn = {"backdrop_id": ["p"], "name": ["Ontario"], "kind": ["province"], "source": ["test"]}
    outline = gpd.GeoDataFrame(drawn, geometry=[shapely.box(60_000, -50_000, 900_000, 500_000)], crs="EPSG:3978")
    areas = schema.conform(outline, schema.Backdrop)
    assert "lies 60 km outside it" in flags(areas=areas, jurisdiction="ON")["jurisdiction_conflict"]
    assert "jurisdiction_conflict" not in flags(areas=areas, jurisdiction="ON", coordinate_precision_km=50.0)
    near = schema.conform(outline.set_geometry(outline.translate(-50_000)), schema.Backdrop)
    assert "jurisdiction_conflict" not in flags(areas=near, jurisdiction="ON")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ({"deposit_type": "Ion-adsorption clay"}, "clays"),
        ({"deposit_type": "Carbonatite", "commodities": "niobium; phosphate"}, "carbonatite"),
        ({"deposit_type": "Peralkaline granite"}, "silicates"),
        ({"deposit_type": "Quartz-pebble conglomerate"}, "phosphates"),
        ({"commodities": "coal"}, "coal"),
        ({"deposit_type": "Paleoplacer U-Au-PGE-Sn-Ti-diam-mag-gar-zir", "commodities": "gold"}, None),
        ({"commodities": "gold"}, None),
    ],
)
def test_the_mineral_that_likely_holds_rare_earths_is_told_as_a_caution(
    words: dict[str, Any], says: str | None
) -> None:
    told = flags(**words).get("recovery_host")
    assert (told is None) if says is None else (told is not None and says in told)


def test_acid_accounting_of_samples_of_the_waste_is_heard() -> None:
    assert "acid_generating" in flags({"waste_np_ap": 0.3})
    assert "acid_generating" not in flags({"waste_np_ap": 8.0})


@pytest.mark.parametrize(
    ("jurisdiction", "longitude", "latitude", "canadian"),
    [
        ("ON", -82.6, 46.4, True),
        ("Saskatchewan, Canada", -106.0, 58.0, True),
        ("WA", -118.1, 48.0, False),
        ("CA", -117.0, 36.0, False),  # California
        ("Coquimbo", -71.0, -30.0, False),
        (None, -82.6, 46.4, False),
    ],
)
@pytest.mark.parametrize("waste_type", ["tailings", "waste_rock"])
def test_the_canadian_licence_is_named_in_canada_only(
    jurisdiction: str | None, longitude: float, latitude: float, canadian: bool, waste_type: str
) -> None:
    place = {"jurisdiction": jurisdiction, "longitude": longitude, "latitude": latitude}
    sentences = " ".join(flags(commodities="uranium", waste_type=waste_type, **place).values())
    assert ("Canadian Nuclear Safety Commission" in sentences) == canadian
    assert ("licence for nuclear material" in sentences) != canadian


GOLD = {"commodities": "gold", "waste_type": "tailings"}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (GOLD | {"first_year": 1894.0, "last_year": 1904.0}, "caught gold with mercury"),
        (GOLD | {"first_year": 1938.0, "last_year": 1972.0}, "caught gold with mercury"),
        (GOLD | {"waste_type": "unknown", "milled_t": 14263.0, "first_year": 1913.0}, "caught gold with mercury"),
        (GOLD | {"waste_type": "unknown", "name": "Kerr Mine and Mill", "last_year": 1940.0}, "caught gold with mercury"),
        (GOLD, "nothing says when it was milled"),
        (GOLD | {"name": "Mascot Tailings", "first_year": 1995.0}, "nothing says when it was milled"),
        (GOLD | {"first_year": 1985.0, "last_year": 1994.0}, "may be rich in arsenic"),
        (GOLD | {"waste_type": "unknown", "status": "abandoned", "hazard_class": "A"}, "may be rich in arsenic"),
        (GOLD | {"name": "Dredge Tailings"}, "gravels were washed for gold"),
        (GOLD | {"deposit_type": "Surficial placers"}, "gravels were washed for gold"),
        ({"commodities": "silver; cobalt; nickel"}, "veins of silver and cobalt"),
        ({"commodities": "silver", "deposit_type": "Vein (Cobalt-Type)"}, "veins of silver and cobalt"),
        ({"commodities": "lead", "remarks": "Au-quartz veins; Five-element veins Ni-Co-As"}, "veins of silver and cobalt"),
        ({"commodities": "silver; copper", "deposit_type": "Stibnite veins and disseminations"}, "ores of antimony"),
        ({"commodities": "antimony; gold"}, "ores of antimony"),
        ({"commodities": "copper", "deposit_type": "Subvolcanic Cu-Ag-Au (As-Sb)"}, "deposits of this type"),
        (GOLD | {"deposit_type": "Au skarn", "waste_type": "unknown", "status": "past producer"}, "deposits of this type"),
        ({"commodities": "copper", "remarks": "Lidar (Arsenic Concentrate noted near mill site)"}, "'Arsenic Concentrate noted"),
        ({"commodities": "copper", "remarks": "ore of arsenopyrite"}, "'ore of arsenopyrite'"),
    ],
)  # fmt: skip
def test_arsenic_and_mercury_are_told_where_the_kind_of_waste_likely_holds_them(
    columns: dict[str, Any], words: str
) -> None:
    told = flags(**{"mass_t": np.nan} | columns)
    assert set(told) - {"acid_possible", "hazard_class"} == {"arsenic_or_mercury"}
    assert words in told["arsenic_or_mercury"]


@pytest.mark.parametrize(
    "columns",
    [
        GOLD | {"waste_type": "unknown", "status": "past producer", "first_year": 1900.0},
        GOLD | {"waste_type": "unknown", "status": "prospect", "first_year": 1900.0},
        GOLD | {"waste_type": "waste_rock", "first_year": 1900.0},
        GOLD | {"waste_type": "heap_leach"},
        {"commodities": "copper; gold", "first_year": 1900.0},
        {"commodities": "silver; cobalt; platinum"},
        {"commodities": "nickel; silver; cobalt"},
        {"commodities": "silver; cobalt", "deposit_type": "Porphyry"},
        {"commodities": "silver; cobalt", "waste_type": "unknown", "status": "showing"},
        {"commodities": "copper; gold", "deposit_type": "Cu skarn", "remarks": "Cu skarn; Au skarn"},
        {"commodities": "copper", "remarks": "no arsenic found"},
        {"commodities": "copper", "deposit_type": "Paleoplacer"},
    ],
)
def test_where_no_ore_was_treated_or_nothing_points_to_them_arsenic_and_mercury_are_not_told(
    columns: dict[str, Any],
) -> None:
    assert "arsenic_or_mercury" not in flags(**{"mass_t": np.nan} | columns)


def test_what_was_measured_of_arsenic_stands_before_what_its_kind_likely_holds() -> None:
    assert "arsenic_or_mercury" not in flags({"waste_As_ppm": 4.0}, commodities="silver; cobalt")
    assert flags({"waste_As_ppm": 4000.0}, commodities="silver; cobalt")["arsenic_or_mercury"].startswith("Samples")


@pytest.mark.parametrize("chance", [0.9, 0.2])
def test_a_like_mine_nearby_tells_of_veins_of_silver_and_cobalt_where_it_likely_speaks_for_the_site(
    chance: float,
) -> None:
    camp = {"camp_common": "silver; cobalt", "camp_deposit_type": None, "camp_chance": chance}
    assert ("arsenic_or_mercury" in flags(commodities="silver", **camp)) is (chance > 0.5)


@pytest.mark.parametrize(
    ("remarks", "flag"),
    [
        ("Aerial Photography and site visit (ARD notable); likely tailings downstream", "acid_generating"),
        ("acid mine drainage since 1950", "acid_generating"),
        ("Drainage minier acide", "acid_generating"),
        ("potential for ARD", "acid_possible"),
        ("ARD suspected", "acid_possible"),
        ("no ARD seen", None),
        ("non-acid generating waste rock", None),
        ("visited by L. Hard", None),
    ],
)
def test_remarks_on_acid_are_heard(remarks: str, flag: str | None) -> None:
    told = flags(remarks=remarks)
    assert list(told) == ([flag] if flag else [])
    assert flags(remarks=remarks, acid_generating="no") == {}


SAMPLED = {
    "waste_treo_ppm": 5e3, "waste_treo_n": 4.0, "waste_treo_squares": 0.2, "waste_treo_open_dex": 0.05,
}  # fmt: skip


@pytest.mark.parametrize(
    ("chemistry", "said"),
    [
        ({}, ""),
        ({"waste_treo_ppm": 7e4}, ""),  # richer than the richest basin on record, yet of its kind
        ({"waste_treo_ppm": 3.8e5}, "38 % of rare-earth oxides"),
        ({"waste_treo_squares": 9.0}, "1,000-fold apart"),
        ({"waste_treo_squares": 1.0}, ""),  # tenfold apart
        ({"waste_treo_squares": 9.0, "waste_treo_open_dex": 1.99}, ""),  # limits differ, not wastes
    ],
)
def test_a_grade_no_waste_has_and_samples_far_apart_are_doubted(chemistry: dict[str, Any], said: str) -> None:
    told = flags(SAMPLED | chemistry)
    assert list(told) == (["grade_doubtful"] if said else [])
    assert said in told.get("grade_doubtful", "")
