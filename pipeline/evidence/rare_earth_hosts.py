"""Where rare earths sit: commodities and deposit types with what they make of a waste, as a range with its source.

A utility is ordinal, between 0 (little reason to expect rare earths in the waste) and 1 (the waste is known to carry them):
expert judgement on published descriptions, not a measurement and not a chance. ``low`` and ``high`` are what the cited
descriptions still allow, from a deposit of the kind without any to its best examples; the companion score carries them in
its interval. Only the companion score and the rule labels read these tables.
"""

from __future__ import annotations

from typing import NamedTuple

RARE_EARTH_NAMES = (
    "lanthanum", "cerium", "praseodymium", "neodymium", "samarium", "europium", "gadolinium", "terbium", "dysprosium",
    "holmium", "erbium", "thulium", "ytterbium", "lutetium", "yttrium",
)  # fmt: skip

_RARE_EARTHS = r"(?:rare[ -]?earths?|\bREEs?\b|\bTREO\b|terres rares|" + "|".join(RARE_EARTH_NAMES) + ")"
_SAME_MINERALS = r"thorium|uranium|niobium|columbium|pyrochlore|zircon|hafnium|phosph|apatite|monazite|xenotime"
"""What sells from the minerals that carry rare earths: where it is listed beside them, a host mineral is there."""
_SOMETIMES = r"tantalum|beryllium|fluor"
"""What sells from pegmatites and veins of which some carry rare earths and most do not."""


class Host(NamedTuple):
    """A commodity or deposit type: its pattern, its utility with the range left open, and where that is described."""

    name: str
    pattern: str
    utility: float
    low: float
    high: float
    source: str


COMMODITIES: tuple[Host, ...] = (
    Host("rare_earths_first", rf"^\s*(?P<word>{_RARE_EARTHS})", 1.0, 0.6, 1.0, "Long et al. 2010"),
    Host(
        "rare_earths_with_host",
        rf"^(?=.*(?:{_SAME_MINERALS})).*?(?P<word>{_RARE_EARTHS})",
        1.0,
        0.6,
        1.0,
        "Long et al. 2010; Verplanck et al. 2014",
    ),
    Host(
        "rare_earth_mineral", r"monazite|xenotime|bastn[aä]site|eudialyte|allanite", 1.0, 0.6, 1.0, "Long et al. 2010"
    ),
    Host(
        "rare_earths_beside_tantalum",
        rf"^(?=.*(?:{_SOMETIMES})).*?(?P<word>{_RARE_EARTHS})",
        0.6,
        0.1,
        1.0,
        "Černý and Ercit 2005: pegmatites of niobium and yttrium yes, of lithium and tantalum no",
    ),
    Host("thorium", r"thorium", 0.8, 0.5, 1.0, "Long et al. 2010: monazite, thorite"),
    Host("niobium", r"niobium|columbium|pyrochlore", 0.75, 0.4, 1.0, "Verplanck et al. 2014"),
    Host("phosphate", r"apatite|phosphate|phosphorus", 0.7, 0.3, 0.95, "Emsbo et al. 2015; Taylor et al. 2019"),
    Host("zirconium", r"zirconium|zircon|hafnium", 0.6, 0.2, 0.95, "Verplanck et al. 2014; Van Gosen et al. 2014"),
    Host("uranium", r"uranium", 0.5, 0.1, 0.9, "Goode 2012 (conglomerates: much); Cox and Singer 1986 (veins: none)"),
    Host("scandium", r"scandium", 0.5, 0.1, 0.8, "Binnemans et al. 2015"),
    Host(
        "rare_earths_alone", _RARE_EARTHS, 0.4, 0.05, 1.0, "a word among others, with no mineral that would hold them"
    ),
    Host("tantalum", r"tantalum|beryllium", 0.35, 0.05, 0.7, "Černý and Ercit 2005: NYF pegmatites yes, LCT no"),
    Host("aluminium", r"bauxite|aluminum|alumina", 0.35, 0.2, 0.6, "Binnemans et al. 2015: 500-1700 ppm in red mud"),
    Host("titanium", r"titanium|ilmenite|rutile|heavy mineral", 0.35, 0.05, 0.8, "Van Gosen et al. 2014"),
    Host("coal", r"\bcoal\b", 0.3, 0.1, 0.5, "Seredin and Dai 2012"),
    Host("tin", r"\btin\b|tungsten|fluorspar|fluorite", 0.25, 0.0, 0.6, "Cox and Singer 1986"),
    Host("iron", r"\biron\b|magnetite|hematite", 0.2, 0.0, 0.85, "Taylor et al. 2019 (with apatite: 10-22 000 ppm)"),
)
"""Commodities; the highest that matches counts.

A rare earth listed first, or beside something that sells from its minerals, is taken at its word; beside tantalum, beryllium or
fluorite alone, half way. Listed alone among metals
of other minerals it says that somebody found some, not that a mineral which holds them went to the waste.
"""

