"""``import minewaste``: what a notebook needs, typed, documented, and the same answers as the command."""

from __future__ import annotations

import html
import inspect
import re
import subprocess
import sys
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import minewaste
from layers.errors import ConfigError, SourceError, StageError
from maps.site_map.tiers import tier_of_rank

PUBLIC = [getattr(minewaste, name) for name in minewaste.__all__]


@pytest.fixture(scope="module")
def finished(demo_run: Path) -> minewaste.Run:
    return minewaste.open_run(demo_run)


def test_every_public_name_is_documented_and_typed() -> None:
    for thing in PUBLIC:
        assert inspect.getdoc(thing), thing
        if inspect.isfunction(thing):
            signature = inspect.signature(thing)
            assert signature.return_annotation is not inspect.Signature.empty, thing
            assert all(one.annotation is not inspect.Parameter.empty for one in signature.parameters.values()), thing


def test_importing_it_is_light() -> None:
    heavy = ("pandas", "geopandas", "sklearn", "dask", "folium")
    code = f"import sys, minewaste; print([m for m in {heavy} if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_an_opened_run_holds_what_the_files_hold(finished: minewaste.Run, demo_run: Path) -> None:
    written = pd.read_csv(demo_run / "ranking.csv", dtype={"site_id": str})
    assert list(finished.ranking["site_id"]) == list(written["site_id"])
    np.testing.assert_allclose(finished.ranking["score"], written["score"], rtol=0, atol=1e-4)  # the file is rounded
    assert isinstance(finished.sites, gpd.GeoDataFrame)
    assert finished.sites.crs.to_epsg() == 4326
    assert set(finished.territories["publish"]) <= {"allowed", "generalised"}
    assert set(finished.site_territories["site_id"]) <= set(finished.sites["site_id"])
    assert finished.validation


def test_what_a_user_changes_in_a_table_does_not_reach_the_next_reader(finished: minewaste.Run) -> None:
    first = finished.ranking
    first.loc[:, "rank"] = 0
    assert finished.ranking["rank"].min() == 1


def test_explain_is_the_command(finished: minewaste.Run) -> None:
    site = finished.ranking["site_id"].iloc[0]
    assert site in finished.explain(site)
    assert finished.explain(site, lang="fr") != finished.explain(site)
    with pytest.raises(StageError, match="nothing-like-it"):
        finished.explain("nothing-like-it")


def test_a_folder_that_is_no_run_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=re.escape(str(tmp_path))):
        minewaste.open_run(tmp_path)


def test_a_folium_map_takes_layers_and_links_to_nothing(finished: minewaste.Run, tmp_path: Path) -> None:
    drawn = minewaste.folium_map(finished)
    assert isinstance(drawn, folium.Map)
    folium.Marker((0.0, 0.0), tooltip="added by a user").add_to(drawn)
    page = tmp_path / "sites.html"
    drawn.save(page)
    text = page.read_text(encoding="utf-8")
    assert "added by a user" in text
    assert not re.search(r"""(?:src|href)=["']https?://""", text)
    circles = sum(
        isinstance(part, folium.CircleMarker) for group in drawn._children.values() for part in group._children.values()
    )
    assert circles >= len(finished.ranking)


def test_a_user_adds_tiles_and_a_plugin_to_the_folium_map(finished: minewaste.Run, tmp_path: Path) -> None:
    from folium.plugins import MiniMap

    drawn = minewaste.folium_map(finished, lang="fr")
    folium.TileLayer("https://tiles.example.org/{z}/{x}/{y}.png", attr="Example", name="Tuiles").add_to(drawn)
    MiniMap().add_to(drawn)
    folium.LayerControl().add_to(drawn)
    drawn.save(tmp_path / "sites.html")
    text = (tmp_path / "sites.html").read_text(encoding="utf-8")
    assert "https://tiles.example.org/{z}/{x}/{y}.png" in text
    assert "L.Control.MiniMap(" in text
    assert text.index("var tile_layer_") < text.index("L.control.layers("), (
        "a control names layers that are there already"
    )
    assert text.count("L.control.layers(") == 1
    assert "Mesurer une distance" in text  # the tools of our own
    online = minewaste.folium_map(finished, offline=False).get_root().render()
    for plugin in ("L.control.fullscreen", "L.Control.Measure", "L.Control.MousePosition", "L.Control.Search"):
        assert plugin in online, plugin


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_notices_contact_and_every_source_stand_on_the_folium_map(finished: minewaste.Run, lang: str) -> None:
    from maps import words

    page = minewaste.folium_map(finished, lang=lang).get_root().render()
    page = html.unescape(re.sub(r"\\u([0-9a-f]{4})", lambda one: chr(int(one[1], 16)), page))
    for key in ("notice_nations", "notice_absence", "notice_boundaries", "notice_not_resource_list"):
        assert words.word(key, lang) in page, key
    publication = finished._publication
    assert (publication.contact or words.word("contact_unstated", lang)) in page
    shown = set(publication.territories["source"]) | set(publication.communities["source"])
    for source in publication.sources.itertuples():
        assert str(source.title) in page
        if source.source_id in shown:
            cards = page.count(f"{words.word('source', lang)}{words.word('colon', lang)}{source.title}</p>")
            places = [*publication.territories["source"], *publication.communities["source"]]
            assert cards == places.count(source.source_id), "each area and community tells its source"


def test_a_name_is_text_on_the_folium_map_and_never_markup(finished: minewaste.Run) -> None:
    from dataclasses import replace

    from maps.site_map.folium_map import folium_map

    ranking = finished.ranking
    ranking.loc[ranking.index[0], "name"] = "<img src=x onerror=alert(1)>"
    page = folium_map(replace(finished._publication, ranking=ranking)).get_root().render()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_tiers_are_the_first_ten_then_shares_of_the_list() -> None:
    assert tier_of_rank(np.array([1, 10, 11, 20, 21, 100, 101, 200]), 200).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert tier_of_rank(np.array([1, 5]), 5).tolist() == [0, 0]


def test_screen_wants_one_place(finished: minewaste.Run, tmp_path: Path) -> None:
    with pytest.raises(StageError, match="one place"):
        minewaste.screen(finished)
    said = minewaste.screen(finished, community="Community 1", within_km=60, out=tmp_path / "near")
    assert str(tmp_path / "near") in said
    assert (tmp_path / "near" / "index.html").is_file()


def test_check_and_run_refuse_a_wrong_run_file(tmp_path: Path) -> None:
    path = tmp_path / "region.yml"
    path.write_text("name: a\ntitel: b\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="titel"):
        minewaste.check(path)
    with pytest.raises(ConfigError, match="titel"):
        minewaste.run(path)
