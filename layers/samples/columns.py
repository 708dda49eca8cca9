"""The columns of a table of samples: which elements it has, in which order, and by which method each was analysed."""

from __future__ import annotations

from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.cells.assay_columns import METHOD_ORDER
from layers.elements import ATOMIC_MASS
from layers.schema import GeoDataFrame, Samples

TableT = TypeVar("TableT", bound=pd.DataFrame)

OWNER = ("site_id", "site_key_status", "site_rule")
"""What is known of the owner of a waste sample: its site, whether its key was understood, and how the site was found."""

_ORDER = {element: index for index, element in enumerate(ATOMIC_MASS)}
_RANK = {method: rank for rank, method in enumerate(METHOD_ORDER)}
_PARTS = ("ppm", "limit_ppm", "censored", "method")


def atomic_order(element: str) -> int:
    """Return the place of an element in order of atomic number, the order of all tables whatever that of the file."""
    return _ORDER[element]


def elements_of(samples: pd.DataFrame) -> list[str]:
    """Return the elements of a table of samples in order of atomic number."""
    named = (str(column).removesuffix("_censored") for column in samples.columns if str(column).endswith("_censored"))
    return sorted(named, key=atomic_order)


def method_ranks(samples: pd.DataFrame, element: str) -> npt.NDArray[np.int8]:
    """Return the place in `METHOD_ORDER` of the method each sample's element was analysed by.

    ``X_method`` says it where it differs from the sample's ``method``.
    """
    ranks: npt.NDArray[np.int8] = np.array(samples["method"].map(_RANK), dtype=np.int8)
    if f"{element}_method" in samples:
        own = samples[f"{element}_method"].astype(object).map(_RANK).to_numpy(dtype="float64", na_value=np.nan)
        is_ranked = np.isfinite(own)
        ranks[is_ranked] = own[is_ranked]
    return ranks


def in_element_order(samples: TableT) -> TableT:
    """Return the table with its elements in order of atomic number, so that a run does not hang on the order of columns."""
    elements = elements_of(samples)
    there = set(samples.columns)
    wanted = [f"{element}_{part}" for element in elements for part in _PARTS if f"{element}_{part}" in there]
    moved = set(wanted)
    order = [*(column for column in samples.columns if column not in moved), *wanted]
    return samples if order == list(samples.columns) else samples[order]


def with_owners(samples: GeoDataFrame[Samples], assays: GeoDataFrame[Samples]) -> GeoDataFrame[Samples]:
    """Add the owners of the waste samples (`OWNER`) to all samples; missing for other media.

    Parameters
    ----------
    samples : GeoDataFrame[Samples]
        All samples of a run.
    assays : GeoDataFrame[Samples]
        Its waste samples, located, in the order of the samples.
    """
    rows = np.flatnonzero(samples["medium"].eq("waste").to_numpy(dtype=bool))
    owners = pd.DataFrame({name: assays[name].array for name in OWNER}, index=samples.index[rows])
    return cast("GeoDataFrame[Samples]", pd.concat([samples, owners.reindex(samples.index)], axis=1))
