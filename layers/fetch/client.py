"""Fetch public files and services to checked local files. The only network code."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import pooch
import requests

from layers.errors import SourceError
from layers.fetch.recipes import UNVERIFIED, InTheWayError, Recipe, kind_of, recipe_of, safe_name, zip_trouble
from layers.fetch.record import record, recorded
from layers.fetch.secrets import without_secrets
from layers.fetch.services import arcgis_features, ckan_resource, wfs_features
from layers.files.json_text import parse_json

_BUSY = frozenset([408, 429, 500, 502, 503, 504])
_CHUNK = 1 << 16
_LONGEST_WAIT_S = 60.0
_LEAVE_FREE = 500 << 20
_CHUNKS_BETWEEN_LOOKS = 64


@dataclass(frozen=True)
class Fetched:
    """A file that arrived.

    Parameters
    ----------
    path : Path
        The local file.
    sha256 : str
        Its checksum.
    size : int
        Bytes.
    was_there : bool
        It had been fetched before and is unchanged.
    notes : tuple of str
        What a person should know.
    """

    path: Path
    sha256: str
    size: int
    was_there: bool = False
    notes: tuple[str, ...] = ()


@dataclass
class Client:
    """Asks servers politely: retries with growing waits, resumes, and does not follow to hosts nobody named.

    Parameters
    ----------
    hosts : set of str
        Hosts an address may lead to besides its own.
    attempts : int
        Tries before giving up.
    wait_s : float
        Wait after the first failure; doubled each time. A server's ``Retry-After`` up to a minute is obeyed.
    timeout_s : float
        Longest silence of a server.
    """

    hosts: set[str] = field(default_factory=set)
    attempts: int = 5
    wait_s: float = 1.0
    timeout_s: float = 60.0
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.headers["User-Agent"] = "minewaste (reads public mine and geochemistry data)"
        self.session.trust_env = True

    def get(
        self, url: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> requests.Response:
        """Return an answer with its body still to be read; follows redirects on the same or a named host only."""
        home = urlsplit(url)
        for _ in range(6):
            answer = self.session.get(
                url, params=params, headers=headers, stream=True, timeout=self.timeout_s, allow_redirects=False
            )
            if not answer.is_redirect:
                return answer
            target = urljoin(answer.url, answer.headers["Location"])
            answer.close()
            self.require_followed(f"{url}: the server leads to", url, target, home)
            url, params = target, None
        raise SourceError(f"{url}: the server leads in circles. Check the address in a browser.")

    def require_followed(self, words: str, url: str, target: str, home: SplitResult | None = None) -> None:
        """Stop at an address a server names, where it lies neither on the host that was asked nor on one a person named.

        Parameters
        ----------
        words : str
            Begins the message: who names the address.
        url, target : str
            The address that was asked, and the one it names.
        home : SplitResult, optional
            The address a person gave, where a server has led to ``url`` already; default ``url``.

        Raises
        ------
        SourceError
            Also at an address that is none of the web, another port of the host, or one without encryption.
        """
        there, home = address_parts(target), home or urlsplit(url)
        if there is None:
            raise SourceError(f"{words} '{target[:80]}', which is no web address. It was not followed.")
        host = there.hostname
        if host != home.hostname and host not in self.hosts:
            raise SourceError(
                f"{words} another host, {host}. It was not followed. If that host is the publisher's, say so with "
                f"--allow-host {host}."
            )
        if host == home.hostname and _port(there) not in (_port(home), 80, 443):
            raise SourceError(
                f"{words} another door of its host, port {_port(there)}, where something else may answer. It was not followed. "
                "If it is the publisher's, give that address."
            )
        if urlsplit(url).scheme == "https" and there.scheme != "https":
            raise SourceError(f"{words} an address without encryption ({target}). It was not followed.")

    def ask(self, url: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return a service's JSON answer; busy servers, broken pages and ArcGIS errors of the server kind are tried again."""
        trouble = ""
        for attempt in range(self.attempts):
            wait = self.wait_s * 2**attempt
            try:
                answer = self.get(url, params)
                if answer.status_code in _BUSY:
                    trouble, wait = f"HTTP {answer.status_code}", _retry_after(answer, wait)
                elif answer.status_code >= 400:
                    raise SourceError(f"{url}: the server answers HTTP {answer.status_code}. Check the address.")
                else:
                    page = parse_json(answer.content)
                    error = page.get("error") if isinstance(page, dict) else None
                    if not isinstance(page, dict):
                        trouble = "the answer is no JSON object"
                    elif isinstance(error, dict) and int(error.get("code") or 0) >= 500:
                        trouble = str(error.get("message"))
                    else:
                        return page
            except (requests.RequestException, ValueError) as failure:
                trouble = _short(failure)
            if attempt + 1 < self.attempts:
                time.sleep(wait)
        raise SourceError(
            f"{url}: no usable answer after {self.attempts} tries ({trouble}). Try again later, or check the address."
        )

    def download(self, url: str, part: Path) -> requests.structures.CaseInsensitiveDict[str]:
        """Write a file to ``part``, taking up where an earlier try stopped; return the headers of the last answer."""
        trouble = ""
        for attempt in range(self.attempts):
            wait = self.wait_s * 2**attempt
            try:
                have = part.stat().st_size if part.exists() else 0
                headers = {"Range": f"bytes={have}-"} if have else {}
                with self.get(url, headers={**headers, "Accept-Encoding": "identity"}) as answer:
                    if answer.status_code == 416 and have:
                        part.unlink()
                        continue
                    if answer.status_code in _BUSY:
                        trouble, wait = f"HTTP {answer.status_code}", _retry_after(answer, wait)
                    elif answer.status_code >= 400:
                        raise SourceError(f"{url}: the server answers HTTP {answer.status_code}. Check the address.")
                    else:
                        resumed = answer.status_code == 206
                        total = _total(answer, have if resumed else 0)
                        _write(answer, url, part, "ab" if resumed else "wb")
                        size = part.stat().st_size
                        if total is None or size == total:
                            return answer.headers
                        trouble = f"the server announced {total} bytes and sent {size}"
                        if size > total:
                            part.unlink()
            except requests.RequestException as failure:
                trouble = f"the connection broke off ({_short(failure)})"
            if attempt + 1 < self.attempts:
                time.sleep(wait)
        arrived = part.exists() and part.stat().st_size > 0
        kept = (
            f"What arrived is kept in {part.name}; the next fetch goes on from there."
            if arrived
            else "Nothing arrived."
        )
        raise SourceError(f"{url}: not complete after {self.attempts} tries: {trouble}. {kept}")


