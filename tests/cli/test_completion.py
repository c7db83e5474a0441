"""Completion in shells: each knows all commands and options, and the shells accept the scripts."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cartesia_stream.cli.completion import SCRIPTS, described
from cartesia_stream.cli.parser import SHELLS, make_parser

from .conftest import Run

Complete = Callable[..., list[str]]


@pytest.fixture
def complete(run: Run, tmp_path: Path) -> Complete:
    """What bash proposes for the last of some words."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash here")
    script = tmp_path / "completion"
    script.write_bytes(run("completion", "bash").stdout)

    def proposals(*words: str) -> list[str]:
        ask = 'source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _cartesia_stream'
        show = '; printf "%s\\n" "${COMPREPLY[@]}"'
        done = subprocess.run(
            ["bash", "--norc", "-c", ask + show, script, "cartesia-stream", *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert not done.stderr
        return done.stdout.split("\n")[:-1] if done.stdout.strip() else []

    return proposals


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_has_every_command_option_and_choice(run: Run, shell: str) -> None:
    made = run("completion", shell)
    assert (made.status, made.stderr) == (0, "")
    script = made.stdout.decode()
    waiting = [described(make_parser())]
    while waiting:
        command = waiting.pop()
        waiting += command.commands
        words = [*command.words, *(name for option in command.options for name in option.names)]
        values = [*command.values, *(option.value for option in command.options)]
        words += [choice for value in values if value for choice in value.choices]
        for word in words:
            assert (word.lstrip("-") if shell == "fish" else word) in script


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_reads_its_script(run: Run, tmp_path: Path, shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} here")
    script = tmp_path / "completion"
    script.write_bytes(run("completion", shell).stdout)
    done = subprocess.run([shell, "-n", script], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_every_shell_that_is_offered_has_a_script() -> None:
    assert tuple(SCRIPTS) == SHELLS


@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        (("tr",), ["transcribe"]),
        (("--v",), ["--version"]),
        (("voices", ""), ["list", "get", "update", "delete"]),
        (("say", "--form"), ["--format"]),
        (("say", "--format", ""), ["wav", "mp3", "raw"]),
        (("say", "--format", "=", "m"), ["mp3"]),
        (("say", "--format", "="), ["wav", "mp3", "raw"]),
        (("say", "voices", "list", "--g"), []),
        (("voices", "list", "--g"), ["--gender"]),
        (("voices", "--timeout", "list", "--gender", "m"), ["masculine"]),
        (("completion", "z"), ["zsh"]),
        (("say", "-o", "a r"), ["a recording.wav"]),
        (("transcribe", "a r"), ["a recording.wav"]),
        (("clone", "a r"), ["a recording.wav"]),
        (("say", "--voice", "a r"), []),
    ],
)
def test_bash(
    complete: Complete, tmp_path: Path, words: tuple[str, ...], proposed: list[str]
) -> None:
    (tmp_path / "a recording.wav").touch()
    assert complete(*words) == proposed
