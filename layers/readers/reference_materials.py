"""Names of certified reference materials by their makers, and codes of a laboratory's own control samples, as sample ids."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.cell_search import cells_like

_MAKERS = r"(?:usgs|canmet|ccrmp|nrc|nist|nbs|gsj|igge|crpg|iaea|mintek|geostats|rocklabs|bcs|ecrm|irmm)"
_FAMILIES: Mapping[str, str] = {
    # U.S. Geological Survey
    "agv": "[12]", "bcr": "(?:[12]g?|[0-9]{3}r?)", "bhvo": "[12]g?", "bir": "1[ag]?", "dnc": "1a?", "dts": "[12]b?",
    "gsp": "[12]",
    "gxr": "[1-6]", "mag": "1", "nod-a": "1", "nod-p": "1", "pcc": "1", "qlo": "1a?", "rgm": "[12]", "sbc": "1", "sco": "[12]",
    "sdc": "1", "sdo": "1", "sgr": "1b?", "stm": "[12]", "coq": "1", "shboq": "1", "g": "[1-3]", "w": "[12]a?",
    # Natural Resources Canada and National Research Council of Canada
    "ree": "[1-3]", "oka": "[12]", "sy": "[2-4]", "mrg": "1", "so": "[1-4]", "stsd": "[1-4]", "lksd": "[1-4]", "till": "[1-4]",
    "gts": "[12]a?", "rts": "[1-4]a?", "kc": "1a?", "mp": "[12][ab]?", "dh": "1a?", "bl": "[1-5]a?", "uts": "[1-4]a?",
    "cup": "[12]",
    "wgb": "1", "wpr": "1a?", "wmg": "1a?", "wms": "1a?", "tdb": "1", "fer": "[1-4]", "pacs": "[1-3]", "mess": "[1-4]",
    "hiss": "1", "ccu": "1[a-e]?", "cpb": "[12]", "czn": "[1-5]", "ptm": "1[ab]?", "ptc": "1[ab]?", "hv": "2",
    # Geological Survey of Japan
    "ja": "[1-3]", "jb": "[1-3][ab]?", "jg": "[1-3]a?", "jgb": "[12]", "jr": "[1-3]", "jf": "[12]", "jsd": "[1-4]", "jlk": "1",
    "jsl": "[12]", "jdo": "1", "jls": "1", "jch": "1", "jmn": "1", "jso": "1",
    # China, Europe, South Africa, Mongolia and others
    "gbw": r"(?:\(e\) ?)?[0-9]{4,6}[a-z]?", "ncs ?dc": "[0-9]{5}[a-z]?", "gs[srd]": "[0-9]{1,2}[a-z]?",
    "(?:euronorm ?)?e?crm": "[0-9]{3}-[0-9]", "bcs(?: ?crm)?": "[0-9]{3}(?:/[0-9])?", "erm-?[a-z]{2}": "[0-9]{3}[a-z]?",
    "sarm": "[0-9]{1,3}", "cgl": "[0-9]{3}", "nist": "[0-9]{3,4}[a-z]?", "nbs": "[0-9]{2,4}[a-z]?",
    "iaea": "(?:soil|sl)?-?[0-9]{1,3}",
    "cta-?(?:ac|fft)": "[1-3]", "dmmas": "[0-9]{2,3}[a-z]?", "usz": "[0-9]{2}-[0-9]{4}", "kzk": "[1-3]", "sdar-?[mlh]": "[12]",
    "pk": "2",
    "brp": "1", "itak": "[0-9]{3}", "nkt": "1", "oshbo": "1", "opc": "1", "ou": "[1-9]", "muh": "1", "hrm": "1",
    "mica": "(?:fe|mg)", "hgmn": "[0-9]", "nim": "[dgnlps]",
    # sold for laboratories of mines
    "oreas": "[0-9]{1,3}[a-z]?", "amis": "[0-9]{3,4}", "cdn": "[a-z]{1,4}[ -]?[0-9]{1,4}[a-z]?", "gre": "0?[0-9]",
    "g(?:bms?|lg|iop|mn|ree)?": "[39][0-9]{2}-[0-9]{1,2}", "geostats": "[a-z]{0,4}[0-9]{1,3}-[0-9]{1,2}", "ox[a-z]": "[0-9]{2,3}",
    "hisil[a-z]": "[0-9]{1,2}",
}  # fmt: skip
"""Letters a maker's names begin with -> what follows them."""
_LETTERED: Mapping[str, str] = {
    # Centre de recherches pétrographiques et géochimiques, Association nationale de la recherche technique, GIT-IWG
    "ac": "e", "al": "i", "an": "g", "be": "n", "bx": "n", "dr": "n", "dt": "n", "fk": "n", "gl": "o", "gs": "n", "if": "g",
    "ish": "g", "ma": "n", "mdo": "g", "pm": "s", "ub": "n", "vs": "n", "ws": "e", "zw": "c",
}  # fmt: skip
"""Letters before and behind the hyphen; ``AN-G`` beside ``AN-F`` is a sample."""
_LETTERED_NAME = re.compile(
    rf"(?i)(?:{_MAKERS}[\s_\-:]+)?(?P<family>{'|'.join(_LETTERED)})(?:-| - ?| )(?P<letter>[a-z])"
)
_NAMES = {
    family: re.compile(rf"(?i)(?:{_MAKERS}[\s_\-:]+)?(?:srm[\s_\-]*)?{family}[\s_\-]*{rest}")
    for family, rest in _FAMILIES.items()
}
_SERIES = {family: re.compile(rf"(?i){family}[\s_\-]*\d+") for family in _FAMILIES}
"""Ids that begin like the names of a maker; one of a number he does not make shows that they are those of samples."""
_BEGINS = re.compile(rf"(?i)\W*(?:{_MAKERS}\b|{'|'.join(_FAMILIES)}|(?:{'|'.join(_LETTERED)})[- ]+[a-z]\b)")
_CODES = re.compile(
    r"(?i)(?P<code>mb|lcsd?|msd?|lrb|lfb|lfm|ccv|icv|ccb|icb|lcs dup|ms dup)(?:(?<=dup)|[\s_\-.#]*\d{0,3})"
)
_LIKE_CODES = "(?i)^(?:mb|lcs|ms|l[rf]b|lfm|[ci]c[vb])"
"""Finds at least what `_CODES` does."""
_FEW, _MOSTLY = 0.2, 0.5
_ENOUGH_FAMILIES, _ENOUGH_CODES = 3, 2
_ALIKE = 0.1
_SERIES_IDS, _NEARLY_ALL = 10, 0.9


