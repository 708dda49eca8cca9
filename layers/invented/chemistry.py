"""What a laboratory would report in the invented region: regional samples of three media, and assays of waste."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from layers.elements import OXIDE_OF, REE, UPPER_CRUST_PPM, oxide_factor
from layers.invented.geology import REE_BEARING, Array, Region, Waves, stream

CRUST_PPM = UPPER_CRUST_PPM | {"P": 655.0, "Ti": 3840.0, "Fe": 39200.0}
"""Upper continental crust, ppm (Rudnick and Gao 2003)."""

LOADS = {
    "La": 0.95, "Ce": 0.95, "Nd": 0.9, "Sm": 0.8, "Y": 0.68, "Yb": 0.5, "Th": 0.73, "U": 0.45, "P": 0.5, "Nb": 0.62, "Zr": 0.28,
    "Ti": 0.1, "Fe": 0.05,
}  # fmt: skip
"""How strongly the halo of a camp shows in regional samples, in log10 per unit of halo."""

AQUA_REGIA = {"La": 0.62, "Ce": 0.6, "Nd": 0.6, "Sm": 0.58, "Y": 0.45, "Yb": 0.35, "Th": 0.6, "U": 0.65, "P": 0.85, "Nb": 0.12,
              "Zr": 0.04, "Ti": 0.2, "Fe": 0.8, "Cu": 0.95, "Zn": 0.9, "As": 0.95}  # fmt: skip
"""Share of an element that aqua regia brings into solution here; fusion brings all."""

INAA_SUITE = ("La", "Ce", "Nd", "Sm", "Eu", "Tb", "Yb", "Lu")
PROXIES = ("Th", "U", "P", "Nb", "Zr", "Ti", "Fe")
SLOPES = {
    "carbonatite": -1.1,
    "peralkaline granite": 0.75,
    "magnetite-apatite": -0.15,
    "uranium paleoplacer": -0.45,
    "uranium pegmatite": -0.3,
}
"""Tilt of the rare-earth pattern against crust, log10 from La to Lu: below 0 light, above 0 heavy."""


def regional_samples(region: Region, medium: str, per_site: float) -> pd.DataFrame:
    """Return true concentrations of regional samples of one medium.

    Parameters
    ----------
    region : Region
        Halo of the camps.
    medium : {'stream_sediment', 'till', 'rock'}
        Sets background and noise: rock is the noisiest, till is smeared.
    per_site : float
        Samples per true site.

    Returns
    -------
    DataFrame
        ``x_km, y_km`` and one column of ppm per element of `LOADS` and Cu, Zn, As.
    """
    rng = stream(region.seed, medium)
    half, n = region.side_km / 2, max(40, round(region.sites * per_site))
    x, y = rng.uniform(-half, half, n), rng.uniform(-half, half, n)
    smear = {"stream_sediment": 1.2, "till": 2.5, "rock": 0.3}[medium]
    halo = region.footprint(x + rng.normal(0, smear, n), y + rng.normal(0, smear, n) + smear, "sediment")
    common = 0.12 * Waves.draw(rng, 30).at(x, y)
    own = {"stream_sediment": 0.2, "till": 0.16, "rock": 0.25}[medium]
    shared, earths = rng.normal(0, own, n), rng.normal(0, own, n)
    table = pd.DataFrame({"x_km": x, "y_km": y})
    for element, load in {**LOADS, "Cu": 0.0, "Zn": 0.0, "As": 0.0}.items():
        noise = 0.8 * earths + rng.normal(0, own * 0.35, n) if element in REE else rng.normal(0, own * 0.8, n)
        table[element] = CRUST_PPM[element] * 10 ** (load * halo + common + 0.6 * shared + noise)
    return table


def laboratory(true_ppm: pd.DataFrame, elements: list[str], method: str) -> pd.DataFrame:
    """Return what a method reports of true concentrations, in ppm of the element; limits are not applied yet."""
    if method == "fusion":
        return true_ppm[elements].copy()
    return true_ppm[elements] * pd.Series({element: AQUA_REGIA[element] for element in elements})


def cells(
    values_ppm: pd.Series, limit_ppm: float, style: str, rng: np.random.Generator, missing: float = 0.0
) -> pd.Series:
    """Spell concentrations the way laboratories do.

    Parameters
    ----------
    values_ppm : Series
        Concentrations, in the unit of the column to write.
    limit_ppm : float
        Detection limit in the same unit.
    style : {'less_than', 'negative'}
        A value below the limit is written ``<limit`` or as the negative limit.
    rng : Generator
        Chooses cells left empty.
    missing : float
        Share of empty cells.

    Returns
    -------
    Series of str
        Empty text where nothing was analysed.
    """
    digits = np.where(values_ppm >= 100, 0, np.where(values_ppm >= 10, 1, 3))
    written = np.array([f"{value:.{digit}f}" for value, digit in zip(values_ppm, digits, strict=True)], dtype=object)
    below = f"<{limit_ppm:g}" if style == "less_than" else f"-{limit_ppm:g}"
    written = np.where(values_ppm < limit_ppm, below, written)
    return pd.Series(np.where(rng.random(len(written)) < missing, "", written), index=values_ppm.index)


def stream_sediments(region: Region) -> pd.DataFrame:
    """Return the stream-sediment file: aqua regia, ppm and one oxide in per cent, limits as ``<``."""
    rng = stream(region.seed, "stream sediment file")
    true = regional_samples(region, "stream_sediment", 4.0)
    elements = ["La", "Ce", "Nd", "Sm", "Y", "Th", "U", "Nb", "Zr", "Cu", "Zn", "As"]
    values = laboratory(true, [*elements, "P"], "aqua_regia")
    lon, lat = region.to_crs(true["x_km"].to_numpy(), true["y_km"].to_numpy())
    limits = {
        "La": 0.5,
        "Ce": 1,
        "Nd": 1,
        "Sm": 0.5,
        "Y": 0.5,
        "Th": 3,
        "U": 1,
        "Nb": 1,
        "Zr": 2,
        "Cu": 1,
        "Zn": 2,
        "As": 2,
    }
    table = pd.DataFrame(
        {"SAMPLE_ID": [f"SS{i:06d}" for i in range(1, len(true) + 1)], "LAT_DD": lat.round(5), "LONG_DD": lon.round(5)}
    )
    for element in elements:
        table[f"{element}_AR_ppm"] = cells(values[element], limits[element], "less_than", rng, missing=0.01)
    table["P2O5_AR_pct"] = cells(values["P"] * oxide_factor("P2O5") / 1e4, 0.01, "less_than", rng)
    return table


def till(region: Region) -> pd.DataFrame:
    """Return the till file: fusion, majors as oxides in per cent, values below a limit as its negative, missing as -9999."""
    rng = stream(region.seed, "till file")
    true = regional_samples(region, "till", 1.5)
    traces = ["La", "Ce", "Nd", "Sm", "Y", "Yb", "Th", "U", "Nb", "Zr"]
    values = laboratory(true, [*traces, "P", "Ti", "Fe"], "fusion")
    east, north = region.to_crs(true["x_km"].to_numpy(), true["y_km"].to_numpy(), "EPSG:26916")
    table = pd.DataFrame(
        {
            "SAMPLE": [f"T-{i:06d}" for i in range(1, len(true) + 1)],
            "EASTING": east.round(0),
            "NORTHING": north.round(0),
        }
    )
    limits = {"La": 0.1, "Ce": 0.1, "Nd": 0.1, "Sm": 0.1, "Y": 0.5, "Yb": 1, "Th": 2, "U": 1, "Nb": 8, "Zr": 4}
    for element in traces:
        table[f"{element}_FUS_ppm"] = cells(values[element], limits[element], "negative", rng)
    for oxide, element in (("P2O5", "P"), ("TiO2", "Ti"), ("Fe2O3", "Fe")):
        table[f"{oxide}_FUS_pct"] = cells(values[element] * oxide_factor(oxide) / 1e4, 0.01, "negative", rng)
    lost = rng.random(len(table)) < 0.01
    table.loc[lost, [f"{element}_FUS_ppm" for element in traces]] = "-9999"
    return table


def rocks(region: Region) -> pd.DataFrame:
    """Return the rock file: the same elements by aqua regia and, for some samples, by fusion as well."""
    rng = stream(region.seed, "rock file")
    true = regional_samples(region, "rock", 0.7)
    elements = ["La", "Ce", "Nd", "Y", "Th", "Nb", "Zr"]
    lon, lat = region.to_crs(true["x_km"].to_numpy(), true["y_km"].to_numpy())
    table = pd.DataFrame(
        {"ROCK_NO": [f"R{i:06d}" for i in range(1, len(true) + 1)], "Latitude": lat.round(5), "Longitude": lon.round(5)}
    )
    again = rng.random(len(table)) < 0.5
    for method, tag in (("aqua_regia", "AR"), ("fusion", "FUS")):
        values = laboratory(true, elements, method)
        for element in elements:
            written = cells(values[element], 1.0, "less_than", rng)
            table[f"{element}_{tag}_ppm"] = written if tag == "AR" else written.where(again, "")
    return table


def waste_pattern_ppm(kind: NDArray[np.str_], treo_ppm: Array) -> pd.DataFrame:
    """Split the TREO of wastes into their elements.

    Parameters
    ----------
    kind : array of str
        Deposit type per site.
    treo_ppm : ndarray
        Total rare-earth oxides, ppm.

    Returns
    -------
    DataFrame
        ppm of each of `REE`; as oxides they add up to ``treo_ppm``.
    """
    order = np.linspace(0, 1, len(REE) - 1)
    position = dict(zip([element for element in REE if element != "Y"], order, strict=True)) | {"Y": 0.7}
    slope = pd.Series(kind).map(SLOPES).fillna(0.0).to_numpy()
    pattern = pd.DataFrame({element: CRUST_PPM[element] * 10 ** (slope * position[element]) for element in REE})
    oxides = sum(pattern[element] * oxide_factor(OXIDE_OF[element]) for element in REE)
    return pattern.mul(treo_ppm / oxides, axis=0)


def waste_assays(region: Region, keys: pd.Series) -> pd.DataFrame:
    """Return the assays of waste: a third of the sites, one to three samples each.

    Seven in ten of the assayed sites have the whole suite, some the eight elements neutron activation gives, some
    no rare earths but the proxies Th, U, P, Nb, Zr, Ti and Fe. Six in ten rows name their site, the others carry coordinates.

    Parameters
    ----------
    region : Region
        With its true sites.
    keys : Series
        Id of each true site in inventory A, missing where that has no such site.

    Returns
    -------
    DataFrame
        The file as a laboratory would hand it over; one row per sample.
    """
    rng = stream(region.seed, "waste assays")
    truth = region.truth
    weight = _wish_to_assay(region)
    count = max(8, round(len(truth) / 3))
    picked = np.sort(rng.choice(len(truth), min(count, len(truth)), replace=False, p=weight / weight.sum()))
    suite = rng.choice(["full", "inaa", "proxies"], len(picked), p=[0.7, 0.15, 0.15])
    repeat = rng.integers(1, 4, len(picked))
    sites = truth.iloc[np.repeat(picked, repeat)].reset_index(drop=True)
    suite, n = np.repeat(suite, repeat), len(sites)
    chemistry = waste_pattern_ppm(sites["deposit_type"].to_numpy(), sites["treo_ppm"].to_numpy())
    scatter = region.assay_scatter_dex
    middle = -np.log(10.0) * scatter**2 / 2.0  # so that the mean of all samples is that of the waste
    chemistry = chemistry.mul(10 ** rng.normal(middle, scatter, n), axis=0)
    return _assay_table(
        region, sites, chemistry.join(_proxies(sites, rng)), suite, keys, np.repeat(picked, repeat), rng
    )


def _wish_to_assay(region: Region) -> Array:
    """Return how likely each waste is to be assayed, up to a factor."""
    truth = region.truth
    if region.assayed_by == "halo":
        halo = region.footprint(truth["x_km"].to_numpy(), truth["y_km"].to_numpy(), "thorium")
        return 1.0 + 2.0 * np.clip(halo, 0.0, 1.0)
    likelier = truth["rich"] if region.assayed_by == "richness" else truth["deposit_type"].isin(REE_BEARING)
    return np.where(likelier, 3.0, 1.0)


def _proxies(sites: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Elements that go along with rare earths in these wastes, ppm."""
    excess = np.log10(sites["treo_ppm"] / 200)
    loads = {"Th": 0.85, "U": 0.45, "P": 0.55, "Nb": 0.6, "Zr": 0.4, "Ti": 0.15, "Fe": 0.1}
    spread = {"Th": 0.2, "U": 0.4, "P": 0.3, "Nb": 0.3, "Zr": 0.25, "Ti": 0.2, "Fe": 0.25}
    extra = pd.DataFrame(0.0, index=sites.index, columns=list(PROXIES))
    extra["U"] += np.where(sites["deposit_type"].str.startswith("uranium"), 0.8, 0)
    extra["P"] += np.where(sites["deposit_type"] == "magnetite-apatite", 0.7, 0)
    return pd.DataFrame(
        {
            element: CRUST_PPM[element]
            * 10 ** (loads[element] * excess + extra[element] + rng.normal(0, spread[element], len(sites)))
            for element in PROXIES
        }
    )


