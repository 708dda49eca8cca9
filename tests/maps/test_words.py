"""The word file is whole in both languages, and numbers, dates and reasons follow the language."""
# ruff: noqa: E501

from __future__ import annotations

import ast
import math
import re
import string
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from layers.errors import StageError
from layers.schema import COMMUNITY_KINDS, DISPOSALS, EVIDENCE, LINE_KINDS, METHODS, RELATIONS, WASTE_TYPES
from layers.validation import RuleFigures
from maps import verdict, words
from maps.reasons import neighbours, phrase_reason, reason_parts

MAPS = Path(words.__file__).parent
SECTIONS = (
    "words",
    "features",
    "readings",
    "rasters",
    "deposits",
    "elements",
    "findings",
    "commodities",
    "statuses",
    "jurisdictions",
    "licences",
)
ENTRIES = [(section, key) for section in SECTIONS for key in words.all_words()[section]]


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("section", "key"), ENTRIES, ids=lambda one: str(one))
def test_every_entry_has_both_languages_with_the_same_slots(section: str, key: str) -> None:
    entry = words.all_words()[section][key]
    assert set(entry) == {"en", "fr"}
    assert all(isinstance(text, str) and text.strip() for text in entry.values())
    assert slots(entry["en"]) == slots(entry["fr"])


def test_no_sentence_was_left_untranslated() -> None:
    same = [key for key, both in words.all_words()["words"].items() if both["en"] == both["fr"]]
    alike = {"date", "licence", "sources", "source", "attribution", "volume", "site", "sites_list", "contact", "method_fusion",
             "sheet_samples", "report_block", "report_gain", "report_total", "report_figures", "sort_distance", "axis_distance", "axis_semivariance", "axis_importance",
             "axis_longitude", "axis_latitude", "axis_chondrite", "backdrop_province", "screen_distance", "sheet_above_norm", "score_band", "book_sources", "brief_distance", "brief_judged", "brief_judged_plain",
             "score_band_plain", "score_range_plain", "check_code"}  # fmt: skip
    assert sorted(set(same) - alike) == []


