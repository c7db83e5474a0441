"""What the caller gives: what cannot be sent is a typed error that names it, in every way to send.

Text that can be sent is sent as meant: None in a stream of tokens is no text, and a character whose
halves come in two tokens is that character.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import httpx
import pytest

from cartesia_stream import AsyncCartesia, Cartesia, ConfigurationError, File, FlushDone, Piece

from .faces import AT_ONCE_S, VOICE, Background, eventually, sockets, speak
from .hearing import audio_in, transcript_of, words_heard
from .peer import Conversation

if TYPE_CHECKING:
    from collections.abc import Callable

    from cartesia_emulator import Emulator

    from .conftest import MakePeer
    from .faces import Face


class Odd:
    """An object of no use, whose name is the same in every process."""

    def __repr__(self) -> str:
        return "Odd()"


TRANSPORTS: Final = ("websocket", "sse", "bytes")
HIGH, LOW = "\ud83d", "\ude00"
SMILE: Final = "\U0001f600"
LONE: Final = (HIGH, LOW, f"Hi {HIGH} there", f"{LOW}{HIGH}", "\ud800\ud800")


class Text(str):
    """As libraries of templates and of numbers have them."""

    __slots__ = ()

    def __str__(self) -> str:
        return "<something else>"


def texts_of(emulator: Emulator) -> list[str]:
    """The texts that arrived on sockets, in order."""
    return [frame["transcript"] for frame in frames_of(emulator) if frame.get("transcript")]


def frames_of(emulator: Emulator) -> list[dict[str, Any]]:
    """The messages that arrived on sockets, in order."""
    frames = [frame for request in emulator.requests for frame in request.frames]
    return [json.loads(frame) for frame in frames]


def refused(call: Callable[[], object]) -> ConfigurationError:
    """The error of a call that sends nothing."""
    with pytest.raises(ConfigurationError) as caught:
        call()
    return caught.value


# --- halves of characters


@pytest.mark.parametrize("text", LONE, ids=ascii)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_half_a_character_is_refused(client: Cartesia, transport: str, text: str) -> None:
    """Before anything is sent."""
    error = refused(lambda: speak(client, transport, text).collect())
    assert error.option == "transcript"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_two_halves_in_one_text_are_the_character(
    client: Cartesia, emulator: Emulator, transport: str
) -> None:
    speak(client, transport, f"Hi {HIGH}{LOW}.").collect()
    if transport == "websocket":
        assert texts_of(emulator) == [f"Hi {SMILE}."]
    else:
        assert json.loads(emulator.requests[-1].body)["transcript"] == f"Hi {SMILE}."


@pytest.mark.parametrize("buffering", ["server", "client"])
@pytest.mark.parametrize(
    "pieces",
    [
        [f"Hi {HIGH}", f"{LOW} there."],
        ["Hi ", HIGH, LOW, " there."],
        ["Hi ", HIGH, None, "", f"{LOW} there."],
    ],
    ids=ascii,
)
def test_two_halves_that_meet_are_the_character(
    face: Face, client: Cartesia, emulator: Emulator, pieces: Any, buffering: Any
) -> None:
    client.tts.speak(face.tokens(pieces), voice=VOICE, buffering=buffering).collect()
    assert "".join(texts_of(emulator)) == f"Hi {SMILE} there."


@pytest.mark.parametrize("buffering", ["server", "client"])
@pytest.mark.parametrize(
    "pieces", [["Hi ", HIGH, " there"], ["Hi ", LOW], ["Hi ", HIGH], ["Hi ", HIGH, HIGH]], ids=ascii
)
def test_half_a_character_among_pieces_is_an_error_at_once(
    face: Face, client: Cartesia, pieces: Any, buffering: Any
) -> None:
    """Also at their end; the context does not stay open."""
    stream = client.tts.speak(face.tokens(pieces), voice=VOICE, buffering=buffering)
    error = Background(stream.collect).error(AT_ONCE_S)
    assert isinstance(error, ConfigurationError)
    assert error.option == "text"
    assert eventually(lambda: all(socket.load == 0 for socket in sockets(client)))


def test_pushes_are_joined(client: Cartesia, emulator: Emulator) -> None:
    """None is no text, and halves of a character wait for each other, also over a flush."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push(None)
        context.push(f"Hi {HIGH}")
        context.push("")
        context.flush()
        context.push(f"{LOW} there.")
        context.no_more_inputs()
        context.receive().collect()
    assert texts_of(emulator) == ["Hi ", f"{SMILE} there."]


