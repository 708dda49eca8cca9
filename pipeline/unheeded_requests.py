"""Requests of stewards that name and cover nothing of a run: nobody followed them, and somebody must hear of it."""

from __future__ import annotations

from collections.abc import Sequence, Set

import geopandas as gpd
import numpy as np
import shapely

from layers.accounting import Note
from layers.text import as_key


def unheeded_requests(exclusions: gpd.GeoDataFrame, ids: Set[str], places: Sequence[gpd.GeoSeries]) -> tuple[Note, ...]:
    """Count the requests that fit nothing.

    Parameters
    ----------
    exclusions : GeoDataFrame[Exclusions]
        ``key`` and geometry, in the CRS of ``places``.
    ids : set of str
        What records are called by, folded.
    places : sequence of GeoSeries
        Records and samples before any request was followed.

    Returns
    -------
    tuple of Note
        At most one, ``requests_without_site``; a request with neither a key nor an area counts as one that fits nothing.
    """
    keys = exclusions["key"].astype("str").map(as_key, na_action="ignore")
    named = keys.isin(ids).to_numpy(dtype=bool)
    tree = shapely.STRtree(np.concatenate([place.dropna().to_numpy() for place in places]))
    covering = np.zeros(len(exclusions), dtype=bool)
    covering[tree.query(exclusions.geometry.to_numpy(), predicate="intersects")[0]] = True
    missed = int((~named & ~covering).sum())
    message = (
        "Requests of stewards name and cover nothing of this run; see that their ids are spelt as in the inventories and that "
        "their areas lie where they should."
    )
    return (Note("local_only", "requests_without_site", message, missed),) if missed else ()
