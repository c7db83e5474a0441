"""The codec of today's frames: one meaning, whichever way it is reached."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cartesia_stream import (
    APIStatusError,
    AudioChunk,
    AuthenticationError,
    ConfigurationError,
    Done,
    FlushDone,
    PhonemeTimestamps,
    RateLimitError,
    RemoteProtocolError,
    SpeechEvent,
    Timing,
    UnknownEvent,
    WordTimestamps,
)
from cartesia_stream._protocol import frames
from cartesia_stream._protocol.frames import Decoder, RequestEncoder, decode, decode_fields

CHUNK = b'{"type":"chunk","data":"AAEC","done":false,"status_code":206,"step_time":1.5}'


def result(event: SpeechEvent | APIStatusError) -> object:
    """What can be compared: errors by class and members."""
    if isinstance(event, APIStatusError):
        return type(event), vars(event)
    return type(event), msgspec.structs.asdict(event)


def outcome(frame: bytes, *, full: bool = False) -> object:
    """What `decode` or, if ``full``, the parse without the short cut makes of a frame."""
    try:
        return result(decode_fields(frames._object(frame)) if full else decode(frame))
    except RemoteProtocolError as error:
        return type(error), error.message, error.context_id


# --- the short cut and the full parse

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**40), 10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(['"data":"AAEC"', '"data', "data", "QUJD", "QQ==", "Q", "chunk", "done"]),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["data", "type", "x"]), inner, max_size=3)
    ),
    max_leaves=5,
)
audio = st.binary(max_size=12).map(lambda data: b64encode(data).decode())
members = st.one_of(
    st.tuples(st.just("data"), audio),
    st.tuples(st.just("data"), audio),
    st.tuples(st.just("type"), st.just("chunk")),
    st.tuples(st.just("type"), st.just("chunk")),
    st.tuples(
        st.sampled_from(["type", "data", '"data', "data\\", "context_id", "step_time", "new"]),
        values,
    ),
)
spaces = st.sampled_from(["", "", " ", "  ", "\n", "\t"])


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Objects in every layout: any order, spaces and escapes, with repeated and decoy members."""
    parts = []
    for name, value in draw(st.lists(members, min_size=1, max_size=6)):
        text = json.dumps(value, ensure_ascii=draw(st.booleans()))
        if draw(st.booleans()):
            text = text.replace("/", "\\/")
        key = json.dumps(name)
        if draw(st.integers(0, 9)) == 0:
            key = key.replace("d", "\\u0064")
        before, after = draw(spaces), draw(spaces)
        parts.append(f"{draw(spaces)}{key}{before}:{after}{text}")
    return ("{" + ",".join(parts) + draw(spaces) + "}").encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Documents that were cut, or that had bytes replaced or put in."""
    frame = draw(documents())
    start = draw(st.integers(0, len(frame)))
    end = min(len(frame), start + draw(st.integers(0, 3)))
    return frame[:start] + draw(st.binary(max_size=3)) + frame[end:]


@given(documents() | damaged())
@example(b'{"type":"chunk","data":"QUJD","data":"QUJE"}')
@example(b'{"data":{"data":"QUJD"},"type":"chunk"}')
@example(b'{"type":"chunk","\\"data":"QUJD","data":"QUJE"}')
@example(b'{"type":"chunk","x":"\\"data\\":\\"QUJD\\"","data":"QUJE"}')
@example(b'{"type":"chunk","data":"QU\\/D"}')
@example(b'{"type":"chunk","data":"Q\xffJD"}')
@example(b'{"type":"chunk","data":"QUJD"} x')
@example(b'{"type":"chunk","data":"QUJD","x":NaN}')
@example(b'{"type":"chunk","data":"QUJD","x":1e999}')
@example(b'{"type":"chunk","data":"QUJD","x":"\\ud800"}')
@example(b'{"type":"chunk","data":"QUJD","x":' + b"[" * 5000)
@example(b'[{"type":"chunk","data":"QUJD"}]')
@example(b'{"type":"chunk","data":')
@example(b'{"type":"chunk","data":""}')
def test_short_cut_equals_full_parse(frame: bytes) -> None:
    """Any layout of a frame gives the same event or the same error with and without short cut."""
    assert outcome(frame) == outcome(frame, full=True)


@given(st.lists(documents() | damaged(), max_size=5), st.binary(max_size=9))
def test_a_connection_equals_its_frames(frames_: list[bytes], between: bytes) -> None:
    """What a frame comes to depends neither on those before it nor on what lies around it."""
    decoder = Decoder()
    data, spans = bytearray(), []
    for frame in frames_:
        data += between
        spans.append((len(data), len(data) + len(frame)))
        data += frame
    data += between
    for frame, (start, end) in zip(frames_, spans, strict=True):
        try:
            found: object = result(decoder.decode(data, start, end))
        except RemoteProtocolError as error:
            found = type(error), error.message, error.context_id
        assert found == outcome(frame, full=True)


def test_short_cut_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Audio of another length, or none, costs its own frame a search and no other frame more."""
    decoder = Decoder()
    with pytest.raises(RemoteProtocolError):
        decoder.decode(b'{"type":"chunk","data":"AAEC')
    assert decoder.decode(CHUNK.replace(b"AAEC", b"")) == AudioChunk(data=b"", step_time=1.5)
    monkeypatch.setattr(frames, "decode_fields", None)
    for text in (b"AAEC", b"AAECAAEC", b"AAEC"):
        chunk = decoder.decode(CHUNK.replace(b"AAEC", text))
        assert chunk == AudioChunk(data=b64decode(text), step_time=1.5)


