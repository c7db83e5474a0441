"""The arguments of every command."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, NoReturn, Protocol

from .._version import __version__
from . import emulate, say, transcribe, voices

if TYPE_CHECKING:
    from collections.abc import Callable

DESCRIPTION = "Speak and transcribe with the Cartesia voice API, or with a local emulator of it."
EPILOG = """\
environment:
  CARTESIA_API_KEY   the key; needed by every command except emulate
  CARTESIA_BASE_URL  another service, such as the emulator

exit status: 0 done; 1 the service, the network or this machine failed; 2 wrong call; 130 Ctrl-C
"""


class Commands(Protocol):
    """What `add_subparsers` returns, for which argparse has no public name."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:
        """Add a command."""
        ...


class Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        """Exit with 2."""
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")


def make_parser() -> argparse.ArgumentParser:
    """The parser; what it returns has ``run``, the command's function."""
    parser = Parser(
        prog="cartesia-stream",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _say(commands)
    _transcribe(commands)
    _voices(commands)
    _clone(commands)
    _emulate(commands)
    return parser


def _add(
    commands: Commands,
    name: str,
    summary: str,
    run: Callable[..., int | None],
    *,
    service: bool = True,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
    )
    parser.set_defaults(run=run)
    if service:
        parser.add_argument(
            "--timeout",
            type=_positive,
            metavar="S",
            help="longest wait for the service, in seconds",
        )
    return parser


def _say(commands: Commands) -> None:
    parser = _add(commands, "say", "speak a text", say.run)
    parser.add_argument(
        "text", nargs="?", default="-", help="what to say; - or nothing reads stdin as it comes"
    )
    parser.add_argument("--voice", help="id or name; by default the first of the list")
    parser.add_argument("--model", help="model id; the default is sonic-latest")
    parser.add_argument("--language", help="such as en")
    parser.add_argument("--speed", type=float, help="0.6 to 1.5")
    parser.add_argument("--volume", type=float, help="0.5 to 2.0")
    parser.add_argument("--emotion", help="such as calm")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="a .wav, .mp3 or .raw file, or - for stdout; the loudspeaker if left out",
    )
    parser.add_argument(
        "--format", choices=say.CONTAINERS, help="by default from the file's name; wav for stdout"
    )
    parser.add_argument("--encoding", choices=say.ENCODINGS, help="of the samples; not for mp3")
    parser.add_argument("--sample-rate", type=int, metavar="HZ", help="8000 to 48000")
    parser.add_argument(
        "--transport",
        choices=("websocket", "sse", "bytes"),
        help="the default is bytes for mp3 and websocket for the rest",
    )
    parser.add_argument(
        "--timestamps", action="store_true", help="print each word and its time to stderr"
    )
    parser.add_argument(
        "--json", action="store_true", help="print events and a summary as lines of JSON"
    )
    parser.add_argument(
        "--progress", action="store_true", help="report progress also when stderr is no terminal"
    )


def _transcribe(commands: Commands) -> None:
    parser = _add(commands, "transcribe", "write down what recordings say", transcribe.run)
    parser.add_argument("files", nargs="+", metavar="FILE", help="a recording, or - for stdin")
    parser.add_argument("--words", action="store_true", help="with the time of each word")
    parser.add_argument("--language", help="such as en; the service assumes en")
    parser.add_argument("--model", default="ink-whisper", help="the default is %(default)s")
    parser.add_argument(
        "--encoding", choices=transcribe.ENCODINGS, help="of samples without a header"
    )
    parser.add_argument("--sample-rate", type=int, metavar="HZ", help="of samples without a header")
    parser.add_argument("--json", action="store_true", help="print one line of JSON per file")


def _voices(commands: Commands) -> None:
    summary = "list, show, change and delete voices"
    group = commands.add_parser("voices", help=summary, description="List and change voices.")
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)

    listing = _add(actions, "list", "list voices", voices.run_list)
    listing.add_argument("query", nargs="?", help="part of a name, description or id")
    listing.add_argument("--language", help="such as en")
    listing.add_argument("--gender", choices=voices.GENDERS)
    listing.add_argument("--mine", action="store_true", help="only your own")
    listing.add_argument("--limit", type=_count, metavar="N", help="at most so many")

    show = _add(actions, "get", "show a voice", voices.run_get)
    show.add_argument("voice", help="id or name")

    update = _add(actions, "update", "change a voice", voices.run_update)
    update.add_argument("voice", metavar="ID")
    update.add_argument("--name")
    update.add_argument("--description")
    update.add_argument("--gender", choices=voices.GENDERS)

    delete = _add(actions, "delete", "delete voices", voices.run_delete)
    delete.add_argument("voices", nargs="+", metavar="ID", help="ids; names are not accepted here")

    for parser in (listing, show, update):
        parser.add_argument("--json", action="store_true", help="print one line of JSON per voice")


def _clone(commands: Commands) -> None:
    parser = _add(commands, "clone", "make a voice from a recording", voices.run_clone)
    parser.add_argument("clip", help="a recording of some seconds")
    parser.add_argument("--name", required=True)
    parser.add_argument("--language", required=True, help="of the recording, such as en")
    parser.add_argument("--description")
    parser.add_argument("--json", action="store_true", help="print the voice as JSON")


def _emulate(commands: Commands) -> None:
    parser = _add(commands, "emulate", "run a local emulator", emulate.run, service=False)
    parser.description = (
        "Run a local emulator until Ctrl-C. It prints two lines for the environment of clients; "
        "with a COMMAND, it runs that with the two set, and ends with it."
    )
    parser.add_argument("command", nargs="*", metavar="-- COMMAND", help="what to run with it")
    parser.add_argument("--host", default="127.0.0.1", help="the default is %(default)s")
    parser.add_argument("--port", type=_port, default=0, help="by default any that is free")
    parser.add_argument(
        "--engine",
        choices=("auto", "speech", "tone"),
        default="auto",
        help="speech, or tones, which need no models; auto takes what is installed",
    )
    parser.add_argument("--api-key", metavar="KEY", help="the key to accept; by default random")
    parser.add_argument(
        "--realtime", type=_positive, metavar="F", help="send F seconds of audio per second"
    )
    parser.add_argument(
        "--latency", type=_duration, default=0.0, metavar="S", help="seconds to the first audio"
    )
    parser.add_argument(
        "--chunk-ms", type=_count, default=100, metavar="MS", help="playing time of a chunk"
    )
    parser.add_argument(
        "--concurrency", type=_count, default=50, metavar="N", help="contexts at once"
    )


def _positive(text: str) -> float:
    value = _duration(text)
    if not value:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return value


def _duration(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of 0 or more")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)
