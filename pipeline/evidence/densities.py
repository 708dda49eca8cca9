"""Dry bulk densities of mine waste by its material: engineering rules."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.cells.commodities import mentions

DENSITY_T_M3 = {
    "tailings": (1.2, 1.4, 1.6),
    "sulphide": (1.6, 1.9, 2.2),
    "base_metal": (1.3, 1.6, 2.0),
    "dry_stack": (1.6, 1.75, 1.9),
    "iron": (1.6, 1.8, 2.0),
    "loose_rock": (1.7, 1.9, 2.1),
    "slag": (1.6, 2.0, 2.6),
}


def dry_densities(sites: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return least, usual and most dry bulk density of each site's material, t per m3, shape (n,) each.

    Parameters
    ----------
    sites : DataFrame
        ``waste_type, deposit_type, commodities, disposal``.
    """
    waste = sites["waste_type"].to_numpy()
    deposit = sites["deposit_type"].fillna("").astype(str).str.casefold()
    sulphide = deposit.str.contains("massive sul|vms|sedex", regex=True) | mentions(
        sites["commodities"], ("pyrite", "sulphur")
    )
    material = np.select(
        [
            np.isin(waste, ("waste_rock", "heap_leach")),
            waste == "slag",
            sites["disposal"].to_numpy() == "dry_stack",
            sulphide.to_numpy(),
            mentions(sites["commodities"], ("iron", "magnetite")).to_numpy(),
            mentions(sites["commodities"], ("zinc", "lead", "nickel")).to_numpy(),
        ],
        ["loose_rock", "slag", "dry_stack", "sulphide", "iron", "base_metal"],
        "tailings",
    )
    table = np.array([DENSITY_T_M3[word] for word in material], dtype=float).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
