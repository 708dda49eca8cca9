"""Files of somebody who means harm: each is read, or stops with one clear message, and nothing leaves the machine."""

from __future__ import annotations

import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from layers.catalogue.source import Source
from layers.errors import MinewasteError, SourceError
from layers.files.packed import Budget
from layers.files.tables import read_table
from layers.guess.recognise import finds
from layers.rasters.reader import describe_raster, open_raster

COUNTING = """
import http.server, sys
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[1], "a") as log:
            log.write(self.path + "\\n")
        self.send_response(404)
        self.end_headers()
    do_HEAD = do_POST = do_PUT = do_GET
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
print(server.server_address[1], flush=True)
server.serve_forever()
"""
OPENED_FREELY = """
import sys, pyogrio, rasterio
for path in sys.argv[1:]:
    try:
        pyogrio.list_layers(path)
    except Exception:
        pass
    try:
        with rasterio.open(path) as dataset:
            dataset.overviews(1)
            dataset.read(1)
    except Exception:
        pass
"""
Corpus = dict[str, bytes]


class Listener:
    """A server on loopback that counts what asks it."""

    def __init__(self, log: Path) -> None:
        self.log = log
        log.write_text("")
        self.process = subprocess.Popen([sys.executable, "-c", COUNTING, str(log)], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = f"http://127.0.0.1:{self.process.stdout.readline().strip()}"

    @property
    def hits(self) -> list[str]:
        return self.log.read_text().split()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    made = Listener(tmp_path_factory.mktemp("listener") / "hits.txt")
    yield made
    made.close()


def grid() -> bytes:
    with rasterio.MemoryFile() as memory:
        place = rasterio.Affine(10, 0, 500000, 0, -10, 6000000)
        with memory.open(
            driver="GTiff", width=600, height=600, count=1, dtype="float32", crs="EPSG:32610", transform=place
        ) as dataset:
            dataset.write(np.arange(360000, dtype="float32").reshape(600, 600), 1)
        return bytes(memory.read())


def virtual_grid(source: str, band: str = "") -> bytes:
    body = f'<SimpleSource><SourceFilename relativeToVRT="1">{source}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>'
    return (
        '<VRTDataset rasterXSize="600" rasterYSize="600"><SRS>EPSG:32610</SRS>'
        "<GeoTransform>500000,10,0,6000000,0,-10</GeoTransform>"
        f'<VRTRasterBand dataType="Float32" band="1" {band}>{body}</VRTRasterBand></VRTDataset>'
    ).encode()


def virtual_layer(source: str) -> bytes:
    layer = f'<OGRVRTLayer name="a"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>'
    return f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>".encode()


def fetching(url: str) -> Corpus:
    """Files that make GDAL fetch an address when it is left to itself."""
    wms = (
        f'<GDAL_WMS><Service name="WMS"><ServerUrl>{url}/wms?</ServerUrl><Layers>a</Layers></Service><DataWindow><UpperLeftX>-180'
        "</UpperLeftX><UpperLeftY>90</UpperLeftY><LowerRightX>180</LowerRightX><LowerRightY>-90</LowerRightY><SizeX>100</SizeX>"
        "<SizeY>100</SizeY></DataWindow><BandsCount>1</BandsCount></GDAL_WMS>"
    )
    overviews = (
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">/vsicurl/'
        f"{url}/over.tif</MDI></Metadata></PAMDataset>"
    )
    schema = (
        '<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:schemaLocation="http://x {url}/s.xsd"><gml:featureMember><a fid="1"><gml:pointProperty><gml:Point>'
        "<gml:coordinates>1,2</gml:coordinates></gml:Point></gml:pointProperty></a></gml:featureMember></gml:FeatureCollection>"
    )
    algorithm = {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {url}/c.geojson"}
    return {
        "named.geojson": virtual_layer(f"/vsicurl/{url}/a.geojson"),
        "named.gpkg": virtual_layer(f"{url}/b.geojson"),
        "streamed.shp": virtual_layer(f"/vsicurl_streaming/{url}/b.geojson"),
        "service.gml": f"<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>".encode(),
        "service.kml": f"<WFSDataSource><URL>{url}/wfs</URL></WFSDataSource>".encode(),
        "schema.gml": schema.encode(),
        "algorithm.json": json.dumps(algorithm).encode(),
        "entity.kml": (
            f'<!DOCTYPE k [<!ENTITY x SYSTEM "{url}/e">]><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
            "<name>&x;</name><Point><coordinates>1,2</coordinates></Point></Placemark></Document></kml>"
        ).encode(),
        "link.kml": (
            '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><NetworkLink><Link><href>'
            f"{url}/d.kml</href></Link></NetworkLink><Placemark><styleUrl>{url}/s.kml#s</styleUrl><Point><coordinates>1,2</coordinates>"
            "</Point></Placemark></Document></kml>"
        ).encode(),
        "tiles.tif": wms.encode(),
        "tiles.asc": wms.encode(),
        "remote.vrt": virtual_grid(f"/vsicurl/{url}/o.tif"),
        "remote.img": virtual_grid(f"{url}/o.tif"),
        "over.tif": grid(),
        "over.tif.aux.xml": overviews.encode(),
        "beside.tif": grid(),
        "beside.tif.ovr": virtual_grid(f"/vsicurl/{url}/o.tif"),
    }  # fmt: skip


def zipped(**members: bytes | str) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return memory.getvalue()


TABLE = "site_id,latitude,longitude\nS1,55.1,-120.2\n"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


def damaging() -> Corpus:
    """Files that fill memory or disk, climb out of folders or break parsers; small as they lie here."""
    bomb = gzip.compress(b"0" * (300 << 20), 9)
    wide = ",".join(f"c{number}" for number in range(100_000))
    return {
        "climbs.zip": zipped(**{"../../climbed.csv": TABLE, "/tmp/climbed.csv": TABLE, "inside.csv": TABLE}),
        "drive.zip": zipped(**{"C:\\climbed.csv": TABLE}),
        "long.zip": zipped(**{f"{'n' * 300}.csv": TABLE}),
        "clash.zip": zipped(**{"a": TABLE, "a/t.csv": TABLE}),
        "empty.zip": zipped(),
        "bomb.csv.gz": bomb,
        "bomb.zip": zipped(**{"t.csv.gz": b"", "t.csv": b"0" * (300 << 20)}),
        "nested.zip": zipped(**{"a.zip": zipped(**{"b.zip": zipped(**{"c.zip": zipped(**{"d.zip": zipped(t=TABLE)})})})}),
        "cut.zip": zipped(**{"t.csv": TABLE})[:60],
        "cut.csv.gz": gzip.compress(TABLE.encode() * 100)[:-20],
        "laughs.kml": f"<!DOCTYPE l [<!ENTITY l0 \"ha\">{LAUGHS}]><kml><name>&l8;</name></kml>".encode(),
        "nulls.csv": b"a,b\n\x00\x00,1\n" * 50,
        "wide_cell.csv": ("site_id,latitude,longitude\n" + "x" * 1_000_000 + ",55.1,-120.2\n").encode(),
        "wide_name.csv": ("n" * 1_000_000 + ",latitude,longitude\nS1,55.1,-120.2\n").encode(),
        "columns.csv": f"{wide}\n{wide}\n".encode(),
        "quote.csv": ("site_id,latitude,longitude\n\"" + "never closed,\n" * 2000).encode(),
        "deep.geojson": b'{"type":"FeatureCollection","features":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "number.geojson": (
            '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":' + "9" * 100_000
            + '},"geometry":{"type":"Point","coordinates":[1e999,-1e999]}}]}'
        ).encode(),
        "workbook.xlsx": zipped(**{"[Content_Types].xml": "<x/>"}),
        "web.csv": b"<!DOCTYPE html><html><body>Sign in</body></html>",
        "text.parquet": TABLE.encode(),
        "text.gpkg": TABLE.encode(),
        "magic.gpkg": b"SQLite format 3\x00" + b"\xff" * 5000,
        "magic.shp": b"\x00\x00\x27\x0a" + b"\xff" * 5000,
        "magic.fgb": b"fgb\x03fgb\x00" + b"\xff" * 5000,
        "magic.parquet": b"PAR1" + b"\xff" * 5000 + b"PAR1",
        "magic.tif": b"II*\x00" + b"\xff" * 5000,
        "huge.tif": b"II*\x00\x08\x00\x00\x00\x02\x00" + b"".join(
            tag + b"\x01\x04\x00\x01\x00\x00\x00\xff\xff\xff\x7f" for tag in (b"\x00", b"\x01")
        ) + b"\x00\x00\x00\x00",
        "seamless.tab": b'!table\n!version 100\nDefinition Table\n  Type SEAMLESS Charset "Neutral"\n',
        "computed.vrt": virtual_grid("beside.tif", 'subClass="VRTDerivedRasterBand"'),
        "outside.vrt": virtual_grid("../../../../etc/hostname.tif"),
        "itself.vrt": virtual_grid("itself.vrt"),
        "entity.vrt": b'<!DOCTYPE v [<!ENTITY x SYSTEM "/etc/hostname">]>' + virtual_grid("&x;"),
    }  # fmt: skip


def read(folder: Path, name: str) -> None:
    """Read a file as a run would."""
    if any(name.endswith(one) for one in (".tif", ".asc", ".img", ".vrt", ".grd", ".nc")):
        raster = describe_raster(Source(id="s", role="raster", path=name), folder)
        with open_raster(raster) as dataset:
            dataset.read(1)
            dataset.overviews(1)
    else:
        read_table(Source(id="s", role="inventory", path=name, crs="EPSG:4326"), folder)


def message(folder: Path, name: str) -> str | None:
    """Return the one message of a file that cannot be read, None for one that can."""
    try:
        read(folder, name)
    except MinewasteError as stop:
        return str(stop)
    return None


def laid_out(folder: Path, corpus: Corpus) -> Path:
    home = folder / "data"
    home.mkdir()
    for name, content in corpus.items():
        (home / name).write_bytes(content)
        if name.endswith(".shp"):
            for part in (".shx", ".dbf", ".prj"):
                (home / name).with_suffix(part).write_bytes(b"\x00")
    return home


def test_left_to_itself_gdal_does_fetch(listener: Listener, tmp_path: Path) -> None:
    corpus = fetching(listener.address)
    home = laid_out(tmp_path, corpus)
    before = len(listener.hits)
    paths = [str(home / name) for name in corpus if not name.endswith((".xml", ".ovr"))]
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OPENED_FREELY, *paths], check=True, env=_bare(), capture_output=True
    )
    assert len(listener.hits) - before >= 5


