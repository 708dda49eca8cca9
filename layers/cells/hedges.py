"""Words that deny, doubt, plan or take away what stands beside them, in the languages of `layers.cells.waste_words`.

A cell ``tailings removed 1998``, ``slag (possible)`` or ``REE?`` names the thing and does not say that it is there. Whoever
finds a known word in a cell asks here whether the rest of the cell says otherwise.
"""

from __future__ import annotations

import re

from layers.cells.status_words import FOUND, GONE, IDEAS, OF_REMOVALS, STATES, TO_COME
from layers.text import fold

NONE_OF = (
    r"no|without|nil|aucune?s?|sans|pas de|sin|ning[uú]n[oa]?s?|sem|nenhum[as]?|nenhuns|kein(?:e[mnrs]?)?|ohne|"
    r"senza|nessun[oa]?|inga|ingen|inget|utan|ilman|без"
)
"""What is denied stands behind these."""
NOT = r"not|never|none|absent|lacking|pas|jamais|n[ée]ant|absente?s?|nunca|ausentes?|n[ãa]o|nicht|niemals|inte|ikke|ei|нет|не"
_DOUBTED = (
    r"possibl(?:es?|y)|possiblement|probabl(?:es?|y)|probablement|likely|unlikely|suspected|presum(?:ed|ably)|perhaps|maybe|"
    r"potential(?:ly)?|unconfirmed|uncertain|unverified|"
    r"posible(?:mente)?|probablemente|dudos[oa]s?|sospech\w+|presunt[oa]s?|poss[ií]vel(?:mente)?|prov[áa]vel(?:mente)?|"
    r"suspeit\w+|duvidos[oa]s?|pr[ée]sum[ée]e?s?|soup[çc]onn[ée]e?s?|[ée]ventuel(?:le)?s?|peut-[êe]tre|douteu(?:x|ses?)|"
    r"incertaine?s?|m[öo]glich\w*|vermut\w*|wahrscheinlich\w*|fraglich\w*|unsicher\w*|verdacht\w*|forse|m[öo]jlig\w*|"
    r"trolig\w*|mahdollinen"
)
PLANNED = (
    r"proposed|planned|projected|future|intended|under construction|"
    r"propuest[oa]s?|proyectad[oa]s?|planead[oa]s?|planificad[oa]s?|futur[oa]s?|propost[oa]s?|projetad[oa]s?|planejad[oa]s?|"
    r"propos[ée]e?s?|pr[ée]vue?s?|projet[ée]e?s?|planifi[ée]e?s?|geplant\w*|vorgesehen\w*|planerad\w*"
)
TAKEN_AWAY = (
    r"removed|relocated|(?:hauled|trucked|carted|taken|washed|moved|eroded) (?:away|off|out|to)|re-?mined|reprocessed|"
    r"destroyed|gone|"
    r"enlev[ée]e?s?|retir[ée]e?s?|d[ée]plac[ée]e?s?|[ée]vacu[ée]e?s?|retrait[ée]e?s?|d[ée]truite?s?|"
    r"retirad[oa]s?|removid[oa]s?|trasladad[oa]s?|reprocesad[oa]s?|evacuad[oa]s?|transferid[oa]s?|reprocessad[oa]s?|"
    r"abgetragen\w*|entfernt\w*|beseitigt\w*|abger[äa]umt\w*|umgelagert\w*|r[üu]ckgebaut\w*|rimoss[oaie]|bortf[öo]rd\w*"
)
_LITTLE = (
    r"traces?|trazas?|rastros?|tra[çc]os?|spuren?|tracce|sp[åa]r|anomal\w+|background|below detection|not detected"
)
_BARREN = (
    r"lacks?|lack of|barren|free of|disproved|disproven|ruled out|discounted|rejected|n\.d\.?|"
    r"0+(?:\.0+)? ?(?:ppm|ppb|%|g/t)"
)
_BARREN_OF = r"\w-(?:free|poor|barren)\b|\w(?:frei|arm)\b(?=.*\w)|<\s*\d"
_BUILT = (
    r"(?:ever|been|was|were|is|are|be|yet|built|constructed|used|present|observed|found|seen|visible|there|placed|stored|"
    r"existing|existe[n]?|construite?s?|utilis[ée]e?s?|construid[oa]s?|usad[oa]s?|gebaut|genutzt|vorhanden|\d{4}|\s|\W)*"
)


def whole_words(*patterns: str) -> str:
    """Return one pattern that finds any of some patterns as whole words."""
    return rf"\b(?:{'|'.join(patterns)})(?!\w)"


