"""A law of other regions is taught by the same grades, with the same errors, that the ranking of a region takes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.evidence.assay_spread import USUAL_ASSAYS
from pipeline.evidence.host_beliefs import believe
from pipeline.evidence.proxy_grades import ProxyParams
from pipeline.evidence.targets import known_targets
from pipeline.learning.applicability import means_of_wastes, weigh_waste
from pipeline.learning.pooled_wastes import measured_grades, pooled_wastes
from pipeline.stages.label_sites import LabelSitesParams, label_sites
from tests.pipeline.stages.site_tables import sites_at

LIMIT = np.array([20.0, 2000.0, 0.4, np.nan, np.nan, np.nan])
"""What the limits of each waste sum up to, where nothing was detected in it."""


def wastes() -> pd.DataFrame:
    """Return three wastes in which nothing was detected, one open by missing elements, one analysed wholly, one not at all."""
    import shapely

    undetected = np.isfinite(LIMIT)
    return sites_at([shapely.Point(at * 9000, 0) for at in range(6)], crs="EPSG:3978").assign(
        waste_type="tailings",
        site_kind="waste",
        commodities="gold",
        deposit_type=None,
        companion_commodity=0.05,
        near_n=0,
        waste_n=[1, 4, 1, 1, 1, 0],
        waste_treo_n=[1, 4, 1, 1, 1, 0],
        waste_treo_squares=0.0,
        waste_treo_ppm=np.where(undetected, LIMIT / 2, [0, 0, 0, 300.0, 900.0, np.nan]),
        waste_treo_low_ppm=np.where(undetected, 0.0, [0, 0, 0, 200.0, 880.0, np.nan]),
        waste_treo_high_ppm=np.where(undetected, LIMIT, [0, 0, 0, 800.0, 930.0, np.nan]),
        waste_treo_open_dex=np.where(undetected, 2.0, [0, 0, 0, 0.6, 0.02, np.nan]),
        waste_Co_ppm=[5.0, 50.0, 0.5, 90.0, 200.0, np.nan],
        waste_Co_censored=[-1, -1, -1, 0, 0, 0],
    )


def test_rare_earths_below_limits_teach_as_they_rank() -> None:
    table = wastes()
    taught = pooled_wastes(table, "REE", "here")
    labels = label_sites(table, table, LabelSitesParams())
    rows = pd.DataFrame({"site_id": table["site_id"].to_numpy()}).merge(labels, on="site_id")
    rows = means_of_wastes(rows, USUAL_ASSAYS)
    ranked, _ = weigh_waste(rows, [], np.full(6, "b"), USUAL_ASSAYS, ProxyParams())
    assert taught.grade_log10 == pytest.approx(ranked["waste_log10"].to_numpy(), nan_ok=True)
    assert np.sqrt(taught.grade_variance) == pytest.approx(ranked["waste_sd_log10"].to_numpy(), nan_ok=True)
    assert taught.grade_log10[[0, 2]] == pytest.approx(np.log10(LIMIT[[0, 2]]) - 1.0)
    assert taught.grade_log10[1] == pytest.approx(np.log10(LIMIT[1]) - 1.0 - 1.0294 * 0.28, abs=1e-3)
    assert ranked["waste_limit_log10"].to_numpy() == pytest.approx(np.log10(LIMIT), nan_ok=True)
    assert np.sqrt(taught.grade_variance[0]) > 0.6 > np.sqrt(taught.grade_variance[4])


def test_samples_of_which_only_limits_are_known_say_nothing_of_how_wastes_scatter() -> None:
    """A share of one limit is the same in every sample."""
    table = wastes().assign(waste_treo_n=[1, 400, 1, 1, 2, 0], waste_treo_squares=[0, 0, 0, 0, 0.2, np.nan])
    labels = label_sites(table, table, LabelSitesParams())
    rows = pd.DataFrame({"site_id": table["site_id"].to_numpy()}).merge(labels, on="site_id")
    ranked, _ = weigh_waste(rows, [], np.full(6, "b"), USUAL_ASSAYS, ProxyParams())
    assert ranked["waste_sd_log10"][4] > 0.2


def test_other_elements_below_limits_teach_as_they_rank() -> None:
    table = wastes()
    taught = pooled_wastes(table, "Co", "here")
    belief = believe(known_targets()["Co"], "Co", table, table["site_kind"].to_numpy(str), table)
    assert measured_grades(table, "Co") == pytest.approx(belief.measured_ppm, nan_ok=True)
    assert taught.grade_log10[0] == pytest.approx(0.0)  # 5 ppm stood for a limit of 10: the middle of 0.1 to 10
    assert taught.grade_variance[0] - taught.grade_variance[4] == pytest.approx((2.0 / 3.29) ** 2)
