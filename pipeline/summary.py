"""What a person or a script is told at the end of a run, of sites or of samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from layers.validation import Validation
from maps.list_order import expected_line
from maps.verdict import score_key
from maps.words import chance, kinds_counted, rounded, word
from pipeline.request_keys import RequestsTold

NO_CONTACT = (
    "No contact is stated: the pages name nobody to whom a Nation can write for a correction or removal. State publish.contact "
    "in the run file before you pass them on."
)


@dataclass(frozen=True)
class RunSummary:
    """The end of a run in a few figures.

    Parameters
    ----------
    folder : Path
        The run folder.
    units : {"sites", "samples"}
        What the run is about.
    n_units : int
        Sites ranked, or samples judged.
    n_rejected : int
        Rows turned away while reading.
    verdict : str
        What the tests of the model say.
    reused : int
        Steps taken up from an earlier run.
    seconds : float
        Time of all steps.
    top : DataFrame[Ranking] or None
        The first five sites; None for samples.
    kinds : mapping of str to int, or None
        Sites of each kind; None for samples.
    n_unheeded : int
        Requests of stewards that name and cover nothing.
    requests : RequestsTold
        Which requests these are, and what else of requests is for the person who runs it.
    score_name : str
        What the number of a site is that was not sampled: a chance only where a model orders the list.
    contact : str or None
        Whom the pages name for a correction or removal.
    """

    folder: Path
    units: str
    n_units: int
    n_rejected: int
    verdict: str
    reused: int
    seconds: float
    top: pd.DataFrame | None = None
    kinds: Mapping[str, int] | None = None
    n_unheeded: int = 0
    requests: RequestsTold = field(default_factory=RequestsTold)
    score_name: str = "chance of the grade"
    contact: str | None = None

    @property
    def n_sites(self) -> int:
        """Sites ranked."""
        return self.n_units if self.units == "sites" else 0

    @property
    def report_path(self) -> Path:
        """The report to open."""
        return self.folder / "report.html"

    @property
    def map_path(self) -> Path | None:
        """The map to open; a run on samples has none."""
        return self.folder / "map.html" if self.units == "sites" else None

    def as_json(self) -> dict[str, Any]:
        """Return the summary as what JSON can hold."""
        summary: dict[str, Any] = {"folder": str(self.folder), "units": self.units, self.units: self.n_units}
        if self.map_path is not None:
            summary["map"] = str(self.map_path)
        if self.top is not None:
            summary["top"] = self.top[["rank", "site_id", "name", "score"]].to_dict(orient="records")
        return {
            **summary,
            "report": str(self.report_path),
            **({} if self.kinds is None else {"kinds": dict(self.kinds)}),
            "rejected_rows": self.n_rejected,
            "requests_without_site": self.n_unheeded,
            **self.requests.as_json(),
            "verdict": self.verdict,
            "seconds": round(self.seconds, 2),
            "stages_reused": self.reused,
        }

    def _requests(self) -> list[str]:
        n = self.n_unheeded
        fit = "request of a steward names and covers" if n == 1 else "requests of stewards name and cover"
        none = [f"{n} {fit} nothing of this run: see the spelling of ids and the place of areas."] if n else []
        return [*none, *self.requests.in_words()]

    def in_words(self) -> str:
        """Return the summary as lines for a screen."""
        done = "sites ranked" if self.units == "sites" else "samples judged"
        again = f", {self.reused} steps reused" if self.reused else ""
        lines = [
            "",
            f"{self.n_units} {done}, {self.n_rejected} rows rejected (see rejected.csv), {self.seconds:.1f} s{again}",
            *([] if self.kinds is None else [kinds_counted(self.kinds, "en")]),
            self.verdict,
            "",
        ]
        if self.top is not None:
            none_open = len(self.top) > 0 and self.top["evidence"].eq("measured").all()
            lines.append("First five of the list" + (", all of them assayed:" if none_open else ":"))
            lines += [
                f"  {row['rank_label']}. {row['name']}  ({row['site_id']})  {grade_or_score(row, self.score_name)}, "
                f"rank {row['rank_low']}-{row['rank_high']}, evidence: {row['evidence']}"
                for row in self.top.to_dict(orient="records")
            ]
            lines.append("")
        if self.map_path is not None:
            lines.append(f"Map:    {self.map_path}")
        last = [*self._requests(), *([] if self.contact else [NO_CONTACT])]
        return "\n".join([*lines, f"Report: {self.report_path}", *([""] if last else []), *last])


def grade_or_score(row: Mapping[Any, Any], score_name: str) -> str:
    """Return the measured concentration with its range, or what stands for it where there is none.

    Parameters
    ----------
    row : mapping
        ``treo_ppm, treo_low_ppm, treo_high_ppm, score`` of a site.
    score_name : str
        What the score of a site without samples is in this run; see `RunSummary`.
    """
    goes_by = expected_line(row, "en")
    return f"{_measured_or_score(row, score_name)}{', ' if goes_by else ''}{goes_by}"


def _measured_or_score(row: Mapping[Any, Any], score_name: str) -> str:
    if row["treo_low_ppm"] == 0:
        return f"nothing detected in its samples, mean of the waste up to {rounded(row['treo_high_ppm'], 'en')} ppm"
    if pd.notna(row["treo_ppm"]):
        middle, low, high = (rounded(row[column], "en") for column in ("treo_ppm", "treo_low_ppm", "treo_high_ppm"))
        return f"{middle} ppm measured ({low}-{high})"
    return f"{score_name} {chance(row['score'], 'en')}"


def score_name_of(validation: Validation | None) -> str:
    """Return what the score of a site without samples is: a chance only where a model orders the list."""
    return word(score_key(validation, "summary_score"), "en")
