"""Who may ask, how, and in which shape a refusal comes."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from cartesia_emulator import Emulator

VERSIONS = [
    "2024-06-10",
    "2024-11-13",
    "2025-04-16",
    "2025-11-04",
    "2026-03-01",
    "2026-08-14",
]


def refused(response: httpx.Response, status: int, *words: str) -> Any:
    """The body, after a look at its shape."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/json")
    body = response.json()
    assert {"error_code", "title", "message", "request_id"} <= body.keys()
    assert body["request_id"] == response.headers["x-request-id"]
    for word in words:
        assert word in body["message"]
    return body


def test_status_needs_no_key(bench: Any) -> None:
    del bench.http.headers["Authorization"]
    assert bench.http.get("/").json() == {"ok": True, "version": "2026-08-14"}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_known_version_is_served(bench: Any, version: str) -> None:
    assert bench.http.get("/voices", headers={"cartesia-version": version}).status_code == 200


def test_version_is_required_and_checked(bench: Any) -> None:
    refused(bench.http.get("/", headers={"Cartesia-Version": "2020-01-01"}), 400, "2020-01-01")
    del bench.http.headers["Cartesia-Version"]
    refused(bench.http.get("/voices"), 400, "Cartesia-Version")


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_key_comes_in_either_header(bench: Any, header: str) -> None:
    key = bench.emulator.api_key
    del bench.http.headers["Authorization"]
    value = f"bearer {key}" if header == "Authorization" else key
    assert bench.http.get("/voices", headers={header: value}).status_code == 200


def test_keys_of_strangers_and_no_key_are_refused(bench: Any) -> None:
    refused(bench.http.get("/voices", headers={"Authorization": "Bearer sk_car_x"}), 401)
    refused(bench.http.get("/voices", headers={"Authorization": "Bearer é".encode()}), 401)
    del bench.http.headers["Authorization"]
    refused(bench.http.get("/voices"), 401, "API key")
    # The query is for websockets only.
    refused(bench.http.get("/voices", params={"api_key": bench.emulator.api_key}), 401)


@pytest.mark.parametrize("parameter", ["api_key", "access_token"])
def test_websocket_takes_key_and_version_in_the_query(bench: Any, parameter: str) -> None:
    secret = bench.emulator.api_key
    if parameter == "access_token":
        made = bench.http.post("/access-token", json={"grants": {"tts": True}})
        secret = made.json()["token"]
    query = f"?{parameter}={secret}&cartesia_version=2026-08-14"
    # The version in the query wins over the header.
    with connect(bench.url() + query, additional_headers={"Cartesia-Version": "1999-01-01"}):
        pass


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 401), ("?api_key=wrong", 401), ("?cartesia_version=1&api_key={key}", 400)],
)
def test_handshake_is_refused_with_a_structured_body(bench: Any, query: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as caught:
        url = bench.url() + query.format(key=bench.emulator.api_key)
        connect(url, additional_headers={"Cartesia-Version": "2026-08-14"})
    response = caught.value.response
    assert response.status_code == status
    assert b'"request_id"' in (response.body or b"")


def test_tokens_open_only_what_they_grant(bench: Any) -> None:
    def guest(**grants: bool) -> dict[str, str]:
        made = bench.http.post("/access-token", json={"grants": grants, "expires_in": 60})
        token = made.json()["token"]
        assert token.count(".") == 2
        return {"Authorization": f"Bearer {token}"}

    speech = bench.speech()
    tts, stt = guest(tts=True), guest(stt=True)
    assert bench.http.post("/tts/bytes", json=speech, headers=tts).status_code == 200
    refused(bench.http.post("/tts/bytes", json=speech, headers=stt), 403, "tts")
    refused(bench.http.post("/stt", headers=tts), 403, "stt")
    refused(bench.http.post("/tts/sse", json=speech, headers=guest()), 403)
    refused(bench.http.get("/voices", headers=tts), 403)
    refused(bench.http.post("/access-token", json={}, headers=tts), 403)
    forged = {"Authorization": tts["Authorization"][:-4] + "AAAA"}
    refused(bench.http.post("/tts/bytes", json=speech, headers=forged), 401)


def test_tokens_expire(bench: Any) -> None:
    body = {"grants": {"tts": True}, "expires_in": 1}
    token = bench.http.post("/access-token", json=body).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    time.sleep(1.05)
    refused(bench.http.post("/tts/bytes", json=bench.speech(), headers=headers), 401, "expired")


@pytest.mark.parametrize("body", ["{}", '{"grants": null}', '{"grants": {"tts": null}}'])
def test_token_settings_are_optional(bench: Any, body: str) -> None:
    assert bench.http.post("/access-token", content=body).status_code == 200


@pytest.mark.parametrize("expires_in", [0, 3601, "60", -5])
def test_token_lifetimes_are_bounded(bench: Any, expires_in: object) -> None:
    refused(bench.http.post("/access-token", json={"expires_in": expires_in}), 400, "expires_in")


def test_unknown_routes_and_methods_are_structured(bench: Any) -> None:
    refused(bench.http.get("/nowhere"), 404, "/nowhere")
    refused(bench.http.get("/voices/a/b/c"), 404)
    response = bench.http.put("/voices")
    refused(response, 405, "PUT")
    assert response.headers["allow"] == "GET"
    refused(bench.http.post("/tts/websocket"), 405)
    refused(bench.http.get("/tts/websocket"), 426)


@pytest.mark.parametrize("path", ["/tts/bytes", "/tts/sse", "/voices/localize", "/access-token"])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 5000, b"nul"])
def test_malformed_bodies_are_refused(bench: Any, path: str, body: bytes) -> None:
    refused(bench.http.post(path, content=body), 400)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_unreadable_bodies_are_refused(bench: Any, coding: str) -> None:
    headers = {"Content-Encoding": coding}
    refused(bench.http.post("/tts/bytes", content=b"not so", headers=headers), 400)


