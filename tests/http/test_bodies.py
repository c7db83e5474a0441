"""Bodies of responses: unpacked in pieces of bounded size, and never cut in silence."""

from __future__ import annotations

import gzip
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import RemoteProtocolError
from cartesia_stream._http import bodies
from cartesia_stream._http.bodies import MAX_ANSWER, PIECE, Unpacker, unpacker_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


# The name of each coding, and what packs it; two layouts go by the name of deflate.
CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "plain": ("", lambda data: data),
    "gzip": ("gzip", lambda data: gzip.compress(data, mtime=0)),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", raw_deflate),
}
DAMAGED = {
    "gzip": gzip.compress(b"good morning", mtime=0)[:-8] + bytes(8),  # another checksum
    "deflate": zlib.compress(b"good morning")[:-4] + bytes(4),
    "raw deflate": b"\x07\x07",  # a kind of block that does not exist
}
PACKED = [name for name in CODINGS if name != "plain"]
every_coding = pytest.mark.parametrize("name", CODINGS)
every_packing = pytest.mark.parametrize("name", PACKED)


def pieces(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    for start, end in pairwise(places):
        yield data[start:end]


def unpacked(unpacker: Unpacker, data: bytes, cuts: list[int]) -> bytes:
    found = b"".join(part for piece in pieces(data, cuts) for part in unpacker.feed(piece))
    unpacker.finish()
    return found


@every_coding
@given(data=st.binary(max_size=300), cuts=st.lists(st.integers(0, 400), max_size=8))
def test_a_body_is_the_same_however_it_arrives(name: str, data: bytes, cuts: list[int]) -> None:
    coding, pack = CODINGS[name]
    assert unpacked(Unpacker(coding, None), pack(data), cuts) == data


@every_packing
@given(data=st.binary(min_size=1, max_size=80), place=st.integers(0, 1000), cut=st.integers(0, 99))
def test_a_packed_body_that_was_cut_is_an_error(
    name: str, data: bytes, place: int, cut: int
) -> None:
    coding, pack = CODINGS[name]
    packed = pack(data)
    part = packed[: place % len(packed)]
    if not part:
        assert unpacked(Unpacker(coding, None), part, []) == b""  # an empty body is not packed
        return
    with pytest.raises(httpx.DecodingError, match="was cut"):
        unpacked(Unpacker(coding, None), part, [cut])


@every_packing
def test_a_damaged_body_is_an_error(name: str) -> None:
    coding, _ = CODINGS[name]
    with pytest.raises(httpx.DecodingError, match="is damaged"):
        unpacked(Unpacker(coding, None), DAMAGED[name], [1, 2])


@every_packing
def test_bytes_after_the_end_of_a_packed_body_are_no_part_of_it(name: str) -> None:
    coding, pack = CODINGS[name]
    packed = pack(b"good morning")
    assert unpacked(Unpacker(coding, None), packed + b"more", [len(packed)]) == b"good morning"


@every_packing
def test_a_body_unpacks_to_pieces_of_bounded_size(name: str) -> None:
    coding, pack = CODINGS[name]
    sizes = [len(part) for part in Unpacker(coding, None).feed(pack(bytes(10 * PIECE)))]
    assert sum(sizes) == 10 * PIECE
    assert max(sizes) <= PIECE


@every_packing
def test_a_bomb_is_found_before_it_unpacks(name: str) -> None:
    """Not more than the limit and one piece is ever in memory."""
    coding, pack = CODINGS[name]
    found = 0
    unpacker = Unpacker(coding, 2 * PIECE)
    with pytest.raises(RemoteProtocolError, match="is larger than 0 MiB"):
        for part in unpacker.feed(pack(bytes(100 * PIECE))):
            found += len(part)
    assert found == 2 * PIECE


@every_coding
def test_a_limit_is_the_largest_body(name: str) -> None:
    coding, pack = CODINGS[name]
    body = pack(bytes(range(256)))
    most = max(256, len(body))
    assert unpacked(Unpacker(coding, most), body, [5]) == bytes(range(256))
    with pytest.raises(RemoteProtocolError):
        unpacked(Unpacker(coding, most - 1), body, [5])


def test_a_body_that_cannot_be_unpacked_is_empty() -> None:
    assert unpacked(Unpacker(None, None), b"\x1b\x2f", [1]) == b""


# --- which response gets what


def response(status: int = 200, /, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=names, stream=httpx.ByteStream(b""))


@pytest.mark.parametrize("coding", ["gzip", "GZIP", " gzip ", "x-gzip", "identity, gzip", ",gzip"])
@pytest.mark.parametrize("whole", [True, False])
def test_httpx_does_not_unpack_what_is_unpacked_here(coding: str, whole: bool) -> None:
    answer = response(content_encoding=coding, content_length="25")
    unpacker = unpacker_for(answer, whole=whole)
    assert unpacker is not None
    assert unpacked(unpacker, gzip.compress(b"hi"), []) == b"hi"
    assert not {"content-encoding", "content-length"} & set(answer.headers)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "deflate, gzip", "compress"])
def test_a_success_packed_in_a_way_that_was_not_asked_for(coding: str) -> None:
    answer = response(content_encoding=coding, x_request_id="r1")
    with pytest.raises(RemoteProtocolError, match=f"packed as {coding}, which") as caught:
        unpacker_for(answer, whole=False)
    assert caught.value.request_id == "r1"


def test_an_error_packed_in_a_way_that_was_not_asked_for_has_no_body() -> None:
    """Its status says the most."""
    unpacker = unpacker_for(response(500, content_encoding="br"), whole=True)
    assert unpacker is not None
    assert unpacked(unpacker, b"\x1b\x2f", []) == b""


@pytest.mark.parametrize("length", [str(MAX_ANSWER + 1), "9" * 5000])
def test_a_length_above_the_most_is_an_error_at_once(length: str) -> None:
    answer = response(content_length=length, x_request_id="r1")
    with pytest.raises(RemoteProtocolError, match="larger than 64 MiB") as caught:
        unpacker_for(answer, whole=True)
    assert caught.value.request_id == "r1"
    assert unpacker_for(answer, whole=False) is None  # it is read piece by piece


@pytest.mark.parametrize("headers", [{"content_length": str(MAX_ANSWER)}, {"content_length": "0"}])
@pytest.mark.parametrize("coding", [{}, {"content_encoding": ""}, {"content_encoding": "identity"}])
def test_a_plain_body_of_a_known_length_is_left_alone(
    headers: dict[str, str], coding: dict[str, str]
) -> None:
    answer = response(**headers, **coding)
    assert unpacker_for(answer, whole=True) is None
    assert answer.headers["content-length"] == headers["content_length"]


def test_a_plain_body_without_a_length_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_ANSWER", 4)
    unpacker = unpacker_for(response(), whole=True)
    assert unpacker is not None
    assert list(unpacker.feed(b"four")) == [b"four"]
    with pytest.raises(RemoteProtocolError):
        list(unpacker.feed(b"."))
    assert unpacker_for(response(), whole=False) is None


def test_a_response_that_was_read_already_is_left_alone() -> None:
    answer = httpx.Response(200, content=b"hi")
    answer.read()
    answer.headers["content-encoding"] = "br"
    assert unpacker_for(answer, whole=True) is None
