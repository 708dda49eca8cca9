"""Try to learn: from all features first and, where their test does not bear it, from the place alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from layers.findings import Finding
from layers.validation import Verdict
from pipeline.evidence.assay_spread import AssaySpread
from pipeline.evidence.proxy_grades import ProxyParams
from pipeline.kernels.spatial_blocks import Variogram
from pipeline.learning.applicability import weigh_waste
from pipeline.learning.candidates import Task
from pipeline.learning.judge_model import Judgement, JudgeParams, Region, judge_model
from pipeline.learning.methods import applicable
from pipeline.learning.region_folds import divide
from pipeline.learning.skill import LEVEL

SECOND_LEVEL = 0.01
"""Level of the place alone where it is tried second: with the first test no more than 6 % of regions without skill pass."""

UNBORNE = ("no_skill", "too_few", "worse")
"""Outcomes of a test of features after which the place alone is tried; what was alarmed is to be looked at first."""

OF_FEATURES = ("random_folds_flatter", "random_folds_flatter_columns")
"""Alarms that say of features that they tell the place: no reason against learning from the place itself."""


class AttemptParams(JudgeParams, Protocol):
    """The settings of training that an attempt needs."""

    @property
    def candidates(self) -> tuple[Any, ...]: ...  # noqa: D102
    @property
    def block_km(self) -> float | None: ...  # noqa: D102
    @property
    def feature_radius_km(self) -> float | None: ...  # noqa: D102
    @property
    def buffer_km(self) -> float | None: ...  # noqa: D102
    @property
    def max_districts(self) -> int: ...  # noqa: D102
    @property
    def proxies(self) -> ProxyParams: ...  # noqa: D102


@dataclass(frozen=True)
class Attempt:
    """One problem, how the region was divided for it, and what testing found.

    Parameters
    ----------
    task : Task
        With blocks and with the grades that the wastes themselves tell.
    table : DataFrame
        The rows, with what `weigh_waste` tells.
    region : Region
        Folds and districts.
    variogram : Variogram
        Behind the width of the blocks.
    proxies : dict
        Skill of the other elements of the same waste.
    judgement : Judgement
        What testing found.
    """

    task: Task
    table: pd.DataFrame
    region: Region
    variogram: Variogram
    proxies: dict[str, Any]
    judgement: Judgement

    @property
    def verdict(self) -> Verdict:
        """What the test amounts to."""
        return self.judgement.validation.verdict

    def with_note(self, note: Finding) -> Attempt:
        """Return the same with a note before those of the test."""
        before = self.judgement.validation
        validation = before.model_copy(update={"notes": (note, *before.notes)})
        return replace(self, judgement=replace(self.judgement, validation=validation))


def attempt(
    task: Task,
    table: pd.DataFrame,
    names: list[str],
    splits: pd.DataFrame | None,
    spread: AssaySpread,
    params: AttemptParams,
    level: float = LEVEL,
) -> Attempt:
    """Divide the region for a problem, weigh the wastes' own assays, and judge what can be learned.

    Parameters
    ----------
    task : Task
        Without blocks.
    table : DataFrame
        The same rows with all that the stage was given.
    names : list of str
        Feature columns of the table; proxies of the grade are among them.
    splits : DataFrame or None
        A user's own folds.
    spread : AssaySpread
        How far an assay may lie from the mean of its waste.
    params : AttemptParams
        Settings of training.
    level : float
        Share of unrelated labels that may do as well before skill is denied.
    """
    task, region, variogram = divide(
        task,
        table,
        splits,
        block_km=params.block_km,
        feature_radius_km=params.feature_radius_km or 0.0,
        buffer_km=params.buffer_km,
        n_folds=params.n_folds,
        max_districts=params.max_districts,
    )
    waste, proxy_facts = weigh_waste(table, names, task.blocks, spread, params.proxies)
    table = pd.concat([table, waste], axis=1)
    sd, undetected = waste["waste_sd_log10"].to_numpy(float), waste["waste_undetected"].to_numpy(float) > 0
    lowered = waste["waste_log10"].to_numpy(float) - np.log10(table["measured_ppm"].to_numpy(float))
    grade = None if task.grade is None else np.where(undetected, task.grade + lowered, task.grade)
    task = replace(task, grade=grade, grade_variance=sd**2, undetected=undetected)
    judgement = judge_model(task, table, region, applicable(task, params.candidates), params, level)
    return Attempt(task, table, region, variogram, proxy_facts, judgement)


def place_instead(
    first: Attempt,
    task: Task,
    table: pd.DataFrame,
    names: list[str],
    splits: pd.DataFrame | None,
    spread: AssaySpread,
    params: AttemptParams,
) -> Attempt:
    """Return an attempt on the place alone where that of the features failed and this one does not; else the first.

    Layers that tell nothing must not keep the region from what the assays of neighbours tell. As two tests pass by chance more
    often than one, the second has to pass at `SECOND_LEVEL`.

    Parameters
    ----------
    first : Attempt
        With features.
    task, table, names, splits, spread, params
        What it was made of; see `attempt`.
    """
    alarmed = any(alarm.code not in OF_FEATURES for alarm in first.judgement.validation.alarms)
    can_learn = task.grade is not None and "grade_field" in params.candidates and not task.is_of_place
    if not can_learn or alarmed or first.verdict.outcome not in UNBORNE:
        return first
    bare = replace(task, features=task.features.iloc[:, :0], prepared={})
    second = attempt(bare, table, names, splits, spread, params, SECOND_LEVEL)
    if not second.verdict.model_used:
        return first.with_note(Finding(code="place_tried_too"))
    return second.with_note(Finding(code="features_untold", values={"n": task.features.shape[1]}))
