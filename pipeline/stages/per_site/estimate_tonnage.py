"""Tonnes of waste, a range, and the rule that gave it."""

from __future__ import annotations

from typing import Self, TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layers.schema import GeoDataFrame, Sites, SiteSamples, SiteTonnage, conform
from pipeline.evidence.bounded_amounts import below_most, without_most
from pipeline.evidence.contradicted_amounts import conflicting_sites, holding_both, mass_or_volume
from pipeline.evidence.densities import dry_densities
from pipeline.evidence.doubtful_amounts import stated_densities_unlike
from pipeline.evidence.waste_per_ore import FROM_MINED, waste_per_tonne
from pipeline.evidence.worked_sites import named_quarries, site_kinds
from pipeline.kernels.mixture import mixture_quantiles

RULES = (
    "reported_mass",
    "endowment_grade",
    "volume_density",
    "milled",
    "milled_rate",
    "area_height",
    "at_most",
    "authorised_mass",
    "area_law",
    "mined",
    "unknown",
)
"""Rules in order of precedence."""
_BEHIND_A_MOST = RULES[RULES.index("at_most") + 1 :]

_RANGES = (
    ("milled_low_ratio", "milled_ratio", "milled_high_ratio"),
    ("thickness_low_ratio", "thickness_ratio", "thickness_high_ratio"),
    ("authorised_low_ratio", "authorised_ratio", "authorised_high_ratio"),
    ("at_most_low_ratio", "at_most_ratio"),
    ("mined_low_ratio", "mined_high_ratio"),
)
"""Least, usual and most of one share."""
Z90 = 1.645
"""Standard deviations to either end of the range that holds nine in ten."""

_PILES = ("waste_rock", "slag", "heap_leach")


_Range: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Low, middle and high tonnes of every site."""

_Factor: TypeAlias = float | np.ndarray


class EstimateTonnageParams(BaseModel):
    """Ranges of the rules; each is meant to hold nine times in ten."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reported_factor: float = Field(
        default=1.25, ge=1, description="a reported mass holds within this factor either way"
    )
    open_bound_factor: float = Field(
        default=3.0, ge=1, description="an amount given as 'more than' may be this much larger"
    )
    at_most_low_ratio: float = Field(
        default=0.03, gt=0, le=1, description="least that lies there of an amount given as 'less than'"
    )
    at_most_ratio: float = Field(default=0.3, gt=0, le=1, description="usual share of such an amount")
    volume_factor: float = Field(
        default=2.5,
        ge=1,
        description="a stated or computed volume holds within this factor either way; fitted on two registers",
    )
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
    operating_days: float = Field(
        default=340.0,
        gt=0,
        le=366,
        description="days a mill ran in a year, where only tonnes per day and years are known",
    )
    use_ratio: float = Field(default=0.7, gt=0, le=1, description="share of its capacity at which a mill ran")
    use_factor: float = Field(default=1.5, ge=1, description="that share, days and years hold within this factor")
    thickness_low_ratio: float = Field(
        default=0.33, gt=0, le=1, description="least mean thickness per maximum height: a cone, a valley of V shape"
    )
    thickness_ratio: float = Field(default=0.44, gt=0, le=1, description="mean thickness per maximum height")
    thickness_high_ratio: float = Field(
        default=0.58, gt=0, le=1, description="greatest share: a frustum half as wide at its top"
    )
    authorised_low_ratio: float = Field(
        default=0.03, gt=0, le=1, description="least that lies there per authorised tonne: a deposit just begun"
    )
    authorised_ratio: float = Field(default=0.67, gt=0, le=1, description="usual tonnes per authorised tonne")
    authorised_high_ratio: float = Field(
        default=1.44, ge=1, description="most tonnes per authorised tonne: permits are overrun"
    )
    mined_low_ratio: float = Field(
        default=0.1, gt=0, le=1, description="least waste per tonne of ore mined: sorted ore that was shipped"
    )
    mined_high_ratio: float = Field(
        default=30.0, ge=1, description="most waste per tonne of ore mined: galleries and adits behind a small shipment"
    )
    area_law_intercept_dex: float = Field(
        default=-1.184, description="a in log10 t = a + b log10 m2 for tailings without a dam"
    )
    area_law_slope: float = Field(default=1.234, gt=0, description="b of the same")
    area_law_sd_dex: float = Field(default=0.70, gt=0, description="standard deviation of log10 t about the law")
    dam_law_intercept_dex: float = Field(default=-1.058, description="a for tailings behind dams or in a pit")
    dam_law_slope: float = Field(default=1.389, gt=0, description="b of the same")
    dam_law_sd_dex: float = Field(default=0.69, gt=0, description="standard deviation about it")
    pile_law_intercept_dex: float = Field(default=-0.196, description="a for dry stacks, heaps, slag and waste rock")
    pile_law_slope: float = Field(default=1.312, gt=0, description="b of the same")
    pile_law_sd_dex: float = Field(default=0.70, gt=0, description="standard deviation about it; 15 piles taught it")
    dammed_share: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="how often tailings of which nobody says how they are held lie behind a dam",
    )

    @model_validator(mode="after")
    def _ranges_ascend(self) -> Self:
        """Refuse a range whose low end lies above its middle or its high end."""
        for names in _RANGES:
            values = [getattr(self, name) for name in names]
            if values != sorted(values):
                shown = ", ".join(f"{name}: {value:g}" for name, value in zip(names, values, strict=True))
                raise ValueError(f"{shown} do not ascend: write the least first")
        return self


