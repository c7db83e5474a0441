"""The tree of errors: complete, copied with all attributes, and at home among Python's own."""

from __future__ import annotations

import copy
import pickle

import pytest

import cartesia_stream
from cartesia_stream import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    BufferOverflowError,
    CartesiaError,
    ConfigurationError,
    ConflictError,
    ConnectionClosedError,
    DamagedAudioError,
    InternalServerError,
    LocalStateError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    RemoteProtocolError,
    StreamTruncatedError,
    TranscriptTruncatedError,
    UnprocessableEntityError,
)

ERRORS: list[CartesiaError] = [
    ConfigurationError("m", option="o"),
    LocalStateError("m", context_id="c"),
    BufferOverflowError("m", limit=3, context_id="c"),
    APIError("m", request_id="r"),
    APIConnectionError("m"),
    APITimeoutError("m", phase="idle", seconds=3, context_id="c"),
    ConnectionClosedError("m", code=1011, reason="r", by="local"),
    DamagedAudioError("m", at=1.5, position=2, delivered="d"),
    StreamTruncatedError("m", chunks=1, nbytes=2),
    TranscriptTruncatedError("m", start=1, end=2.5),
    RemoteProtocolError("m"),
    APIStatusError("m", status_code=418, retry_after=2),
    BadRequestError("m", status_code=400),
    AuthenticationError("m", status_code=401),
    PermissionDeniedError("m", status_code=403),
    NotFoundError("m", status_code=404),
    ConflictError("m", status_code=409),
    UnprocessableEntityError("m", status_code=422),
    RateLimitError("m", status_code=429),
    InternalServerError("m", status_code=503),
]


def test_every_public_error_is_in_this_file() -> None:
    """The list above misses none."""
    public = {
        value
        for name in cartesia_stream.__all__
        if isinstance(value := getattr(cartesia_stream, name), type)
        and issubclass(value, CartesiaError)
    }
    assert public == {type(error) for error in ERRORS} | {CartesiaError}


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_errors_survive_copies(error: CartesiaError) -> None:
    """An error crosses processes and is copied with all its attributes."""
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(other) is type(error)
        assert vars(other) == vars(error)
        assert (str(other), other.args) == (str(error), error.args)


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (ConfigurationError("m"), ValueError),
        (LocalStateError("m"), RuntimeError),
        (APITimeoutError("m"), TimeoutError),
    ],
)
def test_errors_are_also_what_python_calls_them(error: Exception, builtin: type) -> None:
    """Code that knows only the built-in classes catches them too."""
    assert isinstance(error, builtin)
