"""What a run takes from other regions: their laws, read from the file its run file names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pandera.typing import DataFrame

from layers.accounting import Note
from layers.files.located import locate
from layers.schema import Companion
from layers.site_layers import SiteLayers
from pipeline.config import RunConfig
from pipeline.folder.fingerprints import file_fingerprint
from pipeline.folder.learned_file import load_learned
from pipeline.folder.manifest import LEARNED, key_of
from pipeline.folder.store import RunStore
from pipeline.learning.learned_laws import LearnedLaws, digest_of, learned_grades


@dataclass(frozen=True)
class OtherRegions:
    """Laws of other regions, with the sha256 of the run's own assays, which tell whether this region was pooled itself."""

    laws: LearnedLaws | None
    inputs: frozenset[str] = frozenset()


def read_laws(config: RunConfig, data_dir: Path, store: RunStore | None) -> OtherRegions:
    """Read the model of other regions where there is one, and remember its bytes for the manifest where a run keeps one.

    Raises
    ------
    SourceError
        If there is no such file, it is a link out of the data folder, or no model of `minewaste learn`.
    """
    if config.train_model.learned is None:
        return OtherRegions(None)
    path = locate(key_of(LEARNED), str(config.train_model.learned), data_dir)
    laws = load_learned(path)
    if store is not None:
        store.fingerprints[LEARNED] = file_fingerprint(path)
    assays = [data_dir / source.path for source in config.sources if source.role == "geochemistry"]
    return OtherRegions(laws, frozenset(file_fingerprint(assay) for assay in assays if assay.exists()))


def notes_of_laws(config: RunConfig, others: OtherRegions) -> tuple[Note, ...]:
    """Say for which targets laws of other regions take the place of the host tables, and why not for others."""
    if others.laws is None:
        return ()
    used = [target for target in config.targets if others.laws.law_for(target, config.name, others.inputs) is not None]
    rest = [target for target in config.targets if target not in used]
    pooled = ", ".join(region.name for region in others.laws.regions)
    text = f"Laws of wastes measured in other regions ({pooled}; model {digest_of(others.laws)}): "
    text += f"they stand in place of the host tables for {', '.join(used)}" if used else "none is used"
    if rest:
        text += f"; for {', '.join(rest)} none showed skill on regions left out, or none is free of this region"
    same = others.laws.same_regions(config.name, others.inputs)
    text += (
        f". This region was pooled itself ({', '.join(same)}), so laws without it are taken." if same and used else "."
    )
    return (Note("train_model.learned", "laws_of_other_regions", text, len(used)),)


def expected_elsewhere(
    config: RunConfig, others: OtherRegions, known: SiteLayers, companion: DataFrame[Companion]
) -> pd.DataFrame:
    """Return what the laws of other regions expect of the sites, target by target; see `learned_grades`."""
    if others.laws is None:
        return learned_grades(None, known.sites, (), config.name, others.inputs)
    table = pd.DataFrame(known.sites.drop(columns="geometry"))
    for layer, names in (
        (known.samples, None),
        (companion, ["companion_commodity", "companion_host"]),
        (known.tonnage, ["site_kind"]),
    ):
        fresh = names or [name for name in layer.columns if name not in table]
        table = table.merge(layer[["site_id", *fresh]], on="site_id", how="left", validate="one_to_one")
    return learned_grades(others.laws, table, config.targets, config.name, others.inputs)
