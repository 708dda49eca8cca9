"""What a column heading says, and its words by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layers.cells.heading_tokens import Token, vocabulary
from layers.elements import parse_oxide

IONS = frozenset(vocabulary()["ions"])


SYMBOLS = frozenset(vocabulary()["element_names"])


@dataclass(frozen=True)
class Heading:
    """What a heading says.

    Parameters
    ----------
    text : str
        As in the file.
    kind : str
        ``result``, ``detection_limit``, ``upper_limit``, ``error``, ``qualifier``, ``unit``, ``method``, ``lab_id``,
        ``statistic``, ``total``, ``ratio``, ``normalised``, ``mass``, ``volume``, ``area``, ``height``, ``date``, ``name``,
        ``commodity``, ``status``, ``site_id``, ``sample_id``, ``sample_type``, ``depth_from``, ``depth_to``, ``medium``,
        ``latitude``, ``longitude``, ``easting``, ``northing``, ``zone``, ``datum`` or ``other``.
    element : str or None
        Symbol, oxide or ion the column states or belongs to, e.g. ``La``, ``La2O3``, ``SO4``.
    unit : str or None
        As commonly written, e.g. ``ppm``, ``pct``, ``Mt``, ``short ton``.
    multiplier_to_base : float or None
        From the unit to ppm, t, m3, m2 or m of what is named; None where the heading says no unit or not by mass.
    method : str or None
        As written.
    unknown : tuple of str
        Words nobody knows, or whose meaning only a person who knows the table can tell. Not empty: ask.
    role : str
        Of a result: ``first``, ``repeat``, ``over_range``, ``best``, ``form`` (one form of the element: ``Cr6+``, ``Pb EDTA``) or
        ``dissolved`` (``Au CN``, ``mg/L``). The last two are no share of the whole element and are never read as one.
    method_class : str or None
        One of `layers.schema.METHODS`, None where the heading names no method.
    """

    text: str
    kind: str
    element: str | None = None
    unit: str | None = None
    multiplier_to_base: float | None = None
    method: str | None = None
    unknown: tuple[str, ...] = ()
    role: str = "first"
    method_class: str | None = None

    @property
    def symbol(self) -> str | None:
        """Symbol of the element whose share the column states; None of ions, water and carbon dioxide."""
        if self.element is None or self.element in IONS:
            return None
        oxide = parse_oxide(self.element)
        if oxide is not None:
            return oxide[0]
        return self.element if self.element in SYMBOLS else None


class Words:
    """The tokens of one heading by class."""

    def __init__(self, text: str, heading_tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = heading_tokens
        self.unknown = tuple(
            token.text for token in heading_tokens if not token.readings or "half known" in token.readings
        )
        self.classes: dict[str, list[Token]] = {}
        for token in heading_tokens:
            for group in token.readings:
                self.classes.setdefault(group, []).append(token)

    def has(self, *groups: str) -> bool:
        """Say whether any word may be of one of some classes."""
        return any(group in self.classes for group in groups)

    def meaning(self, group: str) -> str | None:
        """Return the meaning of the last word of a class."""
        return self.classes[group][-1].readings[group] if group in self.classes else None
