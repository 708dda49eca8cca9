"""BLAS on one thread: the same sums on every machine, and no threads that wait for each other over small matrices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_blas_thread(openmp: int | None = None) -> Iterator[None]:
    """Hold BLAS to one thread, and OpenMP to some.

    BLAS cuts its sums by the number of its threads, and their last digits go with it. Its threads also wait for each other by
    turning: the many small matrices here took five to fifteen times the processor time with two of them.

    Parameters
    ----------
    openmp : int, optional
        Threads of OpenMP; None leaves them as they are.
    """
    import scipy.linalg  # noqa: F401  numpy and scipy bring a BLAS each, and what is not loaded yet cannot be held
    import sklearn.utils  # noqa: F401
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits={"blas": 1} | ({} if openmp is None else {"openmp": openmp})):
        yield
