"""What grade commodities and deposit type let expect, where no assay teaches it."""

from __future__ import annotations

import numpy as np

from pipeline.evidence.target_evidence import OTHER_UTILITY

LOWEST_LOG10, SPAN_LOG10 = 2.0, 2.0
"""A utility of 0 stands for the rare earths of common rock (100 ppm of oxides), 1 for 10 000 ppm: the companion's scale."""

USUAL_THRESHOLD_LOG10 = 2.7
"""Of 500 ppm; for other targets the scale is moved by what their threshold is to this one."""

HOST_SD_LOG10 = 0.5
"""Spread of the wastes of one kind of deposit about its middle; the tables of hosts leave 0.4 to 0.6 open."""

UNKNOWN_UTILITY = 0.15
"""Of a mine of which neither commodity nor deposit type is known."""


def host_grade_log10(utility: np.ndarray, target: str, threshold_ppm: float) -> np.ndarray:
    """Return the middle of the expected grade, log10 of ppm, from the utility of the host (0-1, NaN where unknown).

    The tables rank hosts; read as grades they are coarse, and a range of `HOST_SD_LOG10` goes with them.
    """
    known = np.where(np.isfinite(utility), np.maximum(utility, OTHER_UTILITY), UNKNOWN_UTILITY)
    shift = 0.0 if target == "REE" else float(np.log10(threshold_ppm)) - USUAL_THRESHOLD_LOG10
    return LOWEST_LOG10 + SPAN_LOG10 * known + shift
