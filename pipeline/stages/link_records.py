"""Which inventory records are the same site."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandera.typing import DataFrame
from pydantic import BaseModel, ConfigDict, Field

from layers.cells.site_names import contradict, name_similarity
from layers.crs import geodesic_km
from layers.errors import StageError
from layers.findings import Finding, Value, finding_of
from layers.schema import GeoDataFrame, Links, Records, conform
from layers.text import fold
from pipeline.kernels.record_likeness import (
    RELATED,
    agreement,
    amounts_differ,
    kinds_differ,
    own_names,
    telling_names,
)
from pipeline.kernels.record_pairs import (
    pairs_by_id,
    pairs_by_name,
    pairs_by_parent,
    pairs_within,
    registered,
    told_apart,
)

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
_AS_WRITTEN_BONUS = 0.03
"""What equal words weigh among rivals: some 400 m of the distance up to which names link."""
_BY_NAME = ("name_distance_commodity", "name_distance")
_WEIGHED = (*_BY_NAME, "location_commodity")


class _Verdict(NamedTuple):
    """What is thought of one pair."""

    same_site: bool
    confidence: float
    rule: str
    similarity: float
    distance_km: float
    reason: Finding


def _same_site(confidence: float, rule: str, measured: tuple[float, float], reason: Finding) -> _Verdict:
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
    spot_km: float = Field(
        default=0.25, gt=0, description="records of two sources without a telling name are one up to this distance"
    )
    review_spot_km: float = Field(
        default=0.5, gt=0, description="the same, up to which they are listed for review where they are not linked"
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
    5. ``location_commodity``: two sources, practically one spot (``spot_km``), one of the two without a name or with one that
       says nothing of its own ("tailings dam", "unknown"), no number that tells them apart, and neither commodities nor kinds
       of waste that differ.

    Records to which one register gives different official ids are never one: what would link them otherwise is listed as
    ``ids_differ``. Records without a name that stand farther apart than ``spot_km`` are listed for review up to
    ``review_spot_km``.

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
        if verdict is not None and row.ids_differ and verdict.same_site and not row.is_parent:
            verdict = _ids_differ((verdict.similarity, verdict.distance_km))
        if verdict is not None:
            verdicts[(row.a, row.b)] = verdict
    generic, as_written = (
        set(measured.loc[measured[column], ["a", "b"]].itertuples(index=False, name=None))
        for column in ("generic", "as_written")
    )
    _prefer_mutual_best(records["source"].to_numpy(), verdicts, generic, as_written)
    for pair, (same, confidence, reason) in known.items():
        verdicts[pair] = _Verdict(same, confidence, "known", float("nan"), float("nan"), reason)
    ids = records["record_id"].to_numpy()
    judged = [(ids[a], ids[b], verdicts[(a, b)]) for a, b in sorted(verdicts)]
    rows = [(a, b, *verdict[:-1], *verdict.reason.as_cells()) for a, b, verdict in judged]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return conform(table, Links)


def _ids_differ(measured: tuple[float, float]) -> _Verdict:
    """Return the verdict on two records that would be linked but that one register tells apart."""
    near = not np.isnan(measured[1])
    code = "ids_differ_near" if near else "ids_differ"
    return _two(0.95, "ids_differ", measured, Finding(code=code, values={"km": measured[1]} if near else {}))


def _prefer_mutual_best(
    source: np.ndarray,
    verdicts: dict[tuple[int, int], _Verdict],
    generic: set[tuple[int, int]],
    as_written: set[tuple[int, int]],
) -> None:
    """Keep, between two sources, only links that are the best of both their records: a publisher's records are distinct.

    Links by name come first, and of two names alike the one written in the same words ("Embalse Miranda" beside "Miranda").
    Where a name says nothing of its own, the nearest records that are still without a partner in the other source are taken
    by place.
    """
    rivals = [
        pair for pair, verdict in verdicts.items() if verdict.rule in _WEIGHED and source[pair[0]] != source[pair[1]]
    ]
    named = [pair for pair in rivals if verdicts[pair].rule in _BY_NAME]
    best: dict[tuple[int, str], float] = {}
    weight = {pair: verdicts[pair].confidence + _AS_WRITTEN_BONUS * (pair in as_written) for pair in named}
    for a, b in named:
        for own, other in ((a, b), (b, a)):
            key = (own, source[other])
            best[key] = max(best.get(key, 0.0), weight[a, b])
    kept = {(a, b) for a, b in named if weight[a, b] >= max(best[a, source[b]], best[b, source[a]])}
    taken = {key for a, b in kept for key in ((a, source[b]), (b, source[a]))}
    by_place = [pair for pair in rivals if pair not in kept and pair in generic]
    for a, b in sorted(by_place, key=lambda pair: (verdicts[pair].distance_km, pair)):
        if (a, source[b]) not in taken and (b, source[a]) not in taken:
            kept.add((a, b))
            taken |= {(a, source[b]), (b, source[a])}
    for a, b in set(rivals) - kept:
        verdict = verdicts[a, b]
        spot = verdict.rule not in _BY_NAME
        reason = Finding(code="better_neighbour" if spot else "better_rival", values=verdict.reason.values)
        verdicts[a, b] = _two(0.6, "not_enough", (verdict.similarity, verdict.distance_km), reason)


def _known(records: pd.DataFrame, known_links: pd.DataFrame) -> dict[tuple[int, int], tuple[bool, float, Finding]]:
    """Return a person's verdicts by pair of positions; the last word on a pair counts."""
    position = {record: at for at, record in enumerate(records["record_id"])}
    known = {}
    row: Any
    for row in known_links.itertuples(index=False):
        if row.record_a in position and row.record_b in position and row.record_a != row.record_b:
            a, b = sorted((position[row.record_a], position[row.record_b]))
            known[(a, b)] = (bool(row.same_site), float(row.confidence), finding_of(row.finding, row.values))
    if len(known_links) and not known:
        raise StageError(
            f"link_records: none of {len(known_links)} known links names two records of this run, e.g. "
            f"'{known_links['record_a'].iloc[0]}' and '{known_links['record_b'].iloc[0]}'. Record ids look like "
            f"'{records['record_id'].iloc[0] if len(records) else '-'}'. Correct the ids in the source with role 'links'."
        )
    return known


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
    numbers = registered(records)
    pairs["ids_differ"] = [told_apart(numbers[point], numbers[other]) for point, other in zip(a, b, strict=True)]
    pairs["one_source"] = (source[a] == source[b]) | pairs["ids_differ"]
    precision = records["coordinate_precision_km"].fillna(0).to_numpy(dtype=float)
    pairs["apart_km"] = np.maximum(params.conflict_km, precision[a] + precision[b])
    parent = (records["source"] + " " + records["parent_id"]).fillna("").to_numpy(dtype=object)
    siblings = (parent[a] == parent[b]) & (parent[a] != "")
    firm = pairs["number"].notna() | pairs["is_parent"]
    reach = np.where(pairs["one_source"], params.within_source_km, params.conflict_reach_km)
    pairs = pairs[firm | ((pairs["distance_km"] <= reach) & ~siblings)].reset_index(drop=True)
    a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    names = telling_names(records)
    pairs["similarity"], pairs["contradict"] = name_similarity(names.iloc[a], names.iloc[b])
    written = np.array([_folded(name) for name in records["name"]], dtype=object)
    pairs["as_written"] = (written[a] == written[b]) & (written[a] != "")
    pairs["agreement"] = agreement(records["commodities"], a, b)
    pairs["two_bodies"] = pairs["one_source"] & amounts_differ(records, a, b)
    keys, generic = own_names(records)
    apart = np.array([contradict(keys[point], keys[other]) for point, other in zip(a, b, strict=True)], dtype=bool)
    fitting = ~kinds_differ(records, a, b) & ~apart
    pairs["generic"] = (generic[a] | generic[b]) & fitting
    pairs["both_generic"] = generic[a] & generic[b]
    return pairs