def test_every_key_the_code_asks_for_is_listed() -> None:
    templates = [path for folder in MAPS.rglob("templates") for path in folder.iterdir()]
    files = [*MAPS.rglob("*.py"), *templates, *(MAPS.parent / "pipeline").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    asked = set(re.findall(r"\b(?:word|phrase|_fill)\(\s*\"([a-z_0-9]+)\"", text)) | set(
        re.findall(r'data-w(?:-label|-placeholder)?="([a-z_0-9]+)"', text)
    )
    asked |= set(re.findall(r'\b(?:w|fill|fact)\("([a-z_0-9]+)"', text)) | set(re.findall(r"\[\[([a-z_]+)\]\]", text))
    asked -= {key for key in asked if key.endswith("_")}
    assert sorted(key for key in asked if not words.known(key)) == []


@pytest.mark.parametrize(
    ("start", "values"),
    [
        ("evidence", EVIDENCE), ("waste_type", WASTE_TYPES), ("disposal", DISPOSALS), ("method", METHODS), ("relation", RELATIONS),
        ("kind", COMMUNITY_KINDS), ("line", LINE_KINDS), ("backdrop", ("lake", "land", "province", "protected")),
        ("role", ("inventory", "geochemistry", "territories", "communities", "lines", "backdrop", "raster", "links", "exclusions")),
    ],
)  # fmt: skip
def test_every_value_of_the_tables_has_words(start: str, values: tuple[str, ...]) -> None:
    assert [value for value in values if not words.known(f"{start}_{value}")] == []


def test_every_flag_and_tonnage_rule_of_the_stages_has_words() -> None:
    from pipeline.stages.per_site.flag_constraints import FLAGS

    assert [flag for flag in FLAGS if not words.known(f"flag_{flag}")] == []
    rules = ("reported_mass", "volume_density", "milled", "area_height", "area_law", "unknown")
    assert [rule for rule in rules if not words.known(f"tonnage_rule_{rule}")] == []


def test_an_unlisted_code_is_spelled_out() -> None:
    assert words.flag("new_danger", "fr") == "new danger"


def test_numbers_follow_the_language() -> None:
    assert words.number(1234567.0, "en") == "1,234,567"
    assert words.number(1234567.0, "fr") == "1\u202f234\u202f567"
    assert words.number(0.5, "fr", 2) == "0,50"
    assert words.number(-1234.5, "fr", 1) == "-1\u202f234,5"
    assert words.number(float("nan"), "en") == "not known"
    assert words.number(float("inf"), "fr") == "donnée inconnue"
    assert words.number(0, "en") == "0"


def test_estimates_are_rounded_to_what_they_deserve() -> None:
    assert words.rounded(96_828, "en") == "97,000"
    assert words.rounded(0.0123, "fr") == "0,012"
    assert words.span(19_364.0, 484_140.0, "t", "en") == "19,000–480,000\u00a0t"
    assert words.span(None, 10.0, "t", "en") == "10\u00a0t"
    assert words.span(float("nan"), None, "t", "fr") == "donnée inconnue"


def test_french_punctuation_keeps_its_space() -> None:
    assert words.unbroken("38 % des sites") == "38\u00a0% des sites"
    assert words.unbroken("Pourquoi ? « Oui » : non ; si !") == (
        "Pourquoi\u202f? «\u00a0Oui\u00a0»\u00a0: non\u202f; si\u202f!"
    )


def test_dates_are_written_out() -> None:
    assert words.date("2026-11-25", "en") == "25 November 2026"
    assert words.date("2026-11-01", "fr") == "1er novembre 2026"
    assert words.date("2025", "fr") == "2025"
    assert words.date(None, "fr") == "date non précisée"


@pytest.mark.parametrize(
    ("feature", "value", "move", "english", "french"),
    [
        ("near_Th_z", 2.3, 1.0, "thorium in regional samples nearby: well above the regional norm (+2.3 standard deviations), which speaks for it",
         "teneur en thorium des échantillons régionaux proches : nettement au-dessus de la norme régionale (+2,3 écarts types), ce qui parle en sa faveur"),
        ("near_La_z", -0.9, -1.0, "lanthanum in regional samples nearby: below the regional norm (-0.9 standard deviations), which speaks against it",
         "teneur en lanthane des échantillons régionaux proches : sous la norme régionale (-0,9 écarts types), ce qui parle contre lui"),
        ("tonnage_log10", 6.0, 1.0, "amount of waste: 1,000,000\u00a0t, which counts for it more than at a usual site here", "quantité de résidus : 1\u202f000\u202f000\u00a0t, ce qui compte plus en sa faveur que pour un site ordinaire d'ici"),
        ("structure_km", float("nan"), -1.0, "distance to the nearest mapped geological structure: not known, which counts for it less than at a usual site here",
         "distance à la structure géologique cartographiée la plus proche : donnée inconnue, ce qui compte moins en sa faveur que pour un site ordinaire d'ici"),
        ("dep_carbonatite", 0.0, 1.0, "the deposit type is not carbonatite, which speaks for it", "le type de gisement n'est pas : carbonatite, ce qui parle en sa faveur"),
        ("wt_tailings", 1.0, 1.0, "the waste is tailings, which speaks for it", "les résidus sont : rejets de concentrateur, ce qui parle en sa faveur"),
        ("pathfinder_z", 0.1, 1.0, "elements that go with those looked for, in regional samples nearby: close to the regional norm (+0.1 standard deviations), which counts for it more than at a usual site here",
         "éléments qui accompagnent ceux que l'on cherche, dans les échantillons régionaux proches : proche de la norme régionale (+0,1 écarts types), ce qui compte plus en sa faveur que pour un site ordinaire d'ici"),
        ("first_year", 1912.0, 1.0, "first year of work: 1912, which counts for it more than at a usual site here", "première année d'exploitation : 1912, ce qui compte plus en sa faveur que pour un site ordinaire d'ici"),
        ("raster_my_grid_sd", 3.0, 1.0, "unevenness of my grid around the site: 3, which counts for it more than at a usual site here", "variabilité autour du site (my grid) : 3, ce qui compte plus en sa faveur que pour un site ordinaire d'ici"),
        ("type_affinity", 0.75, 1.0, "deposits of this kind often hold the elements looked for, which speaks for it",
         "les gisements de ce type contiennent souvent les éléments recherchés, ce qui parle en sa faveur"),
        ("part_metal", 1.0, 1.0, "ores like those recorded here often carry the elements looked for, which speaks for it",
         "des minerais comme ceux de la fiche portent souvent les éléments recherchés, ce qui parle en sa faveur"),
        ("part_metal", 0.1, 1.0, "ores like those recorded here seldom carry the elements looked for, which is still more than a usual site here has to show",
         "des minerais comme ceux de la fiche portent rarement les éléments recherchés, ce qui est encore plus que ce que montre un site ordinaire d'ici"),
        ("type_affinity", 0.75, -1.0, "deposits of this kind often hold the elements looked for, which by what the model learned, all the same, counts against it, beside a usual site",
         "les gisements de ce type contiennent souvent les éléments recherchés, ce qui d'après ce que le modèle a appris, compte malgré tout contre lui, à côté d'un site ordinaire"),
        ("type_affinity", 0.1, 1.0, "deposits of this kind seldom hold the elements looked for, which by what the model learned, all the same, counts for it, beside a usual site",
         "les gisements de ce type contiennent rarement les éléments recherchés, ce qui d'après ce que le modèle a appris, compte malgré tout en sa faveur, à côté d'un site ordinaire"),
        ("near_Th_z", 2.3, -1.0, "thorium in regional samples nearby: well above the regional norm (+2.3 standard deviations), which by what the model learned, all the same, counts against it, beside a usual site",
         "teneur en thorium des échantillons régionaux proches : nettement au-dessus de la norme régionale (+2,3 écarts types), ce qui d'après ce que le modèle a appris, compte malgré tout contre lui, à côté d'un site ordinaire"),
        ("part_amount", float("nan"), -1.0, "no amount of waste is known here: what such a place usually holds is assumed, which is less than at a usual site here",
         "aucune quantité de résidus n'est connue ici : on suppose celle d'un lieu de ce genre, ce qui est moins que pour un site ordinaire d'ici"),
        ("neighbour_assays_ppm", 2007.6, 1.0, "the sampled wastes, weighed by nearness and likeness, taken alone point to about 2,000\u00a0ppm of the elements looked for, which is more than at a usual site here",
         "les résidus échantillonnés, pesés selon leur proximité et leur ressemblance, font à eux seuls attendre environ 2\u202f000\u00a0ppm des éléments recherchés, ce qui est plus que pour un site ordinaire d'ici"),
        ("waste_proxy_ppm", 1800.0, 1.0, "other elements sampled in the waste, taken alone, point to about 1,800\u00a0ppm of the elements looked for (range and chance weigh all that is known), which is more than all else here lets expect",
         "d'autres éléments mesurés dans les résidus font à eux seuls attendre environ 1\u202f800\u00a0ppm des éléments recherchés (la fourchette et la probabilité pèsent tout ce qui est connu), ce qui est plus que tout le reste ici ne laisse attendre"),
        ("waste_measured_ppm", 1751.0, -0.47, "samples of the waste itself point to about 1,800\u00a0ppm of the elements looked for, which is less than all else here lets expect",
         "des échantillons des résidus eux-mêmes font attendre environ 1\u202f800\u00a0ppm des éléments recherchés, ce qui est moins que tout le reste ici ne laisse attendre"),
        ("waste_measured_ppm", 1751.0, 0.47, "samples of the waste itself point to about 1,800\u00a0ppm of the elements looked for, which is more than all else here lets expect",
         "des échantillons des résidus eux-mêmes font attendre environ 1\u202f800\u00a0ppm des éléments recherchés, ce qui est plus que tout le reste ici ne laisse attendre"),
        ("waste_undetected_ppm", 400.0, -1.0, "the waste itself was sampled and nothing was detected of the elements looked for, whose limits add up to about 400\u00a0ppm (few samples need not stand for all of the waste, and all else that is known is weighed too), which is less than all else here lets expect",
         "les résidus eux-mêmes ont été échantillonnés sans que rien soit décelé des éléments recherchés, dont les limites font environ 400\u00a0ppm (peu d'échantillons ne valent pas forcément pour tous les résidus, et tout ce que l'on sait d'autre pèse aussi), ce qui est moins que tout le reste ici ne laisse attendre"),
        ("raster_odd; name", 2.0, 1.0, "odd, name at the site, in the unit of its grid: 2, which counts for it more than at a usual site here", "odd, name sur le site, dans l'unité de sa grille : 2, ce qui compte plus en sa faveur que pour un site ordinaire d'ici"),
    ],
)  # fmt: skip
def test_reasons_are_plain_sentences(feature: str, value: float, move: float, english: str, french: str) -> None:
    assert phrase_reason(feature, move, value, "en") == english
    assert phrase_reason(feature, move, value, "fr") == words.unbroken(french)
    assert ";" not in phrase_reason(feature, move, value, "en") + phrase_reason(feature, move, value, "fr")


def test_a_neighbour_that_speaks_for_a_site_is_named_and_not_told_as_the_sites_own_record() -> None:
    camp = {
        "camp_name": ["Quiet", None, "Far"], "camp_site_id": ["s-1", "s-2", "s-3"], "camp_km": [1.25, 3.0, np.nan],
        "camp_deposit_type": ["Paleoplacer U", None, None], "camp_commodities": ["uranium; yttrium", "feldspar; thorium", "gold"],
    }  # fmt: skip
    told = neighbours(pd.DataFrame(camp), "en").tolist()
    assert told == [
        "Quiet, 1.2 km away (Paleoplacer U, uranium, yttrium),",
        "s-2, 3.0 km away (feldspar, thorium),",
        None,
    ]
    assert neighbours(pd.DataFrame({"site_id": ["s-1"]}), "en").tolist() == [None]
    reason = phrase_reason("part_metal_camp", 1.0, 0.7, "en", "feldspar", neighbour=told[0])
    assert reason.startswith(
        "Quiet, 1.2 km away (Paleoplacer U, uranium, yttrium), is a like mine that says more of its ore"
    )
    for neighbour in (told[0], None):
        assert "recorded here" not in phrase_reason("part_metal_camp", 1.0, 0.7, "en", "feldspar", neighbour=neighbour)
    assert "fiche" not in phrase_reason("part_metal_camp", 1.0, 0.7, "fr", "feldspar")


@pytest.mark.parametrize("value", [0.1, 0.5, 0.9])
def test_an_amount_that_is_known_is_not_told_as_taken(value: float) -> None:
    assert "assumed" not in phrase_reason("part_amount_known", 1.0, value, "en")
    assert "on record here" in phrase_reason("part_amount_known", 1.0, value, "en")


def test_what_was_recorded_is_named_in_the_reason_it_gives() -> None:
    told = phrase_reason("part_metal", 1.0, 1.0, "en", "uranium; thorium; fluorite")
    assert (
        told
        == "uranium, thorium, fluorite recorded here: such ores often carry the elements looked for, which speaks for it"
    )
    for recorded, target, names in (
        ("uranium; thorium; yttrium; rare earths", "REE", "yttrium, rare earths"),
        ("uranium; thorium; cobalt", "Co", "cobalt"),
    ):
        assert phrase_reason("part_metal", 1.0, 1.0, "en", recorded, target=target) == (
            f"{names} recorded here, among the very elements looked for, which speaks for it"
        )
    assert "such ores often" in phrase_reason("part_metal", 1.0, 1.0, "en", "uranium; yttrium", target="Co")
    french = phrase_reason("part_metal", -1.0, 0.05, "fr", "gold; silver; copper; zinc; lead")
    assert french == words.unbroken(
        "or, argent, cuivre, zinc … d'après la fiche : de tels minerais portent rarement les éléments recherchés, ce qui parle contre lui"
    )


@pytest.mark.parametrize(("feature", "value"), [("near_Th_z", 1.5499), ("height_m", 59.94), ("tonnage_log10", 5.7993)])
def test_a_value_rounded_once_more_reads_the_same(feature: str, value: float) -> None:
    _, shown = reason_parts(feature, 1.0, value, "en")
    assert shown is not None
    assert reason_parts(feature, 1.0, np.log10(shown) if "log10" in feature else shown, "en")[1] == pytest.approx(shown)


@pytest.mark.parametrize(
    ("code", "values", "english", "french"),
    [
        ("norm", {"commodities": ("niobium", "rare earths")},
         "Niobium and rare earths: such ores often carry uranium or thorium. Measure before handling.",
         "Niobium et terres rares : ces minerais portent souvent de l'uranium ou du thorium. Mesurer avant toute manipulation."),
        ("activity_U_Th", {"U_ppm": 1200.0, "Th_ppm": 35.2, "activity_bq_g": 14.96},
         "Samples of the waste hold 1,200 ppm U and 35 ppm Th: about 15.0 Bq/g of parent activity.",
         "Des échantillons des résidus contiennent 1\u202f200 ppm U et 35 ppm Th : environ 15,0 Bq/g (activité des radionucléides parents)."),
        ("hazard_compilers", {"grade": "A"},
         "The inventory gives hazard class A, in Canada's national inventory a possible risk to environment, public health and safety (graded by the compilers, not by the jurisdiction).",
         "L'inventaire donne la classe de danger A, dans l'inventaire national du Canada un risque possible pour l'environnement, la santé et la sécurité publiques (classée par les compilateurs, non par l'administration)."),
        ("in_operation", {"quoted": "active"},
         "The record says 'active': where that still holds, its owner decides about the waste, and it is no historic one.",
         "La fiche dit « active » : si cela vaut encore, son propriétaire décide des résidus, et ils ne sont pas historiques."),
        ("covered", {"quoted": "capped 1,5 m: {x}"},
         "The record says 'capped 1,5 m: {x}': the waste may be covered or already cleaned up.",
         "La fiche dit « capped 1,5 m: {x} » : les résidus sont peut-être recouverts ou déjà restaurés."),
        ("poison", {"commodities": ("arsenic", "mercury")},
         "The record names arsenic and mercury.", "La fiche nomme ceci : arsenic et mercure."),
        ("quarry", {"commodities": ("sand and gravel",)},
         "Only sand and gravel was worked here: a quarry or pit, which seldom leaves tailings.",
         "On n'a exploité ici que ceci : sable et gravier. Une carrière laisse rarement des rejets de concentrateur."),
        ("elsewhere", {"record": "b:2", "km": 1234.56},
         "The record b:2 seems to be this site too, but lies 1,234.6 km away.",
         "La fiche b:2 semble être aussi ce site, mais se trouve à 1\u202f234,6 km."),
        ("disagree", {"quantity": "mass_t", "low": 900.0, "high": 2000.0},
         "The records disagree on the mass (t): 900 to 2,000.",
         "Les fiches ne s'accordent pas sur la masse (t) : 900 à 2\u202f000."),
    ],
)  # fmt: skip
def test_why_a_caution_was_given_is_said_in_both_languages(
    code: str, values: dict[str, Any], english: str, french: str
) -> None:
    assert words.finding(code, values, "en") == english
    assert words.finding(code, values, "fr") == words.unbroken(french)


def test_a_finding_without_words_is_an_error() -> None:
    with pytest.raises(StageError, match="no sentence for the finding 'nobody_listed'"):
        words.finding("nobody_listed", {}, "fr")


NAMES = {"alike_percent", "km", "commodity"}
COMPUTED = (
    {f"disposal_{one}": set() for one in ("lake", "ocean", "river", "backfill")}
    | {f"recovery_{one}": set() for one in ("clay", "carbonate", "silicate", "phosphate", "coal")}
    | {code: {"grade"} for code in ("hazard", "hazard_compilers")}
    | {"activity_U": {"U_ppm", "activity_bq_g"}, "activity_Th": {"Th_ppm", "activity_bq_g"}}
    | {"activity_U_Th": {"U_ppm", "Th_ppm", "activity_bq_g"}}
    | {"parent": set(), "parent_near": {"km"}, "parent_but_apart": {"km"}}
    | {"ids_differ": set(), "ids_differ_near": {"km"}, "better_neighbour": {"km", "commodity"}}
    | {"number": {"number"}, "number_near": {"number", "km"}, "number_but_apart": {"number", "km"}}
    | {f"same_spot{end}": {"name", "site"} for end in ("", "_sampled")}
    | {
        f"same_{what}_near{end}": {"name", "site", "m"}
        for what in ("name", "works", "amount")
        for end in ("", "_sampled")
    }
    | {f"mistyped_{axis}": {"name", "site", "degrees"} for axis in ("latitude", "longitude")}
    | {
        f"likely_{kind}": set()
        for kind in (
            "gold_mill",
            "gold_mill_undated",
            "placer_mercury",
            "five_element",
            "antimony",
            "arsenic_ore",
            "gold_arsenic",
        )
    }
    | {f"uranium{kind}": set() for kind in ("", "_canada", "_rock", "_rock_canada", "_recorded")}
    | {code: {"mass_t", "m3", "t_m3"} for code in ("density", "density_allowed")}
    | dict.fromkeys(("names", "better_rival", "markers_differ", "amounts_differ"), NAMES)
)
"""Findings whose code or values are put together when the stage runs: code -> values."""


def findings_in(source: str) -> dict[str, set[str]]:
    """Return the codes that are written out in a file, with the values each is given."""
    found = {}
    for call in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)):
        keywords = {str(one.arg): one.value for one in call.keywords}
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        code = call.args[0] if name == "_finding" else keywords.get("code") if name == "Finding" else None
        values = keywords.get("values", ast.Dict([], []))
        if isinstance(code, ast.Constant) and code.value not in COMPUTED:
            dictionary = {one.value for one in getattr(values, "keys", ()) if isinstance(one, ast.Constant)}
            found[str(code.value)] = set(keywords) if name == "_finding" else dictionary
    return found


