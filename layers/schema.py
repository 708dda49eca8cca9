"""One pandera model per table, and `conform`, the gate every table passes before it is handed on.

The file is long because every table is found in one place.

Conventions that hold for all tables: a missing number is NaN and a missing text is NA, never 0 or ``""``; names are kept as
the source gives them (NFC); lists inside a cell are joined with ``"; "``; quantities carry their unit in the column name
(``_t`` tonnes, ``_km`` kilometres, ``_ppm`` parts per million by mass of the *element*, ``treo_ppm`` of the named oxides).
Models list the columns every table of that kind must have; further columns are allowed and keep their place behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame, Series
from pandera.typing.geopandas import GeoSeries

from layers.errors import LayerError
from layers.schema_rules import typed_and_checked

PlainT = TypeVar("PlainT", bound="PlainTable")
PlacedT = TypeVar("PlacedT", bound="PlacedTable")

if TYPE_CHECKING:

    class GeoDataFrame(pd.DataFrame, Generic[PlacedT]):
        """A table with geometry, as the type checker sees it: of one schema, and no other table.

        GeoPandas ships no types, so that a class under its own would pass for anything.
        """

        crs: Any
        geometry: Any
        sindex: Any
        total_bounds: Any
        set_geometry: Any
        to_crs: Any
        to_file: Any
        to_json: Any

else:
    from pandera.typing.geopandas import GeoDataFrame as GeoDataFrame

EVIDENCE = ("measured", "inferred", "none")
GRADE_RULES = ("assay", "proxies", "model", "words", "hosts")
APPLICABILITY = ("inside", "outside", "unknown")
MEDIA = ("waste", "rock", "stream_sediment", "lake_sediment", "till", "soil", "water", "other")
METHODS = ("fusion", "inaa", "four_acid", "aqua_regia", "xrf", "spectrographic", "unknown")
WASTE_TYPES = ("tailings", "waste_rock", "slag", "heap_leach", "residue", "mixed", "none", "unknown")
SITE_KINDS = ("waste", "worked", "unclear", "gone", "showing")
DISPOSALS = ("impoundment", "unconfined", "dry_stack", "in_pit", "backfill", "lake", "river", "ocean", "unknown")
RELATIONS = ("inside", "overlaps", "near")
PUBLISH = ("allowed", "generalised", "never")
COMMUNITY_KINDS = ("office_point", "place")
LINE_KINDS = ("road", "rail", "power", "water", "structure")


def text(**options: Any) -> Any:
    """Return a text field that may be missing."""
    return pa.Field(nullable=True, **options)


def number(**options: Any) -> Any:
    """Return a number field that may be missing but never infinite."""
    return pa.Field(nullable=True, **options)


class _Table(pa.DataFrameModel):
    class Config:
        """Columns are coerced to their type; extra columns stay."""

        strict = False
        coerce = True


class PlainTable(_Table):
    """A table without geometry."""


class PlacedTable(_Table):
    """A table whose rows have a place, in the CRS its model names or the working CRS of a run."""


class Rejected(PlainTable):
    """A row turned away while reading."""

    source: Series[str]
    source_row: Series[int] = pa.Field(ge=0)
    reason_code: Series[str]
    reason: Series[str]
    raw: Series[str] = text()


class Records(PlacedTable):
    """One inventory record as its publisher keeps it; several may describe one site. EPSG:4326."""

    record_id: Series[str] = pa.Field(unique=True)
    source: Series[str]
    source_row: Series[int] = pa.Field(ge=0)
    official_id: Series[str] = text()
    cross_ids: Series[str] = text()
    parent_id: Series[str] = text()
    name: Series[str] = text()
    aliases: Series[str] = text()
    jurisdiction: Series[str] = text()
    latitude: Series[float] = number(ge=-90, le=90)
    longitude: Series[float] = number(ge=-180, le=180)
    coordinate_precision_km: Series[float] = number(ge=0)
    commodities: Series[str] = text()
    deposit_type: Series[str] = text()
    waste_type: Series[str] = pa.Field(isin=WASTE_TYPES)
    status: Series[str] = text()
    hazard_class: Series[str] = text()
    disposal: Series[str] = pa.Field(isin=DISPOSALS)
    mass_t: Series[float] = number(ge=0)
    volume_m3: Series[float] = number(ge=0)
    milled_t: Series[float] = number(ge=0)
    area_m2: Series[float] = number(ge=0)
    height_m: Series[float] = number(ge=0)
    first_year: Series[float] = number()
    last_year: Series[float] = number()
    remarks: Series[str] = text()
    url: Series[str] = text()
    geometry: GeoSeries = pa.Field(nullable=True)


class Links(PlainTable):
    """A pair of records and the verdict whether they are the same site, with its reason as a `layers.findings.Finding`."""

    record_a: Series[str]
    record_b: Series[str]
    same_site: Series[bool]
    confidence: Series[float] = pa.Field(ge=0, le=1)
    rule: Series[str]
    name_similarity: Series[float] = number(ge=0, le=1)
    distance_km: Series[float] = number(ge=0)
    finding: Series[str]
    values: Series[str]


class Sites(PlacedTable):
    """One waste site, merged from the records that describe it. EPSG:4326 as merged, the working CRS inside a run."""

    site_id: Series[str] = pa.Field(unique=True)
    name: Series[str] = text()
    aliases: Series[str] = text()
    record_ids: Series[str]
    sources: Series[str]
    official_ids: Series[str] = text()
    jurisdiction: Series[str] = text()
    latitude: Series[float] = pa.Field(ge=-90, le=90)
    longitude: Series[float] = pa.Field(ge=-180, le=180)
    coordinate_precision_km: Series[float] = number(ge=0)
    coordinate_spread_km: Series[float] = number(ge=0)
    commodities: Series[str] = text()
    deposit_type: Series[str] = text()
    waste_type: Series[str] = pa.Field(isin=WASTE_TYPES)
    status: Series[str] = text()
    hazard_class: Series[str] = text()
    disposal: Series[str] = pa.Field(isin=DISPOSALS)
    mass_t: Series[float] = number(ge=0)
    volume_m3: Series[float] = number(ge=0)
    milled_t: Series[float] = number(ge=0)
    area_m2: Series[float] = number(ge=0)
    height_m: Series[float] = number(ge=0)
    first_year: Series[float] = number()
    last_year: Series[float] = number()
    remarks: Series[str] = text()
    url: Series[str] = text()
    geometry: GeoSeries


class Samples(PlacedTable):
    """One analysed sample. Per element X: ``X_ppm``, ``X_limit_ppm`` and ``X_censored`` (-1 below, 0 measured, +1 above).

    ``X_ppm`` is NaN where the cell is missing or censored; the limit is then in ``X_limit_ppm``. Oxides are converted to the
    element. ``X_method`` is there where an element was analysed by another method than ``method``, that of the rare earths of the
    row. ``site_key`` names the site a waste assay belongs to where the file gives no coordinates. EPSG:4326.
    """

    sample_id: Series[str] = pa.Field(unique=True)
    source: Series[str]
    source_row: Series[int] = pa.Field(ge=0)
    medium: Series[str] = pa.Field(isin=MEDIA)
    method: Series[str] = pa.Field(isin=METHODS)
    site_key: Series[str] = text()
    n_analyses: Series[int] = pa.Field(ge=1)
    latitude: Series[float] = number(ge=-90, le=90)
    longitude: Series[float] = number(ge=-180, le=180)
    coordinate_precision_km: Series[float] = number(ge=0)
    tree_ppm: Series[float] = number(ge=0)
    geometry: GeoSeries = pa.Field(nullable=True)


class Territories(PlacedTable):
    """An area of a Nation, treaty, reserve or agreement, with what its steward allows. EPSG:4326, valid polygons."""

    territory_id: Series[str] = pa.Field(unique=True)
    territory: Series[str]
    territory_other_names: Series[str] = text()
    layer: Series[str]
    source: Series[str]
    steward: Series[str] = text()
    publish: Series[str] = pa.Field(isin=PUBLISH)
    geometry: GeoSeries


class Communities(PlacedTable):
    """A community point: an administrative office (`office_point`) or a populated place (`place`). EPSG:4326."""

    community_id: Series[str] = pa.Field(unique=True)
    community: Series[str]
    kind: Series[str] = pa.Field(isin=COMMUNITY_KINDS)
    source: Series[str]
    publish: Series[str] = pa.Field(isin=PUBLISH)
    latitude: Series[float] = pa.Field(ge=-90, le=90)
    longitude: Series[float] = pa.Field(ge=-180, le=180)
    geometry: GeoSeries


class Lines(PlacedTable):
    """A road, railway, power line, river or geological structure. EPSG:4326."""

    line_id: Series[str] = pa.Field(unique=True)
    name: Series[str] = text()
    kind: Series[str] = pa.Field(isin=LINE_KINDS)
    source: Series[str]
    geometry: GeoSeries


class Backdrop(PlacedTable):
    """What is drawn under the map: polygons (lake, coast, province, protected area) and towns as points. EPSG:4326.

    Provinces also name where a site lies. Towns have the further column ``people`` where it is known.
    """

    backdrop_id: Series[str] = pa.Field(unique=True)
    name: Series[str] = text()
    kind: Series[str] = pa.Field(isin=("lake", "land", "province", "protected", "town"))
    source: Series[str]
    geometry: GeoSeries


class Exclusions(PlacedTable):
    """A steward's request to leave something out, by key (site, record or official id) or by area. EPSG:4326."""

    exclusion_id: Series[str] = pa.Field(unique=True)
    key: Series[str] = text()
    reason: Series[str] = text()
    date: Series[str] = text()
    geometry: GeoSeries = pa.Field(nullable=True)


