"""Errors of v0 are those of today, with the classes and the messages of package 0.0.6."""

from __future__ import annotations

import copy
import logging
import pickle
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartesia_stream import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    NotFoundError,
    RateLimitError,
)
from cartesia_stream.v0 import _failures
from cartesia_stream.v0._failures import (
    Attempts,
    as_old_error,
    connection_errors,
    translated,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def status_error(status: int = 404, body: str | None = "no such voice: 7") -> APIStatusError:
    error = APIStatusError.class_for(status)(
        "no such voice", status_code=status, title="Not Found", request_id="r1"
    )
    error.body = body
    return error


def lost(*, sent: bool = True) -> APIConnectionError:
    error = APIConnectionError("the connection was lost")
    error.request_sent = sent
    return error


@pytest.mark.parametrize("old", [ValueError, RuntimeError, Exception])
def test_an_old_error_is_of_both_classes_and_keeps_every_attribute(old: type[Exception]) -> None:
    error = status_error()
    error.__cause__ = KeyError("why")
    made = as_old_error(error, old, "Failed. Error: 7")
    assert isinstance(made, NotFoundError)
    assert isinstance(made, old)
    assert str(made) == made.message == "Failed. Error: 7"
    assert vars(made) == vars(error) | {"message": "Failed. Error: 7"}
    assert made.__cause__ is error.__cause__
    assert str(error) != str(made)
    assert type(as_old_error(error, old, "again")) is type(made)  # one class for all
    assert type(made).__name__ == "NotFoundError"


def test_an_old_error_is_copied() -> None:
    made = as_old_error(status_error(), ValueError, "Failed.")
    for twin in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert isinstance(twin, NotFoundError)
        assert isinstance(twin, ValueError)
        assert str(twin) == "Failed."
        assert vars(twin) == vars(made)


@pytest.mark.parametrize(
    ("tell", "old", "text"),
    [
        ("voices_failed", ValueError, "Failed to get voices. Error: {}"),
        ("cloning_failed", ValueError, "Failed to clone voice. Status Code: 404\nError: {}"),
        ("lookup_failed", ValueError, "Failed to clone voice. Status Code: 404\nError: {}"),
        ("transcription_failed", ValueError, "Failed to transcribe audio. Error: {}"),
        ("refused_speech", ValueError, "Failed to generate audio. {}"),
        ("broken_response", ValueError, "Failed to generate audio. Not Found"),
        ("broken_generation", RuntimeError, "Failed to generate audio. Not Found"),
    ],
)
def test_each_failure_has_its_old_class_and_message(
    tell: str, old: type[Exception], text: str
) -> None:
    """The body, as far as there was one, is in it."""
    told: Callable[[APIError], APIError] = getattr(_failures, tell)
    made = told(status_error())
    assert isinstance(made, old)
    assert str(made) == text.format("no such voice: 7")
    assert str(told(status_error(body=None))) == text.format("no such voice")


def test_a_lookup_says_that_no_voice_was_cloned() -> None:
    made = _failures.lookup_failed(status_error())
    assert made.__notes__ == ["No voice was cloned: the embedding of a stored one was asked for."]


def test_an_error_in_the_stream_has_its_message_as_its_cause() -> None:
    made = _failures.broken_response(status_error())
    assert isinstance(made.__cause__, RuntimeError)
    assert str(made.__cause__) == "Error generating audio:\nno such voice"


@pytest.mark.parametrize(
    ("tell", "sent", "tried"),
    [
        ("voices_failed", True, False),  # the original let it through
        ("broken_response", True, False),
        ("cloning_failed", True, False),  # it was not tried again: a voice may have been cloned
        ("cloning_failed", False, True),
        ("lookup_failed", True, True),
        ("transcription_failed", True, True),
        ("refused_speech", True, True),
    ],
)
def test_a_lost_connection_says_that_it_was_tried_again(tell: str, sent: bool, tried: bool) -> None:
    error = lost(sent=sent)
    made = getattr(_failures, tell)(error)
    if tried:
        assert str(made) == "Exception occurred after 3 tries."
        assert made.__cause__ is error
        assert isinstance(made, APIConnectionError)
    else:
        assert made is error


def test_a_lost_socket_is_a_runtime_error() -> None:
    made = _failures.broken_generation(lost())
    assert isinstance(made, RuntimeError)
    assert isinstance(made, APIConnectionError)
    assert str(made) == "Failed to generate audio. the connection was lost"


def test_a_block_translates_its_errors_and_keeps_their_causes() -> None:
    cause = OSError("reset")

    def fail() -> None:
        with translated(_failures.broken_generation):
            raise lost() from cause

    with pytest.raises(RuntimeError, match="Failed to generate audio") as caught:
        fail()
    assert caught.value.__cause__ is cause


@pytest.mark.parametrize("error", [KeyError("x"), KeyboardInterrupt()], ids=repr)
def test_a_block_leaves_other_errors_alone(error: BaseException) -> None:
    def fail() -> None:
        with translated(_failures.broken_generation):
            raise error

    with pytest.raises(type(error)) as caught:
        fail()
    assert caught.value is error


# --- attempts


@given(st.integers(-2, 8), st.floats(0, 10))
def test_each_wait_is_twice_as_long_and_attempts_end(most: int, factor: float) -> None:
    attempts = Attempts(most, factor, None)
    cause = ConnectionError("refused")
    delays = [attempts.delay_after(cause) for _ in range(max(1, most) - 1)]
    assert delays == [factor * 2**place for place in range(len(delays))]
    with pytest.raises(APIConnectionError, match=f"after {max(1, most)} tries") as caught:
        attempts.delay_after(cause)
    assert caught.value.__cause__ is cause


def test_each_further_attempt_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    attempts = Attempts(3, 0.5, logging.getLogger("test"))
    attempts.delay_after(TimeoutError())
    attempts.delay_after(lost())
    assert caplog.messages == [
        "TimeoutError: attempt 2 of 3 in 0.5 s",
        "APIConnectionError: attempt 3 of 3 in 1 s",
    ]


def test_connections_of_the_libraries_in_use_count(monkeypatch: pytest.MonkeyPatch) -> None:
    class RequestsError(Exception): ...

    names = {"ConnectionError": RequestsError, "Timeout": RequestsError}
    monkeypatch.setitem(sys.modules, "requests", SimpleNamespace(**names))
    assert RequestsError in connection_errors()
    monkeypatch.delitem(sys.modules, "requests")
    kinds = connection_errors()
    assert RequestsError not in kinds
    failures: list[Any] = [lost(), APITimeoutError("late", phase="connect", seconds=1.0)]
    failures += [ConnectionResetError(), TimeoutError(), httpx.ReadError("")]
    assert all(isinstance(error, kinds) for error in failures)
    others: list[Any] = [
        BadRequestError("no", status_code=400),
        RateLimitError("no", status_code=429),
    ]
    others += [OSError(), ValueError(), httpx.InvalidURL("")]
    assert not any(isinstance(error, kinds) for error in others)
