"""The bench: all mutations, alone and in pairs, on clean tables, read in two ways; rates by kind."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pandera.config import CONFIG
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

from tests.mutations import (
    amounts,
    denials,
    foot_marks,
    hidden_parts,
    inner_tables,
    lab_marks,
    levels,
    long_form,
    other_matter,
    packages,
    places,
    spellings,
    texts,
    unusual_places,
    values,
    vector_parts,
    vectors,
)
from tests.mutations.clean import CLEAN, INVENTED, real_names
from tests.mutations.joins import join_cases
from tests.mutations.mutation import CATALOGUE, Mutation
from tests.mutations.outcome import FAULTS, Outcome, judge
from tests.mutations.rasters import raster_cases
from tests.mutations.run_files import run_file_cases
from tests.mutations.territories import territory_cases

CATALOGUES = (
    places, values, amounts, lab_marks, levels, texts, packages, vectors, vector_parts, inner_tables, spellings, hidden_parts,
    long_form, denials, other_matter, foot_marks, unusual_places,
)  # fmt: skip
"""Where mutations are written down; importing them fills `CATALOGUE`."""


@dataclass(frozen=True)
class Trial:
    """One changed input: a clean table, one mutation or two, a way of reading."""

    clean: str
    seed: int
    names: tuple[str, ...]
    way: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of the mutations."""
        return tuple(_named(name).kind for name in self.names)


@dataclass(frozen=True)
class Result:
    """A trial and what became of it."""

    trial: Trial
    outcome: Outcome


def _named(name: str) -> Mutation:
    return next(one for one in CATALOGUE if one.name == name)


def ways_of(clean: str) -> tuple[str, ...]:
    """Return how a clean table is read; assays that name sites of another file are a question to `init` when
    alone, and so are lists of mines that do not say they are of waste."""
    alone = clean == "waste_assays" or (clean.startswith("real") and clean != "real_rock_chips")
    return ("hand",) if alone else ("hand", "init")


def singles(
    seed: int = 1, clean: tuple[str, ...] = INVENTED, ways: tuple[str, ...] = ("hand", "init")
) -> Iterator[Trial]:
    """Yield every mutation on every clean table it fits."""
    for table in clean:
        sheet = CLEAN[table](seed)
        for one in CATALOGUE:
            if one.fits(sheet):
                yield from (Trial(table, seed, (one.name,), way) for way in ways_of(table) if way in ways)


def pairs(count: int, seed: int = 1) -> Iterator[Trial]:
    """Yield pairs of mutations of two kinds, drawn without preference."""
    draw = np.random.default_rng(seed)
    tables = [*INVENTED, *real_names()]
    fitting = {table: [one for one in CATALOGUE if one.fits(CLEAN[table](1))] for table in tables}
    seen: set[tuple[str, str, str]] = set()
    while len(seen) < count:
        table = str(draw.choice(tables))
        first, second = (fitting[table][number] for number in draw.choice(len(fitting[table]), 2, replace=False))
        if first.kind == second.kind or (table, first.name, second.name) in seen:
            continue
        seen.add((table, first.name, second.name))
        way = ways_of(table)[-1] if draw.random() < 0.15 else "hand"
        yield Trial(table, int(draw.integers(1, 1000)), (first.name, second.name), way)


def tried(trial: Trial) -> Result:
    """Try one."""
    sheet = CLEAN[trial.clean](trial.seed)
    for number, name in enumerate(trial.names):
        one = _named(name)
        if not one.fits(sheet):
            return Result(trial, Outcome("not possible"))
        packed = sheet.pack
        try:
            sheet = one.applied(sheet, trial.seed + number)
            if packed is not None and sheet.pack is not packed:
                raise ValueError("a file is packed in one way")
        except (ValueError, LookupError, TypeError):  # two mutations of one cell that exclude each other
            return Result(trial, Outcome("not possible"))
    try:
        files = sheet.files()
    except (
        ValueError,
        LookupError,
        FeatureError,
        DataLayerError,
        DataSourceError,
    ):  # a format that cannot hold what was asked for
        return Result(trial, Outcome("not possible"))
    return Result(trial, judge(sheet, trial.way, files))


