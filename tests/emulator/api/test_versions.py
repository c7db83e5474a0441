"""Requests of an older version get the shapes that its clients parse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

OLDER = ["2024-06-10", "2024-11-13", "2025-04-16", "2025-11-04"]
NEWER = ["2026-03-01", "2026-08-14"]


def of(bench: Any, version: str) -> Any:
    bench.http.headers["Cartesia-Version"] = bench.headers["Cartesia-Version"] = version
    return bench


@pytest.mark.parametrize("version", [*OLDER, *NEWER])
def test_errors_over_http(bench: Any, version: str) -> None:
    """A text "Title: Message" until errors got a structure; also before a stream and for a 401."""
    http = of(bench, version).http
    wrong = bench.speech(model_id="sonic-9")
    answers = [
        http.get("/voices/none"),
        http.get("/no-such-path"),
        http.post("/tts/bytes", json=wrong),
        http.post("/tts/sse", json=wrong),
        http.get("/voices", headers={"Authorization": "Bearer wrong"}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 400, 400, 401]
    for answer in answers:
        if version in OLDER:
            assert answer.headers["content-type"].startswith("text/plain")
            title, _, message = answer.text.partition(": ")
            assert title in ("Not Found", "Bad Request", "Unauthorized")
            assert message
        else:
            assert answer.json().keys() >= {"error_code", "title", "message", "request_id"}


@pytest.mark.parametrize("version", [*OLDER, *NEWER])
@pytest.mark.parametrize("by", ["header", "query"])
def test_errors_in_frames(bench: Any, version: str, by: str) -> None:
    """One text ``error`` in older versions, on sockets and in event streams."""
    headers, query = dict(bench.headers), ""
    if by == "query":
        query = f"?cartesia_version={version}"  # it wins over the header
    else:
        headers["Cartesia-Version"] = version
    with connect(bench.url() + query, additional_headers=headers) as socket:
        socket.send(json.dumps(bench.speech(model_id="sonic-9", context_id="a")))
        refused = json.loads(socket.recv(timeout=5))
        socket.send("{")
        nameless = json.loads(socket.recv(timeout=5))
        bench.emulator.inject("error", 500)
        socket.send(json.dumps(bench.speech(context_id="b")))
        failed = json.loads(socket.recv(timeout=5))
    bench.emulator.inject("error", 500)
    stream = of(bench, version).http.post("/tts/sse", json=bench.speech()).text
    event = json.loads(stream.partition("data:")[2].splitlines()[0])
    for frame, context in ((refused, "a"), (nameless, None), (failed, "b"), (event, None)):
        assert (frame["type"], frame["done"]) == ("error", True)
        assert frame.get("context_id") == context
        assert 400 <= frame["status_code"] <= 599
        assert isinstance(frame.get("error"), str) == (version in OLDER)
        assert ("message" in frame) == (version in NEWER)


@pytest.mark.parametrize("version", [OLDER[0], NEWER[0]])
def test_a_refused_handshake(bench: Any, version: str) -> None:
    headers = {"Authorization": "Bearer wrong", "Cartesia-Version": version}
    with pytest.raises(InvalidStatus) as caught:
        connect(bench.url(), additional_headers=headers).__enter__()
    response = caught.value.response
    assert response.status_code == 401
    assert response.headers["Content-Type"].startswith("text/plain") == (version in OLDER)


@pytest.mark.parametrize("version", [*OLDER, *NEWER])
def test_voices(bench: Any, version: str) -> None:
    http = of(bench, version).http
    listed = http.get("/voices").json()
    assert isinstance(listed, list) == (version == "2024-06-10")
    voices = listed if isinstance(listed, list) else listed["data"]
    one = http.get(f"/voices/{voices[0]['id']}").json()
    assert one == voices[0]
    body = {"voice_id": one["id"], "name": "Mine", "accent": "british"}
    made = http.post("/voices/localize", json=body).json()
    for voice, public in ((one, True), (made, False)):
        assert voice.keys() >= {"id", "name", "description", "created_at", "language"}
        if version == "2026-08-14":
            assert isinstance(voice["access"], str)
            assert "is_public" not in voice
            continue
        assert voice["is_public"] is public
        assert isinstance(voice.get("access"), dict) == (version == "2026-03-01")
        assert ("access" in voice) == (version == "2026-03-01")
    assert one["accent"] == ("General American English" if version in OLDER else "general-american")
    assert made["user_id"]


def test_v0_is_not_of_these_versions(v0: Any) -> None:
    answer = v0.http.post("/audio/sse", json={}, headers={"Cartesia-Version": "2026-08-14"})
    assert answer.status_code == 422
    assert answer.json()["detail"]
