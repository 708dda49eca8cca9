"""Known public sources: facts about their files, and how a file is recognised by its columns.

A catalogue entry is one YAML file of facts in ``layers/catalogue/``; a run file adds or overrides facts per source. Both
together make a `Source`, the only thing a reader needs to know besides the file itself.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Role = Literal[
    "inventory", "geochemistry", "territories", "communities", "lines", "backdrop", "raster", "links", "exclusions"
]


class Source(BaseModel):
    """A file and everything known about it, after catalogue facts and the run file's words are put together.

    Only ``id``, ``role`` and ``path`` are always needed. ``columns`` maps a layer's column to the file's column (or to
    several, tried in turn); ``values`` translates cell values per layer column; see ``layers/catalogue/*.yml``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    language: Literal["en", "fr", "es"] | None = Field(
        default=None, description="language of the file; O is west only in French and Spanish"
    )
    crs: str | None = Field(default=None, description="CRS of the coordinates, e.g. EPSG:4269; never guessed")
    columns: dict[str, str | list[str]] = Field(default_factory=dict)
    values: dict[str, dict[str, str]] = Field(default_factory=dict)
    defaults: dict[str, str | float] = Field(default_factory=dict, description="layer column -> value for every row")
    where: dict[str, list[str]] = Field(
        default_factory=dict, description="keep rows whose column is one of these values"
    )
    missing: list[str] = Field(default_factory=list, description="cell texts that mean not known, e.g. UNK")
    commodity_codes: dict[str, str] = Field(
        default_factory=dict,
        description="this publisher's commodity codes or phrases -> plain names; codes clash between publishers",
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="role-specific settings, checked by the role's reader"
    )
    publisher: str | None = None
    address: str | None = None
    licence: str | None = None
    attribution: str | None = None
    date: str | None = None
    steward: str | None = None
    permission_date: str | None = None
    publish: Literal["allowed", "generalised", "never"] | None = None
    use_conditions: str | None = None
