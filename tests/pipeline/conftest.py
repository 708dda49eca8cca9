"""A real Dask cluster on loopback, and small regions to run stages on."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="session")
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start `dask scheduler` and two `dask worker` processes; give the scheduler's address."""
    folder = tmp_path_factory.mktemp("cluster")
    address = f"tcp://127.0.0.1:{_free_port()}"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "30s"}
    command = [sys.executable, "-m", "dask"]
    scheduler = [
        *command,
        "scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        address.rsplit(":", 1)[1],
        "--no-dashboard",
        "--no-show",
    ]
    worker = [
        *command,
        "worker",
        address,
        "--nthreads",
        "1",
        "--no-dashboard",
        "--memory-limit",
        "4GiB",
        "--local-directory",
        str(folder),
    ]
    processes = []
    with (folder / "log").open("w") as log:
        for arguments in (scheduler, worker, worker):
            processes.append(subprocess.Popen(arguments, env=environment, stdout=log, stderr=log))
        try:
            _wait_for_workers(address, 2, folder / "log")
            yield address
        finally:
            for process in reversed(processes):
                process.terminate()
            for process in processes:
                process.wait(timeout=20)


def _wait_for_workers(address: str, wanted: int, log: Path) -> None:
    from distributed import Client

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with Client(address, timeout="5s", set_as_default=False) as client:
                client.wait_for_workers(wanted, timeout=30)
                return
        except (OSError, TimeoutError):
            time.sleep(0.5)
    pytest.fail(f"the cluster did not come up:\n{log.read_text()}")
