"""What stands under the tables of a validation: whom it was tested on, how often chance does as well, what else was tested."""

from __future__ import annotations

import math

import pandas as pd

from layers.validation import UNMEASURED, Question, Validation
from maps import words
from maps.publication import Publication
from maps.rows import MOSTLY_READ, assayed, rows
from maps.verdict import of_place, remark, rests_on_companion

TOLD = 8
"""Sites told one by one where model and companion score disagree, and wastes that were measured."""

PARTS = ("metal", "amount", "access", "liability")

RULES = ("assay", "commodity", "deposit")


def was_trained(validation: Validation | None) -> bool:
    """Say whether there is a model whose test can be shown."""
    return validation is not None and validation.kind != "companion_only"


def validation_notes(publication: Publication, lang: str) -> list[str]:
    """Return sentences on the validation and on what it was made with.

    Parameters
    ----------
    publication : Publication
        Facts that a run does not have are left out.
    lang : {"en", "fr"}
        Language.
    """
    validation = publication.validation
    notes = (
        [_tested_on(publication, validation, lang), _chance(validation, lang)]
        if validation is not None and was_trained(validation)
        else []
    )
    if validation is not None:
        notes += [_question(question, validation.division.range_km, lang) for question in validation.questions]
    notes += [
        _positives(publication, lang),
        _measured(publication, lang),
        _poor(publication, lang),
        _read_from_patterns(publication, lang),
        _proxies(validation, lang) if validation else "",
        _surface(validation, lang) if validation else "",
    ]
    notes += [_weights(publication, lang), _disagreements(publication, lang)]
    return [note for note in notes if note]


def _tested_on(publication: Publication, validation: Validation, lang: str) -> str:
    """Return whom the model was tested on, and how many assayed wastes are neither positives nor negatives."""
    if validation.auc_over == "none":
        return ""
    over = words.word(f"over_{validation.auc_over}", lang)
    ranking = publication.ranking
    undecided = int((assayed(ranking) & ranking["label"].isna()).sum()) if "label" in ranking else 0
    return " ".join(
        [words.phrase("note_tested_on", lang, over=over, n=validation.n_positive, negative=validation.n_negative)]
        + ([words.phrase("note_undecided", lang, n=undecided)] if undecided else [])
    )


UNLIKE_KM = 20.0
"""Misfit of distances to assays from which on no test resembles the use, where the range of likeness is not known."""


def _question(question: Question, range_km: float | None, lang: str) -> str:
    """Return what one of the two tests answers, how it fits the use, and how many wastes it judges best."""
    figures = question.figures
    if question.code == "given" or figures.auc is None or question.misfit_km is None:
        return ""
    farther = question.farther_km or 0.0
    side = words.word("side_farther" if farther >= 0 else "side_nearer", lang)
    values = {"auc": figures.auc, "misfit": question.misfit_km, "farther": abs(farther), "n": question.sites}
    unlike = question.code == "near_assays" and question.misfit_km > (range_km or UNLIKE_KM)
    return words.phrase(f"note_question_{question.code}{'_unlike' if unlike else ''}", lang, side=side, **values)


def _chance(validation: Validation, lang: str) -> str:
    null = validation.null
    if null.p_value is None or null.auc is None:
        return ""
    return words.phrase(f"note_chance{of_place(null)}", lang, n=null.n, p=null.p_value)


def _positives(publication: Publication, lang: str) -> str:
    """Return what makes the known positives known: an analysis, or what was mined."""
    ranking = publication.ranking
    if "label_rule" not in ranking or "label" not in ranking:
        return ""
    kinds = ranking.loc[ranking["label"] == 1, "label_rule"].astype(str).str.split(":").str[0].value_counts()
    sentences = [
        f"{words.word(f'label_{rule}', lang)} {words.number(int(kinds[rule]), lang)}" for rule in RULES if rule in kinds
    ]
    return words.phrase("note_positives", lang, rules=", ".join(sentences)) if sentences else ""


def _measured(publication: Publication, lang: str) -> str:
    """Return the wastes whose own analyses reach the grade the list asks for: the hard facts of a run."""
    known = _analysed(publication)
    return "" if known is None else _listed("note_measured", known[_reaching(publication, known)], lang)


def _poor(publication: Publication, lang: str) -> str:
    """Return the other analysed wastes where they are few enough to be told one by one."""
    known = _analysed(publication)
    others = None if known is None else known[~_reaching(publication, known)]
    return "" if others is None or len(others) > TOLD else _listed("note_measured_poor", others, lang)


def _reaching(publication: Publication, known: pd.DataFrame) -> pd.Series:
    """Say which analysed wastes reach the grade the list asks for; the positives where the ranking does not tell it."""
    asked = publication.ranking.get("order_grade_ppm")
    return known["label"] == 1 if asked is None else known["waste_treo_ppm"] >= asked.iloc[0]


