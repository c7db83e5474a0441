"""A cassette between a client and the service: recorded once, replayed without the service."""

from __future__ import annotations

import asyncio
import re
import sys
from typing import TYPE_CHECKING, TypeVar

import httpx
import pytest
import yaml

from cartesia_emulator import Emulator
from cartesia_emulator.cassettes.relay import Cassette
from cartesia_emulator.cassettes.tape import Redactor, Tape, readable, written
from cartesia_stream import (
    PCM_16K,
    AsyncCartesia,
    BadRequestError,
    Cartesia,
    ConnectionClosedError,
    File,
    RateLimitError,
    StreamTruncatedError,
)
from cartesia_stream.models import AccessTokenGrants

from ..conftest import VOICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")


@pytest.fixture
def emulator() -> Emulator:
    return Emulator(engine="tone", api_key="sk_car_do_not_keep_me")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cassettes" / "test.yaml"


def client_of(cassette: Cassette) -> Cartesia:
    return Cartesia(cassette.api_key, base_url=cassette.base_url, max_retries=0)


def record(path: Path, emulator: Emulator, program: Callable[[Cartesia], T]) -> T:
    with emulator:
        cassette = Cassette(path, record=True, service=emulator.base_url, api_key=emulator.api_key)
        return finish(cassette, program, save=True)


def replay(path: Path, program: Callable[[Cartesia], T]) -> T:
    return finish(Cassette(path, record=False), program, save=False)


def finish(cassette: Cassette, program: Callable[[Cartesia], T], *, save: bool) -> T:
    with cassette, client_of(cassette) as client:
        result = program(client)
    assert cassette.problems == []
    if save:
        cassette.save()
    return result


def tokens(client: Cartesia) -> object:
    audio = client.tts.speak(("The ", "answer ", "is."), voice=VOICE, add_timestamps=True)
    whole = audio.collect()
    return whole.data, [word.text for word in whole.words]


def events(client: Cartesia) -> object:
    whole = client.tts.generate_sse("Quietly.", voice=VOICE, add_timestamps=True).collect()
    return whole.data, [word.text for word in whole.words]


def files(client: Cartesia) -> object:
    audio = client.tts.generate("A clip.", voice=VOICE).collect()
    clone = client.voices.clone(clip=File(audio.wav(), "a.wav"), name="Mine", language="en")
    text = client.stt.transcribe(file=audio.wav(), model="ink-whisper").text
    client.voices.delete(clone.id)
    return audio.data, clone.id, text


def turns(client: Cartesia) -> object:
    audio = client.tts.speak("Good morning!", voice=VOICE, output_format=PCM_16K).collect()
    return [turn.text for turn in client.stt.listen(audio.wav()).turns()]


@pytest.mark.parametrize("program", [tokens, events, files, turns], ids=lambda f: f.__name__)
def test_a_replay_is_what_was_recorded(
    program: Callable[[Cartesia], object], path: Path, emulator: Emulator
) -> None:
    first = record(path, emulator, program)
    assert first
    assert replay(path, program) == first
    assert not any(b"do_not_keep" in file.read_bytes() for file in path.parent.iterdir())


def test_contexts_that_run_at_once_get_their_own_audio(path: Path, emulator: Emulator) -> None:
    async def program(cassette: Cassette) -> list[bytes]:
        async with AsyncCartesia(cassette.api_key, base_url=cassette.base_url) as client:

            async def say(number: int) -> bytes:
                text = ("The number is ", f"{number}.")
                return (await client.tts.speak(text, voice=VOICE).collect()).data

            return await asyncio.gather(*map(say, range(5)))

    with emulator:
        recording = Cassette(path, record=True, service=emulator.base_url, api_key=emulator.api_key)
        with recording:
            first = asyncio.run(program(recording))
        recording.save()
    with Cassette(path, record=False) as playing:
        assert asyncio.run(program(playing)) == first
    assert len(set(first)) == 5


def test_a_stream_that_broke_breaks_again(path: Path, emulator: Emulator) -> None:
    def program(client: Cartesia) -> int:
        with pytest.raises(StreamTruncatedError) as caught:
            client.tts.generate("It is cut off here.", voice=VOICE).collect()
        return caught.value.nbytes

    emulator.inject("drop", after=2)
    assert record(path, emulator, program) == replay(path, program) > 0


def test_a_socket_that_closed_closes_again(path: Path, emulator: Emulator) -> None:
    def program(client: Cartesia) -> object:
        with pytest.raises(StreamTruncatedError) as caught:
            client.tts.speak("It is cut off here.", voice=VOICE).collect()
        assert isinstance(caught.value.__cause__, ConnectionClosedError)
        return caught.value.__cause__.code, caught.value.nbytes

    emulator.inject("close", 1011, after=2)
    assert record(path, emulator, program) == replay(path, program) == (1011, 9600)