def _assay_table(
    region: Region,
    sites: pd.DataFrame,
    chemistry: pd.DataFrame,
    suite: NDArray[np.str_],
    keys: pd.Series,
    picked: NDArray[np.int64],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Write the chemistry of waste samples as cells, with the site named or located."""
    n = len(sites)
    key = keys.to_numpy(dtype=object)[picked]
    named = (stream(region.seed, "named assays").random(len(region.truth)) < 0.6)[picked] & pd.notna(key)
    x, y = sites["x_km"].to_numpy() + rng.normal(0, 0.08, n), sites["y_km"].to_numpy() + rng.normal(0, 0.08, n)
    lon, lat = region.to_crs(x, y)
    table = pd.DataFrame(
        {
            "LAB_NO": [f"W{i:05d}" for i in range(1, n + 1)],
            "SITE_NO": np.where(named, key, ""),
            "LATITUDE": np.where(named, "", np.char.mod("%.5f", lat)),
            "LONGITUDE": np.where(named, "", np.char.mod("%.5f", lon)),
            "MATERIAL": "tailings composite",
        }
    )
    for element in REE:
        kept = (suite == "full") | ((suite == "inaa") & (element in INAA_SUITE))
        table[f"{element}_FUS_ppm"] = cells(chemistry[element], 0.05, "less_than", rng).where(kept, "")
    for element in ("Th", "U", "Nb", "Zr"):
        table[f"{element}_FUS_ppm"] = cells(chemistry[element], 0.5, "less_than", rng)
    for oxide, element in (("P2O5", "P"), ("TiO2", "Ti"), ("Fe2O3", "Fe")):
        table[f"{oxide}_FUS_pct"] = cells(chemistry[element] * oxide_factor(oxide) / 1e4, 0.01, "less_than", rng)
    return table
