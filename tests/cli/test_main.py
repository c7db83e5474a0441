import subprocess
import sys
from pathlib import Path

import pytest

import cartesia_stream
from cartesia_emulator import Emulator
from cartesia_stream.cli.parser import make_parser
from cartesia_stream.cli.program import command

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


def test_without_a_key_nothing_is_sent(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CARTESIA_API_KEY")
    failed = run("voices", "list")
    assert failed.status == 2
    assert "CARTESIA_API_KEY" in failed.error
    assert not emulator.requests


def test_a_wrong_key_is_an_error_of_the_service_and_is_not_repeated(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CARTESIA_API_KEY", "sk_car_planted_but_wrong")
    failed = run("voices", "list")
    assert failed.status == 1
    assert failed.error.startswith("401")


@pytest.mark.parametrize(
    "command", [("voices", "list"), ("say", "hi", "-o", "x.wav"), ("transcribe", "x.raw")]
)
def test_a_service_that_is_not_there_is_one_line_and_1(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    command: tuple[str, ...],
) -> None:
    (tmp_path / "x.raw").write_bytes(b"\0\0")
    monkeypatch.setenv("CARTESIA_API_KEY", "sk_car_planted")
    monkeypatch.setenv("CARTESIA_BASE_URL", "http://127.0.0.1:1")
    failed = run(*command)
    assert failed.status == 1
    assert "cannot connect" in failed.error


@pytest.mark.parametrize("fault", ["html", "bad-json", "error-200"])
def test_an_answer_that_breaks_the_contract_is_one_line_and_1(
    emulator: Emulator, run: Run, fault: str
) -> None:
    emulator.inject(fault, times=None)
    failed = run("voices", "list")
    assert failed.status == 1
    assert failed.error


def test_a_mistake_of_ours_is_not_hidden(
    run: Run, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("cartesia_stream.cli.voices.make_client", broken)
    with pytest.raises(ZeroDivisionError):
        run("voices", "list")


def test_a_reader_that_leaves_early_is_no_drama(emulator: Emulator) -> None:
    command = [sys.executable, "-m", "cartesia_stream", "say", "word " * 400, "-o", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(4) == b"RIFF"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 1


def test_no_command_but_emulate_imports_the_emulator() -> None:
    script = "import cartesia_stream.cli, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert "cartesia_stream.cli" in loaded
    assert not {"cartesia_emulator", "numpy", "aiohttp", "httpx", "miniaudio"} & loaded


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["say", "--help"], ["sya"]])
def test_what_needs_no_service_loads_no_client(arguments: list[str]) -> None:
    """So that it is quick."""
    script = f"import cartesia_stream.cli, sys; cartesia_stream.cli.main({arguments!r}); print(); "
    done = subprocess.run(
        [sys.executable, "-c", script + "print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "argparse" in loaded
    assert not {"msgspec", "httpx", "socket", "cartesia_api", "cartesia_stream.audio"} & loaded


def test_every_command_has_a_function() -> None:
    waiting = [make_parser()]
    while waiting:
        parser = waiting.pop()
        waiting += parser.commands.values()
        if not parser.commands:
            assert callable(command(parser.get_default("run")))
