"""The date that pages print: given, of the environment, or today's."""

from __future__ import annotations

import datetime

import pytest

from layers.errors import ConfigError
from pipeline.provenance import date_of_run


def test_the_date_is_the_one_given_else_that_of_the_environment_else_today(monkeypatch: pytest.MonkeyPatch) -> None:
    given = datetime.date(2026, 5, 4)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86399")
    assert date_of_run(None) == datetime.date(1970, 1, 1)
    assert date_of_run(given) == given
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    before = datetime.datetime.now(tz=datetime.UTC).date()
    assert date_of_run(None) in (before, before + datetime.timedelta(days=1))


@pytest.mark.parametrize("epoch", ["yesterday", "1e9", "9" * 40])
def test_an_epoch_that_is_none_stops(monkeypatch: pytest.MonkeyPatch, epoch: str) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH"):
        date_of_run(None)
