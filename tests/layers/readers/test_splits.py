"""A user's own folds: what is read, and every wrong file named by row."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import SourceError
from layers.readers.splits import read_splits


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "folds.csv").write_text(text, encoding="utf-8")
    return Path("folds.csv")


def test_folds_without_roles_are_tests(tmp_path: Path) -> None:
    table = read_splits(written(tmp_path, "site_id,fold\nA,1\nB,2\nC,2\n"), tmp_path)
    assert table.to_dict("list") == {"site_id": ["A", "B", "C"], "fold": ["1", "2", "2"], "role": ["test"] * 3}


def test_rows_to_omit_go_and_roles_are_folded(tmp_path: Path) -> None:
    text = "Site_ID,Fold,Role\nA,a,TEST\nB,a,train\nC,a,omit\nA,b,train\nB,b,\n"
    table = read_splits(written(tmp_path, text), tmp_path)
    assert table["role"].tolist() == ["test", "train", "train", "test"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("site,fold\nA,1\nB,2\n", "lacks the columns site_id; it has site, fold"),
        ("site_id,fold\nA,1\n,2\nC,2\n", r"1 of 3 rows: site_id or fold is empty \(rows 3\)"),
        ("site_id,fold,role\nA,1,test\nB,2,judge\n", r"none of test, train, omit \(judge\) \(rows 3\)"),
        ("site_id,fold,role\nA,1,test\nA,1,train\nB,2,test\n", r"2 of 3 rows: a site stands more than once in a fold"),
        ("site_id,fold\nA,1\nB,2\nA,2\n", r"tested in several folds, and no row says what trains .*\(rows 2, 4\)"),
        ("site_id,fold\nA,1\nB,1\n", "1 folds test anything"),
        (
            "site_id,fold\n" + "".join(f"A{fold},{fold}\n" for fold in range(41)),
            "41 folds test something, at most 40 can, .* Give sites of one camp or block the same fold",
        ),
    ],
)
def test_a_wrong_file_is_named_by_row(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=told):
        read_splits(written(tmp_path, text), tmp_path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.csv"):
        read_splits(Path("nowhere.csv"), tmp_path)
