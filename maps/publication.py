"""What the pages draw: finished tables and facts of one run, in EPSG:4326. Nothing here depends on how they were made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
from pandera.typing import DataFrame

from layers.cell_search import among
from layers.schema import (
    Backdrop,
    Communities,
    Companion,
    GeoDataFrame,
    Lines,
    Ranking,
    Reasons,
    SamplingPlan,
    SiteAccess,
    SiteFlags,
    Sites,
    SiteTerritories,
    Territories,
)
from layers.validation import Validation

SOURCE_FACTS = (
    "title", "role", "publisher", "licence", "attribution", "steward", "date", "use_conditions", "address",
)  # fmt: skip
"""What pages and workbooks tell of a source, as columns of ``sources``."""


MAIN_TARGET = "REE"
"""The target that the ranking is of where there are several."""

TARGET_COLUMNS = (
    "site_id", "target", "rank", "rank_low", "rank_high", "score", "score_low", "score_high", "evidence", "grade_ppm",
    "grade_low_ppm", "grade_high_ppm", "grade_rule", "contained_t", "contained_low_t", "contained_high_t", "host", "payable_t",
    "tied_with", "threshold_ppm", "worth_sampling", "ranked_last",
)  # fmt: skip
"""Columns of ``targets``; it has no rows where rare earths are the only target."""


@dataclass(frozen=True)
class Publication:
    """Everything that may be published of a run; layers that may not are not in here.

    Parameters
    ----------
    title : str
        Title of the run file.
    run_id : str
        Short fingerprint of config and inputs.
    run_date : str
        ISO date of the run.
    contact : str or None
        Where to write to correct or remove something.
    target : str
        What was ranked for, e.g. ``REE``.
    ranking, sites, reasons, companion, access, flags, site_territories, sampling_plan
        Layers of `layers.schema`; ``sites`` also holds the columns of all per-site tables (``near_*``, ``waste_*``, ...).
    territories, communities, lines, backdrop
        Publishable context layers, EPSG:4326.
    sources : DataFrame
        ``source_id, title, role, publisher, licence, attribution, steward, date, use_conditions``, one row per source.
    accounting : DataFrame
        ``source, role, rows_read, rows_kept, rows_merged, rows_withheld, rows_rejected``.
    notes : DataFrame
        ``source, code, message, count``: repairs, guesses, suspicions.
    validation : Validation or None
        The content of ``model/validation.json``; None where the run has none.
    diagnostics : mapping
        Arrays behind the report's figures (prediction-rate curve, reliability, blocks, variogram, REE patterns ...).
    surface : Path or None
        The scored GeoTIFF.
    targets : DataFrame
        `TARGET_COLUMNS`: every site once per target, best first. ``diagnostics`` then holds ``target_names`` (by symbol and
        language), ``worth_chance``, the chance from which a site counts as worth a sample, and ``target_hosts``, what
        is expected of each kind of host by whom. ``region_bbox`` (west, south, east, north in degrees) is there where the run
        kept to a box, ``near_km`` is how near to an area a site is told as near it.
    withheld : int
        Features withheld at the request of a steward.
    rejected : DataFrame
        Rejected rows (`layers.schema.Rejected`).
    """

    PER_SITE: ClassVar[tuple[str, ...]] = (
        "ranking", "sites", "reasons", "companion", "access", "flags", "site_territories", "sampling_plan", "targets",
    )  # fmt: skip
    """Tables with a ``site_id``: what has to leave with a site."""

    title: str
    run_id: str
    run_date: str
    contact: str | None
    target: str
    ranking: DataFrame[Ranking]
    sites: GeoDataFrame[Sites]
    reasons: DataFrame[Reasons]
    companion: DataFrame[Companion]
    access: DataFrame[SiteAccess]
    flags: DataFrame[SiteFlags]
    site_territories: DataFrame[SiteTerritories]
    sampling_plan: DataFrame[SamplingPlan]
    territories: GeoDataFrame[Territories]
    communities: GeoDataFrame[Communities]
    lines: GeoDataFrame[Lines]
    backdrop: GeoDataFrame[Backdrop]
    sources: pd.DataFrame
    accounting: pd.DataFrame
    notes: pd.DataFrame
    validation: Validation | None
    rejected: pd.DataFrame
    targets: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(TARGET_COLUMNS)))
    diagnostics: Mapping[str, Any] = field(default_factory=dict)
    surface: Path | None = None
    withheld: int = 0


def about(publication: Publication, site_ids: Collection[str]) -> Publication:
    """Return the publication with what is said of some sites alone: their reasons, parts, access, flags and areas.

    Pages about a few sites put into words only what they show. ``sites`` and ``ranking`` stay whole: a site is one among all.
    """
    whole = ("ranking", "sites", "sampling_plan")
    names = [name for name in Publication.PER_SITE if name not in whole]
    tables: dict[str, Any] = {name: of_sites(getattr(publication, name), site_ids) for name in names}
    return replace(publication, **tables)


def purpose_of_visits(publication: Publication) -> str:
    """Return what the sampling plan is for: ``find`` or ``learn``; a plan that does not say was made to find."""
    plan = publication.sampling_plan
    return str(plan["purpose"].iloc[0]) if "purpose" in plan and len(plan) else "find"


def of_sites(table: pd.DataFrame, site_ids: Collection[str]) -> pd.DataFrame:
    """Return the rows of some sites."""
    return table[among(table["site_id"], site_ids)]
