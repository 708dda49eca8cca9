"""``python -m tests.benchmarks.render FILE…``: put the figures of ``build/bench.json`` into pages.

A page says where: the lines between ``<!-- bench -->`` and ``<!-- /bench -->`` are replaced by the table of all rows, those after
``<!-- bench: chain, zonal -->`` by the rows of these steps. Without a file the table is printed.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from tests.benchmarks.results import draw_growth, read_rows, table

_PLACE = re.compile(r"(<!-- bench(?:: ([\w, /]+))? -->\n).*?(<!-- /bench -->)", re.DOTALL)


def main() -> None:
    """Fill the pages and draw the growth."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.render", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--bench", type=Path, default=Path("build/bench.json"))
    parser.add_argument("--plot", type=Path, help="also draw how seconds grow with the sites")
    options = parser.parse_args()
    rows = read_rows(options.bench)
    if not rows:
        raise SystemExit(f"{options.bench} holds no figures. Run `make bench` first.")
    for path in options.files:
        path.write_text(filled(path.read_text(encoding="utf-8"), rows), encoding="utf-8")
    if not options.files:
        print(table(rows))
    if options.plot:
        draw_growth(rows, options.plot)


def filled(page: str, rows: list[dict[str, object]]) -> str:
    """Return a page with its tables replaced.

    Raises
    ------
    SystemExit
        If the page has no place for a table.
    """

    def written(found: re.Match[str]) -> str:
        wanted = [one.strip() for one in (found[2] or "").split(",") if one.strip()]
        chosen = [row for row in rows if not wanted or row["step"] in wanted]
        return f"{found[1]}\n{table(chosen)}\n\n{found[3]}"

    page, count = _PLACE.subn(written, page)
    if not count:
        raise SystemExit("The page has no lines <!-- bench --> and <!-- /bench --> to put a table between.")
    return page


if __name__ == "__main__":
    main()
