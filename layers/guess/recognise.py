"""What lies in a folder: every table, layer, sheet and raster in it, and why the rest is left out."""

from __future__ import annotations

import fnmatch
import io
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.accounting import Note
from layers.catalogue.source import CatalogueEntry, Recognition, Source, load_catalogue, recognise
from layers.cells.assay_columns import AssayColumn
from layers.errors import MinewasteError, SourceError
from layers.files.archive_members import is_folder, member_path, members_trouble
from layers.files.boundary import in_short
from layers.files.geometry_text import geometry_column
from layers.files.located import is_text
from layers.files.tables import BOOK_SUFFIXES, SUFFIXES, RawTable, read_table
from layers.files.unread_formats import WAYS_OUT
from layers.files.vector_layers import is_companion, layer_names, undisturbed
from layers.files.vectors import VECTOR_SUFFIXES, features_as_stored
from layers.files.workbooks import sheets_with_rows
from layers.guess.chemistry import laboratory_columns
from layers.guess.columns import Fact, guess_columns
from layers.rasters.reader import SUFFIXES as RASTER_SUFFIXES
from layers.text import printable

_BESIDE = (
    ".shx",
    ".dbf",
    ".prj",
    ".cpg",
    ".sbn",
    ".sbx",
    ".qix",
    ".qpj",
    ".tfw",
    ".aux",
    ".ovr",
    ".properties",
    ".xml",
    ".hdr",
)
_LAYERED = (".gpkg", ".gdb", ".kml", ".kmz", ".gpx", ".gml")
_WORDS = (".md", ".yml", ".yaml", ".pdf", ".doc", ".docx", ".html", ".htm", ".log", ".py", ".qgz", ".qgs", ".lyr")


NO_TEXT = "its name has bytes in it that are no text (UTF-8); rename it"
NO_FILE = "it is a pipe or a device, not a file"
LEADS_OUT = "it is a link that leads out of the folder; if it is yours, name the file itself in the run file"


@dataclass(frozen=True)
class Find:
    """A table, layer, sheet or raster of a folder.

    Parameters
    ----------
    path : str
        Relative to the folder, with ``/``.
    kind : str
        ``table``, ``raster`` or ``unused``.
    layer, sheet : str or None
        Inside the file, where it holds several.
    why : str or None
        Why an ``unused`` one is left out.
    """

    path: str
    kind: str
    layer: str | None = None
    sheet: str | None = None
    why: str | None = None

    @property
    def stem(self) -> str:
        """File name without endings, with the layer or sheet if it holds several."""
        name = PurePosixPath(self.path).name
        stem = re.sub(
            r"(?:\.(?:gz|zip|csv|tsv|txt|dat|xlsx?|json|geojson|gpkg|shp|gdb|parquet|tiff?|asc|fgb|km[lz]|img|gml|gpx|dxf|tab|mif))+$",
            "",
            name,
            flags=re.I,
        )
        inner = self.layer or self.sheet
        return f"{stem}_{PurePosixPath(inner).stem}" if inner else stem

    @property
    def id(self) -> str:
        """Source id made of the stem."""
        made = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.stem).casefold()).strip("_")
        return made or "source"


