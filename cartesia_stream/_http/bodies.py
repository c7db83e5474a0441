"""Bodies of responses in pieces of bounded size, whatever they unpack to."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

import httpx

from .._protocol.faults import request_id_of
from ..errors import RemoteProtocolError

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCEPTED: Final = "gzip, deflate"  # a few bytes of other codings can unpack to gigabytes at once
MAX_ANSWER: Final = 1 << 26  # bytes of a response that is read as a whole, packed or unpacked
PIECE: Final = 1 << 16  # bytes to unpack at once

_GZIP: Final = 16 + zlib.MAX_WBITS


class Unpacker:
    """Unpacks a body, piece by piece, and counts it.

    Args:
        coding: ``gzip``, ``deflate``, "" for a body that is not packed, or None for a body that
            cannot be unpacked, which becomes empty.
        limit: Maximum size, packed and unpacked; None for a body that is read piece by piece.
    """

    def __init__(self, coding: str | None, limit: int | None) -> None:
        self._coding = coding
        self._limit = limit
        self._packed = 0
        self._unpacked = 0
        self._head = b""  # the first two bytes tell which form of deflate it is
        self._zlib = zlib.decompressobj(_GZIP) if coding == "gzip" else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Unpack a piece of the body.

        Raises:
            RemoteProtocolError: If the body is too large.
            httpx.DecodingError: If it is damaged.
        """
        self._packed += len(data)
        self._check()
        if not self._coding:
            if self._coding is not None:
                yield data
            return
        if self._zlib is None:
            self._head = data = self._head + data
            if len(data) < 2:
                return
            wrapped = data[0] & 0x0F == 8 and int.from_bytes(data[:2], "big") % 31 == 0
            self._zlib = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        while data and not self._zlib.eof:
            try:
                piece = self._zlib.decompress(data, PIECE)
            except zlib.error as error:
                raise httpx.DecodingError(f"the body is damaged: {error}") from None
            data = self._zlib.unconsumed_tail
            self._unpacked += len(piece)
            self._check()
            if piece:
                yield piece

    def finish(self) -> None:
        """Check that the body is complete.

        Raises:
            httpx.DecodingError: If it was cut.
        """
        if self._coding and self._packed and (self._zlib is None or not self._zlib.eof):
            raise httpx.DecodingError("the body was cut")

    def _check(self) -> None:
        if self._limit is not None and max(self._packed, self._unpacked) > self._limit:
            raise too_large(self._limit)


def too_large(limit: int, request_id: str | None = None) -> RemoteProtocolError:
    """Return the error for a response that is too large."""
    return RemoteProtocolError(
        f"the response is larger than {limit >> 20} MiB", request_id=request_id
    )


def unpacker_for(response: httpx.Response, *, whole: bool) -> Unpacker | None:
    """Return what unpacks and bounds the body of a response; None if there is nothing to do.

    It takes the headers about the packed body out of the response, so that httpx does not unpack
    the body as well.

    Args:
        response: The response, whose body is not read yet.
        whole: Whether the body will be read as a whole.

    Raises:
        RemoteProtocolError: If a success is too large, or packed in a way that was not asked for.
    """
    if response.is_stream_consumed:  # a mock, or read by an event hook
        return None
    limit = MAX_ANSWER if whole and response.is_success else None
    length = response.headers.get("content-length", "")
    if limit is not None and length.isdecimal() and int(length[:20]) > limit:
        raise too_large(limit, request_id_of(response.headers))
    codings = [
        coding.strip().lower().removeprefix("x-")
        for coding in response.headers.get("content-encoding", "").split(",")
    ]
    packed = [coding for coding in codings if coding not in ("", "identity")]
    if not packed:
        return None if limit is None or length else Unpacker("", limit)
    coding = packed[0] if packed in (["gzip"], ["deflate"]) else None
    if coding is None and response.is_success:
        raise RemoteProtocolError(
            f"the response is packed as {', '.join(packed)[:40]}, which was not asked for",
            request_id=request_id_of(response.headers),
        )
    del response.headers["content-encoding"]
    response.headers.pop("content-length", None)
    return Unpacker(coding, limit)
