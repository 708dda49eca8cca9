"""How ArcGIS, WFS and CKAN services are asked for all they hold; the asking itself is somebody else's (`layers.fetch.client`)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from layers.errors import SourceError
from layers.files.json_text import parse_json

Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]
Features = list[dict[str, Any]]

_PAGE = 1000
_REPEATS = 3


def arcgis_features(ask: Ask, url: str, pages: Path) -> Features:
    """Return all features of an ArcGIS layer, in the order of their object ids.

    The ids are asked for first, then features by ranges of ids; a range whose answer is cut off (``exceededTransferLimit``, or
    fewer features than ids) is halved. Paging by offset, which repeats or skips rows on layers without an order, is not used.

    Parameters
    ----------
    ask : callable
        Returns the JSON answer to an address and parameters.
    url : str
        Address of the layer, ``…/MapServer/3`` or ``…/FeatureServer/0``.
    pages : Path
        Folder where pages are kept for a resumed fetch.

    Returns
    -------
    list of dict
        GeoJSON features in EPSG:4326.

    Raises
    ------
    SourceError
        If the service refuses, is no feature layer, or does not deliver what it lists.
    """
    url = re.sub(r"/query/?$", "", url.split("?")[0].rstrip("/"))
    layer = _checked(url, ask(url, {"f": "json"}))
    ids_answer = _checked(url, ask(f"{url}/query", {"where": "1=1", "returnIdsOnly": "true", "f": "json"}))
    ids = sorted(ids_answer.get("objectIds") or [])
    name = ids_answer.get("objectIdFieldName") or layer.get("objectIdField")
    if not ids or not name:
        raise SourceError(
            f"{url}: the service lists no object ids, so it holds nothing or is no layer of features. Check the address."
        )
    size = min(int(layer.get("maxRecordCount") or _PAGE), _PAGE)
    features: dict[int, dict[str, Any]] = {}
    queue = [ids[start : start + size] for start in range(0, len(ids), size)]
    while queue:
        wanted = queue.pop(0)
        page = _arcgis_page(ask, url, name, wanted, pages)
        got = {_object_id(feature, name): feature for feature in page}
        got = {key: value for key, value in got.items() if key is not None}
        absent = set(wanted) - set(got)
        if absent and len(wanted) > 1:
            half = len(wanted) // 2
            queue[:0] = [wanted[:half], wanted[half:]]
            continue
        if absent:
            raise SourceError(f"{url}: the service lists object {wanted[0]} but does not deliver it. Try again later.")
        features |= {key: got[key] for key in wanted}
    return [features[key] for key in ids]


def _arcgis_page(ask: Ask, url: str, name: str, wanted: list[int], pages: Path) -> Features:
    kept = pages / f"{wanted[0]}_{wanted[-1]}_{len(wanted)}.json"
    if kept.exists():
        return list(parse_json(kept.read_text("utf-8"))["features"])
    where = f"{name} >= {wanted[0]} AND {name} <= {wanted[-1]}"
    query = {"where": where, "outFields": "*", "outSR": 4326, "orderByFields": name, "f": "geojson"}
    page = _checked(url, ask(f"{url}/query", query))
    features = [feature for feature in page.get("features") or [] if isinstance(feature, dict)]
    cut_off = page.get("exceededTransferLimit") or (page.get("properties") or {}).get("exceededTransferLimit")
    if not cut_off and len(features) >= len(wanted):
        kept.write_text(json.dumps({"features": features}), encoding="utf-8")
    return features


def _object_id(feature: Mapping[str, Any], name: str) -> int | None:
    properties = {str(key).casefold(): value for key, value in (feature.get("properties") or {}).items()}
    value = properties.get(name.casefold(), feature.get("id"))
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else None


def _checked(url: str, page: dict[str, Any]) -> dict[str, Any]:
    error = page.get("error")
    if isinstance(error, dict):
        raise SourceError(
            f"{url}: the service refuses: {error.get('message')} (code {error.get('code')}). Check the address."
        )
    return page


def wfs_features(ask: Ask, url: str, layer: str | None, pages: Path) -> Features:
    """Return all features of a type of a WFS 2.0 service that speaks GeoJSON, page by page.

    Parameters
    ----------
    ask : callable
        Returns the JSON answer to an address and parameters.
    url : str
        Endpoint; ``typeNames`` may stand in it.
    layer : str or None
        Type name, where the address has none.
    pages : Path
        Folder where pages are kept for a resumed fetch.

    Returns
    -------
    list of dict
        GeoJSON features in EPSG:4326.

    Raises
    ------
    SourceError
        If no type is named, or the pages do not add up to the number the service states.
    """
    endpoint, _, query = url.partition("?")
    given = _parameters(query)
    name = layer or given.get("typenames") or given.get("typename")
    if not name:
        raise SourceError(f"{url}: which layer of the WFS? Add '?service=WFS&typeNames=NAME' to the address.")
    fixed = {"service": "WFS", "version": "2.0.0", "request": "GetFeature", "typeNames": name}
    fixed |= {"outputFormat": "application/json", "srsName": "EPSG:4326"}
    features: dict[str, dict[str, Any]] = {}
    matched: int | None = None
    start = repeats = 0
    while matched is None or start < matched:
        kept = pages / f"{start}.json"
        page = (
            parse_json(kept.read_text("utf-8"))
            if kept.exists()
            else ask(endpoint, {**fixed, "count": _PAGE, "startIndex": start})
        )
        page_features = page.get("features")
        stated = page.get("numberMatched", page.get("totalFeatures"))
        if not isinstance(page_features, list) or not str(stated).isdigit():
            raise SourceError(
                f"{endpoint}: the answer is no page of '{name}' ({str(page)[:120]}). Check the layer's name."
            )
        if matched is not None and int(str(stated)) != matched:
            raise SourceError(
                f"{endpoint}: the layer changed while it was fetched ({matched} features, then {stated}). Start again."
            )
        matched = int(str(stated))
        if not page_features and start < matched:
            repeats += 1
            if repeats >= _REPEATS:
                raise SourceError(
                    f"{endpoint}: only {start} of {matched} features of '{name}' were delivered. Try again later."
                )
            continue
        repeats = 0
        kept.write_text(json.dumps(page), encoding="utf-8")
        features |= {
            str(feature.get("id") or f"{start + index}"): feature for index, feature in enumerate(page_features)
        }
        start += len(page_features)
    if len(features) != matched:
        raise SourceError(
            f"{endpoint}: {matched} features of '{name}' were stated and {len(features)} different ones delivered: the service "
            "pages without an order. Fetch the file by hand."
        )
    return list(features.values())


def ckan_resource(ask: Ask, url: str, resource: str | None) -> str:
    """Return the address of a dataset's file.

    Parameters
    ----------
    ask : callable
        Returns the JSON answer to an address and parameters.
    url : str
        Page of the dataset, ``…/dataset/NAME``, or its ``package_show`` address.
    resource : str or None
        Name, id or format of the wanted file where there are several.

    Raises
    ------
    SourceError
        If the portal does not know the dataset, or several files fit; all are named.
    """
    address, _, query = url.partition("?")
    name = _parameters(query).get("id") or address.rstrip("/").rsplit("/", 1)[-1]
    page = r"(?:/[a-z]{2})?(?:/data)?(?:/[a-z]{2})?/dataset/.*$"
    base = address.split("/api/3/")[0] if "/api/3/" in address else re.sub(page, "", address)
    answer: dict[str, Any] = {"success": False}
    for prefix in dict.fromkeys([base, f"{base}/data"]):
        address = f"{prefix}/api/3/action/package_show"
        try:
            answer = ask(address, {"id": name})
        except SourceError:
            continue
        if answer.get("success"):
            break
    if not answer.get("success"):
        raise SourceError(f"{url}: the portal does not know the dataset '{name}'. Check the address.")
    result: Any = answer.get("result")
    files = [resource for resource in result.get("resources", []) if resource.get("url")]
    if resource is not None:
        wanted = resource.casefold()
        files = [
            file for file in files if wanted in (str(file.get(key, "")).casefold() for key in ("name", "id", "format"))
        ]
    if len(files) != 1:
        listed = (
            "; ".join(f"{file.get('name')} ({file.get('format')}): {file.get('url')}" for file in files[:8]) or "none"
        )
        raise SourceError(f"{url}: {len(files)} files fit: {listed}. Fetch one by its own address.")
    return str(files[0]["url"])


def _parameters(query: str) -> dict[str, str]:
    """Return the parameters of an address, names in lower case."""
    pairs = (part.partition("=") for part in query.split("&"))
    return {key.casefold(): value.replace("%3A", ":").replace("%3a", ":") for key, _, value in pairs if value}
