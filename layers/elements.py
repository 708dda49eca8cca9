"""Element groups, oxide factors, reference compositions, and what is computed from a suite of rare earths.

Groups of light and heavy rare earths differ between authors, so every function that needs them takes a named convention.
Oxide factors are computed from the atomic masses below (IUPAC abridged standard atomic weights), never typed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

LANTHANIDES = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu")
"""La to Lu without Pm, which has no stable isotope."""
REE = (*LANTHANIDES, "Y")
"""What TREE and TREO mean here: lanthanides and yttrium; scandium is reported apart."""
MAGNET = ("Pr", "Nd", "Tb", "Dy")

ATOMIC_NUMBER = {
    "Y": 39, "La": 57, "Ce": 58, "Pr": 59, "Nd": 60, "Sm": 62, "Eu": 63, "Gd": 64, "Tb": 65, "Dy": 66, "Ho": 67,
    "Er": 68, "Tm": 69, "Yb": 70, "Lu": 71,
}  # fmt: skip

ATOMIC_MASS = {
    "H": 1.008, "Li": 6.94, "Be": 9.0122, "B": 10.81, "C": 12.011, "N": 14.007, "O": 15.999, "F": 18.998, "Na": 22.990,
    "Mg": 24.305, "Al": 26.982, "Si": 28.085, "P": 30.974, "S": 32.06, "Cl": 35.45, "K": 39.098, "Ca": 40.078,
    "Sc": 44.956, "Ti": 47.867, "V": 50.942, "Cr": 51.996, "Mn": 54.938, "Fe": 55.845, "Co": 58.933, "Ni": 58.693,
    "Cu": 63.546, "Zn": 65.38, "Ga": 69.723, "Ge": 72.630, "As": 74.922, "Se": 78.971, "Br": 79.904, "Rb": 85.468,
    "Sr": 87.62, "Y": 88.906, "Zr": 91.224, "Nb": 92.906, "Mo": 95.95, "Ru": 101.07, "Rh": 102.91, "Pd": 106.42,
    "Ag": 107.87, "Cd": 112.41, "In": 114.82, "Sn": 118.71, "Sb": 121.76, "Te": 127.60, "I": 126.90, "Cs": 132.91,
    "Ba": 137.33, "La": 138.91, "Ce": 140.12, "Pr": 140.91, "Nd": 144.24, "Sm": 150.36, "Eu": 151.96, "Gd": 157.25,
    "Tb": 158.93, "Dy": 162.50, "Ho": 164.93, "Er": 167.26, "Tm": 168.93, "Yb": 173.05, "Lu": 174.97, "Hf": 178.49,
    "Ta": 180.95, "W": 183.84, "Re": 186.21, "Os": 190.23, "Ir": 192.22, "Pt": 195.08, "Au": 196.97, "Hg": 200.59,
    "Tl": 204.38, "Pb": 207.2, "Bi": 208.98, "Ra": 226.0, "Th": 232.04, "U": 238.03,
}  # fmt: skip
"""g/mol; IUPAC abridged standard atomic weights (Ra: mass number of its longest-lived isotope)."""

OXIDE_OF = {element: f"{element}2O3" for element in REE} | {"Ce": "CeO2", "Pr": "Pr6O11", "Tb": "Tb4O7"}
"""The oxides TREO is stated in: Ce, Pr and Tb in their common mixed oxides, the others as R2O3."""

_GROUPS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "eu": (LANTHANIDES[:5], (*LANTHANIDES[5:], "Y")),
    "canada": (LANTHANIDES[:6], (*LANTHANIDES[6:], "Y")),
    "usgs": (LANTHANIDES[:7], (*LANTHANIDES[7:], "Y")),
}
CONVENTIONS = tuple(_GROUPS)
"""``eu``: La-Sm light (European study on critical raw materials, 2023); ``canada``: La-Eu light (Parsa et al. 2024);
``usgs``: La-Gd light (common usage of the US Geological Survey)."""

_ELEMENTS = ("La", "Ce", "Pr", "Nd", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Y", "Sc")
CHONDRITE_PPM = dict(
    zip(
        _ELEMENTS,
        (
            0.237,
            0.613,
            0.0928,
            0.457,
            0.148,
            0.0563,
            0.199,
            0.0361,
            0.246,
            0.0546,
            0.16,
            0.0247,
            0.161,
            0.0246,
            1.57,
            5.92,
        ),
        strict=True,
    )
)
"""CI chondrite, McDonough & Sun (1995), ppm."""
UPPER_CRUST_PPM = dict(
    zip(
        _ELEMENTS,
        (31.0, 63.0, 7.1, 27.0, 4.7, 1.0, 4.0, 0.7, 3.9, 0.83, 2.3, 0.3, 1.96, 0.31, 21.0, 14.0),
        strict=True,
    )
) | {
    "Co": 17.3, "Ni": 47.0, "Cu": 28.0, "Li": 24.0, "Ga": 17.5, "Ge": 1.4, "In": 0.056, "W": 1.9, "Nb": 12.0, "Ta": 0.9,
    "Sb": 0.4, "V": 97.0, "Zn": 67.0, "U": 2.7, "Th": 10.5, "Be": 2.1, "Cs": 4.9, "Mo": 1.1, "Sn": 2.1, "Bi": 0.16,
    "Zr": 193.0, "Hf": 5.3, "Cr": 92.0, "As": 4.8, "Cd": 0.09, "Pb": 17.0, "Se": 0.09,
}  # fmt: skip
"""Upper continental crust, Rudnick & Gao (2003), ppm."""

MAIN_ELEMENTS_CRUST_PPM = {
    "Si": 311_300.0, "Al": 81_500.0, "Fe": 39_200.0, "Ca": 25_700.0, "Na": 24_300.0, "K": 23_200.0, "Mg": 15_000.0, "Ti": 3840.0,
    "Mn": 774.0, "P": 655.0, "Ba": 624.0, "Sr": 320.0, "Rb": 82.0,
}  # fmt: skip
"""Upper continental crust, Rudnick & Gao (2003), ppm: elements beside `UPPER_CRUST_PPM` of which every rock holds some."""

_FORMULA = re.compile(r"([A-Z][a-z]?)(\d*)")


MOST_WASTE_TREO_PPM = 100_000.0
"""Rare-earth oxides above which no waste is expected: the tailings of Bayan Obo, the richest large basin on record, hold some
5 %, the richest ores about 10 to 20 %, concentrates of monazite and bastnäsite 50 to 70 %."""

WASTE_SAMPLES_APART = 30.0
"""Factor between samples of one waste that is told: with the usual spread of grab samples (0.28 decades) two of some five
thousand pairs lie so far apart."""


def light(convention: str = "eu") -> tuple[str, ...]:
    """Return the light rare earths of a named convention (one of `CONVENTIONS`)."""
    return _GROUPS[convention][0]


def heavy(convention: str = "eu") -> tuple[str, ...]:
    """Return the heavy rare earths, with yttrium, of a named convention (one of `CONVENTIONS`)."""
    return _GROUPS[convention][1]


def parse_oxide(formula: str) -> tuple[str, int, int] | None:
    """Split an oxide's formula into element, atoms of it, atoms of oxygen; None where it is no simple oxide.

    ``"La2O3"`` gives ``("La", 2, 3)``; ``"CaCO3"``, ``"O2"`` and ``"LOI"`` give None.
    """
    parts = _FORMULA.findall(formula)
    if len(parts) != 2 or "".join(symbol + count for symbol, count in parts) != formula:
        return None
    (element, atoms), (oxygen, oxygens) = parts
    if oxygen != "O" or element == "O" or element not in ATOMIC_MASS:
        return None
    return element, int(atoms or 1), int(oxygens or 1)


def oxide_factor(formula: str) -> float:
    """Return by how much the mass of an element grows when it is stated as an oxide.

    Parameters
    ----------
    formula : str
        E.g. ``"CeO2"``; 100 ppm of Ce are 122.84 ppm of CeO2.

    Raises
    ------
    KeyError
        If the formula is not that of an oxide of one known element.
    """
    parsed = parse_oxide(formula)
    if parsed is None:
        raise KeyError(f"'{formula}' is not an oxide of one known element")
    element, atoms, oxygens = parsed
    return 1.0 + oxygens * ATOMIC_MASS["O"] / (atoms * ATOMIC_MASS[element])


_TREO_FACTOR = {element: oxide_factor(OXIDE_OF[element]) for element in REE}


@dataclass(frozen=True)
class SuiteTotals:
    """Totals of a suite of rare earths per row.

    Parameters
    ----------
    tree_ppm, treo_ppm : ndarray of shape (n,)
        Sum over the elements that are there (measured, or interpolated inside the measured range); NaN where none is.
    treo_low_ppm, treo_high_ppm : ndarray of shape (n,)
        The least and the most the oxides of all fifteen elements may add up to; the most is NaN where no upper bound of an
        element is known.
    estimated_fraction : ndarray of shape (n,)
        Share of ``tree_ppm`` that was interpolated, 0 to 1; NaN where there is no total.
    crust_fraction : ndarray of shape (n,)
        Share of the rare earths of average upper crust that the elements there make up, 0 to 1: how whole the total is.
    n_measured : ndarray of int of shape (n,)
        How many of the fifteen elements were measured.
    filled_ppm : ndarray of shape (n, 15)
        The elements summed, NaN where one is missing.
    """

    tree_ppm: FloatArray
    treo_ppm: FloatArray
    treo_low_ppm: FloatArray
    treo_high_ppm: FloatArray
    estimated_fraction: FloatArray
    crust_fraction: FloatArray
    n_measured: npt.NDArray[np.int64]
    filled_ppm: FloatArray


def fill_inside(suite_ppm: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Interpolate missing lanthanides between measured ones, log-linearly in atomic number on chondrite-normalised values.

    Eu and Ce are never interpolated nor used to interpolate (their anomalies would spread); nothing is extrapolated beyond
    the lightest and heaviest measured element; Y is never estimated.

    Parameters
    ----------
    suite_ppm : ndarray of shape (n, 15)
        Order of `REE`, ppm; NaN is missing. Values of 0 or below count as missing here.

    Returns
    -------
    filled : ndarray of shape (n, 15)
    estimated : ndarray of bool of shape (n, 15)
        Where a value was interpolated.
    """
    filled = suite_ppm.astype("float64", copy=True)
    estimated = np.zeros(filled.shape, dtype=bool)
    smooth = [position for position, element in enumerate(LANTHANIDES) if element not in ("Ce", "Eu")]
    z = np.array([ATOMIC_NUMBER[LANTHANIDES[position]] for position in smooth], dtype="float64")
    chondrite = np.array([CHONDRITE_PPM[LANTHANIDES[position]] for position in smooth])
    part = filled[:, smooth]
    usable = np.isfinite(part) & (part > 0)
    patterns, which = np.unique(usable, axis=0, return_inverse=True)
    which = which.reshape(-1)
    for number, pattern in enumerate(patterns):
        if pattern.all() or pattern.sum() < 2:
            continue
        rows = np.flatnonzero(which == number)
        known, lacking = np.flatnonzero(pattern), np.flatnonzero(~pattern)
        inner = lacking[(lacking > known[0]) & (lacking < known[-1])]
        logs = np.log(part[np.ix_(rows, known)] / chondrite[known])
        for position in inner:
            right = int(np.searchsorted(known, position))
            share = (z[position] - z[known[right - 1]]) / (z[known[right]] - z[known[right - 1]])
            value = np.exp(logs[:, right - 1] * (1 - share) + logs[:, right] * share) * chondrite[position]
            missing = ~np.isfinite(filled[rows, smooth[position]])
            filled[rows[missing], smooth[position]] = value[missing]
            estimated[rows[missing], smooth[position]] = True
    return filled, estimated


