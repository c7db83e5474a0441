import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cartesia_stream import Cartesia

from .conftest import Run

EMULATE = (sys.executable, "-m", "cartesia_stream", "emulate", "--engine", "tone")


@contextmanager
def emulating(*options: str, lines: int = 2) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running emulator and the lines it printed."""
    process = subprocess.Popen(
        [*EMULATE, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            yield process, [process.stdout.readline() for _ in range(lines)]
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_two_lines_serves_and_stops_with_the_signal(number: signal.Signals) -> None:
    with emulating() as (process, lines):
        settings = dict(line.rstrip("\n").split("=", 1) for line in lines)
        assert list(settings) == ["CARTESIA_BASE_URL", "CARTESIA_API_KEY"]
        key, url = settings["CARTESIA_API_KEY"], settings["CARTESIA_BASE_URL"]
        with Cartesia(key, base_url=url) as client:
            voice = client.voices.list(limit=1).data[0].id
            assert client.tts.speak("Hello.", voice=voice).collect().duration > 0
        process.send_signal(number)
        rest, errors = process.communicate(timeout=20)
        assert (process.returncode, rest) == (128 + number, "")
        assert errors == f"Open the playground: {url}/playground#key={key}\n"


def test_it_stops_while_a_socket_is_open() -> None:
    with emulating("--realtime", "1") as (process, lines):
        url, key = (line.rstrip("\n").partition("=")[2] for line in lines)
        with Cartesia(key, base_url=url) as client:
            voice = client.voices.list(limit=1).data[0].id
            with client.tts.speak("word " * 50, voice=voice) as stream:
                next(stream)
                process.send_signal(signal.SIGTERM)
                _, errors = process.communicate(timeout=20)
        assert process.returncode == 143
        assert errors.count("\n") == 1  # the link to the playground


def test_a_shell_can_evaluate_the_lines() -> None:
    with emulating("--api-key", "my-key") as (_, lines):
        script = f"eval {shlex.quote(''.join(lines))}; echo $CARTESIA_API_KEY $CARTESIA_BASE_URL"
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        key, url = done.stdout.split()
        assert key == "my-key"
        assert url.startswith("http://127.0.0.1:")


def test_a_command_runs_with_the_environment_and_decides_the_status(run: Run) -> None:
    speak = f"{sys.executable} -m cartesia_stream say Hello. -o a.wav && exit 7"
    done = subprocess.run([*EMULATE, "--", "sh", "-c", speak], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, b"", b"")
    killed = subprocess.run([*EMULATE, "--", "sh", "-c", "kill -9 $$"], check=False)
    assert killed.returncode == 128 + 9


def test_the_command_reaches_the_emulator_past_a_proxy() -> None:
    inherited = os.environ | {"http_proxy": "http://127.0.0.1:1", "no_proxy": "example.org"}
    command = [*EMULATE, "--", sys.executable, "-m", "cartesia_stream", "voices", "list"]
    done = subprocess.run(command, env=inherited, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_command_too(number: signal.Signals) -> None:
    command = [*EMULATE, "--", "sh", "-c", "echo started; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        process.send_signal(number)
        assert process.stdout.read() == ""  # ends only when the command has let go of it
        assert process.wait(20) == 128 + number


def test_ctrl_c_is_the_matter_of_the_command() -> None:
    handle = "import signal, sys; signal.signal(2, lambda *_: sys.exit(9)); "
    wait = "print('ready', flush=True); signal.pause()"
    command = [*EMULATE, "--", sys.executable, "-c", handle + wait]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        assert process.wait(20) == 9


def test_a_command_that_is_not_there_is_a_wrong_call(run: Run) -> None:
    failed = run("emulate", "--engine", "tone", "--", "no-such-command")
    assert failed.status == 2
    assert failed.error == "cannot run no-such-command: No such file or directory"


def test_a_port_in_use_is_one_line_and_1(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        failed = run("emulate", "--engine", "tone", "--port", str(taken.getsockname()[1]))
    assert failed.status == 1
    assert "address already in use" in failed.error


def test_a_missing_package_is_told_with_the_remedy(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("cartesia_emulator")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    failed = run("emulate", "--engine", "tone")
    assert failed.status == 2
    assert 'pip install "cartesia-stream[emulator]"' in failed.error


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [(), ("--", "sh", "-c", "exit 7")])
def test_a_signal_while_it_starts(
    run: Run, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, command: tuple[str, ...]
) -> None:
    """It stops at once, starts no command and leaves no thread."""
    start = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        start(thread)
        if thread.name == "emulator":
            os.kill(os.getpid(), number)

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    before = set(threading.enumerate())
    stopped = run("emulate", "--engine", "tone", *command)
    assert (stopped.status, stopped.stdout, stopped.stderr) == (128 + number, b"", "")
    assert not {thread.name for thread in set(threading.enumerate()) - before} & {"emulator"}


def test_tls_prints_what_to_trust() -> None:
    with emulating("--tls", lines=3) as (process, lines):
        found = dict(line.rstrip("\n").split("=", 1) for line in lines)
        assert found["CARTESIA_BASE_URL"].startswith("https://127.0.0.1:")
        bundle = Path(found["SSL_CERT_FILE"])
        context = ssl.create_default_context(cafile=str(bundle))
        assert context.cert_store_stats()["x509_ca"] > 50  # those known before are trusted still
        key, url = found["CARTESIA_API_KEY"], found["CARTESIA_BASE_URL"]
        with Cartesia(key, base_url=url, ssl_context=context) as client:
            voice = client.voices.list(limit=1).data[0].id
            assert client.tts.speak("Hello.", voice=voice).collect().duration > 0
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        assert process.returncode == 130
        assert not bundle.parent.exists()


def test_a_command_trusts_the_certificate() -> None:
    names = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    show = f"{sys.executable} -m cartesia_stream voices list > /dev/null && echo " + " ".join(
        f"${name}" for name in names
    )
    command = [*EMULATE, "--tls", "--", "sh", "-c", show]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(set(done.stdout.split())) == 1
    assert len(done.stdout.split()) == len(names)
