"""Say what changed in the ranks from one run to another, and why: inputs, parameters, code, versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layers.csv_text import write_csv
from layers.errors import SourceError
from layers.validation import Validation
from maps.publication import Publication
from maps.verdict import rule_name
from pipeline.folder.manifest import BESIDE_SOURCES, file_digests, key_of, read_manifest
from pipeline.folder.own_files import begins_with, require_new_or_own
from pipeline.folder.published import load_publication
from pipeline.folder.writing import atomic
from pipeline.summary import grade_or_score, score_name_of

MOVES_SHOWN = 15
"""Sites that moved most, shown one by one."""

CAUSES_SHOWN = 25
"""Changes of the run file, the inputs and the versions, shown one by one."""

ALTERED_SHOWN = 5
"""Altered tables of a folder, named one by one."""

TABLES = (".csv", ".parquet", ".xlsx", ".gpkg")
"""Endings of the tables that a run publishes."""

GROUPS = (
    ("assays of the waste", ("waste_", "measured_")),
    ("amount", ("tonnage", "mass_t", "volume_m3", "milled_t", "area_m2", "height_m")),
    ("surroundings", ("near_",)),
    ("rasters", ("raster_",)),
    ("access", ("road", "rail", "power", "water", "structure", "community", "nearest")),
    ("place", ("latitude", "longitude")),
    ("what was mined", ("commodities", "deposit_type", "dep_", "type_")),
    ("kind of waste", ("waste_type", "disposal", "status")),
    ("label", ("label",)),
)
"""Columns of a site by what they tell of it, for the reasons of a move: facts, no results of learning or ranking."""

NO_ASSAYS = ("waste_type", "waste_area_m2")
"""Columns that begin as those of assays do and hold none."""

AIM = ("order_by", "order_counted", "order_grade_ppm", "order_rich_share")
"""What a list goes by, and the grade and elements looked for, which stand in every row of a ranking."""

JUDGED = ("grade_rule", "score", "treo_")
"""Columns of how the grade of a site is judged, by a model or by tables."""

COLUMNS = [
    "site_id",
    "other_id",
    "name",
    "rank_a",
    "rank_b",
    "moved",
    "score_a",
    "score_b",
    "changed",
    "grade_a",
    "grade_b",
    "other_name",
]
"""Of the sites of a comparison."""

_LATE = (
    "rank",
    "score",
    "grade",
    "treo_",
    "evidence",
    "order_",
    "companion",
    "contained",
    "reasons",
    "applicability",
    "tied",
    "payable",
    "chance",
    "geometry",
)
"""Columns that are results of the ranking and therefore no reasons of a move."""


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Parameters
    ----------
    causes : tuple of str
        What differs in run files, inputs, code and versions.
    sites : DataFrame
        One row per site of either run: ``site_id, other_id, name, rank_a, rank_b, moved, score_a, score_b, changed, grade_a,
        grade_b, other_name``; ranks are missing where a run has no such site, ``changed`` names what is told differently of it,
        ``grade_a`` and ``grade_b`` say what each run knows of the grade, as `run` does at its end, and rows are sorted by how
        far they moved. ``other_name`` is what B calls a site that A calls otherwise.
    steps : tuple of str
        Steps whose results differ.
    altered_a, altered_b : tuple of str
        Tables of either folder that are not as its run wrote them.
    """

    causes: tuple[str, ...]
    sites: pd.DataFrame
    steps: tuple[str, ...]
    altered_a: tuple[str, ...] = ()
    altered_b: tuple[str, ...] = ()


def compare_runs(first: Path, second: Path) -> Comparison:
    """Compare two finished runs on sites.

    Sites are the same when their ids are, else when they share an official id: so two versions of an inventory can be compared.

    Raises
    ------
    SourceError
        If one of the folders is not that of a finished run on sites.
    """
    manifests = [read_manifest(folder) for folder in (first, second)]
    for folder, manifest in zip((first, second), manifests, strict=True):
        if not manifest.get("finished"):
            raise SourceError(f"{folder}: its last run did not finish. Run it again: what was finished is kept.")
    manifest_a, other = manifests
    results = [dict(manifest.get("steps", {})) for manifest in manifests]
    steps = sorted(
        name
        for name in results[0].keys() | results[1].keys()
        if results[0].get(name) != results[1].get(name) and not name.startswith("read_")
    )
    publications = [load_publication(folder) for folder in (first, second)]
    causes = (*_causes(manifest_a, other), *_methods(*(publication.validation for publication in publications)))
    altered = [_altered(folder, manifest) for folder, manifest in zip((first, second), manifests, strict=True)]
    return Comparison(
        causes, _moves(*map(_told_per_site, publications)), tuple(steps), altered_a=altered[0], altered_b=altered[1]
    )