def test_every_finding_has_its_words_with_its_values_in_both_languages() -> None:
    listed = {
        code: [set(re.findall(r"\{(\w+)", both[lang])) for lang in words.LANGUAGES]
        for code, both in words.all_words()["findings"].items()
    }
    root, found = MAPS.parent, dict(COMPUTED)
    for path in (
        "pipeline/evidence/doubled_places.py",
        "pipeline/evidence/doubtful_amounts.py",
        "pipeline/evidence/doubtful_grades.py",
        "pipeline/evidence/likely_acid.py",
        "pipeline/evidence/likely_poisons.py",
        "pipeline/evidence/protected_areas.py",
        "pipeline/evidence/recovery_hosts.py",
        "pipeline/stages/per_site/flag_constraints.py",
        "pipeline/stages/link_records.py",
        "layers/readers/exclusions.py",
    ):
        found |= findings_in((root / path).read_text(encoding="utf-8"))
    assert {code: [values, values] for code, values in found.items()} == listed


def test_only_known_files_find_something() -> None:
    """A new file with findings belongs to the test above; codes of a validation have a test of their own."""
    files = {
        path.relative_to(MAPS.parent).as_posix()
        for package in ("layers", "pipeline")
        for path in (MAPS.parent / package).rglob("*.py")
        if "layers.findings import" in path.read_text(encoding="utf-8")
    }
    of_a_validation = {
        path for path in files if path == "layers/validation.py" or path.startswith("pipeline/learning/")
    }
    assert files - of_a_validation == {
        "pipeline/evidence/doubled_places.py",
        "pipeline/evidence/doubtful_amounts.py",
        "pipeline/evidence/doubtful_grades.py",
        "pipeline/evidence/likely_acid.py",
        "pipeline/evidence/likely_poisons.py",
        "pipeline/evidence/protected_areas.py",
        "pipeline/evidence/recovery_hosts.py",
        "pipeline/stages/per_site/flag_constraints.py",
        "pipeline/stages/link_records.py",
        "pipeline/stages/train_model.py",
        "layers/readers/exclusions.py",
    }


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML has no libyaml here, and one reader alone")
def test_both_readers_of_yaml_read_the_same_words() -> None:
    texts = [*sorted((MAPS.parent / "layers").rglob("*.yml")), MAPS / "words.yml"]
    for path in texts:
        text = path.read_text(encoding="utf-8")
        assert yaml.load(text, Loader=yaml.CSafeLoader) == yaml.safe_load(text), path


