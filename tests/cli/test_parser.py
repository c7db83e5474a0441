"""Arguments of every command: help, suggestions, and errors that name the command."""

import argparse
import math
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cartesia_stream
from cartesia_emulator import Emulator
from cartesia_stream.cli import parser

from .conftest import Run

COMMANDS = (
    "say",
    "transcribe",
    "listen",
    "talk",
    "voices",
    "clone",
    "doctor",
    "emulate",
    "completion",
)


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version").stdout.decode() == f"cartesia-stream {cartesia_stream.__version__}\n"


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)])
def test_every_command_has_help(run: Run, command: tuple[str, ...]) -> None:
    shown = run(*command, "--help")
    assert shown.status == 0
    assert shown.stdout.startswith(b"usage: cartesia-stream")


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("", (), "required: COMMAND"),
        ("", ("--versoin",), "unknown option --versoin; did you mean --version?"),
        ("", ("sing",), "'sing' is not one of say,"),
        ("", ("trancsribe", "a.wav"), "did you mean transcribe?"),
        (" say", ("--tempo", "fast"), "unknown option --tempo"),
        (" say", ("hi", "--ouput", "a.wav"), "unknown option --ouput; did you mean --output?"),
        (" say", ("hi", "--ouput=a.wav"), "unknown option --ouput; did you mean --output?"),
        (" say", ("hi", "--rate", "8000"), "unknown option --rate; did you mean --sample-rate?"),
        (" say", ("hi", "-x"), "unknown option -x"),
        (" say", ("--format", "wave", "hi"), "did you mean wav?"),
        (" say", ("good", "morning"), "unexpected argument 'morning'; quote a text"),
        (" say", ("hi", "--timeout", "0"), "0 must be greater than 0"),
        (" say", ("hi", "--timeout", "soon"), "'soon' must be a number"),
        (" clone", ("a.wav", "--nmae", "A"), "unknown option --nmae; did you mean --name?"),
        (" voices", (), "required: COMMAND"),
        (" voices", ("lsit",), "did you mean list?"),
        (" voices list", ("--limt", "5"), "unknown option --limt; did you mean --limit?"),
        (" voices list", ("--limit", "0"), "'0' must be a whole number"),
        (" emulate", ("--port", "99999"), "'99999' must be a port number"),
        (" emulate", ("--realtime", "nan"), "'nan' must be a number"),
        (" emulate", ("--chunk-ms", "1.5"), "'1.5' must be a whole number"),
        (" completion", ("csh",), "'csh' is not one of bash, zsh, fish"),
    ],
)
def test_a_wrong_argument_shows_the_usage_of_its_command(
    run: Run, command: str, arguments: tuple[str, ...], message: str
) -> None:
    failed = run(*command.split(), *arguments)
    assert failed.status == 2
    assert not failed.stdout
    assert failed.stderr.startswith(f"usage: cartesia-stream{command} ")
    error = failed.stderr.splitlines()[-1]
    assert error.startswith(f"cartesia-stream{command}: error: ")
    assert message in error
    assert error.endswith(f"(see cartesia-stream{command} --help)")


def test_what_looks_like_an_option_may_be_text(emulator: Emulator, run: Run) -> None:
    assert run("say", "-5 degrees", "-o", "a.wav").status == 0
    assert run("say", "-o", "b.wav", "--", "--five").status == 0


LONE = os.fsdecode(b"a\xff")


CLARA = "6ccbfb76-1fc6-48f7-b71d-91ac6298247b"


@pytest.mark.parametrize(
    "arguments",
    [
        ("say", LONE),
        ("say", "Hi.", "--voice", LONE),
        ("say", "Hi.", "--voice", CLARA, "--model", LONE),
        ("say", "Hi.", "--voice", CLARA, "--language", LONE),
        ("say", "Hi.", "--voice", CLARA, "--emotion", LONE),
        ("voices", "list", LONE),
        ("voices", "get", LONE),
        ("voices", "update", CLARA, "--name", LONE),
        ("voices", "update", CLARA, "--description", LONE),
        ("voices", "delete", ".."),
        ("voices", "delete", ""),
    ],
    ids=ascii,
)
def test_text_that_cannot_be_sent_is_a_wrong_argument(
    emulator: Emulator, run: Run, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, *(["--output", "x.wav"] if arguments[0] == "say" else []))
    assert result.status == 2
    assert not result.stdout
    assert "error: " in result.stderr
    assert not Path("x.wav").exists()


@pytest.mark.parametrize("option", ["--api-key", "--host"])
def test_settings_of_the_emulator_that_are_no_text(run: Run, option: str) -> None:
    assert run("emulate", "--engine", "tone", option, LONE, "--", "true").status == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("say", "\udcff", "-o", "x.wav"),
        ("say", "hi", "-o", "x.wav", "--voice", "\udcff"),
        ("voices", "list", "\udcff"),
        ("clone", "a.wav", "--language", "en", "--name", "\udcff"),
    ],
)
def test_text_that_is_not_utf_8_in_an_argument(
    emulator: Emulator, run: Run, arguments: tuple[str, ...]
) -> None:
    """Python hands it on as lone surrogates, which no service can be sent."""
    failed = run(*arguments)
    assert failed.status == 2
    assert "'\\udcff' is not valid UTF-8" in failed.stderr
    assert not emulator.requests


@given(st.floats(0, allow_infinity=False))
def test_a_duration_is_any_number_from_0(value: float) -> None:
    assert parser._duration(repr(value)) == value


@given(st.integers(1, 10**30))
def test_a_count_is_any_whole_number_from_1(value: int) -> None:
    assert parser._count(str(value)) == value


@given(st.text(max_size=8))
def test_any_other_text_is_a_wrong_argument(text: str) -> None:
    """And no error of another kind."""
    for kind in (parser._duration, parser._positive, parser._count, parser._port):
        try:
            value = kind(text)
        except argparse.ArgumentTypeError:
            continue
        assert 0 <= value < math.inf


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (parser._duration, ["-1", "nan", "inf", "1e400", "", "x"]),
        (parser._positive, ["0", "-0.0", "nan", "1e-400"]),
        (parser._count, ["0", "-1", "1.0", "", "²", "1_0"]),
        (parser._port, ["65536", "-1", "", "1e3"]),
        (parser._text, [LONE]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_no_such_number(kind: Callable[[str], object], texts: list[str]) -> None:
    for text in texts:
        with pytest.raises(argparse.ArgumentTypeError):
            kind(text)
