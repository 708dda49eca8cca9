"""Known numbers: oxide factors, average crust, a published list of Elliot Lake ore."""

from __future__ import annotations

import numpy as np
import pytest

from layers import elements
from layers.elements import LANTHANIDES, MAGNET, REE, UPPER_CRUST_PPM, suite_totals

CRUST = np.array([[UPPER_CRUST_PPM[element] for element in REE]])
INAA = ("La", "Ce", "Nd", "Sm", "Eu", "Tb", "Yb", "Lu")


def only(*kept: str) -> np.ndarray:
    return np.array([[UPPER_CRUST_PPM[element] if element in kept else np.nan for element in REE]])


@pytest.mark.parametrize(
    ("oxide", "factor"),
    [
        ("La2O3", 1.1728), ("CeO2", 1.2284), ("Ce2O3", 1.1713), ("Pr6O11", 1.2082), ("Pr2O3", 1.1703), ("Nd2O3", 1.1664),
        ("Sc2O3", 1.5338), ("TiO2", 1.6685), ("Ga2O3", 1.3442), ("Sm2O3", 1.1596), ("Eu2O3", 1.1579), ("Gd2O3", 1.1526),
        ("Tb4O7", 1.1762), ("Tb2O3", 1.1510), ("Dy2O3", 1.1477), ("Li2O", 2.1527), ("SnO2", 1.2695), ("GeO2", 1.4406),
        ("Ho2O3", 1.1455), ("Er2O3", 1.1435), ("Tm2O3", 1.1421), ("Yb2O3", 1.1387), ("Lu2O3", 1.1372), ("Y2O3", 1.2699),
        ("BeO", 2.7753), ("MnO", 1.2912), ("Cs2O", 1.0602), ("Nb2O5", 1.4305), ("Ta2O5", 1.2210), ("WO3", 1.2611),
        ("U3O8", 1.1792), ("ThO2", 1.1379), ("P2O5", 2.2913), ("V2O5", 1.7852), ("ZrO2", 1.3508), ("MoO3", 1.5002),
    ],
)  # fmt: skip
def test_oxide_factors(oxide: str, factor: float) -> None:
    assert elements.oxide_factor(oxide) == pytest.approx(factor, abs=6e-5)


@pytest.mark.parametrize("word", ["LOI", "O2", "CaCO3", "La", "XO2", "La2O3x"])
def test_what_is_no_oxide_has_no_factor(word: str) -> None:
    with pytest.raises(KeyError, match=word):
        elements.oxide_factor(word)


def test_average_crust() -> None:
    totals = suite_totals(CRUST)
    assert totals.tree_ppm[0] == pytest.approx(169.10)
    assert totals.tree_ppm[0] - UPPER_CRUST_PPM["Y"] == pytest.approx(148.10)
    assert totals.treo_ppm[0] == pytest.approx(203.51, abs=0.005)
    r2o3 = sum(UPPER_CRUST_PPM[one] * elements.oxide_factor(f"{one}2O3") for one in REE)
    assert r2o3 == pytest.approx(199.62, abs=0.005)
    assert totals.estimated_fraction[0] == 0
    assert elements.eu_anomaly(CRUST)[0] == pytest.approx(0.7030, abs=5e-5)
    assert elements.ce_anomaly(CRUST)[0] == pytest.approx(1.0273, abs=5e-5)
    assert elements.slope(CRUST)[0] == pytest.approx(10.744, abs=5e-4)
    assert elements.outlook_coefficient(CRUST)[0] == pytest.approx(0.8419, abs=5e-5)
    assert elements.share(CRUST, MAGNET)[0] == pytest.approx(0.2289, abs=5e-5)
    assert elements.share(CRUST, ("Nd", "Eu", "Tb", "Dy", "Er", "Y"))[0] == pytest.approx(0.3306, abs=5e-5)


def test_elliot_lake_ore_as_published() -> None:
    ore = np.array([[422, 745, 73.8, 247, 41.1, 1.7, 26.2, 3.2, 14.3, 2.3, 5.8, 0.8, 4.6, 0.7, 59.4]])
    totals = suite_totals(ore)
    assert totals.tree_ppm[0] == pytest.approx(1647.9)
    assert totals.treo_ppm[0] == pytest.approx(1979, abs=0.5)


def test_a_partial_suite_is_summed_as_what_it_is() -> None:
    totals = suite_totals(only(*INAA), interpolate=False)
    assert totals.tree_ppm[0] == pytest.approx(129.67)
    assert totals.n_measured[0] == 8
    without_nd = suite_totals(only(*(one for one in INAA if one != "Nd")), interpolate=False)
    assert without_nd.tree_ppm[0] / 148.10 == pytest.approx(0.693, abs=5e-4)


def test_interpolation_inside_the_measured_range_recovers_the_crust() -> None:
    filled, estimated = elements.fill_inside(only(*INAA))
    ratio = {element: filled[0, REE.index(element)] / UPPER_CRUST_PPM[element] for element in REE}
    expected = {"Pr": 1.006, "Gd": 1.14, "Dy": 1.11, "Ho": 1.06, "Er": 1.02, "Tm": 1.10}
    assert {one: ratio[one] for one in expected} == pytest.approx(expected, abs=0.006)
    totals = suite_totals(only(*INAA))
    assert totals.tree_ppm[0] == pytest.approx(149.3, abs=0.1)
    assert totals.estimated_fraction[0] == pytest.approx((totals.tree_ppm[0] - 129.67) / totals.tree_ppm[0])
    assert np.isnan(ratio["Y"])
    assert estimated.sum() == 6


def test_nothing_is_extrapolated() -> None:
    filled, estimated = elements.fill_inside(only("Nd", "Sm", "Tb"))
    present = [one for one, there in zip(REE, np.isfinite(filled[0]), strict=True) if there]
    assert present == ["Nd", "Sm", "Gd", "Tb"]
    assert estimated.sum() == 1


def test_an_empty_suite_has_no_total() -> None:
    totals = suite_totals(np.full((1, 15), np.nan))
    assert np.isnan([totals.tree_ppm[0], totals.treo_ppm[0], totals.estimated_fraction[0]]).all()


@pytest.mark.parametrize(("convention", "heavy_ppm"), [("eu", 36.3), ("canada", 35.3), ("usgs", 31.3)])
def test_conventions_partition_the_rare_earths(convention: str, heavy_ppm: float) -> None:
    assert (*elements.light(convention), *elements.heavy(convention)) == REE
    assert elements.group_sum(CRUST, elements.heavy(convention))[0] == pytest.approx(heavy_ppm, abs=0.05)


def test_anomalies_without_their_neighbours_use_the_next_ones() -> None:
    crust = only(*(one for one in LANTHANIDES if one not in ("Gd", "Pr")))
    pattern = elements.normalised(CRUST)[0]
    sm, eu, tb, la, ce, nd = (pattern[REE.index(one)] for one in ("Sm", "Eu", "Tb", "La", "Ce", "Nd"))
    assert elements.eu_anomaly(crust)[0] == pytest.approx(eu / (sm ** (2 / 3) * tb ** (1 / 3)))
    assert elements.ce_anomaly(crust)[0] == pytest.approx(ce / (la ** (2 / 3) * nd ** (1 / 3)))