def test_commodities_are_named_in_french_where_they_have_a_name() -> None:
    assert words.commodities("gold; iron; apatite; QZX", "fr") == "or\u202f; fer\u202f; apatite\u202f; QZX"
    assert words.commodities("gold; iron", "en") == "gold; iron"


def test_states_provinces_deposits_and_layers_are_named_in_both_languages() -> None:
    assert [words.status(one, "fr") for one in ("past_producer", "Abandoned", "Restauration à venir", "Autre état")] == [
        "ancien producteur", "abandonné", "restauration à venir", "Autre état",
    ]  # fmt: skip
    assert words.status("Restauration à venir", "en") == "restoration to come"
    assert words.jurisdiction("ON", "fr") == "Ontario"
    assert words.deposit_type("Epithermal, Vein (Polymetallic), Odd", "fr") == "épithermal, filon (polymétallique), Odd"
    assert words.layer("Indian Reserve", "fr") == "Réserve indienne (RI)"
    assert words.layer("Areas of treaties", "fr") == "Areas of treaties"


def test_the_words_that_must_not_be_written() -> None:
    text = "\n".join(both["en"].lower() for both in words.all_words()["words"].values())
    text = (
        text.replace("not a mineral resource or reserve", "")
        .replace("indian reserve", "")
        .replace("areas, reserves and", "")
    )
    text = text.replace("not a grade of this waste", "").replace("treaty areas, reserves", "")
    for barred in (
        "resource",
        "reserve",
        "npv",
        "$",
        "economic value",
        "high-grade",
        "viable",
        "prospective",
        "no indigenous interest",
        "approved",
    ):
        assert barred not in text.replace("no economic or legal", ""), barred


