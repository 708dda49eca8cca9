"""Whether a heading that holds the word of an axis names a coordinate, or an amount, length, year, share or error."""

from __future__ import annotations

import re

from layers.guess.words import HOLDING, plain

AXES = ("latitude", "longitude", "easting", "northing")
_CLEAR = r"lat(?:itude?|itudine)?|longitude?|longitudine|lon|lng|easting|northing|utm_?[exny]|\w+wert"
_AXIS = re.compile(
    rf"(?:^|_)(?:(?P<clear>{_CLEAR})|long|este?|east|ost|oest|nort[eh]|nord|leste|itae?n?|pohjoinen|[xyenwo])(?=_|\d|$)"
)
_AMOUNT = re.compile(
    r"(?:^|_)(?:ton|tons|tonn\w*|tone?l\w*|toneladas?|[mk]?t|kg|lbs?|mass\w*|masa|weight|wt|peso|poids|gewicht|m[23]|k?m2|mm3|ha|hect\w*|"
    r"acres?|yd3|vol|volum\w*|volym|area|areal|superfic\w*|surface|flache|pct|percent\w*|ppm|ppb|years?|yr|anos?|annee|jahr|"
    r"cost|costo|cout|kosten|price|value|length|longueur|width|height|depth|thickness|axis|eje|extent|offset|"
    r"factor|count|number)(?=_|$)"
)
_ERROR = re.compile(
    r"(?:^|_)(?:err|errors?|erreur|fehler|uncert\w*|unc|accura\w*|acc|precisi\w*|incert\w*|tolerance|rmse|std_?dev|sd|stdev)(?=_|$)"
)
_LENGTH = re.compile(r"_(?:m|met(?:re|er)s?|metros|mts|ft|feet|km)$")
_BEHIND = re.compile(
    r"(?:\d+|[nsewoxydmzc]|et|lat|lo?ng?|met(?:re|er)s?|metros|mts|ft|feet|km|utm\w*|dd+|dec\w*|deg\w*|grad\w*|gr|dms|gms|min\w*|sec\w*|seg\w*|"
    r"hem\w*|dir\w*|coord\w*|koord\w*|proj\w*|gps|map|grid|orig\w*|centro\w*|center|centre|point|punto|pt|saga|yukari?|albers|lamb\w*|l93|l2e|"
    r"nad|wgs|psad|sad|sirgas|etrs|gda|mga|amg|itm|bng|nztm|tm|gk|kk|jtsk|datum|zone|zona|huso|fuseau|fuso|east\w*|west\w*|nort\w*|"
    r"nord\w*|south\w*|sur|sud|est\w*|oeste|ouest|leste|longitud\w*|max\w*|min\w*|start|end|old|new|[a-z]{1,6}\d{2,}[a-z]{0,3})"
)


def is_of_an_axis(name: str) -> bool:
    """Say whether a heading names a coordinate."""
    return any(re.search(HOLDING[axis], plain(name)) for axis in AXES) and not speaks_of_another(name)


def word_of_coordinates(word: str) -> bool:
    """Say whether a plain word may stand beside the letter of an axis without making it something else."""
    return _BEHIND.fullmatch(word) is not None


def speaks_of_another(name: str, axis: str | None = None) -> bool:
    """Say whether a heading speaks of something that is no coordinate, though it holds the word of an axis.

    ``Est. tonnage (t)`` is estimated, ``Long tons`` are tons, ``Lat. error`` is an error, ``Long (m)`` a length. Words that are
    others as well (``Est``, ``Long``, ``X``) name an axis only where nothing but words of coordinates stands behind them.

    Parameters
    ----------
    name : str
        Heading.
    axis : str or None
        The layer column it is tried for; degrees do not stand in metres.
    """
    heading = plain(name)
    match = _AXIS.search(heading)
    if _ERROR.search(heading) or (axis in ("latitude", "longitude") and _LENGTH.search(heading)):
        return True
    if match is None:
        return _AMOUNT.search(heading) is not None
    behind = heading[match.end() :].strip("_")
    if match["clear"]:
        return "%" in name or _AMOUNT.search(f"_{behind}") is not None
    others = [word for word in behind.split("_") if word]
    return "%" in name or _AMOUNT.search(heading) is not None or not all(map(word_of_coordinates, others))
