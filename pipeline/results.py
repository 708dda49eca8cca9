"""All layers of one finished run, in the working CRS."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pandera.typing import DataFrame

from layers import schema
from layers.schema import GeoDataFrame
from layers.site_layers import SiteLayers
from pipeline.input_layers import Inputs
from pipeline.learning.trained_model import TrainedModel


@dataclass(frozen=True)
class Results:
    """What the stages made of the inputs; `pipeline.publish` writes it."""

    inputs: Inputs
    records: GeoDataFrame[schema.Records]
    links: DataFrame[schema.Links]
    assays: GeoDataFrame[schema.Samples]
    censored: pd.DataFrame
    known: SiteLayers
    features: DataFrame[schema.Features]
    companion: DataFrame[schema.Companion]
    model: TrainedModel
    ranking: DataFrame[schema.Ranking]
    targets: DataFrame[schema.Targets] | None
    reasons: DataFrame[schema.Reasons]
    plan: DataFrame[schema.SamplingPlan]
    surface: Path | None
    withheld: int
