"""Every code of a note or a rejected row, with its meaning and what to do; the documentation is made from it."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel, ConfigDict

from layers.own_tables import own_table


class Code(BaseModel):
    """What a code means.

    Parameters
    ----------
    kind : {"note", "row"}
        A note on a source, or the reason of a rejected row.
    meaning, remedy : str
        One sentence each, without a value: the message beside the code has it.
    meaning_fr, remedy_fr : str
        The same in French.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    meaning: str
    remedy: str
    meaning_fr: str = ""
    remedy_fr: str = ""


@lru_cache(maxsize=1)
def codes() -> dict[str, Code]:
    """Return every code by name, in alphabetical order."""
    raw = own_table("layers", "codes.yml")
    return {name: Code.model_validate(entry) for name, entry in sorted(raw.items())}
