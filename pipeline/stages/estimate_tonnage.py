"""Tonnes of waste per site: a range, and the rule that gave it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.cells.commodities import mentions
from layers.schema import GeoDataFrame, Sites, SiteTonnage, conform

RULES = ("reported_mass", "volume_density", "milled", "area_height", "area_law", "unknown")
"""Rules in order of precedence."""

_DENSITY_T_M3 = {
    "tailings": (1.2, 1.4, 1.6),
    "sulphide": (1.6, 1.9, 2.2),
    "base_metal": (1.3, 1.6, 2.0),
    "dry_stack": (1.6, 1.75, 1.9),
    "iron": (1.6, 1.8, 2.0),
    "loose_rock": (1.7, 1.9, 2.1),
    "slag": (1.6, 2.0, 2.6),
}
_PILES = ("waste_rock", "slag", "heap_leach")


class EstimateTonnageParams(BaseModel):
    """Ranges of the rules; each is meant to hold nine times in ten."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reported_factor: float = Field(
        default=1.25, ge=1, description="a reported mass holds within this factor either way"
    )
    open_bound_factor: float = Field(
        default=3.0, ge=1, description="an amount given as 'more than' may be this much larger"
    )
    volume_factor: float = Field(default=1.5, ge=1, description="a stated volume holds within this factor either way")
    milled_factor: float = Field(
        default=1.2,
        ge=1,
        description="tonnes milled hold within this factor: years missing, short tons taken for tonnes",
    )
    height_factor: float = Field(default=1.2, ge=1, description="a stated greatest height holds within this factor")
    area_factor: float = Field(default=1.15, ge=1, description="a stated or drawn footprint holds within this factor")
    milled_low_ratio: float = Field(
        default=0.5, gt=0, le=1, description="least tailings per tonne milled: half put back"
    )
    milled_ratio: float = Field(
        default=0.95, gt=0, le=1, description="tailings per tonne milled after the concentrate is taken out"
    )
    milled_high_ratio: float = Field(default=1.0, gt=0, le=1, description="most tailings per tonne milled")
    thickness_low_ratio: float = Field(
        default=0.33, gt=0, le=1, description="least mean thickness per maximum height: a cone, a valley of V shape"
    )
    thickness_ratio: float = Field(default=0.44, gt=0, le=1, description="mean thickness per maximum height")
    thickness_high_ratio: float = Field(
        default=0.58, gt=0, le=1, description="greatest share: a frustum half as wide at its top"
    )
    area_law_intercept_dex: float = Field(default=-1.184, description="a in log10 t = a + b log10 m2")
    area_law_slope: float = Field(default=1.234, gt=0, description="b in log10 t = a + b log10 m2")
    area_law_sd_dex: float = Field(default=0.70, gt=0, description="standard deviation of log10 t about the law")
    area_law_band_sd: float = Field(default=1.645, ge=1, description="standard deviations to either end of the range")
    impoundment_shift_dex: float = Field(
        default=0.8, description="behind dams or in a pit, waste lies thicker than the law says"
    )
    pile_shift_dex: float = Field(default=1.0, description="the same, for dry stacks, heaps, slag and waste rock")
    unconfined_shift_dex: float = Field(default=-0.3, description="the same, for spread or spilled tailings")


