"""Distances of a run file that were typed in metres: keys that end in ``_km`` have a bound."""

from __future__ import annotations

from pydantic import BaseModel

_TIMES_DEFAULT = 100.0
_MOST_KM, _WITHOUT_DEFAULT_KM = 2_000.0, 500.0
"""Metres are a thousand times kilometres: nobody means a hundred times the default."""


def refuse_metres(sections: BaseModel) -> None:
    """Stop at distances that must have been typed in metres, with the bound and the remedy.

    Parameters
    ----------
    sections : BaseModel
        A run file; keys of its sections that end in ``_km`` and were stated are looked at. The bound is a hundred times the
        default and never more than 2,000 km; 500 km where there is no default.

    Raises
    ------
    ValueError
        Naming all of them.
    """
    in_metres = []
    for name in type(sections).model_fields:
        section = getattr(sections, name)
        if not isinstance(section, BaseModel):
            continue
        for key in sorted(section.model_fields_set):
            stated = getattr(section, key)
            if not key.endswith("_km") or not isinstance(stated, int | float):
                continue
            default = type(section).model_fields[key].default
            known = isinstance(default, int | float) and default > 0
            bound = min(_TIMES_DEFAULT * default, _MOST_KM) if known else _WITHOUT_DEFAULT_KM
            if stated > bound:
                in_metres.append(
                    f"{name}.{key}: {stated:g} is in kilometres, and more than {bound:g} km makes no sense. If metres were "
                    f"meant, write {stated / 1000:g}"
                )
    if in_metres:
        raise ValueError("; ".join(in_metres))