MINERALS: tuple[Host, ...] = (
    Host(
        "rare_earth_mineral",
        r"monazite|xenotime|bastn[aä]e?site|bastn[aä]zite|parisite|synchi?ysite|r[oö]ntgenite|ancylite|burbankite|churchite"
        r"|rhabdophane|florencite|eudialyte|steenstrupine|loparite|fergusonite|gadolinite|britholite|\bcerite\b|stillwellite"
        r"|samarskite|euxenite|mosandrite|huanghoite|yttrofluorite|rinkite",
        0.9,
        0.4,
        1.0,
        "Long et al. 2010; Verplanck et al. 2014: rare earths are a main part of the mineral",
    ),
    Host("pyrochlore", r"pyrochlore|betafite", 0.75, 0.4, 1.0, "Verplanck et al. 2014"),
    Host("thorium_mineral", r"thorite|thorianite|brannerite", 0.6, 0.2, 1.0, "Long et al. 2010; Goode 2012"),
    Host("allanite", r"allanite|\borthite", 0.5, 0.1, 0.95, "Verplanck et al. 2014; common in granites too, in traces"),
    Host("apatite", r"apatite|francolite|collophan", 0.3, 0.02, 0.95, "Taylor et al. 2019; an accessory of most rocks"),
    Host("zircon", r"zircon|baddeleyite", 0.25, 0.02, 0.9, "Verplanck et al. 2014; an accessory of most rocks"),
)
"""Minerals named of ore or gangue, for records that list them; the highest that matches counts.

What sells goes to a smelter, what is gangue to the waste: a rare-earth mineral counts in either. Accessories of common
rocks say little.
"""

DEPOSITS: tuple[Host, ...] = (
    Host("carbonatite", r"carbonatite", 0.95, 0.7, 1.0, "Verplanck et al. 2014"),
    Host(
        "peralkaline",
        r"peralkaline|nepheline syenite|alkalin\w* (?:complex|intrusi|igneous)|agpaitic",
        0.9,
        0.4,
        1.0,
        "Verplanck et al. 2014",
    ),
    Host("monazite", r"monazite|xenotime", 0.95, 0.7, 1.0, "Van Gosen et al. 2014"),
    Host(
        "quartz_pebble",
        r"quartz[ -]pebble|pala?eoplacer(?! U-Au-PGE)|conglomerate[ -]hosted (?:u|au)",
        0.85,
        0.4,
        1.0,
        "Goode 2012: yttrium and rare earths were sold from Elliot Lake; gold reefs hold less",
    ),
    Host(
        "placer_profile",
        r"pala?eoplacer U-Au-PGE|surficial placer",
        0.15,
        0.0,
        0.8,
        "Cox and Singer 1986, model 39a: gravels of gold creeks carry this label of British Columbia beside uranium reefs",
    ),
    Host(
        "iron_oxide_apatite",
        r"(?:iron oxide|magnetite)[ -]apatite|\bIOA\b|kiruna",
        0.85,
        0.3,
        1.0,
        "Taylor et al. 2019: 10-22 000 ppm in wastes of the Adirondacks",
    ),
    Host("phosphate", r"phosphorite|phosphate|apatite", 0.75, 0.4, 0.95, "Emsbo et al. 2015"),
    Host("ion_adsorption", r"ion[ -]adsorption", 0.9, 0.5, 1.0, "Sanematsu and Watanabe 2016"),
    Host("iocg", r"\bIOCG\b|iron oxide[ -]copper", 0.55, 0.1, 0.9, "Cox and Singer 1986, model 29b"),
    Host(
        "uranium_pegmatite",
        r"alaskite|(?:uranium|rare[ -]element|NYF).*pegmatite|pegmatite.*(?:uranium|thorium|REE)",
        0.6,
        0.2,
        0.9,
        "Černý and Ercit 2005",
    ),
    Host("uranium", r"unconformity|uranium", 0.4, 0.05, 0.8, "Cox and Singer 1986, models 36a, 37a"),
    Host("heavy_mineral", r"heavy mineral|beach placer", 0.5, 0.2, 0.9, "Van Gosen et al. 2014"),
    Host("pegmatite", r"pegmatite", 0.3, 0.0, 0.8, "Černý and Ercit 2005"),
    Host("bauxite_laterite", r"bauxite|laterite", 0.35, 0.1, 0.7, "Binnemans et al. 2015"),
    Host("skarn_greisen", r"skarn|greisen", 0.2, 0.0, 0.5, "Cox and Singer 1986, models 14a, 15c"),
    Host(
        "base_or_precious",
        r"\bVMS\b|massive sul(?:f|ph)ide|SEDEX|orogenic|(?:lode|vein) gold|quartz vein|five[ -]element|porphyry"
        r"|mesothermal|epithermal|shear[ -](?:zone|hosted)|ultramafic|mafic[ -]intrusi|(?:nickel|ni)[ -]copper"
        r"|mississippi|\bMVT\b",
        0.05,
        0.0,
        0.2,
        "Cox and Singer 1986, models 5-7, 17, 24-28, 32 and 36: no rare-earth mineral among ore and gangue",
    ),
)
"""Deposit groups; the highest that matches counts."""

