"""Which inventory records are the same site."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.cells.commodities import group_of
from layers.cells.site_names import name_key, name_similarity
from layers.crs import geodesic_km
from layers.errors import StageError
from layers.findings import Finding, Value, finding_of
from layers.schema import GeoDataFrame, Links, Records, conform
from pipeline.kernels.record_pairs import official_tokens, pairs_by_id, pairs_by_name, pairs_by_parent, pairs_within

_COLUMNS = [
    "record_a",
    "record_b",
    "same_site",
    "confidence",
    "rule",
    "name_similarity",
    "distance_km",
    "finding",
    "values",
]
_SAME_SPOT_KM = 0.1
_TOLD_APART_RATIO = 0.5
_FULL_NAME_RATIO = 0.95
_EQUAL_NAME_RATIO = 0.98
_SAME_AMOUNT_RATIO = 1.1
_RELATED = -0.5
_BY_NAME = ("name_distance_commodity", "name_distance")


class _Verdict(NamedTuple):
    """What is thought of one pair."""

    same_site: bool
    confidence: float
    rule: str
    similarity: float
    distance_km: float
    reason: Finding


def _one(confidence: float, rule: str, measured: tuple[float, float], reason: Finding) -> _Verdict:
    return _Verdict(True, confidence, rule, *measured, reason)  # noqa: FBT003 - the same site


def _two(confidence: float, rule: str, measured: tuple[float, float], reason: Finding) -> _Verdict:
    return _Verdict(False, confidence, rule, *measured, reason)  # noqa: FBT003 - not the same site


class LinkRecordsParams(BaseModel):
    """When two records are taken for one site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    link_km: float = Field(
        default=2.5, gt=0, description="records of different sources farther apart are never linked by name"
    )
    within_source_km: float = Field(default=1.0, gt=0, description="the same, for records of one source")
    conflict_km: float = Field(
        default=5.0,
        gt=0,
        description="same number, or same name and commodity, farther apart than this: a conflict, not one site",
    )
    conflict_reach_km: float = Field(
        default=25.0, gt=0, description="equal names farther apart than this are two places"
    )
    name_min_ratio: float = Field(
        default=0.85, ge=0, le=1, description="least name similarity of records of different sources"
    )
    within_source_name_min_ratio: float = Field(
        default=0.95, ge=0, le=1, description="the same, for records of one source"
    )
    review_min_ratio: float = Field(
        default=0.75, ge=0, le=1, description="near pairs at least this similar are listed for review"
    )
    common_name_records: int = Field(default=12, ge=2, description="a name carried by more records raises no conflict")


def link_records(
    records: GeoDataFrame[Records], known_links: DataFrame[Links], params: LinkRecordsParams
) -> DataFrame[Links]:
    """Decide which inventory records describe the same site, and say why.

    Evidence is used in this order, and the first that speaks decides a pair:

    1. ``known``: a person said so in ``known_links``, either way;
    2. ``parent_child``: one record names the other as its parent facility;
    3. ``official_id``: both carry the same official number of the same scheme;
    4. ``name_distance_commodity`` and ``name_distance``: similar names *and* near places, with agreeing commodities, or with
       commodities unknown or differing but then nearer and more alike; stricter within one source, where two records with
       different amounts are two bodies of waste;
    5. ``location_commodity``: two sources, practically one spot, agreeing commodities, and one of the two has no name.

    A name alone never links. Records that should be one site by 2 or 3, or by equal name and commodity, but lie more than
    ``conflict_km`` apart (or their stated precision, if larger) are listed as ``location_conflict`` and stay apart. Near pairs
    told apart by number or marker ("No. 1", "No. 2") are ``names_differ``; near pairs that do not suffice are ``not_enough``.

    Parameters
    ----------
    records : DataFrame[Records]
        Inventory records, any CRS; distances come from ``latitude`` and ``longitude``.
    known_links : DataFrame[Links]
        Hand-edited verdicts by record id; may be empty.
    params : LinkRecordsParams

    Returns
    -------
    DataFrame[Links]
        One row per pair, in the order of ``records`` (record_a before record_b). ``confidence`` is that of the verdict.

    Raises
    ------
    StageError
        If known links are given and not one names two records of this run.
    """
    verdicts: dict[tuple[int, int], _Verdict] = {}
    known = _known(records, known_links)
    candidates = _candidates(records, params)
    measured = _measure(records, candidates, params)
    row: Any
    for row in measured.itertuples(index=False):
        verdict = _judge(row, params)
        if verdict is not None:
            verdicts[(row.a, row.b)] = verdict
    _prefer_mutual_best(records["source"].to_numpy(), verdicts)
    for pair, (same, confidence, reason) in known.items():
        verdicts[pair] = _Verdict(same, confidence, "known", float("nan"), float("nan"), reason)
    ids = records["record_id"].to_numpy()
    judged = [(ids[a], ids[b], verdicts[(a, b)]) for a, b in sorted(verdicts)]
    rows = [(a, b, *verdict[:-1], *verdict.reason.as_cells()) for a, b, verdict in judged]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return conform(table, Links)


