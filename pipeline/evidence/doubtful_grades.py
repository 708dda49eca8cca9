"""Measured grades that hardly any waste has, and samples of one waste that hardly speak of the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from layers.findings import Finding
from pipeline.evidence.assay_spread import UNDECIDED_DEX


def doubtful_grades(
    chemistry: pd.DataFrame, most_treo_ppm: float, apart_factor: float
) -> Iterator[tuple[int, Finding]]:
    r"""Yield the row of a site and what is odd about the rare earths that samples of its waste hold.

    Samples of which half lie a factor *f* from the other half have squared deviations of the logarithm that sum up to
    :math:`n (\log_{10} f / 2)^2`; two samples lie just so far apart. Where limits leave most of them open by a decade, limits
    differ and not wastes: nothing is said.

    Parameters
    ----------
    chemistry : DataFrame
        Rows of the sites with ``waste_treo_ppm, waste_treo_n, waste_treo_squares, waste_treo_open_dex`` as
        `waste_chemistry` gives them, where present.
    most_treo_ppm : float
        Median of its samples above which no waste is expected.
    apart_factor : float
        Least *f* that is told.
    """
    grade, n, squares, open_dex = (
        chemistry[name].to_numpy(dtype=float) if name in chemistry else np.full(len(chemistry), np.nan)
        for name in ("waste_treo_ppm", "waste_treo_n", "waste_treo_squares", "waste_treo_open_dex")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        apart_dex = 2.0 * np.sqrt(squares / n)
    apart = (n > 1) & (apart_dex >= np.log10(apart_factor)) & ~(open_dex >= UNDECIDED_DEX)
    for row in np.flatnonzero((grade > most_treo_ppm) | apart).tolist():
        if grade[row] > most_treo_ppm:
            yield row, Finding(code="grade_large", values={"percent": float(grade[row] / 1e4)})
        if apart[row]:
            factor = float(10.0 ** apart_dex[row])
            yield row, Finding(code="samples_apart", values={"n": int(n[row]), "factor": factor})
