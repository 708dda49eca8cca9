"""Sums and statistics are turned away in the languages of public tables; names that only begin like one are not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from layers.catalogue.source import Source
from layers.readers.inventory import read_inventory
from layers.readers.summary_rows import summary_places

SUMS = [
    "Sum", "Total", "Zwischensumme", "Insgesamt", "Gesamtsumme", "Yhteensä", "Välisumma",
    "合計", "合计", "小計", "總計", "総計", "합계",
    "Łącznie", "Razem", "Toplam", "Итого", "Всего", "Suma total", "Total general", "Total geral", "Soma",
    "Totale", "Totaal", "Summa",
    "Totalt", "I alt", "Celkem", "Összesen", "Ukupno", "Skupaj", "Spolu", "Kokku", "Kopā", "Iš viso", "Σύνολο", "Jumlah", "Tổng",
    "Tổng cộng", "المجموع",
]  # fmt: skip
STATISTICS = [
    "Std. Abw.", "Streuung", "Moy.", "Mediana", "Desv. est.", "Keskiarvo", "Keskihajonta", "平均", "標準偏差", "标准差",
    "среднее", "Ст. откл.", "Gemiddelde", "Gjennomsnitt", "Średnia", "Průměr", "Ortalama", "最大値",
]  # fmt: skip
BESIDE = ["n", "s", "1σ", "2s", "Q1", "Q3", "25 %", "P90", "Clarke", "CV"]


def sites(folder: Path, rows: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Return the names that are read, and the codes of the notes."""
    lines = [
        f"{own},{name},{48.5 + 0.01 * row:.3f},{-81.2 - 0.01 * row:.3f},{1000 + row}"
        for row, (own, name) in enumerate(rows)
    ]
    (folder / "s.csv").write_text("ID,Name,Lat,Lon,Tonnes\n" + "\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "ID", "name": "Name", "latitude": "Lat", "longitude": "Lon", "mass_t": "Tonnes"}
    found = read_inventory(Source(id="s", role="inventory", path="s.csv", crs="EPSG:4326", columns=columns), folder)
    return found.layer["name"].tolist(), [note.code for note in found.notes]


MINES = [(f"A{number}", f"Pit {letter}") for number, letter in enumerate("BCDEFGHIJKL")]


@pytest.mark.parametrize("word", SUMS)
@pytest.mark.parametrize("at", [2, 11])
def test_a_sum_without_an_id_is_no_site_wherever_it_stands(tmp_path: Path, word: str, at: int) -> None:
    rows = [*MINES[:at], ("", word), *MINES[at:]]
    assert sites(tmp_path, rows)[0] == [name for _, name in MINES]


def test_many_sums_below_the_table_are_no_sites(tmp_path: Path) -> None:
    assert sites(tmp_path, [*MINES, *(("", word) for word in SUMS)])[0] == [name for _, name in MINES]


@pytest.mark.parametrize(
    "name",
    [
        "Grand Total Lode", "Average Lode", "Total Energies pit", "Mean Hill",
        "Sum Creek", "Maximum Mine", "Summit", "Razem Kopalnia",
        "Somma Vesuviana", "Clarke",
    ],
)  # fmt: skip
def test_a_mine_with_an_id_that_is_called_like_a_sum_is_one(tmp_path: Path, name: str) -> None:
    names, notes = sites(tmp_path, [*MINES[:3], ("Z1", name), *MINES[3:]])
    assert name in names
    assert "called_like_a_summary" not in notes


@pytest.mark.parametrize("name", ["Grand total of all sites", "Subtotal (t)", "Grand total"])
def test_a_total_of_something_is_none_even_with_an_id(tmp_path: Path, name: str) -> None:
    assert name not in sites(tmp_path, [*MINES[:3], ("Z1", name), *MINES[3:]])[0]


IDS = [f"WS{number:03d}" for number in range(12)]


@pytest.mark.parametrize("word", [*STATISTICS, *BESIDE])
def test_statistics_of_a_group_between_its_samples_are_none(word: str) -> None:
    for block in (["Mean (n=5)", word], [word, "Mean (n=5)"], ["Mean", word]):
        ids = pd.Series([*IDS[:5], *block, *IDS[5:]])
        assert [ids[row] for row in summary_places(ids)] == block


@pytest.mark.parametrize("word", [*STATISTICS, *SUMS])
def test_a_word_in_any_language_and_a_count_beside_it_are_none(word: str) -> None:
    for block in ([word, "n"], ["Q1", word], [word.upper(), "n"]):
        ids = pd.Series([*IDS[:3], *block, *IDS[3:]])
        assert [ids[row] for row in summary_places(ids)] == block


@pytest.mark.parametrize("word", [*STATISTICS, *SUMS])
def test_statistics_at_the_end_are_none(word: str) -> None:
    ids = pd.Series([*IDS, word])
    assert summary_places(ids) == [len(IDS)]


def test_statistics_do_not_hide_each_other_however_many_there_are() -> None:
    ids = pd.Series([*IDS, *BESIDE, *STATISTICS, *SUMS])
    assert summary_places(ids) == list(range(len(IDS), len(ids)))


@pytest.mark.parametrize(
    "names", [["n", "s", "Q1", "P90", "Clarke", "K", "Z"], ["s", "n", "Total Lode", "Clarke Hill", "Meaney", "Moy"]]
)
def test_short_names_among_names_are_samples(names: list[str]) -> None:
    assert summary_places(pd.Series([*names, "Anvil", "Birch", "Cobble", "Delta", "Elder", "Fir", "Gorge"])) == []


@pytest.mark.parametrize(
    "word",
    ["Geo. mean", "n=24", "No. of samples", "Std. error", "Skewness", "Upper quartile", "Min - Max", "Moyenne géométrique", "SE",
     "Overall"],
)  # fmt: skip
def test_further_statistics_below_numbered_samples_are_none(word: str) -> None:
    ids = pd.Series([f"S{number:02d}" for number in range(24)] + [word])
    assert summary_places(ids) == [24]


def amounts(folder: Path, tonnes: list[str], last: str = "Omega mine") -> list[tuple[str, tuple[int, ...]]]:
    names = [*(f"Pit {letter}" for letter in "ABCDEFGHIJ"[: len(tonnes) - 1]), last]
    lines = [
        f"A{row},{name},{46 + 0.01 * row:.2f},-81.{row}0,{amount}"
        for row, (name, amount) in enumerate(zip(names, tonnes, strict=True))
    ]
    (folder / "s.csv").write_text("ID,Name,Lat,Lon,Tonnes\n" + "\n".join(lines) + "\n", encoding="utf-8")
    columns = {"official_id": "ID", "name": "Name", "latitude": "Lat", "longitude": "Lon", "mass_t": "Tonnes"}
    reading = read_inventory(Source(id="s", role="inventory", path="s.csv", crs="EPSG:4326", columns=columns), folder)
    return [(note.code, note.rows) for note in reading.notes] + [
        (row.reason_code, (row.source_row,)) for row in reading.rejected.itertuples()
    ]


def test_an_amount_that_is_the_sum_of_all_others_is_told(tmp_path: Path) -> None:
    assert ("sum_of_the_others", (7,)) in amounts(tmp_path, ["120.5", "340", "95", "410", "60", "1025.5"])
    assert ("sum_of_the_others", (4,)) in amounts(tmp_path, ["120", "340", "1025", "95", "410", "60"])
    for others in (["120", "340", "95", "410", "60", "1024"], ["1", "2", "3", "4", "10"], ["120", "340", "95", "555"]):
        assert "sum_of_the_others" not in [code for code, _ in amounts(tmp_path, others)]


@pytest.mark.parametrize("word", ["All sites of the district", "All the mines", "Toutes les haldes"])
def test_all_sites_are_no_site(tmp_path: Path, word: str) -> None:
    assert ("summary_row", (7,)) in amounts(tmp_path, ["120", "340", "95", "410", "60", "900"], word)
    assert not amounts(tmp_path, ["120", "340", "95", "410", "60", "900"], "All Saints mine")
