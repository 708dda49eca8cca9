"""Everything a page needs, inside the page: Leaflet, styles, scripts, images and coordinates."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely

COORDINATE_STEP = 1e-4
"""Degrees per unit of the outlines in a page: about 10 m, finer than any outline drawn."""

_URL = re.compile(r"url\((['\"]?)(?!data:)([^)'\"]+)\1\)")
_BREAKING = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


COARSEST, HALVINGS = 1.024, 11
"""Tolerances of outlines, degrees: the coarsest, and how often it may be halved (to 0.0005)."""


@lru_cache(maxsize=1)
def leaflet_js() -> str:
    """Return Leaflet's script without the address of its source map."""
    text = (_leaflet() / "leaflet.js").read_text(encoding="utf-8")
    return re.sub(r"//# sourceMappingURL=\S+", "", text)


@lru_cache(maxsize=1)
def leaflet_css() -> str:
    """Return Leaflet's styles with its images inside."""
    folder = _leaflet()

    def inlined(match: re.Match[str]) -> str:
        if not match[2].endswith(".png"):
            return "none"
        return f"url(data:image/png;base64,{base64.b64encode((folder / match[2]).read_bytes()).decode()})"

    return _URL.sub(inlined, (folder / "leaflet.css").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def marker_images() -> dict[str, str]:
    """Return the pictures of Leaflet's marker as data addresses, by the option of ``L.Icon.Default`` that names them."""
    names = {"iconUrl": "marker-icon.png", "iconRetinaUrl": "marker-icon-2x.png", "shadowUrl": "marker-shadow.png"}
    images = _leaflet() / "images"
    return {
        option: f"data:image/png;base64,{base64.b64encode((images / name).read_bytes()).decode()}"
        for option, name in names.items()
    }


@lru_cache(maxsize=1)
def jquery_js() -> str:
    """Return the script that folium's popups ask for; our own pages do without it."""
    import xstatic.pkg.jquery

    return (Path(xstatic.pkg.jquery.BASE_DIR) / "jquery.slim.min.js").read_text(encoding="utf-8")


def template(name: str) -> str:
    """Return a file by its path below ``maps`` as text."""
    return files("maps").joinpath(name).read_text(encoding="utf-8")


def strict_json(value: Any) -> str:
    """Return JSON that may stand inside ``<script type="application/json">``.

    Raises
    ------
    ValueError
        If a number is NaN or infinite: pages write missing as null.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda match: _BREAKING[match[0]], text)


def simplified(geometry: np.ndarray, vertices: int) -> np.ndarray:
    """Return geometries with no more than about ``vertices`` corners in all, by the finest tolerance that fits.

    Tolerances are tried from coarse to fine, for the coarse ones cost little, and ring by ring. Where that empties a small
    geometry or makes rings cross, the slow way that keeps the topology is taken for that geometry.
    """
    if int(shapely.get_num_coordinates(geometry).sum()) <= vertices:
        return geometry
    best, drawn = COARSEST, shapely.simplify(geometry, COARSEST, preserve_topology=False)
    for tolerance in COARSEST / 2.0 ** np.arange(1, HALVINGS + 1):
        finer = shapely.simplify(geometry, tolerance, preserve_topology=False)
        if int(shapely.get_num_coordinates(finer).sum()) > vertices:
            break
        best, drawn = tolerance, finer
    spoilt = shapely.is_empty(drawn) | ~shapely.is_valid(drawn)
    drawn[spoilt] = shapely.simplify(geometry[spoilt], best, preserve_topology=True)
    return drawn


def encode_paths(geometry: Iterable[shapely.Geometry]) -> list[list[int]]:
    """Return lines or rings as flat lists ``x0, y0, dx, dy, ...`` in units of `COORDINATE_STEP`.

    Outer rings turn one way and holes the other, so that the fill rule ``nonzero`` keeps holes open and covers where areas
    overlap: a bay that is given as a part of its lake and once more by its own name.
    """
    parts = shapely.get_parts(np.asarray(list(geometry), dtype=object))
    is_area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    parts[is_area] = shapely.orient_polygons(parts[is_area])
    is_line = np.isin(shapely.get_type_id(parts), (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING))
    rings, of_area = shapely.get_rings(parts[is_area], return_index=True)
    owner = np.concatenate([np.flatnonzero(is_area)[of_area], np.flatnonzero(is_line)])
    in_order = np.concatenate([rings, parts[is_line]])[np.argsort(owner, kind="stable")]
    corners, path = shapely.get_coordinates(in_order, return_index=True)
    whole = np.round(corners / COORDINATE_STEP).astype(np.int64)
    starts = np.diff(path, prepend=-1) > 0
    steps = np.diff(whole, axis=0, prepend=0)
    steps[starts] = whole[starts]
    kept = starts | (steps != 0).any(axis=1)
    numbers, ends = steps[kept].reshape(-1).tolist(), 2 * np.cumsum(np.bincount(path[kept], minlength=len(in_order)))
    return [numbers[low:high] for low, high in pairwise([0, *ends.tolist()]) if high - low > 2]


def safe_link(address: object) -> str | None:
    """Return an address when it is a web address, else None: nothing else becomes a link."""
    text = str(address).strip() if isinstance(address, str) else ""
    return text if re.match(r"https?://[^\s<>\"']+$", text) else None


def safe_links(addresses: object) -> list[str]:
    """Return the web addresses among several joined with ``; ``."""
    parts = addresses.split("; ") if isinstance(addresses, str) else []
    return [link for link in map(safe_link, parts) if link is not None]


def _leaflet() -> Path:
    import xstatic.pkg.leaflet

    return Path(xstatic.pkg.leaflet.BASE_DIR)
