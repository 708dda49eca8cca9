"""Fetching from a server on loopback that behaves as badly as real ones do."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
import yaml

from layers.catalogue.source import load_catalogue
from layers.errors import SourceError
from layers.fetch.client import fetch
from layers.fetch.recipes import kind_of, recipe_of
from layers.fetch.services import ckan_resource
from tests.layers.fetch.server import Server, client, send

BODY = b"id,name\n" + b"".join(b"%d,site %d\n" % (n, n) for n in range(20_000))


def send_json(handler: BaseHTTPRequestHandler, content: object) -> None:
    send(handler, json.dumps(content).encode(), Content_Type="application/json")


def test_a_plain_file_arrives_with_its_checksum_written_down(server: Server, tmp_path: Path) -> None:
    server.answers["/data/sites.csv"] = lambda handler, _: send(handler, BODY, Content_Type="text/csv")
    got = fetch(f"{server.url}/data/sites.csv", tmp_path, client())
    assert got.path == tmp_path / "sites.csv"
    assert got.path.read_bytes() == BODY
    assert got.sha256 == hashlib.sha256(BODY).hexdigest()
    record = yaml.safe_load((tmp_path / "fetched.yml").read_text())
    assert record["sites.csv"]["address"] == f"{server.url}/data/sites.csv"
    assert record["sites.csv"]["bytes"] == len(BODY)
    assert not list(tmp_path.glob("*.part"))


def test_what_is_there_is_not_fetched_again_and_another_file_is_not_overwritten(server: Server, tmp_path: Path) -> None:
    server.answers["/sites.csv"] = lambda handler, _: send(handler, BODY)
    fetch(f"{server.url}/sites.csv", tmp_path, client())
    assert fetch(f"{server.url}/sites.csv", tmp_path, client()).was_there
    assert server.asked["/sites.csv"] == 1
    (tmp_path / "sites.csv").write_text("my own")
    with pytest.raises(SourceError, match="there is another file of this name"):
        fetch(f"{server.url}/sites.csv", tmp_path, client())
    assert (tmp_path / "sites.csv").read_text() == "my own"


def test_a_busy_server_is_asked_again_with_patience(server: Server, tmp_path: Path) -> None:
    def busy(handler: BaseHTTPRequestHandler, _: dict[str, str]) -> None:
        if server.asked["/sites.csv"] < 3:
            send(handler, b"busy", 500)
        else:
            send(handler, BODY)

    server.answers["/sites.csv"] = busy
    assert fetch(f"{server.url}/sites.csv", tmp_path, client()).size == len(BODY)
    assert server.asked["/sites.csv"] == 3


def test_a_server_that_stays_broken_is_given_up_with_a_clear_message(server: Server, tmp_path: Path) -> None:
    server.answers["/sites.csv"] = lambda handler, _: send(handler, b"", 503)
    with pytest.raises(SourceError, match=r"not complete after 4 tries: HTTP 503"):
        fetch(f"{server.url}/sites.csv", tmp_path, client())
    assert not (tmp_path / "sites.csv").exists()


def test_a_download_that_breaks_off_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    asked: list[str | None] = []

    def broken(handler: BaseHTTPRequestHandler, _: dict[str, str]) -> None:
        wanted = handler.headers.get("Range")
        asked.append(wanted)
        if wanted is None:
            send(handler, BODY[:70_000], Content_Length=str(len(BODY)))
        else:
            start = int(re.findall(r"\d+", wanted)[0])
            send(handler, BODY[start:], 206, Content_Range=f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")

    server.answers["/sites.csv"] = broken
    assert fetch(f"{server.url}/sites.csv", tmp_path, client()).path.read_bytes() == BODY
    assert asked[0] is None
    assert asked[1] is not None
    assert asked[1].startswith("bytes=")


def test_a_lying_content_length_is_no_complete_file(server: Server, tmp_path: Path) -> None:
    server.answers["/sites.csv"] = lambda handler, _: send(handler, BODY[:5000], Content_Length=str(len(BODY)))
    with pytest.raises(SourceError, match="not complete after 4 tries"):
        fetch(f"{server.url}/sites.csv", tmp_path, client())
    assert not (tmp_path / "sites.csv").exists()


def test_a_redirect_to_another_host_is_not_followed_unless_it_is_named(server: Server, tmp_path: Path) -> None:
    other = server.url.replace("127.0.0.1", "localhost")
    server.answers["/old.csv"] = lambda handler, _: send(handler, b"", 302, Location=f"{other}/sites.csv")
    server.answers["/sites.csv"] = lambda handler, _: send(handler, BODY)
    with pytest.raises(SourceError, match=r"leads to another host, localhost\. It was not followed"):
        fetch(f"{server.url}/old.csv", tmp_path, client())
    assert server.asked["/sites.csv"] == 0
    assert fetch(f"{server.url}/old.csv", tmp_path, client(hosts={"localhost"})).size == len(BODY)


def test_a_redirect_on_the_same_host_is_followed_but_not_for_ever(server: Server, tmp_path: Path) -> None:
    server.answers["/old.csv"] = lambda handler, _: send(handler, b"", 301, Location="/sites.csv")
    server.answers["/sites.csv"] = lambda handler, _: send(handler, BODY)
    server.answers["/loop.csv"] = lambda handler, _: send(handler, b"", 302, Location="/loop.csv")
    assert fetch(f"{server.url}/old.csv", tmp_path, client()).size == len(BODY)
    with pytest.raises(SourceError, match="leads in circles"):
        fetch(f"{server.url}/loop.csv", tmp_path, client())


def packed(*names: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name in names:
            archive.writestr(name, "id\n1\n")
    return body.getvalue()


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/evil.csv", "..\\evil.csv", "C:\\evil.csv"])
def test_a_zip_that_climbs_out_of_its_folder_is_dropped(server: Server, tmp_path: Path, name: str) -> None:
    server.answers["/data.zip"] = lambda handler, _: send(handler, packed("good.csv", name))
    with pytest.raises(SourceError, match="would be written outside its folder"):
        fetch(f"{server.url}/data.zip", tmp_path, client())
    assert [one.name for one in tmp_path.iterdir()] == []


def test_an_honest_zip_arrives_and_a_web_page_in_its_place_does_not(server: Server, tmp_path: Path) -> None:
    server.answers["/data.zip"] = lambda handler, _: send(handler, packed("good.csv"))
    server.answers["/login.zip"] = lambda handler, _: send(handler, b"<!DOCTYPE html><html>Please log in</html>")
    assert fetch(f"{server.url}/data.zip", tmp_path, client()).path.name == "data.zip"
    with pytest.raises(SourceError, match="it is a web page"):
        fetch(f"{server.url}/login.zip", tmp_path, client())
    assert not (tmp_path / "login.zip").exists()


def test_a_changed_file_does_not_pass_for_the_one_expected(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.fetch import recipes

    server.answers["/sites.csv"] = lambda handler, _: send(handler, BODY)
    recipe = recipes.Recipe(url=f"{server.url}/sites.csv", sha256="0" * 64)
    monkeypatch.setattr("layers.fetch.client.recipe_of", lambda _: (recipe, ()))
    with pytest.raises(SourceError, match="its SHA-256 differs"):
        fetch("made_up", tmp_path, client())
    assert not (tmp_path / "sites.csv").exists()


def arcgis(server: Server, ids: list[int], limit: int = 10, lost: tuple[int, ...] = (), columns: str = "SITE") -> None:
    """Serve a layer that lists ids, cuts pages off at ``limit`` and says so only in the page's properties."""

    def layer(handler: BaseHTTPRequestHandler, _: dict[str, str]) -> None:
        send_json(handler, {"objectIdField": "OBJECTID", "maxRecordCount": 25})

    def query(handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        if asked.get("returnIdsOnly"):
            send_json(handler, {"objectIdFieldName": "OBJECTID", "objectIds": ids[::-1]})
            return
        low, high = map(int, re.findall(r"\d+", asked["where"]))
        wanted = [one for one in ids if low <= one <= high and one not in lost]
        page = [
            {"type": "Feature", "properties": {"OBJECTID": one, columns: f"S{one}"},
             "geometry": {"type": "Point", "coordinates": [-100 + one / 1000, 50]}}
            for one in wanted[:limit]
        ]  # fmt: skip
        cut = {"properties": {"exceededTransferLimit": True}} if len(wanted) > limit else {}
        send_json(handler, {"type": "FeatureCollection", "features": page, **cut})

    server.answers["/rest/MapServer/3"] = layer
    server.answers["/rest/MapServer/3/query"] = query


def test_an_arcgis_layer_arrives_whole_though_its_pages_are_cut_off(server: Server, tmp_path: Path) -> None:
    ids = [*range(1, 60), *range(200, 260, 2)]
    arcgis(server, ids)
    got = fetch(f"{server.url}/rest/MapServer/3", tmp_path, client())
    features = json.loads(got.path.read_text())["features"]
    assert [one["properties"]["OBJECTID"] for one in features] == ids
    assert got.path.suffix == ".geojson"
    assert not list(tmp_path.glob("*.pages"))


def test_an_arcgis_layer_that_withholds_an_object_is_not_taken_for_whole(server: Server, tmp_path: Path) -> None:
    arcgis(server, list(range(1, 30)), lost=(17,))
    with pytest.raises(SourceError, match="lists object 17 but does not deliver it"):
        fetch(f"{server.url}/rest/MapServer/3", tmp_path, client())
    assert not list(tmp_path.glob("*.geojson"))


def test_errors_of_an_arcgis_server_with_status_200_are_errors(server: Server, tmp_path: Path) -> None:
    server.answers["/rest/MapServer/3"] = lambda handler, _: send_json(
        handler, {"error": {"code": 499, "message": "Token Required"}}
    )
    with pytest.raises(SourceError, match=r"the service refuses: Token Required \(code 499\)"):
        fetch(f"{server.url}/rest/MapServer/3", tmp_path, client())


def test_the_recipe_of_the_mine_waste_layer_takes_it_whole_and_misses_its_id(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real address was never tried: an invented layer of the kind and columns that the catalogue expects stands in for it."""
    recipe, notes = recipe_of("usgs_mine_waste")
    assert any("has not been verified" in note for note in notes)
    assert (recipe.kind, recipe.columns) == ("arcgis", ["Site_ID"])
    here = recipe.model_copy(update={"url": f"{server.url}/rest/MapServer/3"})
    monkeypatch.setattr("layers.fetch.client.recipe_of", lambda _: (here, notes))
    arcgis(server, list(range(1, 40)), columns="Site_ID")
    got = fetch("usgs_mine_waste", tmp_path / "good", client())
    assert len(json.loads(got.path.read_text())["features"]) == 39
    assert any("has not been verified" in note for note in got.notes)
    arcgis(server, [1, 2], columns="SITE_NO")
    with pytest.raises(SourceError, match="Site_ID"):
        fetch("usgs_mine_waste", tmp_path / "changed", client())


def test_an_address_that_was_never_verified_says_so_where_it_fails_and_not_where_a_file_is_in_the_way(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [entry.id for entry in load_catalogue().values() if entry.fetch]
    assert len(sources) > 10
    for name in sources:
        recipe, notes = recipe_of(name)
        gone = recipe.model_copy(update={"url": f"{server.url}/gone/{name}", "kind": "file"})
        monkeypatch.setattr("layers.fetch.client.recipe_of", lambda _, gone=gone, notes=notes: (gone, notes))
        with pytest.raises(SourceError) as failed:
            fetch(name, tmp_path, client())
        doubted = any("has not been verified" in note for note in notes)
        assert ("has not been verified" in str(failed.value)) == doubted
        (tmp_path / (recipe.file_name or name)).write_text("of somebody else")
        with pytest.raises(SourceError, match="another file of this name") as in_the_way:
            fetch(name, tmp_path, client())
        assert "verified" not in str(in_the_way.value)


def test_what_arrived_is_said_to_be_kept_only_where_something_arrived(server: Server, tmp_path: Path) -> None:
    server.answers["/busy.csv"] = lambda handler, _: handler.send_error(503)
    with pytest.raises(SourceError, match="Nothing arrived") as failed:
        fetch(f"{server.url}/busy.csv", tmp_path, client())
    assert ".part" not in str(failed.value)
    assert not list(tmp_path.glob("*.part"))


def test_a_service_that_changed_its_columns_is_named_so(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from layers.fetch import recipes

    arcgis(server, [1, 2, 3], columns="SITE_NAME_2")
    recipe = recipes.Recipe(url=f"{server.url}/rest/MapServer/3", columns=["OBJECTID", "SITE"])
    monkeypatch.setattr("layers.fetch.client.recipe_of", lambda _: (recipe, ()))
    with pytest.raises(
        SourceError, match=r"the service changed its columns: SITE no longer there\. It has objectid, site_name_2"
    ):
        fetch("made_up", tmp_path, client())


def wfs(server: Server, total: int, page: int, repeat: bool = False, dry_from: int | None = None) -> None:
    def answer(handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        start = 0 if repeat else int(asked["startIndex"])
        stop = min(total, start + min(page, int(asked["count"])))
        if dry_from is not None:
            stop = min(stop, dry_from)
        found = [
            {"type": "Feature", "id": f"sites.{one}", "properties": {"n": one}, "geometry": None}
            for one in range(start, stop)
        ]
        send_json(handler, {"type": "FeatureCollection", "numberMatched": total, "features": found})

    server.answers["/geo/wfs"] = answer


def test_a_wfs_layer_is_paged_to_its_end(server: Server, tmp_path: Path) -> None:
    wfs(server, total=57, page=20)
    got = fetch(f"{server.url}/geo/wfs?service=WFS&typeNames=pub:SITES", tmp_path, client())
    assert [one["properties"]["n"] for one in json.loads(got.path.read_text())["features"]] == list(range(57))


def test_a_wfs_that_repeats_a_page_or_runs_dry_is_not_taken_for_whole(server: Server, tmp_path: Path) -> None:
    wfs(server, total=40, page=20, repeat=True)
    with pytest.raises(SourceError, match="40 features of 'pub:SITES' were stated and 20 different ones delivered"):
        fetch(f"{server.url}/geo/wfs?service=WFS&typeNames=pub:SITES", tmp_path / "a", client())
    wfs(server, total=40, page=20, dry_from=20)
    with pytest.raises(SourceError, match="only 20 of 40 features"):
        fetch(f"{server.url}/geo/wfs?service=WFS&typeNames=pub:SITES", tmp_path / "b", client())


def test_a_truncated_json_page_is_asked_for_again(server: Server, tmp_path: Path) -> None:
    wfs(server, total=5, page=5)
    whole = server.answers["/geo/wfs"]

    def truncated(handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        if server.asked["/geo/wfs"] == 1:
            send(handler, b'{"type": "FeatureCollection", "numberMatched": 5, "feat')
        else:
            whole(handler, asked)

    server.answers["/geo/wfs"] = truncated
    got = fetch(f"{server.url}/geo/wfs?service=WFS&typeNames=pub:SITES", tmp_path, client())
    assert len(json.loads(got.path.read_text())["features"]) == 5


def test_a_ckan_dataset_of_one_file_is_fetched_and_of_several_is_asked_back(server: Server, tmp_path: Path) -> None:
    files = [{"name": "Sites", "format": "CSV", "url": f"{server.url}/sites.csv"}]
    package = {"success": True, "result": {"resources": files}}
    server.answers["/api/3/action/package_show"] = lambda handler, _: send_json(handler, package)
    server.answers["/sites.csv"] = lambda handler, _: send(handler, BODY)
    assert fetch(f"{server.url}/dataset/mine-waste", tmp_path, client()).size == len(BODY)
    files.append({"name": "Map", "format": "PDF", "url": f"{server.url}/map.pdf"})
    with pytest.raises(SourceError, match=r"2 files fit: Sites \(CSV\)"):
        fetch(f"{server.url}/dataset/mine-waste", tmp_path, client())
    assert ckan_resource(lambda *_: package, f"{server.url}/dataset/mine-waste", "csv") == f"{server.url}/sites.csv"


def test_sources_that_are_closed_unknown_or_without_an_address_are_not_guessed() -> None:
    with pytest.raises(SourceError, match="is not fetched"):
        recipe_of("native_land")
    with pytest.raises(SourceError, match="neither a source of the catalogue"):
        recipe_of("no_such_source")
    with pytest.raises(SourceError, match="no address of the data themselves is known"):
        recipe_of("noami")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.org/arcgis/rest/services/a/MapServer/12", "arcgis"),
        ("https://example.org/geo/wfs?service=WFS&typeNames=a:B", "wfs"),
        ("https://example.org/data/en/dataset/some-thing", "ckan"),
        ("https://example.org/dataset/table.csv", "file"),
    ],
)
def test_a_service_is_told_by_its_address(url: str, kind: str) -> None:
    assert kind_of(url) == kind


def test_every_address_of_the_catalogue_is_a_recipe_that_says_whether_it_was_tried() -> None:
    from layers.catalogue.source import load_catalogue

    known = [name for name, entry in load_catalogue().items() if entry.fetch]
    assert "natural_earth_lakes" in known
    for name in known:
        recipe, notes = recipe_of(name)
        assert recipe.url.startswith("https://")
        assert notes[0].startswith("licence: ")
        assert "fetch" in load_catalogue()[name].known