def test_an_event_holds_nothing_of_the_buffer() -> None:
    """It stays as it is when other bytes are read into the same place."""
    data = bytearray(CHUNK.replace(b"}", b',"context_id":"c"}'))
    event = Decoder().decode(data)
    data[:] = bytes(len(data))
    assert event == AudioChunk(data=b"\0\1\2", step_time=1.5, context_id="c")


@given(st.binary(max_size=40))
def test_no_bytes_make_the_codec_fail_in_another_way(frame: bytes) -> None:
    """Whatever a peer sends is an event, an error frame or a RemoteProtocolError."""
    outcome(frame)


@pytest.mark.parametrize("gap", ["", " "])
def test_short_cut_is_taken(gap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The usual layouts of a chunk never reach the full parse."""
    monkeypatch.setattr(frames, "decode_fields", None)
    frame = json.dumps(json.loads(CHUNK), separators=(",", ":" + gap)).encode()
    assert decode(frame) == AudioChunk(data=b"\0\1\2", step_time=1.5)


def test_payload_stays_out_of_errors() -> None:
    """An error about a frame names its type and field and nothing of its content."""
    with pytest.raises(RemoteProtocolError) as caught:
        decode(b'{"type":"chunk","data":"secret words!","context_id":"c"}')
    assert str(caught.value) == "a chunk frame has a missing or malformed data (context_id c)"
    assert caught.value.__cause__ is None


# --- every kind of frame

WORDS = {"words": ["a", "b"], "start": [0, 0.5], "end": [0.5, 1]}
PHONEMES = {"phonemes": ["ə"], "start": [0], "end": [1]}
BROKEN_TABLES: list[object] = [
    [],
    {},
    {**WORDS, "end": [1]},
    {**WORDS, "end": None},
    {**WORDS, "words": [1, 2]},
    {**WORDS, "start": ["0", "1"]},
    {**WORDS, "start": [True, False]},
    {**WORDS, "start": [10**400, 0]},
]
TIMINGS = (Timing("a", 0.0, 0.5), Timing("b", 0.5, 1.0))


@pytest.mark.parametrize(
    ("fields", "event"),
    [
        (
            {"type": "chunk", "data": "AAEC", "context_id": "c", "flush_id": 2, "step_time": 3},
            AudioChunk(data=b"\0\1\2", context_id="c", flush_id=2, step_time=3),
        ),
        ({"type": "chunk", "data": ""}, AudioChunk(data=b"")),
        ({"type": "chunk", "data": "AA==", "step_time": None}, AudioChunk(data=b"\0")),
        ({"type": "timestamps", "word_timestamps": WORDS}, WordTimestamps(words=TIMINGS)),
        ({"type": "timestamps", "word_timestamps": None}, WordTimestamps(words=())),
        ({"type": "timestamps"}, WordTimestamps(words=())),
        (
            {"type": "phoneme_timestamps", "phoneme_timestamps": PHONEMES, "flush_id": 1},
            PhonemeTimestamps(phonemes=(Timing("ə", 0.0, 1.0),), flush_id=1),
        ),
        ({"type": "phoneme_timestamps"}, PhonemeTimestamps(phonemes=())),
        (
            {"type": "flush_done", "flush_done": True, "flush_id": 3, "context_id": "c"},
            FlushDone(flush_id=3, context_id="c"),
        ),
        ({"type": "done", "done": True, "status_code": 200}, Done()),
        (
            {"type": "laugh", "volume": 3, "context_id": "c"},
            UnknownEvent(
                name="laugh",
                context_id="c",
                fields={"type": "laugh", "volume": 3, "context_id": "c"},
            ),
        ),
    ],
)
def test_events(fields: dict[str, object], event: SpeechEvent) -> None:
    """Each frame type becomes its event; an absent or null table is an empty one."""
    assert decode(json.dumps(fields).encode()) == event


@pytest.mark.parametrize("name", sorted(frames._READERS))
def test_unknown_fields_are_kept(name: str) -> None:
    """A field that this version does not know stays in `extra`, and only such a field."""
    frame = json.dumps({"type": name, "data": "AA==", "done": False, "mood": {"joy": 1}})
    event = decode(frame.encode())
    assert not isinstance(event, APIStatusError | UnknownEvent)
    assert getattr(event, "extra", None) == {"mood": {"joy": 1}}


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (b"", "a frame is not valid JSON"),
        (b"nonsense", "a frame is not valid JSON"),
        (b'"chunk"', "a frame is not a JSON object"),
        (b"{}", "a frame has no type"),
        (b'{"type":7}', "a frame has no type"),
        (b'{"type":"chunk"}', "a chunk frame has a missing or malformed data"),
        (b'{"type":"chunk","data":7}', "a chunk frame has a missing or malformed data"),
        (b'{"type":"chunk","data":"QUJ"}', "a chunk frame has a missing or malformed data"),
        (b'{"type":"done","context_id":7}', "a done frame has a missing or malformed context_id"),
        *(
            (
                json.dumps({"type": "timestamps", "word_timestamps": table}).encode(),
                "a timestamps frame has a missing or malformed word_timestamps",
            )
            for table in BROKEN_TABLES
        ),
    ],
)
def test_broken_frames(frame: bytes, message: str) -> None:
    """What breaks the contract raises and says which field of which frame does."""
    with pytest.raises(RemoteProtocolError) as caught:
        decode(frame)
    assert caught.value.message == message


@pytest.mark.parametrize("name", ["step_time", "flush_id"])
def test_a_boolean_is_no_number(name: str) -> None:
    """A boolean where a number belongs is read as nothing, like any other wrong value."""
    event = decode(json.dumps({"type": "chunk", "data": "AA==", name: True}).encode())
    assert event == AudioChunk(data=b"\0")


def test_structured_error() -> None:
    """An error frame becomes the exception of its status, with all that it says."""
    fields = {
        "type": "error",
        "status_code": 429,
        "error_code": "concurrency_limited",
        "title": "Too many",
        "message": "Too many contexts",
        "request_id": "r1",
        "doc_url": "https://docs",
        "context_id": "c",
        "done": True,
    }
    error = decode(json.dumps(fields).encode())
    assert isinstance(error, RateLimitError)
    assert error.retryable
    assert (error.status_code, error.error_code) == (429, "concurrency_limited")
    assert (error.title, error.doc_url) == ("Too many", "https://docs")
    assert (error.request_id, error.context_id) == ("r1", "c")
    assert str(error) == (
        "429 concurrency_limited: Too many contexts (request_id r1, context_id c)"
    )


@pytest.mark.parametrize(
    ("fields", "kind", "message"),
    [
        ({"error": "Unauthorized: bad key", "status_code": 401}, AuthenticationError, "bad key"),
        ({"type": "error", "error": "it broke"}, APIStatusError, "it broke"),
        ({"message": "it broke"}, APIStatusError, "it broke"),
        ({"type": "error"}, APIStatusError, "without a message"),
        ({"type": "error", "title": "Broken", "message": None}, APIStatusError, "Broken"),
        ({"type": "error", "status_code": True, "message": 5}, APIStatusError, "without a message"),
    ],
)
def test_sparse_errors(fields: dict[str, object], kind: type[APIStatusError], message: str) -> None:
    """Older versions send one string, and no field of an error can be relied on."""
    error = decode(json.dumps(fields).encode())
    assert type(error) is kind
    assert message in error.message


def test_long_texts_of_a_peer_are_cut_but_ids_are_not() -> None:
    """A flood of text is shortened; a context id is never, since it finds the context."""
    fields = {"type": "error", "message": "m" * 5000, "context_id": "c" * 5000}
    error = decode(json.dumps(fields).encode())
    assert isinstance(error, APIStatusError)
    assert len(error.message) < 2100
    assert error.context_id == "c" * 5000


# --- what goes out

FIELDS: dict[str, object] = {"model_id": "m", "voice": {"id": "v"}, "language": 'e"n\n'}


@given(st.text(), st.booleans(), st.booleans())
def test_requests_are_json_of_their_fields(text: str, more: bool, flush: bool) -> None:
    """The spliced request equals the plain JSON encoding of the same fields."""
    sent = json.loads(RequestEncoder("c\\", FIELDS).generate(text, more=more, flush=flush))
    flushing = {"flush": True} if flush else {}
    assert sent == {"context_id": "c\\", **FIELDS, "transcript": text, "continue": more} | flushing


def test_cancel_request() -> None:
    """A cancel names the context and nothing else."""
    assert json.loads(RequestEncoder("c", FIELDS).cancel()) == {"context_id": "c", "cancel": True}


@pytest.mark.parametrize("text", ["\ud800", b"bytes", 5, None])
def test_text_that_cannot_be_sent_is_refused(text: str) -> None:
    """Half a surrogate pair or something that is no string raises before anything is sent."""
    with pytest.raises(ConfigurationError) as caught:
        RequestEncoder("c", FIELDS).generate(text, more=True)
    assert caught.value.option == "transcript"


@pytest.mark.parametrize("value", [object(), {1: {2: object()}}, "\ud800"])
def test_options_that_cannot_be_sent_are_refused(value: object) -> None:
    """An option without a JSON form raises our own error."""
    with pytest.raises(ConfigurationError):
        RequestEncoder("c", {"emotion": value})


@pytest.mark.parametrize("new", ["other", 'with "quotes" and \\', "größer"])
def test_encoder_of_another_context(new: str) -> None:
    """It asks for the same with another id, whatever the two ids are."""
    renamed = RequestEncoder('first "id"', FIELDS).renamed(new)
    anew = RequestEncoder(new, FIELDS)
    assert renamed.generate("Hi.", more=True) == anew.generate("Hi.", more=True)
    assert renamed.cancel() == anew.cancel()
    assert renamed.renamed("c").generate("", more=False) == RequestEncoder("c", FIELDS).generate(
        "", more=False
    )
