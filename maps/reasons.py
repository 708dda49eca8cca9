"""Why a score is what it is, feature by feature, as somebody would say it who knows the ground."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

import pandas as pd

from layers.cells.commodities import elements_of
from layers.elements import REE
from maps.words import (
    all_words,
    commodities,
    commodity_names,
    deposit_type,
    element,
    known,
    marks,
    number,
    phrase,
    rounded,
    spelled_out,
    word,
)

_ELEMENT = r"(?P<x>[A-Z][a-z]?|[A-Z]{3,4}|tree|treo)"
_FEATURES = (
    (re.compile(rf"near_{_ELEMENT}_z"), "near_z", "z"),
    (re.compile(rf"near_{_ELEMENT}_max_ppm"), "near_ppm", "ppm"),
    (re.compile(rf"near_{_ELEMENT}(_mean|_median|_idw)?_ppm"), "near_mean_ppm", "ppm"),
    (re.compile(r"pathfinder_z"), "pathfinder", "z"),
    (re.compile(r"neighbour_assays_ppm"), "neighbour_assays", "ppm"),
    (re.compile(r"other_method_ppm"), "other_method", "ppm"),
    (re.compile(r"waste_measured_ppm"), "waste_measured", "ppm"),
    (re.compile(r"waste_undetected_ppm"), "waste_undetected", "ppm"),
    (re.compile(r"type_affinity"), "type_affinity", "share"),
    (re.compile(r"target_words"), "target_words", "flag"),
    (re.compile(r"part_(?P<x>metal_camp|metal|amount_known|amount|access|liability)"), "part", "share"),
    (re.compile(r"waste_proxy_ppm"), "waste_proxy", "ppm"),
    (re.compile(rf"waste_{_ELEMENT}_ppm"), "waste_ppm", "ppm"),
    (re.compile(r"near_(?P<x>[A-Z][a-z]?_[A-Z][a-z]?)(_ratio)?"), "near_ratio", ""),
    (re.compile(r"kind_assays_(?P<x>\d+)"), "kind_assays", "count"),
    (re.compile(r"near_n"), "near_n", "count"),
    (re.compile(r"waste_n"), "waste_n", "count"),
    (re.compile(r"near_km"), "near_km", "km"),
    (re.compile(r"structure_km"), "structure_km", "km"),
    (re.compile(r"tonnage_log10"), "tonnage_log10", "log_t"),
    (re.compile(r"area_log10"), "area_log10", "log_m2"),
    (re.compile(r"volume_log10"), "volume_log10", "log_m3"),
    (re.compile(r"height_m"), "height_m", "m"),
    (re.compile(r"first_year"), "first_year", "year"),
    (re.compile(r"last_year"), "last_year", "year"),
    (re.compile(r"raster_(?P<x>.+)_sd"), "raster_sd", ""),
    (re.compile(r"raster_(?P<x>.+)"), "raster", ""),
    (re.compile(r"dep_(?P<x>.+)"), "dep", "flag"),
    (re.compile(r"wt_(?P<x>.+)"), "wt", "flag"),
    (re.compile(r"com_(?P<x>.+)"), "com", "flag"),
)
OF_AMOUNT = ("part_amount", "part_amount_known", "tonnage_log10", "area_log10", "volume_log10")
"""Features that tell how much waste there is: at a showing there is none as far as is known."""

LEVELS = (0.25, 0.65)
"""Shares from 0 to 1 are called low below the first, high from the second on."""

NORM = (-0.5, 0.5, 2.0)
"""Standard scores that part below, close to, above and well above the norm."""

UNDECIDED = ("value", "middle", "close", "missing")
"""Readings that by themselves speak neither for nor against a site."""

_LITTLE, _MUCH = ("low", "below"), ("high", "above", "well_above")
_BY_TABLE = ("part", "amount")
"""Kinds of features of which more always speaks for a site, by published tables."""

_BESIDE = {
    "neighbour_assays": "expected",
    "other_method": "expected",
    "waste_measured": "measured",
    "waste_undetected": "undetected",
    "waste_proxy": "measured",
}
"""Kinds of features whose value is a grade, by what it is held against: a usual site, or all else that is known of the waste."""

READ_AT = tuple(sorted({*LEVELS, *NORM}))
"""Where the words for a value change: between two of these, and at each of them, all values of a feature read alike."""

SMALLEST = 0.005
"""Contributions, in log-odds, below this are printed as 0.00."""

RECORDED_SHOWN = 4
"""Commodities named in a reason."""

_UNITS = {"ppm": "ppm", "km": "km", "m": "m", "log_t": "t", "log_m2": "m²", "log_m3": "m³"}


@lru_cache(maxsize=4096)
def phrase_feature(feature: str, lang: str) -> str:
    """Say what a model feature is, without its value."""
    kind, name, _ = _kind_of(feature, lang)
    return str(all_words()["features"][kind][lang]).format(x=name)


def phrase_reason(
    feature: str,
    contribution: float,
    value: float,
    lang: str,
    recorded: object = None,
    kind: str = "waste",
    neighbour: object = None,
    target: str = "REE",
) -> str:
    """Say in plain words what moved a score and in which direction.

    Parameters
    ----------
    feature : str
        Column of the layer `Features`, e.g. ``near_Th_z``.
    contribution : float
        In log-odds; its sign gives the direction.
    value : float
        The site's value; NaN is said to be not known.
    lang : {"en", "fr"}
        Language.
    recorded : object
        Commodities of the site, joined with ``; ``, where they are known: they name what an expectation by kind rests on.
    kind : str
        What stands at the site, of `layers.schema.SITE_KINDS`.
    neighbour : object
        The like mine that speaks for the site, from `neighbours`, where there is one.
    target : str
        ``REE`` or the symbol of the element looked for: commodities that are of it are told as such.

    Returns
    -------
    str
        E.g. ``thorium in regional samples nearby: above the regional norm (+1.6 standard deviations), which speaks
        for it``. There is never a semicolon in it, so that reasons can be listed with ``; ``.
    """
    if feature == "part_metal" and math.isfinite(value) and isinstance(recorded, str) and recorded:
        own = [name for name in recorded.split("; ") if is_looked_for(name, target)]
        names = commodity_names("; ".join(own) or recorded, lang)
        listed = ", ".join(names[:RECORDED_SHOWN]) + (" …" if len(names) > RECORDED_SHOWN else "")
        return record_template(contribution, value, lang, own=bool(own)).replace("{x}", listed).replace(";", ",")
    if feature == "part_metal_camp" and isinstance(neighbour, str):
        what = all_words()["readings"][f"camp_{_level(value)}"][lang].replace("{x}", neighbour)
        sentence = str(all_words()["readings"]["plain"][lang])
        return sentence.format(what=what, direction=_direction(contribution, _level(value), lang)).replace(";", ",")
    template, shown = reason_parts(feature, contribution, value, lang, kind)
    return template if shown is None else template.replace("{value}", with_unit(shown, unit_of(feature), lang))


def neighbours(sites: pd.DataFrame, lang: str) -> pd.Series:
    """Return for each site the like mine that speaks for it: name, kilometres, and what its ore is; None where none does.

    Parameters
    ----------
    sites : DataFrame
        With ``camp_name, camp_site_id, camp_km, camp_deposit_type, camp_commodities`` where the run has them.
    lang : {"en", "fr"}
        Language.
    """
    if "camp_km" not in sites:
        return pd.Series([None] * len(sites), index=sites.index, dtype=object)
    columns = ["camp_name", "camp_site_id", "camp_km", "camp_deposit_type", "camp_commodities"]
    labels = [_neighbour(dict(zip(columns, row, strict=True)), lang) for row in sites[columns].to_numpy(dtype=object)]
    return pd.Series(labels, index=sites.index, dtype=object)


def _neighbour(camp: dict[str, Any], lang: str) -> str | None:
    if pd.isna(camp["camp_km"]):
        return None
    deposit, recorded, name = camp["camp_deposit_type"], camp["camp_commodities"], camp["camp_name"]
    ore = deposit_type(deposit, lang) if isinstance(deposit, str) else ""
    names = commodity_names(recorded, lang) if isinstance(recorded, str) else []
    more = " …" if len(names) > RECORDED_SHOWN else ""
    what = ", ".join(filter(None, [ore, *names[:RECORDED_SHOWN]])) + more
    label = name if isinstance(name, str) else camp["camp_site_id"]
    return phrase("neighbour_mine", lang, name=label, km=number(float(camp["camp_km"]), lang, 1), ore=what)


def of_weight(reasons: pd.DataFrame) -> pd.DataFrame:
    """Return reasons without those whose contribution is printed as 0.00: they moved nothing."""
    return reasons[reasons["contribution"].abs() >= SMALLEST]


def reason_parts(
    feature: str, contribution: float, value: float, lang: str, kind: str = "waste"
) -> tuple[str, float | None]:
    """Return a reason as a template with a slot ``{value}``, and the number for the slot (None where it has no slot).

    A page with thousands of sites keeps each template once. The number is rounded as it is to be printed.
    """
    what_kind, name, unit = _kind_of(feature, lang)
    readings = all_words()["readings"]
    reading = _reading(value, unit)
    own = readings.get(f"{what_kind}_{reading}") or readings.get(f"{what_kind}_{name_of(feature)}_{reading}")
    if kind == "showing" and feature in OF_AMOUNT:
        own = readings["amount_showing"]
    assumed = feature == "part_amount" and kind != "showing"
    direction = _direction(contribution, reading, lang, "amount" if assumed else what_kind)
    if own is not None:
        text = readings["plain"][lang].format(what=str(own[lang]).replace("{x}", name), direction=direction)
    else:
        what, read = phrase_feature(feature, lang), readings[reading][lang]
        text = readings["sentence"][lang].format(what=what, reading=read, direction=direction)
    text = text.replace(";", ",")
    return (text, _printed(value, unit)) if "{value}" in text else (text, None)


def name_of(feature: str) -> str:
    """Return the part of a feature's name that tells it from others of its kind, as it is written there."""
    matched = next((match for pattern, _, _ in _FEATURES if (match := pattern.fullmatch(feature))), None)
    return (matched.groupdict().get("x") or "") if matched else ""


