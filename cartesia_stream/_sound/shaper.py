"""Audio in the form that a player or a telephone line needs: blocks of one length."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, cast

from ..errors import ConfigurationError
from .encodings import SAMPLE_BYTES, SILENCE

if TYPE_CHECKING:
    from .encodings import Encoding


class Form(NamedTuple):
    """A form of raw audio.

    Attributes:
        encoding: Encoding of the samples.
        sample_rate: In Hz.
        samples: Samples of a block; None for blocks of any length.
    """

    encoding: Encoding
    sample_rate: int
    samples: int | None = None


def samples_of(frame_ms: float | None, sample_rate: int) -> int | None:
    """Return the samples of a block of ``frame_ms`` milliseconds; None for blocks of any length.

    Raises:
        ConfigurationError: If it is not a number above 0, or no whole number of samples.
    """
    if frame_ms is None:
        return None
    given = cast("object", frame_ms)
    if not isinstance(given, int | float) or isinstance(given, bool) or not 0 < given < math.inf:
        raise ConfigurationError(
            f"frame_ms is {given!r}; give a number of milliseconds above 0, such as 20",
            option="frame_ms",
        )
    exact = given * sample_rate / 1000
    samples = round(exact)
    if samples < 1 or abs(exact - samples) > 1e-6:
        whole = 1000 // math.gcd(1000, sample_rate)
        raise ConfigurationError(
            f"frame_ms={given!r} is {exact:g} samples at {sample_rate} Hz, which must be a "
            f"whole number; give a multiple of {whole}",
            option="frame_ms",
        )
    return samples


class Shaper:
    """Gives the audio of one stream another form while it arrives.

    Args:
        source: Form of the audio that arrives, in pieces of whole samples.
        form: Form of the blocks.
    """

    __slots__ = (
        "_buffer",
        "_fed",
        "_finished",
        "_given",
        "_nbytes",
        "_padding",
        "_width",
        "form",
        "source",
    )

    def __init__(self, source: Form, form: Form) -> None:
        self.source: Form = source
        self.form: Form = form
        self._width = SAMPLE_BYTES[form.encoding]
        self._nbytes = None if form.samples is None else form.samples * self._width
        self._buffer = bytearray()
        self._fed = 0  # samples that came in
        self._given = 0  # samples that went out, without padding
        self._padding = 0  # samples of silence at the end of the buffer
        self._finished = False

    @property
    def pending(self) -> float:
        """Seconds of audio that came in and did not go out yet."""
        return max(0.0, self._fed / self.source.sample_rate - self._given / self.form.sample_rate)

    def feed(self, data: bytes) -> None:
        """Take audio."""
        self._fed += len(data) // SAMPLE_BYTES[self.source.encoding]
        self._buffer += data

    def finish(self) -> bool:
        """End the audio, and pad the last block with silence; return False if it was ended."""
        if self._finished:
            return False
        self._finished = True
        if self._nbytes is not None and (odd := len(self._buffer) % self._nbytes):
            self._padding = (self._nbytes - odd) // self._width
            self._buffer += SILENCE[self.form.encoding] * self._padding
        return True

    def block(self) -> bytes:
        """Return the next block; empty if more audio must come first."""
        buffer = self._buffer
        nbytes = len(buffer) if self._nbytes is None else self._nbytes
        if len(buffer) < nbytes or not buffer:
            return b""
        block = bytes(buffer[:nbytes])
        del buffer[:nbytes]
        self._given += nbytes // self._width
        if not buffer:
            self._given -= self._padding
            self._padding = 0
        return block

    def drop(self) -> None:
        """Forget the audio that did not go out; it stays `pending`."""
        self._finished = True
        self._buffer.clear()
