"""What a remark, a status or a name says of a waste that was taken away: all of it, not the equipment or an entry."""

from __future__ import annotations

import re

from layers.cells.hedges import (
    CLAUSES,
    LONGEST,
    NONE_OF,
    NOT,
    PLANNED,
    SENTENCES,
    TAKEN_AWAY,
    is_only_gone,
    whole_words,
)

_TAKEN = (
    rf"{TAKEN_AWAY}|(?:shipped|carried|transported|cleaned|cleared|sent) (?:away|off|out)|cleaned[- ]?up|"
    r"clean[- ]?up complete\w*|used up|(?:transferred|consolidated) (?:in)?to (?:an?other|a (?:new|different)|off-?site)|"
    r"disposed of off|sold|dug (?:out|up)|excavated|re-?treated|back-?filled|no longer (?:there|present|exists?|on[- ]site)|"
    r"emport[ée]e?s?|transport[ée]e?s? (?:hors|ailleurs|vers)|[ée]limin[ée]e?s?|vendue?s?|excav[ée]e?s?|d[ée]blay[ée]e?s?|"
    r"remblay[ée]e?s?|nettoy[ée]e?s?|disparue?s?|n'existe(?:nt)? plus|"
    r"re-?procesad[oa]s?|re-?tratad[oa]s?|reubicad[oa]s?|eliminad[oa]s?|arrastrad[oa]s?|vendid[oa]s?|excavad[oa]s?|llevad[oa]s?|"
    r"sacad[oa]s?|rellenad[oa]s?|desaparecid[oa]s?|retir(?:ó|aron)|traslad(?:ó|aron)|removi(?:ó|eron)|ya no existen?|"
    r"re-?alocad[oa]s?|relocad[oa]s?|transportad[oa]s? para|escavad[oa]s?|levad[oa]s?|j[áa] n[ãa]o existem?|"
    r"abtransportiert\w*|abgefahren\w*|weggeschafft\w*|weggebracht\w*|(?:wieder)?auf(?:bereitet|gearbeitet)\w*|ausgehoben\w*|"
    r"verkauft\w*|ger[äa]umt\w*|abgebaut\w*|verf[üu]llt\w*"
)
"""What was done to a waste that is no longer where it was."""
_FILLS = (
    r"back-?filled|excavated|remblay\w+|excav[ée]\w*|rellenad\w+|excavad\w+|escavad\w+|ausgehoben\w*|verf[üu]llt\w*"
)
"""Of these, what is also done to the pond or pit around it, which leaves the waste there."""
_BASINS = r"ponds?|dams?|basins?|impoundments?|cells?|facilit\w+|pits?|bassins?|digues?|parcs?|tranques?|dep[óo]sitos?|barragens?"
_USED = (
    r"(?:re-?)?used|(?:re-?)?utili[sz]ed|consumed|recycled|crushed|salvaged|"
    r"(?:r[ée])?utilis[ée]e?s?|(?:r[ée])?employ[ée]e?s?|recycl[ée]e?s?|valoris[ée]e?s?|concass[ée]e?s?|"
    r"(?:re-?)?utilizad[oa]s?|usad[oa]s?|(?:re)?aprovechad[oa]s?|reciclad[oa]s?|consumid[oa]s?|(?:re)?aproveitad[oa]s?|"
    r"(?:wieder)?verwe(?:ndet|rtet)\w*|verbraucht\w*"
)
"""What was made of a waste: of all of it, where a word of `_WHOLLY` says so."""
_ENTIRELY = (
    r"completely|entirely|fully|totally|wholly|in full|enti[èe]rement|totalement|compl[èe]tement|completamente|totalmente|"
    r"integralmente|enteramente|por completo|vollst[äa]ndig|restlos|komplett|g[äa]nzlich"
)
_ALL_OF = (
    r"(?:all(?: of)?|the (?:whole|entire)|entire|tou(?:s|te|tes)|l'ensemble d\w+|la totalit[ée] d\w+|tod[oa]s?|la totalidad de|"
    r"s[äa]mtliche\w*|alle|das ganze|die ganze)\W+(?:(?:of|the|these|its|les?|la|des?|l[oa]s|el|os|as|o|a)\W+){0,2}"
)
_LEFT = (
    r"(?:none|nothing) (?:\w+ ){0,2}?(?:left|remain(?:s|ed|ing)?)|"
    r"no (?:[\w-]+ ){0,3}?(?:left|remain(?:s|ed|ing)?|any ?more|any longer)|"
    r"n'en (?:reste|subsiste)(?:nt)? (?:plus|rien|aucune?)|(?:ne (?:reste|subsiste)|n'y a) (?:plus|rien)|"
    r"rien ne (?:reste|subsiste)|plus rien|"
    r"no qued[aóan]+ (?:nada|ning[uú]n\w*|restos|m[áa]s)|no qued[aóan]+|nada queda|ya no (?:hay|queda[n]?|est[áa][n]?)|"
    r"nada (?:resta|restou|sobrou)|n[ãa]o (?:resta|restou|restam|sobrou|sobra)(?: nada| nenhum\w*)?|"
    r"j[áa] n[ãa]o (?:h[áa]|existem?)|"
    r"nichts (?:mehr )?(?:[üu]brig|vorhanden|verblieben)\w*|nicht mehr (?:vorhanden|da)|kein\w* (?:\w+ )?mehr (?:vorhanden|da)"
)
"""Nothing is there any more."""
_OTHER = (
    r"(?:hazardous|domestic|household|solid|liquid|radioactive) wastes?|equipment|machin\w*|buildings?|"
    r"structures?|infrastructures?|mill|plant|headframe|hoist|boilers?|snow|ice|trees?|vegetation|brush|timber|fenc(?:es?|ing)|"
    r"sign(?:s|age)?|drums?|barrels?|tanks?|pumps?|pipes?|pipelines?|rails?|tracks?|culverts?|bridges?|covers?|caps?|liners?|topsoil|soils?|sediments?|"
    r"overburden|concentrates?|ores?|gold|silver|copper|zinc|lead|nickel|cobalt|metals?|pyrite|sul[fp]h?ides?|samples?|water|oils?|debris|"
    r"garbage|trash|scrap|refuse|fuel|asbestos|hazards?|gates?|mercury|cyanide|chemicals?|reagents?|explosives|transformers?|"
    r"property|properties|claims?|company|data|records?|entr(?:y|ies)|stockpiles?|"
    r"[ée]quipements?|b[âa]timents?|neige|arbres?|v[ée]g[ée]tation|cl[ôo]tures?|minerai|eaux?|d[ée]bris|[ée]chantillons?|"
    r"installations?|usine|chevalement|ferraille|couverture|sols?|propri[ée]t[ée]|"
    r"equipos?|maquinaria|edificios?|nieve|[áa]rboles|vegetaci[óo]n|muestras?|mineral|agua|escombros|planta|instalaciones|cobertura|"
    r"equipamentos?|edif[íi]cios?|neve|[áa]rvores|vegeta[çc][ãa]o|amostras?|min[ée]rio|[áa]gua|usina|estruturas?|"
    r"anlagen?|geb[äa]ude|schnee|b[äa]ume|bewuchs|ger[äa]te|proben?|erz|wasser|abdeckung|zaun|schrott"
)
"""What may be taken away from beside a waste."""
_IN_PART = re.compile(
    r"\b(?:partly|partially|partial|some|most(?:ly)?|half|part|parts|in part|largely|portions?|much|bulk|majority|several|nearly|"
    r"almost|few|except(?:ed|ing)?|all but|apart from|other than|"
    r"partiel\w*|partie|plupart|moiti[ée]|quelques|certain\w*|presque|sauf|hormis|"
    r"parcial\w*|parte|mitad|algun[oa]s?|casi|salvo|excepto|metade|algu(?:ns|mas)|quase|exceto|"
    r"teilweise|teils?|einige\w*|h[äa]lfte|gr[öo](?:ß|ss)tenteils|meist\w*|fast|au(?:ß|ss)er|bis auf|\d+ ?%)(?!\w)",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    whole_words(
        PLANNED,
        r"(?:to|will|would|should|could|may|might|must|can|shall|is|are) be(?:ing)?|(?:could|may|might) have been|to be|being|"
        r"scheduled|recommend\w*|approved|"
        r"plans?|until|if|unless|before|"
        r"[àa] [êe]tre|ser(?:a|ont)|doi(?:t|vent)|devr\w+|pourr\w+|peu(?:t|vent)|en cours|si|"
        r"(?:por|a|para) ser|ser[áa]n?|deben?|deber[áa]n?|pueden?|siendo|sendo|ser[ãa]o|devem?|podem?|hasta|at[ée]|"
        r"wird|werden|soll\w*|m[üu]ss\w*|k[öo]nn\w*|falls|wenn",
    ),
    re.IGNORECASE,
)
_NOT_DONE = re.compile(whole_words(NOT, NONE_OF, "non"), re.IGNORECASE)
_ANSWERED_NO = re.compile(rf"{whole_words(NOT, NONE_OF, 'non', 'nein')}\W*$", re.IGNORECASE)
_WERE_TAKEN = re.compile(whole_words(_TAKEN), re.IGNORECASE)
_WERE_USED = re.compile(whole_words(_USED), re.IGNORECASE)
_INTENDED = re.compile(whole_words(PLANNED), re.IGNORECASE)
_WHOLLY = re.compile(whole_words(_ENTIRELY), re.IGNORECASE)
_WHOLLY_NEXT = re.compile(rf"\W*{whole_words(_ENTIRELY)}", re.IGNORECASE)
_NOTHING_LEFT = re.compile(whole_words(_LEFT), re.IGNORECASE)
_FILLED = re.compile(whole_words(_FILLS), re.IGNORECASE)
_AROUND = re.compile(whole_words(_BASINS), re.IGNORECASE)
_OUT_OF = re.compile(
    rf"\W*(?:from|de|du|del|da|do|aus)\W+(?:\S+ )?{whole_words(_BASINS, 'mine', 'shaft', 'adit')}", re.IGNORECASE
)
_OTHERS = re.compile(whole_words(_OTHER), re.IGNORECASE)
_BESIDE = re.compile(
    r"\W+(?:of|from|on|at|in|near|der|des|du|de|del|da|do|auf|am|sur|en|sobre)\W+(?:(?:the|la|le|les|el|los|las|der|dem)\W+)?",
    re.IGNORECASE,
)
"""Stands between a thing and the waste it lies on."""
_FROM_A_LIST = re.compile(
    r"\W*(?:from|off|du|des|de|del|da|do|aus|von|vom)\W+(?:\S+ ){0,3}?(?:regist\w+|lists?|listing|inventor\w+|database|data ?set|"
    r"records?|maps?|catalogue|liste|inventaire|base de donn\w+|lista|inventario|invent[áa]rio|"
    r"cadastr\w+|verzeichnis|kataster)\b",
    re.IGNORECASE,
)
_OBJECT = r"\W+(?:(?:all|the|these|those|its|every|tou[ts]e?s?|les|todos?|todas?|los|las|os|as|alle|die)\W+){1,2}"
_WHOLE_SENTENCE = re.compile(
    rf"\W*(?:il\W+)?(?:{_LEFT})(?:\W+(?:on[- ]?site|at site|here|there|today|now"
    r"|in|sur|place|le|site|au|en|no|local|el|sitio|\d{4}))*\W*",
    re.IGNORECASE,
)


