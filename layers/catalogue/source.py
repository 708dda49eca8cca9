"""Known public sources: facts about their files, and how a file is recognised by its columns.

A catalogue entry is one YAML file of facts in ``layers/catalogue/``; a run file adds or overrides facts per source. Both
together make a `Source`, the only thing a reader needs to know besides the file itself.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator, model_validator

from layers.catalogue.yaml_text import ShippedLoader
from layers.errors import ConfigError, SourceError
from layers.text import did_you_mean

Role = Literal[
    "inventory", "geochemistry", "territories", "communities", "lines", "backdrop", "raster", "links", "exclusions"
]


_DELIMITERS = {
    "comma": ",",
    "semicolon": ";",
    "tab": "\t",
    r"\t": "\t",
    "pipe": "|",
    "colon": ":",
    "blank": " ",
    "space": " ",
}
"""Delimiters by their names."""


class Description(BaseModel):
    """Who publishes a source, under which conditions; of a catalogue entry and of a run file alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    publisher: str | None = None
    address: str | None = None
    licence: str | None = None
    attribution: str | None = None
    date: str | None = None
    steward: str | None = None
    publish: Literal["allowed", "generalised", "never"] | None = None
    use_conditions: str | None = None

    @field_validator("date", "permission_date", check_fields=False)
    @classmethod
    def _day_there_is(cls, text: str | None) -> str | None:
        """Refuse a day or month in numbers that no calendar has; words such as ``October 2025`` are taken as they stand."""
        match = _DAY.fullmatch(text.strip()) if text is not None else None
        if match is not None:
            try:
                datetime.date(int(match["year"]), int(match["month"]), int(match["day"] or 1))
            except ValueError:
                raise ValueError(
                    f"'{text}' is no day of any calendar; write year, month and day as 2024-01-31"
                ) from None
        return text


_DAY = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.](?P<day>\d{1,2}))?")


class Source(Description):
    """A file and everything known about it, after catalogue facts and the run file's words are put together.

    Only ``id``, ``role`` and ``path`` are always needed. ``columns`` maps a layer's column to the file's column (or to
    several, tried in turn); ``values`` translates cell values per layer column; see ``layers/catalogue/*.yml``.
    """

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    role: Role
    path: str
    catalogue: str | None = Field(default=None, description="catalogue entry whose facts apply")
    title: str | None = None
    layer: str | None = Field(default=None, description="layer inside a GeoPackage, FileGDB or zip")
    sheet: str | None = Field(default=None, description="sheet of a workbook")
    header_row: int | None = Field(default=None, ge=1, description="1-based row of the column names")
    said_rows: dict[Literal["unit", "limit", "method"], int] = Field(
        default_factory=dict, description="1-based rows under the heading that describe columns"
    )
    encoding: str | None = Field(default=None, description="text encoding, e.g. cp1252; found out when absent")
    delimiter: str | None = Field(default=None, description="cell delimiter of a text file; found out when absent")
    decimal_mark: Literal[".", ","] | None = Field(default=None, description="decimal mark of numbers written as text")
    language: Literal["en", "fr", "es", "pt", "de"] | None = Field(
        default=None, description="language of the file; O is west in French, Spanish and Portuguese, east in German"
    )
    crs: str | None = Field(default=None, description="CRS of the coordinates, e.g. EPSG:4269; never guessed")
    columns: dict[str, str | list[str]] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    defaults: dict[str, str | float] = Field(default_factory=dict, description="layer column -> value for every row")
    where: dict[str, list[str]] = Field(
        default_factory=dict, description="keep rows whose column is one of these values"
    )
    ignore: list[str] = Field(
        default_factory=list, description="columns of the file that are left out knowingly; they are never asked about"
    )
    missing: list[str] = Field(default_factory=list, description="cell texts that mean not known, e.g. UNK")
    commodity_codes: dict[str, str] = Field(
        default_factory=dict,
        description="this publisher's commodity codes or phrases -> plain names; codes clash between publishers",
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="role-specific settings, checked by the role's reader"
    )
    permission_date: str | None = None

    @field_validator("delimiter", mode="before")
    @classmethod
    def _one_character(cls, delimiter: Any) -> Any:
        word = _DELIMITERS.get(delimiter.strip().casefold(), delimiter) if isinstance(delimiter, str) else delimiter
        if isinstance(word, str) and len(word) != 1:
            raise ValueError(
                f"'{delimiter}' is no delimiter: write one character between quotes, or comma, semicolon, tab, pipe, space"
            )
        return word

    _left_out: frozenset[int] = PrivateAttr(default=frozenset())

    @property
    def left_out(self) -> frozenset[int]:
        """Row numbers of the file that are read as if they were blank, at the request of a steward; written and shown nowhere."""
        return self._left_out

    def without_rows(self, rows: Iterable[int]) -> Source:
        """Return the source with rows of its file left out, counted as `layers.files.tables.RawTable.rows` counts them."""
        shorter = self.model_copy()
        shorter._left_out = frozenset(int(row) for row in rows)
        return shorter


