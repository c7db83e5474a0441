"""Make `os.fork` wait until no other thread imports a module that the client needs.

A thread that imports a module locks it. A child process forked at that moment inherits the lock but
not the thread that would release it, so it hangs when it imports the same module. The client
imports many modules on first use, so a fork during a first call could cause this.
"""

from __future__ import annotations

import _frozen_importlib
import os
import sys
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Protocol

    class _ModuleLock(Protocol):
        name: str
        owner: int | None


# An import may itself wait for the thread that forks: then fork anyway, at the risk of a hang.
MAX_WAIT_S: Final = 10.0
_POLL_S: Final = 0.001

# Packages that calls import. Others are ignored: a whole program may run inside of its import.
PACKAGES: Final = sys.stdlib_module_names | {
    "aiohappyeyeballs",
    "anyio",
    "attr",
    "attrs",
    "cartesia_api",
    "cartesia_api_v0",
    "cartesia_runtime",
    "cartesia_stream",
    "certifi",
    "h11",
    "httpcore",
    "httpx",
    "idna",
    "msgspec",
    "pybase64",
    "sniffio",
    "typing_extensions",
    "websockets",
}


def wait_for_imports() -> None:
    """Wait until no other thread imports any of `PACKAGES`, but not longer than `MAX_WAIT_S`."""
    deadline = time.monotonic() + MAX_WAIT_S
    while _others_import() and time.monotonic() < deadline:
        time.sleep(_POLL_S)


def _others_import() -> bool:
    # CPython keeps a lock for each module that is being imported, but has no public API for them.
    locks: Mapping[str, Callable[[], _ModuleLock | None]] = vars(_frozen_importlib).get(
        "_module_locks", {}
    )
    others = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
    held = [lock for reference in list(locks.values()) if (lock := reference()) is not None]
    return any(lock.owner in others and lock.name.partition(".")[0] in PACKAGES for lock in held)


if hasattr(os, "register_at_fork"):  # not on Windows, which cannot fork
    import_module("logging")  # runs our hook before logging's: the newest is first
    os.register_at_fork(before=wait_for_imports)
