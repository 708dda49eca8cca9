"""Which mineral likely holds the rare earths of a site, by its words: that decides how, and whether, they come out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from layers.findings import Finding

HOST_MINERALS = (
    ("clay", r"ion[ -]adsorption"),
    ("carbonate", r"carbonatite|bastn[aä]e?site"),
    ("silicate", r"peralkaline|nepheline syenite|eudialyte|allanite|zirconium|\bzircon\b"),
    (
        "phosphate",
        r"monazite|xenotime|apatite|phosph|quartz[ -]pebble|pala?eoplacer(?! U-Au-PGE)|heavy mineral|kiruna",
    ),
    ("coal", r"\bcoal\b|lignite"),
)
"""What words say of the mineral that holds the rare earths; the first that matches counts."""


def recovery_hosts(words: pd.Series) -> Iterator[tuple[int, Finding]]:
    """Yield the row and the host mineral of each site whose type of deposit or commodities point to one.

    Parameters
    ----------
    words : Series of str
        Type of deposit and commodities of each site.
    """
    kind = np.full(len(words), None, dtype=object)
    for name, pattern in reversed(HOST_MINERALS):
        kind[words.str.contains(pattern, case=False, regex=True).to_numpy(bool)] = name
    for row, host in enumerate(kind):
        if host is not None:
            yield row, Finding(code=f"recovery_{host}")
