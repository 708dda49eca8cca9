"""Labels of sites and groups of features, apart from the estimators: what only names them loads no library of learning."""

from __future__ import annotations

POSITIVE, NEGATIVE, UNLABELLED = 1, 0, -1
PROBIT_TO_LOGIT = 1.702
"""The logistic of 1.702 z is within 0.01 of the normal distribution function of z (Haley 1952)."""


def evidence_group(name: str) -> str:
    """Return the kind of evidence a feature belongs to: near, raster, waste, expert, deposit, structure or form."""
    start = name.split("_")[0]
    known = {
        "near": "near",
        "raster": "raster",
        "waste": "waste",
        "type": "expert",
        "pathfinder": "expert",
        "dep": "deposit",
        "structure": "structure",
    }
    return known.get(start, "form")
