"""What a validation amounts to, in one sentence and in one table, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from maps import words

SCORE_WORDS = ("score", "legend_score", "axis_score_percent", "how_to_read_text")
"""Words that name the score; each has a twin for lists that are ordered by the companion score."""

ROWS = (("row_model", "spatial"), ("row_district", "district"), ("row_random", "random"))
SHARES = ("5", "10", "20")


def verdict(validation: Mapping[str, Any], lang: str) -> str:
    """Return the first line of the report: whether the ranking was tested, and with what result.

    The English sentence is the one stored with the model; the French one is made from the same figures.
    """
    if not validation:
        return words.word("report_not_validated", lang)
    if lang == "en" and validation.get("verdict"):
        return str(validation["verdict"])
    if validation.get("kind") == "companion_only":
        return _nothing_learned(validation, lang)
    spatial = validation.get("spatial") or {}
    if validation.get("status") != "validated" or spatial.get("auc") is None:
        return words.phrase("verdict_not_validated", lang, n=validation.get("n_positive", 0))
    return _from_figures(validation, spatial, lang)


def _nothing_learned(validation: Mapping[str, Any], lang: str) -> str:
    """Return the verdict where nothing was learned, with the reason and the basis that the stored sentence gives."""
    stored = str(validation.get("verdict"))
    few = words.phrase("companion_few", lang, n=validation.get("n_positive", 0))
    why = words.word("companion_blind", lang) if "no chemistry" in stored else few
    basis = words.word("companion_assays", lang) if "rests on assays" in stored else ""
    return words.phrase("verdict_companion", lang, why=why, basis=basis)


def rests_on_companion(validation: Mapping[str, Any]) -> bool:
    """Say whether the list is in the order of the companion score: nothing was learned, or what was learned showed no skill.

    A run without any validation says nothing about its model; its score is then called the model's.
    """
    if not validation:
        return False
    spatial = validation.get("spatial") or {}
    if validation.get("kind") == "companion_only" or validation.get("status") != "validated":
        return True
    return spatial.get("auc_low") is None or not _has_skill(validation, spatial)


def score_key(validation: Mapping[str, Any], key: str = "score") -> str:
    """Return the key of the words for a score: those of the companion score where the order rests on it.

    Parameters
    ----------
    validation : mapping
        As in ``validation.json``.
    key : str
        One of `SCORE_WORDS`, or another key with such a twin.
    """
    return f"{key}_companion" if rests_on_companion(validation) else key


def plain_verdict(validation: Mapping[str, Any], lang: str) -> str:
    """Return the verdict for somebody who reads no statistics: untested, chance, no better than a simpler rule, or better."""
    spatial = validation.get("spatial") or {}
    if validation.get("kind") == "companion_only":
        return words.word("plain_companion", lang)
    if validation.get("status") != "validated" or spatial.get("auc") is None:
        return words.word("plain_untested", lang)
    if not _has_skill(validation, spatial):
        return words.word("plain_no_skill", lang)
    return words.word("plain_worse" if _as_good(validation, spatial) else "plain_better", lang)


def _has_skill(validation: Mapping[str, Any], spatial: Mapping[str, Any]) -> bool:
    null = validation.get("null") or {}
    p_value, n = null.get("p_value"), null.get("n")
    seldom = max(0.1, 1.0 / (n + 1) + 1e-9) if n else 0.1
    return bool(spatial["auc_low"] > 0.5 and (p_value is None or p_value <= seldom))


def _as_good(validation: Mapping[str, Any], spatial: Mapping[str, Any]) -> list[str]:
    """Return the simpler rules that did as well."""
    rules = (validation.get("baselines") or {}).items()
    return [name for name, one in rules if one and one.get("auc") is not None and one["auc"] >= spatial["auc"]]


def _from_figures(validation: Mapping[str, Any], spatial: Mapping[str, Any], lang: str) -> str:
    ends = {"low": spatial["auc_low"], "high": spatial["auc_high"]}
    auc = words.phrase("verdict_auc", lang, auc=spatial["auc"], km=validation.get("block_km") or 0.0, **ends)
    alarm = " " + words.word("verdict_alarm", lang) if validation.get("alarms") else ""
    if not _has_skill(validation, spatial):
        return words.phrase("verdict_no_skill", lang, auc=auc) + alarm
    percent = {
        key: 100 * spatial[name]["20"]
        for key, name in (("share", "capture"), ("low", "capture_low"), ("high", "capture_high"))
    }
    found = words.phrase("verdict_found", lang, auc=auc, n=validation.get("n_positive", 0), **percent)
    better = [words.word(f"baseline_{name}", lang) for name in _as_good(validation, spatial)]
    if better:
        return words.phrase("verdict_worse", lang, baselines=", ".join(better), found=found) + alarm
    return words.phrase("verdict_better", lang, found=found + _lead(validation, lang)) + alarm


def _lead(validation: Mapping[str, Any], lang: str) -> str:
    """Say by how much the best simpler rule was beaten, with the interval of that lead."""
    known = {
        name: one
        for name, one in (validation.get("baselines") or {}).items()
        if one and one.get("lead_low") is not None
    }
    if not known:
        return ""
    name = max(known, key=lambda one: known[one]["auc"])
    figures = {key: known[name][f"lead{end}"] for key, end in (("lead", ""), ("low", "_low"), ("high", "_high"))}
    doubt = words.word("verdict_lead_doubt", lang) if figures["low"] <= 0 else ""
    return words.phrase("verdict_lead", lang, baseline=words.word(f"baseline_{name}", lang), **figures) + doubt


def validation_rows(validation: Mapping[str, Any], lang: str) -> list[list[str]]:
    """Return the model beside simpler rules: name, AUC with interval, Brier score, capture at 5, 10 and 20 %."""
    rows = [
        _row(words.word(key, lang), validation.get(name), lang)
        for key, name in ROWS
        if validation.get(name) is not None
    ]
    for name, one in (validation.get("baselines") or {}).items():
        label = words.word(f"baseline_{name}", lang)
        rows.append(_row(label, one, lang) if one else [label, words.word("not_measurable", lang), "", "", "", ""])
    one_logistic = (validation.get("ablation") or {}).get("one_logistic_same_steps")
    if one_logistic:
        rows.append(_row(words.word("row_one_logistic", lang), one_logistic, lang))
    null = validation.get("null") or {}
    if null.get("auc") is not None:
        rows.append(_row(words.word("row_null", lang), null, lang))
    return rows


def capture_rows(validation: Mapping[str, Any], lang: str) -> list[list[str]]:
    """Return share of sites looked at, share of known sites found, and its 95 % Wilson interval."""
    spatial = validation.get("spatial") or {}
    rows = []
    for share in SHARES:
        value = (spatial.get("capture") or {}).get(share)
        if value is not None:
            ends = [(spatial.get(f"capture_{end}") or {}).get(share) for end in ("low", "high")]
            rows.append([f"{share}\u00a0%", _percent(value, lang), "–".join(_percent(end, lang) for end in ends)])
    return rows


def _row(label: str, figures: Mapping[str, Any] | None, lang: str) -> list[str]:
    figures = figures or {}
    auc = figures.get("auc")
    if auc is None:
        return [label, words.word("not_validated_short", lang), "", "", "", ""]
    text = words.number(auc, lang, 2)
    if figures.get("auc_low") is not None:
        text += f" ({words.number(figures['auc_low'], lang, 2)}–{words.number(figures['auc_high'], lang, 2)})"
    if figures.get("lead_low") is not None:
        ends = (words.number(figures[key], lang, 2) for key in ("lead", "lead_low", "lead_high"))
        text += words.phrase("model_leads", lang, **dict(zip(("lead", "low", "high"), ends, strict=True)))
    brier = figures.get("brier")
    captures = [(figures.get("capture") or {}).get(share) for share in SHARES]
    return [
        label,
        text,
        "" if brier is None else words.number(brier, lang, 3),
        *("" if one is None else _percent(one, lang) for one in captures),
    ]


def _percent(share: float | None, lang: str) -> str:
    return words.word("not_known", lang) if share is None else f"{words.number(100 * share, lang, 0)}\u00a0%"
