"""What the model may see, and what it never may."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.evidence.target_evidence import RARE_EARTHS
from pipeline.stages.build_features import BuildFeaturesParams, build_features
from pipeline.stages.label_sites import LabelSitesParams, label_sites


def features_of(frames, label_from="assays", **options):
    labels = label_sites(frames.sites, frames.site_samples, LabelSitesParams(label_from=label_from))
    return build_features(
        frames.sites,
        frames.site_samples,
        frames.site_rasters,
        frames.site_access,
        frames.site_tonnage,
        labels,
        BuildFeaturesParams(**options),
    )


def test_labels_from_assays_hide_rare_earths_of_the_waste(planted) -> None:
    columns = features_of(planted(80)).columns
    assert "waste_Th_ppm" in columns
    assert not {f"waste_{one}_ppm" for one in RARE_EARTHS} & set(columns)
    assert not [name for name in columns if "treo" in name or "tree" in name]
    assert "near_La_z" in columns


def test_labels_from_rules_hide_commodities_and_deposit_types(planted) -> None:
    frames = planted(80)
    commodities = np.where(np.arange(80) % 3 == 0, "thorium", "gold")
    from dataclasses import replace

    frames = replace(frames, sites=frames.sites.assign(commodities=commodities, deposit_type="Carbonatite"))
    assert "type_affinity" not in features_of(frames, "rules").columns
    assert not [name for name in features_of(frames, "both").columns if name.startswith("dep_")]


@pytest.mark.parametrize("label_from", ["assays", "rules", "both"])
def test_nothing_about_people_is_ever_a_feature(planted, label_from) -> None:
    frames = planted(80)
    from dataclasses import replace

    samples = frames.site_samples.assign(near_community_z=1.0, community_km=2.0)
    rasters = frames.site_rasters.assign(territory_share=0.5, population=3.0)
    access = frames.site_access.assign(near_road_z=1.0)
    columns = features_of(
        replace(frames, site_samples=samples, site_rasters=rasters, site_access=access),
        label_from,
        sampling_density=True,
    ).columns
    words = ("community", "territor", "nation", "population", "road", "rail", "power", "water_km", "reserve")
    assert not [name for name in columns if any(word in name.lower() for word in words)]
    assert "structure_km" in columns


def test_missing_stays_missing_and_the_order_is_that_of_the_sites(planted) -> None:
    frames = planted(80)
    table = features_of(frames)
    assert table["site_id"].tolist() == frames.sites["site_id"].tolist()
    assert table["waste_Th_ppm"].isna().sum() == frames.site_samples["waste_Th_ppm"].isna().sum()
    shuffled = frames.site_samples.sample(frac=1, random_state=1)
    from dataclasses import replace

    assert features_of(replace(frames, site_samples=shuffled)).equals(table)


def test_a_raster_beside_its_coverage_and_method(planted) -> None:
    columns = features_of(planted(80)).columns
    assert {"raster_magnetics", "raster_gravity"} <= set(columns)
    assert not [name for name in columns if name.endswith(("_coverage", "_how", "_sd"))]