def reference_materials(ids: pd.Series, known: npt.NDArray[np.bool_]) -> list[int]:
    """Return the positions of ids that are names of reference materials and not built like those of the samples.

    Parameters
    ----------
    ids : Series of str
        Ids of samples, missing where there is none.
    known : ndarray of bool
        Rows that are controls already; how their ids are built says nothing of samples.

    Returns
    -------
    list of int
        None where the ids of one or two makers are more than half of all, or where numbers stand among them that the maker does
        not have: ``TILL-1`` beside ``TILL-27`` is a sample of till. The table of a laboratory with three makers has controls.
    """
    texts = ids.fillna("").astype("str").str.strip()
    likely = np.flatnonzero(texts.str.match(_BEGINS).to_numpy(dtype=bool) & ~known)
    family_of: dict[int, str] = {}
    series: set[str] = set()
    for position in likely.tolist():
        text = texts.iloc[position][:80]
        family = next((name for name, pattern in _NAMES.items() if pattern.fullmatch(text)), None)
        lettered = _LETTERED_NAME.fullmatch(text)
        if lettered is not None and _LETTERED[lettered["family"].lower()] == lettered["letter"].lower():
            family = f"{lettered['family'].lower()}-"
        elif lettered is not None:
            series.add(f"{lettered['family'].lower()}-")
        if family is not None:
            family_of[position] = family
        else:
            series |= {name for name, pattern in _SERIES.items() if pattern.match(text)}
    marked = [position for position, family in family_of.items() if family not in series]
    families = {family_of[position] for position in marked}
    if not marked or (len(marked) > _MOSTLY * len(texts) and len(families) < _ENOUGH_FAMILIES):
        return []
    return _built_otherwise(texts, marked, known)


def laboratory_codes(ids: pd.Series) -> list[int]:
    """Return the positions of ids such as ``MB-1``, ``LCS`` and ``MSD``.

    They count where two different codes stand, each of them in a few rows.
    """
    texts = ids.fillna("").astype("str").str.strip().str.slice(0, 20)
    likely = ((row, texts.iloc[row]) for row in np.flatnonzero(cells_like(texts, _LIKE_CODES)).tolist())
    codes = {row: match["code"].lower() for row, text in likely if (match := _CODES.fullmatch(text))}
    if len(set(codes.values())) < _ENOUGH_CODES:
        return []
    counts = pd.Series(list(codes.values())).value_counts()
    return list(codes) if counts.max() <= max(1.0, _FEW * len(texts)) else []


def _built_otherwise(texts: pd.Series, marked: list[int], known: npt.NDArray[np.bool_]) -> list[int]:
    """Return those of the marked ids whose shape (letters and digits apart) is not that of a tenth of the others.

    Where nearly all the others begin with the same letters, other ones are enough: ``PK2`` among ``WS1`` to ``WS20``.
    """
    shapes = texts.str.replace(r"[A-Za-z]", "a", regex=True).str.replace(r"\d+", "0", regex=True).to_numpy(dtype=object)
    others = np.ones(len(texts), dtype=bool)
    others[marked] = False
    usual = pd.Series(shapes[others & ~known]).value_counts()
    alike = set(usual[usual > _ALIKE * usual.sum()].index)
    letters = texts.str.extract(r"^([A-Za-z]*)", expand=False).str.casefold().to_numpy(dtype=object)
    series = pd.Series(letters[others & ~known]).value_counts()
    shared = series.index[0] if len(series) and series.iloc[0] >= max(_SERIES_IDS, _NEARLY_ALL * series.sum()) else ""
    return [
        position
        for position in marked
        if shapes[position] not in alike or (shared and letters[position] not in (shared, ""))
    ]
