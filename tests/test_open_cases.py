"""Small inputs that show problems people report, each with its right answer: `init` proposes, and what it proposes is read."""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from layers.accounting import Reading
from layers.catalogue.source import Source, resolve
from layers.rasters.raster import Raster
from layers.rasters.reader import describe_raster
from pipeline.commands.init import init_region
from pipeline.commands.questions import open_questions
from pipeline.source_reading import READERS


@dataclass
class Case:
    """What `init` made of a folder: its run file as text, open questions by where they stand, what the sources give."""

    text: str
    asked: dict[str, str]
    tables: dict[str, Reading[Any]] = field(default_factory=dict)
    rasters: dict[str, Raster] = field(default_factory=dict)

    def codes(self, table: str) -> set[str]:
        """Return the codes of a table's notes."""
        return {note.code for note in self.tables[table].notes}

    def values(self, table: str, column: str) -> list[float]:
        """Return a column of a table, rounded to six digits."""
        return [float(f"{value:.6g}") for value in self.tables[table].layer[column].astype(float)]


@pytest.fixture
def opened(shared_cases: Path, tmp_path: Path) -> Callable[[str], Case]:
    """Return a function that copies a case, asks `init` about it and reads every source without a question."""

    def open_case(name: str) -> Case:
        folder = tmp_path / name
        shutil.copytree(next(shared_cases.glob(f"{name}_*")), folder)
        with contextlib.redirect_stdout(io.StringIO()):
            text = init_region(folder).path.read_text(encoding="utf-8")
        raw = yaml.safe_load(text)
        case = Case(text, dict(open_questions(raw)))
        for one in raw["sources"]:
            if any(where.startswith(f"sources[{one['id']}]") for where in case.asked):
                continue
            source = resolve(Source.model_validate(one))
            if source.role == "raster":
                case.rasters[source.id] = describe_raster(source, folder)
            else:
                case.tables[source.id] = READERS[source.role][1](source, folder)
        return case

    return open_case


def test_controls_among_samples_are_turned_away(opened: Callable[[str], Case]) -> None:
    assays = opened("T01").tables["tailings_assays"]
    assert sorted(assays.rejected["reason_code"]) == [
        "control_blank", "control_duplicate", "control_standard", "control_standard",
    ]  # fmt: skip
    assert assays.layer.groupby("site_key")["La_ppm"].mean().to_dict() == {"A001": 50.0, "A002": 30.0, "A003": 33.0}


def test_limits_and_errors_beside_results_are_no_results(opened: Callable[[str], Case]) -> None:
    layer = opened("T02").tables["tailings_pxrf"].layer
    assert layer["La_ppm"].dropna().tolist() == [410.0, 520.0, 630.0]
    assert (layer["La_censored"].iloc[3], layer["La_limit_ppm"].iloc[3]) == (-1, 20.0)


def test_intervals_find_their_place_in_the_table_of_collars(opened: Callable[[str], Case]) -> None:
    layer = opened("T03").tables["tailings_drill_assays"].layer
    assert layer["La_ppm"].iloc[0] == pytest.approx((2 * 100 + 8 * 50) / 10)
    assert layer["La_ppm"].iloc[1] == pytest.approx((300 + 8 * 20) / 9)
    assert layer["longitude"].iloc[:2].between(-81.501, -81.499).all()


def test_intervals_count_by_their_length(opened: Callable[[str], Case]) -> None:
    case = opened("T03b")
    layer = case.tables["tailings_drill_assays"].layer.set_index("site_key")
    assert layer.loc["A002", "La_ppm"] == pytest.approx((300 + 8 * 20) / 9)
    assert "intervals_composited" in case.codes("tailings_drill_assays")


@pytest.mark.parametrize("name", ["T04", "T04b"])
def test_follow_ups_count_where_the_first_result_is_out_of_range(opened: Callable[[str], Case], name: str) -> None:
    case = opened(name)
    for element, right in {"La": 21_000, "Ce": 38_500, "Nd": 13_100}.items():
        assert case.values("tailings_assays", f"{element}_ppm")[0] == right


def test_a_band_letter_that_may_be_a_hemisphere_is_asked_about(opened: Callable[[str], Case]) -> None:
    [(key, question)] = opened("T05").asked.items()
    assert key.endswith("utm_hemisphere"), key
    assert "south of the equator" in question


def test_codes_met_to_their_last_digits_are_missing(opened: Callable[[str], Case]) -> None:
    raster = opened("T06").rasters["magnetics"]
    assert np.isclose(raster.nodata[0], -3.4e38, rtol=1e-6)
    assert not raster.notes


def test_classes_give_shares(opened: Callable[[str], Case]) -> None:
    assert [code for code, _ in opened("T07").rasters["bedrock_geology"].classes] == [1.0, 40.0]


def test_a_picture_is_left_out(opened: Callable[[str], Case]) -> None:
    case = opened("T08")
    assert not case.rasters
    assert "radiometrics.tif" in case.text


def test_formulas_without_a_result_are_named(opened: Callable[[str], Case]) -> None:
    [note] = [one for one in opened("T10").tables["inventory"].notes if one.code == "formula_without_result"]
    assert (note.count, note.columns) == (12, ("tonnes",))


def test_every_other_format_is_read_asked_about_or_left_out_by_name(opened: Callable[[str], Case]) -> None:
    case = opened("T11")
    assert "sources[territory].steward" in case.asked
    for name in ("areas.gml", "pond_outline.dxf", "treaty_areas.tab", "waypoints.gpx"):
        assert name in case.text


def test_amounts_are_read_in_the_unit_of_their_heading(opened: Callable[[str], Case]) -> None:
    case = opened("T12")
    firsts = {column: case.values("inventory", column)[0] for column in ("mass_t", "area_m2", "height_m")}
    assert firsts == {"mass_t": 400_000.0, "area_m2": 40_468.6, "height_m": 9.144}
    assert case.values("inventory2", "mass_t")[0] == 907.185
    assert case.values("inventory2", "volume_m3")[0] == 500_000.0


def test_geometry_in_bytes_is_read(opened: Callable[[str], Case]) -> None:
    layer = opened("T13").tables["mine_sites"].layer
    assert len(layer) == 8
    assert (layer["latitude"].iloc[0], layer["longitude"].iloc[0]) == pytest.approx((48.301, -81.507))


def test_zones_of_another_grid_are_asked_about_with_their_code(opened: Callable[[str], Case]) -> None:
    [question] = opened("T14").asked.values()
    assert "EPSG:32188" in question


def test_one_of_three_equal_files_counts(opened: Callable[[str], Case]) -> None:
    case = opened("T15")
    assert [len(one.layer) for one in case.tables.values()] == [12]
    assert "stand in" in case.text


def test_a_closed_line_is_asked_about(opened: Callable[[str], Case]) -> None:
    assert "sources[outline].role" in opened("T18").asked


def test_text_of_fixed_width_is_read_or_named(opened: Callable[[str], Case]) -> None:
    case = opened("T20")
    assert "fixed_width" in case.codes("stream_sediments")
    assert case.values("stream_sediments", "La_ppm")[:3] == [30.0, 31.0, 32.0]


def test_headings_joined_by_hyphens_are_results(opened: Callable[[str], Case]) -> None:
    layer = opened("T21").tables["tailings_assays"].layer
    assert layer["La_ppm"].between(40, 61).all()
    assert set(layer["method"]) == {"four_acid"}
