"""One joint belief about every waste (is it there, how rich, how large), and all that follows from it: amounts, chances, ranks.

References
----------
Goldstein & Spiegelhalter (1996), League tables and their limitations, *J. R. Stat. Soc. A* 159 (intervals of ranks). Laird &
Louis (1989), *J. Educ. Stat.* 14. Roberts (2018), The unreasonable effectiveness of quasirandom sequences (the points of
`_points`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

Z90 = 1.644854
"""Half width of a 90 % interval in standard deviations."""

POINTS = 512
"""Points per waste over which amounts are averaged; the same for all wastes, so that like wastes stay alike."""

CELLS_AT_ONCE = 4_000_000
"""Numbers in the making at once."""

TRIAL_DRAWS = 200
"""Draws of the whole region that settle its largest amount and the amount worth a visit."""

EXACT_RANKS = 1024
"""Sites up to which every rank is counted for itself; beyond, far ranks are counted in classes."""

GRADE_SCORES = np.linspace(-4.0, 4.0, 129)
"""Standard normal scores at which a grade that follows no normal law is given."""

OrderBy = Literal["payable", "chance", "grade"]


@dataclass(frozen=True)
class WasteBelief:
    """What is believed of every waste; decimal logarithms of ppm and tonnes.

    Parameters
    ----------
    exists : ndarray of float, shape (n,)
        Chance that there is a waste at all.
    grade_log10, grade_sd : ndarray of float, shape (n,)
        Normal belief about the grade of the waste, not about a fitted mean.
    tonnage_log10, tonnage_below, tonnage_above : ndarray of float, shape (n,)
        Median of the tonnes and the standard deviation on either side of it, each side with half of the chance.
    grade_quantiles : ndarray of float, shape (n, 129), optional
        The grade at `GRADE_SCORES` where the belief about it is no normal one, as where a waste is either of a rich kind or of
        common rock: no normal law has the chance of both and no grade beyond either.
    """

    exists: np.ndarray
    grade_log10: np.ndarray
    grade_sd: np.ndarray
    tonnage_log10: np.ndarray
    tonnage_below: np.ndarray
    tonnage_above: np.ndarray
    grade_quantiles: np.ndarray | None = None

    def columns(self) -> dict[str, np.ndarray]:
        """Return what is believed by name, one row per waste."""
        named = ((name, getattr(self, name)) for name in self.__dataclass_fields__)
        return {name: column for name, column in named if column is not None}

    def rows(self, some: slice) -> WasteBelief:
        """Return the belief about some wastes."""
        return WasteBelief(**{name: column[some] for name, column in self.columns().items()})

    def chance(self, grade_log10: float) -> np.ndarray:
        """Return the chance that the grade of each waste is at least so much, where there is one."""
        if self.grade_quantiles is None:
            return ndtr((self.grade_log10 - grade_log10) / self.grade_sd)
        return chance_of_quantiles(self.grade_quantiles, grade_log10)

    def grade(self, z: np.ndarray) -> np.ndarray:
        """Return log10 ppm at standard normal scores: one of every waste, shape (n,), or the same of all, shape (1, m)."""
        if self.grade_quantiles is None:
            middle, sd = (
                (self.grade_log10, self.grade_sd)
                if z.ndim == 1
                else (self.grade_log10[:, None], self.grade_sd[:, None])
            )
            return middle + sd * z
        step = GRADE_SCORES[1] - GRADE_SCORES[0]
        position = np.clip((z - GRADE_SCORES[0]) / step, 0.0, len(GRADE_SCORES) - 1.001)
        before = position.astype(int)
        rows: slice | np.ndarray = np.arange(len(self.exists)) if z.ndim == 1 else slice(None)
        where = before if z.ndim == 1 else before[0]
        low, high = self.grade_quantiles[rows, where], self.grade_quantiles[rows, where + 1]
        between: np.ndarray = low + (position - before) * (high - low)
        return between


def chance_of_quantiles(quantiles: np.ndarray, grade_log10: float) -> np.ndarray:
    """Return the chance of at least so much, log10 ppm, of grades given at `GRADE_SCORES`, shape (n, 129)."""
    last = len(GRADE_SCORES) - 1
    below = np.clip((quantiles < grade_log10).sum(axis=1), 1, last)
    rows = np.arange(len(quantiles))
    low, high = quantiles[rows, below - 1], quantiles[rows, below]
    part = np.divide(grade_log10 - low, high - low, out=np.zeros_like(low), where=high > low)
    score = GRADE_SCORES[below - 1] + np.clip(part, 0.0, 1.0) * (GRADE_SCORES[1] - GRADE_SCORES[0])
    chance = ndtr(-score)
    return np.where(quantiles[:, -1] < grade_log10, 0.0, np.where(quantiles[:, 0] >= grade_log10, 1.0, chance))


@dataclass(frozen=True)
class Aim:
    """What is looked for.

    Parameters
    ----------
    grade_log10 : float
        Decimal logarithm of the least grade that pays, ppm.
    cap_t : float
        Contained tonnes beyond which more counts no more: a plausible largest amount of the region.
    contained_t : float
        Contained tonnes that make a waste worth a visit.
    """

    grade_log10: float
    cap_t: float
    contained_t: float


def choose_aim(belief: WasteBelief, grade_log10: float, visits: int, contained_t: float | None, seed: int) -> Aim:
    """Derive from the region what a largest amount is and what amount is worth a visit.

    The cap is the median over draws of the largest contained amount; the amount worth a visit the median of the (visits / 2)-th
    largest payable amount, rounded to two digits. An amount fixed too low makes every rich waste equal, one too high finds
    only giants; half of the visits is near the best of both. Where fewer wastes than visits are to be expected to pay, half
    of those stand for half of the visits: what a waste that does not pay holds is no amount worth a visit.
    """
    largest, worth = [], []
    paying = float((belief.exists * belief.chance(grade_log10)).sum())
    last = max(1, min(visits, round(paying)) // 2) - 1
    for draw in range(TRIAL_DRAWS):
        contained, grade, _ = _draw(belief, seed, draw)
        largest.append(float(contained.max(initial=0.0)))
        payable = np.where(grade >= grade_log10, contained, 0.0)
        within = min(last, len(payable) - 1)
        worth.append(float(-np.partition(-payable, within)[within]) if len(payable) else 0.0)
    cap = float(np.median(largest)) if largest else 0.0
    contained_goal_t = contained_t if contained_t is not None else two_digits(float(np.median(worth)))
    return Aim(grade_log10, max(cap, 1e-9), contained_goal_t)


def with_share(belief: WasteBelief, rows: np.ndarray, grade_log10: float, share: float) -> WasteBelief:
    """Return the belief with the grades of some wastes moved alike, so that their mean chance of a grade is a known share.

    What was assayed for being rich says too much of the rest; by how much, assays cannot tell: an audit of random wastes or a
    published share can.

    Parameters
    ----------
    belief : WasteBelief
        Of all wastes.
    rows : ndarray of bool, shape (n,)
        The wastes that were not assayed.
    grade_log10 : float
        Decimal logarithm of the grade, ppm.
    share : float
        Of those wastes that reach it, between 0 and 1.

    References
    ----------
    King & Zeng (2001), Logistic regression in rare events data, *Political Analysis* 9 (the same shift, in log-odds).
    """
    if not rows.any():
        return belief
    z = (belief.grade_log10[rows] - grade_log10, belief.grade_sd[rows])

    def excess(shift: float) -> float:
        return float(ndtr((z[0] + shift) / z[1]).mean()) - share

    shift = float(brentq(excess, -20.0, 20.0))
    return replace(belief, grade_log10=np.where(rows, belief.grade_log10 + shift, belief.grade_log10))


def two_digits(amount: float) -> float:
    """Return an amount rounded to two significant digits."""
    return float(f"{amount:.1e}")


def amounts(belief: WasteBelief, aim: Aim) -> dict[str, np.ndarray]:
    """Return what each waste may hold.

    Returns
    -------
    dict of str to ndarray of float, shape (n,)
        ``payable_t``: expected contained tonnes where the grade pays, capped; ``payable_low_t``, ``payable_high_t``: its 5 and
        95 % quantiles; ``chance_payable``: chance to hold the amount worth a visit at a grade that pays; ``contained_low_t``,
        ``contained_high_t``: quantiles of the contained tonnes where there is a waste; ``held_t``: expected contained tonnes,
        capped, whatever the grade.
    """
    there, z_grade, z_tonnage = _points()
    names = (
        "payable_t",
        "payable_low_t",
        "payable_high_t",
        "chance_payable",
        "contained_low_t",
        "contained_high_t",
        "held_t",
    )
    drawn = {name: np.zeros(len(belief.exists)) for name in names}
    for some in _blocks(len(belief.exists)):
        part = belief.rows(some)
        grade = part.grade(z_grade)
        contained = 10.0 ** (grade + _tonnage(part, z_tonnage) - 6.0)
        held = np.where(there < part.exists[:, None], np.minimum(contained, aim.cap_t), 0.0)
        pays = (grade >= aim.grade_log10) & (there < part.exists[:, None])
        payable = np.where(pays, held, 0.0)
        drawn["held_t"][some] = held.mean(axis=1)
        drawn["payable_t"][some] = payable.mean(axis=1)
        drawn["payable_low_t"][some], drawn["payable_high_t"][some] = np.quantile(payable, (0.05, 0.95), axis=1)
        enough = (pays & (contained >= aim.contained_t)).mean(axis=1)
        drawn["chance_payable"][some] = np.minimum(enough, part.exists * part.chance(aim.grade_log10))
        drawn["contained_low_t"][some], drawn["contained_high_t"][some] = np.quantile(contained, (0.05, 0.95), axis=1)
    return drawn


@dataclass(frozen=True)
class RankDraws:
    """Ranks of the same wastes over many draws.

    Parameters
    ----------
    low, high : ndarray of int, shape (n,)
        5 and 95 % quantiles of the rank.
    top : ndarray of float, shape (n,)
        Chance to be among the first so many.
    """

    low: np.ndarray
    high: np.ndarray
    top: np.ndarray


def draw_ranks(
    belief: WasteBelief, aim: Aim, order_by: OrderBy, last: np.ndarray, n_draws: int, top: int, seed: int
) -> RankDraws:
    """Rank all wastes in every draw of the whole region; equal ones in random order.

    Parameters
    ----------
    belief : WasteBelief
        In a fixed order, such as that of ``site_id``.
    aim : Aim
        Grade that pays and cap.
    order_by : {"payable", "chance", "grade"}
        What a draw is ordered by: the payable tonnes, or the grade.
    last : ndarray of bool, shape (n,)
        Wastes that come behind all others whatever is drawn.
    n_draws, top, seed : int
        Draws, places that count as the top, and seed; draw *i* uses the stream ``[seed, i]``, so that cutting the draws into
        parts changes nothing.
    """
    n = len(last)
    edges, class_of = _rank_classes(n)
    counts = np.zeros((n, len(edges) - 1), dtype=np.uint16)
    best = np.zeros(n)
    rows, rank = np.arange(n), np.empty(n, dtype=np.int64)
    for draw in range(n_draws):
        contained, grade, tie = _draw(belief, seed, draw)
        if order_by == "payable":
            value = np.where(grade >= aim.grade_log10, np.minimum(contained, aim.cap_t), 0.0)
        else:
            value = np.where(contained > 0, 10.0**grade, 0.0)
        key = np.where(last, 2.0 + tie, np.where(value > 0, -value, tie))
        rank[np.argsort(key)] = rows
        counts[rows, class_of[rank]] += 1
        best += rank < top
    alike, sizes = _alike(belief, last)
    if len(sizes) < n:  # wastes of one belief share their draws: their ranges must not differ by luck
        by_group = np.argsort(alike, kind="stable")
        starts = np.append(0, np.cumsum(sizes)[:-1])
        counts = np.add.reduceat(counts[by_group], starts, axis=0, dtype=np.int32)
        best = np.bincount(alike, best) / sizes
    else:
        alike, sizes = rows, np.ones(n, dtype=int)
    total = np.cumsum(counts, axis=1, dtype=np.int32)
    draws = (n_draws * sizes)[:, None]
    low = edges[(total < 0.05 * draws).sum(axis=1)] + 1
    high = edges[(total < 0.95 * draws).sum(axis=1) + 1]
    return RankDraws(low[alike], high[alike], best[alike] / n_draws)


def _alike(belief: WasteBelief, last: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which group of wastes of the same belief each waste belongs to, shape (n,), and the size of each group."""
    _, group, sizes = np.unique(
        np.column_stack([*belief.columns().values(), last]), axis=0, return_inverse=True, return_counts=True
    )
    return group.ravel(), sizes


