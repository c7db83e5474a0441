"""Running totals of a stream for both stream classes, and audio cut at whole samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cartesia_runtime.wav import with_true_lengths

from .._protocol.log import logger
from ..audio import Audio, form_of
from ..errors import ConfigurationError, LocalStateError, StreamTruncatedError
from ..events import AudioChunk, Cancelled, Done, PhonemeTimestamps, WordTimestamps

if TYPE_CHECKING:
    from typing import Unpack

    from .._protocol.context import Context
    from .._sound.forms import FormOptions
    from .._sound.shaper import Shaper
    from ..audio import AudioFormat
    from ..events import SpeechEvent, Timing
    from .records import StreamRecord


class Account:
    """The running totals of what one stream has delivered.

    Attributes:
        record: The record that measures the stream and tells the observers.
        format: Format of the audio.
        words: Word times so far; None before the first.
        phonemes: Phoneme times so far; None before the first.
        complete: Whether the service has sent `Done`.
        chunks: Number of audio chunks so far.
        nbytes: Number of audio bytes so far.
    """

    __slots__ = (
        "_rest",
        "_shaper",
        "_sounds",
        "_width",
        "chunks",
        "complete",
        "format",
        "nbytes",
        "phonemes",
        "record",
        "words",
    )

    def __init__(self, record: StreamRecord) -> None:
        self.record: StreamRecord = record
        self.format: AudioFormat = record.format
        self.words: list[Timing] | None = None
        self.phonemes: list[Timing] | None = None
        self.complete: bool = False
        self.chunks: int = 0
        self.nbytes: int = 0
        self._rest = b""
        self._shaper: Shaper | None = None  # gives the consumer blocks of another form
        self._sounds = False  # whether the first audio was delivered
        # Other containers are files, whose bytes are passed on as they are.
        self._width = record.format.sample_bytes if record.format.container == "raw" else 1

    def take(self, event: SpeechEvent) -> None:
        """Count an event that the consumer is about to receive."""
        if type(event) is AudioChunk:
            if not self._sounds:
                self._sounds = self.record.heard()
            self.chunks += 1
            self.nbytes += len(event.data)
        elif isinstance(event, WordTimestamps):
            self.words = self.words or []
            self.words += event.words
        elif isinstance(event, PhonemeTimestamps):
            self.phonemes = self.phonemes or []
            self.phonemes += event.phonemes
        elif isinstance(event, Done):
            self.complete = True
            self.record.end(complete=True)
        elif isinstance(event, Cancelled):
            self.record.end()

    def audio_of(self, event: SpeechEvent) -> bytes:
        """Return the whole samples of an event; the next chunk completes a sample that is split."""
        if not isinstance(event, AudioChunk):
            if isinstance(event, Done) and self._rest:
                logger.warning("the audio ended %d bytes into a sample", len(self._rest))
            return b""
        data, width = event.data, self._width
        if not self._rest and len(data) % width == 0:
            return data
        data = self._rest + data
        cut = len(data) - len(data) % width
        self._rest = data[cut:]
        return data[:cut]

    def shaper(self, **form: Unpack[FormOptions]) -> Shaper:
        """Return what gives the consumer blocks of a form; it lasts as long as the stream.

        Raises:
            ConfigurationError: If the audio has no such form.
            LocalStateError: If a part of the audio waits in another form.
        """
        if self.format.container != "raw":
            raise ConfigurationError(
                f"the stream is a file of {self.format.container}, whose bytes are no samples; ask "
                'for raw audio, such as output_format=AudioFormat("raw", "pcm_s16le", '
                f"{self.format.sample_rate})",
                option="output_format.container",
            )
        from .._sound.shaper import Shaper

        source = form_of(self.format)
        wanted = source.become(**form)
        if self._shaper is None or self._shaper.form != wanted:
            self.check_shape()
            self._shaper = Shaper(source, wanted)
        return self._shaper

    def check_shape(self) -> None:
        """Check that no audio waits in another form than that of the chunks.

        Raises:
            LocalStateError: If a part of it does.
        """
        if self._shaper is not None and self._shaper.holds_audio:
            raise LocalStateError(
                "a part of this stream's audio waits in the form that you read it in; go on with "
                "the same arguments of audio()"
            )

    @property
    def samples(self) -> int:
        """Bytes of samples so far: without the header of a WAV file."""
        return self.nbytes if self.record.wav is None else self.record.wav.samples

    @property
    def duration(self) -> float:
        """Seconds of audio that the consumer got so far."""
        seconds = self.format.duration(self.samples)
        return seconds if self._shaper is None else seconds - self._shaper.pending

    def reached(self, at: float) -> float:
        """Return a playback position, or the end of what the consumer got if that is before it."""
        if self._shaper is None or (self.complete and not self._shaper.pending):
            return at
        return min(at, self.duration)

    def result(
        self, data: bytes, *, text: str, context_id: str | None, request_id: str | None
    ) -> Audio:
        """Return the whole utterance.

        Raises:
            StreamTruncatedError: If the speech was cancelled before its end.
        """
        if not self.complete:
            raise self.cut_short(context_id=context_id, request_id=request_id)
        return Audio(
            data=data if self.record.wav is None else with_true_lengths(data),
            format=self.format,
            words=tuple(self.words or ()),
            phonemes=tuple(self.phonemes or ()),
            context_id=context_id,
            request_id=request_id,
            text=text,
            time_to_first_audio=self.record.meter.time_to_first_audio,
            nbytes=self.samples,
        )

    def cut_short(self, *, context_id: str | None, request_id: str | None) -> StreamTruncatedError:
        """Make the error for speech that was cancelled before its end."""
        return StreamTruncatedError(
            f"the speech was cancelled after {self.chunks} chunks and {self.nbytes} bytes",
            chunks=self.chunks,
            nbytes=self.nbytes,
            request_id=request_id,
            context_id=context_id,
        )


def cut_short_error(context: Context) -> StreamTruncatedError:
    """Make the error for a context that the service ended before all of its text was sent."""
    return StreamTruncatedError(
        f"the service ended the context before all text was sent, after {context.chunks} chunks "
        f"and {context.nbytes} bytes of audio",
        chunks=context.chunks,
        nbytes=context.nbytes,
        context_id=context.id,
    )
