"""Where the members of an archive lie in it, and what makes one unfit to be unpacked. Nothing is opened here."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterable
from pathlib import PurePosixPath
from zipfile import ZipInfo


def member_path(name: str) -> PurePosixPath:
    """Return where a member lies in its archive; some programs write backslashes between folders."""
    return PurePosixPath(name.replace("\\", "/"))


def is_folder(member: ZipInfo) -> bool:
    """Say whether an entry is a folder and no file."""
    return member.filename.endswith(("/", "\\"))


def members_trouble(members: Iterable[ZipInfo]) -> str:
    """Say which member of an archive would not lie inside the folder it is unpacked to, or leads elsewhere.

    Parameters
    ----------
    members : iterable of ZipInfo
        All entries of the archive, folders included.

    Returns
    -------
    str
        The end of a sentence about the archive; empty where every member stays inside.
    """
    for member in members:
        path = member_path(member.filename)
        if ".." in path.parts or path.is_absolute() or re.match(r"[A-Za-z]:", member.filename):
            return f"its member '{member.filename[:80]}' would be written outside its folder"
        if stat.S_ISLNK(member.external_attr >> 16):
            return f"its member '{member.filename[:80]}' is a link"
    return ""
