"""Pool the measured wastes of several runs into a model file with its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layers.errors import SourceError
from layers.files.parquet_bounds import require_bearable_parquet
from pipeline.evidence.targets import REE, known_targets
from pipeline.folder.learned_file import load_learned, save_learned
from pipeline.folder.manifest import file_digests, read_manifest
from pipeline.folder.own_files import begins_with, require_new_or_own
from pipeline.folder.writing import read_parquet, write_text
from pipeline.learning.learned_laws import LearnedLaws, PooledRegion, TargetLaw, digest_of
from pipeline.learning.pooled_law import (
    LEAST_REGIONS,
    LEAST_WASTES,
    LawTrial,
    PooledWastes,
    fit_law,
    judge_law,
    laws_without,
)
from pipeline.learning.pooled_wastes import counted_once, measured_grades, pooled_wastes

LEAST_POOLED = 6
"""Measured wastes of a target in all runs below which nothing is fitted to them."""

EFFECTS_SHOWN = 12

ABOUT = (
    "It moves what the host tables expect of a waste by its commodities, type of deposit and kind. It holds no site and no "
    "place. A waste that two runs hold (same place, same grade) is counted once, in the run named first. Measured wastes are "
    "those of the runs named here, as their stewards let them be used on the day of the run; after a later request, run and "
    "learn again."
)

WHY = {
    "skill": "It showed skill on regions left out: a run that names this file uses it.",
    "regions": f"It is not used: fewer than {LEAST_REGIONS} regions have {LEAST_WASTES} measured wastes, so it cannot be tested.",
    "chance": "It is not used: on regions left out its order of wastes cannot be told from that of shuffled grades.",
    "dealt": "It is not used: on regions left out it puts wastes in no better order than laws with the same effects dealt to "
    "other words, so that what its words say is not shown to hold elsewhere.",
    "one_region": "It is not used: on one region left out it puts wastes in no better order than chance, and the regions are too "
    "few to let that pass.",
    "tables": "It is not used: on regions left out it is not shown to do better than the host tables.",
}


@dataclass(frozen=True)
class Learned:
    """What was learned and where it lies."""

    file: LearnedLaws
    path: Path
    card: Path


TITLE = "# Law of wastes pooled over regions"
"""First line of a card."""


def learn(run_folders: Sequence[Path], path: Path) -> Learned:
    """Pool the measured wastes of finished runs, fit one law per target, test it on regions left out, and write both.

    Parameters
    ----------
    run_folders : sequence of Path
        Of finished runs on sites.
    path : Path
        Model file to write; its card lies beside it with the ending ``.md``.

    Raises
    ------
    SourceError
        If a folder is no finished run on sites or was changed since, two are of one region, or no waste was measured in any; if
        one of the two files would replace something else.
    """
    card = path.with_suffix(".md")
    if card == path:
        raise SourceError(
            f"{path}: is the name of the card, which lies beside the model file. End --out otherwise, e.g. in .skops."
        )
    require_new_or_own(path, "--out", "a model file of `minewaste learn`", _is_learned)
    require_new_or_own(card, "--out", "the card of such a model", lambda former: begins_with(former, TITLE.encode()))
    tables: list[pd.DataFrame] = []
    regions: list[PooledRegion] = []
    for folder in run_folders:
        table, region = read_region(folder)
        for known in regions:
            if known.name == region.name or set(known.inputs) & set(region.inputs):
                raise SourceError(
                    f"{folder}: this run and that of '{known.name}' are of one region (same name, or a table of assays in "
                    "both). A test on regions left out would see its own answers: give one of them."
                )
        tables.append(table)
        regions.append(region)
    learned = pool(tables, regions)
    save_learned(learned, path)
    write_text(card, card_of(learned))
    return Learned(learned, path, card)


def _is_learned(path: Path) -> bool:
    try:
        load_learned(path)
    except SourceError:
        return False
    return True


def pool(tables: Sequence[pd.DataFrame], regions: Sequence[PooledRegion]) -> LearnedLaws:
    """Fit and test one law per target on the sites of several regions, as `pooled_wastes` takes them.

    Raises
    ------
    SourceError
        If too few wastes were measured for any target.
    """
    laws = {}
    counts: list[dict[str, int]] = [{} for _ in tables]
    for target in (REE, *known_targets()):
        measured = [table[mask] for table, mask in zip(tables, counted_once(tables, target), strict=True)]
        for own, wastes in zip(counts, measured, strict=True):
            own |= {target: len(wastes)} if len(wastes) else {}
        if sum(map(len, measured)) < LEAST_POOLED:
            continue
        pairs = zip(measured, regions, strict=True)
        parts = [pooled_wastes(own.reset_index(drop=True), target, region.name) for own, region in pairs if len(own)]
        laws[target] = _target_law(_together(parts))
    regions = [region.model_copy(update={"measured": own}) for region, own in zip(regions, counts, strict=True)]
    if not laws:
        most = ", ".join(f"{region.name} {max(region.measured.values(), default=0)}" for region in regions)
        raise SourceError(
            f"learn: fewer than {LEAST_POOLED} measured wastes of any target in these runs ({most}). Add assays with medium: "
            "waste to a run file and run it again."
        )
    return LearnedLaws(tuple(regions), laws)


def in_words(learned: Learned) -> str:
    """Return for a screen what was pooled and what of it a run will use."""
    lines = [f"{region.name}: {_measured(region)}" for region in learned.file.regions]
    used = [target for target, own in learned.file.laws.items() if own.trial.used]
    lines.append("")
    tested = any(own.trial.reason != "regions" for own in learned.file.laws.values())
    stays = "so a run that names this file stays with the host tables."
    lines.append(
        f"Showed skill on regions left out, and will be used: {', '.join(used)}."
        if used
        else f"No law showed skill on regions left out, {stays}"
        if tested
        else f"No law could be tested on a region left out, {stays}"
    )
    refused: dict[str, list[str]] = {}
    for target, own in learned.file.laws.items():
        if not own.trial.used:
            refused.setdefault(own.trial.reason, []).append(target)
    lines += [f"{', '.join(targets)}: {WHY[reason]}" for reason, targets in refused.items()]
    return "\n".join([*lines, "", f"Model: {learned.path}", f"Card:  {learned.card}"])


def card_of(learned: LearnedLaws) -> str:
    """Return the card as Markdown: what was pooled, how the test went, and what the law says."""
    lines = [
        TITLE,
        "",
        f"Name {digest_of(learned)}. {ABOUT}",
        "",
        "| region | measured wastes by target |",
        "| --- | --- |",
        *(f"| {region.name} | {_measured(region)} |" for region in learned.regions),
    ]
    for target, own in learned.laws.items():
        lines += ["", f"## {target}", "", WHY[own.trial.reason], *_trial_rows(own.trial), *_effects(own)]
    return "\n".join(lines) + "\n"


def read_region(folder: Path) -> tuple[pd.DataFrame, PooledRegion]:
    """Return the sites of a run and what it is."""
    manifest = read_manifest(folder)
    if not manifest.get("finished"):
        raise SourceError(f"{folder}: its last run did not finish. Run it again: what was finished is kept.")
    if "sites.parquet" not in manifest["files"]:
        raise SourceError(f"{folder}: is no run on sites (units: samples); there is no waste in it to learn from.")
    if file_digests(folder, ["sites.parquet"]) != {"sites.parquet": manifest["files"]["sites.parquet"]}:
        raise SourceError(f"{folder / 'sites.parquet'}: is not as its run wrote it. Run the run file again.")
    require_bearable_parquet(f"{folder / 'sites.parquet'}", folder / "sites.parquet")
    table = pd.DataFrame(read_parquet(folder / "sites.parquet"))
    roles = {source["id"]: source["role"] for source in manifest["config"]["sources"]}
    inputs = tuple(sorted({entry["sha256"] for entry in manifest["inputs"] if roles[entry["id"]] == "geochemistry"}))
    measured = {target: int((measured_grades(table, target) > 0).sum()) for target in (REE, *known_targets())}
    return table, PooledRegion(
        name=str(manifest["config"]["name"]),
        inputs=inputs,
        measured={target: count for target, count in measured.items() if count},
    )


def _together(parts: Sequence[PooledWastes]) -> PooledWastes:
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("region", "expected_log10", "expected_sd", "grade_log10", "grade_variance")
    }
    return PooledWastes(words=tuple(words for part in parts for words in part.words), **arrays)


def _target_law(wastes: PooledWastes) -> TargetLaw:
    without = laws_without(wastes)
    return TargetLaw(fit_law(wastes), without, judge_law(wastes, without))


def _measured(region: PooledRegion) -> str:
    counts: Mapping[str, int] = region.measured
    return ", ".join(f"{target} {count}" for target, count in counts.items()) or "none"


def _trial_rows(trial: LawTrial) -> list[str]:
    if not trial.regions:
        return []
    all_pairs = (
        f"All: {trial.concordance:.2f} of the pairs in order, {trial.table_concordance:.2f} by the host tables; "
        f"{100 * trial.p_value:.1f} % of shuffled grades, or of laws with the same effects on other words, do as well."
    )
    return [
        "",
        "| region left out | wastes | gain in log score | pairs in order | by the tables |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| {region.region} | {region.n} | {region.gain:+.2f} | {region.concordance:.2f} | {region.table_concordance:.2f} |"
            for region in trial.regions
        ),
        "",
        all_pairs,
    ]


def _effects(own: TargetLaw) -> list[str]:
    """Return the strongest effects, as factors on the grade."""
    law = own.law
    spread = np.sqrt(np.diag(law.covariance))
    order = sorted(range(len(law.words)), key=lambda row: -abs(law.coef[2 + row]))[:EFFECTS_SHOWN]
    rows = [
        f"| {law.words[row]} | {10 ** law.coef[2 + row]:.2f} | {10 ** (law.coef[2 + row] - 1.645 * spread[2 + row]):.2f}-"
        f"{10 ** (law.coef[2 + row] + 1.645 * spread[2 + row]):.2f} |"
        for row in order
    ]
    level = (
        f"All grades times {10 ** law.coef[0]:.2f}; regions differ by a factor of {10**law.region_sd:.1f}, wastes alike in all "
        f"words by {10**law.scatter_sd:.1f} (one standard deviation)."
    )
    table = ["", "| word | grade times | 90 % range |", "| --- | --- | --- |", *rows] if rows else []
    return ["", level, *table]