def suite_totals(
    suite_ppm: FloatArray,
    *,
    low_ppm: FloatArray | None = None,
    high_ppm: FloatArray | None = None,
    interpolate: bool = True,
    estimate_error_fraction: float = 0.5,
) -> SuiteTotals:
    """Sum a suite of rare earths as element and as oxide, saying how much of it was estimated and what is left open.

    Parameters
    ----------
    suite_ppm : ndarray of shape (n, 15)
        Order of `REE`, ppm of the element; NaN is missing. A result below a limit stands here as what it counts as.
    low_ppm, high_ppm : ndarray of shape (n, 15), optional
        The least and the most each element may be, e.g. 0 and the limit of a result below it; NaN in ``high_ppm`` where
        there is no upper bound. Default: ``suite_ppm``.
    interpolate : bool
        Fill gaps inside the measured range with `fill_inside`; without it a partial suite is summed as what it is.
    estimate_error_fraction : float
        Interpolated elements may be off by this share, for the range.

    Returns
    -------
    SuiteTotals
        TREO in the oxides of `OXIDE_OF`. At least, missing elements count as nothing; at most, as twice what the crust
        would have of them.
    """
    measured = np.isfinite(suite_ppm)
    filled, estimated = fill_inside(suite_ppm) if interpolate else (suite_ppm, np.zeros(suite_ppm.shape, dtype=bool))
    factors = np.array([_TREO_FACTOR[element] for element in REE])
    crust = np.array([UPPER_CRUST_PPM[element] for element in REE])
    n_measured = measured.sum(axis=1)
    some, there = n_measured > 0, np.isfinite(filled)
    tree = np.where(some, np.nansum(filled, axis=1), np.nan)
    treo = np.where(some, np.nansum(filled * factors, axis=1), np.nan)
    low = np.where(estimated, filled * (1 - estimate_error_fraction), suite_ppm if low_ppm is None else low_ppm)
    high = np.where(estimated, filled * (1 + estimate_error_fraction), suite_ppm if high_ppm is None else high_ppm)
    covered = (there * crust).sum(axis=1) / crust.sum()
    missing = np.divide(1.0, covered, out=np.full(len(covered), np.nan), where=some) - 1.0
    guessed = np.where(estimated, filled, 0.0).sum(axis=1)
    return SuiteTotals(
        tree_ppm=tree,
        treo_ppm=treo,
        treo_low_ppm=np.where(some, np.nansum(low * factors, axis=1), np.nan),
        treo_high_ppm=(np.where(there, high, 0.0) * factors).sum(axis=1) * (1.0 + 2.0 * missing),
        estimated_fraction=np.divide(guessed, tree, out=np.where(some, 0.0, np.nan), where=some & (tree > 0)),
        crust_fraction=covered,
        n_measured=n_measured,
        filled_ppm=filled,
    )


