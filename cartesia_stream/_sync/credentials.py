# Written by tools/unasync.py from _aio/credentials.py: edit that file, then `make generate`.
"""Who calls: a key for good, or short-lived tokens one after the other."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from .._http.tokens import Lease, lease
from .flow import Mutex, owner

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._http.config import Config
    from .flow import Owner


class Credentials:
    """Gives each call a config with credentials that are good.

    Args:
        fetch: Returns a token; None if the config has its credentials already.
    """

    def __init__(self, fetch: Callable[[], str] | None) -> None:
        self._fetch = fetch
        self._mutexes: dict[Owner, Mutex] = {}
        self._lease: Lease | None = None

    @property
    def _mutex(self) -> Mutex:
        """Callers that come while one fetches a token take that; a lock belongs to its place."""
        here = owner()
        mutex = self._mutexes.setdefault(here, Mutex())
        for other in list(self._mutexes):
            if other != here:
                self._mutexes.pop(other, None)
        return mutex

    def bearer(self, config: Config) -> Config:
        """The config to make a call with now."""
        if self._fetch is None:
            return config
        with self._mutex:
            held = self._lease
            if held is None or not held.is_fresh(time.monotonic()):
                held = self._renewed(config, self._fetch)
            return config.with_token(held.token)

    def renew(self, refused: str) -> bool:
        """Whether another try may go better, after a refusal of a token."""
        if self._fetch is None:
            return False
        with self._mutex:
            if self._lease is not None and self._lease.token == refused:
                self._lease = None
            return True

    def _renewed(self, config: Config, fetch: Callable[[], str]) -> Lease:
        now, today = time.monotonic(), time.time()
        token = config.with_token(fetch()).api_key  # which checks it
        self._lease = lease(token, now=now, today=today)
        return self._lease
