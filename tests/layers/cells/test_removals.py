"""A waste is gone where a text says so of the whole of it, in any of the languages of inventories."""

from __future__ import annotations

import pytest

from layers.cells.waste_words import says_waste_is_gone

GONE = [
    "All tailings were removed in 1998", "Mill burnt. Tailings hauled away.", "All tailings removed in 2005, none left",
    "Tailings have been reprocessed and removed from site", "Site is empty, tailings taken to smelter 1971",
    "no waste remains", "No tailings remain on site", "Nothing remains on site.", "None left",
    "Tailings backfilled underground in 1988", "Slag sold as road ballast 1975",
    "Tailings were excavated and trucked to Kam Kotia", "All waste was removed from the site", "Removed all tailings 1999",
    "Tailings cleaned up by the EPA", "Tailings (removed 1998)", "Buildings and tailings removed", "Fully removed",
    "fully removed", "Removed", "Reprocessed", "Removed in 2005", "Relocated tailings: all relocated to new TSF",
    "Tailings were not fenced, all tailings relocated in 2001", "waste rock no longer present",
    "Tous les résidus ont été enlevés en 2005, il n'en reste rien", "Résidus évacués", "Il ne reste plus de résidus",
    "Les haldes ont été retirées", "Relaves retirados en 2001", "Los relaves fueron trasladados a otro depósito",
    "No quedan relaves", "Ya no hay relaves", "Se retiraron todos los relaves", "Os rejeitos foram removidos",
    "Rejeitos reprocessados, nada resta", "Halde wurde 1970 abgetragen", "Alle Halden abgefahren",
    "Halde nicht mehr vorhanden", "Keine Halde mehr vorhanden", "Tailings were completely re-mined in 1987",
    "Tailings washed away by flood of 1936", "The dump was removed; waste rock pile hauled off", "Smith tailings (removed)",
    "Waste was completely used as road fill", "All tailings were used for road construction", "The dump has been used up",
    "All of the slag was utilised as ballast", "Waste dump was cleared away", "Dump is gone",
    "Tailings were transferred to another facility", "Tous les résidus ont été valorisés",
    "Los relaves fueron utilizados completamente en caminos", "Die Halde wurde vollständig als Schotter verwendet",
]  # fmt: skip
THERE = [
    "Tailings partly removed", "Buildings removed; tailings pond", "20 % of the tailings were removed", "tailings",
    "Tailings not removed", "Tailings were never removed", "Tailings have not been removed",
    "Tailings have not, to date, been removed", "No tailings were removed", "No tailings removed", "Tailings to be removed",
    "Tailings will be removed in 2026", "Tailings are being reprocessed", "Removal of tailings is planned",
    "Tailings removed from the register", "Removed from register", "Removed from the list of orphaned tailings",
    "Equipment removed from tailings area", "Snow removed from tailings dam", "Equipment removed",
    "Mill equipment removed, tailings remain", "Tailings remain, buildings removed",
    "Gold was removed from the tailings by cyanide", "Samples removed from tailings in 1990",
    "Most of the tailings were removed", "Tailings removed: no", "Tailings removed? No", "Tailings cover removed",
    "Not all tailings removed", "Shaft backfilled with tailings", "Tailings pond backfilled", "Reprocessed tailings pile",
    "Relocated tailings", "Nothing remains of the mill; tailings cover 3 ha", "Buildings: none left. Tailings 3 ha",
    "No buildings left at tailings site", "Résidus non enlevés", "Les résidus n'ont pas été enlevés",
    "Résidus partiellement enlevés", "Résidus à enlever", "Les résidus seront enlevés",
    "Équipement enlevé du parc à résidus", "Relaves no retirados", "Relaves serán retirados",
    "Relaves parcialmente retirados", "Equipos retirados del depósito de relaves", "Rejeitos não removidos",
    "Rejeitos serão removidos", "Halde nicht abgetragen", "Halde wird abgetragen", "Halde teilweise abgetragen",
    "Halde soll entfernt werden", "Gebäude der Halde abgetragen", "Tailings removed from the inventory in 2004",
    "Waste rock excavated from the pit lies by the shaft", "Ore removed, tailings in pond", "Being removed", "Not removed",
    "Partly removed", "To be removed", "Removal planned", "Not reprocessed", "Vegetation removed", "Backfilled",
    "Mine waste. Adit backfilled.", "no reserves remaining, tailings pond", "No ore remains in the tailings",
    "Tailings remain; nothing left of plant", "Tailings used for road construction", "Tailings were not used as fill",
    "Tailings have not been fully recycled", "Some of the waste was completely used as road fill",
    "Waste will be completely used as road fill", "Not all tailings were used as road fill", "All of the ore was used",
    "Tailings pond was completely used until 1978", "Capacity of the tailings pond fully used", "Tailings may have been removed",
    "Tailings dam built entirely of waste rock", "Tailings transferred to the pond by pipe", "Garbage dump removed",
    "Tailings pond used for all mine water", "Tailings used in full as dam material is planned",
]  # fmt: skip


@pytest.mark.parametrize("text", GONE)
def test_a_waste_is_gone(text: str) -> None:
    assert says_waste_is_gone(text)


@pytest.mark.parametrize("text", THERE)
def test_a_waste_is_there(text: str) -> None:
    assert not says_waste_is_gone(text)