def test_the_notices_are_as_agreed() -> None:
    assert words.word("notice_not_resource", "en").startswith(
        "Indicative contained oxide, from public data, for screening only."
    )
    assert "Il ne s'agit pas de ressources ni de réserves minérales" in words.word("notice_not_resource", "fr")
    assert words.word("notice_nations", "en").endswith("Speak with the Nation.")
    assert words.word("notice_nations", "fr").endswith("Adressez-vous à la Nation.")
    assert words.word("notice_absence", "en") == "Absence from these public layers does not mean absence of rights."


def test_one_thing_is_told_in_the_singular() -> None:
    assert words.phrase("worth_of", "en", n=1) == "Worth a sample for 1 target"
    assert words.phrase("worth_of", "en", n=2) == "Worth a sample for 2 targets"
    assert words.phrase("count_shown", "fr", shown=0, n=9) == "0 site sur 9"
    assert words.phrase("count_shown", "fr", shown=3, n=1) == "3 sites sur 1"
    assert words.phrase("counted_waste", "en", n=1) == "1 place with mine waste on record"


@pytest.mark.parametrize(
    ("value", "en", "fr"),
    [
        (1.0, "> 0.99", "> 0,99"),
        (0.0, "< 0.01", "< 0,01"),
        (0.994, "0.99", "0,99"),
        (0.005, "0.01", "0,01"),
        (0.5, "0.50", "0,50"),
    ],
)
def test_a_chance_is_never_told_as_certain(value: float, en: str, fr: str) -> None:
    assert (words.chance(value, "en"), words.chance(value, "fr")) == (en, fr)


