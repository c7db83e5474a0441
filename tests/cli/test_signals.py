"""Signals: a command ends quietly, removes what it had begun, and says by its status why."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cartesia_emulator import Emulator
from cartesia_stream.cli import signals

from .conftest import Run

ENDING = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """Handlers as in a process that a terminal has started, not one in the background."""
    before = {number: signal.getsignal(number) for number, _ in ENDING}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(("number", "status"), ENDING)
def test_a_signal_ends_quietly_and_leaves_no_file(
    emulator: Emulator,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    number: signal.Signals,
    status: int,
) -> None:
    def stop(*args: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr("cartesia_stream.cli.say.Report.event", stop)
    command = ("say", "Hello.", "-o", "x.wav", "--subtitles", "x.srt")
    assert run(*command) == (status, b"", "")
    assert not list(tmp_path.glob("*x.*")) + list(tmp_path.glob("*.part"))
    assert signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler)


@pytest.mark.parametrize(("number", "status"), ENDING)
def test_a_second_signal_leaves_the_cleanup_alone(
    emulator: Emulator,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    number: signal.Signals,
    status: int,
) -> None:
    """A closing terminal may send two, and so do users that are impatient."""
    unlink = Path.unlink

    def slowly(path: Path, *, missing_ok: bool = False) -> None:
        signal.raise_signal(number)
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", slowly)
    monkeypatch.setattr(
        "cartesia_stream.cli.say.Report.event", lambda *args: signal.raise_signal(number)
    )
    assert run("say", "Hello.", "-o", "x.wav") == (status, b"", "")
    assert not list(tmp_path.glob("*x.*"))


def test_a_cleanup_that_hangs_can_be_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(signals, "CLEANUP_S", 0.0)
    with pytest.raises(signals.Stopped), signals.stopping():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            time.sleep(0.001)
            signal.raise_signal(signal.SIGTERM)
    assert left == [143]


def test_what_nohup_ignores_stays_ignored(
    emulator: Emulator, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cartesia_stream.cli.say import Report

    event = Report.event

    def hang_up(report: Report, *args: object) -> None:
        signal.raise_signal(signal.SIGHUP)
        event(report, *args)  # type: ignore[arg-type]  # as it was called

    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    monkeypatch.setattr(Report, "event", hang_up)
    assert run("say", "Hello.", "-o", "x.wav") == (0, b"", "")


@pytest.mark.parametrize(
    ("module", "number", "status"),
    [
        ("cartesia_stream.cli.signals", signal.SIGINT, 130),  # the first import of the command
        ("cartesia_stream.cli.parser", signal.SIGINT, 130),
        ("httpx", signal.SIGINT, 130),
        ("httpx", signal.SIGHUP, 129),
    ],
)
def test_a_signal_while_modules_are_imported_is_quiet(
    emulator: Emulator, tmp_path: Path, module: str, number: signal.Signals, status: int
) -> None:
    code = f"""
import os, sys

class Interruption:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), {int(number)})

sys.meta_path.insert(0, Interruption())
sys.argv = ["cartesia-stream", "say", "Hello.", "-o", "x.wav"]
from cartesia_stream.cli import main
sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, b"", b"")
    assert not list(tmp_path.iterdir())


def test_little_is_imported_before_signals_are_heeded() -> None:
    """What Python itself imports aside: the less it is, the sooner Ctrl-C is quiet."""
    code = "import sys; before = set(sys.modules); {}; print(*(set(sys.modules) - before))"
    done = subprocess.run(
        [sys.executable, "-c", code.format("import cartesia_stream.cli")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) == {
        "__future__",
        "cartesia_stream",
        "cartesia_stream._version",
        "cartesia_stream.cli",
    }


@pytest.mark.parametrize("unnamed", [True, False])
@pytest.mark.parametrize(("number", "status"), ENDING[1:])
def test_a_process_that_waits_for_audio_leaves_no_half_written_file(
    emulator: Emulator, tmp_path: Path, number: signal.Signals, status: int, unnamed: bool
) -> None:
    """Whether or not the system can write a file that has no name yet."""
    emulator.inject("stall", after=1)
    program = "from cartesia_stream.cli import main; raise SystemExit(main())"
    if not unnamed:
        program = f"import os; vars(os).pop('O_TMPFILE', None); {program}"
    command = [sys.executable, "-c", program, "say", "Hello.", "-o", "x.wav"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE
    ) as process:
        while not any("tts" in seen.path for seen in emulator.requests):
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (status, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), ENDING)
def test_a_signal_that_python_drops_is_heeded(number: signal.Signals, status: int) -> None:
    """A finalizer that a signal interrupts, as one runs with each import, swallows exceptions."""

    class Dropped:
        def __del__(self) -> None:
            signal.raise_signal(number)

    hook, began = sys.unraisablehook, time.monotonic()
    with pytest.raises(signals.Stopped) as stopped, signals.stopping():
        Dropped()
        while time.monotonic() < began + 10:
            time.sleep(10)
    assert stopped.value.status == status
    assert time.monotonic() < began + 5
    assert sys.unraisablehook is hook
