"""Whether something was dug at a site: read from amounts, status and name."""

from __future__ import annotations

import numpy as np
import pandas as pd

WORKED = r"produc|operat|\bactive|care and maint|\bplant\b|\bmill\b|rehabilit|restaur"
"""Status of a mine that was worked. Abandoned, closed and inactive alone do not say so: inventories of hazards call a trench
that never produced by the same words."""
PROSPECT = r"occurrence|prospect|showing|indicat|explor|undeveloped|discretion|\bindice"
"""Status of a place where little was dug."""
PLANT = r"\bmill\b|tailings|concentrator|smelter|r[ée]sidus|usine"
"""Names of places where ore was treated."""


def waste_is_likely(sites: pd.DataFrame) -> np.ndarray:
    """Return 1 where a waste is recorded or a mine was worked, 0 for a mere occurrence or prospect, NaN where unclear.

    Signs of work are tonnes milled or left, a volume or an area, a kind of waste, a status such as past producer, or the
    words mill, tailings, concentrator, smelter in the name of a site that is not called a prospect.

    Parameters
    ----------
    sites : DataFrame
        `Sites`.

    Returns
    -------
    ndarray of float, shape (n,)
    """
    sizes = sites[["mass_t", "volume_m3", "milled_t", "area_m2"]].to_numpy(float)
    status = sites["status"].astype("string").fillna("").str.replace("_", " ")
    name = sites["name"].astype("string").fillna("")
    worked = (np.nan_to_num(sizes) > 0).any(axis=1)
    worked |= sites["waste_type"].isin(["tailings", "heap_leach", "slag", "waste_rock", "mixed"]).to_numpy()
    worked |= status.str.contains(WORKED, case=False, regex=True).to_numpy(bool)
    mere = status.str.contains(PROSPECT, case=False, regex=True).to_numpy(bool)
    worked |= name.str.contains(PLANT, case=False, regex=True).to_numpy(bool) & ~mere
    return np.where(worked, 1.0, np.where(mere, 0.0, np.nan))
