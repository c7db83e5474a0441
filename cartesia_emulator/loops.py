"""`LoopThread`: a server in a thread of its own, so that it serves sync and async code alike."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

__all__ = ["LoopThread"]

log: logging.Logger = logging.getLogger("cartesia_emulator")

T = TypeVar("T")
_LONGEST_S: Final = 10.0  # of what others wait for


class LoopThread:
    """One run of a server in a daemon thread with its own event loop.

    Args:
        name: Name of the server, for the log.
        serve: The server. It awaits `ready` once it can be used, and shuts down after that.
    """

    def __init__(self, name: str, serve: Callable[[], Coroutine[None, None, None]]) -> None:
        self._name = name
        self._serve = serve
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._main, name=name, daemon=True)

    def start(self) -> None:
        """Return when the server can be used, or raise what kept it from that."""
        self._loop = asyncio.new_event_loop()
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Wait until the server has shut down; do nothing if it does not run."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join(timeout=_LONGEST_S)

    def run(self, work: Coroutine[None, None, T]) -> T:
        """Run a coroutine beside the server; return its result to the calling thread."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=_LONGEST_S)

    async def ready(self) -> None:
        """Let `start` return, then wait for `stop`."""
        self._started.set()
        await self._stopping.wait()

    def _main(self) -> None:
        loop = self._loop
        assert loop is not None
        try:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(self._serve())
        except BaseException as failure:
            if self._started.is_set():
                log.exception("the %s stopped", self._name)
            self._failure = failure
        finally:
            self._started.set()
