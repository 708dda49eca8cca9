"""The server the tests of fetching ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.layers.fetch.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.http.shutdown()
    one.http.server_close()