GOLD_GRAVELS = Host(
    "gold_gravels",
    r"\bpla+c+e+rs?\b",  # also as lists misspell it
    0.35,
    0.02,
    0.9,
    "Borrowman and Rosenbaum 1962: 1.25 kg of monazite in a tonne of one of the richest, Bald Mountain, or some 750 ppm",
)
"""What rare earths, thorium or their minerals among the words of a placer of gold or platinum are worth: monazite, zircon and
ilmenite stay in the black sand, which is a trace of the gravel that was washed. Placers whose first word is a rare earth or its
mineral, and those of beaches and old conglomerates, are not meant."""

NAMED_AFTER_WATER = r"\b(?:creek|river|bar)\b *(?:[(;,:]|$)"
"""Names of placers of gold that do not call themselves so: all of 61 records of California with gold first and a type of
deposit, 35 of 43 of Oregon, and 95 % of 1,414 of Alaska by a predicted type. Of gulches in Oregon it is a third."""

NAME_WORDS: tuple[tuple[str, float], ...] = (
    (rf"\bpla+c+e+rs?\b|\bbeach(?:es)?\b|\bsediments?\b|\bgravels?\b|{NAMED_AFTER_WATER}", 0.04),
    (r"\bcoal\b|\blignite\b", 0.06),
)
"""What words of a name take from the utility of commodities that speak for rare earths, where no type of deposit is stated:
gravel and coal hold them thinly (Borrowman and Rosenbaum 1962, Seredin and Dai 2012). Less than any commodity says: it orders
equals."""

NO_HOST = 0.1
"""A deposit type up to this utility has no mineral that holds rare earths in any amount."""

PATHFINDERS = ("Th", "P", "Nb", "La", "Ce", "Y")
"""Elements whose regional samples go with rare-earth deposits of most types (Verplanck et al. 2014, Van Gosen et al. 2014)."""

REFERENCES = """
Binnemans et al. 2015, J. Cleaner Production 99, 17-38. Borrowman and Rosenbaum 1962, in what the U.S. Geological Survey cites for
Earth MRI focus area RM5203. Černý and Ercit 2005, Canadian Mineralogist 43, 2005-2026.
Cox and Singer (eds) 1986, Mineral Deposit Models, USGS Bulletin 1693. Emsbo et al. 2015, Gondwana Research 27, 776-785.
Goode 2012, Rare earth and thorium recovery in Canada, CIM. Long et al. 2010, USGS SIR 2010-5220. Sanematsu and Watanabe
2016, Reviews in Economic Geology 18, 55-79. Seredin and Dai 2012, Int. J. Coal Geology 94, 67-93. Taylor et al. 2019,
Economic Geology 114, 1569-1598. Van Gosen et al. 2014, USGS SIR 2010-5070-L. Verplanck et al. 2014, USGS SIR 2010-5070-J.
"""
