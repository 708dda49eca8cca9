"""Where a file that a run file names lies, and whether it may be opened at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

from layers.errors import SourceError
from layers.files.unsafe_files import require_own_members, require_regular
from layers.text import did_you_mean, printable

_ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]+:/")
"""Begins a web address, as written or as a path makes one of its two slashes; a drive has one letter."""

TEXT_SUFFIXES = (".csv", ".tsv", ".txt", ".tab", ".dat")


def locate(owner: str, stated: str, root: Path) -> Path:
    """Return the path of a file that a run file names, which exists.

    Parameters
    ----------
    owner : str
        Id of the source, or key of the run file, that names it; begins every message.
    stated : str
        As the run file has it: relative to ``root``, or absolute.
    root : Path
        Folder where relative paths start.

    Raises
    ------
    SourceError
        If it does not exist, is a web address or a link out of the data folder; names that look alike are offered.
    """
    if "://" in stated or _ADDRESS.match(stated):
        raise SourceError(
            f"{owner}: '{stated}' is a web address. Fetch the file first ('minewaste fetch') and give its path."
        )
    path = root / stated
    require_text_path(owner, path)
    if not path.exists() and "\\" in stated:
        path = root / stated.replace("\\", "/")
    if not path.exists():
        folder = path.parent
        if not folder.is_dir():
            raise SourceError(
                f"{owner}: the folder '{folder}' does not exist. Check 'path' and where relative paths start (--data)."
            )
        hint = did_you_mean(path.name, (printable(path.name) for path in folder.iterdir()), least_likeness=0.6)
        hint = hint or " Check 'path' and where relative paths start (--data)."
        raise SourceError(f"{owner}: the file '{path.name}' is not in '{folder}'.{hint}")
    _require_inside(owner, stated, path, root)
    require_regular(owner, path)
    if path.is_dir() and path.suffix.lower() != ".gdb":
        held = ", ".join(sorted(printable(member.name) for member in path.iterdir())[:8]) or "nothing"
        raise SourceError(f"{owner}: '{path}' is a folder (holding {held}). 'path' must name a file.")
    if path.is_file():
        _what_it_is_not(owner, path)
    else:
        require_own_members(f"{owner} ({path.name})", path)
    return path


def require_text_path(owner: str, path: Path) -> None:
    """Stop at a path that is no text: neither a run file nor a page could name it, and libraries fail at it in their own ways.

    Parameters
    ----------
    owner : str
        What names it; begins the message.
    path : Path
        Taken as absolute.

    Raises
    ------
    SourceError
        If a file or folder on the way has bytes in its name that are not UTF-8.
    """
    if not is_text(str(path.absolute())):
        raise SourceError(
            f"{owner}: the path '{printable(str(path.absolute()))}' has bytes in it that are no text (UTF-8), so nothing can "
            "name it. Rename that file or folder."
        )


def is_text(name: str) -> bool:
    """Say whether a name that the system gave can be written down; others hold the bytes the system could not read."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def leads_out(stated: str) -> bool:
    """Say whether a path, as somebody wrote it, leads out of the folder where it starts: absolute, or with ``..`` in it."""
    words = Path(stated.replace("\\", "/"))
    return words.is_absolute() or ".." in words.parts


def _require_inside(owner: str, stated: str, path: Path, root: Path) -> None:
    """Stop at a link out of the data folder; a path that leads out by itself is the word of who wrote the run file."""
    if leads_out(stated):
        return
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        raise SourceError(
            f"{owner}: '{stated}' is a link that leads out of the data folder; in a folder from somebody else it may "
            "lead to anything of yours. If it is your own, write under 'path' where the file itself lies."
        )


def _what_it_is_not(owner: str, path: Path) -> None:
    """Stop at files that are something else than their name says."""
    with path.open("rb") as file:
        head = file.read(600)
    where = f"{owner} ({path.name})"
    if not head:
        raise SourceError(f"{where}: the file is empty (0 bytes). Fetch or export it again.")
    if head.startswith(b"version https://git-lfs"):
        raise SourceError(f"{where}: this is a Git LFS pointer, not the file. Fetch the file itself ('git lfs pull').")
    suffix = path.suffix.lower()
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:15].lower()
    if start.startswith((b"<!doctype html", b"<html")) and suffix != ".kml":
        raise SourceError(f"{where}: this is a web page (a login or error page?), not a table. Fetch the file again.")
    if head.startswith(b"PK\x03\x04") and suffix in TEXT_SUFFIXES:
        raise SourceError(f"{where}: this is a workbook or a zip, not text. Give it its true ending (.xlsx or .zip).")