@pytest.mark.parametrize(
    ("chance", "ends", "english"),
    [
        (1.0, (0.12, 1.0), "Chance that the grade is reached: > 0.99 (band 0.12 to > 0.99)"),
        (0.4, (0.12, 0.55), "Chance that the grade is reached: 0.40 (band 0.12–0.55)"),
        (0.4, (0.0, 0.55), "Chance that the grade is reached: 0.40 (band < 0.01 to 0.55)"),
        (1.0, (0.991, 1.0), "Chance that the grade is reached: > 0.99 (band 0.99 to > 0.99)"),
        (1.0, (0.996, 1.0), "Chance that the grade is reached: > 0.99"),
        (0.001, (0.0, 0.002), "Chance that the grade is reached: < 0.01"),
    ],
)
def test_an_explained_chance_is_never_certain_nor_are_its_ends(
    chance: float, ends: tuple[float, float], english: str
) -> None:
    row = {"score": chance, "score_low": ends[0], "score_high": ends[1]}
    assert words.banded_chance("explain_score", row, "en") == english


@pytest.mark.parametrize(
    ("value", "en", "fr"),
    [
        (1.0, "> 99", "> 99"),
        (0.0, "< 1", "< 1"),
        (0.994, "99", "99"),
        (0.005, "< 1", "< 1"),
        (0.006, "1", "1"),
        (0.437, "44", "44"),
    ],
)
def test_per_cent_of_a_chance_are_never_all_or_none(value: float, en: str, fr: str) -> None:
    assert (words.percent(value, "en"), words.percent(value, "fr")) == (en, fr)


