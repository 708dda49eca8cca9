"""A way real files differ from clean ones, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tests.mutations.sheet import Sheet

Draw = np.random.Generator
Change = Callable[[Sheet, Draw], None]


@dataclass(frozen=True)
class Mutation:
    """One mutation.

    Parameters
    ----------
    kind : str
        What is changed: ``sign``, ``unit``, ``encoding`` ...
    name : str
        Which way, unique among all.
    needs : tuple of str
        Keys a sheet must have; an ``inventory`` or ``geochemistry`` among them is a role.
    change : callable
        Changes a sheet in place, and its truth where facts change.
    """

    kind: str
    name: str
    needs: tuple[str, ...]
    change: Change

    def fits(self, sheet: Sheet) -> bool:
        """Say whether a sheet has what the mutation changes."""
        roles = {"inventory", "geochemistry"}
        return all(one == sheet.role if one in roles else one in sheet.keys for one in self.needs)

    def applied(self, sheet: Sheet, seed: int) -> Sheet:
        """Return a changed copy."""
        changed = sheet.copy()
        self.change(changed, np.random.default_rng(seed))
        return changed


CATALOGUE: list[Mutation] = []
"""All mutations, in the order they were written down."""


def mutation(kind: str, name: str, *needs: str) -> Callable[[Change], Change]:
    """Add a function to the catalogue as a mutation."""

    def add(change: Change) -> Change:
        if any(one.name == name for one in CATALOGUE):
            raise ValueError(f"two mutations are called '{name}'")
        CATALOGUE.append(Mutation(kind, name, needs, change))
        return change

    return add


def some(sheet: Sheet, draw: Draw, count: int = 1) -> list[int]:
    """Return positions of some rows, none of them censored or changed by another mutation."""
    free = [row for row, own in enumerate(sheet.ids()) if own not in sheet.rows_touched]
    plain = [row for row in free if not any(cell.startswith("<") for cell in sheet.rows[row])]
    return sorted(int(one) for one in draw.choice(plain, count, replace=False))
