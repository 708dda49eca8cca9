"""What check tells of tables that share ids: keys of two inventories, samples of two laboratories."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.catalogue.source import Source
from maps.words import phrase
from pipeline.commands.matches import count_matches


def table(role: str, **columns: object) -> tuple[str, pd.DataFrame]:
    empty = {"longitude": float("nan"), "latitude": float("nan"), "cross_ids": None, "name": None}
    return role, pd.DataFrame({**columns}).assign(**{name: one for name, one in empty.items() if name not in columns})


def sentences(**tables: tuple[str, pd.DataFrame]) -> str:
    sources = [Source.model_validate({"id": name, "role": role, "path": "t.csv"}) for name, (role, _) in tables.items()]
    matches = count_matches(sources, {name: layer for name, (_, layer) in tables.items()})
    assert all(phrase(key, "fr", **values) != phrase(key, "en", **values) for key, values in matches)
    return "\n".join(phrase(key, "en", **values) for key, values in matches)


def samples(own: str, la: list[float | None], keys: list[str]) -> tuple[str, pd.DataFrame]:
    ids = [f"{own}:S{number}" for number in range(len(la))]
    return table("geochemistry", sample_id=ids, site_key=keys, La_ppm=la)


def register(ids: list[str], lon: float) -> tuple[str, pd.DataFrame]:
    return table("inventory", official_id=ids, longitude=[lon] * len(ids), latitude=[48.0] * len(ids), name=ids)


@pytest.mark.parametrize(("lon", "told"), [(-81.001, False), (-79.0, True)])
def test_keys_that_are_ids_of_two_places_are_told(lon: float, told: bool) -> None:
    text = sentences(a=register(["1", "2"], -81.0), b=register(["2", "3"], lon), lab=samples("lab", [4.0], ["2"]))
    assert ("1 of its keys are ids of different places in more than one inventory (2)" in text) is told


@pytest.mark.parametrize(
    ("la", "keys", "told"),
    [
        ([40.0, 5000.0], ["1", "1"], "1 of them with another La (e.g. S1: 50 and 5,000 ppm)"),
        ([40.0, 51.0], ["1", "1"], ""), ([40.0, 5000.0], ["1", "2"], ""), ([None, None], ["1", "1"], ""),
    ],
)  # fmt: skip
def test_samples_of_one_id_in_two_tables_with_other_results_are_told(
    la: list[float | None], keys: list[str], told: str
) -> None:
    text = sentences(one=samples("one", [40.0, 50.0], ["1", "1"]), two=samples("two", la, keys))
    assert (told in text) if told else ("stand in both" not in text)
