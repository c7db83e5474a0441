"""Heads, and where bodies end, by the standard; beside another reader in the file next to this."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from httpcore import LocalProtocolError, RemoteProtocolError
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import ConfigurationError
from cartesia_stream._http import http11
from cartesia_stream._http.http11 import (
    BodyWriter,
    ChunkedBody,
    FixedBody,
    Head,
    HeadParser,
    OpenBody,
    ReadDeadline,
    request_head,
)

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


@given(st.lists(st.binary(max_size=60), max_size=6), EXTENSIONS, TRAILERS, CUTS)
def test_any_pieces_give_the_same_body(
    parts: list[bytes], extension: bytes, trailers: bytes, cuts: list[int]
) -> None:
    data = encode(parts, extension, trailers)
    assert decode(pieces(data, cuts)) == (b"".join(parts), True)


@given(st.lists(st.binary(max_size=20), max_size=4), st.data())
def test_what_breaks_off_is_not_complete(parts: list[bytes], data: st.DataObject) -> None:
    whole = encode(parts, b"", b"")
    body, complete = decode([whole[: data.draw(st.integers(0, len(whole) - 1))]])
    assert not complete
    assert b"".join(parts).startswith(body)


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
        b"3;a\nabc\r\n",
        b"3\nabc\r\n",
        b"3;a\rb\r\nabc\r\n",
        b"3;a\0\r\nabc\r\n",
        b"3;\r\nabc\r\n",
        b'3;a="b\r\nabc\r\n',
        b"0\r\n\n",
        b"0\r\nA: b\n\nC: d\r\n\r\n",
        b"0\r\nA: b\rC: d\r\n\r\n",
        b"0\r\nA b\r\n\r\n",
        b"0\r\nContent-Length: 3\r\n\r\n",
        b"0\r\ntransfer-encoding: chunked\r\n\r\n",
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


def test_a_body_in_chunks_does_not_end_with_the_connection() -> None:
    body = ChunkedBody()
    body.receive_data(b"2\r\nab\r\n")
    with pytest.raises(
        RemoteProtocolError, match="closed the connection before the end of the body"
    ):
        body.receive_eof()


# --- bodies of other kinds


@given(st.binary(max_size=40), st.binary(max_size=3), CUTS)
def test_a_length_is_kept_to(data: bytes, more: bytes, cuts: list[int]) -> None:
    """What follows is no part of the body, and told."""
    body, taken = FixedBody(len(data)), b""
    for piece in pieces(data + more, cuts):
        taken += body.receive_data(piece)
    assert taken == data
    assert body.complete
    assert (body.fault is not None) is bool(more)


def test_a_length_that_is_not_reached() -> None:
    body = FixedBody(3)
    assert body.receive_data(b"ab") == b"ab"
    assert not body.complete
    with pytest.raises(
        RemoteProtocolError, match="closed the connection before the end of the body"
    ):
        body.receive_eof()


def test_a_body_may_end_with_the_connection() -> None:
    body = OpenBody()
    assert body.receive_data(b"ab") == b"ab"
    body.receive_eof()
    assert not body.complete


# --- heads


def read_head(data: Sequence[bytes]) -> tuple[Head | None, bytes]:
    """The head, and what is behind it."""
    parser = HeadParser()
    for count, piece in enumerate(data, 1):
        head = parser.receive_data(piece)
        if head is not None:
            return head, parser.rest + b"".join(data[count:])
    return None, b""


NAMES = st.text("abcXYZ-_.!09", min_size=1, max_size=8).map(str.encode)
VALUES = st.text('ab1 \t,;="', max_size=12).map(str.encode)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=5)
ENDS = st.sampled_from([b"\r\n", b"\n"])
INTERIM = st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 E\nL: x\n\n"])
BEHIND = st.binary(max_size=40) | st.just(b"\r\n\r\nHTTP/1.1 100 x\r\n\r\n")


@given(INTERIM, FIELDS, ENDS, st.sampled_from([b"", b" ", b" O K"]), BEHIND, CUTS)
def test_any_pieces_give_the_same_head(
    interim: bytes,
    fields: list[tuple[bytes, bytes]],
    end: bytes,
    reason: bytes,
    behind: bytes,
    cuts: list[int],
) -> None:
    """No byte behind a head is taken."""
    lines = [b"HTTP/1.1 207" + reason, *(b"%b:%b" % field for field in fields), b"", b""]
    data = interim + end.join(lines)
    head, rest = read_head(pieces(data + behind, cuts))
    assert head is not None
    assert (head.status, head.version, head.reason) == (207, b"1.1", reason[1:])
    assert head.headers == [(name, value.strip(b" \t")) for name, value in fields]
    assert rest == behind


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n: b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: b\x0bc\r\n\r\n",
        b"HTTP/1.1 200 O\x0cK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded\r\n\r\n",
        b"HTTP/1.1 100 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * http11.MAX_HEAD,
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000,
    ],
)
def test_broken_heads_are_refused(data: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match=r"the response|the service switched"):
        read_head([data])
    with pytest.raises(RemoteProtocolError, match=r"the response|the service switched"):
        read_head([data[at : at + 7] for at in range(0, len(data), 7)])


def test_a_folded_line_is_one_line() -> None:
    head, _ = read_head([b"HTTP/1.1 200 OK\r\nA: b\r\n  c\r\n\td\r\nE: f\r\n\r\n"])
    assert head is not None
    assert head.headers == [(b"A", b"b c d"), (b"E", b"f")]


def test_many_interim_answers_are_skipped() -> None:
    head, rest = read_head([b"HTTP/1.1 100\r\n\r\n" * 20_000 + b"HTTP/1.1 204\r\n\r\nmore"])
    assert head is not None
    assert (head.status, rest) == (204, b"more")


def framing(*fields: str, method: bytes = b"GET", line: bytes = b"HTTP/1.1 200") -> object:
    """The body that a head announces, and whether the connection may serve on."""
    head, _ = read_head([b"\r\n".join((line, *map(str.encode, fields), b"", b""))])
    assert head is not None
    body = head.body(method)
    length = None
    if isinstance(body, FixedBody):
        length = len(body.receive_data(bytes(100)))
    return type(body), length, head.persists


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ([], (OpenBody, None, True)),
        (["Content-Length: 5"], (FixedBody, 5, True)),
        (["content-length: 5", "Content-Length: 5"], (FixedBody, 5, True)),
        (["Content-Length: 5, 5"], (FixedBody, 5, True)),
        (["Transfer-Encoding: Chunked"], (ChunkedBody, None, True)),
        (["Content-Length: 5", "Transfer-Encoding: chunked"], (ChunkedBody, None, False)),
        (["Content-Length: 5", "Connection: x, Close"], (FixedBody, 5, False)),
        (["Content-Length: 5", "Connection: keep-alive"], (FixedBody, 5, True)),
    ],
)
def test_where_a_body_ends(fields: list[str], expected: object) -> None:
    assert framing(*fields) == expected


@pytest.mark.parametrize(
    "fields",
    [
        ["Content-Length: 5", "Content-Length: 6"],
        ["Content-Length: 5, 6"],
        ["Content-Length: -5"],
        ["Content-Length: +5"],
        ["Content-Length: 5_0"],
        ["Content-Length:"],
        ["Content-Length: " + "1" * 21],
        ["Transfer-Encoding: gzip, chunked"],
        ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
        ["Transfer-Encoding: identity"],
    ],
)
def test_a_body_whose_end_is_in_doubt(fields: list[str]) -> None:
    with pytest.raises(RemoteProtocolError):
        framing(*fields)


@pytest.mark.parametrize("status", [b"204", b"304"])
def test_answers_without_a_body(status: bytes) -> None:
    assert framing("Content-Length: 5", line=b"HTTP/1.1 " + status) == (FixedBody, 0, True)


def test_a_head_alone() -> None:
    assert framing("Content-Length: 5", method=b"HEAD") == (FixedBody, 0, True)


def test_an_old_peer_closes() -> None:
    assert framing("Content-Length: 5", line=b"HTTP/1.0 200 OK") == (FixedBody, 5, False)


# --- requests


def test_a_request() -> None:
    head = request_head(
        b"POST", b"/a?b=c", [(b"Host", b"x"), (b"A", "\u00fc".encode()), (b"B", b"")]
    )
    assert head == b"POST /a?b=c HTTP/1.1\r\nHost: x\r\nA: \xc3\xbc\r\nB: \r\n\r\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"A", b"b\r\nC: d"),
        (b"A", b"b\nC: d"),
        (b"A", b"b\0"),
        (b"A\r\nC", b"d"),
        (b"A B", b"c"),
        (b"", b"c"),
    ],
)
def test_no_header_brings_another(name: bytes, value: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"the header .* is malformed") as caught:
        request_head(b"GET", b"/", [(name, value)])
    assert caught.value.option == "headers"


@pytest.mark.parametrize(
    ("method", "target"), [(b"GE T", b"/"), (b"GET", b"/ HTTP/1.1\r\nA: b"), (b"GET", b"/\xfc")]
)
def test_no_address_brings_a_header(method: bytes, target: bytes) -> None:
    with pytest.raises(ConfigurationError, match="malformed"):
        request_head(method, target, [])


@given(st.lists(st.binary(max_size=20), max_size=5))
def test_uploads_in_chunks(parts: list[bytes]) -> None:
    upload = BodyWriter([(b"Transfer-Encoding", b"chunked")])
    sent = b"".join(map(upload.piece, parts)) + upload.end()
    assert decode([sent]) == (b"".join(parts), True)


@pytest.mark.parametrize("parts", [[b"abcde"], [b"ab", b"", b"cde"]])
def test_uploads_of_a_known_length(parts: list[bytes]) -> None:
    upload = BodyWriter([(b"Host", b"x"), (b"Content-Length", b"5")])
    assert [upload.piece(part) for part in parts] == parts
    assert upload.end() == b""


def test_uploads_that_change_their_length() -> None:
    upload = BodyWriter([(b"Content-Length", b"5")])
    upload.piece(b"abc")
    with pytest.raises(LocalProtocolError, match="shorter"):
        upload.end()
    with pytest.raises(LocalProtocolError, match="longer"):
        upload.piece(b"def")


def test_reads_before_a_request() -> None:
    """While a connection is made, each read has its own time, or they share one."""
    deadline = ReadDeadline()
    assert deadline.left(5.0, now=1.0) == 5.0
    assert deadline.left(None, now=1.0) is None
    deadline.wait_until(10.0)
    assert deadline.left(5.0, now=1.0) == 9.0
    assert deadline.left(5.0, now=11.0) == -1.0


def test_head_is_due_from_the_end_of_the_request() -> None:
    """Parts of an upload begin the wait anew; reads share what is left of it."""
    deadline = ReadDeadline()
    deadline.wrote(now=2.0)
    deadline.wrote(now=50.0)
    assert deadline.sent_at == 50.0
    assert deadline.left(3.0, now=51.0) == 2.0
    assert deadline.left(3.0, now=54.0) == -1.0
    assert deadline.left(None, now=54.0) is None


def test_head_of_a_handshake() -> None:
    """It is due with the rest of connecting, and the body that refuses has its own time."""
    deadline = ReadDeadline()
    deadline.wrote(now=2.0)
    deadline.wait_until(4.0)
    assert deadline.left(60.0, now=3.0) == 1.0
    deadline.answered()
    assert deadline.left(60.0, now=3.0) == 60.0


def test_reads_of_a_body() -> None:
    """Each has its own time, unless the reader says when the next event is due."""
    deadline = ReadDeadline()
    deadline.wrote(now=2.0)
    deadline.answered()
    assert deadline.left(3.0, now=100.0) == 3.0
    deadline.wait_until(101.5)
    assert deadline.left(3.0, now=100.0) == 1.5
    deadline.wait_until(None)
    assert deadline.left(3.0, now=100.0) is None


def test_next_exchange_begins_anew() -> None:
    """What held for the last body does not hold for the next."""
    deadline = ReadDeadline()
    deadline.wrote(now=2.0)
    deadline.answered()
    deadline.wait_until(2.5)
    deadline.wrote(now=9.0)
    assert deadline.left(3.0, now=10.0) == 2.0
    deadline.answered()
    assert deadline.left(3.0, now=20.0) == 3.0
