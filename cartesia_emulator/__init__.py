"""A local emulator of the service: the same wire, real speech, no account.

    with Emulator() as emulator:
        print(emulator.base_url, emulator.api_key)

It needs the extra ``emulator``. Faults to test against are listed in
`cartesia_emulator.faults`.
"""

try:
    from .emulator import Emulator, serve
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] not in ("aiohttp", "numpy"):
        raise
    raise ImportError(
        "the emulator needs more packages: pip install 'cartesia-stream[emulator]'"
    ) from _error

__all__ = ["Emulator", "serve"]