def estimate_tonnage(
    sites: GeoDataFrame[Sites], site_samples: DataFrame[SiteSamples], params: EstimateTonnageParams
) -> DataFrame[SiteTonnage]:
    r"""Estimate the dry tonnes of waste at each site, as a range with the rule that gave it.

    The first rule that has what it needs is used: ``reported_mass``; ``endowment_grade`` (contained metal of a sampled waste
    divided by its mean grade); ``volume_density`` (volume times dry bulk density); ``milled`` (tonnes milled less concentrate and
    backfill; tailings only); ``milled_rate`` (the same from tonnes per day and years); ``area_height`` (footprint times a
    share of the greatest height times density); ``at_most`` (any of these by an amount given as "less than": a share of it, down
    to next to nothing); ``authorised_mass`` (what a permit allows, an upper bound that is seldom
    reached); ``area_law`` (footprint alone); ``mined`` (as much waste as ore was mined, where nobody says that it was
    milled: a very wide range); else ``unknown`` and no number. Of coal, iron, phosphate, potash, fluorspar, chromite and rock
    that is sold as it is dug a share is left, milled or mined (`waste_per_tonne`). A site whose ``waste_type`` is ``none`` gets
    a number only from a stated mass or volume. Where records of a site contradict each other beyond the range of the rule
    (``amount_conflict``), the range is that of both amounts, each with even chances (``contradicted``). Where mass and volume
    have a density that no waste has, it is that of both, with the chances that the footprint gives either
    (``mass_or_volume``); authorised ones that contradict each other so are not used.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        Where ``area_m2`` is missing and the geometry is a polygon in a projected CRS, its area in that CRS is used.
        ``mass_t_bound`` and ``volume_m3_bound`` (``lower`` or ``upper``), ``mined_t``, ``authorised_t`` and
        ``milled_t_per_day`` are heeded where a reader kept them.
    site_samples : DataFrame[SiteSamples]
        ``waste_mass_t``, where whoever sampled the waste says how much there is.
    params : EstimateTonnageParams

    Returns
    -------
    DataFrame[SiteTonnage]
        In the order of ``sites``, with ``waste_area_m2`` (the footprint used or known) and ``footprint_t`` (tonnes by the law of
        footprints wherever there is one, whatever rule was used) behind.

    Notes
    -----
    Every law is :math:`\log_{10} T = a + b \log_{10} A` (t, m\ :sup:`2`), least squares on one register each. Without a dam:
    196 areas of the Nova Scotia Mine Tailings Database, mostly small stamp mills, residual 0.70 dex; 100 000 m2 give
    96 828 t. Behind dams: 133 deposits of the Chilean register (SERNAGEOMIN 2025, current tonnage), 0.69 dex; the same area
    gives 770 000 t. Piles: 15 filtered deposits of the same register, 0.62 dex. Where nobody says how the tailings are
    held, the belief is a mixture of the first two.

    Of 146 Chilean deposits that state both, the current mass is 0.67 of the authorised one in the middle and 0.03 to 1.44 in
    nine of ten. Volumes: 135 Chilean pairs of tonnes and volume, 89 reported volumes of the National Mine Waste Inventory of
    the USGS beside lidar ones and 63 masses beside lidar volumes; the one factor for all holds 93, 84 and 89 % of them. How the
    ranges do on registers that were left out stands in ``docs/tonnage.md``.

    A product carries the errors of all its factors: their logarithms are added in quadrature, each side for itself. Tonnes
    milled are no upper bound, because the records themselves err: years are missing, and short tons (0.907 t) and long
    tons (1.016 t) stand among tonnes. The mean thickness of a body is 1/3 of its height for a cone or a V-shaped valley,
    1/2 for a wedge behind a dam, (1 + q + q\ :sup:`2`)/3 for a frustum whose top is q as wide as its base. Densities are
    engineering rules.
    """
    area = _area_m2(sites)
    rule = np.full(len(sites), "unknown", dtype=object)
    table = np.full((3, len(sites)), np.nan)
    exact = without_most(sites)
    ranges = _ranges(
        *((sites, site_samples, area) if exact is None else (exact, site_samples, _area_m2(exact))), params
    )
    for name, values in ranges.items():
        usable = (rule == "unknown") & np.isfinite(values[1])
        rule[usable] = name
        table[:, usable] = np.asarray(values)[:, usable]
    _hold_both(rule, table, sites if exact is None else exact, site_samples, params)
    if exact is not None:
        _stay_below(rule, table, ranges, _ranges(sites, site_samples, area, params), params)
    mass_or_volume(rule, table, ranges, sites)
    return conform(
        pd.DataFrame(
            {
                "site_id": sites["site_id"].to_numpy(),
                "tonnage_t": table[1],
                "tonnage_low_t": table[0],
                "tonnage_high_t": table[2],
                "tonnage_rule": rule,
                "site_kind": site_kinds(sites, site_samples),
                "waste_area_m2": area,
                "footprint_t": ranges["area_law"][1],
            }
        ),
        SiteTonnage,
    )