class SiteSamples(PlainTable):
    """Chemistry per site: ``waste_*`` from samples of the waste itself, ``near_*`` from regional samples around it."""

    site_id: Series[str] = pa.Field(unique=True)
    waste_n: Series[int] = pa.Field(ge=0)
    waste_method: Series[str] = text()
    waste_elements: Series[str] = text()
    waste_tree_ppm: Series[float] = number(ge=0)
    waste_treo_ppm: Series[float] = number(ge=0)
    waste_treo_low_ppm: Series[float] = number(ge=0)
    waste_treo_high_ppm: Series[float] = number(ge=0)
    waste_estimated_fraction: Series[float] = number(ge=0, le=1)
    near_n: Series[int] = pa.Field(ge=0)
    near_km: Series[float] = number(ge=0)


class SiteRasters(PlainTable):
    """Raster values per site: ``raster_<name>`` (mean), ``raster_<name>_coverage`` (share with data), ``<name>_how``."""

    site_id: Series[str] = pa.Field(unique=True)


class SiteTerritories(PlainTable):
    """Every relation of a site to an area, long: one row per pair, sites in order, areas alphabetical."""

    site_id: Series[str]
    territory_id: Series[str]
    territory: Series[str]
    layer: Series[str]
    relation: Series[str] = pa.Field(isin=RELATIONS)
    share: Series[float] = number(ge=0, le=1)
    distance_km: Series[float] = pa.Field(ge=0)
    steward: Series[str] = text()


