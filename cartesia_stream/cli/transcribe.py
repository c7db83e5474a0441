"""The command ``transcribe``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Literal

from .. import UNSET, Cartesia, ConfigurationError, Timing
from ..subtitles import srt, vtt
from .batch import Batch
from .client import recording, uploading
from .output import document, json_line, line

if TYPE_CHECKING:
    from ..models import SttEncoding, Transcription


class Arguments(argparse.Namespace):
    """Arguments of ``transcribe``."""

    files: list[str]
    words: bool
    language: str | None
    model: str
    encoding: SttEncoding | None
    sample_rate: int | None
    json: bool
    subtitles: Literal["srt", "vtt"] | None
    timeout: float | None


def run(args: Arguments) -> int:
    """Transcribe files, one after the other.

    Returns:
        0, or 1 if one of several files could not be transcribed.

    Raises:
        ConfigurationError: If the options do not fit together.
    """
    if args.subtitles and len(args.files) > 1:
        raise ConfigurationError(f"--{args.subtitles} is for one file at a time")
    batch = Batch()
    with Cartesia(timeout=args.timeout) as client:
        heard = batch.results(args.files, lambda name: _transcribe(client, name, args))
        for name, transcription in heard:
            if args.json:
                json_line({"file": name, **transcription.to_dict()})
            elif args.subtitles:
                document((srt if args.subtitles == "srt" else vtt)(*_words_and_text(transcription)))
            else:
                _show(transcription, name if len(args.files) > 1 else None)
    return batch.status


def _transcribe(client: Cartesia, name: str, args: Arguments) -> Transcription:
    timed = args.words or args.subtitles is not None
    with recording(name) as upload, uploading(name) as options:
        return client.stt.transcribe(
            file=upload,
            model=args.model,
            language=args.language or UNSET,
            timestamp_granularities=["word"] if timed else UNSET,
            encoding=args.encoding or UNSET,
            sample_rate=args.sample_rate or UNSET,
            options=options,
        )


def _words_and_text(transcription: Transcription) -> tuple[list[Timing], str]:
    """Return the words with their times; without them, the whole text is shown all the time."""
    text = transcription.text
    words = [Timing(word.word, word.start, word.end) for word in transcription.words or ()]
    return words or [Timing(text, 0.0, transcription.duration or 0.0)], text


def _show(transcription: Transcription, name: str | None) -> None:
    line(f"{name}: {transcription.text}" if name else transcription.text)
    for word in transcription.words or ():
        line(f"{word.start:8.2f} {word.end:7.2f}  {word.word}")
