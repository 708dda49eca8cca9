"""Servers that lead elsewhere, never end or pack what nobody asked to be packed, and addresses that hold keys."""

from __future__ import annotations

import gzip
import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from layers.errors import SourceError
from layers.fetch.client import fetch
from tests.layers.fetch.server import Server, client, send

BODY = b"id,name\n" + b"".join(b"%d,site %d\n" % (n, n) for n in range(20_000))


def test_a_redirect_to_another_door_of_the_host_or_to_a_file_is_not_followed(server: Server, tmp_path: Path) -> None:
    other = Server()
    other.answers["/sites.csv"] = lambda handler, _: send(handler, BODY)
    targets = {"/port.csv": f"{other.url}/sites.csv", "/local.csv": "file:///etc/hosts"}
    for path, target in targets.items():
        server.answers[path] = lambda handler, _, target=target: send(handler, b"", 302, Location=target)
    with pytest.raises(SourceError, match=rf"another door of its host, port {other.http.server_port}, .* not followed"):
        fetch(f"{server.url}/port.csv", tmp_path, client())
    with pytest.raises(SourceError, match=r"which is no web address\. It was not followed"):
        fetch(f"{server.url}/local.csv", tmp_path, client())
    assert other.asked.total() == 0
    other.http.shutdown()
    other.http.server_close()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        (
            "http://localhost:{other}/sites.csv",
            r"another host, localhost\. It was not followed\..*--allow-host localhost",
        ),
        ("http://127.0.0.1:{other}/sites.csv", r"another door of its host, port"),
        ("file:///etc/hosts", r"which is no web address"),
        ("//localhost/sites.csv", r"which is no web address"),
        ("http://[::1", r"which is no web address"),
        ("http://localhost:99999/sites.csv", r"which is no web address"),
    ],
)
def test_a_dataset_that_names_a_file_elsewhere_is_followed_only_to_a_host_somebody_named(
    server: Server, tmp_path: Path, address: str, message: str
) -> None:
    other = Server()
    other.answers["/sites.csv"] = lambda handler, _: send(handler, BODY)
    named = address.format(other=other.http.server_port)
    package = {"success": True, "result": {"resources": [{"name": "Sites", "format": "CSV", "url": named}]}}
    server.answers["/api/3/action/package_show"] = lambda handler, _: send(handler, json.dumps(package).encode())
    with pytest.raises(
        SourceError, match=rf"the dataset names a file at {message}|the dataset names a file at '.*{message}"
    ):
        fetch(f"{server.url}/dataset/mine-waste", tmp_path, client())
    assert other.asked.total() == 0
    assert list(tmp_path.iterdir()) == []
    if "--allow-host" in message:
        assert fetch(f"{server.url}/dataset/mine-waste", tmp_path, client(hosts={"localhost"})).size == len(BODY)
    other.http.shutdown()
    other.http.server_close()


@pytest.mark.parametrize(
    "address", ["http://[::1", "https://", "http://:80/a.csv", "http://a:99999/a.csv", "http://a:b/a.csv"]
)
def test_what_is_no_address_is_asked_of_nobody(tmp_path: Path, address: str) -> None:
    with pytest.raises(SourceError, match="is no address of the web"):
        fetch(address, tmp_path / "to", client())
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("query", ["token=s3cret", "a=1&api_key=s3cret", "X-Amz-Signature=s3cret&b=2", "sig=s3cret"])
def test_passwords_and_keys_of_an_address_are_used_and_not_written(server: Server, tmp_path: Path, query: str) -> None:
    asked_with: list[tuple[str | None, dict[str, str]]] = []

    def answer(handler: BaseHTTPRequestHandler, words: dict[str, str]) -> None:
        asked_with.append((handler.headers.get("Authorization"), words))
        send(handler, BODY)

    server.answers |= {"/sites.csv": answer, "/lost.csv": lambda handler, _: send(handler, b"", 404)}
    login = server.url.replace("://", "://me:s3cret@")
    assert fetch(f"{login}/sites.csv?{query}", tmp_path, client()).size == len(BODY)
    assert asked_with[0][0] is not None
    assert "s3cret" in asked_with[0][1].values()
    record = (tmp_path / "fetched.yml").read_text()
    assert "s3cret" not in record
    assert "me" not in urlsplit(yaml.safe_load(record)["sites.csv"]["address"]).netloc
    assert fetch(f"{login}/sites.csv?{query}", tmp_path, client()).was_there
    with pytest.raises(SourceError) as stopped:
        fetch(f"{login}/lost.csv?{query}", tmp_path, client())
    assert "s3cret" not in str(stopped.value)


def test_an_answer_without_end_stops_before_the_disk_is_full(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers["/sites.csv"] = lambda handler, _: send(handler, BODY)
    monkeypatch.setattr("layers.fetch.client._LEAVE_FREE", 1 << 62)
    with pytest.raises(SourceError, match=r"stopped after 0 bytes, .* of the disk are free.*remove sites\.csv\.part"):
        fetch(f"{server.url}/sites.csv", tmp_path, client())
    assert not (tmp_path / "sites.csv").exists()


def test_a_server_that_packs_its_answers_unasked_is_understood(server: Server, tmp_path: Path) -> None:
    packed_body = gzip.compress(BODY)
    server.answers["/sites.csv"] = lambda handler, _: send(handler, packed_body, Content_Encoding="gzip")
    assert fetch(f"{server.url}/sites.csv", tmp_path, client()).size == len(BODY)
    assert server.asked["/sites.csv"] == 1
