"""All layers of one finished run, in the working CRS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pandera.typing import DataFrame

from layers import schema
from layers.schema import GeoDataFrame
from pipeline.input_layers import Inputs
from pipeline.learning.trained_model import TrainedModel


@dataclass(frozen=True)
class Results:
    """What the stages made of the inputs; `pipeline.publish` writes it."""

    inputs: Inputs
    records: GeoDataFrame[schema.Records]
    links: DataFrame[schema.Links]
    sites: GeoDataFrame[schema.Sites]
    assays: GeoDataFrame[schema.Samples]
    censored: pd.DataFrame
    site_samples: DataFrame[schema.SiteSamples]
    site_rasters: DataFrame[schema.SiteRasters]
    site_territories: DataFrame[schema.SiteTerritories]
    site_access: DataFrame[schema.SiteAccess]
    site_tonnage: DataFrame[schema.SiteTonnage]
    flags: DataFrame[schema.SiteFlags]
    labels: DataFrame[schema.Labels]
    features: DataFrame[schema.Features]
    companion: DataFrame[schema.Companion]
    model: TrainedModel
    ranking: DataFrame[schema.Ranking]
    reasons: DataFrame[schema.Reasons]
    plan: DataFrame[schema.SamplingPlan]
    surface: Path | None
    withheld: int
