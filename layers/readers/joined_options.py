"""Where the amounts of an inventory stand in a table of their own."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class AmountTable(BaseModel):
    """A table of amounts joined to the places of an inventory by a key."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="file of the amounts, from the folder of the data")
    key: str = Field(description="column of the places that names the feature or site")
    table_key: str | None = Field(
        default=None, description="the same column in the table of amounts; null: of the same name"
    )
    sheet: str | None = Field(default=None, description="sheet of a workbook")
    add: list[str] = Field(
        default_factory=list, description="columns of numbers that are added up where a key has several rows"
    )