@pytest.mark.parametrize("wrong", [5, b"bytes", Ellipsis, ["text"], LOW, f"{HIGH}a"], ids=ascii)
def test_push_that_cannot_be_sent_changes_nothing(
    client: Cartesia, emulator: Emulator, wrong: Any
) -> None:
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push("Hello ")
        assert refused(lambda: context.push(wrong)).option == "transcript"
        context.push("there.")
        context.no_more_inputs()
        assert transcript_of(context.receive().collect().data) == "Hello there."


def test_context_ends_after_half_a_character(client: Cartesia) -> None:
    """The end of the text says so; asked for again, it comes without the half."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE)
        context.push(f"Hello.{HIGH}")
        assert refused(context.no_more_inputs).option == "transcript"
        context.no_more_inputs()
        assert transcript_of(context.receive().collect().data) == "Hello."


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_subclass_of_string_is_a_string(client: Cartesia, transport: str) -> None:
    """JSON encoders take only plain ones, and a subclass may print as something else."""
    heard = speak(client, transport, Text("Hello."), voice=Text(VOICE)).collect()
    assert transcript_of(heard.data) == "Hello."


UPLOAD: Final = File(b"RIFF", "a.wav")
NAMED: Final[dict[str, Callable[[Cartesia, str], object]]] = {
    "voice": lambda client, text: client.tts.speak("Hi", voice=text),
    "context_id": lambda client, text: client.tts.speak("Hi", voice="v", context_id=text),
    "model_id": lambda client, text: client.tts.speak("Hi", voice="v", model_id=text),
    "language": lambda client, text: client.tts.generate("Hi", voice="v", language=text),
    "locale": lambda client, text: client.tts.generate_sse("Hi", voice="v", locale=text),
    "generation_config.emotion": lambda client, text: client.tts.speak(
        "Hi", voice="v", generation_config={"emotion": text}
    ),
    "extra.a": lambda client, text: client.tts.speak("Hi", voice="v", extra={"a": text}),
    "voice.id": lambda client, text: client.tts.speak("Hi", voice={"id": text}),
    "transcript": lambda client, text: client.tts.infill(
        text, voice="v", language="en", left_audio=b"RIFF"
    ),
    "q": lambda client, text: client.voices.list(q=text),
    "id": lambda client, text: client.voices.get(text),
    "accent_id": lambda client, text: client.voices.delete_accent(text, id="v"),
    "name": lambda client, text: client.voices.update("v", name=text),
    "description": lambda client, text: client.voices.update("v", description=text),
    "items[0].alias": lambda client, text: client.pronunciation_dicts.update(
        "d", items=[_item(text)]
    ),
    "clip.file_name": lambda client, text: client.voices.clone(
        clip=File(b"", text), name="n", language="en"
    ),
    "base_voice_id": lambda client, text: client.voices.clone(
        clip=UPLOAD, name="n", language="en", base_voice_id=text
    ),
    "a": lambda client, text: client.voices.list(options={"extra_query": {"a": text}}),
    "b.c": lambda client, text: client.voices.update(
        "v", options={"extra_body": {"b": {"c": text}}}
    ),
    "X-Trace": lambda client, text: client.voices.list(options={"headers": {"X-Trace": text}}),
    "X-Extra": lambda client, text: client.voices.list(
        options={"extra_headers": {"X-Extra": text}}
    ),
}


def _item(alias: str) -> Any:
    from cartesia_stream.models import PronunciationItem

    return PronunciationItem(text="t", alias=alias)


@pytest.mark.parametrize("option", NAMED)
def test_half_a_character_is_refused_wherever_text_goes(face: Face, option: str) -> None:
    """In texts, ids, names, fields, paths, queries, forms and headers; the error names it."""
    client = face.client("http://127.0.0.1:9", max_retries=0)
    assert refused(lambda: NAMED[option](client, f"a{HIGH}b")).option == option


# --- ids and arguments of the wrong type


def entered(client: Any, manager: Any) -> object:
    """What a block of either face starts with."""
    if hasattr(manager, "__aenter__"):
        return client._call(manager.__aenter__)
    return manager.__enter__()


PATHS: Final[dict[str, Callable[[Cartesia, Any], object]]] = {
    "voices.get": lambda client, key: client.voices.get(key),
    "voices.delete": lambda client, key: client.voices.delete(key),
    "voices.delete_accent": lambda client, key: client.voices.delete_accent(key, id="v"),
    "datasets.files.list": lambda client, key: client.datasets.files.list(key),
    "agents.calls.download_audio": lambda client, key: entered(
        client, client.agents.calls.download_audio(key)
    ),
    "agents.metrics.add_to_agent": lambda client, key: client.agents.metrics.add_to_agent(
        key, agent_id="a"
    ),
}


@pytest.mark.parametrize("value", ["", ".", "..", HIGH, None, b"v", ["v"], Ellipsis], ids=ascii)
@pytest.mark.parametrize("operation", PATHS)
def test_ids_that_are_none(face: Face, operation: str, value: Any) -> None:
    """An empty id, or dots, would name another operation."""
    client = face.client("http://127.0.0.1:9", max_retries=0)
    error = refused(lambda: PATHS[operation](client, value))
    assert (error.option or "").endswith("id")


@pytest.mark.parametrize("wrong", [None, 5, b"Hi", {"Hi": 1}, Ellipsis], ids=ascii)
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_text_of_another_type(client: Cartesia, transport: str, wrong: Any) -> None:
    assert refused(lambda: speak(client, transport, wrong)).option in ("text", "transcript")


WRONG: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("voice", {"voice": None}),
    ("voice", {"voice": ""}),
    ("voice", {"voice": Odd()}),
    ("model_id", {"model_id": 5}),
    ("add_timestamps", {"add_timestamps": "yes"}),
    ("output_format", {"output_format": 5}),
    ("generation_config", {"generation_config": [("speed", 1)]}),
    ("context_id", {"context_id": ""}),
    ("context_id", {"context_id": 5}),
    ("buffering", {"buffering": "cleint"}),
    ("priority", {"priority": "high"}),
    ("resume", {"resume": "yes"}),
    ("extra", {"extra": 5}),
    ("extra", {"extra": {"transcript": "x"}}),
    ("extra", {"extra": {"context_id": "x"}}),
    ("extra", {"extra": {"output_format": {"encoding": "x"}}}),
    ("extra.x", {"extra": {"x": float("nan")}}),
    ("extra.x", {"extra": {"x": Odd()}}),
)


@pytest.mark.parametrize(("option", "given"), WRONG, ids=str)
def test_speech_options_of_another_type(client: Cartesia, option: str, given: Any) -> None:
    options = {"voice": VOICE} | given
    assert refused(lambda: client.tts.speak("Hi.", **options)).option == option


SETTINGS: Final[tuple[tuple[str, Any], ...]] = (
    ("base_url", 5),
    ("base_url", "https://example.com?a=b"),
    ("base_url", "http://\u24d4xample.com"),
    ("base_url", f"http://{'a' * 64}.com"),
    ("base_url", "http://a..b.com"),
    ("base_url", f"http://{HIGH}.com"),
    ("api_version", None),
    ("api_version", "a\r\nb"),
    ("timeout", "5"),
    ("timeout", -1),
    ("timeout", (3, 4)),
    ("timeout", True),
    ("max_retries", -1),
    ("max_retries", "3"),
    ("max_concurrency", 0),
    ("max_sockets", 0),
    ("max_buffer_bytes", "1"),
    ("headers", [("a", "b")]),
    ("X", {"X": 5}),
    ("proxy", 5),
    ("proxy", f"http://{'a' * 64}.com"),
    ("ssl_context", True),
    ("observers", 5),
    ("observers", [print]),
    ("http_client", Odd()),
    ("token", 5),
)


@pytest.mark.parametrize(("option", "value"), SETTINGS, ids=ascii)
@pytest.mark.parametrize("kind", [Cartesia, AsyncCartesia])
def test_settings_of_another_type(kind: Any, option: str, value: Any) -> None:
    """The constructor refuses them, whatever they would do later."""
    key = {} if option == "token" else {"api_key": "k"}
    setting = "headers" if option == "X" else option
    assert refused(lambda: kind(**key, **{setting: value})).option == option


def test_http_client_of_the_other_face() -> None:
    other: Any = httpx.Client()
    assert refused(lambda: AsyncCartesia("k", http_client=other)).option == "http_client"
    other = httpx.AsyncClient()
    assert refused(lambda: Cartesia("k", http_client=other)).option == "http_client"


# --- misspelt options


MISSPELT: Final[dict[str, tuple[str, Callable[[Any], object]]]] = {
    "add_timestamp": (
        "'add_timestamps'",
        lambda client: client.tts.speak("Hi.", voice="v", add_timestamp=True),
    ),
    "sped": (
        "'speed'",
        lambda client: client.tts.speak("Hi.", voice="v", generation_config={"sped": 1}),
    ),
    "modle_id": ("'model_id'", lambda client: client.tts.generate("Hi.", voice="v", modle_id="m")),
    "langauge": (
        "'language'",
        lambda client: client.tts.generate_sse("Hi.", voice="v", langauge="en"),
    ),
    "idd": ("'id'", lambda client: client.tts.speak("Hi.", voice={"idd": "v"})),
    "samplerate": (
        "'sample_rate'",
        lambda client: client.tts.speak(
            "Hi.",
            voice="v",
            output_format={"container": "raw", "encoding": "pcm_s16le", "samplerate": 8000},
        ),
    ),
    "tiemout": ("'timeout'", lambda client: client.voices.list(options={"tiemout": 1})),
    "header": (
        "'headers'",
        lambda client: client.tts.generate("Hi.", voice="v", options={"header": {}}),
    ),
    "params": ("'extra_query'", lambda client: client.voices.list(options={"params": {}})),
    "retries": (
        "'max_retries'",
        lambda client: client.voice_changer.generate(b"", voice="v", options={"retries": 1}),
    ),
    "add_timestamps": (
        "tts.speak(..., add_timestamps=...)",
        lambda client: client.tts.generate("Hi.", voice="v", add_timestamps=True),
    ),
    "speed": (
        "generation_config={'speed': ...}",
        lambda client: client.tts.speak("Hi.", voice="v", speed=1.2),
    ),
    "timeout": (
        "client.with_options(timeout=...)",
        lambda client: client.tts.speak("Hi.", voice="v", timeout=5),
    ),
    "voice_id": ("'voice'", lambda client: client.tts.speak("Hi.", voice="v", voice_id="v")),
    "max_retry": ("'max_retries'", lambda client: client.with_options(max_retry=5)),
}


@pytest.mark.parametrize("name", MISSPELT)
def test_misspelt_option_is_an_error_that_suggests_the_right_one(face: Face, name: str) -> None:
    suggestion, call = MISSPELT[name]
    error = refused(lambda: call(face.client("http://127.0.0.1:9", max_retries=0)))
    assert error.option == name
    assert f"did you mean {suggestion}?" in str(error)


def test_misspelt_options_of_a_context(client: Cartesia) -> None:
    wrong: Any = {"timeout": 5}
    with client.tts.websocket_connect() as connection:
        error = refused(lambda: connection.context(voice=VOICE, **wrong))
        assert "did you mean client.with_options(timeout=...)?" in str(error)
        wrong = {"sped": 1}
        context = connection.context(voice=VOICE)
        error = refused(lambda: context.push("Hi.", generation_config=wrong))
        assert "did you mean 'speed'?" in str(error)


@pytest.mark.parametrize("kind", [Cartesia, AsyncCartesia])
def test_misspelt_setting_of_a_client(kind: Any) -> None:
    error = refused(lambda: kind("k", max_retrys=5))
    assert "did you mean 'max_retries'?" in str(error)


# --- what the service knows and this version does not


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_extra_fields_reach_the_service(
    client: Cartesia, emulator: Emulator, transport: str
) -> None:
    """They win over other options, and objects are merged."""
    extra = {"new": [1], "generation_config": {"pitch": 2}, "voice": {"mode": "id"}}
    speak(client, transport, "Hi.", generation_config={"speed": 1.2}, extra=extra).collect()
    if transport == "websocket":
        sent = frames_of(emulator)[0]
    else:
        sent = json.loads(emulator.requests[-1].body)
    assert sent["new"] == [1]
    assert sent["generation_config"] == {"speed": 1.2, "pitch": 2}
    assert sent["voice"] == {"id": VOICE, "mode": "id"}
    assert "extra" not in sent


def test_extra_fields_of_a_call_reach_the_service(client: Cartesia, emulator: Emulator) -> None:
    """In the query, the JSON body and the headers; and they replace what has the same name."""
    options: Any = {
        "extra_query": {"limit": 3, "new[]": ["a", "b"]},
        "extra_headers": {"X-New": "1"},
    }
    client.voices.list(limit=1, options=options)
    request = emulator.requests[-1]
    assert request.query == (("limit", "3"), ("new[]", "a"), ("new[]", "b"))
    assert request.headers["x-new"] == "1"
    body: Any = {"extra_body": {"pinned": True, "name": "other"}}
    client.pronunciation_dicts.create(name="one", options=body)
    assert json.loads(emulator.requests[-1].body) == {"name": "other", "pinned": True}


def test_extra_fields_of_a_form_are_parts(client: Cartesia, emulator: Emulator) -> None:
    clip = client.tts.speak("A clip to clone.", voice=VOICE).collect().wav()
    options: Any = {"extra_body": {"name": "other", "new": True, "more": {"a": 1}}}
    voice = client.voices.clone(clip=File(clip, "a.wav"), name="x", language="en", options=options)
    client.voices.delete(voice.id)
    assert voice.name == "other"
    body = next(r.body for r in emulator.requests if r.path == "/voices/clone")
    assert b'name="new"\r\n\r\ntrue\r\n' in body
    assert b'{"a": 1}' in body


def test_call_without_a_body_takes_no_extra_one(client: Cartesia) -> None:
    options: Any = {"extra_body": {"a": 1}}
    assert refused(lambda: client.voices.list(options=options)).option == "extra_body"


# --- voices


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_voice_that_was_listed_is_a_voice(client: Cartesia, transport: str) -> None:
    voice = client.voices.list(limit=1).data[0]
    assert speak(client, transport, "Hi.", voice=voice).collect().nbytes
    assert refused(lambda: speak(client, transport, "Hi.", voice=voice.to_dict())).option == "name"


def test_a_voice_that_was_listed_speaks_recordings_and_contexts(client: Cartesia) -> None:
    voice = client.voices.get(VOICE)
    clip = client.tts.speak("A clip.", voice=voice).collect().wav()
    assert client.voice_changer.generate(clip, voice=voice).collect().nbytes
    infill = client.tts.infill("and", voice=voice, language="en", left_audio=clip)
    assert infill.collect().nbytes
    clone = client.voices.clone(clip=clip, name="n", language="en")
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=clone)
        context.push("Hi.")
        context.no_more_inputs()
        assert context.receive().collect().nbytes
        assert connection.speak("Hi.", voice=clone).collect().nbytes
    client.voices.delete(clone.id)


# --- heads of multipart parts


LINES: Final = (
    *("a\r\nX: y", "a\nX: y", "a\rX: y", 'a"; name="x'),
    *("audio/wav\r\nX: y", "audio/wav;\r\n a=b", "a\0b", "\xe4/b", "a\u2028b"),
)


@pytest.mark.parametrize("text", LINES, ids=ascii)
def test_media_type_cannot_add_a_line(face: Face, text: str) -> None:
    client = face.client("http://127.0.0.1:9", max_retries=0)
    upload = File(b"RIFF", "a.wav", text)
    for call in (
        lambda: client.stt.transcribe(file=upload, model="m"),
        lambda: client.voice_changer.generate(upload, voice="v").collect(),
        lambda: client.tts.infill("Hi", voice="v", language="en", left_audio=upload).collect(),
    ):
        assert (refused(call).option or "").endswith("mime_type")


@pytest.mark.parametrize("text", LINES, ids=ascii)
def test_names_in_a_form_cannot_add_a_line(client: Cartesia, emulator: Emulator, text: str) -> None:
    """Neither that of a file nor that of a field; they are escaped as browsers do."""
    options: Any = {"extra_body": {text: "v"}}
    upload = File(b"\0\0" * 800, text)
    client.stt.transcribe(
        file=upload,
        model="ink-whisper",
        encoding="pcm_s16le",
        sample_rate=16000,
        options=options,
    )
    body = emulator.requests[-1].body
    heads = [part.partition(b"\r\n\r\n")[0] for part in body.split(b"\r\n--")]
    lines = [line for head in heads[:-1] for line in head.split(b"\r\n")[1:]]
    assert len(lines) == 4
    assert all(line.startswith((b"Content-Disposition: ", b"Content-Type: ")) for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert not any(b'name="x"' in line for line in lines)


# --- options of one push


def test_one_push_has_its_own_manner(client: Cartesia, emulator: Emulator) -> None:
    """Its members win over those of the context; a flush follows its text."""
    with client.tts.websocket_connect() as connection:
        context = connection.context(voice=VOICE, generation_config={"speed": 1.2})
        context.push("One. ")
        context.push("Two. ", generation_config={"emotion": "calm"}, flush=True)
        context.push("Three.", generation_config={"speed": 0.8})
        context.no_more_inputs()
        heard = transcript_of(context.receive().collect().data)
    assert heard == "One. Two. Three."
    sent = [(f["transcript"], f.get("flush"), f["generation_config"]) for f in frames_of(emulator)]
    assert sent == [
        ("One. ", None, {"speed": 1.2}),
        ("Two. ", None, {"speed": 1.2, "emotion": "calm"}),
        ("", True, {"speed": 1.2}),
        ("Three.", None, {"speed": 0.8}),
        ("", None, {"speed": 1.2}),
    ]


# --- one number as timeout


BOUND_S: Final = 0.2
# A second try waits as long again; the pauses between are short in these tests.
TRIES_S: Final = 3 * BOUND_S + 2.5


def hang(client: Cartesia, way: str, **options: Any) -> object:
    match way:
        case "connect":
            return client.tts.websocket_connect().__enter__()
        case "speak":
            return client.tts.speak("Hi.", voice="v").collect()
        case "list":
            return client.voices.list(**options)
        case "sse":
            return client.tts.generate_sse("Hi.", voice="v", **options).collect()
        case _:
            return client.tts.generate("Hi.", voice="v", **options).collect()


@pytest.mark.parametrize("way", ["connect", "speak", "list", "sse", "bytes"])
@pytest.mark.parametrize("given", [BOUND_S, httpx.Timeout(BOUND_S)], ids=["number", "httpx"])
def test_one_number_bounds_each_wait(face: Face, make_peer: MakePeer, way: str, given: Any) -> None:
    """For a peer that takes connections and answers nothing."""
    peer = make_peer(*[Conversation.hold] * 3)
    client = face.client(peer.base_url, timeout=given)
    error = Background(lambda: hang(client, way)).error(TRIES_S)
    assert isinstance(error, TimeoutError)


@pytest.mark.parametrize("way", ["connect", "speak", "list", "sse", "bytes"])
def test_a_copy_of_the_client_has_its_own_bound(face: Face, make_peer: MakePeer, way: str) -> None:
    """Also for sockets that it opens for both; a call has a bound of its own too."""
    peer = make_peer(*[Conversation.hold] * 8)
    client = face.client(peer.base_url)
    hurried = client.with_options(timeout=BOUND_S, max_retries=1)
    error = Background(lambda: hang(hurried, way)).error(TRIES_S)
    assert isinstance(error, TimeoutError)
    if way in ("list", "sse", "bytes"):
        options: Any = {"timeout": BOUND_S, "max_retries": 0}
        error = Background(lambda: hang(client, way, options=options)).error(TRIES_S)
        assert isinstance(error, TimeoutError)


# --- options of one piece


@pytest.mark.parametrize("buffering", ["server", "client"])
def test_one_piece_has_its_own_manner(
    face: Face, client: Cartesia, emulator: Emulator, buffering: Any
) -> None:
    """As a push has: its members win, and a flush follows its text."""
    calm = Piece("Two. ", {"emotion": "calm"}, flush=True)
    pieces: Any = ["One. ", calm, None, "Three. ", Piece("Four.", {"speed": 0.8})]
    stream = client.tts.speak(
        face.tokens(pieces), voice=VOICE, buffering=buffering, generation_config={"speed": 1.2}
    )
    events = list(stream)
    assert transcript_of(audio_in(events)) == "One. Two. Three. Four."
    assert any(isinstance(event, FlushDone) for event in events)
    manner = {
        frame["transcript"].strip(): frame["generation_config"]
        for frame in frames_of(emulator)
        if frame["transcript"]
    }
    usual = {"speed": 1.2}
    assert manner == {
        "One.": usual,
        "Two.": {"speed": 1.2, "emotion": "calm"},
        "Three.": usual,
        "Four.": {"speed": 0.8},
    }


@pytest.mark.parametrize("after", range(4))
def test_manner_of_a_piece_survives_a_lost_connection(
    face: Face, client: Cartesia, emulator: Emulator, after: int
) -> None:
    """What is said again is said in the same manner; the rest keeps the usual one."""
    emulator.inject("drop", after=after)
    pieces: Any = ["One two. ", Piece("Three four. ", {"emotion": "calm"}), "Five six."]
    stream = client.tts.speak(face.tokens(pieces), voice=VOICE, resume=True)
    assert words_heard(stream) == ["One", "two.", "Three", "four.", "Five", "six."]
    said = [(f["transcript"], f.get("generation_config")) for f in frames_of(emulator)]
    for text, manner in said:
        if "hree" in text or "four" in text:
            assert manner == {"emotion": "calm"}
            assert not {"One", "Five"} & set(text.split())
        elif text:
            assert manner is None


@pytest.mark.parametrize(
    ("piece", "option"),
    [
        (Piece(HIGH), "text"),
        (Piece("Hi", {"speed": 9}), "generation_config.speed"),
        (Piece(5), "text"),  # type: ignore[arg-type]
    ],
    ids=ascii,
)
def test_piece_that_cannot_be_sent_is_an_error_at_once(
    face: Face, client: Cartesia, piece: Any, option: str
) -> None:
    stream = client.tts.speak(face.tokens(["One. ", piece]), voice=VOICE)
    error = Background(stream.collect).error(AT_ONCE_S)
    assert isinstance(error, ConfigurationError)
    assert error.option == option


def test_speeches_that_wait_for_one_socket_fail_together(face: Face, make_peer: MakePeer) -> None:
    """Their own tries, one after the other, would take many times as long."""
    peer = make_peer(Conversation.hold)
    client = face.client(peer.base_url, timeout=BOUND_S, max_retries=1, max_sockets=1)
    many = [Background(lambda: hang(client, "speak")) for _ in range(8)]
    assert all(isinstance(one.error(TRIES_S), TimeoutError) for one in many)
    assert peer.connections <= 4  # and not 16
