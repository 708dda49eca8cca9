"""Words in cells that mean: nothing is known here."""

from __future__ import annotations

MISSING_WORDS = frozenset(
    ("", "-", "--", "---", "—", "–", "?", ".", "na", "n.a.", "n.a", "n/a", "n/a/unknown", "#n/a", "<na>", "nan", "null", "nul",
     "none", "unk", "unknown", "not known", "not available", "no data", "missing", "tbd", "inconnu", "inconnue",
     "non disponible", "s.o.", "s.o", "s/o", "desconocido", "sin informacion", "sin información", "s/i")
)  # fmt: skip
"""Texts, lower case, that mean missing wherever they stand."""

NOT_STATED = frozenset(
    ("nd", "n.d.", "n.d", "n/d", "not determined", "non determine", "non déterminé", "no determinado", "indetermine",
     "indéterminé")
)  # fmt: skip
"""Texts that mean missing in a quantity or a word, but may mean below a limit in an assay."""
