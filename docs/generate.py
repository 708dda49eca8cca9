"""Reference pages made from the code: run file, tables, codes and sources, so that they cannot fall behind it."""

from __future__ import annotations

import inspect
import re
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import BaseModel

UNITS = {
    "t": "tonnes", "km": "kilometres", "m": "metres", "m2": "square metres", "m3": "cubic metres",
    "ppm": "parts per million by mass", "s": "seconds", "mib": "MiB", "km2": "square kilometres", "dex": "decades (log10)",
}  # fmt: skip


def write_reference(folder: Path) -> None:
    """Write the generated pages (Markdown) into a folder that git does not know."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {
        "run_file.md": run_file_page(),
        "data_dictionary.md": data_dictionary_page(),
        "codes.md": codes_page(),
        "sources.md": sources_page(),
        "licences.md": licences_page(),
    }
    for name, text in pages.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def licences_page() -> str:
    """Return every package of the lock file with its version and the licence its own metadata state."""
    lock = Path(__file__).parent.parent / "requirements.lock"
    pinned = [line.split("==") for line in lock.read_text(encoding="utf-8").splitlines() if "==" in line]
    lines = [
        "# Licences of the packages", "",
        "Every package of `requirements.lock`, as its own metadata name its licence. `make licences` prints the same of an",
        "environment.", "", "| package | version | licence |", "|---|---|---|",
    ]  # fmt: skip
    lines += [f"| `{name}` | {version} | {_cell(licence_of(name))} |" for name, version in pinned]
    return "\n".join(lines) + "\n"


def licence_of(package: str) -> str:
    """Return the licence an installed package states: its expression, else its classifiers, else the first line of its text."""
    try:
        facts = metadata.metadata(package)
    except metadata.PackageNotFoundError:
        return "not installed here"
    classes = [one.split(" :: ")[-1] for one in facts.get_all("Classifier") or [] if one.startswith("License ::")]
    text = next((line.strip() for line in (facts.get("License") or "").splitlines() if line.strip()), "")
    return facts.get("License-Expression") or "; ".join(classes) or text[:80] or "see its files"


def run_file_page() -> str:
    """Return every section and key of a run file with its default and meaning."""
    from pipeline.config import RunConfig

    lines = ["# Run file: every key", "", "One section per stage. A key that is not listed here is refused.", ""]
    plain: list[tuple[str, Any]] = []
    for name, field in RunConfig.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            lines += [f"## `{name}`", "", _first_paragraph(field.annotation), "", *_keys(field.annotation), ""]
        else:
            plain.append((name, field))
    head = ["## At the top", "", "| key | default | meaning |", "|---|---|---|"]
    head += [f"| `{name}` | {_default(field)} | {_cell(field.description)} |" for name, field in plain]
    return "\n".join([*lines[:4], *head, "", *lines[4:]]) + "\n"


def data_dictionary_page() -> str:
    """Return every column of every table a run writes: type, unit, meaning, and what a missing cell means."""
    from maps.dictionary import meaning, missing, tables

    lines = [
        "# Data dictionary", "",
        "Missing is an empty cell in CSV and null in Parquet and GeoPackage; it is never 0.",
        "Lists inside a cell are joined with `; `.",
        "Units stand last in a name. `<El>` is the symbol of an element, `<name>` the name of a source in the run file.", "",
    ]  # fmt: skip
    for table, (title, columns) in tables().items():
        lines += [f"## `{table}`", "", title, "", "| column | unit | meaning | where missing |", "|---|---|---|---|"]
        lines += [
            f"| `{column}` | {unit_of(column)} | {_cell(meaning(column, 'en'))} | {_cell(missing(column, 'en'))} |"
            for column in columns
        ]
        lines.append("")
    return "\n".join(lines)


def codes_page() -> str:
    """Return every code of a note, a rejected row and a caution with its meaning and remedy."""
    from layers.codes import codes

    lines = [
        "# Codes and what to do", "",
        "Codes stand in `rejected.csv`, in `check`, in the notes of the report and in the manifest.", "",
        "| code | kind | what it means | what to do |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| `{code}` | {entry.kind} | {_cell(entry.meaning)} | {_cell(entry.remedy)} |"
        for code, entry in codes().items()
    ]
    return "\n".join(lines) + "\n"


def sources_page() -> str:
    """Return the public sources of the catalogue with licence and how well their facts are known."""
    from layers.catalogue.source import load_catalogue

    lines = ["# Known public sources", "", "| id | role | title | licence |", "|---|---|---|---|"]
    lines += [
        f"| `{entry.id}` | {entry.role} | {_cell(entry.title)} | {_cell(entry.licence or 'not stated')} |"
        for entry in load_catalogue().values()
    ]
    return "\n".join(lines) + "\n"


def unit_of(column: str) -> str:
    """Return the unit a column's name ends with, in words; empty where there is none."""
    if column in {"latitude", "longitude"}:
        return "degrees"
    return UNITS.get(column.rsplit("_", 1)[-1].lower(), "") if "_" in column else ""


def _keys(model: type[BaseModel], start: str = "") -> list[str]:
    rows = [] if start else ["| key | default | meaning |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            rows += _keys(inner, f"{start}{name}.")
        else:
            rows.append(f"| `{start}{name}` | {_default(field)} | {_cell(field.description)} |")
    return rows


def _default(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{_cell(text)}`" if len(text) <= 60 else "see `configs/default.yml`"


def _first_paragraph(model: type[BaseModel]) -> str:
    return re.sub(r"\s+", " ", (inspect.getdoc(model) or "").split("\n\n")[0])


def _cell(text: str | None) -> str:
    return re.sub(r"\s+", " ", text or "").replace("|", "\\|").replace("<", "&lt;")
