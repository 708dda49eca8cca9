"""The documentation: the notebook runs, every page is in the table of contents, every link and name leads somewhere."""

from __future__ import annotations

import re
import runpy
import tomllib
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import yaml
from nbclient import NotebookClient

from layers.catalogue.source import load_catalogue
from pipeline.evidence.targets import known_targets

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "generated" not in path.parts and "build" not in path.parts)


def test_the_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    notebook = nbformat.read(DOCS / "notebooks" / "invented_region.ipynb", as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert sum(output.output_type == "execute_result" for output in outputs) >= 4


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_of_a_page_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith(("http://", "https://", "mailto:")) and "generated" not in target:
            assert (page.parent / target).exists(), target


def test_every_page_stands_in_the_table_of_contents() -> None:
    listed = set()
    for index in DOCS.rglob("index.md"):
        room = index.parent.relative_to(DOCS)
        names = re.findall(r"^([a-z_]+(?:/[a-z_]+)*)$", index.read_text(encoding="utf-8"), flags=re.M)
        listed |= {(room / name).as_posix() for name in names}
    pages = {page.relative_to(DOCS).with_suffix("").as_posix() for page in PAGES} - {"index"}
    assert pages <= listed


def test_the_readme_is_a_short_front_door() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_every_option_named_in_the_docs_exists() -> None:
    from click.testing import CliRunner

    from pipeline.commands.cli import main

    known = set()
    for name in main.commands:
        known |= set(re.findall(r"--[a-z][a-z-]*", CliRunner().invoke(main, [name, "--help"]).output))
    text = "\n".join(page.read_text(encoding="utf-8") for page in [*PAGES, ROOT / "README.md"])
    named = {
        option
        for line in re.findall(
            r"minewaste (?:demo|run|init|check|screen|explain|purge|fetch|sources|verify|compare)[^\n`]*", text
        )
        for option in re.findall(r"--[a-z][a-z-]*", line)
    }
    assert named - known == set()


def test_the_toolchain_of_the_docs_is_part_of_the_development_set() -> None:
    development = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["dev"]
    assert {"sphinx", "furo", "myst-nb", "numpydoc"} <= {re.match(r"[a-z-]+", line).group() for line in development}  # type: ignore[union-attr]


REGIONS = [path.stem for path in sorted((DOCS / "regions").glob("*.md")) if path.stem not in ("index", "targets")]


@pytest.mark.parametrize("region", REGIONS)
def test_a_region_page_gives_an_address_for_every_file_its_run_file_reads(region: str) -> None:
    """An address, or a fetch line that leads to a file of the name in the run file (50m is not 10m)."""
    sources = yaml.safe_load((ROOT / "configs" / f"{region}.yml").read_text("utf-8"))["sources"]
    joined = [one["options"]["amounts"]["path"] for one in sources if "amounts" in one.get("options", {})]
    read = {*(one["path"] for one in sources), *joined}
    page = (DOCS / "regions" / f"{region}.md").read_text("utf-8")
    where = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", page, flags=re.M))
    assert set(where) == read
    catalogue = load_catalogue()
    for path, told in where.items():
        assert "https://" in told or "minewaste fetch" in told, path
        for wanted in re.findall(r"minewaste fetch (\S+) --to", told):
            address = wanted if wanted.startswith("https://") else catalogue[wanted].fetch["url"]
            stem = Path(address).name.split(".")[0]
            assert stem == Path(path).name.split(".")[0] or "under other headings" in told, (path, address)


def test_what_the_page_of_targets_says_the_grades_rest_on_is_what_the_table_holds() -> None:
    """Counted from ``targets.yml``, so that the sentence cannot fall behind it."""
    kinds = [kind for facts in known_targets().values() for kind in facts.hosts]
    judged, single = (sum(kind.n == n for kind in kinds) for n in (0, 1))
    sentence = (
        f"of the {len(kinds)} kinds of host {judged} ({judged / len(kinds):.0%}) are judgement without a published waste, "
        f"{single} rest on one published or measured waste and {len(kinds) - judged - single} on more"
    ).replace("%", " %")
    assert sentence in " ".join((DOCS / "regions" / "targets.md").read_text("utf-8").split())


def _a_run(folder: Path, tied_with: list[int]) -> None:
    ids, ranks = [f"s-{at}" for at in range(30)], range(1, 31)
    reasons = "gold recorded here: such ores seldom carry the elements looked for, which speaks against it"
    ranking = {
        "site_id": ids,
        "name": "A|b",
        "rank": ranks,
        "score": 0.5,
        "tonnage_t": 123456.0,
        "tied_with": tied_with,
    }
    pd.DataFrame(ranking | {"tonnage_rule": "milled", "reasons": reasons}).to_csv(folder / "ranking.csv", index=False)
    words = {
        "commodities": "gold",
        "deposit_type": None,
        "site_kind": "worked",
        "waste_type": "unknown",
        "status": None,
    }
    pd.DataFrame(ranking | words | {"tonnage_rule": "milled"}).drop(columns="rank").to_parquet(folder / "sites.parquet")


def test_the_first_tens_of_a_run_are_printed_and_comments_are_kept(tmp_path: Path) -> None:
    script = runpy.run_path(str(DOCS / "first_tens.py"))
    _a_run(tmp_path, [0] * 30)
    alone = script["first_tens"](tmp_path)
    assert alone.count("(`s-") == 10
    row = "(`s-0`) | gold; worked mine; 120,000 t from ore milled | chance 0.50: gold: seldom a host |  |"
    assert f"| 1 | A/b {row}" in alone
    ranked = pd.read_csv(tmp_path / "ranking.csv")[["site_id", "rank", "score", "tied_with"]]
    beside = {"grade_rule": "hosts", "host": ["lead_silver", *[None] * 29]}
    (tmp_path / "stages").mkdir()
    (tmp_path / "targets.csv").touch()
    parts = [ranked.assign(target=name, **beside) for name in ("REE", "Co")]
    pd.concat(parts).to_parquet(tmp_path / "stages" / "rank_targets.parquet")
    both = script["first_tens"](tmp_path)
    assert both.count("(`s-") == 20
    assert "| chance 0.50: its kind, as lead silver |" in both
    assert both.count("no clue, by its amount") == 9
    written = both.replace(
        "(`s-3`) | gold; worked mine; 120,000 t from ore milled | chance 0.50: gold: seldom a host |  |",
        "(`s-3`) | gold; worked mine; 120,000 t from ore milled | chance 0.50: gold: seldom a host | right |",
        1,
    )
    kept = script["comments"](written)
    assert kept == {("REE", "s-3"): "right"}
    assert script["first_tens"](tmp_path, (), kept) == written
    assert script["first_tens"](tmp_path, ("Co",), None, 5).count("(`s-") == 5
    with pytest.raises(SystemExit, match="no list of Te"):
        script["first_tens"](tmp_path, ("Te",))


@pytest.mark.parametrize(
    ("tied_with", "rows", "more"),
    [([0, *[13] * 14, *[0] * 15], 15, None), ([0] * 8 + [5] * 6 + [0] * 16, 14, None), ([0] * 9 + [20] * 21, 10, 20)],
)
def test_a_tie_stands_whole_among_the_first_or_is_counted(
    tied_with: list[int], rows: int, more: int | None, tmp_path: Path
) -> None:
    script = runpy.run_path(str(DOCS / "first_tens.py"))
    _a_run(tmp_path, tied_with)
    table = script["first_tens"](tmp_path)
    assert table.count("(`s-") == rows
    first = next(at for at, tied in enumerate(tied_with, start=1) if tied)
    assert table.count(f"| {first}–{first + tied_with[first - 1]} |") == rows - first + 1
    assert re.findall(r"(\d+) more share the rank of the last", table) == ([str(more)] if more else [])
