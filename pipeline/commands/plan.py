"""Show what a run would do, before anything is read: its steps, what each takes, and which need not wait for each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from layers.catalogue.source import resolve
from layers.errors import SourceError
from pipeline.commands.configured import configured
from pipeline.config import RunConfig
from pipeline.folder.own_files import begins_with, require_new_or_own
from pipeline.folder.writing import write_text
from pipeline.source_reading import is_private

SITES = "describe_camps"
"""The step that gives the sites as all later ones take them."""


@dataclass(frozen=True)
class Step:
    """One step, and what it takes: roles of sources and names of earlier steps."""

    name: str
    takes: tuple[str, ...]


STEPS_ON_SITES = (
    Step("link_records", ("inventory", "links")),
    Step("merge_sites", ("inventory", "link_records")),
    Step("describe_camps", ("merge_sites",)),
    Step("locate_assays", ("geochemistry", SITES)),
    Step("assign_samples", (SITES, "geochemistry", "locate_assays")),
    Step("sample_rasters", (SITES, "raster")),
    Step("overlay_territories", (SITES, "territories")),
    Step("measure_access", (SITES, "lines", "backdrop", "communities")),
    Step("estimate_tonnage", (SITES, "assign_samples")),
    Step("calibrate_tonnage", ("estimate_tonnage",)),
    Step("flag_constraints", (SITES, "assign_samples", "backdrop")),
    Step("label_sites", (SITES, "assign_samples")),
    Step(
        "build_features", (SITES, "assign_samples", "sample_rasters", "measure_access", "calibrate_tonnage", "label_sites")
    ),
    Step("score_companion", (SITES, "assign_samples", "measure_access", "calibrate_tonnage")),
    Step("train_model", ("build_features", "label_sites", "score_companion", "calibrate_tonnage", SITES)),
    Step(
        "rank_sites",
        (
            SITES, "assign_samples", "sample_rasters", "overlay_territories", "measure_access", "calibrate_tonnage",
            "flag_constraints", "label_sites", "build_features", "score_companion", "train_model",
        ),
    ),
    Step(
        "rank_targets",
        (
            SITES, "assign_samples", "sample_rasters", "overlay_territories", "measure_access", "calibrate_tonnage",
            "flag_constraints", "label_sites", "score_companion", "rank_sites",
        ),
    ),
    Step("explain_sites", ("build_features", "train_model")),
    Step("score_surface", ("train_model", "raster")),
    Step(
        "plan_sampling", ("rank_sites", SITES, "build_features", "train_model", "measure_access", "overlay_territories")
    ),
)  # fmt: skip
"""The steps of `pipeline.run`, in its order; a test compares them with a run."""

STEPS_ON_SAMPLES = (Step("predict_samples", ("geochemistry",)), Step("judge_samples", ("predict_samples",)))
"""The steps of `pipeline.sample_run`."""


def steps_of(config: RunConfig) -> tuple[Step, ...]:
    """Return the steps a run file asks for, in the order of the run, the writing of the folder last.

    A step whose sources are not in the run file still runs, on nothing; one that ranks further targets or scores a surface only
    where there are targets or rasters.
    """
    steps = STEPS_ON_SAMPLES if config.units == "samples" else STEPS_ON_SITES
    roles = {source.role for source in map(resolve, config.sources)}
    left_out = {"rank_targets"} if len(config.targets) < 2 else set()
    left_out |= set() if "raster" in roles else {"score_surface"}
    kept = [step for step in steps if step.name not in left_out]
    last = {step.name for step in kept} - {name for step in kept for name in step.takes}
    return (*kept, Step("publish", tuple(step.name for step in kept if step.name in last)))


def levels(steps: Sequence[Step]) -> dict[str, int]:
    """Return for every step how many steps must end one after the other before it can begin."""
    level: dict[str, int] = {}
    for step in steps:
        level[step.name] = max((level[name] + 1 for name in step.takes if name in level), default=0)
    return level


def sources_by_role(config: RunConfig) -> dict[str, str]:
    """Return for every role its sources, those that may not be published as a count."""
    named: dict[str, list[str]] = {}
    private: dict[str, int] = {}
    for source in map(resolve, config.sources):
        named.setdefault(source.role, [])
        if is_private(source):
            private[source.role] = private.get(source.role, 0) + 1
        else:
            named[source.role].append(source.id)
    return {
        role: ", ".join([*ids, *([f"{private[role]} kept private"] if role in private else [])])
        for role, ids in named.items()
    }


def planned(path: Path, data: Path | None, drawing: Path) -> str:
    """Draw the graph of a run file, and return it in words.

    Parameters
    ----------
    path, data : Path
        The run file, and where its sources start; neither is read further.
    drawing : Path
        See `draw_plan`.
    """
    config, _ = configured(path, data, without_private=True)
    draw_plan(config, drawing)
    return plan_in_words(config)


def plan_in_words(config: RunConfig) -> str:
    """Return the sources by role and, line by line, the steps: which wait for nobody, which for the first, and so on."""
    steps = steps_of(config)
    level = levels(steps)
    lines = ["Sources:"]
    sources = sources_by_role(config)
    lines += [f"  {role}: {ids}" for role, ids in sources.items()]
    if "exclusions" in sources:
        lines.append("What stewards asked to leave out is taken out while the sources are read.")
    lines.append("Steps; those of one number need not wait for each other:")
    order = sorted(steps, key=lambda step: level[step.name])
    lines += [f"  {level[step.name] + 1:2d}. {step.name} takes {', '.join(step.takes)}" for step in order]
    return "\n".join(lines)


def draw_plan(config: RunConfig, path: Path) -> None:
    """Write the graph of a run as SVG: sources above, below them the steps, each beneath all that it takes.

    Parameters
    ----------
    config : RunConfig
        Checked run file.
    path : Path
        Ends in ``.svg``; a former drawing is replaced.

    Raises
    ------
    SourceError
        If the name ends otherwise, something else stands there, or the place cannot be written.
    """
    if path.suffix.lower() != ".svg":
        raise SourceError(f"--plan: '{path}' does not end in .svg; the graph is drawn as SVG. Give such a name.")
    require_new_or_own(path, "--plan", "a former drawing", lambda former: begins_with(former, START.encode()))
    write_text(path, plan_svg(config))


START = '<svg xmlns="http://www.w3.org/2000/svg" data-of="steps of a run of minewaste"'
"""How a drawing begins, by which the next one knows that it may replace it."""

WIDE_PX, HIGH_PX, GAP_X_PX, GAP_Y_PX, MARGIN_PX = 156, 40, 22, 54, 20
LETTERS = 25
"""Of a box's second line."""


