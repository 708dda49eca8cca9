"""What stands in the way, or asks for caution: shown beside the score, never netted into it."""

from __future__ import annotations

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layers.cells.commodities import group_of, order_tells
from layers.elements import MOST_WASTE_TREO_PPM, WASTE_SAMPLES_APART
from layers.findings import Finding, Value
from layers.jurisdictions import km_outside, lie_in, meanings
from layers.schema import Backdrop, GeoDataFrame, SiteFlags, Sites, SiteSamples, conform
from pipeline.evidence.doubled_places import place_findings
from pipeline.evidence.doubtful_amounts import doubtful_amounts
from pipeline.evidence.doubtful_grades import doubtful_grades
from pipeline.evidence.gone_wastes import say_no_waste
from pipeline.evidence.likely_acid import likely_acid
from pipeline.evidence.likely_poisons import acid_in_remarks, likely_poisons
from pipeline.evidence.mined_first import dug_for
from pipeline.evidence.protected_areas import protected_areas
from pipeline.evidence.recovery_hosts import recovery_hosts
from pipeline.evidence.worked_sites import named_quarries, only_stone, site_kinds

FLAGS = (
    "lake_disposal",
    "ocean_disposal",
    "river_disposal",
    "backfilled_underground",
    "covered_or_reclaimed",
    "no_waste_expected",
    "quarry",
    "uranium_mill_tailings",
    "radioactivity_measured",
    "radioactivity_possible",
    "asbestos",
    "arsenic_or_mercury",
    "recovery_host",
    "acid_generating",
    "acid_possible",
    "hazard_class",
    "protected_area",
    "permit_ontario_recovery",
    "in_operation",
    "same_place",
    "place_doubtful",
    "location_conflict",
    "jurisdiction_conflict",
    "low_coordinate_precision",
    "amount_conflict",
    "amount_older",
    "amount_doubtful",
    "grade_doubtful",
)
"""All flags, in the order in which they are listed for a site."""

BQ_G_U_PPM, BQ_G_TH_PPM = 81.0, 246.0
"""Parts per million of U and Th that give 1 Bq/g of the parent (12.35 and 4.06 Bq/kg per ppm)."""
AP_PER_SULPHUR_PERCENT = 31.25
"""Acid potential in kg CaCO3/t per % S (MEND usage)."""

_COVERED = (
    r"(?<!not )(?<!non )(?<!un)\b(?:reclaimed|rehabilitated|restored|remediated|capped|covered|revegetated|closed[- ]out|"
    r"restaurée?s?|réhabilitée?s?|recouverte?s?|rehabilitad[oa]s?|cubiert[oa]s?|site restauré)\b"
)
_NO_ACID = ("no", "false", "0", "non")
_NORM = ("thorium", "rare earths", "monazite", "niobium", "tantalum", "zirconium", "phosphate", "apatite")

IN_OPERATION = frozenset(("active", "producer", "producing", "operating", "in operation", "under_construction"))
"""States of work, as inventories give them, of a place that somebody runs or builds."""

_Found = list[tuple[int, str, Finding, str]]

FROM_SAMPLES = "waste_samples"
"""Stands as source where samples of the waste itself say so."""


