"""Codes of notes and rejected rows: every one the code can give has a meaning and a remedy, and none is left over."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from pathlib import Path

from layers.codes import codes

ROOT = Path(__file__).parents[2]
CALLS = {"Note": 1, "_Doubt": 0}
"""Functions that take a code, and where."""
REJECTS = ("reject",)
CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
FAMILIES = ("below_limits_", "assays_", "control_")
"""Starts of codes that are put together at run time."""


def sentence(node: ast.expr) -> bool:
    """Return whether an expression is text for a person."""
    return isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    )


def of_call(node: ast.Call) -> list[ast.expr]:
    """Return the arguments of a call that are codes."""
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name in CALLS:
        return node.args[CALLS[name] : CALLS[name] + 1]
    if name in REJECTS:
        return [argument for argument, following in pairwise(node.args) if sentence(following)]
    return []


def candidates(node: ast.AST) -> list[ast.expr]:
    """Return the expressions below a node of the syntax tree that are codes where they are plain words."""
    if isinstance(node, ast.Call):
        return of_call(node)
    if isinstance(node, ast.Tuple) and len(node.elts) == 2 and isinstance(node.elts[1], ast.JoinedStr):
        return node.elts[:1]
    if isinstance(node, ast.Dict):
        keys = zip(node.keys, node.values, strict=True)
        return [value for key, value in keys if isinstance(key, ast.Constant) and key.value == "reason_code"]
    return []


def given() -> dict[str, str]:
    """Return the codes that stand in the source, each with a file that gives it."""
    files_of: dict[str, str] = {}
    for path in sorted([*(ROOT / "layers").rglob("*.py"), *(ROOT / "pipeline").rglob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for code in candidates(node):
                if isinstance(code, ast.Constant) and isinstance(code.value, str) and CODE.fullmatch(code.value):
                    files_of.setdefault(code.value, path.relative_to(ROOT).as_posix())
    return files_of


def test_every_code_in_the_source_has_a_meaning_and_a_remedy() -> None:
    assert {code: path for code, path in given().items() if code not in codes()} == {}


def test_no_code_is_explained_that_nothing_gives() -> None:
    text = "\n".join(
        path.read_text(encoding="utf-8") for top in ("layers", "pipeline") for path in (ROOT / top).rglob("*.py")
    )
    left_over = [
        code for code in codes() if not re.search(rf"[\"']{code}[\"']", text) and not code.startswith(FAMILIES)
    ]
    assert [code for code in left_over if not code.endswith("_from_remarks")] == []


def test_meaning_and_remedy_are_sentences_without_a_full_stop() -> None:
    for code, entry in codes().items():
        assert entry.kind in {"note", "row"}, code
        assert entry.meaning, code
        assert entry.remedy, code
        assert not entry.meaning.endswith("."), code
        assert entry.meaning_fr, f"{code}: no French (meaning_fr)"
        assert entry.remedy_fr, f"{code}: no French (remedy_fr)"
