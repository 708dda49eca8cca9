"""Print the first ten sites of targets of a run as Markdown: what the file says, why each stands there, room for a comment.

    python docs/first_tens.py RUN [--targets REE,Co] [--first 5] [--keep PAGE]

Sites that share a rank are printed together, and a tie too long for that is counted. ``--keep`` takes a page that holds such
tables already: comments on sites that are still among the first are kept. A run made with ``targets: [all]`` has thirty tables,
one for rare earths only has one.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import pandas as pd

from layers.cells.commodities import mentions
from pipeline.evidence.host_shares import host_shares
from pipeline.evidence.targets import known_targets

FIRST = 10
MOST = 2
"""A tie is printed whole where the table keeps to so many times its length."""

HEAD = "| rank | site | what the file says | why it stands there | comment |"
RULES = {
    "reported_mass": "stated",
    "authorised_mass": "by permit",
    "milled": "from ore milled",
    "mined": "from ore mined",
    "area_law": "from its area",
    "endowment_grade": "from metal and grade",
    "contradicted": "records disagree",
    "mass_or_volume": "tonnes and volume disagree",
}
KINDS = {"unclear": "kind unknown", "worked": "worked mine", "waste": "waste on record"}
_ROW = re.compile(r"^\| [^|]+ \| .*?\(`([^`]+)`\) \|.*\| ([^|]*) \|$", re.MULTILINE)
_TITLE = re.compile(r"^### (\S+)\s*$", re.MULTILINE)
_BOILERPLATE = (
    (r"such ores ((?:\w+ )?\w+) carry the elements looked for(?:, which [^;]*)?", r"\1 a host"),
    (r", which (?:still )?speaks [^;]*", ""),
    (r" recorded here:", ":"),
    (
        r"the amount of waste on record here, or that follows from what is, is neither large nor small",
        "a middling amount",
    ),
    (r"much waste is on record here, or follows from what is", "a large amount"),
    (r"the amount of waste is taken as usual for such a place", "amount taken as usual"),
)


def comments(page: str) -> dict[tuple[str, str], str]:
    """Return the comments of a page with such tables, by target and id of the site."""
    parts = _TITLE.split(page)[1:]
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {
        (target, site): text.strip() for target, table in pairs for site, text in _ROW.findall(table) if text.strip()
    }


def first_tens(
    run: Path, targets: tuple[str, ...] = (), kept: dict[tuple[str, str], str] | None = None, first: int = FIRST
) -> str:
    """Return the tables.

    Parameters
    ----------
    run : Path
        Folder of a finished run.
    targets : tuple of str
        Symbols, none for all of the run.
    kept : dict, optional
        From `comments`.
    first : int
        Rows of a table, without those that share the last one's rank.
    """
    ranking = pd.read_csv(run / "ranking.csv")
    facts = pd.read_parquet(run / "sites.parquet").copy().set_index("site_id")
    lists = {"REE": ranking[["site_id", "rank", "score", "tied_with", "reasons"]]}
    if (run / "targets.csv").exists():
        table = pd.read_parquet(run / "stages" / "rank_targets.parquet")
        lists |= {str(target): part for target, part in table.groupby("target", sort=False) if target != "REE"}
    wanted = targets or tuple(lists)
    unknown = [target for target in wanted if target not in lists]
    if unknown:
        raise SystemExit(f"{run}: no list of {', '.join(unknown)}. This run has {', '.join(lists)}.")
    return "\n".join(_table(target, lists[target], facts, kept or {}, first) for target in wanted)


def _table(target: str, ranked: pd.DataFrame, facts: pd.DataFrame, kept: dict[tuple[str, str], str], first: int) -> str:
    lines = [f"### {target}", "", HEAD, "|" + "---|" * HEAD.count(" | ") + "---|"]
    ranked = ranked.sort_values("rank", kind="stable").reset_index(drop=True)
    begins = _first_of_tie(ranked)
    end = int(begins.iloc[min(first, len(ranked)) - 1] + ranked["tied_with"].iloc[min(first, len(ranked)) - 1])
    shown = ranked.head(end if end <= MOST * first else first)
    clues = _clues(target, facts).loc[shown["site_id"]]
    for (_, row), begin, clue in zip(shown.iterrows(), begins, clues, strict=False):
        site, tied = facts.loc[row["site_id"]], int(row["tied_with"])
        rank = f"{begin}–{begin + tied}" if tied else str(begin)
        cells = [rank, f"{_cell(site['name'])} (`{row['site_id']}`)", _said(site), _why(row, clue)]
        lines.append(f"| {' | '.join(cells)} | {kept.get((target, row['site_id']), '')} |")
    if end > len(shown):
        lines += ["", f"{end - len(shown):,} more share the rank of the last."]
    return "\n".join([*lines, ""])


def _first_of_tie(ranked: pd.DataFrame) -> pd.Series:
    """Return the first rank of the tie each site stands in; ties stand together, each as long as ``tied_with`` says."""
    begins: list[int] = []
    while len(begins) < len(ranked):
        at = len(begins)
        begins += [at + 1] * (int(ranked["tied_with"].iloc[at]) + 1)
    return pd.Series(begins[: len(ranked)])


def _said(site: pd.Series) -> str:
    words = [] if pd.isna(site["commodities"]) else str(site["commodities"]).split("; ")
    more = f" and {len(words) - 5} more" if len(words) > 6 else ""
    types = " or ".join(
        str(kind) for kind in (site["deposit_type"], site.get("second_deposit_type")) if not pd.isna(kind)
    )
    parts = [", ".join(words[: 5 if more else 6]) + more, types, KINDS.get(*[site["site_kind"]] * 2)]
    if not pd.isna(site["tonnage_t"]):
        rule = RULES.get(site["tonnage_rule"])
        parts.append(f"{float(f'{site.tonnage_t:.2g}'):,.0f} t" + (f" {rule}" if rule else ""))
    return _cell("; ".join(str(part) for part in parts if part and not pd.isna(part)))


def _clues(target: str, sites: pd.DataFrame) -> pd.Series:
    """Return of each site whether it names a further target itself, or which like mine nearby says more of it."""
    told = pd.Series("its kind", index=sites.index)
    if target not in known_targets():
        return told
    facts, kinds = known_targets()[target], sites["site_kind"].to_numpy(str)
    if "camp_chance" in sites:
        alone = host_shares(facts, sites.drop(columns="camp_chance"), kinds).shares
        moved = (host_shares(facts, sites, kinds).shares != alone).any(axis=1)
        near = zip(sites["camp_name"], sites["camp_km"], sites["camp_commodities"], strict=True)
        camps = [f"by {name}, {km:.1f} km away ({words})" for name, km, words in near]
        told = told.mask(moved, pd.Series(camps, index=told.index))
    return told.mask(mentions(sites["commodities"], (facts.commodity, *facts.also)).to_numpy(bool), "named here")


def _why(row: pd.Series, clue: str) -> str:
    text = f"chance {row['score']:.2f}"
    if "reasons" in row:
        reasons = "" if pd.isna(row["reasons"]) else str(row["reasons"])
        for pattern, short in _BOILERPLATE:
            reasons = re.sub(pattern, short, reasons)
        return _cell(f"{text}: {reasons}" if reasons else text)
    if row["grade_rule"] == "assay":
        return f"{text}: its assay"
    host = row["host"]
    told = "no clue, by its amount" if pd.isna(host) else f"{clue}, as {str(host).replace('_', ' ')}"
    return _cell(f"{text}: {told}")


def _cell(value: object) -> str:
    return "" if pd.isna(value) else str(value).replace("|", "/").replace("`", "'")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--targets", default="")
    parser.add_argument("--first", type=int, default=FIRST)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    earlier = comments(given.keep.read_text("utf-8")) if given.keep else None
    sys.stdout.write(first_tens(given.run, tuple(filter(None, given.targets.split(","))), earlier, given.first))