def says_gone(text: str, thing: re.Pattern[str]) -> bool:
    """Say whether a text says that the whole of a thing was taken away, or that nothing of it is left.

    Parameters
    ----------
    text : str
        A remark, a status or a name.
    thing : Pattern
        Finds the words of the thing.

    Returns
    -------
    bool
        A removal is of what is named last before it (``buildings on the tailings removed``), or of what stands straight behind it
        (``removed all tailings``). What was taken in part, is yet to be taken, was not taken, or was taken from a list is there.
    """
    words = text.replace("_", " ").replace("’", "'")
    if not any(pattern.search(words) for pattern in (_WERE_TAKEN, _NOTHING_LEFT, _WERE_USED)):
        return False
    if (
        len(words) <= LONGEST
        and _WERE_TAKEN.search(words)
        and is_only_gone(words)
        and not _FILLED.search(words)
        and not thing.search(words)
    ):
        return True
    return any(_sentence_says_gone(part[:LONGEST], thing) for part in SENTENCES.split(words))


def _sentence_says_gone(sentence: str, thing: re.Pattern[str]) -> bool:
    if _WHOLE_SENTENCE.fullmatch(sentence):
        return True
    if _IN_PART.search(sentence) or not thing.search(sentence):
        return False
    for left in _NOTHING_LEFT.finditer(sentence):
        inside = thing.search(left.group()) is not None
        behind = re.match(
            rf"\s+(?:(?:de|d|des|of|the|los|las|os|as)\W+){{0,2}}(?:{thing.pattern})", sentence[left.end() :], re.I
        )
        if inside or behind or _named_last(sentence[: left.start()], thing) is not None:
            return True
    return any(_was_taken(sentence, taken, thing) for taken in _WERE_TAKEN.finditer(sentence)) or any(
        _was_used_up(sentence, used, thing) for used in _WERE_USED.finditer(sentence)
    )