def test_a_handshake_that_was_refused_is_refused_again(path: Path, emulator: Emulator) -> None:
    def program(client: Cartesia) -> object:
        with pytest.raises(RateLimitError) as caught:
            client.tts.websocket_connect()
        return caught.value.error_code, caught.value.retry_after

    emulator.inject("handshake-status", 429, code="full", retry_after=3)
    assert record(path, emulator, program) == replay(path, program) == ("full", 3)


def test_each_call_is_replayed_once_and_in_order(path: Path, emulator: Emulator) -> None:
    def program(client: Cartesia) -> list[int]:
        counts = []
        for name in ("One", "Two"):
            counts.append(len(client.pronunciation_dicts.list().data))
            client.pronunciation_dicts.create(name=name)
        return counts

    assert record(path, emulator, program) == replay(path, program) == [0, 1]
    cassette = Cassette(path, record=False)
    with cassette, client_of(cassette) as client:
        client.pronunciation_dicts.list()
        client.pronunciation_dicts.list()
        with pytest.raises(BadRequestError, match="it has been used already"):
            client.pronunciation_dicts.list()
        with pytest.raises(BadRequestError, match="It has no entry for this path, only GET /pron"):
            client.status.get()
    assert len(cassette.problems) == 2


def test_tokens_are_not_kept(path: Path, emulator: Emulator) -> None:
    def program(client: Cartesia) -> str:
        return client.access_token.create(grants=AccessTokenGrants(tts=True), expires_in=60).token

    token = record(path, emulator, program)
    assert token not in path.read_text()
    assert replay(path, program) == "REDACTED"


def test_a_service_that_cannot_be_reached_is_named(path: Path) -> None:
    cassette = Cassette(path, record=True, service="http://127.0.0.1:9")
    with cassette:
        answer = httpx.get(f"{cassette.base_url}/voices")
    assert answer.status_code == 502
    assert "http://127.0.0.1:9 cannot be reached" in answer.json()["message"]


def test_secrets_are_found_wherever_they_stand() -> None:
    redactor = Redactor(["sk_1"])
    value = {"a": ["sk_1", {"url": "https://x/y?X-Amz-Signature=abc&size=3"}], "token": "t0k"}
    assert redactor.value(value) == {
        "a": ["REDACTED", {"url": "https://x/y?X-Amz-Signature=REDACTED&size=3"}],
        "token": "REDACTED",
    }
    assert redactor.text("later: t0k") == "later: REDACTED"


SECRET = "sk/car+it=self"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("sk%2Fcar%2Bit%3Dself", "REDACTED"),
        (r'{"key": "sk\/car+it=self"}', '{"key": "REDACTED"}'),
        ("Authorization: Bearer other_key_123", "Authorization: Bearer REDACTED"),
        ("Basic dXNlcjpwYXNzd29yZA==", "Basic REDACTED"),
        ("a key: sk_car_another_one, and more", "a key: REDACTED, and more"),
        ("wss://user:pass@example.com/x", "wss://REDACTED@example.com/x"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln", "REDACTED"),
        ("https://x/y?sig=abc&Policy=def&sv=1", "https://x/y?sig=REDACTED&Policy=REDACTED&sv=1"),
        ("client_secret=abc&max_tokens=5", "client_secret=REDACTED&max_tokens=5"),
        ("The bearer of good news, a basic training", "The bearer of good news, a basic training"),
    ],
)
def test_secrets_are_found_in_the_forms_that_texts_have(text: str, kept: str) -> None:
    assert Redactor([SECRET]).text(text) == kept


@pytest.mark.parametrize(
    "name",
    [
        "apiKey",
        "x-api-key",
        "accessToken",
        "refresh_token",
        "client_secret",
        "Password",
        "Set-Cookie",
    ],
)
def test_what_a_secret_is_called_does_not_matter(name: str) -> None:
    found = Redactor([SECRET]).value({name: "abc", "max_tokens": 5, SECRET: 1, "tokens": ["a"]})
    assert found == {name: "REDACTED", "max_tokens": 5, "REDACTED": 1, "tokens": ["a"]}


def test_a_token_that_is_a_word_takes_no_other_word_away() -> None:
    redactor = Redactor()
    assert redactor.value({"token": "The"}) == {"token": "REDACTED"}
    assert redactor.text("The answer") == "The answer"


