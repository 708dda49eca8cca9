"""Encodings that are offered for a file which is neither UTF-8 nor Windows-1252."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.catalogue.source import Source
from layers.errors import SourceError
from layers.files.likely_encodings import likely_encodings
from layers.files.odd_words import other_encoding
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


OTHERS = {
    "euc_jp": "id,name\nA1,足尾銅山堆積場\nA2,簀子橋\nA3,源五郎沢ズリ\n",
    "gbk": "id,名称,矿种\nA1,白云鄂博尾矿库,稀土\nA2,赣州一号,稀土\nA3,尾矿坝,铜\n",
    "big5": "id,名稱\nA1,金瓜石\nA2,尾礦庫一號\nA3,瑞芳\n",
    "cp1251": "id,имя\nA1,Хвостохранилище Ковдор\nA2,Ловозеро\n",
    "cp1253": "id,όνομα\nA1,Λαύριο\nA2,Κασσάνδρα\n",
    "euc_kr": "id,이름\nA1,상동 광산\nA2,연화 폐석장\n",
}


@pytest.mark.parametrize("ending", ["csv", "geojson"])
@pytest.mark.parametrize("encoding", list(OTHERS))
def test_what_windows_1252_reads_as_accents_is_refused_with_its_encoding(
    tmp_path: Path, encoding: str, ending: str
) -> None:
    """Every byte of these is a character of Windows-1252, too."""
    text = OTHERS[encoding]
    if ending == "geojson":
        names = [line.split(",")[1] for line in text.splitlines()[1:]]
        features = [
            {
                "type": "Feature",
                "properties": {"name": name},
                "geometry": {"type": "Point", "coordinates": [number, 40]},
            }
            for number, name in enumerate(names)
        ]
        text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (tmp_path / f"t.{ending}").write_bytes(text.encode(encoding))
    source = Source.model_validate({"id": "s", "role": "inventory", "path": f"t.{ending}"})
    with pytest.raises(SourceError, match=r"'?encoding: (?:euc_jp|gb18030|big5|cp125[13]|euc_kr|cp932)"):
        read_table(source, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "nom,lieu\nRivière à Pierre,créée\nMine de l'Évêque,46°30'20\"\nÉtang,Île\n",
        "id,name\n1,Håöya\n2,Røros\n3,Kongsberg sølvverk\n",
        "id,lat\n1,46°°°\n2,47°°°\n3,48°°°\n",
        "id,note\n1,— – — … «»\n2,————\n",
        "id,é\nA,É\nB,È\nC,Ù\n",
    ],
)
def test_western_text_is_read_as_windows_1252(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode("cp1252"))
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.csv"})
    codes = [note.code for note in read_table(source, tmp_path).notes]
    assert codes == ["encoding_guessed"]


LATIN = {
    "cp1250": ["Hałda Żółta Góra", "Staw Łąka", "Příbram, měď"], "iso8859_2": ["Hałda Żółta Góra", "Staw Łąka"],
    "mac_roman": ["Château d’Été mine", "Côte Été"], "cp850": ["propriété", "Société générale"],
    "cp1254": ["Balıkesir", "Şırnak", "Gümüşhane"],
}  # fmt: skip


@pytest.mark.parametrize("encoding", list(LATIN))
def test_words_of_no_language_tell_another_latin_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "t.csv").write_bytes("\n".join(["name", *LATIN[encoding]]).encode(encoding))
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.csv", "delimiter": ";"})
    with pytest.raises(SourceError, match=f"words of no language.*'encoding: {encoding}'"):
        read_table(source, tmp_path)
    stated = source.model_copy(update={"encoding": encoding})
    assert read_table(stated, tmp_path).cells["name"].tolist() == LATIN[encoding]


CENTRAL = {
    "hu": "Gyöngyösoroszi; Rudabánya zagytározó; Almásfüzitő", "hu, few": "Meddőhányó; Kőbánya", "ro": "Iaz Săliştea; Bozânta",
    "sl": "Žirovski vrh; Odlagališče Boršt; Mežica", "hr": "Rudnik Tršće; Biočić", "pl": "Składowisko odpadów; Kopalnia Lubin",
    "cs": "Halda Háje; Rožná; Kaňk; Měděnec", "sk": "Smolník; Rudňany odkalisko; Šobov",
}  # fmt: skip


@pytest.mark.parametrize("text", CENTRAL.values(), ids=CENTRAL.keys())
def test_a_few_words_of_central_europe_tell_their_encoding(text: str) -> None:
    """Of the letters of Windows-1250 that differ a small table may hold one or two."""
    other = other_encoding(text.encode("cp1250"))
    assert other is not None
    assert other[0] == "cp1250"


@pytest.mark.parametrize(
    "text",
    [
        "Rivière à Pierre; Škoda", "Šabac; Rivière; Molière; près; è", "Forlì; città; però", "Lac Brûlé; Mûrier; Étang",
        "història pràctica límit Òdena", "Mòr Dùn Sìth còig", "Røros Kárášjohka Ålesund", "Põhja Võru kõrge mägi",
        "limões põe corações", "Ærø træ knæ", "Eiði Sørvágur Æðuvík", "Malmö Šiauliai", "Saïda Haïti Noël",
    ],
)  # fmt: skip
def test_letters_that_western_languages_share_with_them_tell_nothing(text: str) -> None:
    assert other_encoding(text.encode("cp1252")) is None


def test_words_of_a_guessed_encoding_are_quoted(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("id,name\n1,Szűcs\n2,Mine\n".encode("cp1250"))
    source = Source.model_validate({"id": "s", "role": "inventory", "path": "t.csv"})
    [note] = read_table(source, tmp_path).notes
    assert note.message.endswith("(encoding: cp1252); it reads Szûcs.")


@pytest.mark.parametrize(
    "text",
    [
        "Château d’Été; N°5; N°de site; m³/an; Côte; «Mine»; Volume m³; NomÉtat", "¿Qué? Año; Peñón; 1ª; Ñuñoa; 25±3; km²",
        "Þingvellir æði á Ísland ý", "Røros, gråberg, Ærø", "Größe; Fläche m²; Straße; Müll", "São João; produção; Nº; açúcar",
        "Volume (m³); µg/g; 5°C; Total¹; Brand®; ©Ministry; Geo®Mine; Cost (£bn)", "CHÂTEAU; QUÉBEC; À l’Île",
    ],
)  # fmt: skip
def test_words_of_western_languages_are_no_doubt(text: str) -> None:
    assert other_encoding(text.encode("cp1252")) is None
