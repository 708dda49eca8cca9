"""Elements and oxides by other names than their symbols: oxides written out, and registry numbers of laboratories' databases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_ONE_OXIDE = (
    "La2O3 Nd2O3 Sm2O3 Gd2O3 Dy2O3 Ho2O3 Er2O3 Tm2O3 Yb2O3 Lu2O3 Y2O3 Sc2O3 Al2O3 SiO2 MgO CaO K2O Na2O Li2O BeO B2O3 P2O5 Ga2O3 "
    "Rb2O SrO ZrO2 HfO2 BaO Cs2O ThO2"
)
"""Oxides of elements that analyses state in one oxide only; iron, cerium or uranium oxide may be one of two, and zinc, lead or
copper oxide is what of the metal is not bound to sulphur."""
_TELLING = {
    "SiO2": ("silicon dioxide", "silica", "dioxyde de silicium", "dioxido de silicio", "siliciumdioxid"),
    "TiO2": ("titanium dioxide", "dioxyde de titane", "dioxido de titanio", "titandioxid"),
    "Al2O3": ("alumina", "alumine"),
    "P2O5": ("phosphorus pentoxide", "phosphorous pentoxide", "pentoxido de fosforo", "phosphorpentoxid"),
    "CeO2": ("cerium dioxide", "ceric oxide", "dioxyde de cerium"),
    "ZrO2": ("zirconium dioxide", "zirconia"),
}
"""Oxides with a name of their own or one that says how much oxygen they hold."""


def named_oxides(element_names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Give the names of oxides written out in English, French, Spanish, Portuguese and German, each with its formula.

    Parameters
    ----------
    element_names : mapping of str to str
        Symbol -> names in any language, blanks between them.
    """
    for oxide in _ONE_OXIDE.split():
        symbol = re.match(r"[A-Z][a-z]?", oxide)
        for name in element_names[symbol[0]].split() if symbol else ():
            for phrase in ("{} oxide", "{}oxid", "oxyde de {}", "oxyde d {}", "oxido de {}", "oxido do {}"):
                yield phrase.format(name), oxide
    for oxide, phrases in _TELLING.items():
        yield from ((phrase, oxide) for phrase in phrases)


_NUMBERS = {
    "7439": "La91-0 Pb92-1 Li93-2 Lu94-3 Mg95-4 Mn96-5 Hg97-6 Mo98-7 Fe89-6 Ir88-5",
    "7440": "Nd00-8 Ni02-0 Nb03-1 Os04-2 Pd05-3 Pt06-4 K09-7 Pr10-0 Re15-5 Rh16-6 Rb17-7 Ru18-8 Sm19-9 Sc20-2 Si21-3 Ag22-4 "
    "Na23-5 Sr24-6 Ta25-7 Tb27-9 Tl28-0 Th29-1 Tm30-4 Sn31-5 Ti32-6 W33-7 Sb36-0 As38-2 Ba39-3 Be41-7 B42-8 Cd43-9 C44-0 Ce45-1 "
    "Cs46-2 Cr47-3 Co48-4 Cu50-8 Er52-0 Eu53-1 Gd54-2 Ga55-3 Ge56-4 Au57-5 Hf58-6 Ho60-0 U61-1 V62-2 Yb64-4 Y65-5 Zn66-6 Zr67-7 "
    "Bi69-9 Ca70-2 In74-6",
    "7429": "Al90-5 Dy91-6",
    "7704": "S34-9",
    "7723": "P14-0",
    "7782": "Se49-2",
    "13494": "Te80-9",
}
"""Registry numbers of the Chemical Abstracts Service, by their first part. The last digit checks the others."""
_BY_NUMBER = {f"{first}-{entry[-4:]}": entry[:-4] for first, entries in _NUMBERS.items() for entry in entries.split()}
_REGISTRY = re.compile(r"(?<![\w.-])(?:CAS\s*(?:no\.?|nr\.?|#)?\s*:?\s*)?(\d{4,5}-\d\d-\d)(?![\d-])", re.IGNORECASE)


def with_registry_names(heading: str) -> str:
    """Return a heading whose registry numbers (``7440-50-8``) are the symbols of their elements; others stay."""
    return _REGISTRY.sub(lambda match: f" {_BY_NUMBER[match[1]]} " if match[1] in _BY_NUMBER else match[0], heading)
