"""What a benchmark step is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.workload import Workload


@dataclass(frozen=True)
class Step:
    """One hot step and the ways to do it.

    Parameters
    ----------
    load : callable
        ``load(workload, variant)`` reads what the timed part needs; not timed.
    variants : mapping of str to callable
        ``ours``, and where there are such ``naive``, ``limit`` and peers (any other name); each takes the loaded state.
    answer : callable
        ``answer(outcome, state)`` -> named figures; not timed.
    tolerance : mapping of str to float
        Relative difference allowed per figure.
    largest : mapping of str to str
        Variant -> largest size (S, M, L) it is run at.
    once : frozenset of str
        Variants run a single time at sizes M and L, because they take minutes.
    """

    load: Callable[[Workload, str], Any]
    variants: Mapping[str, Callable[[Any], Any]]
    answer: Callable[[Any, Any], Mapping[str, float]]
    tolerance: Mapping[str, float]
    largest: Mapping[str, str] = field(default_factory=dict)
    once: frozenset[str] = frozenset({"naive"})

    def variants_at(self, size: str, runs: int) -> dict[str, int]:
        """Return the variants to run at a size and how often."""
        order = "TSML"
        return {
            name: 1 if name in self.once and size in "ML" else runs
            for name in self.variants
            if order.index(size) <= order.index(self.largest.get(name, "L"))
        }
