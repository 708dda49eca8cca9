"""The invented region: the same bytes from the same seed, a planted answer, and files with the faults people have."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import yaml
from sklearn.metrics import roc_auc_score

from layers.elements import OXIDE_OF, REE, oxide_factor
from layers.invented import write_region
from layers.invented.chemistry import cells, waste_pattern_ppm
from layers.invented.geology import RICH_TREO_PPM, Region, Waves, stream


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_region(tmp_path_factory.mktemp("region"), sites=300, seed=7).parent


@pytest.fixture(scope="module")
def sources(folder: Path) -> dict[str, dict]:
    raw = yaml.safe_load((folder / "region.yml").read_text(encoding="utf-8"))
    return {source["id"]: source for source in raw["sources"]}


def text(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def test_same_seed_same_bytes_and_other_seed_other_region(tmp_path: Path) -> None:
    first = hashes(write_region(tmp_path / "one", sites=40, seed=3).parent)
    write_region(tmp_path / "two", sites=25, seed=9)  # an earlier region in the folder leaves no trace
    again = hashes(write_region(tmp_path / "two", sites=40, seed=3).parent)
    other = hashes(write_region(tmp_path / "three", sites=40, seed=4).parent)
    assert first == again
    assert {name for name in first if first[name] == other[name]} == {
        "region.yml",
        "context/rail.cpg",
        "context/rail.dbf",
        "context/rail.prj",
    }


def test_too_small_a_region_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sites is 5; an invented region has at least 20"):
        write_region(tmp_path, sites=5)


def test_planted_answer(folder: Path) -> None:
    truth = pd.read_csv(folder / "truth/planted.csv")
    assert len(truth) == 300
    assert truth["rich"].sum() == 41  # 13.5 % of 300
    assert (truth["rich"] == (truth["treo_ppm"] > RICH_TREO_PPM)).all()
    assert truth["site_no_a"].dropna().is_unique
    assert truth.loc[truth["rich"], "why"].str.contains("rare-earth minerals").all()
    assert truth.loc[truth["rich"], "camp"].nunique() >= 8  # camps enough for folds of whole camps


def test_rich_wastes_are_of_types_that_carry_rare_earths() -> None:
    truth = Region(300, 7).truth
    kept = truth[~truth["recovered"]].groupby("deposit_type")["treo_ppm"].median()
    assert kept["carbonatite"] > kept["uranium paleoplacer"] > kept["barren granite"] > kept["magmatic nickel-copper"]


def test_the_region_can_be_learned_but_not_read_off() -> None:
    truth = Region(300, 7).truth
    halo = Region(300, 7).footprint(truth["x_km"].to_numpy(), truth["y_km"].to_numpy(), "sediment")
    assert 0.85 < roc_auc_score(truth["rich"], halo) < 0.98  # of the hidden halo itself, without any noise
    assert roc_auc_score(truth["rich"], truth["tonnes_t"]) < 0.7


def test_waste_oxides_add_up_to_treo() -> None:
    kinds = np.array(["carbonatite", "peralkaline granite", "orogenic gold"])
    treo = np.array([4000.0, 2000.0, 120.0])
    pattern = waste_pattern_ppm(kinds, treo)
    total = sum(pattern[element] * oxide_factor(OXIDE_OF[element]) for element in REE)
    np.testing.assert_allclose(total, treo, rtol=1e-12)
    ratio = pattern["La"] / pattern["Yb"]
    assert ratio[0] > ratio[2] > ratio[1]  # light in carbonatite, heavy in peralkaline granite


def test_cells_spell_limits() -> None:
    values = pd.Series([0.2, 3.0, 250.4])
    rng = np.random.default_rng(0)
    assert list(cells(values, 0.5, "less_than", rng)) == ["<0.5", "3.000", "250"]
    assert list(cells(values, 0.5, "negative", rng)) == ["-0.5", "3.000", "250"]


def test_smooth_field_has_unit_variance() -> None:
    x, y = np.random.default_rng(1).uniform(-2000, 2000, (2, 20_000))
    field = Waves.draw(stream(1, "test"), 20).at(x, y)
    assert abs(field.mean()) < 0.05
    assert field.var() == pytest.approx(1, abs=0.1)


def test_inventory_a_is_messy_in_known_ways(folder: Path) -> None:
    table, truth = text(folder, "inventory/inventory_a.csv"), pd.read_csv(folder / "truth/planted.csv")
    listed = truth["site_no_a"].notna().sum()
    assert len(table) == listed + 6  # two rows each: no coordinates, turned, repeated
    assert (table["LATITUDE"] == "").sum() == 2
    assert (pd.to_numeric(table["LATITUDE"]) < 0).sum() == 2
    assert table.duplicated().sum() == 2
    for spelling in (r"^\d{1,3}(?: \d{3})+$", r" t$", r"^>", r"^UNK$", r"^0$"):
        assert table["TAILINGS_T"].str.contains(spelling).any(), spelling
    assert table["YEAR_CLOSE"].str.endswith("0's").any()


def test_inventory_b_overlaps_a_under_other_spellings(folder: Path) -> None:
    path = folder / "inventory/inventory_b.gpkg"
    assert [name for name, _ in pyogrio.list_layers(path)] == ["residus_miniers", "batiments"]
    table = gpd.read_file(path, layer="residus_miniers")
    assert table.crs.to_epsg() == 26916
    assert table.geometry.isna().sum() == 2
    truth = pd.read_csv(folder / "truth/planted.csv")
    number = table["NOM_SITE"].str.extract(r"(\d+)")[0].astype(int)
    shared = number[table.geometry.notna()].isin(truth.loc[truth["site_no_a"].notna(), "number"])
    assert 0.28 < shared.sum() / truth["site_no_a"].notna().sum() < 0.42
    names = truth.set_index("number")["name"].reindex(number).to_numpy()
    assert 0.6 < (table["NOM_SITE"].to_numpy() != names).mean() < 0.95
    placed = table[table.geometry.notna()].to_crs("EPSG:4326")
    place = truth.set_index("number").loc[number[table.geometry.notna()]]
    off = np.hypot(
        (placed.geometry.x.to_numpy() - place["longitude"]) * np.cos(np.radians(59)) * 111,
        (placed.geometry.y.to_numpy() - place["latitude"]) * 111,
    )
    assert 0.2 < np.median(off) < 0.5
    assert off.max() < 1.5


def test_assays_cover_a_third_of_the_sites_with_three_suites(folder: Path) -> None:
    table = text(folder, "geochemistry/waste_assays.csv")
    named = table["SITE_NO"] != ""
    assert (named == (table["LATITUDE"] == "")).all()
    assert 0.3 < named.mean() < 0.8
    full, partial = table["Dy_FUS_ppm"] != "", table["La_FUS_ppm"] != ""
    assert (full & partial).sum() == full.sum()
    assert 0 < (partial & ~full).sum() < full.sum()
    assert (~partial).sum() > 0
    assert (table["Th_FUS_ppm"] != "").all()


def test_regional_media_spell_limits_differently(folder: Path) -> None:
    sediment, till = text(folder, "geochemistry/stream_sediments.csv"), text(folder, "geochemistry/till.csv")
    assert sediment["Nb_AR_ppm"].str.startswith("<").any()
    assert not sediment.apply(lambda column: column.str.startswith("-9")).any().any()
    assert till["Nb_FUS_ppm"].eq("-8").any()
    assert till["La_FUS_ppm"].eq("-9999").any()


def test_grids_differ_in_crs_and_gravity_does_not_reach_every_site(folder: Path) -> None:
    truth = pd.read_csv(folder / "truth/planted.csv")
    points = gpd.GeoSeries.from_xy(truth["longitude"], truth["latitude"], crs="EPSG:4326").to_crs("EPSG:3979")
    known = {}
    for name in ("thorium", "magnetics", "terrain", "gravity"):
        with rasterio.open(folder / f"rasters/{name}.tif") as grid:
            assert grid.crs.to_epsg() == 3979
            assert grid.res == (1000, 1000)
            assert grid.block_shapes == [(256, 256)]
            assert grid.profile["compress"] == "deflate"
            values = np.array([value[0] for value in grid.sample(zip(points.x, points.y, strict=True))])
            known[name] = (values != grid.nodata).mean()
    assert known["thorium"] == known["magnetics"] == known["terrain"] == 1
    assert 0.6 < known["gravity"] < 0.9
    assert sum(path.stat().st_size for path in (folder / "rasters").iterdir()) < 3_000_000


def test_every_source_of_the_run_file_is_there_with_its_columns(folder: Path, sources: dict[str, dict]) -> None:
    for source in sources.values():
        path = folder / source["path"]
        assert path.is_file(), source["id"]
        if path.suffix == ".csv":
            present = set(text(folder, source["path"]).columns)
        elif path.suffix != ".tif":
            present = set(pyogrio.read_info(path, layer=source.get("layer"))["fields"])
        else:
            continue
        named = set(source.get("columns", {}).values())
        assert named <= present, (source["id"], named - present)


def test_names_are_plainly_invented(folder: Path) -> None:
    for publish in ("allowed", "generalised", "never"):
        assert gpd.read_file(folder / f"areas/areas_{publish}.geojson")["NAME"].str.startswith("Area ").all()
    assert text(folder, "areas/communities.csv")["COMMUNITY"].str.fullmatch(r"Community \d+").all()
    assert text(folder, "truth/planted.csv")["name"].str.startswith("Invented ").all()


def test_areas_overlap_and_one_layer_stays_here(folder: Path, sources: dict[str, dict]) -> None:
    assert [sources[f"areas_{status}"]["publish"] for status in ("allowed", "generalised", "never")] == [
        "allowed",
        "generalised",
        "never",
    ]
    areas = pd.concat(
        [gpd.read_file(folder / sources[f"areas_{s}"]["path"]) for s in ("allowed", "generalised", "never")]
    )
    assert areas.is_valid.all()
    truth = pd.read_csv(folder / "truth/planted.csv")
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(truth["longitude"], truth["latitude"]), crs="EPSG:4326")
    pairs = points.sjoin(areas, predicate="within")
    assert pairs.groupby(level=0).size().max() >= 2
    assert pairs["NAME"].str.startswith("Area Kept Private").any()


def test_inventories_seldom_tell_what_the_waste_holds(folder: Path) -> None:
    table, truth = text(folder, "inventory/inventory_a.csv"), pd.read_csv(folder / "truth/planted.csv")
    typed = (table["DEPOSIT"] != "UNK").mean()
    assert 0.08 < typed < 0.22
    assert 0.08 < (table["COMMODITIES"] == "").mean() < 0.22
    rich = set(truth.loc[truth["rich"], "site_no_a"].dropna())
    named = table["COMMODITIES"].str.contains("RR|TH|NB")
    of_rich = named[table["SITE_NO"].isin(rich)].mean()
    of_poor = named[~table["SITE_NO"].isin(rich)].mean()
    assert 0.05 < of_rich < 0.5  # most rich wastes list none of rare earths, thorium and niobium
    assert 0.01 < of_poor < of_rich  # and some poor ones do


def test_two_sites_are_asked_to_be_left_out(folder: Path) -> None:
    asked, truth = text(folder, "areas/requests.csv"), pd.read_csv(folder / "truth/planted.csv")
    assert len(asked) == 2
    assert set(truth.loc[truth["left_out"], "site_no_a"]) == set(asked["SITE"])


@pytest.mark.parametrize("sites", [20, 1200])
def test_any_size(tmp_path: Path, sites: int) -> None:
    folder = write_region(tmp_path, sites=sites).parent
    truth = pd.read_csv(folder / "truth/planted.csv")
    assert len(truth) == sites
    assert truth["rich"].mean() == pytest.approx(0.135, abs=0.03)