def safely(trial: Trial) -> Result:
    """Try one; an error of the bench itself is a fault to look at and ends nothing."""
    try:
        return tried(trial)
    except Exception as failure:  # noqa: BLE001 - thousands of others still have to be tried
        return Result(trial, Outcome("traceback", f"while the input was made: {failure!r}"))


def run_files() -> list[Result]:
    """Try the run files."""
    return [Result(Trial("run file", 0, (name,), "hand"), case()) for name, case in run_file_cases().items()]


def rasters() -> list[Result]:
    """Try the rasters."""
    return [Result(Trial("raster", 0, (name,), "hand"), case()) for name, case in raster_cases().items()]


def territories() -> list[Result]:
    """Try the areas of territories."""
    return [Result(Trial("territories", 0, (name,), "hand"), case()) for name, case in territory_cases().items()]


def joins() -> list[Result]:
    """Try files that are joined by their ids."""
    return [Result(Trial("joins", 0, (name,), "hand"), case()) for name, case in join_cases().items()]


def table(results: list[Result]) -> str:
    """Return outcomes by kind as text; a pair counts under both of its kinds."""
    words = ("same", "told", "asked", "refused", *FAULTS)
    counts: dict[str, Counter[str]] = {}
    for one in results:
        kinds = (
            (one.trial.clean,) if one.trial.clean in ("run file", "raster", "territories", "joins") else one.trial.kinds
        )
        for kind in dict.fromkeys(kinds):
            counts.setdefault(kind, Counter())[one.outcome.word] += 1
    lines = [f"{'kind':<20}" + "".join(f"{word:>11}" for word in words) + f"{'right':>9}"]
    for kind, count in sorted(counts.items()):
        total = sum(count[word] for word in words)
        faults = sum(count[word] for word in FAULTS)
        share = f"{1 - faults / total:>9.1%}" if total else ""
        lines.append(f"{kind:<20}" + "".join(f"{count[word]:>11}" for word in words) + share)
    possible = [one for one in results if one.outcome.word != "not possible"]
    wrong = sum(one.outcome.is_fault for one in possible)
    lines.append(
        f"{len(possible)} changed inputs, {wrong} faults: {1 - wrong / max(len(possible), 1):.2%} right, told or refused"
    )
    impossible = len(results) - len(possible)
    lines.append(
        f"{impossible} more could not be made: two mutations that exclude each other, or a format that cannot hold them"
    )
    return "\n".join(lines)


def fault_line(one: Result) -> str:
    """Return a fault with its detail as a line."""
    trial = one.trial
    return f"{one.outcome.word:<9} {trial.way:<4} {trial.clean:<12} {' + '.join(trial.names)} | {one.outcome.detail}"


def whole(count_of_pairs: int, workers: int, faults: Path, seed: int = 1) -> tuple[list[Result], float]:
    """Run everything, the pairs of a seed; faults are written as they are met. Return results and seconds."""
    begun = time.perf_counter()
    alone = list(singles(1, (*INVENTED, *real_names())))
    faults.parent.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    with faults.open("w", encoding="utf-8") as listed:

        def take(found: Iterable[Result]) -> None:
            for one in found:
                results.append(one)
                if one.outcome.is_fault:
                    print(fault_line(one), file=listed, flush=True)
                if len(results) % 500 == 0:
                    print(f"{len(results)} tried, {time.perf_counter() - begun:.0f} s", flush=True)

        take(run_files())
        take(rasters())
        take(territories())
        take(joins())
        checked = [one for one in alone if one.clean in INVENTED and one.way == "hand"]
        with ProcessPoolExecutor(workers) as pool:
            take(pool.map(safely, checked, chunksize=20))
        others = [one for one in alone if one.clean not in INVENTED or one.way != "hand"]
        with ProcessPoolExecutor(workers, initializer=_without_schemas) as pool:
            take(pool.map(safely, [*others, *pairs(count_of_pairs, seed)], chunksize=20))
    return results, time.perf_counter() - begun


def _without_schemas() -> None:
    """Leave out the schemas of tables in a process: single mutations of invented tables check them, and they take a fifth."""
    CONFIG.validation_enabled = False
