"""The command ``listen``: what a speaker says, as text, while they speak."""

from __future__ import annotations

import argparse
import io
import os
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from .. import (
    Cartesia,
    CartesiaError,
    ConfigurationError,
    Dictation,
    FinalTranscript,
    ListenFormat,
    PartialTranscript,
    Reconnected,
    TurnEnded,
    TurnUpdated,
    UnknownEvent,
)
from .output import Progress, json_line, line, naming, note, seconds

if TYPE_CHECKING:
    from collections.abc import Generator

    from .. import DictateEvent, ListenEncoding, ListenEvent, Listening
    from ..play import Microphone

STDIN: Final = "-"
DEFAULT_RATE: Final = 16000


class Arguments(argparse.Namespace):
    """Arguments of ``listen``."""

    file: str | None
    push: bool
    json: bool
    format: ListenEncoding | None
    sample_rate: int | None
    model: str
    language: str | None
    keyterm: list[str]
    timeout: float | None


def run(args: Arguments) -> None:
    """Listen to a file, stdin or the microphone.

    Raises:
        ConfigurationError: If the options do not fit together.
    """
    if args.language is not None and not args.push:
        raise ConfigurationError("--language needs --push: turns are found in English only")
    if args.push and args.file is None and not sys.stdin.isatty():
        raise ConfigurationError("--push needs a recording, or a terminal for the key Enter")
    fmt = _format(args)
    report = Report(as_json=args.json)
    with (
        _own_words(args),
        Cartesia(timeout=args.timeout) as client,
        _source(args.file, fmt) as source,
    ):
        listener = _listener(client, args, source, None if args.file is None else fmt)
        with listener:
            if not isinstance(source, str | io.FileIO):
                _guide(listener, source)
            for event in listener:
                report.event(event)
            report.end(listener)


@contextmanager
def _own_words(args: Arguments) -> Generator[None]:
    """Name the options of the command in place of the arguments of the method."""
    try:
        yield
    except ConfigurationError as error:
        if error.option != "format":
            raise
        name = "stdin" if args.file == STDIN else args.file
        text = str(error).replace("the source", str(name))
        text = text.replace(
            'format=ListenFormat("pcm_s16le", 16000)', "--format pcm_s16le --sample-rate 16000"
        )
        raise ConfigurationError(text, option="format") from error


def _format(args: Arguments) -> ListenFormat | None:
    """Return the format of audio without a header, if an option names it."""
    if args.format is None and args.sample_rate is None:
        return None
    return ListenFormat(args.format or "pcm_s16le", args.sample_rate or DEFAULT_RATE)


@contextmanager
def _source(name: str | None, fmt: ListenFormat | None) -> Generator[str | io.FileIO | Microphone]:
    if name is None:
        with open_microphone(fmt) as microphone:
            yield microphone
    elif name == STDIN:
        if sys.stdin.isatty():
            raise ConfigurationError(
                "stdin is a terminal; pipe audio, or leave - out to use the microphone"
            )
        # Without a buffer: it would collect audio, and its lock can keep Python from ending.
        with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as stdin:
            yield stdin
    else:
        yield name


def open_microphone(
    fmt: ListenFormat | None = None, *, instead: str = "give the name of a recording"
) -> Microphone:
    """Open the microphone.

    Args:
        fmt: Format of the audio.
        instead: What to do without one, for the messages.

    Raises:
        MicrophoneError: If there is none.
        ConfigurationError: If the extra is missing or the format cannot be recorded.
    """
    from ..play import Microphone, MicrophoneError

    try:
        return Microphone(fmt)
    except MicrophoneError as error:
        raise MicrophoneError(f"{error}; or {instead}") from error
    except ConfigurationError as error:
        raise ConfigurationError(f"{error}; or {instead}") from error


def _listener(
    client: Cartesia,
    args: Arguments,
    source: str | io.FileIO | Microphone,
    fmt: ListenFormat | None,
) -> Listening | Dictation:
    with naming("stdin" if args.file == STDIN else args.file or "microphone"):
        if not args.push:
            return client.stt.listen(source, format=fmt, model=args.model, keyterms=args.keyterm)
        return client.stt.dictate(
            source, format=fmt, model=args.model, language=args.language, keyterms=args.keyterm
        )


def _guide(listener: Listening | Dictation, microphone: Microphone) -> None:
    """Tell a user at a terminal how to end; for dictation, begin to heed the keys."""
    if isinstance(listener, Dictation):
        note("Listening. Enter ends an utterance, Ctrl-D the last one.")
        threading.Thread(target=_heed_keys, args=(listener, microphone), daemon=True).start()
    elif sys.stderr.isatty():
        note("Listening. Ctrl-C ends it.")


def _heed_keys(dictation: Dictation, microphone: Microphone) -> None:
    """Ask for the text after every line; at the end of stdin, end the audio."""
    with suppress(CartesiaError, OSError):  # the reader of the events reports them
        while os.read(sys.stdin.fileno(), 4096):
            dictation.finalize()
    microphone.close()


class Report:
    """Prints turns and finals as lines, and to a terminal what may still change."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._progress = Progress()

    def event(self, event: ListenEvent | DictateEvent) -> None:
        """Print an event."""
        match event:
            case PartialTranscript(text=text) | TurnUpdated(text=text):
                self._progress.show(text)
            case FinalTranscript(text=text) | TurnEnded(text=text):
                self._progress.clear()
                if text.strip() and not self._json:
                    line(text.strip())
            case Reconnected(lost=lost) if lost:
                self._progress.clear()
                note(f"the connection was lost, and {seconds(lost)} of audio were not heard")
            case _:
                pass
        if self._json:
            json_line(fields_of(event))

    def end(self, listener: Listening | Dictation) -> None:
        """Print the summary."""
        self._progress.clear()
        if self._json:
            json_line(
                {
                    "type": "summary",
                    "text": listener.text,
                    "duration": round(listener.duration, 6),
                    "request_ids": listener.request_ids,
                }
            )


def fields_of(event: ListenEvent | DictateEvent) -> dict[str, object]:
    """Return an event as the fields of a JSON object."""
    fields: dict[str, object] = {"type": event.type}
    for name in event.__struct_fields__:
        value: object = getattr(event, name)
        if isinstance(event, FinalTranscript) and name == "words":
            value = [
                {"text": word.text, "start": round(word.start, 6), "end": round(word.end, 6)}
                for word in event.words
            ]
        elif isinstance(event, UnknownEvent) and name == "fields":
            value = dict(event.fields)
        elif isinstance(value, float):
            value = round(value, 6)
        if name not in ("extra", "context_id"):
            fields[name] = value
    return fields
