"""Read request bodies, within bounds of time and memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from ..errors import ApiError

if TYPE_CHECKING:
    from .call import Call

__all__ = ["Uploads"]

_LARGE: Final = 1024 * 1024
_LARGE_AT_ONCE: Final = 2
_SLOWEST: Final = 16 * 1024  # bytes per second


class Uploads:
    """Reads the bodies of requests.

    A body above 1 MiB waits until fewer than two others are in memory, from its first MiB to the
    start of its response; small requests pass by.

    Args:
        most: Largest body, in bytes.
        timeout_s: How long a body may take, beside a second for every 16 KiB of it.
    """

    def __init__(self, most: int, timeout_s: float) -> None:
        self._most = most
        self._timeout_s = timeout_s
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)

    async def read(self, call: Call) -> bytes:
        """Read the whole body of a request.

        Raises:
            ApiError: 408 if it comes too slowly, 413 if it is too large.
        """
        body = bytearray()
        loop = asyncio.get_running_loop()
        latest = loop.time() + self._timeout_s
        try:
            async with asyncio.timeout_at(latest) as deadline:
                while chunk := await call.request.content.readany():
                    body += chunk
                    if len(body) > self._most:
                        limit = f"The body exceeds {self._most} bytes."
                        raise ApiError(413, limit, code="file_too_large")
                    if len(body) > _LARGE and not call.holds_upload:
                        # Waiting for others does not count as being slow.
                        began = loop.time()
                        deadline.reschedule(None)
                        await self._large.acquire()
                        call.hold_upload(self._large.release)
                        latest += loop.time() - began
                    deadline.reschedule(latest + len(body) / _SLOWEST)
        except TimeoutError as error:
            message = f"The body did not arrive within {self._timeout_s:g} s."
            raise ApiError(408, message, headers={"Connection": "close"}) from error
        except web.RequestPayloadError as error:
            raise ApiError(400, f"The body cannot be read: {error}") from error
        return bytes(body)
