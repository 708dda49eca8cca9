"""Requests of stewards: what is taken out, what is counted, and the second look before anything is published."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from layers import schema
from layers.accounting import Note, Reading, rejected_rows
from layers.catalogue.source import Source
from layers.errors import ConfigError, StageError
from layers.invented import write_region
from pipeline.config import RunConfig, load_config
from pipeline.folder.run_folder import RunFolder
from pipeline.folder.writing import write_parquet
from pipeline.input_layers import Inputs
from pipeline.inputs import assembled, read_sources, refuse_private
from pipeline.publish import _require_withheld
from pipeline.purge import forget_withheld
from pipeline.request_keys import RequestsTold, request_of
from pipeline.stages.link_records import link_records
from pipeline.stages.merge_sites import merge_sites
from pipeline.withhold import UNTOLD, shorten, withhold


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> RunConfig:
    run_file = write_region(tmp_path_factory.mktemp("region"), sites=60, seed=5)
    found = load_config(run_file)
    wanted = ("inventory_a", "inventory_b", "waste_assays", "requests")
    chosen = tuple(one for one in found.sources if one.id in wanted)
    return found.model_copy(update={"sources": chosen, "data_dir": str(run_file.parent)})


@pytest.fixture(scope="module")
def inputs(config: RunConfig) -> Inputs:
    return assembled(config, read_sources(config, Path(str(config.data_dir)), None))


def asked(inputs: Inputs, keys: list[str | None], areas: list[shapely.Geometry | None]) -> Inputs:
    table = pd.DataFrame(
        {"exclusion_id": [f"x:{i}" for i in range(len(keys))], "key": keys, "reason": "r", "date": "d"}
    )
    shapes = gpd.GeoSeries(areas, crs=inputs.crs)
    layer = schema.conform(gpd.GeoDataFrame(table, geometry=shapes), schema.Exclusions)
    return replace(inputs, layers={**inputs.layers, "exclusions": layer})


def merged(inputs: Inputs, config: RunConfig) -> gpd.GeoDataFrame:
    links = link_records(inputs["inventory"], inputs["links"], config.link_records)
    return merge_sites(inputs["inventory"], links, config.merge_sites)


def site_of_two_records(inputs: Inputs, config: RunConfig) -> pd.Series:
    sites = merged(inputs, config)
    return sites[sites["n_records"] == 2].iloc[0]


@pytest.mark.parametrize("how", ["site", "either record", "official id in capitals", "area"])
def test_a_request_takes_all_records_of_a_site(how: str, inputs: Inputs, config: RunConfig) -> None:
    site = site_of_two_records(inputs, config)
    keys: dict[str, str | None] = {
        "site": site["site_id"],
        "either record": site["record_ids"].split("; ")[1],
        "official id in capitals": site["official_ids"].split("; ")[0].lower(),
        "area": None,
    }
    area = site.geometry.centroid.buffer(20.0) if how == "area" else None
    left = withhold(asked(inputs, [keys[how]], [area]), config)
    assert not set(site["record_ids"].split("; ")) & set(left["inventory"]["record_id"])
    assert left.withheld == 1
    assert len(inputs["inventory"]) - len(left["inventory"]) == 2
    assert sum(one.rows_withheld for one in left.accounts) >= 2 + sum(one.rows_withheld for one in inputs.accounts)


def test_the_other_sites_are_what_they_were(inputs: Inputs, config: RunConfig) -> None:
    before = merged(inputs, config)
    site = site_of_two_records(inputs, config)
    after = merged(withhold(asked(inputs, [site["site_id"]], [None]), config), config)
    expected = before[before["site_id"] != site["site_id"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(after), pd.DataFrame(expected))


def test_assays_at_the_site_go_with_it(inputs: Inputs, config: RunConfig) -> None:
    samples = inputs["geochemistry"]
    here = samples[samples.geometry.notna()].iloc[0]
    left = withhold(asked(inputs, [None], [here.geometry.buffer(5.0)]), config)
    assert here["sample_id"] not in set(left["geochemistry"]["sample_id"])
    account = {one.source: one for one in left.accounts}["waste_assays"]
    assert account.rows_withheld == len(samples) - len(left["geochemistry"])


def test_assays_that_stand_for_several_records_go_with_each_of_them(inputs: Inputs, config: RunConfig) -> None:
    records = inputs["inventory"]
    placed = records[records.geometry.notna()]
    pair = placed.iloc[[0, 0]].assign(
        record_id=["inventory_a:g1", "inventory_a:g2"], official_id=["G-1", "G-2"], name="Invented Twin Hat", aliases=None,
        mass_t=float("nan"), volume_m3=float("nan"), area_m2=float("nan"), source_row=[900_001, 900_002],
    )  # fmt: skip
    samples = inputs["geochemistry"]
    keyed = samples[samples["medium"].eq("waste")].iloc[[0]].assign(
        sample_id="waste_assays:g", site_key="Invented Twin Hat", latitude=float("nan"), longitude=float("nan"),
        geometry=None, source_row=900_003,
    )  # fmt: skip
    layers = {**inputs.layers, "inventory": pd.concat([records, pair]), "geochemistry": pd.concat([samples, keyed])}
    both = replace(inputs, layers={name: layer.reset_index(drop=True) for name, layer in layers.items()})
    for key in ("G-1", "G-2"):
        left = withhold(asked(both, [key], [None]), config)
        assert "waste_assays:g" not in set(left["geochemistry"]["sample_id"])


def test_rejected_rows_and_notes_that_tell_of_it_are_silent(inputs: Inputs, config: RunConfig) -> None:
    site = site_of_two_records(inputs, config)
    number = site["official_ids"].split("; ")[0]
    rows = [
        {"source": "inventory_a", "source_row": 900 + at, "reason_code": "c", "reason": "r", "raw": json.dumps(raw)}
        for at, raw in enumerate(
            [{"SITE_NO": number}, {"SITE_NAME": site["name"]}, {"SITE_NO": "Z-1"},
             {"LATITUDE": f"{site['latitude']}", "LONGITUDE": f"{site['longitude']}"},
             {"LATITUDE": f"{site['longitude']}", "LONGITUDE": f"{site['latitude']}"}]
        )
    ]  # fmt: skip
    account = {one.source: one for one in inputs.accounts}["inventory_a"]
    more = replace(account, rows_read=account.rows_read + 5, rows_rejected=account.rows_rejected + 5)
    told = replace(
        asked(inputs, [number], [site.geometry.centroid.buffer(30.0)]),
        rejected=pd.concat([inputs.rejected, rejected_rows(rows)], ignore_index=True),
        notes=(Note("inventory_a", "x", f"Site {number} is odd."), Note("inventory_a", "y", "Another is odd.")),
        accounts=tuple(more if one is account else one for one in inputs.accounts),
    )
    left = withhold(told, config)
    assert set(left.rejected["source_row"]) & {900, 901, 902, 903, 904} == {902}
    assert [note.message for note in left.notes[:2]] == [UNTOLD, "Another is odd."]


def test_a_request_nobody_can_follow_is_counted_and_not_quoted(inputs: Inputs, config: RunConfig) -> None:
    left = withhold(asked(inputs, ["Q-999 unheard of"], [None]), config)
    assert left.withheld == 0
    (note,) = [one for one in left.notes if one.code == "requests_without_site"]
    assert note.count == 1
    assert "Q-999" not in note.message


WRITTEN = {
    "without its hyphen": lambda own: own.replace("-", ""),
    "with a hyphen of a word processor": lambda own: own.replace("-", "\u2011").lower(),
    "with a blank": lambda own: own.replace("-", " "),
    "with an apostrophe in front": lambda own: f"'{own}",
    "as a formula": lambda own: f"={own}",
    "with a remark": lambda own: f"{own} (as agreed)",
    "with a zero more": lambda own: own.replace("-", "-0"),
    "as a decimal": lambda own: f"{own}.0",
    "beside one that is not there": lambda own: f"{own};Q-999 unheard of",
}


@pytest.mark.parametrize("way", WRITTEN)
def test_an_id_written_otherwise_is_followed_where_it_alone_fits_and_told_by_its_row(
    way: str, inputs: Inputs, config: RunConfig
) -> None:
    site = site_of_two_records(inputs, config)
    key = WRITTEN[way](site["official_ids"].split("; ")[0])
    left = withhold(asked(inputs, [None, key], [shapely.Point(-9e6, 0).buffer(5.0), None]), config)
    assert not set(site["record_ids"].split("; ")) & set(left["inventory"]["record_id"])
    assert left.withheld == 1
    assert left.respelt == ("x:1",)
    assert [request_of(own) for own in left.unheeded] == (["x:0", "x:1"] if "Q-999" in key else ["x:0"])
    (note,) = [one for one in left.notes if one.code == "requests_without_site"]
    assert note.count == len(left.unheeded)


@pytest.mark.parametrize(("keys", "areas"), [([None], [shapely.Point(-9e6, 0).buffer(5.0)]), ([None], [None])])
def test_an_area_over_nothing_and_an_empty_request_are_counted(
    inputs: Inputs, config: RunConfig, keys: list[Any], areas: list[Any]
) -> None:
    left = withhold(asked(inputs, keys, areas), config)
    assert [one.count for one in left.notes if one.code == "requests_without_site"] == [1]


def test_a_record_that_quotes_a_withheld_number_and_is_another_site_stays_and_is_told_by_its_row(
    inputs: Inputs, config: RunConfig
) -> None:
    site = site_of_two_records(inputs, config)
    records = inputs["inventory"]
    number = records.loc[records["record_id"].isin(site["record_ids"].split("; ")), ["source", "official_id"]].iloc[0]
    others = records[~records["record_id"].isin(site["record_ids"].split("; ")) & records["source"].eq("inventory_b")]
    far = others.loc[others.geometry.distance(site.geometry).sort_values().index[-2:]]
    quotes = records.copy()
    quotes.loc[far.index[0], "cross_ids"] = f"{number['source']}={str(number['official_id']).lower()}"
    quotes.loc[far.index[1], "cross_ids"] = f"elsewhere={number['official_id']}"  # the number of another register
    both = replace(inputs, layers={**inputs.layers, "inventory": quotes})
    left = withhold(asked(both, [site["site_id"]], [None]), config)
    assert set(far["record_id"]) <= set(left["inventory"]["record_id"])
    assert left.quoting == (f"inventory_b:{far['source_row'].iloc[0]}",)
    words = " ".join(RequestsTold(quoting=left.quoting).in_words())
    assert f"row {far['source_row'].iloc[0]} of 'inventory_b'" in words
    assert str(number["official_id"]).casefold() not in words.casefold()


@pytest.mark.parametrize("column", ["remarks", "aliases", "url", "status", "deposit_type", "hazard_class", "parent_id"])
@pytest.mark.parametrize("form", ["number", "other signs", "name", "site"])
def test_a_text_that_quotes_a_withheld_site_is_told_by_its_row(
    inputs: Inputs, config: RunConfig, column: str, form: str
) -> None:
    site = site_of_two_records(inputs, config)
    records = inputs["inventory"]
    own = records["record_id"].isin(site["record_ids"].split("; "))
    number = str(records.loc[own, "official_id"].iloc[0])
    quoted = {
        "number": number,
        "other signs": number.lower().replace("-", " "),
        "name": site["name"],
        "site": site["site_id"],
    }
    others = records[~own & records["source"].eq("inventory_b")]
    far = others.loc[others.geometry.distance(site.geometry).sort_values().index[-2:]]
    quotes = records.astype({column: object}).copy()
    quotes.loc[far.index[0], column] = f"Ore was trucked from {quoted[form]}, and back"
    quotes.loc[far.index[1], column] = f"Nothing to do with X{number}7"
    left = withhold(
        asked(replace(inputs, layers={**inputs.layers, "inventory": quotes}), [site["site_id"]], [None]), config
    )
    assert left.quoting == (f"inventory_b:{far['source_row'].iloc[0]}",)


ROW = {"SITE_NO": "Z-900", "SITE_NAME": "Nowhere", "LATITUDE": "60.5", "LONGITUDE": "-500"}
ANSWERED_BY_A_ROW = {
    "its official id": ({}, "z-900", None, 1),
    "the id of its record": ({}, "inventory_a:Z-900", None, 1),
    "its row": ({"SITE_NO": None}, "inventory_a:row 900", None, 1),
    "the id of its site": ({}, "inventory-a-z-900", None, 1),
    "an area over its coordinates": ({"LONGITUDE": "-95.5"}, None, (-95.6, 60.4, -95.4, 60.6), 1),
    "an area over its coordinates turned round": (
        {"LATITUDE": "-95.5", "LONGITUDE": "60.5"}, None, (-95.6, 60.4, -95.4, 60.6), 1
    ),
    "another": ({}, "z-901", None, 0),
    "an area elsewhere": ({"LONGITUDE": "-95.5"}, None, (-99.6, 60.4, -99.4, 60.6), 0),
}  # fmt: skip


@pytest.mark.parametrize("way", ANSWERED_BY_A_ROW)
def test_a_request_that_only_a_rejected_row_answers_is_heeded_and_counted(
    inputs: Inputs, config: RunConfig, way: str
) -> None:
    """The place could not be read, and is withheld all the same: nobody is told that such a request is misspelt."""
    changed, key, box, followed = ANSWERED_BY_A_ROW[way]
    area = None if box is None else gpd.GeoSeries([shapely.box(*box)], crs=4326).to_crs(inputs["inventory"].crs)[0]
    raw = json.dumps(ROW | changed)
    row = {"source": "inventory_a", "source_row": 900, "reason_code": "c", "reason": "r", "raw": raw}
    account = {one.source: one for one in inputs.accounts}["inventory_a"]
    more = replace(account, rows_read=account.rows_read + 1, rows_rejected=account.rows_rejected + 1)
    one_more = replace(
        asked(inputs, [key], [area]),
        rejected=pd.concat([inputs.rejected, rejected_rows([row])], ignore_index=True),
        accounts=tuple(more if one is account else one for one in inputs.accounts),
    )
    left = withhold(one_more, config)
    assert left.withheld == followed
    assert (900 in set(left.rejected["source_row"])) == (followed == 0)
    assert [one.count for one in left.notes if one.code == "requests_without_site"] == [1] * (1 - followed)


def test_a_request_that_only_assays_answer_is_heeded(inputs: Inputs, config: RunConfig) -> None:
    samples = inputs["geochemistry"].copy()
    samples.loc[0, ["site_key", "geometry"]] = ["Z-900", None]
    keyed = replace(inputs, layers={**inputs.layers, "geochemistry": samples})
    left = withhold(asked(keyed, ["z-900"], [None]), config)
    assert len(left["geochemistry"]) == len(samples) - 1
    assert "requests_without_site" not in [one.code for one in left.notes]


@pytest.mark.parametrize("key", ["Z-900", "inventory_a:Z-900"])
@pytest.mark.parametrize("linked", ["inventory_a:Z-900", "inventory_a:Z-900#17"])
def test_a_known_link_to_what_is_withheld_stops_nobody(
    inputs: Inputs, config: RunConfig, key: str, linked: str
) -> None:
    """The record could not be read, or was taken out before: a message would name it."""
    record = inputs["inventory"]["record_id"].iloc[0]
    link = {
        "record_a": linked,
        "record_b": record,
        "same_site": True,
        "confidence": 1.0,
        "rule": "known",
        "name_similarity": 1.0,
        "distance_km": 0.0,
        "finding": "x",
        "values": "{}",
    }
    links = schema.conform(pd.DataFrame([link]), schema.Links)
    with_link = replace(inputs, layers={**inputs.layers, "links": links})
    left = withhold(asked(with_link, [key], [None]), config)
    assert len(left["links"]) == 0
    with pytest.raises(StageError, match="none of 1 known links names two records"):
        withhold(asked(with_link, ["Z-90"], [None]), config)


def test_an_area_over_a_site_is_heeded(inputs: Inputs, config: RunConfig) -> None:
    area = inputs["inventory"].geometry.dropna().iloc[0].buffer(10.0)
    left = withhold(asked(inputs, [None], [area]), config)
    assert left.withheld >= 1
    assert "requests_without_site" not in [one.code for one in left.notes]


def test_no_request_changes_nothing(inputs: Inputs, config: RunConfig) -> None:
    none = replace(inputs, layers={**inputs.layers, "exclusions": schema.empty(schema.Exclusions)})
    assert withhold(none, config) is none


def test_a_reading_is_shortened_alike(inputs: Inputs, config: RunConfig) -> None:
    from layers.readers.inventory import read_inventory

    source = config.sources[0]
    reading = read_inventory(source, Path(str(config.data_dir)))
    site = site_of_two_records(inputs, config)
    before = asked(inputs, [site["site_id"]], [None])
    short = shorten(reading, before, withhold(before, config))
    assert not set(site["record_ids"].split("; ")) & set(short.layer["record_id"])
    assert short.rows_withheld > reading.rows_withheld


def test_a_site_that_slipped_through_is_stopped_at_the_door(inputs: Inputs, config: RunConfig) -> None:
    sites = merged(inputs, config)
    results = SimpleNamespace(known=SimpleNamespace(sites=sites), inputs=asked(inputs, [sites["site_id"][0]], [None]))
    with pytest.raises(
        StageError, match=f"^publish: 1 of {len(sites)} sites are among those stewards asked to leave out"
    ) as stop:
        _require_withheld(results)  # type: ignore[arg-type]
    assert sites["site_id"][0] not in str(stop.value)


def test_an_earlier_run_that_shows_the_site_is_cleared_at_once(
    inputs: Inputs, config: RunConfig, tmp_path: Path
) -> None:
    sites = merged(inputs, config)
    run = tmp_path / "run"
    names = ("map.html", "manifest.json", "sheets/one.html", "stages/links.csv", "stages/read_till.parquet")
    RunFolder(run).claim(*names, "stages/merge_sites.parquet")
    for name in (*names, "sheets/mine.txt"):
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text("x")
    write_parquet(sites, run / "stages" / "merge_sites.parquet")
    assert not forget_withheld(run, asked(inputs, ["Q-999"], [None])["exclusions"])
    assert (run / "map.html").is_file()
    assert forget_withheld(run, asked(inputs, [sites["site_id"][0]], [None])["exclusions"])
    left = sorted(path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file())
    assert left == ["sheets/mine.txt", "stages/read_till.parquet", "stages/written.txt"]


@pytest.mark.parametrize("publish", ["never", "generalised"])
def test_what_shapes_the_ranking_cannot_be_private(publish: str) -> None:
    source = Source.model_validate({"id": "mines", "role": "inventory", "path": "a.csv", "publish": publish})
    with pytest.raises(ConfigError, match=f"'mines' \\(inventory\\) is marked `publish: {publish}`"):
        refuse_private([source])


def test_a_reading_without_all_its_rows_closes_its_account() -> None:
    layer = pd.DataFrame({"source_row": [2, 3]})
    records = [
        {"source": "s", "source_row": row, "reason_code": "note_row", "reason": "r", "raw": "{}"} for row in (4, 5)
    ]
    left = Reading("s", layer, rejected_rows(records), rows_read=5, rows_merged=1).without_all({2, 3, 4})
    assert len(left.layer) == 0
    assert left.rejected["source_row"].tolist() == [5]
    assert (left.rows_read, left.rows_withheld, left.rows_merged) == (5, 4, 0)
