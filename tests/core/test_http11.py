"""Where a head ends and what chunks carry, against the standard and another implementation."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import RemoteProtocolError
from cartesia_stream._core import http11
from cartesia_stream._core.http11 import ChunkedBody, Head

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTENSIONS = st.sampled_from([b"", b";a", b"; a=b", b';a="b c"', b"\t"])
TRAILERS = st.sampled_from([b"", b"Expires: never\r\n", b"A: b\r\nC: d\r\n"])
CUTS = st.lists(st.integers(0, 400), max_size=12)


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The same bytes in other pieces."""
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


def encode(parts: Sequence[bytes], extension: bytes, trailers: bytes) -> bytes:
    chunks = [b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts if part]
    return b"".join(chunks) + b"0%b\r\n%b\r\n" % (extension, trailers)


def decode(data: Sequence[bytes]) -> tuple[bytes, bool]:
    """Body and completeness.

    Raises:
        RemoteProtocolError: If it is broken.
    """
    body, taken = ChunkedBody(), b""
    for piece in data:
        taken += body.receive_data(piece)
        if body.fault is not None:
            raise body.fault
    return taken, body.complete


def judged_by_h11(data: bytes) -> tuple[bytes, bool] | None:
    """Body and completeness, or None where it finds an error."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + data)
    body, complete = b"", False
    try:
        while (event := connection.next_event()) not in (h11.NEED_DATA, h11.PAUSED):
            if isinstance(event, h11.Data):
                body += bytes(event.data)
            complete = complete or isinstance(event, h11.EndOfMessage)
    except h11.RemoteProtocolError:
        return None
    return body, complete


@given(st.lists(st.binary(max_size=60), max_size=6), EXTENSIONS, TRAILERS, CUTS)
def test_any_pieces_give_the_same_body(
    parts: list[bytes], extension: bytes, trailers: bytes, cuts: list[int]
) -> None:
    data = encode(parts, extension, trailers)
    assert decode(pieces(data, cuts)) == (b"".join(parts), True)
    assert judged_by_h11(data) == (b"".join(parts), True)


@given(st.lists(st.binary(max_size=20), max_size=4), st.data())
def test_what_breaks_off_is_not_complete(parts: list[bytes], data: st.DataObject) -> None:
    whole = encode(parts, b"", b"")
    body, complete = decode([whole[: data.draw(st.integers(0, len(whole) - 1))]])
    assert not complete
    assert b"".join(parts).startswith(body)


@given(
    st.lists(
        st.sampled_from([b"1", b"a", b"F", b"0", b"\r\n", b"\r", b"\n", b";", b" ", b"xyz", b"-"]),
        max_size=12,
    ),
    CUTS,
)
def test_what_is_taken_is_what_another_takes(words: list[bytes], cuts: list[int]) -> None:
    """Whatever a peer sends: an error, or the very same bytes of the body."""
    data = b"".join(words)
    try:
        mine = decode(pieces(data, cuts))
    except RemoteProtocolError:
        return
    theirs = judged_by_h11(data)
    assert theirs is None or theirs == mine


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"-1\r\n",
        b"+1\r\na\r\n",
        b"0x1\r\na\r\n",
        b"1_0\r\n",
        b"g\r\n",
        b" 1\r\na\r\n",
        b"1\r\nab\r\n",
        b"1\r\na\n\r\n",
        b"10000000000000000\r\n",
        b"0\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"0\r\n\r\n0",
        b"1;" + b"x" * http11.MAX_LINE,
        b"0\r\n" + (b"a: " + b"x" * 10000 + b"\r\n") * 7,
    ],
)
def test_broken_bodies_are_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="the chunked body is broken"):
        decode([data])
    with pytest.raises(RemoteProtocolError, match="the chunked body is broken"):
        decode([data[at : at + 1] for at in range(len(data))])


def test_what_came_before_a_fault_is_returned() -> None:
    body = ChunkedBody()
    assert body.receive_data(b"2\r\nab\r\n1\r\nc\r\nx") == b"abc"
    assert body.receive_data(b"\r\n") == b""
    assert body.fault is not None
    assert not body.complete


def test_time_is_linear_in_the_bytes() -> None:
    """A large chunk in small pieces is copied once."""
    body = ChunkedBody()
    body.receive_data(b"%x\r\n" % (1 << 24))
    for _ in range(1 << 12):
        assert len(body.receive_data(b"x" * (1 << 12))) == 1 << 12
    assert body.receive_data(b"\r\n0\r\n\r\n") == b""
    assert body.complete


# --- heads

HEADS = st.sampled_from(
    [
        b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n",
        b"HTTP/1.1 200 OK\nA: b\n\n",
        b"HTTP/1.1 200 OK\r\nA: b\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nB: c\r\n\r\nHTTP/1.0 404 No\r\n\r\n",
    ]
)


@given(HEADS, st.binary(max_size=40) | st.just(b"\r\n\r\nHTTP/1.1 100 x\r\n\r\n"), CUTS)
def test_no_byte_behind_a_head_goes_with_it(heads: bytes, body: bytes, cuts: list[int]) -> None:
    head, taken = Head(), b""
    queue = pieces(heads + body, cuts)
    while queue and not head.ended:
        data, head.rest = queue.pop(0), b""
        taken += head.receive_data(data)
        if head.rest:
            queue.insert(0, head.rest)
    assert head.ended
    assert taken == heads
    assert b"".join(queue) == body
    assert head.receive_data(b"more\r\n\r\n") == b"more\r\n\r\n"
    head.begin()
    assert not head.ended
