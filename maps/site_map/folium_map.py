"""A plain folium map of a run, for notebooks: to be added to with folium's own layers and plugins."""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from typing import Any

import geopandas as gpd
import pandas as pd

from maps import assets, words
from maps.publication import Publication
from maps.site_map.tiers import TIERS, tiers
from maps.sovereignty import publishable

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
        True puts Leaflet inside the page, so that the saved file asks nothing of any network. False adds an internet background,
        full screen, a measuring tool and the position of the mouse, which folium links from public servers.

    Returns
    -------
    folium.Map
        Fitted to the sites, EPSG:4326 in and Web Mercator on the screen. Layers: one group of circles per tier of ranks
        (outlined in black where the waste itself was assayed), areas that may be published, communities, and a layer control
        that also lists what is added before the map is saved.

    Raises
    ------
    StageError
        If something in the publication may not be published.
    """
    import folium

    shown = publishable(publication)
    drawn = folium.Map(tiles=None, control_scale=True, prefer_canvas=True, zoom_start=4)
    if offline:
        scripts = {"leaflet": assets.leaflet_js(), "jquery": assets.jquery_js()}
        drawn.default_js = [(name, _data_address(script, "text/javascript")) for name, script in scripts.items()]
        drawn.default_css = [("leaflet_css", _data_address(assets.leaflet_css(), "text/css"))]
    else:
        _with_online_tools(drawn)
    _add_areas(drawn, shown, lang)
    _add_communities(drawn, shown, lang)
    _add_sites(drawn, shown, lang)
    sites = shown.sites
    if len(sites):
        drawn.fit_bounds([
            [float(sites["latitude"].min()), float(sites["longitude"].min())],
            [float(sites["latitude"].max()), float(sites["longitude"].max())],
        ])  # fmt: skip
    folium.LayerControl(collapsed=False).add_to(drawn)
    return drawn


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


def _add_areas(drawn: Any, publication: Publication, lang: str) -> None:
    import folium

    for layer, areas in publication.territories.groupby("layer", sort=True):
        named: gpd.GeoDataFrame = areas[["territory", "geometry"]].assign(territory=areas["territory"].map(escape))
        folium.GeoJson(
            named.to_json(drop_id=True),
            name=words.layer(str(layer), lang),
            style_function=_outline_only(),
            tooltip=folium.GeoJsonTooltip(fields=["territory"], labels=False),
        ).add_to(drawn)


def _add_communities(drawn: Any, publication: Publication, lang: str) -> None:
    import folium

    if publication.communities.empty:
        return
    group = folium.FeatureGroup(name=words.word("communities_layer", lang))
    for row in publication.communities.itertuples(index=False):
        folium.Marker(
            location=(row.latitude, row.longitude),
            icon=folium.DivIcon(html=_SQUARE, icon_size=(10, 10), icon_anchor=(5, 5), class_name=""),
            tooltip=escape(f"{row.community} ({words.word(f'kind_{row.kind}', lang)})"),
        ).add_to(group)
    group.add_to(drawn)


def _popup(row: Any, n: int, lang: str) -> str:
    """Return the card of a site: every name and sentence escaped."""
    lines = [
        words.phrase("explain_rank", lang, rank=row.rank, n=n, low=row.rank_low, high=row.rank_high),
        words.phrase("explain_evidence", lang, evidence=words.word(f"evidence_{row.evidence}", lang)),
    ]
    if pd.notna(row.territories):
        lines.append(str(row.territories))
    lines.append(words.word("notice_not_resource", lang))
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<strong>{escape(_name(row))}</strong>{body}"


def _name(row: Any) -> str:
    return str(row.name) if pd.notna(row.name) else str(row.site_id)


def _outline_only() -> Callable[[Any], dict[str, Any]]:
    return lambda _: {"color": "#5b3a8c", "weight": 1.5, "fillOpacity": 0.05}


def _with_online_tools(drawn: Any) -> None:
    import folium
    from folium.plugins import Fullscreen, MeasureControl, MousePosition

    folium.TileLayer("OpenStreetMap", control=True).add_to(drawn)
    for tool in (Fullscreen(), MeasureControl(primary_length_unit="kilometers"), MousePosition()):
        tool.add_to(drawn)


def _data_address(text: str, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(text.encode()).decode()}"
