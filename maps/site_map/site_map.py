"""The map: one HTML file on a folium map, complete in itself, with a panel that answers first."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any, ClassVar

from maps import assets, words
from maps.nearby import Place
from maps.pages import without_control_letters
from maps.publication import Publication
from maps.rows import present, rank_labels
from maps.rows import rows as table_rows
from maps.site_map.packing import packed_columns
from maps.site_map.payload import SINGLE_SITES, map_payload
from maps.site_map.surface_image import VIRIDIS
from maps.sovereignty import publishable
from maps.verdict import score_key

SCRIPTS = ("data", "ground", "sites", "names", "targets", "search", "own", "list", "cards", "legend", "tools", "start")
"""Parts of the page's script in the order they stand in it; each leans on those before it."""

TABLE_ROWS = 300
"""Best-ranked sites in the table for browsers that run no script."""


def write_map(
    publication: Publication,
    path: Path,
    *,
    max_sheets: int = 200,
    single_sites: int = SINGLE_SITES,
    ranked: int | None = None,
    back: tuple[str, str] = ("report.html", "to_report"),
    lang: str | None = None,
    place: Place | None = None,
) -> None:
    """Write the map page.

    The page asks nothing of any network; only when its reader ticks the online background does the browser fetch tiles.
    Names are data, never markup: they stand in a JSON block and reach the page as text.

    Parameters
    ----------
    publication : Publication
        What may be published of a run.
    path : Path
        File to write; links to ``sheets/<site_id>.html`` beside it.
    max_sheets : int
        Best-ranked sites that have a sheet.
    single_sites : int
        Best-ranked sites drawn one by one; the rest is summed in squares, and the page says so.
    ranked : int, optional
        Sites among which ranks are given, where the page shows a part of them.
    back : tuple of str
        The page beside this one that it leads to: address, and key of the words for it.
    lang : {"en", "fr"}, optional
        Language the page opens in; by default that of the browser.
    place : Place, optional
        What the brief beside this page is about: a community or a Nation is marked and always named, and where it is out of
        sight the edge of the map says where it lies. Nothing is kept of an outline that somebody brought.

    Raises
    ------
    StageError
        If something in the publication may not be published.
    """
    payload = map_payload(publishable(publication), single_sites, max_sheets, ranked, lang, place)
    payload["sites"]["columns"] = packed_columns(payload["sites"]["columns"])
    figure = _folium_map()
    figure.title = publication.title
    figure.back = back
    figure.payload = assets.strict_json(payload)
    figure.noscript = _plain_table(publication)
    path.write_text(without_control_letters(figure.render()), encoding="utf-8")


def _folium_map() -> Any:
    """Return the figure of a folium map whose libraries are inside the page and whose template is ours."""
    import folium
    from folium.template import Template

    class OfflineMap(folium.Map):
        """A folium map that links to nothing."""

        default_js: ClassVar[list[tuple[str, str]]] = []
        default_css: ClassVar[list[tuple[str, str]]] = []
        _template = Template(
            "{% macro html(this, kwargs) %}"
            '<div class="folium-map" id={{ this.get_name()|tojson }} role="application" tabindex="0"></div>'
            "{% endmacro %}{% macro script(this, kwargs) %}"
            "const map = L.map({{ this.get_name()|tojson }}, {center: {{ this.location|tojson }}, crs: L.CRS.{{ this.crs }}, "
            "...{{ this.options|tojavascript }}});\nL.control.scale({imperial: false}).addTo(map);\n"
            "{% endmacro %}"
        )

    site_map = OfflineMap(
        location=[56.0, -96.0], zoom_start=4, tiles=None, zoom_control=True, zoom_snap=0.5, min_zoom=2, max_zoom=15,
        world_copy_jump=False, zoom_animation=True, bounce_at_zoom_limits=False,
    )  # fmt: skip
    site_map._id = "sites"
    figure = site_map.get_root()
    figure._template = Template(_own("map.html"))
    for name, child in list(figure.header._children.items()):
        if name != "css_style":
            continue
        del figure.header._children[name], child
    head = figure.header
    head.add_child(folium.Element(f"<style>{assets.leaflet_css()}</style>"), name="leaflet_css")
    head.add_child(
        folium.Element(f"<style>{assets.template('templates/page.css')}{_own('map.css')}</style>"),
        name="page_css",
    )
    script = figure.script
    script.add_child(folium.Element(_literal(assets.leaflet_js())), name="leaflet")
    site_map.render()
    stops = "[" + ",".join(f'"{colour}"' for colour in reversed(VIRIDIS)) + "]"
    own = "\n".join(_own(f"map_{name}.js") for name in SCRIPTS)
    script.add_child(folium.Element(_literal(own.replace("VIRIDIS_STOPS", stops))), name="page")
    head._children = {name: head._children[name] for name in ("leaflet_css", "page_css")}
    return figure


def _literal(script: str) -> str:
    """Keep Jinja from reading a script as a template."""
    return "{% raw %}" + script + "{% endraw %}"


def _plain_table(publication: Publication) -> str:
    """Return the best-ranked sites as a table for browsers without JavaScript, headings in both languages."""
    columns = ("rank", "site_id", "name", "score", "evidence", "amount", "nearest_community", "areas")
    heads_of = [score_key(publication.validation) if column == "score" else column for column in columns]
    heads = [
        f'{_text(words.word(head, "en"))}<br><span lang="fr">{_text(words.word(head, "fr"))}</span>'
        for head in heads_of
    ]
    body = []
    labelled = publication.ranking.assign(label=rank_labels(publication.ranking))
    for row in table_rows(labelled.head(TABLE_ROWS)):
        cells = (
            row.label, row.site_id, row.name, _sampled_or_score(row), row.evidence,
            words.span(row.tonnage_low_t, row.tonnage_high_t, "t", "en"), row.nearest_community, row.territories,
        )  # fmt: skip
        body.append("<tr>" + "".join(f"<td>{_text(cell)}</td>" for cell in cells) + "</tr>")
    paragraphs = "".join(f'<p lang="{lang}">{_text(_notices(publication, lang))}</p>' for lang in words.LANGUAGES)
    head = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return (
        f"<noscript>{paragraphs}<table><caption>{_text(publication.title)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></noscript>"
    )


def _sampled_or_score(row: Any) -> str:
    """Return the range of the grade of an assayed waste, of another one its chance or what stands for it."""
    if row.evidence == "measured":
        return words.measured_grade(row.treo_ppm, row.treo_low_ppm, row.treo_high_ppm, "en")
    return words.chance(row.score, "en")


def _notices(publication: Publication, lang: str) -> str:
    contact = publication.contact or words.word("contact_unstated", lang)
    sentences = [
        words.word(key, lang) for key in ("no_script", "notice_not_resource_list", "notice_nations", "notice_absence")
    ]
    return " ".join([*sentences, words.phrase("notice_contact", lang, contact=contact)])


def _text(value: Any) -> str:
    """Return a cell as text of a page; missing as nothing."""
    return escape(str(value), quote=False) if present(value) else ""


def _own(name: str) -> str:
    """Return a file of this room's templates."""
    return assets.template(f"site_map/templates/{name}")
