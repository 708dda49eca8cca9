"""The report of a run on samples: how far other elements of a sample tell its rare earths, and where every row went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from layers.schema import Backdrop, GeoDataFrame
from maps import pages, words
from maps.report.figures import BLUE, INK, draw_svg, in_language
from maps.report.report import COUNTS, accounted_for
from maps.rows import records

SECTIONS = ("samples_test", "report_figures", "samples_not", "report_accounting", "report_notes", "sources")


@dataclass(frozen=True)
class SamplePublication:
    """What may be published of a run on samples.

    Parameters
    ----------
    title, run_id, run_date, contact
        As in `maps.publication.Publication`.
    predictions : DataFrame[SamplePredictions]
        Measured and predicted rare earths per sample.
    validation : mapping
        The content of ``model/validation.json``.
    backdrop : GeoDataFrame[Backdrop]
        Lakes and outlines drawn under the map, EPSG:4326.
    sources, accounting, notes, rejected : DataFrame
        As in `maps.publication.Publication`.
    """

    title: str
    run_id: str
    run_date: str
    contact: str | None
    predictions: pd.DataFrame
    validation: Mapping[str, Any]
    backdrop: GeoDataFrame[Backdrop]
    sources: pd.DataFrame
    accounting: pd.DataFrame
    notes: pd.DataFrame
    rejected: pd.DataFrame


def write_sample_report(publication: SamplePublication, path: Path) -> None:
    """Write the report as one page in English and French, the verdict of the test first.

    Parameters
    ----------
    publication : SamplePublication
        What may be published of a run on samples.
    path : Path
        File to write.
    """
    drawn = _figures(publication)
    page = pages.render(
        "report/templates/report_samples.html",
        p=publication,
        counts=COUNTS,
        sections=SECTIONS,
        sources=records(publication.sources),
        pages=[_in(publication, drawn, lang) for lang in words.LANGUAGES],
    )
    path.write_text(page, encoding="utf-8")


def _in(p: SamplePublication, drawn: list[tuple[str, str, str]], lang: str) -> dict[str, Any]:
    suites = p.validation["proxies"]
    return {
        "lang": lang,
        "verdict": sample_verdict(p.validation, lang),
        "suites": [_row(suite, lang) for suite in suites],
        "explained": [_explained(suite, lang) for suite in suites],
        "figures": [(f"{words.word(caption, lang)}{suite}", in_language(svg, lang)) for caption, suite, svg in drawn],
        **accounted_for(p.accounting, p.rejected, p.notes, lang),
    }


def sample_verdict(validation: Mapping[str, Any], lang: str) -> str:
    """Return the first line of the page: how far other elements tell the rare earths, of every suite; nothing of wastes."""
    suites = words.word("between_clauses", lang).join(
        words.phrase(
            "samples_verdict_suite",
            lang,
            r2=proxy["r2_spatial"],
            low=proxy["r2_spatial_low"],
            high=proxy["r2_spatial_high"],
            random=proxy["r2_random"],
            km=proxy["block_km"],
            n=proxy["n"],
            medium=words.word(f"medium_{proxy['medium']}", lang),
            source=proxy["source"],
        )
        for proxy in validation["proxies"]
    )
    limits = words.word("samples_limits", lang)
    if not suites:
        return f"{words.phrase('samples_untested', lang, km=validation['block_km'])} {limits}"
    return f"{words.phrase('samples_verdict', lang, told=suites)} {limits}"


def _row(proxy: Mapping[str, Any], lang: str) -> list[str]:
    """Return a suite as a row: what it is, n, blocks, R2 of the proxies, of the best single element and of the place alone."""
    by_position, single = proxy["baselines"]["place"], proxy["baselines"]["best_element"]
    interval = f"{_two(proxy['r2_spatial_low'], lang)}–{_two(proxy['r2_spatial_high'], lang)}"
    element = f" ({single['element']})" if single["element"] else ""
    return [
        f"{words.word('medium_' + proxy['medium'], lang)}, {words.word('method_' + proxy['method'], lang)}\n{proxy['source']}",
        words.number(proxy["n"], lang),
        words.number(proxy["blocks"], lang),
        f"{_two(proxy['r2_spatial'], lang)} ({interval})",
        _two(proxy["r2_random"], lang),
        _two(single["r2_spatial"], lang) + element,
        f"{_two(by_position['r2_spatial'], lang)} / {_two(by_position['r2_random'], lang)}",
    ]


def _two(value: float | None, lang: str) -> str:
    return words.word("not_known", lang) if value is None else words.number(value, lang, 2)


def _explained(proxy: Mapping[str, Any], lang: str) -> str:
    """Return what was summed, from what, and how far off a single prediction may be."""
    return words.phrase(
        "samples_explained",
        lang,
        source=proxy["source"],
        elements=", ".join(proxy["elements"]),
        proxies=", ".join(words.element(name, lang) for name in proxy["proxies"]),
        factor=proxy["factor_90"],
        share=100 * proxy["coverage_90"],
        below=100 * proxy["below_limit_share"],
    )


def _figures(p: SamplePublication) -> list[tuple[str, str, str]]:
    """Return (key of the caption, suite, SVG) of the scatter and the map of every suite."""
    drawn = []
    for proxy in p.validation["proxies"]:
        keys = ("source", "medium", "method")
        rows = p.predictions[(p.predictions[list(keys)] == [proxy[key] for key in keys]).all(axis=1)]
        suite = f" ({proxy['source']}, n\u00a0=\u00a0{proxy['n']})"
        drawn.append(("figure_samples_scatter", suite, draw_svg(_samples_scatter, rows)))
        drawn.append(("figure_samples_map", suite, draw_svg(_samples_map, (rows, p.backdrop))))
    return drawn


def _samples_scatter(axes: Any, rows: pd.DataFrame) -> None:
    """Draw measured against predicted in held-out blocks, logarithmic, with the line of equality and the 90 % band."""
    measured, predicted = rows["ree_ppm"].to_numpy(float), rows["held_out_ppm"].to_numpy(float)
    ends = np.array([min(measured.min(), predicted.min()) * 0.8, max(measured.max(), predicted.max()) * 1.25])
    factor = float(np.median(rows["high_ppm"] / rows["held_out_ppm"]))
    axes.fill_between(ends, ends / factor, ends * factor, color="#dbe7ed", lw=0, label="[[samples_band]]")
    axes.plot(ends, ends, color="#777", lw=0.9, label="[[samples_equal]]")
    axes.scatter(predicted, measured, s=9, color=BLUE, alpha=0.55, lw=0)
    axes.set(
        xscale="log", yscale="log", xlim=ends, ylim=ends, xlabel="[[samples_predicted]]", ylabel="[[samples_measured]]"
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.set_minor_formatter(lambda *_: "")
    axes.set_aspect("equal")
    axes.legend(fontsize=8.5, loc="upper left")


def _samples_map(axes: Any, data: tuple[pd.DataFrame, Any]) -> None:
    """Draw the samples in place, the darker the more rare earths were measured in them."""
    rows, backdrop = data
    longitude, latitude = rows["longitude"].to_numpy(float), rows["latitude"].to_numpy(float)
    west, east, south, north = longitude.min(), longitude.max(), latitude.min(), latitude.max()
    margin = 0.04 * max(east - west, north - south, 0.1)
    outlines = backdrop.geometry[(backdrop["kind"] != "town").to_numpy()]
    for shape in outlines.clip_by_rect(west - margin, south - margin, east + margin, north + margin):
        for part in getattr(shape, "geoms", [shape]):
            if part.geom_type == "Polygon":
                axes.plot(*part.exterior.xy, color="#b9c4cb", lw=0.6)
    value = rows["ree_ppm"].to_numpy(float)
    edges = np.quantile(value, [0.5, 0.75, 0.9])
    shades = ("#c9dbe4", "#7fabc1", "#0b5a7d", INK)
    group = np.digitize(value, edges)
    limits = [value.min(), *edges, value.max()]
    for at, shade in enumerate(shades):
        here = group == at
        label = f"{limits[at]:.0f}–{limits[at + 1]:.0f} ppm"
        axes.scatter(longitude[here], latitude[here], s=9 + 3 * at, color=shade, lw=0, label=label)
    axes.set(xlabel="[[axis_longitude]]", ylabel="[[axis_latitude]]")
    axes.set(xlim=(west - margin, east + margin), ylim=(south - margin, north + margin))
    axes.set_aspect(1 / max(np.cos(np.radians((south + north) / 2)), 0.2))
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
