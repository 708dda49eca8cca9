"""Gather what the model may see of each site."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.schema import (
    Features,
    GeoDataFrame,
    Labels,
    SiteAccess,
    SiteRasters,
    Sites,
    SiteSamples,
    SiteTonnage,
    conform,
)
from pipeline.evidence.target_evidence import REE_DEPOSITS, defining_elements, pathfinder_z, type_affinity


class BuildFeaturesParams(BaseModel):
    """Which groups of columns the model may see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regional_chemistry: bool = Field(default=True, description="near_<element>_z: regional samples around the site")
    waste_chemistry: bool = Field(
        default=True, description="waste_<element>_ppm: elements of the waste that define no label"
    )
    rasters: bool = Field(default=True, description="raster_<name>: geology and geophysics at the site")
    structures: bool = Field(default=True, description="structure_km: distance to the nearest mapped structure")
    site_form: bool = Field(default=True, description="tonnage, area, height, first year and kind of waste")
    deposit_types: bool = Field(
        default=True,
        description="type_affinity (what commodities and deposit type suggest) and dep_<type>, unless they define the labels",
    )
    sampling_density: bool = Field(
        default=False,
        description="near_n and near_km: how densely the surroundings were sampled; says where people looked",
    )
    min_coverage: float = Field(
        default=0.05, ge=0, le=1, description="share of sites with a value below which a column is left out"
    )


def build_features(
    sites: GeoDataFrame[Sites],
    site_samples: DataFrame[SiteSamples],
    site_rasters: DataFrame[SiteRasters],
    site_access: DataFrame[SiteAccess],
    site_tonnage: DataFrame[SiteTonnage],
    labels: DataFrame[Labels],
    params: BuildFeaturesParams,
) -> DataFrame[Features]:
    """Put together the numeric columns the model may see, and only those.

    Columns are taken by an allow-list of name patterns, so that nothing about people (communities, territories,
    roads) can enter by accident. What defines the labels is left out by construction: with labels from assays of the
    waste, every concentration of the target in the waste; with labels from commodities or deposit types, every column
    made of those.

    Parameters
    ----------
    sites, site_samples, site_rasters, site_access, site_tonnage, labels
        Layers of one region, one row per site (any row order).
    params : BuildFeaturesParams
        Groups to use.

    Returns
    -------
    DataFrame[Features]
        ``site_id`` and numeric columns in a fixed order, in the order of the sites; missing stays NaN. Concentrations
        are in ppm, distances in km; ``tonnage_log10`` and ``area_log10`` are decimal logarithms of t and m2.
    """
    rules = labels["label_rule"].astype(str)
    from_assays = bool((rules.str.startswith("assay") & labels["label"].notna()).any())
    from_rules = bool(rules.str.startswith(("commodity", "deposit")).any())
    target = str(labels["target"].iloc[0]) if "target" in labels and len(labels) else "REE"
    ids = pd.DataFrame({"site_id": sites["site_id"].to_numpy()})
    chemistry = _beside(ids, site_samples)
    columns: dict[str, np.ndarray] = {}
    if params.regional_chemistry:
        columns |= _numbers(chemistry, r"near_[A-Z][a-z]?_z")
        columns["pathfinder_z"] = pathfinder_z(chemistry, target)
    if params.sampling_density:
        columns |= _numbers(chemistry, r"near_n|near_km")
    if params.waste_chemistry:
        hidden = defining_elements(target) if from_assays else frozenset()
        waste_columns = _numbers(chemistry, r"waste_[A-Z][a-z]?_ppm")
        columns |= {name: values for name, values in waste_columns.items() if name.split("_")[1] not in hidden}
    if params.rasters:
        columns |= _numbers(_beside(ids, site_rasters), r"raster_\w+?(?<!_coverage)(?<!_how)(?<!_sd)")
    if params.structures:
        columns |= _numbers(_beside(ids, site_access), r"structure_km")
    if params.site_form:
        columns |= _site_form(sites, _beside(ids, site_tonnage))
    if params.deposit_types and not from_rules:
        columns |= _deposit_types(sites, target)
    table = pd.DataFrame(columns, index=ids.index)
    is_informative = (table.notna().mean() >= params.min_coverage) & (table.nunique() > 1)
    covered = [name for name in table.columns if is_informative[name]] if len(table) else []
    return conform(pd.concat([ids, table[covered]], axis=1), Features)


def _beside(ids: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    return ids.merge(pd.DataFrame(table), on="site_id", how="left", validate="one_to_one")


def _numbers(table: pd.DataFrame, pattern: str) -> dict[str, np.ndarray]:
    """Return the numeric columns whose whole name matches, by name, in alphabetical order."""
    names = sorted(name for name in table.columns if re.fullmatch(pattern, str(name)))
    return {name: table[name].to_numpy(float) for name in names if pd.api.types.is_numeric_dtype(table[name])}


def _site_form(sites: pd.DataFrame, tonnage: pd.DataFrame) -> dict[str, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = {
            "tonnage_log10": np.log10(tonnage["tonnage_t"].to_numpy(float)),
            "area_log10": np.log10(sites["area_m2"].to_numpy(float)),
        }
    columns = {name: np.where(np.isfinite(values), values, np.nan) for name, values in columns.items()}
    columns["height_m"] = sites["height_m"].to_numpy(float)
    columns["first_year"] = sites["first_year"].to_numpy(float)
    kinds = sites["waste_type"].to_numpy()
    for kind in ("heap_leach", "mixed", "slag", "tailings", "waste_rock"):
        columns[f"wt_{kind}"] = np.where(np.isin(kinds, ("unknown", "none")), np.nan, (kinds == kind).astype(float))
    return columns


def _deposit_types(sites: pd.DataFrame, target: str) -> dict[str, np.ndarray]:
    """Return what commodities and deposit type suggest (0-1), and one column per deposit group, missing where unknown."""
    known = sites["deposit_type"].notna().to_numpy()
    texts = sites["deposit_type"].fillna("")
    columns = {"type_affinity": type_affinity(sites, target)}
    for name, pattern, _ in REE_DEPOSITS:
        hits = texts.map(
            lambda text, regex=re.compile(pattern, re.IGNORECASE): float(bool(regex.search(text)))
        ).to_numpy(float)
        columns[f"dep_{name}"] = np.where(known, hits, np.nan)
    return columns