def _read_from_patterns(publication: Publication, lang: str) -> str:
    """Return how many wastes were analysed for so few rare earths that their totals are read from patterns for a large part."""
    sites = publication.sites
    if "waste_estimated_fraction" not in sites:
        return ""
    count = int((sites["waste_estimated_fraction"] >= MOSTLY_READ).sum())
    return words.phrase("note_patterns", lang, n=count, share=100 * MOSTLY_READ) if count else ""


def _analysed(publication: Publication) -> pd.DataFrame | None:
    """Return the wastes with an analysis of their own, best ranked first, beside what was found; None where unknown."""
    ranking, sites = publication.ranking, publication.sites
    if publication.target != "REE":
        return None
    if not {"label", "label_rule"} <= set(ranking) or not {"waste_treo_ppm", "waste_n"} <= set(sites):
        return None
    assayed = ranking[ranking["label_rule"].astype(str).str.startswith("assay")][["site_id", "name", "label"]]
    facts = pd.DataFrame(sites[["site_id", "waste_treo_ppm", "waste_n"]])
    analysed = assayed.merge(facts, on="site_id", how="left", validate="one_to_one")
    return analysed[analysed["waste_treo_ppm"].notna()]


def _listed(key: str, known: pd.DataFrame, lang: str) -> str:
    sentences = [
        f"{row.name if isinstance(row.name, str) else row.site_id} ({words.number(row.waste_treo_ppm, lang)}\u00a0ppm, "
        f"n\u00a0=\u00a0{words.number(row.waste_n, lang, 0)})"
        for row in rows(known.head(TOLD))
    ]
    more = [f"+ {len(known) - len(sentences)}"] if len(known) > len(sentences) else []
    return words.phrase(key, lang, wastes=words.in_list(sentences + more, lang)) if sentences else ""


def _proxies(validation: Validation, lang: str) -> str:
    facts = validation.proxies
    if not facts.proxies or facts.r2_spatial is None:
        return ""
    values = {"r2": facts.r2_spatial, "random": facts.r2_random, "n": facts.n, "applied": facts.applied_to}
    symbols = [name.removeprefix("waste_").removesuffix("_ppm") for name in facts.proxies]
    names = ", ".join(words.element(symbol, lang) for symbol in symbols)
    return words.phrase("note_proxies", lang, proxies=names, **values)


def _surface(validation: Validation, lang: str) -> str:
    tested = validation.surface
    if tested is None or tested.auc is None:
        return ""
    if not tested.published:
        few = any(notice.code in UNMEASURED for notice in tested.reasons)
        return words.phrase("note_surface_too_few" if few else "note_surface_withheld", lang, auc=tested.auc)
    suspect = [
        remark("alarm", notice, lang) for notice in validation.alarms if notice.values.get("feature") in tested.features
    ]
    return " ".join(
        [words.phrase("note_surface", lang, auc=tested.auc)]
        + ([words.word("note_surface_unused", lang)] if rests_on_companion(validation) else [])
        + [words.phrase("note_surface_alarm", lang, alarm=alarm) for alarm in suspect]
    )


def _weights(publication: Publication, lang: str) -> str:
    """Return the weights of the companion score, and where they come from."""
    companion = publication.companion
    names = [f"weight_{part}" for part in PARTS]
    if not len(companion) or not set(names) <= set(companion):
        return ""
    first = companion.iloc[0]
    contrasts = ", ".join(
        f"{words.word(f'part_{part}', lang)} {words.number(100 * float(first[f'weight_{part}']), lang, 0)}\u00a0%"
        for part in PARTS
    )
    ratio = float(first.get("consistency_ratio", float("nan")))
    if math.isnan(ratio):
        return words.phrase("note_weights_direct", lang, weights=contrasts)
    return words.phrase("note_weights_pairwise", lang, weights=contrasts, ratio=ratio)


def _disagreements(publication: Publication, lang: str) -> str:
    """Return the sites at the top of one list and more than a quarter of all sites lower in the other."""
    ranking = publication.ranking
    if publication.validation is None or rests_on_companion(publication.validation) or not len(ranking):
        return ""
    apart = (ranking["rank"] - ranking["companion_rank"]).abs() > len(ranking) / 4
    leading = ranking[["rank", "companion_rank"]].min(axis=1) <= max(10, len(ranking) // 20)
    chosen = ranking[apart & leading]
    if chosen.empty:
        return words.word("note_agree", lang)
    sentences = [
        words.phrase(
            "note_ranks",
            lang,
            site=row.name if isinstance(row.name, str) else row.site_id,
            model=row.rank,
            companion=row.companion_rank,
        )
        for row in rows(chosen.head(TOLD))
    ]
    return words.phrase("note_disagree", lang, n=len(chosen), sites=words.in_list(sentences, lang))
