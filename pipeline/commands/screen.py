"""Answer "what lies near us" from a run folder: a short list, a printable page, tables and sheets for one place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.scratch import scratch_folder
from layers.files.tables import read_table
from layers.geometry import repair_areas
from layers.schema import Exclusions, conform
from maps.nearby import Place
from maps.publication import Publication
from maps.screening.brief import Brief
from maps.screening.page import write_screening
from maps.screening.screening import around_site, place_of_area, place_of_community, place_of_nation, screen
from maps.sovereignty import without_sites
from maps.word_file import looking_for
from maps.words import phrase, word
from pipeline.commands.explain import later_run
from pipeline.folder.published import load_publication
from pipeline.folder.screening_folder import alone_in, put_in_place

WRITTEN = {
    "index.html": "screen_to_brief",
    "sites.html": "screen_to_annex",
    "map.html": "screen_to_map",
    "sites.xlsx": "screen_to_workbook",
    "sheets": "screen_to_sheets",
}
"""What is written, with the key of the words for it."""


def screen_run(
    run_folder: Path,
    *,
    community: str | None,
    nation: str | None,
    area: Path | None,
    site: str | None,
    within_km: float,
    lang: str,
    out: Path | None,
    exclusions: Path | None = None,
    hide_outline: bool = False,
) -> str:
    """Write the screening of one place and return its first lines as text.

    Parameters
    ----------
    run_folder : Path
        Folder of a finished run; nothing else is read but ``area``.
    community, nation, site : str or None
        Exactly one of these or ``area`` is given: a name as the layer spells it, or a site id.
    area : Path or None
        A file with an outline. It is read from where it lies and not named; the maps draw it on a coarse grid.
    within_km : float
        How far from the place a site may lie.
    lang : {"en", "fr"}
        Language of pages and text.
    out : Path or None
        Folder of the pages; default beside the run.
    exclusions : Path or None
        Requests of stewards that came after the run: a table with a column ``key``, or areas. What they name is left out; the
        file is neither copied nor named.
    hide_outline : bool
        Leave the outline of ``area`` off the maps: then nothing of it is written.

    Returns
    -------
    str
        The short list for a terminal.

    Raises
    ------
    StageError
        If the run knows no such place.
    SourceError
        If the outline cannot be read, has no CRS, or encloses no area; if ``out`` holds files and no earlier screening.
    """
    publication = load_publication(run_folder)
    with looking_for(publication.target):
        community, nation, site = map(_as_text, (community, nation, site))
        unheeded = later_run(run_folder, lang)
        if exclusions is not None:
            asked = _asked_for(publication, exclusions)
            publication = without_sites(publication, asked.sites)
            unheeded += _told_of_requests(asked, lang)
        if site is not None:
            return "\n".join([around_site(publication, site, within_km, lang), *unheeded])
        origin = _place(publication, community, nation, area, hide_outline=hide_outline)
        folder = out or run_folder.with_name(f"{run_folder.name}_screen_{_slug(origin.key)}")
        table = screen(publication, origin, within_km=within_km)
        with alone_in(folder), scratch_folder() as fresh:
            write_screening(publication, origin, table, fresh, within_km=within_km, lang=lang)
            put_in_place(fresh, folder)
        lines = Brief(publication, origin, table, within_km).as_text(lang)
        lines += [] if len(table) else [word("screen_look_farther", lang)]
        ranks = [phrase("brief_rank_only", lang, n=len(publication.ranking))] if len(table) else []
        written = [f"  {folder / name}{word('colon', lang)}{word(key, lang)}" for name, key in WRITTEN.items()]
        return "\n".join([*lines, "", *unheeded, *ranks, word("notice_not_resource_list", lang), "", *written])


def _place(
    publication: Publication, community: str | None, nation: str | None, area: Path | None, *, hide_outline: bool
) -> Place:
    if community is not None:
        return place_of_community(publication, community)
    if nation is not None:
        return place_of_nation(publication, nation)
    assert area is not None  # noqa: S101 - the command checked that one of them is given
    return place_of_area(_outline(area), hidden=hide_outline)


@dataclass(frozen=True)
class _Asked:
    """The sites that requests name or cover, rows that name and cover none or spell ids otherwise, and how many rows it has."""

    sites: set[str]
    missed: list[int]
    respelt: list[int]
    rows: int


def _told_of_requests(asked: _Asked, lang: str) -> list[str]:
    """Return what the person who asks is told of requests: rows of the list, and nothing that stands there."""
    lines = [] if asked.rows else [word("screen_requests_none", lang)]
    if asked.missed:
        lines.append(phrase("screen_requests_unheeded", lang, n=len(asked.missed)))
        lines.append(phrase("screen_requests_rows", lang, rows=", ".join(map(str, asked.missed))))
    if asked.respelt:
        lines.append(phrase("screen_requests_respelt", lang, rows=", ".join(map(str, asked.respelt))))
    return [*lines, ""] if lines else []


def _asked_for(publication: Publication, path: Path) -> _Asked:
    """Return what requests in a file ask for."""
    from pipeline.kernels.site_keys import ids_of
    from pipeline.request_keys import ids_of_sites, request_of, spelt_as_known, spelt_otherwise
    from pipeline.source_reading import read_source
    from pipeline.stages.withhold_sites import WithholdSitesParams, withhold_sites
    from pipeline.unheeded_requests import fitting_requests

    try:
        reading = read_source(Source(id="requests", role="exclusions", path=str(path)), Path())
    except SourceError:
        if not path.is_file():
            raise SourceError(f"{path}: is not there, or is no file. See the path given with --exclusions.") from None
        raise SourceError(
            f"{path}: cannot be read as a list of requests. Give a table with the ids of sites in a column headed 'key' "
            "('reason' and 'date' may stand beside it), or a file of areas. Nothing of the file is told here."
        ) from None
    sites = publication.sites
    asked = conform(spelt_as_known(reading.layer, ids_of_sites(sites)), Exclusions)
    stay = withhold_sites(sites, asked, WithholdSitesParams())
    ids = {known for own in ids_of(sites) for known in own}
    fitting = fitting_requests(asked, ids, [sites.geometry])
    missed = {request_of(own) for own in asked["exclusion_id"] if own not in fitting}
    rows = {int(own.rsplit(":", 1)[1]) for own in missed} | set(map(int, reading.rejected["source_row"]))
    respelt = sorted(int(own.rsplit(":", 1)[1]) for own in spelt_otherwise(reading.layer, asked))
    return _Asked(set(sites["site_id"]) - set(stay["site_id"]), sorted(rows), respelt, reading.rows_read)


def _outline(path: Path) -> gpd.GeoDataFrame:
    """Read an outline in EPSG:4326 without writing anything anywhere; closed lines are taken for the areas they enclose."""
    raw = read_table(Source(id="outline", role="territories", path=str(path)), Path())
    if raw.geometry is None:
        raise SourceError(f"{path}: holds no geometry. Give a file with at least one polygon.")
    labels = [f"feature {row}" for row in raw.rows]
    repaired = repair_areas("outline", labels, raw.geometry.to_numpy())
    areal = ~shapely.is_missing(repaired.geometry)
    if not areal.any():
        kinds = ", ".join(sorted(set(raw.geometry.geom_type.dropna()))) or "no geometry"
        raise SourceError(
            f"{path}: an outline must enclose an area, but the file holds {kinds} ({len(raw.geometry)} features) and no line "
            "that ends where it begins. Draw it as a polygon, or close the line; for a point use --community or --site."
        )
    return gpd.GeoDataFrame(raw.cells[areal], geometry=repaired.geometry[areal], crs="EPSG:4326")


def _as_text(name: str | None) -> str | None:
    """Return a name as letters: a terminal may give bytes that are none."""
    return None if name is None else name.encode("utf-8", "replace").decode()


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-").lower()[:40] or "place"
