"""One folding and one hint for everybody; missing words mean the same in every list that holds them."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from layers.cells.assays import BELOW_WORDS, NO_RESULT
from layers.cells.missing_words import MISSING_WORDS, NOT_STATED
from layers.cells.quantities import NO_QUANTITY
from layers.crs import EARTH_RADIUS_KM, KM_PER_DEGREE, unit_vectors
from layers.text import RAISED_DIGITS, as_key, did_you_mean, fold, printable

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Résidus À", "residus a"),
        ("Straße", "strasse"),
        ("m²", "m2"),
        ("Tŝideldel", "tsideldel"),
        ("İzmir", "izmir"),
        ("", ""),
    ],
)
def test_folding_drops_accents_and_case(text: str, folded: str) -> None:
    assert fold(text) == folded == fold(folded)


def test_a_hint_offers_names_as_they_stand_most_like_first() -> None:
    assert did_you_mean("quebec", ["Ontario", "Québec"]) == " Did you mean Québec?"
    assert did_you_mean("site a", ["site b", "site a1"]) == " Did you mean site a1 or site b?"
    assert did_you_mean("zzz", ["site b"]) == ""
    assert did_you_mean("a", []) == ""


def test_no_other_file_folds_texts_itself() -> None:
    files = [path for package in ("layers", "pipeline", "maps") for path in (ROOT / package).rglob("*.py")]
    folding = {path.relative_to(ROOT).as_posix() for path in files if "combining(" in path.read_text(encoding="utf-8")}
    assert folding == {"layers/text.py"}


def test_a_missing_word_is_missing_in_every_kind_of_cell_and_below_a_limit_in_none() -> None:
    assert MISSING_WORDS < NO_RESULT
    assert MISSING_WORDS | NOT_STATED < NO_QUANTITY
    assert not MISSING_WORDS & (BELOW_WORDS | NOT_STATED)
    assert {fold(word) for word in MISSING_WORDS} <= MISSING_WORDS
    assert all(word == word.casefold() for word in MISSING_WORDS | NOT_STATED)


def test_points_on_a_sphere() -> None:
    vectors = unit_vectors([0.0, 90.0, 0.0, 10.0], [0.0, 0.0, 90.0, 0.0])
    assert vectors[:3] == pytest.approx(np.eye(3), abs=1e-15)
    chord = np.linalg.norm(vectors[3] - vectors[0])
    assert 2 * EARTH_RADIUS_KM * np.arcsin(chord / 2) == pytest.approx(10 * KM_PER_DEGREE, rel=1e-5)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\u202eb\u2066c\u200fd\u2028e", "a\\x202eb\\x2066c\\x200fd\\x2028e"),
        ("bell\x07, return\r, \x9b1m", "bell\\x07, return\\x0d, \\x9b1m"),
        ("Tŝilhqot'in ʔaq̓am\tᐊ\xa0ü\nnext", "Tŝilhqot'in ʔaq̓am\tᐊ\xa0ü\nnext"),
    ],
)
def test_what_moves_a_cursor_is_shown_as_its_code(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    "typed",
    [
        "é-17 b",
        " É-17 B ",
        unicodedata.normalize("NFD", "É-17 B"),
        "É-17\xa0B",
        "É-17  B",
        "\ufeffÉ-17\u2009B",
        "É-１７ B",
    ],
)
def test_an_id_is_the_same_however_it_is_typed(typed: str) -> None:
    assert as_key(typed) == "é-17 b"


@pytest.mark.parametrize("other", ["E-17 B", "É-17B", "É-017 B", "É 17 B"])
def test_another_id_is_another(other: str) -> None:
    assert as_key(other) != "é-17 b"


@pytest.mark.parametrize("digit", RAISED_DIGITS)
def test_a_raised_digit_is_none_of_an_id(digit: str) -> None:
    assert as_key(f"12{digit}") != as_key(f"12{unicodedata.normalize('NFKC', digit)}")
