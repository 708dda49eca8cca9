"""Rare earths from proxies of the same sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.evidence.proxy_grades import ProxyParams, predict_from_proxies
from pipeline.kernels.spatial_blocks import grid_blocks


def made_up(n=120, noise=0.15):
    rng = np.random.default_rng(0)
    treo = 10 ** rng.normal(2.5, 0.5, n)
    proxies = pd.DataFrame(
        {
            "waste_Th_ppm": treo / 20 * 10 ** rng.normal(0, noise, n),
            "waste_P_ppm": treo * 3 * 10 ** rng.normal(0, noise, n),
        }
    )
    blocks = np.array([f"B{i % 15}" for i in range(n)])
    return treo, proxies, blocks


def test_missing_values_are_predicted_within_their_error() -> None:
    treo, proxies, blocks = made_up()
    target = treo.copy()
    target[::4] = np.nan
    grades = predict_from_proxies(target, proxies, blocks, ProxyParams())
    assert grades.n == 90
    assert grades.r2_spatial > 0.85
    assert np.isnan(grades.predicted_log10_ppm[1])
    error = grades.predicted_log10_ppm[::4] - np.log10(treo[::4])
    assert np.mean(np.abs(error) < 1.645 * grades.sd_log10) > 0.8


def test_proxies_without_skill_predict_nothing() -> None:
    treo, proxies, blocks = made_up()
    target = np.where(np.arange(120) % 4 == 0, np.nan, treo)
    noise = proxies.apply(lambda one: np.random.default_rng(1).permutation(one.to_numpy()))
    grades = predict_from_proxies(target, noise, blocks, ProxyParams())
    assert grades.r2_spatial < 0.2
    assert np.isnan(grades.predicted_log10_ppm).all()


def test_too_few_samples_predict_nothing() -> None:
    treo, proxies, blocks = made_up()
    target = np.where(np.arange(120) < 10, treo, np.nan)
    grades = predict_from_proxies(target, proxies, blocks, ProxyParams())
    assert grades.n == 10
    assert np.isnan(grades.predicted_log10_ppm).all()
    assert np.isnan(grades.r2_spatial)


@pytest.mark.realdata
def test_kola_proxies_reach_the_published_skill(shared_realdata: Path) -> None:
    """C-horizon of the Kola Ecogeochemistry Project (Reimann et al. 1998): P2O5, Th, TiO2, Fe2O3 to the sum of eight REE."""
    (path,) = (shared_realdata / "geochemistry").glob("kola*/kola_chorizon.csv.gz")
    table = pd.read_csv(path)
    earths = [f"{one}_INAA" for one in ("La", "Ce", "Nd", "Sm", "Eu", "Tb", "Yb", "Lu")]
    blocks = grid_blocks(table["XCOO"].to_numpy(float), table["YCOO"].to_numpy(float), 100.0)
    grades = predict_from_proxies(
        table[earths].sum(axis=1).to_numpy(float), table[["P2O5", "Th_INAA", "TiO2", "Fe2O3"]], blocks, ProxyParams()
    )
    assert grades.n == 605
    assert grades.r2_spatial >= 0.76
    assert grades.r2_random >= 0.81
