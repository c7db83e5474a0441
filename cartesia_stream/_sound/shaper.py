"""Audio in the form that a player or a telephone line needs, made while it arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._checks import package_of
from .encodings import SILENCE

if TYPE_CHECKING:
    from .converter import Converter
    from .forms import Form


class Shaper:
    """Gives the audio of one stream another form while it arrives.

    The result does not depend on how the audio is cut into pieces, which may end within a sample.

    Raises:
        ConfigurationError: If a package is not installed that the conversion needs.
    """

    __slots__ = (
        "_buffer",
        "_converter",
        "_fed",
        "_finished",
        "_given",
        "_nbytes",
        "_padding",
        "_rest",
        "form",
        "source",
    )

    def __init__(self, source: Form, form: Form) -> None:
        self.source: Form = source
        self.form: Form = form
        self._nbytes = None if form.samples is None else form.samples * form.sample_bytes
        self._converter = _converter(source, form)
        self._rest: bytes = b""  # of a sample
        self._buffer: bytearray = bytearray()
        self._fed = 0  # bytes that came in
        self._given = 0  # bytes that went out, without padding
        self._padding = 0  # bytes of silence at the end of the buffer
        self._finished = False

    @property
    def pending(self) -> float:
        """Seconds of audio that came in and did not go out yet."""
        form = self.form
        seconds = self._fed / self.source.bytes_per_second - self._given / form.bytes_per_second
        return seconds if seconds * form.sample_rate > 0.5 else 0.0  # of a sample; it rounds

    @property
    def holds_audio(self) -> bool:
        """Whether there is audio that is still to go out."""
        return bool(self._buffer) or (not self._finished and self.pending > 0)

    def feed(self, data: bytes) -> None:
        """Take audio."""
        self._fed += len(data)
        data, width = self._rest + data, self.source.sample_bytes
        whole = len(data) - len(data) % width
        data, self._rest = data[:whole], data[whole:]
        self._buffer += data if self._converter is None else self._converter.feed(data)

    def finish(self) -> bool:
        """End the audio, and pad the last block with silence; return False if it was ended."""
        if self._finished:
            return False
        self._finished = True
        if self._converter is not None:
            self._buffer += self._converter.finish()
        if self._nbytes is not None and (odd := len(self._buffer) % self._nbytes):
            self._padding = self._nbytes - odd
            self._buffer += SILENCE[self.form.encoding] * (self._padding // self.form.sample_bytes)
        return True

    def block(self) -> bytes:
        """Return the next block; empty if more audio must come first."""
        buffer = self._buffer
        nbytes = len(buffer) if self._nbytes is None else self._nbytes
        if len(buffer) < nbytes or not buffer:
            return b""
        block = bytes(buffer[:nbytes])
        del buffer[:nbytes]
        self._given += nbytes
        if not buffer:
            self._given -= self._padding
            self._padding = 0
        return block

    def drop(self) -> None:
        """Forget the audio that did not go out; it stays `pending`."""
        self._finished = True
        self._buffer.clear()


def _converter(source: Form, form: Form) -> Converter | None:
    if (source.encoding, source.sample_rate) == (form.encoding, form.sample_rate):
        return None
    extra = "mp3" if form.encoding == "mp3" else "audio"
    package_of(extra, "numpy", f"converting {source.encoding} to {form.encoding}")
    from .converter import Converter

    return Converter(source, form)
