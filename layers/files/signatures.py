"""Whether a file is of the format its ending says, judged by its first bytes and before a library opens it.

GDAL goes by content: text of its virtual format in a file called ``.geojson`` leads it to any other file or address.
"""

from __future__ import annotations

import os
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from layers.errors import SourceError
from layers.files.hdf5_links import require_no_links_out
from layers.files.imagine_parts import require_own_cells
from layers.files.plain_database import require_plain_database
from layers.files.repeated_parts import require_bearable_drawing, require_bearable_topology
from layers.files.unsafe_files import require_no_grids, require_regular

_TIFF = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_STARTS: Mapping[str, tuple[bytes, ...]] = MappingProxyType(
    {
        ".gpkg": (b"SQLite format 3\x00",),
        ".shp": (b"\x00\x00\x27\x0a",),
        ".fgb": (b"fgb\x03",),
        ".kmz": (b"PK\x03\x04",),
        ".parquet": (b"PAR1",),
        ".geoparquet": (b"PAR1",),
        ".tif": _TIFF,
        ".tiff": _TIFF,
        ".ovr": (*_TIFF, b"EHFA_HEADER_TAG"),
        ".msk": _TIFF,
        ".img": (b"EHFA_HEADER_TAG",),
        ".nc": (b"CDF", b"\x89HDF"),
    }
)
_ROOTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        ".kml": frozenset(["kml", "document", "folder", "placemark"]),
        ".gpx": frozenset(["gpx"]),
        ".vrt": frozenset(["vrtdataset"]),
    }
)
_NO_ROOTS = re.compile(r"vrt|wms|wfs|wcs|wmts|wcs|datasource|service|ogr.*source", re.IGNORECASE)
_PROLOG = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_HEAD = 100_000
_JSON = (".json", ".geojson", ".jsonl", ".geojsonl", ".geojsons", ".topojson")
_LOOKED_THROUGH: Mapping[str, Callable[[str, Path], None]] = MappingProxyType(
    {
        ".gpkg": require_plain_database,
        ".img": require_own_cells,
        ".nc": require_no_links_out,
        ".dxf": require_bearable_drawing,
    }
)
"""Ending of a file -> what looks through it whole, before a library opens it."""
_PLAIN_TEXT = (".dxf", ".tab", ".mif", ".asc", ".grd", ".bil", ".flt", ".csv", ".tsv", ".txt", ".dat")
_MOSAIC = frozenset(
    ("VRTDataset", "SRS", "GeoTransform", "VRTRasterBand", "NoDataValue", "ColorInterp", "SimpleSource",
     "ComplexSource", "AveragedSource", "SourceFilename", "SourceBand", "SourceProperties", "SrcRect", "DstRect",
     "NODATA", "UseMaskBand", "Metadata", "MDI", "Description", "UnitType", "Offset", "Scale", "ScaleOffset",
     "ScaleRatio", "HideNoDataValue", "ColorTable", "Entry", "CategoryNames", "Category", "BlockXSize",
     "BlockYSize", "Histograms", "HistItem", "HistMin", "HistMax", "BucketCount", "IncludeOutOfRange",
     "Approximate", "HistCounts", "OverviewList")
)  # fmt: skip
"""Elements of a virtual raster that is a mosaic of bands of files, and nothing that is computed or led elsewhere."""
_MOSAIC_ENDINGS = (".tif", ".tiff", ".asc", ".img", ".nc", ".grd")


def require_signature(where: str, path: Path) -> None:
    """Stop at a file that is of another format than its name says.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    path : Path
        A file, unpacked; a folder (``.gdb``) passes.

    Raises
    ------
    SourceError
        If the first bytes are not those of the format; if an XML file declares entities or has a root that leads elsewhere.
    """
    suffix = path.suffix.lower()
    if not path.is_file():
        return
    with path.open("rb") as file:
        head = file.read(_HEAD)
    start = head.lstrip(b"\xef\xbb\xbf\x00 \t\r\n")
    wanted = _STARTS.get(suffix)
    if wanted and not head.startswith(wanted):
        raise SourceError(f"{where}: {_another(suffix, start)}")
    if suffix in _JSON and not start.startswith((b"{", b"[", b"\x1e")):
        raise SourceError(f"{where}: {_another(suffix, start)}")
    if suffix in _PLAIN_TEXT and start.startswith(b"<"):
        raise SourceError(f"{where}: {_another(suffix, start)}")
    if suffix == ".tab" and re.search(rb"type\s+(?:seamless|linked)|create\s+view", head, re.IGNORECASE):
        raise SourceError(
            f"{where}: this table leads to other files. Save the features themselves, e.g. as GeoPackage."
        )
    if suffix in (*_ROOTS, ".gml", ".xml"):
        _require_root(where, suffix, head)
    require_no_grids(where, head)
    beside = [path.with_suffix(".prj"), path.with_name(f"{path.name}.aux.xml")]
    for companion in beside:
        if companion.is_file():
            require_no_grids(f"{where}, {companion.name}", companion.read_bytes()[:_HEAD])
    if suffix in _LOOKED_THROUGH:
        _LOOKED_THROUGH[suffix](where, path)
    if suffix in _JSON and b"Topology" in head:
        require_bearable_topology(where, path.read_bytes())


