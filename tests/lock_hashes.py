"""Write a lock file with digests: every pinned package of a lock file with the sha256 of its files in a folder."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path


def plain(name: str) -> str:
    """Return a package name as indexes spell it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def main(lock: Path, wheels: Path) -> int:
    digests: dict[tuple[str, str], list[str]] = {}
    for path in sorted(wheels.iterdir()):
        name, version = re.match(r"(.+?)-(\d[^-]*?)(?:-|\.tar\.gz$|\.zip$)", path.name).groups()  # type: ignore[union-attr]
        digests.setdefault((plain(name), version), []).append(hashlib.sha256(path.read_bytes()).hexdigest())
    print(
        "# requirements.lock with the digests of its wheels for Linux on x86-64, CPython 3.11; written by `make lock-hashes`."
    )
    for line in lock.read_text(encoding="utf-8").splitlines():
        if "==" in line:
            name, version = line.split("==")
            for digest in digests[plain(name), version.strip()]:
                print(f"{line} --hash=sha256:{digest}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
