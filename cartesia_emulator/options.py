"""Settings of the emulator, checked, as plain data."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

__all__ = ["AfterCancel", "OnExpiry", "Options", "V0Embeddings", "V0Events"]

AfterCancel: TypeAlias = Literal["done", "nothing", "late"]
OnExpiry: TypeAlias = Literal["done", "nothing"]
V0Events: TypeAlias = Literal["malformed", "bare", "conforming"]
V0Embeddings: TypeAlias = Literal["numbers", "text"]

MIB = 1024 * 1024


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the server; `Emulator` describes each of them."""

    realtime: float | None = None
    latency: float = 0.0
    chunk_ms: int = 100
    concurrency: int = 50
    stt_concurrency: int = 50
    max_sockets: int = 500
    context_expiry_s: float = 1.0
    idle_timeout_s: float = 300.0
    stt_idle_timeout_s: float | None = None
    after_cancel: AfterCancel = "done"
    on_expiry: OnExpiry = "done"
    max_upload_bytes: int = 64 * MIB
    read_timeout_s: float = 30.0
    max_pending_inputs: int = 1000
    v0_events: V0Events = "malformed"
    v0_embeddings: V0Embeddings = "numbers"
    allow_hosts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.realtime is not None and self.realtime <= 0:
            raise ValueError("realtime must be above 0, or None for as fast as possible")
        for name in ("latency", "context_expiry_s", "idle_timeout_s"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
        if self.read_timeout_s <= 0:
            raise ValueError("read_timeout_s must be above 0")
        if self.stt_idle_timeout_s is not None and self.stt_idle_timeout_s < 0:
            raise ValueError("stt_idle_timeout_s must not be negative")
        for name in ("chunk_ms", "concurrency", "stt_concurrency", "max_sockets"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
