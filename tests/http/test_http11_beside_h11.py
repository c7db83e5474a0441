"""Our reading of responses beside that of h11: never another status, header, body or end.

The law, for whatever a peer sends, in whatever pieces: what both accept they read alike, and what
ours accepts h11 accepts too, but for the few forms in `LENIENT`.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import h11
import pytest
from httpcore import RemoteProtocolError
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cartesia_stream._http.http11 import MAX_HEAD, FixedBody, HeadParser, OpenBody

if TYPE_CHECKING:
    from collections.abc import Sequence

    Headers = list[tuple[bytes, bytes]]

# What ours accepts and h11 refuses: why, an example, and how to write it as h11 takes it.
LENIENT: Final = {
    "blanks before an extension must be removed: RFC 9112, section 7.1.1": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3 \t;a=b\r\nabc\r\n0\r\n\r\n",
        (rb"(\n[0-9A-Fa-f]+)[ \t]+;", rb"\1;"),
    ),
}


class Reading(NamedTuple):
    """What a response is taken for.

    Attributes:
        version: None until the head is whole.
        status: As sent.
        reason: As sent.
        headers: A length that is told more often than once stands here once.
        body: What came of it.
        complete: Whether its end was found.
        rest: What follows the end.
        persists: Whether the connection may serve on.
    """

    version: bytes | None = None
    status: int = 0
    reason: bytes = b""
    headers: Headers = []  # noqa: RUF012 (never changed)
    body: bytes = b""
    complete: bool = False
    rest: bytes = b""
    persists: bool = False


def read_by_us(method: bytes, pieces: Sequence[bytes], *, eof: bool) -> Reading | None:
    """Our reading, or None for a refusal; as `_aio/transport.py` does it."""
    parser, waiting = HeadParser(), iter(pieces)
    try:
        for piece in waiting:
            head = parser.receive_data(piece)
            if head is not None:
                break
        else:
            return None if eof else Reading()
        framing, body, rest = head.body(method), b"", b""
        for piece in itertools.chain([parser.rest], waiting):
            if framing.complete:  # at once, or with a piece before
                rest += piece
                continue
            taken = framing.receive_data(piece)
            body += taken
            if framing.fault is not None and not framing.complete:
                return None
            if isinstance(framing, FixedBody) and framing.complete:
                rest = piece[len(taken) :]
        if eof and not framing.complete:
            framing.receive_eof()
    except RemoteProtocolError:
        return None
    complete = framing.complete or (eof and isinstance(framing, OpenBody))
    headers = with_one_length(head.headers)
    persists = complete and head.persists and not rest and not isinstance(framing, OpenBody)
    return Reading(head.version, head.status, head.reason, headers, body, complete, rest, persists)


def with_one_length(headers: Headers) -> Headers:
    """Headers as h11 hands them out: codings in lower case, and the length once."""
    tidy: Headers = []
    for name, value in headers:
        if name.lower() == b"transfer-encoding":
            tidy.append((name, value.lower()))
        elif name.lower() != b"content-length":
            tidy.append((name, value))
        elif not any(known.lower() == b"content-length" for known, _ in tidy):
            tidy.append((name, value.split(b",")[0].strip()))
    return tidy


def read_by_h11(method: bytes, pieces: Sequence[bytes], *, eof: bool) -> Reading | None:
    """The reading of h11, or None for a refusal."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD)
    connection.send(h11.Request(method=method, target="/", headers=[("Host", "x")]))
    connection.send(h11.EndOfMessage())
    reading, waiting = Reading(), iter([*filter(None, pieces), *([b""] if eof else [])])
    try:
        for piece in waiting:
            connection.receive_data(piece)
            while (event := connection.next_event()) is not h11.NEED_DATA:
                match event:
                    case h11.Response():
                        reading = reading._replace(
                            version=event.http_version,
                            status=event.status_code,
                            reason=bytes(event.reason),
                            headers=event.headers.raw_items(),
                        )
                    case h11.Data():
                        reading = reading._replace(body=reading.body + bytes(event.data))
                    case h11.EndOfMessage():
                        rest = connection.trailing_data[0] + b"".join(waiting)
                        persists = connection.their_state is h11.DONE and not rest
                        return reading._replace(complete=True, rest=rest, persists=persists)
    except h11.RemoteProtocolError:
        return None
    return reading


