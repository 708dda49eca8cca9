"""A user's own division of the sites into parts for training and testing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.located import locate
from layers.files.tables import read_table

KEY = "train_model.splits"
ROLES = ("test", "train", "omit")
TOLD = 5
"""Rows named in a message."""

MOST_FOLDS = 40
"""Of a list: with as many, every method is fitted 820 times; one fold per site of a region would run for days."""


def read_splits(path: Path, root: Path) -> pd.DataFrame:
    """Read the folds of a test.

    Parameters
    ----------
    path : Path
        A table with ``site_id``, ``fold`` and, optionally, ``role`` (test, train, omit; empty: test).
    root : Path
        Folder where a relative path starts.

    Returns
    -------
    DataFrame
        ``site_id, fold, role`` as text, roles ``test`` and ``train`` only, without the rows to omit.

    Raises
    ------
    SourceError
        If there is no such file, or it is a link out of the data folder; with the rows, where a column or a value is missing, a
        role is unknown, a site stands twice in a fold, a site is tested in several folds though none lists its training sites, or
        fewer than two folds or more than `MOST_FOLDS` test anything.
    """
    locate(KEY, str(path), root)
    raw = read_table(Source(id="splits", role="links", path=str(path)), root)
    where = f"{KEY} ({raw.path.name})"
    cells = raw.cells.rename(columns=lambda name: str(name).strip().casefold())
    missing = [name for name in ("site_id", "fold") if name not in cells]
    if missing:
        raise SourceError(
            f"{where}: lacks the columns {', '.join(missing)}; it has {', '.join(map(str, raw.cells.columns))}. A list of folds "
            "has site_id, fold and may have role (test, train, omit)."
        )
    if raw.rejects:
        raise SourceError(f"{where}: {len(raw.rejects)} rows cannot be read as rows of a table. Mend them.")
    rows = np.asarray(raw.rows)
    table = pd.DataFrame(
        {
            "site_id": cells["site_id"].astype("string").str.strip(),
            "fold": cells["fold"].astype("string").str.strip(),
            "role": cells["role"].astype("string").str.strip().str.casefold().fillna("test")
            if "role" in cells
            else "test",
        }
    )
    _refuse(
        where, rows, table["site_id"].fillna("").eq("") | table["fold"].fillna("").eq(""), "site_id or fold is empty"
    )
    unknown = ~table["role"].isin(ROLES)
    unknown_roles = ", ".join(sorted(set(table.loc[unknown, "role"].astype(str)))[:TOLD])
    _refuse(where, rows, unknown, f"the role is none of {', '.join(ROLES)} ({unknown_roles})")
    _refuse(where, rows, table.duplicated(["site_id", "fold"], keep=False), "a site stands more than once in a fold")
    tested = table["role"].eq("test")
    if not table["role"].eq("train").any():
        again = tested & table["site_id"].where(tested).duplicated(keep=False)
        _refuse(where, rows, again, "a site is tested in several folds, and no row says what trains (role: train)")
    count = table.loc[tested, "fold"].nunique()
    if count < 2:
        raise SourceError(f"{where}: {count} folds test anything; a test needs at least two. Add rows of role test.")
    if count > MOST_FOLDS:
        raise SourceError(
            f"{where}: {count} folds test something, at most {MOST_FOLDS} can, for every method is fitted without each two of "
            "them. Give sites of one camp or block the same fold."
        )
    return table[table["role"].ne("omit")].astype(str).reset_index(drop=True)


def _refuse(where: str, rows: np.ndarray, wrong: pd.Series | Sequence[bool], what: str) -> None:
    """Stop where any row is wrong, with the first of their numbers."""
    bad = rows[np.asarray(wrong, dtype=bool)]
    if len(bad):
        named = ", ".join(str(row) for row in bad[:TOLD]) + (" ..." if len(bad) > TOLD else "")
        raise SourceError(f"{where}: {len(bad)} of {len(rows)} rows: {what} (rows {named}). Mend them.")
