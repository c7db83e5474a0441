"""Arguments of the v0 clients that cannot be sent: typed errors, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cartesia_stream import ConfigurationError
from cartesia_stream.v0 import CartesiaTTS

if TYPE_CHECKING:
    from pathlib import Path

    from cartesia_emulator import Emulator

    from .faces import V0Face

LONE = "Hi \ud83d there"


@pytest.mark.parametrize("websocket", [True, False])
@pytest.mark.parametrize("option", ["transcript", "model_id", "output_format"])
def test_half_a_character_is_refused(
    face: V0Face, emulator: Emulator, option: str, websocket: bool
) -> None:
    client = face.client(emulator)
    options: Any = {"transcript": "Hi.", "voice": None} | {option: LONE}
    with pytest.raises(ConfigurationError) as caught:
        client.generate(**options, websocket=websocket)
    assert caught.value.option == option
    assert not emulator.requests


@pytest.mark.parametrize("websocket", [True, False])
def test_two_halves_that_meet_are_the_character(
    face: V0Face, emulator: Emulator, websocket: bool
) -> None:
    client = face.client(emulator)
    client.generate(transcript="Hi \ud83d\ude00 there.", voice=None, websocket=websocket)
    request = emulator.requests[-1]
    assert "Hi \U0001f600 there." in (request.body.decode() or request.frames[0])


@pytest.mark.parametrize("transcript", [None, 5, b"Hi"])
def test_text_of_another_type_is_refused(face: V0Face, transcript: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        face.client("http://127.0.0.1:9").generate(transcript=transcript, voice=None)
    assert caught.value.option == "transcript"


@pytest.mark.parametrize("id", [".", "..", "\ud800", b"v", 5])
def test_ids_that_are_none(face: V0Face, id: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        face.embedding(face.client("http://127.0.0.1:9"), voice_id=id)
    assert (caught.value.option or "").endswith("id")


@pytest.mark.parametrize("name", ["link", "filepath"])
def test_half_a_character_in_a_source(face: V0Face, name: str) -> None:
    """Of an embedding: a link, or a path that no file has."""
    source: dict[str, Any] = {name: "a\ud83d\0b"}
    with pytest.raises(ConfigurationError) as caught:
        face.embedding(face.client("http://127.0.0.1:9"), **source)
    assert caught.value.option == name


def test_name_of_a_file_need_not_be_unicode(
    face: V0Face, emulator: Emulator, tmp_path: Path
) -> None:
    """The path leads to the file; the name that is sent has a substitute."""
    voice = face.voices(face.client(emulator))["Jane"]["id"]
    embedding = face.embedding(face.client(emulator), voice_id=voice)
    recording = face.client(emulator).generate(
        transcript="A clip.", voice=embedding, output_format="pcm_44100"
    )
    assert recording["audio"]
    path = tmp_path / "\udcff.wav"
    path.write_bytes(b"RIFF")
    with pytest.raises(ValueError, match="Failed to transcribe audio"):  # the service's own answer
        face.client(emulator).transcribe(path)
    assert b'filename="?.wav"' in emulator.requests[-1].body


@pytest.mark.parametrize("host", ["\u24d4xample.com", f"{'a' * 64}.com", "a..b", "x?a=b"])
def test_hosts_that_are_none(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("CARTESIA_BASE_URL", host)
    with pytest.raises(ConfigurationError) as caught:
        CartesiaTTS(api_key="k")
    assert caught.value.option == "base_url"