def unit_of(feature: str) -> str:
    """Return how the value of a feature is written: ``z, ppm, count, km, m, year, log_t, log_m2, flag, share`` or nothing."""
    return _kind_of(feature, "en")[2]


def with_unit(value: float, unit: str, lang: str) -> str:
    """Write the value of a feature with its unit."""
    if unit == "z":
        return marks(f"{value:+.1f}", lang)
    if unit == "year":
        return f"{value:.0f}"
    whole = unit == "count" or float(value).is_integer()
    written = number(value, lang) if whole else rounded(value, lang)
    return f"{written}\u00a0{_UNITS[unit]}" if unit in _UNITS else written


def _printed(value: float, unit: str) -> float:
    """Return a value with no more digits than are printed, so that every page prints the same."""
    value = 10.0**value if unit.startswith("log_") else float(value)
    if unit in ("count", "year"):
        return value
    return round(value, 1) + 0.0 if unit == "z" else float(f"{value:.2g}")


def is_looked_for(commodity: str, target: str) -> bool:
    """Say whether a commodity is of the elements looked for: any rare earth, or the one element of another target."""
    return bool(set(elements_of(commodity)) & (set(REE) if target == "REE" else {target}))


def record_template(contribution: float, value: float, lang: str, *, own: bool) -> str:
    """Return the reason that the recorded commodities give, with a slot ``{x}`` for their names.

    ``own`` says that they are of the elements looked for themselves, not of ores that may carry them.
    """
    readings, level = all_words()["readings"], _level(value)
    what = readings["recorded_own" if own else f"recorded_{level}"][lang]
    return str(readings["plain"][lang]).format(what=what, direction=_direction(contribution, level, lang))