def address_parts(address: str) -> SplitResult | None:
    """Return the parts of an address of the web; None where it is none: of another kind, without a host, or misspelt."""
    try:
        parts = urlsplit(address)
        return parts if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def fetch(what: str, folder: Path, client: Client | None = None) -> Fetched:
    """Fetch a source of the catalogue, or an address, to a checked local file.

    Parameters
    ----------
    what : str
        Id of a catalogue entry, or an address starting with http.
    folder : Path
        Where the file goes; made if absent. ``fetched.yml`` there keeps addresses and checksums.
    client : Client or None
        None for the usual patience.

    Returns
    -------
    Fetched

    Raises
    ------
    SourceError
        If the source is unknown or may not be fetched, the server fails for good, leads elsewhere, sends less or other than
        announced, a service lost columns, or a zip would write outside its folder.
    """
    notes: tuple[str, ...] = ()
    try:
        recipe, notes = recipe_of(what)
        return _fetch(what, recipe, notes, folder, client or Client())
    except SourceError as error:
        doubted = UNVERIFIED in notes and not isinstance(error, InTheWayError)
        doubt = f" This address of '{what}' has not been verified: it may never have been right." if doubted else ""
        raise SourceError(without_secrets(f"{error}{doubt}")) from None


def _fetch(what: str, recipe: Recipe, notes: tuple[str, ...], folder: Path, client: Client) -> Fetched:
    if address_parts(recipe.url) is None:
        raise SourceError(f"{recipe.url}: is no address of the web. Copy it from a browser.")
    client.hosts |= set(recipe.hosts)
    folder.mkdir(parents=True, exist_ok=True)
    kind = recipe.kind or kind_of(recipe.url)
    if kind == "ckan":
        address = ckan_resource(client.ask, recipe.url, recipe.resource)
        client.require_followed(f"{recipe.url}: the dataset names a file at", recipe.url, address)
        recipe, kind = recipe.model_copy(update={"url": address}), kind_of(address)
    if kind in ("arcgis", "wfs"):
        path = _service(kind, recipe, what, folder, client)
    else:
        arrived = _file(recipe, folder, client)
        if arrived is None:
            return _there(recipe, folder, notes)
        path = arrived
    sha256 = _sha256(path)
    record(folder, path, recipe.url, sha256)
    return Fetched(path, sha256, path.stat().st_size, notes=notes)


