"""Contexts of the speech websocket."""

from __future__ import annotations

import base64
import itertools
import json
import time
from typing import Any

import pytest

RAW8 = {"container": "raw", "encoding": "pcm_mulaw", "sample_rate": 8000}
ENDLESS = "And so on and on it goes, without an end. " * 200


def of(frames: list[Any], context_id: str) -> list[Any]:
    return [frame for frame in frames if frame.get("context_id") == context_id]


def audio_of(frames: list[Any]) -> bytes:
    return b"".join(base64.b64decode(f["data"]) for f in frames if f["type"] == "chunk")


def kinds(frames: list[Any]) -> list[str]:
    """Types in order, repetitions folded."""
    names = [frame["type"] for frame in frames]
    return [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]


def test_one_input_is_an_utterance(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "Hello there.", add_timestamps=True)
    frames = talk.until("done")
    assert kinds(frames) == ["chunk", "timestamps", "chunk", "done"]
    assert all(frame["context_id"] == "one" for frame in frames)
    assert frames[0].keys() == {
        "type", "data", "done", "status_code", "step_time", "flush_id", "context_id",
    }  # fmt: skip
    assert bench.heard(audio_of(frames)) == "Hello there."


def test_audio_equals_that_of_the_other_transports(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "Hello there.")
    assert audio_of(talk.until()) == bench.http.post("/tts/bytes", json=bench.speech()).content


def test_inputs_join_verbatim(bench: Any) -> None:
    talk = bench.talk()
    for piece in ("Hel", "lo ", "the", "re"):
        talk.send("one", piece, continue_=True, max_buffer_delay_ms=None, add_timestamps=True)
    talk.send("one", "")
    frames = talk.until("done")
    (times,) = [f["word_timestamps"]["words"] for f in frames if f["type"] == "timestamps"]
    assert times == ["Hello", "there"]
    assert bench.heard(audio_of(frames)) == "Hello there"


def test_times_run_over_the_whole_context(bench: Any) -> None:
    talk = bench.talk()
    for word in ("One ", "two ", "three"):
        talk.send("one", word, continue_=word != "three", add_timestamps=True)
    frames = talk.until("done")
    starts = [f["word_timestamps"]["start"][0] for f in frames if f["type"] == "timestamps"]
    ends = [f["word_timestamps"]["end"][0] for f in frames if f["type"] == "timestamps"]
    assert starts[0] < ends[0] < starts[1] < ends[1] < starts[2] < ends[2]
    assert ends[2] < len(audio_of(frames)) / 48000


def test_without_delay_every_input_is_spoken_at_once(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "no sentence end", continue_=True, max_buffer_delay_ms=0)
    assert talk.receive()["type"] == "chunk"


def test_managed_buffering_waits_for_a_sentence_or_the_delay(bench: Any) -> None:
    talk = bench.talk()
    talk.send("slow", "not yet", continue_=True, max_buffer_delay_ms=400)
    talk.send("held", "not for long", continue_=True, max_buffer_delay_ms=None)
    assert talk.silent(0.2)
    talk.send("sentence", "At once. Not this", continue_=True, max_buffer_delay_ms=None)
    assert talk.receive()["context_id"] == "sentence"
    begun = time.monotonic()
    while talk.receive()["context_id"] != "slow":
        assert time.monotonic() - begun < 5


def test_numbers_are_not_cut_at_their_dots(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "It is 3.", continue_=True, max_buffer_delay_ms=5000)
    assert talk.silent()
    talk.send("one", "14", max_buffer_delay_ms=5000, add_timestamps=True)
    frames = talk.until("done")
    words = [w for f in frames if f["type"] == "timestamps" for w in f["word_timestamps"]["words"]]
    assert words == ["It", "is", "3.14"]


def test_flush_marks_its_place_and_keeps_the_context_open(bench: Any) -> None:
    talk = bench.talk()
    for word in ("one", "two"):
        talk.send("c", word, continue_=True, max_buffer_delay_ms=5000)
        talk.send("c", "", continue_=True, flush=True)
    talk.send("c", "three")
    frames = talk.until("done")
    assert kinds(frames) == ["chunk", "flush_done", "chunk", "flush_done", "chunk", "done"]
    assert [f["flush_id"] for f in frames if f["type"] == "flush_done"] == [1, 2]
    assert [
        bench.heard(audio_of([f for f in frames if f.get("flush_id") == n])) for n in (1, 2, 3)
    ] == [
        "one",
        "two",
        "three",
    ]
    mark = next(f for f in frames if f["type"] == "flush_done")
    assert (mark["flush_done"], mark["done"]) == (True, False)


