"""Server-sent events by the standard, whichever way the bytes are cut."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import RemoteProtocolError
from cartesia_stream._protocol.sse import EventStreamParser


def parse(*pieces: bytes) -> list[bytes]:
    parser = EventStreamParser()
    events: list[bytes] = []
    for piece in pieces:
        events += parser.receive_data(piece)
    return events


EXAMPLES: list[tuple[bytes, list[bytes]]] = [
    # the examples of the standard
    (b"data: YHOO\ndata: +2\ndata: 10\n\n", [b"YHOO\n+2\n10"]),
    (
        b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third\n\n",
        [b"first event", b"second event", b" third"],
    ),
    (b"data\n\ndata\ndata\n\ndata:", [b"", b"\n"]),
    (b"data:test\n\ndata: test\n\n", [b"test", b"test"]),
    (b"event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n", [b"73857293", b"2153"]),
    # what the service and its proxies are known to send
    (b"event:chunk\ndata:{}\n\n", [b"{}"]),
    (b":keep-alive\n\n:\n\ndata: {}\n\n", [b"{}"]),
    # corners
    (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
    (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\n", []),
    (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [b"a"]),
    (b"event: x\n\ndata: a\n\n", [b"a"]),
    (b"event: x\ndata: a\n\ndata: b\n\n", [b"a", b"b"]),
    (b"event:\ndata: a\n\n", [b"a"]),
    (b"event: \xff\ndata: a\n\n", [b"a"]),
    (b"data: a:b: c\n\n", [b"a:b: c"]),
    (b"retry: 10\nDATA: x\n data: x\nfoo: x\ndata: a\n\n", [b"a"]),
    (b"data: a\n", []),
    (b"\n\n\n", []),
    (b"", []),
]  # fmt: skip


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize(("stream", "events"), EXAMPLES)
def test_examples(stream: bytes, events: list[bytes], end: bytes) -> None:
    """Each example gives its events with every kind of line end."""
    assert parse(stream.replace(b"\n", end)) == events


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
@pytest.mark.parametrize(("stream", "events"), EXAMPLES)
def test_every_split(stream: bytes, events: list[bytes], end: bytes) -> None:
    """Byte by byte, and cut in two at every place, a stream gives the same events."""
    stream = stream.replace(b"\n", end)
    assert parse(*(stream[at : at + 1] for at in range(len(stream)))) == events
    for at in range(len(stream) + 1):
        assert parse(stream[:at], b"", stream[at:]) == events


pieces = st.sampled_from(
    [b"data: a", b"data:", b"event: e", b":c", b"\n", b"\n", b"\r", b"\r\n", b"\xef\xbb\xbf", b"x"]
)


@given(st.lists(pieces, max_size=20).map(b"".join), st.data())
def test_any_chunking(stream: bytes, data: st.DataObject) -> None:
    """The law of the parser: only the bytes count, never how they were cut."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    edges = [0, *cuts, len(stream)]
    chunks = [stream[start:end] for start, end in itertools.pairwise(edges)]
    assert parse(*chunks) == parse(stream)


def test_mixed_line_ends() -> None:
    """The three kinds may be mixed; CR LF CR is one end of a line and an empty line."""
    assert parse(b"data: a\r\n\rdata: b\n\r\ndata: c\r\r") == [b"a", b"b", b"c"]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_line_is_bounded(size: int) -> None:
    """A line that never ends raises instead of filling the memory."""
    parser = EventStreamParser(max_line_bytes=100)
    with pytest.raises(
        RemoteProtocolError, match="a line of the event stream is longer than 100 bytes"
    ):
        for _ in range(1000 // size):
            parser.receive_data(b"x" * size)


def test_an_event_is_bounded() -> None:
    """An event that never ends raises as well, in however many lines it comes."""
    parser = EventStreamParser(max_event_bytes=100)
    with pytest.raises(RemoteProtocolError, match="a server-sent event is larger than 100 bytes"):
        for _ in range(100):
            parser.receive_data(b"data: xx\n")
    assert len(parse(b"data: xx\n\n" * 1000)) == 1000
    with pytest.raises(RemoteProtocolError):  # lines without text count too
        EventStreamParser(max_event_bytes=10_000).receive_data(b"data\n" * 1000)


def test_time_is_linear_in_the_stream() -> None:
    """A large event in small pieces takes no more than a few times as long as its half."""

    def seconds(count: int) -> float:
        parser = EventStreamParser()
        start = time.perf_counter()
        for _ in range(count):
            parser.receive_data(b"x" * 64)
        assert parser.receive_data(b"\ndata: a\n\n")
        return time.perf_counter() - start

    seconds(100)
    small = min(seconds(5000) for _ in range(3))
    large = min(seconds(40000) for _ in range(3))
    assert large < small * 8 * 4
