"""Datum names, UTM zones as people write them, and what a rounded easting is worth."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

DATUMS = {
    "wgs84": "EPSG:4326",
    "wgs1984": "EPSG:4326",
    "worldgeodeticsystem1984": "EPSG:4326",
    "gps": "EPSG:4326",
    "nad83": "EPSG:4269",
    "nad1983": "EPSG:4269",
    "northamerican1983": "EPSG:4269",
    "northamericandatum1983": "EPSG:4269",
    "nad83csrs": "EPSG:4617",
    "csrs": "EPSG:4617",
    "nad27": "EPSG:4267",
    "nad1927": "EPSG:4267",
    "northamerican1927": "EPSG:4267",
    "northamericandatum1927": "EPSG:4267",
    "psad56": "EPSG:4248",
    "psad1956": "EPSG:4248",
    "provisionalsouthamericandatum1956": "EPSG:4248",
    "sad69": "EPSG:4618",
    "sad1969": "EPSG:4618",
    "southamericandatum1969": "EPSG:4618",
    "sirgas": "EPSG:4674",
    "sirgas2000": "EPSG:4674",
    "etrs89": "EPSG:4258",
    "gda94": "EPSG:4283",
    "gda2020": "EPSG:7844",
    "agd66": "EPSG:4202",
    "agd84": "EPSG:4203",
    "hartebeesthoek94": "EPSG:4148",
    "nzgd2000": "EPSG:4167",
    "nzgd49": "EPSG:4272",
    "nzgd1949": "EPSG:4272",
    "ed50": "EPSG:4230",
    "ed1950": "EPSG:4230",
    "europeandatum1950": "EPSG:4230",
    "ed79": "EPSG:4668",
    "osgb36": "EPSG:4277",
    "osgb1936": "EPSG:4277",
    "osgb": "EPSG:4277",
    "tm65": "EPSG:4299",
    "tm75": "EPSG:4300",
    "irenet95": "EPSG:4173",
    "jgd2000": "EPSG:4612",
    "japanesegeodeticdatum2000": "EPSG:4612",
    "jgd2011": "EPSG:6668",
    "japanesegeodeticdatum2011": "EPSG:6668",
    "tokyo": "EPSG:4301",
    "tokyodatum": "EPSG:4301",
    "dhdn": "EPSG:4314",
    "mgi": "EPSG:4312",
    "ntf": "EPSG:4275",
    "rgf93": "EPSG:4171",
    "rt90": "EPSG:4124",
    "sweref99": "EPSG:4619",
    "kkj": "EPSG:4123",
    "ngo1948": "EPSG:4273",
    "euref89": "EPSG:4258",
    "eureffin": "EPSG:4258",
    "pulkovo1942": "EPSG:4284",
    "pulkovo42": "EPSG:4284",
    "pulkovo1995": "EPSG:4200",
    "gsk2011": "EPSG:7683",
    "cgcs2000": "EPSG:4490",
    "beijing1954": "EPSG:4214",
    "beijing54": "EPSG:4214",
    "xian1980": "EPSG:4610",
    "xian80": "EPSG:4610",
    "arc1950": "EPSG:4209",
    "arc1960": "EPSG:4210",
    "cape": "EPSG:4222",
    "capedatum": "EPSG:4222",
    "campoinchauspe": "EPSG:4221",
    "posgar94": "EPSG:4694",
    "posgar98": "EPSG:4190",
    "posgar07": "EPSG:5340",
    "posgar2007": "EPSG:5340",
    "bogota1975": "EPSG:4218",
    "magnasirgas": "EPSG:4686",
    "corregoalegre": "EPSG:4225",
    "lacanoa": "EPSG:4247",
    "regven": "EPSG:4189",
    "luzon1911": "EPSG:4253",
    "prs92": "EPSG:4683",
    "kertau1968": "EPSG:4245",
    "gdm2000": "EPSG:4742",
    "sjtsk": "EPSG:4156",
    "lisbon": "EPSG:4207",
    "montemario": "EPSG:4265",
    "roma40": "EPSG:4265",
    "ggrs87": "EPSG:4121",
    "hd72": "EPSG:4237",
    "rdnew": "EPSG:4289",
    "amersfoort": "EPSG:4289",
    "ch1903": "EPSG:4149",
    "adindan": "EPSG:4201",
    "minna": "EPSG:4263",
    "accra": "EPSG:4168",
    "leigon": "EPSG:4250",
    "wgs72": "EPSG:4322",
    "kgd2002": "EPSG:4737",
    "korean1985": "EPSG:4162",
    "twd67": "EPSG:3821",
    "twd97": "EPSG:3824",
    "isn93": "EPSG:4659",
    "isn2004": "EPSG:5324",
    "vn2000": "EPSG:4756",
    "dgn95": "EPSG:4755",
}
"""Datum names, letters and digits only, in lower case -> geographic CRS."""


UTM_ZONES = {
    "EPSG:4269": range(1, 24),
    "EPSG:4267": range(1, 23),
    "EPSG:4617": range(1, 24),
    "EPSG:4248": range(17, 23),
    "EPSG:4230": range(26, 41),
    "EPSG:4612": range(51, 57),
    "EPSG:6668": range(51, 57),
    "EPSG:4301": range(50, 57),
}
"""Zones in which a datum is used; WGS 84 has all 60."""

BAND_S_METRES = (3_500_000.0, 4_450_000.0)
"""Northings at which S behind a zone may be the band or the southern hemisphere."""

SOUTHERN = frozenset(["EPSG:4283", "EPSG:7844", "EPSG:4202", "EPSG:4203", "EPSG:4148", "EPSG:4167", "EPSG:4272"])
"""Datums used south of the equator only: their zones need no letter."""

ZONE = re.compile(
    r"^(?:wgs\s?(?:19)?84\s*+/\s*+)?(?:utm)?[\s.:_]*+(?:zone|zona|zon|huso|fuseau|fuso|fus|[hz])?[\s.:_]*+(?:n[ro°º]\.?|#)?"
    r"[\s.:_]*+0?(?P<zone>\d{1,2})(?:\.0+)?[\s-]*+\(?(?P<letter>[A-Z]|north|nord|norte|south|sud|sur|sul)?\)?$",
    re.IGNORECASE,
)
"""``19``, ``19S``, ``19 Sur``, ``H19S``, ``Huso 19``, ``UTM zone 19K``, ``19 (S)``. A run of blanks is never parted anew."""


def datum_code(text: str) -> str:
    """Return the geographic CRS of a datum as people name it, with a grid behind it or not; ``""`` where it is not known."""
    return DATUMS.get(datum_key(text), "")


def datum_key(text: str) -> str:
    """Return the letters and digits of a datum's name, without the grid behind it; ``""`` where a cell names none."""
    return re.sub(r"[^a-z0-9]", "", re.split(r"/|\butm\b", text.casefold())[0])


