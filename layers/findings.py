"""What the code finds, as a code with typed values; only `maps.words` says it in a language."""

from __future__ import annotations

import json

from pydantic import BaseModel, ConfigDict

Value = float | int | str | tuple[str, ...]


class Finding(BaseModel):
    """One thing found: what it is, and the values its wording needs.

    In a table it takes two columns: ``finding`` holds the code, ``values`` the values as a JSON object (see `as_cells`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    values: dict[str, Value] = {}

    def as_cells(self) -> tuple[str, str]:
        """Return the code and the values as JSON, keys in order, so that equal findings have equal cells."""
        return self.code, json.dumps(self.values, sort_keys=True, ensure_ascii=False, allow_nan=False)


def finding_of(code: str, values: str) -> Finding:
    """Return the finding of the two cells that `Finding.as_cells` made."""
    return Finding(code=code, values=json.loads(values))