def require_signature_of_text(where: str, suffix: str, raw: bytes) -> None:
    """Stop at JSON text that is none; as `require_signature` for a text that was read already."""
    start = raw[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith((b"{", b"[", b"\x1e")):
        raise SourceError(f"{where}: {_another(suffix, start)}")
    if b"Topology" in start:
        require_bearable_topology(where, raw)


def require_own_parts(where: str, path: Path) -> None:
    """Stop at a part of a file (.dbf, .prj, .aux.xml …) that is a link to another folder, whose content nobody named, or no file.

    Where the file is a link itself, its parts may lie beside what it leads to. A pipe or a device as a part is opened by the
    library that opens the file, and its reading may never end.

    Raises
    ------
    SourceError
        Naming the part.
    """
    if not path.parent.is_dir():
        return
    homes = {_home(path), Path(os.path.realpath(path.parent))}
    for beside in path.parent.iterdir():
        is_part = beside.stem.casefold() == path.stem.casefold() or beside.name.startswith(path.name)
        if is_part and beside.name != path.name and beside.is_symlink() and _home(beside) not in homes:
            raise SourceError(
                f"{where}: '{beside.name}' beside it is a link to another folder. Put the file itself there, or remove it."
            )
        if is_part and beside.exists():
            require_regular(where, beside)


def _home(path: Path) -> Path:
    """Return the folder a file really lies in; a link to itself lies where it stands."""
    return Path(os.path.realpath(path)).parent


def require_side_cars(where: str, path: Path) -> None:
    """Stop at files beside a raster that lead elsewhere: overviews and masks that are no rasters, descriptions with addresses.

    Raises
    ------
    SourceError
        Naming the side-car.
    """
    for ending in (".ovr", ".msk"):
        beside = path.with_name(path.name + ending)
        if beside.is_file():
            require_signature(f"{where}, {beside.name}", beside)
    description = path.with_name(path.name + ".aux.xml")
    if description.is_file():
        text = description.read_bytes()
        if re.search(rb"OVERVIEW_FILE|MASK_FILE|/vsi|<!DOCTYPE|<!ENTITY", text, re.IGNORECASE):
            raise SourceError(f"{where}: '{description.name}' leads to other files or addresses. Remove it.")


def require_plain_mosaic(where: str, path: Path, root: Path) -> None:
    """Stop at a virtual raster that is more than a mosaic of rasters inside the data folder.

    Parameters
    ----------
    where : str
        What to call the file in messages.
    path : Path
        The ``.vrt``.
    root : Path
        The data folder; files in the folder of the ``.vrt`` itself may be named too.

    Raises
    ------
    SourceError
        If it computes, or names a file elsewhere, an address or another virtual file.
    """
    require_signature(where, path)
    try:
        tree = ET.fromstring(path.read_bytes())  # noqa: S314 - entities were refused above
    except ET.ParseError as failure:
        raise SourceError(f"{where}: the text of the virtual raster is damaged ({failure}). Make it again.") from None
    for element in tree.iter():
        if element.tag not in _MOSAIC or element.get("subClass"):
            named = element.get("subClass") or element.tag
            raise SourceError(
                f"{where}: only virtual rasters that put bands of files side by side are read, and this one holds "
                f"'{named[:60]}'. Write it as a GeoTIFF."
            )
    for element in tree.iter("SourceFilename"):
        named = (element.text or "").strip()
        beside = element.get("relativeToVRT") == "1"  # otherwise GDAL starts at the folder the program was started in
        target = (path.parent / named if beside else Path(named)).resolve()
        inside = any(target.is_relative_to(sibling.resolve()) for sibling in (path.parent, root))
        if (
            "://" in named
            or named.startswith("/vsi")
            or not (inside and (beside or Path(named).is_absolute()))
            or target.suffix.lower() not in _MOSAIC_ENDINGS
        ):
            raise SourceError(
                f"{where}: the virtual raster names '{named[:80]}'. It may name rasters inside the data folder only "
                f"({', '.join(_MOSAIC_ENDINGS)}). Copy the file there, or write a GeoTIFF."
            )
        if target.is_file():
            require_signature(f"{where}, {target.name}", target)


def _require_root(where: str, suffix: str, head: bytes) -> None:
    """Stop at entities, and at a root element of another format."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise SourceError(f"{where}: this XML is not UTF-8. Save it as UTF-8.")
    at = 3 if head.startswith(b"\xef\xbb\xbf") else 0
    while prolog := _PROLOG.match(head, at):
        at = prolog.end()
    if head[at : at + 2] == b"<!":
        raise SourceError(
            f"{where}: the file declares entities (<!DOCTYPE …), which may lead to other files. Export it again without."
        )
    root = _ROOT.match(head, at)
    name = root[1].decode("ascii", "replace") if root else ""
    if not name or (name.casefold() not in _ROOTS[suffix] if suffix in _ROOTS else _NO_ROOTS.search(name)):
        raise SourceError(f"{where}: {_another(suffix, head[at:])}")


def _another(suffix: str, start: bytes) -> str:
    shown = start[:24].decode("utf-8", "replace").split("\n", 1)[0]
    shown = "".join(letter if letter.isprintable() else "·" for letter in shown)
    return (
        f"this is no {suffix} file (it begins with '{shown}'). Give it its true ending, or fetch or export it again; files that "
        "lead to other files or addresses are not followed."
    )
