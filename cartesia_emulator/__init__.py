"""A local emulator of the Cartesia voice API: the same protocol and real speech, no account.

    with Emulator() as emulator:
        print(emulator.base_url, emulator.api_key)

It needs the extra ``emulator``, with which it speaks and hears tones; `Emulator.describe` lists
what other extras add. `cartesia_emulator.faults` lists the faults that it produces on request, for
tests. `cartesia_emulator.pytest_plugin` has fixtures, which pytest finds by itself.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .emulator import Emulator

__all__ = ["Emulator"]


def __getattr__(name: str) -> object:
    # On first use: every run of pytest imports this package, with its plugin.
    if name != "Emulator":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .emulator import Emulator
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("aiohttp", "numpy"):
            raise
        raise ImportError(
            'the emulator needs more packages: pip install "cartesia-stream[emulator]"'
        ) from error
    globals()[name] = Emulator
    return Emulator