class FlagConstraintsParams(BaseModel):
    """Limits of the flags that have one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    activity_limit_bq_g: float = Field(default=1.0, gt=0, description="U/81 + Th/246 above this is flagged")
    npr_acid: float = Field(default=1.0, gt=0, description="NP/AP below this counts as acid generating")
    npr_possible: float = Field(default=2.0, gt=0, description="NP/AP below this counts as possibly acid generating")
    sulphur_possible_pct: float = Field(default=0.3, gt=0, description="sulphur in the waste above this is flagged")
    arsenic_limit_ppm: float = Field(default=1000.0, gt=0, description="arsenic in the waste above this is flagged")
    low_precision_km: float = Field(default=1.0, gt=0, description="coordinates coarser than this are flagged")
    jurisdiction_km: float = Field(default=25.0, gt=0, description="sites this far off the place they name are flagged")
    conflict_spread_km: float = Field(default=2.5, gt=0, description="merged records farther apart are flagged")
    one_waste_km2: float = Field(default=100.0, gt=0, description="areas above this are flagged; basins cover up to 70")
    one_waste_t: float = Field(
        default=1e10, gt=0, description="a stated mass above this is flagged; the largest basins hold some 2e9"
    )
    wide_km2: float = Field(default=1.0, gt=0, description="areas from this on are held against the stated amount")
    least_thickness_m: float = Field(
        default=0.3, gt=0, description="a stated amount that lies thinner than this over a wide stated area is flagged"
    )
    one_waste_treo_ppm: float = Field(
        default=MOST_WASTE_TREO_PPM,
        gt=0,
        description="measured rare-earth oxides above this are flagged; the richest large basin on record holds some 5 %, "
        "concentrates of monazite and bastnäsite 50 to 70 %",
    )
    samples_apart_factor: float = Field(
        default=WASTE_SAMPLES_APART,
        gt=1,
        description="samples of one waste that lie about this factor apart, and more, are flagged",
    )

    @model_validator(mode="after")
    def _in_order(self) -> FlagConstraintsParams:
        if self.npr_acid > self.npr_possible:
            raise ValueError(
                f"npr_acid must not exceed npr_possible: exchange them ({self.npr_possible:g}, {self.npr_acid:g})"
            )
        return self


def flag_constraints(
    sites: GeoDataFrame[Sites],
    site_samples: DataFrame[SiteSamples],
    backdrop: GeoDataFrame[Backdrop],
    params: FlagConstraintsParams,
) -> DataFrame[SiteFlags]:
    """List the constraints and cautions of each site, each with what was found and where it comes from.

    Nothing here is an assessment: a flag says what a record, a sample or a public layer says, or what wastes of such a kind
    likely hold (`likely_poisons`). Absence of a flag means that nothing was found, not that nothing is there.

    Parameters
    ----------
    sites : GeoDataFrame[Sites]
        Optional columns heeded: ``acid_generating`` (yes/no), ``np_kg_t``, ``ap_kg_t``, and ``location_conflict``,
        ``amount_conflict``, ``amount_editions``, ``same_place`` and ``mistyped_place`` of `merge_sites`.
    site_samples : DataFrame[SiteSamples]
        One row per site; ``waste_treo_*`` and ``waste_U_ppm``, ``waste_Th_ppm``, ``waste_S_ppm``, ``waste_As_ppm``,
        ``waste_np_ap`` where present.
    backdrop : GeoDataFrame[Backdrop]
        Polygons of kind ``protected`` are tested, and those of kind ``province`` against the jurisdiction a site names; same CRS
        as ``sites``.
    params : FlagConstraintsParams

    Returns
    -------
    DataFrame[SiteFlags]
        Long, sites in their order, flags in the order of `FLAGS`; ``finding`` and ``values`` as `Finding.as_cells` makes them.
    """
    chemistry = sites[["site_id"]].merge(site_samples, on="site_id", how="left", validate="one_to_one")
    grades = doubtful_grades(chemistry, params.one_waste_treo_ppm, params.samples_apart_factor)
    flags: _Found = []
    for rows in (
        _disposal(sites),
        _condition(sites),
        _radioactivity(sites, chemistry, params),
        _hazards(sites, chemistry, params),
        _told(sites),
        _acid(sites, chemistry, params),
        [(row, "protected_area", finding, source) for row, finding, source in protected_areas(sites, backdrop)],
        [(row, "grade_doubtful", finding, FROM_SAMPLES) for row, finding in grades],
        _location(sites, params),
        _jurisdiction(sites, backdrop, params),
    ):
        flags += rows
    order = {flag: number for number, flag in enumerate(FLAGS)}
    cells = {(row, order[flag], *finding.as_cells(), source) for row, flag, finding, source in flags}
    ids = sites["site_id"].to_numpy()
    table = pd.DataFrame(
        [(ids[row], FLAGS[flag], code, values, source) for row, flag, code, values, source in sorted(cells)],
        columns=["site_id", "flag", "finding", "values", "source"],
    )
    return conform(table, SiteFlags)


def _finding(code: str, **values: Value) -> Finding:
    return Finding(code=code, values=values)


def _text(sites: pd.DataFrame, column: str) -> pd.Series:
    cells = sites[column] if column in sites else pd.Series(None, index=sites.index, dtype=object)
    return cells.astype(object).where(cells.notna(), "").astype(str).reset_index(drop=True)


def _names(sites: pd.DataFrame) -> list[tuple[str, ...]]:
    return [tuple(filter(None, cell.split("; "))) for cell in _text(sites, "commodities")]


def _number(table: pd.DataFrame, column: str) -> np.ndarray:
    if column not in table:
        return np.full(len(table), np.nan)
    return np.asarray(table[column], dtype=float)


def _disposal(sites: pd.DataFrame) -> _Found:
    flags = {
        "lake": "lake_disposal",
        "ocean": "ocean_disposal",
        "river": "river_disposal",
        "backfill": "backfilled_underground",
    }
    rows = zip(sites["disposal"], sites["sources"], strict=True)
    return [
        (row, flags[disposal], _finding(f"disposal_{disposal}"), source)
        for row, (disposal, source) in enumerate(rows)
        if disposal in flags
    ]


def _condition(sites: pd.DataFrame) -> _Found:
    """Find sites already covered, and sites that likely hold no mine waste."""
    status, remarks, source = _text(sites, "status"), _text(sites, "remarks"), _text(sites, "sources")
    flags: _Found = []
    for column in (status, remarks):
        hits = column.str.extract(f"({_COVERED})", flags=2)[0]
        flags += [
            (row, "covered_or_reclaimed", _finding("covered", quoted=word), source[row])
            for row, word in enumerate(hits)
            if not pd.isna(word)
        ]
    none = say_no_waste(sites)
    amounts = sites[["mass_t", "volume_m3", "milled_t"]].notna().any(axis=1).to_numpy()
    quarries = only_stone(sites) | named_quarries(sites)
    for row, (waste, names) in enumerate(zip(sites["waste_type"], _names(sites), strict=True)):
        if none[row]:
            flags.append((row, "no_waste_expected", _finding("no_tailings"), source[row]))
        elif waste == "none":
            flags.append((row, "no_waste_expected", _finding("no_waste"), source[row]))
        elif quarries[row] and waste == "unknown" and not amounts[row]:
            flags.append((row, "quarry", _finding("quarry", commodities=names), source[row]))
    return flags


def _radioactivity(sites: pd.DataFrame, chemistry: pd.DataFrame, params: FlagConstraintsParams) -> _Found:
    uranium, thorium = _number(chemistry, "waste_U_ppm"), _number(chemistry, "waste_Th_ppm")
    index = np.nan_to_num(uranium) / BQ_G_U_PPM + np.nan_to_num(thorium) / BQ_G_TH_PPM
    source, kinds, waste = _text(sites, "sources"), site_kinds(sites, chemistry), _text(sites, "waste_type")
    canada = lie_in("CA", _text(sites, "jurisdiction"), _number(sites, "longitude"), _number(sites, "latitude"))
    ordered = order_tells(sites["commodities"])
    main = dug_for(("uranium", "radium"), sites, ordered) > 0
    flags: _Found = []
    for row, names in enumerate(_names(sites)):
        if (
            "uranium" in names or "radium" in names
        ):  # tailings of it only where its ore was likely milled, and not of a quarry or where it is a trace of another ore
            product = main[row] or not ordered or names[0] in ("vanadium", "thorium")
            milled = product and kinds[row] in ("waste", "worked") and group_of(names[0]) not in ("stone", "industrial")
            rock = milled and waste[row] == "waste_rock"  # what was never milled is no tailings
            milled = milled and not rock
            code = "uranium" if milled else "uranium_rock" if rock else "uranium_recorded"
            finding = _finding(f"{code}_canada" if canada[row] and (milled or rock) else code)
            flags.append((row, "uranium_mill_tailings" if milled else "radioactivity_possible", finding, source[row]))
        norm = [name for name in names if name in _NORM or group_of(name) == "rare_earths"]
        if norm and index[row] <= params.activity_limit_bq_g:
            flags.append((row, "radioactivity_possible", _finding("norm", commodities=tuple(norm)), source[row]))
        if index[row] > params.activity_limit_bq_g:
            parts = {"U": float(uranium[row]), "Th": float(thorium[row])}
            parts = {element: ppm for element, ppm in parts.items() if ppm > 0}
            values: dict[str, Value] = {"activity_bq_g": float(index[row])}
            values |= {f"{element}_ppm": ppm for element, ppm in parts.items()}
            finding = Finding(code=f"activity_{'_'.join(parts)}", values=values)
            flags.append((row, "radioactivity_measured", finding, FROM_SAMPLES))
    return flags


def _hazards(sites: pd.DataFrame, chemistry: pd.DataFrame, params: FlagConstraintsParams) -> _Found:
    source, hazard = _text(sites, "sources"), _text(sites, "hazard_class")
    arsenic = _number(chemistry, "waste_As_ppm")
    flags: _Found = []
    for row, names in enumerate(_names(sites)):
        if "asbestos" in names:
            flags.append((row, "asbestos", _finding("asbestos"), source[row]))
        poison = tuple(name for name in names if name in ("arsenic", "mercury"))
        if poison:
            flags.append((row, "arsenic_or_mercury", _finding("poison", commodities=poison), source[row]))
        if arsenic[row] > params.arsenic_limit_ppm:
            finding = _finding("arsenic", arsenic_ppm=float(arsenic[row]))
            flags.append((row, "arsenic_or_mercury", finding, FROM_SAMPLES))
        grade = hazard[row].strip()
        plain = grade.rstrip("* ").casefold()
        if plain in ("a", "b", "high", "very high", "extreme", "class 1", "class a", "class b"):
            code = "hazard_compilers" if grade.endswith("*") else "hazard"
            flags.append((row, "hazard_class", _finding(code, grade=grade.rstrip("* ")), source[row]))
    likely = likely_poisons(sites, site_kinds(sites, chemistry), np.isfinite(arsenic))
    return flags + [(row, "arsenic_or_mercury", finding, source[row]) for row, finding in likely]


def _told(sites: pd.DataFrame) -> _Found:
    """Find by words which mineral likely holds the rare earths, and which places are worked, recorded twice or mistyped."""
    source, status = _text(sites, "sources"), _text(sites, "status")
    words = _text(sites, "deposit_type") + "; " + _text(sites, "commodities")
    flags: _Found = [(row, "recovery_host", finding, source[row]) for row, finding in recovery_hosts(words)]
    flags += [
        (row, "in_operation", _finding("in_operation", quoted=word.replace("_", " ")), source[row])
        for row, word in enumerate(status)
        if word.strip().casefold() in IN_OPERATION
    ]
    return flags + [(row, flag, finding, source[row]) for row, flag, finding in place_findings(sites)]


def _acid(sites: pd.DataFrame, chemistry: pd.DataFrame, params: FlagConstraintsParams) -> _Found:
    """Say what records and samples tell about acid; the firmest statement only."""
    acid_text, source = _text(sites, "acid_generating").str.strip().str.casefold(), _text(sites, "sources")
    neutralising, acid = _number(sites, "np_kg_t"), _number(sites, "ap_kg_t")
    sulphur_pct = _number(chemistry, "waste_S_ppm") / 1e4
    likely, remarks = likely_acid(sites, site_kinds(sites, chemistry)), acid_in_remarks(_text(sites, "remarks"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(acid > 0, neutralising / acid, np.nan)
    sampled = _number(chemistry, "waste_np_ap")
    from_samples = ~np.isfinite(ratio) & np.isfinite(sampled)
    ratio = np.where(from_samples, sampled, ratio)
    source = source.mask(from_samples, FROM_SAMPLES)
    flags: _Found = []
    for row in range(len(sites)):
        if np.isfinite(ratio[row]) and ratio[row] < params.npr_acid:
            finding = _finding("acid_ratio", ratio=float(ratio[row]))
            flags.append((row, "acid_generating", finding, source[row]))
        elif acid_text[row] in ("yes", "true", "1", "oui", "sí", "si"):
            flags.append((row, "acid_generating", _finding("acid_said"), source[row]))
        elif row in remarks and acid_text[row] not in _NO_ACID:
            quoted, firm = remarks[row]
            flag = "acid_generating" if firm else "acid_possible"
            flags.append((row, flag, _finding("acid_remark", quoted=quoted), source[row]))
        elif np.isfinite(ratio[row]):
            if ratio[row] < params.npr_possible:
                finding = _finding("acid_not_excluded", ratio=float(ratio[row]))
                flags.append((row, "acid_possible", finding, source[row]))
        elif sulphur_pct[row] > params.sulphur_possible_pct:
            finding = _finding(
                "sulphur",
                sulphur_percent=float(sulphur_pct[row]),
                acid_potential_kg_t=float(AP_PER_SULPHUR_PERCENT * sulphur_pct[row]),
            )
            flags.append((row, "acid_possible", finding, FROM_SAMPLES))
        elif acid_text[row] not in _NO_ACID and row in likely:
            flags.append((row, "acid_possible", likely[row], source[row]))
    return flags


def _location(sites: pd.DataFrame, params: FlagConstraintsParams) -> _Found:
    """Name the permit route of a jurisdiction, and doubts about place and amount."""
    source, jurisdiction = _text(sites, "sources"), _text(sites, "jurisdiction").str.strip().str.casefold()
    conflict, amounts = _text(sites, "location_conflict"), _text(sites, "amount_conflict")
    editions = _text(sites, "amount_editions")
    spread, precision = _number(sites, "coordinate_spread_km"), _number(sites, "coordinate_precision_km")
    flags: _Found = []
    for row in range(len(sites)):
        if jurisdiction[row] in ("on", "ontario", "ca-on"):
            flags.append((row, "permit_ontario_recovery", _finding("ontario"), "O. Reg. 463/24 (Ontario)"))
        for record, km in json.loads(conflict[row] or "{}").items():
            finding = _finding("elsewhere", record=record, km=km)
            flags.append((row, "location_conflict", finding, source[row]))
        if not conflict[row] and spread[row] > params.conflict_spread_km:
            flags.append((row, "location_conflict", _finding("apart", km=float(spread[row])), source[row]))
        if precision[row] > params.low_precision_km:
            finding = _finding("coarse", km=float(precision[row]))
            flags.append((row, "low_coordinate_precision", finding, source[row]))
        for quantity, (low, high) in json.loads(amounts[row] or "{}").items():
            finding = _finding("disagree", quantity=quantity, low=low, high=high)
            flags.append((row, "amount_conflict", finding, source[row]))
        for quantity, (older, newest) in json.loads(editions[row] or "{}").items():
            finding = _finding("older_edition", quantity=quantity, low=older, high=newest)
            flags.append((row, "amount_older", finding, source[row]))
    limits = (params.one_waste_km2, params.one_waste_t, params.wide_km2, params.least_thickness_m)
    odd = doubtful_amounts(sites, *limits)
    return flags + [(row, "amount_doubtful", finding, source[row]) for row, finding in odd]


def _jurisdiction(sites: gpd.GeoDataFrame, backdrop: gpd.GeoDataFrame, params: FlagConstraintsParams) -> _Found:
    """Find sites that lie outside the province, state or country they name: by outlines of the run, else by known extents."""
    named, source = _text(sites, "jurisdiction").str.strip(), _text(sites, "sources")
    precision = np.nan_to_num(_number(sites, "coordinate_precision_km"))
    longitude, latitude = _number(sites, "longitude"), _number(sites, "latitude")
    outlines = backdrop[backdrop["kind"] == "province"]
    belongs = [set(meanings(name)) if isinstance(name, str) else set() for name in outlines["name"]]
    flags: _Found = []
    for name in sorted(set(named) - {""}):
        codes = meanings(name)
        rows = np.flatnonzero((named == name).to_numpy())
        if not codes:
            continue
        away = km_outside(codes, longitude[rows], latitude[rows])
        drawn = [at for at, belong in enumerate(belongs) if belong & set(codes)]
        if drawn:
            whole = shapely.union_all(outlines.geometry.to_numpy()[drawn])
            away = np.fmax(away, shapely.distance(sites.geometry.to_numpy()[rows], whole) / 1000.0)
        for row, km in zip(rows, away, strict=True):
            if km > params.jurisdiction_km + precision[row]:
                finding = _finding("outside_jurisdiction", jurisdiction=name, km=float(round(km, 1)))
                flags.append((int(row), "jurisdiction_conflict", finding, source[row]))
    return flags
