"""One transformer for each pair of coordinate systems: PROJ looks for its operations once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pyproj


@lru_cache(maxsize=256)
def transformer(of: Any, to: Any) -> pyproj.Transformer:
    """Return what brings points of one system to another, x or longitude first; the same object whenever it is asked for again.

    To look for the operations between two datums takes PROJ 20 to 60 ms each time. A transformer holds one of its own for every
    thread, so all may share it.

    Parameters
    ----------
    of, to : pyproj.CRS or what it is made from
        EPSG number, code or CRS; compared by what they say.

    Raises
    ------
    pyproj.exceptions.CRSError, pyproj.exceptions.ProjError
        If one is no system, or nothing leads from one to the other.
    """
    return pyproj.Transformer.from_crs(of, to, always_xy=True)
