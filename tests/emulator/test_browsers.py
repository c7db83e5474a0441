"""What web pages may do with the emulator, and the page that it serves itself."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from cartesia_emulator.faults import FAULTS

if TYPE_CHECKING:
    from .conftest import Bench, MakeBench

LOCAL = "http://localhost:5173"
FOREIGN = "https://evil.example"
ORIGINS = (LOCAL, "http://127.0.0.1:8000", "https://[::1]", "http://app.localhost:3000")
FOREIGN_ORIGINS = (FOREIGN, "null", "http://localhost.evil.example", "http://10.0.0.1", "http://[")


def preflight(bench: Bench, path: str, origin: str) -> httpx.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,cartesia-version,x-new",
    }
    return httpx.options(bench.emulator.base_url + path, headers=headers)


@pytest.mark.parametrize("path", ["/tts/bytes", "/voices/some-id", "/emulator/faults", "/nowhere"])
@pytest.mark.parametrize("origin", ORIGINS)
def test_a_page_on_this_machine_may_send_any_request(bench: Bench, path: str, origin: str) -> None:
    answer = preflight(bench, path, origin)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["Access-Control-Allow-Origin"] == origin
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,cartesia-version,x-new"
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"


def test_a_preflight_is_not_among_the_requests_of_clients(bench: Bench) -> None:
    preflight(bench, "/tts/bytes", LOCAL)
    assert bench.emulator.requests == ()


def test_a_page_on_this_machine_reads_answers_streams_and_errors(bench: Bench) -> None:
    origin = {"Origin": LOCAL}
    answers = [
        bench.http.get("/voices", headers=origin),
        bench.http.post("/tts/sse", json=bench.speech(), headers=origin),
        bench.http.post("/tts/bytes", json=bench.speech(), headers=origin),
        bench.http.get("/voices/none", headers=origin),
        bench.http.get("/nowhere", headers=origin),
        httpx.get(f"{bench.emulator.base_url}/voices", headers=origin),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 404, 401]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == LOCAL
        assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_page_gets_no_permission(bench: Bench, origin: str) -> None:
    refused = preflight(bench, "/voices", origin)
    assert refused.status_code == 403
    assert "--allow-host" in refused.json()["message"]
    read = bench.http.get("/voices", headers={"Origin": origin})
    assert not [name for name in read.headers if name.startswith("access-control-")]


def test_clients_outside_of_browsers_notice_nothing(bench: Bench) -> None:
    headers = bench.http.get("/voices").headers
    assert "Vary" not in headers
    assert not [name for name in headers if name.startswith("access-control-")]
    assert bench.http.options("/voices").status_code == 405


def test_a_foreign_page_opens_no_socket_even_with_the_key(bench: Bench) -> None:
    url = f"{bench.url()}?api_key={bench.emulator.api_key}&cartesia_version=2026-08-14"
    own = bench.emulator.base_url
    for origin in (*ORIGINS, own, None):
        with connect(url, origin=Origin(origin) if origin else None):
            pass
    for origin in FOREIGN_ORIGINS:
        with pytest.raises(InvalidStatus) as refused, connect(url, origin=Origin(origin)):
            pass
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/", "/voices", "/playground", "/nowhere"])
@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:80", "localhost.evil.example", "", "[", "127.0.0.1.nip.io"],
)
def test_another_name_is_refused(bench: Bench, host: str, path: str) -> None:
    """A page can point its own name at this machine (DNS rebinding)."""
    refused = bench.http.get(path, headers={"Host": host})
    assert refused.status_code == 421
    assert "does not answer to" in refused.json()["message"]
    assert "--allow-host" in refused.json()["message"]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST.:1", "a.localhost", "[::1]:80", "10.1.2.3"]
)
def test_localhost_and_addresses_are_accepted(bench: Bench, host: str) -> None:
    assert bench.http.get("/voices", headers={"Host": host}).status_code == 200


def test_further_names_are_allowed_by_the_option(make_bench: MakeBench) -> None:
    bench = make_bench(allow_hosts=["emulator", "evil.example"])
    for host in ("emulator:80", "evil.example"):
        assert bench.http.get("/", headers={"Host": host}).status_code == 200
    assert preflight(bench, "/voices", FOREIGN).status_code == 204
    assert bench.http.get("/", headers={"Host": "other"}).status_code == 421
    bench = make_bench(allow_hosts=["*"])
    assert bench.http.get("/", headers={"Host": "other"}).status_code == 200
    assert preflight(bench, "/voices", FOREIGN).status_code == 204


def test_the_start_page_is_json_except_for_browsers(bench: Bench) -> None:
    for accept in ("*/*", "application/json"):
        assert bench.http.get("/", headers={"Accept": accept}).json()["ok"] is True
    moved = bench.http.get("/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (moved.status_code, moved.headers["Location"]) == (303, "/playground")


def test_the_page_and_its_parts_are_served_without_a_key(bench: Bench) -> None:
    page = httpx.get(f"{bench.emulator.base_url}/playground")
    parts = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
    assert len(parts) == 2
    parts += ["/playground/code.js", "/playground/recorder.js"]
    for path, kind in (("/playground", "html"), *((p, p.rpartition(".")[2]) for p in parts)):
        answer = httpx.get(bench.emulator.base_url + path)
        assert answer.status_code == 200
        assert kind.replace("js", "javascript") in answer.headers["Content-Type"]
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_names_no_other_host() -> None:
    for file in files("cartesia_emulator.playground").iterdir():
        if file.name.endswith((".html", ".css", ".js")):
            found = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", file.read_text(encoding="utf-8"))
            assert set(found) <= {"http://www.w3.org"}, file.name  # the name of SVG


def test_the_url_of_the_page_has_the_key_in_its_fragment(make_bench: MakeBench) -> None:
    bench = make_bench(api_key="a key&b")
    assert bench.emulator.playground_url == f"{bench.emulator.base_url}/playground#key=a%20key%26b"
    everywhere = make_bench(host="0.0.0.0").emulator.playground_url
    assert everywhere.startswith("http://localhost:")


def test_every_fault_is_described(bench: Bench) -> None:
    told = {fault["name"]: fault for fault in bench.http.get("/emulator").json()["faults"]}
    assert set(told) == set(FAULTS)
    assert all(fault["about"] and fault["where"] for fault in told.values())
    assert told["error"]["about"].endswith("as for ``status``")
