"""What a run will make of the sources that `minewaste check` read: rows its region leaves out, assays that find a site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from layers.accounting import Reading
from layers.catalogue.source import Source
from layers.errors import MinewasteError, StageError
from pipeline.commands.matches import Shared
from pipeline.config import RunConfig
from pipeline.input_layers import Inputs
from pipeline.inputs import Readings, assembled
from pipeline.stages.describe_camps import describe_camps
from pipeline.stages.link_records import link_records
from pipeline.stages.locate_assays import locate_assays
from pipeline.stages.merge_sites import merge_sites

AROUND_THE_EARTH_KM = 21_000.0
"""No two places lie so far apart."""
NAMED = 5
"""Keys that found no site are named, so many of them."""

HOW = ("id", "name", "words", "group", "distance")
"""Ways in which an assay finds its site, as `locate_assays` gives them."""


def foreseen(
    config: RunConfig, sources: Sequence[Source], readings: Mapping[str, Reading[Any]]
) -> tuple[Inputs | None, str | None]:
    """Put what was read together as a run does: samples counted once, rows outside the region left out and counted.

    Parameters
    ----------
    config : RunConfig
        The run file.
    sources : sequence of Source
        Of the run file, resolved.
    readings : mapping of str to Reading
        By source id, what may be published and could be read.

    Returns
    -------
    tuple of Inputs or None and str or None
        Where they do not go together, the message with which a run would stop; neither where there is nothing.
    """
    tables = tuple(source for source in sources if source.id in readings)
    try:
        return (assembled(config, Readings(tables, dict(readings), {}, ())) if tables else None), None
    except MinewasteError as error:
        return None, str(error)
    except ValueError:  # what the run is about could not be read; the paragraphs above say why
        return None, None


def by_source(inputs: Inputs) -> dict[str, pd.DataFrame]:
    """Return the records and samples that a run would begin with, by source id."""
    return {
        str(name): table.reset_index(drop=True)
        for role in ("inventory", "geochemistry")
        for name, table in pd.DataFrame(inputs.layers[role]).groupby("source", sort=False)
    }


def between_tables(config: RunConfig, inputs: Inputs | None) -> list[Shared]:
    """Say what `records_linked` and `assays_found` do; nothing without inputs."""
    return [*records_linked(config, inputs), *assays_found(config, inputs)] if inputs else []


def records_linked(config: RunConfig, inputs: Inputs) -> list[Shared]:
    """Say how many sites a run makes of the inventory records, and how many of them stand in which inventories together.

    Parameters are those of `assays_found`.

    Returns
    -------
    list of Shared
        One sentence; none of a single inventory whose records all stay apart.
    """
    records = inputs["inventory"]
    if records.empty:
        return []
    try:
        links = link_records(records, inputs["links"], config.link_records)
        sites = merge_sites(records, links, config.merge_sites)
    except StageError:  # `stop_foreseen` says it
        return []
    together = Counter(sites.loc[sites["n_records"] > 1, "sources"])
    if not together and records["source"].nunique() < 2:
        return []
    shown = ", ".join(
        f"{' + '.join(sorted(names.split('; ')))}: {count}" for names, count in together.most_common(NAMED)
    )
    source_of = records.set_index("record_id")["source"]
    across = links["record_a"].map(source_of).to_numpy() != links["record_b"].map(source_of).to_numpy()
    apart = int((~links["same_site"].to_numpy(dtype=bool) & across).sum())
    values = {"records": len(records), "sites": len(sites), "n": sum(together.values()), "shown": shown, "apart": apart}
    return [("check_match_links" if together else "check_match_no_links", values)]


def assays_found(config: RunConfig, inputs: Inputs) -> list[Shared]:
    """Say of every source of waste samples how many of its keys find a site, by the stages of a run themselves.

    Parameters
    ----------
    config : RunConfig
        Says how records are linked and merged, and how assays find their site.
    inputs : Inputs
        From `foreseen`.

    Returns
    -------
    list of Shared
        One sentence per source that has keys.
    """
    samples, records = inputs["geochemistry"], inputs["inventory"]
    keyed = samples[samples["medium"].eq("waste") & samples["site_key"].notna()].reset_index(drop=True)
    if keyed.empty or records.empty:
        return []
    try:
        links = link_records(records, inputs["links"], config.link_records)
        sites = describe_camps(merge_sites(records, links, config.merge_sites), config.describe_camps)
        params = config.locate_assays.model_copy(update={"require_match": False})
        located = locate_assays(keyed, sites, params)
        anywhere = locate_assays(keyed, sites, params.model_copy(update={"agreement_km": AROUND_THE_EARTH_KM}))
    except StageError:  # `stop_foreseen` says it
        return []
    sentences: list[Shared] = []
    for name, own in located.groupby("source", sort=False):
        per_key = own.sort_values("site_id", na_position="last").drop_duplicates("site_key")
        lost = per_key[per_key["site_id"].isna()]
        counts = {how: int((per_key["site_rule"] == how).sum()) for how in HOW}
        unclear = lost.loc[lost["site_key_status"] == "ambiguous", "site_key"]
        by_key = anywhere.loc[anywhere["site_key_status"] == "matched", "site_key"]
        far, several = unclear[unclear.isin(by_key)], unclear[~unclear.isin(by_key)]
        none = lost.loc[lost["site_key_status"] != "ambiguous", "site_key"]
        n = len(per_key)
        sentences.append(
            ("check_match_keys", {"source": name, "n": n, "found": n - len(lost), **counts, "several": _some(several),
                                  "n_several": len(several), "none": _some(none), "n_none": len(none)})
        )  # fmt: skip
        if len(far):
            apart = {"source": name, "n": len(far), "shown": _some(far), "km": params.agreement_km}
            sentences.append(("check_match_far", apart))
    return sentences


def _some(keys: pd.Series) -> str:
    """Return some keys in brackets; nothing for none."""
    named = sorted(keys.astype(str))
    return f" ({', '.join(named[:NAMED])}{' …' if len(named) > NAMED else ''})" if named else ""
