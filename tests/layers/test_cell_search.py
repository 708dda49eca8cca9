"""The fast look finds what the pattern alone finds, in columns of every kind."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.cell_search import among, ascii_cells, cells_like
from layers.cells import waste_names
from layers.cells.waste_names import waste_in_name
from layers.formulas import formula_cells
from layers.jurisdictions import nowhere
from layers.readers import control_rows, inner_headings, reference_materials, summary_rows
from layers.readers.control_rows import _ID, _ID_LIKE

CELLS = st.lists(st.one_of(st.none(), st.text(alphabet="=@＝+－-(|!9, .\n\u00a0aéZ1", max_size=8)), max_size=12)


@given(CELLS)
def test_formulas_are_those_that_the_pattern_finds_cell_by_cell(cells: list[str | None]) -> None:
    pattern = re.compile(r"\s*(?:[=@＝＠]\s*\S|[+＋－-].*[(|!])", re.DOTALL)
    on_a_line = re.compile(r"[^\S\n]*(?:[=@＝＠]\s*\S|[+＋－-][^\s(|!]+[(|!])")
    right = [
        cell is not None
        and (
            pattern.match(cell) is not None
            or any(on_a_line.match(cell[end.end() :]) is not None for end in re.finditer("\n", cell))
        )
        for cell in cells
    ]
    for kind in ("str", object):
        for times in (1, 60):  # of more than a few cells Arrow has the first look
            assert formula_cells(pd.Series(cells * times, dtype=kind)).tolist() == right * times


@given(CELLS)
def test_ascii_cells_are_those_python_calls_so(cells: list[str | None]) -> None:
    right = [cell is None or cell.isascii() for cell in cells]
    for kind in ("str", object):
        assert ascii_cells(pd.Series(cells, dtype=kind)).tolist() == right


def test_columns_of_mixed_things_are_looked_at_cell_by_cell() -> None:
    column = pd.Series([1.5, "=A1", None, "é", b"=x"], dtype=object)
    assert formula_cells(column).tolist() == [False, True, False, False, False]
    assert ascii_cells(column).tolist() == [True, True, True, False, True]
    assert formula_cells(pd.Series([1.0, 2.0])).tolist() == [False, False]


def test_a_part_of_a_column_is_searched_alone() -> None:
    column = pd.Series(["=1", "a", "b(", "c"], dtype="str")
    assert cells_like(column.iloc[1:], "=", ["="]).tolist() == [False, False, False]
    assert cells_like(column, None, ["(", "="]).tolist() == [True, False, True, False]


@pytest.mark.parametrize(
    "sample_id",
    [
        "OREAS-24b",
        "blk 3",
        "BLANC_1",
        "X-dup",
        "A12 replicate 2",
        "Re-assay of 14",
        "reassay from 3",
        "split of A",
        "STANDARD",
        "z_crm7",
    ],
)
def test_every_id_of_a_control_is_looked_at(sample_id: str) -> None:
    assert _ID.search(sample_id) is not None
    assert cells_like(pd.Series(["A-1", sample_id], dtype="str"), _ID_LIKE).tolist() == [False, True]


def test_points_at_sea_are_found_among_many_on_land() -> None:
    draw = np.random.default_rng(3)
    lon, lat = draw.uniform(-180, 180, 3000), draw.uniform(-59, 84, 3000)
    lon[:40], lat[:40] = np.nan, 50.0
    alone = [bool(nowhere(lon[at : at + 1], lat[at : at + 1])[0]) for at in range(len(lon))]
    assert nowhere(lon, lat).tolist() == alone
    assert 500 < sum(alone) < 2500


def test_first_looks_find_what_the_patterns_behind_them_do() -> None:
    """A word of each kind, as people write it, and with Turkish letters that Python takes for an i."""
    names = ["Kerr Tailings", "KERR TAILINGS", "Kerr taılıngs", "TAİLİNGS", "Parc à résidus 2", "Tranque de relaves", "Halde 3",
             "Terril",
             "Botadero Norte", "Desmonte", "Scories", "Escorias", "Roast Yard", "A jarosite", "Red mud pond",
             "Leach residue", "Phosphogypsum", "Pyrite cinders", "Fly ash",
             "Smelter dump", "Mill Dump 2", "Slimes pond", "Heap-leach pad", "waſte rock"]  # fmt: skip
    assert all(waste_in_name(name) for name in names)
    assert cells_like(pd.Series(names), waste_names.LIKE_WASTE_NAME).all()
    summaries = ["Total", "Subtotal", "sums", "Mean", "average", "MEDIAN", "mın", "Máx.", "Mín", "std dev", "std", "desv. est.",
                 "Total général", "somme", "Moyenne", "Médiane", "Écart-type", "suma", "promedio", "mediana", "mínimo", "máximo",
                 "desviación estándar", "desvio padrão", "média", "Mittelwert", "Standardabweichung", "medelvärde", "keskiarvo",
                 "Standard deviation", "Variance", "geometric mean", "95th percentile"]  # fmt: skip
    assert all(summary_rows._SUMMARY.fullmatch(word) for word in summaries)
    assert cells_like(pd.Series(summaries), summary_rows._LIKE_A_BARE_ONE).all()
    codes = ["MB-1", "LCS", "lcsd 2", "MS", "MSD", "LRB", "LFB", "LFM", "CCV", "ICV", "CCB", "ICB", "LCS Dup", "mſ 1"]
    assert all(reference_materials._CODES.fullmatch(code) for code in codes)
    assert cells_like(pd.Series(codes), reference_materials._LIKE_CODES).all()


def test_letters_of_every_script_begin_a_word_among_numbers_and_fractions_none() -> None:
    numbers = ["1"] * 9
    for word, is_word in (("Ce", 1), ("(Ce", 1), ("Écart", 1), ("铈", 1), ("½", 0), ("-", 0), ("µg", 1)):
        assert inner_headings._words_among_numbers(pd.Series([*numbers, word])).tolist() == [*[0] * 9, is_word], word


@pytest.mark.parametrize(
    "word", ["Estándar", "Patrón 3", "STD-12", "OREAS4500x", "Blanco de campo2024", "空白", "标样", "Blank-007"]
)
def test_ids_that_are_a_word_for_controls_are_found_before_they_are_read(word: str) -> None:
    ids = pd.Series([f"TL{number:05d}" for number in range(30)] + [word], dtype="str")
    assert list(control_rows._by_word(ids)) == [30]


@given(st.lists(st.sampled_from(["a", "b", "é", "", None])), st.lists(st.sampled_from(["a", "é", "c", None, 1])))
def test_texts_among_others_are_those_that_pandas_finds(cells: list[str | None], texts: list[object]) -> None:
    """In columns of texts and of objects, among lists, columns and an index, with missing ones and numbers among them."""
    for kind in ("str", object):
        column = pd.Series(cells, dtype=kind)
        for sought in (texts, pd.Series(texts, dtype=object), pd.Index(texts, dtype=object)):
            assert among(column, sought).tolist() == column.isin(sought).tolist()
    assert among(pd.Series([1.0, 2.0]), [2.0]).tolist() == [False, True]
