"""Tables of facts and words that the project ships as YAML beside its code."""

from __future__ import annotations

import gc
import threading
from importlib.resources import files
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Many times as fast where PyYAML has libyaml; both read the same (a test holds it)."""
_ONE_AT_A_TIME = threading.Lock()


def own_table(package: str, name: str) -> dict[str, Any]:
    """Return a YAML file of one of our packages, freshly read: callers keep it.

    Dead objects are not sought meanwhile: the thousands of nodes of a file, all of them given back, would make Python look
    through everything that is imported, which takes longer than the file.

    Parameters
    ----------
    package : str
        Import name, e.g. ``layers.cells``.
    name : str
        File in it, e.g. ``commodities.yml``.
    """
    text = (files(package) / name).read_text(encoding="utf-8")
    with _ONE_AT_A_TIME:
        sought = gc.isenabled()
        gc.disable()
        try:
            return dict(yaml.load(text, Loader=_LOADER))  # noqa: S506 - both are safe
        finally:
            if sought:
                gc.enable()
