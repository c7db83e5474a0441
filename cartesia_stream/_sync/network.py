"""The connections of httpcore; `_aio/network.py` has its own, since httpcore's go through anyio."""

from __future__ import annotations

from httpcore import SyncBackend as Backend

__all__ = ["Backend"]
