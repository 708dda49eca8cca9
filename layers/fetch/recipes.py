"""Where data are to be had, and what a fetched file must not be. Nothing here reaches a network (see `layers.fetch.client`)."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from layers.catalogue.source import load_catalogue
from layers.errors import SourceError
from layers.files.archive_members import members_trouble

UNVERIFIED = "the address has not been verified: look at what arrived"
"""Note on a source whose address nobody has seen answer."""


class InTheWayError(SourceError):
    """A file of this machine, not the address, is in the way."""


class Recipe(BaseModel):
    """Where a source's data are to be had: the ``fetch`` entry of a catalogue file, or an address a person gave."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(pattern=r"^https?://", description="file, ArcGIS layer, WFS endpoint or CKAN dataset")
    kind: Literal["file", "arcgis", "wfs", "ckan"] | None = Field(default=None, description="null: told by the address")
    file_name: str | None = Field(default=None, description="name of the local file; null: the server's")
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="checksum the file must have")
    bytes: int | None = Field(default=None, ge=0, description="size the file must have")
    layer: str | None = Field(default=None, description="type name of a WFS")
    resource: str | None = Field(default=None, description="name or format of the resource of a CKAN dataset")
    hosts: list[str] = Field(default_factory=list, description="other hosts the address may lead to")
    columns: list[str] = Field(default_factory=list, description="columns a service must still have")


def recipe_of(what: str) -> tuple[Recipe, tuple[str, ...]]:
    """Return how to fetch a source or an address, and what to know about it; stop where it must not or cannot be fetched."""
    if re.match(r"https?://", what):
        return Recipe(url=what), ()
    entry = load_catalogue().get(what)
    if entry is None:
        raise SourceError(
            f"{what}: neither a source of the catalogue (see 'minewaste sources') nor an address (https://…)."
        )
    if entry.publish == "never":
        raise SourceError(
            f"{what}: {entry.title} is not fetched: {entry.use_conditions or 'its steward has not opened it'} "
            f"Ask {entry.steward or entry.publisher or 'its steward'}, and give your own copy a 'path:'."
        )
    if not entry.fetch:
        page = f" Its page is {entry.address}: fetch the file there," if entry.address else " Fetch the file by hand,"
        raise SourceError(f"{what}: no address of the data themselves is known.{page} or give the file's own address.")
    try:
        recipe = Recipe.model_validate({"columns": entry.recognise, **entry.fetch})
    except ValidationError as failure:
        raise SourceError(f"layers/catalogue/{what}.yml: fetch: {failure.errors()[0]['msg']}") from None
    certainty = entry.known.get("fetch", entry.certainty)
    notes = (f"licence: {entry.licence or 'not stated'}",)
    return recipe, notes if certainty == "verified" else (*notes, UNVERIFIED)


def kind_of(url: str) -> Literal["file", "arcgis", "wfs", "ckan"]:
    """Tell a service from a file by its address."""
    path, _, query = url.partition("?")
    if re.search(r"/(?:Map|Feature)Server/\d+/?(?:query)?$", path):
        return "arcgis"
    if re.search(r"service=wfs", query, re.IGNORECASE) or re.search(r"/(?:wfs|ows)/?$", path):
        return "wfs"
    if "/api/3/action/package_show" in path or re.search(r"/dataset/[^/.]+/?$", path):
        return "ckan"
    return "file"


def zip_trouble(path: Path) -> str:
    """Return what is wrong with a zip: damaged, or members that would be written outside its folder."""
    if not zipfile.is_zipfile(path):
        return "it is no zip file"
    with zipfile.ZipFile(path) as packed:
        return members_trouble(packed.infolist())


def safe_name(name: str) -> str:
    """Return a file name without any folder in it."""
    name = re.sub(r"[^\w.+ -]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(". ")
    return name or "download"
