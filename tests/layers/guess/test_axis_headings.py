"""A heading that holds the word of an axis is a coordinate only where it speaks of no amount, length, year, share or error."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.guess.axis_headings import speaks_of_another
from layers.guess.columns import guess_columns
from layers.guess.file import guess_file
from layers.guess.recognise import finds
from layers.guess.roles import INVENTORY_COLUMNS
from layers.guess.words import WHOLE

ROWS = 6
WORDS = {
    "Name": [f"Pit {letter}" for letter in "ABCDEF"],
    "Commodity": ["Gold", "Zinc"] * 3,
    "Waste": ["Tailings"] * ROWS,
}
EAST = [476034.0 + 1251 * row for row in range(ROWS)]
NORTH = [5373294.0 + 2211 * row for row in range(ROWS)]
AMOUNT = [450000.0 + 1000 * row for row in range(ROWS)]
OF_METRES = ("Est. tonnage (t)", "Este año (t)", "Ost-Halde (t)", "X factor", "Est. weight (g)", "Est. closure cost", "Est. t",
             "Est. vol.", "Nord (%)", "East dump", "Este error (m)", "Est. cut")  # fmt: skip
OF_DEGREES = ("Long tons", "Long (m)", "Long axis (m)", "Lat. error", "Lat. error (m)", "Latitude accuracy", "Long term",
              "Lon (t)", "Longitud (m)", "Lateral extent (m)")  # fmt: skip


@pytest.mark.parametrize("heading", OF_METRES)
def test_an_amount_is_no_easting(heading: str) -> None:
    cells = pd.DataFrame({**WORDS, heading: AMOUNT, "Northing": NORTH, "Zone": ["17N"] * ROWS})
    guessed = guess_columns(cells, INVENTORY_COLUMNS)
    assert "easting" not in guessed


@pytest.mark.parametrize("heading", OF_METRES)
@pytest.mark.parametrize(
    "axes", [("Easting", "Northing"), ("UTM E", "UTM N"), ("X", "Y"), ("ITM E", "ITM N"), ("Est", "Nord")]
)
def test_an_amount_leaves_the_true_axis_alone(heading: str, axes: tuple[str, str], tmp_path: Path) -> None:
    cells = pd.DataFrame({**WORDS, heading: AMOUNT, axes[0]: EAST, axes[1]: NORTH, "Zone": ["17N"] * ROWS})
    cells.to_csv(tmp_path / "tailings.csv", index=False)
    [find] = list(finds(tmp_path))
    guess = guess_file(find, tmp_path)[0]
    assert (guess.value("columns.easting"), guess.value("columns.northing")) == axes
    assert not {"columns.easting", "columns.northing"} & set(guess.questions)
    assert guess.value("columns.official_id") is None


@pytest.mark.parametrize("heading", OF_DEGREES)
def test_a_length_or_error_is_no_degree(heading: str) -> None:
    cells = pd.DataFrame({**WORDS, heading: [45.0 + row for row in range(ROWS)]})
    assert not {"latitude", "longitude"} & set(guess_columns(cells, INVENTORY_COLUMNS))
    degrees = {
        "Latitude": [48.5 + 0.01 * row for row in range(ROWS)],
        "Longitude": [-81.1 - 0.01 * row for row in range(ROWS)],
    }
    beside = guess_columns(cells.assign(**degrees), INVENTORY_COLUMNS)
    assert (beside["latitude"].value, beside["longitude"].value) == ("Latitude", "Longitude")
    assert not beside["latitude"].rivals
    assert not beside["longitude"].rivals


@pytest.mark.parametrize("axis", ["latitude", "longitude", "easting", "northing"])
def test_every_known_heading_of_an_axis_stays_one(axis: str) -> None:
    others = {
        "easting": ["Este (m)", "UTM_E (m)", "X_NAD83", "Coordenada Este PSAD56", "Est L93", "Mine easting", "E (UTM)"],
        "northing": ["Norte (m)", "Nord (m)", "Y WGS84", "Tailings northing (m)"],
        "latitude": ["TSF Lat", "Lat (deg)", "Dam latitude", "Y lat"], "longitude": ["Mine Long", "Long (W)", "Long WGS84"],
    }  # fmt: skip
    assert [heading for heading in (*WHOLE[axis], *others[axis]) if speaks_of_another(heading, axis)] == []


@pytest.mark.parametrize("heading", ["N", "Holes", "Eastern dam (t)", "Est. closure cost", "Samples", "Volume Mm3"])
def test_a_count_or_amount_is_no_id(heading: str) -> None:
    degrees = {"Lat": [48.5 + 0.01 * row for row in range(ROWS)], "Lon": [-81.1 - 0.01 * row for row in range(ROWS)]}
    cells = pd.DataFrame({**WORDS, heading: [12, 5, 7, 3, 9, 2], **degrees})
    assert "official_id" not in guess_columns(cells, INVENTORY_COLUMNS)
    numbered = pd.DataFrame({**WORDS, "Mine no.": [12, 5, 7, 3, 9, 2], **degrees})
    assert guess_columns(numbered, INVENTORY_COLUMNS)["official_id"].value == "Mine no."


@pytest.mark.parametrize("heading", ["Sm_AR_ppm", "Sm_R_ppm"])
def test_a_result_of_one_element_is_no_total_of_rare_earths(heading: str) -> None:
    """Without its vowels ``sum_ree_ppm`` is ``sm_r_ppm``."""
    cells = pd.DataFrame({"sample": ["A1", "A2", "A3", "A4"], heading: ["5.1", "4.2", "6.3", "5.5"]}, dtype="str")
    assert "tree_ppm" not in guess_columns(cells, ("tree_ppm",), ".")
