"""Encodings that are offered for a file which is neither UTF-8 nor Windows-1252."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.likely_encodings import likely_encodings
from layers.files.tables import read_table

TEXTS = {
    "cp932": "名前,緯度,経度,鉱種\n銅山沢,36.5,139.4,銅\nズリ堆積場,36.6,139.5,カラミ\n",
    "euc_jp": "名前,緯度,経度,鉱種\n銅山沢,36.5,139.4,銅\nズリ堆積場,36.6,139.5,カラミ\n",
    "gb18030": "名称,纬度,经度\n尾矿库一号,25.1,110.2\n赣州稀土矿,25.8,114.9\n",
    "big5": "名稱,緯度,經度\n尾礦庫一號,25.1,110.2\n金瓜石,25.1,121.9\n",
    "shift_jis": "id,name\nA1,足尾銅山堆積場\nA2,簀子橋\nA3,源五郎沢\nA4,小滝\nA5,松木\n",
    "euc_kr": "이름,위도,경도\n광산 폐석,36.5,128.1\n",
}


@pytest.mark.parametrize("encoding", list(TEXTS))
def test_the_script_of_a_text_tells_its_encoding(encoding: str) -> None:
    assert likely_encodings(TEXTS[encoding].encode(encoding))[0] == encoding.replace("shift_jis", "cp932")


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac_roman"])
def test_accents_of_a_western_text_are_no_other_script(encoding: str) -> None:
    text = "nom,année,propriété\nRivière à Pierre,1963,Société générale\nMine de l'Évêque,1950,réhabilité\n"
    assert likely_encodings(text.encode(encoding)) == ("cp850", "latin-1")


def test_a_japanese_table_is_refused_with_its_own_encoding(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(TEXTS["cp932"].encode("cp932"))
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.csv"})
    with pytest.raises(SourceError, match="'encoding: cp932'"):
        read_table(source, tmp_path)
    stated = source.model_copy(update={"encoding": "cp932"})
    assert list(read_table(stated, tmp_path).cells.columns) == ["名前", "緯度", "経度", "鉱種"]
