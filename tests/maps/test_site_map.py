"""The map page as a file: strict data, nothing from outside, nothing that executes, sizes, aggregation."""
# ruff: noqa: E501

from __future__ import annotations

import base64
import html.parser
import json
import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from maps.assets import encode_paths, leaflet_css, leaflet_js, safe_link, strict_json
from maps.site_map.packing import DIGITS, packed, packed_by_value, packed_texts
from maps.site_map.payload import map_payload
from maps.site_map.site_map import write_map
from maps.site_map.surface_image import MOST_BYTES, faded, painted, palette, surface_image
from tests.maps.unpacking import column_of, texts_of, unpack


def payload_of(page: str) -> Any:
    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    text = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert text is not None
    payload = json.loads(text[1], parse_constant=refuse)
    unpack(payload["sites"]["columns"])
    return payload


@pytest.fixture(scope="module")
def page(made_up: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_map(made_up.publication(), path)
    return path.read_text(encoding="utf-8")


class Elements(html.parser.HTMLParser):
    """Collects elements and the addresses they would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.fetched += [
            value or "" for name, value in attrs if name in ("src", "srcset") or (name == "href" and tag == "link")
        ]


def test_nothing_comes_from_outside(page: str) -> None:
    found = Elements()
    found.feed(page)
    assert [one for one in found.fetched if not one.startswith("data:")] == []
    assert found.handlers == []
    for cdn in ("cdn.", "jsdelivr", "unpkg", "cloudflare", "googleapis", "bootstrap", "jquery"):
        assert cdn not in page.lower()
    assert re.findall(r"url\((?!data:|#)", page) == []


def test_leaflet_is_inside(page: str) -> None:
    assert leaflet_js()[:60] in page
    assert "sourceMappingURL" not in page
    assert "data:image/png;base64" in leaflet_css()


def test_it_is_a_folium_map(page: str) -> None:
    assert 'class="folium-map"' in page


def test_names_that_break_pages_are_data_and_nothing_else(page: str, made_up: ModuleType) -> None:
    names = payload_of(page)["sites"]["columns"]["name"]
    assert names[: len(made_up.HOSTILE)] == made_up.HOSTILE
    outside = re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.DOTALL)
    found = Elements()
    found.feed(outside)
    assert "img" not in found.tags
    assert "<b>bold" not in outside
    assert found.tags.count("script") == 1
    assert "49" not in payload_of(page)["sites"]["columns"]["name"][9]


def test_spellings_survive_byte_for_byte(page: str, made_up: ModuleType) -> None:
    names = payload_of(page)["sites"]["columns"]["name"]
    for spelling in made_up.SPELLINGS:
        assert spelling.encode() in page.encode()
        assert spelling in names


def test_only_web_addresses_become_links(page: str) -> None:
    data = payload_of(page)
    assert data["sites"]["columns"]["url"][0] is None
    assert data["sites"]["columns"]["url"][1] == "https://example.org/record"
    assert [one["address"] for one in data["sources"]] == ["https://example.org/inventory", None, None, None]
    assert safe_link("javascript:alert(1)") is None
    assert safe_link('https://a.example/"><script>') is None
    assert safe_link(None) is None


def test_missing_numbers_are_null_and_a_true_zero_is_zero(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(6, unscored=1)
    ranking = made.ranking.copy()
    ranking["evidence"] = ["inferred"] * 4 + ["measured", "inferred"]
    ranking.loc[5, ["score", "score_low"]] = 0.0
    ranking.loc[2, "tonnage_t"] = np.inf
    write_map(replace(made, ranking=ranking), tmp_path / "map.html")
    columns = payload_of((tmp_path / "map.html").read_text(encoding="utf-8"))["sites"]["columns"]
    assert columns["score"][5] == 0
    assert columns["score"][6] is None
    assert columns["score"][4] is columns["score_low"][4] is None  # an assay speaks for itself
    assert columns["rank"][6] is None
    assert columns["t"][2] is None


def test_whole_numbers_are_whole(page: str) -> None:
    data = payload_of(page)["sites"]["columns"]
    assert data["rank"][:3] == [1, 2, 3]
    assert '"rank":"=111' in page
    assert all(one is None or isinstance(one, int) for one in data["first"])


def test_the_page_holds_what_was_made_for_it(page: str, made_up: ModuleType) -> None:
    assert payload_of(page) == json.loads(json.dumps(map_payload(made_up.publication())))


def test_numbers_are_packed_without_loss() -> None:
    assert packed([62_000_000, None, -3000, 0, 1200, 0.005, 12.5, 1e22]) == "62e6,,-3e3,0,1200,0.005,12.5,1e+22"
    assert packed([0, None, 35, 7]) == "=0-z7"
    assert packed([0, 36]) == "0,36"
    assert packed([0, 1.5]) == "0,1.5"
    assert packed([]) == ""
    assert packed_by_value([1000, None, 1000, 57, 1000] * 3) == "~1e3,57;" + "$#$%$" * 3
    assert packed_by_value([0.12, 3] * 5) == "~0.12,3;" + "$%" * 5
    assert packed_by_value([100, 57]) == "100,57"
    assert packed_by_value([1, None]) == "=1-"
    assert packed_by_value([*range(1000, 1050), None]) == "#1,1000;" + DIGITS[1:51] + "#"
    assert packed_by_value([]) == ""
    rng = np.random.default_rng(2)
    for largest, digits in ((80, 0), (90, 0), (7_000, 0), (9_000, 0), (36_000_000, 0), (60_000_000, 0), (300, 1)):
        told = np.round(rng.uniform(-largest / 3, largest, 20_000), digits).tolist()
        numbers = [None if at % 7 == 0 else one if digits else int(one) for at, one in enumerate(told)]
        assert column_of(packed_by_value(numbers)) == numbers
    assert set(DIGITS).isdisjoint("\"\\<>&',;")


def test_texts_are_packed_without_loss(made_up: ModuleType) -> None:
    names = [
        *made_up.HOSTILE,
        *made_up.SPELLINGS,
        None,
        "",
        " ",
        "Mine 1",
        "Mine 2",
        "Mine 3",
        "Mine|2 ~",
        " a  b 12 3 ",
        None,
    ]
    assert texts_of(packed_texts(names)) == names
    assert texts_of(packed_texts([])) == []
    assert packed_texts(["Old Mine 7", "Old Mine 8", "Old Mine 9"]) == {
        "words": ["Old ", "Mine "], "counts": "=444", "places": "=01-01-01-", "rest": "|7|8|9",
    }  # fmt: skip


def test_strict_json_refuses_what_is_not_json_and_closes_no_script() -> None:
    with pytest.raises(ValueError, match="Out of range float values"):
        strict_json({"x": float("nan")})
    text = strict_json(["</script><!--", "a & b", "\u2028"])
    assert "<" not in text
    assert json.loads(text) == ["</script><!--", "a & b", "\u2028"]


def test_a_thousand_sites_stay_under_one_and_a_half_megabytes(made_up: ModuleType, tmp_path: Path) -> None:
    write_map(made_up.publication(1000), tmp_path / "map.html")
    assert (tmp_path / "map.html").stat().st_size < 1_500_000


def test_more_sites_than_circles_are_summed_and_counted(made_up: ModuleType, tmp_path: Path) -> None:
    write_map(made_up.publication(60, unscored=0), tmp_path / "map.html", single_sites=20)
    data = payload_of((tmp_path / "map.html").read_text(encoding="utf-8"))
    assert len(data["sites"]["columns"]["id"]) == 20
    assert sum(cell[2] for cell in data["cells"]) == 40
    assert data["meta"]["n"] == 60
    best = max(cell[3] for cell in data["cells"])
    assert best == pytest.approx(made_up.publication(60, unscored=0).ranking["score"][20], abs=1e-3)


def test_the_same_publication_gives_the_same_bytes(made_up: ModuleType, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_map(made_up.publication(), tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_all_areas_of_a_site_are_in_the_page_and_kinds_are_drawn_alike(page: str) -> None:
    data = payload_of(page)
    assert [kind["code"] for kind in data["areas"]["kinds"]] == ["historic_treaty", "modern_treaty", "reserve"]
    assert data["areas"]["name"] == ["Area A", "Area B", "Area C", "ᐊᓂᔑᓈᐯ"]
    assert page.count("fillOpacity: 0.035") == 1


def test_a_table_stands_in_for_the_script(page: str) -> None:
    plain = re.search(r"<noscript>.*?</noscript>", page, re.DOTALL)
    assert plain is not None
    assert plain[0].count("<tr>") == 41
    assert "Adressez-vous à la Nation" in plain[0]
    assert "contact@example.org" in plain[0]
    assert re.search(r"<td>[\d,]+\u00a0ppm \(", plain[0])  # of an assayed waste its grade, and no chance


def test_a_run_without_context_still_has_a_map(made_up: ModuleType, tmp_path: Path) -> None:
    write_map(made_up.nothing(), tmp_path / "map.html")
    data = payload_of((tmp_path / "map.html").read_text(encoding="utf-8"))
    assert data["base"]["backdrop"] == data["base"]["lines"] == data["base"]["towns"]["name"] == []
    assert data["base"]["sea"] == 0
    assert data["areas"]["name"] == []


def test_outlines_are_kept_as_steps() -> None:
    import shapely

    assert encode_paths([shapely.LineString([(1, 2), (1.0001, 2), (1.0001, 2.0003)])]) == [[10000, 20000, 1, 0, 0, 3]]


def test_surface_is_inside_the_page(made_up: ModuleType, tmp_path: Path) -> None:
    import rasterio
    from affine import Affine

    scores = np.full((20, 30), 0.5, "float32")
    scores[:5] = np.nan
    with rasterio.open(tmp_path / "surface.tif", "w", driver="GTiff", width=30, height=20, count=1, dtype="float32", crs="EPSG:3979",
                       transform=Affine(5_000, 0, 300_000, 0, -5_000, 100_000), nodata=np.nan) as out:  # fmt: skip
        out.write(scores, 1)
    write_map(made_up.publication(8, surface=tmp_path / "surface.tif"), tmp_path / "map.html")
    surface = payload_of((tmp_path / "map.html").read_text(encoding="utf-8"))["surface"]
    assert surface["address"].startswith("data:image/png;base64,")
    south, west, north, east = surface["bounds"]
    assert -95 < west < east < -80
    assert 40 < south < north < 60
    assert not list(tmp_path.glob("*.aux.xml"))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_the_picture_of_any_surface_is_small_and_tells_how_coarse_it_is(tmp_path: Path) -> None:
    import rasterio
    from affine import Affine
    from rasterio.io import MemoryFile

    noise = np.random.default_rng(4).random((1_200, 1_500), dtype="float32")  # what compresses worst
    with rasterio.open(tmp_path / "surface.tif", "w", driver="GTiff", width=1_500, height=1_200, count=1, dtype="float32", crs="EPSG:3857",
                       transform=Affine(1_000, 0, -9_000_000, 0, -1_000, 600_000)) as out:  # fmt: skip
        out.write(noise, 1)
    image = surface_image(tmp_path / "surface.tif")
    file = base64.b64decode(image.address.partition(",")[2])
    assert MOST_BYTES / 2 < len(file) <= MOST_BYTES
    with MemoryFile(file) as held, held.open() as picture:
        assert image.cell_km == pytest.approx(1_500 / picture.width, rel=0.05)
        middle = (picture.height // 2, picture.width // 2)
        at, colours = picture.read(1), picture.colormap(1)
    score = noise[int((middle[0] + 0.5) / at.shape[0] * 1_200), int((middle[1] + 0.5) / at.shape[1] * 1_500)]
    assert colours[int(at[middle])] == tuple(palette()[1 + round(float(score) * 35) * 7 + 6].tolist())


def test_the_surface_fades_towards_the_edge_of_all_data_and_not_at_gaps_within() -> None:
    known = np.zeros((200, 300), dtype=bool)
    known[20:180, 20:] = True
    known[100, 150] = False
    share = faded(known)
    assert share[known].min() > 0
    assert share[~known].max() == 0
    assert share[21, 150] < share[24, 150] < share[100, 151] == 1.0
    assert share[100, -1] < 1  # the rim of the picture is an edge of the data as well
    alpha = palette()[painted(np.where(known, 0.5, np.nan))][..., 3]
    assert alpha[100, 140] == 255
    assert alpha[20, 150] < 60
    assert alpha[100, 150] == 0
