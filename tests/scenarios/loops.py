"""The event loops that the client supports."""

from __future__ import annotations

import asyncio
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")

NEW_LOOP: Final[dict[str, Callable[[], asyncio.AbstractEventLoop]]] = {
    "aio": asyncio.new_event_loop
}
if sys.platform != "win32":
    import uvloop

    NEW_LOOP["uvloop"] = uvloop.new_event_loop

ASYNC: Final = tuple(
    pytest.param(name, marks=[] if name == "aio" else pytest.mark.slow) for name in NEW_LOOP
)
"""Names of loops for `pytest`; the second pass over all tests is slow."""


class Run(Protocol):
    """Runs a coroutine on a loop of its own, as `asyncio.run` does."""

    def __call__(self, work: Coroutine[Any, Any, T], /) -> T: ...


def run_on(name: str) -> Run:
    """Return the `Run` for a kind of loop, see `NEW_LOOP`."""

    def run(work: Coroutine[Any, Any, T], /) -> T:
        with asyncio.Runner(loop_factory=NEW_LOOP[name]) as runner:
            return runner.run(work)

    return run


def replace_look_up(monkeypatch: pytest.MonkeyPatch, look_up: Callable[..., Any]) -> None:
    """Have every loop, and every thread, look names up with a function like `getaddrinfo`.

    asyncio calls the one of `socket`; uvloop has one of its own.
    """
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    if sys.platform != "win32":

        async def in_a_thread(loop: uvloop.Loop, *args: Any, **kwargs: Any) -> Any:
            return await loop.run_in_executor(None, partial(look_up, *args, **kwargs))

        monkeypatch.setattr(uvloop.Loop, "getaddrinfo", in_a_thread)
