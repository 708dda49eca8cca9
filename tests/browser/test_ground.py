"""The ground of the map, the names on it and the marks above it, as a browser draws them."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.schema import Backdrop, conform
from maps.nearby import Place
from maps.screening.screening import place_of_community, place_of_nation
from maps.site_map.packing import packed, packed_by_value, packed_lists, packed_texts
from maps.site_map.site_map import write_map
from tests.browser.watched import PHONE, Watched

pytestmark = pytest.mark.browser


@pytest.fixture
def open_map(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Open a map made of a publication, and check at the end that nothing went wrong."""
    opened: list[Watched] = []

    def run(made: Any, place: Place | None = None, **options: Any) -> Any:
        write_map(made, tmp_path / "map.html", place=place)
        opened.append(Watched(browser, **options))
        return opened[-1].open(tmp_path / "map.html")

    yield run
    for one in opened:
        one.check()
        one.context.close()


def _backdrop(rows: list[tuple[str, str, shapely.Geometry, float]]) -> gpd.GeoDataFrame:
    table = gpd.GeoDataFrame(
        {
            "backdrop_id": [f"B{at}" for at in range(len(rows))],
            "name": pd.Series([row[1] for row in rows], dtype="str"),
            "kind": [row[0] for row in rows],
            "source": "ground",
            "people": [row[3] for row in rows],
        },
        geometry=[row[2] for row in rows],
        crs="EPSG:4326",
    )
    return conform(table, Backdrop)


def test_a_bay_given_with_its_lake_is_water_and_an_island_is_land(open_map: Any, made_up: ModuleType) -> None:
    made = made_up.publication(40)
    whole = shapely.box(-100, 45, -80, 60)
    lake = shapely.Polygon(shapely.box(-91, 50, -87, 53).exterior, [shapely.box(-88.6, 51.2, -88.2, 51.6).exterior])
    rows = [
        ("province", "P", whole, np.nan),
        ("lake", "Big Lake", lake, np.nan),
        ("lake", "Bay of it", shapely.reverse(shapely.box(-90.8, 50.2, -89.5, 52)), np.nan),
    ]
    page = open_map(replace(made, backdrop=_backdrop(rows)))
    page.evaluate("map.setView([51.5, -89], 6, { animate: false })")
    page.wait_for_timeout(200)
    bay, open_water, island, land = page.evaluate(
        """[[51, -90], [52.6, -87.5], [51.4, -88.4], [53.6, -89]].map(([y, x]) => {
        const at = map.latLngToLayerPoint([y, x]).subtract(L.DomUtil.getPosition(ground._container)), ratio = ground._container.width / parseFloat(ground._container.style.width);
        const copy = document.createElement("canvas"); copy.width = copy.height = 1; const pen = copy.getContext("2d", { willReadFrequently: true });
        for (const canvas of [ground, over]) pen.drawImage(canvas._container, -Math.round(at.x * ratio), -Math.round(at.y * ratio));
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).join(); })"""
    )
    assert bay == open_water != land
    assert island == land


def test_what_a_click_on_a_lake_or_a_park_tells_and_where_its_outlines_are_drawn(
    open_map: Any, made_up: ModuleType
) -> None:
    rows = [
        ("province", "P", shapely.box(-100, 45, -80, 60), np.nan),
        ("lake", "Big Lake", shapely.box(-91, 50, -87, 53), np.nan),
        ("protected", "Quiet Park", shapely.box(-90, 52, -86, 54), np.nan),
    ]
    made = made_up.publication(40)
    page = open_map(
        replace(
            made,
            backdrop=_backdrop(rows),
            territories=made.territories.iloc[:0],
            site_territories=made.site_territories.iloc[:0],
        )
    )
    click = (
        "(at) => map.fire('click', { latlng: L.latLng(at), containerPoint: L.point(-900, -900), originalEvent: {} })"
    )
    for at, told, silent in (
        ([51, -90.5], ["Big Lake"], "Quiet Park"),
        ([52.5, -89], ["Big Lake", "Quiet Park"], None),
        ([53.5, -86.5], ["Quiet Park"], "Big Lake"),
    ):
        page.evaluate(click, at)
        card = page.inner_text("#card")
        assert all(name in card for name in told)
        assert silent is None or silent not in card
    page.click("#back")
    page.evaluate(click, [47, -99])
    assert page.is_hidden("#card")
    page.evaluate("toggle('backdrop_lake', false)")
    page.evaluate(click, [51, -90.5])
    assert page.is_hidden("#card")
    page.evaluate("toggle('backdrop_lake', true)")
    for zoom in (4, 6.5, 11):
        page.evaluate(f"map.setView([51.5, -89], {zoom}, {{ animate: false }})")
        far = page.evaluate(
            """layers.backdrop_lake._latlngs.flat().flatMap((ring) => ring.map((at, k) => { const own = map.latLngToLayerPoint(at), quick = ring.points[k];
            return Math.max(Math.abs(own.x - quick.x), Math.abs(own.y - quick.y)); }))"""
        )
        assert len(far) >= 4
        assert max(far) <= 1