def treo_per_tree() -> tuple[float, float, float]:
    """Return TREO/TREE at least (Lu2O3 alone), in average upper crust, and at most (Y2O3 alone), for totals given as such."""
    crust = {element: UPPER_CRUST_PPM[element] for element in REE}
    usual = sum(ppm * _TREO_FACTOR[element] for element, ppm in crust.items()) / sum(crust.values())
    return min(_TREO_FACTOR.values()), usual, max(_TREO_FACTOR.values())


def light_per_heavy(suite_ppm: FloatArray, convention: str = "eu") -> FloatArray:
    """Return LREE/HREE (with Y) of a named convention; NaN unless all fifteen are there."""
    return group_sum(suite_ppm, light(convention)) / group_sum(suite_ppm, heavy(convention))


def group_sum(suite_ppm: FloatArray, elements: Sequence[str]) -> FloatArray:
    """Sum some of the rare earths per row; NaN where one of them is missing, since a part is not the whole."""
    return suite_ppm[:, [REE.index(element) for element in elements]].sum(axis=1)


def share(suite_ppm: FloatArray, elements: Sequence[str]) -> FloatArray:
    """Return the share of some elements in TREE (0 to 1), e.g. of `MAGNET`; NaN unless all fifteen are there."""
    return group_sum(suite_ppm, elements) / group_sum(suite_ppm, REE)


