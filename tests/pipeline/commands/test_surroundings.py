"""What surrounds a command, and what is left of it afterwards."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest

from layers.errors import SourceError
from pipeline.commands.surroundings import SOUGHT_AFTER, surroundings


@pytest.fixture
def former() -> Iterator[tuple[int, int, int]]:
    """Python's own thresholds, not those of the tests."""
    ours = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield gc.get_threshold()
    gc.set_threshold(*ours)


def test_frames_of_dask_are_loaded_by_no_command_and_may_be_after_it() -> None:
    """Nor does a command that trains nothing, such as `check`, load what training needs."""
    lines = (
        "import sys, pipeline.commands.check",
        "assert not {'sklearn', 'scipy.stats', 'skops'} & set(sys.modules)",
        "from layers.schema import Sites, empty",
        "from pipeline.commands.surroundings import surroundings",
        "with surroundings({}):",
        "    empty(Sites)",
        "    assert sys.modules['dask.dataframe'] is None",
        "import dask.dataframe",
        "with surroundings({}):",
        "    assert sys.modules['dask.dataframe'] is dask.dataframe",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True)


def test_dead_objects_are_sought_seldom_within_a_command_and_as_before_after_it(former: tuple[int, int, int]) -> None:
    with surroundings({}):
        assert gc.get_threshold() == SOUGHT_AFTER
        assert gc.isenabled()
    assert gc.get_threshold() == former
    with pytest.raises(SourceError), surroundings({}):
        raise SourceError("a command that fails")
    assert gc.get_threshold() == former