class SiteAccess(PlainTable):
    """Geodesic kilometres from a site to the nearest of each kind; NaN when no such layer was given."""

    site_id: Series[str] = pa.Field(unique=True)
    road_km: Series[float] = number(ge=0)
    rail_km: Series[float] = number(ge=0)
    power_km: Series[float] = number(ge=0)
    water_km: Series[float] = number(ge=0)
    structure_km: Series[float] = number(ge=0)
    nearest_community: Series[str] = text()
    nearest_community_kind: Series[str] = text()
    community_km: Series[float] = number(ge=0)


class SiteTonnage(PlainTable):
    """What stands at each site, and tonnes of waste with a range and the rule that gave them; all NaN under ``unknown``."""

    site_id: Series[str] = pa.Field(unique=True)
    tonnage_t: Series[float] = number(ge=0)
    tonnage_low_t: Series[float] = number(ge=0)
    tonnage_high_t: Series[float] = number(ge=0)
    tonnage_rule: Series[str]
    site_kind: Series[str] = pa.Field(isin=SITE_KINDS)


class SiteFlags(PlainTable):
    """A constraint or caution shown beside the score, never netted into it; long.

    ``finding`` and ``values`` hold a `layers.findings.Finding`: why it was given. ``source`` is a source id, a law, or
    ``waste_samples``.
    """

    site_id: Series[str]
    flag: Series[str]
    finding: Series[str]
    values: Series[str]
    source: Series[str]


class Labels(PlainTable):
    """The training label per site: 1 positive, 0 measured negative, NaN unlabelled; and the rule that gave it."""

    site_id: Series[str] = pa.Field(unique=True)
    label: Series[float] = pa.Field(nullable=True, isin=(0.0, 1.0))
    label_rule: Series[str]
    evidence: Series[str] = pa.Field(isin=EVIDENCE)


class Features(PlainTable):
    """What the model sees: ``site_id`` and numeric columns, in a fixed order; missing stays NaN."""

    site_id: Series[str] = pa.Field(unique=True)


class Companion(PlainTable):
    """The transparent additive score with its parts (0-1 utilities) and the band that missing parts leave open."""

    site_id: Series[str] = pa.Field(unique=True)
    companion_score: Series[float] = pa.Field(ge=0, le=1)
    companion_low: Series[float] = pa.Field(ge=0, le=1)
    companion_high: Series[float] = pa.Field(ge=0, le=1)
    companion_rank: Series[int] = pa.Field(ge=1)
    part_metal: Series[float] = number(ge=0, le=1)
    part_amount: Series[float] = number(ge=0, le=1)
    part_access: Series[float] = number(ge=0, le=1)
    part_liability: Series[float] = number(ge=0, le=1)


