"""Guess what a file is for: its role in a run, from names, geometry and contents."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

import numpy as np
import pandas as pd
import shapely

from layers.cells.assay_columns import assay_columns
from layers.cells.heading_grammar import parse_heading
from layers.cells.waste_words import waste_type_in_words
from layers.elements import REE
from layers.geometry import areas_of_lines
from layers.guess.chemistry import MIN_RESULTS
from layers.guess.columns import Fact, guess_columns
from layers.guess.contents import UNSURE, Contents, mining_status
from layers.guess.generated_ids import is_generated
from layers.guess.numbers import share_of_numbers
from layers.guess.recognise import Find, Look
from layers.guess.unread_tables import why_left_out
from layers.guess.words import KIND_WORDS, plain
from layers.readers.columns import as_text
from layers.readers.whole_degrees import parts_of

LINE_WORDS: Mapping[str, str] = {
    "rail": r"\brail\w*|\bvoies? ferrees?|ferrocarril\w*|\brailroad",
    "road": r"\broads?\b|\broutes?\b|\bcaminos?\b|highway|\bstreets?\b|carretera|\bchemins?\b|ruta\b|autoroute",
    "power": r"\bpower\b|transmission|electri\w*|lignes? (?:de )?transport|hydro lines?|tension",
    "water": r"\brivers?\b|\brivieres?\b|\brios?\b|streams?\b|watercourse|cours d eau|hydrograph\w*|creeks?\b|waterways?",
    "structure": r"\bfaults?\b|\bfailles?\b|\bfallas?\b|structures?\b|\bdykes?\b|contacts?\b|lineaments?|fold axes",
}  # fmt: skip
AREA_WORDS: Mapping[str, str] = {
    "territories": r"\bnations?\b|treat(?:y|ies)|\btraites?\b|tratados?|territor(?:y|ies|ial|ios?)\b|\bterritoires?\b|indigenous|"
                   r"autochtones?|indigenas?|first nations?|premieres nations|aboriginal|\breserves\b|"
                   r"comunidades?|\binuit\b|metis|land claims?|revendications?|ancestral|tribal|consultative",
    "lake": r"\blakes?\b|\blacs?\b|\blagos?\b|waterbod(?:y|ies)|plans d eau|\blagunas?\b",
    "province": r"\bprovinces?\b|\bstates?\b|admin\w*|\bregiones\b|departements?|frontiere|boundar(?:y|ies)",
    "protected": r"\bparks?\b|protected|\bparcs?\b|protegee?s?|areas? protegidas?|conservation|wilderness|parques?\b",
    "land": r"\bland\b|\bcoast\w*|\bterre\b|\btierra\b|landmass",
    "inventory": r"tailings?|relaves?|residus?|mine waste|waste rock|impoundment|haldes?|\btsf\b|steriles?|mine sites?",
}  # fmt: skip
_PROVINCES_AND_TERRITORIES = (
    r"provinces? (?:and|et|y) territ\w+|territ\w+ (?:and|et|y) provinc\w+|states? and territ\w+"
)
_MINE = (r"\bmines?\b|\bminas?\b|mining|mineral|tailings?|relaves?|residus?|deposit|prospect|occurrence|\bgites?\b|faena|showing|"
         r"inventor\w*|inventaire|inventario|waste|sites? miniers?|abandoned|\bhalden?|bergwerk|\bgruben?\b|bergbau|\bgruv\w*|"
         r"avgang|anrikningssand|varphog|kaivo\w*|rikastushiek\w*|barragens?|rejeitos?|\bminerac\w*|\bjales?\b|escombrer\w*|"
         r"terril|zwalowisk\w*|\bhald[ay]\b|kopaln\w*|\btips?\b|spoil|\bdumps?\b|pasivos?")  # fmt: skip
_PLACES = (
    r"communit|communaut|comunidad|\btowns?\b|\bvill(?:ages?|es?)\b|\bplaces?\b|localit|localidad|settlement|\bcit(?:y|ies)\b|"
    r"first nations?|band office"
)
_REQUESTS = (
    r"exclu|requests?|withh[eo]ld|demandes?|retrait|retiro|solicitud|opt.?out|do not|sensitive|restrict|confidential"
)
_LINKS = r"\blinks?\b|\bliens\b|\bsame as\b|matches"

_NO_ROLE = (
    r"\bgeol\w*|bedrock|litholog\w*|\blith\b|\btenures?\b|mineral claims?|mining claims?|titres miniers|concesion\w*|"
    r"surveys?\b|footprints?|land ?use|municip\w*|airports?|aeroports?|aeropuertos?|aerodromes?|\bports?\b|\bpuertos?\b|"
    r"harbou?rs?|generation|power plants?|buildings?|ba?timents?|edificios?|huts?|cabins?|wells?\b|population|drill ?holes?|"
    r"contours?"
)
_ANALYTES = (
    r"analyte|analito|analyt|element|parameter|parametre|parametro|parametri|species|determinand|alkuaine|grundamne|grunnstoff|"
    r"amne$|^stoff$"
)
_VALUES = r"^(?:value|result|valor|valeur|resultat|resultado|conc|ley|teneur)"
_MOST_KINDS = 12
"""Different words a column of kinds of waste may hold; more are names."""
_SURE = 0.75
"""Confidence from which a table of a survey is what its columns say."""
_TOTAL = re.compile(r"^(?:treo|tree|reo|ree|sum_ree|total_ree|ree_total|ree_sum)(?:_|$)")

INVENTORY_COLUMNS = (
    "latitude", "longitude", "easting", "northing", "utm_zone", "datum", "grid_reference", "official_id", "parent_id", "name",
    "aliases", "commodities", "waste_type", "disposal", "mass_t", "milled_t", "mined_t", "volume_m3", "area_m2", "height_m",
    "first_year", "last_year", "deposit_type", "status", "hazard_class", "jurisdiction", "minerals", "remarks", "url",
)  # fmt: skip
_MINING = {"commodities", "waste_type", "deposit_type", "mass_t", "milled_t", "mined_t", "disposal"}
POSITION = ("latitude", "longitude", "easting", "northing", "utm_zone", "datum", "grid_reference")


def words_of(find: Find) -> str:
    """Return file, layer and sheet names as plain words, each word apart."""
    parts = [find.stem, *(PurePosixPath(find.path).parent.parts[-1:])]
    return " ".join(plain(part).replace("_", " ") for part in parts)


def role_of(find: Find, sight: Look, decimal_mark: str) -> Fact | str:
    """Return a role with its reason, or a sentence that says why there is none.

    A `Fact` with the value None is a question: the file could shape a run, and nothing settles how. The value may carry a kind
    behind a colon (``lines:road``, ``backdrop:lake``, ``communities:place``).
    """
    stem = plain(find.stem).replace("_", " ")
    if sight.shapes == "line":
        return _of_lines(find, sight, decimal_mark)
    other = re.search(_NO_ROLE, stem)
    if other and not _words_in(stem, AREA_WORDS):
        fact = (
            _of_points(find, sight, decimal_mark)
            if sight.shapes != "area" and re.match("survey|drill", other.group())
            else None
        )
        if isinstance(fact, Fact) and fact.confidence >= _SURE:
            return fact
        return f"the name says '{other.group()}', and no role of a run uses that"
    if sight.shapes == "area":
        return _of_areas(find, sight)
    return _of_points(find, sight, decimal_mark)


def _words_in(text: str, words: Mapping[str, str]) -> list[str]:
    return [name for name, pattern in words.items() if re.search(pattern, text)]


def _contents(sight: Look) -> str:
    """Return headings and the commonest words of short columns, as plain words."""
    parts = [plain(str(name)).replace("_", " ") for name in sight.table.cells.columns]
    for name in sight.table.cells.columns:
        column = sight.table.cells[name]
        if pd.api.types.is_numeric_dtype(column) or is_generated(str(name), column):
            continue
        counts = as_text(column.head(2000)).dropna().value_counts()
        if 0 < len(counts) <= 40:
            parts += [plain(str(word)).replace("_", " ") for word in counts.index[:15]]
    return " | ".join(parts)


_OF_SITES = ("commodities", "mass_t", "area_m2", "waste_type", "last_year")
"""What an inventory says of its sites, and no layer of roads or rivers does."""


def _mostly_closed(sight: Look) -> bool:
    shapes = sight.table.geometry
    return shapes is not None and bool(
        np.isin(shapely.get_type_id(areas_of_lines(shapes.to_numpy())), (3, 6)).mean() > 0.5
    )


def _of_lines(find: Find, sight: Look, decimal_mark: str) -> Fact | str:
    stem = plain(find.stem).replace("_", " ")
    by_name, by_content = _words_in(stem, LINE_WORDS), _words_in(_contents(sight), LINE_WORDS)
    if len(by_name) == 1:
        agree = not by_content or by_name[0] in by_content
        return Fact(f"lines:{by_name[0]}", f"lines; the name says {by_name[0]}", 0.9 if agree else 0.75)
    guessed = sight.columns(INVENTORY_COLUMNS, decimal_mark)
    amounts = [amount for amount in _OF_SITES if amount in guessed]
    if not by_name and len(amounts) > 1 and _mostly_closed(sight):
        question = f"closed lines beside {' and '.join(amounts)}: outlines of sites, or lines to measure distances to?"
        return Fact(None, question, 0.0)
    if len(by_content) == 1 and not by_name:
        others = _rows_of_another_kind(sight, LINE_WORDS[by_content[0]])
        if others is not None:
            return Fact(None, f"lines of several kinds: {others}. Make a source of one kind with 'where:'", 0.0)
        return Fact(f"lines:{by_content[0]}", f"lines; headings or cells say {by_content[0]}", 0.75)
    return Fact(None, "lines, but neither name nor cells say which kind", 0.0)


def _rows_of_another_kind(sight: Look, pattern: str) -> str | None:
    """Say which column calls only some lines by the word of a kind, where the others are of wastes or outlines; else None."""
    shapes = sight.table.geometry
    closed = np.isin(shapely.get_type_id(areas_of_lines(shapes.to_numpy())), (3, 6)) if shapes is not None else None
    for name in map(str, sight.table.cells.columns):
        column = sight.table.cells[name]
        if pd.api.types.is_numeric_dtype(column):
            continue
        texts = as_text(column)
        words = {text: plain(str(text)).replace("_", " ") for text in texts.dropna().unique()}
        of_kind = texts.isin([text for text, word in words.items() if re.search(pattern, word)]).to_numpy(dtype=bool)
        others = ~of_kind & texts.notna().to_numpy(dtype=bool)
        if not of_kind.any() or not others.any():
            continue
        waste = any(re.search(KIND_WORDS, words[text]) for text in texts[others].unique())
        if waste or (closed is not None and closed[others].all()):
            shown = ", ".join(f"{text} ({count})" for text, count in texts.value_counts().head(4).items())
            return f"{name} holds {shown}"
    return None


def _of_areas(find: Find, sight: Look) -> Fact | str:
    stem = plain(find.stem).replace("_", " ")
    folder = plain(PurePosixPath(find.path).parent.name).replace("_", " ")
    area_words = _words_in(re.sub(_PROVINCES_AND_TERRITORIES, "provinces", stem), AREA_WORDS)
    where_read = "the name"
    if not area_words:
        headings = " | ".join(plain(str(column)).replace("_", " ") for column in sight.table.cells.columns)
        area_words = [
            word for word in _words_in(headings, AREA_WORDS) if word != "province"
        ]  # a column tells in which province rows lie
        where_read = "a heading"
    if not area_words:
        contents = Contents(sight.table.cells)
        area_words = [
            kind
            for kind, pattern in AREA_WORDS.items()
            if any(contents.saying(name, pattern) > 0.5 for name in contents.text if contents.worded(name))
        ]
        where_read = "most cells of a column"
    if not area_words and re.search(AREA_WORDS["territories"], folder):
        area_words, where_read = ["territories"], "the folder's name"
    if "territories" in area_words and set(area_words) <= {"territories", "land", "province"}:
        verb = "speak" if where_read.startswith("most") else "speaks"
        return Fact(
            "territories",
            f"areas; {where_read} {verb} of Nations, treaties or reserves",
            0.85 if area_words == ["territories"] else 0.7,
        )
    if len(area_words) == 1:
        role = area_words[0] if area_words[0] == "inventory" else f"backdrop:{area_words[0]}"
        verb = "say" if where_read.startswith("most") else "says"
        return Fact(role, f"areas; {where_read} {verb} {area_words[0]}", 0.85 if where_read == "the name" else 0.7)
    return Fact(
        None,
        f"areas, but {'nothing says' if not area_words else 'names contradict each other about'} what they are",
        0.0,
    )


def _of_points(find: Find, sight: Look, mark: str) -> Fact | str:
    cells = sight.table.cells
    named, stem = words_of(find), plain(find.stem).replace("_", " ")
    columns = sight.columns(INVENTORY_COLUMNS, mark)
    located = (
        sight.shapes == "point"
        or all(axis in columns or parts_of(axis, cells) for axis in ("latitude", "longitude"))
        or {"easting", "northing"} <= set(columns)
        or "grid_reference" in columns
    )
    mining = _MINING & set(columns)
    if "status" in columns and mining_status(cells, str(columns["status"].value)):
        mining.add("status")
    headed = {
        word for word in mining if columns[word].confidence > UNSURE
    }  # the medium of a sample reads like a type of waste
    results = _of_results(named, sight, mark, headed, located)
    if results is not None:
        return results
    if not located:
        return why_left_out(cells)
    communities = re.search(_PLACES, named + " | " + _contents(sight))
    if re.search(_PLACES, stem) and not mining:
        return _of_communities(named, sight)
    mines = re.search(
        _MINE, stem + " | " + " | ".join(plain(str(column)).replace("_", " ") for column in cells.columns)
    )
    named_rows = "name" in columns or "official_id" in columns
    shown = ", ".join(str(columns[word].value) for word in sorted(mining))
    if len(mining) > 1 or (mining and mines):
        return Fact("inventory", f"located rows with {shown}", 0.9 if len(mining) > 1 else 0.75)
    wastes = _all_of_wastes(cells) if named_rows else None
    if wastes is not None:
        return Fact("inventory", f"every row of {wastes} names a kind of waste", 0.75)
    if named_rows and (mining or mines):
        reason = f"a column {shown}" if mining else f"'{mines.group()}' in a name" if mines else ""
        return Fact(None, f"located, named rows and {reason}, but little else says mine waste", 0.0)
    if communities and named_rows:
        return Fact(None, f"located, named rows; '{communities.group()}' stands in its cells or headings", 0.0)
    return "it has places, but no column or name says mine waste, chemistry or communities"


def _all_of_wastes(cells: pd.DataFrame) -> str | None:
    """Return the column whose every cell names a waste, e.g. ``FEATURE``; None without one."""
    for name in map(str, cells.columns):
        column = cells[name]
        if pd.api.types.is_numeric_dtype(column) or column.isna().any():
            continue
        kinds = {waste_type_in_words(str(text)) for text in as_text(column).unique()[:_MOST_KINDS]}
        if kinds and not kinds & {None, "none"} and as_text(column).nunique() <= _MOST_KINDS:
            return name
    return None


def _of_results(named: str, sight: Look, mark: str, mining: set[str], located: bool) -> Fact | None:
    """Recognise tables of laboratory results, and lists of requests; None for all others."""
    cells, chemistry = sight.table.cells, sight.laboratory(mark)
    tree = guess_columns(cells, ("tree_ppm",), mark)
    totals = [
        str(column)
        for column in cells.columns
        if _TOTAL.match(plain(str(column))) and share_of_numbers(cells[column], mark) > 0.5
    ]
    if len(chemistry) >= MIN_RESULTS:
        shown = ", ".join(heading.name for heading in chemistry[:4])
        if mining & {"mass_t", "waste_type"}:
            return Fact(None, f"it has laboratory columns ({shown}) and columns of an inventory", 0.0)
        return Fact(
            "geochemistry", f"{len(chemistry)} laboratory columns, e.g. {shown}", 0.9 if len(chemistry) > 5 else 0.8
        )
    rare = [column.name for column in chemistry if column.to_ppm is not None and column.element in REE]
    if len(rare) > 1 and not mining & {"mass_t", "waste_type", "volume_m3", "area_m2"}:
        return Fact("geochemistry", f"{', '.join(rare[:4])} are rare earths with their unit", 0.75)
    stated = [column.name for column in chemistry if column.to_ppm is not None]
    if len(stated) > 1 and not mining and guess_columns(cells, ("sample_id",), mark):
        return Fact("geochemistry", f"{', '.join(stated[:4])} are results with their unit, of samples", 0.75)
    long = long_columns(cells, mark)
    if long is not None:
        return Fact("geochemistry", f"one result per row: {long[0]} holds elements, {long[1]} numbers", 0.85)
    listed = _requests(named, cells, located)
    if listed is not None:
        return listed
    if tree and not located and not mining & {"mass_t", "waste_type", "commodities"}:
        return Fact("geochemistry", f"{tree['tree_ppm'].value} is a total of rare earths, and no row has a place", 0.75)
    if totals and (mining or not tree):
        return Fact(
            None,
            f"it has a total of rare earths ({totals[0]})" + (" and columns of an inventory" if mining else ""),
            0.0,
        )
    if tree:
        return Fact("geochemistry", f"{tree['tree_ppm'].value} is a total of rare earths", 0.75)
    return None


def _of_communities(named: str, sight: Look) -> Fact:
    office = re.search(
        r"first nations?|premieres nations|band|office|bureau|indigenous|inuit|autochtone|indigena",
        named + " | " + _contents(sight),
    )
    place_match = re.search(
        r"\btowns?\b|\bvill(?:ages?|es?)\b|\bhamlets?\b|\bcit(?:y|ies)\b|populated|localid|localit",
        named + " | " + _contents(sight),
    )
    if office and place_match:
        contents = Contents(sight.table.cells)
        office, place_match = (
            pattern if pattern and _mostly(contents, pattern.re.pattern) else None for pattern in (office, place_match)
        )
    if office and not place_match:
        return Fact("communities:office_point", f"named places; '{office.group()}' says administrative offices", 0.8)
    if place_match and not office:
        return Fact("communities:place", f"named places; '{place_match.group()}' says towns and villages", 0.8)
    return Fact("communities:", "named places; nothing says whether they are administrative offices or towns", 0.75)


def _mostly(contents: Contents, pattern: str) -> bool:
    """Say whether most rows of a column hold a word."""
    return any(contents.saying(name, pattern) > 0.5 for name in contents.text if contents.worded(name))


def _requests(named: str, cells: pd.DataFrame, located: bool) -> Fact | None:
    """Recognise lists of sites to leave out, and of links; a short list of ids that is neither is a question."""
    columns = set(map(plain, map(str, cells.columns)))
    if {"record_id_a", "record_id_b"} <= columns or (
        re.search(_LINKS, named) and len([column for column in columns if column.endswith("id")]) > 1
    ):
        return Fact("links", "pairs of record ids", 0.8)
    key = guess_columns(cells, ("key",))
    if re.search(_REQUESTS, named) and not located:
        return Fact("exclusions", "the name speaks of requests or exclusions", 0.85) if key else Fact(
            None, "the name speaks of requests or exclusions, but no column of site ids is known", 0.0)  # fmt: skip
    return None


def long_columns(cells: pd.DataFrame, mark: str) -> tuple[str, str] | None:
    """Return the columns of analytes and of values of a table with one result per row, None where it is no such table."""
    headings = {plain(str(name)): str(name) for name in cells.columns}
    analytes = [name for position, name in headings.items() if re.search(_ANALYTES, position)]
    values = [name for position, name in headings.items() if re.search(_VALUES, position)]
    if not values:  # in another language
        values = [
            name for name in headings.values() if (read := parse_heading(name)).kind == "result" and not read.element
        ]
    for analyte in analytes:
        words = as_text(cells[analyte]).dropna().unique()
        known = len(assay_columns([str(word) for word in words], default_unit="ppm").results)
        if 2 <= len(words) <= 300 and known > 0.7 * len(words):
            fitting = [name for name in values if share_of_numbers(cells[name], mark) > 0.5]
            return (analyte, fitting[0]) if len(fitting) == 1 else None
    return None
