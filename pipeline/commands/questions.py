"""Open questions of a run file: values that start with ASK and wait for a person's answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from layers.errors import ConfigError
from pipeline.config import read_yaml

ASK = "ASK"
"""A value that starts with this word is a question; the text after it says what is asked."""


def refuse_open_questions(path: Path) -> None:
    """Stop when a run file still holds questions, naming all of them.

    Parameters
    ----------
    path : Path
        Run file.

    Raises
    ------
    ConfigError
        If a value, or a key, starts with ``ASK``.
    """
    raw = read_yaml(path)
    asked = list(open_questions(raw))
    if asked:
        lines = "\n".join(f"  {where}: {question}" for where, question in asked)
        plural = "question is" if len(asked) == 1 else "questions are"
        raise ConfigError(
            f"{path.name}: {len(asked)} {plural} open. Replace each value that starts with {ASK} by your answer "
            f"(or delete the source it stands in).\n{lines}"
        )


def open_questions(raw: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield where a question stands (sources by their id) and what it asks."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            yield from open_questions(value, f"{where}.{key}" if where else str(key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            name = value.get("id", index) if isinstance(value, dict) else index
            yield from open_questions(value, f"{where}[{name}]")
    elif isinstance(raw, str) and (raw == ASK or raw.startswith((f"{ASK} ", f"{ASK}:"))):
        yield where, raw[len(ASK) :].strip(" :") or "no answer is given"
