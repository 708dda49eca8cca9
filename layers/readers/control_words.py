"""Words and codes for rows that are no samples of their own, and for those that are."""

from __future__ import annotations

import re
from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "control_standard": (
        r"crms?|srms?|(?:matrix )?spike[sd]?|"
        r"standards?|stds?|certified|certified reference|(?:certified )?reference (?:material|standard)s?|"
        r"ref(?:erence)? mat(?:erial)?s?|"
        r"qc standard|estandar(?:es)?|patron(?:es)?|padrao|padroes|material (?:de )?referenc\w*|"
        r"materiau (?:de )?reference|etalons?|mat ref|temoins?|referencias?|references?|controls?|controles?|"
        r"blind (?:std|standard)|"
        r"referensmaterial|referansemateriale|referenz(?:material|proben?)|oreas\w*|"
        r"muestras? (?:de )?control|amostras? (?:de )?control[eo]?|echantillons? (?:de )?controle|(?:kontroll|standard)proben?|"
        r"(?:kontroll|referens|standard)prov|(?:kontrolli|vertailu|standardi)nayte|(?:kontroll|standard)prove|"
        r"контроль(?:ная проба|ный образец)?|стандарт(?:ный образец)?|гсо|(?:标准|标|质控|监控)(?:样品?|物质)|质控"
    ),
    "control_blank": (
        r"blanks?|blks?|(?:field|coarse|fine|pulp|lab|method|prep|procedural) ?blanks?|blanc|blancs|blancos?|branco|blankprove?|"
        r"(?:blind|leer)proben?|blindwert|(?:noll|blank|blind)prov|sokea|nollanayte|"
        r"muestras? (?:en |de )?blanco|amostras? (?:em |de )?branco|blanco de \w+|branco de \w+|echantillons? (?:a )?blancs?|"
        r"blanc de \w+|холостая(?: проба)?|холостой опыт|бланк|空白(?:样品?)?|"
        r"prep wash|(?:quartz|silica|sand) (?:wash|flush|blank)|silice|silica|rinsate|rinse|lavado"
    ),
    "control_duplicate": (
        r"dups?|duplicates?|(?:field|lab|pulp|prep|coarse|crush|analytical|core|reject|crd|quarter core)[ -]?"
        r"(?:dups?|duplicates?|replicates?|reps?|repeats?|splits?)|"
        r"replicates?|repeats?|checks?|re ?assays?|re ?runs?|"
        r"umpire|check (?:sample|assay)s?|[flp]dups?|chks?|twins?|twinned|dup of .+|duplicate of .+|"
        r"doublons?|duplicatas?|duplicados?|duplikat\w*|dubbelprov|replicas?|"
        r"dobbeltprove|(?:rinnakkais|kaksois)nayte|(?:doppel|wiederholungs)proben?|(?:dublett|dubbel)prov|"
        r"muestras? duplicadas?|amostras? duplicadas?|duplicado de \w+|duplicata de \w+|echantillons? (?:en double|duplique)|"
        r"дубликат|повтор(?:ная проба)?|(?:重复|平行)样品?"
    ),
    "control_average": r"averages?|avg|means?|moyennes?|promedios?|medias?|mittelwert\w*|medelvarde\w*|snitt|keskiarvo",
}  # fmt: skip
CODES: Mapping[str, str] = {
    "control_standard": "msd?|lcsd?|bsd?|lfbd?|crm|srm|pe|std|spk",
    "control_blank": "[mlfterbaic]b|[ic]cb|mbk|blk",
    "control_duplicate": "[flp][drs]|dup|rep|msr|splits?",
}
"""Codes of data deliverables (EPA, state agencies) for the type of a sample; they count where a code for ordinary ones stands."""
OWN_CODES = r"n|ns|nm|reg|s|sa|smp|samp|org|orig|int|norm|env|trg|grab|comp"
OWN_SAMPLES = (
    r"orig(?:inal)?s?|regular|routine|primary|normal|samples?|assays?|cores?|grabs?|chips?|composites?|unknown|field samples?|"
    r"regular samples?|primary samples?|muestras?|rutina|echantillons?|ordinary|parent|main|first"
)
"""Words for what is no control, in a column that tells controls apart."""
WORDS = {
    "control_standard": "certified or standard material", "control_blank": "a blank", "control_duplicate": "a duplicate or check",
    "control_average": "an average of other rows", "control_void": "put aside by the laboratory or the survey",
    "control_published": "a published value, a guideline or a limit",
}  # fmt: skip
"""What a row of each kind is, in words."""
_ACCENTS = str.maketrans("áàâäãåéèêëíîïóôöõøúüñç", "aaaaaaeeeeiiiooooouunc")


def plain(text: str) -> str:
    """Return a word in small letters without accents, its separators as blanks."""
    return re.sub(r"[\s_/.-]+", " ", text).strip().casefold().translate(_ACCENTS)