def test_a_click_on_an_area_under_a_lake_opens_the_area_and_a_lake_leads_to_the_sites_near_it(
    open_map: Any, made_up: ModuleType
) -> None:
    made = made_up.publication(40)
    areas = made.territories.iloc[:1]
    area = areas.geometry.iloc[0]
    lake = area.boundary.interpolate(0.3, normalized=True).buffer(1)
    inside, outside = (shapely.point_on_surface(part) for part in (lake & area, lake - area))
    rows = [("province", "P", shapely.box(-100, 45, -80, 60), np.nan), ("lake", "Big Lake", lake, np.nan)]
    held = made.site_territories["territory_id"] == areas["territory_id"].iloc[0]
    page = open_map(
        replace(
            made,
            backdrop=_backdrop(rows),
            territories=areas,
            site_territories=made.site_territories[held],
        )
    )
    click = (
        "(at) => map.fire('click', { latlng: L.latLng(at), containerPoint: L.point(-900, -900), originalEvent: {} })"
    )
    page.evaluate(click, [inside.y, inside.x])
    assert page.inner_text("#card h2") == areas["territory"].iloc[0]
    assert "Big Lake" in page.inner_text("#card")
    assert "--nation" in page.inner_text("#card")
    page.click("#back")
    page.evaluate(click, [outside.y, outside.x])
    assert page.inner_text("#card h2") == "Big Lake"
    page.locator("#card button", has_text="Big Lake").click()
    assert page.is_hidden("#card")
    from_card = page.evaluate("[around.name, byId('search').value, order.length, order[0]]")
    page.click("#reset-all")
    page.evaluate("byId('search').value = 'big lake'; apply(true); suggested.find((one) => one.at).go()")
    assert page.evaluate("[around.name, byId('search').value, order.length, order[0]]") == from_card
    assert from_card[2] > 0


def test_the_map_follows_the_list_that_is_open(open_map: Any, made_up: ModuleType) -> None:
    page = open_map(made_up.publication(60))
    assert page.evaluate("spotlight") is None
    assert "faint" not in page.inner_text("#list-about")
    for name in ("measured", "plan"):
        page.click(f"#list-{name}")
        shone = page.evaluate("[...spotlight].flatMap((one, i) => one ? [i] : [])")
        assert shone == sorted(page.evaluate("order"))
        assert len(shone) < page.evaluate("N")
        assert "faint" in page.inner_text("#list-about")
        assert "not in the list that is open" in page.inner_text("#legend")
    page.click("#list-inferred")
    assert page.evaluate("spotlight") is None


def test_sites_sorted_by_distance_tell_to_which_community_and_how_far(open_map: Any, made_up: ModuleType) -> None:
    page = open_map(made_up.publication(60))
    assert (
        page.evaluate("document.querySelector('#sort option[value=distance]').textContent")
        == "Distance to the nearest community"
    )
    page.select_option("#sort", "distance")
    page.wait_for_timeout(400)
    kms = page.evaluate("order.map((i) => S.community_km[i])")
    assert kms == sorted(kms, key=lambda far: float("inf") if far is None else far)
    first = page.inner_text("#list li:first-child .about")
    community = page.evaluate("txt('community', order[0])")
    assert f"{community} (" in first
    assert "km)" in first


