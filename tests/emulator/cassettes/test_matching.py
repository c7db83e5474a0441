"""Which recorded context belongs to what a client says. No network here."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from cartesia_emulator.cassettes.matching import (
    AudioDigests,
    Hearing,
    Speech,
    differences,
    request_key,
    tracks_of,
)

TEXT = "One. Two."


def piece(text: str, *, more: bool = True, **changes: Any) -> dict[str, Any]:
    return {"model_id": "sonic", "transcript": text, "continue": more} | changes


def said(*messages: dict[str, Any]) -> Speech:
    speech = Speech()
    for message in messages:
        speech.add(message)
    return speech


@pytest.mark.parametrize("cut", range(len(TEXT) + 1))
def test_it_does_not_matter_how_a_text_is_cut(cut: int) -> None:
    whole = said(piece(TEXT, more=False))
    parts = (piece(TEXT[:cut]), piece(TEXT[cut:]), piece("", more=False))
    assert said(*parts).said == whole.said
    assert said(parts[0]).agrees(whole)
    assert not said(parts[0]).covers(whole)


@pytest.mark.parametrize(
    "other",
    [piece("One! Two.", more=False), piece(TEXT, more=False, model_id="other"),
     piece(TEXT, more=True, flush=True)],
    ids=["text", "model", "flush"],
)  # fmt: skip
def test_another_text_setting_or_flush_is_another_context(other: dict[str, Any]) -> None:
    assert not said(other).agrees(said(piece(TEXT, more=False)))


def test_an_answer_comes_after_the_words_it_was_recorded_after() -> None:
    def frame(number: int, *, done: bool = False) -> dict[str, object]:
        return {"receive": {"json": {"context_id": "c", "number": number, "done": done}}}

    messages: list[dict[str, object]] = [
        {"send": {"json": piece("One. ") | {"context_id": "c"}}},
        frame(1),
        {"send": {"json": piece("Two.", more=False) | {"context_id": "c"}}},
        frame(2),
        frame(3, done=True),
        {"close": 1000},
    ]
    (track,) = tracks_of(1, messages)
    assert [entry for _, entry in track.answers] == [messages[1], messages[3], messages[4]]
    half = said(piece("One. "))
    assert [half.covers(place) for place, _ in track.answers] == [True, False, False]


def test_a_socket_that_closes_in_mid_sentence_is_part_of_the_recording() -> None:
    messages: list[dict[str, object]] = [
        {"send": {"json": piece("One. ") | {"context_id": "c"}}},
        {"close": 1011},
    ]
    (track,) = tracks_of(1, messages)
    assert [entry for _, entry in track.answers] == [{"close": 1011}]


@pytest.mark.parametrize("step", [1, 3, 10])
def test_audio_is_compared_where_the_recording_has_a_digest(step: int) -> None:
    audio = bytes(range(10))
    whole = Hearing(10, [], {at: hashlib.sha256(audio[:at]).hexdigest() for at in (4, 10)})
    for data, alike in ((audio, True), (audio[:9] + b"x", False)):
        hearing, digests = Hearing(), AudioDigests(whole.digests)
        for start in range(0, 10, step):
            digests.feed(hearing, data[start : start + step])
        assert hearing.nbytes == 10
        assert hearing.agrees(whole) is alike


def test_ids_names_of_files_and_versions_do_not_count() -> None:
    def key(ident: str) -> str:
        sent = {"json": {"context_id": ident}, "form": {"file": {"filename": ident, "bytes": 3}}}
        return request_key("POST /x", {"cartesia_version": ident}, sent)

    assert key("one") == key("two")
    assert request_key("POST /x", None, {"form": {"file": {"bytes": 3}}}) != request_key(
        "POST /x", None, {"form": {"file": {"bytes": 4}}}
    )


def test_differences_name_the_field() -> None:
    recorded = {"json": {"text": "a", "words": [1, 2]}}
    assert differences(recorded, {"json": {"text": "b", "words": [1]}}) == [
        "json.text: recorded 'a', asked for 'b'",
        "json.words[1]: recorded 2, asked for 'nothing'",
    ]
