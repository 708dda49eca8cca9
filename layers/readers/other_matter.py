"""Rows of a laboratory table that are of other matter than the rest, and results of methods that tell only a part."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import Source
from layers.cells.heading_grammar import parse_headings
from layers.readers.column_fates import named_columns
from layers.readers.columns import as_text, text_or_default, translate

_MATTER: Mapping[str, str] = {
    "water": r"water|eaux?|aguas?|[áa]gua|wasser|vatten|vann|vesi|brine|leachate|lixiviat\w*|lixiviado|effluent|efluente|seepage|"
    r"supernatant|sickerwasser",
    "concentrate": r"conc|concs|concentrat\w*|concentr[ée]s?|concentrados?|konzentrat\w*|koncentrat\w*|rikaste|dor[ée]|bullion|"
    r"matte|final product|produit final",
    "ore": r"ores?|minerai|mineral de mena|mena|erz|malm|malmi|rom|run of mine|(?:mill|plant|flotation) ?feed|feed|heads?|"
    r"mill heads?|alimentation|alimentaci[óo]n|aufgabe",
    "heavy minerals": r"hmc|hms?|heavy[- ]?minerals?.*|schwermineral\w*|min[ée]raux lourds|minerales pesados|pan(?:ned)? con\w*|"
    r"magnetic(?: fraction)?|non-?magnetic(?: fraction)?|n?mag|sinks?|floats?",
    "plants": r"vegetation|plants?|moss|bark|needles?|leaves|leaf|twigs?|humus|litter|biota|fish|ash(?:ed)?(?: \w+)?",
}
"""What cells say that are of other matter than soils, rocks, sediments and wastes; the whole cell, or its last word."""
_USUAL = (
    r"(?:mine |process |mill |old |historic |fresh |final )?(?:waste(?: ?rock)?|tails?|tailings?|slimes?|gangue|slags?|spoil)|"
    r"rejects?|"
    r"relaves?|colas|rejets?|r[ée]sidus?|haldes?|st[ée]riles?|est[ée]ril(?:es)?|rejeitos?|bergematerial|abg[äa]nge|schlacken?|"
    r"anrikningssand|avgang|soils?|sols?|suelos?|tills?|(?:stream |lake )?sediments?|rocks?|outcrops?|middlings?|mids|solids?"
)
"""What cells of such a column say else."""
_MOST_MATTERS = 12
_OF_FRACTIONS = re.compile(
    r"(?i)\b(?:(?:size|grain|mineral)?[ _]?fraction|fracci[óo]n|fra[çc][ãa]o|siktfraktion|korngr\w+|mesh)\b"
)
_MOST_WORDS = 40
_PART_ONLY = (
    r"mmi\w*|mobile metal ions?|enzyme(?: leach)?|leach(?:ate|able)?|na-?pp|(?:sodium )?pyrophosphate|"
    r"(?:weak|partial|selective|water|soil|hot|cold|deioni[sz]ed|bio)[- ](?:acid |water )?(?:leach\w*|extract\w*|digest\w*)|"
    r"(?:hot |cold )?hydroxylamine\w*|ammonium acetate|acetic acid|edta|dtpa|mehlich\w*|tclp|splp|slpl|tessier|bcr(?: step \d)?|"
    r"exchangeable|bioaccessible|soluble|water[- ]soluble|dissolved|calc(?:ulated)?|estim(?:ated?|ation)?|assumed|"
    r"normali[sz]ed|modell?ed"
)
_IN_CELLS = re.compile(rf"(?i)\b(?:{_PART_ONLY})\b")
_IN_HEADINGS = re.compile(
    r"(?i)(?<![a-z])(?:mmi(?:-?[a-z])?|enzyme(?:[ _]leach)?|el|na-?pp|pyrophosphate|hydroxylamine|edta|dtpa)(?![a-z])"
)


def other_matter_notes(
    source: Source, cells: pd.DataFrame, rows: npt.NDArray[np.int64], ignored: Collection[str]
) -> list[Note]:
    """Tell rows that a column of kinds, media or fractions calls something else than the medium they are read as.

    Concentrates and mill feed among tailings, water or heavy minerals among tills: their results are no grades of the medium.

    Parameters
    ----------
    source : Source
        Columns it maps or filters by are its own affair, and rows it reads as ``water`` or ``other`` are not told.
    cells : DataFrame
        Raw cells.
    rows : ndarray of int
        Row numbers in the file.
    ignored : collection of str
        Columns the run file ignores.
    """
    notes = []
    medium = translate(source, text_or_default(source, cells, "medium"), "medium").fillna("unknown")
    spoken_for = {*named_columns(source, cells), *source.ignore, *ignored}
    plain = ~medium.isin(["water", "other"]).to_numpy(dtype=bool)
    for heading in parse_headings([str(name) for name in cells.columns]):
        name = heading.text
        if name in spoken_for or heading.kind == "result":
            continue
        of_kinds = heading.kind in ("sample_type", "medium") or _OF_FRACTIONS.search(name.replace("_", " ")) is not None
        words = as_text(cells[name])
        distinct = words.dropna().unique()
        if len(distinct) > _MOST_WORDS or not (of_kinds or _tells_matter(distinct)):
            continue
        other = {str(word): matter for word in distinct if (matter := _matter(str(word))) is not None}
        hits = words.isin(list(other)).to_numpy(dtype=bool) & plain
        if hits.any():
            shown = ", ".join(f"'{word}'" for word in list(other)[:6])
            text = (
                f"Rows that {name} calls {shown} are read as {medium[hits].iloc[0]}, like the others: their results are no "
                f"grades of it. Leave them out with 'where: {{{name}: […]}}', or map {name} to medium and translate its words "
                "under 'values:'."
            )
            notes.append(Note(source.id, "other_matter", text, int(hits.sum()), (name,), tuple(rows[hits])))
    return notes


def _tells_matter(words: Collection[object]) -> bool:
    """Say whether a column, whatever it is called, holds nothing but words for matter, of several kinds."""
    texts = {re.sub(r"[\s_]+", " ", str(word)).strip(" .").casefold() for word in words}
    if not 1 < len(texts) <= _MOST_MATTERS:
        return False
    return all(_matter(text) is not None or re.fullmatch(rf"(?:{_USUAL})(?:\W*\d*)", text) for text in texts)


def _matter(cell: str) -> str | None:
    text = re.sub(r"[\s_]+", " ", cell).strip(" .").casefold()
    return next(
        (matter for matter, words in _MATTER.items() if re.fullmatch(rf"(?:.*[^\w-])?(?:{words})(?:\W*\d*)", text)),
        None,
    )


def part_only_columns(source_id: str, results: Sequence[str]) -> list[Note]:
    """Tell results of leaches that dissolve a small part of an element, by the headings that are read as results."""
    weak = [name for name in results if _IN_HEADINGS.search(name)]
    if not weak:
        return []
    text = (
        f"Results of leaches that dissolve a small part of an element ({', '.join(weak[:6])}) are read like contents. If they "
        "are to stay apart, list them under options.ignore."
    )
    return [Note(source_id, "part_only", text, len(weak), tuple(weak))]


def part_only_rows(source_id: str, cells: pd.DataFrame, rows: npt.NDArray[np.int64]) -> list[Note]:
    """Tell rows whose method dissolves a part only, or whose results were reckoned."""
    notes = []
    for heading in parse_headings([str(name) for name in cells.columns]):
        if heading.kind != "method" or heading.element is not None:
            continue
        words = as_text(cells[heading.text])
        odd = [str(word) for word in words.dropna().unique() if _IN_CELLS.search(str(word).replace("_", " "))]
        hits = words.isin(odd).to_numpy(dtype=bool)
        if hits.any():
            shown = ", ".join(f"'{word}'" for word in odd[:6])
            text = (
                f"Results whose {heading.text} is {shown} tell a part of the content only, or were reckoned; they are read like "
                f"the others. Leave them out with 'where: {{{heading.text}: […]}}'."
            )
            notes.append(Note(source_id, "part_only", text, int(hits.sum()), (heading.text,), tuple(rows[hits])))
    return notes
