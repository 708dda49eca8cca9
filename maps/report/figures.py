"""Figures of the report as SVG; drawn once, with keys of words in place of words, and then written in each language."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import numpy as np
from markupsafe import Markup

from layers.elements import CHONDRITE_PPM, LANTHANIDES
from layers.errors import SourceError
from maps import words
from maps.publication import Publication
from maps.reasons import phrase_feature
from maps.report.where_figure import draw_ground, draw_where, frame, where_data
from maps.rows import assayed, rank_labels
from maps.verdict import rests_on_companion, score_key

PATTERNS = 8
"""Sampled sites drawn in the figure of rare-earth patterns."""

RISK_SITES, RISK_NAMED = 200, 10
"""Best-ranked sites in the figure of chance against contained oxides, and those whose rank stands beside their mark."""

LEGEND_LETTERS = 27
"""Letters of a name in a legend."""

INK, BLUE, BAND, ORANGE = "#1b2530", "#0b5a7d", "#a9c7d5", "#b3470b"
SIMPLER = {
    "companion": ("#b3470b", (5, 2)),
    "tonnage": ("#8a6d3b", (2, 2)),
    "commodity": ("#3c6e47", (7, 2, 1, 2)),
    "logistic": (INK, (1, 1)),
}
"""Colour and dashes of the simpler lists in the figure of the prediction rate."""

FOLD_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#7a7a3a")
FOLD_MARKS = ("o", "^", "s", "D")
"""Folds beyond the colours take the next mark."""

_KEY = re.compile(r"\[\[([^\]]+)\]\]")
_NUMBER = re.compile(r">(\u2212?\d[\d,]*(?:\.\d+)?)</text>")


def figures(publication: Publication) -> list[tuple[str, str]]:
    """Return ``(key of the caption, SVG with word keys)`` of every figure the run has data for.

    Parameters
    ----------
    publication : Publication
        ``diagnostics`` holds the arrays; a figure without its array is left out, and so are reliability and importance of
        a model that is not used, and blocks where the folds were given.
    """
    diagnostics = publication.diagnostics
    unused = rests_on_companion(publication.validation)
    given = publication.validation is not None and publication.validation.division.by == "given"
    axis = score_key(publication.validation, "axis_score_percent")
    drawn: list[tuple[str, str]] = []
    plans: tuple[tuple[str, Callable[..., Any], Any], ...] = (
        ("figure_risk", _risk, _risk_data(publication)),
        ("figure_where", draw_where, where_data(publication)),
        ("figure_prediction", _prediction, _prediction_data(diagnostics)),
        ("figure_reliability", _reliability, None if unused else _filled(diagnostics.get("reliability"), "score")),
        ("figure_scores", _scores, (axis, publication.ranking) if len(publication.ranking) else None),
        ("figure_blocks", _blocks, None if given else _blocks_data(publication)),
        ("figure_importance", _importance, None if unused else diagnostics.get("importance") or None),
        ("figure_patterns", _patterns, _pattern_data(publication)),
        ("figure_variogram", _variogram, _filled(diagnostics.get("variogram"), "lag_km")),
        ("figure_tornado", _tornado, _moved(diagnostics.get("tornado"))),
    )
    for caption, draw, data in plans:
        if data is not None:
            drawn.append((caption, draw_svg(draw, data)))
    return drawn


def in_language(svg: str, lang: str) -> Markup:
    """Return a figure with its words and the marks of its numbers in a language."""

    def worded(match: re.Match[str]) -> str:
        kind, _, rest = match[1].partition(":")
        text = phrase_feature(rest, lang) if kind == "feature" else words.word(match[1], lang)
        return escape(text)

    marked = _NUMBER.sub(lambda match: f">{words.marks(match[1], lang)}</text>", svg)
    return Markup(_KEY.sub(worded, marked))  # noqa: S704 - drawn by us; words are escaped


def _filled(data: Any, key: str) -> Any:
    return data if isinstance(data, Mapping) and len(data.get(key) or []) else None


def _moved(data: Any) -> Any:
    """Return the data of the weights, or nothing where no weight moves a site."""
    moved = _filled(data, "part")
    return moved if moved and any(value for key in ("halved", "raised") for value in moved[key]) else None


def draw_svg(draw: Callable[..., Any], data: Any) -> str:
    """Draw one figure: text stays text, ids are fixed, and neither date nor version is written.

    Settings that matplotlib finds in the working folder or at home are put aside: a page depends on the run alone, and a file
    beside somebody's data starts no TeX.
    """
    mpl = _matplotlib()
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    style: Any = {
        "svg.fonttype": "none", "svg.hashsalt": draw.__name__, "font.size": 10, "font.family": "sans-serif",
        "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": INK, "text.color": INK, "axes.labelcolor": INK,
        "xtick.color": INK, "ytick.color": INK, "legend.frameon": False, "axes.formatter.use_locale": False,
    }  # fmt: skip
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(style)
        figure = Figure(figsize=(5.6, 3.7), layout="constrained")
        axes = figure.add_subplot()
        draw(axes, data)
        buffer = io.StringIO()
        FigureCanvasSVG(figure).print_svg(
            buffer, metadata={"Date": None, "Creator": None, "Format": None, "Type": None}
        )
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    name = draw.__name__.removeprefix("draw")
    text = re.sub(r'(id=|href="#|url\(#)("?)', rf"\1\2{name}-", text)
    text = re.sub(r"font: ([^;\"]*?)'[^\"]*?(?=[;\"])", r"font: \1sans-serif", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="[[figure{name}]]" ', 1)


def _matplotlib() -> Any:
    """Import matplotlib, which reads a file of settings on the way.

    Raises
    ------
    SourceError
        If that file is no text.
    """
    try:
        import matplotlib as mpl
    except UnicodeDecodeError as failure:
        raise SourceError(
            "environment: a file 'matplotlibrc' in the working folder (or named by MATPLOTLIBRC, or in matplotlib's folder at "
            f"home) is no text ({failure.reason}). Take it away, or start minewaste from another folder, and try again."
        ) from None
    return mpl


def _prediction_data(curves_data: Mapping[str, Any]) -> dict[str, Any] | None:
    curves = curves_data.get("prediction_rate") or {}
    if "share_of_sites" in curves:
        curves = {"spatial": curves}
    filled = {
        name: curve for name, curve in curves.items() if isinstance(curve, Mapping) and curve.get("share_of_sites")
    }
    return filled if "spatial" in filled else None


def _percent(values: Any) -> np.ndarray:
    return 100 * np.asarray([np.nan if value is None else value for value in values], dtype=float)


def _prediction(axes: Any, curves: Mapping[str, Any]) -> None:
    spatial = curves["spatial"]
    x = _percent(spatial["share_of_sites"])
    axes.fill_between(x, _percent(spatial["low"]), _percent(spatial["high"]), color=BAND, lw=0)
    for name, (colour, dash) in SIMPLER.items():
        if name in curves:
            axes.plot(
                _percent(curves[name]["share_of_sites"]),
                _percent(curves[name]["share_of_positives"]),
                color=colour,
                lw=1.2,
                dashes=dash,
                label=f"[[baseline_{name}]]",
            )
    axes.plot(x, _percent(spatial["share_of_positives"]), color=BLUE, lw=2.2, label="[[line_spatial]]")
    axes.plot([0, 100], [0, 100], color="#777", lw=0.8, label="[[line_chance]]")
    axes.set(xlabel="[[axis_sites_share]]", ylabel="[[axis_found_share]]", xlim=(0, 100), ylim=(0, 101))
    axes.legend(loc="lower right", fontsize=8.5, bbox_to_anchor=(0.84, 0))


def _risk_data(publication: Publication) -> Any:
    """Return what the best-ranked sites may contain and with what chance; None where no amount and grade are known."""
    ranking = publication.ranking.assign(label=rank_labels(publication.ranking)).head(RISK_SITES)
    known = ranking[ranking["contained_treo_t"].notna() & (ranking["contained_treo_high_t"] > 0)]
    return known if len(known) >= 3 else None


def _risk(axes: Any, table: Any) -> None:
    for sampled, colour, marker in ((False, "#5f9db8", "o"), (True, INK, "s")):
        chosen = table[assayed(table) == sampled]
        if chosen.empty:
            continue
        x = 100 * chosen["chance_payable"].to_numpy(float)
        low, high = (chosen[f"contained_treo_{end}_t"].to_numpy(float) for end in ("low", "high"))
        axes.vlines(x, np.maximum(low, high * 1e-4), high, color=colour, lw=0.7, alpha=0.55)
        label = f"[[mark_{'' if sampled else 'un'}sampled]]"
        axes.plot(x, chosen["contained_treo_t"], marker, ms=4, color=colour, mec="white", mew=0.4, label=label)
    for row in table.head(RISK_NAMED).to_dict("records"):
        axes.annotate(row["label"], (100 * row["chance_payable"], row["contained_treo_t"]), fontsize=8,
                      xytext=(4, 3), textcoords="offset points")  # fmt: skip
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
    axes.yaxis.set_minor_formatter(lambda *_: "")
    axes.set(xlabel="[[axis_chance_enough]]", ylabel="[[axis_contained]]", xlim=(-3, 103))
    axes.legend(fontsize=8.5, loc="lower right")


def _reliability(axes: Any, data: Mapping[str, Any]) -> None:
    x, y = _percent(data["score"]), _percent(data["share"])
    gaps = np.vstack([np.maximum(y - _percent(data["low"]), 0), np.maximum(_percent(data["high"]) - y, 0)])
    axes.plot([0, 100], [0, 100], color="#777", lw=0.8, label="[[line_perfect]]")
    axes.errorbar(x, y, yerr=gaps, color=BLUE, marker="o", lw=1.6, capsize=3, label="[[line_model]]")
    axes.set(xlabel="[[axis_mean_score]]", ylabel="[[axis_observed]]", xlim=(0, 100), ylim=(0, 101))
    axes.legend(loc="upper left", fontsize=8.5)


def _scores(axes: Any, data: tuple[str, Any]) -> None:
    axis, ranking = data
    edges = np.linspace(0, 100, 21)
    shades = {"measured": INK, "inferred": "#5f9db8", "none": "#d6dde2"}
    scores = [100 * ranking.loc[ranking["evidence"] == kind, "score"].to_numpy(float) for kind in shades]
    axes.hist(scores, bins=edges, stacked=True, color=list(shades.values()), edgecolor="white", lw=0.5,
              label=[f"[[evidence_{kind}_short]]" for kind in shades])  # fmt: skip
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set(xlabel=f"[[{axis}]]", ylabel="[[axis_sites]]", xlim=(0, 100))
    axes.legend(fontsize=8.5)


def _blocks_data(publication: Publication) -> Any:
    """Return the blocks with the ground beneath them; None where the run has none."""
    blocks = _filled(publication.diagnostics.get("blocks"), "block")
    where = where_data(publication)
    if blocks is None or where is None:
        return None
    return {**blocks, "box": where.box, "borders": where.borders, "shores": where.shores}


def _blocks(axes: Any, data: Mapping[str, Any]) -> None:
    longitude, latitude = np.asarray(data["longitude"], float), np.asarray(data["latitude"], float)
    fold = np.asarray(data.get("fold") or np.unique(data["block"], return_inverse=True)[1], dtype=int)
    for at in np.unique(fold):
        chosen = fold == at
        turn = at // len(FOLD_COLOURS) % len(FOLD_MARKS)
        colour = FOLD_COLOURS[at % len(FOLD_COLOURS)]
        axes.scatter(longitude[chosen], latitude[chosen], s=14, color=colour, marker=FOLD_MARKS[turn], lw=0)
    label = np.array(
        [np.nan if label is None else label for label in data.get("label") or [None] * len(fold)], dtype=float
    )
    known = label == 1
    if known.any():
        axes.scatter(
            longitude[known],
            latitude[known],
            s=46,
            facecolors="none",
            edgecolors=INK,
            lw=1.3,
            label="[[mark_positive]]",
        )
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), fontsize=8.5)
    draw_ground(axes, data["borders"], data["shores"])
    frame(axes, data["box"])


def _importance(axes: Any, data: Mapping[str, float]) -> None:
    top = sorted(data.items(), key=lambda entry: -abs(entry[1] or 0))[:10][::-1]
    axes.barh(np.arange(len(top)), [value for _, value in top], color=BLUE, height=0.4)
    axes.set(xlabel="[[axis_importance]]")
    axes.xaxis.get_major_locator().set_params(nbins=5)
    axes.spines["left"].set_visible(False)
    _labels_above(axes, [f"[[feature:{name}]]" for name, _ in top])


def _labels_above(axes: Any, labels: list[str]) -> None:
    """Write the label of each bar above it, where long words in either language have room."""
    axes.set_yticks([])
    for at, text in enumerate(labels):
        axes.text(0, at + 0.22, text, fontsize=8.5, va="bottom", ha="left")
    axes.margins(y=0.06)


def _pattern_data(publication: Publication) -> Any:
    columns = [f"waste_{element}_ppm" for element in LANTHANIDES]
    sites = publication.sites
    present = [column for column in columns if column in sites]
    if len(present) < 3:
        return None
    flags = [f"waste_{element}_censored" for element in LANTHANIDES]
    table = sites.reindex(columns=["site_id", "name", "waste_n", *columns, *flags])
    order = {site: at for at, site in enumerate(publication.ranking["site_id"])}
    table = table[table[present].notna().sum(axis=1) >= 3].copy()
    table["order"] = table["site_id"].map(order)
    return None if table.empty else table.sort_values("order", na_position="last").head(PATTERNS)


def _legend_name(row: Mapping[Any, Any]) -> str:
    """Return the name of a site, short enough for a legend and free of what would be read as a formula or a key."""
    name = row["name"] if isinstance(row["name"], str) else str(row["site_id"])
    short = name if len(name) <= LEGEND_LETTERS else name[: LEGEND_LETTERS - 1].rstrip() + "…"
    n = row.get("waste_n")
    count_text = f" (n\u00a0=\u00a0{int(n)})" if isinstance(n, int | float) and n == n else ""
    return short.replace("$", r"\$").replace("[[", "[").lstrip("_") + count_text


def _patterns(axes: Any, table: Any) -> None:
    x = np.arange(len(LANTHANIDES))
    norm = np.array([CHONDRITE_PPM[element] for element in LANTHANIDES])
    styles = ["-", "--", ":", "-."]
    for at, row in enumerate(table.to_dict("records")):
        y = np.array([row[f"waste_{element}_ppm"] for element in LANTHANIDES], dtype=float) / norm
        known = np.isfinite(y) & (y > 0)
        below = known & np.array([row.get(f"waste_{element}_censored") == -1 for element in LANTHANIDES])
        colour = [BLUE, ORANGE, INK, "#4d4466"][at // 2 % 4]
        axes.plot(x[known], y[known], styles[at % 4], marker="o", ms=3, lw=1.2, color=colour, label=_legend_name(row))
        axes.plot(x[below], y[below], "o", ms=3.4, mfc="white", mec=colour, mew=0.9)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_formatter(lambda *_: "")
    axes.set_xticks(x, list(LANTHANIDES), fontsize=9)
    axes.set(ylabel="[[axis_chondrite]]")
    axes.legend(fontsize=7.5, loc="upper center", bbox_to_anchor=(0.45, -0.1), ncols=2, columnspacing=1)


def _variogram(axes: Any, data: Mapping[str, Any]) -> None:
    lag = np.asarray(data["lag_km"], float)
    gamma = np.asarray([np.nan if value is None else value for value in data["semivariance"]], float)
    axes.plot(lag, gamma, "o", color=INK, ms=5)
    reach, nugget, sill = data.get("range_km"), data.get("nugget"), data.get("sill")
    if reach and nugget is not None and sill is not None:
        h = np.linspace(0, float(np.nanmax(lag)), 100)
        axes.plot(h, nugget + (sill - nugget) * (1 - np.exp(-3 * h / reach)), color=BLUE, lw=1.8)
        axes.axvline(reach, color="#777", lw=0.9, dashes=(4, 3), label="[[line_range]]")
        axes.legend(fontsize=8.5, loc="lower right")
    axes.set(xlabel="[[axis_distance]]", ylabel="[[axis_semivariance]]", xlim=(0, None), ylim=(0, None))
    axes.yaxis.get_major_locator().set_params(nbins=5)


def _tornado(axes: Any, data: Mapping[str, Any]) -> None:
    y = np.arange(len(data["part"]))[::-1]
    axes.barh(y + 0.02, [-value for value in data["halved"]], height=0.36, color=BAND, label="[[tornado_halved]]")
    axes.barh(y + 0.02, data["raised"], height=0.36, color=BLUE, label="[[tornado_raised]]")
    most = max([1, *data["halved"], *data["raised"]])
    axes.axvline(0, color=INK, lw=0.8)
    axes.set(xlabel="[[axis_top_ten]]", xlim=(-most - 0.5, most + 0.5), ylim=(-0.6, len(y) + 0.1))
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for at, part in zip(y, data["part"], strict=True):
        axes.text(-most - 0.45, at + 0.24, f"[[part_{part}]]", fontsize=9, va="bottom")
    axes.legend(fontsize=8.5, loc="upper right", ncols=2, bbox_to_anchor=(1, 1.1))
