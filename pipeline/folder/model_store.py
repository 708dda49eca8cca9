"""Keep a trained model on disk without pickle, and refuse one that is not what it says.

``model.skops`` holds the fitted pipelines and arrays, ``model.json`` everything a person can read and the checksum of
the former. Loading checks format, library versions, checksum and feature list, and builds only types this product
writes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layers.errors import SourceError
from layers.files.boundary import in_short
from layers.files.json_text import parse_json
from layers.validation import Validation
from pipeline.folder.lean_skops import skops_io
from pipeline.folder.model_bytes import steady
from pipeline.folder.writing import atomic, read_bounded
from pipeline.kernels.field_likelihood import Spread
from pipeline.kernels.linear_field import LinearField
from pipeline.learning.trained_model import Applicability, TrainedModel

FORMAT = 3

KINDS = {
    "number": np.dtype("float64"),
    "whole": np.dtype("int64"),
    "yes_no": np.dtype("bool"),
    "text": np.dtype("object"),
}
"""Of the columns of a model's table, by the words that stand for them in ``model.json``."""

MOST_MODEL_BYTES = 2 << 30
"""Of a model file, which is read whole."""
TRUSTED = (
    "numpy.dtype",
    "pipeline.learning.bagging.BlockBaggedRanker",
    "pipeline.learning.feature_steps.FillBounded",
    "pipeline.learning.feature_steps.GroupWeights",
    "pipeline.learning.feature_steps.KnownColumns",
    "pipeline.learning.feature_steps.LogRatio",
    "pipeline.learning.linear_score.EvidenceWeights",
    "pipeline.learning.linear_score.LinearScore",
    "sklearn.impute._base.SimpleImputer",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.RobustScaler",
    "sklearn.preprocessing._data.StandardScaler",
)
"""Types of a model's pipelines, all that are written beside numbers, texts, arrays and what holds them."""


def save_model(model: TrainedModel, folder: Path) -> Path:
    """Write a model.

    Parameters
    ----------
    model : TrainedModel
        Of any kind.
    folder : Path
        Made if missing; receives ``model.skops`` and ``model.json``.

    Returns
    -------
    Path
        The skops file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    objects: dict[str, Any] = {"pipeline": model.pipeline, "surface": model.surface[0] if model.surface else None}
    for name in ("applicability", "surface_applicability"):
        area = getattr(model, name)
        objects[name] = None if area is None else {"rows": area.rows, "weights": area.weights}
    fields = {name: getattr(model, name) for name in FIELDS}
    objects |= {name: None if field is None else _field_arrays(field) for name, field in fields.items()}
    content = steady(skops_io().dumps(objects))
    facts = {
        "format": FORMAT,
        "versions": _versions(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "kind": model.kind,
        "target": model.target,
        "threshold_ppm": model.threshold_ppm,
        "feature_names": list(model.feature_names),
        "dropped_features": dict(model.dropped_features),
        "site_blocks": dict(model.site_blocks),
        "slope": model.slope,
        "intercept": model.intercept,
        "validation": model.validation.model_dump(mode="json"),
        "diagnostics": model.diagnostics,
        "sites": _table_facts(model.sites),
        "grade_line": list(model.grade_line) if model.grade_line else None,
        "surface_features": list(model.surface[1]) if model.surface else None,
        "surface_calibration": list(model.surface_calibration),
        "applicability": _area_facts(model.applicability),
        "surface_applicability": _area_facts(model.surface_applicability),
    }
    for name, field in fields.items():
        facts[name] = None if field is None else asdict(field.spread) | {"log_likelihood": field.log_likelihood}
    path = folder / "model.skops"
    for target, data in ((path, content), (folder / "model.json", json.dumps(facts, ensure_ascii=False).encode())):
        with atomic(target) as temporary:
            temporary.write_bytes(data)
    return path


def load_model(
    folder: Path, expected_features: tuple[str, ...] | None = None, *, any_version: bool = False
) -> TrainedModel:
    """Read a model that `save_model` wrote.

    Parameters
    ----------
    folder : Path
        With ``model.skops`` and ``model.json``.
    expected_features : tuple of str, optional
        Columns the caller will pass.
    any_version : bool
        Load although the libraries differ from those it was trained with.

    Returns
    -------
    TrainedModel

    Raises
    ------
    SourceError
        If a file is missing or damaged, the checksum or the feature list differs, versions differ (unless
        ``any_version``), or the file holds types this product does not write.
    """
    facts, content = _read(folder)
    _check_versions(folder, facts, any_version=any_version)
    if expected_features is not None and list(expected_features) != facts["feature_names"]:
        lost = sorted(set(facts["feature_names"]) - set(expected_features))
        new = sorted(set(expected_features) - set(facts["feature_names"]))
        raise SourceError(
            f"{folder / 'model.json'}: the model takes {len(facts['feature_names'])} features, {len(expected_features)} are "
            f"given; missing: {', '.join(lost) or 'none'}; unknown: {', '.join(new) or 'none'}. Train again on these features."
        )
    strange = sorted(set(_types_in(folder, content)) - set(TRUSTED))
    if strange:
        raise SourceError(
            f"{folder / 'model.skops'}: holds {len(strange)} types this product does not write ({', '.join(strange[:3])}). "
            "It was not made by this product and is not loaded. Train again."
        )
    try:
        return _built(facts, skops_io().loads(content, trusted=list(TRUSTED)))
    except Exception as failure:  # noqa: BLE001 - the bytes are those of the digest and may hold anything all the same
        raise SourceError(
            f"{folder / 'model.skops'}: is no model this product wrote ({in_short(failure)}) and is not used. Train again."
        ) from None


def _built(facts: dict[str, Any], objects: dict[str, Any]) -> TrainedModel:
    """Put a model together from what its two files hold."""
    sites = facts["sites"]
    table = pd.DataFrame(sites["data"], columns=sites["columns"])
    table = table.astype({name: KINDS[kind] for name, kind in zip(sites["columns"], sites["kinds"], strict=True)})
    return TrainedModel(
        kind=facts["kind"],
        target=facts["target"],
        threshold_ppm=facts["threshold_ppm"],
        feature_names=tuple(facts["feature_names"]),
        dropped_features=facts["dropped_features"],
        pipeline=objects["pipeline"],
        site_blocks=facts["site_blocks"],
        slope=facts["slope"],
        intercept=facts["intercept"],
        validation=Validation.model_validate(facts["validation"]),
        diagnostics=facts["diagnostics"],
        sites=table,
        applicability=_area(objects["applicability"], facts["applicability"]),
        grade_line=tuple(facts["grade_line"]) if facts["grade_line"] else None,
        surface=(objects["surface"], tuple(facts["surface_features"])) if facts["surface_features"] else None,
        surface_applicability=_area(objects["surface_applicability"], facts["surface_applicability"]),
        surface_calibration=(facts["surface_calibration"][0], facts["surface_calibration"][1]),
        **{name: _field(objects[name], facts[name]) for name in FIELDS},
    )


def _types_in(folder: Path, content: bytes) -> list[str]:
    """Return the types a model file holds that skops does not trust by itself, without building anything."""
    try:
        return list(skops_io().get_untrusted_types(data=content))
    except Exception as failure:  # noqa: BLE001 - a stranger's archive may make the library raise anything
        raise SourceError(
            f"{folder / 'model.skops'}: this is not a model file of this product ({in_short(failure)}) and is not loaded. "
            "Train again."
        ) from None


def _versions() -> dict[str, str]:
    import sklearn
    import skops

    return {"numpy": np.__version__, "scikit-learn": sklearn.__version__, "skops": skops.__version__}


def _table_facts(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a table as plain lists; Python writes floats so that they come back to the last bit."""
    rows = [[None if pd.isna(cell) else cell for cell in row] for row in table.to_numpy(dtype=object).tolist()]
    kinds = [next((name for name, kind in KINDS.items() if dtype == kind), "text") for dtype in table.dtypes]
    return {"columns": [str(name) for name in table.columns], "kinds": kinds, "data": rows}