def _altered(folder: Path, manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the tables of a run folder that are no longer as its run wrote them, or are gone; pages are not looked at."""
    written = {name: digest for name, digest in manifest["files"].items() if _is_compared(name)}
    now = file_digests(folder, written)
    return tuple(name for name, digest in written.items() if now.get(name) != digest)


def _is_compared(name: str) -> bool:
    """Say whether a file is one of the tables that a run publishes, or what they are read from here."""
    return name.startswith("stages/published/") or ("/" not in name and Path(name).suffix in TABLES)


def write_moves(comparison: Comparison, path: Path) -> None:
    """Write the sites of a comparison as CSV in which no cell is calculated, replacing a former file at once.

    Raises
    ------
    SourceError
        If the path is a folder, lies in a run folder, holds something else than a former comparison, or cannot be written.
    """
    heading = _heading(comparison.sites)
    require_new_or_own(path, "--csv", "a former comparison", lambda former: begins_with(former, heading))
    with atomic(path) as temporary:
        write_csv(comparison.sites, temporary)


def _heading(sites: pd.DataFrame) -> bytes:
    """Return how the heading of a table of moves begins, by this version or one before it."""
    return ",".join(str(name) for name in sites.columns if name not in ("grade_a", "grade_b", "other_name")).encode()


def in_words(comparison: Comparison, first: Path, second: Path) -> str:
    """Return the comparison as lines for a screen; ``first`` is called A and ``second`` B."""
    causes, sites = comparison.causes, comparison.sites
    lines = [f"A: {first}", f"B: {second}", ""]
    for letter, altered in (("A", comparison.altered_a), ("B", comparison.altered_b)):
        if altered:
            more = f" and {len(altered) - ALTERED_SHOWN} more" if len(altered) > ALTERED_SHOWN else ""
            lines.append(
                f"{letter} is not as its run wrote it: {', '.join(altered[:ALTERED_SHOWN])}{more}. "
                "See `minewaste verify`, or run it again."
            )
    lines += [""] if lines[-1] else []
    lines.append("What differs:" if causes else "Run files, inputs, code and versions are the same.")
    lines += [f"  {cause}" for cause in causes[:CAUSES_SHOWN]]
    lines += [f"  … and {len(causes) - CAUSES_SHOWN} more"] if len(causes) > CAUSES_SHOWN else []
    both = sites.dropna(subset=["rank_a", "rank_b"])
    moved = both[both["moved"] != 0]
    only_a, only_b = int(sites["rank_b"].isna().sum()), int(sites["rank_a"].isna().sum())
    lines += ["", f"{len(both)} sites are in both runs, {only_a} only in A, {only_b} only in B."]
    if len(moved):
        middle, most = moved["moved"].abs().median(), int(moved["moved"].abs().max())
        lines.append(f"{len(moved)} changed rank, half of these by {middle:g} or less, one by {most}:")
        for row in moved.head(MOVES_SHOWN).to_dict(orient="records"):
            why = f"; differs in: {row['changed']}" if row["changed"] else ""
            grades = " -> ".join(dict.fromkeys([row["grade_a"], row["grade_b"]]))
            lines.append(
                f"  {row['rank_a']:.0f} -> {row['rank_b']:.0f}  {row['name']}  ({row['site_id']})  {grades}{why}"
            )
    else:
        lines.append("None of them changed rank.")
    renamed = both[both["other_name"].notna()]
    if len(renamed):
        lines.append(f"{len(renamed)} have another name:")
        lines += [f"  {old} -> {new}  ({own})" for old, new, own in _names(renamed.head(MOVES_SHOWN))]
    if comparison.steps:
        lines += ["", f"Steps with other results: {', '.join(comparison.steps)}"]
    return "\n".join(lines)


def _names(renamed: pd.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Return former name, later name and id of sites."""
    return renamed[["name", "other_name", "site_id"]].itertuples(index=False, name=None)


def _told_per_site(publication: Publication) -> list[dict[str, Any]]:
    """Return everything known per ranked site and, as ``grade``, what a person is told of its grade, one mapping each."""
    score_name = score_name_of(publication.validation)
    sites = pd.DataFrame(publication.sites).drop(columns="geometry")
    fresh = [name for name in publication.ranking.columns if name == "site_id" or name not in sites.columns]
    table = sites.merge(publication.ranking[fresh], on="site_id", how="inner", validate="one_to_one")
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict(orient="records")]
    return [{**row, "grade": grade_or_score(row, score_name)} for row in rows]