def _folded(name: object) -> str:
    """Return the words of a name without case, accents and marks; empty where there is none."""
    return " ".join(re.findall(r"[^\W_]+", fold(name))) if isinstance(name, str) else ""


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
            _same_site(0.97, "parent_child", measured, reason)
            if pair.is_parent
            else _same_site(0.99, "official_id", measured, reason)
        )
    return _judge_name(pair, params, similarity, distance, apart)


def _judge_name(
    pair: Any, params: LinkRecordsParams, similarity: float, distance: float, apart: bool
) -> _Verdict | None:
    """Give the verdict on a pair that shares no number."""
    measured = (similarity, distance)
    one_source, agreement = pair.one_source, pair.agreement
    commodity = {1.0: "same", 0.0: "unknown", RELATED: "related"}.get(agreement, "different")
    at_one_spot = _judge_spot(pair, params, measured, commodity)
    if np.isnan(similarity):
        return at_one_spot
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
        return at_one_spot
    if pair.two_bodies:
        return _two(0.8, "not_enough", measured, Finding(code="amounts_differ", values=values))
    need_ratio, need_km = _needed(bool(one_source), float(agreement), similarity, distance, params)
    if similarity >= need_ratio and distance <= need_km and (not one_source or agreement == 1):
        rule = "name_distance_commodity" if agreement == 1 else "name_distance"
        confidence = 0.6 + 0.2 * (similarity - need_ratio) / max(1 - need_ratio, 1e-9) + 0.15 * (1 - distance / limit)
        return _same_site(round(confidence - (0.0 if agreement == 1 else 0.1), 3), rule, measured, names)
    return _two(0.6, "not_enough", measured, names)


def _judge_spot(pair: Any, params: LinkRecordsParams, measured: tuple[float, float], commodity: str) -> _Verdict | None:
    """Give the verdict on two records of two sources by place and kind, where a name says nothing of its own."""
    distance = measured[1]
    if pair.one_source or not pair.generic or not distance <= params.review_spot_km:
        return None
    reason = Finding(code="nameless_at_one_spot", values={"km": distance, "commodity": commodity})
    near_km = params.spot_km if pair.both_generic else min(params.spot_km, _SAME_SPOT_KM)
    if distance <= near_km and pair.agreement >= 0:
        return _same_site(
            round(0.6 + 0.15 * (1 - distance / params.spot_km), 3), "location_commodity", measured, reason
        )
    return _two(0.6, "not_enough", measured, reason)


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
    return (max(least, 0.95), limit / 2) if agreement == RELATED else (max(least, _EQUAL_NAME_RATIO), limit / 5)
