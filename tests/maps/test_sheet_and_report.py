"""Site sheets, the report and the model card as files."""
# ruff: noqa: E501

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import numpy as np
import openpyxl
import pandas as pd
import pytest

from layers.findings import Finding
from layers.validation import Contrast, Method, Null, Outcome, Proxies, Question, RuleFigures, SurfaceTest, WeightsTable
from maps import words
from maps.report.figures import figures, in_language
from maps.report.model_card import card_rows, model_card
from maps.report.plan_rows import plan_rows
from maps.report.report import SECTIONS, write_report
from maps.report.validation_notes import validation_notes
from maps.rows import grade_rule_told
from maps.screening.workbook import write_ranking_workbook
from maps.sheets.next_steps import next_step
from maps.sheets.sheet import SheetWriter, write_sheets
from maps.sheets.site_chemistry import metals
from maps.sheets.site_score import score_rows
from maps.site_map.payload import map_payload
from maps.verdict import plain_verdict, rests_on_companion, verdict
from pipeline.learning.skill import decide, nothing_learned

pytestmark = pytest.mark.usefixtures("drawn_once")


@pytest.fixture(scope="module")
def report(made_up: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("report") / "report.html"
    write_report(made_up.publication(), path)
    return path.read_text(encoding="utf-8")


def part(page: str, lang: str) -> str:
    parts = re.split(r'<div class="(?=(?:en|fr)" lang)', page)
    return "".join(one for one in parts if one.startswith(f'{lang}"'))


def test_sheets_are_named_by_id_and_limited(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(12)
    write_sheets(made, tmp_path, max_sheets=5)
    best, sampled = (
        made.ranking["site_id"].head(5),
        made.ranking.loc[made.ranking["evidence"] == "measured", "site_id"].head(5),
    )
    assert len(set(sampled) - set(best)) == 1
    assert {path.stem for path in tmp_path.iterdir()} == {*best, *sampled}
    write_sheets(made, tmp_path / "asked", site_ids=["S00013"])
    page = (tmp_path / "asked" / "S00013.html").read_text(encoding="utf-8")
    assert "This site was not scored" in page


def test_a_sheet_says_what_is_asked_of_it(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(40)
    write_sheets(made, tmp_path)
    page = (tmp_path / "S00003.html").read_text(encoding="utf-8")
    english, french = part(page, "en"), part(page, "fr")
    for text in (
        "What is not known",
        "Questions to ask",
        "O. Reg. 463/24",
        "Speak with the Nation",
        "Not a mineral resource or reserve",
        "contact@example.org",
        "0123456789ab",
    ):
        assert text in english, text
    for text in (
        "Ce que l'on ne sait pas",
        "Questions à poser",
        "Adressez-vous à la Nation",
        "Il ne s'agit pas de ressources",
        "contact@example.org",
        "25 novembre 2026",
    ):
        assert text in french, text
    assert "<svg" in page
    assert "2 features were withheld at the request of a steward." in page


def test_no_sheet_executes_what_a_name_says(made_up: ModuleType, tmp_path: Path) -> None:
    write_sheets(made_up.publication(40), tmp_path)
    for path in tmp_path.iterdir():
        page = path.read_text(encoding="utf-8")
        assert page.count("<script") == 1
        assert "<img" not in page
        assert "<b>bold" not in page
        assert 'href="javascript' not in page
        assert "http://" not in re.sub(r"http://www\.w3\.org/2000/svg", "", page)
    seventh = (tmp_path / "S00010.html").read_text(encoding="utf-8")
    assert "{{ 7*7 }}" in seventh


def test_spellings_survive_in_sheets(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(40)
    write_sheets(made, tmp_path)
    for site_id, name in zip(made.ranking["site_id"], made.ranking["name"], strict=True):
        if name in made_up.SPELLINGS:
            assert name.encode() in (tmp_path / f"{site_id}.html").read_bytes()


@pytest.mark.parametrize(
    ("place", "key"),
    [("Ontario", "next_ontario"), ("ON", "next_ontario"), ("Québec", "next_quebec"), ("British Columbia", "next_british_columbia"), ("Yukon", "next_elsewhere"), (None, "next_elsewhere")],
)  # fmt: skip
def test_what_next_depends_on_the_province(place: str | None, key: str) -> None:
    assert next_step(place) == key


def test_what_to_do_stands_first_then_trust_then_the_rest(report: str) -> None:
    for lang in ("en", "fr"):
        text = part(report, lang)
        assert text.index("data-verdict") < text.index("<h2")
        assert re.findall(r'<h2 id="[a-z]+-([a-z_]+)"', text) == list(SECTIONS)


def test_the_report_leads_to_map_sheets_and_files_and_no_cell_is_blank(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(40)
    write_report(made, tmp_path / "report.html", max_sheets=3)
    english = part((tmp_path / "report.html").read_text(encoding="utf-8"), "en")
    links = set(re.findall(r'href="([^"#]*)', english))
    assert {"map.html", "ranking.csv", "ranking.gpkg", "manifest.json"} <= links
    assert 'href="sheets/S00001.html"' in english
    assert "map.html#site=S000" in english
    lists = english[english.index('id="en-report_sampling"') : english.index('id="en-report_validation"')]
    assert "<td></td>" not in lists
    assert "no area of these layers" in lists
    assert "none recorded" in lists


def test_nobody_to_speak_with_is_never_an_empty_cell(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(40)
    made = replace(made, sampling_plan=made.sampling_plan.assign(speak_first_with=None))
    write_report(made, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("No area of these public layers holds the site") == len(made.sampling_plan)
    assert "Nearest community: " in page


def test_what_visits_are_for_is_said_as_the_plan_was_made(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(40)
    says = {
        "find": ("expected per cost of a visit", "by the payable oxides"),
        "learn": ("would take most error", "teach most"),
    }
    for purpose, (in_report, on_map) in says.items():
        plan = replace(made, sampling_plan=made.sampling_plan.assign(purpose=purpose))
        write_report(plan, tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert [texts[0] in page for texts in says.values()] == [purpose == other for other in says]
        assert on_map in map_payload(plan)["words"]["en"]["list_about_plan"], in_report


def test_a_site_of_the_plan_that_holds_practically_nothing_is_told_so_and_not_as_nought_tonnes(
    made_up: ModuleType, tmp_path: Path
) -> None:
    made = made_up.publication(40)
    for tonnes, said in ((0.2, True), (50.0, False)):
        ends = {"payable_t": tonnes, "payable_low_t": 0.0, "payable_high_t": tonnes}
        write_report(replace(made, ranking=made.ranking.assign(**ends)), tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert (
            "practically no payable oxides" in page and "pratiquement pas d'oxydes" in page.replace("&#39;", "'")
        ) is said
        assert ("50 t of payable oxides" in page) is not said
        assert "0.2 t of payable" not in page


def test_no_figure_is_printed_as_minus_nought() -> None:
    assert words.number(-0.001, "en", 2) == "0.00"
    assert words.number(-0.004, "fr", 2) == "0,00"
    assert words.number(-0.04, "en", 2) == "-0.04"
    slots = "{a:.2f} {a:+.1f} {b:,.0f} {b:+.1f}"
    assert slots.format(a=words._Localised(-0.001, "en"), b=words._Localised(1234.5, "en")) == "0.00 +0.0 1,234 +1234.5"


def test_sampled_wastes_and_others_are_two_lists(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(40)
    write_report(made, tmp_path / "report.html")
    english = part((tmp_path / "report.html").read_text(encoding="utf-8"), "en")
    sampled = english[english.index("Grade sampled: the ten best") : english.index("Grade not sampled: the ten best")]
    ids = set(made.ranking.loc[made.ranking["evidence"] == "measured", "site_id"])
    assert set(re.findall(r">(S\d{5})<", sampled)) <= ids


def test_the_verdict_of_the_expert_stands_with_the_figures(report: str) -> None:
    assert "Better than the best simpler rule (companion score)" in part(report, "en")
    assert words.unbroken("Mieux que la meilleure règle plus simple (score simple), de 0,09") in part(report, "fr")


def test_every_row_is_accounted_for_and_summed(report: str) -> None:
    row = re.search(r"<tfoot>.*?</tfoot>", report, re.DOTALL)
    assert row is not None
    assert re.findall(r'class="number">([^<]*)<', row[0]) == ["1,249", "1,232", "11", "1", "5"]
    assert "latitude is missing &lt;b&gt;x&lt;/b&gt; [4]" in report


def test_figures_are_inline_in_words_of_the_language(report: str) -> None:
    assert part(report, "en").count("<svg") == 8
    assert "share of known sites found (%)" in part(report, "en")
    assert "part des sites connus retrouvés (%)" in part(report, "fr")
    assert "[[" not in report
    numbers = {lang: re.findall(r">([\u2212\d.,\u202f]+)</text>", part(report, lang)) for lang in ("en", "fr")}
    assert [words.marks(number, "fr") for number in numbers["en"]] == numbers["fr"]
    assert {"0.2", "1,000"} <= set(numbers["en"])
    ids = re.findall(r' id="([^"]+)"', part(report, "en"))
    assert len(ids) == len(set(ids))


def test_the_same_publication_gives_the_same_report(
    made_up: ModuleType, tmp_path: Path, drawn_once: dict[Any, str]
) -> None:
    for name in ("a", "b"):
        drawn_once.clear()
        write_report(made_up.publication(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert "created with matplotlib" not in (tmp_path / "a").read_text(encoding="utf-8").lower()


def test_a_run_without_validation_says_so_and_still_has_a_report(made_up: ModuleType, tmp_path: Path) -> None:
    write_report(made_up.nothing(), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Not validated: the ranking was not tested" in page
    assert "No visit is planned" in page
    assert "No row was rejected." in page


def judged(made: Any, **changes: Any) -> Any:
    """Return the validation of a made-up publication with other figures and the verdict they give."""
    found = made.validation.model_copy(update=changes)
    told = decide(found.status, found.spatial, found.null, found.baselines, found.alarms, found.verdict.label_basis)
    return found.model_copy(update={"verdict": told})


NO_SKILL = {"null": Null(auc=0.5, p_value=0.4, n=20)}
ALARM = {"alarms": (Finding(code="random_folds_flatter", values={"random": 0.95, "spatial": 0.7}),)}
TIE = {"baselines": {"companion": RuleFigures(auc=0.8, lead=0.01, lead_low=-0.05, lead_high=0.07)}}
UNUSED = [{"status": "not validated"}, NO_SKILL, ALARM]


@pytest.mark.parametrize(
    ("change", "english", "french"),
    [
        ({"status": "not validated"}, "Not validated: the 12 positives", "Non validé : les 12 positifs"),
        (TIE, "About as good as a simpler rule (companion score; lead 0.01, -0.05", "À peu près aussi bien"),
        (NO_SKILL, "No skill shown: AUC 0.81 (0.70", "Aucune capacité montrée : AUC 0,81"),
        ({}, "Better than the best simpler rule (companion score), by 0.09 (0.02", "Mieux que la meilleure règle"),
    ],
)
def test_the_verdict_is_worded_from_its_code(
    change: dict[str, Any], english: str, french: str, made_up: ModuleType
) -> None:
    found = judged(made_up.publication(5), **change)
    assert verdict(found, "en").startswith(english)
    assert words.unbroken(verdict(found, "fr")).startswith(words.unbroken(french))


def test_folds_that_were_given_are_nowhere_called_blocks_or_camps(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(5)
    found, figures = made.validation, made.validation.spatial
    questions = tuple(Question(code=code, figures=figures, sites=3, folds=4) for code in ("given", "near_assays"))
    told = found.verdict.model_copy(update={"question": "near_assays"})
    division = found.division.model_copy(update={"by": "given", "folds": 4})
    found = found.model_copy(update={"verdict": told, "questions": questions, "division": division})
    blocks = {
        "blocks": {"block": ["a"], "longitude": [0.0], "latitude": [0.0], "label": [1], "site_id": ["a"], "fold": [0]}
    }
    write_report(replace(made, validation=found, diagnostics={**made.diagnostics, **blocks}), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "In the folds that were given, which 3 of the wastes" in page
    for block in ("in blocks of", "unseen blocks", "Spatial blocks", "Edge of a block", "a camp that nobody sampled"):
        assert block not in page


@pytest.mark.parametrize(
    ("by", "english"), [("blocks", "as none of the wastes to be predicted"), ("given", "which none of the wastes")]
)
def test_where_no_waste_asks_the_other_question_none_is_said(by: Any, english: str, made_up: ModuleType) -> None:
    found = made_up.publication(5).validation
    code: Any = "given" if by == "given" else "new_camp"
    asked = ((code, 0), ("near_assays", 7))
    questions = tuple(Question(code=name, figures=found.spatial, sites=n, folds=4) for name, n in asked)
    division = found.division.model_copy(update={"by": by})
    verdict_told = found.verdict.model_copy(update={"question": "near_assays"})
    found = found.model_copy(update={"verdict": verdict_told, "questions": questions, "division": division})
    assert english in verdict(found, "en")
    assert " 0 " not in verdict(found, "en") + words.unbroken(verdict(found, "fr"))


def test_tests_that_do_not_resemble_the_use_are_not_said_to(made_up: ModuleType) -> None:
    """Wastes to be predicted lie up to 140 km from assays; the parts held out are 67 km nearer, and misfit by 49."""
    made = made_up.publication(5)
    validation = made.validation

    def notes(misfit_km: float) -> str:
        asked = [("new_camp", -67.0), ("near_assays", 0.0)]
        questions = tuple(
            Question(code=code, figures=validation.spatial, sites=3, folds=4, misfit_km=misfit_km, farther_km=farther)
            for code, farther in asked
        )
        division = validation.division.model_copy(update={"range_km": 25.0})
        changed = validation.model_copy(update={"questions": questions, "division": division})
        return " ".join(validation_notes(replace(made, validation=changed), "en"))

    assert "lie 67 km nearer to sampled wastes" in notes(49.2)
    assert "resemble those of the wastes to be predicted (misfit 1.0 km)" in notes(1.0)
    assert "no parts could be held out whose distances" in notes(49.2)


def test_a_list_by_neighbours_alone_is_not_said_to_rest_on_geology(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(12)
    by_place = made.validation.model_copy(update={"null": Null(statistic="place")})
    for validation, rests in ((made.validation, "samples nearby, geology"), (by_place, "the assays of wastes around")):
        write_report(replace(made, validation=validation), tmp_path / "report.html")
        assert f"the score rests on {rests}" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("change", UNUSED[:2])
def test_both_languages_say_what_the_order_rests_on(change: dict[str, Any], made_up: ModuleType) -> None:
    found = judged(made_up.publication(5), **change)
    assert "the order rests on assays, kinds of deposit and amounts" in verdict(found, "en")
    assert "l'ordre repose sur les analyses, les types de gîte et les quantités" in verdict(found, "fr")
    assert rests_on_companion(found)


@pytest.mark.parametrize("basis", ["words", "both"])
def test_words_of_an_inventory_are_never_called_better(basis: str, made_up: ModuleType) -> None:
    made = made_up.publication(5).validation
    told = decide(made.status, made.spatial, made.null, made.baselines, (), basis)
    found = made.model_copy(update={"verdict": told})
    assert told.outcome == "words_only"
    for lang, better in (("en", "etter"), ("fr", "ieux")):
        assert better not in verdict(found, lang) + plain_verdict(found, lang)
    assert "no analysis confirms" in verdict(found, "en")


def test_an_alarm_stands_in_both_verdicts_and_keeps_the_model_from_ordering(made_up: ModuleType) -> None:
    found = judged(made_up.publication(5), **ALARM)
    assert found.verdict.outcome == "alarmed"
    assert rests_on_companion(found)
    assert verdict(found, "en").startswith("Alarm, so the model is not used")
    assert "random folds flatter (AUC 0.95 against 0.70" in verdict(found, "en")
    assert "About as good" not in verdict(found, "en")
    assert "the model is not used: the list goes by samples" in plain_verdict(found, "en")
    assert "this ranking finds" not in plain_verdict(found, "en")
    assert "Le modèle n'est donc pas utilisé" in plain_verdict(found, "fr")


def led(low: float, lead: float, high: float) -> dict[str, RuleFigures | None]:
    rule = RuleFigures(auc=0.7, lead=lead, lead_low=low, lead_high=high)
    return {"tonnage": RuleFigures(auc=0.4, lead=0.4, lead_low=0.3, lead_high=0.5), "near_known": rule}


@pytest.mark.parametrize(
    ("ends", "outcome"),
    [
        ((0.01, 0.05, 0.09), "better"),
        ((0.004, 0.05, 0.09), "as_good"),
        ((-0.04, 0.01, 0.09), "as_good"),
        ((-0.09, -0.03, -0.001), "as_good"),
        ((-0.09, -0.05, -0.01), "worse"),
    ],
)
@pytest.mark.parametrize("basis", ["assay", "words"])
def test_the_verdict_is_true_to_the_interval_as_it_is_printed(
    ends: tuple[float, float, float], outcome: str, basis: Any, made_up: ModuleType
) -> None:
    made = made_up.publication(5).validation
    told = decide(made.status, made.spatial, made.null, led(*ends), (), basis)
    assert told.outcome == ("words_only" if basis == "words" and outcome != "worse" else outcome)
    assert told.model_used is (outcome != "worse")
    found = made.model_copy(update={"verdict": told})
    for lang, beaten in (("en", "less well than a simpler rule does"), ("fr", "moins bien qu'une règle plus simple")):
        assert (beaten in plain_verdict(found, lang)) == (outcome == "worse")


@pytest.mark.parametrize(
    ("low", "high", "code"),
    [(0.504, 0.7, "interval_holds_chance"), (0.3, 0.494, "below_chance"), (0.3, 0.52, "interval_holds_chance")],
)
def test_no_skill_names_the_cause_that_its_interval_shows(
    low: float, high: float, code: str, made_up: ModuleType
) -> None:
    made = made_up.publication(5).validation
    figures = made.spatial.model_copy(update={"auc": (low + high) / 2, "auc_low": low, "auc_high": high})
    told = decide(made.status, figures, made.null, made.baselines, (), "assay")
    assert told.outcome == "no_skill"
    assert [reason.code for reason in told.reasons] == [code]


def codes_in(*folders: str) -> set[str]:
    """Return the codes of all notices the source makes."""
    root = Path(__file__).parents[2]
    sources = [path.read_text(encoding="utf-8") for folder in folders for path in (root / folder).rglob("*.py")]
    return {code for source in sources for code in re.findall(r'Finding\(\s*code="(\w+)"', source)}


def test_every_code_of_a_validation_has_words() -> None:
    codes = codes_in("pipeline/learning")
    assert len(codes) >= 8
    for code in codes:
        assert any(words.known(f"{kind}_{code}") for kind in ("alarm", "reason", "remark")), code
    for outcome in get_args(Outcome):
        assert words.known(f"plain_{outcome}")


@pytest.mark.parametrize("change", UNUSED)
def test_a_score_is_called_after_what_the_order_rests_on(
    change: dict[str, Any], made_up: ModuleType, tmp_path: Path
) -> None:
    made = made_up.publication(12)
    made = replace(made, validation=judged(made, **change))
    write_report(made, tmp_path / "report.html")
    write_sheets(made, tmp_path / "sheets", max_sheets=1)
    sheet = tmp_path / "sheets" / f"{made.ranking['site_id'].iloc[0]}.html"
    for path in (tmp_path / "report.html", sheet):
        page = path.read_text(encoding="utf-8")
        assert "Chance that the grade is reached" not in page
        assert "Chance que la teneur soit atteinte" not in page
        assert "Share of such wastes thought to reach the grade" in part(page, "en")
        assert "Part de tels résidus dont on pense qu'ils atteignent la teneur" in part(page, "fr")
    write_ranking_workbook(made, tmp_path / "ranking.xlsx", "en")
    book = openpyxl.load_workbook(tmp_path / "ranking.xlsx")
    cells = [str(cell) for page in book for row in page.iter_rows(values_only=True) for cell in row if cell is not None]
    assert "Share of wastes with such words or samples thought to reach the grade (0-1, coarse)" in cells
    assert not [cell for cell in cells if cell.startswith(("Chance of the grade", "chance that the grade"))]
    said = map_payload(made)
    assert said["meta"]["companion_order"]
    assert "applicability" not in said["sites"]["columns"]
    assert said["words"]["en"]["list_about_inferred"].startswith(
        "No waste of these sites was assayed for rare earths: the number is the share of wastes with such words or"
    )
    assert said["words"]["fr"]["score"] == "Part de tels résidus dont on pense qu'ils atteignent la teneur"
    drawn = dict(figures(made))
    assert "figure_reliability" not in drawn
    assert "[[axis_score_percent_companion]]" in drawn["figure_scores"]


def test_patterns_are_divided_by_chondrite(made_up: ModuleType) -> None:
    drawn = dict(figures(made_up.publication(40)))
    assert "figure_patterns" in drawn
    assert "échantillon / chondrite" in in_language(drawn["figure_patterns"], "fr")


def test_patterns_tell_the_number_of_analyses_and_mark_what_is_below_a_limit(made_up: ModuleType) -> None:
    made = made_up.publication(40)
    plain = dict(figures(made))["figure_patterns"]
    sites = made.sites.assign(waste_n=3, waste_Ce_censored=-1)
    told = dict(figures(replace(made, sites=sites)))["figure_patterns"]
    assert "(n\u00a0=\u00a03)" in told
    assert told.count("fill: #ffffff; stroke: #0b5a7d") > plain.count("fill: #ffffff; stroke: #0b5a7d")


def test_the_model_card_names_use_and_misuse(made_up: ModuleType) -> None:
    text = model_card(replace(made_up.publication(5), title="A | <b>title</b>"))
    assert text.startswith("# Model card: A \\| \\<b>title\\</b>")
    assert "Valuation, investment, consultation or consent" in text
    assert "# Fiche du modèle" in text
    assert "| the model, spatial blocks | 0.81 (0.70–0.90) | 0.140 | 30\u00a0% | 50\u00a0% | 70\u00a0% |" in text
    assert model_card(made_up.nothing())


def test_the_model_card_says_what_stands_for_a_limit(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    said = {"source": "assays", "code": "below_limits_ros", "message": "Till: La 20 %.", "count": 3}
    text = model_card(replace(made, notes=pd.concat([made.notes, pd.DataFrame([said])], ignore_index=True)))
    assert "- **Results below a limit:** regression on order statistics (Helsel and Cohn 1988)" in text
    assert "- **Résultats sous une limite:** régression sur les statistiques d'ordre" in text
    assert "Results below a limit" not in model_card(made)


def test_the_sheet_tells_the_pattern_of_the_rare_earths_with_its_convention() -> None:
    site = {"waste_n": 2, "waste_method": "fusion", "waste_La_ppm": 31.0, "waste_magnet_share": 0.2289}
    site |= {
        "waste_lree_hree": 3.66,
        "waste_ree_convention": "eu",
        "waste_eu_anomaly": 0.703,
        "waste_ce_anomaly": np.nan,
    }
    told = {row[0]: row[2] for row in metals(site, "en")}
    assert told["Pattern of the rare earths"] == (
        "magnet metals (Pr, Nd, Tb, Dy) 23 %; light to heavy 3.7 (light: La\u2013Sm); europium anomaly Eu/Eu* 0.70"
    )
    assert (
        "anomalie en europium Eu/Eu* 0,70" in {row[0]: row[2] for row in metals(site, "fr")}["Profil des terres rares"]
    )
    assert "Pattern of the rare earths" not in {row[0] for row in metals({"waste_n": 2, "waste_La_ppm": 31.0}, "en")}


def with_labels(made: Any, **validation: object) -> Any:
    """Return a publication whose ranking says how its known positives are known."""
    ranking = made.ranking.copy()
    ranking["label"] = [1.0, 1.0, 1.0, *[float("nan")] * (len(ranking) - 3)]
    ranking["label_rule"] = ["assay: 2", "commodity: niobium", "commodity: thorium", *["none"] * (len(ranking) - 3)]
    return replace(made, ranking=ranking, validation=made.validation.model_copy(update=validation))


def test_the_report_says_whom_it_was_tested_on_and_what_chance_gives(made_up: ModuleType) -> None:
    null = Null(auc=0.39, auc_low=0.3, auc_high=0.5, p_value=0.05, n=20)
    proxies = Proxies(proxies=("waste_Th_ppm", "waste_P_ppm"), n=31, r2_spatial=0.62, r2_random=0.7, applied_to=9)
    made = with_labels(
        made_up.publication(12),
        null=null,
        proxies=proxies,
        auc_over="measured",
        n_negative=7,
        surface=SurfaceTest(auc=0.66),
    )
    said = " ".join(validation_notes(made, "en"))
    assert "Tested on 12 known positives and 7 measured negatives; AUC is over measured sites" in said
    ranking = made.ranking
    left = int((ranking["evidence"].eq("measured") & ranking["label"].isna()).sum())
    assert left > 0
    assert f"{left} of the assayed wastes count as neither" in said
    assert "Labels that know nothing of the features do as well with p = 0.050, the larger of two tests" in said
    assert "analysis of the waste 1, what was mined (no analysis) 2" in said
    assert (
        "(thorium, phosphorus) for 9 sites: R² 0.62 on held-out blocks and 0.70 in random folds, from 31 wastes with both"
        in said
    )
    assert "The likeness of ground, tested in the same way: AUC 0.66" in said
    assert "not told from chance, so it is not published" in said
    french = " ".join(validation_notes(made, "fr"))
    assert words.unbroken("R² de 0,62 sur des blocs mis de côté") in french
    assert len(validation_notes(made, "fr")) == len(validation_notes(made, "en"))


def test_the_few_wastes_that_were_analysed_are_all_named_rich_or_not(made_up: ModuleType) -> None:
    made = with_labels(made_up.publication(12))
    ranking = made.ranking.assign(label_rule=made.ranking["label_rule"].where(made.ranking.index != 3, "assay: below"))
    sites = made.sites.assign(waste_treo_ppm=120.0, waste_n=4)
    said = validation_notes(replace(made, ranking=ranking, sites=sites), "en")
    rich, poor = (
        next(one for one in said if start in one) for start in ("reach the grade asked for", "do not show them")
    )
    names = ranking["name"].fillna(ranking["site_id"])
    assert f"{names[0]} (120\u00a0ppm, n\u00a0=\u00a04)" in rich
    assert f"{names[3]} (120\u00a0ppm, n\u00a0=\u00a04)" in poor
    assert names[0] not in poor
    assert not any("do not show" in one for one in validation_notes(made, "en"))


@pytest.mark.parametrize(
    ("count", "lang", "sentence"),
    [
        (0, "en", None),
        (1, "en", "One waste was analysed for a few"),
        (3, "en", "3 wastes were analysed"),
        (2, "fr", "de 2 sites"),
    ],
)
def test_the_report_says_how_many_wastes_were_analysed_for_few_elements(
    made_up: ModuleType, count: int, lang: str, sentence: str | None
) -> None:
    made = made_up.publication(12)
    shares = np.where(np.arange(len(made.sites)) < count, 0.5, 0.1)
    notes = " ".join(validation_notes(replace(made, sites=made.sites.assign(waste_estimated_fraction=shares)), lang))
    assert sentence is None or sentence in notes
    assert ("few of the rare earths" in notes or "quelques terres rares" in notes) == (sentence is not None)


def test_the_weights_of_the_companion_score_stand_with_their_consistency(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    weights = dict(zip(("metal", "amount", "access", "liability"), (0.55, 0.2, 0.15, 0.1), strict=True))
    companion = made.companion.assign(**{f"weight_{part}": value for part, value in weights.items()})
    direct = " ".join(validation_notes(replace(made, companion=companion), "en"))
    assert (
        "Metal evidence 55\u00a0%, Amount 20\u00a0%, Access 15\u00a0%, Liability and clean-up 10\u00a0%; given"
        in direct
    )
    paired = replace(made, companion=companion.assign(consistency_ratio=0.043))
    assert "from pairwise comparisons (Saaty 1980), consistency ratio 0.04" in " ".join(validation_notes(paired, "en"))
    assert words.unbroken("rapport de cohérence 0,04") in " ".join(validation_notes(paired, "fr"))


def test_a_model_and_a_companion_score_that_disagree_are_named(made_up: ModuleType) -> None:
    made = made_up.publication(40)
    ranking = made.ranking.copy()
    ranking["companion_rank"] = ranking["rank"]
    assert "No site near the top" in validation_notes(replace(made, ranking=ranking), "en")[-1]
    last = len(ranking)
    ranking.loc[ranking.index[0], "companion_rank"] = last
    told = validation_notes(replace(made, ranking=ranking), "en")[-1]
    assert "on 1 sites" not in told
    assert f"(model 1, companion {last})" in told


def test_sites_that_nothing_tells_apart_are_printed_as_tied(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(12)
    ranking = made.ranking.copy()
    ranking["evidence"] = "inferred"
    ranking["score"] = [0.9, 0.8, 0.8, 0.8, *[0.7 - 0.01 * at for at in range(len(ranking) - 4)]]
    ranking["score_low"], ranking["score_high"] = ranking["score"] - 0.1, ranking["score"] + 0.1
    write_report(replace(made, ranking=ranking), tmp_path / "report.html")
    assert "tied" not in (tmp_path / "report.html").read_text(encoding="utf-8")
    same = ranking["score"] == 0.8
    ranking["tied_with"] = np.where(same, 2, 0)
    ranking["payable_t"] = np.where(same, 50.0, ranking["payable_t"] + 1000.0)
    write_report(replace(made, ranking=ranking), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert part(page, "en").count("tied 2–4") == 3
    assert part(page, "fr").count("ex æquo 2–4") == 3
    assert len(re.findall(r"tied \d", page)) == 3
    assert page.count("tied for ranks 2–4") == 3


def test_an_expectation_above_its_own_range_is_said_to_rest_on_a_small_chance(
    made_up: ModuleType, tmp_path: Path
) -> None:
    """A mean is never printed as the 95 % end: neither on a sheet nor in the plan, and no chance as 0 or 100 %."""
    made = made_up.publication(12)
    ranking = made.ranking.assign(payable_t=560.0, payable_low_t=0.0, payable_high_t=0.0, chance_payable=0.0)
    row = ranking.iloc[0].to_dict()
    told = dict(score_rows(row, "score", 500.0, "en"))["Payable oxides (in waste whose grade reaches 500 ppm)"]
    assert "560 t expected, which rests on a small chance of much: in 95 of 100 cases at most 0 t" in told
    assert told.endswith("chance of enough for a visit (1,200 t) < 1 %")
    sure = dict(score_rows(row | {"payable_high_t": 900.0, "chance_payable": 1.0}, "score", 500.0, "en"))
    assert "560 t expected, up to 900 t (95 %); chance of enough for a visit (1,200 t) > 99 %" in " ".join(
        sure.values()
    )
    capped = dict(score_rows(row | {"payable_high_t": 4_980_000.0}, "score", 500.0, "en"))
    assert "up to 5,000,000 t, the most that is counted of one waste" in " ".join(capped.values())
    write_report(replace(made, ranking=ranking), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "(5 to 95 %: 0 to 0 t; the expectation rests on a small chance of much)" in page


def test_where_nothing_was_trained_no_empty_table_is_shown(made_up: ModuleType, tmp_path: Path) -> None:
    made = made_up.publication(12)
    told = nothing_learned(12, 80, 8, "assay", has_features=False)
    blind = made.validation.model_copy(update={"kind": "companion_only", "verdict": told})
    write_report(replace(made, validation=blind), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No model was trained, so there is no model to test" in part(page, "en")
    assert "Brier" not in page
    assert words.unbroken("pour apprendre du lieu seul") in part(page, "fr")


def test_a_waste_whose_other_elements_tell_its_grade_is_not_judged_by_its_kind(made_up: ModuleType) -> None:
    made = made_up.publication(12)
    told = nothing_learned(12, 80, 8, "assay", has_features=False)
    blind = made.validation.model_copy(update={"kind": "companion_only", "verdict": told})
    for rule, by_kind in (("hosts", True), ("proxies", False)):
        p = replace(made, validation=blind, ranking=made.ranking.assign(grade_rule=rule))
        cells = [row["cells"][0] for row in plan_rows(p, "en", ())]
        assert cells
        assert all(("by kind of deposit" in cell) is by_kind for cell in cells)


def test_features_not_used_are_told_by_reason(made_up: ModuleType) -> None:
    made = made_up.publication(5)
    dropped = {"near_n": "constant", "near_km": "constant", "height_m": "empty"}
    found = made.validation.model_copy(update={"dropped_features": dropped})
    said = dict(card_rows(replace(made, validation=found), "en"))
    assert said["Features not used"].count("(constant or empty in training)") == 1
    assert said["Features not used"].endswith("(no value at any training site)")


def test_the_report_says_which_method_orders_and_why_and_warns_on_its_first_page(
    made_up: ModuleType, tmp_path: Path
) -> None:
    made = made_up.publication(12)
    found = made.validation.model_copy(
        update={
            "model": "logistic",
            "methods": (
                Method(code="pathfinder", auc=0.71, behind=0.1, behind_se=0.04),
                Method(code="logistic", auc=0.81, behind=0.0, behind_se=0.0, chosen=True, chosen_in_folds=8),
            ),
            "notes": (Finding(code="blocks_below_range", values={"block": 20.0, "range": 55.0}),),
            "weights_of_evidence": WeightsTable(
                contrasts=(
                    Contrast(
                        feature="near_Th_z", cut=1.2, n_inside=20, positives_inside=9, w_plus=1.2098, w_minus=-0.7191,
                        contrast=1.929, studentised=6.41, used=True,
                    ),
                ),
                ratio=0.594,
            ),
        }
    )  # fmt: skip
    write_report(replace(made, validation=found), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    english, french = part(page, "en"), part(page, "fr")
    assert english.index("The blocks of 20 km are smaller than the distance") < english.index("<h2")
    assert "The list is ordered by: plain logistic regression" in english
    assert "plain logistic regression (orders the list)" in english
    assert "0.100 ± 0.040" in english
    assert "1.93 (6.4)" in english
    assert "0.59 (under 0.85 the patterns say the same twice" in english
    assert words.unbroken("ne la remplace que si elle la devance de plus d'une erreur type") in words.unbroken(french)


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (["model", "assay"], "Taken to depend on what the model sees"),
        (["hosts", "assay"], "as if these had been drawn at random"),
        (["words", "hosts"], "No waste was assayed for what is looked for"),
    ],
)
def test_the_card_of_every_run_says_how_wastes_were_taken_to_be_assayed(
    made_up: ModuleType, rules: list[str], sentence: str
) -> None:
    made = made_up.publication(12)
    ranking = made.ranking.assign(grade_rule=np.resize(np.array(rules, dtype=object), len(made.ranking)))
    ranking = ranking.assign(order_by="payable", order_grade_ppm=500.0, order_contained_t=10.0, order_cap_t=1e4)
    for lang in words.LANGUAGES:
        rows = dict(card_rows(replace(made, ranking=ranking), lang))
        assert words.word("card_selection", lang) in rows
    assert sentence in dict(card_rows(replace(made, ranking=ranking), "en"))["How wastes came to be assayed"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"order_counted": "magnet"}, "count Nd, Pr, Dy and Tb alone"),
        ({"order_counted": "heavy"}, "count the heavy ones alone"),
        ({"order_by": "chance"}, "Ranges of ranks are those of ranks by grade"),
        ({"order_grade_ppm": 3000.0}, "What was tested is a grade of 1,000"),
    ],
)
def test_an_order_of_another_kind_is_told_wherever_its_ranks_are(
    made_up: ModuleType, tmp_path: Path, changed: dict[str, Any], told: str
) -> None:
    made = made_up.publication(12)
    usual = {"order_by": "payable", "order_counted": "all", "order_grade_ppm": 1000.0, "tested_grade_ppm": 1000.0}
    usual |= {"order_contained_t": 10.0, "order_cap_t": 1e4}
    plain, other = (replace(made, ranking=made.ranking.assign(**usual | more)) for more in ({}, changed))
    for shown, is_told in ((plain, False), (other, True)):
        assert (told in dict(card_rows(shown, "en"))["What the order answers"]) == is_told
        write_report(shown, tmp_path / "report.html")
        page = (tmp_path / "report.html").read_text(encoding="utf-8")
        assert (told.replace("\xa0", " ") in page.replace("\xa0", " ").replace("&nbsp;", " ")) == is_told
        row = shown.ranking.iloc[0].to_dict()
        labels = [label for label, _ in score_rows(row, "score", 1000.0, "en")]
        assert any("alone" in label for label in labels) == (is_told and "order_counted" in changed)


def test_wastes_that_reach_the_grade_are_those_that_reach_the_grade_asked_for(made_up: ModuleType) -> None:
    made = made_up.publication(12)
    sites = made.sites.assign(waste_treo_ppm=np.linspace(1200.0, 3000.0, len(made.sites)), waste_n=1)
    ranking = made.ranking.assign(order_by="payable", label=1, label_rule="assay", order_grade_ppm=2000.0)
    said = validation_notes(replace(made, sites=sites, ranking=ranking), "en")
    for start, reaches in (("reach the grade asked for", True), ("do not show them", False)):
        for told in (one for one in said if start in one):
            grades = [float(ppm.replace(",", "")) for ppm in re.findall(r"\(([\d,]+)\xa0ppm", told)]
            assert grades
            assert all((grade >= 2000.0) == reaches for grade in grades)
    assert any("reach the grade asked for" in one for one in said)


@pytest.mark.parametrize(
    ("fraction", "partly"), [(0.0, False), (0.39, False), (0.4, True), (0.9, True), (float("nan"), False)]
)
def test_a_grade_from_a_few_analysed_rare_earths_says_so(made_up: ModuleType, fraction: float, partly: bool) -> None:
    from maps.site_map.payload import map_payload

    made = made_up.publication(12)
    at = made.ranking.index[made.ranking["evidence"] == "measured"][0]
    row = made.ranking.loc[at].to_dict() | {"grade_rule": "assay"}
    for lang, words_of_part in (("en", "from the few of them analysed"), ("fr", "d'après le peu d'entre elles")):
        labels = [label for label, _ in score_rows(row, "score", 500.0, lang, fraction)]
        assert any(words_of_part in label for label in labels) == partly
    sites = made.sites.assign(waste_estimated_fraction=fraction)
    ranking = made.ranking.assign(grade_rule="assay")
    told = map_payload(replace(made, sites=sites, ranking=ranking), max_sheets=5)["sites"]["texts"]
    assert ("assay_part" in told) == partly


@pytest.mark.parametrize(
    ("elements", "rule"), [("Ce; La; Nd; Th", "assay_part"), ("Y", "assay_part"), ("La; Y", "assay"), (None, "assay")]
)
def test_light_elements_alone_are_a_part_however_much_of_the_crust_they_make(elements: str | None, rule: str) -> None:
    assert grade_rule_told("assay", 0.26, elements) == rule
    assert grade_rule_told("model", 0.9, elements) == "model"


def test_a_sheet_counts_the_rare_earths_analysed(made_up: ModuleType) -> None:
    made = made_up.publication(12)
    row = made.ranking[made.ranking["evidence"] == "measured"].iloc[0].to_dict() | {"grade_rule": "assay"}
    told = dict(score_rows(row, "score", 500.0, "en", 0.26, "Ce; La; Nd; Th"))
    assert any(text.endswith("3 of the 15 rare earths analysed") for text in told.values())


def test_a_tie_under_the_cap_says_that_amounts_above_it_count_alike(made_up: ModuleType) -> None:
    made = made_up.publication(12)
    tied = made.ranking.assign(payable_t=5.0, score=0.1, tied_with=[3, 3, 3, 3, *[0] * 8], ranked_last_reason=None)
    ids = tied["site_id"].head(1).tolist()
    for amounts, told in (([1e9, 2e9, 3e9, 4e9], True), ([1e9] * 4, False)):
        alike = tied.assign(tonnage_t=[*amounts, *tied["tonnage_t"].tolist()[4:]])
        page = SheetWriter(replace(made, ranking=alike), ids).page(ids[0])
        assert "nothing that counts for the order tells them apart" in page
        assert ("Their amounts differ: what one waste could hold above" in page) == told


def test_acid_and_base_of_a_waste_are_printed_also_where_no_acid_is_expected() -> None:
    site = {"waste_paste_ph": 7.6, "waste_np_ap": 53.6, "waste_n": 6, "waste_method": "unknown"}
    rows = metals(site, "en")
    assert rows == [
        ("Acid and base", "sampled in the waste, n = 6, method not known",
         "paste pH 7.6; NP/AP 54 (below 1 acid is expected, below 2 not ruled out)"),
    ]  # fmt: skip
    assert metals(site | {"waste_paste_ph": float("nan"), "waste_np_ap": None}, "en") == []
