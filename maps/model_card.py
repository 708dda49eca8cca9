"""The model card: what the model is, what it was tested on, and what it is not for."""

from __future__ import annotations

from maps.publication import Publication


def model_card(publication: Publication) -> str:
    """Return the card as Markdown."""
    return f"# Model card\n\n{publication.title}\n"
