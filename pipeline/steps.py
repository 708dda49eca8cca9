"""How a run takes a step: reuse what an earlier run kept of it, say that it goes on, and hand on the type its stage promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar, cast

import pandas as pd
from pandera.pandas import DataFrameModel

from layers.one_crs import require_one_crs
from layers.schema import GeoDataFrame, Sites
from pipeline.executor import Executor, Shared
from pipeline.folder.store import RunStore
from pipeline.progress import Progress

P = ParamSpec("P")
TableT = TypeVar("TableT", bound=pd.DataFrame)


@dataclass(frozen=True)
class Steps:
    """Where the steps of one run are kept, computed and told of.

    Both methods take the stage itself and what it takes, its parameters last, so that a type checker sees every table that is
    handed to a stage. A step is reused when everything that is handed to it is what it was; layers of different CRS are refused.
    """

    store: RunStore
    executor: Executor
    progress: Progress

    def whole(
        self,
        stage: Callable[P, TableT],
        model: type[DataFrameModel],
        *layers_and_params: P.args,
        **options: P.kwargs,
    ) -> TableT:
        """Take a step over whole layers.

        Parameters
        ----------
        stage : callable
            Named as its section of the run file.
        model : pandera model
            Schema of the stage's table.
        *layers_and_params, **options
            The stage's own, its parameters last.
        """
        with self.progress.step(stage.__name__.replace("_", " ")):
            require_one_crs(stage.__name__, *layers_and_params)
            return self.store.table(
                stage.__name__, layers_and_params, model, lambda: stage(*layers_and_params, **options)
            )

    def per_site(
        self,
        stage: Callable[Concatenate[GeoDataFrame[Sites], P], TableT],
        model: type[DataFrameModel],
        reach_km: Sequence[float | None],
        sites: GeoDataFrame[Sites],
        *layers_and_params: P.args,
        **_options: P.kwargs,
    ) -> TableT:
        """Take a step on slices of the sites.

        Parameters
        ----------
        stage, model
            As for `whole`.
        reach_km : sequence of float or None
            Per further layer, how far from a site its rows can matter; None hands the whole layer to every slice.
        sites : GeoDataFrame[Sites]
            In the working CRS.
        *layers_and_params
            The stage's further layers, and its parameters last.
        """
        *layers, params = layers_and_params
        shared = [Shared(layer, reach) for layer, reach in zip(layers, reach_km, strict=True)]
        with self.progress.step(stage.__name__.replace("_", " ")):
            require_one_crs(stage.__name__, sites, *layers)
            return self.store.table(
                stage.__name__,
                [list(reach_km), sites, *layers, params],
                model,
                lambda: cast("TableT", self.executor.map_sites(stage, sites, shared, params)),
            )
