"""The client of one command."""

from __future__ import annotations

from .. import Cartesia, Timeouts


def make_client(timeout: float | None) -> Cartesia:
    """A client by the environment.

    Args:
        timeout: Seconds that bound every wait for the service; None keeps the defaults.

    Raises:
        ConfigurationError: If the environment has no usable key or base URL.
    """
    if timeout is None:
        return Cartesia()
    bound = Timeouts(connect=timeout, read=timeout, first_audio=timeout, idle=timeout)
    return Cartesia(timeout=bound)
