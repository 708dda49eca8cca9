"""Rare earths of wastes that no waste on record holds, and samples of one waste that hardly speak of the same."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.elements import MOST_WASTE_TREO_PPM, OXIDE_OF, REE, WASTE_SAMPLES_APART, oxide_factor, treo_per_tree


def odd_wastes(source: str, layer: pd.DataFrame) -> list[Note]:
    """Look at the total of rare-earth oxides of every sample of waste; nothing is changed.

    Parameters
    ----------
    source : str
        Id of the source.
    layer : DataFrame
        Samples as read: ``medium``, ``site_key`` and ``<El>_ppm`` or ``tree_ppm``.

    Returns
    -------
    list of Note
        Codes ``waste_too_rich`` and ``waste_samples_apart``; of the latter samples that name one site are compared.
    """
    if "medium" not in layer or not (layer["medium"] == "waste").any():
        return []
    names = [f"{element}_ppm" for element in REE if f"{element}_ppm" in layer]
    factors = np.array([oxide_factor(OXIDE_OF[name.removesuffix("_ppm")]) for name in names])
    treo = np.nansum(layer[names].to_numpy(dtype=float) * factors, axis=1)
    if "tree_ppm" in layer:
        treo = np.fmax(treo, layer["tree_ppm"].to_numpy(dtype=float) * treo_per_tree()[0])
    treo = np.where((layer["medium"] == "waste").to_numpy(), treo, np.nan)
    return [*_too_rich(source, layer, treo), *_apart(source, layer, treo)]


def _too_rich(source: str, layer: pd.DataFrame, treo: np.ndarray) -> list[Note]:
    rich = treo > MOST_WASTE_TREO_PPM
    if not rich.any():
        return []
    row = int(np.flatnonzero(rich)[0])
    text = (
        f"Samples of waste hold more rare-earth oxides than any tailings on record ({treo[row] / 1e4:.0f} % in "
        f"{layer['sample_id'].iloc[row]}): a concentrate, picked ore, or another unit?"
    )
    return [Note(source, "waste_too_rich", text, int(rich.sum()), rows=_rows(layer, rich))]


def _apart(source: str, layer: pd.DataFrame, treo: np.ndarray) -> list[Note]:
    if "site_key" not in layer:
        return []
    known = np.isfinite(treo) & (treo > 0) & layer["site_key"].notna().to_numpy()
    dex, site = pd.Series(np.log10(treo[known])), layer.loc[known, "site_key"].reset_index(drop=True)
    by_site = dex.groupby(site)
    apart_dex = 2.0 * by_site.std(ddof=0)
    far = apart_dex[apart_dex >= np.log10(WASTE_SAMPLES_APART)].sort_values(ascending=False, kind="stable")
    if not len(far):
        return []
    first = str(far.index[0])
    ends = 10.0 ** by_site.agg(["min", "max"]).loc[far.index[0]]
    text = (
        f"Samples of one waste lie {WASTE_SAMPLES_APART:.0f}-fold apart or more in their rare-earth oxides (e.g. {first}: "
        f"{ends['min']:,.0f} to {ends['max']:,.0f} ppm): different things, or a row in another unit?"
    )
    return [
        Note(
            source, "waste_samples_apart", text, len(far), rows=_rows(layer, layer["site_key"].isin(far.index) & known)
        )
    ]


def _rows(layer: pd.DataFrame, chosen: pd.Series | np.ndarray) -> tuple[int, ...]:
    """Return the file rows of some rows of a layer; none where the layer does not know them."""
    if "source_row" not in layer.columns:
        return ()
    return tuple(layer.loc[np.asarray(chosen, dtype=bool), "source_row"].astype(int))
