"""Passwords and keys in addresses: used to ask for a file, written and printed nowhere."""

from __future__ import annotations

import re

_LOGIN = re.compile(r"(?<=://)[^\s/?#@]*@")
_KEYED = re.compile(
    r"([?&;#][^\s=&;#]*(?:token|key|secret|passw|pwd|auth|signature|credential|session|jwt|(?<=[?&;])sig)[^\s=&;#]*=)[^\s&;#'\"]+",
    re.IGNORECASE,
)


def without_secrets(text: str) -> str:
    """Return a text whose addresses name no login, and an ellipsis in the place of every key, token or signature."""
    return _KEYED.sub(r"\1…", _LOGIN.sub("", text))