def test_bodies_have_a_limit(make_bench: Any) -> None:
    bench = make_bench(max_upload_bytes=1000)
    body = refused(bench.http.post("/tts/bytes", content=b"x" * 2000), 413)
    assert body["error_code"] == "file_too_large"


def test_health_needs_no_key_and_counts(bench: Any) -> None:
    bench.http.get("/voices")
    found = httpx.get(f"{bench.emulator.base_url}/emulator").json()
    assert (found["synthesizer"], found["recognizer"]) == ("tone", "tone")
    assert found["requests_served"] == 1
    assert found["open_sockets"] == found["active_contexts"] == 0
    assert {engine["name"] for engine in found["engines"]} >= {"tone"}
    bench.talk()
    assert httpx.get(f"{bench.emulator.base_url}/emulator").json()["open_sockets"] == 1


def test_only_the_latest_requests_are_kept(make_bench: Any) -> None:
    bench = make_bench(record=2)
    for limit in (1, 2, 3):
        bench.http.get("/voices", params={"limit": limit})
    assert [dict(request.query)["limit"] for request in bench.emulator.requests] == ["2", "3"]


def test_requests_are_recorded(bench: Any) -> None:
    bench.http.post("/tts/bytes?a=1&a=2", json=bench.speech("Kept."))
    talk = bench.talk()
    talk.send("one", "Hello.")
    talk.until("done")
    post, socket = bench.emulator.requests
    assert (post.method, post.path, post.status) == ("POST", "/tts/bytes", 200)
    assert post.query == (("a", "1"), ("a", "2"))
    assert b"Kept." in post.body
    assert post.headers["cartesia-version"] == "2026-08-14"
    assert '"context_id": "one"' in socket.frames[0]
    assert bench.emulator.api_key not in repr(bench.emulator.requests)
    bench.emulator.clear_requests()
    assert bench.emulator.requests == ()


@pytest.mark.parametrize(
    "credential",
    [
        "ключ".encode(),
        "sk_car_é".encode("latin-1"),
        b"\xff\xfe",
        b"a.b.\xe2\x82",
        "a.b.ключ".encode(),
    ],
)
@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_credential_that_is_not_ascii_is_only_wrong(
    bench: Any, header: str, credential: bytes
) -> None:
    bare = {"Cartesia-Version": "2026-08-14"}
    bearer = b"Bearer " if header == "Authorization" else b""
    with httpx.Client(base_url=bench.emulator.base_url, headers=bare, trust_env=False) as client:
        for path in ("/voices", "/v0/voices"):
            headers = {header.encode(): bearer + credential}
            assert client.get(path, headers=headers).status_code == 401


@pytest.mark.parametrize("name", ["api_key", "access_token"])
@pytest.mark.parametrize("value", ["%D0%BA%D0%BB%D1%8E%D1%87", "%ff%fe", "%ed%a0%80", "a.b.%ff"])
def test_a_credential_in_the_url_that_is_not_ascii(bench: Any, name: str, value: str) -> None:
    for path in ("/tts/websocket", "/v0/audio/websocket"):
        url = f"{bench.url(path)}?cartesia_version=2026-08-14&{name}={value}"
        with pytest.raises(InvalidStatus) as caught:
            connect(url).__enter__()
        assert caught.value.response.status_code == 401


def test_a_key_that_is_not_ascii_works() -> None:
    with Emulator(engine="tone", api_key="ключ") as emulator:
        headers = [(b"X-API-Key", "ключ".encode()), (b"Cartesia-Version", b"2026-08-14")]
        assert httpx.get(emulator.base_url + "/voices", headers=headers).status_code == 200
