"""The type checker sees every table that a run hands to a stage."""

from __future__ import annotations

import ast
import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
RUN = ROOT / "pipeline" / "run.py"
FIRST_TABLE = {"whole": 2, "per_site": 3, "_train": 2, "train_model": 0, "_settle": 1, "SiteLayers": 0}
"""Where the tables begin among the arguments of the calls that hand them on."""


def calls_with_tables(tree: ast.AST) -> Iterator[tuple[ast.Call, list[int]]]:
    """Yield every call of a stage with the places of its arguments that are layers or parameters."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FIRST_TABLE:
            yield node, list(range(FIRST_TABLE[node.func.id], len(node.args)))


def swapped() -> list[tuple[str, str]]:
    """Return run.py once per pair of neighbouring arguments, with these two changed for each other."""
    text = RUN.read_text()
    variants = []
    for number, (call, places) in enumerate(calls_with_tables(ast.parse(text))):
        for left, right in itertools.pairwise(places):
            tree = ast.parse(text)
            twin, _ = list(calls_with_tables(tree))[number]
            twin.args[left], twin.args[right] = twin.args[right], twin.args[left]
            a, b = (ast.unparse(call.args[place]) for place in (left, right))
            variants.append((f"{ast.unparse(call.args[0])}: {a} for {b}", ast.unparse(tree)))
    return variants


def test_no_two_tables_of_a_stage_can_be_swapped_in_a_run(tmp_path: Path) -> None:
    variants = swapped()
    assert len(variants) > 30
    files = [tmp_path / "unchanged.py"]
    files[0].write_text(ast.unparse(ast.parse(RUN.read_text())))
    for number, (_, text) in enumerate(variants):
        files.append(tmp_path / f"swap_{number}.py")
        files[-1].write_text(text)
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), *map(str, files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    refused = {line.split(":")[0].rsplit("/")[-1] for line in checked.stdout.splitlines() if ": error:" in line}
    assert "unchanged.py" not in refused, checked.stdout
    slips = [what for number, (what, _) in enumerate(variants) if f"swap_{number}.py" not in refused]
    assert not slips
