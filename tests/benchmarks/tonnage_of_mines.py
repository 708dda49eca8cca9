"""How beliefs about mines of which no amount is known do on registers that state one, hidden from them.

``python -m tests.benchmarks.tonnage_of_mines`` prints it. The registers are read from the folder of shared test files that
``MINEWASTE_SHARED`` names. Nothing of them is kept.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.evidence.like_amounts import like_amounts
from pipeline.evidence.site_amounts import LEAST_SPREAD, TONNES_LOG10
from pipeline.evidence.size_clues import size_clues
from pipeline.kernels.rank_draws import Z90

BRITISH_COLUMBIA = "inventory/bcahm_british_columbia/BCAHM_2024-05-14-filtered.xlsx"
NOVA_SCOTIA = "inventory/nsmtd_nova_scotia/NSMTD.csv"
_SPAN = re.compile(r"(1[789]\d\d|20\d\d)(?:-(\d{2,4}))?")


def read_mines(folder: Path) -> dict[str, pd.DataFrame]:
    """Return per register its mines as `size_clues` takes them, with ``tonnes`` stated for each."""
    table = pd.read_excel(folder / BRITISH_COLUMBIA).replace("Null", np.nan)
    names = ("LATITUDE", "LONGITUDE", "First_Year", "Last_Year", "Mined", "Milled")
    number = {name: pd.to_numeric(table[name], errors="coerce") for name in names}
    words = table[["COMMOD_C1", "COMMOD_C2", "COMMOD_C3"]].apply(lambda row: "; ".join(row.dropna()), axis=1)
    west = pd.DataFrame(
        {
            "commodities": words,
            "latitude": number["LATITUDE"],
            "longitude": number["LONGITUDE"],
            "first_year": number["First_Year"],
            "last_year": number["Last_Year"],
        }
    )
    scotia = pd.read_csv(folder / NOVA_SCOTIA)
    spans = [_years(text) for text in scotia["Dates"]]
    east = pd.DataFrame(
        {
            "commodities": scotia["Commodity"].str.casefold().str.replace(", ", "; "),
            "latitude": scotia["Latitude"],
            "longitude": scotia["Longitude"],
            "first_year": [span[0] for span in spans],
            "last_year": [span[1] for span in spans],
        }
    )
    registers = {
        "British Columbia, ore milled": west.assign(tonnes=number["Milled"]),
        "British Columbia, ore mined": west.assign(tonnes=number["Mined"]),
        "Nova Scotia, tailings": east.assign(tonnes=scotia["Tonnes"].astype(float)),
    }
    return {
        name: rows[(rows["tonnes"] > 0) & rows["latitude"].notna()]
        .reset_index(drop=True)
        .assign(name=None, hazard_class=None)
        for name, rows in registers.items()
    }


def _years(text: object) -> tuple[float, float]:
    ends: list[int] = []
    for first, last in _SPAN.findall(text if isinstance(text, str) else ""):
        ends += [int(first), int(first[: 4 - len(last)] + last) if last else int(first)]
    return (float(min(ends)), float(max(ends))) if ends else (np.nan, np.nan)


def coverage(folder: Path) -> pd.DataFrame:
    """Return ``register, by, n, inside, error`` of 90 % ranges: share that holds, and mean squared error in square decades."""
    table = []
    for name, mines in read_mines(folder).items():
        mines["site_id"] = np.arange(len(mines)).astype(str)
        logs, clue = np.log10(mines["tonnes"].to_numpy()), size_clues(mines)["size_log10"].to_numpy()
        plain = mines.assign(commodities="any", longitude=np.arange(len(mines)) * 1e-6 - 100.0, latitude=80.0)
        median, spread = TONNES_LOG10["worked"]
        beliefs = {"the usual median and years": (median + clue, spread)}
        for words, rows, years in (
            ("the others' median", plain, 0.0),
            ("and years", plain, clue),
            ("and commodity and camp", mines, clue),
        ):
            like = like_amounts(rows, logs, years + 0.0 * logs)
            assert like is not None
            beliefs[words] = (like.expected + like.slope * years, max(LEAST_SPREAD, like.spread))
        for words, (middle, sd) in beliefs.items():
            error = logs - middle
            table.append((name, words, len(mines), float((np.abs(error) <= Z90 * sd).mean()), float((error**2).mean())))
    return pd.DataFrame(table, columns=["register", "by", "n", "inside", "error"])


if __name__ == "__main__":
    found = coverage(Path(os.environ["MINEWASTE_SHARED"]) / "realdata")
    sys.stdout.write(found.round(3).to_string(index=False) + "\n")
