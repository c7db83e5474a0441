"""A local emulator of the service: the same wire, real speech, no account.

    with Emulator() as emulator:
        print(emulator.base_url, emulator.api_key)

It needs the extra ``emulator``. Faults to test against are listed in
`cartesia_stream.emulator.faults`.
"""

try:
    import aiohttp as _aiohttp  # noqa: F401 - only whether it is there
    import numpy as _numpy  # noqa: F401 - likewise, and ICN001 wants no alias of our own
except ImportError as _error:  # pragma: no cover - the tests have the extra
    raise ImportError(
        "the emulator needs more packages: pip install 'cartesia-stream[emulator]'"
    ) from _error

from .runner import Emulator, serve

__all__ = ["Emulator", "serve"]