def finds(folder: Path) -> list[Find]:
    """List everything in a folder, nested folders and zips included, in alphabetical order.

    Parameters
    ----------
    folder : Path
        Folder to look through; nothing is written into it.

    Returns
    -------
    list of Find
        A file of several layers, sheets or members gives one entry each.

    Raises
    ------
    SourceError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder}: there is no such folder. Give the folder that holds your files.")
    finds_below: list[Find] = []
    for path in _walk(folder, _real(folder), set()):
        relative = path.relative_to(folder).as_posix()
        if any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(relative).parts):
            continue
        if not is_text(relative):
            finds_below.append(Find(printable(relative), "unused", why=NO_TEXT))
            continue
        if not _real(path).is_relative_to(_real(folder)):
            finds_below.append(Find(relative, "unused", why=LEADS_OUT))
            continue
        if path.exists() and not (path.is_file() or path.is_dir()):
            finds_below.append(Find(relative, "unused", why=NO_FILE))
            continue
        finds_below += _in_file(path, relative)
    return finds_below


def _real(path: Path) -> Path:
    """Return where links lead; a link that leads to itself leads nowhere, which `Path.resolve` takes for an error."""
    return Path(os.path.realpath(path))


def _walk(folder: Path, root: Path, entered: set[Path]) -> Iterator[Path]:
    """Give the files of a folder and of those in it, and links to folders outside ``root``, which are not looked through.

    A folder that links lead to again is looked through once.
    """
    entered.add(_real(folder))
    for path in sorted(folder.iterdir(), key=lambda path: path.name.casefold()):
        if path.is_dir() and path.suffix.lower() != ".gdb":
            if not _real(path).is_relative_to(root):
                yield path
                continue
            if _real(path) in entered:
                continue
            if not ((path / "manifest.json").is_file() and (path / "stages").is_dir()):  # a run's own folder
                yield from _walk(path, root, entered)
        else:
            yield path


def _in_file(path: Path, relative: str) -> list[Find]:
    if is_companion(path):
        return []
    suffixes = [suffix.lower() for suffix in path.suffixes]
    suffix = suffixes[-1] if suffixes else ""
    inner = suffixes[-2] if suffix == ".gz" and len(suffixes) > 1 else suffix
    if suffix in _BESIDE:
        orphan = suffix == ".dbf" and not any(path.with_suffix(name).exists() for name in (".shp", ".SHP"))
        return [Find(relative, "unused", why="a table of a shapefile whose .shp is missing")] if orphan else []
    if suffix in _WORDS or path.name.casefold().startswith(("readme", "licen", "source.")):
        return []
    if path.name.endswith(".meta.json"):
        return [Find(relative, "unused", why="a description of another file")]
    if inner in RASTER_SUFFIXES:
        return [Find(relative, "raster")]
    try:
        if suffix == ".zip":
            return _in_zip(path, relative)
        if inner in BOOK_SUFFIXES and suffix != ".gz":
            return _sheets(path, relative)
        if inner in _LAYERED and suffix != ".gz":
            return _layers(path, relative)
    except Exception as failure:  # noqa: BLE001 - any driver error: the file cannot be opened
        return [Find(relative, "unused", why=f"it cannot be opened ({in_short(failure)})")]
    if inner in SUFFIXES:
        return [Find(relative, "table")]
    return [
        Find(relative, "unused", why=f"files ending in '{suffix}' are not read. {WAYS_OUT.get(suffix, '')}".strip())
    ]


def _sheets(path: Path, relative: str) -> list[Find]:
    if path.suffix.lower() == ".xls":
        return [Find(relative, "unused", why="the old .xls format is not read: save it as .xlsx")]
    try:
        names, filled = sheets_with_rows(path)
    except SourceError:
        return [Find(relative, "table")]  # its reader says what is wrong with it
    return [Find(relative, "table", sheet=name) for name in names] if len(filled) > 1 else [Find(relative, "table")]


def _layers(path: Path, relative: str) -> list[Find]:
    with undisturbed("probe", path) as (quiet_path, _):
        names = layer_names(quiet_path)
    if len(names) == 1:
        return [Find(relative, "table", layer=names[0] if path.suffix.lower() in (".gpkg", ".gdb") else None)]
    return [Find(relative, "table", layer=name) for name in names]


def _in_zip(path: Path, relative: str) -> list[Find]:
    members = _members(path.read_bytes(), "")
    databases = sorted(
        {re.sub(r"(\.gdb)/.*$", r"\1", member, flags=re.I) for member in members if ".gdb/" in member.lower()}
    )
    tables = [
        member
        for member in members
        if PurePosixPath(member).suffix.lower() in SUFFIXES
        and ".gdb/" not in member.lower()
        and not _of_mapinfo(member, members)
    ] + databases
    if not tables:
        return [Find(relative, "unused", why="the zip holds no table that can be read")]
    if len(tables) == 1:
        inner = tables[0] if PurePosixPath(tables[0]).suffix.lower() not in (".gpkg", ".gdb", *BOOK_SUFFIXES) else None
        return [Find(relative, "table", layer=inner)]
    return [Find(relative, "table", layer=table) for table in sorted(tables)]


def _of_mapinfo(name: str, members: list[str]) -> bool:
    """Say whether a member of a zip is the data of a MapInfo table, whose ``.tab`` and ``.map`` lie beside it."""
    stem = name[:-4].casefold()
    beside = {member.casefold() for member in members}
    return name.lower().endswith(".dat") and {f"{stem}.tab", f"{stem}.map"} <= beside


def _members(data: bytes, prefix: str, depth: int = 0) -> list[str]:
    """Return the members of a zip and of the zips in it, as the table reader names them.

    Raises
    ------
    ValueError
        If one would be written outside its folder, or is a link: such a zip is not read.
    """
    members = []
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        trouble = members_trouble(packed.infolist())
        if trouble:
            raise ValueError(trouble)
        for member in packed.infolist():
            name = member_path(member.filename).as_posix()
            if is_folder(member) or "__MACOSX" in name:
                continue
            if name.lower().endswith(".zip") and depth < 3:
                members += _members(packed.read(member), f"{prefix}{name[:-4]}/", depth + 1)
            else:
                members.append(prefix + name)
    return members


@dataclass(frozen=True)
class Look:
    """The content of a table before anyone says what it is.

    Parameters
    ----------
    table : RawTable
        Cells; geometry in EPSG:4326, or as stored where ``crs_unknown``.
    crs_unknown : bool
        The file has geometry and says nothing of its CRS.
    """

    table: RawTable
    crs_unknown: bool = False
    _columns: dict[tuple[Sequence[str], str], dict[str, Fact]] = field(init=False, default_factory=dict)
    _laboratory: dict[str, list[AssayColumn]] = field(init=False, default_factory=dict)

    def columns(self, wanted: tuple[str, ...], mark: str) -> dict[str, Fact]:
        """Return what `guess_columns` says of the cells, which it is asked once."""
        if (wanted, mark) not in self._columns:
            self._columns[wanted, mark] = guess_columns(self.table.cells, wanted, mark)
        return dict(self._columns[wanted, mark])

    def laboratory(self, mark: str) -> list[AssayColumn]:
        """Return what `laboratory_columns` says of the cells, which it is asked once."""
        if mark not in self._laboratory:
            self._laboratory[mark] = laboratory_columns(self.table.cells, mark)
        return list(self._laboratory[mark])

    @property
    def shapes(self) -> str | None:
        """``point``, ``line``, ``area`` or None for a plain table: what most geometries are."""
        if self.table.geometry is None:
            return None
        kinds = self.table.geometry.geom_type.dropna().str.removeprefix("Multi").value_counts()
        return (
            None
            if kinds.empty
            else {"Point": "point", "LineString": "line", "Polygon": "area"}.get(str(kinds.index[0]))
        )


def look(find: Find, folder: Path) -> Look | str:
    """Read a table, or say in one sentence why it cannot be read.

    Parameters
    ----------
    find : Find
        Of kind ``table``.
    folder : Path
        Where its path starts.

    Returns
    -------
    Look or str
    """
    source = Source(id=find.id, role="inventory", path=find.path, layer=find.layer, sheet=find.sheet)
    try:
        table = read_table(source, folder)
        return _placed_by_text(table) if any(note.code == "geometry_text" for note in table.notes) else Look(table)
    except MinewasteError as failure:
        reason = str(failure)
    if re.search("coordinate system|CRS", reason) and folder.joinpath(find.path).suffix.lower() in VECTOR_SUFFIXES:
        return _without_crs(source, folder / find.path)
    return re.sub(rf"^{re.escape(find.id)}(?: \([^)]*\))?: ", "", reason.split("\n", 1)[0])


def _placed_by_text(table: RawTable) -> Look:
    """Take geometry of a text column that names no CRS as it stands, where no columns of degrees do as well."""
    column = geometry_column(table.cells)
    if column is None or {"latitude", "longitude"} <= set(guess_columns(table.cells, ("latitude", "longitude"))):
        return Look(table)
    shapes = gpd.GeoSeries(column.shapes)
    return Look(replace(table, cells=table.cells.drop(columns=column.name), geometry=shapes), crs_unknown=True)


def _without_crs(source: Source, path: Path) -> Look | str:
    try:
        frame = features_as_stored(source, path.name, path)
    except Exception as failure:  # noqa: BLE001 - any driver error: the file cannot be opened
        return f"it cannot be opened ({in_short(failure)})"
    if frame is None:
        return "it has no geometry"
    cells = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    cells = cells.astype({name: "str" for name in cells.columns if pd.api.types.is_datetime64_any_dtype(cells[name])})
    note = Note(path.stem, "no_crs", "The file says nothing of its coordinate system.")
    return Look(RawTable(path, cells, np.arange(1, len(cells) + 1), frame.geometry, (note,)), crs_unknown=True)


def recognised(find: Find, columns: list[str]) -> tuple[Recognition, str] | None:
    """Recognise a known source by its columns, else by its file name and the columns its entry maps.

    Returns
    -------
    tuple of Recognition and str, or None
        With the reason in words.
    """
    by_columns = recognise(columns)
    if by_columns is not None:
        count = len(by_columns.entry.recognise)
        there = round(by_columns.confidence * count)
        return by_columns, f"{there} of the {count} telling columns of '{by_columns.entry.id}' are there"
    name = PurePosixPath(find.layer or find.path).name.casefold()
    for entry in load_catalogue().values():
        pattern = next((pattern for pattern in entry.file_names if fnmatch.fnmatch(name, pattern.casefold())), None)
        if pattern is not None and _maps(entry, columns):
            return Recognition(entry, 0.85), f"the file name fits '{pattern}' of '{entry.id}'" + (
                " and so do its columns" if columns else ""
            )
    return None


def _maps(entry: CatalogueEntry, columns: list[str]) -> bool:
    """Say whether all columns an entry maps are there (in a file without columns nothing contradicts)."""
    present = {column.strip().casefold() for column in columns}
    mapped = [[column] if isinstance(column, str) else column for column in entry.facts.get("columns", {}).values()]
    needed = [names for names in mapped if any(name.strip().casefold() in present for name in names)]
    return not present or not mapped or bool(needed)
