"""Install a wheel in a new environment, extra by extra, and use it: tools/try_wheel.py WHEEL.

Needs nothing but Python, so that it runs on every system.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

TEXT = "The wheel turns and the road goes on."
# What a user would do; each line that it prints is checked.
SPEAK = f"""
from cartesia_stream import Cartesia

with Cartesia() as client:
    voice = client.voices.list(limit=1).data[0].id
    client.tts.speak({TEXT!r}, voice=voice).save("said.wav")
    print(client.stt.transcribe(file="said.wav", model="ink-whisper").text)
"""
# Two requests that need packages, of which the emulator alone has none.
REFUSED = """
import array
import math
import wave

from cartesia_stream import APIStatusError, AudioFormat, Cartesia

with wave.open("hum.wav", "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(16_000)
    hum = array.array("h", (int(9_000 * math.sin(at / 20)) for at in range(16_000)))
    file.writeframes(hum.tobytes())
with Cartesia(max_retries=0) as client:
    voice = client.voices.list(limit=1).data[0].id
    mp3 = AudioFormat("mp3", None, 44100, 128000)
    for call in (
        lambda: client.tts.generate("Hello.", voice=voice, output_format=mp3).collect(),
        lambda: client.stt.transcribe(file="hum.wav", model="ink-whisper"),
    ):
        try:
            call()
        except APIStatusError as error:
            print(error.status_code, error)
"""


class Environment:
    """A new virtual environment."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self._folder = folder
        self._wheel = wheel.resolve()
        venv.create(folder / "venv", with_pip=True)
        programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.python = str(programs / "python")

    def install(self, extra: str = "") -> None:
        """Install the wheel, with an extra; only from wheels."""
        what = f"{self._wheel}[{extra}]" if extra else str(self._wheel)
        options = ("--quiet", "--disable-pip-version-check", "--only-binary", ":all:")
        self.run("-m", "pip", "install", *options, what)

    def run(self, *arguments: str) -> str:
        """Run Python there, outside of the checkout; return what it prints."""
        environment = os.environ | {"NO_PROXY": "127.0.0.1", "PYTHONUTF8": "1"}
        environment.pop("PYTHONPATH", None)
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self._folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            timeout=900,
            check=True,
        )
        return done.stdout.strip()

    def emulating(self, engine: str, program: str) -> str:
        """Run a program beside the emulator."""
        command = ("-m", "cartesia_stream", "emulate", "--engine", engine, "--")
        return self.run(*command, self.python, "-c", program)


def main() -> int:
    """Run the steps; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--extra", default="full", help="what to install last; default: full")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = Environment(Path(folder), args.wheel)
        step("the client alone")
        environment.install()
        print(environment.run("-m", "cartesia_stream", "--version"))
        environment.run("-W", "error", "-c", "import cartesia_stream, cartesia_api")
        step("with the emulator, in tones")
        environment.install("emulator")
        print(environment.run("-m", "cartesia_stream", "emulate", "--engines"))
        expect(environment.emulating("auto", SPEAK), re.escape(TEXT))
        refused = r'501 .*pip install "cartesia-stream\[codecs\]".*\n'
        refused += r'501 .*pip install "cartesia-stream\[hearing\]"'
        expect(environment.emulating("auto", REFUSED), refused)
        step(f"with the extra {args.extra}")
        environment.install(args.extra)
        print(environment.run("-m", "cartesia_stream", "emulate", "--engines"))
        expect(environment.emulating("auto", SPEAK), "(?i)road goes on")
    return 0


def step(name: str) -> None:
    """Name what comes next."""
    print(f"--- {name}", flush=True)


def expect(heard: str, pattern: str) -> None:
    """Print what a program has printed, and exit if it is something else."""
    print(heard, flush=True)
    if not re.search(pattern, heard):
        sys.exit(f"expected: {pattern}")


if __name__ == "__main__":
    sys.exit(main())
