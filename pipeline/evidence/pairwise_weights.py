"""Weights from pairwise comparisons: the analytic hierarchy process of Saaty (1980)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Annotated

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

RANDOM_INDEX = {1: 0.0, 2: 0.0, 3: 0.58, 4: 0.90, 5: 1.12, 6: 1.24, 7: 1.32, 8: 1.41, 9: 1.45, 10: 1.49}
"""Mean consistency index of random reciprocal matrices of each size (Saaty 1980, *The Analytic Hierarchy Process*)."""

MOST_INCONSISTENT = 0.10
"""Consistency ratio above which comparisons contradict each other too much to be used (Saaty 1980)."""

PARTS = ("metal", "amount", "access", "liability")


@dataclass(frozen=True)
class PairwiseWeights:
    """Weights that sum to 1, and how well the comparisons they come from agree with each other."""

    weights: np.ndarray
    lambda_max: float
    consistency_index: float
    consistency_ratio: float


def pairwise_weights(matrix: np.ndarray) -> PairwiseWeights:
    r"""Return the principal eigenvector of a matrix of pairwise comparisons.

    The consistency index is :math:`(\lambda_{max} - n)/(n - 1)` and the ratio divides it by that of random matrices.

    Parameters
    ----------
    matrix : ndarray of float, shape (n, n)
        ``matrix[i, j]`` says how many times more i weighs than j; reciprocal, positive, n from 1 to 10.

    Returns
    -------
    PairwiseWeights

    Raises
    ------
    ValueError
        If the matrix is not square, not positive or not reciprocal, or larger than the table of random indices.

    References
    ----------
    Saaty, T. L. (1980). The Analytic Hierarchy Process. McGraw-Hill.
    """
    size = len(matrix)
    if matrix.shape != (size, size) or size not in RANDOM_INDEX:
        raise ValueError(f"a matrix of comparisons is square, of size 1 to 10; this one has the shape {matrix.shape}")
    if not (matrix > 0).all() or not np.allclose(matrix * matrix.T, 1.0, rtol=1e-6):
        raise ValueError("a matrix of comparisons is positive and reciprocal: a to b is one over b to a")
    values, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(values.real))
    vector = np.abs(vectors[:, first].real)
    index = (float(values[first].real) - size) / (size - 1) if size > 1 else 0.0
    expected = RANDOM_INDEX[size]
    return PairwiseWeights(
        weights=vector / vector.sum(),
        lambda_max=float(values[first].real),
        consistency_index=max(index, 0.0),
        consistency_ratio=max(index, 0.0) / expected if expected else 0.0,
    )


def _times(value: object) -> object:
    """Read ``1/3`` as a number."""
    if isinstance(value, str):
        try:
            return float(Fraction(value.replace(" ", "")))
        except (ValueError, ZeroDivisionError):
            return value
    return value


Times = Annotated[float, BeforeValidator(_times), Field(ge=1 / 9, le=9)]


class PairwiseComparisons(BaseModel):
    """How many times more one part of the companion score weighs than another, from 1/9 to 9."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metal_over_amount: Times = Field(
        description="1 alike, 3 somewhat, 5 clearly, 7 very much, 9 beyond comparison; 1/3 ..."
    )
    metal_over_access: Times = Field(description="the same")
    metal_over_liability: Times = Field(description="the same")
    amount_over_access: Times = Field(description="the same")
    amount_over_liability: Times = Field(description="the same")
    access_over_liability: Times = Field(description="the same")

    @model_validator(mode="after")
    def _consistent(self) -> PairwiseComparisons:
        weights = self.weigh()
        if weights.consistency_ratio > MOST_INCONSISTENT:
            raise ValueError(
                f"the comparisons contradict each other: consistency ratio {weights.consistency_ratio:.2f}, at most "
                f"{MOST_INCONSISTENT:.2f} can be used (Saaty 1980). Look again at {self._oddest(weights.weights)}"
            )
        return self

    def matrix(self) -> np.ndarray:
        """Return the reciprocal matrix of the comparisons, in the order metal, amount, access, liability."""
        table = np.eye(len(PARTS))
        for (i, first), (j, other) in combinations(enumerate(PARTS), 2):
            table[i, j] = getattr(self, f"{first}_over_{other}")
            table[j, i] = 1.0 / table[i, j]
        return table

    def weigh(self) -> PairwiseWeights:
        """Return the weights and their consistency."""
        return pairwise_weights(self.matrix())

    def _oddest(self, weights: np.ndarray) -> str:
        """Name the comparison that is farthest from what all of them together say, and what that would be."""
        off = np.abs(np.log(self.matrix() * weights[None, :] / weights[:, None]))
        i, j = sorted(np.unravel_index(int(np.argmax(off)), off.shape))
        name = f"{PARTS[i]}_over_{PARTS[j]}"
        return f"{name}: it is {getattr(self, name):.3g}, the others together say {weights[i] / weights[j]:.2g}"