Certainty = Literal["verified", "third_party", "unverified"]
"""How well a fact is known: seen in the publisher's own words or file, only in a copy, or not seen at all."""


class CatalogueEntry(Description):
    """Facts about one known public source, as its YAML file in ``layers/catalogue/`` states them.

    Every field of `Source` except ``id`` and ``path`` may be given; ``known`` says of each fact how well it is known, with
    ``all`` for facts that are not listed.
    """

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    role: Role
    title: str
    about: str | None = Field(default=None, description="what is in it and what to beware of, in a few sentences")
    recognise: list[str] = Field(default_factory=list, description="columns that together give the file away")
    file_names: list[str] = Field(
        default_factory=list,
        description="patterns of the publisher's file names, where columns do not give a file away",
    )
    known: dict[str, Certainty] = Field(description="fact -> certainty; 'all' for the rest")
    commodity_codes_of: str | None = Field(
        default=None, description="entry whose commodity codes this publisher uses too"
    )
    fetch: dict[str, Any] = Field(
        default_factory=dict, description="file name, sha256 and bytes where the address is a file"
    )
    facts: dict[str, Any] = Field(
        default_factory=dict, description="fields of Source: columns, values, missing, crs, options ..."
    )

    @property
    def certainty(self) -> Certainty:
        """How well the facts that are not listed one by one are known."""
        return self.known.get("all", "unverified")

    @model_validator(mode="after")
    def _facts_fit(self) -> CatalogueEntry:
        barred = {"id", "role", "path", "catalogue", "title", *_DESCRIPTION} & set(self.facts)
        if barred:
            raise ValueError(f"facts: {', '.join(sorted(barred))} stand beside facts, not in them")
        Source(id=self.id, role=self.role, path="-", **self.facts)
        stray = set(self.known) - {"all"} - set(self.facts) - set(type(self).model_fields)
        if stray:
            raise ValueError(f"known: {', '.join(sorted(stray))} are not facts of this entry")
        return self


_DESCRIPTION = tuple(Description.model_fields)
_MERGED = ("columns", "values", "defaults", "commodity_codes", "options", "said_rows")


@lru_cache(maxsize=1)
def load_catalogue() -> Mapping[str, CatalogueEntry]:
    """Return all catalogue entries by id, in alphabetical order.

    Raises
    ------
    ConfigError
        If a file breaks the entry's model, or is not named after its id.
    """
    entries: dict[str, CatalogueEntry] = {}
    folder = files("layers") / "catalogue"
    for file in sorted(folder.iterdir(), key=lambda path: path.name):
        if not file.name.endswith(".yml"):
            continue
        try:
            entry = CatalogueEntry.model_validate(yaml.load(file.read_text("utf-8"), Loader=ShippedLoader))  # noqa: S506
        except (ValidationError, yaml.YAMLError) as failure:
            raise ConfigError(f"layers/catalogue/{file.name}: the entry is wrong. {failure}") from None
        if file.name != f"{entry.id}.yml":
            raise ConfigError(
                f"layers/catalogue/{file.name}: the entry's id is '{entry.id}'. File name and id must be equal."
            )
        entries[entry.id] = entry
    return MappingProxyType(entries)