def plan_svg(config: RunConfig) -> str:
    """Return the drawing of `draw_plan`."""
    steps = steps_of(config)
    taken = {name for step in steps for name in step.takes}
    sources = {role: ids for role, ids in sources_by_role(config).items() if role in taken}
    depth = levels(steps)
    rows: list[list[str]] = [list(sources), *([] for _ in range(max(depth.values()) + 1))]
    takes = {step.name: [name for name in step.takes if name in sources or name in depth] for step in steps}
    for step in steps:
        rows[depth[step.name] + 1].append(step.name)
    width = max(map(len, rows)) * (WIDE_PX + GAP_X_PX) + 2 * MARGIN_PX
    place: dict[str, tuple[float, float]] = {}
    for at, row in enumerate(rows):
        if at:  # a step stands below the middle of what it takes
            row.sort(
                key=lambda name: sum(place[taken_name][0] for taken_name in takes[name]) / max(len(takes[name]), 1)
            )
        left = (width - len(row) * (WIDE_PX + GAP_X_PX) + GAP_X_PX) / 2
        for column, name in enumerate(row):
            place[name] = left + column * (WIDE_PX + GAP_X_PX), MARGIN_PX + at * (HIGH_PX + GAP_Y_PX)
    height = MARGIN_PX * 2 + len(rows) * (HIGH_PX + GAP_Y_PX) - GAP_Y_PX
    lines = [_line(place[taken_name], place[name]) for name in takes for taken_name in takes[name]]
    boxes = [_box(name, sources.get(name, ""), place[name], source=name in sources) for name in place]
    title = escape(f"Steps of the run {config.name}")
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'{START} {size} role="img" font-family="sans-serif" font-size="12">'
    ground = f'<title>{title}</title><rect width="{width}" height="{height}" fill="#fff"/>'
    return "\n".join([head, ground, *lines, *boxes, "</svg>\n"])


def _line(start: tuple[float, float], end: tuple[float, float]) -> str:
    x0, y0 = start[0] + WIDE_PX / 2, start[1] + HIGH_PX
    x1, y1 = end[0] + WIDE_PX / 2, end[1]
    bend = (y0 + y1) / 2
    return (
        f'<path d="M{x0:.0f} {y0:.0f}C{x0:.0f} {bend:.0f} {x1:.0f} {bend:.0f} {x1:.0f} {y1:.0f}" fill="none" '
        'stroke="#8fa3b0"/>'
    )


def _box(name: str, below: str, place: tuple[float, float], *, source: bool) -> str:
    x, y = place
    short = below if len(below) <= LETTERS else below[: LETTERS - 1].rstrip(" ,") + "…"
    middle = x + WIDE_PX / 2
    first = f'<text x="{middle:.0f}" y="{y + (17 if short else 24):.0f}" text-anchor="middle">{escape(name)}</text>'
    second = (
        f'<text x="{middle:.0f}" y="{y + 32:.0f}" text-anchor="middle" font-size="10">{escape(short)}</text>'
        if short
        else ""
    )
    fill = "#eef3ee" if source else "#e3edf3"
    rectangle = (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDE_PX}" height="{HIGH_PX}" rx="{4 if source else 10}" fill="{fill}" '
        'stroke="#1b2530"/>'
    )
    return f"<g>{rectangle}{first}{second}</g>"