def test_an_empty_input_finishes(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "")
    assert talk.receive() == {
        "type": "done", "done": True, "status_code": 206, "context_id": "one",
    }  # fmt: skip


def test_later_inputs_may_leave_out_what_the_first_said(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "One ", continue_=True)
    talk.send_bare({"context_id": "one", "transcript": "two", "continue": True})
    talk.send_bare({"context_id": "one", "continue": False})
    assert bench.heard(audio_of(talk.until("done"))) == "One two"


def test_a_missing_context_id_is_made_up(bench: Any) -> None:
    talk = bench.talk()
    talk.send_bare(bench.speech())
    frames = talk.until("done")
    assert len({frame["context_id"] for frame in frames}) == 1


def test_contexts_interleave(bench: Any) -> None:
    talk = bench.talk()
    names = [f"c{n}" for n in range(8)]
    for name in names:
        talk.send(name, f"This is context {name} speaking at some length.")
    frames: list[Any] = []
    while sum(frame["type"] == "done" for frame in frames) < len(names):
        frames.append(talk.receive())
    changes = sum(a["context_id"] != b["context_id"] for a, b in itertools.pairwise(frames))
    assert changes > 2 * len(names)
    for name in names:
        expected = f"This is context {name} speaking at some length."
        assert bench.heard(audio_of(of(frames, name))) == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"voice": "a3c1f7de-52b0-4a57-9d0e-6f1d0a7b8c11"}, "voice"),
        ({"model_id": "sonic-3"}, "model_id"),
        ({"output_format": RAW8}, "output_format"),
        ({"language": "fr"}, "language"),
    ],
)
def test_inputs_of_a_context_must_agree(bench: Any, changes: Any, field: str) -> None:
    talk = bench.talk()
    talk.send("one", "First ", continue_=True, max_buffer_delay_ms=5000)
    talk.send("one", "second", continue_=True, **changes)
    error = talk.until("error")[-1]
    assert (error["context_id"], error["status_code"], error["done"]) == ("one", 400, True)
    assert error["message"].startswith(f"{field}:")
    # The finishing input of the official client may name another voice; it says nothing.
    talk.send("two", "First. ", continue_=True)
    talk.send("two", "", **changes)
    assert talk.until("done", "error")[-1]["type"] == "done"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"voice": "nobody"}, 404, "voice_not_found"),
        ({"model_id": "x"}, 400, "model_not_found"),
        ({"max_buffer_delay_ms": 5001}, 400, None),
        (
            {"output_format": {"container": "mp3", "bit_rate": 64000, "sample_rate": 44100}},
            400,
            None,
        ),
        ({"transcript": None}, 400, None),
    ],
)
def test_errors_name_their_context_and_leave_the_socket_open(
    bench: Any, changes: Any, status: int, code: str | None
) -> None:
    talk = bench.talk()
    talk.send("bad", **({"transcript": "Hi"} | changes))
    error = talk.receive()
    assert error.keys() == {
        "type", "done", "status_code", "error_code", "title", "message", "request_id", "context_id",
    }  # fmt: skip
    assert (error["type"], error["done"], error["context_id"]) == ("error", True, "bad")
    assert (error["status_code"], error["error_code"]) == (status, code)
    talk.send("good", "Still here.")
    assert talk.until("done")[-1]["context_id"] == "good"


@pytest.mark.parametrize(
    "message", ["{", "[]", "null", '"x"', "{}", '{"context_id": 5}', "[" * 9999]
)
def test_nonsense_is_an_error_without_context(bench: Any, message: str) -> None:
    talk = bench.talk()
    talk.send_bare(message)
    error = talk.receive()
    assert (error["type"], error["status_code"]) == ("error", 400)
    assert message == "{}" or "context_id" not in error
    talk.connection.send(b"binary")
    assert "binary" in talk.receive()["message"]


