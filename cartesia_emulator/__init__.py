"""A local emulator of the Cartesia voice API: the same protocol and real speech, no account.

    with Emulator() as emulator:
        print(emulator.base_url, emulator.api_key)

It needs the extra ``emulator``, with which it speaks and hears tones; `Emulator.describe` lists
what other extras add. `cartesia_emulator.faults` lists the faults that it produces on request, for
tests.
"""

try:
    from .emulator import Emulator
except ModuleNotFoundError as _error:
    if (_error.name or "").partition(".")[0] not in ("aiohttp", "numpy"):
        raise
    raise ImportError(
        'the emulator needs more packages: pip install "cartesia-stream[emulator]"'
    ) from _error

__all__ = ["Emulator"]