def estimate_tonnage(sites: GeoDataFrame[Sites], params: EstimateTonnageParams) -> DataFrame[SiteTonnage]:
    r"""Estimate the dry tonnes of waste at each site, as a range with the rule that gave it.

    The first rule that has what it needs is used: ``reported_mass``; ``volume_density`` (volume times dry bulk density);
    ``milled`` (tonnes milled less concentrate and backfill; tailings only); ``area_height`` (footprint times a share of the
    greatest height times density); ``area_law`` (footprint alone, see Notes); else ``unknown`` and no number. A site whose
    ``waste_type`` is ``none`` gets a number only from a reported mass or volume.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        Where ``area_m2`` is missing and the geometry is a polygon in a projected CRS, its area in that CRS is used.
        ``mass_t_bound`` and ``volume_m3_bound`` (``lower`` or ``upper``) are heeded where a reader kept them.
    params : EstimateTonnageParams

    Returns
    -------
    DataFrame[SiteTonnage]
        In the order of ``sites``, with ``waste_area_m2`` (the footprint used or known) behind.

    Notes
    -----
    The area law is :math:`\log_{10} T = -1.184 + 1.234 \log_{10} A` (t, m\ :sup:`2`), a least-squares fit of 196
    tailings areas of the Nova Scotia Mine Tailings Database, residual 0.70 dex; nine in ten lie within a factor of 14. Most
    of them are small stamp-mill areas, so the law is shifted by confinement: three dammed ponds of Canada hold 0.2 to 0.8
    dex more, 122 of the Chilean register (SERNAGEOMIN 2025, current tonnage) 1.1 on average, a dry pile 1.3, a spill 0.3
    less. 100 000 m2 gives 96 828 t.

    A product carries the errors of all its factors: their logarithms are added in quadrature, each side for itself. Tonnes
    milled are no upper bound, because the records themselves err: years are missing, and short tons (0.907 t) and long
    tons (1.016 t) stand among tonnes. The mean thickness of a body is 1/3 of its height for a cone or a V-shaped valley,
    1/2 for a wedge behind a dam, (1 + q + q\ :sup:`2`)/3 for a frustum whose top is q as wide as its base. Densities are
    engineering rules; the 135 deposits of the Chilean register that state both tonnes and volume have 1.5 t m\ :sup:`-3` in the
    middle but 0.9 to 3.2 at the ends, more than tailings vary. Stated volumes are loose, therefore, and the range here holds
    84 % of them.
    """
    area = _area_m2(sites)
    low, mid, high = _densities(sites)
    columns = {name: sites[name].to_numpy(dtype=float) for name in ("mass_t", "volume_m3", "milled_t", "height_m")}
    mass, volume, milled, height = (np.where(column > 0, column, np.nan) for column in columns.values())
    waste = sites["waste_type"].to_numpy()
    bare = waste == "none"
    milled = np.where(bare | np.isin(waste, ("waste_rock", "slag")), np.nan, milled)
    footprint = np.where(bare, np.nan, area)
    law = _area_law(footprint, sites, params)
    density = (mid / low, high / mid)
    ranges = {
        "reported_mass": _open_ends(*_within(mass, _either_way(params.reported_factor)), "mass_t_bound", sites, params),
        "volume_density": _open_ends(
            *_within(volume * mid, density, _either_way(params.volume_factor)), "volume_m3_bound", sites, params
        ),
        "milled": _within(
            milled * params.milled_ratio,
            (params.milled_ratio / params.milled_low_ratio, params.milled_high_ratio / params.milled_ratio),
            _either_way(params.milled_factor),
        ),
        "area_height": _within(
            footprint * height * params.thickness_ratio * mid,
            (params.thickness_ratio / params.thickness_low_ratio, params.thickness_high_ratio / params.thickness_ratio),
            density,
            _either_way(params.height_factor),
            _either_way(params.area_factor),
        ),
        "area_law": law,
    }
    rule = np.full(len(sites), "unknown", dtype=object)
    table = np.full((3, len(sites)), np.nan)
    for name, values in ranges.items():
        usable = (rule == "unknown") & np.isfinite(values[1])
        rule[usable] = name
        table[:, usable] = np.asarray(values)[:, usable]
    return conform(
        pd.DataFrame(
            {
                "site_id": sites["site_id"].to_numpy(),
                "tonnage_t": table[1],
                "tonnage_low_t": table[0],
                "tonnage_high_t": table[2],
                "tonnage_rule": rule,
                "waste_area_m2": area,
            }
        ),
        SiteTonnage,
    )


def _area_m2(sites: gpd.GeoDataFrame) -> np.ndarray:
    """Return the stated footprint, else that of the outline."""
    stated = sites["area_m2"].to_numpy(dtype=float)
    if sites.crs is None or not sites.crs.is_projected:
        return np.where(stated > 0, stated, np.nan)
    outline = sites.geometry.area.to_numpy(dtype=float)
    best = np.where(stated > 0, stated, outline)
    return np.where(best > 0, best, np.nan)


def _densities(sites: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Choose the dry bulk density range of each site's material."""
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
    table = np.array([_DENSITY_T_M3[one] for one in material], dtype=float).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _either_way(factor: float) -> tuple[float, float]:
    return factor, factor


def _within(
    mid: np.ndarray, *factors: tuple[float | np.ndarray, float | np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return low, mid and high of a product whose factors err independently, each by its own factor below and above."""
    below, above = (np.exp(np.sqrt(sum(np.square(np.log(factor[side])) for factor in factors))) for side in (0, 1))
    return mid / below, mid, mid * above


def _open_ends(
    low: np.ndarray, mid: np.ndarray, high: np.ndarray, bound: str, sites: pd.DataFrame, params: EstimateTonnageParams
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Widen the range of an amount that was given as "more than" or "less than", toward its open side only."""
    if bound not in sites:
        return low, mid, high
    said = sites[bound].astype(object).where(sites[bound].notna(), "").astype(str).to_numpy()
    wider_low = np.where(said == "upper", mid / params.open_bound_factor, np.where(said == "lower", mid, low))
    wider_high = np.where(said == "lower", mid * params.open_bound_factor, np.where(said == "upper", mid, high))
    return wider_low, mid, wider_high


def _area_law(
    area: np.ndarray, sites: gpd.GeoDataFrame, params: EstimateTonnageParams
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Apply the power law of footprints, shifted by how the waste is held."""
    disposal, waste = sites["disposal"].to_numpy(), sites["waste_type"].to_numpy()
    shift = np.select(
        [
            (disposal == "dry_stack") | np.isin(waste, _PILES),
            np.isin(disposal, ("impoundment", "in_pit")),
            np.isin(disposal, ("unconfined", "river")),
        ],
        [params.pile_shift_dex, params.impoundment_shift_dex, params.unconfined_shift_dex],
        0.0,
    )
    log_t = params.area_law_intercept_dex + params.area_law_slope * np.log10(area) + shift
    half = params.area_law_band_sd * params.area_law_sd_dex
    return 10 ** (log_t - half), 10**log_t, 10 ** (log_t + half)
