"""Processes of the benchmark: the server, and workers that are told what to do."""

from __future__ import annotations

import compileall
import dataclasses
import json
import os
import select
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, cast

from bench.machine import CERTIFICATES, ROOT, cores
from bench.plan import RENDERED, WrongAudioError, checksum, context_id

if TYPE_CHECKING:
    from bench.plan import Load
    from bench.rows import Client, Order

OURS: Final = ROOT / ".venv-bench/bin/python"
OFFICIAL: Final = ROOT / ".venv-conformance/bin/python"
PATIENCE_S: Final = 180.0  # longer than any order takes
PACKAGES: Final = {"ours": "cartesia_stream", "official": "cartesia"}

# Prints what importing the package and making a client took; a process of its own runs it.
READY: Final = """
import json, os, time

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

before = resident()
began = time.perf_counter()
from {package} import Cartesia
client = Cartesia(api_key="sk_car_bench")
took = time.perf_counter() - began
memory = resident() - before
print(json.dumps({{"ready_ms": took * 1e3, "memory_mb": memory / (1 << 20)}}))
"""

# Prints the monotonic time of the first audio.
START: Final = """
import asyncio, time, zlib
from bench.adapters.{side} import ASYNC

async def main():
    adapter = ASYNC["{adapter}"]()
    await adapter.connect("{url}")
    read = await adapter.open(None, "{name}", 0)
    found = []
    await read(lambda data: found.append((time.monotonic(), data)))
    print(found[0][0], zlib.crc32(found[0][1]))
    await adapter.close()

asyncio.run(main())
"""


def compile_tree() -> None:
    """Write the bytecode of what is imported from this tree, as installing a package does.

    The official SDK is installed; without this, only ours would be compiled anew in each process
    where the environment keeps the interpreter from writing bytecode.
    """
    for folder in ("bench", "cartesia_stream", "cartesia_runtime", "generated"):
        compileall.compile_dir(ROOT / folder, quiet=1)


def interpreter(side: str) -> Path:
    """The interpreter of an environment that has a client and nothing else.

    More would count: httpcore imports trio, and httpx rich, wherever they are installed. Without
    an environment of its own (see the Makefile), our client is run in this one.
    """
    if side == "official":
        return OFFICIAL
    return OURS if OURS.exists() else Path(sys.executable)


def environment(*, tls: bool = False) -> dict[str, str]:
    """The environment of a process: no proxy, no key, our modules."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    # Unbuffered, a process loses the rest of an answer when a signal interrupts the write.
    unwanted = ("CARTESIA_", "SSL_CERT_", "PYTHONUNBUFFERED")
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().endswith("_PROXY") and not name.startswith(unwanted)
    }
    plain |= {"PYTHONPATH": os.pathsep.join(paths), "NO_PROXY": "127.0.0.1"}
    if tls:  # both sides take their roots from there
        plain["SSL_CERT_FILE"] = str(CERTIFICATES / "certificate.pem")
    return plain


class Child:
    """A process that answers lines with lines of JSON; a context manager."""

    def __init__(self, command: list[str], *, tls: bool = False) -> None:
        self._command = command
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment(tls=tls),
        )

    def ask(self, line: str) -> object:
        """Send a line and wait for the answer; see `answer`."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.answer()

    def answer(self) -> object:
        """The next line that it writes.

        Raises:
            RuntimeError: If the process ended instead.
            TimeoutError: If it hangs.
        """
        assert self._process.stdout is not None
        name = " ".join(self._command[2:])
        if not select.select([self._process.stdout], [], [], PATIENCE_S)[0]:
            self._process.kill()
            raise TimeoutError(f"{name} hangs")
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{name} failed with {self._process.wait()}")
        return cast("object", json.loads(answer))

    def close(self) -> None:
        """End it."""
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Server(Child):
    """The load server."""

    def __init__(self) -> None:
        core = [] if cores()[0] is None else ["--core", str(cores()[0])]
        super().__init__([sys.executable, "-m", "bench.server", *core])
        ports = cast("dict[str, int]", self.answer())
        self._plain = f"http://127.0.0.1:{ports['port']}"
        self._secure = f"https://127.0.0.1:{ports['tls_port']}"
        self._serial = 0

    def url(self, load: Load, *, tls: bool = False) -> str:
        """Where a new run of a load is served."""
        self._serial += 1
        return (self._secure if tls else self._plain) + load.path(self._serial)

    def sent(self, url: str) -> list[list[float]]:
        """When each chunk of each context of a paced run was sent."""
        plain = self._plain + "/" + url.rpartition("/")[2]
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(plain + "/sent") as response:
            found: list[list[float]] = json.load(response)
        return found


class Emulating(Child):
    """The emulator, with its real recogniser."""

    def __init__(self) -> None:
        super().__init__([sys.executable, "-m", "bench.emulated"])
        self.url = cast("str", self.answer())


class Worker(Child):
    """A client."""

    def __init__(self, client: Client, *, tls: bool = False, profile: bool = False) -> None:
        core = [] if cores()[1] is None else ["--core", str(cores()[1])]
        flags = ["--profile"] * profile
        command = [str(interpreter(client.side)), "-m", "bench.worker"]
        who = [client.side, client.adapter, "--loop", client.loop]
        super().__init__([*command, *who, *core, *flags], tls=tls)

    def do(self, order: Order, url: str) -> object:
        """Have an order carried out."""
        load = dataclasses.asdict(order.load)
        return self.ask(
            json.dumps({"do": order.do, "load": load, "url": url, "times": order.times})
        )


def run_script(side: str, script: str) -> str:
    """What a program prints that the interpreter of a side runs."""
    done = subprocess.run(
        [str(interpreter(side)), "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=environment(),
    )
    return done.stdout


def ready(client: Client) -> dict[str, float]:
    """What importing a package and making a client takes."""
    found: dict[str, float] = json.loads(
        run_script(client.side, READY.format(package=PACKAGES[client.side]))
    )
    return found


def start(client: Client, load: Load, url: str) -> float:
    """Seconds from the start of a process to its first audio."""
    name = context_id(RENDERED, 0)
    script = START.format(side=client.side, adapter=client.adapter, url=url, name=name)
    began = time.monotonic()
    first, found = run_script(client.side, script).split()
    if int(found) != checksum(load, 0):
        raise WrongAudioError(f"{client}: the checksum differs")
    return float(first) - began