def test_a_grade_from_nothing_on_is_told_as_below_its_upper_end() -> None:
    assert words.grade(0.0, 7_019.0, "en") == "nothing detected; mean of the waste up to 7,000\u00a0ppm"
    french = "rien de décelé ; moyenne des résidus jusqu'à 7\u202f000\u00a0ppm"
    assert words.grade(0.0, 7_019.0, "fr") == words.unbroken(french)
    assert words.grade(70.2, 7_019.0, "en") == "70–7,000\u00a0ppm"
    assert words.grade(None, None, "en") == "not known"


@pytest.mark.parametrize(("lead", "said"), [(0.03, "leads by 0.03"), (0.0, "leads by 0.00"), (-0.03, "trails by 0.03")])
def test_a_model_behind_a_simpler_rule_trails_it(lead: float, said: str) -> None:
    figures = RuleFigures(auc=0.9, lead=lead, lead_low=lead - 0.05, lead_high=lead + 0.05)
    assert said in verdict._row("rule", figures, "en")[1]


def test_what_french_joins_has_its_space_before_the_semicolon() -> None:
    assert words.commodities("copper; zinc", "fr") == "cuivre\u202f; zinc"
    assert words.commodities("copper; zinc", "en") == "copper; zinc"
    assert words.commodity_names("", "fr") == []


