"""The project's own tables are the same with and without libyaml."""

from __future__ import annotations

import gc
from importlib.resources import files

import pytest
import yaml

from layers import own_tables
from layers.own_tables import own_table

TABLES = [
    ("layers", "codes.yml"),
    ("layers", "jurisdictions.yml"),
    ("layers", "subdivisions.yml"),
    ("layers.cells", "commodities.yml"),
    ("layers.cells", "heading_words.yml"),
    ("maps", "dictionary.yml"),
    ("pipeline.evidence", "targets.yml"),
]


def test_no_table_of_a_package_is_left_out() -> None:
    packages = ("layers", "layers.cells", "maps", "pipeline.evidence")
    shipped = {
        (package, path.name) for package in packages for path in files(package).iterdir() if path.name.endswith(".yml")
    }
    assert shipped == {*TABLES, ("maps", "words.yml")}  # both readers of the words have a test of their own


@pytest.mark.parametrize(("package", "name"), TABLES)
def test_a_machine_without_libyaml_reads_the_same(package: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = own_table(package, name)
    monkeypatch.setattr(own_tables, "_LOADER", yaml.SafeLoader)
    assert own_table(package, name) == before


def test_dead_objects_are_sought_again_after_a_table_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    own_table("layers", "codes.yml")
    assert gc.isenabled()

    def broken(*_: object, **__: object) -> None:
        raise yaml.YAMLError

    monkeypatch.setattr(yaml, "load", broken)
    with pytest.raises(yaml.YAMLError):
        own_table("layers", "codes.yml")
    assert gc.isenabled()
    gc.disable()
    try:
        with pytest.raises(yaml.YAMLError):
            own_table("layers", "codes.yml")
        assert not gc.isenabled()
    finally:
        gc.enable()
