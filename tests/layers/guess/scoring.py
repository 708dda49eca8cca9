"""How right guesses are: roles and columns counted against a table of truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.catalogue.source import load_catalogue
from layers.guess.chemistry import laboratory_columns
from layers.guess.columns import Guess
from layers.guess.recognise import Look

SURE = 0.7
"""A guess above this is printed as likely or sure; one that is wrong all the same is confidently wrong."""

NEEDED = frozenset(
    """official_id name latitude longitude easting northing commodities deposit_type waste_type disposal mass_t volume_m3 milled_t
    mined_t area_m2 height_m first_year last_year status hazard_class jurisdiction sample_id site_key tree_ppm n_analyses
    community community_id territory territory_id territory_other_names""".split()  # noqa: SIM905
)
"""Columns the chain computes with; notes, links and other names are read by people."""

_SEVERAL = ("commodities", "territory_other_names")


@dataclass
class Score:
    """What was right, what was left open, and what was wrong, of roles and of columns."""

    roles: int = 0
    roles_right: int = 0
    columns: int = 0
    columns_right: int = 0
    laboratory: int = 0
    laboratory_right: int = 0
    open: list[str] = field(default_factory=list)
    wrong: list[tuple[str, float]] = field(default_factory=list)

    @property
    def role_share(self) -> float:
        return self.roles_right / self.roles

    @property
    def column_share(self) -> float:
        return self.columns_right / self.columns

    @property
    def confident_wrong(self) -> list[str]:
        return [told for told, confidence in self.wrong if confidence > SURE]

    def __str__(self) -> str:
        return (
            f"roles {self.roles_right} of {self.roles} ({self.role_share:.1%}), columns {self.columns_right} of {self.columns} "
            f"({self.column_share:.1%}), laboratory columns {self.laboratory_right} of {self.laboratory}; "
            f"{len(self.open)} left open, {len(self.wrong)} wrong, {len(self.confident_wrong)} of them confidently"
        )


def score(truth: Mapping[str, Mapping[str, Any]], guesses: Iterable[tuple[str, Guess, Look | None]]) -> Score:
    """Count guesses against the truth; a file the truth does not know is an error."""
    result = Score()
    for key, guess, sight in guesses:
        told = truth[key]
        repeated = bool(guess.left_out and "rows stand in" in guess.left_out)
        if repeated and told.get("repeats"):
            result.roles += 1
            result.roles_right += 1
            continue
        _role(result, key, told, guess)
        if str(guess.value("role")) in _several(told["role"]):
            _columns(result, key, told, guess, sight)
        else:
            result.columns += len(_flat(told))
            result.open += [f"{key}: {name}" for name in _flat(told)]
        if sight is not None:
            found = {one.name for one in laboratory_columns(sight.table.cells, guess.value("decimal_mark") or ".")}
            result.laboratory += len(told.get("laboratory", []))
            result.laboratory_right += len(found & set(told.get("laboratory", [])))
    return result


def _several(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _role(result: Score, key: str, told: Mapping[str, Any], guess: Guess) -> None:
    role = "none" if guess.left_out else "ask" if "role" in guess.questions else str(guess.value("role"))
    result.roles += 1
    if role in _several(told["role"]):
        result.roles_right += 1
    elif role == "ask":
        result.open.append(f"{key}: role")
    else:
        confidence = 1.0 if guess.left_out else guess.facts["role"].confidence
        result.wrong.append((f"{key}: role {role}, is {told['role']}", confidence))


def _flat(told: Mapping[str, Any]) -> list[str]:
    """Return the names of everything that is asked of a file beside its role."""
    names = [one for one in told.get("columns", {}) if one != "position"]
    names += ["x", "y"] if "position" in told.get("columns", {}) else []
    return names + [one for one in ("kind", "medium") if one in told]


def mapped(guess: Guess, sight: Look | None) -> dict[str, tuple[list[str], float]]:
    """Return layer column -> the file's columns and the confidence, by guess or by the catalogue entry it names."""
    found = {
        key.removeprefix("columns."): (_several(fact.value), fact.confidence)
        for key, fact in guess.facts.items()
        if key.startswith("columns.")
    }
    if guess.value("catalogue") is None or sight is None:
        return found
    entry = load_catalogue()[guess.value("catalogue")]
    present = {str(one) for one in sight.table.cells.columns}
    for name, columns in entry.facts.get("columns", {}).items():
        there = [one for one in _several(columns) if one in present]
        if there:
            found[name] = (
                there if name in (*_SEVERAL, "waste_type") else there[:1],
                guess.facts["catalogue"].confidence,
            )
    return found


def _columns(result: Score, key: str, told: Mapping[str, Any], guess: Guess, sight: Look | None) -> None:
    found = mapped(guess, sight)
    wanted = dict(told.get("columns", {}))
    if "position" in wanted:
        pairs = wanted.pop("position")
        axes = (("longitude", "latitude"), ("easting", "northing"))
        pair = next((one for one in axes if set(one) <= set(found)), ("longitude", "latitude"))
        for index, name in enumerate(pair):
            _one(result, f"{key}: {name}", [one[index] for one in pairs], found.pop(name, None))
        for name in ("longitude", "latitude", "easting", "northing"):
            found.pop(name, None)
    for name, right in wanted.items():
        _one(result, f"{key}: {name}", _several(right), found.pop(name, None), needs_first=name == "commodities")
    for name, (columns, confidence) in found.items():
        if name in NEEDED and not set(columns) <= set(_several(told.get("also", {}).get(name, []))):
            result.wrong.append((f"{key}: {name} = {columns}, which the file does not have", confidence))
    _said(result, key, told, guess)


def _one(
    result: Score, what: str, right: list[str], guessed: tuple[list[str], float] | None, *, needs_first: bool = False
) -> None:
    result.columns += 1
    if guessed is None:
        result.open.append(what)
    elif set(guessed[0]) <= set(right) and (not needs_first or right[0] in guessed[0]):
        result.columns_right += 1
    else:
        result.wrong.append((f"{what} = {guessed[0]}, is {right}", guessed[1]))


def _said(result: Score, key: str, told: Mapping[str, Any], guess: Guess) -> None:
    """Count kind and medium."""
    entry = load_catalogue().get(str(guess.value("catalogue")))
    facts = entry.facts if entry else {}
    if "kind" in told:
        kind = guess.value("options.kind") or facts.get("options", {}).get("kind")
        sure = guess.facts["options.kind"].confidence if "options.kind" in guess.facts else 1.0
        _one(result, f"{key}: kind", [told["kind"]], None if kind is None else ([kind], sure))
    if "medium" in told:
        column = guess.value("columns.medium") or facts.get("columns", {}).get("medium")
        words = guess.value("values.medium") or facts.get("values", {}).get("medium", {})
        medium = guess.value("defaults.medium") or facts.get("defaults", {}).get("medium")
        right = _several(told["medium"])
        if column is not None and (column in right or right[0] in words.values() or sight_free(words, right)):
            medium = right[0]
        sure = guess.facts["defaults.medium"].confidence if "defaults.medium" in guess.facts else 1.0
        _one(result, f"{key}: medium", right, None if medium is None else ([medium], sure))


def sight_free(words: Mapping[str, str], right: list[str]) -> bool:
    """Say whether a medium column needs no translation: its cells are the layer's own words."""
    return not words and bool(right)
