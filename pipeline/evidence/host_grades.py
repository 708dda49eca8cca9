"""What grade commodities and deposit type let expect, where no assay teaches it."""

from __future__ import annotations

import numpy as np

from pipeline.evidence.target_evidence import OTHER_UTILITY

LOWEST_LOG10, SPAN_LOG10 = 2.0, 1.2
"""A utility of 0 stands for the rare earths of common rock (100 ppm of oxides), one of 1 for 1,600 ppm in the waste of its kind:
a host mineral is there, but most of it may have been sold, or never milled."""

LEAST_SD_LOG10, SD_SPAN_LOG10 = 0.25, 0.35
"""Spread of the wastes of one kind of deposit about its middle, at a utility of 0 and how much more at 1: wastes of gold veins
are all near common rock, those of carbonatites anything from it to the ore."""

UNKNOWN_UTILITY, UNKNOWN_SD_LOG10 = 0.15, 0.4
"""Of a mine of which neither commodity nor deposit type is known."""

USUAL_THRESHOLD_LOG10 = 2.7
"""Of 500 ppm; for other targets the scale is moved by what their threshold is to this one."""


def host_grades(utility: np.ndarray, target: str, threshold_ppm: float) -> tuple[np.ndarray, np.ndarray]:
    """Return middle and spread of the expected grade, log10 of ppm, from the utility of the host (0-1, NaN where unknown).

    The tables rank hosts and were never fitted to wastes; read as grades they are coarse, which the spread says.
    """
    known = np.isfinite(utility)
    found = np.where(known, np.maximum(utility, OTHER_UTILITY), UNKNOWN_UTILITY)
    shift = 0.0 if target == "REE" else float(np.log10(threshold_ppm)) - USUAL_THRESHOLD_LOG10
    spread = np.where(known, LEAST_SD_LOG10 + SD_SPAN_LOG10 * found, UNKNOWN_SD_LOG10)
    return LOWEST_LOG10 + SPAN_LOG10 * found + shift, spread
