"""Rows of a laboratory table that are no samples: certified material, blanks, duplicates, averages."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, MutableMapping, Sequence

import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.cell_search import cells_like
from layers.readers.control_columns import rows_by_columns
from layers.readers.control_words import KINDS, WORDS, plain
from layers.readers.reference_materials import laboratory_codes, reference_materials

_ID = re.compile(
    r"(?i)^\W*(?:(?P<standard>oreas|crm|srm|(?:std|standard)(?!\W*(?:dev|abw|error)))|(?P<blank>blank|blk|blanc|blanco))(?=$|[\s_\-#.:]|\d)|"
    r"(?:^|[\s_\-.(])(?:(?P<duplicate>dup|duplicate|rpt|replicate)|(?P<end_standard>crm|std)|(?P<end_blank>blank|blk))\W*\d*$|"
    r"\w\W*[\s_](?P<of_standard>meas|cert)\.?$|^\W*(?P<of_blank>rock-(?:van|prp))\W*$|"
    r"^\W*(?P<of_duplicate>dup|duplicate|rpt|repeat|replicate|re-?assay|check|split|copy)[\s_\-.]*(?:of|de|from)\b"
)
_ID_LIKE = (
    "(?i)oreas|[cs]rm|std|standard|bla?n?[kc]|dup|rpt|repeat|replicate|re-?assay|check|split|copy|meas|cert|rock-"
)
"""Finds at least the ids that `_ID` does."""
_REPEATED = (
    r"duplicate|duplicado|duplikat|dup|rpt|replicate|r[ée]plica|repeat|rep|re-?run|re-?assay|check|split|doublon|[flp]d|"
    r"orig(?:inal)?|wdh|wiederholung\w*|doppel\w*|doppi[oa]|ripetut[oa]|kaksois\w*|rinnakkais\w*|duplo|herhaling|powt\w*|"
    r"dublett|dubbelprov|repetic\w+|repetid[oa]|повт\w*|дубл\w*|重[复複]样?|平行样?|繰り?返し"
)
"""Words for a repeat; Actlabs writes ``Orig`` for the first analysis of a sample that its table of controls repeats."""
_REPEAT = re.compile(
    rf"(?i)(?P<before>.*[^\W_])[\s_\-.(]+(?:{_REPEATED}|[rd])[\s_\-.]*\d?\W*|"
    rf"(?P<glued>.*\d)(?:{_REPEATED}|[rd])\W*|"
    rf"\W*(?:\w+[\s_\-]+)?(?:{_REPEATED})[\s_\-.:]*(?P<after>[^\s_\-.:].*)"
)
"""Ids made of another id and a word, or R or D, for a repeat of it."""
_LETTERS = re.compile(r"[\W_]|\d$")
_LIKE_REPEAT = (
    r"(?i)dup|rpt|r[ée]p|re-?run|re-?assay|check|split|doublon|[\s_\-.(\d][flp]?[rd][\s_\-.]*\d?\W*$|"
    "orig|wdh|wiederh|dopp|ripet|kaksois|rinnakk|duplo|herhal|powt|dubl|dubbel|повт|дубл|重|平行|繰"
)
"""Finds at least the ids that `_REPEAT` does."""
_PUBLISHED = re.compile(
    r"(?i)\W*(?:(?:average |mean )?(?:upper |lower |bulk )?(?:continental )?crust(?:al)?(?: average| abundance)?|ucc|paas|"
    r"nasc|(?:c1[ -]|ci[ -])?chondrites?(?:[ -]c[1i])?|clarke values?|cro[uû]te continentale|(?:\w+ )?guidelines?|ccme|"
    r"(?:(?:world|north american|european) )?shale(?: averages?| composite)?|world averages?|average shale|"
    r"post-?archa?ean (?:\w+ )?(?:average )?shale|normali[sz](?:ing|ation) (?:value|factor)s?|"
    r"(?:certified|recommended|reference|target|expected) values?|expected|certified|recommended|"
    r"(?:% ?)?recover(?:y|ies)|(?:% ?)?r[ps]d|relative (?:percent |standard )?(?:difference|deviation)|"
    r"(?:upper|lower|control|acceptance) limits?|recuperaci[oó]n|recupera[cç][aã]o|(?:taux de )?r[ée]cup[ée]ration|wiederfindung|"
    r"sollwert|valor (?:esperado|certificado|de referencia)|valeur (?:attendue|certifi[ée]e|de r[ée]f[ée]rence)|"
    r"thresholds?|background(?: values?)?|baseline(?: values?)?|limit values?|(?:hintergrund|grenz|richt|schwellen)werte?|"
    r"valeurs? limites?|valor(?:es)? l[ií]mites?|valore limite|valeurs? de fond|valor(?:es)? de fondo|fond g[ée]ochimique|"
    r"clarkewerte?|пдк|кларк|фон|фоновое (?:значение|содержание)|背景值|基準値|限值|"
    r"screening (?:level|value)s?|"
    r"detection limits?|reporting limits?|limits? of (?:detection|quantitation|reporting)|lod|loq|mdl|lld|lor|dl|"
    r"limites? de d[ée]tection|l[ií]mites? de detecci[oó]n|nachweisgrenzen?)\W*(?:\(.*\)\W*|\d{4}\W*)?"
)
"""Values that stand among samples for comparison, or are the limits of the methods."""
_LIKE_PUBLISHED = (
    "(?i)expected|certified|recommend|recover|r.?cup|r[ps]d|relative|wiederfindung|sollwert|valor|valeur|"
    "shale|world|normali|values?|threshold|background|baseline|"
    "werte?|limit|l.mite|fond|пдк|кларк|фон|背景|基準|限值|crust|ucc|paas|nasc|chondrit|clarke|cro.*te|guideline|ccme|screening|limit|l.mite|lo[dqr]|mdl|lld|dl|nachweis"
)
"""Finds at least what `_PUBLISHED` does."""
_OWN_WORDS = re.compile(r"(?i)^\W*(?:qa/?qc|qc|qaqc|control)(?=$|[\s_\-#.:]|\d)")
_LIKE_OWN_WORDS = "(?i)qa|qc|control"
"""Words for controls that begin other ids too: QC is Quebec. They count where few ids begin so and the others look different."""
_LIKE_WORDS = r"^[\s_/.-]*[A-Za-z]{2}|[^\x00-\x7f]"
_WITH_NUMBERS = r"(?i)oreas|referenc|blanc|branc|dupl|[^\x00-\x7f]"
"""Find at least the ids that are a word of `KINDS`; four digits in a row stand only where a word may end in anything."""
_FEW, _MOSTLY_OWN = 0.2, 0.5
_LONGEST = 200
"""Letters of the longest name of a value for comparison; a longer id is none."""


def control_rows(
    cells: pd.DataFrame,
    sample_id: pd.Series | None,
    taken: Sequence[str] = (),
    spoken_for: Collection[str] = (),
    used: MutableMapping[str, str] | None = None,
) -> dict[int, tuple[str, str]]:
    """Find rows that are no samples of the thing.

    Parameters
    ----------
    cells : DataFrame
        Raw cells.
    sample_id : Series or None
        Ids of the samples, where a column holds them.
    taken : sequence of str
        Columns whose words the run file translates, which are therefore meant.
    spoken_for : collection of str
        Columns the run file maps or ignores: they name no parents and no rejected rows.
    used : mapping of str to str or None
        Gets the columns that told such rows.

    Returns
    -------
    dict of int to tuple of str
        Position -> reason code and reason. Empty where every row would be one: then the column means something else.
    """
    controls: dict[int, tuple[str, str]] = {}
    for column, rows in rows_by_columns(cells, sample_id, taken, spoken_for).items():
        if used is not None and len(rows):
            used[column] = "control_rows"
        controls = rows | controls
    if sample_id is not None:
        _add_by_id(controls, sample_id)
    return {} if len(controls) == len(cells) else controls


def _add_by_id(controls: dict[int, tuple[str, str]], sample_id: pd.Series) -> None:
    """Add the rows whose ids say that they are no samples."""
    texts = sample_id.astype("str")
    likely = np.flatnonzero(cells_like(texts, _LIKE_PUBLISHED)).tolist()
    ids = {index: " ".join(str(texts.iloc[index]).split()) for index in likely}
    published = [index for index in likely if len(ids[index]) <= _LONGEST and _PUBLISHED.fullmatch(ids[index])]
    for index in published if len(published) < len(sample_id) else []:
        reason = (
            f"the sample id is '{sample_id.iloc[index]}': the row is {WORDS['control_published']}, no sample of its own"
        )
        controls.setdefault(index, ("control_published", reason))
    for index, stem in _of_another(texts).items():
        reason = f"the sample id is '{texts.iloc[index]}', and {stem} stands in the table: the row is a repeat of it"
        controls.setdefault(index, ("control_duplicate", reason))
    for index in np.flatnonzero(cells_like(texts, _ID_LIKE)).tolist():
        text = str(texts.iloc[index])
        match = _ID.search(text)
        if match is not None and index not in controls:
            kind = str(match.lastgroup).removeprefix("end_").removeprefix("of_")
            code = f"control_{kind}"
            controls[index] = (code, f"the sample id is '{text}': the row is {WORDS[code]}, no sample of its own")
    for index, code in _by_word(texts).items():
        reason = f"the sample id is '{texts.iloc[index]}': the row is {WORDS[code]}, no sample of its own"
        controls.setdefault(index, (code, reason))
    by_name = reference_materials(texts, np.isin(np.arange(len(texts)), list(controls)))
    for index in [*by_name, *laboratory_codes(texts)]:
        reason = f"the sample id '{texts.iloc[index]}' is that of a reference material or a laboratory's control"
        controls.setdefault(index, ("control_standard", f"{reason}: the row is no sample of its own"))
    for index in _by_shape(sample_id, controls):
        reason = f"the sample id is '{sample_id.iloc[index]}': the row is a control, no sample of its own"
        controls.setdefault(index, ("control_standard", reason))


def _of_another(ids: pd.Series) -> dict[int, str]:
    """Return the rows whose id is that of another row with a word or letter for a repeat: ``S04-R``, ``Prep dup S05``."""
    likely = np.flatnonzero(cells_like(ids, _LIKE_REPEAT)).tolist()
    if not likely:
        return {}
    known = {text.strip().casefold() for text in ids.dropna().astype(str)}
    repeats: dict[int, str] = {}
    for index in likely:
        match = _REPEAT.fullmatch(str(ids.iloc[index]).strip())
        stem = (match["before"] or match["glued"] or match["after"]).strip() if match else ""
        if stem and stem.casefold() in known:
            repeats[index] = stem
    lettered = [
        index for index, stem in repeats.items() if len(_LETTERS.sub("", str(ids.iloc[index]))) <= len(stem) + 1
    ]
    if len(lettered) > _FEW * len(
        ids
    ):  # a letter may tell parts apart; a word for repeats says it however often it stands
        repeats = {index: stem for index, stem in repeats.items() if index not in lettered}
    return repeats


def _by_word(ids: pd.Series) -> dict[int, str]:
    """Return the few ids that are a word for controls and nothing else, perhaps numbered: ``Estándar``, ``Patrón 3``.

    Averages are left to `layers.readers.summary_rows`, which knows what else stands beside them.
    """
    likely = cells_like(ids, _LIKE_WORDS) & (~cells_like(ids, "[0-9]{4}") | cells_like(ids, _WITH_NUMBERS))
    if not likely.any():
        return {}
    texts = ids[likely].astype(str).str.slice(0, _LONGEST)
    words_alone = texts.map(plain).str.replace(r"\W*\d{0,3}$", "", regex=True)
    kinds = [(code, pattern) for code, pattern in KINDS.items() if code != "control_average"]
    codes = {
        word: next((code for code, pattern in kinds if re.fullmatch(pattern, word)), None)
        for word in words_alone.unique()
    }
    words = zip(np.flatnonzero(likely).tolist(), words_alone, strict=True)
    hits = {row: code for row, word in words if (code := codes[word]) is not None}
    return hits if len(hits) <= _MOSTLY_OWN * len(ids) else {}


def _by_shape(sample_id: pd.Series, controls: Collection[int]) -> list[int]:
    """Return the few ids that begin with a word for controls and are built otherwise than all the rest, known controls aside."""
    ids = sample_id.dropna().astype("str")
    if not cells_like(ids, _LIKE_OWN_WORDS).any():
        return []
    marked = ids.str.contains(_OWN_WORDS, regex=True)
    if not marked.any() or marked.mean() > _MOSTLY_OWN:
        return []
    shapes = ids.str.replace(r"[A-Za-z]", "a", regex=True).str.replace(r"\d+", "0", regex=True)
    known = np.isin(np.flatnonzero(sample_id.notna()), list(controls))
    alike = shapes.isin(set(shapes[~marked.to_numpy(dtype=bool) & ~known]))
    return [int(at) for at in np.flatnonzero(sample_id.index.isin(ids.index[marked & ~alike]))]


def control_notes(source_id: str, controls: Mapping[int, tuple[str, str]]) -> list[Note]:
    """Say how many rows were turned away as no samples, by kind."""
    counts: dict[str, int] = {}
    for code, _ in controls.values():
        if code in WORDS:
            counts[code] = counts.get(code, 0) + 1
    if not counts:
        return []
    shown = ", ".join(f"{count} {code.removeprefix('control_')}" for code, count in counts.items())
    message = (
        f"Rows that are no samples of their own were turned away ({shown}); they stand among the rejected rows. If they are "
        "samples, state options.control_rows: keep."
    )
    return [Note(source_id, "control_rows", message, sum(counts.values()))]
