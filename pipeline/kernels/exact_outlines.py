"""Outlines handed to exactextract as WKB; its own features write JSON for each."""

from __future__ import annotations

from collections.abc import Iterator

from exactextract.feature import JSONFeature, JSONFeatureSource


class Outline(JSONFeature):
    """A feature of an outline and no properties."""

    def __init__(self, wkb: bytes) -> None:
        super().__init__()
        self.wkb = wkb

    def geometry(self) -> bytes:
        """Return the outline as WKB."""
        return self.wkb


class Outlines(JSONFeatureSource):
    """Outlines as WKB, one after another."""

    def __iter__(self) -> Iterator[Outline]:
        """Yield a feature per outline."""
        return (Outline(feature) for feature in self.src)
