"""Print the first ten sites of every target of a run as Markdown, with a column for what a geologist would say.

    python docs/first_tens.py RUN [--targets REE,Co] [--keep PAGE]

``--keep`` takes a page that holds such tables already: comments on sites that are still among the first ten are kept. A run made
with ``targets: [all]`` has thirty tables, one for rare earths only has one.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import pandas as pd

FIRST = 10
HEAD = "| rank | site | commodities | type of deposit | kind | tonnes | chance | comment |"
_ROW = re.compile(r"^\| [^|]+ \| .*?\(`([^`]+)`\) \|.*\| ([^|]*) \|$", re.MULTILINE)
_TITLE = re.compile(r"^### (\S+)\s*$", re.MULTILINE)


def comments(page: str) -> dict[tuple[str, str], str]:
    """Return the comments of a page with such tables, by target and id of the site."""
    parts = _TITLE.split(page)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {
        (target, site): text.strip() for target, table in pairs for site, text in _ROW.findall(table) if text.strip()
    }


def first_tens(run: Path, targets: tuple[str, ...] = (), kept: dict[tuple[str, str], str] | None = None) -> str:
    """Return the tables.

    Parameters
    ----------
    run : Path
        Folder of a finished run.
    targets : tuple of str
        Symbols, none for all of the run.
    kept : dict, optional
        From `comments`.
    """
    ranking = pd.read_csv(run / "ranking.csv")
    sites = pd.read_parquet(run / "sites.parquet", columns=["site_id", "commodities", "deposit_type", "site_kind"])
    facts = sites.set_index("site_id").join(ranking.set_index("site_id")[["name", "tonnage_t"]])
    lists = {"REE": ranking[["site_id", "rank", "score"]]}
    if (run / "targets.csv").exists():
        table = pd.read_csv(run / "targets.csv")
        lists = {str(target): own for target, own in table.groupby("target", sort=False)}
    wanted = targets or tuple(lists)
    unknown = [target for target in wanted if target not in lists]
    if unknown:
        raise SystemExit(f"{run}: no list of {', '.join(unknown)}. This run has {', '.join(lists)}.")
    return "\n".join(_table(target, lists[target], facts, kept or {}) for target in wanted)


def _table(target: str, ranked: pd.DataFrame, facts: pd.DataFrame, kept: dict[tuple[str, str], str]) -> str:
    lines = [f"### {target}", "", HEAD, "|" + "---|" * HEAD.count(" | ") + "---|"]
    best = ranked.sort_values("rank").head(FIRST)
    for site, rank, chance in zip(best["site_id"], best["rank"], best["score"], strict=True):
        own = facts.loc[site]
        tonnes = "" if pd.isna(own["tonnage_t"]) else f"{float(f'{own.tonnage_t:.2g}'):,.0f}"
        words = [own["commodities"], own["deposit_type"], own["site_kind"]]
        cells = [rank, f"{_cell(own['name'])} (`{site}`)", *map(_cell, words), tonnes, f"{chance:.2f}"]
        lines.append(f"| {' | '.join(map(str, cells))} | {kept.get((target, site), '')} |")
    return "\n".join([*lines, ""])


def _cell(value: object) -> str:
    return "" if pd.isna(value) else str(value).replace("|", "/").replace("`", "'")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--targets", default="")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    earlier = comments(given.keep.read_text("utf-8")) if given.keep else None
    sys.stdout.write(first_tens(given.run, tuple(filter(None, given.targets.split(","))), earlier))