def in_the_words_of_h11(data: bytes) -> bytes:
    """The same response without the forms that only ours takes."""
    for _, (pattern, plain) in LENIENT.values():
        data = re.sub(pattern, plain, data)
    return data


def check(method: bytes, data: bytes, cuts: Sequence[int], *, eof: bool) -> None:
    """Hold our reading against that of h11."""
    ours = read_by_us(method, cut(data, cuts), eof=eof)
    if ours is None:
        return
    theirs = read_by_h11(method, cut(data, cuts), eof=eof)
    if theirs is None:
        theirs = read_by_h11(method, cut(in_the_words_of_h11(data), cuts), eof=eof)
    if theirs is None:
        # h11 sees early that it is none; ours waits for the rest of a line and refuses it then
        assert not ours.complete
        assert read_by_us(method, [data, b"\r\n\r\n" * 2], eof=True) is None
        return
    assert ours._replace(persists=theirs.persists) == theirs
    assert theirs.persists or not ours.persists


def cut(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The same bytes in pieces."""
    edges = [0, *sorted(min(at, len(data)) for at in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


# --- what a peer may send


def mostly(usual: bytes, *others: bytes) -> st.SearchStrategy[bytes]:
    """A part of a message as it should be, or one of its hostile forms."""
    return st.sampled_from([usual] * (7 * len(others)) + list(others))


LINE_END: Final = mostly(b"\r\n", b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\n ", b"\r\n\t")
STATUS: Final = st.sampled_from([b"200"] * 4 + [b"204", b"304", b"206", b"404", b"599"])
STATUS_LINE: Final = st.builds(
    lambda version, status, reason: version + b" " + status + reason,
    mostly(
        b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.1 ", b"http/1.1", b"ICY", b"\r\nHTTP/1.1"
    ),
    STATUS | mostly(b"200", b"20", b"0200", b"600", b"099", b"101", b"+20", b"2_0"),
    mostly(b" OK", b"", b" ", b" O\tK", b" O\vK", b" O\fK", b" O\0K", b" O\rK", b" \xfc", b"\tOK"),
)
LENGTHS: Final = mostly(
    b"3", b"0", b"5", b"03", b"3, 3", b"3,4", b"3,", b"", b"-3", b"+3", b"3_0", b"0x3", b"3.0"
) | st.sampled_from([b"3", b"\xb2", b"9" * 20, b"9" * 21, b"3 3", b"3\v", b"3\f", b" 3\t"])
CODINGS: Final = mostly(
    b"chunked", b"Chunked", b"chunked, chunked", b"gzip, chunked", b"identity", b"", b"xchunked"
) | st.sampled_from([b"chunked,", b",chunked", b"chunked;a=b", b"chunked\v", b"\fchunked"])
FRAMING: Final = st.one_of(
    st.builds(b"Content-Length:%b".__mod__, LENGTHS),
    st.builds(b"Transfer-Encoding:%b".__mod__, CODINGS),
    st.builds(b"connection:%b".__mod__, mostly(b"close", b"Keep-Alive", b"x, Close", b"closed")),
)
HEADER: Final = mostly(
    b"A:  b \t", b"A:", b": b", b"A b", b"", b" folded", b"\t", b"A : b", b"A:\xfcb", b"A: b\rC: d"
) | st.sampled_from([b"A: b\nC: d", b"A: b\0", b"A: b\vc", b"A: b\fc", b"A\xfc: b", b"A:\x7f"])
HEAD: Final = st.builds(
    lambda line, fields, ends: b"".join(map(bytes.__add__, [line, *fields, b""], ends)),
    STATUS_LINE,
    st.lists(FRAMING | HEADER, max_size=4),
    st.lists(LINE_END, min_size=6, max_size=6),
)
SIZE: Final = st.sampled_from(
    [b"%x", b"%X"] * 6
    + [b"0%x", b"+%x", b"-%x", b"0x%x", b"%x_0", b" %x", b"%x ", b"%xg", b"", b"1%020x"]
)
EXTENSION: Final = mostly(
    b"", b";a", b"; a=b", b';a="b c"', b' ;\ta = "b\\"c" ;d', b";a\nabc", b";a\rb", b";\0", b";"
) | st.sampled_from([b';a="b', b';a="\n"', b";a=", b";=b", b";a b", b";\v", b"\t", b" ", b";\xfc"])
CHUNK: Final = st.builds(
    lambda size, extension, end, data, after: (
        (size % len(data) if b"%" in size else size) + extension + end + data + after
    ),
    SIZE, EXTENSION, LINE_END, st.binary(min_size=1, max_size=20), LINE_END,
)  # fmt: skip
TRAILER: Final = mostly(
    b"A: b\r\n", b"A: b\n", b"A: b\rc\r\n", b" folded\r\n", b"A: b\n\n", b"A\r\n", b"A : b\r\n"
) | st.sampled_from([b"Content-Length: 3\r\n", b"transfer-encoding: x\r\n", b"A: \0\r\n", b"\n"])
CHUNKED: Final = st.builds(
    lambda chunks, last, extension, end, trailers, blank: b"".join(
        [*chunks, last, extension, end, *trailers, blank]
    ),
    st.lists(CHUNK, max_size=3),
    mostly(b"0", b"", b"00", b"-0", b"0x0"),
    EXTENSION, LINE_END, st.lists(TRAILER, max_size=2), LINE_END,
)  # fmt: skip
BODY: Final = CHUNKED | st.binary(max_size=5) | st.sampled_from([b"abc", b"3\r\nabc\r\n0\r\n\r\n"])
INTERIM: Final = st.just(b"") | mostly(
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.0 103 E\nL: x\n\n",
    b"HTTP/1.1 199\r\nContent-Length: 3\r\n\r\n",
    b"HTTP/1.1 100\r\nContent-Length: x\r\n\r\n",
    b"HTTP/1.1 100\r\nTransfer-Encoding: x\r\n\r\n",
    b"\r\n",
)
BEHIND: Final = mostly(b"", b"\r\n", b"\0", b"HTTP/1.1 200 OK\r\n\r\n", b"0\r\n\r\n")
WORDS: Final = st.sampled_from([b" ", b"\t", *b"\r \n \r\n \0 : ; , 0 1 a - _ \v".split(b" ")])
EDITS: Final = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 2), WORDS | st.just(b"")),
    max_size=2,
)
METHODS: Final = st.sampled_from([b"GET", b"HEAD", b"POST"])
CUTS: Final = st.lists(st.integers(0, 200), max_size=6) | st.just(list(range(200)))


def edited(data: bytes, edits: Sequence[tuple[float, int, bytes]]) -> bytes:
    """A message with some bytes put in place of others."""
    for where, count, word in edits:
        at = int(where * len(data))
        data = data[:at] + word + data[at + count :]
    return data


MANY: Final = settings(max_examples=8 * settings().max_examples)


@MANY
@given(METHODS, INTERIM, HEAD, BODY, BEHIND, EDITS, CUTS, st.booleans())
def test_hostile_responses(
    method: bytes,
    interim: bytes,
    head: bytes,
    body: bytes,
    behind: bytes,
    edits: list[tuple[float, int, bytes]],
    cuts: list[int],
    eof: bool,
) -> None:
    """Every part may be one of its hostile forms, and bytes may be lost, doubled or changed."""
    check(method, edited(interim + head + body + behind, edits), cuts, eof=eof)


@MANY
@given(METHODS, INTERIM, STATUS, st.lists(FRAMING, max_size=3), BODY, BEHIND, CUTS, st.booleans())
def test_hostile_framing(
    method: bytes,
    interim: bytes,
    status: bytes,
    fields: list[bytes],
    body: bytes,
    behind: bytes,
    cuts: list[int],
    eof: bool,
) -> None:
    """The same where the head is well-formed, but may contradict itself or its body."""
    head = b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"", b""])
    check(method, interim + head + body + behind, cuts, eof=eof)


PLAIN_HEAD: Final = b"HTTP/1.1 200 OK\r\n%b: %b\r\n\r\n"


@MANY
@given(CHUNKED, BEHIND, EDITS, CUTS, st.booleans())
@example(b"3;a\nabc\r\n\r\n0\r\n\r\n", b"", [], [], True)
@example(b"0\r\nA: b\n\nC: d\r\n\r\n", b"", [], [], True)
def test_hostile_chunks(
    body: bytes, behind: bytes, edits: list[tuple[float, int, bytes]], cuts: list[int], eof: bool
) -> None:
    """The same for chunks alone, so that every example comes as far as them."""
    head = PLAIN_HEAD % (b"Transfer-Encoding", b"chunked")
    check(b"GET", head + edited(body + behind, edits), cuts, eof=eof)


@given(
    st.lists(
        WORDS | st.sampled_from([b"HTTP/1.1 200", b"3\r\nabc", b"Content-Length"]), max_size=20
    ),
    st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", PLAIN_HEAD % (b"Transfer-Encoding", b"chunked")]),
    CUTS,
    st.booleans(),
)
def test_random_words(words: list[bytes], before: bytes, cuts: list[int], eof: bool) -> None:
    check(b"GET", before + b"".join(words), cuts, eof=eof)


# --- what a good peer sends

NAMES: Final = st.text("abcXYZ-_.!09", min_size=1, max_size=8).map(str.encode)
VALUES: Final = st.text('ab1 \t,;="\xfc', max_size=12).map(lambda text: text.encode("latin-1"))


@given(
    st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 E\nL: x\n\n"]),
    st.lists(st.tuples(NAMES, VALUES), max_size=5),
    st.sampled_from([b"\r\n", b"\n"]),
    st.sampled_from([b"", b" ", b" O K"]),
    st.lists(st.binary(min_size=1, max_size=60), max_size=6),
    st.sampled_from([b"", b";a", b"; a=b", b';a="b c"', b"\t"]),
    st.sampled_from([b"", b"Expires: never\r\n", b"A: b\r\nC: d\r\n"]),
    st.sampled_from(["chunked", "length", "open"]),
    CUTS,
)
def test_good_responses(
    interim: bytes,
    fields: Headers,
    end: bytes,
    reason: bytes,
    parts: list[bytes],
    extension: bytes,
    trailers: bytes,
    framing: str,
    cuts: list[int],
) -> None:
    """Both accept them, and read what was sent."""
    sent = b"".join(parts)
    if framing == "chunked":
        chunks = [b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in parts]
        body = b"".join(chunks) + b"0%b\r\n%b\r\n" % (extension, trailers)
        fields = [*fields, (b"Transfer-Encoding", b"chunked")]
    else:
        body = sent
        if framing == "length":
            fields = [*fields, (b"Content-Length", b"%d" % len(sent))]
    lines = [b"HTTP/1.1 207" + reason, *(b"%b:%b" % field for field in fields), b"", b""]
    data = interim + end.join(lines) + body
    check(b"GET", data, cuts, eof=True)
    ours = read_by_us(b"GET", cut(data, cuts), eof=True)
    assert ours is not None
    assert (ours.status, ours.body, ours.complete, ours.rest) == (207, sent, True, b"")
    assert ours.headers == [(name, value.strip(b" \t")) for name, value in fields]


# --- where the two differ


@pytest.mark.parametrize("why", LENIENT)
def test_what_only_ours_accepts(why: str) -> None:
    data, _ = LENIENT[why]
    assert read_by_h11(b"GET", [data], eof=True) is None
    ours = read_by_us(b"GET", [data], eof=True)
    assert ours is not None
    assert ours == read_by_h11(b"GET", [in_the_words_of_h11(data)], eof=True)


CHUNKED_HEAD: Final = PLAIN_HEAD % (b"Transfer-Encoding", b"chunked")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 600 Odd\r\nContent-Length: 0\r\n\r\n",
        CHUNKED_HEAD + b"3;a\rb\r\nabc\r\n0\r\n\r\n",
        CHUNKED_HEAD + b"3;\0\r\nabc\r\n0\r\n\r\n",
        CHUNKED_HEAD + b'3;a="b\r\nabc\r\n0\r\n\r\n',
        CHUNKED_HEAD + b"3;\r\nabc\r\n0\r\n\r\n",
        CHUNKED_HEAD + b"00000000000000003\r\nabc\r\n0\r\n\r\n",
        CHUNKED_HEAD + b"0\r\n\n",
        CHUNKED_HEAD + b"0\r\nA: b\n\r\n",
        CHUNKED_HEAD + b"0\r\nA: b\r\n folded\r\n\r\n",
        CHUNKED_HEAD + b"0\r\nContent-Length: 3\r\n\r\n",
        CHUNKED_HEAD + b"0\r\n\r\nbehind",
    ],
)
def test_what_only_h11_accepts(data: bytes) -> None:
    """Ours is the stricter one, however the bytes come."""
    assert read_by_h11(b"GET", [data], eof=True) is not None
    assert read_by_us(b"GET", [data], eof=True) is None
