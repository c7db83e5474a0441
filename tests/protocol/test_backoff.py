"""What is tried again, and after how long."""

from __future__ import annotations

from typing import Any

import pytest

from cartesia_stream import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ConnectionClosedError,
    InternalServerError,
    RateLimitError,
    RemoteProtocolError,
    StreamTruncatedError,
)
from cartesia_stream._protocol.backoff import MAX_DELAY_S, Backoff


def unsent(error: APIConnectionError) -> APIConnectionError:
    error.request_sent = False
    return error


@pytest.mark.parametrize(
    ("error", "idempotent", "other"),
    [
        (InternalServerError("m", status_code=503), True, False),
        (ConflictError("m", status_code=409), True, False),
        (APIStatusError("m", status_code=408), True, False),
        (RateLimitError("m", status_code=429), True, True),
        (unsent(APIConnectionError("m")), True, True),
        (unsent(APITimeoutError("m", phase="connect")), True, True),
        (APIConnectionError("m"), True, False),
        (APITimeoutError("m"), True, False),
        (StreamTruncatedError("m"), True, False),
        (ConnectionClosedError("m"), True, False),
        (BadRequestError("m", status_code=400), False, False),
        (AuthenticationError("m", status_code=401), False, False),
        (RemoteProtocolError("m"), False, False),
    ],
)
def test_what_is_repeated(error: APIError, idempotent: bool, other: bool) -> None:
    """A call that may do its work twice is repeated only if it certainly was not carried out."""
    for kind, expected in ((True, idempotent), (False, other)):
        retries = Backoff(1, idempotent=kind, jitter=lambda: 1.0)
        assert (retries.delay_after(error) is not None) is expected


def test_delays_double_up_to_a_bound() -> None:
    """Each wait is twice the one before, at most 8 s, and jitter takes up to half of it."""
    error = InternalServerError("m", status_code=503)
    for jitter, factor in ((1.0, 1.0), (0.0, 0.5)):
        retries = Backoff(6, idempotent=True, jitter=lambda value=jitter: value)  # type: ignore[misc]  # a default binds the value
        delays = [retries.delay_after(error) for _ in range(7)]
        assert delays == [*(factor * base for base in (0.5, 1, 2, 4, 8, MAX_DELAY_S)), None]


@pytest.mark.parametrize(
    ("asked", "delay"), [(0.0, 0.05), (7.0, 7.05), (60.0, 60.05), (60.1, None), (3600.0, None)]
)
def test_the_service_names_the_wait(asked: float, delay: float | None) -> None:
    """A wait that the service asks for is kept, with a little jitter; a long one is not."""
    error: Any = RateLimitError("m", status_code=429, retry_after=asked)
    retries = Backoff(2, idempotent=False, jitter=lambda: 1.0)
    assert retries.delay_after(error) == pytest.approx(delay)


def test_no_retries() -> None:
    """None are made where none were allowed."""
    error = InternalServerError("m", status_code=503)
    assert Backoff(0, idempotent=True).delay_after(error) is None


def test_jitter_of_its_own() -> None:
    """Waits of many clients do not fall together, and none is shorter than half."""
    error = InternalServerError("m", status_code=503)
    delays = {Backoff(1, idempotent=True).delay_after(error) for _ in range(50)}
    assert len(delays) > 1
    assert all(delay is not None and 0.25 <= delay <= 0.5 for delay in delays)
