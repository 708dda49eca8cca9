"""The planted answer of the invented region, for tests."""

from __future__ import annotations

import pandas as pd

from layers.invented.geology import Region
from layers.invented.inventories import keys_a, requests


def planted(region: Region) -> pd.DataFrame:
    """Return the truth of every site under the keys other files use.

    Parameters
    ----------
    region : Region
        With its true sites.

    Returns
    -------
    DataFrame
        ``number, site_no_a, name, longitude, latitude, camp, deposit_type, tonnes_t, treo_ppm, rich, why, left_out``, by
        number; ``left_out``: a steward asked for it.
    """
    truth = region.truth
    lon, lat = region.to_crs(truth["x_km"].to_numpy(), truth["y_km"].to_numpy())
    return pd.DataFrame(
        {
            "number": truth["number"],
            "site_no_a": keys_a(region),
            "name": truth["name"],
            "longitude": lon.round(6),
            "latitude": lat.round(6),
            "camp": truth["camp"],
            "deposit_type": truth["deposit_type"],
            "waste": truth["waste"],
            "tonnes_t": truth["tonnes_t"].round(0),
            "treo_ppm": truth["treo_ppm"].round(1),
            "rich": truth["rich"],
            "why": truth["why"],
            "left_out": keys_a(region).isin(requests(region)["SITE"]),
        }
    )