def test_finished_contexts_take_no_more(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "Done.")
    talk.until("done")
    talk.send("one", "More.")
    error = talk.receive()
    assert (error["type"], error["context_id"]) == ("error", "one")
    assert "has ended" in error["message"]


def test_cancel_stops_at_once_and_says_done(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", ENDLESS)
    talk.receive()
    talk.send_bare({"context_id": "one", "cancel": True})
    frames = talk.until("done")
    assert len(audio_of(frames)) < 48000 * 60
    assert talk.silent()
    talk.send_bare({"context_id": "one", "cancel": True})
    talk.send_bare({"context_id": "never", "cancel": True})
    assert talk.silent()
    talk.send("one", "Again.")
    assert talk.receive()["type"] == "error"


def test_cancel_needs_a_context(bench: Any) -> None:
    talk = bench.talk()
    talk.send_bare({"cancel": True})
    assert "context_id" in talk.receive()["message"]


def test_cancel_before_the_first_word(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "Waiting", continue_=True, max_buffer_delay_ms=5000)
    talk.send_bare({"context_id": "one", "cancel": True})
    assert talk.receive()["type"] == "done"
    assert bench.http.get("/emulator").json()["active_contexts"] == 0


def test_cancel_may_be_followed_by_nothing(make_bench: Any) -> None:
    bench = make_bench(after_cancel="nothing")
    talk = bench.talk()
    talk.send("one", "Waiting", continue_=True, max_buffer_delay_ms=5000)
    talk.send_bare({"context_id": "one", "cancel": True})
    assert talk.silent()


def test_cancel_may_be_followed_by_late_chunks(make_bench: Any) -> None:
    bench = make_bench(after_cancel="late", realtime=4.0)
    talk = bench.talk()
    talk.send("one", "This sentence runs to its end.", continue_=True)
    first = talk.receive()
    talk.send("one", "This one is dropped.", continue_=True)
    talk.send_bare({"context_id": "one", "cancel": True})
    frames = talk.until("done")
    assert len(frames) > 3
    text = bench.heard(audio_of([first, *frames]))
    assert "end." in text
    assert "dropped" not in text


def test_context_expires_after_it_has_spoken(make_bench: Any) -> None:
    bench = make_bench(context_expiry_s=0.2)
    talk = bench.talk()
    talk.send("silent", "waits", continue_=True, max_buffer_delay_ms=5000)
    talk.send("one", "Spoken.", continue_=True)
    assert talk.until("done")[-1]["context_id"] == "one"
    talk.send("one", "Too late.", continue_=True)
    error = talk.receive()
    assert (error["type"], error["context_id"]) == ("error", "one")
    assert bench.http.get("/emulator").json()["active_contexts"] == 1


def test_inputs_keep_a_context_alive(make_bench: Any) -> None:
    bench = make_bench(context_expiry_s=1.0)
    talk = bench.talk()
    for _ in range(4):
        talk.send("one", "More. ", continue_=True)
        time.sleep(0.4)
    talk.send("one", "")
    frames = talk.until("done")
    assert bench.heard(audio_of(frames)).count("More.") == 4


def test_expiry_may_be_silent(make_bench: Any) -> None:
    bench = make_bench(context_expiry_s=0.1, on_expiry="nothing")
    talk = bench.talk()
    talk.send("one", "Hi.", continue_=True)
    seen = []
    while not talk.silent(0.4):
        seen.append(1)
    assert bench.http.get("/emulator").json()["active_contexts"] == 0


def test_idle_sockets_are_closed(make_bench: Any) -> None:
    bench = make_bench(idle_timeout_s=0.2)
    # Keepalive pings are no activity.
    talk = bench.talk(ping_interval=0.05)
    talk.send("one", "Hi.")
    talk.until("done")
    with pytest.raises(Exception, match="idle timeout") as caught:
        talk.connection.recv(timeout=3)
    assert getattr(caught.value, "rcvd").code == 1000  # noqa: B009


def test_frames_are_json_with_plain_base64(bench: Any) -> None:
    talk = bench.talk()
    talk.send("one", "Hi.", output_format=RAW8)
    raw = talk.connection.recv()
    assert isinstance(raw, str)
    frame = json.loads(raw)
    assert len(base64.b64decode(frame["data"], validate=True)) == 800
