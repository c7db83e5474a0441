"""Convert audio that arrives in pieces to another encoding and sample rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

from .._checks import package_of
from .mp3 import Mp3Writer
from .samples import as_floats, decode, encode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .encodings import Encoding
    from .forms import Form
    from .samples import Samples


class _Resampler(Protocol):
    def resample_chunk(self, x: NDArray[np.float32], last: bool = False) -> NDArray[np.float32]: ...


class _Soxr(Protocol):
    def ResampleStream(  # noqa: N802 - the package's own name
        self, in_rate: float, out_rate: float, num_channels: int, dtype: str
    ) -> _Resampler: ...


class Converter:
    """Converts the audio of one stream.

    The result does not depend on how the audio is cut into pieces. A change of the sample rate
    holds back up to 30 ms of audio, until more arrives.

    Raises:
        ConfigurationError: If a package is not installed.
    """

    def __init__(self, source: Form, form: Form) -> None:
        assert source.encoding != "mp3"
        self._from: Encoding = source.encoding
        self._to: Encoding | None = None if form.encoding == "mp3" else form.encoding
        self._resampler: _Resampler | None = None
        if source.sample_rate != form.sample_rate:
            what = f"changing {source.sample_rate} Hz to {form.sample_rate} Hz"
            soxr = cast("_Soxr", package_of("audio", "soxr", what))
            self._resampler = soxr.ResampleStream(
                source.sample_rate, form.sample_rate, 1, dtype="float32"
            )
        self._mp3 = Mp3Writer(form.sample_rate) if self._to is None else None

    def feed(self, data: bytes) -> bytes:
        """Convert whole samples; return what is ready."""
        samples = decode(data, self._from)
        if self._resampler is not None:
            samples = self._resampler.resample_chunk(as_floats(samples))
        return self._encoded(samples)

    def finish(self) -> bytes:
        """Return the rest; call it once, at the end."""
        rest = b""
        if self._resampler is not None:
            nothing = np.zeros(0, np.float32)
            rest = self._encoded(self._resampler.resample_chunk(nothing, last=True))
        return rest if self._mp3 is None else rest + self._mp3.finish()

    def _encoded(self, samples: Samples) -> bytes:
        if self._mp3 is not None:
            return self._mp3.feed(samples)
        assert self._to is not None
        return encode(samples, self._to)
