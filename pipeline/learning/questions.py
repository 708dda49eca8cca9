"""The two questions a test answers: a camp nobody sampled, and a waste among sampled ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from layers.validation import Figures, Question, QuestionCode
from pipeline.kernels.fold_distances import fold_nearest_km, matched_folds, misfit_km, nearest_km
from pipeline.learning.candidates import Task
from pipeline.learning.folds import complements
from pipeline.learning.skill import lead_over_best
from pipeline.learning.trials import Trial, try_methods


@dataclass(frozen=True)
class Answers:
    """What was asked of the methods.

    Parameters
    ----------
    questions : tuple of Question
        The first by blocks or given folds; the second, where it can be asked, by folds as near to assays as the use is.
    trials : tuple of Trial
        Of each.
    asked : ndarray of str, shape (n,)
        The question that fits each site's distance to an assay.
    """

    questions: tuple[Question, ...]
    trials: tuple[Trial, ...]
    asked: np.ndarray

    @property
    def main(self) -> int:
        """Which question most sites without an assay ask; the first where as many ask either."""
        return int(np.argmax([question.sites for question in self.questions]))

    def near(self) -> pd.DataFrame:
        """Return what `row_results` does of the second question, with ``near_`` before the names, and ``question``."""
        n = len(self.asked)
        if len(self.trials) > 1:
            answers = row_results(self.trials[1])
        else:
            nothing = dict.fromkeys(("score", "place", "compared", "won"), np.full(n, np.nan))
            answers = pd.DataFrame({"fold": np.full(n, -1), "method": ""} | nothing)
        return answers.add_prefix("near_").assign(question=self.asked)


def answer(
    task: Task,
    table: pd.DataFrame,
    first: Trial,
    figures: Figures,
    codes: tuple[str, ...],
    reference: np.ndarray,
    *,
    by: str,
    n_folds: int,
) -> Answers:
    """Ask the second question as the first was asked, and say which of the two fits each site.

    Parameters
    ----------
    task, table
        As `try_methods` takes them.
    first : Trial
        On blocks or given folds.
    figures : Figures
        Of it, as published.
    codes : tuple of str
        Methods, the simplest first.
    reference : ndarray of bool, shape (n,)
        Rows every fold's model scores besides its own, so that a share of sites looked at is one of all sites.
    by : {"blocks", "given"}
        What the first folds are.
    n_folds : int
        Of the second question.
    """
    n = len(task.y)
    code: QuestionCode = "given" if by == "given" else "new_camp"
    measured = np.zeros(n, dtype=bool) if task.grade is None else np.isfinite(task.grade)
    unassayed = ~task.judged & ~measured  # what was assayed too near the threshold to be judged is not to be predicted
    if task.x_km is None or task.y_km is None or not task.supervised or not unassayed.any():
        whole = _question(code, first, figures, n)
        return Answers((whole,), (first,), np.full(n, code, dtype=object))
    folds = complements(matched_folds(task.x_km, task.y_km, task.judged, task.positive, n_folds))
    second = try_methods(task, table, folds, codes, reference | task.judged)
    use = nearest_km(task.x_km, task.y_km, ~task.judged, task.judged)
    reaches = [
        fold_nearest_km(task.x_km, task.y_km, held.trains & task.judged, held.tests & task.judged)
        for held in (first.folds, folds)
    ]
    middles = [max(float(np.nanmedian(reach)), 1e-3) if np.isfinite(reach).any() else np.inf for reach in reaches]
    reach = np.maximum(nearest_km(task.x_km, task.y_km, np.ones(n, dtype=bool), task.judged), 1e-3)
    nearer = np.abs(np.log(reach / middles[1])) <= np.abs(np.log(reach / middles[0]))
    far, near = (int((unassayed & rows).sum()) for rows in (~nearer, nearer))
    questions = (
        _question(code, first, figures, far, misfit_km(reaches[0], use)),
        _question("near_assays", second, second.model.figures, near, misfit_km(reaches[1], use)),
    )
    return Answers(questions, (first, second), np.where(nearer, "near_assays", code))


def _question(
    code: QuestionCode,
    trial: Trial,
    figures: Figures,
    sites: int,
    misfit: tuple[float, float] = (float("nan"), float("nan")),
) -> Question:
    return Question(
        code=code,
        figures=figures,
        folds=len(trial.folds),
        misfit_km=misfit[0],
        farther_km=misfit[1],
        sites=sites,
        method=trial.code,
        lead=lead_over_best(trial.baselines),
    )


def row_results(trial: Trial) -> pd.DataFrame:
    """Return what a trial found of every row.

    Parameters
    ----------
    trial : Trial
        Of a question.

    Returns
    -------
    DataFrame
        ``fold`` (-1 where none tests the row), ``method``, ``score`` (0 to 1), ``place`` in the list of all rows, and how many
        negatives a positive was ``compared`` with and ``won`` against.
    """
    fold, model = trial.folds.fold, trial.model
    method = np.array([*trial.choice.by_fold, ""], dtype=object)[fold]
    measured = {"score": model.chance, "place": model.place, "compared": model.compared, "won": model.won}
    return pd.DataFrame({"fold": fold, "method": method} | measured)
