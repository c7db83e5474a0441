"""The command ``talk``: a conversation in which both sides may speak at once."""

from __future__ import annotations

import argparse
import sys
import threading
import time
import wave
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from .. import PCM_24K, Cartesia, ConfigurationError, ListenFormat, TurnEnded, TurnStarted
from ..play import PlaybackBuffer, PlaybackError, Player
from .listen import open_microphone
from .output import json_line, line, naming, note, seconds
from .sinks import STDOUT, open_sink
from .voices import find_voice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .. import SpeechStream
    from ..play import Microphone

GREETING: Final = "Hello. I repeat what you say, and you may interrupt me."
LATENCY_S: Final = 0.04  # of the loudspeaker
STEP_S: Final = 0.02  # of audio that files exchange at a time
TAIL_S: Final = 3.0  # of silence on both sides that ends a conversation between files


class Arguments(argparse.Namespace):
    """Arguments of ``talk``."""

    script: str | None
    voice: str | None
    input: str | None
    output: str | None
    json: bool
    timeout: float | None


def run(args: Arguments) -> None:
    """Talk until the script, the recording or the user ends the conversation.

    Raises:
        ConfigurationError: If the options do not fit together.
    """
    lines = None if args.script is None else _script(args.script)
    with (
        Cartesia(timeout=args.timeout) as client,
        _devices(args) as (ears, speaker),
        client.stt.listen(ears) as listening,
        Agent(client, args, speaker, lines, ears.close) as agent,
    ):
        for event in listening:
            if isinstance(event, TurnStarted):
                agent.interrupt(event)
            elif isinstance(event, TurnEnded):
                agent.answer(event)
        agent.check()


