"""A plain folium map of a run, for notebooks: to be added to with folium's own layers and plugins."""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from maps import assets, words
from maps.pages import render
from maps.publication import Publication
from maps.rows import records
from maps.site_map.base_map import ground_box
from maps.site_map.tiers import TIERS, tiers
from maps.sovereignty import publishable

_GROUND_VERTICES = 8_000
_GROUND: dict[str, dict[str, Any]] = {
    "land": {"fillColor": "#fbfaf6", "fillOpacity": 1, "color": "#8d98a1", "weight": 0.8},
    "province": {"fillColor": "#fbfaf6", "fillOpacity": 1, "color": "#8d98a1", "weight": 1, "dashArray": "6 4"},
    "lake": {"fillColor": "#cfe0ea", "fillOpacity": 1, "color": "#8fb3c8", "weight": 0.7},
}
_SQUARE = '<div style="width:8px;height:8px;background:#fff;border:1px solid #000"></div>'
_INFERRED = {"weight": 1.0, "color": "#ffffff"}
_OUTLINES = {
    "measured": {"weight": 2.5, "color": "#000000"},
    "inferred": _INFERRED,
    "none": {**_INFERRED, "dashArray": "2 3"},
}


def folium_map(publication: Publication, *, lang: str = "en", offline: bool = True) -> Any:
    """Draw a run as a `folium.Map` of folium's own layers.

    Parameters
    ----------
    publication : Publication
        What may be published of a run; layers that may not are not in it.
    lang : {"en", "fr"}
        Language of popups and layer names.
    offline : bool
        True puts Leaflet inside the page, with the run's own ground, full screen, measuring, position and search: the saved
        file asks nothing of any network. False takes folium's plugins for these and an internet background, linked from public
        servers.

    Returns
    -------
    folium.Map
        Fitted to the sites, EPSG:4326 in and Web Mercator on the screen. Layers: one group of circles per tier of ranks
        (outlined in black where the waste itself was assayed), areas that may be published, communities, and a layer control
        that also lists what is added before the map is saved. Notices, contact and sources stand on the map; a click on an
        area or a community tells its source.

    Raises
    ------
    StageError
        If something in the publication may not be published.
    """
    import folium

    shown = publishable(publication)
    drawn = _map_whose_control_comes_last()
    if offline:
        scripts = {"leaflet": assets.leaflet_js(), "jquery": assets.jquery_js()}
        drawn.default_js = [(name, _data_address(script, "text/javascript")) for name, script in scripts.items()]
        drawn.default_css = [("leaflet_css", _data_address(assets.leaflet_css(), "text/css"))]
        _add_offline_tools(drawn, lang)
        _add_ground(drawn, shown)
    else:
        _with_online_tools(drawn)
    _add_areas(drawn, shown, lang, searched=not offline)
    _add_communities(drawn, shown, lang)
    _add_sites(drawn, shown, lang)
    sites = shown.sites
    if len(sites):
        drawn.fit_bounds([
            [float(sites["latitude"].min()), float(sites["longitude"].min())],
            [float(sites["latitude"].max()), float(sites["longitude"].max())],
        ])  # fmt: skip
    folium.LayerControl().add_to(drawn)
    _add_notices(drawn, shown, lang)
    return drawn


def _map_whose_control_comes_last() -> Any:
    """Return an empty map whose layer control is written after all layers, since it names them; of two, the last one added."""
    import folium

    class Map(folium.Map):
        """A map to which layers can be added after its layer control."""

        def render(self, **kwargs: Any) -> None:
            """Write the map into its figure."""
            controls = [name for name, child in self._children.items() if isinstance(child, folium.LayerControl)]
            for name in controls[:-1]:
                del self._children[name]
            for name in controls[-1:]:
                self._children.move_to_end(name)
            super().render(**kwargs)

    return Map(tiles=None, control_scale=True, prefer_canvas=True, zoom_start=4)


def _add_ground(drawn: Any, publication: Publication) -> None:
    """Add land, provinces and lakes around the sites, simplified, under everything else and without a name of their own."""
    import folium

    table = publication.backdrop[publication.backdrop["kind"].isin(list(_GROUND))]
    cut = shapely.clip_by_rect(table.geometry.to_numpy(), *ground_box(publication))
    cut = assets.simplified(cut, _GROUND_VERTICES)
    for kind, style in _GROUND.items():
        shapes = cut[(table["kind"] == kind).to_numpy() & ~shapely.is_empty(cut)]
        if len(shapes):
            outlines = gpd.GeoSeries(shapes, crs="EPSG:4326").to_json()
            folium.GeoJson(outlines, control=False, interactive=False, style_function=_always(style)).add_to(drawn)


def _always(style: dict[str, Any]) -> Callable[[Any], dict[str, Any]]:
    return lambda _: style


def _add_sites(drawn: Any, publication: Publication, lang: str) -> None:
    import folium

    ranking = publication.ranking
    tier = tiers(ranking, len(ranking))
    for number, (key, _, colour) in enumerate(TIERS):
        group = folium.FeatureGroup(name=words.word(key, lang))
        for row in ranking[tier == number].itertuples(index=False):
            folium.CircleMarker(
                location=(row.latitude, row.longitude),
                radius=7 if number == 0 else 5,
                fill=True,
                fill_color=colour,
                fill_opacity=0.9,
                tooltip=escape(f"{row.rank}. {_name(row)}"),
                popup=folium.Popup(_popup(row, len(ranking), lang), max_width=320),
                **_OUTLINES[row.evidence],
            ).add_to(group)
        group.add_to(drawn)


