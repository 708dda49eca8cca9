"""JSON without features is refused with the way out, and a text about an archive's data is not taken for it."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.tables import read_table

RECORDS = [{"id": f"A{number}", "lat": 48 + number, "lon": -81} for number in range(3)]
CSV = "id,lat,lon\nA1,48,-81\nA2,49,-80\n"


@pytest.mark.parametrize("role", ["inventory", "exclusions"])
@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps({"data": RECORDS, "count": 3}),
        json.dumps({"result": {"records": RECORDS}}),
        "\n".join(map(json.dumps, RECORDS)),
        json.dumps({"id": ["A1"], "lat": [48]}),
    ],
)
def test_json_of_records_is_refused_with_the_way_out(tmp_path: Path, text: str, role: str) -> None:
    """GDAL takes a list of records for a layer without features: requests would count as none."""
    (tmp_path / "t.json").write_text(text, encoding="utf-8")
    source = Source.model_validate({"id": "s", "role": role, "path": "t.json", "columns": {"official_id": "id"}})
    with pytest.raises(SourceError, match=r"holds records and no features.*Write it as CSV"):
        read_table(source, tmp_path)


def test_a_list_of_features_is_read(tmp_path: Path) -> None:
    place = {"type": "Point", "coordinates": [-81, 48]}
    features = [{"type": "Feature", "properties": record, "geometry": place} for record in RECORDS]
    (tmp_path / "t.json").write_text(json.dumps(features), encoding="utf-8")
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.json", "columns": {"official_id": "id"}})
    assert len(read_table(source, tmp_path).cells) == 3


@pytest.mark.parametrize(
    "about", ["README.txt", "readme_first.txt", "LISEZ-MOI.txt", "Licence.txt", "metadata.txt", "LEAME.TXT"]
)
def test_the_data_beside_a_readme_are_read(tmp_path: Path, about: str) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as packed:
        packed.writestr("data.csv", CSV)
        packed.writestr(about, "Sources: the survey\nLicence: open, see below\n")
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.zip", "columns": {"official_id": "id"}})
    assert list(read_table(source, tmp_path).cells["id"]) == ["A1", "A2"]


def test_two_tables_are_still_asked_about(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as packed:
        packed.writestr("data.csv", CSV)
        packed.writestr("more.txt", CSV)
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.zip", "columns": {"official_id": "id"}})
    with pytest.raises(SourceError, match="Name one in the run file with 'layer:'"):
        read_table(source, tmp_path)
