"""Arguments and help texts of every command."""

from __future__ import annotations

import argparse
import math
import sys
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, cast

from .._version import __version__
from .output import naming

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from _typeshed import SupportsWrite

    from .._sound.encodings import Encoding
    from ..formats import Container
    from ..models import GenderPresentation, SttEncoding

CONTAINERS: Final[tuple[Container, ...]] = ("wav", "mp3", "raw")
ENCODINGS: Final[tuple[Encoding, ...]] = ("pcm_s16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw")
STT_ENCODINGS: Final[tuple[SttEncoding, ...]] = (
    "pcm_s16le",
    "pcm_s32le",
    "pcm_f16le",
    "pcm_f32le",
    "pcm_mulaw",
    "pcm_alaw",
)
GENDERS: Final[tuple[GenderPresentation, ...]] = ("masculine", "feminine", "gender_neutral")
SHELLS: Final = ("bash", "zsh", "fish")

DESCRIPTION = "Speak and transcribe with the Cartesia voice API, or with a local emulator of it."
EPILOG = """\
environment:
  CARTESIA_API_KEY   your API key; every command except emulate needs it
  CARTESIA_BASE_URL  URL of another service, such as the emulator's

exit status:
  0 success, 1 failure of the service, the network or this machine, 2 wrong arguments,
  130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP
"""


class Commands(Protocol):
    """Type of the result of `add_subparsers`, for which argparse has no public name."""

    def add_parser(self, name: str, *, help: str, description: str) -> argparse.ArgumentParser:
        """Add a command."""
        ...


class Parser(argparse.ArgumentParser):
    """Argument parser that names the command of a wrong argument, and suggests a right one."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, and exit with status 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: error: {message} (see {self.prog} --help)\n")

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if file is not None and file is sys.stdout:
            with naming("stdout"):  # argparse would hide that a help text cannot be written
                file.write(message)
        else:
            super()._print_message(message, file)

    # argparse collects what a command does not know, and the main parser then complains about it
    # without the command's usage.
    def parse_known_args(  # type: ignore[override]  # argparse takes any namespace
        self, args: Sequence[str] | None = None, namespace: argparse.Namespace | None = None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Parse arguments; one that is not known is an error of this command."""
        words = sys.argv[1:] if args is None else list(args)
        self._check_options(words)
        found, unexpected = super().parse_known_args(words, namespace or argparse.Namespace())
        if unexpected:
            self.error(f"unexpected argument {unexpected[0]!r}; quote a text of several words")
        return found, unexpected

    def _check_options(self, words: Sequence[str]) -> None:
        """Report an unknown option before anything else, which may follow from it."""
        known = [name for action in self.actions for name in action.option_strings]
        has_commands = bool(self.commands)
        for word in words:
            if word == "--" or (has_commands and not word.startswith("-")):
                break
            name = word.partition("=")[0]
            if not name.startswith("-") or " " in word or name == "-" or _is_number(word):
                continue
            if name.startswith("--"):
                fits = any(option.startswith(name) for option in known)
            else:
                fits = name[:2] in known
            if not fits:
                self.error(f"unknown option {name}{_suggestion(name, known)}")

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is not None and value not in action.choices:
            names = [str(choice) for choice in action.choices]
            suggestion = _suggestion(str(value), names)
            raise argparse.ArgumentError(
                action, f"{value!r} is not one of {', '.join(names)}{suggestion}"
            )

    @property
    def actions(self) -> list[argparse.Action]:
        """The options and the positional arguments; argparse has no public name for them."""
        return self._actions

    @property
    def commands(self) -> dict[str, Parser]:
        """The parsers of the commands by name."""
        for action in self.actions:
            choices = cast("object", action.choices)
            if isinstance(choices, dict):
                return cast("dict[str, Parser]", choices)
        return {}