def outlook_coefficient(suite_ppm: FloatArray) -> FloatArray:
    """Return the outlook coefficient of Seredin & Dai (2012): critical over excessive rare earths.

    Critical are Nd, Eu, Tb, Dy, Er, Y; excessive Ce, Ho, Tm, Yb, Lu. Criticised as a measure of value (Hower et al. 2016):
    Pr counts as uncritical there.
    """
    return group_sum(suite_ppm, ("Nd", "Eu", "Tb", "Dy", "Er", "Y")) / group_sum(
        suite_ppm, ("Ce", "Ho", "Tm", "Yb", "Lu")
    )


def normalised(suite_ppm: FloatArray, reference: Mapping[str, float] | None = None) -> FloatArray:
    """Divide a suite by a reference composition (default CI chondrite), shape (n, 15)."""
    reference = CHONDRITE_PPM if reference is None else reference
    return suite_ppm / np.array([reference[element] for element in REE])


def eu_anomaly(suite_ppm: FloatArray) -> FloatArray:
    """Return Eu/Eu* = EuN / sqrt(SmN GdN) on chondrite; without Gd, EuN / (SmN^(2/3) TbN^(1/3))."""
    sm, eu, gd, tb = (normalised(suite_ppm)[:, REE.index(element)] for element in ("Sm", "Eu", "Gd", "Tb"))
    return np.where(np.isfinite(gd), eu / np.sqrt(sm * gd), eu / (sm ** (2 / 3) * tb ** (1 / 3)))


def ce_anomaly(suite_ppm: FloatArray) -> FloatArray:
    """Return Ce/Ce* = CeN / sqrt(LaN PrN) on chondrite; without Pr, CeN / (LaN^(2/3) NdN^(1/3))."""
    la, ce, pr, nd = (normalised(suite_ppm)[:, REE.index(element)] for element in ("La", "Ce", "Pr", "Nd"))
    return np.where(np.isfinite(pr), ce / np.sqrt(la * pr), ce / (la ** (2 / 3) * nd ** (1 / 3)))


def slope(suite_ppm: FloatArray, light_element: str = "La", heavy_element: str = "Yb") -> FloatArray:
    """Return a chondrite-normalised ratio such as (La/Yb)N."""
    pattern = normalised(suite_ppm)
    return pattern[:, REE.index(light_element)] / pattern[:, REE.index(heavy_element)]