def _prefer_mutual_best(source: np.ndarray, verdicts: dict[tuple[int, int], _Verdict]) -> None:
    """Keep, between two sources, only name links that are the best of both their records: a publisher's records are distinct."""
    best: dict[tuple[int, str], float] = {}
    rivals = [pair for pair, one in verdicts.items() if one.rule in _BY_NAME and source[pair[0]] != source[pair[1]]]
    for a, b in rivals:
        for own, other in ((a, b), (b, a)):
            key = (own, source[other])
            best[key] = max(best.get(key, 0.0), verdicts[a, b].confidence)
    for a, b in rivals:
        one = verdicts[a, b]
        if one.confidence < max(best[a, source[b]], best[b, source[a]]):
            reason = Finding(code="better_rival", values=one.reason.values)
            verdicts[a, b] = _two(0.6, "not_enough", (one.similarity, one.distance_km), reason)


def _known(records: pd.DataFrame, known_links: pd.DataFrame) -> dict[tuple[int, int], tuple[bool, float, Finding]]:
    """Return a person's verdicts by pair of positions; the last word on a pair counts."""
    position = {record: at for at, record in enumerate(records["record_id"])}
    found = {}
    row: Any
    for row in known_links.itertuples(index=False):
        if row.record_a in position and row.record_b in position and row.record_a != row.record_b:
            a, b = sorted((position[row.record_a], position[row.record_b]))
            found[(a, b)] = (bool(row.same_site), float(row.confidence), finding_of(row.finding, row.values))
    if len(known_links) and not found:
        raise StageError(
            f"link_records: none of {len(known_links)} known links names two records of this run, e.g. "
            f"'{known_links['record_a'].iloc[0]}' and '{known_links['record_b'].iloc[0]}'. Record ids look like "
            f"'{records['record_id'].iloc[0] if len(records) else '-'}'. Correct the ids in the source with role 'links'."
        )
    return found


def _candidates(records: pd.DataFrame, params: LinkRecordsParams) -> pd.DataFrame:
    """Collect the pairs to compare, with the shared number and whether one is the other's parent."""
    shared = pairs_by_id(records)
    parents = {(min(pair), max(pair)) for pair in pairs_by_parent(records)}
    near = pairs_within(records, max(params.link_km, params.within_source_km))
    named = pairs_by_name(records, params.common_name_records)
    everything = np.array([*near, *shared, *parents, *named], dtype=np.int64).reshape(-1, 2)
    everything = np.unique(everything, axis=0)
    pairs = pd.DataFrame(everything, columns=["a", "b"])
    keys = list(zip(pairs["a"], pairs["b"], strict=True))
    pairs["number"] = [shared.get(key) for key in keys]
    pairs["is_parent"] = [key in parents for key in keys]
    return pairs


