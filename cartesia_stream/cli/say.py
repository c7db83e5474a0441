"""The command ``say``."""

from __future__ import annotations

import argparse
import math
import os
import stat
import sys
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, Literal

from .. import (
    AudioChunk,
    AudioFormat,
    Cartesia,
    ConfigurationError,
    GenerationConfig,
    Timing,
    WordTimestamps,
)
from ..audio import KINDS, kind_of_name
from .feed import text_on_stdin
from .output import json_line, note, seconds
from .sinks import STDOUT, open_sink, open_subtitles
from .voices import find_voice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .. import BytesOptions, SpeechEvent, SpeechStream
    from .._sound.encodings import Encoding
    from ..formats import Container

MP3_BIT_RATE: Final = 128000
STDIN: Final = "-"


class Arguments(argparse.Namespace):
    """Arguments of ``say``."""

    text: str
    voice: str | None
    model: str | None
    language: str | None
    speed: float | None
    volume: float | None
    emotion: str | None
    output: str | None
    format: Container | None
    encoding: Encoding | None
    sample_rate: int | None
    transport: Literal["websocket", "sse", "bytes"] | None
    subtitles: str | None
    errors: Literal["strict", "replace"]
    timestamps: bool
    json: bool
    progress: bool
    timeout: float | None


def run(args: Arguments) -> None:
    """Speak a text.

    Raises:
        ConfigurationError: If the options do not fit together or there is no text.
    """
    container = _container(args)
    fmt = _format(args, container)
    _check_files(args)
    report = Report(args, fmt)
    with (
        Cartesia(timeout=args.timeout) as client,
        open_sink(args.output, fmt, kind=container) as write,
        open_subtitles(args.subtitles) as write_subtitles,
    ):
        for stream in _streams(client, args, fmt, container):
            with stream:
                for event in stream:
                    if isinstance(event, AudioChunk):
                        write(event.data)
                    report.event(event)
                report.spoken(stream)
        if not report.utterances:
            raise ConfigurationError("the text is empty")
        write_subtitles(report.words, report.text)
    report.end()


def _container(args: Arguments) -> Container:
    """Return the container of the file to write, which may differ from that of the transport."""
    if args.json and args.output == STDOUT:
        raise ConfigurationError("--json and --output - would both write to stdout")
    if args.output is None:
        if args.format not in (None, "raw"):
            raise ConfigurationError(f"--format {args.format} needs --output")
        return "raw"
    if not args.output:
        raise ConfigurationError("--output is empty; it must name a file, or - for stdout")
    named = None if args.output == STDOUT else kind_of_name(args.output)
    if named is not None and args.format is not None and named != args.format:
        raise ConfigurationError(
            f"--format {args.format} does not fit --output {args.output}, the name of {named}"
        )
    if args.format is not None:
        return args.format
    if args.output == STDOUT:
        return "wav"
    if named is not None and named in KINDS:
        return KINDS[named]
    raise ConfigurationError(
        f"--output {args.output} must end in .wav, .mp3 or .raw; otherwise add --format"
    )


def _format(args: Arguments, container: Container) -> AudioFormat:
    """Return the format to request.

    The command adds WAV headers itself, so that it can stream, and makes mp3 of raw audio where a
    transport has none.
    """
    transport = _transport(args, container)
    if transport == "bytes" and (option := _option_of_times(args)):
        raise ConfigurationError(f"{option} needs --transport websocket or sse")
    if container != "mp3" or transport != "bytes":
        return AudioFormat("raw", args.encoding or "pcm_s16le", args.sample_rate or 24000)
    return AudioFormat("mp3", args.encoding, args.sample_rate or 44100, MP3_BIT_RATE)


def _check_files(args: Arguments) -> None:
    """Refuse to write audio to a terminal, or over a file that is read or written otherwise."""
    if args.output == STDOUT and sys.stdout.isatty():
        raise ConfigurationError(
            "stdout is a terminal; write a file with --output FILE.wav, or pipe the audio"
        )
    if args.output is None:
        return
    if args.subtitles and PurePath(args.subtitles) == PurePath(args.output):
        raise ConfigurationError("--output and --subtitles name the same file")
    if args.text == STDIN:
        try:
            source, target = os.fstat(sys.stdin.fileno()), Path(args.output).stat()
        except OSError:
            return
        if stat.S_ISREG(source.st_mode) and os.path.samestat(source, target):
            raise ConfigurationError(f"--output {args.output} would overwrite the text on stdin")


def _option_of_times(args: Arguments) -> str | None:
    return "--timestamps" if args.timestamps else "--subtitles" if args.subtitles else None


