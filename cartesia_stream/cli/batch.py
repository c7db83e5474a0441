"""The same work for several files or voices."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .. import (
    APIConnectionError,
    AuthenticationError,
    CartesiaError,
    PermissionDeniedError,
    RateLimitError,
)
from .output import complain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")


class Batch:
    """Work for several names, where the failure of one does not keep the others from their turn.

    A failure that would hit the others too is raised, such as a wrong key or a lost connection. So
    is the failure of a single name.

    Attributes:
        status: Exit status: 1 if the work failed for one of the names.
    """

    def __init__(self) -> None:
        self.status: int = 0

    def results(self, names: Sequence[str], work: Callable[[str], T]) -> Iterator[tuple[str, T]]:
        """Yield each name with its result; report the names that fail."""
        for name in names:
            try:
                result = work(name)
            except (APIConnectionError, AuthenticationError, PermissionDeniedError, RateLimitError):
                raise
            except (CartesiaError, OSError) as error:
                if len(names) == 1:
                    raise
                complain(error, name)
                self.status = 1
            else:
                yield name, result