_DATUM_IN_HEADING = re.compile(
    r"(?i)(?<![a-z])(?P<name>nad|n|wgs|psad|sad|agd|gda|etrs|sirgas)[ _-]*(?:19)?"
    r"(?P<year>27|83|84|56|69|66|94|89|20(?:00|20))(?!\d)"
)
_FURTHER_IN_HEADING = re.compile(
    r"(?i)(?<![a-z])(?:ed[ _-]?(?:50|79)|osgb[ _-]?(?:19)?36|jgd[ _-]?20(?:00|11)|nzgd[ _-]?(?:49|1949|2000)|rgf[ _-]?93|"
    r"posgar[ _-]?(?:94|98|07|2007)|tokyo|dhdn|ntf|sweref[ _-]?99|rt[ _-]?90|kkj|pulkovo[ _-]?(?:19)?42|arc[ _-]?19(?:50|60)|"
    r"cgcs[ _-]?2000)(?![a-z0-9])"
)
_YEAR_AT_END = re.compile(r"(?i)[a-z_ ](?:19)?(27|83|84)\W*$")


def datum_of_headings(headings: Sequence[str]) -> str:
    """Return the geographic CRS that the headings of coordinates name; ``""`` where one names none or they differ.

    ``UTM_E_NAD27``, ``UTME27``, ``N83_EAST``, ``Lat (WGS 84)``.
    """
    codes = set()
    for heading in headings:
        named, bare = _DATUM_IN_HEADING.search(heading), _YEAR_AT_END.search(heading)
        further = _FURTHER_IN_HEADING.search(heading)
        if further is not None:
            codes.add(datum_code(further[0]))
        elif named is not None:
            name = {"n": "nad"}.get(named["name"].casefold(), named["name"])
            code = datum_code(f"{name}{named['year']}") or datum_code(name)
            codes.add(DATUMS["nad83csrs"] if code == DATUMS["nad83"] and "csrs" in heading.casefold() else code)
        else:
            codes.add(
                "" if bare is None else {"27": DATUMS["nad27"], "83": DATUMS["nad83"], "84": "EPSG:4326"}[bare[1]]
            )
    return codes.pop() if len(codes) == 1 else ""