def _transport(args: Arguments, container: Container) -> Literal["websocket", "sse", "bytes"]:
    if args.transport is not None:
        return args.transport
    return "bytes" if container == "mp3" and not _option_of_times(args) else "websocket"


def _streams(
    client: Cartesia, args: Arguments, fmt: AudioFormat, container: Container
) -> Iterator[SpeechStream]:
    """Yield one stream for a text, or one for each utterance on stdin."""
    voice = find_voice(client, args.voice)
    options = _options(args, fmt)
    transport = _transport(args, container)
    timed = args.timestamps or args.subtitles is not None
    if transport == "websocket" and args.text == STDIN:
        for utterance in text_on_stdin(args.errors).utterances():
            yield client.tts.speak(utterance, voice=voice, add_timestamps=timed, **options)
        return
    text = text_on_stdin(args.errors).text() if args.text == STDIN else args.text
    if not text.strip():
        return
    if transport == "websocket":
        yield client.tts.speak(text, voice=voice, add_timestamps=timed, **options)
    elif transport == "sse":
        yield client.tts.generate_sse(text, voice=voice, add_timestamps=timed, **options)
    else:
        yield client.tts.generate(text, voice=voice, **options)


def _options(args: Arguments, fmt: AudioFormat) -> BytesOptions:
    options: BytesOptions = {"output_format": fmt}
    if args.model is not None:
        options["model_id"] = args.model
    if args.language is not None:
        options["language"] = args.language
    manner: GenerationConfig = {}
    if args.speed is not None:
        manner["speed"] = args.speed
    if args.volume is not None:
        manner["volume"] = args.volume
    if args.emotion is not None:
        manner["emotion"] = args.emotion
    if manner:
        options["generation_config"] = manner
    return options


class Report:
    """Reports words, progress and events of the speech."""

    def __init__(self, args: Arguments, fmt: AudioFormat) -> None:
        terminal = sys.stderr.isatty()
        self.utterances: int = 0
        self.words: list[Timing] = []
        self.text: str = ""
        self._args = args
        self._format = fmt
        self._live = terminal and not args.timestamps
        self._summary = terminal or args.progress
        self._nbytes = 0
        self._offset = 0.0  # where the utterance begins
        self._first_audio: float | None = None

    @property
    def _duration(self) -> float:
        return self._format.duration(self._nbytes)

    def event(self, event: SpeechEvent) -> None:
        """Report an event."""
        if isinstance(event, AudioChunk):
            self._nbytes += len(event.data)
            if self._live:
                sys.stderr.write(f"\r{self._duration:8.1f} s ")
                sys.stderr.flush()
        elif isinstance(event, WordTimestamps):
            words = [
                Timing(word.text, self._offset + word.start, self._offset + word.end)
                for word in event.words
            ]
            self.words += words
            if self._args.timestamps and not self._args.json:
                for word in words:
                    note(f"{word.start:8.2f} {word.end:7.2f}  {word.text}")
        if self._args.json:
            json_line(self._fields(event))

    def spoken(self, stream: SpeechStream) -> None:
        """Count an utterance that has ended."""
        if not self.utterances:
            self._first_audio = stream.time_to_first_audio
        self.utterances += 1
        self.text += f" {stream.heard(math.inf)}"
        self._offset = self._duration

    def end(self) -> None:
        """Print the summary."""
        if self._args.json:
            json_line(
                {
                    "type": "summary",
                    "output": self._args.output,
                    "utterances": self.utterances,
                    "bytes": self._nbytes,
                    "duration": round(self._duration, 6),
                    "time_to_first_audio": self._first_audio and round(self._first_audio, 6),
                }
            )
        if self._summary:
            said = f"{seconds(self._duration)} of speech"
            if self._args.output is not None:
                said += f" to {'stdout' if self._args.output == STDOUT else self._args.output}"
            if self._first_audio is not None:
                said += f", first audio after {seconds(self._first_audio)}"
            if self._live:
                sys.stderr.write("\r")
            note(said)

    def _fields(self, event: SpeechEvent) -> dict[str, object]:
        fields: dict[str, object] = {"type": event.type, "context_id": event.context_id}
        if isinstance(event, AudioChunk):
            nbytes = len(event.data)
            fields |= {"bytes": nbytes, "duration": round(self._format.duration(nbytes), 6)}
        elif isinstance(event, WordTimestamps):
            fields["words"] = [
                {
                    "text": word.text,
                    "start": round(self._offset + word.start, 6),
                    "end": round(self._offset + word.end, 6),
                }
                for word in event.words
            ]
        return fields
