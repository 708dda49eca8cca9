"""Keep laws pooled over regions in one file without pickle, and refuse one that is not what it says.

The file is a skops archive of plain numbers, texts and arrays; nothing in it names a type to be built, and no site stands in it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from layers.errors import SourceError
from pipeline.folder.lean_skops import skops_io
from pipeline.folder.model_bytes import steady
from pipeline.folder.writing import atomic
from pipeline.learning.learned_laws import LearnedLaws, PooledRegion, TargetLaw
from pipeline.learning.pooled_law import LawTrial, PooledLaw, RegionTrial

FORMAT = 1
MOST_BYTES = 50_000_000
"""A model of pooled wastes is some kilobytes; a file beyond this is none."""


def save_learned(learned: LearnedLaws, path: Path) -> None:
    """Write the file."""
    content = {
        "format": FORMAT,
        "regions": [region.model_dump(mode="json") for region in learned.regions],
        "laws": {
            target: {
                "law": _law_facts(own.law),
                "without": {name: _law_facts(law) for name, law in own.without.items()},
                "trial": asdict(own.trial) | {"regions": [asdict(region) for region in own.trial.regions]},
            }
            for target, own in learned.laws.items()
        },
    }
    with atomic(path) as temporary:
        temporary.write_bytes(steady(skops_io().dumps(content)))


def load_learned(path: Path) -> LearnedLaws:
    """Read what `save_learned` wrote.

    Raises
    ------
    SourceError
        If the file is missing, no such archive, of another format, or holds anything but numbers, texts and arrays.
    """
    content = _bytes(path)
    remedy = "Make it again with `minewaste learn`."
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > MOST_BYTES:
            raise SourceError(
                f"train_model.learned ({path.name}): unpacks to {unpacked} bytes, at most {MOST_BYTES} are read. {remedy}"
            )
        strange = skops_io().get_untrusted_types(data=content)
        if strange:
            raise SourceError(
                f"train_model.learned ({path.name}): holds {len(strange)} types `minewaste learn` does not write "
                f"({', '.join(strange[:3])}) and is not loaded. {remedy}"
            )
        facts = skops_io().loads(content, trusted=[])
        if not isinstance(facts, dict) or facts.get("format") != FORMAT:
            version = facts.get("format") if isinstance(facts, dict) else None
            raise SourceError(f"train_model.learned ({path.name}): format {version}, expected {FORMAT}. {remedy}")
        regions = tuple(PooledRegion.model_validate(region) for region in facts["regions"])
        laws = {str(target): _target_law(own) for target, own in facts["laws"].items()}
    except SourceError:
        raise
    except Exception as failure:  # noqa: BLE001 - a stranger's archive may make the library raise anything
        raise SourceError(
            f"train_model.learned ({path.name}): this is no model file of `minewaste learn` ({type(failure).__name__}). {remedy}"
        ) from None
    return LearnedLaws(regions, laws)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SourceError(
                f"train_model.learned ({path.name}): {path.stat().st_size} bytes, at most {MOST_BYTES} are read."
            )
        return path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"train_model.learned: {path} cannot be read ({error.strerror}). Make it with `minewaste learn RUN...`, or leave the "
            "key out."
        ) from None


def _law_facts(law: PooledLaw) -> dict[str, Any]:
    facts = {name: getattr(law, name) for name in PooledLaw.__dataclass_fields__}
    return facts | {"words": list(law.words)}


def _law(facts: Mapping[str, Any]) -> PooledLaw:
    words = tuple(str(word) for word in facts["words"])
    coef, covariance = np.asarray(facts["coef"], dtype=float), np.asarray(facts["covariance"], dtype=float)
    size = len(words) + 2
    numbers = [float(facts[name]) for name in ("centre_log10", "region_sd", "scatter_sd")]
    if coef.shape != (size,) or covariance.shape != (size, size):
        raise ValueError("effects and words differ in number")
    if not (
        np.isfinite(coef).all()
        and np.isfinite(covariance).all()
        and np.isfinite(numbers).all()
        and min(numbers[1:]) > 0
    ):
        raise ValueError("numbers that are none")
    return PooledLaw(words, numbers[0], coef, covariance, numbers[1], numbers[2])


def _target_law(facts: Mapping[str, Any]) -> TargetLaw:
    trial = dict(facts["trial"])
    regions = tuple(RegionTrial(**region) for region in trial.pop("regions"))
    without = {str(name): _law(law) for name, law in facts["without"].items()}
    return TargetLaw(_law(facts["law"]), without, LawTrial(regions=regions, **trial))
