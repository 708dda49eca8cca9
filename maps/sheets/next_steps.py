"""What comes next in a province, as the key of the words that say it."""

from __future__ import annotations

from maps.nearby import search_key

_NEXT = {
    "next_ontario": ("on", "ontario", "ca-on"),
    "next_quebec": ("qc", "quebec", "ca-qc"),
    "next_british_columbia": ("bc", "british columbia", "ca-bc"),
}


def next_step(jurisdiction: object) -> str:
    """Return the key of the words on what comes next in a province."""
    jurisdiction_key = search_key(str(jurisdiction)) if isinstance(jurisdiction, str) else ""
    return next((key for key, names in _NEXT.items() if jurisdiction_key in names), "next_elsewhere")
