"""How often a law pooled over regions is used where the regions share one, and where they do not.

``python -m tests.benchmarks.learned --pairs 200`` prints it, for planted regions of forty and fifteen measured
wastes.
"""

from __future__ import annotations

import argparse
import sys

from tests.pipeline.learning.test_pooled_law import judged, planted, region, together

CASES = ((2, 40), (2, 15), (3, 40), (6, 15))
"""Regions and wastes of each."""


def used(regions: int, wastes: int, seed: int, *, shared: bool) -> bool:
    """Say whether the law of planted regions is used; each has effects of its own unless they share them."""
    parts = [
        region(
            f"r{at}", wastes, planted(seed if shared else seed + 5000 * (at + 1)), seed + 1000 * at, 0.2 * (at % 3 - 1)
        )
        for at in range(regions)
    ]
    return judged(together(*parts)).used


def main() -> None:
    """Print, per case, in how many of so many draws the law is used."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=200)
    count = parser.parse_args().pairs
    for regions, wastes in CASES:
        for shared in (False, True):
            share = sum(used(regions, wastes, seed, shared=shared) for seed in range(count))
            words = "sharing a law" if shared else "unrelated"
            sys.stdout.write(f"{regions} regions of {wastes} wastes, {words}: used in {share} of {count}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
