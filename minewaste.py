"""minewaste in a notebook or a script: run a region, open its results, draw them.

Everything here is a thin front of the packages `pipeline`, `maps` and `layers`; the command ``minewaste`` does the same from a
terminal. Nothing heavy is imported before it is needed.

>>> import minewaste
>>> region = minewaste.demo("runs/demo")                    # doctest: +SKIP
>>> region.ranking.head()                                   # doctest: +SKIP
>>> minewaste.folium_map(region).save("sites.html")         # doctest: +SKIP
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

    from layers.cells.headings import Heading
    from maps.publication import Publication
    from pipeline.commands.init import Initialised

__all__ = ["Run", "check", "demo", "folium_map", "init", "open_run", "parse_heading", "run", "screen"]

__version__ = metadata.version("minewaste")


@dataclass(frozen=True)
class Run:
    """The results of one run, read from its folder when they are asked for.

    Parameters
    ----------
    folder : Path
        A run folder as `run`, or ``minewaste run``, wrote it.
    """

    folder: Path

    @cached_property
    def _publication(self) -> Publication:
        from pipeline.folder.published import load_publication

        return load_publication(self.folder)

    @property
    def ranking(self) -> pd.DataFrame:
        """One row per ranked site, best first; the columns of ``ranking.csv`` (see the data dictionary)."""
        return self._publication.ranking.copy()

    @property
    def sites(self) -> gpd.GeoDataFrame:
        """Everything known per site, EPSG:4326 points or outlines."""
        return self._publication.sites.copy()

    @property
    def territories(self) -> gpd.GeoDataFrame:
        """Areas of Nations, treaties and reserves that may be published, EPSG:4326. Proximity is not rights."""
        return self._publication.territories.copy()

    @property
    def site_territories(self) -> pd.DataFrame:
        """Every relation of a site to an area: ``site_id, territory_id, territory, layer, relation, share, distance_km``."""
        return self._publication.site_territories.copy()

    @property
    def validation(self) -> Any:
        """What the tests of the model gave; the content of ``model/validation.json``."""
        return self._publication.validation

    def explain(self, site_id: str, *, lang: str = "en") -> str:
        """Say what is known of one site and what moved its rank.

        Parameters
        ----------
        site_id : str
            As in the ranking.
        lang : {"en", "fr"}
            Language of the text.

        Returns
        -------
        str
            Plain text of some twenty lines.

        Raises
        ------
        StageError
            If the run ranked no such site; close ids and names are offered.
        """
        from pipeline.commands.explain import explain_site

        return explain_site(self.folder, site_id, lang)


def run(
    config: str | Path,
    *,
    data: str | Path | None = None,
    out: str | Path | None = None,
    workers: int | None = None,
    scheduler: str | None = None,
    run_date: datetime.date | None = None,
    quiet: bool = True,
) -> Run:
    """Run the whole chain of a run file on sites; resumes where an earlier run of the folder stopped.

    Parameters
    ----------
    config : path
        Run file, ``units: sites``. Runs on samples are for the command line.
    data : path, optional
        Folder where relative source paths start; default as in the run file, else its own folder.
    out : path, optional
        Run folder; default ``runs/<name of the run file>``.
    workers : int, optional
        Threads or processes at once; default as in the run file.
    scheduler : str, optional
        Address of a running dask scheduler, e.g. ``tcp://10.0.0.5:8786``.
    run_date : date, optional
        Printed on the pages; default today.
    quiet : bool
        False reports every step on standard error.

    Returns
    -------
    Run

    Raises
    ------
    MinewasteError
        Whatever stops the run, with the place and the remedy.
    """
    from layers.errors import ConfigError
    from pipeline.commands.configured import configured
    from pipeline.progress import Progress
    from pipeline.run import run as run_chain

    checked, folder = configured(Path(config), None if data is None else Path(data), workers, scheduler)
    if checked.units != "sites":
        raise ConfigError(f"{config}: is a run on samples (units: samples). Use `minewaste run {config}`.")
    target = Path("runs") / checked.name if out is None else Path(out)
    with Progress(quiet=quiet) as progress:
        run_chain(checked, folder, target, progress, run_date)
    return Run(target)


def demo(out: str | Path = "runs/demo", *, sites: int = 300, seed: int = 7, quiet: bool = True) -> Run:
    """Make the invented region beside ``out`` (in ``<out>_region``) and run everything on it.

    Parameters
    ----------
    out : path
        Run folder.
    sites : int
        Size of the region, 50 or more.
    seed : int
        Another seed is another region.
    quiet : bool
        False reports every step on standard error.

    Returns
    -------
    Run
    """
    from layers.invented import write_region

    target = Path(out)
    region = target.with_name(f"{target.name}_region")
    return run(write_region(region, sites=sites, seed=seed), data=region, out=target, quiet=quiet)


def check(config: str | Path, *, data: str | Path | None = None, out: str | Path | None = None) -> str:
    """Read every source of a run file and run nothing.

    Parameters
    ----------
    config : path
        Run file.
    data : path, optional
        Folder where relative source paths start.
    out : path, optional
        Folder of ``check.html``; None writes nothing.

    Returns
    -------
    str
        One paragraph per source: what was understood, guessed, rejected, missing.

    Raises
    ------
    SourceError
        If some sources cannot be read; all are named.
    """
    from pipeline.commands.check import check_sources
    from pipeline.commands.configured import configured

    checked, folder = configured(Path(config), None if data is None else Path(data))
    return check_sources(checked, folder, None if out is None else Path(out))


def parse_heading(text: str, neighbours: Sequence[str] | None = None) -> Heading:
    """Say what the heading of a column means.

    Parameters
    ----------
    text : str
        The heading as in the file, e.g. ``La2O3 (%)`` or ``Tonnage (Mt)``.
    neighbours : sequence of str, optional
        All headings of the table, in order; they decide where one alone does not.

    Returns
    -------
    Heading
        ``kind``, ``element``, ``unit``, ``multiplier_to_base``, ``method``, ``role`` and ``unknown``: the words that are not
        understood. Where there are any, the column has to be asked about and is never taken for a result. A result of the
        ``role`` ``form`` or ``dissolved`` is one form of the element, or what of it is dissolved, and no share of the whole.
    """
    from layers.cells.heading_grammar import parse_heading as parse

    return parse(text, neighbours)


def init(folder: str | Path, *, output: str | Path | None = None) -> Initialised:
    """Look at a folder of files, recognise or guess what each is, and write a run file to confirm.

    Parameters
    ----------
    folder : path
        Looked through with all folders and archives in it.
    output : path, optional
        Run file to write; default ``region.yml`` in the folder.

    Returns
    -------
    pipeline.commands.init.Initialised
        ``path, sources, left_out, questions``.
    """
    from layers.crs import check_proj
    from pipeline.commands.init import init_region

    check_proj()
    return init_region(Path(folder), None if output is None else Path(output))


def screen(
    finished: Run | str | Path,
    *,
    community: str | None = None,
    nation: str | None = None,
    area: str | Path | None = None,
    within_km: float = 100.0,
    lang: str = "en",
    out: str | Path | None = None,
    hide_outline: bool = False,
) -> str:
    """Write the screening of one place: page, tables and sheets of the sites near it.

    Parameters
    ----------
    finished : Run or path
        A run, or its folder.
    community, nation : str, optional
        Name as the layer spells it; give exactly one of these or ``area``.
    area : path, optional
        File with an outline, read from where it lies and not named; the maps draw it on a coarse grid.
    within_km : float
        How far to look, kilometres.
    lang : {"en", "fr"}
        Language of the pages.
    out : path, optional
        Folder of the pages; default beside the run.
    hide_outline : bool
        Leave the outline of ``area`` off the maps: then nothing of it is written.

    Returns
    -------
    str
        The short list as text.

    Raises
    ------
    StageError
        If not exactly one place is given, or the run does not know it.
    """
    from layers.crs import check_proj
    from layers.errors import StageError
    from pipeline.commands.screen import screen_run

    check_proj()
    if sum(place is not None for place in (community, nation, area)) != 1:
        raise StageError("screen: give one place: community, nation or area.")
    folder = finished.folder if isinstance(finished, Run) else Path(finished)
    return screen_run(
        folder, community=community, nation=nation, area=None if area is None else Path(area), site=None, within_km=within_km,
        lang=lang, out=None if out is None else Path(out), hide_outline=hide_outline,
    )  # fmt: skip


def open_run(folder: str | Path) -> Run:
    """Open the folder of a finished run.

    Parameters
    ----------
    folder : path
        As ``minewaste run`` or ``minewaste demo`` wrote it.

    Returns
    -------
    Run

    Raises
    ------
    SourceError
        If the folder is not one of a finished run on sites.
    """
    opened = Run(Path(folder))
    opened._publication  # noqa: B018 - read now, so that a wrong folder is told here
    return opened


def folium_map(finished: Run | str | Path, *, lang: str = "en", offline: bool = True) -> Any:
    """Draw a run as a `folium.Map`, to which layers and plugins can be added before it is saved.

    Parameters
    ----------
    finished : Run or path
        A run, or its folder.
    lang : {"en", "fr"}
        Language of popups and layer names.
    offline : bool
        True puts Leaflet inside the page; False adds an internet background and folium's tools, linked from public servers.

    Returns
    -------
    folium.Map
    """
    from maps.site_map.folium_map import folium_map as draw

    opened = finished if isinstance(finished, Run) else open_run(finished)
    return draw(opened._publication, lang=lang, offline=offline)