def test_a_secret_is_redacted_where_it_stood_before_it_was_known(
    path: Path, emulator: Emulator
) -> None:
    with emulator:
        cassette = Cassette(path, record=True, service=emulator.base_url, api_key=emulator.api_key)
        with cassette, client_of(cassette) as client:
            client.voices.list(q="hunter2hunter2")
            url = f"{cassette.base_url}/voices/hunter2hunter2"
            httpx.get(url, headers={"Authorization": "Bearer hunter2hunter2"})
        cassette.save()
    assert b"hunter2" not in path.read_bytes()
    with Cassette(path, record=False) as cassette:
        url = f"{cassette.base_url}/voices/hunter2hunter2"
        answer = httpx.get(url, headers={"Authorization": "Bearer hunter2hunter2"})
        assert answer.status_code == 401
        assert cassette.problems == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", '{"text":"to be\x85continued\u2028"}'.encode()),
        ("application/json", b'{"data":"AAECAw==","text":"\xc3\xa9\\n"}'),
        ("application/json", b'{"data":"not base64"}'),
        ("text/plain", b"line\nline: {}"),
        ("audio/wav", b"RIFF\x00\x01"),
        ("application/octet-stream", b"\xff\xfe"),
        ("text/event-stream", b"no event stream"),
        ("text/event-stream", b'data: {"data":"AAECAw=="}\ndata:{"a":1}\n\nand more'),
        ("application/json", b'{"data":"AAECAw=="}\n{"a":1}\n'),
    ],
)
def test_a_body_comes_back_from_the_file(kind: str, body: bytes, path: Path) -> None:
    tape = Tape(path)
    tape.exchanges.append({"receive": readable(tape, Redactor(), kind, body)})
    tape.save()
    loaded = Tape(path)
    loaded.load()
    receive = loaded.exchanges[0]["receive"]
    assert isinstance(receive, dict)
    back = written(loaded, receive)
    assert back == body


def test_lines_of_an_event_end_only_as_the_standard_says(path: Path) -> None:
    body = 'event: a\rdata: {"text":\r\ndata: "to be\x85or\u2028not"}\n\n'.encode()
    kept = readable(Tape(path), Redactor(), "text/event-stream", body)
    assert kept == {"events": [{"event": "a", "json": {"text": "to be\x85or\u2028not"}}]}


def test_a_file_that_is_no_cassette_is_refused(tmp_path: Path) -> None:
    for text in ("- a list", "cassette: 2\nexchanges: []", "{", yaml.dump({"exchanges": []})):
        (tmp_path / "x.yaml").write_text(text)
        with pytest.raises(ValueError, match=r"x\.yaml is no cassette"):
            Cassette(tmp_path / "x.yaml", record=False)


def test_a_cassette_that_was_damaged_is_refused(path: Path, emulator: Emulator) -> None:
    record(path, emulator, tokens)
    whole, audio = path.read_text(), path.with_suffix(".audio")
    data = audio.read_bytes()
    for text in (
        whole.replace("status: 101", "state: 101"),
        whole.replace("- request:", "- req:", 1),
        whole.replace("  - send:", "  - sent:", 1),
        whole.replace("@ 0", "@ zero"),
        f"{whole}\n- \0",
    ):
        path.write_text(text)
        with pytest.raises(ValueError, match=r"test\.yaml (was damaged|is no cassette)"):
            Cassette(path, record=False)
    path.write_bytes(b"\xff" + whole.encode())
    with pytest.raises(ValueError, match=r"test\.yaml is no cassette"):
        Cassette(path, record=False)
    path.write_text(whole)
    audio.write_bytes(data[:-2])
    with pytest.raises(ValueError, match=r"test\.audio is too short: .* needs \d+ bytes of it"):
        Cassette(path, record=False)
    audio.unlink()
    with pytest.raises(ValueError, match=r"test\.audio is missing"):
        Cassette(path, record=False)


def test_a_recording_appears_in_whole_or_not_at_all(
    path: Path, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(path, emulator, tokens)
    before = path.read_bytes()

    def interrupted(*_: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(path), "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            record(path, emulator, events)
    assert path.read_bytes() == before
    assert sorted(file.name for file in path.parent.iterdir()) == ["test.audio", "test.yaml"]


def test_what_someone_has_edited_stays_a_text(path: Path, emulator: Emulator) -> None:
    record(path, emulator, lambda client: client.voices.get(VOICE))
    text = path.read_text()
    text = re.sub(r"created_at: '(.*?)'", r"created_at: \1", text)
    path.write_text(text.replace("headers: {", "headers: {retry-after: 5, "))
    assert "created_at: 2" in path.read_text()
    assert replay(path, lambda client: client.voices.get(VOICE)).id == VOICE


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
@pytest.mark.parametrize("kept", [0o600, 0o664])
def test_a_recording_made_again_keeps_the_mode_of_its_files(
    path: Path, emulator: Emulator, kept: int
) -> None:
    record(path, emulator, tokens)
    files = (path, path.with_suffix(".audio"))
    for file in files:
        file.chmod(kept)
    record(path, emulator, tokens)
    assert [file.stat().st_mode & 0o777 for file in files] == [kept, kept]
