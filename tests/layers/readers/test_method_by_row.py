"""A column that says by which method each sample was analysed keeps the methods apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers.accounting import Reading
from layers.catalogue.source import resolve
from layers.readers.geochemistry import read_geochemistry

WORDS = ["aqua regia", "Lithium borate fusion", "4-acid", "", "eau régale"]
METHODS = ["aqua_regia", "fusion", "four_acid", "unknown", "aqua_regia"]


def lab(folder: Path, headings: str, words: list[str], **facts: Any) -> Reading[Any]:
    lines = [f"S{row},A,{word},{30 + row},{60 + row}" for row, word in enumerate(words)]
    (folder / "lab.csv").write_text("\n".join([headings, *lines]) + "\n", encoding="utf-8")
    base = {"columns": {"sample_id": "id", "site_key": "key"}, "defaults": {"medium": "waste"}}
    return read_geochemistry(resolve({"id": "lab", "role": "geochemistry", "path": "lab.csv", **base, **facts}), folder)


@pytest.mark.parametrize("heading", ["Digestion", "Method", "Méthode"])
def test_the_method_of_each_row_is_read_and_told(tmp_path: Path, heading: str) -> None:
    reading = lab(tmp_path, f"id,key,{heading},La_ppm,Ce_ppm", WORDS)
    assert reading.layer["method"].tolist() == METHODS
    assert "several_methods" in [note.code for note in reading.notes]
    assert {fate.column: fate.meaning for fate in reading.fates}[heading] == "method"
    assert set(lab(tmp_path, f"id,key,{heading},La_ppm,Ce_ppm", WORDS, ignore=[heading]).layer["method"]) == {"unknown"}


def test_words_that_are_no_methods_change_nothing(tmp_path: Path) -> None:
    reading = lab(tmp_path, "id,key,Method,La_ppm,Ce_ppm", ["hand auger", "shovel"] * 2)
    assert set(reading.layer["method"]) == {"unknown"}
    assert "several_methods" not in [note.code for note in reading.notes]


def test_headings_that_say_methods_count_and_the_column_is_told(tmp_path: Path) -> None:
    reading = lab(tmp_path, "id,key,Digestion,La_ME-MS81_ppm,Ce_ME-MS81_ppm", WORDS)
    assert set(reading.layer["method"]) == {"fusion"}
    assert [note.columns for note in reading.notes if note.code == "method_column_unread"] == [("Digestion",)]
