"""The unit of a column of masses, volumes, areas or heights, as its heading tells it; never a silent guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layers.cells.heading_amounts import trailing_unit, unit_doubt
from layers.cells.heading_grammar import parse_heading
from layers.cells.quantities import unit_factor
from layers.errors import SourceError

CHOICES = {
    "t": "t, kt, Mt, short_ton or long_ton", "m3": "m3, Mm3, cubic yard or acre-foot", "m2": "m2, ha, km2 or acre",
    "m": "m or ft",
}  # fmt: skip
"""Base unit -> what to answer when a unit is asked for."""


def heading_unit(heading: str, base: str) -> str | None:
    """Return the unit a heading tells, if it measures what the column is for.

    Parameters
    ----------
    heading : str
        As in the file.
    base : str
        Base unit of the layer's column: ``t``, ``m3``, ``m2`` or ``m``.

    Returns
    -------
    str or None
        None where the heading tells none, or that of another quantity.
    """
    found = parse_heading(heading)
    unit = found.unit if found.kind in ("mass", "volume", "area", "height") else trailing_unit(heading, base)
    if unit is None:
        return None
    return unit if unit_factor(unit)[0] == base else None


def units_of_amounts(
    where: str, mapped: Mapping[str, Sequence[str]], bases: Mapping[str, str], stated: Mapping[str, str]
) -> dict[str, str]:
    """Return the unit of bare numbers of every amount of an inventory.

    Parameters
    ----------
    where : str
        Source and file, for messages.
    mapped : mapping of str to sequence of str
        Layer column, such as ``mass_t`` -> file columns.
    bases : mapping of str to str
        Layer column -> base unit, taken where nothing says another.
    stated : mapping of str to str
        Layer column -> unit the run file or the catalogue states; it outweighs the heading.

    Raises
    ------
    SourceError
        If a heading holds a unit that can be read two ways (``MT``, ``tons``, ``1000 m3``), or columns mapped together are in
        several units. All at once.
    """
    units, doubts = dict(bases) | dict(stated), []
    for name, base in bases.items():
        if name in stated:
            continue
        for heading in mapped.get(name, []):
            doubt = unit_doubt(heading)
            if doubt is not None:
                doubts.append(f"{name}: the heading '{heading}' may mean several units ({doubt}); say {CHOICES[base]}")
        told = {heading_unit(heading, base) or base for heading in mapped.get(name, [])}
        if len(told) > 1:
            doubts.append(
                f"{name}: the columns {', '.join(mapped[name])} are in {' and '.join(sorted(told))}; map one of them"
            )
        elif told:
            units[name] = told.pop()
    if doubts:
        raise SourceError(f"{where}: units are not sure. State them under options.units.\n  " + "\n  ".join(doubts))
    return units