def _bare() -> dict[str, str]:
    import os

    from layers.gdal import OPTIONS

    return {name: value for name, value in os.environ.items() if name not in {*OPTIONS, "GDAL_SKIP"}}


def test_no_reader_fetches_anything(listener: Listener, tmp_path: Path) -> None:
    corpus = fetching(listener.address)
    home = laid_out(tmp_path, corpus)
    before = len(listener.hits)
    told = {name: message(home, name) for name in corpus}
    assert listener.hits[before:] == []
    assert {name for name, said in told.items() if said} >= set(corpus) - {"schema.gml", "link.kml"}


@pytest.mark.parametrize("name", list(damaging()))
def test_a_damaging_file_is_read_or_one_message(name: str, tmp_path: Path, corpus: Corpus) -> None:
    home = laid_out(tmp_path, {name: corpus[name], "beside.tif": grid()})
    before = set(tmp_path.rglob("*"))
    said = message(home, name)
    assert said is None or (said.startswith("s") and len(said) < 1500)
    assert set(tmp_path.rglob("*")) == before
    assert not Path("/tmp/climbed.csv").exists()


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return damaging()


def link_member(name: str) -> zipfile.ZipInfo:
    """Return an entry of a zip that is a link, as archivers of Unix make it."""
    entry = zipfile.ZipInfo(name)
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    return entry


