"""Requests of stewards that name and cover nothing of a run: nobody followed them, and somebody must hear of it."""

from __future__ import annotations

from collections.abc import Sequence, Set

import geopandas as gpd
import numpy as np
import shapely

from layers.accounting import Note
from layers.text import as_key

UNHEEDED = "requests_without_site"
NO_REQUESTS = "no_requests"


def fitting_requests(exclusions: gpd.GeoDataFrame, ids: Set[str], places: Sequence[gpd.GeoSeries]) -> frozenset[str]:
    """Return the requests that name or cover something; the others fit nothing.

    Parameters
    ----------
    exclusions : GeoDataFrame[Exclusions]
        ``exclusion_id``, ``key`` and geometry, in the CRS of ``places``.
    ids : set of str
        What a request may call the things there, folded.
    places : sequence of GeoSeries
        Where they are, before any request is followed.

    Returns
    -------
    frozenset of str
        Their ``exclusion_id``. A request with neither a key nor an area fits nothing.
    """
    keys = exclusions["key"].astype("str").map(as_key, na_action="ignore")
    named = keys.isin(ids).to_numpy(dtype=bool)
    tree = shapely.STRtree(np.concatenate([place.dropna().to_numpy() for place in places]))
    covering = np.zeros(len(exclusions), dtype=bool)
    covering[tree.query(exclusions.geometry.to_numpy(), predicate="intersects")[0]] = True
    return frozenset(exclusions.loc[named | covering, "exclusion_id"])


def unheeded_requests(count: int) -> tuple[Note, ...]:
    """Return what a run says of requests that fit nothing, or cannot be read at all: at most one note."""
    message = (
        "Requests of stewards name and cover nothing of this run; see that their ids are spelt as in the inventories and that "
        "their areas lie where they should, longitude first."
    )
    return (Note("local_only", UNHEEDED, message, count),) if count else ()


def empty_lists(count: int) -> tuple[Note, ...]:
    """Return what a run says of lists of requests that hold none: at most one note."""
    message = (
        "Lists of requests of stewards hold no request: nothing was left out because of them. See that they are whole."
    )
    return (Note("local_only", NO_REQUESTS, message, count),) if count else ()


def unheeded_of(notes: Sequence[Note]) -> int:
    """Return how many requests the notes of a run say that fit nothing."""
    return sum(note.count for note in notes if note.code == UNHEEDED)