def _stay_below(
    rule: np.ndarray,
    table: np.ndarray,
    exact: dict[str, _Range],
    with_most: dict[str, _Range],
    params: EstimateTonnageParams,
) -> None:
    """Put what an amount given as "less than" lets expect where nothing surer is known of the site."""
    open_rows = np.isin(rule, _BEHIND_A_MOST)
    for name, ends in with_most.items():
        rows = open_rows & np.isfinite(ends[1]) & ~np.isfinite(exact[name][1])
        share = below_most(ends, params.at_most_low_ratio, params.at_most_ratio)
        table[:, rows] = np.asarray(share)[:, rows]
        if name == "reported_mass":
            table[2, rows] = np.minimum(table[2, rows], ends[1][rows])
        rule[rows], open_rows = "at_most", open_rows & ~rows


def _hold_both(
    rule: np.ndarray,
    table: np.ndarray,
    sites: pd.DataFrame,
    site_samples: pd.DataFrame,
    params: EstimateTonnageParams,
) -> None:
    """Put the range of both amounts, and the rule's name for it, where records contradict each other about the one used."""
    sides = conflicting_sites(sites.reset_index(drop=True))
    if sides is None:
        return
    rows = sides[0].index.to_numpy()
    by_rule = [_ranges(side, site_samples, _area_m2(side), params) for side in sides]
    for name in set(rule[rows]) - {"unknown"}:
        apart, ends = holding_both(*(ranges[name] for ranges in by_rule))
        chosen = apart & (rule[rows] == name)
        table[:, rows[chosen]] = np.asarray(ends)[:, chosen]
        rule[rows[chosen]] = "contradicted"


def _ranges(
    sites: pd.DataFrame, site_samples: pd.DataFrame, area: np.ndarray, params: EstimateTonnageParams
) -> dict[str, _Range]:
    """Return low, middle and high tonnes by every rule, the best rule first; NaN where a rule lacks what it needs."""
    low, mid, high = dry_densities(sites)
    columns = {name: sites[name].to_numpy(dtype=float) for name in ("mass_t", "volume_m3", "milled_t", "height_m")}
    mass, volume, milled, height = (np.where(column > 0, column, np.nan) for column in columns.values())
    waste = sites["waste_type"].to_numpy()
    bare = waste == "none"
    no_mill = bare | np.isin(waste, ("waste_rock", "slag"))
    milled = np.where(no_mill, np.nan, milled)
    rated = np.where(no_mill, np.nan, _milled_by_rate(sites, params))
    doubted = bare | stated_densities_unlike(sites, "authorised_t", "authorised_m3")
    authorised = np.where(doubted, np.nan, _positive(sites, "authorised_t"))
    assayed = _positive(sites[["site_id"]].merge(site_samples, on="site_id", how="left"), "waste_mass_t")
    footprint = np.where(bare, np.nan, area)
    mined = np.where(bare | named_quarries(sites), np.nan, _positive(sites, "mined_t"))  # stone is sold, not milled
    density, usual = _around(low, mid, high), (params.milled_low_ratio, params.milled_ratio, params.milled_high_ratio)
    of_ore = waste_per_tonne(sites)
    sold = np.isfinite(of_ore[1])
    least, share, most = (np.where(sold, end, ratio) for end, ratio in zip(of_ore, usual, strict=True))
    ground = _around(least, share, most)
    of_mined = np.where(
        sold,
        of_ore * [[1.0 / FROM_MINED], [1.0], [FROM_MINED]],
        [[params.mined_low_ratio], [1.0], [params.mined_high_ratio]],
    )
    thickness = _around(params.thickness_low_ratio, params.thickness_ratio, params.thickness_high_ratio)
    return {
        "reported_mass": _open_ends(*_within(mass, _either_way(params.reported_factor)), "mass_t_bound", sites, params),
        "endowment_grade": _within(assayed, _either_way(params.reported_factor)),
        "volume_density": _open_ends(
            *_within(volume * mid, density, _either_way(params.volume_factor)), "volume_m3_bound", sites, params
        ),
        "milled": _within(milled * share, ground, _either_way(params.milled_factor)),
        "milled_rate": _within(rated * share, ground, _either_way(params.use_factor)),
        "area_height": _within(
            footprint * height * params.thickness_ratio * mid,
            thickness,
            density,
            _either_way(params.height_factor),
            _either_way(params.area_factor),
        ),
        "authorised_mass": (
            authorised * params.authorised_low_ratio,
            authorised * params.authorised_ratio,
            authorised * params.authorised_high_ratio,
        ),
        "area_law": _area_law(footprint, sites, params),
        "mined": (mined * of_mined[0], mined * of_mined[1], mined * of_mined[2]),
    }


