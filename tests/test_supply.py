"""The lock files agree; the one with digests pins the same packages and names no host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pipeline.folder.published import SITE_ID

ROOT = Path(__file__).parent.parent


def test_the_lock_with_digests_pins_the_same_packages() -> None:
    pinned = {line for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line}
    lines = [line for line in (ROOT / "requirements.sha256").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.+!-]+ --hash=sha256:[0-9a-f]{64}", line) for line in lines)
    assert {line.split(" --hash")[0] for line in lines} == pinned


def test_the_lock_holds_what_builds_the_package_without_a_network() -> None:
    """An environment made by Python brings a setuptools that is too old for it."""
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    pinned = dict(line.split("==") for line in (ROOT / "requirements.lock").read_text().splitlines() if "==" in line)
    for requirement in map(Requirement, needed):
        assert requirement.specifier.contains(pinned[requirement.name])


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", "..", ".hidden", "", "x" * 300, "a\x00b", "a\nb"])
def test_no_id_of_a_site_can_be_a_path(name: str) -> None:
    assert not SITE_ID.fullmatch(name)


def test_ids_of_sites_pass() -> None:
    assert SITE_ID.fullmatch("inventory-a-a-000002")
    assert SITE_ID.fullmatch("s-0123456789")
