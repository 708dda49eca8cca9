"""How far what is said of one mine holds for its neighbours: agreement of like mines by distance, fitted and tested."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

REACHES_KM = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 35.0, 60.0)
"""Lengths that are tried."""

LEAST_PAIRS = 30
"""Pairs of like mines below which nothing is learned."""

PARTS = 5


@dataclass(frozen=True)
class CampLaw:
    r"""Chance :math:`f + (t - f) e^{-d/L}` that two like mines at a distance agree.

    Parameters
    ----------
    top, floor : float
        At no distance, and far apart, where mines agree because their kind is common.
    reach_km : float
        L.
    n_pairs : int
        Pairs that taught it; 0 where it is judgement.
    skill : float
        Share by which the law's squared error on blocks left out is smaller than that of one constant; NaN for judgement.
    """

    top: float
    floor: float
    reach_km: float
    n_pairs: int
    skill: float

    def chance(self, km: np.ndarray) -> np.ndarray:
        """Return the chance of agreement at each distance."""
        chance: np.ndarray = self.floor + (self.top - self.floor) * np.exp(-km / self.reach_km)
        return chance


JUDGED = CampLaw(top=0.6, floor=0.2, reach_km=8.0, n_pairs=0, skill=float("nan"))
"""Where too few mines say enough to learn from."""

JUDGED_RARE = CampLaw(top=0.25, floor=0.02, reach_km=5.0, n_pairs=0, skill=float("nan"))
"""The same, for words that few mines of the kind say."""


def fit_camp_law(km: np.ndarray, agrees: np.ndarray, block: np.ndarray, judged: CampLaw = JUDGED) -> CampLaw:
    """Fit the law by least squares; where it does no better on blocks left out than one constant, the constant is the law.

    Parameters
    ----------
    km : ndarray of float, shape (n,)
        Distance from each mine to its nearest like one.
    agrees : ndarray of bool, shape (n,)
        Whether the two say the same.
    block : ndarray of int, shape (n,)
        Cell of the map of each mine; mines of one cell are left out together.
    judged : CampLaw
        The law where there are fewer than `LEAST_PAIRS` pairs.
    """
    if len(km) < LEAST_PAIRS:
        return judged
    y = agrees.astype(float)
    part = np.unique(block, return_inverse=True)[1] % PARTS
    law_error = constant_error = 0.0
    for fold in range(PARTS):
        out = part == fold
        if not out.any() or out.all():
            continue
        top, floor, reach = _least_squares(km[~out], y[~out])
        law_error += float(((floor + (top - floor) * np.exp(-km[out] / reach) - y[out]) ** 2).sum())
        constant_error += float(((y[~out].mean() - y[out]) ** 2).sum())
    skill = 1.0 - law_error / constant_error if constant_error > 0 else 0.0
    if skill <= 0:
        return CampLaw(float(y.mean()), float(y.mean()), 1.0, len(y), skill)
    return CampLaw(*_least_squares(km, y), n_pairs=len(y), skill=skill)


def _least_squares(km: np.ndarray, y: np.ndarray) -> tuple[float, float, float]:
    """Return top, floor and reach of the best of the lengths that are tried."""
    best = (np.inf, float(y.mean()), float(y.mean()), 1.0)
    for reach in REACHES_KM:
        columns = np.column_stack([np.ones(len(km)), np.exp(-km / reach)])
        floor, rise = np.linalg.lstsq(columns, y, rcond=None)[0]
        floor = float(np.clip(floor, 0.0, 1.0))
        top = float(np.clip(floor + rise, floor, 1.0))
        error = float(((floor + (top - floor) * columns[:, 1] - y) ** 2).sum())
        if error < best[0]:
            best = (error, top, floor, reach)
    return best[1:]
