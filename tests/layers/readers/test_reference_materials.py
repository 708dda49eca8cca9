"""Reference materials by the names of their makers and controls by words of many languages are no samples; a real site is one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from layers.readers.control_rows import control_rows
from layers.readers.unclear_controls import unclear_controls

SAMPLES = [f"WS{number:03d}" for number in range(20)]
MATERIALS = [
    "GXR-4", "DTS-2b", "STSD-1", "LKSD-3", "TILL-1", "CANMET REE-1", "OKA-2", "GRE-03", "CGL 124", "NCSDC 86316", "NCS DC 73303",
    "ECRM 776-1", "BCS-CRM 348", "BHVO-2", "W-2a", "AGV-1", "SDC-1", "MRG-1", "SO-4", "PACS-2", "NIST2711", "SRM 2711a",
    "OREAS-100a", "OREAS146", "GTS-2A", "RTS-3A", "KC-1A", "CDN-GEO-1203", "CDN-ME-1", "SBC-1", "Mica-Fe", "GBM908-10",
    "AMIS0185", "JSd-3", "JG-1a", "GBW 07401", "GSD-12", "SARM 4", "BCR-2", "BCR-667", "ERM-CC018", "OxD108", "USGS COQ-1", "PK2",
    "CTA-AC-1", "CCU-1d", "CPB-2", "CZN-4", "PTM-1a", "PTC-1b", "HV-2", "SdAR-M2", "USZ 42-2006", "KZK-1", "DMMAS 121",
    "BRP-1", "IF-G", "UB-N", "CRPG AC-E", "ITAK-705", "AN-G", "BE-N", "DR-N", "ZW-C", "MDO-G", "BX-N", "OU-6", "OShBO-1", "NKT-1",
]  # fmt: skip
WORDS = [
    "Muestra control", "Amostra controle", "Échantillon de contrôle", "Kontrollprobe 2", "Referenzprobe", "Kontrollprov",
    "Kontrollinäyte", "Контрольная проба", "стандарт", "标准样品", "Leerprobe", "Blindprobe", "Muestra blanco", "Холостая проба",
    "空白样", "Nollprov", "Doppelprobe", "дубликат", "平行样", "Kaksoisnäyte", "Muestra duplicada", "Expected", "Recovery %",
    "RPD", "% recovery", "Recuperación", "Sollwert", "Valeur certifiée", "Upper limit", "RSD",
    "BIR-1a Meas", "W-2b Cert", "QLO-1a cert", "NIST 694 Meas", "ROCK-VAN", "ROCK-PRP", "Hintergrundwert", "Limit value",
    "Grenzwert", "Valeur limite", "Valor límite", "Fond géochimique", "ПДК", "Кларк", "фоновое значение", "背景值", "基準値",
]  # fmt: skip


def turned_away(ids: list[str]) -> list[str]:
    table = pd.DataFrame({"sample_id": ids, "La_ppm": ["40"] * len(ids)})
    return [ids[row] for row in sorted(control_rows(table, table["sample_id"]))]


@pytest.mark.parametrize("own", [*MATERIALS, *WORDS])
def test_one_among_samples_is_none(own: str) -> None:
    assert turned_away([*SAMPLES, own]) == [own]


def test_many_of_three_makers_are_none_however_many_they_are() -> None:
    assert turned_away([*SAMPLES, *MATERIALS]) == MATERIALS


@pytest.mark.parametrize("prefix", ["TILL-", "SO-", "REE-", "G", "W-", "JB-", "MP-"])
def test_a_series_with_numbers_the_maker_does_not_have_is_one_of_samples(prefix: str) -> None:
    assert turned_away([*SAMPLES, *(f"{prefix}{number}" for number in range(1, 9))]) == []
    assert turned_away([f"{prefix}{number}" for number in range(1, 5)]) == []


@pytest.mark.parametrize("prefix", ["IF-", "AN-", "UB ", "GS-"])
def test_a_series_by_letters_is_one_of_samples(prefix: str) -> None:
    assert turned_away([*SAMPLES, *(f"{prefix}{letter}" for letter in "EFGHMNO")]) == []


@pytest.mark.parametrize(
    "again",
    [
        "WS003-Wdh", "WS003 Wiederholung", "WS006 doppio", "WS007 kaksois", "WS008重复", "WS009平行样", "WS010 повт.",
        "WS010 дубль", "*Rep WS001", "WS002 Orig", "WS004 herhaling", "WS005 repetición", "WS005_Doppel", "WS011 duplo",
        "rinnakkais WS012",
    ],
)  # fmt: skip
def test_a_repeat_of_another_row_is_none(again: str) -> None:
    assert turned_away([*SAMPLES, again]) == [again]
    assert turned_away([f"QK{number}" for number in range(9)] + [again.replace("WS0", "ZZ9")]) == []


@pytest.mark.parametrize("again", ["WS004 bis", "WS005 (2)", "WS005(3)", "WS007bis", "WS008 ter"])
def test_what_may_be_a_second_sample_counts_and_is_told(again: str) -> None:
    ids = [*SAMPLES, again]
    assert turned_away(ids) == []
    table = pd.DataFrame({"sample_id": ids, "La_ppm": ["40"] * len(ids)})
    [note] = unclear_controls("g", table, np.arange(len(ids)), table["sample_id"], ())
    assert (note.code, note.rows) == ("repeats_by_number", (len(SAMPLES),))


@pytest.mark.parametrize(
    "ids", [["P1 bis", "P2 bis", "P3"], ["Site (2)", "Site (3)", "Site (1)", "Site"], ["Ibis", "Elbis", "Water"]]
)
def test_names_that_only_end_so_are_not_told(ids: list[str]) -> None:
    table = pd.DataFrame({"sample_id": [*SAMPLES, *ids]})
    assert not unclear_controls("g", table, np.arange(len(table)), table["sample_id"], ())


def test_ids_built_like_those_of_the_samples_are_samples() -> None:
    assert turned_away(["PITS-1", "HEAP-2", "DUMP-1", "TILL-1", "BANK-3"]) == []


def test_codes_of_a_laboratory_count_where_two_of_them_stand() -> None:
    assert turned_away([*SAMPLES, "MB-1", "LCS", "LCSD", "MS-1", "MSD-1"]) == ["MB-1", "LCS", "LCSD", "MS-1", "MSD-1"]
    assert turned_away([*SAMPLES, *(f"MS-{number}" for number in range(1, 6))]) == []
