"""Take sites out of a run at the request of a steward, before anything is computed about them."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict

from layers.schema import Exclusions, GeoDataFrame, Sites, conform
from layers.text import as_key
from pipeline.kernels.site_keys import ids_of


class WithholdSitesParams(BaseModel):
    """The stage has no settings: a request is followed as it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def withhold_sites(
    sites: GeoDataFrame[Sites],
    exclusions: GeoDataFrame[Exclusions],
    params: WithholdSitesParams,  # noqa: ARG001 - the stage contract
) -> GeoDataFrame[Sites]:
    """Return the sites no exclusion names or covers.

    An exclusion names a site by its ``site_id``, by one of its records or by one of its official ids (capitals are no
    difference), or covers it with an area. Why a site is withheld is told to nobody.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        In any CRS.
    exclusions : GeoDataFrame[Exclusions]
        In the CRS of the sites; ``key`` or ``geometry`` may be missing in a row.
    params : WithholdSitesParams
        No settings.

    Returns
    -------
    GeoDataFrame[Sites]
        The sites that stay, in their order.
    """
    if len(exclusions) == 0 or len(sites) == 0:
        return conform(sites, Sites)
    keys = {as_key(str(key)) for key in exclusions["key"].dropna()}
    named = np.array([bool(keys & own) for own in ids_of(sites)])
    areas = exclusions.geometry.dropna()
    covered = (
        sites.geometry.intersects(areas.union_all()).to_numpy() if len(areas) else np.zeros(len(sites), dtype=bool)
    )
    return conform(sites[~(named | covered)], Sites)