def test_colours_of_ranks_have_one_order_of_hues_in_light_and_dark(open_map: Any, made_up: ModuleType) -> None:
    page = open_map(made_up.publication(20))
    hues = page.evaluate(
        """["light", "dark"].map((name) => THEMES[name].tiers.slice(0, 3).map((text) => { const [r, g, b] = [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16) / 255), top = Math.max(r, g, b), range = top - Math.min(r, g, b);
        return (60 * (top === r ? (g - b) / range + 6 : top === g ? (b - r) / range + 2 : (r - g) / range + 4)) % 360; }))"""
    )
    assert all(abs(light - dark) < 45 for light, dark in zip(*hues, strict=True)), hues


WRITTEN = """() => { const texts = [], own = CanvasRenderingContext2D.prototype.fillText, stroked = CanvasRenderingContext2D.prototype.strokeText;
  CanvasRenderingContext2D.prototype.strokeText = function (text, x, y) { texts.push([text, x, y, this.measureText(text).width]); return stroked.call(this, text, x, y); };
  layers.sites.draw(); CanvasRenderingContext2D.prototype.strokeText = stroked;
  const size = map.getSize(), pad = Math.round(Math.min(size.x, size.y) * 0.12);
  return texts.map(([text, x, y, wide]) => [text, x - pad, y - pad, x - pad + wide, size.x, size.y]); }"""


@pytest.mark.parametrize("size", [{"width": 820, "height": 1180}, {"width": 1440, "height": 900}, PHONE])
def test_the_edge_of_the_map_and_what_lies_over_it_cut_no_name(
    open_map: Any, made_up: ModuleType, size: dict[str, int]
) -> None:
    page = open_map(made_up.publication(150), size=size)
    seen = 0
    for zoom in (5, 6.5, 8):
        page.evaluate(f"map.setView([51.9, -89.2], {zoom}, {{ animate: false }})")
        boxes = page.evaluate(WRITTEN)
        boxes = [row for row in boxes if 0 < row[2] < row[5]]
        cut = [row for row in boxes if row[1] < 0 < row[3] or row[1] < row[4] < row[3]]
        assert cut == [], zoom
        seen += sum(row[1] >= 0 and row[3] <= row[4] for row in boxes)
        tools = page.evaluate(
            "(() => { const t = byId('tools').getBoundingClientRect(), m = map.getContainer().getBoundingClientRect(); return [t.left - m.left, t.bottom - m.top]; })()"
        )
        assert [row for row in boxes if row[3] > tools[0] + 4 and row[1] < row[4] and 0 < row[2] < tools[1] - 8] == []
    assert seen > 5


def test_large_cities_near_sites_are_named_before_communities(open_map: Any, made_up: ModuleType) -> None:
    made = made_up.publication(150)
    first = made.communities.iloc[0]
    x, y = float(first["longitude"]), float(first["latitude"])
    city = [
        ("town", "Large City", shapely.Point(x + 0.5, y), 900_000.0),
        ("town", "Hamlet", shapely.Point(x, y + 0.01), 90.0),
    ]
    page = open_map(replace(made, backdrop=_backdrop([(kind, name, at, n) for kind, name, at, n in city])))
    page.evaluate("showAll()")
    written = [row[0] for row in page.evaluate(WRITTEN)]
    assert written.index("Large City") < min(
        written.index(name) for name in made.communities["community"] if name in written
    )
    assert page.evaluate("base.towns.near") == 2


