"""Names compared: folded for comparison only, numbers and markers tell neighbours apart."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.cells.site_names import contradict, name_key, name_similarity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kam-Kotia Mine", "KAM KOTIA"),
        ("Quiet-Hope Claim Names:Silver", "Quiet Hope"),
        ("Quiet Hope Mine other names: Old Lode; Elder", "QUIET HOPE"),
        ("Old Moss tailings", "Moss Property"),
        ("Étoile du Nord (ancienne mine)", "etoile nord"),
        ("O&#39;SULLIVAN", "O'Sullivan Mine"),
        ("McKinley (L.140S)", "MCKINLEY"),
        ("Cook, T.", "T. Cook Mine"),
        ("Mina El Cobre", "COBRE"),
        ("Big Lake Gold Mines Ltd.", "Lake Gold Big"),
        ("O\u2019Neil", "O\u02bcNeil mine"),
        ("O\u00b4Neil", "O'NEIL"),
        ("E\u0301toile", "\u00c9TOILE"),
        ("S\u00f8ndre Gruve", "SONDRE GRUVE"),
        ("\uff2d\uff4f\uff53\uff53", "Moss"),
    ],
)
def test_equal_names_in_other_clothes(one: str, other: str) -> None:
    similarity, against = name_similarity(pd.Series([one]), pd.Series([other]))
    assert similarity[0] == pytest.approx(1.0)
    assert not against[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Moss No. 1", "Moss No. 2"),
        ("Moss #1", "MOSS II"),
        ("Moss North", "South Moss Mine"),
        ('Moss "A" Zone', "Moss 'C' Zone"),
        ("Moss A pit", "Moss B pit"),
        ("Lot 23 Con 4", "Lot 21 Con 4"),
        ("WEBB-1 #1", "WEBB-1 #2"),
        ("ANAK-1 #5", "ANAK-1 #6"),
        ("High Island ZM1", "High Island ZM2"),
        ("Tailings dam 1", "Tailings dam 2"),
    ],
)
def test_numbers_and_markers_tell_apart(one: str, other: str) -> None:
    assert contradict(name_key(one), name_key(other))


def test_a_number_on_one_side_only_lowers_the_similarity() -> None:
    similarity, against = name_similarity(pd.Series(["Moss"]), pd.Series(["Moss No. 2"]))
    assert similarity[0] == pytest.approx(0.92)
    assert not against[0]


def test_a_number_that_covers_another_does_not_contradict() -> None:
    assert not contradict(name_key("Pine No. 3"), name_key("Pine No. 3 and No. 4"))


@pytest.mark.parametrize("name", ["Unknown", "unnamed pit", "N/A", "Quarry", None])
def test_a_name_that_says_nothing_is_not_compared(name: str | None) -> None:
    similarity, _ = name_similarity(pd.Series([name], dtype="str"), pd.Series(["Moss"]))
    assert pd.isna(similarity[0])


def test_the_best_of_several_names_counts() -> None:
    similarity, _ = name_similarity(pd.Series(["Fern; Moss"]), pd.Series(["Lichen; Moss Mine"]))
    assert similarity[0] == 1.0


def test_a_name_that_is_only_a_list_of_claims_keeps_it() -> None:
    assert name_key("Claim Names: Silver").core == "names silver"
