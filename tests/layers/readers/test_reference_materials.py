"""Reference materials by the names of their makers and controls by words of many languages are no samples; a real site is one."""

from __future__ import annotations

import pandas as pd
import pytest

from layers.readers.control_rows import control_rows

SAMPLES = [f"WS{number:03d}" for number in range(20)]
MATERIALS = [
    "GXR-4", "DTS-2b", "STSD-1", "LKSD-3", "TILL-1", "CANMET REE-1", "OKA-2", "GRE-03", "CGL 124", "NCSDC 86316", "NCS DC 73303",
    "ECRM 776-1", "BCS-CRM 348", "BHVO-2", "W-2a", "AGV-1", "SDC-1", "MRG-1", "SO-4", "PACS-2", "NIST2711", "SRM 2711a",
    "OREAS-100a", "OREAS146", "GTS-2A", "RTS-3A", "KC-1A", "CDN-GEO-1203", "CDN-ME-1", "SBC-1", "Mica-Fe", "GBM908-10",
    "AMIS0185", "JSd-3", "JG-1a", "GBW 07401", "GSD-12", "SARM 4", "BCR-2", "BCR-667", "ERM-CC018", "OxD108", "USGS COQ-1", "PK2",
    "CTA-AC-1", "CCU-1d", "CPB-2", "CZN-4", "PTM-1a", "PTC-1b", "HV-2", "SdAR-M2", "USZ 42-2006", "KZK-1", "DMMAS 121",
]  # fmt: skip
WORDS = [
    "Muestra control", "Amostra controle", "Échantillon de contrôle", "Kontrollprobe 2", "Referenzprobe", "Kontrollprov",
    "Kontrollinäyte", "Контрольная проба", "стандарт", "标准样品", "Leerprobe", "Blindprobe", "Muestra blanco", "Холостая проба",
    "空白样", "Nollprov", "Doppelprobe", "дубликат", "平行样", "Kaksoisnäyte", "Muestra duplicada", "Expected", "Recovery %",
    "RPD", "% recovery", "Recuperación", "Sollwert", "Valeur certifiée", "Upper limit", "RSD",
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


def test_ids_built_like_those_of_the_samples_are_samples() -> None:
    assert turned_away(["PITS-1", "HEAP-2", "DUMP-1", "TILL-1", "BANK-3"]) == []


def test_codes_of_a_laboratory_count_where_two_of_them_stand() -> None:
    assert turned_away([*SAMPLES, "MB-1", "LCS", "LCSD", "MS-1", "MSD-1"]) == ["MB-1", "LCS", "LCSD", "MS-1", "MSD-1"]
    assert turned_away([*SAMPLES, *(f"MS-{number}" for number in range(1, 6))]) == []
