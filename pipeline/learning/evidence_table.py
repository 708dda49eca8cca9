"""The contrast table of the report: which patterns go with the known sites."""

from __future__ import annotations

import numpy as np

from layers.validation import Contrast, WeightsTable
from pipeline.learning.candidates import Task
from pipeline.learning.weights_of_evidence import fit_patterns, omnibus

SHOWN = 12
"""Contrasts in the table, the strongest first."""


def evidence_table(task: Task) -> WeightsTable:
    """Return the contrasts of all judged sites, for reading: the tested method cuts anew inside every fold."""
    rows = task.judged
    positive = task.positive[rows]
    if not positive.any() or positive.all():
        return WeightsTable()
    table = task.features[rows].to_numpy(float)
    patterns = sorted(fit_patterns(table, positive), key=lambda pattern: -abs(pattern.weights.studentised))
    used = [pattern for pattern in patterns if pattern.used]
    contrasts = tuple(
        Contrast(
            feature=str(task.features.columns[pattern.column]),
            cut=pattern.cut,
            n_inside=pattern.inside,
            positives_inside=pattern.inside_positive,
            w_plus=pattern.weights.w_plus,
            w_minus=pattern.weights.w_minus,
            contrast=pattern.weights.contrast,
            studentised=pattern.weights.studentised,
            used=pattern.used,
        )
        for pattern in patterns[:SHOWN]
    )
    if not used:
        return WeightsTable(contrasts=contrasts)
    values = table[:, [pattern.column for pattern in used]]
    inside = (values >= np.array([pattern.cut for pattern in used])).astype(float)
    test = omnibus(np.where(np.isfinite(values), inside, np.nan), [pattern.weights for pattern in used], positive)
    return WeightsTable(contrasts=contrasts, ratio=test.ratio, omnibus_z=test.z)
