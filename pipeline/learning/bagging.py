"""Bags of regressions that leave whole spatial blocks out, with exact contributions."""

# ruff: noqa: N803, N806 - scikit-learn calls the table X
from __future__ import annotations

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from pipeline.learning.labels import NEGATIVE, POSITIVE, PROBIT_TO_LOGIT, UNLABELLED
from pipeline.learning.ridge_logistic import fit_ridge_logistic

SMALLEST_SPREAD = 0.15
"""Least residual spread of concentrations believed, in log10: repeat samples of one waste differ by that much."""

RIDGE_CELLS = 8_000_000
"""Most numbers (bags x rows x columns) of ridge regressions solved together: 64 MB."""


class BlockBaggedRanker(ClassifierMixin, BaseEstimator):
    r"""Average, in log-odds, estimators that each saw other blocks and other unlabelled sites.

    Every bag leaves out a share of the spatial blocks. From the blocks it keeps it takes all positives and, when
    learning from positive and unlabelled sites, as many unlabelled ones drawn afresh (all measured negatives come
    along); when learning from measured classes it draws both by bootstrap. A site is scored out of bag by the bags
    that left out its block, so its neighbours did not vote. The score is :math:`f(x) = \frac1B \sum_b f_b(x)` with
    :math:`f_b` in log-odds; being a mean of additive models, it splits exactly into contributions of
    the features.

    Parameters
    ----------
    base : {"logistic", "grade_ridge"}
        Kind of regression. That of the grade predicts the measured concentration itself, which says more than on which side of
        a threshold it lies.
    n_bags : int
        Number of bags.
    inverse_penalty : float
        ``C`` of the ridge-penalised logistic regression; its inverse is the penalty of the ridge regression.
    left_out_share : float
        Share of the blocks a bag leaves out.
    draw_unlabelled : bool
        True: positives against unlabelled; False: positives against measured negatives, unlabelled ignored.
    random_state : int
        Seed; bag *b* draws from the stream ``[random_state, b]``.

    References
    ----------
    Mordelet & Vert (2014), A bagging SVM to learn from positive and unlabeled examples, *Pattern Recognition Letters*
    37.
    """

    def __init__(
        self,
        base: str = "logistic",
        n_bags: int = 100,
        inverse_penalty: float = 0.3,
        left_out_share: float = 0.35,
        *,
        draw_unlabelled: bool = True,
        random_state: int = 7,
    ) -> None:
        self.base = base
        self.n_bags = n_bags
        self.inverse_penalty = inverse_penalty
        self.left_out_share = left_out_share
        self.draw_unlabelled = draw_unlabelled
        self.random_state = random_state

    def fit(
        self,
        X: np.ndarray,
        y: np.ndarray,
        blocks: np.ndarray | None = None,
        grade: np.ndarray | None = None,
    ) -> Self:
        """Fit the bags.

        Parameters
        ----------
        X : ndarray of float, shape (n, p)
            Without missing values.
        y : ndarray of int, shape (n,)
            1 positive, 0 measured negative, -1 unlabelled.
        blocks : ndarray of str, shape (n,), optional
            Spatial block per site; default each site its own.
        grade : ndarray of float, shape (n,), optional
            Decimal logarithm of measured concentration over threshold, NaN where not measured; without it the
            classes are learned.

        Returns
        -------
        BlockBaggedRanker
            Fitted. Rows should come in the order of ``site_id``, for the draws go by row.
        """
        X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=int)
        names = np.arange(len(y)).astype(str) if blocks is None else np.asarray(blocks).astype(str)
        self.blocks_, code = np.unique(names, return_inverse=True)
        self.classes_ = np.array([0, 1])
        self.n_features_in_ = X.shape[1]
        self.kept_ = np.zeros((self.n_bags, len(self.blocks_)), dtype=bool)
        self.coef_ = np.zeros((self.n_bags, X.shape[1]))
        self.intercept_ = np.zeros(self.n_bags)
        self.centre_ = np.zeros((self.n_bags, X.shape[1]))
        draws = []
        for bag in range(self.n_bags):
            rng = np.random.default_rng([self.random_state, bag])
            self.kept_[bag] = self._kept_blocks(rng, code, y)
            inside = self.kept_[bag][code]
            if self.base == "grade_ridge" and grade is not None:
                known = np.flatnonzero(inside & np.isfinite(grade))
                draws.append((bag, rng.choice(known, size=len(known))))
            else:
                rows, classes = self._draw(rng, inside, y)
                self.centre_[bag] = X[rows].mean(axis=0)
                self.coef_[bag], intercept = fit_ridge_logistic(X[rows], classes, self.inverse_penalty)
                self.intercept_[bag] = intercept + self.coef_[bag] @ self.centre_[bag]
        if draws and grade is not None:
            self._fit_grade_ridges(draws, X, grade, np.eye(X.shape[1]) / self.inverse_penalty)
        return self

    def _kept_blocks(self, rng: np.random.Generator, code: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return which blocks a bag keeps: a random share goes out as long as some of each class stay."""
        count = len(self.blocks_)
        against = y != POSITIVE if self.draw_unlabelled else y == NEGATIVE
        positives = np.bincount(code, weights=y == POSITIVE, minlength=count)
        others = np.bincount(code, weights=against, minlength=count)
        inside = positives.tolist(), others.tolist()
        left = [sum(inside[0]), sum(inside[1])]
        floor = min(3.0, left[0] / 2.0), min(3.0, left[1] / 2.0)
        keep = np.ones(count, dtype=bool)
        for block in rng.permutation(count)[: round(self.left_out_share * count)].tolist():
            if left[0] - inside[0][block] >= floor[0] and left[1] - inside[1][block] >= floor[1]:
                keep[block] = False
                left[0] -= inside[0][block]
                left[1] -= inside[1][block]
        return keep

    def _draw(self, rng: np.random.Generator, inside: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows of one bag and their class 0/1."""
        positives = np.flatnonzero(inside & (y == POSITIVE))
        negatives = np.flatnonzero(inside & (y == NEGATIVE))
        if self.draw_unlabelled:
            unlabelled = np.flatnonzero(inside & (y == UNLABELLED))
            size = min(len(unlabelled), max(len(positives), 10))
            drawn = np.concatenate([negatives, rng.choice(unlabelled, size=size, replace=False)])
            rows = positives
        else:
            rows = rng.choice(positives, size=len(positives))
            drawn = rng.choice(negatives, size=len(negatives))
        return np.concatenate([rows, drawn]), np.repeat([1, 0], [len(rows), len(drawn)])

    def _fit_grade_ridges(
        self, draws: list[tuple[int, np.ndarray]], X: np.ndarray, grade: np.ndarray, penalty: np.ndarray
    ) -> None:
        r"""Fit ridge regressions of the concentration and turn them into log-odds of reaching the threshold.

        With normal residuals the chance is :math:`\Phi(g/s)`, close to the logistic of :math:`1.702\,g/s`. All bags are
        solved in one call, from row counts instead of copied rows: a hundred small systems cost what a few would.
        """
        known = np.flatnonzero(np.isfinite(grade))
        table, value = X[known], grade[known]
        step = max(1, int(RIDGE_CELLS / max(1, table.size)))
        for start in range(0, len(draws), step):
            part = draws[start : start + step]
            bags = np.array([bag for bag, _ in part])
            counts = np.stack([np.bincount(rows, minlength=len(X))[known] for _, rows in part]).astype(float)
            size = counts.sum(axis=1, keepdims=True)
            centre, mean = counts @ table / size, counts @ value / size[:, 0]
            weighted = counts[:, :, None] * table
            gram = weighted.transpose(0, 2, 1) @ table - size[:, :, None] * centre[:, :, None] * centre[:, None, :]
            moment = (counts * value) @ table - size * mean[:, None] * centre
            slope = np.linalg.solve(gram + penalty, moment[:, :, None])[:, :, 0]
            residual = value - mean[:, None] - (slope @ table.T - (slope * centre).sum(axis=1, keepdims=True))
            spread = np.sqrt((counts * residual**2).sum(axis=1) / size[:, 0])
            scale = PROBIT_TO_LOGIT / np.maximum(spread, SMALLEST_SPREAD)
            self.centre_[bags], self.coef_[bags] = centre, slope * scale[:, None]
            self.intercept_[bags] = mean * scale

    def bag_scores(self, X: np.ndarray) -> np.ndarray:
        """Return the log-odds of every bag, shape (n, n_bags)."""
        X = np.asarray(X, dtype=float)
        scores: np.ndarray = X @ self.coef_.T + (self.intercept_ - (self.coef_ * self.centre_).sum(axis=1))
        return scores

    def unseen(self, blocks: np.ndarray) -> np.ndarray:
        """Return which bags may score each site: those that left out its block.

        For a block never seen in training, or never left out, all bags may.

        Parameters
        ----------
        blocks : ndarray of str, shape (n,)
            Block per site.

        Returns
        -------
        ndarray of bool, shape (n, n_bags)
        """
        position = np.searchsorted(self.blocks_, np.asarray(blocks).astype(str)).clip(0, len(self.blocks_) - 1)
        known = self.blocks_[position] == np.asarray(blocks).astype(str)
        mask = ~self.kept_[:, position].T
        mask[~known] = True
        mask[~mask.any(axis=1)] = True
        return mask

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        """Return the mean log-odds over all bags, shape (n,)."""
        return self.bag_scores(X).mean(axis=1)

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        """Return the two columns 1 - s and s, where s is the logistic of the mean log-odds; not calibrated."""
        score = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - score, score])

    def predict(self, X: np.ndarray) -> np.ndarray:
        """Return 1 where the mean log-odds are positive."""
        return (self.decision_function(X) > 0).astype(int)

    def contributions(self, X: np.ndarray, mask: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Split the mean log-odds into a base and one summand per feature, exactly.

        Parameters
        ----------
        X : ndarray of float, shape (n, p)
            Prepared features.
        mask : ndarray of bool, shape (n, n_bags), optional
            Bags that score each site; default all.

        Returns
        -------
        base : ndarray of float, shape (n,)
            Log-odds before any feature is looked at.
        parts : ndarray of float, shape (n, p)
            ``base + parts.sum(axis=1)`` equals the mean of the masked bag scores.
        """
        X = np.asarray(X, dtype=float)
        weight = np.ones((len(X), self.n_bags)) if mask is None else mask.astype(float)
        weight = weight / weight.sum(axis=1, keepdims=True)
        parts = X * (weight @ self.coef_) - weight @ (self.coef_ * self.centre_)
        return weight @ self.intercept_, parts