class Reasons(PlainTable):
    """What moved a site's score, strongest first; contributions are in log-odds of the score."""

    site_id: Series[str]
    position: Series[int] = pa.Field(ge=1)
    feature: Series[str]
    value: Series[float] = number()
    contribution: Series[float]


class Ranking(PlainTable):
    """The result: one row per ranked site, best first. The columns are a contract."""

    rank: Series[int] = pa.Field(ge=1, unique=True)
    site_id: Series[str] = pa.Field(unique=True)
    name: Series[str] = text()
    score: Series[float] = pa.Field(ge=0, le=1)
    score_low: Series[float] = pa.Field(ge=0, le=1)
    score_high: Series[float] = pa.Field(ge=0, le=1)
    rank_low: Series[int] = pa.Field(ge=1)
    rank_high: Series[int] = pa.Field(ge=1)
    evidence: Series[str] = pa.Field(isin=EVIDENCE)
    treo_ppm: Series[float] = number(ge=0)
    treo_low_ppm: Series[float] = number(ge=0)
    treo_high_ppm: Series[float] = number(ge=0)
    tonnage_t: Series[float] = number(ge=0)
    tonnage_low_t: Series[float] = number(ge=0)
    tonnage_high_t: Series[float] = number(ge=0)
    tonnage_rule: Series[str]
    contained_treo_t: Series[float] = number(ge=0)
    contained_treo_low_t: Series[float] = number(ge=0)
    contained_treo_high_t: Series[float] = number(ge=0)
    companion_score: Series[float] = pa.Field(ge=0, le=1)
    companion_rank: Series[int] = pa.Field(ge=1)
    flags: Series[str] = text()
    territories: Series[str] = text()
    nearest_community: Series[str] = text()
    community_km: Series[float] = number(ge=0)
    latitude: Series[float] = pa.Field(ge=-90, le=90)
    longitude: Series[float] = pa.Field(ge=-180, le=180)
    reasons: Series[str] = text()
    grade_rule: Series[str] = pa.Field(isin=GRADE_RULES)
    treo_inferred_ppm: Series[float] = number(ge=0)
    treo_inferred_low_ppm: Series[float] = number(ge=0)
    treo_inferred_high_ppm: Series[float] = number(ge=0)
    label: Series[float] = number(ge=0, le=1)
    applicability: Series[str] = pa.Field(isin=APPLICABILITY)
    tied_with: Series[int] = pa.Field(ge=0)
    payable_t: Series[float] = pa.Field(ge=0)
    payable_low_t: Series[float] = pa.Field(ge=0)
    payable_high_t: Series[float] = pa.Field(ge=0)
    chance_payable: Series[float] = pa.Field(ge=0, le=1)
    site_kind: Series[str] = pa.Field(isin=SITE_KINDS)


class Targets(PlainTable):
    """Every site once per target, best first; grades are ppm of the element (of oxides for REE), contained tonnes likewise."""

    site_id: Series[str]
    target: Series[str]
    rank: Series[int] = pa.Field(ge=1)
    rank_low: Series[int] = pa.Field(ge=1)
    rank_high: Series[int] = pa.Field(ge=1)
    score: Series[float] = pa.Field(ge=0, le=1)
    score_low: Series[float] = pa.Field(ge=0, le=1)
    score_high: Series[float] = pa.Field(ge=0, le=1)
    evidence: Series[str] = pa.Field(isin=EVIDENCE)
    grade_ppm: Series[float] = number(ge=0)
    grade_low_ppm: Series[float] = number(ge=0)
    grade_high_ppm: Series[float] = number(ge=0)
    grade_rule: Series[str] = pa.Field(isin=GRADE_RULES)
    contained_t: Series[float] = number(ge=0)
    contained_low_t: Series[float] = number(ge=0)
    contained_high_t: Series[float] = number(ge=0)


class SamplingPlan(PlainTable):
    """Which sites to sample next, in order, and why."""

    order: Series[int] = pa.Field(ge=1)
    site_id: Series[str] = pa.Field(unique=True)
    gain: Series[float] = pa.Field(ge=0)
    block: Series[str]
    speak_first_with: Series[str] = text()


