"""One site in words, from a run folder."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from layers.errors import StageError
from layers.text import did_you_mean, fold
from maps.list_order import expected_grade
from maps.publication import Publication
from maps.reasons import neighbours, of_weight, phrase_reason
from maps.rows import grade_rule_told, rank_labels, rare_earths_analysed
from maps.rows import marks as marks_of
from maps.verdict import rests_on_companion, score_key
from maps.word_file import looked_for, looking_for
from maps.words import (
    areas_looked_up,
    banded_chance,
    finding,
    flag,
    marks,
    measured_grade,
    phrase,
    span,
    word,
)
from maps.words import layer as layer_in_words
from pipeline.folder.published import load_publication
from pipeline.folder.run_folder import has_later_run

NAMES_OFFERED = 5
"""Sites offered by name where no id is like the one asked for."""

REASONS_SHOWN = 12
"""The strongest reasons are told one by one; how many there are besides is told too."""


def explain_site(run_folder: Path, site_id: str, lang: str) -> str:
    """Say what is known of one site and what moved its rank.

    Parameters
    ----------
    run_folder : Path
        Folder of a finished run.
    site_id : str
        As in ``ranking.csv``.
    lang : {"en", "fr"}
        Language of the text.

    Returns
    -------
    str
        Some twenty lines of plain text.

    Raises
    ------
    StageError
        If the run ranked no such site; close ids and names are offered.
    """
    publication = load_publication(run_folder)
    with looking_for(publication.target):
        return _explain(publication, run_folder, site_id, lang)


def _explain(publication: Publication, run_folder: Path, site_id: str, lang: str) -> str:
    chosen = publication.ranking[publication.ranking["site_id"] == site_id]
    if chosen.empty:
        raise StageError(_unknown(publication, site_id))
    row, site = chosen.iloc[0], publication.sites[publication.sites["site_id"] == site_id].iloc[0]
    lines = [
        f"{row['name']} ({site_id})",
        phrase(
            "explain_rank",
            lang,
            rank=rank_labels(publication.ranking)[chosen.index[0]],
            n=len(publication.ranking),
            low=row["rank_low"],
            high=row["rank_high"],
        ),
        _grade(row, site, score_key(publication.validation, "explain_score"), lang),
        *(
            [f"{word('expected_grade', lang)}{word('colon', lang)}{expected}"]
            if (expected := expected_grade(row.to_dict(), lang))
            else []
        ),
        phrase("explain_evidence", lang, evidence=word(f"evidence_{row['evidence']}", lang)),
        *_marks(row, site, lang),
        _amount(row, lang),
        phrase("explain_companion", lang, score=row["companion_score"], rank=row["companion_rank"]),
        "",
        word("explain_reasons_companion" if rests_on_companion(publication.validation) else "explain_reasons", lang),
    ]
    recorded, sampled = site["commodities"], bool(site.get("waste_n", 0) > 0)
    neighbour = neighbours(site.to_frame().T, lang).iloc[0]
    everything = of_weight(publication.reasons[publication.reasons["site_id"] == site_id]).sort_values("position")
    reasons = everything.head(REASONS_SHOWN)
    for feature, contribution, value in zip(reasons["feature"], reasons["contribution"], reasons["value"], strict=True):
        reason = phrase_reason(
            feature, contribution, value, lang, recorded, row["site_kind"], neighbour, publication.target
        )
        lines.append(f"  {marks(f'{contribution:+.2f}', lang)}  {reason}")
    if len(everything) > len(reasons):
        lines.append(f"  … + {len(everything) - len(reasons)}")
    if reasons.empty:
        lines.append(f"  {word('explain_no_reasons', lang)}")
    flags = publication.flags[publication.flags["site_id"] == site_id]
    lines += ["", word("explain_flags", lang)]
    sources = flags["source"].replace("waste_samples", word("from_waste_samples", lang))
    lines += [
        f"  {flag(code, lang)}{word('colon', lang)}{finding(about, json.loads(values), lang)} [{source}]"
        for code, about, values, source in zip(flags["flag"], flags["finding"], flags["values"], sources, strict=True)
    ] or [f"  {word('cautions_none', lang)}"]
    relations = publication.site_territories[publication.site_territories["site_id"] == site_id]
    lines += ["", word("explain_areas", lang)]
    lines += [
        f"  {area} ({layer_in_words(layer, lang)}){word('colon', lang)}{word(f'relation_{relation}', lang)}"
        for area, layer, relation in zip(relations["territory"], relations["layer"], relations["relation"], strict=True)
    ] or [f"  {word('areas_none', lang)} {areas_looked_up(publication.territories['layer'], lang)}"]
    notice = word("notice_not_resource_sampled" if sampled else "notice_not_resource", lang)
    return "\n".join([*lines, "", *later_run(run_folder, lang), notice, word("notice_nations", lang)])


def later_run(run_folder: Path, lang: str) -> list[str]:
    """Return the line that tells of a run begun in the folder after the one that is shown; none where there is none."""
    return [word("later_run_begun", lang), ""] if has_later_run(run_folder) else []


def _grade(row: pd.Series, site: pd.Series, key: str, lang: str) -> str:
    """Return the measured concentration as the sheet calls it, or the chance of the grade where the waste was not sampled."""
    if pd.notna(row["treo_ppm"]) and looked_for() == "REE":
        rule = grade_rule_told("assay", site.get("waste_estimated_fraction"), site.get("waste_elements"))
        grade = measured_grade(row["treo_ppm"], row["treo_low_ppm"], row["treo_high_ppm"], lang)
        analysed = rare_earths_analysed(site.get("waste_elements"))
        if rule == "assay_part" and analysed:
            grade = phrase("analysed_of_fifteen", lang, grade=grade, n=len(analysed))
        return f"{word(f'grade_rule_{rule}', lang)}{word('colon', lang)}{grade}"
    return banded_chance(key, {str(name): value for name, value in row.items()}, lang)


def _marks(row: pd.Series, site: pd.Series, lang: str) -> list[str]:
    """Return what lists tell beside the chance, as one line; none where there is nothing."""
    beside = marks_of(row["evidence"], site.get("waste_n"), row.get("applicability"))
    text = "; ".join(word(key, lang) for key in beside)
    return [f"{text[:1].upper()}{text[1:]}."] if text else []


def _amount(row: pd.Series, lang: str) -> str:
    if row["site_kind"] == "showing":
        return word("not_sampled_showing", lang)
    gone = f"{word('ranked_last_gone', lang)} " if row["site_kind"] == "gone" else ""
    if pd.isna(row["tonnage_t"]):
        return gone + word("explain_tonnage_unknown", lang)
    return gone + phrase(
        "explain_tonnage",
        lang,
        amount=span(row["tonnage_low_t"], row["tonnage_high_t"], "t", lang),
        rule=word(f"tonnage_rule_{row['tonnage_rule']}", lang),
    )


def _unknown(publication: Publication, wanted: str) -> str:
    """Return what to say of an id that the run has not ranked: sites whose names hold all its words, best ranked first."""
    ranking = publication.ranking
    asked = set(fold(wanted).split())
    named = ranking[[bool(asked) and asked <= set(fold(str(name)).split()) for name in ranking["name"].fillna("")]]
    offered = [f"{name} ({site})" for site, name in zip(named["site_id"], named["name"], strict=True)]
    more = f" and {len(offered) - NAMES_OFFERED} more" if len(offered) > NAMES_OFFERED else ""
    hint = f" Sites of that name, best ranked first: {', '.join(offered[:NAMES_OFFERED])}{more}." if offered else ""
    hint = hint or did_you_mean(wanted, list(ranking["site_id"]), least_likeness=0.4)
    return (
        f"explain: this run has no site '{wanted}' among its {len(ranking)} ranked sites.{hint} Ids are in ranking.csv."
    )
