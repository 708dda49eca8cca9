"""A run that was begun in the folder of a finished one and did not end is told; one that was to follow requests is waited for."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from layers.errors import SourceError
from layers.process_locks import this_process
from pipeline.commands.explain import explain_site
from pipeline.commands.screen import screen_run
from pipeline.commands.verify import in_words, verify_run
from pipeline.folder.published import load_publication
from pipeline.folder.run_folder import LOCK, UNREAD
from tests.faults.small_region import SmallRun, run_small

PLACE: dict[str, Any] = {"community": None, "nation": None, "area": None, "site": "mines-k-102", "within_km": 60.0}


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def asked(small_run: SmallRun, folder: Path) -> tuple[dict[str, Any], Path, Path]:
    """Copy a finished run and its data, and ask for a site."""
    data, run = (
        Path(shutil.copytree(src, folder / name)) for src, name in ((small_run.data, "data"), (small_run.folder, "run"))
    )
    (data / "requests.csv").write_text("key\nK-101\n")
    raw = copy.deepcopy(small_run.raw)
    raw["sources"].append({"id": "requests", "role": "exclusions", "path": "requests.csv", "columns": {"key": "key"}})
    return raw, data, run


def test_a_folder_whose_requests_were_not_come_to_is_not_shown(small_run: SmallRun, tmp_path: Path) -> None:
    raw, data, run = asked(small_run, tmp_path)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipeline.requests_first.read_requests", killed)
        with pytest.raises(KeyboardInterrupt):
            run_small(raw, data, run)
    assert "k-101" in (run / "ranking.csv").read_text()
    for shown in (
        lambda: explain_site(run, "mines-k-101", "en"),
        lambda: screen_run(run, **PLACE, lang="en", out=tmp_path / "screened"),
        lambda: verify_run(run),
    ):
        with pytest.raises(
            SourceError, match=r"follow requests of stewards was begun there .* run file again to its end"
        ):
            shown()
    run_small(raw, data, run)
    assert not (run / UNREAD).exists()
    assert "mines-k-101" not in set(load_publication(run).sites["site_id"])
    assert not verify_run(run).strange


def test_a_run_without_requests_takes_the_mark_away(small_run: SmallRun, tmp_path: Path) -> None:
    _, data, run = asked(small_run, tmp_path)
    (run / UNREAD).write_text("")
    run_small(small_run.raw, data, run)
    assert len(load_publication(run).sites) == 30


def test_a_mark_that_leads_elsewhere_is_refused(small_run: SmallRun, tmp_path: Path) -> None:
    _, _, run = asked(small_run, tmp_path)
    (run / UNREAD).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="leads elsewhere by a link"):
        load_publication(run)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_later_run_that_has_not_ended_is_told(small_run: SmallRun, tmp_path: Path, lang: str) -> None:
    _, _, run = asked(small_run, tmp_path)
    words = {"en": "A later run was begun in this folder", "fr": "Une exécution plus récente a été commencée"}[lang]
    before = (
        explain_site(run, "mines-k-102", lang),
        screen_run(run, **PLACE, lang=lang, out=None),
        in_words(verify_run(run), run),
    )
    (run / LOCK).write_text(json.dumps(this_process() | {"pid": 1 << 30}))
    after = (
        explain_site(run, "mines-k-102", lang),
        screen_run(run, **PLACE, lang=lang, out=None),
        in_words(verify_run(run), run),
    )
    assert not any("later run" in text or words in text for text in before)
    assert words in after[0]
    assert words in after[1]
    assert "A later run was begun in this folder and has not ended" in after[2]