def test_the_largest_town_of_every_part_is_named_though_others_elsewhere_are_larger(
    open_map: Any, made_up: ModuleType
) -> None:
    made = made_up.publication(150)
    sites = made.sites
    west, east = sites["longitude"].idxmin(), sites["longitude"].idxmax()
    x, y = (float(sites.loc[east, axis]) for axis in ("longitude", "latitude"))
    crowd = [("town", f"Crowded {n}", shapely.Point(x - 0.01 * n, y + 0.01 * n), 900_000.0 - n) for n in range(20)]
    alone = shapely.Point(float(sites.loc[west, "longitude"]), float(sites.loc[west, "latitude"]))
    page = open_map(replace(made, backdrop=_backdrop([*crowd, ("town", "Lonely", alone, 21_000.0)])))
    page.evaluate("showAll()")
    written = [row[0] for row in page.evaluate(WRITTEN)]
    assert "Lonely" in written
    firsts = page.evaluate(
        """() => { const usual = nameCities; let named; nameCities = (...a) => (named = usual(...a)); layers.sites.draw(); nameCities = usual;
        return [...named.keys()].map((k) => base.towns.name[k]); }"""
    )
    assert firsts == ["Crowded 0", "Lonely"]


def test_a_ring_is_drawn_with_its_own_circle_the_large_before_the_small_and_on_the_mark_of_many(
    open_map: Any, made_up: ModuleType
) -> None:
    page = open_map(made_up.publication(150))
    drawn = page.evaluate(
        """() => { const calls = [], site = paintSite, ring = paintRing; paintSite = (...a) => { calls.push(["site", a[1], leads(a[1]), radii[a[1]]]); site(...a); }; paintRing = (...a) => { calls.push(["ring", a[1]]); ring(...a); };
        layers.sites.draw(); paintSite = site; paintRing = ring; return calls; }"""
    )
    assert [call[0] for call in drawn] == ["site", "ring"] * (len(drawn) // 2)
    assert [call[1] for call in drawn[::2]] == [call[1] for call in drawn[1::2]]
    order = [(leads, -round(size, 3)) for _, _, leads, size in drawn[::2]]
    assert order == sorted(order)
    marked = page.evaluate(
        """() => { const k = S.evidence.indexOf(0), i = S.id.findIndex((_, j) => S.evidence[j] !== 0 && ranked(j) && S.rank[j] < S.rank[k]);
        const calls = [], own = sprite; sprite = (...a) => { calls.push(a[1]); return own(...a); };
        near.n = 2; near.site[0] = Math.min(i, k); near.site[1] = Math.max(i, k); near.x.fill(50, 0, 2); near.y.fill(50, 0, 2);
        paintCrowd(document.createElement("canvas").getContext("2d"), { width: 100, height: 100 }, { stamp() {} }); sprite = own; return [i < k, calls]; }"""
    )
    assert marked == [True, [True]]


def test_the_place_of_a_brief_is_named_at_every_zoom_and_the_edge_says_where_it_lies(
    open_map: Any, made_up: ModuleType
) -> None:
    made = made_up.publication(150)
    place = place_of_community(made, "Community 1")
    page = open_map(made, place)
    for zoom in (4, 7, 12):
        page.evaluate(f"map.setView([{place.geometry.y}, {place.geometry.x}], {zoom}, {{ animate: false }})")
        assert "Community 1" in [row[0] for row in page.evaluate(WRITTEN)], zoom
    assert "Community 1" in page.inner_text("#legend")
    page.evaluate("choose(5, false); map.setView([lat(5), lon(5)], 13, { animate: false })")
    far = page.evaluate("Math.round(km(meta.place.x, meta.place.y, lon(5), lat(5)))")
    assert far > 20
    text, left, _, right, wide, _ = next(row for row in page.evaluate(WRITTEN) if row[0].startswith("Community 1"))
    assert text == f"Community 1 · {far:,}\u00a0km"
    assert 0 <= left < right <= wide
    nation = open_map(made, place_of_nation(made, "Area B"))
    nation.evaluate("map.setView([meta.place.y + 9, meta.place.x], 9, { animate: false })")
    assert "Area B" in [row[0] for row in nation.evaluate(WRITTEN)]
    outline = shapely.box(-90, 51, -89, 52)
    hidden = open_map(made, Place("outline", "", "area", outline, hidden=True))
    assert hidden.evaluate("meta.place") is None
    own = open_map(made, Place("outline", "", "area", outline))
    count = """() => { let n = 0; const own = CanvasRenderingContext2D.prototype.stroke; CanvasRenderingContext2D.prototype.stroke = function () { if (this.lineWidth === 3 && this.strokeStyle === ink().chosen) n++; return own.call(this); };
      layers.sites.draw(); CanvasRenderingContext2D.prototype.stroke = own; return n; }"""
    assert (own.evaluate(count), hidden.evaluate(count)) == (1, 0)
    assert ("this area" in own.inner_text("#legend"), "this area" in hidden.inner_text("#legend")) == (True, False)


def test_a_place_without_a_site_near_says_how_far_the_nearest_is(open_map: Any, made_up: ModuleType) -> None:
    page = open_map(made_up.publication(60))
    page.fill("#search", "20, 20")
    page.wait_for_timeout(400)
    text = page.inner_text("#count")
    assert text.startswith("No site of this map lies within 100 km of 20.0000, 20.0000. Nearest site of this map: ")
    page.click("button[data-lang=fr]")
    assert page.inner_text("#count").startswith("Aucun site de cette carte à moins de 100 km de")


def test_the_outline_of_an_open_card_stands_out(open_map: Any, made_up: ModuleType) -> None:
    page = open_map(made_up.publication(60))
    count = """() => { let n = 0; const own = CanvasRenderingContext2D.prototype.stroke; CanvasRenderingContext2D.prototype.stroke = function () { if (this.lineWidth === 3 && this.strokeStyle === ink().chosen) n++; return own.call(this); };
      layers.sites.draw(); CanvasRenderingContext2D.prototype.stroke = own; return n; }"""
    assert page.evaluate(count) == 0
    page.evaluate("chooseArea(0, true)")
    assert page.evaluate(count) == 1


def test_on_a_phone_what_unfolds_shows_that_it_does(open_map: Any, made_up: ModuleType) -> None:
    page = open_map(made_up.publication(60), size=PHONE, has_touch=True, is_mobile=True)
    page.evaluate("showTab('layers'); sheetTo('high')")
    shown = page.evaluate(
        "[...document.querySelectorAll('summary')].filter((one) => one.offsetParent).map((one) => [getComputedStyle(one).display, one.getBoundingClientRect().height])"
    )
    assert len(shown) > 2
    assert {display for display, _ in shown} == {"list-item"}
    assert min(height for _, height in shown) >= 44


def test_the_first_of_the_plan_lies_on_top_and_the_ends_of_the_surface_stand_at_its_ramp(
    open_map: Any, made_up: ModuleType
) -> None:
    made = made_up.publication(60)
    page = open_map(made)
    page.evaluate("showLayer('plan')")
    steps = page.evaluate(
        """() => { const own = CanvasRenderingContext2D.prototype.fillText, texts = []; CanvasRenderingContext2D.prototype.fillText = function (text, ...at) { texts.push(text); return own.call(this, text, ...at); };
        for (const [i] of planned) visible[i] = 1; paintPlan(document.createElement("canvas").getContext("2d"), { scale: 1, left: -50, top: -50, width: 400, height: 400 }, { stamp() {} });
        CanvasRenderingContext2D.prototype.fillText = own; return texts.map(Number); }"""
    )
    assert len(steps) > 1
    assert steps == sorted(steps, reverse=True)
    page.evaluate(
        "data.surface = {}; layers.surface = { addTo() {}, remove() {}, options: { opacity: 0.6 } }; on.add('surface'); fillLegend(); on.delete('surface')"
    )
    lefts = page.evaluate(
        "[...document.querySelectorAll('#legend .ends > *')].map((part) => part.getBoundingClientRect().left)"
    )
    texts = page.evaluate("[...document.querySelectorAll('#legend .ends span')].map((part) => part.textContent)")
    assert (lefts, texts) == (sorted(lefts), ["0", "1"])
    assert page.evaluate("document.querySelector('#legend .ends :nth-child(2)').className") == "ramp"


def test_a_mark_alone_is_named_wherever_it_falls_on_the_squares_of_the_map(open_map: Any, made_up: ModuleType) -> None:
    made = made_up.publication(60)
    page = open_map(replace(made, communities=made.communities.iloc[:1]))
    page.evaluate("visible.fill(0); on.delete('areaNames'); on.delete('names')")
    named = page.evaluate(
        """() => { const found = []; for (let k = 0; k < 16; k++) {
        const v = { width: 400, height: 300, pad: 0, scale: 1, left: 0, top: 0 }, room = new Room(v), pen = document.createElement("canvas").getContext("2d");
        const [x, y] = place(C.x[0] / 1e5, C.y[0] / 1e5, v); v.left = x - 200 - k % 4; v.top = y - 150 - Math.floor(k / 4);
        pen.font = "600 12px " + FAMILY; const spots = [], own = write; write = (...a) => { const put = own(...a); spots.push(put); return put; };
        paintCommunities(pen, v, room); const before = room.cost.bind(room), right = []; room.cost = (...box) => { const c = before(...box); right.push(c); return c; };
        paintNames(pen, v, room); write = own; found.push([spots[0], right[0]]); } return found; }"""
    )
    assert named == [[True, 0]] * 16


def test_a_doubtful_amount_is_told_beside_it_and_its_circle_is_dashed(open_map: Any, made_up: ModuleType) -> None:
    made = made_up.publication(40)
    known = made.ranking.loc[made.ranking["tonnage_t"].notna(), "site_id"].iloc[0]
    odd = pd.DataFrame(
        {
            "site_id": [known],
            "flag": ["amount_doubtful"],
            "finding": ["mass_large"],
            "values": ['{"mass_t": 5e9}'],
            "source": ["inventory"],
        }
    )
    flags = made.flags[~made.flags["flag"].isin(["amount_doubtful", "amount_conflict"])]
    dashes = """() => { let n = 0; const own = CanvasRenderingContext2D.prototype.setLineDash; CanvasRenderingContext2D.prototype.setLineDash = function (dash) { if (dash.length) n++; return own.call(this, dash); };
      layers.sites.draw(); CanvasRenderingContext2D.prototype.setLineDash = own; return n; }"""
    plain = open_map(replace(made, flags=flags))
    assert plain.evaluate(dashes) == 0
    assert "doubtful" not in plain.inner_text("#legend")
    page = open_map(replace(made, flags=pd.concat([flags, odd], ignore_index=True)))
    assert page.evaluate(dashes) == 1
    assert "amount on record doubtful" in page.inner_text("#legend")
    assert page.evaluate(
        "S.id.map((_, i) => i).filter((i) => amountOf(i) && amountOf(i).includes('doubtful')).map((i) => S.id[i])"
    ) == [known]
    page.evaluate(f"choose(S.id.indexOf('{known}'), false)")
    assert "t (stated area or amount doubtful)" in page.inner_text("#card dl")


def test_circles_shrink_where_sites_crowd_and_grow_again_as_one_zooms_in(open_map: Any, made_up: ModuleType) -> None:
    made = made_up.publication(120)
    n = len(made.sites)
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    sites = made.sites.assign(longitude=-86.0 + 0.02 * np.cos(angles), latitude=52.0 + 0.02 * np.sin(angles))
    page = open_map(
        replace(made, sites=sites.set_geometry(gpd.points_from_xy(sites["longitude"], sites["latitude"]), crs=4326))
    )
    seen = []
    for zoom in (6, 9, 13):
        page.evaluate(f"map.setView([52, -86], {zoom}, {{ animate: false }})")
        assert page.evaluate("near.n") == n
        seen.append(page.evaluate("factor"))
    assert seen[0] == pytest.approx(0.4)
    assert seen == sorted(seen)
    assert seen[2] > 1.5 * seen[0]
    assert page.evaluate("Math.min(...S.id.map((_, i) => sizeOf(i)))") >= 3


@pytest.mark.parametrize("touch", [True, False])
def test_where_circles_lie_on_each_other_every_site_can_be_chosen(
    open_map: Any, made_up: ModuleType, *, touch: bool
) -> None:
    made = made_up.publication(30)
    place = np.arange(len(made.sites)) < 5
    sites = made.sites.assign(
        longitude=np.where(place, -86.0, made.sites["longitude"]),
        latitude=np.where(place, 52.0, made.sites["latitude"]),
    )
    options = {"size": PHONE, "has_touch": True, "is_mobile": True} if touch else {}
    page = open_map(
        replace(made, sites=sites.set_geometry(gpd.points_from_xy(sites["longitude"], sites["latitude"]), crs=4326)),
        **options,
    )
    page.evaluate("map.setView([52, -86], 12, { animate: false })")
    held = page.evaluate("S.id.map((_, i) => i).filter((i) => S.x[i] === -8600000 && S.y[i] === 5200000)")
    assert len(held) == 5
    box = page.evaluate(
        "(() => { const at = map.latLngToContainerPoint([52, -86]), on = map.getContainer().getBoundingClientRect(); return [at.x + on.left, at.y + on.top]; })()"
    )
    # a finger that misses the middle by less than half of 44 pixels opens the same list
    at = (box[0] + (14 if touch else 0), box[1] + (14 if touch else 0))
    page.touchscreen.tap(*at) if touch else page.mouse.click(*at)
    page.wait_for_function("!byId('card').hidden")
    assert page.inner_text("#card-title") == "5 sites at this point"
    buttons = page.locator("#card li button")
    assert buttons.count() == 5
    if touch:
        assert min(buttons.nth(k).bounding_box()["height"] for k in range(5)) >= 44
    buttons.nth(3).click()
    assert page.evaluate("chosen") == held[3]


def test_every_area_with_room_for_its_name_is_named_wherever_that_room_is(open_map: Any, made_up: ModuleType) -> None:
    made = made_up.publication(30)
    page = open_map(made)
    page.evaluate("visible.fill(0); ['names', 'communities'].forEach((one) => on.delete(one))")
    named = page.evaluate(
        """() => { const v = { ...view(map.containerPointToLayerPoint([0, 0])), width: map.getSize().x, height: map.getSize().y, pad: 0 }, pen = document.createElement("canvas").getContext("2d"), own = write, put = [];
        write = (...a) => { const done = own(...a); if (done) put.push([a[2], a[3], a[4]]); return done; };
        const room = new Room(v); for (const [x, y] of A.label.map((at) => place(at[0], at[1], v))) room.stamp(x - 8, y - 8, x + 8, y + 8, HARD); // the middle of each is taken
        nameAreas(pen, v, room, v.scale / 360); write = own;
        const wide = A.name.filter((text, i) => on.has("area_" + A.kind[i]) && A.label[i][2] * v.scale / 360 > 3 * widthOf(pen, oneLine(text)) && inView(...place(A.label[i][0], A.label[i][1], v), v));
        const back = (x, y) => map.layerPointToLatLng(map.containerPointToLayerPoint([x, y]));
        return [wide, put.map(([text, x, y]) => [text, A.name.some((one, i) => oneLine(one) === text && ringsHold(areaRings[i], back(x, y).lat, back(x, y).lng))])]; }"""
    )
    assert len(named[0]) >= 2
    assert {text for text, _ in named[1]} >= {" ".join(text.split()) for text in named[0]}
    assert all(inside for _, inside in named[1])


def test_columns_of_few_values_come_back_as_they_were(open_map: Any, made_up: ModuleType) -> None:
    page = open_map(made_up.publication(12))
    columns = {
        "status": [1000, None, 57] * 9,
        "t": [0.12, 62_000_000, None] * 9,
        "road_km": [None] * 27,
        "x": [*range(-8_643_000, -8_617_000, 1_000), None],
        "payable": [*range(300, 326), None],
        "treo": [round(0.1 * one, 1) for one in range(27)],
    }
    names = [*made_up.HOSTILE, *made_up.SPELLINGS, None, "", "Mine 1", "Mine 2"]
    relations = [[], [1, 0, 0, 5, 2, 12.5], [1, 2, 7.25]] * 9
    given = {
        "id": packed_texts([f"a-{number:04}" for number in range(27)]),
        "name": packed_texts(names),
        "relations": packed_lists(relations, 3),
        "rank": packed([1] * 27),
        **{name: packed_by_value(values) for name, values in columns.items()},
    }
    assert given["status"].startswith("~")
    assert given["x"].startswith("#")
    back = page.evaluate("(given) => unpack(given)", given)
    assert back["name"] == names
    assert back["id"][26] == "a-0026"
    assert back["relations"] == relations
    assert {name: back[name] for name in columns} == columns