def _draw(belief: WasteBelief, seed: int, draw: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return contained tonnes (0 where there is no waste), log10 grade and a number that breaks ties, of one draw."""
    rng = np.random.Generator(np.random.Philox(key=np.array([seed, draw], dtype=np.uint64)))
    n = len(belief.exists)
    grade = belief.grade(rng.standard_normal(n))
    z = rng.standard_normal(n)
    tonnage = belief.tonnage_log10 + z * np.where(z < 0, belief.tonnage_below, belief.tonnage_above)
    there, tie = rng.random(n) < belief.exists, rng.random(n)
    return np.where(there, 10.0 ** (grade + tonnage - 6.0), 0.0), grade, tie


def _tonnage(belief: WasteBelief, z: np.ndarray) -> np.ndarray:
    side = np.where(z < 0, belief.tonnage_below[:, None], belief.tonnage_above[:, None])
    return belief.tonnage_log10[:, None] + z * side


def _points() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return evenly spread points of the unit cube: one uniform and two normal coordinates, shape (1, `POINTS`) each."""
    golden = 1.2207440846057596  # the root of x^4 = x + 1: the three-dimensional golden ratio
    steps = np.arange(1, POINTS + 1)
    there, first, second = ((0.5 + steps / golden**power) % 1.0 for power in (1, 2, 3))
    return there[None, :], ndtri(first)[None, :], ndtri(second)[None, :]


def _blocks(n: int) -> Iterator[slice]:
    step = max(1, CELLS_AT_ONCE // POINTS)
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))


def _rank_classes(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of the classes of ranks (from 0) and the class of every rank: fine at the top, even below."""
    if n <= EXACT_RANKS:
        edges = np.arange(n + 1)
    else:
        fine = np.geomspace(64, n, 96).astype(int)
        edges = np.unique(np.concatenate([np.arange(65), fine, np.linspace(0, n, 65).astype(int)]))
    return edges, np.repeat(np.arange(len(edges) - 1), np.diff(edges))
