"""A headless Chromium on an emulator that speaks in tones; its microphone plays a file."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from cartesia_emulator import Emulator
from cartesia_stream import AudioFormat, Cartesia
from tools import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SPOKEN: Final = "the quick brown fox"
"""What the microphone says, over and over, with two seconds of silence between."""

Run = Callable[[Path], str]


@pytest.fixture(scope="session")
def emulator() -> Iterator[Emulator]:
    with Emulator(engine="tone") as emulator:
        yield emulator


@pytest.fixture(scope="session")
def recording(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with `SPOKEN`, at the rate of the browser."""
    path = tmp_path_factory.mktemp("microphone") / "spoken.wav"
    with Cartesia(emulator.api_key, base_url=emulator.base_url) as client:
        voice = client.voices.list(limit=1).data[0].id
        form = AudioFormat("raw", "pcm_s16le", 48000)
        speech = client.tts.speak(SPOKEN, voice=voice, output_format=form).collect()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(bytes(48000) + speech.data + bytes(4 * 48000))
    return path


@pytest.fixture(scope="session")
def browser(recording: Path) -> Iterator[Browser]:
    if importlib.util.find_spec("playwright") is None:
        pytest.fail("playwright is not installed; run `make test-playground`", pytrace=False)
    from playwright.sync_api import sync_playwright

    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING, pytrace=False)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",  # which root may not use
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={recording}",
            ],
        )
        yield browser
        browser.close()


MakePage = Callable[..., "Page"]


@pytest.fixture
def make_page(browser: Browser, emulator: Emulator) -> Iterator[MakePage]:
    """Open the playground; at the end, no error was logged and no other host was asked."""
    problems: list[str] = []
    contexts = []
    emulator.reset()

    def make(
        *, microphone: bool = True, key: bool = True, refusals: bool = False, **settings: object
    ) -> Page:
        permissions = ["clipboard-read", "clipboard-write"] + ["microphone"] * microphone
        context = browser.new_context(permissions=permissions, accept_downloads=True, **settings)
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()

        def note(text: str) -> None:
            # The browser itself logs what a fault does to a request.
            if not (refusals and text.startswith(("Failed to load", "WebSocket connection"))):
                problems.append(text)

        page.on("console", lambda message: note(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("request", lambda request: _note_foreign(request.url))
        page.on("websocket", lambda socket: _note_foreign(socket.url))
        url = emulator.playground_url
        page.goto(url if key else url.partition("#")[0])
        return page

    def _note_foreign(url: str) -> None:
        home = emulator.base_url.partition("://")[2] + "/"
        scheme, _, rest = url.partition(":")
        if scheme not in ("blob", "data") and not rest.startswith(f"//{home}"):
            problems.append(f"asked for {url}")

    yield make
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def page(make_page: MakePage) -> Page:
    page = make_page()
    page.wait_for_selector("#connection >> text=Connected")
    return page


@pytest.fixture
def run_code(emulator: Emulator, tmp_path: Path) -> Callable[[Page], str]:
    """Run the Python that a page shows, in a folder of its own; return what it prints."""

    def run(page: Page) -> str:
        script = tmp_path / "shown.py"
        script.write_text(page.locator("#code").text_content() or "", encoding="utf-8")
        environment = os.environ | {
            "CARTESIA_BASE_URL": emulator.base_url,
            "CARTESIA_API_KEY": emulator.api_key,
            "NO_PROXY": "127.0.0.1",
        }
        done = subprocess.run(
            [sys.executable, "-W", "error", script.name],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{script.read_text(encoding='utf-8')}\n{done.stderr}"
        return done.stdout

    return run
