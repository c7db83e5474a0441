"""The command ``transcribe``."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Final

from .. import UNSET, File
from .client import make_client
from .output import json_line, line

if TYPE_CHECKING:
    from ..models import SttEncoding, Transcription

ENCODINGS: Final[tuple[SttEncoding, ...]] = (
    "pcm_s16le",
    "pcm_s32le",
    "pcm_f16le",
    "pcm_f32le",
    "pcm_mulaw",
    "pcm_alaw",
)


class Arguments(argparse.Namespace):
    """Arguments of ``transcribe``."""

    files: list[str]
    words: bool
    language: str | None
    model: str
    encoding: SttEncoding | None
    sample_rate: int | None
    json: bool
    timeout: float | None


def run(args: Arguments) -> None:
    """Transcribe files, one after the other."""
    with make_client(args.timeout) as client:
        for name in args.files:
            upload = File(sys.stdin.buffer.read(), "stdin") if name == "-" else name
            transcription = client.stt.transcribe(
                file=upload,
                model=args.model,
                language=args.language or UNSET,
                timestamp_granularities=["word"] if args.words else UNSET,
                encoding=args.encoding or UNSET,
                sample_rate=args.sample_rate or UNSET,
            )
            if args.json:
                json_line({"file": name, **transcription.to_dict()})
            else:
                _show(transcription, name if len(args.files) > 1 else None)


def _show(transcription: Transcription, name: str | None) -> None:
    line(f"{name}: {transcription.text}" if name else transcription.text)
    for word in transcription.words or ():
        line(f"{word.start:8.2f} {word.end:7.2f}  {word.word}")
