"""Which process holds a file, and whether that process is no more."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def lock_file(handle: Any) -> bool | None:
    """Lock a file until it is closed, or until the process ends in whatever way.

    Parameters
    ----------
    handle
        An open file.

    Returns
    -------
    bool or None
        False when another process has it, None where the system has no such locks.
    """
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return None
    return True


def this_process() -> dict[str, Any]:
    """Return what a lock says of the process that holds it."""
    now = datetime.now(tz=UTC).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": platform.node(), "boot": boot(), "started": now}


def is_gone(owner: dict[str, Any], *, freed: bool) -> bool:
    """Say whether the process that left a lock is no more; of another machine nobody here can tell.

    Parameters
    ----------
    owner : dict
        From `this_process`, of the other process.
    freed : bool
        The system has locks and has just given this one away, so on this machine the former holder is gone, even if its
        number is that of a new process by now.
    """
    own = this_process()
    same_start = bool(own["boot"]) and owner.get("boot") == own["boot"]
    if same_start and freed:
        return True
    if owner.get("host") != own["host"]:  # a container has its own numbers of processes, and a name of its own
        return False
    pid = owner.get("pid", 0)
    return (bool(own["boot"]) and not same_start) or not isinstance(pid, int) or not is_running(pid)


def boot() -> str:
    """Return what tells this start of the machine from any other; empty where the system does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def is_running(pid: int) -> bool:
    """Say whether a process of this machine is running."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