def _moves(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> pd.DataFrame:
    """Pair the sites of two runs and say how far each moved, and what is told differently of it."""
    rows = []
    for a, b in _paired(first, second):
        known = a or b
        rows.append(
            {
                "site_id": known["site_id"],
                "other_id": b.get("site_id"),
                "name": known["name"],
                "rank_a": float(a.get("rank", np.nan)),
                "rank_b": float(b.get("rank", np.nan)),
                "moved": float(b.get("rank", np.nan)) - float(a.get("rank", np.nan)),
                "score_a": float(a.get("score", np.nan)),
                "score_b": float(b.get("score", np.nan)),
                "changed": ", ".join(_changed(a, b)) if a and b else "",
                "grade_a": a.get("grade", ""),
                "grade_b": b.get("grade", ""),
                "other_name": b["name"] if a and b and not _equal(a["name"], b["name"]) else None,
            }
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    far = table["moved"].abs().fillna(-1.0)
    return table.iloc[np.lexsort((table["site_id"], -far))].reset_index(drop=True)


def _paired(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pair sites by id, then by an official id both have; a site that stands alone comes with an empty mapping."""
    left = {site["site_id"]: site for site in first}
    right = {site["site_id"]: site for site in second}
    for name in [site_id for site_id in left if site_id in right]:
        yield left.pop(name), right.pop(name)
    holder = {official: name for name, site in right.items() for official in _officials(site)}
    for site in left.values():
        match = next((holder[official] for official in _officials(site) if holder.get(official) in right), None)
        yield site, right.pop(match) if match is not None else {}
    for site in right.values():
        yield {}, site


def _officials(site: Mapping[str, Any]) -> list[str]:
    officials = site.get("official_ids")
    return str(officials).split("; ") if isinstance(officials, str) else []


def _changed(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    """Name what is told differently of a site: facts in groups, what is looked for, and the rule of its grade.

    Where none of these differs and its grade is judged differently all the same, that is said: it comes of the method, a
    parameter, or what other wastes teach.
    """
    differing = [name for name in dict.fromkeys([*a, *b]) if not _equal(a.get(name), b.get(name))]
    facts = [name for name in differing if not name.startswith(_LATE)]
    named = ["name"] if "name" in facts else []
    named += [group for group, starts in GROUPS if any(_is_of(name, starts) for name in facts)]
    named += ["what is looked for"] if any(name in AIM for name in differing) else []
    rules = [site.get("grade_rule") for site in (a, b)]
    if "grade_rule" in differing and None not in rules:
        named.append(f"rule of the grade ({rules[0]} -> {rules[1]})")
    if not named and any(name.startswith(JUDGED) for name in differing):
        named.append("how its grade is judged (no fact of the site)")
    return named


def _is_of(name: str, starts: tuple[str, ...]) -> bool:
    """Say whether a column is one of a group; `NO_ASSAYS` are only where they are named by more than ``waste_``."""
    return name.startswith(starts) and not (name in NO_ASSAYS and "waste_" in starts)


def _equal(manifest_a: Any, other: Any) -> bool:
    if pd.isna(manifest_a) or pd.isna(other):
        return bool(pd.isna(manifest_a)) and bool(pd.isna(other))
    if isinstance(manifest_a, float) and isinstance(other, float):
        return bool(np.isclose(manifest_a, other, rtol=1e-9, atol=0))
    return bool(manifest_a == other)


def _causes(manifest_a: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Say what differs in two manifests, the parameters first."""
    settings = [
        dict(_flat({key: value for key, value in manifest["config"].items() if key != "sources"}))
        for manifest in (manifest_a, other)
    ]
    yield from _differing("parameter", *settings)
    sources = [{source["id"]: source for source in manifest["config"]["sources"]} for manifest in (manifest_a, other)]
    inputs = [{entry["id"]: entry for entry in manifest["inputs"]} for manifest in (manifest_a, other)]
    for name in dict.fromkeys([*sources[0], *sources[1]]):
        if name not in sources[1]:
            yield f"input {name}: only in A"
        elif name not in sources[0]:
            yield f"input {name}: only in B"
        else:
            yield from _differing(f"input {name}:", dict(_flat(sources[0][name])), dict(_flat(sources[1][name])))
            a, b = inputs[0][name], inputs[1][name]
            if a["sha256"] != b["sha256"]:
                yield f"input {name}: other bytes; {a['rows_read']} rows read in A, {b['rows_read']} in B"
            if a["side_cars"] != b["side_cars"]:
                yield f"input {name}: other files beside it"
    for name in BESIDE_SOURCES:
        digests = [manifest["fingerprints"].get(name) for manifest in (manifest_a, other)]
        if None not in digests and digests[0] != digests[1]:
            yield f"input {key_of(name)}: other bytes"
    if manifest_a.get("local_only_sources") != other.get("local_only_sources"):
        yield f"private inputs: {manifest_a.get('local_only_sources')} in A, {other.get('local_only_sources')} in B"
    if manifest_a.get("code_sha256") != other.get("code_sha256"):
        yield "code: another state of minewaste"
    yield from _differing("version", manifest_a["versions"], other["versions"])


def _methods(first: Validation | None, second: Validation | None) -> Iterator[str]:
    """Say where the lists are not ordered by the same method."""
    ordered = [_method(validation) for validation in (first, second)]
    if ordered[0] != ordered[1]:
        yield f"what orders the list: {ordered[0]} in A, {ordered[1]} in B"


def _method(validation: Validation | None) -> str:
    """Return the method that orders a list; the tables of hosts and assays where no model does."""
    if validation is None or not validation.verdict.model_used or validation.model is None:
        return "assays and tables of hosts, no model"
    return f"the model '{rule_name(validation.model, 'en')}'"


def _differing(what: str, manifest_a: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys([*manifest_a, *other]):
        if manifest_a.get(key) != other.get(key):
            yield f"{what} {key}: {_shown(manifest_a.get(key))} -> {_shown(other.get(key))}"


def _shown(value: Any) -> str:
    text = "not given" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _flat(content: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{start}{key}.")
        else:
            yield f"{start}{key}", value
