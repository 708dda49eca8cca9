"""Run the whole bench and print its table: ``python -m tests.mutations [--pairs N] [--faults FILE]``."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.mutations import bench

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--pairs", type=int, default=4200, help="how many pairs of mutations are drawn")
parser.add_argument("--seed", type=int, default=1, help="which pairs are drawn")
parser.add_argument("--workers", type=int, default=2, help="processes at work")
parser.add_argument("--faults", type=Path, default=Path("build/mutation_faults.txt"), help="file for the faults")

if __name__ == "__main__":
    chosen = parser.parse_args()
    results, seconds = bench.whole(chosen.pairs, chosen.workers, chosen.faults, chosen.seed)
    print(bench.table(results))
    alone = sum(len(one.trial.names) == 1 for one in results if one.outcome.word != "not possible")
    print(f"{alone} with one mutation, the others with two; {seconds:.0f} s; faults are listed in {chosen.faults}")