def _read(folder: Path) -> tuple[dict[str, Any], bytes]:
    """Return the facts and the bytes of the model, checked against each other."""
    try:
        facts = parse_json(read_bounded(folder / "model.json").decode())
        content = read_bounded(folder / "model.skops", MOST_MODEL_BYTES)
    except FileNotFoundError as error:
        raise SourceError(f"{error.filename}: there is no such model file. Run the training again.") from None
    except (OSError, ValueError) as error:
        raise SourceError(f"{folder / 'model.json'}: cannot be read ({error}). Run the training again.") from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        file_format = facts.get("format") if isinstance(facts, dict) else None
        raise SourceError(
            f"{folder / 'model.json'}: format {file_format}, expected {FORMAT}. Train again with this version."
        )
    lacking = sorted({"sha256", "versions", "feature_names"} - set(facts))
    if lacking:
        raise SourceError(f"{folder / 'model.json'}: {', '.join(lacking)} is missing. Run the training again.")
    digest = hashlib.sha256(content).hexdigest()
    if digest != facts["sha256"]:
        raise SourceError(
            f"{folder / 'model.skops'}: sha256 starts {digest[:12]}, model.json says {facts['sha256'][:12]}. The file was "
            "changed or damaged. Train again."
        )
    return facts, content


def _check_versions(folder: Path, facts: dict[str, Any], *, any_version: bool) -> None:
    now = _versions()
    then = facts["versions"]
    other = [f"{name} {then.get(name)} (here {version})" for name, version in now.items() if then.get(name) != version]
    if other and not any_version:
        raise SourceError(
            f"{folder / 'model.json'}: trained with {', '.join(other)}. Scores may differ between versions. Train again, or load "
            "with any_version."
        )


def _area_facts(area: Applicability | None) -> dict[str, float] | None:
    return None if area is None else {"mean_distance": area.mean_distance, "threshold": area.threshold}


def _area(arrays: dict[str, np.ndarray] | None, facts: dict[str, float] | None) -> Applicability | None:
    if arrays is None or facts is None:
        return None
    return Applicability(arrays["rows"], arrays["weights"], facts["mean_distance"], facts["threshold"])


FIELDS = ("grade_field", "sampled_field")
"""Regressions of a model."""

FIELD_ARRAYS = ("coef", "coef_covariance", "design", "value", "own_variance", "x_km", "y_km")
"""Arrays of a `LinearField`."""


def _field_arrays(field: LinearField) -> dict[str, np.ndarray]:
    return {name: getattr(field, name) for name in FIELD_ARRAYS}


def _field(arrays: dict[str, np.ndarray] | None, facts: dict[str, float] | None) -> LinearField | None:
    if arrays is None or facts is None:
        return None
    spread = Spread(facts["slope"], facts["sill"], facts["range_km"], facts["nugget"])
    return LinearField(spread=spread, log_likelihood=facts["log_likelihood"], **arrays)