def _was_used_up(sentence: str, used: re.Match[str], thing: re.Pattern[str]) -> bool:
    """Say whether a word of use in a sentence is of the whole of a thing: ``all tailings were used as road fill``.

    The pond around a waste is used while waste is put into it.
    """
    before, behind = sentence[: used.start()], sentence[used.end() :]
    whole = (
        _WHOLLY.search(before)
        or _WHOLLY_NEXT.match(behind)
        or re.search(rf"(?<!not )\b{_ALL_OF}(?:{thing.pattern})", before, re.IGNORECASE)
    )
    if not whole or _AROUND.search(before) or _INTENDED.search(behind):
        return False
    return _was_taken(sentence, used, thing)


def _was_taken(sentence: str, taken: re.Match[str], thing: re.Pattern[str]) -> bool:
    """Say whether a word of removal in a sentence is of a thing, and was done."""
    before, behind = sentence[: taken.start()], sentence[taken.end() :]
    clause = max([match.end() for match in CLAUSES.finditer(before)], default=0)
    subject = _named_last(before, thing)
    if subject is None and (_OTHERS.search(before) or not re.match(rf"{_OBJECT}(?:{thing.pattern})", behind, re.I)):
        return False
    around = before[min(clause, clause if subject is None else subject) :]
    rest = CLAUSES.split(behind)[0]
    return not (
        _NOT_DONE.search(around)
        or _NOT_YET.search(around)
        or _FROM_A_LIST.match(behind)
        or _ANSWERED_NO.search(rest)
        or _ANSWERED_NO.fullmatch(behind.strip(" :?-–()"))
        or (_FILLED.fullmatch(taken.group()) and (_AROUND.search(before) or _OUT_OF.match(behind)))
    )


def _named_last(before: str, thing: re.Pattern[str]) -> int | None:
    """Return where a thing begins that is the last to be named before a removal; None where something else is, or nothing."""
    own = [match.span() for match in thing.finditer(before)]
    if not own:
        return None
    others = [
        match.span()
        for match in _OTHERS.finditer(before)
        if not any(a <= match.start() and match.end() <= b for a, b in own)
    ]
    start, end = own[-1]
    if others and (others[-1][1] > end or _BESIDE.fullmatch(before[others[-1][1] : start])):
        return None
    return start