def resolve(spec: Source | Mapping[str, Any]) -> Source:
    """Put a run file's words and the catalogue's facts about a source together.

    The run file wins. Mappings (``columns``, ``values``, ``defaults``, ``commodity_codes``, ``options``) are merged key by
    key, so a run file can correct one column and keep the rest.

    Parameters
    ----------
    spec : Source or mapping
        A source as the run file states it.

    Returns
    -------
    Source
        Complete; unchanged where the source names no catalogue entry.

    Raises
    ------
    SourceError
        If the catalogue has no such entry, or has it under another role.
    """
    source = spec if isinstance(spec, Source) else Source.model_validate(dict(spec))
    if source.catalogue is None:
        return source
    catalogue = load_catalogue()
    entry = catalogue.get(source.catalogue)
    if entry is None:
        hint = did_you_mean(source.catalogue, catalogue) or " See 'minewaste sources'."
        raise SourceError(f"{source.id}: the catalogue has no entry '{source.catalogue}'.{hint}")
    if entry.role != source.role:
        raise SourceError(
            f"{source.id}: '{entry.id}' is a source of role '{entry.role}', not '{source.role}'. Correct 'role:'."
        )
    stated = source.model_dump(include=source.model_fields_set)
    facts: dict[str, Any] = {"title": entry.title, **entry.facts}
    facts |= {name: value for name in _DESCRIPTION if (value := getattr(entry, name)) is not None}
    if entry.commodity_codes_of:
        facts["commodity_codes"] = {**_codes(catalogue, entry.commodity_codes_of), **facts.get("commodity_codes", {})}
    merged = {**facts, **stated}
    for name in _MERGED:
        if name in facts and name in stated:
            merged[name] = _merge(facts[name], stated[name], deep=name == "values")
    return Source.model_validate(merged)


def _codes(catalogue: Mapping[str, CatalogueEntry], name: str) -> dict[str, str]:
    return dict(catalogue[name].facts.get("commodity_codes", {}))


def _merge(facts: Mapping[str, Any], stated: Mapping[str, Any], deep: bool) -> dict[str, Any]:
    merged = {**facts, **stated}
    if deep:
        merged |= {key: {**facts[key], **stated[key]} for key in stated if key in facts}
    return merged


@dataclass(frozen=True)
class Recognition:
    """A guess which catalogue entry a file belongs to.

    Parameters
    ----------
    entry : CatalogueEntry
        The entry.
    confidence : float
        Share of the entry's telling columns that are there (0-1).
    """

    entry: CatalogueEntry
    confidence: float


def recognise(columns: Iterable[str], at_least: float = 0.8) -> Recognition | None:
    """Recognise a known source by the names of its columns, whatever their case and order.

    Parameters
    ----------
    columns : iterable of str
        Column names of a file.
    at_least : float
        Share of an entry's telling columns that must be present.

    Returns
    -------
    Recognition or None
        The best entry (most of its columns; at a tie the one with more columns), or None if none fits well enough.
    """
    present = {str(column).strip().casefold() for column in columns}
    best: tuple[float, int, Recognition] | None = None
    for entry in load_catalogue().values():
        telling = {column.casefold() for column in entry.recognise}
        if not telling:
            continue
        share = len(telling & present) / len(telling)
        if share >= at_least and (best is None or (share, len(telling)) > best[:2]):
            best = (share, len(telling), Recognition(entry, share))
    return best[2] if best else None