def _area_m2(sites: gpd.GeoDataFrame) -> np.ndarray:
    """Return the stated footprint, else that of the outline."""
    stated = sites["area_m2"].to_numpy(dtype=float)
    if sites.crs is None or not sites.crs.is_projected:
        return np.where(stated > 0, stated, np.nan)
    outline = sites.geometry.area.to_numpy(dtype=float)
    return np.where(stated > 0, stated, np.where(outline > 0, outline, np.nan))


def _positive(table: pd.DataFrame, name: str) -> np.ndarray:
    """Return a column that may be absent, with everything that is no amount missing."""
    values = table[name].to_numpy(dtype=float) if name in table else np.full(len(table), np.nan)
    return np.where(values > 0, values, np.nan)


def _milled_by_rate(sites: pd.DataFrame, params: EstimateTonnageParams) -> np.ndarray:
    """Return tonnes milled from tonnes per day and the first and last year of work, both counted."""
    years = sites["last_year"].to_numpy(dtype=float) - sites["first_year"].to_numpy(dtype=float) + 1.0
    rate = _positive(sites, "milled_t_per_day")
    return np.where(years > 0, rate * params.operating_days * params.use_ratio * years, np.nan)


def _around(low: _Factor, mid: _Factor, high: _Factor) -> tuple[_Factor, _Factor]:
    """Return the factors that lead from the middle down to the low and up to the high end."""
    return mid / low, high / mid


def _either_way(factor: float) -> tuple[float, float]:
    return factor, factor


def _within(mid: np.ndarray, *factors: tuple[_Factor, _Factor]) -> _Range:
    """Return low, mid and high of a product whose factors err independently, each by its own factor below and above."""
    below, above = (np.exp(np.sqrt(sum(np.square(np.log(factor[side])) for factor in factors))) for side in (0, 1))
    return mid / below, mid, mid * above


def _open_ends(
    low: np.ndarray, mid: np.ndarray, high: np.ndarray, bound: str, sites: pd.DataFrame, params: EstimateTonnageParams
) -> _Range:
    """Widen the range of an amount that was given as "more than", toward its open side only."""
    if bound not in sites:
        return low, mid, high
    bounds = sites[bound].astype(object).where(sites[bound].notna(), "").astype(str).to_numpy()
    more = bounds == "lower"
    return np.where(more, mid, low), mid, np.where(more, mid * params.open_bound_factor, high)


def _area_law(area: np.ndarray, sites: gpd.GeoDataFrame, params: EstimateTonnageParams) -> _Range:
    """Apply the power laws of footprints, by how the waste is held; a mixture of two where nobody says."""
    disposal = sites["disposal"].to_numpy()
    pile = (disposal == "dry_stack") | sites["waste_type"].isin(_PILES).to_numpy()
    dammed = ~pile & np.isin(disposal, ("impoundment", "in_pit"))
    spread = ~pile & np.isin(disposal, ("unconfined", "river"))
    log_area = np.log10(area)
    open_law, dam_law, pile_law = (
        (intercept + slope * log_area, sd)
        for intercept, slope, sd in (
            (params.area_law_intercept_dex, params.area_law_slope, params.area_law_sd_dex),
            (params.dam_law_intercept_dex, params.dam_law_slope, params.dam_law_sd_dex),
            (params.pile_law_intercept_dex, params.pile_law_slope, params.pile_law_sd_dex),
        )
    )
    ends = mixture_quantiles(
        np.column_stack([open_law[0], dam_law[0]]),
        np.array([open_law[1], dam_law[1]]),
        np.array([1.0 - params.dammed_share, params.dammed_share]),
        (0.05, 0.5, 0.95),
    )
    for rows, (middle, sd) in ((spread, open_law), (dammed, dam_law), (pile, pile_law)):
        for row, side in enumerate((-Z90, 0.0, Z90)):
            ends[row] = np.where(rows, middle + side * sd, ends[row])
    low, middle, high = 10.0**ends
    return low, middle, high
