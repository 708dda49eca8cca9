"""Look at a folder of files and write a run file to confirm: every guess with its reason, every doubt as a question."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import yaml

from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.errors import ConfigError, MinewasteError
from layers.files.boundary import UNFORESEEN, named_failure
from layers.guess.columns import Guess
from layers.guess.file import guess_file
from layers.guess.links import doubt_place, relate
from layers.guess.recognise import Look, finds
from layers.guess.zones import suggest_crs
from layers.text import printable
from pipeline.commands.questions import ASK
from pipeline.folder.writing import write_text
from pipeline.source_reading import READERS

_WIDTH = 110
_ORDER = (
    "inventory",
    "geochemistry",
    "territories",
    "exclusions",
    "communities",
    "lines",
    "backdrop",
    "raster",
    "links",
    None,
)
_SURE, _LIKELY = 0.9, 0.7
_SHOWN = 20
"""So many files that cannot be used are named in the message."""
Extent = tuple[float, float, float, float]


@dataclass(frozen=True)
class Initialised:
    """What `init` wrote.

    Parameters
    ----------
    path : Path
        The run file.
    sources : int
        Files, layers and sheets described in it.
    left_out : int
        Files, layers and sheets named at its end with the reason.
    questions : tuple of str
        What a person has to answer before the file runs.
    """

    path: Path
    sources: int
    left_out: int
    questions: tuple[str, ...]


@dataclass
class _Trial:
    """What a trial reading of a described source gave."""

    outcome: str | None = None
    extent: Extent | None = None
    notes: list[str] = field(default_factory=list)


def init_region(folder: Path, path: Path | None = None) -> Initialised:
    """Describe a folder of files in a run file.

    Every file is read, compared with the catalogue and with the others, and described. What is described without a question is
    read once by the reader of its role, and the rows kept stand beside it; where that fails, the file becomes a question.

    Parameters
    ----------
    folder : Path
        Looked through with all folders and zips in it; nothing in it is changed but the run file written.
    path : Path or None
        Run file to write; ``region.yml`` in the folder if None.

    Returns
    -------
    Initialised

    Raises
    ------
    SourceError
        If the folder does not exist.
    ConfigError
        If the run file exists already, or nothing in the folder can be used.
    """
    path = folder / "region.yml" if path is None else path
    if path.exists():
        raise ConfigError(f"{path}: there is such a file already. Name another with -o, or move it away.")
    pairs: list[tuple[Guess, Look | None]] = [guess_file(find, folder) for find in finds(folder)]
    _unique([guess for guess, _ in pairs])
    relate([(guess, sight) for guess, sight in pairs if sight is not None])
    used = [(guess, sight) for guess, sight in pairs if guess.left_out is None]
    if not used:
        raise ConfigError(
            f"{folder}: none of {len(pairs)} files can be used. A run needs at least an inventory of sites: a table with names "
            "and coordinates, e.g. .csv, .xlsx, .gpkg, .shp."
            + "".join(f"\n  {line}" for line in _left_out(guess for guess, _ in pairs)[:_SHOWN])
        )
    trials = {guess.id: _try(guess, folder) for guess, _ in used}
    tables = [
        guess for guess, _ in used if guess.value("role") in ("inventory", "geochemistry") and trials[guess.id].extent
    ]
    for guess in tables:
        others = [other_extent for other in tables if other is not guess and (other_extent := trials[other.id].extent)]
        if (extent := trials[guess.id].extent) is not None:
            doubt_place(guess, extent, others)
    extent = _joined(
        [trials[guess.id].extent for guess, _ in used if guess.value("role") in ("inventory", "geochemistry")]
    )
    for guess, sight in used:
        if sight is not None:
            suggest_crs(guess, sight, extent)
    text = _page(folder, path, [guess for guess, _ in pairs], trials)
    write_text(path, text)
    asked = [f"{guess.id}.{key}: {question}" for guess, _ in used for key, question in guess.questions.items()]
    if _region_question(used, trials):
        asked.insert(0, "region.bbox: the inventories cover different areas")
    return Initialised(path, len(used), len(pairs) - len(used), tuple(asked))


def _left_out(guesses: Iterable[Guess]) -> list[str]:
    """Return a line on every file that is left out, with the reason; tables of one file that share a reason share a line."""
    tables: dict[tuple[str, str], list[str]] = {}
    for guess in guesses:
        if guess.left_out is not None:
            tables.setdefault((guess.path, guess.left_out), []).append(
                guess.value("layer") or guess.value("sheet") or ""
            )
    return [
        f"{path}{f' ({len(names)} tables of it)' if len(names) > 1 else f' ({names[0]})' if names[0] else ''}: {reason}"
        for (path, reason), names in tables.items()
    ]


def _unique(guesses: Sequence[Guess]) -> None:
    """Give files of the same name different ids."""
    taken: set[str] = set()
    for guess in guesses:
        name, number = guess.id, 2
        while guess.id in taken:
            guess.id = f"{name}_{number}"
            number += 1
        taken.add(guess.id)


def as_source(guess: Guess) -> dict[str, Any]:
    """Return the mapping a guess stands for; questions are values that start with ASK."""
    spec: dict[str, Any] = {"id": guess.id}
    values = {key: fact.value for key, fact in guess.facts.items()}
    values |= {key: f"{ASK} {question}" for key, question in guess.questions.items()}
    spec |= {name: values.pop(name) for name in ("role", "catalogue") if name in values}
    spec["path"] = guess.path
    spec |= {
        name: values.pop(name)
        for name in ("layer", "sheet", "encoding", "decimal_mark", "language", "crs")
        if name in values
    }
    for key, value in values.items():
        parts = key.split(".", 2)
        target = spec
        for part in parts[:-1]:
            target = target.setdefault(part, {})
        target[parts[-1]] = value
    return spec


def _try(guess: Guess, folder: Path) -> _Trial:
    """Read a source as it is described; a failure becomes a question."""
    if guess.questions or guess.value("role") in (None, "raster"):
        return _Trial()
    private = (
        guess.value("publish") == "never"
    )  # what a steward may not want shown is not named, not even in a run file
    try:
        with named_failure(guess.id, UNFORESEEN):
            source = resolve(Source.model_validate(as_source(guess)))
            reading: Reading[Any] = READERS[source.role][1](source, folder)
    except MinewasteError as failure:
        message = "it cannot be read" if private else " ".join(str(failure).split())[:400]
        guess.ask("role", f"it was taken for {guess.value('role')}, but then: {message}")
        return _Trial()
    kept, read = len(reading.layer), reading.rows_read
    parts = [f"{kept} of {read} rows were kept when read so"]
    parts += [f"{len(reading.rejected)} rejected"] if len(reading.rejected) else []
    parts += [f"{reading.rows_merged} merged"] if reading.rows_merged else []
    if read and len(reading.rejected) > 0.5 * read:
        reasons = ", ".join(map(str, reading.rejected["reason_code"].value_counts().index[:3]))
        first = "" if private else f" The first: {str(reading.rejected['reason'].iloc[0])[:300].rstrip('.')}."
        guess.ask(
            "role",
            f"is this a {guess.value('role')}? Read so, {len(reading.rejected)} of {read} rows are rejected ({reasons}).{first}",
        )
    notes = [] if private else [note.message for note in reading.notes][:4]
    layer = reading.layer
    extent: Extent | None = None
    if isinstance(layer, gpd.GeoDataFrame) and layer.geometry.notna().any():
        west, south, east, north = (float(bound) for bound in layer.total_bounds)
        extent = (west, south, east, north)
    return _Trial(", ".join(parts), extent, notes)


def _joined(extents: Sequence[Extent | None]) -> Extent | None:
    known = np.array([extent for extent in extents if extent is not None])
    if not len(known):
        return None
    return (*map(float, known[:, :2].min(axis=0)), *map(float, known[:, 2:].max(axis=0)))  # type: ignore[return-value]


def _region_question(used: Sequence[tuple[Guess, Look | None]], trials: dict[str, _Trial]) -> str | None:
    """Ask for the region where inventories cover very different areas: the sites of the largest would all be ranked."""
    known = {
        guess.id: extent
        for guess, _ in used
        if guess.value("role") == "inventory" and (extent := trials[guess.id].extent)
    }
    if len(known) < 2:
        return None
    sizes = {name: (extent[2] - extent[0]) * (extent[3] - extent[1]) for name, extent in known.items()}
    whole = _joined(list(known.values()))
    assert whole is not None  # noqa: S101 - known is not empty
    if (whole[2] - whole[0]) * (whole[3] - whole[1]) <= 4 * max(min(sizes.values()), 0.01):
        return None
    shown = "; ".join(f"{name} [{', '.join(f'{part:.1f}' for part in extent)}]" for name, extent in known.items())
    return (
        f"the inventories cover different areas: {shown}. Which region is ranked? [west, south, east, north] in degrees, "
        "or null for all of them."
    )


def _page(folder: Path, path: Path, guesses: Sequence[Guess], trials: dict[str, _Trial]) -> str:
    used = [guess for guess in guesses if guess.left_out is None]
    used.sort(key=lambda guess: _ORDER.index(guess.value("role")))
    name = "".join(letter if letter.isalnum() else "_" for letter in folder.resolve().name).strip("_") or "region"
    pairs: list[tuple[Guess, Look | None]] = [(guess, None) for guess in used]
    question = _region_question(pairs, trials)
    count = sum(len(guess.questions) for guess in used) + bool(question)
    lines = _comment(
        f"Written by `minewaste init` from the files in this folder. Behind each guess stands what it rests on: sure, likely or "
        f"unsure. {f'{count} values start with {ASK}: replace them by your answers' if count else 'There is no open question'}. "
        f"Then `minewaste check {path.name}` shows what is understood, and `minewaste run {path.name}` ranks the sites. "
        "To leave a file out, delete its block."
    )
    lines += [f"name: {_scalar(name)}", f"title: {_scalar(name.replace('_', ' '))}"]
    if path.resolve().parent != folder.resolve():
        lines.append(f"data_dir: {_scalar(folder.resolve().as_posix())}")
    lines += [
        "",
        "region:",
        *_entry("bbox", f"{ASK} {question}" if question else None, "  ", "all sites of the inventories"),
        "",
    ]
    roles = [guess.value("role") for guess in used]
    if "inventory" not in roles and "geochemistry" in roles and not any("role" in guess.questions for guess in used):
        purpose = "there is chemistry and no inventory of sites: samples are compared, nothing is ranked"
        lines += [*_entry("units", "samples", "", purpose), ""]
    elif "inventory" not in roles:
        lines += _comment("No file was recognised as an inventory of sites; without one there is nothing to rank.")
    lines.append("sources:")
    for guess in used:
        lines += _block(guess, trials[guess.id])
    if left_out := _left_out(guesses):
        lines += ["", "# Left out:"]
        for line in left_out:
            lines += _comment(f"- {line}")
    return "\n".join(lines) + "\n"


def _block(guess: Guess, trial: _Trial) -> list[str]:
    """Return the lines of one source, every fact with its reason."""
    lines = [""]
    for remark in [
        *guess.remarks,
        *([f"{trial.outcome[0].upper()}{trial.outcome[1:]}."] if trial.outcome else []),
        *trial.notes,
    ]:
        lines += _comment(remark, "  ")
    lines.append(f"  - id: {guess.id}")
    spec = as_source(guess)
    for key, value in spec.items():
        if key != "id":
            lines += _lines(guess, key, key, value, "    ")
    return lines


def _lines(guess: Guess, dotted: str, key: str, value: Any, indent: str, told_above: str | None = None) -> list[str]:
    """Return the lines of one key; inside a mapping, a reason that most of its keys share is said once above them."""
    if isinstance(value, dict) and dotted not in guess.facts:
        reasons = [reason for inner in value if (reason := _reason_of(guess, f"{dotted}.{inner}"))]
        usual = max(set(reasons), key=reasons.count) if len(reasons) > 2 else None
        usual = usual if usual and reasons.count(usual) > 2 else None
        above = _comment(f"{usual}, where nothing else is said", indent) if usual else []
        lines = [*above, f"{indent}{_scalar(key)}:"]
        for inner, inner_value in value.items():
            lines += _lines(guess, f"{dotted}.{inner}", str(inner), inner_value, indent + "  ", usual)
        return lines
    reason = _reason_of(guess, dotted)
    return _entry(key, value, indent, None if reason == told_above else reason)


def _reason_of(guess: Guess, dotted: str) -> str | None:
    """Return how sure a fact is and why, None where there is nothing to say."""
    fact = guess.facts.get(dotted)
    if fact is None or dotted in ("layer", "sheet"):
        return None
    degree = "sure" if fact.confidence >= _SURE else "likely" if fact.confidence > _LIKELY else "unsure"
    return fact.reason if dotted == "publish" else f"{degree} ({fact.confidence:.0%}): {fact.reason}"


def _entry(key: str, value: Any, indent: str, comment: str | None) -> list[str]:
    """Return ``key: value  # comment``, the comment above where the line would be long."""
    line = f"{indent}{_scalar(key)}: {_scalar(value)}"
    if comment is None:
        return [line]
    comment = " ".join(comment.split())
    if len(line) + len(comment) + 5 <= _WIDTH:
        return [f"{line:<44}  # {printable(comment)}"]
    return [*_comment(comment, indent), line]


def _comment(text: str, indent: str = "") -> list[str]:
    return [f"{indent}# {line}" for line in textwrap.wrap(printable(" ".join(text.split())), _WIDTH - len(indent) - 2)]


def _scalar(value: Any) -> str:
    """Return a value as YAML on one line; texts that YAML would read as something else are quoted."""
    return (
        yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000_000, sort_keys=False)
        .removesuffix("\n...\n")
        .strip()
    )


def in_words(done: Initialised) -> str:
    """Return what was written, for a terminal."""
    lines = [f"Wrote {done.path}: {done.sources} sources, {done.left_out} files or layers left out (named at its end)."]
    if done.questions:
        lines.append(f"{len(done.questions)} questions to answer in it (values that start with {ASK}):")
        lines += [textwrap.shorten(f"  {question}", 160, placeholder=" …") for question in done.questions]
    lines.append(f"Then: minewaste check {done.path}")
    return "\n".join(lines)
