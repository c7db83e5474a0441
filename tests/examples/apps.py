"""Runs the web apps of the examples in a real server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from ..scenarios.faces import eventually

if TYPE_CHECKING:
    from typing import IO

    from cartesia_emulator import Emulator

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
PATIENCE_S: Final = 20.0
START_S: Final = 60.0  # it imports for seconds of CPU, while other tests have their turn


class App:
    """A process that serves an app; a context manager.

    Args:
        emulator: The service that the app uses.
        name: Name of the example.
        loop: uvicorn's name of the event loop.
    """

    def __init__(self, emulator: Emulator, name: str, loop: str) -> None:
        self.emulator = emulator
        # ResourceWarning tells of sockets that nobody closed, asyncio's log of tasks
        python = [sys.executable, "-W", "always::ResourceWarning"]
        options = ["--app-dir", str(EXAMPLES), "--port", "0", "--loop", loop]
        self._process = subprocess.Popen(
            [*python, "-m", "uvicorn", f"{name}:app", *options],
            env=os.environ
            | {
                "CARTESIA_BASE_URL": emulator.base_url,
                "CARTESIA_API_KEY": emulator.api_key,
                "NO_PROXY": "127.0.0.1",
                "PYTHONUNBUFFERED": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.printed: list[str] = []
        self._told: list[str] = []
        self._listeners = [
            threading.Thread(target=self._listen, args=(self._process.stdout, self.printed)),
            threading.Thread(target=self._listen, args=(self._process.stderr, self._told)),
        ]
        for listener in self._listeners:
            listener.start()

    @staticmethod
    def _listen(pipe: IO[str], lines: list[str]) -> None:
        with pipe:
            lines.extend(line.removesuffix("\n") for line in pipe)

    @property
    def told(self) -> str:
        """What the process has written to its log."""
        return "\n".join(self._told)

    def __enter__(self) -> Self:
        found = None
        if eventually(lambda: "running on" in self.told, START_S):
            found = re.search(r"http://(127\.0\.0\.1:\d+)", self.told)
        if found is None:
            self.__exit__()
        assert found is not None, self.told
        self.address = found[1]
        return self

    def stop(self) -> None:
        """Shut the server down; fails unless it goes by itself and leaves nothing."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(PATIENCE_S)
        self._join()
        # what asyncio says of a tab that is gone is no fault of the app
        usual = ("INFO:", "socket.send() raised exception.")
        odd = [line for line in self._told if not line.startswith(usual)]
        assert odd == []
        assert "Application shutdown complete." in self.told

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        self._join()

    def _join(self) -> None:
        for listener in self._listeners:
            listener.join(PATIENCE_S)

    def open_files(self) -> int:
        """Files and sockets that the process has open; 0 where the system does not tell."""
        return len([*Path(f"/proc/{self._process.pid}/fd").glob("*")])

    def cancels(self) -> int:
        """Contexts that the app has cancelled so far."""
        sockets = [one for one in self.emulator.requests if one.path == "/tts/websocket"]
        return sum(bool(json.loads(frame).get("cancel")) for one in sockets for frame in one.frames)
