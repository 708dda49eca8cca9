"""What was read for a run: its layers by role, and the account of every source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, overload

import geopandas as gpd
import pandas as pd
from pandera.typing import DataFrame
from pyproj import CRS

from layers import schema
from layers.accounting import Note
from layers.catalogue.source import Source
from layers.errors import LayerError
from layers.rasters.raster import Raster
from layers.schema import GeoDataFrame


@dataclass(frozen=True)
class Account:
    """The rows of one source: read = kept + merged + withheld + rejected."""

    source: str
    role: str
    rows_read: int
    rows_kept: int
    rows_merged: int
    rows_withheld: int
    rows_rejected: int

    def __post_init__(self) -> None:
        total = self.rows_kept + self.rows_merged + self.rows_withheld + self.rows_rejected
        if min(self.rows_kept, self.rows_merged, self.rows_withheld) < 0 or total != self.rows_read:
            raise LayerError(
                f"{self.source}: {self.rows_read} rows were read but {total} are accounted for ({self}). "
                "This is a fault in minewaste: please report it with the run file."
            )


@dataclass(frozen=True)
class Inputs:
    """All layers of a run, in the working CRS, and the account of every source.

    ``drawn`` holds what pages and files show beside the sites as it was read, EPSG:4326, so that nothing published has gone to
    the working CRS and back.
    ``accounts`` of inventories count records; `pipeline.run` settles them once sites are merged. Sources that may not be
    published appear in ``accounts`` as ``local_only_1`` …, and nowhere else.
    ``unheeded`` and ``respelt`` are requests of stewards, as source and row of their list, that fit nothing, and that were
    followed by an id spelt otherwise; ``quoting`` are records, as source and row, that stay and quote a number of a withheld
    site; ``quoting_layers`` are rows of other layers with such a text; ``empty_lists`` are lists of requests that hold none.
    They are for the person who runs it, and for no file.
    """

    crs: CRS
    layers: dict[str, Any]
    drawn: dict[str, gpd.GeoDataFrame]
    rasters: tuple[Raster, ...]
    accounts: tuple[Account, ...]
    rejected: pd.DataFrame
    notes: tuple[Note, ...]
    sources: tuple[Source, ...]
    sha256: dict[str, str]
    side_cars: dict[str, dict[str, str]] = field(default_factory=dict)
    local_only: tuple[str, ...] = field(default=())
    withheld: int = 0
    unheeded: tuple[str, ...] = ()
    respelt: tuple[str, ...] = ()
    quoting: tuple[str, ...] = ()
    quoting_layers: tuple[str, ...] = ()
    empty_lists: tuple[str, ...] = ()

    @overload
    def __getitem__(self, role: Literal["inventory"]) -> GeoDataFrame[schema.Records]: ...
    @overload
    def __getitem__(self, role: Literal["geochemistry"]) -> GeoDataFrame[schema.Samples]: ...
    @overload
    def __getitem__(self, role: Literal["territories"]) -> GeoDataFrame[schema.Territories]: ...
    @overload
    def __getitem__(self, role: Literal["communities"]) -> GeoDataFrame[schema.Communities]: ...
    @overload
    def __getitem__(self, role: Literal["lines"]) -> GeoDataFrame[schema.Lines]: ...
    @overload
    def __getitem__(self, role: Literal["backdrop"]) -> GeoDataFrame[schema.Backdrop]: ...
    @overload
    def __getitem__(self, role: Literal["exclusions"]) -> GeoDataFrame[schema.Exclusions]: ...
    @overload
    def __getitem__(self, role: Literal["links"]) -> DataFrame[schema.Links]: ...
    def __getitem__(self, role: str) -> Any:
        return self.layers[role]

    def release(self, *roles: str) -> None:
        """Let go of layers that no later step reads: samples and areas are most of the memory of a run."""
        for role in roles:
            del self.layers[role]
