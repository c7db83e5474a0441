"""Credentials of calls: a fixed key, or access tokens that are renewed before they expire."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._http.tokens import Lease, lease
from .flow import Mutex, owner, result_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .._http.config import Config
    from .flow import Owner


class AsyncCredentials:
    """Provider of a config with valid credentials for each call.

    Args:
        fetch: Returns a new token; None if the config already has fixed credentials.
    """

    def __init__(self, fetch: Callable[[], Awaitable[str]] | None) -> None:
        self._fetch = fetch
        self._mutexes: dict[Owner, Mutex] = {}
        self._lease: Lease | None = None

    @property
    def _mutex(self) -> Mutex:
        """The lock of this process and event loop; concurrent callers share one token refresh."""
        here = owner()
        mutex = self._mutexes.setdefault(here, Mutex())
        for other in list(self._mutexes):
            if other != here:
                self._mutexes.pop(other, None)
        return mutex

    async def bearer(self, config: Config) -> Config:
        """Return the config for a call, with a token that is not about to expire."""
        if self._fetch is None:
            return config
        async with self._mutex:
            held = self._lease
            if held is None or not held.is_fresh(time.monotonic()):
                now, today = time.monotonic(), time.time()
                fetched = await result_of(self._fetch(), "token")
                token = config.with_token(fetched).api_key  # which validates it
                held = self._lease = lease(token, now=now, today=today)
            return config.with_token(held.token)

    async def renew(self, rejected: str) -> bool:
        """Drop a token that the service rejected; return whether a retry can get a new one."""
        if self._fetch is None:
            return False
        async with self._mutex:
            if self._lease is not None and self._lease.token == rejected:
                self._lease = None
            return True
