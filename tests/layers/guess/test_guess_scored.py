"""How right the guesses are on real public files: counted against a table of truth, with and without the catalogue."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from layers.catalogue.source import resolve
from layers.errors import SourceError
from layers.guess.columns import Guess
from layers.guess.file import guess_file, guess_table
from layers.guess.links import relate
from layers.guess.recognise import Find, Look, finds
from pipeline.source_reading import READERS
from tests.layers.guess.scoring import Score, score

TRUTH: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "real_truth.yml").read_text(encoding="utf-8")
)
Looked = list[tuple[str, Find, Guess, Look | None]]

OTHER_WORDS = {
    "official_id": ("Record number", "Matricule", "Clave del sitio"),
    "name": ("Known as", "Appellation", "Denominación"),
    "latitude": ("Lat. (decimal degrees)", "Latitude décimale", "Latitud (grados)"),
    "longitude": ("Long. (decimal degrees)", "Longitude décimale", "Longitud (grados)"),
    "easting": ("E (m)", "Coordonnée X", "Coordenada E"),
    "northing": ("N (m)", "Coordonnée Y", "Coordenada N"),
    "commodities": ("Main products", "Substances exploitées", "Productos"),
    "deposit_type": ("Style of mineralisation", "Genre de minéralisation", "Clase de mineralización"),
    "waste_type": ("Kind of facility", "Genre d'ouvrage", "Clase de obra"),
    "disposal": ("How it was stored", "Mode de stockage", "Forma de almacenamiento"),
    "mass_t": ("Quantity (tonnes)", "Quantité (tonnes)", "Cantidad (toneladas)"),
    "volume_m3": ("Size (m3)", "Volume estimé (m3)", "Volumen estimado (m3)"),
    "milled_t": ("Ore treated (tonnes)", "Minerai usiné (tonnes)", "Mineral tratado (toneladas)"),
    "mined_t": ("Ore extracted (tonnes)", "Minerai extrait (tonnes)", "Mineral extraído (toneladas)"),
    "area_m2": ("Extent (ha)", "Étendue (ha)", "Extensión (ha)"),
    "first_year": ("Began", "Début", "Comienzo"),
    "last_year": ("Ceased", "Fin", "Término"),
    "status": ("Condition", "Situation", "Condición actual"),
    "hazard_class": ("Danger rating", "Cote de danger", "Nivel de peligro"),
    "jurisdiction": ("Prov./State", "Province ou territoire", "Entidad"),
    "datum": ("Reference system", "Système de référence", "Sistema de referencia"),
    "sample_id": ("Lab reference", "Référence labo", "Referencia de laboratorio"),
    "site_key": ("Mine sampled", "Mine échantillonnée", "Faena muestreada"),
}
"""Headings nobody's file was seen to have, in English, French and Spanish."""


@pytest.fixture(scope="module")
def looked(shared_realdata: Path) -> Looked:
    """Every file of the folder read once, with the guess the catalogue gives."""
    found = []
    for find in finds(shared_realdata):
        if find.path.endswith(".meta.json"):
            continue
        guess, sight = guess_file(find, shared_realdata)
        found.append((f"{find.path}#{find.sheet}" if find.sheet else find.path, find, guess, sight))
    relate([(guess, sight) for _, _, guess, sight in found if sight is not None])
    return found


def report(record: Any, name: str, result: Score) -> None:
    record(name, str(result))
    print(f"\n{name}: {result}")
    for one in [*result.open, *(f"{told} ({confidence:.2f})" for told, confidence in result.wrong)]:
        print(f"  {one}")


@pytest.mark.realdata
def test_every_file_of_the_folder_has_its_truth_and_every_truth_its_file(looked: Looked) -> None:
    assert {key for key, *_ in looked} == set(TRUTH)


@pytest.mark.realdata
def test_guesses_with_the_catalogue(looked: Looked, record_property: Any) -> None:
    result = score(TRUTH, [(key, guess, sight) for key, _, guess, sight in looked])
    report(record_property, "with the catalogue", result)
    assert result.role_share >= 0.95
    assert result.column_share >= 0.95
    assert result.laboratory_right == result.laboratory > 90
    assert result.confident_wrong == []


@pytest.mark.realdata
def test_guesses_from_names_and_contents_alone(looked: Looked, record_property: Any) -> None:
    guesses = [
        (key, guess if sight is None else guess_table(find, sight, known_sources=False), sight)
        for key, find, guess, sight in looked
    ]
    relate([(guess, sight) for _, guess, sight in guesses if sight is not None])
    result = score(TRUTH, guesses)
    report(record_property, "from names and contents", result)
    assert result.role_share >= 0.95
    assert result.column_share >= 0.95
    assert result.confident_wrong == []


