"""All that is known of the sites of a run, as one value for the stages that show it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import pandas as pd
from pandera.typing import DataFrame

from layers import schema
from layers.schema import GeoDataFrame


@dataclass(frozen=True)
class SiteLayers:
    """The sites and every table about them, in the working CRS.

    Stages that learn take the tables they may learn from one by one, so that nothing about people can enter by accident.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        One row per site.
    samples, rasters, access, tonnage, labels
        One row per site, in the order of ``sites``.
    territories, flags
        Any number of rows per site.
    """

    sites: GeoDataFrame[schema.Sites]
    samples: DataFrame[schema.SiteSamples]
    rasters: DataFrame[schema.SiteRasters]
    territories: DataFrame[schema.SiteTerritories]
    access: DataFrame[schema.SiteAccess]
    tonnage: DataFrame[schema.SiteTonnage]
    flags: DataFrame[schema.SiteFlags]
    labels: DataFrame[schema.Labels]

    def tables(self) -> list[Any]:
        """Return the tables in the order of the fields."""
        return [getattr(self, field.name) for field in fields(self)]


def speak_first_with(territories: DataFrame[schema.SiteTerritories]) -> dict[str, str]:
    """Return per site the areas it lies in, each with its steward where the layer names one, alphabetically."""
    held = pd.DataFrame(territories)
    held = held[held["relation"].isin(["inside", "overlaps"])]
    names: dict[str, set[str]] = {}
    for site_id, territory, steward in zip(held["site_id"], held["territory"], held["steward"], strict=True):
        text = territory if pd.isna(steward) else f"{territory} ({steward})"
        names.setdefault(site_id, set()).add(text)
    return {site_id: "; ".join(sorted(areas)) for site_id, areas in names.items()}
