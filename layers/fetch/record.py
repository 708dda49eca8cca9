"""``fetched.yml``: where each file of a folder came from, its size and its checksum."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import yaml

from layers.fetch.secrets import without_secrets

RECORD = "fetched.yml"


def recorded(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what is known of the files of a folder, by name."""
    path = folder / RECORD
    return dict(yaml.safe_load(path.read_text("utf-8")) or {}) if path.exists() else {}


def record(folder: Path, path: Path, url: str, sha256: str) -> None:
    """Note down a file that has arrived; logins and keys of its address are not."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    entries = recorded(folder) | {
        path.name: {"address": without_secrets(url), "sha256": sha256, "bytes": path.stat().st_size, "date": today}
    }
    fresh = folder / f"{RECORD}.part"
    fresh.write_text(yaml.safe_dump(entries, allow_unicode=True), encoding="utf-8")
    fresh.replace(folder / RECORD)
