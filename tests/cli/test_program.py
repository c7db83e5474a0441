import subprocess
import sys
from pathlib import Path

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import APIConnectionError, ConfigurationError
from cartesia_stream.cli import program
from cartesia_stream.cli.parser import make_parser
from cartesia_stream.cli.program import command
from cartesia_stream.cli.signals import Stopped

from .conftest import Run


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

    monkeypatch.setattr("cartesia_stream.cli.voices.Cartesia", broken)
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


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfigurationError("no key"), program.USAGE),
        (APIConnectionError("lost"), program.FAILED),
        (FileNotFoundError(2, "No such file", "a.wav"), program.USAGE),
        (NotADirectoryError(20, "Not a directory", "a/b"), program.USAGE),
        (IsADirectoryError(21, "Is a directory", "a"), program.USAGE),
        (PermissionError(13, "Permission denied", "a"), program.FAILED),
        (OSError(28, "No space left"), program.FAILED),
        (KeyboardInterrupt(), 130),
        (Stopped(15), 143),
        (BrokenPipeError(32, "Broken pipe"), program.FAILED),
        (SystemExit(2), 2),
        (SystemExit(), program.OK),
    ],
    ids=repr,
)
def test_each_failure_has_its_status(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int
) -> None:
    def fail(arguments: object) -> None:
        raise error

    monkeypatch.setattr(program, "command", lambda name: fail)
    done = run("voices", "list")
    assert done.status == status
    told = isinstance(error, Exception) and not isinstance(error, BrokenPipeError)
    assert bool(done.stderr) is told


@pytest.mark.parametrize("status", [None, 0, 1, 7])
def test_a_command_says_its_status(
    run: Run, monkeypatch: pytest.MonkeyPatch, status: int | None
) -> None:
    monkeypatch.setattr(program, "command", lambda name: lambda arguments: status)
    assert run("voices", "list").status == (status or 0)