def usual_zone(texts: np.ndarray) -> float:
    """Return the middle of the zones named; 0 where none is."""
    numbers = [int(zone_match["zone"]) for text in texts if (zone_match := ZONE.match(" ".join(str(text).split())))]
    real = sorted(number for number in numbers if 1 <= number <= 60)
    return real[(len(real) - 1) // 2] if real else 0.0


_SCIENTIFIC = re.compile(r"^\s*[-+]?\d+(?:[.,](?P<behind>\d*))?[eE](?P<power>[-+]?\d{1,5})\s*$")


def scientific_digit(text: str) -> float | None:
    """Return what the last digit of ``4.62E+05`` is worth (1000), in the number's own unit; None for other texts."""
    match = _SCIENTIFIC.match(text)
    return None if match is None else float(f"1e{int(match['power']) - len(match['behind'] or '')}")


def metre_precision(east: str, north: str) -> float:
    """Return km worth of the last digit of an easting and northing; trailing zeros count as rounding up to 1 km."""
    rounded = [digit for text in (east, north) if (digit := scientific_digit(text)) is not None]
    if rounded and math.isfinite(max(rounded)):
        return max(rounded) / 1000
    whole = [text.split(".")[0].split(",")[0] for text in (east, north)]
    zeros = min(len(text) - len(text.rstrip("0")) for text in whole)
    return 0.001 * 10.0 ** min(zeros, 3)


def as_metres(texts: np.ndarray, decimal_mark: str | None) -> np.ndarray:
    """Return eastings or northings as numbers, NaN where a text is none; blanks, points and commas may part their thousands."""
    plain = pd.Series(texts).str.replace(r"(?<=\d)[\s\u00a0\u202f](?=\d)", "", regex=True)
    ending = r",\d+" if decimal_mark != "," else r"(?:,\d+)?"
    grouped = plain.str.fullmatch(r"-?\d{1,3}(?:\.\d{3})+" + ending)
    plain = plain.where(~grouped, plain.str.replace(".", "", regex=False))
    comma = plain.str.fullmatch(r"-?\d+,\d{1,2}|\d{5,},\d+") if decimal_mark is None else decimal_mark == ","
    plain = plain.where(~np.broadcast_to(np.asarray(comma), len(plain)), plain.str.replace(",", ".", regex=False))
    plain = plain.str.replace(r"(?<=\d),(?=\d{3}(?:\D|$))", "", regex=True).str.replace(
        r"(?<!\s)\s*(?:m(?:e?t?e?r?e?s?)?|m?[NE])$", "", regex=True
    )
    return pd.to_numeric(plain.where(plain != "", None), errors="coerce").to_numpy(dtype=float)