class SamplePredictions(PlainTable):
    """Rare earths of a sample, measured and predicted by models that have not seen it. Sums over ``elements``, as elements."""

    sample_id: Series[str] = pa.Field(unique=True)
    source: Series[str]
    medium: Series[str] = pa.Field(isin=MEDIA)
    method: Series[str] = pa.Field(isin=METHODS)
    latitude: Series[float] = number(ge=-90, le=90)
    longitude: Series[float] = number(ge=-180, le=180)
    elements: Series[str]
    proxies: Series[str]
    ree_ppm: Series[float] = pa.Field(gt=0)
    below_limit_share: Series[float] = pa.Field(ge=0, le=1)
    held_out_ppm: Series[float] = pa.Field(gt=0)
    low_ppm: Series[float] = pa.Field(gt=0)
    high_ppm: Series[float] = pa.Field(gt=0)
    random_ppm: Series[float] = pa.Field(gt=0)
    by_place_ppm: Series[float] = pa.Field(gt=0)
    by_place_random_ppm: Series[float] = pa.Field(gt=0)
    best_element: Series[str]
    by_element_ppm: Series[float] = number(gt=0)
    block: Series[str]
    fold: Series[int] = pa.Field(ge=0)


@overload
def conform(table: pd.DataFrame, model: type[PlacedT]) -> GeoDataFrame[PlacedT]: ...
@overload
def conform(table: pd.DataFrame, model: type[PlainT]) -> DataFrame[PlainT]: ...
@overload
def conform(table: pd.DataFrame, model: type[pa.DataFrameModel]) -> pd.DataFrame: ...
def conform(table: pd.DataFrame, model: type[pa.DataFrameModel]) -> pd.DataFrame:
    """Coerce a table to its model's column types and order, and check every rule of the model.

    Parameters
    ----------
    table : DataFrame or GeoDataFrame
        Candidate rows. Columns the model does not name are kept, behind those it names.
    model : type of pandera.DataFrameModel
        The layer's schema in this module.

    Returns
    -------
    DataFrame[model] or GeoDataFrame[model]
        A new table with a plain integer index, columns in the model's order, and the CRS of the input.

    Raises
    ------
    LayerError
        If columns are missing or values break a rule. All failures are named at once, with counts and examples.
    """
    wanted = list(model.to_schema().columns)
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        raise LayerError(
            f"{model.__name__}: {len(missing)} columns are missing: {', '.join(missing)}. "
            f"Present are: {', '.join(map(str, table.columns)) or 'none'}."
        )
    extra = [column for column in table.columns if column not in wanted]
    named = table[wanted].reset_index(drop=True)
    checked = typed_and_checked(named, model)  # writes to ``named`` alone, as does what follows
    if checked is None:
        try:
            checked = model.validate(named, lazy=True, inplace=True)
        except pa.errors.SchemaErrors as failure:
            raise LayerError(_failures(model.__name__, failure.failure_cases, named)) from None
    if extra:  # taken from a plain frame, since a GeoDataFrame copies all of what it is left without geometry
        checked = pd.concat([checked, pd.DataFrame(table)[extra].reset_index(drop=True)], axis=1)
    return checked


@overload
def empty(model: type[PlacedT], crs: str | None = None) -> GeoDataFrame[PlacedT]: ...
@overload
def empty(model: type[PlainT], crs: str | None = None) -> DataFrame[PlainT]: ...
@overload
def empty(model: type[pa.DataFrameModel], crs: str | None = None) -> pd.DataFrame: ...
def empty(model: type[pa.DataFrameModel], crs: str | None = None) -> pd.DataFrame:
    """Return a table of no rows that satisfies ``model``; with geometry in ``crs`` where the model has one."""
    columns = list(model.to_schema().columns)
    table = pd.DataFrame({column: pd.Series(dtype="object") for column in columns})
    if "geometry" in columns:
        import geopandas

        table = geopandas.GeoDataFrame(
            table.drop(columns="geometry"), geometry=geopandas.GeoSeries([], crs=crs or "EPSG:4326")
        )
    return conform(table, model)


def _failures(name: str, cases: pd.DataFrame, table: pd.DataFrame) -> str:
    """Say all failures of a table in one text: per column and rule the count, the first values and rows."""
    lines = []
    for (column, check), group in cases.groupby(["column", "check"], dropna=False, sort=False):
        values = ", ".join(repr(value) for value in group["failure_case"].head(3))
        rows = ", ".join(str(index) for index in group["index"].dropna().head(3))
        lines.append(
            f"  {column}: {len(group)} of {len(table)} rows break '{check}' (e.g. {values} in rows {rows or '-'})"
        )
    return (
        f"{name}: the table breaks its schema.\n"
        + "\n".join(lines)
        + "\nFix these rows in the source, or its column mapping."
    )
