"""The sockets of the v0: generations side by side, and one that can be interrupted."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

LONG = "One two three four five six seven eight nine ten."


def audio(frames: list[Any]) -> bytes:
    return b"".join(base64.b64decode(frame["data"]) for frame in frames if "data" in frame)


def heard(v0: Any, frames: list[Any]) -> str:
    text: str = v0.bench.heard(audio(frames), 16000)
    return text


def test_a_generation_says_the_text_and_ends_without_data(v0: Any) -> None:
    talk = v0.talk()
    talk.say("one", LONG)
    frames = talk.rest()
    assert heard(v0, frames) == LONG
    assert frames[-1] == {"done": True, "context_id": "one"}
    chunk = {"data", "sampling_rate", "done", "step_time", "length", "context_id"}
    assert all(frame.keys() == chunk for frame in frames[:-1])
    assert {(f["sampling_rate"], f["done"], f["context_id"]) for f in frames[:-1]} == {
        (16000, False, "one")
    }


def test_the_socket_stays_open_and_carries_generations_side_by_side(make_v0: Any) -> None:
    v0 = make_v0(realtime=4)
    talk = v0.talk()
    texts = {name: f"This is the text of {name}." for name in ("left", "right", "middle")}
    for name, text in texts.items():
        talk.say(name, text)
    frames: list[Any] = []
    while sum(frame["done"] for frame in frames) < 3:
        frames.append(talk.receive())
    order = [frame["context_id"] for frame in frames]
    assert order != sorted(order, key=order.index)
    for name, text in texts.items():
        assert heard(v0, [f for f in frames if f["context_id"] == name]) == text
    talk.say("later")
    assert talk.rest()[-1]["done"]


def test_the_key_may_be_in_the_query(v0: Any) -> None:
    key = v0.bench.emulator.api_key
    for path in ("audio/websocket", "experimental/audio/websocket"):
        with connect(v0.bench.url(f"/v0/{path}?api_key={key}")) as socket:
            assert socket.response is not None
            assert socket.response.status_code == 101


@pytest.mark.parametrize("query", ["", "?api_key=None", "?api_key="])
def test_a_handshake_without_the_key_is_refused_in_text(v0: Any, query: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        connect(v0.bench.url(f"/v0/audio/websocket{query}"))
    response = caught.value.response
    assert response.status_code == 401
    assert (response.body or b"").startswith(b"Invalid API key")


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("{", "body: is not JSON"),
        ("[]", "body: expected"),
        ('{"context_id": "one"}', "body.data: field required"),
        ('{"context_id": "one", "action": "cancel"}', "body.data: field required"),
        ('{"data": {"transcript": "x"}}', "body.context_id: field required"),
        ('{"context_id": "one", "data": {}}', "body.data.transcript: field required"),
        ('{"context_id": "one", "data": {"transcript": " "}}', "transcript: there is nothing"),
        ('{"context_id": "one", "data": {"transcript": "x", "voice": [1]}}', "body.voice: must be"),
    ],
)
def test_what_cannot_be_spoken_is_an_error_frame(v0: Any, message: str, said: str) -> None:
    """It names its context where it has one, and the socket goes on."""
    talk = v0.talk()
    talk.send_bare(message)
    frame = talk.receive()
    assert frame["error"].startswith(said)
    assert frame["done"] is True
    assert frame.get("context_id") == ("one" if '"one"' in message else None)
    assert frame.keys() <= {"error", "done", "context_id"}
    talk.say("two")
    assert talk.rest()[-1] == {"done": True, "context_id": "two"}


def test_an_id_serves_one_generation(v0: Any) -> None:
    talk = v0.talk()
    talk.say("one")
    talk.rest()
    talk.say("one")
    assert "used before" in talk.receive()["error"]


def test_bytes_are_no_message(v0: Any) -> None:
    talk = v0.talk()
    talk.connection.send(b"{}")
    assert talk.receive() == {"error": "Messages are JSON text, not binary.", "done": True}


def test_too_many_generations_are_an_error_frame(make_v0: Any) -> None:
    v0 = make_v0(concurrency=1, realtime=1)
    talk = v0.talk()
    talk.say("one", LONG)
    talk.receive()
    talk.say("two")
    frames = [talk.receive()]
    while "error" not in frames[-1]:
        frames.append(talk.receive())
    assert frames[-1]["context_id"] == "two"
    assert frames[-1]["error"].startswith("Too many")


# The socket for interrupts.


def test_each_chunk_waits_for_an_acknowledgement(v0: Any) -> None:
    talk = v0.talk(interrupts=True)
    talk.say("one", LONG)
    first = talk.receive()
    assert talk.silent()
    talk.acknowledge("one")
    second = talk.receive()
    assert talk.silent()
    talk.acknowledge("one")
    assert heard(v0, [first, second, *talk.rest(acknowledging=True)]) == LONG


def test_an_acknowledgement_of_another_generation_changes_nothing(v0: Any) -> None:
    talk = v0.talk(interrupts=True)
    talk.say("one", LONG)
    first = talk.receive()
    talk.acknowledge("another")
    assert talk.silent()
    talk.acknowledge("one")
    assert heard(v0, [first, *talk.rest(acknowledging=True)]) == LONG


def test_a_cancel_ends_the_generation_without_a_word(v0: Any) -> None:
    talk = v0.talk(interrupts=True)
    talk.say("one", LONG)
    talk.receive()
    talk.cancel("one")
    talk.cancel("one")
    talk.acknowledge("one")
    talk.say("two")
    frames = talk.rest(acknowledging=True)
    assert {frame["context_id"] for frame in frames} == {"two"}
    assert heard(v0, frames) == "Hello there."


def test_the_next_request_cancels_the_generation(v0: Any) -> None:
    """Also when chunks were taken and the client never said that it wants no more."""
    talk = v0.talk(interrupts=True)
    for name, taken in (("one", 5), ("two", 1), ("three", 3)):
        talk.say(name, LONG)
        for place in range(taken):
            assert talk.receive()["context_id"] == name
            if place < taken - 1:
                talk.acknowledge(name)
    talk.say("last")
    frames = talk.rest(acknowledging=True)
    assert {frame["context_id"] for frame in frames} == {"last"}
    assert heard(v0, frames) == "Hello there."


def test_a_cancelled_generation_gives_its_slot_back(make_v0: Any) -> None:
    v0 = make_v0(concurrency=1)
    talk = v0.talk(interrupts=True)
    for name in ("one", "two", "three"):
        talk.say(name, LONG)
        assert talk.receive()["context_id"] == name
    talk.cancel("three")
    assert v0.http.post("/audio/sse", json=v0.body()).status_code == 200


def test_an_action_nobody_knows_is_an_error(v0: Any) -> None:
    talk = v0.talk(interrupts=True)
    talk.send_bare({"context_id": "one", "action": "pause"})
    assert talk.receive() == {
        "error": "body.action: 'pause' is not 'cancel'",
        "done": True,
        "context_id": "one",
    }


def test_a_chunk_that_is_never_acknowledged_ends_the_generation(make_v0: Any) -> None:
    v0 = make_v0(idle_timeout_s=0.3)
    talk = v0.talk(interrupts=True)
    talk.say("one", LONG)
    talk.receive()
    assert talk.receive()["error"] == "No chunk was acknowledged for 0.3 s."
    with pytest.raises(ConnectionClosed):
        talk.receive()