@pytest.mark.parametrize("depth", [0, 1], ids=["zip", "zip in a zip"])
@pytest.mark.parametrize(
    "member",
    [
        "../out.csv",
        "a/../../out.csv",
        "/tmp/out.csv",
        "..\\out.csv",
        "C:\\out.csv",
        "C:out.csv",
        "../",
        link_member("l.csv"),
    ],
    ids=str,
)
def test_an_archive_with_a_member_that_leads_out_is_refused_whole(
    tmp_path: Path, member: str | zipfile.ZipInfo, depth: int
) -> None:
    """Left out without a word, a member may be the table that was meant, or the better half of the rows."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as packed:
        packed.writestr("inside.csv", TABLE)
        packed.writestr(member, TABLE)
    content = memory.getvalue()
    for _ in range(depth):
        content = zipped(**{"inner.zip": content})
    (tmp_path / "sites.zip").write_bytes(content)
    name = re.escape(member if isinstance(member, str) else member.filename)
    end = "would be written outside its folder|is a link"
    with pytest.raises(
        SourceError, match=rf"^s \(sites\.zip\): the zip is not unpacked: its member '{name}' ({end})\."
    ):
        read(tmp_path, "sites.zip")
    looked_at = finds(tmp_path)
    assert [found.kind for found in looked_at] == ["unused"]
    assert re.search(rf"its member '{name}' ({end})", looked_at[0].why or "")


def test_folders_of_an_archive_written_in_the_way_of_windows_are_folders(tmp_path: Path) -> None:
    (tmp_path / "sites.zip").write_bytes(
        zipped(**{"data\\": b"", "data\\2024\\sites.csv": TABLE, "data\\read me.md": "x"})
    )
    table = read_table(Source(id="s", role="inventory", path="sites.zip", crs="EPSG:4326"), tmp_path)
    assert table.cells["site_id"].tolist() == ["S1"]
    assert [found.layer for found in finds(tmp_path)] == ["data/2024/sites.csv"]


@pytest.mark.parametrize(
    "name", ["outside.vrt", "itself.vrt", "computed.vrt", "entity.vrt", "seamless.tab", "bomb.zip", "bomb.csv.gz"]
)
def test_what_leads_elsewhere_or_explodes_is_refused(name: str, tmp_path: Path, corpus: Corpus) -> None:
    with pytest.raises(SourceError):
        read(laid_out(tmp_path, {name: corpus[name], "beside.tif": grid()}), name)


def test_a_plain_mosaic_inside_the_data_folder_is_read(tmp_path: Path) -> None:
    home = laid_out(tmp_path, {"beside.tif": grid(), "mosaic.vrt": virtual_grid("beside.tif")})
    read(home, "mosaic.vrt")


def test_an_archive_may_not_hold_more_than_its_budget(tmp_path: Path) -> None:
    packed = tmp_path / "small.zip"
    packed.write_bytes(b"x" * 1000)
    budget = Budget("s (small.zip)", packed, tmp_path)
    with pytest.raises(
        SourceError, match=r"^s \(small.zip\): the archive holds 10,001 files; 10,000 are unpacked at most\.$"
    ):
        budget.expect(10_001, 5)
    with pytest.raises(SourceError, match=r"unpacks to more than 268 MB"):
        Budget("s (small.zip)", packed, tmp_path).expect(1, 300 << 20)


LETTERS = """
import sys
from pathlib import Path
from layers.catalogue.source import Source
from layers.files.tables import read_table
from layers.guess.recognise import finds
table = read_table(Source(id="s", role="lines", path="roads.shp"), Path(sys.argv[1]))
sys.stdout.buffer.write(table.cells["name"][0].encode("utf-8"))
"""


def test_settings_for_other_programs_change_no_letter(tmp_path: Path) -> None:
    """GDAL takes the encoding of a shapefile from the environment or a file of the user, before that of the file itself."""
    road = gpd.GeoDataFrame({"name": ["Étang Road"]}, geometry=[shapely.LineString([(-90, 50), (-89, 51)])], crs=4326)
    road.to_file(tmp_path / "roads.shp", encoding="UTF-8")
    (tmp_path / ".gdal").mkdir()
    (tmp_path / ".gdal" / "gdalrc").write_text("[configoptions]\nSHAPE_ENCODING=CP437\n")
    command = [sys.executable, "-W", "ignore", "-c", LETTERS, str(tmp_path)]
    for setting in ({"HOME": str(tmp_path)}, {"SHAPE_ENCODING": "CP437"}):
        environment = _bare() | {"PYTHONPATH": str(Path(__file__).parents[2])} | setting
        assert subprocess.run(command, check=True, env=environment, capture_output=True).stdout.decode() == "Étang Road"


def test_a_private_layer_is_not_reached_through_another_file(tmp_path: Path) -> None:
    area = gpd.GeoDataFrame({"name": ["Area A"]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4326")
    area.to_file(tmp_path / "private.gpkg", driver="GPKG")
    (tmp_path / "lakes.gpkg").write_bytes(virtual_layer(str(tmp_path / "private.gpkg")))
    with pytest.raises(SourceError, match=r"this is no \.gpkg file"):
        read_table(Source(id="s", role="backdrop", path="lakes.gpkg"), tmp_path)
