"""Labels: which rule, which evidence, what outweighs what."""

from __future__ import annotations

import numpy as np
import pandas as pd

from layers import schema
from pipeline.evidence.assay_spread import MOST_OPEN_DEX
from pipeline.stages.label_sites import LabelSitesParams, label_sites


def small(planted, **columns):
    frames = planted(60)
    sites, samples = frames.sites.iloc[:5].copy(), frames.site_samples.iloc[:5].copy()
    samples[["waste_treo_ppm", "waste_treo_low_ppm", "waste_treo_high_ppm"]] = np.nan
    samples["near_n"] = 0
    sites["commodities"] = pd.Series([pd.NA] * 5, dtype="object").to_numpy()
    for name, values in columns.items():
        (samples if name in samples else sites)[name] = values
    return schema.conform(sites, schema.Sites), schema.conform(samples, schema.SiteSamples)


def test_assays_make_positives_and_negatives_and_leave_the_straddling_open(planted) -> None:
    sites, samples = small(
        planted,
        waste_treo_ppm=[600.0, 400.0, 450.0, np.nan, 500.0],
        waste_treo_low_ppm=[500.0, 390.0, 400.0, np.nan, 500.0],
        waste_treo_high_ppm=[700.0, 410.0, 520.0, np.nan, 500.0],
    )
    labels = label_sites(sites, samples, LabelSitesParams(label_from="assays"))
    assert labels["label"].tolist()[:2] == [1.0, 0.0]
    assert labels["label"].isna().tolist() == [False, False, True, True, False]
    assert labels["label_rule"].tolist() == [
        "assay: at or above the threshold",
        "assay: below the threshold",
        "assay: range straddles the threshold",
        "none",
        "assay: at or above the threshold",
    ]
    assert labels["evidence"].tolist() == ["measured", "measured", "measured", "none", "measured"]


def test_a_sum_of_limits_makes_no_positive(planted) -> None:
    """Nothing detected, mostly not detected, detected beyond the threshold, nothing detected under a low limit."""
    sites, samples = small(
        planted,
        waste_treo_ppm=[3500.0, 900.0, 2000.0, 40.0, np.nan],
        waste_treo_low_ppm=[0.0, 90.0, 600.0, 0.0, np.nan],
        waste_treo_high_ppm=[7000.0, 1700.0, 9000.0, 80.0, np.nan],
    )
    samples["waste_treo_open_dex"] = [MOST_OPEN_DEX, np.log10(1700 / 90), np.log10(15.0), MOST_OPEN_DEX, np.nan]
    labels = label_sites(sites, samples, LabelSitesParams(label_from="assays"))
    assert labels["label"].tolist()[2:4] == [1.0, 0.0]
    assert labels["label"].isna().tolist() == [True, True, False, False, True]
    assert labels["measured_ppm"].tolist()[:4] == [700.0, 900.0, 2000.0, 8.0]


def test_an_element_below_its_limit_makes_no_positive(planted) -> None:
    sites, samples = small(planted)
    samples = samples.assign(waste_Co_ppm=[900.0, 900.0, 100.0, 900.0, np.nan], waste_Co_censored=[0, -1, -1, 1, 0])
    labels = label_sites(sites, samples, LabelSitesParams(target="Co", label_from="assays"))
    assert labels["label"].fillna(-1).tolist() == [1.0, -1.0, 0.0, 1.0, -1.0]
    assert labels["measured_open_dex"].tolist()[1:3] == [MOST_OPEN_DEX, MOST_OPEN_DEX]


def test_rules_name_the_word_that_matched_and_never_make_negatives(planted) -> None:
    sites, samples = small(
        planted,
        commodities=["uranium; thorium", "copper; zinc", "cerium; yttrium", pd.NA, "uranium"],
        deposit_type=[pd.NA, "volcanogenic massive sulphide", pd.NA, "Carbonatite", pd.NA],
    )
    labels = label_sites(sites, samples, LabelSitesParams(label_from="rules"))
    assert labels["label_rule"].tolist() == [
        "commodity: thorium",
        "none",
        "commodity: cerium",
        "deposit: carbonatite",
        "none",
    ]
    assert labels["label"].fillna(-1).tolist() == [1.0, -1.0, 1.0, 1.0, -1.0]
    assert labels["evidence"].tolist() == ["inferred"] * 5


def test_an_assay_outweighs_a_rule(planted) -> None:
    sites, samples = small(
        planted,
        commodities=["thorium"] * 5,
        waste_treo_ppm=[90.0] + [np.nan] * 4,
        waste_treo_high_ppm=[95.0] + [np.nan] * 4,
    )
    labels = label_sites(sites, samples, LabelSitesParams(label_from="both"))
    assert labels["label"].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0]


def test_another_target_is_measured_in_its_own_element(planted) -> None:
    sites, samples = small(planted, commodities=["cobalt; nickel", "gold", pd.NA, pd.NA, pd.NA])
    samples = samples.assign(waste_Co_ppm=[np.nan, 900.0, 100.0, np.nan, np.nan])
    labels = label_sites(sites, samples, LabelSitesParams(target="Co", label_from="both"))
    assert labels["label"].fillna(-1).tolist() == [1.0, 1.0, 0.0, -1.0, -1.0]
    assert labels["label_rule"].iloc[0] == "commodity: cobalt"


def test_auto_relies_on_assays_alone_where_there_are_enough(planted) -> None:
    frames = planted(200)
    labels = label_sites(frames.sites, frames.site_samples, LabelSitesParams(min_measured_positives=10))
    assert not labels["label_rule"].str.startswith(("commodity", "deposit")).any()
    few = label_sites(
        frames.sites.assign(commodities="thorium"), frames.site_samples, LabelSitesParams(min_measured_positives=99)
    )
    assert few["label_rule"].str.startswith("commodity").any()