def _measure(records: pd.DataFrame, pairs: pd.DataFrame, params: LinkRecordsParams) -> pd.DataFrame:
    """Measure distance, commodity agreement and name similarity of each pair worth it."""
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    lat, lon = (records[name].to_numpy(dtype=float) for name in ("latitude", "longitude"))
    pairs["distance_km"] = geodesic_km(lon[a], lat[a], lon[b], lat[b])
    source = records["source"].to_numpy()
    pairs["one_source"] = (source[a] == source[b]) | _numbered_apart(official_tokens(records), a, b)
    precision = records["coordinate_precision_km"].fillna(0).to_numpy(dtype=float)
    pairs["apart_km"] = np.maximum(params.conflict_km, precision[a] + precision[b])
    parent = (records["source"] + " " + records["parent_id"]).fillna("").to_numpy(dtype=object)
    siblings = (parent[a] == parent[b]) & (parent[a] != "")
    firm = pairs["number"].notna() | pairs["is_parent"]
    reach = np.where(pairs["one_source"], params.within_source_km, params.conflict_reach_km)
    pairs = pairs[firm | ((pairs["distance_km"] <= reach) & ~siblings)].reset_index(drop=True)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    names = _telling_names(records)
    pairs["similarity"], pairs["contradict"] = name_similarity(names.iloc[a], names.iloc[b])
    pairs["agreement"] = _agreement(records["commodities"], a, b)
    pairs["two_bodies"] = pairs["one_source"] & _amounts_differ(records, a, b)
    nameless = records["name"].isna().to_numpy()
    pairs["nameless"] = nameless[a] | nameless[b]
    return pairs


