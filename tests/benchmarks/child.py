"""One repetition: load, run the timed part, tell seconds and answer. Started by `measure.one_run`."""

from __future__ import annotations

import importlib
import json
import logging
import os
import sys
import time
import warnings
from pathlib import Path

from layers import schema
from tests.benchmarks.steps import step_named
from tests.benchmarks.workload import prepare


def main(step: str, variant: str, size: str, data: str, result: str) -> None:
    """Run one variant of a step and write what it gave."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    _import_all()
    chosen = step_named(step)
    state = chosen.load(prepare(size, Path(data)), variant)
    run = chosen.variants[variant]
    started, cpu = time.perf_counter(), sum(os.times()[:4])
    outcome = run(state)
    seconds, cpu_s = time.perf_counter() - started, sum(os.times()[:4]) - cpu
    answer = {key: float(value) for key, value in chosen.answer(outcome, state).items()}
    Path(result).write_text(json.dumps({"seconds": seconds, "cpu_s": cpu_s, "answer": answer}))


def _import_all() -> None:
    """Import what some variant imports on first use, so that no variant is charged for it."""
    for name in (
        "folium",
        "numba",
        "rasterstats",
        "dask_geopandas",
        "sklearn.ensemble",
        "sklearn.neighbors",
        "exactextract",
        "networkx",
    ):
        importlib.import_module(name)
    schema.empty(schema.Sites)  # the schema library imports its back-ends when it first checks a table


if __name__ == "__main__":
    main(*sys.argv[1:])