VALUES = ("near_Th_ppm", "near_km", "structure_km", "raster_x", "waste_Th_ppm", "neighbour_assays_ppm", "other_method_ppm",
          "waste_measured_ppm", "waste_undetected_ppm", "waste_proxy_ppm", "kind_assays_10", "tonnage_log10", "height_m", "first_year")  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize(
    ("feature", "value"),
    [
        *((name, value) for name in VALUES for value in (0.5, 4.0, math.nan)),
        *((name, 0.4) for name in ("part_amount", "part_amount_known", "part_metal", "type_affinity")),
        *((name, math.nan) for name in ("part_amount", "part_metal", "near_Th_z")),
        ("near_Th_z", 0.1),
    ],
)
def test_what_reads_neither_much_nor_little_is_only_compared(feature: str, value: float, lang: str) -> None:
    """A grade of 160 ppm, a distance or an assumption speaks for nothing: its contribution tells a site from a usual one."""
    for recorded in (None, "gold; thorium"):
        rises, falls = (phrase_reason(feature, move, value, lang, recorded) for move in (0.5, -0.5))
        for text in (rises, falls):
            assert "speaks for it" not in text
            assert "speaks against it" not in text
            assert "parle en sa faveur" not in text
            assert "parle contre lui" not in text
        assert rises != falls


@pytest.mark.parametrize("barred", ["au-dessus de la teneur", "tonnes qui comptent", "nettoy", "rejets d'usine"])
def test_one_french_word_for_one_thing(barred: str) -> None:
    """Payable oxides are those in waste that reaches the grade, not the part above it; tailings and clean-up have one word."""
    texts = [
        both["fr"]
        for name, section in words.all_words().items()
        if isinstance(section, dict)
        for both in section.values()
        if isinstance(both, dict) and isinstance(both.get("fr"), str)
    ]
    assert len(texts) > 1000
    assert [text for text in texts if barred in text] == []
