"""Errors and retries of the v0 client, with the messages and exception classes of 0.0.6.

Each error is one of `cartesia_stream.errors`, with its status, body and request id. It is also an
instance of the class that code for v0 catches.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final, cast

from ..errors import APIConnectionError, APIError, APIStatusError, CartesiaError

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Generator

MAX_ATTEMPTS: Final = 3
BACKOFF_FACTOR: float = 1
"""Seconds before the first retry of the decorators.

The clients use the backoff of the current client: with jitter, and as long as the service asks.
"""

_KINDS = (
    ("httpx", "TransportError"),
    ("requests", "ConnectionError"),
    ("requests", "Timeout"),
    ("aiohttp", "ClientConnectionError"),
)


@contextmanager
def translated(tell: Callable[[APIError], APIError]) -> Generator[None]:
    """Translate each `APIError` inside the block with a function; a context manager."""
    try:
        yield
    except APIError as error:
        failure = tell(error)
        raise failure from failure.__cause__


class _VerbatimError(CartesiaError):
    """Base class of errors with exactly the message of package 0.0.6."""

    _of: ClassVar[tuple[type[APIError], type[Exception]]]

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        # Pickle would look for the class in the module of ours, which has another of that name.
        return _restored, (*self._of, self.args, vars(self))


_kinds: Final[dict[tuple[type[APIError], type[Exception]], type[APIError]]] = {}


def _both(ours: type[APIError], old: type[Exception]) -> type[APIError]:
    """Return a cached subclass of both exception classes."""
    known = _kinds.get((ours, old))
    if known is None:
        bases = (_VerbatimError, ours) if issubclass(ours, old) else (_VerbatimError, ours, old)
        fields = {"__module__": ours.__module__, "__doc__": ours.__doc__, "_of": (ours, old)}
        kind = type(ours.__name__, bases, fields)
        known = _kinds.setdefault((ours, old), cast("type[APIError]", kind))
    return known


def _restored(
    ours: type[APIError],
    old: type[Exception],
    args: tuple[object, ...],
    state: dict[str, object],
) -> APIError:
    kind = _both(ours, old)
    error = kind.__new__(kind, *args)
    error.args = args
    vars(error).update(state)
    return error


def as_old_error(error: APIError, old: type[Exception], text: str) -> APIError:
    """Copy an error with all its attributes, and give it an old class and message."""
    made = _restored(type(error), old, (text,), {**vars(error), "message": text})
    made.__cause__ = error.__cause__
    return made


def _told(error: APIError) -> str:
    """Return the whole body of an error response, or else the message."""
    if isinstance(error, APIStatusError) and error.body is not None:
        return error.body
    return error.message


def _failing(text: str, *, idempotent: bool | None) -> Callable[[APIError], APIError]:
    """Return a function that makes the error for a call that failed.

    Args:
        text: The message of package 0.0.6, with places for the status and the answer.
        idempotent: Whether the call was tried again after any lost connection; None if the message
            of package 0.0.6 did not say that it was tried again.
    """

    def failed(error: APIError) -> APIError:
        if isinstance(error, APIStatusError):
            return as_old_error(error, ValueError, text.format(error.status_code, _told(error)))
        return error if idempotent is None else _used_up(error, idempotent=idempotent)

    return failed


_CLONING: Final = "Failed to clone voice. Status Code: {0}\nError: {1}"

voices_failed: Final = _failing("Failed to get voices. Error: {1}", idempotent=None)
cloning_failed: Final = _failing(_CLONING, idempotent=False)
transcription_failed: Final = _failing("Failed to transcribe audio. Error: {1}", idempotent=True)
refused_speech: Final = _failing("Failed to generate audio. {1}", idempotent=True)
_finding_failed: Final = _failing(_CLONING, idempotent=True)


def lookup_failed(error: APIError) -> APIError:
    """Make the error for a failed lookup of a stored voice's embedding."""
    made = _finding_failed(error)
    if isinstance(error, APIStatusError):
        made.add_note("No voice was cloned: the embedding of a stored one was asked for.")
    return made


def broken_response(error: APIError) -> APIError:
    """Make the error for speech over HTTP that broke off."""
    if not isinstance(error, APIStatusError):
        return error
    return _error_object(error, ValueError)


def broken_generation(error: APIError) -> APIError:
    """Make the error for speech on the socket that broke off."""
    if isinstance(error, APIStatusError):
        return _error_object(error, RuntimeError)
    return as_old_error(error, RuntimeError, f"Failed to generate audio. {error.message}")


def _error_object(error: APIStatusError, old: type[Exception]) -> APIError:
    made = as_old_error(error, old, f"Failed to generate audio. {error.title or error.message}")
    made.__cause__ = RuntimeError(f"Error generating audio:\n{error.message}")
    return made


def _used_up(error: APIError, *, idempotent: bool) -> APIError:
    """Make the error for a connection that failed in all attempts."""
    if not isinstance(error, APIConnectionError) or (error.request_sent and not idempotent):
        return error
    made = as_old_error(error, Exception, f"Exception occurred after {MAX_ATTEMPTS} tries.")
    made.__cause__ = error
    return made


class Attempts:
    """Counter of attempts, with the wait before the next one.

    Args:
        most: Maximum number of attempts, including the first.
        factor: Seconds before the second attempt; each further wait is twice as long.
        logger: Logger for a warning before each further attempt.
    """

    def __init__(self, most: int, factor: float, logger: logging.Logger | None) -> None:
        self._most = max(1, most)
        self._factor = factor
        self._logger = logger
        self._made = 0

    def delay_after(self, error: BaseException) -> float:
        """Count a failed attempt, and return the seconds to wait before the next one.

        Raises:
            APIConnectionError: If all attempts have failed.
        """
        self._made += 1
        if self._made >= self._most:
            text = f"Exception occurred after {self._most} tries."
            raise APIConnectionError(text) from error
        delay = self._factor * 2.0 ** (self._made - 1)
        if self._logger is not None:
            self._logger.warning(
                "%s: attempt %d of %d in %g s",
                type(error).__name__,
                self._made + 1,
                self._most,
                delay,
            )
        return delay


def connection_errors() -> tuple[type[BaseException], ...]:
    """Return the exception classes to retry on: ours, and those of imported HTTP libraries."""
    kinds: list[type[BaseException]] = [APIConnectionError, ConnectionError, TimeoutError]
    kinds += [
        getattr(sys.modules[module], name) for module, name in _KINDS if module in sys.modules
    ]
    return tuple(kinds)
