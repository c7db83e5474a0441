"""The client that a command uses."""

from __future__ import annotations

from .. import Cartesia


def make_client(timeout: float | None) -> Cartesia:
    """Return a client with the settings of the environment.

    Args:
        timeout: Deadline in seconds for each wait for the service; None keeps the defaults.

    Raises:
        ConfigurationError: If the environment has no usable key or base URL.
    """
    return Cartesia(timeout=timeout)