_TAKEN_BACK = re.compile(whole_words(PLANNED, TAKEN_AWAY), re.IGNORECASE)
_NOT_THERE_YET = re.compile(
    whole_words(
        PLANNED,
        r"cancell?ed|never|no production|not an? mine|not (?:built|mined|operated|developed|constructed)|annul[ée]e?s?|jamais|"
        r"cancelad[oa]s?|nunca|abgebrochen|niemals|nie",
        IDEAS,
    ),
    re.IGNORECASE,
)
_NEVER_WORKED = re.compile(
    r"\b(?:never (?:mined|worked|operated|produced|developed)|no (?:mining|production)\b(?! (?:data|record|figure|since|after)))",
    re.IGNORECASE,
)
_ALLOWED = (
    r"authori[sz]ed|approved|under construction|being built|in planning|planning|unbuilt|not (?:yet )?(?:built|constructed)|"
    r"autori[sz]ad[oa]s?|aprobad[oa]s?|aprovad[oa]s?|en construcci[oó]n|em constru[çc][ãa]o|"
    r"autoris[ée]e?s?|approuv[ée]e?s?|en construction|en projet|projet|non construite?s?|genehmigt\w*|im bau|in planung"
)
_OF_PLANS = (
    r"facilit(?:y|ies)|tailings?|storage|management|area|tsf|tmf|mines?|project|site|ponds?|dams?|impoundments?|waste|rock|dumps?|"
    r"piles?|heaps?|leach|pads?|slag|stockpiles?|stage|phase|status|only|and|or|not|yet|built|constructed|for|permit|construction|"
    r"instalaci[oó]n|relaves?|dep[oó]sito|tranque|proyecto|parc|r[ée]sidus|halde|anlage|de|du|des|el|la|le|y|et"
)
_ONLY_PLANNED = re.compile(
    rf"\W*(?:(?:{_OF_PLANS})\W+)*(?:{PLANNED}|{_ALLOWED}|{TO_COME})(?:\W+(?:{PLANNED}|{_ALLOWED}|{TO_COME}|{_OF_PLANS}))*\W*",
    re.IGNORECASE,
)
_ONLY_GONE = re.compile(
    rf"\W*(?:(?:{OF_REMOVALS})\W+)*(?:{TAKEN_AWAY}|{GONE})(?!\w)(?:\W*(?:{TAKEN_AWAY}|{GONE}|{OF_REMOVALS})(?!\w))*\W*",
    re.IGNORECASE,
)
_STATES = re.compile(STATES)
_ONLY_FOUND = re.compile(rf"\W*(?:{FOUND})\W*", re.IGNORECASE)
_NAMED_A_PLAN = re.compile(
    rf"\W*(?:proposed|planned|propuest[oa]s?|proyectad[oa]s?|propos[ée]e?s?|projet[ée]e?s?|geplante?[rs]?)\s+(?:\S+\s+){{0,4}}?"
    rf"(?:{_OF_PLANS})\b",
    re.IGNORECASE,
)
_DOUBTFUL = re.compile(rf"{whole_words(_DOUBTED)}|\?", re.IGNORECASE)
_NO_MORE = re.compile(rf"\W*{whole_words(NOT, NONE_OF, 'non', 'nein')}{_BUILT}", re.IGNORECASE)
_DENIED = re.compile(
    rf"{whole_words(NONE_OF)}[^\x00]*\x00|\x00.*{whole_words(NOT)}|{whole_words(NOT)}.*\x00|\x00\W*{whole_words(NONE_OF)}\W*$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\bno[s°]?\.? ?#?\d", re.IGNORECASE)
"""``Tailings No. 2`` denies nothing."""
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
_LETTERS = re.compile(r"[^\W\d_]")
LONGEST = 2_000
"""Letters of a sentence, or of a cell of few words, that are looked through: what goes on without end is no language, and the
patterns here cost the square of what they are given."""
CLAUSES = re.compile(r"[,;.:=()\[\]\n]+|\s[-–]\s")
SENTENCES = re.compile(r"[.;\n]+")
_TRACES = re.compile(
    rf"{whole_words(_LITTLE, _BARREN, _DOUBTED, 'unknown', PLANNED, TAKEN_AWAY, NOT, NONE_OF)}|{_BARREN_OF}|"
    r"\bnon[- ](?=\w)|\?|\b(?:non|nein)\W*$",
    re.IGNORECASE,
)

_FLAT_NOT = re.compile(whole_words(NOT, NONE_OF), re.IGNORECASE)
_FLAT_DENIAL = re.compile(
    rf"^\W*{whole_words(NOT, NONE_OF, r'lacks?')}|{whole_words(NOT, NONE_OF, 'non', 'nein')}\W*$",
    re.IGNORECASE | re.DOTALL,
)
_DISPROVED = re.compile(rf"{whole_words(_BARREN, TAKEN_AWAY)}|{_BARREN_OF}", re.IGNORECASE)
_FLAT_NO = re.compile(r"\b(?:non|nein)\b", re.IGNORECASE)


def denial_of(things: str) -> re.Pattern[str]:
    """Return what finds ``no tailings``, ``keine Halde`` or ``slag: none`` for a pattern of things."""
    between = r"(?:(?:any|an?|the|more|de|d'|des|du|hay|h[áa]|existen?|visible|known|obvious|significant|mine)\W+){0,3}"
    further = rf"(?:\W+(?:or|nor|ou|o|oder|ni|nem|noch)\W+\b(?:{things})\b)*"
    before = rf"(?!{_NUMBER.pattern}){whole_words(NONE_OF, NOT)}\W+{between}\b(?:{things})\b{further}"
    return re.compile(rf"{before}|\b(?:{things})\b\W*{whole_words(NOT, NONE_OF, 'non', 'nein')}\W*$", re.IGNORECASE)