@pytest.mark.realdata
def test_guesses_under_headings_nobody_has_seen(looked: Looked, record_property: Any) -> None:
    truth: dict[str, dict[str, Any]] = {}
    guesses = []
    for number, (key, find, _, sight) in enumerate(looked):
        told = TRUTH[key]
        if sight is None or told["role"] not in ("inventory", "geochemistry") or told.get("repeats"):
            continue
        names = renamed(told, sight, number % 3)
        cells = sight.table.cells.rename(columns=names)
        other = replace(sight, table=replace(sight.table, cells=cells, captions={}))
        truth[key] = translated(told, names)
        guesses.append((key, guess_table(find, other, known_sources=False), other))
    relate([(guess, sight) for _, guess, sight in guesses if sight is not None])
    result = score(truth, guesses)
    report(record_property, "under other headings", result)
    assert result.role_share >= 0.9
    assert result.column_share >= 0.8
    assert result.confident_wrong == []


def renamed(told: dict[str, Any], sight: Look, language: int) -> dict[str, str]:
    """Return a new heading for every column; elements keep their symbols, columns without a meaning get a number."""
    names: dict[str, str] = {}
    used: dict[str, int] = {}

    def give(column: str, meaning: str) -> None:
        if column in names or column not in sight.table.cells.columns or meaning not in OTHER_WORDS:
            return
        used[meaning] = used.get(meaning, 0) + 1
        word = OTHER_WORDS[meaning][language]
        names[column] = word if used[meaning] == 1 else f"{word} {used[meaning]}"

    columns = dict(told.get("columns", {}))
    for x, y in columns.pop("position", []):
        metres = pd.to_numeric(sight.table.cells[x], errors="coerce").abs().median() > 400
        give(x, "easting" if metres else "longitude")
        give(y, "northing" if metres else "latitude")
    for meaning, right in [*columns.items(), *told.get("also", {}).items()]:
        for column in [right] if isinstance(right, str) else right:
            give(column, meaning)
    if told["role"] == "inventory":
        word = ("Field", "Champ", "Campo")[language]
        for number, column in enumerate(map(str, sight.table.cells.columns)):
            names.setdefault(column, f"{word} {number}")
    return names


def translated(told: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Return a file's truth under the new headings."""

    def new(value: Any) -> Any:
        return names.get(value, value) if isinstance(value, str) else [new(one) for one in value]

    changed = {
        part: {key: new(value) for key, value in told[part].items()} for part in ("columns", "also") if part in told
    }
    return {**told, **changed, **({"medium": new(told["medium"])} if "medium" in told else {})}


@pytest.mark.realdata
def test_every_file_is_read_with_all_its_rows_or_refused_in_words(looked: Looked) -> None:
    for key, find, guess, sight in looked:
        told = TRUTH[key]
        if "rows" in told:
            assert sight is not None, f"{key}: {guess.left_out}"
            assert len(sight.table.cells) + len(sight.table.rejects) == told["rows"], key
        elif find.kind == "raster":
            assert guess.value("role") == "raster", key
            assert guess.questions.get("crs", "").startswith("the raster says nothing") or not guess.questions, key
        else:
            assert "why" in told, key
        if told["role"] == "none":
            assert (guess.left_out or "").startswith(told["why"]), f"{key}: {guess.left_out}"


@pytest.mark.realdata
def test_every_recognised_file_is_accounted_for_row_by_row(looked: Looked, shared_realdata: Path) -> None:
    refused = {}
    for key, find, guess, sight in looked:
        if guess.value("catalogue") is None or sight is None:
            continue
        spec = {"id": guess.id, "role": guess.value("role"), "catalogue": guess.value("catalogue"), "path": find.path}
        source = resolve({**spec, **{name: one for name in ("layer", "sheet") if (one := getattr(find, name))}})
        try:
            reading = READERS[source.role][1](source, shared_realdata)
        except SourceError as stop:
            refused[key] = str(stop)
            continue
        assert reading.rows_read == TRUTH[key]["rows"], key
        assert len(reading.layer) > 0, key
    assert set(refused) == {"geochemistry/bc_rgs_eskay/area_ssd.shp"}
    assert (
        "no coordinate system" in refused["geochemistry/bc_rgs_eskay/area_ssd.shp"]
        or "area_ssd.prj" in (refused["geochemistry/bc_rgs_eskay/area_ssd.shp"])
    )
