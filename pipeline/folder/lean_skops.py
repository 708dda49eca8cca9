"""skops, which keeps models without pickle, without its lists of all it would trust.

At its import skops lists every estimator of scikit-learn and every function of numpy and scipy; to do so it loads all of
scikit-learn, and what that tries itself with: a second of every command that keeps a model or reads one, and 400 modules.
This product names the types it writes (`pipeline.folder.model_store`), so that nothing has to be trusted beside numbers, texts,
arrays and what holds them.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

_LISTS = "skops.io._trusted_types"


@cache
def skops_io() -> Any:
    """Return a module `skops.io` of this product's own; one that was imported, or will be, keeps all it trusts."""
    former = _taken_away()
    try:
        sys.modules[_LISTS] = _few_trusted()
        try:
            return importlib.import_module("skops.io")
        except ImportError:  # a version that keeps its lists in another way: it has them all
            _taken_away()
            return importlib.import_module("skops.io")
    finally:
        _taken_away()
        sys.modules.update(former)


def _taken_away() -> dict[str, ModuleType]:
    """Take the library out of what was imported, and return it."""
    return {name: sys.modules.pop(name) for name in list(sys.modules) if name.split(".")[0] == "skops"}


def _few_trusted() -> ModuleType:
    """Return the library's lists with what holds no code alone."""
    lists = ModuleType(_LISTS)
    numbers = {f"{kind.__module__}.{kind.__name__}" for kind in np.sctypeDict.values()}
    names: dict[str, list[str]] = {
        "PRIMITIVE_TYPE_NAMES": [f"builtins.{kind.__name__}" for kind in (int, float, str, bool)],
        "CONTAINER_TYPE_NAMES": [f"builtins.{kind.__name__}" for kind in (list, set, map, tuple)],
        "NUMPY_DTYPE_TYPE_NAMES": sorted(name for name in numbers if name.startswith("numpy.")),
        "NUMPY_RANDOM_BIT_GENERATOR_TYPE_NAMES": [],
        "NUMPY_UFUNC_TYPE_NAMES": [],
        "SCIPY_UFUNC_TYPE_NAMES": [],
        "SKLEARN_ESTIMATOR_TYPE_NAMES": [],
        "SKLEARN_INTERNAL_TYPE_NAMES": [],
    }
    vars(lists).update(names)
    return lists
