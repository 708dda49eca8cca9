"""Stated areas and amounts that hardly any single waste has, or that do not fit together at one site."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from layers.findings import Finding

USUAL_T_M3 = 1.6
"""Tonnes of a cubic metre of waste as it lies, where nothing better is stated."""

MOST_THICKNESS_M = 200.0
"""Few heaps are as high even at their highest point."""

MOST_T_YEAR = 1e8
"""Few mines of the world ever dug or milled as much ore in a year; none of those that are historic did."""

DENSITIES_T_M3 = (0.8, 4.0)
"""Least and most tonnes of a cubic metre of any waste: slimes that never settled, and slag or magnetite without pores."""


def doubtful_amounts(
    sites: pd.DataFrame, most_km2: float, most_t: float, wide_km2: float, least_thickness_m: float
) -> Iterator[tuple[int, Finding]]:
    """Yield the row of a site and what is odd about its stated area or amount; bounds ("more than") are not compared.

    Parameters
    ----------
    sites : DataFrame
        ``area_m2, mass_t, volume_m3`` and, where given, ``authorised_t, authorised_m3, mined_t, milled_t, first_year,
        last_year`` and ``<name>_bound``.
    most_km2, most_t : float
        Largest area and mass taken for those of one waste.
    wide_km2 : float
        Areas from which on a stated amount may not lie thin: small heaps are spread by wind and water, and of old ones the
        tonnes crushed are on record and not what is left.
    least_thickness_m : float
        Metres that a stated amount lies thick at least over a wide stated area.
    """
    area, mass, volume = (_stated(sites, name) for name in ("area_m2", "mass_t", "volume_m3"))
    mass = np.where(np.isnan(mass), volume * USUAL_T_M3, mass)
    with np.errstate(divide="ignore", invalid="ignore"):
        thick = mass / USUAL_T_M3 / area
    odd = (
        np.isfinite(thick)
        & (mass > 0)
        & (((thick < least_thickness_m) & (area >= wide_km2 * 1e6)) | (thick > MOST_THICKNESS_M))
    )
    for row in range(len(sites)):
        if area[row] > most_km2 * 1e6:
            yield row, Finding(code="area_large", values={"km2": float(area[row] / 1e6)})
        if mass[row] > most_t:
            yield row, Finding(code="mass_large", values={"mass_t": float(mass[row])})
        if odd[row]:
            yield row, Finding(code="thickness", values={"m": float(thick[row])})
    worked = _stated(sites, "last_year") - _stated(sites, "first_year") + 1.0
    ore = np.fmax(_stated(sites, "mined_t"), _stated(sites, "milled_t"))
    for at in map(int, np.flatnonzero((worked > 0) & (ore > MOST_T_YEAR * worked))):
        yield at, Finding(code="in_few_years", values={"mass_t": float(ore[at]), "years": int(worked[at])})
    unknown = ~(_stated(sites, "mass_t") > 0) & ~(volume > 0)
    pairs = (("density", "mass_t", "volume_m3", True), ("density_allowed", "authorised_t", "authorised_m3", unknown))
    for code, of_mass, of_volume, heeded in pairs:
        tonnes, cubic = _stated(sites, of_mass), _stated(sites, of_volume)
        for at in map(int, np.flatnonzero(unlike_densities(tonnes, cubic) & heeded)):
            t, m3 = float(tonnes[at]), float(cubic[at])
            yield at, Finding(code=code, values={"mass_t": t, "m3": m3, "t_m3": t / m3})


def unlike_densities(mass: np.ndarray, volume: np.ndarray) -> np.ndarray:
    """Say where a mass (t) and a volume (m3) would have a density that no waste has; shape (n,), False where one is unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        density = mass / volume
    least, most = DENSITIES_T_M3
    return (mass > 0) & (volume > 0) & ((density < least) | (density > most))


def stated_densities_unlike(sites: pd.DataFrame, mass: str, volume: str) -> np.ndarray:
    """Say at which sites two columns, neither of them a bound, are of no one waste (`unlike_densities`)."""
    return unlike_densities(_stated(sites, mass), _stated(sites, volume))


def _stated(sites: pd.DataFrame, name: str) -> np.ndarray:
    amount = sites[name].to_numpy(dtype=float) if name in sites else np.full(len(sites), np.nan)
    bound = f"{name}_bound"
    bounded = sites[bound].notna().to_numpy() if bound in sites else np.zeros(len(sites), dtype=bool)
    return np.where(bounded, np.nan, amount)
