"""A packed tree of line pieces, searched by compiled code with the metric of the ground at each place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

FAN = 8
"""Boxes of one level that share a box of the next."""

KEPT = 12
"""Candidates kept per place; a place with more as near as its nearest is searched another way."""


@dataclass(frozen=True)
class PackedTree:
    """Boxes of pieces in levels: the pieces along a space-filling curve, then boxes of eight, up to one.

    Parameters
    ----------
    order : ndarray of int
        Piece at each position of the lowest level.
    boxes : ndarray
        West, south, east, north of all levels, lowest first, shape (n, 4).
    first : ndarray of int
        Level k has the boxes ``first[k]`` to ``first[k + 1]``.
    """

    order: np.ndarray
    boxes: np.ndarray
    first: np.ndarray


def pack(boxes: np.ndarray) -> PackedTree:
    """Build the tree of some boxes, shape (n, 4), n > 0."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    low, size = middle.min(axis=0), np.maximum(np.ptp(middle, axis=0), 1e-9)
    grid = ((middle - low) / size * 65_535).astype(np.uint64)
    order = np.argsort(_interleaved(grid[:, 0]) | (_interleaved(grid[:, 1]) << np.uint64(1)), kind="stable")
    levels = [boxes[order]]
    while len(levels[-1]) > 1:
        heads = np.arange(0, len(levels[-1]), FAN)
        below = levels[-1]
        lows = np.minimum.reduceat(below[:, :2], heads, axis=0)
        highs = np.maximum.reduceat(below[:, 2:], heads, axis=0)
        levels.append(np.hstack([lows, highs]))
    first = np.concatenate([[0], np.cumsum([len(level) for level in levels])])
    return PackedTree(order, np.vstack(levels), first)


def _interleaved(number: np.ndarray) -> np.ndarray:
    """Spread the lower 16 bits of numbers to every other bit (Morton order)."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        number = (number | (number << np.uint64(shift))) & np.uint64(mask)
    return number


@lru_cache(maxsize=1)
def compiled_search() -> Callable[..., None]:
    """Return the compiled search."""
    import numba

    try:
        return numba.njit(nogil=True, cache=True)(_search)
    except RuntimeError:  # nowhere to keep compiled code
        return numba.njit(nogil=True)(_search)


def _search(  # noqa: C901 - one loop nest that is compiled as a whole
    xy: np.ndarray,
    metric: np.ndarray,
    shortest: np.ndarray,
    points: np.ndarray,
    start: np.ndarray,
    stop: np.ndarray,
    order: np.ndarray,
    boxes: np.ndarray,
    first: np.ndarray,
    kept: np.ndarray,
    found: np.ndarray,
) -> None:
    """Fill ``kept`` with the pieces nearly as near as the nearest, per place; ``found`` is their number, -1 for too many."""
    top = len(first) - 2
    width = kept.shape[1]
    stack_level = np.empty(8 * (top + 2), dtype=np.int64)
    stack_box = np.empty(8 * (top + 2), dtype=np.int64)
    stack_bound = np.empty(8 * (top + 2))
    metres = np.empty(width)
    for place in range(len(xy)):
        x, y = xy[place, 0], xy[place, 1]
        a, b, c, d = metric[place, 0, 0], metric[place, 0, 1], metric[place, 1, 0], metric[place, 1, 1]
        scale = shortest[place] * 0.999999
        best, limit, count = np.inf, np.inf, 0
        dropped = np.inf
        stack_level[0], stack_box[0], stack_bound[0] = top, 0, 0.0
        size = 1
        while size > 0:
            size -= 1
            level, box = stack_level[size], stack_box[size]
            if stack_bound[size] > limit:
                continue
            if level > 0:
                bottom = size
                last = min((box + 1) * 8, first[level] - first[level - 1])
                for child in range(box * 8, last):
                    at = first[level - 1] + child
                    dx = max(0.0, max(boxes[at, 0] - x, x - boxes[at, 2]))
                    dy = max(0.0, max(boxes[at, 1] - y, y - boxes[at, 3]))
                    bound = scale * np.sqrt(dx * dx + dy * dy)
                    if bound > limit:
                        continue
                    slot = size
                    while slot > bottom and stack_bound[slot - 1] < bound:
                        stack_level[slot], stack_box[slot] = stack_level[slot - 1], stack_box[slot - 1]
                        stack_bound[slot] = stack_bound[slot - 1]
                        slot -= 1
                    stack_level[slot], stack_box[slot], stack_bound[slot] = level - 1, child, bound
                    size += 1
                continue
            piece = order[box]
            nearest = np.inf
            for vertex in range(start[piece], stop[piece]):
                hx, hy = points[vertex, 0] - x, points[vertex, 1] - y
                sx, sy = points[vertex + 1, 0] - points[vertex, 0], points[vertex + 1, 1] - points[vertex, 1]
                px, py = a * hx + b * hy, c * hx + d * hy
                qx, qy = a * sx + b * sy, c * sx + d * sy
                length = qx * qx + qy * qy
                along = 0.0
                if length > 0.0:
                    along = min(1.0, max(0.0, -(px * qx + py * qy) / length))
                ex, ey = px + along * qx, py + along * qy
                nearest = min(nearest, ex * ex + ey * ey)
            nearest = np.sqrt(nearest)
            if nearest > limit:
                continue
            if nearest < best:
                best = nearest
                limit = best * (1.0101 + best / 8.0e6) + 1e-3
                staying = 0
                for slot in range(count):
                    if metres[slot] <= limit:
                        metres[staying], kept[place, staying] = metres[slot], kept[place, slot]
                        staying += 1
                count = staying
            if count < width:
                metres[count], kept[place, count] = nearest, piece
                count += 1
            else:
                dropped = min(dropped, nearest)
        found[place] = -1 if dropped <= limit else count
