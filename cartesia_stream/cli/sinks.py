"""Outputs for audio: a file, stdout or the loudspeaker."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from cartesia_runtime.saving import replacing, write_all

from .. import ConfigurationError, WavWriter
from ..audio import mp3_of, saving, unwritable_error
from ..subtitles import srt, vtt
from .output import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from .. import AudioFormat, Timing
    from ..formats import Container
    from ..play import Player

    Write = Callable[[bytes], object]

STDOUT: Final = "-"


@contextmanager
def open_sink(output: str | None, fmt: AudioFormat, *, kind: Container) -> Generator[Write]:
    """Open an output and return the function that writes audio to it.

    Args:
        output: File to write, ``-`` for stdout, None for the loudspeaker. A file appears when it
            is complete.
        fmt: Format of the audio.
        kind: What to make of raw samples; other audio is written as it is.

    Raises:
        OSError: If the output cannot be written.
        ConfigurationError: If a package is not installed that playback or mp3 needs.
    """
    if output is None:
        with _player(fmt) as player:
            yield player.write
    elif output == STDOUT:
        with naming("stdout"), _writing(sys.stdout.buffer, fmt, kind) as write:
            yield write
    elif Path(output).exists() and not Path(output).is_file():  # a device or a pipe
        with (
            naming(output),
            Path(output).open("wb") as device,
            _writing(device, fmt, kind) as write,
        ):
            yield write
    elif kind != fmt.container:
        with naming(output), saving(output, fmt, kind) as write:
            yield write
    else:
        with naming(output), replacing(output, unwritable_error) as file:
            yield file.write


@contextmanager
def open_subtitles(output: str | None) -> Generator[Callable[[Sequence[Timing], str], object]]:
    """Open a file of subtitles, and return the function that writes words and their text to it.

    Args:
        output: File to write, with the extension ``.srt`` or ``.vtt``; None writes nothing.

    Raises:
        ConfigurationError: If the extension is another.
        OSError: If the file cannot be written.
    """
    if output is None:
        yield lambda words, text: None
        return
    match Path(output).suffix.lower():
        case ".srt":
            subtitles = srt
        case ".vtt":
            subtitles = vtt
        case _:
            raise ConfigurationError(f"--subtitles {output} must end in .srt or .vtt")
    with naming(output), replacing(output, unwritable_error) as file:
        yield lambda words, text: file.write(subtitles(words, text).encode())


def _player(fmt: AudioFormat) -> Player:
    from ..play import PlaybackError, Player

    try:
        return Player(fmt)
    except PlaybackError as error:
        raise PlaybackError(f"{error}; write a file with --output FILE.wav") from error
    except ConfigurationError as error:
        raise ConfigurationError(f"{error}; or write a file with --output FILE.wav") from error


@contextmanager
def _writing(file: BinaryIO, fmt: AudioFormat, kind: Container) -> Generator[Write]:
    """Write audio and flush it, so that the program at the other end can play it at once."""

    def write(data: bytes) -> None:
        write_all(file, data)
        file.flush()

    if kind == fmt.container:
        yield write
        return
    if kind == "mp3":
        with mp3_of(fmt, write) as take:
            yield take
        return
    with WavWriter(file, fmt) as writer:

        def write_samples(data: bytes) -> None:
            writer.write(data)
            file.flush()

        yield write_samples
