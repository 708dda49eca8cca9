"""Give back memory that Python has freed, and say how much more a process may take."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from pathlib import Path

import pyarrow


def give_back_memory() -> None:
    """Give freed memory back to the system: Arrow's, and that of the C library where it is glibc.

    Millions of small objects (texts, points) leave holes behind that glibc keeps for itself: a fifth of the memory of the process
    after a million samples are read.
    """
    pyarrow.default_memory_pool().release_unused()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)


def available_bytes() -> int | None:
    """Return how many bytes this process may still take, None where the system does not say.

    The least of what the machine has to give (free swap included), its control group, and the process's own limit.
    """
    left = [known for known in (_of_machine(), _of_groups(), _of_process()) if known is not None]
    return min(left) if left else None


def _of_machine() -> int | None:
    with suppress(OSError, ValueError, KeyError):
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
        return sum(int(lines[name].split()[0]) for name in ("MemAvailable", "SwapFree")) * 1024
    return None


def _of_groups(listed: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """Return the least that the control groups of this process leave, of either version, those they lie in among them."""
    folders = {root, root / "memory"}  # a container sees its own group there
    with suppress(OSError, ValueError):
        for line in listed.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and "memory" not in controllers.split(","):
                continue
            for home in (root / "memory",) if controllers else (root, root / "unified"):
                inner = home / path.lstrip("/")
                folders |= {home, inner, *(above for above in inner.parents if above.is_relative_to(home))}
    left = [known for folder in folders if (known := _of_group(folder)) is not None]
    return min(left) if left else None


def _of_group(folder: Path) -> int | None:
    """Return what a control group leaves; pages of files that are only cached count as free."""
    for names in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        with suppress(OSError, ValueError):
            most = int((folder / names[0]).read_text(encoding="ascii"))  # a word instead of a number: no limit
            taken = int((folder / names[1]).read_text(encoding="ascii"))
            stated = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
            facts = dict(line.split(" ", 1) for line in stated)
            return max(0, most - taken + int(facts.get(names[2], 0)))
    return None


def _of_process() -> int | None:
    """Return what the limits of the process on addresses and on data leave."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        pages = [int(count) for count in Path("/proc/self/statm").read_text(encoding="ascii").split()]
        limits = [
            (resource.getrlimit(resource.RLIMIT_AS)[0], pages[0]),
            (resource.getrlimit(resource.RLIMIT_DATA)[0], pages[5]),
        ]
        left = [most - taken * resource.getpagesize() for most, taken in limits if most != resource.RLIM_INFINITY]
        return max(0, min(left)) if left else None
    return None
