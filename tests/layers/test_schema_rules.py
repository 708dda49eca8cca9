"""The quick look at a table: what it lets pass pandera lets pass unchanged, and what pandera refuses it never lets pass."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import pytest
import shapely

from layers import schema
from layers.schema_rules import _rules, typed_and_checked

MODELS = [
    model
    for model in vars(schema).values()
    if isinstance(model, type) and issubclass(model, schema._Table) and model.to_schema().columns
]


def a_table(model: type[pa.DataFrameModel], rows: int = 3) -> pd.DataFrame:
    """Return a table that keeps all rules, with what may be missing missing in its last row."""
    columns: dict[str, Any] = {}
    for name, column in model.to_schema().columns.items():
        limits = {key: value for check in column.checks for key, value in check.statistics.items()}
        kind = str(column.dtype)
        if kind == "geometry":
            columns[name] = gpd.GeoSeries([shapely.Point(at, at) for at in range(rows)], crs=4326)
            continue
        if "allowed_values" in limits:
            values = [limits["allowed_values"][at % len(limits["allowed_values"])] for at in range(rows)]
        elif kind.startswith("string"):
            values = [f"é{at}" for at in range(rows)]
        elif kind == "bool":
            values = [at % 2 == 0 for at in range(rows)]
        else:
            values = [
                1 if kind == "int64" and not column.unique else (at + 1) / (1 if kind == "int64" else rows)
                for at in range(rows)
            ]
        if column.nullable:
            values[-1] = None if kind.startswith("string") else np.nan
        columns[name] = pd.Series(values, dtype="object" if kind.startswith("string") else None)
    table = pd.DataFrame(columns)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=4326) if "geometry" in columns else table


def by_pandera(table: pd.DataFrame, model: type[pa.DataFrameModel]) -> pd.DataFrame | None:
    try:
        return model.validate(table, lazy=True, inplace=True)
    except pa.errors.SchemaErrors:
        return None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_schema_has_known_rules_and_is_typed_as_by_pandera(model: type[pa.DataFrameModel]) -> None:
    assert _rules(model) is not None
    table = a_table(model)
    found, expected = typed_and_checked(table.copy(), model), by_pandera(table.copy(), model)
    assert found is not None
    assert expected is not None
    assert type(found) is type(expected)
    pd.testing.assert_frame_equal(pd.DataFrame(found), pd.DataFrame(expected))


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        ("Records", "record_id", None),
        ("Records", "record_id", "é0"),
        ("Records", "latitude", 90.01),
        ("Records", "longitude", "west"),
        ("Records", "waste_type", "ashes"),
        ("Records", "source_row", -1),
        ("Records", "source_row", 1.5),
        ("Records", "source_row", np.nan),
        ("Links", "same_site", "perhaps"),
        ("Links", "confidence", np.nan),
        ("Labels", "label", 0.5),
        ("SiteRasters", "site_id", None),
        ("SamplingPlan", "site_id", "é0"),
        ("SamplePredictions", "random_ppm", 0.0),
        ("Territories", "geometry", "here"),
    ],
)
def test_what_pandera_refuses_is_never_let_pass(model: str, column: str, value: Any) -> None:
    kind = getattr(schema, model)
    table = pd.DataFrame(a_table(kind))
    table[column] = table[column].astype(object)
    table.loc[1, column] = value
    before = table.copy()
    found, expected = typed_and_checked(table, kind), by_pandera(before.copy(), kind)
    assert (found is None) == (expected is None)
    if found is None:
        pd.testing.assert_frame_equal(table, before)
    else:
        pd.testing.assert_frame_equal(found, expected)


def test_missing_numbers_are_beyond_no_bound_and_infinite_ones_are() -> None:
    table = a_table(schema.Records).assign(latitude=[np.nan, 1.0, np.nan])
    assert typed_and_checked(table.copy(), schema.Records) is not None
    assert typed_and_checked(table.assign(latitude=[np.inf, 1.0, 2.0]), schema.Records) is None
