"""Laws pooled over regions, one per target, and what they say of the sites of one run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from pydantic import BaseModel, ConfigDict

from pipeline.learning.pooled_law import LawTrial, PooledLaw
from pipeline.learning.pooled_wastes import pooled_wastes

COLUMNS = ("site_id", "target", "learned_log10", "learned_sd")


class PooledRegion(BaseModel):
    """A region that was pooled: its name, the sha256 of its tables of assays, and its measured wastes by target."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    inputs: tuple[str, ...]
    measured: dict[str, int]


@dataclass(frozen=True)
class TargetLaw:
    """The law of one target, with those that each region was left out of, and its test.

    Parameters
    ----------
    law : PooledLaw
        Of all regions.
    without : mapping of str to PooledLaw
        By the name of the region left out.
    trial : LawTrial
    """

    law: PooledLaw
    without: Mapping[str, PooledLaw]
    trial: LawTrial


@dataclass(frozen=True)
class LearnedLaws:
    """What `minewaste learn` hands to a run: the regions, and per target its law."""

    regions: tuple[PooledRegion, ...]
    laws: Mapping[str, TargetLaw]

    def law_for(self, target: str, name: str, inputs: frozenset[str]) -> PooledLaw | None:
        """Return the law a run may use: of the other regions where it was pooled itself; None where no skill was shown.

        Parameters
        ----------
        target : str
        name : str
            Of the run.
        inputs : frozenset of str
            The sha256 of its tables of assays: a region that shares one is taken for the same.
        """
        known = self.laws.get(target)
        if known is None or not known.trial.used:
            return None
        same = self.same_regions(name, inputs)
        if not same:
            return known.law
        return known.without.get(same[0]) if len(same) == 1 else None

    def same_regions(self, name: str, inputs: frozenset[str]) -> list[str]:
        """Return the pooled regions that a run is, or shares an input with."""
        return [region.name for region in self.regions if region.name == name or inputs & set(region.inputs)]


def digest_of(learned: LearnedLaws) -> str:
    """Return a short name of what was pooled, for a card."""
    names = "|".join(f"{region.name}:{','.join(sorted(region.inputs))}" for region in learned.regions)
    return hashlib.sha256(names.encode()).hexdigest()[:12]


def learned_grades(
    laws: LearnedLaws | None, table: pd.DataFrame, targets: Sequence[str], name: str, inputs: frozenset[str]
) -> pd.DataFrame:
    """Return what the laws that showed skill let expect of every site; no rows for targets without such a law.

    Parameters
    ----------
    laws : LearnedLaws or None
    table : DataFrame
        Sites, as `pooled_wastes` takes them.
    targets : sequence of str
    name, inputs
        Of the run, as `LearnedLaws.law_for` takes them.

    Returns
    -------
    DataFrame
        ``site_id, target, learned_log10, learned_sd``: decimal logarithm of ppm, for ``REE`` of oxides.
    """
    empty = pd.DataFrame({column: pd.Series(dtype="str" if column in COLUMNS[:2] else "float") for column in COLUMNS})
    if laws is None:
        return empty
    parts = []
    for target in targets:
        law = laws.law_for(target, name, inputs)
        if law is None:
            continue
        mean, spread = law.predict(pooled_wastes(table, target, name))
        parts.append(
            pd.DataFrame({"site_id": table["site_id"], "target": target, "learned_log10": mean, "learned_sd": spread})
        )
    return pd.concat(parts, ignore_index=True) if parts else empty