def _script(name: str) -> list[str]:
    try:
        lines = [text.strip() for text in Path(name).read_text("utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{name} is not UTF-8; convert the text") from error
    lines = list(filter(None, lines))
    if not lines:
        raise ConfigurationError(f"{name} is empty; it must have a line for each answer")
    return lines


# --- devices


@contextmanager
def _devices(args: Arguments) -> Generator[tuple[Microphone | Files, PlaybackBuffer]]:
    if args.input is None or args.output is None:
        if args.input != args.output:
            raise ConfigurationError("--input and --output belong together")
        instead = "give --input and --output"
        with open_microphone(instead=instead) as microphone, _player() as player:
            if sys.stderr.isatty():
                note("Use headphones: a microphone hears a loudspeaker. Ctrl-C ends it.")
            yield microphone, player
        return
    if args.output == STDOUT:
        raise ConfigurationError("--output must be a file, because stdout shows what is said")
    with (
        _recording(args.input) as recording,
        open_sink(args.output, PCM_24K, kind="wav") as write,
    ):
        files = Files(recording, write)
        yield files, files


def _player() -> Player:
    try:
        return Player(PCM_24K, latency=LATENCY_S)
    except PlaybackError as error:
        raise PlaybackError(f"{error}; or give --input and --output") from error


@contextmanager
def _recording(name: str) -> Generator[wave.Wave_read]:
    try:
        with naming(name), wave.open(name, "rb") as recording:
            if recording.getsampwidth() != 2 or recording.getnchannels() != 1:
                raise ConfigurationError(f"{name} must be a WAV file with 16 bits and one channel")
            yield recording
    except (wave.Error, EOFError) as error:
        raise ConfigurationError(f"{name} is no WAV file with 16 bits and one channel") from error


class Files(PlaybackBuffer):
    """A recording in place of the microphone, and a file in place of the loudspeaker.

    Both go on by 20 ms at the same moment, so that the file has what was heard at each position of
    the recording. Silence follows the recording until the agent is silent as well.
    """

    def __init__(self, recording: wave.Wave_read, write: Callable[[bytes], object]) -> None:
        super().__init__(PCM_24K)
        self.format: ListenFormat = ListenFormat("pcm_s16le", recording.getframerate())
        self._recording = recording
        self._write = write
        self._closed = False

    def close(self) -> None:
        """End the conversation."""
        self._closed = True

    def __iter__(self) -> Generator[bytes]:
        began = time.monotonic()
        step = last = 0  # the last step in which one side was not silent
        while not self._closed and (step - last) * STEP_S < TAIL_S:
            nbytes = self.format.nbytes((step + 1) * STEP_S) - self.format.nbytes(step * STEP_S)
            block = self._recording.readframes(nbytes // 2)
            before = self.played
            self._write(self.take(PCM_24K.nbytes(STEP_S)))
            if block or self.played > before:
                last = step
            yield block.ljust(nbytes, b"\0")
            step += 1
            time.sleep(max(0.0, began + step * STEP_S - time.monotonic()))


# --- the agent


class Agent:
    """The other side: it repeats what it hears, or says the next line of its script."""

    def __init__(
        self,
        client: Cartesia,
        args: Arguments,
        speaker: PlaybackBuffer,
        lines: list[str] | None,
        hang_up: Callable[[], None],
    ) -> None:
        self._client = client
        self._voice = find_voice(client, args.voice)
        self._speaker = speaker
        self._lines = lines
        self._hang_up = hang_up
        self._json = args.json
        self._speech: Speech | None = None

    def __enter__(self) -> Self:
        self._say(GREETING if self._lines is None else self._lines.pop(0))
        return self

    def __exit__(self, *error: object) -> None:
        if self._speech is not None:
            self._speech.stop()

    def check(self) -> None:
        """Raise the error that ended the conversation, if one did."""
        if self._speech is not None and self._speech.error is not None:
            raise self._speech.error

    def interrupt(self, event: TurnStarted) -> None:
        """Be silent, because the user has begun to speak."""
        speech = self._speech
        if speech is not None and speech.stop():
            self._report(speech, event.at)

    def answer(self, event: TurnEnded) -> None:
        """Answer a turn; after one without words, say the rest of what it has interrupted."""
        if not event.text.strip():
            if self._speech is not None and not self._speech.complete:
                self._say(self._speech.text.removeprefix(self._speech.heard))
            return
        if self._json:
            json_line({"type": "user", "text": event.text, "at": round(event.at, 6)})
        else:
            line(f"you: {event.text.strip()}")
        if self._lines is None:
            self._say(f"You said: {event.text.strip()}")
        elif self._lines:
            self._say(self._lines.pop(0))
        else:
            self._hang_up()

    def _say(self, text: str) -> None:
        stream = self._client.tts.speak(
            text, voice=self._voice, output_format=PCM_24K, add_timestamps=True, resume=True
        )
        self._speech = Speech(text, stream, self._speaker, self._ended)

    def _ended(self, speech: Speech) -> None:
        """Take note that a speech was heard to its end, or has failed."""
        if speech.complete:
            self._report(speech, None)
        if speech.error is not None or self._lines == []:
            self._hang_up()

    def _report(self, speech: Speech, interrupted_at: float | None) -> None:
        if self._json:
            json_line(
                {
                    "type": "agent",
                    "text": speech.text,
                    "heard": speech.heard,
                    "played": round(speech.played, 6),
                    "interrupted_at": interrupted_at and round(interrupted_at, 6),
                }
            )
        elif interrupted_at is None:
            line(f"agent: {speech.text}")
        else:
            line(f"agent, interrupted after {seconds(speech.played)}: {speech.heard.strip()}")


class Speech:
    """One utterance of the agent, which a thread of its own speaks.

    Attributes:
        text: What it is to say.
        complete: Whether all of it was heard.
        error: What ended it early, except `stop`.
    """

    def __init__(
        self,
        text: str,
        stream: SpeechStream,
        speaker: PlaybackBuffer,
        on_end: Callable[[Speech], None],
    ) -> None:
        self.text: str = text
        self.complete: bool = False
        self.error: Exception | None = None
        self._stream = stream
        self._speaker = speaker
        self._on_end = on_end
        self._begin = speaker.played
        self._stopped = False
        self._thread = threading.Thread(target=self._speak, name="speech", daemon=True)
        self._thread.start()

    @property
    def played(self) -> float:
        """Seconds of it that were heard."""
        return max(0.0, self._speaker.played - self._begin - self._speaker.latency)

    @property
    def heard(self) -> str:
        """The words of it that were heard."""
        return self.text if self.complete else self._stream.heard(self.played)

    def _speak(self) -> None:
        try:
            with self._stream:
                for block in self._stream.audio():
                    self._speaker.write(block)
            self._speaker.drain()
            self.complete = not self._stopped
            if self.complete:
                self._on_end(self)
        except Exception as error:  # for the thread that listens
            self.error = error
            self._on_end(self)

    def stop(self) -> bool:
        """Fall silent at once; return whether this has cut it short."""
        if self.complete or self.error is not None or self._stopped:
            return False
        self._stopped = True
        self._stream.cancel()
        self._speaker.clear()  # also wakes a `write` that waits
        self._thread.join()
        self._speaker.clear()  # the block that was on its way
        return not self.complete
