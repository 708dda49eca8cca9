"""Keys of a run file that a message names exist: a remedy nobody can follow is none."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from layers.catalogue.source import Source
from layers.rasters.reader import _OPTIONS as RASTER_OPTIONS
from layers.readers.assay_options import GeochemistryOptions
from layers.readers.geochemistry import LAYER_COLUMNS as ASSAY_COLUMNS
from layers.readers.record_fields import LAYER_COLUMNS as INVENTORY_COLUMNS
from layers.readers.record_fields import InventoryOptions
from pipeline.config import RunConfig

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted(path for folder in ("layers", "pipeline") for path in (ROOT / folder).rglob("*.py"))
_BEFORE = r"(?:(?<=')|(?<=[Ss]tate )|(?<=under )|(?<=with )|(?<=[Ww]rite )|(?<=[Ss]et )|(?<=[Uu]se )|(?<=[Mm]ap ))"
_QUOTED = re.compile(rf"{_BEFORE}(?P<key>[a-z][a-z_]+):(?=[ '\"{{.,;)]|$)")
_DOTTED = re.compile(r"(?<![\w.])(?P<section>options|defaults|columns|values|said_rows)\.(?P<key>[a-z_]+)\b(?!\()")
_NO_KEYS = frozenset(["them", "it", "one", "each", "there", "blanks", "end", "damaged", "apatite"])
"""Words of a sentence before a colon."""
_ROLES_OF_FEATURES = frozenset(["kind"])


def keys_of(model: type[BaseModel]) -> set[str]:
    """Return the keys of a model and of the models in it."""
    keys = set()
    for name, field in model.model_fields.items():
        keys.add(name)
        for inner in _models(field.annotation):
            keys |= keys_of(inner)
    return keys


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models(inner)


@lru_cache(maxsize=1)
def options() -> frozenset[str]:
    return frozenset(
        {*GeochemistryOptions.model_fields, *InventoryOptions.model_fields, *RASTER_OPTIONS, *_ROLES_OF_FEATURES}
    )


COLUMNS = frozenset([*INVENTORY_COLUMNS, *ASSAY_COLUMNS, "name"])
"""What ``columns``, ``values`` and ``defaults`` may name."""


def named_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield section and key of what a message names; the section of a bare key is ``""``."""
    for match in _QUOTED.finditer(text):
        if match["key"] not in _NO_KEYS:
            yield "", match["key"]
    for match in _DOTTED.finditer(text):
        yield match["section"], match["key"]


def messages(path: Path) -> Iterator[str]:
    """Yield the texts of a file that are no docstring, the pieces of a formatted one joined."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in bare:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(piece.value) if isinstance(piece, ast.Constant) else "\x00" for piece in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def strangers(text: str) -> list[str]:
    """Return the keys a text names that no run file may hold."""
    bare = keys_of(RunConfig) | keys_of(Source) | options() | COLUMNS
    known = {"": bare, "options": options(), "said_rows": {"unit", "limit", "method"}}
    return [f"{section}.{key}".lstrip(".") for section, key in named_in(text) if key not in known.get(section, COLUMNS)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_messages_name_keys_that_exist(path: Path) -> None:
    assert {key for text in messages(path) for key in strangers(text)} == set()


def test_remedies_of_codes_name_keys_that_exist() -> None:
    codes = yaml.safe_load((ROOT / "layers" / "codes.yml").read_text(encoding="utf-8"))
    texts = [
        str(code.get(word, "")) for code in codes.values() for word in ("meaning", "remedy", "meaning_fr", "remedy_fr")
    ]
    assert {key for text in texts for key in strangers(text)} == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("State 'heading_row: 3'.", ["heading_row"]), ("State 'header_row: 3'.", []),
        ("state options.unit: ppm", ["options.unit"]),
        ("Use separator: ';'", ["separator"]), ("Set options.negative.", []), ("write defaults.mediumm", ["defaults.mediumm"]),
    ],
)  # fmt: skip
def test_a_key_nobody_knows_is_noticed(text: str, expected: list[str]) -> None:
    assert strangers(text) == expected
