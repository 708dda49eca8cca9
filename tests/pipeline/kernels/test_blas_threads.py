"""BLAS on one thread, also the one that scipy brings later than numpy."""

from __future__ import annotations

import os
import subprocess
import sys

from threadpoolctl import threadpool_info

from pipeline.kernels.blas_threads import one_blas_thread

LATER = """
import numpy
from threadpoolctl import threadpool_info
from pipeline.kernels.blas_threads import one_blas_thread
before = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
with one_blas_thread():
    import scipy.linalg
    held = [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]
print(max(before), len(held), max(held))
"""


def test_a_library_that_is_loaded_later_is_held_too() -> None:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", LATER], env=environment, capture_output=True, text=True, check=True)
    before, libraries, held = map(int, done.stdout.split())
    assert (before, held) == (2, 1)
    assert libraries >= 2


def test_threads_of_openmp_are_as_asked() -> None:
    with one_blas_thread(openmp=1):
        asked = {pool["user_api"]: pool["num_threads"] for pool in threadpool_info()}
    assert asked["openmp"] == 1
