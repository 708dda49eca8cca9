"""What is thought of files nobody has described: by names and contents, in three languages, with questions for doubts."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from layers.guess.chemistry import medium_of
from layers.guess.columns import Guess, guess_columns
from layers.guess.file import guess_file
from layers.guess.links import doubt_place, relate
from layers.guess.numbers import decimal_mark_of
from layers.guess.recognise import Find, finds
from layers.guess.words import language_of, plain


def guess(folder: Path, name: str) -> Guess:
    [find] = [one for one in finds(folder) if one.path == name]
    return guess_file(find, folder)[0]


def write(folder: Path, name: str, rows: list[dict[str, object]], sep: str = ",", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(path, index=False, sep=sep, encoding=encoding)
    return path


ENGLISH = {
    "Site_ID": "S-1001", "Site Name": "North Pond", "Latitude": 48.51, "Longitude": -81.02, "Commodity": "gold",
    "Tailings_T": 120000, "Area_m2": 45000, "Waste_Type": "Tailings", "Status": "Abandoned", "Year_Open": 1934,
    "Year_Closed": 1951,
}  # fmt: skip
FRENCH = {
    "No site": "Q-1001", "Nom du site": "Étang nord", "Latitude": "48,51", "Longitude": "-77,02", "Substances": "or, cuivre",
    "Tonnage": "120000", "Superficie (ha)": "4,5", "Type de résidus": "parc à résidus", "État": "abandonné",
    "Année d'ouverture": 1934, "Année de fermeture": 1951,
}  # fmt: skip
SPANISH = {
    "ID_DEPOSITO": "C-1001", "NOMBRE_DEPOSITO": "Tranque Norte", "UTM_ESTE": 350100, "UTM_NORTE": 7050100, "HUSO": 19,
    "DATUM": "WGS84", "RECURSO": "cobre", "TONELAJE": 120000, "AREA_M2": 45000, "TIPO_DEPOSITO": "Tranque de relave",
    "ESTADO": "Abandonado", "ANO_INICIO": 1934, "ANO_CIERRE": 1951,
}  # fmt: skip


def rows(pattern: dict[str, object], count: int = 40) -> list[dict[str, object]]:
    """Repeat a row with other ids and slightly other places."""
    made = []
    for n in range(count):
        row = dict(pattern)
        for key, value in pattern.items():
            if isinstance(value, str) and value.endswith("1001"):
                row[key] = f"{value[:-4]}{1001 + n}"
            elif key.startswith(("Lat", "Lon", "UTM_E", "UTM_N")):
                number = float(str(value).replace(",", ".")) + n * 0.01
                row[key] = str(number).replace(".", ",") if isinstance(value, str) else number
        made.append(row)
    return made


def renamed(made: list[dict[str, object]], **names: str) -> list[dict[str, object]]:
    return [{names.get(key, key): value for key, value in row.items()} for row in made]


@pytest.mark.parametrize(
    ("pattern", "sep", "mapped"),
    [
        (ENGLISH, ",", {"official_id": "Site_ID", "name": "Site Name", "latitude": "Latitude", "commodities": "Commodity",
                        "mass_t": "Tailings_T", "area_m2": "Area_m2", "waste_type": "Waste_Type", "first_year": "Year_Open",
                        "last_year": "Year_Closed", "status": "Status"}),
        (FRENCH, ";", {"official_id": "No site", "name": "Nom du site", "longitude": "Longitude", "commodities": "Substances",
                       "mass_t": "Tonnage", "area_m2": "Superficie (ha)", "waste_type": "Type de résidus",
                       "first_year": "Année d'ouverture", "last_year": "Année de fermeture", "status": "État"}),
        (SPANISH, ",", {"official_id": "ID_DEPOSITO", "name": "NOMBRE_DEPOSITO", "easting": "UTM_ESTE", "northing": "UTM_NORTE",
                        "utm_zone": "HUSO", "datum": "DATUM", "commodities": "RECURSO", "mass_t": "TONELAJE",
                        "area_m2": "AREA_M2", "waste_type": "TIPO_DEPOSITO", "first_year": "ANO_INICIO",
                        "last_year": "ANO_CIERRE", "status": "ESTADO"}),
    ],
    ids=["en", "fr", "es"],
)  # fmt: skip
def test_an_inventory_is_understood_in_three_languages(
    tmp_path: Path, pattern: dict[str, object], sep: str, mapped: dict[str, str]
) -> None:
    write(tmp_path, "sites.csv", rows(pattern), sep=sep)
    found = guess(tmp_path, "sites.csv")
    assert found.value("role") == "inventory"
    assert {key: found.value(f"columns.{key}") for key in mapped} == mapped
    # zone 19 without a letter may lie in Chile or in Nunavut
    assert set(found.questions) == ({"defaults.utm_hemisphere"} if pattern is SPANISH else set())


@pytest.mark.parametrize(
    "headings", [("Ore_Min", "Gangue_Min"), ("Ore Minerals", "Gangue"), ("Minerales de mena", "Ganga")]
)
def test_columns_of_minerals_are_found(tmp_path: Path, headings: tuple[str, str]) -> None:
    ore, gangue = headings
    made = [{**row, ore: "magnetite; apatite", gangue: "quartz, calcite"} for row in rows(ENGLISH)]
    write(tmp_path, "sites.csv", made)
    found = guess(tmp_path, "sites.csv")
    assert found.value("columns.minerals") == [ore, gangue]
    assert found.value("columns.commodities") == "Commodity"


def test_french_details_decimal_comma_hectares_language_and_kinds(tmp_path: Path) -> None:
    write(tmp_path, "sites.csv", rows(FRENCH), sep=";", encoding="cp1252")
    found = guess(tmp_path, "sites.csv")
    assert found.value("decimal_mark") == ","
    assert found.value("language") == "fr"
    assert found.value("encoding") == "cp1252"
    assert found.value("options.units.area_m2") == "ha"
    assert found.value("values.waste_type") == {"parc à résidus": "tailings"}


def test_an_area_without_a_unit_is_a_question_not_a_guess(tmp_path: Path) -> None:
    made = renamed(rows(ENGLISH), Area_m2="Area")
    write(tmp_path, "sites.csv", made)
    found = guess(tmp_path, "sites.csv")
    assert found.value("columns.area_m2") == "Area"
    assert found.questions["options.units.area_m2"].startswith("in which unit is Area? m2, ha, km2 or acre")


def test_metres_without_a_zone_are_a_question(tmp_path: Path) -> None:
    made = [{**row, "Easting": 400000 + n, "Northing": 5_400_000 + n} for n, row in enumerate(rows(ENGLISH))]
    for row in made:
        row.pop("Latitude")
        row.pop("Longitude")
    write(tmp_path, "sites.csv", made)
    found = guess(tmp_path, "sites.csv")
    assert found.value("role") == "inventory"
    assert "crs" in found.questions
    assert found.value("crs") is None


def test_headings_that_name_a_datum_are_believed(tmp_path: Path) -> None:
    made = renamed(rows(ENGLISH), Latitude="LAT_NAD83", Longitude="LONG_NAD83")
    write(tmp_path, "sites.csv", made)
    assert guess(tmp_path, "sites.csv").value("crs") == "EPSG:4269"


def test_a_column_whose_contents_contradict_its_heading_is_not_taken() -> None:
    cells = pd.DataFrame({"Latitude": ["a", "b", "c"], "lat_dd": ["48.1", "48.2", "48.3"], "Name": ["1", "2", "3"]})
    found = guess_columns(cells, ("latitude", "name"))
    assert found["latitude"].value == "lat_dd"
    assert "name" not in found


def test_codes_on_which_publishers_differ_are_asked_and_the_others_taken(tmp_path: Path) -> None:
    made = rows(ENGLISH)
    for n, row in enumerate(made):
        row["Commodity"] = ["AU,CU", "UR", "RE", "QX"][n % 4]
    write(tmp_path, "sites.csv", made)
    found = guess(tmp_path, "sites.csv")
    assert found.value("commodity_codes.AU") == "gold"
    assert found.value("commodity_codes.UR") == "uranium"
    assert "commodity_codes.QX" in found.questions
    assert found.value("commodity_codes.QX") is None


def chemistry(count: int = 60, **more: object) -> pd.DataFrame:
    generator = np.random.default_rng(3)
    spread = lambda middle: np.round(middle * np.exp(generator.normal(0, 0.4, count)), 3)  # noqa: E731
    table = pd.DataFrame(
        {"Sample": [f"T{n:04}" for n in range(count)], "Lat": 60 + np.arange(count) / 100, "Lon": -90.0}
    )
    for element, middle in (("La", 30), ("Ce", 60), ("Nd", 26), ("Y", 20), ("Th", 9), ("Zr", 190)):
        table[element] = spread(middle)
    return table.assign(**more)


def test_units_nobody_states_follow_from_crust_in_soil_but_are_asked_for_waste(tmp_path: Path) -> None:
    chemistry().to_csv(tmp_path / "till_samples.csv", index=False)
    chemistry().to_csv(tmp_path / "tailings_assays.csv", index=False)
    till, waste = guess(tmp_path, "till_samples.csv"), guess(tmp_path, "tailings_assays.csv")
    assert (till.value("role"), till.value("defaults.medium")) == ("geochemistry", "till")
    assert till.value("options.default_unit") == "ppm"
    assert waste.value("defaults.medium") == "waste"
    assert waste.value("options.default_unit") is None
    assert "options.default_unit" in waste.questions


def test_units_in_parts_per_billion_are_seen(tmp_path: Path) -> None:
    table = chemistry()
    table[["La", "Ce", "Nd", "Y", "Th", "Zr"]] *= 1000
    table.to_csv(tmp_path / "soil.csv", index=False)
    assert guess(tmp_path, "soil.csv").value("options.default_unit") == "ppb"


def test_small_repeated_negatives_are_limits_and_one_number_everywhere_is_a_question(tmp_path: Path) -> None:
    limits = chemistry()
    limits.loc[:9, "Th"] = -0.5
    limits.loc[5:12, "Y"] = -2.0
    limits.to_csv(tmp_path / "till_a.csv", index=False)
    codes = chemistry()
    codes.loc[:9, ["Th", "Y", "La"]] = -1
    codes.to_csv(tmp_path / "till_b.csv", index=False)
    large = chemistry()
    large["Th"] = np.where(np.arange(60) < 20, -np.arange(60) * 77.7 - 5, large["Th"])
    large.to_csv(tmp_path / "till_c.csv", index=False)
    assert guess(tmp_path, "till_a.csv").value("options.negative") == "below_limit"
    assert "options.negative" in guess(tmp_path, "till_b.csv").questions
    assert "options.negative" in guess(tmp_path, "till_c.csv").questions


def test_columns_of_marks_are_found(tmp_path: Path) -> None:
    table = chemistry()
    for element in ("La", "Ce", "Th"):
        table[f"{element}_Q"] = np.where(np.arange(60) < 25, "<", None)
    table.to_csv(tmp_path / "till.csv", index=False)
    assert guess(tmp_path, "till.csv").value("options.qualifier_suffix") == "_Q"


@pytest.mark.parametrize(
    ("text", "medium"),
    [
        ("stream_sediments 1986", "stream_sediment"), ("sédiments de lac", "lake_sediment"), ("Lake sediment", "lake_sediment"),
        ("till", "till"), ("suelo", "soil"), ("relaves", "waste"), ("roches", "rock"), ("résidus miniers", "waste"),
        ("batch 7", None), ("soil and till", None),
    ],
)  # fmt: skip
def test_a_medium_is_read_from_words(text: str, medium: str | None) -> None:
    assert medium_of(text) == medium


def polygons(names: list[str], column: str = "NAME") -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {column: names}, geometry=[shapely.box(-90 + n, 50, -89.5 + n, 50.5) for n in range(len(names))], crs=4326
    )


def test_areas_that_may_be_about_nations_are_private_and_unclear_ones_are_asked(tmp_path: Path) -> None:
    polygons(["Area A", "Area B"]).to_file(tmp_path / "first_nations_areas.geojson")
    polygons(["Area A", "Area B"]).to_file(tmp_path / "traités.geojson")
    polygons(["Area A", "Area B"]).to_file(tmp_path / "export_17.geojson")
    polygons(["Lake 1"]).to_file(tmp_path / "lagos.geojson")
    polygons(["Claim 1"]).to_file(tmp_path / "mineral_claims.geojson")
    english, french = guess(tmp_path, "first_nations_areas.geojson"), guess(tmp_path, "traités.geojson")
    assert (english.value("role"), english.value("publish")) == ("territories", "never")
    assert (french.value("role"), french.value("publish")) == ("territories", "never")
    assert "role" in guess(tmp_path, "export_17.geojson").questions
    assert guess(tmp_path, "lagos.geojson").value("options.kind") == "lake"
    assert "no role of a run uses that" in str(guess(tmp_path, "mineral_claims.geojson").left_out)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("voie_ferree", "rail"),
        ("caminos", "road"),
        ("transmission_lines", "power"),
        ("rivières", "water"),
        ("fallas", "structure"),
    ],
)
def test_lines_are_told_apart_by_their_names(tmp_path: Path, name: str, kind: str) -> None:
    lines = gpd.GeoDataFrame({"id": [1]}, geometry=[shapely.LineString([(0, 0), (1, 1)])], crs=4326)
    lines.to_file(tmp_path / f"{name}.gpkg", layer="a")
    found = guess(tmp_path, f"{name}.gpkg")
    assert (found.value("role"), found.value("options.kind")) == ("lines", kind)


def test_points_of_other_things_are_left_out_or_asked_never_ranked(tmp_path: Path) -> None:
    ports = [
        {"name": f"Port {n}", "lat": 50 + n / 10, "lon": -60.0, "commodities": "iron ore", "status": "open"}
        for n in range(8)
    ]
    write(tmp_path, "ports.csv", ports)
    write(tmp_path, "export.csv", ports)
    assert guess(tmp_path, "ports.csv").left_out is not None
    unclear = guess(tmp_path, "export.csv")
    assert unclear.value("role") is None
    assert "role" in unclear.questions


def test_a_shapefile_without_prj_is_asked_for_its_coordinate_system(tmp_path: Path) -> None:
    made = renamed(rows(ENGLISH), Year_Closed="Closed")
    places = gpd.points_from_xy([5e5 + n for n in range(40)], [5.4e6] * 40, crs=26917)
    gpd.GeoDataFrame(made, geometry=places).to_file(tmp_path / "tailings_sites.shp")
    (tmp_path / "tailings_sites.prj").unlink()
    found = guess(tmp_path, "tailings_sites.shp")
    assert found.value("role") == "inventory"
    assert "It says nothing of it" in found.questions["crs"]


def test_everything_in_a_folder_is_found_nested_packed_and_layered(tmp_path: Path) -> None:
    write(tmp_path, "deep/er/sites.csv", rows(ENGLISH))
    inner = write(tmp_path, "inner.csv", rows(ENGLISH))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.write(inner, "a/one.csv")
        archive.write(inner, "b/two.csv")
    with zipfile.ZipFile(tmp_path / "climbs.zip", "w") as archive:
        archive.write(inner, "a/one.csv")
        archive.writestr("../evil.csv", "a\n1\n")
    inner.unlink()
    polygons(["Lake 1"]).to_file(tmp_path / "many.gpkg", layer="lakes")
    polygons(["Park 1"]).to_file(tmp_path / "many.gpkg", layer="parks")
    book = openpyxl.Workbook()
    for title in ("north", "south"):
        sheet = book.create_sheet(title)
        sheet.append(list(ENGLISH))
        sheet.append(list(ENGLISH.values()))
    del book["Sheet"]
    book.save(tmp_path / "book.xlsx")
    (tmp_path / "readme.md").write_text("words")
    (tmp_path / "strange.xyz").write_text("?")
    listed = {(one.path, one.layer or one.sheet, one.kind) for one in finds(tmp_path)}
    assert listed == {
        ("deep/er/sites.csv", None, "table"), ("packed.zip", "a/one.csv", "table"), ("packed.zip", "b/two.csv", "table"),
        ("many.gpkg", "lakes", "table"), ("many.gpkg", "parks", "table"), ("book.xlsx", "north", "table"),
        ("book.xlsx", "south", "table"), ("strange.xyz", None, "unused"),
        ("climbs.zip", None, "unused"),
    }  # fmt: skip
    assert guess_file(Find("packed.zip", "table", "a/one.csv"), tmp_path)[0].value("role") == "inventory"


def test_a_title_and_merged_headings_of_a_workbook_do_not_disturb(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Register of tailings, 2024 edition"])
    sheet.append([])
    sheet.append(list(SPANISH))
    for row in rows(SPANISH):
        sheet.append(list(row.values()))
    sheet.merge_cells("A1:F1")
    book.save(tmp_path / "registro.xlsx")
    found = guess(tmp_path, "registro.xlsx")
    assert (found.value("role"), found.value("columns.name")) == ("inventory", "NOMBRE_DEPOSITO")


def test_files_that_repeat_or_quote_each_other_are_noticed(tmp_path: Path) -> None:
    write(tmp_path, "all_mines.csv", rows(ENGLISH))
    write(tmp_path, "some_mines.csv", rows(ENGLISH)[:15])
    other = rows(FRENCH)
    for n, row in enumerate(other):
        row["No autre"] = f"S-{1001 + n}" if n < 12 else None
    write(tmp_path, "sites_b.csv", other, sep=";")
    waste = chemistry(12).rename(columns={one: f"{one}_ppm" for one in ("La", "Ce", "Nd", "Y", "Th", "Zr")})
    waste.assign(Mine=[f"S-{1001 + n}" for n in range(12)]).to_csv(tmp_path / "tailings_assays.csv", index=False)
    pairs = [guess_file(one, tmp_path) for one in finds(tmp_path)]
    relate([(one, sight) for one, sight in pairs if sight is not None])
    by_id = {one.id: one for one, _ in pairs}
    assert by_id["some_mines"].left_out == "all its 15 rows stand in all_mines.csv as well"
    assert by_id["sites_b"].value("options.cross_ids.all_mines") == {"column": "No autre"}
    assert by_id["all_mines"].value("options.id_scheme") == "all_mines"
    assert by_id["tailings_assays"].value("columns.site_key") == "Mine"


def test_words_are_compared_without_case_accents_and_marks() -> None:
    assert plain("Année d'ouverture") == "annee_d_ouverture"
    assert plain("SiteName (m²)") == "site_name_m2"
    assert language_of(["Nom", "Année", "Superficie", "Substances"])[0] == "fr"
    assert language_of(["Name", "Year", "Area", "Status"])[0] is None
    assert decimal_mark_of(pd.DataFrame({"a": ["12,5", "3,25"], "b": ["x", "y"]}))[0] == ","
    assert decimal_mark_of(pd.DataFrame({"a": ["1,200", "3,400"]}))[0] is None


def test_tables_of_one_result_per_row_are_understood(tmp_path: Path) -> None:
    table = chemistry(20)
    long = table.melt(id_vars=["Sample", "Lat", "Lon"], var_name="Élément", value_name="Résultat")
    long.to_csv(tmp_path / "till_lab.csv", index=False)
    long.rename(columns={"Résultat": "Value_ppm"}).to_csv(tmp_path / "till_lab_ppm.csv", index=False)
    found = guess(tmp_path, "till_lab.csv")
    assert (found.value("role"), found.value("columns.analyte"), found.value("columns.value")) == (
        "geochemistry", "Élément", "Résultat",
    )  # fmt: skip
    assert found.value("columns.sample_id") == "Sample"
    assert "options.default_unit" in found.questions
    assert not guess(tmp_path, "till_lab_ppm.csv").questions


def test_a_file_geodatabase_and_a_zip_in_a_zip_are_opened(tmp_path: Path) -> None:
    table = pd.DataFrame(rows(ENGLISH)).astype(
        dict.fromkeys(("Tailings_T", "Area_m2", "Year_Open", "Year_Closed"), float)
    )
    table = table.rename(columns={"Site Name": "Site_Name"})
    sites = gpd.GeoDataFrame(table, geometry=gpd.points_from_xy([-81.0] * 40, [48.5] * 40), crs=4269)
    sites.to_file(tmp_path / "all.gdb", driver="OpenFileGDB", layer="tailings_sites")
    polygons(["Lake 1"]).to_file(tmp_path / "all.gdb", driver="OpenFileGDB", layer="lakes", mode="a")
    polygons(["Park 1"]).to_file(tmp_path / "parks.geojson")
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.write(tmp_path / "parks.geojson", "gis/parks.geojson")
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "inner.zip")
    (tmp_path / "inner.zip").unlink()
    (tmp_path / "parks.geojson").unlink()
    found = {one.id: guess_file(one, tmp_path)[0] for one in finds(tmp_path)}
    assert found["all_tailings_sites"].value("role") == "inventory"
    assert found["all_lakes"].value("options.kind") == "lake"
    assert found["outer_parks"].value("options.kind") == "protected"


def test_places_far_from_all_others_are_doubted_when_a_slip_explains_them() -> None:
    here = (-81.0, 48.0, -80.0, 49.0)
    for extent, key in (
        ((48.2, -80.9, 48.7, -80.2), "columns.latitude"),
        ((80.2, 48.2, 80.9, 48.7), "defaults.longitude_hemisphere"),
    ):
        doubted = Guess("x", "x.csv")
        doubted.say("columns.latitude", "Lat", "heading", 0.9)
        doubted.say("columns.longitude", "Lon", "heading", 0.9)
        doubt_place(doubted, extent, [here])
        assert key in doubted.questions
    elsewhere = Guess("x", "x.csv")
    elsewhere.say("columns.latitude", "Lat", "heading", 0.9)
    elsewhere.say("columns.longitude", "Lon", "heading", 0.9)
    doubt_place(elsewhere, (-71.0, -28.0, -70.0, -27.0), [here])
    assert not elsewhere.questions
