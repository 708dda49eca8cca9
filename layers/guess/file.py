"""Guess what one file of a folder is and means; what cannot be settled becomes a question, never a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from layers.catalogue.source import Source
from layers.cells.assay_columns import assay_columns
from layers.cells.heading_grammar import parse_headings
from layers.errors import MinewasteError
from layers.files.boundary import UNFORESEEN, named_failure
from layers.guess.amounts import settle_amounts
from layers.guess.cell_words import SURE_OF_MARK, groups_digits, missing_words
from layers.guess.chemistry import guess_chemistry, said_mark
from layers.guess.codes import guess_codes, guess_kinds
from layers.guess.columns import Fact, Guess, guess_columns
from layers.guess.contents import UNSURE
from layers.guess.numbers import decimal_mark_of, mark_in_doubt
from layers.guess.places import ask_crs, settle_position
from layers.guess.recognise import Find, Look, look, recognised
from layers.guess.roles import INVENTORY_COLUMNS, POSITION, long_columns, role_of, words_of
from layers.guess.words import HOLDING, WHOLE, language_of, plain
from layers.rasters.reader import describe_raster
from layers.readers.columns import as_text

_CORNER = re.compile(
    r"(?:elements?|elementos?|analytes?|analitos?|analyten?|parameters?|parametres?|parametros?|compounds?)(?:_(?:symbols?|names?))?"
)
_NAMELESS = "column_1"
_DIFFERENT = 0.9
_SHOWN_ROWS = 500
_NO_TERMS = "nothing says what its steward allows"


def guess_file(find: Find, folder: Path) -> tuple[Guess, Look | None]:
    """Guess what a file, layer or sheet is.

    Parameters
    ----------
    find : Find
        As listed by `layers.guess.recognise.finds`.
    folder : Path
        Where its path starts.

    Returns
    -------
    Guess
        Facts with reasons, questions, or why the file is left out.
    Look or None
        Its content, for comparisons between files.
    """
    guess = Guess(find.id, find.path)
    if find.kind == "unused":
        guess.left_out = find.why
        return guess, None
    if find.kind == "raster":
        _raster(guess, folder)
        return guess, None
    sight = look(find, folder)
    if isinstance(sight, str):
        guess.left_out = sight
        return guess, None
    try:
        with named_failure(find.path, UNFORESEEN):
            return guess_table(find, sight), sight
    except MinewasteError as failure:  # one bad file never costs a folder
        guess.left_out = str(failure)
        return guess, None


def guess_table(find: Find, sight: Look, *, known_sources: bool = True) -> Guess:
    """Guess what a table is that was read already.

    Parameters
    ----------
    find : Find
        Where it lies; names of files and folders tell much.
    sight : Look
        Its content.
    known_sources : bool
        Compare it with the catalogue first. Without, only names and contents speak.

    Returns
    -------
    Guess
    """
    guess = Guess(find.id, find.path)
    if find.layer is not None:
        guess.say("layer", find.layer, "the file holds this layer", 1.0)
    if find.sheet is not None:
        guess.say("sheet", find.sheet, "the workbook holds this sheet", 1.0)
    columns = [str(column) for column in sight.table.cells.columns]
    known = recognised(find, columns) if known_sources else None
    if known is None:
        _unknown(guess, find, sight)
        return guess
    entry, reason = known[0].entry, known[1]
    guess.say("role", entry.role, f"role of '{entry.id}'", known[0].confidence)
    guess.say("catalogue", entry.id, reason, known[0].confidence)
    about_nations = entry.role == "territories" or entry.facts.get("options", {}).get("kind") == "office_point"
    if about_nations:
        terms = f"the publisher's terms, as far as known, say '{entry.publish}'" if entry.publish else _NO_TERMS
        _never(guess, terms)
    if sight.crs_unknown and "crs" not in entry.facts:
        ask_crs(guess, sight)
    return guess


def _never(guess: Guess, terms: str = _NO_TERMS) -> None:
    guess.say(
        "publish",
        "never",
        f"{terms}. It is used on this machine only. Write allowed or generalised once you have the right to",
        1.0,
    )


def _raster(guess: Guess, folder: Path) -> None:
    guess.say("role", "raster", "a raster format", 0.95)
    try:
        described = describe_raster(Source(id=guess.id, role="raster", path=guess.path), folder)
    except MinewasteError as failure:
        text = str(failure)
        if "bands:" in text:
            held = text.split(": ", 1)[1].split(". ", 1)[0]
            guess.ask("options.band", f"which band is meant? {held[0].upper()}{held[1:]}.")
        elif "is a picture" not in text and ("coordinate" in text.lower() or "crs" in text.lower()):
            guess.ask("crs", "the raster says nothing of its coordinate system. Ask its publisher, e.g. EPSG:26910.")
        else:
            guess.left_out = re.sub(rf"^{re.escape(guess.id)}(?: \([^)]*\))?: ", "", text.split("\n", 1)[0])
        return
    if described.classes:
        note = next(note for note in described.notes if "class" in note.code)
        sure = 0.6 if note.code == "suspected_classes" else 0.9
        guess.say("options.kind", "classes", note.message.removesuffix("."), sure)
        guess.remarks += [other_note.message for other_note in described.notes if other_note is not note]
        return
    guess.remarks += [note.message for note in described.notes]


def _unknown(guess: Guess, find: Find, sight: Look) -> None:
    """Describe a file no catalogue entry fits."""
    cells = sight.table.cells
    mark, seen = decimal_mark_of(cells)
    role = role_of(find, sight, mark or ".")
    if isinstance(role, str):
        guess.left_out = role
        return
    if mark == "," and (pointed := mark_in_doubt(cells)) is not None:
        guess.ask(
            "decimal_mark",
            f"is the comma the decimal mark? {seen} cells read like 12,5, others like {pointed}. Answer ',' (then points part "
            "thousands) or '.', or mend the file.",
        )
    elif mark == ",":
        guess.say("decimal_mark", ",", f"{seen} cells read like 12,5", 0.9)
    elif mark == "." and seen >= SURE_OF_MARK and groups_digits(cells):
        guess.say("decimal_mark", ".", f"{seen} cells read like 12.5, so a comma groups digits", 0.85)
    language, headings = language_of([str(column) for column in cells.columns])
    if language is not None:
        guess.say("language", language, f"{headings} headings are in this language", 0.8)
    if any(note.code == "encoding_guessed" for note in sight.table.notes):
        guess.say("encoding", "cp1252", f"the text is not UTF-8{_accented(cells)}", 0.75)
    if sight.crs_unknown:
        ask_crs(guess, sight)
    if role.value is None:
        guess.ask(
            "role",
            f"what is this? {role.reason[0].upper()}{role.reason[1:]}. Answer inventory, geochemistry, territories, communities, "
            "lines or backdrop (the last three with a line options: {kind: ...}), or delete this block to leave the file out.",
        )
        if sight.shapes in (None, "point"):
            guessed = sight.columns(INVENTORY_COLUMNS, mark or ".")
            if sight.shapes is not None:  # symbols and the like of waypoints: only headings are believed
                guessed = {column: fact for column, fact in guessed.items() if fact.confidence > UNSURE}
            settle_position(guess, guessed, sight)
            _columns(guess, guessed)
            _ask_twins(guess, sight)
        return
    name, _, kind = str(role.value).partition(":")
    guess.say("role", name, role.reason, role.confidence)
    if name in ("inventory", "geochemistry", "communities") and (
        missing := missing_words(cells, of_results=name == "geochemistry")
    ):
        guess.say("missing", missing, "these words stand where something is not known", 0.85)
    _by_role(guess, find, sight, name, kind, mark or ".")
    _ask_twins(guess, sight)


def _accented(cells: pd.DataFrame) -> str:
    """Say which words a guessed encoding makes, for a reader who knows the names; nothing where headings alone have accents."""
    texts = (str(text) for name in cells.columns for text in as_text(cells[name].head(_SHOWN_ROWS)).dropna().unique())
    words = [
        word for text in texts if not text.isascii() for word in text.split() if re.search(r"[^\W\d_a-zA-Z]", word)
    ]
    return f" (it reads {', '.join(dict.fromkeys(words[:3]))})" if words else ""


def _ask_twins(guess: Guess, sight: Look) -> None:
    """Ask which is meant where a column has a twin of the same name, but for case and blanks, and other contents."""
    cells = sight.table.cells
    family: dict[str, list[str]] = {}
    for name in map(str, cells.columns):
        family.setdefault(sight.table.repeated.get(name, name).strip().casefold(), []).append(name)
    for key, fact in list(guess.facts.items()):
        if not key.startswith("columns.") or not isinstance(fact.value, str):
            continue
        own = sight.table.repeated.get(fact.value, fact.value).strip().casefold()
        others = [twin for twin in family.get(own, []) if twin != fact.value]
        mine = as_text(cells[fact.value]).fillna("").to_numpy() if fact.value in cells.columns else None
        unlike = [
            other
            for other in others
            if mine is not None and (as_text(cells[other]).fillna("").to_numpy() != mine).any()
        ]
        if unlike:
            shown = " or ".join([fact.value, *unlike])
            guess.ask(
                key,
                f"which column is meant: {shown}? Their names differ by case or blanks only, their contents differ.",
            )


def _by_role(guess: Guess, find: Find, sight: Look, name: str, kind: str, mark: str) -> None:
    cells = sight.table.cells
    if name == "inventory":
        _inventory(guess, cells, sight, mark)
    elif name == "geochemistry":
        _geochemistry(guess, find, cells, sight, mark)
    elif name == "territories":
        _columns(guess, guess_columns(cells, ("territory", "territory_other_names", "territory_id")))
        guess.ask("steward", "whose map is this, and who is asked about it? The name of the Nation, council or agency.")
        _never(guess)
    elif name == "communities":
        _communities(guess, cells, sight, kind, mark)
    elif name == "exclusions":
        _columns(guess, guess_columns(cells, ("key", "reason", "date")))
    elif name in ("lines", "backdrop"):
        _columns(guess, guess_columns(cells, ("name",)))
        guess.say("options.kind", kind, guess.facts["role"].reason, guess.facts["role"].confidence)


def _columns(guess: Guess, guessed: dict[str, Fact]) -> None:
    for layer_column, fact in guessed.items():
        guess.facts[f"columns.{layer_column}"] = fact


def _inventory(guess: Guess, cells: pd.DataFrame, sight: Look, mark: str) -> None:
    guessed = sight.columns(INVENTORY_COLUMNS, mark)
    settle_position(guess, guessed, sight)
    _columns(guess, guessed)
    settle_amounts(guess, guessed, sight)
    guess_codes(guess, cells)
    guess_kinds(guess, cells)


def _geochemistry(guess: Guess, find: Find, cells: pd.DataFrame, sight: Look, mark: str) -> None:
    wanted: Sequence[str] = (*POSITION, "sample_id", "medium", "tree_ppm", "n_analyses")
    guessed = guess_columns(cells, wanted, mark, [column.name for column in sight.laboratory(mark)])
    long = long_columns(cells, mark)
    if long is not None:
        repeated = [name for name in map(str, cells.columns) if re.search(HOLDING["sample_id"], plain(name))]
        named = [name for name in map(str, cells.columns) if plain(name) in WHOLE["sample_id"]]
        read = [
            heading.text for heading in parse_headings(list(map(str, cells.columns))) if heading.kind == "sample_id"
        ]
        repeated += [name for name in read if name not in repeated]
        reason = "one result per row"
        guessed |= {"analyte": Fact(long[0], reason, 0.85), "value": Fact(long[1], reason, 0.85)}
        if "sample_id" not in guessed and (named or repeated):
            guessed["sample_id"] = Fact((named or repeated)[0], "heading", 0.85)
    elif "sample_id" not in guessed and (corner := _corner(cells)) is not None:
        guessed["sample_id"] = Fact(corner, "ids stand below the corner of a laboratory's table", 0.7)
    settle_position(guess, guessed, sight)
    _columns(guess, guessed)
    if long is not None:
        _long_unit(guess, cells, *long)
    guess_chemistry(guess, sight.table, sight.laboratory(said_mark(guess)), words_of(find))


def _corner(cells: pd.DataFrame) -> str | None:
    """Return the first column of a certificate, headed by what its other headings are or by nothing, over ids of samples."""
    name = str(cells.columns[0])
    column = as_text(cells[cells.columns[0]]).dropna()
    unique = len(column) > 0 and column.nunique() > _DIFFERENT * len(column)
    return name if unique and (name == _NAMELESS or _CORNER.fullmatch(plain(name))) else None


def _long_unit(guess: Guess, cells: pd.DataFrame, analyte: str, value: str) -> None:
    """Ask for the unit of a table with one result per row where neither its value heading nor its analytes say one."""
    headings = parse_headings(list(map(str, cells.columns)))
    if any(heading.kind == "unit" and heading.element is None and not heading.unknown for heading in headings):
        return  # every row has its own
    unit = value.rsplit("_", 1)[1] if "_" in value else ""
    words = [
        f"{analyte_name}_{unit}" if unit else str(analyte_name)
        for analyte_name in as_text(cells[analyte]).dropna().unique()
    ]
    if any(result.to_ppm is None for result in assay_columns(words).results):
        guess.ask(
            "options.default_unit",
            f"in which unit are the results in {value}? ppm, ppb, pct or g/t. No heading says it.",
        )


def _communities(guess: Guess, cells: pd.DataFrame, sight: Look, kind: str, mark: str) -> None:
    guessed = guess_columns(cells, (*POSITION, "community", "community_id"), mark)
    settle_position(guess, guessed, sight)
    _columns(guess, guessed)
    if kind:
        guess.say("options.kind", kind, guess.facts["role"].reason, guess.facts["role"].confidence)
    else:
        guess.ask("options.kind", "are the points administrative offices (office_point) or towns and villages (place)?")
    _never(guess)