def _numbered_apart(tokens: list[set[tuple[str, str]]], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Say which pairs carry different numbers of one scheme: to its publisher they are two, as if from one source."""
    schemes = [{scheme for scheme, _ in own} for own in tokens]
    return np.array(
        [
            not schemes[one].isdisjoint(schemes[other]) and tokens[one].isdisjoint(tokens[other])
            for one, other in zip(a, b, strict=True)
        ],
        dtype=bool,
    )


def _amounts_differ(records: pd.DataFrame, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Say which pairs state different masses, volumes or areas: in one source, two bodies of waste at one mine."""
    differ = np.zeros(len(a), dtype=bool)
    for name in ("mass_t", "volume_m3", "area_m2"):
        amount = records[name].to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            differ |= np.maximum(amount[a], amount[b]) > _SAME_AMOUNT_RATIO * np.minimum(amount[a], amount[b])
    return differ


def _telling_names(records: pd.DataFrame) -> pd.Series:
    """Return name and aliases of each record, without aliases that other records of its source share (owners, camps)."""
    aliases = records["aliases"].str.split("; ").explode().dropna().astype("str")
    keys = aliases.map(lambda one: name_key(one).joined)
    source = records["source"].reindex(keys.index)
    holders = pd.DataFrame({"source": source, "key": keys, "record": keys.index}).drop_duplicates()
    shared = holders.groupby(["source", "key"])["record"].transform("size")
    names = pd.DataFrame({"source": records["source"], "key": [_joined(one) for one in records["name"]]})
    own = set(names.itertuples(index=False, name=None))
    common = set(holders.loc[shared > 1, ["source", "key"]].itertuples(index=False, name=None))
    parts = zip(aliases, source, keys, strict=True)
    telling = aliases[[key != "" and (where, key) not in common and (where, key) not in own for _, where, key in parts]]
    kept = telling.groupby(level=0).agg("; ".join).reindex(records.index)
    generic = records["name"].notna() & (names["key"] == "")
    kept = kept.where(~generic, _with_facility(records, aliases))
    both = records["name"].str.cat(kept, sep="; ", na_rep="").str.strip("; ")
    return both.where(both.str.len() > 0)


def _with_facility(records: pd.DataFrame, aliases: pd.Series) -> pd.Series:
    """Return each alias with the record's name behind it: "tailings 2" says which one only with the name of its plant."""
    named = (aliases + " " + records["name"].fillna("").reindex(aliases.index)).str.strip()
    return named.groupby(level=0).agg("; ".join).reindex(records.index)


def _joined(name: Any) -> str:
    return "" if pd.isna(name) else name_key(str(name)).joined


def _agreement(commodities: pd.Series, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return 1 where commodities (or their families of metals) overlap, -1 where they differ, 0 where either is unknown."""
    sets = [frozenset() if pd.isna(cell) else frozenset(str(cell).split("; ")) for cell in commodities]
    families = [frozenset(filter(None, map(group_of, one))) for one in sets]
    shared = np.zeros(len(a))
    for at, (left, right) in enumerate(zip(a, b, strict=True)):
        if sets[left] and sets[right]:
            exact = not sets[left].isdisjoint(sets[right])
            shared[at] = 1.0 if exact else (_RELATED if not families[left].isdisjoint(families[right]) else -1.0)
    return shared


def _judge(pair: Any, params: LinkRecordsParams) -> _Verdict | None:
    """Give the verdict on one measured pair; None when there is nothing to say."""
    similarity, distance = float(pair.similarity), float(pair.distance_km)
    measured = (similarity, distance)
    apart = not np.isnan(distance) and distance > pair.apart_km
    if pair.is_parent or isinstance(pair.number, str):
        claim = "parent" if pair.is_parent else "number"
        values: dict[str, Value] = {} if pair.is_parent else {"number": pair.number}
        if not np.isnan(distance):
            values["km"] = distance
        if apart:
            return _two(0.5, "location_conflict", measured, Finding(code=f"{claim}_but_apart", values=values))
        reason = Finding(code=claim if np.isnan(distance) else f"{claim}_near", values=values)
        return (
            _one(0.97, "parent_child", measured, reason)
            if pair.is_parent
            else _one(0.99, "official_id", measured, reason)
        )
    return _judge_name(pair, params, similarity, distance, apart)


def _judge_name(
    pair: Any, params: LinkRecordsParams, similarity: float, distance: float, apart: bool
) -> _Verdict | None:
    """Give the verdict on a pair that shares no number."""
    measured = (similarity, distance)
    one_source, agreement = pair.one_source, pair.agreement
    commodity = {1.0: "same", 0.0: "unknown", _RELATED: "related"}.get(agreement, "different")
    if np.isnan(similarity):
        spot = distance <= _SAME_SPOT_KM and agreement == 1 and not one_source and pair.nameless
        if spot:
            reason = Finding(code="nameless_at_one_spot", values={"km": distance, "commodity": commodity})
            return _one(0.7, "location_commodity", measured, reason)
        return None
    values: dict[str, Value] = {"alike_percent": 100 * similarity, "km": distance, "commodity": commodity}
    names = Finding(code="names", values=values)
    limit = params.within_source_km if one_source else params.link_km
    if distance > limit:
        if similarity < 1 or pair.contradict or agreement != 1 or one_source:
            return None
        if apart:
            return _two(0.5, "location_conflict", measured, Finding(code="name_but_apart", values={"km": distance}))
        return _two(0.6, "not_enough", measured, names)
    if pair.contradict and similarity >= _TOLD_APART_RATIO:
        return _two(0.95, "names_differ", measured, Finding(code="markers_differ", values=values))
    if similarity < params.review_min_ratio:
        return None
    if pair.two_bodies:
        return _two(0.8, "not_enough", measured, Finding(code="amounts_differ", values=values))
    need_ratio, need_km = _needed(bool(one_source), float(agreement), similarity, distance, params)
    if similarity >= need_ratio and distance <= need_km and (not one_source or agreement == 1):
        rule = "name_distance_commodity" if agreement == 1 else "name_distance"
        confidence = 0.6 + 0.2 * (similarity - need_ratio) / max(1 - need_ratio, 1e-9) + 0.15 * (1 - distance / limit)
        return _one(round(confidence - (0.0 if agreement == 1 else 0.1), 3), rule, measured, names)
    return _two(0.6, "not_enough", measured, names)


def _needed(
    one_source: bool, agreement: float, similarity: float, distance: float, params: LinkRecordsParams
) -> tuple[float, float]:
    """Return the least name similarity and the greatest distance for a link, by what is known of the commodities."""
    if one_source:
        return params.within_source_name_min_ratio, params.within_source_km
    least, limit = params.name_min_ratio, params.link_km
    if agreement == 1 and distance <= _SAME_SPOT_KM:
        return min(least, params.review_min_ratio), limit
    if agreement == 1:
        return least, limit if similarity >= _FULL_NAME_RATIO else limit / 2
    if agreement == 0:
        return max(least, 0.92), limit if similarity >= _EQUAL_NAME_RATIO else limit / 2
    return (max(least, 0.95), limit / 2) if agreement == _RELATED else (max(least, _EQUAL_NAME_RATIO), limit / 5)