def _suggestion(word: str, known: Iterable[str]) -> str:
    """Return the known name that is most similar to a word, as the end of a message."""
    from difflib import get_close_matches

    names = {name.lstrip("-"): name for name in known if len(name.lstrip("-")) > 1}
    word = word.lstrip("-")
    parts = [name for name in names if len(word) > 2 and word in name]
    found = parts or get_close_matches(word, names, n=1)
    return f"; did you mean {names[found[0]]}?" if found else ""


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def make_parser() -> Parser:
    """Return the parser; ``run`` of the namespace names the function of the command."""
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
    _listen(commands)
    _talk(commands)
    _voices(commands)
    _clone(commands)
    _doctor(commands)
    _emulate(commands)
    _completion(commands)
    return parser


def _add(
    commands: Commands,
    name: str,
    summary: str,
    run: str,
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
            help="seconds to wait for each answer of the service",
        )
    return parser


def _say(commands: Commands) -> None:
    parser = _add(commands, "say", "speak a text", "say.run")
    parser.add_argument(
        "text",
        type=_text,
        nargs="?",
        default="-",
        help="text to speak; - or no text speaks stdin as it arrives",
    )
    parser.add_argument(
        "--voice", type=_text, help="id or name of the voice; default: the first voice listed"
    )
    parser.add_argument("--model", type=_text, help="id of the model; default: sonic-latest")
    parser.add_argument("--language", type=_text, help="language of the text, such as en")
    parser.add_argument("--speed", type=float, help="speed as a factor, 0.6 to 1.5")
    parser.add_argument("--volume", type=float, help="loudness as a factor, 0.5 to 2.0")
    parser.add_argument("--emotion", type=_text, help="emotion of the voice, such as calm")
    parser.add_argument(
        "-o",
        "--output",
        type=path,
        metavar="FILE",
        help="write to a .wav, .mp3 or .raw file, or - for stdout; default: the loudspeaker",
    )
    parser.add_argument(
        "--format",
        choices=CONTAINERS,
        help="file format; default: from the file's name, or wav for stdout",
    )
    parser.add_argument(
        "--encoding", choices=ENCODINGS, help="encoding of the samples; not for mp3"
    )
    parser.add_argument(
        "--sample-rate", type=int, metavar="HZ", help="samples per second, 8000 to 48000"
    )
    parser.add_argument(
        "--transport",
        choices=("websocket", "sse", "bytes"),
        help="how to stream the audio; default: bytes (plain HTTP) for mp3 without times of words, "
        "otherwise websocket",
    )
    parser.add_argument(
        "--subtitles",
        type=path,
        metavar="FILE",
        help="write the words with their times to a .srt or .vtt file",
    )
    parser.add_argument(
        "--errors",
        choices=("strict", "replace"),
        default="strict",
        help="what to do with stdin that is not UTF-8: fail (strict, default) or replace it by "
        "question marks",
    )
    parser.add_argument(
        "--timestamps", action="store_true", help="print each word with its times to stderr"
    )
    parser.add_argument(
        "--json", action="store_true", help="print events and a summary as lines of JSON"
    )
    parser.add_argument(
        "--progress", action="store_true", help="print a summary even if stderr is not a terminal"
    )


