"""Which rows train and which are tested, fold by fold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.kernels.fold_distances import nearest_km


@dataclass(frozen=True)
class Folds:
    """Training and test rows of every fold.

    Parameters
    ----------
    trains, tests : ndarray of bool, shape (k, n)
        No row is both in one fold. A row may be neither.
    lost : int
        Training rows given up to a buffer, over all folds.
    names : tuple of str, length k or 0
        Of folds that a user gave, as they stand in the file.
    """

    trains: np.ndarray
    tests: np.ndarray
    lost: int = 0
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Return the number of folds."""
        return len(self.tests)

    @property
    def fold(self) -> np.ndarray:
        """First fold each row is tested in, -1 where in none; shape (n,)."""
        return np.where(self.tests.any(axis=0), self.tests.argmax(axis=0), -1)

    def both(self, positive: np.ndarray, judged: np.ndarray) -> int:
        """Return how many folds test judged rows of both classes."""
        has_positive, other = (
            (self.tests & judged & positive).any(axis=1),
            (self.tests & judged & ~positive).any(axis=1),
        )
        return int((has_positive & other).sum())


def complements(
    folds: np.ndarray, x_km: np.ndarray | None = None, y_km: np.ndarray | None = None, buffer_km: float | None = None
) -> Folds:
    """Return folds that train on all others; rows of fold -1 are never used.

    Parameters
    ----------
    folds : ndarray of int, shape (n,)
        Fold per row.
    x_km, y_km : ndarray of float, shape (n,), optional
        Places, for a buffer.
    buffer_km : float, optional
        Training rows nearer than this to a row held out are left out.
    """
    tests = folds == np.unique(folds[folds >= 0])[:, None]
    whole = Folds(~tests & (folds >= 0), tests)
    return whole if x_km is None or y_km is None else buffered(whole, x_km, y_km, buffer_km)


def buffered(folds: Folds, x_km: np.ndarray, y_km: np.ndarray, buffer_km: float | None) -> Folds:
    """Return folds whose training rows lie at least so far (km) from every row tested; unchanged without a distance."""
    if not buffer_km:
        return folds
    kept = folds.trains.copy()
    for index, (train, test) in enumerate(zip(folds.trains, folds.tests, strict=True)):
        kept[index, np.flatnonzero(train)] = nearest_km(x_km, y_km, train, test) >= buffer_km
    return Folds(kept, folds.tests, int(folds.trains.sum() - kept.sum()), folds.names)


def given_folds(splits: pd.DataFrame, site_ids: pd.Series) -> Folds:
    """Return the folds of a user's file.

    Parameters
    ----------
    splits : DataFrame
        ``site_id, fold, role``; role ``test`` or ``train``. Where no row of the file has the role ``train``, every site is tested
        in its fold and trains all others; where some have, a fold trains on exactly those.
    site_ids : Series of str, shape (n,)
        Rows of the task; sites not in the file are in no fold.
    """
    row_of = {site: row for row, site in enumerate(site_ids)}
    known = splits[splits["site_id"].isin(row_of)]
    names = sorted(known.loc[known["role"] == "test", "fold"].unique())
    known = known[known["fold"].isin(names)]
    tests = np.zeros((len(names), len(site_ids)), dtype=bool)
    trains = np.zeros_like(tests)
    code = known["fold"].map({name: index for index, name in enumerate(names)}).to_numpy(int)
    row = known["site_id"].map(row_of).to_numpy(int)
    role = known["role"].to_numpy()
    tests[code[role == "test"], row[role == "test"]] = True
    if (role == "train").any():
        trains[code[role == "train"], row[role == "train"]] = True
    else:
        trains = tests.any(axis=0) & ~tests
    return Folds(trains, tests, names=tuple(str(name) for name in names))