def _direction(contribution: float, reading: str, lang: str, kind: str = "") -> str:
    """Return which way a reason moved the score.

    Contributions tell a site from a usual one. What reads as much or little, or is so or not, speaks for or against a site.
    Against its own words, it is the less (or more) compared with a usual site where more always speaks for a site; of what a
    model learned from, more may as well speak against it, so only the way is told. Of a mere value, or of what is usual or not
    known, only the comparison is true.
    """
    way = "raises" if contribution >= 0 else "lowers"
    if reading in ("middle", "missing") and kind == "amount":  # what is assumed, held against a usual site
        return word(f"{way}_expected", lang)
    if reading == "value" and kind in _BESIDE:
        return word(f"{way}_{_BESIDE[kind]}", lang)
    if reading in UNDECIDED:
        return word(f"{way}_beside", lang)
    if reading not in (_LITTLE if way == "raises" else _MUCH):
        return word(way, lang)
    return word(f"{way}_learned" if kind and kind not in _BY_TABLE else f"{way}_compared", lang)


def _level(value: float) -> str:
    return "low" if value < LEVELS[0] else "high" if value >= LEVELS[1] else "middle"


def _reading(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "missing"
    if unit == "share":
        return _level(value)
    if unit == "flag":
        return "is_so" if value > NORM[1] else "is_not"
    if unit == "z":
        low, high, very_high = NORM
        return (
            "well_above" if value >= very_high else "above" if value >= high else "below" if value <= low else "close"
        )
    return "value"


@lru_cache(maxsize=4096)
def _kind_of(feature: str, lang: str) -> tuple[str, str, str]:
    """Return the kind of a feature, the words for the thing it names, and how its value is written."""
    for pattern, kind, unit in _FEATURES:
        match = pattern.fullmatch(feature)
        if match:
            return kind, _named(kind, match.groupdict().get("x") or "", lang), unit
    return "other", spelled_out(feature), ""


def _named(kind: str, name: str, lang: str) -> str:
    if kind in ("near_z", "near_ppm", "near_mean_ppm", "waste_ppm"):
        return element(name, lang)
    if kind == "part":
        return word(f"part_{name.split('_')[0]}", lang).casefold()
    if kind == "com":
        return commodities(spelled_out(name), lang)
    if kind == "near_ratio":
        return name.replace("_", "/")
    if kind == "wt":
        return word(f"waste_type_{name}", lang) if known(f"waste_type_{name}") else spelled_out(name)
    section = {"raster": "rasters", "raster_sd": "rasters", "dep": "deposits"}.get(kind)
    entry = all_words()[section].get(name.lower()) if section else None
    return str(entry[lang]) if entry else spelled_out(name)
