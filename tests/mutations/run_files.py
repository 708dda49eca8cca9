"""Mutations of a run file: scalars that YAML reads as something else, keys nobody knows, repeated keys."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from layers.errors import MinewasteError
from pipeline.config import load_config
from tests.mutations.outcome import Outcome

_CLEAN = """name: region
title: A region
region:
  bbox: [-84, 47, -80, 50]
sources:
  - id: sites
    role: inventory
    path: sites.csv
    columns: {official_id: site_id, latitude: latitude, longitude: longitude}
    where: {province: ["ON"]}
seed: 7
"""

_CHANGES: dict[str, tuple[str, str]] = {
    "truth for a province": ('["ON"]', "[ON]"),
    "no for a country": ('["ON"]', "[NO]"),
    "off for a word": ('["ON"]', "[off]"),
    "base sixty": ("path: sites.csv", "path: 12:30:45"),
    "base sixty for a code": ('["ON"]', "[190:20]"),
    "octal": ("id: sites", "id: 0123"),
    "octal of a sheet": ('["ON"]', "[0777]"),
    "infinity": ("[-84, 47, -80, 50]", "[-84, 47, .inf, 50]"),
    "not a number": ("[-84, 47, -80, 50]", "[-84, 47, .nan, 50]"),
    "date for a word": ('["ON"]', "[2024-01-05]"),
    "date for a source": ("path: sites.csv", "path: sites.csv\n    date: 2024-13-45"),
    "exponent for a sheet": ('["ON"]', "[31E05]"),
    "nothing for a title": ("title: A region", "title:"),
    "text for a number": ("seed: 7", "seed: seven"),
    "truth for a number": ("seed: 7", "seed: true"),
    "fraction for a whole number": ("seed: 7", "seed: 7.5"),
    "misspelt key": ("columns:", "colums:"),
    "misspelt key of the region": ("bbox:", "bbx:"),
    "key of another case": ("title:", "Title:"),
    "key twice": ("seed: 7", "seed: 7\nseed: 8"),
    "column twice": ("latitude: latitude, ", "latitude: latitude, latitude: lat2, "),
    "id twice": ("seed: 7", "  - id: sites\n    role: inventory\n    path: b.csv\nseed: 7"),
    "tab for blanks": ("  bbox", "\tbbox"),
    "corners exchanged": ("[-84, 47, -80, 50]", "[-80, 50, -84, 47]"),
    "three corners": ("[-84, 47, -80, 50]", "[-84, 47, -80]"),
    "decimal comma in the box": ("[-84, 47, -80, 50]", "[-84,5, 47, -80, 50]"),
    "role nobody knows": ("role: inventory", "role: inventary"),
    "role asked": ("role: inventory", "role: ASK which"),
    "unclosed bracket": ('["ON"]', '["ON"'),
    "list for a mapping": ("region:\n  bbox: [-84, 47, -80, 50]", "region: [-84, 47, -80, 50]"),
    "object of a program": ("seed: 7", "seed: !!python/object/apply:os.getcwd []"),
    "empty sources": ("seed: 7", "seed: 7\ndask:"),
    "id with a blank": ("id: sites", "id: my sites"),
    "hexadecimal": ('["ON"]', "[0x1F]"),
    "underscore number": ('["ON"]', "[1_000]"),
    "anchor that loops": ("seed: 7", "seed: &a 7\nname2: *b"),
    "yes for a word": ('["ON"]', "[yes]"),
    "nothing for a word": ('["ON"]', "[null]"),
    "tilde for a word": ('["ON"]', "[~]"),
    "nan for a word": ('["ON"]', "[nan]"),
    "zero behind a code": ('["ON"]', "[1.10]"),
    "bare exponent for a code": ('["ON"]', "[1e5]"),
    "zero before a code": ('["ON"]', "[0123.50]"),
    "plus before a code": ('["ON"]', "[+5]"),
    "comma in a code": ('["ON"]', "[1,5]"),
    "word for a list": ('["ON"]', "ON"),
    "typographic minus in the box": ("[-84, 47, -80, 50]", "[\u221284, 47, -80, 50]"),
    "box in metres": ("[-84, 47, -80, 50]", "[400000, 5300000, 600000, 5500000]"),
    "box with its axes exchanged": ("[-84, 47, -80, 50]", "[47, -84, 50, -80]"),
    "box in the order of the axes": ("[-84, 47, -80, 50]", "[-84, -80, 47, 50]"),
    "box beyond 180": ("[-84, 47, -80, 50]", "[-190, 47, -80, 50]"),
    "box as text": ("[-84, 47, -80, 50]", '"-84 47 -80 50"'),
    "box with letters": ("[-84, 47, -80, 50]", "[84W, 47N, 80W, 50N]"),
    "box in minutes": ("[-84, 47, -80, 50]", "[-84:30, 47, -80, 50]"),
    "box without a width": ("[-84, 47, -80, 50]", "[-84, 47, -84, 47]"),
    "system as a number": ("  bbox", "  crs: 26917\n  bbox"),
    "exponent for a number": ("seed: 7", "seed: 1e3"),
    "octal for a number": ("seed: 7", "seed: 017"),
    "hexadecimal for a number": ("seed: 7", "seed: 0x1F"),
    "minutes for a number": ("seed: 7", "seed: 1:30"),
    "nothing for a number": ("seed: 7", "seed:"),
    "share for a number": ("seed: 7", "seed: 7%"),
    "minus for a number": ("seed: 7", "seed: -7"),
    "number for a column": ("official_id: site_id", "official_id: 1"),
    "nothing for a column": ("official_id: site_id", "official_id: null"),
    "truth for a column": ("official_id: site_id", "official_id: yes"),
    "fraction for a column": ("official_id: site_id", "official_id: 1.10"),
    "truth for a word translated": ("    where", "    values: {waste_type: {yes: tailings}}\n    where"),
    "number for a word translated": ("    where", "    values: {waste_type: {1: tailings}}\n    where"),
    "octal for a word translated": ("    where", "    values: {waste_type: {01: tailings}}\n    where"),
    "numbers that mean missing": ("    where", "    missing: [-9999, 0]\n    where"),
    "no that means missing": ("    where", "    missing: [no, n]\n    where"),
    "octal that means missing": ("    where", "    missing: [010]\n    where"),
    "backward strokes in a path": ("path: sites.csv", 'path: "data\\sites.csv"'),
    "number sign in a path": ("path: sites.csv", "path: sites #2.csv"),
    "number sign in a title": ("title: A region", "title: Area #1"),
    "year for a path": ("path: sites.csv", "path: 2024"),
    "bare comma for a mark": ("    where", "    decimal_mark: ,\n    where"),
    "row of the heading in words": ("    where", "    header_row: two\n    where"),
    "row of the heading counted from 0": ("    where", "    header_row: 0\n    where"),
    "two documents": ("seed: 7", "seed: 7\n---\nseed: 8"),
    "merged keys": ("seed: 7", "seed: 7\n<<: {title: B}"),
    "hard blank in a key": ("seed: 7", "seed\u00a0: 7"),
    "wide colon": ("seed: 7", "seed\uff1a 7"),
    "mark of byte order": ("name: region", "\ufeffname: region"),
    "typographic quotes": ("title: A region", "title: \u201cA region\u201d"),
    "colon in a title": ("title: A region", "title: A: region"),
    "column of a source twice": ("{official_id: site_id,", "{official_id: site_id, official_id: b,"),
    "filter twice": ('{province: ["ON"]}', '{province: ["ON"], province: ["QC"]}'),
    "key twice in two cases": ("seed: 7", "seed: 7\nSeed: 8"),
    "threshold in per cent": ("seed: 7", "seed: 7\nlabel_sites: {threshold_ppm: 0.05}"),
    "limits exchanged": ("seed: 7", "seed: 7\nflag_constraints: {npr_acid: 3.0, npr_possible: 1.0}"),
    "a limit above the other's usual": ("seed: 7", "seed: 7\nflag_constraints: {npr_acid: 2.5}"),
}
"""What a line is changed to; none of them may be read as something else than stands there."""


def _right(name: str) -> Callable[[Path], bool]:
    """Return the test a run file that is accepted must pass: its words are read as they stand."""
    words = {
        "truth for a province": "ON",
        "no for a country": "NO",
        "off for a word": "off",
        "base sixty for a code": "190:20",
        "octal of a sheet": "0777",
        "date for a word": "2024-01-05",
        "exponent for a sheet": "31E05",
        "hexadecimal": "0x1F",
        "underscore number": "1_000",
        "yes for a word": "yes",
        "nan for a word": "nan",
        "bare exponent for a code": "1e5",
    }
    others: dict[str, Callable[[Any], bool]] = {
        "truth for a column": lambda config: config.sources[0].columns["official_id"] == "yes",
        "truth for a word translated": lambda config: config.sources[0].values["waste_type"] == {"yes": "tailings"},
        "no that means missing": lambda config: list(config.sources[0].missing) == ["no", "n"],
        "mark of byte order": lambda config: config.name == "region",
        "typographic quotes": lambda config: "A region" in config.title,
    }

    def test(path: Path) -> bool:
        config = load_config(path)
        if name in words:
            return config.sources[0].where == {"province": [words[name]]}
        if name in others:
            return others[name](config)
        if name == "base sixty":
            return config.sources[0].path == "12:30:45"
        if name == "octal":
            return config.sources[0].id == "0123"
        return name in ("nothing for a title", "empty sources", "date for a source")

    return test


def run_file_cases() -> dict[str, Callable[[], Outcome]]:
    """Return the cases by name; each reads a changed run file."""
    return {name: (lambda name=name: _outcome(name)) for name in _CHANGES}  # type: ignore[misc]


def _outcome(name: str) -> Outcome:
    old, new = _CHANGES[name]
    if old not in _CLEAN:
        raise ValueError(f"the clean run file has no '{old}'")
    with tempfile.TemporaryDirectory(prefix="minewaste-mutation-") as place:
        path = Path(place) / "region.yml"
        path.write_text(_CLEAN.replace(old, new, 1), encoding="utf-8")
        try:
            right = _right(name)(path)
        except MinewasteError as failure:
            return Outcome("refused" if "region.yml" in str(failure) else "unnamed", str(failure)[:300])
        except Exception as failure:  # noqa: BLE001 - whatever escapes is what the bench looks for
            return Outcome("traceback", f"{type(failure).__name__}: {str(failure)[:200]}")
    return Outcome("same" if right else "silent", "" if right else f"'{new}' was accepted")
