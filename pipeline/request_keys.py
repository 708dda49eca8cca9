"""Ids as people write them in requests of stewards: found in the spelling of the inventories where one id alone fits.

A request is typed by hand, passed on by mail and saved by programs: hyphens become dashes or blanks, zeros fall off or are added,
an apostrophe is put in front, a remark behind. Where exactly one id of the run is the same without such marks, it is meant. Two
ids that differ in nothing else are not told apart by guessing: such a request is left to the person who runs it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from layers.text import as_key, without_accents
from pipeline.input_layers import Inputs

_PARTS = re.compile(r"[;,|\n]")
_REMARK = re.compile(r"[(\[][^()\[\]]*[)\]]\s*$")
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)[^a-z\d]+(?=\d)")
_OTHER_MARKS = re.compile(r"[\W_]+")
_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_OF_A_FLOAT = re.compile(r"\.0$")
PART = "#"
"""Stands between the id of a request and the number of one of several ids it names."""

ROWS_TOLD = 20
"""Rows of a list that a message names."""


def without_marks(text: str) -> str:
    """Return an id for comparing: no case, no accents, no marks but between two numbers, no zeros in front of a number."""
    plain = without_accents(_OF_A_FLOAT.sub("", as_key(text)))
    numbers_apart = "~".join(_OTHER_MARKS.sub("", part) for part in _BETWEEN_NUMBERS.split(plain))
    return _ZEROS.sub("", numbers_apart)


class KnownIds:
    """The ids of a run, by what they are without marks.

    Parameters
    ----------
    *tiers : collection of str
        Ids as they stand, the kind that is meant first in front: official ids, then ids of records and sites.
    """

    def __init__(self, *tiers: Iterable[str]) -> None:
        kinds = [sorted(set(tier)) for tier in tiers]
        self._exact = {as_key(own) for tier in kinds for own in tier}
        self._tiers: list[dict[str, dict[str, str]]] = []
        for tier in kinds:
            forms: dict[str, dict[str, str]] = {}
            for own in tier:
                forms.setdefault(without_marks(own), {}).setdefault(as_key(own), own)
            self._tiers.append(forms)

    def spelling_of(self, text: str) -> str | None:
        """Return the id that a text means, as the run spells it; None where none is or several may be meant."""
        for written in dict.fromkeys((text, _REMARK.sub("", text).strip())):
            if as_key(written) in self._exact:
                return written
            form = without_marks(written)
            alike = next((tier[form] for tier in self._tiers if form and form in tier), {})
            if alike:
                return next(iter(alike.values())) if len(alike) == 1 else None
        return None

    def spellings_of(self, key: str) -> tuple[str, ...]:
        """Return the ids that a key of a request means; parts that mean none stay together as they are, behind the others."""
        spelling = self.spelling_of(key)
        if spelling is not None:
            return (spelling,)
        parts = [part.strip() for part in _PARTS.split(key) if part.strip()]
        spellings = [self.spelling_of(part) for part in parts]
        meant = tuple(dict.fromkeys(own for own in spellings if own is not None))
        if len(parts) < 2 or not meant:
            return (key,)
        left = "; ".join(part for part, own in zip(parts, spellings, strict=True) if own is None)
        return (*meant, left) if left else meant


def ids_of_sites(sites: pd.DataFrame) -> KnownIds:
    """Return the ids of sites; a column that is missing holds none."""
    columns = [sites[name] for name in ("official_ids", "record_ids", "site_id") if name in sites.columns]
    return KnownIds(*({part for cell in cells.dropna() for part in str(cell).split("; ")} for cells in columns))


def spelt_as_known(exclusions: gpd.GeoDataFrame, known: KnownIds) -> gpd.GeoDataFrame:
    """Return requests with the ids they mean, in the spelling of the run.

    Parameters
    ----------
    exclusions : GeoDataFrame[Exclusions]
        As read.
    known : KnownIds
        What there is.

    Returns
    -------
    GeoDataFrame[Exclusions]
        A request of several ids is a row for each, ``exclusion_id`` with ``#2`` … behind; the others keep their row and id.
    """
    spellings = [(key,) if pd.isna(key) else known.spellings_of(str(key)) for key in exclusions["key"]]
    rows = [at for at, own in enumerate(spellings) for _ in own]
    numbers = [number for own in spellings for number in range(1, len(own) + 1)]
    spelt: Any = exclusions.iloc[rows].reset_index(drop=True)
    spelt["key"] = pd.Series(
        [key for own in spellings for key in own], index=spelt.index, dtype=exclusions["key"].dtype
    )
    spelt["exclusion_id"] = [
        own if number == 1 else f"{own}{PART}{number}"
        for own, number in zip(spelt["exclusion_id"], numbers, strict=True)
    ]
    return spelt


def request_of(exclusion_id: str) -> str:
    """Return the request that an id, or one of several ids, comes from: source and row of the list."""
    return exclusion_id.split(PART, 1)[0]


def spelt_otherwise(before: pd.DataFrame, after: pd.DataFrame) -> tuple[str, ...]:
    """Return the requests of which `spelt_as_known` changed more than case and blanks."""
    keys = dict(zip(before["exclusion_id"], before["key"], strict=True))
    changed = {
        request_of(own): None
        for own, key in zip(after["exclusion_id"], after["key"], strict=True)
        if pd.notna(key) and as_key(str(key)) != as_key(str(keys[request_of(own)]))
    }
    return tuple(changed)


@dataclass(frozen=True)
class RequestsTold:
    """What the person who runs it is told of requests: rows of their lists and of inventories, and nothing that stands there.

    Parameters
    ----------
    unheeded : tuple of str
        Requests that name and cover nothing, as source and row of the list.
    respelt : tuple of str
        Requests followed by an id that is spelt otherwise.
    quoting : tuple of str
        Rows that stay and quote a number or name of a withheld site, as source and row.
    quoting_layers : tuple of str
        The same of roads, areas, lakes, communities and known links.
    empty_lists : tuple of str
        Lists of requests that hold none.
    """

    unheeded: tuple[str, ...] = ()
    respelt: tuple[str, ...] = ()
    quoting: tuple[str, ...] = ()
    quoting_layers: tuple[str, ...] = ()
    empty_lists: tuple[str, ...] = ()

    @classmethod
    def of(cls, inputs: Inputs) -> RequestsTold:
        """Return what inputs hold of requests."""
        return cls(inputs.unheeded, inputs.respelt, inputs.quoting, inputs.quoting_layers, inputs.empty_lists)

    def in_words(self) -> list[str]:
        """Return one line for each of the five that there is."""
        lines = []
        if self.empty_lists:
            names = ", ".join(f"'{name}'" for name in self.empty_lists)
            lines.append(f"No requests: {names} can be read and holds no row. If it should hold some, see the file.")
        if self.unheeded:
            lines.append(f"Requests not followed: {rows_in_words(self.unheeded)}.")
        if self.respelt:
            lines.append(
                "Requests followed by the one id that is the same but for marks, zeros and remarks: "
                f"{rows_in_words(self.respelt)}."
            )
        if self.quoting:
            lines.append(
                "Rows that quote a number or the name of a withheld site, and are none of its own by name and place, stay: "
                f"{rows_in_words(self.quoting)}. Name them in a request too if they are to go."
            )
        if self.quoting_layers:
            lines.append(
                "Rows of layers around the sites hold a number or the name of a withheld site (a lake, a road or an area may be "
                f"called so of itself) and stay: {rows_in_words(self.quoting_layers)}. Take them out of the files if they tell."
            )
        return lines

    def as_json(self) -> dict[str, list[str]]:
        """Return the same as what JSON can hold."""
        return {
            "requests_without_site_rows": sorted({request_of(own) for own in self.unheeded}),
            "requests_spelt_otherwise_rows": list(self.respelt),
            "lists_without_requests": list(self.empty_lists),
            "records_quoting_withheld_rows": list(self.quoting),
            "layers_quoting_withheld_rows": list(self.quoting_layers),
        }


def rows_in_words(requests: Collection[str]) -> str:
    """Return requests, given as ``source:row``, as words for the person who runs it: rows of each list, and nothing they hold."""
    rows: dict[str, list[int]] = {}
    for request in requests:
        source, row = request_of(request).rsplit(":", 1)
        rows.setdefault(source, []).append(int(row))
    return "; ".join(f"{_listed(own)} of '{source}'" for source, own in rows.items())


def _listed(rows: Sequence[int]) -> str:
    shown = sorted(set(rows))
    more = f" and {len(shown) - ROWS_TOLD} more" if len(shown) > ROWS_TOLD else ""
    return f"{'row' if len(shown) == 1 else 'rows'} {', '.join(map(str, shown[:ROWS_TOLD]))}{more}"
