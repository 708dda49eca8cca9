"""The model card: what the model is, what it was tested on, and what it is not for."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from maps import words
from maps.list_order import order_notes
from maps.publication import Publication
from maps.reasons import phrase_feature
from maps.report.host_table import host_lines
from maps.rows import rows as table_rows
from maps.verdict import SHARES, capture_rows, score_key, validation_rows, verdict


def model_card(publication: Publication) -> str:
    """Return the card as Markdown, English first, French behind it.

    Parameters
    ----------
    publication : Publication
        ``validation`` may be None: the card then says that nothing was tested.
    """
    return "\n\n---\n\n".join(_card(publication, lang) for lang in words.LANGUAGES) + "\n"


def card_rows(publication: Publication, lang: str) -> list[tuple[str, str]]:
    """Return the card's facts as pairs of label and text."""
    validation = publication.validation
    rows = [("card_target", words.word("target_ree", lang))]
    if validation is not None:
        rows.append(("card_kind", words.word(f"kind_{validation.kind}", lang)))
        counts = {"positives": validation.n_positive, "negatives": validation.n_negative}
        given = validation.division.by == "given"
        counts |= {"folds_given": validation.division.folds} if given else {"blocks": validation.blocks}
        rows += [(f"card_{key}", words.number(count, lang)) for key, count in counts.items()]
        if validation.block_km and not given:
            rows.append(("card_block_km", f"{words.number(validation.block_km, lang)}\u00a0km"))
        if validation.dropped_features:
            rows.append(("card_dropped", _dropped(validation.dropped_features, lang)))
    rows += _order(publication.ranking, lang)
    chosen = [code for code in publication.notes["code"] if str(code).startswith("below_limits_")]
    if chosen:
        rows.append(("card_limits", words.word(chosen[0], lang)))
    rows += [("card_use", words.word("card_use_text", lang)), ("card_not", words.word("card_not_text", lang))]
    rows.append(("card_weak", words.word("card_weak_text", lang)))
    return [(words.word(key, lang), text) for key, text in rows]


def _order(ranking: pd.DataFrame, lang: str) -> list[tuple[str, str]]:
    """Return what the order answers and what was assumed of how wastes came to be assayed."""
    if ranking.empty or "order_by" not in ranking:
        return []
    first = ranking.iloc[0]
    amount = float(first["order_contained_t"])
    enough = words.phrase("card_enough" if amount > 0 else "card_enough_any", lang, amount=amount)
    ends = {"grade": float(first["order_grade_ppm"]), "cap": float(first["order_cap_t"])}
    sentence = words.phrase(f"card_order_{first['order_by']}", lang, enough=enough, **ends)
    sentence = " ".join([sentence, *order_notes(ranking, lang)])
    share = first.get("order_rich_share")
    if share is not None and pd.notna(share):
        return [
            ("card_order", sentence),
            ("card_selection", words.phrase("card_selection_share", lang, share=words.percent(float(share), lang))),
        ]
    rules = set(ranking["grade_rule"])
    selection = "text" if "model" in rules else "kinds" if "assay" in rules else "none"
    return [("card_order", sentence), ("card_selection", words.word(f"card_selection_{selection}", lang))]


def _dropped(dropped: Mapping[str, str], lang: str) -> str:
    """Return features not used by the reason why: ``features (reason); ...``."""
    why: dict[str, list[str]] = {}
    for name, reason in dropped.items():
        why.setdefault(reason, []).append(phrase_feature(name, lang))
    sentences = []
    for reason, names in why.items():
        sentences.append(f"{', '.join(names)} ({words.word(f'dropped_{reason}', lang)})")
    return words.in_list(sentences, lang)


def _card(publication: Publication, lang: str) -> str:
    run = words.phrase("run_line", lang, run_id=publication.run_id, date=words.date(publication.run_date, lang))
    lines = [
        f"# {words.word('report_card', lang)}: {_plain(publication.title)}",
        "",
        verdict(publication.validation, lang),
        "",
        run,
        "",
    ]
    lines += [f"- **{label}:** {_plain(text)}" for label, text in card_rows(publication, lang)]
    rows = validation_rows(publication.validation, lang)
    if rows:
        lines += ["", f"## {words.word('report_baselines', lang)}", ""]
        lines += _table([words.word("report_method", lang), "AUC", "Brier", *(f"{share} %" for share in SHARES)], rows)
    captured = capture_rows(publication.validation, lang)
    if captured:
        heads = [words.word(key, lang) for key in ("report_share", "report_found", "report_interval")]
        lines += [
            "",
            f"## {words.word(score_key(publication.validation, 'report_capture'), lang)}",
            "",
            *_table(heads, captured),
        ]
    lines += host_lines(publication, lang)
    lines += ["", f"## {words.word('sources', lang)}", ""]
    for row in table_rows(publication.sources):
        title = row.title if isinstance(row.title, str) else row.source_id
        licence = row.licence if isinstance(row.licence, str) else words.word("licence_unstated", lang)
        when = words.date(row.date if isinstance(row.date, str) else None, lang)
        lines.append(f"- {_plain(title)}, {when}, {_plain(licence)}")
    return "\n".join([*lines, "", words.word("notice_not_resource_list", lang)])


def _table(heads: list[str], rows: list[list[str]]) -> list[str]:
    return [
        "| " + " | ".join(heads) + " |",
        "|" + " --- |" * len(heads),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def _plain(text: str) -> str:
    """Keep text from being read as markup or breaking a line."""
    return " ".join(text.split()).replace("<", "\\<").replace("|", "\\|").replace("`", "\\`")