def takes_back(cell: str, thing: re.Pattern[str], *, doubts: bool = True) -> bool:
    """Say whether a cell that names a thing also denies it, doubts it, plans it or says that it is gone.

    Parameters
    ----------
    cell : str
        A cell, or a sentence of one.
    thing : Pattern
        Finds the words of the thing, which may hold any of these words themselves (``non confiné``).
    doubts : bool
        Whether ``possible``, ``likely`` and a question mark count.

    Returns
    -------
    bool
        A word of plan, removal or doubt counts wherever it stands; one that denies, in one clause with the thing or in a clause
        of its own (``Tailings pond (never built)``). ``Tailings, not fenced`` and ``tailings without cover`` deny something else.
    """
    rest = thing.sub("\x00", _NUMBER.sub(" ", cell[:LONGEST]))
    if _TAKEN_BACK.search(rest) or (doubts and _DOUBTFUL.search(rest)):
        return True
    return any(_DENIED.search(clause) or _NO_MORE.fullmatch(clause) for clause in CLAUSES.split(rest))


def sentences_that_hold(remark: str, thing: re.Pattern[str]) -> str:
    """Return a remark without the sentences that take a thing back; what they only think likely is left."""
    return ". ".join(
        part for part in SENTENCES.split(_NUMBER.sub(" ", remark)) if not takes_back(part, thing, doubts=False)
    )


def is_qualified(words: str) -> bool:
    """Say whether a commodity, or brackets behind it, make little of it: a trace, a doubt, a denial."""
    return _TRACES.search(words[:LONGEST]) is not None


def without_qualifiers(words: str) -> str:
    """Return words without what `is_qualified` looks for."""
    return _TRACES.sub(" ", words[:LONGEST]).strip()


def may_be_qualified(words: str) -> bool:
    """Say whether words hold anything that `is_qualified` looks for, wherever they are cut."""
    return is_qualified(words) or _FLAT_NO.search(words[:LONGEST]) is not None


def denies(words: str) -> bool:
    """Say whether a clause begins or ends with a word that denies, or some words disprove (``carbonatite - none found``)."""
    words = words[:LONGEST]
    clauses = [clause for clause in CLAUSES.split(_NUMBER.sub(" ", words)) if clause.strip()]
    names_something = len(clauses) > 1 or len(words.split()) > 1
    return names_something and (
        any(_FLAT_DENIAL.search(clause) for clause in clauses) or _DISPROVED.search(words) is not None
    )


def doubts(words: str) -> bool:
    """Say whether words hold one of doubt or a question mark; brackets that name something else are passed over."""
    rest = _BRACKETS.sub(
        lambda match: "" if _LETTERS.search(without_qualifiers(match.group())) else match.group(),
        words[:LONGEST],
    )
    return _DOUBTFUL.search(rest) is not None


def is_not_there_yet(status: str) -> bool:
    """Say whether the status of a mine says that nothing was built or worked: planned, cancelled, never operated."""
    return _NOT_THERE_YET.search(status[:LONGEST]) is not None


def is_only_planned(status: str) -> bool:
    """Say whether a status, read whole, is that of a thing to come: proposed, authorised, under construction.

    ``Reclamation planned`` and ``proposed expansion`` are of things that are there.
    """
    return _ONLY_PLANNED.fullmatch(status[:LONGEST].replace("_", " ")) is not None


def is_only_gone(status: str) -> bool:
    """Say whether a status, read whole, is that of a waste taken or washed away: ``Reprocessed``, ``Retirado en 1998``."""
    return _ONLY_GONE.fullmatch(status[:LONGEST].replace("_", " ")) is not None


def is_only_found(status: str) -> bool:
    """Say whether a status, read whole, is that of a place where ore was found: ``Showing``, ``Developed Prospect``."""
    return _ONLY_FOUND.fullmatch(status[:LONGEST].replace("_", " ")) is not None


def is_status_understood(status: str) -> bool:
    """Say whether a status holds a word that is known: of a state, a plan, a removal, a place where ore was found."""
    words = status[:LONGEST].replace("_", " ")
    known = (is_only_planned, is_not_there_yet, is_only_gone, is_only_found, was_never_worked)
    return (
        _STATES.search(fold(words)) is not None
        or any(says(words) for says in known)
        or _TAKEN_BACK.search(words) is not None
        or _DOUBTFUL.search(words) is not None
        or _FLAT_NOT.search(words) is not None
    )


def is_named_a_plan(name: str) -> bool:
    """Say whether the name or kind of a waste begins with a word of plan: ``Proposed North tailings dam``."""
    return _NAMED_A_PLAN.match(name[:LONGEST]) is not None


def was_never_worked(text: str) -> bool:
    """Say whether a remark says that nothing was ever mined."""
    return any(_NEVER_WORKED.search(part[:LONGEST]) for part in SENTENCES.split(text))
