"""Targets beside rare earths: the table of facts in ``targets.yml``, checked when it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layers.elements import REE as RARE_EARTHS
from layers.own_tables import own_table
from layers.text import did_you_mean

REE = "REE"


class _Facts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grades(_Facts):
    """Log-normal grades of the wastes of a kind, ppm of the element, and the number of wastes that taught them."""

    median_ppm: float = Field(gt=0)
    gsd: float = Field(gt=1)
    n: int = Field(ge=0)
    source: str


class HostKind(Grades):
    """Wastes of a kind of deposit in which a target stays.

    Where no type of deposit is known, all words of a ``signature`` together tell it, unless one of ``unless`` stands there, too.
    Beside one of ``not_beside`` the companions say nothing unless the target was the main product. A first product of
    ``belied_by`` belies the type of deposit, unless the target is named.
    """

    code: str
    deposit: str
    companions: tuple[str, ...]
    wastes: tuple[str, ...]
    needs: Literal["deposit", "named"] | None = None
    signature: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    not_beside: tuple[str, ...] = ()
    belied_by: tuple[str, ...] = ()
    carried_away: float = Field(default=1.0, gt=0, le=1)


class TargetFacts(_Facts):
    """What is known of one target; ``minerals`` are those of which it is a main part, by name."""

    name: dict[Literal["en", "fr"], str]
    commodity: str
    also: tuple[str, ...] = ()
    minerals: tuple[str, ...] = ()
    elements: tuple[str, ...] | None = None
    form: str | None = None
    factor: float = 1.0
    crust_ppm: float | None
    threshold_ppm: float = Field(gt=0)
    threshold_why: str
    most_ppm: float = Field(gt=0, le=1_000_000)
    background: Grades
    hosts: tuple[HostKind, ...] = Field(min_length=1)


class TargetTable(_Facts):
    """All targets, those that cannot be one with the reason, and the sources of the figures."""

    sources: dict[str, str]
    targets: dict[str, TargetFacts]
    refused: dict[str, dict[Literal["en", "fr"], str]]

    @model_validator(mode="after")
    def _sources_there(self) -> TargetTable:
        cited = {host_kind.source for facts in self.targets.values() for host_kind in (facts.background, *facts.hosts)}
        if cited - set(self.sources):
            raise ValueError(f"sources: {', '.join(sorted(cited - set(self.sources)))} are cited and not listed")
        if set(self.sources) - cited:
            raise ValueError(f"sources: {', '.join(sorted(set(self.sources) - cited))} are listed and not cited")
        return self


@lru_cache(maxsize=1)
def target_table() -> TargetTable:
    """Return the table of targets."""
    return TargetTable.model_validate(own_table("pipeline.evidence", "targets.yml"))


def known_targets() -> Mapping[str, TargetFacts]:
    """Return the facts of every target but rare earths, by its symbol or name."""
    return MappingProxyType(target_table().targets)


def host_sources(targets: pd.DataFrame) -> list[list[Any]]:
    """Return what the grades of every kind of host rest on, for the kinds that count at some site.

    Parameters
    ----------
    targets : DataFrame
        Of `rank_targets`: ``target``, ``host``, ``host_wastes``.

    Returns
    -------
    list of list
        Target, code of the host (``background`` for common rock), published wastes, their source in words, and measured wastes of
        the region that moved it.
    """
    table, kinds = target_table(), []
    for (symbol, code), own in targets.fillna({"host": "background"}).groupby(["target", "host"], sort=False):
        if symbol not in table.targets:
            continue
        facts = table.targets[str(symbol)]
        kind = next((host for host in facts.hosts if host.code == code), facts.background)
        kinds.append([str(symbol), str(code), kind.n, table.sources[kind.source], int(own["host_wastes"].max())])
    return kinds


def checked_targets(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the targets of a run file under their symbols, each once, ``all`` and names of commodities spelt out.

    Raises
    ------
    ValueError
        If targets are unknown, or can be none: all of them are named with the reason.
    """
    table = target_table()
    symbols = {REE.casefold(): REE, "rare earths": REE, "rare earth elements": REE}
    for symbol, facts in table.targets.items():
        symbols |= dict.fromkeys((symbol.casefold(), facts.name["en"].casefold(), facts.commodity.casefold()), symbol)
    chosen: list[str] = []
    unknown: list[str] = []
    refused: list[str] = []
    for name in wanted:
        word = name.strip().casefold()
        if word == "all":
            chosen += [REE, *table.targets]
        elif word in table.refused:
            refused.append(f"'{name}' cannot be one: {table.refused[word]['en']}")
        elif word in symbols:
            chosen.append(symbols[word])
        else:
            of_rare_earths = word in {symbol.casefold() for symbol in RARE_EARTHS}
            hint = " It is one of the rare earths: write REE." if of_rare_earths else did_you_mean(name, symbols)
            unknown.append(f"'{name}' is not known.{hint}")
    if unknown:
        unknown[-1] += f" Known are {REE}, {', '.join(table.targets)}, or all"
    if refused or unknown:
        raise ValueError(f"targets: {'; '.join([*refused, *unknown])}")
    return tuple(dict.fromkeys(chosen))