def _transcribe(commands: Commands) -> None:
    parser = _add(commands, "transcribe", "transcribe recordings to text", "transcribe.run")
    parser.add_argument(
        "files", type=path, nargs="+", metavar="FILE", help="a recording, or - for stdin"
    )
    parser.add_argument("--words", action="store_true", help="print each word with its times too")
    parser.add_argument("--language", type=_text, help="language of the recording; default: en")
    parser.add_argument(
        "--model", type=_text, default="ink-whisper", help="id of the model; default: %(default)s"
    )
    parser.add_argument(
        "--encoding", choices=STT_ENCODINGS, help="encoding, if the file has no header"
    )
    parser.add_argument(
        "--sample-rate",
        type=int,
        metavar="HZ",
        help="samples per second, if the file has no header",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one line of JSON per file")
    form.add_argument(
        "--srt",
        dest="subtitles",
        action="store_const",
        const="srt",
        help="print subtitles as SubRip (.srt); for one file at a time",
    )
    form.add_argument(
        "--vtt",
        dest="subtitles",
        action="store_const",
        const="vtt",
        help="print subtitles as WebVTT (.vtt); for one file at a time",
    )


def _listen(commands: Commands) -> None:
    parser = _add(commands, "listen", "write down what a speaker says", "listen.run")
    parser.description = (
        "Write down what a speaker says, while they speak: one turn a line. "
        "Without a file, listen to the microphone."
    )
    parser.add_argument(
        "file",
        type=path,
        nargs="?",
        metavar="FILE",
        help="a recording, or - for stdin; default: the microphone",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--turns",
        dest="push",
        action="store_false",
        help="the service finds out when a turn ends (default)",
    )
    mode.add_argument(
        "--push", action="store_true", help="you say when: with Enter, or with the end of the file"
    )
    parser.set_defaults(push=False)
    parser.add_argument("--json", action="store_true", help="print events as lines of JSON")
    parser.add_argument(
        "--format",
        choices=STT_ENCODINGS,
        help="encoding, if the audio has no header; default with --sample-rate: pcm_s16le",
    )
    parser.add_argument(
        "--sample-rate",
        type=int,
        metavar="HZ",
        help="samples per second, if the audio has no header; default with --format: 16000",
    )
    parser.add_argument(
        "--model", type=_text, default="ink-2", help="id of the model; default: %(default)s"
    )
    parser.add_argument(
        "--language", type=_text, help="language of the speech, with --push; default: en"
    )
    parser.add_argument(
        "--keyterm",
        type=_text,
        action="append",
        default=[],
        metavar="TERM",
        help="a term to expect, such as a name; may be repeated",
    )


def _talk(commands: Commands) -> None:
    parser = _add(commands, "talk", "talk with an agent that you can interrupt", "talk.run")
    parser.description = (
        "Talk with an agent that repeats what you say, or follows a script. When you interrupt it, "
        "it stops, and the command prints what you heard. Use headphones."
    )
    parser.add_argument(
        "--script",
        type=path,
        metavar="FILE",
        help="what the agent says: the first line at once, then one line after each turn of yours",
    )
    parser.add_argument(
        "--voice", type=_text, help="id or name of the voice; default: the first voice listed"
    )
    parser.add_argument(
        "--input",
        type=path,
        metavar="FILE",
        help="a .wav file to hear in place of the microphone; needs --output",
    )
    parser.add_argument(
        "--output",
        type=path,
        metavar="FILE",
        help="a .wav file to write in place of the loudspeaker, on the time line of --input",
    )
    parser.add_argument("--json", action="store_true", help="print lines of JSON")


def _voices(commands: Commands) -> None:
    summary = "list, show, change and delete voices"
    description = "List, show, change and delete voices."
    group = commands.add_parser("voices", help=summary, description=description)
    actions = group.add_subparsers(title="commands", metavar="COMMAND", required=True)

    listing = _add(actions, "list", "list voices", "voices.run_list")
    listing.add_argument(
        "query", type=_text, nargs="?", help="text to find in the name, description or id"
    )
    listing.add_argument("--language", type=_text, help="only voices of this language, such as en")
    listing.add_argument("--gender", choices=GENDERS, help="only voices of this gender")
    listing.add_argument("--mine", action="store_true", help="only your own voices")
    listing.add_argument("--limit", type=_count, metavar="N", help="list at most N voices")

    show = _add(actions, "get", "show a voice", "voices.run_get")
    show.add_argument("voice", type=_text, help="id or name of the voice")

    update = _add(actions, "update", "change a voice", "voices.run_update")
    update.add_argument("voice", type=_text, metavar="ID", help="id of the voice")
    update.add_argument("--name", type=_text, help="new name")
    update.add_argument("--description", type=_text, help="new description")
    update.add_argument("--gender", choices=GENDERS, help="new gender")

    delete = _add(actions, "delete", "delete voices", "voices.run_delete")
    delete.add_argument(
        "voices", type=_text, nargs="+", metavar="ID", help="id of a voice, not its name"
    )

    for parser in (listing, show, update):
        parser.add_argument("--json", action="store_true", help="print one line of JSON per voice")


def _clone(commands: Commands) -> None:
    parser = _add(commands, "clone", "create a voice from a recording", "voices.run_clone")
    parser.add_argument(
        "clip",
        type=path,
        metavar="FILE",
        help="a recording of 3 to 10 seconds of one speaker, or - for stdin",
    )
    parser.add_argument("--name", type=_text, required=True, help="name of the new voice")
    parser.add_argument(
        "--language", type=_text, required=True, help="language of the recording, such as en"
    )
    parser.add_argument("--description", type=_text, help="description of the new voice")
    parser.add_argument("--json", action="store_true", help="print the voice as JSON")


def _doctor(commands: Commands) -> None:
    summary = "check the key, the network and the service"
    parser = _add(commands, "doctor", summary, "doctor.run")
    parser.description = (
        "Check the installation, the key, the way to the service and the service itself, and say "
        "what to do where something fails. It prints no secret, and uses no credits."
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON per check")


def _emulate(commands: Commands) -> None:
    parser = _add(commands, "emulate", "run a local emulator", "emulate.run", service=False)
    parser.description = (
        "Run a local emulator until Ctrl-C, and print the environment variables that clients need. "
        "With a COMMAND, run the command with these variables, and stop when it ends."
    )
    parser.add_argument(
        "command", nargs="*", metavar="-- COMMAND", help="command to run with the emulator"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on; default: %(default)s"
    )
    parser.add_argument(
        "--port", type=_port, default=0, help="port to listen on; default: any free port"
    )
    parser.add_argument(
        "--engine",
        choices=("auto", "speech", "tone"),
        default="auto",
        help="speech needs models; tone turns words into tones without models; "
        "auto (default) uses speech if its models are installed, otherwise tone",
    )
    parser.add_argument(
        "--engines",
        action="store_true",
        help="list what the emulator can do here, and how to install the rest",
    )
    parser.add_argument(
        "--api-key", metavar="KEY", help="API key that clients must send; default: a random key"
    )
    parser.add_argument(
        "--tls",
        action="store_true",
        help="serve https and wss with a certificate of its own, and print its path",
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="also answer under this name, and let web pages from there use it; repeatable, "
        "* is any; default: localhost and addresses",
    )
    parser.add_argument(
        "--realtime",
        type=_positive,
        metavar="F",
        help="send F seconds of audio per second; default: as fast as possible",
    )
    parser.add_argument(
        "--latency",
        type=_duration,
        default=0.0,
        metavar="S",
        help="seconds to wait before the first audio; default: %(default)g",
    )
    parser.add_argument(
        "--chunk-ms",
        type=_count,
        default=100,
        metavar="MS",
        help="length of a chunk in milliseconds; default: %(default)d",
    )
    parser.add_argument(
        "--concurrency",
        type=_count,
        default=50,
        metavar="N",
        help="contexts to serve at once; default: %(default)d",
    )


def _completion(commands: Commands) -> None:
    parser = _add(
        commands,
        "completion",
        "print a script that completes commands and options in a shell",
        "completion.run",
        service=False,
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description = """\
Print a script that completes commands and options in a shell:

  bash:  eval "$(cartesia-stream completion bash)"   in ~/.bashrc
  zsh:   eval "$(cartesia-stream completion zsh)"    in ~/.zshrc, after compinit
  fish:  cartesia-stream completion fish > ~/.config/fish/completions/cartesia-stream.fish"""
    parser.add_argument("shell", choices=SHELLS, help="the shell")


def path(text: str) -> str:
    """Return the name of a file unchanged; marks an argument whose values shells complete."""
    return text


def _text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # Python keeps bytes that it cannot decode as lone surrogates
        raise argparse.ArgumentTypeError(f"{text!r} is not valid UTF-8") from None
    return text


def _positive(text: str) -> float:
    value = _duration(text)
    if not value:
        raise argparse.ArgumentTypeError(f"{text} must be greater than 0")
    return value


def _duration(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} must be a number, 0 or more")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} must be a whole number, 1 or more")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} must be a port number, 0 to 65535")
    return int(text)
