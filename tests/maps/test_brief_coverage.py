"""What a brief says of ground without records, of the areas that meet an outline, of other targets, and of the best outside."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from maps import words
from maps.nearby import Place
from maps.screening.brief import Brief
from maps.screening.coverage import uncovered
from maps.screening.read_me import about_layers
from maps.screening.screening import place_of_area, place_of_nation, screen
from maps.screening.whom_to_ask import areas_here
from maps.screening.workbook import write_ranking_workbook

WEST, EAST = shapely.box(-90, 40, -80, 60), shapely.box(-80, 40, -70, 60)


@pytest.fixture(scope="module")
def made(made_up: ModuleType) -> Any:
    return made_up.publication(40)


def moved_west(made: Any, provinces: dict[str, Any]) -> Any:
    """Return a publication whose sites lie at 85 °W, over the provinces given."""
    n = len(made.sites)
    sites = made.sites.assign(longitude=-85.0, latitude=np.linspace(49, 51, n))
    drawn = gpd.GeoDataFrame(
        {"backdrop_id": list(provinces), "name": list(provinces), "kind": "province", "source": "p"},
        geometry=list(provinces.values()),
        crs=4326,
    )
    return replace(made, sites=sites, backdrop=drawn)


def test_a_brief_over_a_border_says_which_share_has_no_records(made: Any) -> None:
    """Half of a square that lies across 80 °W is in a province without a site, or outside the box of the run."""
    square = Place("outline", "", "area", shapely.box(-81, 49, -79, 51))
    of_lands = uncovered(moved_west(made, {"Westland": WEST, "Eastland": EAST}), square, 0)
    assert of_lands.share == pytest.approx(0.5)
    assert of_lands.lands == ("Eastland",)
    boxed = replace(moved_west(made, {}), diagnostics={"region_bbox": [-90.0, 40.0, -80.0, 60.0]})
    assert uncovered(boxed, square, 0).share == pytest.approx(0.5)
    assert uncovered(boxed, replace(square, geometry=shapely.box(-82, 49, -81, 51)), 0).share == 0
    assert uncovered(moved_west(made, {}), square, 50).share == 0
    over = moved_west(made, {"Westland": WEST, "Eastland": EAST})
    brief = Brief(over, square, screen(over, square, within_km=300), 0)
    assert "50 % of its ground lies where this run has no records (Eastland)" in " ".join(brief.summary("en"))
    assert any("of the province, territory or state" in line for line in brief.permits("en"))


def test_every_area_that_meets_an_outline_is_named_or_counted(made: Any) -> None:
    outline = shapely.box(-81, 49, -79, 51)
    inside = [shapely.box(-80.9 + 0.1 * at, 50, -80.85 + 0.1 * at, 50.05) for at in range(10)]
    beside = shapely.box(-79, 49, -78, 51)
    names = [f"Reserve {at}" for at in range(10)] + ["Beside"]
    areas = gpd.GeoDataFrame(
        {"territory_id": names, "territory": names, "territory_other_names": None, "layer": "Indian Reserve",
         "source": "r", "steward": None, "publish": "allowed"},
        geometry=[*inside, beside],
        crs=4326,
    )  # fmt: skip
    made = replace(made, territories=areas, site_territories=made.site_territories.iloc[:0])
    place = place_of_area(gpd.GeoDataFrame(geometry=[outline], crs=4326))
    assert areas_here(made, place) == names[:10]
    brief = Brief(made, place, screen(made, place, within_km=900), 900)
    assert any("Reserve 7 and 2 more (annex)" in line for line in brief.speak_first("en"))


def test_the_best_outside_are_listed_whatever_stands_above(made: Any) -> None:
    place = place_of_nation(made, "Area B")
    table = screen(made, place, within_km=900)
    brief = Brief(made, place, table, 900)
    outside = table[table["distance_km"].gt(0) & table["rank"].notna()].sort_values(["rank_first", "distance_km"])
    assert brief.short["brief_outside"]["site_id"].tolist() == outside["site_id"].head(5).tolist()


def test_no_table_of_a_brief_only_repeats_the_tables_before(made: Any) -> None:
    place = place_of_nation(made, "Area B")
    table = screen(made, place, within_km=900)
    alone = table["site_id"].eq(table.loc[table["rank"].notna() & table["evidence"].ne("measured"), "site_id"].iloc[-1])
    sampled = table["site_id"].isin(table.loc[table["rank"].notna(), "site_id"].head(2))
    table = table.assign(distance_km=np.where(alone, 0.0, 10.0), evidence=np.where(sampled, "measured", "inferred"))
    brief = Brief(made, place, table, 900)
    assert set(brief.short) == {"brief_sampled", "brief_best"}
    assert len(brief.short["brief_best"]) == 10
    assert brief.short["brief_best"]["site_id"].iloc[0] == table.loc[alone, "site_id"].item(), "inside first"


def test_brief_and_workbook_speak_of_the_other_targets(made_up: ModuleType, made: Any, tmp_path: Path) -> None:
    several = made_up.with_targets(made)
    place = place_of_nation(several, "Area B")
    table = screen(several, place, within_km=900)
    lines = Brief(several, place, table, 900).other_targets("en")
    assert [line.split(",")[0] for line in lines[:-1]] == [
        several.diagnostics["target_names"][symbol]["en"] for symbol in ("Co", "Sb")
    ]
    near = several.targets[several.targets["site_id"].isin(table["site_id"]) & (several.targets["target"] == "Co")]
    assert f"ppm: {int(near['worth_sampling'].sum())} worth a sample." in lines[0]
    assert "targets.csv" in lines[-1]
    assert Brief(made, place, table, 900).other_targets("en") == []
    write_ranking_workbook(several, tmp_path / "ranking.xlsx", "en")
    page = openpyxl.load_workbook(tmp_path / "ranking.xlsx")["Read me"]
    text = "\n".join(str(row[0].value) for row in page.iter_rows() if row[0].value)
    for part in ("Ranked for rare earths.", "How sure the order is: ", "The run looked for 3 targets", "targets.csv"):
        assert part in text


def test_a_file_of_layers_says_its_own_language_and_that_nothing_is_rounded(made: Any) -> None:
    text = "\n".join(about_layers(made, "fr"))
    assert text.index(words.word("book_language", "fr")) < text.index(words.word("notice_not_resource_list", "en"))
    for absent in ("Language of this file", "rounded to two", "CSV"):
        assert absent not in text
    assert "without rounding" in text