def _file(recipe: Recipe, folder: Path, client: Client) -> Path | None:
    """Fetch a plain file by pooch, which checks the checksum; None where it is there already."""
    name = safe_name(recipe.file_name or unquote(PurePosixPath(urlsplit(recipe.url).path).name))
    path = folder / name
    known = recorded(folder).get(name, {})
    if path.exists():
        sha256 = _sha256(path)
        if sha256 == recipe.sha256 or (
            recipe.sha256 is None
            and known.get("sha256") == sha256
            and known.get("address") == without_secrets(recipe.url)
        ):
            return None
        raise InTheWayError(
            f"{path}: there is another file of this name. Move it away, or choose another folder with --to."
        )
    part = folder / f"{name}.part"

    def downloader(url: str, output_file: str, _: Any) -> None:
        headers = client.download(url, part)
        _what_it_is(url, part, name, headers.get("Content-Type", ""), recipe)
        shutil.copyfile(part, output_file)

    pooch.get_logger().setLevel(logging.ERROR)
    try:
        arrived = pooch.retrieve(
            recipe.url, f"sha256:{recipe.sha256}" if recipe.sha256 else None, name, folder, downloader=downloader
        )
    except ValueError as failure:
        part.unlink(missing_ok=True)
        raise SourceError(
            f"{recipe.url}: the file is not the one expected: its SHA-256 differs ({_short(failure)}). The publisher may have "
            "changed it: look at it, then correct the checksum in the catalogue."
        ) from None
    part.unlink(missing_ok=True)
    return Path(arrived)


def _what_it_is(url: str, part: Path, name: str, content_type: str, recipe: Recipe) -> None:
    """Stop at files that are not what was asked for, and drop them."""
    size = part.stat().st_size
    with part.open("rb") as file:
        head = file.read(600).lstrip().lower()
    trouble = ""
    if recipe.bytes is not None and size != recipe.bytes:
        trouble = f"it has {size} bytes, {recipe.bytes} were expected"
    elif not size:
        trouble = "it is empty"
    elif (head.startswith((b"<!doctype html", b"<html")) or content_type.startswith("text/html")) and not name.endswith(
        (".html", ".htm")
    ):
        trouble = "it is a web page (a login or error page?), not data"
    elif name.lower().endswith(".zip"):
        trouble = zip_trouble(part)
    if trouble:
        part.unlink()
        raise SourceError(f"{url}: the file was dropped: {trouble}. Look at the address in a browser.")


def _service(kind: str, recipe: Recipe, what: str, folder: Path, client: Client) -> Path:
    """Fetch all features of a service into one GeoJSON file, written at once when complete."""
    stem = (
        what
        if not what.startswith("http")
        else re.sub(r"\W+", "_", recipe.layer or urlsplit(recipe.url).path.strip("/"))[-60:]
    )
    path = folder / safe_name(recipe.file_name or f"{stem}.geojson")
    pages = folder / f"{path.name}.pages"
    pages.mkdir(exist_ok=True)
    if kind == "arcgis":
        features = arcgis_features(client.ask, recipe.url, pages)
    else:
        features = wfs_features(client.ask, recipe.url, recipe.layer, pages)
    present = {name.casefold() for feature in features[:200] for name in feature.get("properties") or {}}
    lost = [name for name in recipe.columns if name.casefold() not in present]
    if lost and features:
        raise SourceError(
            f"{recipe.url}: the service changed its columns: {', '.join(lost)} no longer there. It has "
            f"{', '.join(sorted(present)[:30])}. The catalogue entry needs new facts."
        )
    part = path.with_name(f"{path.name}.part")
    part.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    part.replace(path)
    shutil.rmtree(pages)
    return path


def _write(answer: requests.Response, url: str, part: Path, mode: Literal["ab", "wb"]) -> None:
    """Write what arrives, as long as the disk has room: some servers never end, and packed answers grow."""
    with part.open(mode) as file:
        for count, chunk in enumerate(answer.iter_content(_CHUNK)):
            if count % _CHUNKS_BETWEEN_LOOKS == 0 and shutil.disk_usage(part.parent).free < _LEAVE_FREE:
                raise SourceError(
                    f"{url}: stopped after {file.tell()} bytes, for less than {_LEAVE_FREE >> 20} MB of the disk are free. Make "
                    f"room, or remove {part.name} if the server never ends."
                )
            file.write(chunk)


def _port(address: SplitResult) -> int:
    with suppress(ValueError):
        return address.port or {"http": 80, "https": 443}.get(address.scheme, 0)
    return 0


def _total(answer: requests.Response, have: int) -> int | None:
    length = answer.headers.get("Content-Length")
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        return None  # it counts the packed bytes
    return have + int(length) if length and length.isdigit() else None


def _retry_after(answer: requests.Response, wait: float) -> float:
    header = answer.headers.get("Retry-After", "")
    return min(float(header), _LONGEST_WAIT_S) if header.isdigit() else wait


def _short(failure: BaseException) -> str:
    return " ".join(str(failure).split())[:160]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _there(recipe: Recipe, folder: Path, notes: tuple[str, ...]) -> Fetched:
    path = folder / safe_name(recipe.file_name or unquote(PurePosixPath(urlsplit(recipe.url).path).name))
    return Fetched(path, _sha256(path), path.stat().st_size, was_there=True, notes=notes)
