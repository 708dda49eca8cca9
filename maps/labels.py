"""Room for names and numbers on a small map: none touches another, and they lie on as few marks as can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, pixels."""

FAR_COSTS = 0.35
"""A spot farther from its mark counts as covering so much of a mark for every ring between."""


@dataclass(frozen=True)
class Spot:
    """Where a text stands.

    Parameters
    ----------
    box : Box
        What it covers.
    ring : int
        0 beside its mark, more the farther away.
    """

    box: Box
    ring: int


class Labels:
    """What of a drawing is taken.

    Parameters
    ----------
    width_px, height_px : int
        Of the drawing; nothing is written over its edge.
    kept : iterable of Box
        What no text may touch.
    marks : ndarray, shape (n, 2)
        Middles of marks that a text covers only where it must, pixels.
    mark_px : float
        Half the width of such a mark.
    """

    def __init__(
        self,
        width_px: int,
        height_px: int,
        kept: Iterable[Box] = (),
        marks: np.ndarray | None = None,
        mark_px: float = 3.0,
    ) -> None:
        self._edge = (0.0, 0.0, float(width_px), float(height_px))
        self.taken = list(kept)
        middles = np.empty((0, 2)) if marks is None else np.asarray(marks, dtype=float).reshape(-1, 2)
        self._marks = np.hstack([middles - mark_px, middles + mark_px])

    def keep(self, *boxes: Box) -> None:
        """Keep boxes clear of every later text."""
        self.taken.extend(boxes)

    def free(self, box: Box) -> bool:
        """Say whether a box lies on the paper and touches nothing that is kept."""
        left, top, right, low = self._edge
        inside = box[0] >= left and box[1] >= top and box[2] <= right and box[3] <= low
        return inside and not any(touch(box, other) for other in self.taken)

    def covered(self, box: Box) -> int:
        """Return how many marks a box lies on."""
        marks = self._marks
        return int(((marks[:, :2] < box[2:]) & (marks[:, 2:] > box[:2])).all(axis=1).sum())

    def put(self, spots: Sequence[Spot], most: float = float("inf")) -> Spot | None:
        """Take the best of the spots that are free, the first of several as good; None where each lies on more than ``most``."""
        costs = [
            (self.covered(spot.box) + FAR_COSTS * spot.ring, at) for at, spot in enumerate(spots) if self.free(spot.box)
        ]
        if not costs or min(costs)[0] > most:
            return None
        chosen = spots[min(costs)[1]]
        self.taken.append(chosen.box)
        return chosen


def touch(a: Box, b: Box) -> bool:
    """Say whether two boxes overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