def _add_areas(drawn: Any, publication: Publication, lang: str, *, searched: bool) -> None:
    import folium
    from folium.plugins import Search

    sources = _sources_by_id(publication)
    for layer, areas in publication.territories.groupby("layer", sort=True):
        facts = [
            _facts(row["territory"], words.layer(str(layer), lang), sources.get(row["source"], {}), row, lang)
            for row in records(areas)
        ]
        named: gpd.GeoDataFrame = areas[["territory", "geometry"]].assign(
            territory=areas["territory"].map(escape), facts=facts
        )
        shapes = folium.GeoJson(
            named.to_json(drop_id=True),
            name=words.layer(str(layer), lang),
            style_function=_outline_only(),
            tooltip=folium.GeoJsonTooltip(fields=["territory"], labels=False),
            popup=folium.GeoJsonPopup(fields=["facts"], labels=False, max_width=320),
        ).add_to(drawn)
        if searched:
            Search(
                shapes, search_label="territory", geom_type="Polygon", placeholder=words.layer(str(layer), lang)
            ).add_to(drawn)


def _add_communities(drawn: Any, publication: Publication, lang: str) -> None:
    import folium

    if publication.communities.empty:
        return
    sources = _sources_by_id(publication)
    group = folium.FeatureGroup(name=words.word("communities_layer", lang))
    for row in records(publication.communities):
        kind = words.word(f"kind_{row['kind']}", lang)
        facts = _facts(row["community"], kind, sources.get(row["source"], {}), row, lang)
        folium.Marker(
            location=(row["latitude"], row["longitude"]),
            icon=folium.DivIcon(html=_SQUARE, icon_size=(10, 10), icon_anchor=(5, 5), class_name=""),
            tooltip=escape(f"{row['community']} ({kind})"),
            popup=folium.Popup(facts, max_width=320),
        ).add_to(group)
    group.add_to(drawn)


def _sources_by_id(publication: Publication) -> dict[str, dict[str, Any]]:
    return {row["source_id"]: row for row in records(publication.sources)}


def _facts(name: str, kind: str, from_source: dict[str, Any], row: dict[str, Any], lang: str) -> str:
    """Return the card of an area or community: where its outline or place comes from, and what it is not."""
    keeper = row.get("steward") or from_source.get("steward")
    facts = {
        "source": from_source.get("title") or row["source"],
        "publisher": from_source.get("publisher"),
        "date": words.date(from_source.get("date"), lang),
        "steward": keeper or words.word("steward_unstated", lang),
        "licence": words.licence(str(from_source.get("licence") or ""), lang) or words.word("licence_unstated", lang),
        "use_conditions": from_source.get("use_conditions"),
    }
    lines = [f"{words.word(key, lang)}{words.word('colon', lang)}{value}" for key, value in facts.items() if value]
    notices = [words.word(f"notice_{key}", lang) for key in ("nations", "absence", "boundaries")]
    body = "".join(f"<p>{escape(line)}</p>" for line in [kind, *lines, " ".join(notices)])
    return f"<strong>{escape(name)}</strong>{body}"


def _add_notices(drawn: Any, publication: Publication, lang: str) -> None:
    """Add what every page says: notices, contact, sources and the run, on the map itself, for the file travels alone."""
    from branca.element import Element

    on_map = Element("{{ this.text }}")  # names are data: no template may be made of them
    on_map.text = render(
        "site_map/templates/folium_notices.html",
        p=publication,
        lang=lang,
        sources=records(publication.sources),
        coarse=bool((publication.territories["publish"] == "generalised").any()),
    )
    drawn.get_root().html.add_child(on_map, name="minewaste_notices")


def _popup(row: Any, n: int, lang: str) -> str:
    """Return the card of a site: every name and sentence escaped."""
    lines = [
        words.phrase("explain_rank", lang, rank=row.rank, n=n, low=row.rank_low, high=row.rank_high),
        words.phrase("explain_evidence", lang, evidence=words.word(f"evidence_{row.evidence}", lang)),
    ]
    if pd.notna(row.territories):
        lines.append(str(row.territories))
    lines.append(words.word("notice_not_resource_list", lang))
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<strong>{escape(_name(row))}</strong>{body}"


def _name(row: Any) -> str:
    return str(row.name) if pd.notna(row.name) else str(row.site_id)


def _outline_only() -> Callable[[Any], dict[str, Any]]:
    return lambda _: {"color": "#5b3a8c", "weight": 1.5, "fillOpacity": 0.05}


def _add_offline_tools(drawn: Any, lang: str) -> None:
    """Add full screen, measuring, position and search as one element whose script is inside the page."""
    from branca.element import MacroElement
    from jinja2 import Template

    keys = ("full_screen", "measure", "measure_how", "search")
    worded = assets.strict_json({key: words.word(key, lang) for key in keys})
    script = assets.template("site_map/templates/folium_tools.js")
    script = script.replace("MARKERS", assets.strict_json(assets.marker_images()))
    script = script.replace("MAP_NAME, WORDS", f"{drawn.get_name()}, {worded}")
    tools = MacroElement()
    tools._name = "MinewasteTools"
    tools._template = Template("{% macro script(this, kwargs) %}{% raw %}" + script + "{% endraw %}{% endmacro %}")
    drawn.add_child(tools)


def _with_online_tools(drawn: Any) -> None:
    import folium
    from folium.plugins import Fullscreen, MeasureControl, MousePosition

    folium.TileLayer("OpenStreetMap", control=True).add_to(drawn)
    for tool in (Fullscreen(), MeasureControl(primary_length_unit="kilometers"), MousePosition()):
        tool.add_to(drawn)


def _data_address(text: str, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"
